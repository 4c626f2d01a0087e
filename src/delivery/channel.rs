//! A way out for messages, whatever carries them: what every channel answers.
//!
//! Owns the trait, so that whoever delivers knows one thing and not five. Must not know any protocol, nor what is said.

use std::fmt::Debug;

use futures_util::future::BoxFuture;
use uuid::Uuid;

use super::{Outcome, Outgoing, RenderError, render};

/// One message in its final form, for one recipient. Repeating it changes nothing but the attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frozen {
    /// The outbox's own id of the message, and the left side of its Message-ID.
    pub message_id: Uuid,
    /// The one recipient, bare: `name@example.gov.uk`.
    pub to: String,
    /// The message as the channel's [`Channel::write`] wrote it.
    pub eml: String,
    /// An earlier attempt may have reached the other side. A channel that can ask for the message there asks before it
    /// repeats it.
    pub repeated: bool,
}

/// What a channel bears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How many messages may be on their way at once, at least one.
    pub connections: usize,
    /// How many may begin within a minute; none: as many as will go.
    pub per_minute: Option<u32>,
    /// The longest that one attempt can take, in milliseconds: a lease on a message must outlast it.
    pub longest_ms: u64,
}

/// What was learnt of a message after it was handed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Returned {
    /// Which message.
    pub message_id: Uuid,
    /// What became of it.
    pub fate: Fate,
    /// A code or status word of whoever reports it, e.g. `5.1.1` or `permanent-failure`. No address, nothing of a person.
    pub why: String,
}

/// What became of a message that was handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is in the recipient's mailbox, as far as anybody can tell.
    Delivered,
    /// The mailbox did not take it and never will.
    NoSuchMailbox,
    /// It was given up on the way, and that says nothing of the mailbox.
    GivenUp,
    /// It is late, and still being tried.
    Delayed,
}

/// A way out for messages.
///
/// The recipient's domain is not judged here: [`super::AllowedDomains::check`] comes before.
pub trait Channel: Debug + Send + Sync {
    /// What it bears.
    fn limits(&self) -> Limits;

    /// Whether what goes out by it stays on this machine until somebody fetches it.
    fn stays_here(&self) -> bool {
        false
    }

    /// The message in the form in which this channel carries it. The same message always gives the same text.
    fn write(&self, mail: &Outgoing) -> Result<String, RenderError> {
        render(mail)
    }

    /// Whether a frozen text is in this channel's form: it is not if it was frozen for another channel.
    fn reads(&self, frozen: &str) -> bool {
        !frozen.starts_with('{')
    }

    /// A lane on which messages go one after another.
    fn lane(&self) -> Box<dyn Lane + '_>;

    /// Goes as far as is possible without sending anything: the folder takes a file, or the server takes the connection, the
    /// encryption and the password. The error is for the person who set the channel up.
    fn test(&self) -> BoxFuture<'_, Result<(), String>>;

    /// Whether it can be asked by [`Channel::returned`] at all: where it cannot, nobody looks up what there is to ask for.
    fn can_be_asked(&self) -> bool {
        false
    }

    /// What the channel itself knows of messages that it took: asked again and again until it is final.
    fn returned<'a>(&'a self, _handed_over: &'a [Uuid]) -> BoxFuture<'a, Result<Vec<Returned>, String>> {
        Box::pin(async { Ok(Vec::new()) })
    }
}

/// One message after another. A lane may keep a connection open between two of them, and drops it at the first doubt.
pub trait Lane: Send {
    /// Tries once to hand the message over. It returns within the channel's time limits, and every failure is an outcome.
    /// Dropping the future while it runs leaves what an [`Outcome::Unknown`] leaves, and the lane may not be used again.
    fn send<'a>(&'a mut self, frozen: &'a Frozen) -> BoxFuture<'a, Outcome>;

    /// Takes leave of the other side, without waiting for its answer.
    fn close(&mut self) {}
}

impl dyn Channel + '_ {
    /// Hands over one message by itself.
    pub async fn send(&self, frozen: &Frozen) -> Outcome {
        let mut lane = self.lane();
        let outcome = lane.send(frozen).await;
        lane.close();
        outcome
    }
}
