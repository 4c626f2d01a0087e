//! A calendar: which days are working days, and how far that is known.
//!
//! Owns the holidays of one calendar, its identity and its horizon. Must not count periods (`count` does) nor know
//! where its text came from.

use std::fmt::Write as _;
use std::ops::RangeInclusive;

use chrono::{Datelike, NaiveDate};
use sha2::{Digest, Sha256};

use super::day_table::{DayTable, date, number};
use super::error::CalendarError;
use super::holiday::Holiday;
use super::holiday_file::{self, HolidayError};
use super::limit::Trust;

/// The working days of one part of the country. Cheap to ask, some tens of kilobytes to keep: build it once.
///
/// ```
/// use duewatch::calendar::Calendar;
///
/// let calendar = Calendar::shipped("england-and-wales").ok_or("not shipped")?;
/// assert!(!calendar.is_working_day("2026-12-28".parse()?)); // the substitute for Boxing Day
/// assert_eq!(calendar.published_until().to_string(), "2028-12-31");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Calendar {
    id: String,
    hash: String,
    /// In order, at least one.
    holidays: Vec<Holiday>,
    known: RangeInclusive<NaiveDate>,
    published_until: NaiveDate,
    /// Provisional days in the published years, where there should be none: each makes the dates across it doubtful.
    doubtful: Vec<NaiveDate>,
    certain: DayTable,
    expected: DayTable,
}

impl Calendar {
    /// Reads the calendar `id` from the text of its holiday file. The form is described at the head of every shipped
    /// file; anything doubtful is refused with its line.
    ///
    /// ```
    /// use duewatch::calendar::Calendar;
    ///
    /// let text = "calendar = trial\n2026-12-25  published  regular  Christmas Day  |  gov.uk\n";
    /// let calendar = Calendar::parse("trial", text)?;
    /// assert_eq!(calendar.known_from().to_string(), "2026-01-01");
    /// assert_eq!(calendar.known_until().to_string(), "2026-12-31");
    /// # Ok::<(), duewatch::calendar::HolidayError>(())
    /// ```
    pub fn parse(id: &str, text: &str) -> Result<Self, HolidayError> {
        let holidays = holiday_file::parse(id, text)?;
        let year = |holiday: Option<&Holiday>| holiday.map_or(1, |holiday| holiday.on.year());
        let (first_year, last_year) = (year(holidays.first()), year(holidays.last()));
        let (from, until) = (new_year(first_year), eve_of_year(last_year + 1));
        // A one-off day may be proclaimed long before the list of its year, and a later year before an earlier one:
        // the horizon is where the first year without a regular published day begins.
        let unpublished = (first_year..=last_year)
            .find(|year| !holidays.iter().any(|day| day.on.year() == *year && day.status.is_certain() && !day.one_off));
        let published_until = eve_of_year(unpublished.unwrap_or(last_year + 1));
        let doubtful = holidays.iter().filter(|holiday| !holiday.status.is_certain()).map(|holiday| holiday.on);
        let all = holidays.iter().map(|holiday| holiday.on);
        let certain = holidays.iter().filter(|holiday| holiday.status.is_certain()).map(|holiday| holiday.on);
        Ok(Self {
            id: id.to_owned(),
            hash: hash(id, &holidays),
            known: from..=until,
            published_until,
            doubtful: doubtful.filter(|on| *on <= published_until).collect(),
            certain: DayTable::new(from, until, certain),
            expected: DayTable::new(from, until, all),
            holidays,
        })
    }

    /// The calendar's name, such as `england-and-wales`.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// SHA-256, in hexadecimal, of what the calendar says: its name and each day with status, kind and title. Comments,
    /// spacing and sources do not change it, so equal hashes give equal dates and equal explanations.
    ///
    /// ```
    /// use duewatch::calendar::Calendar;
    ///
    /// let plain = "calendar = trial\n2026-12-25 published regular Christmas Day | gov.uk\n";
    /// let spaced = "# checked\ncalendar = trial\n\n2026-12-25  published  regular  Christmas Day  |  the list\n";
    /// assert_eq!(Calendar::parse("trial", plain)?.hash(), Calendar::parse("trial", spaced)?.hash());
    /// # Ok::<(), duewatch::calendar::HolidayError>(())
    /// ```
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// The last day of the years whose holidays are published without a gap; later dates can still move. The day before
    /// [`known_from`](Self::known_from) when nothing is published.
    pub fn published_until(&self) -> NaiveDate {
        self.published_until
    }

    /// The last day of the last year with any holiday, provisional ones included.
    pub fn known_until(&self) -> NaiveDate {
        *self.known.end()
    }

