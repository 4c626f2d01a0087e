//! Opening a database. A first connection is made at once, so that a wrong address is told with its own reason.

use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection as _};

use super::{Cause, Database, DatabaseError, Pool};

/// How long to wait for a connection, and on SQLite for a lock.
const PATIENCE: Duration = Duration::from_secs(10);

/// Above this SQLite uses the pages it has again instead of asking for more.
const SQLITE_HEAP_BYTES: &str = "16777216";

/// What a connection may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Read and write.
    Write,
    /// Read only; the database itself refuses a write.
    ReadOnly,
}

impl Database {
    /// Opens a SQLite file to read and write: write-ahead log, every commit on the disk before it returns, foreign keys
    /// enforced, ten seconds of patience with a lock. With `create`, a missing file is made.
    pub async fn open_sqlite(path: &Path, create: bool) -> Result<Database, DatabaseError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(create)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true);
        open_sqlite(path, options).await
    }

    /// Opens a SQLite file to read only. Neither this process nor a statement can write to it.
    /// What a large query sets aside goes into temporary files, not into memory.
    pub async fn open_sqlite_read_only(path: &Path) -> Result<Database, DatabaseError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .read_only(true)
            .pragma("query_only", "on")
            .pragma("soft_heap_limit", SQLITE_HEAP_BYTES);
        open_sqlite(path, options).await
    }

    /// Opens a PostgreSQL database by URL. With `schema`, unqualified names mean that schema and no other. TLS is used
    /// where the server offers it, and required where the URL says `sslmode=require` or more.
    pub async fn open_postgres(url: &str, schema: Option<&str>, access: Access) -> Result<Database, DatabaseError> {
        let options = PgConnectOptions::from_str(url).map_err(|error| DatabaseError::Connect {
            database: "a PostgreSQL database".into(),
            cause: Cause::other(format!("its URL cannot be read: {}", Cause::from_sqlx(&error))),
        })?;
        let options = options.application_name("duewatch").disable_statement_logging();
        let name = postgres_name(&options);
        within(&name, async { options.connect().await?.close().await }).await?;

        let schema = schema.map(str::to_owned);
        let pool = PgPoolOptions::new()
            .max_connections(4)
            .acquire_timeout(PATIENCE)
            .after_connect(move |connection, _| {
                let schema = schema.clone();
                Box::pin(async move {
                    let read_only = if access == Access::ReadOnly { "on" } else { "off" };
                    sqlx::query(
                        "SELECT set_config('search_path', coalesce(quote_ident($1), current_setting('search_path')), false),
                                set_config('default_transaction_read_only', $2, false),
                                set_config('DateStyle', 'ISO', false), set_config('TimeZone', 'UTC', false)",
                    )
                    .bind(schema)
                    .bind(read_only)
                    .execute(&mut *connection)
                    .await
                    .map(drop)
                })
            })
            .connect_lazy_with(options);
        Ok(Database { pool: Pool::Postgres(pool), name })
    }
}

async fn open_sqlite(path: &Path, options: SqliteConnectOptions) -> Result<Database, DatabaseError> {
    let name = format!("SQLite database {}", path.display());
    let options = options.busy_timeout(PATIENCE).disable_statement_logging();
    // Only the lock is waited for, and SQLite does that itself.
    let pool = async |connections| {
        let pool = SqlitePoolOptions::new().max_connections(connections).acquire_timeout(PATIENCE * 3);
        // On a full disk SQLite ends a transaction by itself, and its connection takes it for open from then on.
        let pool = pool.before_acquire(|connection, _| {
            let sound = !connection.is_in_transaction();
            Box::pin(async move { Ok(sound) })
        });
        pool.connect_with(options.clone()).await.map_err(|error| DatabaseError::connect(&name, &error))
    };
    let (writer, readers) = (pool(1).await?, pool(3).await?);
    Ok(Database { pool: Pool::Sqlite { readers, writer }, name })
}

async fn within(name: &str, connect: impl Future<Output = Result<(), sqlx::Error>>) -> Result<(), DatabaseError> {
    match tokio::time::timeout(PATIENCE, connect).await {
        Ok(done) => done.map_err(|error| DatabaseError::connect(name, &error)),
        Err(_) => Err(DatabaseError::Connect {
            database: name.into(),
            cause: Cause::timed_out(format!("no answer in {} seconds", PATIENCE.as_secs())),
        }),
    }
}

fn postgres_name(options: &PgConnectOptions) -> String {
    let database = options.get_database().unwrap_or_else(|| options.get_username());
    match options.get_socket() {
        Some(socket) => format!("PostgreSQL database {database} at {}", socket.display()),
        None => format!("PostgreSQL database {database} at {}:{}", options.get_host(), options.get_port()),
    }
}
