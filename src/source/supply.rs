//! What this case database never tells, whatever the child: asked of it once a read, before the first child.
//!
//! Owns how that is asked and how much must be there before "never" may be said. Must not know which rule needs what.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};

use super::{Counts, query};
use crate::database::{DatabaseError, Transaction};
use crate::record::{CompletedOnly, FactKind, Need, Supply};

/// How many rows a view must have, or how many plans there must be, before nothing in them means "never". An attribute that
/// one row in ten fills is empty in fifty of them once in two hundred sources.
const LEAST_ROWS: u64 = 50;

/// How far back "lately" reaches, in days: longer than an enquiry or an assessment may last.
const RECENT_DAYS: u32 = 60;

/// How many must have begun lately before it is odd that none is open. Were one in four still open, twenty would all be over
/// once in three hundred times.
const LEAST_RECENT: u64 = 20;

/// Asks, within the snapshot of a read, which of these needs are never supplied, and of which of their kinds none is ever
/// open.
pub(crate) async fn ask(
    snapshot: &mut Transaction,
    needs: &[Need],
    loaded_on: NaiveDate,
) -> Result<Supply, DatabaseError> {
    let kinds: BTreeSet<FactKind> = needs.iter().map(|need| need.fact).collect();
    let mut supply = Supply::default();
    let asked: Vec<&str> = kinds.iter().chain([&FactKind::Plan]).map(|kind| kind.view()).collect();
    let mut counts = Counts::default();
    for row in snapshot.fetch(&query::counts_up_to(&asked, LEAST_ROWS), &[]).await? {
        counts.0.insert(row.text(0)?, u64::try_from(row.int(1)?).unwrap_or(0));
    }
    let enough = |kind: &FactKind| counts.get(kind.view()) >= LEAST_ROWS;
    if enough(&FactKind::Plan) {
        supply.no_facts.extend(kinds.iter().filter(|kind| counts.get(kind.view()) == 0));
    }
    let attributes: BTreeSet<(FactKind, &str)> = needs
        .iter()
        .filter(|need| enough(&need.fact))
        .flat_map(|need| need.any_of.iter().map(|name| (need.fact, name.as_str())))
        .collect();
    let attributes: Vec<_> = attributes.into_iter().collect();
    let never_filled = never(snapshot, &query::filled(snapshot.kind(), &attributes), None, &attributes).await?;
    supply.never_filled.extend(never_filled.into_iter().map(|(kind, name)| (kind, name.to_owned())));

    let lasting = kinds.into_iter().filter(enough).filter_map(|kind| kind.ended().map(|ended| (kind, ended)));
    let lasting: Vec<_> = lasting.collect();
    let on = loaded_on.to_string();
    for (kind, _) in never(snapshot, &query::open(snapshot.kind(), &lasting), Some(&on), &lasting).await? {
        let since = loaded_on.checked_sub_days(Days::new(RECENT_DAYS.into())).unwrap_or(loaded_on).to_string();
        let days = [since.into(), on.as_str().into()];
        let counted = snapshot.fetch(&query::happened_between(snapshot.kind(), kind), &days).await?;
        let recent = counted.first().map_or(Ok(0), |row| row.int(0))?;
        let recent = u64::try_from(recent).unwrap_or(0);
        if recent >= LEAST_RECENT {
            let held = snapshot.fetch(&query::count(kind.view()), &[]).await?;
            let held = held.first().map_or(Ok(0), |row| row.int(0))?;
            let held = u64::try_from(held).unwrap_or(0);
            supply.completed_only.insert(kind, CompletedOnly { held, recent, recent_days: RECENT_DAYS });
        }
    }
    Ok(supply)
}

/// Those of the attributes of which the statement finds no row.
async fn never<'a>(
    snapshot: &mut Transaction,
    sql: &str,
    on: Option<&str>,
    attributes: &[(FactKind, &'a str)],
) -> Result<Vec<(FactKind, &'a str)>, DatabaseError> {
    if attributes.is_empty() {
        return Ok(Vec::new());
    }
    let mut never = Vec::new();
    for row in snapshot.fetch(sql, &on.into_iter().map(Into::into).collect::<Vec<_>>()).await? {
        let (view, name, found) = (row.text(0)?, row.text(1)?, row.int(2)?);
        let asked = attributes.iter().filter(|(kind, asked)| kind.view() == view && *asked == name);
        never.extend(asked.copied().filter(|_| found == 0));
    }
    Ok(never)
}
