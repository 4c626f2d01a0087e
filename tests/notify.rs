//! GOV.UK Notify as a way out, against a Notify of our own that follows the published one.

#![cfg(feature = "io")]
#![expect(clippy::expect_used, reason = "a test stops where something is not as it was set up")]

#[path = "support/authority.rs"]
mod authority;
#[path = "support/http.rs"]
mod http;
#[path = "support/notify.rs"]
mod notify;
#[path = "support/smtp.rs"]
mod smtp;

use authority::Authority;
use chrono::{DateTime, TimeDelta, Utc};
use duewatch::{
    clock::Clock,
    delivery::{Channel, Fate, Frozen, Notify, NotifySettings, Outcome, Outgoing, Returned, notify_reply},
};
use http::{Answer, Web};
use notify::{Act, LocalNotify, SECRET, SERVICE, TEMPLATE, fault};
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::net::TcpSocket;
use uuid::Uuid;

/// Short enough to wait for.
const SHORT_MS: u64 = 1_000;
const TO: &str = "nora.obriain@example.gov.uk";

fn mail() -> Outgoing {
    Outgoing {
        message_id: uuid::uuid!("0192f0c1-2b3a-7c4d-8e5f-60718293a4b5"),
        message_id_domain: "duewatch.example.gov.uk".to_owned(),
        from: "Child protection deadlines <deadlines@example.gov.uk>".to_owned(),
        to: TO.to_owned(),
        reply_to: "cp-admin@example.gov.uk".to_owned(),
        subject: "2 visits due by Thursday – reply if wrong".to_owned(),
        text: "See the child by *Thursday* 3 December 2026.\n\"Quoted\" – \u{202e}and turned.\n".to_owned(),
        html: "<p>See the child.</p>".to_owned(),
        calendar: None,
        date: "2026-11-30T07:30:00Z".parse().expect("an instant"),
    }
}

fn settings(base_url: &str) -> NotifySettings {
    NotifySettings {
        base_url: base_url.to_owned(),
        api_key: SecretString::from(format!("duewatch-live-{SERVICE}-{SECRET}\n")),
        template_id: Uuid::parse_str(TEMPLATE).expect("a UUID"),
        reply_to_id: None,
        timeout_ms: SHORT_MS,
        connections: 2,
        per_minute: Some(3000),
        ca_file: None,
    }
}

fn channel_at(base_url: &str, clock: Clock) -> Box<dyn Channel> {
    Box::new(Notify::new(settings(base_url), clock).expect("settings"))
}

fn channel(notify: &LocalNotify) -> Box<dyn Channel> {
    channel_at(&notify.web.url(), Clock::System)
}

fn frozen(channel: &dyn Channel, repeated: bool) -> Frozen {
    let mail = mail();
    let eml = channel.write(&mail).expect("a message");
    assert!(channel.reads(&eml));
    Frozen { message_id: mail.message_id, to: TO.to_owned(), eml, repeated }
}

async fn send(channel: &dyn Channel, repeated: bool) -> Outcome {
    channel.send(&frozen(channel, repeated)).await
}

fn letter(outcome: &Outcome) -> char {
    match outcome {
        Outcome::HandedOver { .. } => 'H',
        Outcome::Refused { .. } => 'F',
        Outcome::Retry { .. } => 'R',
        Outcome::Shut { .. } => 'S',
        Outcome::Unknown { .. } => 'U',
    }
}

fn words(outcome: &Outcome) -> String {
    format!("{outcome:?}")
}

#[tokio::test]
async fn a_message_is_taken_with_its_words_and_its_reference() {
    let notify = LocalNotify::start([]).await;
    let outcome = send(&*channel(&notify), false).await;
    assert_eq!(letter(&outcome), 'H', "{outcome:?}");
    let expected = json!({
        "reference": "0192f0c1-2b3a-7c4d-8e5f-60718293a4b5",
        "personalisation": { "subject": mail().subject, "body": mail().text },
        "sanitise_content_for": ["body"],
        "email_address": TO,
        "template_id": TEMPLATE,
    });
    assert_eq!(notify.held().notifications, [expected]);
}

#[tokio::test]
async fn answers_go_where_the_settings_say() {
    let notify = LocalNotify::start([]).await;
    let reply_to = Uuid::parse_str("8e222534-7f05-4972-86e3-17c5d9f894e2").expect("a UUID");
    let channel =
        Notify::new(NotifySettings { reply_to_id: Some(reply_to), ..settings(&notify.web.url()) }, Clock::System);
    send(&channel.expect("settings"), false).await;
    assert_eq!(notify.held().notifications[0]["email_reply_to_id"], reply_to.to_string());
}

