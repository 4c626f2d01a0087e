//! A letter put into words.
//!
//! Owns the way from letter to message. Must not know what the words are.

use thiserror::Error;

use super::{
    Composed, Letter, TemplateError, Templates,
    templates::{HTML, TEXT},
    view,
    wrap::wrap,
};

/// Why a letter has no words.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum ComposeError {
    /// It has no lines.
    #[error("the letter has no lines, so there is nothing to say; do not send it")]
    NothingToSay,
    /// A template failed on it. The shipped templates do not, so fall back on those rather than stay silent.
    #[error(transparent)]
    Template(#[from] TemplateError),
}

/// Puts a letter into words: a subject that counts, a text part and an HTML part that say the same, worst first.
pub fn compose(letter: &Letter, templates: &Templates) -> Result<Composed, ComposeError> {
    if letter.lines.is_empty() {
        return Err(ComposeError::NothingToSay);
    }
    let view = view::view(letter);
    Ok(Composed {
        text: wrap(&templates.render(TEXT, &view)?),
        html: templates.render(HTML, &view)? + "\n",
        subject: view.subject,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        message::sample::{letter, line},
        procedure::NoticeKind,
    };

    #[test]
    fn a_letter_without_lines_is_not_sent() {
        let empty = letter(vec![]);
        assert_eq!(compose(&empty, &Templates::shipped().unwrap()), Err(ComposeError::NothingToSay));
    }

    #[test]
    fn the_first_line_is_the_worst_and_its_day_follows() {
        let letter = letter(vec![line(NoticeKind::Reminder, "C-1"), line(NoticeKind::Due, "C-2")]);
        let message = compose(&letter, &Templates::shipped().unwrap()).unwrap();
        assert!(
            message.text.starts_with(
                "DUE NOW: Do the sample task\nReference C-2: by Thursday 5 November 2026, 3 working days left.\n"
            ),
            "{}",
            message.text
        );
    }

    #[test]
    fn what_is_not_listed_is_said() {
        let mut letter = letter(vec![line(NoticeKind::Due, "C-1")]);
        letter.folded = 12;
        let message = compose(&letter, &Templates::shipped().unwrap()).unwrap();
        assert_eq!(message.subject, "Casework: 1 due now, 12 more");
        assert!(message.text.contains("12 more matters are not listed here."));
    }
}
