//! Scenes of what a form leaves open: everything else of the case is in order.

use chrono::NaiveDate;

use super::{
    super::{
        case::{Case, Conference, CoreGroup, Event},
        days::{after, before, months_after, on_or_before},
        filing::{flag, stamp},
    },
    begun::{TEAM, begun, given_to, minuted, settled, visit},
};
use crate::record::FactKind;

/// The worker of these scenes.
const WORKER: &str = "W9013";

fn happened(kind: FactKind, on: NaiveDate, says: Vec<(&'static str, String)>) -> Event {
    Event { kind, happened_on: Some(on), booked_on: None, ended_on: None, says }
}

fn theirs(case: Case) -> Case {
    given_to(case, WORKER, TEAM)
}

pub(super) fn leave_without_cover(id: &'static str, today: NaiveDate) -> Case {
    let mut case = theirs(settled(id, today));
    let leave = happened(FactKind::Absence, after(today, 2), vec![("planned", flag(true))]);
    case.events.push(Event { ended_on: Some(after(today, 11)), ..leave });
    case.unanswered = ["cover_named_on", "family_told_on"].map(|question| (FactKind::Absence, question)).to_vec();
    case
}

pub(super) fn review_incomplete(id: &'static str, today: NaiveDate) -> Case {
    let mut case = theirs(settled(id, today));
    let held_on = before(today, 2);
    let next_on = on_or_before(months_after(held_on, 6));
    case.conference.next_review_on = Some(held_on);
    if let Some(review) = case.reviews.first_mut() {
        let next = Conference { booked_on: Some(next_on), ..review.clone() };
        *review = Conference {
            held_on: Some(held_on),
            makes_plan: Some(true),
            next_review_on: Some(next_on),
            core_group_weeks: Some(6),
            booked_on: Some(held_on),
            ..review.clone()
        };
        case.reviews.push(next);
    }
    case.unanswered = ["outline_plan", "plan_on_agenda"].map(|question| (FactKind::Conference, question)).to_vec();
    case
}

pub(super) fn disagreement(id: &'static str, today: NaiveDate) -> Case {
    let mut case = theirs(settled(id, today));
    let says = vec![("kind", "core_group".to_owned())];
    case.events.push(happened(FactKind::Disagreement, before(today, 7), says));
    case.unanswered = vec![(FactKind::Disagreement, "chair_told_on")];
    case
}

pub(super) fn action_overdue(id: &'static str, today: NaiveDate) -> Case {
    let mut case = theirs(settled(id, today));
    let says = vec![("due_on", stamp(before(today, 2)))];
    case.events.push(happened(FactKind::Action, before(today, 19), says));
    case
}

/// The first core group met on the eighth working day after the conference.
pub(super) fn plan_unsigned(id: &'static str, today: NaiveDate) -> Case {
    let mut case = theirs(begun(id, today, 12));
    case.visits.extend([10, 8].map(|days| visit(before(today, days))));
    case.visits.sort_by_key(|visit| visit.on);
    case.core_groups = vec![
        CoreGroup { sent_on: None, handed_over_on: None, approved_on: None, ..minuted(before(today, 4)) },
        CoreGroup { booked_on: Some(after(today, 16)), ..CoreGroup::default() },
    ];
    case.unanswered = ["signed_on", "signed_copies_sent_on"].map(|question| (FactKind::Plan, question)).to_vec();
    theirs(case)
}

pub(super) fn member_left(id: &'static str, today: NaiveDate) -> Case {
    let mut case = theirs(settled(id, today));
    if let Some(member) = case.members.first_mut() {
        member.to_on = Some(before(today, 3));
    }
    case.unanswered = vec![(FactKind::Membership, "replaced_on")];
    case
}
