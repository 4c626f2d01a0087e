//! `duewatch procedures`: what is shipped, a procedure as a page to sign off, and what carries each duty.

#![expect(clippy::unwrap_used, reason = "a test that cannot read an answer has failed")]

#[path = "support/cases.rs"]
mod cases;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use cases::{Bench, Done, program, says};
use serde_json::Value;

const HERTFORDSHIRE: &str = include_str!("procedures/hertfordshire-core.toml");
const CATALOGUE: &str = include_str!("../config/procedures/duties.csv");

fn procedures(args: &[&str]) -> Done {
    program(&[&["procedures"], args].concat(), &[], "")
}

/// A text without its line breaks, so that a sentence is found wherever it was broken.
fn unwrapped(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The rows of the catalogue, counted by cutting lines and by nothing of duewatch.
fn catalogue() -> Vec<(String, String, String)> {
    let rows = CATALOGUE.lines().skip(1).filter(|line| !line.is_empty());
    rows.map(|row| {
        let cells: Vec<&str> = row.split(',').collect();
        let lines: Vec<String> = cells[3].split(' ').map(|line| format!("L{line}")).collect();
        (cells[0].to_owned(), cells[1].to_owned(), format!("{}:{}", cells[2], lines.join(",")))
    })
    .collect()
}

/// A bench whose settings name this procedure in a file of its own.
fn with_own(text: &str) -> Bench {
    let bench = Bench::bare();
    fs::write(bench.path("own.toml"), text).unwrap();
    let settings = cases::SETTINGS.replace("procedure = \"core.toml\"", "procedure = \"own.toml\"");
    fs::write(bench.path("duewatch.toml"), settings).unwrap();
    bench
}

fn objects(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}"))).collect()
}

