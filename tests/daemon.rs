//! The daemon as systemd sees it: started, stopped, killed, started twice.

#![cfg(feature = "io")]
#![expect(clippy::expect_used, reason = "a test stops where something is not as it was set up")]

mod support;

use std::{
    collections::BTreeMap,
    process::ExitStatus,
    time::{Duration, Instant},
};

use chrono::{TimeDelta, Timelike, Utc};
use duewatch::clock::Clock;
use serde_json::Value;
use support::{
    office::{Arrived, Office},
    program::{Cases, Folder, Keep, Mail},
    smtp::{Act, Event, Script, Stage},
};
use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStderr, Command},
    time::timeout,
};

/// Nothing that these tests wait for takes so long.
const PATIENCE: Duration = Duration::from_secs(30);
/// Longer than any test: a stalled server is not left by itself.
const LONG_MS: u64 = 60_000;

struct Daemon {
    child: Child,
    log: Lines<BufReader<ChildStderr>>,
    seen: Vec<String>,
}

impl Daemon {
    fn start(folder: &Folder) -> Daemon {
        let mut child = folder.command(&["--log", "json", "run"]).spawn().expect("it starts");
        let log = BufReader::new(child.stderr.take().expect("its log")).lines();
        Daemon { child, log, seen: Vec::new() }
    }

    /// Waits for a line with this message and returns its fields.
    async fn says(&mut self, message: &str) -> Value {
        let found = timeout(PATIENCE, async {
            while let Some(line) = self.log.next_line().await.expect("its log") {
                let fields: Value = serde_json::from_str(&line).unwrap_or_default();
                self.seen.push(line);
                if fields["fields"]["message"] == message {
                    return Some(fields["fields"].clone());
                }
            }
            None
        });
        let found = found.await.ok().flatten();
        found.unwrap_or_else(|| panic!("it never said {message:?}, only {:#?}", self.seen))
    }

    async fn signal(&self, name: &str) {
        let id = self.child.id().expect("it runs").to_string();
        let sent = Command::new("kill").args([&format!("-{name}"), &id]).status().await.expect("kill");
        assert!(sent.success());
    }

    /// Its end, and everything it still says.
    async fn ends(mut self) -> (ExitStatus, String) {
        let status = timeout(PATIENCE, async {
            while let Some(line) = self.log.next_line().await.expect("its log") {
                self.seen.push(line);
            }
            self.child.wait().await.expect("an end")
        });
        let status = status.await.unwrap_or_else(|_| panic!("it does not end: {:#?}", self.seen));
        (status, self.seen.join("\n"))
    }

    async fn stop(self) -> String {
        self.signal("TERM").await;
        let (status, log) = self.ends().await;
        assert_eq!(status.code(), Some(0), "{log}");
        log
    }
}

async fn folder(cases: &Cases, keep: Keep, office: &Office) -> Folder {
    Folder::real(cases, keep, Mail::Server { port: office.at.port(), timeout_ms: LONG_MS }).await
}

fn by_id(office: &Office) -> BTreeMap<String, Vec<Arrived>> {
    let mut by_id: BTreeMap<String, Vec<Arrived>> = BTreeMap::new();
    for mail in office.arrived() {
        by_id.entry(mail.id.clone()).or_default().push(mail);
    }
    by_id
}