/// What each reply to a message means. S: shut, for everybody. R: retry. F: refused. U: unknown. H: handed over.
#[tokio::test]
async fn every_reply_is_its_own_decision() {
    let say = |status| Answer::Say { status, headers: Vec::new(), body: "<html>a proxy</html>".to_owned() };
    let raw = |text: &str| Answer::Raw(text.as_bytes().to_vec());
    let table: Vec<(Act, char, usize, &str)> = vec![
        (Act::Answer(fault(400, "ValidationError", "email_address Not a valid email address")), 'F', 0, "Not a valid"),
        (
            Act::Answer(fault(
                400,
                "BadRequestError",
                "Emails cannot be longer than 2000000 bytes. Your message is 2000001 bytes",
            )),
            'F',
            0,
            "",
        ),
        (Act::Answer(fault(400, "BadRequestError", "Missing personalisation: name")), 'S', 0, "personalisation: name"),
        (Act::Answer(fault(400, "BadRequestError", "Template not found")), 'S', 0, "Template not found"),
        (
            Act::Answer(fault(400, "BadRequestError", "Cannot send to this recipient when service is in trial mode")),
            'S',
            0,
            "trial mode",
        ),
        (
            Act::Answer(fault(400, "BadRequestError", "Can't send to this recipient using a team-only API key")),
            'S',
            0,
            "team-only",
        ),
        (
            Act::Answer(fault(
                400,
                "BadRequestError",
                "email_reply_to_id 1 does not exist in database for service id 2",
            )),
            'S',
            0,
            "",
        ),
        (
            Act::Answer(fault(403, "AuthError", "Invalid token: API key not found")),
            'S',
            0,
            "the API key is not accepted",
        ),
        (
            Act::Answer(fault(403, "AuthError", "Error: Your system clock must be accurate to within 30 seconds")),
            'S',
            0,
            "clock right (NTP)",
        ),
        (Act::Answer(fault(404, "NoResultFound", "No result found")), 'S', 0, "base_url"),
        // What Notify says of itself, and it knows nothing of the message.
        (Act::Answer(fault(500, "Exception", "Internal server error")), 'R', 0, "500"),
        (Act::Answer(say(503)), 'R', 0, "503"),
        // Somebody before Notify lost patience with it: it may come yet.
        (Act::Answer(say(502)), 'U', 0, "502"),
        (Act::Answer(say(504)), 'U', 0, "504"),
        (Act::TakeAnd(fault(500, "Exception", "Internal server error")), 'H', 1, "has it"),
        (Act::TakeAnd(say(504)), 'H', 1, "has it"),
        // Not Notify's own success, and not Notify at all.
        (Act::Answer(say(200)), 'U', 0, ""),
        (Act::Answer(say(302)), 'S', 0, "302"),
        (Act::Answer(say(400)), 'S', 0, "400"),
        (Act::Answer(say(403)), 'S', 0, "403"),
        (Act::Answer(say(408)), 'R', 0, "408"),
        (Act::Answer(say(413)), 'F', 0, "413"),
        (Act::Answer(say(429)), 'S', 0, "429"),
        // Its own success is certain whatever follows it.
        (Act::TakeAnd(say(201)), 'H', 1, ""),
        (Act::TakeAnd(raw("HTTP/1.1 201 CREATED\r\ncontent-length: 500\r\n\r\n{\"id\": \"74")), 'H', 1, ""),
        // No answer, taken or not.
        (Act::TakeAnd(Answer::Stall), 'H', 1, "has it"),
        (Act::TakeAnd(Answer::Close), 'H', 1, "has it"),
        (Act::TakeAnd(raw("HTTP/1.1 20")), 'H', 1, "has it"),
        (Act::TakeAnd(raw("\u{0}\u{1}garbage\r\n\r\n")), 'H', 1, "has it"),
        (Act::Answer(Answer::Stall), 'U', 0, "no answer within 1000 ms"),
        (Act::Answer(Answer::Close), 'U', 0, "does not know the message so far"),
        (Act::Answer(raw("\u{0}\u{1}garbage\r\n\r\n")), 'U', 0, ""),
        (Act::TakeLate, 'U', 1, "does not know the message so far"),
    ];
    for (act, expected, taken, said) in table {
        let notify = LocalNotify::start([act.clone()]).await;
        let outcome = send(&*channel(&notify), false).await;
        assert_eq!(letter(&outcome), expected, "{act:?}: {outcome:?}");
        assert!(words(&outcome).contains(said), "{act:?}: {outcome:?}");
        assert_eq!(notify.held().notifications.len(), taken, "{act:?}");
        assert!(!words(&outcome).contains("nora") && !words(&outcome).contains(&SECRET[..8]), "{outcome:?}");
    }
}

