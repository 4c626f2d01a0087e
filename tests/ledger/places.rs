//! What differs between the two: copies, a full disk; and what must come out alike on both.

use duewatch::database::Database;
use duewatch::ledger::{HomeCheck, Ledger, LedgerError};
use duewatch::notice::Change;
use sqlx::AssertSqlSafe;

use crate::fixtures::{Place, at, claim, commit, duty, home, notice, run, sqlite_path, tell};
use crate::support;

#[tokio::test]
async fn a_copied_file_is_recognised() {
    let place = Place::sqlite();
    let path = sqlite_path(&place);
    let ledger = place.open().await;
    ledger.migrate().await.unwrap();
    let founded = ledger.found("exampleshire", false, &ledger.home().await.unwrap(), at(0)).await.unwrap();
    ledger.close().await;

    let copy_path = path.with_file_name("copy.db");
    std::fs::copy(path, &copy_path).unwrap();
    let copy = Ledger::open(&format!("sqlite:{}", copy_path.display()), false).await.unwrap();
    assert_eq!(copy.identity().await.unwrap(), founded, "the rows cannot tell");
    let copy_home = copy.home().await.unwrap();
    assert!(matches!(copy.home_check(&copy_home).await.unwrap(), HomeCheck::Copied { .. }));

    // A restored backup lies at the same path and is another file.
    std::fs::rename(&copy_path, path).unwrap();
    let restored = place.open().await;
    let found = restored.home().await.unwrap();
    let HomeCheck::Copied { registered, .. } = restored.home_check(&found).await.unwrap() else {
        panic!("a restored backup is not recognised")
    };
    assert_eq!(registered[0].place, found.place);
    restored.accept(&found, "a. person", "restored after the disk failed", at(1)).await.unwrap();
    assert_eq!(restored.home_check(&found).await.unwrap(), HomeCheck::Home);
}

#[tokio::test]
async fn a_copied_server_database_is_recognised() {
    let (original, copy, other) = (support::postgres().await, support::postgres().await, support::postgres().await);
    let ledger = Ledger::open(&original.url, true).await.unwrap();
    ledger.migrate().await.unwrap();
    ledger.found("exampleshire", false, &ledger.home().await.unwrap(), at(0)).await.unwrap();
    ledger.close().await;

    let name = |place: &support::Postgres| {
        place.url.split(['/', '?']).find(|part| part.starts_with("duewatch_test_")).unwrap().to_owned()
    };
    let mut connection = other.connect().await;
    for sql in [
        format!("DROP DATABASE {}", name(&copy)),
        format!("CREATE DATABASE {} TEMPLATE {}", name(&copy), name(&original)),
    ] {
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
    }
    let copy = Ledger::open(&copy.url, false).await.unwrap();
    let found = copy.home().await.unwrap();
    let HomeCheck::Copied { registered, .. } = copy.home_check(&found).await.unwrap() else {
        panic!("a copied database is not recognised")
    };
    assert_eq!((&registered[0].place, &registered[0].machine), (&found.place, &found.machine), "on the same server");
}

#[tokio::test]
async fn a_full_disk_rolls_a_run_back_whole() {
    let place = Place::sqlite();
    let founding = place.founded().await;
    let one = duty("c0", "visit", "plan:1");
    tell(&founding, 0, std::slice::from_ref(&one), &[notice(&one, "day-1", "w1")]).await;
    founding.close().await;

    let database = place.database().await;
    let ledger = Ledger::over(database.clone());
    let pages = place.count("SELECT page_count FROM pragma_page_count").await;
    at_most(&database, pages + 8).await;
    let duties: Vec<_> = (0..2000).map(|n| duty(&format!("c{n}"), "visit", "plan:2")).collect();
    let notices: Vec<_> = duties.iter().map(|duty| notice(duty, "day-1", "w2")).collect();
    let changes: Vec<_> = duties.into_iter().map(Change::Opened).collect();
    let error = commit(&ledger, &run(1), &[], &changes, &notices, &[], &[]).await.unwrap_err();
    assert!(matches!(error, LedgerError::DiskFull { .. }), "{error}");
    assert!(error.may_pass());
    assert!(error.to_string().starts_with("could not record the run: no room is left for SQLite database"), "{error}");
    assert_eq!(place.count("SELECT COUNT(*) FROM duties").await, 1);
    assert_eq!(place.count("SELECT COUNT(*) FROM runs").await, 1);

    // What was queued before can still be sent, and with room the same run goes through.
    assert!(claim(&ledger, "a", 0).await.is_some());
    at_most(&database, pages + 10_000).await;
    let committed = commit(&ledger, &run(1), &[], &changes, &notices, &[], &[]).await.unwrap();
    assert_eq!((committed.run, committed.new), (2, 2000));
}

#[tokio::test]
async fn ids_are_the_same_on_both_databases() {
    let mut ids = Vec::new();
    for place in [Place::sqlite(), Place::postgres().await] {
        let ledger = place.open().await;
        ledger.migrate().await.unwrap();
        let identity = ledger.found("exampleshire", true, &home("here"), at(0)).await.unwrap();
        let one = duty("c1", "visit", "plan:1");
        // Names that a language's order and the order of bytes sort differently.
        let notices = ["b", "A", "a", "B", "é"].map(|step| notice(&one, step, "w1"));
        tell(&ledger, 0, &[one], &notices).await;
        let claimed = claim(&ledger, "a", 1).await.unwrap();
        ids.push((identity.ledger_id, claimed.lease.message, claimed.notices));
    }
    assert_eq!(ids[0], ids[1]);
}

#[tokio::test]
async fn a_file_that_is_not_there_is_not_made_unasked() {
    let place = Place::sqlite();
    let error = Ledger::open(&place.url(), false).await.unwrap_err();
    assert!(error.to_string().contains("could not open the ledger"), "{error}");
    assert!(!sqlite_path(&place).exists());
}

/// Lets the file grow to so many pages and no further, as a full disk would. The limit is the connection's own, and one alone
/// writes.
async fn at_most(database: &Database, pages: i64) {
    let mut transaction = database.begin_write().await.unwrap();
    let sql = format!("PRAGMA max_page_count = {pages}");
    let limit = transaction.fetch_optional(&sql, &[]).await.unwrap().unwrap();
    assert_eq!(limit.int(0).unwrap(), pages);
    transaction.commit().await.unwrap();
}
