//! Writing an own file: whole or not at all, and only what was checked.

use std::{
    fs::{self, File, Permissions},
    io::{self, Write},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use thiserror::Error;

use super::OwnCalendars;
use crate::calendar::{HolidayFile, Renewal};

/// Says what a reader of the file must know before editing it.
const HEAD: &str = "# Kept by `duewatch calendar refresh`, which keeps no other comments. Only what differs from the shipped calendar.\n\n";

/// Why an own file was not written. The one that was there is untouched.
#[derive(Debug, Error)]
pub enum StoreError {
    /// What would be written does not say what was worked out.
    #[error("cannot write {path}: read back, it would not give the holidays expected ({why}); please report this")]
    Unfaithful {
        /// The file.
        path: PathBuf,
        /// How it differs.
        why: String,
    },
    /// The folder or the file.
    #[error(
        "cannot write {path}: {source}; its folder is calendars.directory of the settings, and this user must be able to write there"
    )]
    Io {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        source: io::Error,
    },
}

impl OwnCalendars {
    /// Writes what a renewal came to and takes it over. Gives the file's path, or none if there is nothing to write.
    pub fn store(&mut self, renewal: &Renewal) -> Result<Option<PathBuf>, StoreError> {
        let Some(file) = &renewal.file else { return Ok(None) };
        let path = self.path(&file.calendar);
        let text = format!("{HEAD}{file}");
        let unfaithful = |why: String| StoreError::Unfaithful { path: path.clone(), why };
        let read = HolidayFile::parse(&file.calendar, &text).map_err(|error| unfaithful(error.to_string()))?;
        let mut almanac = self.almanac.clone();
        almanac.add(read);
        let in_force = almanac.holidays(&file.calendar).map_err(|error| unfaithful(error.to_string()))?;
        if in_force.hash() != renewal.holidays.hash() {
            return Err(unfaithful("other days".to_owned()));
        }
        replace(&self.folder, &path, &text).map_err(|source| StoreError::Io { path: path.clone(), source })?;
        self.almanac = almanac;
        Ok(Some(path))
    }
}

/// Writes beside the file and renames over it, so that a reader sees the old text or the new one. Anybody may read it: the
/// service may run as another user than the person who refreshes, and holidays are no secret.
fn replace(folder: &Path, path: &Path, text: &str) -> io::Result<()> {
    if !folder.exists() {
        fs::create_dir_all(folder)?;
        fs::set_permissions(folder, Permissions::from_mode(0o755))?;
    }
    let beside = path.with_extension(format!("{}.tmp", std::process::id()));
    let written = (|| {
        let mut file = File::create(&beside)?;
        file.set_permissions(Permissions::from_mode(0o644))?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&beside, path)?;
        File::open(folder)?.sync_all()
    })();
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written
}
