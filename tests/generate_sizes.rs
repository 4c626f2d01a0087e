//! `duewatch generate`: spread as England is, at any size; the same rows everywhere; and three systems that come to the same
//! duties where they can know.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its own data has failed")]

#[path = "support/cases.rs"]
mod cases;
mod support;

use std::collections::{BTreeMap, BTreeSet};

use cases::{Bench, block_on, says};
use chrono::{Datelike, NaiveDate};
use duewatch::{
    database::{Database, Row},
    generate::{self, GenerateError, Order, System},
};
use support::{Sqlite, postgres, sqlite};

const SYSTEMS: [System; 3] = [System::Lcs, System::Mosaic, System::Eclipse];
const AS_OF: &str = "2026-11-16";
/// The national figures are those of so many plans that are open.
const NATIONAL_PLANS: f64 = 49_420.0;

type Rows = Vec<Vec<Option<String>>>;

fn order(plans: u32, years: u32) -> Order {
    Order { system: System::Lcs, seed: 5, plans, as_of: day(AS_OF), years, tidy: false, forms: false }
}

fn day(text: &str) -> NaiveDate {
    text[..10].parse().unwrap()
}

/// Mondays to Fridays after `from`, up to and including `to`.
fn working_days(from: NaiveDate, to: NaiveDate) -> usize {
    from.iter_days().skip(1).take_while(|day| *day <= to).filter(|day| day.weekday().number_from_monday() < 6).count()
}

/// Every column as text, in an order that does not depend on the database.
async fn read(database: &Database, table: &str, columns: &[&str]) -> Rows {
    let cast: Vec<_> = columns.iter().map(|column| format!("CAST({column} AS TEXT)")).collect();
    let mut read = database.begin_read().await.unwrap();
    let rows = read.fetch(&format!("SELECT {} FROM {table}", cast.join(", ")), &[]).await.unwrap();
    let texts = |row: &Row| (0..columns.len()).map(|at| row.maybe_text(at).unwrap()).collect();
    let mut rows: Rows = rows.iter().map(texts).collect();
    rows.sort();
    rows
}

/// Tables and their columns, as the system's statements name them.
fn tables(system: System) -> Vec<(String, Vec<String>)> {
    let sql = [&system.tables(), include_str!("../config/sources/ssd/local.sql")].join("\n");
    let mut tables: Vec<(String, Vec<String>)> = Vec::new();
    for line in sql.lines() {
        if let Some(name) = line.strip_prefix("CREATE TABLE ") {
            tables.push((name.trim_end_matches(" (").to_owned(), Vec::new()));
        } else if let Some(column) = line.strip_prefix("    ")
            && let Some((_, columns)) = tables.last_mut()
            && column.starts_with(|first: char| first.is_ascii_lowercase())
        {
            columns.extend(column.split(' ').next().map(str::to_owned));
        }
    }
    tables
}

async fn read_all(database: &Database, system: System) -> BTreeMap<String, Rows> {
    let mut all = BTreeMap::new();
    for (table, columns) in tables(system) {
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        let rows = read(database, &table, &columns).await;
        all.insert(table, rows);
    }
    all
}

async fn on_sqlite(order: &Order) -> (Sqlite, Database) {
    let file = sqlite();
    generate::fill_sqlite(&file.path, order).await.unwrap();
    let database = file.open().await;
    (file, database)
}

async fn all_on_sqlite(order: &Order) -> BTreeMap<String, Rows> {
    let (_file, database) = on_sqlite(order).await;
    read_all(&database, order.system).await
}

/// Within five in a hundred of what is expected.
fn near(what: &str, found: f64, expected: f64) {
    assert!((found / expected - 1.0).abs() <= 0.05, "{what}: {found} is not within 5 % of {expected}");
}

#[expect(clippy::cast_precision_loss, reason = "counts of a small test")]
fn ratio(part: usize, whole: usize) -> f64 {
    part as f64 / whole as f64
}

/// Each band (least and greatest, both included) has the share that its count is of all counts.
fn spread(what: &str, values: &[usize], bands: &[(usize, usize, u32)]) {
    let all: u32 = bands.iter().map(|band| band.2).sum();
    for &(least, greatest, count) in bands {
        let here = values.iter().filter(|value| (least..=greatest).contains(*value)).count();
        let band = format!("{what}, {least} to {greatest}");
        near(&band, ratio(here, values.len()), f64::from(count) / f64::from(all));
    }
}

