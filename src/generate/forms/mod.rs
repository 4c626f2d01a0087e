//! What forms ask: a row for each answer, and the events that have no table of their own.
//!
//! Owns how fully forms are filled in. Which questions there are is the catalogue's to say: each is answered in the way of its
//! kind, unless a table says otherwise (`asked`). Every form has chance of its own, so that everything else of an authority is the same with
//! forms or without; brothers and sisters share the forms of what they share.

mod answers;
mod asked;
mod events;

use chrono::NaiveDate;

use self::answers::{Care, Form, Known};
use super::{
    case::{Beginning, Case, Event, Visit},
    council::Absence,
    days::shift,
    draw::Draw,
    filing::{self, flag, stamp},
    sheets::{Sheet, Sheets},
};
use crate::record::FactKind;

/// Streams of chance of all forms lie behind those of everything else.
const STREAMS: u64 = 1 << 52;
/// How many conferences and core groups of a case have their whole form, and how many visits of the lead worker.
const LATEST: usize = 2;
const LATEST_VISITS: usize = 3;

/// What is known when forms are filled in.
pub(super) struct Office<'a> {
    pub(super) seed: u64,
    pub(super) as_of: NaiveDate,
    /// Who is away when.
    pub(super) absences: &'a [Absence],
}

/// Files the forms of a case that was drawn.
pub(super) fn file(sheets: &mut Sheets, case: &Case, office: &Office) {
    Filing { sheets, case, office, care: Care::AsPeopleDo, seed: office.seed }.file();
}

/// Files the forms of planted cases: all in order, but for what a case leaves unanswered. Whatever may happen and need not
/// happens in one of those that have long begun, so that every question is answered somewhere.
pub(super) fn file_planted(sheets: &mut Sheets, cases: &[Case], office: &Office) {
    let has_long_begun = |case: &&Case| case.runs_here() && case.child.died_on.is_none() && held_core_groups(case) > 1;
    let of = cases.iter().filter(has_long_begun).count();
    let mut turn = 0;
    for case in cases {
        let care = if has_long_begun(&case) {
            turn += 1;
            Care::InOrder { turn: turn - 1, of }
        } else {
            Care::InOrder { turn: of, of }
        };
        // The same for every seed.
        Filing { sheets, case, office, care, seed: 0 }.file();
    }
}

fn held_core_groups(case: &Case) -> usize {
    case.core_groups.iter().filter(|meeting| meeting.held_on.is_some()).count()
}

/// The digits of an id, as a number.
fn number(id: &str) -> u64 {
    let digits = id.chars().filter_map(|letter| letter.to_digit(10));
    digits.fold(0, |number, digit| (number * 10 + u64::from(digit)) & 0xFFFF_FFFF)
}

struct Filing<'a> {
    sheets: &'a mut Sheets,
    case: &'a Case,
    office: &'a Office<'a>,
    care: Care,
    seed: u64,
}

