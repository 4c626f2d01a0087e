//! Rehearsal: the same stages, day after day, with the history carried along in memory. Changes nothing.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use chrono::{DateTime, NaiveDate, Utc};

use super::{Watch, WatchError, data_faults};
use crate::{
    duty::{CaseContext, Duty, Lacking, Terms, assess, assess_reports},
    ledger::Whose,
    notice::{Change, Decision, DutyRef, History, Notice, NoticeState, decide, reconcile},
    procedure::NoticeKind,
    record::{CaseRecord, ChildRef},
};

/// A message that would be sent.
#[derive(Clone, Debug)]
pub struct Previewed {
    /// When.
    pub at: DateTime<Utc>,
    /// What it would say, each with the duty as it will stand; all to one person.
    pub matters: Vec<(Notice, Duty)>,
}

/// What would be sent on each morning from one day to another, if the case record stayed as it is. What the ledger has
/// decided and not yet sent is part of it.
pub async fn rehearse(
    watch: &Watch,
    from: NaiveDate,
    to: NaiveDate,
    now: DateTime<Utc>,
) -> Result<Vec<Previewed>, WatchError> {
    let mut records: Vec<CaseRecord> = Vec::new();
    let mut load = watch.read_each(now, |record, _| records.push(record.clone())).await?;
    watch.forget_bounced(&mut load.directory, now).await?;
    let mut history = watch.ledger.history(Whose::All, now).await?;
    let today = watch.zone.start_of_day(watch.zone.local_date(now));
    history.written_at = Arc::new(watch.ledger.written_since(today).await?);
    let mut outbox = Outbox { waiting: watch.ledger.waiting().await?, messages: Vec::new() };
    let lacking = Lacking::of(load.supply.clone(), &watch.procedure);
    // A step owed before the first day is part of the first morning's message, as it would be after downtime.
    for day in from.iter_days().take_while(|day| *day <= to) {
        let at = watch.zone.at(day, watch.sending.morning_at);
        let terms = Terms { lacking: &lacking, ..watch.terms(at) };
        let (mut duties, cases) = assess_all(&records, &terms);
        duties.extend(data_faults::duties(&load.faults, &load.stored_dates, &terms));
        let died = cases.values().filter(|case| case.died).map(|case| case.child.clone()).collect();
        let unsure = load.unsure(&cases, &history);
        let reconciled = reconcile(duties, &died, &unsure, &history);
        let audience = watch.audience(&load.directory, &cases);
        let decision = decide(&reconciled, &audience, &history, &terms);
        let changes = reconciled.changes(&history);
        let standing = reconciled.standing.iter().map(|standing| &standing.duty);
        let duties = standing.chain(reconciled.over.iter().map(|over| &over.duty));
        outbox.take(&changes, &decision, &duties.map(|duty| (DutyRef::of(duty), duty)).collect());
        history.store(&changes, &decision);
        outbox.send(at, &mut history);
    }
    Ok(outbox.messages)
}

fn assess_all(records: &[CaseRecord], terms: &Terms) -> (Vec<Duty>, BTreeMap<ChildRef, CaseContext>) {
    let (mut duties, mut cases, mut stretches) = (Vec::new(), BTreeMap::new(), Vec::new());
    for record in records {
        let assessment = assess(record, terms);
        duties.extend(assessment.duties().cloned());
        stretches.extend(assessment.stretches);
        cases.insert(assessment.context.child.clone(), assessment.context);
    }
    duties.extend(assess_reports(terms, &stretches));
    (duties, cases)
}

/// What waits to be sent, each with the duty as it stands, and what was.
struct Outbox {
    waiting: Vec<(Notice, Duty)>,
    messages: Vec<Previewed>,
}

impl Outbox {
    /// Adds what a run decided, and drops what a later step says too or what is over.
    fn take(&mut self, changes: &[Change], decision: &Decision, duties: &BTreeMap<DutyRef, &Duty>) {
        let closed: BTreeSet<DutyRef> = changes.iter().filter_map(closed).collect();
        self.waiting.retain(|(notice, _)| {
            let tells_an_end =
                matches!(notice.kind, NoticeKind::Resolved | NoticeKind::NoLongerDue | NoticeKind::Changed);
            let idle = decision.superseded.contains(&notice.effect) || decision.withdrawn.contains(&notice.effect);
            !idle && (tells_an_end || !closed.contains(&reference(notice)))
        });
        for (notice, duty) in &mut self.waiting {
            if let Some(now) = duties.get(&reference(notice)) {
                *duty = (*now).clone();
            }
        }
        for notice in decision.notices.iter().filter(|notice| notice.state == NoticeState::Queued) {
            if let Some(duty) = duties.get(&reference(notice)) {
                self.waiting.push((notice.clone(), (*duty).clone()));
            }
        }
    }

    /// Sends all that may go by now: a message a person, and what is urgent in one of its own, as the ledger bundles them.
    fn send(&mut self, at: DateTime<Utc>, history: &mut History) {
        let mut bundles: BTreeMap<_, Vec<_>> = BTreeMap::new();
        let due = |(notice, _): &mut (Notice, Duty)| notice.send_at <= at;
        for (notice, duty) in self.waiting.extract_if(.., due) {
            history.hand_over(&notice, at);
            let bundle = (Reverse(notice.urgent), notice.effect.person.0.clone());
            bundles.entry(bundle).or_default().push((notice, duty));
        }
        self.messages.extend(bundles.into_values().map(|matters| Previewed { at, matters }));
    }
}

fn closed(change: &Change) -> Option<DutyRef> {
    match change {
        Change::Closed { duty, .. } => Some(DutyRef::of(duty)),
        _ => None,
    }
}

fn reference(notice: &Notice) -> DutyRef {
    let effect = &notice.effect;
    DutyRef { child: effect.child.clone(), duty: effect.duty.clone(), key: effect.key.clone() }
}
