//! The text form of a calendar's holidays: one day a line, to be edited by a person and compared line by line.
//!
//! Owns the grammar, both ways, and its strictness. Must not know where the text lies, nor count anything.
//!
//! Blank lines and lines that begin with `#` say nothing. The first other line is `calendar = ID`; each line after it
//! is `DATE STATUS KIND TITLE | SOURCE`. Instead of days one line may say `union = ID, ID`: a day that is a holiday in any of
//! those. What is doubtful is refused with its line and column: a holiday that is silently dropped or added moves
//! deadlines.

use std::cmp::Ordering;
use std::fmt;
use std::ops::RangeInclusive;

use chrono::{Datelike, NaiveDate, Weekday};
use thiserror::Error;

use super::holiday::{Holiday, HolidayStatus};
use crate::shown::{Shown, WORD};

/// The years that a holiday file may speak of. With them the days of a calendar fit sixteen bits (`DayTable`).
pub(super) const YEARS: RangeInclusive<i32> = 1950..=2100;

/// What one holiday file says.
///
/// Written and read again it is the same.
///
/// ```
/// use duewatch::calendar::HolidayFile;
///
/// let text = "calendar = trial\n\n2026-12-25  published    regular     Christmas Day  |  gov.uk\n";
/// let file = HolidayFile::parse("trial", text)?;
/// assert_eq!(file.days.len(), 1);
/// assert_eq!(file.to_string(), text);
/// # Ok::<(), duewatch::calendar::HolidayError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HolidayFile {
    /// The calendar it is about.
    pub calendar: String,
    /// The calendars whose holidays are all its own; if there are any, `days` is empty.
    pub union: Vec<String>,
    /// The days, oldest first, each once; withdrawn ones among them.
    pub days: Vec<Holiday>,
}

/// Why a holiday file was refused: which calendar, where, what is wrong with it.
///
/// ```
/// use duewatch::calendar::HolidayFile;
///
/// let text = "calendar = trial\n2026-12-26 published regular Boxing Day | gov.uk\n";
/// let error = HolidayFile::parse("trial", text).unwrap_err();
/// assert_eq!((error.line, error.column), (2, 1));
/// assert!(error.to_string().contains("2026-12-26 is a Saturday"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("cannot read the holidays of calendar {calendar}, line {line}, column {column}: {fault}")]
pub struct HolidayError {
    /// The calendar that was asked for.
    pub calendar: String,
    /// The line at fault, counted from 1.
    pub line: usize,
    /// The character of it at which the fault begins, counted from 1.
    pub column: usize,
    /// What is wrong with it.
    pub fault: HolidayFault,
}

/// What can be wrong with a line of a holiday file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HolidayFault {
    /// The file does not begin with `calendar = ID`.
    NoHeader,
    /// The file says that it is another calendar's.
    OtherCalendar(String),
    /// No day at all, so the calendar would hold nothing to count with.
    Empty,
    /// A union beside days, of fewer than two calendars, or a second one.
    Union,
    /// A column is missing, or holds a character that cannot be printed.
    Shape,
    /// Not a day of the calendar written YYYY-MM-DD.
    Date(String),
    /// Outside the years this program counts in.
    Year(NaiveDate),
    /// A Saturday or Sunday, which is never a working day and so cannot be taken away.
    Weekend(NaiveDate),
    /// The same day as the line before.
    Duplicate(NaiveDate),
    /// A day earlier than the line before.
    Unordered(NaiveDate),
    /// Not a status.
    Status(String),
    /// Not a kind.
    Kind(String),
}

impl fmt::Display for HolidayFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoHeader => f.write_str("the first line that is no comment must be `calendar = ID`"),
            Self::OtherCalendar(id) => {
                write!(f, "the file belongs to calendar {:?}; give each calendar its own file", Shown(id, WORD))
            }
            Self::Empty => f.write_str("no holiday follows; write one day a line"),
            Self::Union => f.write_str("write one `union = ID, ID` of at least two calendars, and no days beside it"),
            Self::Shape => f.write_str("write `DATE STATUS KIND TITLE | SOURCE`, all five, in printable characters"),
            Self::Date(word) => write!(f, "{:?} is not a day; write it YYYY-MM-DD", Shown(word, WORD)),
            Self::Year(on) => write!(f, "{on} is outside the years {} to {}", YEARS.start(), YEARS.end()),
            Self::Weekend(on) => {
                let day = if on.weekday() == Weekday::Sat { "Saturday" } else { "Sunday" };
                write!(f, "{on} is a {day}, never a working day; write the substitute day, if there is one")
            }
            Self::Duplicate(on) => write!(f, "{on} stands twice; keep one line"),
            Self::Unordered(on) => write!(f, "{on} is earlier than the day above; write the oldest first"),
            Self::Status(word) => {
                let word = Shown(word, WORD);
                write!(f, "{word:?} is not a status; write published, third-party, inferred, provisional or withdrawn")
            }
            Self::Kind(word) => {
                let word = Shown(word, WORD);
                write!(f, "{word:?} is not a kind; write regular, substitute, one-off or substitute+one-off")
            }
        }
    }
}

