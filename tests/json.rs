//! The JSON that other programs read, and the calendar's answers, held against dates that the law itself gives.

#![expect(clippy::unwrap_used, reason = "a test that cannot read an answer has failed")]

#[path = "support/cases.rs"]
mod cases;

use cases::{Bench, Done, program, says};
use chrono::{DateTime, NaiveDate};
use duewatch::generate;
use serde_json::Value;

fn objects(text: &str) -> Vec<Value> {
    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}")));
    let objects: Vec<Value> = lines.collect();
    assert!(!objects.is_empty() && objects.iter().all(Value::is_object), "objects were expected:\n{text}");
    objects
}

fn is_date(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.len() == 10 && text.parse::<NaiveDate>().is_ok())
}

fn is_date_or_null(value: &Value) -> bool {
    value.is_null() || is_date(value)
}

fn is_instant(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.contains('T') && DateTime::parse_from_rfc3339(text).is_ok())
}

fn is_instant_or_null(value: &Value) -> bool {
    value.is_null() || is_instant(value)
}

fn one_of(value: &Value, words: &[&str]) -> bool {
    value.as_str().is_some_and(|text| words.contains(&text))
}

fn is_anchor(value: &Value) -> bool {
    value["fact"].is_string() && value["id"].is_string() && is_date(&value["on"])
}

fn is_reading(value: &Value) -> bool {
    value.is_null() || (is_anchor(&value["anchor"]) && is_date(&value["on"]) && is_instant_or_null(&value["at"]))
}

/// Why a duty cannot be told, and who can mend it; null for every other duty.
fn is_reason(value: &Value) -> bool {
    let names = |names: &Value| names.as_array().is_some_and(|names| names.iter().all(Value::is_string));
    let missing = &value["missing"];
    (missing.is_null() || (missing["fact"].is_string() && names(&missing["any_of"])))
        && value["why"].is_string()
        && value["mended_by"].is_string()
        && value["by_source"].is_boolean()
        && names(&value["rows"])
}

#[track_caller]
fn check_duty(duty: &Value) {
    let holds = |field: &str, holds: bool| assert!(holds && duty.get(field).is_some(), "{field} in {duty}");
    for field in ["authority", "duty", "key", "calendar", "citation"] {
        holds(field, duty[field].is_string());
    }
    holds("child", duty["child"].is_string() || duty["child"].is_null());
    holds("anchor", is_anchor(&duty["anchor"]));
    holds("strict", is_reading(&duty["strict"]));
    holds("due", is_reading(&duty["due"]));
    holds("status", one_of(&duty["status"], &["met", "open", "amber", "overdue", "cannot_tell"]));
    holds("cannot_tell", is_reason(&duty["cannot_tell"]) == (duty["status"] == "cannot_tell"));
    holds("met_on", is_date_or_null(&duty["met_on"]));
    holds("provisional", duty["provisional"].is_boolean());
    let skipped = duty["skipped"].as_array().unwrap();
    holds("skipped", skipped.iter().all(|day| is_date(&day["on"]) && day["name"].is_string()));
}

const KINDS: [&str; 14] = [
    "reminder",
    "due",
    "overdue",
    "escalation",
    "counted",
    "alert",
    "resolved",
    "changed",
    "no_longer_due",
    "cannot_tell",
    "checklist",
    "handover",
    "data_quality",
    "report",
];

fn demo() -> Bench {
    let bench = Bench::bare();
    let authority = generate::authority(7, 40, "2026-11-16".parse().unwrap());
    cases::block_on(generate::write_sqlite(&bench.path("case.db"), &authority)).unwrap();
    bench.run(&["ledger", "migrate", "--simulated"]).well();
    bench
}

const AT: &str = "2026-11-16T08:30:00Z";

