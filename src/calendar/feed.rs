//! A published list of holidays as it comes in: gov.uk's JSON, or the text form of this project's own holiday files.
//!
//! Owns what such a list may look like, and where in it each day stands. Must not know what is in force, nor where the list
//! was fetched. What is doubtful is refused with its line and column, as in a holiday file.

use std::fmt;

use chrono::{Datelike, NaiveDate};
use thiserror::Error;

use super::gov_uk;
use super::holiday::Holiday;
use super::holiday_file::{HolidayError, HolidayFault, HolidayFile};
use crate::shown::{Shown, WORD};

/// Where in a text something begins, both counted from 1; the column in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The line.
    pub line: usize,
    /// The character of it.
    pub column: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

/// What one list says of one calendar.
///
/// gov.uk does not mark a day that was appointed for one occasion. Its days are taken to return each year, but for those of
/// a year of which it lists fewer than six: they were proclaimed before that year's list, and do not make the year known.
///
/// ```
/// use duewatch::calendar::Feed;
///
/// let text = r#"{"scotland": {"division": "scotland", "events": [
///     {"title": "St Andrew’s Day", "date": "2026-11-30", "notes": "", "bunting": true},
///     {"title": "Boxing Day", "date": "2026-12-28", "notes": "Substitute day", "bunting": true}]}}"#;
/// let feed = Feed::read("scotland", text, "gov.uk, read 2026-11-16")?;
/// assert_eq!(feed.days().len(), 2);
/// assert!(feed.days()[1].substitute);
/// assert_eq!(feed.place(1).to_string(), "line 3, column 38");
///
/// let error = Feed::read("wales", text, "gov.uk").unwrap_err();
/// assert!(error.to_string().ends_with("it has no division `wales`, only: scotland"));
/// # Ok::<(), duewatch::calendar::FeedError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feed {
    pub(super) days: Vec<Holiday>,
    pub(super) places: Vec<Place>,
    /// Where a day that is later than all of them would stand.
    pub(super) end: Place,
    pub(super) source: String,
}

/// Why a list was refused: for which calendar, where, what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("cannot take the holidays of {calendar} from the list, {place}: {fault}")]
pub struct FeedError {
    /// The calendar that was asked for.
    pub calendar: String,
    /// Where the fault begins.
    pub place: Place,
    /// What is wrong.
    pub fault: FeedFault,
}

/// What can be wrong with a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FeedFault {
    /// No JSON: cut short, as a rule.
    Json(String),
    /// JSON, but not of gov.uk's form.
    Form(String),
    /// JSON that does not speak of the calendar.
    NoDivision {
        /// The calendar.
        wanted: String,
        /// Those it speaks of, in words.
        known: String,
    },
    /// What stands under the calendar's name says that it is another's.
    OtherDivision(String),
    /// Not one day.
    Empty,
    /// A title that a holiday file could not hold.
    Title,
    /// A union where days are wanted.
    Union,
    /// What is wrong in a holiday file is wrong in any list.
    Holiday(HolidayFault),
}

impl fmt::Display for FeedFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json(why) => write!(f, "{why}; the list is damaged or cut short: fetch it again"),
            Self::Form(why) => write!(f, "{why}; this is not the form in which gov.uk publishes: look at what was fetched"),
            Self::NoDivision { wanted, known } => write!(f, "it has no division `{wanted}`, only: {known}"),
            Self::OtherDivision(other) => {
                write!(f, "it says that it is the list of {:?}; fetch it again", Shown(other, WORD))
            }
            Self::Empty => f.write_str("it holds no day; fetch it again"),
            Self::Title => f.write_str("write a title that is not empty, in printable characters and without `|`"),
            Self::Union => f.write_str("a list holds days; name the calendars of a union one by one"),
            Self::Holiday(HolidayFault::NoHeader) => f.write_str(
                "this is neither gov.uk's JSON, which begins with `{`, nor a holiday file, which begins with `calendar = ID`",
            ),
            Self::Holiday(fault) => fault.fmt(f),
        }
    }
}

impl Feed {
    /// Reads what a list says of a calendar. `source` says where it came from and when; each day carries it.
    pub fn read(calendar: &str, text: &str, source: &str) -> Result<Self, FeedError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        // A bar or a control character would end the line of a holiday file.
        let source = source.replace(|c: char| c == '|' || c.is_control(), " ");
        let read =
            if text.trim_start().starts_with('{') { gov_uk::read(calendar, text) } else { own_form(calendar, text) };
        let mut feed = read.map_err(|(place, fault)| FeedError { calendar: calendar.to_owned(), place, fault })?;
        for day in &mut feed.days {
            day.source = if day.source.is_empty() { source.clone() } else { format!("{}; {source}", day.source) };
        }
        Ok(Self { source, ..feed })
    }

    /// The days, oldest first, each once, at least one; those that a holiday file withdraws among them.
    pub fn days(&self) -> &[Holiday] {
        &self.days
    }

    /// What it says of this day.
    pub fn on(&self, on: NaiveDate) -> Option<&Holiday> {
        let index = self.days.binary_search_by_key(&on, |day| day.on).ok()?;
        self.days.get(index)
    }

    /// Where the day of this index begins; past the last one, where the list ends.
    pub fn place(&self, index: usize) -> Place {
        self.places.get(index).copied().unwrap_or(self.end)
    }

    /// Where this day stands, or, if it is missing, should stand: at the day that follows, or at the end.
    pub fn place_of(&self, on: NaiveDate) -> Place {
        self.place(self.days.partition_point(|day| day.on < on))
    }

    /// The first day that the list speaks of: 1 January of its first day's year. What is older has left it.
    pub fn covers_from(&self) -> NaiveDate {
        let first = self.days.first().map(|day| day.on).unwrap_or_default();
        NaiveDate::from_ymd_opt(first.year(), 1, 1).unwrap_or(first)
    }

    /// Where it came from, and when.
    pub fn source(&self) -> &str {
        &self.source
    }
}

