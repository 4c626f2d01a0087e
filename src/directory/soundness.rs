//! What reads well and leads nowhere: somebody named who is not in the directory, a circle of managers, cover by oneself.
//!
//! Owns those checks, for views and files alike. None of them refuses a directory: the line of recipients goes on to the
//! next above, and a directory of yesterday would write to somebody who has left.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::{Directory, Person, Table};
use crate::{
    duty::CaseContext,
    record::{ChildRef, PersonRef, TeamRef},
};

/// Something in a row of the directory that leads nowhere.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Flaw {
    /// The table.
    pub table: Table,
    /// The key of the row; of an absence, the key of whoever is away.
    pub row: String,
    /// The column.
    pub column: &'static str,
    /// What is wrong.
    pub what: FlawKind,
}

/// The kind of flaw.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FlawKind {
    /// Names somebody who is not in the directory.
    UnknownPerson,
    /// Names a team that is not in the directory, where nobody else manages the person.
    UnknownTeam,
    /// Nobody manages a team whose people have no manager of their own.
    NoManager,
    /// Going from manager to manager comes back to the row's own person.
    Circle,
    /// Whoever is away covers for themselves.
    OwnCover,
}

/// Where a case names a person who must be in the directory. Whoever makes a visit need not be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CasePlace {
    /// The worker of the current allocation.
    LeadWorker,
    /// The chair of the latest conference held, or of the next.
    Chair,
}

impl Directory {
    /// Everything in the directory's rows that leads nowhere, of people who are still here and absences that are not over.
    pub fn flaws(&self, today: NaiveDate) -> Vec<Flaw> {
        let mut flaws = BTreeSet::new();
        let mut flaw = |table, row: &str, column, what| {
            flaws.insert(Flaw { table, row: row.to_owned(), column, what });
        };
        let unknown = |person: &Option<PersonRef>| person.as_ref().is_some_and(|person| !self.knows(person));
        let circles = self.circles();
        for person in self.people.values().filter(|person| is_here(person, today)) {
            let key = &person.person.0;
            if unknown(&person.manager) {
                flaw(Table::Workers, key, "manager_id", FlawKind::UnknownPerson);
            }
            if circles.contains(&person.person) {
                flaw(Table::Workers, key, "manager_id", FlawKind::Circle);
            }
            if let (Some(team), None) = (&person.team, &person.manager) {
                match self.teams.get(team) {
                    None => flaw(Table::Workers, key, "team_id", FlawKind::UnknownTeam),
                    Some(known) if known.manager.is_none() => {
                        flaw(Table::Teams, &team.0, "manager_id", FlawKind::NoManager);
                    }
                    Some(_) => {}
                }
            }
        }
        for team in self.teams.values() {
            for (column, person) in [("manager_id", &team.manager), ("service_manager_id", &team.service_manager)] {
                if unknown(person) {
                    flaw(Table::Teams, &team.team.0, column, FlawKind::UnknownPerson);
                }
            }
        }
        let absences = self.absences.values().flatten();
        for absence in absences.filter(|absence| absence.to_on.is_none_or(|to_on| to_on >= today)) {
            let key = &absence.person.0;
            if !self.knows(&absence.person) {
                flaw(Table::Absences, key, "worker_id", FlawKind::UnknownPerson);
            }
            if unknown(&absence.cover) {
                flaw(Table::Absences, key, "cover_id", FlawKind::UnknownPerson);
            }
            if absence.cover.as_ref() == Some(&absence.person) {
                flaw(Table::Absences, key, "cover_id", FlawKind::OwnCover);
            }
        }
        for (role, holders) in &self.posts {
            if holders.iter().any(|holder| !self.knows(holder)) {
                flaw(Table::Posts, role.name(), "worker_id", FlawKind::UnknownPerson);
            }
        }
        flaws.into_iter().collect()
    }

    /// Whether a team has people without a manager of their own. Where nobody manages the team either, `flaws` says so.
    pub(super) fn has_unmanaged(&self, team: &TeamRef, today: NaiveDate) -> bool {
        let unmanaged = |person: &Person| person.team.as_ref() == Some(team) && person.manager.is_none();
        self.people.values().any(|person| is_here(person, today) && unmanaged(person))
    }

    /// The cases that name somebody who is not in the directory, under no key, and where they do. A restricted case is none of
    /// them: who mends the case data may not learn that there is one.
    pub fn strangers<'a>(&self, cases: impl IntoIterator<Item = &'a CaseContext>) -> Vec<(CasePlace, ChildRef)> {
        let mut strangers = Vec::new();
        for case in cases.into_iter().filter(|case| case.access.named.is_none()) {
            for (place, person) in [(CasePlace::LeadWorker, &case.lead_worker), (CasePlace::Chair, &case.chair)] {
                if person.as_ref().is_some_and(|person| !self.knows(person)) {
                    strangers.push((place, case.child.clone()));
                }
            }
        }
        strangers
    }

    /// Everybody from whom the line of managers comes back to themselves.
    fn circles(&self) -> BTreeSet<&PersonRef> {
        let (mut circles, mut asked) = (BTreeSet::new(), BTreeSet::new());
        for start in self.people.keys() {
            let mut line: Vec<&PersonRef> = Vec::new();
            let mut next = Some(start);
            while let Some(person) = next.filter(|person| asked.insert(*person)) {
                line.push(person);
                next = self.people.get(person).and_then(|person| person.manager.as_ref());
            }
            // The line ends above everybody, in what an earlier line came to, or in itself.
            circles.extend(line.into_iter().skip_while(|person| Some(*person) != next));
        }
        circles
    }
}

fn is_here(person: &Person, today: NaiveDate) -> bool {
    person.left_on.is_none_or(|left_on| left_on >= today)
}
