//! GOV.UK Notify as a way out.
//!
//! Owns the requests, and what each reply means for one message. Must not know why a message is sent, nor keep anything.
//!
//! Notify has no key by which a repetition would be known for one, so each message goes under its own id as `reference`, and
//! whenever it is not certain whether one was taken, Notify is asked for that reference. One that is there was handed over.
//! One that is not there straight after a lost answer proves nothing: the request may still be on its way, and a busy service
//! stores what it took a moment later. So the outcome is unknown, and the next attempt, minutes later, asks again before it
//! repeats anything. Only of a plain "internal error" of Notify's own (500, 503) that left nothing behind is it known that the
//! message was not taken.
//!
//! What is frozen is the words and the reference. The template and the address are added when it is sent, so that a template
//! that was mended helps what waits.

mod judge;
mod key;
pub mod reply;

use std::path::PathBuf;

use futures_util::future::BoxFuture;
use secrecy::SecretString;
use serde_json::{Map, Value, json};
use thiserror::Error;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{
    Channel, Fate, Frozen, HttpRefused, Lane, Limits, Outcome, Outgoing, RenderError, Returned,
    address::Mailbox,
    http::{Http, NoAnswer, Question, wait_ms},
    mail::{bare, check},
    outcome::clean,
};
use crate::clock::Clock;
use judge::{Judged, judge, refusal};
use key::ApiKey;
pub use key::KeyRefused;
use reply::{Known, Reply, parse};

/// A message is asked for, sent, and asked for again.
const REQUESTS: u64 = 3;
/// The fields that a template has to have, and no other.
const FIELDS: [&str; 2] = ["subject", "body"];

/// How to reach Notify.
#[derive(Debug)]
pub struct NotifySettings {
    /// Where it is.
    pub base_url: String,
    /// An API key of the service.
    pub api_key: SecretString,
    /// The template that consists of `((subject))` and `((body))`.
    pub template_id: Uuid,
    /// Where answers go: the id of an address that is set up in Notify. The service's own, if left out.
    pub reply_to_id: Option<Uuid>,
    /// How long one request may take.
    pub timeout_ms: u64,
    /// How many may be under way at once.
    pub connections: usize,
    /// How many messages may begin within a minute.
    pub per_minute: Option<u32>,
    /// A PEM file of certificate authorities to trust besides the system's.
    pub ca_file: Option<PathBuf>,
}

