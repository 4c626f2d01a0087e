//! An mbox file: one mail after another, each begun by a line `From ...` after an empty one. It is only read.
//!
//! How far it was read is remembered together with a hash of what stands before that place. Where something else stands there now,
//! the file was emptied, rotated or written anew by a mail program, and is read from its beginning: a report that is read twice
//! changes nothing.

use std::{
    fs::{self, File},
    io::{self, ErrorKind, Read, Seek, SeekFrom},
    path::Path,
};

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};

use super::{Look, Marks};
use crate::delivery::{LARGEST_REPORT, Report};

/// So much of the file is read at a time. A mail that is larger is passed over.
const WINDOW: usize = LARGEST_REPORT + 4 * 1024 * 1024;
/// So much before a place is hashed.
const BEFORE: u64 = 4096;
/// Whoever writes a mail has ended it by then.
const SETTLED_AFTER: TimeDelta = TimeDelta::minutes(1);

pub(super) fn test(path: &Path) -> io::Result<()> {
    match open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound && path.parent().is_some_and(Path::is_dir) => Ok(()),
        opened => opened.map(drop),
    }
}

/// Reads the mails behind the place that is marked. The last one may still be growing: it is read again until nobody has written
/// for a minute.
pub(super) fn look(path: &Path, marks: &Marks, message_id_domain: &str, now: DateTime<Utc>) -> io::Result<Look> {
    let mut look = Look::default();
    let mut file = match open(path) {
        // Mail servers make it with the first mail.
        Err(error) if error.kind() == ErrorKind::NotFound => return test(path).map(|()| look),
        opened => opened?,
    };
    let meta = file.metadata()?;
    let mut begin = 0;
    for (name, upto) in marks {
        let upto = u64::try_from(*upto).unwrap_or(0);
        if upto <= meta.len() && hash_before(&mut file, upto)? == *name {
            begin = upto;
        }
    }
    file.seek(SeekFrom::Start(begin))?;
    let mut window = Vec::new();
    (&mut file).take(WINDOW as u64).read_to_end(&mut window)?;
    let at_end = window.len() < WINDOW;

    let starts = starts(&window);
    let ends = starts.iter().copied().skip(1).chain((at_end && window.ends_with(b"\n")).then_some(window.len()));
    for (start, end) in starts.iter().copied().zip(ends) {
        let mail = &window[start..end];
        let line = mail.iter().position(|byte| *byte == b'\n').map_or(mail.len(), |at| at + 1);
        let report = Report::read(&mail[line..], message_id_domain);
        look.reports.extend(report.map(|report| (String::new(), report)));
    }
    let settled = meta.modified().is_ok_and(|at| now - DateTime::<Utc>::from(at) >= SETTLED_AFTER);
    let done = match (at_end, starts.as_slice()) {
        (true, _) if settled => window.len(),
        (true, [.., last]) | (false, [_, .., last]) => *last,
        (true, []) => 0,
        // One mail fills the window: what begins within the last bytes is seen from the next.
        (false, _) => window.len() - SEPARATOR.len(),
    };
    let upto = begin + done as u64;
    if upto > 0 {
        look.marks.insert(hash_before(&mut file, upto)?, i64::try_from(upto).unwrap_or(i64::MAX));
    }
    look.gone = marks.keys().filter(|name| !look.marks.contains_key(*name)).cloned().collect();
    Ok(look)
}

fn open(path: &Path) -> io::Result<File> {
    // Opening a pipe would wait for whoever writes to it.
    if fs::metadata(path)?.is_file() {
        File::open(path)
    } else {
        Err(io::Error::new(ErrorKind::InvalidInput, "it is not a file"))
    }
}

const SEPARATOR: &[u8] = b"\r\n\r\nFrom ";

/// Where mails begin.
fn starts(window: &[u8]) -> Vec<usize> {
    let mut starts = Vec::new();
    let (mut at, mut after_empty) = (0, true);
    for line in window.split_inclusive(|byte| *byte == b'\n') {
        if after_empty && line.starts_with(b"From ") {
            starts.push(at);
        }
        after_empty = line.trim_ascii_end().is_empty();
        at += line.len();
    }
    starts
}

fn hash_before(file: &mut File, upto: u64) -> io::Result<String> {
    let from = upto.saturating_sub(BEFORE);
    file.seek(SeekFrom::Start(from))?;
    let mut before = Vec::new();
    file.take(upto - from).read_to_end(&mut before)?;
    Ok(format!("{:x}", Sha256::digest(&before)))
}
