//! Who works for the authority: teams of about seven, their managers, the chairs apart from every line, and the posts.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::{days::shift, draw::Draw, names};

const PLANS_A_TEAM: u32 = 20;
const TEAMS_A_SERVICE: u32 = 4;
const PLANS_A_CHAIR: u32 = 40;

/// Posts that belong to no case: role, key, what the mailbox is called. Two heads share a role.
const POSTS: [(&str, &str, &str); 8] = [
    ("business_support", "W8001", "core.group.minutes"),
    ("conference_service", "W8002", "conference.service"),
    ("head_of_child_protection", "W8003", "head.of.child.protection"),
    ("heads_of_social_care", "W8004", "head.of.social.care.north"),
    ("heads_of_social_care", "W8005", "head.of.social.care.south"),
    ("director", "W8006", "director"),
    ("data_team", "W8007", "data.team"),
    ("conference_chair", "W8008", "duty.chair"),
];

/// A person, or a mailbox that stands for a post.
#[derive(Clone, Default)]
pub(super) struct Worker {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) title: &'static str,
    pub(super) email: Option<String>,
    pub(super) team: Option<String>,
    pub(super) manager: Option<String>,
    pub(super) agency: bool,
    pub(super) left_on: Option<NaiveDate>,
    pub(super) weekdays: Option<&'static str>,
}

/// A team, with the workers who take cases and one who has left.
#[derive(Clone)]
pub(super) struct Team {
    pub(super) id: String,
    pub(super) manager: Option<String>,
    pub(super) service_manager: Option<String>,
    pub(super) workers: Vec<String>,
    pub(super) leaver: Option<(String, NaiveDate)>,
}

/// An absence.
#[derive(Clone)]
pub(super) struct Absence {
    pub(super) worker: String,
    pub(super) from_on: NaiveDate,
    pub(super) to_on: Option<NaiveDate>,
    pub(super) cover: Option<String>,
}

/// The posts: the role, and the mailbox that stands for whoever fills it.
pub(super) fn posts() -> impl Iterator<Item = (&'static str, Worker)> {
    POSTS.into_iter().map(|(role, id, mailbox)| {
        let email = Some(names::email(mailbox));
        (role, Worker { id: id.into(), name: mailbox.into(), title: "Post", email, ..Worker::default() })
    })
}

/// Streams of chance of the days on which people work lie behind those of all teams, so that they change nothing else.
const WEEKDAYS_STREAMS: u64 = 1 << 49;
/// Of a hundred who take cases. No national figure says how many; it is enough for every kind of week to occur.
const PART_TIME: u32 = 18;

/// The days on which a part-time worker is in; none for whoever works every day.
pub(super) fn weekdays(seed: u64, hired: usize) -> Option<&'static str> {
    const PATTERNS: [&str; 5] = ["mon tue wed", "tue wed thu", "wed thu fri", "mon tue thu fri", "mon tue wed thu"];
    let mut draw = Draw::new(seed, WEEKDAYS_STREAMS + u64::try_from(hired).unwrap_or(0));
    if draw.chance(PART_TIME) { draw.pick(&PATTERNS).copied() } else { None }
}

/// Now and then an absence: past, present or booked, mostly with cover by the next worker.
pub(super) fn absence(draw: &mut Draw, worker: &str, next: Option<&String>, as_of: NaiveDate) -> Option<Absence> {
    // Share of workers, then the first and last day in days from two months before the day of the load.
    let from_on = match draw.band(&[(60, 0, 0), (20, 10, 40), (9, 56, 60), (11, 64, 90)]) {
        0 => return None,
        days => shift(as_of, i32::try_from(days).unwrap_or(0) - 60),
    };
    let length = i32::try_from(draw.between(4, 15)).unwrap_or(4);
    let cover = next.filter(|_| draw.chance(80)).cloned();
    Some(Absence { worker: worker.to_owned(), from_on, to_on: Some(shift(from_on, length)), cover })
}

