//! Who works where in this run: the views, with the authority's own files in their place, and what leads nowhere in it.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::{
    Watch, WatchError,
    audience::{Line, told_roles},
};
use crate::{
    directory::{CasePlace, Directory, FlawKind, Role, Table, Unreachable, Unreached},
    duty::{Assessment, Status},
    record::FactKind,
    source::{Counts, Defect, Fault, Faults},
};

impl Watch {
    /// Who works where now, read alone.
    pub async fn read_directory(&self) -> Result<Directory, WatchError> {
        let pass = self.pass().await?;
        self.directory(pass.directory().clone())
    }

    /// The directory of this run. Where the authority's own files cannot be read, and were not before, there is none:
    /// whoever is looked for in half a directory is found to be somebody else.
    pub(super) fn directory(&self, from_views: Directory) -> Result<Directory, WatchError> {
        match self.own_directory.in_force() {
            Ok(None) => Ok(from_views),
            Ok(Some(tables)) => Ok(tables.over(from_views)),
            Err(why) => Err(WatchError::Directory { why }),
        }
    }

    /// Puts the files' rows in the place of the views': a file that was emptied or cut in half is then guarded against as
    /// a view is, and a view that nobody reads any more is not. What is wrong with such a view is nobody's concern.
    pub(super) fn set_views_aside(&self, counts: &mut Counts, faults: &mut Vec<Fault>) {
        for table in Table::ALL {
            let Some(rows) = self.own_directory.rows(table) else { continue };
            let view = view(table);
            counts.0.insert(view.to_owned(), rows as u64);
            faults.retain(|fault| fault.view != view);
        }
    }

    /// What leads nowhere in the directory's own rows.
    pub(super) fn directory_faults(&self, directory: &Directory, today: NaiveDate) -> Vec<Fault> {
        let faults = directory.flaws(today).into_iter().map(|flaw| {
            let what = match flaw.what {
                FlawKind::UnknownPerson => Defect::UnknownPerson,
                FlawKind::UnknownTeam => Defect::UnknownTeam,
                FlawKind::NoManager => Defect::NoManager,
                FlawKind::Circle => Defect::Circle,
                FlawKind::OwnCover => Defect::OwnCover,
            };
            self.in_directory(flaw.table, flaw.row, flaw.column, what)
        });
        faults.collect()
    }

    /// What is asked for and nobody fills: posts that reach nobody, and the people on whom open cases depend, who cannot be
    /// reached or are not there.
    pub(super) fn unreached(
        &self,
        directory: &Directory,
        of_cases: BTreeSet<Unreachable>,
        today: NaiveDate,
    ) -> Vec<Fault> {
        let posts = self.told_posts().into_iter().filter(|post| !directory.reaches(*post, today));
        let posts = posts.map(|post| {
            self.in_directory(Table::Posts, post.name().to_owned(), "worker_id", Defect::PostReachesNobody)
        });
        let of_cases = of_cases.into_iter().map(|Unreachable { row, why }| {
            let (table, column, what) = match why {
                Unreached::NoAddress => (Table::Workers, "email", Defect::NoAddress),
                Unreached::Left => (Table::Workers, "left_on", Defect::ManagerLeft),
                Unreached::NoCover => (Table::Absences, "cover_id", Defect::NoCover),
                Unreached::ChairNoAddress => (Table::Workers, "email", Defect::ChairNoAddress),
                Unreached::ChairLeft => (Table::Workers, "left_on", Defect::ChairLeft),
                Unreached::TeamNoFirstLine => (Table::Teams, "manager_id", Defect::TeamNoFirstLine),
                Unreached::WorkerNoFirstLine => (Table::Workers, "manager_id", Defect::WorkerNoFirstLine),
                Unreached::TeamNoSecondLine => (Table::Teams, "service_manager_id", Defect::TeamNoSecondLine),
                Unreached::ManagerNoSecondLine => (Table::Workers, "manager_id", Defect::ManagerNoSecondLine),
            };
            self.in_directory(table, row, column, what)
        });
        posts.chain(of_cases).collect()
    }

    /// The posts that a ladder or a summary tells, or that may pause something.
    pub fn told_posts(&self) -> Vec<Role> {
        told_roles(&self.procedure).into_iter().filter(|role| !role.belongs_to_a_case()).collect()
    }

    /// A fault of a table, by the name of the view or of the file that it comes from.
    fn in_directory(&self, table: Table, row: String, column: &'static str, what: Defect) -> Fault {
        let own = self.own_directory.rows(table).is_some();
        let view = if own { own_table(table) } else { view(table) };
        Fault { view, row_id: Some(row), column, what }
    }
}

/// Who of those on whom a case depends cannot be reached, where something is still to be told of it.
pub(super) fn unreachable(line: &Line, assessment: &Assessment) -> Vec<Unreachable> {
    if is_over(assessment) { Vec::new() } else { line.unreachable(&assessment.context) }
}

/// Whether nothing is to be told of a case any more.
pub(super) fn is_over(assessment: &Assessment) -> bool {
    assessment.duties().all(|duty| duty.status == Status::Met)
}

/// Adds who is named by a case and is not in the directory, where something is still to be told of it. It is asked of what
/// the case came to, not of its rows: so it is the current worker and chair that count, and the files' people count as the
/// views' do.
pub(super) fn add_strangers(faults: &mut Faults, directory: &Directory, assessment: &Assessment) {
    if is_over(assessment) {
        return;
    }
    for (place, child) in directory.strangers([&assessment.context]) {
        let (kind, column) = match place {
            CasePlace::LeadWorker => (FactKind::Allocation, "worker_id"),
            CasePlace::Chair => (FactKind::Conference, "chair_id"),
        };
        faults.add(kind.view(), Some(&child.0), column, Defect::UnknownPerson);
    }
}

fn view(table: Table) -> &'static str {
    match table {
        Table::Workers => "dw_workers",
        Table::Teams => "dw_teams",
        Table::Absences => "dw_absences",
        Table::Posts => "dw_posts",
    }
}

/// How a fault names a table of the files.
fn own_table(table: Table) -> &'static str {
    match table {
        Table::Workers => "directory:workers",
        Table::Teams => "directory:teams",
        Table::Absences => "directory:absences",
        Table::Posts => "directory:posts",
    }
}
