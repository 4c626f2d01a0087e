//! What a run stands on before the first child: which load it reads, who can be told, what was kept of each child.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::{Watch, WatchError, audience::Line, kept::KnownCases, sweep::Start};
use crate::{
    directory::Directory,
    ledger::{Identity, LedgerError, StoredRun},
    record::Supply,
    source::{FingerprintKey, LoadMark, Pass},
};

/// After so long every child is judged, whatever was kept of it. Nothing should come of that; if it does, it is an alarm.
const WHOLE_AFTER: TimeDelta = TimeDelta::days(7);

/// Why a reading is not accepted, in words.
pub(super) struct NotAccepted(pub(super) String);

/// A run before its first child.
pub(super) struct Opening {
    pub(super) pass: Pass,
    pub(super) mark: LoadMark,
    /// The last run that was accepted.
    pub(super) previous: Option<StoredRun>,
    /// What the source never tells of all that the rules need.
    pub(super) supply: Supply,
    /// Who works where, without the addresses that may not or cannot be written to.
    pub(super) directory: Directory,
    /// That directory as a number.
    pub(super) directory_hash: String,
    /// Since when people are told.
    pub(super) adopted_on: NaiveDate,
    /// Every child is judged.
    pub(super) whole: bool,
    pub(super) start: Start,
    pub(super) attention: Vec<String>,
}

impl Watch {
    /// Reads everything but the children, and what was kept of them.
    pub(super) async fn open_run(&self, now: DateTime<Utc>) -> Result<Result<Opening, NotAccepted>, WatchError> {
        let identity = self.ledger.identity().await?;
        let mut pass = self.pass().await?;
        let mark = pass.mark().clone();
        if let Some(expected) = identity.source_name.as_ref().filter(|expected| **expected != mark.source_name) {
            let (ledger, found, wanted) = (self.ledger.name().to_owned(), expected.clone(), mark.source_name);
            return Ok(Err(NotAccepted(LedgerError::OtherSource { ledger, found, wanted }.to_string())));
        }
        let mut attention = self.age(&mark, now);
        let supply = self.supply(&mut pass).await?;
        let mut directory = self.directory(pass.directory().clone())?;
        let refused = self.forget_refused(&mut directory).len();
        if refused > 0 {
            attention.push(format!("{refused} addresses in the directory may not be written to"));
        }
        attention.extend(self.forget_bounced(&mut directory, now).await?);

        let today = self.zone.local_date(now);
        let line = Line::new(&directory, &self.procedure, today, &self.last_recipient);
        let directory_hash = line.of_all().to_string();
        let loaded_on = self.zone.local_date(mark.loaded_at);
        let mut known = KnownCases::new(self.key(&identity, &supply));
        let after = self.ledger.for_each_kept(|child, kept| known.add(child, &kept, now, loaded_on)).await?;
        let previous = self.ledger.last_good_run().await?;
        if previous.as_ref().is_some_and(|previous| previous.id > after) {
            return Err(LedgerError::Overtaken { ledger: self.ledger.name().to_owned() }.into());
        }
        let whole = self.is_whole(previous.as_ref(), now).await?;
        let mut known = known.in_order(whole);
        if previous.as_ref().is_some_and(|previous| previous.run.directory_hash != directory_hash) {
            let wake_if_others = |case: crate::duty::CaseContext| {
                if known.audience(&case.child) != Some(line.of_case(&case)) {
                    known.wake(&case.child);
                }
            };
            self.ledger.for_each_context(wake_if_others).await?;
        }
        let start = Start {
            nameless: pass.nameless().to_vec(),
            stale: self.is_stale(mark.loaded_at, now),
            backwards: previous.as_ref().is_some_and(|previous| now < previous.run.at),
            known: Arc::new(known),
            after,
            written_at: self.ledger.written_since(self.zone.start_of_day(today)).await?,
            issued: self.ledger.summaries_issued().await?,
        };
        let adopted_on = self.zone.local_date(identity.adopted_at);
        Ok(Ok(Opening { pass, mark, previous, supply, directory, directory_hash, adopted_on, whole, start, attention }))
    }

    /// Whether every child is judged in this run: at the first, after a week, and when the clock stands before the last run.
    async fn is_whole(&self, previous: Option<&StoredRun>, now: DateTime<Utc>) -> Result<bool, WatchError> {
        if self.every_child || previous.is_none_or(|previous| now < previous.run.at) {
            return Ok(true);
        }
        Ok(self.ledger.last_whole_run_at().await?.is_none_or(|at| now - at >= WHOLE_AFTER))
    }

    /// Everything beside a child's rows on which its judgement rests.
    fn key(&self, identity: &Identity, supply: &Supply) -> FingerprintKey {
        // How much of what is complete was held changes daily, and no judgement rests on it.
        let never = (&supply.no_facts, &supply.never_filled);
        FingerprintKey::new(&[
            &format!("{never:?}"),
            &identity.ledger_id.to_string(),
            &self.zone.local_date(identity.adopted_at).to_string(),
            &self.program,
            &self.procedure.hash,
            self.calendar.hash(),
            self.office.hash(),
            &self.procedure.time_zone,
        ])
    }
}
