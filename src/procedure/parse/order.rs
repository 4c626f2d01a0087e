//! Where the steps of a ladder stand in time, beside each other.
//!
//! Owns the comparison of places on a ladder. Counts in minutes of an ordinary week (a working day is a fifth of one),
//! because no calendar is known here and none is needed to see that one step comes after another.

use super::ladder::Rung;
use crate::{
    calendar::{Allowance, FirstDay, Period},
    procedure::{Base, Between, Counting, Deadline, Limit, Offset, Order, Recurring, Shape},
};

/// For comparing alone: of two periods the longer.
fn longest(allowed: Allowance) -> Period {
    match allowed {
        Allowance::Period(period) => period,
        Allowance::CarriedHours(hours) => Period::Hours(hours),
        Allowance::Either { periods: [one, other], .. } => {
            if one.about_minutes() < other.about_minutes() {
                other
            } else {
                one
            }
        }
    }
}

/// How far a rule's two dates are from its anchor, as far as the rule alone says so.
#[derive(Clone, Copy, Default)]
pub(super) struct Distances {
    pub(super) strict: Option<i64>,
    pub(super) due: Option<i64>,
}

/// A place: counted from the anchor, or from a date whose distance from the anchor is not known.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) from: Base,
    pub(super) minutes: i64,
}

impl Distances {
    /// Without `counting` (its table has a mistake) the day of the event is taken not to count.
    pub(super) fn of(shape: &Shape, counting: Option<Counting>) -> Distances {
        let limit = |period: Period| {
            // The strict reading of a period in working days may count the anchor's own day as the first.
            let counted = |first_day| match first_day {
                Some(FirstDay::Included) if period.counts_working_days() => {
                    Some(period.about_minutes() - Period::WorkingDays(1).about_minutes())
                }
                _ => Some(period.about_minutes()),
            };
            Distances {
                strict: counted(counting.map(|counting| counting.strict.first_day)),
                due: counted(counting.map(|counting| counting.due.first_day)),
            }
        };
        match shape {
            // From another date of the event nobody knows how far it is from the event itself.
            Shape::Deadline(Deadline { limit: Limit::Within(within), from, strictly, .. }) => {
                let known = |from: &[_]| from.is_empty();
                let strict = limit(longest(strictly.within.unwrap_or(*within))).strict;
                Distances {
                    strict: strict.filter(|_| known(from) && known(&strictly.from)),
                    due: limit(longest(*within)).due.filter(|_| known(from)),
                }
            }
            Shape::Recurring(Recurring { every: Some(every), strict_every, .. }) => {
                Distances { strict: limit(strict_every.unwrap_or(*every)).strict, due: limit(*every).due }
            }
            Shape::Report(report) => Distances { strict: None, due: Some(report.within.about_minutes()) },
            // A state, an alert: due on the day it is there.
            Shape::Standing(_) | Shape::Alert(_) | Shape::Between(Between::EveryNth { .. }) => {
                Distances { strict: None, due: Some(0) }
            }
            Shape::Order(Order::Only { .. }) => Distances { strict: Some(0), due: Some(0) },
            Shape::Check(_) | Shape::Guidance(_) => {
                Distances { strict: None, due: Some(Period::WorkingDays(1).about_minutes()) }
            }
            Shape::Deadline(_)
            | Shape::Recurring(Recurring { every: None, .. })
            | Shape::Between(Between::Gap { .. })
            | Shape::Before(_)
            | Shape::Order(_)
            | Shape::Window(_) => Distances::default(),
        }
    }

    pub(super) fn place(self, when: Offset) -> Place {
        let (base, offset) = match when {
            Offset::AtOnce => (Base::Anchor, 0),
            Offset::On(base) => (base, 0),
            Offset::Before(period, base) => (base, -period.about_minutes()),
            Offset::After(period, base) => (base, period.about_minutes()),
        };
        let distance = match base {
            Base::Anchor => Some(0),
            Base::Strict => self.strict,
            Base::Due => self.due,
        };
        match distance {
            Some(distance) => Place { from: Base::Anchor, minutes: distance + offset },
            None => Place { from: base, minutes: offset },
        }
    }
}

/// What can be said of a list of steps without any rule: order and overlap of steps with the same base.
pub(super) fn check_alone(rungs: &[Rung<'_>]) {
    check_order(rungs, Distances::default());
    check_overlap(rungs, Distances::default());
}

/// Refuses a step that stands before an earlier one of the file.
pub(super) fn check_order(rungs: &[Rung<'_>], distances: Distances) {
    for (index, rung) in rungs.iter().enumerate() {
        let place = distances.place(rung.when);
        let later = rungs.iter().take(index).find(|earlier| {
            let earlier = distances.place(earlier.when);
            earlier.from == place.from && earlier.minutes > place.minutes
        });
        if let Some(later) = later {
            let message = format!("the step `{}` comes before `{}` in time", rung.name.is, later.name.is);
            rung.name.log.problem(&rung.when_at, message, "write the steps of a ladder in the order of time");
        }
    }
}

/// Refuses a step that tells a role what another step at the same place tells it.
pub(super) fn check_overlap(rungs: &[Rung<'_>], distances: Distances) {
    for (index, rung) in rungs.iter().enumerate() {
        for earlier in rungs.iter().take(index) {
            let same_thing = (earlier.kind, &earlier.ask) == (rung.kind, &rung.ask);
            if !same_thing || distances.place(earlier.when) != distances.place(rung.when) {
                continue;
            }
            for (role, at) in &rung.tell {
                if earlier.tell.iter().any(|(other, _)| other == role) {
                    let message =
                        format!("the steps `{}` and `{}` tell `{role}` the same thing", earlier.name.is, rung.name.is);
                    at.log.problem(&at.span, message, "they stand at the same place: take it out of one of them");
                }
            }
        }
    }
}
