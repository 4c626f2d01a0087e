//! What was decided before, as far as the next decision depends on it. The ledger loads it; `preview` carries it along in
//! memory.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};

use super::{Effect, NoticeState, Rest};
use crate::{
    directory::Role,
    duty::{Duty, DutyKey, Reading},
    procedure::{DutyId, NoticeKind},
    record::{ChildRef, PersonRef},
};

/// Which duty: its identity without its dates.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DutyRef {
    /// Whose; nobody's for a report.
    pub child: Option<ChildRef>,
    /// Which rule.
    pub duty: DutyId,
    /// Which of that rule's duties.
    pub key: DutyKey,
}

impl DutyRef {
    /// The identity of a duty.
    pub fn of(duty: &Duty) -> DutyRef {
        DutyRef { child: duty.child.clone(), duty: duty.duty.clone(), key: duty.key.clone() }
    }
}

/// What the ledger holds that the next decision depends on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// Every duty that is not closed, by identity.
    pub duties: BTreeMap<DutyRef, Past>,
    /// Duties that were closed: the generation they had reached, and why. One that comes back begins a new generation, so
    /// that nothing told of the old one keeps the new one silent.
    pub closed: BTreeMap<DutyRef, (u32, Closing)>,
    /// When each person's latest message that was not urgent was written: one a morning is enough.
    pub written_at: Arc<BTreeMap<PersonRef, DateTime<Utc>>>,
}

/// One duty as last stored, and what was told of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Past {
    /// The duty as last stored.
    pub duty: Duty,
    /// How often its dates had moved.
    pub generation: u32,
    /// Every notice ever decided of it, in the order decided.
    pub told: Vec<Told>,
    /// Every rest of this generation, those that have ended too, in the order made.
    pub rests: Vec<Rest>,
}

/// One notice that was decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// In which generation.
    pub generation: u32,
    /// At which step.
    pub step: String,
    /// Which repetition.
    pub repeat: u32,
    /// Who.
    pub person: PersonRef,
    /// In which role.
    pub role: Role,
    /// What kind.
    pub kind: NoticeKind,
    /// Where it stands.
    pub state: NoticeState,
    /// When it was owed.
    pub owed_at: DateTime<Utc>,
    /// When it went, or may go.
    pub send_at: DateTime<Utc>,
    /// The address to which it goes; none where nobody could be reached.
    pub address: Option<String>,
    /// The days that its message gave; none while it waits.
    pub said: Option<SaidDays>,
}

/// The days that a message gave for a duty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SaidDays {
    /// The earliest defensible one.
    pub strict_on: Option<NaiveDate>,
    /// The last day in time by the ordinary reading.
    pub due_on: Option<NaiveDate>,
}

impl SaidDays {
    /// Those of a duty as it stands.
    pub fn of(duty: &Duty) -> SaidDays {
        let on = |reading: &Option<Reading>| reading.as_ref().map(|reading| reading.on.on());
        SaidDays { strict_on: on(&duty.strict), due_on: on(&duty.due) }
    }

    /// Whether one of them holds no longer. A day where none was said takes nothing back.
    pub(super) fn is_taken_back_by(self, now: SaidDays) -> bool {
        let lost = |said: Option<NaiveDate>, now: Option<NaiveDate>| said.is_some() && said != now;
        lost(self.strict_on, now.strict_on) || lost(self.due_on, now.due_on)
    }
}

impl Past {
    /// The days of the latest message that reached this person; those last stored where a ledger does not say.
    pub(super) fn days_said_to(&self, person: &PersonRef) -> SaidDays {
        let read = self.told.iter().rev().find(|told| told.person == *person && told.state == NoticeState::Bundled);
        read.and_then(|told| told.said).unwrap_or_else(|| SaidDays::of(&self.duty))
    }
}

impl Told {
    /// Whether it is the notice of that identity, of the same duty.
    fn is(&self, effect: &Effect) -> bool {
        (&self.step, self.repeat, self.generation, &self.person)
            == (&effect.step, effect.repeat, effect.generation, &effect.person)
    }
}

/// What a run changes in the ledger's duties.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// First seen.
    Opened(Duty),
    /// Seen again with something changed; the generation has risen if a date moved.
    Updated {
        /// As it is now.
        duty: Duty,
        /// The generation it now has.
        generation: u32,
    },
    /// Over.
    Closed {
        /// As it is now, or as it last was.
        duty: Duty,
        /// Why.
        closing: Closing,
    },
}

/// Why a duty is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Closing {
    /// Done.
    Met,
    /// The event that started it is gone, or the plan has ended.
    NoLongerDue,
    /// The child has died. Nobody is written to about it beyond the alert for the death itself.
    Died,
}

