//! A table as comma-separated text, as a spreadsheet program or an export of personnel records writes it.
//!
//! The first line names the columns. Commas, semicolons and tabs are told apart by it.

use csv::{ReaderBuilder, StringRecord};

use super::{
    column,
    mistake::Log,
    row::{self, Row},
    text::Lines,
};
use crate::directory::Table;

/// Where each column of the table stands in the file, and how many cells a row has.
struct Header {
    places: Vec<Option<usize>>,
    width: usize,
}

/// The rows of one file. Nothing is read below a header with a mistake: its columns would be taken for others.
pub(super) fn rows(table: Table, text: &str, log: &mut Log) -> Vec<Row> {
    let lines = Lines::of(text);
    let mut reader =
        ReaderBuilder::new().delimiter(separator(text)).has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut records = reader.records().map_while(Result::ok).map(|record| {
        let offset = record.position().map_or(0, csv::Position::byte);
        (lines.of_row(text, usize::try_from(offset).unwrap_or(usize::MAX)), record)
    });
    let Some((line, first)) = records.find(|(_, record)| !is_blank(record)) else {
        log.whole(format!("is empty; its first line names its columns: {}", column::list(table)));
        return Vec::new();
    };
    let Some(header) = header(table, line, &first, log) else { return Vec::new() };
    records
        .filter(|(_, record)| !is_blank(record))
        .filter_map(|(line, record)| read(table, line, &header, &record, log))
        .collect()
}

/// What stands between the cells of the header. No column's name has any of the three in it.
fn separator(text: &str) -> u8 {
    let header = text.lines().find(|line| !line.trim().is_empty()).unwrap_or("");
    let count = |separator: u8| header.bytes().filter(|byte| *byte == separator).count();
    [b'\t', b';', b','].into_iter().max_by_key(|separator| count(*separator)).unwrap_or(b',')
}

fn header(table: Table, line: usize, record: &StringRecord, log: &mut Log) -> Option<Header> {
    let names: Vec<String> = record.iter().map(|name| name.trim().to_ascii_lowercase()).collect();
    let columns = table.columns();
    if !names.iter().any(|name| columns.iter().any(|column| column.name == name)) {
        log.line(line, format!("is no header; the first line names the columns: {}", column::list(table)));
        return None;
    }
    let before = log.mistakes.len();
    let mut places = vec![None; columns.len()];
    for (at, name) in names.iter().enumerate().filter(|(_, name)| !name.is_empty()) {
        match columns.iter().position(|column| column.name == name) {
            None => log.line(line, column::unknown(table, name)),
            Some(known) => {
                if let Some(place) = places.get_mut(known)
                    && place.replace(at).is_some()
                {
                    log.line(line, format!("names the column `{name}` twice"));
                }
            }
        }
    }
    for (column, place) in columns.iter().zip(&places) {
        if column.needed && place.is_none() {
            log.line(line, format!("does not name the column `{}`, which is needed", column.name));
        }
    }
    (log.mistakes.len() == before).then_some(Header { places, width: names.len() })
}

fn read(table: Table, line: usize, header: &Header, record: &StringRecord, log: &mut Log) -> Option<Row> {
    let Header { places, width } = header;
    let width = *width;
    let empty = |at: usize| record.get(at).is_none_or(|text| text.trim().is_empty());
    if record.len() < width || (width..record.len()).any(|at| !empty(at)) {
        let cells = if record.len() == 1 { "1 cell".to_owned() } else { format!("{} cells", record.len()) };
        log.line(line, format!("has {cells}, and the header names {width}"));
        return None;
    }
    if (0..width).any(|at| !empty(at) && !places.contains(&Some(at))) {
        log.line(line, "has something in a column that the header does not name");
        return None;
    }
    let cells = table.columns().iter().zip(places).map(|(column, place)| {
        place.and_then(|at| record.get(at)).and_then(|text| row::cell(column.name, line, text, log))
    });
    Some(Row { line, cells: cells.collect() })
}

/// A blank line, or one that a spreadsheet fills with nothing but separators.
fn is_blank(record: &StringRecord) -> bool {
    record.iter().all(|text| text.trim().is_empty())
}
