//! Where a clock starts: with a fact, with a date on it, or with the birth.
//!
//! Owns that what waits for the birth starts with it, and that nobody reads that day. Must not know how long a clock runs.

use chrono::NaiveDate;

use super::{
    Anchor,
    case::Case,
    reading::{anchor, say},
};
use crate::{
    calendar::ShortDate,
    record::{Fact, FactKind, When, attribute_words, is_birth},
};

/// Where a clock starts.
#[derive(Clone, Copy)]
pub(super) struct ClockStart {
    /// The day it counts from, with the instant where one is known.
    pub(super) when: When,
    pub(super) of: StartOf,
}

/// Which day of its fact a clock starts on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum StartOf {
    /// The one on which it happened.
    Itself,
    /// A date on it.
    Date(&'static str),
    /// That of the birth. No duty carries it or says it.
    Birth(Birth),
}

/// Where the day of a birth is from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Birth {
    OfChild,
    /// Nobody has recorded it: it is taken to have happened on the expected day.
    Expected,
    /// A conference before the birth is told of it.
    OnFact,
}

impl ClockStart {
    /// Where a clock starts that a fact starts: with it, or with the birth for what waits for one.
    pub(super) fn with(case: &Case, began: When) -> ClockStart {
        ClockStart { when: began, of: StartOf::Itself }.not_before_birth(case)
    }

    /// The same with a date of the fact.
    pub(super) fn with_date(case: &Case, fact: &Fact, name: &'static str, when: When) -> ClockStart {
        let start = match name {
            // By a clock time an hour could be said from which the day can be told.
            _ if is_birth(name) => ClockStart { when: When::day(when.on), of: StartOf::Birth(Birth::OnFact) },
            _ if name == fact.kind.happened() => ClockStart { when, of: StartOf::Itself },
            _ => ClockStart { when, of: StartOf::Date(name) },
        };
        start.not_before_birth(case)
    }

    fn not_before_birth(self, case: &Case) -> ClockStart {
        if !case.starts_with_birth(self.when.on) {
            return self;
        }
        let of = if case.record.born_on.is_some() { Birth::OfChild } else { Birth::Expected };
        ClockStart { when: When::day(case.since), of: StartOf::Birth(of) }
    }

    /// What a duty that starts there is known by.
    pub(super) fn anchor(self, fact: &Fact, began_on: NaiveDate) -> Anchor {
        anchor(fact, if self.is_birth() { began_on } else { self.when.on })
    }

    pub(super) fn is_birth(self) -> bool {
        matches!(self.of, StartOf::Birth(_))
    }

    /// "conference of Mon 2 Nov 2026".
    pub(super) fn say_to(self, kind: FactKind, text: &mut String) {
        let (fact, on) = (kind.words(), ShortDate(self.when.on));
        match self.of {
            StartOf::Itself => say(text, format_args!("{fact} of {on}")),
            StartOf::Birth(Birth::OfChild) => text.push_str("birth"),
            StartOf::Birth(Birth::Expected) => text.push_str("expected day of birth"),
            StartOf::Birth(Birth::OnFact) => say(text, format_args!("birth on record with the {fact}")),
            StartOf::Date(date) => say(text, format_args!("\"{}\" of the {fact}, {on}", attribute_words(date))),
        }
    }
}
