//! Between dates and day numbers, quickly, over the years of one calendar.
//!
//! Owns a table of the days on which its years begin. Must not know working days. chrono's own way, which is right for any
//! date, costs more than the counting does.

use chrono::{Datelike, NaiveDate};

use super::day_number::number;

/// The years of a calendar.
#[derive(Debug, Clone)]
pub(super) struct Years {
    first: i32,
    /// Each year's 1 January and its number, and those of the year past the last.
    begin: Box<[(NaiveDate, i32)]>,
}

impl Years {
    /// From the year of `from` to that of `until`.
    pub(super) fn new(from: NaiveDate, until: NaiveDate) -> Self {
        let begin = (from.year()..=until.year() + 1).filter_map(|year| NaiveDate::from_yo_opt(year, 1));
        Self { first: from.year(), begin: begin.map(|on| (on, number(on))).collect() }
    }

    /// The number of a date in these years.
    #[inline]
    pub(super) fn number(&self, on: NaiveDate) -> Option<i32> {
        let year = usize::try_from(on.year() - self.first).ok()?;
        // The last entry begins a year that is none of these.
        let [(_, begin), _] = self.begin.get(year..year + 2)? else { return None };
        begin.checked_add_unsigned(on.ordinal0())
    }

    /// The date of a number in these years. `near` is a date of them: the nearer, the quicker.
    #[inline]
    pub(super) fn date(&self, day: i32, near: NaiveDate) -> Option<NaiveDate> {
        let mut year = usize::try_from(near.year() - self.first).ok()?;
        // Which side of a new year a day lies on cannot be predicted, so the next year is found without a branch.
        year += usize::from(day >= self.begin.get(year + 1)?.1);
        while self.begin.get(year + 1).is_some_and(|(_, begin)| day >= *begin) {
            year += 1;
        }
        while day < self.begin.get(year)?.1 {
            year = year.checked_sub(1)?;
        }
        let [(on, begin), _] = self.begin.get(year..year + 2)? else { return None };
        on.with_ordinal(u32::try_from(day - begin).ok()? + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::super::date;
    use super::*;

    #[test]
    fn every_day_is_numbered_as_chrono_numbers_it() {
        let day = |year, ordinal| NaiveDate::from_yo_opt(year, ordinal).unwrap();
        // Over a year that is no leap year by the rule of the century.
        let (from, until) = (day(2095, 1), day(2101, 365));
        let years = Years::new(from, until);
        for on in from.iter_days().take_while(|on| *on <= until) {
            assert_eq!(years.number(on), Some(number(on)));
            for near in [from, on, until] {
                assert_eq!(years.date(number(on), near), date(number(on)));
            }
        }
        for on in [day(2094, 365), day(2102, 1), NaiveDate::MIN, NaiveDate::MAX] {
            assert_eq!(years.number(on), None);
            assert_eq!(years.date(number(on), from), None);
        }
    }
}
