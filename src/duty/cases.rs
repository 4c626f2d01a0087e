//! What a rule can run under on one day: the plan or the enquiries that are open, the time without a worker, moves, the time of
//! being looked after, and what follows a plan.
//!
//! Owns when each of these is open and over. Must not know what belongs to one, nor any shape of rule.

use chrono::NaiveDate;

use super::{
    Terms,
    assess::is_death,
    case::{Case, NEEDED, ended_on, facts_under},
};
use crate::{
    procedure::Under,
    record::{CaseRecord, Fact, FactKind, Value},
};

/// What a rule can run under on one day.
pub(super) struct Cases<'a> {
    plan: Option<Case<'a>>,
    enquiries: Vec<Case<'a>>,
    unallocated: Option<Case<'a>>,
    ended_plan: Option<Case<'a>>,
    transfers: Vec<Case<'a>>,
    looked_after: Vec<Case<'a>>,
    /// The enquiries and the plan.
    either: Vec<Case<'a>>,
}

impl<'a> Cases<'a> {
    pub(super) fn on(record: &'a CaseRecord, on: NaiveDate, terms: &Terms) -> Cases<'a> {
        let open = |fact: &Fact| fact.held(on).is_some() && !is_over(record, fact, on, terms);
        // Of several plans the one that began first, so that no fact of any falls outside.
        let plan = facts_under(record, Under::Plan).find(|plan| open(plan));
        let enquiries = facts_under(record, Under::Enquiry).filter(|enquiry| open(enquiry));
        let case = |fact| Case::under(record, fact, terms);
        let plan = plan.and_then(case);
        let enquiries: Vec<Case> = enquiries.filter_map(case).collect();
        Cases {
            either: either(record, plan.as_ref(), &enquiries),
            transfers: transferred(record, on, terms),
            looked_after: facts_under(record, Under::LookedAfter)
                .filter_map(|fact| looked_after(record, fact, on, terms))
                .collect(),
            enquiries,
            unallocated: plan.as_ref().and_then(|plan| plan.without_worker(on)),
            ended_plan: ended(record, on, terms),
            plan,
        }
    }

    /// Those that a rule runs under, oldest first.
    pub(super) fn under(&self, under: Under) -> &[Case<'a>] {
        match under {
            Under::Plan => self.plan.as_slice(),
            Under::Enquiry => &self.enquiries,
            Under::Unallocated => self.unallocated.as_slice(),
            Under::EndedPlan => self.ended_plan.as_slice(),
            Under::Transfer => &self.transfers,
            Under::LookedAfter => &self.looked_after,
            Under::PlanOrEnquiry => &self.either,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.plan.is_none() && self.enquiries.is_empty()
    }
}

/// The plan, where one is open; else the enquiries that began since the last plan ended: what an older one called for was
/// settled by that plan.
fn either<'a>(record: &CaseRecord, plan: Option<&Case<'a>>, enquiries: &[Case<'a>]) -> Vec<Case<'a>> {
    if let Some(plan) = plan {
        return vec![*plan];
    }
    // An interim plan settles nothing: it lasts only until its conference has.
    let settled = |plan: &&Fact| !plan.get("kind").is_code("interim");
    let ended = facts_under(record, Under::Plan).filter(settled).filter_map(ended_on).max();
    enquiries.iter().filter(|enquiry| ended.is_none_or(|ended_on| enquiry.since >= ended_on)).copied().collect()
}

/// The last move in and the last move out: each overtakes the one before it.
fn transferred<'a>(record: &'a CaseRecord, on: NaiveDate, terms: &Terms) -> Vec<Case<'a>> {
    let held = |fact: &&Fact| fact.held(on).is_some();
    let moves: Vec<&Fact> = facts_under(record, Under::Transfer).filter(held).collect();
    let is_last = |at: usize, fact: &Fact| {
        !moves.iter().skip(at + 1).any(|later| later.get("direction") == fact.get("direction"))
    };
    let case = |fact: &&'a Fact| {
        let since = fact.happened()?.on;
        let state = Under::Transfer;
        Some(Case { record, under: fact, today: terms.today, now: terms.now, opened_on: since, since, state })
    };
    let last = moves.iter().enumerate().filter(|(at, fact)| is_last(*at, fact)).map(|(_, fact)| fact);
    last.filter_map(case).collect()
}

/// A period of being looked after that goes on.
fn looked_after<'a>(record: &'a CaseRecord, period: &'a Fact, on: NaiveDate, terms: &Terms) -> Option<Case<'a>> {
    let since = period.held(on)?.on;
    let state = Under::LookedAfter;
    // Ended today is ended, as of a plan.
    let goes_on = ended_on(period).is_none_or(|end_on| end_on > on);
    let (today, now) = (terms.today, terms.now);
    goes_on.then_some(Case { record, under: period, today, now, opened_on: since, since, state })
}

/// What follows the plan that ended last, where none is open: a plan that goes on says itself what is to be done. It begins with
/// the conference that ended the plan, which is often entered some days later.
fn ended<'a>(record: &'a CaseRecord, on: NaiveDate, terms: &Terms) -> Option<Case<'a>> {
    let begun = || facts_under(record, Under::Plan).filter(|plan| plan.held(on).is_some());
    let ends = begun().map(|plan| Some((ended_on(plan).filter(|end_on| *end_on <= on)?, plan)));
    let (end_on, plan) = ends.collect::<Option<Vec<_>>>()?.into_iter().max_by_key(|(end_on, _)| *end_on)?;
    let linked = match plan.get("ended_by_conference_id") {
        Value::Fact(id) => record.fact(FactKind::Conference, id).and_then(|ended_by| ended_by.held(end_on)),
        _ => None,
    };
    let since = linked.map_or(end_on, |when| when.on);
    let state = Under::EndedPlan;
    Some(Case { record, under: plan, today: terms.today, now: terms.now, opened_on: since, since, state })
}

/// Whether nothing is owed under it any more on that day. A plan is over once it has ended, an enquiry once it has ended and
/// is known to need no conference. Ended today is ended; but what ended on the day of a death was open that day.
fn is_over(record: &CaseRecord, lasting: &Fact, on: NaiveDate, terms: &Terms) -> bool {
    let ended =
        ended_on(lasting).is_some_and(|end| end < on || (end == on && on == terms.today && !died_that_day(record, on)));
    ended && (lasting.kind == FactKind::Plan || *lasting.get(NEEDED) == Value::Flag(false))
}

fn died_that_day(record: &CaseRecord, on: NaiveDate) -> bool {
    let incidents = record.facts(FactKind::Incident).iter();
    let deaths = incidents.filter(|incident| is_death(incident)).filter_map(Fact::happened).map(|when| when.on);
    deaths.chain(record.died_on).any(|died_on| died_on == on)
}
