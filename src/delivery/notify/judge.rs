//! What a reply of Notify's means for one message.
//!
//! Owns the judgement. Must not know how the reply came.

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};

use super::reply::{Fault, Reply, Template};
use crate::delivery::{Outcome, outcome::clean};

/// The rate limit is of so many a minute.
const RATE_MS: u64 = 60_000;

/// A judgement, or what has to be asked first.
pub(super) enum Judged {
    /// It is certain.
    Clear(Outcome),
    /// The message may have been taken. If Notify does not know it, this is the outcome.
    Doubtful { why: String, if_absent: fn(&str) -> Outcome },
}

/// Judges the reply to a message.
pub(super) fn judge(status: u16, reply: &Reply, wait_ms: Option<u64>, now: DateTime<Utc>) -> Judged {
    let doubtful = |why: &str, if_absent| Judged::Doubtful { why: why.to_owned(), if_absent };
    match status {
        201 => Judged::Clear(Outcome::handed_over("201 created")),
        // Notify says so itself, and takes back what it had begun.
        500 | 503 => doubtful(&format!("it answers with status {status}"), Outcome::retry),
        // Something before Notify waited in vain, or another success than Notify's own.
        200..=299 | 500..=599 => doubtful(&format!("it answers with status {status}"), Outcome::unknown),
        _ => Judged::Clear(refusal(status, reply, wait_ms, now)),
    }
}

/// What a reply means that took nothing.
pub(super) fn refusal(status: u16, reply: &Reply, wait_ms: Option<u64>, now: DateTime<Utc>) -> Outcome {
    let faults: &[Fault] = if let Reply::Faults(faults) = reply { faults } else { &[] };
    let said: Vec<String> = faults.iter().map(|fault| format!("{}: {}", fault.error, fault.message)).collect();
    let said = if said.is_empty() { String::new() } else { format!(", {}", said.join("; ")) };
    let why = |help: &str| clean(&format!("GOV.UK Notify: {help}status {status}{said}"));
    let is = |error: &str| faults.iter().any(|fault| fault.error == error);
    let shut = |help: &str, after_ms| Outcome::Shut { why: why(help), after_ms };
    match status {
        429 if is("TooManyRequestsError") => shut("the day's limit is reached: ", Some(until_midnight_ms(now))),
        429 => shut("too many messages at once: ", Some(wait_ms.unwrap_or(RATE_MS))),
        403 if said.contains("clock") => shut("set this machine's clock right (NTP): ", wait_ms),
        401 | 403 => {
            shut("the API key is not accepted; look whether it was revoked, or is another service's: ", wait_ms)
        }
        400 | 413 if of_this_message(faults) || status == 413 => Outcome::Refused { code: Some(status), why: why("") },
        404 => shut("nothing is there; look at mail.notify.base_url and template_id: ", wait_ms),
        408 | 425 | 500..=599 => Outcome::Retry { why: why(""), after_ms: wait_ms },
        // A template, its fields, a trial, a key for the team only: the same for everybody until a person mends it.
        _ => shut("", wait_ms),
    }
}

/// Whether all that is objected to is the recipient's address or the length of the message.
fn of_this_message(faults: &[Fault]) -> bool {
    let own = |fault: &Fault| {
        let message = fault.message.as_str();
        message.starts_with("email_address ") || message.starts_with("Emails cannot be longer")
    };
    !faults.is_empty() && faults.iter().all(own)
}

/// Notify's days are those of UTC.
fn until_midnight_ms(now: DateTime<Utc>) -> u64 {
    let midnight = (now + TimeDelta::days(1)).date_naive().and_time(NaiveTime::MIN).and_utc();
    u64::try_from((midnight - now).num_milliseconds()).unwrap_or(RATE_MS)
}

/// Whether a template carries all that a message says, and asks for nothing else.
pub(super) fn template(template: &Template, fields: &[&str]) -> Result<(), String> {
    let wrong = |what: String| {
        Err(clean(&format!(
            "GOV.UK Notify: the template {what}; make it an e-mail template with the subject ((subject)) and the message ((body))"
        )))
    };
    if template.kind != "email" {
        return wrong("is not for e-mail".to_owned());
    }
    if let Some(missing) = fields.iter().find(|field| !template.fields.iter().any(|of| of == *field)) {
        return wrong(format!("does not use (({missing}))"));
    }
    match template.fields.iter().find(|field| !fields.contains(&field.as_str())) {
        Some(unknown) => wrong(format!("asks for (({unknown})), which duewatch does not have")),
        None => Ok(()),
    }
}