impl Filing<'_> {
    fn file(mut self) {
        let keep_from_on = shift(self.office.as_of, -365);
        if self.case.beginning == Beginning::Elsewhere || self.case.ended_on.is_some_and(|on| on < keep_from_on) {
            return;
        }
        self.file_plan();
        self.file_conferences();
        self.file_members();
        if self.case.ended_on.is_none() {
            self.file_beginning(keep_from_on);
            self.file_core_groups();
            self.file_visits();
            self.file_allocations();
            self.file_reported();
        }
        for (number, event) in self.events().iter().enumerate() {
            self.file_event(number, event);
        }
    }

    /// Chance for one fact, the same for all children of the household where they share it.
    fn draw(&self, kind: FactKind, place: usize) -> Draw {
        let alone = matches!(kind, FactKind::Visit | FactKind::Allocation | FactKind::Incident | FactKind::Decision);
        let whose = if alone || !kind.has_view() { &self.case.child.id } else { &self.case.child.household };
        Draw::new(self.seed, STREAMS + number(whose) * (1 << 14) + kind as u64 * (1 << 9) + place as u64 % (1 << 9))
    }

    fn answer(&mut self, known: &Known, place: usize) {
        let mut draw = self.draw(known.kind, place);
        let answers = Form { care: self.care, as_of: self.office.as_of, draw: &mut draw }.fill(known);
        for (question, answer) in answers {
            self.sheets.put(
                Sheet::Answer,
                [
                    Some(known.kind.name().into()),
                    Some(known.id.clone()),
                    Some(self.case.child.id.clone()),
                    Some(question.into()),
                    Some(answer),
                ],
            );
        }
    }

    fn known(&self, kind: FactKind, id: String, on: NaiveDate) -> Known {
        Known::new(kind, id, on, self.office.as_of)
    }

    /// What the case leaves unanswered of such a fact, where it is the latest of its kind.
    fn unanswered(&self, kind: FactKind) -> Vec<&'static str> {
        self.case.unanswered.iter().filter(|(of, _)| *of == kind).map(|(_, question)| *question).collect()
    }

    /// What the plan is under, the same for all of a household.
    fn category(&self) -> &'static str {
        let mut draw = self.draw(FactKind::Plan, 1);
        draw.pick(&["neglect", "neglect", "neglect", "emotional", "emotional", "physical", "sexual"])
            .copied()
            .unwrap_or("neglect")
    }

    fn file_plan(&mut self) {
        let case = self.case;
        let born_on = case.child.born_on.map(|on| on.max(case.started_on));
        let amended = self.draw(FactKind::Plan, 2).chance(20) && held_core_groups(case) > 0;
        let first_meeting = case.core_groups.iter().find_map(|meeting| meeting.held_on.or(meeting.booked_on));
        let ended_by = case.reviews.iter().rposition(|review| review.makes_plan == Some(false));
        let known = self
            .known(FactKind::Plan, case.plan_id(), case.started_on)
            .dated("ended_on", case.ended_on)
            .dated("born", born_on)
            .dated("amended", amended.then_some(case.started_on))
            .saying("category", Some(self.category().to_owned()))
            .saying("next_core_group_on", first_meeting.map(stamp))
            .saying("ended_by_conference_id", ended_by.map(|at| format!("review-{}", case.conference_id(at))));
        let mut known = known;
        known.unanswered = self.unanswered(FactKind::Plan);
        known.says.retain(|question, _| !known.unanswered.contains(question));
        self.answer(&known, 0);
    }

    /// Enquiry and assessment, while the views show them.
    fn file_beginning(&mut self, keep_from_on: NaiveDate) {
        let referral = filing::referral_of(self.case, self.office.as_of);
        let shown = |ended_on: Option<NaiveDate>| ended_on.is_none_or(|on| on >= keep_from_on);
        let pre_birth = Some(self.case.started_on).filter(|_| self.case.beginning == Beginning::PreBirth);
        if let Some(enquiry) = referral.enquiry.as_ref().filter(|enquiry| shown(enquiry.ended_on)) {
            let known = self.known(FactKind::Enquiry, enquiry.id.clone(), enquiry.started_on);
            let known = known.dated("ended_on", enquiry.ended_on).dated("pre_birth", pre_birth);
            self.answer(&known, 0);
        }
        if shown(referral.assessed_on) {
            let known = self.known(FactKind::Assessment, referral.assessment.clone(), referral.referred_on);
            self.answer(&known.dated("authorised_on", referral.assessed_on), 0);
        }
    }

    /// The conference that made the plan, the latest ones, and what is arranged.
    fn file_conferences(&mut self) {
        let case = self.case;
        let all = || [&case.conference].into_iter().chain(&case.reviews);
        let held = all().filter(|conference| conference.held_on.is_some()).count();
        for (place, conference) in all().enumerate() {
            let Some(on) = conference.held_on.or(conference.booked_on) else { continue };
            let (part, number) = if place == 0 { ("initial", 0) } else { ("review", place - 1) };
            let id = match conference.held_on {
                None if !self.sheets.system().keeps_arranged_conferences() => {
                    format!("booked-{part}-{}", case.conference_id(number))
                }
                _ => format!("{part}-{}", case.conference_id(number)),
            };
            let pre_birth = place == 0 && case.beginning == Beginning::PreBirth;
            let next_meeting = case.core_groups.iter().filter_map(|meeting| meeting.booked_on).find(|next| *next > on);
            let lead = case.allocations.iter().find(|held| held.lead && held.to_on.is_none_or(|to| to >= on));
            let happened = conference.held_on.is_some();
            let category = self.category();
            let known = self
                .known(FactKind::Conference, id, on)
                .dated("pre_birth", pre_birth.then_some(on))
                .saying("birth_on", case.child.born_on.filter(|_| pre_birth).map(stamp))
                .saying("ends_plan", conference.makes_plan.map(|makes| flag(!makes)))
                .saying("category", happened.then(|| category.to_owned()))
                .saying("of_neglect_plan", (place > 0).then(|| flag(category == "neglect")))
                .saying("next_core_group_on", next_meeting.filter(|_| happened && case.ended_on.is_none()).map(stamp))
                .saying("lead_worker_id", lead.filter(|_| happened).map(|lead| lead.worker.clone()))
                .saying("ending_proposed", (conference.makes_plan == Some(false)).then(|| flag(true)));
            let unanswered = if place + 1 == held { self.unanswered(FactKind::Conference) } else { Vec::new() };
            let mut known = Known { happened, long_ago: place > 0 && place + LATEST < held, unanswered, ..known };
            known.says.retain(|question, _| !known.long_ago && !known.unanswered.contains(question));
            self.answer(&known, place);
        }
    }

    fn file_core_groups(&mut self) {
        let case = self.case;
        let held = held_core_groups(case);
        let mut so_far = 0;
        for (place, meeting) in case.core_groups.iter().enumerate() {
            let Some(on) = meeting.held_on.or(meeting.booked_on) else { continue };
            let happened = meeting.held_on.is_some();
            let chair = self.chair_role(place, so_far == 0);
            let next = case.core_groups.iter().filter_map(|next| next.booked_on).find(|next| *next > on);
            let taker = case.members.iter().find(|member| member.professional).map(|member| member.member.clone());
            let known = self
                .known(FactKind::CoreGroup, case.id('G', place), on)
                .dated("minutes_written_on", meeting.written_on)
                .dated("minutes_approved_on", meeting.approved_on)
                .dated("minutes_sent_on", meeting.sent_on)
                .saying("chair_role", happened.then(|| chair.to_owned()))
                .saying("next_core_group_on", next.filter(|_| happened).map(stamp))
                .saying("minute_taker_id", taker.filter(|_| happened));
            so_far += usize::from(happened);
            let unanswered = if happened && so_far == held { self.unanswered(FactKind::CoreGroup) } else { Vec::new() };
            let long_ago = happened && so_far > 1 && so_far + LATEST <= held;
            let mut known = Known { happened, long_ago, unanswered, ..known };
            known.says.retain(|question, _| !known.long_ago && !known.unanswered.contains(question));
            self.answer(&known, place);
        }
    }

    /// The manager chairs the first core group and the lead worker all others, mostly.
    fn chair_role(&self, place: usize, first: bool) -> &'static str {
        let as_people_do = matches!(self.care, Care::AsPeopleDo);
        let otherwise = as_people_do && self.draw(FactKind::CoreGroup, place + 256).chance(6);
        match (first, otherwise) {
            (true, false) => "first_line_manager",
            (true, true) | (false, false) => "lead_worker",
            (false, true) => "core_group_member",
        }
    }

    /// The latest of the lead worker, and those of others since.
    fn file_visits(&mut self) {
        let case = self.case;
        let past = || case.visits.iter().enumerate().filter(|(_, visit)| visit.on < self.office.as_of);
        let is_lead = |visit: &Visit| {
            case.allocations.iter().any(|held| held.lead && Some(&held.worker) == visit.visitor.as_ref())
        };
        let since = past().filter(|(_, visit)| is_lead(visit)).map(|(at, _)| at).rev().nth(LATEST_VISITS - 1);
        let visits: Vec<(usize, &Visit)> = past().filter(|(at, _)| *at >= since.unwrap_or(0)).collect();
        for (at, visit) in visits {
            let known = self.known(FactKind::Visit, case.id('V', at), visit.on);
            let known = known
                .saying("alone_or_awake", visit.alone.map(flag))
                .saying("reason_recorded", (visit.alone == Some(true)).then(|| flag(true)));
            let unseen = ["awake", "at_home", "alone_or_awake", "reason_recorded", "all_rooms"];
            let unanswered = if visit.seen == Some(true) { Vec::new() } else { unseen.to_vec() };
            self.answer(&Known { unanswered, ..known }, at);
        }
    }

    fn file_allocations(&mut self) {
        for (number, allocation) in self.case.allocations.iter().enumerate() {
            let known = self.known(FactKind::Allocation, self.case.id('L', number), allocation.from_on);
            self.answer(&known, number);
        }
    }

    fn file_members(&mut self) {
        for (number, member) in self.case.members.iter().enumerate() {
            let known = self.known(FactKind::Membership, self.case.id('K', number), member.from_on);
            let to_on = member.to_on.filter(|on| *on < self.office.as_of);
            let unanswered = if to_on.is_some() { self.unanswered(FactKind::Membership) } else { Vec::new() };
            self.answer(&Known { unanswered, ..known.dated("to_on", to_on) }, number);
        }
    }

    /// Incidents and decisions. What nobody has been told of has nothing else on its form either.
    fn file_reported(&mut self) {
        let case = self.case;
        for (number, incident) in case.incidents.iter().enumerate() {
            let on = incident.at.date();
            let planted = matches!(self.care, Care::InOrder { .. });
            if incident.told_on.is_none() && !(planted && incident.kind == "injury") {
                continue;
            }
            let known = self.known(FactKind::Incident, case.id('E', number), on);
            self.answer(&known, number);
        }
        if let Some(on) = case.assessed_again_on {
            let known = self.known(FactKind::Decision, case.id('D', 0), on);
            self.answer(&known, 0);
        }
    }

    fn file_event(&mut self, place: usize, event: &Event) {
        let Some(on) = event.happened_on.or(event.booked_on) else { return };
        let id = self.case.id('F', place);
        let kind = event.kind;
        if kind.has_view() {
            self.file_with_view(place, event, on);
        } else {
            self.sheets.put(
                Sheet::Event,
                [
                    Some(id.clone()),
                    Some(self.case.child.id.clone()),
                    Some(kind.name().into()),
                    event.happened_on.map(stamp),
                    event.booked_on.map(stamp),
                    event.ended_on.map(stamp),
                ],
            );
            let known = self.known(kind, id, on);
            let happened = known.happened && event.happened_on.is_some();
            let due_on = event
                .says
                .iter()
                .find(|(question, _)| *question == "due_on")
                .and_then(|(_, on)| on.get(..10)?.parse().ok());
            let known = Known { happened, says: event.says.iter().cloned().collect(), ..known };
            let unanswered = self.unanswered(kind);
            self.answer(
                &Known { unanswered, ..known.dated("due_on", due_on).dated("ended_on", event.ended_on) },
                place,
            );
        }
    }

    /// An incident or a decision beside those that the case has without forms.
    fn file_with_view(&mut self, place: usize, event: &Event, on: NaiveDate) {
        let child = Some(self.case.child.id.clone());
        let says =
            |question: &str| event.says.iter().find(|(said, _)| *said == question).map(|(_, answer)| answer.clone());
        let id = self.case.id('F', place);
        if event.kind == FactKind::Incident {
            let told_on = Some(stamp(on)).filter(|_| says("nobody_told").is_none());
            let row =
                [Some(id.clone()), child, says("kind"), Some(stamp(on)), told_on.clone(), told_on, None, None, None];
            self.sheets.put(Sheet::Incident, row);
        } else {
            self.sheets.put(Sheet::Decision, [Some(id.clone()), child, says("kind"), Some(stamp(on))]);
        }
        let asked = event.says.iter().filter(|(question, _)| event.kind.is_answer(question));
        let known = Known { says: asked.cloned().collect(), ..self.known(event.kind, id, on) };
        self.answer(&known, place + 64);
    }
}
