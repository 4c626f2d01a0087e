//! What a run stores, and what the next one finds.

use std::collections::BTreeMap;

use duewatch::duty::Status;
use duewatch::ledger::{LedgerError, RunOutcome, Whose};
use duewatch::notice::{Change, Closing, DutyRef, Notice, NoticeState};
use duewatch::procedure::NoticeKind;
use duewatch::record::ChildRef;

use crate::fixtures::{Place, at, case, claim, commit, duty, notice, run, steps, tell};

fn counts<const N: usize>(pairs: [(&str, u64); N]) -> BTreeMap<String, u64> {
    pairs.into_iter().map(|(name, count)| (name.to_owned(), count)).collect()
}

pub(crate) async fn a_run_comes_back_as_it_was_stored(place: &Place) {
    let ledger = place.founded().await;
    assert_eq!(ledger.last_run().await.unwrap(), None);
    assert!(ledger.history(Whose::All, at(0)).await.unwrap().duties.is_empty());

    let (one, report) = (duty("c1", "first-core-group", "conference:5"), duty("", "monthly", "2026-10"));
    let (first, second) = (notice(&one, "day-1", "w1"), notice(&one, "day-3", "m1"));
    let changes = [Change::Opened(one.clone()), Change::Opened(report.clone())];
    let notices = [second.clone(), first.clone(), notice(&report, "report", "h1")];
    let committed = commit(&ledger, &run(0), &[case("c1")], &changes, &notices, &[], &[]).await.unwrap();
    assert_eq!((committed.run, committed.new, committed.known, committed.reopened), (1, 3, 0, 0));

    let stored = ledger.last_run().await.unwrap().unwrap();
    assert_eq!((stored.id, &stored.run, &stored.counted), (1, &run(0), &committed.counted));
    ledger.judge_run(1, RunOutcome::Unbalanced, at(1)).await.unwrap();
    assert_eq!(ledger.last_run().await.unwrap().unwrap().run.outcome, RunOutcome::Unbalanced);

    let history = ledger.history(Whose::All, at(0)).await.unwrap();
    assert_eq!(history.duties.len(), 2);
    let past = &history.duties[&DutyRef::of(&one)];
    assert_eq!((&past.duty, past.generation), (&one, 0));
    let told: Vec<_> = past.told.iter().map(|told| (told.step.as_str(), told.person.0.as_str())).collect();
    assert_eq!(told, [("day-3", "m1"), ("day-1", "w1")], "in the order decided");
    assert_eq!(past.told[0].kind, NoticeKind::Overdue);
    assert_eq!((past.told[0].state, past.told[0].owed_at), (NoticeState::Queued, at(0)));
    assert_eq!(history.duties[&DutyRef::of(&report)].duty, report);

    let claimed = claim(&ledger, "a", 0).await.unwrap();
    assert_eq!(claimed.notices[0].notice, Notice { state: NoticeState::Bundled, ..second });
    assert_eq!((&claimed.notices[0].duty, &claimed.notices[0].case), (&one, &Some(case("c1"))));
}

pub(crate) async fn a_decision_is_stored_once(place: &Place) {
    let ledger = place.founded().await;
    let one = duty("c1", "visit", "plan:1");
    let notices = [notice(&one, "day-1", "w1"), notice(&one, "day-1", "m1")];
    tell(&ledger, 0, std::slice::from_ref(&one), &notices).await;
    let mut more = notices.to_vec();
    let mut repeat = notice(&one, "day-1", "w1");
    repeat.effect.repeat = 1;
    more.push(repeat);
    let committed = tell(&ledger, 10, &[one], &more).await;
    assert_eq!((committed.run, committed.new, committed.known, committed.reopened), (2, 1, 2, 0));
    assert_eq!(place.count("SELECT COUNT(*) FROM notices").await, 3);
    assert_eq!(place.count("SELECT COUNT(*) FROM notices WHERE decided_run = 2").await, 1);
}

pub(crate) async fn a_new_generation_keeps_what_was_told(place: &Place) {
    let ledger = place.founded().await;
    let mut one = duty("c1", "visit", "plan:1");
    tell(&ledger, 0, std::slice::from_ref(&one), &[notice(&one, "before", "w1")]).await;
    claim(&ledger, "a", 0).await.unwrap();

    one.status = Status::Open;
    let mut later = notice(&one, "day-1", "w1");
    later.effect.generation = 1;
    let changes = [Change::Updated { duty: one.clone(), generation: 1 }];
    commit(&ledger, &run(10), &[], &changes, &[later], &[], &[]).await.unwrap();

    let history = ledger.history(Whose::All, at(10)).await.unwrap();
    let past = &history.duties[&DutyRef::of(&one)];
    assert_eq!((past.duty.status, past.generation), (Status::Open, 1));
    let told: Vec<_> = past.told.iter().map(|told| (told.generation, told.step.as_str(), told.state)).collect();
    assert_eq!(told, [(0, "before", NoticeState::Bundled), (1, "day-1", NoticeState::Queued)]);
    // Another change of the same duty leaves its generation where the decision puts it.
    let changes = [Change::Updated { duty: one.clone(), generation: 1 }];
    commit(&ledger, &run(20), &[], &changes, &[], &[], &[]).await.unwrap();
    assert_eq!(ledger.history(Whose::All, at(20)).await.unwrap().duties[&DutyRef::of(&one)].generation, 1);
}

