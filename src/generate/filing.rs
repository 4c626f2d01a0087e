//! Files one case into the tables. Ids are made from the child's, so that they stay the same whatever else is there.

use chrono::{NaiveDate, NaiveDateTime};

use super::{
    case::{Beginning, Case, Conference},
    days::{self, before, months_after, shift},
    draw::Draw,
    names,
    sheets::{Sheet, Sheets},
};

/// A day as the case database holds it.
pub(super) fn stamp(day: NaiveDate) -> String {
    format!("{day} 00:00:00")
}

fn moment(at: NaiveDateTime) -> String {
    at.format("%Y-%m-%d %H:%M:%S").to_string()
}

fn flag(yes: bool) -> String {
    if yes { "Y" } else { "N" }.into()
}

impl Case {
    /// Whether the plan is open and this authority's own.
    pub(super) fn runs_here(&self) -> bool {
        self.ended_on.is_none() && self.beginning != Beginning::Elsewhere
    }

    fn id(&self, kind: char, number: usize) -> String {
        format!("{}-{kind}{}", self.child.id, number + 1)
    }

    /// Numbered from 1 in each of the two tables of conferences, as case systems do: the same number occurs in both.
    fn conference_id(&self, number: usize) -> String {
        format!("{}-{}", self.child.id, number + 1)
    }

    /// Siblings share their enquiry, referral and meetings.
    fn shared_id(&self, kind: char, number: usize) -> String {
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
    sheets.put(
        Sheet::Person,
        [
            id.clone(),
            Some(child.forename.clone()),
            Some(child.surname.clone()),
            child.born_on.map(stamp),
            child.expected_on.map(stamp),
            child.died_on.map(stamp),
        ],
    );
    let (postcode, street) = names::home(draw);
    let since = stamp(shift(case.started_on, -400));
    sheets.put(Sheet::Address, [Some(case.id('A', 0)), id.clone(), Some(since), Some(postcode), Some(street)]);
    sheets.put(Sheet::Household, [id, Some(child.household.clone())]);
}

fn file_beginning(sheets: &mut Sheets, case: &Case, as_of: NaiveDate) {
    let (child, referral) = (Some(case.child.id.clone()), Some(case.shared_id('R', 0)));
    let (enquiry, plan, conference) =
        (Some(case.shared_id('Q', 0)), Some(case.id('P', 0)), Some(case.conference_id(0)));
    let team = case.allocations.first().map(|allocation| allocation.team.clone());
    let here = case.beginning != Beginning::Elsewhere;
    if here {
        let enquired_on = before(case.started_on, case.enquiry_days);
        let referred_on = before(enquired_on, 2);
        let assessed_on = Some(days::after(referred_on, case.assessment_days)).filter(|on| *on < as_of);
        sheets.put(Sheet::Referral, [referral.clone(), child.clone(), Some(stamp(referred_on)), team.clone()]);
        sheets.put(
            Sheet::Assessment,
            [
                Some(case.id('N', 0)),
                child.clone(),
                referral.clone(),
                Some(stamp(referred_on)),
                Some(flag(true)),
                assessed_on.map(stamp),
                team,
            ],
        );
        sheets.put(
            Sheet::Enquiry,
            [
                enquiry.clone(),
                referral.clone(),
                child.clone(),
                Some(stamp(enquired_on)),
                Some(stamp(before(case.started_on, 1))),
                Some(flag(false)),
            ],
        );
        sheets.put(
            Sheet::InitialConference,
            [
                conference.clone(),
                Some(case.shared_id('M', 0)),
                enquiry,
                child.clone(),
                plan.clone(),
                referral.clone(),
                Some(flag(case.beginning == Beginning::TransferIn)),
                Some(stamp(days::after(enquired_on, 15))),
                case.conference.held_on.map(stamp),
                case.conference.makes_plan.map(flag),
            ],
        );
        let kind = (case.beginning == Beginning::PreBirth).then_some("pre_birth");
        file_arranged(sheets, "initial", case.conference_id(0), kind, &case.conference);
    }
    sheets.put(
        Sheet::Plan,
        [
            plan,
            referral,
            if here { conference } else { Some("-1".into()) },
            child,
            Some(stamp(case.started_on)),
            case.ended_on.map(stamp),
            Some(flag(!here)),
        ],
    );
}

fn file_arranged(sheets: &mut Sheets, part: &str, id: String, kind: Option<&str>, conference: &Conference) {
    sheets.put(
        Sheet::Arranged,
        [
            Some(part.into()),
            Some(id),
            kind.map(str::to_owned),
            conference.booked_on.map(stamp),
            conference.held_on.map(|on| format!("{on} 12:30:00")),
            conference.chair.clone(),
            conference.next_review_on.map(stamp),
            conference.core_group_weeks.map(|weeks| weeks.to_string()),
        ],
    );
}

fn file_review(sheets: &mut Sheets, case: &Case, number: usize, review: &Conference) {
    let previous = number.checked_sub(1).and_then(|at| case.reviews.get(at)).unwrap_or(&case.conference);
    let due_on = previous.held_on.map(|on| months_after(on, if number == 0 { 3 } else { 6 }));
    sheets.put(
        Sheet::Review,
        [
            Some(case.conference_id(number)),
            Some(case.child.id.clone()),
            Some(case.id('P', 0)),
            due_on.map(stamp),
            review.held_on.map(stamp),
            Some(case.shared_id('M', number + 1)),
            review.makes_plan.map(flag),
        ],
    );
    file_arranged(sheets, "review", case.conference_id(number), None, review);
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
        let child = if number % 9 == 8 { format!("{:<12}", case.child.id) } else { case.child.id.clone() };
        if let Some(visitor) = &visit.visitor {
            sheets.put(Sheet::Visitor, [Some(id.clone()), Some(visitor.clone())]);
        }
        sheets.put(
            Sheet::Visit,
            [
                Some(id),
                Some(child),
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
                Some(if allocation.lead { "CW" } else { "FSW" }.into()),
                Some(allocation.team.clone()),
                child.clone(),
                Some(stamp(allocation.from_on)),
                allocation.to_on.map(stamp),
                Some(case.shared_id('R', 0)),
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
