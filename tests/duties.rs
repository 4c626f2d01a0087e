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