#[tokio::test]
async fn each_limit_asks_to_wait_as_long_as_it_lasts() {
    let evening: DateTime<Utc> = "2026-11-30T22:30:00Z".parse().expect("an instant");
    let answer = |error: &'static str, retry_after: &'static [&'static str]| {
        move |_: &http::Asked| {
            let headers = retry_after.iter().map(|value| ("retry-after", (*value).to_owned())).collect();
            let body = json!({ "status_code": 429, "errors": [{ "error": error, "message": "Exceeded" }] }).to_string();
            Answer::Say { status: 429, headers, body }
        }
    };
    let table = [
        (answer("RateLimitError", &[]), 60_000),
        (answer("RateLimitError", &["7"]), 7_000),
        (answer("RateLimitError", &["Mon, 30 Nov 2026 22:30:20 GMT"]), 20_000),
        (answer("RateLimitError", &["soon"]), 60_000),
        // An hour and a half are left of the day, whatever else is said.
        (answer("TooManyRequestsError", &["7"]), 5_400_000),
    ];
    for (answer, expected) in table {
        let web = Web::start(answer).await;
        let outcome = send(&*channel_at(&web.url(), Clock::Fixed(evening)), false).await;
        assert!(
            matches!(outcome, Outcome::Shut { after_ms: Some(ms), .. } if ms == expected),
            "{expected}: {outcome:?}"
        );
    }
}

/// The same message again and again, until it is handed over: there is one notification, however it went.
#[tokio::test]
async fn whatever_is_lost_on_the_way_nobody_is_written_to_twice() {
    let html = Answer::Say { status: 502, headers: Vec::new(), body: String::new() };
    let lost = [
        Act::TakeAnd(Answer::Stall),
        Act::TakeAnd(Answer::Close),
        Act::TakeLate,
        Act::Answer(Answer::Stall),
        Act::Answer(html.clone()),
        Act::TakeAnd(html),
    ];
    for act in lost {
        // The question after the lost answer is lost as well, or not.
        for blind in [false, true] {
            let notify = LocalNotify::start([act.clone()]).await;
            if blind {
                notify.held().lists.push_back(Answer::Close);
                if matches!(act, Act::TakeLate) {
                    continue;
                }
            }
            let channel = channel(&notify);
            let first = send(&*channel, false).await;
            if letter(&first) != 'H' {
                assert_eq!(letter(&first), 'U', "{act:?}");
                let second = send(&*channel, true).await;
                assert_eq!(letter(&second), 'H', "{act:?} {blind}: {second:?}");
            }
            assert_eq!(notify.held().notifications.len(), 1, "{act:?} {blind}");
        }
    }
}

#[tokio::test]
async fn a_repetition_asks_first_and_sends_only_what_is_not_there() {
    let notify = LocalNotify::start([]).await;
    let channel = channel(&notify);
    assert_eq!(letter(&send(&*channel, true).await), 'H');
    assert_eq!((notify.posts(), notify.held().notifications.len()), (1, 1));
    assert_eq!(letter(&send(&*channel, true).await), 'H');
    assert_eq!((notify.posts(), notify.held().notifications.len()), (1, 1), "the second time it was there");
    // It cannot be asked: then nothing is sent either.
    notify.held().notifications.clear();
    for answer in [
        Answer::Stall,
        Answer::Close,
        fault(429, "RateLimitError", ""),
        fault(500, "Exception", ""),
        Answer::Raw(b"x".to_vec()),
    ] {
        notify.held().lists.push_back(answer.clone());
        let outcome = send(&*channel, true).await;
        assert!(matches!(letter(&outcome), 'S' | 'R'), "{answer:?}: {outcome:?}");
    }
    let elsewhere = Answer::json(200, &json!({ "notifications": [{ "reference": "another's", "status": "sending" }] }));
    notify.held().lists.push_back(elsewhere);
    assert_eq!(letter(&send(&*channel, true).await), 'H');
    assert_eq!(notify.posts(), 2, "another's message is not ours");
}

