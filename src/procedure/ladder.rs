//! Ladders: who is told at which distance from a date, and again until it is mended.

use serde::{Deserialize, Serialize};

use crate::{calendar::Period, directory::Role};

/// What kind of thing somebody is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    /// Something is coming.
    Reminder,
    /// Today is the earliest defensible day.
    Due,
    /// The day has passed: to the one who must act.
    Overdue,
    /// The day has passed: to those above, and beside.
    Escalation,
    /// The day has passed, and whoever must act was told: to the one above, as a count.
    Counted,
    /// An event somebody must hear of now.
    Alert,
    /// What was told of is mended.
    Resolved,
    /// A date that was told has moved.
    Changed,
    /// What was told of no longer applies.
    NoLongerDue,
    /// The record lacks what the rule needs.
    CannotTell,
    /// Points to confirm at an event.
    Checklist,
    /// What somebody has put off is told again from tomorrow on.
    RestEnds,
    /// A case changes hands.
    Handover,
    /// A fault of the data as a whole.
    DataQuality,
    /// A periodic report.
    Report,
}

impl NoticeKind {
    /// Every kind, with its name in procedures, in the ledger and in JSON.
    pub const ALL: [(&'static str, NoticeKind); 15] = [
        ("reminder", NoticeKind::Reminder),
        ("due", NoticeKind::Due),
        ("overdue", NoticeKind::Overdue),
        ("escalation", NoticeKind::Escalation),
        ("counted", NoticeKind::Counted),
        ("alert", NoticeKind::Alert),
        ("resolved", NoticeKind::Resolved),
        ("changed", NoticeKind::Changed),
        ("no_longer_due", NoticeKind::NoLongerDue),
        ("cannot_tell", NoticeKind::CannotTell),
        ("checklist", NoticeKind::Checklist),
        ("rest_ends", NoticeKind::RestEnds),
        ("handover", NoticeKind::Handover),
        ("data_quality", NoticeKind::DataQuality),
        ("report", NoticeKind::Report),
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        NoticeKind::ALL.into_iter().find(|(_, kind)| *kind == self).map_or("", |(name, _)| name)
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<NoticeKind> {
        NoticeKind::ALL.into_iter().find(|(known, _)| *known == name).map(|(_, kind)| kind)
    }

    /// Whether it is told by a step of a ladder, or by the one that stands before all of them: that a case is taken over. The
    /// others follow what became of a duty.
    pub fn is_step(self) -> bool {
        matches!(
            self,
            NoticeKind::Reminder
                | NoticeKind::Due
                | NoticeKind::Overdue
                | NoticeKind::Escalation
                | NoticeKind::Counted
                | NoticeKind::Alert
                | NoticeKind::Checklist
                | NoticeKind::Handover
                | NoticeKind::Report
        )
    }

    /// Whether it is told although its duty is over: how it ended, and that it had changed before.
    pub fn outlives_its_duty(self) -> bool {
        matches!(self, NoticeKind::Resolved | NoticeKind::NoLongerDue | NoticeKind::Changed)
    }

    /// Whether it tells of a breach.
    pub fn is_breach(self) -> bool {
        self == NoticeKind::Counted || self.is_breach_in_full()
    }

    /// Whether it tells of one breach by itself: whoever was told so is told when it is mended. Who was told a number is not.
    pub fn is_breach_in_full(self) -> bool {
        matches!(self, NoticeKind::Overdue | NoticeKind::Escalation | NoticeKind::Alert)
    }
}

/// The date a step is measured from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Base {
    /// The event that started the clock.
    Anchor,
    /// The earliest defensible date.
    Strict,
    /// The ordinary date.
    Due,
}

/// A place on the ladder: `3 working days before strict`, `on due`, `1 working day after due`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offset {
    /// At the first run that sees it, at any hour.
    AtOnce,
    /// On the base date itself.
    On(Base),
    /// So long before the base date.
    Before(Period, Base),
    /// So long after the base date.
    After(Period, Base),
}

/// One step of a ladder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Its name, unique in its ladder and part of the effect key: renaming a step tells people again.
    pub name: String,
    /// Where on the ladder it stands.
    pub when: Offset,
    /// What kind of thing it tells.
    pub kind: NoticeKind,
    /// Whom it tells.
    pub tell: Vec<Role>,
    /// A date attribute of the anchor: once it is recorded, this step is not owed. For the links of a chain.
    pub unless: Option<&'static str>,
    /// A date attribute of the anchor: only once it is recorded is this step owed. For a link that waits for another.
    pub once: Option<&'static str>,
    /// What to do at this step, where it differs from the rule's own words.
    pub ask: Option<String>,
}

/// Among what is done of a duty: the record shows that a point was not confirmed at its event. A step that waits for it is
/// owed only then.
pub const UNDONE: &str = "undone";

/// Telling again until mended, counted from the last step, in working time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repeat {
    /// How often.
    pub every: Period,
    /// What kind of thing it tells.
    pub kind: NoticeKind,
    /// Whom it tells.
    pub tell: Vec<Role>,
}

/// Steps in order of their place, then the repeat.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ladder {
    /// In the order of the file, which validation holds to the order of time.
    pub steps: Vec<Step>,
    /// What follows the last step.
    pub repeat: Option<Repeat>,
}
