//! How a count is to be made, and what comes out of it.
//!
//! Owns the questions that the law leaves to each rule (does the first day count, what becomes of a last day at the
//! weekend, which holidays are certain enough) and the answer. Must not count.

use std::ops::RangeInclusive;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// The years in which anything is counted. A date outside them is a slip of the pen in a record.
pub(super) const YEARS: RangeInclusive<i32> = 1900..=2200;

/// Whether the day of the event counts as the first day of the period.
///
/// Whichever it is, an event on a day that is no working day has the next working day as day 1 of a period of working
/// days. Of calendar days, weeks and months, `Included` ends one calendar day earlier.
///
/// ```
/// use duewatch::calendar::{Calendar, FirstDay, LastDay, Period, Trust};
///
/// let calendar = Calendar::shipped("england-and-wales").ok_or("not shipped")?;
/// let monday = "2026-11-02".parse()?;
/// let day_five = |first_day| {
///     calendar.after(monday, Period::WorkingDays(5), first_day, LastDay::AsIs, Trust::PublishedOnly)
/// };
/// assert_eq!(day_five(FirstDay::Excluded)?.on.to_string(), "2026-11-09");
/// assert_eq!(day_five(FirstDay::Included)?.on.to_string(), "2026-11-06");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FirstDay {
    /// The day of the event is day 0: the ordinary rule since Lester v Garland (1808), as Dodds v Walker \[1981\] 1 WLR
    /// 1027 restates it.
    Excluded,
    /// The day of the event is day 1, as where a period runs "beginning with" it: the earlier, strict date.
    Included,
}

/// What becomes of a last day that is no working day. A period of working days never ends on one.
///
/// Source: outside the courts nothing moves the last day (Swainston v Hetton Victory Club \[1983\] 1 All ER 1179);
/// it moves on only for an act that needs an open court office (Pritam Kaur v S Russell & Sons \[1973\] QB 336).
///
/// ```
/// use duewatch::calendar::{Calendar, FirstDay, LastDay, Period, Trust};
///
/// let calendar = Calendar::shipped("england-and-wales").ok_or("not shipped")?;
/// let saturday = "2026-11-28".parse()?;
/// let week_later = |last_day| {
///     calendar.after(saturday, Period::Weeks(1), FirstDay::Excluded, last_day, Trust::PublishedOnly)
/// };
/// assert_eq!(week_later(LastDay::AsIs)?.on.to_string(), "2026-12-05");
/// assert_eq!(week_later(LastDay::Previous)?.on.to_string(), "2026-12-04");
/// assert_eq!(week_later(LastDay::Next)?.on.to_string(), "2026-12-07");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LastDay {
    /// It stays where it is.
    AsIs,
    /// The working day before it.
    Previous,
    /// The working day after it.
    Next,
}

/// Which holidays count.
///
/// Counting forward, fewer holidays give the earlier date, so `PublishedOnly` is the strict reading. Counting backward
/// ([`Calendar::before`](super::Calendar::before)) and under [`LastDay::Previous`] it is the other way round: there
/// `WithProvisional` gives the earlier date.
///
/// ```
/// use duewatch::calendar::{Calendar, Trust};
///
/// let calendar = Calendar::shipped("england-and-wales").ok_or("not shipped")?;
/// // Good Friday 2030 is known by rule, 19 April, but not yet published.
/// let maundy_thursday = "2030-04-18".parse()?;
/// let next = |trust| calendar.add_working_days(maundy_thursday, 1, trust);
/// assert_eq!(next(Trust::PublishedOnly)?.on.to_string(), "2030-04-19");
/// assert_eq!(next(Trust::WithProvisional)?.on.to_string(), "2030-04-23");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trust {
    /// Only days that are certain: everything but provisional ones.
    PublishedOnly,
    /// Provisional days too: what will most likely come.
    WithProvisional,
}

/// The last day of a period, and how far it can be relied on.
///
/// The limit is a whole local day: what is done before the day ends is in time.
///
/// ```
/// use duewatch::calendar::{Calendar, Trust};
///
/// let calendar = Calendar::shipped("england-and-wales").ok_or("not shipped")?;
/// let limit = calendar.add_working_days("2028-12-22".parse()?, 4, Trust::WithProvisional)?;
/// assert_eq!(limit.on.to_string(), "2029-01-02"); // 27, 28, 29 December; New Year is provisional
/// assert!(limit.provisional && !limit.beyond_data);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct Limit {
    /// The last day, a local date.
    pub on: NaiveDate,
    /// It, or a day counted on the way to it, is past the published horizon or is itself a provisional holiday: the
    /// date can still move.
    pub provisional: bool,
    /// It, or a day counted on the way to it, is past all data, where every Monday to Friday counts.
    pub beyond_data: bool,
}
