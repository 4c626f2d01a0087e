//! What is wrong with a return that can still be used.
//!
//! Owns the words of a fault: a line and the name of a field, never what the field holds. Must not decide what follows.

use std::fmt;

/// How many faults are kept; the rest are counted.
pub const FAULTS_NAMED: usize = 20;

/// One fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The line of the file.
    pub line: u64,
    /// What is wrong.
    pub what: What,
}

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// No date.
    NoDate(&'static str),
    /// Outside the years 1900 to 2200.
    OutsideYears(&'static str),
    /// Neither true nor false.
    NoAnswer(&'static str),
    /// Written twice in one place.
    Twice(&'static str),
    /// A record that says nothing of its start.
    NoStart(&'static str),
    /// The first lies before the second, which it should follow.
    Before(&'static str, &'static str),
    /// The first lies after the second, which it should precede.
    After(&'static str, &'static str),
    /// From a time of which the calendar has no holidays.
    BeforeHolidays(&'static str),
    /// The reference date stands after children were read, too late to be used for them.
    LateReferenceDate,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: ", self.line)?;
        match self.what {
            What::NoDate(field) => write!(f, "{field} is no date"),
            What::OutsideYears(field) => write!(f, "{field} lies outside the years 1900 to 2200"),
            What::NoAnswer(field) => write!(f, "{field} is neither true nor false"),
            What::Twice(field) => write!(f, "{field} is written twice in one record"),
            What::NoStart(field) => write!(f, "{field} is missing"),
            What::Before(field, other) => write!(f, "{field} lies before {other}"),
            What::After(field, other) => write!(f, "{field} lies after {other}"),
            What::BeforeHolidays(field) => {
                write!(f, "{field} lies before the first holidays that the calendar knows")
            }
            What::LateReferenceDate => f.write_str("ReferenceDate stands after the children and is not used"),
        }
    }
}

/// The faults of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// The first ones.
    pub named: Vec<Fault>,
    /// How many there are in all.
    pub count: u64,
}

impl Faults {
    pub(super) fn add(&mut self, line: u64, what: What) {
        self.count += 1;
        if self.named.len() < FAULTS_NAMED {
            self.named.push(Fault { line, what });
        }
    }
}
