//! "Within PERIOD of EVENT, met by EVENT": one duty for each event of the case's period.

use std::borrow::Cow;

use chrono::NaiveDate;

use super::{
    Anchor, CannotTell, Idle, Outcome, Reading, Status, Terms,
    case::{Case, Fit, ended_on},
    reading::{Count, Draft, Readings, after, anchor, key, silent_note, words},
    start::ClockStart,
};
use crate::{
    calendar::ShortDate,
    procedure::{Deadline, Ladder, Limit, MetBy, Reads, Rule},
    record::{Fact, Need, When, attribute_words},
};

pub(super) fn assess(terms: &Terms, rule: &Rule, shape: &Deadline, case: &Case) -> Outcome {
    let draft = |fact: &Fact, on, notes| Draft {
        terms,
        rule,
        record: case.record,
        key: key(fact),
        anchor: anchor(fact, on),
        notes,
    };
    let anchors = case.starting(&shape.of);
    if anchors.is_empty() {
        if !shape.expected {
            return Outcome::Idle(Idle::NotStarted);
        }
        let why =
            format!("the record holds no {} that would start this clock", terms.procedure.facts_in_words(&shape.of));
        let why = CannotTell::for_want_of(Need::fact(shape.of.fact), why);
        return Outcome::Duties(vec![draft(case.under, case.opened_on, Vec::new()).cannot_tell(why)]);
    }
    // Where only the strict reading is in force, only what it asks for meets it.
    let alone = shape.strictly.met_by.as_ref().filter(|_| rule.reads == Reads::Strict && !shape.strictly.or_booked);
    let met_by = alone.unwrap_or(&shape.met_by);
    let meeting = case.meeting(met_by);
    let meeting_strictly = shape.strictly.met_by.as_ref().map(|met_by| case.meeting(met_by)).unwrap_or_default();
    let mut duties = Vec::with_capacity(anchors.len());
    let over = |fact: &Fact| ended_on(fact).is_some_and(|end_on| end_on <= case.today);
    for (fact, when, fit) in anchors {
        if shape.while_it_lasts && over(fact) {
            continue;
        }
        let from =
            if shape.from.is_empty() { Some(ClockStart::with(case, when)) } else { dated(case, fact, &shape.from) };
        let Some(from) = from else { continue };
        let mut notes = Vec::new();
        if let Fit::Silent(attribute) = fit {
            notes.push(silent_note(fact, attribute, "the clock is taken to run"));
        }
        let begun = from.anchor(fact, when.on);
        let met_on = met_on(case, met_by, &meeting, fact, (from, &begun), &mut notes);
        let earliest = dated(case, fact, &shape.strictly.from).unwrap_or(from);
        let earlier = earliest.anchor(fact, when.on);
        let readings = match shape.limit {
            Limit::By(name) => {
                let Some(readings) = by_its_date(fact, name, &begun) else {
                    let why = format!(
                        "the record holds no \"{}\" of this {}",
                        attribute_words(name),
                        words(fact.kind.name())
                    );
                    let need = Need::attribute(fact.kind, &[name]);
                    duties.push(match met_on {
                        Some(_) => draft(fact, begun.on, notes).dated(Readings::none(), met_on),
                        None => draft(fact, begun.on, notes).cannot_tell(CannotTell::for_want_of(need, why)),
                    });
                    continue;
                };
                Ok(readings)
            }
            Limit::Within(within) => {
                let allowed = shape.strictly.within.unwrap_or(within);
                let kind = fact.kind;
                let strict = Count { anchor: &earlier, kind, from: earliest, allowed };
                let due = Count { anchor: &begun, kind, from, allowed: within };
                after(terms, rule.reads, strict, due)
            }
        };
        let strict = readings.as_ref().ok().and_then(|readings| readings.strict.as_ref());
        let strictly_met = strict
            .is_some_and(|strict| met_strictly(case, shape, &meeting_strictly, fact, (earliest, strict), &mut notes));
        let mut duty = draft(fact, begun.on, notes).counted(readings, met_on);
        if strictly_met && duty.status == Status::Amber {
            duty.status = Status::Open;
        }
        duty.done = links_done(case, fact, &rule.ladder);
        duties.push(duty);
    }
    if duties.is_empty() { Outcome::Idle(Idle::NotStarted) } else { Outcome::Duties(duties) }
}

