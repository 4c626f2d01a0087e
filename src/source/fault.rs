//! What is wrong with a row of the case database, in a form that can be shown to anybody who mends it.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::views;

/// The kind of defect. It never holds the value of a field, which could be a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Defect {
    /// A required value is missing.
    Empty,
    /// The value is no date.
    NotADate,
    /// The value is neither yes nor no.
    NotAFlag,
    /// The value is no whole number from 0.
    NotACount,
    /// The value is no list of weekdays. Every day counts as worked.
    NotWeekdays,
    /// The value is none of the codes that the contract names.
    UnknownCode,
    /// The end lies before the start. It is left out: what it would end goes on.
    EndsBeforeStart,
    /// The date lies after the day of the load mark, where only what has happened belongs.
    Future,
    /// The same id occurs more than once, and the rows differ. The later one by date is used.
    Duplicate,
    /// The child occurs more than once in `dw_children`, and the rows differ. What one row leaves empty is taken from the others.
    DuplicateChild,
    /// So many rows have no id, or no child, and cannot be used.
    Unowned(u64),
    /// So many rows belong to children who are not in `dw_children`.
    Orphans(u64),
    /// So many open plans of this authority belong to children who are not in `dw_children`: nobody watches them.
    OpenPlanWithoutChild(u64),
    /// Names somebody who is not in the directory.
    UnknownPerson,
    /// Names a team that is not in the directory, and nobody else is the person's manager.
    UnknownTeam,
    /// Nobody manages a team whose people have no manager of their own.
    NoManager,
    /// Going from manager to manager comes back to the row's own person.
    Circle,
    /// Whoever is away covers for themselves.
    OwnCover,
    /// Messages are sent to a post, and nobody who fills it can be reached.
    PostReachesNobody,
    /// A lead worker or a manager of open cases has no address that works.
    NoAddress,
    /// A manager of open cases has left.
    ManagerLeft,
    /// A manager of open cases is away, and nobody covers.
    NoCover,
    /// A chair of open cases has no address that works.
    ChairNoAddress,
    /// A chair of open cases has left.
    ChairLeft,
    /// Nobody manages a team that has open cases, nor the worker.
    TeamNoFirstLine,
    /// Nobody else manages a worker who holds open cases.
    WorkerNoFirstLine,
    /// No second line stands above a team that has open cases, nor above the manager.
    TeamNoSecondLine,
    /// Nobody else manages a manager of open cases of no team.
    ManagerNoSecondLine,
    /// So many further rows have the defect that the faults before this one show.
    More(u64),
}

