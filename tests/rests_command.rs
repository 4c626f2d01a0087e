//! `ack`, `pause` and `resume`: who may put off what, for how long, and that no child is silenced by it for good.

#![cfg(feature = "io")]

#[path = "support/cases.rs"]
mod cases;

use cases::{Bench, Done, STAFF, child, says};

/// The plan of C1 began on Monday 2 November 2026. The child is to be seen by Monday 16: that "should" be done, so W1 is told on
/// Tuesday 17, M1 on Thursday 19, S1 and K1 on Tuesday 24, and W1 and M1 again on Tuesday 1 December.
const SEEN: &str = "child-seen-any-professional";

/// The first core group "must" be held by then: W1 and M1 are told on the 17th, S1 and K1 on the 19th, W1 and M1 again on
/// the 26th.
const CORE_GROUP: &str = "first-core-group";

fn one() -> Bench {
    Bench::new(&format!("{STAFF}{}", child("C1", "2026-11-02")))
}

/// `ack` or `pause` at nine on that day.
fn rest(bench: &Bench, day: &str, command: &str, duty: &str, by: &str, more: &[&str]) -> Done {
    let at = format!("{day}T09:00:00Z");
    let args = [command, "C1", "--duty", duty, "--by", by, "--reason", "visit_booked", "--at", &at];
    bench.run(&[&args[..], more].concat())
}

fn pause(bench: &Bench, day: &str, by: &str, working_days: &str) -> Done {
    rest(bench, day, "pause", SEEN, by, &["--working-days", working_days])
}

/// Who was told what of a duty on the mornings of these days, each polled and sent.
fn told(bench: &Bench, duty: &str, days: &[&str]) -> Vec<String> {
    let before = bench.told();
    for day in days {
        bench.once(&format!("{day}T08:30:00Z"));
    }
    let fresh = bench.told().into_iter().filter(|told| !before.contains(told) && told.duty == duty);
    let fresh = fresh.filter(|told| told.state == "bundled").map(|told| format!("{} {}", told.step, told.person));
    let mut fresh: Vec<String> = fresh.collect();
    fresh.sort();
    fresh
}

#[test]
fn only_who_was_told_may_acknowledge_and_after_a_rest_only_who_was_told_again() {
    let bench = one();
    let ack = |day: &str, by: &str, more: &[&str]| rest(&bench, day, "ack", CORE_GROUP, by, more);
    says(&ack("2026-11-16", "W1", &[]).ends(2), &["nothing stands", "explain C1"]);
    told(&bench, CORE_GROUP, &["2026-11-17"]);
    says(&ack("2026-11-17", "S1", &[]).ends(2), &["nothing stands that S1 was told about child C1", "explain C1"]);
    says(&rest(&bench, "2026-11-17", "ack", "nonsense", "W1", &[]).ends(2), &["nothing stands"]);
    // Five working days from the 17th: 18, 19, 20, 23, 24.
    says(&ack("2026-11-17", "W1", &["--working-days", "6"]).ends(2), &["5 working days at most", "24 November 2026"]);
    says(&ack("2026-11-17", "W1", &[]).well(), &["Repeats to W1 rest until the end of Tuesday 24 November 2026"]);
    says(&ack("2026-11-18", "W1", &[]).ends(2), &["W1 has put this off before, until", "told again"]);
    assert_eq!(told(&bench, CORE_GROUP, &["2026-11-24", "2026-11-25"]), ["above K1", "above S1", "rest-ends W1"]);
    says(&ack("2026-11-25", "W1", &[]).ends(2), &["was not told of it since"]);
    assert_eq!(told(&bench, CORE_GROUP, &["2026-11-26"]), ["repeat M1", "repeat W1"]);
    ack("2026-11-26", "W1", &["--working-days", "2"]).well();
}

#[test]
fn a_reason_is_chosen_from_a_list() {
    let bench = one();
    told(&bench, CORE_GROUP, &["2026-11-17"]);
    let args = ["ack", "C1", "--duty", CORE_GROUP, "--by", "W1", "--reason", "visit booked"];
    says(&bench.run(&args).ends(2), &["did you mean `visit_booked`?", "waiting_for_agency", "child_away"]);
}

