//! Rests: somebody has put off being told of a duty. What that keeps back, and the warning before it ends.
//!
//! An acknowledgement rests the repeats to one person, a pause rests the steps to everybody who has not been told them. That a
//! duty is met, moved, no longer due or cannot be told never rests, nor does an alert. A date that moves ends every rest.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::{Decision, Notice, NoticeState, Past, Told, decide::Desk, rungs::Rung};
use crate::{
    calendar::format_date_long,
    directory::Role,
    duty::{Status, Terms},
    procedure::{NoticeKind, RestReason},
    record::PersonRef,
};

/// The step at which whoever made a rest hears that it ends.
pub(super) const REST_ENDS: &str = "rest-ends";

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RestKind {
    /// Somebody who was told acts on it: repeats to them rest, steps still climb.
    Acknowledged,
    /// Somebody in charge has put it off for everybody.
    Paused,
}

impl RestKind {
    /// Both, by their names in the ledger and in JSON.
    pub const ALL: [(&'static str, RestKind); 2] = [("ack", RestKind::Acknowledged), ("pause", RestKind::Paused)];

    /// The one of that name.
    pub fn from_name(name: &str) -> Option<RestKind> {
        RestKind::ALL.into_iter().find(|(known, _)| *known == name).map(|(_, kind)| kind)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        RestKind::ALL.into_iter().find(|(_, kind)| *kind == self).map_or("", |(name, _)| name)
    }

    /// What was done, in a sentence.
    pub fn words(self) -> &'static str {
        match self {
            RestKind::Acknowledged => "acknowledged",
            RestKind::Paused => "paused",
        }
    }
}

/// One rest of one duty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rest {
    /// Which kind.
    pub kind: RestKind,
    /// Who made it.
    pub person: PersonRef,
    /// In which role: the one in which they were told, or that gives them the right to pause.
    pub role: Role,
    /// Why.
    pub reason: RestReason,
    /// From when.
    pub at: DateTime<Utc>,
    /// Until when, that instant not included.
    pub until: DateTime<Utc>,
}

impl Rest {
    /// Whether it has not ended by then.
    pub fn stands(&self, now: DateTime<Utc>) -> bool {
        now < self.until
    }

    /// The last day of it.
    pub fn last_on(&self, terms: &Terms) -> NaiveDate {
        terms.zone.local_date(self.until - TimeDelta::microseconds(1))
    }

    /// When whoever made it is warned: on the last of its days on which the offices are open.
    fn warned_at(&self, terms: &Terms) -> DateTime<Utc> {
        terms.zone.start_of_day(terms.office.previous_working_day(self.last_on(terms)))
    }
}

impl Past {
    /// The rests that hold in that generation, in the order made.
    pub(super) fn rests_in(&self, generation: u32) -> &[Rest] {
        if self.generation == generation { &self.rests } else { &[] }
    }

    /// What keeps a step from somebody who has not been told it; nothing, mostly.
    fn resting(&self, rung: &Rung, person: &PersonRef, now: DateTime<Utc>) -> Option<&Rest> {
        let keeps = |rest: &&Rest| match rest.kind {
            RestKind::Acknowledged => rung.repeat > 0 && rest.person == *person,
            RestKind::Paused => !rung.urgent && rung.kind != NoticeKind::Alert,
        };
        self.rests.iter().filter(|rest| rest.stands(now)).filter(keeps).min_by_key(|rest| rest.kind)
    }
}

/// The instants at which a rest changes what is told: the warning before its end, and the end.
pub(super) fn turns<'a>(rests: &'a [Rest], terms: &'a Terms) -> impl Iterator<Item = DateTime<Utc>> + 'a {
    rests.iter().flat_map(|rest| [rest.warned_at(terms), rest.until])
}

/// A rest about whose end somebody is to hear, and which rest of theirs it is.
struct Warning<'a> {
    rest: &'a Rest,
    nth: u32,
}

impl Warning<'_> {
    fn is(&self, told: &Told, generation: u32) -> bool {
        (told.step.as_str(), told.repeat, told.generation, &told.person)
            == (REST_ENDS, self.nth, generation, &self.rest.person)
    }
}

impl Desk<'_> {
    /// Which rest keeps a step from somebody, of the dates that the duty now has.
    pub(super) fn resting<'p>(&self, past: Option<&'p Past>, rung: &Rung, person: &PersonRef) -> Option<&'p Rest> {
        let past = past.filter(|past| past.generation == self.generation)?;
        past.resting(rung, person, self.terms.now)
    }

    /// Whoever made a rest hears on its last morning that it ends, if the duty still stands then. A warning that waits is
    /// withdrawn with its rest.
    pub(super) fn warn_of_rests(&self, past: Option<&Past>, decision: &mut Decision) {
        let Some(past) = past else { return };
        let owed = self.warnings(past);
        let warned = || past.told.iter().filter(|told| told.kind == NoticeKind::RestEnds);
        let idle = warned().filter(|told| {
            told.state == NoticeState::Queued && !owed.iter().any(|warning| warning.is(told, self.generation))
        });
        decision.withdrawn.extend(idle.map(|told| self.effect_of(told)));
        for warning in owed {
            let reached = |told: &&Told| !matches!(told.state, NoticeState::Withdrawn | NoticeState::Unreachable);
            let Some(mailbox) = self.mailbox_of(&warning.rest.person) else {
                // Whoever cannot be reached now may be before the rest ends, and no row of the child will say so.
                decision.held.extend(self.duty.child.clone());
                continue;
            };
            decision.steps.owed += 1;
            if warned().filter(reached).any(|told| warning.is(told, self.generation)) {
                decision.steps.told_before += 1;
                continue;
            }
            decision.steps.queued += 1;
            let Warning { rest, nth } = warning;
            let notice = self.notice_to(mailbox, REST_ENDS, NoticeKind::RestEnds, rest.role);
            decision.notices.push(Notice {
                effect: self.effect(REST_ENDS, nth, self.generation, &rest.person),
                owed_at: rest.warned_at(self.terms),
                because: Some(self.ending(rest)),
                ..notice
            });
        }
    }

    fn warnings<'a>(&self, past: &'a Past) -> Vec<Warning<'a>> {
        // Of what cannot be told nothing rests.
        if self.duty.status == Status::CannotTell {
            return Vec::new();
        }
        let rests = past.rests_in(self.generation);
        let number = |(at, rest): (usize, &'a Rest)| {
            let before = rests.iter().take(at).filter(|other| other.person == rest.person).count();
            Warning { rest, nth: u32::try_from(before).unwrap_or(u32::MAX) }
        };
        let owed = |warning: &Warning| {
            warning.rest.stands(self.terms.now) && warning.rest.warned_at(self.terms) <= self.terms.now
        };
        rests.iter().enumerate().map(number).filter(owed).collect()
    }

    fn ending(&self, rest: &Rest) -> String {
        let on = format_date_long(rest.last_on(self.terms));
        let then = match rest.kind {
            RestKind::Acknowledged => "after that you are told again",
            RestKind::Paused => "after that everybody whom it concerns is told again",
        };
        let reason = rest.reason.words();
        format!("you {} it because {reason}. That holds until {on}; {then}", rest.kind.words())
    }
}
