//! TLS from the first byte and by STARTTLS, and the password under it.

use duewatch::delivery::{Outcome, Tls};

use super::{
    SHORT_MS,
    authority::Authority,
    channel, frozen, letter,
    smtp::{Act, Script, Server, Stage},
    trusting, with_password,
};

const BOTH: [Tls; 2] = [Tls::StartTls, Tls::Implicit];

#[tokio::test]
async fn mail_goes_over_tls_and_the_password_with_it() {
    let authority = Authority::new("127.0.0.1");
    // `printf '\0duewatch\0s3cret' | base64`, and the two words by themselves.
    let plain = ["AUTH PLAIN AGR1ZXdhdGNoAHMzY3JldA=="].as_slice();
    let login = ["AUTH LOGIN", "ZHVld2F0Y2g=", "czNjcmV0"].as_slice();
    for tls in BOTH {
        for (offered, expected) in [("PLAIN LOGIN", plain), ("LOGIN", login), ("CRAM-MD5 LOGIN PLAIN", plain)] {
            let server = Server::start(Script { auth: offered, ..authority.script(tls) }).await;
            let outcome = channel(with_password(trusting(&authority, server.at.port(), tls))).send(&frozen()).await;
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
            let settings = with_password(trusting(trusted, server.at.port(), tls));
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
        let mut settings = with_password(trusting(&authority, server.at.port(), Tls::StartTls));
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
    let outcome = channel(trusting(&authority, server.at.port(), Tls::StartTls)).send(&frozen()).await;
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
            channel(with_password(trusting(&authority, server.at.port(), Tls::Implicit))).send(&frozen()).await;
        assert_eq!(letter(&outcome), 'S', "{auth}: {outcome:?}");
        assert_eq!(server.seen().await.messages.len(), 0);
    }
}

#[tokio::test]
async fn a_stalled_handshake_ends() {
    let authority = Authority::new("127.0.0.1");
    let server = Server::start(authority.script(Tls::Implicit).but(Stage::Handshake, Act::SayAndStall(b""))).await;
    let mut settings = trusting(&authority, server.at.port(), Tls::Implicit);
    settings.timeouts.reply_ms = SHORT_MS;
    assert_eq!(
        channel(settings).send(&frozen()).await,
        Outcome::Shut { why: "the TLS handshake: no answer within 1000 ms".to_owned(), after_ms: None }
    );
}