#[test]
fn a_duty_is_one_object_a_line() {
    let bench = demo();
    let duties = objects(&bench.run(&["duties", "--at", AT, "--format", "json"]).well());
    duties.iter().for_each(check_duty);
    let statuses: std::collections::BTreeSet<_> = duties.iter().map(|duty| duty["status"].as_str().unwrap()).collect();
    assert_eq!(statuses.len(), 5, "every status occurs, so every form of a duty was looked at: {statuses:?}");
    assert!(duties.iter().any(|duty| duty["due"]["at"].is_string()), "a duty with an hour occurs");
    assert!(duties.iter().any(|duty| duty["child"].is_null()), "a report occurs");
    // The scene says so: a conference of Thursday 29 October, ten working days, two of them past since.
    let first = duties.iter().find(|duty| duty["child"] == "C9001" && duty["duty"] == "first-core-group").unwrap();
    assert_eq!(first["due"]["on"], "2026-11-12");
    assert_eq!(first["strict"]["on"], "2026-11-11");
    assert_eq!(first["status"], "overdue");
    assert_eq!(first["authority"], "wrenholt");
    assert_eq!(first["citation"], "000:L45");
    // Another scene: the last visits do not say whether the child was seen alone.
    let mut of_the_scene = duties.iter().filter(|duty| duty["child"] == "C9009");
    let alone = of_the_scene.rfind(|duty| duty["duty"] == "child-seen-alone-alternate").unwrap();
    assert_eq!(alone["cannot_tell"]["missing"], serde_json::json!({ "fact": "visit", "any_of": ["alone"] }));
    assert_eq!(alone["cannot_tell"]["mended_by"], "data_team");
}

#[test]
fn overdue_can_fail_a_script() {
    let bench = demo();
    let overdue = ["duties", "--at", AT, "--status", "overdue", "--format", "json"];
    let listed = objects(&bench.run(&overdue).well());
    assert!(listed.iter().all(|duty| duty["status"] == "overdue"));
    let failing: Vec<&str> = overdue.into_iter().chain(["--fail"]).collect();
    assert_eq!(objects(&bench.run(&failing).ends(1)), listed);
    // C9025's plan has ended: nothing is printed, and nothing fails.
    let none: Vec<&str> = failing.into_iter().chain(["--child", "C9025"]).collect();
    assert_eq!(bench.run(&none).well(), "");
    bench.run(&["duties", "--at", AT, "--status", "late"]).ends(2);
    bench.run(&["duties", "--at", "2026-11-16"]).ends(2);
}

#[test]
fn a_previewed_message_says_who_when_and_what() {
    let bench = demo();
    let preview = ["preview", "--at", AT, "--from", "2026-11-16", "--to", "2026-12-01", "--format", "json"];
    let messages = objects(&bench.run(&preview).well());
    for message in &messages {
        assert!(is_instant(&message["at"]), "{message}");
        for field in ["authority", "recipient_role", "recipient"] {
            assert!(message[field].is_string(), "{field} in {message}");
        }
        let kinds = message["kinds"].as_array().unwrap();
        assert!(!kinds.is_empty() && kinds.iter().all(|kind| one_of(kind, &KINDS)), "{message}");
        let duties = message["duties"].as_array().unwrap();
        assert!(!duties.is_empty(), "{message}");
        for duty in duties {
            assert!(duty.get("child").is_some_and(|child| child.is_string() || child.is_null()), "{duty}");
            assert!(duty["duty"].is_string() && duty["key"].is_string() && is_date_or_null(&duty["due"]), "{duty}");
            assert!(kinds.contains(&duty["kind"]), "{duty}");
        }
    }
    // One message a person and instant, and another for what is urgent.
    let bundle = |message: &Value| {
        format!("{} {} {}", message["at"], message["recipient"], message["kinds"] == serde_json::json!(["alert"]))
    };
    let bundles: std::collections::BTreeSet<String> = messages.iter().map(bundle).collect();
    assert_eq!(bundles.len(), messages.len());
    bench.run(&["preview", "--from", "2026-11-17", "--to", "2026-11-16"]).ends(2);
}

