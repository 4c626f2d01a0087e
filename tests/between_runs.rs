//! What changes between a decision and the sending of it, and what a slip in the record may not do.

#![expect(clippy::unwrap_used, reason = "a step that fails has failed the test")]

#[path = "support/cases.rs"]
mod cases;

use cases::{Bench, STAFF, child};

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

/// What each mail of a day says that changed, in the order of their recipients.
fn changes(bench: &Bench) -> Vec<String> {
    let texts = bench.mail().into_values().map(|bytes| String::from_utf8(bytes).unwrap().replace("=\r\n", ""));
    let words = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let said = texts.map(words).filter_map(|text| {
        let (_, said) = text.split_once("It was ")?;
        said.split_once(':').map(|(said, _)| said.to_owned())
    });
    said.collect()
}

#[test]
fn a_date_that_moves_twice_before_the_morning_is_told_once_against_the_day_that_was_told() {
    let bench = one();
    bench.once("2026-11-13T08:30:00Z");
    bench.sql("UPDATE dw_conferences SET held_on = '2026-11-09'");
    bench.once("2026-11-16T00:10:00Z");
    // Ten working days from Tuesday 10 are Tuesday 24.
    bench.sql("UPDATE dw_conferences SET held_on = '2026-11-10'");
    bench.once("2026-11-16T05:00:00Z");
    bench.once("2026-11-16T08:30:00Z");
    let of_core_group = |told: &cases::Told| told.kind == "changed" && told.duty == "first-core-group";
    let told: Vec<String> = bench.told().into_iter().filter(of_core_group).map(|told| told.state).collect();
    assert_eq!(told, ["superseded", "bundled"]);
    let said = changes(&bench);
    assert!(said.iter().any(|said| said == "Monday 16 November 2026, now Tuesday 24 November 2026"), "{said:?}");
}

#[test]
fn a_date_that_moves_and_moves_back_before_the_morning_is_no_news() {
    let bench = one();
    bench.once("2026-11-13T08:30:00Z");
    bench.sql("UPDATE dw_conferences SET held_on = '2026-11-09'");
    bench.once("2026-11-16T00:10:00Z");
    bench.sql("UPDATE dw_conferences SET held_on = '2026-11-02'");
    bench.once("2026-11-16T05:00:00Z");
    bench.once("2026-11-16T08:30:00Z");
    let told: Vec<String> =
        bench.told().into_iter().filter(|told| told.kind == "changed").map(|told| told.state).collect();
    assert!(!told.is_empty() && told.iter().all(|state| state == "withdrawn"), "{told:?}");
    assert_eq!(changes(&bench), [""; 0]);
}

#[test]
fn whoever_leaves_a_case_before_the_morning_is_not_told_that_its_date_moved() {
    let bench = one();
    bench.once("2026-11-13T08:30:00Z");
    bench.sql("UPDATE dw_conferences SET held_on = '2026-11-09'");
    bench.once("2026-11-16T00:10:00Z");
    let queued = |told: &cases::Told| told.kind == "changed" && told.person == "W1" && told.state == "queued";
    assert!(bench.told().iter().any(queued));
    bench.sql("UPDATE dw_allocations SET worker_id = 'W2'");
    bench.once("2026-11-16T08:30:00Z");
    let told: Vec<_> = bench.told().into_iter().filter(|told| told.kind == "changed" && told.person == "W1").collect();
    assert!(told.iter().all(|told| told.state == "withdrawn"), "{told:?}");
}

#[test]
fn an_address_corrected_before_the_morning_is_the_one_written_to() {
    let bench = one();
    bench.once("2026-11-10T00:10:00Z");
    bench.sql("UPDATE dw_workers SET email = 'new@wrenholt.example' WHERE worker_id = 'W1'");
    bench.once("2026-11-10T08:30:00Z");
    assert_eq!(readers(&bench), ["new@wrenholt.example"]);
}

