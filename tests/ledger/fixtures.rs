//! Ledgers to try things on, and decisions to put into them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use duewatch::database::Database;
use duewatch::directory::{Mailbox, Role};
use duewatch::duty::{Anchor, CaseContext, Duty, DutyKey, Reading, Status};
use duewatch::ledger::{
    Attempted, Claim, Committed, Home, JudgedCase, Kept, Lease, Ledger, LedgerError, NewRun, Part, RunOutcome, Worded,
};
use duewatch::notice::{Change, Effect, Notice, NoticeState};
use duewatch::procedure::{DutyId, NoticeKind};
use duewatch::record::{ChildRef, PersonRef};
use serde_json::json;
use uuid::Uuid;

use crate::support;

pub(crate) enum Place {
    Sqlite(support::Sqlite),
    Postgres(support::Postgres),
}

impl Place {
    pub(crate) fn sqlite() -> Place {
        Place::Sqlite(support::sqlite())
    }

    pub(crate) async fn postgres() -> Place {
        Place::Postgres(support::postgres().await)
    }

    pub(crate) fn url(&self) -> String {
        match self {
            Place::Sqlite(sqlite) => sqlite.path.display().to_string(),
            Place::Postgres(postgres) => postgres.url.clone(),
        }
    }

    /// Connections of their own.
    pub(crate) async fn open(&self) -> Ledger {
        Ledger::open(&self.url(), true).await.unwrap()
    }

    pub(crate) async fn database(&self) -> Database {
        match self {
            Place::Sqlite(sqlite) => sqlite.open().await,
            Place::Postgres(postgres) => postgres.open().await,
        }
    }

    /// A ledger of the authority `exampleshire`.
    pub(crate) async fn founded(&self) -> Ledger {
        let ledger = self.open().await;
        ledger.migrate().await.unwrap();
        ledger.found("exampleshire", false, &home("here"), at(0)).await.unwrap();
        ledger
    }

    /// One number from a query.
    pub(crate) async fn count(&self, sql: &str) -> i64 {
        let mut transaction = self.database().await.begin_read().await.unwrap();
        transaction.fetch(sql, &[]).await.unwrap()[0].int(0).unwrap()
    }
}

pub(crate) fn sqlite_path(place: &Place) -> &Path {
    match place {
        Place::Sqlite(sqlite) => &sqlite.path,
        Place::Postgres(_) => unreachable!("asked only of SQLite"),
    }
}

/// So many minutes after Monday 2 November 2026, 07:00 UTC.
pub(crate) fn at(minutes: i64) -> DateTime<Utc> {
    "2026-11-02T07:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::minutes(minutes)
}

pub(crate) fn home(place: &str) -> Home {
    Home { place: place.into(), within: "inode 1".into(), machine: "machine".into() }
}

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(crate) fn duty(child: &str, rule: &str, key: &str) -> Duty {
    let anchor = Anchor { fact: "conference".into(), id: key.into(), on: day("2026-10-12") };
    Duty {
        child: (!child.is_empty()).then(|| ChildRef(child.into())),
        duty: DutyId(rule.into()),
        key: DutyKey(key.into()),
        strict: Some(Reading { anchor: anchor.clone(), on: day("2026-10-23").into(), at: None }),
        due: Some(Reading { anchor: anchor.clone(), on: day("2026-10-26").into(), at: Some(at(0)) }),
        anchor,
        status: Status::Overdue,
        met_on: None,
        late: true,
        calendar: "england-and-wales".into(),
        calendar_hash: "c1".into(),
        provisional: false,
        skipped: Vec::new(),
        citation: "000:L45".into(),
        arithmetic: "10 working days\u{1f} from \"12 October\" \u{1e}".into(),
        tallies: Vec::new(),
        notes: vec!["it's open".into()],
        done: Vec::new(),
        cannot_tell: None,
    }
}

pub(crate) fn case(child: &str) -> CaseContext {
    CaseContext {
        child: ChildRef(child.into()),
        household: None,
        lead_worker: Some(PersonRef("w1".into())),
        former_lead_worker: None,
        taken_over_on: None,
        team: None,
        chair: None,
        died: false,
        access: duewatch::duty::Access::default(),
    }
}

