//! How far each schedule has come. Whoever moves it on does the work; everybody else finds it moved.

use chrono::{DateTime, Utc};

use super::{Ledger, LedgerError};

impl Ledger {
    /// The last instant for which the schedule `name` was carried out; none if it never was.
    pub async fn schedule_last(&self, name: &str) -> Result<Option<DateTime<Utc>>, LedgerError> {
        let mut work = self.reading("read a schedule").await?;
        let row = work.fetch_optional("SELECT last_due_us FROM schedules WHERE name = $1", &[name.into()]).await?;
        row.map(|row| row.instant(0, "a schedule's instant")).transpose()
    }

    /// Moves the schedule `name` from `expected_last` to `new_last`. False if it does not stand there (any more): somebody
    /// else has moved it, and nothing is changed.
    pub async fn advance_schedule(
        &self,
        name: &str,
        expected_last: Option<DateTime<Utc>>,
        new_last: DateTime<Utc>,
    ) -> Result<bool, LedgerError> {
        let mut work = self.writing("move a schedule on").await?;
        let mut args = vec![name.into(), new_last.timestamp_micros().into()];
        let sql = if let Some(expected_last) = expected_last {
            args.push(expected_last.timestamp_micros().into());
            "UPDATE schedules SET last_due_us = $2 WHERE name = $1 AND last_due_us = $3"
        } else {
            "INSERT INTO schedules (name, last_due_us) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING"
        };
        let moved = work.execute(sql, &args).await? > 0;
        work.commit().await?;
        Ok(moved)
    }
}
