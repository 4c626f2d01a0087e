//! Reading a case database, on a SQLite file and on a real PostgreSQL server alike.

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

#[path = "support/shapes.rs"]
mod shapes;
mod support;

use std::time::Duration;

use chrono::NaiveDate;
use duewatch::calendar::Zone;
use duewatch::database::Database;
use duewatch::record::{CaseRecord, ChildRef, FactKind, Value};
use duewatch::source::{self, Counts, Defect, Fault, Pass, Reading, Source, SourceError};
use support::{Postgres, Sqlite, postgres, script, sqlite};

const LIMIT: Duration = Duration::from_mins(1);

/// Where a case database is, and a way to write to it that duewatch does not have.
enum Place {
    File(Sqlite),
    Server(Postgres),
}

impl Place {
    async fn write(&self) -> Database {
        match self {
            Place::File(file) => file.open().await,
            Place::Server(server) => server.open().await,
        }
    }

    async fn source(&self) -> Source {
        match self {
            Place::File(file) => Source::open_sqlite(&file.path, LIMIT).await.unwrap(),
            Place::Server(server) => Source::open_postgres(&server.url, None, LIMIT).await.unwrap(),
        }
    }

    /// Changes the data from another thread while this one is in the middle of a read.
    fn change_meanwhile(&self, sql: &'static str) -> Result<(), String> {
        let (file, url) = match self {
            Place::File(file) => (Some(file.path.clone()), String::new()),
            Place::Server(server) => (None, server.url.clone()),
        };
        let other = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let database = match file {
                    Some(path) => Database::open_sqlite(&path, false).await.unwrap(),
                    None => Database::open_postgres(&url, None, duewatch::database::Access::Write).await.unwrap(),
                };
                let mut write = database.begin_write().await.unwrap();
                write.execute_script(sql).await.map_err(|error| error.to_string())?;
                write.commit().await.map_err(|error| error.to_string())
            })
        });
        other.join().unwrap()
    }
}

async fn on_both(data: &str, test: impl AsyncFn(&Place)) {
    for place in [Place::File(sqlite()), Place::Server(postgres().await)] {
        let database = place.write().await;
        script(&database, &tables()).await;
        script(&database, data).await;
        database.close().await;
        test(&place).await;
    }
}

/// A table for each view. Types are as loose as case systems have them: everything is text.
fn tables() -> String {
    let mut sql = String::new();
    for view in source::views() {
        let columns: Vec<_> = view.columns.iter().map(|column| format!("{} VARCHAR(60)", column.name)).collect();
        sql.push_str(&format!("CREATE TABLE {} ({});\n", view.name, columns.join(", ")));
    }
    sql + "INSERT INTO dw_load VALUES ('live', '2026-06-01 03:15:00');"
}

fn london() -> Zone {
    Zone::from_name("Europe/London").unwrap()
}

async fn read(source: &Source) -> (Vec<CaseRecord>, Reading) {
    let mut records = Vec::new();
    let reading = source::read(source, london(), |record| records.push(record)).await.unwrap();
    (records, reading)
}

async fn refused(source: &Source) -> SourceError {
    source::read(source, london(), |_| {}).await.unwrap_err()
}

fn fault(view: &'static str, row_id: Option<&str>, column: &'static str, what: Defect) -> Fault {
    Fault { view, row_id: row_id.map(Into::into), column, what }
}

