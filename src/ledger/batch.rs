//! Many rows in one statement: a run of thousands of decisions is a handful of statements, not thousands.

use super::LedgerError;
use super::work::{Fields, Work};
use crate::database::Arg;

/// Arguments a statement, at most. Many more would be allowed, but SQLite looks each `$1` up among all the others: 5,000
/// notices took it four seconds at 10,000 arguments a statement, and half a second at 600.
const ARGUMENTS: usize = 600;

/// Runs `head VALUES (..), (..) tail` over all rows, in as few statements as it takes, and says how many rows changed.
pub(super) async fn execute(work: &mut Work, head: &str, rows: &[Vec<Arg>], tail: &str) -> Result<u64, LedgerError> {
    let mut changed = 0;
    for rows in chunks(rows) {
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
    for rows in chunks(rows) {
        returned.extend(work.fetch(&statement(head, rows, tail), &rows.concat()).await?);
    }
    Ok(returned)
}

fn chunks(rows: &[Vec<Arg>]) -> std::slice::Chunks<'_, Vec<Arg>> {
    let columns = rows.first().map_or(1, Vec::len);
    rows.chunks((ARGUMENTS / columns.max(1)).max(1))
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
