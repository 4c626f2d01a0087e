//! One run, stored whole: its books, what it found due and what it decided, in one commit.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Value, json};

use super::audit::Deed;
use super::cases::JudgedCase;
use super::store::duty_of;
use super::work::Work;
use super::{Counted, Ledger, LedgerError, judged};
use crate::duty::{CaseContext, Duty};
use crate::notice::{Change, DutyRef, Effect, Notice};
use crate::record::ChildRef;

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
    /// Who could be reached, as a number.
    pub directory_hash: String,
    /// Every child was judged, whatever was kept of it.
    pub whole: bool,
}

/// What a run found and decided, or a part of it. Parts of one run speak of different children.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Part {
    /// The children that were judged.
    pub cases: Vec<JudgedCase>,
    /// Children who are in the case database no more.
    pub gone: Vec<ChildRef>,
    /// What changes in the duties.
    pub changes: Vec<Change>,
    /// What was decided.
    pub notices: Vec<Notice>,
    /// Notices that wait and are owed no more.
    pub withdrawn: Vec<Effect>,
    /// Notices that wait and that a later one says too.
    pub superseded: Vec<Effect>,
}

impl Part {
    /// How many rows it will be, about.
    pub fn rows(&self) -> usize {
        self.cases.len() + self.gone.len() + self.changes.len() + self.notices.len()
    }

    /// Adds another part.
    pub fn append(&mut self, mut other: Part) {
        self.cases.append(&mut other.cases);
        self.gone.append(&mut other.gone);
        self.changes.append(&mut other.changes);
        self.notices.append(&mut other.notices);
        self.withdrawn.append(&mut other.withdrawn);
        self.superseded.append(&mut other.superseded);
    }
}

/// A run that is being stored: one transaction, in which its parts follow one another. Dropped before its end, it never was.
pub struct RunInProgress {
    work: Work,
    /// What the audit will have of it.
    deed: Deed,
    /// What it comes to, as far as it has come.
    committed: Committed,
    at: DateTime<Utc>,
    place: i64,
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

impl RunInProgress {
    /// Stores a part.
    ///
    /// A notice whose effect is known is not stored again. A closed duty takes its queued notices with it, those of this
    /// run and those that tell of the end excepted. A duty that is opened again after it was closed gets a new generation,
    /// and so do its notices here: what was told of its first life must not silence its second.
    pub async fn store(&mut self, part: &Part) -> Result<(), LedgerError> {
        once(part.cases.iter().map(|case| &case.context.child), "case")?;
        once(part.changes.iter().map(|change| DutyRef::of(duty_of(change))), "duty")?;
        let RunInProgress { work, deed, committed, at, place } = self;
        let run = committed.run;
        work.store_cases(run, &part.cases).await?;
        work.forget_cases(&part.gone).await?;
        let reopened = work.store_duties(run, *at, &part.changes).await?;
        committed.withdrawn += work.leave_queue("withdrawn", &part.withdrawn).await?;
        committed.withdrawn += work.withdraw_closed(&part.changes).await?;
        committed.superseded += work.leave_queue("superseded", &part.superseded).await?;
        let new = work.store_notices(run, *place, &part.notices, &reopened).await?;
        *place += i64::try_from(part.notices.len()).unwrap_or(i64::MAX);
        judged::note(deed, part, &reopened)?;
        deed.store(work).await?;
        committed.new += new;
        committed.known += part.notices.len() as u64 - new;
        committed.reopened += reopened.values().filter(|generation| **generation > 0).count() as u64;
        Ok(())
    }

    /// Every open duty of a child that is late, cannot be told or is due by that day, and whose case it is.
    pub async fn open_until(&mut self, until_on: NaiveDate) -> Result<Vec<(Duty, CaseContext)>, LedgerError> {
        self.work.open_until(until_on).await
    }

    /// Belongs from now on to this case database, if it belonged to none.
    pub async fn register_source(&mut self, name: &str) -> Result<(), LedgerError> {
        self.work.register_source(name).await
    }

    /// How many duties are open now, by a query of its own.
    pub async fn open_duties(&mut self) -> Result<u64, LedgerError> {
        Ok(self.work.open_duties().await?.values().sum())
    }

