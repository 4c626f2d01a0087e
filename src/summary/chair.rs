//! The conferences of a week, for each chair.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{Kind, Open, counted, duty, sunday};
use crate::{
    calendar::ShortDate,
    directory::Directory,
    duty::{Duty, Sitting, Status, Terms},
    record::{ChildRef, PersonRef},
};

/// One list a chair with a conference in that week.
pub(super) fn weeks(
    from_on: NaiveDate,
    sittings: &[&Sitting],
    open: &[Open],
    directory: &Directory,
    terms: &Terms,
) -> Vec<Duty> {
    let mut overdue: BTreeMap<&ChildRef, usize> = BTreeMap::new();
    for open in open.iter().filter(|open| open.duty.status == Status::Overdue) {
        *overdue.entry(&open.case.child).or_default() += 1;
    }
    let mut chairs: BTreeMap<&PersonRef, Vec<&Sitting>> = BTreeMap::new();
    let in_week = |sitting: &&Sitting| (from_on.max(terms.today)..=sunday(from_on)).contains(&sitting.on);
    for sitting in sittings.iter().copied().filter(in_week) {
        chairs.entry(directory.own_key(&sitting.chair)).or_default().push(sitting);
    }
    let week = |(chair, mut sittings): (&PersonRef, Vec<&Sitting>)| {
        sittings.sort_unstable();
        let rows = sittings.iter().map(|sitting| row(sitting, overdue.get(&sitting.child).copied())).collect();
        duty(Kind::ChairWeek, from_on, &chair.0, Vec::new(), rows, terms)
    };
    chairs.into_iter().map(week).collect()
}

fn row(sitting: &Sitting, overdue: Option<usize>) -> String {
    let Sitting { on, kind, child, worker, .. } = sitting;
    let worker =
        worker.as_ref().map_or_else(|| "no lead worker".to_owned(), |worker| format!("lead worker {}", worker.0));
    let late =
        overdue.map_or_else(String::new, |count| format!(", {}", counted(count, "task overdue", "tasks overdue")));
    format!("{}: {child}, {kind}, {worker}{late}", ShortDate(*on))
}
