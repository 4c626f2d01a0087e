//! All calendars: those compiled in, with an authority's own files over them.
//!
//! Owns which text stands for which calendar. A further shipped calendar is one file in `holidays/` and one line here. Must
//! not know where a file lies or how it is read.

use std::collections::BTreeMap;

use thiserror::Error;

use super::holiday_file::{HolidayError, HolidayFile};
use super::holidays::Holidays;
use super::working_days::Calendar;

/// Calendar and the text of its holiday file.
const SHIPPED: &[(&str, &str)] = &[
    ("england-and-wales", include_str!("../../holidays/england-and-wales.txt")),
    ("scotland", include_str!("../../holidays/scotland.txt")),
    ("northern-ireland", include_str!("../../holidays/northern-ireland.txt")),
    ("isle-of-man", include_str!("../../holidays/isle-of-man.txt")),
    ("united-kingdom", include_str!("../../holidays/united-kingdom.txt")),
];

/// The calendars in force.
///
/// An authority's own file of a shipped name is laid over the shipped one and holds only what differs, so that what a later
/// release knows better is not hidden. A file of any other name is a calendar of its own.
///
/// ```
/// use duewatch::calendar::{Almanac, HolidayFile};
///
/// let mut almanac = Almanac::default();
/// let fair = "calendar = glasgow-fair\n2027-07-16 published regular Fair Friday | the council\n";
/// almanac.add(HolidayFile::parse("glasgow-fair", fair)?);
/// almanac.add(HolidayFile::parse("glasgow", "calendar = glasgow\nunion = scotland, glasgow-fair\n")?);
/// let glasgow = almanac.calendar("glasgow")?;
/// assert!(!glasgow.is_working_day("2027-07-16".parse()?));
/// assert!(!glasgow.is_working_day("2027-11-30".parse()?)); // St Andrew's Day
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Almanac {
    own: BTreeMap<String, HolidayFile>,
}

/// Why there is no such calendar.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AlmanacError {
    /// Nobody has written it.
    #[error("there is no calendar `{id}`; there is: {known}")]
    NoSuchCalendar {
        /// The calendar asked for.
        id: String,
        /// Those there are, in words.
        known: String,
    },
    /// It is made of itself.
    #[error("calendar `{id}` is a union that leads back to itself: {path}; take one of them out")]
    UnionOfItself {
        /// The calendar asked for.
        id: String,
        /// From it to itself.
        path: String,
    },
    /// A shipped union cannot have days of its own.
    #[error("calendar `{id}` is the union of {members}; write the days into the files of those")]
    DaysOverUnion {
        /// The calendar.
        id: String,
        /// What it is made of.
        members: String,
    },
    /// A shipped list of days cannot become a union.
    #[error("calendar `{id}` has days of its own and cannot be a union as well; give the union a name of its own")]
    UnionOverDays {
        /// The calendar.
        id: String,
    },
    /// Its file has a mistake.
    #[error(transparent)]
    File(#[from] HolidayError),
}

impl Almanac {
    /// Puts in an authority's own file; a second one of the same calendar takes the first one's place.
    pub fn add(&mut self, file: HolidayFile) {
        self.own.insert(file.calendar.clone(), file);
    }

    /// The authority's own file of this calendar, if there is one.
    pub fn own(&self, id: &str) -> Option<&HolidayFile> {
        self.own.get(id)
    }

    /// The names of all calendars, in order.
    pub fn ids(&self) -> Vec<&str> {
        let mut ids: Vec<&str> = SHIPPED.iter().map(|(id, _)| *id).chain(self.own.keys().map(String::as_str)).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    /// The calendars that this one is a union of; none if it has days of its own, or if there is no such calendar.
    pub fn union_of(&self, id: &str) -> Vec<String> {
        self.base(id).map(|file| file.union).unwrap_or_default()
    }

    /// The holidays in force.
    pub fn holidays(&self, id: &str) -> Result<Holidays, AlmanacError> {
        self.along(&[id])
    }

    /// The calendar in force, ready to count. Worked out afresh at each call: keep it.
    pub fn calendar(&self, id: &str) -> Result<Calendar, AlmanacError> {
        Ok(Calendar::new(&self.holidays(id)?))
    }

    /// The holidays of the last of `path`, which leads there from a union.
    fn along(&self, path: &[&str]) -> Result<Holidays, AlmanacError> {
        let (Some(first), Some((id, before))) = (path.first(), path.split_last()) else {
            return Err(AlmanacError::NoSuchCalendar { id: String::new(), known: self.ids().join(", ") });
        };
        if before.contains(id) {
            return Err(AlmanacError::UnionOfItself { id: (*first).to_owned(), path: path.join(", ") });
        }
        let file = self.base(id)?;
        let own = self.own(id).filter(|_| shipped_text(id).is_some());
        if file.union.is_empty() {
            let holidays = Holidays::of(file);
            return match own {
                Some(own) if !own.union.is_empty() => Err(AlmanacError::UnionOverDays { id: (*id).to_owned() }),
                Some(own) => Ok(holidays.under(own.clone())),
                None => Ok(holidays),
            };
        }
        if own.is_some() {
            return Err(AlmanacError::DaysOverUnion { id: (*id).to_owned(), members: file.union.join(", ") });
        }
        let members: Result<Vec<_>, _> =
            file.union.iter().map(|member| self.along(&[path, &[member.as_str()]].concat())).collect();
        Ok(Holidays::union(id, &members?))
    }

    /// The file that a calendar begins with: the shipped one, or an authority's own.
    fn base(&self, id: &str) -> Result<HolidayFile, AlmanacError> {
        match (shipped_text(id), self.own.get(id)) {
            (Some(text), _) => Ok(HolidayFile::parse(id, text)?),
            (None, Some(own)) => Ok(own.clone()),
            (None, None) => Err(AlmanacError::NoSuchCalendar { id: id.to_owned(), known: self.ids().join(", ") }),
        }
    }
}

fn shipped_text(id: &str) -> Option<&'static str> {
    SHIPPED.iter().find(|(known, _)| *known == id).map(|(_, text)| *text)
}

impl Holidays {
    /// The compiled-in holidays of this calendar, if there are any.
    ///
    /// ```
    /// use duewatch::calendar::Holidays;
    ///
    /// assert!(Holidays::shipped("northern-ireland").is_some());
    /// assert!(Holidays::shipped("atlantis").is_none());
    /// ```
    pub fn shipped(id: &str) -> Option<Self> {
        // A test reads every shipped file, so a refusal cannot reach a release.
        Almanac::default().holidays(id).ok()
    }
}

impl Calendar {
    /// The compiled-in calendar of this name, if there is one. Read afresh at each call: keep it.
    ///
    /// ```
    /// use duewatch::calendar::Calendar;
    ///
    /// assert!(Calendar::shipped("england-and-wales").is_some());
    /// assert!(Calendar::shipped("atlantis").is_none());
    /// ```
    pub fn shipped(id: &str) -> Option<Self> {
        Almanac::default().calendar(id).ok()
    }
}
