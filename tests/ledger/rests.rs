//! What somebody has put off, and for how long.

use duewatch::directory::Role;
use duewatch::duty::Duty;
use duewatch::ledger::{NewRest, Whose};
use duewatch::notice::{Change, DutyRef, Rest, RestKind};
use duewatch::procedure::RestReason;
use duewatch::record::PersonRef;

use crate::fixtures::{Place, at, commit, duty, run, tell};

fn rest(kind: RestKind, person: &str, from: i64, until: i64) -> Rest {
    let (role, reason) = (Role::FIRST_LINE_MANAGER, RestReason::VisitBooked);
    Rest { kind, person: PersonRef(person.into()), role, reason, at: at(from), until: at(until) }
}

fn of(duty: &Duty, rest: &Rest) -> NewRest {
    NewRest { of: DutyRef::of(duty), generation: 0, rest: rest.clone() }
}

pub(crate) async fn a_rest_is_kept_with_its_duty_until_the_dates_move(place: &Place) {
    let ledger = place.founded().await;
    let (one, two) = (duty("c1", "visit", "plan:1"), duty("c1", "visit", "plan:2"));
    tell(&ledger, 0, &[one.clone(), two.clone()], &[]).await;
    let rests = [rest(RestKind::Acknowledged, "w1", 1, 30), rest(RestKind::Paused, "m1", 2, 60)];
    ledger.rest(&[of(&one, &rests[0]), of(&one, &rests[1])]).await.unwrap();

    let kept = |minutes: i64| {
        let (ledger, of) = (&ledger, [DutyRef::of(&one), DutyRef::of(&two)]);
        async move {
            let history = ledger.history(Whose::All, at(minutes)).await.unwrap();
            of.map(|of| history.duties[&of].rests.clone())
        }
    };
    assert_eq!(kept(70).await, [rests.to_vec(), Vec::new()], "in the order made, those that have ended too");
    assert_eq!(kept(1).await[0], rests[..1], "what was made later was not made yet");
    let acts = place.count("SELECT COUNT(*) FROM acts WHERE act IN ('ack', 'pause') AND reason = 'visit_booked'").await;
    assert_eq!(acts, 2);

    let moved = Change::Updated { duty: one.clone(), generation: 1 };
    commit(&ledger, &run(80), &[], &[moved], &[], &[], &[]).await.unwrap();
    assert_eq!(kept(81).await[0], []);
}

pub(crate) async fn whoever_resumes_ends_pauses_and_what_they_acknowledged(place: &Place) {
    let ledger = place.founded().await;
    let (one, two) = (duty("c1", "visit", "plan:1"), duty("c1", "visit", "plan:2"));
    tell(&ledger, 0, &[one.clone(), two.clone()], &[]).await;
    let pause = rest(RestKind::Paused, "m1", 1, 60);
    let (own, another) = (rest(RestKind::Acknowledged, "w1", 2, 60), rest(RestKind::Acknowledged, "w2", 3, 60));
    let over = rest(RestKind::Paused, "m1", 0, 5);
    let rests = [&over, &pause, &own, &another].map(|rest| of(&one, rest));
    ledger.rest(&rests).await.unwrap();
    ledger.rest(&[of(&two, &pause)]).await.unwrap();

    assert_eq!(ledger.resume(&DutyRef::of(&one), "w1", at(20)).await.unwrap(), 2);
    let history = ledger.history(Whose::All, at(20)).await.unwrap();
    let until =
        |duty: &Duty| history.duties[&DutyRef::of(duty)].rests.iter().map(|rest| rest.until).collect::<Vec<_>>();
    assert_eq!(until(&one), [at(5), at(20), at(20), at(60)]);
    assert_eq!(until(&two), [at(60)]);
    assert_eq!(place.count("SELECT COUNT(*) FROM acts WHERE act = 'resume' AND by_whom = 'w1'").await, 1);
    assert_eq!(ledger.resume(&DutyRef::of(&one), "w1", at(21)).await.unwrap(), 0, "nothing of theirs rests any more");
    assert_eq!(place.count("SELECT COUNT(*) FROM acts WHERE act = 'resume'").await, 1, "and that is no act");
}

/// As an earlier version left them: free text, and without a key for every duty of the rule.
pub(crate) async fn what_was_acknowledged_before_there_were_pauses_still_rests(place: &Place) {
    let migration = |name: &str| std::fs::read_to_string(format!("migrations/{name}.sql")).unwrap();
    let mut write = place.database().await.begin_write().await.unwrap();
    for name in ["0001_ledger", "0002_kept_cases", "0003_who_is_told"] {
        write.execute_script(&migration(name)).await.unwrap();
    }
    let rows = "
        INSERT INTO runs (id, at_us, started_us, finished_us, outcome, books, counted, counts, procedure_hash, calendar_hash)
        VALUES (1, 0, 0, 0, 'balanced', '{}', '{}', '{}', '', '');
        INSERT INTO duties (child, duty, duty_key, generation, status, detail, opened_run, changed_run)
        VALUES ('c1', 'visit', 'plan:1', 2, 'overdue', '{}', 1, 1), ('c1', 'visit', 'plan:2', 0, 'overdue', '{}', 1, 1);
        INSERT INTO notices (effect, child, duty, duty_key, generation, step, repetition, person, kind, role, urgent,
                             owed_at_us, send_at_us, state, decided_run, place)
        VALUES ('e', 'c1', 'visit', 'plan:1', 2, 'overdue', 0, 'm1', 'overdue', 'first_line_manager', 0, 0, 0, 'withdrawn', 1, 0);
        INSERT INTO acks (child, duty, duty_key, person, reason, at_us, until_us)
        VALUES ('c1', 'visit', NULL, 'm1', 'a visit is booked', 1, 9), ('c1', 'visit', 'plan:1', 'w1', 'seen', 2, 9)";
    write.execute_script(rows).await.unwrap();
    write.execute_script(&migration("0004_rests")).await.unwrap();
    write.commit().await.unwrap();
    let mut read = place.database().await.begin_read().await.unwrap();
    let sql =
        "SELECT duty_key || ' ' || generation || ' ' || kind || ' ' || person || ' ' || role || ' ' || reason FROM acks
               ORDER BY person, duty_key";
    let rows = read.fetch(sql, &[]).await.unwrap();
    let rows: Vec<String> = rows.iter().map(|row| row.text(0).unwrap()).collect();
    assert_eq!(
        rows,
        [
            "plan:1 2 ack m1 first_line_manager a visit is booked",
            "plan:2 0 ack m1 first_line_manager a visit is booked",
            "plan:1 2 ack w1 lead_worker seen"
        ]
    );
}

pub(crate) async fn a_reason_of_an_earlier_version_is_not_read(place: &Place) {
    let ledger = place.founded().await;
    let one = duty("c1", "visit", "plan:1");
    tell(&ledger, 0, std::slice::from_ref(&one), &[]).await;
    ledger.rest(&[of(&one, &rest(RestKind::Acknowledged, "w1", 1, 30))]).await.unwrap();
    let mut write = place.database().await.begin_write().await.unwrap();
    write.execute("UPDATE acks SET reason = 'spoke with the family'", &[]).await.unwrap();
    write.commit().await.unwrap();
    let history = ledger.history(Whose::All, at(2)).await.unwrap();
    assert_eq!(history.duties[&DutyRef::of(&one)].rests[0].reason, RestReason::Other);
}
