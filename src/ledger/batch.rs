//! Many rows in one statement: a run of thousands of decisions is a handful of statements, not thousands.

use super::LedgerError;
use super::work::{Fields, Work};
use crate::database::Arg;

/// Rows a statement. SQLite takes 32,766 arguments a statement, PostgreSQL 65,535; no table here has 20 columns.
const ROWS: usize = 500;

/// Runs `head VALUES (..), (..) tail` over all rows, in as few statements as it takes, and says how many rows changed.
pub(super) async fn execute(work: &mut Work, head: &str, rows: &[Vec<Arg>], tail: &str) -> Result<u64, LedgerError> {
    let mut changed = 0;
    for rows in rows.chunks(ROWS) {
        changed += work.execute(&statement(head, rows, tail), &rows.concat()).await?;
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
    for rows in rows.chunks(ROWS) {
        returned.extend(work.fetch(&statement(head, rows, tail), &rows.concat()).await?);
    }
    Ok(returned)
}

/// `head VALUES ($1, $2), ($3, $4) tail`.
fn statement(head: &str, rows: &[Vec<Arg>], tail: &str) -> String {
    let mut n = 0;
    let rows: Vec<String> = rows
        .iter()
        .map(|row| {
            let row: Vec<String> = row
                .iter()
                .map(|_| {
                    n += 1;
                    format!("${n}")
                })
                .collect();
            format!("({})", row.join(", "))
        })
        .collect();
    format!("{head} VALUES {} {tail}", rows.join(", "))
}
