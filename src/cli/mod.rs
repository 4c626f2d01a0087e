//! The command line: one file a command.
//!
//! Owns what a person types and what is printed back. Exit codes: 0 well; 1 carried out, and something needs attention;
//! 2 could not be carried out, and standard error says why. Must not decide anything about a duty or a recipient.

mod audit;
mod audit_page;
mod backtest;
mod calendar;
mod cells;
mod check;
mod considered;
mod demo;
mod duties;
mod explain;
mod foreseen;
mod generate;
mod json;
mod ledger;
mod log;
mod open;
mod outbox;
mod output;
mod preview;
mod procedures;
mod rest;
mod run;
mod source;
mod supply;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use chrono::{DateTime, Utc};
use clap::{Parser, Subcommand, ValueEnum};

/// The settings where none are named.
const SETTINGS: &str = "/etc/duewatch/duewatch.toml";

/// What a command comes to.
pub(crate) type Outcome = Result<Ending, Failure>;

/// How a command that was carried out ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Exit code 0.
    Well,
    /// Exit code 1.
    NeedsAttention,
}

/// Why a command could not be carried out: what was attempted, on what, what to do.
#[derive(Debug)]
pub(crate) struct Failure(pub(crate) String);

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Failure {
        let mut text = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            let cause_text = cause.to_string();
            if !text.contains(&cause_text) {
                text.push_str(&format!(": {cause_text}"));
            }
            source = cause.source();
        }
        Failure(text)
    }
}

/// Watches what is due for every child, and tells the right person in time.
#[derive(Debug, Parser)]
#[command(name = "duewatch", version, max_term_width = 100)]
struct Cli {
    /// The settings; /etc/duewatch/duewatch.toml if left out.
    #[arg(long, global = true, value_name = "PATH")]
    config: Option<PathBuf>,
    /// Where the log goes: the journal when there is one, else standard error.
    #[arg(long, global = true, value_enum, default_value = "auto")]
    log: log::LogTo,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// A fictional authority and the whole job, with nothing to set up.
    Demo(demo::Demo),
    /// The daemon; with --once one cycle, then exit.
    Run(run::Run),
    /// All that can be checked: settings, procedure, calendar, case database, directory, ledger, mail.
    Check(check::Check),
    /// Every duty, as it stands now or at an instant.
    Duties(duties::Duties),
    /// What fell due in past months, in time or late: of a census return, or of the case database. Changes nothing.
    Backtest(backtest::Backtest),
    /// What would be sent, to whom, when and why. Changes nothing.
    Preview(preview::Preview),
    /// Every step of one child's arithmetic, what was sent and why, what was not and why, and what is next.
    Explain(explain::Explain),
    /// Working days: add them, count them, list the holidays.
    #[command(subcommand)]
    Calendar(calendar::Calendar),
    /// The rules that duewatch ships: to sign off, and held against the documents.
    #[command(subcommand)]
    Procedures(procedures::Procedures),
    /// The views that a council's analyst creates over the case database.
    #[command(subcommand)]
    Source(source::Source),
    /// A fictional case database of any size, for trials and measurements. Needs no settings.
    Generate(generate::Generate),
    /// duewatch's own database.
    #[command(subcommand)]
    Ledger(ledger::Ledger),
    /// What has not arrived yet: list it, have it tried again, take it back.
    #[command(subcommand)]
    Outbox(outbox::Outbox),
    /// The record of what was done: whether it is whole, and the evidence of one child.
    #[command(subcommand)]
    Audit(audit::Audit),
    /// Says that somebody acts on a duty they were told of: repeats to them rest for some days.
    Ack(rest::Ack),
    /// Puts a duty off for everybody for some days, where the procedure lets that person do it.
    Pause(rest::Pause),
    /// Ends a pause, or one's own acknowledgement, before its time.
    Resume(rest::Resume),
}

/// How a command prints.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    #[default]
    Table,
    /// One object a line.
    Json,
    /// One line each, with a heading.
    Csv,
}

/// An instant as a person types it: RFC 3339, such as `2026-11-16T08:30:00Z`.
pub(crate) fn instant(text: &str) -> Result<DateTime<Utc>, String> {
    DateTime::parse_from_rfc3339(text)
        .map(|at| at.with_timezone(&Utc))
        .map_err(|_| "write an instant with its zone, such as 2026-11-16T08:30:00Z".to_owned())
}

/// Parses the command line, carries it out and says how it ended.
pub fn main() -> ExitCode {
    // Clap's own code for a wrong command line is 2 as well.
    let cli = Cli::parse();
    let done = match cli.command {
        Command::Calendar(command) => calendar::run(cli.config.as_deref(), &command),
        Command::Procedures(command) => procedures::run(cli.config.as_deref(), &command),
        Command::Source(command) => source::run(&command),
        Command::Backtest(command) if command.cin.is_some() => backtest::of_return(cli.config.as_deref(), &command),
        command => with_runtime(cli.config.as_deref().unwrap_or(Path::new(SETTINGS)), cli.log, command),
    };
    match done {
        Ok(Ending::Well) => ExitCode::SUCCESS,
        Ok(Ending::NeedsAttention) => ExitCode::from(1),
        Err(Failure(why)) => {
            output::complain(&why);
            ExitCode::from(2)
        }
    }
}

fn with_runtime(config: &Path, log: log::LogTo, command: Command) -> Outcome {
    let chatty = matches!(command, Command::Run(_));
    log::start(log, chatty)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let done = runtime.block_on(async {
        match command {
            Command::Demo(command) => demo::run(&command).await,
            Command::Run(command) => run::run(config, &command).await,
            Command::Check(command) => Box::pin(check::run(config, &command)).await,
            Command::Duties(command) => duties::run(config, &command).await,
            Command::Backtest(command) => backtest::of_cases(config, &command).await,
            Command::Preview(command) => preview::run(config, &command).await,
            Command::Explain(command) => explain::run(config, &command).await,
            Command::Generate(command) => generate::run(&command).await,
            Command::Ledger(command) => ledger::run(config, &command).await,
            Command::Outbox(command) => outbox::run(config, &command).await,
            Command::Audit(command) => audit::run(config, &command).await,
            Command::Ack(command) => rest::ack(config, &command).await,
            Command::Pause(command) => rest::pause(config, &command).await,
            Command::Resume(command) => rest::resume(config, &command).await,
            Command::Calendar(command) => calendar::run(Some(config), &command),
            Command::Procedures(command) => procedures::run(Some(config), &command),
            Command::Source(command) => source::run(&command),
        }
    });
    // A blocking read of standard input must not hold up the end of the program.
    runtime.shutdown_timeout(std::time::Duration::from_secs(1));
    done
}
