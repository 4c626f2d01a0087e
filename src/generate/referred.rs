//! Families that were referred and have no plan: most were assessed, some had an enquiry, a few a conference.

use chrono::NaiveDate;

use super::{
    case::{Child, Conference},
    conferences,
    days::{after, before, on_or_before, shift},
    draw::Draw,
    filing::stamp,
    names,
    national::{ENQUIRY_ALONE, OPEN_ASSESSMENT, OPEN_ENQUIRY, REFERRED_AGAIN},
    population::{Known, Population},
    referral::{self, Enquiry, First, Referral},
    roster::Seat,
    sheets::Sheet,
};

/// What came of the referral.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Came {
    OpenEnquiry,
    Enquiry,
    /// A conference that made no plan.
    Conference,
    OpenAssessment,
    Assessment,
}

/// The days of one family's referral.
struct Course {
    referred_on: NaiveDate,
    assessed_on: Option<NaiveDate>,
    /// First and last day, and whether it ended without further action.
    enquiry: Option<(NaiveDate, Option<NaiveDate>, bool)>,
    conference: Option<Conference>,
    closed_on: Option<NaiveDate>,
}

impl Population<'_> {
    /// One family of which this came.
    pub(super) fn file_family(&mut self, came: Came, plan: u64) {
        let (mut draw, family) = self.next_family();
        let size = draw.band(&[(62, 1, 1), (22, 2, 2), (11, 3, 3), (5, 4, 4)]);
        let course = self.course(&mut draw, came, size, plan);
        let household = format!("H{}", 10_000 + family);
        let surname = names::name(&mut draw);
        for _ in 0..size {
            let (child, referrals) = self.referred_child(&mut draw, &course, &household, &surname);
            self.file_referred(&mut draw, &course, &child, referrals);
        }
        let size = u64::from(size);
        self.due.assessments.add(size);
        self.due.enquiries.add(if course.enquiry.is_some() { size } else { 0 });
        self.due.conferences_alone.add(if came == Came::Conference { size } else { 0 });
        self.due.open_enquiries.add(if came == Came::OpenEnquiry { size } else { 0 });
        self.due.open_assessments.add(if course.assessed_on.is_none() { size } else { 0 });
    }

    fn course(&mut self, draw: &mut Draw, came: Came, size: u32, plan: u64) -> Course {
        let yesterday = on_or_before(shift(self.order.as_of, -1));
        match came {
            Came::OpenEnquiry => {
                let started_on = before(yesterday, draw.band(OPEN_ENQUIRY));
                let referred_on = before(started_on, draw.between(0, 2));
                let conference = (self.due.pending.missing(plan) > 0).then(|| self.arranged(draw, started_on));
                self.due.pending.add(if conference.is_some() { u64::from(size) } else { 0 });
                let enquiry = Some((started_on, None, false));
                Course { referred_on, assessed_on: None, enquiry, conference, closed_on: None }
            }
            Came::OpenAssessment => {
                let referred_on = before(yesterday, draw.band(OPEN_ASSESSMENT));
                Course { referred_on, assessed_on: None, enquiry: None, conference: None, closed_on: None }
            }
            Came::Assessment => {
                let open = self.due.open_cases.missing(plan) > 0;
                let authorised_on = if open { self.day_of_late(draw) } else { self.day_in_history(draw) };
                let referred_on = before(authorised_on, self.assessment_days.take(draw, size));
                let closed_on = (!open).then(|| after(authorised_on, draw.between(0, 15)).min(self.order.as_of));
                let assessed_on = Some(authorised_on);
                Course { referred_on, assessed_on, enquiry: None, conference: None, closed_on }
            }
            Came::Enquiry | Came::Conference => {
                let days = self.assessment_days.take(draw, size);
                let (lag, ran, conference) = if came == Came::Conference {
                    (2, self.enquiry_days.take(draw, size), true)
                } else {
                    (draw.between(0, 2), draw.band(ENQUIRY_ALONE), false)
                };
                // The last of all is a day of the history; so nothing is cut off, and no length is rarer for being long.
                let last_on = self.day_in_history(draw);
                let referred_on = before(last_on, days.max(lag + ran));
                let started_on = after(referred_on, lag);
                let ran_until = after(started_on, ran);
                let conference = conference.then(|| Conference {
                    makes_plan: Some(false),
                    ..conferences::held(ran_until, self.roster.chair(), None)
                });
                let ended_on = if conference.is_some() { before(ran_until, 1).max(started_on) } else { ran_until };
                Course {
                    referred_on,
                    assessed_on: Some(after(referred_on, days)),
                    enquiry: Some((started_on, Some(ended_on), conference.is_none())),
                    conference,
                    closed_on: Some(last_on),
                }
            }
        }
    }

    /// A day of the last ten months.
    fn day_of_late(&self, draw: &mut Draw) -> NaiveDate {
        let days = draw.between(1, 300.min(self.order.years.saturating_mul(365).max(1)));
        on_or_before(shift(self.order.as_of, -i32::try_from(days).unwrap_or(1)))
    }

    fn arranged(&self, draw: &mut Draw, enquired_on: NaiveDate) -> Conference {
        let in_time = after(enquired_on, draw.between(11, 16));
        let booked_on = if in_time < self.order.as_of { after(self.order.as_of, draw.between(1, 5)) } else { in_time };
        Conference { held_on: None, makes_plan: None, ..conferences::held(booked_on, self.roster.chair(), None) }
    }

    /// A new child, or one who was referred before, and how many referrals that makes.
    fn referred_child(&mut self, draw: &mut Draw, course: &Course, household: &str, surname: &str) -> (Child, u32) {
        let again = draw.chance(REFERRED_AGAIN) && course.conference.is_none();
        let place = draw.below(u32::try_from(self.known.len()).unwrap_or(u32::MAX)) as usize;
        if let Some(known) = self.known.get_mut(place).filter(|_| again)
            && let Some(referrals) = &mut known.referrals
        {
            *referrals += 1;
            return (Child { household: household.to_owned(), ..known.child.clone() }, *referrals);
        }
        let new = self.new_child(draw, course.referred_on);
        let child = Child { household: household.to_owned(), surname: surname.to_owned(), ..new };
        self.file_person(&child);
        if course.enquiry.is_some() {
            self.sheets.put(Sheet::Household, [Some(child.id.clone()), Some(child.household.clone())]);
        }
        (child, 1)
    }

    fn file_referred(&mut self, draw: &mut Draw, course: &Course, child: &Child, referrals: u32) {
        let open = course.closed_on.is_none();
        let Seat { worker, team } = if open {
            self.due.open_cases.add(1);
            self.roster.seat(self.sheets)
        } else {
            let team = self.roster.team();
            Seat { worker: draw.pick(&team.workers).cloned().unwrap_or_default(), team: team.id.clone() }
        };
        let of = |kind: char| format!("{}-{kind}{referrals}", child.id);
        let referral = Referral {
            id: of('R'),
            child: child.id.clone(),
            referred_on: course.referred_on,
            closed_on: course.closed_on,
            team: Some(team.clone()),
            worker: Some(worker.clone()),
            assessment: of('N'),
            assessed_on: course.assessed_on,
            enquiry: course.enquiry.map(|(started_on, ended_on, no_further_action)| Enquiry {
                id: format!("{}-Q1", child.household),
                started_on,
                ended_on,
                no_further_action,
            }),
        };
        referral::file(self.sheets, &referral);
        if let (Some(conference), Some(number)) = (&course.conference, child.number) {
            let first = First {
                id: (u64::from(number) * 16 + 1).to_string(),
                meeting: format!("{}-M1", child.household),
                plan: None,
                transfer_in: false,
                kind: None,
                conference,
            };
            referral::file_conference(self.sheets, &referral, &first, self.order.as_of);
        }
        self.file_lead(&referral);
        let known = Known {
            child: child.clone(),
            referral: referral.id,
            team,
            from_on: course.referred_on,
            to_on: course.closed_on,
            referrals: (!open && referrals == 1).then_some(1),
        };
        self.known.push(known);
    }

    fn file_lead(&mut self, referral: &Referral) {
        self.sheets.put(
            Sheet::Involvement,
            [
                Some(format!("{}-L1", referral.id)),
                referral.worker.clone(),
                Some(self.sheets.system().lead_code().to_owned()),
                referral.team.clone(),
                Some(referral.child.clone()),
                Some(stamp(referral.referred_on)),
                referral.closed_on.map(stamp),
                Some(referral.id.clone()),
            ],
        );
        self.due.involvements.add(1);
    }
}
