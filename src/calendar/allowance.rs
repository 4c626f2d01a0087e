//! Limits in which the hour matters: elapsed hours, hours carried to a working day, and "24 hours or 1 working day".
//!
//! Owns their words and their arithmetic from an instant. Must not know what the limit is for.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, TimeDelta, Utc};
use thiserror::Error;

use super::convention::Convention;
use super::day_number::number;
use super::error::CalendarError;
use super::limit::{DueDate, Trust};
use super::period::{Period, PeriodError};
use super::working_days::Calendar;
use super::zone::Zone;

/// How much time is allowed after an instant.
///
/// Of two periods that both stand in a document, one has to be said to govern: a procedure that leaves it open is refused.
///
/// Source: procedures write "within 24 hours (or 1 working day of the conference, at weekends or bank holidays)".
///
/// ```
/// use duewatch::calendar::{Allowance, Period, Whichever};
///
/// assert_eq!("24 hours".parse(), Ok(Allowance::Period(Period::Hours(24))));
/// assert_eq!("24 hours, carried to a working day".parse(), Ok(Allowance::CarriedHours(24)));
/// let either = "24 hours or 1 working day, whichever is latest".parse();
/// let periods = [Period::Hours(24), Period::WorkingDays(1)];
/// assert_eq!(either, Ok(Allowance::Either { periods, whichever: Whichever::Latest }));
/// assert!("24 hours or 1 working day".parse::<Allowance>().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Allowance {
    /// One period.
    Period(Period),
    /// Elapsed hours; when they end on a day that is no working day, until the same time of the clock on the next one.
    CarriedHours(u32),
    /// Two periods, of which one governs.
    Either {
        /// Both.
        periods: [Period; 2],
        /// Which of them.
        whichever: Whichever,
    },
}

/// Which of two ends governs.
///
/// ```
/// use duewatch::calendar::{DueDate, End, Whichever, Zone};
///
/// let london = Zone::from_name("Europe/London")?;
/// // From Friday at four: 24 hours end on Saturday at four, one working day with the end of Monday.
/// let hours = End::Instant("2026-11-21T16:00:00Z".parse()?);
/// let day = End::Day(DueDate::from("2026-11-23".parse::<chrono::NaiveDate>()?));
/// assert_eq!(Whichever::Earliest.of(hours, day, london), hours);
/// assert_eq!(Whichever::Latest.of(hours, day, london), day);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Whichever {
    /// The one that ends first: the strict reading.
    Earliest,
    /// The one that ends last.
    Latest,
}

/// Where a limit ends: with a whole local day, or at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum End {
    /// With this day.
    Day(DueDate),
    /// At this instant: what is done before it is in time.
    Instant(DateTime<Utc>),
}

/// An end, and how far it can be relied on: the words of [`Limit`](super::Limit).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ending {
    /// The end.
    pub end: End,
    /// It rests on a holiday not yet published.
    pub provisional: bool,
    /// A day counted on the way is past all data.
    pub beyond_data: bool,
}

/// Why words are not an [`Allowance`].
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AllowanceError {
    /// One of its periods is none.
    #[error(transparent)]
    Period(#[from] PeriodError),
    /// Two periods, and nothing says which governs.
    #[error(
        "cannot read {written:?}: of two periods one governs; write `, whichever is earliest` or `, whichever is latest` \
         after them"
    )]
    WhichGoverns {
        /// What was written.
        written: String,
    },
    /// Only hours are carried to a working day; other periods have a last day, which a convention moves.
    #[error("cannot read {written:?}: only hours can be carried to a working day")]
    CarriesHours {
        /// What was written.
        written: String,
    },
}

impl Whichever {
    /// The end that governs; of two at one instant the first.
    pub fn of(self, one: End, other: End, zone: Zone) -> End {
        let first = one.at(zone) <= other.at(zone);
        if first == (self == Self::Earliest) { one } else { other }
    }
}

impl End {
    /// The first instant that is too late.
    pub fn at(self, zone: Zone) -> DateTime<Utc> {
        match self {
            Self::Day(day) => day.ends_at(zone),
            Self::Instant(at) => at,
        }
    }
}

