//! What is held back while the case data cannot be believed, and that it heals by itself.
//!
//! Case databases are copied at night, ids change with a release, a job dies on a Thursday. In each of these nothing may be
//! told as over, nobody may be flooded, the operator hears of it, and the next good reading goes on as if nothing had been.

#![cfg(feature = "io")]
#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

#[path = "support/cases.rs"]
mod cases;

use std::fs;

use cases::{Bench, Done, SETTINGS, STAFF, Told, child, rows, says};

/// Twelve children whose first core group was to be held ten working days after Monday 2 November 2026, on the 16th.
fn bench() -> Bench {
    let children: String = (1..=12).map(|number| child(&format!("C{number}"), "2026-11-02")).collect();
    let bench = Bench::new(&format!("{STAFF}{children}"));
    // Other tests let the days go by over the same rows; here that is what is looked at.
    fs::write(bench.path("duewatch.toml"), SETTINGS.replace("stale_hours = 100000\n", "")).unwrap();
    bench
}

fn loaded(bench: &Bench, at: &str) {
    bench.sql(&format!("UPDATE dw_load SET loaded_at = '{at}'"));
}

fn outcome(bench: &Bench) -> String {
    let last = rows(&bench.path("ledger.db"), "SELECT outcome FROM runs ORDER BY id DESC LIMIT 1");
    last[0][0].clone().unwrap()
}

/// What the last run decided, of these kinds.
fn new(bench: &Bench, kinds: &[&str]) -> Vec<Told> {
    let told = bench.told();
    let last = rows(&bench.path("ledger.db"), "SELECT id FROM runs ORDER BY id DESC LIMIT 1")[0][0].clone().unwrap();
    told.into_iter().filter(|told| told.run.to_string() == last && kinds.contains(&told.kind.as_str())).collect()
}

fn held_back(bench: &Bench, done: &Done, words: &[&str]) {
    assert_eq!(done.code, 1, "{}", done.out);
    says(&done.out, words);
    says(&done.out, &["nothing was judged and nobody was told anything new"]);
    assert_eq!(outcome(bench), "refused");
    let kinds = ["resolved", "no_longer_due", "changed", "overdue", "escalation", "reminder", "due"];
    assert_eq!(new(bench, &kinds), [], "nothing is told of any child");
}

const ENDS: [&str; 2] = ["resolved", "no_longer_due"];

#[test]
fn what_is_emptied_is_held_back_and_heals() {
    for view in ["dw_children", "dw_workers", "dw_teams", "dw_posts", "dw_plans", "dw_conferences", "dw_allocations"] {
        let bench = bench();
        bench.once("2026-11-16").well();
        let told = bench.told();
        bench.sql(&format!("CREATE TABLE kept AS SELECT * FROM {view}; DELETE FROM {view}"));
        held_back(&bench, &bench.once("2026-11-16T09:00:00Z"), &[view, "is empty"]);
        bench.sql(&format!("INSERT INTO {view} SELECT * FROM kept; DROP TABLE kept"));
        let well = bench.once("2026-11-16T09:15:00Z").well();
        says(&well, &["12 unchanged", "0 new notices"]);
        assert_eq!(bench.told(), told, "{view}: as if nothing had been");
    }
}

#[test]
fn a_view_that_vanishes_is_held_back_and_heals() {
    let bench = bench();
    bench.once("2026-11-16").well();
    bench.sql("ALTER TABLE dw_visits RENAME TO elsewhere");
    held_back(&bench, &bench.once("2026-11-16T09:00:00Z"), &["no view dw_visits"]);
    bench.sql("ALTER TABLE elsewhere RENAME TO dw_visits");
    says(&bench.once("2026-11-16T09:15:00Z").well(), &["12 unchanged", "0 new notices"]);
}

/// As many rows as before, under other numbers: no count shows it, and every duty would end and begin anew.
#[test]
fn ids_that_change_all_at_once_end_nothing() {
    let bench = bench();
    bench.once("2026-11-16").well();
    let told = bench.told();
    let views = ["dw_children", "dw_plans", "dw_conferences", "dw_allocations"];
    let rename = |to: &str| views.map(|view| format!("UPDATE {view} SET child_id = {to};")).concat();
    bench.sql(&rename("'LA-' || child_id"));
    held_back(&bench, &bench.once("2026-11-16T09:00:00Z"), &["open duties would end", "ledger accept --fewer-rows"]);
    bench.sql(&rename("SUBSTR(child_id, 4)"));
    says(&bench.once("2026-11-16T09:15:00Z").well(), &["0 new notices"]);
    assert_eq!(bench.told(), told);
}

