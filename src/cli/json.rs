//! The JSON of duties, notices and messages. It is a contract: names only ever join it.

use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    duty::{CaseContext, Duty},
    ledger::ToldStep,
    notice::{Notice, Past, Rest},
    rehearsal::Message,
};

#[derive(Serialize)]
struct OfAuthority<'a> {
    authority: &'a str,
    #[serde(flatten)]
    duty: &'a Duty,
}

/// A duty.
pub(super) fn duty(authority: &str, duty: &Duty) -> Value {
    serde_json::to_value(OfAuthority { authority, duty }).unwrap_or(Value::Null)
}

/// A message that would be sent.
pub(super) fn previewed(authority: &str, message: &Message) -> Value {
    let Some((notice, _)) = message.matters.first() else { return Value::Null };
    let mut kinds: Vec<&str> = message.matters.iter().map(|(notice, _)| notice.kind.name()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let duties: Vec<Value> = message.matters.iter().map(|(notice, duty)| matter(notice, duty)).collect();
    json!({
        "authority": authority,
        "at": message.at,
        "recipient_role": notice.role,
        "recipient": notice.effect.person,
        "kinds": kinds,
        "duties": duties,
    })
}

fn matter(notice: &Notice, duty: &Duty) -> Value {
    json!({
        "child": duty.child, "duty": duty.duty, "key": duty.key, "kind": notice.kind.name(), "step": notice.effect.step,
        "repeat": notice.effect.repeat, "generation": notice.effect.generation, "role": notice.role,
        "due": duty.due.as_ref().map(|due| due.on), "provisional": duty.provisional, "because": notice.because,
    })
}

/// A duty with what was told of it and what is next.
pub(super) fn explained(
    authority: &str,
    of: &Duty,
    case: Option<&CaseContext>,
    quote: &str,
    (told, past): (&[&ToldStep], Option<&Past>),
    next: Option<Value>,
) -> Value {
    let mut object = duty(authority, of);
    let told: Vec<Value> = told.iter().map(|step| told_step(step)).collect();
    let rests: Vec<Value> = past.into_iter().flat_map(|past| &past.rests).map(rest).collect();
    if let Value::Object(fields) = &mut object {
        fields.insert("quote".into(), quote.into());
        fields.insert("lead_worker".into(), json!(case.and_then(|case| case.lead_worker.as_ref())));
        fields.insert("told".into(), told.into());
        fields.insert("rests".into(), rests.into());
        fields.insert("next".into(), next.unwrap_or(Value::Null));
    }
    object
}

fn rest(rest: &Rest) -> Value {
    json!({
        "kind": rest.kind.name(), "person": rest.person, "role": rest.role, "reason": rest.reason.code(), "at": rest.at,
        "until": rest.until,
    })
}

fn told_step(step: &ToldStep) -> Value {
    let message = step.message.as_ref();
    json!({
        "step": step.notice.effect.step, "repeat": step.notice.effect.repeat, "generation": step.notice.effect.generation,
        "kind": step.notice.kind.name(), "role": step.notice.role, "person": step.notice.effect.person,
        "state": step.notice.state.name(), "owed_at": step.notice.owed_at, "decided_at": step.decided_at,
        "because": step.notice.because, "message": message.map(|message| message.id.to_string()),
        "message_state": message.map(|message| message.state.name()),
        "handed_over_at": message.and_then(|message| message.handed_over_at),
    })
}