#[test]
fn an_explanation_adds_what_was_told_and_what_comes_next() {
    let bench = demo();
    // One visit is dated next year, which needs attention.
    bench.once("2026-11-16").ends(1);
    let explain = ["explain", "C9001", "--at", AT, "--format", "json"];
    let duties = objects(&bench.run(&explain).well());
    for duty in &duties {
        check_duty(duty);
        assert!(duty["quote"].is_string() && duty.get("lead_worker").is_some(), "{duty}");
        for told in duty["told"].as_array().unwrap() {
            assert!(is_instant(&told["owed_at"]) && is_instant(&told["decided_at"]), "{told}");
            assert!(is_instant_or_null(&told["handed_over_at"]), "{told}");
            assert!(told["step"].is_string() && told["person"].is_string() && one_of(&told["kind"], &KINDS), "{told}");
        }
        let next = &duty["next"];
        assert!(next.is_null() || (is_date(&next["on"]) && next["tell"].is_array()), "{duty}");
        let to = next["to"].as_array().into_iter().flatten();
        assert!(next.is_null() || to.clone().count() > 0, "somebody is told at every step: {duty}");
        assert!(to.clone().all(|to| to["person"].is_string() && to["role"].is_string()), "{duty}");
        assert!(next.is_null() || next["passed_over"].is_array(), "{duty}");
    }
    let first = duties.iter().find(|duty| duty["duty"] == "first-core-group").unwrap();
    assert_eq!(
        first["told"].as_array().unwrap().len(),
        4,
        "remind, due and overdue to the worker, manager's own: {first}"
    );
    // Three working days after Thursday the 12th.
    assert_eq!((&first["next"]["step"], &first["next"]["on"]), (&"above".into(), &"2026-11-17".into()));
    bench.run(&["explain", "C404", "--at", AT]).ends(2);
    bench.run(&["explain", "C9001", "--at", AT, "--duty", "no-such"]).ends(2);
}

fn calendar(args: &[&str]) -> Done {
    program(&[&["calendar"], args].concat(), &[], "")
}

#[test]
fn a_period_is_added_as_one_object() {
    let add = calendar(&["add", "england-and-wales", "2026-12-18", "10 working days", "--format", "json"]).well();
    let [added] = objects(&add).try_into().unwrap();
    // Christmas Day, the Monday that stands for Boxing Day, and New Year's Day, counted on a wall calendar.
    assert_eq!(added["on"], "2027-01-06");
    assert_eq!((&added["calendar"], &added["start"]), (&"england-and-wales".into(), &"2026-12-18".into()));
    assert_eq!((&added["period"], &added["first_day"]), (&"10 working days".into(), &"excluded".into()));
    assert_eq!(added["provisional"], false);
    let skipped = added["skipped"].as_array().unwrap();
    assert!(skipped.iter().all(|day| is_date(&day["on"]) && day["name"].is_string()));
    assert_eq!(skipped.len(), 9, "three weekends and three holidays: {added}");
    for wrong in
        [["mars", "2026-12-18", "1 day"], ["scotland", "18/12/2026", "1 day"], ["scotland", "2026-12-18", "soon"]]
    {
        let said = calendar(&[&["add"], &wrong[..]].concat()).ends(2);
        assert!(said.starts_with("duewatch: ") && said.lines().count() == 1, "{said}");
    }
}

#[test]
fn holidays_are_one_object_each() {
    let days = objects(&calendar(&["holidays", "england-and-wales", "--year", "2026", "--format", "json"]).well());
    let on: Vec<&str> = days.iter().map(|day| day["on"].as_str().unwrap()).collect();
    // The Gazette's and the Act's days: 26 December is a Saturday, so the 28th stands for it.
    let published = [
        "2026-01-01",
        "2026-04-03",
        "2026-04-06",
        "2026-05-04",
        "2026-05-25",
        "2026-08-31",
        "2026-12-25",
        "2026-12-28",
    ];
    assert_eq!(on, published);
    for day in &days {
        assert!(is_date(&day["on"]) && day["title"].is_string() && day["status"].is_string(), "{day}");
        assert!(day["substitute"].is_boolean() && day["one_off"].is_boolean(), "{day}");
    }
    calendar(&["holidays", "england-and-wales", "--year", "1900"]).ends(2);
    calendar(&["holidays", "mars"]).ends(2);
}

