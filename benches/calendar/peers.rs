//! The same holidays in other hands: a bare table, the `bdays` crate, a walk.

use std::collections::HashSet;

use bdays::HolidayCalendar;
use chrono::{Datelike, NaiveDate, Weekday};
use duewatch::calendar::{Holidays, number};

/// The same holidays in other hands.
pub(crate) struct Peers {
    pub(crate) bare: Bare,
    pub(crate) bdays: bdays::HolidayCalendarCache<NaiveDate>,
    pub(crate) walk: Walk,
}

/// The least that a table can be: two arrays, bounds-checked.
pub(crate) struct Bare {
    first: i32,
    rank: Vec<u16>,
    nth: Vec<u16>,
}

/// A set of holidays, and a step a day.
pub(crate) struct Walk(HashSet<NaiveDate>);

impl<T: Datelike + Copy + PartialOrd> HolidayCalendar<T> for &Walk {
    fn is_holiday(&self, on: T) -> bool {
        self.0.contains(&NaiveDate::from_ymd_opt(on.year(), on.month(), on.day()).expect("a date"))
    }
}

impl Walk {
    fn works(&self, on: NaiveDate) -> bool {
        !matches!(on.weekday(), Weekday::Sat | Weekday::Sun) && !self.0.contains(&on)
    }

    pub(crate) fn add(&self, mut on: NaiveDate, mut n: i32) -> NaiveDate {
        while n > 0 {
            on = on.succ_opt().expect("a date");
            n -= i32::from(self.works(on));
        }
        on
    }

    pub(crate) fn between(&self, from: NaiveDate, to: NaiveDate) -> i32 {
        from.iter_days().skip(1).take_while(|on| *on <= to).filter(|on| self.works(*on)).count() as i32
    }
}

impl Peers {
    pub(crate) fn new(id: &str) -> Self {
        let holidays = Holidays::shipped(id).expect("shipped");
        let walk = Walk(holidays.days().iter().map(|day| day.on).collect());
        let (from, until) = (holidays.known_from(), holidays.known_until());
        let (mut rank, mut nth) = (Vec::new(), Vec::new());
        for (offset, on) in (0..).zip(from.iter_days().take_while(|on| *on <= until)) {
            rank.push(nth.len() as u16);
            if walk.works(on) {
                nth.push(offset);
            }
        }
        rank.push(nth.len() as u16);
        // A week more: it may look at the day before the first.
        let bdays = bdays::HolidayCalendarCache::new(&walk, from - chrono::Days::new(7), until);
        Self { bare: Bare { first: number(from), rank, nth }, bdays, walk }
    }

    /// `bdays` rolls a day off forward first; rolled back it answers the same question.
    pub(crate) fn bdays_add(&self, from: NaiveDate, n: i32) -> NaiveDate {
        let from = if self.bdays.is_bday(from) { from } else { self.bdays.to_bday(from, false) };
        self.bdays.advance_bdays(from, n)
    }

    /// It counts from a working day to the next one, both rolled forward; from the day after, what is wanted.
    pub(crate) fn bdays_between(&self, from: NaiveDate, to: NaiveDate) -> i32 {
        let after = |on: NaiveDate| on.succ_opt().expect("a date");
        self.bdays.bdays(after(from), after(to))
    }
}

impl Bare {
    #[inline]
    pub(crate) fn add(&self, day: i32, n: i32) -> i32 {
        let rank = i32::from(self.rank[(day - self.first + 1) as usize]);
        self.first + i32::from(self.nth[(rank + n - 1) as usize])
    }

    #[inline]
    pub(crate) fn between(&self, from: i32, to: i32) -> i32 {
        i32::from(self.rank[(to - self.first + 1) as usize]) - i32::from(self.rank[(from - self.first + 1) as usize])
    }
}
