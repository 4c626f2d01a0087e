//! A Maildir: each mail a file, its name unique for ever, what a mail program noted of it behind a colon.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{self, ErrorKind, Read},
    path::{Path, PathBuf},
};

use super::{Look, Marks};
use crate::delivery::{LARGEST_REPORT, Report};

/// So many mails are read at a time, and so many bytes: the rest at the next look.
const MOST_MAILS: usize = 500;
const MOST_BYTES: usize = 64 * 1024 * 1024;

pub(super) fn test(folder: &Path) -> io::Result<()> {
    files(folder).map(drop)
}

/// Reads the files whose names are not known yet.
pub(super) fn look(folder: &Path, known: &Marks, message_id_domain: &str) -> io::Result<Look> {
    let mut look = Look::default();
    let (mut bytes, mut unreadable) = (0, 0);
    let mut there = BTreeSet::new();
    for (name, path) in files(folder)? {
        // A mail program may just have moved it from one folder to the other.
        let new = there.insert(name.clone()) && !known.contains_key(&name);
        if !new || look.marks.len() >= MOST_MAILS || bytes >= MOST_BYTES {
            continue;
        }
        match read(&path) {
            Ok(mail) => {
                bytes += mail.len();
                look.reports.extend(Report::read(&mail, message_id_domain).map(|report| (name.clone(), report)));
                look.marks.insert(name, 0);
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(_) => unreadable += 1,
        }
    }
    if unreadable > 0 {
        let place = folder.display();
        look.faults.push(format!("cannot read {unreadable} of the mails in {place}; let this user read them"));
    }
    look.gone = known.keys().filter(|name| !there.contains(*name)).cloned().collect();
    Ok(look)
}

/// One byte more than is read of a report tells that it is too large to be one.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut mail = Vec::new();
    File::open(path)?.take(LARGEST_REPORT as u64 + 1).read_to_end(&mut mail)?;
    Ok(mail)
}

/// The mails by their unique names, in the order in which they came as far as names tell.
fn files(folder: &Path) -> io::Result<Vec<(String, PathBuf)>> {
    let mut files = Vec::new();
    for part in ["new", "cur"] {
        for entry in fs::read_dir(folder.join(part))? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let unique = name.split(':').next().unwrap_or_default();
            // No link and no pipe: only what a mail server wrote here.
            if !unique.is_empty() && !name.starts_with('.') && entry.file_type()?.is_file() {
                files.push((unique.to_owned(), entry.path()));
            }
        }
    }
    files.sort();
    Ok(files)
}

/// Moves them to `cur` with the flag `S`, which says that they have been seen.
pub(super) fn mark_seen(folder: &Path, names: &[String]) -> io::Result<()> {
    let names: BTreeSet<&String> = names.iter().collect();
    if names.is_empty() {
        return Ok(());
    }
    for (unique, path) in files(folder)?.into_iter().filter(|(unique, _)| names.contains(unique)) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let flags = name.split_once(":2,").map_or("", |(_, flags)| flags);
        let seen: BTreeSet<char> = flags.chars().chain(['S']).collect();
        let target = folder.join("cur").join(format!("{unique}:2,{}", seen.into_iter().collect::<String>()));
        if target == path || target.exists() {
            continue;
        }
        match fs::rename(&path, &target) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}
