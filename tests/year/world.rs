//! A generated authority and what it was like on each morning of a year.
//!
//! The case database is made by `duewatch generate` and read through its views, as the daemon does. It holds what happened
//! with the day on which it happened; when that became known is drawn (`typed`), and so is who was there (`staff`).

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Days, NaiveDate, NaiveTime};
use duewatch::{
    duty::{Duty, Lacking, Status, Terms, never_supplied},
    generate::{self, Order, System},
    procedure::Rule,
    record::{CaseRecord, ChildRef, FactKind, PersonRef, Value},
    rehearsal::{Known, Message, Rehearsal, Seen},
    run::Watch,
    settings::Settings,
};

use crate::{
    cases::{Bench, SETTINGS, block_on, execute, rows},
    chance::Chance,
    mended,
    staff::Staff,
    typed::Typing,
};

/// The day of the load: nothing later is known. The year ends the day before.
pub(crate) const LOADED_ON: &str = "2026-11-16";

/// What is lived through.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    pub(crate) procedure: &'static str,
    /// Open plans.
    pub(crate) plans: u32,
    pub(crate) seed: u64,
    /// Weeks before the year in which what was overdue at adoption is told. They are no part of the figures.
    pub(crate) settling_weeks: u64,
    pub(crate) weeks: u64,
}

impl Plan {
    /// The first morning, the first of the figures, and the last.
    pub(crate) fn days(self) -> (NaiveDate, NaiveDate, NaiveDate) {
        let loaded_on: NaiveDate = LOADED_ON.parse().unwrap();
        let before = |weeks| loaded_on - Days::new(7 * weeks);
        (before(self.weeks + self.settling_weeks), before(self.weeks), loaded_on.pred_opt().unwrap())
    }
}

pub(crate) struct World {
    pub(crate) watch: Watch,
    pub(crate) staff: Staff,
    records: BTreeMap<ChildRef, CaseRecord>,
    /// Who is to be read anew on which morning.
    changes: BTreeMap<NaiveDate, BTreeSet<ChildRef>>,
    incomplete: BTreeSet<ChildRef>,
    lacking: Lacking,
    faults: Vec<Duty>,
    typing: Typing,
    plan: Plan,
    _bench: Bench,
}

impl World {
    pub(crate) fn generated(plan: Plan) -> World {
        let bench = Bench::bare();
        let (path, as_of) = (bench.path("case.db"), LOADED_ON.parse().unwrap());
        let Plan { plans, seed, .. } = plan;
        let order = Order { system: System::Lcs, seed, plans, as_of, years: 2, tidy: false, forms: false };
        block_on(generate::fill_sqlite(&path, &order)).unwrap();
        // The views show who had open work in the twelve months before the load. Here they show everybody who had it at any
        // time, and `typed` leaves out whom they would not have shown on a morning.
        execute(&path, "UPDATE local_load SET keep_from_on = '2024-10-01 00:00:00'");
        let view = rows(&path, "SELECT sql FROM sqlite_master WHERE name = 'dw_children'").concat();
        let view = view.into_iter().flatten().collect::<String>();
        let everybody = view.replace("NOT IN ('Y', 'YES', '1', 'T', 'TRUE')", "<> '-'");
        assert_ne!(view, everybody, "the view of children is not written as it was");
        execute(&path, &format!("DROP VIEW dw_children; {everybody}"));

        // One read of two years of everything takes longer than a poll may.
        let settings = SETTINGS
            .replace("core.toml", plan.procedure)
            .replace("[source]\n", "[source]\nstatement_timeout_ms = 3600000\n");
        std::fs::write(bench.path("duewatch.toml"), settings).unwrap();
        bench.run(&["ledger", "migrate", "--simulated"]).well();
        let (watch, load, mut records) = block_on(async {
            let settings = Settings::load(&bench.path("duewatch.toml")).unwrap();
            let watch = Watch::open(&settings).await.unwrap();
            let mut records: Vec<CaseRecord> = Vec::new();
            let load = watch.read_as_loaded(|record, _| records.push(record.clone())).await.unwrap();
            (watch, load, records)
        });
        let chance = Chance(seed);
        let (from, _, to) = plan.days();
        for record in &mut records {
            *record = mended::with_minutes_sent(chance, record, as_of);
        }
        let staff = Staff::drawn(chance, &load.directory, &mut records, (from, to));
        let typing = Typing(chance);
        let mut changes: BTreeMap<NaiveDate, BTreeSet<ChildRef>> = BTreeMap::new();
        for record in &records {
            for morning in typing.mornings(record).into_iter().map(|morning| morning.max(from)) {
                changes.entry(morning).or_default().insert(record.child.clone());
            }
        }
        World {
            lacking: Lacking::of(load.supply.clone(), &watch.procedure),
            faults: load.of_authority.into_iter().filter(|duty| duty.status == Status::CannotTell).collect(),
            incomplete: load.incomplete,
            records: records.into_iter().map(|record| (record.child.clone(), record)).collect(),
            changes,
            watch,
            staff,
            typing,
            plan,
            _bench: bench,
        }
    }

