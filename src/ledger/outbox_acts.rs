//! What a person does to a message: it is tried again now, or not any more.

use chrono::{DateTime, Utc};
use serde_json::json;
use uuid::Uuid;

use super::audit::Deed;
use super::columns::child;
use super::work::Work;
use super::{Ledger, LedgerError};

/// On its way in somebody's hands: what becomes of it now is theirs to say.
const HELD: &str = "(state IN ('leased', 'sending') AND lease_until_us > $2)";

impl Ledger {
    /// Has a message tried again at once, as an act of `by`: one that waits, or one that was refused, came back, was given up or
    /// taken back. What it said and has been told otherwise since is not said again. False if there is no such message, if
    /// somebody holds it, or if it was handed over.
    pub async fn retry(&self, id: Uuid, by: &str, reason: &str, now: DateTime<Utc>) -> Result<bool, LedgerError> {
        let mut work = self.writing("have a message tried again").await?;
        let sql = format!(
            "UPDATE messages SET state = CASE WHEN state IN ('unknown', 'sending') THEN 'unknown' ELSE 'retry' END,
                                 next_attempt_us = $2, ended_us = NULL, lease_owner = NULL, lease_until_us = NULL
             WHERE id = $1 AND state NOT IN ('handed_over', 'recorded') AND NOT {HELD}"
        );
        let args = [id.to_string().into(), now.timestamp_micros().into()];
        let done = work.execute(&sql, &args).await? > 0;
        if done {
            // Words that no server took grow old; those that may have arrived are repeated as they are.
            let sql = "DELETE FROM mails WHERE message_id = $1 AND NOT EXISTS
                           (SELECT 1 FROM attempts WHERE message_id = $1 AND COALESCE(outcome, 'unknown') = 'unknown')";
            work.execute(sql, &args[..1]).await?;
            // What came back of it before says nothing of what goes now.
            work.execute("DELETE FROM returned WHERE message_id = $1", &args[..1]).await?;
            work.acted_on(id, "retry", by, reason, now).await?;
        }
        work.commit().await?;
        Ok(done)
    }

    /// Takes a message back, as an act of `by`: it is not sent any more. What it says counts as told, because a person has
    /// said so, and the ladder goes on above it. False if there is no such message, if somebody holds it, or if it is over.
    pub async fn cancel(&self, id: Uuid, by: &str, reason: &str, now: DateTime<Utc>) -> Result<bool, LedgerError> {
        let mut work = self.writing("take a message back").await?;
        let sql = format!(
            "UPDATE messages SET state = 'cancelled', next_attempt_us = NULL, ended_us = $2, lease_owner = NULL,
                                 lease_until_us = NULL
             WHERE id = $1 AND next_attempt_us IS NOT NULL AND NOT {HELD}"
        );
        let args = [id.to_string().into(), now.timestamp_micros().into()];
        let done = work.execute(&sql, &args).await? > 0;
        if done {
            work.acted_on(id, "cancel", by, reason, now).await?;
        }
        work.commit().await?;
        Ok(done)
    }
}

impl Work {
    /// The act, and an entry for each child of whom the message tells.
    async fn acted_on(
        &mut self,
        id: Uuid,
        act: &'static str,
        by: &str,
        reason: &str,
        now: DateTime<Utc>,
    ) -> Result<(), LedgerError> {
        self.acted(act, by, reason, &id.to_string(), now).await?;
        let mut deed = Deed::new("outbox");
        let sql = "SELECT DISTINCT child FROM notices WHERE message_id = $1 ORDER BY child";
        let mut children = Vec::new();
        for row in self.fetch(sql, &[id.to_string().into()]).await? {
            children.push(child(row.text(0)?));
        }
        if children.is_empty() {
            children.push(None);
        }
        for child in &children {
            let payload = json!({ "what": act, "child": child, "message": id.to_string(), "by": by, "reason": reason });
            deed.note(child.as_ref(), &payload)?;
        }
        self.chain(deed, now).await
    }
}