/// So many hours later, as a clock that nobody resets counts them.
///
/// Source: hours are counted, not days: over a change of the clocks 24 hours from four o'clock end at five or at three
/// (Summer Time Act 1972; SI 2002/262).
///
/// ```
/// use duewatch::calendar::{Zone, hours_after};
///
/// let london = Zone::from_name("Europe/London")?;
/// let end = |at: &str| at.parse().map(|at| london.local_time(hours_after(at, 24)).time().to_string());
/// assert_eq!(end("2026-03-28T16:00:00Z")?, "17:00:00"); // the Saturday before the clocks go forward
/// assert_eq!(end("2026-10-24T15:00:00Z")?, "15:00:00"); // four o'clock on the Saturday before they go back
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn hours_after(at: DateTime<Utc>, hours: u32) -> DateTime<Utc> {
    at.checked_add_signed(TimeDelta::hours(hours.into())).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

impl Calendar {
    /// The end of what is allowed after an event at an instant. A period of days runs from that instant's local day, under
    /// the convention; bounds as for [`after`](Self::after).
    ///
    /// ```
    /// use duewatch::calendar::{Calendar, Convention, Trust, Zone};
    ///
    /// let calendar = Calendar::shipped("england-and-wales").ok_or("not shipped")?;
    /// let london = Zone::from_name("Europe/London")?;
    /// let friday_at_four = "2026-11-20T16:00:00Z".parse()?;
    /// let end = |words: &str| -> Result<_, Box<dyn std::error::Error>> {
    ///     let allowed = words.parse()?;
    ///     let ending = calendar.end_of(allowed, friday_at_four, Convention::ORDINARY, Trust::PublishedOnly, london)?;
    ///     Ok(ending.end.at(london).to_rfc3339())
    /// };
    /// assert_eq!(end("24 hours")?, "2026-11-21T16:00:00+00:00");
    /// assert_eq!(end("24 hours, carried to a working day")?, "2026-11-23T16:00:00+00:00");
    /// assert_eq!(end("24 hours or 1 working day, whichever is earliest")?, "2026-11-21T16:00:00+00:00");
    /// assert_eq!(end("24 hours or 1 working day, whichever is latest")?, "2026-11-24T00:00:00+00:00");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn end_of(
        &self,
        allowed: Allowance,
        at: DateTime<Utc>,
        convention: Convention,
        trust: Trust,
        zone: Zone,
    ) -> Result<Ending, CalendarError> {
        match allowed {
            Allowance::Period(period) => self.end_of_period(period, at, convention, trust, zone),
            Allowance::CarriedHours(hours) => self.carried(hours_after(at, hours), hours, trust, zone),
            Allowance::Either { periods: [one, other], whichever } => {
                let one = self.end_of_period(one, at, convention, trust, zone)?;
                let other = self.end_of_period(other, at, convention, trust, zone)?;
                Ok(Ending {
                    end: whichever.of(one.end, other.end, zone),
                    // Whether the other one governs instead may rest on it too.
                    provisional: one.provisional || other.provisional,
                    beyond_data: one.beyond_data || other.beyond_data,
                })
            }
        }
    }

    /// `at`, which is `hours` after the event, or the same local time on the next working day when its own local day is
    /// none.
    fn carried(&self, at: DateTime<Utc>, hours: u32, trust: Trust, zone: Zone) -> Result<Ending, CalendarError> {
        let local = zone.local_time(at);
        let day = i64::from(number(local.date()));
        let carried_to = self.nth(self.rank(day, trust), trust);
        let attempt = format_args!("{} to {}, carried to a working day", Period::Hours(hours), local.date());
        let limit = self.limit(carried_to, &[day..=carried_to], attempt)?;
        let end = if limit.on.on() == local.date() { at } else { zone.at(limit.on.on(), local.time()) };
        Ok(Ending { end: End::Instant(end), provisional: limit.provisional, beyond_data: limit.beyond_data })
    }

    fn end_of_period(
        &self,
        period: Period,
        at: DateTime<Utc>,
        convention: Convention,
        trust: Trust,
        zone: Zone,
    ) -> Result<Ending, CalendarError> {
        if let Period::Hours(hours) = period {
            let end = End::Instant(hours_after(at, hours));
            return Ok(Ending { end, provisional: false, beyond_data: false });
        }
        let limit = self.after(zone.local_date(at), period, convention, trust)?;
        Ok(Ending { end: End::Day(limit.on), provisional: limit.provisional, beyond_data: limit.beyond_data })
    }
}

const CARRIED: &str = ", carried to a working day";
/// The first two are what is written back; the others are read as well.
const WHICHEVER: [(&str, Whichever); 4] = [
    (", whichever is earliest", Whichever::Earliest),
    (", whichever is latest", Whichever::Latest),
    (", whichever is earlier", Whichever::Earliest),
    (", whichever is later", Whichever::Latest),
];

impl FromStr for Allowance {
    type Err = AllowanceError;

    fn from_str(written: &str) -> Result<Self, AllowanceError> {
        let text = written.trim();
        if let Some(period) = text.strip_suffix(CARRIED) {
            return match period.parse()? {
                Period::Hours(hours) => Ok(Self::CarriedHours(hours)),
                _ => Err(AllowanceError::CarriesHours { written: written.to_owned() }),
            };
        }
        let governs = WHICHEVER.iter().find_map(|(words, whichever)| Some((text.strip_suffix(words)?, *whichever)));
        match (governs.and_then(|(periods, whichever)| Some((periods.split_once(" or ")?, whichever))), governs) {
            (Some(((one, other), whichever)), _) => {
                Ok(Self::Either { periods: [one.parse()?, other.parse()?], whichever })
            }
            (None, None) if !text.contains(" or ") => Ok(Self::Period(text.parse()?)),
            _ => Err(AllowanceError::WhichGoverns { written: written.to_owned() }),
        }
    }
}

