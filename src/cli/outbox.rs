//! `duewatch outbox`: what has not arrived, and what a person does about it.

use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use clap::{Args, Subcommand};
use serde_json::json;
use uuid::Uuid;

use super::{Ending, Failure, Format, Outcome, ledger::Act, output};
use crate::{
    clock::Clock,
    ledger::{Ledger, Undelivered},
    run::open_ledger,
    settings::Settings,
};

/// What was refused or given up longer ago is history: `explain` and `audit export` tell of it.
const LISTED: TimeDelta = TimeDelta::days(30);

/// Messages on their way.
#[derive(Debug, Subcommand)]
pub(crate) enum Outbox {
    /// Every message that waits or is on its way, and what failed within 30 days.
    List(List),
    /// Has a message tried again at once, whatever became of it, unless a server took it.
    Retry(One),
    /// Takes a message back that waits for another attempt. What it says counts as told; the ladder goes on above it.
    Cancel(One),
}

#[derive(Debug, Args)]
pub(crate) struct List {
    /// How to print.
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct One {
    /// The message's id, as `outbox list` shows it.
    #[arg(required_unless_present = "all")]
    id: Option<Uuid>,
    /// Every message that waits for another attempt.
    #[arg(long, conflicts_with = "id")]
    all: bool,
    #[command(flatten)]
    act: Act,
}

/// Carries it out.
pub(crate) async fn run(config: &Path, command: &Outbox) -> Outcome {
    let settings = Settings::load(config)?;
    let ledger = open_ledger(&settings, false).await?;
    ledger.identity_of(&settings.authority.id).await?;
    let now = Clock::System.now();
    match command {
        Outbox::List(list) => show(&ledger.undelivered(now - LISTED).await?, list.format),
        Outbox::Retry(one) => act(&ledger, one, Deed::Retry, now).await?,
        Outbox::Cancel(one) => act(&ledger, one, Deed::Cancel, now).await?,
    }
    ledger.close().await;
    Ok(Ending::Well)
}

#[derive(Clone, Copy)]
enum Deed {
    Retry,
    Cancel,
}

async fn act(ledger: &Ledger, one: &One, deed: Deed, now: DateTime<Utc>) -> Result<(), Failure> {
    let (by, reason) = (one.act.by(), one.act.reason());
    let ids = if let Some(id) = one.id {
        vec![id]
    } else {
        let waiting = ledger.undelivered(now).await?.into_iter().filter(|message| message.next_attempt_at.is_some());
        waiting.map(|message| message.id).collect()
    };
    let mut done = 0_u64;
    for id in &ids {
        done += u64::from(match deed {
            Deed::Retry => ledger.retry(*id, by, reason, now).await?,
            Deed::Cancel => ledger.cancel(*id, by, reason, now).await?,
        });
    }
    if done == 0 && one.id.is_some() {
        return Err(Failure(
            match deed {
                Deed::Retry => "there is no such message, or it is being sent now, or a server has taken it",
                Deed::Cancel => "there is no such message, or it is being sent now, or it waits for nothing any more",
            }
            .to_owned(),
        ));
    }
    output::line(&match deed {
        Deed::Retry => format!("{done} of {} messages are tried again at the next wake.", ids.len()),
        Deed::Cancel => format!("{done} of {} messages are taken back.", ids.len()),
    });
    Ok(())
}

fn show(messages: &[Undelivered], format: Format) {
    let headings = ["message", "for", "state", "bundled", "next attempt", "tries", "matters", "last answer"];
    let at = |at: DateTime<Utc>| at.format("%Y-%m-%d %H:%M").to_string();
    let cells = |message: &Undelivered| {
        vec![
            message.id.to_string(),
            message.person.0.clone(),
            message.state.name().to_owned(),
            at(message.created_at),
            message.next_attempt_at.map_or_else(|| "never".to_owned(), at),
            message.tries.to_string(),
            message.matters.to_string(),
            message.why.clone().unwrap_or_default(),
        ]
    };
    match format {
        Format::Table if messages.is_empty() => output::line("Everything that was to be sent has been handed over."),
        Format::Table => {
            output::table(&headings, &messages.iter().map(cells).collect::<Vec<_>>());
            output::line("Times are UTC.");
        }
        Format::Csv => {
            output::csv(&headings.map(str::to_owned));
            for message in messages {
                output::csv(&cells(message));
            }
        }
        Format::Json => {
            for message in messages {
                output::line(&as_json(message).to_string());
            }
        }
    }
}

fn as_json(message: &Undelivered) -> serde_json::Value {
    json!({
        "message": message.id.to_string(),
        "person": message.person,
        "state": message.state.name(),
        "created_at": message.created_at,
        "next_attempt_at": message.next_attempt_at,
        "tries": message.tries,
        "matters": message.matters,
        "code": message.code,
        "why": message.why,
    })
}
