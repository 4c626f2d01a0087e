//! Reading everything: one pass in which no child is known.

use std::collections::BTreeSet;

use futures_util::FutureExt as _;

use super::assemble::ChildRead;
use super::fault::{Defect, Faults};
use super::pass::{Nobody, Pass, Seen};
use super::{Counts, Fault, LoadMark, Source, SourceError, views};
use crate::calendar::Zone;
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
    let pass = Box::pin(Pass::begin(source, zone)).await?;
    Box::pin(rest(pass, on_case)).await
}

/// The rest of a read that has been begun.
pub async fn rest(mut pass: Pass, mut on_case: impl FnMut(CaseRecord)) -> Result<Reading, SourceError> {
    let all = pass.survey().await?;
    let (directory, mark) = (pass.directory().clone(), pass.mark().clone());
    let (mut faults, mut facts, mut incomplete) = (Faults::default(), 0, BTreeSet::new());
    let passed = pass
        .children(&Nobody::new(), 1, |batch| {
            for seen in batch {
                let Seen::Read { child: ChildRead { record, found }, .. } = seen else { continue };
                faults.absorb(&found.faults);
                facts += FactKind::ALL.map(|kind| record.facts(kind).len() as u64).iter().sum::<u64>();
                if found.incomplete {
                    incomplete.insert(record.child.clone());
                }
                on_case(record);
            }
            std::future::ready(true).boxed()
        })
        .await?;
    faults.absorb(&passed.faults);
    // What belongs to children whom nobody watches is no fault, and a run does not count it; somebody who looks may wonder.
    for view in views() {
        let Some(of) = view.of else { continue };
        let keyed = all.keyed.get(view.name);
        let orphans = keyed.saturating_sub(passed.counts.get(view.name));
        if orphans > 0 {
            faults.add(of.view(), None, view.key_column(), Defect::Orphans(orphans));
        }
    }
    Ok(Reading {
        directory,
        mark,
        counts: passed.counts,
        children: passed.children,
        facts,
        faults: faults.finish(),
        incomplete,
    })
}
