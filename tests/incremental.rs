//! A run that passes over every child of whom nothing has changed leaves the very ledger that a run over all of them leaves.
//!
//! A small authority is drawn from a seed and lived in for some weeks: rows change, days pass, rules, holidays and the
//! program change, people leave, fall ill or cannot be reached, somebody acknowledges. Two ledgers watch it, one in each
//! way, and after each poll they are compared row for row.

#![cfg(feature = "io")]
#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

#[path = "support/cases.rs"]
mod cases;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use cases::{SETTINGS, block_on, execute, rows};
use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use duewatch::{
    clock::Clock,
    duty::Status,
    generate,
    ledger::{Attempted, Mode, NewAck, Outcome, Whose},
    run::{Polled, Watch},
    settings::Settings,
};
use proptest::prelude::*;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

const FOUNDED_AT: &str = "2026-11-16T08:30:00Z";
const HERTFORDSHIRE: &str = include_str!("../config/procedures/hertfordshire.toml");

/// Something that happens between two polls. Numbers choose a row, a worker or a child, whichever there is.
#[derive(Clone, Debug)]
enum Event {
    Visited(usize),
    VisitDeleted(usize),
    VisitTypedForNextMonth(usize),
    CoreGroupHeld(usize),
    MinutesSent(usize),
    PlanEnded(usize),
    PlanReopened(usize),
    PlanWithoutChild(usize),
    AllocationEnded(usize),
    ChildVanishes(usize),
    ChildDies(usize),
    RowDoubled(usize),
    ReviewBooked(usize),
    DateThatIsNone(usize),
    NewLoad,
    WorkerLeaves(usize),
    ManagerLeaves(usize),
    WorkerFallsIll(usize),
    AddressChanges(usize),
    RuleTightened,
    RuleLoosened,
    HolidayProclaimed,
    OfficesClosed,
    OtherProgram,
    Acknowledged(usize),
    MessageRefused,
}

use Event::{
    Acknowledged, AddressChanges, AllocationEnded, ChildDies, ChildVanishes, CoreGroupHeld, DateThatIsNone,
    HolidayProclaimed, ManagerLeaves, MessageRefused, MinutesSent, NewLoad, OfficesClosed, OtherProgram, PlanEnded,
    PlanReopened, PlanWithoutChild, ReviewBooked, RowDoubled, RuleLoosened, RuleTightened, VisitDeleted,
    VisitTypedForNextMonth, Visited, WorkerFallsIll, WorkerLeaves,
};

fn event() -> impl Strategy<Value = Event> {
    let which = || 0..1000_usize;
    prop_oneof![
        6 => which().prop_map(Visited),
        2 => which().prop_map(VisitDeleted),
        2 => which().prop_map(VisitTypedForNextMonth),
        3 => which().prop_map(CoreGroupHeld),
        3 => which().prop_map(MinutesSent),
        2 => which().prop_map(PlanEnded),
        1 => which().prop_map(PlanReopened),
        1 => which().prop_map(PlanWithoutChild),
        3 => which().prop_map(AllocationEnded),
        1 => which().prop_map(ChildVanishes),
        1 => which().prop_map(ChildDies),
        1 => which().prop_map(RowDoubled),
        2 => which().prop_map(ReviewBooked),
        1 => which().prop_map(DateThatIsNone),
        4 => Just(NewLoad),
        2 => which().prop_map(WorkerLeaves),
        2 => which().prop_map(ManagerLeaves),
        2 => which().prop_map(WorkerFallsIll),
        1 => which().prop_map(AddressChanges),
        1 => Just(RuleTightened),
        1 => Just(RuleLoosened),
        1 => Just(HolidayProclaimed),
        1 => Just(OfficesClosed),
        1 => Just(OtherProgram),
        3 => which().prop_map(Acknowledged),
        2 => Just(MessageRefused),
    ]
}

