//! What was decided before, as far as the next decision depends on it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::work::{Fields, Work};
use super::{Ledger, LedgerError};
use crate::database::Arg;
use crate::directory::Role;
use crate::duty::{Duty, DutyKey};
use crate::notice::{Closing, DutyRef, History, NoticeState, Past, Rest, RestKind, SaidDays, Told};
use crate::procedure::{DutyId, NoticeKind, RestReason};
use crate::record::{ChildRef, PersonRef};

use super::columns::child;

/// Between the parts of one record and between records, in an answer that packs many into one row. JSON never holds
/// either unescaped.
const PART: &str = "\u{1f}";
const RECORD: &str = "\u{1e}";

/// Whose duties are asked for.
#[derive(Clone, Copy, Debug)]
pub enum Whose<'a> {
    /// Everybody's.
    All,
    /// Those of the whole authority, which are no child's.
    Authority,
    /// Those of these children.
    Children(&'a [ChildRef]),
}

impl Ledger {
    /// Every duty that is not closed, with every notice decided of it since it was opened, or opened again, the
    /// rests made by `now`, and the generation that each closed one had reached.
    /// A few queries, their answers packed, a child or a duty a row: a row costs more than what is in it.
    pub async fn history(&self, whose: Whose<'_>, now: DateTime<Utc>) -> Result<History, LedgerError> {
        let mut history = History::default();
        let batches: Vec<Whose> = match whose {
            Whose::Children(children) => children.chunks(CHILDREN_A_QUERY).map(Whose::Children).collect(),
            other => vec![other],
        };
        let mut work = self.reading("read what was decided before").await?;
        for whose in batches {
            duties(&mut work, whose, &mut history).await?;
            told(&mut work, whose, &mut history).await?;
            rests(&mut work, whose, &mut history, now).await?;
            closed(&mut work, whose, &mut history).await?;
        }
        Ok(history)
    }

    /// When each person's latest message that held something not urgent was written, of those written since `since`.
    pub async fn written_since(&self, since: DateTime<Utc>) -> Result<BTreeMap<PersonRef, DateTime<Utc>>, LedgerError> {
        let mut work = self.reading("read who was written to").await?;
        let sql = "SELECT m.person, MAX(m.created_at_us) FROM messages m WHERE m.created_at_us >= $1
                   AND EXISTS (SELECT 1 FROM notices n WHERE n.message_id = m.id AND n.urgent = 0) GROUP BY m.person";
        let mut written = BTreeMap::new();
        for row in work.fetch(sql, &[since.timestamp_micros().into()]).await? {
            written.insert(PersonRef(row.text(0)?), row.instant(1, "a message's instant")?);
        }
        Ok(written)
    }
}

/// Databases look a list of values up; a list too long is looked up slowly.
const CHILDREN_A_QUERY: usize = 500;

impl Whose<'_> {
    /// A condition on the column of children, and the arguments it takes after those that are there.
    fn condition(self, mut args: Vec<Arg>) -> (String, Vec<Arg>) {
        match self {
            Whose::All => ("1 = 1".to_owned(), args),
            Whose::Authority => ("d.child = ''".to_owned(), args),
            Whose::Children(children) => {
                let first = args.len() + 1;
                let places: Vec<String> = (first..first + children.len()).map(|at| format!("${at}")).collect();
                args.extend(children.iter().map(|child| Arg::from(child.0.as_str())));
                (format!("d.child IN ({})", places.join(", ")), args)
            }
        }
    }
}

async fn duties(work: &mut Work, whose: Whose<'_>, history: &mut History) -> Result<(), LedgerError> {
    let (condition, args) = whose.condition(separators().into());
    let sql = format!(
        "SELECT string_agg(d.generation || $1 || d.detail, $2) FROM duties d WHERE d.closed IS NULL AND {condition} GROUP BY d.child"
    );
    for row in work.fetch(&sql, &args).await? {
        for record in row.text(0)?.split(RECORD) {
            let past = past(record).ok_or_else(|| row.unreadable("a duty"))?;
            history.duties.insert(DutyRef::of(&past.duty), past);
        }
    }
    Ok(())
}

fn past(record: &str) -> Option<Past> {
    let (generation, detail) = record.split_once(PART)?;
    let duty: Duty = serde_json::from_str(detail).ok()?;
    Some(Past { duty, generation: generation.parse().ok()?, told: Vec::new(), rests: Vec::new() })
}