pub(crate) async fn closing_withdraws_what_is_queued(place: &Place) {
    let ledger = place.founded().await;
    let (one, other) = (duty("c1", "visit", "plan:1"), duty("c1", "visit", "plan:2"));
    let mut moved = notice(&one, "changed", "w2");
    moved.kind = NoticeKind::Changed;
    let mut unreachable = notice(&one, "day-9", "w3");
    (unreachable.state, unreachable.mailbox) = (NoticeState::Unreachable, None);
    let notices = [notice(&one, "day-1", "w1"), notice(&other, "day-1", "w2"), moved, unreachable];
    tell(&ledger, 0, &[one.clone(), other.clone()], &notices).await;
    let sent = claim(&ledger, "a", 0).await.unwrap();
    assert_eq!(steps(&sent), ["day-1"]);
    let queued_later = notice(&one, "day-3", "w1");
    tell(&ledger, 5, &[], &[queued_later]).await;

    let mut resolved = notice(&one, "resolved", "w1");
    resolved.kind = NoticeKind::Resolved;
    let alert = notice(&one, "death", "m1");
    let changes = [Change::Closed { duty: one.clone(), closing: Closing::Died }];
    let committed = commit(&ledger, &run(10), &[], &changes, &[resolved, alert], &[], &[]).await.unwrap();
    assert_eq!((committed.withdrawn, committed.new), (1, 2));
    assert_eq!(committed.counted.closed, counts([("died", 1)]));

    let told = ledger.told_of(&ChildRef("c1".into())).await.unwrap();
    let states: Vec<_> = told.iter().map(|step| (step.notice.effect.step.as_str(), step.notice.state)).collect();
    let expected = [
        ("day-1", NoticeState::Bundled),
        ("day-1", NoticeState::Queued),
        ("changed", NoticeState::Queued),
        ("day-9", NoticeState::Unreachable),
        ("day-3", NoticeState::Withdrawn),
        ("resolved", NoticeState::Queued),
        ("death", NoticeState::Queued),
    ];
    assert_eq!(states, expected);
    let history = ledger.history(Whose::All, at(10)).await.unwrap();
    assert_eq!(history.duties.keys().collect::<Vec<_>>(), [&DutyRef::of(&other)]);
}

pub(crate) async fn a_duty_opened_again_is_told_again(place: &Place) {
    let ledger = place.founded().await;
    let one = duty("c1", "visit", "plan:1");
    let overdue = notice(&one, "day-1", "w1");
    tell(&ledger, 0, std::slice::from_ref(&one), std::slice::from_ref(&overdue)).await;
    claim(&ledger, "a", 0).await.unwrap();
    let changes = [Change::Closed { duty: one.clone(), closing: Closing::Met }];
    commit(&ledger, &run(10), &[], &changes, &[], &[], &[]).await.unwrap();

    // The visit that met it was recorded in error and is taken out again. The decision knows nothing of its first life.
    let committed = tell(&ledger, 20, std::slice::from_ref(&one), std::slice::from_ref(&overdue)).await;
    assert_eq!((committed.reopened, committed.new, committed.known), (1, 1, 0));
    assert_eq!(ledger.history(Whose::All, at(20)).await.unwrap().duties[&DutyRef::of(&one)].generation, 1);
    assert_eq!(steps(&claim(&ledger, "a", 20).await.unwrap()), ["day-1"]);

    let committed = tell(&ledger, 30, std::slice::from_ref(&one), &[overdue]).await;
    assert_eq!((committed.new, committed.known), (0, 1), "the same decision again is the same");
}

pub(crate) async fn effects_leave_the_queue_by_name(place: &Place) {
    let ledger = place.founded().await;
    let one = duty("c1", "visit", "plan:1");
    let notices = ["a", "b", "c"].map(|step| notice(&one, step, "w1"));
    tell(&ledger, 0, &[one], &notices).await;
    let gone = [notices[0].effect.clone()];
    let said_later = [notices[1].effect.clone()];
    let committed = commit(&ledger, &run(1), &[], &[], &[], &gone, &said_later).await.unwrap();
    assert_eq!((committed.withdrawn, committed.superseded), (1, 1));
    assert_eq!(steps(&claim(&ledger, "a", 1).await.unwrap()), ["c"]);
    let sent = [notices[2].effect.clone()];
    let committed = commit(&ledger, &run(2), &[], &[], &[], &sent, &sent).await.unwrap();
    assert_eq!((committed.withdrawn, committed.superseded), (0, 0), "what is on its way stays so");
}

