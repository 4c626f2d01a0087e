//! Mail as a Maildir: a folder that mail programs and mail servers read as a mailbox.
//!
//! Owns the writing into `tmp` and `new`. Must not know what a mail says; a file's name carries the message's id and its time, and
//! never the machine's name.
//!
//! A message that stands in `new`, or that a reader has moved to `cur`, is not written again. One that a reader has moved away or
//! deleted is nowhere to be seen, and so would be.

use std::{
    fs::{self, DirBuilder, File},
    io::{self, ErrorKind},
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
};

use futures_util::future::BoxFuture;
use uuid::Uuid;

use super::{Channel, Frozen, Lane, Limits, Outcome, files::write_synced};

/// A Maildir.
#[derive(Clone, Debug)]
pub struct Maildir {
    dir: PathBuf,
}

impl Maildir {
    /// Puts mails into `dir`, which must exist and be writable. Its `tmp`, `new` and `cur` are made if they are not there.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into() }
    }

    async fn put(&self, frozen: &Frozen) -> Outcome {
        let dir = self.dir.clone();
        let Frozen { message_id, eml, .. } = frozen.clone();
        // Each line ends as lines do in files: what the network's two characters are for ends here.
        let text = eml.replace("\r\n", "\n");
        let work = tokio::task::spawn_blocking(move || place(&dir, message_id, text.as_bytes()));
        match work.await.unwrap_or_else(|e| Err(io::Error::other(e))) {
            Ok(true) => Outcome::handed_over("written to the Maildir"),
            Ok(false) => {
                Outcome::refused(None, "another mail with this id is in the Maildir already; nothing was changed")
            }
            Err(e) => Outcome::shut(&format!("cannot write to the Maildir: {e}")),
        }
    }

    async fn probe(&self) -> Result<(), String> {
        let dir = self.dir.clone();
        let work = tokio::task::spawn_blocking(move || {
            make(&dir)?;
            let probe = dir.join("tmp/duewatch-check");
            write_synced(&probe, b"")?;
            fs::remove_file(&probe)
        });
        work.await.unwrap_or_else(|e| Err(io::Error::other(e))).map_err(|e| {
            format!("cannot write to the Maildir {}: {e}; create it, or let this user write to it", self.dir.display())
        })
    }
}

impl Channel for Maildir {
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

impl Lane for &Maildir {
    fn send<'a>(&'a mut self, frozen: &'a Frozen) -> BoxFuture<'a, Outcome> {
        Box::pin(self.put(frozen))
    }
}

/// The parts of a Maildir. Never the folder itself: a name that is mistyped should not become one.
fn make(dir: &Path) -> io::Result<()> {
    for part in ["tmp", "new", "cur"] {
        match DirBuilder::new().mode(0o700).create(dir.join(part)) {
            Err(e) if e.kind() != ErrorKind::AlreadyExists => return Err(e),
            _ => {}
        }
    }
    Ok(())
}

/// Puts the bytes into `new`; false if other bytes are there under this id. Once this returns, a power cut does not undo it.
fn place(dir: &Path, id: Uuid, bytes: &[u8]) -> io::Result<bool> {
    make(dir)?;
    let name = name(id);
    let new = dir.join("new");
    match there(dir, &name)? {
        Some(found) if fs::read(&found)? != bytes => return Ok(false),
        Some(_) => {}
        None => {
            let partial = dir.join("tmp").join(&name);
            write_synced(&partial, bytes)?;
            fs::rename(&partial, new.join(&name))?;
        }
    }
    // Also when the file was there: the attempt that wrote it may have failed at this very step.
    File::open(new)?.sync_all()?;
    Ok(true)
}

/// Readers of a Maildir sort by the seconds before the first dot.
fn name(id: Uuid) -> String {
    let seconds = id.get_timestamp().map_or(0, |at| at.to_unix().0);
    format!("{seconds}.{id}.duewatch")
}

/// Where the message stands, if it does: a reader moves it to `cur` and adds its flags after a colon.
fn there(dir: &Path, name: &str) -> io::Result<Option<PathBuf>> {
    let new = dir.join("new").join(name);
    if new.exists() {
        return Ok(Some(new));
    }
    for entry in fs::read_dir(dir.join("cur"))? {
        let entry = entry?;
        let found = entry.file_name();
        let rest = found.to_str().and_then(|found| found.strip_prefix(name));
        if rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(':')) {
            return Ok(Some(entry.path()));
        }
    }
    Ok(None)
}
