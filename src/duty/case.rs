//! One case under assessment: the record, seen on one day, through one lasting fact that says what is open: a plan, an enquiry, a
//! transfer, the time after a plan.
//!
//! Owns what belongs to its period and who was what on which day. Must not know when it is open, nor any shape of rule.

use chrono::{DateTime, NaiveDate, Utc};

use super::Terms;
use crate::{
    procedure::{MetBy, Relation, Selector, Test, Under},
    record::{CaseRecord, Fact, FactKind, PersonRef, Value, When},
};

/// Whether a fact is one that a rule means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fit {
    Yes,
    No,
    /// It would be, if the record were not silent on this attribute.
    Silent(&'static str),
}

/// The record within the period of what one rule runs under.
#[derive(Clone, Copy)]
pub(super) struct Case<'a> {
    pub(super) record: &'a CaseRecord,
    /// The plan, the enquiry, or whatever else it runs under.
    pub(super) under: &'a Fact,
    pub(super) today: NaiveDate,
    pub(super) now: DateTime<Utc>,
    /// Its first day, or the day of the conference that made the plan, where that is earlier.
    pub(super) opened_on: NaiveDate,
    /// From which day on something belongs to it: that day, or for what waits for the birth that of the birth, which no duty says.
    pub(super) since: NaiveDate,
    /// What it is.
    pub(super) state: Under,
}

impl<'a> Case<'a> {
    /// The case under each such fact, open or ended; an ended one is seen on its last day.
    pub(super) fn of_each(record: &'a CaseRecord, under: Under, terms: &Terms) -> Vec<Case<'a>> {
        if !matches!(under, Under::Plan | Under::Enquiry) {
            return Vec::new();
        }
        facts_under(record, under)
            .filter_map(|fact| {
                let case = Case::under(record, fact, terms)?;
                let last_day = case.ended_on().and_then(|end_on| end_on.pred_opt());
                Some(Case { today: last_day.map_or(case.today, |last_day| last_day.min(case.today)), ..case })
            })
            .collect()
    }

    pub(super) fn under(record: &'a CaseRecord, under: &'a Fact, terms: &Terms) -> Option<Case<'a>> {
        let started = under.happened()?.on;
        let since =
            if under.kind == FactKind::Plan { plan_since(record, under, started, terms.today) } else { started };
        let state = if under.kind == FactKind::Plan { Under::Plan } else { Under::Enquiry };
        Some(Case { record, under, today: terms.today, now: terms.now, opened_on: since, since, state })
    }

