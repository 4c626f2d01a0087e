//! Delivery: a composed message becomes bytes, and the bytes are handed to somebody who carries them on.
//!
//! Owns the form of a mail ([`render`]), who may be written to at all ([`AllowedDomains`]), the ways out ([`Channel`]), what
//! became of an attempt ([`Outcome`]) and when the next one is due ([`next_attempt`]), and what a mail says of one of ours
//! ([`Report`], in a [`ReturnBox`]). Must not know what is said, why, or
//! whether it is still true: what it is handed is frozen, and every attempt sends the same bytes. It keeps no state, writes no
//! log line and reads no clock.

mod address;
mod backoff;
mod channel;
mod files;
mod mail;
mod outcome;
mod return_box;
mod returned;
mod session;
mod smtp;
mod wire;

pub use address::{AddressRefused, AllowedDomains, DomainRefused};
pub use backoff::next_attempt;
pub use channel::{Channel, Fate, Frozen, Lane, Limits, Returned};
pub use files::FileDrop;
pub use mail::{Outgoing, RenderError, render};
pub use outcome::Outcome;
pub use return_box::{Look, Marks, ReturnBox};
pub use returned::{LARGEST_REPORT, Report};
pub use smtp::{Smtp, SmtpRefused, SmtpSettings, Timeouts, Tls};
