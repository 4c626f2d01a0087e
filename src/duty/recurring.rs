//! "At least every PERIOD while what it runs under is open": a chain of duties, each counted from the last actual event, so that an
//! early event shortens the cycle and a late one buys no time.

use super::{
    CannotTell, Idle, Outcome, Terms,
    case::{Case, Fit},
    interval::{Interval, Intervals},
    reading::{Count, Draft, Readings, after, key, silent_note},
    start::ClockStart,
};
use crate::{
    calendar::Allowance,
    procedure::{Recurring, Rule, Start},
    record::{Fact, Need, When},
};

pub(super) fn assess(terms: &Terms, rule: &Rule, shape: &Recurring, case: &Case) -> Outcome {
    let events = case.held(&shape.met_by);
    let meeting: Vec<(&Fact, When)> =
        events.iter().filter(|(_, _, fit)| *fit == Fit::Yes).map(|(fact, when, _)| (*fact, *when)).collect();
    let mut anchors = Vec::with_capacity(meeting.len() + 1);
    if shape.from == Start::Opening {
        anchors.push((case.under, When::day(case.opened_on)));
    }
    anchors.extend(meeting.iter().copied());
    if anchors.is_empty() {
        return Outcome::Idle(Idle::NotStarted);
    }
    let intervals = Intervals::of(shape, case);
    let first_meeting = usize::from(shape.from == Start::FirstEvent);
    let duties = anchors.iter().enumerate().map(|(at, (fact, began))| {
        let from = ClockStart::with(case, *began);
        let when = from.when;
        let begun = from.anchor(fact, began.on);
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
        let by = met.unwrap_or(terms.today);
        let mut draft = Draft { terms, rule, record: case.record, key: key(fact), anchor: begun.clone(), notes };
        match intervals.judging(terms, when.on, by, &mut draft.notes) {
            Some(Interval { strict, due }) => {
                let count = |every| Count { anchor: &begun, kind: fact.kind, from, allowed: Allowance::Period(every) };
                draft.counted(after(terms, rule.reads, count(strict), count(due)), met)
            }
            None if met.is_some() => draft.dated(Readings::none(), met),
            None => draft.cannot_tell(nobody_set_it(shape)),
        }
    });
    Outcome::Duties(duties.collect())
}

fn nobody_set_it(shape: &Recurring) -> CannotTell {
    let why = "nobody has set how often, and the procedure gives no figure of its own";
    match shape.weeks_set_by {
        Some(set) => CannotTell::for_want_of(Need::attribute(set.fact, &[set.attribute]), why),
        None => CannotTell::because(why),
    }
}
