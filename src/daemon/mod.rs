//! The daemon: wakes, runs, delivers, and stops when told to.
//!
//! Owns when a cycle starts and that never two run at once. What is due is never asked of a timer: every wake looks at the
//! ledger and at the schedule's own row in it, so that a late, lost or doubled wake-up changes nothing.

mod heartbeat;
mod schedule;
mod stop;

use std::time::Duration;

use tokio::time::timeout;
use tracing::{error, info, warn};

use crate::{
    clock::Clock,
    run::{Watch, WatchError},
};
use heartbeat::Heartbeat;
pub use heartbeat::HeartbeatError;
use stop::stop_requested;

/// How long a cycle that is under way may still take once the daemon is told to stop.
const STOP_WITHIN: Duration = Duration::from_secs(8);

/// Why the daemon ended.
#[derive(Debug, thiserror::Error)]
pub enum DaemonError {
    /// It could not start to wake.
    #[error(transparent)]
    Heartbeat(#[from] HeartbeatError),
    /// Signals cannot be heard.
    #[error("cannot listen for the signal to stop: {0}")]
    Signal(#[from] std::io::Error),
    /// The poll schedule.
    #[error("schedule.poll: {0}")]
    Schedule(String),
    /// It must not go on.
    #[error(transparent)]
    Watch(#[from] WatchError),
}

/// Runs until told to stop. A cycle that fails is logged and tried again at the next wake; only what no later wake can mend
/// (a copied or restored ledger) ends the daemon.
pub async fn run(mut watch: Watch) -> Result<(), DaemonError> {
    let stop = stop_requested()?;
    let heartbeat = Heartbeat::start().await?;
    watch.recognise_ledger().await?;
    let _sole = watch.ledger.sole().await.map_err(WatchError::from)?;
    info!(authority = %watch.authority, poll = %watch.poll, "watching");
    loop {
        let cycle = cycle(&mut watch, &stop);
        tokio::pin!(cycle);
        let ended = tokio::select! {
            ended = &mut cycle => ended,
            () = stop.cancelled() => {
                let Ok(ended) = timeout(STOP_WITHIN, &mut cycle).await else {
                    warn!("stopped in the middle of a cycle; the next start takes it up where it stands");
                    return Ok(());
                };
                ended
            }
        };
        match ended {
            Err(error @ (WatchError::CopiedLedger { .. } | WatchError::RestoredLedger { .. })) => {
                return Err(error.into());
            }
            Err(error) => error!(%error, "the cycle failed; it is tried again at the next wake"),
            Ok(()) => {}
        }
        tokio::select! {
            () = stop.cancelled() => break,
            () = heartbeat.beat() => {}
        }
    }
    info!("stopped");
    Ok(())
}

/// One wake: what came back, a poll if the schedule owes one, then whatever may be sent.
async fn cycle(watch: &mut Watch, stop: &tokio_util::sync::CancellationToken) -> Result<(), WatchError> {
    let clock = Clock::System;
    read_returns(watch, clock).await;
    // What was decided before goes out whatever becomes of the poll.
    let polled = poll(watch, clock).await;
    deliver(watch, clock, stop).await?;
    polled
}

async fn poll(watch: &mut Watch, clock: Clock) -> Result<(), WatchError> {
    if let Some(due) = schedule::owed(watch, clock.now()).await? {
        let polled = watch.poll(clock).await?;
        info!(
            run = polled.committed.run,
            outcome = polled.outcome.name(),
            children = polled.books.children.seen,
            judged = polled.books.children.assessed + polled.books.children.excluded,
            notices = polled.committed.new,
            in_ledger_ms = u64::try_from(polled.in_ledger.as_millis()).unwrap_or(u64::MAX),
            "polled"
        );
        for matter in &polled.attention {
            warn!(run = polled.committed.run, "{matter}");
        }
        due.done(watch).await?;
    }
    Ok(())
}

/// What came back, so that a poll that is owed now decides with it. Nothing of it stops a poll.
async fn read_returns(watch: &Watch, clock: Clock) {
    match watch.read_returns(clock).await {
        Err(error) => warn!(%error, "what came back could not be read"),
        Ok(read) => {
            for matter in &read.attention {
                warn!("{matter}");
            }
            if read.returned > 0 || read.new > 0 {
                info!(returned = read.returned, new = read.new, "learnt what became of messages");
            }
        }
    }
}

async fn deliver(watch: &Watch, clock: Clock, stop: &tokio_util::sync::CancellationToken) -> Result<(), WatchError> {
    let delivered = watch.deliver(clock, stop).await?;
    if delivered.failed > 0 {
        error!(failed = delivered.failed, "messages were refused or given up; see `duewatch check`");
    }
    if delivered != crate::run::Delivered::default() {
        info!(
            handed_over = delivered.handed_over,
            recorded = delivered.recorded,
            put_off = delivered.put_off,
            "delivered"
        );
    }
    Ok(())
}