impl Closing {
    /// Every closing, with its name in the ledger.
    pub const ALL: [(&'static str, Closing); 3] =
        [("met", Closing::Met), ("no_longer_due", Closing::NoLongerDue), ("died", Closing::Died)];

    /// The closing of that name.
    pub fn from_name(name: &str) -> Option<Closing> {
        Closing::ALL.into_iter().find(|(known, _)| *known == name).map(|(_, closing)| closing)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        Closing::ALL.into_iter().find(|(_, closing)| *closing == self).map_or("", |(name, _)| name)
    }
}

impl History {
    /// The history after a run whose messages all went out: what a ledger would hold had it stored these. For rehearsing a
    /// run on top of another.
    pub fn apply(&mut self, changes: &[Change], decision: &super::Decision) {
        self.store(changes, decision);
        for notice in decision.notices.iter().filter(|notice| notice.state == NoticeState::Queued) {
            self.hand_over(notice, notice.send_at);
        }
    }

    /// The history after a run, what it decided still waiting to be sent.
    pub fn store(&mut self, changes: &[Change], decision: &super::Decision) {
        for change in changes {
            match change {
                Change::Opened(duty) => self.stand(duty, 0),
                Change::Updated { duty, generation } => self.stand(duty, *generation),
                Change::Closed { duty, closing } => {
                    let reference = DutyRef::of(duty);
                    let generation = self.duties.remove(&reference).map_or(0, |past| past.generation);
                    self.closed.insert(reference, (generation, *closing));
                }
            }
        }
        for effect in &decision.superseded {
            let told = self.past_of(effect).into_iter().flat_map(|past| past.told.iter_mut());
            for told in told.filter(|told| told.is(effect)) {
                told.state = NoticeState::Superseded;
            }
        }
        for effect in &decision.withdrawn {
            let told = self.past_of(effect).into_iter().flat_map(|past| past.told.iter_mut());
            for told in told.filter(|told| told.is(effect)) {
                told.state = NoticeState::Withdrawn;
            }
        }
        for notice in &decision.notices {
            let told = Told {
                generation: notice.effect.generation,
                step: notice.effect.step.clone(),
                repeat: notice.effect.repeat,
                person: notice.effect.person.clone(),
                role: notice.role,
                kind: notice.kind,
                state: notice.state,
                owed_at: notice.owed_at,
                send_at: notice.send_at,
                address: notice.mailbox.as_ref().map(|mailbox| mailbox.email.clone()),
                said: None,
            };
            if let Some(past) = self.past_of(&notice.effect) {
                past.told.push(told);
            }
        }
    }

    /// As if nobody had read the messages of these notices: they are told to nobody, nor is a step that they were to say too,
    /// and a report that they brought to its end has not been sent.
    pub fn forget(&mut self, unread: &BTreeSet<Effect>) {
        for effect in unread {
            let Some(past) = self.past_of(effect) else { continue };
            past.told.iter_mut().filter(|told| told.is(effect)).for_each(|told| told.state = NoticeState::Withdrawn);
            let speaks = |told: &Told| matches!(told.state, NoticeState::Bundled | NoticeState::Queued);
            if !past.told.iter().any(|told| told.person == effect.person && speaks(told)) {
                let said = past.told.iter_mut().filter(|told| told.person == effect.person);
                said.filter(|told| told.state == NoticeState::Superseded)
                    .for_each(|told| told.state = NoticeState::Withdrawn);
            }
        }
        self.closed.retain(|of, (_, closing)| {
            let report = of.child.is_none() && *closing == Closing::Met;
            !(report && unread.iter().any(|effect| effect.is_of(of)))
        });
    }

    /// Notes that a notice that waited went out in a message of that instant.
    pub fn hand_over(&mut self, notice: &super::Notice, at: DateTime<Utc>) {
        let effect = &notice.effect;
        if let Some(past) = self.past_of(effect) {
            let said = Some(SaidDays::of(&past.duty));
            for told in past.told.iter_mut().filter(|told| told.is(effect)) {
                (told.state, told.said) = (NoticeState::Bundled, said);
            }
        }
        if !notice.urgent {
            let written_at = Arc::make_mut(&mut self.written_at).entry(effect.person.clone()).or_insert(at);
            *written_at = at.max(*written_at);
        }
    }

    fn stand(&mut self, duty: &Duty, generation: u32) {
        let reference = DutyRef::of(duty);
        self.closed.remove(&reference);
        let past = self.duties.entry(reference).or_insert_with(|| Past {
            duty: duty.clone(),
            generation,
            told: Vec::new(),
            rests: Vec::new(),
        });
        past.duty = duty.clone();
        if past.generation != generation {
            past.rests.clear();
        }
        past.generation = generation;
    }

    fn past_of(&mut self, effect: &Effect) -> Option<&mut Past> {
        let (child, duty, key) = (effect.child.clone(), effect.duty.clone(), effect.key.clone());
        self.duties.get_mut(&DutyRef { child, duty, key })
    }
}
