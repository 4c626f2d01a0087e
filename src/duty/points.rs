//! "To be confirmed at an EVENT", and "text that goes with the message for an EVENT": a duty while the event is near.
//!
//! Owns when that is, and what becomes of a point of which the record shows whether it was done. Must not know what the point is.
//! Where no fact shows it, it is never said to be met: once the event is over it is simply no longer there.

use chrono::Days;

use super::{
    Duty, Idle, Outcome, Reading, Status, Terms,
    ahead::{Event, events},
    case::Case,
    reading::{Draft, Readings, anchor, key},
};
use crate::{
    calendar::{CalendarError, Trust, WorkingDays},
    procedure::{Check, Guidance, Rule, UNDONE},
    record::Value,
};

/// A point is confirmed at its event, or just after it.
pub(super) fn check(terms: &Terms, rule: &Rule, shape: &Check, case: &Case) -> Outcome {
    each(terms, rule, &events(case, &shape.at, None), shape.undone, case)
}

/// What guides somebody at an event is of no use after it.
pub(super) fn guidance(terms: &Terms, rule: &Rule, shape: &Guidance, case: &Case) -> Outcome {
    let to_come: Vec<Event> = events(case, &shape.with, None).into_iter().filter(|event| !event.held).collect();
    each(terms, rule, &to_come, None, case)
}

fn each(terms: &Terms, rule: &Rule, events: &[Event], undone: Option<&str>, case: &Case) -> Outcome {
    let last_held = events.iter().rposition(|event| event.held);
    let mut duties = Vec::new();
    for (place, event) in events.iter().enumerate() {
        let said = undone.map(|flag| event.fact.get(flag));
        // What was not done at one event is overtaken by the next; what will not be done at one to come can still be mended.
        let concerns = !event.held || Some(place) == last_held;
        let found = match said {
            Some(Value::Flag(false)) if concerns => Found::NotDone,
            Some(Value::Flag(true)) if event.held => Found::Done,
            _ => Found::Nothing,
        };
        // Long over, and nothing is on record of it.
        if matches!(found, Found::Nothing) && event.on.checked_add_days(LONG_OVER).is_none_or(|on| on < terms.today) {
            continue;
        }
        match limit(terms, event) {
            Ok(readings) => duties.extend(point(terms, rule, case, event, readings, found)),
            Err(error) => {
                duties.push(draft(terms, rule, case, event).cannot_tell(error.into()));
            }
        }
    }
    if duties.is_empty() { Outcome::Idle(Idle::NothingToWatch) } else { Outcome::Duties(duties) }
}

fn draft<'a>(terms: &'a Terms<'a>, rule: &'a Rule, case: &Case<'a>, event: &Event) -> Draft<'a> {
    let notes = event.silent_note().into_iter().collect();
    let (key, anchor) = (key(event.fact), anchor(event.fact, event.on));
    Draft { terms, rule, record: case.record, key, anchor, notes }
}

fn point<'a>(
    terms: &'a Terms<'a>,
    rule: &'a Rule,
    case: &Case<'a>,
    event: &Event,
    readings: Readings,
    found: Found,
) -> Option<Duty> {
    let draft = draft(terms, rule, case, event);
    match found {
        Found::NotDone => {
            let mut duty = draft.standing(readings, None, Status::Overdue);
            duty.done = vec![UNDONE.into()];
            Some(duty)
        }
        Found::Done => Some(draft.dated(readings, Some(event.on))),
        Found::Nothing => {
            let near = readings.due.as_ref().is_some_and(|due| terms.now < due.ends_at(terms.zone));
            near.then(|| draft.standing(readings, None, Status::Open))
        }
    }
}

/// More than the longest way from an event to the end of the next working day.
const LONG_OVER: Days = Days::new(14);

/// What the record shows of a point.
#[derive(Clone, Copy)]
enum Found {
    Done,
    NotDone,
    Nothing,
}

/// Near until the end of the next working day: what was just held can still be confirmed.
fn limit(terms: &Terms, event: &Event) -> Result<Readings, CalendarError> {
    let limit = terms.calendar.add_working_days(event.on, WorkingDays(1), Trust::WithProvisional)?;
    let due = Reading { anchor: anchor(event.fact, event.on), on: limit.on, at: None };
    let arithmetic = format!("at the {event}");
    Ok(Readings { due: Some(due), provisional: limit.provisional, arithmetic, ..Readings::none() })
}
