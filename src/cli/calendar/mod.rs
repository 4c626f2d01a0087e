//! `duewatch calendar`: working days, and the holidays they leave out.

mod add;
mod between;
mod holidays;
mod refresh;

use std::path::Path;

use chrono::NaiveDate;
use clap::Subcommand;

use super::{Failure, Outcome, SETTINGS, open};
use crate::{
    calendar::{Almanac, Calendar as WorkingDays},
    own_calendars::OwnCalendars,
    settings::Settings,
};

/// Working days: add them, count them, list the holidays, renew them.
#[derive(Debug, Subcommand)]
pub(crate) enum Calendar {
    /// The last day of a period, e.g. `add england-and-wales 2026-12-18 "10 working days"`.
    Add(add::Add),
    /// How many working days lie after the first date, up to and including the second; negative if the second is earlier.
    Between(between::Between),
    /// The holidays of a calendar.
    Holidays(holidays::Holidays),
    /// Takes in a published list: adds what is new, and never drops a day by silence.
    Refresh(refresh::Refresh),
}

/// Carries it out.
pub(crate) fn run(config: Option<&Path>, command: &Calendar) -> Outcome {
    match command {
        Calendar::Add(add) => add::run(&almanac(config)?, add),
        Calendar::Between(between) => between::run(&almanac(config)?, between),
        Calendar::Holidays(holidays) => holidays::run(&almanac(config)?, holidays),
        Calendar::Refresh(refresh) => refresh::run(config.unwrap_or(Path::new(SETTINGS)), refresh),
    }
}

/// The calendars in force, or the shipped ones where there are no settings.
pub(super) fn almanac(config: Option<&Path>) -> Result<Almanac, Failure> {
    match open::settings_if_any(config, "by the shipped calendars alone")? {
        Some(settings) => Ok(OwnCalendars::read(&settings.calendars.directory).sound()?),
        None => Ok(Almanac::default()),
    }
}

/// The authority's own files, as the settings name them.
fn own(config: &Path) -> Result<OwnCalendars, Failure> {
    Ok(OwnCalendars::read(&Settings::load(config)?.calendars.directory))
}

/// What a date past all data rests on.
fn beyond_data(calendar: &WorkingDays) -> String {
    let (id, until) = (calendar.id(), calendar.known_until());
    format!("the holidays of calendar {id} are known until {until}; after it every Monday to Friday was counted")
}

fn date(text: &str) -> Result<NaiveDate, Failure> {
    text.parse().map_err(|_| Failure(format!("`{text}` is not a date; write it as 2026-12-18")))
}
