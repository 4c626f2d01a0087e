//! Microsoft Graph's `sendMail` as a way out.
//!
//! Owns the request, and what each reply means for one message. Must not know why a message is sent, nor keep anything.
//!
//! **What it cannot promise.** Graph has no key by which a repetition would be known for one, and what it took cannot be asked
//! for: so a message of which no answer was seen is unknown for good, and its repetition may arrive a second time. The same
//! bytes are repeated, with our Message-ID; but Exchange may put one of its own in its place, and then no mail program knows the
//! two for one. Nor is anything heard of a message later: what cannot be delivered comes back as mail to the sender's mailbox.
//! A server that takes mail by SMTP, with XOAUTH2 where it has to be, leaves a smaller window.

use std::path::PathBuf;

use base64::{Engine, engine::general_purpose::STANDARD};
use futures_util::future::BoxFuture;
use lettre::message::Mailbox as Header;
use secrecy::SecretString;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::{
    Channel, Frozen, HttpRefused, Lane, Limits, Outcome,
    address::Mailbox,
    http::{Answer, Http, NoAnswer, Question, wait_ms},
    outcome::clean,
    token::{Tokens, escape},
};
use crate::clock::Clock;

/// A token, a message, and both once more.
const REQUESTS: u64 = 4;

/// How to reach Graph.
#[derive(Clone, Debug)]
pub struct GraphSettings {
    /// Where it is.
    pub base_url: String,
    /// The mailbox that sends: its address, or its id.
    pub sender: String,
    /// How long one request may take.
    pub timeout_ms: u64,
    /// How many may be under way at once.
    pub connections: usize,
    /// How many messages may begin within a minute.
    pub per_minute: Option<u32>,
    /// A PEM file of certificate authorities to trust besides the system's.
    pub ca_file: Option<PathBuf>,
}

/// Microsoft Graph, ready to be asked.
#[derive(Debug)]
pub struct Graph {
    http: Http,
    send_url: String,
    tokens: Tokens,
    limits: Limits,
    clock: Clock,
}

#[derive(Deserialize)]
struct Faulted {
    error: Fault,
}

#[derive(Deserialize)]
struct Fault {
    code: String,
}

impl Graph {
    /// Checks the settings, without asking Graph anything.
    pub fn new(settings: GraphSettings, tokens: Tokens, clock: Clock) -> Result<Self, HttpRefused> {
        let GraphSettings { base_url, sender, timeout_ms, connections, per_minute, ca_file } = settings;
        let mut send_url = format!("{}/v1.0/users/", base_url.trim_end_matches('/'));
        escape(&sender, &mut send_url);
        send_url.push_str("/sendMail");
        let longest_ms = timeout_ms.max(tokens.longest_ms()).saturating_mul(REQUESTS);
        Ok(Self {
            http: Http::new(&base_url, timeout_ms, ca_file.as_deref())?,
            send_url,
            tokens,
            limits: Limits { connections: connections.max(1), per_minute, longest_ms },
            clock,
        })
    }

    async fn put(&self, frozen: &Frozen) -> Outcome {
        if let Err(why) = addressed(frozen) {
            return Outcome::refused(None, &why);
        }
        match self.post(&frozen.eml).await {
            Ok(answer) => self.judge(&answer),
            Err(outcome) => outcome,
        }
    }

    /// Posts a mail. A token that is not taken is fetched anew, once: it may have been withdrawn before its end.
    async fn post(&self, eml: &str) -> Result<Answer, Outcome> {
        let mut renewed = false;
        loop {
            let token = self.tokens.token().await.map_err(|why| shut(&why))?;
            let body = Zeroizing::new(STANDARD.encode(eml));
            let answer = self.ask(token.clone(), body).await?;
            if answer.status != 401 || renewed {
                return Ok(answer);
            }
            self.tokens.refused(&token).await;
            renewed = true;
        }
    }

    async fn ask(&self, token: SecretString, body: Zeroizing<String>) -> Result<Answer, Outcome> {
        let question = Question { url: self.send_url.clone(), bearer: Some(token), body: Some(("text/plain", body)) };
        self.http.ask(question).await.map_err(|none| match none {
            NoAnswer::NotSent(why) => shut(&why),
            NoAnswer::Lost(why) => Outcome::unknown(&format!("Microsoft Graph: {why}")),
        })
    }

