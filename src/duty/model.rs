//! What an assessment says.

use std::{borrow::Cow, collections::BTreeSet, fmt};

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::CannotTell;
use crate::{
    SharedText,
    calendar::{DueDate, Skipped, Zone},
    procedure::DutyId,
    record::{ChildRef, HouseholdRef, PersonRef, TeamRef},
};

/// What tells one duty of a rule from the next: the kind and id of the event that started it. It survives corrected dates.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DutyKey(pub String);

impl fmt::Display for DutyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where a duty stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Done, perhaps late.
    Met,
    /// Running, and neither date has passed.
    Open,
    /// The strict date has passed, the due date has not.
    Amber,
    /// The due date has passed, or a state, an order or an alert stands unmended.
    Overdue,
    /// The record lacks what the rule needs.
    CannotTell,
}

impl Status {
    /// Every status, with its name in JSON, in the ledger and on the command line.
    pub const ALL: [(&'static str, Status); 5] = [
        ("met", Status::Met),
        ("open", Status::Open),
        ("amber", Status::Amber),
        ("overdue", Status::Overdue),
        ("cannot_tell", Status::CannotTell),
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        Status::ALL.into_iter().find(|(_, status)| *status == self).map_or("", |(name, _)| name)
    }

    /// The status of that name.
    pub fn from_name(name: &str) -> Option<Status> {
        Status::ALL.into_iter().find(|(known, _)| *known == name).map(|(_, status)| status)
    }
}

/// The event that started a clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Anchor {
    /// The kind of fact, e.g. `conference`.
    pub fact: Cow<'static, str>,
    /// Its id in the case database.
    pub id: SharedText,
    /// The day it happened.
    pub on: NaiveDate,
}

/// One reading of a rule for one duty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// What it counts from.
    pub anchor: Anchor,
    /// The last day that is in time.
    pub on: DueDate,
    /// The instant, where an hour matters.
    pub at: Option<DateTime<Utc>>,
}

impl Reading {
    /// The first instant that is too late.
    pub fn ends_at(&self, zone: Zone) -> DateTime<Utc> {
        self.at.unwrap_or_else(|| self.on.ends_at(zone))
    }
}

/// One obligation for one child, once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Duty {
    /// Whose; nobody's for a report of the whole authority.
    pub child: Option<ChildRef>,
    /// Which rule.
    pub duty: DutyId,
    /// Which of that rule's.
    pub key: DutyKey,
    /// What started the clock.
    pub anchor: Anchor,
    /// The earliest defensible date.
    pub strict: Option<Reading>,
    /// The ordinary date.
    pub due: Option<Reading>,
    /// Where it stands.
    pub status: Status,
    /// The day it was done.
    pub met_on: Option<NaiveDate>,
    /// Done after the due date, or not yet done and past it.
    pub late: bool,
    /// The calendar's id.
    pub calendar: SharedText,
    /// The calendar's content hash.
    pub calendar_hash: SharedText,
    /// A date rests on a holiday that nobody has published yet.
    pub provisional: bool,
    /// The days between anchor and due date that did not count, by name.
    pub skipped: Vec<Skipped>,
    /// Where the rule stands, e.g. `000:L45`.
    pub citation: SharedText,
    /// The arithmetic in one line, for the message and for `explain`.
    pub arithmetic: String,
    /// What a summary counts, for its chart.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tallies: Vec<Tally>,
    /// What the record leaves open; in a report, its rows.
    pub notes: Vec<String>,
    /// Links of its ladder's chain that are recorded: dates of the anchor that a step waits for.
    pub done: Vec<Cow<'static, str>>,
    /// Why it cannot be told, where it cannot.
    #[serde(default)]
    pub cannot_tell: Option<CannotTell>,
}

/// How many of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// "overdue".
    pub words: String,
    /// How many.
    pub count: u64,
}

impl Duty {
    /// Why it cannot be told and what the record leaves open, in the order in which it is said.
    pub fn said(&self) -> impl Iterator<Item = &str> {
        let why = self.cannot_tell.as_ref().map(|cannot| cannot.why.as_str());
        why.into_iter().chain(self.notes.iter().map(String::as_str))
    }

    /// Whether it is a child's and nothing in this source could ever settle it: then it is told once for its rule, and not
    /// for the child.
    pub fn is_left_to_its_rule(&self) -> bool {
        self.child.is_some() && self.cannot_tell.as_ref().is_some_and(|cannot| cannot.by_source)
    }
}

/// Who and what a case is, as far as telling anybody needs it. Worked out from the record on one day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseContext {
    /// The child.
    pub child: ChildRef,
    /// The household, to group siblings.
    pub household: Option<HouseholdRef>,
    /// The allocated lead worker of today.
    pub lead_worker: Option<PersonRef>,
    /// The last lead worker, where there is none today: their manager is asked.
    pub former_lead_worker: Option<PersonRef>,
    /// The day on which they took the case over from somebody else; none if it was theirs from the first.
    #[serde(default)]
    pub taken_over_on: Option<NaiveDate>,
    /// The team of the latest allocation.
    pub team: Option<TeamRef>,
    /// The chair of the latest conference held, or else booked.
    pub chair: Option<PersonRef>,
    /// The child has died.
    pub died: bool,
    /// Who may know of it.
    #[serde(default)]
    pub access: Access,
}

impl CaseContext {
    /// A case in which nobody holds anything, to look somebody up who is asked for by a team or a person alone.
    pub fn of_nobody() -> CaseContext {
        CaseContext {
            child: ChildRef("".into()),
            household: None,
            lead_worker: None,
            former_lead_worker: None,
            taken_over_on: None,
            team: None,
            chair: None,
            died: false,
            access: Access::default(),
        }
    }
}

/// Who may know of a case.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    /// Those named, where the case is restricted: nobody else may learn that it exists.
    pub named: Option<BTreeSet<PersonRef>>,
    /// Those who may not know of it: they are part of it, or somebody close to them is.
    pub barred: BTreeSet<PersonRef>,
}

/// Why a rule has no duty for a child: each applicable pair of child and rule has duties or one of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Idle {
    /// No event has started its clock.
    NotStarted,
    /// The state or event it watches for does not exist.
    NothingToWatch,
    /// The child is not born yet, nor expected by today.
    Unborn,
    /// No plan of this authority is open.
    NoOpenPlan,
    /// No enquiry is open, and none that has ended may still need its conference.
    NoOpenEnquiry,
    /// The child has died, and the rule stops at that.
    Died,
    /// The case database never supplies what the rule is judged by, for any child: no form asks it, or no such event is
    /// recorded. That is told once for the rule.
    NotSupplied,
}

/// What a rule comes to for one child.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Its duties, oldest first; the last one is the current one. Never empty.
    Duties(Vec<Duty>),
    /// None, and why.
    Idle(Idle),
}
