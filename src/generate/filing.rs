//! Files one case into the tables. Ids are made from the child's, so that they stay the same whatever else is there.

use chrono::{NaiveDate, NaiveDateTime};

use super::{
    case::{Beginning, Case, Child, Conference},
    days::{self, before, months_after, shift},
    draw::Draw,
    names,
    referral::{self, Enquiry, First, Referral},
    sheets::{Sheet, Sheets},
};

/// A day as the case database holds it.
pub(super) fn stamp(day: NaiveDate) -> String {
    format!("{day} 00:00:00")
}

fn moment(at: NaiveDateTime) -> String {
    at.format("%Y-%m-%d %H:%M:%S").to_string()
}

/// A yes or no as the case database holds it.
pub(super) fn flag(yes: bool) -> String {
    if yes { "Y" } else { "N" }.into()
}

impl Case {
    /// Whether the plan is open and this authority's own.
    pub(super) fn runs_here(&self) -> bool {
        self.ended_on.is_none() && self.beginning != Beginning::Elsewhere
    }

    pub(super) fn id(&self, kind: char, number: usize) -> String {
        format!("{}-{kind}{}", self.child.id, number + 1)
    }

    /// Numbered from 1 in each of the two tables of conferences, as case systems do: the same number occurs in both.
    pub(super) fn conference_id(&self, number: usize) -> String {
        match self.child.number {
            Some(child) => (u64::from(child) * 16 + number as u64 + 1).to_string(),
            None => format!("{}-{}", self.child.id, number + 1),
        }
    }

    /// A child has one plan here. Mosaic keeps its number as a number.
    pub(super) fn plan_id(&self) -> String {
        self.child.number.map_or_else(|| self.id('P', 0), |child| (u64::from(child) * 16 + 1).to_string())
    }

    /// Each child of a family is referred by itself.
    pub(super) fn referral_id(&self) -> String {
        self.id('R', 0)
    }

    /// Siblings share their enquiry and meetings.
    pub(super) fn shared_id(&self, kind: char, number: usize) -> String {
        format!("{}-{kind}{}", self.child.household, number + 1)
    }
}

/// Files everything about the case, with the home address that the draw gives.
pub(super) fn file(sheets: &mut Sheets, case: &Case, as_of: NaiveDate, draw: &mut Draw) {
    file_child(sheets, case, draw);
    file_beginning(sheets, case, as_of);
    for (number, review) in case.reviews.iter().enumerate() {
        file_review(sheets, case, number, review);
    }
    file_meetings(sheets, case);
    file_visits(sheets, case);
    file_people(sheets, case);
    file_events(sheets, case);
}

fn file_child(sheets: &mut Sheets, case: &Case, draw: &mut Draw) {
    let child = &case.child;
    let id = Some(child.id.clone());
    file_person(sheets, child);
    let (postcode, street) = names::home(draw);
    let since = stamp(shift(case.started_on, -400));
    sheets.put(Sheet::Address, [Some(case.id('A', 0)), id.clone(), Some(since), Some(postcode), Some(street)]);
    sheets.put(Sheet::Household, [id, Some(child.household.clone())]);
}

/// The person alone.
pub(super) fn file_person(sheets: &mut Sheets, child: &Child) {
    sheets.put(
        Sheet::Person,
        [
            Some(child.id.clone()),
            Some(child.forename.clone()),
            Some(child.surname.clone()),
            child.born_on.map(stamp),
            child.expected_on.map(stamp),
            child.died_on.map(stamp),
        ],
    );
}

fn file_beginning(sheets: &mut Sheets, case: &Case, as_of: NaiveDate) {
    let here = case.beginning != Beginning::Elsewhere;
    let referral = referral_of(case, as_of);
    if here {
        referral::file(sheets, &referral);
        let first = First {
            id: case.conference_id(0),
            meeting: case.shared_id('M', 0),
            plan: Some(case.plan_id()),
            transfer_in: case.beginning == Beginning::TransferIn,
            kind: (case.beginning == Beginning::PreBirth).then_some("pre_birth"),
            conference: &case.conference,
        };
        referral::file_conference(sheets, &referral, &first, as_of);
    } else {
        referral::file_alone(sheets, &referral);
        if !sheets.system().knows_other_plans() {
            sheets.put(Sheet::OtherPlan, [Some(case.plan_id())]);
        }
    }
    sheets.put(
        Sheet::Plan,
        [
            Some(case.plan_id()),
            Some(referral.id),
            Some(if here { case.conference_id(0) } else { "-1".into() }),
            Some(case.child.id.clone()),
            Some(stamp(case.started_on)),
            case.ended_on.map(stamp),
            Some(flag(!here)),
        ],
    );
}