/// Half the plans are gone for good, and a person says so: then it is believed, once.
#[test]
fn what_is_gone_for_good_is_believed_when_somebody_says_so() {
    let bench = bench();
    bench.once("2026-11-16").well();
    bench.sql("DELETE FROM dw_plans WHERE CAST(SUBSTR(child_id, 2) AS INTEGER) > 5");
    held_back(&bench, &bench.once("2026-11-16T09:00:00Z"), &["dw_plans fell from 12 rows to 5"]);
    let accept = ["ledger", "accept", "--fewer-rows", "--by", "A. Person", "--reason", "another council's, moved out"];
    says(&bench.run(&accept).well(), &["with the rows it has now"]);
    bench.once("2026-11-16T09:15:00Z").well();
    let over: std::collections::BTreeSet<String> = new(&bench, &ENDS).into_iter().map(|told| told.child).collect();
    assert!(!over.contains("C5") && over.contains("C6"), "{over:?}");
    bench.sql("DELETE FROM dw_plans WHERE child_id IN ('C1', 'C2', 'C3')");
    bench.add("visits V1 child_id=C4 visited_on=2026-11-15 seen=Y");
    let again = bench.once("2026-11-16T09:30:00Z");
    assert_eq!(outcome(&bench), "refused", "it was said once, of what was gone then: {}", again.out);
}

/// Loaded on Thursday 12 November, and not since. The offices are closed at the weekend, and so on Monday morning some 33
/// hours count, by noon more than the 36 that are allowed.
#[test]
fn from_stale_data_nobody_is_told_that_something_was_not_done() {
    let bench = bench();
    loaded(&bench, "2026-11-12T06:00");
    bench.once("2026-11-13").well();
    says(&bench.once("2026-11-13T16:00:00Z").well(), &["Run 2"]);
    let breach = ["overdue", "escalation"];
    assert_eq!(new(&bench, &breach), []);

    // Tuesday 17 November is one working day after the limit: the worker and the manager were to hear of it.
    let stale = bench.once("2026-11-17");
    says(&stale.out, &["the case data is", "told to nobody until it is loaded again"]);
    assert_eq!((stale.code, outcome(&bench).as_str()), (1, "balanced"));
    assert_eq!(new(&bench, &breach), []);
    let told = new(&bench, &["data_quality"]);
    assert!(told.iter().any(|told| told.person == "D1"), "the data team hears of it: {told:?}");
    bench.once("2026-11-18");
    assert_eq!((new(&bench, &breach), new(&bench, &["data_quality"])), (vec![], vec![]), "once");

    // Loaded at last: C1's core group had been held in time, and only not been copied. The others' had not.
    bench.add("core_groups G1 child_id=C1 held_on=2026-11-13");
    loaded(&bench, "2026-11-18T06:00");
    bench.once("2026-11-18T09:00:00Z");
    let told: Vec<Told> = new(&bench, &breach).into_iter().filter(|told| told.duty == "first-core-group").collect();
    assert!(told.iter().all(|told| told.child != "C1"), "{told:?}");
    for person in ["W1", "M1"] {
        assert_eq!(told.iter().filter(|told| told.person == person).count(), 11, "{person}: {told:?}");
    }
    assert!(
        new(&bench, &["no_longer_due"]).iter().any(|told| told.person == "D1"),
        "and the data team that it is over"
    );
}

#[test]
fn a_copy_made_each_working_night_is_not_stale_on_a_monday() {
    let bench = bench();
    // The night to Friday 13 November: more than three days before Monday noon.
    loaded(&bench, "2026-11-13T05:00");
    let monday = bench.once("2026-11-16T12:00:00Z").well();
    assert!(!monday.contains("hours old"), "{monday}");
}

/// Two rows of one id that differ: which is right nobody knows, so nothing of that child ends because of them.
#[test]
fn what_rests_on_a_row_that_stands_twice_does_not_end() {
    let bench = bench();
    bench.once("2026-11-16").well();
    bench.sql("INSERT INTO dw_conferences (conference_id, child_id, kind, held_on, makes_plan)
               SELECT conference_id, child_id, 'review', '2026-11-03', makes_plan FROM dw_conferences WHERE child_id = 'C7'");
    let twice = bench.once("2026-11-16T09:00:00Z");
    says(&twice.out, &["faults in the case data"]);
    assert_eq!(new(&bench, &ENDS).into_iter().filter(|told| told.child == "C7").collect::<Vec<_>>(), []);
}
