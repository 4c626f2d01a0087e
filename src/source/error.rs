//! Why a read gave nothing that may be used, for the person who must act.

use thiserror::Error;

use crate::database::DatabaseError;

/// A read that gave nothing. Nothing of it may be used: the children it did hand over are to be forgotten.
#[derive(Debug, Error)]
pub enum SourceError {
    /// A view of the contract does not exist, or this user cannot see it.
    #[error("the case database has no view {view}; {hint}")]
    MissingView {
        /// Which view.
        view: &'static str,
        /// What to do.
        hint: &'static str,
    },
    /// A view lacks a column of the contract.
    #[error("the view {view} of the case database has no column {column}; {hint}")]
    MissingColumn {
        /// Which view.
        view: &'static str,
        /// Which column.
        column: &'static str,
        /// What to do.
        hint: &'static str,
    },
    /// The data changed while it was read, or a load has it locked. The next read heals this by itself.
    #[error(
        "the case database was being loaded while it was read: {what}; nothing of it is used, and the next read tries again"
    )]
    LoadInProgress {
        /// What showed it.
        what: String,
    },
    /// The load mark cannot be used.
    #[error("the view dw_load must have exactly one row with source_name and loaded_at, but {what}")]
    NoLoadMark {
        /// What is there instead.
        what: &'static str,
    },
    /// The database packed the facts of a child otherwise than it was asked to.
    #[error("the case database did not hand over the facts of a child as it was asked to; report this as a defect")]
    Unpacked,
    /// Whoever asked for the children took no more of them.
    #[error("reading the case database was given up, because what was read could not be stored")]
    Abandoned,
    /// The read took too long.
    #[error("reading the case database took longer than the {limit_s} seconds allowed")]
    TimedOut {
        /// What was allowed, in seconds.
        limit_s: u64,
    },
    /// The database cannot be reached.
    #[error("the case database cannot be reached")]
    Unreachable(#[source] DatabaseError),
    /// The database does not let this user read.
    #[error(
        "the case database does not allow duewatch to read; give its user SELECT on the dw_ views, and nothing else"
    )]
    Refused(#[source] DatabaseError),
    /// Something else went wrong in the database.
    #[error("the case database could not be read")]
    Failed(#[source] DatabaseError),
}

/// What to do about a missing view or column.
pub(crate) const HINT: &str = "`duewatch source sql native` prints what to create, and `duewatch source sql lcs`, `mosaic` or `eclipse` a ready set for the dataset of that system";

impl From<DatabaseError> for SourceError {
    fn from(error: DatabaseError) -> SourceError {
        if error.is_locked() {
            SourceError::LoadInProgress { what: "a table is locked by another session".into() }
        } else if error.is_permission() {
            SourceError::Refused(error)
        } else if error.is_unreachable() {
            SourceError::Unreachable(error)
        } else {
            SourceError::Failed(error)
        }
    }
}
