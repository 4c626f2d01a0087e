//! The ledger's side of the books: each figure counted by a query of its own, never taken from what a run says of itself.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::work::Work;
use super::{Ledger, LedgerError};
use crate::database::Arg;

/// What is in the ledger after a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    /// Notices this run decided, by their state now.
    pub notices: BTreeMap<String, u64>,
    /// Duties that are not closed, by status.
    pub duties: BTreeMap<String, u64>,
    /// Duties this run closed, by why.
    pub closed: BTreeMap<String, u64>,
    /// Steps owed by the run's instant of the open duties of every child it judged, and of those of the whole authority, by
    /// how far they came: `queued` (to be sent by now), `held` (to be sent later), `superseded`, `withdrawn`, `unreachable`,
    /// or the state of the message that carries them.
    pub steps: BTreeMap<String, u64>,
}

impl Ledger {
    /// What is in the ledger now, for the books of `run`.
    pub async fn books_after(&self, run: i64) -> Result<Counted, LedgerError> {
        let mut work = self.reading("count the books").await?;
        work.counted(run).await
    }
}

impl Work {
    pub(super) async fn counted(&mut self, run: i64) -> Result<Counted, LedgerError> {
        let of_run = [Arg::from(run)];
        Ok(Counted {
            notices: self
                .count("SELECT state, COUNT(*) FROM notices WHERE decided_run = $1 GROUP BY state", &of_run)
                .await?,
            duties: self.open_duties().await?,
            closed: self
                .count(
                    "SELECT closed, COUNT(*) FROM duties WHERE closed IS NOT NULL AND changed_run = $1 GROUP BY closed",
                    &of_run,
                )
                .await?,
            steps: self
                .count(
                    "SELECT s.stand, COUNT(*) FROM (
                         SELECT CASE WHEN n.state = 'bundled' THEN m.state
                                     WHEN n.state = 'queued' AND n.send_at_us > r.at_us THEN 'held'
                                     ELSE n.state END AS stand
                         FROM runs r JOIN notices n ON n.owed_at_us <= r.at_us
                         JOIN duties d ON d.child = n.child AND d.duty = n.duty AND d.duty_key = n.duty_key
                         LEFT JOIN messages m ON m.id = n.message_id
                         WHERE r.id = $1 AND d.closed IS NULL
                               AND (n.child = '' OR n.child IN (SELECT c.child FROM cases c WHERE c.run = $1))) s
                     GROUP BY s.stand",
                    &of_run,
                )
                .await?,
        })
    }

    /// Runs a query of names and counts.
    pub(super) async fn count(&mut self, sql: &str, args: &[Arg]) -> Result<BTreeMap<String, u64>, LedgerError> {
        let mut counts = BTreeMap::new();
        for row in self.fetch(sql, args).await? {
            let count = u64::try_from(row.int(1)?).map_err(|_| row.unreadable("a count"))?;
            counts.insert(row.text(0)?, count);
        }
        Ok(counts)
    }
}
