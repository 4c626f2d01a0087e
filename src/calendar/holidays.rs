//! The holidays of one calendar as they are in force: what is shipped, with what an authority's own file adds or takes away.
//!
//! Owns how lists go together, what they hash to and how far they reach. Must not count anything.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use chrono::{Datelike, NaiveDate, Weekday};
use sha2::{Digest, Sha256};

use super::holiday::{Holiday, HolidayStatus};
use super::holiday_file::HolidayFile;

/// Every holiday of one calendar, oldest first, each day once. [`Calendar`](super::Calendar) counts with them.
///
/// ```
/// use duewatch::calendar::Holidays;
///
/// let holidays = Holidays::shipped("england-and-wales").ok_or("not shipped")?;
/// // Eight in an ordinary year; nine in 2023, the year of the coronation.
/// assert_eq!(holidays.in_year(2026).count(), 8);
/// assert_eq!(holidays.in_year(2023).count(), 9);
/// # Ok::<(), &str>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holidays {
    id: String,
    days: Vec<Holiday>,
    /// The years known without a gap, from the first to the last day.
    known: RangeInclusive<NaiveDate>,
}

impl Holidays {
    /// The days of a file that stands for itself. Withdrawn days are no holidays.
    ///
    /// ```
    /// use duewatch::calendar::{HolidayFile, Holidays};
    ///
    /// let text = "calendar = trial\n2026-12-25 published regular Christmas Day | gov.uk\n";
    /// let holidays = Holidays::of(HolidayFile::parse("trial", text)?);
    /// assert_eq!(holidays.known_from().to_string(), "2026-01-01");
    /// assert_eq!(holidays.known_until().to_string(), "2026-12-31");
    /// # Ok::<(), duewatch::calendar::HolidayError>(())
    /// ```
    pub fn of(file: HolidayFile) -> Self {
        let days: Vec<_> = file.days.into_iter().filter(|day| day.status != HolidayStatus::Withdrawn).collect();
        let known = known(&days);
        Self { id: file.calendar, days, known }
    }

