//! `duewatch calendar add` and its kin as a person and a batch use them. Dates were counted on a wall calendar; the
//! reckoning stands beside each.

#[path = "support/cases.rs"]
mod cases;

use cases::{Done, program};

fn add(args: &[&str]) -> Done {
    program(&[&["calendar", "add"], args].concat(), &[], "")
}

fn batch(lines: &str) -> Done {
    program(&["calendar", "add", "--batch"], &[], lines)
}

/// Question and answer, side by side.
const ANSWERS: [(&str, &str); 28] = [
    // Hogmanay 2026, a Thursday: 1 January, 2 January (a Saturday, kept on Monday the 4th), so the 5th.
    ("scotland,2026-12-31,1 working day", "2027-01-05"),
    ("england-and-wales,2026-12-31,1 working day", "2027-01-04"),
    // The World Cup: Fri 12 June 2026 over Monday the 15th, in Scotland and so in any part of the kingdom, nowhere else.
    ("scotland,2026-06-12,1 working day", "2026-06-16"),
    ("united-kingdom,2026-06-12,1 working day", "2026-06-16"),
    ("england-and-wales,2026-06-12,1 working day", "2026-06-15"),
    ("isle-of-man,2026-06-12,1 working day", "2026-06-15"),
    // 12 July 2026 is a Sunday: the Monday is kept.
    ("northern-ireland,2026-07-10,1 working day", "2026-07-14"),
    // St Patrick's Day 2026 is a Tuesday.
    ("northern-ireland,2026-03-16,1 working day", "2026-03-18"),
    // TT Friday 5 June 2026; Tynwald Day 2026, a Sunday, kept on Monday 6 July.
    ("isle-of-man,2026-06-04,1 working day", "2026-06-08"),
    ("isle-of-man,2026-07-03,1 working day", "2026-07-07"),
    // The day itself never counts, forward or backward, and it may be a day off.
    ("england-and-wales,2026-12-25,1 working day", "2026-12-29"),
    ("england-and-wales,2026-12-25,-1 working day", "2026-12-24"),
    // Back from Mon 4 January 2027: 31, 30, 29 December.
    ("england-and-wales,2027-01-04,-3 working days", "2026-12-29"),
    ("england-and-wales,2027-01-04,-1 working weeks", "2026-12-23"),
    // None: the day itself, or the next working day.
    ("england-and-wales,2026-12-24,0 working days", "2026-12-24"),
    ("england-and-wales,2026-12-25,0 working days", "2026-12-29"),
    ("england-and-wales,2026-12-25,0 days", "2026-12-25"),
    ("england-and-wales,2026-12-25,-0 working days", "2026-12-29"),
    ("england-and-wales,2026-11-20T16:00:00,24 hours", "2026-11-21T16:00"),
    // Months keep their day or take the last one, weekend or not; so do days and weeks.
    ("england-and-wales,2026-01-31,1 month", "2026-02-28"),
    ("england-and-wales,2026-03-31,-1 month", "2026-02-28"),
    ("england-and-wales,2026-12-11,2 weeks", "2026-12-25"),
    ("england-and-wales,2026-12-25,-14 days", "2026-12-11"),
    // Over New Year 2029, which is computed: 29 December 1, 2 January 2. In February nothing computed is passed over.
    ("england-and-wales,2028-12-28,2 working days", "2029-01-02,provisional"),
    ("england-and-wales,2029-02-05,3 working days", "2029-02-08"),
    ("england-and-wales,2028-12-28,2 weeks", "2029-01-11"),
    // As a spreadsheet writes it, and with the hour: Friday at four, 24 hours, carried over the weekend.
    ("\"england-and-wales\", \"2026-12-18\", \"10 working days\"", "2027-01-06"),
    ("england-and-wales,2026-11-20T16:00,\"24 hours, carried to a working day\"", "2026-11-23T16:00"),
];

#[test]
fn each_line_of_a_batch_has_its_answer() {
    let questions: Vec<&str> = ANSWERS.iter().map(|(question, _)| *question).collect();
    let said = batch(&questions.join("\n")).well();
    let answers: Vec<&str> = said.lines().collect();
    assert_eq!(answers.len(), ANSWERS.len());
    for ((question, expected), answer) in ANSWERS.iter().zip(answers) {
        assert_eq!(answer, *expected, "{question}");
    }
}

