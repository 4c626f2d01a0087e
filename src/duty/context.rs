//! Whose case it is today: the part of the record that decides who is told.

use chrono::NaiveDate;

use super::{Access, CaseContext, Terms, case::is_lead};
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
        taken_over_on: current.and_then(|current| taken_over_on(current, allocations, today)),
        team,
        chair: chair(record, terms),
        died: super::believed_death(record, terms).0.is_some(),
        access: access(record, today),
    }
}

/// The first day of the present worker's time with the case, where it was another's before.
fn taken_over_on(current: &Fact, allocations: &[Fact], today: NaiveDate) -> Option<NaiveDate> {
    let worker = current.person("worker_id")?;
    let held = allocations.iter().filter(|allocation| is_lead(allocation) && allocation.held(today).is_some());
    // Oldest first: what comes before the first of the unbroken row of allocations to this worker is another's.
    let mut latest_first = held.rev().skip_while(|allocation| allocation.id != current.id);
    let mut first = latest_first.next()?;
    for earlier in latest_first {
        if earlier.person("worker_id") != Some(worker) {
            return first.held(today).map(|when| when.on);
        }
        first = earlier;
    }
    None
}

/// Who alone may know of the case, or may not. Whoever is in the core group without being a professional is of the family or
/// close to it, and is not written to. Of a row without a day, a person or a level the narrower meaning is taken.
fn access(record: &CaseRecord, today: NaiveDate) -> Access {
    let mut access = Access::default();
    let family =
        record.facts(FactKind::Membership).iter().filter(|member| *member.get("professional") == Value::Flag(false));
    access.barred.extend(family.filter_map(|member| member.person("person_id").cloned()));
    for row in record.facts(FactKind::Access) {
        let on = |name: &str| row.date(name).map(|when| when.on);
        if on("happened_on").is_some_and(|on| on > today) || on("ended_on").is_some_and(|on| on < today) {
            continue;
        }
        let person = row.person("worker_id").cloned();
        if row.get("level").is_code("barred") {
            access.barred.extend(person);
        } else {
            access.named.get_or_insert_default().extend(person);
        }
    }
    access
}

/// Who chaired the latest conference held; before any was held, who is to chair the next.
fn chair(record: &CaseRecord, terms: &Terms) -> Option<crate::record::PersonRef> {
    let conferences = record.facts(FactKind::Conference);
    let held = conferences.iter().rev().filter(|conference| conference.held(terms.today).is_some());
    let planned = conferences.iter().filter(|conference| conference.planned(terms.today).is_some());
    held.chain(planned).find_map(|conference| conference.person("chair_id").cloned())
}
