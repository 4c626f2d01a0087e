//! A referral and what came of it: an assessment, perhaps an enquiry and a conference. A plan begins with one; most end
//! without a plan.

use chrono::NaiveDate;

use super::{
    case::Conference,
    days,
    filing::{flag, stamp},
    sheets::{Sheet, Sheets},
};

/// An enquiry under section 47.
pub(super) struct Enquiry {
    /// Brothers and sisters share it.
    pub(super) id: String,
    pub(super) started_on: NaiveDate,
    /// Empty while it is open.
    pub(super) ended_on: Option<NaiveDate>,
    /// Whether it ended without further action.
    pub(super) no_further_action: bool,
}

/// One child's referral.
pub(super) struct Referral {
    pub(super) id: String,
    pub(super) child: String,
    pub(super) referred_on: NaiveDate,
    pub(super) closed_on: Option<NaiveDate>,
    pub(super) team: Option<String>,
    pub(super) worker: Option<String>,
    pub(super) assessment: String,
    /// Empty while the assessment is open.
    pub(super) assessed_on: Option<NaiveDate>,
    pub(super) enquiry: Option<Enquiry>,
}

impl Referral {
    /// How the dataset names the worker of a piece of work, and the team beside.
    fn worked_by(&self, sheets: &Sheets, open: bool) -> (Option<String>, Option<String>) {
        let worker = self.worker.as_deref().and_then(|worker| sheets.system().named(worker, open));
        (worker.is_some().then(|| self.team.clone()).flatten(), worker)
    }
}

/// Files it with its assessment and enquiry, as far as the system keeps what is open.
pub(super) fn file(sheets: &mut Sheets, referral: &Referral) {
    let (id, child) = (Some(referral.id.clone()), Some(referral.child.clone()));
    let keeps = |open: bool| !open || sheets.system().keeps_open_work();
    let (keeps_assessment, keeps_enquiry) = (
        keeps(referral.assessed_on.is_none()),
        referral.enquiry.as_ref().filter(|enquiry| keeps(enquiry.ended_on.is_none())),
    );
    file_alone(sheets, referral);
    if keeps_assessment {
        let (team, worker) = referral.worked_by(sheets, referral.assessed_on.is_none());
        sheets.put(
            Sheet::Assessment,
            [
                Some(referral.assessment.clone()),
                child.clone(),
                id.clone(),
                Some(stamp(referral.referred_on)),
                Some(flag(true)),
                referral.assessed_on.map(stamp),
                team,
                worker,
            ],
        );
    }
    if let Some(enquiry) = keeps_enquiry {
        let (team, worker) = referral.worked_by(sheets, enquiry.ended_on.is_none());
        sheets.put(
            Sheet::Enquiry,
            [
                Some(enquiry.id.clone()),
                id,
                child,
                Some(stamp(enquiry.started_on)),
                enquiry.ended_on.map(stamp),
                enquiry.ended_on.map(|_| flag(enquiry.no_further_action)),
                team,
                worker,
            ],
        );
    }
}

/// The referral without what came of it.
pub(super) fn file_alone(sheets: &mut Sheets, referral: &Referral) {
    sheets.put(
        Sheet::Referral,
        [
            Some(referral.id.clone()),
            Some(referral.child.clone()),
            Some(stamp(referral.referred_on)),
            referral.closed_on.map(stamp),
            referral.team.clone(),
            referral.worker.clone(),
        ],
    );
}

/// The first conference of a referral, held or arranged.
pub(super) struct First<'a> {
    pub(super) id: String,
    pub(super) meeting: String,
    pub(super) plan: Option<String>,
    pub(super) transfer_in: bool,
    /// Which kind a system writes into `local_conferences`, and which into `local_bookings`.
    pub(super) kind: Option<&'static str>,
    pub(super) conference: &'a Conference,
}

/// Files it. A system that has no row for what is arranged has a booking.
pub(super) fn file_conference(sheets: &mut Sheets, referral: &Referral, first: &First<'_>, as_of: NaiveDate) {
    let held_on = first.conference.held_on;
    if held_on.is_none() && !sheets.system().keeps_arranged_conferences() {
        return file_booking(sheets, &first.id, &referral.child, first.kind.unwrap_or("initial"), first.conference);
    }
    let Some(enquiry) = &referral.enquiry else { return };
    let (team, worker) = referral.worked_by(sheets, held_on.is_none());
    for target_on in sheets.system().targets(days::after(enquiry.started_on, 15), as_of) {
        sheets.put(
            Sheet::InitialConference,
            [
                Some(first.id.clone()),
                Some(first.meeting.clone()),
                Some(enquiry.id.clone()),
                Some(referral.child.clone()),
                first.plan.clone(),
                Some(referral.id.clone()),
                Some(flag(first.transfer_in)),
                target_on.map(stamp),
                held_on.map(stamp),
                first.conference.makes_plan.map(flag),
                team.clone(),
                worker.clone(),
            ],
        );
    }
    file_arranged(sheets, "initial", &first.id, first.kind, first.conference);
}

/// What a conference arranged.
pub(super) fn file_arranged(sheets: &mut Sheets, part: &str, id: &str, kind: Option<&str>, conference: &Conference) {
    sheets.put(
        Sheet::Arranged,
        [
            Some(part.into()),
            Some(id.to_owned()),
            kind.map(str::to_owned),
            conference.booked_on.map(stamp),
            conference.held_on.map(|on| format!("{on} 12:30:00")),
            conference.chair.clone(),
            conference.next_review_on.map(stamp),
            conference.core_group_weeks.map(|weeks| weeks.to_string()),
        ],
    );
}

/// A conference that is arranged, where the dataset has no row for it.
pub(super) fn file_booking(sheets: &mut Sheets, id: &str, child: &str, kind: &str, conference: &Conference) {
    if let Some(booked_on) = conference.booked_on {
        sheets.put(
            Sheet::Booking,
            [
                Some(format!("{kind}-{id}")),
                Some(child.to_owned()),
                Some(kind.to_owned()),
                Some(stamp(booked_on)),
                conference.chair.clone(),
            ],
        );
    }
}