pub(crate) async fn a_run_that_fails_leaves_nothing(place: &Place) {
    let ledger = place.founded().await;
    let (one, unknown) = (duty("c1", "visit", "plan:1"), duty("c2", "visit", "plan:1"));
    let notices = [notice(&one, "day-1", "w1"), notice(&unknown, "day-1", "w1")];
    let failed = commit(&ledger, &run(0), &[case("c1")], &[Change::Opened(one)], &notices, &[], &[]).await;
    assert!(failed.is_err(), "a notice about a duty that nobody stored");
    for table in ["runs", "cases", "duties", "notices", "recipients"] {
        assert_eq!(place.count(&format!("SELECT COUNT(*) FROM {table}")).await, 0, "{table}");
    }
    assert_eq!(tell(&ledger, 1, &[], &[]).await.run, 1, "its number is used by the next run");
}

pub(crate) async fn a_run_that_says_two_things_is_refused(place: &Place) {
    let ledger = place.founded().await;
    let one = duty("c1", "visit", "plan:1");
    let changes = [Change::Opened(one.clone()), Change::Closed { duty: one, closing: Closing::Met }];
    let error = commit(&ledger, &run(0), &[], &changes, &[], &[], &[]).await.unwrap_err();
    assert!(matches!(error, LedgerError::Twice { what: "duty" }), "{error}");
    let error = commit(&ledger, &run(0), &[case("c1"), case("c1")], &[], &[], &[], &[]).await.unwrap_err();
    assert!(matches!(error, LedgerError::Twice { what: "case" }), "{error}");
    assert_eq!(ledger.last_run().await.unwrap(), None);
}

pub(crate) async fn the_books_are_counted_apart(place: &Place) {
    let ledger = place.founded().await;
    let (one, mut two) = (duty("c1", "visit", "plan:1"), duty("c2", "visit", "plan:1"));
    two.status = Status::Amber;
    let mut held = notice(&one, "held", "w2");
    held.send_at = at(60);
    let mut not_yet_owed = notice(&one, "later", "w2");
    (not_yet_owed.owed_at, not_yet_owed.send_at) = (at(60), at(60));
    let mut unreachable = notice(&two, "day-1", "w3");
    (unreachable.state, unreachable.mailbox) = (NoticeState::Unreachable, None);
    let notices = [notice(&one, "day-1", "w1"), held, not_yet_owed, unreachable, notice(&two, "day-1", "w4")];
    let changes = [Change::Opened(one), Change::Opened(two)];
    commit(&ledger, &run(0), &[case("c1"), case("c2")], &changes, &notices, &[], &[]).await.unwrap();
    claim(&ledger, "a", 0).await.unwrap();

    let counted = ledger.books_after(1).await.unwrap();
    assert_eq!(counted.notices, counts([("bundled", 1), ("queued", 3), ("unreachable", 1)]));
    assert_eq!(counted.duties, counts([("amber", 1), ("overdue", 1)]));
    assert_eq!(counted.closed, counts([]));
    assert_eq!(counted.steps, counts([("leased", 1), ("held", 1), ("queued", 1), ("unreachable", 1)]));

    // Of a later run that judged one of them only that one's steps are counted.
    commit(&ledger, &run(1), &[case("c2")], &[], &[], &[], &[]).await.unwrap();
    let counted = ledger.books_after(2).await.unwrap();
    assert_eq!(counted.duties, counts([("amber", 1), ("overdue", 1)]));
    assert_eq!(counted.steps, counts([("queued", 1), ("unreachable", 1)]));
}

pub(crate) async fn five_thousand_decisions_are_one_run(place: &Place) {
    let ledger = place.founded().await;
    let duties: Vec<_> = (0..1000).map(|n| duty(&format!("c{n}"), "visit", "plan:1")).collect();
    let notices: Vec<_> = duties
        .iter()
        .flat_map(|duty| (0..5).map(|step| notice(duty, &format!("day-{step}"), &format!("w{step}"))))
        .collect();
    let committed = tell(&ledger, 0, &duties, &notices).await;
    assert_eq!((committed.new, committed.known), (5000, 0));
    let history = ledger.history(Whose::All, at(0)).await.unwrap();
    assert_eq!(history.duties.len(), 1000);
    assert!(history.duties.values().all(|past| past.told.len() == 5));
    let claimed = claim(&ledger, "a", 0).await.unwrap();
    assert_eq!(claimed.notices.len(), 1000);

    let changes: Vec<_> =
        duties.into_iter().map(|duty| Change::Closed { duty, closing: Closing::NoLongerDue }).collect();
    let committed = commit(&ledger, &run(1), &[], &changes, &[], &[], &[]).await.unwrap();
    assert_eq!((committed.withdrawn, committed.counted.closed), (4000, counts([("no_longer_due", 1000)])));
}
