//! One sweep over all children: who is judged, what that comes to, and what of it is stored.
//!
//! Children come in batches, and what is decided of a batch is handed to the ledger before the next is looked at, so that
//! memory grows only by what is known of each child, not by its history. Nothing lasts before the whole sweep has been accepted.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use tokio::time::Instant;

use super::{
    Watch, WatchError,
    audience::Line,
    directory::{add_strangers, unreachable},
    kept::{Carried, KnownCases},
    tally::Tally,
};
use crate::{
    directory::Directory,
    duty::{CaseContext, Duty, StoredDate, Terms, assess},
    ledger::{JudgedCase, Kept, Ledger, Part, RunInProgress, Whose},
    notice::{Audience, Change, Closing, DutyRef, History, Reconciled, decide, reconcile, wake_at},
    record::{CaseRecord, ChildRef, FactKind, PersonRef},
    source::{ChildRead, Faults, Fingerprint, Found, Seen},
    summary::Issued,
};

/// So many rows are held back before the ledger is written to: what a quiet run stores is written in one go at its end, and
/// an SQLite ledger is locked only for as long as that takes.
const ROWS_HELD: usize = 8_000;

/// So many children are decided of together: the ledger is asked once for what was decided of them before.
const DECIDED_TOGETHER: usize = 128;

/// What is known before the first child.
pub(super) struct Start {
    /// Kinds of which some rows name no child: a child without a plan, or without an enquiry, may be theirs.
    pub(super) nameless: Vec<FactKind>,
    /// The case data is too old to say of anybody that something was not done.
    pub(super) stale: bool,
    /// The clock stands before the last run.
    pub(super) backwards: bool,
    pub(super) known: Arc<KnownCases>,
    /// How many runs there were before.
    pub(super) after: i64,
    /// When each person was last written to today.
    pub(super) written_at: BTreeMap<PersonRef, DateTime<Utc>>,
    /// The latest weeks of which somebody was sent a summary.
    pub(super) issued: Issued,
}

/// A sweep that is under way.
pub(super) struct Sweep<'a> {
    watch: &'a Watch,
    pub(super) terms: Terms<'a>,
    pub(super) directory: &'a Directory,
    line: Line<'a>,
    nameless: Vec<FactKind>,
    pub(super) stale: bool,
    backwards: bool,
    known: Arc<KnownCases>,
    seen: Vec<bool>,
    /// How many runs there were before.
    after: i64,
    written_at: Arc<BTreeMap<PersonRef, DateTime<Utc>>>,
    pub(super) issued: Issued,
    undecided: Undecided,
    waiting: Part,
    storing: Option<RunInProgress>,
    tally: Tally,
}

/// Children who were judged and of whom nothing is decided yet.
#[derive(Default)]
struct Undecided {
    judged: BTreeMap<ChildRef, Judged>,
    duties: Vec<Duty>,
    /// Those of whom nothing may be taken to be over.
    unsure: BTreeSet<ChildRef>,
}

/// A child that was judged, before anything is decided.
struct Judged {
    context: CaseContext,
    fingerprint: Fingerprint,
    carried: Carried,
    wake_at: Option<DateTime<Utc>>,
    quiet: bool,
    woken: i64,
}