/// What was told. What no server took, or what came back, was told to nobody: it waits for another attempt,
/// or none will be made.
async fn told(work: &mut Work, whose: Whose<'_>, history: &mut History) -> Result<(), LedgerError> {
    let (condition, args) = whose.condition(separators().into());
    let sql = format!(
        "SELECT n.child, n.duty, n.duty_key,
                      string_agg(n.generation || $1 || n.repetition || $1 || n.owed_at_us || $1
                                 || n.send_at_us || $1 || n.kind || $1
                                 || CASE WHEN n.state = 'bundled' AND m.state IN ('refused', 'dead', 'returned') THEN 'unreachable'
                                         WHEN n.state = 'bundled' AND m.state = 'retry'
                                              AND NOT EXISTS (SELECT 1 FROM mails f WHERE f.message_id = m.id) THEN 'queued'
                                         ELSE n.state END
                                 || $1 || n.role || $1 || n.step || $1 || COALESCE(n.address, '') || $1 || COALESCE(n.said, '')
                                 || $1 || n.person, $2 ORDER BY n.decided_run, n.place)
               FROM notices n JOIN duties d ON d.child = n.child AND d.duty = n.duty AND d.duty_key = n.duty_key
               LEFT JOIN messages m ON m.id = n.message_id
               WHERE d.closed IS NULL AND n.decided_run >= d.opened_run AND {condition} GROUP BY n.child, n.duty, n.duty_key"
    );
    for row in work.fetch(&sql, &args).await? {
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
    let mut parts = record.splitn(11, PART);
    Some(Told {
        generation: parts.next()?.parse().ok()?,
        repeat: parts.next()?.parse().ok()?,
        owed_at: DateTime::from_timestamp_micros(parts.next()?.parse().ok()?)?,
        send_at: DateTime::from_timestamp_micros(parts.next()?.parse().ok()?)?,
        kind: NoticeKind::from_name(parts.next()?)?,
        state: NoticeState::from_name(parts.next()?)?,
        role: Role::from_name(parts.next()?).ok()?,
        step: parts.next()?.into(),
        address: Some(parts.next()?).filter(|address| !address.is_empty()).map(str::to_owned),
        said: match parts.next()? {
            "" => None,
            column => Some(said(column)?),
        },
        person: PersonRef(parts.next()?.into()),
    })
}

/// The days that a message gave, of which either may be left out.
fn said(column: &str) -> Option<SaidDays> {
    let (strict, due) = column.split_once('/')?;
    let mut said = SaidDays::default();
    for (text, on) in [(strict, &mut said.strict_on), (due, &mut said.due_on)] {
        if !text.is_empty() {
            *on = Some(text.parse().ok()?);
        }
    }
    Some(said)
}

/// The rests that were made by `now` of the dates that the duties have, those that have ended too.
async fn rests(
    work: &mut Work,
    whose: Whose<'_>,
    history: &mut History,
    now: DateTime<Utc>,
) -> Result<(), LedgerError> {
    let (condition, args) = whose.condition(vec![now.timestamp_micros().into()]);
    let sql = format!(
        "SELECT d.child, d.duty, d.duty_key, {REST}
         FROM acks a JOIN duties d ON d.child = a.child AND d.duty = a.duty AND d.duty_key = a.duty_key
                                  AND d.generation = a.generation
         WHERE a.at_us <= $1 AND d.closed IS NULL AND {condition}
         ORDER BY a.at_us, a.until_us, a.kind, a.person"
    );
    for row in work.fetch(&sql, &args).await? {
        let rest = rest(&row, 3)?;
        if let Some(past) = history.duties.get_mut(&duty_ref(&row)?) {
            past.rests.push(rest);
        }
    }
    Ok(())
}

/// The columns of a rest in the table `a`, and how many they are.
pub(super) const REST: &str = "a.kind, a.person, a.role, a.reason, a.at_us, a.until_us";
pub(super) const REST_COLUMNS: usize = 6;

pub(super) fn rest(row: &Fields, from: usize) -> Result<Rest, LedgerError> {
    Ok(Rest {
        kind: RestKind::from_name(&row.text(from)?).ok_or_else(|| row.unreadable("a rest's kind"))?,
        person: PersonRef(row.text(from + 1)?),
        role: Role::from_name(&row.text(from + 2)?).map_err(|_| row.unreadable("a rest's role"))?,
        // An earlier version kept free text.
        reason: RestReason::from_code(&row.text(from + 3)?).unwrap_or(RestReason::Other),
        at: row.instant(from + 4, "a rest's beginning")?,
        until: row.instant(from + 5, "a rest's end")?,
    })
}

/// Duties that are over, and the generation each had reached.
async fn closed(work: &mut Work, whose: Whose<'_>, history: &mut History) -> Result<(), LedgerError> {
    let (condition, args) = whose.condition(Vec::new());
    let sql = format!(
        "SELECT d.child, d.duty, d.duty_key, d.generation, d.closed FROM duties d WHERE d.closed IS NOT NULL AND {condition}"
    );
    for row in work.fetch(&sql, &args).await? {
        let closing = Closing::from_name(&row.text(4)?).ok_or_else(|| row.unreadable("a duty's closing"))?;
        let generation = u32::try_from(row.int(3)?).map_err(|_| row.unreadable("a duty's generation"))?;
        history.closed.insert(duty_ref(&row)?, (generation, closing));
    }
    Ok(())
}

pub(super) fn duty_ref(row: &Fields) -> Result<DutyRef, LedgerError> {
    Ok(DutyRef { child: child(row.text(0)?), duty: DutyId(row.text(1)?.into()), key: DutyKey(row.text(2)?) })
}

fn separators() -> [Arg; 2] {
    [PART.into(), RECORD.into()]
}
