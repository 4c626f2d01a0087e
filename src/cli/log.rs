//! The log: a message for people, fields for queries, and of a child nothing at all.

use std::io::IsTerminal;

use clap::ValueEnum;
use tracing_subscriber::{EnvFilter, layer::SubscriberExt, util::SubscriberInitExt};

use super::Failure;

/// Where the log goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogTo {
    /// The journal when started by systemd, else standard error for people.
    Auto,
    /// The systemd journal.
    Journald,
    /// Standard error, one JSON object a line.
    Json,
    /// Standard error, for people.
    Human,
}

/// Starts it. Commands that print an answer only say what went wrong; the daemon says what it does.
pub(crate) fn start(to: LogTo, chatty: bool) -> Result<(), Failure> {
    let ours = if chatty { "info" } else { "warn" };
    let filter = EnvFilter::builder()
        .with_default_directive(tracing::level_filters::LevelFilter::WARN.into())
        .parse_lossy(format!("warn,duewatch={ours},sqlx::query=error"));
    let registry = tracing_subscriber::registry().with(filter);
    let journal = match to {
        LogTo::Journald => Some(tracing_journald::layer()?),
        LogTo::Auto if under_systemd() => tracing_journald::layer().ok(),
        _ => None,
    };
    match (journal, to) {
        (Some(layer), _) => registry.with(layer.with_field_prefix(None)).init(),
        (None, LogTo::Json) => {
            let json = tracing_subscriber::fmt::layer().json().with_current_span(false).with_writer(std::io::stderr);
            registry.with(json).init();
        }
        (None, _) => {
            let ansi = std::io::stderr().is_terminal();
            registry.with(tracing_subscriber::fmt::layer().with_ansi(ansi).with_writer(std::io::stderr)).init();
        }
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "systemd tells a service of its journal only through the environment")]
fn under_systemd() -> bool {
    std::env::var("JOURNAL_STREAM").is_ok()
}
