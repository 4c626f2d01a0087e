//! Days as numbers, for counting.
//!
//! Owns the numbering. Must not know working days.

use chrono::{Datelike, NaiveDate};

/// The number of a date: days since Monday 1 January of year 1, so that the weekday is the remainder by 7.
///
/// ```
/// use duewatch::calendar::{date, number};
///
/// let monday = "2026-12-28".parse()?;
/// assert_eq!(number(monday).rem_euclid(7), 0);
/// assert_eq!(date(number(monday) + 3), "2026-12-31".parse().ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[inline]
pub fn number(on: NaiveDate) -> i32 {
    // 1 January of year 1 is day 1 of the common era. chrono's first year is far from the ends of the type.
    on.num_days_from_ce() - 1
}

/// The date of a number, where chrono can hold it.
#[inline]
pub fn date(day: i32) -> Option<NaiveDate> {
    NaiveDate::from_num_days_from_ce_opt(day.checked_add(1)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_turn_back_into_dates() {
        for on in [NaiveDate::MIN, NaiveDate::default(), NaiveDate::MAX] {
            assert_eq!(date(number(on)), Some(on));
        }
        assert_eq!(date(0), NaiveDate::from_ymd_opt(1, 1, 1));
        assert_eq!(date(i32::MAX), None);
        assert_eq!(date(i32::MIN), None);
    }
}
