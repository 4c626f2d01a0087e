//! The chain: whole as it is written, and each way of touching it found.

use duewatch::ledger::{Attempted, Break, HeadCheck, Ledger, MessageState, Outcome};
use duewatch::record::ChildRef;

use crate::fixtures::{Place, at, claim, duty, freeze, home, notice, record, tell};
use crate::support;

/// Two children are told of, one message is taken and one refused, somebody switches the mode.
async fn lived_in(place: &Place) -> Ledger {
    let ledger = place.founded().await;
    let (one, two) = (duty("c1", "visit", "plan:1"), duty("c2", "visit", "plan:2"));
    tell(&ledger, 0, &[one.clone(), two.clone()], &[notice(&one, "day-1", "w1"), notice(&two, "day-1", "w2")]).await;
    for (person, outcome) in [("w1", Outcome::HandedOver), ("w2", Outcome::Refused)] {
        let claimed = claim(&ledger, "a", 1).await.unwrap();
        assert_eq!(claimed.mailbox.person.0, person);
        freeze(&ledger, &claimed.lease, "words", Some(&claimed.mailbox.email), at(1)).await.unwrap();
        let attempted = Attempted { outcome, code: None, why: None };
        record(&ledger, &claimed.lease, &attempted, at(1)).await.unwrap();
    }
    ledger.set_mode(&duewatch::ledger::Mode::Live, "somebody", "to begin", at(2)).await.unwrap();
    ledger
}

pub(crate) async fn what_was_done_is_a_whole_chain(place: &Place) {
    let ledger = lived_in(place).await;
    let verified = ledger.verify().await.unwrap();
    assert_eq!(verified.breaks, []);
    // founded, run-1, sent, sent, act.
    assert_eq!(verified.links, 5);
    assert_eq!(ledger.chain_end().await.unwrap().n, 5);
}

/// Whoever can write to the tables can do all of this; none of it goes unseen.
pub(crate) async fn whatever_is_touched_is_found(place: &Place) {
    let run = |place: i64| (2, "run-1".to_owned(), place);
    let entry = |at: (i64, String, i64)| Break::Entry { n: at.0, deed: at.1, place: at.2 };
    let entries = |n: i64, deed: &str| Break::Entries { n, deed: deed.into() };
    let link = |n: i64, deed: &str| Break::Link { n, deed: deed.into() };
    let gap = |wanted: i64, found: i64| Break::Gap { wanted, found };
    // Which message it is, is compared below: by its own attempt.
    let attempt = |n: i64, deed: &str| Break::Attempt { n, deed: deed.into(), message: String::new(), attempt: 1 };
    let table: Vec<(&str, Vec<Break>)> = vec![
        // Changed.
        (
            "UPDATE entries SET payload = replace(payload, 'w1', 'w9') WHERE deed = 'run-1' AND place = 0",
            vec![entry(run(0))],
        ),
        ("UPDATE entries SET child = 'c9' WHERE deed = 'run-1' AND place = 1", vec![entry(run(1))]),
        ("UPDATE entries SET salt = 'x' WHERE deed = 'run-1' AND place = 0", vec![entry(run(0))]),
        ("UPDATE entries SET hash = 'x' WHERE deed = 'run-1' AND place = 0", vec![entry(run(0)), entries(2, "run-1")]),
        ("UPDATE links SET at_us = at_us - 1 WHERE n = 3", vec![link(3, "sent-3")]),
        ("UPDATE links SET hash = 'x' WHERE n = 3", vec![link(3, "sent-3"), link(4, "sent-4")]),
        // Missing.
        ("DELETE FROM entries WHERE deed = 'run-1' AND place = 1", vec![entries(2, "run-1")]),
        (
            "DELETE FROM links WHERE n = 3",
            vec![gap(3, 4), link(4, "sent-4"), Break::Unchained { attempts: 1 }, Break::Orphans { entries: 1 }],
        ),
        (
            "UPDATE entries SET payload = NULL, salt = NULL, child = '' WHERE deed = 'run-1' AND place = 0",
            vec![Break::Emptied { n: 2, deed: "run-1".into(), place: 0 }],
        ),
        // Added.
        (
            "INSERT INTO entries (deed, place, child, hash) SELECT deed, 9, '', hash FROM entries WHERE deed = 'sent-3'",
            vec![Break::Emptied { n: 3, deed: "sent-3".into(), place: 9 }, entries(3, "sent-3")],
        ),
        // Reordered.
        (
            "UPDATE entries SET place = 7 WHERE deed = 'run-1' AND place = 0;
             UPDATE entries SET place = 0 WHERE deed = 'run-1' AND place = 1;
             UPDATE entries SET place = 1 WHERE deed = 'run-1' AND place = 7",
            vec![entries(2, "run-1")],
        ),
        (
            "UPDATE links SET n = 9 WHERE n = 3; UPDATE links SET n = 3 WHERE n = 4; UPDATE links SET n = 4 WHERE n = 9",
            vec![link(3, "sent-4"), link(4, "sent-3"), link(5, "act-5")],
        ),
        // Beside the chain: the one who was told was not, the one who was not was, or at another address, or otherwise.
        ("UPDATE attempts SET outcome = 'unknown' WHERE outcome = 'handed_over'", vec![attempt(3, "sent-3")]),
        ("UPDATE attempts SET outcome = 'handed_over' WHERE outcome = 'refused'", vec![attempt(4, "sent-4")]),
        ("UPDATE attempts SET why = 'it was busy' WHERE outcome = 'refused'", vec![attempt(4, "sent-4")]),
        ("DELETE FROM attempts WHERE outcome = 'handed_over'", vec![attempt(3, "sent-3")]),
        ("UPDATE messages SET person = 'w9' WHERE state = 'handed_over'", vec![attempt(3, "sent-3")]),
        ("UPDATE messages SET sent_to = 'w9@example.org' WHERE state = 'refused'", vec![attempt(4, "sent-4")]),
        (
            "UPDATE mails SET eml = 'other words'
             WHERE message_id IN (SELECT id FROM messages WHERE state = 'handed_over')",
            vec![attempt(3, "sent-3")],
        ),
        (
            "INSERT INTO attempts (message_id, n, started_us, ended_us, outcome)
             SELECT message_id, 2, started_us, ended_us, 'handed_over' FROM attempts WHERE outcome = 'refused'",
            vec![Break::Unchained { attempts: 1 }],
        ),
        // Cut off.
        (
            "DELETE FROM links WHERE n = 5; DELETE FROM entries WHERE deed = 'act-5'",
            vec![Break::End { last: 4, end: 5 }],
        ),
    ];
    for (sql, expected) in table {
        let ledger = lived_in(place).await;
        support::script(&place.database().await, sql).await;
        // What is seen from outside has a test of its own.
        let mut found = ledger.verify().await.unwrap().breaks;
        found.retain(|at| !matches!(at, Break::Outside(_)));
        for at in &mut found {
            if let Break::Attempt { n, message, .. } = at {
                let of_link = format!(
                    "SELECT COUNT(*) FROM entries WHERE deed = 'sent-{n}' AND payload LIKE '%{message}%' AND '{message}' <> ''"
                );
                assert_eq!(place.count(&of_link).await, 1, "{sql}");
                message.clear();
            }
        }
        assert_eq!(found, expected, "{sql}");
        empty(place).await;
    }
}