#[test]
fn only_who_stands_in_a_role_of_the_procedure_may_pause() {
    let bench = one();
    told(&bench, SEEN, &["2026-11-17"]);
    says(
        &pause(&bench, "2026-11-17", "W1", "5").ends(2),
        &["W1 may not pause child C1", "the Team Manager (M1)", "the Children's Services Manager (S1)"],
    );
    for by in ["D1", "LAST", "K1", "W2"] {
        says(&pause(&bench, "2026-11-17", by, "5").ends(2), &["may not pause"]);
    }
    let core_group = rest(&bench, "2026-11-17", "pause", CORE_GROUP, "M1", &["--working-days", "5"]);
    says(&core_group.ends(2), &["the procedure does not let this be paused"]);
    // M1 is away and W2 covers: the cover may, and M1 may not while away.
    bench.add("absences A1 worker_id=M1 from_on=2026-11-17 to_on=2026-11-20 cover_id=W2");
    pause(&bench, "2026-11-17", "M1", "5").ends(2);
    says(&pause(&bench, "2026-11-17", "W2", "5").well(), &["until the end of Tuesday 24 November 2026"]);
}

#[test]
fn in_a_restricted_case_the_worker_does_not_rise_to_the_right_to_pause() {
    let bench = one();
    bench.add(
        "events X1 child_id=C1 kind=access
         answers X1 child_id=C1 fact=access question=worker_id answer=W1
         answers X1 child_id=C1 fact=access question=level answer=named",
    );
    told(&bench, SEEN, &["2026-11-17"]);
    says(&pause(&bench, "2026-11-17", "W1", "5").ends(2), &["W1 may not pause", "nobody"]);
}

#[test]
fn all_pauses_of_a_duty_together_end_as_early_as_one_would() {
    let bench = one();
    told(&bench, SEEN, &["2026-11-17"]);
    // Ten working days from the 17th: 18, 19, 20, 23, 24, 25, 26, 27, 30, 1 December.
    let longest = ["10 working days at most", "from Tuesday 17 November 2026 until Tuesday 1 December 2026"];
    says(&pause(&bench, "2026-11-17", "M1", "11").ends(2), &longest);
    pause(&bench, "2026-11-17", "M1", "5").well();
    assert_eq!(told(&bench, SEEN, &["2026-11-19", "2026-11-24"]), ["rest-ends M1"]);
    says(&pause(&bench, "2026-11-24", "S1", "6").ends(2), &longest);
    pause(&bench, "2026-11-24", "S1", "5").well();
    assert_eq!(told(&bench, SEEN, &["2026-11-25", "2026-12-01"]), ["rest-ends S1"]);
    // The day after, all that is owed is told, and nothing can be put off again.
    assert_eq!(told(&bench, SEEN, &["2026-12-02"]), ["above K1", "above S1", "repeat M1", "repeat W1"]);
    says(&pause(&bench, "2026-12-02", "M1", "1").ends(2), &longest);
}

#[test]
fn what_is_resumed_is_told_at_the_next_run_and_what_waits_is_not_sent_once_it_is_paused() {
    let bench = one();
    told(&bench, SEEN, &["2026-11-17"]);
    // Just after midnight it is decided that M1 is told in the morning.
    bench.once("2026-11-19T00:10:00Z");
    rest(&bench, "2026-11-19", "pause", SEEN, "M1", &["--working-days", "3", "--at", "2026-11-19T07:00:00Z"]).ends(2);
    let args = ["pause", "C1", "--duty", SEEN, "--by", "M1", "--reason", "child_away", "--working-days", "3"];
    bench.run(&[&args[..], &["--at", "2026-11-19T07:00:00Z"]].concat()).well();
    assert_eq!(told(&bench, SEEN, &["2026-11-19"]), [""; 0]);
    let resume = |by: &str| bench.run(&["resume", "C1", "--duty", SEEN, "--by", by, "--at", "2026-11-19T10:00:00Z"]);
    says(&resume("W2").ends(2), &["W2 has no part in the case of child C1"]);
    says(&resume("W1").well(), &["told at the next run"]);
    says(&resume("W1").ends(2), &["nothing rests"]);
    assert_eq!(told(&bench, SEEN, &["2026-11-20"]), ["manager M1"]);
}

#[test]
fn nothing_but_the_rest_itself_has_its_last_morning_judged() {
    let bench = one();
    // From Thursday 19 to Thursday 26 no step of the core group is owed, and no other rule has anything to say of C1.
    let rules = std::fs::read_to_string(bench.path("core.toml")).unwrap();
    let (head, rules) = rules.split_once("[[rule]]").unwrap();
    let (core_group, _) = rules.split_once("[[rule]]").unwrap();
    std::fs::write(bench.path("core.toml"), format!("{head}[[rule]]{core_group}")).unwrap();
    assert_eq!(told(&bench, CORE_GROUP, &["2026-11-17", "2026-11-19"]).len(), 4);
    rest(&bench, "2026-11-19", "ack", CORE_GROUP, "W1", &["--working-days", "2"]).well();
    assert_eq!(told(&bench, CORE_GROUP, &["2026-11-20", "2026-11-23", "2026-11-24"]), ["rest-ends W1"]);
}

