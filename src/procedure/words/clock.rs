//! The clock of a rule in plain words: when it must be done, and what shows that it was.
//!
//! Owns a sentence for each shape. Must not know who is told.

use super::{
    capital, every, listed,
    selector::{bare, flag, held, in_a_row, one, with_article},
};
use crate::procedure::{
    Before, Between, Check, ChildDate, Deadline, Guidance, Limit, MetBy, Order, Procedure, Recurring, Report, Rule,
    Selector, Shape, Standing, Start, Under, Window,
};
use crate::record::attribute_words;

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
        Shape::Check(Check { at, undone, reason }) => {
            let undone = undone.map(|flag| format!(" Overdue where \"{}\" is recorded as No.", attribute_words(flag)));
            let undone = undone.unwrap_or_default();
            format!("To be confirmed at {}. It is not tracked: {reason}.{undone}", one(procedure, at))
        }
        Shape::Guidance(Guidance { with, reason }) => {
            format!("Goes with the messages for {}. It is not tracked: {reason}.", one(procedure, with))
        }
    }
}

fn deadline(procedure: &Procedure, under: Under, shape: &Deadline) -> String {
    let met = met(procedure, &shape.met_by, " on or after that day");
    let strict = shape.strictly.within.map(|strict| format!(", or read strictly {strict},")).unwrap_or_default();
    let start = starting(procedure, under, &shape.of);
    let mut text = match &shape.limit {
        Limit::Within(within) => format!("Within {within}{strict} of {}{start}.", dates_of(&shape.from)),
        Limit::By(name) => format!("By the date on record as \"{}\" of {start}.", attribute_words(name)),
    };
    if !shape.strictly.from.is_empty() {
        text.push_str(&format!(" The earliest date counts from {}{start}.", dates_of(&shape.strictly.from)));
    }
    text.push_str(&format!(" {met}"));
    if let Some(strictly) = &shape.strictly.met_by {
        let booked = if shape.strictly.or_booked { ", or one arranged for a day by then" } else { "" };
        let met = match strictly {
            MetBy::Fact(selector) => held(procedure, selector),
            MetBy::Dates(names) => names_in_words(names),
        };
        text.push_str(&format!(" For the earliest date {met}{booked}, is enough."));
    }
    if shape.while_it_lasts {
        text.push_str(&format!(" Only while the {} lasts.", shape.of.fact.words()));
    }
    if shape.expected {
        let (under, fact) = (with_article(under.words()), shape.of.fact.words());
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

/// "the first of "received" and "happened" on record of ".
fn dates_of(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [name] => format!("the date on record as \"{}\" of ", attribute_words(name)),
        names => format!("the first date on record, of {}, of ", names_in_words(names)),
    }
}

fn names_in_words(names: &[&str]) -> String {
    let words: Vec<String> = names.iter().map(|name| format!("\"{}\"", attribute_words(name))).collect();
    listed(&words, "and")
}

fn start_of(under: Under) -> String {
    format!("the start of the {}", under.words())
}

fn recurring(procedure: &Procedure, under: Under, shape: &Recurring) -> String {
    let counted = match shape.from {
        Start::Opening => format!("counted from {} and then from each time it is done", start_of(under)),
        Start::FirstEvent => "counted from each time it is done; the first time starts the clock".to_owned(),
    };
    let met = held(procedure, &shape.met_by);
    let setter = shape.weeks_set_by.map(|set| (with_article(set.fact.words()), set.never_longer));
    let Some(own) = shape.every else {
        let setter = setter.map(|(setter, _)| setter).unwrap_or_default();
        return format!(
            "As often as {setter} has set in weeks, {counted}. Met by {met}. While nobody has set it, it is told as \
             \"cannot tell\"."
        );
    };
    let strict = shape.strict_every.map(|strict| format!(", or read strictly every {strict}")).unwrap_or_default();
    let mut text = format!("At least every {}{strict}, {counted}. Met by {met}.", every(own));
    if let Some((until, every_until)) = &shape.until {
        let until = held(procedure, until);
        text.push_str(&format!(" Until {until}: every {} instead.", every(*every_until)));
    }
    if shape.lessened {
        text.push_str(
            " A conference may lessen it for one child, with its chair, its reason and its place in the outline plan on record; \
             that ends with the next conference.",
        );
    }
    if let Some((setter, true)) = &setter {
        text.push_str(&format!(" Where {setter} has set fewer weeks, that many."));
    }
    if let Some((setter, false)) = setter {
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
                (None, Some(next)) => format!("the one on record as \"{}\"", attribute_words(next)),
                (Some(_), Some(next)) => {
                    format!("the one it is booked for, else the one on record as \"{}\"", attribute_words(next))
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
        Standing::NoneOpen { of, lasts, after_one } => {
            let lasts = lasts.map(|lasts| format!(" for {lasts}")).unwrap_or_default();
            let once = if *after_one { ", once there was one" } else { "" };
            format!("There must always be {}{lasts}{once}. Overdue from the first day without one.", one(procedure, of))
        }
        Standing::NotSet { of, attributes } => {
            let fact = of.fact.words();
            // Only a date to come is said by the next one too.
            let next = if attributes.iter().all(|attribute| of.fact.is_date_ahead(attribute)) {
                let next = attributes.first().map_or(of.fact, |attribute| of.fact.of_date_ahead(attribute));
                let booked = if next.booked().is_some() { "is booked or " } else { "" };
                format!(", unless the next {} {booked}was held", next.words())
            } else {
                String::new()
            };
            format!(
                "The {} {} must have its {} on record{next}. Overdue from the day of that {fact}.",
                if of.first { "first" } else { "latest" },
                bare(procedure, of),
                names_in_words(attributes),
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
    let (event, mut met) = (one(procedure, &shape.of), met(procedure, &shape.met_by, " since the last one"));
    if let Some(next) = shape.next {
        met.push_str(&format!(" Where none is booked, its day is the one on record as \"{}\".", attribute_words(next)));
    }
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
    match shape {
        Order::Before { first, then, each_time } => {
            let each_time = if *each_time { " Each time a new one." } else { "" };
            format!("{} must come before {}.{each_time}", capital(&one(procedure, first)), one(procedure, then))
        }
        Order::Apart { first, then } => {
            format!("{} must not be on the day of {}.", capital(&one(procedure, then)), one(procedure, first))
        }
        Order::Only { of, must } => {
            format!("{} must have on record: {}.", capital(&one(procedure, of)), procedure.said_in_words(must))
        }
    }
}

fn met(procedure: &Procedure, met_by: &MetBy, when: &str) -> String {
    match met_by {
        MetBy::Fact(selector) => format!("Met by {}{when}.", held(procedure, selector)),
        MetBy::Dates(names) => met_by_dates(names),
    }
}

fn met_by_dates(names: &[&str]) -> String {
    let have = if names.len() == 1 { "has a date" } else { "have dates" };
    format!("Met once {} {have} on record.", names_in_words(names))
}
