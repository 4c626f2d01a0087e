//! Taking a message to send. Whoever holds a lease is alone with its message until the lease ends.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::audit::Deed;
use super::columns::{NOTICE, NOTICE_COLUMNS, notice, outliving};
use super::send::of_attempt;
use super::work::Work;
use super::{Attempted, Ledger, LedgerError, Outcome, batch};
use crate::database::Arg;
use crate::directory::Mailbox;
use crate::duty::{CaseContext, Duty};
use crate::notice::{Notice, NoticeState};
use crate::record::PersonRef;

/// The right to send one message, until it ends or somebody else has claimed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// Which message. It makes the Message-ID, the same at every attempt.
    pub message: Uuid,
    /// Who holds it.
    pub owner: String,
    /// Which claim of this message this is, from 1. With `owner` it fences off those who held it before.
    pub attempt: u32,
}

/// A message to send.
#[derive(Clone, Debug, PartialEq)]
pub struct Claim {
    /// The right to send it.
    pub lease: Lease,
    /// To whom.
    pub mailbox: Mailbox,
    /// When it was bundled.
    pub created_at: DateTime<Utc>,
    /// How often it was tried before. A claim that was given back untried is no attempt.
    pub tries: u32,
    /// What it says, on the state of this moment.
    pub notices: Vec<ClaimedNotice>,
    /// Its bytes, where an earlier attempt may have reached the server: exactly these are repeated.
    pub frozen: Option<String>,
    /// The address for which they were frozen, where that is known.
    pub frozen_for: Option<String>,
}

/// One thing a message says.
#[derive(Clone, Debug, PartialEq)]
pub struct ClaimedNotice {
    /// What was decided.
    pub notice: Notice,
    /// The duty as last stored.
    pub duty: Duty,
    /// The case as last stored; none for a report of the whole authority.
    pub case: Option<CaseContext>,
}

/// A message that is being claimed.
struct Taken {
    id: Uuid,
    mailbox: Mailbox,
    created_at: DateTime<Utc>,
    attempt: u32,
    tries: u32,
    frozen: Option<String>,
    frozen_for: Option<String>,
}

/// Somebody for whom something waits, and whether that is urgent.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Reader {
    mailbox: Mailbox,
    urgent: bool,
}

/// How many waiting notices are looked at for each message that is taken, at most.
const LOOKED_AT: usize = 4;

/// The days that a notice gives once it is worded.
const SAID: &str = "(SELECT COALESCE(d.strict_on, '') || '/' || COALESCE(d.due_on, '') FROM duties d
                     WHERE d.child = notices.child AND d.duty = notices.duty AND d.duty_key = notices.duty_key)";

impl Ledger {
    /// Takes up to `most` messages for `owner`, until `lease_ms` milliseconds from `now`; none if nothing is due. All of them
    /// are one commit.
    ///
    /// First those whose next attempt is due or whose lease has ended. Then the person whose queued notice has
    /// waited longest gets a new message with all that may be sent to them by now, and so on.
    pub async fn claim(
        &self,
        owner: &str,
        lease_ms: i64,
        now: DateTime<Utc>,
        most: usize,
    ) -> Result<Vec<Claim>, LedgerError> {
        let mut work = self.writing("claim messages").await?;
        let authority = work.identity().await?.authority;
        let until_us = Arg::from((now + TimeDelta::milliseconds(lease_ms)).timestamp_micros());
        let (mut taken, mut deed) = (Vec::new(), Deed::new("lapsed"));
        while taken.len() < most {
            let Some(again) = work.take_again(owner, &until_us, now, &mut deed).await? else { break };
            taken.push(again);
        }
        let mut claims = work.claims_again(taken, owner).await?;
        let whom = work.longest_waiting(most - claims.len(), now).await?;
        claims.extend(work.take_new(whom, &authority, owner, &until_us, now).await?);
        if !deed.is_empty() {
            work.chain(deed, now).await?;
        }
        work.commit_between("claim.before_commit", "claim.after_commit").await?;
        Ok(claims)
    }
}

