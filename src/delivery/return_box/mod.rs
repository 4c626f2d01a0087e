//! Where mail that comes back is put for us: a Maildir, or an mbox file.
//!
//! Owns the reading of both, a bounded part at a time, and what must be remembered so that no mail is read twice ([`Look::marks`]).
//! A mail server puts the mail there, or a program such as getmail, fetchmail or mbsync: nothing here speaks to a server. Must not
//! know a ledger, nor which reports are believed. Nobody's mail is ever deleted or written.

mod maildir;
mod mbox;

use std::{collections::BTreeMap, io, path::PathBuf};

use chrono::{DateTime, Utc};

use super::Report;

/// What was read before, as [`Look::marks`] gave it.
pub type Marks = BTreeMap<String, i64>;

/// A place where mail is put for us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReturnBox {
    /// A folder with `new` and `cur`, a mail a file.
    Maildir(PathBuf),
    /// One file with one mail after another.
    Mbox(PathBuf),
}

/// What one look at it came to.
#[derive(Debug, Default)]
pub struct Look {
    /// The reports that were not read before, each with the mail's own name where it has one.
    pub reports: Vec<(String, Report)>,
    /// What is to be remembered from now on: of a Maildir each mail's name, of an mbox how far it was read, and what stands there.
    pub marks: Marks,
    /// What need not be remembered any more.
    pub gone: Vec<String>,
    /// What went wrong, each in one sentence that names no mail.
    pub faults: Vec<String>,
}

impl ReturnBox {
    /// How it is called, in messages and where its marks are kept.
    pub fn place(&self) -> String {
        let (ReturnBox::Maildir(path) | ReturnBox::Mbox(path)) = self;
        path.display().to_string()
    }

    /// Reads what was not read before, on messages whose ids end in this domain. The error is for whoever set it up.
    pub fn look(&self, marks: &Marks, message_id_domain: &str, now: DateTime<Utc>) -> Result<Look, String> {
        let looked = match self {
            ReturnBox::Maildir(path) => maildir::look(path, marks, message_id_domain),
            ReturnBox::Mbox(path) => mbox::look(path, marks, message_id_domain, now),
        };
        looked.map_err(|error| self.unreadable(&error))
    }

    /// Shows whoever looks into the box with a mail program that these mails have been read. Nothing depends on it.
    pub fn mark_seen(&self, names: &[String]) -> io::Result<()> {
        match self {
            ReturnBox::Maildir(path) => maildir::mark_seen(path, names),
            ReturnBox::Mbox(_) => Ok(()),
        }
    }

    /// Whether it can be read.
    pub fn test(&self) -> Result<(), String> {
        let tested = match self {
            ReturnBox::Maildir(path) => maildir::test(path),
            ReturnBox::Mbox(path) => mbox::test(path),
        };
        tested.map_err(|error| self.unreadable(&error))
    }

    fn unreadable(&self, error: &io::Error) -> String {
        let place = self.place();
        match self {
            ReturnBox::Maildir(_) => format!(
                "cannot read the mail that came back in {place}: {error}; mail.returns.maildir names a folder with the folders new \
                 and cur, which this user may read"
            ),
            ReturnBox::Mbox(_) => format!(
                "cannot read the mail that came back in {place}: {error}; mail.returns.mbox names a file that this user may read"
            ),
        }
    }
}