#[test]
fn what_is_put_off_is_explained() {
    let bench = one();
    told(&bench, CORE_GROUP, &["2026-11-17"]);
    rest(&bench, "2026-11-17", "ack", CORE_GROUP, "W1", &[]).well();
    pause(&bench, "2026-11-17", "M1", "10").well();
    let explain = |duty: &str, more: &[&str]| {
        let args = ["explain", "C1", "--duty", duty, "--at", "2026-11-19T09:00:00Z"];
        bench.run(&[&args[..], more].concat()).well()
    };
    let acknowledged = "acknowledged by W1 as Lead Social Worker: a visit is booked; until Tuesday 24 November 2026";
    says(&explain(CORE_GROUP, &[]), &[acknowledged]);
    let paused = "paused by M1 as Team Manager: a visit is booked; until Tuesday 1 December 2026";
    let resting = "manager to Team Manager M1: paused by M1, and rests until Tuesday 1 December 2026";
    says(&explain(SEEN, &[]), &[paused, resting]);
    let object: serde_json::Value = serde_json::from_str(&explain(SEEN, &["--format", "json"])).unwrap();
    let rest = &object["rests"][0];
    assert_eq!(
        (&rest["kind"], &rest["person"], &rest["reason"]),
        (&"pause".into(), &"M1".into(), &"visit_booked".into())
    );
}

#[test]
fn a_duty_that_opens_later_is_not_put_off_with_those_that_stand() {
    let bench = one();
    told(&bench, SEEN, &["2026-11-17"]);
    pause(&bench, "2026-11-17", "M1", "10").well();
    // Seen on the 18th: the next time is due on Wednesday 2 December, and its reminder on Friday 27 November.
    bench.add("visits V1 child_id=C1 visited_on=2026-11-18 visitor_id=W1 seen=Y");
    bench.sql("UPDATE dw_load SET loaded_at = '2026-11-27T07:30'");
    let told = told(&bench, SEEN, &["2026-11-19", "2026-11-27"]);
    assert!(told.contains(&"remind W1".to_owned()), "{told:?}");
}

