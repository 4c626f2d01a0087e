//! The mail itself: RFC 5322 text in seven-bit characters.
//!
//! Owns the headers and the encoding. Must not know what the words mean. The same message always gives the same bytes,
//! whatever the host and the hour: nothing is random, and nothing names the machine.

use std::time::SystemTime;

use chrono::{DateTime, Datelike, Utc};
use lettre::{
    Address, Message,
    message::{
        Mailbox as LettreMailbox, MultiPart, SinglePart,
        header::{ContentDisposition, ContentTransferEncoding, ContentType, HeaderName, HeaderValue},
    },
};
use thiserror::Error;
use uuid::Uuid;

use super::address::{AddressRefused, Mailbox, domain, not_in_a_line, turns_direction};

/// Longest subject, in characters. A good one has 20 to 50.
const SUBJECT_CHARS: usize = 200;
/// Longest text or HTML part before encoding: relays commonly take 10 MB, and encoding can treble the size.
const PART_BYTES: usize = 1024 * 1024;

/// A message in words, with all that its headers need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// The outbox's own id. The Message-ID and the boundary between the parts come from it.
    pub message_id: Uuid,
    /// The right side of the Message-ID: a domain of the authority's, never a host's name.
    pub message_id_domain: String,
    /// Whom it comes from: `Name <address>` or a bare address.
    pub from: String,
    /// The one recipient, in the same form.
    pub to: String,
    /// Where answers go: a mailbox that somebody reads.
    pub reply_to: String,
    /// The subject, one line.
    pub subject: String,
    /// The text part, lines ended by line feeds.
    pub text: String,
    /// The HTML part.
    pub html: String,
    /// A calendar file, where there are dates for one.
    pub calendar: Option<String>,
    /// The instant it was composed.
    pub date: DateTime<Utc>,
}

/// Why a message cannot be made into a mail. No text repeats what was refused.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum RenderError {
    /// A header that must be one address is not.
    #[error("the {header} header cannot be written: {why}")]
    Address {
        /// The header's name.
        header: &'static str,
        /// What is wrong with the address.
        why: AddressRefused,
    },
    /// The right side of the Message-ID is no domain.
    #[error("the Message-ID domain in the settings cannot be used: {0}")]
    MessageIdDomain(&'static str),
    /// A line break, another control character, one that turns the direction of writing or `=?` in the subject.
    #[error(
        "the subject holds a control character, a mark of writing direction or \"=?\"; correct the template or the words that fill it"
    )]
    SubjectControl,
    /// A part that says nothing.
    #[error("the {0} is empty; correct the template")]
    Empty(&'static str),
    /// More than a mail should carry.
    #[error("the {what} is longer than {most} {unit}; correct the template")]
    TooLong {
        /// Which part.
        what: &'static str,
        /// The limit.
        most: usize,
        /// What the limit counts.
        unit: &'static str,
    },
    /// A year that a mail's date cannot hold.
    #[error("the date of the message lies outside 1970 to 9999; check the clock")]
    Date,
    /// The mail builder would not have it.
    #[error("the mail could not be put together: {0}")]
    Unbuildable(String),
}