/// The two days of each row by its first column; repeated rows count once.
async fn spans(database: &Database, table: &str, columns: [&str; 3]) -> BTreeMap<String, (NaiveDate, NaiveDate)> {
    let mut spans = BTreeMap::new();
    for row in read(database, table, &columns).await {
        if let [Some(id), Some(from), Some(to)] = &row[..]
            && !to.starts_with("9999")
        {
            spans.insert(id.clone(), (day(from), day(to)));
        }
    }
    spans
}

fn quarter(values: &mut [usize], quarters: usize) -> usize {
    values.sort_unstable();
    values[values.len() * quarters / 4]
}

/// England, year to 31 March 2025, and its case holders in September 2025.
#[tokio::test]
async fn an_authority_is_spread_as_england_is() {
    let (_file, database) = on_sqlite(&order(325, 2)).await;
    let held = "ssd_initial_cp_conference JOIN ssd_s47_enquiry
                ON s47e_s47_enquiry_id = icpc_s47_enquiry_id AND s47e_person_id = icpc_person_id";
    let held = spans(&database, held, ["icpc_icpc_id", "s47e_s47_start_date", "icpc_icpc_date"]).await;
    let mut days: Vec<usize> = held.values().map(|(from, to)| working_days(*from, *to)).collect();
    assert!(days.len() > 1000);
    spread("conferences", &days, &[(0, 10, 6_240), (11, 15, 52_430), (16, 20, 6_430), (21, 999, 6_990)]);
    assert_eq!([1, 2, 3].map(|quarters| quarter(&mut days, quarters)), [13, 14, 15]);

    let columns = ["cina_assessment_id", "cina_assessment_start_date", "cina_assessment_auth_date"];
    let assessed = spans(&database, "ssd_cin_assessments", columns).await;
    let mut days: Vec<usize> = assessed.values().map(|(from, to)| working_days(*from, *to)).collect();
    let bands = [
        (0, 0, 11_680),
        (1, 10, 75_590),
        (11, 20, 112_180),
        (21, 30, 102_260),
        (31, 40, 131_380),
        (41, 45, 122_730),
        (46, 50, 37_640),
        (51, 60, 27_860),
        (61, 999, 27_500),
    ];
    spread("assessments", &days, &bands);
    assert_eq!(quarter(&mut days, 2), 33);

    let columns = ["cppl_cp_plan_id", "cppl_cp_plan_start_date", "cppl_cp_plan_end_date"];
    let ended = spans(&database, "ssd_cp_plans", columns).await;
    let lasted: Vec<usize> =
        ended.values().map(|(from, to)| usize::try_from((*to - *from).num_days()).unwrap()).collect();
    let bands = [(0, 91, 159), (92, 182, 110), (183, 365, 435), (366, 730, 252), (731, 9999, 44)];
    spread("lengths of plans", &lasted, &bands);

    let columns = ["invo_involvements_id", "invo_professional_id", "invo_involvement_end_date"];
    let mut holders: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in read(&database, "ssd_involvements WHERE invo_professional_role_id = 'CW'", &columns).await {
        if row[2].as_ref().is_none_or(|end| end.starts_with("9999")) {
            holders.entry(row[1].clone().unwrap()).or_default().insert(row[0].clone().unwrap());
        }
    }
    let open: usize = holders.values().map(BTreeSet::len).sum();
    near("cases a case holder", ratio(open, holders.len()), 15.2);
    let social_workers = "ssd_professionals WHERE prof_professional_job_title LIKE '%Social Worker'";
    let agency = read(&database, social_workers, &["prof_agency_worker_flag"]).await;
    near("agency", ratio(agency.iter().filter(|row| row[0].as_deref() == Some("Y")).count(), agency.len()), 0.13);
}

