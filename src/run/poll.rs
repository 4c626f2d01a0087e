//! A poll: read, assess, decide, and store all of it in one commit.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::FutureExt as _;
use tokio::{sync::mpsc, time::Instant};

use super::{
    Books, DueUntil, Watch, WatchError, books, data_faults,
    kept::KnownCases,
    opening::{NotAccepted, Opening},
    source_gaps,
    sweep::Sweep,
    tally::Tally,
};
use crate::{
    clock::Clock,
    directory::Directory,
    duty::{CaseContext, Lacking, Terms, assess_reports},
    ledger::{Committed, LedgerError, NewRun, Part, RunInProgress, RunOutcome, Whose},
    notice::{Audience, Reconciled, decide, reconcile},
    record::ChildRef,
    source::{Counts, Defect, Fault, LoadMark, Pass, Passed, Seen},
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
    /// How much of its time it worked out who is told.
    pub deciding: Duration,
    /// How much of its time it asked and filled the ledger.
    pub in_ledger: Duration,
}

/// Children handed over at a time.
const BATCH: usize = 128;

/// Batches that may wait while one is judged: the next children are read meanwhile, and no more of them are held than this.
const BATCHES_WAITING: usize = 2;

/// So often a run that another one has overtaken is begun again at once; then the next wake begins it.
const OVERTAKEN_AT_MOST: usize = 3;

/// A reading that is believed.
struct Accepted {
    mark: LoadMark,
    counts: Counts,
    faults: Vec<Fault>,
    directory_hash: String,
    whole: bool,
}

impl Watch {
    /// Reads the case database and stores what it comes to. A read that is not accepted is stored as a refused run: nothing
    /// is judged by it, nothing is told, and the next good read goes on.
    pub async fn poll(&mut self, clock: Clock) -> Result<Polled, WatchError> {
        let started_at = clock.now();
        self.reread_calendars();
        self.own_directory.reread();
        self.recognise_ledger().await?;
        self.say_what_is_in_force(started_at).await?;
        self.forget_old(started_at).await?;
        let mut run = Box::pin(self.run_at(clock, started_at)).await;
        // Another daemon on this ledger was quicker: what it stored has to be read first.
        for _ in 0..OVERTAKEN_AT_MOST {
            if !matches!(run, Err(WatchError::Ledger(LedgerError::Overtaken { .. }))) {
                break;
            }
            run = Box::pin(self.run_at(clock, clock.now())).await;
        }
        match run {
            Ok(Ok((polled, directory))) => {
                self.people = Some(directory);
                Ok(polled)
            }
            Ok(Err(NotAccepted(why))) => self.refuse(clock, started_at, &why).await,
            Err(error @ (WatchError::Source { .. } | WatchError::Directory { .. })) => {
                self.refuse(clock, started_at, &error.to_string()).await
            }
            Err(error) => Err(error),
        }
    }

    async fn run_at(
        &self,
        clock: Clock,
        now: DateTime<Utc>,
    ) -> Result<Result<(Polled, Directory), NotAccepted>, WatchError> {
        let opening = match self.open_run(now).await? {
            Ok(opening) => opening,
            Err(why) => return Ok(Err(why)),
        };
        let Opening { pass, mark, previous, supply, directory, directory_hash, adopted_on, whole, start, attention } =
            opening;
        let lacking = Lacking::of(supply, &self.procedure);
        let terms = Terms { lacking: &lacking, adopted_on: Some(adopted_on), ..self.terms(now) };
        let (known, stale) = (start.known.clone(), start.stale);
        let mut sweep = Sweep::new(self, terms, &directory, start);
        let mut passed = match sweep_over(pass, known, &mut sweep).await {
            Ok(passed) => passed,
            Err(error) => {
                sweep.abandon().await?;
                return Err(error);
            }
        };
        sweep.settle_gone(passed.nameless_children).await?;
        let mut faults = sweep.tally().faults.clone();
        faults.absorb(&passed.faults);
        let mut faults = faults.finish();
        self.set_views_aside(&mut passed.counts, &mut faults);
        faults.extend(self.directory_faults(&directory, terms.today));
        faults.extend(self.unreached(&directory, sweep.tally().unreachable.clone(), terms.today));
        if let Err(guarded) = self.believe(previous.as_ref(), &passed.counts, sweep.tally().gone).await? {
            sweep.abandon().await?;
            return Ok(Err(NotAccepted(guarded.to_string())));
        }
        let mut of_authority = assess_reports(&terms, &sweep.tally().stretches);
        of_authority.extend(data_faults::duties(&faults, &sweep.tally().stored_dates, &terms));
        of_authority.extend(sweep.summaries().await?);
        if stale {
            of_authority.push(data_faults::stale(&self.as_of(mark.loaded_at), &terms));
        }
        let mut attention = attention;
        attention.extend(in_case_data(&faults));
        attention.extend(source_gaps::unjudged(&of_authority));
        sweep.settle_authority(of_authority).await?;
        let (storing, tally) = sweep.end().await?;
        let read = Accepted { mark, counts: passed.counts, faults, directory_hash, whole };
        let polled = self.finish(clock, now, storing, tally, read, attention).await?;
        Ok(Ok((polled, directory)))
    }

    /// Sums the run up, and makes all of it last.
    async fn finish(
        &self,
        clock: Clock,
        now: DateTime<Utc>,
        mut storing: RunInProgress,
        tally: Tally,
        read: Accepted,
        mut attention: Vec<String>,
    ) -> Result<Polled, WatchError> {
        let began = Instant::now();
        let open_after = tally.open_after();
        let (latest, beyond) = storing.due_until(self.calendar.known_until()).await?;
        attention.extend(self.own.faults.iter().cloned());
        attention.extend(self.own_directory.held());
        attention.extend(self.horizon(DueUntil { latest, beyond }, now));
        let mut books = tally.books;
        self.fill(&mut books, &read.counts, &read.faults);
        let imbalances = books.imbalances();
        let mut outcome = if imbalances.is_empty() { RunOutcome::Balanced } else { RunOutcome::Unbalanced };
        attention.extend(imbalances);
        if tally.adrift > 0 {
            attention.push(format!(
                "alarm: {} children came to something else though nothing had said so; report this as a defect",
                tally.adrift
            ));
        }
        storing.register_source(&read.mark.source_name).await?;
        let run = NewRun {
            at: now,
            started_at: now,
            finished_at: clock.now(),
            outcome,
            books: serde_json::to_value(&books)?,
            load_mark: Some(read.mark.loaded_at.to_rfc3339()),
            counts: read.counts.0,
            procedure_hash: self.procedure.hash.clone(),
            calendar_hash: self.calendar.hash().to_owned(),
            directory_hash: read.directory_hash,
            whole: read.whole,
        };
        let committed = storing.finish(&run).await?;
        let miscounted = books::against_the_ledger(&committed.counted, tally.notices, open_after);
        if !miscounted.is_empty() {
            outcome = RunOutcome::Unbalanced;
            self.ledger.judge_run(committed.run, outcome, clock.now()).await?;
            attention.extend(miscounted);
        }
        let (deciding, in_ledger) = (tally.deciding, tally.in_ledger + began.elapsed());
        Ok(Polled { committed, books, outcome, attention, deciding, in_ledger })
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
        attention.extend(self.last_recipient_fails(started_at).await?);
        attention.extend(self.own.faults.iter().cloned());
        attention.extend(self.own_directory.held());
        Ok(Polled {
            committed,
            books: Books::default(),
            outcome: RunOutcome::Refused,
            attention,
            deciding: Duration::ZERO,
            in_ledger: Duration::ZERO,
        })
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
