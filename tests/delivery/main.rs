//! Delivery against a scripted mail server, servers that others wrote, a folder, and an independent reading of the mail's bytes.

#![cfg(feature = "io")]
#![expect(clippy::expect_used, reason = "a test stops where something is not as it was set up")]

#[path = "../support/authority.rs"]
mod authority;
mod bytes;
mod encryption;
mod folder;
mod handing_over;
mod hostile;
mod kept;
mod servers;
#[path = "../support/smtp.rs"]
mod smtp;
mod stages;

use chrono::{DateTime, Utc};
use duewatch::delivery::{Channel, Frozen, Outcome, Outgoing, Smtp, SmtpSettings, Timeouts, Tls, render};
use secrecy::SecretString;

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

/// How a client that trusts this authority reaches a server.
fn trusting(authority: &authority::Authority, port: u16, tls: Tls) -> SmtpSettings {
    SmtpSettings { tls, ca_file: Some(authority.ca_file()), ..settings(port) }
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

fn with_password(mut settings: SmtpSettings) -> SmtpSettings {
    settings.credentials = Some(("duewatch".to_owned(), SecretString::from("s3cret")));
    settings
}
