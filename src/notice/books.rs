//! What the steps owed by now came to: a count that must balance.

use std::ops::AddAssign;

/// Steps owed by now, person by person: `owed` equals the sum of the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct StepBooks {
    /// Pairs of a step that is owed by now and a person it tells.
    pub owed: u64,
    /// Decided in an earlier run.
    pub told_before: u64,
    /// Decided now, and waiting to be sent.
    pub queued: u64,
    /// A higher step to the same person says it too.
    pub superseded: u64,
    /// Rests because the person has acknowledged it.
    pub acknowledged: u64,
    /// Rests because the duty is paused.
    #[serde(default)]
    pub paused: u64,
    /// Waits for fresh case data.
    #[serde(default)]
    pub held: u64,
}

impl StepBooks {
    /// Whether every step owed is accounted for.
    pub fn balance(&self) -> bool {
        let StepBooks { owed, told_before, queued, superseded, acknowledged, paused, held } = *self;
        owed == told_before + queued + superseded + acknowledged + paused + held
    }
}

impl AddAssign for StepBooks {
    fn add_assign(&mut self, more: StepBooks) {
        self.owed += more.owed;
        self.told_before += more.told_before;
        self.queued += more.queued;
        self.superseded += more.superseded;
        self.acknowledged += more.acknowledged;
        self.paused += more.paused;
        self.held += more.held;
    }
}
