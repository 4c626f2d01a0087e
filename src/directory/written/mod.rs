//! The directory as files have it: a CSV file for each table, or one TOML file for all.
//!
//! Owns what such a file may say and every mistake that can be found in it, all of them at once. Files are taken whole or
//! not at all. Must not touch a disk: it is given names and bytes.

mod column;
mod csv;
mod mistake;
mod read;
mod row;
mod text;
mod toml;

use std::collections::BTreeMap;

pub use self::mistake::{Mistake, Mistakes};
use self::{
    mistake::{KEPT, Log},
    row::Row,
};
use super::{Absence, Directory, Person, Role, Table, Team};
use crate::{
    near::choices,
    record::{PersonRef, TeamRef},
};

/// How many mistakes are told one by one.
const LISTED: usize = 50;

/// The tables that an authority's own files give. One that they do not give is none, which is not the same as empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tables {
    /// People.
    pub workers: Option<BTreeMap<PersonRef, Person>>,
    /// Other keys by which the case database may name somebody, and whose they are.
    pub other_keys: BTreeMap<PersonRef, PersonRef>,
    /// Teams.
    pub teams: Option<BTreeMap<TeamRef, Team>>,
    /// Absences.
    pub absences: Option<Vec<Absence>>,
    /// Posts.
    pub posts: Option<BTreeMap<Role, Vec<PersonRef>>>,
}

impl Tables {
    /// From the `.csv` files of a folder, by name: `workers.csv`, `teams.csv`, `absences.csv` and `posts.csv`, or some of
    /// them. Another `.csv` file is a mistake: it would be thought to be read.
    ///
    /// # Errors
    ///
    /// Every mistake of every file.
    pub fn from_csv(files: &BTreeMap<String, Vec<u8>>) -> Result<Tables, Mistakes> {
        let (mut tables, mut mistakes) = (Tables::default(), Vec::new());
        for (name, bytes) in files {
            let mut log = Log::new(name);
            match name.strip_suffix(".csv").and_then(Table::from_name) {
                None => {
                    let names = Table::ALL.map(|table| format!("{}.csv", table.name()));
                    let known = choices(name, "the files are", names.iter().map(String::as_str));
                    log.whole(format!("is none of the directory's files, so it is not read; {known}"));
                }
                Some(table) => {
                    if let Some(text) = text::decode(bytes, &mut log) {
                        let rows = csv::rows(table, text, &mut log);
                        tables.take(table, &rows, &mut log);
                    }
                }
            }
            mistakes.append(&mut log.mistakes);
        }
        tables.if_sound(mistakes)
    }

    /// From one TOML file.
    ///
    /// # Errors
    ///
    /// Every mistake in it.
    pub fn from_toml(name: &str, bytes: &[u8]) -> Result<Tables, Mistakes> {
        let (mut tables, mut log) = (Tables::default(), Log::new(name));
        if let Some(text) = text::decode(bytes, &mut log) {
            for (table, rows) in toml::tables(text, &mut log) {
                tables.take(table, &rows, &mut log);
            }
            if Table::ALL.iter().all(|table| tables.rows(*table).is_none()) && log.mistakes.is_empty() {
                log.whole("gives no table; write at least [[workers]]");
            }
        }
        tables.if_sound(log.mistakes)
    }

    /// How many rows a table has, if the files give it.
    pub fn rows(&self, table: Table) -> Option<usize> {
        match table {
            Table::Workers => self.workers.as_ref().map(BTreeMap::len),
            Table::Teams => self.teams.as_ref().map(BTreeMap::len),
            Table::Absences => self.absences.as_ref().map(Vec::len),
            Table::Posts => self.posts.as_ref().map(|posts| posts.values().map(Vec::len).sum()),
        }
    }

    /// The directory with each table that the files give in the place of the view's. Nothing is mixed row by row: a row
    /// taken out of a file would come back from the view, and nobody would see from where.
    pub fn over(&self, views: Directory) -> Directory {
        let own = self.clone();
        let mut directory = Directory {
            people: own.workers.unwrap_or(views.people),
            teams: own.teams.unwrap_or(views.teams),
            absences: BTreeMap::new(),
            posts: own.posts.unwrap_or(views.posts),
            other_keys: own.other_keys,
        };
        let mut absences: Vec<Absence> =
            own.absences.unwrap_or_else(|| views.absences.into_values().flatten().collect());
        let Directory { people, teams, posts, other_keys, .. } = &mut directory;
        let managers = people.values_mut().filter_map(|person| person.manager.as_mut());
        let of_teams = teams.values_mut().flat_map(|team| [&mut team.manager, &mut team.service_manager]).flatten();
        let away =
            absences.iter_mut().flat_map(|absence| [Some(&mut absence.person), absence.cover.as_mut()]).flatten();
        for person in managers.chain(of_teams).chain(away).chain(posts.values_mut().flatten()) {
            if let Some(key) = other_keys.get(person) {
                *person = key.clone();
            }
        }
        for absence in absences {
            directory.add_absence(absence);
        }
        directory
    }

    /// What the rows say. Rows with a mistake are left out, and the log has it.
    fn take(&mut self, table: Table, rows: &[Row], log: &mut Log) {
        match table {
            Table::Workers => {
                let (workers, other_keys) = read::workers(rows, log);
                (self.workers, self.other_keys) = (Some(workers), other_keys);
            }
            Table::Teams => self.teams = Some(read::teams(rows, log)),
            Table::Absences => self.absences = Some(read::absences(rows, log)),
            Table::Posts => self.posts = Some(read::posts(rows, log)),
        }
    }

    fn if_sound(self, mut mistakes: Vec<Mistake>) -> Result<Tables, Mistakes> {
        let more_than = if mistakes.len() < KEPT { "" } else { "more than " };
        mistakes.sort();
        mistakes.dedup();
        // A column that is wrong throughout is one mistake to mend.
        if let Some(beyond) = mistakes.get(LISTED).cloned() {
            let what = format!("and {more_than}{} further mistakes", mistakes.len() - LISTED);
            mistakes.truncate(LISTED);
            mistakes.push(Mistake { line: None, column: None, what, ..beyond });
        }
        if mistakes.is_empty() { Ok(self) } else { Err(Mistakes(mistakes)) }
    }
}