impl Ledger {
    /// Whether a claim would find anything.
    pub async fn anything_due(&self, now: DateTime<Utc>) -> Result<bool, LedgerError> {
        let mut work = self.reading("look whether anything is due").await?;
        let sql = "SELECT 1 FROM messages WHERE next_attempt_us <= $1
                   UNION ALL SELECT 1 FROM notices WHERE state = 'queued' AND send_at_us <= $1 LIMIT 1";
        Ok(work.fetch_optional(sql, &[now.timestamp_micros().into()]).await?.is_some())
    }
}

impl Work {
    /// What was taken again, with what each message says. It is worded now, on the state of this moment.
    async fn claims_again(&mut self, taken: Vec<Taken>, owner: &str) -> Result<Vec<Claim>, LedgerError> {
        let ids = |of: &mut dyn Iterator<Item = &Taken>| -> Vec<Vec<Arg>> {
            of.map(|taken| vec![taken.id.to_string().into()]).collect()
        };
        let head = format!("UPDATE notices SET said = {SAID} WHERE message_id IN (");
        batch::execute(self, &head, &ids(&mut taken.iter().filter(|taken| taken.frozen.is_none())), ")").await?;
        let carried =
            self.carried("these (id)", &ids(&mut taken.iter()), "n.message_id = t.id", "n.message_id").await?;
        let mut of_messages: BTreeMap<String, Vec<ClaimedNotice>> = BTreeMap::new();
        for (message, claimed) in carried {
            of_messages.entry(message).or_default().push(claimed);
        }
        let claims = taken.into_iter().map(|taken| {
            let Taken { id, mailbox, created_at, attempt, tries, frozen, frozen_for } = taken;
            let notices = of_messages.remove(&id.to_string()).unwrap_or_default();
            let lease = Lease { message: id, owner: owner.into(), attempt };
            Claim { lease, mailbox, created_at, tries, notices, frozen, frozen_for }
        });
        Ok(claims.collect())
    }

