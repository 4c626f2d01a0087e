//! What wakes the daemon: one UTC cron job, and a plain interval beside it in case the scheduler stalls. Neither says what is
//! due; both only poke.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::Notify,
    time::{Instant, MissedTickBehavior, interval_at},
};
use tokio_cron_scheduler::{Job, JobScheduler, JobSchedulerError};

/// Every half minute, in UTC: this scheduler freezes a named zone at its offset of the day, and its repeated jobs do not
/// survive a stall, so it is asked for neither.
const EVERY_HALF_MINUTE: &str = "*/30 * * * * *";
const SECOND_HEARTBEAT: Duration = Duration::from_secs(45);

/// Why the heartbeat could not start.
#[derive(Debug, thiserror::Error)]
#[error("cannot start the scheduler that wakes the daemon: {0}")]
pub struct HeartbeatError(#[from] JobSchedulerError);

pub(super) struct Heartbeat {
    poke: Arc<Notify>,
    // Dropping it would end its job.
    _scheduler: JobScheduler,
}

impl Heartbeat {
    pub(super) async fn start() -> Result<Heartbeat, HeartbeatError> {
        let poke = Arc::new(Notify::new());
        let scheduler = JobScheduler::new().await?;
        let wake = Arc::clone(&poke);
        let job = Job::new_async(EVERY_HALF_MINUTE, move |_, _| {
            let wake = Arc::clone(&wake);
            Box::pin(async move { wake.notify_one() })
        })?;
        scheduler.add(job).await?;
        scheduler.start().await?;
        let wake = Arc::clone(&poke);
        tokio::spawn(async move {
            let mut ticks = interval_at(Instant::now() + SECOND_HEARTBEAT, SECOND_HEARTBEAT);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                ticks.tick().await;
                wake.notify_one();
            }
        });
        Ok(Heartbeat { poke, _scheduler: scheduler })
    }

    /// Waits for the next wake; several that came while the daemon was busy count as one.
    pub(super) async fn beat(&self) {
        self.poke.notified().await;
    }
}
