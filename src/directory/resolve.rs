//! From a role in a case to the mailboxes that reach it today.
//!
//! The line goes up and never ends: whoever cannot be reached is passed over for the next above, with the reason, until the
//! mandatory last recipient.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::{Absence, Directory, Mailbox, Person, Role};
use crate::{
    calendar::format_date_short,
    duty::CaseContext,
    record::{PersonRef, TeamRef},
};

/// Somebody to be told, and why it is they, where that is not plain from the role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    /// Where to.
    pub mailbox: Mailbox,
    /// "Covering for W12, who is away until Fri 20 Nov 2026".
    pub because: Option<String>,
}

/// How one person can be reached.
enum Reach {
    Here(Mailbox),
    /// Away, with a mailbox of their own to read on the day they are back.
    Away {
        own: Mailbox,
        cover: Option<Mailbox>,
        until_on: Option<NaiveDate>,
    },
    /// Not at all, and why.
    Not(&'static str),
}

impl Directory {
    /// Who is to be told in a role on a day, for a case, or for none in a report. Never empty: the last recipient stands
    /// at the end of every line.
    pub fn resolve(&self, role: Role, case: Option<&CaseContext>, today: NaiveDate, last: &Mailbox) -> Vec<Recipient> {
        let mut reasons: Vec<String> = Vec::new();
        let mut found: Vec<Recipient> = Vec::new();
        let mut away: Vec<Recipient> = Vec::new();
        for rung in line_upwards(role) {
            let people = self.fill(rung, case);
            if people.is_empty() {
                reasons.push(format!("no {} is recorded", rung.words()));
            }
            let passed_over = (!reasons.is_empty()).then(|| reasons.join("; "));
            for person in people {
                let who = || format!("{} {}", rung.words(), person.0);
                match self.reach(&person, today) {
                    Reach::Here(mailbox) => found.push(Recipient { mailbox, because: passed_over.clone() }),
                    Reach::Away { own, cover: Some(cover), until_on } => {
                        let because = Some(format!("covering for {}, who is {}", who(), away_until(until_on)));
                        found.push(Recipient { mailbox: cover, because });
                        found.push(Recipient { mailbox: own, because: passed_over.clone() });
                    }
                    Reach::Away { own, cover: None, until_on } => {
                        reasons.push(format!("{} is {} and no cover is recorded", who(), away_until(until_on)));
                        away.push(Recipient { mailbox: own, because: None });
                    }
                    Reach::Not(why) => reasons.push(format!("{} {why}", who())),
                }
            }
            if !found.is_empty() {
                break;
            }
        }
        if found.is_empty() {
            reasons.push("this is the last recipient".to_owned());
            found.push(Recipient { mailbox: last.clone(), because: Some(reasons.join("; ")) });
        }
        found.extend(away);
        found
    }

    /// Where a person reads their mail, unless they have left or have no address.
    pub fn mailbox(&self, person: &PersonRef, today: NaiveDate) -> Option<Mailbox> {
        self.own_mailbox(person, today).ok()
    }

    /// Everybody who holds a role, reachable or not.
    fn fill(&self, role: Role, case: Option<&CaseContext>) -> Vec<PersonRef> {
        if !role.belongs_to_a_case() {
            return self.posts.get(&role).cloned().unwrap_or_default();
        }
        let Some(case) = case else { return Vec::new() };
        let person = match role {
            Role::LEAD_WORKER => case.lead_worker.as_ref().map(|worker| self.own_key(worker).clone()),
            Role::FIRST_LINE_MANAGER => self.first_line_manager(case),
            Role::SECOND_LINE_MANAGER => self.second_line_manager(case),
            _ => case.chair.as_ref().map(|chair| self.own_key(chair).clone()),
        };
        person.into_iter().collect()
    }

    fn first_line_manager(&self, case: &CaseContext) -> Option<PersonRef> {
        let own = self.worker_of(case).and_then(|worker| worker.manager.clone());
        own.or_else(|| self.team_of(case).and_then(|team| self.teams.get(team)?.manager.clone()))
    }

    fn second_line_manager(&self, case: &CaseContext) -> Option<PersonRef> {
        let first = self.first_line_manager(case);
        let above = first.and_then(|first| self.people.get(&first)?.manager.clone());
        above.or_else(|| self.team_of(case).and_then(|team| self.teams.get(team)?.service_manager.clone()))
    }

    fn team_of<'a>(&'a self, case: &'a CaseContext) -> Option<&'a TeamRef> {
        case.team.as_ref().or_else(|| self.worker_of(case)?.team.as_ref())
    }

    /// Whose case it is, else whose it last was.
    fn worker_of(&self, case: &CaseContext) -> Option<&Person> {
        let worker = case.lead_worker.as_ref().or(case.former_lead_worker.as_ref())?;
        self.people.get(self.own_key(worker))
    }

    fn reach(&self, person: &PersonRef, today: NaiveDate) -> Reach {
        match self.own_mailbox(person, today) {
            Err(why) => Reach::Not(why),
            Ok(own) => match self.absence(person, today) {
                None => Reach::Here(own),
                Some(absence) => Reach::Away { cover: self.cover(absence, today), own, until_on: absence.to_on },
            },
        }
    }

    fn own_mailbox(&self, person: &PersonRef, today: NaiveDate) -> Result<Mailbox, &'static str> {
        let known = self.people.get(person).ok_or("is not in the directory")?;
        if known.left_on.is_some_and(|left_on| left_on < today) {
            return Err("has left");
        }
        let email = known.email.clone().ok_or("has no address that may be written to")?;
        Ok(Mailbox { person: person.clone(), email })
    }

    fn absence(&self, person: &PersonRef, today: NaiveDate) -> Option<&Absence> {
        let covers = |absence: &&Absence| absence.from_on <= today && absence.to_on.is_none_or(|to_on| today <= to_on);
        self.absences.get(person)?.iter().find(covers)
    }

    /// Follows cover to cover until somebody is there. A circle covers nobody.
    fn cover(&self, absence: &Absence, today: NaiveDate) -> Option<Mailbox> {
        let mut asked = BTreeSet::from([&absence.person]);
        let mut next = absence.cover.as_ref();
        while let Some(person) = next.filter(|person| asked.insert(person)) {
            match self.absence(person, today) {
                Some(further) => next = further.cover.as_ref(),
                None => return self.own_mailbox(person, today).ok(),
            }
        }
        None
    }
}

/// The line from a role upwards. The chair stands beside the worker's line, never in it.
fn line_upwards(role: Role) -> Vec<Role> {
    const LINE: [Role; 5] = [
        Role::LEAD_WORKER,
        Role::FIRST_LINE_MANAGER,
        Role::SECOND_LINE_MANAGER,
        Role::HEAD_OF_CHILD_PROTECTION,
        Role::DIRECTOR,
    ];
    match role {
        Role::DATA_TEAM => vec![role],
        Role::CONFERENCE_CHAIR => {
            vec![role, Role::CONFERENCE_SERVICE, Role::HEAD_OF_CHILD_PROTECTION, Role::DIRECTOR]
        }
        Role::BUSINESS_SUPPORT => [role].into_iter().chain(LINE.into_iter().skip(1)).collect(),
        _ => match LINE.iter().position(|rung| *rung == role) {
            Some(at) => LINE.into_iter().skip(at).collect(),
            None => vec![role, Role::HEAD_OF_CHILD_PROTECTION, Role::DIRECTOR],
        },
    }
}

fn away_until(until_on: Option<NaiveDate>) -> String {
    until_on
        .map_or_else(|| "away until further notice".to_owned(), |on| format!("away until {}", format_date_short(on)))
}