/// The summary of an authority, a word each: its id, how many duties, by nothing, then the shapes.
fn summary(table: &str, authority: &str) -> Vec<String> {
    let mut lines = table.lines().map(|line| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
    lines.rfind(|words| words.len() > 1 && words[0] == authority).unwrap_or_else(|| panic!("{table}"))
}

#[test]
fn every_row_of_the_catalogue_is_one_object_with_exactly_these_fields() {
    let done = procedures(&["coverage", "--format", "json"]);
    let rows = objects(&done.out);
    let found: BTreeSet<(String, String)> = rows
        .iter()
        .map(|row| (row["authority"].as_str().unwrap().to_owned(), row["duty"].as_str().unwrap().to_owned()))
        .collect();
    let known: BTreeSet<(String, String)> =
        catalogue().into_iter().map(|(authority, duty, _)| (authority, duty)).collect();
    assert_eq!((rows.len(), found), (319, known));
    for row in &rows {
        let fields: Vec<&str> = row.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(fields, ["authority", "duty", "shape", "rule", "citation", "reason"]);
        assert!(row["citation"].is_string(), "{row}");
        assert_eq!(row["shape"].is_null(), row["rule"].is_null(), "{row}");
        let untracked = row["shape"] == "check" || row["shape"] == "guidance";
        assert_eq!(row["reason"].is_string(), untracked, "{row}");
    }
    let gaps = rows.iter().filter(|row| row["shape"].is_null()).count();
    assert_eq!(done.code, i32::from(gaps > 0), "{gaps} gaps");
    let first =
        rows.iter().find(|row| row["authority"] == "hertfordshire" && row["duty"] == "first-core-group").unwrap();
    let expected = serde_json::json!({
        "authority": "hertfordshire", "duty": "first-core-group", "shape": "deadline", "rule": "First core group",
        "citation": "000:L45", "reason": null,
    });
    assert_eq!(*first, expected);
}

/// One rule of the shipped file and nothing else.
fn only_the_first_rule() -> String {
    let (head, rules) = HERTFORDSHIRE.split_once("[[rule]]").unwrap();
    let (first, _) = rules.split_once("[[rule]]").unwrap();
    format!("{head}[[rule]]{first}")
}

#[test]
fn a_gap_is_listed_with_its_document_and_lines_and_ends_with_one() {
    let bench = with_own(&only_the_first_rule());
    let table = bench.run(&["procedures", "coverage", "--authority", "hertfordshire"]).ends(1);
    assert_eq!(summary(&table, "hertfordshire"), ["hertfordshire", "117", "116", "1", "deadline"]);
    let row = |duty: &str| -> Vec<String> {
        let line = table.lines().find(|line| line.split_whitespace().next() == Some(duty)).unwrap();
        line.split_whitespace().map(str::to_owned).collect()
    };
    // Lines 134 and 144 of the document, as the catalogue has them.
    assert_eq!(row("bedroom-seen"), ["bedroom-seen", "000", "134,", "144"]);
    assert_eq!(row("first-core-group"), ["first-core-group", "deadline", "First", "core", "group", "000:L45"]);
    assert!(table.ends_with("Nothing carries 116 of the 117 duties.\n"), "{table}");

    let json = bench.run(&["procedures", "coverage", "--authority", "hertfordshire", "--format", "json"]).ends(1);
    let rows = objects(&json);
    assert_eq!(rows.len(), 117);
    let gap = rows.iter().find(|row| row["duty"] == "bedroom-seen").unwrap();
    let citation = catalogue().into_iter().find(|(_, duty, _)| duty == "bedroom-seen").unwrap().2;
    assert_eq!((&gap["shape"], &gap["rule"], &gap["citation"]), (&Value::Null, &Value::Null, &citation.into()));
}

#[test]
fn the_counts_of_each_authority_add_up_to_its_rows() {
    let table = procedures(&["coverage"]).out;
    let mut rows: BTreeMap<String, usize> = BTreeMap::new();
    for (authority, _, _) in catalogue() {
        *rows.entry(authority).or_default() += 1;
    }
    for (authority, expected) in rows {
        let summary = summary(&table, &authority);
        let numbers: Vec<usize> = summary.iter().filter_map(|word| word.parse().ok()).collect();
        assert_eq!((numbers[0], numbers[1..].iter().sum()), (expected, expected), "{summary:?}");
    }
}

/// Every row of an authority's document carried, each by a check or a guidance.
fn all_carried(authority: &str) -> String {
    let (head, _) = HERTFORDSHIRE.split_once("[[rule]]").unwrap();
    let mut text = head.replace("id = \"hertfordshire\"", &format!("id = \"{authority}\""));
    for (number, (_, duty, _)) in catalogue().into_iter().filter(|(of, _, _)| of == authority).enumerate() {
        let (shape, at) = if number % 2 == 0 { ("check", "at") } else { ("guidance", "with") };
        text.push_str(&format!(
            "[[rule]]\nduty = \"{duty}\"\ntitle = \"Rule {number}\"\nask = \"Do it\"\nshape = \"{shape}\"\n\
             strength = \"must\"\nresponsible = \"lead_worker\"\n{at} = {{ fact = \"core_group\" }}\n\
             reason = \"nothing shows it\"\ncite = {{ lines = [1], quote = \"the words\" }}\n"
        ));
    }
    text
}

#[test]
fn it_ends_well_once_every_row_is_carried_and_says_why_one_is_not_tracked() {
    let bench = with_own(&all_carried("rochdale"));
    let table = bench.run(&["procedures", "coverage", "--authority", "rochdale"]).well();
    assert_eq!(summary(&table, "rochdale"), ["rochdale", "17", "0", "9", "check,", "8", "guidance"]);
    says(&table, &["Each of the 17 duties is carried.", "nothing shows it"]);
    assert!(!table.contains("nothing carries"), "{table}");
    let rows = objects(&bench.run(&["procedures", "coverage", "--authority", "rochdale", "--format", "json"]).well());
    assert!(rows.iter().all(|row| row["reason"] == "nothing shows it"), "{rows:?}");
    // Another authority's rows are carried by its own procedure alone.
    let before = objects(&procedures(&["coverage", "--authority", "croydon", "--format", "json"]).out);
    let after = objects(&bench.run(&["procedures", "coverage", "--authority", "croydon", "--format", "json"]).out);
    assert_eq!(before, after);
}

#[test]
fn a_rule_of_an_authoritys_own_is_in_no_document_and_not_counted() {
    let local = only_the_first_rule().replace("duty = \"first-core-group\"", "duty = \"local-first-core-group\"");
    let bench = with_own(&local);
    let done = bench.run(&["procedures", "coverage", "--authority", "hertfordshire"]).ends(1);
    assert_eq!(summary(&done, "hertfordshire"), ["hertfordshire", "117", "117"]);
    assert!(!done.contains("local-"), "{done}");
}

#[test]
fn a_procedure_of_no_authority_in_the_catalogue_counts_for_nothing_and_says_so() {
    let bench = with_own(include_str!("procedures/enquiry.toml"));
    let done = bench.run(&["procedures", "coverage", "--format", "json"]);
    assert_eq!(done.out, procedures(&["coverage", "--format", "json"]).out);
    says(&done.err, &["no duty of `enquiry`", "none of its rules is counted"]);
}

#[test]
fn an_authority_that_is_not_in_the_catalogue_is_answered_with_those_that_are() {
    let said = procedures(&["coverage", "--authority", "rochdael"]).ends(2);
    says(&said, &["no authority `rochdael`", "did you mean `rochdale`?", "croydon", "isle-of-man"]);
}

#[test]
fn the_shipped_procedures_are_listed() {
    let list = procedures(&["list", "--at", "2026-11-16T08:30:00Z"]).out;
    let line = list.lines().find(|line| line.starts_with("hertfordshire")).unwrap();
    let rules = include_str!("../config/procedures/hertfordshire.toml").matches("[[rule]]").count();
    says(line, &["Hertfordshire", "v48", "Wed 6 Nov 2024", "Sat 6 Nov 2027"]);
    assert!(line.ends_with(&format!("  {rules}")), "{line}");
}

#[test]
fn a_review_that_was_missed_needs_attention_from_the_day_after() {
    // In winter the last minute of a day in London is the last of Greenwich.
    let missed = "Hertfordshire v48 was to be reviewed by Sat 6 Nov 2027";
    let on_the_day = procedures(&["list", "--at", "2027-11-06T23:59:00Z"]);
    assert!(!on_the_day.out.contains(missed), "{}", on_the_day.out);
    says(&procedures(&["list", "--at", "2027-11-07T00:00:00Z"]).ends(1), &[missed]);
    // Before any of them was issued none was to be reviewed.
    procedures(&["list", "--at", "2020-01-01T00:00:00Z"]).well();
}

#[test]
fn a_rule_is_shown_as_its_practitioner_signs_it() {
    let page = procedures(&["show", "hertfordshire"]).well();
    assert!(page.lines().all(|line| line.chars().count() <= 100), "{page}");
    assert!(
        page.starts_with("Hertfordshire\nImplementing the Child Protection Plan, Core Group and Lead Social Worker\n")
    );
    let head = unwrapped(&page);
    says(
        &head,
        &[
            "version v48 in force from Wednesday 6 November 2024 review by Saturday 6 November 2027",
            "earliest date In working days, the day of the event is day 1; in days, weeks or months, a last day that is \
             no working day moves back to the working day before.",
            "due date In working days, the day of the event does not count; in days, weeks or months, a last day that is \
             no working day stays where it is.",
        ],
    );
    let (_, first) = page.split_once("First core group [first-core-group]\n").unwrap();
    let (first, _) = first.split_once("\n\n").unwrap();
    let expected = "\
to do          Hold the first core group meeting
clock          Within 10 working days of the first conference (initial, pre-birth, transfer in or
               reconvened) that makes a plan. Met by a core group meeting held on or after that day.
               A plan without such a conference on record is told as \"cannot tell\".
document       000, line 45: \"The date of the first Core Group meeting must be within ten working
               days of the Initial Conference\"
strength       must
responsible    Lead Social Worker
runs           while a plan of this authority is open
told           3 working days before the earliest date: reminder to the Lead Social Worker
               On the earliest date: due notice to the Lead Social Worker; due notice to the Team
                 Manager: \"Chair the first core group\"
               1 working day after the due date: overdue notice to the Lead Social Worker;
                 escalation to the Team Manager
               3 working days after the due date: escalation to the Children's Services Manager and
                 the Principal Officer
               Then every 5 working days until it is met: overdue notice to the Lead Social Worker
                 and the Team Manager
rests          Whoever was told may acknowledge it: for at most 5 working days at a time they are
                 not told again. Steps go on.
               It cannot be paused.
note           It rests on how G1, G5 and G10 are read: both dates are in force.";
    assert_eq!(first, expected);
}

#[test]
fn the_other_rules_say_what_is_particular_to_them() {
    let page = unwrapped(&procedures(&["show", "hertfordshire"]).well());
    says(
        &page,
        &[
            "At least every 10 working days, counted from the start of the plan and then from each time it is done. Met \
             by a visit by the Lead Social Worker or a professional of the core group with the child seen.",
            "note It runs from the birth; while none is on record, from the expected day of birth.",
            "note The document marks this figure as under review.",
            "It goes on after the child's death.",
            "Then every day until it is met: alert to the Lead Social Worker and the Team Manager",
            "There must always be an allocation as Lead Social Worker. Overdue from the first day without one.",
            "Of any 2 visits in a row by the Lead Social Worker with the child seen, at least one must be a visit with \
             the child seen alone.",
            "9 working days after the core group meeting, once \"minutes approved\" is on record and while \"minutes sent\" is \
             not on record: reminder to the Business Support Officer: \"Send out the core group minutes\"",
            "At least every 12 months, counted from the start of the plan and then from each time it is done. Met by a decision (further assessment).",
            "At once when an incident (access refused) is on record. Met once \"manager told\" and \"core group told\" \
             have dates on record.",
            "every case that broke \"Case allocated to a named social worker\" at any time in the month.",
            "document 000, lines 134 and 144: \"the Lead Social Worker must observe",
        ],
    );
}

/// The page that explains the language shows each shape once; what its examples come to in words.
#[test]
fn every_shape_has_a_sentence() {
    let readme = include_str!("../config/procedures/README.md");
    let examples = readme.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let text = examples.collect::<Vec<_>>().join("\n");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("example.toml");
    fs::write(&file, text).unwrap();
    let page = procedures(&["show", file.to_str().unwrap()]).well();
    assert!(page.lines().all(|line| line.chars().count() <= 100), "{page}");
    says(
        &unwrapped(&page),
        &[
            "Within 10 working days of a core group meeting. Met once \"minutes sent\" has a date on record.",
            "counted from each time it is done; the first time starts the clock. Met by a core group meeting held.",
            "Where a conference has set another number of weeks",
            "At the latest 1 working day before a conference, and for the earliest date so many clear days before it. Met by \
             a visit with the child seen since the last one.",
            "From 10 days after the birth, and not later than 14 days after it. Met by a visit with the child seen.",
            "At least once between each conference and the next, at the latest 1 working day before the next.",
            "A core group meeting must not be on the day of a conference.",
            "There must always be an allocation as Key Worker.",
            "At once when an incident (injury) is on record. Met once \"chair told\" has a date on record.",
            "To be confirmed at a core group meeting. It is not tracked: the record holds no signatures.",
            "Goes with the messages for a core group meeting. It is not tracked: the record holds no venues.",
            "told 3 working days before the core group meeting: checklist to the Key Worker",
            "The first core group meeting must have on record: \"chair role\" Team Leader.",
            "Within 15 working days of the start of the enquiry. Met by a conference (initial or pre-birth), held on or \
             after that day.",
            "runs under each enquiry, with a plan or without",
        ],
    );
}

#[test]
fn an_unknown_id_is_answered_with_those_that_are_shipped() {
    let said = procedures(&["show", "hertfordshrie"]).ends(2);
    says(&said, &["no shipped procedure `hertfordshrie`", "did you mean `hertfordshire`?", "ends in .toml"]);
    let said = procedures(&["show", "nowhere"]).ends(2);
    assert!(said.contains("hertfordshire") && !said.contains("did you mean"), "{said}");
    let said = procedures(&["show", "/nowhere/own.toml"]).ends(2);
    says(&said, &["/nowhere/own.toml"]);
}

#[test]
fn the_mistakes_of_a_file_are_shown_in_place_of_its_page() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("own.toml");
    let wrong = HERTFORDSHIRE.replacen("within = \"10 working days\"", "within = \"10 fortnights\"", 1);
    fs::write(&file, &wrong).unwrap();
    let line = wrong.lines().position(|line| line.contains("fortnights")).unwrap() + 1;
    let done = procedures(&["show", file.to_str().unwrap()]);
    assert_eq!((done.code, done.out.as_str()), (2, ""));
    // Ten columns of `within = ` stand before it.
    says(&done.err, &[&format!("{}:{line}:10: ", file.display()), "fortnights", "^", "1 problem"]);
}
