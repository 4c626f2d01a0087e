//! Everything one authority's watch works with, opened and ready.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use chrono::{DateTime, NaiveDate, Utc};
use lettre::message::Mailbox as Address;
use serde_json::Value;
use thiserror::Error;

use super::{
    calendar::working_days,
    channel::channel,
    databases::{cause, open_ledger},
    pace::Pace,
    procedure::in_force,
    retention::Keep,
};
use crate::{
    calendar::{AlmanacError, Calendar, Zone, ZoneError, format_date_long},
    delivery::{
        AllowedDomains, Channel, DomainRefused, HttpRefused, NotifyRefused, RenderError, ReturnBox, SmtpRefused,
    },
    directory::{Directory, Mailbox},
    duty::Terms,
    ledger::{Ledger, LedgerError},
    message::{ComposeError, Stationery, TemplateError, Templates},
    notice::SendingClock,
    own_calendars::OwnCalendars,
    own_directory::OwnDirectory,
    procedure::{Problems, Procedure},
    record::PersonRef,
    settings::{self, SecretError, Settings},
    source::SourceError,
};

/// One authority's watch.
#[derive(Debug)]
pub struct Watch {
    /// Its id.
    pub authority: String,
    /// Its rules.
    pub procedure: Procedure,
    /// Its working days, as they were at the last poll.
    pub calendar: Calendar,
    /// Those on which its offices are open.
    pub office: Calendar,
    pub(super) closed_on: Vec<NaiveDate>,
    /// The files that they come from.
    pub own: OwnCalendars,
    /// The files that stand in for views of the directory.
    pub own_directory: OwnDirectory,
    /// Its zone.
    pub zone: Zone,
    /// Where its case database is. It is opened anew for each read: one that is down holds up no mail.
    pub source: settings::Source,
    /// Its ledger.
    pub ledger: Ledger,
    /// How its mail leaves.
    pub channel: Arc<dyn Channel>,
    pub(super) pace: Arc<Pace>,
    /// Who is told when nobody else can be.
    pub last_recipient: Mailbox,
    /// When its mail leaves.
    pub sending: SendingClock,
    /// When the case database is read, as a cron pattern in its own time.
    pub poll: String,
    /// Who works where, as the last poll that was accepted read it; none before there was one in this process.
    pub(super) people: Option<Directory>,
    pub(super) templates: Templates,
    pub(super) stationery: Stationery,
    pub(super) allowed: AllowedDomains,
    pub(super) from: String,
    pub(super) reply_to: String,
    pub(super) message_id_domain: String,
    pub(super) returns: Vec<ReturnBox>,
    /// The share of its rows that a view may not lose from one good read to the next.
    pub shrink_percent: u32,
    pub(super) stale_hours: u32,
    /// What the settings say, for the audit.
    pub(super) settings: Value,
    /// How long evidence and the bytes of mail are kept.
    pub(super) keep: Keep,
    /// Every child is judged at each poll, whatever was kept of it.
    pub every_child: bool,
    /// Which program judges: what another one has worked out is worked out anew.
    pub program: String,
}