/// How much there is of everything for each open plan: what a year brings, and what is open on the day of the load.
#[tokio::test]
async fn everything_is_there_in_proportion() {
    let (plans, years) = (120, 6);
    let (_file, database) = on_sqlite(&order(plans, years)).await;
    let of = |national: f64| national * f64::from(plans) / NATIONAL_PLANS;
    let in_years = |a_year: f64| of(a_year * f64::from(years));
    for (table, id, expected) in [
        ("ssd_person WHERE pers_forename <> 'DUPLICATE'", "pers_person_id", of(10_000_000.0)),
        ("ssd_cp_visits WHERE cppv_cp_visit_seen = 'Y'", "cppv_cp_visit_id", of(7_700_000.0)),
        ("ssd_involvements", "invo_involvements_id", of(35_000_000.0)),
        ("ssd_s47_enquiry", "s47e_referral_id", in_years(230_590.0)),
        ("ssd_cin_assessments", "cina_assessment_id", in_years(648_830.0)),
        ("ssd_cin_episodes", "cine_referral_id", in_years(632_830.0)),
        ("ssd_cp_plans WHERE SUBSTR(cppl_cp_plan_end_date, 1, 4) < '9000'", "cppl_cp_plan_id", in_years(62_300.0)),
        ("ssd_s47_enquiry WHERE s47e_s47_end_date IS NULL", "s47e_referral_id", of(13_000.0)),
        ("ssd_cin_assessments WHERE cina_assessment_auth_date IS NULL", "cina_assessment_id", of(80_000.0)),
    ] {
        let ids: BTreeSet<_> = read(&database, table, &[id]).await.concat().into_iter().collect();
        near(table, ratio(ids.len(), 1), expected);
    }
    // Of these a small authority has a handful.
    let pending = read(&database, "ssd_initial_cp_conference WHERE icpc_icpc_date IS NULL", &["icpc_icpc_id"]).await;
    assert!((of(4_000.0) - ratio(pending.len(), 1)).abs() < 4.0, "{} pending", pending.len());
    let open = "ssd_cp_plans WHERE cppl_cp_plan_ola = 'N'
                AND COALESCE(SUBSTR(cppl_cp_plan_end_date, 1, 4), '9999') = '9999'";
    assert_eq!(read(&database, open, &["cppl_cp_plan_id"]).await.len(), plans as usize);
}

#[tokio::test]
async fn both_databases_get_the_same_rows_and_so_does_every_run() {
    for system in SYSTEMS {
        let order = Order { system, ..order(52, 1) };
        let here = all_on_sqlite(&order).await;
        let server = postgres().await;
        let written = generate::fill_postgres(&server.url, None, None, &order).await.unwrap();
        let there = read_all(&server.open().await, system).await;
        // Three role codes and a type of visit stand in the tables' own statements.
        assert_eq!(written.rows() + 4, there.values().map(|rows| rows.len() as u64).sum::<u64>());
        for (table, rows) in &here {
            assert_eq!(Some(rows), there.get(table), "{table} of {system:?}");
        }
        assert!(here["ssd_cp_visits"].len() > 1000);
        assert_eq!(here, all_on_sqlite(&order).await);
    }
}

#[tokio::test]
async fn a_larger_authority_has_every_row_of_a_smaller_one() {
    let smaller = all_on_sqlite(&order(51, 1)).await;
    let larger = all_on_sqlite(&order(70, 1)).await;
    for (table, rows) in smaller {
        let mut more = larger[&table].iter();
        // Both are sorted, so each row of the one is found further on in the other.
        for row in &rows {
            assert!(more.any(|other| other == row), "{table} lost {row:?}");
        }
        assert!(rows.is_empty() || !["ssd_person", "ssd_cp_plans"].contains(&&*table) || more.len() > 0, "{table}");
    }
}

#[tokio::test]
async fn another_seed_gives_another_authority() {
    let [one, other] = [1, 2].map(|seed| Order { seed, ..order(10, 1) });
    let (one, other) = (all_on_sqlite(&one).await, all_on_sqlite(&other).await);
    for table in ["ssd_person", "ssd_cp_plans", "ssd_cp_visits", "ssd_s47_enquiry", "local_workers"] {
        assert_ne!(one[table], other[table], "{table}");
    }
}

