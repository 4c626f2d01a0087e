//! One read: a look, one ordered pass over a state that does not change, and another look that must agree.

use std::collections::BTreeSet;

use super::assemble::Assembler;
use super::contract::{ABSENCES, CHILDREN, LOAD, POSTS, TEAMS, WORKERS};
use super::fault::{Defect, Faults};
use super::packed::{Cells, ChildRow};
use super::people::DirectoryReader;
use super::survey::{self, Survey};
use super::{Counts, Fault, LoadMark, Source, SourceError, View, query, views};
use crate::calendar::Zone;
use crate::database::{DatabaseError, Transaction};
use crate::directory::Directory;
use crate::record::{CaseRecord, ChildRef, FactKind};

/// What a read gave, besides the case records it handed over one by one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Who works where.
    pub directory: Directory,
    /// Which database it was, and how old its data is.
    pub mark: LoadMark,
    /// How many rows each view has. Rows of `dw_children` that are exactly alike count once.
    pub counts: Counts,
    /// Case records handed over. Each child of `dw_children` is one, whatever is wrong with its facts.
    pub children: u64,
    /// Facts in those records.
    pub facts: u64,
    /// What is wrong with the data, sorted.
    pub faults: Vec<Fault>,
    /// Children of whom a row or a field of one had to be left out. Their records may be short of a fact.
    pub incomplete: BTreeSet<ChildRef>,
}

/// Reads the whole case database and hands over each child's record, in bytewise order of the child's id.
///
/// Only when it returns `Ok` do the records count: until then the data may have changed beneath. `on_case` must be quick,
/// because the case database waits for it. Local times are those of `zone`.
pub async fn read(source: &Source, zone: Zone, on_case: impl FnMut(CaseRecord)) -> Result<Reading, SourceError> {
    let before = survey::survey(source).await?;
    read_since(source, &before, zone, on_case).await
}

/// [`read`], with the first look already taken.
pub async fn read_since(
    source: &Source,
    before: &Survey,
    zone: Zone,
    on_case: impl FnMut(CaseRecord),
) -> Result<Reading, SourceError> {
    let whole = attempt(source, before, zone, on_case);
    match tokio::time::timeout(source.limit, whole).await {
        Err(_) => Err(SourceError::TimedOut { limit_s: source.limit.as_secs() }),
        Ok(Err(SourceError::Failed(error))) => Err(survey::diagnose(source, error).await),
        Ok(done) => done,
    }
}

async fn attempt(
    source: &Source,
    before: &Survey,
    zone: Zone,
    mut on_case: impl FnMut(CaseRecord),
) -> Result<Reading, SourceError> {
    let views = views();
    let loaded_on = zone.local_date(before.mark(zone)?.loaded_at);
    let mut snapshot = survey::snapshot(source, before.lockable()).await?;
    let mut assembler = Assembler::new(zone, loaded_on);
    let child_rows = cases(&mut snapshot, &views, &mut assembler, &mut on_case).await?;
    let Assembler { mut faults, children, facts, fact_rows, repeated, incomplete, .. } = assembler;
    let directory = directory(&mut snapshot, &views, DirectoryReader::new(zone, &mut faults)).await?;

    // Counted last: where a table cannot be locked, one that was emptied beside the pass shows itself now.
    let unwatched = open_plans_without_child(&mut snapshot).await?;
    let within = Survey::take(&mut snapshot, Vec::new()).await?;
    snapshot.rollback().await?;
    before.agrees_with(&within)?;
    let after = survey::survey(source).await?;
    before.agrees_with(&after)?;
    if child_rows != within.keyed.get(CHILDREN) {
        return Err(SourceError::LoadInProgress { what: "the children changed beneath the read".into() });
    }
    add_counted(&mut faults, &views, &within, &fact_rows);
    if unwatched > 0 {
        faults.add(FactKind::Plan.view(), None, "child_id", Defect::OpenPlanWithoutChild(unwatched));
    }
    let mark = after.mark(zone)?;
    let mut counts = after.counts;
    if let Some(rows) = counts.0.get_mut(CHILDREN) {
        *rows = rows.saturating_sub(repeated);
    }
    Ok(Reading { directory, mark, counts, children, facts, faults: faults.finish(), incomplete })
}

/// The ordered pass. Returns how many rows it had.
async fn cases(
    snapshot: &mut Transaction,
    views: &[View],
    assembler: &mut Assembler,
    on_case: &mut impl FnMut(CaseRecord),
) -> Result<u64, DatabaseError> {
    let facts: Vec<&View> = views.iter().filter(|view| view.fact.is_some()).collect();
    let sql = query::cases(snapshot.kind(), &facts);
    let mut rows = 0;
    snapshot
        .for_each_row(&sql, &[], |row| {
            rows += 1;
            if let Some(record) = assembler.take(ChildRow::read(&row, facts.len())?) {
                on_case(record);
            }
            Ok::<(), DatabaseError>(())
        })
        .await?;
    if let Some(record) = assembler.finish() {
        on_case(record);
    }
    Ok(rows)
}

async fn open_plans_without_child(snapshot: &mut Transaction) -> Result<u64, DatabaseError> {
    let counted = snapshot.fetch(&query::open_plans_without_child(snapshot.kind()), &[]).await?;
    let plans = counted.first().map_or(Ok(0), |row| row.int(0))?;
    Ok(u64::try_from(plans).unwrap_or(0))
}

async fn directory(
    snapshot: &mut Transaction,
    views: &[View],
    mut reader: DirectoryReader<'_>,
) -> Result<Directory, DatabaseError> {
    for view in views.iter().filter(|view| [WORKERS, TEAMS, ABSENCES, POSTS].contains(&view.name)) {
        let mut rows: Vec<Cells> = Vec::new();
        for row in snapshot.fetch(&query::rows(view), &[]).await? {
            rows.push((0..view.columns.len()).map(|at| row.lossy_text(at)).collect::<Result<_, _>>()?);
        }
        reader.take(view.name, rows);
    }
    Ok(reader.finish())
}

/// Rows without the key they belong under, and rows of children who are not in `dw_children`: a number for each view.
fn add_counted(faults: &mut Faults, views: &[View], within: &Survey, fact_rows: &[u64; FactKind::ALL.len()]) {
    for view in views.iter().filter(|view| view.name != LOAD) {
        let (all, keyed) = (within.counts.get(view.name), within.keyed.get(view.name));
        if all > keyed {
            faults.add(view.name, None, view.key_column(), Defect::Unowned(all - keyed));
        }
        let seen = view.fact.map_or(keyed, |kind| fact_rows.get(kind as usize).copied().unwrap_or(0));
        if keyed > seen {
            faults.add(view.name, None, view.key_column(), Defect::Orphans(keyed - seen));
        }
    }
}
