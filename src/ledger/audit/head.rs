//! The end of the chain as it was last seen, in a file outside the ledger: by it a lost tail and a restored backup are known.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use uuid::Uuid;

use super::super::{Ledger, LedgerError};

/// Where a chain ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainEnd {
    /// How many links it has.
    pub n: i64,
    /// The hash of the last.
    pub hash: String,
}

/// Whether the ledger has everything that it was last seen with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HeadCheck {
    /// It has.
    Whole,
    /// There is no such file, although the chain has begun.
    Missing,
    /// The file is another ledger's.
    Another,
    /// The ledger ends before, or goes on otherwise.
    Behind {
        /// How many links it was seen with.
        seen: i64,
        /// How many it has.
        found: i64,
    },
}

/// The file, and what was last written to it by this process.
#[derive(Debug)]
pub(in crate::ledger) struct HeadFile {
    path: PathBuf,
    written: Mutex<i64>,
}

impl HeadFile {
    pub(in crate::ledger) fn new(path: PathBuf) -> HeadFile {
        HeadFile { path, written: Mutex::new(0) }
    }

    /// Writes the end down, unless a later one stands there, because of two commits the first may be told of last, or another
    /// ledger's: that one is missed, until a person says otherwise.
    pub(in crate::ledger) fn advance(&self, ledger_id: Uuid, end: &ChainEnd) -> io::Result<()> {
        let mut written = self.written.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let later = |n: i64| n >= end.n;
        if later(*written) {
            return Ok(());
        }
        // Another process, such as `duewatch ack`, may have been here since, or be here now.
        let mut file = self.open_alone()?;
        if understood(&mut file)?.is_some_and(|(id, seen)| id != ledger_id || later(seen.n)) {
            return Ok(());
        }
        put(&mut file, ledger_id, end)?;
        *written = end.n;
        Ok(())
    }

    /// Writes the end down, whatever stands there.
    fn replace(&self, ledger_id: Uuid, end: &ChainEnd) -> io::Result<()> {
        put(&mut self.open_alone()?, ledger_id, end)
    }

    fn open_alone(&self) -> io::Result<File> {
        let file = File::options().read(true).write(true).create(true).truncate(false).open(&self.path)?;
        file.lock()?;
        Ok(file)
    }

    fn read(&self) -> io::Result<Option<(Uuid, ChainEnd)>> {
        match File::open(&self.path) {
            Ok(mut file) => {
                file.lock_shared()?;
                understood(&mut file)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Over what stands there, with every end as long as every other: these few bytes lie in one sector, which a disk writes whole or
/// not at all, and there is no moment without a file.
fn put(file: &mut File, ledger_id: Uuid, end: &ChainEnd) -> io::Result<()> {
    let line = format!("{ledger_id} {:>20} {}\n", end.n, end.hash);
    file.rewind()?;
    file.write_all(line.as_bytes())?;
    file.set_len(line.len().try_into().unwrap_or(u64::MAX))?;
    file.sync_data()
}

/// What stands in the file; nothing in one that was only just made.
fn understood(file: &mut File) -> io::Result<Option<(Uuid, ChainEnd)>> {
    let mut text = String::new();
    file.read_to_string(&mut text)?;
    let parts: Vec<&str> = text.split_whitespace().collect();
    let read = match parts[..] {
        [] => return Ok(None),
        [id, n, hash] => id.parse().ok().zip(n.parse().ok()).map(|(id, n)| (id, ChainEnd { n, hash: hash.to_owned() })),
        _ => None,
    };
    read.map(Some).ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "it is not what duewatch wrote"))
}

impl Ledger {
    /// The same ledger, the end of whose chain is also kept in this file.
    #[must_use]
    pub fn with_head(mut self, path: &Path) -> Ledger {
        self.head = Some(HeadFile::new(path.to_owned()).into());
        self
    }

    /// Where the chain ends, as the ledger itself has it.
    pub async fn chain_end(&self) -> Result<ChainEnd, LedgerError> {
        let mut work = self.reading("read where the chain ends").await?;
        match work.fetch_optional("SELECT n, hash FROM chain_end WHERE one = 1", &[]).await? {
            Some(row) => Ok(ChainEnd { n: row.int(0)?, hash: row.text(1)? }),
            None => Err(LedgerError::NotFounded { ledger: self.name().into() }),
        }
    }

    /// Whether the ledger has everything that the file outside it has seen. Without such a file it is taken for whole.
    pub async fn head_check(&self) -> Result<HeadCheck, LedgerError> {
        let Some(head) = &self.head else { return Ok(HeadCheck::Whole) };
        let seen = head.read().map_err(|error| self.head_failed("read", head, &error))?;
        let end = self.chain_end().await?;
        let Some((id, seen)) = seen else {
            return Ok(if end.n == 0 { HeadCheck::Whole } else { HeadCheck::Missing });
        };
        if id != self.identity().await?.ledger_id {
            return Ok(HeadCheck::Another);
        }
        let mut work = self.reading("look for the link that was last seen").await?;
        let sql = "SELECT hash FROM links WHERE n = $1";
        let there = match work.fetch_optional(sql, &[seen.n.into()]).await? {
            Some(row) => row.text(0)? == seen.hash,
            None => false,
        };
        // The end's own row can fall behind its links only if somebody wrote to it.
        let whole = there && end.n >= seen.n;
        Ok(if whole { HeadCheck::Whole } else { HeadCheck::Behind { seen: seen.n, found: end.n } })
    }

    /// Takes the ledger as it is for whole: the file outside it follows. The act itself is recorded by who calls this.
    pub(in crate::ledger) async fn take_as_whole(&self) -> Result<(), LedgerError> {
        let Some(head) = &self.head else { return Ok(()) };
        let (id, end) = (self.identity().await?.ledger_id, self.chain_end().await?);
        head.replace(id, &end).map_err(|error| self.head_failed("write", head, &error))
    }

    fn head_failed(&self, what: &'static str, head: &HeadFile, error: &io::Error) -> LedgerError {
        LedgerError::Head { ledger: self.name().into(), what, path: head.path.clone(), why: error.to_string() }
    }
}