#[test]
fn what_was_put_off_in_a_month_is_listed_in_the_next_once_and_not_of_a_restricted_case() {
    let bench = Bench::new(&format!("{STAFF}{}{}", child("C1", "2026-11-02"), child("C2", "2026-11-02")));
    told(&bench, SEEN, &["2026-11-17"]);
    pause(&bench, "2026-11-17", "M1", "10").well();
    let args = ["pause", "C2", "--duty", SEEN, "--by", "M1", "--reason", "court", "--working-days", "2"];
    bench.run(&[&args[..], &["--at", "2026-11-17T10:00:00Z"]].concat()).well();
    bench.add(
        "events X2 child_id=C2 kind=access
         answers X3 child_id=C2 fact=access question=worker_id answer=W1
         answers X4 child_id=C2 fact=access question=level answer=named",
    );
    bench.once("2026-11-18T08:30:00Z");
    assert_eq!(told(&bench, "rests-month", &["2026-11-30"]), [""; 0]);
    assert_eq!(told(&bench, "rests-month", &["2026-12-01", "2026-12-02"]), ["report H1"]);
    let texts = bench.mail().into_values().map(|mail| String::from_utf8(mail).unwrap().replace("=\r\n", ""));
    let texts: Vec<String> = texts.map(|text| text.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    let list = texts.iter().find(|text| text.contains("What was acknowledged or paused in November 2026")).unwrap();
    says(list, &["C1", "paused by M1 as Team Manager, a visit is booked; Tue 17 Nov 2026 to Tue 1 Dec 2026"]);
    assert!(!list.contains("C2") && !list.contains("court"), "{list}");
}

#[test]
fn preview_says_what_is_owed_and_not_sent_and_why() {
    let bench = one();
    told(&bench, SEEN, &["2026-11-17"]);
    pause(&bench, "2026-11-18", "M1", "10").well();
    let preview = ["preview", "--at", "2026-11-18T10:00:00Z", "--from", "2026-11-19", "--to", "2026-11-24"];
    let said = bench.run(&preview).well();
    // Ten working days from the 18th end with Wednesday 2 December.
    let line = |of: &[&str]| said.lines().any(|line| of.iter().all(|word| line.contains(word)));
    assert!(line(&["M1", "Team Manager", "escalation", "C1", SEEN, "paused until Thu 3 Dec 2026"]), "{said}");
    assert!(line(&["S1", "escalation", "C1", SEEN, "paused until Thu 3 Dec 2026"]), "{said}");
}

fn explain(bench: &Bench, duty: &str, at: &str) -> String {
    bench.run(&["explain", "C1", "--duty", duty, "--at", at]).well()
}

#[test]
fn what_is_paused_is_not_said_to_come_before_the_pause_ends() {
    let bench = one();
    told(&bench, SEEN, &["2026-11-17"]);
    // Eight working days from the 17th: 18, 19, 20, 23, 24, 25, 26, 27. The steps of the 19th and the 24th fall into it.
    pause(&bench, "2026-11-17", "M1", "8").well();
    let explained = explain(&bench, SEEN, "2026-11-17T10:00:00Z");
    let then = "on Monday 30 November 2026, if nothing is recorded";
    says(&explained, &["next         paused by M1 until Friday 27 November 2026"]);
    says(
        &explained,
        &[&format!("then manager to Team Manager M1 {then}"), &format!("S1, Principal Officer K1 {then}")],
    );
    assert!(!explained.contains("19 November 2026, if nothing"), "{explained}");
    let args = ["explain", "C1", "--duty", SEEN, "--at", "2026-11-17T10:00:00Z", "--format", "json"];
    let object: serde_json::Value = serde_json::from_str(&bench.run(&args).well()).unwrap();
    assert_eq!(object["next"]["on"], "2026-11-30");
    let days = ["2026-11-18", "2026-11-19", "2026-11-24", "2026-11-30"];
    assert_eq!(told(&bench, SEEN, &days), ["above K1", "above S1", "manager M1"]);
}

#[test]
fn a_second_pause_is_the_one_that_says_until_when() {
    let bench = one();
    told(&bench, SEEN, &["2026-11-17"]);
    pause(&bench, "2026-11-17", "M1", "3").well();
    rest(&bench, "2026-11-18", "pause", SEEN, "S1", &["--working-days", "5"]).well();
    let explained = explain(&bench, SEEN, "2026-11-18T10:00:00Z");
    says(
        &explained,
        &["next         paused by S1 until Wednesday 25 November 2026", "M1 on Thursday 26 November 2026"],
    );
}

#[test]
fn a_step_that_a_pause_took_back_is_not_explained_as_told() {
    let bench = one();
    told(&bench, SEEN, &["2026-11-17"]);
    bench.once("2026-11-19T00:10:00Z");
    let args = ["pause", "C1", "--duty", SEEN, "--by", "M1", "--reason", "child_away", "--working-days", "3"];
    bench.run(&[&args[..], &["--at", "2026-11-19T07:00:00Z"]].concat()).well();
    bench.once("2026-11-19T08:30:00Z");
    let resting = "not told     manager to Team Manager M1: paused by M1, and rests until Tuesday 24 November 2026";
    says(&explain(&bench, SEEN, "2026-11-19T09:00:00Z"), &[resting]);
}

#[test]
fn a_repeat_of_an_earlier_date_is_not_explained_as_told_of_the_new_one() {
    let bench = one();
    let said = told(&bench, CORE_GROUP, &["2026-11-17", "2026-11-19", "2026-11-26"]);
    assert!(said.contains(&"repeat W1".to_owned()), "{said:?}");
    // A day later in everything: late after Tuesday 17, and told again on Friday 27.
    bench.sql("UPDATE dw_conferences SET held_on = '2026-11-03'");
    let explained = explain(&bench, CORE_GROUP, "2026-11-27T07:00:00Z");
    says(&explained, &["not told     repeat to Lead Social Worker W1: no run has decided it yet"]);
}

#[test]
fn a_case_that_changes_hands_is_explained_with_its_handover() {
    let bench = one();
    bench.sql("UPDATE dw_allocations SET to_on = '2026-11-03'");
    bench.add("allocations A2 child_id=C1 worker_id=W2 team_id=T1 role=lead_worker from_on=2026-11-04");
    let explained = explain(&bench, CORE_GROUP, "2026-11-04T07:00:00Z");
    says(&explained, &["not told     handover-2026-11-04 to Lead Social Worker W2: no run has decided it yet"]);
    told(&bench, CORE_GROUP, &["2026-11-04"]);
    let explained = explain(&bench, CORE_GROUP, "2026-11-04T09:00:00Z");
    says(&explained, &["told         handover-2026-11-04 (handover) to W2"]);
    assert!(!explained.contains("not told"), "{explained}");
}
