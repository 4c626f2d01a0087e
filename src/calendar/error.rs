//! Why a date could not be counted.
//!
//! Owns the words of the refusals. Must not know when they arise.

use chrono::NaiveDate;
use thiserror::Error;

use super::limit::YEARS;

/// Why a date could not be counted. None of these passes by itself: a record, a rule or a holiday file has to be
/// mended.
///
/// ```
/// use duewatch::calendar::{Calendar, CalendarError, Trust, WorkingDays};
///
/// let calendar = Calendar::shipped("england-and-wales").ok_or("not shipped")?;
/// let error = calendar.add_working_days("1066-10-14".parse()?, WorkingDays(1), Trust::PublishedOnly).unwrap_err();
/// assert!(matches!(error, CalendarError::OutOfRange { .. }));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CalendarError {
    /// Hours run from an instant; a date has none.
    #[error("cannot count {attempt}: hours run from an instant, not from a day; count them from the time of the event")]
    NeedsInstant {
        /// What was to be counted.
        attempt: String,
    },
    /// The period is of no length, so it sets no limit.
    #[error("cannot count {attempt}: the period is empty; give it at least 1")]
    EmptyPeriod {
        /// What was to be counted.
        attempt: String,
    },
    /// A day on the way lies outside the years 1900 to 2200.
    #[error("cannot count {attempt}: that leaves the years {} to {}; check the date in the record", YEARS.start(), YEARS.end())]
    OutOfRange {
        /// What was to be counted.
        attempt: String,
    },
    /// A day on the way lies before the first year of the calendar's data, whose holidays are unknown.
    #[error(
        "cannot count {attempt}: calendar {calendar} has no holiday data before {from}; check the date, or add the \
         earlier years to the holiday file"
    )]
    BeforeData {
        /// What was to be counted.
        attempt: String,
        /// The calendar's name.
        calendar: String,
        /// The first day it knows.
        from: NaiveDate,
    },
    /// There is no such month.
    #[error("cannot find month {month} of {year}: write a month from 1 to 12")]
    NoSuchMonth {
        /// The year asked for.
        year: i32,
        /// The month asked for.
        month: u32,
    },
}
