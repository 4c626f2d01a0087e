//! The whole authority, as rows of its case database.

use chrono::NaiveDate;

use super::{
    council::Council,
    days, families, filing,
    forms::{self, Office},
    names, scenes,
    sheets::{Sheet, Sheets},
    staff_rows,
    systems::System,
};

/// A table's rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name in the case database.
    pub name: &'static str,
    /// The columns that are filled; the others stay empty.
    pub columns: Vec<&'static str>,
    /// The values, in the order of `columns`. Dates are `YYYY-MM-DD HH:MM:SS`, local time.
    pub rows: Vec<Vec<Option<String>>>,
}

/// A fictional authority.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authority {
    /// Its tables, always the same ones in the same order.
    pub tables: Vec<Table>,
}

impl Authority {
    /// The table of that name.
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.name == name)
    }
}

/// The authority of that seed, as LCS keeps it, with `plans` open plans of its own, as its case database stood at half past seven in the
/// morning of `as_of`. The planted [scenes](super::SCENES) count among the plans and are there however few are asked for.
///
/// ```
/// # let as_of = chrono::NaiveDate::from_ymd_opt(2026, 11, 16).expect("a date");
/// let authority = duewatch::generate::authority(7, 40, as_of);
/// let open = authority.table("ssd_cp_plans").map(|plans| plans.rows.iter().filter(|row| row[5].is_none()).count());
/// assert_eq!(open, Some(41), "forty, and one that another authority runs");
/// ```
pub fn authority(seed: u64, plans: u32, as_of: NaiveDate) -> Authority {
    let mut sheets = Sheets::kept(System::Lcs);
    let mut council = Council::new(seed, plans, as_of);
    let planted = scenes::cases(as_of);
    let own_plans = planted.iter().filter(|case| case.runs_here()).count();
    let drawn = plans.saturating_sub(u32::try_from(own_plans).unwrap_or(u32::MAX));

    families::each(seed, drawn, as_of, &council, |case, draw| {
        filing::file(&mut sheets, case, as_of, draw);
        forms::file(&mut sheets, case, &Office { seed, as_of, absences: &council.absences });
    });
    let mut draw = scenes::draw();
    for case in &planted {
        filing::file(&mut sheets, case, as_of, &mut draw);
    }
    scenes::join_staff(&mut council, as_of);
    forms::file_planted(&mut sheets, &planted, &Office { seed, as_of, absences: &council.absences });
    staff_rows::file(&mut sheets, &council);
    file_load(&mut sheets, as_of);
    Authority { tables: sheets.into_tables() }
}

/// The mark of a complete load, at half past seven in the morning. It comes last.
pub(super) fn file_load(sheets: &mut Sheets, as_of: NaiveDate) {
    sheets.put(
        Sheet::Load,
        [
            Some(names::COUNCIL.to_lowercase()),
            Some(format!("{as_of} 07:30:00")),
            Some(filing::stamp(days::shift(as_of, -365))),
        ],
    );
}
