//! A date as people write it in a letter.
//!
//! Owns the two forms. Must not know who reads them.

use chrono::NaiveDate;
use chrono::format::{Fixed, Item, Numeric, Pad};

/// `%A %-d %B %Y`, read once: a run writes hundreds of thousands of dates.
const LONG: [Item; 7] = in_this_order(Fixed::LongWeekdayName, Fixed::LongMonthName);

/// `%a %-d %b %Y`.
const SHORT: [Item; 7] = in_this_order(Fixed::ShortWeekdayName, Fixed::ShortMonthName);

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
    on.format_with_items(SHORT.iter()).to_string()
}
