//! Two look-up tables that answer "how many working days before this day" and "which day is the n-th working day".
//!
//! Owns counting by ordinal, on day numbers. Must not know dates, nor why a day is no working day, nor what is counted.
//!
//! `rank[i]` is the number of working days before day i, `nth[k]` is the k-th working day, both from the table's first
//! day. Either way is one look-up, from a working or any other day, so no count ever walks. Outside the table every
//! Monday to Friday counts, in closed form.
//!
//! The tables take provisional holidays as coming. There are few of those and they lie at the far end, so what is certain
//! is answered from the same tables and a short list of them, instead of a second pair.

/// A day as a number; day 0 is Monday 1 January of year 1, so that the weekday is the remainder by 7.
pub(super) type DayNumber = i64;

/// Rank and select over the days of one calendar.
///
/// In bulk, days are numbers: civil dates cost several times as much as the count itself. [`number`](super::number) and
/// [`date`](super::date) turn one into the other.
///
/// ```
/// use duewatch::calendar::{Calendar, date, number};
///
/// let calendar = Calendar::shipped("england-and-wales").ok_or("not shipped")?;
/// let conference = number("2026-12-18".parse()?);
/// let limit = calendar.table().add(conference, 10).ok_or("outside the data")?;
/// assert_eq!(date(limit), "2027-01-06".parse().ok());
/// assert_eq!(calendar.table().between(conference, limit), Some(10));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct DayTable {
    first: i32,
    /// One entry a day and one past the end. Sixteen bits hold 89 years of days: see `holiday_file::YEARS`.
    rank: Box<[u16]>,
    nth: Box<[u16]>,
    /// The provisional holidays in order, each as days from the first and as its rank if it were a working day.
    provisional: Box<[(u16, u16)]>,
    /// For each [`STRETCH`] days from the first how many of those lie before it: where to look for one.
    stretches: Box<[u16]>,
}

/// Days in a stretch, about a season: in most there is one provisional holiday or none.
const STRETCH: u16 = 64;

impl DayTable {
    /// The `n`-th working day after `day`, or before it when `n` is negative; with 0 the day itself or the next working
    /// day. Provisional holidays count as coming. `None` when a day on the way lies outside the calendar's data.
    #[inline]
    pub fn add(&self, day: i32, n: i32) -> Option<i32> {
        // Forward the day itself does not count: rank past it, and one back.
        let past = i32::from(n > 0);
        let offset = day.wrapping_sub(self.first).wrapping_add(past);
        let rank = i32::from(*self.rank.get(offset.cast_unsigned() as usize)?);
        let ordinal = rank.wrapping_add(n).wrapping_sub(past);
        let found = i32::from(*self.nth.get(ordinal.cast_unsigned() as usize)?);
        Some(self.first + found)
    }

    /// The working days after `from` up to and including `to`; minus those after `to` up to `from` when `to` is the
    /// earlier. Provisional holidays count as coming. `None` outside the calendar's data.
    #[inline]
    pub fn between(&self, from: i32, to: i32) -> Option<i32> {
        let past = |day: i32| {
            let offset = day.wrapping_sub(self.first).wrapping_add(1).cast_unsigned() as usize;
            self.rank.get(offset).map(|rank| i32::from(*rank))
        };
        Some(past(to)? - past(from)?)
    }

    /// Memory that the tables hold, in bytes.
    pub(super) fn bytes(&self) -> usize {
        2 * (self.rank.len() + self.nth.len() + 2 * self.provisional.len() + self.stretches.len())
    }

