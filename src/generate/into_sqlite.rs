//! Filling a new SQLite file, quickly: nothing is in it that a crash could spoil, so nothing is kept to undo.

use std::{path::Path, sync::Arc};

use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteLockingMode, SqliteSynchronous},
};

use super::{
    sheets::{Batch, Sheet, Sheets},
    systems::System,
};

/// A file that is being filled, in one transaction.
pub(super) struct NewFile {
    connection: SqliteConnection,
    system: System,
    /// The statement for a full batch of each table, with the number of its values.
    full: Vec<Option<(usize, Arc<str>)>>,
}

impl NewFile {
    pub(super) async fn create(path: &Path, system: System) -> Result<NewFile, sqlx::Error> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Off)
            .synchronous(SqliteSynchronous::Off)
            .locking_mode(SqliteLockingMode::Exclusive)
            .pragma("cache_size", "-65536")
            .disable_statement_logging();
        let mut connection = options.connect().await?;
        sqlx::raw_sql("BEGIN").execute(&mut connection).await?;
        Ok(NewFile { connection, system, full: vec![None; Sheet::ALL.len()] })
    }

    pub(super) async fn run(&mut self, sql: &str) -> Result<(), sqlx::Error> {
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut self.connection).await.map(drop)
    }

    pub(super) async fn insert(&mut self, batch: Batch) -> Result<(), sqlx::Error> {
        let values = batch.cells.len();
        let known = self.full.get(batch.sheet as usize).cloned().flatten().filter(|(of, _)| *of == values);
        let sql = if let Some((_, sql)) = known { sql } else { self.statement(batch.sheet, values) };
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for cell in batch.cells {
            query = query.bind(cell);
        }
        query.execute(&mut self.connection).await.map(drop)
    }

    /// Names of tables and columns are this room's own constants; values are bound.
    fn statement(&mut self, sheet: Sheet, values: usize) -> Arc<str> {
        let columns = Sheets::columns(self.system, sheet);
        let row = format!("({})", vec!["?"; columns.len()].join(","));
        let rows = vec![row; values / columns.len().max(1)].join(",");
        let sql: Arc<str> = format!("INSERT INTO {} ({}) VALUES {rows}", sheet.name(), columns.join(",")).into();
        if let Some(full) = self.full.get_mut(sheet as usize).filter(|full| full.is_none()) {
            *full = Some((values, Arc::clone(&sql)));
        }
        sql
    }

    pub(super) async fn finish(mut self) -> Result<(), sqlx::Error> {
        sqlx::raw_sql("COMMIT").execute(&mut self.connection).await?;
        self.connection.close().await
    }
}
