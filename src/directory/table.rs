//! The directory's four tables: their names, and the columns that a file of them may have.
//!
//! A file has the columns of the view of the same name; `source` holds that in a test.

/// One of the directory's tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Table {
    /// People and shared mailboxes.
    Workers,
    /// Teams.
    Teams,
    /// Absences and cover.
    Absences,
    /// Who fills the posts that belong to no case.
    Posts,
}

/// One column of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// Whether a row without it means nothing. A column that may be empty may be left out.
    pub needed: bool,
}

const fn needed(name: &'static str) -> Column {
    Column { name, needed: true }
}

const fn free(name: &'static str) -> Column {
    Column { name, needed: false }
}

impl Table {
    /// Every table.
    pub const ALL: [Table; 4] = [Table::Workers, Table::Teams, Table::Absences, Table::Posts];

    /// Its name, which is that of its view without `dw_`.
    pub fn name(self) -> &'static str {
        match self {
            Table::Workers => "workers",
            Table::Teams => "teams",
            Table::Absences => "absences",
            Table::Posts => "posts",
        }
    }

    /// Its columns.
    pub fn columns(self) -> &'static [Column] {
        const WORKERS: &[Column] = &[
            needed("worker_id"),
            free("email"),
            free("team_id"),
            free("manager_id"),
            free("left_on"),
            free("weekdays"),
            free("shared"),
            // Of files alone: the shipped views try both keys by themselves.
            free("other_id"),
        ];
        const TEAMS: &[Column] = &[needed("team_id"), free("manager_id"), free("service_manager_id")];
        const ABSENCES: &[Column] =
            &[free("absence_id"), needed("worker_id"), needed("from_on"), free("to_on"), free("cover_id")];
        const POSTS: &[Column] = &[needed("role"), needed("worker_id")];
        match self {
            Table::Workers => WORKERS,
            Table::Teams => TEAMS,
            Table::Absences => ABSENCES,
            Table::Posts => POSTS,
        }
    }

    /// The table of that name.
    pub(super) fn from_name(name: &str) -> Option<Table> {
        Table::ALL.into_iter().find(|table| table.name() == name)
    }
}
