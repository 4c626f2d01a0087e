//! Signing in to a mail server with a token, against a scripted server and a tenant of our own.

#![cfg(feature = "io")]
#![expect(clippy::expect_used, reason = "a test stops where something is not as it was set up")]

#[path = "support/http.rs"]
mod http;
#[path = "support/smtp.rs"]
mod smtp;
#[path = "support/tenant.rs"]
mod tenant;

use std::net::SocketAddr;

use base64::{Engine, engine::general_purpose::STANDARD};
use duewatch::{
    clock::Clock,
    delivery::{Channel, Frozen, Outcome, Outgoing, Smtp, SmtpSettings, Timeouts, Tls, TokenSettings, Tokens, render},
};
use secrecy::SecretString;
use serde_json::json;
use smtp::{Act, Script, Seen, Stage, serve};
use tenant::{CLIENT_SECRET, tenant, tokens};
use tokio::{net::TcpListener, task::JoinHandle};

const USER: &str = "deadlines@example.gov.uk";
const LIMIT_MS: u64 = 30_000;

/// A server that holds one conversation after another, each by its own script.
async fn server(scripts: Vec<Script>) -> (SocketAddr, JoinHandle<Vec<Seen>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let at = listener.local_addr().expect("an address");
    let task = tokio::spawn(async move {
        let mut all = Vec::new();
        for script in scripts {
            let (stream, _) = listener.accept().await.expect("a client");
            let mut seen = Seen::default();
            serve(stream, &script, &mut seen).await;
            all.push(seen);
        }
        all
    });
    (at, task)
}

fn offering(auth: &'static str) -> Script {
    Script { auth, ..Script::willing() }
}

fn settings(port: u16) -> SmtpSettings {
    SmtpSettings {
        host: "127.0.0.1".to_owned(),
        port,
        tls: Tls::None,
        credentials: None,
        hello_name: "duewatch.example.gov.uk".to_owned(),
        envelope_from: USER.to_owned(),
        timeouts: Timeouts { connect_ms: LIMIT_MS, reply_ms: LIMIT_MS, end_of_data_ms: LIMIT_MS },
        connections: 1,
        per_minute: None,
        messages_per_connection: 1,
        ca_file: None,
    }
}

fn channel(at: SocketAddr, tokens: Tokens) -> Box<dyn Channel> {
    let smtp = Smtp::new(settings(at.port())).expect("settings");
    Box::new(smtp.with_tokens(USER.to_owned(), tokens).expect("on this machine"))
}

fn frozen() -> Frozen {
    let mail = Outgoing {
        message_id: uuid::uuid!("0192f0c1-2b3a-7c4d-8e5f-60718293a4b5"),
        message_id_domain: "duewatch.example.gov.uk".to_owned(),
        from: USER.to_owned(),
        to: "nora.obriain@example.gov.uk".to_owned(),
        reply_to: "cp-admin@example.gov.uk".to_owned(),
        subject: "2 visits due by Thursday".to_owned(),
        text: "See the child.\n".to_owned(),
        html: "<p>See the child.</p>".to_owned(),
        calendar: None,
        date: "2026-11-30T07:30:00Z".parse().expect("an instant"),
    };
    let eml = render(&mail).expect("a mail");
    Frozen { message_id: mail.message_id, to: mail.to, eml, repeated: false }
}

/// What was shown in each conversation, decoded.
fn shown(all: &[Seen]) -> Vec<String> {
    let of = |seen: &Seen| {
        let lines: Vec<&str> = seen.commands.iter().filter_map(|line| line.strip_prefix("AUTH XOAUTH2 ")).collect();
        let [line] = lines[..] else { panic!("one AUTH XOAUTH2: {:?}", seen.commands) };
        String::from_utf8(STANDARD.decode(line).expect("base64")).expect("text")
    };
    all.iter().map(of).collect()
}

/// The form that Google and Microsoft publish.
fn expected(token: &str) -> String {
    format!("user={USER}\u{1}auth=Bearer {token}\u{1}\u{1}")
}

fn mails(all: &[Seen]) -> usize {
    all.iter().map(|seen| seen.messages.len()).sum()
}

