//! How the outbox stands: how much waits, and which addresses do not work.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::columns::{NOTICE, NOTICE_COLUMNS, READ_BY_A_TRIAL, WHY_RETURNED, notice};
use super::{Ledger, LedgerError};
use crate::duty::Duty;
use crate::notice::{Effect, Notice};
use crate::record::PersonRef;

/// Where a message stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MessageState {
    /// Somebody is wording it.
    Leased,
    /// Its bytes are frozen and on their way.
    Sending,
    /// Not taken; it is tried again.
    Retry,
    /// Perhaps taken; the same bytes are sent again.
    Unknown,
    /// The server took it.
    HandedOver,
    /// Written, sent to nobody.
    Recorded,
    /// The server took it, and it came back.
    Returned,
    /// Refused for good.
    Refused,
    /// Given up.
    Dead,
    /// Taken back.
    Cancelled,
}

impl MessageState {
    /// Every state, with its name in the ledger.
    pub const ALL: [(&'static str, MessageState); 10] = [
        ("leased", MessageState::Leased),
        ("sending", MessageState::Sending),
        ("retry", MessageState::Retry),
        ("unknown", MessageState::Unknown),
        ("handed_over", MessageState::HandedOver),
        ("recorded", MessageState::Recorded),
        ("returned", MessageState::Returned),
        ("refused", MessageState::Refused),
        ("dead", MessageState::Dead),
        ("cancelled", MessageState::Cancelled),
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        MessageState::ALL.into_iter().find(|(_, state)| *state == self).map_or("", |(name, _)| name)
    }

    /// The state of that name.
    pub fn from_name(name: &str) -> Option<MessageState> {
        MessageState::ALL.into_iter().find(|(known, _)| *known == name).map(|(_, state)| state)
    }
}

/// A server that asks to wait takes the message within the hour; a mailbox that is full, or gone, does not.
const PUT_OFF_TOO_LONG: TimeDelta = TimeDelta::hours(2);

/// An address that a message was refused for, or put off for too long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedAddress {
    /// Whose.
    pub person: PersonRef,
    /// The address.
    pub address: String,
    /// When it was last refused.
    pub at: DateTime<Utc>,
    /// The server's reply code.
    pub code: Option<i64>,
    /// Why.
    pub why: Option<String>,
}

/// A message that has not arrived, as far as the ledger knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undelivered {
    /// Which.
    pub id: Uuid,
    /// For whom.
    pub person: PersonRef,
    /// Where it stands.
    pub state: MessageState,
    /// When it was bundled.
    pub created_at: DateTime<Utc>,
    /// When it is tried again; never, if it is over.
    pub next_attempt_at: Option<DateTime<Utc>>,
    /// How often it was tried.
    pub tries: u32,
    /// How many matters it tells.
    pub matters: u32,
    /// The server's last reply code.
    pub code: Option<i64>,
    /// Why it came back, or else what was last said about an attempt.
    pub why: Option<String>,
}

impl Ledger {
    /// Every message that is on its way or waits for another attempt, and those that were refused, came back or were given up
    /// since then; the oldest first.
    pub async fn undelivered(&self, since: DateTime<Utc>) -> Result<Vec<Undelivered>, LedgerError> {
        let mut work = self.reading("read what was not delivered").await?;
        let sql = format!(
            "SELECT m.id, m.person, m.state, m.created_at_us, m.next_attempt_us,
                          (SELECT COUNT(*) FROM attempts t WHERE t.message_id = m.id),
                          (SELECT COUNT(*) FROM notices n WHERE n.message_id = m.id),
                          CASE WHEN m.state = 'returned' THEN NULL ELSE a.code END, COALESCE({WHY_RETURNED}, a.why)
                   FROM messages m LEFT JOIN attempts a ON a.message_id = m.id
                        AND a.n = (SELECT MAX(l.n) FROM attempts l WHERE l.message_id = m.id)
                   WHERE m.next_attempt_us IS NOT NULL
                      OR (m.state NOT IN ('handed_over', 'recorded', 'cancelled') AND m.ended_us >= $1)
                   ORDER BY m.created_at_us, m.id"
        );
        let rows = work.fetch(&sql, &[since.timestamp_micros().into()]).await?;
        let read = rows.iter().map(|row| {
            Ok(Undelivered {
                id: row.text(0)?.parse().map_err(|_| row.unreadable("a message's id"))?,
                person: PersonRef(row.text(1)?),
                state: MessageState::from_name(&row.text(2)?).ok_or_else(|| row.unreadable("a message's state"))?,
                created_at: row.instant(3, "a message's instant")?,
                next_attempt_at: row.maybe_instant(4, "a message's next attempt")?,
                tries: row.ordinal(5, "a message's attempts")?,
                matters: row.ordinal(6, "a message's matters")?,
                code: row.maybe_int(7)?,
                why: row.maybe_text(8)?,
            })
        });
        read.collect()
    }

    /// Messages by state, and under `queued` the notices that wait to be bundled. States without any are left out.
    pub async fn outbox_depth(&self) -> Result<BTreeMap<String, u64>, LedgerError> {
        let mut work = self.reading("count the outbox").await?;
        let sql = "SELECT state, COUNT(*) FROM messages GROUP BY state
                   UNION ALL SELECT state, COUNT(*) FROM notices WHERE state = 'queued' GROUP BY state";
        work.count(sql, &[]).await
    }

