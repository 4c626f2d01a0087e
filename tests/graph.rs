//! Microsoft Graph's `sendMail` as a way out, against a tenant and a Graph of our own.

#![cfg(feature = "io")]
#![expect(clippy::expect_used, reason = "a test stops where something is not as it was set up")]

#[path = "support/authority.rs"]
mod authority;
#[path = "support/http.rs"]
mod http;
#[path = "support/smtp.rs"]
mod smtp;
#[path = "support/tenant.rs"]
mod tenant;

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use authority::Authority;
use base64::{Engine, engine::general_purpose::STANDARD};
use duewatch::{
    clock::Clock,
    delivery::{Channel, Frozen, Graph, GraphSettings, Limits, Outcome, Outgoing, TokenSettings, Tokens, render},
};
use http::{Answer, Web};
use secrecy::SecretString;
use serde_json::json;
use tenant::{CLIENT_SECRET, tenant, tokens};
use tokio::net::TcpSocket;

const TO: &str = "nora.obriain@example.gov.uk";

fn frozen() -> Frozen {
    let mail = Outgoing {
        message_id: uuid::uuid!("0192f0c1-2b3a-7c4d-8e5f-60718293a4b5"),
        message_id_domain: "duewatch.example.gov.uk".to_owned(),
        from: "Child protection deadlines <deadlines@example.gov.uk>".to_owned(),
        to: format!("\"Ó Briain, Nóra of the second team in the east of the county\" <{TO}>"),
        reply_to: "cp-admin@example.gov.uk".to_owned(),
        subject: "2 visits due by Thursday – reply if wrong".to_owned(),
        text: "See the child by Thursday 3 December 2026.\n".to_owned(),
        html: "<p>See the child.</p>".to_owned(),
        calendar: None,
        date: "2026-11-30T07:30:00Z".parse().expect("an instant"),
    };
    let eml = render(&mail).expect("a mail");
    Frozen { message_id: mail.message_id, to: TO.to_owned(), eml, repeated: false }
}

fn settings(web: &Web) -> GraphSettings {
    GraphSettings {
        base_url: web.url(),
        sender: "deadlines@example.gov.uk".to_owned(),
        timeout_ms: 1_000,
        connections: 3,
        per_minute: Some(30),
        ca_file: None,
    }
}

/// A Graph that gives these answers, and then takes everything.
async fn graph(answers: impl IntoIterator<Item = Answer>) -> (Web, Arc<Mutex<Vec<String>>>) {
    let mut answers: VecDeque<Answer> = answers.into_iter().collect();
    let taken = Arc::new(Mutex::new(Vec::new()));
    let written = Arc::clone(&taken);
    let web = Web::start(move |asked| {
        assert_eq!(
            (asked.method.as_str(), asked.path.as_str()),
            ("POST", "/v1.0/users/deadlines%40example.gov.uk/sendMail")
        );
        assert_eq!(asked.headers["content-type"], "text/plain");
        assert!(asked.headers["authorization"].starts_with("Bearer token-"));
        if let Some(answer) = answers.pop_front() {
            return answer;
        }
        let mime = STANDARD.decode(&asked.body).expect("base64");
        written.lock().expect("a list").push(String::from_utf8(mime).expect("text"));
        Answer::Say { status: 202, headers: Vec::new(), body: String::new() }
    })
    .await;
    (web, taken)
}