#[test]
fn a_line_that_cannot_be_counted_says_why_and_where() {
    for (line, says) in [
        ("mars,2026-12-18,10 working days", "error: there is no calendar `mars`; there is: england-and-wales,"),
        (
            "scotland,2026-02-30,1 day",
            "`2026-02-30` is not a date; write it as 2026-12-18, or with its local time as 2026-12-18T16:00 (line 1, column 10)",
        ),
        ("scotland,18/12/2026,1 day", "`18/12/2026` is not a date"),
        ("scotland,2026-12-18,10", "cannot read \"10\" as a period: write a whole number and a unit"),
        ("scotland,2026-12-18,-10", "cannot read \"10\" as a period"),
        ("scotland,2026-12-18,10 wd", "(line 1, column 21)"),
        ("scotland,2026-12-18,24 hours", "write the time of the event too, 2026-12-18T16:00"),
        ("scotland,2026-12-18T16:00,24 hours or 1 working day", "whichever is earliest"),
        ("scotland,2035-12-31,10000 working days", "longer than twenty years"),
        ("scotland,2012-01-05,-10 working days", "no holiday data before 2012-01-01"),
        ("scotland,2199-12-31,13 months", "leaves the years 1900 to 2200"),
        ("scotland,1066-10-14,1 working day", "leaves the years 1900 to 2200"),
        ("scotland", "write calendar,date,period (line 1, column 1)"),
    ] {
        let done = batch(&format!("{line}\n"));
        assert!(done.out.starts_with("error: ") && done.out.contains(says), "{line}: {}", done.out);
        assert_eq!(done.out.lines().count(), 1);
        done.ends(2);
    }
}

#[test]
fn the_conventions_are_options() {
    // Saturday 5 September 2026: Monday the 7th is day 1, or the day of receipt.
    let twenty = ["united-kingdom", "2026-09-05", "20 working days"];
    let with = |options: &[&str]| add(&[&twenty[..], options].concat()).well();
    assert_eq!(with(&[]), "2026-10-02\n");
    assert_eq!(with(&["--non-working-start", "deemed-received"]), "2026-10-05\n");
    assert_eq!(with(&["--first-day", "included"]), "2026-10-02\n");
    // Four weeks from Friday 27 November 2026 end on Christmas Day.
    let weeks = ["england-and-wales", "2026-11-27", "4 weeks"];
    let with = |options: &[&str]| add(&[&weeks[..], options].concat()).well();
    assert_eq!(with(&[]), "2026-12-25\n");
    assert_eq!(with(&["--roll", "next"]), "2026-12-29\n");
    assert_eq!(with(&["--roll", "previous"]), "2026-12-24\n");
    // New Year's Day 2029, a Monday, is not yet published.
    let year = ["england-and-wales", "2028-12-29", "1 working day"];
    assert_eq!(add(&[&year[..], &["--published-only"]].concat()).well(), "2029-01-01,provisional\n");
    assert_eq!(add(&year).well(), "2029-01-02,provisional\n");
}

#[test]
fn past_all_data_there_is_an_alarm() {
    // 28 and 31 December 2035, then Tuesday 1 January 2036, of which nothing is known.
    let done = add(&["england-and-wales", "2035-12-27", "3 working days"]);
    assert_eq!(done.out, "2036-01-01,provisional\n");
    assert!(done.err.contains("known until 2035-12-31; after it every Monday to Friday was counted"), "{}", done.err);
    assert_eq!(done.code, 0);
    let done =
        batch("scotland,2035-12-27,1 working day\nscotland,2036-02-01,1 working day\nscotland,2036-02-01,1 day\n");
    assert_eq!(done.err.matches("every Monday to Friday was counted").count(), 1);
}

#[test]
fn an_object_says_what_was_passed_over_and_how_it_was_counted() {
    let said = add(&["scotland", "2026-12-31", "-2 working days", "--format", "json"]).well();
    let object: serde_json::Value = serde_json::from_str(&said).unwrap();
    // 30, 29: nothing between. From the 29th: 24 and 23 lie behind the substitute, the weekend and Christmas.
    assert_eq!((&object["on"], &object["skipped"]), (&"2026-12-29".into(), &serde_json::json!([])));
    let said = add(&["scotland", "2026-12-29", "-1 working day", "--format", "json"]).well();
    let object: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!(object["on"], "2026-12-24");
    let names: Vec<_> = object["skipped"].as_array().unwrap().iter().map(|day| day["name"].clone()).collect();
    assert_eq!(names, ["Christmas Day", "Saturday", "Sunday", "Boxing Day"]);
    assert_eq!(object["calendar_hash"].as_str().unwrap().len(), 64);
    assert_eq!(object["beyond_data"], false);
}

#[test]
fn a_number_of_days_says_what_it_rests_on() {
    let between =
        |from: &str, to: &str| program(&["calendar", "between", "scotland", from, to, "--format", "json"], &[], "");
    let said = |done: &Done| -> serde_json::Value { serde_json::from_str(&done.out).unwrap() };
    // 27, 28, 29 December 2028, and New Year 2029, Monday and Tuesday, not yet published; the 3rd.
    let known = between("2028-12-26", "2028-12-29");
    assert_eq!((&said(&known)["working_days"], &said(&known)["provisional"]), (&3.into(), &false.into()));
    let computed = between("2028-12-26", "2029-01-03");
    assert_eq!((&said(&computed)["working_days"], &said(&computed)["provisional"]), (&4.into(), &true.into()));
    assert_eq!((&said(&computed)["beyond_data"], computed.err.as_str()), (&false.into(), ""));
    let far = between("2035-12-28", "2036-01-04");
    assert_eq!((&said(&far)["working_days"], &said(&far)["beyond_data"]), (&5.into(), &true.into()));
    assert!(far.err.contains("known until 2035-12-31"), "{}", far.err);
}
