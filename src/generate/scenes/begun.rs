//! The two cases that scenes start from.

use chrono::NaiveDate;

use super::super::{
    case::{Allocation, Beginning, Case, Child, Conference, CoreGroup, Membership, Visit},
    conferences,
    days::{after, before, months_after, on_or_before, shift},
};

/// The worker of most scenes.
pub(super) const WORKER: &str = "W9011";
/// The team of most scenes.
pub(super) const TEAM: &str = "T901";
/// The chair of all scenes.
pub(super) const CHAIR: &str = "W9003";

/// Nothing is owed: the conference was forty working days ago, the core group has met twice and its minutes are sent,
/// the child was seen last week, and everything to come is booked.
pub(super) fn settled(id: &'static str, today: NaiveDate) -> Case {
    let started_on = before(today, 40);
    let mut case = started(id, started_on);
    case.visits = [35, 28, 21, 14, 8, 3].map(|days| visit(before(today, days))).to_vec();
    case.core_groups = vec![
        minuted(before(today, 33)),
        minuted(before(today, 19)),
        CoreGroup { booked_on: Some(after(today, 8)), ..CoreGroup::default() },
    ];
    case
}

/// The conference was so many working days ago; no core group has met, one is booked for the tenth working day.
pub(super) fn begun(id: &'static str, today: NaiveDate, days: u32) -> Case {
    let started_on = before(today, days);
    let mut case = started(id, started_on);
    case.visits = [8, 5, 2].into_iter().filter(|ago| *ago < days).map(|ago| visit(before(today, ago))).collect();
    case.core_groups = vec![CoreGroup { booked_on: Some(after(started_on, 10)), ..CoreGroup::default() }];
    case
}

fn started(id: &'static str, started_on: NaiveDate) -> Case {
    let review_on = on_or_before(shift(months_after(started_on, 3), -6));
    let chair = Some(CHAIR.to_owned());
    let conference =
        Conference { next_review_on: Some(review_on), ..conferences::held(started_on, chair.clone(), Some(6)) };
    let review = Conference { held_on: None, makes_plan: None, ..conferences::held(review_on, chair, None) };
    Case {
        child: Child {
            id: id.to_owned(),
            number: None,
            household: id.replace('C', "H"),
            forename: format!("Ushk{}", id.to_lowercase()),
            surname: format!("Zoomb{}", id.to_lowercase()),
            born_on: Some(shift(started_on, -2500)),
            expected_on: None,
            died_on: None,
        },
        beginning: Beginning::Initial,
        enquiry_days: 14,
        assessment_days: 40,
        started_on,
        ended_on: None,
        conference,
        reviews: vec![review],
        core_groups: Vec::new(),
        visits: Vec::new(),
        allocations: vec![Allocation {
            worker: WORKER.to_owned(),
            team: TEAM.to_owned(),
            lead: true,
            from_on: before(started_on, 15),
            to_on: None,
        }],
        members: vec![member(id, "HV", true, started_on), member(id, "PAR", false, started_on)],
        incidents: Vec::new(),
        assessed_again_on: None,
        events: Vec::new(),
        unanswered: Vec::new(),
    }
}

fn member(id: &str, kind: &str, professional: bool, from_on: NaiveDate) -> Membership {
    Membership { member: id.replace('C', kind), professional, from_on, to_on: None }
}

/// A visit by the worker: child seen, alone, and the bedroom too.
pub(super) fn visit(on: NaiveDate) -> Visit {
    Visit { on, visitor: Some(WORKER.to_owned()), seen: Some(true), alone: Some(true), bedroom: Some(true) }
}

/// A core group held on that day, its minutes sent seven working days later.
pub(super) fn minuted(on: NaiveDate) -> CoreGroup {
    CoreGroup {
        booked_on: Some(on),
        held_on: Some(on),
        written_on: Some(after(on, 1)),
        approved_on: Some(after(on, 4)),
        handed_over_on: Some(after(on, 5)),
        sent_on: Some(after(on, 7)),
    }
}

/// The case with another lead worker from the start, visits included.
pub(super) fn given_to(mut case: Case, worker: &str, team: &str) -> Case {
    for allocation in &mut case.allocations {
        (allocation.worker, allocation.team) = (worker.to_owned(), team.to_owned());
    }
    for visit in &mut case.visits {
        visit.visitor = Some(worker.to_owned());
    }
    case
}

/// The case with no visit in the last so many working days, so that the last one was just then.
pub(super) fn last_seen(mut case: Case, today: NaiveDate, days: u32) -> Case {
    let on = before(today, days);
    case.visits.retain(|visit| visit.on < on);
    let visitor = case.allocations.first().map(|allocation| allocation.worker.clone());
    case.visits.push(Visit { visitor, ..visit(on) });
    case
}