    /// The table over `days` days from `first`, without the holidays: days from the first, in order, and whether each is
    /// provisional.
    pub(super) fn new(first: i32, days: u16, holidays: &[(u16, bool)]) -> Self {
        let mut left = holidays.iter().map(|(day, _)| *day);
        let mut next_holiday = left.next();
        let (mut rank, mut nth) = (vec![0; usize::from(days) + 1], vec![0; usize::from(days)]);
        let (mut count, mut weekday) = (0_u16, first.rem_euclid(7));
        for (day, entry) in (0..=days).zip(&mut rank) {
            *entry = count;
            // A day that does not count is overwritten by the next one that does.
            if let Some(entry) = nth.get_mut(usize::from(count)) {
                *entry = day;
            }
            let holiday = next_holiday == Some(day);
            if holiday {
                next_holiday = left.next();
            }
            count += u16::from(weekday < 5 && !holiday);
            weekday = if weekday == 6 { 0 } else { weekday + 1 };
        }
        // The day past the last one was counted like the others.
        nth.truncate(rank.last().copied().map_or(0, usize::from));
        // The i-th of them has i of its kind before it.
        let provisional = holidays.iter().filter(|(_, provisional)| *provisional).zip(0..);
        let provisional: Box<[(u16, u16)]> = provisional
            .filter_map(|((day, _), before)| Some((*day, rank.get(usize::from(*day))?.checked_add(before)?)))
            .collect();
        let before = |day| provisional.partition_point(|(holiday, _)| *holiday < day);
        let stretches =
            (0..=days / STRETCH).map(|stretch| u16::try_from(before(stretch * STRETCH)).unwrap_or(u16::MAX));
        Self { first, rank: rank.into(), nth: nth.into(), stretches: stretches.collect(), provisional }
    }

    /// The first provisional holiday, before which everything counted is certain; the table's end if there is none.
    #[inline]
    pub(super) fn certain_until(&self) -> i32 {
        self.provisional.first().map_or_else(|| self.end(), |(day, _)| self.first + i32::from(*day))
    }

    /// Working days before `day`, counted from the table's first day; negative before it.
    pub(super) fn rank(&self, day: DayNumber) -> i64 {
        let offset = day - i64::from(self.first);
        match usize::try_from(offset).map(|offset| self.rank.get(offset)) {
            Ok(Some(rank)) => i64::from(*rank),
            Ok(None) => self.total() + weekdays_before(day) - weekdays_before(self.end().into()),
            Err(_) => weekdays_before(day) - weekdays_before(self.first.into()),
        }
    }

    /// The working day with this rank; saturates far outside any calendar.
    pub(super) fn nth(&self, rank: i64) -> DayNumber {
        match usize::try_from(rank).map(|rank| self.nth.get(rank)) {
            Ok(Some(offset)) => i64::from(self.first) + i64::from(*offset),
            Ok(None) => weekday((rank - self.total()).saturating_add(weekdays_before(self.end().into()))),
            Err(_) => weekday(rank.saturating_add(weekdays_before(self.first.into()))),
        }
    }

    /// As [`rank`](Self::rank), provisional holidays taken as working days.
    pub(super) fn certain_rank(&self, day: DayNumber) -> i64 {
        self.rank(day) + self.provisional_before(day)
    }

    /// As [`nth`](Self::nth), provisional holidays taken as working days.
    pub(super) fn certain_nth(&self, rank: i64) -> DayNumber {
        let before = self.provisional.partition_point(|(_, its_rank)| i64::from(*its_rank) < rank);
        match self.provisional.get(before) {
            Some((day, its_rank)) if i64::from(*its_rank) == rank => i64::from(self.first) + i64::from(*day),
            _ => self.nth(rank - as_i64(before)),
        }
    }

    /// How many provisional holidays lie before `day`.
    fn provisional_before(&self, day: DayNumber) -> i64 {
        let offset = (day - i64::from(self.first)).max(0);
        let stretch = usize::try_from(offset / i64::from(STRETCH)).unwrap_or(usize::MAX);
        let mut before = self.stretches.get(stretch).map_or(self.provisional.len(), |before| usize::from(*before));
        while self.provisional.get(before).is_some_and(|(holiday, _)| i64::from(*holiday) < offset) {
            before += 1;
        }
        as_i64(before)
    }

    /// Whether one of the days from `first` to `last` is a provisional holiday.
    #[inline]
    pub(super) fn has_provisional(&self, first: DayNumber, last: DayNumber) -> bool {
        let next = usize::try_from(self.provisional_before(first)).ok();
        let next = next.and_then(|next| self.provisional.get(next));
        next.is_some_and(|(holiday, _)| i64::from(self.first) + i64::from(*holiday) <= last)
    }

    fn total(&self) -> i64 {
        as_i64(self.nth.len())
    }

    /// The first day past the table.
    fn end(&self) -> i32 {
        // One entry more than days, and days fit in sixteen bits.
        self.first + i32::try_from(self.rank.len()).map_or(0, |entries| entries - 1)
    }
}

