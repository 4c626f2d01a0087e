//! Facts from facts: over any record at all, under every rule of the shipped procedures and of those for tests.
//!
//! - "Every clock runs from the last event held, never from a stored due date": `a_clock_runs_from_what_has_happened` and
//!   `no_target_date_moves_anything`; through the program, over the tables of each case system, in tests/systems.rs. That no
//!   rule can even name a target date: tests/procedure_errors.rs.
//! - "Future dates are planned, never held": `what_is_to_come_meets_nothing`.
//! - "Attempted or unseen visits never satisfy": `an_attempt_or_a_visit_that_does_not_say_meets_nothing`.
//! - "Late entry counts by the event's own date": `what_is_typed_in_late_counts_by_its_own_date`.
//! - And a child may be left alone until the instant that the last answer names: `nothing_changes_before_it_said_it_would`.
//!
//! What holds of every rule whatever it says: `facts_in_any_order_give_the_same_duties`,
//! `time_never_makes_a_breach_undone`, `the_strict_date_is_never_after_the_due_date`, `what_was_done_makes_nothing_late`,
//! `an_open_plan_has_at_least_what_its_procedure_demands`.
//!
//! And nobody reads the day of a birth in one: `no_duty_says_the_day_of_a_birth`.

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

#[path = "support/cases.rs"]
mod cases;
mod scenario;

use std::{collections::BTreeSet, sync::LazyLock};

use cases::{Bench, STAFF, child};
use chrono::{Days, NaiveDate};
use duewatch::{
    calendar::{Calendar, Zone},
    duty::{Assessment, Duty, Outcome, Status, Terms, assess},
    procedure::{DutyId, Procedure, Rule, Selector, Shape, Start, Under},
    record::{AttributeType, CaseRecord, ChildRef, Fact, FactKind, PersonRef, TeamRef, Value, When, is_birth},
};
use proptest::{prelude::*, sample::select};
use scenario::procedure;

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 16).unwrap()
}

/// A day within about a year of today, and now and then one to come.
fn day() -> impl Strategy<Value = NaiveDate> {
    (0_u64..460).prop_map(|ago| today() + Days::new(60) - Days::new(ago))
}

fn value(holds: AttributeType) -> BoxedStrategy<Value> {
    let some = match holds {
        AttributeType::Flag => any::<bool>().prop_map(Value::Flag).boxed(),
        AttributeType::Count => (0_u32..9).prop_map(Value::Count).boxed(),
        AttributeType::Date => day().prop_map(|on| Value::Date(When::day(on))).boxed(),
        AttributeType::Code(codes) => select(codes).prop_map(|code| Value::Code(code.into())).boxed(),
        AttributeType::Person => (0..3).prop_map(|n| Value::Person(PersonRef(format!("W{n}")))).boxed(),
        AttributeType::Team => Just(Value::Team(TeamRef("T1".into()))).boxed(),
        AttributeType::Fact(_) => (0..3).prop_map(|n| Value::Fact(format!("F{n}"))).boxed(),
    };
    prop_oneof![3 => some, 1 => Just(Value::Missing)].boxed()
}

fn fact(kind: FactKind) -> impl Strategy<Value = Fact> {
    let values: Vec<_> = kind.columns().iter().map(|column| value(column.holds)).collect();
    // Of the answers that are possible a record has few, but what an event cannot be without it has.
    let needed: Vec<_> = kind.answers().iter().filter(|answer| answer.required).collect();
    let needed_values: Vec<_> = needed.iter().map(|answer| value(answer.holds)).collect();
    let answers = match kind.answers() {
        [] => Just(Vec::new()).boxed(),
        answers => {
            let one =
                (0..answers.len()).prop_flat_map(|at| value(answers[at].holds).prop_map(move |value| (at, value)));
            prop::collection::vec(one, 0..8).boxed()
        }
    };
    (0..3, values, needed_values, answers).prop_map(move |(id, values, needed_values, answers)| {
        let columns = kind.columns().iter().map(|column| column.name).zip(values);
        let answers = answers.into_iter().map(|(at, value)| (kind.answers()[at].name, value));
        let needed = needed.iter().map(|answer| answer.name).zip(needed_values);
        let all = columns.chain(answers).chain(needed);
        all.fold(Fact::new(kind, format!("F{id}")), |fact, (name, value)| fact.with(name, value))
    })
}

