//! The case record of one child.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{Fact, FactKind, When};
use crate::SharedText;

/// How duewatch speaks of a child: the case system's own number (or a keyed alias), never a name, never initials.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ChildRef(pub SharedText);

impl fmt::Display for ChildRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The household a child belongs to, by the case system's key. Messages group siblings by it; clocks never do.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct HouseholdRef(pub String);

/// What the case database says about one child.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseRecord {
    /// Whom it is about.
    pub child: ChildRef,
    /// The household, where known.
    pub household: Option<HouseholdRef>,
    /// The date of birth, where born.
    pub born_on: Option<NaiveDate>,
    /// The expected date of delivery of an unborn child.
    pub expected_on: Option<NaiveDate>,
    /// The date of death.
    pub died_on: Option<NaiveDate>,
    facts: Vec<Fact>,
    /// Where the facts of each kind begin, and where the last ones end.
    begins: Box<[u32]>,
    /// Every date of every fact, each once, in order.
    dates: Box<[When]>,
}

impl CaseRecord {
    /// A record with these facts, put into order: by kind, then day and time (undated last), then id bytewise, then by all
    /// that they say.
    pub fn new(child: ChildRef, mut facts: Vec<Fact>) -> CaseRecord {
        facts.sort_by(|a, b| {
            let day = |fact: &Fact| fact.happened().map_or((NaiveDate::MAX, None), |when| (when.on, when.at));
            (a.kind, day(a), &a.id, a).cmp(&(b.kind, day(b), &b.id, b))
        });
        let mut begins = vec![0; FactKind::ALL.len() + 1];
        for fact in &facts {
            for begin in begins.iter_mut().skip(fact.kind as usize + 1) {
                *begin += 1;
            }
        }
        let mut dates: Vec<When> = facts.iter().flat_map(Fact::whens).collect();
        dates.sort_unstable();
        dates.dedup();
        let (begins, dates) = (begins.into(), dates.into());
        CaseRecord { child, household: None, born_on: None, expected_on: None, died_on: None, facts, begins, dates }
    }

    /// All facts, kind by kind.
    pub(crate) fn all_facts(&self) -> &[Fact] {
        &self.facts
    }

    /// Every date of every fact from that day on, each once.
    pub(crate) fn dates_from(&self, on: NaiveDate) -> &[When] {
        let from = self.dates.partition_point(|when| when.on < on);
        self.dates.get(from..).unwrap_or(&[])
    }

    /// All facts of one kind, oldest first, undated last.
    pub fn facts(&self, kind: FactKind) -> &[Fact] {
        let at = |place: usize| self.begins.get(place).map_or(0, |begin| *begin as usize);
        let place = kind as usize;
        self.facts.get(at(place)..at(place + 1)).unwrap_or(&[])
    }

    /// The fact of that kind and id.
    pub fn fact(&self, kind: FactKind, id: &str) -> Option<&Fact> {
        self.facts(kind).iter().find(|fact| fact.id.0 == id)
    }
}