    /// Up to `most` people to whom something may be sent by now, those first whose first notice has waited longest; whom
    /// something urgent waits for, before all others.
    async fn longest_waiting(&mut self, most: usize, now: DateTime<Utc>) -> Result<Vec<Reader>, LedgerError> {
        // The recipient's row is locked too, and first: else two owners could each bundle a part of what one person is to get. A
        // row that is passed over because of the second lock keeps the first.
        let sql = format!(
            "WITH waiting AS (
                 SELECT n.mailbox, n.address, n.urgent, n.send_at_us, n.decided_run, n.place FROM notices n
                 JOIN recipients r ON r.person = n.mailbox AND r.address = n.address
                 WHERE n.state = 'queued' AND n.send_at_us <= $1
                 ORDER BY n.urgent DESC, n.send_at_us, n.decided_run, n.place LIMIT $2{})
             SELECT mailbox, address, urgent FROM waiting GROUP BY mailbox, address, urgent
             ORDER BY urgent DESC, MIN(send_at_us), MIN(decided_run), MIN(place), mailbox LIMIT $3",
            self.skip_locked("r, n")
        );
        let limit = |rows: usize| Arg::from(i64::try_from(rows).unwrap_or(i64::MAX));
        let args = [now.timestamp_micros().into(), limit(most.saturating_mul(LOOKED_AT)), limit(most)];
        let mut whom = Vec::new();
        for row in self.fetch(&sql, &args).await? {
            let mailbox = Mailbox { person: PersonRef(row.text(0)?), email: row.text(1)? };
            whom.push(Reader { mailbox, urgent: row.flag(2)? });
        }
        Ok(whom)
    }

    /// Bundles for each of these people all that may be sent to them by now. What is urgent goes in a message of its own: it
    /// must not be one line among a morning's twenty.
    async fn take_new(
        &mut self,
        whom: Vec<Reader>,
        authority: &str,
        owner: &str,
        until_us: &Arg,
        now: DateTime<Utc>,
    ) -> Result<Vec<Claim>, LedgerError> {
        let by_now = Arg::from(now.timestamp_micros());
        let readers: Vec<Vec<Arg>> = whom
            .iter()
            .map(|Reader { mailbox: Mailbox { person, email }, urgent }| {
                vec![(&person.0).into(), email.into(), (*urgent).into(), by_now.clone()]
            })
            .collect();
        // A run that is just withdrawing a notice holds its row; that notice is passed over.
        let theirs = "n.state = 'queued' AND n.mailbox = t.mailbox AND n.address = t.address AND n.urgent = t.urgent
                      AND n.send_at_us <= t.by_us";
        let mut of_readers: BTreeMap<Reader, (Vec<String>, Vec<ClaimedNotice>)> = BTreeMap::new();
        let waiting = self.carried("these (mailbox, address, urgent, by_us)", &readers, theirs, "n.effect").await?;
        for (effect, mut claimed) in waiting {
            claimed.notice.state = NoticeState::Bundled;
            let Some(mailbox) = claimed.notice.mailbox.clone() else { continue };
            let (effects, notices) = of_readers.entry(Reader { mailbox, urgent: claimed.notice.urgent }).or_default();
            effects.push(effect);
            notices.push(claimed);
        }
        let (mut claims, mut messages, mut bundled) = (Vec::new(), Vec::new(), Vec::new());
        for reader in whom {
            let Some((mut effects, notices)) = of_readers.remove(&reader) else { continue };
            effects.sort();
            let (message, Reader { mailbox, .. }) = (message_id(authority, &effects, now), reader);
            let id = Arg::from(message.to_string());
            let to: [Arg; 2] = [(&mailbox.person.0).into(), (&mailbox.email).into()];
            messages
                .push([vec![id.clone()], to.to_vec(), vec![by_now.clone(), owner.into(), until_us.clone()]].concat());
            bundled.extend(effects.into_iter().map(|effect| vec![effect.into(), id.clone()]));
            let lease = Lease { message, owner: owner.into(), attempt: 1 };
            claims.push(Claim { lease, mailbox, created_at: now, tries: 0, notices, frozen: None, frozen_for: None });
        }
        let head = "WITH new (id, person, address, created_us, owner, until_us) AS (";
        let tail = ") INSERT INTO messages (id, person, address, state, created_at_us, lease_owner, lease_until_us,
                                            next_attempt_us, attempts)
                    SELECT id, person, address, 'leased', created_us, owner, until_us, until_us, 1 FROM new";
        batch::execute(self, head, &messages, tail).await?;
        let tail = format!(
            ") UPDATE notices SET state = 'bundled', message_id = b.message, said = {SAID} FROM bundled b
               WHERE notices.effect = b.effect"
        );
        batch::execute(self, "WITH bundled (effect, message) AS (", &bundled, &tail).await?;
        Ok(claims)
    }

    /// Takes the message that has waited longest for its next attempt or since its lease ended. Nothing of the old
    /// attempt is known to have arrived or not: if it had begun, it ends as `unknown`.
    async fn take_again(
        &mut self,
        owner: &str,
        until_us: &Arg,
        now: DateTime<Utc>,
        deed: &mut Deed,
    ) -> Result<Option<Taken>, LedgerError> {
        let sql = format!(
            "SELECT m.id, m.person, m.address, m.created_at_us, m.attempts,
                    (SELECT f.eml FROM mails f WHERE f.message_id = m.id), m.sent_to,
                    (SELECT COUNT(*) FROM attempts a WHERE a.message_id = m.id) FROM messages m
             WHERE m.next_attempt_us <= $1 ORDER BY m.next_attempt_us, m.id LIMIT 1{}",
            self.skip_locked("m")
        );
        let by_now = Arg::from(now.timestamp_micros());
        while let Some(row) = self.fetch_optional(&sql, std::slice::from_ref(&by_now)).await? {
            let (message, attempt) = (row.text(0)?, row.ordinal(4, "a message's attempts")?);
            let id = Arg::from(message.as_str());
            let stopped = "whoever sent it stopped before saying what came of it";
            let sql = "UPDATE attempts SET ended_us = $2, outcome = 'unknown', why = $3
                       WHERE message_id = $1 AND ended_us IS NULL";
            if self.execute(sql, &[id.clone(), by_now.clone(), stopped.into()]).await? > 0 {
                let unknown = Outcome::Unknown { next_at: now };
                let lapsed = Attempted { outcome: unknown, code: None, why: Some(stopped.to_owned()) };
                self.note_messages(vec![of_attempt(&message, attempt, &lapsed)], deed).await?;
            }
            let frozen = row.maybe_text(5)?;
            if frozen.is_none() && !self.still_says_something(&id).await? {
                let sql = "UPDATE messages SET state = 'cancelled', lease_owner = NULL, lease_until_us = NULL,
                                               next_attempt_us = NULL, ended_us = $2 WHERE id = $1";
                self.execute(sql, &[id, by_now.clone()]).await?;
                let why = Some("nothing in it was to be told any more".to_owned());
                let cancelled = Attempted { outcome: Outcome::Cancelled, code: None, why };
                self.note_messages(vec![of_attempt(&message, attempt, &cancelled)], deed).await?;
                continue;
            }
            let args = [id, owner.into(), until_us.clone(), (attempt + 1).into()];
            self.execute(
                "UPDATE messages SET state = 'leased', lease_owner = $2, lease_until_us = $3, next_attempt_us = $3,
                                     attempts = $4 WHERE id = $1",
                &args,
            )
            .await?;
            return Ok(Some(Taken {
                id: message.parse().map_err(|_| row.unreadable("a message's id"))?,
                mailbox: Mailbox { person: PersonRef(row.text(1)?), email: row.text(2)? },
                created_at: row.instant(3, "a message's instant")?,
                attempt: attempt + 1,
                frozen,
                frozen_for: row.maybe_text(6)?,
                tries: row.ordinal(7, "a message's attempts")?,
            }));
        }
        Ok(None)
    }

    /// Withdraws from a message that is not frozen what has been closed since it was decided, a report excepted, which is met
    /// by being decided; says whether anything is left.
    async fn still_says_something(&mut self, message: &Arg) -> Result<bool, LedgerError> {
        let sql = format!(
            "UPDATE notices SET state = 'withdrawn', message_id = NULL
             WHERE message_id = $1 AND kind NOT IN ({})
               AND EXISTS (SELECT 1 FROM duties d
                           WHERE d.child = notices.child AND d.duty = notices.duty AND d.duty_key = notices.duty_key
                             AND d.closed IS NOT NULL AND d.changed_run > notices.decided_run
                             AND NOT (d.child = '' AND d.closed = 'met'))",
            outliving()
        );
        self.execute(&sql, std::slice::from_ref(message)).await?;
        let sql = "SELECT place FROM notices WHERE message_id = $1 LIMIT 1";
        Ok(self.fetch_optional(sql, std::slice::from_ref(message)).await?.is_some())
    }

    /// The notices `n` of which `condition` holds for one of `these` rows `t`, with `key` of each, in the order decided.
    async fn carried(
        &mut self,
        these: &str,
        rows: &[Vec<Arg>],
        condition: &str,
        key: &str,
    ) -> Result<Vec<(String, ClaimedNotice)>, LedgerError> {
        // Joined in this order: the rows that are given are few, those of the tables are not.
        let tail = format!(
            ") SELECT {NOTICE}, d.detail, c.context, {key} FROM these t CROSS JOIN notices n
               JOIN duties d ON d.child = n.child AND d.duty = n.duty AND d.duty_key = n.duty_key
               LEFT JOIN cases c ON c.child = n.child
               WHERE {condition} ORDER BY n.decided_run, n.place{}",
            self.skip_locked("n")
        );
        let mut carried = Vec::new();
        for row in batch::fetch(self, &format!("WITH {these} AS ("), rows, &tail).await? {
            let case = match row.maybe_text(NOTICE_COLUMNS + 1)? {
                Some(_) => Some(row.json(NOTICE_COLUMNS + 1, "a case")?),
                None => None,
            };
            let claimed = ClaimedNotice { notice: notice(&row)?, duty: row.json(NOTICE_COLUMNS, "a duty")?, case };
            carried.push((row.text(NOTICE_COLUMNS + 2)?, claimed));
        }
        Ok(carried)
    }
}

/// A UUID of version 7 whose time is `now` and whose other bits are derived, so that the same decisions give the same id
/// on every database and in every rerun.
fn message_id(authority: &str, sorted_effects: &[String], now: DateTime<Utc>) -> Uuid {
    let mut hash = Sha256::new();
    hash.update(authority);
    for effect in sorted_effects {
        hash.update("\n");
        hash.update(effect);
    }
    let mut bits = [0; 10];
    bits.iter_mut().zip(hash.finalize()).for_each(|(bit, from)| *bit = from);
    let ms = u64::try_from(now.timestamp_millis()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(ms, &bits).into_uuid()
}