    /// The stretch without a lead worker that goes on, if one does: it began after the last allocation, or with the plan.
    pub(super) fn without_worker(&self, on: NaiveDate) -> Option<Case<'a>> {
        let allocations = self.record.facts(FactKind::Allocation);
        let leads = || allocations.iter().filter(|allocation| is_lead(allocation) && allocation.held(on).is_some());
        if leads().any(|allocation| allocation.covers(on)) {
            return None;
        }
        let end = |allocation: &'a Fact| ended_on(allocation).and_then(|end_on| end_on.succ_opt());
        let last = leads().filter_map(|allocation| Some((end(allocation)?, allocation))).max_by_key(|(next, _)| *next);
        let last = last.filter(|(next, _)| *next > self.since);
        let (since, under) = last.unwrap_or((self.since, self.under));
        Some(Case { under, opened_on: since, since, state: Under::Unallocated, ..*self })
    }

    /// The day the plan or enquiry ended or is to end.
    pub(super) fn ended_on(&self) -> Option<NaiveDate> {
        ended_on(self.under)
    }

    /// The same case from the child's birth on, for what nobody can do for a child not yet born; none before that. A birth
    /// that nobody has recorded is taken to have happened on the expected day.
    pub(super) fn since_birth(&self) -> Option<Case<'a>> {
        let born_on = self.record.born_on.or(self.record.expected_on);
        match born_on {
            None => Some(*self),
            Some(born_on) if born_on <= self.today => Some(Case { since: self.since.max(born_on), ..*self }),
            Some(_) => None,
        }
    }

    /// Whether what began that day waits for the birth, which came later: its clock starts with the birth.
    pub(super) fn starts_with_birth(&self, began_on: NaiveDate) -> bool {
        self.since > self.opened_on && began_on < self.since
    }

    /// What meets something, as far as it is facts: see [`Case::held`].
    pub(super) fn meeting(&self, met_by: &MetBy) -> Vec<(&'a Fact, When, Fit)> {
        match met_by {
            MetBy::Fact(selector) => self.held(selector),
            MetBy::Dates(_) => Vec::new(),
        }
    }

    /// Facts of this period that were held by today and fit, or may fit, oldest first; only the first, where only that is meant. Of
    /// the kind that the case is under there is one.
    pub(super) fn held(&self, selector: &Selector) -> Vec<(&'a Fact, When, Fit)> {
        let mut held = self.held_all(selector);
        held.truncate(if selector.first { 1 } else { usize::MAX });
        held
    }

    fn held_all(&self, selector: &Selector) -> Vec<(&'a Fact, When, Fit)> {
        if selector.fact == self.state.kind() {
            let opened = match self.state {
                Under::Unallocated => Some(When::day(self.opened_on)),
                Under::EndedPlan => self.ended_on().map(When::day),
                _ => self.under.happened(),
            };
            let itself = opened.map(|when| (self.under, when, self.fit_of_itself(selector)));
            return itself.filter(|(_, _, fit)| *fit != Fit::No).into_iter().collect();
        }
        let facts = self.record.facts(selector.fact);
        let held = facts
            .iter()
            .filter_map(|fact| fact.held(self.today).map(|when| (fact, when)))
            .filter(|(_, when)| when.on >= self.since && self.has_come(*when))
            .map(|(fact, when)| (fact, when, self.fit(selector, fact, when.on)))
            .filter(|(_, _, fit)| *fit != Fit::No);
        // Room for all of them at once: there may be a hundred visits.
        let mut fitting = Vec::with_capacity(facts.len());
        fitting.extend(held);
        fitting
    }

    /// The same, as they start clocks: one that is silent on an answer that is asked for starts none.
    pub(super) fn starting(&self, selector: &Selector) -> Vec<(&'a Fact, When, Fit)> {
        // One that starts nothing is not the first of those that do.
        let mut held = self.held_all(selector);
        held.extend(self.still_going_on(selector));
        held.retain(|(_, _, fit)| starts(selector, *fit));
        held.sort_by_key(|(_, when, _)| *when);
        held.truncate(if selector.first { 1 } else { usize::MAX });
        held
    }

    /// What began before this period and goes on in it. It begins with it; but an assessment runs from its own beginning,
    /// whatever was opened since.
    fn still_going_on(&self, selector: &Selector) -> Vec<(&'a Fact, When, Fit)> {
        let assessment = selector.fact == FactKind::Assessment;
        if selector.fact.ended().is_none() || (selector.fact.has_view() && !assessment) {
            return Vec::new();
        }
        let facts = self.record.facts(selector.fact).iter();
        let earlier = facts.filter_map(|fact| Some((fact, fact.happened().filter(|when| when.on < self.since)?)));
        earlier
            .filter(|(fact, _)| fact.covers(self.since))
            .map(|(fact, began)| (fact, if assessment { began } else { When::day(began.on.max(self.opened_on)) }))
            .map(|(fact, when)| (fact, when, self.fit(selector, fact, self.since)))
            .filter(|(_, _, fit)| *fit != Fit::No)
            .collect()
    }

    /// Since when the child is under a plan of that choice, if on that day it is; the fact itself is none.
    pub(super) fn under_such_a_plan(&self, selector: &Selector, itself: &Fact, on: NaiveDate) -> Option<NaiveDate> {
        if !selector.fact.is_a_plan() {
            return None;
        }
        let plans = self.record.facts(selector.fact).iter();
        let mut others = plans.filter(|plan| !std::ptr::eq(*plan, itself) && plan.covers(on));
        others.find(|plan| tests(selector, plan) == Fit::Yes).and_then(Fact::happened).map(|began| began.on)
    }

    /// The first day of which a date on a fact can speak: the fact's own, or that of the conference that made the plan.
    pub(super) fn begun_on(&self, fact: &Fact) -> Option<NaiveDate> {
        let begun = fact.happened().map(|when| when.on);
        let plan = std::ptr::eq(fact, self.under) && self.state.kind() == FactKind::Plan;
        if plan { begun.map(|on| on.min(self.opened_on)) } else { begun }
    }

    /// Whether that moment has come: to the minute where the record holds a time, by its day where it does not.
    pub(super) fn has_come(&self, when: When) -> bool {
        when.on <= self.today && when.at.is_none_or(|at| at <= self.now)
    }

    /// Facts of this period that fit, or may fit, and were not held, with the days for which they are arranged, earliest first:
    /// those that have passed too.
    pub(super) fn arranged(&self, selector: &Selector) -> Vec<(&'a Fact, NaiveDate, Fit)> {
        if selector.first && !self.held(selector).is_empty() {
            return Vec::new();
        }
        let facts = self.record.facts(selector.fact).iter().filter(|fact| fact.held(self.today).is_none());
        let mut arranged: Vec<(&Fact, NaiveDate, Fit)> = facts
            .map(|fact| (fact, tests(selector, fact)))
            .filter(|(_, fit)| *fit != Fit::No && starts(selector, *fit))
            .filter_map(|(fact, fit)| {
                let when = fact.happened().or_else(|| fact.kind.booked().and_then(|name| fact.date(name)));
                when.map(|when| (fact, when.on, fit))
            })
            .filter(|(_, on, _)| *on >= self.since)
            .collect();
        arranged.sort_by_key(|(_, on, _)| *on);
        arranged.truncate(if selector.first { 1 } else { usize::MAX });
        arranged
    }

    /// The days for which such a fact is booked and was not held, earliest first.
    pub(super) fn booked(&self, selector: &Selector) -> Vec<NaiveDate> {
        self.arranged(selector).into_iter().map(|(_, on, _)| on).collect()
    }

    /// An enquiry that ended without a word of its conference is taken to need one, and that is said.
    fn fit_of_itself(&self, selector: &Selector) -> Fit {
        // What ended is the time with a worker: which worker it was says nothing.
        if self.state == Under::Unallocated {
            return Fit::Yes;
        }
        let ended = self.ended_on().is_some_and(|end_on| end_on <= self.today);
        let silent = self.under.kind == FactKind::Enquiry && *self.under.get(NEEDED) == Value::Missing;
        match tests(selector, self.under) {
            Fit::Yes if ended && silent => Fit::Silent(NEEDED),
            fit => fit,
        }
    }

    fn fit(&self, selector: &Selector, fact: &Fact, on: NaiveDate) -> Fit {
        match tests(selector, fact) {
            Fit::Yes if selector.by.is_empty() => Fit::Yes,
            Fit::No => Fit::No,
            tests => match (self.made_by_one_of(&selector.by, fact, on), tests) {
                (Fit::No, _) => Fit::No,
                (Fit::Yes, tests) => tests,
                (silent, _) => silent,
            },
        }
    }

    fn made_by_one_of(&self, relations: &[Relation], fact: &Fact, on: NaiveDate) -> Fit {
        if relations.is_empty() {
            return Fit::Yes;
        }
        let Some(attribute) = fact.kind.made_by() else { return Fit::No };
        match fact.person(attribute) {
            None => Fit::Silent(attribute),
            Some(person) if relations.iter().any(|relation| self.is(person, *relation, on)) => Fit::Yes,
            Some(_) => Fit::No,
        }
    }

    fn is(&self, person: &PersonRef, relation: Relation, on: NaiveDate) -> bool {
        match relation {
            Relation::LeadWorker => self.record.facts(FactKind::Allocation).iter().any(|allocation| {
                is_lead(allocation) && allocation.covers(on) && allocation.person("worker_id") == Some(person)
            }),
            Relation::CoreGroupProfessional => self.record.facts(FactKind::Membership).iter().any(|member| {
                *member.get("professional") == Value::Flag(true)
                    && member.covers(on)
                    && member.person("person_id") == Some(person)
            }),
        }
    }
}

