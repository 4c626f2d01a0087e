//! "An EVENT somebody must hear of now": overdue from the instant it is known until the record shows it was acted on.

use super::{
    Duty, DutyKey, Idle, Outcome, Status, Terms,
    assess::is_death,
    case::{Case, Fit},
    deadline::{all_recorded, done_on, links_done},
    reading::{Draft, Readings, anchor, key, silent_note, words},
};
use crate::{
    calendar::ShortDate,
    procedure::{Alert, Rule},
    record::{Fact, attribute_words},
};

pub(super) fn assess(terms: &Terms, rule: &Rule, shape: &Alert, case: &Case) -> Outcome {
    let events = case.starting(&shape.on);
    if events.is_empty() {
        return Outcome::Idle(Idle::NothingToWatch);
    }
    let mut duties: Vec<Duty> = Vec::with_capacity(events.len());
    for (fact, when, fit) in events {
        let met = all_recorded(case, fact, &shape.met_by).map(|met| met.on);
        let began = anchor(fact, when.on);
        let mut arithmetic = format!("{} of {}", words(fact.kind.name()), ShortDate(when.on));
        if met.is_none() {
            let missing = shape.met_by.iter().filter(|name| done_on(case, fact, name).is_none());
            let missing: Vec<String> = missing.map(|name| attribute_words(name)).collect();
            arithmetic.push_str(&format!("; not on record: {}", missing.join(", ")));
        }
        let mut notes = Vec::new();
        if let Fit::Silent(attribute) = fit {
            notes.push(silent_note(fact, attribute, "it is taken to be meant"));
        }
        let draft = Draft { terms, rule, record: case.record, key: event_key(fact), anchor: began.clone(), notes };
        let status = if met.is_some() { Status::Met } else { Status::Overdue };
        let mut duty = draft.standing(Readings::fixed(&began, when.at, arithmetic), met, status);
        duty.done = links_done(case, fact, &rule.ladder);
        if !duties.iter().any(|other| other.key == duty.key) {
            duties.push(duty);
        }
    }
    Outcome::Duties(duties)
}

/// A child dies once, whichever entry of the record says so: the alert must not be a new one when a second is made.
fn event_key(fact: &Fact) -> DutyKey {
    if is_death(fact) { DutyKey("incident:death".to_owned()) } else { key(fact) }
}
