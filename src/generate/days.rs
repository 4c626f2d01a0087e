//! Working days for the generator: Monday to Friday, no holidays. On purpose not the calendar that duties are counted by.

use chrono::{Datelike, Months, NaiveDate, TimeDelta, Weekday};

/// `by` calendar days later, or earlier where negative. At the end of the calendar's range it stands still.
pub(super) fn shift(day: NaiveDate, by: i32) -> NaiveDate {
    day.checked_add_signed(TimeDelta::days(i64::from(by))).unwrap_or(day)
}

/// `count` months later, on the last day of a shorter month.
pub(super) fn months_after(day: NaiveDate, count: u32) -> NaiveDate {
    day.checked_add_months(Months::new(count)).unwrap_or(day)
}

fn is_working(day: NaiveDate) -> bool {
    !matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}

fn walk(day: NaiveDate, count: u32, step: i32) -> NaiveDate {
    let (mut at, mut left) = (day, count);
    while left > 0 {
        let next = shift(at, step);
        if next == at {
            break;
        }
        at = next;
        left -= u32::from(is_working(at));
    }
    at
}

/// The `count`-th working day after `day`; `day` itself for 0.
pub(super) fn after(day: NaiveDate, count: u32) -> NaiveDate {
    walk(day, count, 1)
}

/// The `count`-th working day before `day`; `day` itself for 0.
pub(super) fn before(day: NaiveDate, count: u32) -> NaiveDate {
    walk(day, count, -1)
}

/// `day`, or the Friday before it at a weekend.
pub(super) fn on_or_before(day: NaiveDate) -> NaiveDate {
    if is_working(day) { day } else { before(day, 1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn counts_mondays_to_fridays_both_ways() {
        // Read off a wall calendar: 16 November 2026 is a Monday.
        assert_eq!(after(day("2026-11-02"), 10), day("2026-11-16"));
        assert_eq!(before(day("2026-11-16"), 1), day("2026-11-13"));
        assert_eq!(on_or_before(day("2026-11-15")), day("2026-11-13"));
        assert_eq!(after(NaiveDate::MAX, 3), NaiveDate::MAX);
    }
}