/// The last link is cut off and the ledger says so itself: only what was kept outside it shows that.
pub(crate) async fn a_tail_that_is_cut_off_with_care_is_seen_from_outside(place: &Place) {
    let outside = tempfile::tempdir().unwrap();
    let ledger = lived_in(place).await.with_head(&outside.path().join("head"));
    assert_eq!(ledger.head_check().await.unwrap(), HeadCheck::Missing, "nobody has kept it yet");
    ledger.accept(&home("here"), "somebody", "it is new here", at(3)).await.unwrap();
    ledger.set_mode(&duewatch::ledger::Mode::Record, "somebody", "to wait", at(4)).await.unwrap();
    assert_eq!(ledger.head_check().await.unwrap(), HeadCheck::Whole);

    let cut = "DELETE FROM links WHERE n = 7; DELETE FROM entries WHERE deed = 'act-7';
               UPDATE chain_end SET n = 6, hash = (SELECT hash FROM links WHERE n = 6)";
    support::script(&place.database().await, cut).await;
    let behind = HeadCheck::Behind { seen: 7, found: 6 };
    assert_eq!(ledger.head_check().await.unwrap(), behind);
    assert_eq!(ledger.verify().await.unwrap().breaks, [Break::Outside(behind)]);

    // Another link in the place of the lost one is no better.
    ledger.set_mode(&duewatch::ledger::Mode::Live, "somebody", "to go on", at(5)).await.unwrap();
    assert_eq!(ledger.head_check().await.unwrap(), HeadCheck::Behind { seen: 7, found: 7 });
    ledger.accept(&home("here"), "somebody", "the backup is all there is", at(6)).await.unwrap();
    assert_eq!(ledger.head_check().await.unwrap(), HeadCheck::Whole);
    assert_eq!(ledger.verify().await.unwrap().breaks, []);
}

pub(crate) async fn the_evidence_of_a_child_names_no_other(place: &Place) {
    let ledger = lived_in(place).await;
    let evidence = ledger.evidence(&ChildRef("c1".into())).await.unwrap();
    let what: Vec<&str> = evidence.iter().map(|entry| entry.payload["what"].as_str().unwrap()).collect();
    assert_eq!(what, ["judged", "attempt"]);
    assert_eq!(evidence[0].payload["duties"][0]["due_on"], "2026-10-26");
    assert_eq!(evidence[0].payload["decided"][0]["person"], "w1");
    let attempt = &evidence[1].payload;
    assert_eq!((&attempt["outcome"], &attempt["told"][0]["due_on"]), (&"handed_over".into(), &"2026-10-26".into()));
    // SHA-256 of "words".
    assert_eq!(attempt["content"], "dba36bffa5cab0f922d087a3aeb179f9d4e745df40b323e1b1471402848c8a3e");
    let all = evidence.iter().map(|entry| entry.payload.to_string()).collect::<String>();
    assert!(!all.contains("c2") && !all.contains("w2"), "{all}");
}

