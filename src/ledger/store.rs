//! A run's rows: the statements that put them there.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::columns::{child, child_arg, notice_args, outliving};
use super::work::Work;
use super::{Counted, LedgerError, NewRun, batch};
use crate::database::Arg;
use crate::duty::{Duty, DutyKey, Reading};
use crate::notice::{Change, Closing, DutyRef, Effect, Notice};
use crate::procedure::DutyId;

const INSERT_DUTIES: &str = "INSERT INTO duties (child, duty, duty_key, generation, status, strict_on, due_on, detail, \
                             opened_run, changed_run, closed, closed_at_us)";
/// What was decided before is not decided again, unless it was withdrawn, no server took the message that carried it, or it came back.
///
/// At the address that refused it (the last recipient's: whoever else has none that works is passed over) it is tried again
/// after two hours, as long as the longest wait of a message that is put off, and not at each run.
const OWED_AGAIN: &str = "ON CONFLICT (effect) DO UPDATE SET state = excluded.state, message_id = NULL, \
                          kind = excluded.kind, role = excluded.role, mailbox = excluded.mailbox, \
                          address = excluded.address, urgent = excluded.urgent, owed_at_us = excluded.owed_at_us, \
                          send_at_us = COALESCE((SELECT m.ended_us + 7200000000 FROM messages m \
                          WHERE m.id = notices.message_id AND m.address = excluded.address \
                          AND m.ended_us + 7200000000 > excluded.send_at_us), excluded.send_at_us), \
                          because = excluded.because, decided_run = excluded.decided_run, place = excluded.place \
                          WHERE notices.state = 'withdrawn' OR (notices.state = 'bundled' AND notices.message_id IN \
                          (SELECT m.id FROM messages m WHERE m.state IN ('refused', 'dead', 'returned')))";
/// Nobody has it yet: it waits, or it is in a message that no server took and that is worded anew at its next attempt.
const STILL_WAITS: &str = "(state = 'queued' OR (state = 'bundled' AND message_id IN \
                           (SELECT m.id FROM messages m WHERE m.state = 'retry' \
                           AND NOT EXISTS (SELECT 1 FROM mails f WHERE f.message_id = m.id))))";
const KEEP_DUTIES: &str = "ON CONFLICT (child, duty, duty_key) DO UPDATE SET status = excluded.status, \
                           strict_on = excluded.strict_on, due_on = excluded.due_on, detail = excluded.detail, \
                           changed_run = excluded.changed_run, closed = excluded.closed, \
                           closed_at_us = excluded.closed_at_us";
/// A duty that is opened again begins its life with this run: what was told before is history, and silences nothing.
const NEW_LIFE: &str =
    "opened_run = CASE WHEN duties.closed IS NULL THEN duties.opened_run ELSE excluded.opened_run END";

impl Work {
    /// The run's row, before anybody knows how it ends: what it stores refers to it.
    pub(super) async fn open_run(&mut self, id: i64, at: DateTime<Utc>) -> Result<(), LedgerError> {
        let at_us = at.timestamp_micros();
        let counted = json(&Counted::default());
        self.execute(
            "INSERT INTO runs (id, at_us, started_us, finished_us, outcome, books, counted, counts, procedure_hash, calendar_hash)
             VALUES ($1, $2, $2, $2, 'refused', '{}', $3, '{}', '', '')",
            &[id.into(), at_us.into(), counted.into()],
        )
        .await?;
        Ok(())
    }

    /// What became of it.
    pub(super) async fn close_run(&mut self, id: i64, run: &NewRun, counted: &Counted) -> Result<(), LedgerError> {
        let args = [
            id.into(),
            run.at.timestamp_micros().into(),
            run.started_at.timestamp_micros().into(),
            run.finished_at.timestamp_micros().into(),
            run.outcome.name().into(),
            run.books.to_string().into(),
            json(counted).into(),
            run.load_mark.as_ref().into(),
            json(&run.counts).into(),
            (&run.procedure_hash).into(),
            (&run.calendar_hash).into(),
            (&run.directory_hash).into(),
            run.whole.into(),
        ];
        self.execute(
            "UPDATE runs SET at_us = $2, started_us = $3, finished_us = $4, outcome = $5, books = $6, counted = $7,
                             load_mark = $8, counts = $9, procedure_hash = $10, calendar_hash = $11,
                             directory_hash = $12, whole = $13 WHERE id = $1",
            &args,
        )
        .await?;
        Ok(())
    }

