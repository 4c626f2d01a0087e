//! From a role in a case to the mailboxes that reach it today.
//!
//! The line goes up and never ends: whoever cannot be reached is passed over for the next above, with the reason, until the
//! mandatory last recipient.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::{Absence, Directory, Mailbox, PassedOver, Person, Role, Why, passed_over::away_until};
use crate::{
    duty::CaseContext,
    record::{PersonRef, TeamRef},
};

/// Who is to be told in a role, and who was asked for before them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resolved {
    /// Who is told. Never empty: the last recipient stands at the end of every line.
    pub told: Vec<Recipient>,
    /// Who else was considered, in the order asked.
    pub passed_over: Vec<PassedOver>,
}

/// Somebody to be told, and why it is they, where that is not plain from the role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    /// Where to.
    pub mailbox: Mailbox,
    /// "Covering for W12, who is away until Fri 20 Nov 2026".
    pub because: Option<String>,
}

/// For which rung of the line of which case somebody is asked.
pub(super) struct Asking<'a> {
    role: Role,
    case: Option<&'a CaseContext>,
    /// Who stands below that rung.
    below: Vec<(Role, PersonRef)>,
    /// Only a shared mailbox will do.
    central: bool,
    today: NaiveDate,
}

impl<'a> Asking<'a> {
    pub(super) fn of(role: Role, case: Option<&'a CaseContext>, directory: &Directory, today: NaiveDate) -> Self {
        let below = case.map_or_else(Vec::new, |case| directory.below(role, case));
        Asking { role, case, below, central: role.central_only(), today }
    }
}

impl Directory {
    /// Who is to be told in a role on a day, for a case, or for none in a report.
    ///
    /// Whoever is away is not written to: their cover is, or else the next above. Of a restricted case only those named are
    /// told, in the order of the line; where the line has none of them, all of them are. The last recipient is told of it
    /// only where none of those named can be reached: silence could hurt the child.
    pub fn resolve(&self, role: Role, case: Option<&CaseContext>, today: NaiveDate, last: &Mailbox) -> Resolved {
        let mut resolved = self.along_the_line(role, case, today);
        if !resolved.told.is_empty() {
            return resolved;
        }
        let before = listed(&resolved.passed_over);
        let asking = Asking { role, case, below: Vec::new(), central: false, today };
        for person in case.and_then(|case| case.access.named.as_ref()).into_iter().flatten() {
            self.ask(self.own_key(person), &asking, before.as_ref(), &mut resolved);
        }
        if !resolved.told.is_empty() {
            return resolved;
        }
        let before = listed(&resolved.passed_over).map(|reasons| format!("{reasons}; "));
        let because = Some(format!("{}this is the last recipient", before.unwrap_or_default()));
        resolved.told.push(Recipient { mailbox: last.clone(), because });
        resolved
    }

    /// Who stands in a role in a case today: whoever fills it, covers for them, or stands above where nobody does. Empty where
    /// the line ends without anybody: the last recipient only reads what would else be read by nobody, and decides nothing.
    pub fn standing_in(&self, role: Role, case: &CaseContext, today: NaiveDate) -> Vec<PersonRef> {
        let told = self.along_the_line(role, Some(case), today).told;
        told.into_iter().map(|recipient| recipient.mailbox.person).collect()
    }

    fn along_the_line(&self, role: Role, case: Option<&CaseContext>, today: NaiveDate) -> Resolved {
        let mut resolved = Resolved::default();
        for rung in line_upwards(role) {
            let asking = Asking::of(rung, case, self, today);
            let groups = self.filled_by(rung, case);
            if groups.is_empty() {
                resolved.passed_over.push(PassedOver { role: rung, person: None, why: Why::NobodyRecorded });
            }
            for group in groups {
                let before = listed(&resolved.passed_over);
                for person in group {
                    self.ask(&person, &asking, before.as_ref(), &mut resolved);
                }
                if !resolved.told.is_empty() {
                    return resolved;
                }
            }
        }
        resolved
    }

