//! Every hazard of what case systems really keep, as rows of their own tables and what duewatch makes of them. The tables
//! are tests/hazards/*.txt, one for each system; each hazard is read on SQLite and on PostgreSQL.
//!
//! ```text
//! == title
//! TABLE column=value ...            a row; a column by the end of its name, `-` for NULL, `~` for a blank
//! children C1 C2                    these are in dw_children, and no others
//! shows C1 KIND ID attribute=value  the record holds this; `-` for nothing; ID alone: it is there
//! shows C1 KIND none                it holds none of the kind; `ID absent`: not this one
//! duty C1 DUTY KEY field=value      as in tests/duties
//! fault WORDS                       a fault that says this, `~` for a blank
//! ```
//! The procedure is tests/procedures/enquiry.toml, the load mark 07:30 on Monday 16 November 2026, and that morning is the
//! present. A fault that no line expects fails the hazard.
//!
//! What is not rows of one moment is tested elsewhere:
//!
//! - the same ten children in three shapes: tests/systems.rs
//! - tables empty or far smaller than at the last run, no word of an end, the next run normal: tests/bad_input.rs
//!   (`a_read_that_lost_its_rows_is_held_back_and_heals_by_itself`) and, for one table of Mosaic, below
//! - a load in progress, a truncated table, a table that vanished with its session: tests/source.rs
//! - the disk full, another database, a copied ledger: tests/standstill.rs; a correction before the morning:
//!   tests/between_runs.rs
//! - future and unseen, over any record at all: tests/facts.rs
//! - a worker who is missing, has left or has no address, a manager who is missing: tests/bad_input.rs, tests/ladders
//! - siblings of one enquiry in one message: `siblings_who_share_an_enquiry_are_told_of_in_one_message` below

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

#[path = "support/cases.rs"]
mod cases;
mod scenario;
#[path = "support/shapes.rs"]
mod shapes;
mod support;

use std::{collections::BTreeSet, fs, time::Duration};

use cases::{Bench, STAFF, says};
use chrono::{NaiveDate, NaiveTime};
use duewatch::{
    calendar::Zone,
    database::Database,
    record::{CaseRecord, FactKind, Value, When},
    source::{self, Guarded, Reading, Source},
};
use scenario::{Expected, assessed, pair, procedure};
use support::{postgres, script, sqlite};

const LOCAL: &str = include_str!("../config/sources/ssd/local.sql");
const LOAD: &str = "INSERT INTO local_load (source_name, loaded_at, keep_from_on) VALUES
    ('live', '2026-11-16 07:30:00', '2025-11-16 00:00:00');";
const LIMIT: Duration = Duration::from_mins(1);

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 16).unwrap()
}

fn now() -> NaiveTime {
    NaiveTime::from_hms_opt(8, 30, 0).unwrap()
}

struct Hazard {
    title: String,
    rows: Vec<(String, Vec<(String, String)>)>,
    expected: Vec<Vec<String>>,
}

fn hazards(system: &str) -> Vec<Hazard> {
    let text = fs::read_to_string(format!("tests/hazards/{system}.txt")).unwrap();
    let mut hazards: Vec<Hazard> = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(title) = line.strip_prefix("== ") {
            hazards.push(Hazard { title: title.into(), rows: Vec::new(), expected: Vec::new() });
            continue;
        }
        let words: Vec<&str> = line.split_whitespace().collect();
        let hazard = hazards.last_mut().unwrap_or_else(|| panic!("a title first: {line}"));
        match words.as_slice() {
            [table, cells @ ..] if table.starts_with("ssd_") || table.starts_with("local_") => {
                hazard.rows.push(((*table).into(), cells.iter().map(|cell| pair(cell)).collect()));
            }
            _ => hazard.expected.push(words.into_iter().map(str::to_owned).collect()),
        }
    }
    hazards
}

/// The columns of a table, from the statement that makes it.
fn columns<'a>(tables: &'a str, table: &str) -> Vec<&'a str> {
    let body = tables.split(&format!("CREATE TABLE {table} (\n")).nth(1).unwrap_or_else(|| panic!("no table {table}"));
    let lines = body.lines().take_while(|line| line.starts_with("    "));
    lines.filter_map(|line| line.split_whitespace().next()).collect()
}

fn insert(tables: &str, table: &str, cells: &[(String, String)]) -> String {
    let columns = columns(tables, table);
    let column = |name: &str| {
        let ending = format!("_{name}");
        let plain = |column: &&str| column.split_once('_').is_some_and(|(_, rest)| rest == name);
        let exact = columns.iter().find(|column| **column == name || plain(column));
        let fitting: Vec<_> = columns.iter().filter(|column| column.ends_with(&ending)).collect();
        let one = if let [one] = fitting.as_slice() { Some(*one) } else { None };
        *exact.or(one).unwrap_or_else(|| panic!("`{name}` of {table} could be {fitting:?}"))
    };
    let names: Vec<&str> = cells.iter().map(|(name, _)| column(name)).collect();
    let quoted = |value: &str| if value == "-" { "NULL".into() } else { format!("'{}'", value.replace('~', " ")) };
    let values: Vec<String> = cells.iter().map(|(_, value)| quoted(value)).collect();
    format!("INSERT INTO {table} ({}) VALUES ({});\n", names.join(", "), values.join(", "))
}

