//! Two look-up tables that answer "how many working days before this day" and "which day is the n-th working day".
//!
//! Owns counting by ordinal. Must not know why a day is no working day, nor what is being counted.
//!
//! `rank[i]` is the number of working days before day i, `nth[k]` is the k-th working day, both from the table's first
//! day. Either way is one look-up, from a working or any other day, so no count ever walks. Outside the table every
//! Monday to Friday counts, in closed form.

use chrono::{Datelike, NaiveDate};

/// A day as a number; day 0 is a Monday, so that the weekday is the remainder by 7. Wide enough that no sum overflows.
pub(super) type DayNumber = i64;

/// The number of a date.
pub(super) fn number(on: NaiveDate) -> DayNumber {
    // 1 January of year 1, day 1 of the common era, is a Monday.
    i64::from(on.num_days_from_ce()) - 1
}

/// The date of a number, where chrono can hold it.
pub(super) fn date(day: DayNumber) -> Option<NaiveDate> {
    i32::try_from(day.checked_add(1)?).ok().and_then(NaiveDate::from_num_days_from_ce_opt)
}

/// Rank and select over the days of one calendar.
#[derive(Debug, Clone)]
pub(super) struct DayTable {
    first: DayNumber,
    /// One entry a day and one past the end.
    rank: Vec<u32>,
    nth: Vec<u32>,
}

impl DayTable {
    /// The table from `from` to `until`, both included, without the `holidays`, which must be in order.
    pub(super) fn new(from: NaiveDate, until: NaiveDate, holidays: impl Iterator<Item = NaiveDate>) -> Self {
        let first = number(from);
        let mut holidays = holidays.map(number).peekable();
        let (mut rank, mut nth, mut count) = (Vec::new(), Vec::new(), 0);
        for (offset, day) in (0..).zip(first..=number(until)) {
            rank.push(count);
            let holiday = holidays.next_if(|next| *next <= day).is_some();
            if is_weekday(day) && !holiday {
                nth.push(offset);
                count += 1;
            }
        }
        rank.push(count);
        Self { first, rank, nth }
    }

    /// Working days before `day`, counted from the table's first day; negative before it.
    pub(super) fn rank(&self, day: DayNumber) -> i64 {
        let offset = day - self.first;
        match usize::try_from(offset).map(|offset| self.rank.get(offset)) {
            Ok(Some(rank)) => i64::from(*rank),
            Ok(None) => self.total() + weekdays_before(day) - weekdays_before(self.end()),
            Err(_) => weekdays_before(day) - weekdays_before(self.first),
        }
    }

    /// The working day with this rank; saturates far outside any calendar.
    pub(super) fn nth(&self, rank: i64) -> DayNumber {
        match usize::try_from(rank).map(|rank| self.nth.get(rank)) {
            Ok(Some(offset)) => self.first + i64::from(*offset),
            Ok(None) => weekday((rank - self.total()).saturating_add(weekdays_before(self.end()))),
            Err(_) => weekday(rank.saturating_add(weekdays_before(self.first))),
        }
    }

    /// Whether `day` is a working day.
    pub(super) fn is_working_day(&self, day: DayNumber) -> bool {
        self.rank(day + 1) > self.rank(day)
    }

    fn total(&self) -> i64 {
        self.rank.last().copied().map_or(0, i64::from)
    }

    /// The first day past the table.
    fn end(&self) -> DayNumber {
        let days = self.rank.len().saturating_sub(1);
        self.first.saturating_add_unsigned(days as u64)
    }
}

fn is_weekday(day: DayNumber) -> bool {
    day.rem_euclid(7) < 5
}

/// Mondays to Fridays from day 0 up to but not including `day`.
fn weekdays_before(day: DayNumber) -> i64 {
    day.div_euclid(7) * 5 + day.rem_euclid(7).min(5)
}

/// The Monday to Friday with `count` of them before it.
fn weekday(count: i64) -> DayNumber {
    count.div_euclid(5).saturating_mul(7).saturating_add(count.rem_euclid(5))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(y: i32, m: u32, d: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(y, m, d).unwrap()
    }

    #[test]
    fn numbers_turn_back_into_dates() {
        for on in [NaiveDate::MIN, day(1, 1, 1), day(2026, 12, 28), NaiveDate::MAX] {
            assert_eq!(date(number(on)), Some(on));
        }
        assert_eq!(number(day(2026, 12, 28)).rem_euclid(7), 0, "a Monday");
        assert_eq!(date(i64::MAX), None);
    }

    #[test]
    fn rank_and_nth_agree_inside_and_far_outside() {
        // Wednesday 1 to Friday 31 January 2020; the 1st is taken away, and 22 of its 23 weekdays are left.
        let table = DayTable::new(day(2020, 1, 1), day(2020, 1, 31), [day(2020, 1, 1)].into_iter());
        assert_eq!(table.total(), 22);
        assert_eq!(date(table.nth(0)), Some(day(2020, 1, 2)));
        assert_eq!(date(table.nth(21)), Some(day(2020, 1, 31)));
        assert_eq!(date(table.nth(22)), Some(day(2020, 2, 3)), "a Monday past the table");
        assert_eq!(date(table.nth(-1)), Some(day(2019, 12, 31)), "a Tuesday before it");
        assert_eq!(table.rank(number(day(2020, 2, 1))), 22);
        assert_eq!(table.rank(number(day(2020, 2, 2))), 22);
        assert_eq!(table.rank(number(day(2020, 2, 8))), 27);
        assert_eq!(table.rank(number(day(2019, 12, 28))), -2);
        for rank in -3_000..3_000 {
            let found = table.nth(rank);
            assert!(table.is_working_day(found));
            assert_eq!(table.rank(found), rank);
            assert_eq!(table.rank(found + 1), rank + 1);
        }
        for rank in [i64::MIN, i64::MAX] {
            assert_eq!(date(table.nth(rank)), None);
        }
    }
}
