//! How much each view holds and which load it is: what two looks must agree on before a read between them counts.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::contract::LOAD;
use super::error::HINT;
use super::{Source, SourceError, View, parse, query, views};
use crate::calendar::Zone;
use crate::database::{DatabaseError, Kind, Transaction};

/// How many rows each view has, by the view's name. Kept with a run, so that the next one can see what shrank.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Counts(pub BTreeMap<String, u64>);

impl Counts {
    /// The rows of one view; 0 for a view that was not counted.
    pub fn get(&self, view: &str) -> u64 {
        self.0.get(view).copied().unwrap_or(0)
    }
}

/// Which database was read, and how old its data is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadMark {
    /// The database's own name, e.g. `live`.
    pub source_name: String,
    /// When its data was last loaded.
    pub loaded_at: DateTime<Utc>,
}

/// One look at the case database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Survey {
    /// How many rows each view has.
    pub counts: Counts,
    /// How many rows of each view have a key: a child where they belong to one, an id where they do not.
    pub(crate) keyed: Counts,
    /// The rows of `dw_load` as they stand.
    pub(crate) marks: Marks,
}

/// Looks at the case database in a transaction of its own.
pub async fn survey(source: &Source) -> Result<Survey, SourceError> {
    match look(source, query::counts).await {
        Ok(survey) => Ok(survey),
        Err(SourceError::Failed(error)) => Err(diagnose(source, error).await),
        Err(other) => Err(other),
    }
}

/// A second look, which is only to be held against a first: it counts no keys.
pub(crate) async fn second_look(source: &Source) -> Result<Survey, SourceError> {
    look(source, |_, views| query::counts_of_rows(views)).await
}

async fn look(source: &Source, counts: impl Fn(Kind, &[View]) -> String) -> Result<Survey, SourceError> {
    let (mut snapshot, _) = snapshot(source).await?;
    let survey = Survey::counted(&mut snapshot, counts).await?;
    snapshot.rollback().await?;
    Ok(survey)
}

/// A read-only transaction in which nothing changes any more, and whether that is so of everything in it.
///
/// On PostgreSQL a `TRUNCATE` empties a table for every snapshot, older ones too. So the views are locked against it
/// before the snapshot is taken. `NOWAIT`: a session that never waits while it holds locks cannot be part of a deadlock,
/// and so a nightly load can never be the one to fail. What lies beneath a
/// materialised view or a foreign table is not locked with it, and some users may select and not lock.
pub(crate) async fn snapshot(source: &Source) -> Result<(Transaction, bool), SourceError> {
    if source.database.kind() == Kind::Sqlite {
        return Ok((begin(source).await?, true));
    }
    // Asked in a transaction of its own: a query would take the snapshot before the locks.
    let views = views();
    let mut transaction = source.database.begin_read().await?;
    let rows = transaction.fetch(&query::lockable(&views), &[]).await?;
    let lockable: Vec<String> = rows.iter().map(|row| row.text(0)).collect::<Result<_, _>>()?;
    let not_held = transaction.fetch_count(query::NOT_HELD, &[]).await?;
    transaction.rollback().await?;
    let mut transaction = begin(source).await?;
    if lockable.is_empty() {
        return Ok((transaction, false));
    }
    let lock = format!("LOCK TABLE {} IN ACCESS SHARE MODE NOWAIT", lockable.join(", "));
    match transaction.execute(&lock, &[]).await {
        Ok(_) => Ok((transaction, not_held == 0 && lockable.len() == views.len())),
        Err(error) if error.is_locked() => Err(error.into()),
        // Some rights allow a SELECT and no LOCK.
        Err(_) => {
            transaction.rollback().await?;
            Ok((begin(source).await?, false))
        }
    }
}

async fn begin(source: &Source) -> Result<Transaction, SourceError> {
    let mut transaction = source.database.begin_read().await?;
    if transaction.kind() == Kind::Postgres {
        let limit_ms = source.limit.as_millis().clamp(1, 86_400_000);
        for setting in [
            format!("SET LOCAL statement_timeout = {limit_ms}"),
            "SET LOCAL lock_timeout = 2000".to_owned(),
            format!("SET LOCAL idle_in_transaction_session_timeout = {limit_ms}"),
        ] {
            transaction.execute(&setting, &[]).await?;
        }
    }
    Ok(transaction)
}

