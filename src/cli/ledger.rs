//! `duewatch ledger`: making, moving and switching the ledger. Each act is recorded with who and why.

use std::path::Path;

use clap::{Args, Subcommand};

use super::{Ending, Failure, Outcome, output};
use crate::{clock::Clock, delivery::AllowedDomains, ledger::Mode, run::open_ledger, settings::Settings};

/// duewatch's own database.
#[derive(Debug, Subcommand)]
pub(crate) enum Ledger {
    /// Makes the ledger, or brings its tables up to date. A new one starts in mode `record`: it mails nobody.
    Migrate(Migrate),
    /// What becomes of mail: `record` keeps it, `redirect ADDRESS` sends all of it there, `live` sends it to the people.
    Mode(ChangeMode),
    /// Says that this ledger, found in another place than it was registered, is the one to go on with; or that case data
    /// under another name are the same cases.
    Accept(Accept),
}

#[derive(Debug, Args)]
pub(crate) struct Migrate {
    /// A new ledger is for rehearsals: the present may be chosen, and mail goes only into files.
    #[arg(long)]
    simulated: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ChangeMode {
    /// record, redirect or live.
    #[arg(value_parser = ["record", "redirect", "live"])]
    mode: String,
    /// For redirect: the one address that gets everything.
    address: Option<String>,
    #[command(flatten)]
    act: Act,
}

#[derive(Debug, Args)]
pub(crate) struct Accept {
    /// The name by which the case database now calls itself. Where the ledger is stays as it was accepted.
    #[arg(long, value_name = "NAME")]
    source: Option<String>,
    /// What the case database has lost since the last good run is gone for good: the next run believes it.
    #[arg(long, conflicts_with = "source")]
    fewer_rows: bool,
    #[command(flatten)]
    act: Act,
}

#[derive(Debug, Args)]
pub(crate) struct Act {
    /// Who does this.
    #[arg(long)]
    by: String,
    /// Why.
    #[arg(long)]
    reason: String,
}

impl Act {
    /// Who does it.
    pub(super) fn by(&self) -> &str {
        &self.by
    }

    /// Why.
    pub(super) fn reason(&self) -> &str {
        &self.reason
    }
}

/// Carries it out.
pub(crate) async fn run(config: &Path, command: &Ledger) -> Outcome {
    let settings = Settings::load(config)?;
    let now = Clock::System.now();
    let ledger = open_ledger(&settings, matches!(command, Ledger::Migrate(_))).await?;
    match command {
        Ledger::Migrate(migrate) => {
            ledger.migrate().await?;
            let identity = ledger.found(&settings.authority.id, migrate.simulated, &ledger.home().await?, now).await?;
            output::line(&format!("{} is up to date; mode {}.", ledger.name(), identity.mode));
        }
        Ledger::Mode(change) => {
            let mode = match (change.mode.as_str(), &change.address) {
                ("redirect", Some(address)) => Mode::Redirect(address.clone()),
                ("redirect", None) => {
                    return Err(Failure("redirect needs an address: ledger mode redirect ADDRESS".to_owned()));
                }
                (_, Some(_)) => return Err(Failure("only redirect takes an address".to_owned())),
                ("live", None) => Mode::Live,
                _ => Mode::Record,
            };
            ledger.identity_of(&settings.authority.id).await?;
            if let Mode::Redirect(address) = &mode {
                let allowed = AllowedDomains::new(&settings.mail.allowed_domains)
                    .map_err(|why| Failure(format!("mail.allowed_domains: {why}")))?;
                allowed.check(address).map_err(|why| {
                    Failure(format!("the redirect is not set: {why}; name an address in one of mail.allowed_domains"))
                })?;
            }
            ledger.set_mode(&mode, &change.act.by, &change.act.reason, now).await?;
            output::line(&format!("{} is in mode {mode} now.", ledger.name()));
        }
        Ledger::Accept(Accept { fewer_rows: true, act, .. }) => {
            ledger.identity_of(&settings.authority.id).await?;
            ledger.accept_fewer_rows(&act.by, &act.reason, now).await?;
            output::line("The next run believes the case database with the rows it has now.");
        }
        Ledger::Accept(Accept { source: Some(name), act, .. }) => {
            ledger.identity_of(&settings.authority.id).await?;
            ledger.accept_source(name.trim(), &act.by, &act.reason, now).await?;
            output::line(&format!("{} is filled from `{}` now.", ledger.name(), name.trim()));
        }
        Ledger::Accept(Accept { source: None, act, .. }) => {
            let home = ledger.home().await?;
            ledger.accept(&home, &act.by, &act.reason, now).await?;
            output::line(&format!("{} is accepted where it is now.", ledger.name()));
        }
    }
    ledger.close().await;
    Ok(Ending::Well)
}