/// The referral that the plan began with.
pub(super) fn referral_of(case: &Case, as_of: NaiveDate) -> Referral {
    let enquired_on = before(case.started_on, case.enquiry_days);
    let referred_on = before(enquired_on, 2);
    let first = case.allocations.first();
    Referral {
        id: case.referral_id(),
        child: case.child.id.clone(),
        referred_on,
        closed_on: case.ended_on,
        team: first.map(|allocation| allocation.team.clone()),
        worker: first.map(|allocation| allocation.worker.clone()),
        assessment: case.id('N', 0),
        assessed_on: Some(days::after(referred_on, case.assessment_days)).filter(|on| *on < as_of),
        enquiry: Some(Enquiry {
            id: case.shared_id('Q', 0),
            started_on: enquired_on,
            ended_on: Some(before(case.started_on, 1).max(enquired_on)),
            no_further_action: false,
        }),
    }
}

fn file_review(sheets: &mut Sheets, case: &Case, number: usize, review: &Conference) {
    let system = sheets.system();
    if review.held_on.is_none() && !system.keeps_arranged_conferences() {
        return referral::file_booking(sheets, &case.conference_id(number), &case.child.id, "review", review);
    }
    let previous = number.checked_sub(1).and_then(|at| case.reviews.get(at)).unwrap_or(&case.conference);
    let due_on = previous.held_on.map(|on| months_after(on, if number == 0 { 3 } else { 6 }));
    sheets.put(
        Sheet::Review,
        [
            Some(case.conference_id(number)),
            Some(case.child.id.clone()),
            system.review_names_plan(case.ended_on.is_none()).then(|| case.plan_id()),
            system.review_due(number, due_on).map(stamp),
            review.held_on.map(stamp),
            Some(case.shared_id('M', number + 1)),
            review.makes_plan.map(flag),
        ],
    );
    referral::file_arranged(sheets, "review", &case.conference_id(number), None, review);
}

fn file_meetings(sheets: &mut Sheets, case: &Case) {
    for (number, meeting) in case.core_groups.iter().enumerate() {
        sheets.put(
            Sheet::CoreGroup,
            [
                Some(case.id('G', number)),
                Some(case.child.id.clone()),
                meeting.booked_on.map(stamp),
                meeting.held_on.map(stamp),
                meeting.written_on.map(stamp),
                meeting.approved_on.map(stamp),
                meeting.handed_over_on.map(stamp),
                meeting.sent_on.map(stamp),
            ],
        );
    }
}

fn file_visits(sheets: &mut Sheets, case: &Case) {
    for (number, visit) in case.visits.iter().enumerate() {
        let id = case.id('V', number);
        // Some deployments pad the child's id in this table and not in the others.
        let padded = case.child.number.is_none() && number % 9 == 8;
        let child = if padded { format!("{:<12}", case.child.id) } else { case.child.id.clone() };
        if let Some(visitor) = &visit.visitor {
            sheets.put(Sheet::Visitor, [Some(id.clone()), Some(visitor.clone())]);
        }
        sheets.put(
            Sheet::Visit,
            [
                Some(id),
                Some(child),
                sheets.system().visit_names_plan(number).then(|| case.plan_id()),
                Some(stamp(visit.on)),
                visit.seen.map(flag),
                visit.alone.map(flag),
                visit.bedroom.map(flag),
            ],
        );
    }
}

fn file_people(sheets: &mut Sheets, case: &Case) {
    let child = Some(case.child.id.clone());
    for (number, allocation) in case.allocations.iter().enumerate() {
        sheets.put(
            Sheet::Involvement,
            [
                Some(case.id('L', number)),
                Some(allocation.worker.clone()),
                Some(if allocation.lead { sheets.system().lead_code() } else { "FSW" }.into()),
                Some(allocation.team.clone()),
                child.clone(),
                Some(stamp(allocation.from_on)),
                allocation.to_on.map(stamp),
                Some(case.referral_id()),
            ],
        );
    }
    for (number, member) in case.members.iter().enumerate() {
        sheets.put(
            Sheet::Member,
            [
                Some(case.id('K', number)),
                child.clone(),
                Some(member.member.clone()),
                Some(flag(member.professional)),
                Some(stamp(member.from_on)),
                member.to_on.map(stamp),
            ],
        );
    }
}

fn file_events(sheets: &mut Sheets, case: &Case) {
    let child = Some(case.child.id.clone());
    for (number, incident) in case.incidents.iter().enumerate() {
        let told = |kinds: &[&str]| incident.told_on.filter(|_| kinds.contains(&incident.kind)).map(stamp);
        sheets.put(
            Sheet::Incident,
            [
                Some(case.id('E', number)),
                child.clone(),
                Some(incident.kind.into()),
                Some(moment(incident.at)),
                told(&["access_refused", "injury", "death"]),
                told(&["access_refused"]),
                told(&["injury"]),
                told(&["death"]),
                told(&["death"]),
            ],
        );
    }
    if let Some(on) = case.assessed_again_on {
        let kind = Some("further_assessment".into());
        sheets.put(Sheet::Decision, [Some(case.id('D', 0)), child, kind, Some(stamp(on))]);
    }
}
