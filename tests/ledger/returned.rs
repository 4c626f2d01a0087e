//! What came back.

use std::collections::BTreeMap;

use duewatch::delivery::{Fate, Returned};
use duewatch::ledger::{Attempted, CameBack, Ledger, MessageState, Outcome, Whose};
use duewatch::notice::{Change, Closing, Notice, NoticeState};
use duewatch::record::ChildRef;
use uuid::Uuid;

use crate::fixtures::{Place, at, case, claim, commit, duty, freeze, notice, record, run, tell};

const DAY: i64 = 24 * 60;
const TAKEN: Attempted = Attempted { outcome: Outcome::HandedOver, code: Some(250), why: None };

fn came(message_id: Uuid, fate: Fate, why: &str) -> Returned {
    Returned { message_id, fate, why: why.into() }
}

/// Sends whatever waits, with this outcome, and says which message to whom.
async fn send(ledger: &Ledger, minute: i64, attempted: &Attempted, to: Option<&str>) -> Vec<(Uuid, String)> {
    let mut sent = Vec::new();
    while let Some(claimed) = claim(ledger, "a", minute).await {
        let address = to.unwrap_or(&claimed.mailbox.email);
        freeze(ledger, &claimed.lease, "words", Some(address), at(minute)).await.unwrap();
        record(ledger, &claimed.lease, attempted, at(minute)).await.unwrap();
        sent.push((claimed.lease.message, claimed.mailbox.email));
    }
    sent
}

/// A ledger that told `w1` of a child's duty at minute 0.
async fn told_one(place: &Place) -> (Ledger, Notice, Uuid) {
    let ledger = place.founded().await;
    let one = duty("c1", "visit", "plan:1");
    let notice = notice(&one, "day-1", "w1");
    let opened = [Change::Opened(one)];
    commit(&ledger, &run(0), &[case("c1")], &opened, std::slice::from_ref(&notice), &[], &[]).await.unwrap();
    let sent = send(&ledger, 0, &TAKEN, None).await;
    (ledger, notice, sent[0].0)
}

async fn states(ledger: &Ledger) -> Vec<NoticeState> {
    let history = ledger.history(Whose::All, at(0)).await.unwrap();
    history.duties.into_values().flat_map(|past| past.told).map(|told| told.state).collect()
}

async fn failing(ledger: &Ledger, minute: i64) -> Vec<(String, Option<String>)> {
    let failing = ledger.addresses_that_fail(at(minute)).await.unwrap();
    failing.into_iter().map(|failing| (failing.address, failing.why)).collect()
}

async fn woken(place: &Place) -> i64 {
    place.count("SELECT woken FROM cases").await
}

pub(crate) async fn what_came_back_is_owed_again_and_its_address_does_not_work(place: &Place) {
    let (ledger, notice, id) = told_one(place).await;
    assert_eq!(states(&ledger).await, [NoticeState::Bundled]);
    assert_eq!(ledger.handed_over_lately(at(1)).await.unwrap(), [id]);
    let changed = ledger.record_returned(&[came(id, Fate::NoSuchMailbox, "5.1.1")], at(30)).await.unwrap();
    assert_eq!(changed, CameBack { new: 1, returned: vec![id] });
    assert_eq!((states(&ledger).await, woken(place).await), (vec![NoticeState::Unreachable], 1));
    assert_eq!(ledger.handed_over_lately(at(30)).await.unwrap(), Vec::<Uuid>::new(), "its fate is known");

    let told = ledger.told_of(&ChildRef("c1".into())).await.unwrap();
    let message = told[0].message.clone().unwrap();
    assert_eq!((message.state, message.handed_over_at), (MessageState::Returned, Some(at(0))));
    assert_eq!(message.why.as_deref(), Some("5.1.1"));
    let expected = [("w1@example.org".to_owned(), Some("5.1.1".to_owned()))];
    assert_eq!(failing(&ledger, 30).await, expected);
    assert_eq!(failing(&ledger, 30 + 7 * DAY).await, expected);
    assert_eq!(failing(&ledger, 31 + 7 * DAY).await, [], "it is tried once more");
    assert_eq!(ledger.last_taken_at("w1@example.org").await.unwrap(), None);

    // Decided anew, it may go to another address at once, and to that one after two hours.
    assert_eq!(tell(&ledger, 31, &[], std::slice::from_ref(&notice)).await.new, 1);
    assert_eq!(claim(&ledger, "a", 30 + 119).await, None);
    assert_eq!(send(&ledger, 30 + 120, &TAKEN, None).await.len(), 1);
}