fn facts() -> impl Strategy<Value = Vec<Fact>> {
    let kinds: Vec<_> = FactKind::ALL.into_iter().map(|kind| prop::collection::vec(fact(kind), 0..4)).collect();
    // A plan and an enquiry that have begun and not ended, or most records would have nothing to watch.
    let open = |kind, ago| {
        let started = Value::Date(When::day(today() - Days::new(ago)));
        Fact::new(kind, "open").with("started_on", started)
    };
    (kinds, 0_u64..300, 0_u64..60).prop_map(move |(kinds, plan, enquiry)| {
        let open = [open(FactKind::Plan, plan), open(FactKind::Enquiry, enquiry)];
        // The source keeps one of those that share an id.
        let mut ids = BTreeSet::new();
        let facts = kinds.into_iter().flatten().filter(|fact| !is_death(fact)).chain(open);
        facts.filter(|fact| ids.insert((fact.kind, fact.id.clone()))).collect()
    })
}

/// A death silences nearly everything, and is tried elsewhere.
fn is_death(fact: &Fact) -> bool {
    *fact.get("kind") == Value::Code("death".into())
}

const PROCEDURES_FOR_TESTS: [&str; 2] = ["ahead", "enquiry"];
const PROCEDURES: usize = Procedure::SHIPPED.len() + PROCEDURES_FOR_TESTS.len();

/// Of some children the birth is on record, of others it is expected: which, and when, goes with the number of other facts.
fn birth(facts: &[Fact]) -> (Option<NaiveDate>, Option<NaiveDate>) {
    let many = |kind| facts.iter().filter(|fact| fact.kind == kind).count();
    let days = Days::new(7 * (1 + many(FactKind::Assessment) + 4 * many(FactKind::Decision)) as u64);
    match many(FactKind::Membership) {
        0 => (Some(today() - days), None),
        1 => (None, Some(today() + days)),
        2 => (None, Some(today() - days)),
        _ => (None, None),
    }
}

/// Under each procedure.
type Assessed = [Assessment; PROCEDURES];

static READ: LazyLock<Vec<&Procedure>> = LazyLock::new(|| {
    let shipped = Procedure::SHIPPED.into_iter().map(|(id, ..)| id);
    shipped.chain(PROCEDURES_FOR_TESTS).map(procedure).collect()
});

/// What the facts come to as a day begins, under each procedure.
fn assessed(facts: &[Fact], on: NaiveDate) -> Assessed {
    assessed_with(facts, birth(facts), on)
}

fn assessed_with(facts: &[Fact], birth: (Option<NaiveDate>, Option<NaiveDate>), on: NaiveDate) -> Assessed {
    static CALENDAR: LazyLock<Calendar> = LazyLock::new(|| Calendar::shipped("england-and-wales").unwrap());
    let mut record = CaseRecord::new(ChildRef("C1".into()), facts.to_vec());
    (record.born_on, record.expected_on) = birth;
    let now = zone().start_of_day(on);
    std::array::from_fn(|at| assess(&record, &Terms::new(READ[at], &CALENDAR, zone(), now)))
}

fn assessed_today(facts: &[Fact]) -> Assessed {
    assessed(facts, today())
}

fn zone() -> Zone {
    Zone::from_name("Europe/London").unwrap()
}

fn outcomes(assessments: &Assessed) -> Vec<(DutyId, Outcome)> {
    assessments.iter().flat_map(|assessment| assessment.outcomes.clone()).collect()
}

fn duties(assessments: &Assessed) -> Vec<&Duty> {
    assessments.iter().flat_map(Assessment::duties).collect()
}

