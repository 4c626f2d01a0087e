//! What is wrong with a directory file, in words for whoever keeps it.
//!
//! Owns the form: file, line, column, what is wrong and what was meant. What a cell holds is never repeated: it could be
//! a name.

use std::fmt;

use thiserror::Error;

/// One mistake.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mistake {
    /// The file's name.
    pub file: String,
    /// The line, counted from 1; none where the whole file is meant.
    pub line: Option<usize>,
    /// The column, where one is meant.
    pub column: Option<&'static str>,
    /// What is wrong, and what to do.
    pub what: String,
}

/// Every mistake of a directory's files, in their order. Never empty.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub struct Mistakes(pub Vec<Mistake>);

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ", line {line}")?;
        }
        if let Some(column) = self.column {
            write!(f, ", {column}")?;
        }
        write!(f, ": {}", self.what)
    }
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self.0.iter().map(Mistake::to_string).collect();
        f.write_str(&lines.join("\n"))
    }
}

/// How many mistakes of one file are kept. A file of another kind has one in each line, and they would take a hundred times the
/// memory that it does.
pub(super) const KEPT: usize = 10_000;

/// A file's name, and what was found wrong with it so far.
pub(super) struct Log<'a> {
    pub(super) file: &'a str,
    pub(super) mistakes: Vec<Mistake>,
}

impl<'a> Log<'a> {
    pub(super) fn new(file: &'a str) -> Log<'a> {
        Log { file, mistakes: Vec::new() }
    }

    /// Something is wrong with the whole file.
    pub(super) fn whole(&mut self, what: impl Into<String>) {
        self.add(None, None, what);
    }

    /// Something is wrong with a line.
    pub(super) fn line(&mut self, line: usize, what: impl Into<String>) {
        self.add(Some(line), None, what);
    }

    /// Something is wrong with a cell.
    pub(super) fn cell(&mut self, line: usize, column: &'static str, what: impl Into<String>) {
        self.add(Some(line), Some(column), what);
    }

    fn add(&mut self, line: Option<usize>, column: Option<&'static str>, what: impl Into<String>) {
        if self.mistakes.len() < KEPT {
            self.mistakes.push(Mistake { file: self.file.to_owned(), line, column, what: what.into() });
        }
    }
}
