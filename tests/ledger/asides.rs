//! Schedules, and what `explain` asks for.

use duewatch::record::ChildRef;

use crate::fixtures::{Place, at, claim, duty, notice, tell};

pub(crate) async fn a_schedule_is_moved_by_one_only(place: &Place) {
    let ledger = place.founded().await;
    assert_eq!(ledger.schedule_last("poll").await.unwrap(), None);
    assert!(!ledger.advance_schedule("poll", Some(at(0)), at(1)).await.unwrap(), "it never ran");
    assert!(ledger.advance_schedule("poll", None, at(0)).await.unwrap());
    assert!(!ledger.advance_schedule("poll", None, at(5)).await.unwrap());
    assert!(ledger.advance_schedule("digest", None, at(3)).await.unwrap());

    let (left, right) = (place.open().await, place.open().await);
    for minute in 0..20 {
        let (left, right) = tokio::join!(
            left.advance_schedule("poll", Some(at(minute)), at(minute + 1)),
            right.advance_schedule("poll", Some(at(minute)), at(minute + 1)),
        );
        assert!(left.unwrap() ^ right.unwrap(), "exactly one of them does the work");
    }
    assert_eq!(ledger.schedule_last("poll").await.unwrap(), Some(at(20)));
    assert_eq!(ledger.schedule_last("digest").await.unwrap(), Some(at(3)));
}

pub(crate) async fn what_was_told_is_listed_with_its_message(place: &Place) {
    let ledger = place.founded().await;
    let (one, other) = (duty("c1", "visit", "plan:1"), duty("c2", "visit", "plan:1"));
    let mut later = notice(&one, "day-3", "m1");
    later.send_at = at(600);
    tell(&ledger, 0, &[one.clone(), other.clone()], &[notice(&one, "day-1", "w1"), notice(&other, "day-1", "w9")])
        .await;
    tell(&ledger, 10, &[], std::slice::from_ref(&later)).await;
    let claimed = claim(&ledger, "a", 11).await.unwrap();

    let told = ledger.told_of(&ChildRef("c1".into())).await.unwrap();
    assert_eq!(told.len(), 2);
    let message = told[0].message.as_ref().unwrap();
    assert_eq!((told[0].run, told[0].decided_at, message.id), (1, at(0), claimed.lease.message));
    assert_eq!((&message.mailbox, message.created_at, message.handed_over_at), (&claimed.mailbox, at(11), None));
    assert_eq!(message.why, None);
    assert_eq!((&told[1].notice, told[1].run, told[1].decided_at, &told[1].message), (&later, 2, at(10), &None));
    assert_eq!(ledger.told_of(&ChildRef("c3".into())).await.unwrap(), []);
}
