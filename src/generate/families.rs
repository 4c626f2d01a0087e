//! The families drawn by chance: who they are, how long their plans have run, and everything since.

use chrono::NaiveDate;

use super::{
    case::{Allocation, Beginning, Case, Child, Incident, Membership},
    conferences,
    council::{Council, Team},
    days::{after, before, months_after, on_or_before, shift},
    draw::{Band, Draw},
    meetings, names,
    visits::{self, Habits, WATCHED},
};

/// Ages of open plans in days, and lengths of ended ones: the national shares for 2024-25, the first worked out from
/// the second.
const OPEN_FOR: [Band; 5] = [(26, 2, 91), (23, 92, 182), (29, 183, 365), (20, 366, 730), (2, 731, 900)];
const LASTED: [Band; 5] = [(16, 30, 91), (11, 92, 182), (44, 183, 365), (25, 366, 730), (4, 731, 900)];
/// Working days from the enquiry to the conference: four in five within fifteen, most of them in the last three days.
const ENQUIRY: [Band; 5] = [(9, 4, 10), (9, 11, 12), (63, 13, 15), (9, 16, 20), (10, 21, 30)];
/// Working days from the referral to the authorised assessment.
const ASSESSMENT: [Band; 6] = [(12, 1, 10), (17, 11, 20), (16, 21, 30), (20, 31, 40), (20, 41, 45), (15, 46, 70)];

/// Draws families until `plans` plans are open, and hands on each child's case with the family's own stream of chance.
pub(super) fn each(seed: u64, plans: u32, as_of: NaiveDate, council: &Council, mut take: impl FnMut(&Case, &mut Draw)) {
    let (mut open, mut children, mut family) = (0, 0, 0);
    while open < plans {
        family += 1;
        let mut draw = Draw::new(seed, family);
        let ended = draw.chance(20);
        let size = draw.band(&[(50, 1, 1), (28, 2, 2), (15, 3, 3), (7, 4, 4)]);
        let size = if ended { size } else { size.min(plans - open) };
        let Some(first) = first_child(&mut draw, family, ended, as_of, council) else { return };
        for sibling in 0..size {
            let mut case = if sibling == 0 {
                first.clone()
            } else {
                sibling_of(&mut draw, &first, as_of, &council.teams, &WATCHED)
            };
            children += 1;
            case.child.id = format!("C{}", 10_000 + children);
            settle(&mut draw, &mut case, as_of);
            take(&case, &mut draw);
        }
        open += if ended { 0 } else { size };
    }
}

pub(super) fn days_ago(as_of: NaiveDate, days: u32) -> NaiveDate {
    shift(as_of, -i32::try_from(days).unwrap_or(0))
}

fn first_child(draw: &mut Draw, family: u64, ended: bool, as_of: NaiveDate, council: &Council) -> Option<Case> {
    let (started_on, ended_on) = if ended {
        let end = on_or_before(days_ago(as_of, draw.band(&[(80, 3, 364), (20, 366, 500)])));
        (on_or_before(days_ago(end, draw.band(&LASTED))), Some(end))
    } else {
        (on_or_before(days_ago(as_of, draw.band(&OPEN_FOR))), None)
    };
    let team = draw.pick(&council.teams)?;
    let chair = draw.pick(&council.chairs).cloned();
    let mut case = course(draw, family, &Course { started_on, ended_on, as_of, team, chair }, &WATCHED);
    meetings::catch_up(&mut case.core_groups, as_of);
    Some(case)
}

/// What is given before a plan's course is drawn.
pub(super) struct Course<'a> {
    pub(super) started_on: NaiveDate,
    pub(super) ended_on: Option<NaiveDate>,
    pub(super) as_of: NaiveDate,
    pub(super) team: &'a Team,
    pub(super) chair: Option<String>,
}

/// Everything that follows from a plan: its conferences, core groups, workers, members and visits, and a child.
pub(super) fn course(draw: &mut Draw, family: u64, given: &Course<'_>, habits: &Habits) -> Case {
    let &Course { started_on, ended_on, as_of, team, .. } = given;
    let until = ended_on.unwrap_or(as_of);
    let weeks = [Some(4), Some(4), Some(6), Some(6), None].get(draw.below(5) as usize).copied().flatten();
    let mut conference = conferences::held(started_on, given.chair.clone(), weeks);
    let reviews = conferences::reviews(draw, &mut conference, ended_on, as_of);
    let core_groups = meetings::core_groups(draw, started_on, weeks, ended_on, as_of);
    let allocations = allocate(draw, team, started_on, ended_on, until);
    let members = members(draw, family, started_on, ended_on);
    let visits = visits::visits(draw, habits, (started_on, until), &allocations, &members);
    let a_year_on = months_after(started_on, 12);
    let beginning = match draw.below(100) {
        0..90 => Beginning::Initial,
        90..94 => Beginning::PreBirth,
        94..98 => Beginning::TransferIn,
        _ => Beginning::Elsewhere,
    };
    // Another authority's plan would not count among ours.
    let beginning =
        if beginning == Beginning::Elsewhere && ended_on.is_none() { Beginning::Initial } else { beginning };
    Case {
        child: child(draw, family, beginning, started_on, as_of),
        beginning,
        enquiry_days: draw.band(&ENQUIRY),
        assessment_days: draw.band(&ASSESSMENT),
        started_on,
        ended_on,
        conference,
        reviews,
        core_groups,
        visits,
        allocations,
        members,
        incidents: Vec::new(),
        assessed_again_on: (a_year_on < until && draw.chance(60)).then(|| before(a_year_on, draw.between(0, 15))),
        events: Vec::new(),
        unanswered: Vec::new(),
    }
}