impl Survey {
    /// A first look to hold a second against: it counts no keys.
    pub(crate) async fn of_rows(transaction: &mut Transaction) -> Result<Survey, DatabaseError> {
        Survey::counted(transaction, |_, views| query::counts_of_rows(views)).await
    }

    pub(crate) async fn take(transaction: &mut Transaction) -> Result<Survey, DatabaseError> {
        Survey::counted(transaction, query::counts).await
    }

    async fn counted(
        transaction: &mut Transaction,
        count: impl Fn(Kind, &[View]) -> String,
    ) -> Result<Survey, DatabaseError> {
        let views = views();
        let (mut counts, mut keyed) = (Counts::default(), Counts::default());
        for row in transaction.fetch(&count(transaction.kind(), &views), &[]).await? {
            let (view, rows, with_key) = (row.text(0)?, row.int(1)?, row.int(2)?);
            counts.0.insert(view.clone(), u64::try_from(rows).unwrap_or(0));
            keyed.0.insert(view, u64::try_from(with_key).unwrap_or(0));
        }
        let marks = Marks::take(transaction).await?;
        Ok(Survey { counts, keyed, marks })
    }

    /// Fails where another look found something else.
    pub(crate) fn agrees_with(&self, later: &Survey) -> Result<(), SourceError> {
        for (view, before) in &self.counts.0 {
            let after = later.counts.get(view);
            if *before != after {
                return Err(SourceError::LoadInProgress { what: format!("{view} had {before} rows and then {after}") });
            }
        }
        if self.marks != later.marks {
            return Err(SourceError::LoadInProgress { what: "the load mark changed".into() });
        }
        Ok(())
    }
}

/// The rows of `dw_load` as they stand, sorted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Marks(Vec<[Option<String>; 2]>);

impl Marks {
    pub(crate) async fn take(transaction: &mut Transaction) -> Result<Marks, DatabaseError> {
        let mut marks = Vec::new();
        for view in views().iter().filter(|view| view.name == LOAD) {
            for row in transaction.fetch(&query::rows(view), &[]).await? {
                marks.push([row.lossy_text(0)?, row.lossy_text(1)?]);
            }
        }
        marks.sort();
        Ok(Marks(marks))
    }

    /// The load mark; an error where there is not exactly one that can be read. Local times are those of `zone`.
    pub(crate) fn mark(&self, zone: Zone) -> Result<LoadMark, SourceError> {
        let no = |what| SourceError::NoLoadMark { what };
        match self.0.as_slice() {
            [] => Err(no("it is empty")),
            [[name, at]] => {
                let source_name = parse::said(name.as_deref()).ok_or_else(|| no("its source_name is empty"))?;
                let at = parse::instant(at.as_deref(), zone).map_err(|_| no("its loaded_at is no date and time"))?;
                let loaded_at = at.ok_or_else(|| no("its loaded_at is empty"))?;
                Ok(LoadMark { source_name: source_name.to_owned(), loaded_at })
            }
            _ => Err(no("it has several rows")),
        }
    }
}

/// Says more about an error of the database: how long it took, or which view or column is missing.
pub(crate) async fn diagnose(source: &Source, error: DatabaseError) -> SourceError {
    if error.is_timeout() {
        return SourceError::TimedOut { limit_s: source.limit.as_secs() };
    }
    if !error.is_missing_table() && !error.is_missing_column() {
        return error.into();
    }
    for view in views() {
        match missing(source, &view).await {
            Ok(None) => {}
            Ok(Some(missing)) => return missing,
            Err(other) => return other.into(),
        }
    }
    error.into()
}

async fn missing(source: &Source, view: &View) -> Result<Option<SourceError>, DatabaseError> {
    if refuses(source, &query::probe(view, &[]), DatabaseError::is_missing_table).await? {
        return Ok(Some(SourceError::MissingView { view: view.name, hint: HINT }));
    }
    for column in &view.columns {
        if refuses(source, &query::probe(view, &[column.name]), DatabaseError::is_missing_column).await? {
            return Ok(Some(SourceError::MissingColumn { view: view.name, column: column.name, hint: HINT }));
        }
    }
    Ok(None)
}

async fn refuses(source: &Source, sql: &str, why: impl Fn(&DatabaseError) -> bool) -> Result<bool, DatabaseError> {
    let mut transaction = source.database.begin_read().await?;
    match transaction.fetch(sql, &[]).await {
        Ok(_) => Ok(false),
        Err(error) if why(&error) => Ok(true),
        Err(error) => Err(error),
    }
}
