//! "At least once between EVENTS, or at every Nth".

use chrono::NaiveDate;

use super::{
    CannotTell, Duty, Idle, Outcome, Reading, Status, Terms,
    case::{Case, Fit},
    reading::{Draft, Readings, anchor, key, silent_note, status, words},
};
use crate::{
    calendar::{Period, ShortDate, Trust},
    procedure::{Between, Rule, Selector},
    record::{Fact, Need, Value, When, attribute_words},
};

pub(super) fn assess(terms: &Terms, rule: &Rule, shape: &Between, case: &Case) -> Outcome {
    match shape {
        Between::Gap { of, next, before_next, met_by } => {
            gaps(terms, rule, case, &Gaps { of, next: *next, before_next: *before_next, met_by })
        }
        Between::EveryNth { of, nth, flag } => every_nth(terms, rule, case, of, *nth, flag),
    }
}

struct Gaps<'a> {
    of: &'a Selector,
    next: Option<&'static str>,
    before_next: Period,
    met_by: &'a Selector,
}

/// One duty for each gap. A gap that has closed unmet can no longer be mended: the next gap's duty takes over from it.
fn gaps(terms: &Terms, rule: &Rule, case: &Case, shape: &Gaps) -> Outcome {
    let mut bounds = case.held(shape.of);
    // What waits for the birth waits in the gap in which the child is born.
    if case.since > case.opened_on {
        let before = Case { since: case.opened_on, ..*case }.held(shape.of);
        bounds.splice(..0, before.into_iter().rfind(|(_, when, _)| when.on < case.since));
    }
    if bounds.is_empty() {
        return Outcome::Idle(Idle::NotStarted);
    }
    let meeting = case.held(shape.met_by);
    let mut duties = Vec::new();
    for (at, (fact, when, _)) in bounds.iter().enumerate() {
        let closes_on = bounds.get(at + 1).map(|(_, next, _)| next.on);
        let next_on = closes_on.or_else(|| next_one(case, shape, fact, *when));
        let inside = |on: NaiveDate| on > when.on && closes_on.is_none_or(|closes_on| on < closes_on);
        let met_on =
            meeting.iter().find(|(_, seen, fit)| *fit == Fit::Yes && inside(seen.on)).map(|(_, seen, _)| seen.on);
        if closes_on.is_some() && met_on.is_none() {
            continue;
        }
        let mut notes = Vec::new();
        for (event, seen, fit) in &meeting {
            if let (Fit::Silent(attribute), None, true) = (fit, met_on, inside(seen.on)) {
                notes.push(silent_note(event, attribute, "it is not counted"));
            }
        }
        let draft = Draft { terms, rule, record: case.record, key: key(fact), anchor: anchor(fact, when.on), notes };
        duties.push(match next_on {
            Some(next_on) => one_gap(draft, shape, next_on, met_on),
            None if met_on.is_some() => draft.dated(Readings::none(), met_on),
            None => draft.cannot_tell(no_next(shape)),
        });
    }
    Outcome::Duties(duties)
}

fn one_gap(draft: Draft, shape: &Gaps, next_on: NaiveDate, met_on: Option<NaiveDate>) -> Duty {
    match draft.terms.calendar.before(next_on, shape.before_next, Trust::WithProvisional) {
        Ok(limit) => {
            let on = limit.on.max(draft.anchor.on.into());
            let arithmetic = format!(
                "{} before the next {} on {}: {}",
                shape.before_next,
                words(shape.of.fact.name()),
                ShortDate(next_on),
                ShortDate(on.on())
            );
            let due = Reading { anchor: draft.anchor.clone(), on, at: None };
            let readings = Readings { due: Some(due), provisional: limit.provisional, arithmetic, ..Readings::none() };
            draft.dated(readings, met_on)
        }
        Err(error) => draft.cannot_tell(error.into()),
    }
}

fn no_next(shape: &Gaps) -> CannotTell {
    let dates: Vec<&str> = shape.next.into_iter().chain(shape.of.fact.booked()).collect();
    let why = format!("the record holds no date for the next {}", words(shape.of.fact.name()));
    CannotTell::for_want_of(Need::attribute(shape.of.fact, &dates), why)
}

