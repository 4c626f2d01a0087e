//! Whose ledger it is, what it was filled from, and whether it may send.

use std::fmt;

use chrono::{DateTime, Utc};
use serde_json::json;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::columns::READ_BY_A_TRIAL;
use super::work::Work;
use super::{Home, Ledger, LedgerError};
use crate::database::Arg;

/// What becomes of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Decided and written, sent to nobody. Every ledger starts so.
    Record,
    /// Everything goes to this one address.
    Redirect(String),
    /// To the people concerned.
    Live,
}

impl Mode {
    /// Its name, without the address.
    pub fn name(&self) -> &'static str {
        match self {
            Mode::Record => "record",
            Mode::Redirect(_) => "redirect",
            Mode::Live => "live",
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Which ledger this is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Derived from the authority, the place and the instant of its founding.
    pub ledger_id: Uuid,
    /// Whose it is.
    pub authority: String,
    /// What becomes of a message.
    pub mode: Mode,
    /// Its days are invented: it may never mail anybody, and only on it may the present be chosen.
    pub simulated: bool,
    /// Where its cases come from; none before the first run.
    pub source_name: Option<String>,
    /// When it was founded.
    pub created_at: DateTime<Utc>,
    /// Since when it tells people, or tries to: it first went live then, or was founded.
    pub adopted_at: DateTime<Utc>,
}

const IDENTITY: &str = "SELECT ledger_id, authority, mode, redirect_to, simulated, source_name, created_at_us,
                               COALESCE(adopted_us, created_at_us) FROM meta WHERE one = 1";

/// The act by which a person says that rows of the case database are gone for good.
const FEWER_ROWS: &str = "accept_fewer_rows";

impl Ledger {
    /// Makes it the ledger of `authority`, living at `home`, in mode `record`. If it already is, nothing changes and its
    /// identity is returned; another authority's is refused.
    pub async fn found(
        &self,
        authority: &str,
        simulated: bool,
        home: &Home,
        now: DateTime<Utc>,
    ) -> Result<Identity, LedgerError> {
        let mut work = self.writing("found the ledger").await?;
        let homes = Home::list(std::slice::from_ref(home));
        let at_us = now.timestamp_micros();
        let ledger_id = derived_id(&["ledger", authority, &homes, &at_us.to_string()]);
        let args: [Arg; 5] =
            [ledger_id.to_string().into(), authority.into(), simulated.into(), homes.into(), at_us.into()];
        let founded = work
            .execute(
                "INSERT INTO meta (one, ledger_id, authority, mode, simulated, homes, runs, created_at_us)
                 VALUES (1, $1, $2, 'record', $3, $4, 0, $5) ON CONFLICT (one) DO NOTHING",
                &args,
            )
            .await?;
        let identity = work.identity().await?;
        if identity.authority != authority {
            let ledger = self.name().into();
            return Err(LedgerError::WrongAuthority { ledger, found: identity.authority, wanted: authority.into() });
        }
        if founded > 0 {
            let payload = json!({
                "what": "founded", "ledger": ledger_id.to_string(), "authority": authority, "simulated": simulated, "home": home,
            });
            work.chain_one("founded", None, &payload, now).await?;
            work.commit().await?;
        }
        Ok(identity)
    }

    /// Which ledger this is.
    pub async fn identity(&self) -> Result<Identity, LedgerError> {
        let mut work = self.reading("read whose ledger it is").await?;
        work.identity().await
    }

    /// Which ledger this is, if it is that authority's; otherwise an error.
    pub async fn identity_of(&self, authority: &str) -> Result<Identity, LedgerError> {
        let identity = self.identity().await?;
        if identity.authority == authority {
            return Ok(identity);
        }
        let ledger = self.name().into();
        Err(LedgerError::WrongAuthority { ledger, found: identity.authority, wanted: authority.into() })
    }