async fn read(source: &Source) -> (Vec<CaseRecord>, Reading) {
    let zone = Zone::from_name("Europe/London").unwrap();
    let mut records = Vec::new();
    let reading = source::read(source, zone, |record| records.push(record)).await.unwrap();
    (records, reading)
}

fn said(value: &Value) -> String {
    let day = |when: &When| when.at.map_or_else(|| when.on.to_string(), |at| at.format("%Y-%m-%dT%H:%M").to_string());
    match value {
        Value::Missing => "-".into(),
        Value::Flag(flag) => if *flag { "yes" } else { "no" }.into(),
        Value::Count(count) => count.to_string(),
        Value::Date(when) => day(when),
        Value::Code(text) | Value::Fact(text) => text.clone(),
        Value::Person(person) => person.0.clone(),
        Value::Team(team) => team.0.clone(),
    }
}

fn shows(record: &CaseRecord, kind: &str, id: &str, attributes: &[&str]) -> Result<(), String> {
    let kind = FactKind::from_name(kind).unwrap_or_else(|| panic!("no fact `{kind}`"));
    let ids: Vec<&str> = record.facts(kind).iter().map(|fact| fact.id.0.as_str()).collect();
    let Some(fact) = record.fact(kind, id) else {
        let expected = (id == "none" && ids.is_empty()) || attributes == ["absent"];
        return if expected { Ok(()) } else { Err(format!("it shows {ids:?}")) };
    };
    if attributes == ["absent"] {
        return Err("it is there".into());
    }
    for (name, wanted) in attributes.iter().map(|word| pair(word)) {
        let is = said(fact.get(&name));
        if is != wanted {
            return Err(format!("{name} is {is}"));
        }
    }
    Ok(())
}

fn check(hazard: &Hazard, records: &[CaseRecord], reading: &Reading) -> Vec<String> {
    let procedure = procedure("enquiry");
    let of = |child: &str| records.iter().find(|record| record.child.0 == child);
    let mut faults: BTreeSet<String> = reading.faults.iter().map(ToString::to_string).collect();
    let mut failures = Vec::new();
    for line in &hazard.expected {
        let words: Vec<&str> = line.iter().map(String::as_str).collect();
        let outcome = match words.as_slice() {
            ["children", wanted @ ..] => {
                let children: Vec<&str> = records.iter().map(|record| record.child.0.as_str()).collect();
                if children == wanted { Ok(()) } else { Err(format!("the children are {children:?}")) }
            }
            ["shows", child, kind, id, attributes @ ..] => {
                of(child).map_or(Err("no such child".into()), |record| shows(record, kind, id, attributes))
            }
            ["duty", child, expected @ ..] => of(child).map_or(Err("no such child".into()), |record| {
                Expected::read(expected).check(&assessed(record, procedure, today(), now()))
            }),
            ["fault", words @ ..] => {
                let words: Vec<String> = words.iter().map(|word| word.replace('~', " ")).collect();
                let fits = |fault: &String| words.iter().all(|word| fault.contains(word.as_str()));
                let found = faults.iter().find(|fault| fits(fault)).cloned();
                found.map(|fault| faults.remove(&fault)).map(|_| ()).ok_or_else(|| format!("the faults: {faults:?}"))
            }
            _ => panic!("cannot read: {line:?}"),
        };
        failures.extend(outcome.err().map(|why| format!("{}: {}\n    {why}", hazard.title, line.join(" "))));
    }
    failures.extend(faults.into_iter().map(|fault| format!("{}: an unexpected fault: {fault}", hazard.title)));
    failures
}

/// Each hazard of one system on one database, which is emptied again after each.
async fn run(system: &str, database: &Database, source: &Source) -> Vec<String> {
    let tables = shapes::dataset(system) + LOCAL;
    let views = source::sql(system).unwrap();
    script(database, &[&tables, LOAD, &views].join("\n")).await;
    let mut failures = Vec::new();
    for hazard in hazards(system) {
        let rows: String = hazard.rows.iter().map(|(table, cells)| insert(&tables, table, cells)).collect();
        script(database, &rows).await;
        let (records, reading) = read(source).await;
        failures.extend(check(&hazard, &records, &reading));
        let touched: BTreeSet<&str> = hazard.rows.iter().map(|(table, _)| table.as_str()).collect();
        let emptied: Vec<String> = touched.iter().map(|table| format!("DELETE FROM {table};")).collect();
        script(database, &emptied.join("\n")).await;
    }
    failures
}

async fn on_both(system: &str) {
    let (file, server) = (sqlite(), postgres().await);
    let database = file.open().await;
    let mut failures = run(system, &database, &Source::open_sqlite(&file.path, LIMIT).await.unwrap()).await;
    let database = server.open().await;
    failures.extend(run(system, &database, &Source::open_postgres(&server.url, None, LIMIT).await.unwrap()).await);
    database.close().await;
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}

