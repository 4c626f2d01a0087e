//! Rests: how long a person may put off being told, and why. An acknowledgement rests repeats to one person, a pause rests a
//! whole duty.
//!
//! Owns what a procedure allows and the reasons there are. Must not know who rests what.

use serde::{Deserialize, Serialize};

use crate::{calendar::Period, directory::Role};

/// What a procedure allows of the rules of one strength. Nothing, unless it says so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rests {
    /// The longest rest that one acknowledgement gives.
    pub ack: Option<Period>,
    /// Whether and by whom it may be paused.
    pub pause: Option<Pause>,
}

/// How a duty may be paused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pause {
    /// From the first pause of a duty, the longest time until the last of them ends.
    pub at_most: Period,
    /// Who may.
    pub by: Vec<Role>,
}

/// Why somebody rests a duty. Codes and no free text, which could hold a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RestReason {
    /// A visit has its day.
    VisitBooked,
    /// A meeting or a conference has its day.
    MeetingBooked,
    /// It is done and not yet typed in.
    BeingRecorded,
    /// Somebody outside has to act first.
    WaitingForAgency,
    /// The child is not there.
    ChildAway,
    /// The family cannot be met now.
    FamilyUnavailable,
    /// A court decides first.
    Court,
    /// It is done under another plan or by another team.
    OtherPlan,
    /// Written by an earlier version, in words that are not read any more.
    Other,
}

impl RestReason {
    /// Every reason that can be given, by its code.
    pub const ALL: [(&'static str, RestReason); 8] = [
        ("visit_booked", RestReason::VisitBooked),
        ("meeting_booked", RestReason::MeetingBooked),
        ("being_recorded", RestReason::BeingRecorded),
        ("waiting_for_agency", RestReason::WaitingForAgency),
        ("child_away", RestReason::ChildAway),
        ("family_unavailable", RestReason::FamilyUnavailable),
        ("court", RestReason::Court),
        ("other_plan", RestReason::OtherPlan),
    ];

    /// The reason of that code; none if there is none.
    ///
    /// ```
    /// use duewatch::procedure::RestReason;
    ///
    /// assert_eq!(RestReason::from_code("visit_booked"), Some(RestReason::VisitBooked));
    /// assert_eq!(RestReason::from_code("busy"), None);
    /// ```
    pub fn from_code(code: &str) -> Option<RestReason> {
        RestReason::ALL.into_iter().find(|(known, _)| *known == code).map(|(_, reason)| reason)
    }

    /// Its code, with which the ledger and JSON keep it.
    pub fn code(self) -> &'static str {
        RestReason::ALL.into_iter().find(|(_, reason)| *reason == self).map_or("other", |(code, _)| code)
    }

    /// What it says, as the end of a sentence.
    pub fn words(self) -> &'static str {
        match self {
            RestReason::VisitBooked => "a visit is booked",
            RestReason::MeetingBooked => "a meeting is booked",
            RestReason::BeingRecorded => "it is done, and waits to be recorded",
            RestReason::WaitingForAgency => "another agency has to act first",
            RestReason::ChildAway => "the child is away",
            RestReason::FamilyUnavailable => "the family cannot be met now",
            RestReason::Court => "a court has to decide first",
            RestReason::OtherPlan => "it is done under another plan or by another team",
            RestReason::Other => "there is a reason that is not listed",
        }
    }
}
