//! The planted scenes: children, always of the same ids, each of whom shows one thing on the day of the load.
//!
//! Each starts from a case in which nothing is owed, or from one that has just begun, and changes what it is about.

mod begun;
mod planted;
mod staff;
mod unanswered;

use chrono::NaiveDate;

pub(super) use staff::join_staff;

use super::{case::Case, draw::Draw};

/// A child who is always there.
pub struct Scene {
    /// The child's id in the case database.
    pub child: &'static str,
    /// What the case shows, in a sentence.
    pub shows: &'static str,
    build: fn(&'static str, NaiveDate) -> Case,
}

const fn scene(child: &'static str, shows: &'static str, build: fn(&'static str, NaiveDate) -> Case) -> Scene {
    Scene { child, shows, build }
}

/// Every scene, by child. `today` is the day of the load, and limits are those of ten working days.
pub const SCENES: &[Scene] = &[
    scene("C9001", "The first core group is two working days overdue.", planted::first_core_group_overdue),
    scene("C9002", "The first core group is due today, and booked for today.", planted::first_core_group_due_today),
    scene("C9003", "The first core group is due in two working days.", planted::first_core_group_due_soon),
    scene("C9004", "Minutes are written and wait for the manager's approval.", planted::minutes_wait_for_approval),
    scene("C9005", "Nobody has seen the child for twelve working days.", planted::visit_overdue),
    scene("C9006", "The case has had no lead worker for four working days.", planted::unallocated),
    scene("C9007", "The last conference set no date for the review.", planted::no_review_date),
    scene("C9008", "Access was refused this morning; nobody has been told.", planted::access_refused_today),
    scene("C9009", "No review date to see the bedroom by; seen alone is not recorded.", planted::cannot_be_told),
    scene("C9010", "Brother of C9011, same worker: visit and first core group due.", planted::elder_sibling),
    scene("C9011", "Sister of C9010, same worker: visit and first core group due.", planted::younger_sibling),
    scene("C9012", "A visit is due tomorrow; the worker is away and covered.", planted::worker_away_with_cover),
    scene("C9013", "A visit is due tomorrow; the worker is away without cover.", planted::worker_away_without_cover),
    scene("C9014", "A child not yet born, after a pre-birth conference.", planted::unborn),
    scene("C9015", "The plan came with a conference on transfer in.", planted::transferred_in),
    scene("C9016", "Another authority's plan, which is left out.", planted::other_authority),
    scene("C9017", "The child died yesterday; nobody has been told.", planted::died),
    scene("C9018", "The allocated worker has left; a visit is due tomorrow.", planted::worker_left),
    scene("C9019", "The worker has no address; a visit is due tomorrow.", planted::worker_without_address),
    scene("C9020", "The team has no manager; a visit is overdue.", planted::team_without_manager),
    scene("C9021", "The worker's cover is away too, and is covered in turn.", planted::chain_of_cover),
    scene("C9022", "The last visit was typed in with next year's date.", planted::visit_mistyped),
    scene("C9023", "An injury last Friday; the chair has not been told.", planted::injury),
    scene("C9024", "Minutes are with business support and due to be sent today.", planted::minutes_wait_for_sending),
    scene("C9025", "The plan ended three months ago.", planted::ended),
    scene(
        "C9026",
        "The worker is on leave from Wednesday; who covers is not settled.",
        unanswered::leave_without_cover,
    ),
    scene("C9027", "The review last week left no outline plan and no agenda on record.", unanswered::review_incomplete),
    scene("C9028", "The core group has disagreed for seven working days.", unanswered::disagreement),
    scene("C9029", "An action of the plan was due two working days ago.", unanswered::action_overdue),
    scene("C9030", "The first core group was held; nobody has signed the plan.", unanswered::plan_unsigned),
    scene("C9031", "The health visitor left the core group; who follows is not recorded.", unanswered::member_left),
];

/// The scenes' cases on that day.
pub(super) fn cases(today: NaiveDate) -> Vec<Case> {
    SCENES.iter().map(|scene| (scene.build)(scene.child, today)).collect()
}

/// Chance for what does not matter in a scene, the same for every seed.
pub(super) fn draw() -> Draw {
    Draw::new(0, u64::MAX)
}