/// Each message of the ledger arrived, none twice but `twice`, and that in the same bytes.
async fn each_arrived_once(folder: &Folder, office: &Office, twice: Option<&str>) {
    let messages = folder.messages().await;
    let arrived = by_id(office);
    assert!(messages.len() > 5, "{} messages are too few to prove anything", messages.len());
    assert_eq!(arrived.keys().collect::<Vec<_>>(), messages.keys().collect::<Vec<_>>());
    for (id, copies) in arrived {
        assert!(copies.len() == 1 || Some(id.as_str()) == twice, "{id} arrived {} times", copies.len());
        assert!(copies.iter().all(|copy| *copy == copies[0]), "{id} changed");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_ledger_is_polled_at_once_and_a_second_start_tells_nobody_twice() {
    let cases = Cases::of_today().await;
    let office = Office::willing().await;
    let folder = folder(&cases, Keep::Sqlite, &office).await;

    let mut first = Daemon::start(&folder);
    let polled = first.says("polled").await;
    assert_eq!(polled["outcome"], "balanced");
    let delivered = first.says("delivered").await;
    assert_eq!(delivered["handed_over"].as_u64(), u64::try_from(office.arrived().len()).ok());
    first.stop().await;
    each_arrived_once(&folder, &office, None).await;
    let told = office.arrived().len();

    // It owes a poll again, as after a night.
    folder.script("UPDATE schedules SET last_due_us = 0").await;
    let mut second = Daemon::start(&folder);
    let polled = second.says("polled").await;
    assert_eq!(polled["notices"].as_u64(), Some(0), "nothing new");
    second.stop().await;
    assert_eq!(office.arrived().len(), told);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_stops_within_ten_seconds_though_the_server_stalls() {
    let cases = Cases::of_today().await;
    let mut office = Office::open(|connection| match connection {
        2 => Script::willing().but(Stage::Body, Act::SayAndStall(b"")),
        _ => Script::willing(),
    })
    .await;
    let folder = folder(&cases, Keep::Sqlite, &office).await;
    let daemon = Daemon::start(&folder);
    while !matches!(office.event().await, Event::Stalled) {}
    let asked = Instant::now();
    let log = daemon.stop().await;
    assert!(asked.elapsed() < Duration::from_secs(10), "{:?}", asked.elapsed());
    assert!(log.contains("takes it up where it stands"), "{log}");

    let Event::Abandoned(bytes) = office.event().await else { panic!("the client has not gone") };
    let cut_short = Arrived::read(&String::from_utf8_lossy(&bytes));
    let sql = "SELECT id, state FROM messages WHERE state = 'sending'";
    assert_eq!(folder.rows(sql).await, [[cut_short.id.clone(), "sending".to_owned()]]);
    assert_eq!(office.arrived().len(), 2);

    // Before the lease ends nobody touches it; afterwards the same message goes out again.
    let mut early = Daemon::start(&folder);
    early.says("delivered").await;
    early.stop().await;
    assert!(!by_id(&office).contains_key(&cut_short.id));
    folder.an_hour_passes().await;
    let mut later = Daemon::start(&folder);
    later.says("delivered").await;
    later.stop().await;
    each_arrived_once(&folder, &office, None).await;
    assert!(cut_short.text.starts_with(&by_id(&office)[&cut_short.id][0].text[..cut_short.text.len().min(200)]));
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_and_started_again_it_loses_nothing() {
    let cases = Cases::of_today().await;
    let mut office = Office::open(|connection| match connection {
        3 => Script::willing().but(Stage::End, Act::SayAndStall(b"")),
        _ => Script::willing(),
    })
    .await;
    let folder = folder(&cases, Keep::Sqlite, &office).await;
    let daemon = Daemon::start(&folder);
    while !matches!(office.event().await, Event::Stalled) {}
    daemon.signal("KILL").await;
    let (status, _) = daemon.ends().await;
    assert_eq!(status.code(), None, "killed");
    let in_hand = office.arrived().pop().expect("a message").id;

    folder.an_hour_passes().await;
    let mut again = Daemon::start(&folder);
    again.says("delivered").await;
    again.stop().await;
    each_arrived_once(&folder, &office, Some(&in_hand)).await;
    assert_eq!(by_id(&office)[&in_hand].len(), 2, "nobody could know that it had arrived");
    assert_eq!(folder.count("SELECT COUNT(*) FROM messages WHERE state <> 'handed_over'").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_daemon_on_the_same_file_is_refused() {
    let cases = Cases::of_today().await;
    let office = Office::willing().await;
    let folder = folder(&cases, Keep::Sqlite, &office).await;
    let mut first = Daemon::start(&folder);
    first.says("delivered").await;
    let (status, log) = Daemon::start(&folder).ends().await;
    assert_eq!(status.code(), Some(2), "{log}");
    assert!(log.contains("another duewatch is already watching") && log.contains("ledger.db"), "{log}");
    first.signal("KILL").await;
    first.ends().await;
    // The lock goes with the process, however it ends.
    let mut third = Daemon::start(&folder);
    third.says("watching").await;
    third.stop().await;
    each_arrived_once(&folder, &office, None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_daemons_on_one_server_share_the_work() {
    let cases = Cases::of_today().await;
    let office = Office::willing().await;
    let folder = folder(&cases, Keep::Postgres, &office).await;
    let (mut one, mut other) = (Daemon::start(&folder), Daemon::start(&folder));
    tokio::join!(one.says("polled"), other.says("polled"));
    // Told to stop, each still finishes the message in hand; a third start sends what they left.
    tokio::join!(one.stop(), other.stop());
    let mut last = Daemon::start(&folder);
    last.says("watching").await;
    while folder.owed(Clock::System.now()).await > 0 {
        last.says("delivered").await;
    }
    last.stop().await;
    each_arrived_once(&folder, &office, None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn polls_missed_while_it_was_down_are_caught_up_once() {
    let cases = Cases::of_today().await;
    let now = Clock::System.now();
    // Once a day, twelve hours away from the hour of this test.
    let poll = format!("0 {} * * *", (now.hour() + 12) % 24);
    let office = Office::willing().await;
    let mail = Mail::Server { port: office.at.port(), timeout_ms: LONG_MS };
    let folder = Folder::polling(&cases, Keep::Sqlite, mail, &poll).await;
    let three_days_ago = now.with_timezone(&Utc) - TimeDelta::days(3);
    folder
        .script(&format!(
            "INSERT INTO schedules (name, last_due_us) VALUES ('poll', {})",
            three_days_ago.timestamp_micros()
        ))
        .await;
    let mut first = Daemon::start(&folder);
    first.says("delivered").await;
    first.stop().await;
    let runs = "SELECT COUNT(*) FROM runs";
    assert_eq!(folder.count(runs).await, 1, "three were missed");

    // A cycle under way is finished before it stops, so a poll that were owed would be there.
    let mut second = Daemon::start(&folder);
    second.says("watching").await;
    second.stop().await;
    assert_eq!(folder.count(runs).await, 1);
}