impl<'a> Sweep<'a> {
    pub(super) fn new(watch: &'a Watch, terms: Terms<'a>, directory: &'a Directory, start: Start) -> Sweep<'a> {
        let line = Line::new(directory, terms.procedure, terms.today, &watch.last_recipient);
        let Start { nameless, stale, backwards, known, after, written_at, issued } = start;
        Sweep {
            watch,
            terms,
            directory,
            line,
            nameless,
            stale,
            backwards,
            seen: vec![false; known.cases.len()],
            known,
            after,
            written_at: Arc::new(written_at),
            issued,
            undecided: Undecided::default(),
            waiting: Part::default(),
            storing: None,
            tally: Tally::default(),
        }
    }

    /// Takes the next children.
    pub(super) async fn take(&mut self, batch: Vec<Seen>) -> Result<(), WatchError> {
        for seen in batch {
            match seen {
                Seen::Unchanged(at) => self.pass_over(at),
                Seen::Read { child, fingerprint, known } => self.judge(child, fingerprint, known),
            }
        }
        if self.undecided.judged.len() >= DECIDED_TOGETHER { self.settle_judged().await } else { Ok(()) }
    }

    fn judge(&mut self, child: ChildRead, fingerprint: Fingerprint, known: Option<usize>) {
        if let Some(seen) = known.and_then(|at| self.seen.get_mut(at)) {
            *seen = true;
        }
        // Seen from an earlier day everything may be otherwise.
        let quiet = !self.backwards && known.is_some_and(|at| self.known.is_quiet(at, fingerprint));
        let ChildRead { record, found } = child;
        if found.incomplete || self.nameless.iter().any(|kind| record.facts(*kind).is_empty()) {
            self.undecided.unsure.insert(record.child.clone());
        }
        let woken = known.and_then(|at| self.known.cases.get(at)).map_or(0, |known| known.woken);
        let one = Judged { woken, ..self.assess(&record, found, fingerprint, quiet) };
        self.undecided.judged.insert(record.child, one);
    }

    /// Decides of those who were judged since the last time, and of those alone.
    async fn settle_judged(&mut self) -> Result<(), WatchError> {
        let Undecided { mut judged, duties, unsure } = std::mem::take(&mut self.undecided);
        if judged.is_empty() {
            return Ok(());
        }
        let history = self.history(Whose::Children(&judged.keys().cloned().collect::<Vec<_>>())).await?;
        let died = judged.values().filter(|one| one.context.died).map(|one| one.context.child.clone()).collect();
        let reconciled = reconcile(duties, &died, &unsure, &history);
        let cases = judged.iter().map(|(child, one)| (child.clone(), one.context.clone())).collect();
        let (mut part, held) = self.decide(&reconciled, &cases, &history);
        self.note_drift(&judged, &part);
        for standing in &reconciled.standing {
            let Some(one) = standing.duty.child.as_ref().and_then(|child| judged.get_mut(child)) else { continue };
            one.wake_at = one.wake_at.into_iter().chain(wake_at(standing, &self.terms)).min();
        }
        for (child, mut one) in judged {
            if held.contains(&child) {
                one.wake_at = Some(self.terms.now);
            }
            part.cases.push(self.keep(one)?);
        }
        self.store(part).await
    }

    /// A child whose rows say what they said, and whose judgement has no reason to change.
    fn pass_over(&mut self, at: usize) {
        if let Some(seen) = self.seen.get_mut(at) {
            *seen = true;
        }
        self.tally.books.children.unchanged += 1;
        if let Some(carried) = self.known.cases.get(at).and_then(|known| known.carried.as_ref()) {
            self.tally.faults.absorb(&carried.found.faults);
            self.tally.faults.absorb(&carried.strangers);
            self.tally.unreachable.extend(carried.unreachable.iter().cloned());
            self.tally.stretches.extend(carried.stretches.iter().cloned());
            self.tally.sittings.extend(carried.sittings.iter().cloned());
            self.tally.add_stored(&carried.stored_dates);
        }
    }

    fn assess(&mut self, record: &CaseRecord, found: Found, fingerprint: Fingerprint, quiet: bool) -> Judged {
        let assessment = assess(record, &self.terms);
        self.tally.books.enter(&assessment);
        let mut strangers = Faults::default();
        add_strangers(&mut strangers, self.directory, &assessment);
        self.tally.faults.absorb(&found.faults);
        self.tally.faults.absorb(&strangers);
        let unreachable = unreachable(&self.line, &assessment);
        self.tally.unreachable.extend(unreachable.iter().cloned());
        self.tally.stretches.extend(assessment.stretches.iter().cloned());
        self.tally.sittings.extend(assessment.sittings.iter().cloned());
        let differing = assessment.stored_dates.iter().filter(|stored| stored.days_later != 0);
        let stored_dates: Vec<StoredDate> = differing.cloned().collect();
        self.tally.add_stored(&stored_dates);
        let (context, wake_at) = (assessment.context.clone(), assessment.wake_at);
        let (stretches, sittings) = (assessment.stretches.clone(), assessment.sittings.clone());
        self.undecided.duties.extend(assessment.into_duties());
        Judged {
            context,
            fingerprint,
            carried: Carried { found, strangers, unreachable, stored_dates, stretches, sittings },
            wake_at,
            quiet,
            woken: 0,
        }
    }

    async fn history(&mut self, whose: Whose<'_>) -> Result<History, WatchError> {
        let asked = Instant::now();
        // Before the first run there is nothing to ask for.
        let mut history =
            if self.after == 0 { History::default() } else { self.watch.ledger.history(whose, self.terms.now).await? };
        self.tally.in_ledger += asked.elapsed();
        history.written_at.clone_from(&self.written_at);
        Ok(history)
    }

    /// What is to be stored, and the children of whom something waits for fresh data.
    fn decide(
        &mut self,
        reconciled: &Reconciled,
        cases: &BTreeMap<ChildRef, CaseContext>,
        history: &History,
    ) -> (Part, BTreeSet<ChildRef>) {
        let began = Instant::now();
        let audience = Audience { stale: self.stale, ..self.watch.audience(self.directory, cases) };
        let decision = decide(reconciled, &audience, history, &self.terms);
        self.tally.books.steps += decision.steps;
        let changes = reconciled.changes(history);
        for change in &changes {
            self.tally.gone += u64::from(matches!(change, Change::Closed { closing: Closing::NoLongerDue, .. }));
            self.tally.opened += match change {
                Change::Opened(_) => 1,
                Change::Updated { duty, .. } => i64::from(!history.duties.contains_key(&DutyRef::of(duty))),
                Change::Closed { .. } => -1,
            };
        }
        self.tally.notices += decision.notices.len();
        let part = Part {
            changes,
            notices: decision.notices,
            withdrawn: decision.withdrawn,
            superseded: decision.superseded,
            ..Part::default()
        };
        self.tally.deciding += began.elapsed();
        (part, decision.held)
    }

    /// In a whole run, those of whom nothing had said that they would come to something else.
    fn note_drift(&mut self, judged: &BTreeMap<ChildRef, Judged>, part: &Part) {
        let changed = part.changes.iter().map(|change| match change {
            Change::Opened(duty) | Change::Updated { duty, .. } | Change::Closed { duty, .. } => duty.child.as_ref(),
        });
        let told = part.notices.iter().map(|notice| notice.effect.child.as_ref());
        let children: BTreeSet<&ChildRef> = changed.chain(told).flatten().collect();
        let adrift = children.into_iter().filter(|child| judged.get(*child).is_some_and(|one| one.quiet));
        self.tally.adrift += adrift.count() as u64;
    }

    fn keep(&self, one: Judged) -> Result<JudgedCase, WatchError> {
        let kept = Kept {
            fingerprint: one.fingerprint.to_string(),
            wake_at: one.wake_at,
            audience: self.line.of_case(&one.context).to_string(),
            carried: one.carried.text()?,
            woken: one.woken,
        };
        Ok(JudgedCase { context: one.context, kept })
    }

    /// After the last child: those of the last run whom the case database holds no more. What was due for them is so no
    /// longer.
    /// With `some_nameless` the row of one who was not seen may be one that names nobody.
    pub(super) async fn settle_gone(&mut self, some_nameless: bool) -> Result<(), WatchError> {
        self.settle_judged().await?;
        if some_nameless {
            return Ok(());
        }
        let unseen = self.known.cases.iter().zip(&self.seen).filter(|(_, seen)| !**seen);
        let gone: Vec<ChildRef> = unseen.map(|(known, _)| known.child.clone()).collect();
        for gone in gone.chunks(500) {
            let history = self.history(Whose::Children(gone)).await?;
            let nobody = BTreeSet::new();
            let cases = self.watch.ledger.contexts_of(gone).await?;
            let (mut part, _) = self.decide(&reconcile(Vec::new(), &nobody, &nobody, &history), &cases, &history);
            part.gone = gone.to_vec();
            self.store(part).await?;
        }
        Ok(())
    }

    /// The duties of the whole authority, which are no child's.
    pub(super) async fn settle_authority(&mut self, duties: Vec<Duty>) -> Result<(), WatchError> {
        let history = self.history(Whose::Authority).await?;
        let nobody = BTreeSet::new();
        let (part, _) = self.decide(&reconcile(duties, &nobody, &nobody, &history), &BTreeMap::new(), &history);
        self.store(part).await
    }

    async fn store(&mut self, part: Part) -> Result<(), WatchError> {
        self.waiting.append(part);
        if self.waiting.rows() < ROWS_HELD {
            return Ok(());
        }
        self.write().await.map(drop)
    }

    /// Writes what waits, within the run.
    pub(super) async fn write(&mut self) -> Result<&mut RunInProgress, WatchError> {
        let began = Instant::now();
        let mut storing = if let Some(storing) = self.storing.take() {
            storing
        } else {
            let mut storing = self.watch.ledger.begin_run(self.terms.now, Some(self.after)).await?;
            self.tally.open_before = storing.open_duties().await?;
            storing
        };
        let waiting = std::mem::take(&mut self.waiting);
        storing.store(&waiting).await?;
        self.tally.in_ledger += began.elapsed();
        Ok(self.storing.insert(storing))
    }

    /// How messages name the case database.
    pub(super) fn database(&self) -> String {
        self.watch.source.database.clone()
    }

    /// The ledger that it is stored in.
    pub(super) fn ledger(&self) -> &Ledger {
        &self.watch.ledger
    }

    /// What has been added up so far.
    pub(super) fn tally(&self) -> &Tally {
        &self.tally
    }

    /// Writes what still waits, and hands over the run to be finished.
    pub(super) async fn end(mut self) -> Result<(RunInProgress, Tally), WatchError> {
        self.write().await?;
        match self.storing {
            Some(storing) => Ok((storing, self.tally)),
            None => Err(WatchError::Unstored),
        }
    }

    /// Nothing of it is stored.
    pub(super) async fn abandon(self) -> Result<(), WatchError> {
        match self.storing {
            Some(storing) => Ok(storing.abandon().await?),
            None => Ok(()),
        }
    }
}