#[tokio::test]
async fn lcs() {
    on_both("lcs").await;
}

#[tokio::test]
async fn mosaic() {
    on_both("mosaic").await;
}

#[tokio::test]
async fn eclipse() {
    on_both("eclipse").await;
}

#[test]
fn every_hazard_is_expected_to_come_to_something() {
    let all: Vec<Hazard> = ["lcs", "mosaic", "eclipse"].into_iter().flat_map(hazards).collect();
    assert!(all.len() >= 45, "{}", all.len());
    for hazard in all {
        assert!(!hazard.rows.is_empty() && !hazard.expected.is_empty(), "{}", hazard.title);
    }
}

#[tokio::test]
async fn a_table_of_mosaic_left_empty_by_a_failed_procedure_is_not_believed() {
    for table in ["ssd_s47_enquiry", "ssd_cp_visits", "ssd_cp_reviews", "ssd_initial_cp_conference"] {
        let file = sqlite();
        let database = file.open().await;
        let tables = shapes::dataset("mosaic") + LOCAL;
        script(&database, &[&tables, LOAD, &source::sql("mosaic").unwrap()].join("\n")).await;
        let rows = |n: u32| {
            format!(
                "INSERT INTO ssd_cp_plans (cppl_cp_plan_id, cppl_person_id, cppl_cp_plan_start_date) VALUES ('{n}', 'C{n}', '2026-10-05');
                 INSERT INTO ssd_s47_enquiry (s47e_s47_enquiry_id, s47e_person_id, s47e_s47_start_date) VALUES ({n}, 'C{n}', '2026-10-05');
                 INSERT INTO ssd_cp_visits (cppv_cp_visit_id, cppv_cp_plan_id, cppv_cp_visit_date) VALUES ('{n}', '{n}', '2026-10-06');
                 INSERT INTO ssd_cp_reviews (cppr_cp_review_id, cppr_cp_plan_id, cppr_cp_review_date) VALUES ({n}, {n}, '2026-10-06');
                 INSERT INTO ssd_initial_cp_conference (icpc_icpc_id, icpc_person_id, icpc_icpc_date) VALUES ('{n}', 'C{n}', '2026-10-05');"
            )
        };
        script(&database, &(1..=12).map(rows).collect::<String>()).await;
        let source = Source::open_sqlite(&file.path, LIMIT).await.unwrap();
        let before = read(&source).await.1.counts;
        script(&database, &format!("DELETE FROM {table}")).await;
        let guarded = source::guard(Some(&before), &read(&source).await.1.counts, 50).unwrap_err();
        // The two tables of conferences are one view, of which a half is gone.
        let expected = match table {
            "ssd_s47_enquiry" => Guarded::Emptied { view: "dw_enquiries", before: 12 },
            "ssd_cp_visits" => Guarded::Emptied { view: "dw_visits", before: 12 },
            _ => Guarded::Shrunk { view: "dw_conferences", before: 24, after: 12 },
        };
        assert_eq!(guarded, expected, "{table}");
        database.close().await;
    }
}

#[test]
fn siblings_who_share_an_enquiry_are_told_of_in_one_message() {
    let bench = Bench::without_ledger(&format!(
        "{STAFF}
         children C1 household_id=F1
         children C2 household_id=F1
         enquiries E1 child_id=C1 started_on=2026-10-26
         enquiries E1 child_id=C2 started_on=2026-10-26
         allocations A1 child_id=C1 worker_id=W1 team_id=T1 role=lead_worker from_on=2026-10-26
         allocations A2 child_id=C2 worker_id=W1 team_id=T1 role=lead_worker from_on=2026-10-26\n"
    ));
    let procedure = fs::canonicalize("tests/procedures/enquiry.toml").unwrap();
    let settings = cases::SETTINGS.replace("\"core.toml\"", &format!("\"{}\"", procedure.display()));
    fs::write(bench.path("duewatch.toml"), settings).unwrap();
    bench.run(&["ledger", "migrate", "--simulated"]).well();
    bench.run(&["ledger", "mode", "live", "--by", "test", "--reason", "files only"]).well();
    // Fifteen working days of Mon 26 October are Mon 16 November, strictly Fri 13.
    says(&bench.once("2026-11-17").well(), &["2 children"]);
    let told: BTreeSet<String> = bench.told().into_iter().map(|told| format!("{} {}", told.child, told.duty)).collect();
    for child in ["C1", "C2"] {
        assert!(told.contains(&format!("{child} local-initial-conference")), "{told:?}");
    }
    let to_the_worker = |mail: &&Vec<u8>| String::from_utf8_lossy(mail).contains("To: one@wrenholt.example");
    let mail = bench.mail();
    let mails: Vec<_> = mail.values().filter(to_the_worker).collect();
    assert_eq!(mails.len(), 1);
    says(&String::from_utf8_lossy(mails[0]), &["C1", "C2"]);
}
