//! Many rows in one statement: a run of thousands of decisions is a handful of statements, not thousands.

use std::fmt::Write as _;

use super::LedgerError;
use super::work::{Fields, Work};
use crate::database::Arg;

/// Arguments a statement, at most. Many more would be allowed, but a statement is planned anew for each number of rows.
const ARGUMENTS: usize = 600;

/// Runs `head VALUES (..), (..) tail` over all rows, in as few statements as it takes, and says how many rows changed.
pub(super) async fn execute(work: &mut Work, head: &str, rows: &[Vec<Arg>], tail: &str) -> Result<u64, LedgerError> {
    let mut changed = 0;
    for rows in chunks(rows) {
        changed += work.execute(&statement(work, head, rows, tail), &rows.concat()).await?;
    }
    Ok(changed)
}

/// The same for a statement with `RETURNING`: all that it returns.
pub(super) async fn fetch(
    work: &mut Work,
    head: &str,
    rows: &[Vec<Arg>],
    tail: &str,
) -> Result<Vec<Fields>, LedgerError> {
    let mut returned = Vec::new();
    for rows in chunks(rows) {
        returned.extend(work.fetch(&statement(work, head, rows, tail), &rows.concat()).await?);
    }
    Ok(returned)
}

fn chunks(rows: &[Vec<Arg>]) -> std::slice::Chunks<'_, Vec<Arg>> {
    let columns = rows.first().map_or(1, Vec::len);
    rows.chunks((ARGUMENTS / columns.max(1)).max(1))
}

/// `head VALUES ($1, $2), ($3, $4) tail`. On SQLite the arguments have no numbers: it looks each number up among all the others.
fn statement(work: &Work, head: &str, rows: &[Vec<Arg>], tail: &str) -> String {
    let numbered = work.numbers_arguments();
    let mut statement = format!("{head} VALUES ");
    let mut n = 0;
    for (place, row) in rows.iter().enumerate() {
        statement.push_str(if place == 0 { "(" } else { ", (" });
        for column in 0..row.len() {
            n += 1;
            let comma = if column == 0 { "" } else { ", " };
            // Writing to a text does not fail.
            let _ = if numbered { write!(statement, "{comma}${n}") } else { write!(statement, "{comma}?") };
        }
        statement.push(')');
    }
    statement.push(' ');
    statement.push_str(tail);
    statement
}
