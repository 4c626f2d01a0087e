//! What must be done ahead of an event: "PERIOD before each one", or "one thing before another". A duty for each event that
//! is arranged or was held.
//!
//! Owns which events there are, what counts for which of them, and when nothing can be done for one any more. Must not know
//! who arranges them.

use std::{cell::OnceCell, fmt};

use chrono::NaiveDate;

use super::{
    CannotTell, DutyKey, Idle, Outcome, Reading, Status, Terms,
    case::{Case, Fit, tests},
    deadline::first_that_counts,
    reading::{Draft, Readings, anchor, key, silent_note, words},
};
use crate::{
    calendar::{Period, ShortDate, Trust, WorkingDays},
    procedure::{Before, MetBy, Order, Rule, Selector, Test},
    record::{Fact, Need, When, attribute_words},
};

pub(super) fn before(terms: &Terms, rule: &Rule, shape: &Before, case: &Case) -> Outcome {
    let meeting = OnceCell::new();
    let met = |event: &Event, since_on: Option<NaiveDate>, notes: &mut Vec<String>| match &shape.met_by {
        MetBy::Fact(selector) => held_since(meeting.get_or_init(|| case.held(selector)), since_on, event.fact, notes),
        // What stands for an event that has no row yet has no record of its own.
        MetBy::Dates(_) if event.is_only_a_date => None,
        MetBy::Dates(names) => {
            let come = |name: &&'static str| event.fact.date(name).filter(|when| case.has_come(*when));
            let dates: Option<Vec<When>> = names.iter().map(come).collect();
            dates.and_then(|dates| dates.into_iter().max()).map(|when| when.on)
        }
    };
    let following = shape.next.map(|next| Following { of: &shape.of, next });
    let events = events(case, &shape.of, following);
    each(terms, rule, case, &events, following, met, |event| so_long_before(terms, shape.by, event))
}

pub(super) fn order(terms: &Terms, rule: &Rule, shape: &Order, case: &Case) -> Outcome {
    let (first, then, each_time) = match shape {
        Order::Before { first, then, each_time } => (first, then, *each_time),
        Order::Apart { first, then } => return apart(terms, rule, first, then, case),
        Order::Only { of, must } => return only(terms, rule, of, must, case),
    };
    let meeting = OnceCell::new();
    let met = |event: &Event, since_on: Option<NaiveDate>, notes: &mut Vec<String>| {
        let meeting = meeting.get_or_init(|| case.held(first));
        held_since(meeting, since_on.filter(|_| each_time), event.fact, notes)
    };
    let named = OnceCell::new();
    let limit = |event: &Event| {
        let named = named.get_or_init(|| terms.procedure.facts_in_words(first));
        Ok(on_the_day(event, format!("{named} before the {event}")))
    };
    each(terms, rule, case, &events(case, then, None), None, met, limit)
}

/// Each such fact says this of itself. One that says otherwise is a breach until it is corrected, a meeting only until the next
/// one was held; the last one that is silent cannot be told.
fn only(terms: &Terms, rule: &Rule, of: &Selector, must: &[Test], case: &Case) -> Outcome {
    let held: Vec<Event> = events(case, of, None).into_iter().filter(|event| event.held).collect();
    if held.is_empty() {
        return Outcome::Idle(Idle::NotStarted);
    }
    let meetings = of.fact.may_lie_ahead();
    let says = Selector { fact: of.fact, tests: must.to_vec(), by: Vec::new(), first: false };
    let said = terms.procedure.said_in_words(must);
    let mut duties = Vec::with_capacity(held.len());
    for (at, event) in held.iter().enumerate() {
        let fit = tests(&says, event.fact);
        let over = matches!(fit, Fit::Silent(_)) || (fit == Fit::No && meetings);
        if over && at + 1 < held.len() {
            continue;
        }
        let notes = event.silent_note().into_iter().collect();
        let (key, anchor) = (key(event.fact), anchor(event.fact, event.on));
        let draft = Draft { terms, rule, record: case.record, key, anchor, notes };
        let readings = on_the_day(event, format!("the {event} has to say {said}"));
        duties.push(match fit {
            Fit::Yes => draft.dated(readings, Some(event.on)),
            Fit::No => draft.standing(readings, None, Status::Overdue),
            Fit::Silent(attribute) => {
                let why = format!(
                    "{} {} does not say \"{}\"",
                    words(of.fact.name()),
                    event.fact.id.0,
                    attribute_words(attribute)
                );
                draft.cannot_tell(CannotTell::for_want_of(Need::attribute(of.fact, &[attribute]), why))
            }
        });
    }
    Outcome::Duties(duties)
}

