//! Writes an authority into a new case database: the dataset's tables, the local ones, the views and every row.

use std::path::{Path, PathBuf};

use sqlx::{
    AssertSqlSafe, Connection, PgConnection, Postgres, Sqlite, SqliteConnection, Transaction,
    sqlite::SqliteConnectOptions,
};
use thiserror::Error;

use super::{Authority, Table};

const TABLES: &str = include_str!("../../config/sources/ssd/tables.sql");
const LOCAL: &str = include_str!("../../config/sources/ssd/local.sql");
const VIEWS: [&str; 2] =
    [include_str!("../../config/sources/ssd/by-person.sql"), include_str!("../../config/sources/ssd/common.sql")];

/// SQLite takes 32,766 values in a statement; this stays far below with the widest table.
const ROWS_A_STATEMENT: usize = 400;
/// How much of a table is sent to PostgreSQL at a time.
const COPY_BYTES: usize = 1 << 20;

/// The fictional authority could not be written.
#[derive(Debug, Error)]
pub enum GenerateError {
    /// SQLite refused.
    #[error(
        "could not write the fictional authority to {}: {cause}; name a file that does not exist, in a directory that can be written to",
        path.display()
    )]
    Sqlite {
        /// The file.
        path: PathBuf,
        /// What SQLite said.
        #[source]
        cause: sqlx::Error,
    },
    /// PostgreSQL refused.
    #[error(
        "could not write the fictional authority to PostgreSQL: {cause}; name a database or a schema that holds no case data and in which this user may create tables"
    )]
    Postgres {
        /// What PostgreSQL said.
        #[source]
        cause: sqlx::Error,
    },
}

/// Creates the file and writes everything in one transaction. A file that already holds a case database is left as it is.
pub async fn write_sqlite(path: &Path, authority: &Authority) -> Result<(), GenerateError> {
    fill_sqlite(path, authority).await.map_err(|cause| GenerateError::Sqlite { path: path.to_owned(), cause })
}

async fn fill_sqlite(path: &Path, authority: &Authority) -> Result<(), sqlx::Error> {
    let options = SqliteConnectOptions::new().filename(path).create_if_missing(true);
    let mut connection = SqliteConnection::connect_with(&options).await?;
    let mut transaction = connection.begin().await?;
    for sql in [TABLES, LOCAL].into_iter().chain(VIEWS) {
        sqlx::raw_sql(sql).execute(&mut *transaction).await?;
    }
    for table in &authority.tables {
        for rows in table.rows.chunks(ROWS_A_STATEMENT) {
            insert(&mut transaction, table, rows).await?;
        }
    }
    transaction.commit().await?;
    connection.close().await
}

async fn insert(
    transaction: &mut Transaction<'_, Sqlite>,
    table: &Table,
    rows: &[Vec<Option<String>>],
) -> Result<(), sqlx::Error> {
    let row = format!("({})", vec!["?"; table.columns.len()].join(","));
    let values = vec![row; rows.len()].join(",");
    // Names of tables and columns are this module's own constants; values are bound.
    let sql = format!("INSERT INTO {} ({}) VALUES {values}", table.name, table.columns.join(","));
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for value in rows.iter().flatten() {
        query = query.bind(value.as_deref());
    }
    query.execute(&mut **transaction).await.map(drop)
}

/// Writes everything in one transaction, into `schema` (made if it is not there) or the first of the user's search path.
/// If any of the tables exists already, nothing is changed.
pub async fn write_postgres(url: &str, schema: Option<&str>, authority: &Authority) -> Result<(), GenerateError> {
    fill_postgres(url, schema, authority).await.map_err(|cause| GenerateError::Postgres { cause })
}

async fn fill_postgres(url: &str, schema: Option<&str>, authority: &Authority) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect(url).await?;
    let mut transaction = connection.begin().await?;
    if let Some(schema) = schema {
        let quoted = format!("\"{}\"", schema.replace('"', "\"\""));
        let sql = format!("CREATE SCHEMA IF NOT EXISTS {quoted}; SET LOCAL search_path TO {quoted}");
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *transaction).await?;
    }
    for sql in [TABLES, LOCAL].into_iter().chain(VIEWS) {
        sqlx::raw_sql(sql).execute(&mut *transaction).await?;
    }
    for table in &authority.tables {
        copy(&mut transaction, table).await?;
    }
    transaction.commit().await?;
    connection.close().await
}

async fn copy(transaction: &mut Transaction<'_, Postgres>, table: &Table) -> Result<(), sqlx::Error> {
    let sql = format!("COPY {} ({}) FROM STDIN", table.name, table.columns.join(","));
    let mut sink = transaction.copy_in_raw(&sql).await?;
    let mut text = String::new();
    for row in &table.rows {
        for (at, value) in row.iter().enumerate() {
            text.push_str(if at == 0 { "" } else { "\t" });
            push_escaped(&mut text, value.as_deref());
        }
        text.push('\n');
        if text.len() >= COPY_BYTES {
            sink.send(text.as_bytes()).await?;
            text.clear();
        }
    }
    sink.send(text.as_bytes()).await?;
    sink.finish().await.map(drop)
}

/// A value in the text form of COPY, in which a tab, a line end and a backslash would be read as something else.
fn push_escaped(text: &mut String, value: Option<&str>) {
    let Some(value) = value else { return text.push_str("\\N") };
    for character in value.chars() {
        match character {
            '\\' => text.push_str("\\\\"),
            '\t' => text.push_str("\\t"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            other => text.push(other),
        }
    }
}
