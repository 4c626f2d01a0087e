//! Who may send what, and until when.

use std::collections::{BTreeMap, BTreeSet};

use duewatch::ledger::{Attempted, Ledger, LedgerError, Outcome};
use duewatch::notice::{Change, Closing};
use duewatch::procedure::NoticeKind;
use duewatch::record::ChildRef;

use crate::fixtures::{Place, at, claim, commit, duty, freeze, notice, record, run, steps, tell};

const HANDED_OVER: Attempted = Attempted { outcome: Outcome::HandedOver, code: Some(250), why: None };

pub(crate) async fn a_person_gets_one_message_with_all_that_is_due(place: &Place) {
    let ledger = place.founded().await;
    let one = duty("c1", "visit", "plan:1");
    let mut morning = notice(&one, "tomorrow", "w1");
    morning.send_at = at(600);
    let mut urgent = notice(&one, "at-once", "w1");
    (urgent.urgent, urgent.send_at) = (true, at(30));
    let mut elsewhere = notice(&one, "elsewhere", "w1");
    elsewhere.mailbox.as_mut().unwrap().email = "w1@new.example.org".into();
    elsewhere.send_at = at(20);
    let mut early = notice(&one, "early", "m1");
    early.send_at = at(-5);
    let notices = [notice(&one, "day-1", "w1"), morning, urgent, elsewhere, early, notice(&one, "day-3", "w1")];
    tell(&ledger, 0, &[one], &notices).await;

    assert_eq!(claim(&ledger, "a", -10).await, None, "nothing may be sent yet");
    let alert = claim(&ledger, "a", 40).await.unwrap();
    assert_eq!((steps(&alert), alert.mailbox.person.0.as_str()), (vec!["at-once"], "w1"), "what is urgent, by itself");
    let first = claim(&ledger, "a", 40).await.unwrap();
    assert_eq!((steps(&first), first.mailbox.person.0.as_str()), (vec!["early"], "m1"), "who has waited longest");
    let second = claim(&ledger, "a", 40).await.unwrap();
    assert_eq!((steps(&second), second.mailbox.email.as_str()), (vec!["day-1", "day-3"], "w1@example.org"));
    assert_eq!((second.lease.attempt, &second.frozen, second.created_at), (1, &None, at(40)));
    let third = claim(&ledger, "a", 40).await.unwrap();
    assert_eq!((steps(&third), third.mailbox.email.as_str()), (vec!["elsewhere"], "w1@new.example.org"));
    assert_eq!(claim(&ledger, "a", 40).await, None);

    let id = first.lease.message;
    let ids = BTreeSet::from([id, second.lease.message, third.lease.message]);
    assert_eq!((ids.len(), id.get_version_num()), (3, 7));
    let (seconds, nanos) = id.get_timestamp().unwrap().to_unix();
    assert_eq!((i64::try_from(seconds).unwrap(), nanos), (at(40).timestamp(), 0), "its time is the claim's");
}

pub(crate) async fn two_owners_never_share_a_message(place: &Place) {
    let ledger = place.founded().await;
    let one = duty("c1", "visit", "plan:1");
    // Interleaved, so that every person's notices lie far apart.
    let notices: Vec<_> = (0..4)
        .flat_map(|step| (0..20).map(move |person| (step, person)))
        .map(|(step, person)| notice(&one, &format!("day-{step}"), &format!("w{person}")))
        .collect();
    tell(&ledger, 0, std::slice::from_ref(&one), &notices).await;

    let (left, right) = (place.open().await, place.open().await);
    let (left, right) = tokio::join!(tokio::spawn(claim_all(left, "left")), tokio::spawn(claim_all(right, "right")));
    let claimed: Vec<_> = left.unwrap().into_iter().chain(right.unwrap()).collect();
    let mut per_person = BTreeMap::<String, usize>::new();
    for (person, notices) in &claimed {
        assert_eq!(*notices, 4, "the whole of what {person} gets is in one message");
        *per_person.entry(person.clone()).or_default() += 1;
    }
    assert_eq!(per_person.len(), 20);
    assert!(per_person.values().all(|messages| *messages == 1), "{per_person:?}");
}

