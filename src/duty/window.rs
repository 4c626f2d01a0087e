//! "Not before DATE, not after DATE", both measured from the child's birth or the day it is expected.

use chrono::{Days, NaiveDate};

use super::{
    Anchor, CannotTell, Idle, Outcome, Reading, Terms,
    case::{Case, Fit},
    reading::{Draft, Readings, key, silent_note, words},
};
use crate::{
    calendar::{CalendarError, Convention, Limit, Period, ShortDate, Trust, add_months},
    procedure::{ChildDate, Distance, Rule, Window},
};

pub(super) fn assess(terms: &Terms, rule: &Rule, shape: &Window, case: &Case) -> Outcome {
    let record = case.record;
    let born = record.born_on.is_some_and(|born_on| born_on <= terms.today);
    // It is counted from the birth, but does not carry that day: it is known by what it runs under.
    let anchor = Anchor { fact: "child".into(), id: record.child.0.clone(), on: case.opened_on };
    let draft = |notes| Draft { terms, rule, record, key: key(case.under), anchor: anchor.clone(), notes };
    let from_on = match shape.from {
        // A birth that nobody has recorded is taken to have happened on the expected day.
        ChildDate::Born => match record.born_on.or(record.expected_on) {
            Some(on) if on > terms.today => return Outcome::Idle(Idle::Unborn),
            on => on,
        },
        // What was to happen before the birth cannot happen after it.
        ChildDate::Expected if born => return Outcome::Idle(Idle::NothingToWatch),
        ChildDate::Expected => record.expected_on,
    };
    let Some(from_on) = from_on else {
        let why = "the record holds neither the day of birth nor the day on which it is expected";
        return Outcome::Duties(vec![draft(Vec::new()).cannot_tell(CannotTell::because(why))]);
    };
    match window(terms, shape, from_on) {
        // Its own words name the day.
        Err(_) => Outcome::Duties(vec![draft(Vec::new()).cannot_tell(CannotTell::birth_out_of_range())]),
        Ok((opens_on, strict, due)) => {
            let (met_on, notes) = held_in(case, shape, opens_on);
            let readings = readings(shape, opens_on, strict, due, &anchor);
            Outcome::Duties(vec![draft(notes).dated(readings, met_on)])
        }
    }
}

/// The first day, the last day strictly, the last day.
fn window(terms: &Terms, shape: &Window, from_on: NaiveDate) -> Result<(NaiveDate, Limit, Limit), CalendarError> {
    let at = |distance: Distance| {
        // A birth may lie before all holidays that are known, and time that counts every day needs none of them.
        if let Some(on) = without_calendar(from_on, distance) {
            return Ok(Limit { on: on.into(), provisional: false, beyond_data: false });
        }
        match distance {
            Distance::Before(period) => terms.calendar.before(from_on, period, Trust::WithProvisional),
            Distance::After(period) => {
                terms.calendar.after(from_on, period, Convention::ORDINARY, Trust::WithProvisional)
            }
        }
    };
    let due = at(shape.not_after)?;
    let strict = shape.strict.map_or(Ok(due), at)?;
    Ok((at(shape.not_before)?.on.on(), if strict.on < due.on { strict } else { due }, due))
}

/// A day so many days, weeks or months away; none for working days.
fn without_calendar(from_on: NaiveDate, distance: Distance) -> Option<NaiveDate> {
    let back = matches!(distance, Distance::Before(_));
    let days = |days: u32| {
        let days = Days::new(days.into());
        if back { from_on.checked_sub_days(days) } else { from_on.checked_add_days(days) }
    };
    match distance.period() {
        Period::Days(count) => days(count),
        Period::Weeks(count) => days(count.checked_mul(7)?),
        Period::Months(count) => {
            let count = i32::try_from(count).ok()?;
            add_months(from_on, if back { -count } else { count })
        }
        Period::WorkingDays(_) | Period::WorkingWeeks(_) | Period::Hours(_) => None,
    }
}

/// The first day from its opening on. What was held before that is said, and counts only where the rule lets it.
fn held_in(case: &Case, shape: &Window, opens_on: NaiveDate) -> (Option<NaiveDate>, Vec<String>) {
    let mut notes = Vec::new();
    for (fact, when, fit) in case.held(&shape.of) {
        match fit {
            Fit::Silent(attribute) => notes.push(silent_note(fact, attribute, "it is not counted")),
            Fit::Yes if when.on >= opens_on => return (Some(when.on), notes),
            Fit::Yes => {
                let (kind, id) = (words(fact.kind.name()), &fact.id.0);
                let (on, opens) = (ShortDate(when.on), ShortDate(opens_on));
                let counted = if shape.may_be_early { "it is counted all the same" } else { "it is not counted" };
                notes.push(format!("{kind} {id} was held on {on}, before {opens}: {counted}"));
                if shape.may_be_early {
                    return (Some(when.on), notes);
                }
            }
            Fit::No => {}
        }
    }
    (None, notes)
}

fn readings(shape: &Window, opens_on: NaiveDate, strict: Limit, due: Limit, anchor: &Anchor) -> Readings {
    let event = match shape.from {
        ChildDate::Born => "the birth",
        ChildDate::Expected => "the expected birth",
    };
    let (opens, closes) = (ShortDate(opens_on), ShortDate(due.on.on()));
    let mut arithmetic = format!("from {opens} to {closes}, by the day of {event} on record");
    if strict.on < due.on {
        arithmetic.push_str(&format!("; at the earliest by {}", ShortDate(strict.on.on())));
    }
    let reading = |limit: Limit| Some(Reading { anchor: anchor.clone(), on: limit.on, at: None });
    Readings {
        strict: reading(strict),
        due: reading(due),
        provisional: due.provisional || strict.provisional,
        skipped: Vec::new(),
        arithmetic,
    }
}
