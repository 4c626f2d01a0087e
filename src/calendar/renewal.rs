//! A calendar taken forward by a published list: what changes, and what an authority's own file then holds.
//!
//! Owns what a list may and may not do to what is known: it adds and confirms, and never takes away by silence. Must not know
//! where the list came from, nor write anything.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use chrono::{Datelike, NaiveDate};
use thiserror::Error;

use super::almanac::{Almanac, AlmanacError};
use super::feed::{Feed, Place};
use super::holiday::{Holiday, HolidayStatus};
use super::holiday_file::HolidayFile;
use super::holidays::Holidays;

/// What a list comes to.
///
/// ```
/// use duewatch::calendar::{Almanac, ChangeKind, Feed};
///
/// let mut almanac = Almanac::default();
/// // The computed day of the Isle of Man's TT is not the one that was announced.
/// let list = "calendar = isle-of-man\n2027-06-04 published regular TT bank holiday | the Treasury's list\n";
/// let feed = Feed::read("isle-of-man", list, "list.txt, read 2026-11-16")?;
/// let computed = "2027-06-11".parse()?;
/// let renewal = almanac.renewed("isle-of-man", &feed, &[computed])?;
/// let kinds: Vec<_> = renewal.changes.iter().map(|change| change.kind).take(2).collect();
/// assert_eq!(kinds, [ChangeKind::StillExpected, ChangeKind::StillExpected]);
/// let file = renewal.file.ok_or("nothing new")?;
/// assert_eq!(file.days.len(), 2);
/// almanac.add(file);
/// assert!(almanac.holidays("isle-of-man")?.on(computed).is_none());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renewal {
    /// The authority's own file as it is to be; none if it stays as it is.
    pub file: Option<HolidayFile>,
    /// What is new, by day.
    pub changes: Vec<Change>,
    /// The holidays that will be in force, by [`Holidays::hash`]; a source may be another.
    pub holidays: Holidays,
}

/// What becomes of one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The day.
    pub on: NaiveDate,
    /// Its name.
    pub title: String,
    /// What is new about it.
    pub kind: ChangeKind,
}

/// What a list says about a day that is news.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    /// It was no holiday.
    Added,
    /// It was one, and less certainly.
    Confirmed,
    /// It was one, and a person says that it is not.
    Withdrawn,
    /// It was computed; the list has other days of its year, and not this one. Nothing is changed.
    StillExpected,
}

impl fmt::Display for ChangeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Added => "added",
            Self::Confirmed => "confirmed",
            Self::Withdrawn => "withdrawn",
            Self::StillExpected => "still expected",
        })
    }
}

/// A day that is known to be a holiday and that a list leaves out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dropped {
    /// The day.
    pub on: NaiveDate,
    /// Its name.
    pub title: String,
    /// Where in the list it should stand.
    pub place: Place,
}

/// Why a list cannot be taken in.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RenewalError {
    /// There is no such calendar, or its own file has a mistake.
    #[error(transparent)]
    Almanac(#[from] AlmanacError),
    /// It has no days of its own.
    #[error("calendar {id} is the union of {members}; renew those")]
    Union {
        /// The calendar.
        id: String,
        /// What it is made of.
        members: String,
    },
    /// It leaves out days that are certain: an old or shortened list, or a day that was withdrawn.
    #[error(
        "the list drops {} of {calendar} that {} already known:\n{}\nA list that drops a known day is out of date or cut \
         short: fetch it again. If such a day is no holiday any more, say so with --withdraw DATE for each",
        if days.len() == 1 { "a day".to_owned() } else { format!("{} days", days.len()) },
        if days.len() == 1 { "is" } else { "are" },
        days.iter().map(|day| format!("  {} {}, which should stand at {}", day.on, day.title, day.place)).collect::<Vec<_>>().join("\n")
    )]
    Drops {
        /// The calendar.
        calendar: String,
        /// Each of them.
        days: Vec<Dropped>,
    },
    /// A day cannot be withdrawn and published.
    #[error("{on} cannot be withdrawn: the list itself has it, {place}; leave one of the two out")]
    WithdrawnAndListed {
        /// The day.
        on: NaiveDate,
        /// Where the list has it.
        place: Place,
    },
    /// There is nothing to withdraw.
    #[error("{on} cannot be withdrawn: it is no holiday of {calendar}; check the date")]
    WithdrawnAndUnknown {
        /// The day.
        on: NaiveDate,
        /// The calendar.
        calendar: String,
    },
}

impl Almanac {
    /// The holidays in force of a calendar that a list can renew: one with days of its own.
    pub fn renewable(&self, id: &str) -> Result<Holidays, RenewalError> {
        let holidays = self.holidays(id)?;
        match self.union_of(id) {
            members if members.is_empty() => Ok(holidays),
            members => Err(RenewalError::Union { id: id.to_owned(), members: members.join(", ") }),
        }
    }