    /// Every notice that waits to be bundled, in the order decided, with its duty as last stored.
    pub async fn waiting(&self) -> Result<Vec<(Notice, Duty)>, LedgerError> {
        let mut work = self.reading("read what waits to be sent").await?;
        let sql = format!(
            "SELECT {NOTICE}, d.detail FROM notices n
             JOIN duties d ON d.child = n.child AND d.duty = n.duty AND d.duty_key = n.duty_key
             WHERE n.state = 'queued' ORDER BY n.decided_run, n.place"
        );
        let rows = work.fetch(&sql, &[]).await?;
        rows.iter().map(|row| Ok((notice(row)?, row.json(NOTICE_COLUMNS, "a duty")?))).collect()
    }

    /// The notices whose message nobody but the readers of a trial has: kept in mode `record`, or sent to the trial's address.
    /// They are those that [`Ledger::set_mode`] takes back when the ledger goes live.
    pub async fn read_by_a_trial(&self) -> Result<BTreeSet<Effect>, LedgerError> {
        let mut work = self.reading("read what only a trial has read").await?;
        let sql = format!(
            "SELECT {NOTICE} FROM notices n JOIN messages m ON m.id = n.message_id
             WHERE n.state = 'bundled' AND {READ_BY_A_TRIAL}"
        );
        let rows = work.fetch(&sql, &[]).await?;
        rows.iter().map(|row| Ok(notice(row)?.effect)).collect()
    }

    /// When a message was last handed over to an address.
    pub async fn last_taken_at(&self, address: &str) -> Result<Option<DateTime<Utc>>, LedgerError> {
        let mut work = self.reading("read what an address took last").await?;
        let sql = "SELECT MAX(ended_us) FROM messages WHERE state = 'handed_over' AND COALESCE(sent_to, address) = $1";
        let row = work.fetch_optional(sql, &[address.into()]).await?;
        Ok(row.map(|row| row.maybe_instant(0, "when a message was handed over")).transpose()?.flatten())
    }

    /// Every address that does not work: within the last week a message for it was refused, or came back because there is no
    /// such mailbox; or within the last day one was put off again and again, or two were given up on the way, while others were
    /// taken. With the last such answer. What was sent to another address in their place says nothing of theirs.
    pub async fn addresses_that_fail(&self, now: DateTime<Utc>) -> Result<Vec<RefusedAddress>, LedgerError> {
        let mut work = self.reading("read which addresses do not work").await?;
        let sql = "SELECT m.person, m.address, COALESCE(m.ended_us, a.ended_us), a.code, a.why FROM messages m
                   LEFT JOIN attempts a ON a.message_id = m.id AND a.n = m.attempts
                   WHERE m.state = 'refused' AND m.ended_us >= $1 AND (m.sent_to IS NULL OR m.sent_to = m.address)
                   UNION ALL
                   SELECT m.person, m.address, a.ended_us, a.code, a.why FROM messages m
                   JOIN attempts a ON a.message_id = m.id AND a.outcome IN ('retry', 'dead') AND a.ended_us >= $2
                   WHERE m.state IN ('retry', 'dead', 'cancelled', 'leased', 'sending') AND m.sent_to = m.address
                         AND a.ended_us - m.created_at_us >= $3
                         AND EXISTS (SELECT 1 FROM messages o WHERE o.state = 'handed_over'
                                     AND o.ended_us > m.created_at_us AND o.ended_us <= a.ended_us)
                   UNION ALL
                   SELECT m.person, m.address, r.at_us, NULL, r.why FROM returned r JOIN messages m ON m.id = r.message_id
                   WHERE r.fate = 'no_such_mailbox' AND r.at_us >= $1 AND (m.sent_to IS NULL OR m.sent_to = m.address)
                   UNION ALL
                   SELECT m.person, m.address, r.at_us, NULL, r.why FROM returned r JOIN messages m ON m.id = r.message_id
                   WHERE r.fate = 'given_up' AND r.at_us >= $2 AND (m.sent_to IS NULL OR m.sent_to = m.address)
                         AND EXISTS (SELECT 1 FROM returned e JOIN messages f ON f.id = e.message_id
                                     WHERE e.fate = 'given_up' AND e.at_us >= $2 AND f.id <> m.id
                                     AND f.person = m.person AND f.address = m.address)
                         AND EXISTS (SELECT 1 FROM messages o WHERE o.state = 'handed_over' AND o.address <> m.address
                                     AND o.ended_us > m.created_at_us AND o.ended_us <= r.at_us)
                   ORDER BY 3";
        let ago = |time: TimeDelta| (now - time).timestamp_micros();
        let put_off = PUT_OFF_TOO_LONG.num_microseconds().unwrap_or(i64::MAX);
        let args = [ago(TimeDelta::days(7)).into(), ago(TimeDelta::days(1)).into(), put_off.into()];
        let mut last = BTreeMap::new();
        for row in work.fetch(sql, &args).await? {
            let refused = RefusedAddress {
                person: PersonRef(row.text(0)?),
                address: row.text(1)?,
                at: row.instant(2, "the instant of a refusal")?,
                code: row.maybe_int(3)?,
                why: row.maybe_text(4)?,
            };
            last.insert((refused.person.clone(), refused.address.clone()), refused);
        }
        Ok(last.into_values().collect())
    }
}