impl fmt::Display for Allowance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Period(period) => period.fmt(f),
            Self::CarriedHours(hours) => write!(f, "{}{CARRIED}", Period::Hours(*hours)),
            Self::Either { periods: [one, other], whichever } => {
                let (words, _) = WHICHEVER[usize::from(*whichever == Whichever::Latest)];
                write!(f, "{one} or {other}{words}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_as_they_are_written() {
        for words in [
            "10 working days",
            "1 hour",
            "24 hours, carried to a working day",
            "24 hours or 1 working day, whichever is earliest",
            "2 weeks or 10 working days, whichever is latest",
        ] {
            assert_eq!(words.parse::<Allowance>().map(|allowed| allowed.to_string()), Ok(words.to_owned()));
        }
    }

    #[test]
    fn of_two_the_later_is_the_latest() {
        let read = |words: &str| words.parse::<Allowance>().unwrap();
        for (one, other) in [("earliest", "earlier"), ("latest", "later")] {
            let words = |which| format!("24 hours or 1 working day, whichever is {which}");
            assert_eq!(read(&words(other)).to_string(), words(one));
        }
    }

    #[test]
    fn what_is_left_open_is_refused() {
        for words in [
            "24 hours or 1 working day",
            "24 hours, whichever is latest",
            "1 working day, carried to a working day",
            "24 hours or 1 working day or 2 days, whichever is latest",
            "24 hours or one working day, whichever is latest",
            "24 hours carried to a working day",
            "",
        ] {
            assert!(words.parse::<Allowance>().is_err(), "{words}");
        }
        // What is missing is named: it is not that the period cannot be read.
        for words in ["24 hours or 1 working day", "24 hours, whichever is latest"] {
            let refused = words.parse::<Allowance>();
            assert_eq!(refused, Err(AllowanceError::WhichGoverns { written: words.to_owned() }));
        }
    }

    #[test]
    fn hours_carried_over_days_off() {
        let calendar = Calendar::shipped("england-and-wales").unwrap();
        let london = Zone::from_name("Europe/London").unwrap();
        // Each by the calendar on the wall: Thursday to Friday stays; Friday to Saturday goes to Monday; Maundy Thursday
        // over Easter to Tuesday; the Friday before the clocks go forward, at four o'clock, to Monday at four o'clock, 71
        // hours later; the Saturday before, at half past one in the night, to Monday at half past two.
        for (from, to) in [
            ("2026-11-19T16:00:00Z", "2026-11-20T16:00:00Z"),
            ("2026-11-20T16:00:00Z", "2026-11-23T16:00:00Z"),
            ("2026-04-02T15:00:00Z", "2026-04-07T15:00:00Z"),
            ("2026-03-27T16:00:00Z", "2026-03-30T15:00:00Z"),
            ("2026-03-28T01:30:00Z", "2026-03-30T01:30:00Z"),
        ] {
            let ending = calendar
                .end_of(
                    Allowance::CarriedHours(24),
                    from.parse().unwrap(),
                    Convention::ORDINARY,
                    Trust::PublishedOnly,
                    london,
                )
                .unwrap();
            assert_eq!(ending.end, End::Instant(to.parse().unwrap()), "{from}");
            assert!(!ending.provisional);
        }
    }

    #[test]
    fn of_two_a_doubt_about_either_is_a_doubt_whichever_governs() {
        let calendar = Calendar::shipped("england-and-wales").unwrap();
        let london = Zone::from_name("Europe/London").unwrap();
        // An hour rests on no list. Three working days from Christmas Eve rest on holidays that nobody has published; from the
        // last Friday of the list they end in a year that it does not hold.
        for (from, beyond_data) in [("2030-12-24T10:00:00Z", false), ("2035-12-28T10:00:00Z", true)] {
            for words in ["1 hour or 3 working days", "3 working days or 1 hour"] {
                for whichever in ["earliest", "latest"] {
                    let allowed = format!("{words}, whichever is {whichever}").parse().unwrap();
                    let (at, ordinary) = (from.parse().unwrap(), Convention::ORDINARY);
                    let ending = calendar.end_of(allowed, at, ordinary, Trust::WithProvisional, london).unwrap();
                    assert_eq!((ending.provisional, ending.beyond_data), (true, beyond_data), "{allowed} from {from}");
                }
            }
        }
    }
}