fn channel(web: &Web, tokens: Tokens) -> Box<dyn Channel> {
    Box::new(Graph::new(settings(web), tokens, Clock::System).expect("settings"))
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

fn fault(status: u16, code: &str, retry_after: Option<&str>) -> Answer {
    let headers = retry_after.map(|value| ("retry-after", value.to_owned())).into_iter().collect();
    let body = json!({ "error": { "code": code, "message": format!("words about {TO}") } }).to_string();
    Answer::Say { status, headers, body }
}

#[tokio::test]
async fn the_very_bytes_are_handed_over() {
    let (tenant, (web, taken)) = (tenant(json!(3599)).await, graph([]).await);
    let channel = channel(&web, tokens(&tenant));
    assert_eq!(channel.limits(), Limits { connections: 3, per_minute: Some(30), longest_ms: 4_000 });
    for _ in 0..2 {
        let outcome = channel.send(&frozen()).await;
        assert_eq!(letter(&outcome), 'H', "{outcome:?}");
    }
    assert_eq!(*taken.lock().expect("a list"), [frozen().eml, frozen().eml]);
    assert_eq!(tenant.asked().len(), 1, "one token for both");
}

/// S: shut, for everybody. R: retry. F: refused. U: unknown. H: handed over.
#[tokio::test]
async fn every_reply_is_its_own_decision() {
    let say = |status| Answer::Say { status, headers: Vec::new(), body: "<html>a proxy</html>".to_owned() };
    let table = [
        (fault(400, "ErrorInvalidRecipients", None), 'F', "ErrorInvalidRecipients"),
        (fault(400, "ErrorMimeContentInvalidBase64String", None), 'F', ""),
        (say(413), 'F', "413"),
        (fault(400, "RequestBodyRead", None), 'S', "RequestBodyRead"),
        (say(400), 'S', "400"),
        (fault(403, "ErrorAccessDenied", None), 'S', "Mail.Send"),
        (fault(404, "ErrorInvalidUser", None), 'S', "mail.graph.sender"),
        (say(302), 'S', "302"),
        (say(408), 'R', "408"),
        (fault(429, "ApplicationThrottled", Some("17")), 'S', "after_ms: Some(17000)"),
        (fault(503, "ErrorServerBusy", Some("9")), 'S', "after_ms: Some(9000)"),
        (fault(503, "serviceNotAvailable", None), 'S', "after_ms: None"),
        // Nobody can be asked whether these were taken.
        (fault(500, "ErrorInternalServerError", None), 'U', "500"),
        (say(502), 'U', "502"),
        (say(504), 'U', "504"),
        (say(200), 'U', "200"),
        (Answer::Stall, 'U', "no answer within 1000 ms"),
        (Answer::Close, 'U', ""),
        (Answer::Raw(b"HTTP/1.1 20".to_vec()), 'U', ""),
        (Answer::Raw(b"\x00\x01garbage\r\n\r\n".to_vec()), 'U', ""),
        (Answer::Raw(b"HTTP/1.1 202 Accepted\r\ncontent-length: 10\r\n\r\n".to_vec()), 'H', ""),
    ];
    let tenant = tenant(json!(3599)).await;
    for (answer, expected, said) in table {
        let (web, _) = graph([answer.clone()]).await;
        let outcome = channel(&web, tokens(&tenant)).send(&frozen()).await;
        let words = format!("{outcome:?}");
        assert_eq!(letter(&outcome), expected, "{answer:?}: {words}");
        assert!(words.contains(said) && !words.contains("nora") && !words.contains("token-"), "{answer:?}: {words}");
        assert_eq!(web.asked().len(), 1, "{answer:?}");
    }
}

#[tokio::test]
async fn a_token_that_is_refused_is_fetched_anew_once() {
    let tenant = tenant(json!(3599)).await;
    let (web, taken) = graph([fault(401, "InvalidAuthenticationToken", None)]).await;
    let outcome = channel(&web, tokens(&tenant)).send(&frozen()).await;
    assert_eq!(letter(&outcome), 'H', "{outcome:?}");
    let shown: Vec<String> = web.asked().iter().map(|asked| asked.headers["authorization"].clone()).collect();
    assert_eq!(shown, ["Bearer token-1", "Bearer token-2"]);
    assert_eq!(taken.lock().expect("a list").len(), 1);

    let refused = || fault(401, "InvalidAuthenticationToken", None);
    let (web, _) = graph([refused(), refused()]).await;
    let outcome = channel(&web, tokens(&tenant)).send(&frozen()).await;
    assert_eq!(letter(&outcome), 'S', "{outcome:?}");
    assert_eq!((web.asked().len(), tenant.asked().len()), (2, 4));
}

#[tokio::test]
async fn a_token_is_kept_as_long_as_it_holds() {
    for (expires_in, asked) in
        [(json!(3599), 1), (json!("3599"), 1), (json!(0), 3), (json!(null), 3), (json!(-7), 3), (json!(1e300), 3)]
    {
        let tenant = tenant(expires_in.clone()).await;
        let (web, _) = graph([]).await;
        let channel = channel(&web, tokens(&tenant));
        for _ in 0..3 {
            assert_eq!(letter(&channel.send(&frozen()).await), 'H');
        }
        assert_eq!(tenant.asked().len(), asked, "{expires_in}");
    }
}

#[tokio::test]
async fn without_a_token_nothing_is_sent_and_nobody_learns_the_secret() {
    let tenant = tenant(json!(3599)).await;
    let (web, _) = graph([]).await;
    let wrong = TokenSettings { client_secret: SecretString::from("wrong-marker"), ..tenant::settings(&tenant) };
    let channel_with = |settings| channel(&web, Tokens::new(settings, Clock::System).expect("settings"));
    let channel = channel_with(wrong);
    let outcome = format!("{:?}", channel.send(&frozen()).await);
    assert!(outcome.contains("Shut") && outcome.contains("invalid_client (AADSTS7000215)"), "{outcome}");
    let test = channel.test().await.expect_err("refused");
    for text in [&outcome, &test, &format!("{channel:?}")] {
        assert!(!text.contains("wrong-marker"), "{text}");
    }
    // A port that is bound and not listened to refuses every connection.
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.bind("127.0.0.1:0".parse().expect("an address")).expect("a port");
    let token_url = format!("http://{}/", socket.local_addr().expect("an address"));
    let outcome = channel_with(TokenSettings { token_url, ..tenant::settings(&tenant) }).send(&frozen()).await;
    assert_eq!(letter(&outcome), 'S', "{outcome:?}");
    for answer in
        [Answer::Stall, Answer::Close, Answer::json(200, &json!({ "access_token": 7 })), Answer::json(500, &json!("x"))]
    {
        let silent = Web::start(move |_| answer.clone()).await;
        let outcome = channel_with(tenant::settings(&silent)).send(&frozen()).await;
        assert_eq!(letter(&outcome), 'S', "{outcome:?}");
    }
    assert_eq!(web.asked().len(), 0);
    let right = channel_with(tenant::settings(&tenant));
    right.test().await.expect("a token");
    assert!(!format!("{right:?}").contains(CLIENT_SECRET));
}

/// Graph sends to whom the mail itself names.
#[tokio::test]
async fn a_mail_that_names_somebody_else_is_not_sent() {
    let tenant = tenant(json!(3599)).await;
    let (web, _) = graph([]).await;
    let channel = channel(&web, tokens(&tenant));
    let whole = frozen();
    let to = whole.eml.lines().position(|line| line.starts_with("To:")).expect("a To header");
    assert!(
        whole.eml.lines().nth(to + 1).is_some_and(|line| line.starts_with(' ')),
        "the header is folded: {}",
        whole.eml
    );
    let head = |line: &str| whole.eml.replacen("Date:", &format!("{line}\r\nDate:"), 1);
    let eml = [
        whole.eml.replace(TO, "somebody.else@example.gov.uk"),
        whole.eml.replace(TO, &format!("x{TO}")),
        whole.eml.replace(&format!("<{TO}>"), &format!("<{TO}>, other@example.gov.uk")),
        head("Bcc: other@example.gov.uk"),
        head("CC: other@example.gov.uk"),
        head(&format!("to: {TO}")),
        whole.eml.replace("To:", "Two:"),
        String::new(),
    ];
    for eml in eml {
        let outcome = channel.send(&Frozen { eml, ..whole.clone() }).await;
        assert_eq!(letter(&outcome), 'F', "{outcome:?}");
    }
    assert_eq!(web.asked().len(), 0);
}

#[tokio::test]
async fn only_a_server_whose_certificate_is_trusted_learns_anything() {
    let (authority, another) = (Authority::new("127.0.0.1"), Authority::new("127.0.0.1"));
    let tenant = tenant(json!(3599)).await;
    let took = |_: &http::Asked| Answer::Say { status: 202, headers: Vec::new(), body: String::new() };
    let web = Web::sealed(authority.server(), took).await;
    for (ca_file, expected) in [(None, 'S'), (Some(another.ca_file()), 'S'), (Some(authority.ca_file()), 'H')] {
        let settings = GraphSettings { ca_file, ..settings(&web) };
        let graph = Graph::new(settings, tokens(&tenant), Clock::System).expect("settings");
        let channel: Box<dyn Channel> = Box::new(graph);
        let outcome = channel.send(&frozen()).await;
        assert_eq!(letter(&outcome), expected, "{outcome:?}");
        assert_eq!(web.asked().len(), usize::from(expected == 'H'));
    }
}
