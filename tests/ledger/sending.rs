//! What comes of an attempt.

use duewatch::directory::Mailbox;
use duewatch::ledger::{Attempted, Claim, Lease, Ledger, LedgerError, MessageState, Outcome, Whose};
use duewatch::notice::{Notice, NoticeState, Told};
use duewatch::record::{ChildRef, PersonRef};

use crate::fixtures::{Place, at, claim, commit, day, duty, freeze, notice, record, run, tell};

fn attempted(outcome: Outcome) -> Attempted {
    Attempted { outcome, code: Some(450), why: Some("mailbox busy".into()) }
}

async fn sending(place: &Place) -> (Ledger, Claim) {
    let ledger = place.founded().await;
    let one = duty("c1", "visit", "plan:1");
    tell(&ledger, 0, std::slice::from_ref(&one), &[notice(&one, "day-1", "w1")]).await;
    let claimed = claim(&ledger, "a", 0).await.unwrap();
    freeze(&ledger, &claimed.lease, "first words", None, at(0)).await.unwrap();
    (ledger, claimed)
}

pub(crate) async fn a_refusal_for_now_is_worded_again_when_due(place: &Place) {
    let (ledger, first) = sending(place).await;
    record(&ledger, &first.lease, &attempted(Outcome::Retry { next_at: at(15) }), at(1)).await.unwrap();
    assert_eq!(claim(&ledger, "a", 14).await, None);
    let second = claim(&ledger, "b", 15).await.unwrap();
    assert_eq!((second.lease.message, second.lease.attempt), (first.lease.message, 2));
    assert_eq!(second.frozen, None, "the server certainly did not take it, so nothing stale is said");
    freeze(&ledger, &second.lease, "other words", None, at(15)).await.unwrap();
}

pub(crate) async fn after_an_unknown_outcome_the_bytes_stay(place: &Place) {
    let (ledger, first) = sending(place).await;
    record(&ledger, &first.lease, &attempted(Outcome::Unknown { next_at: at(15) }), at(1)).await.unwrap();
    assert_eq!(claim(&ledger, "a", 14).await, None);
    let second = claim(&ledger, "a", 15).await.unwrap();
    assert_eq!(second.frozen.as_deref(), Some("first words"));
    freeze(&ledger, &second.lease, "first words", None, at(15)).await.unwrap();
    record(&ledger, &second.lease, &attempted(Outcome::Retry { next_at: at(30) }), at(16)).await.unwrap();
    let third = claim(&ledger, "a", 30).await.unwrap();
    assert_eq!((third.frozen.as_deref(), third.lease.attempt), (Some("first words"), 3), "the first may have arrived");
}

pub(crate) async fn what_is_over_is_never_claimed_again(place: &Place) {
    let ledger = place.founded().await;
    let one = duty("c1", "visit", "plan:1");
    let over = [
        (Outcome::HandedOver, MessageState::HandedOver),
        (Outcome::Recorded, MessageState::Recorded),
        (Outcome::Refused, MessageState::Refused),
        (Outcome::Dead, MessageState::Dead),
        (Outcome::Cancelled, MessageState::Cancelled),
    ];
    let notices: Vec<_> = (0..over.len()).map(|n| notice(&one, "day-1", &format!("w{n}"))).collect();
    tell(&ledger, 0, &[one], &notices).await;
    for (n, (outcome, _)) in over.iter().enumerate() {
        let claimed = claim(&ledger, "a", 1).await.unwrap();
        assert_eq!(claimed.mailbox.person.0, format!("w{n}"));
        // The last two end before anything was frozen.
        if n < 3 {
            freeze(&ledger, &claimed.lease, "words", None, at(1)).await.unwrap();
        }
        record(&ledger, &claimed.lease, &attempted(*outcome), at(2)).await.unwrap();
    }
    assert_eq!(claim(&ledger, "a", 100_000).await, None);

    let told = ledger.told_of(&ChildRef("c1".into())).await.unwrap();
    for (step, (_, state)) in told.iter().zip(over) {
        let message = step.message.as_ref().unwrap();
        assert_eq!((message.state, step.notice.state), (state, NoticeState::Bundled), "it stays in sight");
        let handed_over_at = (state == MessageState::HandedOver).then_some(at(2));
        assert_eq!((message.handed_over_at, message.attempts), (handed_over_at, 1));
        assert_eq!(message.why.as_deref(), Some("mailbox busy"));
    }
    assert_eq!(told.len(), over.len());
}

