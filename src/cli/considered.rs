//! Who a step tells today, who else was considered, and why somebody was not told: for `explain`.
//!
//! Must not decide anything: it asks what the decision asks, and puts the answers into words.

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::foreseen::{Coming, Step};
use crate::{
    calendar::format_date_long,
    directory::{Directory, Resolved, Role},
    duty::{CaseContext, Duty, Terms},
    notice::{Decision, DutyRef, Notice, NoticeState, Past, Rest, Rung, Told, Withheld, Withholding, climbed},
    procedure::Rule,
    run::Watch,
};

/// What the answers rest on.
pub(super) struct Considering<'a> {
    pub(super) watch: &'a Watch,
    pub(super) directory: &'a Directory,
    pub(super) case: &'a CaseContext,
    pub(super) terms: &'a Terms<'a>,
    /// What the next run decides of the child.
    pub(super) decided: &'a Decision,
}

impl Considering<'_> {
    /// Whom the step reaches on a day, role by role.
    fn reached(&self, rung: &Rung, on: NaiveDate) -> Vec<(Role, Resolved)> {
        let last = &self.watch.last_recipient;
        let of_role = |role: &Role| (*role, self.directory.resolve(*role, Some(self.case), on, last));
        rung.tell.iter().map(of_role).collect()
    }

    /// What comes next of a duty: what is waited for, then each step with whom it reaches, and under it who is passed over.
    pub(super) fn next(&self, coming: &Coming) -> Vec<String> {
        let kept = coming.kept_until_then(self.terms).map(|rest| {
            let until = format_date_long(rest.last_on(self.terms));
            format!("{} by {} until {until}", rest.kind.words(), rest.person.0)
        });
        let then = if kept.is_some() { "then " } else { "" };
        let step = |step: &Step| {
            let on = format_date_long(step.on);
            let told = format!("{then}{} to {} on {on}, if nothing is recorded", step.rung.step, self.people(step));
            let passed = self.passed_over(step).into_iter().map(|passed| format!("passed over: {passed}"));
            [told].into_iter().chain(passed).collect::<Vec<_>>()
        };
        let nothing = coming.steps.is_empty().then(|| format!("{then}nothing more is planned by the ladder"));
        kept.into_iter().chain(coming.steps.iter().flat_map(step)).chain(nothing).collect()
    }

    /// "Lead Social Worker W1, Team Manager M1".
    fn people(&self, step: &Step) -> String {
        let person =
            |notice: &Notice| format!("{} {}", self.watch.procedure.role_words(notice.role), notice.effect.person.0);
        step.notices.iter().map(person).collect::<Vec<_>>().join(", ")
    }

    /// Who would have been told and is not, each with the reason.
    fn passed_over(&self, step: &Step) -> Vec<String> {
        let mut words: Vec<String> = Vec::new();
        for passed in self.reached(&step.rung, step.on).into_iter().flat_map(|(_, resolved)| resolved.passed_over) {
            let passed = passed.to_string();
            if !words.contains(&passed) {
                words.push(passed);
            }
        }
        words
    }

    /// The same for programs: the first of the steps, and under `also` the others of that turn.
    pub(super) fn as_json(&self, coming: &Coming) -> Option<Value> {
        let mut steps = coming.steps.iter().map(|step| self.step_as_json(step));
        let mut first = steps.next()?;
        if let Value::Object(fields) = &mut first {
            fields.insert("also".into(), steps.collect());
        }
        Some(first)
    }

    fn step_as_json(&self, Step { rung, on, notices }: &Step) -> Value {
        let to = |told: &Notice| json!({ "role": told.role, "person": told.effect.person, "because": told.because });
        let passed: Vec<Value> = self
            .reached(rung, *on)
            .iter()
            .flat_map(|(_, resolved)| &resolved.passed_over)
            .map(|passed| json!({ "role": passed.role, "person": passed.person, "why": passed.to_string() }))
            .collect();
        json!({
            "step": rung.step, "on": on, "kind": rung.kind.name(), "tell": rung.tell,
            "to": notices.iter().map(to).collect::<Vec<_>>(), "passed_over": passed,
        })
    }

    /// What was put off by whom, in which role, why and until when.
    pub(super) fn rests(&self, past: Option<&Past>) -> Vec<String> {
        let rests = past.map_or(&[][..], |past| past.rests.as_slice());
        let words = |rest: &Rest| {
            let (role, on) = (self.watch.procedure.role_words(rest.role), format_date_long(rest.last_on(self.terms)));
            let until = if rest.stands(self.terms.now) { format!("until {on}") } else { format!("ended on {on}") };
            format!("{} by {} as {role}: {}; {until}", rest.kind.words(), rest.person.0, rest.reason.words())
        };
        rests.iter().map(words).collect()
    }

    /// For each person who is owed something by now and was not told it: why.
    pub(super) fn not_told(&self, rule: &Rule, duty: &Duty, past: Option<&Past>) -> Vec<String> {
        let of = DutyRef::of(duty);
        let withheld = self.decided.withheld.iter().filter(|withheld| withheld.effect.is_of(&of));
        let fresh = self.decided.notices.iter().filter(|notice| notice.effect.is_of(&of));
        let mut words: Vec<String> = withheld.clone().map(|withheld| self.kept(withheld)).collect();
        words.extend(fresh.clone().map(|notice| {
            let why = match notice.state {
                NoticeState::Superseded => "a later step says it too",
                _ => "no run has decided it yet",
            };
            self.line(&notice.effect.step, notice.role, &notice.effect.person.0, why)
        }));
        // Whatever else is owed was told, if not by its own step then by another.
        let named: Vec<_> =
            withheld.map(|withheld| &withheld.effect).chain(fresh.map(|notice| &notice.effect)).collect();
        let told = past.map_or(&[][..], |past| past.told.as_slice());
        let stands = |told: &&Told| !matches!(told.state, NoticeState::Withdrawn | NoticeState::Unreachable);
        let owed = climbed(duty, rule, Some(self.case), self.terms);
        for rung in owed.into_iter().filter(|rung| rung.owed_at <= self.terms.now) {
            for (role, resolved) in self.reached(&rung, self.terms.today) {
                for person in resolved.told.iter().map(|recipient| &recipient.mailbox.person) {
                    let mut noted = told.iter().filter(stands).map(|told| (&told.step, &told.person));
                    let mut decided = named.iter().map(|effect| (&effect.step, &effect.person));
                    let this = (&rung.step, person);
                    if !noted.any(|of| of == this) && !decided.any(|of| of == this) {
                        words.push(self.line(&rung.step, role, &person.0, "another step has told them already"));
                    }
                }
            }
        }
        words
    }

    fn kept(&self, withheld: &Withheld) -> String {
        let why = match &withheld.why {
            Withholding::Rests(rest) => {
                let until = format_date_long(rest.last_on(self.terms));
                format!("{} by {}, and rests until {until}", rest.kind.words(), rest.person.0)
            }
            Withholding::OldData => {
                "waits until the case data is loaded again: it is too old to say that this was not done".to_owned()
            }
        };
        self.line(&withheld.effect.step, withheld.role, &withheld.effect.person.0, &why)
    }

    fn line(&self, step: &str, role: Role, person: &str, why: &str) -> String {
        format!("{step} to {} {person}: {why}", self.watch.procedure.role_words(role))
    }
}
