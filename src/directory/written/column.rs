//! Words about columns: which there are, and which was meant.

use crate::{directory::Table, near::choices};

/// A table's columns in a sentence.
pub(super) fn list(table: Table) -> String {
    table.columns().iter().map(|column| column.name).collect::<Vec<_>>().join(", ")
}

/// What to say of a column that there is none of.
pub(super) fn unknown(table: Table, name: &str) -> String {
    let known = choices(name, "the columns are", table.columns().iter().map(|column| column.name));
    format!("there is no column {}; {known}", quoted(name))
}

/// A name in quotes if it is short and plain. Anything else could be a row that lost its header.
pub(super) fn quoted(name: &str) -> String {
    let plain = name.len() <= 40 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_- ".contains(&byte));
    if plain { format!("`{name}`") } else { "of that name".to_owned() }
}
