//! What is wrong with a template, for whoever wrote it: which file, which line, which column.
//!
//! Must not quote a letter: what a template was filled with never reaches an error.

use minijinja::{Error, ErrorKind};
use thiserror::Error;

use super::lookups::Outside;

/// A template that cannot be used, and what to change. It quotes templates, never a letter.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum TemplateError {
    /// A file that nothing would read.
    #[error("there is no template `{named}`; the templates are: message.html.j2, message.txt.j2, words.j2")]
    Unknown {
        /// The file's name.
        named: String,
    },
    /// A field outside the list of those a message may show.
    #[error(
        "template `{template}`, line {line}, column {column}: `{expression}` is no field a message may show; correct the \
         name or take it out"
    )]
    Field {
        /// The file's name.
        template: String,
        /// The line, counted from 1.
        line: usize,
        /// The character in that line, counted from 1.
        column: usize,
        /// What stands there.
        expression: String,
    },
    /// The template cannot be read or carried out.
    #[error("template `{template}`, line {line}, column {column}: {fault}")]
    Broken {
        /// The file's name.
        template: String,
        /// The line, counted from 1.
        line: usize,
        /// The character in that line, counted from 1.
        column: usize,
        /// What is wrong.
        fault: String,
    },
    /// The template leaves out what every message must say.
    #[error("template `{template}` leaves out {what} in a message of kind `{kind}`; every message must say it")]
    Omits {
        /// The file's name.
        template: String,
        /// What is missing.
        what: String,
        /// The kind of notice it was tried on.
        kind: &'static str,
    },
    /// The template does what no message may do.
    #[error("template `{template}` {what}; take it out")]
    Unsafe {
        /// The file's name.
        template: String,
        /// What it does.
        what: String,
    },
}

pub(super) fn refused(name: &str, source: &str, found: Outside) -> TemplateError {
    let (from, to) = (offset(found.at.start_offset), offset(found.at.end_offset));
    let (line, column) = position(source, from);
    let template = name.to_owned();
    if let Some(fault) = found.why {
        return TemplateError::Broken { template, line, column, fault };
    }
    let expression = source.get(from..to).unwrap_or_default().trim().to_owned();
    TemplateError::Field { template, line, column, expression }
}

fn offset(bytes: u32) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}

/// The line and the character in it, both counted from 1.
fn position(source: &str, offset: usize) -> (usize, usize) {
    let before = source.get(..offset).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    (before.matches('\n').count() + 1, line.chars().count() + 1)
}

/// An error of the engine in words for whoever wrote the template. The engine's own detail may hold values of a letter, so
/// only that of a syntax error, which comes from the template, is passed on.
pub(super) fn told(error: &Error, name: &str) -> TemplateError {
    let mut at = error;
    while let Some(inner) = std::error::Error::source(at).and_then(|source| source.downcast_ref::<Error>()) {
        at = inner;
    }
    let template = at.name().unwrap_or(name).to_owned();
    let begins = at.template_source().zip(at.range()).map(|(source, range)| position(source, range.start));
    let (line, column) = begins.unwrap_or((at.line().unwrap_or(1), 1));
    let expression = at
        .template_source()
        .and_then(|source| source.get(at.range()?).or_else(|| source.lines().nth(line.saturating_sub(1))))
        .unwrap_or_default()
        .trim()
        .to_owned();
    match at.kind() {
        ErrorKind::UndefinedError => TemplateError::Field { template, line, column, expression },
        ErrorKind::SyntaxError => TemplateError::Broken {
            template,
            line,
            column,
            fault: format!("it cannot be read: {}", at.detail().unwrap_or("its syntax is wrong")),
        },
        kind => TemplateError::Broken { template, line, column, fault: format!("{kind} in `{expression}`") },
    }
}
