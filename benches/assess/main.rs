//! How fast cases are assessed, beside a floor measured in the same run: walking the same records' facts once.
//!
//! `cargo bench --bench assess` builds a fictional authority of 325 plans, reads it, fills what its case database leaves
//! empty (`filled`), and judges it by every shipped procedure on one core. The ratio is what to compare from one change to
//! the next; the figures themselves belong to the machine. Of each child the quickest of many rounds counts: whatever else the
//! machine does only adds to one.

#![expect(clippy::expect_used, reason = "a measurement that cannot be set up has failed")]
#![expect(clippy::print_stdout, reason = "the figures are what it is for")]

mod filled;

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use duewatch::{
    calendar::{Calendar, Zone},
    duty::{Status, Terms, assess},
    generate,
    procedure::{DutyCatalogue, Procedure},
    record::{CaseRecord, FactKind},
    source::{Source, read},
};

const PLANS: u32 = 325;
const SEED: u64 = 2026;
const AT: &str = "2026-11-16T08:30:00Z";
const AT_LEAST: Duration = Duration::from_secs(2);
const ROUNDS: u32 = 20;

/// The one whose figures are looked at more closely: it has the most rules.
const LARGEST: &str = "hertfordshire";

fn main() {
    let now: DateTime<Utc> = AT.parse().expect("an instant");
    let zone = Zone::from_name("Europe/London").expect("a zone");
    let today = now.date_naive();
    // One after another, so that what was read leaves no holes all over the memory that is measured in.
    let records: Vec<CaseRecord> =
        records(zone, now).into_iter().map(|record| filled::filled(&record, today)).collect();
    let facts: usize = records.iter().flat_map(|record| FactKind::ALL.map(|kind| record.facts(kind).len())).sum();
    println!("{} children, {facts} facts", records.len());
    let floor = quickest(&records, walk);
    println!("floor, facts walked once: {:.2} µs a child", micros(floor, records.len()));

    println!(
        "\n{:<24} {:>5} {:>7} {:>5} {:>12} {:>11} {:>11} {:>6}",
        "procedure", "rules", "duties", "met", "duties/s", "µs a child", "allocations", "ratio"
    );
    for (id, file, text) in Procedure::SHIPPED {
        let procedure = Procedure::parse(file, text, &DutyCatalogue::shipped()).expect("a shipped procedure");
        row(id, &procedure, &records, now, floor);
    }

    println!("\n{LARGEST}, a part of its rules");
    let (file, text) = Procedure::shipped(LARGEST).expect("it is shipped");
    let whole = Procedure::parse(file, text, &DutyCatalogue::shipped()).expect("a shipped procedure");
    for quarters in 1..=4 {
        // Every fourth rule belongs to one quarter, so that each has its share of every shape.
        let rules = whole.rules.iter().enumerate().filter(|(at, _)| at % 4 < quarters).map(|(_, rule)| rule.clone());
        let part = Procedure { rules: rules.collect(), ..whole.clone() };
        row(&format!("{quarters}/4"), &part, &records, now, floor);
    }
}

/// One procedure's figures.
fn row(name: &str, procedure: &Procedure, records: &[CaseRecord], now: DateTime<Utc>, floor: Duration) {
    let calendar = Calendar::shipped(&procedure.calendar).expect("a shipped calendar");
    let zone = Zone::from_name(&procedure.time_zone).expect("a zone");
    let terms = Terms::new(procedure, &calendar, zone, now);
    let (mut duties, mut met) = (0_u32, 0_u32);
    for record in records {
        for duty in assess(record, &terms).duties() {
            duties += 1;
            met += u32::from(duty.status == Status::Met);
        }
    }
    let one_round = || records.iter().for_each(|record| drop(black_box(assess(black_box(record), &terms))));
    let allocated = allocation_counter::measure(one_round).count_total;
    let took = quickest(records, |record| drop(black_box(assess(black_box(record), &terms))));
    println!(
        "{name:<24} {:>5} {duties:>7} {:>4.0}% {:>12.0} {:>11.1} {:>11.1} {:>6.1}",
        procedure.rules.len(),
        100.0 * f64::from(met) / f64::from(duties),
        f64::from(duties) / took.as_secs_f64(),
        micros(took, records.len()),
        ratio(allocated, duties),
        took.as_secs_f64() / floor.as_secs_f64(),
    );
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

/// The least that any assessment must do: look at each date of each fact.
fn walk(record: &CaseRecord) {
    for kind in FactKind::ALL {
        for fact in black_box(record).facts(kind) {
            fact.dates().for_each(|date| {
                black_box(date);
            });
        }
    }
}

/// All records once, of each the quickest of many rounds.
fn quickest(records: &[CaseRecord], mut each: impl FnMut(&CaseRecord)) -> Duration {
    let mut quickest = vec![Duration::MAX; records.len()];
    let (began, mut rounds) = (Instant::now(), 0);
    while rounds < ROUNDS || began.elapsed() < AT_LEAST {
        rounds += 1;
        for (record, quickest) in records.iter().zip(&mut quickest) {
            let one = Instant::now();
            each(record);
            *quickest = one.elapsed().min(*quickest);
        }
    }
    quickest.into_iter().sum()
}

fn micros(took: Duration, children: usize) -> f64 {
    1e6 * took.as_secs_f64() / f64::from(u32::try_from(children).expect("a round is small"))
}

fn ratio(counted: u64, duties: u32) -> f64 {
    f64::from(u32::try_from(counted).expect("a round is small")) / f64::from(duties)
}
