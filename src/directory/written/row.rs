//! A row as it was written: one cell for each column of its table, whatever the file's form.

use chrono::NaiveDate;

use super::mistake::Log;
use crate::{
    directory::{Table, Weekdays},
    record::{PersonRef, TeamRef},
};

/// No id or address is longer, and a cell that is comes from a file of another kind.
const LONGEST: usize = 254;

/// One row.
pub(super) struct Row {
    /// Where it begins, counted from 1.
    pub(super) line: usize,
    /// Line and text of each of the table's columns, in their order. Blanks around the text are gone.
    pub(super) cells: Vec<Option<(usize, String)>>,
}

/// A row whose cells are asked for by name.
pub(super) struct Reader<'r, 'l, 'f> {
    pub(super) table: Table,
    pub(super) row: &'r Row,
    pub(super) log: &'l mut Log<'f>,
}

/// Text as a cell: nothing where it is empty or `-1`, as in the views.
pub(super) fn cell(column: &'static str, line: usize, text: &str, log: &mut Log) -> Option<(usize, String)> {
    let text = text.trim();
    if text.contains(['\n', '\r']) {
        log.cell(line, column, "goes on over a line's end; a quotation mark before it is not closed");
        return None;
    }
    if text.chars().any(char::is_control) {
        log.cell(line, column, "holds a character that cannot be printed; take it out");
        return None;
    }
    if text.len() > LONGEST {
        log.cell(line, column, format!("is longer than {LONGEST} bytes, so it is no {column}"));
        return None;
    }
    (!text.is_empty() && text != "-1").then(|| (line, text.to_owned()))
}

impl Reader<'_, '_, '_> {
    /// The text of a column, if there is any.
    pub(super) fn text(&self, column: &str) -> Option<&str> {
        self.found(column).map(|(_, text)| text.as_str())
    }

    pub(super) fn person(&self, column: &str) -> Option<PersonRef> {
        self.text(column).map(|id| PersonRef(id.into()))
    }

    pub(super) fn team(&self, column: &str) -> Option<TeamRef> {
        self.text(column).map(|id| TeamRef(id.into()))
    }

    /// A date; nothing where it is empty or says 9999-12-31. `Err` after a mistake has been noted.
    pub(super) fn date(&mut self, column: &'static str) -> Result<Option<NaiveDate>, ()> {
        let Some(text) = self.text(column) else { return Ok(None) };
        if let Some(on) = day(text) {
            return Ok(Some(on).filter(|on| *on != NO_END));
        }
        self.wrong(column, "is no date; write it as 2026-11-22 (a spreadsheet shows dates in another order)");
        Err(())
    }

    /// The days of the week; every day where it is empty. `Err` after a mistake has been noted.
    pub(super) fn weekdays(&mut self, column: &'static str) -> Result<Weekdays, ()> {
        let Some(text) = self.text(column) else { return Ok(Weekdays::EVERY) };
        Weekdays::from_text(text).ok_or_else(|| {
            self.wrong(column, "names no days of the week; write them as mon tue wed, or nothing for every day");
        })
    }

    /// A flag; no where it is empty. `Err` after a mistake has been noted.
    pub(super) fn flag(&mut self, column: &'static str) -> Result<bool, ()> {
        match self.text(column).map(str::to_ascii_lowercase).as_deref() {
            None | Some("n" | "no" | "false" | "0") => Ok(false),
            Some("y" | "yes" | "true" | "1") => Ok(true),
            Some(_) => {
                self.wrong(column, "is neither yes nor no");
                Err(())
            }
        }
    }

    /// Whether every column that is needed has something in it; a mistake for each that has not.
    pub(super) fn is_whole(&mut self) -> bool {
        let missing: Vec<&'static str> = self
            .table
            .columns()
            .iter()
            .filter(|column| column.needed && self.text(column.name).is_none())
            .map(|column| column.name)
            .collect();
        for column in &missing {
            self.wrong(column, "is empty, and is needed");
        }
        missing.is_empty()
    }

    /// Notes what is wrong with a column, at its own line or the row's.
    pub(super) fn wrong(&mut self, column: &'static str, what: impl Into<String>) {
        let line = self.found(column).map_or(self.row.line, |(line, _)| *line);
        self.log.cell(line, column, what);
    }

    fn found(&self, column: &str) -> Option<&(usize, String)> {
        let at = self.table.columns().iter().position(|known| known.name == column)?;
        self.row.cells.get(at)?.as_ref()
    }
}

/// What stands for "no end".
const NO_END: NaiveDate = match NaiveDate::from_ymd_opt(9999, 12, 31) {
    Some(on) => on,
    None => NaiveDate::MAX,
};

/// A day as the contract writes it. An export of a database may write midnight behind it.
fn day(text: &str) -> Option<NaiveDate> {
    let (date, rest) = text.split_at_checked(10)?;
    let time = rest.trim_start_matches(['T', ' ']);
    let midnight = time.is_empty() || time.starts_with("00:00") && time.chars().all(|c| "0:.".contains(c));
    let plain = date
        .bytes()
        .enumerate()
        .all(|(at, byte)| if at == 4 || at == 7 { byte == b'-' } else { byte.is_ascii_digit() });
    let on: NaiveDate = date.parse().ok().filter(|_| plain && midnight)?;
    (on == NO_END || ("1900-01-02".."2200-01-01").contains(&date)).then_some(on)
}
