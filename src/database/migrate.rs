//! Bringing a database's tables up to date. sqlx keeps the list of what was applied, with a checksum of each.

use sqlx::migrate::{MigrateError, Migrator};

use super::{Cause, Database, DatabaseError, Pool};

impl Database {
    /// Applies what of `migrator` is not yet applied, in order. Fails if an applied migration's text has changed since.
    pub async fn migrate(&self, migrator: &Migrator) -> Result<(), DatabaseError> {
        let done = match &self.pool {
            Pool::Sqlite { writer, .. } => migrator.run(writer).await,
            Pool::Postgres(pool) => migrator.run(pool).await,
        };
        done.map_err(|error| DatabaseError::Statement {
            database: self.name.clone(),
            attempted: "a migration".into(),
            cause: match error {
                MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => Cause::from_sqlx(&error),
                other => Cause::other(other.to_string()),
            },
        })
    }
}