#[tokio::test]
async fn a_server_that_is_not_there_has_taken_nothing() {
    // A port that is bound and not listened to refuses every connection.
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.bind("127.0.0.1:0".parse().expect("an address")).expect("a port");
    let url = format!("http://{}", socket.local_addr().expect("an address"));
    let channel = channel_at(&url, Clock::System);
    let outcome = send(&*channel, false).await;
    assert_eq!(letter(&outcome), 'S', "{outcome:?}");
    assert!(channel.test().await.expect_err("not there").contains("cannot be reached"));
}

#[tokio::test]
async fn a_clock_that_is_wrong_is_told_from_a_key_that_is() {
    let notify = LocalNotify::start([]).await;
    let now = Clock::System.now();
    for (offset, expected) in [(-40, 'S'), (-20, 'H'), (20, 'H'), (40, 'S')] {
        let channel = channel_at(&notify.web.url(), Clock::Fixed(now + TimeDelta::seconds(offset)));
        let outcome = send(&*channel, false).await;
        assert_eq!(letter(&outcome), expected, "{offset}: {outcome:?}");
        assert!(expected == 'H' || words(&outcome).contains("clock right"), "{outcome:?}");
    }
    let other = settings(&notify.web.url());
    let api_key = SecretString::from(format!("x-{SERVICE}-{}", SECRET.replace('3', "4")));
    let channel = Notify::new(NotifySettings { api_key, ..other }, Clock::System).expect("settings");
    let outcome = send(&channel, false).await;
    assert!(words(&outcome).contains("the API key is not accepted"), "{outcome:?}");
    let refused = (&channel as &dyn Channel).test().await.expect_err("refused");
    assert!(refused.contains("the API key is not accepted"), "{refused}");
}

#[tokio::test]
async fn each_request_has_a_token_of_its_own() {
    let notify = LocalNotify::start([]).await;
    let early = Clock::System.now() - TimeDelta::seconds(5);
    send(&*channel_at(&notify.web.url(), Clock::Fixed(early)), false).await;
    send(&*channel(&notify), true).await;
    let asked = notify.web.asked();
    let token = |at: usize| asked[at].headers["authorization"].clone();
    assert_ne!(token(0), token(1));
}

#[tokio::test]
async fn the_template_is_looked_at_before_anything_depends_on_it() {
    let notify = LocalNotify::start([]).await;
    let channel = channel(&notify);
    channel.test().await.expect("the template is right");
    for (fields, said) in
        [(vec!["subject"], "((body))"), (vec!["subject", "body", "name"], "((name))"), (vec![], "((subject))")]
    {
        notify.held().fields = fields;
        let refused = channel.test().await.expect_err("another template");
        assert!(refused.contains(said), "{refused}");
    }
    assert_eq!(notify.posts(), 0);
    let other = NotifySettings { template_id: Uuid::nil(), ..settings(&notify.web.url()) };
    let other: Box<dyn Channel> = Box::new(Notify::new(other, Clock::System).expect("settings"));
    assert!(other.test().await.expect_err("not there").contains("template_id"));
}

#[tokio::test]
async fn statuses_are_told_once_they_are_final() {
    let notify = LocalNotify::start([]).await;
    let channel = channel(&notify);
    send(&*channel, false).await;
    let id = mail().message_id;
    let unknown = Uuid::nil();
    let table = [
        ("created", None),
        ("sending", None),
        ("a-new-word", None),
        ("delivered", Some(Fate::Delivered)),
        ("permanent-failure", Some(Fate::NoSuchMailbox)),
        ("temporary-failure", Some(Fate::GivenUp)),
        ("technical-failure", Some(Fate::GivenUp)),
    ];
    for (status, fate) in table {
        notify.held().statuses[0] = status.to_owned();
        let returned = channel.returned(&[unknown, id]).await.expect("an answer");
        let expected: Vec<Returned> =
            fate.into_iter().map(|fate| Returned { message_id: id, fate, why: status.to_owned() }).collect();
        assert_eq!(returned, expected, "{status}");
    }
    notify.held().lists.push_back(Answer::Close);
    let why = channel.returned(&[id]).await.expect_err("no answer");
    assert!(why.contains("GOV.UK Notify"), "{why}");
    // What was learnt before is not lost.
    let twice = json!({ "reference": id.to_string(), "status": "delivered" });
    let both = Answer::json(200, &json!({ "notifications": [twice.clone(), twice] }));
    notify.held().lists.extend([both, Answer::Close]);
    assert_eq!(channel.returned(&[id, unknown]).await.expect("one").len(), 1);
}

