//! A record as it was known on a morning: each date only once it had been typed in, each meeting once it was arranged, and a
//! child only while the views of its contract show it.
//!
//! Nobody publishes how late records are typed. What is drawn is an assumption, and stands in [`lag`] and [`lead`] for
//! anybody to change: most things within two working days, one visit in ten later than a week.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};
use duewatch::record::{AttributeType, CaseRecord, Fact, FactKind, Value, When};

use crate::{
    chance::{Band, Chance, weekdays},
    mended,
};

/// Working days from what happened to the evening on which it is on record.
fn lag(kind: FactKind) -> &'static [Band] {
    match kind {
        // Written up at a desk after a day of visits.
        FactKind::Visit => &[(25, 0, 0), (30, 1, 1), (15, 2, 2), (20, 3, 5), (8, 6, 10), (2, 11, 20)],
        // Entered by whoever took the minutes.
        FactKind::Conference | FactKind::CoreGroup => &[(30, 0, 0), (40, 1, 1), (20, 2, 3), (10, 4, 8)],
        FactKind::Incident => &[(70, 0, 0), (30, 1, 1)],
        // A step of the case system's own work flow: done and recorded are one, unless it is opened afterwards.
        _ => &[(60, 0, 0), (25, 1, 1), (10, 2, 3), (5, 4, 10)],
    }
}

/// Working days from the day on which a meeting is put into the diary to the day it is for.
fn lead(fact: &Fact) -> &'static [Band] {
    match (fact.kind, fact.get("kind")) {
        (FactKind::Conference, Value::Code(kind)) if kind == "review" => &[(30, 15, 30), (70, 31, 60)],
        (FactKind::Conference, _) => &[(30, 3, 5), (70, 6, 10)],
        _ => &[(20, 3, 9), (80, 10, 25)],
    }
}

/// What is typed when.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Typing(pub(crate) Chance);

impl Typing {
    /// Whether that date of a fact is on record on a morning: the load of the night before holds it.
    fn has(self, record: &CaseRecord, fact: &Fact, name: &str, on: NaiveDate, morning: NaiveDate) -> bool {
        self.typed_on(record, fact, name, on) < morning
    }

    fn typed_on(self, record: &CaseRecord, fact: &Fact, name: &str, on: NaiveDate) -> NaiveDate {
        weekdays(on, self.0.band(lag(fact.kind), &["lag", &record.child.0, fact.kind.name(), &fact.id.0, name]))
    }

    fn arranged_on(self, fact: &Fact, on: NaiveDate) -> NaiveDate {
        // Brothers and sisters have one meeting, on one day, and mostly one id of it.
        weekdays(on, -self.0.band(lead(fact), &["lead", fact.kind.name(), &fact.id.0]))
    }

    /// The mornings on which the record may read otherwise than on the morning before.
    pub(crate) fn mornings(self, record: &CaseRecord) -> BTreeSet<NaiveDate> {
        let mut days = BTreeSet::new();
        for fact in FactKind::ALL.into_iter().flat_map(|kind| record.facts(kind)) {
            for (name, when) in fact.dates() {
                days.insert(self.typed_on(record, fact, name, when.on));
                days.insert(self.arranged_on(fact, when.on));
                days.insert(year_after(when.on));
            }
            days.extend(mended::frequency_recorded_on(self.0, fact));
        }
        days.extend([record.born_on, record.died_on].into_iter().flatten());
        days.into_iter().filter_map(|day| day.succ_opt()).collect()
    }

    /// The record on a morning, if the child is shown.
    pub(crate) fn as_known(self, record: &CaseRecord, morning: NaiveDate) -> Option<CaseRecord> {
        let all = FactKind::ALL.into_iter().flat_map(|kind| record.facts(kind));
        let facts: Vec<Fact> = all.filter_map(|fact| self.fact_as_known(record, fact, morning)).collect();
        let died_on = record.died_on.filter(|on| *on < morning);
        if died_on.is_none() && !facts.iter().any(|fact| shows(fact, morning)) {
            return None;
        }
        let mut known = CaseRecord::new(record.child.clone(), facts);
        known.household.clone_from(&record.household);
        known.died_on = died_on;
        known.born_on = record.born_on.filter(|on| *on < morning);
        known.expected_on = if known.born_on.is_none() { record.expected_on.or(record.born_on) } else { None };
        Some(known)
    }

