//! The books of a run: what was seen, and what became of it. They must balance, or the run is an alarm.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    duty::{Assessment, Idle, Outcome, Status},
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
    /// With an open plan, or with duties that outlive it.
    pub assessed: u64,
    /// Without one; the view still shows them for what has just ended.
    pub excluded: u64,
    /// Rows without an id, or a second row for the same child.
    pub unreadable: u64,
}

/// What every pair came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PairBooks {
    /// Children that were read, times the rules that apply to a child.
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
        let outside = |outcome: &Outcome| matches!(outcome, Outcome::Idle(Idle::NoOpenPlan));
        if assessment.outcomes.iter().all(|(_, outcome)| outside(outcome)) {
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
        let ChildBooks { seen, assessed, excluded, unreadable } = self.children;
        let pairs = &self.pairs;
        let accounted = pairs.duties + pairs.cannot_tell + pairs.idle.values().sum::<u64>();
        let mut imbalances = Vec::new();
        if seen != assessed + excluded + unreadable {
            imbalances.push(format!(
                "{seen} children seen, but {assessed} assessed, {excluded} excluded and {unreadable} unreadable"
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
