//! Writes the staff into their tables.

use super::{
    council::Council,
    filing::stamp,
    sheets::{Sheet, Sheets},
};

/// Everybody, every team, absence and post.
pub(super) fn file(sheets: &mut Sheets, council: &Council) {
    for worker in &council.workers {
        if worker.title != "Post" {
            sheets.put(
                Sheet::Professional,
                [
                    Some(worker.id.clone()),
                    Some(worker.id.replace('W', "S")),
                    Some(worker.name.clone()),
                    Some(if worker.agency { "Y" } else { "N" }.into()),
                    Some(worker.title.into()),
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
            ],
        );
    }
    for team in &council.teams {
        sheets.put(Sheet::Department, [Some(team.id.clone()), Some(format!("Team {}", team.id))]);
        sheets.put(Sheet::Team, [Some(team.id.clone()), team.manager.clone(), team.service_manager.clone()]);
    }
    for (number, absence) in council.absences.iter().enumerate() {
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
    for (role, worker) in &council.posts {
        sheets.put(Sheet::Post, [Some((*role).to_owned()), Some((*worker).to_owned())]);
    }
}
