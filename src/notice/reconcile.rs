//! Yesterday's duties against today's: what opened, what moved, what is over.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::{Change, Closing, DutyRef, History, NoticeState, Past};
use crate::{
    calendar::DueDate,
    duty::{Duty, Reading, Status},
    record::ChildRef,
};

/// A duty that stands, with what was decided of it before.
#[derive(Clone, Debug)]
pub struct Standing<'a> {
    /// As it is now.
    pub duty: Duty,
    /// The generation it now has.
    pub generation: u32,
    /// As the ledger knows it, if it does.
    pub past: Option<&'a Past>,
    /// Its dates differ from those the ledger knew, in a way that still matters to somebody.
    pub moved: bool,
}

/// A duty that is over, with what was decided of it before.
#[derive(Clone, Debug)]
pub struct Over<'a> {
    /// As it is now, or as it last was.
    pub duty: Duty,
    /// Why.
    pub closing: Closing,
    /// As the ledger knows it.
    pub past: &'a Past,
}

/// Every duty that stands or has just ended.
#[derive(Clone, Debug, Default)]
pub struct Reconciled<'a> {
    /// In the order assessed.
    pub standing: Vec<Standing<'a>>,
    /// In the order of their identity.
    pub over: Vec<Over<'a>>,
}

/// Sets today's assessment against the history. `died` are the children who have died, whose duties end in silence;
/// `incomplete` those some of whose facts could not be read: what seems to be gone for them stays as it was.
///
/// A duty that is met and was never told of is history, not news: it is not stored. One that comes back after it was
/// closed begins a new generation.
pub fn reconcile<'a>(
    duties: Vec<Duty>,
    died: &BTreeSet<ChildRef>,
    incomplete: &BTreeSet<ChildRef>,
    history: &'a History,
) -> Reconciled<'a> {
    let mut reconciled = Reconciled::default();
    let mut unseen: BTreeMap<&DutyRef, &Past> = history.duties.iter().collect();
    for mut duty in duties {
        let reference = DutyRef::of(&duty);
        match (unseen.remove(&reference), history.closed.get(&reference)) {
            (Some(past), _) if duty.status == Status::Met || report_is_issued(&duty, past) => {
                let closing = Closing::Met;
                reconciled.over.push(Over { duty, closing, past });
            }
            (Some(past), _) => {
                let fault = duty.child.is_none() && !is_report(&duty);
                let newly_found = fault && !duty.said().eq(past.duty.said());
                if fault {
                    // It began when it was first found, and is the same for as long as it is found.
                    duty.anchor.on = past.duty.anchor.on;
                }
                let moved = newly_found || is_moved(&past.duty, &duty);
                let generation = past.generation + u32::from(moved);
                reconciled.standing.push(Standing { duty, generation, past: Some(past), moved });
            }
            (None, _) if duty.status == Status::Met => {}
            (None, Some((_, Closing::Met))) if is_report(&duty) => {}
            (None, closed) => {
                let generation = closed.map_or(0, |(generation, _)| generation + 1);
                reconciled.standing.push(Standing { duty, generation, past: None, moved: false });
            }
        }
    }
    for (reference, past) in unseen {
        if reference.child.as_ref().is_some_and(|child| incomplete.contains(child)) {
            continue;
        }
        let dead = reference.child.as_ref().is_some_and(|child| died.contains(child));
        // A report that was sent has told all there was, whether or not there would be one now.
        let closing = match dead {
            true => Closing::Died,
            false if report_is_issued(&past.duty, past) => Closing::Met,
            false => Closing::NoLongerDue,
        };
        reconciled.over.push(Over { duty: past.duty.clone(), closing, past });
    }
    reconciled
}

impl Reconciled<'_> {
    /// What the ledger is to store: only what differs from what it holds.
    pub fn changes(&self, history: &History) -> Vec<Change> {
        let standing = self.standing.iter().filter_map(|standing| match standing.past {
            Some(past) if past.duty == standing.duty => None,
            Some(_) => Some(Change::Updated { duty: standing.duty.clone(), generation: standing.generation }),
            None if history.closed.contains_key(&DutyRef::of(&standing.duty)) => {
                Some(Change::Updated { duty: standing.duty.clone(), generation: standing.generation })
            }
            None => Some(Change::Opened(standing.duty.clone())),
        });
        let over = self.over.iter().map(|over| Change::Closed { duty: over.duty.clone(), closing: over.closing });
        standing.chain(over).collect()
    }
}

/// Nobody's duty, and dated: a report. The other duties of nobody are faults of the case data, which last as long as they
/// are found.
fn is_report(duty: &Duty) -> bool {
    duty.child.is_none() && duty.status != Status::CannotTell
}

/// A report has no event that meets it but its own issue. While it waits for the morning it still says how things stand.
fn report_is_issued(duty: &Duty, past: &Past) -> bool {
    is_report(duty) && past.told.iter().any(|told| told.state == NoticeState::Bundled)
}