/// Why a watch cannot work.
#[derive(Debug, Error)]
pub enum WatchError {
    /// A file that the settings name.
    #[error("cannot read {what} in {path}: {why}")]
    File {
        /// What it should hold.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// Why not.
        why: String,
    },
    /// No such shipped procedure.
    #[error("there is no shipped procedure `{named}`; {shipped}. A path of your own ends in .toml")]
    NoProcedure {
        /// What was asked for.
        named: String,
        /// What is shipped, and what may have been meant.
        shipped: String,
    },
    /// A version says that it took the place of itself.
    #[error(
        "the procedure {named} names itself, or one that names it, in `replaces`: name the version before it, or nothing"
    )]
    ReplacesItself {
        /// Which file.
        named: String,
    },
    /// What England asks was put beneath a procedure of another country.
    #[error(
        "authority.national = true puts what England asks beneath the procedure, but its working days are those of {calendar}: \
         take it out of the settings"
    )]
    NotInEngland {
        /// The procedure's calendar.
        calendar: String,
    },
    /// The procedure has mistakes.
    #[error("the procedure cannot be used:\n{0}")]
    Procedure(Problems),
    /// The procedure's calendar is not there.
    #[error("the procedure's calendar cannot be used: {error}\n{}", faults.join("\n"))]
    Calendar {
        /// Why not.
        error: AlmanacError,
        /// What is wrong with the authority's own files.
        faults: Vec<String>,
    },
    /// The procedure names a zone that does not exist.
    #[error(transparent)]
    Zone(#[from] ZoneError),
    /// Reading the case database.
    #[error("{database}: {source}{}", cause(source))]
    Source {
        /// Which database: a file, or a server without its password.
        database: String,
        /// What went wrong.
        source: Box<SourceError>,
    },
    /// The authority's own directory, with nothing read before to hold to.
    #[error("the directory cannot be read, and without it nobody is found: {why}")]
    Directory {
        /// What is wrong, and where.
        why: String,
    },
    /// The ledger.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// A template.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// A message.
    #[error(transparent)]
    Compose(#[from] ComposeError),
    /// A message's bytes.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// An allowed domain.
    #[error("mail.allowed_domains: {0}")]
    Domain(#[from] DomainRefused),
    /// The mail server's settings.
    #[error("mail.smtp: {0}")]
    Smtp(#[from] SmtpRefused),
    /// The settings of GOV.UK Notify.
    #[error("mail.notify: {0}")]
    Notify(#[from] NotifyRefused),
    /// Where Microsoft Graph or a token is to be had.
    #[error("{key}: {source}")]
    Http {
        /// The section.
        key: &'static str,
        /// What is wrong.
        source: HttpRefused,
    },
    /// A password, a key or a token's secret.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// The last recipient must be reachable at all times.
    #[error("mail.last_recipient: {0}")]
    LastRecipient(String),
    /// There is no ledger yet.
    #[error("there is no ledger {}; `duewatch ledger migrate` makes one", path.display())]
    NoLedger {
        /// Where it should be.
        path: PathBuf,
    },
    /// The books could not be written down.
    #[error("cannot write down the books of a run: {0}")]
    Books(#[from] serde_json::Error),
    /// Nothing was handed to the ledger.
    #[error("the run was not stored; report this as a defect")]
    Unstored,
    /// Reading the case database ended without an answer.
    #[error("reading the case database failed: {0}; report this as a defect")]
    Reading(tokio::task::JoinError),
    /// Sending ended without an answer.
    #[error("sending failed: {0}; report this as a defect")]
    Lane(tokio::task::JoinError),
    /// The ledger is not where it was.
    #[error(
        "{ledger} is not where it was registered, so it may be a copy or a restored backup: nobody is mailed from it. If it is \
         the one to go on with, say so with `duewatch ledger accept --by NAME --reason TEXT`"
    )]
    CopiedLedger {
        /// Which ledger.
        ledger: String,
    },
    /// The ledger lacks what it was last seen with.
    #[error(
        "{ledger} is not as it was last seen: {why}. It may have been restored from a backup, and what was sent since then \
         is not known to it: nobody is mailed from it. `duewatch audit verify` says more; if it is the one to go on with, say so \
         with `duewatch ledger accept --by NAME --reason TEXT`"
    )]
    RestoredLedger {
        /// Which ledger.
        ledger: String,
        /// What shows it.
        why: String,
    },
    /// The days of the ledger are invented, and its mail would go to people.
    #[error(
        "{ledger} was created as simulated, and a simulated ledger may never mail anybody: set mail.channel to `files`, or give \
         this configuration a ledger made without --simulated"
    )]
    SimulatedMail {
        /// Which ledger.
        ledger: String,
    },
}