/// When the next one is: the first booked from today, else the earliest of the date that the last one set and a booking that
/// has passed unheld. A limit that was missed stands until the record says that it was held, or for when it is booked now.
fn next_one(case: &Case, shape: &Gaps, last: &Fact, held: When) -> Option<NaiveDate> {
    let booked: Vec<NaiveDate> = case.booked(shape.of).into_iter().filter(|on| *on > held.on).collect();
    let ahead = booked.iter().find(|on| **on >= case.today).copied();
    let set = shape.next.and_then(|name| last.date(name)).map(|when| when.on).filter(|on| *on > held.on);
    ahead.or_else(|| booked.into_iter().chain(set).min())
}

/// One duty for each unbroken run of events without the flag: strictly at the first, by the ordinary reading at the Nth.
fn every_nth(terms: &Terms, rule: &Rule, case: &Case, of: &Selector, nth: u32, flag: &'static str) -> Outcome {
    let events: Vec<(&Fact, When)> =
        case.held(of).into_iter().filter(|(_, _, fit)| *fit == Fit::Yes).map(|(fact, when, _)| (fact, when)).collect();
    if events.is_empty() {
        return Outcome::Idle(Idle::NotStarted);
    }
    let mut duties = Vec::new();
    let mut run: Vec<(&Fact, When)> = Vec::new();
    for (fact, when) in events {
        if *fact.get(flag) == Value::Flag(true) {
            duties.extend(one_run(terms, rule, case, &run, nth, flag, Some(when.on)));
            run.clear();
        } else {
            run.push((fact, when));
        }
    }
    duties.extend(one_run(terms, rule, case, &run, nth, flag, None));
    if duties.is_empty() { Outcome::Idle(Idle::NothingToWatch) } else { Outcome::Duties(duties) }
}

fn one_run(
    terms: &Terms,
    rule: &Rule,
    case: &Case,
    run: &[(&Fact, When)],
    nth: u32,
    flag: &str,
    met_on: Option<NaiveDate>,
) -> Option<Duty> {
    let (first, started) = run.first()?;
    let anchored = anchor(first, started.on);
    // Only recorded Noes in an unbroken row make a breach; a silence between them settles nothing.
    let unknown = |(fact, _): &(&Fact, When)| *fact.get(flag) == Value::Missing;
    let mut in_a_row = 0;
    let breach = run.iter().find(|event| {
        in_a_row = if unknown(event) { 0 } else { in_a_row + 1 };
        in_a_row >= nth.max(1)
    });
    let notes: Vec<String> = run
        .iter()
        .filter(|event| unknown(event))
        .rev()
        .take(3)
        .map(|(fact, _)| silent_note(fact, flag, "it counts neither way"))
        .collect();
    let draft = Draft { terms, rule, record: case.record, key: key(first), anchor: anchored.clone(), notes };
    if met_on.is_none() && breach.is_none() && run.iter().any(unknown) {
        let why = format!("\"{}\" is not recorded for a recent {}", attribute_words(flag), words(&anchored.fact));
        return Some(draft.cannot_tell(CannotTell::for_want_of(Need::attribute(first.kind, &[flag]), why)));
    }
    let reading = |on| Some(Reading { anchor: anchored.clone(), on, at: None });
    let named = attribute_words(flag);
    let arithmetic = match breach {
        Some((_, when)) => {
            format!("{nth} in a row without \"{named}\", from {} to {}", ShortDate(started.on), ShortDate(when.on))
        }
        None => format!("without \"{named}\" on {}: the next one must have it", ShortDate(started.on)),
    };
    let readings = Readings {
        strict: reading(started.on.into()),
        due: breach.and_then(|(_, when)| reading(when.on.into())),
        arithmetic,
        ..Readings::none()
    };
    let status = match (met_on, breach) {
        (Some(_), _) => Status::Met,
        (None, Some(_)) => Status::Overdue,
        (None, None) => status(terms, &readings, None),
    };
    Some(draft.standing(readings, met_on, status))
}
