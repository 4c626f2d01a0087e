//! The slow and obvious way to count: day by day over a wall calendar that is filled in from the holiday texts, line by line.
//!
//! Owns a reading of those texts that shares nothing with the room it checks. Must not call anything of that room.

use chrono::{Datelike, NaiveDate, Weekday};

use super::Trust;

const ENGLAND_AND_WALES: &str = include_str!("../../holidays/england-and-wales.txt");
const SCOTLAND: &str = include_str!("../../holidays/scotland.txt");
const NORTHERN_IRELAND: &str = include_str!("../../holidays/northern-ireland.txt");
const ISLE_OF_MAN: &str = include_str!("../../holidays/isle-of-man.txt");

/// Every shipped calendar, and the texts whose days are closed in it.
pub(super) const CALENDARS: [(&str, &[&str]); 5] = [
    ("england-and-wales", &[ENGLAND_AND_WALES]),
    ("scotland", &[SCOTLAND]),
    ("northern-ireland", &[NORTHERN_IRELAND]),
    ("isle-of-man", &[ISLE_OF_MAN]),
    ("united-kingdom", &[ENGLAND_AND_WALES, SCOTLAND, NORTHERN_IRELAND]),
];

/// The first day of the data; day 0 of the wall calendar.
pub(super) fn first_day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2012, 1, 1).unwrap()
}

/// The last day of the data.
pub(super) fn last_day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2035, 12, 31).unwrap()
}

/// The wall calendar: one square a day, from the first of the data to the end of 2050.
pub(super) struct WallCalendar {
    pub(super) days: Vec<NaiveDate>,
    /// Worked when only what is certain closes, and when what is provisional closes too.
    strict: Vec<bool>,
    likely: Vec<bool>,
}

impl WallCalendar {
    pub(super) fn new(texts: &[&str]) -> Self {
        let days: Vec<_> = first_day().iter_days().take_while(|on| on.year() <= 2050).collect();
        let worked = || days.iter().map(|on| !matches!(on.weekday(), Weekday::Sat | Weekday::Sun)).collect();
        let (mut strict, mut likely): (Vec<bool>, Vec<bool>) = (worked(), worked());
        for line in texts.iter().flat_map(|text| text.lines()).filter(|line| line.starts_with("20")) {
            let mut words = line.split_whitespace();
            let on: NaiveDate = words.next().unwrap().parse().unwrap();
            let square = usize::try_from((on - first_day()).num_days()).unwrap();
            likely[square] = false;
            if words.next() != Some("provisional") {
                strict[square] = false;
            }
        }
        Self { days, strict, likely }
    }

    /// Which squares are worked.
    pub(super) fn worked(&self, trust: Trust) -> &[bool] {
        match trust {
            Trust::PublishedOnly => &self.strict,
            Trust::WithProvisional => &self.likely,
        }
    }

    pub(super) fn works(&self, on: NaiveDate, trust: Trust) -> bool {
        self.worked(trust)[usize::try_from((on - first_day()).num_days()).unwrap()]
    }

    /// The `count`-th worked day after `start`, or of those from `start` on.
    pub(super) fn forward(&self, start: NaiveDate, count: u32, start_counts: bool, trust: Trust) -> NaiveDate {
        let mut left = count;
        let mut on = start;
        if start_counts && self.works(on, trust) {
            left -= 1;
        }
        while left > 0 {
            on = on.succ_opt().unwrap();
            left -= u32::from(self.works(on, trust));
        }
        on
    }

    /// The `count`-th worked day before `end`.
    pub(super) fn backward(&self, end: NaiveDate, count: u32, trust: Trust) -> NaiveDate {
        let mut left = count;
        let mut on = end;
        while left > 0 {
            on = on.pred_opt().unwrap();
            left -= u32::from(self.works(on, trust));
        }
        on
    }

    /// The worked days after the earlier up to the later, negative when `to` is the earlier.
    pub(super) fn between(&self, from: NaiveDate, to: NaiveDate, trust: Trust) -> i32 {
        let (first, last) = (from.min(to), from.max(to));
        let days = first.iter_days().skip(1).take_while(|on| *on <= last);
        let count = i32::try_from(days.filter(|on| self.works(*on, trust)).count()).unwrap();
        if from <= to { count } else { -count }
    }
}
