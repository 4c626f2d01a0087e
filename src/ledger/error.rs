//! What can go wrong with the ledger, for the person who must act.

use std::path::PathBuf;

use thiserror::Error;
use uuid::Uuid;

use crate::database::DatabaseError;

/// The ledger did not do what was asked. Nothing was changed: every method is one transaction.
#[derive(Debug, Error)]
pub enum LedgerError {
    /// No room. The daemon goes on trying; nothing that was stored is lost.
    #[error("could not {attempted}: no room is left for {ledger}; nothing was changed; make room on its disk")]
    DiskFull {
        /// What was attempted.
        attempted: &'static str,
        /// Which ledger.
        ledger: String,
    },
    /// The file takes no more, for another reason than a full disk.
    #[error(
        "could not {attempted}: no more can be written to {ledger}; nothing was changed; its disk is full, over its quota, over \
         a limit on the size of files, or fails: make room, or look at the disk"
    )]
    Unwritable {
        /// What was attempted.
        attempted: &'static str,
        /// Which ledger.
        ledger: String,
    },
    /// Another process holds the ledger, or the connection broke. Trying again later can succeed.
    #[error("could not {attempted}: {source}; nothing was changed; it can be tried again")]
    Busy {
        /// What was attempted.
        attempted: &'static str,
        /// What the database said.
        source: DatabaseError,
    },
    /// The tables are missing or older than this program.
    #[error("{ledger} has no tables, or those of an older version; run `duewatch ledger migrate`")]
    NotMigrated {
        /// Which ledger.
        ledger: String,
    },
    /// The tables are newer than this program.
    #[error(
        "{ledger} is at schema version {found}, and this program knows versions up to {known}; run the newer duewatch \
         that migrated it, or restore a backup made before that"
    )]
    NewerSchema {
        /// Which ledger.
        ledger: String,
        /// The ledger's version.
        found: i64,
        /// The newest version this program knows.
        known: i64,
    },
    /// The tables could not be brought up to date.
    #[error("could not migrate {ledger}: {why}; restore the backup made before, or run the duewatch that made it")]
    Migration {
        /// Which ledger.
        ledger: String,
        /// What the migration said.
        why: String,
    },
    /// It belongs to nobody yet.
    #[error("{ledger} has not been founded for an authority; run `duewatch ledger migrate`")]
    NotFounded {
        /// Which ledger.
        ledger: String,
    },
    /// It belongs to another authority.
    #[error(
        "{ledger} belongs to the authority `{found}`, not to `{wanted}`; correct the ledger's address or the authority \
         in duewatch.toml"
    )]
    WrongAuthority {
        /// Which ledger.
        ledger: String,
        /// Whose it is.
        found: String,
        /// Whose it was said to be.
        wanted: String,
    },
    /// It was filled from another case database.
    #[error(
        "{ledger} was filled from the source `{found}`, not from `{wanted}`; correct the source in duewatch.toml, or \
         say that it is the same cases by `duewatch ledger accept --source {wanted} --by NAME --reason TEXT`"
    )]
    OtherSource {
        /// Which ledger.
        ledger: String,
        /// Where it was filled from.
        found: String,
        /// Where it was to be filled from.
        wanted: String,
    },
    /// Redirecting needs an address.
    #[error("mode redirect needs the address that gets everything: `duewatch ledger mode redirect ADDRESS`")]
    RedirectToNobody,
    /// A change by a person needs a name and a reason.
    #[error("could not {attempted}: it is recorded, and needs {missing}")]
    Unexplained {
        /// What was attempted.
        attempted: &'static str,
        /// What is missing: who, or why.
        missing: &'static str,
    },
    /// A run decided two things about one duty or one child: a defect of the decision, and none of it is stored.
    #[error("could not record the run: it says two things about one and the same {what}; report this as a defect")]
    Twice {
        /// A duty or a case.
        what: &'static str,
    },
    /// Another run was stored between reading what this one was judged on and storing it.
    #[error(
        "could not record the run: another one was recorded in {ledger} meanwhile; nothing was changed; it can be tried again"
    )]
    Overtaken {
        /// Which ledger.
        ledger: String,
    },
    /// Somebody else holds the message now, or its sending is over. What was done with it must not be recorded.
    #[error("could not {attempted}: the lease on message {message} is no longer held; leave it to whoever holds it")]
    LeaseLost {
        /// What was attempted.
        attempted: &'static str,
        /// Which message.
        message: Uuid,
    },
    /// A frozen message is repeated byte for byte.
    #[error("message {message} may already have arrived in other words; send the frozen bytes")]
    FrozenOtherwise {
        /// Which message.
        message: Uuid,
    },
    /// A row does not hold what this program writes.
    #[error("could not {attempted}: {what} in {ledger} cannot be read; restore a backup, or report this as a defect")]
    Unreadable {
        /// What was attempted.
        attempted: &'static str,
        /// Which column.
        what: &'static str,
        /// Which ledger.
        ledger: String,
    },
    /// The mark of the place cannot be read.
    #[error("could not tell where {ledger} is: {why}")]
    NoPlace {
        /// Which ledger.
        ledger: String,
        /// Why.
        why: String,
    },
    /// The file that says where its chain ends.
    #[error(
        "cannot {what} {path}, which says where the audit chain of {ledger} was last seen to end: {why}; let this user write \
         there, or name another file in ledger.head_file"
    )]
    Head {
        /// Which ledger.
        ledger: String,
        /// To read or to write it.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// Why not.
        why: String,
    },
    /// The system gives no random bytes.
    #[error("could not salt the audit: the system gives no random bytes ({why})")]
    NoRandomness {
        /// Why not.
        why: String,
    },
    /// A daemon runs on it already.
    #[error("another duewatch is already watching with {ledger}; stop it first, or give this one a ledger of its own")]
    Taken {
        /// Which ledger.
        ledger: String,
    },
    /// Whether a daemon runs on it already cannot be told.
    #[error("could not lock {lock}, which keeps a second daemon away from {ledger}: {why}; let this user write there")]
    Unlockable {
        /// Which ledger.
        ledger: String,
        /// The file beside it.
        lock: PathBuf,
        /// Why not.
        why: String,
    },
    /// Anything else the database says.
    #[error("could not {attempted}: {source}")]
    Database {
        /// What was attempted.
        attempted: &'static str,
        /// What the database said.
        source: DatabaseError,
    },
}

impl LedgerError {
    /// Sorts what a database said by what is to be done about it.
    pub(super) fn of(source: DatabaseError, attempted: &'static str, ledger: &str) -> LedgerError {
        if source.is_disk_full() {
            LedgerError::DiskFull { attempted, ledger: ledger.into() }
        } else if source.is_unwritable() {
            LedgerError::Unwritable { attempted, ledger: ledger.into() }
        } else if source.is_missing_table() || source.is_missing_column() {
            LedgerError::NotMigrated { ledger: ledger.into() }
        } else if source.is_locked() || source.is_timeout() || source.is_unreachable() {
            LedgerError::Busy { attempted, source }
        } else {
            LedgerError::Database { attempted, source }
        }
    }

    /// Whether the same call can succeed later without anybody acting on duewatch itself.
    pub fn may_pass(&self) -> bool {
        matches!(
            self,
            LedgerError::DiskFull { .. }
                | LedgerError::Unwritable { .. }
                | LedgerError::Busy { .. }
                | LedgerError::Overtaken { .. }
        )
    }
}