impl HolidayFile {
    /// Reads the file of calendar `id`: at least one day, oldest first, or a union.
    pub fn parse(id: &str, text: &str) -> Result<Self, HolidayError> {
        Self::read(id, text.strip_prefix('\u{feff}').unwrap_or(text))
    }

    /// The same, of a text whose byte order mark is gone: what is left of two is a fault.
    pub(super) fn read(id: &str, text: &str) -> Result<Self, HolidayError> {
        let refuse = |line, (column, fault): Fault| HolidayError { calendar: id.to_owned(), line, column, fault };
        let mut lines = (1..)
            .zip(text.lines())
            .filter(|(_, line)| !line.trim_start().is_empty() && !line.trim_start().starts_with('#'));

        let (header_line, header) = lines.next().ok_or_else(|| refuse(1, (1, HolidayFault::NoHeader)))?;
        match setting(header) {
            Some(("calendar", name)) if name == id => {}
            Some(("calendar", name)) => {
                let fault = HolidayFault::OtherCalendar(name.to_owned());
                return Err(refuse(header_line, (column_of(header, name), fault)));
            }
            _ => return Err(refuse(header_line, (column_of(header, header.trim_start()), HolidayFault::NoHeader))),
        }

        let mut file = Self { calendar: id.to_owned(), union: Vec::new(), days: Vec::new() };
        for (number, line) in lines {
            if let Some(("union", members)) = setting(line) {
                let second = !file.union.is_empty();
                file.union = members.split(',').map(|member| member.trim().to_owned()).collect();
                if second || file.union.len() < 2 || file.union.iter().any(String::is_empty) || !file.days.is_empty() {
                    return Err(refuse(number, (column_of(line, members), HolidayFault::Union)));
                }
                continue;
            }
            let day = parse_line(line).map_err(|fault| refuse(number, fault))?;
            let fault = if file.union.is_empty() {
                file.days.last().and_then(|last| out_of_order(last.on, day.on))
            } else {
                Some(HolidayFault::Union)
            };
            if let Some(fault) = fault {
                return Err(refuse(number, (column_of(line, line.trim_start()), fault)));
            }
            file.days.push(day);
        }
        if file.days.is_empty() && file.union.is_empty() {
            return Err(refuse(header_line, (column_of(header, header.trim_start()), HolidayFault::Empty)));
        }
        Ok(file)
    }
}

impl fmt::Display for HolidayFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "calendar = {}", self.calendar)?;
        if !self.union.is_empty() {
            writeln!(f, "union = {}", self.union.join(", "))?;
        }
        let mut year = None;
        for day in &self.days {
            if year.replace(day.on.year()) != Some(day.on.year()) {
                writeln!(f)?;
            }
            writeln!(f, "{}  {:<11}  {:<10}  {}  |  {}", day.on, day.status, day.kind(), day.title, day.source)?;
        }
        Ok(())
    }
}

/// A column and what is wrong there.
type Fault = (usize, HolidayFault);

/// `KEY = VALUE`.
fn setting(line: &str) -> Option<(&str, &str)> {
    line.split_once('=').map(|(key, value)| (key.trim(), value.trim())).filter(|(key, _)| !key.contains(' '))
}

/// The column at which `part`, a piece of `line`, begins.
fn column_of(line: &str, part: &str) -> usize {
    let bytes = part.as_ptr().addr().saturating_sub(line.as_ptr().addr());
    line.get(..bytes).map_or(1, |before| before.chars().count() + 1)
}

