//! "At least every PERIOD while a plan or enquiry is open": a chain of duties, each counted from the last actual event, so that an
//! early event shortens the cycle and a late one buys no time.

use chrono::NaiveDate;

use super::{
    CannotTell, Idle, Outcome, Terms,
    case::{Case, Fit},
    reading::{Count, Draft, Readings, after, anchor, key, silent_note},
};
use crate::{
    calendar::{Allowance, Period},
    procedure::{Recurring, Rule, Start},
    record::{Fact, FactKind, Need, Value, When},
};

pub(super) fn assess(terms: &Terms, rule: &Rule, shape: &Recurring, case: &Case) -> Outcome {
    let events = case.held(&shape.met_by);
    let meeting: Vec<(&Fact, When)> =
        events.iter().filter(|(_, _, fit)| *fit == Fit::Yes).map(|(fact, when, _)| (*fact, *when)).collect();
    let mut anchors = Vec::with_capacity(meeting.len() + 1);
    if shape.from == Start::Opening {
        anchors.push((case.under, When::day(case.since)));
    }
    anchors.extend(meeting.iter().copied());
    if anchors.is_empty() {
        return Outcome::Idle(Idle::NotStarted);
    }
    // Until when another interval holds: the day of the first such fact, and how long it is.
    let until = shape.until.as_ref().map(|(until, every)| {
        let over_on = case.held(until).iter().filter(|(_, _, fit)| *fit == Fit::Yes).map(|(_, when, _)| when.on).min();
        (over_on, *every)
    });
    let first_meeting = usize::from(shape.from == Start::FirstEvent);
    let duties = anchors.iter().enumerate().map(|(at, (fact, when))| {
        let met = meeting.get(at + first_meeting).map(|(_, when)| when.on);
        let mut notes = Vec::new();
        if met.is_none() {
            for (event, seen, fit) in &events {
                if let Fit::Silent(attribute) = fit
                    && seen.on >= when.on
                {
                    notes.push(silent_note(event, attribute, "it is not counted"));
                }
            }
        }
        let draft = Draft { terms, rule, record: case.record, key: key(fact), anchor: anchor(fact, when.on), notes };
        let by = met.unwrap_or(terms.today);
        let mut draft = draft;
        let interval = match lessened(shape, case, by, &mut draft.notes) {
            Some(lessened) => Some((lessened, lessened)),
            None => interval(shape, case, until, by),
        };
        match interval {
            Some((strict, due)) => {
                let begun = anchor(fact, when.on);
                let count = |every| Count {
                    anchor: &begun,
                    kind: fact.kind,
                    from: *when,
                    date: None,
                    allowed: Allowance::Period(every),
                };
                draft.counted(after(terms, count(strict), count(due)), met)
            }
            None if met.is_some() => draft.dated(Readings::none(), met),
            None => draft.cannot_tell(nobody_set_it(shape)),
        }
    });
    Outcome::Duties(duties.collect())
}

/// The rule's own interval, or what the latest such fact held by that day set: the shorter of the two is strict, the one
/// that was set is due. None, where the rule has none and nobody set one.
fn interval(
    shape: &Recurring,
    case: &Case,
    until: Option<(Option<NaiveDate>, Period)>,
    by: NaiveDate,
) -> Option<(Period, Period)> {
    let own = shape.every.map(|every| (shape.strict_every.unwrap_or(every), every));
    if let Some((over_on, every)) = until
        && over_on.is_none_or(|over_on| by < over_on)
    {
        return Some((every, every));
    }
    let Some((kind, attribute)) = shape.weeks_set_by else { return own };
    let facts = case.record.facts(kind).iter().rev();
    let set = facts
        .filter(|fact| fact.held(case.today).is_some_and(|when| when.on <= by))
        // The plan itself may have begun before what the rule runs under.
        .filter(|fact| {
            fact.happened().is_some_and(|when| when.on >= case.since) || (kind == FactKind::Plan && fact.covers(by))
        })
        .find_map(|fact| match fact.get(attribute) {
            Value::Count(weeks) if *weeks > 0 => Some(Period::Weeks(*weeks)),
            _ => None,
        });
    let Some(set) = set else { return own };
    let strictly = shape.strict_every.or(shape.every);
    let shorter = strictly.filter(|every| in_days(*every) <= in_days(set)).unwrap_or(set);
    Some((shorter, set))
}

/// The longer interval that a conference allowed this one child, until the next conference. A decision that is not whole is
/// ignored, and that is said.
fn lessened(shape: &Recurring, case: &Case, by: NaiveDate, notes: &mut Vec<String>) -> Option<Period> {
    if !shape.lessened {
        return None;
    }
    let decisions = case.record.facts(FactKind::Decision).iter().rev();
    let mut reductions = decisions.filter(|decision| decision.get("kind").is_code("visit_reduction"));
    let (decision, decided) = reductions.find_map(|decision| {
        let decided = decision.held(case.today).filter(|when| when.on >= case.since && when.on <= by)?;
        Some((decision, decided))
    })?;
    let later =
        |conference: &Fact| conference.held(case.today).is_some_and(|held| held.on > decided.on && held.on <= by);
    if case.record.facts(FactKind::Conference).iter().any(later) {
        return None;
    }
    let yes = |name: &&&str| *decision.get(name) == Value::Flag(true);
    let mut lacking: Vec<&str> = WHOLE.iter().filter(|name| !yes(name)).copied().collect();
    if !decision.get("decided_by").is_code("conference_chair") {
        lacking.push("decided_by");
    }
    let allowed = match (decision.get("working_days"), decision.get("weeks")) {
        (Value::Count(days), _) if *days > 0 => Some(Period::WorkingDays(*days)),
        (_, Value::Count(weeks)) if *weeks > 0 => Some(Period::Weeks(*weeks)),
        _ => None,
    };
    let (Some(allowed), true) = (allowed, lacking.is_empty()) else {
        let lacking = if lacking.is_empty() { "an interval".to_owned() } else { lacking.join(", ").replace('_', " ") };
        notes.push(format!("decision {} to lessen this is ignored: it lacks {lacking}", decision.id.0));
        return None;
    };
    let longer = shape.every.is_none_or(|every| in_days(allowed) > in_days(every));
    if longer {
        notes.push(format!("lessened by decision {} to every {allowed}, until the next conference", decision.id.0));
    }
    longer.then_some(allowed)
}

/// What a decision to lessen must have on record, besides who decided it and the interval.
const WHOLE: &[&str] = &["by_conference", "reason_recorded", "in_outline_plan"];

fn nobody_set_it(shape: &Recurring) -> CannotTell {
    let why = "nobody has set how often, and the procedure gives no figure of its own";
    match shape.weeks_set_by {
        Some((kind, attribute)) => CannotTell::for_want_of(Need::attribute(kind, &[attribute]), why),
        None => CannotTell::because(why),
    }
}

/// Only to compare an interval that a conference set, which is in weeks, with the rule's own.
fn in_days(period: Period) -> u32 {
    match period {
        Period::Days(days) => days,
        Period::Weeks(weeks) | Period::WorkingWeeks(weeks) => weeks.saturating_mul(7),
        Period::WorkingDays(days) => days.saturating_mul(7) / 5,
        Period::Months(months) => months.saturating_mul(30),
        Period::Hours(hours) => hours / 24,
    }
}
