//! A period of time as procedures write it: a number and a unit.
//!
//! Owns the words of the units and their bounds. Must not know any calendar: what a period comes to is counted
//! elsewhere.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use thiserror::Error;

/// A period of time in the unit in which a rule states it. The unit matters: 12 working weeks are 60 working days and
/// not 84 days, and four weeks are 28 days, working or not.
///
/// Written and read as words, in configuration and JSON too.
///
/// ```
/// use duewatch::calendar::Period;
///
/// // "at intervals of not more than four weeks": Care Planning, Placement and Case Review (England) Regulations 2010,
/// // reg. 28(4)(b)
/// assert_eq!("4 weeks".parse(), Ok(Period::Weeks(4)));
/// assert_eq!("28 calendar days".parse(), Ok(Period::Days(28)));
/// assert_eq!(Period::WorkingDays(1).to_string(), "1 working day");
/// ```
///
/// "Booked within 12 working weeks" of a conference, as procedures write it, is later than 12 weeks by every holiday on the
/// way.
///
/// ```
/// use duewatch::calendar::{Calendar, Convention, Period, Trust};
///
/// let calendar = Calendar::shipped("england-and-wales").ok_or("not shipped")?;
/// let conference = "2026-10-14".parse()?;
/// let by = |period| calendar.after(conference, period, Convention::ORDINARY, Trust::PublishedOnly);
/// assert_eq!(by(Period::Weeks(12))?.on.to_string(), "2027-01-06");
/// // Three days off on the way: Christmas Day, its Monday and New Year's Day.
/// assert_eq!(by(Period::WorkingWeeks(12))?.on.to_string(), "2027-01-11");
/// assert_eq!(by(Period::WorkingWeeks(12))?, by(Period::WorkingDays(60))?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Period {
    /// Working days of the calendar in force.
    WorkingDays(u32),
    /// Calendar days, weekends and holidays included.
    Days(u32),
    /// Weeks of five working days each.
    WorkingWeeks(u32),
    /// Weeks of seven calendar days each.
    Weeks(u32),
    /// Calendar months (Interpretation Act 1978, Schedule 1: "month" means calendar month).
    Months(u32),
    /// Elapsed hours. They run from an instant, so a calendar of dates refuses them.
    Hours(u32),
}

/// Why words are not a [`Period`]. Nothing is guessed: the rule has to be written again.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PeriodError {
    /// The words are not a whole number followed by a unit.
    #[error("cannot read {written:?} as a period: write a whole number and a unit, one of {UNITS}")]
    NotAPeriod {
        /// What was written.
        written: String,
    },
    /// The number is there but the unit is not one of ours.
    #[error("cannot read {written:?} as a period: the unit is none of {UNITS}")]
    UnknownUnit {
        /// What was written.
        written: String,
    },
    /// A period of nothing sets no limit.
    #[error("cannot read {written:?} as a period: it must be at least 1")]
    Zero {
        /// What was written.
        written: String,
    },
    /// More than twenty years, past any child's eighteenth birthday: most likely a slip of the pen.
    #[error("cannot read {written:?} as a period: it is longer than twenty years, at most {most}")]
    TooLong {
        /// What was written.
        written: String,
        /// The longest period in the same unit.
        most: Period,
    },
}

const UNITS: &str = "working days, days (or calendar days), working weeks, weeks, months, hours";

impl Period {
    /// About how long, in minutes of an ordinary week (a working day is a fifth of one), a month taken as a twelfth of an ordinary
    /// year: only to compare, where no calendar is known and none is needed.
    pub(crate) fn about_minutes(self) -> i64 {
        const DAY: i64 = 24 * 60;
        match self {
            Self::WorkingDays(n) => i64::from(n) * 7 * DAY / 5,
            Self::Days(n) => i64::from(n) * DAY,
            Self::WorkingWeeks(n) | Self::Weeks(n) => i64::from(n) * 7 * DAY,
            Self::Months(n) => i64::from(n) * 365 * DAY / 12,
            Self::Hours(n) => i64::from(n) * 60,
        }
    }

    /// The number and the unit's name for one.
    const fn parts(self) -> (u32, &'static str) {
        match self {
            Self::WorkingDays(n) => (n, "working day"),
            Self::Days(n) => (n, "day"),
            Self::WorkingWeeks(n) => (n, "working week"),
            Self::Weeks(n) => (n, "week"),
            Self::Months(n) => (n, "month"),
            Self::Hours(n) => (n, "hour"),
        }
    }

    /// Whether weekends and holidays have a say in how long it is: it is one of working days or working weeks.
    ///
    /// ```
    /// use duewatch::calendar::Period;
    ///
    /// assert!(Period::WorkingWeeks(12).counts_working_days());
    /// assert!(!Period::Weeks(12).counts_working_days());
    /// ```
    pub const fn counts_working_days(self) -> bool {
        matches!(self, Self::WorkingDays(_) | Self::WorkingWeeks(_))
    }

    /// Twenty years in the same unit.
    const fn twenty_years(self) -> Self {
        match self {
            Self::WorkingDays(_) => Self::WorkingDays(5_200),
            Self::Days(_) => Self::Days(7_306),
            Self::WorkingWeeks(_) => Self::WorkingWeeks(1_040),
            Self::Weeks(_) => Self::Weeks(1_040),
            Self::Months(_) => Self::Months(240),
            Self::Hours(_) => Self::Hours(175_344),
        }
    }
}

