//! How often something that recurs is due: the rule's own interval, one that somebody set, or one that a conference allowed this
//! one child.
//!
//! Owns which interval is in force on which day, and that none which came too late heals a breach. Must not know what is to
//! recur, nor what meets it.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::{
    Terms,
    case::{Case, Fit},
    reading::last_day,
};
use crate::{
    calendar::Period,
    procedure::{Recurring, SetBy},
    record::{Fact, FactKind, Value, attribute_words},
};

/// Both readings of how often.
#[derive(Clone, Copy)]
pub(super) struct Interval {
    pub(super) strict: Period,
    pub(super) due: Period,
}

impl Interval {
    fn of(every: Period) -> Interval {
        Interval { strict: every, due: every }
    }
}

/// What the intervals of one rule rest on in one case.
pub(super) struct Intervals<'a> {
    shape: &'a Recurring,
    case: &'a Case<'a>,
    /// The day from which the interval of `until` no longer holds; none: it never did or still does.
    over_on: Option<NaiveDate>,
    /// Days on which another interval may have come into force.
    turns_on: BTreeSet<NaiveDate>,
}

impl<'a> Intervals<'a> {
    pub(super) fn of(shape: &'a Recurring, case: &'a Case<'a>) -> Intervals<'a> {
        let over = shape.until.as_ref().map(|(until, _)| case.held(until)).unwrap_or_default();
        let over_on = over.iter().filter(|(_, _, fit)| *fit == Fit::Yes).map(|(_, when, _)| when.on).min();
        let lessened: &[FactKind] = if shape.lessened { &[FactKind::Decision, FactKind::Conference] } else { &[] };
        let kinds = lessened.iter().copied().chain(shape.weeks_set_by.map(|set| set.fact));
        let facts = kinds.flat_map(|kind| case.record.facts(kind));
        let turns_on = facts.filter_map(|fact| fact.held(case.today)).map(|when| when.on).chain(over_on).collect();
        Intervals { shape, case, over_on, turns_on }
    }

    /// The interval by which a clock that began on one day is judged on another one: the last that came into force before the one
    /// in its place had run out. What is set after a limit has passed buys no time. None, where the rule has no interval of its
    /// own and nobody has set one.
    pub(super) fn judging(
        &self,
        terms: &Terms,
        from_on: NaiveDate,
        by_on: NaiveDate,
        notes: &mut Vec<String>,
    ) -> Option<Interval> {
        let (mut interval, mut said) = self.on(from_on);
        for turn_on in self.turns_on.iter().filter(|turn_on| **turn_on > from_on && **turn_on <= by_on) {
            let last_on = interval.and_then(|interval| last_day(terms, from_on, interval.due));
            if last_on.is_some_and(|last_on| last_on < *turn_on) {
                break;
            }
            (interval, said) = self.on(*turn_on);
        }
        notes.extend(said);
        interval
    }

    /// The interval in force on that day, and what is to be said of it.
    fn on(&self, on: NaiveDate) -> (Option<Interval>, Vec<String>) {
        let mut notes = Vec::new();
        let interval = self.lessened(on, &mut notes).map(Interval::of).or_else(|| self.set(on));
        (interval, notes)
    }

    /// What the latest such fact held by that day set: the shorter of it and the rule's own is strict, the one that was set is
    /// due; or the rule's own.
    fn set(&self, on: NaiveDate) -> Option<Interval> {
        let shape = self.shape;
        let own = match &shape.until {
            Some((_, every)) if self.over_on.is_none_or(|over_on| on < over_on) => Some(Interval::of(*every)),
            _ => shape.every.map(|due| Interval { strict: shape.strict_every.unwrap_or(due), due }),
        };
        let Some(SetBy { fact: kind, attribute, never_longer }) = shape.weeks_set_by else { return own };
        let case = self.case;
        let facts = case.record.facts(kind).iter().rev();
        let set = facts
            .filter(|fact| fact.held(case.today).is_some_and(|when| when.on <= on))
            // The plan itself may have begun before what the rule runs under.
            .filter(|fact| {
                fact.happened().is_some_and(|when| when.on >= case.since) || (kind == FactKind::Plan && fact.covers(on))
            })
            .find_map(|fact| match fact.get(attribute) {
                Value::Count(weeks) if *weeks > 0 => Some(Period::Weeks(*weeks)),
                _ => None,
            });
        let (Some(set), Some(own)) = (set, own) else { return set.map(Interval::of).or(own) };
        if never_longer && set.about_minutes() > own.due.about_minutes() {
            return Some(own);
        }
        let strict = if own.strict.about_minutes() <= set.about_minutes() { own.strict } else { set };
        Some(Interval { strict, due: set })
    }

    /// The longer interval that a conference allowed this one child, until the next conference. It is of the rule's own unit: who
    /// allows six weeks has said nothing of ten working days. A decision that is not whole is passed over, and that is said.
    fn lessened(&self, on: NaiveDate, notes: &mut Vec<String>) -> Option<Period> {
        let Intervals { shape, case, .. } = self;
        if !shape.lessened {
            return None;
        }
        let decisions = case.record.facts(FactKind::Decision).iter().rev();
        let reductions = decisions.filter(|decision| decision.get("kind").is_code("visit_reduction"));
        for decision in reductions.filter(|decision| !self.says_another_unit(decision)) {
            let Some(decided) = decision.held(case.today).filter(|when| when.on >= case.since && when.on <= on) else {
                continue;
            };
            let later = |conference: &Fact| {
                conference.held(case.today).is_some_and(|held| held.on > decided.on && held.on <= on)
            };
            if case.record.facts(FactKind::Conference).iter().any(later) {
                return None;
            }
            let allowed = match self.allowed_by(decision) {
                Ok(allowed) => allowed,
                Err(lacking) => {
                    notes.push(format!("decision {} to lessen this is ignored: it lacks {lacking}", decision.id.0));
                    continue;
                }
            };
            if shape.every.is_some_and(|every| allowed.about_minutes() <= every.about_minutes()) {
                return None;
            }
            notes.push(format!("lessened by decision {} to every {allowed}, until the next conference", decision.id.0));
            return Some(allowed);
        }
        None
    }

    /// The interval that a decision allows, if it is whole; else what it lacks.
    fn allowed_by(&self, decision: &Fact) -> Result<Period, String> {
        let unsaid = WHOLE.iter().filter(|name| *decision.get(name) != Value::Flag(true)).copied();
        let by_nobody = Some("decided_by").filter(|name| !decision.get(name).is_code("conference_chair"));
        let lacking: Vec<String> = unsaid.chain(by_nobody).map(attribute_words).collect();
        if !lacking.is_empty() {
            return Err(lacking.join(", "));
        }
        self.in_own_unit(decision).ok_or_else(|| "an interval".to_owned())
    }

    fn says_another_unit(&self, decision: &Fact) -> bool {
        let counts = [decision.get("working_days"), decision.get("weeks")];
        self.in_own_unit(decision).is_none() && counts.into_iter().any(|count| matches!(count, Value::Count(1..)))
    }

    fn in_own_unit(&self, decision: &Fact) -> Option<Period> {
        let working_days = matches!(self.shape.every, Some(Period::WorkingDays(_) | Period::WorkingWeeks(_)));
        match (working_days, decision.get("working_days"), decision.get("weeks")) {
            (true, Value::Count(days), _) if *days > 0 => Some(Period::WorkingDays(*days)),
            (false, _, Value::Count(weeks)) if *weeks > 0 => Some(Period::Weeks(*weeks)),
            _ => None,
        }
    }
}

/// What a decision to lessen must have on record, besides who decided it and the interval.
const WHOLE: &[&str] = &["by_conference", "reason_recorded", "in_outline_plan"];