/// Never on the same day: a breach from the moment that both stand on one day, arranged or held. Where nothing comes first
/// there is nothing to keep apart; what misses it says so itself.
fn apart(terms: &Terms, rule: &Rule, first: &Selector, then: &Selector, case: &Case) -> Outcome {
    let (firsts, thens) = (events(case, first, None), events(case, then, None));
    let last_held = thens.iter().rposition(|event| event.held);
    let named = OnceCell::new();
    let mut duties = Vec::new();
    for (at, event) in thens.iter().enumerate() {
        let others = || firsts.iter().filter(|first| !std::ptr::eq(first.fact, event.fact));
        let together = others().any(|first| first.on == event.on);
        let earlier = others().filter(|first| first.held && first.on < event.on).map(|first| first.on).max();
        let silent = others().filter(|first| first.on == event.on).filter_map(Event::silent_note);
        let notes = silent.chain(event.silent_note()).collect();
        if (together && last_held.is_some_and(|last| at < last)) || (!together && earlier.is_none()) {
            continue;
        }
        let (key, anchor) = (key(event.fact), anchor(event.fact, event.on));
        let named = named.get_or_init(|| terms.procedure.facts_in_words(first));
        let stand = if together { "on the day of" } else { "on an earlier day than" };
        let readings = on_the_day(event, format!("{named} {stand} the {event}"));
        let draft = Draft { terms, rule, record: case.record, key, anchor, notes };
        duties.push(match (together, earlier) {
            (false, Some(earlier)) => draft.dated(readings, Some(earlier)),
            _ => draft.standing(readings, None, Status::Overdue),
        });
    }
    if duties.is_empty() { Outcome::Idle(Idle::NothingToWatch) } else { Outcome::Duties(duties) }
}

/// Something before which something else is due.
pub(super) struct Event<'a> {
    pub(super) fact: &'a Fact,
    pub(super) on: NaiveDate,
    pub(super) fit: Fit,
    pub(super) held: bool,
    /// It has no row: the one before says for when it is.
    pub(super) is_only_a_date: bool,
}

impl Event<'_> {
    pub(super) fn silent_note(&self) -> Option<String> {
        match self.fit {
            Fit::Silent(attribute) => Some(silent_note(self.fact, attribute, "it is taken to be meant")),
            Fit::Yes | Fit::No => None,
        }
    }
}

impl fmt::Display for Event<'_> {
    /// "review conference of Mon 7 Dec 2026", or "booked for" it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let how = if self.held { "of" } else { "booked for" };
        write!(f, "{} {how} {}", self.fact.kind.words(), ShortDate(self.on))
    }
}

/// A duty for each event, known by the event's own id, or by the one before where a date on that one's record stands for an
/// event that has no row yet. One that was held with nothing done for it can still be mended by a late entry, until the next one
/// has been held too: then that one's duty takes over.
fn each<'a>(
    terms: &Terms,
    rule: &Rule,
    case: &Case<'a>,
    events: &[Event<'a>],
    following: Option<Following>,
    met: impl Fn(&Event, Option<NaiveDate>, &mut Vec<String>) -> Option<NaiveDate>,
    limit: impl Fn(&Event) -> Result<Readings, CannotTell>,
) -> Outcome {
    if events.is_empty() {
        return Outcome::Idle(Idle::NotStarted);
    }
    let last_held = events.iter().rposition(|event| event.held);
    let any = following.map(|following| case.held(&Selector::any(following.of.fact))).unwrap_or_default();
    let mut since_on = None;
    let mut duties = Vec::new();
    for (at, event) in events.iter().enumerate() {
        let mut notes: Vec<String> = event.silent_note().into_iter().collect();
        let met_on = met(event, since_on, &mut notes);
        if event.held {
            since_on = Some(event.on);
        }
        if met_on.is_none() && last_held.is_some_and(|last| at < last) {
            continue;
        }
        let arranged_before = at.checked_sub(1).and_then(|before| events.get(before));
        let key = match following.and_then(|following| following.before(&any, event, arranged_before)) {
            Some(last) => DutyKey(format!("{}:next", key(last))),
            None => key(event.fact),
        };
        let anchor = anchor(event.fact, event.on);
        duties.push(Draft { terms, rule, record: case.record, key, anchor, notes }.counted(limit(event), met_on));
    }
    if duties.is_empty() { Outcome::Idle(Idle::NothingToWatch) } else { Outcome::Duties(duties) }
}

/// How an event follows the one before it, by the date that this one sets for it.
#[derive(Clone, Copy)]
pub(super) struct Following<'s> {
    /// The events.
    of: &'s Selector,
    /// The date on one that says when the next is.
    next: &'static str,
}

