//! Every expectation in `tests/duties/*.txt`, which a practitioner can read and check against the document and a wall
//! calendar, held against the shipped procedure.

mod scenario;

use std::collections::BTreeSet;

use chrono::NaiveDate;
use duewatch::{
    calendar::{Calendar, Holidays, Zone},
    duty::{Lacking, Stretch, Terms, assess, assess_reports},
    procedure::{Counts, DutyId, Order, Procedure, Shape},
    record::{FactKind, Supply},
};
use scenario::{Expected, Scenario, hertfordshire};

#[test]
fn every_expectation_of_the_tables_holds() {
    let mut failures = Vec::new();
    let mut held = 0;
    for scenario in Scenario::all("tests/duties") {
        let assessment = scenario.assess();
        for expected in &scenario.expected {
            match scenario.check(expected, &assessment) {
                Ok(()) => held += 1,
                Err(why) => failures.push(format!("{}: {}\n    {why}", scenario.title, expected.text)),
            }
        }
    }
    assert!(held + failures.len() >= 60, "the tables were not read: {held} expectations");
    assert!(failures.is_empty(), "{} of {}:\n{}", failures.len(), held + failures.len(), failures.join("\n"));
}

#[test]
fn a_table_that_is_wrong_fails() {
    let text = "== wrong\ntoday 2026-11-16\nplan P1 started_on=2026-11-02\n\
                conference K1 kind=initial held_on=2026-11-02 makes_plan=yes\n\
                expect first-core-group conference:K1 due=2026-11-17\n";
    let scenarios = Scenario::parse(text);
    let expected: &Expected = &scenarios[0].expected[0];
    assert!(scenarios[0].check(expected, &scenarios[0].assess()).is_err());
}

/// Rules that cannot come into a state of their shape.
const CANNOT_BE: [(&str, &str, &str); 2] = [
    // It asks what the record says: what says neither Yes nor No cannot be told, and No starts nothing.
    ("croydon", "local-support-outcome", "overdue"),
    // Only the end of the plan meets it, and then nothing is watched any more.
    ("north-east-lincolnshire", "plan-end-administrative", "met"),
];

/// Of every rule that is tracked the tables show each state that it can be in.
#[test]
fn every_rule_is_shown_in_each_of_its_states() {
    let mut shown = BTreeSet::new();
    for scenario in Scenario::all("tests/duties") {
        for expected in &scenario.expected {
            let state =
                state_shown(expected).map(|state| (scenario.procedure().to_owned(), expected.duty.clone(), state));
            shown.extend(state);
        }
    }
    let mut missing = Vec::new();
    for (id, ..) in Procedure::SHIPPED {
        for rule in &scenario::procedure(id).rules {
            let duty = &*rule.duty.0;
            for state in states(&rule.shape).iter().filter(|state| !CANNOT_BE.contains(&(id, duty, **state))) {
                if !shown.contains(&(id.to_owned(), duty.to_owned(), *state)) {
                    missing.push(format!("{id}: {duty} is never {state}"));
                }
            }
        }
    }
    for (id, duty, state) in CANNOT_BE {
        assert!(!shown.contains(&(id.to_owned(), duty.to_owned(), state)), "{id}: {duty} can be {state}");
    }
    assert!(missing.is_empty(), "{}:\n{}", missing.len(), missing.join("\n"));
}

fn state_shown(expected: &Expected) -> Option<&'static str> {
    let field = |name: &str| expected.fields.get(name).map_or("", String::as_str);
    match (field("status"), field("idle"), field("met")) {
        // No form asks for it: the rule is told of once, and judged for no child.
        ("cannot_tell", ..) | (_, "NotSupplied", _) => Some("cannot_tell"),
        ("open" | "amber", ..) => Some("open"),
        ("overdue", ..) => Some("overdue"),
        ("met", ..) => Some("met"),
        ("", "", met) if !["", "-"].contains(&met) => Some("met"),
        _ => None,
    }
}

/// What a fact says of itself, and a state that must not last, are never open: they are as they should be or they are not.
fn states(shape: &Shape) -> &'static [&'static str] {
    match shape {
        Shape::Check(_) | Shape::Guidance(_) | Shape::Report(_) => &[],
        Shape::Standing(_) | Shape::Alert(_) | Shape::Order(Order::Only { .. } | Order::Apart { .. }) => {
            &["met", "overdue", "cannot_tell"]
        }
        _ => &["met", "open", "overdue", "cannot_tell"],
    }
}

