//! What must hold on any day of any authority: nobody is told twice, nobody is passed over, and a preview says what the
//! runs then do. Small authorities are drawn from seeds; the mornings are rehearsed in memory.

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

#[path = "support/cases.rs"]
mod cases;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use cases::{Bench, block_on, execute};
use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use duewatch::{
    calendar::{Calendar, Zone},
    directory::{Directory, Mailbox, Role},
    duty::{Terms, assess},
    generate,
    notice::{Decision, DutyRef, NoticeState, SendingClock, rungs},
    procedure::{DutyCatalogue, Procedure},
    record::{CaseRecord, PersonRef},
    rehearsal::{Known, Rehearsal, Seen},
    source::{self, Source},
};

/// The load is of this day; the mornings before it see only what had happened by then.
const LOADED_ON: &str = "2026-11-30";
const SEEDS: std::ops::RangeInclusive<u64> = 1..=6;

struct World {
    records: Vec<CaseRecord>,
    directory: Directory,
    procedure: Procedure,
    calendar: Calendar,
    zone: Zone,
    last: Mailbox,
    clock: SendingClock,
}

fn london() -> Zone {
    Zone::from_name("Europe/London").unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

impl World {
    fn drawn(seed: u64) -> World {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("case.db");
        let mut records = Vec::new();
        let reading = block_on(async {
            generate::write_sqlite(&path, &generate::authority(seed, 34, day(LOADED_ON))).await.unwrap();
            let source = Source::open_sqlite(&path, Duration::from_mins(1)).await.unwrap();
            source::read(&source, london(), |record| records.push(record)).await.unwrap()
        });
        let (_, file, text) = Procedure::SHIPPED.into_iter().find(|(id, _, _)| *id == "hertfordshire").unwrap();
        let time = |hour, minute| NaiveTime::from_hms_opt(hour, minute, 0).unwrap();
        World {
            records,
            directory: reading.directory,
            procedure: Procedure::parse(file, text, &DutyCatalogue::shipped()).unwrap(),
            calendar: Calendar::shipped("england-and-wales").unwrap(),
            zone: london(),
            last: Mailbox { person: PersonRef("last".into()), email: "last@wrenholt.example".into() },
            clock: SendingClock { morning_at: time(8, 30), until: time(17, 0), zone: london() },
        }
    }

    /// Nothing decided yet, and every record known.
    fn rehearsal(&self) -> Rehearsal {
        let mut rehearsal = Rehearsal::default();
        self.records.iter().for_each(|record| rehearsal.learn(record.clone()));
        rehearsal
    }

    /// A morning's run on top of others.
    fn run(&self, on: NaiveDate, rehearsal: &mut Rehearsal) -> Decision {
        let at = self.zone.at(on, self.clock.morning_at);
        let known = Known {
            terms: self.terms(at),
            directory: &self.directory,
            last: &self.last,
            clock: &self.clock,
            faults: Vec::new(),
            with_summaries: true,
            stale: false,
        };
        let mut decided = Decision::default();
        let nobody_unsure = |_: &_, _: &_| BTreeSet::new();
        rehearsal.run(known, nobody_unsure, |seen| {
            assert!(seen.decision.steps.balance(), "{:?} on {on}", seen.decision.steps);
            self.nobody_is_passed_over(seen);
            decided = seen.decision.clone();
        });
        decided
    }

    fn terms(&self, at: DateTime<Utc>) -> Terms<'_> {
        Terms::new(&self.procedure, &self.calendar, self.zone, at)
    }

    /// Whoever is owed a step by now has been told it, is told it now, or is told a higher one of the same duty.
    fn nobody_is_passed_over(&self, seen: Seen<'_>) {
        let Seen { reconciled, audience, history, decision, terms } = seen;
        for standing in &reconciled.standing {
            let duty = &standing.duty;
            let Some(rule) = self.procedure.rule(&duty.duty).filter(|_| duty.due.is_some()) else { continue };
            let case = duty.child.as_ref().and_then(|child| audience.cases.get(child));
            let reference = DutyRef::of(duty);
            let before: Vec<_> = history.duties.get(&reference).into_iter().flat_map(|past| &past.told).collect();
            for rung in rungs(duty, &rule.ladder, terms).into_iter().filter(|rung| rung.owed_at <= terms.now) {
                for role in &rung.tell {
                    for recipient in self.directory.resolve(*role, case, terms.today, &self.last).told {
                        let person = &recipient.mailbox.person;
                        let told = before.iter().any(|told| told.person == *person);
                        let now = decision.notices.iter().any(|notice| {
                            let effect = &notice.effect;
                            effect.person == *person
                                && (&effect.child, &effect.duty, &effect.key) == (&duty.child, &duty.duty, &duty.key)
                                && notice.state == NoticeState::Queued
                        });
                        // Whoever knows of the breach since yesterday is not told so again, and that is written down.
                        let said = decision.notices.iter().any(|notice| {
                            let effect = &notice.effect;
                            (effect.person == *person && effect.step == rung.step)
                                && (&effect.child, &effect.duty, &effect.key) == (&duty.child, &duty.duty, &duty.key)
                                && notice.state == NoticeState::Superseded
                        });
                        let this = before.iter().any(|told| told.person == *person && told.step == rung.step);
                        assert!(
                            this || now || (told && said),
                            "{reference:?}: {} for {person:?}; told before: {told}",
                            rung.step
                        );
                    }
                }
            }
        }
    }
}

