//! A calendar: which days are working days, and how far that is known.
//!
//! Owns the look-up tables of one calendar, made from its holidays, and its identity. Must not count periods (`count` does)
//! nor know where its holidays came from.

use std::ops::RangeInclusive;

use chrono::{Datelike, NaiveDate, Weekday};

use super::day_number::{date, number};
use super::day_table::{DayNumber, DayTable};
use super::error::CalendarError;
use super::holidays::Holidays;
use super::limit::Trust;
use super::years::Years;
use crate::SharedText;

/// The working days of one part of the country. Cheap to ask, under forty kilobytes to keep: build it once.
///
/// ```
/// use duewatch::calendar::Calendar;
///
/// let calendar = Calendar::shipped("england-and-wales").ok_or("not shipped")?;
/// assert!(!calendar.is_working_day("2026-12-28".parse()?)); // the substitute for Boxing Day
/// assert_eq!(calendar.published_until().to_string(), "2028-12-31");
/// assert!(calendar.bytes() < 40_000);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Calendar {
    id: SharedText,
    hash: SharedText,
    known: RangeInclusive<NaiveDate>,
    published_until: NaiveDate,
    settled_before: i32,
    years: Years,
    table: DayTable,
    /// Each holiday's number and the place of its title, in order.
    named: Box<[(i32, u16)]>,
    /// Each title once: there are some twenty of them.
    titles: Box<[Box<str>]>,
}

impl Calendar {
    /// The calendar with these holidays.
    ///
    /// ```
    /// use duewatch::calendar::{Calendar, HolidayFile, Holidays};
    ///
    /// let text = "calendar = trial\n2026-12-25 published regular Christmas Day | gov.uk\n";
    /// let calendar = Calendar::new(&Holidays::of(HolidayFile::parse("trial", text)?));
    /// assert!(!calendar.is_working_day("2026-12-25".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(holidays: &Holidays) -> Self {
        let days = holidays.days();
        let from = holidays.known_from();
        let last = days.last().map_or(from, |day| day.on).max(holidays.known_until());
        let until = NaiveDate::from_ymd_opt(last.year(), 12, 31).unwrap_or(last);
        let (first, end) = (number(from), number(until) + 1);
        // A union is known only where all of its members are: a day before that is left out, like one outside the years.
        let inside = days.iter().filter_map(|day| Some((u16::try_from(number(day.on) - first).ok()?, day)));
        let marks: Vec<_> = inside.map(|(offset, day)| (offset, !day.status.is_certain())).collect();

        let mut titles: Vec<Box<str>> = Vec::new();
        let mut place = |title: &str| {
            let place = titles.iter().position(|known| **known == *title).unwrap_or_else(|| {
                titles.push(title.into());
                titles.len() - 1
            });
            u16::try_from(place).unwrap_or(u16::MAX)
        };
        let named = days.iter().map(|day| (number(day.on), place(&day.title))).collect();
        let table = DayTable::new(first, u16::try_from(end - first).unwrap_or(u16::MAX), &marks);
        Self {
            id: holidays.id().into(),
            hash: holidays.hash().into(),
            known: from..=holidays.known_until(),
            published_until: holidays.published_until(),
            settled_before: table.certain_until().min(number(holidays.known_until()) + 1),
            years: Years::new(from, until),
            table,
            named,
            titles: titles.into(),
        }
    }

    /// The calendar's name, such as `england-and-wales`.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What the calendar says, as a hash: [`Holidays::hash`].
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// Its name and its hash, for the many dates that are counted in it.
    pub(crate) fn identity(&self) -> (SharedText, SharedText) {
        (self.id.clone(), self.hash.clone())
    }

    /// The last day before which no holiday is left to be published: [`Holidays::published_until`].
    pub fn published_until(&self) -> NaiveDate {
        self.published_until
    }

    /// The last day of the data, provisional holidays included: [`Holidays::known_until`].
    pub fn known_until(&self) -> NaiveDate {
        *self.known.end()
    }

    /// The first day of the data.
    pub fn known_from(&self) -> NaiveDate {
        *self.known.start()
    }

    /// The tables themselves, to count in bulk on day numbers, provisional holidays taken as coming.
    #[inline]
    pub fn table(&self) -> &DayTable {
        &self.table
    }

    /// Memory that the calendar holds, in bytes, the structure itself included.
    pub fn bytes(&self) -> usize {
        let titles: usize = self.titles.iter().map(|title| title.len() + size_of::<Box<str>>()).sum();
        let named = self.named.len() * size_of::<(i32, u16)>();
        size_of::<Self>() + self.table.bytes() + titles + named + self.id.len() + self.hash.len()
    }

    /// Whether `on` is a working day as far as is known, provisional holidays taken as coming. Outside the data every
    /// Monday to Friday is.
    pub fn is_working_day(&self, on: NaiveDate) -> bool {
        self.works(on, Trust::WithProvisional)
    }

    /// Whether `on` is a working day under this trust.
    pub(super) fn works(&self, on: NaiveDate, trust: Trust) -> bool {
        let day = i64::from(number(on));
        self.rank(day + 1, trust) > self.rank(day, trust)
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
        as_date(self.table.nth(self.table.rank(number(on).into()))).unwrap_or(on)
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
        as_date(self.table.nth(self.table.rank(i64::from(number(on)) + 1) - 1)).unwrap_or(on)
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

    /// Why `on` is no working day: the holiday's title, "Saturday" or "Sunday". `None` when nothing speaks against it;
    /// provisional holidays do.
    ///
    /// ```
    /// use duewatch::calendar::Calendar;
    ///
    /// let calendar = Calendar::shipped("scotland").ok_or("not shipped")?;
    /// assert_eq!(calendar.why_closed("2026-11-30".parse()?), Some("St Andrew’s Day"));
    /// assert_eq!(calendar.why_closed("2026-11-29".parse()?), Some("Sunday"));
    /// assert_eq!(calendar.why_closed("2026-12-01".parse()?), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn why_closed(&self, on: NaiveDate) -> Option<&str> {
        match on.weekday() {
            Weekday::Sat => return Some("Saturday"),
            Weekday::Sun => return Some("Sunday"),
            _ => {}
        }
        let found = self.named.binary_search_by_key(&number(on), |(day, _)| *day).ok()?;
        let (_, title) = self.named.get(found)?;
        self.titles.get(usize::from(*title)).map(|title| &**title)
    }

    /// Working days before `day`, from the first day of the data.
    pub(super) fn rank(&self, day: DayNumber, trust: Trust) -> i64 {
        match trust {
            Trust::PublishedOnly => self.table.certain_rank(day),
            Trust::WithProvisional => self.table.rank(day),
        }
    }

    /// The working day with so many before it.
    pub(super) fn nth(&self, rank: i64, trust: Trust) -> DayNumber {
        match trust {
            Trust::PublishedOnly => self.table.certain_nth(rank),
            Trust::WithProvisional => self.table.nth(rank),
        }
    }

    /// Whether a count that passes over these days, or ends on one of them, is provisional, and whether it lies beyond the
    /// data: it would come out otherwise without a provisional holiday, or nothing is known.
    pub(super) fn doubts(&self, days: &RangeInclusive<DayNumber>) -> (bool, bool) {
        if days.is_empty() {
            return (false, false);
        }
        let beyond_data = *days.end() > i64::from(number(self.known_until()));
        (beyond_data || self.table.has_provisional(*days.start(), *days.end()), beyond_data)
    }

    /// The years of the tables.
    #[inline]
    pub(super) fn years(&self) -> &Years {
        &self.years
    }

    /// The first day that is a provisional holiday or past the data: a count that ends before it is settled.
    #[inline]
    pub(super) fn settled_before(&self) -> i32 {
        self.settled_before
    }
}

