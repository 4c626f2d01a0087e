//! Published lists of holidays, made of what is shipped.

#![allow(dead_code, reason = "each test file uses its own part")]

use chrono::{Datelike, NaiveDate};
use duewatch::calendar::Holidays;

pub(crate) const EW: &str = "england-and-wales";

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A list in gov.uk's form, one event a line, of which the first is line 3; its date begins 28 columns after its title's length.
pub(crate) fn list(calendar: &str, days: &[(NaiveDate, String)]) -> String {
    let event = |(on, title): &(NaiveDate, String)| {
        format!("    {{\"title\": \"{title}\", \"date\": \"{on}\", \"notes\": \"\", \"bunting\": true}}")
    };
    let events: Vec<String> = days.iter().map(event).collect();
    format!("{{\n  \"{calendar}\": {{\"division\": \"{calendar}\", \"events\": [\n{}\n  ]}}\n}}\n", events.join(",\n"))
}

/// What is shipped of these years, as a publisher's list would have it.
pub(crate) fn shipped(calendar: &str, years: std::ops::RangeInclusive<i32>) -> Vec<(NaiveDate, String)> {
    let holidays = Holidays::shipped(calendar).unwrap();
    let days = holidays.days().iter().filter(|day| years.contains(&day.on.year()));
    days.map(|day| (day.on, day.title.clone())).collect()
}

pub(crate) fn with(mut days: Vec<(NaiveDate, String)>, on: &str, title: &str) -> Vec<(NaiveDate, String)> {
    days.push((day(on), title.to_owned()));
    days.sort();
    days
}

pub(crate) fn without(
    mut days: Vec<(NaiveDate, String)>,
    gone: impl Fn(NaiveDate) -> bool,
) -> Vec<(NaiveDate, String)> {
    days.retain(|(on, _)| !gone(*on));
    days
}