    fn fact_as_known(self, record: &CaseRecord, fact: &Fact, morning: NaiveDate) -> Option<Fact> {
        let (kind, happened) = (fact.kind, fact.kind.happened());
        let date = |name: &str| fact.date(name).map(|when: When| when.on);
        let held = date(happened).is_some_and(|on| self.has(record, fact, happened, on, morning));
        let planned_for = kind.booked().and_then(|booked| date(booked).or_else(|| date(happened)));
        let dated = planned_for.or_else(|| kind.target().and_then(date));
        let arranged = kind.booked().is_some() && dated.is_some_and(|on| self.arranged_on(fact, on) < morning);
        if !held && !arranged {
            return None;
        }
        // Whatever ended more than twelve months ago is not shown, but a plan.
        let ended = kind.ended().and_then(date).filter(|on| !kind.is_a_plan() && year_after(*on) < morning);
        if ended.is_some() && matches!(kind, FactKind::Enquiry | FactKind::Assessment) {
            return None;
        }
        let mut known = Fact::new(kind, fact.id.0.clone());
        for attribute in kind.columns().iter().chain(kind.answers()) {
            let name = attribute.name;
            let value = fact.get(name);
            let shown = if name == happened {
                held
            } else if Some(name) == kind.booked() {
                true
            } else if attribute.holds == AttributeType::Date && !kind.is_date_ahead(name) && Some(name) != kind.target()
            {
                held && date(name).is_some_and(|on| self.has(record, fact, name, on, morning))
            } else if name == "conference_needed" {
                // Decided when the enquiry is completed.
                date("ended_on").is_none_or(|on| self.has(record, fact, "ended_on", on, morning))
            } else {
                held || ["kind", "chair_id"].contains(&name) || Some(name) == kind.target()
            };
            if shown && *value != Value::Missing {
                known = known.with(name, value.clone());
            }
        }
        if held && mended::frequency_recorded_on(self.0, fact).is_some_and(|on| on < morning) {
            known = mended::with_frequency(known);
        }
        // The diary had it before anybody could say that it was held.
        if let (false, Some(booked), Some(on)) = (held, kind.booked(), planned_for) {
            known = known.with(booked, Value::Date(When::day(on)));
        }
        Some(known)
    }
}

/// Whether the fact is why its child is shown: dw_children of the contract.
fn shows(fact: &Fact, morning: NaiveDate) -> bool {
    let ended_on = fact.kind.ended().and_then(|name| fact.date(name)).map(|when| when.on);
    let lately = ended_on.is_none_or(|on| year_after(on) >= morning);
    match fact.kind {
        FactKind::Plan => lately,
        FactKind::Enquiry => lately && (ended_on.is_none() || *fact.get("conference_needed") != Value::Flag(false)),
        FactKind::Conference => fact.happened().is_none(),
        _ => false,
    }
}

fn year_after(on: NaiveDate) -> NaiveDate {
    on.checked_add_days(Days::new(365)).unwrap_or(on)
}

#[cfg(test)]
mod tests {
    use super::*;
    use duewatch::record::ChildRef;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn on(text: &str) -> Value {
        Value::Date(When::day(day(text)))
    }

    /// An enquiry of Monday 2 November 2026 that ended on the 13th and needed no conference, a visit and a core group of the 6th.
    fn record() -> CaseRecord {
        let enquiry = Fact::new(FactKind::Enquiry, "E1").with("started_on", on("2026-11-02"));
        let enquiry = enquiry.with("ended_on", on("2026-11-13")).with("conference_needed", Value::Flag(false));
        let visit = Fact::new(FactKind::Visit, "V1").with("visited_on", on("2026-11-06"));
        let core_group = Fact::new(FactKind::CoreGroup, "G1").with("held_on", on("2026-11-06"));
        let core_group = core_group.with("minutes_sent_on", on("2026-11-20"));
        CaseRecord::new(ChildRef("C1".into()), vec![enquiry, visit, core_group])
    }

    #[test]
    fn a_fact_is_known_only_after_it_happened_and_a_meeting_is_in_the_diary_before() {
        for seed in 0..50 {
            let typing = Typing(Chance(seed));
            let known = |morning: &str| typing.as_known(&record(), day(morning));
            // Nothing that happens on a day is in the load of the night before it.
            assert!(known("2026-11-02").is_none(), "the enquiry begins on this day");
            for record in [known("2026-11-05"), known("2026-11-06")].into_iter().flatten() {
                assert_eq!(record.facts(FactKind::Visit), []);
                assert!(record.facts(FactKind::CoreGroup).iter().all(|meeting| meeting.happened().is_none()));
            }
            // The longest that a work-flow step is typed late is ten working days.
            let open = known("2026-11-13").filter(|record| !record.facts(FactKind::Enquiry).is_empty());
            let enquiry = open.map(|record| record.facts(FactKind::Enquiry)[0].clone());
            assert!(enquiry.is_none_or(|enquiry| {
                *enquiry.get("ended_on") == Value::Missing && *enquiry.get("conference_needed") == Value::Missing
            }));
            assert!(known("2026-12-01").is_none(), "it ended and needs no conference: the child is not shown");
        }
    }

    #[test]
    fn a_record_that_changes_is_read_again_on_that_morning_and_on_no_other() {
        let (typing, record) = (Typing(Chance(7)), record());
        let mornings = typing.mornings(&record);
        let mut before = None;
        for morning in day("2026-09-01").iter_days().take(120) {
            let known = typing.as_known(&record, morning);
            assert!(known == before || mornings.contains(&morning), "{morning}: {before:?} became {known:?}");
            before = known;
        }
        assert_eq!(before, None, "at last the child is shown no more");
    }
}
