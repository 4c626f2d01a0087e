//! The climb of one duty's ladder: which steps are owed by now, who has been told of them, and who is told now.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{
    Decision, NoticeState, Past, RestKind, Told, Withheld, Withholding,
    decide::Desk,
    rungs::{Rung, rungs},
};
use crate::{
    directory::{Mailbox, Recipient, Role},
    duty::{CaseContext, Duty, Status, Terms},
    procedure::{Ladder, NoticeKind, Rule, Shape},
    record::PersonRef,
};

/// The step at which somebody learns what they have taken over since a day, which its name says: whoever has a case a second
/// time takes it over a second time.
const HANDOVER: &str = "handover-";

/// Every step of a rule's ladder for this duty, and the one that stands before all of them, whether owed by now or not. What
/// cannot be told climbs no ladder, and hands nothing over.
pub fn climbed(duty: &Duty, rule: &Rule, case: Option<&CaseContext>, terms: &Terms) -> Vec<Rung> {
    let handover = case.and_then(|case| handover(duty, rule, case, terms));
    handover.into_iter().chain(rungs(duty, &rule.ladder, terms)).collect()
}

/// The step before all others: whoever has taken the case over is told what of it is theirs to do, be it due long after.
fn handover(duty: &Duty, rule: &Rule, case: &CaseContext, terms: &Terms) -> Option<Rung> {
    let theirs = rule.ladder.steps.iter().any(|step| step.tell.contains(&Role::LEAD_WORKER));
    let lasts = !matches!(rule.shape, Shape::Check(_) | Shape::Guidance(_));
    let known = duty.status != Status::CannotTell;
    let since = |on: &NaiveDate| duty.anchor.on < *on && terms.told_since().is_none_or(|since| since <= *on);
    let owed_on = case.taken_over_on.filter(since).filter(|_| theirs && lasts && known)?;
    Some(Rung {
        step: format!("{HANDOVER}{owed_on}"),
        repeat: 0,
        owed_at: terms.zone.start_of_day(owed_on),
        owed_on,
        kind: NoticeKind::Handover,
        tell: vec![Role::LEAD_WORKER],
        ask: None,
        urgent: false,
    })
}

/// A step that is owed by now to one person.
struct Owed {
    rung: Rung,
    role: Role,
    recipient: Recipient,
}

impl Owed {
    fn is_the_same(&self, other: &Owed) -> bool {
        (&self.rung.step, self.rung.repeat, &self.recipient.mailbox.person)
            == (&other.rung.step, other.rung.repeat, &other.recipient.mailbox.person)
    }

    /// Whether it is the step that waits, on its way to the address of today.
    fn reaches(&self, told: &Told) -> bool {
        let Mailbox { person, email } = &self.recipient.mailbox;
        (&self.rung.step, self.rung.repeat, person) == (&told.step, told.repeat, &told.person)
            && told.address.as_ref().is_none_or(|address| address == email)
    }
}

