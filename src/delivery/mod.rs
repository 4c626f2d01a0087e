//! Delivery: a composed message becomes bytes, and the bytes are handed to somebody who carries them on.
//!
//! Owns the form of a mail ([`render`]), who may be written to at all ([`AllowedDomains`]), the ways out ([`Channel`]), what
//! became of an attempt ([`Outcome`]) and when the next one is due ([`next_attempt`]), and what a mail says of one of ours
//! ([`Report`], in a [`ReturnBox`]). Must not know what is said, why, or
//! whether it is still true: what it is handed is frozen, and every attempt sends the same bytes. It keeps no state but a token
//! while it holds, writes no log line, and reads no clock but the one that it is handed for the proofs of who is asking.

mod address;
mod backoff;
mod channel;
mod files;
mod graph;
mod http;
mod mail;
mod maildir;
mod notify;
mod outcome;
mod return_box;
mod returned;
mod session;
mod smtp;
mod token;
mod wire;

pub use address::{AddressRefused, AllowedDomains, DomainRefused};
pub use backoff::next_attempt;
pub use channel::{Channel, Fate, Frozen, Lane, Limits, Returned};
pub use files::FileDrop;
pub use graph::{Graph, GraphSettings};
pub use http::HttpRefused;
pub use mail::{Outgoing, RenderError, render};
pub use maildir::Maildir;
pub use notify::{KeyRefused, Notify, NotifyRefused, NotifySettings, reply as notify_reply};
pub use outcome::Outcome;
pub use return_box::{Look, Marks, ReturnBox};
pub use returned::{LARGEST_REPORT, Report};
pub use smtp::{Smtp, SmtpRefused, SmtpSettings, Timeouts, Tls};
pub use token::{TokenSettings, Tokens};
