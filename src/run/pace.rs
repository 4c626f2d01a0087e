//! How many messages may begin within a minute.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

const MINUTE: Duration = Duration::from_mins(1);

/// When the messages of the last minute began. It outlasts a pass: a server counts ours, not our passes.
#[derive(Debug, Default)]
pub(super) struct Pace {
    begun: Mutex<VecDeque<Instant>>,
}

impl Pace {
    /// How many may begin now; if none, after how long one may. Without a limit, as many as will go.
    pub(super) fn room(&self, per_minute: Option<u32>) -> Result<usize, Duration> {
        let Some(most) = per_minute.and_then(|most| usize::try_from(most).ok()) else { return Ok(usize::MAX) };
        let (mut begun, now) = (self.begun.lock().unwrap_or_else(PoisonError::into_inner), Instant::now());
        while begun.front().is_some_and(|at| now.duration_since(*at) >= MINUTE) {
            begun.pop_front();
        }
        // With room for one, the oldest that still counts has to leave.
        match begun.len().checked_sub(most).and_then(|over| begun.get(over)) {
            Some(at) => Err(MINUTE.saturating_sub(now.duration_since(*at))),
            None => Ok(most - begun.len()),
        }
    }

    /// One begins.
    pub(super) fn begin(&self) {
        let mut begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        while begun.front().is_some_and(|at| now.duration_since(*at) >= MINUTE) {
            begun.pop_front();
        }
        begun.push_back(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_minute_takes_no_more_than_it_may() {
        let pace = Pace::default();
        assert_eq!(pace.room(None), Ok(usize::MAX));
        assert_eq!(pace.room(Some(3)), Ok(3));
        pace.begin();
        tokio::time::advance(Duration::from_secs(20)).await;
        pace.begin();
        pace.begin();
        assert_eq!(pace.room(Some(3)), Err(Duration::from_secs(40)));
        tokio::time::advance(Duration::from_secs(40)).await;
        assert_eq!(pace.room(Some(3)), Ok(1));
        tokio::time::advance(Duration::from_secs(20)).await;
        assert_eq!(pace.room(Some(3)), Ok(3));
    }
}
