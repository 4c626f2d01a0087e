//! A poll: read, assess, decide, and store all of it in one commit.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::FutureExt as _;
use tokio::{sync::mpsc, time::Instant};

use super::{
    Books, DueUntil, Watch, WatchError,
    audience::Line,
    books, data_faults,
    kept::KnownCases,
    source_gaps,
    sweep::{Nameless, Start, Sweep},
};
use crate::{
    clock::Clock,
    delivery::Channel,
    directory::Directory,
    duty::{CaseContext, Terms, assess_reports},
    ledger::{Committed, HomeCheck, Identity, LedgerError, NewRun, Part, RunOutcome, StoredRun, Whose},
    notice::{Audience, Reconciled, decide, reconcile},
    record::{ChildRef, Supply},
    source::{Counts, Defect, Fault, FingerprintKey, Guarded, LoadMark, Pass, Passed, Seen, guard, guard_ended},
};

/// A load takes minutes; a reading that fails for hours is not one that met a load.
const HELD_BACK: TimeDelta = TimeDelta::hours(4);

/// What a poll came to.
#[derive(Clone, Debug)]
pub struct Polled {
    /// What was stored.
    pub committed: Committed,
    /// Its books.
    pub books: Books,
    /// How it ended.
    pub outcome: RunOutcome,
    /// What somebody must look at, in words; empty when all is well.
    pub attention: Vec<String>,
    /// How much of its time it asked and filled the ledger.
    pub in_ledger: Duration,
}

/// Children handed over at a time.
const BATCH: usize = 128;

/// Batches that may wait while one is judged: the next children are read meanwhile, and no more of them are held than this.
const BATCHES_WAITING: usize = 2;

/// So often a run that another one has overtaken is begun again at once; then the next wake begins it.
const OVERTAKEN_AT_MOST: usize = 3;

/// After so long every child is judged, whatever was kept of it. Nothing should come of that; if it does, it is an alarm.
const WHOLE_AFTER: TimeDelta = TimeDelta::days(7);

/// Why a reading is not accepted, in words.
struct NotAccepted(String);

impl Watch {
    /// Reads the case database and stores what it comes to. A read that is not accepted is stored as a refused run: nothing
    /// is judged by it, nothing is told, and the next good read goes on.
    pub async fn poll(&mut self, clock: Clock) -> Result<Polled, WatchError> {
        let started_at = clock.now();
        self.reread_calendars();
        self.own_directory.reread();
        self.recognise_ledger().await?;
        let mut run = self.run_at(clock, started_at).await;
        // Another daemon on this ledger was quicker: what it stored has to be read first.
        for _ in 0..OVERTAKEN_AT_MOST {
            if !matches!(run, Err(WatchError::Ledger(LedgerError::Overtaken { .. }))) {
                break;
            }
            run = self.run_at(clock, started_at).await;
        }
        match run {
            Ok(Ok(polled)) => Ok(polled),
            Ok(Err(NotAccepted(why))) => self.refuse(clock, started_at, &why).await,
            Err(error @ (WatchError::Source { .. } | WatchError::Directory { .. })) => {
                self.refuse(clock, started_at, &error.to_string()).await
            }
            Err(error) => Err(error),
        }
    }

