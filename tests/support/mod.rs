//! Real databases for tests: a SQLite file in a temporary folder, and a fresh PostgreSQL database on a real server.
//!
//! The server is named by `DUEWATCH_TEST_POSTGRES`, e.g. what `tests/postgres start DIR` prints. A test that needs it and
//! does not find it fails: a test that skips itself proves nothing.

#![expect(clippy::expect_used, reason = "a test that cannot set itself up has failed")]
#![allow(dead_code, reason = "each test file uses its own part")]

pub(crate) mod authority;
pub(crate) mod office;
pub(crate) mod program;
pub(crate) mod smtp;

use std::path::PathBuf;
use std::str::FromStr;
use std::sync::atomic::{AtomicU32, Ordering};

use duewatch::database::{Access, Database};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection};
use tempfile::TempDir;

/// A PostgreSQL database of this test's own. It is dropped at the end, also when the test fails.
pub(crate) struct Postgres {
    /// A URL that duewatch can be given.
    pub(crate) url: String,
    name: String,
    server: String,
}

/// A SQLite file of this test's own.
pub(crate) struct Sqlite {
    /// Where it is. It need not exist yet.
    pub(crate) path: PathBuf,
    folder: TempDir,
}

/// A fresh, empty PostgreSQL database.
pub(crate) async fn postgres() -> Postgres {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let server = server();
    let name = format!("duewatch_test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    on_server(&server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
    on_server(&server, &format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")).await;
    let options = PgConnectOptions::from_str(&server).expect("DUEWATCH_TEST_POSTGRES is a PostgreSQL URL");
    let mut url = options.to_url_lossy();
    url.set_path(&name);
    Postgres { url: url.into(), name, server }
}

/// A path for a fresh SQLite file.
pub(crate) fn sqlite() -> Sqlite {
    let folder = tempfile::tempdir().expect("a temporary folder");
    Sqlite { path: folder.path().join("test.db"), folder }
}

impl Postgres {
    /// Opens it to read and write.
    pub(crate) async fn open(&self) -> Database {
        Database::open_postgres(&self.url, None, Access::Write).await.expect("the test database opens")
    }

    /// A bare connection, beside whatever duewatch does.
    pub(crate) async fn connect(&self) -> PgConnection {
        let options = PgConnectOptions::from_str(&self.url).expect("a PostgreSQL URL");
        options.connect().await.expect("the test database answers")
    }
}

impl Sqlite {
    /// Opens it to read and write, and makes it where it is missing.
    pub(crate) async fn open(&self) -> Database {
        Database::open_sqlite(&self.path, true).await.expect("the test file opens")
    }
}

/// Runs statements separated by semicolons in one transaction and commits.
pub(crate) async fn script(database: &Database, sql: &str) {
    let mut transaction = database.begin_write().await.expect("a transaction begins");
    transaction.execute_script(sql).await.expect("the script runs");
    transaction.commit().await.expect("the script commits");
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let (server, sql) = (self.server.clone(), format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
        // The test's own runtime may be ending, so the last statement gets one of its own.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(on_server(&server, &sql));
        });
        assert!(dropped.join().is_ok() || std::thread::panicking(), "the test database could not be dropped");
    }
}

#[expect(clippy::disallowed_methods, reason = "where the test server is, is no setting of duewatch")]
fn server() -> String {
    std::env::var("DUEWATCH_TEST_POSTGRES").expect(
        "this test needs a PostgreSQL server: run `tests/all`, or set DUEWATCH_TEST_POSTGRES to what \
         `tests/postgres start DIR` prints",
    )
}

async fn on_server(server: &str, sql: &str) {
    let options = PgConnectOptions::from_str(server).expect("DUEWATCH_TEST_POSTGRES is a PostgreSQL URL");
    let mut connection = options.connect().await.expect("the server in DUEWATCH_TEST_POSTGRES answers");
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.expect("the server obeys");
    connection.close().await.expect("the connection closes");
}
