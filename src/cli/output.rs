//! Writing to the terminal. A reader that has gone away (`| head`) ends the output, not the program.

use std::io::Write;

/// One line to standard output.
pub(crate) fn line(text: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

/// One complaint to standard error.
pub(crate) fn complain(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "duewatch: {text}");
}

/// Rows under headings, each column as wide as its widest cell.
pub(crate) fn table(headings: &[&str], rows: &[Vec<String>]) {
    let widths = widths(headings, rows);
    let rule: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
    line(&laid_out(&headings.iter().map(|heading| (*heading).to_owned()).collect::<Vec<_>>(), &widths));
    line(&laid_out(&rule, &widths));
    for row in rows {
        line(&laid_out(row, &widths));
    }
}

/// How wide each column must be. The last one is as wide as it is.
pub(crate) fn widths(headings: &[&str], rows: &[Vec<String>]) -> Vec<usize> {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        cells.chain(headings.get(column).map(|heading| heading.len())).max().unwrap_or(0)
    };
    (0..headings.len()).map(width).collect()
}

/// One row, each cell padded to its column.
pub(crate) fn laid_out(cells: &[String], widths: &[usize]) -> String {
    let padded = cells.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
    padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
}

/// One line of comma-separated values; a cell that holds a comma, a quote or a line break is quoted.
pub(crate) fn csv(cells: &[String]) {
    let quoted = cells.iter().map(|cell| {
        if cell.contains([',', '"', '\n', '\r']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.clone() }
    });
    line(&quoted.collect::<Vec<_>>().join(","));
}
