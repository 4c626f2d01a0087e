//! Who is needed and cannot be reached, found before anybody waits for them.
//!
//! Owns what is looked for; whether somebody can be reached is `resolve`'s answer, so that the two never differ.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{
    Directory, Role, Why,
    resolve::{Asking, Resolved},
};
use crate::{duty::CaseContext, record::PersonRef};

/// Somebody on whom a case depends and who cannot be reached.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Unreachable {
    /// Who.
    pub person: PersonRef,
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
}

impl Directory {
    /// The lead worker and the managers of a case who cannot be reached today. That a lead worker has left or is away is the
    /// manager's to see to, who is told in their place. Of a restricted case nobody is said: who mends the directory may not
    /// learn that there is one.
    pub fn unreachable(&self, case: &CaseContext, today: NaiveDate) -> Vec<Unreachable> {
        let mut unreachable = Vec::new();
        if case.access.named.is_some() {
            return unreachable;
        }
        for role in [Role::LEAD_WORKER, Role::FIRST_LINE_MANAGER, Role::SECOND_LINE_MANAGER] {
            let is_manager = role != Role::LEAD_WORKER;
            for person in self.filled_by(role, Some(case)).into_iter().flatten() {
                let why = match self.passed_over(&person, &Asking::of(role, Some(case), self, today)) {
                    Some(Why::NoAddress) => Unreached::NoAddress,
                    Some(Why::Left) if is_manager => Unreached::Left,
                    Some(Why::Away { covered: false, .. }) if is_manager => Unreached::NoCover,
                    _ => continue,
                };
                unreachable.push(Unreachable { person, why });
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
}
