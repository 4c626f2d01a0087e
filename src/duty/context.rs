//! Whose case it is today: the part of the record that decides who is told.

use super::{CaseContext, Terms, case::is_lead};
use crate::record::{CaseRecord, Fact, FactKind, Value};

/// Worked out from the record alone, on the day of the terms.
pub(super) fn context(record: &CaseRecord, terms: &Terms) -> CaseContext {
    let today = terms.today;
    let allocations = record.facts(FactKind::Allocation);
    // Oldest first, so the last that covers today is the latest to have begun.
    let current = allocations.iter().rev().find(|allocation| is_lead(allocation) && allocation.covers(today));
    let latest = allocations.iter().rev().find(|allocation| is_lead(allocation) && allocation.held(today).is_some());
    let team = current.or(latest).and_then(|allocation| match allocation.get("team_id") {
        Value::Team(team) => Some(team.clone()),
        _ => None,
    });
    let worker = |allocation: Option<&Fact>| allocation.and_then(|fact| fact.person("worker_id").cloned());
    CaseContext {
        child: record.child.clone(),
        household: record.household.clone(),
        lead_worker: worker(current),
        former_lead_worker: if current.is_none() { worker(latest) } else { None },
        team,
        chair: chair(record, terms),
        died: super::believed_death(record, terms).0.is_some(),
    }
}

/// Who chaired the latest conference held; before any was held, who is to chair the next.
fn chair(record: &CaseRecord, terms: &Terms) -> Option<crate::record::PersonRef> {
    let conferences = record.facts(FactKind::Conference);
    let held = conferences.iter().rev().filter(|conference| conference.held(terms.today).is_some());
    let planned = conferences.iter().filter(|conference| conference.planned(terms.today).is_some());
    held.chain(planned).find_map(|conference| conference.person("chair_id").cloned())
}
