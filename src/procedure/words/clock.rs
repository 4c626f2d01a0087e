//! The clock of a rule in plain words: when it must be done, and what shows that it was.
//!
//! Owns a sentence for each shape. Must not know who is told.

use super::{
    capital, date_words, every, listed,
    selector::{bare, flag, held, in_a_row, one, with_article},
};
use crate::procedure::{
    Before, Between, ChildDate, Deadline, MetBy, Order, Procedure, Recurring, Report, Rule, Selector, Shape, Standing,
    Start, Unassessed, Under, Window,
};

/// One or more sentences. The only place that tells the shapes apart to word them.
pub(super) fn sentences(procedure: &Procedure, rule: &Rule) -> String {
    match &rule.shape {
        Shape::Deadline(shape) => deadline(procedure, rule.under, shape),
        Shape::Recurring(shape) => recurring(procedure, rule.under, shape),
        Shape::Between(shape) => between(procedure, shape),
        Shape::Standing(shape) => standing(procedure, shape),
        Shape::Alert(shape) => {
            format!("At once when {} is on record. {}", one(procedure, &shape.on), met_by_dates(&shape.met_by))
        }
        Shape::Report(shape) => report(procedure, shape),
        Shape::Before(shape) => before(procedure, shape),
        Shape::Window(shape) => window(procedure, shape),
        Shape::Order(shape) => order(procedure, shape),
        Shape::Unassessed(Unassessed::Check { at, reason }) => {
            format!("To be confirmed at {}. It is not tracked: {reason}.", one(procedure, at))
        }
        Shape::Unassessed(Unassessed::Guidance { with, reason }) => {
            format!("Goes with the messages for {}. It is not tracked: {reason}.", one(procedure, with))
        }
    }
}

fn deadline(procedure: &Procedure, under: Under, shape: &Deadline) -> String {
    let met = met(procedure, &shape.met_by, " on or after that day");
    let strict = shape.strict_within.map(|strict| format!(", or read strictly {strict},")).unwrap_or_default();
    let mut text = format!("Within {}{strict} of {}. {met}", shape.within, starting(procedure, under, &shape.of));
    if shape.expected {
        let (under, fact) = (with_article(under.kind().words()), shape.of.fact.words());
        text.push_str(&format!(" {} without such a {fact} on record is told as \"cannot tell\".", capital(&under)));
    }
    text
}

/// What starts a clock. What lasts starts it with its first day.
fn starting(procedure: &Procedure, under: Under, of: &Selector) -> String {
    match (of.fact.ended().is_some(), of.fact == under.kind() && of.tests.is_empty()) {
        (_, true) => start_of(under),
        (true, false) => format!("the start of {}", one(procedure, of)),
        (false, false) => one(procedure, of),
    }
}

fn start_of(under: Under) -> String {
    format!("the start of the {}", under.kind().words())
}

fn recurring(procedure: &Procedure, under: Under, shape: &Recurring) -> String {
    let counted = match shape.from {
        Start::Opening => format!("counted from {} and then from each time it is done", start_of(under)),
        Start::FirstEvent => "counted from each time it is done; the first time starts the clock".to_owned(),
    };
    let met = held(procedure, &shape.met_by);
    let setter = shape.weeks_set_by.map(|(kind, _)| with_article(kind.words()));
    let Some(own) = shape.every else {
        let setter = setter.unwrap_or_default();
        return format!(
            "As often as {setter} has set in weeks, {counted}. Met by {met}. While nobody has set it, it is told as \
             \"cannot tell\"."
        );
    };
    let strict = shape.strict_every.map(|strict| format!(", or read strictly every {strict}")).unwrap_or_default();
    let mut text = format!("At least every {}{strict}, {counted}. Met by {met}.", every(own));
    if let Some(setter) = setter {
        text.push_str(&format!(
            " Where {setter} has set another number of weeks, the shorter of the two gives the earliest date, and the \
             number that was set gives the due date."
        ));
    }
    text
}

