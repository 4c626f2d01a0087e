//! What an operator sets: `duewatch.toml`, with `DUEWATCH__SECTION__KEY` from the environment over it.
//!
//! Owns the shape of the file, its defaults and every contradiction that can be found before anything runs: all of them are
//! reported at once, and where a secret lies and how it is read (`secret.rs`). Must not open a database, a socket or a procedure.

mod file;
mod mail;
mod secret;
mod validate;

use std::path::{Path, PathBuf};

use chrono::{NaiveDate, NaiveTime};
use serde::Deserialize;
use serde_json::Value;
use thiserror::Error;

pub use mail::{ChannelKind, FileFormat, Graph, Mail, Notify, Oauth, Returns, Smtp, TlsKind};
pub use secret::{SecretError, SecretPlace};

/// Everything an operator sets.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Whose children these are.
    pub authority: Authority,
    /// The case database.
    pub source: Source,
    /// duewatch's own database.
    pub ledger: LedgerPlace,
    /// How mail leaves.
    pub mail: Mail,
    /// When mail leaves.
    #[serde(default)]
    pub sending: Sending,
    /// When the case database is read.
    #[serde(default)]
    pub schedule: Schedule,
    /// Where the authority's own holiday files are.
    #[serde(default)]
    pub calendars: Calendars,
    /// Where people, teams, absences and posts come from, if not from the case database.
    #[serde(default)]
    pub directory: OwnDirectory,
    /// The file and the environment as they were read, for whoever keeps a record of them. There is no secret in it: secrets
    /// stand in files of their own.
    #[serde(skip)]
    pub as_read: Value,
}

/// Whose children these are, and by which rules they are watched.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Authority {
    /// The authority's id; the ledger is kept for it alone.
    pub id: String,
    /// A shipped procedure's id, or the path of a procedure file.
    pub procedure: String,
    /// A file of the authority's own changes to that procedure.
    #[serde(default)]
    pub changes: Option<PathBuf>,
    /// Whether what England asks of every authority lies beneath it.
    #[serde(default)]
    pub national: bool,
}

/// The case database: read only, through the views of the contract.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The path of an SQLite file, or a `postgres://` URL without a password.
    pub database: String,
    /// Where the PostgreSQL password lies.
    #[serde(default)]
    pub password_file: Option<SecretPlace>,
    /// The PostgreSQL schema that holds the views.
    #[serde(default)]
    pub schema: Option<String>,
    /// A view that lost this share of its rows since the last good read holds everything back.
    #[serde(default = "default_shrink_percent")]
    pub shrink_percent: u32,
    /// How long one read of all the views may take. A lock that a load holds is not waited for: the next poll reads again.
    #[serde(default = "default_statement_timeout_ms")]
    pub statement_timeout_ms: u64,
    /// A load mark older than this many hours, closed days left out, is stale: nobody is told that something was not done.
    #[serde(default = "default_stale_hours")]
    pub stale_hours: u32,
}

/// duewatch's own database.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LedgerPlace {
    /// The path of an SQLite file, or a `postgres://` URL without a password.
    pub database: String,
    /// Where the PostgreSQL password lies.
    #[serde(default)]
    pub password_file: Option<SecretPlace>,
    /// The file in which the end of the audit chain is kept outside the ledger. Beside an SQLite file, if left out.
    #[serde(default)]
    pub head_file: Option<PathBuf>,
    /// How many days evidence is kept.
    #[serde(default = "default_keep_days")]
    pub keep_days: u32,
    /// How many days the bytes of mail are kept once it is over.
    #[serde(default = "default_keep_mail_days")]
    pub keep_mail_days: u32,
}

/// When mail leaves.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Sending {
    /// The time of the morning's one message.
    pub morning_at: NaiveTime,
    /// After this time nothing that is not urgent goes until the next morning.
    pub until: NaiveTime,
    /// Days on which the offices are closed though the law counts them.
    pub closed_on: Vec<NaiveDate>,
    /// How many lines a message tells in full. What is beyond them is counted, with its references.
    pub detail_lines: usize,
}

impl Default for Sending {
    fn default() -> Sending {
        let time = |hour, minute| NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or_default();
        Sending { morning_at: time(8, 30), until: time(17, 0), closed_on: Vec::new(), detail_lines: 20 }
    }
}

/// When the case database is read.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Schedule {
    /// A cron pattern of five fields, in the authority's own time.
    pub poll: String,
}

impl Default for Schedule {
    fn default() -> Schedule {
        Schedule { poll: "*/15 * * * *".to_owned() }
    }
}

/// Where the authority's own holiday files are.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Calendars {
    /// The folder of `ID.txt` files that are laid over the shipped calendars. It need not exist.
    pub directory: PathBuf,
}

impl Default for Calendars {
    fn default() -> Calendars {
        Calendars { directory: PathBuf::from("calendars") }
    }
}

/// Where people, teams, absences and posts come from, if not from the case database.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OwnDirectory {
    /// A folder of CSV files, or one file that ends in `.toml`. Each table that it gives stands in the place of its view.
    pub path: Option<PathBuf>,
}

fn default_shrink_percent() -> u32 {
    50
}

fn default_statement_timeout_ms() -> u64 {
    120_000
}

fn default_stale_hours() -> u32 {
    36
}

/// Six years.
fn default_keep_days() -> u32 {
    2192
}

fn default_keep_mail_days() -> u32 {
    92
}

/// Why the settings cannot be used.
#[derive(Debug, Error)]
pub enum SettingsError {
    /// The file cannot be read or does not have the right shape.
    #[error("cannot read the settings in {path}: {why}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What is wrong, with the key it is wrong at.
        why: String,
    },
    /// The file has the right shape and contradicts itself.
    #[error("the settings in {path} cannot be used:\n{}", problems.iter().map(|p| format!("  - {p}")).collect::<Vec<_>>().join("\n"))]
    Invalid {
        /// The file.
        path: PathBuf,
        /// Every problem found, each beginning with its key.
        problems: Vec<String>,
    },
}

impl Settings {
    /// Reads and validates the settings.
    pub fn load(path: &Path) -> Result<Settings, SettingsError> {
        let settings = file::read(path)?;
        let problems = validate::problems(&settings);
        if problems.is_empty() { Ok(settings) } else { Err(SettingsError::Invalid { path: path.to_owned(), problems }) }
    }
}
