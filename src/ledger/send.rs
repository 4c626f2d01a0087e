//! What becomes of a message that was claimed: its bytes before it is sent, and the outcome after.

use chrono::{DateTime, Utc};

use super::claim::Lease;
use super::{Ledger, LedgerError, MessageState, batch};
use crate::database::Arg;
use crate::notice::Effect;

/// What came of one attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The server took it.
    HandedOver,
    /// Mode `record`: written, sent to nobody.
    Recorded,
    /// The server, or our own rules, refused it for good.
    Refused,
    /// Given up after too many attempts.
    Dead,
    /// A person took it back.
    Cancelled,
    /// The server certainly did not take it; it is tried again.
    Retry {
        /// When.
        next_at: DateTime<Utc>,
    },
    /// The server may have taken it; the same bytes are sent again.
    Unknown {
        /// When.
        next_at: DateTime<Utc>,
    },
}

impl Outcome {
    /// The state in which it leaves the message.
    pub fn state(self) -> MessageState {
        match self {
            Outcome::HandedOver => MessageState::HandedOver,
            Outcome::Recorded => MessageState::Recorded,
            Outcome::Refused => MessageState::Refused,
            Outcome::Dead => MessageState::Dead,
            Outcome::Cancelled => MessageState::Cancelled,
            Outcome::Retry { .. } => MessageState::Retry,
            Outcome::Unknown { .. } => MessageState::Unknown,
        }
    }

    fn next_at(self) -> Option<DateTime<Utc>> {
        match self {
            Outcome::Retry { next_at } | Outcome::Unknown { next_at } => Some(next_at),
            _ => None,
        }
    }
}

/// One attempt, and why it came out so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempted {
    /// What came of it.
    pub outcome: Outcome,
    /// The server's reply code, e.g. 250.
    pub code: Option<i64>,
    /// Why, in words that name no child.
    pub why: Option<String>,
}

impl Ledger {
    /// Stores the bytes that are about to be sent, and to which address, and begins the attempt. Only afterwards may anything reach a server: a
    /// message claimed again later has these bytes, and they are repeated. Refused if the lease has ended or passed on, and
    /// if the message is already frozen in other bytes.
    pub async fn freeze(
        &self,
        lease: &Lease,
        eml: &str,
        sent_to: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<(), LedgerError> {
        let mut work = self.writing("freeze a message").await?;
        let mut args = holder(lease);
        args.extend([eml.into(), now.timestamp_micros().into(), sent_to.into()]);
        let frozen = work
            .execute(
                "UPDATE messages SET state = 'sending', eml = $4, sent_to = $6
                 WHERE id = $1 AND lease_owner = $2 AND attempts = $3 AND state = 'leased' AND lease_until_us > $5
                   AND (eml IS NULL OR eml = $4)",
                &args,
            )
            .await?;
        if frozen == 0 {
            args.truncate(3);
            let sql = "SELECT eml FROM messages WHERE id = $1 AND lease_owner = $2 AND attempts = $3";
            let other = match work.fetch_optional(sql, &args).await? {
                Some(row) => row.maybe_text(0)?.is_some_and(|held| held != eml),
                None => false,
            };
            let message = lease.message;
            return Err(if other { LedgerError::FrozenOtherwise { message } } else { lost(lease, "freeze a message") });
        }
        let args = [lease.message.to_string().into(), lease.attempt.into(), now.timestamp_micros().into()];
        work.execute("INSERT INTO attempts (message_id, n, started_us) VALUES ($1, $2, $3)", &args).await?;
        work.commit_between("freeze.before_commit", "freeze.after_commit").await
    }

    /// Takes out of a message what its reader is not to be told, or not in these words: it is owed again, to whoever is to be
    /// told now. Only the holder of the lease may.
    pub async fn take_back(&self, lease: &Lease, effects: &[Effect]) -> Result<(), LedgerError> {
        let mut work = self.writing("take something out of a message").await?;
        let id = lease.message.to_string();
        let mine = "SELECT id FROM messages WHERE id = $1 AND lease_owner = $2 AND attempts = $3 AND state = 'leased'";
        if work.fetch_optional(mine, &holder(lease)).await?.is_none() {
            return Err(lost(lease, "take something out of a message"));
        }
        work.wake_cases_of(&id).await?;
        let rows: Vec<Vec<Arg>> = effects.iter().map(|effect| vec![effect.to_string().into()]).collect();
        let head = format!(
            "UPDATE notices SET state = 'withdrawn', message_id = NULL WHERE message_id = '{id}' AND effect IN ("
        );
        batch::execute(&mut work, &head, &rows, ")").await?;
        work.commit().await
    }

    /// Records what came of an attempt and gives the lease back. Refused if somebody else has claimed the message since.
    ///
    /// A message that the server certainly did not take is worded afresh at its next attempt, unless an earlier attempt's
    /// outcome is unknown: then its bytes stay.
    pub async fn record(&self, lease: &Lease, attempted: &Attempted, now: DateTime<Utc>) -> Result<(), LedgerError> {
        let mut work = self.writing("record what came of a message").await?;
        let Attempted { outcome, code, why } = attempted;
        let state = outcome.state();
        let now_us = now.timestamp_micros();
        let handed_over_us = (state == MessageState::HandedOver).then_some(now_us);
        let ended_us = outcome.next_at().is_none().then_some(now_us);
        let mut args = holder(lease);
        args.extend([
            state.name().into(),
            outcome.next_at().map(|at| at.timestamp_micros()).into(),
            handed_over_us.into(),
            ended_us.into(),
        ]);
        let recorded = work
            .execute(
                "UPDATE messages SET state = $4, next_attempt_us = $5, handed_over_us = $6, ended_us = $7,
                                     lease_owner = NULL, lease_until_us = NULL
                 WHERE id = $1 AND lease_owner = $2 AND attempts = $3 AND state IN ('leased', 'sending')",
                &args,
            )
            .await?;
        if recorded == 0 {
            return Err(lost(lease, "record what came of a message"));
        }
        let id = Arg::from(lease.message.to_string());
        let args =
            [id.clone(), lease.attempt.into(), now_us.into(), state.name().into(), (*code).into(), why.as_ref().into()];
        // Without a row there was nothing to freeze: it ended before anything could have been sent.
        work.execute(
            "INSERT INTO attempts (message_id, n, started_us, ended_us, outcome, code, why)
             VALUES ($1, $2, $3, $3, $4, $5, $6)
             ON CONFLICT (message_id, n) DO UPDATE SET ended_us = excluded.ended_us, outcome = excluded.outcome,
                                                       code = excluded.code, why = excluded.why",
            &args,
        )
        .await?;
        if matches!(state, MessageState::Refused | MessageState::Dead) {
            work.wake_cases_of(&lease.message.to_string()).await?;
        }
        if state == MessageState::Retry {
            work.execute(
                "UPDATE messages SET eml = NULL WHERE id = $1 AND NOT EXISTS
                     (SELECT 1 FROM attempts WHERE message_id = $1 AND outcome = 'unknown')",
                &[id],
            )
            .await?;
        }
        work.commit_between("record.before_commit", "record.after_commit").await
    }
}

/// The first three arguments of a statement that only the holder of the lease may run.
fn holder(lease: &Lease) -> Vec<Arg> {
    vec![lease.message.to_string().into(), (&lease.owner).into(), lease.attempt.into()]
}

fn lost(lease: &Lease, attempted: &'static str) -> LedgerError {
    LedgerError::LeaseLost { attempted, message: lease.message }
}
