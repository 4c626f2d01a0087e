//! All tables in one TOML file, for an authority small enough to keep them by hand: `[[workers]]`, `[[teams]]`,
//! `[[absences]]` and `[[posts]]`, each with the columns of its view as keys.

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{
    column,
    mistake::Log,
    row::{self, Row},
    text::Lines,
};
use crate::{directory::Table, near::choices};

/// The rows of each table that the file has.
pub(super) fn tables(text: &str, log: &mut Log) -> Vec<(Table, Vec<Row>)> {
    let lines = Lines::of(text);
    let (document, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        let at = error.span().map_or(0, |span| span.start);
        log.line(lines.at(at), format!("cannot be read as TOML: {}", error.message()));
    }
    let mut tables = Vec::new();
    if !errors.is_empty() {
        return tables;
    }
    for (key, value) in document.get_ref() {
        let name: &str = key.get_ref();
        let Some(table) = Table::from_name(name) else {
            let known = choices(name, "the tables are", Table::ALL.map(Table::name));
            log.line(lines.at(key.span().start), format!("there is no table {}; {known}", column::quoted(name)));
            continue;
        };
        match rows_of(value.get_ref()) {
            Some(rows) => {
                let rows = rows.into_iter().map(|(at, row)| read(table, &lines, at, row, log));
                tables.push((table, rows.collect()));
            }
            None => {
                log.line(lines.at(key.span().start), format!("write each row under a heading of its own: [[{name}]]"));
            }
        }
    }
    tables
}

fn rows_of<'a>(value: &'a DeValue<'a>) -> Option<Vec<(usize, &'a DeTable<'a>)>> {
    let DeValue::Array(items) = value else { return None };
    let row = |item: &'a Spanned<DeValue<'a>>| match item.get_ref() {
        DeValue::Table(row) => Some((item.span().start, row)),
        _ => None,
    };
    items.iter().map(row).collect()
}

fn read(table: Table, lines: &Lines, at: usize, row: &DeTable<'_>, log: &mut Log) -> Row {
    for key in row.keys() {
        let name: &str = key.get_ref();
        if !table.columns().iter().any(|column| column.name == name) {
            log.line(lines.at(key.span().start), column::unknown(table, name));
        }
    }
    let cells = table.columns().iter().map(|column| {
        let (_, value) = row.iter().find(|(key, _)| key.get_ref() == column.name)?;
        let line = lines.at(value.span().start);
        match value.get_ref() {
            DeValue::String(text) => row::cell(column.name, line, text, log),
            DeValue::Integer(number) => row::cell(column.name, line, &number.to_string(), log),
            DeValue::Datetime(when) => row::cell(column.name, line, &when.to_string(), log),
            DeValue::Boolean(flag) => row::cell(column.name, line, &flag.to_string(), log),
            _ => {
                log.cell(line, column.name, "is neither text in quotes, a whole number nor a date");
                None
            }
        }
    });
    Row { cells: cells.collect(), line: lines.at(at) }
}
