//! How long evidence is kept, and when it is looked at.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Watch, WatchError};
use crate::settings::LedgerPlace;

/// The row of the schedule that says when it was last looked at.
const EXPIRY: &str = "expiry";

/// How long things are kept.
#[derive(Clone, Copy, Debug)]
pub(super) struct Keep {
    evidence: TimeDelta,
    mail: TimeDelta,
}

impl Keep {
    pub(super) fn of(place: &LedgerPlace) -> Keep {
        let days = |days: u32| TimeDelta::days(i64::from(days));
        Keep { evidence: days(place.keep_days), mail: days(place.keep_mail_days) }
    }
}

impl Watch {
    /// Once a day, forgets what is older than its time.
    pub(super) async fn forget_old(&self, now: DateTime<Utc>) -> Result<(), WatchError> {
        let last = self.ledger.schedule_last(EXPIRY).await?;
        if last.is_some_and(|last| self.zone.local_date(last) >= self.zone.local_date(now)) {
            return Ok(());
        }
        let expired = self.ledger.expire(now - self.keep.evidence, now - self.keep.mail, now).await?;
        if expired.entries + expired.mails + expired.duties > 0 {
            tracing::info!(
                entries = expired.entries,
                mails = expired.mails,
                duties = expired.duties,
                "forgot what is older than its time"
            );
        }
        self.ledger.advance_schedule(EXPIRY, last, now).await?;
        Ok(())
    }
}
