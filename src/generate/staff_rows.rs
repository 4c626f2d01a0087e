//! Writes the staff into their tables.

use super::{
    council::{Absence, Council, Team, Worker},
    filing::stamp,
    sheets::{Sheet, Sheets},
};

/// Everybody, every team, absence and post.
pub(super) fn file(sheets: &mut Sheets, council: &Council) {
    for worker in &council.workers {
        file_worker(sheets, worker);
    }
    for team in &council.teams {
        file_team(sheets, team);
    }
    for (number, absence) in council.absences.iter().enumerate() {
        file_absence(sheets, number, absence);
    }
    for (role, worker) in &council.posts {
        file_post(sheets, role, worker);
    }
}

/// A worker, in the dataset where the system lists such workers, and in the local table.
pub(super) fn file_worker(sheets: &mut Sheets, worker: &Worker) {
    let system = sheets.system();
    if worker.title != "Post" && system.lists(worker.title, worker.left_on.is_none()) {
        let (professional, staff) = system.worker_keys(&worker.id);
        let (name, title) = system.keeps_name_and_title();
        sheets.put(
            Sheet::Professional,
            [
                professional,
                Some(staff),
                name.then(|| worker.name.clone()),
                Some(if worker.agency { "Y" } else { "N" }.into()),
                title.then(|| worker.title.into()),
            ],
        );
    }
    sheets.put(
        Sheet::Worker,
        [
            Some(worker.id.clone()),
            worker.email.clone(),
            worker.team.clone(),
            worker.manager.clone(),
            worker.left_on.map(stamp),
            worker.weekdays.map(str::to_owned),
            (worker.title == "Post").then(|| "Y".to_owned()),
        ],
    );
}

/// A team.
pub(super) fn file_team(sheets: &mut Sheets, team: &Team) {
    sheets.put(Sheet::Department, [Some(team.id.clone()), Some(format!("Team {}", team.id))]);
    sheets.put(Sheet::Team, [Some(team.id.clone()), team.manager.clone(), team.service_manager.clone()]);
}

/// An absence, numbered from 0.
pub(super) fn file_absence(sheets: &mut Sheets, number: usize, absence: &Absence) {
    sheets.put(
        Sheet::Absence,
        [
            Some(format!("A{}", 1001 + number)),
            Some(absence.worker.clone()),
            Some(stamp(absence.from_on)),
            absence.to_on.map(stamp),
            absence.cover.clone(),
        ],
    );
}

/// Who fills a post.
pub(super) fn file_post(sheets: &mut Sheets, role: &str, worker: &str) {
    sheets.put(Sheet::Post, [Some(role.to_owned()), Some(worker.to_owned())]);
}
