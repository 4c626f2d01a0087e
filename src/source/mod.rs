//! Reading the case database, through views that its owner wrote and can change.
//!
//! Owns the contract (which views, which columns, what they mean), the one ordered pass over them, and the guards that
//! keep half a load from being taken for the truth. Must not know any rule, and writes nothing anywhere: the connection
//! is read only, always. What is wrong with a row is told as a [`Fault`]; a fault never repeats what a field holds.

mod answers;
mod assemble;
mod contract;
mod document;
mod error;
mod fault;
mod fingerprint;
mod guard;
mod packed;
mod parse;
mod pass;
mod people;
mod profile;
mod query;
mod read;
mod supply;
mod survey;

pub use assemble::{ChildRead, Found};
pub use contract::{Column, Holds, OfChild, View, views};
pub use document::document;
pub use error::SourceError;
pub use fault::{Defect, Fault, Faults};
pub use fingerprint::{Fingerprint, FingerprintKey};
pub use guard::{Guarded, guard, guard_ended, guard_name};
pub use pass::{Known, Pass, Passed, Seen};
pub use profile::{PROFILES, Profile, ProfileError, sql};
pub use read::{Reading, read, rest};
pub use survey::{Counts, LoadMark, Survey, survey};

use std::path::Path;
use std::time::Duration;

use crate::database::{Access, Database, Kind};

/// The statement of the ordered pass: what a database needs for it alone is the least that a read can take.
pub fn statement(kind: Kind) -> String {
    let views = views();
    query::cases(kind, &views.iter().filter(|view| view.of.is_some()).collect::<Vec<_>>())
}

/// One authority's case database, open to read.
#[derive(Clone, Debug)]
pub struct Source {
    database: Database,
    /// How long one read may take from beginning to end.
    limit: Duration,
}

impl Source {
    /// Opens a SQLite file. `limit` is how long one read may take from beginning to end.
    pub async fn open_sqlite(path: &Path, limit: Duration) -> Result<Source, SourceError> {
        Ok(Source { database: Database::open_sqlite_read_only(path).await?, limit })
    }

    /// Opens a PostgreSQL database. With `schema`, the views are looked for there and nowhere else.
    pub async fn open_postgres(url: &str, schema: Option<&str>, limit: Duration) -> Result<Source, SourceError> {
        Ok(Source { database: Database::open_postgres(url, schema, Access::ReadOnly).await?, limit })
    }

    /// How messages name it. Never holds a password.
    pub fn name(&self) -> &str {
        self.database.name()
    }
}