/// What happens before the next poll, and how many hours later that is.
fn step() -> impl Strategy<Value = (Vec<Event>, i64)> {
    let hours = prop_oneof![2 => 1..6_i64, 5 => Just(24), 2 => 24..120_i64, 1 => 300..900_i64];
    (prop::collection::vec(event(), 0..4), hours)
}

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
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::create_dir(path("mail")).unwrap();
        fs::create_dir(path("calendars")).unwrap();
        fs::write(path("rules.toml"), HERTFORDSHIRE).unwrap();
        for ledger in ["incremental", "whole"] {
            let settings = SETTINGS
                .replace("ledger.db", &format!("{ledger}.db"))
                .replace("procedure = \"hertfordshire\"", "procedure = \"rules.toml\"");
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
        let (today, number) = (self.today(), self.now.timestamp());
        let child = |which: usize| self.one_of("cppl_person_id", "ssd_cp_plans", which);
        let plan = |which: usize| self.one_of("cppl_cp_plan_id", "ssd_cp_plans", which);
        match event {
            Visited(which) => {
                let Some(child) = child(*which) else { return };
                let yes = if which % 3 == 0 { "N" } else { "Y" };
                self.sql(&format!(
                    "INSERT INTO ssd_cp_visits (cppv_cp_visit_id, cppv_person_id, cppv_cp_visit_date, cppv_cp_visit_seen,
                        cppv_cp_visit_seen_alone) VALUES ('N{number}-{which}', '{child}', '{today} 00:00:00', '{yes}', '{yes}')"
                ));
            }
            VisitDeleted(which) => {
                let Some(visit) = self.one_of("cppv_cp_visit_id", "ssd_cp_visits", *which) else { return };
                self.sql(&format!("DELETE FROM ssd_cp_visits WHERE cppv_cp_visit_id = '{visit}'"));
            }
            VisitTypedForNextMonth(which) => {
                let Some(visit) = self.one_of("cppv_cp_visit_id", "ssd_cp_visits", *which) else { return };
                let on = today + Days::new(20);
                self.sql(&format!(
                    "UPDATE ssd_cp_visits SET cppv_cp_visit_date = '{on} 00:00:00' WHERE cppv_cp_visit_id = '{visit}'"
                ));
            }
            CoreGroupHeld(which) => {
                let Some(child) = child(*which) else { return };
                self.sql(&format!(
                    "INSERT INTO local_core_groups (core_group_id, person_id, held_on)
                     VALUES ('G{number}-{which}', '{child}', '{today} 00:00:00')"
                ));
            }
            MinutesSent(which) => {
                let Some(meeting) = self.one_of("core_group_id", "local_core_groups", *which) else { return };
                self.sql(&format!(
                    "UPDATE local_core_groups SET minutes_sent_on = '{today} 00:00:00' WHERE core_group_id = '{meeting}'"
                ));
            }
            PlanEnded(which) => {
                let Some(plan) = plan(*which) else { return };
                self.sql(&format!(
                    "UPDATE ssd_cp_plans SET cppl_cp_plan_end_date = '{today} 00:00:00' WHERE cppl_cp_plan_id = '{plan}'"
                ));
            }
            PlanReopened(which) => {
                let Some(plan) = plan(*which) else { return };
                self.sql(&format!(
                    "UPDATE ssd_cp_plans SET cppl_cp_plan_end_date = NULL WHERE cppl_cp_plan_id = '{plan}'"
                ));
            }
            PlanWithoutChild(which) => {
                let Some(plan) = plan(*which) else { return };
                self.sql(&format!("UPDATE ssd_cp_plans SET cppl_person_id = NULL WHERE cppl_cp_plan_id = '{plan}'"));
            }
            AllocationEnded(which) => {
                let Some(id) = self.one_of("invo_involvements_id", "ssd_involvements", *which) else { return };
                let on = today + Days::new((which % 5) as u64);
                self.sql(&format!(
                    "UPDATE ssd_involvements SET invo_involvement_end_date = '{on} 00:00:00' WHERE invo_involvements_id = '{id}'"
                ));
            }
            ChildVanishes(which) => {
                let Some(child) = child(*which) else { return };
                self.sql(&format!("DELETE FROM ssd_cp_plans WHERE cppl_person_id = '{child}'"));
            }
            ChildDies(which) => {
                let Some(child) = child(*which) else { return };
                self.sql(&format!(
                    "UPDATE ssd_person SET pers_death_date = '{today} 00:00:00' WHERE pers_person_id = '{child}'"
                ));
            }
            RowDoubled(which) => {
                let Some(child) = child(*which) else { return };
                self.sql(&format!(
                    "INSERT INTO ssd_person (pers_person_id, pers_dob) VALUES ('{child}', '2015-05-05 00:00:00')"
                ));
            }
            ReviewBooked(which) => {
                let Some(child) = child(*which) else { return };
                let on = today + Days::new((which % 40) as u64);
                self.sql(&format!(
                    "INSERT INTO local_bookings (booking_id, person_id, kind, booked_on)
                     VALUES ('B{number}-{which}', '{child}', 'review', '{on} 00:00:00')"
                ));
            }
            DateThatIsNone(which) => {
                let Some(visit) = self.one_of("cppv_cp_visit_id", "ssd_cp_visits", *which) else { return };
                self.sql(&format!(
                    "UPDATE ssd_cp_visits SET cppv_cp_visit_date = 'soon' WHERE cppv_cp_visit_id = '{visit}'"
                ));
            }
            NewLoad => self.sql(&format!("UPDATE local_load SET loaded_at = '{today} 06:30:00'")),
            WorkerLeaves(which) | ManagerLeaves(which) => {
                let table = if matches!(event, WorkerLeaves(_)) { "local_workers" } else { "local_teams" };
                let column = if matches!(event, WorkerLeaves(_)) { "worker_id" } else { "manager_id" };
                let Some(worker) = self.one_of(column, table, *which) else { return };
                let on = today + Days::new((which % 3) as u64);
                self.sql(&format!("UPDATE local_workers SET left_on = '{on} 00:00:00' WHERE worker_id = '{worker}'"));
            }
            WorkerFallsIll(which) => {
                let Some(worker) = self.one_of("worker_id", "local_workers", *which) else { return };
                let cover = self.one_of("worker_id", "local_workers", which / 7).unwrap();
                let (from, to) = (today + Days::new((which % 3) as u64), today + Days::new(9));
                self.sql(&format!(
                    "INSERT INTO local_absences (absence_id, worker_id, from_on, to_on, cover_id)
                     VALUES ('A{number}-{which}', '{worker}', '{from} 00:00:00', '{to} 00:00:00', '{cover}')"
                ));
            }
            AddressChanges(which) => {
                let Some(worker) = self.one_of("worker_id", "local_workers", *which) else { return };
                let email = if which % 2 == 0 { "'new@wrenholt.example'" } else { "'other@elsewhere.example'" };
                self.sql(&format!("UPDATE local_workers SET email = {email} WHERE worker_id = '{worker}'"));
            }
            RuleTightened | RuleLoosened => {
                let (from, to) = if matches!(event, RuleTightened) {
                    ("\"10 working days\"", "\"8 working days\"")
                } else {
                    ("\"5 working days\"", "\"7 working days\"")
                };
                let rules = fs::read_to_string(self.folder.path().join("rules.toml")).unwrap();
                fs::write(self.folder.path().join("rules.toml"), rules.replacen(from, to, 1)).unwrap();
                self.reopen().await;
            }
            HolidayProclaimed => {
                let on = today + Days::new(7);
                let file = format!(
                    "calendar = england-and-wales\n\n{on}  published  one-off  A day of thanks  |  proclaimed\n"
                );
                fs::write(self.folder.path().join("calendars/england-and-wales.txt"), file).unwrap();
            }
            OfficesClosed => {
                self.closed = !self.closed;
                self.reopen().await;
            }
            OtherProgram => {
                let program = format!("{}+", self.incremental.program);
                self.incremental.program.clone_from(&program);
                self.whole.program = program;
            }
            Acknowledged(which) => self.acknowledge(*which).await,
            MessageRefused => {
                for watch in [&self.incremental, &self.whole] {
                    let Some(claim) = watch.ledger.claim("test", 60_000, self.now).await.unwrap() else { continue };
                    let refused = Attempted { outcome: Outcome::Refused, code: Some(550), why: None };
                    watch.ledger.record(&claim.lease, &refused, self.now).await.unwrap();
                }
            }
        }
    }

    async fn acknowledge(&self, which: usize) {
        let history = self.whole.ledger.history(Whose::All, self.now).await.unwrap();
        let told: Vec<_> = history
            .duties
            .iter()
            .filter(|(of, past)| of.child.is_some() && past.duty.status == Status::Overdue)
            .flat_map(|(of, past)| past.told.iter().map(move |told| (of.clone(), told.person.clone())))
            .collect();
        let Some((of, person)) = told.get(which % told.len().max(1)).cloned() else { return };
        let until = self.now + TimeDelta::days((which % 12) as i64 + 1);
        let (duty, key) = (of.duty, Some(of.key));
        let ack = NewAck { child: of.child, duty, key, person, reason: "acts on it".into(), until };
        for watch in [&self.incremental, &self.whole] {
            watch.ledger.ack(&ack, self.now).await.unwrap();
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
        ("acks", "child, duty, duty_key, person, until_us"),
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

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, max_shrink_iters: 60, ..ProptestConfig::default() })]

    #[test]
    fn passing_over_who_has_not_changed_changes_nothing(
        seed in 1..500_u64,
        steps in prop::collection::vec(step(), 8..14),
    ) {
        block_on(async {
            let mut world = World::drawn(seed).await;
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
        for event in [None, Some(Visited(4)), None, Some(RuleTightened), None, Some(OtherProgram), None] {
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
