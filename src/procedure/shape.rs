//! The eleven shapes of a rule: what each says, and nothing about what it means for a record.

use std::fmt;

use super::{DutyId, Selector, Test};
use crate::{
    calendar::{Allowance, Period},
    record::FactKind,
};

/// The eleven shapes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Within PERIOD of EVENT, met by EVENT.
    Deadline(Deadline),
    /// At least every PERIOD while a plan or enquiry is open, met by EVENT.
    Recurring(Recurring),
    /// PERIOD before, or at, an event that is arranged.
    Before(Before),
    /// Not before DATE, not after DATE.
    Window(Window),
    /// At least once between EVENTS, or at every Nth.
    Between(Between),
    /// One thing before another.
    Order(Order),
    /// A state that must not last.
    Standing(Standing),
    /// An event somebody must hear of now.
    Alert(Alert),
    /// Each period, to roles.
    Report(Report),
    /// To be confirmed at an EVENT.
    Check(Check),
    /// Its text goes with the message for an EVENT.
    Guidance(Guidance),
}

impl Shape {
    /// The shape's name in a procedure.
    pub fn name(&self) -> &'static str {
        match self {
            Shape::Deadline(_) => "deadline",
            Shape::Recurring(_) => "recurring",
            Shape::Before(_) => "before",
            Shape::Window(_) => "window",
            Shape::Between(_) => "between",
            Shape::Order(_) => "order",
            Shape::Standing(_) => "standing",
            Shape::Alert(_) => "alert",
            Shape::Report(_) => "report",
            Shape::Check(_) => "check",
            Shape::Guidance(_) => "guidance",
        }
    }

    /// The period that its limit is counted in, where it has one that a rule states.
    pub fn period(&self) -> Option<Period> {
        match self {
            Shape::Deadline(Deadline { limit: Limit::Within(Allowance::Period(period)), .. }) => Some(*period),
            Shape::Recurring(recurring) => recurring.every,
            Shape::Between(Between::Gap { before_next, .. }) => Some(*before_next),
            Shape::Before(before) => before.by,
            Shape::Window(window) => Some(window.not_after.period()),
            Shape::Report(report) => Some(report.within),
            Shape::Deadline(_)
            | Shape::Between(Between::EveryNth { .. })
            | Shape::Order(_)
            | Shape::Standing(_)
            | Shape::Alert(_)
            | Shape::Check(_)
            | Shape::Guidance(_) => None,
        }
    }
}

/// Within PERIOD of each chosen fact of an open plan or enquiry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// What starts the clock.
    pub of: Selector,
    /// From which of its dates: the first of these that is on record. Empty: from the day it happened.
    pub from: Vec<&'static str>,
    /// An open plan without such a fact is "cannot tell", not "nothing to do".
    pub expected: bool,
    /// It runs only while that fact lasts: once it is over, nothing is owed for it.
    pub while_it_lasts: bool,
    /// How long.
    pub limit: Limit,
    /// What stops it.
    pub met_by: MetBy,
    /// Where the words can be read otherwise.
    pub strictly: Strictly,
}

/// How long a deadline is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Limit {
    /// So long.
    Within(Allowance),
    /// Until a date that is on record of what starts the clock.
    By(&'static str),
}

/// In what the strict reading of a deadline differs from the ordinary one. What is left out is the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Strictly {
    /// A shorter time.
    pub within: Option<Allowance>,
    /// From another of its dates. Empty: from the same.
    pub from: Vec<&'static str>,
    /// Met by something else; then the duty does not turn amber.
    pub met_by: Option<MetBy>,
    /// What would meet it is enough when it is arranged for a day that is not later than the strict date.
    pub or_booked: bool,
}

/// What meets a duty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MetBy {
    /// A fact held on or after the anchor's day.
    Fact(Selector),
    /// Dates on the anchor itself, all of them.
    Dates(Vec<&'static str>),
}

/// A number of weeks on the record that sets how often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SetBy {
    /// The kind of fact.
    pub fact: FactKind,
    /// The count on it.
    pub attribute: &'static str,
    /// It counts only where it is shorter than the rule's own interval, which is the most that the document allows.
    pub never_longer: bool,
}

/// At least every PERIOD while a plan or enquiry is open, counted from the last actual event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recurring {
    /// How often at least. None: the document leaves it to `weeks_set_by`, and while nobody has set it nothing can be told.
    pub every: Option<Period>,
    /// How often where the words can be read as another, shorter period: that one is the strict date's.
    pub strict_every: Option<Period>,
    /// A count of weeks on the latest such fact: the strict reading takes the shorter of the two, the due reading this one
    /// where it is set.
    pub weeks_set_by: Option<SetBy>,
    /// Until the first such fact was held in the period, this often instead.
    pub until: Option<(Selector, Period)>,
    /// A recorded exception for one child may make it longer.
    pub lessened: bool,
    /// Where the first interval starts.
    pub from: Start,
    /// What meets it, and starts the next.
    pub met_by: Selector,
}

