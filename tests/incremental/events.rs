//! What happens between two polls.

use chrono::{Days, NaiveDate};
use proptest::prelude::*;

/// Something that happens between two polls. Numbers choose a row, a worker or a child, whichever there is.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    Visited(usize),
    VisitDeleted(usize),
    VisitTypedForNextMonth(usize),
    CoreGroupHeld(usize),
    MinutesSent(usize),
    PlanEnded(usize),
    PlanReopened(usize),
    PlanWithoutChild(usize),
    AllocationEnded(usize),
    ChildVanishes(usize),
    ChildDies(usize),
    RowDoubled(usize),
    ReviewBooked(usize),
    DateThatIsNone(usize),
    NewLoad,
    WorkerLeaves(usize),
    ManagerLeaves(usize),
    WorkerFallsIll(usize),
    AddressChanges(usize),
    RuleTightened,
    RuleLoosened,
    HolidayProclaimed,
    OfficesClosed,
    OtherProgram,
    Acknowledged(usize),
    Paused(usize),
    Resumed(usize),
    MessageRefused,
}

use Event::{
    Acknowledged, AddressChanges, AllocationEnded, ChildDies, ChildVanishes, CoreGroupHeld, DateThatIsNone,
    HolidayProclaimed, ManagerLeaves, MessageRefused, MinutesSent, NewLoad, OfficesClosed, OtherProgram, Paused,
    PlanEnded, PlanReopened, PlanWithoutChild, Resumed, ReviewBooked, RowDoubled, RuleLoosened, RuleTightened,
    VisitDeleted, VisitTypedForNextMonth, Visited, WorkerFallsIll, WorkerLeaves,
};

fn event() -> impl Strategy<Value = Event> {
    let which = || 0..1000_usize;
    prop_oneof![
        6 => which().prop_map(Visited),
        2 => which().prop_map(VisitDeleted),
        2 => which().prop_map(VisitTypedForNextMonth),
        3 => which().prop_map(CoreGroupHeld),
        3 => which().prop_map(MinutesSent),
        2 => which().prop_map(PlanEnded),
        1 => which().prop_map(PlanReopened),
        1 => which().prop_map(PlanWithoutChild),
        3 => which().prop_map(AllocationEnded),
        1 => which().prop_map(ChildVanishes),
        1 => which().prop_map(ChildDies),
        1 => which().prop_map(RowDoubled),
        2 => which().prop_map(ReviewBooked),
        1 => which().prop_map(DateThatIsNone),
        4 => Just(NewLoad),
        2 => which().prop_map(WorkerLeaves),
        2 => which().prop_map(ManagerLeaves),
        2 => which().prop_map(WorkerFallsIll),
        1 => which().prop_map(AddressChanges),
        1 => Just(RuleTightened),
        1 => Just(RuleLoosened),
        1 => Just(HolidayProclaimed),
        1 => Just(OfficesClosed),
        1 => Just(OtherProgram),
        3 => which().prop_map(Acknowledged),
        3 => which().prop_map(Paused),
        1 => which().prop_map(Resumed),
        2 => Just(MessageRefused),
    ]
}

/// What happens before the next poll, and how many hours later that is.
pub(crate) fn step() -> impl Strategy<Value = (Vec<Event>, i64)> {
    let hours = prop_oneof![2 => 1..6_i64, 5 => Just(24), 2 => 24..120_i64, 1 => 300..900_i64];
    (prop::collection::vec(event(), 0..4), hours)
}

