//! What somebody puts right in the end because they are told of it again and again.
//!
//! The generator leaves a few minutes unsent and a few conferences without a frequency for good, as on the day of a load there
//! are some. Over a year nobody leaves them: without this they would be repeated until the plan ends, and the year's figures
//! would be those of an authority that does not read its mail. How long it takes is an assumption.

use chrono::NaiveDate;
use duewatch::record::{CaseRecord, Fact, FactKind, Value, When};

use crate::chance::{Band, Chance, weekdays};

/// Working days from the meeting until its minutes have gone the next step, once somebody chases them.
const CHASED: &[Band] = &[(50, 12, 20), (35, 21, 35), (15, 36, 60)];
/// Working days from a conference until somebody records what it had left open.
const ASKED: &[Band] = &[(50, 4, 10), (35, 11, 25), (15, 26, 60)];
/// What is recorded then, in weeks.
const WEEKS: u32 = 6;

const MINUTES: [&str; 4] = ["minutes_written_on", "minutes_approved_on", "minutes_handed_over_on", "minutes_sent_on"];

/// The record with minutes that lay about sent before the day of the load.
pub(crate) fn with_minutes_sent(chance: Chance, record: &CaseRecord, loaded_on: NaiveDate) -> CaseRecord {
    let all = FactKind::ALL.into_iter().flat_map(|kind| record.facts(kind));
    let sent = |fact: &Fact| match (fact.kind, fact.happened()) {
        (FactKind::CoreGroup, Some(held)) => {
            // Whichever step they stuck at, the rest followed within days of it.
            let mut on = weekdays(held.on, chance.band(CHASED, &["chased", &fact.id.0]));
            let mut fact = fact.clone();
            for step in MINUTES {
                if *fact.get(step) == Value::Missing && on < loaded_on {
                    fact = fact.with(step, Value::Date(When::day(on)));
                    on = weekdays(on, 1);
                }
            }
            fact
        }
        _ => fact.clone(),
    };
    let mut mended = CaseRecord::new(record.child.clone(), all.map(sent).collect());
    mended.household.clone_from(&record.household);
    (mended.born_on, mended.expected_on, mended.died_on) = (record.born_on, record.expected_on, record.died_on);
    mended
}

/// The evening on which the frequency is on record that this conference should have set and did not.
pub(crate) fn frequency_recorded_on(chance: Chance, fact: &Fact) -> Option<NaiveDate> {
    let left_open = fact.kind == FactKind::Conference
        && *fact.get("makes_plan") == Value::Flag(true)
        && *fact.get("core_group_weeks") == Value::Missing;
    let held = fact.happened().filter(|_| left_open)?;
    Some(weekdays(held.on, chance.band(ASKED, &["asked", &fact.id.0])))
}

/// The fact with it.
pub(crate) fn with_frequency(fact: Fact) -> Fact {
    fact.with("core_group_weeks", Value::Count(WEEKS))
}
