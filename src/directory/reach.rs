//! Who is needed and cannot be reached, found before anybody waits for them.
//!
//! Owns what is looked for; whether somebody can be reached is `resolve`'s answer, so that the two never differ.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{
    Directory, Role, Why,
    resolve::{Asking, Resolved},
};
use crate::{duty::CaseContext, record::PersonRef};

/// A row of the directory because of which nobody is reached on whom a case depends.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Unreachable {
    /// The key of the row: of a team where `why` speaks of one, else of a person.
    pub row: String,
    /// Why not.
    pub why: Unreached,
}

/// Why nothing reaches somebody on whom a case depends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unreached {
    /// A lead worker or a manager without an address that works.
    NoAddress,
    /// A manager who has left.
    Left,
    /// A manager who is away, and nobody covers.
    NoCover,
    /// A chair without an address that works.
    ChairNoAddress,
    /// A chair who has left.
    ChairLeft,
    /// A team that nobody manages, and whose worker has no other manager.
    TeamNoFirstLine,
    /// A worker whom nobody else manages.
    WorkerNoFirstLine,
    /// A team that no second line stands above, nor above the manager.
    TeamNoSecondLine,
    /// A manager, of a case of no team, whom nobody else manages.
    ManagerNoSecondLine,
}

impl Directory {
    /// Those of a case, of all who are told by their role in it, who cannot be reached today, and the managers whom nobody
    /// fills in for. That a lead worker has left or is away is the manager's to see to, who is told in their place. Of a
    /// restricted case nobody is said: who mends the directory may not learn that there is one.
    pub fn unreachable(&self, case: &CaseContext, told: &BTreeSet<Role>, today: NaiveDate) -> Vec<Unreachable> {
        let mut unreachable = Vec::new();
        if case.access.named.is_some() {
            return unreachable;
        }
        for role in told.iter().copied().filter(|role| role.belongs_to_a_case()) {
            let asking = Asking::of(role, Some(case), self, today);
            for person in self.filled_by(role, Some(case)).into_iter().flatten() {
                let why = self.passed_over(&person, &asking).and_then(|why| unreached(role, why));
                unreachable.extend(why.map(|why| Unreachable { row: person.0, why }));
            }
            if self.is_vacant(role, case) {
                unreachable.extend(self.vacancy(role, case, today));
            }
        }
        unreachable
    }

    /// Whether somebody who fills a post of the authority can be reached today.
    pub fn reaches(&self, post: Role, today: NaiveDate) -> bool {
        let asking = Asking::of(post, None, self, today);
        let mut resolved = Resolved::default();
        for person in self.filled_by(post, None).into_iter().flatten() {
            self.ask(&person, &asking, None, &mut resolved);
        }
        !resolved.told.is_empty()
    }

    fn passed_over(&self, person: &PersonRef, asking: &Asking) -> Option<Why> {
        let mut resolved = Resolved::default();
        self.ask(person, asking, None, &mut resolved);
        resolved.passed_over.first().map(|passed| passed.why)
    }

    /// Whether nobody fills a role in a case but whoever stands below it.
    fn is_vacant(&self, role: Role, case: &CaseContext) -> bool {
        let below = self.below(role, case);
        let is_below = |person: &PersonRef| below.iter().any(|(_, lower)| lower == person);
        self.filled_by(role, Some(case)).iter().flatten().all(is_below)
    }

    /// The row that leaves a manager's role vacant. None where another says so already: a flaw of the directory, a worker who
    /// is not in it, or a first line that is vacant too. A case that nobody holds, of no team, is no row's.
    fn vacancy(&self, role: Role, case: &CaseContext, today: NaiveDate) -> Option<Unreachable> {
        let team = self.team_of(case);
        let known = team.and_then(|team| self.teams.get(team));
        let managed = known.is_some_and(|team| team.manager.is_some());
        let known_person = |person: PersonRef| self.people.contains_key(&person).then_some(person.0);
        let (row, why) = match (role, team) {
            (Role::FIRST_LINE_MANAGER, Some(team)) if !managed => {
                ((!self.has_unmanaged(team, today)).then(|| team.0.clone()), Unreached::TeamNoFirstLine)
            }
            (Role::FIRST_LINE_MANAGER, _) => {
                (self.lead_worker(case).and_then(known_person), Unreached::WorkerNoFirstLine)
            }
            (Role::SECOND_LINE_MANAGER, Some(team)) if known.is_some() => {
                (Some(team.0.clone()), Unreached::TeamNoSecondLine)
            }
            (Role::SECOND_LINE_MANAGER, _) => {
                (self.first_in_line(case).and_then(known_person), Unreached::ManagerNoSecondLine)
            }
            _ => return None,
        };
        row.map(|row| Unreachable { row, why })
    }
}

/// What is to be mended of somebody who was passed over.
fn unreached(role: Role, why: Why) -> Option<Unreached> {
    match (role, why) {
        (Role::CONFERENCE_CHAIR, Why::NoAddress) => Some(Unreached::ChairNoAddress),
        (Role::CONFERENCE_CHAIR, Why::Left) => Some(Unreached::ChairLeft),
        (_, Why::NoAddress) => Some(Unreached::NoAddress),
        (Role::LEAD_WORKER | Role::CONFERENCE_CHAIR, _) => None,
        (_, Why::Left) => Some(Unreached::Left),
        (_, Why::Away { covered: false, .. }) => Some(Unreached::NoCover),
        _ => None,
    }
}
