//! What waits to be sent, and how it is bundled: as the ledger does it, in memory.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use chrono::{DateTime, Utc};

use crate::{
    duty::Duty,
    notice::{Change, Decision, DutyRef, History, Notice, NoticeState},
};

/// A message that would be sent.
#[derive(Clone, Debug)]
pub struct Message {
    /// When.
    pub at: DateTime<Utc>,
    /// What it would say, each with the duty as it will stand; all to one person.
    pub matters: Vec<(Notice, Duty)>,
}

/// What waits to be sent, each with the duty as it stands.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    waiting: Vec<(Notice, Duty)>,
}

impl Outbox {
    pub(super) fn holding(waiting: Vec<(Notice, Duty)>) -> Outbox {
        Outbox { waiting }
    }

    pub(super) fn waiting(&self) -> &[(Notice, Duty)] {
        &self.waiting
    }

    /// Adds what a run decided, and drops what a later step says too or what is over.
    pub(super) fn take(&mut self, changes: &[Change], decision: &Decision, duties: &BTreeMap<DutyRef, &Duty>) {
        let closed: BTreeSet<DutyRef> = changes.iter().filter_map(closed).collect();
        self.waiting.retain(|(notice, _)| {
            let idle = decision.superseded.contains(&notice.effect) || decision.withdrawn.contains(&notice.effect);
            !idle && (notice.kind.outlives_its_duty() || !closed.contains(&reference(notice)))
        });
        for (notice, duty) in &mut self.waiting {
            if let Some(now) = duties.get(&reference(notice)) {
                *duty = (*now).clone();
            }
        }
        for notice in decision.notices.iter().filter(|notice| notice.state == NoticeState::Queued) {
            if let Some(duty) = duties.get(&reference(notice)) {
                self.waiting.push((notice.clone(), (*duty).clone()));
            }
        }
    }

    /// Sends all that may go by now: a message a person, and what is urgent in one of its own, as the ledger bundles them.
    pub(super) fn send(&mut self, at: DateTime<Utc>, history: &mut History) -> Vec<Message> {
        let mut bundles: BTreeMap<_, Vec<_>> = BTreeMap::new();
        let due = |(notice, _): &mut (Notice, Duty)| notice.send_at <= at;
        for (notice, duty) in self.waiting.extract_if(.., due) {
            history.hand_over(&notice, at);
            let bundle = (Reverse(notice.urgent), notice.effect.person.0.clone());
            bundles.entry(bundle).or_default().push((notice, duty));
        }
        bundles.into_values().map(|matters| Message { at, matters }).collect()
    }
}

fn closed(change: &Change) -> Option<DutyRef> {
    match change {
        Change::Closed { duty, .. } => Some(DutyRef::of(duty)),
        _ => None,
    }
}

fn reference(notice: &Notice) -> DutyRef {
    let effect = &notice.effect;
    DutyRef { child: effect.child.clone(), duty: effect.duty.clone(), key: effect.key.clone() }
}
