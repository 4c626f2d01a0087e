//! "A STATE that must not last": a duty for each time it began, overdue until it is mended.

use chrono::{Days, NaiveDate};

use super::{
    Duty, Idle, Outcome, Status, Terms,
    case::{Case, Fit},
    reading::{Draft, Readings, anchor, key, silent_note, words},
};
use crate::{
    calendar::{Convention, Period, ShortDate, Trust},
    procedure::{Rule, Selector, Standing},
    record::{Fact, Value, When, attribute_words},
};

pub(super) fn assess(terms: &Terms, rule: &Rule, shape: &Standing, case: &Case) -> Outcome {
    match shape {
        Standing::NoneOpen { of, lasts, after_one } => {
            let mut gaps = gaps(terms, case, of, *lasts);
            gaps.retain(|gap| !after_one || !std::ptr::eq(gap.before, case.under));
            none_open(terms, rule, case, of, &gaps)
        }
        Standing::NotSet { of, attributes } => not_set(terms, rule, case, of, attributes),
    }
}

/// A duty for each stretch of the case that no such fact covers, keyed on the fact whose end began it.
fn none_open(terms: &Terms, rule: &Rule, case: &Case, of: &Selector, gaps: &[Gap]) -> Outcome {
    let duties: Vec<Duty> = gaps.iter().map(|gap| duty(terms, rule, case, of, gap)).collect();
    if duties.is_empty() { Outcome::Idle(Idle::NothingToWatch) } else { Outcome::Duties(duties) }
}

/// A stretch of days that no such fact covers.
pub(super) struct Gap<'a> {
    /// What ended when it began.
    before: &'a Fact,
    pub(super) from_on: NaiveDate,
    pub(super) mended_on: Option<NaiveDate>,
}

/// The stretches of the case that no such fact covers. They are computed from what is recorded, never read from a flag.
pub(super) fn gaps<'a>(terms: &Terms, case: &Case<'a>, of: &Selector, lasts: Option<Period>) -> Vec<Gap<'a>> {
    let last_on = lasts.map(|lasts| {
        let limit = terms.calendar.after(case.since, lasts, Convention::ORDINARY, Trust::WithProvisional);
        limit.map_or(case.today, |limit| limit.on.on())
    });
    let watched_on = last_on.map_or(case.today, |last_on| last_on.min(case.today));
    let mut gaps = Vec::new();
    let mut before: &Fact = case.under;
    let mut uncovered_from = case.opened_on;
    for (fact, when, _) in covering(case, of) {
        if when.on > uncovered_from {
            gaps.push(Gap { before, from_on: uncovered_from, mended_on: Some(when.on) });
        }
        // An end before the start cannot be right: the fact is taken to cover its first day.
        let ended = fact.kind.ended().and_then(|name| fact.date(name)).map(|end| end.on.max(when.on));
        match ended.and_then(|on| on.checked_add_days(Days::new(1))) {
            None => return gaps,
            Some(next) if next > uncovered_from => {
                uncovered_from = next;
                before = fact;
            }
            Some(_) => {}
        }
    }
    if uncovered_from <= watched_on {
        gaps.push(Gap { before, from_on: uncovered_from, mended_on: None });
    }
    gaps
}

/// The facts that may cover days of the case, oldest first: those begun before it too.
fn covering<'a>(case: &Case<'a>, of: &Selector) -> Vec<(&'a Fact, When, Fit)> {
    let whole = Case { since: NaiveDate::MIN, ..*case };
    whole.held(of).into_iter().filter(|(_, _, fit)| *fit == Fit::Yes).collect()
}

fn duty(terms: &Terms, rule: &Rule, case: &Case, of: &Selector, gap: &Gap) -> Duty {
    let Gap { before, from_on, mended_on } = *gap;
    let began = anchor(before, from_on);
    let until = mended_on.map(|on| format!("; again from {}", ShortDate(on))).unwrap_or_default();
    let arithmetic = format!("no open {} from {}{until}", terms.procedure.facts_in_words(of), ShortDate(from_on));
    let draft = Draft { terms, rule, record: case.record, key: key(before), anchor: began.clone(), notes: Vec::new() };
    let status = if mended_on.is_some() { Status::Met } else { Status::Overdue };
    draft.standing(Readings::fixed(&began, None, arithmetic), mended_on, status)
}

/// The latest such fact must say all of it. Of a date to come the next one says the same, once it is booked or was held.
fn not_set(terms: &Terms, rule: &Rule, case: &Case, of: &Selector, attributes: &[&str]) -> Outcome {
    let Some((fact, when, fit)) = case.starting(of).pop() else { return Outcome::Idle(Idle::NotStarted) };
    let next = |later: &Fact| {
        let held = later.held(terms.today).map(|when| when.on);
        held.or(later.planned(terms.today)).is_some_and(|on| on > when.on)
    };
    let followed = |name: &str| case.record.facts(of.fact.of_date_ahead(name)).iter().any(next);
    let says = |name: &str| match fact.get(name) {
        Value::Missing => false,
        Value::Date(date) if of.fact.is_date_ahead(name) => date.on > when.on,
        Value::Date(date) => case.has_come(*date),
        Value::Flag(said) => *said,
        Value::Count(number) => *number > 0,
        Value::Code(_) | Value::Person(_) | Value::Team(_) | Value::Fact(_) => true,
    };
    let lacking: Vec<&str> = attributes.iter().filter(|name| !says(name)).copied().collect();
    let by_the_next = !lacking.is_empty() && lacking.iter().all(|name| of.fact.is_date_ahead(name) && followed(name));
    let set = lacking.is_empty() || by_the_next;
    let began = anchor(fact, when.on);
    let mut notes = Vec::new();
    if let Fit::Silent(silent) = fit {
        notes.push(silent_note(fact, silent, "it is taken to apply"));
    }
    let named = |names: &[&str]| {
        let words = names.iter().map(|name| format!("\"{}\"", attribute_words(name)));
        words.collect::<Vec<_>>().join(", ")
    };
    let says = match (lacking.is_empty(), by_the_next) {
        (_, true) => format!("is followed by the next one, which says {}", named(&lacking)),
        (true, _) => format!("says {}", named(attributes)),
        (false, _) => format!("does not say {}", named(&lacking)),
    };
    let arithmetic = format!("the {} of {} {says}", words(of.fact.name()), ShortDate(when.on));
    let draft = Draft { terms, rule, record: case.record, key: key(fact), anchor: began.clone(), notes };
    let mut duty = draft.standing(
        Readings::fixed(&began, None, arithmetic),
        None,
        if set { Status::Met } else { Status::Overdue },
    );
    duty.late = !set;
    Outcome::Duties(vec![duty])
}
