//! Whose ledger it is, and where it lives.

use duewatch::ledger::{HomeCheck, Ledger, LedgerError, Mode};

use crate::fixtures::{Place, at, home};
use crate::support;

pub(crate) async fn a_ledger_is_migrated_and_founded_once(place: &Place) {
    let ledger = place.open().await;
    assert_eq!(ledger.schema_version().await.unwrap(), 0);
    let error = ledger.identity().await.unwrap_err();
    assert!(matches!(error, LedgerError::NotMigrated { .. }), "{error}");
    let error = Ledger::open(&place.url(), false).await.unwrap_err();
    assert!(error.to_string().contains("run `duewatch ledger migrate`"), "{error}");

    ledger.migrate().await.unwrap();
    ledger.migrate().await.unwrap();
    let shipped = i64::try_from(std::fs::read_dir("migrations").unwrap().count()).unwrap();
    assert_eq!(ledger.schema_version().await.unwrap(), shipped, "files are numbered on");
    assert_eq!(place.count("SELECT COUNT(*) FROM _sqlx_migrations").await, shipped, "each was applied once");
    let error = ledger.identity().await.unwrap_err();
    assert!(matches!(error, LedgerError::NotFounded { .. }), "{error}");

    let founded = ledger.found("exampleshire", true, &home("here"), at(0)).await.unwrap();
    assert_eq!((founded.mode.clone(), founded.simulated, founded.created_at), (Mode::Record, true, at(0)));
    assert_eq!(founded.source_name, None);
    let again = ledger.found("exampleshire", false, &home("there"), at(9)).await.unwrap();
    assert_eq!(again, founded, "a second founding changes nothing");
    assert_eq!(Ledger::open(&place.url(), false).await.unwrap().identity().await.unwrap(), founded);
}

pub(crate) async fn tables_newer_than_the_program_are_refused(place: &Place) {
    place.founded().await;
    let later = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
                 SELECT 9999, 'later', success, checksum, 0 FROM _sqlx_migrations WHERE version = 1";
    support::script(&place.database().await, later).await;
    for create in [false, true] {
        let error = Ledger::open(&place.url(), create).await.unwrap_err();
        assert!(
            matches!(error, LedgerError::NewerSchema { found: 9999, known, .. } if known == Ledger::known_version()),
            "{error}"
        );
    }
}

pub(crate) async fn another_authority_is_refused(place: &Place) {
    let ledger = place.founded().await;
    let error = ledger.found("otherton", false, &home("here"), at(1)).await.unwrap_err();
    assert!(matches!(error, LedgerError::WrongAuthority { .. }), "{error}");
    let error = ledger.identity_of("otherton").await.unwrap_err();
    assert!(error.to_string().contains("belongs to the authority `exampleshire`, not to `otherton`"), "{error}");
    assert_eq!(ledger.identity_of("exampleshire").await.unwrap().authority, "exampleshire");
}

pub(crate) async fn the_mode_is_an_act_with_a_reason(place: &Place) {
    let ledger = place.founded().await;
    for mode in [Mode::Redirect("post@example.org".into()), Mode::Live, Mode::Record] {
        ledger.set_mode(&mode, "a. person", "agreed", at(1)).await.unwrap();
        assert_eq!(ledger.identity().await.unwrap().mode, mode);
    }
    assert_eq!(place.count("SELECT COUNT(*) FROM acts WHERE act = 'mode' AND by_whom = 'a. person'").await, 3);

    let error = ledger.set_mode(&Mode::Redirect(" ".into()), "a. person", "agreed", at(1)).await.unwrap_err();
    assert!(matches!(error, LedgerError::RedirectToNobody), "{error}");
    for (by, reason) in [("", "agreed"), ("a. person", " ")] {
        let error = ledger.set_mode(&Mode::Live, by, reason, at(1)).await.unwrap_err();
        assert!(matches!(error, LedgerError::Unexplained { .. }), "{error}");
    }
    assert_eq!(ledger.identity().await.unwrap().mode, Mode::Record, "a refused act changes nothing");
}

pub(crate) async fn another_source_is_refused_until_accepted(place: &Place) {
    let ledger = place.founded().await;
    ledger.register_source("cases").await.unwrap();
    ledger.register_source("cases").await.unwrap();
    let error = ledger.register_source("training").await.unwrap_err();
    assert!(matches!(error, LedgerError::OtherSource { .. }), "{error}");
    ledger.accept_source("training", "a. person", "it was renamed", at(1)).await.unwrap();
    ledger.register_source("training").await.unwrap();
    assert!(ledger.register_source("cases").await.is_err());
}

pub(crate) async fn another_home_is_a_copy_until_accepted(place: &Place) {
    let ledger = place.open().await;
    ledger.migrate().await.unwrap();
    let here = ledger.home().await.unwrap();
    ledger.found("exampleshire", false, &here, at(0)).await.unwrap();
    assert_eq!(ledger.home().await.unwrap(), here, "a place keeps its marks");
    assert_eq!(ledger.home_check(&here).await.unwrap(), HomeCheck::Home);

    let mut elsewhere = here.clone();
    elsewhere.machine = "another".into();
    let copied = HomeCheck::Copied { registered: vec![here.clone()], found: elsewhere.clone() };
    assert_eq!(ledger.home_check(&elsewhere).await.unwrap(), copied);
    assert!(ledger.accept(&elsewhere, "a. person", "", at(1)).await.is_err(), "it needs a reason");
    assert_eq!(ledger.home_check(&elsewhere).await.unwrap(), copied);

    ledger.accept(&elsewhere, "a. person", "moved", at(1)).await.unwrap();
    assert_eq!(ledger.home_check(&elsewhere).await.unwrap(), HomeCheck::Home);
    // A file lives in one place; a server may be used from several machines.
    let old_home = ledger.home_check(&here).await.unwrap();
    assert_eq!(old_home == HomeCheck::Home, matches!(place, Place::Postgres(_)));
}
