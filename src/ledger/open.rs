//! Opening a ledger and bringing its tables up to date.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use sqlx::migrate::Migrator;

use super::LedgerError;
use super::audit::HeadFile;
use super::work::Work;
use crate::database::{Access, Database};

/// The ledger's schema, compiled in.
static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

/// An open ledger. Cloning it is cheap and shares the connections.
#[derive(Clone, Debug)]
pub struct Ledger {
    pub(super) database: Database,
    /// Where the end of its chain is kept outside it.
    pub(super) head: Option<Arc<HeadFile>>,
}

impl Ledger {
    /// Opens the ledger at `postgres://...` or in a SQLite file (`sqlite:` in front of the path is allowed). With
    /// `create`, a missing file is made and tables that are not up to date are let pass, for [`Ledger::migrate`] to
    /// follow. Refuses tables that are newer than this program. The end of the chain of a SQLite file is kept beside it, in
    /// `PATH.head`, that of a server nowhere, unless [`Ledger::with_head`] names a file.
    pub async fn open(at: &str, create: bool) -> Result<Ledger, LedgerError> {
        let failed = |source| LedgerError::Database { attempted: "open the ledger", source };
        let ledger = if at.starts_with("postgres://") || at.starts_with("postgresql://") {
            Ledger::over(Database::open_postgres(at, None, Access::Write).await.map_err(failed)?)
        } else {
            let path = at.strip_prefix("sqlite:").unwrap_or(at);
            let head = PathBuf::from(format!("{path}.head"));
            Ledger::over(Database::open_sqlite(Path::new(path), create).await.map_err(failed)?).with_head(&head)
        };
        let found = ledger.schema_version().await?;
        let known = Ledger::known_version();
        if found > known {
            return Err(LedgerError::NewerSchema { ledger: ledger.name().into(), found, known });
        }
        if found < known && !create {
            return Err(LedgerError::NotMigrated { ledger: ledger.name().into() });
        }
        Ok(ledger)
    }

    /// The ledger in a database that is already open. Its schema version is not looked at.
    pub fn over(database: Database) -> Ledger {
        Ledger { database, head: None }
    }

    /// How messages name it. Never a password.
    pub fn name(&self) -> &str {
        self.database.name()
    }

    /// Applies every migration that is not yet applied. Calling it again changes nothing.
    pub async fn migrate(&self) -> Result<(), LedgerError> {
        let done = self.database.migrate(&MIGRATIONS).await;
        done.map_err(|error| {
            if error.is_disk_full() || error.is_locked() {
                return LedgerError::of(error, "migrate the ledger", self.name());
            }
            LedgerError::Migration { ledger: self.name().into(), why: error.to_string() }
        })
    }

    /// The version of the last migration that was applied; 0 where none was.
    pub async fn schema_version(&self) -> Result<i64, LedgerError> {
        let mut work = self.reading("read the ledger's schema version").await?;
        match work.fetch_optional("SELECT MAX(version) FROM _sqlx_migrations WHERE success", &[]).await {
            Ok(Some(row)) => Ok(row.maybe_int(0)?.unwrap_or(0)),
            Ok(None) | Err(LedgerError::NotMigrated { .. }) => Ok(0),
            Err(error) => Err(error),
        }
    }

    /// The newest schema version that this program knows.
    pub fn known_version() -> i64 {
        MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or(0)
    }

    /// Closes every connection.
    pub async fn close(&self) {
        self.database.close().await;
    }

    pub(super) async fn writing(&self, attempted: &'static str) -> Result<Work, LedgerError> {
        Work::write(self, attempted).await
    }

    pub(super) async fn reading(&self, attempted: &'static str) -> Result<Work, LedgerError> {
        Work::read(self, attempted).await
    }
}
