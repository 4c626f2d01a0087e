//! The books of a run: what was seen, and what became of it. They must balance, or the run is an alarm.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    duty::{Assessment, Idle, Outcome, Status},
    ledger::Counted,
    notice::StepBooks,
};

/// Everything a run accounts for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Books {
    /// Children.
    pub children: ChildBooks,
    /// Pairs of a child and a rule that applies to children.
    pub pairs: PairBooks,
    /// Steps owed by now.
    pub steps: StepBooks,
}

/// What became of every child in the case database's view.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChildBooks {
    /// Rows of the view, by a count of its own.
    pub seen: u64,
    /// With an open plan, with an enquiry that some rule watches, or with duties that outlive them.
    pub assessed: u64,
    /// Judged at an earlier run, with nothing to judge anew: their rows say what they said, and no instant has passed at
    /// which that could come to something else.
    #[serde(default)]
    pub unchanged: u64,
    /// Without one; the view still shows them for what has just ended.
    pub excluded: u64,
    /// Rows without an id, or a second row for the same child.
    pub unreadable: u64,
}

/// What every pair came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PairBooks {
    /// Children that were judged, times the rules that apply to a child.
    pub applicable: u64,
    /// With at least one duty that has dates or a state.
    pub duties: u64,
    /// Whose current duty cannot be told.
    pub cannot_tell: u64,
    /// With nothing to watch, by reason.
    pub idle: BTreeMap<Idle, u64>,
}

impl Books {
    /// Enters one child.
    pub(super) fn enter(&mut self, assessment: &Assessment) {
        let outside = |outcome: &Outcome| matches!(outcome, Outcome::Idle(Idle::NoOpenPlan | Idle::NoOpenEnquiry));
        // What the source never supplies says nothing about this child.
        let left_out = |outcome: &Outcome| matches!(outcome, Outcome::Idle(Idle::NotSupplied));
        let outcomes = || assessment.outcomes.iter().map(|(_, outcome)| outcome);
        if outcomes().all(|outcome| outside(outcome) || left_out(outcome)) && outcomes().any(outside) {
            self.children.excluded += 1;
        } else {
            self.children.assessed += 1;
        }
        for (_, outcome) in &assessment.outcomes {
            match outcome {
                Outcome::Idle(idle) => *self.pairs.idle.entry(*idle).or_default() += 1,
                Outcome::Duties(duties) if duties.last().is_some_and(|duty| duty.status == Status::CannotTell) => {
                    self.pairs.cannot_tell += 1;
                }
                Outcome::Duties(_) => self.pairs.duties += 1,
            }
        }
    }

    /// What does not balance, in words; empty when everything does.
    pub fn imbalances(&self) -> Vec<String> {
        let ChildBooks { seen, assessed, unchanged, excluded, unreadable } = self.children;
        let pairs = &self.pairs;
        let accounted = pairs.duties + pairs.cannot_tell + pairs.idle.values().sum::<u64>();
        let mut imbalances = Vec::new();
        if seen != assessed + unchanged + excluded + unreadable {
            imbalances.push(format!(
                "{seen} children seen, but {assessed} assessed, {unchanged} unchanged, {excluded} excluded and {unreadable} \
                 unreadable"
            ));
        }
        if pairs.applicable != accounted {
            imbalances
                .push(format!("{} pairs of child and rule apply, but {accounted} are accounted for", pairs.applicable));
        }
        if !self.steps.balance() {
            imbalances.push(format!("steps do not add up: {:?}", self.steps));
        }
        imbalances
    }
}

/// What the ledger counts of a run by queries of its own, against what the run decided: new notices, and duties that stand.
pub(super) fn against_the_ledger(counted: &Counted, notices: usize, standing: u64) -> Vec<String> {
    let stored: u64 = counted.notices.values().sum();
    let open: u64 = counted.duties.values().sum();
    let mut imbalances = Vec::new();
    if stored != notices as u64 {
        imbalances.push(format!("{notices} notices were decided, but the ledger holds {stored} of this run"));
    }
    if open != standing {
        imbalances.push(format!("{standing} duties stand, but the ledger holds {open} that are not closed"));
    }
    imbalances
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_child_or_a_step_that_nobody_accounts_for_is_named() {
        let mut books = Books::default();
        assert_eq!(books.imbalances(), [""; 0]);
        books.children = ChildBooks { seen: 12, assessed: 7, unchanged: 2, excluded: 1, unreadable: 1 };
        books.pairs.applicable = 3;
        books.steps.owed = 2;
        assert_eq!(books.imbalances().len(), 3);
        books.children.assessed = 8;
        assert_eq!(books.imbalances().len(), 2);
    }

    #[test]
    fn what_the_ledger_does_not_hold_is_named() {
        let counted = Counted { notices: [("queued".to_owned(), 2)].into(), ..Counted::default() };
        assert_eq!(against_the_ledger(&counted, 2, 0), [""; 0]);
        assert_eq!(against_the_ledger(&counted, 3, 1).len(), 2);
    }
}