pub(crate) async fn frozen_bytes_cannot_be_changed(place: &Place) {
    let (ledger, first) = sending(place).await;
    record(&ledger, &first.lease, &attempted(Outcome::Unknown { next_at: at(5) }), at(1)).await.unwrap();
    let second = claim(&ledger, "a", 5).await.unwrap();
    let error = freeze(&ledger, &second.lease, "second words", None, at(5)).await.unwrap_err();
    assert!(matches!(error, LedgerError::FrozenOtherwise { .. }), "{error}");
    freeze(&ledger, &second.lease, "first words", None, at(5)).await.unwrap();
}

pub(crate) async fn refused_addresses_are_listed(place: &Place) {
    let (ledger, first) = sending(place).await;
    record(&ledger, &first.lease, &attempted(Outcome::Refused), at(1)).await.unwrap();
    let refused = ledger.addresses_that_fail(at(1)).await.unwrap();
    assert_eq!(refused.len(), 1);
    assert_eq!((&refused[0].person, refused[0].address.as_str()), (&PersonRef("w1".into()), "w1@example.org"));
    assert_eq!((refused[0].at, refused[0].code, refused[0].why.as_deref()), (at(1), Some(450), Some("mailbox busy")));
    assert_eq!(ledger.addresses_that_fail(at(WEEK)).await.unwrap().len(), 1);
    assert_eq!(ledger.addresses_that_fail(at(WEEK + 2)).await.unwrap(), [], "it is tried once more");
}

/// In minutes.
const WEEK: i64 = 7 * 24 * 60;

pub(crate) async fn what_was_sent_elsewhere_says_nothing_of_the_address(place: &Place) {
    let ledger = place.founded().await;
    let one = duty("c1", "visit", "plan:1");
    tell(&ledger, 0, std::slice::from_ref(&one), &[notice(&one, "day-1", "w1")]).await;
    let claimed = claim(&ledger, "a", 0).await.unwrap();
    freeze(&ledger, &claimed.lease, "words", Some("trial@example.org"), at(0)).await.unwrap();
    record(&ledger, &claimed.lease, &attempted(Outcome::Refused), at(1)).await.unwrap();
    assert_eq!(ledger.addresses_that_fail(at(2)).await.unwrap(), []);
}

pub(crate) async fn what_an_address_refused_goes_to_it_again_after_two_hours_and_to_another_at_once(place: &Place) {
    let (ledger, first) = sending(place).await;
    record(&ledger, &first.lease, &attempted(Outcome::Refused), at(1)).await.unwrap();
    let again = |email: &str| Notice {
        mailbox: Some(Mailbox { email: email.into(), ..first.mailbox.clone() }),
        send_at: at(5),
        state: NoticeState::Queued,
        ..first.notices[0].notice.clone()
    };
    assert_eq!(tell(&ledger, 5, &[], &[again("w1@example.org")]).await.new, 1);
    assert_eq!(claim(&ledger, "a", 120).await, None);
    let second = claim(&ledger, "a", 121).await.unwrap();
    freeze(&ledger, &second.lease, "words", Some("w1@example.org"), at(121)).await.unwrap();
    record(&ledger, &second.lease, &attempted(Outcome::Refused), at(121)).await.unwrap();
    assert_eq!(ledger.last_taken_at("w1@example.org").await.unwrap(), None);
    assert_eq!(tell(&ledger, 125, &[], &[again("other@example.org")]).await.new, 1);
    let third = claim(&ledger, "a", 125).await.unwrap();
    freeze(&ledger, &third.lease, "words", Some("other@example.org"), at(125)).await.unwrap();
    record(&ledger, &third.lease, &attempted(Outcome::HandedOver), at(126)).await.unwrap();
    assert_eq!(ledger.last_taken_at("other@example.org").await.unwrap(), Some(at(126)));
}

/// Puts the first message off at each of these minutes.
async fn put_off(place: &Place, minutes: &[i64]) -> Ledger {
    let ledger = place.founded().await;
    let one = duty("c1", "visit", "plan:1");
    tell(&ledger, 0, std::slice::from_ref(&one), &[notice(&one, "day-1", "w1")]).await;
    for minute in minutes {
        let claimed = claim(&ledger, "a", *minute).await.unwrap();
        freeze(&ledger, &claimed.lease, "words", Some("w1@example.org"), at(*minute)).await.unwrap();
        let outcome = Outcome::Retry { next_at: at(minute + 1) };
        record(&ledger, &claimed.lease, &attempted(outcome), at(*minute)).await.unwrap();
    }
    ledger
}

async fn hand_over_another(ledger: &Ledger, minute: i64) {
    let two = duty("c2", "visit", "plan:1");
    let other = Notice { urgent: true, ..notice(&two, "day-1", "w2") };
    tell(ledger, minute, std::slice::from_ref(&two), &[other]).await;
    // The one that was put off is claimed before it, and stays where it was.
    while let Some(claimed) = claim(ledger, "a", minute).await {
        let person = &claimed.mailbox.person.0;
        let outcome = if person == "w2" { Outcome::HandedOver } else { Outcome::Retry { next_at: at(minute + 1) } };
        freeze(ledger, &claimed.lease, "words", Some(&format!("{person}@example.org")), at(minute)).await.unwrap();
        record(ledger, &claimed.lease, &attempted(outcome), at(minute)).await.unwrap();
    }
}