/// Why the settings cannot be used.
#[derive(Debug, Error)]
pub enum NotifyRefused {
    /// The key.
    #[error(transparent)]
    Key(#[from] KeyRefused),
    /// The address, or the certificates.
    #[error(transparent)]
    Http(#[from] HttpRefused),
}

/// GOV.UK Notify, ready to be asked.
#[derive(Debug)]
pub struct Notify {
    http: Http,
    base_url: String,
    key: ApiKey,
    template_id: Uuid,
    reply_to_id: Option<Uuid>,
    limits: Limits,
    clock: Clock,
}

impl Notify {
    /// Checks the settings, without asking Notify anything. The clock dates the proof of holding the key.
    pub fn new(settings: NotifySettings, clock: Clock) -> Result<Self, NotifyRefused> {
        let NotifySettings {
            base_url,
            api_key,
            template_id,
            reply_to_id,
            timeout_ms,
            connections,
            per_minute,
            ca_file,
        } = settings;
        Ok(Self {
            http: Http::new(&base_url, timeout_ms, ca_file.as_deref())?,
            base_url: base_url.trim_end_matches('/').to_owned(),
            key: ApiKey::read(&api_key)?,
            template_id,
            reply_to_id,
            limits: Limits {
                connections: connections.max(1),
                per_minute,
                longest_ms: timeout_ms.saturating_mul(REQUESTS),
            },
            clock,
        })
    }

    /// One request, and its reply.
    async fn ask(&self, path: &str, body: Option<String>) -> Result<(u16, Reply, Option<u64>), NoAnswer> {
        let now = self.clock.now();
        let question = Question {
            url: format!("{}{path}", self.base_url),
            bearer: Some(self.key.token(now)),
            body: body.map(|body| ("application/json", Zeroizing::new(body))),
        };
        let answer = self.http.ask(question).await?;
        let reply = parse(answer.status, &answer.body);
        Ok((answer.status, reply, wait_ms(answer.retry_after.as_deref(), now)))
    }

    /// The messages under this reference; the error is why that cannot be said.
    async fn known(&self, message_id: Uuid) -> Result<Vec<Known>, Outcome> {
        let asked = self.ask(&format!("/v2/notifications?reference={message_id}"), None).await;
        let (status, reply, wait) = match asked {
            Ok(answer) => answer,
            Err(NoAnswer::NotSent(why) | NoAnswer::Lost(why)) => return Err(shut(&why)),
        };
        match reply {
            Reply::Listed(list) => {
                let id = message_id.to_string();
                Ok(list.into_iter().filter(|known| known.reference.as_ref() == Some(&id)).collect())
            }
            Reply::Faults(faults) if status == 404 && faults.iter().all(|fault| fault.error == "NoResultFound") => {
                Ok(Vec::new())
            }
            reply => Err(refusal(status, &reply, wait, self.clock.now())),
        }
    }

    async fn put(&self, frozen: &Frozen) -> Outcome {
        let body = match self.request(frozen) {
            Ok(body) => body,
            Err(why) => return Outcome::refused(None, &why),
        };
        if frozen.repeated {
            match self.known(frozen.message_id).await {
                Ok(known) if known.is_empty() => {}
                Ok(known) => return found(&known),
                Err(outcome) => return outcome,
            }
        }
        let judged = match self.ask("/v2/notifications/email", Some(body)).await {
            Ok((status, reply, wait)) => judge(status, &reply, wait, self.clock.now()),
            Err(NoAnswer::NotSent(why)) => return shut(&why),
            Err(NoAnswer::Lost(why)) => Judged::Doubtful { why, if_absent: Outcome::unknown },
        };
        let (why, if_absent) = match judged {
            Judged::Clear(outcome) => return outcome,
            Judged::Doubtful { why, if_absent } => (why, if_absent),
        };
        match self.known(frozen.message_id).await {
            Ok(known) if known.is_empty() => {
                if_absent(&format!("GOV.UK Notify: {why}; it does not know the message so far"))
            }
            Ok(known) => found(&known),
            Err(_) => Outcome::unknown(&format!("GOV.UK Notify: {why}; nor could it be asked for the message")),
        }
    }

    /// What is posted: the frozen words, for one address.
    fn request(&self, frozen: &Frozen) -> Result<String, String> {
        let to = Mailbox::read(&frozen.to).and_then(Mailbox::address).map_err(|refused| refused.to_string())?;
        let mut request = object(&frozen.eml)
            .filter(|request| request.get("reference").and_then(Value::as_str) == Some(&frozen.message_id.to_string()))
            .ok_or("the stored message is damaged: it is not what was written for GOV.UK Notify")?;
        request.insert("email_address".to_owned(), json!(to.to_string()));
        request.insert("template_id".to_owned(), json!(self.template_id.to_string()));
        if let Some(id) = self.reply_to_id {
            request.insert("email_reply_to_id".to_owned(), json!(id.to_string()));
        }
        Ok(Value::Object(request).to_string())
    }

    /// Asks for the template: that takes the key, the clock and the template alike, and sends nothing.
    async fn probe(&self) -> Result<(), String> {
        let asked = self.ask(&format!("/v2/template/{}", self.template_id), None).await;
        let (status, reply, wait) = match asked {
            Ok(answer) => answer,
            Err(NoAnswer::NotSent(why) | NoAnswer::Lost(why)) => return Err(format!("GOV.UK Notify: {}", clean(&why))),
        };
        match reply {
            Reply::Template(template) => judge::template(&template, &FIELDS),
            reply => Err(match refusal(status, &reply, wait, self.clock.now()) {
                Outcome::HandedOver { reply: why }
                | Outcome::Refused { why, .. }
                | Outcome::Retry { why, .. }
                | Outcome::Shut { why, .. }
                | Outcome::Unknown { why } => why,
            }),
        }
    }

    async fn statuses(&self, handed_over: &[Uuid]) -> Result<Vec<Returned>, String> {
        let mut returned = Vec::new();
        for message_id in handed_over {
            match self.known(*message_id).await {
                Ok(known) => returned.extend(known.iter().find_map(|known| fate(*message_id, &known.status))),
                // What has been learnt so far is not lost; the rest is asked for the next time.
                Err(_) if !returned.is_empty() => break,
                Err(Outcome::Shut { why, .. } | Outcome::Retry { why, .. } | Outcome::Unknown { why }) => {
                    return Err(why);
                }
                Err(Outcome::HandedOver { .. } | Outcome::Refused { .. }) => {}
            }
        }
        Ok(returned)
    }
}

impl Channel for Notify {
    fn can_be_asked(&self) -> bool {
        true
    }

    fn limits(&self) -> Limits {
        self.limits
    }

    /// Subject and text. The template adds what stands around them; HTML and the calendar file have no way through Notify.
    ///
    /// The body is sanitised by Notify: its Markdown is escaped, and links are taken out of it. The subject is not: it is never
    /// read as Markdown, so it would show the escapes, and it is made of our own words alone.
    fn write(&self, mail: &Outgoing) -> Result<String, RenderError> {
        check(mail)?;
        bare("To", &mail.to)?;
        let fields = json!({ "subject": mail.subject, "body": mail.text });
        let request = json!({
            "reference": mail.message_id.to_string(),
            "personalisation": fields,
            "sanitise_content_for": ["body"],
        });
        Ok(request.to_string())
    }

    fn reads(&self, frozen: &str) -> bool {
        object(frozen).is_some_and(|request| request.contains_key("personalisation"))
    }

    fn lane(&self) -> Box<dyn Lane + '_> {
        Box::new(self)
    }

    fn test(&self) -> BoxFuture<'_, Result<(), String>> {
        Box::pin(self.probe())
    }

    /// Asks message by message. Notify keeps them for seven days, unless the service has set another number.
    fn returned<'a>(&'a self, handed_over: &'a [Uuid]) -> BoxFuture<'a, Result<Vec<Returned>, String>> {
        Box::pin(self.statuses(handed_over))
    }
}

impl Lane for &Notify {
    fn send<'a>(&'a mut self, frozen: &'a Frozen) -> BoxFuture<'a, Outcome> {
        Box::pin(self.put(frozen))
    }
}

fn object(text: &str) -> Option<Map<String, Value>> {
    serde_json::from_str(text).ok()
}

fn shut(why: &str) -> Outcome {
    Outcome::shut(&format!("GOV.UK Notify: {why}"))
}

fn found(known: &[Known]) -> Outcome {
    let status = known.first().map_or("", |known| known.status.as_str());
    Outcome::handed_over(&format!("GOV.UK Notify has it: {status}"))
}

/// What a status means; nothing, as long as it is not final.
fn fate(message_id: Uuid, status: &str) -> Option<Returned> {
    let fate = match status {
        "delivered" => Fate::Delivered,
        "permanent-failure" => Fate::NoSuchMailbox,
        // The provider tried for days, or Notify itself failed: neither says anything of the mailbox.
        "temporary-failure" | "technical-failure" => Fate::GivenUp,
        _ => return None,
    };
    Some(Returned { message_id, fate, why: status.to_owned() })
}
