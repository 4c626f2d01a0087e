//! The week of each team: what is overdue, what is due, what cannot be told, and with whom.

use std::{cmp::Reverse, collections::BTreeMap};

use chrono::NaiveDate;

use super::{Kind, Open, counted, duty, sunday};
use crate::{
    calendar::ShortDate,
    directory::{Directory, Role},
    duty::{Duty, Status, Tally, Terms},
    procedure::{NoticeKind, Rule, Shape},
};

/// So many of the oldest breaches are named; the rest are in the counts.
const NAMED: usize = 10;

/// What one duty counts as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stands {
    Overdue,
    Due,
    CannotTell,
}

struct Row<'a> {
    open: Open<'a>,
    rule: &'a Rule,
    stands: Stands,
}

/// One summary a team that has anything to do, and one for the cases of no team.
pub(super) fn weeks(from_on: NaiveDate, open: &[Open], directory: &Directory, terms: &Terms) -> Vec<Duty> {
    let mut by_team: BTreeMap<&str, Vec<Row>> = BTreeMap::new();
    for row in open.iter().filter_map(|open| row(*open, sunday(from_on), terms)) {
        let team = directory.team_of(row.open.case).map_or("", |team| &team.0);
        by_team.entry(team).or_default().push(row);
    }
    let week = |(team, rows): (&str, Vec<Row>)| {
        let lines = by_worker(&rows, directory).into_iter().chain(oldest(&rows)).collect();
        duty(Kind::TeamWeek, from_on, team, tallies(&rows, terms), lines, terms)
    };
    by_team.into_iter().map(week).collect()
}

/// A line of the summary, for what the team has to do. What is the chair's or a service's is not, nor points to confirm, nor what
/// is due later.
fn row<'a>(open: Open<'a>, until_on: NaiveDate, terms: &Terms<'a>) -> Option<Row<'a>> {
    let duty = open.duty;
    let rule = terms.procedure.rule_since(&duty.duty, duty.anchor.on)?;
    let told = |role: Role| {
        rule.ladder.steps.iter().any(|step| step.kind != NoticeKind::Escalation && step.tell.contains(&role))
    };
    let theirs = told(Role::LEAD_WORKER) || told(Role::FIRST_LINE_MANAGER);
    let lasts = !matches!(rule.shape, Shape::Check(_) | Shape::Guidance(_));
    if duty.child.is_none() || duty.is_left_to_its_rule() || !theirs || !lasts {
        return None;
    }
    let stands = match duty.status {
        Status::Overdue => Stands::Overdue,
        Status::CannotTell => Stands::CannotTell,
        Status::Open | Status::Amber if due_on(duty).is_some_and(|on| on <= until_on) => Stands::Due,
        _ => return None,
    };
    Some(Row { open, rule, stands })
}

fn due_on(duty: &Duty) -> Option<NaiveDate> {
    duty.due.as_ref().or(duty.strict.as_ref()).map(|reading| reading.on.on())
}

fn count(rows: &[&Row], stands: Stands) -> usize {
    rows.iter().filter(|row| row.stands == stands).count()
}

fn tallies(rows: &[Row], terms: &Terms) -> Vec<Tally> {
    let rows: Vec<&Row> = rows.iter().collect();
    let tally = |words: &str, count: usize| Tally { words: words.to_owned(), count: count as u64 };
    let mut tallies = vec![
        tally("Overdue", count(&rows, Stands::Overdue)),
        tally("Due by Sunday", count(&rows, Stands::Due)),
        tally("Record incomplete", count(&rows, Stands::CannotTell)),
    ];
    if let Some(adopted_on) = terms.told_since() {
        let old = |row: &&Row| row.stands == Stands::Overdue && due_on(row.open.duty).is_some_and(|on| on < adopted_on);
        let old = rows.into_iter().filter(old).count();
        let words = format!("Of the overdue, late before {}", ShortDate(adopted_on));
        tallies.extend((old > 0).then(|| tally(&words, old)));
    }
    tallies
}

/// A row a lead worker, whoever has most that is overdue first.
fn by_worker(rows: &[Row], directory: &Directory) -> Vec<String> {
    let mut workers: BTreeMap<Option<&str>, Vec<&Row>> = BTreeMap::new();
    for row in rows {
        let worker = row.open.case.lead_worker.as_ref().map(|worker| directory.own_key(worker).0.as_str());
        workers.entry(worker).or_default().push(row);
    }
    let mut workers: Vec<(Option<&str>, Vec<&Row>)> = workers.into_iter().collect();
    workers.sort_by_key(|(_, rows)| Reverse(count(rows, Stands::Overdue)));
    let said = |(worker, rows): (Option<&str>, Vec<&Row>)| {
        let parts = [
            (count(&rows, Stands::Overdue), "overdue", "overdue"),
            (count(&rows, Stands::Due), "due by Sunday", "due by Sunday"),
            (count(&rows, Stands::CannotTell), "record incomplete", "records incomplete"),
        ];
        let parts: Vec<String> = parts
            .into_iter()
            .filter(|(count, ..)| *count > 0)
            .map(|(count, one, many)| counted(count, one, many))
            .collect();
        let whose = worker.map_or_else(|| "No lead worker".to_owned(), |worker| format!("Lead worker {worker}"));
        format!("{whose}: {}", parts.join(", "))
    };
    workers.into_iter().map(said).collect()
}

/// The breaches that are oldest, by reference.
fn oldest(rows: &[Row]) -> Vec<String> {
    let mut overdue: Vec<&Row> = rows.iter().filter(|row| row.stands == Stands::Overdue).collect();
    overdue.sort_by_key(|row| (due_on(row.open.duty), &row.open.duty.child, &row.open.duty.duty));
    let more = overdue.len().saturating_sub(NAMED);
    let said = |row: &Row| {
        let duty = row.open.duty;
        let child = duty.child.as_ref().map_or("", |child| &child.0);
        let due = due_on(duty).map_or_else(String::new, |on| format!(", was due {}", ShortDate(on)));
        format!("Oldest: reference {child}, {}{due}", row.rule.title)
    };
    let rest = (more > 0).then(|| format!("And {more} more that are overdue"));
    overdue.into_iter().take(NAMED).map(said).chain(rest).collect()
}
