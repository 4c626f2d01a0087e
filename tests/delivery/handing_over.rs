//! A message handed over whole, and what is not begun at all.

use duewatch::delivery::{Frozen, Outcome, Smtp, SmtpRefused, SmtpSettings, Tls};
use secrecy::SecretString;

use super::{
    channel, frozen, letter, settings,
    smtp::{Act, Script, Server, Stage},
};

/// An address after which somebody else would have the mail too.
const SECOND_RECIPIENT: &str = "a@example.gov.uk>\r\nRCPT TO:<b@example.org";

#[tokio::test]
async fn the_server_gets_the_frozen_bytes_and_one_recipient() {
    let server = Server::start(Script::willing()).await;
    let frozen = frozen();
    let outcome = channel(settings(server.at.port())).send(&frozen).await;
    assert_eq!(outcome, Outcome::HandedOver { reply: "250 2.0.0 Ok: queued as 4711".to_owned() });
    let seen = server.seen().await;
    let commands = [
        "EHLO duewatch.example.gov.uk",
        "MAIL FROM:<bounces@example.gov.uk>",
        "RCPT TO:<nora.obriain@example.gov.uk>",
        "DATA",
        "QUIT",
    ];
    assert_eq!(seen.commands, commands);
    assert_eq!(seen.messages.len(), 1);
    assert_eq!(String::from_utf8_lossy(&seen.messages[0]), frozen.eml);
}

#[tokio::test]
async fn the_test_goes_as_far_as_it_can_without_a_mail() {
    let server = Server::start(Script::willing()).await;
    assert_eq!(channel(settings(server.at.port())).test().await, Ok(()));
    assert_eq!(server.seen().await.commands, ["EHLO duewatch.example.gov.uk", "QUIT"]);

    let script = Script::willing().but(Stage::Banner, Act::SayAndClose(b"554 5.7.1 not you\r\n"));
    let server = Server::start(script).await;
    let error = channel(settings(server.at.port())).test().await.expect_err("refused");
    assert!(error.contains("127.0.0.1 port") && error.contains("not you"), "{error}");
}

#[tokio::test]
async fn what_could_smuggle_a_second_mail_is_not_sent() {
    let port = 1; // Nobody is asked.
    let (long, longest) = ("x".repeat(999), "x".repeat(998));
    for eml in
        ["a\n.\nMAIL FROM:<x@y>\r\n", "a\r.\r\n", "a\r\n.\r", "ü\r\n", "a\0b\r\n", &format!("a\r\n{long}\r\n"), &long]
    {
        let outcome = channel(settings(port)).send(&Frozen { eml: eml.to_owned(), ..frozen() }).await;
        assert_eq!(letter(&outcome), 'F', "{eml:?}: {outcome:?}");
    }
    let server = Server::start(Script::willing()).await;
    let whole = Frozen { eml: format!("a\r\n{longest}\r\n"), ..frozen() };
    assert_eq!(letter(&channel(settings(server.at.port())).send(&whole).await), 'H');
    for to in
        ["a@example.gov.uk,b@example.gov.uk", "a@example.gov.uk>\r\nRCPT TO:<b@example.org", "", "ü@example.gov.uk"]
    {
        let outcome = channel(settings(port)).send(&Frozen { to: to.to_owned(), ..frozen() }).await;
        assert_eq!(letter(&outcome), 'F', "{to:?}: {outcome:?}");
    }
}

#[test]
fn settings_that_cannot_work_are_refused_at_the_start() {
    let refused = |change: fn(&mut SmtpSettings)| {
        let mut settings = SmtpSettings { host: "mail.example.gov.uk".to_owned(), ..settings(25) };
        change(&mut settings);
        Smtp::new(settings).expect_err("refused")
    };
    let password = || Some(("duewatch".to_owned(), SecretString::from("s3cret")));
    assert!(matches!(refused(|s| s.hello_name = "a\r\nMAIL FROM:<>".to_owned()), SmtpRefused::HelloName(_)));
    assert!(matches!(refused(|s| s.envelope_from = String::new()), SmtpRefused::EnvelopeFrom(_)));
    assert!(matches!(refused(|s| s.envelope_from = SECOND_RECIPIENT.to_owned()), SmtpRefused::EnvelopeFrom(_)));
    assert!(matches!(
        refused(|s| s.envelope_from = "a@example.org,b@example.org".to_owned()),
        SmtpRefused::EnvelopeFrom(_)
    ));
    let mut open = SmtpSettings { host: "mail.example.gov.uk".to_owned(), ..settings(25) };
    open.credentials = password();
    assert!(matches!(Smtp::new(open), Err(SmtpRefused::PasswordInTheClear)));
    let missing = refused(|s| (s.tls, s.ca_file) = (Tls::StartTls, Some("/nonexistent/ca.pem".into())));
    assert!(matches!(missing, SmtpRefused::CaFile { .. }));
    let dir = tempfile::tempdir().expect("a folder");
    let ca_file = dir.path().join("ca.pem");
    std::fs::write(&ca_file, "not a certificate\n").expect("a file");
    let empty = SmtpSettings { tls: Tls::Implicit, ca_file: Some(ca_file), ..settings(465) };
    assert!(matches!(Smtp::new(empty), Err(SmtpRefused::CaFile { .. })));
    let shown = format!("{:?}", Smtp::new(SmtpSettings { credentials: password(), ..settings(25) }));
    assert!(!shown.contains("s3cret"), "{shown}");
}
