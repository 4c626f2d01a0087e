//! What an operator sets: `duewatch.toml`, with `DUEWATCH__SECTION__KEY` from the environment over it.
//!
//! Owns the shape of the file, its defaults and every contradiction that can be found before anything runs: all of them are
//! reported at once. Must not open a database, a socket or a procedure.

mod file;
mod validate;

use std::path::{Path, PathBuf};

use chrono::{NaiveDate, NaiveTime};
use serde::Deserialize;
use serde_json::Value;
use thiserror::Error;

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
    /// A file that holds the PostgreSQL password.
    #[serde(default)]
    pub password_file: Option<PathBuf>,
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
    /// A file that holds the PostgreSQL password.
    #[serde(default)]
    pub password_file: Option<PathBuf>,
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

/// How mail leaves.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    /// Where it goes.
    pub channel: ChannelKind,
    /// The sender people see, `Name <address>` or an address.
    pub from: String,
    /// A mailbox that a person reads.
    pub reply_to: String,
    /// The envelope's sender, where bounces go. The sender people see, if left out.
    #[serde(default)]
    pub envelope_from: Option<String>,
    /// The domains mail may go to: `example.gov.uk`, or `*.gov.uk` for every name under it.
    pub allowed_domains: Vec<String>,
    /// Who is told when nobody else can be reached.
    pub last_recipient: String,
    /// Who corrects an error in the case data or the directory, as the message is to say it.
    pub corrections: String,
    /// A link into the case system; `{child}` stands for the reference.
    #[serde(default)]
    pub case_link: Option<String>,
    /// For the channel `files`: the folder of `.eml` files.
    #[serde(default)]
    pub directory: Option<PathBuf>,
    /// For the channel `smtp`.
    #[serde(default)]
    pub smtp: Option<Smtp>,
    /// Where mail that comes back is put.
    #[serde(default)]
    pub returns: Returns,
    /// A folder whose templates replace the shipped ones of the same name.
    #[serde(default)]
    pub templates: Option<PathBuf>,
}

/// Where mail goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum ChannelKind {
    /// To a mail server.
    Smtp,
    /// Into `.eml` files.
    Files,
}

/// A mail server.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Smtp {
    /// Its name; the certificate must be for it.
    pub host: String,
    /// Its port: 25, 587 and 465 are usual for plain, STARTTLS and implicit TLS.
    pub port: u16,
    /// How the connection is protected.
    pub tls: TlsKind,
    /// The name this client greets with.
    #[serde(default = "default_hello_name")]
    pub hello_name: String,
    /// The account, where the server wants one.
    #[serde(default)]
    pub user: Option<String>,
    /// A file that holds its password.
    #[serde(default)]
    pub password_file: Option<PathBuf>,
    /// A certificate authority of the authority's own, PEM.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
    /// How long each answer of the server may take.
    #[serde(default = "default_smtp_timeout_ms")]
    pub timeout_ms: u64,
    /// How many conversations may be held with it at once.
    #[serde(default = "one")]
    pub connections: usize,
    /// How many messages may begin within a minute; as many as will go, if left out.
    #[serde(default)]
    pub per_minute: Option<u32>,
    /// How many messages one conversation may carry.
    #[serde(default = "one")]
    pub messages_per_connection: u32,
}

/// Where mail that comes back is put. Whatever is named is read; nothing is, if neither is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Returns {
    /// A folder with `new` and `cur`.
    pub maildir: Option<PathBuf>,
    /// A file with one mail after another.
    pub mbox: Option<PathBuf>,
}

/// How a connection is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum TlsKind {
    /// Not at all: for a relay on the same machine or a trusted network.
    None,
    /// STARTTLS, required.
    Starttls,
    /// TLS from the first byte.
    Implicit,
}

impl TryFrom<String> for ChannelKind {
    type Error = String;

    fn try_from(word: String) -> Result<ChannelKind, String> {
        match word.as_str() {
            "smtp" => Ok(ChannelKind::Smtp),
            "files" => Ok(ChannelKind::Files),
            _ => Err(format!("`{word}` is no channel; write `smtp` or `files`")),
        }
    }
}

impl TryFrom<String> for TlsKind {
    type Error = String;

    fn try_from(word: String) -> Result<TlsKind, String> {
        match word.as_str() {
            "none" => Ok(TlsKind::None),
            "starttls" => Ok(TlsKind::Starttls),
            "implicit" => Ok(TlsKind::Implicit),
            _ => Err(format!("`{word}` is no protection; write `none`, `starttls` or `implicit`")),
        }
    }
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

fn default_hello_name() -> String {
    "localhost".to_owned()
}

fn one<N: From<u8>>() -> N {
    N::from(1)
}

fn default_smtp_timeout_ms() -> u64 {
    8_000
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