fn mornings(from: &str, days: u64) -> Vec<NaiveDate> {
    (0..days).map(|n| day(from) + Days::new(n)).collect()
}

/// How often each person was told each step of each generation of each duty.
fn count(told: &mut BTreeMap<String, u32>, decision: &Decision) {
    for notice in &decision.notices {
        *told.entry(notice.effect.to_string()).or_default() += 1;
    }
}

#[test]
fn running_twice_at_one_instant_decides_nothing_new() {
    for seed in SEEDS {
        let world = World::drawn(seed);
        let mut rehearsal = world.rehearsal();
        let mut decided = 0;
        for on in mornings("2026-11-16", 14) {
            decided += world.run(on, &mut rehearsal).notices.len();
            let again = world.run(on, &mut rehearsal);
            assert!(
                again.notices.is_empty() && again.superseded.is_empty(),
                "seed {seed} on {on}: {:#?}",
                again.notices
            );
        }
        assert!(decided > 100, "seed {seed}: {decided} notices are too few to show anything");
    }
}

/// A rehearsal judges a child again only when its record is handed in anew or its judgement changes with time.
#[test]
fn who_is_judged_every_morning_comes_to_the_same() {
    let world = World::drawn(7);
    let (mut passed_over, mut judged) = (world.rehearsal(), world.rehearsal());
    let mut decided = 0;
    for on in mornings("2026-11-16", 14) {
        world.records.iter().for_each(|record| judged.learn(record.clone()));
        let decision = world.run(on, &mut judged);
        decided += decision.notices.len();
        assert!(world.run(on, &mut passed_over) == decision, "on {on}");
    }
    assert!(decided > 100, "{decided} notices are too few to show anything");
}

#[test]
fn nobody_is_told_twice_however_often_the_daemon_runs() {
    for seed in SEEDS {
        let world = World::drawn(seed);
        let last = day("2026-11-29");
        let mut after: Vec<BTreeSet<(DutyRef, PersonRef)>> = Vec::new();
        // Every morning; every third; and two mornings with a fortnight's downtime between.
        for step in [1, 3, 13] {
            let mut rehearsal = world.rehearsal();
            let mut told = BTreeMap::new();
            for on in mornings("2026-11-16", 14).into_iter().step_by(step).chain([last]) {
                count(&mut told, &world.run(on, &mut rehearsal));
            }
            let twice: Vec<&String> = told.iter().filter(|(_, times)| **times > 1).map(|(effect, _)| effect).collect();
            assert!(twice.is_empty(), "seed {seed}, every {step}: {twice:?}");
            let knows = rehearsal.history.duties.iter().flat_map(|(duty, past)| {
                past.told.iter().map(|told| (duty.clone(), told.person.clone())).collect::<Vec<_>>()
            });
            after.push(knows.collect());
        }
        // Downtime may cost an early step, whose place a later one took, but no person the knowledge of an open duty,
        // unless their turn came and went while nobody ran: with a constant directory there is none.
        let [daily, third, gap] = after.try_into().unwrap();
        let missing: Vec<_> = daily.difference(&gap).chain(daily.difference(&third)).collect();
        let missing: Vec<_> =
            missing.into_iter().filter(|(duty, person)| world.still_tells(duty, person, last)).collect();
        assert!(missing.is_empty(), "seed {seed}: {missing:#?}");
    }
}

impl World {
    /// Whether a step owed on that day tells this person of that duty.
    fn still_tells(&self, wanted: &DutyRef, person: &PersonRef, on: NaiveDate) -> bool {
        let terms = self.terms(self.zone.at(on, self.clock.morning_at));
        self.records.iter().filter(|record| Some(&record.child) == wanted.child.as_ref()).any(|record| {
            let assessment = assess(record, &terms);
            assessment.duties().filter(|duty| DutyRef::of(duty) == *wanted).any(|duty| {
                let rule = self.procedure.rule(&duty.duty).unwrap();
                let owed = rungs(duty, &rule.ladder, &terms).into_iter().filter(|rung| rung.owed_at <= terms.now);
                let roles: BTreeSet<Role> = owed.flat_map(|rung| rung.tell).collect();
                roles.into_iter().any(|role| {
                    let found = self.directory.resolve(role, Some(&assessment.context), on, &self.last).told;
                    found.iter().any(|recipient| recipient.mailbox.person == *person)
                })
            })
        })
    }
}