impl Following<'_> {
    /// The one that an event comes after: what sets the date of it or is an event itself, or else whatever of that kind was held
    /// last. One that is arranged and not yet held counts, so that an event keeps its name once it is.
    fn before<'a>(
        self,
        held: &[(&'a Fact, When, Fit)],
        event: &Event<'a>,
        arranged: Option<&Event<'a>>,
    ) -> Option<&'a Fact> {
        if event.is_only_a_date {
            return Some(event.fact);
        }
        let earlier = || {
            let earlier = held.iter().rev().map(|(fact, when, _)| (*fact, when.on));
            earlier.filter(|(fact, on)| *on < event.on && !std::ptr::eq(*fact, event.fact))
        };
        let last = earlier().find(|(fact, _)| self.is_one(fact)).or_else(|| earlier().next());
        let arranged = arranged.filter(|other| !other.held && !other.is_only_a_date && other.on < event.on);
        let arranged = arranged.map(|other| (other.fact, other.on));
        last.into_iter().chain(arranged).max_by_key(|(_, on)| *on).map(|(fact, _)| fact)
    }

    fn is_one(self, fact: &Fact) -> bool {
        fact.date(self.next).is_some() || tests(self.of, fact) != Fit::No
    }

    /// The date that is set for the next event: by the latest that was held and says one. An event itself that says none leaves
    /// none; another conference, reconvened in between, says nothing of it.
    fn set<'a>(self, case: &Case<'a>) -> Option<(&'a Fact, NaiveDate, NaiveDate)> {
        let held = case.held(&Selector::any(self.of.fact)).into_iter().rev();
        let (last, when, _) = held.into_iter().find(|(fact, _, _)| self.is_one(fact))?;
        let set_on = last.date(self.next)?.on;
        (set_on > when.on).then_some((last, when.on, set_on))
    }
}

/// Those held in this period and those arranged for it, in the order of their days. Where none is arranged after the last one
/// held, the date that this one sets for the next counts as one.
pub(super) fn events<'a>(case: &Case<'a>, of: &Selector, following: Option<Following>) -> Vec<Event<'a>> {
    let held = case.starting(of).into_iter().map(|(fact, when, fit)| Event {
        fact,
        on: when.on,
        fit,
        held: true,
        is_only_a_date: false,
    });
    let arranged = case.arranged(of).into_iter().map(|(fact, on, fit)| Event {
        fact,
        on,
        fit,
        held: false,
        is_only_a_date: false,
    });
    let mut events: Vec<Event> = held.chain(arranged).collect();
    events.sort_by_key(|event| event.on);
    // The first of them is there already, held or arranged.
    let only_one = of.first && !events.is_empty();
    if let Some((last, held_on, on)) = following.filter(|_| !only_one).and_then(|following| following.set(case))
        && events.last().is_none_or(|event| event.on <= held_on)
    {
        events.push(Event { fact: last, on, fit: Fit::Yes, held: false, is_only_a_date: true });
    }
    events
}

/// The day of the first such fact after that day, or of the period.
fn held_since(
    held: &[(&Fact, When, Fit)],
    since_on: Option<NaiveDate>,
    event: &Fact,
    notes: &mut Vec<String>,
) -> Option<NaiveDate> {
    let counts = |on| since_on.is_none_or(|since_on| on > since_on);
    first_that_counts(held, event, counts, notes)
}

/// The due date leaves so many days up to the event's own; the strict one leaves them clear, neither the day of the act nor
/// that of the event among them. A holiday that is not yet published would bring both forward, so it counts for both.
fn so_long_before(terms: &Terms, by: Option<Period>, event: &Event) -> Result<Readings, CannotTell> {
    let Some(by) = by else { return Ok(on_the_day(event, format!("by the day of the {event}"))) };
    let trust = Trust::WithProvisional;
    let due = terms.calendar.before(event.on, by, trust)?;
    let strict = match by {
        Period::WorkingDays(days) => {
            let clear = WorkingDays(i32::try_from(days).unwrap_or(i32::MAX));
            terms.calendar.clear_days_before(event.on, clear, trust)?
        }
        _ => due,
    };
    let anchor = anchor(event.fact, event.on);
    let reading = |on| Some(Reading { anchor: anchor.clone(), on, at: None });
    let mut arithmetic = format!("{by} before the {event}: {}", ShortDate(due.on.on()));
    if strict.on < due.on {
        arithmetic.push_str(&format!("; at the earliest {}, with {by} clear", ShortDate(strict.on.on())));
    }
    Ok(Readings {
        strict: reading(strict.on),
        due: reading(due.on),
        provisional: due.provisional || strict.provisional,
        skipped: Vec::new(),
        arithmetic,
    })
}

/// Days are compared, not hours.
fn on_the_day(event: &Event, arithmetic: String) -> Readings {
    let on_it = Readings::fixed(&anchor(event.fact, event.on), None, arithmetic);
    Readings { strict: on_it.due.clone(), ..on_it }
}
