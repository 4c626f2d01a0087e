//! What comes of an attempt.

use duewatch::ledger::{Attempted, Claim, Ledger, LedgerError, MessageState, Outcome};
use duewatch::notice::NoticeState;
use duewatch::record::{ChildRef, PersonRef};

use crate::fixtures::{Place, at, claim, duty, notice, tell};

fn attempted(outcome: Outcome) -> Attempted {
    Attempted { outcome, code: Some(450), why: Some("mailbox busy".into()) }
}

async fn sending(place: &Place) -> (Ledger, Claim) {
    let ledger = place.founded().await;
    let one = duty("c1", "visit", "plan:1");
    tell(&ledger, 0, std::slice::from_ref(&one), &[notice(&one, "day-1", "w1")]).await;
    let claimed = claim(&ledger, "a", 0).await.unwrap();
    ledger.freeze(&claimed.lease, "first words", at(0)).await.unwrap();
    (ledger, claimed)
}

pub(crate) async fn a_refusal_for_now_is_worded_again_when_due(place: &Place) {
    let (ledger, first) = sending(place).await;
    ledger.record(&first.lease, &attempted(Outcome::Retry { next_at: at(15) }), at(1)).await.unwrap();
    assert_eq!(claim(&ledger, "a", 14).await, None);
    let second = claim(&ledger, "b", 15).await.unwrap();
    assert_eq!((second.lease.message, second.lease.attempt), (first.lease.message, 2));
    assert_eq!(second.frozen, None, "the server certainly did not take it, so nothing stale is said");
    ledger.freeze(&second.lease, "other words", at(15)).await.unwrap();
}

pub(crate) async fn after_an_unknown_outcome_the_bytes_stay(place: &Place) {
    let (ledger, first) = sending(place).await;
    ledger.record(&first.lease, &attempted(Outcome::Unknown { next_at: at(15) }), at(1)).await.unwrap();
    assert_eq!(claim(&ledger, "a", 14).await, None);
    let second = claim(&ledger, "a", 15).await.unwrap();
    assert_eq!(second.frozen.as_deref(), Some("first words"));
    ledger.freeze(&second.lease, "first words", at(15)).await.unwrap();
    ledger.record(&second.lease, &attempted(Outcome::Retry { next_at: at(30) }), at(16)).await.unwrap();
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
            ledger.freeze(&claimed.lease, "words", at(1)).await.unwrap();
        }
        ledger.record(&claimed.lease, &attempted(*outcome), at(2)).await.unwrap();
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
    ledger.record(&first.lease, &attempted(Outcome::Unknown { next_at: at(5) }), at(1)).await.unwrap();
    let second = claim(&ledger, "a", 5).await.unwrap();
    let error = ledger.freeze(&second.lease, "second words", at(5)).await.unwrap_err();
    assert!(matches!(error, LedgerError::FrozenOtherwise { .. }), "{error}");
    ledger.freeze(&second.lease, "first words", at(5)).await.unwrap();
}

pub(crate) async fn refused_addresses_are_listed(place: &Place) {
    let (ledger, first) = sending(place).await;
    ledger.record(&first.lease, &attempted(Outcome::Refused), at(1)).await.unwrap();
    let refused = ledger.refused_addresses(at(1)).await.unwrap();
    assert_eq!(refused.len(), 1);
    assert_eq!((&refused[0].person, refused[0].address.as_str()), (&PersonRef("w1".into()), "w1@example.org"));
    assert_eq!((refused[0].at, refused[0].code, refused[0].why.as_deref()), (at(1), Some(450), Some("mailbox busy")));
    assert_eq!(ledger.refused_addresses(at(2)).await.unwrap(), []);
}
