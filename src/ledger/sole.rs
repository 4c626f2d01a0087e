//! One daemon on a ledger in a file. A second one could send nothing twice, because leases stand between them, but each would
//! believe that it is alone and wait for the other's locks. On a server several daemons are meant to share the work.

use std::fs::{File, TryLockError};
use std::path::PathBuf;

use super::{Ledger, LedgerError};
use crate::database::Kind;

/// The right to be the only daemon on a ledger, until it is dropped or the process ends, in whatever way.
#[derive(Debug)]
pub struct Sole {
    // The operating system lets go of the lock with the file.
    _lock: Option<File>,
}

impl Ledger {
    /// Takes that right; refused while another process has it. The lock is a file beside the ledger, never the ledger
    /// itself: SQLite would lose its own locks with ours.
    pub async fn sole(&self) -> Result<Sole, LedgerError> {
        if self.database.kind() == Kind::Postgres {
            return Ok(Sole { _lock: None });
        }
        let path = PathBuf::from(self.home().await?.place + ".lock");
        let unlockable = |error: std::io::Error| LedgerError::Unlockable {
            ledger: self.name().into(),
            lock: path.clone(),
            why: error.to_string(),
        };
        let file = File::options().write(true).create(true).truncate(false).open(&path).map_err(unlockable)?;
        match file.try_lock() {
            Ok(()) => Ok(Sole { _lock: Some(file) }),
            Err(TryLockError::WouldBlock) => Err(LedgerError::Taken { ledger: self.name().into() }),
            Err(TryLockError::Error(error)) => Err(unlockable(error)),
        }
    }
}
