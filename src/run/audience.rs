//! Who would be told of a case, as a number: when it changes, what was decided of the case is decided anew.
//!
//! A manager who leaves, a cover who falls ill, an address that bounces: none of it stands in the child's own rows, and all
//! of it changes who is owed what.

use std::collections::BTreeSet;
use std::fmt;
use std::hash::{Hash, Hasher as _};

use chrono::NaiveDate;
use siphasher::sip::SipHasher13;

use crate::{
    directory::{Directory, Mailbox, Role, Unreachable},
    duty::CaseContext,
    procedure::Procedure,
};

/// Everybody who would be told, as a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LineNumber(u64);

impl LineNumber {
    /// The number as it was written by `Display`.
    pub(super) fn from_text(text: &str) -> Option<LineNumber> {
        u64::from_str_radix(text, 16).ok().map(LineNumber)
    }
}

impl fmt::Display for LineNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// Everything that decides who is told in which role.
pub(super) struct Line<'a> {
    directory: &'a Directory,
    roles: BTreeSet<Role>,
    today: NaiveDate,
    last: &'a Mailbox,
}

impl<'a> Line<'a> {
    pub(super) fn new(directory: &'a Directory, procedure: &Procedure, today: NaiveDate, last: &'a Mailbox) -> Self {
        Line { directory, roles: told_roles(procedure), today, last }
    }

    /// The number of everybody who would be told of this case.
    pub(super) fn of_case(&self, case: &CaseContext) -> LineNumber {
        number(|hasher| {
            for role in &self.roles {
                for recipient in self.directory.resolve(*role, Some(case), self.today, self.last).told {
                    recipient.mailbox.hash(hasher);
                }
                role.hash(hasher);
            }
            // Whom the case names and nobody knows is told to the data team, whether or not a ladder asks for them.
            for (place, _) in self.directory.strangers([case]) {
                place.hash(hasher);
            }
            // And so is whoever cannot be reached, before they are asked for.
            self.unreachable(case).hash(hasher);
        })
    }

    /// Who of those on whom a case depends cannot be reached.
    pub(super) fn unreachable(&self, case: &CaseContext) -> Vec<Unreachable> {
        self.directory.unreachable(case, &self.roles, self.today)
    }

    /// The number of the whole directory as it stands today. While it stays, no case's number changes but by the case.
    pub(super) fn of_all(&self) -> LineNumber {
        number(|hasher| {
            (self.directory, self.last, &self.roles).hash(hasher);
            let away = self.directory.absences.values().flatten();
            for absence in away {
                (absence.from_on <= self.today && absence.to_on.is_none_or(|to_on| self.today <= to_on)).hash(hasher);
            }
            for person in self.directory.people.values() {
                person.left_on.is_some_and(|left_on| left_on < self.today).hash(hasher);
            }
        })
    }
}

/// Every role in which somebody can be told, or asked whether something may be paused.
pub(super) fn told_roles(procedure: &Procedure) -> BTreeSet<Role> {
    let ladders = procedure.rules.iter().map(|rule| &rule.ladder);
    let steps = ladders.clone().flat_map(|ladder| ladder.steps.iter().flat_map(|step| &step.tell));
    let repeats = ladders.flat_map(|ladder| ladder.repeat.iter().flat_map(|repeat| &repeat.tell));
    let pauses = procedure.rules.iter().filter_map(|rule| rule.rests.pause.as_ref()).flat_map(|pause| &pause.by);
    // Who can mend what cannot be told, and who reads summaries, stands in no ladder.
    let always = [
        Role::LEAD_WORKER,
        Role::FIRST_LINE_MANAGER,
        Role::CONFERENCE_CHAIR,
        Role::HEAD_OF_CHILD_PROTECTION,
        Role::DATA_TEAM,
    ];
    steps.chain(repeats).chain(pauses).copied().chain(always).collect()
}

fn number(of: impl FnOnce(&mut SipHasher13)) -> LineNumber {
    let mut hasher = SipHasher13::new();
    of(&mut hasher);
    LineNumber(hasher.finish())
}