/// What is wrong with the rows, by its name, and where to look for it. Nothing of it is there when all is to be tidy.
const DISORDER: [(&str, &str); 12] = [
    ("an id with blanks", "ssd_cp_visits WHERE cppv_person_id LIKE '% '"),
    ("none as -1", "ssd_cp_visits WHERE cppv_cp_plan_id = '-1'"),
    ("a visit to come", "ssd_cp_visits WHERE cppv_cp_visit_date > '2026-11-17'"),
    ("a time of day", "ssd_cp_visits WHERE cppv_cp_visit_date NOT LIKE '% 00:00:00'"),
    ("a visit of no plan", "ssd_cp_visits WHERE cppv_person_id = 'C1'"),
    ("a visit twice", "(SELECT 1 FROM ssd_cp_visits GROUP BY cppv_cp_visit_id HAVING COUNT(*) > 1) twice"),
    ("nobody's work", "ssd_involvements WHERE invo_person_id IS NULL"),
    ("an end for none", "ssd_involvements WHERE invo_involvement_end_date LIKE '9999-12-31%'"),
    ("a person twice", "ssd_person WHERE pers_forename = 'DUPLICATE'"),
    ("another council's open plan", "ssd_cp_plans WHERE cppl_cp_plan_ola = 'Y' AND cppl_cp_plan_end_date IS NULL"),
    (
        "a worker who is in no directory",
        "ssd_involvements WHERE invo_professional_id NOT IN (SELECT worker_id FROM local_workers)",
    ),
    ("a worker without an address", "local_workers WHERE email IS NULL"),
];

/// What is odd and yet true, and stays.
const ODD: [(&str, &str); 7] = [
    (
        "siblings with one enquiry",
        "(SELECT 1 FROM ssd_s47_enquiry GROUP BY s47e_s47_enquiry_id HAVING COUNT(*) > 1) shared",
    ),
    ("an attempt", "ssd_cp_visits WHERE cppv_cp_visit_seen = 'N'"),
    ("a transfer in", "ssd_initial_cp_conference WHERE icpc_icpc_transfer_in = 'Y'"),
    ("an unborn child", "ssd_person WHERE pers_dob IS NULL AND pers_expected_dob IS NOT NULL"),
    ("an absence without cover", "local_absences WHERE cover_id IS NULL"),
    ("a part-time worker", "local_workers WHERE weekdays IS NOT NULL"),
    ("a mailbox that many read", "local_workers WHERE shared = 'Y'"),
];

#[tokio::test]
async fn the_disorder_is_there_unless_all_is_to_be_tidy() {
    for tidy in [false, true] {
        let (_file, database) = on_sqlite(&Order { tidy, ..order(150, 1) }).await;
        let mut read = database.begin_read().await.unwrap();
        for (expected, list) in [(!tidy, &DISORDER[..]), (true, &ODD[..])] {
            for (what, rows) in list {
                let count = read.fetch(&format!("SELECT COUNT(*) FROM {rows}"), &[]).await.unwrap();
                assert_eq!(count[0].int(0).unwrap() > 0, expected, "{what}, tidy: {tidy}");
            }
        }
    }
}

#[tokio::test]
async fn each_system_keeps_what_it_keeps() {
    let found = |system| async move {
        let (_file, database) = on_sqlite(&Order { system, tidy: true, ..order(60, 1) }).await;
        let mut read = database.begin_read().await.unwrap();
        let mut counts = Vec::new();
        for rows in [
            "ssd_s47_enquiry WHERE s47e_s47_end_date IS NULL",
            "ssd_cin_assessments WHERE cina_assessment_auth_date IS NULL",
            "ssd_initial_cp_conference WHERE icpc_icpc_date IS NULL",
            "ssd_cp_reviews WHERE cppr_cp_review_date IS NULL",
            "local_bookings",
            "ssd_professionals WHERE prof_professional_id IS NULL",
            "ssd_professionals WHERE prof_professional_id = prof_staff_id",
            "(SELECT 1 FROM ssd_initial_cp_conference GROUP BY icpc_icpc_id HAVING COUNT(*) = 3) thrice",
            "local_workers WHERE worker_id NOT IN (SELECT prof_staff_id FROM ssd_professionals) AND team_id IS NULL
                AND worker_id NOT IN (SELECT worker_id FROM local_posts)
                AND worker_id NOT IN (SELECT prof_professional_id FROM ssd_professionals WHERE prof_professional_id IS NOT NULL)",
            "local_role_codes WHERE code = 'KEYWORKER'",
        ] {
            let count = read.fetch(&format!("SELECT COUNT(*) FROM {rows}"), &[]).await.unwrap();
            counts.push(count[0].int(0).unwrap() > 0);
        }
        counts
    };
    let (y, n) = (true, false);
    // Open enquiries, assessments, conferences and reviews; bookings; no professional id, the same one as the staff id; a
    // Friday's conference three times; managers and chairs left out; a code of its own.
    assert_eq!(found(System::Lcs).await, [y, y, y, y, n, n, n, n, n, n]);
    assert_eq!(found(System::Mosaic).await, [y, y, n, n, y, y, n, n, y, n]);
    assert_eq!(found(System::Eclipse).await, [n, n, n, n, y, n, y, y, n, y]);
}

