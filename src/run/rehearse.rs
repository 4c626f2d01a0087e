//! Rehearsal: the same stages, day after day, with the history carried along in memory. Changes nothing.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};

use super::{Watch, WatchError};
use crate::{
    duty::{Duty, assess},
    notice::{DutyRef, Notice, NoticeState, decide, reconcile},
    record::CaseRecord,
};

/// A message that would be sent.
#[derive(Clone, Debug)]
pub struct Previewed {
    /// When.
    pub at: DateTime<Utc>,
    /// What it would say, each with the duty as it will stand; all to one person.
    pub matters: Vec<(Notice, Duty)>,
}

/// Messages by instant and person.
type Outbox = BTreeMap<(DateTime<Utc>, String), Vec<(Notice, Duty)>>;

/// What would be sent on each morning from one day to another, if the case record stayed as it is.
pub async fn rehearse(
    watch: &Watch,
    from: NaiveDate,
    to: NaiveDate,
    now: DateTime<Utc>,
) -> Result<Vec<Previewed>, WatchError> {
    let mut records: Vec<CaseRecord> = Vec::new();
    let load = watch.read_each(now, |record, _| records.push(record.clone())).await?;
    let mut history = watch.ledger.history(now).await?;
    let mut messages = Outbox::new();
    // A step owed before the first day is part of the first morning's message, as it would be after downtime.
    for day in from.iter_days().take_while(|day| *day <= to) {
        let at = watch.zone.at(day, watch.sending.morning_at);
        let terms = watch.terms(at);
        let mut duties: Vec<Duty> = Vec::new();
        let mut cases = BTreeMap::new();
        let mut stretches = Vec::new();
        for record in &records {
            let assessment = assess(record, &terms);
            duties.extend(assessment.duties().cloned());
            stretches.extend(assessment.stretches);
            cases.insert(assessment.context.child.clone(), assessment.context);
        }
        duties.extend(crate::duty::assess_reports(&terms, &stretches));
        let died = cases.values().filter(|case| case.died).map(|case| case.child.clone()).collect();
        let reconciled = reconcile(duties, &died, &load.incomplete, &history);
        let audience = watch.audience(&load.directory, &cases);
        let decision = decide(&reconciled, &audience, &history, &terms);
        let standing = reconciled.standing.iter().map(|standing| &standing.duty);
        let by_reference: BTreeMap<DutyRef, &Duty> = standing
            .chain(reconciled.over.iter().map(|over| &over.duty))
            .map(|duty| (DutyRef::of(duty), duty))
            .collect();
        for notice in decision.notices.iter().filter(|notice| notice.state == NoticeState::Queued) {
            let effect = &notice.effect;
            let reference = DutyRef { child: effect.child.clone(), duty: effect.duty.clone(), key: effect.key.clone() };
            let Some(duty) = by_reference.get(&reference) else { continue };
            let message = messages.entry((notice.send_at, effect.person.0.clone())).or_default();
            message.push((notice.clone(), (*duty).clone()));
        }
        let changes = reconciled.changes(&history);
        history.apply(&changes, &decision);
    }
    Ok(messages.into_iter().map(|((at, _), matters)| Previewed { at, matters }).collect())
}