/// Rules of these shapes count back from their event.
fn runs_to_its_event(procedure: &Procedure, duty: &Duty) -> bool {
    let shape = procedure.rule(&duty.duty).unwrap().shape.name();
    ["before", "order", "window", "check", "guidance"].contains(&shape)
}

/// The record without the dates that lie ahead: nothing more can happen by itself.
fn without_what_is_to_come(fact: &Fact) -> Fact {
    let names = fact.kind.attributes().map(|attribute| attribute.name);
    names.fold(fact.clone(), |fact, name| match fact.date(name) {
        Some(when) if when.on > today() => fact.with(name, Value::Missing),
        _ => fact,
    })
}

/// Where each duty stands, without what is said beside it.
fn standing(assessments: &Assessed) -> Vec<Duty> {
    duties(assessments).into_iter().map(|duty| Duty { notes: Vec::new(), ..duty.clone() }).collect()
}

fn visit(on: NaiveDate, seen: Value) -> Fact {
    let visit = Fact::new(FactKind::Visit, "added").with("visited_on", Value::Date(When::day(on)));
    visit.with("visitor_id", Value::Person(PersonRef("W1".into()))).with("seen", seen)
}

/// Rules that every open plan has a duty of, from its first day on.
fn is_demanded_of_every_plan(rule: &Rule) -> bool {
    let always = match &rule.shape {
        Shape::Recurring(recurring) => recurring.from == Start::Opening,
        Shape::Deadline(deadline) => {
            let of_the_plan = deadline.of == Selector::any(FactKind::Plan) && deadline.from.is_empty();
            deadline.expected || of_the_plan
        }
        _ => false,
    };
    always && rule.under == Under::Plan && !rule.from_birth
}

/// A visit by a known person at which every question is answered with Yes.
fn everything_done(on: NaiveDate) -> Fact {
    let flags = FactKind::Visit.attributes().filter(|attribute| attribute.holds == AttributeType::Flag);
    let done = flags.fold(visit(on, Value::Flag(true)), |visit, flag| visit.with(flag.name, Value::Flag(true)));
    done.with("visitor_id", Value::Person(PersonRef("W0".into())))
}

/// The fact, as it is where that day is the birth and nothing else happened then or the day before.
fn with_the_birth_alone_on(birth_on: NaiveDate, fact: &Fact) -> Fact {
    let names = fact.kind.attributes().map(|attribute| attribute.name);
    names.fold(fact.clone(), |fact, name| match fact.date(name) {
        Some(_) if is_birth(name) => fact.with(name, Value::Date(When::day(birth_on))),
        Some(when) if when.on == birth_on || when.on.succ_opt() == Some(birth_on) => fact.with(name, Value::Missing),
        _ => fact,
    })
}

