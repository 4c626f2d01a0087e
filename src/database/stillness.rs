//! Whether anything at all was committed in a database since a moment, whoever did it and whatever it was.
//!
//! It answers cheaply and never wrongly with "nothing was"; "something may have been" says no more than that.

use sqlx::pool::PoolConnection;
use sqlx::{PgPool, Sqlite};

use super::{Database, DatabaseError, Pool};

/// A moment of a database.
#[derive(Debug)]
pub struct Stillness(Moment);

#[derive(Debug)]
enum Moment {
    /// SQLite tells one connection whether others have committed. So the connection is kept, and used for nothing else.
    Sqlite { connection: PoolConnection<Sqlite>, version: i64 },
    /// Which transactions were under way and which was to be the next. A change needs a transaction of its own.
    Postgres { pool: PgPool, snapshot: Option<String> },
}

impl Database {
    /// The present moment.
    pub async fn stillness(&self) -> Result<Stillness, DatabaseError> {
        let moment = match &self.pool {
            Pool::Sqlite { readers, .. } => {
                let connection = readers.acquire().await;
                let mut connection = connection.map_err(|error| DatabaseError::connect(&self.name, &error))?;
                let version = version(&mut connection).await;
                let version = version.map_err(|error| DatabaseError::statement(&self.name, VERSION, &error))?;
                Moment::Sqlite { connection, version }
            }
            Pool::Postgres(pool) => Moment::Postgres { pool: pool.clone(), snapshot: snapshot(pool).await },
        };
        Ok(Stillness(moment))
    }
}

impl Stillness {
    /// Whether nothing was committed since. `false` where that cannot be told.
    pub async fn is_unbroken(&mut self) -> bool {
        match &mut self.0 {
            Moment::Sqlite { connection, version: then } => version(connection).await.is_ok_and(|now| now == *then),
            Moment::Postgres { pool, snapshot: then } => then.is_some() && snapshot(pool).await == *then,
        }
    }
}

const VERSION: &str = "PRAGMA data_version";

async fn version(connection: &mut PoolConnection<Sqlite>) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar(VERSION).fetch_one(&mut **connection).await
}

async fn snapshot(pool: &PgPool) -> Option<String> {
    sqlx::query_scalar("SELECT CAST(txid_current_snapshot() AS TEXT)").fetch_one(pool).await.ok()
}
