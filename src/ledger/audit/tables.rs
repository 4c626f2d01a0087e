//! The attempts that the chain tells of, against the ledger's own tables: what they say can be changed without touching a link.

use std::collections::BTreeMap;

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::super::work::Work;
use super::super::{LedgerError, batch};
use super::Break;
use crate::database::Arg;

/// What an entry says of an attempt.
#[derive(Debug)]
pub(super) struct Said {
    n: i64,
    deed: String,
    /// The outcome, the code and why.
    came_of_it: (String, Option<i64>, Option<String>),
    /// The person and the address.
    went_to: (String, Option<String>),
    /// The hash of the bytes.
    content: Option<String>,
}

/// By message and attempt. The entries of several children say the same of an attempt.
pub(super) type Attempts = BTreeMap<(String, i64), Said>;

/// Keeps what an entry says, if it tells of an attempt.
pub(super) fn keep(attempts: &mut Attempts, n: i64, deed: &str, payload: &Value) {
    let text = |field: &str| payload[field].as_str().map(str::to_owned);
    let (Some("attempt"), Some(message), Some(attempt)) =
        (payload["what"].as_str(), text("message"), payload["attempt"].as_i64())
    else {
        return;
    };
    let said = Said {
        n,
        deed: deed.to_owned(),
        came_of_it: (text("outcome").unwrap_or_default(), payload["code"].as_i64(), text("why")),
        went_to: (text("person").unwrap_or_default(), text("address")),
        content: text("content"),
    };
    attempts.insert((message, attempt), said);
}

/// The attempts of a message, as the tables have them.
struct Held {
    went_to: (String, Option<String>),
    /// How often it was claimed: only the last attempt went to the address and had the bytes that are kept.
    last: i64,
    content: Option<String>,
    attempts: BTreeMap<i64, (String, Option<i64>, Option<String>)>,
}

impl Work {
    /// Where the tables say otherwise than these entries, and how many of the attempts they have.
    pub(super) async fn against_tables(&mut self, attempts: &Attempts) -> Result<(Vec<Break>, u64), LedgerError> {
        let mut messages: Vec<Vec<Arg>> =
            attempts.keys().map(|(message, _)| vec![Arg::from(message.as_str())]).collect();
        messages.dedup();
        let held = self.held(&messages).await?;
        let (mut breaks, mut found) = (Vec::new(), 0);
        for ((message, attempt), said) in attempts {
            let stored = held.get(message).and_then(|held| held.attempts.get(attempt));
            found += u64::from(stored.is_some());
            if !held.get(message).is_some_and(|held| held.agrees(*attempt, said)) {
                let (n, deed) = (said.n, said.deed.clone());
                breaks.push(Break::Attempt { n, deed, message: message.clone(), attempt: *attempt });
            }
        }
        Ok((breaks, found))
    }

    async fn held(&mut self, messages: &[Vec<Arg>]) -> Result<BTreeMap<String, Held>, LedgerError> {
        let mut of_messages = BTreeMap::new();
        let head = "SELECT m.id, m.person, m.sent_to, m.attempts, f.eml FROM messages m
                    LEFT JOIN mails f ON f.message_id = m.id WHERE m.id IN (";
        for row in batch::fetch(self, head, messages, ")").await? {
            let content = row.maybe_text(4)?.map(|eml| format!("{:x}", Sha256::digest(eml)));
            let went_to = (row.text(1)?, row.maybe_text(2)?);
            of_messages.insert(row.text(0)?, Held { went_to, last: row.int(3)?, content, attempts: BTreeMap::new() });
        }
        let head =
            "SELECT message_id, n, outcome, code, why FROM attempts WHERE outcome IS NOT NULL AND message_id IN (";
        for row in batch::fetch(self, head, messages, ")").await? {
            if let Some(held) = of_messages.get_mut(&row.text(0)?) {
                held.attempts.insert(row.int(1)?, (row.text(2)?, row.maybe_int(3)?, row.maybe_text(4)?));
            }
        }
        Ok(of_messages)
    }

    /// Attempts that ended since the chain began, and whose entries have not expired.
    pub(super) async fn attempts_since(&mut self, expired_before_us: i64) -> Result<u64, LedgerError> {
        let sql = "SELECT COUNT(*) FROM attempts WHERE outcome IS NOT NULL AND ended_us >= $1
                   AND ended_us >= (SELECT MIN(at_us) FROM links)";
        let row = self.fetch_optional(sql, &[expired_before_us.into()]).await?;
        Ok(row.map(|row| row.int(0)).transpose()?.and_then(|count| u64::try_from(count).ok()).unwrap_or(0))
    }
}

impl Held {
    fn agrees(&self, attempt: i64, said: &Said) -> bool {
        let came_of_it = match self.attempts.get(&attempt) {
            Some(stored) => *stored == said.came_of_it,
            // What had nothing to say any more was cancelled before it was tried.
            None => said.came_of_it.0 == "cancelled",
        };
        // The bytes are kept for so long and no longer.
        let bytes = || self.content.is_none() || self.content == said.content;
        came_of_it && (attempt != self.last || (self.went_to == said.went_to && bytes()))
    }
}