fn starts(selector: &Selector, fit: Fit) -> bool {
    !matches!(fit, Fit::Silent(attribute) if selector.fact.is_answer(attribute))
}

/// What an enquiry says of the conference that is to follow it.
pub(super) const NEEDED: &str = "conference_needed";

/// The plans of this authority, or the enquiries. Another authority's plan is not this authority's case.
pub(super) fn facts_under(record: &CaseRecord, under: Under) -> impl Iterator<Item = &Fact> {
    record.facts(under.kind()).iter().filter(|fact| *fact.get("other_authority") != Value::Flag(true))
}

pub(super) fn ended_on(lasting: &Fact) -> Option<NaiveDate> {
    lasting.kind.ended().and_then(|name| lasting.date(name)).map(|end| end.on)
}

/// The first day of a plan: its own, or that of the conference that made it.
fn plan_since(record: &CaseRecord, plan: &Fact, started: NaiveDate, today: NaiveDate) -> NaiveDate {
    let linked = match plan.get("conference_id") {
        Value::Fact(id) => {
            record.fact(FactKind::Conference, id).and_then(|made_by| made_by.held(today)).map(|when| when.on)
        }
        _ => None,
    };
    let made_on = linked.or_else(|| unlinked_conference(record, plan, started));
    made_on.map_or(started, |made_on| made_on.min(started))
}

