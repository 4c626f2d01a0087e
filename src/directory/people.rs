//! The directory's rows.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{Role, Weekdays};
use crate::record::{PersonRef, TeamRef};

/// A person, or a shared mailbox that stands for a post.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Person {
    /// The case system's key.
    pub person: PersonRef,
    /// Where mail reaches them, if anywhere.
    pub email: Option<String>,
    /// Their team.
    pub team: Option<TeamRef>,
    /// Their own manager, where the directory says.
    pub manager: Option<PersonRef>,
    /// The last day they worked here.
    pub left_on: Option<NaiveDate>,
    /// The days of the week on which they work.
    pub weekdays: Weekdays,
    /// Several people read it, and nobody can say who: a mailbox that stands for a post.
    pub shared: bool,
}

/// A team.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Team {
    /// The case system's key.
    pub team: TeamRef,
    /// Who manages it.
    pub manager: Option<PersonRef>,
    /// Who manages that manager.
    pub service_manager: Option<PersonRef>,
}

/// A planned or unplanned absence. The last day is included; an empty one means "until further notice".
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Absence {
    /// Who is away.
    pub person: PersonRef,
    /// The first day away.
    pub from_on: NaiveDate,
    /// The last day away.
    pub to_on: Option<NaiveDate>,
    /// Who covers.
    pub cover: Option<PersonRef>,
}

/// Where a message goes: a person or post, and the address that reaches it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Mailbox {
    /// Who.
    pub person: PersonRef,
    /// Their address.
    pub email: String,
}

/// The whole directory as read in one run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Directory {
    /// By key.
    pub people: BTreeMap<PersonRef, Person>,
    /// By key.
    pub teams: BTreeMap<TeamRef, Team>,
    /// By who is away, each person's in the order read.
    pub absences: BTreeMap<PersonRef, Vec<Absence>>,
    /// Who fills the posts that belong to no case.
    pub posts: BTreeMap<Role, Vec<PersonRef>>,
    /// Other keys by which a case may name somebody, and whose they are: a professional id beside a staff id. None of them
    /// is a key of `people`, and the rows of the directory itself do without them.
    pub other_keys: BTreeMap<PersonRef, PersonRef>,
}

impl Directory {
    /// Whether somebody is in the directory, under this key or another.
    pub fn knows(&self, person: &PersonRef) -> bool {
        self.people.contains_key(self.own_key(person))
    }

    /// The days of the week on which somebody works; every day for whoever is not in the directory.
    pub fn weekdays(&self, person: &PersonRef) -> Weekdays {
        self.people.get(person).map_or(Weekdays::EVERY, |known| known.weekdays)
    }

    /// Adds an absence behind those of the same person.
    pub fn add_absence(&mut self, absence: Absence) {
        self.absences.entry(absence.person.clone()).or_default().push(absence);
    }

    /// The key under which somebody stands in the directory. A key that it does not know stays as it is.
    pub fn own_key<'a>(&'a self, person: &'a PersonRef) -> &'a PersonRef {
        self.other_keys.get(person).unwrap_or(person)
    }
}
