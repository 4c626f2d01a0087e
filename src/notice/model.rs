//! What a decision says.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::DutyRef;
use crate::{
    directory::{Mailbox, Role},
    duty::DutyKey,
    procedure::{DutyId, NoticeKind},
    record::{ChildRef, PersonRef},
};

/// What makes a notice one and the same: written twice it is written once. The ledger holds it as a unique key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Effect {
    /// Whose duty; nobody's for a report.
    pub child: Option<ChildRef>,
    /// Which rule.
    pub duty: DutyId,
    /// Which of that rule's duties.
    pub key: DutyKey,
    /// How often its date had moved.
    pub generation: u32,
    /// The ladder's step, or `repeat`, `resolved`, `changed`, `no-longer-due`, `cannot-tell`, `rest-ends`, `report` of a summary, `handover-` and a day.
    pub step: String,
    /// Which repetition; 0 for a step that has none.
    pub repeat: u32,
    /// Who is told.
    pub person: PersonRef,
}

impl Effect {
    /// Whether it is about that duty.
    pub fn is_of(&self, of: &DutyRef) -> bool {
        (&self.child, &self.duty, &self.key) == (&of.child, &of.duty, &of.key)
    }
}

impl fmt::Display for Effect {
    /// One line, fields parted by a character that no id may hold.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let child = self.child.as_ref().map_or("", |child| child.0.as_str());
        write!(
            f,
            "{child}\u{1f}{}\u{1f}{}\u{1f}{}\u{1f}{}\u{1f}{}\u{1f}{}",
            self.duty, self.key, self.generation, self.step, self.repeat, self.person.0
        )
    }
}

/// Where a notice stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeState {
    /// Waiting to be bundled into a message.
    Queued,
    /// Part of a message on its way or delivered; that message says how far it came.
    Bundled,
    /// A later step for the same person says it too.
    Superseded,
    /// What it would have said is no longer so.
    Withdrawn,
    /// No server took the message that carried it, and none will: it is owed again.
    Unreachable,
}

impl NoticeState {
    /// Every state, with its name in the ledger.
    pub const ALL: [(&'static str, NoticeState); 5] = [
        ("queued", NoticeState::Queued),
        ("bundled", NoticeState::Bundled),
        ("superseded", NoticeState::Superseded),
        ("withdrawn", NoticeState::Withdrawn),
        ("unreachable", NoticeState::Unreachable),
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        NoticeState::ALL.into_iter().find(|(_, state)| *state == self).map_or("", |(name, _)| name)
    }

    /// The state of that name.
    pub fn from_name(name: &str) -> Option<NoticeState> {
        NoticeState::ALL.into_iter().find(|(known, _)| *known == name).map(|(_, state)| state)
    }
}

/// One decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Its identity.
    pub effect: Effect,
    /// What kind of thing is told.
    pub kind: NoticeKind,
    /// The role in which they are told.
    pub role: Role,
    /// Where to; none only when unreachable.
    pub mailbox: Option<Mailbox>,
    /// Goes at any hour.
    pub urgent: bool,
    /// The instant at which the step was owed.
    pub owed_at: DateTime<Utc>,
    /// Not to be sent before this.
    pub send_at: DateTime<Utc>,
    /// Why this person, where that is not plain from the role.
    pub because: Option<String>,
    /// How it starts out: queued, superseded or unreachable.
    pub state: NoticeState,
}