impl FromStr for Period {
    type Err = PeriodError;

    fn from_str(written: &str) -> Result<Self, PeriodError> {
        let not_a_period = || PeriodError::NotAPeriod { written: written.to_owned() };
        let mut words = written.split_whitespace();
        let digits = words.next().unwrap_or_default();
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(not_a_period());
        }
        // All digits, so the only failure is a number past u32: longer than any limit.
        let number = digits.parse().unwrap_or(u32::MAX);
        let unit = words.collect::<Vec<_>>().join(" ").to_ascii_lowercase();
        let period = match unit.as_str() {
            "" => return Err(not_a_period()),
            "working day" | "working days" => Self::WorkingDays(number),
            "day" | "days" | "calendar day" | "calendar days" => Self::Days(number),
            "working week" | "working weeks" => Self::WorkingWeeks(number),
            "week" | "weeks" => Self::Weeks(number),
            "month" | "months" => Self::Months(number),
            "hour" | "hours" => Self::Hours(number),
            _ => return Err(PeriodError::UnknownUnit { written: written.to_owned() }),
        };
        let most = period.twenty_years();
        match number {
            0 => Err(PeriodError::Zero { written: written.to_owned() }),
            _ if number > most.parts().0 => Err(PeriodError::TooLong { written: written.to_owned(), most }),
            _ => Ok(period),
        }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (number, unit) = self.parts();
        write!(f, "{number} {unit}{}", if number == 1 { "" } else { "s" })
    }
}

impl Serialize for Period {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Period {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_and_written_back() {
        for (words, period, back) in [
            ("10 working days", Period::WorkingDays(10), "10 working days"),
            ("1 working day", Period::WorkingDays(1), "1 working day"),
            ("4 weeks", Period::Weeks(4), "4 weeks"),
            ("12 months", Period::Months(12), "12 months"),
            ("24 hours", Period::Hours(24), "24 hours"),
            ("12 working weeks", Period::WorkingWeeks(12), "12 working weeks"),
            ("28 days", Period::Days(28), "28 days"),
            ("28 calendar days", Period::Days(28), "28 days"),
            ("  1   Calendar  Day ", Period::Days(1), "1 day"),
            ("1 Hour", Period::Hours(1), "1 hour"),
            ("240 months", Period::Months(240), "240 months"),
        ] {
            assert_eq!(words.parse(), Ok(period), "{words}");
            assert_eq!(period.to_string(), back);
            assert_eq!(back.parse(), Ok(period));
            let json = serde_json::to_string(&period).unwrap();
            assert_eq!(json, format!("\"{back}\""));
            assert_eq!(serde_json::from_str::<Period>(&json).unwrap(), period);
        }
    }

    #[test]
    fn only_working_days_and_working_weeks_are_counted_over_holidays() {
        for (words, expected) in [
            ("10 working days", true),
            ("2 working weeks", true),
            ("10 days", false),
            ("2 weeks", false),
            ("6 months", false),
            ("24 hours", false),
        ] {
            assert_eq!(words.parse().map(Period::counts_working_days), Ok(expected), "{words}");
        }
    }

    #[test]
    fn other_words_are_refused_and_quoted() {
        for words in ["", "ten days", "-4 weeks", "+4 weeks", "4", "4.5 weeks", "weeks", "days 4", "٤ weeks"] {
            let Err(error @ PeriodError::NotAPeriod { .. }) = words.parse::<Period>() else { panic!("{words:?}") };
            assert!(error.to_string().contains(&format!("{words:?}")), "{error}");
            assert!(error.to_string().contains("working weeks"), "{error}");
        }
        for words in ["2 fortnights", "3 years", "4 weeks or so", "10 business days", "1 working month"] {
            let error = words.parse::<Period>().unwrap_err();
            assert_eq!(error, PeriodError::UnknownUnit { written: words.to_owned() });
            assert!(error.to_string().contains("working days, days"), "{error}");
        }
        assert!(matches!("0 days".parse::<Period>(), Err(PeriodError::Zero { .. })));
        for words in ["241 months", "175345 hours", "5201 working days", "99999999999999999999 days"] {
            assert!(matches!(words.parse::<Period>(), Err(PeriodError::TooLong { .. })), "{words}");
        }
        assert_eq!(
            "11 years".parse::<Period>().unwrap_err().to_string(),
            "cannot read \"11 years\" as a period: the unit is none of working days, days (or calendar days), \
             working weeks, weeks, months, hours"
        );
        assert_eq!(
            "1100 weeks".parse::<Period>().unwrap_err().to_string(),
            "cannot read \"1100 weeks\" as a period: it is longer than twenty years, at most 1040 weeks"
        );
        assert!(serde_json::from_str::<Period>("\"0 days\"").is_err());
    }

    #[test]
    fn periods_are_compared_by_an_ordinary_week() {
        // A week has 10,080 minutes, a fifth of it 2,016; a month is 365 days of 1,440 minutes in twelve parts.
        let minutes = [
            (Period::WorkingDays(5), 10_080),
            (Period::WorkingDays(1), 2_016),
            (Period::Days(2), 2_880),
            (Period::WorkingWeeks(1), 10_080),
            (Period::Weeks(2), 20_160),
            (Period::Months(1), 43_800),
            (Period::Hours(24), 1_440),
        ];
        for (period, expected) in minutes {
            assert_eq!(period.about_minutes(), expected, "{period}");
        }
    }
}
