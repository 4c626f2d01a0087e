//! A GOV.UK Notify of our own, after its published behaviour: it lets nobody in whose token is not right, refuses what it would
//! refuse, keeps what it took by reference, and fails as it is told.

#![allow(dead_code, reason = "each test file uses its own part")]

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use duewatch::clock::Clock;
use ring::hmac;
use serde_json::{Value, json};
use tokio_rustls::rustls::ServerConfig;

use super::http::{Answer, Asked, Web};

pub(crate) const SERVICE: &str = "26785a09-ab16-4eb0-8407-a37497a57506";
pub(crate) const SECRET: &str = "3d844edf-8d35-48ac-975b-e847b4f122b0";
pub(crate) const TEMPLATE: &str = "9d751e0e-f929-4891-82a1-a3e1c3c18ee3";

/// What happens to a message that was posted, instead of the usual.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    /// It is not looked at, and answered so.
    Answer(Answer),
    /// It is taken, and answered so.
    TakeAnd(Answer),
    /// It is taken once it has been asked for in vain; no answer.
    TakeLate,
}

/// What it holds.
#[derive(Debug, Default)]
pub(crate) struct Held {
    /// What was taken: the requests as they came.
    pub(crate) notifications: Vec<Value>,
    /// Their status, in the same order.
    pub(crate) statuses: Vec<String>,
    /// On their way, and not there yet.
    late: Vec<Value>,
    /// What happens to the next ones.
    pub(crate) acts: VecDeque<Act>,
    /// The answers to the next questions for a reference, instead of the usual.
    pub(crate) lists: VecDeque<Answer>,
    /// The fields of the template.
    pub(crate) fields: Vec<&'static str>,
}

/// It, listening.
pub(crate) struct LocalNotify {
    pub(crate) web: Web,
    pub(crate) held: Arc<Mutex<Held>>,
}

impl LocalNotify {
    pub(crate) async fn start(acts: impl IntoIterator<Item = Act>) -> LocalNotify {
        let acts = acts.into_iter().collect();
        let held = Arc::new(Mutex::new(Held { acts, fields: vec!["subject", "body"], ..Held::default() }));
        let shared = Arc::clone(&held);
        let web = Web::start(move |asked| answer(asked, &mut shared.lock().expect("what is held"))).await;
        LocalNotify { web, held }
    }

    /// The same over TLS, taking everything.
    pub(crate) async fn sealed(server: Arc<ServerConfig>) -> LocalNotify {
        let held = Arc::new(Mutex::new(Held { fields: vec!["subject", "body"], ..Held::default() }));
        let shared = Arc::clone(&held);
        let web = Web::sealed(server, move |asked| answer(asked, &mut shared.lock().expect("what is held"))).await;
        LocalNotify { web, held }
    }

    pub(crate) fn held(&self) -> std::sync::MutexGuard<'_, Held> {
        self.held.lock().expect("what is held")
    }

    /// How many messages were posted, taken or not.
    pub(crate) fn posts(&self) -> usize {
        self.web.asked().iter().filter(|asked| asked.method == "POST").count()
    }
}

pub(crate) fn fault(status: u16, error: &str, message: &str) -> Answer {
    Answer::json(status, &json!({ "status_code": status, "errors": [{ "error": error, "message": message }] }))
}

fn answer(asked: &Asked, held: &mut Held) -> Answer {
    if let Err(why) = let_in(asked) {
        return fault(403, "AuthError", why);
    }
    match (asked.method.as_str(), asked.path.as_str()) {
        ("GET", "/v2/notifications") => match held.lists.pop_front() {
            Some(answer) => answer,
            None => list(asked, held),
        },
        ("POST", "/v2/notifications/email") => post(asked, held),
        ("GET", path) if path == format!("/v2/template/{TEMPLATE}") => {
            let fields: serde_json::Map<String, Value> =
                held.fields.iter().map(|field| ((*field).to_owned(), json!({ "required": true }))).collect();
            Answer::json(200, &json!({ "id": TEMPLATE, "type": "email", "version": 1, "personalisation": fields }))
        }
        _ => fault(404, "NoResultFound", "No result found"),
    }
}

