//! Delivery: a composed message becomes bytes, and the bytes are handed to somebody who carries them on.
//!
//! Owns the form of a mail ([`render`]), who may be written to at all ([`AllowedDomains`]), the ways out ([`Channel`]), what
//! became of an attempt ([`Outcome`]) and when the next one is due ([`next_attempt`]). Must not know what is said, why, or
//! whether it is still true: what it is handed is frozen, and every attempt sends the same bytes. It keeps no state, writes no
//! log line and reads no clock.

mod address;
mod backoff;
mod files;
mod mail;
mod outcome;
mod session;
mod smtp;
mod wire;

pub use address::{AddressRefused, AllowedDomains, DomainRefused};
pub use backoff::next_attempt;
pub use files::FileDrop;
pub use mail::{Outgoing, RenderError, render};
pub use outcome::Outcome;
pub use smtp::{Smtp, SmtpRefused, SmtpSettings, Timeouts, Tls};

use uuid::Uuid;

/// One message in its final form, for one recipient. Repeating it changes nothing but the attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frozen {
    /// The outbox's own id of the message, and the left side of its Message-ID.
    pub message_id: Uuid,
    /// The one recipient, bare: `name@example.gov.uk`.
    pub to: String,
    /// The mail as [`render`] wrote it.
    pub eml: String,
}

impl Frozen {
    /// Renders the mail and takes the envelope's recipient from the same words as its To header.
    pub fn new(mail: &Outgoing) -> Result<Self, RenderError> {
        let eml = render(mail)?;
        let to = mail::bare("To", &mail.to)?.to_string();
        Ok(Self { message_id: mail.message_id, to, eml })
    }
}

/// A way out for messages.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "a process has one or two of them")]
pub enum Channel {
    /// Each message becomes a file in a folder.
    Files(FileDrop),
    /// Each message is handed to a mail server.
    Smtp(Smtp),
}

impl Channel {
    /// Tries once to hand the message over. It returns within the channel's time limits, and every failure is an outcome.
    ///
    /// The recipient's domain is not judged here: [`AllowedDomains::check`] comes before. Dropping the future while it runs
    /// leaves what an [`Outcome::Unknown`] leaves.
    pub async fn send(&self, frozen: &Frozen) -> Outcome {
        match self {
            Self::Files(files) => files.send(frozen).await,
            Self::Smtp(smtp) => smtp.send(frozen).await,
        }
    }

    /// The longest that one attempt can take, in milliseconds: a lease on a message must outlast it.
    pub fn longest_ms(&self) -> u64 {
        match self {
            Self::Files(_) => 0,
            Self::Smtp(smtp) => smtp.longest_ms(),
        }
    }

    /// Goes as far as is possible without sending anything: the folder takes a file, or the server takes the connection, the
    /// encryption and the password. The error is for the person who set the channel up.
    pub async fn test(&self) -> Result<(), String> {
        match self {
            Self::Files(files) => files.test().await,
            Self::Smtp(smtp) => smtp.test().await,
        }
    }
}
