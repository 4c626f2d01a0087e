//! Rehearsal of one authority's watch, morning after morning, on top of what its ledger holds. Changes nothing.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::{Watch, WatchError, audience::Line, data_faults, directory::is_over};
use crate::{
    duty::{CaseContext, Lacking, Terms},
    ledger::Whose,
    notice::{Notice, Withheld},
    record::CaseRecord,
    rehearsal::{Known, Message, Rehearsal},
    source::Fault,
};

/// What would be sent, and what would not.
#[derive(Clone, Debug, Default)]
pub struct Rehearsed {
    /// In the order sent.
    pub messages: Vec<Message>,
    /// What somebody is owed on the last morning and is not told: it was put off, or the case data is too old.
    pub withheld: Vec<Withheld>,
    /// What waits after the last morning: for another day, or for its reader to be back.
    pub waiting: Vec<Notice>,
}

/// What would be sent on each morning from one day to another, if the case record stayed as it is. What the ledger has
/// decided and not yet sent is part of it. With `as_live` a ledger on trial goes live on the first of them: what only the trial
/// has read is told to nobody, and people begin to be told that day.
pub async fn rehearse(
    watch: &Watch,
    from: NaiveDate,
    to: NaiveDate,
    now: DateTime<Utc>,
    as_live: bool,
) -> Result<Rehearsed, WatchError> {
    let (mut records, mut open) = (Vec::<CaseRecord>::new(), Vec::<CaseContext>::new());
    let load = watch
        .read_each(now, |record, assessment| {
            records.push(record.clone());
            open.extend((!is_over(assessment)).then(|| assessment.context.clone()));
        })
        .await?;
    let mut history = watch.ledger.history(Whose::All, now).await?;
    if as_live {
        // Nor has anybody had today's message.
        history.forget(&watch.ledger.read_by_a_trial().await?);
    } else {
        let today = watch.zone.start_of_day(watch.zone.local_date(now));
        history.written_at = Arc::new(watch.ledger.written_since(today).await?);
    }
    let mut rehearsal = Rehearsal::after(history, watch.ledger.waiting().await?);
    // The month before a day may begin two months before it.
    rehearsal.rests = watch.ledger.rests_made(now - TimeDelta::days(62)).await?;
    for record in records {
        rehearsal.learn(record);
    }
    let lacking = Lacking::of(load.supply.clone(), &watch.procedure);
    // It stays as old as it is: whoever loads it tonight as ever will not have it called old tomorrow.
    let stale = watch.is_stale(load.mark.loaded_at, now);
    let adopted_on = if as_live { Some(from) } else { watch.terms_of_telling(now).await?.adopted_on };
    let mut rehearsed = Rehearsed::default();
    // A step owed before the first day is part of the first morning's message, as it would be after downtime.
    for day in from.iter_days().take_while(|day| *day <= to) {
        let at = watch.zone.at(day, watch.sending.morning_at);
        let terms = Terms { lacking: &lacking, adopted_on, ..watch.terms(at) };
        // Who is there changes from day to day, though the rows stay.
        let line = Line::new(&load.directory, &watch.procedure, day, &watch.last_recipient);
        let needed = open.iter().flat_map(|case| line.unreachable(case)).collect();
        let unreached = watch.unreached(&load.directory, needed, day);
        let faults: Vec<Fault> = load.faults.iter().cloned().chain(unreached).collect();
        let known = Known {
            terms,
            directory: &load.directory,
            last: &watch.last_recipient,
            clock: &watch.sending,
            faults: data_faults::duties(&faults, &load.stored_dates, &terms),
            with_summaries: true,
            stale,
        };
        let unsure = |cases: &_, history: &_| load.unsure(cases, history);
        let messages = rehearsal.run(known, unsure, |seen| rehearsed.withheld.clone_from(&seen.decision.withheld));
        rehearsed.messages.extend(messages);
    }
    rehearsed.waiting = rehearsal.waiting().iter().map(|(notice, _)| notice.clone()).collect();
    Ok(rehearsed)
}
