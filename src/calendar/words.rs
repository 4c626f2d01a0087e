//! A date as people write it in a letter.
//!
//! Owns the two forms. Must not know who reads them.

use std::fmt;

use chrono::format::{Fixed, Item, Numeric, Pad};
use chrono::{Datelike, NaiveDate};

/// `%A %-d %B %Y`, read once: a run writes hundreds of thousands of dates.
const LONG: [Item; 7] = in_this_order(Fixed::LongWeekdayName, Fixed::LongMonthName);

/// `%a %-d %b %Y`, for a year of more digits or fewer.
const SHORT: [Item; 7] = in_this_order(Fixed::ShortWeekdayName, Fixed::ShortMonthName);

const WEEKDAYS: [&[u8; 3]; 7] = [b"Mon", b"Tue", b"Wed", b"Thu", b"Fri", b"Sat", b"Sun"];
const MONTHS: [&[u8; 3]; 12] =
    [b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"];

const fn in_this_order(weekday: Fixed, month: Fixed) -> [Item<'static>; 7] {
    let (day, year) = (Item::Numeric(Numeric::Day, Pad::None), Item::Numeric(Numeric::Year, Pad::Zero));
    [Item::Fixed(weekday), Item::Space(" "), day, Item::Space(" "), Item::Fixed(month), Item::Space(" "), year]
}

/// The date in full, as a letter from an English authority writes it.
///
/// ```
/// use chrono::NaiveDate;
/// use duewatch::calendar::format_date_long;
///
/// let on = NaiveDate::from_ymd_opt(2026, 12, 3).ok_or("no such day")?;
/// assert_eq!(format_date_long(on), "Thursday 3 December 2026");
/// # Ok::<(), &str>(())
/// ```
pub fn format_date_long(on: NaiveDate) -> String {
    on.format_with_items(LONG.iter()).to_string()
}

/// The date shortened for a table, still with its weekday.
///
/// ```
/// use chrono::NaiveDate;
/// use duewatch::calendar::format_date_short;
///
/// let on = NaiveDate::from_ymd_opt(2026, 12, 3).ok_or("no such day")?;
/// assert_eq!(format_date_short(on), "Thu 3 Dec 2026");
/// # Ok::<(), &str>(())
/// ```
pub fn format_date_short(on: NaiveDate) -> String {
    ShortDate(on).to_string()
}

/// A date that is written shortened into a sentence: each duty has several, so no text is made for one alone.
#[derive(Clone, Copy)]
pub(crate) struct ShortDate(pub(crate) NaiveDate);

impl ShortDate {
    /// Its bytes, and how many of them it has; none for a year that has not four digits.
    fn bytes(self) -> Option<([u8; 15], usize)> {
        let ShortDate(on) = self;
        let digit = |number: u32| b'0' + u8::try_from(number % 10).unwrap_or_default();
        let weekday = **WEEKDAYS.get(on.weekday().num_days_from_monday() as usize)?;
        let month = **MONTHS.get(on.month0() as usize)?;
        let year = u32::try_from(on.year()).ok().filter(|year| (1000..=9999).contains(year))?;
        let year = [year / 1000, year / 100, year / 10, year].map(digit);
        let two_digits = [digit(on.day() / 10), digit(on.day())];
        let day = if on.day() < 10 { &two_digits[1..] } else { &two_digits[..] };
        let (mut bytes, mut long) = ([b' '; 15], 0);
        for byte in weekday.iter().chain(b" ").chain(day).chain(b" ").chain(&month).chain(b" ").chain(&year) {
            *bytes.get_mut(long)? = *byte;
            long += 1;
        }
        Some((bytes, long))
    }
}

impl fmt::Display for ShortDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.bytes();
        let text = bytes.as_ref().and_then(|(bytes, long)| str::from_utf8(bytes.get(..*long)?).ok());
        match text {
            Some(text) => f.write_str(text),
            None => fmt::Display::fmt(&self.0.format_with_items(SHORT.iter()), f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_date_is_shortened_as_chrono_would() {
        let day = |year, ordinal| NaiveDate::from_yo_opt(year, ordinal).unwrap();
        let days = (2024..=2032).flat_map(|year| (1..=365).map(move |ordinal| (year, ordinal)));
        let odd = [
            NaiveDate::MIN,
            NaiveDate::MAX,
            day(999, 1),
            day(1000, 1),
            day(2100, 1),
            day(3000, 1),
            day(9999, 365),
            day(10_000, 1),
            day(0, 1),
        ];
        for on in days.map(|(year, ordinal)| day(year, ordinal)).chain(odd) {
            assert_eq!(format_date_short(on), on.format("%a %-d %b %Y").to_string());
            // Without chrono, which is slow, wherever the year has four digits.
            assert_eq!(ShortDate(on).bytes().is_some(), (1000..=9999).contains(&on.year()), "{on}");
        }
    }
}