pub(crate) async fn an_address_that_is_put_off_while_others_are_served_does_not_work(place: &Place) {
    let ledger = put_off(place, &[0, 60]).await;
    hand_over_another(&ledger, 119).await;
    assert_eq!(ledger.addresses_that_fail(at(119)).await.unwrap(), [], "not yet two hours");
    hand_over_another(&ledger, 120).await;
    let failing = ledger.addresses_that_fail(at(120)).await.unwrap();
    assert_eq!(failing.iter().map(|failing| failing.address.as_str()).collect::<Vec<_>>(), ["w1@example.org"]);
    assert_eq!(failing[0].why.as_deref(), Some("mailbox busy"));
    assert_eq!(ledger.addresses_that_fail(at(120 + 24 * 60 + 1)).await.unwrap(), [], "it is tried once more");
}

pub(crate) async fn an_outage_says_nothing_of_an_address(place: &Place) {
    let ledger = put_off(place, &[0, 60, 120, 600]).await;
    assert_eq!(ledger.addresses_that_fail(at(600)).await.unwrap(), []);
}

/// Of the duty that [`sending`] tells of.
async fn told(ledger: &Ledger, minute: i64) -> Vec<Told> {
    let history = ledger.history(Whose::All, at(minute)).await.unwrap();
    history.duties.into_values().flat_map(|past| past.told).collect()
}

pub(crate) async fn what_no_server_took_still_waits(place: &Place) {
    let (ledger, first) = sending(place).await;
    let before = told(&ledger, 0).await;
    assert_eq!((before[0].state, before[0].address.as_deref()), (NoticeState::Bundled, Some("w1@example.org")));
    let said = before[0].said.unwrap();
    assert_eq!((said.strict_on, said.due_on), (Some(day("2026-10-23")), Some(day("2026-10-26"))));
    record(&ledger, &first.lease, &attempted(Outcome::Retry { next_at: at(15) }), at(1)).await.unwrap();
    assert_eq!(told(&ledger, 1).await[0].state, NoticeState::Queued);
    let effect = first.notices[0].notice.effect.clone();
    commit(&ledger, &run(2), &[], &[], &[], &[effect], &[]).await.unwrap();
    assert_eq!(told(&ledger, 2).await[0].state, NoticeState::Withdrawn);
    assert_eq!(claim(&ledger, "a", 15).await, None, "nothing is left of the message");
    assert_eq!(place.count("SELECT COUNT(*) FROM messages WHERE state = 'cancelled'").await, 1);
}

pub(crate) async fn what_may_have_arrived_does_not_wait(place: &Place) {
    let (ledger, first) = sending(place).await;
    record(&ledger, &first.lease, &attempted(Outcome::Unknown { next_at: at(15) }), at(1)).await.unwrap();
    let effect = first.notices[0].notice.effect.clone();
    commit(&ledger, &run(2), &[], &[], &[], &[effect], &[]).await.unwrap();
    assert_eq!(told(&ledger, 2).await[0].state, NoticeState::Bundled);
}

pub(crate) async fn what_is_taken_out_of_a_message_is_owed_again(place: &Place) {
    let ledger = place.founded().await;
    let one = duty("c1", "visit", "plan:1");
    let notices = [notice(&one, "day-1", "w1"), notice(&one, "day-3", "w1")];
    tell(&ledger, 0, std::slice::from_ref(&one), &notices).await;
    let claimed = claim(&ledger, "a", 0).await.unwrap();
    let other = Lease { owner: "b".into(), ..claimed.lease.clone() };
    let effect = notices[0].effect.clone();
    assert!(ledger.take_back(&other, std::slice::from_ref(&effect), at(1)).await.is_err(), "only the holder may");
    ledger.take_back(&claimed.lease, &[effect], at(1)).await.unwrap();
    let evidence = ledger.evidence(&ChildRef("c1".into())).await.unwrap();
    assert!(evidence.iter().any(|entry| entry.payload["what"] == "taken_out"), "{evidence:?}");
    let states: Vec<NoticeState> = told(&ledger, 1).await.iter().map(|told| told.state).collect();
    assert_eq!(states, [NoticeState::Withdrawn, NoticeState::Bundled]);
    let again = commit(&ledger, &run(1), &[], &[], &notices, &[], &[]).await.unwrap();
    assert_eq!(again.new, 1);
}