/// Claims until nothing is left, and hands each over.
async fn claim_all(ledger: Ledger, owner: &str) -> Vec<(String, usize)> {
    let mut claimed = Vec::new();
    // On PostgreSQL a claim passes over what the other owner is just taking, and may find nothing at the very end.
    while let Some(claim) = claim(&ledger, owner, 0).await {
        freeze(&ledger, &claim.lease, "bytes", None, at(0)).await.unwrap();
        record(&ledger, &claim.lease, &HANDED_OVER, at(0)).await.unwrap();
        claimed.push((claim.mailbox.person.0, claim.notices.len()));
    }
    claimed
}

/// Runs that take notices back while others are just bundling them: each notice ends one way or the other.
pub(crate) async fn a_run_and_a_claim_do_not_wait_for_ever(place: &Place) {
    let ledger = place.founded().await;
    let duties: Vec<_> = (0..40).map(|n| duty(&format!("c{n}"), "visit", "plan:1")).collect();
    let notices: Vec<_> =
        duties.iter().flat_map(|duty| (0..5).map(|person| notice(duty, "day-1", &format!("w{person}")))).collect();
    tell(&ledger, 0, &duties, &notices).await;

    let claiming = tokio::spawn(claim_all(place.open().await, "a"));
    let mut withdrawn = 0;
    // In an order of its own, so that locks taken one by one would meet head on.
    for duty in duties.into_iter().rev() {
        let changes = [Change::Closed { duty, closing: Closing::Met }];
        withdrawn += commit(&ledger, &run(1), &[], &changes, &[], &[], &[]).await.unwrap().withdrawn;
    }
    let mut claimed = claiming.await.unwrap();
    claimed.extend(claim_all(ledger, "b").await);
    let sent: usize = claimed.iter().map(|(_, notices)| notices).sum();
    assert_eq!(u64::try_from(sent).unwrap() + withdrawn, 200);
    assert_eq!(place.count("SELECT COUNT(*) FROM notices WHERE state = 'queued'").await, 0);
}

async fn one_message(place: &Place) -> Ledger {
    let ledger = place.founded().await;
    let one = duty("c1", "visit", "plan:1");
    tell(&ledger, 0, std::slice::from_ref(&one), &[notice(&one, "day-1", "w1"), notice(&one, "day-3", "w1")]).await;
    ledger
}

pub(crate) async fn a_lease_that_ends_without_bytes_is_worded_again(place: &Place) {
    let ledger = one_message(place).await;
    let first = claim(&ledger, "a", 0).await.unwrap();
    assert_eq!(claim(&ledger, "b", 4).await, None, "the lease runs for five minutes");
    let second = claim(&ledger, "b", 5).await.unwrap();
    assert_eq!((second.lease.message, second.lease.attempt), (first.lease.message, 2));
    assert_eq!((&second.frozen, &second.notices), (&None, &first.notices));
}

pub(crate) async fn a_lease_that_ends_with_bytes_repeats_them(place: &Place) {
    let ledger = one_message(place).await;
    let first = claim(&ledger, "a", 0).await.unwrap();
    freeze(&ledger, &first.lease, "From: duewatch\r\n\r\né\r\n", None, at(1)).await.unwrap();
    let second = claim(&ledger, "b", 5).await.unwrap();
    assert_eq!((second.lease.message, second.lease.attempt), (first.lease.message, 2));
    assert_eq!(second.frozen.as_deref(), Some("From: duewatch\r\n\r\né\r\n"));
    let unknown = "SELECT COUNT(*) FROM attempts WHERE n = 1 AND outcome = 'unknown' AND ended_us IS NOT NULL";
    assert_eq!(place.count(unknown).await, 1);
    freeze(&ledger, &second.lease, "From: duewatch\r\n\r\né\r\n", None, at(6)).await.unwrap();
    record(&ledger, &second.lease, &HANDED_OVER, at(6)).await.unwrap();
    assert_eq!(claim(&ledger, "b", 10_000).await, None);
}

