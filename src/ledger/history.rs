//! What was decided before, as far as the next decision depends on it.

use chrono::{DateTime, Utc};

use super::work::{Fields, Work};
use super::{Ledger, LedgerError};
use crate::database::Arg;
use crate::directory::Role;
use crate::duty::{Duty, DutyKey};
use crate::notice::{Ack, Closing, DutyRef, History, NoticeState, Past, Told};
use crate::procedure::{DutyId, NoticeKind};
use crate::record::PersonRef;

use super::columns::child;

/// Between the parts of one record and between records, in an answer that packs many into one row. JSON never holds
/// either unescaped.
const PART: &str = "\u{1f}";
const RECORD: &str = "\u{1e}";

impl Ledger {
    /// Every duty that is not closed, with every notice decided of it since it was opened, or opened again, and the acknowledgements that stand at `now`.
    /// A few queries, their answers packed, a child or a duty a row: a row costs more than what is in it.
    pub async fn history(&self, now: DateTime<Utc>) -> Result<History, LedgerError> {
        let mut work = self.reading("read what was decided before").await?;
        let mut history = duties(&mut work).await?;
        told(&mut work, &mut history).await?;
        acks(&mut work, &mut history, now).await?;
        closed(&mut work, &mut history).await?;
        written(&mut work, &mut history).await?;
        Ok(history)
    }
}

async fn duties(work: &mut Work) -> Result<History, LedgerError> {
    let sql = "SELECT string_agg(generation || $1 || detail, $2) FROM duties WHERE closed IS NULL GROUP BY child";
    let mut history = History::default();
    for row in work.fetch(sql, &separators()).await? {
        for record in row.text(0)?.split(RECORD) {
            let past = past(record).ok_or_else(|| row.unreadable("a duty"))?;
            history.duties.insert(DutyRef::of(&past.duty), past);
        }
    }
    Ok(history)
}

fn past(record: &str) -> Option<Past> {
    let (generation, detail) = record.split_once(PART)?;
    let duty: Duty = serde_json::from_str(detail).ok()?;
    Some(Past { duty, generation: generation.parse().ok()?, told: Vec::new(), acks: Vec::new() })
}

/// What was told; what no server took was told to nobody.
async fn told(work: &mut Work, history: &mut History) -> Result<(), LedgerError> {
    let sql = "SELECT n.child, n.duty, n.duty_key,
                      string_agg(n.generation || $1 || n.repetition || $1 || n.owed_at_us || $1 || n.kind || $1
                                 || CASE WHEN n.state = 'bundled' AND m.state IN ('refused', 'dead') THEN 'unreachable' ELSE n.state END
                                 || $1 || n.role || $1 || n.step || $1 || n.person, $2 ORDER BY n.decided_run, n.place)
               FROM notices n JOIN duties d ON d.child = n.child AND d.duty = n.duty AND d.duty_key = n.duty_key
               LEFT JOIN messages m ON m.id = n.message_id
               WHERE d.closed IS NULL AND n.decided_run >= d.opened_run GROUP BY n.child, n.duty, n.duty_key";
    for row in work.fetch(sql, &separators()).await? {
        let Some(past) = history.duties.get_mut(&duty_ref(&row)?) else {
            return Err(row.unreadable("a notice's duty"));
        };
        for record in row.text(3)?.split(RECORD) {
            past.told.push(told_of(record).ok_or_else(|| row.unreadable("a notice"))?);
        }
    }
    Ok(())
}

fn told_of(record: &str) -> Option<Told> {
    // The person stands last, so that whatever a case system puts into its keys stays whole.
    let mut parts = record.splitn(8, PART);
    Some(Told {
        generation: parts.next()?.parse().ok()?,
        repeat: parts.next()?.parse().ok()?,
        owed_at: DateTime::from_timestamp_micros(parts.next()?.parse().ok()?)?,
        kind: NoticeKind::from_name(parts.next()?)?,
        state: NoticeState::from_name(parts.next()?)?,
        role: Role::from_name(parts.next()?).ok()?,
        step: parts.next()?.into(),
        person: PersonRef(parts.next()?.into()),
    })
}

async fn acks(work: &mut Work, history: &mut History, now: DateTime<Utc>) -> Result<(), LedgerError> {
    let sql = "SELECT d.child, d.duty, d.duty_key, a.person, MAX(a.until_us)
               FROM acks a JOIN duties d ON d.child = a.child AND d.duty = a.duty
                                        AND (a.duty_key IS NULL OR a.duty_key = d.duty_key)
               WHERE a.until_us > $1 AND d.closed IS NULL GROUP BY d.child, d.duty, d.duty_key, a.person";
    for row in work.fetch(sql, &[now.timestamp_micros().into()]).await? {
        let ack = Ack { person: PersonRef(row.text(3)?), until: row.instant(4, "an acknowledgement's end")? };
        if let Some(past) = history.duties.get_mut(&duty_ref(&row)?) {
            past.acks.push(ack);
        }
    }
    for past in history.duties.values_mut() {
        past.acks.sort_by(|a, b| a.person.cmp(&b.person));
    }
    Ok(())
}

/// Duties that are over, and the generation each had reached.
async fn closed(work: &mut Work, history: &mut History) -> Result<(), LedgerError> {
    let sql = "SELECT child, duty, duty_key, generation, closed FROM duties WHERE closed IS NOT NULL";
    for row in work.fetch(sql, &[]).await? {
        let closing = Closing::from_name(&row.text(4)?).ok_or_else(|| row.unreadable("a duty's closing"))?;
        let generation = u32::try_from(row.int(3)?).map_err(|_| row.unreadable("a duty's generation"))?;
        history.closed.insert(duty_ref(&row)?, (generation, closing));
    }
    Ok(())
}

/// When each person's latest message was written that held something not urgent.
async fn written(work: &mut Work, history: &mut History) -> Result<(), LedgerError> {
    let sql = "SELECT m.person, MAX(m.created_at_us) FROM messages m
               WHERE EXISTS (SELECT 1 FROM notices n WHERE n.message_id = m.id AND n.urgent = 0) GROUP BY m.person";
    for row in work.fetch(sql, &[]).await? {
        history.written_at.insert(PersonRef(row.text(0)?), row.instant(1, "a message's instant")?);
    }
    Ok(())
}

fn duty_ref(row: &Fields) -> Result<DutyRef, LedgerError> {
    Ok(DutyRef { child: child(row.text(0)?), duty: DutyId(row.text(1)?), key: DutyKey(row.text(2)?) })
}

fn separators() -> [Arg; 2] {
    [PART.into(), RECORD.into()]
}