impl Watch {
    /// Opens everything the settings name. Nothing is written but what opening a ledger writes.
    pub async fn open(settings: &Settings) -> Result<Watch, WatchError> {
        let procedure = in_force(&settings.authority)?;
        let own = OwnCalendars::read(&settings.calendars.directory);
        let closed_on = settings.sending.closed_on.clone();
        let (calendar, office) = working_days(&own.almanac, &procedure.calendar, &closed_on)
            .map_err(|error| WatchError::Calendar { error, faults: own.faults.clone() })?;
        let zone = Zone::from_name(&procedure.time_zone)?;
        let mail = &settings.mail;
        let allowed = AllowedDomains::new(&mail.allowed_domains)?;
        let last_recipient = last_recipient(&mail.last_recipient, &allowed)?;
        Ok(Watch {
            source: settings.source.clone(),
            ledger: open_ledger(settings, false).await?,
            channel: channel(settings)?,
            pace: Arc::default(),
            sending: SendingClock { morning_at: settings.sending.morning_at, until: settings.sending.until, zone },
            stationery: Stationery {
                corrections: mail.corrections.clone(),
                case_link: mail.case_link.clone(),
                data_as_of: String::new(),
                domain: domain_of(&mail.from),
                detail_lines: settings.sending.detail_lines,
            },
            people: None,
            templates: templates(mail.templates.as_deref())?,
            authority: settings.authority.id.clone(),
            poll: settings.schedule.poll.clone(),
            from: mail.from.clone(),
            reply_to: mail.reply_to.clone(),
            message_id_domain: domain_of(&mail.from),
            returns: returns(&mail.returns),
            shrink_percent: settings.source.shrink_percent,
            stale_hours: settings.source.stale_hours,
            settings: settings.as_read.clone(),
            keep: Keep::of(&settings.ledger),
            every_child: false,
            program: env!("DUEWATCH_PROGRAM").to_owned(),
            last_recipient,
            allowed,
            own_directory: OwnDirectory::read(settings.directory.path.as_deref()),
            procedure,
            calendar,
            office,
            closed_on,
            own,
            zone,
        })
    }

    /// The terms at an instant, for whoever looks at duties and not at who is told.
    pub fn terms(&self, now: DateTime<Utc>) -> Terms<'_> {
        Terms { office: &self.office, ..Terms::new(&self.procedure, &self.calendar, self.zone, now) }
    }

    /// The terms at an instant under which people are told.
    pub async fn terms_of_telling(&self, now: DateTime<Utc>) -> Result<Terms<'_>, WatchError> {
        let adopted_at = self.ledger.identity().await?.adopted_at;
        Ok(Terms { adopted_on: Some(self.zone.local_date(adopted_at)), ..self.terms(now) })
    }

    /// Up to when the case data is known, as a message says it: the load mark of the last good run.
    pub(super) async fn data_as_of(&self) -> Result<String, WatchError> {
        let mark = self.ledger.last_good_run().await?.and_then(|run| run.run.load_mark);
        let mark = mark.and_then(|mark| DateTime::parse_from_rfc3339(&mark).ok());
        Ok(mark.map_or_else(|| "an unknown time".to_owned(), |mark| self.as_of(mark.with_timezone(&Utc))))
    }

    /// An instant as a message says it.
    pub(super) fn as_of(&self, at: DateTime<Utc>) -> String {
        let local = self.zone.local_time(at);
        format!("{}, {}", format_date_long(local.date()), local.format("%H:%M"))
    }
}

pub(super) fn read_to_string(what: &'static str, path: &Path) -> Result<String, WatchError> {
    std::fs::read_to_string(path).map_err(|error| WatchError::File {
        what,
        path: path.to_owned(),
        why: error.to_string(),
    })
}

fn templates(folder: Option<&Path>) -> Result<Templates, WatchError> {
    let Some(folder) = folder else { return Ok(Templates::shipped()?) };
    let unreadable =
        |error: std::io::Error| WatchError::File { what: "templates", path: folder.to_owned(), why: error.to_string() };
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if let (true, Some(name)) = (path.is_file(), path.file_name()) {
            files.insert(name.to_string_lossy().into_owned(), read_to_string("a template", &path)?);
        }
    }
    Ok(Templates::parse(&files)?)
}

fn returns(named: &settings::Returns) -> Vec<ReturnBox> {
    let maildir = named.maildir.clone().map(ReturnBox::Maildir);
    maildir.into_iter().chain(named.mbox.clone().map(ReturnBox::Mbox)).collect()
}

fn last_recipient(written: &str, allowed: &AllowedDomains) -> Result<Mailbox, WatchError> {
    let email = bare(written);
    allowed.check(&email).map_err(|why| WatchError::LastRecipient(why.to_string()))?;
    Ok(Mailbox { person: PersonRef("last-recipient".into()), email })
}

/// The address in `Name <address>`.
pub(super) fn bare(written: &str) -> String {
    written.parse::<Address>().map_or_else(|_| written.to_owned(), |address| address.email.to_string())
}

fn domain_of(written: &str) -> String {
    bare(written).rsplit_once('@').map_or_else(|| "localhost".to_owned(), |(_, domain)| domain.to_owned())
}
