//! What Notify's replies say.
//!
//! Owns the reading of them, which takes whatever bytes come and never fails. Must not know what was asked, nor decide anything.

use serde::Deserialize;
use serde_json::Value;

/// One reply, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// It took a message (201), whatever else it says.
    Taken,
    /// Messages that it knows.
    Listed(Vec<Known>),
    /// A template.
    Template(Template),
    /// What it objects to.
    Faults(Vec<Fault>),
    /// Nothing that Notify says: half a reply, or somebody else's.
    Unreadable,
}

/// A message that Notify knows. Of its recipient nothing is kept.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Known {
    /// What it was sent under.
    pub reference: Option<String>,
    /// What has become of it, in Notify's word.
    pub status: String,
}

/// A template in Notify.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// `email`, `sms` or `letter`.
    pub kind: String,
    /// The fields that it has to be filled with.
    pub fields: Vec<String>,
}

/// One objection.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Fault {
    /// Its kind, such as `BadRequestError`.
    pub error: String,
    /// Its words, for a person.
    #[serde(default)]
    pub message: String,
}

#[derive(Deserialize)]
struct List {
    notifications: Vec<Known>,
}

#[derive(Deserialize)]
struct Faults {
    errors: Vec<Fault>,
}

/// Reads a reply by its status and its body.
pub fn parse(status: u16, body: &[u8]) -> Reply {
    let read = match status {
        201 => Some(Reply::Taken),
        200 => list(body).or_else(|| template(body)),
        _ => serde_json::from_slice::<Faults>(body).ok().map(|faults| Reply::Faults(faults.errors)),
    };
    read.unwrap_or(Reply::Unreadable)
}

fn list(body: &[u8]) -> Option<Reply> {
    serde_json::from_slice::<List>(body).ok().map(|list| Reply::Listed(list.notifications))
}

fn template(body: &[u8]) -> Option<Reply> {
    let whole: Value = serde_json::from_slice(body).ok()?;
    let kind = whole.get("type")?.as_str()?.to_owned();
    // A template without fields has none, in either of two ways.
    let fields = match whole.get("personalisation")? {
        Value::Object(fields) => fields.keys().cloned().collect(),
        _ => Vec::new(),
    };
    Some(Reply::Template(Template { kind, fields }))
}
