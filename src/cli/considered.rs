//! Who a step tells today, who else was considered, and why somebody was not told: for `explain`.
//!
//! Must not decide anything: it asks what the decision asks, and puts the answers into words.

use serde_json::{Value, json};

use crate::{
    calendar::format_date_long,
    directory::{Directory, Resolved, Role},
    duty::{CaseContext, Terms},
    ledger::ToldStep,
    notice::{Past, Rest, Rung},
    run::Watch,
};

/// What the answers rest on.
pub(super) struct Considering<'a> {
    pub(super) watch: &'a Watch,
    pub(super) directory: &'a Directory,
    pub(super) case: &'a CaseContext,
    pub(super) terms: &'a Terms<'a>,
    /// The case data is too old to say of anybody that something was not done.
    pub(super) stale: bool,
}

impl Considering<'_> {
    /// Whom the step reaches, role by role.
    fn reached(&self, rung: &Rung) -> Vec<(Role, Resolved)> {
        let last = &self.watch.last_recipient;
        let of_role = |role: &Role| (*role, self.directory.resolve(*role, Some(self.case), self.terms.today, last));
        rung.tell.iter().map(of_role).collect()
    }

    /// "Lead Social Worker W1, Team Manager M1".
    pub(super) fn people(&self, rung: &Rung) -> String {
        let reached = self.reached(rung);
        let people = reached.iter().flat_map(|(role, resolved)| {
            let role = self.watch.procedure.role_words(*role);
            resolved.told.iter().map(move |recipient| format!("{role} {}", recipient.mailbox.person.0))
        });
        people.collect::<Vec<_>>().join(", ")
    }

    /// Who would have been told and is not, each with the reason.
    pub(super) fn passed_over(&self, rung: &Rung) -> Vec<String> {
        let mut words: Vec<String> = Vec::new();
        for passed in self.reached(rung).into_iter().flat_map(|(_, resolved)| resolved.passed_over) {
            let passed = passed.to_string();
            if !words.contains(&passed) {
                words.push(passed);
            }
        }
        words
    }

    /// The same for programs: who is told, and who was passed over.
    pub(super) fn as_json(&self, rung: &Rung) -> Value {
        let reached = self.reached(rung);
        let told: Vec<Value> = reached
            .iter()
            .flat_map(|(role, resolved)| resolved.told.iter().map(move |recipient| (role, recipient)))
            .map(|(role, told)| json!({ "role": role, "person": told.mailbox.person, "because": told.because }))
            .collect();
        let passed: Vec<Value> = reached
            .iter()
            .flat_map(|(_, resolved)| &resolved.passed_over)
            .map(|passed| json!({ "role": passed.role, "person": passed.person, "why": passed.to_string() }))
            .collect();
        json!({
            "step": rung.step, "on": rung.owed_on, "kind": rung.kind.name(), "tell": rung.tell, "to": told,
            "passed_over": passed,
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

    /// For each person to whom a step is owed by now and who has no notice of it: why.
    pub(super) fn not_told(&self, rung: &Rung, told: &[&ToldStep], past: Option<&Past>) -> Vec<String> {
        let mut words = Vec::new();
        for (role, resolved) in self.reached(rung) {
            for recipient in resolved.told {
                let person = &recipient.mailbox.person;
                let has = |step: &&&ToldStep| {
                    let effect = &step.notice.effect;
                    effect.step == rung.step && effect.repeat >= rung.repeat && effect.person == *person
                };
                if told.iter().any(|step| has(&step)) {
                    continue;
                }
                let why = match past.and_then(|past| past.resting(rung, person, self.terms.now)) {
                    Some(rest) => {
                        let until = format_date_long(rest.last_on(self.terms));
                        format!("{} by {}, and rests until {until}", rest.kind.words(), rest.person.0)
                    }
                    _ if self.stale && rung.kind.is_breach() && !rung.urgent => {
                        "waits until the case data is loaded again: it is too old to say that this was not done"
                            .to_owned()
                    }
                    _ if told
                        .iter()
                        .any(|step| step.notice.effect.person == *person && step.notice.owed_at >= rung.owed_at) =>
                    {
                        "a later step has told them already".to_owned()
                    }
                    _ => "no run has decided it yet".to_owned(),
                };
                let role = self.watch.procedure.role_words(role);
                words.push(format!("{} to {role} {}: {why}", rung.step, person.0));
            }
        }
        words
    }
}
