//! One child's row as the databases hand it over: text, and packed text for the facts of each view.

use serde::Deserialize as _;
use serde_json::Deserializer;

use super::query::CHILD_COLUMNS;
use crate::database::{DatabaseError, Row};

/// A fact's columns without the child's id, in the order of the view. All text, or nothing.
pub(crate) type Cells = Vec<Option<String>>;

/// One row of the ordered pass.
#[derive(Debug)]
pub(crate) struct ChildRow {
    /// The child's id, trimmed.
    pub(crate) child: String,
    /// [`CHILD_COLUMNS`].
    pub(crate) attributes: [Option<String>; CHILD_COLUMNS.len()],
    /// The facts of each view, sorted, so that their order does not depend on the database.
    pub(crate) facts: Vec<Vec<Cells>>,
}

impl ChildRow {
    /// Reads a row that has `views` packed columns.
    pub(crate) fn read(row: &Row, views: usize) -> Result<ChildRow, DatabaseError> {
        let mut attributes = [const { None }; CHILD_COLUMNS.len()];
        for (at, attribute) in attributes.iter_mut().enumerate() {
            *attribute = row.lossy_text(at + 1)?;
        }
        let mut facts = Vec::with_capacity(views);
        for at in 0..views {
            facts.push(unpack(row, at + 1 + CHILD_COLUMNS.len())?);
        }
        Ok(ChildRow { child: row.lossy_text(0)?.unwrap_or_default(), attributes, facts })
    }
}

fn unpack(row: &Row, column: usize) -> Result<Vec<Cells>, DatabaseError> {
    let Some(packed) = row.lossy_text(column)? else { return Ok(Vec::new()) };
    let mut rows = Vec::<Cells>::deserialize(&mut Deserializer::from_str(&packed))
        .map_err(|_| row.wrong(column, "holds no packed facts"))?;
    rows.sort();
    Ok(rows)
}
