//! Dates: from an anchor and a period to the two readings, and from them to where a duty stands.

use std::{
    borrow::Cow,
    fmt::{self, Write},
    iter,
};

use chrono::{DateTime, NaiveDate, Utc};

use super::{
    Anchor, CannotTell, Duty, DutyKey, Reading, Status, Terms,
    start::{ClockStart, StartOf},
};
use crate::{
    calendar::{Allowance, Convention, DueDate, End, FirstDay, LastDay, Period, ShortDate, Skipped, Trust},
    procedure::{Reads, Rule},
    record::{CaseRecord, Fact, FactKind, attribute_words},
};

/// Both readings of one limit, and how they were reached.
pub(super) struct Readings {
    pub(super) strict: Option<Reading>,
    pub(super) due: Option<Reading>,
    pub(super) provisional: bool,
    pub(super) skipped: Vec<Skipped>,
    pub(super) arithmetic: String,
}

impl Readings {
    /// No date at all.
    pub(super) fn none() -> Readings {
        Readings { strict: None, due: None, provisional: false, skipped: Vec::new(), arithmetic: String::new() }
    }

    /// A reading whose last day is known without counting: the start of a state, an alert's own day.
    pub(super) fn fixed(anchor: &Anchor, at: Option<DateTime<Utc>>, arithmetic: String) -> Readings {
        let due = Reading { anchor: anchor.clone(), on: anchor.on.into(), at };
        Readings { strict: None, due: Some(due), provisional: false, skipped: Vec::new(), arithmetic }
    }
}

/// From what, and how long.
#[derive(Clone, Copy)]
pub(super) struct Count<'a> {
    /// What it counts from, with the day by which it is known.
    pub(super) anchor: &'a Anchor,
    /// Which kind of fact that is.
    pub(super) kind: FactKind,
    pub(super) from: ClockStart,
    pub(super) allowed: Allowance,
}

impl Count<'_> {
    fn counts_working_days(&self) -> bool {
        matches!(self.allowed, Allowance::Period(period) if period.counts_working_days())
    }
}

/// One end of a limit.
struct Ends {
    on: DueDate,
    at: Option<DateTime<Utc>>,
    provisional: bool,
}

/// The readings of one limit that are in force. They may differ in what they count from and in how long.
pub(super) fn after(terms: &Terms, reads: Reads, strict: Count, due: Count) -> Result<Readings, CannotTell> {
    match reads {
        Reads::Both => both(terms, strict, due),
        Reads::Ordinary => {
            let only = ends(terms, due, terms.counting.due, Trust::WithProvisional, Side::Late)?;
            Ok(Readings { strict: None, ..alone(terms, due, &only) })
        }
        Reads::Strict => {
            let only = earliest(terms, strict, due)?;
            Ok(alone(terms, strict, &only))
        }
    }
}

/// One reading in the place of both.
fn alone(terms: &Terms, count: Count, ends: &Ends) -> Readings {
    let skipped = skipped(terms, count, ends.on);
    let reading = Reading { anchor: count.anchor.clone(), on: ends.on, at: ends.at };
    Readings {
        strict: Some(reading.clone()),
        due: Some(reading),
        provisional: ends.provisional,
        arithmetic: in_words(terms, (count, ends.on), (count, ends.on), &skipped),
        skipped,
    }
}

fn skipped(terms: &Terms, count: Count, last_on: DueDate) -> Vec<Skipped> {
    if !count.counts_working_days() {
        return Vec::new();
    }
    terms.calendar.skipped(count.from.when.on, last_on.on(), Trust::WithProvisional)
}

fn both(terms: &Terms, strict: Count, due: Count) -> Result<Readings, CannotTell> {
    let counting = terms.counting;
    let late = ends(terms, due, counting.due, Trust::WithProvisional, Side::Late)?;
    let early = earliest(terms, strict, due)?;
    let early = if is_over_before(&late, &early) { Ends { on: late.on, at: late.at, ..early } } else { early };
    let skipped = skipped(terms, due, late.on);
    let reading = |count: Count, ends: &Ends| Some(Reading { anchor: count.anchor.clone(), on: ends.on, at: ends.at });
    Ok(Readings {
        strict: reading(strict, &early),
        due: reading(due, &late),
        // Of calendar time only the earlier one's last day may have been moved by a holiday.
        provisional: early.provisional || late.provisional,
        arithmetic: in_words(terms, (strict, early.on), (due, late.on), &skipped),
        skipped,
    })
}

/// The end of the strict reading. One that would end on the day of a birth would say that day: then it ends with the other.
fn earliest(terms: &Terms, strict: Count, due: Count) -> Result<Ends, CannotTell> {
    let early = ends(terms, strict, terms.counting.strict, earliest_trust(strict), Side::Early)?;
    if strict.from.is_birth() && early.on.on() == strict.from.when.on {
        return ends(terms, due, terms.counting.due, Trust::WithProvisional, Side::Late);
    }
    Ok(early)
}