    /// The last day of an open duty, and how many are due after `known_until`.
    pub async fn due_until(&mut self, known_until: NaiveDate) -> Result<(Option<NaiveDate>, u64), LedgerError> {
        let sql = "SELECT MAX(due_on), (SELECT COUNT(*) FROM duties WHERE closed IS NULL AND due_on > $1)
                   FROM duties WHERE closed IS NULL";
        let Some(row) = self.work.fetch_optional(sql, &[known_until.to_string().into()]).await? else {
            return Ok((None, 0));
        };
        let latest = row.maybe_text(0)?.map(|on| on.parse().map_err(|_| row.unreadable("the last day of a duty")));
        Ok((latest.transpose()?, u64::try_from(row.int(1)?).unwrap_or(0)))
    }

    /// Undoes all of it.
    pub async fn abandon(self) -> Result<(), LedgerError> {
        self.work.rollback().await
    }

    /// Stores how it ended, and makes all of it last.
    pub async fn finish(self, run: &NewRun) -> Result<Committed, LedgerError> {
        let RunInProgress { mut work, mut deed, mut committed, at, .. } = self;
        committed.counted = work.counted(committed.run).await?;
        work.close_run(committed.run, run, &committed.counted).await?;
        judged::note_run(&mut deed, committed.run, run)?;
        work.chain(deed, at).await?;
        work.commit_between("run.before_commit", "run.after_commit").await?;
        Ok(committed)
    }
}

/// What storing a run came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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
    /// Begins to store a run judged as of `at`. With `after`, only if so many runs were stored before it: what it was judged
    /// on was read after the last of them.
    pub async fn begin_run(&self, at: DateTime<Utc>, after: Option<i64>) -> Result<RunInProgress, LedgerError> {
        let mut work = self.writing("record the run").await?;
        let Some(row) =
            work.fetch_optional("UPDATE meta SET runs = runs + 1 WHERE one = 1 RETURNING runs", &[]).await?
        else {
            return Err(LedgerError::NotFounded { ledger: self.name().into() });
        };
        let run = row.int(0)?;
        if after.is_some_and(|after| after + 1 != run) {
            return Err(LedgerError::Overtaken { ledger: self.name().into() });
        }
        work.open_run(run, at).await?;
        let deed = Deed::numbered("run", run);
        Ok(RunInProgress { work, deed, committed: Committed { run, ..Committed::default() }, at, place: 0 })
    }

    /// Stores a run of one part, all or nothing.
    pub async fn commit_run(&self, run: &NewRun, part: &Part) -> Result<Committed, LedgerError> {
        let mut storing = self.begin_run(run.at, None).await?;
        storing.store(part).await?;
        storing.finish(run).await
    }

    /// The last run, if there was one.
    pub async fn last_run(&self) -> Result<Option<StoredRun>, LedgerError> {
        self.run_where("1 = 1").await
    }

    /// The latest run whose reading was accepted; none if no run ever was.
    pub async fn last_good_run(&self) -> Result<Option<StoredRun>, LedgerError> {
        self.run_where("outcome <> 'refused'").await
    }

    /// When every child was last judged, whatever was kept of it; never, if not by a run that was accepted.
    pub async fn last_whole_run_at(&self) -> Result<Option<DateTime<Utc>>, LedgerError> {
        let mut work = self.reading("read when all children were last judged").await?;
        let sql = "SELECT at_us FROM runs WHERE whole = 1 AND outcome <> 'refused' ORDER BY id DESC LIMIT 1";
        let row = work.fetch_optional(sql, &[]).await?;
        row.map(|row| row.instant(0, "a run's instant")).transpose()
    }

    async fn run_where(&self, condition: &str) -> Result<Option<StoredRun>, LedgerError> {
        let mut work = self.reading("read the last run").await?;
        let sql = format!(
            "SELECT id, at_us, started_us, finished_us, outcome, books, load_mark, counts, procedure_hash,
                          calendar_hash, counted, directory_hash, whole FROM runs WHERE {condition} ORDER BY id DESC LIMIT 1"
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
            directory_hash: row.text(11)?,
            whole: row.flag(12)?,
        };
        Ok(Some(StoredRun { id: row.int(0)?, run, counted: row.json(10, "a run's counts")? }))
    }

    /// Says how a stored run ended, once its books were held against what was counted.
    pub async fn judge_run(&self, run: i64, outcome: RunOutcome, now: DateTime<Utc>) -> Result<(), LedgerError> {
        let mut work = self.writing("record how the run ended").await?;
        work.execute("UPDATE runs SET outcome = $1 WHERE id = $2", &[outcome.name().into(), run.into()]).await?;
        let payload = json!({ "what": "run_outcome", "run": run, "outcome": outcome.name() });
        work.chain_one("outcome", None, &payload, now).await?;
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
