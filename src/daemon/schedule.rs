//! When the next poll is owed: the schedule is a row of the ledger, in the authority's own time, moved on by compare-and-set.

use chrono::{DateTime, Utc};
use croner::Cron;

use crate::run::{Watch, WatchError};

const POLL: &str = "poll";

/// A poll that is owed. Missed ones are not made up for one by one: state, not schedule, says what is due.
pub(super) struct Owed {
    last: Option<DateTime<Utc>>,
    latest: DateTime<Utc>,
}

/// The latest instant of the pattern that has passed and was not polled for. A ledger that was never polled owes one now.
pub(super) async fn owed(watch: &Watch, now: DateTime<Utc>) -> Result<Option<Owed>, WatchError> {
    let last = watch.ledger.schedule_last(POLL).await?;
    let latest = match last {
        None => Some(now),
        Some(last) => latest_since(&watch.poll, watch, last, now),
    };
    Ok(latest.map(|latest| Owed { last, latest }))
}

impl Owed {
    /// Moves the schedule on, after the poll is stored: a crash between the two polls once more, which tells nobody twice.
    pub(super) async fn done(self, watch: &Watch) -> Result<(), WatchError> {
        watch.ledger.advance_schedule(POLL, self.last, self.latest).await?;
        Ok(())
    }
}

fn latest_since(pattern: &str, watch: &Watch, last: DateTime<Utc>, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    // The settings were validated with the same parser.
    let cron: Cron = pattern.parse().ok()?;
    let local = watch.zone.local_time(now);
    let previous = previous(&cron, local)?;
    let at = watch.zone.resolve(previous);
    (at > last && at <= now).then_some(at)
}

/// The pattern is asked in wall-clock time, so that both clock changes are decided in one place, by the zone.
fn previous(cron: &Cron, local: chrono::NaiveDateTime) -> Option<chrono::NaiveDateTime> {
    let as_if_utc = local.and_utc();
    cron.find_previous_occurrence(&as_if_utc, true).ok().map(|at| at.naive_utc())
}