#[test]
fn what_can_wait_is_held_to_the_next_day_on_which_its_reader_works_and_what_is_urgent_is_not() {
    let bench = one();
    bench.sql("UPDATE dw_workers SET weekdays = 'thu fri' WHERE worker_id IN ('W1', 'M1')");
    bench.add("absences A1 worker_id=W2 from_on=2026-11-01");
    // Tuesday's reminder.
    bench.once("2026-11-10T08:30:00Z");
    let reminder = bench.told().into_iter().find(|told| told.duty == "first-core-group").unwrap();
    assert_eq!((reminder.person.as_str(), reminder.because.as_str()), ("W1", ""), "nobody stands in for them");
    assert_eq!(readers(&bench), [""; 0]);
    bench.add("incidents N1 child_id=C1 kind=access_refused occurred_on=2026-11-10");
    bench.once("2026-11-10T12:00:00Z");
    let alerted = "SELECT person FROM notices WHERE duty = 'access-refused' AND state = 'bundled' ORDER BY 1";
    assert_eq!(bench.ledger(alerted), [["M1"], ["W1"]], "an alert goes at any hour, on any day");
    bench.once("2026-11-11T08:30:00Z");
    assert_eq!(readers(&bench), [""; 0]);
    bench.once("2026-11-12T08:30:00Z");
    assert_eq!(readers(&bench), ["one@wrenholt.example"]);
}

#[test]
fn what_may_have_reached_the_trial_address_is_never_sent_to_the_person_in_the_same_bytes() {
    let bench = one();
    let mode = |args: &[&str]| {
        bench.run(&[&["ledger", "mode"], args, &["--by", "test", "--reason", "a trial"]].concat()).well();
    };
    mode(&["redirect", "trial@wrenholt.example"]);
    bench.once("2026-11-10T08:30:00Z");
    assert_eq!(readers(&bench), ["trial@wrenholt.example"]);
    bench.ledger_sql(
        "UPDATE messages SET state = 'unknown', next_attempt_us = 0, handed_over_us = NULL, ended_us = NULL",
    );
    mode(&["live"]);
    bench.once("2026-11-10T09:00:00Z");
    bench.once("2026-11-10T09:10:00Z");
    assert_eq!(readers(&bench), ["one@wrenholt.example", "trial@wrenholt.example"]);
}

#[test]
fn mail_is_not_redirected_to_a_place_that_may_not_be_written_to() {
    let bench = one();
    let done =
        bench.run(&["ledger", "mode", "redirect", "somebody@elsewhere.example", "--by", "test", "--reason", "a trial"]);
    assert!(done.code == 2 && done.err.contains("mail.allowed_domains"), "{done:?}");
}

/// C1 may be known to W1 alone.
const RESTRICTED: &str = "
    events X1 child_id=C1 kind=access
    answers X1 child_id=C1 fact=access question=worker_id answer=W1
    answers X1 child_id=C1 fact=access question=level answer=named
";

#[test]
fn a_restricted_case_is_told_to_those_named_alone() {
    let bench = one();
    bench.add(RESTRICTED);
    bench.once("2026-11-17T08:30:00Z");
    let others: Vec<_> = bench.told().into_iter().filter(|told| told.child == "C1" && told.person != "W1").collect();
    assert_eq!(others, []);
    assert_eq!(readers(&bench), ["one@wrenholt.example"]);
}

#[test]
fn a_restricted_case_is_not_shown_to_whoever_reads_the_mail_of_a_trial() {
    let bench = one();
    bench.add(&child("C2", "2026-11-02"));
    bench.add(RESTRICTED);
    bench.sql("UPDATE dw_allocations SET worker_id = 'W2' WHERE child_id = 'C2'");
    bench.run(&["ledger", "mode", "redirect", "trial@wrenholt.example", "--by", "test", "--reason", "a trial"]).well();
    bench.once("2026-11-10T08:30:00Z");
    assert_eq!(readers(&bench), ["trial@wrenholt.example"], "the other case is shown");
    let mail: Vec<String> = bench.mail().into_values().map(|bytes| String::from_utf8(bytes).unwrap()).collect();
    assert!(mail.iter().all(|text| !text.contains("C1")), "{mail:?}");
    let states = bench.ledger(
        "SELECT m.state, n.child FROM messages m JOIN notices n ON n.message_id = m.id
         WHERE n.duty = 'first-core-group' ORDER BY 2",
    );
    assert_eq!(states, [["recorded", "C1"], ["handed_over", "C2"]].map(|row| row.map(str::to_owned).to_vec()));
}

