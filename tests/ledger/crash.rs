//! A process that is killed at each named point, and the one that comes after it.

use std::os::unix::process::ExitStatusExt as _;
use std::process::Command;

use duewatch::failpoint::FAILPOINTS;
use duewatch::ledger::{Attempted, Ledger, MessageState, Outcome};
use duewatch::record::ChildRef;

use crate::fixtures::{Place, at, claim, duty, freeze, notice, record, tell};
use crate::support;

const LEDGER: &str = "DUEWATCH_TEST_LEDGER";
const SIGABRT: i32 = 6;

/// One notice's whole way, from minute `from` on. Says which bytes went out.
async fn one_round(ledger: &Ledger, from: i64) -> Option<String> {
    let one = duty("c1", "visit", "plan:1");
    tell(ledger, from, std::slice::from_ref(&one), &[notice(&one, "day-1", "w1")]).await;
    let claimed = claim(ledger, "a", from).await?;
    let words = claimed.frozen.unwrap_or_else(|| format!("worded at minute {from}"));
    freeze(ledger, &claimed.lease, &words, None, at(from)).await.unwrap();
    let handed_over = Attempted { outcome: Outcome::HandedOver, code: Some(250), why: None };
    record(ledger, &claimed.lease, &handed_over, at(from)).await.unwrap();
    Some(words)
}

/// The process that is killed. Run by itself it has no ledger and nothing to do.
#[tokio::test]
async fn a_process_of_its_own() {
    let Some(url) = std::env::var_os(LEDGER) else { return };
    let ledger = Ledger::open(url.to_str().unwrap(), false).await.unwrap();
    one_round(&ledger, 0).await;
}

pub(crate) async fn killed_at_any_point_nothing_is_lost_and_nothing_said_twice(place: &Place) {
    for point in FAILPOINTS.into_iter().filter(|point| !point.starts_with("send.") && !point.starts_with("smtp.")) {
        let ledger = place.founded().await;
        let killed = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "crash::a_process_of_its_own", "--test-threads=1"])
            .env(LEDGER, place.url())
            .env("DUEWATCH_FAILPOINT", point)
            .output()
            .unwrap();
        assert_eq!(killed.status.signal(), Some(SIGABRT), "{point}: {}", String::from_utf8_lossy(&killed.stderr));

        gone(place).await;

        // What the next process finds at once, before any lease has ended.
        let early = claim(&ledger, "b", 1).await;
        assert_eq!(early.is_some(), point == "run.after_commit" || point == "claim.before_commit", "{point}");
        let words = one_round(&ledger, 20).await;
        let expected = match point {
            "freeze.after_commit" | "record.before_commit" => Some("worded at minute 0".into()),
            "record.after_commit" => None,
            _ => Some("worded at minute 20".into()),
        };
        assert_eq!(words, expected, "{point}");
        assert_eq!(claim(&ledger, "b", 10_000).await, None, "{point}");

        let told = ledger.told_of(&ChildRef("c1".into())).await.unwrap();
        assert_eq!(told.len(), 1, "{point}: decided once");
        assert_eq!(told[0].message.as_ref().unwrap().state, MessageState::HandedOver, "{point}");
        assert_eq!(place.count("SELECT COUNT(*) FROM messages").await, 1, "{point}");
        empty(place).await;
    }
}

async fn empty(place: &Place) {
    let tables = [
        "attempts",
        "mails",
        "notices",
        "messages",
        "recipients",
        "duties",
        "cases",
        "runs",
        "meta",
        "links",
        "entries",
    ];
    let sql = tables.map(|table| format!("DELETE FROM {table}")).join(";");
    support::script(&place.database().await, &format!("{sql}; UPDATE chain_end SET n = 0, hash = ''")).await;
}

/// Waits until the server has noticed that the killed process is gone: until then its locks stand.
async fn gone(place: &Place) {
    if matches!(place, Place::Postgres(_)) {
        let lock = "LOCK TABLE meta, messages, notices, recipients IN ACCESS EXCLUSIVE MODE";
        support::script(&place.database().await, lock).await;
    }
}
