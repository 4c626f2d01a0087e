//! An authority's own directory on disk: a folder of CSV files, or one TOML file.
//!
//! Owns how they are read, how large they may be, and which of two readings is in force. Must not know what stands in them:
//! `directory::Tables` reads that.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::Read as _,
    path::{Path, PathBuf},
};

use crate::directory::{Table, Tables};

/// The largest file that is read. Twenty thousand people take less than two million bytes.
const LARGEST: u64 = 4 * 1024 * 1024;

/// The files as they were last read well.
#[derive(Clone, Debug, Default)]
pub struct OwnDirectory {
    /// The file or the folder; none where the views alone are read.
    path: Option<PathBuf>,
    /// What stood there when it was last read without a mistake.
    tables: Option<Tables>,
    /// What is wrong with it now, each with the file's path; empty when all is well.
    pub faults: Vec<String>,
}

impl OwnDirectory {
    /// Reads the files as they are now.
    pub fn read(path: Option<&Path>) -> OwnDirectory {
        let mut own = OwnDirectory { path: path.map(Path::to_owned), ..OwnDirectory::default() };
        own.reread();
        own
    }

    /// Reads them again. A mistake in any of them leaves all as they were: half a directory would send what is one person's
    /// to another.
    pub fn reread(&mut self) {
        let Some(path) = &self.path else { return };
        match tables(path) {
            Ok(tables) => (self.tables, self.faults) = (Some(tables), Vec::new()),
            Err(faults) => self.faults = faults,
        }
    }

    /// The tables in force. `Ok(None)`: there are no files, and the views alone count. `Err` with what is wrong: there are
    /// files, and none of this process's readings went well.
    pub fn in_force(&self) -> Result<Option<&Tables>, String> {
        match (&self.path, &self.tables) {
            (None, _) => Ok(None),
            (Some(_), Some(tables)) => Ok(Some(tables)),
            (Some(_), None) => Err(self.wrong().unwrap_or_default()),
        }
    }

    /// How many rows of a table are in force from the files, if they give it.
    pub fn rows(&self, table: Table) -> Option<usize> {
        self.tables.as_ref()?.rows(table)
    }

    /// What to say while an earlier reading is held to.
    pub fn held(&self) -> Option<String> {
        let wrong = self.wrong().filter(|_| self.tables.is_some())?;
        Some(format!("the directory stays as it was last read: {wrong}"))
    }

    /// What is wrong, in one line.
    fn wrong(&self) -> Option<String> {
        let (first, rest) = self.faults.split_first()?;
        let more = if rest.is_empty() { "" } else { "; `duewatch check` says what else is wrong" };
        Some(format!("{first}{more}"))
    }

    /// Where a table comes from, in words.
    pub fn origin(&self, table: Table) -> String {
        match (&self.path, self.rows(table)) {
            (Some(path), Some(_)) if is_toml(path) => path.display().to_string(),
            (Some(path), Some(_)) => path.join(format!("{}.csv", table.name())).display().to_string(),
            _ => format!("dw_{}", table.name()),
        }
    }
}

fn is_toml(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "toml")
}

fn tables(path: &Path) -> Result<Tables, Vec<String>> {
    if is_toml(path) {
        let bytes = bytes(path).map_err(|fault| vec![fault])?;
        return Tables::from_toml(&path.display().to_string(), &bytes).map_err(|mistakes| said(&mistakes.0));
    }
    let (mut files, mut faults) = (BTreeMap::new(), Vec::new());
    let unreadable = |error: std::io::Error| vec![format!("cannot read the folder {}: {error}", path.display())];
    for entry in fs::read_dir(path).map_err(unreadable)? {
        let file = entry.map_err(unreadable)?.path();
        // Whatever ends otherwise (a note, a copy under way) is somebody else's.
        let Some(name) = file.file_name().and_then(|name| name.to_str()) else { continue };
        if !name.to_ascii_lowercase().ends_with(".csv") {
            continue;
        }
        match bytes(&file) {
            Ok(bytes) => drop(files.insert(name.to_owned(), bytes)),
            Err(fault) => faults.push(fault),
        }
    }
    if files.is_empty() && faults.is_empty() {
        let names = Table::ALL.map(|table| format!("{}.csv", table.name()));
        faults.push(format!("the folder {} holds none of {}", path.display(), names.join(", ")));
    }
    match Tables::from_csv(&files) {
        Ok(tables) if faults.is_empty() => Ok(tables),
        Ok(_) => Err(faults),
        Err(mistakes) => {
            faults.extend(said(&mistakes.0).into_iter().map(|mistake| format!("{}/{mistake}", path.display())));
            Err(faults)
        }
    }
}

fn said(mistakes: &[crate::directory::Mistake]) -> Vec<String> {
    mistakes.iter().map(ToString::to_string).collect()
}

fn bytes(path: &Path) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes));
    match read {
        Err(error) => Err(format!("cannot read {}: {error}", path.display())),
        Ok(_) if bytes.len() as u64 > LARGEST => {
            Err(format!("{} is larger than {LARGEST} bytes, so it is no directory", path.display()))
        }
        Ok(_) => Ok(bytes),
    }
}
