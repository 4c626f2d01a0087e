//! The evidence of one child: what the chain holds of it, in order.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::super::{Ledger, LedgerError};
use crate::record::ChildRef;

/// One entry of the chain.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// Its link.
    pub n: i64,
    /// The link's deed, e.g. `run-12`.
    pub deed: String,
    /// When it was done.
    pub at: DateTime<Utc>,
    /// Its place among the link's entries.
    pub place: i64,
    /// The entry's own hash, by which it can be found in the chain.
    pub hash: String,
    /// What was done.
    pub payload: Value,
}

impl Ledger {
    /// All that the chain holds of a child and has not expired, in the order done. Nothing in it is of another child.
    pub async fn evidence(&self, child: &ChildRef) -> Result<Vec<Evidence>, LedgerError> {
        let mut work = self.reading("read the evidence of a child").await?;
        let sql =
            "SELECT l.n, l.deed, l.at_us, e.place, e.hash, e.payload FROM entries e JOIN links l ON l.deed = e.deed
                   WHERE e.child = $1 AND e.child <> '' ORDER BY l.n, e.place";
        let rows = work.fetch(sql, &[child.0.as_str().into()]).await?;
        let read = rows.iter().map(|row| {
            Ok(Evidence {
                n: row.int(0)?,
                deed: row.text(1)?,
                at: row.instant(2, "a link's instant")?,
                place: row.int(3)?,
                hash: row.text(4)?,
                payload: row.json(5, "an entry of the audit")?,
            })
        });
        read.collect()
    }
}
