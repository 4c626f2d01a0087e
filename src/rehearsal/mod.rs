//! Rehearsal: what runs at one instant after another would tell whom, with all that they remember carried along in memory.
//!
//! Owns the order of the stages (assess, reconcile, decide, bundle) where nothing is stored and nothing is sent. What is on
//! record and who works where is handed in as it was known at each instant: a fact may become known later than it
//! happened. Must not know where either comes from, or decide anything itself. Pure.

mod outbox;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

pub use self::outbox::Message;
use self::outbox::Outbox;
use crate::{
    directory::{Directory, Mailbox},
    duty::{Assessment, CaseContext, Duty, Sitting, Terms, assess, assess_reports},
    notice::{Audience, Closing, Decision, DutyRef, History, Notice, Reconciled, SendingClock, decide, reconcile},
    record::{CaseRecord, ChildRef},
    summary::{Issued, Made, Many, Open, Wanted, summaries},
};

/// All that a run knows beside the records.
#[derive(Clone, Debug)]
pub struct Known<'a> {
    /// The rules, the calendars and the instant.
    pub terms: Terms<'a>,
    /// Who works where.
    pub directory: &'a Directory,
    /// Who is told when nobody else can be.
    pub last: &'a Mailbox,
    /// When messages go.
    pub clock: &'a SendingClock,
    /// Duties of the whole authority beside its reports: what is wrong with its data.
    pub faults: Vec<Duty>,
    /// Whether teams and chairs get the summary of their week.
    pub with_summaries: bool,
    /// Whether the records are too old to say of anybody that something was not done.
    pub stale: bool,
}

/// What a run came to, before any of it is remembered.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// Every duty that stands or has just ended.
    pub reconciled: &'a Reconciled<'a>,
    /// Who could be told.
    pub audience: &'a Audience<'a>,
    /// What was decided before.
    pub history: &'a History,
    /// What is decided now.
    pub decision: &'a Decision,
    /// Under which terms.
    pub terms: &'a Terms<'a>,
}

/// Runs on top of each other.
#[derive(Debug, Default)]
pub struct Rehearsal {
    /// What was decided so far.
    pub history: History,
    /// What somebody had put off before it began.
    pub rests: Vec<Made>,
    outbox: Outbox,
    children: BTreeMap<ChildRef, Child>,
    ran_at: Option<DateTime<Utc>>,
}

/// A child as it is known, and what that came to when it was last judged.
#[derive(Debug)]
struct Child {
    record: CaseRecord,
    judged: Option<Assessment>,
}

impl Child {
    fn is_settled(&self, now: DateTime<Utc>) -> bool {
        self.judged.as_ref().is_some_and(|judged| judged.wake_at.is_none_or(|wake_at| now < wake_at))
    }
}

impl Rehearsal {
    /// On top of what was decided, and what of it still waits to be sent.
    pub fn after(history: History, waiting: Vec<(Notice, Duty)>) -> Rehearsal {
        Rehearsal { history, outbox: Outbox::holding(waiting), ..Rehearsal::default() }
    }

    /// From the next run on a child's record reads like this. A record that stays as it is is judged again only when its
    /// judgement changes with time: whoever changes the rules, the calendars or what the source supplies hands in all anew.
    pub fn learn(&mut self, record: CaseRecord) {
        self.children.insert(record.child.clone(), Child { record, judged: None });
    }

    /// From the next run on a child is not shown any more.
    pub fn forget(&mut self, child: &ChildRef) {
        self.children.remove(child);
    }

    /// A run at the instant of the terms, and the messages that leave by then. `unsure` names the children of whom nothing
    /// may be taken to be over, among those known; `look` sees what is decided before it is remembered.
    pub fn run(
        &mut self,
        known: Known<'_>,
        unsure: impl FnOnce(&BTreeMap<ChildRef, CaseContext>, &History) -> BTreeSet<ChildRef>,
        look: impl FnOnce(Seen<'_>),
    ) -> Vec<Message> {
        let Known { terms, directory, last, clock, faults, with_summaries, stale } = known;
        let (mut duties, cases, sittings) = self.judge(&terms);
        if with_summaries {
            duties.extend(self.summaries(&duties, &cases, &sittings, directory, &terms));
        }
        duties.extend(faults);
        let died = cases.values().filter(|case| case.died).map(|case| case.child.clone()).collect();
        let unsure = unsure(&cases, &self.history);
        let reconciled = reconcile(duties, &died, &unsure, &self.history);
        let audience = Audience { directory, cases: &cases, last, clock, stale };
        let decision = decide(&reconciled, &audience, &self.history, &terms);
        look(Seen {
            reconciled: &reconciled,
            audience: &audience,
            history: &self.history,
            decision: &decision,
            terms: &terms,
        });
        let changes = reconciled.changes(&self.history);
        let standing = reconciled.standing.iter().map(|standing| &standing.duty);
        let duties = standing.chain(reconciled.over.iter().map(|over| &over.duty));
        self.outbox.take(&changes, &decision, &duties.map(|duty| (DutyRef::of(duty), duty)).collect());
        self.history.store(&changes, &decision);
        self.outbox.send(terms.now, &mut self.history)
    }

    /// What is decided and may not be sent yet: each with the instant from which it may.
    pub fn waiting(&self) -> &[(Notice, Duty)] {
        self.outbox.waiting()
    }

    fn summaries(
        &self,
        duties: &[Duty],
        cases: &BTreeMap<ChildRef, CaseContext>,
        sittings: &[Sitting],
        directory: &Directory,
        terms: &Terms,
    ) -> Vec<Duty> {
        let mut issued = Issued::default();
        let waits = self.history.duties.keys().map(|of| (of, false));
        let sent =
            self.history.closed.iter().filter(|(_, (_, closing))| *closing == Closing::Met).map(|(of, _)| (of, true));
        for (of, is_sent) in waits.chain(sent).filter(|(of, _)| of.child.is_none()) {
            issued.note(&of.duty, &of.key, is_sent);
        }
        let wanted = Wanted::on(terms, &issued);
        if wanted.is_nothing() {
            return Vec::new();
        }
        let open = duties.iter().filter_map(|duty| Some(Open { duty, case: cases.get(duty.child.as_ref()?)? }));
        let seen = Many { open: &open.collect::<Vec<_>>(), sittings, made: &self.rests, directory };
        summaries(&wanted, &seen, terms)
    }

    fn judge(&mut self, terms: &Terms) -> (Vec<Duty>, BTreeMap<ChildRef, CaseContext>, Vec<Sitting>) {
        // Seen from an earlier instant everything may be otherwise.
        let backwards = self.ran_at.replace(terms.now).is_some_and(|ran_at| terms.now < ran_at);
        let (mut duties, mut cases) = (Vec::new(), BTreeMap::new());
        let (mut stretches, mut sittings) = (Vec::new(), Vec::new());
        for child in self.children.values_mut() {
            if backwards || !child.is_settled(terms.now) {
                child.judged = None;
            }
            let Child { record, judged } = child;
            let judged = judged.get_or_insert_with(|| assess(record, terms));
            duties.extend(judged.duties().cloned());
            stretches.extend(judged.stretches.iter().cloned());
            sittings.extend(judged.sittings.iter().cloned());
            cases.insert(record.child.clone(), judged.context.clone());
        }
        duties.extend(assess_reports(terms, &stretches));
        (duties, cases, sittings)
    }
}
