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
    /// It has no lines, and counts none.
    #[error("the letter has no lines and counts none, so there is nothing to say; do not send it")]
    NothingToSay,
    /// A template failed on it. The shipped templates do not, so fall back on those rather than stay silent.
    #[error(transparent)]
    Template(#[from] TemplateError),
}

/// Puts a letter into words: a subject that counts, a text part and an HTML part that say the same, worst first.
pub fn compose(letter: &Letter, templates: &Templates) -> Result<Composed, ComposeError> {
    if letter.lines.is_empty() && letter.folded.is_empty() {
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
        message::{
            Folded,
            sample::{date, letter, line},
        },
        procedure::NoticeKind,
    };

    #[test]
    fn a_letter_without_lines_is_not_sent() {
        let empty = letter(vec![]);
        assert_eq!(compose(&empty, &Templates::shipped().unwrap()), Err(ComposeError::NothingToSay));
    }

    #[test]
    fn a_number_alone_is_a_message() {
        let mut counted = letter(vec![]);
        counted.folded = vec![Folded {
            kind: NoticeKind::Counted,
            title: "Counted Rule".into(),
            ask: "Do the counted task".into(),
            due_on: date(2026, 10, 30),
            count: 1,
            references: vec!["C-3".into()],
        }];
        let message = compose(&counted, &Templates::shipped().unwrap()).unwrap();
        assert_eq!(message.subject, "Casework: 1 with staff");
        for said in [message.text.replace('\n', " "), message.html] {
            assert!(said.contains("C-3") && said.contains("30 October 2026"), "{said}");
        }
    }

    #[test]
    fn one_matter_says_what_for_whom_and_by_when_at_once() {
        let message = compose(&letter(vec![line(NoticeKind::Due, "C-2")]), &Templates::shipped().unwrap()).unwrap();
        let first = "DUE NOW: Do the sample task\nReference C-2: by Thursday 5 November 2026, 3 working days left.\n";
        assert!(message.text.starts_with(first), "{}", message.text);
        assert_eq!(message.text.matches("Do the sample task").count(), 1);
        assert_eq!(message.text.matches("5 November 2026").count(), 1);
    }

    #[test]
    fn of_several_the_worst_comes_first_and_none_is_told_twice() {
        let letter = letter(vec![line(NoticeKind::Reminder, "C-1"), line(NoticeKind::Due, "C-2")]);
        let message = compose(&letter, &Templates::shipped().unwrap()).unwrap();
        assert!(message.text.starts_with("1 due now, 1 due soon; 2 children."), "{}", message.text);
        assert_eq!(message.text.matches("Do the sample task").count(), 2);
        assert!(message.text.find("C-2") < message.text.find("C-1"));
    }

    #[test]
    fn what_is_not_told_in_full_is_counted_with_its_references() {
        let mut letter = letter(vec![line(NoticeKind::Due, "C-1")]);
        letter.folded = vec![Folded {
            kind: NoticeKind::Reminder,
            title: "Counted Rule".into(),
            ask: "Do the counted task".into(),
            due_on: date(2026, 11, 9),
            count: 12,
            references: vec!["C-3".into(), "C-4".into()],
        }];
        let message = compose(&letter, &Templates::shipped().unwrap()).unwrap();
        assert_eq!(message.subject, "Casework: 1 due now, 12 due soon");
        let counted = "12 due soon:\n  - Do the counted task, by Monday 9 November 2026: C-3 and C-4\n";
        assert!(message.text.contains(counted), "{}", message.text);
    }
}
