//! SQLite or PostgreSQL, for the case database and for the ledger: the answers and the mails are the same, byte for byte.

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

#[path = "support/cases.rs"]
mod cases;
mod support;

use std::{collections::BTreeMap, fs};

use cases::{Bench, SETTINGS};
use duewatch::generate::{self, Authority};
use support::{Postgres, postgres};

const MORNINGS: [&str; 3] = ["2026-11-16", "2026-11-17", "2026-11-18"];

/// Where a bench keeps its case database and its ledger; servers live as long as it does.
struct Everywhere {
    bench: Bench,
    name: String,
    _servers: Vec<Postgres>,
}

async fn bench(authority: &Authority, source_on_server: bool, ledger_on_server: bool) -> Everywhere {
    let bench = Bench::bare();
    let mut settings = SETTINGS.to_owned();
    let mut servers = Vec::new();
    if source_on_server {
        let server = postgres().await;
        generate::write_postgres(&server.url, None, authority).await.unwrap();
        settings = settings.replace("\"case.db\"", &format!("\"{}\"", server.url));
        servers.push(server);
    } else {
        generate::write_sqlite(&bench.path("case.db"), authority).await.unwrap();
    }
    if ledger_on_server {
        let server = postgres().await;
        settings = settings.replace("\"ledger.db\"", &format!("\"{}\"\nhead_file = \"ledger.head\"", server.url));
        servers.push(server);
    }
    fs::write(bench.path("duewatch.toml"), settings).unwrap();
    let kind = |on_server| if on_server { "PostgreSQL" } else { "SQLite" };
    let name = format!("cases in {}, ledger in {}", kind(source_on_server), kind(ledger_on_server));
    Everywhere { bench, name, _servers: servers }
}

/// Everything that comes out over three mornings, by what it is.
fn outputs(place: &Everywhere) -> BTreeMap<String, Vec<u8>> {
    let bench = &place.bench;
    bench.run(&["ledger", "migrate", "--simulated"]).well();
    bench.run(&["ledger", "mode", "live", "--by", "test", "--reason", "files only"]).well();
    let mut all = BTreeMap::new();
    let mut put = |name: String, done: cases::Done| {
        assert!(done.code < 2 && done.err.is_empty(), "{}: {name}: {done:?}", place.name);
        all.insert(name, done.out.into_bytes());
    };
    for morning in MORNINGS {
        let at = cases::instant(morning);
        put(
            format!("run {morning}"),
            bench.run_with(&["--log", "json", "run", "--once", "--at", &at], &[], "").quiet(),
        );
        put(format!("duties {morning}"), bench.run(&["duties", "--at", &at, "--format", "json"]));
        put(format!("explain {morning}"), bench.run(&["explain", "C9001", "--at", &at, "--all"]));
        let preview = ["preview", "--at", &at, "--from", "2026-11-19", "--to", "2026-11-25", "--format", "json"];
        put(format!("preview {morning}"), bench.run(&preview));
    }
    all.extend(bench.mail().into_iter().map(|(name, mail)| (format!("mail {name}"), mail)));
    all
}

trait Quiet {
    fn quiet(self) -> Self;
}

impl Quiet for cases::Done {
    /// Without the log, which tells the time.
    fn quiet(mut self) -> Self {
        self.err.clear();
        self
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_place_gives_the_same_answers_and_the_same_mails() {
    let authority = generate::authority(11, 50, MORNINGS[0].parse().unwrap());
    let mut first: Option<(String, BTreeMap<String, Vec<u8>>)> = None;
    for (source, ledger) in [(false, false), (false, true), (true, false), (true, true)] {
        let place = bench(&authority, source, ledger).await;
        let found = outputs(&place);
        let mails = found.keys().filter(|name| name.starts_with("mail ")).count();
        assert!(mails > 30, "{}: {mails} mails are too few to show anything", place.name);
        match &first {
            None => first = Some((place.name.clone(), found)),
            Some((name, expected)) => same(name, expected, &place.name, &found),
        }
    }
}

fn same(left: &str, expected: &BTreeMap<String, Vec<u8>>, right: &str, found: &BTreeMap<String, Vec<u8>>) {
    let names = |all: &BTreeMap<String, Vec<u8>>| all.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(expected), names(found), "{left} and {right} give other mails");
    for (name, bytes) in expected {
        let (left_text, right_text) = (String::from_utf8_lossy(bytes), String::from_utf8_lossy(&found[name]));
        let differs = left_text.lines().zip(right_text.lines()).find(|(left, right)| left != right);
        assert!(*bytes == found[name], "{name} differs between {left} and {right}: {differs:?}");
    }
}

#[test]
fn one_changed_byte_is_noticed() {
    let one = BTreeMap::from([("mail a".to_owned(), b"due Monday".to_vec())]);
    let other = BTreeMap::from([("mail a".to_owned(), b"due Sunday".to_vec())]);
    same("a", &one, "b", &one.clone());
    assert!(std::panic::catch_unwind(|| same("a", &one, "b", &other)).is_err());
}
