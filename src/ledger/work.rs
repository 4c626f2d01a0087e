//! One transaction of the ledger, which knows what it is for, so that each of its errors can say so.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;

use uuid::Uuid;

use super::audit::{ChainEnd, HeadFile};
use super::{Ledger, LedgerError};
use crate::database::{Arg, DatabaseError, Kind, Row, Transaction};
use crate::failpoint::failpoint;

pub(super) struct Work {
    transaction: Transaction,
    attempted: &'static str,
    ledger: Arc<str>,
    head: Option<Arc<HeadFile>>,
    /// Whose chain ends where, once this is committed.
    chained: Option<(Uuid, ChainEnd)>,
}

impl Work {
    pub(super) async fn write(ledger: &Ledger, attempted: &'static str) -> Result<Work, LedgerError> {
        Work::begun(ledger, attempted, ledger.database.begin_write().await)
    }

    pub(super) async fn read(ledger: &Ledger, attempted: &'static str) -> Result<Work, LedgerError> {
        Work::begun(ledger, attempted, ledger.database.begin_read().await)
    }

    fn begun(
        ledger: &Ledger,
        attempted: &'static str,
        begun: Result<Transaction, DatabaseError>,
    ) -> Result<Work, LedgerError> {
        let (name, head) = (ledger.database.name(), ledger.head.clone());
        match begun {
            Ok(transaction) => Ok(Work { transaction, attempted, ledger: name.into(), head, chained: None }),
            Err(error) => Err(LedgerError::of(error, attempted, name)),
        }
    }

    pub(super) async fn execute(&mut self, sql: &str, args: &[Arg]) -> Result<u64, LedgerError> {
        self.transaction.execute(sql, args).await.map_err(|error| LedgerError::of(error, self.attempted, &self.ledger))
    }

    pub(super) async fn fetch(&mut self, sql: &str, args: &[Arg]) -> Result<Vec<Fields>, LedgerError> {
        let rows = self.transaction.fetch(sql, args).await;
        let rows = rows.map_err(|error| LedgerError::of(error, self.attempted, &self.ledger))?;
        Ok(rows.into_iter().map(|row| self.fields(row)).collect())
    }

    pub(super) async fn fetch_optional(&mut self, sql: &str, args: &[Arg]) -> Result<Option<Fields>, LedgerError> {
        let row = self.transaction.fetch_optional(sql, args).await;
        let row = row.map_err(|error| LedgerError::of(error, self.attempted, &self.ledger))?;
        Ok(row.map(|row| self.fields(row)))
    }

    /// Hands over the rows of an answer one by one.
    pub(super) async fn for_each_row(
        &mut self,
        sql: &str,
        args: &[Arg],
        mut each: impl FnMut(Fields) -> Result<(), LedgerError>,
    ) -> Result<(), LedgerError> {
        let Work { transaction, attempted, ledger, .. } = self;
        let mut rows = transaction.rows(sql, args);
        loop {
            match rows.next().await {
                Ok(Some(row)) => each(Fields { row, attempted, ledger: ledger.clone() })?,
                Ok(None) => return Ok(()),
                Err(error) => return Err(LedgerError::of(error, attempted, ledger)),
            }
        }
    }

    /// A lock on the rows of `tables` that passes over those which somebody else has locked. SQLite needs none: there
    /// a transaction that writes is alone.
    pub(super) fn skip_locked(&self, tables: &str) -> String {
        match self.transaction.kind() {
            Kind::Sqlite => String::new(),
            Kind::Postgres => format!(" FOR UPDATE OF {tables} SKIP LOCKED"),
        }
    }

    /// Whether an argument is only known by its number.
    pub(super) fn numbers_arguments(&self) -> bool {
        self.transaction.kind() == Kind::Postgres
    }

