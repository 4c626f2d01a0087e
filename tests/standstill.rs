//! What makes the whole program stand still, and how it goes on: no room, a ledger in another place, other case data, invented
//! days with a real mail server.

#![cfg(feature = "io")]
#![expect(clippy::expect_used, reason = "a test stops where something is not as it was set up")]

mod support;

use std::{
    collections::BTreeSet,
    fs,
    process::{Output, Stdio},
};

use chrono::TimeDelta;
use support::{
    office::{Arrived, Office},
    program::{Cases, Folder, Keep, MONDAY, Mail, monday, said},
};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::Command,
};

fn refused(output: &Output, words: &[&str]) {
    let text = said(output);
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert!(words.iter().all(|word| text.contains(word)), "{words:?} are missing in: {text}");
}

/// A cycle in which no file may grow beyond so many KiB, what it says, and its exit code. The signal that would end the process is
/// ignored, so that a write fails as on a full disk. Once it cannot write down what it has sent, which it goes on trying for
/// minutes, there is room again.
async fn cycle_with_room(folder: &Folder, kib: u32) -> (String, Option<i32>) {
    let limited = format!("trap '' XFSZ; ulimit -S -f {kib}; exec \"$@\"");
    let mut command = Command::new("bash");
    command.args(["-c", &limited, "bash", env!("CARGO_BIN_EXE_duewatch"), "--config"]).arg(folder.config());
    command.args(["run", "--once", "--at", MONDAY]).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("bash");
    let mut log = BufReader::new(child.stderr.take().expect("its log")).lines();
    let mut said = String::new();
    while let Some(line) = log.next_line().await.expect("its log") {
        said += &line;
        if line.contains("cannot be written down yet") {
            let pid = child.id().expect("it has not ended").to_string();
            let raised = Command::new("prlimit").args(["--fsize=unlimited", "--pid", &pid]).status().await;
            assert!(raised.is_ok_and(|raised| raised.success()), "prlimit");
        }
    }
    (said, child.wait().await.expect("an end").code())
}

#[tokio::test(flavor = "multi_thread")]
async fn without_room_for_the_ledger_nothing_is_half_done() {
    let cases = Cases::of_monday().await;
    let undisturbed = Folder::simulated(&cases, Keep::Sqlite).await;
    undisturbed.cycle(Some(monday())).await;
    let expected: Vec<(String, usize)> = summary(&undisturbed);
    let (mut before_the_run, mut amid_delivery) = (0, 0);
    for kib in [200, 500, 800, 900, 1000, 1100, 1200, 1300] {
        let folder = Folder::simulated(&cases, Keep::Sqlite).await;
        let (said, code) = cycle_with_room(&folder, kib).await;
        assert!(said.contains("ledger.db") && said.contains("its disk is full"), "{kib} KiB: {said}");
        let had_room_again = said.contains("cannot be written down yet");
        assert!(code == Some(2) || had_room_again, "{kib} KiB: {said}");
        if had_room_again {
            let written_down = folder.count("SELECT COUNT(*) FROM messages WHERE state = 'handed_over'").await;
            assert_eq!(
                i64::try_from(folder.files().len()),
                Ok(written_down),
                "{kib} KiB: what was sent is written down"
            );
        }
        let runs = folder.count("SELECT COUNT(*) FROM runs").await;
        if runs == 0 {
            before_the_run += 1;
            for table in ["duties", "notices", "cases", "messages", "attempts"] {
                assert_eq!(folder.count(&format!("SELECT COUNT(*) FROM {table}")).await, 0, "{kib} KiB: {table}");
            }
            assert!(folder.files().is_empty(), "nobody is told what is not recorded");
        } else {
            amid_delivery += 1;
        }
        folder.cycle(Some(monday() + TimeDelta::minutes(5))).await;
        assert_eq!(summary(&folder), expected, "{kib} KiB: with room again everybody is told once");
        assert_eq!(folder.count("SELECT COUNT(*) FROM messages WHERE state <> 'handed_over'").await, 0);
    }
    assert!(before_the_run > 0 && amid_delivery > 0, "{before_the_run} before the run, {amid_delivery} amid delivery");
}

