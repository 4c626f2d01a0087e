//! Messages: the notices for one person, bundled and put into words.
//!
//! Owns the wording, in plain text and HTML, and the calendar file. Must not know how anything was decided, how mail is
//! sent, or more of a child than the reference it is given. What it is handed is final: it never computes a date or asks who else is told.

mod clean;
mod compose;
mod draft;
mod fields;
mod fold;
mod ical;
mod letter;
mod lookups;
mod matter;
mod proof;
mod rank;
mod sample;
mod subject;
mod template_error;
mod templates;
mod view;
mod wrap;

pub use compose::{ComposeError, compose};
pub use draft::{Matter, Stationery, draft};
pub use ical::dates;
pub use letter::{Composed, Folded, Letter, Line};
pub use template_error::TemplateError;
pub use templates::Templates;
