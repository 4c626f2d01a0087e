//! From the rows of one table to what they say.
//!
//! Owns what a row must have and what two rows must not say. Whether somebody who is named exists is asked of the whole
//! directory, when all tables are there.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    mistake::Log,
    row::{Reader, Row},
};
use crate::{
    directory::{Absence, Person, Role, Table, Team},
    near::choices,
    record::{PersonRef, TeamRef},
};

/// People by key, and the other keys of those who have one.
pub(super) fn workers(rows: &[Row], log: &mut Log) -> (BTreeMap<PersonRef, Person>, BTreeMap<PersonRef, PersonRef>) {
    let mut people = Once::new("worker_id");
    let mut others: Vec<(usize, PersonRef, PersonRef)> = Vec::new();
    for row in whole(Table::Workers, rows, log) {
        let mut read = Reader { table: Table::Workers, row, log };
        let (left_on, weekdays, shared) = (read.date("left_on"), read.weekdays("weekdays"), read.flag("shared"));
        let (Some(person), Ok(left_on), Ok(weekdays), Ok(shared)) =
            (read.person("worker_id"), left_on, weekdays, shared)
        else {
            continue;
        };
        let email = read.text("email").map(str::to_owned);
        let (team, manager) = (read.team("team_id"), read.person("manager_id"));
        if let Some(other) = read.person("other_id").filter(|other| *other != person) {
            others.push((row.line, other, person.clone()));
        }
        people.add(person.clone(), Person { person, email, team, manager, left_on, weekdays, shared }, &mut read);
    }
    if people.known.is_empty() && log.mistakes.is_empty() {
        log.whole("has no workers; where dw_workers is to be read, take the table out");
    }
    let mut keys: BTreeMap<PersonRef, PersonRef> = BTreeMap::new();
    for (line, other, person) in others {
        if people.known.contains_key(&other) || keys.get(&other).is_some_and(|known| *known != person) {
            log.cell(line, "other_id", "is a key of somebody else too, so it could mean either");
        } else {
            keys.insert(other, person);
        }
    }
    (people.into_values(), keys)
}

/// Teams by key.
pub(super) fn teams(rows: &[Row], log: &mut Log) -> BTreeMap<TeamRef, Team> {
    let mut teams = Once::new("team_id");
    for row in whole(Table::Teams, rows, log) {
        let mut read = Reader { table: Table::Teams, row, log };
        let Some(team) = read.team("team_id") else { continue };
        let (manager, service_manager) = (read.person("manager_id"), read.person("service_manager_id"));
        teams.add(team.clone(), Team { team, manager, service_manager }, &mut read);
    }
    teams.into_values()
}

/// Absences in the order of the file.
pub(super) fn absences(rows: &[Row], log: &mut Log) -> Vec<Absence> {
    let mut with_id = Once::new("absence_id");
    let mut absences: Vec<Absence> = Vec::new();
    let mut seen = BTreeSet::new();
    for row in whole(Table::Absences, rows, log) {
        let mut read = Reader { table: Table::Absences, row, log };
        let (from_on, to_on) = (read.date("from_on"), read.date("to_on"));
        let (Some(person), Ok(from_on), Ok(to_on)) = (read.person("worker_id"), from_on, to_on) else { continue };
        let Some(from_on) = from_on else {
            read.wrong("from_on", "is the day that stands for no end; write the first day away");
            continue;
        };
        if to_on.is_some_and(|to_on| to_on < from_on) {
            read.wrong("to_on", "lies before from_on; write the last day away");
            continue;
        }
        let absence = Absence { person, from_on, to_on, cover: read.person("cover_id") };
        if let Some(id) = read.text("absence_id").map(str::to_owned) {
            with_id.add(id, absence.clone(), &mut read);
        }
        if seen.insert((absence.person.clone(), from_on, to_on, absence.cover.clone())) {
            absences.push(absence);
        }
    }
    absences
}

/// Who fills each post, in the order of the file.
pub(super) fn posts(rows: &[Row], log: &mut Log) -> BTreeMap<Role, Vec<PersonRef>> {
    let mut posts: BTreeMap<Role, Vec<PersonRef>> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for row in whole(Table::Posts, rows, log) {
        let mut read = Reader { table: Table::Posts, row, log };
        let (Some(name), Some(person)) = (read.text("role").map(str::to_ascii_lowercase), read.person("worker_id"))
        else {
            continue;
        };
        let Some(role) = Role::posts().find(|role| role.name() == name) else {
            let known: Vec<&str> = Role::posts().map(Role::name).collect();
            let which = choices(&name, "the posts are", known);
            read.wrong("role", format!("is no post; {which}"));
            continue;
        };
        if seen.insert((role, person.clone())) {
            posts.entry(role).or_default().push(person);
        }
    }
    posts
}

/// The rows that have all that is needed.
fn whole<'r>(table: Table, rows: &'r [Row], log: &mut Log) -> Vec<&'r Row> {
    rows.iter().filter(|row| Reader { table, row, log }.is_whole()).collect()
}

/// Rows by key. Rows that are exactly alike count once.
struct Once<K, V> {
    column: &'static str,
    known: BTreeMap<K, (usize, V)>,
}

impl<K: Ord, V: PartialEq> Once<K, V> {
    fn new(column: &'static str) -> Once<K, V> {
        Once { column, known: BTreeMap::new() }
    }

    fn add(&mut self, key: K, value: V, read: &mut Reader) {
        match self.known.get(&key) {
            Some((_, known)) if *known == value => {}
            Some((line, _)) => read.wrong(self.column, format!("stands in line {line} too, with different content")),
            None => {
                self.known.insert(key, (read.row.line, value));
            }
        }
    }

    fn into_values(self) -> BTreeMap<K, V> {
        self.known.into_iter().map(|(key, (_, value))| (key, value)).collect()
    }
}