fn on(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

const DATA: &str = "
    INSERT INTO dw_children (child_id, born_on, expected_on, died_on, household_id) VALUES
        ('b2', '2015-03-04', NULL, NULL, '77'), ('B1', NULL, '2026-09-01', NULL, '-1'), ('10', '2012-01-01 00:00:00', '', '2026-05-30', '77'),
        ('9', NULL, NULL, NULL, NULL);
    INSERT INTO dw_plans (plan_id, child_id, started_on, ended_on, conference_id, other_authority) VALUES
        ('p2', 'b2', '2026-02-02', NULL, 'c1', 'N'), ('p1', 'b2', '2020-01-01', '2020-12-31', '-1', ''),
        ('p3', '10', '2026-01-05T00:00:00', '2026-05-30', NULL, 'yes'), ('p4', 'gone', '2019-01-01', '2019-06-01', NULL, NULL);
    INSERT INTO dw_conferences (conference_id, child_id, kind, booked_on, held_on, makes_plan, chair_id, next_review_on, core_group_weeks)
        VALUES ('c1', 'b2', 'INITIAL', '2026-02-02', '2026-02-02 15:45', 'True', 'w9', '2026-04-27', '6'),
               ('c2', 'b2', 'review', '2026-07-01 10:00', NULL, NULL, NULL, NULL, NULL);
    INSERT INTO dw_visits (visit_id, child_id, visited_on, visitor_id, seen, alone, bedroom) VALUES
        ('v1', 'b2', '2026-05-20 10:30:00', 'w1', 'Y', 'No', '1'), ('v2', 'b2', '2026-05-31T23:30:00Z', 'w1', '0', NULL, NULL);
    INSERT INTO dw_workers (worker_id, email, team_id, manager_id, left_on) VALUES
        ('w1', ' w1@example.org ', 't1', 'w2', NULL), ('w2', NULL, NULL, '-1', '2026-03-31');
    INSERT INTO dw_teams (team_id, manager_id, service_manager_id) VALUES ('t1', 'w2', NULL);
    INSERT INTO dw_absences (absence_id, worker_id, from_on, to_on, cover_id) VALUES ('a1', 'w1', '2026-06-01', NULL, 'w2');
    INSERT INTO dw_posts (role, worker_id) VALUES ('business_support', 'w2'), ('Business_Support', 'w1'), ('director', 'w9');
";

#[tokio::test]
async fn what_the_views_say_is_what_the_records_say() {
    on_both(DATA, async |place| {
        let (records, reading) = read(&place.source().await).await;
        let children: Vec<_> = records.iter().map(|record| record.child.0.as_str()).collect();
        assert_eq!(children, ["10", "9", "B1", "b2"], "bytewise order");
        let [ten, nine, unborn, main] = records.as_slice() else { unreachable!() };

        assert_eq!((ten.born_on, ten.died_on), (Some(on("2012-01-01")), Some(on("2026-05-30"))));
        assert_eq!(ten.household, main.household);
        assert_eq!((unborn.expected_on, &unborn.household), (Some(on("2026-09-01")), &None));
        assert!(FactKind::ALL.iter().all(|kind| nine.facts(*kind).is_empty()));

        let plans: Vec<_> = main.facts(FactKind::Plan).iter().map(|plan| plan.id.0.as_str()).collect();
        assert_eq!(plans, ["p1", "p2"]);
        let plan = main.fact(FactKind::Plan, "p2").unwrap();
        assert_eq!(plan.get("conference_id"), &Value::Fact("c1".into()));
        assert_eq!((plan.get("other_authority"), plan.get("ended_on")), (&Value::Flag(false), &Value::Missing));
        assert_eq!(main.fact(FactKind::Plan, "p1").unwrap().get("conference_id"), &Value::Missing);
        assert_eq!(ten.fact(FactKind::Plan, "p3").unwrap().happened().unwrap().at, None, "midnight is no time");

        let held = main.fact(FactKind::Conference, "c1").unwrap();
        assert_eq!(
            (held.get("kind"), held.get("core_group_weeks")),
            (&Value::Code("initial".into()), &Value::Count(6))
        );
        assert_eq!(held.date("held_on").unwrap().at.unwrap().to_rfc3339(), "2026-02-02T15:45:00+00:00", "winter time");
        let booked = main.fact(FactKind::Conference, "c2").unwrap();
        assert_eq!(
            booked.date("booked_on").unwrap().at.unwrap().to_rfc3339(),
            "2026-07-01T09:00:00+00:00",
            "summer time"
        );
        assert_eq!(booked.planned(on("2026-06-01")), Some(on("2026-07-01")), "a date to come is kept as planned");

        let late = main.fact(FactKind::Visit, "v2").unwrap();
        assert_eq!(late.happened().unwrap().on, on("2026-06-01"), "half past midnight on the authority's clocks");
        assert_eq!(late.get("seen"), &Value::Flag(false));

        assert_eq!(reading.mark.source_name, "live");
        assert_eq!(reading.mark.loaded_at.to_rfc3339(), "2026-06-01T02:15:00+00:00");
        assert_eq!((reading.children, reading.facts), (4, 7));
        // The fourth plan is of a child whom nobody watches.
        assert_eq!((reading.counts.get("dw_plans"), reading.counts.get("dw_visits")), (3, 2));
        assert_eq!(reading.faults, [fault("dw_plans", None, "child_id", Defect::Orphans(1))]);
        assert!(reading.incomplete.is_empty());

        let directory = reading.directory;
        let worker = directory.people.values().next().unwrap();
        assert_eq!(worker.email.as_deref(), Some("w1@example.org"));
        assert_eq!((directory.people.len(), directory.teams.len(), directory.absences.len()), (2, 1, 1));
        let posts: Vec<_> = directory.posts.iter().map(|(role, who)| (role.name(), who.len())).collect();
        assert_eq!(posts, [("business_support", 2), ("director", 1)]);
    })
    .await;
}

#[tokio::test]
async fn both_databases_give_equal_records() {
    let seen = std::sync::Mutex::new(Vec::new());
    on_both(&format!("{DATA}{FAULTY}"), async |place| {
        let read = read(&place.source().await).await;
        seen.lock().unwrap().push(read);
    })
    .await;
    let seen = seen.into_inner().unwrap();
    assert_eq!(seen.len(), 2);
    assert_eq!(seen[0], seen[1]);
}

/// On top of [`DATA`]. `Marker` stands where a name could stand by mistake.
const FAULTY: &str = "
    INSERT INTO dw_children (child_id, born_on) VALUES (NULL, NULL), ('  ', NULL), ('-1', NULL), ('5', 'Marker'), (' 9 ', '2014-01-01');
    INSERT INTO dw_plans (plan_id, child_id, started_on, ended_on, other_authority) VALUES
        ('q1', '  5', '2026-02-02', 'Marker', 'N'), ('q2', '5   ', 'Marker', NULL, NULL), ('q3', '5', NULL, NULL, NULL),
        (' q4 ', '5', '2026-03-03', NULL, 'Marker'), ('q5', NULL, '2026-03-03', NULL, NULL), (NULL, '5', '2026-03-03', NULL, NULL);
    INSERT INTO dw_conferences (conference_id, child_id, kind, core_group_weeks) VALUES ('r1', '5', 'Marker', NULL), ('r2', '5', 'review', 'Marker');
    INSERT INTO dw_visits (visit_id, child_id, visited_on, seen) VALUES
        ('s1', '5', '2026-05-01', 'Y'), ('s1', '5 ', '2026-05-01', 'Yes'), ('s2', '5', '2026-05-02', 'N'), ('s2', '5', '2026-05-12', 'N');
    INSERT INTO dw_workers (worker_id, email, left_on) VALUES ('w1', 'other@example.org', '2025-01-01'), (NULL, 'x@example.org', NULL);
    INSERT INTO dw_workers (worker_id, left_on, weekdays, shared) VALUES ('w5', 'Marker', 'mon Marker', 'Marker');
    INSERT INTO dw_absences (absence_id, worker_id, from_on, to_on) VALUES ('a2', NULL, '2026-06-01', NULL), ('a3', 'w1', NULL, NULL), ('a4', 'w1', 'Marker', NULL);
    INSERT INTO dw_posts (role, worker_id) VALUES ('Marker', 'w1'), ('data_team', '');
";

#[tokio::test]
async fn what_is_wrong_is_told_and_nothing_is_lost_with_it() {
    on_both(&format!("{DATA}{FAULTY}"), async |place| {
        let (records, reading) = read(&place.source().await).await;
        let children: Vec<_> = records.iter().map(|record| record.child.0.as_str()).collect();
        assert_eq!(children, ["10", "5", "9", "B1", "b2"]);
        assert_eq!(
            records[2].born_on,
            Some(on("2014-01-01")),
            "the padded row of child 9 adds what the other left empty"
        );

        let five = &records[1];
        let plans: Vec<_> = five.facts(FactKind::Plan).iter().map(|plan| plan.id.0.as_str()).collect();
        assert_eq!(plans, ["q1", "q4"], "a plan without a start is left out");
        assert_eq!(five.fact(FactKind::Plan, "q1").unwrap().get("ended_on"), &Value::Missing);
        let visits: Vec<_> =
            five.facts(FactKind::Visit).iter().map(|v| (v.id.0.as_str(), v.happened().unwrap().on)).collect();
        assert_eq!(visits, [("s1", on("2026-05-01")), ("s2", on("2026-05-12"))], "the later of two that differ");
        assert_eq!(reading.incomplete.iter().collect::<Vec<_>>(), [&ChildRef("5".into())]);
        assert_eq!(reading.directory.people.values().next().unwrap().left_on, None, "who has not left counts");

        let mut expected = vec![
            fault("dw_children", None, "child_id", Defect::Unowned(3)),
            fault("dw_children", Some("5"), "born_on", Defect::NotADate),
            fault("dw_children", Some("9"), "child_id", Defect::DuplicateChild),
            fault("dw_plans", None, "child_id", Defect::Unowned(1)),
            fault("dw_plans", None, "child_id", Defect::Orphans(1)),
            fault("dw_plans", None, "plan_id", Defect::Empty),
            fault("dw_plans", Some("q1"), "ended_on", Defect::NotADate),
            fault("dw_plans", Some("q2"), "started_on", Defect::NotADate),
            fault("dw_plans", Some("q3"), "started_on", Defect::Empty),
            fault("dw_plans", Some("q4"), "other_authority", Defect::NotAFlag),
            fault("dw_conferences", Some("r1"), "kind", Defect::UnknownCode),
            fault("dw_conferences", Some("r2"), "core_group_weeks", Defect::NotACount),
            fault("dw_visits", Some("s2"), "visit_id", Defect::Duplicate),
            fault("dw_workers", None, "worker_id", Defect::Unowned(1)),
            fault("dw_workers", Some("w1"), "worker_id", Defect::Duplicate),
            fault("dw_workers", Some("w5"), "left_on", Defect::NotADate),
            fault("dw_workers", Some("w5"), "weekdays", Defect::NotWeekdays),
            fault("dw_workers", Some("w5"), "shared", Defect::NotAFlag),
            fault("dw_absences", Some("a2"), "worker_id", Defect::Empty),
            fault("dw_absences", Some("a3"), "from_on", Defect::Empty),
            fault("dw_absences", Some("a4"), "from_on", Defect::NotADate),
            fault("dw_posts", None, "role", Defect::UnknownCode),
            fault("dw_posts", Some("data_team"), "worker_id", Defect::Empty),
        ];
        expected.sort();
        assert_eq!(reading.faults, expected);
        for fault in &reading.faults {
            assert!(!format!("{fault} {fault:?}").contains("Marker"), "{fault}");
        }
    })
    .await;
}

/// On top of [`DATA`], whose load is of 1 June 2026.
const IMPOSSIBLE: &str = "
    INSERT INTO dw_children (child_id) VALUES ('e'), ('f'), ('g');
    INSERT INTO dw_plans (plan_id, child_id, started_on, ended_on) VALUES
        ('e1', 'e', '2026-02-02', '2025-02-02'), ('f1', 'f', '2062-02-02', NULL),
        ('g1', 'g', '2026-02-02', '2026-02-02'), ('g2', 'g', '2026-06-01 23:30', '9999-12-31');
    INSERT INTO dw_allocations (allocation_id, child_id, worker_id, role, from_on, to_on) VALUES
        ('e2', 'e', 'w1', 'lead_worker', '2026-02-02', '2026-02-01'), ('g3', 'g', 'w1', 'lead_worker', '2026-07-01', NULL);
    INSERT INTO dw_core_group_members (membership_id, child_id, person_id, professional, from_on, to_on) VALUES
        ('e3', 'e', 'w1', 'Y', '2026-02-02', '2002-02-02');
    INSERT INTO dw_visits (visit_id, child_id, visited_on, seen) VALUES
        ('g4', 'g', '2026-06-02', 'Y'), ('g5', 'g', '2026-06-01T23:30:00Z', 'Y'), ('g6', 'g', '2026-06-01', 'Y');
    INSERT INTO dw_incidents (incident_id, child_id, kind, occurred_on) VALUES ('g7', 'g', 'injury', '2027-05-31');
    INSERT INTO dw_decisions (decision_id, child_id, kind, decided_on) VALUES ('g8', 'g', 'further_assessment', '2026-06-02');
    INSERT INTO dw_conferences (conference_id, child_id, kind, held_on) VALUES ('g9', 'g', 'review', '2026-07-01');
    INSERT INTO dw_core_groups (core_group_id, child_id, held_on) VALUES ('g10', 'g', '2026-07-01');
";

#[tokio::test]
async fn dates_that_cannot_be_are_faults_and_end_nothing() {
    on_both(&format!("{DATA}{IMPOSSIBLE}"), async |place| {
        let (records, reading) = read(&place.source().await).await;
        let of = |child: &str| records.iter().find(|record| record.child.0 == child).unwrap();
        for (kind, id, column) in [
            (FactKind::Plan, "e1", "ended_on"),
            (FactKind::Allocation, "e2", "to_on"),
            (FactKind::Membership, "e3", "to_on"),
        ] {
            let fact = of("e").fact(kind, id).unwrap();
            assert_eq!((fact.get(column), fact.covers(on("2026-06-01"))), (&Value::Missing, true), "{id}");
        }
        let one_day = of("g").fact(FactKind::Plan, "g1").unwrap();
        assert_eq!(one_day.date("ended_on").unwrap().on, on("2026-02-02"), "a plan may end on the day it began");
        let visits: Vec<_> = of("g").facts(FactKind::Visit).iter().map(|visit| visit.id.0.as_str()).collect();
        assert_eq!(visits, ["g6", "g4", "g5"], "a date to come is kept");

        let mut expected = vec![
            fault("dw_plans", None, "child_id", Defect::Orphans(1)),
            fault("dw_plans", Some("e1"), "ended_on", Defect::EndsBeforeStart),
            fault("dw_allocations", Some("e2"), "to_on", Defect::EndsBeforeStart),
            fault("dw_core_group_members", Some("e3"), "to_on", Defect::EndsBeforeStart),
            fault("dw_plans", Some("f1"), "started_on", Defect::Future),
            fault("dw_visits", Some("g4"), "visited_on", Defect::Future),
            // Half past midnight on the 2nd, on the authority's clocks.
            fault("dw_visits", Some("g5"), "visited_on", Defect::Future),
            fault("dw_incidents", Some("g7"), "occurred_on", Defect::Future),
            fault("dw_decisions", Some("g8"), "decided_on", Defect::Future),
        ];
        expected.sort();
        assert_eq!(reading.faults, expected);
        let incomplete: Vec<_> = reading.incomplete.iter().map(|child| child.0.as_str()).collect();
        assert_eq!(incomplete, ["e", "f"], "a visit to come leaves nothing out");
    })
    .await;
}

#[tokio::test]
async fn an_open_plan_whose_child_is_not_watched_is_a_fault() {
    // Open and unwatched: h1, h2, h3. The others are another authority's, ended, of a child who is watched, or of nobody.
    let plans = "INSERT INTO dw_plans (plan_id, child_id, started_on, ended_on, other_authority) VALUES
        ('h1', 'h', '2026-02-02', NULL, NULL), ('h2', ' h ', '2026-02-02', '  ', 'N'), ('h3', 'i', '2026-02-02', '9999-12-31 00:00:00', ''),
        ('h4', 'h', '2026-02-02', NULL, ' Yes '), ('h5', 'h', '2026-02-02', '2026-03-03', 'N'), ('h6', ' 9', '2026-02-02', NULL, 'N'),
        ('h7', '-1', '2026-02-02', NULL, NULL), ('h8', 'h', '2026-02-02', NULL, '1');";
    on_both(&format!("{DATA}{plans}"), async |place| {
        let (_, reading) = read(&place.source().await).await;
        let expected = [
            fault("dw_plans", None, "child_id", Defect::Unowned(1)),
            fault("dw_plans", None, "child_id", Defect::Orphans(7)),
            fault("dw_plans", None, "child_id", Defect::OpenPlanWithoutChild(3)),
        ];
        assert_eq!(reading.faults, expected);
    })
    .await;
}

#[tokio::test]
async fn rows_of_a_child_that_are_exactly_alike_count_once() {
    let again = "INSERT INTO dw_children (child_id, born_on, household_id) VALUES
        ('b2', '2015-03-04', '77'), (' b2', '2015-03-04 ', '77'), ('9', NULL, ''), ('B1', NULL, '78'), ('B1', NULL, '78');";
    on_both(&format!("{DATA}{again}"), async |place| {
        let (records, reading) = read(&place.source().await).await;
        assert_eq!(records.len(), 4);
        let expected = [
            fault("dw_children", Some("B1"), "child_id", Defect::DuplicateChild),
            fault("dw_plans", None, "child_id", Defect::Orphans(1)),
        ];
        assert_eq!(reading.faults, expected);
        // Nine rows, four of them said already: four children and one row that says something else of one of them.
        assert_eq!(reading.counts.get("dw_children"), 5);
    })
    .await;
}

#[tokio::test]
async fn a_missing_view_or_column_is_named() {
    on_both(DATA, async |place| {
        let database = place.write().await;
        script(&database, "ALTER TABLE dw_visits DROP COLUMN bedroom").await;
        let missing = refused(&place.source().await).await;
        assert!(
            matches!(missing, SourceError::MissingColumn { view: "dw_visits", column: "bedroom", .. }),
            "{missing}"
        );
        script(&database, "DROP TABLE dw_core_groups").await;
        let missing = refused(&place.source().await).await;
        assert!(matches!(missing, SourceError::MissingView { view: "dw_core_groups", .. }), "{missing}");
        assert!(missing.to_string().contains("duewatch source sql"), "{missing}");
    })
    .await;
}

#[tokio::test]
async fn an_empty_or_shrunken_database_is_read_and_then_guarded() {
    on_both(DATA, async |place| {
        let source = place.source().await;
        let (_, full) = read(&source).await;
        source::guard(None, &full.counts, 50).unwrap();
        let kept: Counts = full.counts;

        let database = place.write().await;
        script(&database, "DELETE FROM dw_plans").await;
        let (records, shrunken) = read(&source).await;
        assert_eq!(records.len(), 4);
        let guarded = source::guard(Some(&kept), &shrunken.counts, 50).unwrap_err();
        assert_eq!(guarded, source::Guarded::Emptied { view: "dw_plans", before: 3 });

        script(&database, "DELETE FROM dw_children").await;
        let (records, empty) = read(&source).await;
        assert!(records.is_empty());
        assert_eq!(source::guard(None, &empty.counts, 50), Err(source::Guarded::NothingToWatch));
    })
    .await;
}

#[tokio::test]
async fn the_load_mark_must_be_one_row_that_can_be_read() {
    on_both(DATA, async |place| {
        let (source, database) = (place.source().await, place.write().await);
        for broken in [
            "INSERT INTO dw_load VALUES ('live', '2026-06-02')",
            "DELETE FROM dw_load",
            "INSERT INTO dw_load VALUES ('live', 'last night')",
            "UPDATE dw_load SET loaded_at = NULL",
            "UPDATE dw_load SET loaded_at = '2026-06-02', source_name = ' '",
        ] {
            script(&database, broken).await;
            let error = refused(&source).await;
            assert!(matches!(error, SourceError::NoLoadMark { .. }), "{broken}: {error}");
            assert!(!error.to_string().contains("last night"), "{error}");
        }
    })
    .await;
}

/// Reads, and in the middle of the ordered pass lets somebody else change the data.
async fn read_while(place: &Place, change: &'static str) -> (Result<Reading, SourceError>, usize, Result<(), String>) {
    let (mut children, mut changed) = (0, Ok(()));
    let read = source::read(&place.source().await, london(), |_| {
        if children == 0 {
            changed = place.change_meanwhile(change);
        }
        children += 1;
    })
    .await;
    (read, children, changed)
}

#[tokio::test]
async fn a_load_in_the_middle_of_a_read_is_noticed() {
    for change in [
        "UPDATE dw_load SET loaded_at = '2026-06-02 03:15:00'",
        "UPDATE dw_load SET source_name = 'training'",
        "INSERT INTO dw_absences (absence_id) VALUES ('new')",
        "DELETE FROM dw_visits WHERE visit_id = 'v1'",
    ] {
        on_both(DATA, async |place| {
            let (read, children, changed) = read_while(place, change).await;
            changed.unwrap();
            assert_eq!(children, 4, "the pass itself sees one state");
            assert!(matches!(read, Err(SourceError::LoadInProgress { .. })), "{change}: {read:?}");
        })
        .await;
    }
}

#[tokio::test]
async fn a_change_between_the_first_look_and_the_pass_is_noticed() {
    on_both(DATA, async |place| {
        let source = place.source().await;
        let pass = Pass::begin(&source, london()).await.unwrap();
        place.change_meanwhile("DELETE FROM dw_visits").unwrap();
        let read = source::rest(pass, |_| {}).await;
        assert!(matches!(read, Err(SourceError::LoadInProgress { .. })), "{read:?}");
    })
    .await;
}

#[tokio::test]
async fn a_truncate_cannot_empty_what_is_being_read() {
    let place = Place::Server(postgres().await);
    script(&place.write().await, &tables()).await;
    script(&place.write().await, DATA).await;
    // The snapshot stands, and a truncation now would empty what is read after the first child.
    let (read, children, changed) = read_while(&place, "SET LOCAL lock_timeout = 100; TRUNCATE dw_visits").await;
    assert!(changed.unwrap_err().contains("55P03"), "the truncation has to wait for the read");
    assert_eq!((read.unwrap().directory.people.len(), children), (2, 4));
}

#[tokio::test]
async fn what_cannot_be_locked_by_name_is_locked_by_the_first_look() {
    // A materialised view takes no lock by name. Its refresh, like a truncation, is seen by older snapshots.
    let place = Place::Server(postgres().await);
    let database = place.write().await;
    script(&database, &tables()).await;
    script(&database, DATA).await;
    let bare = "ALTER TABLE dw_visits RENAME TO visits; CREATE MATERIALIZED VIEW dw_visits AS SELECT * FROM visits";
    script(&database, bare).await;
    let pass = Pass::begin(&place.source().await, london()).await.unwrap();
    let refreshed = place.change_meanwhile("SET LOCAL lock_timeout = 100; REFRESH MATERIALIZED VIEW dw_visits");
    assert!(refreshed.unwrap_err().contains("55P03"), "the refresh has to wait for the read");
    source::rest(pass, |_| {}).await.unwrap();
}

#[tokio::test]
async fn a_table_that_a_load_has_locked_is_not_waited_for() {
    let place = Place::Server(postgres().await);
    let database = place.write().await;
    script(&database, &tables()).await;
    script(&database, DATA).await;
    let mut load = database.begin_write().await.unwrap();
    load.execute("TRUNCATE dw_visits", &[]).await.unwrap();
    let busy = refused(&place.source().await).await;
    assert!(matches!(busy, SourceError::LoadInProgress { .. }), "{busy}");
    load.rollback().await.unwrap();
    assert_eq!(read(&place.source().await).await.0.len(), 4);
}

#[tokio::test]
async fn native_types_read_as_text_does() {
    let place = Place::Server(postgres().await);
    let database = place.write().await;
    let typed = tables()
        .replace("visited_on VARCHAR(60)", "visited_on TIMESTAMP")
        .replace("seen VARCHAR(60)", "seen BOOLEAN")
        .replace("started_on VARCHAR(60)", "started_on DATE")
        .replace("loaded_at VARCHAR(60)", "loaded_at TIMESTAMPTZ")
        .replace("child_id VARCHAR(60)", "child_id CHAR(12)")
        .replace("core_group_weeks VARCHAR(60)", "core_group_weeks NUMERIC(5,2)")
        .replace("'2026-06-01 03:15:00'", "'2026-06-01 03:15:00 Europe/London'");
    script(&database, &typed).await;
    script(
        &database,
        "ALTER DATABASE CURRENT_DATABASE_NAME SET DateStyle = 'German'"
            .replace("CURRENT_DATABASE_NAME", place_name(&place))
            .as_str(),
    )
    .await;
    let typed = DATA
        .replace("'6')", "6)")
        .replace("'Y'", "true")
        .replace("'2026-05-31T23:30:00Z', 'w1', '0'", "'2026-06-01 00:30', 'w1', false");
    script(&database, &typed).await;
    let text = Place::File(sqlite());
    script(&text.write().await, &tables()).await;
    script(&text.write().await, DATA).await;
    assert_eq!(read(&place.source().await).await, read(&text.source().await).await);
}

fn place_name(place: &Place) -> &str {
    let Place::Server(server) = place else { unreachable!() };
    let path = server.url.split('?').next().unwrap();
    path.rsplit('/').next().unwrap()
}

#[tokio::test]
async fn a_user_without_rights_is_told_so() {
    let place = Place::Server(postgres().await);
    let database = place.write().await;
    script(&database, &tables()).await;
    script(&database, DATA).await;
    let role = format!("reader_of_{}", place_name(&place));
    script(&database, &format!("DROP ROLE IF EXISTS {role}; CREATE ROLE {role} LOGIN")).await;
    let Place::Server(server) = &place else { unreachable!() };
    let url = server.url.replace("postgres://postgres", &format!("postgres://{role}"));
    let source = Source::open_postgres(&url, None, LIMIT).await.unwrap();
    let error = refused(&source).await;
    assert!(matches!(error, SourceError::Refused(_)), "{error:?}");
    script(&database, &format!("GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}")).await;
    assert_eq!(read(&source).await.0.len(), 4);
    script(&database, &format!("DROP OWNED BY {role}; DROP ROLE {role}")).await;
}

#[tokio::test]
async fn a_database_that_is_not_there_is_told_so() {
    let file = sqlite();
    let error = Source::open_sqlite(&file.path, LIMIT).await.unwrap_err();
    assert!(matches!(error, SourceError::Unreachable(_)), "{error:?}");
    assert!(!file.path.exists(), "nothing is made where there was nothing");
}

#[tokio::test]
async fn the_skeleton_makes_views_that_can_be_read() {
    for place in [Place::File(sqlite()), Place::Server(postgres().await)] {
        script(&place.write().await, &source::sql("native").unwrap()).await;
        let counted = source::survey(&place.source().await).await.unwrap().counts;
        assert_eq!(counted.0.len(), source::views().len() - 1);
        assert!(counted.0.values().all(|rows| *rows == 0));
    }
    assert!(source::sql("nothing").unwrap_err().to_string().contains("native"));
}

#[tokio::test]
async fn the_shipped_views_fulfil_the_contract() {
    for profile in ["lcs", "mosaic", "eclipse"] {
        for place in [Place::File(sqlite()), Place::Server(postgres().await)] {
            let database = place.write().await;
            script(&database, &shapes::dataset(profile)).await;
            script(&database, include_str!("../config/sources/ssd/local.sql")).await;
            script(&database, &source::sql(profile).unwrap()).await;
            let counted = source::survey(&place.source().await).await.unwrap().counts;
            assert_eq!(counted.0.len(), source::views().len() - 1);
            for view in source::views() {
                let columns: Vec<_> = view.columns.iter().map(|column| column.name).collect();
                let select = format!("SELECT {} FROM {}", columns.join(", "), view.name);
                database.begin_read().await.unwrap().fetch(&select, &[]).await.expect(view.name);
            }
        }
    }
}

/// One person under the staff id S1 is P1 to the case system; P2 knows a colleague by the professional id alone. 7 is one's
/// professional id and the other's staff id, and K is the staff id of two: neither means anybody.
const TWO_KEYS: &str = "
    INSERT INTO local_load (source_name, loaded_at, keep_from_on) VALUES ('live', '2026-11-16', '2025-11-16');
    INSERT INTO ssd_professionals (prof_professional_id, prof_staff_id) VALUES
        (' P1 ', 'S1'), ('P2', 'S2'), ('7', 'S3'), ('P4', '7'), ('P5', 'K'), ('P6', 'K'), ('-1', 'S8'), (NULL, 'S9');
    INSERT INTO local_workers (worker_id, manager_id) VALUES
        ('S1', 'S2'), ('P2', 'P1'), ('S3', '-1'), ('7', NULL), ('P5', '7'), ('P6', 'K'), ('S8', 'P2'), ('S9', NULL);
    INSERT INTO local_teams (team_id, manager_id, service_manager_id) VALUES ('T1', 'P1', 'S2');
    INSERT INTO local_absences (absence_id, worker_id, from_on, cover_id) VALUES ('A1', 'P1', '2026-11-09', 'S2');
    INSERT INTO local_posts (role, worker_id) VALUES ('director', 'P1'), ('data_team', 'UNKNOWN');
    INSERT INTO ssd_person (pers_person_id) VALUES ('C1');
    INSERT INTO ssd_cp_plans (cppl_cp_plan_id, cppl_person_id, cppl_cp_plan_start_date) VALUES ('1', 'C1', '2026-10-05');
    INSERT INTO ssd_involvements (invo_involvements_id, invo_person_id, invo_professional_id) VALUES
        ('I1', 'C1', 'P1'), ('I2', 'C1', 'UNKNOWN'), ('I3', 'C1', '7');
    INSERT INTO ssd_initial_cp_conference (icpc_icpc_id, icpc_person_id, icpc_icpc_date) VALUES ('1', 'C1', '2026-10-05');
    INSERT INTO ssd_cp_reviews (cppr_cp_review_id, cppr_person_id, cppr_cp_review_date) VALUES ('2', 'C1', '2026-11-02');
    INSERT INTO local_conferences (dataset_part, conference_id, chair_id) VALUES ('initial', '1', 'P1'), ('review', '2', ' S2');
    INSERT INTO local_bookings (booking_id, person_id, kind, booked_on, chair_id) VALUES ('3', 'C1', 'review', '2027-01-11', 'P1');
    INSERT INTO ssd_cp_visits (cppv_cp_visit_id, cppv_person_id, cppv_cp_visit_date) VALUES ('V1', 'C1', '2026-11-02'), ('V2', 'C1', '2026-11-03');
    INSERT INTO local_visitors (visit_id, visitor_id) VALUES ('V1', 'P1'), ('V2', 'HEALTH');
    INSERT INTO local_core_group_members (membership_id, person_id, member_id, professional, from_on) VALUES
        ('M1', 'C1', 'P1', 'Y', '2026-10-05'), ('M2', 'C1', 'HEALTH', 'Y', '2026-10-05');
";

#[tokio::test]
async fn a_worker_is_found_by_either_key_wherever_one_is_named() {
    let named = [
        ("SELECT worker_id, manager_id FROM dw_workers", "7 -, P2 S1, P5 7, P6 K, S1 P2, S3 -1, S8 P2, S9 -"),
        ("SELECT manager_id, service_manager_id FROM dw_teams", "S1 P2"),
        ("SELECT worker_id, cover_id FROM dw_absences", "S1 P2"),
        ("SELECT role, worker_id FROM dw_posts", "data_team UNKNOWN, director S1"),
        ("SELECT allocation_id, worker_id FROM dw_allocations", "I1 S1, I2 UNKNOWN, I3 7"),
        ("SELECT conference_id, chair_id FROM dw_conferences", "booked-3 S1, initial-1 S1, review-2 P2"),
        ("SELECT visit_id, visitor_id FROM dw_visits", "V1 S1, V2 HEALTH"),
        ("SELECT membership_id, person_id FROM dw_core_group_members", "M1 S1, M2 HEALTH"),
    ];
    for place in [Place::File(sqlite()), Place::Server(postgres().await)] {
        let database = place.write().await;
        script(&database, &shapes::dataset("lcs")).await;
        script(&database, include_str!("../config/sources/ssd/local.sql")).await;
        script(&database, &source::sql("lcs").unwrap()).await;
        script(&database, TWO_KEYS).await;
        for (sql, expected) in named {
            let rows = database.begin_read().await.unwrap().fetch(sql, &[]).await.unwrap();
            let cell = |row: &duewatch::database::Row, at| row.lossy_text(at).unwrap().unwrap_or_else(|| "-".into());
            let mut rows: Vec<_> = rows.iter().map(|row| format!("{} {}", cell(row, 0), cell(row, 1))).collect();
            rows.sort();
            assert_eq!(rows.join(", "), expected, "{sql}");
        }
    }
}

#[tokio::test]
async fn the_views_stand_over_foreign_tables_of_sql_server() {
    let server = postgres().await;
    let database = server.open().await;
    let foreign = include_str!("../config/sources/ssd/foreign-tables.sql");
    // Mosaic's permanent copies lack what the head of the file says.
    let lacks = ["cppv_person_id", "cppr_person_id", "invo_person_id", "cppl_cp_plan_ola"];
    let without = |line: &&str| !lacks.iter().any(|column| line.trim().starts_with(&format!("{column} ")));
    let mosaic: Vec<&str> = foreign.lines().filter(without).collect();
    let mosaic = mosaic.join("\n").replace(",\n) SERVER", "\n) SERVER");
    for (profile, tables) in [("lcs", foreign), ("mosaic", &mosaic), ("eclipse", foreign)] {
        let schema = format!("CREATE SCHEMA {profile}; SET LOCAL search_path TO {profile};\n");
        let views = source::sql(profile).unwrap();
        script(&database, &[&schema, tables, include_str!("../config/sources/ssd/local.sql"), &views].concat()).await;
        let sql = "SELECT COUNT(*) FROM information_schema.columns WHERE table_schema = $1 AND table_name LIKE 'dw%'";
        let mut read = database.begin_read().await.unwrap();
        let rows = read.fetch(sql, &[profile.into()]).await.unwrap();
        let wanted: usize = source::views().iter().map(|view| view.columns.len()).sum();
        assert_eq!(rows[0].int(0).unwrap(), i64::try_from(wanted).unwrap(), "{profile}");
        drop(read);
        script(&database, "DROP EXTENSION tds_fdw CASCADE").await;
    }
    database.close().await;
}