    /// Stores the duties and returns the generation of each that was opened.
    pub(super) async fn store_duties(
        &mut self,
        run: i64,
        now: DateTime<Utc>,
        changes: &[Change],
    ) -> Result<BTreeMap<DutyRef, u32>, LedgerError> {
        let (mut opened, mut updated, mut closed) = (Vec::new(), Vec::new(), Vec::new());
        for change in changes {
            match change {
                Change::Opened(duty) => opened.push(duty_args(run, duty, 0, Arg::Null, Arg::Null)),
                Change::Updated { duty, generation } => {
                    updated.push(duty_args(run, duty, *generation, Arg::Null, Arg::Null));
                }
                Change::Closed { duty, closing } => {
                    let at_us = now.timestamp_micros().into();
                    closed.push(duty_args(run, duty, 0, closing.name().into(), at_us));
                }
            }
        }
        batch::execute(self, INSERT_DUTIES, &closed, KEEP_DUTIES).await?;
        let tail = format!("{KEEP_DUTIES}, {NEW_LIFE}, generation = excluded.generation");
        batch::execute(self, INSERT_DUTIES, &updated, &tail).await?;
        let tail = format!(
            "{KEEP_DUTIES}, {NEW_LIFE}, generation = CASE WHEN duties.closed IS NULL THEN duties.generation
                                         ELSE duties.generation + 1 END
             RETURNING child, duty, duty_key, generation"
        );
        let mut generations = BTreeMap::new();
        for row in batch::fetch(self, INSERT_DUTIES, &opened, &tail).await? {
            let duty =
                DutyRef { child: child(row.text(0)?), duty: DutyId(row.text(1)?.into()), key: DutyKey(row.text(2)?) };
            generations.insert(duty, row.ordinal(3, "a generation")?);
        }
        Ok(generations)
    }

    pub(super) async fn store_notices(
        &mut self,
        run: i64,
        first_place: i64,
        notices: &[Notice],
        opened: &BTreeMap<DutyRef, u32>,
    ) -> Result<u64, LedgerError> {
        let to: BTreeSet<_> = notices.iter().filter_map(|notice| notice.mailbox.as_ref()).collect();
        let to: Vec<Vec<Arg>> =
            to.into_iter().map(|mailbox| vec![(&mailbox.person.0).into(), (&mailbox.email).into()]).collect();
        batch::execute(self, "INSERT INTO recipients (person, address)", &to, "ON CONFLICT DO NOTHING").await?;

        let rows = notices.iter().zip(first_place..).map(|(notice, place)| {
            let Effect { child, duty, key, .. } = &notice.effect;
            let duty = DutyRef { child: child.clone(), duty: duty.clone(), key: key.clone() };
            let mut notice = notice.clone();
            notice.effect.generation = opened.get(&duty).copied().unwrap_or(notice.effect.generation);
            let mut args = notice_args(&notice);
            args.extend([run.into(), place.into()]);
            args
        });
        let head = "INSERT INTO notices (effect, child, duty, duty_key, generation, step, repetition, person, kind, \
                    role, mailbox, address, urgent, owed_at_us, send_at_us, because, state, decided_run, place)";
        batch::execute(self, head, &rows.collect::<Vec<_>>(), OWED_AGAIN).await
    }

    pub(super) async fn leave_queue(&mut self, state: &str, effects: &[Effect]) -> Result<u64, LedgerError> {
        let rows: Vec<Vec<Arg>> = effects.iter().map(|effect| vec![effect.to_string().into()]).collect();
        let head =
            format!("UPDATE notices SET state = '{state}', message_id = NULL WHERE {STILL_WAITS} AND effect IN (");
        batch::execute(self, &head, &rows, ")").await
    }

    /// What tells of the end stays, and so does a report: it is met by being decided, and must still be sent.
    /// Called before this run's notices are stored, so that it never touches them.
    pub(super) async fn withdraw_closed(&mut self, changes: &[Change]) -> Result<u64, LedgerError> {
        let closed = changes.iter().filter(|change| match change {
            Change::Closed { duty, closing } => duty.child.is_some() || *closing != Closing::Met,
            _ => false,
        });
        let closed = closed.map(duty_of);
        let rows: Vec<Vec<Arg>> = closed.map(|duty| identity_args(duty).into()).collect();
        let head = format!(
            "UPDATE notices SET state = 'withdrawn' WHERE state = 'queued' AND kind NOT IN ({})
             AND (child, duty, duty_key) IN (",
            outliving()
        );
        batch::execute(self, &head, &rows, ")").await
    }
}

pub(super) fn duty_of(change: &Change) -> &Duty {
    match change {
        Change::Opened(duty) | Change::Updated { duty, .. } | Change::Closed { duty, .. } => duty,
    }
}

fn identity_args(duty: &Duty) -> [Arg; 3] {
    [child_arg(duty.child.as_ref()), duty.duty.0.as_str().into(), (&duty.key.0).into()]
}

fn duty_args(run: i64, duty: &Duty, generation: u32, closed: Arg, closed_at_us: Arg) -> Vec<Arg> {
    let on = |reading: &Option<Reading>| reading.as_ref().map(|reading| reading.on.to_string());
    let mut args = Vec::from(identity_args(duty));
    args.extend([
        generation.into(),
        duty.status.name().into(),
        on(&duty.strict).into(),
        on(&duty.due).into(),
        json(duty).into(),
        run.into(),
        run.into(),
        closed,
        closed_at_us,
    ]);
    args
}

/// Types of this crate, whose keys are texts: they always have a JSON form.
pub(super) fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
