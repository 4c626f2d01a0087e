//! A group of messages on its way: as many lanes as the channel bears, and one pen that writes down what comes of them.

use std::{
    collections::VecDeque,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use futures_util::future::join_all;
use tokio::{
    sync::mpsc,
    time::{Instant, sleep},
};
use tokio_util::sync::CancellationToken;

use super::{
    Watch, WatchError,
    deliver::{Delivered, attempted},
};
use crate::{
    clock::Clock,
    delivery::{self, Frozen},
    failpoint::failpoint,
    ledger::{Attempted, Claim, Outcome},
};

/// A message whose bytes are stored.
pub(super) struct Ready {
    pub(super) claim: Claim,
    pub(super) frozen: Frozen,
}

/// What holds for a group.
pub(super) struct Group<'a> {
    /// After this no message begins.
    pub(super) begin_by: Instant,
    /// Until then this process is alone with its messages.
    pub(super) record_by: Instant,
    pub(super) stop: &'a CancellationToken,
    pub(super) clock: Clock,
}

/// What a group came to.
pub(super) struct Sent {
    /// The way out took nothing more.
    pub(super) shut: bool,
}

/// So long a ledger that cannot be written to is left alone between two tries.
const BETWEEN_TRIES: Duration = Duration::from_millis(500);
/// What may be written down in one commit.
const AT_MOST: usize = 64;

impl Watch {
    /// Sends a group. What had not begun when its time was over, or when the way out was shut, is given back untried.
    pub(super) async fn send_group(
        &self,
        ready: Vec<Ready>,
        group: &Group<'_>,
        delivered: &mut Delivered,
        each: &mut (impl FnMut(&Claim) + Send),
    ) -> Result<Sent, WatchError> {
        let queue = Mutex::new(VecDeque::from(ready));
        let shut = AtomicBool::new(false);
        let (done, mut ended) = mpsc::unbounded_channel();
        let next = || {
            let over = group.stop.is_cancelled() || shut.load(Ordering::SeqCst) || Instant::now() >= group.begin_by;
            let mut queue = queue.lock().unwrap_or_else(PoisonError::into_inner);
            if over { None } else { queue.pop_front() }
        };
        let lanes = (0..self.channel.limits().connections.max(1)).map(|_| {
            let done = done.clone();
            async {
                let done = done;
                let mut lane = self.channel.lane();
                while let Some(Ready { claim, frozen }) = next() {
                    self.pace.begin();
                    failpoint("send.before");
                    let outcome = lane.send(&frozen).await;
                    failpoint("send.after");
                    shut.fetch_or(matches!(outcome, delivery::Outcome::Shut { .. }), Ordering::SeqCst);
                    let attempted = attempted(outcome, &claim, group.clock.now());
                    // The other end is dropped only together with this one.
                    let _ = done.send((claim, attempted));
                }
                lane.close();
            }
        });
        let lanes = join_all(lanes);
        drop(done);
        let pen = async {
            let mut written = Ok(());
            let mut together = Vec::new();
            while ended.recv_many(&mut together, AT_MOST).await > 0 {
                let batch = std::mem::take(&mut together);
                let wrote = self.write_down(batch, group, &shut, delivered, each).await;
                written = written.and(wrote);
            }
            written
        };
        let (_, written) = tokio::join!(lanes, pen);
        written?;
        let untried = queue.into_inner().unwrap_or_else(PoisonError::into_inner);
        let untried = untried.into_iter().map(|Ready { claim, .. }| {
            let why = Some("not begun: the way out was shut, or its time was over".to_owned());
            (claim, Attempted { outcome: Outcome::Untried, code: None, why })
        });
        self.recorded(untried.collect(), group.clock.now(), delivered, each).await?;
        Ok(Sent { shut: shut.into_inner() })
    }

    /// Records what ended. What a server has taken is known only here until it is written down: while the ledger cannot be
    /// written to, nothing more is sent, and it is tried again as long as the leases last.
    async fn write_down(
        &self,
        ended: Vec<(Claim, Attempted)>,
        group: &Group<'_>,
        shut: &AtomicBool,
        delivered: &mut Delivered,
        each: &mut (impl FnMut(&Claim) + Send),
    ) -> Result<(), WatchError> {
        loop {
            match self.recorded(ended.clone(), group.clock.now(), delivered, each).await {
                Err(WatchError::Ledger(error)) if error.may_pass() && Instant::now() < group.record_by => {
                    shut.store(true, Ordering::SeqCst);
                    tracing::error!("what came of {} messages cannot be written down yet: {error}", ended.len());
                    sleep(BETWEEN_TRIES).await;
                }
                result => return result,
            }
        }
    }
}
