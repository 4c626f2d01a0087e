//! Joining a rule with its ladder, and finding the steps that would never be reached or would come too early.
//!
//! Owns the checks that need both. Must not read any text.

use super::{
    ladder::{NamedLadder, Rung, same_name},
    order::{Distances, check_order, check_overlap},
    table::Text,
};
use crate::{
    procedure::{Base, Between, Counting, Ladder, NoticeKind, Offset, Order, Shape, Standing},
    record::FactKind,
};

/// The rule a ladder is joined with.
pub(super) struct Climb<'a> {
    pub(super) duty: &'a Text<'a>,
    /// The line it begins on.
    pub(super) line: usize,
    pub(super) shape_name: &'a str,
    pub(super) shape: &'a Shape,
    /// None where its table has a mistake.
    pub(super) counting: Option<Counting>,
}

impl Climb<'_> {
    /// The rule's ladder: the named one with the rule's own steps put in at their place in time.
    pub(super) fn ladder(&self, named: Option<&NamedLadder<'_>>, own: &[Rung<'_>]) -> Option<Ladder> {
        let distances = Distances::of(self.shape, self.counting);
        let shared = named.map_or(&[][..], |named| &named.rungs);
        check_order(shared, distances);
        check_order(own, distances);
        if let Some(named) = named {
            check_repeat(named, own, distances);
        }
        let mut rungs = shared.to_vec();
        for rung in own {
            same_name(&rungs, rung);
            rungs.push(rung.clone());
        }
        check_overlap(&rungs, distances);
        for rung in &rungs {
            self.check_reach(rung, distances);
        }
        rungs.sort_by_key(|rung| distances.place(rung.when));
        let anchor = anchor(self.shape);
        let steps: Vec<_> = rungs.iter().map(|rung| rung.step(anchor)).collect();
        let steps = steps.into_iter().collect::<Option<Vec<_>>>()?;
        Some(Ladder { steps, repeat: named.and_then(|named| named.repeat.clone()) })
    }

    fn check_reach(&self, rung: &Rung<'_>, distances: Distances) {
        let refuse = |at, message: String, help: &str| {
            let (step, duty, line) = (rung.name.is, self.duty.is, self.line);
            let message = format!("the step `{step}` {message} in the rule `{duty}` (line {line})");
            rung.name.log.problem(at, message, help);
        };
        let base = match rung.when {
            Offset::AtOnce => Base::Anchor,
            Offset::On(base) | Offset::Before(_, base) | Offset::After(_, base) => base,
        };
        if base == Base::Strict && !has_strict(self.shape) {
            let help = format!("a rule of the shape `{}` has no strict date: count from `due`", self.shape_name);
            return refuse(&rung.when_at, "has no date to count from".into(), &help);
        }
        let place = distances.place(rung.when);
        if matches!(rung.when, Offset::Before(..)) && place.from == Base::Anchor && place.minutes <= 0 {
            let help = "it would fall on or before the day of the event that starts the clock: bring it closer";
            return refuse(&rung.when_at, "is never reached".into(), help);
        }
        if matches!(rung.kind, NoticeKind::Overdue | NoticeKind::Escalation | NoticeKind::Counted)
            && is_early(place, distances)
        {
            let help = "nothing is overdue yet: place it after `due`, or tell it as `reminder` or `due`";
            refuse(&rung.kind_at, format!("tells `{}` too early", rung.kind.name()), help);
        }
    }
}

/// The repeat counts from the last step, so a step after the first repeat would put the repeats off.
fn check_repeat(named: &NamedLadder<'_>, own: &[Rung<'_>], distances: Distances) {
    let last = named.rungs.iter().map(|rung| distances.place(rung.when)).max();
    let (Some(last), Some(repeat)) = (last, &named.repeat) else { return };
    for rung in own {
        let place = distances.place(rung.when);
        if place.from == last.from && place.minutes >= last.minutes + repeat.every.about_minutes() {
            let message = format!("the step `{}` stands after the first repeat of its ladder", rung.name.is);
            let help = format!("it would put the repeats off; they begin {} after the last step", repeat.every);
            rung.name.log.problem(&rung.when_at, message, help);
        }
    }
}

/// Whether that place is not past the due date. On the due date itself a duty can still be done, while a state or an alert
/// is a breach from its first day.
fn is_early(place: super::order::Place, distances: Distances) -> bool {
    match place.from {
        Base::Anchor => match distances.due {
            Some(0) => place.minutes < 0,
            Some(due) => place.minutes <= due,
            // The due date is not known, but it comes after the anchor.
            None => place.minutes <= 0,
        },
        Base::Strict | Base::Due => place.minutes <= 0,
    }
}

fn has_strict(shape: &Shape) -> bool {
    match shape {
        Shape::Deadline(_) | Shape::Recurring(_) | Shape::Before(_) | Shape::Order(_) | Shape::Window(_) => true,
        Shape::Between(_)
        | Shape::Standing(_)
        | Shape::Alert(_)
        | Shape::Report(_)
        | Shape::Check(_)
        | Shape::Guidance(_) => false,
    }
}

/// The kind of fact that starts a rule's clock, where it is one.
pub(in crate::procedure) fn anchor(shape: &Shape) -> Option<FactKind> {
    match shape {
        Shape::Deadline(deadline) => Some(deadline.of.fact),
        Shape::Recurring(recurring) => Some(recurring.met_by.fact),
        Shape::Between(Between::Gap { of, .. } | Between::EveryNth { of, .. })
        | Shape::Standing(Standing::NotSet { of, .. })
        | Shape::Order(Order::Only { of, .. } | Order::Before { then: of, .. } | Order::Apart { then: of, .. }) => {
            Some(of.fact)
        }
        Shape::Check(check) => Some(check.at.fact),
        Shape::Guidance(guidance) => Some(guidance.with.fact),
        Shape::Before(before) => Some(before.of.fact),
        Shape::Alert(alert) => Some(alert.on.fact),
        Shape::Window(_) | Shape::Standing(Standing::NoneOpen { .. }) | Shape::Report(_) => None,
    }
}