/// What is wrong, and where.
pub(super) type Fault = (Place, FeedFault);

fn own_form(calendar: &str, text: &str) -> Result<Feed, Fault> {
    let file = HolidayFile::read(calendar, text)
        .map_err(|HolidayError { line, column, fault, .. }| (Place { line, column }, FeedFault::Holiday(fault)))?;
    let lines =
        (1..).zip(text.lines()).filter(|(_, line)| !matches!(line.trim_start().chars().next(), None | Some('#')));
    let place = |(number, line): (usize, &str)| {
        let column = line.chars().take_while(|c| c.is_whitespace()).count() + 1;
        Place { line: number, column }
    };
    // After the header each line is a day.
    let places: Vec<Place> = lines.skip(1).map(place).collect();
    if !file.union.is_empty() {
        return Err((places.first().copied().unwrap_or(Place { line: 1, column: 1 }), FeedFault::Union));
    }
    Ok(Feed {
        days: file.days,
        places,
        end: Place { line: text.lines().count() + 1, column: 1 },
        source: String::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// The Treasury's list of the Isle of Man, as a person has written it down.
    const WRITTEN: &str = "# by hand\n\ncalendar = trial\n  2027-06-04 published one-off A | the Treasury\n# no more\n\
                           2027-06-11 withdrawn regular A | the Treasury\n";

    #[test]
    fn a_list_written_by_hand_says_where_each_day_stands() {
        let feed = Feed::read("trial", WRITTEN, "list.txt").unwrap();
        assert_eq!(feed.days().iter().map(|day| day.on).collect::<Vec<_>>(), [day("2027-06-04"), day("2027-06-11")]);
        // Comments and empty lines are lines, but no days.
        for (on, line, column) in [
            ("2027-06-03", 4, 3),
            ("2027-06-04", 4, 3),
            ("2027-06-07", 6, 1),
            ("2027-06-11", 6, 1),
            // Later than all of them: the line past the last.
            ("2027-06-14", 7, 1),
        ] {
            assert_eq!(feed.place_of(day(on)), Place { line, column }, "{on}");
        }
        assert_eq!(feed.place(0).to_string(), "line 4, column 3");
        assert_eq!(feed.on(day("2027-06-11")).map(Holiday::kind), Some("regular"));
        assert_eq!(feed.on(day("2027-06-07")), None);
        assert_eq!(feed.covers_from(), day("2027-01-01"));
    }

    #[test]
    fn each_day_carries_where_it_came_from_in_one_line() {
        // A bar or the end of a line would end the line of a holiday file.
        let read = |text: &str| {
            let feed = Feed::read("trial", text, "a|b\nc").unwrap();
            assert_eq!(feed.source(), "a b c");
            feed.days()[0].source.clone()
        };
        assert_eq!(read(WRITTEN), "the Treasury; a b c");
        // gov.uk's days have no source of their own. What comes before the first bracket is no other form.
        assert_eq!(
            read("\u{feff} \n{\"trial\": {\"events\": [{\"title\": \"A\", \"date\": \"2027-06-04\"}]}}"),
            "a b c"
        );
    }

    #[test]
    fn a_list_that_cannot_be_taken_is_refused_by_calendar_and_place() {
        let refused = |text: &str| Feed::read("trial", text, "a list").unwrap_err().to_string();
        for (text, words) in [
            ("{}", "line 1, column 1: it has no division `trial`, only: none"),
            ("{\"trial\": {\"events\": []}}", "line 1, column 2: it holds no day; fetch it again"),
            (
                "calendar = trial\n # none\n union = a, b\n",
                "line 3, column 2: a list holds days; name the calendars of a union one by one",
            ),
            (
                "calendar = other\n",
                "line 1, column 12: the file belongs to calendar \"other\"; give each calendar its own file",
            ),
            (
                "<p>Sign in</p>",
                "line 1, column 1: this is neither gov.uk's JSON, which begins with `{`, nor a holiday file, which begins \
                 with `calendar = ID`",
            ),
        ] {
            assert_eq!(refused(text), format!("cannot take the holidays of trial from the list, {words}"));
        }
    }
}