    fn judge(&self, answer: &Answer) -> Outcome {
        let status = answer.status;
        let code = serde_json::from_slice(&answer.body).map_or_else(|_| String::new(), |Faulted { error }| error.code);
        let wait = wait_ms(answer.retry_after.as_deref(), self.clock.now());
        let said = if code.is_empty() { String::new() } else { format!(" {code}") };
        let why = |help: &str| clean(&format!("Microsoft Graph: status {status}{said}{help}"));
        match status {
            202 => Outcome::handed_over("202 accepted"),
            400 | 413 if status == 413 || of_this_message(&code) => {
                Outcome::Refused { code: Some(status), why: why("") }
            }
            401 => Outcome::Shut {
                why: why("; a new token is not taken either: look at scope and at the tenant"),
                after_ms: wait,
            },
            403 => Outcome::Shut {
                why: why("; let an administrator grant the application Mail.Send for the sender's mailbox"),
                after_ms: wait,
            },
            404 => Outcome::Shut { why: why("; look at mail.graph.sender and base_url"), after_ms: wait },
            408 | 425 => Outcome::Retry { why: why(""), after_ms: wait },
            // Asked to wait: nothing was looked at.
            429 | 503 => Outcome::Shut { why: why(""), after_ms: wait },
            // Another success than Graph's own, or a failure behind the door: it may have been taken.
            200..=299 | 500..=599 => Outcome::Unknown { why: why("") },
            _ => Outcome::Shut { why: why(""), after_ms: wait },
        }
    }

    /// As far as goes without sending: a token. An empty mail would be refused or sent, and either is too much.
    async fn probe(&self) -> Result<(), String> {
        self.tokens.token().await.map(|_| ()).map_err(|why| format!("Microsoft Graph: {}", clean(&why)))
    }
}

impl Channel for Graph {
    fn limits(&self) -> Limits {
        self.limits
    }

    fn lane(&self) -> Box<dyn Lane + '_> {
        Box::new(self)
    }

    fn test(&self) -> BoxFuture<'_, Result<(), String>> {
        Box::pin(self.probe())
    }
}

impl Lane for &Graph {
    fn send<'a>(&'a mut self, frozen: &'a Frozen) -> BoxFuture<'a, Outcome> {
        Box::pin(self.put(frozen))
    }
}

fn shut(why: &str) -> Outcome {
    Outcome::shut(&format!("Microsoft Graph: {why}"))
}

/// Whether an error is of the recipient or of the message, and of nobody else's.
fn of_this_message(code: &str) -> bool {
    const CODES: [&str; 6] = [
        "ErrorInvalidRecipients",
        "ErrorInvalidRecipient",
        "ErrorRecipientsNotFound",
        "ErrorMessageSizeExceeded",
        "ErrorMimeContentInvalid",
        "ErrorMimeContentInvalidBase64String",
    ];
    CODES.contains(&code)
}

/// Graph has no envelope: it sends to whom the mail itself names. That must be the one recipient, and nobody else.
fn addressed(frozen: &Frozen) -> Result<(), String> {
    let damaged = || "the stored mail is damaged: it does not name its one recipient".to_owned();
    let to = Mailbox::read(&frozen.to).and_then(Mailbox::address).map_err(|refused| refused.to_string())?;
    let (head, _) = frozen.eml.split_once("\r\n\r\n").ok_or_else(damaged)?;
    let unfolded = head.replace("\r\n ", " ").replace("\r\n\t", " ");
    let named = |name: &str| {
        let prefix = format!("{name}:");
        unfolded.split("\r\n").filter(move |line| line.to_ascii_lowercase().starts_with(&prefix)).collect::<Vec<_>>()
    };
    let [line] = named("to")[..] else { return Err(damaged()) };
    let written = line.split_once(':').and_then(|(_, value)| value.trim().parse::<Header>().ok());
    let alone = named("cc").is_empty() && named("bcc").is_empty();
    if alone && written.is_some_and(|written| written.email == to) { Ok(()) } else { Err(damaged()) }
}
