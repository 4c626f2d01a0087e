//! Children in need census returns.

use std::{
    io::{self, Read},
    sync::LazyLock,
};

use duewatch::{
    backtest::{
        Window,
        cin::{self, CinError, FAULTS_NAMED, Return},
    },
    calendar::Calendar,
};

static CALENDAR: LazyLock<Option<Calendar>> = LazyLock::new(|| Calendar::shipped("england-and-wales"));

/// A return comes to the same in whatever pieces it arrives, its sums add up, and nothing of what stands in it is repeated.
pub(super) fn census(bytes: &[u8]) {
    let Some(calendar) = &*CALENDAR else { return };
    let whole = cin::read(bytes, calendar, Window::default());
    match &whole {
        Ok(read) => adds_up(read, bytes),
        Err(error) => super::says_no_more(&error.to_string(), 200),
    }
    let whole = counted(&whole);
    for size in [1, 7] {
        let pieces = cin::read(Pieces { bytes, size }, calendar, Window::default());
        assert_eq!(counted(&pieces), whole, "in pieces of {size}");
    }
}

fn adds_up(read: &Return, bytes: &[u8]) {
    assert!(read.children > 0 && read.children <= (bytes.len() / "<Child/>".len()) as u64);
    for row in &read.rows {
        let counts = row.counts;
        assert_eq!(counts.due, counts.in_time + counts.late + counts.open + counts.cannot_tell);
    }
    // Each year from 1900 to 2200 has twelve months, and there are four measures.
    assert!(read.rows.len() <= 301 * 12 * 4 + 4, "{} rows", read.rows.len());
    assert!(read.faults.named.len() <= FAULTS_NAMED && read.faults.named.len() as u64 <= read.faults.count);
    for fault in &read.faults.named {
        super::says_no_more(&fault.to_string(), 200);
    }
}

/// What was counted. Where two things are wrong with a file, its pieces may decide which of them is seen first.
fn counted(read: &Result<Return, CinError>) -> Option<String> {
    read.as_ref().ok().map(|read| format!("{read:?}"))
}

/// A stream that hands over so many bytes at a time.
struct Pieces<'b> {
    bytes: &'b [u8],
    size: usize,
}

impl Read for Pieces<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let size = self.size.min(into.len());
        self.bytes.read(into.get_mut(..size).unwrap_or_default())
    }
}