/// Incidents, and no visit before the birth: contacts with the mother are not in the table of visits.
pub(super) fn settle(draw: &mut Draw, case: &mut Case, as_of: NaiveDate) {
    add_incidents(draw, case, as_of);
    let born_on = case.child.born_on.or(case.child.expected_on).unwrap_or(case.started_on);
    case.visits.retain(|visit| visit.on >= born_on);
}

fn child(draw: &mut Draw, family: u64, beginning: Beginning, started_on: NaiveDate, as_of: NaiveDate) -> Child {
    let born_on = if beginning == Beginning::PreBirth {
        shift(started_on, i32::try_from(draw.between(50, 110)).unwrap_or(50))
    } else {
        days_ago(started_on, draw.band(&[(12, 5, 364), (25, 365, 1824), (63, 1825, 6000)]))
    };
    let born = born_on < as_of;
    Child {
        id: String::new(),
        number: None,
        household: format!("H{}", 10_000 + family),
        forename: names::name(draw),
        surname: names::name(draw),
        born_on: born.then_some(born_on),
        expected_on: (beginning == Beginning::PreBirth).then_some(born_on),
        died_on: None,
    }
}

/// A brother or sister: the same conferences, core groups and mostly the same worker, seen on the same days.
pub(super) fn sibling_of(draw: &mut Draw, first: &Case, as_of: NaiveDate, teams: &[Team], habits: &Habits) -> Case {
    let mut case = first.clone();
    let beginning = if first.beginning == Beginning::PreBirth { Beginning::Initial } else { first.beginning };
    case.beginning = beginning;
    let own = child(draw, 0, beginning, case.started_on, as_of);
    case.child = Child { household: first.child.household.clone(), surname: first.child.surname.clone(), ..own };
    if draw.chance(90) {
        case.visits = visits::alongside(draw, &first.visits);
    } else if let Some(team) = draw.pick(teams) {
        let until = case.ended_on.unwrap_or(as_of);
        case.allocations = allocate(draw, team, case.started_on, case.ended_on, until);
        case.visits = visits::visits(draw, habits, (case.started_on, until), &case.allocations, &case.members);
    }
    case
}

/// The worker since before the conference; in a quarter of cases a change, sometimes with days between; and now and
/// then somebody beside the lead worker.
fn allocate(
    draw: &mut Draw,
    team: &Team,
    started_on: NaiveDate,
    ended_on: Option<NaiveDate>,
    until: NaiveDate,
) -> Vec<Allocation> {
    let from_on = before(started_on, draw.between(10, 25));
    let worker = draw.pick(&team.workers).cloned().unwrap_or_default();
    let lead = Allocation { worker: worker.clone(), team: team.id.clone(), lead: true, from_on, to_on: ended_on };
    let mut allocations = vec![lead.clone()];
    let length = u32::try_from((until - started_on).num_days()).unwrap_or(0);
    if length > 60 && draw.chance(25) {
        let changed_on = shift(started_on, i32::try_from(draw.between(20, length - 20)).unwrap_or(20));
        let gap = draw.band(&[(70, 0, 0), (20, 1, 4), (10, 5, 15)]);
        let leaver =
            team.leaver.as_ref().filter(|(_, left_on)| changed_on <= *left_on).map(|(leaver, _)| leaver.clone());
        let next = draw.pick(&team.workers).filter(|next| **next != worker).cloned();
        if let Some(earlier) = leaver.filter(|_| draw.chance(50)).or(next) {
            let earlier = Allocation { worker: earlier, to_on: Some(changed_on), ..lead.clone() };
            let from_on = after(changed_on, gap + 1).min(until);
            allocations = vec![earlier, Allocation { from_on, ..lead.clone() }];
        }
    }
    if let Some(other) = draw.pick(&team.workers).filter(|other| **other != worker).filter(|_| draw.chance(20)) {
        allocations.push(Allocation { worker: other.clone(), lead: false, from_on: started_on, ..lead });
    }
    allocations
}

/// A health visitor, the school, and mostly a parent.
fn members(draw: &mut Draw, family: u64, from_on: NaiveDate, to_on: Option<NaiveDate>) -> Vec<Membership> {
    let member = |kind: &str, professional| Membership {
        member: format!("{kind}{}", 10_000 + family),
        professional,
        from_on,
        to_on,
    };
    let mut members = vec![member("HV", true), member("SCH", true), member("PAR", false)];
    if draw.chance(30) {
        members.pop();
    }
    members
}

/// Mostly nothing; now and then refused access or an injury in the last months, told of in time but for a few.
fn add_incidents(draw: &mut Draw, case: &mut Case, as_of: NaiveDate) {
    let kind = match draw.below(100) {
        0..4 => "access_refused",
        4..6 => "injury",
        _ => return,
    };
    let on = before(as_of, draw.between(1, 40));
    let Some(at) = on.and_hms_opt(draw.between(9, 18), draw.between(0, 59), 0) else { return };
    let told_on = draw.chance(85).then(|| after(on, draw.between(0, 1)).min(before(as_of, 1)));
    if case.ended_on.is_none() && on > case.started_on {
        case.incidents.push(Incident { kind, at, told_on: told_on.filter(|told| *told >= on) });
    }
}