impl Defect {
    /// Whether the row reads well and leads nowhere: that shows only when the whole directory is there.
    pub fn is_of_the_directory(self) -> bool {
        matches!(
            self,
            Defect::UnknownPerson
                | Defect::UnknownTeam
                | Defect::NoManager
                | Defect::Circle
                | Defect::OwnCover
                | Defect::PostReachesNobody
                | Defect::NoAddress
                | Defect::ManagerLeft
                | Defect::NoCover
                | Defect::ChairNoAddress
                | Defect::ChairLeft
                | Defect::TeamNoFirstLine
                | Defect::WorkerNoFirstLine
                | Defect::TeamNoSecondLine
                | Defect::ManagerNoSecondLine
        )
    }
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Defect::Empty => f.write_str("is empty, and is required"),
            Defect::NotADate => f.write_str("is no date"),
            Defect::NotAFlag => f.write_str("is neither yes nor no"),
            Defect::NotACount => f.write_str("is no whole number from 0"),
            Defect::NotWeekdays => {
                f.write_str("names no days of the week as `mon tue wed` does; every day counts as worked")
            }
            Defect::UnknownCode => f.write_str("is none of the codes in the contract"),
            Defect::EndsBeforeStart => f.write_str("lies before the start; it is left out, so that nothing ends by it"),
            Defect::Future => f.write_str("lies in the future; it counts as planned, never as done"),
            Defect::Duplicate => f.write_str("occurs more than once with different content; the later one is used"),
            Defect::DuplicateChild => {
                f.write_str("occurs more than once; one child is watched, with what the rows say together")
            }
            Defect::Unowned(rows) => write!(f, "is empty in {rows} rows, which cannot be used"),
            Defect::Orphans(rows) => write!(f, "names a child who is not in dw_children in {rows} rows"),
            Defect::OpenPlanWithoutChild(plans) => {
                write!(f, "of {plans} open plans names a child who is not in dw_children, and whom nobody watches")
            }
            Defect::UnknownPerson => f.write_str("names somebody who is not in the directory"),
            Defect::UnknownTeam => f.write_str("names a team that is not in the directory, and no manager is named"),
            Defect::NoManager => f.write_str("is empty, and people of the team have no manager of their own"),
            Defect::Circle => f.write_str("leads from manager to manager back to the same person"),
            Defect::OwnCover => f.write_str("names the person who is away, so nobody covers"),
            Defect::PostReachesNobody => f.write_str("reaches nobody, and the post is needed"),
            Defect::NoAddress => {
                f.write_str("is empty or does not work, and open cases are theirs to hold or to manage")
            }
            Defect::ManagerLeft => f.write_str("has passed, and they still manage open cases"),
            Defect::NoCover => f.write_str("reaches nobody while a manager of open cases is away"),
            Defect::ChairNoAddress => {
                f.write_str("is empty or does not work, and they chair the conferences of open cases")
            }
            Defect::ChairLeft => f.write_str("has passed, and they still chair the conferences of open cases"),
            Defect::TeamNoFirstLine => {
                f.write_str("names nobody, and open cases of the team have no other first line manager")
            }
            Defect::WorkerNoFirstLine => {
                f.write_str("names nobody else, and open cases that they hold have no first line manager")
            }
            Defect::TeamNoSecondLine => {
                f.write_str("names nobody above the manager, and open cases of the team have no second line manager")
            }
            Defect::ManagerNoSecondLine => {
                f.write_str("names nobody else, and open cases that they manage have no second line manager")
            }
            Defect::More(rows) => write!(f, "has the same defect in {rows} further rows"),
        }
    }
}

/// One defect of one row, or of so many rows of one view.
///
/// The row's id can be a child's number, so a fault belongs in a message to those who mend the data, not in a log.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// The view.
    pub view: &'static str,
    /// The row's own id, where it has one.
    pub row_id: Option<String>,
    /// The column.
    pub column: &'static str,
    /// What is wrong.
    pub what: Defect,
}

impl Fault {
    /// The view, the column and the kind of defect, without the row or any number: the same fault has the same words
    /// from one reading to the next.
    pub fn kind(&self) -> String {
        let what = match self.what {
            Defect::Unowned(_) => "is empty in rows that cannot be used".to_owned(),
            Defect::Orphans(_) => "names children who are not in dw_children".to_owned(),
            Defect::OpenPlanWithoutChild(_) => {
                "of open plans names children who are not in dw_children, and whom nobody watches".to_owned()
            }
            Defect::More(_) => "has further defects".to_owned(),
            defect => defect.to_string(),
        };
        format!("{}.{} {what}", self.view, self.column)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.view)?;
        if let Some(id) = &self.row_id {
            write!(f, "row {id}: ")?;
        }
        write!(f, "{} {}", self.column, self.what)
    }
}

/// How many faults of one kind in one column are listed one by one. A column that is wrong throughout is one mistake, and
/// the list is kept with the child between two runs.
const LISTED: usize = 20;

/// Faults as they are found: of a child, or of a whole reading.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    found: BTreeMap<(&'static str, &'static str, Defect), Rows>,
}

/// How many rows have a fault, and which, as far as they are listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Rows {
    count: u64,
    ids: Vec<Option<String>>,
}

