//! An authority's own directory, as a folder of CSV files and as one TOML file.

use std::{collections::BTreeMap, fmt::Write as _};

use chrono::NaiveDate;
use duewatch::directory::{Directory, Mistakes, Tables, Weekdays};
use duewatch::record::PersonRef;

/// A folder: the files stand one behind the other, each ended by a character that no file may hold.
pub(super) fn csv(bytes: &[u8]) {
    let names = ["workers.csv", "teams.csv", "absences.csv", "posts.csv"];
    let parts = bytes.split(|byte| *byte == 0x1e).map(<[u8]>::to_vec);
    let files: BTreeMap<String, Vec<u8>> =
        names.into_iter().map(str::to_owned).zip(parts).filter(|(_, part)| !part.is_empty()).collect();
    holds(Tables::from_csv(&files));
}

/// One file.
pub(super) fn toml(bytes: &[u8]) {
    holds(Tables::from_toml("directory.toml", bytes));
}

/// No cell is repeated by what is said about it; sound tables can be used, and written as TOML they say the same.
fn holds(read: Result<Tables, Mistakes>) {
    let tables = match read {
        Ok(tables) => tables,
        Err(mistakes) => {
            assert!((1..=51).contains(&mistakes.0.len()), "{} mistakes", mistakes.0.len());
            for mistake in &mistakes.0 {
                super::says_no_more(&mistake.to_string(), 400);
            }
            return;
        }
    };
    let directory = tables.over(Directory::default());
    let today = NaiveDate::from_ymd_opt(2026, 11, 28).unwrap_or_default();
    for flaw in directory.flaws(today) {
        assert!(flaw.row.len() <= 254, "{flaw:?}");
    }
    if tables == Tables::default() {
        return;
    }
    let written = as_toml(&tables);
    assert_eq!(Tables::from_toml("written.toml", written.as_bytes()).as_ref(), Ok(&tables), "{written}");
}

/// The tables as a file. A table without rows is written too: it is not the same as none.
fn as_toml(tables: &Tables) -> String {
    let mut text = String::new();
    for (name, rows) in [
        ("teams", tables.teams.as_ref().map(BTreeMap::len)),
        ("absences", tables.absences.as_ref().map(Vec::len)),
        ("posts", tables.posts.as_ref().map(BTreeMap::len)),
    ] {
        if rows == Some(0) {
            let _ = writeln!(text, "{name} = []");
        }
    }
    let mut row = |table: &str, cells: &[(&str, Option<String>)]| {
        let _ = writeln!(text, "[[{table}]]");
        for (column, cell) in cells {
            if let Some(cell) = cell {
                let cell = cell.replace('\\', "\\\\").replace('"', "\\\"");
                let _ = writeln!(text, "{column} = \"{cell}\"");
            }
        }
    };
    let id = |person: &Option<PersonRef>| person.as_ref().map(|person| person.0.clone());
    for person in tables.workers.iter().flatten().map(|(_, person)| person) {
        let others = tables.other_keys.iter().filter(|(_, own)| **own == person.person).map(|(other, _)| other);
        let others: Vec<Option<PersonRef>> = others.cloned().map(Some).collect();
        let others = if others.is_empty() { vec![None] } else { others };
        for other in others {
            row(
                "workers",
                &[
                    ("worker_id", Some(person.person.0.clone())),
                    ("email", person.email.clone()),
                    ("team_id", person.team.as_ref().map(|team| team.0.clone())),
                    ("manager_id", id(&person.manager)),
                    ("left_on", person.left_on.map(|on| on.to_string())),
                    ("weekdays", Some(days(person.weekdays))),
                    ("shared", Some(person.shared.to_string())),
                    ("other_id", id(&other)),
                ],
            );
        }
    }
    for team in tables.teams.iter().flatten().map(|(_, team)| team) {
        let cells = [
            ("team_id", Some(team.team.0.clone())),
            ("manager_id", id(&team.manager)),
            ("service_manager_id", id(&team.service_manager)),
        ];
        row("teams", &cells);
    }
    for absence in tables.absences.iter().flatten() {
        let cells = [
            ("worker_id", Some(absence.person.0.clone())),
            ("from_on", Some(absence.from_on.to_string())),
            ("to_on", absence.to_on.map(|on| on.to_string())),
            ("cover_id", id(&absence.cover)),
        ];
        row("absences", &cells);
    }
    for (role, holders) in tables.posts.iter().flatten() {
        for holder in holders {
            row("posts", &[("role", Some(role.name().to_owned())), ("worker_id", Some(holder.0.clone()))]);
        }
    }
    text
}

fn days(weekdays: Weekdays) -> String {
    // 16 November 2026 is a Monday.
    let week = NaiveDate::from_ymd_opt(2026, 11, 16).unwrap_or_default().iter_days().take(7);
    let days: Vec<String> = week.filter(|on| weekdays.include(*on)).map(|on| on.format("%a").to_string()).collect();
    days.join(" ")
}
