//! One pass over the case database: a look, everything beside the children, the children in order, and a last look that
//! must agree with the first.

use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::time::{Instant, timeout_at};

use super::assemble::{ChildRead, ChildRows, Gather, Imprint, Reader};
use super::contract::{ABSENCES, CHILDREN, LOAD, POSTS, TEAMS, WORKERS};
use super::fault::{Defect, Faults};
use super::fingerprint::{Fingerprint, FingerprintKey};
use super::packed::{Cells, ChildRow};
use super::people::DirectoryReader;
use super::survey::{self, Survey};
use super::{Counts, LoadMark, Source, SourceError, View, query, supply, views};
use crate::calendar::Zone;
use crate::database::{DatabaseError, Transaction};
use crate::directory::Directory;
use crate::record::{FactKind, Need, Supply};

/// Where a pass stands before the first child: who works where, which load it is, and how much there is.
pub struct Pass {
    source: Source,
    zone: Zone,
    snapshot: Transaction,
    before: Survey,
    mark: LoadMark,
    directory: Directory,
    faults: Faults,
    /// Open plans of children who are not in `dw_children`.
    unwatched: u64,
    ends_at: Instant,
}

/// A child of the pass.
#[derive(Debug)]
pub enum Seen {
    /// Its rows say what they said before: where it stands among those known.
    Unchanged(usize),
    /// It was read.
    Read {
        /// What was read.
        child: ChildRead,
        /// The number of its rows.
        fingerprint: Fingerprint,
        /// Where it stands among those known, if it does.
        known: Option<usize>,
    },
}

/// What decides which children are read.
pub trait Known: Send + Sync {
    /// With what the rows of a child are numbered.
    fn key(&self) -> &FingerprintKey;
    /// Where a child stands among those known, and whether it need not be read although it is seen.
    fn look_up(&self, child: &str, fingerprint: Fingerprint) -> (Option<usize>, bool);
}

/// What a pass gave, besides the children it handed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passed {
    /// How many rows each view has. Rows of `dw_children` that are exactly alike count once.
    pub counts: Counts,
    /// Children handed over, read or unchanged.
    pub children: u64,
    /// Faults of no single child.
    pub faults: Faults,
}

impl Pass {
    /// Takes the first look, and reads everything but the children.
    pub async fn begin(source: &Source, zone: Zone) -> Result<Pass, SourceError> {
        let ends_at = Instant::now() + source.limit;
        within(source, ends_at, begun(source, zone, ends_at)).await
    }

    /// Which database it is, and how old its data is.
    pub fn mark(&self) -> &LoadMark {
        &self.mark
    }

    /// Who works where, as the views say it.
    pub fn directory(&self) -> &Directory {
        &self.directory
    }

    /// What this source never supplies of what is needed.
    pub async fn supply(&mut self, needs: &[Need]) -> Result<Supply, SourceError> {
        let (source, loaded_on) = (self.source.clone(), self.zone.local_date(self.mark.loaded_at));
        let asked = supply::ask(&mut self.snapshot, &self.before.counts, needs, loaded_on);
        within(&source, self.ends_at, async { asked.await.map_err(SourceError::from) }).await
    }

    /// Kinds of which some rows name no child: a child without a plan, or without an enquiry, may be theirs.
    pub fn nameless(&self) -> Vec<FactKind> {
        let watched_under = [FactKind::Plan, FactKind::Enquiry].into_iter();
        watched_under.filter(|kind| self.before.has_nameless(kind.view())).collect()
    }

    /// Some rows of children name no child, or an open plan is of a child who has no row: one who is not seen may be theirs.
    pub fn has_nameless_children(&self) -> bool {
        self.before.has_nameless(CHILDREN) || self.unwatched > 0
    }

    /// Hands over every child in bytewise order of its id, so many at a time, and takes the last look. Only when it returns
    /// `Ok` do they count: until then the data may have changed beneath. It ends early when `each` says that it takes no
    /// more. `each` must be quick, because the case database waits for it.
    pub async fn children<F>(self, known: &dyn Known, batch: usize, each: F) -> Result<Passed, SourceError>
    where
        F: FnMut(Vec<Seen>) -> BoxFuture<'static, bool>,
    {
        let (source, ends_at) = (self.source.clone(), self.ends_at);
        within(&source, ends_at, self.passed(known, batch, each)).await
    }