fn between(procedure: &Procedure, shape: &Between) -> String {
    match shape {
        Between::Gap { of, next, before_next, met_by } => {
            let day = match (of.fact.booked(), next) {
                (_, None) => "the one it is booked for".to_owned(),
                (None, Some(next)) => format!("the one on record as \"{}\"", date_words(next)),
                (Some(_), Some(next)) => {
                    format!("the one it is booked for, else the one on record as \"{}\"", date_words(next))
                }
            };
            format!(
                "At least once between each {} and the next, at the latest {before_next} before the next. Met by {}. \
                 The day of the next {} is {day}.",
                bare(procedure, of),
                held(procedure, met_by),
                of.fact.words(),
            )
        }
        Between::EveryNth { of, nth, flag: name } => {
            let (noun, quality) = (with_article(of.fact.words()), flag(of.fact, name, true));
            format!("Of any {nth} {}, at least one must be {noun} {quality}.", in_a_row(procedure, of))
        }
    }
}

fn standing(procedure: &Procedure, shape: &Standing) -> String {
    match shape {
        Standing::NoneOpen { of } => {
            format!("There must always be {}. Overdue from the first day without one.", one(procedure, of))
        }
        Standing::NotSet { of, attribute } => {
            let fact = of.fact.words();
            // Only a date to come is said by the next one too.
            let next = if of.fact.is_date(attribute) {
                let booked = if of.fact.booked().is_some() { "is booked or " } else { "" };
                format!(", unless the next {fact} {booked}was held")
            } else {
                String::new()
            };
            format!(
                "The latest {} must have its \"{}\" on record{next}. Overdue from the day of that {fact}.",
                bare(procedure, of),
                date_words(attribute),
            )
        }
    }
}

fn report(procedure: &Procedure, shape: &Report) -> String {
    let about = procedure.rule(&shape.about).map_or(shape.about.0.as_str(), |rule| rule.title.as_str());
    format!(
        "Once for each calendar month, {} after it ends: every case that broke \"{about}\" at any time in the month. It \
         goes out even if there was none.",
        shape.within
    )
}

fn before(procedure: &Procedure, shape: &Before) -> String {
    let (event, met) = (one(procedure, &shape.of), met(procedure, &shape.met_by, " since the last one"));
    match shape.by {
        None => format!("At the latest on the day of {event}. {met}"),
        Some(by) => {
            let clear =
                if by.counts_working_days() { ", and for the earliest date so many clear days before it" } else { "" };
            format!("At the latest {by} before {event}{clear}. {met}")
        }
    }
}

fn window(procedure: &Procedure, shape: &Window) -> String {
    let event = match shape.from {
        ChildDate::Born => "the birth",
        ChildDate::Expected => "the expected day of birth",
    };
    let strict = shape.strict.map(|strict| format!(" The earliest date is {strict} it.")).unwrap_or_default();
    let early = if shape.may_be_early { " What was held earlier counts, and is said." } else { "" };
    let (opens, closes) = (shape.not_before, shape.not_after);
    format!(
        "From {opens} {event}, and not later than {closes} it.{strict} Met by {}.{early}",
        held(procedure, &shape.of)
    )
}

fn order(procedure: &Procedure, shape: &Order) -> String {
    let each_time = if shape.each_time { " Each time a new one." } else { "" };
    let (first, then) = (one(procedure, &shape.first), one(procedure, &shape.then));
    if shape.another_day {
        return format!("{} must not be on the day of {first}.", capital(&then));
    }
    format!("{} must come before {then}.{each_time}", capital(&first))
}

fn met(procedure: &Procedure, met_by: &MetBy, when: &str) -> String {
    match met_by {
        MetBy::Fact(selector) => format!("Met by {}{when}.", held(procedure, selector)),
        MetBy::Dates(names) => met_by_dates(names),
    }
}

fn met_by_dates(names: &[&str]) -> String {
    let words: Vec<String> = names.iter().map(|name| format!("\"{}\"", date_words(name))).collect();
    let have = if names.len() == 1 { "has a date" } else { "have dates" };
    format!("Met once {} {have} on record.", listed(&words, "and"))
}