impl Faults {
    /// Adds one.
    pub fn add(&mut self, view: &'static str, row_id: Option<&str>, column: &'static str, what: Defect) {
        self.add_rows(view, column, what, Rows { count: 1, ids: vec![row_id.map(str::to_owned)] });
    }

    fn add_rows(&mut self, view: &'static str, column: &'static str, what: Defect, rows: Rows) {
        let found = self.found.entry((view, column, what)).or_default();
        found.count += rows.count;
        let room = LISTED.saturating_sub(found.ids.len());
        found.ids.extend(rows.ids.into_iter().take(room));
    }

    /// Adds what was found elsewhere.
    pub fn absorb(&mut self, other: &Faults) {
        for ((view, column, what), rows) in &other.found {
            self.add_rows(view, column, *what, rows.clone());
        }
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// All of them, sorted; those beyond the list as a number.
    pub fn finish(&self) -> Vec<Fault> {
        let mut faults: Vec<Fault> = Vec::new();
        for ((view, column, what), rows) in &self.found {
            let fault = |row_id: Option<String>, what| Fault { view, row_id, column, what };
            faults.extend(rows.ids.iter().map(|id| fault(id.clone(), *what)));
            let more = rows.count.saturating_sub(rows.ids.len() as u64);
            if more > 0 {
                faults.push(fault(None, Defect::More(more)));
            }
        }
        faults.sort();
        faults
    }
}

/// As a list, because a key of several parts is no key in JSON.
impl Serialize for Faults {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let found = self.found.iter();
        serializer.collect_seq(found.map(|((view, column, what), rows)| (view, column, what, rows.count, &rows.ids)))
    }
}

impl<'de> Deserialize<'de> for Faults {
    /// Refuses a view or column that the contract does not have: then it was written by another version.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Faults, D::Error> {
        let found = Vec::<(String, String, Defect, u64, Vec<Option<String>>)>::deserialize(deserializer)?;
        let mut faults = Faults::default();
        for (view, column, what, count, ids) in found {
            let place = in_contract(&view, &column).ok_or_else(|| D::Error::custom("no such column"))?;
            faults.add_rows(place.0, place.1, what, Rows { count, ids });
        }
        Ok(faults)
    }
}

fn in_contract(view: &str, column: &str) -> Option<(&'static str, &'static str)> {
    let view = views().into_iter().find(|known| known.name == view)?;
    let column = view.columns.iter().find(|known| known.name == column)?;
    Some((view.name, column.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_that_is_wrong_throughout_is_counted_and_not_listed_for_ever() {
        let mut faults = Faults::default();
        for row in 0..250 {
            faults.add("dw_visits", Some(&row.to_string()), "visited_on", Defect::NotADate);
        }
        faults.add("dw_visits", Some("7"), "seen", Defect::NotAFlag);
        let faults = faults.finish();
        assert_eq!(faults.len(), 22);
        assert!(faults.iter().any(|fault| fault.what == Defect::More(230) && fault.row_id.is_none()));
    }

    #[test]
    fn what_is_kept_of_a_child_adds_up_to_what_a_reading_finds() {
        let (mut one, mut two, mut both) = (Faults::default(), Faults::default(), Faults::default());
        for row in 0..30 {
            let of_child = if row < 15 { &mut one } else { &mut two };
            for faults in [of_child, &mut both] {
                faults.add("dw_visits", Some(&row.to_string()), "visited_on", Defect::NotADate);
            }
        }
        let mut kept = Faults::default();
        for faults in [one, two] {
            let text = serde_json::to_string(&faults).unwrap();
            kept.absorb(&serde_json::from_str(&text).unwrap());
        }
        assert_eq!(kept, both);
        assert!(serde_json::from_str::<Faults>(r#"[["dw_visits", "forename", "NotADate", 1, [null]]]"#).is_err());
    }
}