    /// Runs at these times of every day. `look` sees each run before it is remembered, and then what left.
    pub(crate) fn live(&self, times: &[NaiveTime], mut look: impl FnMut(&Looked<'_>)) {
        let mut rehearsal = Rehearsal::default();
        let (first, _, last) = self.plan.days();
        for day in first.iter_days().take_while(|day| *day <= last) {
            for (place, time) in times.iter().enumerate() {
                // Where there are several runs a day, the load is under way between them.
                let loaded =
                    |child: &&ChildRef| self.typing.0.of(&["load", &child.0]) % times.len() as u64 == place as u64;
                for child in self.changes.get(&day).into_iter().flatten().filter(loaded) {
                    match self.typing.as_known(&self.records[child], day) {
                        Some(record) => rehearsal.learn(record),
                        None => rehearsal.forget(child),
                    }
                }
                let at = self.watch.zone.at(day, *time);
                let terms = Terms { lacking: &self.lacking, ..self.watch.terms(at) };
                let known = Known {
                    terms,
                    directory: &self.staff.directory,
                    last: &self.watch.last_recipient,
                    clock: &self.watch.sending,
                    faults: self.faults.clone(),
                    with_summaries: true,
                    stale: false,
                };
                let unsure = |_: &_, _: &_| self.incomplete.clone();
                let messages = rehearsal.run(known, unsure, |seen| look(&Looked::Run(day, seen)));
                look(&Looked::Sent(day, &messages));
            }
        }
    }

    /// Whether this source supplies what a rule needs.
    pub(crate) fn can_tell(&self, rule: &Rule) -> bool {
        let terms = Terms { lacking: &self.lacking, ..self.watch.terms(DateTime::UNIX_EPOCH) };
        never_supplied(&terms, rule).is_empty()
    }

    /// Plans of its own that are open on a day.
    pub(crate) fn open_plans(&self, on: NaiveDate) -> usize {
        let open = |record: &&CaseRecord| {
            let plans = record.facts(FactKind::Plan).iter();
            plans.filter(|plan| *plan.get("other_authority") != Value::Flag(true)).any(|plan| plan.covers(on))
        };
        self.records.values().filter(open).count()
    }

    /// Whoever chairs a conference.
    pub(crate) fn chairs(&self) -> BTreeSet<&PersonRef> {
        let conferences = self.records.values().flat_map(|record| record.facts(FactKind::Conference));
        conferences.filter_map(|conference| conference.person("chair_id")).collect()
    }
}

/// What can be looked at.
pub(crate) enum Looked<'a> {
    Run(NaiveDate, Seen<'a>),
    Sent(NaiveDate, &'a [Message]),
}
