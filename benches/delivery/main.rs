//! A morning's mail: claimed, worded, frozen, sent and recorded, to postfix's smtp-sink, beside postfix's smtp-source with as
//! many messages of the same size over as many connections, in the same run. The ledger is a SQLite file with every commit on
//! the disk before it returns.
//!
//! ```text
//! cargo bench --bench delivery                 2,000 messages, three rounds
//! cargo bench --bench delivery -- 15000 1      England's morning
//! ```
//!
//! Everybody is told the same few matters, of real duties; the words are found for each message anew.

#![expect(clippy::expect_used, clippy::print_stdout, reason = "a measurement that cannot be set up has failed")]

#[path = "../../tests/support/mod.rs"]
mod support;

use std::{
    net::TcpListener,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use duewatch::{clock::Clock, run::Watch, settings::Settings};
use support::program::{Cases, Folder, Keep, Mail};
use tokio_util::sync::CancellationToken;

const CONNECTIONS: usize = 3;

/// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let numbers: Vec<usize> = std::env::args().skip(1).filter_map(|arg| arg.parse().ok()).collect();
    let (messages, rounds) = (numbers.first().copied().unwrap_or(2_000), numbers.get(1).copied().unwrap_or(3));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(measure(messages, rounds));
}

async fn measure(messages: usize, rounds: usize) {
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for round in 1..=rounds {
        let sink = Sink::start();
        let folder = with_a_morning(messages, sink.port).await;
        let watch = Watch::open(&Settings::load(&folder.config()).expect("settings")).await.expect("a watch");
        let began = Instant::now();
        let delivered = watch.deliver(Clock::System, &CancellationToken::new()).await.expect("delivered");
        let took = began.elapsed();
        assert_eq!(delivered.handed_over, messages as u64, "every message was taken: {delivered:?}");
        watch.ledger.close().await;
        let bytes = folder.count("SELECT CAST(AVG(LENGTH(eml)) AS INTEGER) FROM mails").await;
        let commits = folder.count("SELECT COUNT(*) FROM links WHERE deed LIKE 'sent-%'").await;
        let source = smtp_source(messages, bytes, sink.port);
        println!(
            "round {round}: {messages} messages of {bytes} bytes in {took:.2?}, recorded in {commits} commits; smtp-source {source:.2?}"
        );
        ours.push(took);
        theirs.push(source);
    }
    let rate = |times: &mut Vec<Duration>| {
        times.sort();
        f64::from(u32::try_from(messages).expect("few")) / times[times.len() / 2].as_secs_f64()
    };
    let (ours, theirs) = (rate(&mut ours), rate(&mut theirs));
    println!("median: {ours:.0} a second, smtp-source {theirs:.0} a second: {:.2} of it (target 0.4)", ours / theirs);
    println!("most memory this process held: {} MB (target: under 100 for 15,000 messages)", most_memory_kb() / 1024);
}

/// A ledger in which so many people are owed a message now.
async fn with_a_morning(messages: usize, port: u16) -> Folder {
    let cases = Cases::of_today().await;
    let folder = Folder::real(&cases, Keep::Sqlite, Mail::Server { port, timeout_ms: 10_000 }).await;
    let settings = std::fs::read_to_string(folder.config()).expect("settings");
    std::fs::write(folder.config(), format!("{settings}connections = {CONNECTIONS}\n")).expect("settings");
    let mut watch = Watch::open(&Settings::load(&folder.config()).expect("settings")).await.expect("a watch");
    watch.poll(Clock::System).await.expect("a poll");
    watch.ledger.close().await;
    let [[somebody]] = folder
        .rows("SELECT mailbox FROM notices WHERE state = 'queued' GROUP BY 1 ORDER BY ABS(COUNT(*) - 3), 1 LIMIT 1")
        .await
        .try_into()
        .expect("somebody is told something");
    let numbers =
        format!("WITH RECURSIVE numbers (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < {messages})");
    folder
        .script(&format!(
            "{numbers} INSERT INTO recipients (person, address)
                 SELECT 'p' || i, 'p' || i || '@wrenholt.example' FROM numbers;
             {numbers} INSERT INTO notices (effect, child, duty, duty_key, generation, step, repetition, person, kind, role,
                 mailbox, address, urgent, owed_at_us, send_at_us, because, state, decided_run, place)
                 SELECT effect || '-' || i, child, duty, duty_key, generation, step, repetition, 'p' || i, kind, role,
                        'p' || i, 'p' || i || '@wrenholt.example', urgent, owed_at_us, 0, because, 'queued', decided_run, place
                 FROM notices, numbers WHERE mailbox = '{somebody}' AND state = 'queued';
             UPDATE notices SET state = 'withdrawn' WHERE send_at_us > 0"
        ))
        .await;
    folder
}

/// postfix's own server for tests.
struct Sink {
    port: u16,
    server: Child,
}

impl Sink {
    fn start() -> Sink {
        let free = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = free.local_addr().expect("an address").port();
        drop(free);
        // It refuses to be root.
        let server = postfix("smtp-sink").args(["-u", "nobody", &format!("127.0.0.1:{port}"), "1000"]).spawn();
        let mut sink = Sink { port, server: server.expect("smtp-sink starts") };
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(sink.server.try_wait().expect("a process").is_none(), "smtp-sink ended");
        }
        sink
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        // It ends with the measurement, whatever became of it.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn smtp_source(messages: usize, bytes: i64, port: u16) -> Duration {
    let mut source = postfix("smtp-source");
    let began = Instant::now();
    let ended = source
        .args(["-s", &CONNECTIONS.to_string(), "-m", &messages.to_string(), "-l", &bytes.to_string()])
        .args(["-f", "duewatch@wrenholt.example", "-t", "somebody@wrenholt.example", &format!("127.0.0.1:{port}")])
        .status()
        .expect("smtp-source starts");
    assert!(ended.success(), "smtp-source: {ended}");
    began.elapsed()
}

/// A program of postfix, as `tests/mail-servers install` unpacked it.
fn postfix(program: &str) -> Command {
    let output = Command::new("tests/mail-servers").args(["where", program]).output().expect("the script runs");
    let said = String::from_utf8_lossy(&output.stdout);
    let (path, libraries) = said.trim().split_once('\n').expect("a path and its libraries");
    let mut command = Command::new(path);
    command.env("LD_LIBRARY_PATH", libraries).stdin(Stdio::null()).stdout(Stdio::null());
    command
}

/// The high-water mark of this process, of which the server is no part.
fn most_memory_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("the process's own status");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a high-water mark");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}
