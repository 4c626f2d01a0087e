//! One case under assessment: the record, seen on one day, through one open plan.
//!
//! Owns what belongs to the plan's period and who was what on which day. Must not know any shape of rule.

use chrono::{DateTime, NaiveDate, Utc};

use super::{Terms, assess::is_death};
use crate::{
    procedure::{Relation, Selector, Test},
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

/// The record within the period of one plan.
pub(super) struct Case<'a> {
    pub(super) record: &'a CaseRecord,
    pub(super) plan: &'a Fact,
    pub(super) today: NaiveDate,
    pub(super) now: DateTime<Utc>,
    /// The plan's first day, or the day of the conference that made it, where that is earlier.
    pub(super) since: NaiveDate,
}

impl<'a> Case<'a> {
    /// The case under the plan that is open on that day; of several, under the one that began first, so that no fact of
    /// any falls outside. Another authority's plan is not this authority's case.
    pub(super) fn open_on(record: &'a CaseRecord, on: NaiveDate, terms: &Terms) -> Option<Case<'a>> {
        let own = |plan: &&Fact| *plan.get("other_authority") != Value::Flag(true);
        // Ended today is ended; but a plan that ended on the day of a death was open that day.
        let over = |plan: &Fact| plan.date("ended_on").is_some_and(|end| end.on == on && on == terms.today);
        let plans = || record.facts(FactKind::Plan).iter().filter(own).filter(|plan| plan.covers(on));
        let plan = plans().find(|plan| !over(plan) || died_that_day(record, on))?;
        Case::of_plan(record, plan, terms)
    }

    /// The case under each plan of this authority, open or ended; an ended one is seen on its last day.
    pub(super) fn of_each_plan(record: &'a CaseRecord, terms: &Terms) -> Vec<Case<'a>> {
        let own = |plan: &&Fact| *plan.get("other_authority") != Value::Flag(true);
        let plans = record.facts(FactKind::Plan).iter().filter(own);
        plans
            .filter_map(|plan| {
                let case = Case::of_plan(record, plan, terms)?;
                let last_day = plan.date("ended_on").and_then(|end| end.on.pred_opt());
                Some(Case { today: last_day.map_or(case.today, |last_day| last_day.min(case.today)), ..case })
            })
            .collect()
    }

    fn of_plan(record: &'a CaseRecord, plan: &'a Fact, terms: &Terms) -> Option<Case<'a>> {
        let started = plan.happened()?.on;
        let linked = match plan.get("conference_id") {
            Value::Fact(id) => record.fact(FactKind::Conference, id).and_then(Fact::happened).map(|when| when.on),
            _ => None,
        };
        let made_on = linked.or_else(|| unlinked_conference(record, plan, started));
        let since = made_on.map_or(started, |made_on| made_on.min(started));
        Some(Case { record, plan, today: terms.today, now: terms.now, since })
    }

    /// The same case from the child's birth on, for what nobody can do for a child not yet born; none before that. A birth
    /// that nobody has recorded is taken to have happened on the expected day.
    pub(super) fn since_birth(&self) -> Option<Case<'a>> {
        let born_on = self.record.born_on.or(self.record.expected_on);
        let case = Case { record: self.record, plan: self.plan, today: self.today, now: self.now, since: self.since };
        match born_on {
            None => Some(case),
            Some(born_on) if born_on <= self.today => Some(Case { since: self.since.max(born_on), ..case }),
            Some(_) => None,
        }
    }

    /// Facts of the plan's period that were held by today and fit, or may fit, oldest first.
    pub(super) fn held(&self, selector: &Selector) -> Vec<(&'a Fact, When, Fit)> {
        if selector.fact == FactKind::Plan {
            return self.plan.happened().map(|when| (self.plan, when, Fit::Yes)).into_iter().collect();
        }
        self.record
            .facts(selector.fact)
            .iter()
            .filter_map(|fact| fact.held(self.today).map(|when| (fact, when)))
            .filter(|(_, when)| when.on >= self.since && self.has_come(*when))
            .map(|(fact, when)| (fact, when, self.fit(selector, fact, when.on)))
            .filter(|(_, _, fit)| *fit != Fit::No)
            .collect()
    }

    /// Whether that moment has come: to the minute where the record holds a time, by its day where it does not.
    pub(super) fn has_come(&self, when: When) -> bool {
        when.on <= self.today && when.at.is_none_or(|at| at <= self.now)
    }

    /// The days for which such a fact is booked and was not held, earliest first.
    pub(super) fn booked(&self, selector: &Selector) -> Vec<NaiveDate> {
        let mut days: Vec<NaiveDate> = self
            .record
            .facts(selector.fact)
            .iter()
            .filter(|fact| fact.held(self.today).is_none() && tests(selector, fact) != Fit::No)
            .filter_map(|fact| fact.happened().or_else(|| fact.kind.booked().and_then(|name| fact.date(name))))
            .map(|when| when.on)
            .collect();
        days.sort_unstable();
        days
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

/// Whether a fact passes the tests, whoever made it.
fn tests(selector: &Selector, fact: &Fact) -> Fit {
    let mut fit = Fit::Yes;
    for test in &selector.tests {
        let (attribute, passes) = match test {
            Test::Flag { attribute, is } => (*attribute, *fact.get(attribute) == Value::Flag(*is)),
            Test::Code { attribute, any_of } => {
                (*attribute, matches!(fact.get(attribute), Value::Code(code) if any_of.contains(code)))
            }
        };
        match fact.get(attribute) {
            Value::Missing => fit = Fit::Silent(attribute),
            _ if !passes => return Fit::No,
            _ => {}
        }
    }
    fit
}

fn died_that_day(record: &CaseRecord, on: NaiveDate) -> bool {
    let incidents = record.facts(FactKind::Incident).iter();
    let deaths = incidents.filter(|incident| is_death(incident)).filter_map(Fact::happened).map(|when| when.on);
    deaths.chain(record.died_on).any(|died_on| died_on == on)
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
    *allocation.get("role") == Value::Code("lead_worker".into())
}