/// The first of these dates that is on record.
fn dated(case: &Case, fact: &Fact, dates: &[&'static str]) -> Option<ClockStart> {
    let on_record = |name: &&'static str| fact.date(name).filter(|when| case.has_come(*when)).map(|when| (*name, when));
    let (name, when) = dates.iter().find_map(on_record)?;
    Some(ClockStart::with_date(case, fact, name, when))
}

fn by_its_date(fact: &Fact, name: &str, anchor: &Anchor) -> Option<Readings> {
    let on = fact.date(name)?;
    let arithmetic = format!("\"{}\" of the {}: {}", attribute_words(name), words(&anchor.fact), ShortDate(on.on));
    let due = Reading { anchor: anchor.clone(), on: on.on.into(), at: None };
    Some(Readings { strict: Some(due.clone()), due: Some(due), arithmetic, ..Readings::none() })
}

fn met_on(
    case: &Case,
    met_by: &MetBy,
    meeting: &[(&Fact, When, Fit)],
    fact: &Fact,
    (from, begun): (ClockStart, &Anchor),
    notes: &mut Vec<String>,
) -> Option<NaiveDate> {
    match met_by {
        // Who is under a plan that day needs no new one.
        MetBy::Fact(selector) => match case.under_such_a_plan(selector, fact, from.when.on) {
            Some(plan_began_on) => Some(plan_began_on.max(begun.on)),
            None => first_that_counts(meeting, fact, |on| on >= from.when.on, notes),
        },
        MetBy::Dates(attributes) => all_recorded(case, fact, attributes).map(|when| when.on),
    }
}

/// Whether what the strict reading asks for is there by its date: held, or where that is enough arranged. What is arranged for a
/// later day is said.
fn met_strictly(
    case: &Case,
    shape: &Deadline,
    meeting: &[(&Fact, When, Fit)],
    fact: &Fact,
    (from, strict): (ClockStart, &Reading),
    notes: &mut Vec<String>,
) -> bool {
    let Some(met_by) = &shape.strictly.met_by else { return false };
    let by_on = strict.on.on();
    let held =
        met_on(case, met_by, meeting, fact, (from, &strict.anchor), &mut Vec::new()).is_some_and(|on| on <= by_on);
    let MetBy::Fact(selector) = met_by else { return held };
    // A day that has passed without it is no arrangement any more.
    let from_on = from.when.on.max(case.today);
    let arranged = || case.arranged(selector).into_iter().filter(|(_, on, _)| *on >= from_on);
    if held || !shape.strictly.or_booked {
        return held;
    }
    let in_time = arranged().any(|(_, on, _)| on <= by_on);
    if let (false, Some((other, on, _))) = (in_time, arranged().next()) {
        let (kind, on, by) = (words(other.kind.name()), ShortDate(on), ShortDate(by_on));
        notes.push(format!("the {kind} is arranged for {on}, after {by}"));
    }
    in_time
}

/// The day of the first of these facts, other than the event itself, that was held on a day that counts. One that might count, were
/// the record not silent, is noted.
pub(super) fn first_that_counts(
    held: &[(&Fact, When, Fit)],
    event: &Fact,
    counts: impl Fn(NaiveDate) -> bool,
    notes: &mut Vec<String>,
) -> Option<NaiveDate> {
    for (fact, when, fit) in held {
        if !counts(when.on) || std::ptr::eq(*fact, event) {
            continue;
        }
        match *fit {
            Fit::Yes => return Some(when.on),
            Fit::Silent(attribute) => notes.push(silent_note(fact, attribute, "it is not counted")),
            Fit::No => {}
        }
    }
    None
}

/// The last of the dates, once all are on the record and none lies ahead.
pub(super) fn all_recorded(case: &Case, fact: &Fact, attributes: &[&str]) -> Option<When> {
    let (first, rest) = attributes.split_first()?;
    let last = |last: When, name: &&str| done_on(case, fact, name).map(|when| when.max(last));
    rest.iter().try_fold(done_on(case, fact, first)?, last)
}

/// A date of a fact that can be evidence: neither ahead of now nor before the fact itself. A plan begins with its conference.
pub(super) fn done_on(case: &Case, fact: &Fact, name: &str) -> Option<When> {
    let begun = case.begun_on(fact);
    fact.date(name).filter(|when| case.has_come(*when) && begun.is_none_or(|begun| begun <= when.on))
}

/// Of the dates that a ladder waits for those that are on the record: the links of its chain that are done.
pub(super) fn links_done(case: &Case, fact: &Fact, ladder: &Ladder) -> Vec<Cow<'static, str>> {
    let mut done: Vec<Cow<'static, str>> = Vec::new();
    for name in ladder.steps.iter().flat_map(|step| [step.unless, step.once]).flatten() {
        if done_on(case, fact, name).is_some() && !done.iter().any(|other| other == name) {
            done.push(Cow::Borrowed(name));
        }
    }
    done
}
