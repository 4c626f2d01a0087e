//! Reading a children in need census return, as a stream.
//!
//! Owns the shape of a return (2017 to 2026: the elements named in `shape`, all others passed over) and what a hostile or
//! broken file may cost: a bounded piece of it is held at a time, whatever its size, its depth or its entities. Must not
//! judge a date (`measure` does) and keeps nothing of who a child is: identifiers, names and birth dates are never read
//! out of the stream, and a fault names a line.

mod capped;
mod element;
mod error;
mod fault;
mod gather;
mod record;

pub use error::CinError;
pub use fault::{FAULTS_NAMED, Fault, Faults, What};
pub use gather::{AsOf, Return};

use std::io::Read;

use quick_xml::{Reader, events::Event};

use self::{
    capped::{Capped, PIECE_BYTES},
    element::Element,
    gather::Gatherer,
};
use super::Window;
use crate::calendar::Calendar;

/// How deep elements may lie in one another. A return needs eight levels.
pub const LEVELS: usize = 64;

/// Reads a whole return and counts what fell due in those months. A file that is refused has no result at all.
pub fn read(input: impl Read, calendar: &Calendar, window: Window) -> Result<Return, CinError> {
    let mut reader = Reader::from_reader(Capped::new(input)?);
    reader.config_mut().expand_empty_elements = true;
    let mut walk =
        Walk { stack: Vec::new(), ended: false, text: String::new(), gatherer: Gatherer::new(calendar, window) };
    let mut piece = Vec::new();
    loop {
        piece.clear();
        reader.get_mut().allow_piece();
        let event = match reader.read_event_into(&mut piece) {
            Ok(event) => event,
            Err(error) => return Err(reader.get_ref().explain(&error, walk.stack.is_empty() && !walk.ended)),
        };
        let line = reader.get_ref().line();
        if matches!(event, Event::Eof) {
            return walk.finish(line);
        }
        walk.take(&event, line)?;
    }
}

/// Where the reading stands.
struct Walk<'a> {
    /// The open elements, the root first.
    stack: Vec<Element>,
    /// The root has been closed.
    ended: bool,
    /// The text of the innermost element, if that is one whose text is needed.
    text: String,
    gatherer: Gatherer<'a>,
}

impl Walk<'_> {
    fn take(&mut self, event: &Event, line: u64) -> Result<(), CinError> {
        match event {
            Event::Start(tag) => self.open(tag.local_name().as_ref(), line),
            Event::End(_) => self.close(line),
            Event::Text(text) => self.text(text, line),
            Event::CData(text) => self.text(text, line),
            Event::GeneralRef(name) => {
                let character = standard(name).ok_or(CinError::Entity { line })?;
                self.text(character.encode_utf8(&mut [0; 4]), line)
            }
            Event::DocType(_) => Err(CinError::Dtd { line }),
            Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::Eof => Ok(()),
        }
    }

    fn open(&mut self, name: &str, line: u64) -> Result<(), CinError> {
        let element = match self.stack.last() {
            None if self.ended => return Err(CinError::NotWellFormed { line }),
            None if name != "Message" => return Err(CinError::WrongRoot { line }),
            None => Element::Message,
            Some(parent) => parent.child(name),
        };
        if self.stack.len() >= LEVELS {
            return Err(CinError::TooDeep { line });
        }
        self.stack.push(element);
        self.text.clear();
        self.gatherer.open(element, line);
        Ok(())
    }

    fn close(&mut self, line: u64) -> Result<(), CinError> {
        // The reader refuses an end without a start.
        if let Some(element) = self.stack.pop() {
            self.gatherer.close(element, &self.text, line)?;
        }
        self.text.clear();
        self.ended = self.stack.is_empty();
        Ok(())
    }

    fn text(&mut self, text: &str, line: u64) -> Result<(), CinError> {
        match self.stack.last() {
            None if text.trim().is_empty() => Ok(()),
            None if self.ended => Err(CinError::NotWellFormed { line }),
            None => Err(CinError::NotXml),
            Some(element) if element.is_field() => {
                if self.text.len() + text.len() > PIECE_BYTES {
                    return Err(CinError::TooLong { line });
                }
                self.text.push_str(text);
                Ok(())
            }
            Some(_) => Ok(()),
        }
    }

    fn finish(self, line: u64) -> Result<Return, CinError> {
        match (self.stack.is_empty(), self.ended) {
            (false, _) => Err(CinError::Truncated { line }),
            (true, false) => Err(CinError::NotXml),
            (true, true) => self.gatherer.finish(),
        }
    }
}

/// What a reference stands for: one of the five that XML itself has, or a character by its number.
fn standard(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "apos" => Some('\''),
        "quot" => Some('"'),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix('x') {
                Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?).filter(|character| *character != '\0')
        }
    }
}
