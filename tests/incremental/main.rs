//! A run that passes over every child of whom nothing has changed leaves the very ledger that a run over all of them leaves.
//!
//! A small authority is drawn from a seed and lived in for some weeks: rows change, days pass, rules, holidays and the
//! program change, people leave, fall ill or cannot be reached, somebody acknowledges, pauses or resumes. Two ledgers watch
//! it, one in each way, and after each poll they are compared row for row.

#![cfg(feature = "io")]
#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

#[path = "../support/cases.rs"]
mod cases;
mod events;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use cases::{Bench, SETTINGS, STAFF, block_on, child, execute, rows};
use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use duewatch::{
    clock::Clock,
    duty::Status,
    generate,
    ledger::{Attempted, Mode, NewRest, Outcome, Whose},
    notice::{Past, Rest, RestKind},
    procedure::RestReason,
    run::{Polled, Watch},
    settings::Settings,
};
use events::{Event, in_rows, step};
use proptest::prelude::*;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

const FOUNDED_AT: &str = "2026-11-16T08:30:00Z";

/// Whose rules an authority lives by: together they have every shape, under plans and under enquiries.
const RULES: [&str; 3] = [
    include_str!("../../config/procedures/hertfordshire.toml"),
    include_str!("../../config/procedures/north-east-lincolnshire.toml"),
    include_str!("../procedures/ahead.toml"),
];

/// One authority and the two ledgers that watch it.
struct World {
    folder: TempDir,
    incremental: Watch,
    whole: Watch,
    now: DateTime<Utc>,
    closed: bool,
    unchanged: u64,
}

impl World {
    async fn drawn(seed: u64) -> World {
        World::under(RULES[0], seed).await
    }

    async fn under(rules: &str, seed: u64) -> World {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::create_dir(path("mail")).unwrap();
        fs::create_dir(path("calendars")).unwrap();
        fs::write(path("rules.toml"), rules).unwrap();
        for ledger in ["incremental", "whole"] {
            let settings = SETTINGS
                .replace("ledger.db", &format!("{ledger}.db"))
                .replace("procedure = \"core.toml\"", "procedure = \"rules.toml\"");
            fs::write(path(&format!("{ledger}.toml")), settings).unwrap();
        }
        let now: DateTime<Utc> = FOUNDED_AT.parse().unwrap();
        generate::write_sqlite(&path("case.db"), &generate::authority(seed, 8, now.date_naive())).await.unwrap();
        let incremental = opened(folder.path(), "incremental", now).await;
        let whole = opened(folder.path(), "whole", now).await;
        let mut world = World { folder, incremental, whole, now, closed: false, unchanged: 0 };
        world.reopen().await;
        world
    }

    fn sql(&self, sql: &str) {
        beside(|| execute(&self.folder.path().join("case.db"), sql));
    }

    fn today(&self) -> NaiveDate {
        self.now.date_naive()
    }

    /// A column of one row of a table, whichever the number chooses.
    fn one_of(&self, column: &str, table: &str, number: usize) -> Option<String> {
        let sql = format!("SELECT {column} FROM {table} WHERE {column} IS NOT NULL ORDER BY 1");
        let found = beside(|| rows(&self.folder.path().join("case.db"), &sql));
        found.get(number % found.len().max(1))?.first()?.clone()
    }

    /// Settings, rules and program as they are now.
    async fn reopen(&mut self) {
        let closed_on = if self.closed { vec![self.today() + Days::new(1)] } else { Vec::new() };
        let program = self.incremental.program.clone();
        for (name, watch) in [("incremental", &mut self.incremental), ("whole", &mut self.whole)] {
            let path = self.folder.path().join(format!("{name}.toml"));
            let mut settings = Settings::load(&path).unwrap();
            settings.sending.closed_on.clone_from(&closed_on);
            *watch = Watch::open(&settings).await.unwrap();
            watch.program.clone_from(&program);
        }
        self.whole.every_child = true;
    }

