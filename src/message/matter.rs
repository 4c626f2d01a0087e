//! What is told of the children of one family: matter by matter, each with its tasks.
//!
//! Owns what is one matter, and what its tasks have in common. Must not know who reads it, or any wording.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::Serialize;

use super::{
    Line,
    clean::{one_line, web_link},
};
use crate::{calendar::format_date_long, duty::Tally};

/// What is told of the same children for the same day: one task, or several. What all tasks have in common stands here, what
/// they do not stands with each.
#[derive(Debug, Serialize)]
pub(super) struct Matter {
    pub(super) kind: &'static str,
    /// `undated`, `ahead`, `today` or `passed`.
    pub(super) timing: &'static str,
    pub(super) due: Option<String>,
    /// Whole working days between the day of writing and the due day; 0 where they are not to be said.
    pub(super) days: u64,
    pub(super) references: Vec<Reference>,
    pub(super) tasks: Vec<Task>,
    pub(super) common: Details,
}

/// One child.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Reference {
    pub(super) reference: String,
    pub(super) link: Option<String>,
}

/// One rule.
#[derive(Debug, Serialize)]
pub(super) struct Task {
    pub(super) title: String,
    pub(super) ask: String,
    pub(super) citation: String,
    pub(super) quote: String,
    pub(super) under_review: bool,
    pub(super) arithmetic: Option<String>,
    /// The earliest defensible day, where it differs.
    pub(super) strict: Option<String>,
    /// How that day stands, as `timing` does.
    pub(super) strict_timing: &'static str,
    pub(super) chart: Vec<Bar>,
    pub(super) rows: Vec<String>,
    pub(super) own: Details,
}

/// One bar of a chart: its length is said twice, for those who see marks and for those who see colours.
#[derive(Debug, Serialize)]
pub(super) struct Bar {
    pub(super) words: String,
    pub(super) count: u64,
    pub(super) marks: String,
    pub(super) percent: u64,
}

/// The longest bar of a chart, in marks. A shorter one has a mark for each that it counts, if all fit.
const MARKS: u64 = 20;

/// The small print of one task, or of several.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(super) struct Details {
    pub(super) notes: Vec<String>,
    pub(super) mended_by: Option<String>,
    pub(super) next: Option<String>,
    pub(super) because: Option<String>,
    pub(super) provisional: bool,
}

/// First the children of whom one and the same is told, then the tasks of the same children for the same day. What is about
/// no child stands by itself.
pub(super) fn matters(lines: &[&Line], written_on: NaiveDate) -> Vec<Matter> {
    let alike =
        grouped(lines, |line: &Line| Line { child: None, link: None, household: None, worker: None, ..line.clone() });
    let alike: Vec<(usize, &[&Line])> = alike.iter().map(Vec::as_slice).enumerate().collect();
    let of_a_day = grouped(&alike, |(place, lines)| {
        let first = lines.first();
        let place = first.is_none_or(|line| line.child.is_none()).then_some(place);
        (place, first.map(|line| (line.kind, line.due_on, line.working_days_left)), references(lines))
    });
    of_a_day.into_iter().filter_map(|tasks| matter(&tasks, written_on)).collect()
}

fn matter(tasks: &[(usize, &[&Line])], written_on: NaiveDate) -> Option<Matter> {
    let (_, lines) = *tasks.first()?;
    let first = *lines.first()?;
    let timing = timing(first.due_on, written_on);
    // The count and the day come from different places; where they disagree on the direction, the day alone is said.
    let days = match (timing, first.working_days_left) {
        ("ahead", Some(left)) if left > 0 => left.unsigned_abs(),
        ("passed", Some(left)) if left < 0 => left.unsigned_abs(),
        _ => 0,
    };
    let mut references: Vec<Reference> = lines.iter().filter_map(|line| reference(line)).collect();
    references.sort_by(|a, b| a.reference.cmp(&b.reference));
    references.dedup_by(|a, b| a.reference == b.reference);
    let mut tasks: Vec<Task> = tasks.iter().filter_map(|(_, lines)| Some(task(lines.first()?, written_on))).collect();
    let common = share(&mut tasks);
    Some(Matter {
        kind: first.kind.name(),
        timing,
        due: first.due_on.map(format_date_long),
        days,
        references,
        tasks,
        common,
    })
}

