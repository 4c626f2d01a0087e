//! What this case database never tells, whatever the child: asked of it once a read, before the first child.
//!
//! Owns how that is asked and how much must be there before "never" may be said. Must not know which rule needs what.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};

use super::query::{self, Sign};
use crate::database::{Arg, DatabaseError, Kind, Transaction};
use crate::record::{CompletedOnly, FactKind, Need, Supply};

/// How many rows a view must have, or how many plans there must be, before nothing in them means "never". An attribute that
/// one row in ten fills is empty in fifty of them once in two hundred sources.
const LEAST_ROWS: u64 = 50;

/// How far back "lately" reaches, in days: longer than an enquiry or an assessment may last.
const RECENT_DAYS: u32 = 60;

/// How many must have begun lately before it is odd that none is open. Were one in four still open, twenty would all be over
/// once in three hundred times.
const LEAST_RECENT: u64 = 20;

/// So many rows of each view are looked at first, and settle nearly everything in one go. On SQLite a view that leaves out
/// what is there twice gives no row before it has gone through all of its own, so that one look should be enough. PostgreSQL
/// plans for as many rows as are asked for, and for many of them goes through all that a view joins.
fn first_rows(kind: Kind) -> u64 {
    match kind {
        Kind::Sqlite => 10_000,
        Kind::Postgres => LEAST_ROWS,
    }
}

/// Asks, within the snapshot of a read, which of these needs are never supplied, and of which of their kinds none is ever
/// open.
pub(crate) async fn ask(
    snapshot: &mut Transaction,
    needs: &[Need],
    loaded_on: NaiveDate,
) -> Result<Supply, DatabaseError> {
    // How many plans there are says whether any fact may be missed.
    let mut wanted: BTreeMap<FactKind, BTreeSet<Sign>> = BTreeMap::from([(FactKind::Plan, BTreeSet::new())]);
    for need in needs.iter().filter(|need| need.fact.has_view()) {
        let signs = wanted.entry(need.fact).or_default();
        signs.extend(need.any_of.iter().filter(|name| is_column(need.fact, name)).map(|name| Sign::Filled(name)));
        signs.extend(need.fact.ended().map(Sign::Open));
    }
    let (mut rows, mut supply) = (BTreeMap::new(), Supply::default());
    for (kind, signs) in wanted {
        let look = look(snapshot, kind, signs.into_iter().collect(), loaded_on).await?;
        rows.insert(kind, look.rows);
        for sign in look.not_shown {
            match sign {
                Sign::Filled(name) => {
                    supply.never_filled.insert((kind, name.to_owned()));
                }
                Sign::Open(_) => {
                    let completed_only = completed_only(snapshot, kind, loaded_on).await?;
                    supply.completed_only.extend(completed_only.map(|only| (kind, only)));
                }
            }
        }
    }
    let events = counted(snapshot, query::COUNT_OF_EVENTS).await?;
    for need in needs.iter().filter(|need| !need.fact.has_view()) {
        rows.insert(need.fact, events.get(need.fact.name()).copied().unwrap_or(0));
    }
    let answers = counted(snapshot, query::COUNT_OF_ANSWERS).await?;
    for need in needs.iter().filter(|need| rows.get(&need.fact).is_some_and(|rows| *rows > 0)) {
        // Where no form of that kind is connected at all, few rows say as much as many.
        let kind = format!("{}.", need.fact.name());
        let connected = answers.keys().any(|asked| asked.starts_with(&kind));
        let enough = rows.get(&need.fact).is_some_and(|rows| *rows >= LEAST_ROWS);
        for name in need.any_of.iter().filter(|name| !is_column(need.fact, name) && (enough || !connected)) {
            if !answers.contains_key(&format!("{kind}{name}")) {
                supply.never_filled.insert((need.fact, name.clone()));
            }
        }
    }
    if events.is_empty() {
        supply.no_facts.extend(rows.keys().filter(|kind| !kind.has_view()));
    }
    if rows.get(&FactKind::Plan).is_some_and(|plans| *plans >= LEAST_ROWS) {
        supply.no_facts.extend(rows.into_iter().filter(|(_, rows)| *rows == 0).map(|(kind, _)| kind));
    }
    Ok(supply)
}

fn is_column(kind: FactKind, name: &str) -> bool {
    kind.columns().iter().any(|column| column.name == name)
}

/// How many rows there are of each of the names that a statement groups them by.
async fn counted(snapshot: &mut Transaction, sql: &str) -> Result<BTreeMap<String, u64>, DatabaseError> {
    let mut counts = BTreeMap::new();
    for row in snapshot.fetch(sql, &[]).await? {
        if let Some(name) = row.lossy_text(0)? {
            *counts.entry(name.to_ascii_lowercase()).or_default() += u64::try_from(row.int(1)?).unwrap_or(0);
        }
    }
    Ok(counts)
}

/// What a view shows.
struct Look<'a> {
    /// How many rows it has, [`first_rows`] at most.
    rows: u64,
    /// What none of its rows shows; nothing, where they are too few to say so.
    not_shown: Vec<Sign<'a>>,
}

async fn look<'a>(
    snapshot: &mut Transaction,
    kind: FactKind,
    signs: Vec<Sign<'a>>,
    on: NaiveDate,
) -> Result<Look<'a>, DatabaseError> {
    let day = |signs: &[Sign]| -> Vec<Arg> {
        let asks_for_it = signs.iter().any(|sign| matches!(sign, Sign::Open(_)));
        asks_for_it.then(|| on.to_string().into()).into_iter().collect()
    };
    let most = first_rows(snapshot.kind());
    let first_rows = query::first_rows(snapshot.kind(), kind.view(), &signs, most);
    let mut not_shown = Vec::new();
    let Some(first) = snapshot.fetch_optional(&first_rows, &day(&signs)).await? else {
        return Ok(Look { rows: 0, not_shown });
    };
    let rows = u64::try_from(first.int(0)?).unwrap_or(0);
    if rows < LEAST_ROWS {
        return Ok(Look { rows, not_shown });
    }
    for (at, sign) in signs.into_iter().enumerate() {
        let is_shown = first.flag(at + 1)?
            || (rows == most && {
                let any = query::is_shown(snapshot.kind(), kind.view(), sign);
                snapshot.fetch_count(&any, &day(&[sign])).await? > 0
            });
        if !is_shown {
            not_shown.push(sign);
        }
    }
    Ok(Look { rows, not_shown })
}

/// What is said of a kind of which none is open; nothing, where hardly any began lately.
async fn completed_only(
    snapshot: &mut Transaction,
    kind: FactKind,
    loaded_on: NaiveDate,
) -> Result<Option<CompletedOnly>, DatabaseError> {
    let since_on = loaded_on.checked_sub_days(Days::new(RECENT_DAYS.into())).unwrap_or(loaded_on);
    let days = [since_on.to_string().into(), loaded_on.to_string().into()];
    let recent = snapshot.fetch_count(&query::happened_between(snapshot.kind(), kind), &days).await?;
    if recent < LEAST_RECENT {
        return Ok(None);
    }
    let held = snapshot.fetch_count(&query::count(kind.view()), &[]).await?;
    Ok(Some(CompletedOnly { held, recent, recent_days: RECENT_DAYS }))
}