/// A change of the case database, on that day; nothing where there is no row to change. `one_of` gives a column of one row
/// of a table, whichever a number chooses.
pub(crate) fn in_rows(
    event: &Event,
    today: NaiveDate,
    id: i64,
    one_of: impl Fn(&str, &str, usize) -> Option<String>,
) -> Option<String> {
    let child = |which: &usize| one_of("cppl_person_id", "ssd_cp_plans", *which);
    let plan = |which: &usize| one_of("cppl_cp_plan_id", "ssd_cp_plans", *which);
    let visit = |which: &usize| one_of("cppv_cp_visit_id", "ssd_cp_visits", *which);
    let in_days = |days: usize| today + Days::new(days as u64);
    let of_visit = |which: &usize, set: &str| {
        Some(format!("UPDATE ssd_cp_visits SET {set} WHERE cppv_cp_visit_id = '{}'", visit(which)?))
    };
    let of_plan = |which: &usize, set: &str| {
        Some(format!("UPDATE ssd_cp_plans SET {set} WHERE cppl_cp_plan_id = '{}'", plan(which)?))
    };
    match event {
        Visited(which) => {
            let yes = if which % 3 == 0 { "N" } else { "Y" };
            Some(format!(
                "INSERT INTO ssd_cp_visits (cppv_cp_visit_id, cppv_person_id, cppv_cp_visit_date, cppv_cp_visit_seen,
                    cppv_cp_visit_seen_alone) VALUES ('N{id}-{which}', '{}', '{today} 00:00:00', '{yes}', '{yes}')",
                child(which)?
            ))
        }
        VisitDeleted(which) => Some(format!("DELETE FROM ssd_cp_visits WHERE cppv_cp_visit_id = '{}'", visit(which)?)),
        VisitTypedForNextMonth(which) => of_visit(which, &format!("cppv_cp_visit_date = '{} 00:00:00'", in_days(20))),
        DateThatIsNone(which) => of_visit(which, "cppv_cp_visit_date = 'soon'"),
        CoreGroupHeld(which) => Some(format!(
            "INSERT INTO local_core_groups (core_group_id, person_id, held_on)
             VALUES ('G{id}-{which}', '{}', '{today} 00:00:00')",
            child(which)?
        )),
        MinutesSent(which) => Some(format!(
            "UPDATE local_core_groups SET minutes_sent_on = '{today} 00:00:00' WHERE core_group_id = '{}'",
            one_of("core_group_id", "local_core_groups", *which)?
        )),
        PlanEnded(which) => of_plan(which, &format!("cppl_cp_plan_end_date = '{today} 00:00:00'")),
        PlanReopened(which) => of_plan(which, "cppl_cp_plan_end_date = NULL"),
        PlanWithoutChild(which) => of_plan(which, "cppl_person_id = NULL"),
        AllocationEnded(which) => Some(format!(
            "UPDATE ssd_involvements SET invo_involvement_end_date = '{} 00:00:00' WHERE invo_involvements_id = '{}'",
            in_days(which % 5),
            one_of("invo_involvements_id", "ssd_involvements", *which)?
        )),
        ChildVanishes(which) => Some(format!("DELETE FROM ssd_cp_plans WHERE cppl_person_id = '{}'", child(which)?)),
        ChildDies(which) => Some(format!(
            "UPDATE ssd_person SET pers_death_date = '{today} 00:00:00' WHERE pers_person_id = '{}'",
            child(which)?
        )),
        RowDoubled(which) => Some(format!(
            "INSERT INTO ssd_person (pers_person_id, pers_dob) VALUES ('{}', '2015-05-05 00:00:00')",
            child(which)?
        )),
        ReviewBooked(which) => Some(format!(
            "INSERT INTO local_bookings (booking_id, person_id, kind, booked_on)
             VALUES ('B{id}-{which}', '{}', 'review', '{} 00:00:00')",
            child(which)?,
            in_days(which % 40)
        )),
        NewLoad => Some(format!("UPDATE local_load SET loaded_at = '{today} 06:30:00'")),
        WorkerLeaves(which) | ManagerLeaves(which) => {
            let worker = match event {
                WorkerLeaves(_) => one_of("worker_id", "local_workers", *which)?,
                _ => one_of("manager_id", "local_teams", *which)?,
            };
            let on = in_days(which % 3);
            Some(format!("UPDATE local_workers SET left_on = '{on} 00:00:00' WHERE worker_id = '{worker}'"))
        }
        WorkerFallsIll(which) => Some(format!(
            "INSERT INTO local_absences (absence_id, worker_id, from_on, to_on, cover_id)
             VALUES ('A{id}-{which}', '{}', '{} 00:00:00', '{} 00:00:00', '{}')",
            one_of("worker_id", "local_workers", *which)?,
            in_days(which % 3),
            in_days(9),
            one_of("worker_id", "local_workers", which / 7)?
        )),
        AddressChanges(which) => {
            let email = if which % 2 == 0 { "new@wrenholt.example" } else { "other@elsewhere.example" };
            let worker = one_of("worker_id", "local_workers", *which)?;
            Some(format!("UPDATE local_workers SET email = '{email}' WHERE worker_id = '{worker}'"))
        }
        RuleTightened | RuleLoosened | HolidayProclaimed | OfficesClosed | OtherProgram | Acknowledged(_)
        | Paused(_) | Resumed(_) | MessageRefused => None,
    }
}
