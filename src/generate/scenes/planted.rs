//! What each scene is about.

use chrono::NaiveDate;

use super::{
    super::{
        case::{Beginning, Case, Conference, CoreGroup, Incident},
        days::{before, on_or_before, shift},
    },
    begun::{begun, given_to, last_seen, minuted, settled, visit},
};

pub(super) fn first_core_group_overdue(id: &'static str, today: NaiveDate) -> Case {
    begun(id, today, 12)
}

pub(super) fn first_core_group_due_today(id: &'static str, today: NaiveDate) -> Case {
    begun(id, today, 10)
}

pub(super) fn first_core_group_due_soon(id: &'static str, today: NaiveDate) -> Case {
    begun(id, today, 8)
}

/// Puts the last core group held at nine working days ago, so that its minutes are due tomorrow.
fn with_latest_minutes(mut case: Case, today: NaiveDate, change: impl FnOnce(&mut CoreGroup)) -> Case {
    let mut meeting = minuted(before(today, 9));
    meeting.sent_on = None;
    change(&mut meeting);
    case.core_groups.insert(2, meeting);
    case
}

pub(super) fn minutes_wait_for_approval(id: &'static str, today: NaiveDate) -> Case {
    with_latest_minutes(settled(id, today), today, |meeting| {
        meeting.approved_on = None;
        meeting.handed_over_on = None;
    })
}

pub(super) fn minutes_wait_for_sending(id: &'static str, today: NaiveDate) -> Case {
    with_latest_minutes(settled(id, today), today, |meeting| {
        let held_on = before(today, 10);
        *meeting = CoreGroup { sent_on: None, ..minuted(held_on) };
    })
}

pub(super) fn visit_overdue(id: &'static str, today: NaiveDate) -> Case {
    last_seen(settled(id, today), today, 12)
}

pub(super) fn unallocated(id: &'static str, today: NaiveDate) -> Case {
    let mut case = settled(id, today);
    for allocation in &mut case.allocations {
        allocation.to_on = Some(before(today, 5));
    }
    last_seen(case, today, 6)
}

pub(super) fn no_review_date(id: &'static str, today: NaiveDate) -> Case {
    let mut case = settled(id, today);
    case.conference.next_review_on = None;
    case.reviews.clear();
    case
}

pub(super) fn access_refused_today(id: &'static str, today: NaiveDate) -> Case {
    happened(settled(id, today), "access_refused", today, 7, None)
}

/// No conference is in sight by which the bedroom must be seen, and the last visits do not say who else was in the room.
pub(super) fn cannot_be_told(id: &'static str, today: NaiveDate) -> Case {
    let mut case = no_review_date(id, today);
    for visit in &mut case.visits {
        visit.alone = None;
        visit.bedroom = Some(false);
    }
    case
}

pub(super) fn elder_sibling(id: &'static str, today: NaiveDate) -> Case {
    last_seen(begun(id, today, 9), today, 9)
}

pub(super) fn younger_sibling(id: &'static str, today: NaiveDate) -> Case {
    let mut case = elder_sibling(id, today);
    let elder = "C9010";
    case.child.surname = case.child.surname.replace(&id.to_lowercase(), &elder.to_lowercase());
    case.child.household = elder.replace('C', "H");
    case.child.born_on = case.child.born_on.map(|on| shift(on, 900));
    case
}

fn visit_due_tomorrow_with(worker: &str, team: &str, id: &'static str, today: NaiveDate) -> Case {
    last_seen(given_to(settled(id, today), worker, team), today, 9)
}

pub(super) fn worker_away_with_cover(id: &'static str, today: NaiveDate) -> Case {
    visit_due_tomorrow_with("W9012", "T901", id, today)
}

pub(super) fn worker_away_without_cover(id: &'static str, today: NaiveDate) -> Case {
    visit_due_tomorrow_with("W9014", "T901", id, today)
}

pub(super) fn worker_left(id: &'static str, today: NaiveDate) -> Case {
    visit_due_tomorrow_with("W9015", "T901", id, today)
}

pub(super) fn worker_without_address(id: &'static str, today: NaiveDate) -> Case {
    visit_due_tomorrow_with("W9016", "T901", id, today)
}

pub(super) fn chain_of_cover(id: &'static str, today: NaiveDate) -> Case {
    visit_due_tomorrow_with("W9017", "T901", id, today)
}

pub(super) fn team_without_manager(id: &'static str, today: NaiveDate) -> Case {
    last_seen(given_to(settled(id, today), "W9019", "T902"), today, 13)
}

pub(super) fn unborn(id: &'static str, today: NaiveDate) -> Case {
    let mut case = begun(id, today, 6);
    case.beginning = Beginning::PreBirth;
    case.child.born_on = None;
    case.child.expected_on = Some(shift(today, 70));
    case.visits.clear();
    case
}

pub(super) fn transferred_in(id: &'static str, today: NaiveDate) -> Case {
    Case { beginning: Beginning::TransferIn, ..begun(id, today, 7) }
}

pub(super) fn other_authority(id: &'static str, today: NaiveDate) -> Case {
    let mut case = settled(id, today);
    case.beginning = Beginning::Elsewhere;
    case.reviews.clear();
    case.core_groups.clear();
    case
}

pub(super) fn died(id: &'static str, today: NaiveDate) -> Case {
    let yesterday = shift(today, -1);
    let mut case = settled(id, today);
    case.child.died_on = Some(yesterday);
    happened(case, "death", yesterday, 22, None)
}

pub(super) fn visit_mistyped(id: &'static str, today: NaiveDate) -> Case {
    let mut case = last_seen(settled(id, today), today, 9);
    case.visits.push(visit(shift(before(today, 2), 365)));
    case
}

pub(super) fn injury(id: &'static str, today: NaiveDate) -> Case {
    happened(settled(id, today), "injury", on_or_before(shift(today, -3)), 15, None)
}

/// Ended by a review that decided so.
pub(super) fn ended(id: &'static str, today: NaiveDate) -> Case {
    let ended_on = before(today, 65);
    let mut case = settled(id, ended_on);
    case.ended_on = Some(ended_on);
    case.conference.next_review_on = Some(ended_on);
    case.core_groups.pop();
    for allocation in &mut case.allocations {
        allocation.to_on = case.ended_on;
    }
    for member in &mut case.members {
        member.to_on = case.ended_on;
    }
    for review in &mut case.reviews {
        *review = Conference { makes_plan: Some(false), next_review_on: None, ..review.clone() };
        (review.booked_on, review.held_on) = (case.ended_on, case.ended_on);
    }
    case
}

fn happened(mut case: Case, kind: &'static str, on: NaiveDate, hour: u32, told_on: Option<NaiveDate>) -> Case {
    if let Some(at) = on.and_hms_opt(hour, 5, 0) {
        case.incidents.push(Incident { kind, at, told_on });
    }
    case
}
