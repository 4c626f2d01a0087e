//! Outcomes by measure and month.
//!
//! Owns what is counted together, and when a limit that nothing has met is late. Must not know what a measure is.

use std::{
    collections::BTreeMap,
    ops::{Add, AddAssign},
};

use chrono::NaiveDate;
use serde::Serialize;

use super::{
    measure::Outcome,
    month::{Month, Window},
};

/// Where a duty is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// Done by its last day.
    InTime,
    /// Done after it, or not done although it is over.
    Late,
    /// Its last day is not over.
    Open,
    /// The record lacks what is needed.
    CannotTell,
}

/// How many duties of a measure fell due in a month, and what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// All of them: the sum of the others.
    pub due: u64,
    /// Done by their last day.
    pub in_time: u64,
    /// Done after it, or not done although it is over.
    pub late: u64,
    /// Their last day is not over. Never counted as late.
    pub open: u64,
    /// The record lacks what is needed.
    pub cannot_tell: u64,
}

impl Counts {
    /// Counts one, or several.
    pub fn enter(&mut self, column: Column, duties: u64) {
        self.due += duties;
        *match column {
            Column::InTime => &mut self.in_time,
            Column::Late => &mut self.late,
            Column::Open => &mut self.open,
            Column::CannotTell => &mut self.cannot_tell,
        } += duties;
    }
}

impl Add for Counts {
    type Output = Counts;

    fn add(self, other: Counts) -> Counts {
        Counts {
            due: self.due + other.due,
            in_time: self.in_time + other.in_time,
            late: self.late + other.late,
            open: self.open + other.open,
            cannot_tell: self.cannot_tell + other.cannot_tell,
        }
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Counts) {
        *self = *self + other;
    }
}

/// One line of the result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row<K> {
    /// Of what.
    pub measure: K,
    /// The month of the last day; none where no such day can be told.
    pub month: Option<Month>,
    /// How many.
    pub counts: Counts,
}

/// All rows together.
pub fn total<'a, K: 'a>(rows: impl IntoIterator<Item = &'a Row<K>>) -> Counts {
    rows.into_iter().fold(Counts::default(), |sum, row| sum + row.counts)
}

/// The count while it is made. It grows with the days on which something is due, not with the children.
#[derive(Clone, Debug)]
pub struct Tally<K> {
    window: Window,
    months: BTreeMap<(K, Option<Month>), Counts>,
    /// Not done, by last day: which of them are late is known when the last day that is known of is.
    not_done: BTreeMap<(K, NaiveDate), u64>,
}

impl<K: Ord> Tally<K> {
    /// An empty one for these months. What has no month is always counted.
    pub fn new(window: Window) -> Tally<K> {
        Tally { window, months: BTreeMap::new(), not_done: BTreeMap::new() }
    }

    /// Counts a duty whose column is known.
    pub fn count(&mut self, measure: K, due_on: Option<NaiveDate>, column: Column) {
        self.enter(measure, due_on, column, 1);
    }

    /// Counts a duty as it was judged.
    pub fn judge(&mut self, measure: K, due_on: Option<NaiveDate>, outcome: Outcome) {
        match (outcome, due_on) {
            (Outcome::InTime, _) => self.count(measure, due_on, Column::InTime),
            (Outcome::Late, _) => self.count(measure, due_on, Column::Late),
            (Outcome::NotDone, Some(due)) => *self.not_done.entry((measure, due)).or_default() += 1,
            (Outcome::CannotTell, _) | (Outcome::NotDone, None) => self.count(measure, due_on, Column::CannotTell),
        }
    }

    fn enter(&mut self, measure: K, due_on: Option<NaiveDate>, column: Column, duties: u64) {
        let month = due_on.map(Month::of);
        if month.is_none_or(|month| self.window.holds(month)) {
            self.months.entry((measure, month)).or_default().enter(column, duties);
        }
    }

    /// The rows by measure and month, what has no month last in each. A duty that is not done is late where its last day
    /// lies before `as_of`, the last day that the data knows of, and open otherwise.
    pub fn settle(mut self, as_of: Option<NaiveDate>) -> Vec<Row<K>> {
        for ((measure, due), duties) in std::mem::take(&mut self.not_done) {
            let over = as_of.is_some_and(|as_of| due < as_of);
            self.enter(measure, Some(due), if over { Column::Late } else { Column::Open }, duties);
        }
        let rows = self.months.into_iter().map(|((measure, month), counts)| Row { measure, month, counts });
        let mut rows: Vec<Row<K>> = rows.collect();
        rows.sort_by(|a, b| a.measure.cmp(&b.measure).then(a.month.is_none().cmp(&b.month.is_none())));
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn what_is_not_done_is_late_only_when_its_last_day_is_over() {
        let mut tally = Tally::new(Window::default());
        for due in ["2026-03-30", "2026-03-31", "2026-04-01"] {
            tally.judge("m", Some(on(due)), Outcome::NotDone);
        }
        let rows = |as_of| {
            let rows = tally.clone().settle(as_of).into_iter();
            rows.map(|row| (row.counts.due, row.counts.late, row.counts.open)).collect::<Vec<_>>()
        };
        assert_eq!(rows(Some(on("2026-03-31"))), [(2, 1, 1), (1, 0, 1)]);
        assert_eq!(rows(Some(on("2026-04-02"))), [(2, 2, 0), (1, 1, 0)]);
        assert_eq!(rows(None), [(2, 0, 2), (1, 0, 1)]);
    }

    #[test]
    fn rows_come_by_measure_and_month_and_the_monthless_last() {
        let march = "2026-03".parse().unwrap();
        let mut tally = Tally::new(Window { from: Some(march), to: None });
        tally.count("b", Some(on("2026-04-01")), Column::InTime);
        tally.count("a", None, Column::CannotTell);
        tally.count("a", Some(on("2026-03-01")), Column::Late);
        tally.count("a", Some(on("2026-02-28")), Column::Late);
        tally.judge("b", Some(on("2026-04-30")), Outcome::CannotTell);
        let rows = tally.settle(None);
        let month = |row: &Row<&str>| row.month.map(|month| month.to_string()).unwrap_or_default();
        let said: Vec<_> = rows.iter().map(|row| (row.measure, month(row), row.counts.due)).collect();
        assert_eq!(said, [("a", "2026-03".to_owned(), 1), ("a", String::new(), 1), ("b", "2026-04".to_owned(), 2)]);
        assert_eq!(total(&rows), Counts { due: 4, in_time: 1, late: 1, open: 0, cannot_tell: 2 });
    }
}