/// An overdue notice, owed and to be sent at minute 0.
pub(crate) fn notice(duty: &Duty, step: &str, person: &str) -> Notice {
    Notice {
        effect: Effect {
            child: duty.child.clone(),
            duty: duty.duty.clone(),
            key: duty.key.clone(),
            generation: 0,
            step: step.into(),
            repeat: 0,
            person: PersonRef(person.into()),
        },
        kind: NoticeKind::Overdue,
        role: Role::LEAD_WORKER,
        mailbox: Some(Mailbox { person: PersonRef(person.into()), email: format!("{person}@example.org") }),
        urgent: false,
        owed_at: at(0),
        send_at: at(0),
        because: Some("covers for w0".into()),
        state: NoticeState::Queued,
    }
}

pub(crate) fn run(minutes: i64) -> NewRun {
    NewRun {
        at: at(minutes),
        started_at: at(minutes),
        finished_at: at(minutes) + TimeDelta::microseconds(1_234_567),
        outcome: RunOutcome::Balanced,
        books: json!({"children": 1, "assessed": 1}),
        load_mark: Some("load 7".into()),
        counts: BTreeMap::from([("child".into(), 1), ("visit".into(), 9)]),
        procedure_hash: "p1".into(),
        calendar_hash: "c1".into(),
        directory_hash: "d1".into(),
        whole: true,
    }
}

/// Stores a run of one part.
pub(crate) async fn commit(
    ledger: &Ledger,
    run: &NewRun,
    cases: &[CaseContext],
    changes: &[Change],
    notices: &[Notice],
    withdrawn: &[Effect],
    superseded: &[Effect],
) -> Result<Committed, LedgerError> {
    let kept = Kept { fingerprint: "f1".into(), ..Kept::default() };
    let part = Part {
        cases: cases.iter().map(|context| JudgedCase { context: context.clone(), kept: kept.clone() }).collect(),
        gone: Vec::new(),
        changes: changes.to_vec(),
        notices: notices.to_vec(),
        withdrawn: withdrawn.to_vec(),
        superseded: superseded.to_vec(),
    };
    ledger.commit_run(run, &part).await
}

/// Stores a run that only opens and tells.
pub(crate) async fn tell(ledger: &Ledger, minutes: i64, duties: &[Duty], notices: &[Notice]) -> Committed {
    let changes: Vec<Change> = duties.iter().cloned().map(Change::Opened).collect();
    commit(ledger, &run(minutes), &[], &changes, notices, &[], &[]).await.unwrap()
}

pub(crate) const LEASE_MS: i64 = 5 * 60_000;

pub(crate) async fn claim(ledger: &Ledger, owner: &str, minutes: i64) -> Option<Claim> {
    ledger.claim(owner, LEASE_MS, at(minutes), 1).await.unwrap().pop()
}

/// Freezes one message; an error if it is somebody else's.
pub(crate) async fn freeze(
    ledger: &Ledger,
    lease: &Lease,
    eml: &str,
    sent_to: Option<&str>,
    now: DateTime<Utc>,
) -> Result<(), LedgerError> {
    let worded = Worded { lease: lease.clone(), eml: eml.to_owned(), sent_to: sent_to.map(str::to_owned) };
    held(&ledger.freeze(&[worded], now).await?)
}

/// Records what came of one message; an error if it is somebody else's.
pub(crate) async fn record(
    ledger: &Ledger,
    lease: &Lease,
    attempted: &Attempted,
    now: DateTime<Utc>,
) -> Result<(), LedgerError> {
    held(&ledger.record(&[(lease.clone(), attempted.clone())], now).await?)
}

fn held(lost: &BTreeSet<Uuid>) -> Result<(), LedgerError> {
    match lost.first() {
        None => Ok(()),
        Some(message) => Err(LedgerError::LeaseLost { attempted: "go on with a message", message: *message }),
    }
}

pub(crate) fn steps(claim: &Claim) -> Vec<&str> {
    claim.notices.iter().map(|claimed| claimed.notice.effect.step.as_str()).collect()
}