pub(crate) async fn a_second_report_and_a_late_one_change_nothing_twice(place: &Place) {
    let (ledger, notice, first) = told_one(place).await;
    let gone = came(first, Fate::NoSuchMailbox, "5.1.1");
    let twice = ledger.record_returned(&[gone.clone(), gone.clone()], at(1)).await.unwrap();
    assert_eq!(twice, CameBack { new: 1, returned: vec![first] });
    assert_eq!(ledger.record_returned(&[gone], at(2)).await.unwrap(), CameBack::default());
    assert_eq!(place.count("SELECT COUNT(*) FROM returned").await, 1);

    tell(&ledger, 3, &[], std::slice::from_ref(&notice)).await;
    let second = send(&ledger, 200, &TAKEN, None).await;
    assert!(second.len() == 1 && second[0].0 != first);
    let late = ledger.record_returned(&[came(first, Fate::GivenUp, "4.4.1")], at(5 * DAY)).await.unwrap();
    assert_eq!(late, CameBack { new: 1, returned: Vec::new() });
    assert_eq!(states(&ledger).await, [NoticeState::Bundled], "what was told since stays told");
    assert_eq!(woken(place).await, 1);
    // Of nobody's message, or of another ledger's.
    let other = ledger.record_returned(&[came(Uuid::from_u128(7), Fate::GivenUp, "5.4.4")], at(5 * DAY)).await.unwrap();
    assert_eq!(other, CameBack::default());
}

/// Tells somebody else of something else, and hands it over.
async fn serve(ledger: &Ledger, minute: i64, person: &str) {
    let other = duty(&format!("child of {person}"), "visit", "plan:1");
    tell(ledger, minute, std::slice::from_ref(&other), &[notice(&other, "day-1", person)]).await;
    send(ledger, minute, &TAKEN, None).await;
}

pub(crate) async fn what_was_given_up_says_nothing_of_an_address_by_itself(place: &Place) {
    let (ledger, notice, first) = told_one(place).await;
    serve(&ledger, 5, "w2").await;
    let changed = ledger.record_returned(&[came(first, Fate::GivenUp, "5.2.2")], at(10)).await.unwrap();
    assert_eq!(changed.returned, [first]);
    assert_eq!(states(&ledger).await, [NoticeState::Unreachable, NoticeState::Bundled]);
    assert_eq!(failing(&ledger, 10).await, []);

    tell(&ledger, 11, &[], std::slice::from_ref(&notice)).await;
    let second = send(&ledger, 130, &TAKEN, None).await[0].0;
    ledger.record_returned(&[came(second, Fate::GivenUp, "4.4.1")], at(150)).await.unwrap();
    assert_eq!(failing(&ledger, 150).await.len(), 1, "twice, while others are served");
    assert_eq!(failing(&ledger, 11 + DAY).await, [], "it is tried once more");
}

pub(crate) async fn an_outage_in_which_everything_is_given_up_says_nothing_of_an_address(place: &Place) {
    let (ledger, notice, first) = told_one(place).await;
    ledger.record_returned(&[came(first, Fate::GivenUp, "5.4.4")], at(10)).await.unwrap();
    tell(&ledger, 11, &[], std::slice::from_ref(&notice)).await;
    let second = send(&ledger, 130, &TAKEN, None).await[0].0;
    ledger.record_returned(&[came(second, Fate::GivenUp, "5.4.4")], at(150)).await.unwrap();
    serve(&ledger, 151, "w2").await;
    assert_eq!(failing(&ledger, 152).await, [], "others are served only since");
}

pub(crate) async fn what_is_late_or_has_arrived_is_only_known(place: &Place) {
    let (ledger, _, id) = told_one(place).await;
    for (fate, why) in [(Fate::Delayed, "4.2.0"), (Fate::Delivered, "2.0.0")] {
        assert_eq!(ledger.handed_over_lately(at(5)).await.unwrap(), [id]);
        let changed = ledger.record_returned(&[came(id, fate, why)], at(5)).await.unwrap();
        assert_eq!(changed, CameBack { new: 1, returned: Vec::new() });
        assert_eq!((states(&ledger).await, woken(place).await), (vec![NoticeState::Bundled], 0));
        assert_eq!(failing(&ledger, 5).await, []);
    }
    assert_eq!(
        ledger.handed_over_lately(at(5)).await.unwrap(),
        Vec::<Uuid>::new(),
        "it has arrived: nothing more is to be learnt"
    );
}

