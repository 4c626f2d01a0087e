//! The scenes' own teams, so that their workers' keys never depend on the seed.

use chrono::NaiveDate;

use super::{
    super::{
        council::{Absence, Council, Team, Worker},
        days::shift,
    },
    begun::{CHAIR, TEAM},
};

const MANAGER: &str = "W9001";
const SERVICE_MANAGER: &str = "W9002";
const LEFT: &str = "W9015";
const WITHOUT_ADDRESS: &str = "W9016";
const UNMANAGED_TEAM: &str = "T902";

/// Key, invented name, job and team. The last team has no manager.
const STAFF: [(&str, &str, &str, Option<&str>); 11] = [
    (MANAGER, "Fjatoomb Yezzipto", "Team Manager", Some(TEAM)),
    (SERVICE_MANAGER, "Gnolyxa Skathemk", "Service Manager", None),
    (CHAIR, "Krooluzzen Drevazh", "Conference Chair", None),
    ("W9011", "Vrekunx Ombriirdle", "Social Worker", Some(TEAM)),
    ("W9012", "Zhulipto Quorvemk", "Social Worker", Some(TEAM)),
    ("W9013", "Plounevrik Upskazh", "Social Worker", Some(TEAM)),
    ("W9014", "Ixalovash Wumbyxa", "Social Worker", Some(TEAM)),
    (LEFT, "Thriskemk Bwinoomb", "Social Worker", Some(TEAM)),
    (WITHOUT_ADDRESS, "Drevatwoy Fjatunx", "Social Worker", Some(TEAM)),
    ("W9017", "Skathirdle Gnolipsk", "Social Worker", Some(TEAM)),
    ("W9019", "Bwinuzzen Yezzovash", "Social Worker", Some(UNMANAGED_TEAM)),
];

/// Adds the scenes' people, teams and absences to the council.
pub(in super::super) fn join_staff(council: &mut Council, today: NaiveDate) {
    for (id, name, title, team) in STAFF {
        let manager = match title {
            "Social Worker" if team == Some(TEAM) => Some(MANAGER),
            "Team Manager" => Some(SERVICE_MANAGER),
            "Service Manager" => Some("W8005"),
            _ => None,
        };
        let worker = Worker {
            id: id.to_owned(),
            name: name.to_owned(),
            title,
            email: None,
            team: team.map(str::to_owned),
            manager: manager.map(str::to_owned),
            agency: id == "W9013",
            left_on: (id == LEFT).then(|| shift(today, -12)),
            weekdays: None,
        };
        council.join(worker, &name.replace(' ', "."));
        if id == WITHOUT_ADDRESS
            && let Some(worker) = council.workers.last_mut()
        {
            worker.email = None;
        }
    }
    for (id, manager) in [(TEAM, Some(MANAGER)), (UNMANAGED_TEAM, None)] {
        council.teams.push(Team {
            id: id.to_owned(),
            manager: manager.map(str::to_owned),
            service_manager: Some(SERVICE_MANAGER.to_owned()),
            workers: Vec::new(),
            leaver: None,
        });
    }
    // W9017 is covered by W9012, who is away too and covered by W9013.
    for (worker, cover, days) in [("W9012", Some("W9013"), 9), ("W9014", None, 4), ("W9017", Some("W9012"), 11)] {
        council.absences.push(Absence {
            worker: worker.to_owned(),
            from_on: shift(today, -5),
            to_on: Some(shift(today, days)),
            cover: cover.map(str::to_owned),
        });
    }
}