#[test]
fn between_counts_after_the_first_day_and_up_to_the_second() {
    let between = |from, to| {
        let text = calendar(&["between", "england-and-wales", from, to, "--format", "json"]).well();
        let [answer] = objects(&text).try_into().unwrap();
        assert!(is_date(&answer["from"]) && is_date(&answer["to"]), "{answer}");
        answer["working_days"].as_i64().unwrap()
    };
    // Thursday to the Tuesday after Easter 2026: Good Friday, a weekend and Easter Monday lie between.
    assert_eq!(between("2026-04-02", "2026-04-07"), 1);
    assert_eq!(between("2026-04-07", "2026-04-02"), -1, "backwards it is the same number below nought");
    assert_eq!(between("2026-04-02", "2026-04-02"), 0);
    assert_eq!(between("2026-04-03", "2026-04-06"), 0);
    assert_eq!(between("2026-11-16", "2026-11-23"), 5);
    says(&program(&["calendar", "between", "--help"], &[], "").well(), &["after the first", "negative"]);
}

/// Line by line the answers that statutes and their rules print.
#[test]
fn a_batch_answers_line_for_line() {
    let batch = |input: &str| program(&["calendar", "add", "--batch"], &[], input);
    // Civil Procedure Rules 2.8: the day of the event does not count. Within 5 days Saturday to Monday, Christmas Day and
    // Good Friday do not count either; a notice on Friday 20 November 2026 for 3 clear working days reaches the 25th.
    let done = batch("england-and-wales,2026-11-20,3 working days\nengland-and-wales,2026-01-31,1 month\n");
    assert_eq!((done.code, done.out.as_str()), (0, "2026-11-25\n2026-02-28\n"));

    let mixed = "england-and-wales,2026-12-18,10 working days\r\n\r\nmars,2026-12-18,1 day\r\n\
                 england-and-wales, 2026-11-20 , 3 working days\r\nenglish\n\nengland-and-wales,2040-12-20,5 working days";
    let done = batch(mixed);
    let lines: Vec<&str> = done.out.split('\n').collect();
    assert_eq!(done.code, 2, "{}", done.out);
    assert_eq!(lines.len(), 8, "a line out for each line in, and the end: {lines:?}");
    assert_eq!((lines[0], lines[1], lines[3], lines[5]), ("2027-01-06", "", "2026-11-25", ""));
    assert!(lines[2].starts_with("error: there is no calendar `mars`"), "{}", lines[2]);
    assert!(lines[4].starts_with("error: "), "{}", lines[4]);
    assert!(lines[6].ends_with(",provisional") || lines[6].starts_with("error: "), "{}", lines[6]);
    assert!(done.err.contains("2 lines") || done.err.contains("3 lines"), "{}", done.err);

    assert_eq!(batch("").code, 0);
    let blank = batch("\n\n");
    assert_eq!((blank.code, blank.out.as_str()), (0, "\n\n"));
}

#[test]
fn a_far_date_is_said_to_be_provisional() {
    let done = program(&["calendar", "add", "--batch"], &[], "england-and-wales,2028-12-20,10 working days\n");
    // 2029's holidays are not published: Christmas 2028 is, New Year's Day 2029 is foreseen.
    assert_eq!((done.code, done.out.as_str()), (0, "2029-01-08,provisional\n"));
}

#[test]
fn dates_that_the_rules_of_court_print_as_examples() {
    let add = |date, period| calendar(&["add", "england-and-wales", date, period]).well();
    // CPR 2.8(3), example (iii): particulars "within 14 days of service of the claim form" served on 2 October are due by
    // the 16th.
    assert_eq!(add("2026-10-02", "14 days").trim(), "2026-10-16");
    // CPR 2.8(4) leaves out Saturday, Sunday, a bank holiday, Christmas Day and Good Friday in a period of 5 days or less.
    assert_eq!(add("2026-04-02", "1 working day").trim(), "2026-04-07");
    // CPR 2.10: a month is a calendar month; the corresponding date (Dodds v Walker): from 30 September to 31 January is
    // four months and a day, so four months end on the 30th.
    assert_eq!(add("2026-09-30", "4 months").trim(), "2027-01-30");
    assert_eq!(add("2026-10-31", "4 months").trim(), "2027-02-28");
    assert_eq!(add("2024-02-29", "12 months").trim(), "2025-02-28");
}
