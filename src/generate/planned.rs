//! Families with a plan, open or ended.

use chrono::NaiveDate;

use super::{
    case::{Beginning, Case},
    days::{after, before, on_or_before, shift},
    draw::Draw,
    families::{Course, course, days_ago, settle, sibling_of},
    filing::{self, stamp},
    forms::{self, Office},
    national::{ASSESSMENT, LONGEST_ASSESSMENT},
    population::{Known, Population},
    roster::Seat,
    sheets::Sheet,
    visits::FORTNIGHTLY,
};

/// Of a hundred families whose plan is new, those in which the child is yet to be born: one open plan in forty.
const UNBORN_OF_NEW: u32 = 20;

/// A family of which some children are still to be filed.
pub(super) struct OpenFamily {
    draw: Draw,
    first: Case,
    /// Who holds the cases of the children to come.
    seats: Vec<Seat>,
}

/// How many children of a family have a plan.
fn size(draw: &mut Draw) -> u32 {
    draw.band(&[(50, 1, 1), (28, 2, 2), (15, 3, 3), (7, 4, 4)])
}

impl Population<'_> {
    /// A family whose plans have ended within the history.
    pub(super) fn file_ended_family(&mut self) {
        let (mut draw, family) = self.next_family();
        let size = size(&mut draw);
        let ended_on = self.day_in_history(&mut draw);
        let started_on = on_or_before(days_ago(ended_on, self.lasted.take(&mut draw, size)));
        let first = self.first_child(&mut draw, (family, size), (started_on, Some(ended_on)));
        for number in 0..size {
            self.file_planned(&mut draw, &first, number > 0, None);
        }
        self.due.ended.add(u64::from(size));
    }

    /// One child with an open plan: of the family, or the first of another one.
    pub(super) fn file_open_child(&mut self, family: Option<OpenFamily>) -> Option<OpenFamily> {
        let sibling = family.is_some();
        let mut family = family.unwrap_or_else(|| self.begin_open_family());
        let seat = family.seats.pop();
        self.file_planned(&mut family.draw, &family.first, sibling, seat.as_ref());
        (!family.seats.is_empty()).then_some(family)
    }

    fn begin_open_family(&mut self) -> OpenFamily {
        let (mut draw, family) = self.next_family();
        let size = size(&mut draw);
        let started_on = on_or_before(days_ago(self.order.as_of, self.open_for.take(&mut draw, size)));
        let mut first = self.first_child(&mut draw, (family, size), (started_on, None));
        if started_on > days_ago(self.order.as_of, 50) && draw.chance(UNBORN_OF_NEW) {
            first.beginning = Beginning::PreBirth;
            first.child.born_on = None;
            first.child.expected_on = Some(shift(self.order.as_of, i32::try_from(draw.between(10, 100)).unwrap_or(10)));
        }
        let mut seats: Vec<Seat> = (0..size).map(|_| self.roster.seat(self.sheets)).collect();
        seats.reverse();
        OpenFamily { draw, first, seats }
    }

    fn first_child(
        &mut self,
        draw: &mut Draw,
        (family, size): (u64, u32),
        (started_on, ended_on): (NaiveDate, Option<NaiveDate>),
    ) -> Case {
        let (as_of, chair) = (self.order.as_of, self.roster.chair());
        let given = Course { started_on, ended_on, as_of, team: self.roster.team(), chair };
        let mut case = course(draw, family, &given, &FORTNIGHTLY);
        case.enquiry_days = self.enquiry_days.take(draw, size);
        // An assessment that may be open still cannot count among those that are complete.
        let referred_on = before(started_on, case.enquiry_days + 2);
        let complete = after(referred_on, LONGEST_ASSESSMENT) < as_of;
        case.assessment_days = if complete { self.assessment_days.take(draw, size) } else { draw.band(ASSESSMENT) };
        case
    }

    fn file_planned(&mut self, draw: &mut Draw, first: &Case, sibling: bool, seat: Option<&Seat>) {
        let as_of = self.order.as_of;
        let mut case = if sibling {
            sibling_of(draw, first, as_of, std::slice::from_ref(self.roster.team()), &FORTNIGHTLY)
        } else {
            first.clone()
        };
        let number = self.next_child();
        (case.child.id, case.child.number) = (format!("C{number}"), Some(number));
        settle(draw, &mut case, as_of);
        if let Some(seat) = seat {
            hand_over(&mut case, seat);
            self.due.open_cases.add(1);
        }
        let history_from = self.history_from();
        let tidy = self.order.tidy;
        case.visits.retain(|visit| visit.on >= history_from && !(tidy && visit.on >= as_of));
        filing::file(self.sheets, &case, as_of, draw);
        if self.order.forms {
            forms::file(self.sheets, &case, &Office { seed: self.order.seed, as_of, absences: &[] });
        }
        self.take_note(&case);
        self.file_strays(&case);
        self.file_duplicate(&case.child);
    }

    /// Counts what was filed with the case.
    fn take_note(&mut self, case: &Case) {
        self.due.persons.add(1);
        self.due.involvements.add(case.allocations.len() as u64);
        if case.beginning != Beginning::Elsewhere {
            self.due.enquiries.add(1);
            self.due.assessments.add(1);
            let referral = filing::referral_of(case, self.order.as_of);
            self.due.open_assessments.add(u64::from(referral.assessed_on.is_none()));
        }
        self.known.push(Known {
            child: case.child.clone(),
            referral: case.referral_id(),
            team: case.allocations.first().map(|allocation| allocation.team.clone()).unwrap_or_default(),
            from_on: case.started_on,
            to_on: case.ended_on,
            referrals: case.ended_on.map(|_| 1),
        });
    }

    /// Visits to plans that do not exist: nobody knows whose they were.
    fn file_strays(&mut self, case: &Case) {
        for (number, visit) in case.visits.iter().enumerate() {
            if self.sheets.disorder().is_some_and(super::disorder::Disorder::strays) {
                let [id, person, plan] = [format!("{}-Y{number}", case.child.id), "C1".into(), "1".into()].map(Some);
                let row = [id, person, plan, Some(stamp(visit.on)), visit.seen.map(filing::flag), None, None];
                self.sheets.put(Sheet::Visit, row);
            }
        }
    }

    /// A child who lives here under another authority's plan.
    pub(super) fn file_elsewhere(&mut self) {
        let (mut draw, family) = self.next_family();
        let started_on = on_or_before(days_ago(self.order.as_of, draw.between(20, 400)));
        let mut case = self.first_child(&mut draw, (family, 0), (started_on, None));
        case.beginning = Beginning::Elsewhere;
        case.reviews.clear();
        case.core_groups.clear();
        let seat = self.roster.seat(self.sheets);
        self.file_planned(&mut draw, &case, false, Some(&seat));
    }
}

/// Gives the case to whoever has the seat. Whoever was drawn takes the other's place in its past.
fn hand_over(case: &mut Case, seat: &Seat) {
    let Some(lead) = case.allocations.iter().rfind(|held| held.lead && held.to_on.is_none()) else { return };
    let drawn = lead.worker.clone();
    let exchanged = |worker: &String| {
        if *worker == drawn {
            seat.worker.clone()
        } else if *worker == seat.worker {
            drawn.clone()
        } else {
            worker.clone()
        }
    };
    for held in &mut case.allocations {
        held.worker = exchanged(&held.worker);
        held.team.clone_from(&seat.team);
    }
    for visit in &mut case.visits {
        visit.visitor = visit.visitor.as_ref().map(exchanged);
    }
}
