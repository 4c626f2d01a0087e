//! Who was asked for and is not told, and why, in words.

use std::fmt;

use chrono::NaiveDate;

use super::Role;
use crate::{calendar::format_date_short, record::PersonRef};

/// Somebody, or a role that nobody fills, who is not told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PassedOver {
    /// In which role they were asked for.
    pub role: Role,
    /// Who; none where nobody fills the role.
    pub person: Option<PersonRef>,
    /// Why not.
    pub why: Why,
}

/// Why somebody is not told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Nobody fills the role.
    NobodyRecorded,
    /// The directory does not know them.
    NotInDirectory,
    /// They work here no more.
    Left,
    /// The directory has no address for them, or none that works.
    NoAddress,
    /// Away; on their first day back they are told what then stands.
    Away {
        /// The last day away; none if nobody knows.
        until_on: Option<NaiveDate>,
        /// Somebody covers and is told instead.
        covered: bool,
        /// A cover is recorded, told or not.
        recorded: bool,
    },
    /// What is to be told them of somebody below is told of themselves: they hold this role in the case too.
    Holds(Role),
    /// They are part of the case, or somebody close to them is.
    Barred,
    /// The case is restricted to others.
    NotNamed,
    /// The case is restricted, and nobody can say who reads this mailbox.
    Shared,
    /// The role is told at a mailbox that several people read, and this is one person's own.
    NotCentral,
}

impl fmt::Display for PassedOver {
    /// "first line manager M1 has left".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let role = self.role.words();
        let Some(person) = &self.person else { return write!(f, "no {role} is recorded") };
        write!(f, "{role} {} ", person.0)?;
        match self.why {
            Why::NobodyRecorded | Why::NotInDirectory => write!(f, "is not in the directory"),
            Why::Left => write!(f, "has left"),
            Why::NoAddress => write!(f, "has no address that may be written to"),
            Why::Away { until_on, covered: true, .. } => write!(f, "is {}", away_until(until_on)),
            Why::Away { until_on, recorded: true, .. } => {
                write!(f, "is {} and nobody who covers can be told", away_until(until_on))
            }
            Why::Away { until_on, .. } => write!(f, "is {} and no cover is recorded", away_until(until_on)),
            Why::Holds(held) => write!(f, "is the {} too", held.words()),
            Why::Shared => write!(f, "is a shared mailbox"),
            Why::NotCentral => write!(f, "is no central mailbox"),
            // Not a word more: whoever reads this has no need to know why.
            Why::Barred | Why::NotNamed => write!(f, "is not told of this case"),
        }
    }
}

/// "away until Fri 20 Nov 2026".
pub(super) fn away_until(until_on: Option<NaiveDate>) -> String {
    until_on
        .map_or_else(|| "away until further notice".to_owned(), |on| format!("away until {}", format_date_short(on)))
}