/// Who has how many mails.
fn summary(folder: &Folder) -> Vec<(String, usize)> {
    let files: Vec<Arrived> = folder.files().into_values().collect();
    let people: BTreeSet<String> = files.iter().map(|mail| mail.to.clone()).collect();
    people.into_iter().map(|to| (to.clone(), files.iter().filter(|mail| mail.to == to).count())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copied_ledger_mails_nobody_until_a_person_accepts_it() {
    let cases = Cases::of_monday().await;
    let original = Folder::simulated(&cases, Keep::Sqlite).await;
    let copy = Folder::bare(&cases.path(), Keep::Sqlite, Mail::Files, "hertfordshire", "*/15 * * * *").await;
    for entry in fs::read_dir(original.path()).expect("a folder") {
        let entry = entry.expect("an entry");
        if entry.file_name().to_string_lossy().starts_with("ledger.db") {
            fs::copy(entry.path(), copy.path().join(entry.file_name())).expect("a copy");
        }
    }
    let output = copy.run(&["run", "--once", "--at", MONDAY]).await;
    refused(&output, &["may be a copy", "ledger accept"]);
    let output = copy.run(&["run"]).await;
    refused(&output, &["may be a copy"]);
    assert!(copy.files().is_empty());
    assert_eq!(copy.count("SELECT COUNT(*) FROM runs").await, 0);

    let output = copy.run(&["ledger", "accept", "--by", "the test", "--reason", "the old server is gone"]).await;
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    copy.cycle(Some(monday())).await;
    assert!(copy.files().len() > 10);
    assert_eq!(copy.count("SELECT COUNT(*) FROM acts WHERE act = 'accept' AND by_whom = 'the test'").await, 1);
    // Only one of the two goes on: the original is still where it was registered.
    original.cycle(Some(monday())).await;
    assert_eq!(original.files(), copy.files(), "the same mail, which is why only one may be accepted");
}

#[tokio::test(flavor = "multi_thread")]
async fn other_case_data_tells_nobody() {
    let cases = Cases::of_monday().await;
    let folder = Folder::bare(&cases.path(), Keep::Sqlite, Mail::Files, "hertfordshire", "*/15 * * * *").await;
    let own = folder.path().join("case.db");
    fs::copy(cases.path(), &own).expect("a copy");
    let settings = fs::read_to_string(folder.config()).expect("settings");
    fs::write(folder.config(), settings.replace(&cases.path().display().to_string(), "case.db")).expect("settings");
    for args in [
        &["ledger", "migrate", "--simulated"][..],
        &["ledger", "mode", "live", "--by", "the test", "--reason", "to see mail"],
    ] {
        let output = folder.run(args).await;
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    }
    folder.cycle(Some(monday())).await;
    let told = folder.files();
    assert!(told.len() > 10);

    let database = duewatch::database::Database::open_sqlite(&own, false).await.expect("the cases");
    support::script(&database, "UPDATE local_load SET source_name = 'another council'").await;
    database.close().await;
    let later = |hours| Some(monday() + TimeDelta::hours(hours));
    let output = folder.cycle(later(2)).await;
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("another council") && said(&output).contains("ledger accept --source"));
    let [[outcome]] = folder.rows("SELECT outcome FROM runs ORDER BY id DESC LIMIT 1").await.try_into().expect("a run");
    assert_eq!(outcome, "refused");
    assert_eq!(folder.files(), told, "nobody is told anything");

    // After hours without a reading the silence itself is told, once, to the last recipient.
    for hours in [24, 25, 26] {
        folder.cycle(later(hours)).await;
    }
    let held_back = folder.files();
    assert_eq!(held_back.len(), told.len() + 1, "the last recipient, once");

    let accept = ["ledger", "accept", "--source", "another council", "--by", "the test", "--reason", "it was renamed"];
    let output = folder.run(&accept).await;
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let database = duewatch::database::Database::open_sqlite(&own, false).await.expect("the cases");
    support::script(&database, "UPDATE local_load SET loaded_at = '2026-11-18 07:30:00'").await;
    database.close().await;
    folder.cycle(later(48)).await;
    assert!(folder.files().len() > held_back.len() + 5, "two days later there is news");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_that_fails_on_a_message_does_not_silence_it() {
    let cases = Cases::of_monday().await;
    let shipped = Folder::simulated(&cases, Keep::Sqlite).await;
    shipped.cycle(Some(monday())).await;
    let folder = Folder::simulated(&cases, Keep::Sqlite).await;
    // It holds on the sample by which templates are tried, and on no letter of this authority.
    let failing = include_str!("../config/templates/message.txt.j2").to_owned()
        + "{% if corrections == \"the data team\" %}{{ 1 // 0 }}{% endif %}\n";
    fs::create_dir(folder.path().join("templates")).expect("a folder");
    fs::write(folder.path().join("templates/message.txt.j2"), failing).expect("a template");
    let settings = fs::read_to_string(folder.config()).expect("settings");
    fs::write(folder.config(), settings.replace("[mail]\n", "[mail]\ntemplates = \"templates\"\n")).expect("settings");
    let output = folder.cycle(Some(monday())).await;
    assert!(said(&output).contains("the shipped words are used"), "{}", said(&output));
    assert_eq!(folder.files(), shipped.files());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_simulated_ledger_never_mails_anybody() {
    let cases = Cases::of_monday().await;
    let office = Office::willing().await;
    let mail = Mail::Server { port: office.at.port(), timeout_ms: 5_000 };
    let folder = Folder::bare(&cases.path(), Keep::Sqlite, mail, "hertfordshire", "*/15 * * * *").await;
    let output = folder.run(&["ledger", "migrate", "--simulated"]).await;
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let live = ["ledger", "mode", "live", "--by", "the test", "--reason", "to see that nothing goes"];
    assert_eq!(folder.run(&live).await.status.code(), Some(0));
    let words = ["simulated", "mail.channel"];
    refused(&folder.run(&["run", "--once", "--at", MONDAY]).await, &words);
    refused(&folder.run(&["run", "--once"]).await, &words);
    refused(&folder.run(&["run"]).await, &words);
    for args in [&["check"][..], &["check", "--send-test", "duty@wrenholt.example"]] {
        let output = folder.run(args).await;
        assert_eq!(output.status.code(), Some(1), "{}", said(&output));
        assert!(said(&output).contains("may never mail anybody"), "{}", said(&output));
    }
    assert!(office.arrived().is_empty());
}
