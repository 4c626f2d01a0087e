//! A group of messages on its way: as many lanes as the channel bears, and one pen that writes down what comes of them.
//!
//! Lanes and pen are tasks, so that the next group can be made ready meanwhile. Must not know how a message found its words.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, Utc};
use tokio::{
    sync::mpsc,
    task::JoinSet,
    time::{Instant, sleep, timeout_at},
};
use tokio_util::sync::CancellationToken;

use super::{
    Watch, WatchError,
    deliver::{Delivered, comes_to},
};
use crate::{
    clock::Clock,
    delivery::{self, Frozen},
    failpoint::failpoint,
    ledger::{Attempted, Claim, Lease, Ledger, LedgerError, Outcome},
};

/// A message whose bytes are stored.
pub(super) struct Ready {
    pub(super) claim: Claim,
    pub(super) frozen: Frozen,
}

/// Messages, and what came of each.
pub(super) type Ended = Vec<(Claim, Attempted)>;

/// What holds for a group.
pub(super) struct Group<'a> {
    /// After this no message begins.
    pub(super) begin_by: Instant,
    /// So long what has ended waits for what ends after it, to be written down together.
    pub(super) gather: Duration,
    /// Until then this process is alone with its messages.
    pub(super) record_by: Instant,
    pub(super) stop: &'a CancellationToken,
    pub(super) clock: Clock,
}

/// What the lanes of a group share.
struct Road {
    queue: Mutex<VecDeque<Ready>>,
    shut: AtomicBool,
    begin_by: Instant,
    stop: CancellationToken,
}

impl Road {
    /// The next message, unless nothing may begin any more.
    fn next(&self) -> Option<Ready> {
        let over = self.stop.is_cancelled() || self.is_shut() || Instant::now() >= self.begin_by;
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        if over { None } else { queue.pop_front() }
    }

    fn shut(&self) {
        self.shut.store(true, Ordering::SeqCst);
    }

    fn is_shut(&self) -> bool {
        self.shut.load(Ordering::SeqCst)
    }

