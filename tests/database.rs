//! One statement, two databases: what `database` promises, on real ones.

mod support;

use std::path::Path;

use duewatch::database::{Access, Arg, Database, DatabaseError, Kind};
use support::{postgres, script, sqlite};

async fn on_both(test: impl AsyncFn(Database)) {
    let file = sqlite();
    let server = postgres().await;
    for database in [file.open().await, server.open().await] {
        script(&database, "CREATE TABLE things (id BIGINT PRIMARY KEY, said TEXT)").await;
        test(database.clone()).await;
        database.close().await;
    }
}

#[tokio::test]
async fn the_same_statements_serve_both() {
    on_both(async |database| {
        let mut write = database.begin_write().await.unwrap();
        let insert = "INSERT INTO things (id, said) VALUES ($1, $2)";
        for (id, said) in [(1, Arg::from("one")), (2, Arg::Null), (3, Arg::from(Some("three")))] {
            assert_eq!(write.execute(insert, &[id.into(), said]).await.unwrap(), 1);
        }
        write.execute("UPDATE things SET said = $2 WHERE id = $1 AND $1 > 0", &[3.into(), "3".into()]).await.unwrap();
        write.commit().await.unwrap();

        let mut read = database.begin_read().await.unwrap();
        let rows = read.fetch("SELECT id, said, 1, CAST(NULL AS BIGINT) FROM things ORDER BY id", &[]).await.unwrap();
        let seen: Vec<_> = rows.iter().map(|row| (row.int(0).unwrap(), row.maybe_text(1).unwrap())).collect();
        assert_eq!(seen, [(1, Some("one".into())), (2, None), (3, Some("3".into()))]);
        assert_eq!((rows[0].int(2).unwrap(), rows[0].maybe_int(3).unwrap()), (1, None));
        assert!(matches!(rows[0].int(1), Err(DatabaseError::Column { index: 1, .. })));
        assert!(matches!(rows[1].text(1), Err(DatabaseError::Column { index: 1, .. })));
        let none = read.fetch_optional("SELECT said FROM things WHERE id = $1", &[9.into()]).await.unwrap();
        assert!(none.is_none());
    })
    .await;
}

#[tokio::test]
async fn a_dropped_transaction_leaves_nothing() {
    on_both(async |database| {
        let mut write = database.begin_write().await.unwrap();
        write.execute("INSERT INTO things (id) VALUES ($1)", &[1.into()]).await.unwrap();
        drop(write);
        let mut read = database.begin_read().await.unwrap();
        assert!(read.fetch("SELECT id FROM things", &[]).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn errors_know_what_they_are_and_hold_no_value() {
    on_both(async |database| {
        let refused = |sql: &'static str, args: Vec<Arg>| {
            let database = database.clone();
            async move { database.begin_write().await.unwrap().execute(sql, &args).await.unwrap_err() }
        };
        assert!(refused("SELECT x FROM nothing_here", vec![]).await.is_missing_table());
        assert!(refused("SELECT nothing_here FROM things", vec![]).await.is_missing_column());

        script(&database, "INSERT INTO things (id) VALUES (7)").await;
        let twice = refused("INSERT INTO things (id) VALUES ($1)", vec![7.into()]).await;
        assert!(twice.is_duplicate() && !twice.is_missing_table(), "{twice}");

        if database.kind() == Kind::Postgres {
            let cast = refused("SELECT CAST($1 AS DATE)", vec!["Marker Child".into()]).await;
            assert!(cast.to_string().contains("22007"), "{cast}");
            assert!(!format!("{cast:?} {cast}").contains("Marker"), "{cast}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_read_only_database_refuses_to_write() {
    let (file, server) = (sqlite(), postgres().await);
    script(&file.open().await, "CREATE TABLE things (id BIGINT)").await;
    script(&server.open().await, "CREATE TABLE things (id BIGINT)").await;
    for database in [
        Database::open_sqlite_read_only(&file.path).await.unwrap(),
        Database::open_postgres(&server.url, None, Access::ReadOnly).await.unwrap(),
    ] {
        let mut read = database.begin_read().await.unwrap();
        assert!(read.execute("INSERT INTO things (id) VALUES (1)", &[]).await.unwrap_err().is_permission());
        drop(read);
        let mut write = match database.kind() {
            Kind::Sqlite => continue,
            Kind::Postgres => database.begin_write().await.unwrap(),
        };
        assert!(write.execute("INSERT INTO things (id) VALUES (1)", &[]).await.unwrap_err().is_permission());
    }
}

#[tokio::test]
async fn one_schema_is_used_and_no_other() {
    let server = postgres().await;
    script(&server.open().await, r#"CREATE SCHEMA "An odd one"; CREATE TABLE "An odd one".things (id BIGINT)"#).await;
    let database = Database::open_postgres(&server.url, Some("An odd one"), Access::Write).await.unwrap();
    let mut read = database.begin_read().await.unwrap();
    assert!(read.fetch("SELECT id FROM things", &[]).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_cannot_be_opened_is_named_without_its_password() {
    let missing = Database::open_sqlite(Path::new("/nowhere/at/all.db"), false).await.unwrap_err();
    assert!(missing.is_unreachable() && missing.to_string().contains("/nowhere/at/all.db"), "{missing}");

    let url = "postgres://somebody:open-sesame@127.0.0.1:1/cases";
    let refused = Database::open_postgres(url, None, Access::ReadOnly).await.unwrap_err();
    let words = format!("{refused} {refused:?}");
    assert!(refused.is_unreachable() && words.contains("cases at 127.0.0.1:1"), "{words}");
    assert!(!words.contains("sesame"), "{words}");
}