    /// These holidays with a file's days laid over them: a day the file has stands as the file has it, and one it has
    /// withdrawn is gone. Only a provisional line never replaces a day that is certain: the file is the older of the two.
    ///
    /// ```
    /// use chrono::NaiveDate;
    /// use duewatch::calendar::{HolidayFile, Holidays};
    ///
    /// let shipped = Holidays::shipped("isle-of-man").ok_or("not shipped")?;
    /// let announced = "calendar = isle-of-man\n\
    ///     2027-06-04 published regular TT bank holiday | the Treasury's list for 2027\n\
    ///     2027-06-11 withdrawn regular TT bank holiday | the Treasury's list for 2027\n";
    /// let holidays = shipped.under(HolidayFile::parse("isle-of-man", announced)?);
    /// let june = |day| NaiveDate::from_ymd_opt(2027, 6, day).and_then(|on| holidays.on(on));
    /// assert!(june(4).is_some() && june(11).is_none());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn under(self, file: HolidayFile) -> Self {
        let mut days: BTreeMap<NaiveDate, Holiday> = self.days.into_iter().map(|day| (day.on, day)).collect();
        for day in file.days {
            let certain = days.get(&day.on).is_some_and(|known| known.status.is_certain());
            match day.status {
                HolidayStatus::Withdrawn => drop(days.remove(&day.on)),
                HolidayStatus::Provisional if certain => {}
                _ => drop(days.insert(day.on, day)),
            }
        }
        let days: Vec<_> = days.into_values().collect();
        Self { id: self.id, known: extended(self.known, &days), days }
    }

    /// The days that are a holiday in any of `members`. A title that not all of them have says whose it is. A day is as
    /// certain as the most certain of them.
    ///
    /// It is known from the first year that any of them is, and as far as all of them are: a list of local days that begins
    /// later has none before, and where one ends it has to be renewed. One that has nothing but one-off days sets no bound.
    ///
    /// Source: Freedom of Information Act 2000, section 10(6), "a bank holiday ... in any part of the United Kingdom".
    ///
    /// ```
    /// use chrono::NaiveDate;
    /// use duewatch::calendar::Holidays;
    ///
    /// let holidays = Holidays::shipped("united-kingdom").ok_or("not shipped")?;
    /// let world_cup = NaiveDate::from_ymd_opt(2026, 6, 15).and_then(|on| holidays.on(on)).ok_or("a working day")?;
    /// assert_eq!(world_cup.title, "World Cup bank holiday (scotland)");
    /// # Ok::<(), &str>(())
    /// ```
    pub fn union(id: &str, members: &[Holidays]) -> Self {
        let mut on_day: BTreeMap<NaiveDate, Vec<(&str, &Holiday)>> = BTreeMap::new();
        for member in members {
            for day in &member.days {
                on_day.entry(day.on).or_default().push((&member.id, day));
            }
        }
        let days: Vec<_> = on_day.into_values().filter_map(|same| one_of(&same, members.len())).collect();
        let known = members
            .iter()
            .map(|member| member.known.clone())
            .filter(|known| !known.is_empty())
            .reduce(|one, other| (*one.start()).min(*other.start())..=(*one.end()).min(*other.end()));
        Self { id: id.to_owned(), known: known.unwrap_or_else(known_of_none), days }
    }

    /// These holidays and the days on which an authority's offices are closed, for a rule that does not count those. Days at
    /// the weekend and days that are holidays anyway change nothing, but a holiday that is only computed ahead becomes certain:
    /// the offices are closed whether it is published or not.
    ///
    /// ```
    /// use duewatch::calendar::{Calendar, Holidays};
    ///
    /// let holidays = Holidays::shipped("england-and-wales").ok_or("not shipped")?;
    /// let office = Calendar::new(&holidays.and_closed(&["2026-12-29".parse()?]));
    /// assert_eq!(office.next_working_day("2026-12-25".parse()?).to_string(), "2026-12-30");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn and_closed(&self, closed_on: &[NaiveDate]) -> Self {
        let mut days: BTreeMap<NaiveDate, Holiday> = self.days.iter().map(|day| (day.on, day.clone())).collect();
        for on in closed_on {
            let weekend = matches!(on.weekday(), Weekday::Sat | Weekday::Sun);
            if weekend || !super::holiday_file::YEARS.contains(&on.year()) {
                continue;
            }
            let source = "the authority's settings";
            let day = days.entry(*on).or_insert_with(|| Holiday {
                on: *on,
                title: "the offices are closed".to_owned(),
                substitute: false,
                one_off: true,
                status: HolidayStatus::Published,
                source: source.to_owned(),
            });
            if !day.status.is_certain() {
                (day.status, day.source) = (HolidayStatus::Published, source.to_owned());
            }
        }
        Self { id: self.id.clone(), known: self.known.clone(), days: days.into_values().collect() }
    }

    /// The calendar's name, such as `england-and-wales`.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// All of them, oldest first.
    pub fn days(&self) -> &[Holiday] {
        &self.days
    }

    /// The holiday on this day, if it is one, whatever its status.
    pub fn on(&self, on: NaiveDate) -> Option<&Holiday> {
        let index = self.days.binary_search_by_key(&on, |day| day.on).ok()?;
        self.days.get(index)
    }

    /// The holidays of one year, oldest first, whatever their status.
    pub fn in_year(&self, year: i32) -> impl Iterator<Item = &Holiday> {
        self.days.iter().filter(move |day| day.on.year() == year)
    }

    /// 1 January of the first year from which each has a regular holiday.
    pub fn known_from(&self) -> NaiveDate {
        *self.known.start()
    }

    /// 31 December of the last year up to which each year has a regular holiday, provisional ones included. Later every
    /// Monday to Friday counts, but for days proclaimed long ahead.
    pub fn known_until(&self) -> NaiveDate {
        *self.known.end()
    }

    /// The last day before which nothing is left to be published: the day before the first provisional holiday, or
    /// [`known_until`](Self::known_until) when none is provisional.
    ///
    /// ```
    /// use duewatch::calendar::Holidays;
    ///
    /// let until = |id| Holidays::shipped(id).map(|holidays| holidays.published_until().to_string());
    /// assert_eq!(until("england-and-wales").as_deref(), Some("2028-12-31"));
    /// assert_eq!(until("isle-of-man").as_deref(), Some("2026-12-31"));
    /// ```
    pub fn published_until(&self) -> NaiveDate {
        let provisional = self.days.iter().find(|day| !day.status.is_certain());
        provisional.and_then(|day| day.on.pred_opt()).map_or(self.known_until(), |on| on.min(self.known_until()))
    }

    /// SHA-256, in hexadecimal, of what the list says: its name and each day with status, kind and title. Comments,
    /// spacing and sources do not change it, so equal hashes give equal dates and equal explanations.
    ///
    /// ```
    /// use duewatch::calendar::{HolidayFile, Holidays};
    ///
    /// let plain = "calendar = trial\n2026-12-25 published regular Christmas Day | gov.uk\n";
    /// let spaced = "# checked\ncalendar = trial\n\n2026-12-25  published  regular  Christmas Day  |  the list\n";
    /// let hash = |text| HolidayFile::parse("trial", text).map(|file| Holidays::of(file).hash());
    /// assert_eq!(hash(plain)?, hash(spaced)?);
    /// # Ok::<(), duewatch::calendar::HolidayError>(())
    /// ```
    pub fn hash(&self) -> String {
        let mut text = format!("calendar = {}\n", self.id);
        for day in &self.days {
            for part in [&day.on.to_string(), " ", day.status.as_str(), " ", day.kind(), " ", &day.title, "\n"] {
                text.push_str(part);
            }
        }
        format!("{:x}", Sha256::digest(text))
    }
}

