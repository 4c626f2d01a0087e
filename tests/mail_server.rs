//! The whole program and a mail server that refuses, puts off, stalls, hangs up or is not there.

#![cfg(feature = "io")]
#![expect(clippy::expect_used, reason = "a test stops where something is not as it was set up")]

mod support;

use std::{
    collections::BTreeSet,
    net::SocketAddr,
    sync::atomic::{AtomicBool, Ordering},
    sync::{Arc, Mutex, OnceLock},
    time::Duration,
    time::Instant,
};

use duewatch::database::Database;
use support::{
    office::{Arrived, Office},
    program::{Cases, Folder, Keep, Mail, said},
    smtp::{Act, Script, Stage},
};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    runtime::Handle,
    task::block_in_place,
};

const TIMEOUT_MS: u64 = 500;

/// A server whose first connection goes by `script` and every other one well, and a folder that mails to it.
async fn first_goes(script: Script) -> (Office, Folder) {
    let office = Office::open(move |connection| if connection == 0 { script.clone() } else { Script::willing() }).await;
    let folder = mailing_to(office.at).await;
    (office, folder)
}

async fn mailing_to(at: SocketAddr) -> Folder {
    let cases = Cases::of_today().await;
    let mail = Mail::Server { port: at.port(), timeout_ms: TIMEOUT_MS };
    let folder = Folder::real(&cases, Keep::Sqlite, mail).await;
    // The cases outlive this function inside the folder that uses them.
    std::fs::copy(cases.path(), folder.path().join("case.db")).expect("a copy");
    let settings = std::fs::read_to_string(folder.config()).expect("settings");
    let shared = cases.path().display().to_string();
    std::fs::write(folder.config(), settings.replace(&shared, "case.db")).expect("settings");
    folder
}

/// The one message that is in this state, and what its last attempt came to: id, address, outcome and why.
async fn the_one(folder: &Folder, state: &str) -> [String; 4] {
    let sql = format!(
        "SELECT m.id, m.address, COALESCE(a.outcome, ''), COALESCE(a.why, '') FROM messages m
         LEFT JOIN attempts a ON a.message_id = m.id AND a.n = m.attempts WHERE m.state = '{state}'"
    );
    let [row] = folder.rows(&sql).await.try_into().unwrap_or_else(|rows| panic!("one {state} message: {rows:?}"));
    row
}

fn copies(office: &Office, id: &str) -> Vec<Arrived> {
    office.arrived().into_iter().filter(|mail| mail.id == id).collect()
}

