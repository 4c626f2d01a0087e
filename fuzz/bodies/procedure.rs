//! Procedures, and an authority's changes over one.

use std::sync::LazyLock;

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use duewatch::{
    calendar::{Calendar, Zone},
    duty::{Terms, assess, assess_reports},
    procedure::{DutyCatalogue, Problems, Procedure},
    record::{CaseRecord, ChildRef, Fact, FactKind, Value, When},
};

static DUTIES: LazyLock<DutyCatalogue> = LazyLock::new(DutyCatalogue::shipped);
static CALENDAR: LazyLock<Option<Calendar>> = LazyLock::new(|| Calendar::shipped("england-and-wales"));
/// The procedure that changes are laid over.
const BENEATH: &str = include_str!("../../tests/procedures/versions.toml");

/// A whole procedure. What is sound can be said in words and counted with, and is the same under changes that change nothing.
pub(super) fn procedure(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match Procedure::parse("procedure.toml", text, &DUTIES) {
        Err(problems) => refused(&problems, text),
        Ok(procedure) => {
            usable(&procedure, bytes);
            // Thrice the work, so not every time.
            if bytes.len().is_multiple_of(4) {
                let none = format!("[local]\nover = {:?}\nversion = \"none\"\n", procedure.id);
                let (upper, lower) = (("changes.toml", none.as_str()), ("procedure.toml", text));
                let changed = Procedure::parse_over(upper, lower, &DUTIES, false);
                assert_eq!(changed.map(|changed| changed.rules), Ok(procedure.rules), "nothing was changed");
            }
        }
    }
}

/// Changes over a procedure that is sound.
pub(super) fn changes(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    // Of a version that another took the place of, every other time.
    let earlier = bytes.len() % 2 == 1;
    let (upper, lower) = (("changes.toml", text), ("versions.toml", BENEATH));
    match Procedure::parse_over(upper, lower, &DutyCatalogue::default(), earlier) {
        Err(problems) => refused(&problems, text),
        Ok(changed) => usable(&changed, bytes),
    }
}

/// Mistakes are told in the order of the file, at places that it has, and no more of them than a person reads.
fn refused(problems: &Problems, text: &str) {
    assert!(!problems.0.is_empty());
    let said = problems.to_string();
    assert!(said.len() <= 300_000, "{} bytes are said of {}: {said:.400}", said.len(), text.len());
    for problem in &problems.0 {
        assert!(problem.line >= 1 && problem.column >= 1, "{problem}");
        if problem.file != "versions.toml" {
            assert!(problem.line <= text.split('\n').count(), "{problem}");
        }
    }
}

fn usable(procedure: &Procedure, bytes: &[u8]) {
    assert_eq!(procedure.hash.len(), 64);
    let _ = procedure.counting_in_words();
    for rule in &procedure.rules {
        let _ = (procedure.clock_in_words(rule), procedure.told_in_words(rule), procedure.rests_in_words(rule));
        let _ = (rule.needs(), rule.notes_in_words());
    }
    let both = procedure.clone().replacing(procedure.clone());
    let (Some(calendar), Ok(zone)) = (&*CALENDAR, Zone::from_name(&procedure.time_zone)) else { return };
    // Today, or at the end of all calendars.
    let now = if bytes.len() % 8 == 3 { "2100-12-31T23:59:59Z" } else { "2026-11-28T09:00:00Z" };
    let Ok(now) = now.parse::<DateTime<Utc>>() else { return };
    let terms = Terms::new(&both, calendar, zone, now);
    let assessment = assess(&RECORD, &terms);
    let _ = assess_reports(&terms, &assessment.stretches);
}

/// One fact of each kind, a few days apart, with a date in every place that holds one.
static RECORD: LazyLock<CaseRecord> = LazyLock::new(|| {
    let mut on = NaiveDate::from_ymd_opt(2026, 9, 1).unwrap_or_default();
    let facts = FactKind::ALL.iter().map(|kind| {
        on = on + Days::new(3);
        let mut fact = Fact::new(*kind, kind.name());
        for (place, attribute) in kind.attributes().enumerate() {
            if kind.is_date(attribute.name) {
                let later = on + TimeDelta::days(i64::try_from(place).unwrap_or(0));
                fact = fact.with(attribute.name, Value::Date(When::day(later)));
            }
        }
        fact
    });
    let facts = facts.collect();
    CaseRecord::new(ChildRef("C1".into()), facts)
});