/// A length, which never reaches the range of either type.
fn as_i64(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
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
    use chrono::NaiveDate;

    use super::super::{date, number};
    use super::*;

    fn day(y: i32, m: u32, d: u32) -> i64 {
        i64::from(number(NaiveDate::from_ymd_opt(y, m, d).unwrap()))
    }

    /// Wednesday 1 to Friday 31 January 2020; the 1st is taken away, and 22 of its 23 weekdays are left. Tuesday the 14th
    /// and Wednesday the 15th are provisional holidays when `far` is set.
    fn january(far: bool) -> DayTable {
        let mut holidays = vec![(0, false)];
        if far {
            holidays.extend([(13, true), (14, true)]);
        }
        DayTable::new(i32::try_from(day(2020, 1, 1)).unwrap(), 31, &holidays)
    }

    #[test]
    fn rank_and_nth_agree_inside_and_far_outside() {
        let table = january(false);
        assert_eq!(table.total(), 22);
        assert_eq!(table.nth(0), day(2020, 1, 2));
        assert_eq!(table.nth(21), day(2020, 1, 31));
        assert_eq!(table.nth(22), day(2020, 2, 3), "a Monday past the table");
        assert_eq!(table.nth(-1), day(2019, 12, 31), "a Tuesday before it");
        assert_eq!(table.rank(day(2020, 2, 1)), 22);
        assert_eq!(table.rank(day(2020, 2, 2)), 22);
        assert_eq!(table.rank(day(2020, 2, 8)), 27);
        assert_eq!(table.rank(day(2019, 12, 28)), -2);
        for rank in -3_000..3_000 {
            let found = table.nth(rank);
            assert_eq!(table.rank(found), rank);
            assert_eq!(table.rank(found + 1), rank + 1);
        }
        for rank in [i64::MIN, i64::MAX] {
            assert_eq!(date(i32::try_from(table.nth(rank)).unwrap_or(i32::MAX)), None);
        }
    }

    #[test]
    fn what_is_certain_passes_over_no_provisional_holiday() {
        let (without, with) = (january(false), january(true));
        assert_eq!(i64::from(with.certain_until()), day(2020, 1, 14));
        assert_eq!(with.provisional_before(day(2020, 1, 15)), 1);
        for rank in -40..80 {
            assert_eq!(with.certain_nth(rank), without.nth(rank), "{rank}");
        }
        for on in day(2019, 12, 1)..day(2020, 3, 1) {
            assert_eq!(with.certain_rank(on), without.rank(on), "{on}");
        }
    }

    #[test]
    fn the_short_way_answers_as_the_long_one_or_not_at_all() {
        let table = january(true);
        let (first, end) = (table.first, table.end());
        for on in first - 40..end + 40 {
            for n in -40..40 {
                let rank = if n > 0 { table.rank(i64::from(on) + 1) - 1 } else { table.rank(i64::from(on)) };
                let long = table.nth(rank + i64::from(n));
                match table.add(on, n) {
                    Some(short) => assert_eq!(i64::from(short), long),
                    None => assert!(on < first || on >= end || !(i64::from(first)..i64::from(end)).contains(&long)),
                }
            }
        }
        for on in [i32::MIN, i32::MAX] {
            for n in [i32::MIN, -1, 0, 1, i32::MAX] {
                assert_eq!(table.add(on, n), None);
                assert_eq!(table.between(on, n), None);
            }
        }
    }

    #[test]
    fn between_two_days_lie_those_after_the_one_up_to_the_other() {
        let table = january(true);
        let on = |d| i32::try_from(day(2020, 1, d)).unwrap();
        // Of the 23 weekdays of the month the 1st, the 14th and the 15th are holidays; the 4th is a Saturday.
        for (from, to, expected) in [(1, 31, 20), (1, 2, 1), (2, 3, 1), (3, 6, 1), (4, 5, 0), (13, 16, 1), (14, 14, 0)]
        {
            assert_eq!(table.between(on(from), on(to)), Some(expected), "{from} to {to}");
            assert_eq!(table.between(on(to), on(from)), Some(-expected), "{to} to {from}");
        }
        assert_eq!(table.between(on(1), on(31) + 1), None, "a day that the table does not have");
    }

    #[test]
    fn a_table_holds_two_bytes_a_number() {
        // Of 31 days and the one past them the working days before it; the 20 working days; of two provisional holidays the
        // day and the rank; and of one stretch of 64 days where they begin.
        assert_eq!(january(true).bytes(), 2 * (32 + 20 + 2 * 2 + 1));
    }
}
