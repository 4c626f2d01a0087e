//! One pass over the case database: a look, everything beside the children, the children in order, and a last look that
//! must agree with the first.

use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::time::{Instant, timeout_at};

use super::assemble::{ChildRead, ChildRows, Gather, Imprint, Reader};
use super::contract::{ABSENCES, CHILDREN, POSTS, TEAMS, WORKERS};
use super::fault::{Defect, Faults};
use super::fingerprint::{Fingerprint, FingerprintKey};
use super::packed::{Cells, ChildRow, Whole};
use super::parse;
use super::people::DirectoryReader;
use super::survey::{self, Marks, Survey};
use super::{Counts, LoadMark, OfChild, Source, SourceError, query, supply, views};
use crate::calendar::Zone;
use crate::database::{DatabaseError, Stillness, Transaction};
use crate::directory::Directory;
use crate::record::{FactKind, Need, Supply};

/// Where a pass stands before the first child: who works where, which load it is, and how much there is.
pub struct Pass {
    source: Source,
    zone: Zone,
    /// From before the snapshot.
    stillness: Stillness,
    snapshot: Transaction,
    /// What was there at the beginning, where the snapshot alone does not hold it. It also locks what it looks at.
    before: Option<Survey>,
    mark: LoadMark,
    directory: Directory,
    /// Rows of each of the directory's views.
    counts: Counts,
    faults: Faults,
    nameless: Vec<FactKind>,
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
    /// How many rows each view has: of facts, those of the children handed over. Rows of `dw_children` that are exactly alike
    /// count once.
    pub counts: Counts,
    /// Some rows of children name no child, or an open plan is of a child who has no row: one who was not seen may be theirs.
    pub nameless_children: bool,
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
        let asked = supply::ask(&mut self.snapshot, needs, loaded_on);
        within(&source, self.ends_at, async { asked.await.map_err(SourceError::from) }).await
    }

    /// Kinds of which some rows name no child: a child without a plan, or without an enquiry, may be theirs.
    pub fn nameless(&self) -> &[FactKind] {
        &self.nameless
    }

    /// How many rows each view has, and how many of them have a key, whether they are a watched child's or not.
    pub async fn survey(&mut self) -> Result<Survey, SourceError> {
        let source = self.source.clone();
        within(&source, self.ends_at, async { Ok(Survey::take(&mut self.snapshot).await?) }).await
    }

    /// Hands over every child in bytewise order of its id, so many at a time, and takes the last look. Only when it returns
    /// `Ok` do they count: until then the data may have changed beneath. It ends early when `each` says that it takes no
    /// more. `each` must be quick, because the case database waits for it.
    pub async fn children<F>(self, known: &dyn Known, batch: usize, each: F) -> Result<Passed, SourceError>
    where
        F: FnMut(Vec<Seen>) -> BoxFuture<'static, bool>,
    {
        let (source, ends_at, mut pass) = (self.source.clone(), self.ends_at, self);
        let (tally, whole) = within(&source, ends_at, pass.passed(known, batch, each)).await?;
        // A second count is not part of the read, and must not fail because the read was a long one.
        within(&source, Instant::now() + source.limit, pass.last_look(tally, whole)).await
    }

    async fn passed<F>(&mut self, known: &dyn Known, batch: usize, mut each: F) -> Result<(Tally, Whole), SourceError>
    where
        F: FnMut(Vec<Seen>) -> BoxFuture<'static, bool>,
    {
        let sql = super::statement(self.snapshot.kind());
        let loaded_on = self.zone.local_date(self.mark.loaded_at);
        let mut sorting = Sorting {
            known,
            nameless: self.nameless.clone(),
            reader: Reader::new(self.zone, loaded_on),
            tally: Tally::default(),
        };
        let (mut gather, mut seen, mut rows) = (Gather::default(), Vec::with_capacity(batch), 0_u64);
        let (mut whole, mut nobodies) = (Whole::default(), 0_u64);
        let mut answer = self.snapshot.rows(&sql, &[]);
        loop {
            let row = answer.next().await?;
            let last = row.is_none();
            let complete = match row {
                Some(row) => {
                    let of_child = ChildRow::read(&row)?;
                    if of_child.child.is_empty() {
                        whole = Whole::read(&row)?;
                        nobodies += 1;
                        continue;
                    }
                    rows += 1;
                    gather.take(of_child)
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
        Ok((Tally { rows, nameless: nobodies.saturating_sub(1), ..sorting.tally }, whole))
    }

    /// Nothing counts if somebody loaded meanwhile. Where nobody has written anything there is nothing to compare; where
    /// somebody has, what the snapshot holds is counted and held against what there is now.
    async fn last_look(mut self, tally: Tally, whole: Whole) -> Result<Passed, SourceError> {
        if self.before.is_none() && self.stillness.is_unbroken().await {
            self.snapshot.rollback().await?;
        } else {
            let before = match self.before.take() {
                Some(before) => before,
                None => Survey::of_rows(&mut self.snapshot).await?,
            };
            self.snapshot.rollback().await?;
            before.agrees_with(&survey::second_look(&self.source).await?)?;
        }
        if tally.rows != whole.children {
            return Err(SourceError::LoadInProgress { what: "the children changed beneath the read".into() });
        }
        let mut counts = self.counts;
        counts.0.insert(CHILDREN.to_owned(), tally.rows.saturating_sub(tally.repeated) + tally.nameless);
        if tally.nameless > 0 {
            self.faults.add(CHILDREN, None, "child_id", Defect::Unowned(tally.nameless));
        }
        for ((of, rows), childless) in OfChild::all().into_iter().zip(tally.fact_rows).zip(whole.childless) {
            counts.0.insert(of.view().to_owned(), rows);
            if childless > 0 {
                self.faults.add(of.view(), None, "child_id", Defect::Unowned(childless));
            }
        }
        if whole.unwatched > 0 {
            self.faults.add(FactKind::Plan.view(), None, "child_id", Defect::OpenPlanWithoutChild(whole.unwatched));
        }
        let nameless_children = tally.nameless > 0 || whole.unwatched > 0;
        Ok(Passed { counts, nameless_children, children: tally.children, faults: self.faults })
    }
}

/// Everything before the first child.
async fn begun(source: &Source, zone: Zone, ends_at: Instant) -> Result<Pass, SourceError> {
    let stillness = source.database.stillness().await?;
    let (mut snapshot, certain) = survey::snapshot(source).await?;
    let before = if certain { None } else { Some(Survey::of_rows(&mut snapshot).await?) };
    let mark = Marks::take(&mut snapshot).await?.mark(zone)?;
    let mut faults = Faults::default();
    let (directory, counts) = directory(&mut snapshot, zone, &mut faults).await?;
    let mut nameless = Vec::new();
    for kind in [FactKind::Plan, FactKind::Enquiry] {
        if snapshot.fetch_count(&query::without_child(snapshot.kind(), kind.view()), &[]).await? > 0 {
            nameless.push(kind);
        }
    }
    Ok(Pass {
        source: source.clone(),
        zone,
        stillness,
        snapshot,
        before,
        mark,
        directory,
        counts,
        faults,
        nameless,
        ends_at,
    })
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
    /// Rows of children.
    rows: u64,
    /// Rows of children without an id.
    nameless: u64,
    children: u64,
    repeated: u64,
    fact_rows: [u64; OfChild::COUNT],
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

/// Everybody, and how many rows each of the directory's views has.
async fn directory(
    snapshot: &mut Transaction,
    zone: Zone,
    faults: &mut Faults,
) -> Result<(Directory, Counts), DatabaseError> {
    let (mut read, mut counts) = (Vec::new(), Counts::default());
    for view in views().into_iter().filter(|view| [WORKERS, TEAMS, ABSENCES, POSTS].contains(&view.name)) {
        let mut rows: Vec<Cells> = Vec::new();
        for row in snapshot.fetch(&query::rows(&view), &[]).await? {
            rows.push((0..view.columns.len()).map(|at| row.lossy_text(at)).collect::<Result<_, _>>()?);
        }
        counts.0.insert(view.name.to_owned(), rows.len() as u64);
        let without_key = |row: &&Cells| parse::id(row.first().and_then(Option::as_deref)).is_none();
        let unowned = rows.iter().filter(without_key).count() as u64;
        if unowned > 0 {
            faults.add(view.name, None, view.key_column(), Defect::Unowned(unowned));
        }
        read.push((view.name, rows));
    }
    let mut reader = DirectoryReader::new(zone, faults);
    for (view, rows) in read {
        reader.take(view, rows);
    }
    Ok((reader.finish(), counts))
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