fn parse_line(line: &str) -> Result<Holiday, Fault> {
    let end = || line.chars().count() + 1;
    let plain = line.bytes().all(|byte| matches!(byte, b'\t' | b' '..0x7f));
    if !plain && let Some(position) = line.chars().position(|c| c.is_control() && c != '\t') {
        return Err((position + 1, HolidayFault::Shape));
    }
    let (day, source) = line.split_once('|').ok_or_else(|| (end(), HolidayFault::Shape))?;
    let bar = column_of(line, source) - 1;
    let mut words = day.split_ascii_whitespace();
    let mut word = || words.next().ok_or((bar, HolidayFault::Shape));
    let (date, status, kind) = (word()?, word()?, word()?);
    let mut title = String::new();
    for word in words {
        if !title.is_empty() {
            title.push(' ');
        }
        title.push_str(word);
    }
    let source = source.trim();
    if title.is_empty() {
        return Err((bar, HolidayFault::Shape));
    }
    if source.is_empty() || source.contains('|') {
        return Err((bar + 1, HolidayFault::Shape));
    }

    let at = |word| column_of(line, word);
    let on = parse_day(date).map_err(|fault| (at(date), fault))?;
    let status = HolidayStatus::ALL
        .into_iter()
        .find(|known| known.as_str() == status)
        .ok_or_else(|| (at(status), HolidayFault::Status(status.to_owned())))?;
    let (substitute, one_off) = match kind {
        "regular" => (false, false),
        "substitute" => (true, false),
        "one-off" => (false, true),
        "substitute+one-off" => (true, true),
        _ => return Err((at(kind), HolidayFault::Kind(kind.to_owned()))),
    };
    Ok(Holiday { on, title, substitute, one_off, status, source: source.to_owned() })
}

/// A day that can be a holiday, written exactly YYYY-MM-DD; chrono alone would also take signs and missing zeros, and more
/// time.
pub(super) fn parse_day(word: &str) -> Result<NaiveDate, HolidayFault> {
    let shaped = word.len() == 10
        && word.bytes().enumerate().all(|(i, b)| if i == 4 || i == 7 { b == b'-' } else { b.is_ascii_digit() });
    let part = |range| word.get(range).and_then(|digits: &str| digits.parse::<u32>().ok());
    let on = match (shaped, part(0..4), part(5..7), part(8..10)) {
        (true, Some(year), Some(month), Some(day)) => NaiveDate::from_ymd_opt(year.cast_signed(), month, day),
        _ => None,
    };
    let on = on.ok_or_else(|| HolidayFault::Date(word.to_owned()))?;
    if !YEARS.contains(&on.year()) {
        return Err(HolidayFault::Year(on));
    }
    if matches!(on.weekday(), Weekday::Sat | Weekday::Sun) {
        return Err(HolidayFault::Weekend(on));
    }
    Ok(on)
}