impl Desk<'_> {
    /// Each step owed by now, for each person it tells who was not told it, in any generation. Of several steps that a
    /// person missed, the highest speaks and the others are recorded as said by it; but what is urgent is never put into the
    /// words of a step that can wait for the morning, and what is told in full never into a count.
    pub(super) fn climb(&self, climbed: Vec<Rung>, ladder: &Ladder, past: Option<&Past>, decision: &mut Decision) {
        let owed = self.owed(climbed);
        // What is said of a rest stands beside the ladder.
        let all = past.into_iter().flat_map(|past| &past.told).filter(|told| told.kind != NoticeKind::RestEnds);
        // What waits and is owed no more is not sent: it would speak of a date that has moved, or to somebody who has left
        // the case, or go to an address that was wrong; nor is what has been put off since. It has told nobody anything.
        let rests = |owed: &Owed| self.resting(past, &owed.rung, &owed.recipient.mailbox.person);
        let (idle, told): (Vec<&Told>, Vec<&Told>) = all.partition(|told| {
            let mut asked_for = owed.iter().filter(|owed| owed.reaches(told) && rests(owed).is_none());
            told.state == NoticeState::Queued && told.kind.is_step() && asked_for.next().is_none()
        });
        decision.withdrawn.extend(idle.iter().map(|told| self.effect_of(told)));
        decision.steps.owed += owed.len() as u64;
        let mut fresh: BTreeMap<PersonRef, Vec<Owed>> = BTreeMap::new();
        // Steps that wait since an earlier generation, and that a step of this one may speak for before they are sent.
        let mut waiting: BTreeMap<PersonRef, Vec<Owed>> = BTreeMap::new();
        for owed in owed {
            let (rung, person) = (&owed.rung, &owed.recipient.mailbox.person);
            let mut telling = told.iter().filter(|told| self.was_told(told, rung, person, ladder)).peekable();
            if telling.peek().is_some() {
                decision.steps.told_before += 1;
                if telling.all(|told| told.state == NoticeState::Queued && told.generation != self.generation) {
                    waiting.entry(person.clone()).or_default().push(owed);
                }
            } else if let Some(rest) = rests(&owed) {
                match rest.kind {
                    RestKind::Acknowledged => decision.steps.acknowledged += 1,
                    RestKind::Paused => decision.steps.paused += 1,
                }
                decision.withheld.push(self.withheld(&owed, Withholding::Rests(rest.clone())));
            } else if self.knows_since_yesterday(&told, rung, person) {
                decision.steps.superseded += 1;
                let Owed { rung, role, recipient } = owed;
                decision.notices.push(self.notice(&rung, role, recipient, NoticeState::Superseded));
            } else if self.audience.stale && rung.kind.is_breach() && !rung.urgent {
                decision.steps.held += 1;
                decision.held.extend(self.duty.child.clone());
                decision.withheld.push(self.withheld(&owed, Withholding::OldData));
            } else {
                fresh.entry(person.clone()).or_default().push(owed);
            }
        }
        for (person, missed) in fresh {
            // Recorded in this generation as said by the step that speaks: else they would be owed anew tomorrow.
            for Owed { rung, role, recipient } in waiting.remove(&person).unwrap_or_default() {
                decision.notices.push(self.notice(&rung, role, recipient, NoticeState::Superseded));
            }
            let in_full = |owed: &Owed| owed.rung.kind != NoticeKind::Counted;
            // Whoever was not told at once is told now, and not on the morning on which others are told again.
            let at_once = missed.iter().rposition(|owed| owed.rung.urgent && owed.rung.repeat == 0);
            let speaks = at_once.or_else(|| missed.iter().rposition(|owed| owed.rung.urgent));
            let speaks = speaks.or_else(|| missed.iter().rposition(in_full)).unwrap_or(missed.len() - 1);
            for (at, Owed { rung, role, recipient }) in missed.into_iter().enumerate() {
                if at == speaks {
                    decision.steps.queued += 1;
                    self.supersede_waiting(told.iter().copied(), &person, decision);
                } else {
                    decision.steps.superseded += 1;
                }
                let state = if at == speaks { NoticeState::Queued } else { NoticeState::Superseded };
                decision.notices.push(self.notice(&rung, role, recipient, state));
            }
        }
    }

    fn withheld(&self, owed: &Owed, why: Withholding) -> Withheld {
        let Rung { step, repeat, kind, .. } = &owed.rung;
        let effect = self.effect(step, *repeat, self.generation, &owed.recipient.mailbox.person);
        Withheld { effect, kind: *kind, role: owed.role, why }
    }

    /// Every step owed by now, once for each person it tells.
    fn owed(&self, climbed: Vec<Rung>) -> Vec<Owed> {
        let mut owed: Vec<Owed> = Vec::new();
        for rung in climbed.into_iter().filter(|rung| rung.owed_at <= self.terms.now) {
            for (role, recipient) in self.recipients(&rung.tell) {
                let step = Owed { rung: rung.clone(), role, recipient };
                if !owed.iter().any(|other| other.is_the_same(&step)) {
                    owed.push(step);
                }
            }
        }
        owed
    }

    /// A summary has one step: it is sent.
    pub(super) fn summary(&self, to: Role) -> Rung {
        Rung {
            step: "report".to_owned(),
            repeat: 0,
            owed_at: self.terms.zone.start_of_day(self.terms.today),
            owed_on: self.terms.today,
            kind: NoticeKind::Report,
            tell: vec![to],
            ask: None,
            urgent: false,
        }
    }

    /// Whether a step would say to somebody what they were told of the same dates on the last open day: whoever is new to a duty, or
    /// stands in it for two, meets steps that lie close together. What a step asks for in words of its own is news, and so is an
    /// alert.
    fn knows_since_yesterday(&self, told: &[&Told], rung: &Rung, person: &PersonRef) -> bool {
        let tells_a_breach = rung.kind.is_breach_in_full() && !rung.urgent && rung.ask.is_none();
        let lately = |told: &&Told| {
            told.person == *person
                && told.generation == self.generation
                && told.state == NoticeState::Bundled
                && told.kind.is_breach_in_full()
                && self.was_yesterday(told.send_at)
        };
        tells_a_breach && told.iter().copied().any(|told| lately(&told))
    }

    /// A repetition belongs to its generation, since its clock starts anew; a step is told once, whatever its date. What no
    /// server took was not told, nor what a higher step was to say of a date that has moved since.
    fn was_told(&self, told: &Told, rung: &Rung, person: &PersonRef, ladder: &Ladder) -> bool {
        let place = |step: &str| ladder.steps.iter().position(|other| other.name == step);
        let steps = told.repeat == 0 && rung.repeat == 0 && told.kind.is_step();
        let earlier = told.generation != self.generation;
        told.person == *person
            && match told.state {
                NoticeState::Withdrawn | NoticeState::Unreachable => false,
                // What was told to somebody before they had the case again is not the case as it is now.
                _ if rung.kind == NoticeKind::Handover && told.send_at < rung.owed_at => false,
                // A number tells nothing of the steps below it, and whoever was told of it in full needs no number.
                NoticeState::Bundled if steps && told.kind == NoticeKind::Counted => told.step == rung.step,
                NoticeState::Bundled if steps && rung.kind == NoticeKind::Counted && told.kind.is_breach() => true,
                // Whoever was told a higher step is not told a lower one after it: not of a date that moved, nor in the place of
                // somebody below who is there no more. What a lower one asks for in words of its own is news.
                NoticeState::Bundled if steps && (earlier || rung.ask.is_none()) => {
                    place(&told.step) >= place(&rung.step)
                }
                NoticeState::Superseded if steps && earlier => false,
                _ => {
                    told.step == rung.step
                        && (rung.repeat == 0 || (told.repeat >= rung.repeat && told.generation == self.generation))
                }
            }
    }
}