/// A folder with a generated case database, as its operator would make it.
fn generated(system: System) -> Bench {
    let bench = Bench::bare();
    let file = bench.path("case.db").display().to_string();
    let args =
        ["generate", "--system", system.profile(), "--plans", "40", "--as-of", AS_OF, "--tidy", "--sqlite", &file];
    let said = bench.run(&args).well();
    says(&said, &["ssd_cp_visits", "40 open plans", system.profile(), "seed 1", "duewatch check"]);
    bench.run(&["ledger", "migrate", "--simulated"]).well();
    bench
}

#[test]
fn three_systems_of_one_seed_come_to_the_same_duties() {
    let [lcs, mosaic, eclipse] = SYSTEMS.map(|system| {
        let bench = generated(system);
        bench.run(&["duties", "--at", &cases::instant(AS_OF), "--format", "csv"]).well()
    });
    for other in [mosaic, eclipse] {
        let differs = lcs.lines().zip(other.lines()).find(|(one, other)| one != other);
        assert!(lcs == other, "{differs:?}");
    }
    for status in [",met,", ",open,", ",overdue,"] {
        assert!(lcs.matches(status).count() > 10, "too few {status}");
    }
}

#[test]
fn a_case_database_that_is_there_is_refused_and_left_alone() {
    let bench = generated(System::Lcs);
    let file = bench.path("case.db").display().to_string();
    let before = std::fs::read(&file).unwrap();
    let refused = bench.run(&["generate", "--plans", "5", "--sqlite", &file]);
    assert_eq!(refused.code, 2);
    says(&refused.err, &["case.db", "name one that does not exist"]);
    assert_eq!(before, std::fs::read(&file).unwrap());

    block_on(async {
        let server = postgres().await;
        let url = &server.url;
        generate::fill_postgres(url, None, Some("north"), &order(3, 1)).await.unwrap();
        let before = read_all(&north(url).await, System::Lcs).await;
        let refused = bench.run(&["generate", "--plans", "5", "--postgres", url, "--schema", "north"]);
        assert_eq!(refused.code, 2, "{refused:?}");
        says(&refused.err, &["already exists", "holds no case data"]);
        assert_eq!(before, read_all(&north(url).await, System::Lcs).await);
        let refused = generate::fill_postgres(url, None, Some("north"), &order(3, 1)).await;
        assert!(matches!(refused, Err(GenerateError::Postgres { .. })));
    });
}

async fn north(url: &str) -> Database {
    Database::open_postgres(url, Some("north"), duewatch::database::Access::Write).await.unwrap()
}

#[test]
fn a_command_that_cannot_be_carried_out_says_why_and_leaves_nothing() {
    let bench = Bench::bare();
    let nowhere = bench.path("missing/case.db").display().to_string();
    let refused = bench.run(&["generate", "--size", "isle", "--sqlite", &nowhere]);
    assert_eq!(refused.code, 2);
    says(&refused.err, &["missing/case.db", "in a directory that can be written to"]);
    let file = bench.path("case.db").display().to_string();
    for (args, why) in [
        (&["generate", "--sqlite", &file][..], "--plans"),
        (&["generate", "--size", "isle"], "--sqlite"),
        (&["generate", "--size", "isle", "--plans", "4", "--sqlite", &file], "cannot be used with"),
        (&["generate", "--plans", "4", "--sqlite", &file, "--schema", "north"], "cannot be used with"),
        (&["generate", "--plans", "4", "--years", "0", "--sqlite", &file], "--years"),
        (&["generate", "--plans", "4", "--system", "azeus", "--sqlite", &file], "mosaic"),
    ] {
        let refused = bench.run(args);
        assert_eq!(refused.code, 2, "{args:?}");
        says(&refused.err, &[why]);
    }
    let missing = bench.path("password").display().to_string();
    let refused = bench.run(&["generate", "--plans", "4", "--postgres", "postgres://x", "--password-file", &missing]);
    assert_eq!(refused.code, 2);
    says(&refused.err, &["cannot read the password of the database in", &missing]);
    assert!(!bench.path("case.db").exists() && !bench.path("case.db.partial").exists());
}
