//! Which kind of recipient each person is, and in which weeks there is somebody to write to.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use chrono::NaiveDate;
use duewatch::{directory::Role, record::PersonRef};

use crate::world::World;

/// A kind of recipient. A person has one, whatever the role in which a line reaches them: a manager who stands in for a
/// worker is still a manager.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Worker,
    FirstLineManager,
    SecondLineManager,
    Chair,
    Post(Role),
    LastRecipient,
}

impl Kind {
    /// Whether a breach has reached a manager once it is with them.
    pub(crate) fn is_manager(self) -> bool {
        match self {
            Kind::FirstLineManager | Kind::SecondLineManager => true,
            Kind::Post(role) => is_managers(role),
            Kind::Worker | Kind::Chair | Kind::LastRecipient => false,
        }
    }
}

/// Whether it is a rung of the line above the worker.
pub(crate) fn is_managers(role: Role) -> bool {
    [
        Role::FIRST_LINE_MANAGER,
        Role::SECOND_LINE_MANAGER,
        Role::HEAD_OF_CHILD_PROTECTION,
        Role::HEADS_OF_SOCIAL_CARE,
        Role::DIRECTOR,
    ]
    .contains(&role)
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&match self {
            Kind::Worker => "worker".to_owned(),
            Kind::FirstLineManager => "first-line manager".to_owned(),
            Kind::SecondLineManager => "second-line manager".to_owned(),
            Kind::Chair => "chair".to_owned(),
            Kind::Post(role) => role.words(),
            Kind::LastRecipient => "last recipient".to_owned(),
        })
    }
}

/// Everybody who could be written to, those who got nothing included.
pub(crate) struct People {
    kinds: BTreeMap<PersonRef, Kind>,
    /// The first day and the last, where they did not work here all the time.
    here: BTreeMap<PersonRef, (Option<NaiveDate>, Option<NaiveDate>)>,
}

impl People {
    pub(crate) fn of(world: &World) -> People {
        let (staff, directory) = (&world.staff, &world.staff.directory);
        let mut kinds: BTreeMap<PersonRef, Kind> = BTreeMap::new();
        let workers = directory.people.values().filter(|person| person.team.is_some() && person.email.is_some());
        kinds.extend(workers.map(|person| (person.person.clone(), Kind::Worker)));
        kinds.extend(staff.holders.iter().map(|holder| (holder.clone(), Kind::Worker)));
        kinds.extend(world.chairs().into_iter().map(|chair| (chair.clone(), Kind::Chair)));
        let teams = || directory.teams.values();
        kinds.extend(teams().filter_map(|team| Some((team.manager.clone()?, Kind::FirstLineManager))));
        kinds.extend(teams().filter_map(|team| Some((team.service_manager.clone()?, Kind::SecondLineManager))));
        let posts =
            directory.posts.iter().flat_map(|(role, people)| people.iter().map(|person| (person.clone(), *role)));
        kinds.extend(posts.map(|(person, role)| match role {
            Role::CONFERENCE_CHAIR => (person, Kind::Chair),
            _ => (person, Kind::Post(role)),
        }));
        kinds.insert(world.watch.last_recipient.person.clone(), Kind::LastRecipient);
        // Who has no row in the directory, or no address, can be sent nothing.
        let last = &world.watch.last_recipient.person;
        let has_address = |person: &PersonRef| directory.people.get(person).is_some_and(|known| known.email.is_some());
        kinds.retain(|person, _| person == last || has_address(person));
        let left_on = |person: &PersonRef| directory.people.get(person).and_then(|known| known.left_on);
        let here = kinds.keys().map(|person| (person.clone(), (staff.began_on.get(person).copied(), left_on(person))));
        People { here: here.collect(), kinds }
    }

    /// The kind of somebody who was written to.
    pub(crate) fn kind(&self, person: &PersonRef) -> Kind {
        *self.kinds.get(person).unwrap_or_else(|| panic!("{} got a message and is nobody", person.0))
    }

    /// Every kind of which there is somebody.
    pub(crate) fn kinds(&self) -> BTreeSet<Kind> {
        self.kinds.values().copied().collect()
    }

    /// Who of a kind worked here on some of these days.
    pub(crate) fn here(&self, kind: Kind, from: NaiveDate, to: NaiveDate) -> impl Iterator<Item = &PersonRef> {
        let is_here = move |person: &PersonRef| {
            let (began_on, left_on) = self.here.get(person).copied().unwrap_or_default();
            began_on.is_none_or(|on| on <= to) && left_on.is_none_or(|on| on >= from)
        };
        self.kinds.iter().filter(move |(person, of)| **of == kind && is_here(person)).map(|(person, _)| person)
    }
}