    async fn happen(&mut self, event: &Event) {
        let one_of = |column: &str, table: &str, number| self.one_of(column, table, number);
        if let Some(sql) = in_rows(event, self.today(), self.now.timestamp(), one_of) {
            return self.sql(&sql);
        }
        match event {
            Event::RuleTightened => self.amend_rules("\"10 working days\"", "\"8 working days\"").await,
            Event::RuleLoosened => self.amend_rules("\"5 working days\"", "\"7 working days\"").await,
            Event::HolidayProclaimed => {
                let on = self.today() + Days::new(7);
                let file = format!(
                    "calendar = england-and-wales\n\n{on}  published  one-off  A day of thanks  |  proclaimed\n"
                );
                fs::write(self.folder.path().join("calendars/england-and-wales.txt"), file).unwrap();
            }
            Event::OfficesClosed => {
                self.closed = !self.closed;
                self.reopen().await;
            }
            Event::OtherProgram => {
                self.incremental.program.push('+');
                self.whole.program.push('+');
            }
            Event::Acknowledged(which) => self.rest(RestKind::Acknowledged, *which).await,
            Event::Paused(which) => self.rest(RestKind::Paused, *which).await,
            Event::Resumed(which) => self.resume(*which).await,
            Event::MessageRefused => {
                for watch in [&self.incremental, &self.whole] {
                    let claims = watch.ledger.claim("test", 60_000, self.now, 1).await.unwrap();
                    let Some(claim) = claims.first() else { continue };
                    let refused = Attempted { outcome: Outcome::Refused, code: Some(550), why: None };
                    watch.ledger.record(&[(claim.lease.clone(), refused)], self.now).await.unwrap();
                }
            }
            // There was no row to change.
            _ => {}
        }
    }

    async fn amend_rules(&mut self, from: &str, to: &str) {
        let path = self.folder.path().join("rules.toml");
        let rules = fs::read_to_string(&path).unwrap();
        fs::write(path, rules.replacen(from, to, 1)).unwrap();
        self.reopen().await;
    }

    /// Somebody who was told of a duty puts it off; a pause may stand beside an acknowledgement.
    async fn rest(&self, kind: RestKind, which: usize) {
        let history = self.whole.ledger.history(Whose::All, self.now).await.unwrap();
        let told: Vec<_> = history
            .duties
            .iter()
            .filter(|(of, past)| of.child.is_some() && past.duty.status != Status::CannotTell)
            .flat_map(|(of, past)| past.told.iter().map(move |told| (of.clone(), past.generation, told)))
            .collect();
        let Some((of, generation, told)) = told.get(which % told.len().max(1)).cloned() else { return };
        let until = self.whole.zone.end_of_day(self.today() + Days::new((which % 12) as u64 + 1));
        let (person, reason) = (told.person.clone(), RestReason::VisitBooked);
        let rest = Rest { kind, person, role: told.role, reason, at: self.now, until };
        let rest = NewRest { of, generation, rest };
        for watch in [&self.incremental, &self.whole] {
            watch.ledger.rest(std::slice::from_ref(&rest)).await.unwrap();
        }
    }

    async fn resume(&self, which: usize) {
        let history = self.whole.ledger.history(Whose::All, self.now).await.unwrap();
        let stands = |past: &Past| past.rests.iter().any(|rest| rest.stands(self.now));
        let resting: Vec<_> = history.duties.iter().filter(|(_, past)| stands(past)).collect();
        let Some((of, past)) = resting.get(which % resting.len().max(1)) else { return };
        let by = past.rests.last().map(|rest| rest.person.0.clone()).unwrap_or_default();
        for watch in [&self.incremental, &self.whole] {
            watch.ledger.resume(of, &by, self.now).await.unwrap();
        }
    }

    async fn poll(&mut self) {
        let clock = Clock::Fixed(self.now);
        let incremental = self.incremental.poll(clock).await.unwrap();
        let whole = self.whole.poll(clock).await.unwrap();
        well(&incremental);
        well(&whole);
        self.unchanged += incremental.books.children.unchanged;
        assert_eq!(whole.books.children.unchanged, 0, "that one judges everybody");
        assert_eq!(incremental.committed.new, whole.committed.new);
        self.compare("poll");
        for watch in [&self.incremental, &self.whole] {
            watch.deliver(clock, &CancellationToken::new()).await.unwrap();
        }
        self.compare("delivery");
    }

