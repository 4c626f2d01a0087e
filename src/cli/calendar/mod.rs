//! `duewatch calendar`: working days, and the holidays they leave out.

mod add;
mod between;
mod holidays;

use std::path::Path;

use chrono::NaiveDate;
use clap::Subcommand;

use super::{Failure, Outcome};
use crate::calendar::Almanac;

/// Working days: add them, count them, list the holidays.
#[derive(Debug, Subcommand)]
pub(crate) enum Calendar {
    /// The last day of a period, e.g. `add england-and-wales 2026-12-18 "10 working days"`.
    Add(add::Add),
    /// How many working days lie after the first date, up to and including the second; negative if the second is earlier.
    Between(between::Between),
    /// The holidays of a calendar.
    Holidays(holidays::Holidays),
}

/// Carries it out.
pub(crate) fn run(_config: Option<&Path>, command: &Calendar) -> Outcome {
    let almanac = Almanac::default();
    match command {
        Calendar::Add(add) => add::run(&almanac, add),
        Calendar::Between(between) => between::run(&almanac, between),
        Calendar::Holidays(holidays) => holidays::run(&almanac, holidays),
    }
}

fn date(text: &str) -> Result<NaiveDate, Failure> {
    text.parse().map_err(|_| Failure(format!("`{text}` is not a date; write it as 2026-12-18")))
}