/// Everybody has their mail: each message of the ledger was taken, and arrived so often.
async fn everything_arrived(folder: &Folder, office: &Office, copies_of: (&str, usize)) {
    let taken = folder.count("SELECT COUNT(*) FROM messages WHERE state <> 'handed_over'").await;
    assert_eq!(taken, 0, "every message was taken");
    let messages = folder.messages().await;
    assert!(messages.len() > 5, "{} messages are too few to prove anything", messages.len());
    for id in messages.keys() {
        let expected = if id == copies_of.0 { copies_of.1 } else { 1 };
        assert_eq!(copies(office, id).len(), expected, "{id}");
    }
    assert_eq!(office.arrived().iter().map(|mail| &mail.id).collect::<BTreeSet<_>>(), messages.keys().collect());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_person_is_unreachable_and_the_next_above_is_told() {
    let refused = Script::willing().but(Stage::Rcpt, Act::Say(b"550 5.1.1 no such mailbox\r\n"));
    let (office, folder) = first_goes(refused).await;
    let output = folder.cycle(None).await;
    assert_eq!(output.status.code(), Some(1), "somebody must look: {}", said(&output));
    let [id, address, outcome, why] = the_one(&folder, "refused").await;
    assert_eq!(outcome, "refused");
    assert!(why.contains("550") && why.contains("RCPT TO"), "{why}");
    assert!(copies(&office, &id).is_empty());

    let check = folder.run(&["check"]).await;
    assert_eq!(check.status.code(), Some(1), "{}", said(&check));
    let fault =
        said(&check).lines().find(|line| line.starts_with("FAULT") && line.contains("refused")).map(str::to_owned);
    assert!(fault.is_some(), "check shows it: {}", said(&check));

    let before = office.arrived().len();
    let output = folder.cycle(None).await;
    assert_eq!(output.status.code(), Some(1), "the address still does not work: {}", said(&output));
    assert!(said(&output).contains("refused mail to"), "{}", said(&output));
    let sql = format!(
        "SELECT r.child || ' ' || r.duty || ' ' || r.duty_key, COALESCE(MIN(o.address), 'nobody')
         FROM notices r LEFT JOIN notices o ON o.child = r.child AND o.duty = r.duty AND o.duty_key = r.duty_key
              AND o.step = r.step AND o.address <> r.address AND o.state = 'bundled'
         WHERE r.message_id = '{id}' AND r.urgent = 1 GROUP BY 1"
    );
    let instead = folder.rows(&sql).await;
    assert!(!instead.is_empty());
    for [what, above] in &instead {
        assert!(above != "nobody" && *above != address, "{what} was told to {above} instead of {address}");
    }
    let above: BTreeSet<&String> = instead.iter().map(|[_, above]| above).collect();
    let arrived: Vec<Arrived> = office.arrived().split_off(before);
    assert!(above.iter().all(|above| arrived.iter().any(|mail| mail.to == **above)), "{above:?} of {arrived:?}");
    assert!(office.arrived().iter().all(|mail| mail.to != address), "nothing more goes to {address}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_taken_while_the_ledger_was_locked_is_written_down_once_it_is_free() {
    let (ledger, held) = (Arc::new(OnceLock::<Database>::new()), Arc::new(Mutex::new(None)));
    let (locked, lock) = (Arc::clone(&ledger), Arc::clone(&held));
    let office = Office::open(move |connection| {
        // The bytes are frozen, and nothing has been said yet.
        if let (0, Some(database)) = (connection, locked.get()) {
            let write = block_in_place(|| Handle::current().block_on(database.begin_write())).expect("a lock");
            *lock.lock().expect("a lock") = Some(write);
        }
        Script::willing()
    });
    let office = office.await;
    let folder = mailing_to(office.at).await;
    ledger.set(folder.database().await).expect("it is set once");

    let mut child = folder.command(&["run", "--once"]).spawn().expect("it starts");
    let mut log = BufReader::new(child.stderr.take().expect("its log")).lines();
    loop {
        let line = log.next_line().await.expect("a log").expect("it is written down in vain, and says so");
        if line.contains("cannot be written down yet") {
            assert!(line.contains("1 message") && line.contains("locked"), "{line}");
            break;
        }
    }
    assert_eq!(office.arrived().len(), 1, "nothing more is sent that could not be written down");
    let write = held.lock().expect("a lock").take().expect("it was locked");
    write.rollback().await.expect("it is free");
    let drained = async { while log.next_line().await.expect("a log").is_some() {} };
    let (ended, ()) = tokio::join!(child.wait(), drained);
    assert!(matches!(ended.expect("an end").code(), Some(0 | 1)));
    let [id, _, outcome, _] = the_one(&folder, "handed_over").await;
    assert_eq!(outcome, "handed_over");
    assert_eq!(folder.count("SELECT COUNT(*) FROM attempts WHERE outcome IS NULL OR outcome = 'unknown'").await, 0);
    folder.cycle(None).await;
    everything_arrived(&folder, &office, (&id, 1)).await;
}

/// What a mail server sends back to the envelope's sender.
fn bounce(id: &str, address: &str) -> String {
    format!(
        "Return-Path: <>\nFrom: MAILER-DAEMON@mx.wrenholt.example\nTo: duewatch@wrenholt.example\nSubject: Undelivered\n\
         MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n\
         --b\nContent-Type: text/plain\n\nNo such person.\n\
         --b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.wrenholt.example\n\n\
         Final-Recipient: rfc822; {address}\nAction: failed\nStatus: 5.1.1\n\n\
         --b\nContent-Type: text/rfc822-headers\n\nMessage-ID: <{id}@wrenholt.example>\n\n--b--\n"
    )
}

/// The server takes everything, and sends one message back after it was taken.
#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_comes_back_makes_its_person_unreachable_and_the_next_above_is_told() {
    let office = Office::willing().await;
    let folder = mailing_to(office.at).await;
    let returned = folder.path().join("returned");
    let settings = std::fs::read_to_string(folder.config()).expect("settings");
    std::fs::write(folder.config(), format!("{settings}\n[mail.returns]\nmaildir = \"returned\"\n")).expect("settings");

    let output = folder.cycle(None).await;
    assert!(
        said(&output).contains("cannot read the mail that came back"),
        "it is said, and stops nothing: {}",
        said(&output)
    );
    let check = folder.run(&["check"]).await;
    assert!(said(&check).contains("FAULT  mail: cannot read the mail that came back"), "{}", said(&check));
    for part in ["new", "cur"] {
        std::fs::create_dir_all(returned.join(part)).expect("a Maildir");
    }
    let check = folder.run(&["check"]).await;
    assert!(said(&check).contains("ok     mail: what comes back is read in"), "{}", said(&check));

    let sql = "SELECT m.id, m.address FROM messages m JOIN notices n ON n.message_id = m.id
               WHERE n.urgent = 1 AND m.state = 'handed_over' AND m.address <> 'cp.desk@wrenholt.example' ORDER BY m.id LIMIT 1";
    let [[id, address]] = folder.rows(sql).await.try_into().expect("an urgent message");
    // The second is forged: it is about somebody else's address.
    let [other] =
        folder.rows::<1>(&format!("SELECT MAX(id) FROM messages WHERE id <> '{id}'")).await.try_into().expect("one");
    std::fs::write(returned.join("new/1.a.host"), bounce(&id, &address)).expect("a bounce");
    std::fs::write(returned.join("new/2.b.host"), bounce(&other[0], "mallory@wrenholt.example")).expect("a bounce");
    std::fs::write(returned.join("new/3.c.host"), "Subject: out of office\n\nI am away.\n").expect("a mail");

    let before = office.arrived().len();
    let output = folder.cycle(None).await;
    assert_eq!(output.status.code(), Some(1), "the address does not work: {}", said(&output));
    assert!(said(&output).contains("Messages that came back: 1."), "{}", said(&output));
    assert!(
        said(&output).contains("1 delivery reports") && said(&output).contains("count for nothing"),
        "{}",
        said(&output)
    );
    assert!(!said(&output).contains('@'), "no address is shown: {}", said(&output));
    assert_eq!(the_one(&folder, "returned").await[..2], [id.clone(), address.clone()]);
    let left = |part: &str| std::fs::read_dir(returned.join(part)).expect("a folder").count();
    assert!(returned.join("cur/1.a.host:2,S").is_file() && left("cur") == 1 && left("new") == 2);

    let sql = format!(
        "SELECT r.child || ' ' || r.duty || ' ' || r.duty_key, COALESCE(MIN(o.address), 'nobody')
         FROM notices r LEFT JOIN notices o ON o.child = r.child AND o.duty = r.duty AND o.duty_key = r.duty_key
              AND o.step = r.step AND o.address <> r.address AND o.state = 'bundled'
         WHERE r.message_id = '{id}' AND r.urgent = 1 GROUP BY 1"
    );
    let instead = folder.rows(&sql).await;
    assert!(!instead.is_empty());
    let arrived: Vec<Arrived> = office.arrived().split_off(before);
    for [what, above] in &instead {
        assert!(above != "nobody" && *above != address, "{what} was told to {above} instead of {address}");
        assert!(arrived.iter().any(|mail| mail.to == *above), "{above} of {arrived:?}");
    }
    assert!(arrived.iter().all(|mail| mail.to != address), "nothing more goes to {address}");

    let check = folder.run(&["check"]).await;
    assert!(
        said(&check).contains("FAULT  ledger: 1 messages were refused, came back or were given up"),
        "{}",
        said(&check)
    );
    let output = folder.cycle(None).await;
    assert!(!said(&output).contains("came back") && !said(&output).contains("count for nothing"), "{}", said(&output));
    assert!(office.arrived()[before..].iter().all(|mail| mail.to != address), "and still nothing goes to {address}");
}

/// Nobody has an address, so everything is the last recipient's, and the server knows no such mailbox.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_last_recipient_is_refused_waits_and_each_run_says_so_until_it_is_taken() {
    let refuses = Arc::new(AtomicBool::new(true));
    let refusing = Script::willing().but(Stage::Rcpt, Act::Say(b"550 5.1.1 no such mailbox\r\n"));
    let asked = Arc::clone(&refuses);
    let script = move |_| if asked.load(Ordering::SeqCst) { refusing.clone() } else { Script::willing() };
    let office = Office::open(script).await;
    let folder = mailing_to(office.at).await;
    let cases = Database::open_sqlite(&folder.path().join("case.db"), false).await.expect("the cases open");
    support::script(&cases, "UPDATE local_workers SET email = NULL").await;
    cases.close().await;
    let messages = "SELECT COUNT(*) FROM messages WHERE address = 'cp.desk@wrenholt.example'";
    let alarm = "alarm: the last recipient's address is refused";

    folder.cycle(None).await;
    let sent = folder.count(messages).await;
    assert!(sent > 0 && sent == folder.count("SELECT COUNT(*) FROM messages WHERE state = 'refused'").await);
    for _ in 0..2 {
        let output = folder.cycle(None).await;
        assert_eq!(folder.count(messages).await, sent, "nothing is sent again so soon: {}", said(&output));
        assert!(said(&output).contains(alarm), "{}", said(&output));
    }
    let check = folder.run(&["check"]).await;
    assert!(said(&check).contains(&format!("FAULT  {alarm}")), "{}", said(&check));

    // Two hours later the mailbox is there.
    refuses.store(false, Ordering::SeqCst);
    folder.script("UPDATE notices SET send_at_us = send_at_us - 7200000000 WHERE state = 'queued'").await;
    folder.cycle(None).await;
    assert!(office.arrived().iter().any(|mail| mail.to == "cp.desk@wrenholt.example"), "{:?}", office.arrived());
    for output in [folder.cycle(None).await, folder.run(&["check"]).await] {
        assert!(!said(&output).contains(alarm), "{}", said(&output));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_put_off_by_the_server_is_delivered_once_later() {
    let put_off = Script::willing().but(Stage::Rcpt, Act::Say(b"451 4.7.1 greylisted\r\n"));
    let (office, folder) = first_goes(put_off).await;
    folder.cycle(None).await;
    let [id, _, outcome, why] = the_one(&folder, "retry").await;
    assert_eq!(outcome, "retry");
    assert!(why.contains("451"), "{why}");

    folder.cycle(None).await;
    assert!(copies(&office, &id).is_empty(), "the wait is not over yet");
    folder.an_hour_passes().await;
    folder.cycle(None).await;
    everything_arrived(&folder, &office, (&id, 1)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_says_nothing_is_left_after_the_timeout() {
    let silent = Script::willing().but(Stage::Banner, Act::SayAndStall(b""));
    let (office, folder) = first_goes(silent).await;
    let begun = Instant::now();
    folder.cycle(None).await;
    assert!(begun.elapsed() < Duration::from_secs(8), "{:?}", begun.elapsed());
    let [id, _, _, why] = the_one(&folder, "retry").await;
    assert!(why.contains("no answer within 500 ms"), "{why}");
    folder.an_hour_passes().await;
    folder.cycle(None).await;
    everything_arrived(&folder, &office, (&id, 1)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_may_have_arrived_is_repeated_byte_for_byte() {
    let silent = Script::willing().but(Stage::End, Act::SayAndStall(b""));
    let hangs_up = Script::willing().but(Stage::End, Act::SayAndClose(b""));
    for script in [silent, hangs_up] {
        let (office, folder) = first_goes(script).await;
        folder.cycle(None).await;
        let [id, ..] = the_one(&folder, "unknown").await;
        assert_eq!(copies(&office, &id).len(), 1, "it had arrived");
        folder.an_hour_passes().await;
        folder.cycle(None).await;
        everything_arrived(&folder, &office, (&id, 2)).await;
        let copies = copies(&office, &id);
        assert_eq!(copies[0], copies[1]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_server_is_down_everything_waits() {
    let office = Office::willing().await;
    let at = office.at;
    drop(office);
    let folder = mailing_to(at).await;
    folder.cycle(None).await;
    // One is enough to see that it is down; the others wait as they were decided, and are worded when they go.
    assert_eq!(folder.count("SELECT COUNT(*) FROM messages WHERE state = 'retry'").await, 1);
    assert_eq!(folder.count("SELECT COUNT(*) FROM messages").await, 1);
    let waiting = folder.count("SELECT COUNT(DISTINCT mailbox) FROM notices WHERE state = 'queued'").await;
    assert!(waiting > 5, "{waiting} people wait");

    let office = Office::open_at(at, |_| Script::willing()).await;
    folder.an_hour_passes().await;
    folder.cycle(None).await;
    everything_arrived(&folder, &office, ("", 0)).await;
}