/// The date of a wide day number, where there is one.
pub(super) fn as_date(day: DayNumber) -> Option<NaiveDate> {
    i32::try_from(day).ok().and_then(date)
}

#[cfg(test)]
mod tests {
    use super::super::HolidayFile;
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn trial(days: &str) -> Calendar {
        Calendar::new(&Holidays::of(HolidayFile::parse("trial", &format!("calendar = trial\n{days}")).unwrap()))
    }

    #[test]
    fn a_calendar_says_how_much_memory_it_holds() {
        let calendar = trial(
            "2026-01-01 published regular Bank holiday | a\n\
             2026-05-25 published regular Bank holiday | a\n\
             2026-12-25 published regular Christmas Day | a\n",
        );
        // Two bytes each for 365 days and the one past them, for 261 Mondays to Fridays less three holidays, and for 365 / 64
        // begun stretches.
        let table = 2 * (366 + 258 + 6);
        // Each title once, 12 and 13 letters, and where it lies; of each holiday its number and the place of its title.
        let named = 12 + 13 + 2 * size_of::<&str>() + 3 * 8;
        // The name and the hash.
        assert_eq!(calendar.bytes(), size_of::<Calendar>() + table + named + 5 + 64);
    }

    #[test]
    fn a_calendar_is_known_by_its_name_and_what_it_says() {
        let calendar = trial("2026-12-25 published regular Christmas Day | a\n");
        let (id, hash) = calendar.identity();
        assert_eq!((&*id, &*hash), ("trial", calendar.hash()));
        // sha256sum of `calendar = trial` and `2026-12-25 published regular Christmas Day`.
        assert_eq!(&*hash, "30b7588f78ba2bf00446f3a300a4e0203564db107202db8ee13e2557a626cc8a");
    }

    #[test]
    fn around_christmas_by_the_calendar_on_the_wall() {
        // Christmas 2026 is a Friday; Monday the 28th stands in for Boxing Day.
        let england = Calendar::shipped("england-and-wales").unwrap();
        for (on, closed, next, previous) in [
            ("2026-12-24", None, "2026-12-24", "2026-12-24"),
            ("2026-12-25", Some("Christmas Day"), "2026-12-29", "2026-12-24"),
            ("2026-12-26", Some("Saturday"), "2026-12-29", "2026-12-24"),
            ("2026-12-27", Some("Sunday"), "2026-12-29", "2026-12-24"),
            ("2026-12-28", Some("Boxing Day"), "2026-12-29", "2026-12-24"),
            ("2026-12-29", None, "2026-12-29", "2026-12-29"),
        ] {
            assert_eq!(england.why_closed(day(on)), closed, "{on}");
            assert_eq!(england.is_working_day(day(on)), closed.is_none(), "{on}");
            assert_eq!(england.next_working_day(day(on)), day(next), "{on}");
            assert_eq!(england.previous_working_day(day(on)), day(previous), "{on}");
        }
        // 1 January 2028 is a Saturday, and Monday the 3rd stands in for it; 1 June 2026 is a Monday.
        assert_eq!(england.first_working_day_of_month(2028, 1), Ok(day("2028-01-04")));
        assert_eq!(england.first_working_day_of_month(2026, 6), Ok(day("2026-06-01")));
    }
}
