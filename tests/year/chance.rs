//! Chance that depends on what it is drawn for and on nothing else: the same fact is typed on the same day in every run.

use chrono::{Datelike, NaiveDate, Weekday};

/// A share of a hundred, then the least and the greatest, both included.
pub(crate) type Band = (u64, i64, i64);

/// Chance from a seed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    /// A number for these words.
    pub(crate) fn of(self, words: &[&str]) -> u64 {
        let mut number = 0xcbf2_9ce4_8422_2325 ^ self.0.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        for byte in words.iter().flat_map(|word| word.bytes().chain([0x1f])) {
            number = (number ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        // The finish of SplitMix64: what comes last among the words must move every bit.
        number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        number ^ (number >> 31)
    }

    /// From the least to the greatest.
    pub(crate) fn between(self, least: i64, greatest: i64, words: &[&str]) -> i64 {
        let many = u64::try_from(greatest - least + 1).unwrap_or(1).max(1);
        least + i64::try_from(self.of(words) % many).unwrap_or(0)
    }

    /// So many times in ten thousand.
    pub(crate) fn happens(self, of_ten_thousand: u64, words: &[&str]) -> bool {
        self.of(words) % 10_000 < of_ten_thousand
    }

    /// A number of one of the bands, each as likely as its share says. The shares add up to a hundred.
    pub(crate) fn band(self, bands: &[Band], words: &[&str]) -> i64 {
        let mut place = self.of(words) % 100;
        for &(share, least, greatest) in bands {
            if place < share {
                return self.between(least, greatest, &[words, &["within"]].concat());
            }
            place -= share;
        }
        0
    }
}

/// So many weekdays on or back, from the next weekday where the day is none. Typists work on most holidays too, or the day
/// after: a day more or less is within what is drawn.
pub(crate) fn weekdays(from: NaiveDate, days: i64) -> NaiveDate {
    let is_weekday = |day: NaiveDate| !matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
    let next = |day: NaiveDate| if days < 0 { day.pred_opt() } else { day.succ_opt() }.unwrap_or(day);
    let mut day = from;
    while !is_weekday(day) {
        day = next(day);
    }
    for _ in 0..days.abs() {
        day = next(day);
        while !is_weekday(day) {
            day = next(day);
        }
    }
    day
}