#[tokio::test]
async fn the_token_is_shown_and_kept_for_the_next_conversation() {
    let tenant = tenant(json!(3599)).await;
    // Whatever else is offered: a token is no password.
    let script = || offering("PLAIN LOGIN XOAUTH2");
    let (at, server) = server(vec![script(), script(), script()]).await;
    let channel = channel(at, tokens(&tenant));
    for _ in 0..2 {
        let outcome = channel.send(&frozen()).await;
        assert!(matches!(outcome, Outcome::HandedOver { .. }), "{outcome:?}");
    }
    channel.test().await.expect("it is let in");
    let all = server.await.expect("a server");
    assert_eq!(shown(&all), [expected("token-1"), expected("token-1"), expected("token-1")]);
    assert_eq!((mails(&all), tenant.asked().len()), (2, 1));
}

#[tokio::test]
async fn a_token_that_is_not_accepted_is_fetched_anew_once() {
    let refusals: [&'static [u8]; 2] = [
        b"535 5.7.3 Authentication unsuccessful\r\n",
        // Google's: the reasons as a challenge first.
        b"334 eyJzdGF0dXMiOiI0MDAifQ==\r\n",
    ];
    for refusal in refusals {
        let refusing = || offering("XOAUTH2").but(Stage::Auth, Act::Say(refusal));
        let tenant = tenant(json!(3599)).await;
        let (at, server) = server(vec![refusing(), offering("XOAUTH2")]).await;
        let outcome = channel(at, tokens(&tenant)).send(&frozen()).await;
        assert!(matches!(outcome, Outcome::HandedOver { .. }), "{outcome:?}");
        let all = server.await.expect("a server");
        assert_eq!(shown(&all), [expected("token-1"), expected("token-2")]);
        assert_eq!(mails(&all), 1);

        let (at, server) = self::server(vec![refusing(), refusing()]).await;
        let outcome = channel(at, tokens(&tenant)).send(&frozen()).await;
        let words = format!("{outcome:?}");
        assert!(words.contains("Shut") && words.contains("a new token is not accepted either"), "{words}");
        assert!(!words.contains("token-3") && !words.contains("token-4"), "{words}");
        assert_eq!(shown(&server.await.expect("a server")), [expected("token-3"), expected("token-4")]);
    }
}

/// Only a token that was refused is fetched anew: what else goes wrong, a new one would not mend.
#[tokio::test]
async fn any_other_failure_leaves_the_token_alone() {
    let acts = [
        offering("XOAUTH2").but(Stage::Auth, Act::Say(b"454 4.7.0 Temporary authentication failure\r\n")),
        offering("XOAUTH2").but(Stage::Auth, Act::SayAndClose(b"")),
        offering("XOAUTH2").but(Stage::Banner, Act::Say(b"421 busy\r\n")),
        offering("PLAIN LOGIN"),
        offering(""),
    ];
    for script in acts {
        let tenant = tenant(json!(3599)).await;
        let (at, server) = server(vec![script]).await;
        let outcome = channel(at, tokens(&tenant)).send(&frozen()).await;
        assert!(matches!(outcome, Outcome::Shut { .. }), "{outcome:?}");
        let all = server.await.expect("a server");
        assert_eq!((mails(&all), tenant.asked().len()), (0, 1), "{outcome:?}");
        assert!(!all[0].commands.iter().any(|line| line.starts_with("AUTH PLAIN") || line.starts_with("AUTH LOGIN")));
    }
}

#[tokio::test]
async fn without_a_token_the_server_is_not_spoken_to_and_nobody_learns_the_secret() {
    let tenant = tenant(json!(3599)).await;
    let wrong = TokenSettings { client_secret: SecretString::from("wrong-marker"), ..tenant::settings(&tenant) };
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let at = listener.local_addr().expect("an address");
    let channel = channel(at, Tokens::new(wrong, Clock::System).expect("settings"));
    let outcome = format!("{:?}", channel.send(&frozen()).await);
    assert!(outcome.contains("Shut") && outcome.contains("invalid_client (AADSTS7000215)"), "{outcome}");
    let test = channel.test().await.expect_err("no token");
    for text in [&outcome, &test, &format!("{channel:?}"), &format!("{:?}", tenant::settings(&tenant))] {
        assert!(!text.contains("wrong-marker") && !text.contains(CLIENT_SECRET), "{text}");
    }
}

#[tokio::test]
async fn a_token_never_crosses_an_open_network() {
    let tenant = tenant(json!(3599)).await;
    let smtp = Smtp::new(SmtpSettings { host: "mail.example.gov.uk".to_owned(), ..settings(25) }).expect("settings");
    let refused = smtp.with_tokens(USER.to_owned(), tokens(&tenant)).map(|_| ()).expect_err("in the clear").to_string();
    assert!(refused.contains("starttls"), "{refused}");
}
