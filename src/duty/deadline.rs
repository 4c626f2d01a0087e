//! "Within PERIOD of EVENT, met by EVENT": one duty for each event of the case's period.

use chrono::NaiveDate;

use super::{
    CannotTell, Outcome, Terms,
    case::{Case, Fit},
    reading::{Draft, after, anchor, key, silent_note, words},
};
use crate::{
    procedure::{Deadline, MetBy, Rule, Selector, Test},
    record::{Fact, Need, When},
};

pub(super) fn assess(terms: &Terms, rule: &Rule, shape: &Deadline, case: &Case) -> Outcome {
    let draft = |fact: &Fact, on, notes| Draft {
        terms,
        rule,
        record: case.record,
        key: key(fact),
        anchor: anchor(fact, on),
        notes,
    };
    let anchors = case.held(&shape.of);
    if anchors.is_empty() {
        if !shape.expected {
            return Outcome::Idle(super::Idle::NotStarted);
        }
        let why = format!("the record holds no {} that would start this clock", described(&shape.of));
        let why = CannotTell::for_want_of(Need::fact(shape.of.fact), why);
        return Outcome::Duties(vec![draft(case.under, case.since, Vec::new()).cannot_tell(why)]);
    }
    let duties = anchors.into_iter().map(|(fact, when, fit)| {
        let mut notes = Vec::new();
        if let Fit::Silent(attribute) = fit {
            notes.push(silent_note(fact, attribute, "the clock is taken to run"));
        }
        let met_on = match &shape.met_by {
            MetBy::Fact(selector) => first_that_counts(case, selector, fact, |on| on >= when.on, &mut notes),
            MetBy::Dates(attributes) => all_recorded(case, fact, attributes).map(|when| when.on),
        };
        let readings =
            after(terms, &anchor(fact, when.on), when, shape.strict_within.unwrap_or(shape.within), shape.within);
        let mut duty = draft(fact, when.on, notes).counted(readings, met_on);
        duty.done = recorded(case, fact);
        duty
    });
    Outcome::Duties(duties.collect())
}

/// The day of the first such fact, other than the event itself, that was held on a day that counts. One that might count, were
/// the record not silent, is noted.
pub(super) fn first_that_counts(
    case: &Case,
    selector: &Selector,
    event: &Fact,
    counts: impl Fn(NaiveDate) -> bool,
    notes: &mut Vec<String>,
) -> Option<NaiveDate> {
    for (fact, when, fit) in case.held(selector) {
        if !counts(when.on) || std::ptr::eq(fact, event) {
            continue;
        }
        match fit {
            Fit::Yes => return Some(when.on),
            Fit::Silent(attribute) => notes.push(silent_note(fact, attribute, "it is not counted")),
            Fit::No => {}
        }
    }
    None
}

/// The last of the dates, once all are on the record and none lies ahead.
pub(super) fn all_recorded(case: &Case, fact: &Fact, attributes: &[&str]) -> Option<When> {
    let dates: Option<Vec<When>> = attributes.iter().map(|name| done_on(case, fact, name)).collect();
    dates.and_then(|dates| dates.into_iter().max())
}

/// A date of a fact that can be evidence: neither ahead of now nor before the fact itself.
pub(super) fn done_on(case: &Case, fact: &Fact, name: &str) -> Option<When> {
    let begun = fact.happened().map(|when| when.on);
    fact.date(name).filter(|when| case.has_come(*when) && begun.is_none_or(|begun| begun <= when.on))
}

/// The date attributes of a fact that are on the record: the links of its chain that are done.
pub(super) fn recorded(case: &Case, fact: &Fact) -> Vec<String> {
    fact.dates().map(|(name, _)| name).filter(|name| done_on(case, fact, name).is_some()).map(str::to_owned).collect()
}

/// A selector in words, for a record that holds no such fact.
pub(super) fn described(selector: &Selector) -> String {
    let mut text = words(selector.fact.name()).to_owned();
    for test in &selector.tests {
        match test {
            Test::Flag { attribute, is } => {
                let with = if *is { "with" } else { "without" };
                text.push_str(&format!(" {with} \"{}\"", attribute.replace('_', " ")));
            }
            Test::Code { any_of, .. } => {
                text.push_str(&format!(" ({})", any_of.join(", ").replace('_', " ")));
            }
        }
    }
    text
}
