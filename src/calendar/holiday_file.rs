//! The text form of a calendar's holidays: one day a line, to be edited by a person and compared line by line.
//!
//! Owns the grammar and its strictness. Must not know where the text lies, nor count anything.
//!
//! Blank lines and lines that begin with `#` say nothing. The first other line is `calendar = ID`; each line after it
//! is `DATE STATUS KIND TITLE | SOURCE`. What is doubtful is refused with its line number: a holiday that is silently
//! dropped or added moves deadlines.

use std::fmt;

use chrono::{Datelike, NaiveDate, Weekday};
use thiserror::Error;

use super::holiday::{Holiday, HolidayStatus};
use super::limit::YEARS;

/// Why a holiday file was refused: which calendar, which line, what is wrong with it.
///
/// ```
/// use duewatch::calendar::Calendar;
///
/// let text = "calendar = trial\n2026-12-26 published regular Boxing Day | gov.uk\n";
/// let error = Calendar::parse("trial", text).unwrap_err();
/// assert_eq!(error.line, 2);
/// assert!(error.to_string().contains("2026-12-26 is a Saturday"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("cannot read the holidays of calendar {calendar}, line {line}: {fault}")]
pub struct HolidayError {
    /// The calendar that was asked for.
    pub calendar: String,
    /// The line at fault, counted from 1.
    pub line: usize,
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
                write!(f, "the file belongs to calendar {id:?}; give each calendar its own file")
            }
            Self::Empty => f.write_str("no holiday follows; write one day a line"),
            Self::Shape => f.write_str("write `DATE STATUS KIND TITLE | SOURCE`, all five, in printable characters"),
            Self::Date(word) => write!(f, "{word:?} is not a day; write it YYYY-MM-DD"),
            Self::Year(on) => write!(f, "{on} is outside the years {} to {}", YEARS.start(), YEARS.end()),
            Self::Weekend(on) => {
                let day = if on.weekday() == Weekday::Sat { "Saturday" } else { "Sunday" };
                write!(f, "{on} is a {day}, never a working day; write the substitute day, if there is one")
            }
            Self::Duplicate(on) => write!(f, "{on} stands twice; keep one line"),
            Self::Unordered(on) => write!(f, "{on} is earlier than the day above; write the oldest first"),
            Self::Status(word) => {
                write!(f, "{word:?} is not a status; write published, third-party, inferred or provisional")
            }
            Self::Kind(word) => {
                write!(f, "{word:?} is not a kind; write regular, substitute, one-off or substitute+one-off")
            }
        }
    }
}

/// Reads the holidays of calendar `id`, oldest first, at least one.
pub(super) fn parse(id: &str, text: &str) -> Result<Vec<Holiday>, HolidayError> {
    let refuse = |line, fault| HolidayError { calendar: id.to_owned(), line, fault };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut lines = (1..)
        .zip(text.lines())
        .map(|(number, line)| (number, line.trim()))
        .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));

    let (header_line, header) = lines.next().ok_or_else(|| refuse(1, HolidayFault::NoHeader))?;
    match header.split_once('=').map(|(key, value)| (key.trim_end(), value.trim_start())) {
        Some(("calendar", name)) if name == id => {}
        Some(("calendar", name)) => return Err(refuse(header_line, HolidayFault::OtherCalendar(name.to_owned()))),
        _ => return Err(refuse(header_line, HolidayFault::NoHeader)),
    }

    let mut holidays: Vec<Holiday> = Vec::new();
    for (number, line) in lines {
        let holiday = parse_line(line).map_err(|fault| refuse(number, fault))?;
        match holidays.last() {
            Some(last) if last.on == holiday.on => return Err(refuse(number, HolidayFault::Duplicate(holiday.on))),
            Some(last) if last.on > holiday.on => return Err(refuse(number, HolidayFault::Unordered(holiday.on))),
            _ => holidays.push(holiday),
        }
    }
    if holidays.is_empty() { Err(refuse(header_line, HolidayFault::Empty)) } else { Ok(holidays) }
}

