//! What changes between a decision and the sending of it, and what a slip in the record may not do.

#![expect(clippy::unwrap_used, reason = "a step that fails has failed the test")]

#[path = "support/cases.rs"]
mod cases;

use cases::{Bench, STAFF, child, says};

/// The first core group of C1 is best by Friday 13 and late after Monday 16 November 2026.
fn one() -> Bench {
    let bench = Bench::new(&format!("{STAFF}{}", child("C1", "2026-11-02")));
    bench.sql("UPDATE dw_load SET loaded_at = '2026-11-09T07:30'");
    bench
}

/// Who has a mail in the folder that speaks of the first core group.
fn readers(bench: &Bench) -> Vec<String> {
    let speaks = |text: &str| text.contains("first core group") || text.contains("First core group");
    let to = |text: &str| text.lines().find_map(|line| line.strip_prefix("To: ")).unwrap().to_owned();
    let texts = bench.mail().into_values().map(|bytes| String::from_utf8(bytes).unwrap().replace("=\r\n", ""));
    let mut readers: Vec<String> = texts.filter(|text| speaks(text)).map(|text| to(&text)).collect();
    readers.sort();
    readers
}

#[test]
fn a_case_that_passes_to_another_before_the_morning_is_told_to_the_other() {
    let bench = one();
    // Tuesday's reminder, decided just after midnight: it waits for the morning.
    bench.once("2026-11-10T00:10:00Z");
    assert_eq!(readers(&bench), [""; 0]);
    bench.sql("UPDATE dw_allocations SET worker_id = 'W2'");
    bench.once("2026-11-10T08:30:00Z");
    assert_eq!(readers(&bench), ["two@wrenholt.example"]);
}

#[test]
fn a_breach_that_waits_is_not_told_of_once_the_date_has_moved_and_is_told_when_it_is_one() {
    let bench = one();
    bench.once("2026-11-13T08:30:00Z");
    let told_before = readers(&bench);
    assert_eq!(told_before, ["one@wrenholt.example"]);
    // Overdue from Tuesday 17: decided just after midnight, and corrected before the morning.
    bench.once("2026-11-17T00:10:00Z");
    bench.sql("UPDATE dw_conferences SET held_on = '2026-11-16'");
    bench.once("2026-11-17T08:30:00Z");
    let told = bench.told();
    let of_the_breach = |step: &str| matches!(step, "manager" | "overdue");
    let waited: Vec<_> =
        told.iter().filter(|told| told.duty == "first-core-group" && of_the_breach(&told.step)).collect();
    assert!(waited.len() == 2 && waited.iter().all(|told| told.state == "withdrawn"), "{waited:?}");
    assert_eq!(
        readers(&bench),
        ["one@wrenholt.example", "one@wrenholt.example"],
        "the change, to whoever knew the old day"
    );
    // Ten working days from Monday 16 are Monday 30: overdue from Tuesday 1 December.
    bench.once("2026-12-01T08:30:00Z");
    let breach: Vec<String> = bench
        .told()
        .into_iter()
        .filter(|told| told.duty == "first-core-group" && told.generation == 1 && told.state == "bundled")
        .map(|told| format!("{} {}", told.step, told.person))
        .collect();
    assert!(breach.contains(&"manager M1".to_owned()) && breach.contains(&"overdue W1".to_owned()), "{breach:?}");
}

#[test]
fn a_death_before_the_plan_began_is_a_slip_and_silences_nobody() {
    let bench = one();
    bench.sql("UPDATE dw_children SET died_on = '2016-11-09'");
    bench.once("2026-11-10T08:30:00Z");
    assert_eq!(readers(&bench), ["one@wrenholt.example"]);
    assert!(bench.told().iter().any(|told| told.duty == "child-death" && told.person == "D1"), "{:?}", bench.told());
}

#[test]
fn an_allocation_that_ends_before_it_begins_does_not_stop_the_run() {
    let bench = one();
    bench.sql("UPDATE dw_allocations SET to_on = '2026-10-01'");
    bench.once("2026-11-10T08:30:00Z");
    assert_eq!(readers(&bench).len(), 1);
}

#[test]
fn only_what_was_told_can_be_acknowledged() {
    let bench = one();
    let ack = |child: &str, duty: &str, by: &str| {
        let at = "2026-11-10T10:00:00Z";
        bench.run(&["ack", child, "--duty", duty, "--by", by, "--reason", "booked for Thursday", "--at", at])
    };
    says(&ack("C1", "first-core-group", "W1").ends(2), &["nothing stands that W1 was told", "explain C1"]);
    bench.once("2026-11-10T08:30:00Z");
    for (child, duty, by) in
        [("C2", "first-core-group", "W1"), ("C1", "nonsense", "W1"), ("C1", "first-core-group", "NOBODY")]
    {
        ack(child, duty, by).ends(2);
    }
    says(&ack("C1", "first-core-group", "W1").well(), &["Recorded"]);
}
