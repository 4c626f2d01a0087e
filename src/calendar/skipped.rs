//! The days a count passed over, each by name.
//!
//! Owns the words that explain a date. Must not know how the date was reached.

use std::borrow::Cow;

use chrono::{Datelike, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

use super::limit::{Trust, YEARS};
use super::working_days::Calendar;

/// A day that was not counted, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    /// The day.
    pub on: NaiveDate,
    /// The holiday's title, or "Saturday" or "Sunday".
    pub name: Cow<'static, str>,
    /// It is a holiday that is computed ahead of publication.
    #[serde(default)]
    pub provisional: bool,
}

impl Calendar {
    /// The days in (`from`, `to`] that are no working days under `trust`, in order: what a count from `from` to `to`
    /// passed over. Empty when `to` is not later. Days outside the years 1900 to 2200 are left out.
    ///
    /// ```
    /// use duewatch::calendar::{Calendar, Trust};
    ///
    /// let calendar = Calendar::shipped("england-and-wales").ok_or("not shipped")?;
    /// let skipped = calendar.skipped("2026-12-24".parse()?, "2026-12-29".parse()?, Trust::PublishedOnly);
    /// let names: Vec<_> = skipped.iter().map(|day| &*day.name).collect();
    /// assert_eq!(names, ["Christmas Day", "Saturday", "Sunday", "Boxing Day"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn skipped(&self, from: NaiveDate, to: NaiveDate, trust: Trust) -> Vec<Skipped> {
        // The day before the first of our years, so that the walk is bounded whatever a record holds.
        let earliest = NaiveDate::from_ymd_opt(YEARS.start() - 1, 12, 31).unwrap_or(from);
        let from = from.max(earliest);
        // Room for its weekends and some holidays.
        let weeks = usize::try_from((to - from).num_weeks()).unwrap_or_default();
        let mut skipped = Vec::with_capacity(if to > from { (2 * weeks + 4).min(1024) } else { 0 });
        let days = from
            .iter_days()
            .skip(1)
            .take_while(|on| *on <= to && on.year() <= *YEARS.end())
            .filter(|on| matches!(on.weekday(), Weekday::Sat | Weekday::Sun) || !self.works(*on, trust))
            .map(|on| match on.weekday() {
                Weekday::Sat => Skipped { on, name: Cow::Borrowed("Saturday"), provisional: false },
                Weekday::Sun => Skipped { on, name: Cow::Borrowed("Sunday"), provisional: false },
                _ => Skipped {
                    on,
                    name: Cow::Owned(self.why_closed(on).unwrap_or_default().to_owned()),
                    provisional: self.works(on, Trust::PublishedOnly),
                },
            });
        skipped.extend(days);
        skipped
    }
}
