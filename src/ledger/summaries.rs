//! What a summary of many cases is made from: every duty that is late or soon due, with whose case it is; and which weeks
//! somebody was sent one for.

use chrono::{DateTime, NaiveDate, Utc};

use super::history::{REST, REST_COLUMNS, duty_ref, rest};
use super::work::Work;
use super::{Ledger, LedgerError};
use crate::database::Arg;
use crate::duty::{CaseContext, Duty, DutyKey, Status};
use crate::procedure::DutyId;
use crate::summary::{Issued, Kind, Made};

impl Ledger {
    /// Of which periods somebody was sent a summary, and of which one waits.
    pub async fn summaries_issued(&self) -> Result<Issued, LedgerError> {
        let mut work = self.reading("read which summaries were sent").await?;
        let ids: Vec<Arg> = Kind::ALL.into_iter().map(|(id, _)| id.into()).collect();
        let sql = "SELECT duty, duty_key, closed FROM duties
                   WHERE child = '' AND duty IN ($1, $2, $3) AND (closed IS NULL OR closed = 'met')";
        let mut issued = Issued::default();
        for row in work.fetch(sql, &ids).await? {
            let is_sent = row.maybe_text(2)?.is_some();
            issued.note(&DutyId(row.text(0)?.into()), &DutyKey(row.text(1)?), is_sent);
        }
        Ok(issued)
    }

    /// Every rest that was made from `since` on, in the order made, whether or not its duty stands.
    pub async fn rests_made(&self, since: DateTime<Utc>) -> Result<Vec<Made>, LedgerError> {
        let mut work = self.reading("read what was put off").await?;
        let sql = format!(
            "SELECT a.child, a.duty, a.duty_key, {REST}, c.context FROM acks a LEFT JOIN cases c ON c.child = a.child
             WHERE a.at_us >= $1 ORDER BY a.at_us, a.child, a.duty, a.duty_key, a.person"
        );
        let rows = work.fetch(&sql, &[since.timestamp_micros().into()]).await?;
        let made = rows.iter().map(|row| {
            let case: Option<CaseContext> = match row.maybe_text(REST_COLUMNS + 3)? {
                Some(_) => Some(row.json(REST_COLUMNS + 3, "whose a case is")?),
                None => None,
            };
            let access = case.map(|case| case.access).unwrap_or_default();
            Ok(Made { of: duty_ref(row)?, rest: rest(row, 3)?, access })
        });
        made.collect()
    }
}

impl Work {
    /// Every open duty of a child that is late, cannot be told or is due by that day, in the order of child and duty.
    pub(super) async fn open_until(&mut self, until_on: NaiveDate) -> Result<Vec<(Duty, CaseContext)>, LedgerError> {
        let sql = "SELECT d.detail, c.context FROM duties d JOIN cases c ON c.child = d.child
                   WHERE d.closed IS NULL AND d.child <> ''
                         AND (d.status IN ($1, $2) OR COALESCE(d.due_on, d.strict_on) <= $3)
                   ORDER BY d.child, d.duty, d.duty_key";
        let args = [Status::Overdue.name().into(), Status::CannotTell.name().into(), until_on.to_string().into()];
        let rows = self.fetch(sql, &args).await?;
        rows.iter().map(|row| Ok((row.json(0, "a duty")?, row.json(1, "whose a case is")?))).collect()
    }
}