    /// Sets what becomes of messages from now on, as an act of `by`. Once mail goes to the people concerned, what was only
    /// written, or read by whoever reads the mail of a trial, has told nobody: it is owed to them, and what is late by then climbs its ladder from the first such day on. Whether a simulated ledger's messages leave the
    /// machine is not decided here: delivery writes them to files, whatever the mode.
    pub async fn set_mode(&self, mode: &Mode, by: &str, reason: &str, now: DateTime<Utc>) -> Result<(), LedgerError> {
        let redirect_to = match mode {
            Mode::Redirect(address) if address.trim().is_empty() => return Err(LedgerError::RedirectToNobody),
            Mode::Redirect(address) => Some(address),
            Mode::Record | Mode::Live => None,
        };
        let mut work = self.writing("set the mode").await?;
        if work.identity().await?.mode != Mode::Live && *mode == Mode::Live {
            work.forget_the_trial(now).await?;
            work.execute(
                "UPDATE meta SET adopted_us = $1 WHERE one = 1 AND adopted_us IS NULL",
                &[now.timestamp_micros().into()],
            )
            .await?;
        }
        let args = [mode.name().into(), redirect_to.into()];
        work.execute("UPDATE meta SET mode = $1, redirect_to = $2 WHERE one = 1", &args).await?;
        work.act("mode", by, reason, redirect_to.map_or(mode.name(), String::as_str), now).await?;
        work.commit().await
    }

    /// Registers the source on the first run; afterwards refuses another one.
    pub async fn register_source(&self, name: &str) -> Result<(), LedgerError> {
        let mut work = self.writing("register the source").await?;
        work.register_source(name).await?;
        work.commit().await
    }

    /// Says that what the case database has lost since the last good run is gone for good, as an act of `by`. It holds for
    /// the next run that is accepted.
    pub async fn accept_fewer_rows(&self, by: &str, reason: &str, now: DateTime<Utc>) -> Result<(), LedgerError> {
        let mut work = self.writing("accept that rows are gone").await?;
        let runs = match work.fetch_optional("SELECT runs FROM meta", &[]).await? {
            Some(row) => row.int(0)?,
            None => return Err(LedgerError::NotFounded { ledger: self.name().into() }),
        };
        work.act(FEWER_ROWS, by, reason, &runs.to_string(), now).await?;
        work.commit().await
    }

