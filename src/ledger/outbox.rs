//! How the outbox stands: how much waits, and which addresses do not work.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::columns::{NOTICE, NOTICE_COLUMNS, notice};
use super::{Ledger, LedgerError};
use crate::duty::Duty;
use crate::notice::Notice;
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
    /// Refused for good.
    Refused,
    /// Given up.
    Dead,
    /// Taken back.
    Cancelled,
}

impl MessageState {
    /// Every state, with its name in the ledger.
    pub const ALL: [(&'static str, MessageState); 9] = [
        ("leased", MessageState::Leased),
        ("sending", MessageState::Sending),
        ("retry", MessageState::Retry),
        ("unknown", MessageState::Unknown),
        ("handed_over", MessageState::HandedOver),
        ("recorded", MessageState::Recorded),
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

/// An address that a message was refused for.
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

impl Ledger {
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

    /// Every address for which a message was refused at or after `since`, with the last refusal.
    pub async fn refused_addresses(&self, since: DateTime<Utc>) -> Result<Vec<RefusedAddress>, LedgerError> {
        let mut work = self.reading("read which addresses were refused").await?;
        let sql = "SELECT m.person, m.address, m.ended_us, a.code, a.why FROM messages m
                   LEFT JOIN attempts a ON a.message_id = m.id AND a.n = m.attempts
                   WHERE m.state = 'refused' AND m.ended_us >= $1 ORDER BY m.ended_us, m.id";
        let mut last = BTreeMap::new();
        for row in work.fetch(sql, &[since.timestamp_micros().into()]).await? {
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