/// Whether the one is over before the other. A day ends after each of its instants.
fn is_over_before(one: &Ends, other: &Ends) -> bool {
    match (one.at, other.at) {
        (Some(one), Some(other)) => one < other,
        (Some(_), None) => one.on <= other.on,
        _ => one.on < other.on,
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Side {
    Early,
    Late,
}

/// Elapsed hours run from the recorded instant; where only a day is on record, from its beginning (strict) or its end. Where
/// the strict last day may not be a day off, what ends on one ends with the working day before, but not before it began.
fn ends(terms: &Terms, count: Count, convention: Convention, trust: Trust, side: Side) -> Result<Ends, CannotTell> {
    // The calendar's own words name the day.
    let refused = |error| match count.from.of {
        StartOf::Birth(_) => CannotTell::birth_out_of_range(),
        StartOf::Itself | StartOf::Date(_) => CannotTell::from(error),
    };
    let whole_day = |on, provisional| Ends { on, at: None, provisional };
    if let Allowance::Period(period) = count.allowed
        && !matches!(period, Period::Hours(_))
    {
        let limit =
            terms.calendar.after(count.from.when.on, period, for_unit(period, convention), trust).map_err(refused)?;
        return Ok(whole_day(limit.on, limit.provisional));
    }
    let unknown = || match side {
        Side::Early => terms.zone.start_of_day(count.from.when.on),
        Side::Late => terms.zone.end_of_day(count.from.when.on),
    };
    let from = count.from.when.at.unwrap_or_else(unknown);
    let ending = terms.calendar.end_of(count.allowed, from, convention, trust, terms.zone).map_err(refused)?;
    let at = match ending.end {
        End::Day(on) => return Ok(whole_day(on, ending.provisional)),
        End::Instant(at) => at,
    };
    let on = terms.zone.local_date(at);
    if convention.last_day == LastDay::Previous && !terms.calendar.is_working_day(on) {
        let back_on = terms.calendar.previous_working_day(on).max(count.from.when.on);
        if back_on < on {
            return Ok(whole_day(back_on.into(), ending.provisional));
        }
    }
    Ok(Ends { on: on.into(), at: Some(at), provisional: ending.provisional })
}

/// The last day of a period from that day, by the ordinary reading; none where it cannot be counted.
pub(super) fn last_day(terms: &Terms, from_on: NaiveDate, period: Period) -> Option<NaiveDate> {
    let convention = for_unit(period, terms.counting.due);
    terms.calendar.after(from_on, period, convention, Trust::WithProvisional).ok().map(|limit| limit.on.on())
}

/// The earlier date: a holiday lengthens a count of working days, so only published ones may; but a last day moves back
/// over a holiday, so there every one does.
fn earliest_trust(count: Count) -> Trust {
    if count.counts_working_days() { Trust::PublishedOnly } else { Trust::WithProvisional }
}

/// Working days know a first day; calendar time is read literally and knows only where its last day may move.
fn for_unit(period: Period, convention: Convention) -> Convention {
    if period.counts_working_days() { convention } else { Convention { first_day: FirstDay::Excluded, ..convention } }
}

fn in_words(
    terms: &Terms,
    (strict, strict_on): (Count, DueDate),
    (due, due_on): (Count, DueDate),
    skipped: &[Skipped],
) -> String {
    // Long enough for nearly all, so that it need not grow.
    let mut text = String::with_capacity(192);
    say(&mut text, format_args!("{} from the ", due.allowed));
    due.from.say_to(due.kind, &mut text);
    text.push_str(": ");
    say(&mut text, format_args!("{}", ShortDate(due_on.on())));
    let named = |day: &Skipped| format!("{} ({})", ShortDate(day.on), day.name);
    let holidays = || skipped.iter().filter(|day| day.name != "Saturday" && day.name != "Sunday");
    let weekend = skipped.len() - holidays().count();
    if !skipped.is_empty() {
        say(&mut text, format_args!("; {weekend} weekend days"));
        for (day, join) in holidays().zip(iter::once(" and ").chain(iter::repeat(", "))) {
            say(&mut text, format_args!("{join}{} ({})", ShortDate(day.on), day.name));
        }
        text.push_str(" do not count");
    }
    if strict_on < due_on {
        let why = if strict.allowed != due.allowed {
            format!("counting {}", strict.allowed)
        } else if (strict.from.when.on, strict.from.of) != (due.from.when.on, due.from.of) {
            let mut why = "counting from the ".to_owned();
            strict.from.say_to(strict.kind, &mut why);
            why
        } else if strict.counts_working_days() {
            let unpublished = skipped.iter().filter(|day| day.provisional && day.on <= strict_on.on()).map(named);
            let mut why: Vec<String> = unpublished.map(|day| format!("{day}, which is not yet published")).collect();
            if why.is_empty() || terms.counting.strict.first_day == FirstDay::Included {
                why.insert(0, "the day itself as day 1".to_owned());
            }
            format!("counting {}", why.join(" and "))
        } else {
            "moved back to a working day".to_owned()
        };
        say(&mut text, format_args!("; at the earliest {}, {why}", ShortDate(strict_on.on())));
    }
    text
}

/// Goes on with a sentence.
pub(super) fn say(text: &mut String, words: fmt::Arguments<'_>) {
    // Memory takes whatever is written to it.
    let _: fmt::Result = text.write_fmt(words);
}

/// A fact's kind in a sentence.
pub(super) fn words(fact: &str) -> &str {
    FactKind::from_name(fact).map_or(fact, |kind| kind.words())
}

/// The anchor that a fact is.
pub(super) fn anchor(fact: &Fact, on: NaiveDate) -> Anchor {
    Anchor { fact: Cow::Borrowed(fact.kind.name()), id: fact.id.0.clone(), on }
}

/// The key of the duty that a fact starts.
pub(super) fn key(fact: &Fact) -> DutyKey {
    let (kind, id) = (fact.kind.name(), fact.id.0.as_str());
    let mut key = String::with_capacity(kind.len() + 1 + id.len());
    for part in [kind, ":", id] {
        key.push_str(part);
    }
    DutyKey(key)
}

/// Where a duty with these readings stands now: the last day is in time until it has ended, locally.
pub(super) fn status(terms: &Terms, readings: &Readings, met_on: Option<NaiveDate>) -> Status {
    let passed = |reading: &Reading| has_passed(terms, reading);
    if met_on.is_some() {
        Status::Met
    } else if readings.due.as_ref().is_some_and(passed) {
        Status::Overdue
    } else if readings.strict.as_ref().is_some_and(passed) {
        Status::Amber
    } else {
        Status::Open
    }
}

/// Whether it is too late. Only on the last day itself does the clock have to be asked when that ends.
fn has_passed(terms: &Terms, reading: &Reading) -> bool {
    match reading.at {
        None if reading.on.on() != terms.today => reading.on.on() < terms.today,
        _ => terms.now >= reading.ends_at(terms.zone),
    }
}

/// Puts a duty together.
pub(super) struct Draft<'a> {
    pub(super) terms: &'a Terms<'a>,
    pub(super) rule: &'a Rule,
    pub(super) record: &'a CaseRecord,
    pub(super) key: DutyKey,
    pub(super) anchor: Anchor,
    pub(super) notes: Vec<String>,
}

impl Draft<'_> {
    /// A duty that stands where its dates say.
    pub(super) fn dated(self, readings: Readings, met_on: Option<NaiveDate>) -> Duty {
        let status = status(self.terms, &readings, met_on);
        self.standing(readings, met_on, status)
    }

    /// A duty whose status is known otherwise.
    pub(super) fn standing(self, readings: Readings, met_on: Option<NaiveDate>, status: Status) -> Duty {
        let late = match (met_on, &readings.due) {
            (Some(met_on), Some(due)) => met_on > due.on.on(),
            _ => status == Status::Overdue,
        };
        let (calendar, calendar_hash) = self.terms.calendar.identity();
        Duty {
            child: Some(self.record.child.clone()),
            duty: self.rule.duty.clone(),
            key: self.key,
            anchor: self.anchor,
            strict: readings.strict,
            due: readings.due,
            status,
            met_on,
            late,
            calendar,
            calendar_hash,
            provisional: readings.provisional,
            skipped: readings.skipped,
            citation: self.rule.cited.clone(),
            arithmetic: if self.rule.not_in_text && !readings.arithmetic.is_empty() {
                readings.arithmetic + "; the figure is not in the text, it is configured"
            } else {
                readings.arithmetic
            },
            tallies: Vec::new(),
            notes: self.notes,
            done: Vec::new(),
            cannot_tell: None,
        }
    }

    /// A duty that cannot be told, and why.
    pub(super) fn cannot_tell(self, why: CannotTell) -> Duty {
        Duty { cannot_tell: Some(why), ..self.standing(Readings::none(), None, Status::CannotTell) }
    }

    /// The duty with its dates, or why they cannot be counted.
    pub(super) fn counted(self, readings: Result<Readings, CannotTell>, met_on: Option<NaiveDate>) -> Duty {
        match readings {
            Ok(readings) => self.dated(readings, met_on),
            Err(why) => self.cannot_tell(why),
        }
    }
}

/// What to say of a fact that is taken to fit although the record is silent.
pub(super) fn silent_note(fact: &Fact, attribute: &str, taken_as: &str) -> String {
    format!("{} {} does not say {}; {taken_as}", fact.kind.words(), fact.id.0, attribute_words(attribute))
}
