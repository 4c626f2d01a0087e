//! Delivery against a scripted mail server, a folder, and an independent reading of the mail's bytes.

#![cfg(feature = "io")]
#![expect(clippy::expect_used, reason = "a test stops where something is not as it was set up")]

#[path = "support/smtp.rs"]
mod smtp;

use std::{path::Path, sync::Arc};

use chrono::{DateTime, Utc};
use duewatch::delivery::{
    Channel, FileDrop, Frozen, Outcome, Outgoing, RenderError, Smtp, SmtpRefused, SmtpSettings, Timeouts, Tls, render,
};
use proptest::prelude::*;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use secrecy::SecretString;
use smtp::{Act, Protect, Script, Server, Stage};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio_rustls::rustls::{ServerConfig, crypto::ring, pki_types::PrivateKeyDer};

/// Long enough never to matter.
const LONG_MS: u64 = 30_000;
/// Short enough to wait for.
const SHORT_MS: u64 = 1_000;

fn mail() -> Outgoing {
    Outgoing {
        message_id: uuid::uuid!("0192f0c1-2b3a-7c4d-8e5f-60718293a4b5"),
        message_id_domain: "duewatch.example.gov.uk".to_owned(),
        from: "Child protection deadlines <deadlines@example.gov.uk>".to_owned(),
        to: "\"Ó Briain, Nóra\" <nora.obriain@example.gov.uk>".to_owned(),
        reply_to: "cp-admin@example.gov.uk".to_owned(),
        subject: "2 visits due by Thursday – reply if wrong".to_owned(),
        text: "See the child by Thursday 3 December 2026.\n\n.\n..dots at the start of a line\nLength = 10 working days – \
               counted from Thursday 19 November 2026, the day of the conference.\n"
            .to_owned(),
        html: "<!doctype html>\n<html lang=\"en-GB\"><body><h1>Visits due</h1>\n<p>See the child by <b>Thursday 3 December \
               2026</b>.</p>\n</body></html>\n"
            .to_owned(),
        calendar: None,
        date: instant("2026-11-30T07:30:00Z"),
    }
}

