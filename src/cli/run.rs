//! `duewatch run`: the daemon, or one cycle.

use std::path::Path;

use chrono::{DateTime, Utc};
use clap::Args;
use tokio_util::sync::CancellationToken;

use super::{Ending, Failure, Outcome, instant, open, output};
use crate::{
    clock::Clock,
    daemon,
    run::{Delivered, Polled, ReturnsRead, WatchError},
};

#[derive(Debug, Args)]
pub(crate) struct Run {
    /// One cycle, then exit.
    #[arg(long)]
    once: bool,
    /// The present is this instant; only with --once, on a ledger that was created as simulated.
    #[arg(long, value_parser = instant, requires = "once")]
    at: Option<DateTime<Utc>>,
    /// Judges every child, even those of whom nothing has changed since the last run.
    #[arg(long, requires = "once")]
    every_child: bool,
}

/// Carries it out.
pub(crate) async fn run(config: &Path, command: &Run) -> Outcome {
    let mut watch = open::watch(config).await?;
    if !command.once {
        Box::pin(daemon::run(watch)).await?;
        return Ok(Ending::Well);
    }
    if command.at.is_some() && !watch.ledger.identity().await?.simulated {
        return Err(Failure("--at is only for a ledger that was created as simulated".to_owned()));
    }
    watch.every_child = command.every_child;
    let clock = command.at.map_or(Clock::System, Clock::Fixed);
    let returns = watch.read_returns(clock).await;
    let polled = watch.poll(clock).await?;
    let (mut delivered, stop) = (Delivered::default(), CancellationToken::new());
    loop {
        delivered.add(watch.deliver(clock, &stop).await?);
        let Some(wait) = delivered.more_in else { break };
        tokio::time::sleep(wait).await;
    }
    // Closed whole, so that the one file is the ledger and nothing stands beside it.
    watch.ledger.close().await;
    let came_back = report_returns(returns);
    Ok(if report(&polled, &delivered) == Ending::Well { came_back } else { Ending::NeedsAttention })
}

/// What came back, if anything did. That it could not be read is no reason not to poll.
fn report_returns(read: Result<ReturnsRead, WatchError>) -> Ending {
    let read =
        read.unwrap_or_else(|error| ReturnsRead { attention: vec![error.to_string()], ..ReturnsRead::default() });
    if read.returned > 0 {
        output::line(&format!("Messages that came back: {}.", read.returned));
    }
    for matter in &read.attention {
        output::line(&format!("Attention: {matter}"));
    }
    if read.attention.is_empty() { Ending::Well } else { Ending::NeedsAttention }
}

/// What a cycle came to, in a few lines.
pub(super) fn report(polled: &Polled, delivered: &Delivered) -> Ending {
    let children = &polled.books.children;
    output::line(&format!(
        "Run {}: {} children seen, {} assessed, {} unchanged, {} without an open plan, {} unreadable; {} new notices.",
        polled.committed.run,
        children.seen,
        children.assessed,
        children.unchanged,
        children.excluded,
        children.unreadable,
        polled.committed.new
    ));
    output::line(&format!(
        "Messages: {} handed over, {} recorded, {} put off, {} failed.",
        delivered.handed_over, delivered.recorded, delivered.put_off, delivered.failed
    ));
    for matter in &polled.attention {
        output::line(&format!("Attention: {matter}"));
    }
    let well = polled.attention.is_empty() && delivered.failed == 0;
    if well { Ending::Well } else { Ending::NeedsAttention }
}
