//! Every breach of the year: when it was first to be seen on a working morning, and when it first reached a manager.
//!
//! A breach is a duty that is overdue in the data as it was known, from the morning on which its ladder first tells anybody so to
//! the one on which it is no more. What is told to nobody as a breach (a `may`, what a plan is to say in due course) is none
//! until then.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use duewatch::{
    calendar::Calendar,
    duty::{Duty, Status},
    notice::{Closing, DutyRef, Rung, rungs},
    procedure::{Procedure, Rule, Strength},
    rehearsal::Seen,
};

use crate::people::is_managers;

#[derive(Clone, Debug)]
pub(crate) struct Breach {
    pub(crate) duty: String,
    pub(crate) strength: Strength,
    pub(crate) first_on: NaiveDate,
    pub(crate) manager_told_on: Option<NaiveDate>,
    pub(crate) mended_on: Option<NaiveDate>,
    /// It had been done in time and was typed in late.
    pub(crate) typed_late: bool,
    /// Whether any rung of its ladder is a manager's.
    pub(crate) climbs: bool,
}

/// What became of a breach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Came {
    /// A manager was told within one working day.
    InTime,
    /// A manager was told, so many working days after.
    Later(i32),
    /// It was over before that day had passed, and no manager was told.
    MendedInTime,
    /// It was over later, and no manager had been told.
    MendedUntold,
    /// It goes on, and no manager has been told.
    Untold,
}

#[derive(Default)]
pub(crate) struct Breaches {
    pub(crate) all: Vec<Breach>,
    standing: BTreeMap<DutyRef, usize>,
}

impl Breaches {
    /// What is overdue on a working morning.
    pub(crate) fn see(&mut self, on: NaiveDate, seen: &Seen<'_>) {
        let mut before = std::mem::take(&mut self.standing);
        for standing in &seen.reconciled.standing {
            let duty = &standing.duty;
            let rule = seen.terms.procedure.rule_since(&duty.duty, duty.anchor.on);
            let told = |rung: &Rung| rung.kind.is_breach() && rung.owed_at <= seen.terms.now;
            let is_told = |rule: &&Rule| rungs(duty, &rule.ladder, seen.terms).iter().any(told);
            let Some(rule) = rule.filter(|_| duty.status == Status::Overdue).filter(is_told) else { continue };
            let reference = DutyRef::of(duty);
            let at = before.remove(&reference).unwrap_or_else(|| {
                self.all.push(Breach {
                    duty: duty.duty.to_string(),
                    strength: rule.strength,
                    first_on: on,
                    manager_told_on: None,
                    mended_on: None,
                    typed_late: false,
                    climbs: climbs(rule),
                });
                self.all.len() - 1
            });
            self.standing.insert(reference, at);
        }
        let over = seen.reconciled.over.iter();
        let in_time = |closing: Closing, duty: &Duty| closing == Closing::Met && !duty.late;
        let in_time: BTreeSet<DutyRef> =
            over.filter(|over| in_time(over.closing, &over.duty)).map(|over| DutyRef::of(&over.duty)).collect();
        for (duty, at) in before {
            self.all[at].mended_on = Some(on);
            self.all[at].typed_late = in_time.contains(&duty);
        }
    }

    /// A manager is told of the breach of a duty.
    pub(crate) fn reach(&mut self, duty: &DutyRef, on: NaiveDate) {
        if let Some(at) = self.standing.get(duty) {
            self.all[*at].manager_told_on.get_or_insert(on);
        }
    }
}

impl Breach {
    pub(crate) fn came(&self, calendar: &Calendar, last: NaiveDate) -> Came {
        let days = |to| calendar.working_days_between(self.first_on, to).unwrap().0;
        match (self.manager_told_on.map(days), self.mended_on.map(days)) {
            (Some(days), _) if days <= 1 => Came::InTime,
            (Some(days), _) => Came::Later(days),
            // What ends on a morning was still so on the evening before.
            (None, Some(days)) if days <= 1 => Came::MendedInTime,
            (None, Some(_)) => Came::MendedUntold,
            // The year ends before the day has.
            (None, None) if days(last) <= 1 => Came::MendedInTime,
            (None, None) => Came::Untold,
        }
    }
}

/// Whether a step or the repeat of its ladder tells a manager.
fn climbs(rule: &Rule) -> bool {
    let repeat = rule.ladder.repeat.iter().flat_map(|repeat| &repeat.tell);
    rule.ladder.steps.iter().flat_map(|step| &step.tell).chain(repeat).any(|role| is_managers(*role))
}

/// The first step of the rule's ladder that tells a manager of a breach: "manager, 3 working days after due".
pub(crate) fn first_managers_step(procedure: &Procedure, duty: &str) -> String {
    let rule = procedure.rules.iter().find(|rule| rule.duty.0 == duty);
    let steps = rule.into_iter().flat_map(|rule| &rule.ladder.steps);
    let mut managers = steps.filter(|step| step.kind.is_breach() && step.tell.iter().any(|role| is_managers(*role)));
    managers.next().map_or_else(|| "none".to_owned(), |step| format!("{} {:?}", step.name, step.when))
}
