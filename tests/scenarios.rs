//! Fourteen mornings and nights, each with every message that each person gets: `tests/scenarios/*.txt`.
//!
//! A table says what is on record, when it became known and when it was polled, and who is written to of what, decided by the
//! rule and a wall calendar. What the messages say stands beside it, in `tests/golden/scenarios`, judged by reading it as a
//! tired recipient would; the words of this run are in the directory that a failure names.

#![expect(clippy::expect_used, reason = "a test stops where it fails")]

mod rehearsal_table;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use duewatch::{
    calendar::format_date_long,
    message::{Templates, compose},
};
use rehearsal_table::{
    Table,
    rehearse::{Mail, Rehearsed},
};

/// The tables by the names of their files.
fn scenarios() -> Vec<(String, Table)> {
    let mut scenarios: Vec<(String, Table)> = files("tests/scenarios")
        .into_iter()
        .map(|path| {
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            let [table] = Table::of(&path).try_into().unwrap_or_else(|_| panic!("{name}: one table"));
            (name, table)
        })
        .collect();
    scenarios.sort_by(|(one, _), (other, _)| one.cmp(other));
    scenarios
}

fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    fs::read_dir(folder).expect("the folder").map(|entry| entry.expect("an entry").path()).collect()
}

/// Every message, one under the other, and who got none.
fn read_aloud(table: &Table, came_to: &Rehearsed) -> String {
    let templates = Templates::shipped().expect("the shipped templates");
    let mut aloud = format!("{}\n", table.title);
    for mail in &came_to.mails {
        let words = compose(&mail.letter, &templates).expect("words");
        let (on, at) = (format_date_long(mail.at.date()), mail.at.format("%H:%M"));
        aloud.push_str(&format!("\n######## {on}, {at}, to {}\n", mail.person));
        aloud.push_str(&format!("Subject: {}\n\n{}", words.subject, words.text));
    }
    aloud.push_str(&format!("\n######## Not written to: {}\n", came_to.silent.join(", ")));
    aloud
}

#[test]
fn everybody_hears_what_is_theirs_to_hear_and_nobody_else_does() {
    let mut failures = Vec::new();
    for (name, table) in scenarios() {
        let came_to = table.rehearse();
        let mails: Vec<String> = came_to.mails.iter().map(Mail::line).collect();
        let side_by_side = |expected: &[String], is: &[String]| {
            let missing = expected.iter().filter(|line| !is.contains(line)).map(|line| format!("\n  missing: {line}"));
            let extra = is.iter().filter(|line| !expected.contains(line)).map(|line| format!("\n  extra:   {line}"));
            missing.chain(extra).collect::<String>()
        };
        if mails != table.mails || came_to.silent != table.silent {
            let mails = side_by_side(&table.mails, &mails);
            let silent = side_by_side(&table.silent, &came_to.silent);
            failures.push(format!("{name}:{mails}{silent}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn the_messages_read_as_they_were_judged() {
    let fresh = Path::new(env!("CARGO_TARGET_TMPDIR")).join("scenarios");
    fs::create_dir_all(&fresh).expect("a folder");
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/scenarios");
    let mut differing = Vec::new();
    for (name, table) in scenarios() {
        let aloud = read_aloud(&table, &table.rehearse());
        fs::write(fresh.join(&name), &aloud).expect("the words are kept");
        if fs::read_to_string(golden.join(&name)).ok().as_deref() != Some(aloud.as_str()) {
            differing.push(name);
        }
    }
    assert!(differing.is_empty(), "{differing:?} differ; the new words are in {}", fresh.display());
}

#[test]
fn nobody_has_two_messages_on_a_day_but_for_an_alert() {
    for (name, table) in scenarios() {
        let mut had = BTreeSet::new();
        for mail in table.rehearse().mails.into_iter().filter(|mail| !mail.urgent) {
            assert!(had.insert((mail.person.clone(), mail.at.date())), "{name}: {}", mail.line());
        }
    }
}

#[test]
fn each_scenario_has_its_messages_and_no_message_is_left_of_one_that_is_gone() {
    let named = |paths: Vec<PathBuf>| -> BTreeSet<_> {
        paths.into_iter().filter_map(|path| path.file_name().map(ToOwned::to_owned)).collect()
    };
    let scenarios = named(files("tests/scenarios"));
    assert_eq!(scenarios.len(), 14);
    assert_eq!(scenarios, named(files("tests/golden/scenarios")));
}
