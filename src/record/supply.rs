//! What a source of case records ever tells.
//!
//! Owns what is needed to judge something, and which of it one source never supplies. Must not know who needs it and how it
//! was found out.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{ANSWERS, FactKind};

/// Something that a record must say before anything can be judged by it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Need {
    /// The kind of fact.
    pub fact: FactKind,
    /// Attributes of it, any one of which is enough. None: the fact itself.
    pub any_of: Vec<String>,
}

impl Need {
    /// Any fact of that kind.
    pub fn fact(fact: FactKind) -> Need {
        Need { fact, any_of: Vec::new() }
    }

    /// One of these attributes.
    pub fn attribute(fact: FactKind, any_of: &[&str]) -> Need {
        Need { fact, any_of: any_of.iter().map(|name| (*name).to_owned()).collect() }
    }
}

impl fmt::Display for Need {
    /// As the case database names it: `dw_visits`, or `dw_conferences.next_review_on or booked_on`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.any_of.join(" or ");
        match self.any_of.as_slice() {
            [] if !self.fact.has_view() => write!(f, "{} ({})", self.fact.view(), self.fact.name()),
            [] => f.write_str(self.fact.view()),
            [first, ..] if self.fact.is_answer(first) => write!(f, "{ANSWERS} ({}.{names})", self.fact.name()),
            _ => write!(f, "{}.{names}", self.fact.view()),
        }
    }
}

/// A kind of fact that lasts and of which a source shows only what is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompletedOnly {
    /// How many facts it holds.
    pub held: u64,
    /// How many of them began lately.
    pub recent: u64,
    /// What "lately" is, in days.
    pub recent_days: u32,
}

/// What one source never tells. The empty one lacks nothing that is known of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Supply {
    /// Kinds of which there is no fact at all.
    pub no_facts: BTreeSet<FactKind>,
    /// Attributes that no fact fills.
    pub never_filled: BTreeSet<(FactKind, String)>,
    /// Kinds of which none is ever open.
    pub completed_only: BTreeMap<FactKind, CompletedOnly>,
}

impl Supply {
    /// One that lacks nothing.
    pub const WHOLE: &'static Supply =
        &Supply { no_facts: BTreeSet::new(), never_filled: BTreeSet::new(), completed_only: BTreeMap::new() };

    /// Whether nothing that is needed can ever be found lacking.
    pub fn is_whole(&self) -> bool {
        self.no_facts.is_empty() && self.never_filled.is_empty()
    }

    /// Whether what is lacking is a form that is not connected, or an event that is not recorded, and no column of a view of
    /// its own. Then nothing at all is known of what needs it.
    pub fn is_left_out(need: &Need) -> bool {
        !need.fact.has_view() || need.any_of.iter().any(|name| need.fact.is_answer(name))
    }

    /// Whether the source never supplies that.
    pub fn lacks(&self, need: &Need) -> bool {
        let never = |name: &String| self.never_filled.contains(&(need.fact, name.clone()));
        if need.any_of.is_empty() { self.no_facts.contains(&need.fact) } else { need.any_of.iter().all(never) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_several_attributes_one_is_enough() {
        let next = Need::attribute(FactKind::Conference, &["next_review_on", "booked_on"]);
        let held = Need::fact(FactKind::Conference);
        let mut supply = Supply::default();
        assert_eq!(supply, *Supply::WHOLE);
        supply.never_filled.insert((FactKind::Conference, "next_review_on".to_owned()));
        assert!(!supply.lacks(&next));
        supply.never_filled.insert((FactKind::Conference, "booked_on".to_owned()));
        assert!(supply.lacks(&next) && !supply.lacks(&held));
        supply.no_facts.insert(FactKind::Conference);
        assert!(supply.lacks(&held));
        assert_eq!(next.to_string(), "dw_conferences.next_review_on or booked_on");
    }
}
