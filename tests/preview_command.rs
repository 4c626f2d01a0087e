//! `preview`: what would be sent, what would not and why, and what a ledger's first live morning will be.

#![cfg(feature = "io")]

#[path = "support/cases.rs"]
mod cases;

use cases::{Bench, STAFF, child, says};

/// The first core group of C1 is late after Monday 16 November 2026: W1 and M1 are told on the 17th, S1 and K1 on the 19th.
const CORE_GROUP: &str = "first-core-group";

fn one() -> Bench {
    Bench::new(&format!("{STAFF}{}", child("C1", "2026-11-02")))
}

fn preview(bench: &Bench, at: &str, from: &str, to: &str, more: &[&str]) -> String {
    let args = ["preview", "--at", at, "--from", from, "--to", to];
    bench.run(&[&args[..], more].concat()).well()
}

fn line(said: &str, words: &[&str]) -> bool {
    said.lines().any(|line| words.iter().all(|word| line.contains(word)))
}

#[test]
fn what_waits_for_an_open_day_is_said_to_wait_until_then_and_no_more() {
    let bench = one();
    // The breach is owed from Tuesday 17, on which the offices are closed.
    let settings = std::fs::read_to_string(bench.path("duewatch.toml")).unwrap();
    std::fs::write(bench.path("duewatch.toml"), format!("{settings}\n[sending]\nclosed_on = [\"2026-11-17\"]\n"))
        .unwrap();
    bench.once("2026-11-16");
    // A meeting that is put off: told on the next open morning.
    bench.sql("UPDATE dw_conferences SET held_on = '2026-11-03'");
    let said = preview(&bench, "2026-11-17T07:00:00Z", "2026-11-17", "2026-11-17", &[]);
    assert!(line(&said, &["W1", "changed", "C1", CORE_GROUP, "waits until Wed 18 Nov 2026 08:30"]), "{said}");
    assert!(!said.contains("when they are back"), "{said}");
}

#[test]
fn what_a_run_holds_because_the_case_data_is_old_a_preview_holds_too() {
    let bench = one();
    let settings = std::fs::read_to_string(bench.path("duewatch.toml")).unwrap();
    std::fs::write(bench.path("duewatch.toml"), settings.replace("stale_hours = 100000", "stale_hours = 36")).unwrap();
    // Loaded on Monday at 07:30; from Tuesday at 19:30 it is too old.
    let fresh = preview(&bench, "2026-11-17T07:00:00Z", "2026-11-17", "2026-11-18", &[]);
    assert!(line(&fresh, &["M1", "escalation", "C1", CORE_GROUP]) && !fresh.contains("too old"), "{fresh}");
    let old = preview(&bench, "2026-11-18T07:00:00Z", "2026-11-18", "2026-11-18", &[]);
    for (person, kind) in [("M1", "escalation"), ("W1", "overdue")] {
        assert!(line(&old, &[person, kind, "C1", CORE_GROUP, "the case data is too old"]), "{old}");
    }
    let explained = bench.run(&["explain", "C1", "--duty", CORE_GROUP, "--at", "2026-11-18T07:00:00Z"]).well();
    says(&explained, &["manager to Team Manager M1: waits until the case data is loaded again"]);
    bench.once("2026-11-18");
    let told = bench.told();
    assert!(!told.iter().any(|told| told.duty == CORE_GROUP && told.person == "M1"), "{told:?}");
}

fn mode(bench: &Bench, args: &[&str]) {
    bench.run(&[&["ledger", "mode"], args, &["--by", "test", "--reason", "a trial"]].concat()).well();
}

/// A ledger in mode `record`, which everyone begins with.
fn on_trial() -> Bench {
    let bench = Bench::without_ledger(&format!("{STAFF}{}", child("C1", "2026-11-02")));
    bench.run(&["ledger", "migrate", "--simulated"]).well();
    bench
}

#[test]
fn the_first_live_morning_is_shown_while_the_ledger_still_records() {
    let bench = on_trial();
    bench.once("2026-11-16");
    bench.once("2026-11-17");
    let before = bench.holdings();
    let (at, from, to) = ("2026-11-18T07:00:00Z", "2026-11-18", "2026-11-23");
    let said = preview(&bench, at, from, to, &[]);
    assert!(!line(&said, &["W1", CORE_GROUP]) && !line(&said, &["M1", CORE_GROUP]), "the trial has read that: {said}");
    let said = preview(&bench, at, from, to, &["--as-live"]);
    // Late by then: W1 on the first morning, M1 a working day after it, those above two working days after M1.
    let of = |day: &str, person: &str| line(&said, &[day, person, "C1", CORE_GROUP]);
    assert!(of("Wed 18 Nov 2026 08:30", "W1"), "{said}");
    assert!(of("Thu 19 Nov 2026 08:30", "M1") && !of("Wed 18 Nov", "M1"), "{said}");
    for above in ["S1", "K1"] {
        assert!(of("Mon 23 Nov 2026 08:30", above) && !of("Thu 19 Nov", above), "{said}");
    }
    // A manager's summary comes on the first morning, and the month's report comes again.
    assert!(line(&said, &["Wed 18 Nov 2026 08:30", "M1", "report", "team-week"]), "{said}");
    assert!(line(&said, &["Wed 18 Nov 2026 08:30", "H1", "report", "unallocated-monthly-report"]), "{said}");
    assert_eq!(bench.holdings(), before, "a preview changes nothing");
}

#[test]
fn what_is_shown_as_live_is_what_is_sent_once_the_ledger_is_live() {
    let bench = on_trial();
    mode(&bench, &["redirect", "trial@wrenholt.example"]);
    bench.once("2026-11-10");
    let (from, to) = ("2026-11-11", "2026-11-24");
    let said = preview(&bench, "2026-11-11T07:00:00Z", from, to, &["--as-live", "--format", "json"]);
    let mut foreseen = Vec::new();
    for message in said.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()) {
        for duty in message["duties"].as_array().unwrap().iter().filter(|duty| duty["child"] == "C1") {
            let at = message["at"].as_str().unwrap().parse::<chrono::DateTime<chrono::Utc>>().unwrap();
            let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
            let at = at.timestamp_micros().to_string();
            foreseen.push(vec![at, text(&message["recipient"]), text(&duty["duty"]), text(&duty["step"])]);
        }
    }
    foreseen.sort();
    mode(&bench, &["live"]);
    let adopted_at = "2026-11-11T07:00:00Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap();
    bench.ledger_sql(&format!("UPDATE meta SET adopted_us = {}", adopted_at.timestamp_micros()));
    for day in 11..=24 {
        bench.once(&format!("2026-11-{day}"));
    }
    let mut sent = bench.ledger(&format!(
        "SELECT CAST(m.created_at_us AS TEXT), n.person, n.duty, n.step FROM messages m JOIN notices n ON n.message_id = m.id
         WHERE n.child = 'C1' AND m.created_at_us >= {}",
        adopted_at.timestamp_micros()
    ));
    sent.sort();
    assert_eq!(foreseen, sent);
    assert!(sent.iter().any(|row| row[1] == "W1" && row[3] == "remind") && sent.len() > 5, "{sent:?}");
}

#[test]
fn a_ledger_that_is_live_is_not_shown_as_if_it_went_live() {
    let bench = one();
    let args = ["preview", "--at", "2026-11-17T07:00:00Z", "--from", "2026-11-17", "--to", "2026-11-17", "--as-live"];
    says(&bench.run(&args).ends(2), &["is live already", "leave out --as-live"]);
}
