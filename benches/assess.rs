//! How fast cases are assessed, beside a floor measured in the same run: walking the same records' facts once.
//!
//! `cargo bench --bench assess` builds a fictional authority of 325 plans, reads it once, and times both. The ratio is
//! what to compare from one change to the next; the figures themselves belong to the machine.

#![expect(clippy::expect_used, reason = "a measurement that cannot be set up has failed")]
#![expect(clippy::print_stdout, reason = "the figures are what it is for")]

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use duewatch::{
    calendar::{Calendar, Zone},
    duty::{Terms, assess},
    generate,
    procedure::{DutyCatalogue, Procedure},
    record::{CaseRecord, FactKind},
    source::{Source, read},
};

const PLANS: u32 = 325;
const SEED: u64 = 2026;
const AT: &str = "2026-11-16T08:30:00Z";
const AT_LEAST: Duration = Duration::from_secs(2);

fn main() {
    let (file, text) = Procedure::shipped("hertfordshire").expect("it is shipped");
    let procedure = Procedure::parse(file, text, &DutyCatalogue::shipped()).expect("the shipped procedure");
    let calendar = Calendar::shipped(&procedure.calendar).expect("a shipped calendar");
    let zone = Zone::from_name(&procedure.time_zone).expect("a zone");
    let now: DateTime<Utc> = AT.parse().expect("an instant");
    let records = records(zone, now);
    let facts: usize = records.iter().flat_map(|record| FactKind::ALL.map(|kind| record.facts(kind).len())).sum();
    let terms = Terms::new(&procedure, &calendar, zone, now);
    let duties: usize = records.iter().map(|record| assess(record, &terms).duties().count()).sum();
    println!("{} children, {facts} facts, {} rules, {duties} duties", records.len(), procedure.rules.len());

    let floor = children_a_second(&records, walk);
    let assessed = children_a_second(&records, |record| {
        black_box(assess(black_box(record), &terms));
    });
    println!("floor, facts walked once  {floor:>12.0} children a second");
    println!("assess                    {assessed:>12.0} children a second");
    println!("ratio                     {:>12.1} times the floor", floor / assessed);
}

/// Every record of a fictional authority, as the source reads it.
fn records(zone: Zone, now: DateTime<Utc>) -> Vec<CaseRecord> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("case.db");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let authority = generate::authority(SEED, PLANS, now.date_naive());
        generate::write_sqlite(&path, &authority).await.expect("a case database");
        let source = Source::open_sqlite(&path, Duration::from_mins(1)).await.expect("it opens");
        let mut records = Vec::new();
        read(&source, zone, |record| records.push(record)).await.expect("it is read");
        records
    })
}

/// The least that any assessment must do: look at each attribute of each fact.
fn walk(record: &CaseRecord) {
    for kind in FactKind::ALL {
        for fact in black_box(record).facts(kind) {
            for attribute in kind.attributes() {
                black_box(fact.get(attribute.name));
            }
        }
    }
}

/// Whole rounds over all records until they have taken long enough, after one round to warm up.
fn children_a_second(records: &[CaseRecord], mut each: impl FnMut(&CaseRecord)) -> f64 {
    records.iter().for_each(&mut each);
    let started = Instant::now();
    let mut done = 0_u32;
    while started.elapsed() < AT_LEAST {
        records.iter().for_each(&mut each);
        done += u32::try_from(records.len()).expect("a round is small");
    }
    f64::from(done) / started.elapsed().as_secs_f64()
}
