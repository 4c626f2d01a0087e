//! What happens in a case beside its conferences, core groups and visits.

use chrono::NaiveDate;

use super::{
    super::{
        case::{Allocation, Beginning, Case, Event},
        days::{after, before, on_or_before, shift},
        draw::Draw,
        filing::{flag, stamp},
    },
    Filing,
    answers::Care,
};
use crate::record::FactKind;

/// Supervision is about once a month: working days between two sessions.
const MONTH: u32 = 20;
/// Sessions of so many months are on record.
const SESSIONS: u32 = 3;
/// An absence of so many days or more is an extended one.
const EXTENDED: i64 = 14;

/// What happens to few: of a hundred children that many, and in planted cases to one of them each.
const FEW: [(FactKind, &str, u32); 22] = [
    (FactKind::Change, "school", 8),
    (FactKind::Change, "doctor", 5),
    (FactKind::Change, "household", 4),
    (FactKind::Change, "information", 0),
    (FactKind::Change, "worker_wanted", 1),
    (FactKind::Disagreement, "core_group", 3),
    (FactKind::Disagreement, "professional", 3),
    (FactKind::Disagreement, "policy", 1),
    (FactKind::Disagreement, "resource", 2),
    (FactKind::Incident, "non_cooperation", 4),
    (FactKind::Incident, "plan_difficulty", 3),
    (FactKind::Incident, "safety_difficulty", 1),
    (FactKind::Incident, "crisis", 1),
    (FactKind::Incident, "not_delivered", 4),
    (FactKind::Incident, "alone_refused", 3),
    (FactKind::Incident, "unsafe_at_home", 0),
    (FactKind::Decision, "earlier_review", 2),
    (FactKind::Decision, "plan_change", 3),
    (FactKind::Decision, "management", 10),
    (FactKind::WrittenAgreement, "", 5),
    (FactKind::ListEnquiry, "", 2),
    (FactKind::RiskPanel, "", 2),
];

