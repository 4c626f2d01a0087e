//! Published lists of holidays, and holiday files.

use chrono::{Datelike, Weekday};
use duewatch::calendar::{Almanac, Feed, HolidayFile, Place};

/// A shipped calendar, so that a list can renew it.
const ID: &str = "england-and-wales";

/// As a list and as a file: each day is where the list says it is, what is read can be written and read again, and a list that
/// was taken in once is no news the second time.
pub(super) fn lists(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    file(text);
    let feed = match Feed::read(ID, text, "a list, read 2026-11-28") {
        Ok(feed) => feed,
        Err(error) => {
            super::is_short(&error.to_string(), 600);
            assert!(error.place.line >= 1 && error.place.column >= 1, "{error}");
            assert!(error.place.line <= text.split('\n').count() + 1, "{error}");
            return;
        }
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    assert!(!feed.days().is_empty());
    assert!(feed.days().is_sorted_by(|day, next| day.on < next.on));
    for (index, day) in feed.days().iter().enumerate() {
        assert!(!matches!(day.on.weekday(), Weekday::Sat | Weekday::Sun), "{day:?}");
        assert!(at(text, feed.place(index)).starts_with(&day.on.to_string()), "{day:?} at {}", feed.place(index));
    }
    written(&HolidayFile { calendar: ID.to_owned(), union: Vec::new(), days: feed.days().to_vec() });

    let mut almanac = Almanac::default();
    let Ok(renewal) = almanac.renewed(ID, &feed, &[]) else { return };
    let Some(file) = renewal.file else { return };
    written(&file);
    almanac.add(file);
    assert_eq!(almanac.holidays(ID).map(|known| known.hash()), Ok(renewal.holidays.hash()));
    let again = almanac.renewed(ID, &feed, &[]).map(|again| again.file);
    assert_eq!(again, Ok(None), "the same list is news again");
}

fn file(text: &str) {
    match HolidayFile::parse(ID, text) {
        Ok(file) => written(&file),
        Err(error) => super::is_short(&error.to_string(), 600),
    }
}

/// A file that is written is read as the same.
fn written(file: &HolidayFile) {
    assert_eq!(HolidayFile::parse(ID, &file.to_string()).as_ref(), Ok(file));
}

/// What stands at a place.
fn at(text: &str, place: Place) -> &str {
    let line = text.split('\n').nth(place.line - 1).unwrap_or("");
    line.char_indices().nth(place.column - 1).map_or("", |(at, _)| &line[at..])
}