    /// What has not begun.
    fn rest(&self) -> VecDeque<Ready> {
        std::mem::take(&mut *self.queue.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// So long a ledger that cannot be written to is left alone between two tries.
const BETWEEN_TRIES: Duration = Duration::from_millis(500);
/// What may be written down in one commit.
const AT_MOST: usize = 64;

/// Gives back what was not begun: anybody may take it up at once.
pub(super) async fn give_back(
    ledger: &Ledger,
    ready: impl IntoIterator<Item = Ready>,
    now: DateTime<Utc>,
) -> Result<(), LedgerError> {
    let untried = ready.into_iter().map(|Ready { claim, .. }| {
        let why = Some("not begun: the way out was shut, or its time was over".to_owned());
        (claim, Attempted { outcome: Outcome::Untried, code: None, why })
    });
    record(ledger, untried.collect(), now).await.map(drop)
}

impl Watch {
    /// Sends a group. What had not begun when its time was over, or when the way out was shut, is given back untried.
    /// Says whether the way out was shut.
    pub(super) async fn send_group(
        &self,
        ready: Vec<Ready>,
        group: &Group<'_>,
        delivered: &mut Delivered,
        each: &mut (impl FnMut(&Claim) + Send),
    ) -> Result<bool, WatchError> {
        let road = Arc::new(Road {
            queue: Mutex::new(ready.into()),
            shut: AtomicBool::new(false),
            begin_by: group.begin_by,
            stop: group.stop.clone(),
        });
        let (done, mut ended) = mpsc::unbounded_channel();
        // Dropped with this future, they stop where they stand.
        let mut lanes = JoinSet::new();
        for _ in 0..self.channel.limits().connections.max(1) {
            let (channel, pace) = (Arc::clone(&self.channel), Arc::clone(&self.pace));
            let (road, done, clock) = (Arc::clone(&road), done.clone(), group.clock);
            lanes.spawn(async move {
                let mut lane = channel.lane();
                while let Some(Ready { claim, frozen }) = road.next() {
                    pace.begin();
                    failpoint("send.before");
                    let outcome = lane.send(&frozen).await;
                    failpoint("send.after");
                    if matches!(outcome, delivery::Outcome::Shut { .. }) {
                        road.shut();
                    }
                    let attempted = comes_to(outcome, claim.lease.message, claim.tries, clock.now());
                    // The other end is dropped only together with this task.
                    let _ = done.send((claim, attempted));
                }
                lane.close();
            });
        }
        drop(done);
        let (wrote, mut written) = mpsc::unbounded_channel();
        let pen = Pen {
            ledger: self.ledger.clone(),
            road: Arc::clone(&road),
            record_by: group.record_by,
            clock: group.clock,
        };
        let gather = group.gather;
        lanes.spawn(async move {
            while let Some(together) = gathered(&mut ended, gather).await {
                let _ = wrote.send(pen.write_down(together).await);
            }
        });
        let (mut failed, mut stopped) = (Ok(()), false);
        loop {
            tokio::select! {
                ended = written.recv() => match ended {
                    Some(Ok(ended)) => delivered.count_each(ended, each),
                    Some(Err(error)) => failed = failed.and(Err(error)),
                    None => break,
                },
                // Whoever asks to stop may not wait until a server that stalls has let go of its message.
                () = group.stop.cancelled(), if !stopped => {
                    stopped = true;
                    // The pen goes on whatever comes of this: it holds what a server has taken.
                    let given = give_back(&self.ledger, road.rest(), group.clock.now()).await;
                    failed = failed.and(given.map_err(WatchError::from));
                }
            }
        }
        failed?;
        while let Some(task) = lanes.join_next().await {
            task.map_err(WatchError::Lane)?;
        }
        give_back(&self.ledger, road.rest(), group.clock.now()).await?;
        Ok(road.is_shut())
    }
}

/// What has ended together; nothing once all lanes have ended.
async fn gathered(ended: &mut mpsc::UnboundedReceiver<(Claim, Attempted)>, wait: Duration) -> Option<Ended> {
    let mut together = vec![ended.recv().await?];
    let until = Instant::now() + wait;
    while together.len() < AT_MOST {
        let room = AT_MOST - together.len();
        if timeout_at(until, ended.recv_many(&mut together, room)).await.is_ok_and(|more| more > 0) {
            continue;
        }
        break;
    }
    Some(together)
}

/// Records what comes of a group, beside whatever else is done meanwhile.
struct Pen {
    ledger: Ledger,
    road: Arc<Road>,
    record_by: Instant,
    clock: Clock,
}

impl Pen {
    /// Records what ended. What a server has taken is known only here until it is written down: while the ledger cannot be
    /// written to, nothing more is sent, and it is tried again as long as the leases last.
    async fn write_down(&self, ended: Ended) -> Result<Ended, WatchError> {
        loop {
            match record(&self.ledger, ended.clone(), self.clock.now()).await {
                Err(error) if error.may_pass() && Instant::now() < self.record_by => {
                    self.road.shut();
                    tracing::error!("what came of {} messages cannot be written down yet: {error}", ended.len());
                    sleep(BETWEEN_TRIES).await;
                }
                result => return Ok(result?),
            }
        }
    }
}

/// Records what came of messages, and says of which: those that somebody else has taken up since are theirs.
pub(super) async fn record(ledger: &Ledger, mut ended: Ended, now: DateTime<Utc>) -> Result<Ended, LedgerError> {
    if ended.is_empty() {
        return Ok(ended);
    }
    let rows: Vec<(Lease, Attempted)> =
        ended.iter().map(|(claim, attempted)| (claim.lease.clone(), attempted.clone())).collect();
    let lost = ledger.record(&rows, now).await?;
    ended.retain(|(claim, _)| {
        let ours = !lost.contains(&claim.lease.message);
        if !ours {
            tracing::warn!(message = %claim.lease.message, "somebody else has taken it up since; it may arrive twice");
        }
        ours
    });
    Ok(ended)
}