fn instant(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

fn frozen() -> Frozen {
    let mail = mail();
    let eml = render(&mail).expect("a mail");
    Frozen { message_id: mail.message_id, to: "nora.obriain@example.gov.uk".to_owned(), eml, repeated: false }
}

fn settings(port: u16) -> SmtpSettings {
    SmtpSettings {
        host: "127.0.0.1".to_owned(),
        port,
        tls: Tls::None,
        credentials: None,
        hello_name: "duewatch.example.gov.uk".to_owned(),
        envelope_from: "bounces@example.gov.uk".to_owned(),
        timeouts: Timeouts { connect_ms: LONG_MS, reply_ms: LONG_MS, end_of_data_ms: LONG_MS },
        connections: 1,
        per_minute: None,
        messages_per_connection: 1,
        ca_file: None,
    }
}

fn channel(settings: SmtpSettings) -> Box<dyn Channel> {
    Box::new(Smtp::new(settings).expect("settings"))
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

mod stages {
    use super::*;

    async fn attempt(stage: Stage, act: Act) -> (Outcome, smtp::Seen) {
        let server = Server::start(Script::willing().but(stage, act)).await;
        let mut settings = settings(server.at.port());
        if matches!(act, Act::SayAndStall(_)) && stage != Stage::Quit {
            if matches!(stage, Stage::End | Stage::Body) {
                settings.timeouts.end_of_data_ms = SHORT_MS;
            } else {
                settings.timeouts.reply_ms = SHORT_MS;
            }
        }
        let outcome = channel(settings).send(&frozen()).await;
        (outcome, server.seen().await)
    }

    /// S: shut, for everybody. R: retry. F: refused. U: unknown. H: handed over.
    #[tokio::test]
    async fn every_failure_at_every_stage_is_its_own_decision() {
        let acts = [
            Act::Say(b"451 4.3.0 not now\r\n"),
            Act::Say(b"550 5.7.1 never\r\n"),
            Act::SayAndClose(b""),
            Act::SayAndStall(b""),
            Act::SayAndStall(b"well hello\r\n"),
            Act::SayAndStall(b"\xff\xfe\xfd\r\n"),
            Act::SayAndStall(b"25"),
            Act::SayAndClose(b"250 as good as"),
            Act::SayAndClose(b"250-first\r\n"),
            Act::SayAndClose(b"250-first\r\n550 second\r\n"),
        ];
        let table = [
            // A server that has not let us in has said nothing about the message.
            (Stage::Banner, "SSSSSSSSSS"),
            (Stage::Ehlo, "SSSSSSSSSS"),
            // Whom it refuses here is ourselves, as the sender.
            (Stage::Mail, "SSSSSSSSSS"),
            (Stage::Rcpt, "RFRRRRRRRR"),
            (Stage::Data, "RFRRRRRRRR"),
            (Stage::End, "RFUUUUUUUU"),
            // After the 250 nothing that happens can take the message back.
            (Stage::Quit, "HHHHHHHHHH"),
        ];
        let all = table.map(|(stage, expected)| {
            let attempts = acts.map(|act| tokio::spawn(attempt(stage, act)));
            (stage, expected, attempts)
        });
        for (stage, expected, attempts) in all {
            let mut got = String::new();
            for (attempt, act) in attempts.into_iter().zip(acts) {
                let (outcome, seen) = attempt.await.expect("an attempt");
                let whole = matches!(stage, Stage::End | Stage::Quit);
                assert_eq!(seen.messages.len(), usize::from(whole), "{stage:?} {act:?}: {seen:?}");
                got.push(letter(&outcome));
            }
            assert_eq!(got, expected, "{stage:?}");
        }
    }

    #[tokio::test]
    async fn the_wrong_good_answer_is_no_success() {
        let table: [(Stage, &'static [u8], char); 8] = [
            (Stage::Mail, b"354 go\r\n", 'S'),
            (Stage::Rcpt, b"354 go\r\n", 'R'),
            (Stage::Rcpt, b"251 will forward\r\n", 'H'),
            (Stage::Rcpt, b"252 cannot say\r\n", 'R'),
            (Stage::Data, b"250 ok\r\n", 'R'),
            (Stage::End, b"354 more\r\n", 'U'),
            (Stage::End, b"251 ok\r\n", 'U'),
            (Stage::End, b"250-one\r\n250 two\r\n", 'H'),
        ];
        for (stage, reply, expected) in table {
            let (outcome, _) = attempt(stage, Act::Say(reply)).await;
            assert_eq!(letter(&outcome), expected, "{stage:?}: {outcome:?}");
        }
    }

    #[tokio::test]
    async fn a_break_while_the_message_is_being_sent_is_unknown() {
        for act in [Act::SayAndClose(b""), Act::SayAndStall(b"")] {
            let (outcome, seen) = attempt(Stage::Body, act).await;
            assert_eq!(letter(&outcome), 'U', "{act:?}: {outcome:?}");
            let said = String::from_utf8_lossy(&seen.unanswered);
            assert!(!said.contains("QUIT"), "nothing is said where a command may be read as text: {said}");
        }
    }

    #[tokio::test]
    async fn being_asked_to_sign_in_says_nothing_about_the_recipient() {
        let (outcome, _) = attempt(Stage::Mail, Act::Say(b"530 5.7.0 authentication required\r\n")).await;
        assert_eq!(letter(&outcome), 'S', "{outcome:?}");
    }

    #[tokio::test]
    async fn a_refusal_names_its_code_and_no_address() {
        let reply = b"550-5.1.1 <nora.obriain@example.gov.uk>\r\n550 5.1.1 unknown\x07 here\r\n";
        let (outcome, seen) = attempt(Stage::Rcpt, Act::Say(reply)).await;
        let Outcome::Refused { code, why } = outcome else { panic!("{outcome:?}") };
        assert_eq!(code, Some(550));
        assert_eq!(why, "RCPT TO: permanent error (550): 5.1.1 <(address)> unknown here");
        assert_eq!(seen.commands.last().map(String::as_str), Some("QUIT"));
    }

    #[tokio::test]
    async fn nobody_listens() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        drop(listener);
        let outcome = channel(settings(port)).send(&frozen()).await;
        assert_eq!(letter(&outcome), 'S', "{outcome:?}");
    }

    #[tokio::test]
    async fn a_connection_that_is_never_taken() {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.bind("127.0.0.1:0".parse().expect("an address")).expect("a port");
        let listener = socket.listen(0).expect("a queue of the shortest length");
        let at = listener.local_addr().expect("an address");
        // The system completes connections until the queue is full, and then leaves the next ones without an answer.
        let mut queue = Vec::new();
        let short = std::time::Duration::from_millis(SHORT_MS);
        while let Ok(stream) = tokio::time::timeout(short, TcpStream::connect(at)).await {
            queue.push(stream.expect("a place in the queue"));
        }
        let mut settings = settings(at.port());
        settings.timeouts.connect_ms = SHORT_MS;
        let outcome = channel(settings).send(&frozen()).await;
        assert_eq!(
            outcome,
            Outcome::Shut { why: "connecting to the mail server: no answer within 1000 ms".to_owned(), after_ms: None }
        );
    }
}

mod handing_over {
    use super::*;

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
        for eml in ["a\n.\nMAIL FROM:<x@y>\r\n", "a\r.\r\n", "a\r\n.\r", "ü\r\n"] {
            let outcome = channel(settings(port)).send(&Frozen { eml: eml.to_owned(), ..frozen() }).await;
            assert_eq!(letter(&outcome), 'F', "{eml:?}: {outcome:?}");
        }
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
}

mod encryption {
    use super::*;

    /// A certificate authority and a server's certificate, made for this run.
    struct Authority {
        dir: tempfile::TempDir,
        server: Arc<ServerConfig>,
    }

    impl Authority {
        fn new(host: &str) -> Self {
            let mut params = CertificateParams::new(Vec::new()).expect("an authority");
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            let ca = CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("an authority");
            let key = KeyPair::generate().expect("a key");
            let leaf = CertificateParams::new(vec![host.to_owned()]).expect("a name");
            let leaf = leaf.signed_by(&key, &ca).expect("a certificate");
            let server = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
                .with_safe_default_protocol_versions()
                .expect("versions")
                .with_no_client_auth()
                .with_single_cert(vec![leaf.der().clone()], PrivateKeyDer::Pkcs8(key.serialize_der().into()))
                .expect("a server");
            let dir = tempfile::tempdir().expect("a folder");
            std::fs::write(dir.path().join("ca.pem"), ca.pem()).expect("a file");
            Self { dir, server: Arc::new(server) }
        }

        fn settings(&self, port: u16, tls: Tls) -> SmtpSettings {
            SmtpSettings { tls, ca_file: Some(self.dir.path().join("ca.pem")), ..settings(port) }
        }

        fn script(&self, tls: Tls) -> Script {
            let protect = match tls {
                Tls::None => Protect::No,
                Tls::StartTls => Protect::StartTls(Arc::clone(&self.server)),
                Tls::Implicit => Protect::Implicit(Arc::clone(&self.server)),
            };
            Script { protect, ..Script::willing() }
        }
    }

    const BOTH: [Tls; 2] = [Tls::StartTls, Tls::Implicit];

    fn with_password(mut settings: SmtpSettings) -> SmtpSettings {
        settings.credentials = Some(("duewatch".to_owned(), SecretString::from("s3cret")));
        settings
    }

    #[tokio::test]
    async fn mail_goes_over_tls_and_the_password_with_it() {
        let authority = Authority::new("127.0.0.1");
        // `printf '\0duewatch\0s3cret' | base64`, and the two words by themselves.
        let plain = ["AUTH PLAIN AGR1ZXdhdGNoAHMzY3JldA=="].as_slice();
        let login = ["AUTH LOGIN", "ZHVld2F0Y2g=", "czNjcmV0"].as_slice();
        for tls in BOTH {
            for (offered, expected) in [("PLAIN LOGIN", plain), ("LOGIN", login), ("CRAM-MD5 LOGIN PLAIN", plain)] {
                let server = Server::start(Script { auth: offered, ..authority.script(tls) }).await;
                let outcome = channel(with_password(authority.settings(server.at.port(), tls))).send(&frozen()).await;
                assert_eq!(letter(&outcome), 'H', "{tls:?}: {outcome:?}");
                let seen = server.seen().await;
                let clear =
                    if tls == Tls::StartTls { ["EHLO duewatch.example.gov.uk", "STARTTLS"].as_slice() } else { &[] };
                assert_eq!(seen.commands[..seen.in_the_clear], *clear, "{tls:?}");
                let sealed = &seen.commands[seen.in_the_clear..];
                assert_eq!(sealed[0], "EHLO duewatch.example.gov.uk");
                assert_eq!(sealed[1..=expected.len()], *expected, "{tls:?}");
                assert_eq!(String::from_utf8_lossy(&seen.messages[0]), frozen().eml);
            }
        }
    }

    #[tokio::test]
    async fn a_certificate_that_is_not_trusted_or_not_the_hosts_stops_everything() {
        let right = Authority::new("127.0.0.1");
        let other_name = Authority::new("mail.example.gov.uk");
        let stranger = Authority::new("127.0.0.1");
        for tls in BOTH {
            for (server_side, trusted) in [(&other_name, &other_name), (&stranger, &right)] {
                let server = Server::start(Script { auth: "PLAIN", ..server_side.script(tls) }).await;
                let settings = with_password(trusted.settings(server.at.port(), tls));
                let outcome = channel(settings).send(&frozen()).await;
                assert_eq!(letter(&outcome), 'S', "{tls:?}: {outcome:?}");
                assert!(format!("{outcome:?}").contains("certificate"), "{tls:?}: {outcome:?}");
                let seen = server.seen().await;
                assert!(!seen.commands.iter().any(|line| line.starts_with("AUTH") || line.starts_with("MAIL")));
            }
        }
    }

    #[tokio::test]
    async fn starttls_is_never_left_out() {
        let authority = Authority::new("127.0.0.1");
        let refusals = [
            authority.script(Tls::None),
            authority.script(Tls::StartTls).but(Stage::StartTls, Act::SayAndStall(b"454 not now\r\n")),
            authority.script(Tls::StartTls).but(Stage::StartTls, Act::SayAndStall(b"554 never\r\n")),
            authority.script(Tls::StartTls).but(Stage::StartTls, Act::SayAndClose(b"")),
            authority.script(Tls::StartTls).but(Stage::StartTls, Act::SayAndStall(b"")),
            authority.script(Tls::StartTls).but(Stage::Handshake, Act::SayAndStall(b"")),
            authority.script(Tls::StartTls).but(Stage::Handshake, Act::SayAndClose(b"no tls here\r\n")),
        ];
        for script in refusals {
            let server = Server::start(Script { auth: "PLAIN", ..script }).await;
            let mut settings = with_password(authority.settings(server.at.port(), Tls::StartTls));
            settings.timeouts.reply_ms = SHORT_MS;
            let outcome = channel(settings).send(&frozen()).await;
            assert_eq!(letter(&outcome), 'S', "{outcome:?}");
            let seen = server.seen().await;
            assert!(!seen.commands.iter().any(|line| line.starts_with("AUTH") || line.starts_with("MAIL")), "{seen:?}");
        }
    }

    #[tokio::test]
    async fn answers_slipped_in_before_tls_count_for_nothing() {
        let authority = Authority::new("127.0.0.1");
        let slipped = Act::Say(b"220 go\r\n250 EHLO\r\n250 MAIL\r\n250 RCPT\r\n354 DATA\r\n250 taken\r\n");
        let server = Server::start(authority.script(Tls::StartTls).but(Stage::StartTls, slipped)).await;
        let outcome = channel(authority.settings(server.at.port(), Tls::StartTls)).send(&frozen()).await;
        assert_eq!(letter(&outcome), 'S', "{outcome:?}");
        assert_eq!(server.seen().await.messages.len(), 0);
    }

    #[tokio::test]
    async fn a_password_that_is_not_taken_is_no_fault_of_the_message() {
        let authority = Authority::new("127.0.0.1");
        let taken = authority.script(Tls::Implicit);
        for (auth, reply) in [
            ("PLAIN", &b"535 5.7.8 wrong\r\n"[..]),
            ("PLAIN", b"454 4.7.0 later\r\n"),
            ("PLAIN", b"250 what\r\n"),
            ("CRAM-MD5", b""),
            ("", b""),
        ] {
            let server = Server::start(Script { auth, ..taken.clone() }.but(Stage::Auth, Act::Say(reply))).await;
            let outcome =
                channel(with_password(authority.settings(server.at.port(), Tls::Implicit))).send(&frozen()).await;
            assert_eq!(letter(&outcome), 'S', "{auth}: {outcome:?}");
            assert_eq!(server.seen().await.messages.len(), 0);
        }
    }

    #[tokio::test]
    async fn a_stalled_handshake_ends() {
        let authority = Authority::new("127.0.0.1");
        let server = Server::start(authority.script(Tls::Implicit).but(Stage::Handshake, Act::SayAndStall(b""))).await;
        let mut settings = authority.settings(server.at.port(), Tls::Implicit);
        settings.timeouts.reply_ms = SHORT_MS;
        assert_eq!(
            channel(settings).send(&frozen()).await,
            Outcome::Shut { why: "the TLS handshake: no answer within 1000 ms".to_owned(), after_ms: None }
        );
    }
}

mod folder {
    use super::*;

    fn names(dir: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(dir).expect("a folder");
        entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("a name")).collect()
    }

    #[tokio::test]
    async fn one_message_is_one_file_however_often_it_is_sent() {
        let dir = tempfile::tempdir().expect("a folder");
        let channel: Box<dyn Channel> = Box::new(FileDrop::new(dir.path()));
        assert_eq!(channel.test().await, Ok(()));
        assert_eq!(names(dir.path()), Vec::<String>::new());
        let frozen = frozen();
        let name = "0192f0c1-2b3a-7c4d-8e5f-60718293a4b5.eml";
        // What a crash in the middle of an earlier attempt leaves behind.
        std::fs::write(dir.path().join(".0192f0c1-2b3a-7c4d-8e5f-60718293a4b5.tmp"), "half").expect("a file");
        for _ in 0..2 {
            assert_eq!(letter(&channel.send(&frozen).await), 'H');
            assert_eq!(names(dir.path()), [name]);
            assert_eq!(std::fs::read_to_string(dir.path().join(name)).expect("a mail"), frozen.eml);
        }
        let other = Frozen { eml: "another\r\n".to_owned(), ..frozen.clone() };
        assert_eq!(letter(&channel.send(&other).await), 'F');
        assert_eq!(std::fs::read_to_string(dir.path().join(name)).expect("a mail"), frozen.eml);
    }

    #[tokio::test]
    async fn no_folder_is_a_reason_to_try_again_and_a_fault_to_report() {
        let dir = tempfile::tempdir().expect("a folder");
        let channel: Box<dyn Channel> = Box::new(FileDrop::new(dir.path().join("missing")));
        assert_eq!(letter(&channel.send(&frozen()).await), 'S');
        let error = channel.test().await.expect_err("no folder");
        assert!(error.contains("missing"), "{error}");
    }
}

mod bytes {
    use super::*;

    const HEADERS: [&str; 10] = [
        "Date",
        "From",
        "Reply-To",
        "To",
        "Subject",
        "Message-ID",
        "Auto-Submitted",
        "X-Auto-Response-Suppress",
        "MIME-Version",
        "Content-Type",
    ];

    /// The header block, unfolded, and what follows it.
    fn split(eml: &str) -> (Vec<String>, &str) {
        let (head, body) = eml.split_once("\r\n\r\n").expect("an empty line");
        let unfolded = head.replace("\r\n ", " ").replace("\r\n\t", "\t");
        (unfolded.split("\r\n").map(str::to_owned).collect(), body)
    }

    /// Quoted-printable read back, line ends as line feeds.
    fn unquote(encoded: &str) -> String {
        let joined = encoded.replace("=\r\n", "").replace("\r\n", "\n");
        let mut bytes = Vec::new();
        let mut rest = joined.bytes();
        while let Some(byte) = rest.next() {
            if byte == b'=' {
                let hex = [rest.next().expect("a digit"), rest.next().expect("a digit")];
                let hex = std::str::from_utf8(&hex).expect("hexadecimal");
                bytes.push(u8::from_str_radix(hex, 16).expect("hexadecimal"));
            } else {
                bytes.push(byte);
            }
        }
        String::from_utf8(bytes).expect("words")
    }

    /// Text, HTML and, where there is one, the calendar file.
    fn parts(eml: &str) -> Vec<String> {
        let outer = "--=m0192f0c12b3a7c4d8e5f60718293a4b5";
        let pieces: Vec<&str> = split(eml).1.split(outer).collect();
        let [before, words, calendar, after] = pieces.as_slice() else { return alternatives(eml) };
        assert_eq!((*before, *after), ("", "--\r\n"));
        let (head, body) = calendar.split_once("\r\n\r\n").expect("an empty line");
        assert!(head.contains("Content-Type: text/calendar; charset=utf-8; method=PUBLISH; name=dates.ics"), "{head}");
        assert!(head.contains("Content-Disposition: attachment; filename=\"dates.ics\""), "{head}");
        assert!(head.contains("Content-Transfer-Encoding: quoted-printable"), "{head}");
        let words = words.strip_prefix("\r\n").expect("a line end");
        let mut said = alternatives(words);
        said.push(unquote(body.strip_suffix("\r\n").expect("a line end")));
        said
    }

    fn alternatives(eml: &str) -> Vec<String> {
        let delimiter = "--=_0192f0c12b3a7c4d8e5f60718293a4b5";
        let pieces: Vec<&str> = split(eml).1.split(delimiter).collect();
        assert_eq!(pieces.len(), 4, "{eml}");
        assert_eq!((pieces[0], pieces[3]), ("", "--\r\n"));
        let part = |piece: &str| {
            let (head, body) = piece.split_once("\r\n\r\n").expect("an empty line");
            assert!(head.contains("Content-Transfer-Encoding: quoted-printable"), "{head}");
            unquote(body.strip_suffix("\r\n").expect("a line end"))
        };
        vec![part(pieces[1]), part(pieces[2])]
    }

    #[test]
    fn golden() {
        assert_eq!(render(&mail()).expect("a mail"), include_str!("golden/mail.eml"));
    }

    /// The mail with a calendar file of one day; its line ends are those that RFC 5545 wants.
    fn with_dates() -> Outgoing {
        let calendar = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//duewatch//duewatch//EN\r\nMETHOD:PUBLISH\r\n\
                        BEGIN:VEVENT\r\nUID:0123456789abcdef0123456789abcdef@example.gov.uk\r\nSEQUENCE:0\r\n\
                        DTSTAMP:20261130T073000Z\r\nDTSTART;VALUE=DATE:20261203\r\nSTATUS:CONFIRMED\r\n\
                        SUMMARY:Casework task due\r\nDESCRIPTION:Reference Ó-17\\, https://cases.example.gov.uk/case/\r\n \
                        %C3%93-17\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
        Outgoing { calendar: Some(calendar.to_owned()), ..mail() }
    }

    #[test]
    fn golden_with_dates() {
        let eml = render(&with_dates()).expect("a mail");
        assert_eq!(eml, include_str!("golden/mail-with-dates.eml"));
        let calendar = with_dates().calendar.expect("dates").replace("\r\n", "\n");
        assert_eq!(parts(&eml), [mail().text, mail().html, calendar]);
    }

    #[test]
    fn what_no_header_may_hold_is_refused() {
        let refused = |change: &dyn Fn(&mut Outgoing)| {
            let mut mail = mail();
            change(&mut mail);
            render(&mail).expect_err("refused")
        };
        assert_eq!(refused(&|m| m.subject.push_str("\r\nBcc: x@example.org")), RenderError::SubjectControl);
        assert_eq!(refused(&|m| m.subject.push('\0')), RenderError::SubjectControl);
        assert_eq!(refused(&|m| m.subject.push_str("=?utf-8?q?=0A?=")), RenderError::SubjectControl);
        assert!(matches!(refused(&|m| m.subject = "x".repeat(1 << 20)), RenderError::TooLong { what: "subject", .. }));
        assert!(matches!(refused(&|m| m.text = "x".repeat(2 << 20)), RenderError::TooLong { what: "text part", .. }));
        let huge = Some("x".repeat(2 << 20));
        assert!(matches!(
            refused(&|m| m.calendar.clone_from(&huge)),
            RenderError::TooLong { what: "calendar file", .. }
        ));
        assert_eq!(refused(&|m| m.text.clear()), RenderError::Empty("text part"));
        assert_eq!(refused(&|m| m.html = " \n".to_owned()), RenderError::Empty("HTML part"));
        assert_eq!(refused(&|m| m.date = instant("1969-12-31T23:59:59Z")), RenderError::Date);
        assert!(matches!(refused(&|m| m.message_id_domain = "a>\r\nX: y".to_owned()), RenderError::MessageIdDomain(_)));
        for list in ["a@example.org, b@example.org", "Jo\r\nBcc: <b@example.org>", "a@example.org\r\n"] {
            assert!(matches!(refused(&|m| m.from = list.to_owned()), RenderError::Address { header: "From", .. }));
            assert!(matches!(refused(&|m| m.to = list.to_owned()), RenderError::Address { header: "To", .. }));
            assert!(matches!(
                refused(&|m| m.reply_to = list.to_owned()),
                RenderError::Address { header: "Reply-To", .. }
            ));
        }
    }

    #[test]
    fn names_as_people_have_them() {
        for name in [
            "O'Brien (Duty Team)",
            "\"Smith, Jane\"",
            "Łukasz Żółć",
            "Dr. A. B. C. d'Arcy-Smythe",
            "北京",
            "a.b",
            "[x]",
        ] {
            let mail = Outgoing { to: format!("{name} <a@example.gov.uk>"), ..mail() };
            render(&mail).unwrap_or_else(|e| panic!("{name}: {e}"));
        }
    }

    fn address() -> impl Strategy<Value = String> {
        prop_oneof![
            2 => "[a-z.'+]{1,20}@[a-z]{1,10}\\.gov\\.uk",
            4 => "[^<>@\"\\\\,;:]{0,120} <[a-z]{1,64}@[a-z]{1,60}\\.gov\\.uk>",
            2 => "\"[^\"]{0,60}\" <[a-z]{1,9}@gov\\.im>",
            1 => "\\PC{0,60}",
            1 => any::<String>(),
        ]
    }

    fn subject() -> impl Strategy<Value = String> {
        prop_oneof!["\\PC{0,220}", any::<String>(), "[a-z]{150,200}", "[ -~]{0,200}", "[é ]{0,200}", "[ ]{0,100}x"]
    }

    fn words() -> impl Strategy<Value = String> {
        prop_oneof![any::<String>(), "(\\PC{0,90}\n){0,12}", "[a-z=. \t\r\n-]{0,3000}", "[é]{0,900}"]
    }

    proptest! {
        #[test]
        fn whatever_comes_in_a_mail_comes_out_or_nothing(
            from in address(), to in address(), reply_to in address(), subject in subject(), text in words(), html in words(),
            calendar in prop::option::of(words()),
        ) {
            let mail = Outgoing { from, to, reply_to, subject, text, html, calendar, ..mail() };
            // What is wrong with one field must not hide the others from the test.
            let sound = Outgoing { from: super::mail().from, to: super::mail().to, reply_to: super::mail().reply_to, ..mail.clone() };
            for mail in [mail, sound] {
                let Ok(eml) = render(&mail) else { continue };
                prop_assert_eq!(&eml, &render(&mail).expect("the same again"));
                prop_assert!(eml.is_ascii());
                prop_assert!(eml.ends_with("\r\n"));
                for line in eml.split("\r\n") {
                    prop_assert!(line.len() <= 998, "{} characters", line.len());
                    prop_assert!(!line.contains(['\r', '\n', '\0']), "{line:?}");
                }
                let (headers, _) = split(&eml);
                let names: Vec<&str> = headers.iter().map(|line| line.split(':').next().unwrap_or_default()).collect();
                prop_assert_eq!(names, HEADERS);
                let said = parts(&eml);
                prop_assert_eq!(&said[0], &mail.text.replace('\r', ""));
                prop_assert_eq!(&said[1], &mail.html.replace('\r', ""));
                let calendar = mail.calendar.map(|calendar| calendar.replace('\r', ""));
                prop_assert_eq!(said.get(2), calendar.as_ref());
            }
        }
    }
}
