//! From the records of a return to its counts.
//!
//! Owns which field belongs to which record, what is wrong with the order of its dates, and as of when a return speaks. Must
//! not know XML. One record is held at a time.

use chrono::NaiveDate;

use super::{
    CinError,
    element::{Element, Field},
    fault::{Faults, What},
    record::{Answer, Record, day, sound},
};
use crate::{
    backtest::{
        Judged, Measure, Month, Outcome, Recorded, Row, Tally, Targets, Window, assessment, conference, reviews,
    },
    calendar::Calendar,
};

/// How many reviews one plan may have. With one a month, that is over eighty years.
pub(super) const REVIEWS_A_PLAN: usize = 1000;

/// The last day that a return speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AsOf {
    /// Its own reference date.
    ReferenceDate(NaiveDate),
    /// It has none; the last date that was read stands in.
    LastDateSeen(NaiveDate),
}

impl AsOf {
    /// The day.
    pub fn on(self) -> NaiveDate {
        match self {
            AsOf::ReferenceDate(on) | AsOf::LastDateSeen(on) => on,
        }
    }
}

/// What a return comes to.
#[derive(Clone, Debug)]
pub struct Return {
    /// Children in it.
    pub children: u64,
    /// As of when it speaks; none if no date could be read.
    pub as_of: Option<AsOf>,
    /// The counts by measure and month.
    pub rows: Vec<Row<Measure>>,
    /// Our last days for the initial conference beside the return's own.
    pub targets: Targets,
    /// What is wrong with it.
    pub faults: Faults,
}

pub(super) struct Gatherer<'a> {
    calendar: &'a Calendar,
    window: Window,
    children: u64,
    reference: Option<NaiveDate>,
    last_seen: Option<NaiveDate>,
    record: Record,
    tally: Tally<Measure>,
    targets: Targets,
    faults: Faults,
}

impl Gatherer<'_> {
    pub(super) fn new(calendar: &Calendar, window: Window) -> Gatherer<'_> {
        Gatherer {
            calendar,
            window,
            children: 0,
            reference: None,
            last_seen: None,
            record: Record::default(),
            tally: Tally::new(window),
            targets: Targets::default(),
            faults: Faults::default(),
        }
    }

    pub(super) fn open(&mut self, element: Element, line: u64) {
        match element {
            Element::Child => self.children += 1,
            Element::Assessment | Element::Section47 | Element::Plan => {
                self.record = Record { line, ..Record::default() };
            }
            _ => {}
        }
    }

    pub(super) fn close(&mut self, element: Element, text: &str, line: u64) -> Result<(), CinError> {
        match element {
            Element::ReferenceDate => self.reference_date(text.trim(), line),
            Element::Field(Field::Review) if self.record.reviews.len() >= REVIEWS_A_PLAN => {
                return Err(CinError::TooManyReviews { line });
            }
            Element::Field(field) => self.field(field, text, line),
            Element::Assessment => self.assessment(),
            Element::Section47 => self.enquiry(),
            Element::Plan => self.plan(),
            _ => {}
        }
        Ok(())
    }

    pub(super) fn finish(self) -> Result<Return, CinError> {
        if self.children == 0 {
            return Err(CinError::NoChild);
        }
        let as_of = self.reference.map(AsOf::ReferenceDate).or(self.last_seen.map(AsOf::LastDateSeen));
        Ok(Return {
            children: self.children,
            as_of,
            rows: self.tally.settle(as_of.map(AsOf::on)),
            targets: self.targets,
            faults: self.faults,
        })
    }

    fn reference_date(&mut self, text: &str, line: u64) {
        match day(text).filter(|on| sound(*on)) {
            None => self.faults.add(line, What::NoDate("ReferenceDate")),
            Some(_) if self.children > 0 => self.faults.add(line, What::LateReferenceDate),
            Some(on) => self.reference = Some(on),
        }
    }

    fn field(&mut self, field: Field, text: &str, line: u64) {
        if let Some(wrong) = self.record.take(field, text, line) {
            self.faults.add(line, wrong);
        }
    }

    fn assessment(&mut self) {
        let record = std::mem::take(&mut self.record);
        let names = (Field::AssessmentStart, Field::Authorised);
        self.check(&record, names, Measure::Assessment);
        let done = self.happened(record.end.date);
        let judged = assessment(self.calendar, record.start.date, done);
        self.enter(judged);
    }

    fn enquiry(&mut self) {
        let record = std::mem::take(&mut self.record);
        self.compare(&record);
        if record.not_required == Some(Answer::Yes) {
            return;
        }
        self.check(&record, (Field::EnquiryStart, Field::Conference), Measure::InitialConference);
        let done = self.happened(record.end.date);
        let mut judged = conference(self.calendar, record.start.date, done);
        // Whether one was due at all is not readable, and none is recorded.
        if record.not_required == Some(Answer::Unreadable) && done == Recorded::Missing {
            judged.outcome = Outcome::CannotTell;
        }
        self.enter(judged);
    }

    fn plan(&mut self) {
        let record = std::mem::take(&mut self.record);
        self.check(&record, (Field::PlanStart, Field::PlanEnd), Measure::FirstReview);
        let (from, to) = (record.start.date.on(), record.end.date.on());
        for review in &record.reviews {
            self.saw(review.date);
            match review.date.on() {
                Some(on) if from.is_some_and(|from| on < from) => {
                    self.faults.add(review.line, What::Before(Field::Review.name(), Field::PlanStart.name()));
                }
                // An end before the start is a fault of its own.
                Some(on) if to.is_some_and(|to| to < on && from.is_none_or(|from| from <= to)) => {
                    self.faults.add(review.line, What::After(Field::Review.name(), Field::PlanEnd.name()));
                }
                _ => {}
            }
        }
        let held: Vec<Recorded> = record.reviews.iter().map(|review| self.happened(review.date)).collect();
        for judged in reviews(self.calendar, record.start.date, self.happened(record.end.date), &held) {
            self.enter(judged);
        }
    }

    /// Notes what is wrong with a record's two dates.
    fn check(&mut self, record: &Record, (start, end): (Field, Field), measure: Measure) {
        self.saw(record.start.date);
        self.saw(record.end.date);
        match (record.start.date, record.end.date) {
            (Recorded::Missing, _) => self.faults.add(record.line, What::NoStart(start.name())),
            (Recorded::On(from), Recorded::On(to)) if to < from => {
                self.faults.add(record.end.line, What::Before(end.name(), start.name()));
            }
            (Recorded::On(from), _) if measure.limit(self.calendar, from).is_none() => {
                self.faults.add(record.start.line, What::BeforeHolidays(start.name()));
            }
            _ => {}
        }
    }

    fn compare(&mut self, record: &Record) {
        let ours = record.start.date.on().and_then(|start| Measure::InitialConference.limit(self.calendar, start));
        let pair = ours.zip(record.target.date.on());
        if let Some((ours, theirs)) = pair.filter(|(ours, _)| self.window.holds(Month::of(*ours))) {
            self.targets.compare(self.calendar, ours, theirs);
        }
    }

    fn saw(&mut self, date: Recorded) {
        self.last_seen = self.last_seen.max(date.on());
    }

    /// What is dated after the day that the return speaks of is planned, not done.
    fn happened(&self, date: Recorded) -> Recorded {
        match (date, self.reference) {
            (Recorded::On(on), Some(reference)) if on > reference => Recorded::Missing,
            _ => date,
        }
    }

    fn enter(&mut self, judged: Judged) {
        self.tally.judge(judged.measure, judged.due_on, judged.outcome);
    }
}