    async fn passed<F>(mut self, known: &dyn Known, batch: usize, mut each: F) -> Result<Passed, SourceError>
    where
        F: FnMut(Vec<Seen>) -> BoxFuture<'static, bool>,
    {
        let views = views();
        let sql = super::statement(self.snapshot.kind());
        let loaded_on = self.zone.local_date(self.mark.loaded_at);
        let mut sorting = Sorting {
            known,
            nameless: self.nameless(),
            reader: Reader::new(self.zone, loaded_on),
            tally: Tally::default(),
        };
        let (mut gather, mut seen, mut rows) = (Gather::default(), Vec::with_capacity(batch), 0_u64);
        let mut answer = self.snapshot.rows(&sql, &[]);
        loop {
            let row = answer.next().await?;
            let last = row.is_none();
            let complete = match row {
                Some(row) => {
                    rows += 1;
                    gather.take(ChildRow::read(&row)?)
                }
                None => gather.finish(),
            };
            if let Some(child) = complete {
                seen.push(sorting.sort(&child)?);
            }
            if seen.len() >= batch || (last && !seen.is_empty()) {
                let full = std::mem::replace(&mut seen, Vec::with_capacity(batch));
                if !each(full).await {
                    return Err(SourceError::Abandoned);
                }
            }
            if last {
                break;
            }
        }
        drop(answer);
        let tally = sorting.tally;
        self.last_look(&views, rows, tally).await
    }

    async fn last_look(mut self, views: &[View], rows: u64, tally: Tally) -> Result<Passed, SourceError> {
        self.snapshot.rollback().await?;
        let after = survey::second_look(&self.source).await?;
        self.before.agrees_with(&after)?;
        if rows != self.before.keyed.get(CHILDREN) {
            return Err(SourceError::LoadInProgress { what: "the children changed beneath the read".into() });
        }
        add_counted(&mut self.faults, views, &self.before, &tally.fact_rows);
        if self.unwatched > 0 {
            let what = Defect::OpenPlanWithoutChild(self.unwatched);
            self.faults.add(FactKind::Plan.view(), None, "child_id", what);
        }
        let mut counts = after.counts;
        if let Some(rows) = counts.0.get_mut(CHILDREN) {
            *rows = rows.saturating_sub(tally.repeated);
        }
        Ok(Passed { counts, children: tally.children, faults: self.faults })
    }
}

/// Everything before the first child.
async fn begun(source: &Source, zone: Zone, ends_at: Instant) -> Result<Pass, SourceError> {
    let mut snapshot = survey::snapshot(source).await?;
    let before = Survey::take(&mut snapshot).await?;
    let mark = before.mark(zone)?;
    let mut faults = Faults::default();
    let directory = directory(&mut snapshot, DirectoryReader::new(zone, &mut faults)).await?;
    let counted = snapshot.fetch(&query::open_plans_without_child(snapshot.kind()), &[]).await?;
    let unwatched = counted.first().map_or(Ok(0), |row| row.int(0))?;
    let unwatched = u64::try_from(unwatched).unwrap_or(0);
    Ok(Pass { source: source.clone(), zone, snapshot, before, mark, directory, faults, unwatched, ends_at })
}

/// Within the time that one read may take, and with what the database refused put into words.
async fn within<T>(
    source: &Source,
    ends_at: Instant,
    work: impl Future<Output = Result<T, SourceError>>,
) -> Result<T, SourceError> {
    // Boxed: what a read holds between two waits is large, and every caller would hold it too.
    match timeout_at(ends_at, Box::pin(work)).await {
        Err(_) => Err(SourceError::TimedOut { limit_s: Duration::as_secs(&source.limit) }),
        Ok(Err(SourceError::Failed(error))) => Err(survey::diagnose(source, error).await),
        Ok(done) => done,
    }
}

/// Decides child by child, and counts them.
struct Sorting<'a> {
    known: &'a dyn Known,
    nameless: Vec<FactKind>,
    reader: Reader,
    tally: Tally,
}

#[derive(Default)]
struct Tally {
    children: u64,
    repeated: u64,
    fact_rows: [u64; FactKind::ALL.len()],
}

impl Sorting<'_> {
    fn sort(&mut self, rows: &ChildRows) -> Result<Seen, SourceError> {
        let Imprint { fingerprint, fact_rows, repeated } = rows.imprint(self.known.key(), &self.nameless);
        self.tally.children += 1;
        self.tally.repeated += repeated;
        self.tally.fact_rows.iter_mut().zip(fact_rows).for_each(|(sum, rows)| *sum += rows);
        match self.known.look_up(rows.child(), fingerprint) {
            (Some(known), true) => Ok(Seen::Unchanged(known)),
            (known, _) => {
                let child = self.reader.read(rows).ok_or(SourceError::Unpacked)?;
                Ok(Seen::Read { child, fingerprint, known })
            }
        }
    }
}

async fn directory(snapshot: &mut Transaction, mut reader: DirectoryReader<'_>) -> Result<Directory, DatabaseError> {
    for view in views().iter().filter(|view| [WORKERS, TEAMS, ABSENCES, POSTS].contains(&view.name)) {
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

/// Nobody is known: every child is read.
pub(crate) struct Nobody(FingerprintKey);

impl Nobody {
    pub(crate) fn new() -> Nobody {
        Nobody(FingerprintKey::new(&[]))
    }
}

impl Known for Nobody {
    fn key(&self) -> &FingerprintKey {
        &self.0
    }

    fn look_up(&self, _: &str, _: Fingerprint) -> (Option<usize>, bool) {
        (None, false)
    }
}
