//! One run, stored whole: its books, what it found due and what it decided, in one commit.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::store::{duty_of, json};
use super::{Counted, Ledger, LedgerError};
use crate::duty::CaseContext;
use crate::notice::{Change, DutyRef, Effect, Notice};

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunOutcome {
    /// Its books balance.
    Balanced,
    /// They do not: an alarm.
    Unbalanced,
    /// What was read was not accepted; nothing was judged.
    Refused,
}

impl RunOutcome {
    /// Every outcome, with its name in the ledger.
    pub const ALL: [(&'static str, RunOutcome); 3] =
        [("balanced", RunOutcome::Balanced), ("unbalanced", RunOutcome::Unbalanced), ("refused", RunOutcome::Refused)];

    /// Its name.
    pub fn name(self) -> &'static str {
        RunOutcome::ALL.into_iter().find(|(_, outcome)| *outcome == self).map_or("", |(name, _)| name)
    }

    /// The outcome of that name.
    pub fn from_name(name: &str) -> Option<RunOutcome> {
        RunOutcome::ALL.into_iter().find(|(known, _)| *known == name).map(|(_, outcome)| outcome)
    }
}

/// A run as it is handed in.
#[derive(Clone, Debug, PartialEq)]
pub struct NewRun {
    /// The instant it judged by.
    pub at: DateTime<Utc>,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When its judgement was done.
    pub finished_at: DateTime<Utc>,
    /// How it ended.
    pub outcome: RunOutcome,
    /// Its books, as it kept them.
    pub books: Value,
    /// The source's mark of its last load.
    pub load_mark: Option<String>,
    /// Rows in each of the source's views.
    pub counts: BTreeMap<String, u64>,
    /// The content hash of the procedure it judged by.
    pub procedure_hash: String,
    /// The content hash of the calendar it counted by.
    pub calendar_hash: String,
}

/// A run as it is stored.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredRun {
    /// Its number; runs are numbered from 1 without gaps.
    pub id: i64,
    /// What was handed in.
    pub run: NewRun,
    /// What was counted in the ledger in the same transaction.
    pub counted: Counted,
}

/// What storing a run came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Committed {
    /// The run's number.
    pub run: i64,
    /// Notices that are new.
    pub new: u64,
    /// Notices that had been decided before; they are not stored again.
    pub known: u64,
    /// Queued notices that will not be sent, because what they say is no longer so.
    pub withdrawn: u64,
    /// Queued notices that a later one says too.
    pub superseded: u64,
    /// Duties that had been closed and are open again, each in a new generation.
    pub reopened: u64,
    /// What is in the ledger now.
    pub counted: Counted,
}

impl Ledger {
    /// Stores a run and everything it decided, all or nothing.
    ///
    /// A notice whose effect is known is not stored again. A closed duty takes its queued notices with it, those of this
    /// run and those that tell of the end excepted. A duty that is opened again after it was closed gets a new generation,
    /// and so do its notices here: what was told of its first life must not silence its second.
    pub async fn commit_run(
        &self,
        run: &NewRun,
        cases: &[CaseContext],
        changes: &[Change],
        notices: &[Notice],
        withdrawn: &[Effect],
        superseded: &[Effect],
    ) -> Result<Committed, LedgerError> {
        once(cases.iter().map(|case| &case.child), "case")?;
        once(changes.iter().map(|change| DutyRef::of(duty_of(change))), "duty")?;
        let mut work = self.writing("record the run").await?;
        let Some(row) =
            work.fetch_optional("UPDATE meta SET runs = runs + 1 WHERE one = 1 RETURNING runs", &[]).await?
        else {
            return Err(LedgerError::NotFounded { ledger: self.name().into() });
        };
        let id = row.int(0)?;
        work.store_run(id, run).await?;
        work.store_cases(id, cases).await?;
        let reopened = work.store_duties(id, run.at, changes).await?;
        let mut gone = work.leave_queue("withdrawn", withdrawn).await?;
        gone += work.withdraw_closed(changes).await?;
        let superseded = work.leave_queue("superseded", superseded).await?;
        let new = work.store_notices(id, notices, &reopened).await?;
        let counted = work.counted(id).await?;
        work.execute("UPDATE runs SET counted = $1 WHERE id = $2", &[json(&counted).into(), id.into()]).await?;
        work.commit_between("run.before_commit", "run.after_commit").await?;
        Ok(Committed {
            run: id,
            new,
            known: notices.len() as u64 - new,
            withdrawn: gone,
            superseded,
            reopened: reopened.values().filter(|generation| **generation > 0).count() as u64,
            counted,
        })
    }

    /// The last run, if there was one.
    pub async fn last_run(&self) -> Result<Option<StoredRun>, LedgerError> {
        self.run_where("1 = 1").await
    }

    /// The latest run whose reading was accepted; none if no run ever was.
    pub async fn last_good_run(&self) -> Result<Option<StoredRun>, LedgerError> {
        self.run_where("outcome <> 'refused'").await
    }

    async fn run_where(&self, condition: &str) -> Result<Option<StoredRun>, LedgerError> {
        let mut work = self.reading("read the last run").await?;
        let sql = format!(
            "SELECT id, at_us, started_us, finished_us, outcome, books, load_mark, counts, procedure_hash,
                          calendar_hash, counted FROM runs WHERE {condition} ORDER BY id DESC LIMIT 1"
        );
        let Some(row) = work.fetch_optional(&sql, &[]).await? else { return Ok(None) };
        let run = NewRun {
            at: row.instant(1, "a run's instant")?,
            started_at: row.instant(2, "a run's start")?,
            finished_at: row.instant(3, "a run's end")?,
            outcome: RunOutcome::from_name(&row.text(4)?).ok_or_else(|| row.unreadable("a run's outcome"))?,
            books: row.json(5, "a run's books")?,
            load_mark: row.maybe_text(6)?,
            counts: row.json(7, "a run's counts")?,
            procedure_hash: row.text(8)?,
            calendar_hash: row.text(9)?,
        };
        Ok(Some(StoredRun { id: row.int(0)?, run, counted: row.json(10, "a run's counts")? }))
    }

    /// Says how a stored run ended, once its books were held against what was counted.
    pub async fn judge_run(&self, run: i64, outcome: RunOutcome) -> Result<(), LedgerError> {
        let mut work = self.writing("record how the run ended").await?;
        work.execute("UPDATE runs SET outcome = $1 WHERE id = $2", &[outcome.name().into(), run.into()]).await?;
        work.commit().await
    }
}

/// An upsert that meets one row twice does different things on SQLite and PostgreSQL, so that it may not come to it.
fn once<T: Ord>(identities: impl Iterator<Item = T>, what: &'static str) -> Result<(), LedgerError> {
    let mut seen = BTreeSet::new();
    for identity in identities {
        if !seen.insert(identity) {
            return Err(LedgerError::Twice { what });
        }
    }
    Ok(())
}
