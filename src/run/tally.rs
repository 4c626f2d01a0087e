//! What a sweep over all children adds up.

use std::time::Duration;

use super::{Books, source_gaps};
use crate::{
    duty::{Sitting, StoredDate, Stretch},
    source::Faults,
};

/// So many dates of the case system's own are held at most; a notice names a few.
const EXAMPLES_HELD: usize = 1_000;

/// What a sweep adds up.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) books: Books,
    pub(super) faults: Faults,
    pub(super) stretches: Vec<Stretch>,
    pub(super) sittings: Vec<Sitting>,
    /// Of the case system's own dates that are not ours, as many as a notice names.
    pub(super) stored_dates: Vec<StoredDate>,
    /// Notices decided.
    pub(super) notices: usize,
    /// Duties that were open before.
    pub(super) open_before: u64,
    /// Duties that were opened, less those that were closed.
    pub(super) opened: i64,
    /// Duties that end because what started them is not there any more.
    pub(super) gone: u64,
    /// How long it was worked out who is told.
    pub(super) deciding: Duration,
    /// How long the ledger was asked and filled.
    pub(super) in_ledger: Duration,
    /// Children whose judgement changed though nothing had said so.
    pub(super) adrift: u64,
}

impl Tally {
    pub(super) fn add_stored(&mut self, stored_dates: &[StoredDate]) {
        self.stored_dates.extend_from_slice(stored_dates);
        if self.stored_dates.len() >= EXAMPLES_HELD {
            source_gaps::keep_examples(&mut self.stored_dates);
        }
    }

    /// How many duties must be open once all of it is stored.
    pub(super) fn open_after(&self) -> u64 {
        self.open_before.saturating_add_signed(self.opened)
    }
}
