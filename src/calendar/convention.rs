//! How a period is to be counted: the questions that the law leaves to each rule.
//!
//! Owns their names and what they mean. Must not count.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use serde::{Deserialize, Serialize};

/// Whether the day of the event counts as the first day of the period.
///
/// Whichever it is, an event on a day that is no working day has the next working day as day 1 of a period of working
/// days. Of calendar days, weeks and months, `Included` ends one calendar day earlier.
///
/// Source: twelve months "beginning with" the issue of a writ on 10 September 1965 were over on the next 10 September (Trow
/// v Ind Coope (West Midlands) Ltd \[1967\] 2 QB 899); by the ordinary rule that day would have been the last.
///
/// ```
/// use duewatch::calendar::{Calendar, Convention, FirstDay, HolidayFile, Holidays, Period, Trust};
///
/// let years = "calendar = trial\n\
///     1965-12-27 published regular Christmas Day | by law\n\
///     1966-12-26 published regular Boxing Day | by law\n";
/// let calendar = Calendar::new(&Holidays::of(HolidayFile::parse("trial", years)?));
/// let writ = "1965-09-10".parse()?;
/// let last_day = |first_day| {
///     let convention = Convention { first_day, ..Convention::ORDINARY };
///     calendar.after(writ, Period::Months(12), convention, Trust::PublishedOnly)
/// };
/// assert_eq!(last_day(FirstDay::Included)?.on.to_string(), "1966-09-09");
/// assert_eq!(last_day(FirstDay::Excluded)?.on.to_string(), "1966-09-10");
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

/// What an event on a day that is no working day starts.
///
/// Source: by the ordinary rule the event counts on its own day, so that the next working day is day 1 (Information
/// Commissioner, Lines to Take 47: "the date of receipt could be at a weekend"); the Code of Practice under section 45 of
/// the Freedom of Information Act 2000 (July 2018) deems receipt on the next working day, so that day 1 is the one after.
///
/// ```
/// use duewatch::calendar::{Calendar, Convention, NonWorkingStart, Period, Trust};
///
/// let calendar = Calendar::shipped("united-kingdom").ok_or("not shipped")?;
/// let saturday = "2026-09-05".parse()?;
/// let reply_by = |non_working_start| {
///     let convention = Convention { non_working_start, ..Convention::ORDINARY };
///     calendar.after(saturday, Period::WorkingDays(20), convention, Trust::PublishedOnly)
/// };
/// assert_eq!(reply_by(NonWorkingStart::NextIsDayOne)?.on.to_string(), "2026-10-02");
/// assert_eq!(reply_by(NonWorkingStart::DeemedReceived)?.on.to_string(), "2026-10-05");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NonWorkingStart {
    /// The event counts on its own day; the next working day is day 1.
    NextIsDayOne,
    /// The event counts as if it happened on the next working day.
    DeemedReceived,
}

/// What becomes of a last day that is no working day. A period of working days never ends on one.
///
/// Source: outside the courts nothing moves the last day (Swainston v Hetton Victory Club \[1983\] 1 All ER 1179);
/// it moves on only for an act that needs an open court office (Pritam Kaur v S Russell & Sons \[1973\] QB 336).
///
/// In the latter case three years from 5 September 1967 ended on a Saturday, and the writ of Monday the 7th was in time.
///
/// ```
/// use duewatch::calendar::{Calendar, Convention, HolidayFile, Holidays, LastDay, Period, Trust};
///
/// let years = "calendar = trial\n\
///     1967-12-25 published regular Christmas Day | by law\n\
///     1968-12-25 published regular Christmas Day | by law\n\
///     1969-12-25 published regular Christmas Day | by law\n\
///     1970-12-25 published regular Christmas Day | by law\n";
/// let calendar = Calendar::new(&Holidays::of(HolidayFile::parse("trial", years)?));
/// let fall = "1967-09-05".parse()?;
/// let end = |last_day| {
///     let convention = Convention { last_day, ..Convention::ORDINARY };
///     calendar.after(fall, Period::Months(36), convention, Trust::PublishedOnly)
/// };
/// assert_eq!(end(LastDay::Next)?.on.to_string(), "1970-09-07");
/// assert_eq!(end(LastDay::AsIs)?.on.to_string(), "1970-09-05");
/// assert_eq!(end(LastDay::Previous)?.on.to_string(), "1970-09-04");
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

/// How a period after an event is counted, every question answered.
///
/// ```
/// use duewatch::calendar::{Convention, FirstDay};
///
/// let strict = Convention { first_day: FirstDay::Included, ..Convention::ORDINARY };
/// assert_ne!(strict, Convention::default());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Convention {
    /// Whether the day of the event counts.
    pub first_day: FirstDay,
    /// What an event on a day that is no working day starts.
    pub non_working_start: NonWorkingStart,
    /// What becomes of a last day that is no working day.
    pub last_day: LastDay,
}

impl Convention {
    /// The ordinary rule of law: the day of the event does not count, an event counts on its own day, and the last day stays
    /// where it is.
    pub const ORDINARY: Self = Self {
        first_day: FirstDay::Excluded,
        non_working_start: NonWorkingStart::NextIsDayOne,
        last_day: LastDay::AsIs,
    };
}

impl Default for Convention {
    fn default() -> Self {
        Self::ORDINARY
    }
}

/// The local time of day from which an event counts as one of the next day.
///
/// By law there is none: a day runs to midnight (Berend v Information Commissioner, EA/2006/0049-50).
///
/// Source: Civil Procedure Rules r. 6.26, where what is served at or after 4.30 p.m. is served on the next business day.
///
/// ```
/// use chrono::NaiveTime;
/// use duewatch::calendar::CutOff;
///
/// let court = CutOff(NaiveTime::from_hms_opt(16, 30, 0).ok_or("no such time")?);
/// let on = |time: &str| time.parse().map(|at| court.day_of(at).to_string());
/// assert_eq!(on("2026-11-20T16:29:59")?, "2026-11-20");
/// // A Saturday: NonWorkingStart says what becomes of it.
/// assert_eq!(on("2026-11-20T16:30:00")?, "2026-11-21");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CutOff(pub NaiveTime);

impl CutOff {
    /// The day on which an event at this local time counts.
    pub fn day_of(self, local: NaiveDateTime) -> NaiveDate {
        let on = local.date();
        if local.time() >= self.0 { on.succ_opt().unwrap_or(on) } else { on }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_at_the_cut_off_or_after_it_counts_on_the_next_day() {
        // Civil Procedure Rules r. 6.26: half past four. 20 November 2026 is a Friday; that the Saturday is no working day is
        // another question.
        let court = CutOff(NaiveTime::from_hms_opt(16, 30, 0).unwrap());
        for (at, counts_on) in [
            ("2026-11-20T00:00:00", "2026-11-20"),
            ("2026-11-20T16:29:59.999999999", "2026-11-20"),
            ("2026-11-20T16:30:00", "2026-11-21"),
            ("2026-11-20T23:59:59", "2026-11-21"),
            ("2026-12-31T17:00:00", "2027-01-01"),
        ] {
            assert_eq!(court.day_of(at.parse().unwrap()).to_string(), counts_on, "{at}");
        }
    }
}