pub(crate) async fn who_lost_the_lease_can_do_nothing(place: &Place) {
    let ledger = one_message(place).await;
    let first = claim(&ledger, "a", 0).await.unwrap();
    let error = freeze(&ledger, &first.lease, "bytes", None, at(5)).await.unwrap_err();
    assert!(matches!(error, LedgerError::LeaseLost { .. }), "it has ended, even if nobody took it: {error}");

    // The same owner again: only the attempt tells the two apart.
    let second = claim(&ledger, "a", 5).await.unwrap();
    for lease in [&first.lease, &duewatch::ledger::Lease { owner: "b".into(), ..second.lease.clone() }] {
        let error = freeze(&ledger, lease, "bytes", None, at(6)).await.unwrap_err();
        assert!(matches!(error, LedgerError::LeaseLost { .. }), "{error}");
        let error = record(&ledger, lease, &HANDED_OVER, at(6)).await.unwrap_err();
        assert!(matches!(error, LedgerError::LeaseLost { .. }), "{error}");
    }
    assert_eq!(place.count("SELECT COUNT(*) FROM attempts").await, 0);
    freeze(&ledger, &second.lease, "bytes", None, at(6)).await.unwrap();
    // Late, but nobody has taken it over: what the server said is true.
    record(&ledger, &second.lease, &HANDED_OVER, at(60)).await.unwrap();
    assert!(record(&ledger, &second.lease, &HANDED_OVER, at(60)).await.is_err(), "only once");
}

pub(crate) async fn an_unsent_message_drops_what_was_closed(place: &Place) {
    let ledger = place.founded().await;
    let (one, two) = (duty("c1", "visit", "plan:1"), duty("c2", "visit", "plan:1"));
    let mut resolved = notice(&one, "resolved", "w1");
    resolved.kind = NoticeKind::Resolved;
    let notices = [notice(&one, "day-1", "w1"), notice(&two, "day-1", "w1"), resolved];
    tell(&ledger, 0, &[one.clone(), two], &notices).await;
    let first = claim(&ledger, "a", 0).await.unwrap();
    assert_eq!(steps(&first), ["day-1", "day-1", "resolved"]);
    let changes = [Change::Closed { duty: one, closing: Closing::Met }];
    commit(&ledger, &run(1), &[], &changes, &[], &[], &[]).await.unwrap();

    let second = claim(&ledger, "a", 5).await.unwrap();
    assert_eq!(second.lease.message, first.lease.message);
    let left: Vec<_> = second.notices.iter().map(|c| (c.duty.child.clone(), c.notice.effect.step.as_str())).collect();
    assert_eq!(left, [(Some(ChildRef("c2".into())), "day-1"), (Some(ChildRef("c1".into())), "resolved")]);
}

pub(crate) async fn a_message_of_which_nothing_is_left_is_cancelled(place: &Place) {
    let ledger = place.founded().await;
    let (one, two) = (duty("c1", "visit", "plan:1"), duty("c2", "visit", "plan:1"));
    let alert = notice(&two, "death", "w2");
    tell(&ledger, 0, &[one.clone(), two.clone()], &[notice(&one, "day-1", "w1")]).await;
    let first = claim(&ledger, "a", 0).await.unwrap();
    // An alert that the closing run itself decided is not taken back by it.
    let changes = [(one, Closing::Met), (two, Closing::Died)].map(|(duty, closing)| Change::Closed { duty, closing });
    commit(&ledger, &run(1), &[], &changes, &[alert], &[], &[]).await.unwrap();
    let second = claim(&ledger, "a", 2).await.unwrap();
    assert_eq!(steps(&second), ["death"]);

    let third = claim(&ledger, "a", 60).await.unwrap();
    assert_eq!((third.lease.message, steps(&third)), (second.lease.message, vec!["death"]));
    let depth = ledger.outbox_depth().await.unwrap();
    assert_eq!(depth.into_iter().collect::<Vec<_>>(), [("cancelled".into(), 1), ("leased".into(), 1)]);
    assert!(freeze(&ledger, &first.lease, "bytes", None, at(1)).await.is_err());
}
