//! Every expectation in `tests/duties/*.txt`, which a practitioner can read and check against the document and a wall
//! calendar, held against the shipped procedure.

mod scenario;

use scenario::{Expected, Scenario};

#[test]
fn every_expectation_of_the_tables_holds() {
    let mut failures = Vec::new();
    let mut held = 0;
    for scenario in Scenario::all("tests/duties") {
        for expected in &scenario.expected {
            match scenario.check(expected) {
                Ok(()) => held += 1,
                Err(why) => failures.push(format!("{}: {}\n    {why}", scenario.title, expected.text)),
            }
        }
    }
    assert!(held + failures.len() >= 60, "the tables were not read: {held} expectations");
    assert!(failures.is_empty(), "{} of {}:\n{}", failures.len(), held + failures.len(), failures.join("\n"));
}

#[test]
fn a_table_that_is_wrong_fails() {
    let text = "== wrong\ntoday 2026-11-16\nplan P1 started_on=2026-11-02\n\
                conference K1 kind=initial held_on=2026-11-02 makes_plan=yes\n\
                expect first-core-group conference:K1 due=2026-11-17\n";
    let scenarios = Scenario::parse(text);
    let expected: &Expected = &scenarios[0].expected[0];
    assert!(scenarios[0].check(expected).is_err());
}

#[test]
fn a_stretch_without_a_worker_is_reported_although_the_plan_has_ended() {
    let text = "== ended\ntoday 2026-11-02\nplan P1 started_on=2026-10-01 ended_on=2026-10-20\n\
                allocation A1 worker_id=W1 role=lead_worker from_on=2026-10-01 to_on=2026-10-05\n";
    let stretches = Scenario::parse(text)[0].assess().stretches;
    let days: Vec<(String, String)> = stretches
        .iter()
        .map(|stretch| (stretch.from_on.to_string(), stretch.to_on.map(|on| on.to_string()).unwrap_or_default()))
        .collect();
    assert_eq!(days, [("2026-10-06".to_owned(), "2026-10-20".to_owned())]);
}