    /// Makes it last, and then says outside the ledger where its chain ends now.
    pub(super) async fn commit(self) -> Result<(), LedgerError> {
        let Work { transaction, attempted, ledger, head, chained } = self;
        transaction.commit().await.map_err(|error| LedgerError::of(error, attempted, &ledger))?;
        if let (Some(head), Some((ledger_id, end))) = (head, chained) {
            // What was done is done: a head that falls behind only sees less of what may be lost later.
            let advanced = tokio::task::spawn_blocking(move || head.advance(ledger_id, &end)).await;
            match advanced.map_err(std::io::Error::other).flatten() {
                Ok(()) => {}
                Err(error) => tracing::error!(%ledger, "the end of its audit chain cannot be written down: {error}"),
            }
        }
        Ok(())
    }

    /// The chain ends here now, if this is committed.
    pub(super) fn chained(&mut self, ledger_id: Uuid, end: ChainEnd) {
        self.chained = Some((ledger_id, end));
    }

    pub(super) async fn rollback(self) -> Result<(), LedgerError> {
        let Work { transaction, attempted, ledger, .. } = self;
        transaction.rollback().await.map_err(|error| LedgerError::of(error, attempted, &ledger))
    }

    /// Commits between two failpoints.
    pub(super) async fn commit_between(self, before: &'static str, after: &'static str) -> Result<(), LedgerError> {
        failpoint(before);
        self.commit().await?;
        failpoint(after);
        Ok(())
    }

    /// How messages name the ledger.
    pub(super) fn ledger(&self) -> &str {
        &self.ledger
    }

    pub(super) fn unexplained(&self, missing: &'static str) -> LedgerError {
        LedgerError::Unexplained { attempted: self.attempted, missing }
    }

    fn fields(&self, row: Row) -> Fields {
        Fields { row, attempted: self.attempted, ledger: self.ledger.clone() }
    }
}

/// One row, whose errors say what was attempted.
pub(super) struct Fields {
    row: Row,
    attempted: &'static str,
    ledger: Arc<str>,
}

impl Fields {
    pub(super) fn text(&self, index: usize) -> Result<String, LedgerError> {
        self.row.text(index).map_err(|error| self.failed(error))
    }

    pub(super) fn maybe_text(&self, index: usize) -> Result<Option<String>, LedgerError> {
        self.row.maybe_text(index).map_err(|error| self.failed(error))
    }

    pub(super) fn int(&self, index: usize) -> Result<i64, LedgerError> {
        self.row.int(index).map_err(|error| self.failed(error))
    }

    pub(super) fn maybe_int(&self, index: usize) -> Result<Option<i64>, LedgerError> {
        self.row.maybe_int(index).map_err(|error| self.failed(error))
    }

    pub(super) fn flag(&self, index: usize) -> Result<bool, LedgerError> {
        Ok(self.int(index)? != 0)
    }

    /// A count or ordinal that is never negative.
    pub(super) fn ordinal(&self, index: usize, what: &'static str) -> Result<u32, LedgerError> {
        u32::try_from(self.int(index)?).map_err(|_| self.unreadable(what))
    }

    pub(super) fn instant(&self, index: usize, what: &'static str) -> Result<DateTime<Utc>, LedgerError> {
        DateTime::from_timestamp_micros(self.int(index)?).ok_or_else(|| self.unreadable(what))
    }

    pub(super) fn maybe_instant(&self, index: usize, what: &'static str) -> Result<Option<DateTime<Utc>>, LedgerError> {
        let read = |us| DateTime::from_timestamp_micros(us).ok_or_else(|| self.unreadable(what));
        self.maybe_int(index)?.map(read).transpose()
    }

    pub(super) fn json<T: DeserializeOwned>(&self, index: usize, what: &'static str) -> Result<T, LedgerError> {
        serde_json::from_str(&self.text(index)?).map_err(|_| self.unreadable(what))
    }

    pub(super) fn unreadable(&self, what: &'static str) -> LedgerError {
        LedgerError::Unreadable { attempted: self.attempted, what, ledger: self.ledger.to_string() }
    }

    fn failed(&self, error: DatabaseError) -> LedgerError {
        LedgerError::of(error, self.attempted, &self.ledger)
    }
}