pub(crate) async fn a_report_before_its_time_counts_once_the_message_is_handed_over(place: &Place) {
    let ledger = place.founded().await;
    let one = duty("c1", "visit", "plan:1");
    tell(&ledger, 0, std::slice::from_ref(&one), &[notice(&one, "day-1", "w1")]).await;
    let unknown = Attempted { outcome: Outcome::Unknown { next_at: at(15) }, code: None, why: None };
    let id = send(&ledger, 0, &unknown, None).await[0].0;
    assert_eq!(
        ledger.sent_to(&[id, Uuid::from_u128(7)]).await.unwrap(),
        BTreeMap::from([(id, "w1@example.org".to_owned())])
    );
    let early = ledger.record_returned(&[came(id, Fate::NoSuchMailbox, "5.1.1")], at(1)).await.unwrap();
    assert_eq!(early, CameBack { new: 1, returned: Vec::new() });
    send(&ledger, 15, &TAKEN, None).await;
    assert_eq!(ledger.record_returned(&[], at(16)).await.unwrap(), CameBack { new: 0, returned: vec![id] });
}

pub(crate) async fn what_a_person_has_tried_again_is_not_held_back_by_what_came_back_before(place: &Place) {
    let (ledger, _, id) = told_one(place).await;
    let gone = came(id, Fate::NoSuchMailbox, "5.1.1");
    ledger.record_returned(std::slice::from_ref(&gone), at(1)).await.unwrap();
    let listed = ledger.undelivered(at(0)).await.unwrap();
    assert_eq!(
        (listed[0].state, listed[0].code, listed[0].why.as_deref()),
        (MessageState::Returned, None, Some("5.1.1"))
    );
    assert!(ledger.retry(id, "the desk", "the mailbox is there again", at(2)).await.unwrap());
    assert_eq!(send(&ledger, 2, &TAKEN, None).await[0].0, id);
    assert_eq!(ledger.record_returned(&[], at(3)).await.unwrap(), CameBack::default());
    assert_eq!(failing(&ledger, 3).await, []);
    assert_eq!(ledger.record_returned(&[gone], at(4)).await.unwrap(), CameBack { new: 1, returned: vec![id] });
}

pub(crate) async fn what_came_back_is_evidence_of_its_child_and_goes_with_its_message(place: &Place) {
    let (ledger, _, id) = told_one(place).await;
    ledger.record_returned(&[came(id, Fate::NoSuchMailbox, "5.1.1")], at(30)).await.unwrap();
    let evidence = ledger.evidence(&ChildRef("c1".into())).await.unwrap();
    let last = &evidence.last().unwrap().payload;
    assert_eq!(
        (&last["what"], &last["outcome"], &last["why"]),
        (&"returned".into(), &"returned".into(), &"5.1.1".into())
    );
    assert_eq!((&last["message"], &last["told"][0]["step"]), (&id.to_string().into(), &"day-1".into()));
    assert_eq!(ledger.verify().await.unwrap().breaks, []);

    let closed = Change::Closed { duty: duty("c1", "visit", "plan:1"), closing: Closing::Met };
    commit(&ledger, &run(40), &[], &[closed], &[], &[], &[]).await.unwrap();
    crate::support::script(&place.database().await, "UPDATE cases SET fingerprint = NULL").await;
    assert_eq!(ledger.expire(at(50), at(50), at(60)).await.unwrap().duties, 1);
    assert_eq!(place.count("SELECT COUNT(*) FROM returned").await, 0);
    assert_eq!(place.count("SELECT COUNT(*) FROM messages").await, 0);
}

pub(crate) async fn what_came_back_from_a_trial_says_nothing_of_the_address(place: &Place) {
    let ledger = place.founded().await;
    let one = duty("c1", "visit", "plan:1");
    tell(&ledger, 0, std::slice::from_ref(&one), &[notice(&one, "day-1", "w1")]).await;
    let id = send(&ledger, 0, &TAKEN, Some("trial@example.org")).await[0].0;
    assert_eq!(ledger.sent_to(&[id]).await.unwrap()[&id], "trial@example.org");
    ledger.record_returned(&[came(id, Fate::NoSuchMailbox, "5.1.1")], at(1)).await.unwrap();
    assert_eq!(failing(&ledger, 1).await, []);
}

pub(crate) async fn which_mail_was_read_is_remembered_by_its_place(place: &Place) {
    let ledger = place.founded().await;
    let marks = |marks: &[(&str, i64)]| marks.iter().map(|(name, upto)| ((*name).to_owned(), *upto)).collect();
    ledger.note_mail_read("/a", &marks(&[("one", 0), ("two", 5)]), &[]).await.unwrap();
    ledger.note_mail_read("/b", &marks(&[("one", 9)]), &[]).await.unwrap();
    ledger.note_mail_read("/a", &marks(&[("two", 6)]), &["one".to_owned()]).await.unwrap();
    assert_eq!(ledger.mail_read("/a").await.unwrap(), marks(&[("two", 6)]));
    assert_eq!(ledger.mail_read("/b").await.unwrap(), marks(&[("one", 9)]));
}
