//! Problems of a procedure file: where, what, and what was meant.
//!
//! Owns the words and the caret under the offending token. Must not know the language: what is a mistake is for `parse`
//! to say.

use std::{
    cell::{Cell, RefCell},
    fmt,
    ops::Range,
};

use thiserror::Error;

use crate::shown::{SENTENCE, Shown};

/// How many problems are told at once. Whoever has mended so many knows what to do, and a file that is none has one in each word.
const TOLD: usize = 100;

/// One mistake in a procedure file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file's name, as the caller gave it.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// The column in characters, counted from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// What was meant, or what to do. May be empty.
    pub help: String,
    /// The line itself; empty where it is longer than a person reads.
    excerpt: String,
    /// How many characters of it are meant.
    width: usize,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.message)?;
        let number = self.line.to_string();
        let margin = " ".repeat(number.len());
        if !self.excerpt.is_empty() {
            // Tabs stay tabs, so that the caret stands under its token at any tab width.
            let indent: String =
                self.excerpt.chars().take(self.column - 1).map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
            write!(f, "\n{margin} |\n{number} | {}\n{margin} | {indent}{}", self.excerpt, "^".repeat(self.width))?;
        }
        if !self.help.is_empty() {
            write!(f, "\n{margin} = {}", self.help)?;
        }
        Ok(())
    }
}

/// Every mistake found in a procedure file, a hundred at most, in the order of the file. Never empty.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for problem in &self.0 {
            write!(f, "{problem}\n\n")?;
        }
        match self.0.len() {
            1 => write!(f, "1 problem"),
            count => write!(f, "{count} problems"),
        }
    }
}

/// A file's text, and what was found wrong with it so far.
pub(super) struct Log<'a> {
    file: &'a str,
    text: &'a str,
    problems: RefCell<Vec<Problem>>,
    /// Something was found beyond those that are told.
    beyond: Cell<bool>,
}

impl<'a> Log<'a> {
    pub(super) fn new(file: &'a str, text: &'a str) -> Log<'a> {
        Log { file, text, problems: RefCell::default(), beyond: Cell::new(false) }
    }

    /// Notes a problem at that place of the text. The same one at the same place is noted once, because a ladder is
    /// looked at again for every rule that uses it.
    pub(super) fn problem(&self, at: &Range<usize>, message: impl Into<String>, help: impl Into<String>) {
        if self.problems.borrow().len() >= TOLD {
            self.beyond.set(true);
            return;
        }
        let start = self.boundary(at.start);
        let before = self.text.get(..start).unwrap_or("");
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let excerpt = self.text.get(line_start..).unwrap_or("").lines().next().unwrap_or("");
        let column = before.get(line_start..).unwrap_or("").chars().count() + 1;
        let to_the_end = (excerpt.chars().count() + 1).saturating_sub(column);
        let meant = self.text.get(start..self.boundary(at.end)).unwrap_or("").chars().count();
        let problem = Problem {
            file: self.file.into(),
            line: self.line(start),
            column,
            message: Shown(&message.into(), SENTENCE).to_string(),
            help: help.into(),
            excerpt: if excerpt.chars().nth(SENTENCE).is_some() { String::new() } else { excerpt.into() },
            width: meant.min(to_the_end).max(1),
        };
        let mut problems = self.problems.borrow_mut();
        let known = |other: &Problem| {
            (other.line, other.column, &other.message) == (problem.line, problem.column, &problem.message)
        };
        if !problems.iter().any(known) {
            problems.push(problem);
        }
    }

    /// The line of that offset, counted from 1.
    pub(super) fn line(&self, offset: usize) -> usize {
        self.text.get(..self.boundary(offset)).unwrap_or("").matches('\n').count() + 1
    }

    /// Whether nothing was found wrong so far.
    pub(super) fn is_clean(&self) -> bool {
        self.problems.borrow().is_empty()
    }

    /// What was found, in the order of the file.
    pub(super) fn into_problems(self) -> Problems {
        let mut problems = self.problems.into_inner();
        problems.sort_by_key(|problem| (problem.line, problem.column));
        if let Some(last) = problems.last().filter(|_| self.beyond.get()).cloned() {
            let message = format!("only {TOLD} problems are told at once");
            let help = "mend them, and check again".to_owned();
            problems.push(Problem { message, help, excerpt: String::new(), ..last });
        }
        Problems(problems)
    }

    /// An offset that cuts no character in two.
    fn boundary(&self, offset: usize) -> usize {
        self.text.floor_char_boundary(offset)
    }
}