    /// Takes a list in. `withdrawn` are days of which a person says that they are no holidays.
    ///
    /// Source: the official lists are rolling windows. Days leave them when they are past, and in August 2025 gov.uk dropped
    /// history by mistake, so a day that is missing says nothing.
    pub fn renewed(&self, id: &str, feed: &Feed, withdrawn: &[NaiveDate]) -> Result<Renewal, RenewalError> {
        let known = self.renewable(id)?;
        let own = self.own(id).map_or(&[][..], |own| own.days.as_slice());
        let withdrawn = withdrawals(&known, own, feed, withdrawn)?;
        refuse_drops(&known, feed, &withdrawn)?;

        let mut lines: BTreeMap<NaiveDate, Holiday> = own.iter().map(|day| (day.on, day.clone())).collect();
        let mut days: BTreeMap<NaiveDate, Holiday> = known.days().iter().map(|day| (day.on, day.clone())).collect();
        let mut changes = Vec::new();
        let mut enter = |day: &Holiday, kind| changes.push(Change { on: day.on, title: day.title.clone(), kind });
        for listed in feed.days().iter().filter(|day| day.status != HolidayStatus::Withdrawn) {
            let Some((day, kind)) = news(listed, days.get(&listed.on), lines.get(&listed.on)) else { continue };
            enter(&day, kind);
            lines.insert(day.on, day.clone());
            days.insert(day.on, day);
        }
        for on in &withdrawn {
            let Some(day) = days.remove(on) else { continue };
            enter(&day, ChangeKind::Withdrawn);
            let source = feed.source().to_owned();
            lines.insert(*on, Holiday { status: HolidayStatus::Withdrawn, source, ..day });
        }
        let written = !changes.is_empty();
        let listed_years: BTreeSet<i32> = feed.days().iter().map(|day| day.on.year()).collect();
        let expected = days.values().filter(|day| !day.status.is_certain() && feed.on(day.on).is_none());
        for day in expected.filter(|day| listed_years.contains(&day.on.year())) {
            changes.push(Change { on: day.on, title: day.title.clone(), kind: ChangeKind::StillExpected });
        }
        changes.sort_by_key(|change| change.on);
        let file = |days: BTreeMap<_, _>| {
            let days = days.into_values().collect();
            HolidayFile { calendar: id.to_owned(), union: Vec::new(), days }
        };
        if written && let Some(shipped) = Holidays::shipped(id) {
            lines.retain(|on, line| differs(line, shipped.on(*on)) || changes.iter().any(|change| change.on == *on));
        }
        Ok(Renewal { file: written.then(|| file(lines)), changes, holidays: Holidays::of(file(days)) })
    }
}

/// Every day that a person withdraws: by name, or in a list of the project's own form.
fn withdrawals(
    known: &Holidays,
    own: &[Holiday],
    feed: &Feed,
    asked: &[NaiveDate],
) -> Result<BTreeSet<NaiveDate>, RenewalError> {
    for on in asked {
        if feed.on(*on).is_some_and(|day| day.status != HolidayStatus::Withdrawn) {
            return Err(RenewalError::WithdrawnAndListed { on: *on, place: feed.place_of(*on) });
        }
        // Said before: there is nothing left to do.
        let gone = own.iter().any(|line| line.on == *on && line.status == HolidayStatus::Withdrawn);
        if known.on(*on).is_none() && !gone {
            return Err(RenewalError::WithdrawnAndUnknown { on: *on, calendar: known.id().to_owned() });
        }
    }
    let listed = feed.days().iter().filter(|day| day.status == HolidayStatus::Withdrawn).map(|day| day.on);
    Ok(listed.chain(asked.iter().copied()).collect())
}

fn refuse_drops(known: &Holidays, feed: &Feed, withdrawn: &BTreeSet<NaiveDate>) -> Result<(), RenewalError> {
    let covered = known.days().iter().filter(|day| day.on >= feed.covers_from() && day.status.is_certain());
    let dropped = covered.filter(|day| feed.on(day.on).is_none() && !withdrawn.contains(&day.on));
    let days: Vec<Dropped> =
        dropped.map(|day| Dropped { on: day.on, title: day.title.clone(), place: feed.place_of(day.on) }).collect();
    if days.is_empty() { Ok(()) } else { Err(RenewalError::Drops { calendar: known.id().to_owned(), days }) }
}

/// What a listed day changes, given what is in force on that day and what the own file says of it.
fn news(listed: &Holiday, known: Option<&Holiday>, own: Option<&Holiday>) -> Option<(Holiday, ChangeKind)> {
    let withdrawn = own.is_some_and(|line| line.status == HolidayStatus::Withdrawn);
    match known {
        // A computed day does not overrule a person's word.
        None if withdrawn && !listed.status.is_certain() => None,
        None => Some((listed.clone(), ChangeKind::Added)),
        Some(known) if listed.status < known.status => {
            let named = if known.status.is_certain() { known } else { listed };
            let day = Holiday {
                on: listed.on,
                title: named.title.clone(),
                substitute: named.substitute,
                // Whether it returns is known already, and a list may not say.
                one_off: known.one_off,
                status: listed.status,
                source: listed.source.clone(),
            };
            Some((day, ChangeKind::Confirmed))
        }
        Some(_) => None,
    }
}

/// Whether a line of an own file says something that the shipped one does not say by now.
fn differs(line: &Holiday, shipped: Option<&Holiday>) -> bool {
    let Some(shipped) = shipped else { return true };
    let says = |day: &Holiday| (day.title.clone(), day.kind(), day.status);
    match line.status {
        HolidayStatus::Provisional if shipped.status.is_certain() => false,
        _ => says(line) != says(shipped),
    }
}
