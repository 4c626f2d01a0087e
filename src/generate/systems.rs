//! What the same case leaves behind in each case system: which rows it keeps at all, by which key it names a worker, what
//! it leaves empty. The tables are those of the dataset, but for the columns that Mosaic's lack.

use chrono::{Datelike, NaiveDate, Weekday};

use super::days::shift;

const TABLES: &str = include_str!("../../config/sources/ssd/tables.sql");

/// A case system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
    /// System C's, once Liquidlogic's.
    Lcs,
    /// Access's.
    Mosaic,
    /// OLM's.
    Eclipse,
}

use System::{Eclipse, Lcs, Mosaic};

/// Columns that Mosaic's tables lack.
const NOT_IN_MOSAIC: [&str; 4] = ["cppv_person_id", "cppr_person_id", "invo_person_id", "cppl_cp_plan_ola"];
/// Columns that hold numbers there.
const NUMBERS_IN_MOSAIC: [&str; 2] = ["cppr_cp_review_id", "cppr_cp_plan_id"];

impl System {
    /// The profile of view definitions over it, by which people name it too.
    pub fn profile(self) -> &'static str {
        match self {
            Lcs => "lcs",
            Mosaic => "mosaic",
            Eclipse => "eclipse",
        }
    }

    /// The statements that make the dataset's tables as this system fills them.
    pub fn tables(self) -> String {
        if self != Mosaic {
            return TABLES.to_owned();
        }
        let lacks = |line: &str| {
            let column = line.trim().trim_end_matches(',').strip_suffix(" TEXT");
            column.is_some_and(|column| NOT_IN_MOSAIC.contains(&column))
        };
        let mut tables: String = TABLES.lines().filter(|line| !lacks(line)).flat_map(|line| [line, "\n"]).collect();
        for column in NUMBERS_IN_MOSAIC {
            tables = tables.replace(&format!("{column} TEXT"), &format!("{column} NUMERIC(9)"));
        }
        tables
    }

    /// Whether its tables have the column.
    pub(super) fn has(self, column: &str) -> bool {
        self != Mosaic || !NOT_IN_MOSAIC.contains(&column)
    }

    /// Whether an enquiry or an assessment is there before it is complete.
    pub(super) fn keeps_open_work(self) -> bool {
        self != Eclipse
    }

    /// Whether a conference is there before it is held.
    pub(super) fn keeps_arranged_conferences(self) -> bool {
        self == Lcs
    }

    /// Whether the dataset says of a plan that another authority runs it.
    pub(super) fn knows_other_plans(self) -> bool {
        self != Mosaic
    }

    /// Whether it lists every worker. Mosaic lists only those with an allocated case.
    pub(super) fn lists(self, title: &str, here: bool) -> bool {
        self != Mosaic || (here && title.ends_with("Social Worker"))
    }

    /// The professional id and the staff id of a worker whom involvements name so.
    pub(super) fn worker_keys(self, worker: &str) -> (Option<String>, String) {
        match self {
            Lcs => (Some(worker.to_owned()), staff_id(worker)),
            Mosaic => (None, worker.to_owned()),
            Eclipse => (Some(worker.to_owned()), worker.to_owned()),
        }
    }

    /// Whether it keeps a worker's name, team and title: a name on LCS and Eclipse, a title on LCS and Mosaic.
    pub(super) fn keeps_name_and_title(self) -> (bool, bool) {
        (self != Mosaic, self != Eclipse)
    }

    /// How an enquiry, an assessment or a conference names its worker. On LCS that is who completed it, by staff id.
    pub(super) fn named(self, worker: &str, open: bool) -> Option<String> {
        match self {
            Lcs => (!open).then(|| staff_id(worker)),
            Mosaic | Eclipse => Some(worker.to_owned()),
        }
    }

    /// The code of the worker to whom the case is allocated.
    pub(super) fn lead_code(self) -> &'static str {
        match self {
            Lcs => "CW",
            Mosaic => "REL.ALLWORK",
            Eclipse => "KEYWORKER",
        }
    }

    /// Whether that code is the authority's own, so that it must be told what it means.
    pub(super) fn lead_code_is_local(self) -> bool {
        self == Eclipse
    }

    /// The plan's id on a visit: LCS leaves it empty more often than not.
    pub(super) fn visit_names_plan(self, number: usize) -> bool {
        self != Lcs || number.is_multiple_of(3)
    }

    /// The plan's id on a review: empty on Eclipse while the plan is open.
    pub(super) fn review_names_plan(self, open: bool) -> bool {
        self != Eclipse || !open
    }

    /// When a review was due. Eclipse has what was typed at the review before, so nothing for the first.
    pub(super) fn review_due(self, number: usize, due_on: Option<NaiveDate>) -> Option<NaiveDate> {
        due_on.filter(|_| self != Eclipse || number > 0)
    }

    /// The target dates of one conference, a row for each. Eclipse counts on a calendar that ends at the load, and on it a
    /// Friday is a Saturday and a Sunday too.
    pub(super) fn targets(self, target_on: NaiveDate, as_of: NaiveDate) -> Vec<Option<NaiveDate>> {
        if self != Eclipse {
            vec![Some(target_on)]
        } else if target_on > as_of {
            vec![None]
        } else if target_on.weekday() == Weekday::Fri {
            (0..3).map(|days| Some(shift(target_on, days))).collect()
        } else {
            vec![Some(target_on)]
        }
    }
}

fn staff_id(worker: &str) -> String {
    worker.replacen('W', "S", 1)
}
