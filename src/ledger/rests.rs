//! Rests: somebody has put off being told of a duty, until when and why.

use chrono::{DateTime, Utc};

use serde_json::json;

use super::audit::Deed;
use super::columns::child_arg;
use super::{Ledger, LedgerError};
use crate::notice::{DutyRef, Rest, RestKind};

/// A rest as it is handed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRest {
    /// Which duty.
    pub of: DutyRef,
    /// Of which dates of it: it ends when they move.
    pub generation: u32,
    /// Who puts it off until when, and why.
    pub rest: Rest,
}

impl Ledger {
    /// Stores rests, each as an act of its person.
    pub async fn rest(&self, rests: &[NewRest]) -> Result<(), LedgerError> {
        let Some(at) = rests.iter().map(|new| new.rest.at).max() else { return Ok(()) };
        let mut work = self.writing("record a rest").await?;
        let mut deed = Deed::new("rest");
        for NewRest { of, generation, rest } in rests {
            let args = [
                child_arg(of.child.as_ref()),
                of.duty.0.as_str().into(),
                (&of.key.0).into(),
                i64::from(*generation).into(),
                rest.kind.name().into(),
                (&rest.person.0).into(),
                rest.role.name().into(),
                rest.reason.code().into(),
                rest.at.timestamp_micros().into(),
                rest.until.timestamp_micros().into(),
            ];
            work.execute(
                "INSERT INTO acks (child, duty, duty_key, generation, kind, person, role, reason, at_us, until_us)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                &args,
            )
            .await?;
            // What rests is owed again at its end, and somebody is warned before: only a judgement says when.
            if let Some(child) = &of.child {
                work.wake_case(child).await?;
            }
            work.acted(rest.kind.name(), &rest.person.0, rest.reason.code(), &of.duty.0, rest.at).await?;
            let payload = json!({
                "what": rest.kind.name(),
                "child": of.child,
                "duty": of.duty,
                "key": of.key,
                "generation": generation,
                "by": rest.person,
                "role": rest.role.name(),
                "reason": rest.reason.code(),
                "until": rest.until,
            });
            deed.note(of.child.as_ref(), &payload)?;
        }
        work.chain(deed, at).await?;
        work.commit().await
    }

    /// Ends every pause of a duty that stands, and the acknowledgements of whoever asks for it. Says how many ended.
    pub async fn resume(&self, of: &DutyRef, by: &str, now: DateTime<Utc>) -> Result<u64, LedgerError> {
        let mut work = self.writing("end a rest").await?;
        let args = [
            child_arg(of.child.as_ref()),
            of.duty.0.as_str().into(),
            (&of.key.0).into(),
            now.timestamp_micros().into(),
            by.into(),
            RestKind::Paused.name().into(),
        ];
        let ended = work
            .execute(
                "UPDATE acks SET until_us = $4
                 WHERE child = $1 AND duty = $2 AND duty_key = $3 AND until_us > $4 AND (kind = $6 OR person = $5)",
                &args,
            )
            .await?;
        if ended > 0 {
            if let Some(child) = &of.child {
                work.wake_case(child).await?;
            }
            work.acted("resume", by, "resumed", &of.duty.0, now).await?;
            let payload = json!({ "what": "resume", "child": of.child, "duty": of.duty, "key": of.key, "by": by, "ended": ended });
            work.chain_one("rest", of.child.as_ref(), &payload, now).await?;
        }
        work.commit().await?;
        Ok(ended)
    }
}
