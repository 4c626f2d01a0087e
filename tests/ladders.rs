//! Who is told what on which morning, as tables that a practitioner can read: `tests/ladders/*.txt`. The whole judgement runs
//! as it does in the daemon, one poll each morning at 08:30, with the history carried from one to the next.

mod rehearsal_table;

use rehearsal_table::{
    Table,
    rehearse::{Mail, Rehearsed},
};

#[test]
fn every_table_tells_exactly_whom_it_says() {
    let mut failures = Vec::new();
    let mut tables = 0;
    for table in Table::all("tests/ladders") {
        tables += 1;
        let Rehearsed { told, mails, .. } = table.rehearse();
        if told != table.expected {
            failures.push(format!("== {}\n{}", table.title, difference(&table.expected, &told)));
        }
        // When it is sent, where the table says so.
        let mails: Vec<String> = mails.iter().map(Mail::line).collect();
        if !table.mails.is_empty() && mails != table.mails {
            failures.push(format!("== {}\n{}", table.title, difference(&table.mails, &mails)));
        }
    }
    assert!(tables >= 15, "the tables were not read: {tables}");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn a_table_that_is_wrong_fails() {
    let table = &Table::parse(
        "== wrong\nperson W1\nrun 2026-11-17 2026-11-17\nonly first-core-group\n\
         plan P1 started_on=2026-11-02\nconference K1 kind=initial held_on=2026-11-02 makes_plan=yes\n",
    )[0];
    assert_ne!(table.rehearse().told, table.expected);
}

fn difference(expected: &[String], told: &[String]) -> String {
    let missing = expected.iter().filter(|line| !told.contains(line)).map(|line| format!("  missing: {line}"));
    let extra = told.iter().filter(|line| !expected.contains(line)).map(|line| format!("  extra:   {line}"));
    missing.chain(extra).collect::<Vec<_>>().join("\n")
}
