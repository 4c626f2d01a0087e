//! A date as people write it in a letter.
//!
//! Owns the two forms. Must not know who reads them.

use chrono::NaiveDate;

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
    on.format("%A %-d %B %Y").to_string()
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
    on.format("%a %-d %b %Y").to_string()
}