/// Whether a fact passes the tests, whoever made it.
pub(super) fn tests(selector: &Selector, fact: &Fact) -> Fit {
    let mut fit = Fit::Yes;
    for test in &selector.tests {
        let attribute = test.attribute();
        match (fact.get(attribute), test) {
            (Value::Missing, Test::NotFlag { .. } | Test::NotCode { .. }) => {}
            // Silence on an answer weighs more: it starts no clock, whatever else the fact is silent on.
            (Value::Missing, _) if matches!(fit, Fit::Silent(other) if selector.fact.is_answer(other)) => {}
            (Value::Missing, _) => fit = Fit::Silent(attribute),
            (Value::Code(code), Test::NotCode { none_of, .. }) if !none_of.contains(code) => {}
            (Value::Flag(said), Test::Flag { is, .. }) if said == is => {}
            (Value::Flag(said), Test::NotFlag { is_not, .. }) if said != is_not => {}
            (Value::Code(code), Test::Code { any_of, .. }) if any_of.contains(code) => {}
            _ => return Fit::No,
        }
    }
    fit
}

/// The day of the latest conference before the plan began that made a plan, where no other plan can be the one it made: a
/// plan is often entered some days after its conference, and without a link.
fn unlinked_conference(record: &CaseRecord, plan: &Fact, started: NaiveDate) -> Option<NaiveDate> {
    let others = || record.facts(FactKind::Plan).iter().filter(|other| other.id != plan.id);
    let another_plans = |on: NaiveDate| {
        others()
            .any(|other| other.covers(on) || other.happened().is_some_and(|when| on <= when.on && when.on < started))
    };
    let conferences = record.facts(FactKind::Conference).iter().rev();
    let before = conferences.filter(|conference| *conference.get("makes_plan") == Value::Flag(true));
    before.filter_map(|conference| conference.held(started)).map(|when| when.on).find(|on| !another_plans(*on))
}

/// Whether an allocation makes its worker the lead worker.
pub(super) fn is_lead(allocation: &Fact) -> bool {
    allocation.get("role").is_code("lead_worker")
}