    /// The first day of the first year with any holiday.
    pub fn known_from(&self) -> NaiveDate {
        *self.known.start()
    }

    /// Whether `on` is a working day as far as is known, provisional holidays taken as coming. Outside the data every
    /// Monday to Friday is.
    pub fn is_working_day(&self, on: NaiveDate) -> bool {
        self.expected.is_working_day(number(on))
    }

    /// The holiday on this day, if it is one, whatever its status.
    pub fn holiday(&self, on: NaiveDate) -> Option<&Holiday> {
        let index = self.holidays.binary_search_by_key(&on, |holiday| holiday.on).ok()?;
        self.holidays.get(index)
    }

    /// The holidays of one year in order, whatever their status.
    ///
    /// ```
    /// use duewatch::calendar::Calendar;
    ///
    /// let calendar = Calendar::shipped("england-and-wales").ok_or("not shipped")?;
    /// // Eight in an ordinary year; nine in 2023, the year of the coronation.
    /// assert_eq!(calendar.holidays_in(2026).count(), 8);
    /// assert_eq!(calendar.holidays_in(2023).count(), 9);
    /// # Ok::<(), &str>(())
    /// ```
    pub fn holidays_in(&self, year: i32) -> impl Iterator<Item = &Holiday> {
        let from = self.holidays.partition_point(|holiday| holiday.on.year() < year);
        self.holidays.iter().skip(from).take_while(move |holiday| holiday.on.year() == year)
    }

    /// `on` itself if it is a working day, else the first one after it. Provisional holidays count.
    ///
    /// ```
    /// use duewatch::calendar::Calendar;
    ///
    /// let calendar = Calendar::shipped("england-and-wales").ok_or("not shipped")?;
    /// assert_eq!(calendar.next_working_day("2026-12-25".parse()?).to_string(), "2026-12-29");
    /// assert_eq!(calendar.next_working_day("2026-12-24".parse()?).to_string(), "2026-12-24");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn next_working_day(&self, on: NaiveDate) -> NaiveDate {
        date(self.expected.nth(self.expected.rank(number(on)))).unwrap_or(on)
    }

    /// `on` itself if it is a working day, else the last one before it. Provisional holidays count.
    ///
    /// ```
    /// use duewatch::calendar::Calendar;
    ///
    /// let calendar = Calendar::shipped("england-and-wales").ok_or("not shipped")?;
    /// assert_eq!(calendar.previous_working_day("2026-12-28".parse()?).to_string(), "2026-12-24");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn previous_working_day(&self, on: NaiveDate) -> NaiveDate {
        date(self.expected.nth(self.expected.rank(number(on) + 1) - 1)).unwrap_or(on)
    }

    /// The first working day of a month, the day of monthly reports. Provisional holidays count.
    ///
    /// ```
    /// use duewatch::calendar::Calendar;
    ///
    /// let calendar = Calendar::shipped("england-and-wales").ok_or("not shipped")?;
    /// // 1 January 2028 is a Saturday; Monday the 3rd is its substitute.
    /// assert_eq!(calendar.first_working_day_of_month(2028, 1)?.to_string(), "2028-01-04");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn first_working_day_of_month(&self, year: i32, month: u32) -> Result<NaiveDate, CalendarError> {
        let first = NaiveDate::from_ymd_opt(year, month, 1).ok_or(CalendarError::NoSuchMonth { year, month })?;
        Ok(self.next_working_day(first))
    }

    /// Whether a count over the days from `first` to `last` rests on anything that is not yet certain.
    pub(super) fn is_provisional(&self, first: NaiveDate, last: NaiveDate) -> bool {
        last > self.published_until || self.doubtful.iter().any(|on| (first..=last).contains(on))
    }

    /// The table that answers under this trust.
    pub(super) fn table(&self, trust: Trust) -> &DayTable {
        match trust {
            Trust::PublishedOnly => &self.certain,
            Trust::WithProvisional => &self.expected,
        }
    }
}

/// 1 January; the parser has seen to it that the year exists.
fn new_year(year: i32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or_default()
}

/// The day before the year begins.
fn eve_of_year(year: i32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year - 1, 12, 31).unwrap_or_default()
}

fn hash(id: &str, holidays: &[Holiday]) -> String {
    let mut hasher = Sha256::new();
    hasher.update(format!("calendar = {id}\n"));
    for day in holidays {
        hasher.update(format!("{} {} {} {}\n", day.on, day.status, day.kind(), day.title));
    }
    hasher.finalize().iter().fold(String::with_capacity(64), |mut hex, byte| {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
