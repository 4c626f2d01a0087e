//! Who works where in this run: the views, with the authority's own files in their place, and what leads nowhere in it.

use chrono::NaiveDate;

use super::{Watch, WatchError};
use crate::{
    directory::{CasePlace, Directory, FlawKind, Table},
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
            let own = self.own_directory.rows(flaw.table).is_some();
            let view = if own { own_table(flaw.table) } else { view(flaw.table) };
            Fault { view, row_id: Some(flaw.row), column: flaw.column, what }
        });
        faults.collect()
    }
}

/// Adds who is named by a case and is not in the directory, where something is still to be told of it. It is asked of what
/// the case came to, not of its rows: so it is the current worker and chair that count, and the files' people count as the
/// views' do.
pub(super) fn add_strangers(faults: &mut Faults, directory: &Directory, assessment: &Assessment) {
    if assessment.duties().all(|duty| duty.status == Status::Met) {
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
