//! How fast mail is handed to a server, beside postfix's own sender in the same run.
//!
//! `tests/mail-servers install && cargo bench --bench smtp` starts postfix's `smtp-sink`, which throws away what it takes, and
//! hands it the same mail over and over: by `smtp-source` and by this program's channel in turn, with as many connections. The
//! median of the rounds counts, and the ratio is what to compare: the figures themselves belong to the machine.
//! DUEWATCH_BENCH_ROUNDS (7) and DUEWATCH_BENCH_MESSAGES (3000) change how much is done.

#![expect(clippy::expect_used, reason = "a measurement that cannot be set up has failed")]
#![expect(clippy::print_stdout, reason = "the figures are what it is for")]

use std::{
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use duewatch::delivery::{Channel, Frozen, Outcome, Outgoing, Smtp, SmtpSettings, Timeouts, Tls, render};
use tokio::runtime::Runtime;

/// How the mail goes, and which part of the peer's speed it must reach.
struct Way {
    name: &'static str,
    sessions: usize,
    kept: bool,
    at_least: f64,
}

const WAYS: [Way; 3] = [
    Way { name: "a connection each, 1 at a time", sessions: 1, kept: false, at_least: 0.8 },
    Way { name: "a connection each, 3 at a time", sessions: 3, kept: false, at_least: 0.8 },
    Way { name: "3 connections kept open", sessions: 3, kept: true, at_least: 0.6 },
];

fn main() {
    let rounds = number("DUEWATCH_BENCH_ROUNDS", 7);
    let messages = number("DUEWATCH_BENCH_MESSAGES", 3_000);
    let sink = Sink::start();
    let frozen = frozen();
    let dir = tempfile::tempdir().expect("a folder");
    // It ends the lines itself, and says each leading dot twice.
    let file = dir.path().join("mail.eml");
    std::fs::write(&file, frozen.eml.replace("\r\n", "\n")).expect("a file");
    let runtime = Runtime::new().expect("a runtime");

    println!("{messages} mails of {} bytes, the median of {rounds} rounds\n", frozen.eml.len());
    println!("{:<32} {:>12} {:>12} {:>7} {:>9}", "", "smtp-source", "duewatch", "ratio", "at least");
    for way in &WAYS {
        let (mut theirs, mut ours) = (Vec::new(), Vec::new());
        for _ in 0..rounds {
            theirs.push(smtp_source(way, messages, &file, sink.port));
            ours.push(runtime.block_on(channel(way, messages, &frozen, sink.port)));
        }
        let rate = |times| f64::from(u32::try_from(messages).expect("few")) / median(times).as_secs_f64();
        let (theirs, ours) = (rate(theirs), rate(ours));
        let Way { name, at_least, .. } = way;
        println!("{name:<32} {theirs:>10.0}/s {ours:>10.0}/s {:>7.2} {at_least:>9.1}", ours / theirs);
    }
}

#[expect(clippy::disallowed_methods, reason = "how much is measured is no setting of the program")]
fn number(variable: &str, usual: usize) -> usize {
    std::env::var(variable).map_or(usual, |text| text.parse().expect("a number"))
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// Postfix's own sender, by itself.
fn smtp_source(way: &Way, messages: usize, file: &Path, port: u16) -> Duration {
    let mut command = postfix("smtp-source");
    if way.kept {
        command.arg("-d");
    }
    command.args(["-f", FROM, "-t", TO, "-m", &messages.to_string(), "-s", &way.sessions.to_string(), "-F"]);
    command.arg(file).arg(format!("127.0.0.1:{port}"));
    let begun = Instant::now();
    let status = command.status().expect("smtp-source starts");
    let took = begun.elapsed();
    assert!(status.success(), "smtp-source: {status}");
    took
}

/// This program's channel, a lane for each connection.
async fn channel(way: &Way, messages: usize, frozen: &Frozen, port: u16) -> Duration {
    let settings = SmtpSettings {
        host: "127.0.0.1".to_owned(),
        port,
        tls: Tls::None,
        credentials: None,
        hello_name: "duewatch.example.gov.uk".to_owned(),
        envelope_from: FROM.to_owned(),
        timeouts: Timeouts::default(),
        connections: way.sessions,
        per_minute: None,
        messages_per_connection: if way.kept { u32::MAX } else { 1 },
        ca_file: None,
    };
    let channel = std::sync::Arc::new(Smtp::new(settings).expect("settings"));
    let begun = Instant::now();
    let lanes: Vec<_> = (0..way.sessions)
        .map(|lane| {
            let (channel, frozen) = (channel.clone(), frozen.clone());
            let share = messages / way.sessions + usize::from(lane < messages % way.sessions);
            tokio::spawn(async move {
                let mut lane = channel.lane();
                for _ in 0..share {
                    let outcome = lane.send(&frozen).await;
                    assert!(matches!(outcome, Outcome::HandedOver { .. }), "{outcome:?}");
                }
                lane.close();
            })
        })
        .collect();
    for lane in lanes {
        lane.await.expect("a lane");
    }
    begun.elapsed()
}

const FROM: &str = "bounces@example.gov.uk";
const TO: &str = "nora.obriain@example.gov.uk";

/// A mail of the usual size.
fn frozen() -> Frozen {
    let message_id = uuid::uuid!("0192f0c1-2b3a-7c4d-8e5f-60718293a4b5");
    let line =
        "See the child by Thursday 3 December 2026: counted from Thursday 19 November 2026, the day of the conference.";
    let mail = Outgoing {
        message_id,
        message_id_domain: "duewatch.example.gov.uk".to_owned(),
        from: "Child protection deadlines <deadlines@example.gov.uk>".to_owned(),
        to: TO.to_owned(),
        reply_to: "cp-admin@example.gov.uk".to_owned(),
        subject: "2 visits due by Thursday".to_owned(),
        text: format!("{line}\n").repeat(10),
        html: format!("<p>{line}</p>\n").repeat(25),
        calendar: None,
        date: "2026-11-30T07:30:00Z".parse().expect("an instant"),
    };
    Frozen { message_id, to: TO.to_owned(), eml: render(&mail).expect("a mail"), repeated: false }
}

/// A server that throws away what it takes. It ends with the value.
struct Sink {
    port: u16,
    process: Child,
}

impl Sink {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        drop(listener);
        let mut command = postfix("smtp-sink");
        // It refuses to be root.
        command.args(["-u", "nobody", &format!("127.0.0.1:{port}"), "1000"]);
        let process = command.spawn().expect("smtp-sink starts");
        let mut sink = Self { port, process };
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(sink.process.try_wait().expect("a process").is_none(), "smtp-sink ended");
        }
        sink
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// One of postfix's programs, where `tests/mail-servers` has put it.
fn postfix(program: &str) -> Command {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mail-servers");
    let output = Command::new(script).args(["where", program]).stderr(Stdio::inherit()).output().expect("the script");
    assert!(output.status.success(), "tests/mail-servers install fetches what is missing");
    let answer = String::from_utf8(output.stdout).expect("two lines");
    let (path, libraries) = answer.trim_end().split_once('\n').expect("two lines");
    let mut command = Command::new(path);
    command.env("LD_LIBRARY_PATH", libraries);
    command
}
