//! What the next run would decide of one child, and what comes after it if nothing is recorded: for `explain`.
//!
//! Must not decide anything: it lets runs follow each other in memory, and notes what they say.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};

use crate::{
    duty::{Status, Terms},
    notice::{Decision, DutyRef, History, Notice, NoticeState, Rest, Rung, Standing, Withholding, climbed, wake_at},
    record::CaseRecord,
    rehearsal::{Known, Rehearsal, Seen},
    run::{CaseLoad, Watch},
};

/// Duties that go round and round are looked at for so many turns and no longer.
const MOST_TURNS: usize = 500;

/// What the runs stand on.
pub(super) struct Outlook<'a> {
    pub(super) watch: &'a Watch,
    pub(super) load: &'a CaseLoad,
    pub(super) record: &'a CaseRecord,
    /// What was decided of this child.
    pub(super) history: &'a History,
    pub(super) terms: Terms<'a>,
    /// The case data is too old to say of anybody that something was not done.
    pub(super) stale: bool,
}

/// What comes of one duty.
#[derive(Debug, Default)]
pub(super) struct Coming {
    /// What keeps a step back until then, the last to end.
    pub(super) kept: Option<Rest>,
    /// The steps that are told at the next turn at which any are.
    pub(super) steps: Vec<Step>,
}

/// One step, and whom it tells.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) rung: Rung,
    /// The day on which it is told.
    pub(super) on: NaiveDate,
    pub(super) notices: Vec<Notice>,
}

impl Outlook<'_> {
    /// What the next run decides.
    pub(super) fn decided(&self) -> Decision {
        let mut decision = Decision::default();
        self.run(&mut self.begin(), self.terms.now, self.stale, |seen| decision.clone_from(seen.decision));
        decision
    }

    /// What comes of these duties after the next run, each up to the first that is told. By then the case data has been loaded.
    pub(super) fn coming(&self, of: &BTreeSet<DutyRef>) -> BTreeMap<DutyRef, Coming> {
        let mut coming: BTreeMap<DutyRef, Coming> = of.iter().map(|of| (of.clone(), Coming::default())).collect();
        let mut rehearsal = self.begin();
        let mut turn = Some(self.terms.now);
        for _ in 0..MOST_TURNS {
            let Some(at) = turn.take() else { break };
            self.run(&mut rehearsal, at, false, |seen| {
                for standing in &seen.reconciled.standing {
                    let entry = coming.get_mut(&DutyRef::of(&standing.duty)).filter(|coming| coming.steps.is_empty());
                    let Some(entry) = entry.filter(|_| standing.duty.status != Status::CannotTell) else { continue };
                    entry.note(standing, &seen, at > self.terms.now);
                    let next = wake_at(standing, seen.terms).filter(|_| entry.steps.is_empty());
                    turn = turn.into_iter().chain(next).min();
                }
            });
        }
        coming
    }

    fn begin(&self) -> Rehearsal {
        let mut rehearsal = Rehearsal::after(self.history.clone(), Vec::new());
        rehearsal.learn(self.record.clone());
        rehearsal
    }

    fn run(&self, rehearsal: &mut Rehearsal, at: DateTime<Utc>, stale: bool, look: impl FnOnce(Seen<'_>)) {
        let Terms { lacking, adopted_on, .. } = self.terms;
        let known = Known {
            terms: Terms { lacking, adopted_on, ..self.watch.terms(at) },
            directory: &self.load.directory,
            last: &self.watch.last_recipient,
            clock: &self.watch.sending,
            faults: Vec::new(),
            with_summaries: false,
            stale,
        };
        rehearsal.run(known, |_, _| self.load.incomplete.clone(), look);
    }
}

impl Coming {
    /// What one run says of the duty; what the first of them tells is told now, and does not come.
    fn note(&mut self, standing: &Standing, seen: &Seen, comes: bool) {
        let of = DutyRef::of(&standing.duty);
        let withheld = seen.decision.withheld.iter().filter(|withheld| withheld.effect.is_of(&of));
        let rests = withheld.filter_map(|withheld| match &withheld.why {
            Withholding::Rests(rest) => Some(rest),
            Withholding::OldData => None,
        });
        if let Some(rest) = rests.max_by_key(|rest| rest.until) {
            self.kept = Some(rest.clone());
        }
        let terms = seen.terms;
        let Some(rule) = terms.procedure.rule_since(&of.duty, standing.duty.anchor.on).filter(|_| comes) else {
            return;
        };
        let case = of.child.as_ref().and_then(|child| seen.audience.cases.get(child));
        let queued = |notice: &&Notice| notice.state == NoticeState::Queued && notice.effect.is_of(&of);
        for rung in climbed(&standing.duty, rule, case, terms) {
            let of_rung = |notice: &&Notice| (&notice.effect.step, notice.effect.repeat) == (&rung.step, rung.repeat);
            let told = seen.decision.notices.iter().filter(queued).filter(of_rung);
            let mut notices: Vec<Notice> = told.cloned().collect();
            notices.sort_by_key(|notice| rung.tell.iter().position(|role| *role == notice.role));
            if !notices.is_empty() {
                let on = if rung.urgent { terms.today } else { terms.office.next_working_day(terms.today) };
                self.steps.push(Step { rung, on, notices });
            }
        }
    }

    /// What is to end before anything is told; nothing, where the next step is not kept from everybody.
    pub(super) fn kept_until_then(&self, terms: &Terms) -> Option<&Rest> {
        let tells_on = self.steps.first().map(|step| step.on);
        self.kept.as_ref().filter(|rest| tells_on.is_none_or(|on| rest.last_on(terms) < on))
    }
}
