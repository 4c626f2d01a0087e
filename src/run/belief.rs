//! Whether what is there can be believed: the ledger to be this watch's own, the case data to be whole and of today.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Watch, WatchError};
use crate::{
    ledger::{Break, HeadCheck, HomeCheck, StoredRun},
    source::{Counts, Guarded, LoadMark, guard, guard_ended},
};

impl Watch {
    /// Another authority's ledger is never written to. One that is not where it was is a copy, and one that lacks what it was
    /// last seen with was restored from a backup or cut, until a person says otherwise; one whose days are invented never goes together with a mail server.
    pub async fn recognise_ledger(&self) -> Result<(), WatchError> {
        self.ledger.identity_of(&self.authority).await?;
        self.refuse_simulated_mail().await?;
        let home = self.ledger.home().await?;
        match self.ledger.home_check(&home).await? {
            HomeCheck::Home => {}
            HomeCheck::Copied { .. } => return Err(WatchError::CopiedLedger { ledger: self.ledger.name().to_owned() }),
        }
        let why = match self.ledger.head_check().await? {
            HeadCheck::Whole => return Ok(()),
            other => Break::Outside(other).to_string(),
        };
        Err(WatchError::RestoredLedger { ledger: self.ledger.name().to_owned(), why })
    }

    /// Files are for rehearsals; a mail server reaches people.
    pub(super) async fn refuse_simulated_mail(&self) -> Result<(), WatchError> {
        if !self.channel.stays_here() && self.ledger.identity().await?.simulated {
            return Err(WatchError::SimulatedMail { ledger: self.ledger.name().to_owned() });
        }
        Ok(())
    }

    /// Whether what was read can be true beside the last good run, or a person has said that it is.
    pub(super) async fn believe(
        &self,
        previous: Option<&StoredRun>,
        now: &Counts,
        gone: u64,
    ) -> Result<Result<(), Guarded>, WatchError> {
        let Some(previous) = previous else { return Ok(guard(None, now, self.shrink_percent)) };
        if self.ledger.fewer_rows_accepted_since(previous.id).await? {
            return Ok(Ok(()));
        }
        let counts = Counts(previous.run.counts.clone());
        // Under other rules duties end because the rules ask for them no more.
        let ended = if previous.run.procedure_hash == self.procedure.hash { gone } else { 0 };
        let open = previous.counted.duties.values().sum();
        Ok(guard(Some(&counts), now, self.shrink_percent).and_then(|()| guard_ended(open, ended, self.shrink_percent)))
    }

    /// Whether case data loaded then is too old now to say of anybody that something was not done. Days on which the offices
    /// are closed do not count: a copy made each working night is not stale on a Monday.
    pub fn is_stale(&self, loaded_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
        let first = self.zone.local_date(loaded_at);
        let days = first.iter_days().take_while(|day| self.zone.start_of_day(*day) < now);
        let open = days.filter(|day| self.office.is_working_day(*day)).map(|day| {
            let (begins, ends) = (self.zone.start_of_day(day).max(loaded_at), self.zone.end_of_day(day).min(now));
            (ends - begins).max(TimeDelta::zero())
        });
        open.sum::<TimeDelta>() > TimeDelta::hours(i64::from(self.stale_hours))
    }

    /// What is to be said of how old the case data is.
    pub(super) fn age(&self, mark: &LoadMark, now: DateTime<Utc>) -> Vec<String> {
        let mut attention = Vec::new();
        let age = now - mark.loaded_at;
        if age < TimeDelta::hours(-1) {
            attention
                .push("the case data says that it was loaded in the future: its load mark cannot be right".to_owned());
        }
        if self.is_stale(mark.loaded_at, now) {
            attention.push(format!(
                "the case data is {} hours old; what it says was not done is told to nobody until it is loaded again",
                age.num_hours()
            ));
        }
        attention
    }
}
