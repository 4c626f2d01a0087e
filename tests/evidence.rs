//! The whole program and its record: a ledger that was restored, cut, replaced or is gone; a clock that goes back; what the
//! commands `audit` and `outbox` show and do.

#![cfg(feature = "io")]
#![expect(clippy::expect_used, reason = "a test stops where something is not as it was set up")]

mod support;

use std::{collections::BTreeMap, fs, path::Path, process::Output};

use chrono::TimeDelta;
use duewatch::clock::Clock;
use serde_json::Value;
use support::{
    office::Office,
    program::{Cases, Folder, Keep, Mail, monday, said},
    smtp::{Act, Script, Stage},
};

const BY: [&str; 4] = ["--by", "the operator", "--reason", "it is the one"];

fn refused(output: &Output, words: &[&str]) {
    assert_eq!(output.status.code(), Some(2), "{}", said(output));
    for word in words {
        assert!(said(output).contains(word), "`{word}` is missing: {}", said(output));
    }
}

fn lines(output: &Output) -> Vec<Value> {
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines().map(|line| serde_json::from_str(line).expect("one object a line")).collect()
}

/// The file's bytes come back, its place stays: what a restore from a backup does.
fn restore(backup: &[u8], ledger: &Path) {
    for beside in ["-wal", "-shm"] {
        let _ = fs::remove_file(format!("{}{beside}", ledger.display()));
    }
    fs::write(ledger, backup).expect("restored");
}