pub(crate) async fn what_has_expired_cannot_be_guessed_and_the_chain_stays_whole(place: &Place) {
    let ledger = lived_in(place).await;
    let expired = ledger.expire(at(2), at(2), at(1000)).await.unwrap();
    // founded, two children and the run, two attempts; the act is not older than that.
    assert_eq!((expired.entries, expired.mails), (6, 2));
    let verified = ledger.verify().await.unwrap();
    assert_eq!((verified.breaks, verified.expired), (vec![], 6));
    assert_eq!(ledger.evidence(&ChildRef("c1".into())).await.unwrap(), []);
    assert_eq!(place.count("SELECT COUNT(*) FROM entries WHERE salt IS NOT NULL AND payload IS NULL").await, 0);
    assert_eq!(place.count("SELECT COUNT(*) FROM mails").await, 0);
    assert_eq!(ledger.expire(at(2), at(2), at(1001)).await.unwrap(), duewatch::ledger::Expired::default());

    // Nothing younger than that may be empty.
    support::script(
        &place.database().await,
        "UPDATE entries SET payload = NULL, salt = NULL, child = '' WHERE deed = 'act-5'",
    )
    .await;
    let emptied = Break::Emptied { n: 5, deed: "act-5".into(), place: 0 };
    assert_eq!(ledger.verify().await.unwrap().breaks, [emptied]);
}

pub(crate) async fn a_person_has_a_message_tried_again_or_takes_it_back(place: &Place) {
    let ledger = lived_in(place).await;
    let listed = ledger.undelivered(at(0)).await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!((listed[0].person.0.as_str(), listed[0].state, listed[0].tries), ("w2", MessageState::Refused, 1));
    let id = listed[0].id;
    assert!(!ledger.cancel(id, "somebody", "no need", at(3)).await.unwrap(), "it waits for nothing");
    assert!(ledger.retry(id, "somebody", "the mailbox is mended", at(3)).await.unwrap());
    assert_eq!(ledger.addresses_that_fail(at(3)).await.unwrap(), []);

    let claimed = claim(&ledger, "a", 3).await.unwrap();
    assert_eq!((claimed.lease.message, claimed.frozen.as_ref(), claimed.tries), (id, None, 1), "worded anew");
    assert!(!ledger.cancel(id, "somebody", "too late", at(3)).await.unwrap(), "somebody holds it");
    let put_off = Attempted { outcome: Outcome::Retry { next_at: at(60) }, code: None, why: None };
    record(&ledger, &claimed.lease, &put_off, at(4)).await.unwrap();
    assert!(ledger.cancel(id, "somebody", "told by telephone", at(5)).await.unwrap());
    assert_eq!(claim(&ledger, "a", 10_000).await, None);
    assert!(!ledger.retry(uuid::Uuid::nil(), "somebody", "why not", at(5)).await.unwrap());

    let acts = ledger.evidence(&ChildRef("c2".into())).await.unwrap();
    let said: Vec<_> = acts.iter().map(|entry| entry.payload["reason"].as_str().unwrap_or("")).collect();
    assert_eq!(said, ["", "", "the mailbox is mended", "", "told by telephone"]);
    assert!(ledger.cancel(id, " ", "nobody did it", at(5)).await.is_ok_and(|done| !done));
    assert_eq!(ledger.verify().await.unwrap().breaks, []);
}

/// What was claimed and not begun goes back without having been tried.
pub(crate) async fn what_was_not_begun_was_not_tried(place: &Place) {
    let ledger = place.founded().await;
    let (one, two) = (duty("c1", "visit", "plan:1"), duty("c2", "visit", "plan:2"));
    tell(&ledger, 0, &[one.clone(), two.clone()], &[notice(&one, "day-1", "w1"), notice(&two, "day-1", "w2")]).await;
    let group = ledger.claim("a", 60_000, at(0), 10).await.unwrap();
    assert_eq!(group.len(), 2);
    let untried = Attempted { outcome: Outcome::Untried, code: None, why: None };
    for claimed in &group {
        freeze(&ledger, &claimed.lease, "words", None, at(0)).await.unwrap();
        record(&ledger, &claimed.lease, &untried, at(0)).await.unwrap();
    }
    let again = ledger.claim("b", 60_000, at(0), 10).await.unwrap();
    assert_eq!(again.len(), 2);
    assert!(again.iter().all(|claimed| claimed.tries == 0 && claimed.frozen.is_none()));
    assert_eq!(place.count("SELECT COUNT(*) FROM attempts").await, 0);
}

async fn empty(place: &Place) {
    let tables = ["attempts", "mails", "notices", "messages", "recipients", "duties", "cases", "runs", "acts", "meta"];
    let sql = tables.map(|table| format!("DELETE FROM {table}")).join(";");
    let chain = "DELETE FROM links; DELETE FROM entries; UPDATE chain_end SET n = 0, hash = ''";
    support::script(&place.database().await, &format!("{sql};{chain}")).await;
}