#[test]
fn what_only_a_trial_has_read_is_told_to_the_people_once_the_ledger_goes_live() {
    let bench = one();
    let mode = |args: &[&str]| {
        bench.run(&[&["ledger", "mode"], args, &["--by", "test", "--reason", "a trial"]].concat()).well();
    };
    mode(&["redirect", "trial@wrenholt.example"]);
    bench.once("2026-11-10T08:30:00Z");
    mode(&["record"]);
    bench.once("2026-11-13T08:30:00Z");
    assert_eq!(readers(&bench), ["trial@wrenholt.example"]);
    mode(&["live"]);
    bench.once("2026-11-13T09:00:00Z");
    assert_eq!(readers(&bench), ["one@wrenholt.example", "trial@wrenholt.example"]);
    // It is said once: going live again takes nothing back.
    mode(&["live"]);
    bench.once("2026-11-13T10:00:00Z");
    assert_eq!(readers(&bench), ["one@wrenholt.example", "trial@wrenholt.example"]);
}

/// The trial's machine was off until Thu 26 November, when the repetition spoke for the steps before it. People are told from Fri 27 on:
/// the worker then, the manager on Mon 30, one working day later.
#[test]
fn what_a_trial_said_with_another_step_is_told_too_and_its_reports_are_sent_again() {
    let bench = one();
    let mode = |mode: &str| {
        bench.run(&["ledger", "mode", mode, "--by", "test", "--reason", "a trial"]).well();
    };
    let reports = || {
        let sql = "SELECT n.duty || ' ' || m.state FROM notices n JOIN messages m ON m.id = n.message_id WHERE n.kind = 'report' ORDER BY 1";
        bench.ledger(sql).concat()
    };
    mode("record");
    bench.once("2026-11-26T08:30:00Z");
    bench.once("2026-11-26T09:00:00Z");
    assert_eq!(reports(), ["team-week recorded", "unallocated-monthly-report recorded"]);
    mode("live");
    bench.ledger_sql("UPDATE meta SET adopted_us = 1795737600000000"); // 27 November 2026
    let told = |day: &str| {
        bench.once(&format!("{day}T08:30:00Z"));
        let told = bench.told().into_iter().filter(|told| told.duty == "first-core-group" && told.state == "bundled");
        let mut told: Vec<String> = told.map(|told| format!("{} {}", told.step, told.person)).collect();
        told.sort();
        told
    };
    assert_eq!(told("2026-11-27"), ["due W1"]);
    assert_eq!(reports(), ["team-week handed_over", "unallocated-monthly-report handed_over"]);
    assert_eq!(told("2026-11-30"), ["due W1", "manager M1", "overdue W1"]);
    // A second trial is no second beginning.
    for another in ["record", "live"] {
        mode(another);
    }
    assert_eq!(bench.ledger("SELECT adopted_us FROM meta").concat(), ["1795737600000000"]);
}

#[test]
fn explain_names_whom_the_next_step_reaches_and_who_was_passed_over() {
    let bench = one();
    bench.sql("UPDATE dw_workers SET left_on = '2026-11-06' WHERE worker_id = 'M1'");
    bench.once("2026-11-16T08:30:00Z");
    let explained = bench.run(&["explain", "C1", "--duty", "first-core-group", "--at", "2026-11-16T09:00:00Z"]).well();
    for said in ["overdue to Lead Social Worker W1 on Tuesday 17 November 2026", "told         remind"] {
        assert!(explained.contains(said), "{explained}");
    }
    bench.once("2026-11-17T08:30:00Z");
    let explained = bench.run(&["explain", "C1", "--duty", "first-core-group", "--at", "2026-11-17T09:00:00Z"]).well();
    for said in ["manager (escalation) to S1 as Team Manager", "because first line manager M1 has left"] {
        assert!(explained.contains(said), "{explained}");
    }
    let explained = bench.run(&["explain", "C1", "--duty", "first-core-group", "--at", "2026-11-30T09:00:00Z"]).well();
    assert!(explained.contains("not told     above to"), "{explained}");
    assert!(explained.contains("no run has decided it yet"), "{explained}");
}