/// What is wrong with a day that follows `last`: a list goes on from the oldest, and has each day once.
pub(super) fn out_of_order(last: NaiveDate, on: NaiveDate) -> Option<HolidayFault> {
    match last.cmp(&on) {
        Ordering::Less => None,
        Ordering::Equal => Some(HolidayFault::Duplicate(on)),
        Ordering::Greater => Some(HolidayFault::Unordered(on)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "2026-12-25 published regular Christmas Day | gov.uk";

    /// Line, column and fault.
    fn fault(body: &str) -> (usize, usize, HolidayFault) {
        let error = HolidayFile::parse("trial", &format!("# a trial\ncalendar = trial\n{body}\n")).unwrap_err();
        assert_eq!(error.calendar, "trial");
        assert!(!error.to_string().contains("  "), "{error}");
        (error.line, error.column, error.fault)
    }

    fn day(y: i32, m: u32, d: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(y, m, d).unwrap()
    }

    #[test]
    fn a_line_says_everything() {
        let text =
            "\u{feff}# x\r\n\r\ncalendar=trial\r\n 2012-06-04\tinferred  substitute+one-off  Spring  day | a; b\r\n";
        let holidays = HolidayFile::parse("trial", text).unwrap().days;
        assert_eq!(
            holidays,
            [Holiday {
                on: day(2012, 6, 4),
                title: "Spring day".to_owned(),
                substitute: true,
                one_off: true,
                status: HolidayStatus::Inferred,
                source: "a; b".to_owned(),
            }]
        );
        assert_eq!(holidays[0].kind(), "substitute+one-off");
    }

    #[test]
    fn a_union_names_at_least_two_and_stands_alone() {
        let file = HolidayFile::parse("trial", "# all\ncalendar = trial\nunion = one,  other ,third\n").unwrap();
        assert_eq!(file.union, ["one", "other", "third"]);
        assert_eq!(file.days, []);
        assert_eq!(file.to_string(), "calendar = trial\nunion = one, other, third\n");
        for (body, line, column) in [
            ("union = one", 3, 9),
            ("union =", 3, 8),
            ("union = one, ", 3, 9),
            ("union = one,, other", 3, 9),
            (&format!("{GOOD}\nunion = one, other"), 4, 9),
            (&format!("union = one, other\n  {GOOD}"), 4, 3),
            ("union = one, other\nunion = third, fourth", 4, 9),
        ] {
            assert_eq!(fault(body), (line, column, HolidayFault::Union), "{body}");
        }
        // A second calendar in one file is no day either: it has no bar.
        assert_eq!(fault("calendar = other"), (3, 17, HolidayFault::Shape));
    }

    #[test]
    fn a_doubtful_line_is_refused_by_its_place() {
        use HolidayFault::{Date, Duplicate, Empty, Kind, Shape, Status, Unordered, Weekend, Year};
        // Columns counted by hand, from 1: the date begins at 1, the status at 12.
        for (body, line, column, expected) in [
            ("", 2, 1, Empty),
            ("2026-12-25 published regular Christmas Day", 3, 43, Shape),
            ("2026-12-25 published regular | gov.uk", 3, 30, Shape),
            ("2026-12-25 published | gov.uk", 3, 22, Shape),
            (" | gov.uk", 3, 2, Shape),
            ("2026-12-25 published regular Christmas Day |", 3, 45, Shape),
            ("2026-12-25 published regular Christmas | Day | gov.uk", 3, 41, Shape),
            ("2026-12-25 published regular Christmas\u{7} Day | gov.uk", 3, 39, Shape),
            ("2026-12-25 published regular Noël\u{7} | gov.uk", 3, 34, Shape),
            ("2026-02-30 published regular X | y", 3, 1, Date("2026-02-30".to_owned())),
            ("2026-2-3 published regular X | y", 3, 1, Date("2026-2-3".to_owned())),
            ("  +2026-1-02 published regular X | y", 3, 3, Date("+2026-1-02".to_owned())),
            ("25/12/2026 published regular X | y", 3, 1, Date("25/12/2026".to_owned())),
            ("2026/12/25 published regular X | y", 3, 1, Date("2026/12/25".to_owned())),
            ("2026-12-+4 published regular X | y", 3, 1, Date("2026-12-+4".to_owned())),
            ("1899-12-25 published regular X | y", 3, 1, Year(day(1899, 12, 25))),
            ("1949-12-26 published regular X | y", 3, 1, Year(day(1949, 12, 26))),
            ("2101-12-26 published regular X | y", 3, 1, Year(day(2101, 12, 26))),
            ("2026-12-26 published regular Boxing Day | y", 3, 1, Weekend(day(2026, 12, 26))),
            ("2026-12-27 published regular Boxing Day | y", 3, 1, Weekend(day(2026, 12, 27))),
            ("2026-12-26 withdrawn regular Boxing Day | y", 3, 1, Weekend(day(2026, 12, 26))),
            ("2026-12-25 Published regular X | y", 3, 12, Status("Published".to_owned())),
            ("2026-12-25\tpublished  bank X | y", 3, 23, Kind("bank".to_owned())),
            (&format!("{GOOD}\n\n{GOOD}"), 5, 1, Duplicate(day(2026, 12, 25))),
            (&format!("{GOOD}\n 2026-12-24 published regular X | y"), 4, 2, Unordered(day(2026, 12, 24))),
        ] {
            assert_eq!(fault(body), (line, column, expected), "{body}");
        }
    }

    #[test]
    fn the_header_must_name_the_calendar() {
        for (text, line, column, expected) in [
            ("", 1, 1, HolidayFault::NoHeader),
            (GOOD, 1, 1, HolidayFault::NoHeader),
            ("union = one, other", 1, 1, HolidayFault::NoHeader),
            ("\n  calender = trial", 2, 3, HolidayFault::NoHeader),
            ("calendar = scotland", 1, 12, HolidayFault::OtherCalendar("scotland".to_owned())),
            ("calendar = trial # mine", 1, 12, HolidayFault::OtherCalendar("trial # mine".to_owned())),
        ] {
            let error = HolidayFile::parse("trial", text).unwrap_err();
            assert_eq!((error.line, error.column, error.fault), (line, column, expected), "{text}");
        }
    }
}