    fn compare(&self, after: &str) {
        let ledger = |name: &str| dump(&self.folder.path().join(format!("{name}.db")));
        let (incremental, whole) = (ledger("incremental"), ledger("whole"));
        for (table, rows) in &whole {
            let one = &incremental[table];
            let missing: Vec<_> = rows.iter().filter(|row| !one.contains(row)).collect();
            let surplus: Vec<_> = one.iter().filter(|row| !rows.contains(row)).collect();
            assert!(
                missing.is_empty() && surplus.is_empty() && rows.len() == one.len(),
                "{table} after the {after} at {}: the whole run alone has {missing:#?}, the incremental one alone {surplus:#?}",
                self.now
            );
        }
    }
}

/// A run whose books balance, and in which nothing came to something else unannounced.
fn well(polled: &Polled) {
    let alarms: Vec<_> = polled.attention.iter().filter(|matter| matter.contains("alarm")).collect();
    assert!(alarms.iter().all(|alarm| alarm.contains("bank holidays")), "{alarms:?}");
    assert_eq!(polled.outcome.name(), "balanced", "{:?} {:?}", polled.attention, polled.books);
}

async fn opened(folder: &Path, name: &str, now: DateTime<Utc>) -> Watch {
    let settings = Settings::load(&folder.join(format!("{name}.toml"))).unwrap();
    let path = folder.join(format!("{name}.db")).display().to_string();
    let ledger = duewatch::ledger::Ledger::open(&path, true).await.unwrap();
    ledger.migrate().await.unwrap();
    ledger.found("wrenholt", true, &ledger.home().await.unwrap(), now).await.unwrap();
    ledger.set_mode(&Mode::Live, "test", "files only", now).await.unwrap();
    ledger.close().await;
    Watch::open(&settings).await.unwrap()
}

/// Everything in a ledger but what it is called itself, when a child was last judged, and what a run says of how it went.
fn dump(ledger: &Path) -> BTreeMap<&'static str, Vec<String>> {
    let tables = [
        (
            "duties",
            "child, duty, duty_key, generation, status, strict_on, due_on, detail, opened_run, changed_run, closed, closed_at_us",
        ),
        (
            "notices",
            "effect, kind, role, mailbox, address, urgent, owed_at_us, send_at_us, because, state, message_id, decided_run",
        ),
        ("messages", "id, person, address, state, created_at_us, handed_over_us, ended_us"),
        ("cases", "child, context, wake_at_us, audience, carried, fingerprint IS NULL"),
        ("runs", "id, at_us, outcome, load_mark, counts, directory_hash"),
        ("acks", "child, duty, duty_key, generation, kind, person, role, until_us"),
    ];
    let dumped = tables.map(|(table, columns)| {
        let quoted: Vec<String> = columns.split(", ").map(|column| format!("quote({column})")).collect();
        let sql = format!("SELECT {} FROM {table} ORDER BY 1", quoted.join(" || ' ' || "));
        let rows = beside(|| rows(ledger, &sql));
        (table, rows.into_iter().filter_map(|row| row.into_iter().next().flatten()).collect())
    });
    dumped.into()
}

/// On a thread of its own: the test's runtime is running.
fn beside<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| scope.spawn(work).join().unwrap())
}

/// How many authorities are lived in: a few in a build, many by `tests/long ledgers`.
#[expect(clippy::disallowed_methods, reason = "tests/long says how many")]
fn lives() -> u32 {
    std::env::var("DUEWATCH_LONG_LEDGERS").ok().and_then(|lives| lives.parse().ok()).unwrap_or(3)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: lives(), max_shrink_iters: 12, ..ProptestConfig::default() })]

    #[test]
    fn passing_over_who_has_not_changed_changes_nothing(
        rules in prop::sample::select(RULES.as_slice()),
        seed in 1..500_u64,
        steps in prop::collection::vec(step(), 8..14),
    ) {
        block_on(async {
            let mut world = World::under(rules, seed).await;
            world.poll().await;
            for (events, hours) in &steps {
                for event in events {
                    world.happen(event).await;
                }
                world.now += TimeDelta::hours(*hours);
                world.poll().await;
            }
            assert!(world.unchanged > 0, "in all these polls nobody was passed over");
        });
    }
}