/// What messages say: when, to whom, and of which duties at which step.
type Said = BTreeSet<(String, String, BTreeSet<String>)>;

fn previewed(bench: &Bench, at: &str, from: NaiveDate, to: NaiveDate) -> Said {
    let (from, to) = (from.to_string(), to.to_string());
    let text = bench.run(&["preview", "--at", at, "--from", &from, "--to", &to, "--format", "json"]).well();
    let said = text.lines().map(|line| {
        let message: serde_json::Value = serde_json::from_str(line).unwrap();
        let text = |value: &serde_json::Value| value.as_str().unwrap_or("").to_owned();
        let duties = message["duties"].as_array().unwrap().iter().map(|duty| {
            let step = (text(&duty["step"]), &duty["repeat"], &duty["generation"], text(&duty["kind"]));
            format!("{} {} {} {step:?}", text(&duty["child"]), text(&duty["duty"]), text(&duty["key"]))
        });
        (text(&message["at"]), text(&message["recipient"]), duties.collect())
    });
    said.collect()
}

fn sent(bench: &Bench) -> Said {
    let rows = bench.ledger(
        "SELECT m.id, m.created_at_us, m.person, n.child, n.duty, n.duty_key, n.step, n.repetition, n.generation, n.kind
         FROM messages m JOIN notices n ON n.message_id = m.id",
    );
    let mut messages: BTreeMap<String, (String, String, BTreeSet<String>)> = BTreeMap::new();
    for row in rows {
        let [id, at_us, person, child, duty, key, step, repeat, generation, kind] = row.try_into().unwrap();
        let at = DateTime::from_timestamp_micros(at_us.parse().unwrap()).unwrap();
        let at = at.format("%FT%TZ").to_string();
        let step = format!("{child} {duty} {key} ({step:?}, Number({repeat}), Number({generation}), {kind:?})");
        messages.entry(id).or_insert((at, person, BTreeSet::new())).2.insert(step);
    }
    messages.into_values().collect()
}

/// The preview is taken after some real mornings, with messages waiting and faults in the data.
#[test]
fn a_preview_says_what_the_runs_then_send() {
    for seed in 1..=2 {
        let bench = Bench::bare();
        block_on(generate::write_sqlite(&bench.path("case.db"), &generate::authority(seed, 34, day("2026-11-30"))))
            .unwrap();
        execute(
            &bench.path("case.db"),
            "UPDATE ssd_cp_visits SET cppv_cp_visit_seen = 'perhaps' WHERE cppv_person_id = 'C9005'",
        );
        bench.run(&["ledger", "migrate", "--simulated"]).well();
        bench.run(&["ledger", "mode", "live", "--by", "test", "--reason", "files only"]).well();
        bench.once("2026-11-16");
        // Decided after the day's one message: it waits for the next morning.
        bench.once("2026-11-16T15:00:00Z");
        bench.once("2026-11-17");
        bench.once("2026-11-18T07:00:00Z");
        let faults =
            bench.ledger("SELECT state FROM notices WHERE duty = 'case-data' AND duty_key LIKE 'dw_%'").concat();
        // This fault, a visit dated next year, the planted team without a manager and the planted worker without an address.
        assert_eq!(faults, ["bundled"; 4], "the data team was told of each");
        let waiting = bench.ledger("SELECT count(*) FROM notices WHERE state = 'queued'").concat().concat();
        assert_ne!(waiting, "0", "something waits");
        let before = sent(&bench);
        let (from, to) = (day("2026-11-18"), day("2026-12-01"));
        let foreseen = previewed(&bench, "2026-11-18T07:05:00Z", from, to);
        assert_eq!(previewed(&bench, "2026-11-18T07:05:00Z", from, to), foreseen, "a preview changes nothing");
        assert_eq!(sent(&bench), before);
        for on in from.iter_days().take_while(|on| *on <= to) {
            let done = bench.once(&on.to_string());
            assert!(done.code < 2, "{done:?}");
        }
        let really: Said = sent(&bench).difference(&before).cloned().collect();
        let (missed, invented): (Vec<_>, Vec<_>) =
            (really.difference(&foreseen).collect(), foreseen.difference(&really).collect());
        assert!(missed.is_empty() && invented.is_empty(), "seed {seed}: missed {missed:#?} invented {invented:#?}");
        assert!(really.len() > 20, "{} messages are too few to show anything", really.len());
        let runs = bench.ledger("SELECT outcome FROM runs").concat();
        assert!(runs.iter().all(|outcome| outcome == "balanced"), "{runs:?}");
    }
}