fn parse_line(line: &str) -> Result<Holiday, HolidayFault> {
    if line.chars().any(|c| c.is_control() && c != '\t') {
        return Err(HolidayFault::Shape);
    }
    let (day, source) = line.split_once('|').ok_or(HolidayFault::Shape)?;
    let mut words = day.split_whitespace();
    let mut word = || words.next().ok_or(HolidayFault::Shape);
    let (date, status, kind) = (word()?, word()?, word()?);
    let title = words.collect::<Vec<_>>().join(" ");
    let source = source.trim();
    if title.is_empty() || source.is_empty() || source.contains('|') {
        return Err(HolidayFault::Shape);
    }

    let on = parse_day(date).ok_or_else(|| HolidayFault::Date(date.to_owned()))?;
    if !YEARS.contains(&on.year()) {
        return Err(HolidayFault::Year(on));
    }
    if matches!(on.weekday(), Weekday::Sat | Weekday::Sun) {
        return Err(HolidayFault::Weekend(on));
    }
    let status = HolidayStatus::ALL
        .into_iter()
        .find(|known| known.as_str() == status)
        .ok_or_else(|| HolidayFault::Status(status.to_owned()))?;
    let (substitute, one_off) = match kind {
        "regular" => (false, false),
        "substitute" => (true, false),
        "one-off" => (false, true),
        "substitute+one-off" => (true, true),
        _ => return Err(HolidayFault::Kind(kind.to_owned())),
    };
    Ok(Holiday { on, title, substitute, one_off, status, source: source.to_owned() })
}

/// A day written exactly YYYY-MM-DD; chrono alone would also take signs and missing zeros.
fn parse_day(word: &str) -> Option<NaiveDate> {
    let shaped = word.len() == 10
        && word.bytes().enumerate().all(|(i, b)| if i == 4 || i == 7 { b == b'-' } else { b.is_ascii_digit() });
    if shaped { NaiveDate::parse_from_str(word, "%Y-%m-%d").ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "2026-12-25 published regular Christmas Day | gov.uk";

    fn fault(body: &str) -> (usize, HolidayFault) {
        let error = parse("trial", &format!("# a trial\ncalendar = trial\n{body}\n")).unwrap_err();
        assert_eq!(error.calendar, "trial");
        assert!(!error.to_string().contains("  "), "{error}");
        (error.line, error.fault)
    }

    fn day(y: i32, m: u32, d: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(y, m, d).unwrap()
    }

    #[test]
    fn a_line_says_everything() {
        let text =
            "\u{feff}# x\r\n\r\ncalendar=trial\r\n 2012-06-04\tinferred  substitute+one-off  Spring  day | a; b\r\n";
        let holidays = parse("trial", text).unwrap();
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
    fn a_doubtful_line_is_refused_by_number() {
        use HolidayFault::{Date, Duplicate, Empty, Kind, Shape, Status, Unordered, Weekend, Year};
        for (body, line, expected) in [
            ("", 2, Empty),
            ("2026-12-25 published regular Christmas Day", 3, Shape),
            ("2026-12-25 published regular | gov.uk", 3, Shape),
            ("2026-12-25 published regular Christmas Day |", 3, Shape),
            ("2026-12-25 published regular Christmas | Day | gov.uk", 3, Shape),
            ("2026-12-25 published regular Christmas\u{7} Day | gov.uk", 3, Shape),
            ("2026-02-30 published regular X | y", 3, Date("2026-02-30".to_owned())),
            ("2026-2-3 published regular X | y", 3, Date("2026-2-3".to_owned())),
            ("+2026-1-02 published regular X | y", 3, Date("+2026-1-02".to_owned())),
            ("25/12/2026 published regular X | y", 3, Date("25/12/2026".to_owned())),
            ("1899-12-25 published regular X | y", 3, Year(day(1899, 12, 25))),
            ("2026-12-26 published regular Boxing Day | y", 3, Weekend(day(2026, 12, 26))),
            ("2026-12-27 published regular Boxing Day | y", 3, Weekend(day(2026, 12, 27))),
            ("2026-12-25 Published regular X | y", 3, Status("Published".to_owned())),
            ("2026-12-25 published bank X | y", 3, Kind("bank".to_owned())),
            (&format!("{GOOD}\n\n{GOOD}"), 5, Duplicate(day(2026, 12, 25))),
            (&format!("{GOOD}\n2026-12-24 published regular X | y"), 4, Unordered(day(2026, 12, 24))),
        ] {
            assert_eq!(fault(body), (line, expected), "{body}");
        }
    }

    #[test]
    fn the_header_must_name_the_calendar() {
        for (text, line, expected) in [
            ("", 1, HolidayFault::NoHeader),
            (GOOD, 1, HolidayFault::NoHeader),
            ("\ncalender = trial", 2, HolidayFault::NoHeader),
            ("calendar = scotland", 1, HolidayFault::OtherCalendar("scotland".to_owned())),
            ("calendar = trial # mine", 1, HolidayFault::OtherCalendar("trial # mine".to_owned())),
        ] {
            let error = parse("trial", text).unwrap_err();
            assert_eq!((error.line, error.fault), (line, expected), "{text}");
        }
    }
}