/// The five reasons, one after the other, and a quiet poll between them: who is judged in each.
#[test]
fn only_those_who_changed_or_came_due_are_judged() {
    block_on(async {
        let mut world = World::drawn(3).await;
        world.poll().await;
        let all =
            beside(|| rows(&world.folder.path().join("case.db"), "SELECT child_id FROM dw_children")).len() as u64;
        let mut judged = Vec::new();
        for event in
            [None, Some(Event::Visited(4)), None, Some(Event::RuleTightened), None, Some(Event::OtherProgram), None]
        {
            if let Some(event) = &event {
                world.happen(event).await;
            }
            world.now += TimeDelta::minutes(1);
            let polled = world.incremental.poll(Clock::Fixed(world.now)).await.unwrap();
            let children = &polled.books.children;
            judged.push(children.assessed + children.excluded);
            assert_eq!(children.seen, children.assessed + children.excluded + children.unchanged + children.unreadable);
        }
        assert_eq!(judged, [0, 1, 0, all, 0, all, 0]);
    });
}

/// A visit typed for Friday 20 November is a fault until a load reaches that day, though nothing of the child changes then
/// and the days themselves have long gone by.
#[test]
fn a_date_to_come_is_read_anew_when_a_load_reaches_it() {
    let bench = Bench::new(&format!("{STAFF}{}", child("C1", "2026-11-02")));
    bench.add("visits V1 child_id=C1 visited_on=2026-11-20 seen=Y");
    let over = |bench: &Bench| {
        let told = bench.told().into_iter().filter(|told| told.duty == "case-data" && told.kind == "no_longer_due");
        told.map(|told| told.person).collect::<Vec<_>>()
    };
    for day in ["2026-11-16", "2026-11-20", "2026-11-23", "2026-11-24"] {
        bench.once(day);
    }
    assert_eq!(over(&bench), [""; 0], "no load has reached it");
    bench.sql("UPDATE dw_load SET loaded_at = '2026-11-24T07:30'");
    bench.once("2026-11-24T09:00:00Z");
    assert_eq!(over(&bench), ["D1"]);
}

/// A repetition waits for the morning when the rule that asked for it is loosened: it is withdrawn, and the repetition that
/// the new rule asks for, a smaller number, has been told to nobody. It is told in that run, not found out in the next.
#[test]
fn what_is_withdrawn_before_it_was_sent_has_told_nobody() {
    block_on(async {
        let mut world = World::drawn(1).await;
        world.poll().await;
        for (event, hours) in [(None, 712), (None, 690), (Some(Event::RuleLoosened), 24), (None, 24), (None, 2)] {
            if let Some(event) = event {
                world.happen(&event).await;
            }
            world.now += TimeDelta::hours(hours);
            world.poll().await;
        }
    });
}

/// Typed in the morning for half past two in the afternoon: by its day it is there already, by its hour it is still to come.
/// Nothing changes in between but the hour.
#[test]
fn what_happens_later_today_is_judged_when_its_hour_has_come() {
    let bench = Bench::new(&format!("{STAFF}{}", child("C1", "2026-11-02")));
    bench.add("incidents E1 child_id=C1 kind=access_refused occurred_on=2026-11-16T14:30");
    let alerts = |bench: &Bench| bench.told().into_iter().filter(|told| told.kind == "alert").count();
    bench.once("2026-11-16T09:00:00Z");
    assert_eq!(alerts(&bench), 0);
    bench.once("2026-11-16T14:45:00Z");
    assert!(alerts(&bench) > 0, "somebody must hear of it now");
}

/// A waiting step of an earlier generation that a higher one speaks for is not owed anew a day later.
#[test]
fn a_step_said_by_a_higher_one_after_the_date_moved_is_not_told_again() {
    use events::Event::*;
    block_on(async {
        let mut world = World::drawn(1).await;
        world.poll().await;
        let steps: Vec<(Vec<Event>, i64)> = vec![
            (vec![], 68),
            (vec![RuleTightened], 24),
            (vec![Visited(299)], 24),
            (vec![OfficesClosed, Visited(272), MinutesSent(3)], 466),
            (vec![Visited(114), NewLoad, WorkerLeaves(808)], 24),
            (vec![PlanEnded(897)], 24),
            (vec![HolidayProclaimed, NewLoad], 24),
            (vec![MinutesSent(114), VisitDeleted(363), OtherProgram], 342),
        ];
        for (events, hours) in &steps {
            for event in events {
                world.happen(event).await;
            }
            world.now += TimeDelta::hours(*hours);
            world.poll().await;
        }
    });
}
