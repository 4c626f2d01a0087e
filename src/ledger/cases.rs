//! What is kept of each child from one run to the next.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::store::json;
use super::work::Work;
use super::{Ledger, LedgerError, batch};
use crate::database::Arg;
use crate::duty::CaseContext;
use crate::record::ChildRef;

/// A child that was judged: whose case it is, and when it is to be judged again.
#[derive(Clone, Debug, PartialEq)]
pub struct JudgedCase {
    /// Whose case it is.
    pub context: CaseContext,
    /// What is kept of it.
    pub kept: Kept,
}

/// What is kept of a child. The texts are the run's own; the ledger only gives them back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// The number of its rows.
    pub fingerprint: String,
    /// From when on it is judged anew whatever its rows say; none if only they can change the judgement.
    pub wake_at: Option<DateTime<Utc>>,
    /// Who would be told, as a number.
    pub audience: String,
    /// What the whole run needs of it when it is not judged; none where that is nothing.
    pub carried: Option<String>,
    /// How often it had been woken by others when this was read.
    pub woken: i64,
}

impl Ledger {
    /// Hands over what was kept of every child that was in the case database at the last run, in no order, and says how many
    /// runs there were: a run may only be stored on this if there was none since.
    pub async fn for_each_kept(&self, mut each: impl FnMut(ChildRef, Kept)) -> Result<i64, LedgerError> {
        let mut work = self.reading("read what was kept of each child").await?;
        let runs = match work.fetch_optional("SELECT runs FROM meta", &[]).await? {
            Some(row) => row.int(0)?,
            None => return Err(LedgerError::NotFounded { ledger: self.name().into() }),
        };
        let sql = "SELECT child, fingerprint, wake_at_us, audience, carried, woken FROM cases
                   WHERE fingerprint IS NOT NULL";
        work.for_each_row(sql, &[], |row| {
            let wake_at = row.maybe_instant(2, "when a child is judged again")?;
            let (fingerprint, audience, carried) = (row.text(1)?, row.text(3)?, row.maybe_text(4)?);
            let woken = row.int(5)?;
            each(ChildRef(row.text(0)?.into()), Kept { fingerprint, wake_at, audience, carried, woken });
            Ok(())
        })
        .await?;
        Ok(runs)
    }

    /// Whose each case is, of every child that was in the case database at the last run.
    pub async fn for_each_context(&self, mut each: impl FnMut(CaseContext)) -> Result<(), LedgerError> {
        let mut work = self.reading("read whose each case is").await?;
        let sql = "SELECT context FROM cases WHERE fingerprint IS NOT NULL";
        work.for_each_row(sql, &[], |row| {
            each(row.json(0, "whose a case is")?);
            Ok(())
        })
        .await
    }

    /// Whose the cases of these children are, or last were.
    pub async fn contexts_of(&self, children: &[ChildRef]) -> Result<BTreeMap<ChildRef, CaseContext>, LedgerError> {
        let mut work = self.reading("read whose each case was").await?;
        let places: Vec<String> = (1..=children.len()).map(|at| format!("${at}")).collect();
        let sql = format!("SELECT child, context FROM cases WHERE child IN ({})", places.join(", "));
        let args: Vec<Arg> = children.iter().map(|child| child.0.as_str().into()).collect();
        let rows = work.fetch(&sql, &args).await?;
        rows.iter().map(|row| Ok((ChildRef(row.text(0)?.into()), row.json(1, "whose a case was")?))).collect()
    }
}

impl Work {
    pub(super) async fn store_cases(&mut self, run: i64, cases: &[JudgedCase]) -> Result<(), LedgerError> {
        let rows: Vec<Vec<Arg>> = cases
            .iter()
            .map(|JudgedCase { context, kept }| {
                vec![
                    context.child.0.as_str().into(),
                    json(context).into(),
                    run.into(),
                    (&kept.fingerprint).into(),
                    kept.wake_at.map(|at| at.timestamp_micros()).into(),
                    (&kept.audience).into(),
                    kept.carried.as_ref().into(),
                    kept.woken.into(),
                ]
            })
            .collect();
        // Whoever woke it since it was read is not overruled.
        let tail = "ON CONFLICT (child) DO UPDATE SET context = excluded.context, run = excluded.run,
                    fingerprint = excluded.fingerprint, audience = excluded.audience, carried = excluded.carried,
                    wake_at_us = CASE WHEN cases.woken = excluded.woken THEN excluded.wake_at_us ELSE 0 END";
        let head = "INSERT INTO cases (child, context, run, fingerprint, wake_at_us, audience, carried, woken)";
        batch::execute(self, head, &rows, tail).await?;
        Ok(())
    }

    /// These children are in the case database no more. Whose their cases were stays, for what is still to be said.
    pub(super) async fn forget_cases(&mut self, gone: &[ChildRef]) -> Result<(), LedgerError> {
        let rows: Vec<Vec<Arg>> = gone.iter().map(|child| vec![child.0.as_str().into()]).collect();
        let head = "UPDATE cases SET fingerprint = NULL, wake_at_us = NULL, carried = NULL WHERE child IN (";
        batch::execute(self, head, &rows, ")").await?;
        Ok(())
    }

    /// The children that a message speaks of are judged anew at the next run: no server will take it, so what it says is
    /// owed again.
    pub(super) async fn wake_cases_of(&mut self, message: &str) -> Result<(), LedgerError> {
        let sql = "UPDATE cases SET wake_at_us = 0, woken = woken + 1 WHERE child IN (SELECT child FROM notices WHERE message_id = $1)";
        self.execute(sql, &[message.into()]).await?;
        Ok(())
    }

    /// This child is judged anew at the next run.
    pub(super) async fn wake_case(&mut self, child: &ChildRef) -> Result<(), LedgerError> {
        self.execute("UPDATE cases SET wake_at_us = 0, woken = woken + 1 WHERE child = $1", &[child.0.as_str().into()])
            .await?;
        Ok(())
    }

    /// How many duties are open, by status.
    pub(super) async fn open_duties(&mut self) -> Result<BTreeMap<String, u64>, LedgerError> {
        self.count("SELECT status, COUNT(*) FROM duties WHERE closed IS NULL GROUP BY status", &[]).await
    }
}
