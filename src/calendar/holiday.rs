//! One day that is not a working day although it is neither Saturday nor Sunday.
//!
//! Owns what is known about such a day and how well. Must not know the file it came from.

use std::fmt;

use chrono::NaiveDate;
use serde::Serialize;

/// A Monday to Friday on which no working day is counted.
///
/// ```
/// use chrono::NaiveDate;
/// use duewatch::calendar::Holidays;
///
/// let holidays = Holidays::shipped("england-and-wales").ok_or("not shipped")?;
/// let day = NaiveDate::from_ymd_opt(2026, 12, 28).ok_or("no such day")?;
/// let holiday = holidays.on(day).ok_or("a working day")?;
/// assert_eq!(holiday.title, "Boxing Day");
/// assert!(holiday.substitute, "26 December 2026 is a Saturday");
/// # Ok::<(), &str>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Holiday {
    /// The day itself, a local date.
    pub on: NaiveDate,
    /// Its name as the official list writes it.
    pub title: String,
    /// It stands in for a holiday that fell on a weekend or was moved.
    pub substitute: bool,
    /// It was appointed for one occasion and does not return.
    pub one_off: bool,
    /// How well it is known.
    pub status: HolidayStatus,
    /// Who says so.
    pub source: String,
}

impl Holiday {
    /// The column that tells the flags apart in a holiday file.
    pub const fn kind(&self) -> &'static str {
        match (self.substitute, self.one_off) {
            (false, false) => "regular",
            (true, false) => "substitute",
            (false, true) => "one-off",
            (true, true) => "substitute+one-off",
        }
    }
}

/// How well a holiday is known; the best comes first.
///
/// ```
/// use duewatch::calendar::HolidayStatus;
///
/// assert!(HolidayStatus::Published.is_certain());
/// assert!(!HolidayStatus::Provisional.is_certain());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum HolidayStatus {
    /// In the official list, or proclaimed.
    Published,
    /// Past, and known from somebody other than the publisher of the list.
    ThirdParty,
    /// Past, and deduced from other sources.
    Inferred,
    /// Computed ahead of publication: it may turn out otherwise.
    Provisional,
    /// Said to be a holiday by an earlier list, or computed, and known not to be one. Only a file says so; no list of
    /// holidays in force holds such a day.
    Withdrawn,
}

impl HolidayStatus {
    /// Every status, for reading words.
    pub(super) const ALL: [Self; 5] =
        [Self::Published, Self::ThirdParty, Self::Inferred, Self::Provisional, Self::Withdrawn];

    /// Whether a strict reading may rely on the day's being a holiday.
    pub const fn is_certain(self) -> bool {
        matches!(self, Self::Published | Self::ThirdParty | Self::Inferred)
    }

    /// The word for it in a holiday file.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::ThirdParty => "third-party",
            Self::Inferred => "inferred",
            Self::Provisional => "provisional",
            Self::Withdrawn => "withdrawn",
        }
    }
}

impl fmt::Display for HolidayStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
