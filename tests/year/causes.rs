//! Which rules and which steps of their ladders the messages of a year come from, and what a week would be without one of them.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use chrono::NaiveDate;
use duewatch::record::PersonRef;

use crate::{
    figures::{Cause, Figures, at, monday},
    people::Kind,
};

/// Lines so many causes are named of each kind of recipient.
const NAMED: usize = 14;

pub(crate) fn report(figures: &Figures<'_>, text: &mut String) {
    let mut causes: BTreeMap<Kind, BTreeMap<&Cause, (usize, usize)>> = BTreeMap::new();
    for sent in figures.in_year() {
        let of = causes.entry(figures.people.kind(&sent.person)).or_default();
        for cause in &sent.causes {
            of.entry(cause).or_default().0 += 1;
        }
        if let Some(cause) = sent.causes.first().filter(|first| sent.causes.iter().all(|cause| cause == *first)) {
            of.entry(cause).or_default().1 += 1;
        }
    }
    for (kind, of) in causes {
        let all: usize = of.values().map(|(lines, _)| lines).sum();
        let _ = writeln!(text, "\n{kind}: {all} lines; lines, and messages that held nothing else, by rule and step");
        let mut steps: BTreeMap<&str, usize> = BTreeMap::new();
        for ((_, step), (lines, _)) in &of {
            *steps.entry(step).or_default() += lines;
        }
        let mut of: Vec<_> = of.into_iter().collect();
        of.sort_by_key(|(_, count)| Reverse(*count));
        for ((duty, step), (lines, alone)) in of.into_iter().take(NAMED) {
            let _ = writeln!(text, "    {duty:<44} {step:<20} {lines:>7} {alone:>6}");
        }
        let mut steps: Vec<_> = steps.into_iter().collect();
        steps.sort_by_key(|(_, lines)| Reverse(*lines));
        report_without(figures, kind, &steps, text);
    }
    let mut again: BTreeMap<(Kind, Cause), usize> = BTreeMap::new();
    for (person, _, cause) in figures.unchanged() {
        *again.entry((figures.people.kind(person), cause)).or_default() += 1;
    }
    let mut again: Vec<_> = again.into_iter().collect();
    again.sort_by_key(|(_, count)| Reverse(*count));
    let _ = writeln!(text, "\nlines unchanged on two days running, by the steps of the two days");
    for ((kind, (duty, step)), count) in again.into_iter().take(40) {
        let _ = writeln!(text, "    {kind:<26} {duty:<44} {step:<24} {count:>7}");
    }
}

/// A week as it is, and as it would be without each step, whatever the rule; then without the first, the first two and so on.
fn report_without(figures: &Figures<'_>, kind: Kind, steps: &[(&str, usize)], text: &mut String) {
    let mut line = |name: String, without: &BTreeSet<&str>| {
        let weeks = weeks(figures, kind, without);
        let messages: usize = weeks.iter().sum();
        // Hundredths, without a fraction that a float would make.
        let mean = messages * 100 / weeks.len().max(1);
        let [median, p95] = [50, 95].map(|share| at(&weeks, share));
        let _ = writeln!(text, "    {name:<44} mean {:>2}.{:02}  median {median}  p95 {p95}", mean / 100, mean % 100);
    };
    line("a week".to_owned(), &BTreeSet::new());
    let mut all = BTreeSet::new();
    for (step, lines) in steps.iter().take(6) {
        line(format!("without `{step}`, {lines} lines"), &BTreeSet::from([*step]));
        all.insert(*step);
        if all.len() > 1 {
            line(format!("without these {}", all.len()), &all);
        }
    }
}

/// Messages of each week of each person of that kind, the lines of some steps left out. Whoever was written to only for those
/// steps was not written to.
fn weeks(figures: &Figures<'_>, kind: Kind, without: &BTreeSet<&str>) -> Vec<usize> {
    let mut weeks: BTreeMap<(&PersonRef, NaiveDate), usize> = figures.person_weeks(kind);
    for sent in figures.in_year().filter(|sent| figures.people.kind(&sent.person) == kind) {
        if sent.causes.iter().any(|(_, step)| !without.contains(step.as_str())) {
            *weeks.entry((&sent.person, monday(sent.on))).or_default() += 1;
        }
    }
    weeks.into_values().collect()
}