#[tokio::test(flavor = "multi_thread")]
async fn from_last_nights_backup_nobody_is_mailed_until_a_person_accepts_it() {
    let cases = Cases::of_monday().await;
    let folder = Folder::simulated(&cases, Keep::Sqlite).await;
    let ledger = folder.path().join("ledger.db");
    let backup = fs::read(&ledger).expect("a backup");
    folder.cycle(Some(monday())).await;
    let mails = folder.files().len();
    assert!(mails > 5, "{mails} mails are too few to prove anything");

    restore(&backup, &ledger);
    let held = folder.run(&["run", "--once", "--at", "2026-11-16T08:45:00Z"]).await;
    refused(&held, &["restored from a backup", "nobody is mailed from it", "ledger accept"]);
    assert_eq!(folder.files().len(), mails, "nothing more was sent");
    let verify = folder.run(&["audit", "verify"]).await;
    assert_eq!(verify.status.code(), Some(1), "{}", said(&verify));
    assert!(said(&verify).contains("BREAK  the chain was seen outside the ledger"), "{}", said(&verify));
    let check = folder.run(&["check"]).await;
    assert_eq!(check.status.code(), Some(1), "{}", said(&check));
    assert!(said(&check).contains("FAULT") && said(&check).contains("restored from a backup"), "{}", said(&check));

    let accept = folder.run(&[&["ledger", "accept"][..], &BY].concat()).await;
    assert!(accept.status.success(), "{}", said(&accept));
    folder.cycle(Some(monday() + TimeDelta::minutes(30))).await;
    // What was sent in between is not known to it: nobody is left out, and so they are told again.
    assert_eq!(folder.files().len(), 2 * mails, "everybody is told");
    let verify = folder.run(&["audit", "verify"]).await;
    assert!(verify.status.success(), "{}", said(&verify));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_that_is_gone_is_not_made_anew_and_one_that_is_new_mails_nobody() {
    let cases = Cases::of_monday().await;
    let folder = Folder::simulated(&cases, Keep::Sqlite).await;
    folder.cycle(Some(monday())).await;
    let mails = folder.files().len();
    let ledger = folder.path().join("ledger.db");
    fs::remove_file(&ledger).expect("gone");
    for beside in ["-wal", "-shm"] {
        let _ = fs::remove_file(format!("{}{beside}", ledger.display()));
    }
    refused(&folder.run(&["run", "--once"]).await, &["there is no ledger", "ledger migrate"]);
    assert!(!ledger.exists(), "nothing is made unasked");

    let migrate = folder.run(&["ledger", "migrate", "--simulated"]).await;
    assert!(migrate.status.success(), "{}", said(&migrate));
    let held = folder.run(&["run", "--once", "--at", "2026-11-16T08:45:00Z"]).await;
    refused(&held, &["is another ledger's", "nobody is mailed from it"]);
    assert_eq!(folder.files().len(), mails);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_goes_back_an_hour_loses_nothing_and_says_nothing_twice() {
    let cases = Cases::of_monday().await;
    let undisturbed = Folder::simulated(&cases, Keep::Sqlite).await;
    let back = Folder::simulated(&cases, Keep::Sqlite).await;
    for minutes in [0, 60, 120, 180] {
        undisturbed.cycle(Some(monday() + TimeDelta::minutes(minutes))).await;
    }
    for minutes in [0, 60, 0, 30, 60, 120, 180] {
        back.cycle(Some(monday() + TimeDelta::minutes(minutes))).await;
    }
    let told = |messages: BTreeMap<String, (String, std::collections::BTreeSet<String>)>| {
        let mut told: Vec<_> = messages.into_values().collect();
        told.sort();
        told
    };
    assert_eq!(told(back.messages().await), told(undisturbed.messages().await));
    assert_eq!(back.files().len(), undisturbed.files().len());
    assert!(back.run(&["audit", "verify"]).await.status.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_evidence_of_one_child_says_who_knew_what_when_and_names_no_other() {
    let cases = Cases::of_monday().await;
    let folder = Folder::simulated(&cases, Keep::Sqlite).await;
    folder.cycle(Some(monday())).await;
    let [[child, person, address]] = folder
        .rows("SELECT child, mailbox, address FROM notices WHERE state = 'bundled' AND child <> '' ORDER BY place LIMIT 1")
        .await
        .try_into()
        .expect("somebody was told of a child");
    let export = folder.run(&["audit", "export", "--child", &child]).await;
    assert!(export.status.success(), "{}", said(&export));
    let lines = lines(&export);
    let [head, entries @ ..] = lines.as_slice() else { panic!("no head") };
    assert_eq!((&head["child"], &head["breaks"]), (&child.as_str().into(), &Value::Array(vec![])));
    let judged = entries.iter().find(|entry| entry["entry"]["what"] == "judged").expect("it was judged");
    assert!(
        judged["entry"]["duties"].as_array().is_some_and(|duties| duties.iter().any(|duty| !duty["due_on"].is_null()))
    );
    let taken =
        |entry: &&Value| entry["entry"]["outcome"] == "handed_over" && entry["entry"]["person"] == person.as_str();
    let told = entries.iter().find(taken).expect("the person was told");
    assert_eq!(told["entry"]["address"], address.as_str());
    let at: chrono::DateTime<chrono::Utc> = told["at"].as_str().expect("an instant").parse().expect("an instant");
    assert_eq!(at, monday());
    // The hash of the very mail that was written.
    let id = told["entry"]["message"].as_str().expect("an id");
    let mail = fs::read(folder.path().join(format!("mail/{id}.eml"))).expect("the mail");
    assert_eq!(told["entry"]["content"], sha256(&mail));

    for [other] in folder.rows("SELECT child FROM cases").await {
        let word = format!("\"{other}\"");
        assert!(other == child || !String::from_utf8_lossy(&export.stdout).contains(&word), "{other} is named");
    }
    let nobody = folder.run(&["audit", "export", "--child", "no such child"]).await;
    refused(&nobody, &["no evidence"]);

    let page = folder.path().join("page.html");
    let shown = page.display().to_string();
    let export = folder.run(&["audit", "export", "--child", &child, "--format", "html", "--to", &shown]).await;
    assert!(export.status.success(), "{}", said(&export));
    let text = fs::read_to_string(&page).expect("a page");
    assert!(text.contains(&format!("Evidence for reference {child}")) && text.contains(&person), "{text}");
    for duty in judged["entry"]["duties"].as_array().expect("duties") {
        let (id, key) = (duty["duty"].as_str().expect("an id"), duty["key"].as_str().expect("a key"));
        assert!(text.contains(&format!("</h2>\n<p><code>{id} {key}</code></p>")), "{id} {key}: {text}");
        assert!(!text.contains(&format!("<h2>{id}")), "a rule is called by its name: {text}");
    }
    let again = folder.run(&["audit", "export", "--child", &child, "--to", &shown]).await;
    refused(&again, &["cannot write"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_change_of_what_is_in_force_is_a_deed() {
    let cases = Cases::of_monday().await;
    let folder = Folder::simulated(&cases, Keep::Sqlite).await;
    let deeds =
        "SELECT e.payload FROM links l JOIN entries e ON e.deed = l.deed WHERE l.deed LIKE 'in_force-%' ORDER BY l.n";
    folder.cycle(Some(monday())).await;
    folder.cycle(Some(monday() + TimeDelta::minutes(15))).await;
    assert_eq!(folder.rows::<1>(deeds).await.len(), 1, "nothing has changed since the first");

    let settings = fs::read_to_string(folder.config()).expect("settings");
    let changed =
        settings.replace("stale_hours = 100000", "stale_hours = 90000").replace("the data team", "the new team");
    fs::write(folder.config(), changed).expect("settings");
    folder.cycle(Some(monday() + TimeDelta::minutes(30))).await;
    let rows = folder.rows::<1>(deeds).await;
    assert_eq!(rows.len(), 2);
    let change: Value = serde_json::from_str(&rows[1][0]).expect("JSON");
    let change = &change["changed"];
    assert_eq!(change["settings.source.stale_hours"]["is"], 90000);
    assert_eq!(change["settings.mail.corrections"]["was"], "the data team");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_outbox_shows_what_waits_and_a_person_decides() {
    let put_off = Script::willing().but(Stage::Rcpt, Act::Say(b"451 4.2.2 mailbox full\r\n"));
    let office = Office::open(move |connection| if connection < 2 { put_off.clone() } else { Script::willing() }).await;
    let cases = Cases::of_today().await;
    let folder = Folder::real(&cases, Keep::Sqlite, Mail::Server { port: office.at.port(), timeout_ms: 5_000 }).await;
    folder.cycle(None).await;
    let list = folder.run(&["outbox", "list", "--format", "json"]).await;
    let waiting = lines(&list);
    assert_eq!(waiting.len(), 2, "{}", said(&list));
    for message in &waiting {
        assert_eq!((&message["state"], &message["tries"]), (&"retry".into(), &1.into()));
        assert!(message["why"].as_str().is_some_and(|why| why.contains("mailbox full")));
        assert!(message["next_attempt_at"].as_str().is_some_and(|at| at > Clock::System.now().to_rfc3339().as_str()));
    }
    assert!(!said(&list).contains("@wrenholt.example"), "no address: {}", said(&list));
    let [first, second] =
        [&waiting[0], &waiting[1]].map(|message| message["message"].as_str().expect("an id").to_owned());

    let unexplained = folder.run(&["outbox", "cancel", &first, "--by", "somebody", "--reason", " "]).await;
    refused(&unexplained, &["a reason"]);
    let cancel = folder.run(&["outbox", "cancel", &first, "--by", "somebody", "--reason", "told by telephone"]).await;
    assert!(cancel.status.success(), "{}", said(&cancel));
    let arrived = office.arrived().len();
    let retry = folder.run(&["outbox", "retry", "--all", "--by", "somebody", "--reason", "there is room now"]).await;
    assert!(said(&retry).contains("1 of 1"), "{}", said(&retry));
    folder.cycle(None).await;
    let ids: Vec<String> = office.arrived().split_off(arrived).into_iter().map(|mail| mail.id).collect();
    assert_eq!(ids, std::slice::from_ref(&second), "the one that was taken back is not sent");
    refused(
        &folder.run(&["outbox", "retry", &second, "--by", "somebody", "--reason", "again"]).await,
        &["a server has taken it"],
    );
    let list = folder.run(&["outbox", "list"]).await;
    assert!(said(&list).contains("handed over"), "{}", said(&list));
    let deeds = folder.count("SELECT COUNT(*) FROM links WHERE deed LIKE 'outbox-%'").await;
    assert_eq!(deeds, 2);
    assert!(folder.run(&["audit", "verify"]).await.status.success());
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::{Digest as _, Sha256};
    format!("{:x}", Sha256::digest(bytes))
}