    /// Everybody who may be written to about a case on a day: who fills a role in it or a post of the authority, who covers
    /// for them, and the last recipient. Whoever has left the case is none of them. Of a restricted case it is those named.
    pub fn concerned(&self, case: Option<&CaseContext>, today: NaiveDate, last: &Mailbox) -> BTreeSet<PersonRef> {
        let named = case.and_then(|case| case.access.named.as_ref());
        let mut concerned: BTreeSet<PersonRef> = if let Some(named) = named {
            named.iter().map(|person| self.own_key(person).clone()).collect()
        } else {
            let fills = |role: Role| self.filled_by(role, case).into_iter().flatten().map(move |who| (role, who));
            let filled = Role::ALL.into_iter().flat_map(fills);
            filled.filter(|(role, who)| !role.central_only() || self.is_shared(who)).map(|(_, who)| who).collect()
        };
        let asking = Asking { role: Role::LEAD_WORKER, case, below: Vec::new(), central: false, today };
        let covers = concerned.iter().filter_map(|person| self.cover(self.absence(person, today)?, &asking));
        let covers: Vec<PersonRef> = covers.map(|mailbox| mailbox.person).collect();
        concerned.extend(covers);
        concerned.retain(|person| self.refused(person, case).is_none());
        let is_there =
            |person: &PersonRef| self.own_mailbox(person, today).is_ok() && self.absence(person, today).is_none();
        if named.is_none() || !concerned.iter().any(is_there) {
            concerned.insert(last.person.clone());
        }
        concerned
    }

    /// Why somebody may not know of a case; none if they may.
    fn refused(&self, person: &PersonRef, case: Option<&CaseContext>) -> Option<Why> {
        let access = &case?.access;
        let holds = |people: &BTreeSet<PersonRef>| people.iter().any(|other| self.own_key(other) == person);
        if holds(&access.barred) {
            return Some(Why::Barred);
        }
        match &access.named {
            Some(named) if !holds(named) => Some(Why::NotNamed),
            Some(_) if self.is_shared(person) => Some(Why::Shared),
            _ => None,
        }
    }

    fn is_shared(&self, person: &PersonRef) -> bool {
        self.people.get(person).is_some_and(|known| known.shared)
    }

    /// Whether any of them is one of its people.
    pub fn knows_any(&self, people: &BTreeSet<PersonRef>) -> bool {
        people.iter().any(|person| self.people.contains_key(self.own_key(person)))
    }

    /// Where a person reads their mail, unless they have left or have no address.
    pub fn mailbox(&self, person: &PersonRef, today: NaiveDate) -> Option<Mailbox> {
        self.own_mailbox(person, today).ok()
    }

    /// The last day on which somebody is away who is away today, where that is known.
    pub fn away_until(&self, person: &PersonRef, today: NaiveDate) -> Option<NaiveDate> {
        self.absence(person, today)?.to_on
    }

    /// Puts one person among the told, or their cover, or says why neither is.
    pub(super) fn ask(&self, person: &PersonRef, asking: &Asking, before: Option<&String>, resolved: &mut Resolved) {
        let Asking { role, case, ref below, central, today } = *asking;
        let mut pass_over = |why| {
            let passed = PassedOver { role, person: Some(person.clone()), why };
            let words = passed.to_string();
            resolved.passed_over.push(passed);
            words
        };
        if let Some((held, _)) = below.iter().find(|(_, lower)| lower == person) {
            pass_over(Why::Holds(*held));
            return;
        }
        let refused = self.refused(person, case);
        let refused = refused.or((central && !self.is_shared(person)).then_some(Why::NotCentral));
        let mailbox = match refused.map_or_else(|| self.own_mailbox(person, today), Err) {
            Ok(mailbox) => mailbox,
            Err(why) => {
                pass_over(why);
                return;
            }
        };
        let Some(absence) = self.absence(person, today) else {
            resolved.told.push(Recipient { mailbox, because: before.cloned() });
            return;
        };
        let cover = self.cover(absence, asking);
        let until_on = absence.to_on;
        pass_over(Why::Away { until_on, covered: cover.is_some(), recorded: absence.cover.is_some() });
        if let Some(mailbox) = cover {
            let covering = format!("covering for {} {}, who is {}", role.words(), person.0, away_until(until_on));
            let because = before.map_or_else(|| covering.clone(), |before| format!("{before}; {covering}"));
            resolved.told.push(Recipient { mailbox, because: Some(because) });
        }
    }

    /// Who fills a role, in the order asked: everybody of a group, and the next group only where nobody of the one before
    /// can be reached.
    pub(super) fn filled_by(&self, role: Role, case: Option<&CaseContext>) -> Vec<Vec<PersonRef>> {
        if !role.belongs_to_a_case() {
            return self.posts.get(&role).cloned().into_iter().filter(|people| !people.is_empty()).collect();
        }
        let Some(case) = case else { return Vec::new() };
        let people: Vec<PersonRef> = match role {
            Role::LEAD_WORKER => self.lead_worker(case).into_iter().collect(),
            Role::FIRST_LINE_MANAGER => self.first_line_managers(case),
            Role::SECOND_LINE_MANAGER => self.second_line_managers(case),
            _ => case.chair.iter().map(|chair| self.own_key(chair).clone()).collect(),
        };
        people.into_iter().map(|person| vec![person]).collect()
    }