    async fn run_at(&self, clock: Clock, now: DateTime<Utc>) -> Result<Result<Polled, NotAccepted>, WatchError> {
        let previous = self.ledger.last_good_run().await?;
        let identity = self.ledger.identity().await?;
        let mut pass = self.pass().await?;
        let mark = pass.mark().clone();
        if let Some(expected) = identity.source_name.as_ref().filter(|expected| **expected != mark.source_name) {
            let (ledger, found, wanted) = (self.ledger.name().to_owned(), expected.clone(), mark.source_name);
            return Ok(Err(NotAccepted(LedgerError::OtherSource { ledger, found, wanted }.to_string())));
        }
        let supply = self.supply(&mut pass).await?;
        let terms = Terms { supply: &supply, ..self.terms(now) };
        let mut attention = self.age(&mark, now);
        let mut directory = self.directory(pass.directory().clone())?;
        let refused = self.forget_refused(&mut directory).len();
        if refused > 0 {
            attention.push(format!("{refused} addresses in the directory may not be written to"));
        }
        attention.extend(self.forget_bounced(&mut directory, now).await?);

        let line = Line::new(&directory, &self.procedure, terms.today, &self.last_recipient);
        let directory_hash = line.of_all();
        let whole = self.is_whole(previous.as_ref(), now).await?;
        let kept = self.ledger.kept_cases().await?;
        let after = kept.runs;
        let loaded_on = self.zone.local_date(mark.loaded_at);
        let mut known = KnownCases::new(kept, self.key(&identity, &supply), whole, now, loaded_on);
        if previous.as_ref().is_some_and(|previous| previous.run.directory_hash != directory_hash) {
            self.ledger
                .for_each_context(|case| {
                    if known.audience(&case.child) != Some(&line.of_case(&case)) {
                        known.wake(&case.child);
                    }
                })
                .await?;
        }
        let today = self.zone.start_of_day(terms.today);
        let written_at = self.ledger.written_since(today).await?;
        let nameless = Nameless { facts: pass.nameless(), children: pass.has_nameless_children() };
        let (known, stale) = (Arc::new(known), self.is_stale(mark.loaded_at, now));
        let start = Start { nameless, stale, known: known.clone(), after, written_at };
        let mut sweep = Sweep::new(self, terms, &directory, start);
        let mut passed = match sweep_over(pass, known, &mut sweep).await {
            Ok(passed) => passed,
            Err(error) => {
                sweep.abandon().await?;
                return Err(error);
            }
        };
        sweep.settle_gone().await?;
        let mut faults = sweep.tally().faults.clone();
        faults.absorb(&passed.faults);
        let mut faults = faults.finish();
        self.set_views_aside(&mut passed.counts, &mut faults);
        faults.extend(self.directory_faults(&directory, terms.today));
        if let Err(guarded) = self.believe(previous.as_ref(), &passed.counts, sweep.tally().gone).await? {
            sweep.abandon().await?;
            return Ok(Err(NotAccepted(guarded.to_string())));
        }
        let mut of_authority = assess_reports(&terms, &sweep.tally().stretches);
        of_authority.extend(data_faults::duties(&faults, &sweep.tally().stored_dates, &terms));
        attention.extend(source_gaps::unjudged(&of_authority));
        if stale {
            of_authority.push(data_faults::stale(&self.as_of(mark.loaded_at), &terms));
        }
        sweep.settle_authority(of_authority).await?;
        attention.extend(in_case_data(&faults));

        let (mut storing, tally) = sweep.end().await?;
        let closing = Instant::now();
        let open_after = tally.open_after();
        let (latest, beyond) = storing.due_until(self.calendar.known_until()).await?;
        attention.extend(self.own.faults.iter().cloned());
        attention.extend(self.own_directory.held());
        attention.extend(self.horizon(DueUntil { latest, beyond }, now));
        let mut books = tally.books;
        self.fill(&mut books, &passed.counts, &faults);
        let imbalances = books.imbalances();
        let mut outcome = if imbalances.is_empty() { RunOutcome::Balanced } else { RunOutcome::Unbalanced };
        attention.extend(imbalances);
        if tally.adrift > 0 {
            attention.push(format!(
                "alarm: {} children came to something else though nothing had said so; report this as a defect",
                tally.adrift
            ));
        }
        storing.register_source(&mark.source_name).await?;
        let run = NewRun {
            at: now,
            started_at: now,
            finished_at: clock.now(),
            outcome,
            books: serde_json::to_value(&books)?,
            load_mark: Some(mark.loaded_at.to_rfc3339()),
            counts: passed.counts.0,
            procedure_hash: self.procedure.hash.clone(),
            calendar_hash: self.calendar.hash().to_owned(),
            directory_hash,
            whole,
        };
        let committed = storing.finish(&run).await?;
        let miscounted = books::against_the_ledger(&committed.counted, tally.notices, open_after);
        if !miscounted.is_empty() {
            outcome = RunOutcome::Unbalanced;
            self.ledger.judge_run(committed.run, outcome).await?;
            attention.extend(miscounted);
        }
        Ok(Ok(Polled { committed, books, outcome, attention, in_ledger: tally.in_ledger + closing.elapsed() }))
    }

    /// Whether every child is judged in this run: at the first, after a week, and when the clock stands before the last run.
    async fn is_whole(&self, previous: Option<&StoredRun>, now: DateTime<Utc>) -> Result<bool, WatchError> {
        if self.every_child || previous.is_none_or(|previous| now < previous.run.at) {
            return Ok(true);
        }
        Ok(self.ledger.last_whole_run_at().await?.is_none_or(|at| now - at >= WHOLE_AFTER))
    }