/// The same meeting, booked for the day to come that was given as the day it was held.
fn only_booked(fact: &Fact) -> Fact {
    match (fact.kind.booked(), fact.happened()) {
        (Some(booked), Some(when)) if when.on > today() => {
            fact.clone().with(fact.kind.happened(), Value::Missing).with(booked, Value::Date(when))
        }
        _ => fact.clone(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_target_date_moves_anything(facts in facts(), targets in prop::collection::vec(value(AttributeType::Date), 40)) {
        let moved: Vec<Fact> = facts.iter().zip(targets.iter().cycle()).map(|(fact, target)| match fact.kind.target() {
            Some(name) => fact.clone().with(name, target.clone()),
            None => fact.clone(),
        }).collect();
        // They are compared with our own, and that is all.
        let judged = |facts: &[Fact]| {
            assessed_today(facts).map(|assessment| Assessment { stored_dates: Vec::new(), ..assessment })
        };
        prop_assert_eq!(judged(&facts), judged(&moved));
    }

    /// But for those that run to an event that is arranged, or to a birth.
    #[test]
    fn a_clock_runs_from_what_has_happened(facts in facts()) {
        for (procedure, assessment) in READ.iter().zip(&assessed_today(&facts)) {
            for duty in assessment.duties().filter(|duty| !runs_to_its_event(procedure, duty)) {
                prop_assert!(duty.anchor.on <= today(), "{:?}", duty);
            }
        }
    }

    #[test]
    fn facts_in_any_order_give_the_same_duties((facts, shuffled) in facts().prop_flat_map(|facts| (Just(facts.clone()), Just(facts).prop_shuffle()))) {
        prop_assert_eq!(outcomes(&assessed_today(&facts)), outcomes(&assessed_today(&shuffled)));
    }

    /// No silent child: whatever else is on record, an open plan has what its procedure demands of every plan.
    #[test]
    fn an_open_plan_has_at_least_what_its_procedure_demands(facts in facts()) {
        for (procedure, assessment) in READ.iter().zip(&assessed_today(&facts)) {
            for rule in procedure.rules.iter().filter(|rule| is_demanded_of_every_plan(rule)) {
                let outcome = assessment.outcomes.iter().find(|(duty, _)| *duty == rule.duty).map(|(_, outcome)| outcome);
                let has = matches!(outcome, Some(Outcome::Duties(duties)) if !duties.is_empty());
                prop_assert!(has, "{} {}: {:?}", procedure.id, rule.duty, outcome);
            }
        }
    }

    /// A visit at which everything was done as it should be makes nothing late that was not: of the child's own duties, and
    /// of another child's all stay as they were.
    #[test]
    fn what_was_done_makes_nothing_late(facts in facts(), others in facts()) {
        let late = |assessed: &Assessed| -> BTreeSet<(DutyId, String)> {
            let late = assessed.iter().flat_map(Assessment::duties).filter(|duty| duty.status == Status::Overdue);
            late.map(|duty| (duty.duty.clone(), duty.key.0.clone())).collect()
        };
        let (before, of_the_other) = (assessed_today(&facts), assessed_today(&others));
        let mut with_a_visit = facts.clone();
        with_a_visit.push(everything_done(today()));
        let after = assessed_today(&with_a_visit);
        prop_assert!(late(&after).is_subset(&late(&before)), "{:?}", late(&after).difference(&late(&before)));
        prop_assert_eq!(outcomes(&of_the_other), outcomes(&assessed_today(&others)));
    }

    #[test]
    fn time_never_makes_a_breach_undone(facts in facts(), later in 1_u64..60) {
        let facts: Vec<Fact> = facts.iter().map(without_what_is_to_come).collect();
        let (now, then) = (assessed_today(&facts), assessed(&facts, today() + Days::new(later)));
        for (now, then) in now.iter().zip(&then) {
            for breach in now.duties().filter(|duty| duty.status == Status::Overdue) {
                let same = |duty: &&Duty| duty.duty == breach.duty && duty.key == breach.key;
                let status = then.duties().find(same).map(|duty| duty.status);
                prop_assert!(matches!(status, Some(Status::Overdue | Status::Met)), "{:?}: {:?}", status, breach);
            }
        }
    }

    #[test]
    fn the_strict_date_is_never_after_the_due_date(facts in facts()) {
        for duty in duties(&assessed_today(&facts)) {
            if let (Some(strict), Some(due)) = (&duty.strict, &duty.due) {
                prop_assert!(strict.ends_at(zone()) <= due.ends_at(zone()), "{:?}", duty);
            }
        }
    }

    #[test]
    fn what_is_to_come_meets_nothing(facts in facts(), ahead in 1_u64..60) {
        let as_it_is = assessed_today(&facts);
        for duty in duties(&as_it_is) {
            prop_assert!(duty.met_on.is_none_or(|on| on <= today()), "{:?}", duty);
        }
        let mut with_a_visit = facts.clone();
        with_a_visit.push(visit(today() + Days::new(ahead), Value::Flag(true)));
        prop_assert_eq!(outcomes(&as_it_is), outcomes(&assessed_today(&with_a_visit)));
        let booked: Vec<Fact> = facts.iter().map(only_booked).collect();
        prop_assert_eq!(outcomes(&as_it_is), outcomes(&assessed_today(&booked)));
    }

    #[test]
    fn an_attempt_or_a_visit_that_does_not_say_meets_nothing(facts in facts(), ago in 0_u64..300) {
        // What a visit's own record leaves unsaid is asked of the last visit only.
        let is_kept = |duty: &Duty| (duty.anchor.fact.as_ref(), duty.status) != ("visit", Status::CannotTell);
        let mut as_it_is = standing(&assessed_today(&facts));
        as_it_is.retain(is_kept);
        for seen in [Value::Flag(false), Value::Missing] {
            let mut with_a_visit = facts.clone();
            with_a_visit.push(visit(today() - Days::new(ago), seen));
            // That such a visit is to be written up is a duty of its own.
            let mut with_it = standing(&assessed_today(&with_a_visit));
            with_it.retain(|duty| duty.key.0 != "visit:added" && is_kept(duty));
            prop_assert_eq!(&as_it_is, &with_it);
        }
    }

    /// A duty that says that day whether or not the birth is known, or with a birth a week before it, says nothing of it, nor
    /// does a holiday.
    #[test]
    fn no_duty_says_the_day_of_a_birth(facts in facts(), days_ago in 0_u64..320, expected in any::<bool>()) {
        let birth_on = today() - Days::new(days_ago);
        let facts: Vec<Fact> = facts.iter().map(|fact| with_the_birth_alone_on(birth_on, fact)).collect();
        let birth = |on| if expected { (None, Some(on)) } else { (Some(on), None) };
        let assessed = assessed_with(&facts, birth(birth_on), today());
        let others = [(None, None), birth(birth_on - Days::new(7))].map(|birth| assessed_with(&facts, birth, today()));
        let days = [birth_on.to_string(), birth_on.format("%a %-d %b %Y").to_string()];
        let says_it = |duty: &Duty| {
            let said = format!("{duty:?}");
            days.iter().any(|day| said.contains(day))
        };
        let anyway = others.iter().flat_map(duties).filter(|duty| says_it(duty));
        let anyway: BTreeSet<_> = anyway.map(|duty| (&duty.duty, &duty.key)).collect();
        for duty in duties(&assessed) {
            if anyway.contains(&(&duty.duty, &duty.key)) || duty.skipped.iter().any(|day| day.on == birth_on) {
                continue;
            }
            prop_assert!(!says_it(duty), "the birth on {}: {:#?}", birth_on, duty);
        }
    }

    #[test]
    fn nothing_changes_before_it_said_it_would(facts in facts()) {
        let mut last = assessed_today(&facts);
        for on in today().iter_days().skip(1).take(45) {
            let now = assessed(&facts, on);
            for (last, now) in last.iter_mut().zip(now) {
                if last.wake_at.is_some_and(|at| at <= zone().start_of_day(on)) {
                    *last = now;
                } else {
                    prop_assert_eq!(&last.outcomes, &now.outcomes, "on {}, and it would wake at {:?}", on, last.wake_at);
                }
            }
        }
    }
}

#[test]
fn what_is_typed_in_late_counts_by_its_own_date() {
    // The first core group within ten working days of Mon 2 November: by Mon 16.
    let bench = Bench::new(&format!("{STAFF}{}", child("C1", "2026-11-02")));
    let morning = |day: &str| {
        bench.sql(&format!("UPDATE dw_load SET loaded_at = '{day}T07:30'"));
        bench.once(day);
        let sql = "SELECT status, closed, json_extract(detail, '$.met_on') FROM duties WHERE duty = 'first-core-group'";
        bench.ledger(sql)
    };
    let state = |rows: &[Vec<String>]| rows.concat().join(" ");
    let overdue = state(&morning("2026-11-18"));
    // Held in time, on the 12th, and typed in on the 20th.
    bench.add("core_groups G1 child_id=C1 held_on=2026-11-12");
    let closed = state(&morning("2026-11-20"));
    assert_eq!((overdue.as_str(), closed.as_str()), ("overdue  ", "met met 2026-11-12"));
}