    /// Who stands below a manager of this case: what goes up must not come back to them.
    pub(super) fn below(&self, role: Role, case: &CaseContext) -> Vec<(Role, PersonRef)> {
        let worker = || self.lead_worker(case).map(|worker| (Role::LEAD_WORKER, worker));
        let first = || self.first_in_line(case).map(|first| (Role::FIRST_LINE_MANAGER, first));
        match role {
            Role::FIRST_LINE_MANAGER => worker().into_iter().collect(),
            Role::SECOND_LINE_MANAGER => worker().into_iter().chain(first()).collect(),
            _ => Vec::new(),
        }
    }

    pub(super) fn lead_worker(&self, case: &CaseContext) -> Option<PersonRef> {
        case.lead_worker.as_ref().map(|worker| self.own_key(worker).clone())
    }

    /// The worker's own manager, then the manager of the team. A case that nobody holds is its team's: the manager of whoever
    /// held it last may have another team by now, and counts only where the two are still of one.
    fn first_line_managers(&self, case: &CaseContext) -> Vec<PersonRef> {
        let own = self.worker_of(case).and_then(|worker| worker.manager.clone());
        let of_team = self.team_of(case).and_then(|team| self.teams.get(team)?.manager.clone());
        let mut managers: Vec<PersonRef> = match (&case.lead_worker, &case.team) {
            (None, Some(team)) => {
                let same_team = self.worker_of(case).is_some_and(|worker| worker.team.as_ref() == Some(team));
                of_team.into_iter().chain(own.filter(|_| same_team)).collect()
            }
            _ => own.into_iter().chain(of_team).collect(),
        };
        managers.dedup();
        managers
    }

    /// The first of them who is not the worker.
    pub(super) fn first_in_line(&self, case: &CaseContext) -> Option<PersonRef> {
        let worker = self.lead_worker(case);
        self.first_line_managers(case).into_iter().find(|manager| worker.as_ref() != Some(manager))
    }

    fn second_line_managers(&self, case: &CaseContext) -> Vec<PersonRef> {
        let above = self.first_in_line(case).and_then(|first| self.people.get(&first)?.manager.clone());
        let of_team = self.team_of(case).and_then(|team| self.teams.get(team)?.service_manager.clone());
        let mut managers: Vec<PersonRef> = above.into_iter().chain(of_team).collect();
        managers.dedup();
        managers
    }

    /// The team of a case, or else of whoever holds or last held it.
    pub fn team_of<'a>(&'a self, case: &'a CaseContext) -> Option<&'a TeamRef> {
        case.team.as_ref().or_else(|| self.worker_of(case)?.team.as_ref())
    }

    /// Whose case it is, else whose it last was.
    fn worker_of(&self, case: &CaseContext) -> Option<&Person> {
        let worker = case.lead_worker.as_ref().or(case.former_lead_worker.as_ref())?;
        self.people.get(self.own_key(worker))
    }

    fn own_mailbox(&self, person: &PersonRef, today: NaiveDate) -> Result<Mailbox, Why> {
        let known = self.people.get(person).ok_or(Why::NotInDirectory)?;
        if known.left_on.is_some_and(|left_on| left_on < today) {
            return Err(Why::Left);
        }
        let email = known.email.clone().ok_or(Why::NoAddress)?;
        Ok(Mailbox { person: person.clone(), email })
    }

    fn absence(&self, person: &PersonRef, today: NaiveDate) -> Option<&Absence> {
        let covers = |absence: &&Absence| absence.from_on <= today && absence.to_on.is_none_or(|to_on| today <= to_on);
        self.absences.get(person)?.iter().find(covers)
    }

    /// Follows cover to cover until somebody is there. A circle covers nobody, nobody covers for their own manager, nobody
    /// for a case that they may not know of, and nobody at an address of their own for a central mailbox.
    fn cover(&self, absence: &Absence, asking: &Asking) -> Option<Mailbox> {
        let today = asking.today;
        let mut asked = BTreeSet::from([&absence.person]);
        let mut next = absence.cover.as_ref();
        while let Some(person) = next.filter(|person| asked.insert(person)) {
            let unfit = asking.below.iter().any(|(_, lower)| lower == person)
                || self.refused(person, asking.case).is_some()
                || (asking.central && !self.is_shared(person));
            if unfit {
                return None;
            }
            match self.absence(person, today) {
                Some(further) => next = further.cover.as_ref(),
                None => return self.own_mailbox(person, today).ok(),
            }
        }
        None
    }
}

/// The reasons in one line; none if there are none.
fn listed(passed_over: &[PassedOver]) -> Option<String> {
    let reasons: Vec<String> = passed_over.iter().map(ToString::to_string).collect();
    (!reasons.is_empty()).then(|| reasons.join("; "))
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