/// Several calendars' holidays on one day, as one.
fn one_of(same: &[(&str, &Holiday)], members: usize) -> Option<Holiday> {
    let mut titles: Vec<(&str, Vec<&str>)> = Vec::new();
    let mut sources: Vec<&str> = Vec::new();
    for (member, day) in same {
        match titles.iter_mut().find(|(title, _)| *title == day.title) {
            Some((_, whose)) => whose.push(member),
            None => titles.push((&day.title, vec![member])),
        }
        if !sources.contains(&day.source.as_str()) {
            sources.push(&day.source);
        }
    }
    let in_words = |(title, whose): &(&str, Vec<&str>)| {
        if whose.len() == members { (*title).to_owned() } else { format!("{title} ({})", whose.join(", ")) }
    };
    let all = |is: fn(&Holiday) -> bool| same.iter().all(|(_, day)| is(day));
    Some(Holiday {
        on: same.first()?.1.on,
        title: titles.iter().map(in_words).collect::<Vec<_>>().join("; "),
        substitute: all(|day| day.substitute),
        one_off: all(|day| day.one_off),
        status: same.iter().map(|(_, day)| day.status).min()?,
        source: sources.join("; "),
    })
}

/// The years, from the first with a regular holiday on, that have one each.
fn known(days: &[Holiday]) -> RangeInclusive<NaiveDate> {
    let Some(first) = days.iter().find(|day| !day.one_off) else { return known_of_none() };
    let new_year = NaiveDate::from_ymd_opt(first.on.year(), 1, 1).unwrap_or_default();
    extended(new_year..=new_year.pred_opt().unwrap_or_default(), days)
}

/// What is known with the years before and after it that have a regular holiday each, up to the first that has none.
fn extended(known: RangeInclusive<NaiveDate>, days: &[Holiday]) -> RangeInclusive<NaiveDate> {
    let years: BTreeSet<i32> = days.iter().filter(|day| !day.one_off).map(|day| day.on.year()).collect();
    let (mut first, mut next) = (known.start().year(), known.end().year() + 1);
    while years.contains(&(first - 1)) {
        first -= 1;
    }
    while years.contains(&next) {
        next += 1;
    }
    let new_year = |year| NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or_default();
    new_year(first)..=new_year(next).pred_opt().unwrap_or_default()
}

/// Nothing is known: every day lies past the data.
fn known_of_none() -> RangeInclusive<NaiveDate> {
    let first = NaiveDate::from_ymd_opt(*super::holiday_file::YEARS.start(), 1, 1).unwrap_or_default();
    first..=first.pred_opt().unwrap_or_default()
}
