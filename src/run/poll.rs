//! A poll: read, assess, decide, and store all of it in one commit.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};

use super::{Books, CaseLoad, Watch, WatchError, books, data_faults};
use crate::{
    clock::Clock,
    delivery::Channel,
    directory::Directory,
    duty::{CaseContext, Terms},
    ledger::{Committed, HomeCheck, NewRun, RunOutcome},
    notice::{Audience, Reconciled, decide, reconcile},
    record::ChildRef,
    source::{Counts, Defect, guard},
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
}

impl Watch {
    /// Reads the case database and stores what it comes to. A read that is not accepted is stored as a refused run: nothing
    /// is judged by it, nothing is told, and the next good read goes on.
    pub async fn poll(&mut self, clock: Clock) -> Result<Polled, WatchError> {
        let now = clock.now();
        let started_at = now;
        self.reread_calendars();
        self.recognise_ledger().await?;
        let previous = self.previous_counts().await?;
        let load = match self.read(now).await {
            Ok(load) => load,
            Err(error @ WatchError::Source { .. }) => return self.refuse(clock, started_at, &error.to_string()).await,
            Err(error) => return Err(error),
        };
        if let Err(guarded) = guard(previous.as_ref(), &load.counts, self.shrink_percent) {
            return self.refuse(clock, started_at, &guarded.to_string()).await;
        }
        if let Err(error) = self.ledger.register_source(&load.mark.source_name).await {
            return self.refuse(clock, started_at, &error.to_string()).await;
        }
        self.store(clock, started_at, load).await
    }

    async fn store(&self, clock: Clock, started_at: DateTime<Utc>, mut load: CaseLoad) -> Result<Polled, WatchError> {
        let now = started_at;
        let supply = std::mem::take(&mut load.supply);
        let terms = Terms { supply: &supply, ..self.terms(now) };
        let mut attention = self.attention(&load, now);
        attention.extend(self.forget_bounced(&mut load.directory, now).await?);
        let history = self.ledger.history(now).await?;
        let (died, unsure) = (load.died(), load.unsure(&history));
        let reconciled = reconcile(std::mem::take(&mut load.duties), &died, &unsure, &history);
        let audience = self.audience(&load.directory, &load.cases);
        let decision = decide(&reconciled, &audience, &history, &terms);
        let mut books = load.books;
        books.steps = decision.steps;
        let imbalances = books.imbalances();
        let outcome = if imbalances.is_empty() { RunOutcome::Balanced } else { RunOutcome::Unbalanced };
        attention.extend(imbalances);
        let run = NewRun {
            at: now,
            started_at,
            finished_at: clock.now(),
            outcome,
            books: serde_json::to_value(&books)?,
            load_mark: Some(load.mark.loaded_at.to_rfc3339()),
            counts: load.counts.0,
            procedure_hash: self.procedure.hash.clone(),
            calendar_hash: self.calendar.hash().to_owned(),
        };
        let cases: Vec<_> = load.cases.into_values().collect();
        let changes = reconciled.changes(&history);
        let committed = self
            .ledger
            .commit_run(&run, &cases, &changes, &decision.notices, &decision.withdrawn, &decision.superseded)
            .await?;
        let known = reconciled.standing.iter().filter(|standing| standing.past.is_some()).count();
        let kept = history.duties.len() - known - reconciled.over.len();
        let expected = (decision.notices.len(), reconciled.standing.len() + kept);
        let miscounted = books::against_the_ledger(&committed.counted, expected);
        if miscounted.is_empty() {
            return Ok(Polled { committed, books, outcome, attention });
        }
        self.ledger.judge_run(committed.run, RunOutcome::Unbalanced).await?;
        attention.extend(miscounted);
        Ok(Polled { committed, books, outcome: RunOutcome::Unbalanced, attention })
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
            let history = self.ledger.history(started_at).await?;
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
        };
        let committed = self.ledger.commit_run(&run, &[], &changes, &notices, &[], &[]).await?;
        let mut attention = vec![format!("nothing was judged and nobody was told anything new: {why}")];
        attention.extend(self.own.faults.iter().cloned());
        Ok(Polled { committed, books: Books::default(), outcome: RunOutcome::Refused, attention })
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
        Audience { directory, cases, last: &self.last_recipient, clock: &self.sending }
    }

    /// Rows in each view at the last good read.
    pub async fn previous_counts(&self) -> Result<Option<Counts>, WatchError> {
        Ok(self.ledger.last_good_run().await?.map(|run| Counts(run.run.counts)))
    }

    /// Whether case data of that age is too old to speak of as today's.
    pub fn is_stale(&self, age: TimeDelta) -> bool {
        age > TimeDelta::hours(i64::from(self.stale_hours))
    }

    fn attention(&self, load: &CaseLoad, now: DateTime<Utc>) -> Vec<String> {
        let mut attention = Vec::new();
        let age = now - load.mark.loaded_at;
        if age < TimeDelta::hours(-1) {
            attention
                .push("the case data says that it was loaded in the future: its load mark cannot be right".to_owned());
        }
        if self.is_stale(age) {
            attention.push(format!("the case data is {} hours old", age.num_hours()));
        }
        let faults = load.faults.iter().filter(|fault| !matches!(fault.what, Defect::Orphans(_))).count();
        if faults > 0 {
            attention.push(format!("faults in the case data: {faults}; the data team is told"));
        }
        let unjudged = load.unjudged();
        if unjudged > 0 {
            attention.push(format!("rules that can be judged for no child: {unjudged}; the data team is told once"));
        }
        if !load.refused_addresses.is_empty() {
            attention
                .push(format!("{} addresses in the directory may not be written to", load.refused_addresses.len()));
        }
        attention.extend(self.own.faults.iter().cloned());
        attention.extend(self.horizon(&load.duties, now));
        attention
    }
}
