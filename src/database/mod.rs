//! One way to speak to SQLite and to PostgreSQL, so that a statement is written once and both are served.
//!
//! Owns connecting, transactions, arguments, rows and the meaning of a database's errors. Must not know what any table
//! holds: that is `source` (the case database) and `ledger` (duewatch's own).
//!
//! Rules for statements that run on both: parameters are `$1`, `$2`; columns are TEXT or BIGINT; a sum is cast
//! (`CAST(SUM(x) AS BIGINT)`), because PostgreSQL answers with a NUMERIC otherwise; the database's own clock is not used.

mod error;
mod migrate;
mod open;
mod row;
mod stillness;
mod transaction;

pub use error::{Cause, DatabaseError};
pub use open::Access;
pub use row::{Arg, Row};
pub use stillness::Stillness;
pub use transaction::{Rows, Transaction};

use std::fmt;

use sqlx::{PgPool, SqlitePool};

/// Which database it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// SQLite, a file.
    Sqlite,
    /// PostgreSQL, a server.
    Postgres,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Sqlite => "SQLite",
            Kind::Postgres => "PostgreSQL",
        })
    }
}

/// An open database. Cloning it is cheap and shares the connections.
#[derive(Clone, Debug)]
pub struct Database {
    pool: Pool,
    /// How messages name it: kind and file, or kind, host and database. Never a password.
    name: String,
}

#[derive(Clone, Debug)]
enum Pool {
    /// SQLite lets one write at a time, and whoever finds that taken sleeps, longer each time: here all who write take turns on one
    /// connection, which also knows what it wrote last.
    Sqlite {
        readers: SqlitePool,
        writer: SqlitePool,
    },
    Postgres(PgPool),
}

impl Database {
    /// Which database it is.
    pub fn kind(&self) -> Kind {
        match self.pool {
            Pool::Sqlite { .. } => Kind::Sqlite,
            Pool::Postgres(_) => Kind::Postgres,
        }
    }

    /// How messages name it, e.g. "SQLite database /var/lib/duewatch/ledger.db". Never a password.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Begins a transaction that will write. On SQLite it takes the write lock at once, and waits up to ten seconds where another
    /// process has it: one that reads first and writes later would fail instead of waiting.
    pub async fn begin_write(&self) -> Result<Transaction, DatabaseError> {
        match &self.pool {
            Pool::Sqlite { writer, .. } => Transaction::sqlite(writer, &self.name, "BEGIN IMMEDIATE").await,
            Pool::Postgres(pool) => Transaction::postgres(pool, &self.name, "BEGIN").await,
        }
    }

    /// Begins a transaction that only reads, all of it on one state of the database.
    pub async fn begin_read(&self) -> Result<Transaction, DatabaseError> {
        match &self.pool {
            Pool::Sqlite { readers, .. } => Transaction::sqlite(readers, &self.name, "BEGIN").await,
            Pool::Postgres(pool) => {
                Transaction::postgres(pool, &self.name, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await
            }
        }
    }

    /// The connections, where it is SQLite. For migrations only; everything else goes through a transaction.
    pub fn sqlite_pool(&self) -> Option<&SqlitePool> {
        if let Pool::Sqlite { writer, .. } = &self.pool { Some(writer) } else { None }
    }

    /// The connections, where it is PostgreSQL. For migrations only; everything else goes through a transaction.
    pub fn postgres_pool(&self) -> Option<&PgPool> {
        if let Pool::Postgres(pool) = &self.pool { Some(pool) } else { None }
    }

    /// Closes every connection, once those in use have come back.
    pub async fn close(&self) {
        match &self.pool {
            Pool::Sqlite { readers, writer } => {
                readers.close().await;
                writer.close().await;
            }
            Pool::Postgres(pool) => pool.close().await,
        }
    }
}
