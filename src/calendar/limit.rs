//! What a count is asked with, and what comes out of it.
//!
//! Owns how certain a holiday must be to count, and the answer. Must not count.

use std::fmt;
use std::ops::{Neg, RangeInclusive};

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::zone::Zone;

/// The years in which anything is counted. A date outside them is a slip of the pen in a record.
pub(super) const YEARS: RangeInclusive<i32> = 1900..=2200;

/// A number of working days: forward, or backward when negative.
///
/// ```
/// use duewatch::calendar::{Calendar, Trust, WorkingDays};
///
/// let calendar = Calendar::shipped("england-and-wales").ok_or("not shipped")?;
/// let friday = "2026-11-27".parse()?;
/// let monday = calendar.add_working_days(friday, WorkingDays(1), Trust::PublishedOnly)?.on;
/// assert_eq!(calendar.working_days_between(friday, monday.on())?, WorkingDays(1));
/// assert_eq!(WorkingDays(-3).to_string(), "-3 working days");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WorkingDays(pub i32);

impl Neg for WorkingDays {
    type Output = Self;

    fn neg(self) -> Self {
        Self(self.0.saturating_neg())
    }
}

impl fmt::Display for WorkingDays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let days = if self.0.unsigned_abs() == 1 { "day" } else { "days" };
        write!(f, "{} working {days}", self.0)
    }
}

/// The last day on which something is in time: a whole local day, never an instant. It ends where the next day begins.
///
/// Source: a day runs to midnight, and what is done before that is in time; the instant of midnight itself belongs to the
/// next day (Matthew v Sedman \[2021\] UKSC 19).
///
/// ```
/// use duewatch::calendar::{DueDate, Zone};
///
/// let london = Zone::from_name("Europe/London")?;
/// let due = DueDate::from("2026-07-01".parse::<chrono::NaiveDate>()?);
/// assert_eq!(due.ends_at(london).to_rfc3339(), "2026-07-01T23:00:00+00:00");
/// assert!(!due.has_passed("2026-07-01T22:59:59Z".parse()?, london));
/// assert!(due.has_passed("2026-07-01T23:00:00Z".parse()?, london));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DueDate(NaiveDate);

impl DueDate {
    /// The day.
    #[inline]
    pub const fn on(self) -> NaiveDate {
        self.0
    }

    /// The first instant that is too late: the start of the next local day.
    pub fn ends_at(self, zone: Zone) -> DateTime<Utc> {
        zone.end_of_day(self.0)
    }

    /// Whether the day is over.
    pub fn has_passed(self, now: DateTime<Utc>, zone: Zone) -> bool {
        now >= self.ends_at(zone)
    }
}

impl From<NaiveDate> for DueDate {
    #[inline]
    fn from(on: NaiveDate) -> Self {
        Self(on)
    }
}

impl fmt::Display for DueDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// Which holidays count.
///
/// Counting forward, fewer holidays give the earlier date, so `PublishedOnly` is the strict reading. Counting backward
/// ([`Calendar::before`](super::Calendar::before)) and under [`LastDay::Previous`](super::LastDay::Previous) it is the other
/// way round: there `WithProvisional` gives the earlier date.
///
/// ```
/// use duewatch::calendar::{Calendar, Trust, WorkingDays};
///
/// let calendar = Calendar::shipped("england-and-wales").ok_or("not shipped")?;
/// // Good Friday 2030 is known by rule, 19 April, but not yet published.
/// let maundy_thursday = "2030-04-18".parse()?;
/// let next = |trust| calendar.add_working_days(maundy_thursday, WorkingDays(1), trust);
/// assert_eq!(next(Trust::PublishedOnly)?.on.to_string(), "2030-04-19");
/// assert_eq!(next(Trust::WithProvisional)?.on.to_string(), "2030-04-23");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trust {
    /// Only days that are certain: everything but provisional ones.
    PublishedOnly,
    /// Provisional days too: what will most likely come.
    WithProvisional,
}

/// The last day of a period, and how far it can be relied on.
///
/// ```
/// use duewatch::calendar::{Calendar, Trust, WorkingDays};
///
/// let calendar = Calendar::shipped("england-and-wales").ok_or("not shipped")?;
/// let friday = "2028-12-22".parse()?;
/// let add = |days| calendar.add_working_days(friday, days, Trust::WithProvisional);
/// // 27, 28, 29 December; New Year 2029 is computed, and not yet published.
/// let limit = add(WorkingDays(4))?;
/// assert_eq!(limit.on.to_string(), "2029-01-02");
/// assert!(limit.provisional && !limit.beyond_data);
/// // Three days before it nothing unpublished has been passed over.
/// assert!(!add(WorkingDays(3))?.provisional);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct Limit {
    /// The last day.
    pub on: DueDate,
    /// The date rests on a holiday that is computed ahead of publication, and would be another without it; or it lies beyond
    /// all data.
    pub provisional: bool,
    /// A day counted on the way is past all data, where every Monday to Friday counts.
    pub beyond_data: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_of_working_days_is_said_in_words() {
        for (n, words) in [
            (0, "0 working days"),
            (1, "1 working day"),
            (-1, "-1 working day"),
            (45, "45 working days"),
            (i32::MIN, "-2147483648 working days"),
        ] {
            assert_eq!(WorkingDays(n).to_string(), words);
        }
        assert_eq!(-WorkingDays(i32::MIN), WorkingDays(i32::MAX));
    }

    #[test]
    fn a_day_has_passed_when_the_next_one_begins() {
        // Matthew v Sedman: midnight belongs to the next day. Sunday 25 October 2026 has 25 hours in London, and ends at
        // midnight Greenwich mean time; the Saturday before ends at 23:00.
        let london = Zone::from_name("Europe/London").unwrap();
        for (on, end) in [("2026-10-24", "2026-10-24T23:00:00Z"), ("2026-10-25", "2026-10-26T00:00:00Z")] {
            let (due, end) = (DueDate::from(on.parse::<NaiveDate>().unwrap()), end.parse::<DateTime<Utc>>().unwrap());
            assert_eq!(due.ends_at(london), end);
            assert!(due.has_passed(end, london));
            assert!(!due.has_passed(end - chrono::TimeDelta::nanoseconds(1), london));
        }
    }
}

/// How many working days lie between two days, and how far the number can be relied on: in the words of [`Limit`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct Counted {
    /// How many.
    pub days: WorkingDays,
    /// A holiday that is computed ahead of publication lies between, or a day beyond all data does.
    pub provisional: bool,
    /// A day beyond all data lies between.
    pub beyond_data: bool,
}