/// What makes a generation: the days and instants of both readings. Once it is late, the earlier of them is of no matter to
/// anybody: what is still to be told counts from the later.
fn is_moved(before: &Duty, now: &Duty) -> bool {
    date(before.due.as_ref()) != date(now.due.as_ref())
        || (date(before.strict.as_ref()) != date(now.strict.as_ref()) && now.status != Status::Overdue)
}

fn date(reading: Option<&Reading>) -> Option<(DueDate, Option<DateTime<Utc>>)> {
    reading.map(|reading| (reading.on, reading.at))
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;
    use crate::notice::Told;
    use crate::{
        directory::Role,
        duty::{Anchor, CannotTell, DutyKey},
        procedure::{DutyId, NoticeKind},
        record::PersonRef,
    };

    fn of_nobody(status: Status) -> Duty {
        Duty {
            child: None,
            duty: DutyId("local-example".into()),
            key: DutyKey("k".into()),
            anchor: Anchor { fact: "month".into(), id: "k".into(), on: NaiveDate::MIN },
            strict: None,
            due: None,
            status,
            met_on: None,
            late: false,
            calendar: crate::SharedText::default(),
            calendar_hash: crate::SharedText::default(),
            provisional: false,
            skipped: Vec::new(),
            citation: crate::SharedText::default(),
            arithmetic: String::new(),
            tallies: Vec::new(),
            notes: Vec::new(),
            done: Vec::new(),
            cannot_tell: None,
        }
    }

    fn told_of(duty: &Duty) -> History {
        let told = Told {
            generation: 0,
            step: "one".into(),
            repeat: 0,
            person: PersonRef("P".into()),
            role: Role::DATA_TEAM,
            kind: NoticeKind::DataQuality,
            state: NoticeState::Bundled,
            owed_at: DateTime::UNIX_EPOCH,
            send_at: DateTime::UNIX_EPOCH,
            address: None,
            said: None,
        };
        let past = Past { duty: duty.clone(), generation: 0, told: vec![told], rests: Vec::new() };
        History { duties: BTreeMap::from([(DutyRef::of(duty), past)]), ..History::default() }
    }

    fn closing_of(duties: Vec<Duty>, history: &History) -> Vec<Closing> {
        let nobody = BTreeSet::new();
        reconcile(duties, &nobody, &nobody, history).over.iter().map(|over| over.closing).collect()
    }

    #[test]
    fn a_report_is_over_once_it_is_issued_and_does_not_come_back() {
        let report = of_nobody(Status::Open);
        assert_eq!(closing_of(vec![report.clone()], &told_of(&report)), [Closing::Met]);
        let closed = BTreeMap::from([(DutyRef::of(&report), (0, Closing::Met))]);
        let nobody = BTreeSet::new();
        let history = History { closed, ..History::default() };
        assert!(reconcile(vec![report], &nobody, &nobody, &history).standing.is_empty());
    }

    #[test]
    fn a_fault_that_is_found_again_is_the_same_and_one_that_reads_otherwise_is_news() {
        let found = |day: u32, why: &str, rows: &[&str]| {
            let cannot = CannotTell::because(why);
            let mut duty = of_nobody(Status::CannotTell);
            duty.anchor.on = NaiveDate::from_ymd_opt(2026, 11, day).unwrap();
            duty.cannot_tell = Some(CannotTell { rows: rows.iter().map(|row| (*row).into()).collect(), ..cannot });
            duty
        };
        let history = told_of(&found(16, "a view is empty", &["K1"]));
        let nobody = BTreeSet::new();
        let seen = |duty| {
            let reconciled = reconcile(vec![duty], &nobody, &nobody, &history);
            let moved = reconciled.standing.iter().filter(|standing| standing.moved).count();
            (reconciled.changes(&history).len(), moved)
        };
        assert_eq!(seen(found(17, "a view is empty", &["K1"])), (0, 0));
        assert_eq!(seen(found(17, "a view is empty", &["K2"])), (1, 0), "other rows are kept, and are no news");
        assert_eq!(seen(found(17, "two views are empty", &["K1"])), (1, 1));
        // What an earlier release stored had the reason among its notes.
        let mut older = found(16, "", &[]);
        older.cannot_tell = None;
        older.notes = vec!["a view is empty".to_owned()];
        let history = told_of(&older);
        let reconciled = reconcile(vec![found(17, "a view is empty", &[])], &nobody, &nobody, &history);
        assert!(reconciled.standing.iter().all(|standing| !standing.moved));
    }

    #[test]
    fn a_fault_of_the_data_lasts_while_it_is_found_and_is_news_when_it_returns() {
        let fault = of_nobody(Status::CannotTell);
        assert_eq!(closing_of(vec![fault.clone()], &told_of(&fault)), []);
        assert_eq!(closing_of(Vec::new(), &told_of(&fault)), [Closing::NoLongerDue]);
        let closed = BTreeMap::from([(DutyRef::of(&fault), (0, Closing::NoLongerDue))]);
        let nobody = BTreeSet::new();
        let history = History { closed, ..History::default() };
        let reconciled = reconcile(vec![fault], &nobody, &nobody, &history);
        assert_eq!(reconciled.standing.iter().map(|standing| standing.generation).collect::<Vec<_>>(), [1]);
    }
}
