//! Who takes the cases of an authority of any size: teams that open one after another as cases come, each with a manager and
//! five case holders. A larger authority has the same teams first, and then more.

use chrono::NaiveDate;

use super::{
    council::{self, Team, Worker},
    days::shift,
    draw::Draw,
    names,
    national::{AGENCY, CASELOADS},
    sheets::Sheets,
    staff_rows,
};

const TEAMS_A_SERVICE: u64 = 4;
/// Streams of chance of the teams lie behind those of all families.
const STREAMS: u64 = 1 << 48;

/// Of each hundred who take cases, the place of one who is not in the directory, of two who have left and still hold their
/// cases, and of one without an address.
const NOT_IN_DIRECTORY: u32 = 17;
const LEFT_WITH_CASES: [u32; 2] = [37, 77];
const WITHOUT_ADDRESS: u32 = 57;

/// Who holds a case.
#[derive(Clone)]
pub(super) struct Seat {
    pub(super) worker: String,
    pub(super) team: String,
}

/// The team that takes cases now, and the seats it still has.
pub(super) struct Roster {
    seed: u64,
    as_of: NaiveDate,
    tidy: bool,
    teams: u64,
    hired: usize,
    holders: u32,
    absences: usize,
    service_manager: String,
    chair: Option<String>,
    team: Team,
    /// Workers of the team with the cases that each can still take; the next one is last.
    seats: Vec<(String, u32)>,
}

impl Roster {
    /// The posts, and the first team.
    pub(super) fn open(seed: u64, as_of: NaiveDate, tidy: bool, sheets: &mut Sheets) -> Roster {
        for (role, worker) in council::posts() {
            staff_rows::file_worker(sheets, &worker);
            staff_rows::file_post(sheets, role, &worker.id);
        }
        let team = Team { id: String::new(), manager: None, service_manager: None, workers: Vec::new(), leaver: None };
        let mut roster = Roster {
            seed,
            as_of,
            tidy,
            teams: 0,
            hired: 0,
            holders: 0,
            absences: 0,
            service_manager: String::new(),
            chair: None,
            team,
            seats: Vec::new(),
        };
        roster.open_team(sheets);
        roster
    }

    /// The team that takes cases now.
    pub(super) fn team(&self) -> &Team {
        &self.team
    }

    /// The chair of its conferences.
    pub(super) fn chair(&self) -> Option<String> {
        self.chair.clone()
    }

    /// Whoever takes the next case.
    pub(super) fn seat(&mut self, sheets: &mut Sheets) -> Seat {
        if self.seats.is_empty() {
            self.open_team(sheets);
        }
        let team = self.team.id.clone();
        let Some((worker, left)) = self.seats.last_mut() else { return Seat { worker: String::new(), team } };
        *left -= 1;
        let (worker, full) = (worker.clone(), *left == 0);
        if full {
            self.seats.pop();
        }
        Seat { worker, team }
    }

    fn open_team(&mut self, sheets: &mut Sheets) {
        let mut draw = Draw::new(self.seed, STREAMS + self.teams);
        if self.teams.is_multiple_of(TEAMS_A_SERVICE) {
            self.service_manager = self.hire(&mut draw, sheets, "Service Manager", None, Some("W8004"), None);
            self.chair = Some(self.hire(&mut draw, sheets, "Conference Chair", None, None, None));
        }
        let id = format!("T{}", 1001 + self.teams);
        self.teams += 1;
        let above = self.service_manager.clone();
        let manager = self.hire(&mut draw, sheets, "Team Manager", Some(&id), Some(&above), None);
        let mut caseloads = CASELOADS.to_vec();
        self.seats.clear();
        while !caseloads.is_empty() {
            let at = draw.below(u32::try_from(caseloads.len()).unwrap_or(1)) as usize;
            let title = if draw.chance(20) { "Senior Social Worker" } else { "Social Worker" };
            let worker = self.hire(&mut draw, sheets, title, Some(&id), Some(&manager), None);
            self.seats.push((worker, caseloads.swap_remove(at)));
        }
        let left_on = self.left_on(&mut draw);
        let leaver = self.hire(&mut draw, sheets, "Social Worker", Some(&id), Some(&manager), Some(left_on));
        let workers: Vec<String> = self.seats.iter().map(|(worker, _)| worker.clone()).collect();
        for (at, worker) in workers.iter().enumerate() {
            let next = workers.get(at + 1).or(workers.first());
            if let Some(absence) = council::absence(&mut draw, worker, next, self.as_of) {
                staff_rows::file_absence(sheets, self.absences, &absence);
                self.absences += 1;
            }
        }
        let (manager, service_manager) = (Some(manager), Some(above));
        self.team = Team { id, manager, service_manager, workers, leaver: Some((leaver, left_on)) };
        staff_rows::file_team(sheets, &self.team);
    }

    fn left_on(&self, draw: &mut Draw) -> NaiveDate {
        shift(self.as_of, -i32::try_from(draw.between(10, 120)).unwrap_or(10))
    }

    fn hire(
        &mut self,
        draw: &mut Draw,
        sheets: &mut Sheets,
        title: &'static str,
        team: Option<&str>,
        manager: Option<&str>,
        left_on: Option<NaiveDate>,
    ) -> String {
        let id = format!("W{}", 10_001 + self.hired);
        self.hired += 1;
        let (forename, surname) = (names::name(draw), names::name(draw));
        let takes_cases = title.ends_with("Social Worker");
        // Spread evenly: of each hundred as many as the figure says.
        let agency = takes_cases && (self.holders + 1) * AGENCY / 100 > self.holders * AGENCY / 100;
        self.holders += u32::from(takes_cases);
        let mut worker = Worker {
            email: Some(names::email(&format!("{forename}.{surname}.{id}"))),
            id: id.clone(),
            name: format!("{forename} {surname}"),
            title,
            team: team.map(str::to_owned),
            manager: manager.map(str::to_owned),
            agency,
            left_on,
            weekdays: council::weekdays(self.seed, self.hired).filter(|_| takes_cases),
        };
        if takes_cases && left_on.is_none() && !self.tidy {
            match self.holders % 100 {
                NOT_IN_DIRECTORY => return id,
                WITHOUT_ADDRESS => worker.email = None,
                place if LEFT_WITH_CASES.contains(&place) => worker.left_on = Some(shift(self.as_of, -20)),
                _ => {}
            }
        }
        staff_rows::file_worker(sheets, &worker);
        id
    }
}
