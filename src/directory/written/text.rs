//! From the bytes of a file to its text, and from a place in the text to its line.

use super::mistake::Log;

const SAVE_AS: &str = "save it as UTF-8 (spreadsheet programs call it \"CSV UTF-8\")";

/// The text without the mark that some programs begin UTF-8 with.
pub(super) fn decode<'a>(bytes: &'a [u8], log: &mut Log) -> Option<&'a str> {
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) || bytes.contains(&0) {
        log.whole(format!("is UTF-16 or no text at all; {SAVE_AS}"));
        return None;
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(text.strip_prefix('\u{FEFF}').unwrap_or(text)),
        Err(error) => {
            let before = bytes.iter().take(error.valid_up_to());
            let line = before.filter(|byte| **byte == b'\n').count() + 1;
            log.line(line, format!("holds a character that is not UTF-8; {SAVE_AS}"));
            None
        }
    }
}

/// Where the lines of a text begin.
pub(super) struct Lines(Vec<usize>);

impl Lines {
    pub(super) fn of(text: &str) -> Lines {
        Lines(text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1).collect())
    }

    /// The line of that offset, counted from 1.
    pub(super) fn at(&self, offset: usize) -> usize {
        self.0.partition_point(|begins| *begins <= offset) + 1
    }

    /// The line of the row that begins there, or after blank lines that belong to none.
    pub(super) fn of_row(&self, text: &str, offset: usize) -> usize {
        let rest = text.get(offset..).unwrap_or("");
        self.at(offset + (rest.len() - rest.trim_start_matches(['\r', '\n']).len()))
    }
}