#[tokio::test]
async fn what_was_frozen_for_another_channel_is_not_sent() {
    let notify = LocalNotify::start([]).await;
    let channel = channel(&notify);
    let eml = duewatch::delivery::render(&mail()).expect("a mail");
    assert!(!channel.reads(&eml) && !channel.reads("{}") && !channel.reads("[1]"));
    let whole = frozen(&*channel, false);
    let other = whole.eml.replace("0192f0c1", "0192f0c2");
    for eml in [eml, "{".to_owned(), "{}".to_owned(), other] {
        let outcome = channel.send(&Frozen { eml, ..whole.clone() }).await;
        assert_eq!(letter(&outcome), 'F', "{outcome:?}");
    }
    let outcome = channel.send(&Frozen { to: "a@example.gov.uk, b@example.gov.uk".to_owned(), ..whole }).await;
    assert_eq!(letter(&outcome), 'F', "{outcome:?}");
    assert_eq!(notify.posts(), 0);
}

#[test]
fn settings_that_cannot_work_are_refused_and_show_no_secret() {
    let refused = |change: fn(&mut NotifySettings)| {
        let mut settings = settings("https://api.notifications.service.gov.uk");
        change(&mut settings);
        let shown = format!("{settings:?}");
        assert!(!shown.contains(&SECRET[..8]), "{shown}");
        Notify::new(settings, Clock::System).map(|channel| format!("{channel:?}")).map_err(|error| error.to_string())
    };
    let shown = refused(|_| ()).expect("good ones");
    assert!(!shown.contains(&SECRET[..8]), "{shown}");
    for url in ["http://api.notifications.service.gov.uk", "api.notifications.service.gov.uk", ""] {
        let error = Notify::new(settings(url), Clock::System).expect_err("not protected").to_string();
        assert!(error.contains("https://"), "{error}");
    }
    let error = refused(|settings| settings.api_key = SecretString::from("duewatch-3d844edf")).expect_err("too short");
    assert!(error.contains("UUID") && !error.contains(&SECRET[..8]), "{error}");
}

/// Replies that nobody sends, and some that somebody might.
#[test]
fn any_bytes_are_a_reply() {
    use notify_reply::{Reply, parse};
    let whole = json!({ "notifications": [{ "reference": null, "status": "sending" }] }).to_string();
    for status in [0, 100, 200, 201, 204, 400, 429, 500, 999, u16::MAX] {
        for at in 0..whole.len() {
            let half = parse(status, &whole.as_bytes()[..at]);
            assert_eq!(half, if status == 201 { Reply::Taken } else { Reply::Unreadable });
        }
        parse(status, &[0xff, 0xfe]);
        parse(status, "[".repeat(100_000).as_bytes());
    }
    assert!(
        matches!(parse(200, whole.as_bytes()), Reply::Listed(list) if list.len() == 1 && list[0].reference.is_none())
    );
    let errors = json!({ "errors": [{ "error": "AuthError" }], "more": Value::Null }).to_string();
    assert!(matches!(parse(403, errors.as_bytes()), Reply::Faults(faults) if faults[0].error == "AuthError"));
}

#[tokio::test]
async fn only_a_server_whose_certificate_is_trusted_learns_anything() {
    let authority = Authority::new("127.0.0.1");
    let notify = LocalNotify::sealed(authority.server()).await;
    let to = |ca_file| {
        let settings = NotifySettings { ca_file, ..settings(&notify.web.url()) };
        Box::new(Notify::new(settings, Clock::System).expect("settings")) as Box<dyn Channel>
    };
    let another = Authority::new("127.0.0.1");
    for ca_file in [None, Some(another.ca_file())] {
        let outcome = send(&*to(ca_file), false).await;
        assert!(matches!(&outcome, Outcome::Shut { why, .. } if why.contains("ca_file")), "{outcome:?}");
    }
    assert_eq!(notify.posts(), 0);
    let outcome = send(&*to(Some(authority.ca_file())), false).await;
    assert!(matches!(outcome, Outcome::HandedOver { .. }), "{outcome:?}");
    assert_eq!(notify.held().notifications.len(), 1);
}