    /// Whether somebody has said so since run `run`.
    pub async fn fewer_rows_accepted_since(&self, run: i64) -> Result<bool, LedgerError> {
        let mut work = self.reading("read what was accepted").await?;
        let acts = work.fetch("SELECT detail FROM acts WHERE act = $1", &[FEWER_ROWS.into()]).await?;
        for act in acts {
            if act.text(0)?.parse().is_ok_and(|runs: i64| runs >= run) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Says that the source of this name holds the same cases, as an act of `by`.
    pub async fn accept_source(
        &self,
        name: &str,
        by: &str,
        reason: &str,
        now: DateTime<Utc>,
    ) -> Result<(), LedgerError> {
        let mut work = self.writing("accept the source").await?;
        work.identity().await?;
        work.execute("UPDATE meta SET source_name = $1 WHERE one = 1", &[name.into()]).await?;
        work.act("accept_source", by, reason, name, now).await?;
        work.commit().await
    }
}

impl Work {
    pub(super) async fn identity(&mut self) -> Result<Identity, LedgerError> {
        let Some(row) = self.fetch_optional(IDENTITY, &[]).await? else {
            return Err(LedgerError::NotFounded { ledger: self.ledger().into() });
        };
        let mode = match (row.text(2)?.as_str(), row.maybe_text(3)?) {
            ("record", _) => Mode::Record,
            ("redirect", Some(address)) => Mode::Redirect(address),
            ("live", _) => Mode::Live,
            _ => return Err(row.unreadable("the mode")),
        };
        Ok(Identity {
            ledger_id: row.text(0)?.parse().map_err(|_| row.unreadable("the ledger's id"))?,
            authority: row.text(1)?,
            mode,
            simulated: row.flag(4)?,
            source_name: row.maybe_text(5)?,
            created_at: row.instant(6, "the instant of founding")?,
            adopted_at: row.instant(7, "the instant of going live")?,
        })
    }

    /// Takes back what nobody was told but the readers of a trial: what was said by it too, the reports that it was, what was put
    /// off in answer to it; and has every case judged anew.
    async fn forget_the_trial(&mut self, now: DateTime<Utc>) -> Result<(), LedgerError> {
        let of_trial = format!("SELECT m.id FROM messages m WHERE {READ_BY_A_TRIAL}");
        let said_too = format!(
            "UPDATE notices SET state = 'withdrawn' WHERE state = 'superseded' AND EXISTS
                 (SELECT 1 FROM notices o WHERE o.child = notices.child AND o.duty = notices.duty
                      AND o.duty_key = notices.duty_key AND o.generation = notices.generation
                      AND o.person = notices.person AND o.message_id IN ({of_trial}))"
        );
        let reports = format!(
            "UPDATE duties SET closed = NULL, closed_at_us = NULL WHERE child = '' AND closed = 'met' AND EXISTS
                 (SELECT 1 FROM notices o WHERE o.child = '' AND o.duty = duties.duty AND o.duty_key = duties.duty_key
                      AND o.message_id IN ({of_trial}))"
        );
        let told = format!(
            "UPDATE notices SET state = 'withdrawn', message_id = NULL WHERE state = 'bundled' AND message_id IN ({of_trial})"
        );
        for sql in [said_too, reports, told] {
            self.execute(&sql, &[]).await?;
        }
        self.execute("UPDATE acks SET until_us = $1 WHERE until_us > $1", &[now.timestamp_micros().into()]).await?;
        self.execute("UPDATE cases SET wake_at_us = 0, woken = woken + 1 WHERE fingerprint IS NOT NULL", &[]).await?;
        Ok(())
    }

    /// It belongs to the source of that name, or does from now on.
    pub(super) async fn register_source(&mut self, name: &str) -> Result<(), LedgerError> {
        match self.identity().await?.source_name {
            Some(found) if found == name => Ok(()),
            Some(found) => Err(LedgerError::OtherSource { ledger: self.ledger().into(), found, wanted: name.into() }),
            None => {
                self.execute("UPDATE meta SET source_name = $1 WHERE one = 1", &[name.into()]).await?;
                Ok(())
            }
        }
    }

    /// Records what a person did to the ledger, and chains it. `detail` holds no child's name, address or date of birth.
    pub(super) async fn act(
        &mut self,
        act: &str,
        by: &str,
        reason: &str,
        detail: &str,
        now: DateTime<Utc>,
    ) -> Result<(), LedgerError> {
        self.acted(act, by, reason, detail, now).await?;
        let payload = json!({ "what": act, "by": by, "reason": reason, "detail": detail });
        self.chain_one("act", None, &payload, now).await
    }

    /// Records what a person did. Whoever calls this chains it.
    pub(super) async fn acted(
        &mut self,
        act: &str,
        by: &str,
        reason: &str,
        detail: &str,
        now: DateTime<Utc>,
    ) -> Result<(), LedgerError> {
        for (said, missing) in [(by, "a name"), (reason, "a reason")] {
            if said.trim().is_empty() {
                return Err(self.unexplained(missing));
            }
        }
        let args = [act.into(), now.timestamp_micros().into(), by.into(), reason.into(), detail.into()];
        self.execute("INSERT INTO acts (act, at_us, by_whom, reason, detail) VALUES ($1, $2, $3, $4, $5)", &args)
            .await?;
        Ok(())
    }
}

/// An id that the same parts always give.
fn derived_id(parts: &[&str]) -> Uuid {
    let digest = Sha256::digest(parts.join("\u{1f}"));
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(digest).for_each(|(byte, from)| *byte = from);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}
