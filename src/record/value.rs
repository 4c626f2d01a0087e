//! What one attribute of a fact can hold, and the references to people and teams that occur in it.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

/// The case system's own key for a worker, chair or other professional. Says nothing about who that is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PersonRef(pub String);

/// The case system's own key for a team.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TeamRef(pub String);

/// When something happened: always a local calendar day, and an instant only where the record holds a time of day.
/// A case system that writes midnight for "no time given" yields a day without an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct When {
    /// The day, in the authority's own time zone.
    pub on: NaiveDate,
    /// The instant, where a time of day was recorded.
    pub at: Option<DateTime<Utc>>,
}

impl When {
    /// A day without a time.
    pub fn day(on: NaiveDate) -> When {
        When { on, at: None }
    }
}

/// One attribute's value. `Missing` is a value of its own: the record is silent, which is neither yes nor no.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Value {
    /// The record does not say.
    Missing,
    /// Yes or no.
    Flag(bool),
    /// A whole number.
    Count(u32),
    /// A day, perhaps with a time.
    Date(When),
    /// A code from a list the catalogue names, or the authority's own.
    Code(String),
    /// A person, by key.
    Person(PersonRef),
    /// A team, by key.
    Team(TeamRef),
    /// Another fact, by its own key.
    Fact(String),
}

impl Value {
    /// Whether it is that code.
    pub fn is_code(&self, code: &str) -> bool {
        matches!(self, Value::Code(said) if said == code)
    }
}
