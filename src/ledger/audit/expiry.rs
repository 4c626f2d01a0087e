//! What is kept no longer than its time: evidence, the bytes of mail, and all that the ledger knows of children who are gone.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::super::work::Work;
use super::super::{Ledger, LedgerError};
use crate::database::Arg;

/// How deeds of expiry begin. They are nobody's evidence and never expire: they say which of the others may be empty.
const EXPIRED: &str = "expired";

/// What had expired.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Expired {
    /// Entries of the audit, whose hashes stay.
    pub entries: u64,
    /// Mails whose bytes are gone.
    pub mails: u64,
    /// Duties of children who are in the case database no more, with what was told of them.
    pub duties: u64,
}

impl Ledger {
    /// Forgets evidence and closed duties from before `before`, and the bytes of mail that was over before `mail_before`. If
    /// anything was forgotten, that is a deed of its own; who was told what and when stays in the chain as hashes.
    pub async fn expire(
        &self,
        before: DateTime<Utc>,
        mail_before: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<Expired, LedgerError> {
        let mut work = self.writing("forget what is older than its time").await?;
        let (before_us, mail_us) = (Arg::from(before.timestamp_micros()), Arg::from(mail_before.timestamp_micros()));
        let entries = work
            .execute(
                "UPDATE entries SET salt = NULL, payload = NULL, child = ''
                 WHERE payload IS NOT NULL AND deed IN (SELECT deed FROM links WHERE at_us < $1)
                       AND deed NOT LIKE 'expired-%'",
                std::slice::from_ref(&before_us),
            )
            .await?;
        let sql = "DELETE FROM mails WHERE message_id IN (SELECT id FROM messages WHERE ended_us < $1)";
        let mails = work.execute(sql, &[mail_us]).await?;
        let duties = work.forget_duties(&before_us).await?;
        let expired = Expired { entries, mails, duties };
        if expired != Expired::default() {
            let payload = json!({
                "what": EXPIRED, "before_us": before.timestamp_micros(), "entries": entries, "mails": mails, "duties": duties,
            });
            work.chain_one(EXPIRED, None, &payload, now).await?;
            work.commit().await?;
        }
        Ok(expired)
    }
}

impl Work {
    /// Up to when entries may have expired, by the chain's own deeds of expiry.
    pub(super) async fn expired_before_us(&mut self) -> Result<i64, LedgerError> {
        let sql = "SELECT payload FROM entries WHERE deed LIKE 'expired-%' AND payload IS NOT NULL";
        let mut latest = i64::MIN;
        for row in self.fetch(sql, &[]).await? {
            let payload: serde_json::Value = row.json(0, "an expiry of the audit")?;
            latest = latest.max(payload["before_us"].as_i64().unwrap_or(i64::MIN));
        }
        Ok(latest)
    }

    /// Forgets duties that were closed before then and whose child is gone, with all that hangs on them.
    async fn forget_duties(&mut self, before_us: &Arg) -> Result<u64, LedgerError> {
        let args = std::slice::from_ref(before_us);
        let old = "SELECT 1 FROM duties d WHERE d.child = x.child AND d.duty = x.duty AND d.duty_key = x.duty_key
                   AND d.closed_at_us < $1
                   AND NOT EXISTS (SELECT 1 FROM cases c WHERE c.child = d.child AND c.fingerprint IS NOT NULL)";
        for table in ["notices", "acks"] {
            self.execute(&format!("DELETE FROM {table} AS x WHERE EXISTS ({old})"), args).await?;
        }
        let duties = self
            .execute(
                "DELETE FROM duties AS x WHERE x.closed_at_us < $1
                 AND NOT EXISTS (SELECT 1 FROM cases c WHERE c.child = x.child AND c.fingerprint IS NOT NULL)",
                args,
            )
            .await?;
        let of_nobody = "SELECT m.id FROM messages m WHERE m.ended_us < $1
                         AND NOT EXISTS (SELECT 1 FROM notices n WHERE n.message_id = m.id)";
        for table in ["attempts", "mails", "returned"] {
            self.execute(&format!("DELETE FROM {table} WHERE message_id IN ({of_nobody})"), args).await?;
        }
        self.execute(&format!("DELETE FROM messages WHERE id IN ({of_nobody})"), args).await?;
        self.execute("DELETE FROM acts WHERE at_us < $1", args).await?;
        let sql = "DELETE FROM recipients AS r WHERE NOT EXISTS (SELECT 1 FROM notices n WHERE n.mailbox = r.person)
                   AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.person = r.person)";
        self.execute(sql, &[]).await?;
        let sql = "DELETE FROM cases AS c WHERE c.fingerprint IS NULL
                   AND NOT EXISTS (SELECT 1 FROM duties d WHERE d.child = c.child)";
        self.execute(sql, &[]).await?;
        Ok(duties)
    }
}
