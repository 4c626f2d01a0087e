//! What each process does, and what it says of it.

use std::path::Path;
use std::time::{Duration, Instant};

use duewatch::{
    calendar::Zone,
    clock::Clock,
    database::{Access, Database, Kind},
    ledger::{Ledger, Mode},
    procedure::{DutyCatalogue, Procedure, Rule},
    record::{FactKind, Need},
    run::Watch,
    settings::Settings,
    source::{self, Pass, Source},
};
use serde::{Deserialize, Serialize};

/// The morning of the load.
pub(crate) const AT: &str = "2026-11-26T08:30:00Z";
/// A quarter of an hour later.
pub(crate) const LATER: &str = "2026-11-26T08:45:00Z";

#[derive(Serialize, Deserialize)]
pub(crate) struct Answer {
    pub(crate) seconds: f64,
    pub(crate) deciding: f64,
    pub(crate) in_ledger: f64,
    pub(crate) peak_mb: f64,
    pub(crate) said: String,
}

pub(crate) fn one(what: &str, arguments: &[String]) {
    if let ("statement", [kind]) = (what, arguments) {
        let kind = if kind == "postgres" { Kind::Postgres } else { Kind::Sqlite };
        return println!("{};", source::statement(kind));
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let answer = runtime.block_on(async {
        match (what, arguments) {
            ("bare", [at]) => bare(at).await,
            ("poll", [config, at]) => poll(Path::new(config), at).await,
            _ => panic!("bare AT, poll CONFIG INSTANT, or statement sqlite|postgres"),
        }
    });
    println!("{}", serde_json::to_string(&answer).expect("an answer"));
}

fn is_postgres(at: &str) -> bool {
    at.starts_with("postgres")
}

/// Everything that a read does with the database and nothing that it does with the rows: all that comes before the first
/// child, each child's row taken as text and dropped, the last look.
async fn bare(at: &str) -> Answer {
    let began = Instant::now();
    let limit = Duration::from_hours(1);
    let (source, database) = if is_postgres(at) {
        (Source::open_postgres(at, None, limit).await, Database::open_postgres(at, None, Access::ReadOnly).await)
    } else {
        let path = Path::new(at);
        (Source::open_sqlite(path, limit).await, Database::open_sqlite_read_only(path).await)
    };
    let (source, database) = (source.expect("it opens"), database.expect("it opens"));
    let zone = Zone::from_name("Europe/London").expect("a zone");
    let mut stillness = database.stillness().await.expect("a moment");
    let mut pass = Pass::begin(&source, zone).await.expect("a beginning");
    pass.supply(&needs()).await.expect("what is never supplied");
    drop(pass);
    let mut read = database.begin_read().await.expect("a transaction");
    let (mut rows, mut bytes) = (0_u64, 0_usize);
    let statement = source::statement(database.kind());
    let columns = 5 + FactKind::ALL.len();
    let mut answer = read.rows(&statement, &[]);
    while let Some(row) = answer.next().await.expect("a row") {
        rows += 1;
        for column in 0..columns {
            bytes += row.lossy_text(column).expect("text").map_or(0, |text| text.len());
        }
    }
    drop(answer);
    read.rollback().await.expect("the end");
    assert!(stillness.is_unbroken().await, "somebody has written meanwhile");
    let said = format!("{rows} children, {bytes} bytes");
    Answer { seconds: began.elapsed().as_secs_f64(), deciding: 0.0, in_ledger: 0.0, peak_mb: peak_mb(), said }
}

/// What the rules of the run ask of the source.
fn needs() -> Vec<Need> {
    let (file, text) = Procedure::shipped("hertfordshire").expect("it is shipped");
    let procedure = Procedure::parse(file, text, &DutyCatalogue::shipped()).expect("the shipped procedure");
    procedure.rules.iter().flat_map(Rule::needs).collect()
}

async fn poll(config: &Path, at: &str) -> Answer {
    let settings = Settings::load(config).expect("settings");
    let now = at.parse().expect("an instant");
    if !Path::new(&settings.ledger.database).exists() {
        found(&settings, now).await;
    }
    let began = Instant::now();
    let mut watch = Watch::open(&settings).await.expect("it opens");
    let polled = watch.poll(Clock::Fixed(now)).await.expect("a run");
    let seconds = began.elapsed().as_secs_f64();
    let children = &polled.books.children;
    let said = format!(
        "{} children seen, {} assessed, {} excluded, {} unchanged; {} pairs with duties; {} new notices; {}",
        children.seen,
        children.assessed,
        children.excluded,
        children.unchanged,
        polled.books.pairs.duties,
        polled.committed.new,
        polled.outcome.name()
    );
    let deciding = polled.deciding.as_secs_f64();
    Answer { seconds, deciding, in_ledger: polled.in_ledger.as_secs_f64(), peak_mb: peak_mb(), said }
}

async fn found(settings: &Settings, now: chrono::DateTime<chrono::Utc>) {
    let ledger = Ledger::open(&settings.ledger.database, true).await.expect("a ledger");
    ledger.migrate().await.expect("its tables");
    let home = ledger.home().await.expect("its place");
    ledger.found(&settings.authority.id, true, &home, now).await.expect("its authority");
    ledger.set_mode(&Mode::Live, "bench", "to measure", now).await.expect("its mode");
    ledger.close().await;
}

pub(crate) fn sql(kind: Kind, at: &str, sql: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let database = match kind {
            Kind::Sqlite => Database::open_sqlite(Path::new(at), false).await,
            Kind::Postgres => Database::open_postgres(at, None, Access::Write).await,
        };
        let mut write = database.expect("it opens").begin_write().await.expect("a transaction");
        write.execute_script(sql).await.expect("a change");
        write.commit().await.expect("the change lasts");
    });
}

/// The most memory this process ever had, as the kernel counts it.
fn peak_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("the kernel's own account");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
    let kb: f64 = line.trim().trim_end_matches(" kB").trim().parse().expect("a number");
    kb / 1024.0
}