/// Writes the mail: seven-bit text with CRLF line ends, the same bytes for the same message.
pub fn render(mail: &Outgoing) -> Result<String, RenderError> {
    check(mail)?;
    let right = domain(&mail.message_id_domain).map_err(RenderError::MessageIdDomain)?;
    let words = MultiPart::alternative()
        .boundary(format!("=_{}", mail.message_id.simple()))
        .singlepart(part(ContentType::TEXT_PLAIN, &mail.text))
        .singlepart(part(ContentType::TEXT_HTML, &mail.html));
    let parts = match &mail.calendar {
        // Neither boundary begins with the other: a reader may look at its beginning only.
        Some(calendar) => MultiPart::mixed()
            .boundary(format!("=m{}", mail.message_id.simple()))
            .multipart(words)
            .singlepart(attached(calendar)?),
        None => words,
    };
    let message = Message::builder()
        .date(SystemTime::from(mail.date))
        .from(mailbox("From", &mail.from)?)
        .reply_to(mailbox("Reply-To", &mail.reply_to)?)
        .to(mailbox("To", &mail.to)?)
        .subject(mail.subject.as_str())
        .message_id(Some(format!("<{}@{right}>", mail.message_id)))
        .raw_header(fixed("Auto-Submitted", "auto-generated"))
        .raw_header(fixed("X-Auto-Response-Suppress", "All"))
        .multipart(parts)
        .map_err(|e| RenderError::Unbuildable(e.to_string()))?;
    let text = String::from_utf8(message.formatted()).map_err(|e| RenderError::Unbuildable(e.to_string()))?;
    if !text.is_ascii() {
        return Err(RenderError::Unbuildable("a character beyond ASCII was left".to_owned()));
    }
    Ok(text)
}

/// What no channel can carry.
pub(super) fn check(mail: &Outgoing) -> Result<(), RenderError> {
    // "=?" begins an encoded word: a reader would decode what we never encoded.
    if mail.subject.contains(not_in_a_line) || mail.subject.contains("=?") {
        return Err(RenderError::SubjectControl);
    }
    if mail.subject.chars().count() > SUBJECT_CHARS {
        return Err(RenderError::TooLong { what: "subject", most: SUBJECT_CHARS, unit: "characters" });
    }
    for (what, words) in [("subject", &mail.subject), ("text part", &mail.text), ("HTML part", &mail.html)] {
        if words.trim().is_empty() {
            return Err(RenderError::Empty(what));
        }
        if words.len() > PART_BYTES {
            return Err(RenderError::TooLong { what, most: PART_BYTES, unit: "bytes" });
        }
    }
    if mail.calendar.as_ref().is_some_and(|calendar| calendar.len() > PART_BYTES) {
        return Err(RenderError::TooLong { what: "calendar file", most: PART_BYTES, unit: "bytes" });
    }
    if !(1970..=9999).contains(&mail.date.year()) {
        return Err(RenderError::Date);
    }
    Ok(())
}

fn mailbox(header: &'static str, text: &str) -> Result<LettreMailbox, RenderError> {
    let name = read(header, text)?.name;
    Ok(LettreMailbox::new(name, bare(header, text)?))
}

/// The address in a header, without the name.
pub(super) fn bare(header: &'static str, text: &str) -> Result<Address, RenderError> {
    read(header, text)?.address().map_err(|why| RenderError::Address { header, why })
}

fn read(header: &'static str, text: &str) -> Result<Mailbox, RenderError> {
    Mailbox::read(text).map_err(|why| RenderError::Address { header, why })
}

/// Always quoted-printable, so that one letter beyond ASCII does not change how a mail travels.
fn part(kind: ContentType, words: &str) -> SinglePart {
    let words = as_written(words);
    SinglePart::builder().header(kind).header(ContentTransferEncoding::QuotedPrintable).body(words)
}

/// The calendar file, as readers of mail know one. Its name says nothing.
fn attached(calendar: &str) -> Result<SinglePart, RenderError> {
    let kind = ContentType::parse("text/calendar; charset=utf-8; method=PUBLISH; name=dates.ics")
        .map_err(|e| RenderError::Unbuildable(e.to_string()))?;
    let calendar = as_written(calendar);
    let headed = SinglePart::builder().header(kind).header(ContentDisposition::attachment("dates.ics"));
    Ok(headed.header(ContentTransferEncoding::QuotedPrintable).body(calendar))
}

/// The words in the order in which they are written: what would show them in another one is seen in its place.
fn as_written(words: &str) -> String {
    let words = words.replace('\r', "");
    if words.contains(turns_direction) { words.replace(turns_direction, "\u{fffd}") } else { words }
}

fn fixed(name: &'static str, value: &'static str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}
