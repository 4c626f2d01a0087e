//! The summaries of a run: whose week it is, looked up in what the run has just stored.
//!
//! Owns when the ledger is asked. What a summary says is `summary`'s.

use super::{WatchError, sweep::Sweep};
use crate::{
    duty::Duty,
    summary::{Many, Open, Wanted, summaries},
};

impl Sweep<'_> {
    /// The summaries that are due, once everything about the children is decided. On most days none is, and nothing is asked.
    pub(super) async fn summaries(&mut self) -> Result<Vec<Duty>, WatchError> {
        // From data that is too old nobody is told that something was not done.
        if self.stale {
            return Ok(Vec::new());
        }
        let terms = self.terms;
        let wanted = Wanted::on(&terms, &self.issued);
        let open = match wanted.until_on() {
            Some(until_on) => self.write().await?.open_until(until_on).await?,
            None => Vec::new(),
        };
        let made = match wanted.put_off_since() {
            Some(from_on) => self.ledger().rests_made(terms.zone.start_of_day(from_on)).await?,
            None => Vec::new(),
        };
        let open: Vec<Open> = open.iter().map(|(duty, case)| Open { duty, case }).collect();
        let seen = Many { open: &open, sittings: &self.tally().sittings, made: &made, directory: self.directory };
        Ok(summaries(&wanted, &seen, &terms))
    }
}