    /// Whether what was read can be true beside the last good run, or a person has said that it is.
    async fn believe(
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

    /// Everything beside a child's rows on which its judgement rests.
    fn key(&self, identity: &Identity, supply: &Supply) -> FingerprintKey {
        // How much of what is complete was held changes daily, and no judgement rests on it.
        let never = (&supply.no_facts, &supply.never_filled);
        FingerprintKey::new(&[
            &format!("{never:?}"),
            &identity.ledger_id.to_string(),
            &self.program,
            &self.procedure.hash,
            self.calendar.hash(),
            self.office.hash(),
            &self.procedure.time_zone,
        ])
    }

    /// Stores that nothing was judged. Once no reading has been accepted for [`HELD_BACK`], the last recipient is told:
    /// whoever waits for reminders would take the silence for good news.
    async fn refuse(&self, clock: Clock, started_at: DateTime<Utc>, why: &str) -> Result<Polled, WatchError> {
        let since = match self.ledger.last_good_run().await? {
            Some(good) => good.run.at,
            None => self.ledger.identity().await?.created_at,
        };
        let (mut changes, mut notices) = (Vec::new(), Vec::new());
        if started_at - since >= HELD_BACK {
            let terms = self.terms(started_at);
            let history = self.ledger.history(Whose::Authority, started_at).await?;
            let mut standing = Reconciled::default();
            let duty = data_faults::held_back(why, &terms);
            let known = reconcile(vec![duty], &BTreeSet::new(), &BTreeSet::new(), &history);
            standing.standing = known.standing;
            let nobody = Directory::default();
            let cases = BTreeMap::new();
            let audience = self.audience(&nobody, &cases);
            notices = decide(&standing, &audience, &history, &terms).notices;
            changes = standing.changes(&history);
        }
        let run = NewRun {
            at: started_at,
            started_at,
            finished_at: clock.now(),
            outcome: RunOutcome::Refused,
            books: serde_json::json!({ "refused": why }),
            load_mark: None,
            counts: BTreeMap::new(),
            procedure_hash: self.procedure.hash.clone(),
            calendar_hash: self.calendar.hash().to_owned(),
            directory_hash: String::new(),
            whole: false,
        };
        let part = Part { changes, notices, ..Part::default() };
        let committed = self.ledger.commit_run(&run, &part).await?;
        let mut attention = vec![format!("nothing was judged and nobody was told anything new: {why}")];
        attention.extend(self.own.faults.iter().cloned());
        attention.extend(self.own_directory.held());
        Ok(Polled {
            committed,
            books: Books::default(),
            outcome: RunOutcome::Refused,
            attention,
            in_ledger: Duration::ZERO,
        })
    }

    /// Another authority's ledger is never written to. One that is not where it was is a copy until a person says otherwise,
    /// and one whose days are invented never goes together with a mail server.
    pub async fn recognise_ledger(&self) -> Result<(), WatchError> {
        self.ledger.identity_of(&self.authority).await?;
        self.refuse_simulated_mail().await?;
        let home = self.ledger.home().await?;
        match self.ledger.home_check(&home).await? {
            HomeCheck::Home => Ok(()),
            HomeCheck::Copied { .. } => Err(WatchError::CopiedLedger { ledger: self.ledger.name().to_owned() }),
        }
    }

    /// Files are for rehearsals; a mail server reaches people.
    pub(super) async fn refuse_simulated_mail(&self) -> Result<(), WatchError> {
        match self.channel {
            Channel::Smtp(_) if self.ledger.identity().await?.simulated => {
                Err(WatchError::SimulatedMail { ledger: self.ledger.name().to_owned() })
            }
            _ => Ok(()),
        }
    }

    /// Whom to tell, with this watch's last recipient and sending clock.
    pub(super) fn audience<'a>(
        &'a self,
        directory: &'a Directory,
        cases: &'a BTreeMap<ChildRef, CaseContext>,
    ) -> Audience<'a> {
        Audience { directory, cases, last: &self.last_recipient, clock: &self.sending, stale: false }
    }

    /// Rows in each view at the last good read.
    pub async fn previous_counts(&self) -> Result<Option<Counts>, WatchError> {
        Ok(self.ledger.last_good_run().await?.map(|run| Counts(run.run.counts)))
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

    fn age(&self, mark: &LoadMark, now: DateTime<Utc>) -> Vec<String> {
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

fn in_case_data(faults: &[Fault]) -> Option<String> {
    let faults = faults.iter().filter(|fault| !matches!(fault.what, Defect::Orphans(_))).count();
    (faults > 0).then(|| format!("faults in the case data: {faults}; the data team is told"))
}

/// Reads the children and judges them at the same time: while one batch is judged the next is read.
async fn sweep_over(pass: Pass, known: Arc<KnownCases>, sweep: &mut Sweep<'_>) -> Result<Passed, WatchError> {
    let (sender, mut batches) = mpsc::channel(BATCHES_WAITING);
    let database = sweep.database();
    let reading = tokio::spawn(async move {
        let each = |batch: Vec<Seen>| {
            let sender = sender.clone();
            async move { sender.send(batch).await.is_ok() }.boxed()
        };
        pass.children(known.as_ref(), BATCH, each).await
    });
    let mut judged = Ok(());
    while let Some(batch) = batches.recv().await {
        judged = sweep.take(batch).await;
        if judged.is_err() {
            break;
        }
    }
    drop(batches);
    let read = reading.await.map_err(WatchError::Reading)?;
    judged?;
    read.map_err(|error| WatchError::Source { database, source: Box::new(error) })
}
