//! What becomes of messages that were claimed: their bytes before they are sent, and the outcomes after.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::audit::Deed;
use super::claim::Lease;
use super::columns::{NOTICE, NOTICE_COLUMNS, notice};
use super::work::{Fields, Work};
use super::{Ledger, LedgerError, MessageState, batch, judged};
use crate::database::Arg;
use crate::notice::Effect;
use crate::record::ChildRef;

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
    /// It was not begun: whoever held it gave it back. That is no attempt, and it may be claimed again at once.
    Untried,
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
            Outcome::Retry { .. } | Outcome::Untried => MessageState::Retry,
            Outcome::Unknown { .. } => MessageState::Unknown,
        }
    }

    fn next_at(self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match self {
            Outcome::Retry { next_at } | Outcome::Unknown { next_at } => Some(next_at),
            Outcome::Untried => Some(now),
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

/// A message on its way: the words that were found for it, and where they go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Worded {
    /// The right to send it.
    pub lease: Lease,
    /// Its bytes.
    pub eml: String,
    /// To which address; none if it is only kept.
    pub sent_to: Option<String>,
}

impl Ledger {
    /// Stores the bytes that are about to be sent, and to which addresses, and begins the attempts, in one commit. Only
    /// afterwards may anything reach a server: a message claimed again later has these bytes, and they are repeated.
    ///
    /// Says which messages are no longer this owner's: they are left alone. Refused if a message is already frozen in other
    /// bytes.
    pub async fn freeze(&self, messages: &[Worded], now: DateTime<Utc>) -> Result<BTreeSet<Uuid>, LedgerError> {
        let mut work = self.writing("freeze messages").await?;
        let now_us = Arg::from(now.timestamp_micros());
        let rows: Vec<Vec<Arg>> = messages
            .iter()
            .map(|Worded { lease, sent_to, .. }| {
                let mut row = holder(lease);
                row.extend([sent_to.as_ref().into(), now_us.clone()]);
                row
            })
            .collect();
        let tail = ") UPDATE messages SET state = 'sending', sent_to = w.sent_to FROM worded w
                      WHERE messages.id = w.id AND lease_owner = w.owner AND attempts = w.attempt AND state = 'leased'
                            AND lease_until_us > w.now_us
                    RETURNING messages.id";
        let head = "WITH worded (id, owner, attempt, sent_to, now_us) AS (";
        let ours = ids(&batch::fetch(&mut work, head, &rows, tail).await?)?;
        let (mut begun, mut bytes, mut lost) = (Vec::new(), Vec::new(), BTreeSet::new());
        for Worded { lease, eml, .. } in messages {
            let id = lease.message.to_string();
            if ours.contains(&id) {
                begun.push(vec![id.as_str().into(), lease.attempt.into(), now_us.clone()]);
                bytes.push(vec![id.into(), eml.into()]);
            } else {
                lost.insert(lease.message);
            }
        }
        let same = "ON CONFLICT (message_id) DO UPDATE SET eml = excluded.eml WHERE mails.eml = excluded.eml
                    RETURNING message_id";
        let frozen = ids(&batch::fetch(&mut work, "INSERT INTO mails (message_id, eml)", &bytes, same).await?)?;
        let otherwise = |message: &Uuid| !lost.contains(message) && !frozen.contains(&message.to_string());
        if let Some(message) = messages.iter().map(|worded| worded.lease.message).find(otherwise) {
            return Err(LedgerError::FrozenOtherwise { message });
        }
        batch::execute(&mut work, "INSERT INTO attempts (message_id, n, started_us)", &begun, "").await?;
        work.commit_between("freeze.before_commit", "freeze.after_commit").await?;
        Ok(lost)
    }

    /// Takes out of a message what its reader is not to be told, or not in these words: it is owed again, to whoever is to be
    /// told now. Only the holder of the lease may.
    pub async fn take_back(&self, lease: &Lease, effects: &[Effect], now: DateTime<Utc>) -> Result<(), LedgerError> {
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
        let mut deed = Deed::new("taken_out");
        for effect in effects {
            let child = effect.child.as_ref();
            let withdrawn = [judged::step(effect)];
            deed.note(child, &json!({ "what": "taken_out", "child": child, "message": id, "withdrawn": withdrawn }))?;
        }
        work.chain(deed, now).await?;
        work.commit().await
    }

    /// Records what came of attempts and gives the leases back, all in one commit, which is a deed of the audit.
    ///
    /// A message that the server certainly did not take is worded afresh at its next attempt, unless an earlier attempt's
    /// outcome is unknown: then its bytes stay. Says which messages somebody else has claimed since: of them nothing is recorded.
    pub async fn record(
        &self,
        attempts: &[(Lease, Attempted)],
        now: DateTime<Utc>,
    ) -> Result<BTreeSet<Uuid>, LedgerError> {
        let mut work = self.writing("record what came of messages").await?;
        let given = work.give_back(attempts, now).await?;
        let (mut recorded, mut lost) = (Vec::new(), BTreeSet::new());
        for (lease, attempted) in attempts {
            if given.contains(&lease.message.to_string()) {
                recorded.push((lease, attempted));
            } else {
                lost.insert(lease.message);
            }
        }
        work.store_attempts(&recorded, now).await?;
        let mut deed = Deed::new("sent");
        let tried = recorded.iter().filter(|(_, attempted)| attempted.outcome != Outcome::Untried);
        let tried = tried.map(|(lease, attempted)| of_attempt(&lease.message.to_string(), lease.attempt, attempted));
        work.note_messages(tried.collect(), &mut deed).await?;
        for (lease, attempted) in recorded {
            work.follow_up(&lease.message.to_string(), attempted.outcome.state()).await?;
        }
        if !deed.is_empty() {
            work.chain(deed, now).await?;
        }
        work.commit_between("record.before_commit", "record.after_commit").await?;
        Ok(lost)
    }
}

impl Work {
    /// The messages stand where the attempts have left them, and are nobody's. Says which; the others are no longer this owner's.
    async fn give_back(
        &mut self,
        attempts: &[(Lease, Attempted)],
        now: DateTime<Utc>,
    ) -> Result<BTreeSet<String>, LedgerError> {
        let now_us = now.timestamp_micros();
        let rows: Vec<Vec<Arg>> = attempts
            .iter()
            .map(|(lease, Attempted { outcome, .. })| {
                let (state, next_at) = (outcome.state(), outcome.next_at(now));
                let mut row = holder(lease);
                let handed_over_us = if state == MessageState::HandedOver { now_us } else { NO_INSTANT };
                let ended_us = if next_at.is_none() { now_us } else { NO_INSTANT };
                let next_us = next_at.map_or(NO_INSTANT, |at| at.timestamp_micros());
                row.extend([state.name().into(), next_us.into(), handed_over_us.into(), ended_us.into()]);
                row
            })
            .collect();
        let tail = ") UPDATE messages SET state = e.state, next_attempt_us = NULLIF(e.next_us, 0),
                             handed_over_us = NULLIF(e.handed_over_us, 0), ended_us = NULLIF(e.ended_us, 0),
                             lease_owner = NULL, lease_until_us = NULL
                      FROM ended e WHERE messages.id = e.id AND lease_owner = e.owner AND attempts = e.attempt
                                         AND messages.state IN ('leased', 'sending')
                    RETURNING messages.id";
        let head = "WITH ended (id, owner, attempt, state, next_us, handed_over_us, ended_us) AS (";
        ids(&batch::fetch(self, head, &rows, tail).await?)
    }

    /// Ends the attempts. What was not begun was none.
    async fn store_attempts(
        &mut self,
        recorded: &[(&Lease, &Attempted)],
        now: DateTime<Utc>,
    ) -> Result<(), LedgerError> {
        let (mut ended, mut untried) = (Vec::new(), Vec::new());
        for (lease, Attempted { outcome, code, why }) in recorded {
            let id = Arg::from(lease.message.to_string());
            if *outcome == Outcome::Untried {
                untried.push(vec![id, lease.attempt.into()]);
                continue;
            }
            let now_us = Arg::from(now.timestamp_micros());
            let state = outcome.state().name();
            ended.push(vec![
                id,
                lease.attempt.into(),
                now_us.clone(),
                now_us,
                state.into(),
                (*code).into(),
                why.as_ref().into(),
            ]);
        }
        // Without a row there was nothing to freeze: it ended before anything could have been sent.
        batch::execute(
            self,
            "INSERT INTO attempts (message_id, n, started_us, ended_us, outcome, code, why)",
            &ended,
            "ON CONFLICT (message_id, n) DO UPDATE SET ended_us = excluded.ended_us, outcome = excluded.outcome,
                                                       code = excluded.code, why = excluded.why",
        )
        .await?;
        batch::execute(self, "DELETE FROM attempts WHERE (message_id, n) IN (", &untried, ")").await?;
        Ok(())
    }

    /// What else follows from the state in which an attempt left a message.
    async fn follow_up(&mut self, id: &str, state: MessageState) -> Result<(), LedgerError> {
        if matches!(state, MessageState::Refused | MessageState::Dead) {
            self.wake_cases_of(id).await?;
        }
        if state == MessageState::Retry {
            // What stays frozen may have arrived: until it is known, it is not anybody's turn to say it otherwise.
            self.execute(
                "DELETE FROM mails WHERE message_id = $1 AND NOT EXISTS
                     (SELECT 1 FROM attempts WHERE message_id = $1 AND outcome = 'unknown')",
                &[id.into()],
            )
            .await?;
        }
        Ok(())
    }

    /// For each message an entry for each child that it tells of: what is known of the message, and what it says of that child.
    pub(super) async fn note_messages(
        &mut self,
        messages: Vec<(String, Value)>,
        deed: &mut Deed,
    ) -> Result<(), LedgerError> {
        let ids: Vec<Vec<Arg>> = messages.iter().map(|(id, _)| vec![id.into()]).collect();
        let mut heads = BTreeMap::new();
        let head = "SELECT m.id, m.person, m.sent_to, f.eml FROM messages m LEFT JOIN mails f ON f.message_id = m.id
                    WHERE m.id IN (";
        for row in batch::fetch(self, head, &ids, ")").await? {
            let content = row.maybe_text(3)?.map(|eml| format!("{:x}", Sha256::digest(eml)));
            heads.insert(row.text(0)?, (row.text(1)?, row.maybe_text(2)?, content));
        }
        let mut told = self.told_by(&ids).await?;
        for (id, mut payload) in messages {
            let Some((person, address, content)) = heads.remove(&id) else { continue };
            payload["person"] = person.into();
            payload["address"] = address.into();
            payload["content"] = content.into();
            let of_children = told.remove(&id).unwrap_or_default();
            if of_children.is_empty() {
                deed.note(None, &payload)?;
            }
            for (child, told) in of_children {
                payload["child"] = child.as_ref().map_or(Value::Null, |child| child.0.as_str().into());
                payload["told"] = Value::Array(told);
                deed.note(child.as_ref(), &payload)?;
            }
        }
        Ok(())
    }

    /// What each message tells of each child, step by step, with the days that it gives.
    async fn told_by(
        &mut self,
        ids: &[Vec<Arg>],
    ) -> Result<BTreeMap<String, BTreeMap<Option<ChildRef>, Vec<Value>>>, LedgerError> {
        let head = format!("SELECT {NOTICE}, n.said, n.message_id FROM notices n WHERE n.message_id IN (");
        let mut told: BTreeMap<String, BTreeMap<Option<ChildRef>, Vec<Value>>> = BTreeMap::new();
        for row in batch::fetch(self, &head, ids, ") ORDER BY n.decided_run, n.place").await? {
            let notice = notice(&row)?;
            let said = row.maybe_text(NOTICE_COLUMNS)?;
            let (strict, due) = said.as_deref().and_then(|said| said.split_once('/')).unwrap_or_default();
            let mut step = judged::step(&notice.effect);
            step["kind"] = notice.kind.name().into();
            step["role"] = notice.role.name().into();
            step["strict_on"] = on(strict);
            step["due_on"] = on(due);
            let message = told.entry(row.text(NOTICE_COLUMNS + 1)?).or_default();
            message.entry(notice.effect.child).or_default().push(step);
        }
        Ok(told)
    }
}

/// An attempt, as the audit has it: of which message, and what.
pub(super) fn of_attempt(message: &str, attempt: u32, attempted: &Attempted) -> (String, Value) {
    let payload = json!({
        "what": "attempt",
        "message": message,
        "attempt": attempt,
        "outcome": attempted.outcome.state().name(),
        "code": attempted.code,
        "why": attempted.why,
    });
    (message.to_owned(), payload)
}

/// In a table that is given with a statement, where there may be no instant: PostgreSQL takes a column that begins with a null for
/// text, once and for all.
const NO_INSTANT: i64 = 0;

/// The ids that a statement returned.
fn ids(rows: &[Fields]) -> Result<BTreeSet<String>, LedgerError> {
    rows.iter().map(|row| row.text(0)).collect()
}

/// A day, or none.
fn on(day: &str) -> Value {
    if day.is_empty() { Value::Null } else { day.into() }
}

/// The first three arguments of a statement that only the holder of the lease may run.
fn holder(lease: &Lease) -> Vec<Arg> {
    vec![lease.message.to_string().into(), (&lease.owner).into(), lease.attempt.into()]
}

fn lost(lease: &Lease, attempted: &'static str) -> LedgerError {
    LedgerError::LeaseLost { attempted, message: lease.message }
}