/// All staff.
pub(super) struct Council {
    pub(super) workers: Vec<Worker>,
    pub(super) teams: Vec<Team>,
    pub(super) absences: Vec<Absence>,
    pub(super) posts: Vec<(&'static str, String)>,
    pub(super) chairs: Vec<String>,
    seed: u64,
    addresses: BTreeSet<String>,
}

impl Council {
    /// Staff enough for that many plans.
    pub(super) fn new(seed: u64, plans: u32, as_of: NaiveDate) -> Council {
        let mut council = Council {
            workers: Vec::new(),
            teams: Vec::new(),
            absences: Vec::new(),
            posts: Vec::new(),
            chairs: Vec::new(),
            seed,
            addresses: BTreeSet::new(),
        };
        let mut draw = Draw::new(seed, 0);
        for (role, worker) in posts() {
            council.posts.push((role, worker.id.clone()));
            council.workers.push(worker);
        }
        for _ in 0..(plans / PLANS_A_CHAIR).max(3) {
            let chair = council.hire(&mut draw, "Conference Chair", None, None);
            council.chairs.push(chair);
        }
        let mut service_manager = String::new();
        for number in 0..(plans / PLANS_A_TEAM).max(2) {
            if number % TEAMS_A_SERVICE == 0 {
                service_manager = council.hire(&mut draw, "Service Manager", None, Some("W8004"));
            }
            council.open_team(&mut draw, number, &service_manager, as_of);
        }
        council
    }

    fn open_team(&mut self, draw: &mut Draw, number: u32, service_manager: &str, as_of: NaiveDate) {
        let id = format!("T{}", 1001 + number);
        let manager = self.hire(draw, "Team Manager", Some(&id), Some(service_manager));
        let size = draw.between(6, 8);
        let workers: Vec<String> = (0..size)
            .map(|_| {
                let title = if draw.chance(20) { "Senior Social Worker" } else { "Social Worker" };
                self.hire(draw, title, Some(&id), Some(&manager))
            })
            .collect();
        let leaver = self.hire(draw, "Social Worker", Some(&id), Some(&manager));
        let left_on = shift(as_of, -i32::try_from(draw.between(10, 120)).unwrap_or(10));
        if let Some(worker) = self.workers.last_mut() {
            worker.left_on = Some(left_on);
        }
        for (at, worker) in workers.iter().enumerate() {
            self.absences.extend(absence(draw, worker, workers.get(at + 1).or(workers.first()), as_of));
        }
        self.teams.push(Team {
            id,
            manager: Some(manager),
            service_manager: Some(service_manager.to_owned()),
            workers,
            leaver: Some((leaver, left_on)),
        });
    }

    fn hire(&mut self, draw: &mut Draw, title: &'static str, team: Option<&str>, manager: Option<&str>) -> String {
        let id = format!("W{}", 10_001 + self.workers.len());
        let (forename, surname) = (names::name(draw), names::name(draw));
        // National figures: about one post in eight is filled by an agency.
        let takes_cases = title.ends_with("Social Worker");
        let agency = takes_cases && draw.chance(13);
        let weekdays = weekdays(self.seed, self.workers.len()).filter(|_| takes_cases);
        self.join(
            Worker {
                id: id.clone(),
                name: format!("{forename} {surname}"),
                title,
                email: None,
                team: team.map(str::to_owned),
                manager: manager.map(str::to_owned),
                agency,
                left_on: None,
                weekdays,
            },
            &format!("{forename}.{surname}"),
        );
        id
    }

    /// Adds a worker with an address of that local part, or with the key added to it where somebody has it already.
    pub(super) fn join(&mut self, mut worker: Worker, local_part: &str) {
        let email = if self.addresses.contains(&names::email(local_part)) {
            names::email(&format!("{local_part}.{}", worker.id))
        } else {
            names::email(local_part)
        };
        self.addresses.insert(email.clone());
        worker.email = Some(email);
        self.workers.push(worker);
    }
}
