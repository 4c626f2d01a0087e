//! Mail as files: one `.eml` a message in a folder that somebody else empties.
//!
//! Owns the writing. Must not know what a mail says; a file's name carries the message's id and nothing else.

use std::{
    fs::{self, File},
    io::{self, ErrorKind, Write},
    path::{Path, PathBuf},
};

use futures_util::future::BoxFuture;

use super::{Channel, Frozen, Lane, Limits, Outcome};

/// A folder that takes mails as files.
#[derive(Clone, Debug)]
pub struct FileDrop {
    dir: PathBuf,
}

impl FileDrop {
    /// Drops mails into `dir`, which must exist and be writable.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into() }
    }

    /// Writes `{message_id}.eml`, whole or not at all. The same message again leaves the one file as it is.
    async fn put(&self, frozen: &Frozen) -> Outcome {
        let dir = self.dir.clone();
        let Frozen { message_id, eml, .. } = frozen.clone();
        let work = tokio::task::spawn_blocking(move || place(&dir, &message_id.to_string(), eml.as_bytes()));
        match work.await.unwrap_or_else(|e| Err(io::Error::other(e))) {
            Ok(true) => Outcome::handed_over("written to the mail folder"),
            Ok(false) => {
                Outcome::refused(None, "another mail with this id is in the folder already; nothing was changed")
            }
            Err(e) => Outcome::shut(&format!("cannot write to the mail folder: {e}")),
        }
    }

    /// Whether the folder takes a file.
    async fn probe(&self) -> Result<(), String> {
        let dir = self.dir.clone();
        let work = tokio::task::spawn_blocking(move || {
            let probe = dir.join(".duewatch-check.tmp");
            write_synced(&probe, b"")?;
            fs::remove_file(&probe)
        });
        work.await.unwrap_or_else(|e| Err(io::Error::other(e))).map_err(|e| {
            format!(
                "cannot write to the mail folder {}: {e}; create it, or let this user write to it",
                self.dir.display()
            )
        })
    }
}

impl Channel for FileDrop {
    fn limits(&self) -> Limits {
        Limits { connections: 1, per_minute: None, longest_ms: 0 }
    }

    fn stays_here(&self) -> bool {
        true
    }

    fn lane(&self) -> Box<dyn Lane + '_> {
        Box::new(self)
    }

    fn test(&self) -> BoxFuture<'_, Result<(), String>> {
        Box::pin(self.probe())
    }
}

impl Lane for &FileDrop {
    fn send<'a>(&'a mut self, frozen: &'a Frozen) -> BoxFuture<'a, Outcome> {
        Box::pin(self.put(frozen))
    }
}

/// Puts the bytes at `{id}.eml`; false if other bytes are there. Once this returns, a power cut does not undo it.
fn place(dir: &Path, id: &str, bytes: &[u8]) -> io::Result<bool> {
    let target = dir.join(format!("{id}.eml"));
    match fs::read(&target) {
        Ok(there) if there != bytes => return Ok(false),
        Ok(_) => {}
        Err(e) if e.kind() == ErrorKind::NotFound => {
            // In the same folder: a rename is atomic only within one file system.
            let partial = dir.join(format!(".{id}.tmp"));
            write_synced(&partial, bytes)?;
            fs::rename(&partial, &target)?;
        }
        Err(e) => return Err(e),
    }
    // Also when the file was there: the attempt that wrote it may have failed at this very step.
    File::open(dir)?.sync_all()?;
    Ok(true)
}

pub(super) fn write_synced(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}