/// The published rules of its tokens: HS256, `iss` the service, `iat` within thirty seconds.
fn let_in(asked: &Asked) -> Result<(), &'static str> {
    let header = asked.headers.get("authorization").ok_or("Unauthorized: authentication token must be provided")?;
    let token = header.strip_prefix("Bearer ").ok_or("Unauthorized: authentication bearer scheme must be used")?;
    let (signed, signature) = token.rsplit_once('.').ok_or("Invalid token: not enough segments")?;
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| "Invalid token: signature")?;
    let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
    hmac::verify(&key, signed.as_bytes(), &signature).map_err(|_| "Invalid token: API key not found")?;
    let part = |at: usize| -> Value {
        let part = URL_SAFE_NO_PAD.decode(signed.split('.').nth(at).expect("two parts")).expect("base64");
        serde_json::from_slice(&part).expect("JSON")
    };
    assert_eq!(part(0), json!({ "typ": "JWT", "alg": "HS256" }));
    if part(1)["iss"] != SERVICE {
        return Err("Invalid token: service not found");
    }
    let iat = part(1)["iat"].as_i64().expect("an instant");
    if (Clock::System.now().timestamp() - iat).abs() > 30 {
        return Err("Error: Your system clock must be accurate to within 30 seconds");
    }
    Ok(())
}

fn list(asked: &Asked, held: &mut Held) -> Answer {
    let reference = asked.query.strip_prefix("reference=").expect("a reference is asked for");
    let of = |(taken, status): (&Value, &String)| {
        (taken["reference"] == reference).then(|| {
            json!({ "id": TEMPLATE, "reference": reference, "email_address": taken["email_address"], "type": "email",
                    "status": status, "template": { "id": TEMPLATE, "version": 1, "uri": "" }, "body": "…", "subject": "…",
                    "created_at": "2026-11-30T07:30:00.000000Z", "sent_at": null, "completed_at": null })
        })
    };
    let found: Vec<Value> = held.notifications.iter().zip(&held.statuses).filter_map(of).collect();
    let (come, late): (Vec<Value>, Vec<Value>) =
        std::mem::take(&mut held.late).into_iter().partition(|late| late["reference"] == reference);
    held.late = late;
    for late in come {
        take(late, held);
    }
    Answer::json(200, &json!({ "notifications": found, "links": { "current": "/v2/notifications" } }))
}

fn post(asked: &Asked, held: &mut Held) -> Answer {
    let request: Value = serde_json::from_str(&asked.body).expect("JSON");
    assert_eq!(asked.headers.get("content-type").map(String::as_str), Some("application/json"));
    let act = held.acts.pop_front();
    if let Some(Act::Answer(answer)) = act {
        return answer;
    }
    if let Err(refused) = look_at(&request, held) {
        return refused;
    }
    match act {
        Some(Act::TakeAnd(answer)) => {
            take(request, held);
            answer
        }
        Some(Act::TakeLate) => {
            held.late.push(request);
            Answer::Stall
        }
        _ => {
            let reply = json!({
                "id": "740e5834-3a29-46b4-9a6f-16142fde533a", "reference": request["reference"], "scheduled_for": null,
                "content": { "subject": request["personalisation"]["subject"], "body": "…", "from_email": "council@notifications.example" },
                "uri": "https://api.example/v2/notifications/740e5834", "template": { "id": TEMPLATE, "version": 1, "uri": "" },
            });
            take(request, held);
            Answer::json(201, &reply)
        }
    }
}

/// What a request has to have, and may have.
fn look_at(request: &Value, held: &Held) -> Result<(), Answer> {
    const KNOWN: [&str; 6] =
        ["email_address", "template_id", "personalisation", "reference", "email_reply_to_id", "sanitise_content_for"];
    let invalid = |message: &str| Err(fault(400, "ValidationError", message));
    for field in ["email_address", "template_id"] {
        if request[field].as_str().is_none() {
            return invalid(&format!("{field} is a required property"));
        }
    }
    for field in request.as_object().expect("an object").keys() {
        if !KNOWN.contains(&field.as_str()) {
            return invalid(&format!("Additional properties are not allowed ({field} was unexpected)"));
        }
    }
    let to = request["email_address"].as_str().unwrap_or_default();
    if to.split('@').count() != 2 || to.contains(' ') {
        return invalid("email_address Not a valid email address");
    }
    if request["template_id"] != TEMPLATE {
        return Err(fault(400, "BadRequestError", "Template not found"));
    }
    let given = request["personalisation"].as_object().expect("personalisation");
    if let Some(missing) = held.fields.iter().find(|field| !given.contains_key(**field)) {
        return Err(fault(400, "BadRequestError", &format!("Missing personalisation: {missing}")));
    }
    Ok(())
}

fn take(request: Value, held: &mut Held) {
    held.notifications.push(request);
    held.statuses.push("created".to_owned());
}