#[test]
fn a_stretch_without_a_worker_is_reported_although_the_plan_has_ended() {
    let text = "== ended\ntoday 2026-11-02\nplan P1 started_on=2026-10-01 ended_on=2026-10-20\n\
                allocation A1 worker_id=W1 role=lead_worker from_on=2026-10-01 to_on=2026-10-05\n";
    let stretches = Scenario::parse(text)[0].assess().stretches;
    let days: Vec<(String, String)> = stretches
        .iter()
        .map(|stretch| (stretch.from_on.to_string(), stretch.to_on.map(|on| on.to_string()).unwrap_or_default()))
        .collect();
    assert_eq!(days, [("2026-10-06".to_owned(), "2026-10-20".to_owned())]);
}

/// A source that never names a worker would have every case listed as one without.
#[test]
fn a_report_of_what_the_source_never_supplies_says_so_and_lists_nobody() {
    let text = "== October\ntoday 2026-11-02\nplan P1 started_on=2026-10-01\n";
    let scenario = &Scenario::parse(text)[0];
    let (procedure, calendar) = (hertfordshire(), Calendar::shipped("england-and-wales").unwrap());
    let zone = Zone::from_name("Europe/London").unwrap();
    let now = zone.at(scenario.today, scenario.time);
    let rows = |supply: &Supply| {
        let lacking = Lacking::of(supply.clone(), &procedure);
        assert_eq!(lacking.supply(), supply);
        let terms = Terms { lacking: &lacking, ..Terms::new(&procedure, &calendar, zone, now) };
        let mut stretches = assess(&scenario.record(), &terms).stretches;
        // What another rule watches, and what began after the month, is not in the report of this one.
        for stretch in stretches.clone() {
            stretches.push(Stretch { duty: DutyId("local-other".into()), ..stretch.clone() });
            stretches.push(Stretch { from_on: NaiveDate::from_ymd_opt(2026, 11, 1).unwrap(), ..stretch });
        }
        let reports = assess_reports(&terms, &stretches);
        reports.iter().find(|report| report.key.0 == "month:2026-10").unwrap().notes.clone()
    };
    assert_eq!(rows(&Supply::default()), ["C1: since Thu 1 Oct 2026"]);
    let never = Supply { no_facts: BTreeSet::from([FactKind::Allocation]), ..Supply::default() };
    assert_eq!(rows(&never), ["This cannot be told: the case database never supplies dw_allocations."]);
}

#[test]
fn closure_days_count_unless_a_rule_says_that_they_do_not() {
    let text = "== Christmas\ntoday 2026-12-21\nplan P1 started_on=2026-12-18\n\
                conference K1 kind=initial held_on=2026-12-18 makes_plan=yes\n";
    let scenario = &Scenario::parse(text)[0];
    let holidays = Holidays::shipped("england-and-wales").unwrap();
    let closed = ["2026-12-29", "2026-12-30", "2026-12-31"].map(|on| on.parse::<NaiveDate>().unwrap());
    let (calendar, office) = (Calendar::new(&holidays), Calendar::new(&holidays.and_closed(&closed)));
    let zone = Zone::from_name("Europe/London").unwrap();
    let dates = |counts: Counts| {
        let mut procedure = hertfordshire();
        let rule = procedure.rules.iter_mut().find(|rule| rule.duty.0 == "first-core-group").unwrap();
        rule.counts = counts;
        let now = zone.at(scenario.today, scenario.time);
        let terms = Terms { office: &office, ..Terms::new(&procedure, &calendar, zone, now) };
        let assessment = assess(&scenario.record(), &terms);
        let duty = assessment.duties().find(|duty| duty.duty.0 == "first-core-group").unwrap().clone();
        let on = |reading: Option<duewatch::duty::Reading>| reading.unwrap().on.to_string();
        let closed = duty.skipped.iter().filter(|day| day.name == "the offices are closed").count();
        (on(duty.strict), on(duty.due), closed)
    };
    // Fri 18 December is day 0: 21 22 23 24 | 29 30 31 | 4 5 6 January.
    assert_eq!(dates(Counts::WorkingDays), ("2027-01-05".into(), "2027-01-06".into(), 0));
    // Without the three days between the holidays: 21 22 23 24 | 4 5 6 7 8 | 11.
    assert_eq!(dates(Counts::OfficeDays), ("2027-01-08".into(), "2027-01-11".into(), 3));
}