fn happened(kind: FactKind, on: NaiveDate, says: Vec<(&'static str, String)>) -> Event {
    Event { kind, happened_on: Some(on), booked_on: None, ended_on: None, says }
}

fn arranged(kind: FactKind, on: NaiveDate) -> Event {
    Event { kind, happened_on: None, booked_on: Some(on), ended_on: None, says: Vec::new() }
}

impl Filing<'_> {
    /// Everything, in an order that never changes.
    pub(super) fn events(&self) -> Vec<Event> {
        let mut events = self.case.events.clone();
        if self.case.ended_on.is_some() {
            events.extend(self.after_the_plan());
            return events;
        }
        let mut draw = self.draw(FactKind::Action, 511);
        if self.case.child.died_on.is_none() {
            self.supervise(&mut draw, &mut events);
            self.plan_actions(&mut draw, &mut events);
        }
        self.away(&mut events);
        self.invite(&mut draw, &mut events);
        self.few(&mut draw, &mut events);
        self.without_worker(&mut events);
        if self.case.beginning == Beginning::TransferIn {
            events.push(moved_in(self.case));
        }
        events
    }

    fn as_of(&self) -> NaiveDate {
        self.office.as_of
    }

    fn in_order(&self) -> bool {
        matches!(self.care, Care::InOrder { .. })
    }

    /// Monthly, and the next session is arranged.
    fn supervise(&self, draw: &mut Draw, events: &mut Vec<Event>) {
        let latest = draw.between(1, MONTH);
        for months in (0..SESSIONS).rev() {
            let on = before(self.as_of(), latest + months * MONTH);
            if on > self.case.started_on {
                let held = happened(FactKind::Supervision, on, Vec::new());
                events.push(Event { booked_on: Some(on), ..held });
            }
        }
        events.push(arranged(FactKind::Supervision, after(self.as_of(), MONTH.saturating_sub(latest) + 1)));
    }

    /// Two or three, agreed by the core group that met first and last.
    fn plan_actions(&self, draw: &mut Draw, events: &mut Vec<Event>) {
        let met = || self.case.core_groups.iter().filter_map(|meeting| meeting.held_on);
        let agreed: Vec<NaiveDate> = met().next().into_iter().chain(met().next_back()).collect();
        for (number, on) in agreed.into_iter().enumerate() {
            for _ in 0..draw.between(1, 2) {
                let due_on = after(
                    on,
                    draw.band(&[(40, 15, 25), (40, 26, 40), (20, 41, 60)]) + u32::try_from(number).unwrap_or(0),
                );
                let done_on = before(due_on, draw.between(0, 6)).max(on);
                let forgotten = !self.in_order() && draw.chance(8) && due_on >= before(self.as_of(), 8);
                let mut says = vec![("due_on", stamp(due_on))];
                if done_on < self.as_of() && !forgotten {
                    says.push(("done_on", stamp(done_on)));
                }
                events.push(happened(FactKind::Action, on, says));
            }
        }
    }

    /// The lead worker's absences, as the directory has them.
    fn away(&self, events: &mut Vec<Event>) {
        let (as_of, started_on) = (self.as_of(), self.case.started_on);
        for absence in self.office.absences {
            let leads = |held: &Allocation| {
                held.lead
                    && held.worker == absence.worker
                    && held.from_on <= absence.from_on
                    && held.to_on.is_none_or(|to_on| to_on >= absence.from_on)
            };
            if absence.from_on < started_on.max(before(as_of, 45)) || !self.case.allocations.iter().any(leads) {
                continue;
            }
            let long = absence.to_on.is_none_or(|to_on| (to_on - absence.from_on).num_days() >= EXTENDED);
            let planned = absence.cover.is_some();
            let mut says = vec![("planned", flag(planned)), ("extended", flag(long))];
            if absence.from_on > as_of {
                says.retain(|(question, _)| *question == "planned");
            }
            let on = happened(FactKind::Absence, absence.from_on, says);
            events.push(Event { ended_on: absence.to_on, ..on });
        }
    }

    /// Who is invited to the conference that is arranged, and who had the minutes of the last one.
    fn invite(&self, draw: &mut Draw, events: &mut Vec<Event>) {
        let case = self.case;
        let booked = case.reviews.iter().position(|review| review.held_on.is_none());
        let booked = booked.and_then(|at| Some((at, case.reviews.get(at)?.booked_on?)));
        let last_on = case.reviews.iter().filter_map(|review| review.held_on).next_back().or(case.conference.held_on);
        for member in &case.members {
            if let Some((at, on)) = booked.filter(|_| self.sheets.system().keeps_arranged_conferences()) {
                let conference = format!("review-{}", case.conference_id(at));
                let says = vec![("conference_id", conference), ("report_wanted", flag(member.professional))];
                events.push(Event { says, ..arranged(FactKind::Invitation, on) });
            }
            if let Some(on) = last_on {
                let sent_on = after(on, draw.between(6, 12));
                if sent_on < self.as_of() {
                    events.push(happened(FactKind::MinutesCopy, sent_on, Vec::new()));
                }
                let says = vec![("report_wanted", flag(member.professional))];
                events.push(Event { booked_on: Some(on), ..happened(FactKind::Invitation, on, says) });
            }
        }
        let cannot_come = if self.in_order() { self.is_turn(0) } else { draw.chance(10) };
        let next = case.core_groups.iter().filter_map(|meeting| meeting.booked_on).find(|on| *on >= self.as_of());
        let last = case.core_groups.iter().filter_map(|meeting| meeting.held_on).next_back();
        if cannot_come {
            let last =
                last.map(|on| Event { booked_on: Some(on), ..happened(FactKind::MemberAbsence, on, Vec::new()) });
            events.extend(last);
            events.extend(next.map(|on| arranged(FactKind::MemberAbsence, on)));
        }
    }

    /// Whether whatever has that number happens in this planted case.
    fn is_turn(&self, number: usize) -> bool {
        matches!(self.care, Care::InOrder { turn, of } if of > 0 && number % of == turn)
    }

    /// What happens to few.
    fn few(&self, draw: &mut Draw, events: &mut Vec<Event>) {
        let case = self.case;
        for (number, (kind, which, share)) in FEW.into_iter().enumerate() {
            let (happens, ago) = (draw.chance(share), draw.between(2, 40));
            let happens = if self.in_order() { self.is_turn(number) } else { happens };
            let on = before(self.as_of(), if self.in_order() { 25 } else { ago });
            // A scene of its own has its own incident.
            let has_its_own = self.in_order() && kind == FactKind::Incident && !case.incidents.is_empty();
            if !happens || has_its_own || on <= case.started_on {
                continue;
            }
            let mut event = happened(kind, on, Vec::new());
            if !which.is_empty() {
                event.says.push(("kind", which.to_owned()));
            }
            match kind {
                FactKind::Disagreement => {
                    event.ended_on = Some(after(on, draw.between(3, 8))).filter(|on| *on < self.as_of());
                }
                FactKind::Decision if which == "plan_change" => event.says.push(("by_conference", flag(true))),
                FactKind::ListEnquiry => event.says.push(("about", "same_address".into())),
                _ => {}
            }
            events.push(event);
        }
        let placed = if self.in_order() { self.is_turn(FEW.len()) } else { draw.chance(2) };
        let on = before(self.as_of(), 35);
        if placed && on > case.started_on {
            place(on, events);
        }
    }

    /// The first days of a time without a lead worker: everybody is told, and the case is discussed.
    fn without_worker(&self, events: &mut Vec<Event>) {
        let leads = || self.case.allocations.iter().filter(|held| held.lead);
        if leads().any(|held| held.to_on.is_none()) {
            return;
        }
        let Some(since) = leads().filter_map(|held| held.to_on).max() else { return };
        let steps = [
            ("letters", 1),
            ("protection_manager", 1),
            ("line_manager", 1),
            ("allocation_meeting", 2),
            ("family", 2),
            ("management_meeting", 3),
        ];
        for (step, days) in steps {
            let on = after(since, days);
            if on < self.as_of() {
                events.push(happened(FactKind::UnallocatedStep, on, vec![("kind", step.into())]));
            }
        }
    }

    /// Where the plan ended with support to go on, a child in need plan within ten working days, and its reviews.
    fn after_the_plan(&self) -> Vec<Event> {
        let Some(ended_on) = self.case.ended_on else { return Vec::new() };
        let mut events = Vec::new();
        let mut put = |kind: FactKind, on: NaiveDate| {
            if on < self.as_of() {
                events.push(Event { booked_on: kind.booked().map(|_| on), ..happened(kind, on, Vec::new()) });
            } else if kind.booked().is_some() && on < shift(self.as_of(), 90) {
                events.push(arranged(kind, on));
            }
        };
        put(FactKind::StepDownMeeting, after(ended_on, 4));
        put(FactKind::ChildInNeedPlan, after(ended_on, 6));
        for months in 1..=2 {
            put(FactKind::ChildInNeedReview, on_or_before(shift(ended_on, months * 42)));
        }
        events
    }
}

/// The child became looked after.
fn place(on: NaiveDate, events: &mut Vec<Event>) {
    events.push(happened(FactKind::LookedAfter, on, Vec::new()));
    events.push(happened(FactKind::LookedAfterVisit, after(on, 3), Vec::new()));
    events.push(happened(FactKind::LookedAfterVisit, after(on, 25), Vec::new()));
    let reviewed = happened(FactKind::LookedAfterReview, after(on, 18), Vec::new());
    events.push(Event { booked_on: reviewed.happened_on, ..reviewed });
    events.push(arranged(FactKind::LookedAfterReview, on_or_before(shift(on, 110))));
}

/// The case that moved here: which authority was told when.
fn moved_in(case: &Case) -> Event {
    let on = before(case.started_on, 8);
    let says = vec![
        ("direction", "in".to_owned()),
        ("moved_on", stamp(before(on, 3))),
        ("receiving_conference_on", stamp(case.started_on)),
        ("end_recorded_on", stamp(after(case.started_on, 1))),
    ];
    happened(FactKind::Transfer, on, says)
}
