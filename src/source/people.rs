//! The directory's views: workers, teams, absences and posts.
//!
//! A worker without an address is no fault here: whether anybody can be told is asked where somebody is to be told.

use chrono::NaiveDate;

use super::contract::{ABSENCES, POSTS, TEAMS, WORKERS};
use super::fault::{Defect, Faults};
use super::packed::Cells;
use super::parse;
use crate::calendar::Zone;
use crate::directory::{Absence, Directory, Person, Role, Team, Weekdays};
use crate::record::{AttributeType, PersonRef, TeamRef, Value};

/// Reads one row after the other into a directory.
pub(crate) struct DirectoryReader<'a> {
    zone: Zone,
    faults: &'a mut Faults,
    directory: Directory,
}

impl<'a> DirectoryReader<'a> {
    pub(crate) fn new(zone: Zone, faults: &'a mut Faults) -> Self {
        DirectoryReader { zone, faults, directory: Directory::default() }
    }

    /// Takes all rows of one view; rows of a view that is not the directory's are left alone.
    pub(crate) fn take(&mut self, view: &str, mut rows: Vec<Cells>) {
        rows.sort();
        rows.dedup();
        for row in &rows {
            let cell = |at: usize| row.get(at).and_then(Option::as_deref);
            match view {
                WORKERS => self.worker(cell),
                TEAMS => self.team(cell),
                ABSENCES => self.absence(cell),
                POSTS => self.post(cell),
                _ => {}
            }
        }
    }

    pub(crate) fn finish(self) -> Directory {
        self.directory
    }

    // Rows without a key are counted with the views; here they are only passed over.

    fn worker<'r>(&mut self, cell: impl Fn(usize) -> Option<&'r str>) {
        let Some(person) = parse::id(cell(0)).map(|id| PersonRef(id.into())) else { return };
        let left_on = self.date(WORKERS, &person.0, "left_on", cell(4)).ok().flatten();
        let row = Person {
            person: person.clone(),
            email: parse::id(cell(1)).map(str::to_owned),
            team: parse::id(cell(2)).map(|id| TeamRef(id.into())),
            manager: parse::id(cell(3)).map(|id| PersonRef(id.into())),
            left_on,
            weekdays: self.weekdays(&person, cell(5)),
            shared: self.shared(&person, cell(6)),
        };
        // Of two rows for one person, the one that has not left counts, else the one that left last.
        let later = |row: &Person| row.left_on.is_none_or(|left| Some(left) > self.left(&person));
        if self.directory.people.get(&person).is_some_and(|known| *known != row) {
            let replaces = later(&row);
            self.faults.add(WORKERS, Some(&person.0), "worker_id", Defect::Duplicate);
            if !replaces {
                return;
            }
        }
        self.directory.people.insert(person, row);
    }

    fn weekdays(&mut self, person: &PersonRef, text: Option<&str>) -> Weekdays {
        let Some(text) = parse::id(text) else { return Weekdays::EVERY };
        Weekdays::from_text(text).unwrap_or_else(|| {
            self.faults.add(WORKERS, Some(&person.0), "weekdays", Defect::NotWeekdays);
            Weekdays::EVERY
        })
    }

    /// Whoever may be a shared mailbox counts as one: it is told less.
    fn shared(&mut self, person: &PersonRef, text: Option<&str>) -> bool {
        match parse::value(AttributeType::Flag, text, self.zone) {
            Ok(value) => value == Value::Flag(true),
            Err(defect) => {
                self.faults.add(WORKERS, Some(&person.0), "shared", defect);
                true
            }
        }
    }

    fn left(&self, person: &PersonRef) -> Option<NaiveDate> {
        let known = self.directory.people.get(person)?;
        Some(known.left_on.unwrap_or(NaiveDate::MAX))
    }

    fn team<'r>(&mut self, cell: impl Fn(usize) -> Option<&'r str>) {
        let Some(team) = parse::id(cell(0)).map(|id| TeamRef(id.into())) else { return };
        let person = |at| parse::id(cell(at)).map(|id| PersonRef(id.into()));
        let row = Team { team: team.clone(), manager: person(1), service_manager: person(2) };
        if let Some(known) = self.directory.teams.get_mut(&team) {
            if *known != row {
                self.faults.add(TEAMS, Some(&team.0), "team_id", Defect::Duplicate);
                // A team has no date: what one row leaves empty is taken from the other.
                known.manager = known.manager.take().or(row.manager);
                known.service_manager = known.service_manager.take().or(row.service_manager);
            }
            return;
        }
        self.directory.teams.insert(team, row);
    }

    fn absence<'r>(&mut self, cell: impl Fn(usize) -> Option<&'r str>) {
        let Some(id) = parse::id(cell(0)) else { return };
        let Some(person) = parse::id(cell(1)) else {
            return self.faults.add(ABSENCES, Some(id), "worker_id", Defect::Empty);
        };
        let from_on = match self.date(ABSENCES, id, "from_on", cell(2)) {
            Ok(Some(from_on)) => from_on,
            Ok(None) => return self.faults.add(ABSENCES, Some(id), "from_on", Defect::Empty),
            Err(()) => return,
        };
        let mut to_on = self.date(ABSENCES, id, "to_on", cell(3)).ok().flatten();
        if to_on.is_some_and(|to_on| to_on < from_on) {
            self.faults.add(ABSENCES, Some(id), "to_on", Defect::EndsBeforeStart);
            to_on = None;
        }
        let cover = parse::id(cell(4)).map(|id| PersonRef(id.into()));
        let person = PersonRef(person.into());
        self.directory.add_absence(Absence { person, from_on, to_on, cover });
    }

    fn post<'r>(&mut self, cell: impl Fn(usize) -> Option<&'r str>) {
        let Some(name) = parse::id(cell(0)) else { return };
        let Ok(role) = Role::from_name(&name.to_ascii_lowercase()) else {
            return self.faults.add(POSTS, None, "role", Defect::UnknownCode);
        };
        let Some(person) = parse::id(cell(1)) else {
            return self.faults.add(POSTS, Some(role.name()), "worker_id", Defect::Empty);
        };
        let holders: &mut Vec<PersonRef> = self.directory.posts.entry(role).or_default();
        if !holders.iter().any(|holder| holder.0 == person) {
            holders.push(PersonRef(person.into()));
        }
    }

    fn date(
        &mut self,
        view: &'static str,
        row: &str,
        column: &'static str,
        text: Option<&str>,
    ) -> Result<Option<NaiveDate>, ()> {
        parse::date(text, self.zone).map(|when| when.map(|when| when.on)).map_err(|defect| {
            self.faults.add(view, Some(row), column, defect);
        })
    }
}
