//! One child's row as the databases hand it over: text, and packed text for the facts of each view.

use serde::Deserialize as _;
use serde_json::Deserializer;

use super::OfChild;
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
    /// The rows of each view, as the database packed them.
    pub(crate) packed: [Option<String>; OfChild::COUNT],
}

impl ChildRow {
    /// Reads a row.
    pub(crate) fn read(row: &Row) -> Result<ChildRow, DatabaseError> {
        let mut attributes = [const { None }; CHILD_COLUMNS.len()];
        for (at, attribute) in attributes.iter_mut().enumerate() {
            *attribute = row.lossy_text(at + 1)?;
        }
        let mut packed = [const { None }; OfChild::COUNT];
        for (at, facts) in packed.iter_mut().enumerate() {
            *facts = row.lossy_text(at + 1 + CHILD_COLUMNS.len())?;
        }
        Ok(ChildRow { child: row.lossy_text(0)?.unwrap_or_default(), attributes, packed })
    }
}

/// What the rows of nobody say of the whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Whole {
    /// Rows of each view that have no child.
    pub(crate) childless: [u64; OfChild::COUNT],
    /// Open plans of children who have no row.
    pub(crate) unwatched: u64,
    /// Rows of children.
    pub(crate) children: u64,
}

impl Whole {
    /// Reads a row of nobody.
    pub(crate) fn read(row: &Row) -> Result<Whole, DatabaseError> {
        let first = 1 + CHILD_COLUMNS.len() + OfChild::COUNT;
        let count = |at: usize| Ok(u64::try_from(row.maybe_int(first + at)?.unwrap_or(0)).unwrap_or(0));
        let mut childless = [0; OfChild::COUNT];
        for (at, rows) in childless.iter_mut().enumerate() {
            *rows = count(at)?;
        }
        Ok(Whole { childless, unwatched: count(OfChild::COUNT)?, children: count(OfChild::COUNT + 1)? })
    }
}

/// The facts in a packed column, sorted, so that their order does not depend on the database. Nothing, where the database
/// packed them otherwise than it was asked to.
pub(crate) fn unpack(packed: Option<&str>) -> Option<Vec<Cells>> {
    let Some(packed) = packed else { return Some(Vec::new()) };
    let mut rows = Vec::<Cells>::deserialize(&mut Deserializer::from_str(packed)).ok()?;
    rows.sort();
    Some(rows)
}
