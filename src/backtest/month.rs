//! A month of a year, and a stretch of months.
//!
//! Owns how a month is written and read. Must not know what is counted in it.

use std::{fmt, str::FromStr};

use chrono::{Datelike, NaiveDate};
use serde::{Serialize, Serializer};
use thiserror::Error;

/// A month of a year. Written `2026-03`.
///
/// ```
/// use duewatch::backtest::Month;
///
/// let december: Month = "2026-12".parse()?;
/// assert_eq!(december, Month::of("2026-12-28".parse()?));
/// assert_eq!(december.next().to_string(), "2027-01");
/// assert_eq!(december.words(), "December 2026");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    first: NaiveDate,
}

/// What was written is no month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("write a month as its year and number, such as 2026-03")]
pub struct MonthError;

impl Month {
    /// The month of that day.
    pub fn of(on: NaiveDate) -> Month {
        Month { first: on.with_day(1).unwrap_or(on) }
    }

    /// The one after it.
    #[must_use]
    pub fn next(self) -> Month {
        Month { first: self.first.checked_add_months(chrono::Months::new(1)).unwrap_or(self.first) }
    }

    /// The year.
    pub fn year(self) -> i32 {
        self.first.year()
    }

    /// Its number, from 1.
    pub fn number(self) -> u32 {
        self.first.month()
    }

    /// As people say it, e.g. `March 2026`.
    pub fn words(self) -> String {
        self.first.format("%B %Y").to_string()
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.first.format("%Y-%m").to_string())
    }
}

impl FromStr for Month {
    type Err = MonthError;

    fn from_str(text: &str) -> Result<Month, MonthError> {
        let fits = |(at, byte): (usize, u8)| if at == 4 { byte == b'-' } else { byte.is_ascii_digit() };
        let well_formed = text.len() == 7 && text.bytes().enumerate().all(fits);
        let first = well_formed.then(|| format!("{text}-01").parse().ok()).flatten();
        first.map(|first| Month { first }).ok_or(MonthError)
    }
}

impl Serialize for Month {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The months that are asked for, both ends included; an end left out is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// The first month.
    pub from: Option<Month>,
    /// The last month.
    pub to: Option<Month>,
}

impl Window {
    /// Whether that month is asked for.
    pub fn holds(&self, month: Month) -> bool {
        self.from.is_none_or(|from| from <= month) && self.to.is_none_or(|to| month <= to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_year_and_a_month_are_a_month() {
        for no in ["", "2026", "2026-13", "2026-00", "2026-3", "26-03", "2026-03-01", "2026/03", "-026-03", "+026-03"] {
            assert_eq!(no.parse::<Month>(), Err(MonthError), "{no}");
        }
        let march: Month = "2026-03".parse().unwrap();
        assert_eq!((march.year(), march.number(), march.to_string()), (2026, 3, "2026-03".to_owned()));
    }

    #[test]
    fn a_window_holds_both_its_ends() {
        let month = |text: &str| text.parse::<Month>().unwrap();
        let window = Window { from: Some(month("2026-04")), to: Some(month("2027-03")) };
        for (asked, inside) in [("2026-03", false), ("2026-04", true), ("2027-03", true), ("2027-04", false)] {
            assert_eq!(window.holds(month(asked)), inside, "{asked}");
        }
        assert!(Window::default().holds(month("1950-01")));
    }
}