/// Where the first interval of a recurring rule starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// With the plan or enquiry that the rule runs under.
    Opening,
    /// With the first event that meets it.
    FirstEvent,
}

/// At least once between events, or at every Nth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Between {
    /// At least once in each gap between consecutive facts, by so long before the next one.
    Gap {
        /// The events that bound the gaps.
        of: Selector,
        /// A date attribute of the latest such fact that says when the next one is, where none is booked.
        next: Option<&'static str>,
        /// How long before the next one it must be done.
        before_next: Period,
        /// What meets it.
        met_by: Selector,
    },
    /// At least one of every N consecutive facts passes the test.
    EveryNth {
        /// The facts that count.
        of: Selector,
        /// N: 2 means "on alternate occasions".
        nth: u32,
        /// The flag that must be yes.
        flag: &'static str,
    },
}

/// So long before each event that is arranged or held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Before {
    /// The event.
    pub of: Selector,
    /// A date attribute of the latest such fact that says when the next one is, where none is booked.
    pub next: Option<&'static str>,
    /// How long before its day; none: on that day at the latest.
    pub by: Option<Period>,
    /// What meets it: a fact held since the last such event was, or dates on the event itself, all of them.
    pub met_by: MetBy,
}

/// In a stretch of days that is measured from a date of the child's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// What must be held in it.
    pub of: Selector,
    /// What it is measured from.
    pub from: ChildDate,
    /// Its first day.
    pub not_before: Distance,
    /// What was held before that day counts all the same, and is said: the document says "normally".
    pub may_be_early: bool,
    /// Its last day, which is the due date.
    pub not_after: Distance,
    /// An earlier last day that can be defended too; without one the strict date is the due date.
    pub strict: Option<Distance>,
}

/// A date of the child's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChildDate {
    /// The day of birth.
    Born,
    /// The day on which the birth is expected.
    Expected,
}

impl ChildDate {
    /// Both, by the names that a procedure uses.
    pub const ALL: [(&'static str, ChildDate); 2] =
        [("born_on", ChildDate::Born), ("expected_on", ChildDate::Expected)];
}

/// How far from a date, and on which side of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Distance {
    /// So long before it.
    Before(Period),
    /// So long after it.
    After(Period),
}

impl Distance {
    /// How far, on whichever side.
    pub fn period(self) -> Period {
        match self {
            Distance::Before(period) | Distance::After(period) => period,
        }
    }
}

impl fmt::Display for Distance {
    /// As a procedure writes it: `70 days before`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Distance::Before(period) => write!(f, "{period} before"),
            Distance::After(period) => write!(f, "{period} after"),
        }
    }
}

/// One thing held before another, the two kept apart, or an event that is only in order one way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Order {
    /// One before the other.
    Before {
        /// What comes first.
        first: Selector,
        /// What comes second.
        then: Selector,
        /// Each time: what came before the last `then` does not count for the next.
        each_time: bool,
    },
    /// Never on the same day. That the first is missing is another rule's.
    Apart {
        /// What comes first.
        first: Selector,
        /// What comes second.
        then: Selector,
    },
    /// Each such fact says this of itself: chaired by that role, held with these present.
    Only {
        /// The fact.
        of: Selector,
        /// What it must say.
        must: Vec<Test>,
    },
}

/// A state that must not last while a plan is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// No such fact covers the day.
    NoneOpen {
        /// The lasting fact that is missed.
        of: Selector,
        /// It is watched only so long from the beginning of what the rule runs under.
        lasts: Option<Period>,
        /// It is watched only once one was open: what asks for the first one is another rule.
        after_one: bool,
    },
    /// The latest such fact lacks an attribute.
    NotSet {
        /// The fact looked at.
        of: Selector,
        /// What it must say, all of it.
        attributes: Vec<&'static str>,
    },
}

/// An event somebody must hear of now; mended when every named date is on the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// The event.
    pub on: Selector,
    /// Date attributes of the event that show it was acted on.
    pub met_by: Vec<&'static str>,
}

/// A report for each calendar month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The standing rule whose periods it lists.
    pub about: DutyId,
    /// How long after the month ends it goes out: 1 working day is the first working day of the next month.
    pub within: Period,
}

/// To be confirmed at an event, because no fact shows that it was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// The event.
    pub at: Selector,
    /// A flag of the event that says No where it was not done.
    pub undone: Option<&'static str>,
    /// Why no fact can show it.
    pub reason: String,
}

/// Text that goes with the message for an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guidance {
    /// The event.
    pub with: Selector,
    /// Why no fact can show it.
    pub reason: String,
}