fn reference(line: &Line) -> Option<Reference> {
    let reference = one_line(line.child.as_deref()?);
    Some(Reference { reference, link: line.link.as_deref().and_then(web_link) })
}

fn task(line: &Line, written_on: NaiveDate) -> Task {
    let strict_on = line.strict_on.filter(|on| line.due_on.is_some() && line.due_on != Some(*on));
    Task {
        title: one_line(&line.title),
        ask: said(Some(&line.ask)).unwrap_or_else(|| one_line(&line.title)),
        citation: one_line(&line.citation),
        quote: one_line(&line.quote),
        under_review: line.under_review,
        arithmetic: said(Some(&line.arithmetic)),
        strict: strict_on.map(format_date_long),
        strict_timing: timing(strict_on, written_on),
        chart: chart(&line.tallies),
        rows: line.rows.iter().map(|row| one_line(row)).collect(),
        own: Details {
            notes: line.notes.iter().map(|note| one_line(note)).filter(|note| !note.is_empty()).collect(),
            mended_by: said(line.mended_by.as_ref()),
            next: said(line.next.as_ref()),
            because: said(line.because.as_ref()),
            provisional: line.provisional,
        },
    }
}

/// What is counted at all has a mark.
fn chart(tallies: &[Tally]) -> Vec<Bar> {
    let most = tallies.iter().map(|tally| tally.count).max().unwrap_or(0).max(MARKS);
    let bar = |tally: &Tally| {
        let marks = (tally.count * MARKS).div_ceil(most);
        let (words, count) = (one_line(&tally.words), tally.count);
        Bar { words, count, marks: "=".repeat(usize::try_from(marks).unwrap_or(0)), percent: marks * 100 / MARKS }
    };
    tallies.iter().map(bar).collect()
}

pub(super) fn said(value: Option<&String>) -> Option<String> {
    value.map(|value| one_line(value)).filter(|value| !value.is_empty())
}

fn timing(on: Option<NaiveDate>, written_on: NaiveDate) -> &'static str {
    match on {
        None => "undated",
        Some(on) if on < written_on => "passed",
        Some(on) if on == written_on => "today",
        Some(_) => "ahead",
    }
}

/// Takes out of every task what all of them say alike, field by field.
fn share(tasks: &mut [Task]) -> Details {
    let mut common = Details::default();
    let all = |same: fn(&Details, &Details) -> bool, tasks: &[Task]| {
        tasks.iter().all(|task| tasks.first().is_some_and(|first| same(&first.own, &task.own)))
    };
    macro_rules! share {
        ($($field:ident),*) => {$(
            if all(|a, b| a.$field == b.$field, tasks) {
                for task in tasks.iter_mut() {
                    common.$field = std::mem::take(&mut task.own.$field);
                }
            }
        )*};
    }
    share!(notes, mended_by, next, because, provisional);
    common
}

pub(super) fn references(lines: &[&Line]) -> Vec<String> {
    let each: BTreeSet<&str> = lines.iter().filter_map(|line| line.child.as_deref()).collect();
    each.into_iter().map(one_line).collect()
}

/// Groups in the order of their first element.
pub(super) fn grouped<T: Copy, K: PartialEq>(all: &[T], key: impl Fn(T) -> K) -> Vec<Vec<T>> {
    let mut groups: Vec<(K, Vec<T>)> = Vec::new();
    for &one in all {
        let of = key(one);
        match groups.iter_mut().find(|(known, _)| *known == of) {
            Some((_, group)) => group.push(one),
            None => groups.push((of, vec![one])),
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}
