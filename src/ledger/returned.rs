//! What came back: what was learnt of a message after a server took it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use uuid::Uuid;

use super::audit::Deed;
use super::work::{Fields, Work};
use super::{Ledger, LedgerError, batch};
use crate::database::Arg;
use crate::delivery::{Fate, Returned};

/// How long after a message was handed over something is still to be learnt of it.
const LATELY: TimeDelta = TimeDelta::days(7);

/// What a record of returns changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CameBack {
    /// How many reports say something that was not known.
    pub new: u64,
    /// The messages that came back with them: what they say is owed again.
    pub returned: Vec<Uuid>,
}

impl Ledger {
    /// Stores what was learnt of messages, each thing once, as a deed of the audit. A message that was handed over and then came back becomes `returned`,
    /// and its children are judged anew at the next run. What is of no message of this ledger is left out; what is of one whose
    /// outcome is not known yet counts once it is handed over, at any later call.
    pub async fn record_returned(&self, learnt: &[Returned], now: DateTime<Utc>) -> Result<CameBack, LedgerError> {
        let mut work = self.writing("record what came back").await?;
        let ids: BTreeSet<Uuid> = learnt.iter().map(|returned| returned.message_id).collect();
        let ids: Vec<Vec<Arg>> = ids.iter().map(|id| vec![id.to_string().into()]).collect();
        let mut known = BTreeSet::new();
        for row in batch::fetch(&mut work, "SELECT id FROM messages WHERE id IN (", &ids, ")").await? {
            known.insert(id(&row)?);
        }
        let now_us = now.timestamp_micros();
        let rows = learnt.iter().filter(|returned| known.contains(&returned.message_id)).map(|returned| {
            let Returned { message_id, fate, why } = returned;
            vec![message_id.to_string().into(), name(*fate).into(), why.into(), now_us.into()]
        });
        let head = "INSERT INTO returned (message_id, fate, why, at_us)";
        let rows: Vec<Vec<Arg>> = rows.collect();
        let tail = "ON CONFLICT DO NOTHING RETURNING message_id, fate, why";
        let (mut deed, mut new) = (Deed::new("returned"), 0);
        for row in batch::fetch(&mut work, head, &rows, tail).await? {
            work.note_returned(&row.text(0)?, &row.text(1)?, &row.text(2)?, &mut deed).await?;
            new += 1;
        }
        // Few reports of a week against all messages of a year: the reports are gone through.
        let sql = "SELECT DISTINCT m.id FROM returned r CROSS JOIN messages m
                   WHERE m.id = r.message_id AND r.at_us >= $1 AND r.fate IN ('no_such_mailbox', 'given_up')
                     AND m.state = 'handed_over' ORDER BY m.id";
        let mut returned = Vec::new();
        for row in work.fetch(sql, &[(now - LATELY).timestamp_micros().into()]).await? {
            let message = row.text(0)?;
            let sql = "UPDATE messages SET state = 'returned', ended_us = $2 WHERE id = $1 AND state = 'handed_over'";
            if work.execute(sql, &[(&message).into(), now_us.into()]).await? == 1 {
                work.wake_cases_of(&message).await?;
                returned.push(id(&row)?);
            }
        }
        if !deed.is_empty() {
            work.chain(deed, now).await?;
        }
        work.commit().await?;
        Ok(CameBack { new, returned })
    }

    /// To which address each of these messages was sent, or is being sent. What was never on its way is left out.
    pub async fn sent_to(&self, messages: &[Uuid]) -> Result<BTreeMap<Uuid, String>, LedgerError> {
        let mut work = self.reading("read where messages went").await?;
        let ids: Vec<Vec<Arg>> = messages.iter().map(|id| vec![id.to_string().into()]).collect();
        let head = "SELECT id, COALESCE(sent_to, address) FROM messages
                    WHERE (sent_to IS NOT NULL OR handed_over_us IS NOT NULL) AND id IN (";
        let rows = batch::fetch(&mut work, head, &ids, ")").await?;
        rows.iter().map(|row| Ok((id(row)?, row.text(1)?))).collect()
    }

    /// The messages handed over within the last week whose fate is not known yet.
    pub async fn handed_over_lately(&self, now: DateTime<Utc>) -> Result<Vec<Uuid>, LedgerError> {
        let mut work = self.reading("read what was handed over lately").await?;
        let sql = "SELECT m.id FROM messages m WHERE m.state = 'handed_over' AND m.ended_us >= $1
                   AND NOT EXISTS (SELECT 1 FROM returned r WHERE r.message_id = m.id AND r.fate = 'delivered')
                   ORDER BY m.id";
        let rows = work.fetch(sql, &[(now - LATELY).timestamp_micros().into()]).await?;
        rows.iter().map(id).collect()
    }

    /// What was read of the mail in this place.
    pub async fn mail_read(&self, place: &str) -> Result<BTreeMap<String, i64>, LedgerError> {
        let mut work = self.reading("read which mail was read").await?;
        let rows = work.fetch("SELECT name, upto FROM mail_read WHERE place = $1", &[place.into()]).await?;
        rows.iter().map(|row| Ok((row.text(0)?, row.int(1)?))).collect()
    }

    /// Remembers what was read of the mail in this place, and forgets what is not there any more.
    pub async fn note_mail_read(
        &self,
        place: &str,
        read: &BTreeMap<String, i64>,
        gone: &[String],
    ) -> Result<(), LedgerError> {
        let mut work = self.writing("note which mail was read").await?;
        for name in gone {
            work.execute("DELETE FROM mail_read WHERE place = $1 AND name = $2", &[place.into(), name.into()]).await?;
        }
        let rows: Vec<Vec<Arg>> =
            read.iter().map(|(name, upto)| vec![place.into(), name.into(), (*upto).into()]).collect();
        let head = "INSERT INTO mail_read (place, name, upto)";
        batch::execute(&mut work, head, &rows, "ON CONFLICT (place, name) DO UPDATE SET upto = excluded.upto").await?;
        work.commit().await
    }
}

impl Work {
    /// What was learnt, in the evidence of each child of whom the message tells.
    async fn note_returned(
        &mut self,
        message: &str,
        fate: &str,
        why: &str,
        deed: &mut Deed,
    ) -> Result<(), LedgerError> {
        let sql = "SELECT attempts FROM messages WHERE id = $1";
        let attempts = self.fetch_optional(sql, &[message.into()]).await?.map(|row| row.int(0)).transpose()?;
        let outcome = if matches!(fate, "delivered" | "delayed") { fate } else { "returned" };
        let payload = json!({
            "what": "returned", "message": message, "attempt": attempts, "outcome": outcome, "fate": fate, "why": why,
        });
        self.note_messages(vec![(message.to_owned(), payload)], deed).await
    }
}

fn id(row: &Fields) -> Result<Uuid, LedgerError> {
    row.text(0)?.parse().map_err(|_| row.unreadable("a message's id"))
}

fn name(fate: Fate) -> &'static str {
    match fate {
        Fate::Delivered => "delivered",
        Fate::NoSuchMailbox => "no_such_mailbox",
        Fate::GivenUp => "given_up",
        Fate::Delayed => "delayed",
    }
}
