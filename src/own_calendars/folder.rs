//! The folder: one file a calendar, `ID.txt`.

use std::{
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
};

use thiserror::Error;

use crate::calendar::{Almanac, HolidayFile};

/// All calendars as a folder has them: the shipped ones, with the authority's own files over them.
#[derive(Clone, Debug)]
pub struct OwnCalendars {
    /// The folder. One that does not exist is the same as an empty one.
    pub folder: PathBuf,
    /// The calendars. A file with a mistake is left out.
    pub almanac: Almanac,
    /// What is wrong with the folder or its files, each with the file's path; empty when all is well.
    pub faults: Vec<String>,
}

/// Own files that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{}", faults.join("\n"))]
pub struct CalendarFaults {
    /// What is wrong, each with the file's path.
    pub faults: Vec<String>,
}

impl OwnCalendars {
    /// Reads the folder as it is now. What is in order is taken whatever else is wrong.
    pub fn read(folder: &Path) -> OwnCalendars {
        let mut own = OwnCalendars { folder: folder.to_owned(), almanac: Almanac::default(), faults: Vec::new() };
        let unreadable = |path: &Path, error| format!("cannot read the calendars in {}: {error}", path.display());
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return own,
            Err(error) => {
                own.faults.push(unreadable(folder, error));
                return own;
            }
        };
        let mut paths = Vec::new();
        for entry in entries {
            match entry {
                Ok(entry) => paths.push(entry.path()),
                Err(error) => own.faults.push(unreadable(folder, error)),
            }
        }
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "txt"));
        paths.sort();
        let mut files = Vec::new();
        for path in paths {
            match parse(&path) {
                Ok(file) => files.push(file),
                Err(why) => own.faults.push(format!("{}: {why}", path.display())),
            }
        }
        // Days over a union, or a union of what is not there, show only when all files are in.
        let mut all = Almanac::default();
        files.iter().cloned().for_each(|file| all.add(file));
        for file in files {
            match all.holidays(&file.calendar) {
                Ok(_) => own.almanac.add(file),
                Err(error) => own.faults.push(format!("{}: {error}", own.path(&file.calendar).display())),
            }
        }
        own
    }

    /// The calendars, if nothing is wrong with any file.
    pub fn sound(self) -> Result<Almanac, CalendarFaults> {
        if self.faults.is_empty() { Ok(self.almanac) } else { Err(CalendarFaults { faults: self.faults }) }
    }

    /// The file of a calendar, whether it exists or not.
    pub fn path(&self, id: &str) -> PathBuf {
        self.folder.join(format!("{id}.txt"))
    }

    /// Which files a calendar's days come from, in words.
    pub fn files_of(&self, id: &str) -> String {
        let members = self.almanac.union_of(id);
        if !members.is_empty() {
            let members: Vec<_> =
                members.iter().map(|member| format!("{member} ({})", self.files_of(member))).collect();
            return format!("the union of {}", members.join(", "));
        }
        let Some(own) = self.almanac.own(id) else { return "shipped".to_owned() };
        let path = self.path(id);
        match (crate::calendar::Holidays::shipped(id), own.days.len()) {
            (None, _) => format!("of {}", path.display()),
            (Some(_), 1) => format!("shipped, with 1 day of {}", path.display()),
            (Some(_), days) => format!("shipped, with {days} days of {}", path.display()),
        }
    }
}

fn parse(path: &Path) -> Result<HolidayFile, String> {
    let id = path.file_stem().and_then(|stem| stem.to_str()).ok_or("its name is no calendar's: rename it")?;
    let text = fs::read_to_string(path).map_err(|error| error.to_string())?;
    HolidayFile::parse(id, &text).map_err(|error| error.to_string())
}
