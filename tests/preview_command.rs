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
    std::fs::write(bench.path("duewatch.toml"), format!("{settings}\n[sending]\nclosed_on = [\"2026-11-17\"]\n")).unwrap();
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
