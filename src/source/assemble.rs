//! From the rows of the ordered pass to case records. Pure: the same rows give the same records and the same faults.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::contract::CHILDREN;
use super::fault::{Defect, Faults};
use super::packed::{Cells, ChildRow};
use super::parse;
use super::query::CHILD_COLUMNS;
use crate::calendar::Zone;
use crate::record::{CaseRecord, ChildRef, Fact, FactKind, HouseholdRef, Value};

/// Puts case records together, child by child.
pub(crate) struct Assembler {
    zone: Zone,
    /// The day of the load mark: what is dated later had not happened when the data was loaded.
    loaded_on: NaiveDate,
    pub(crate) faults: Faults,
    /// Children handed over.
    pub(crate) children: u64,
    /// Facts handed over.
    pub(crate) facts: u64,
    /// Rows of facts seen for each kind, whether they could be used or not.
    pub(crate) fact_rows: [u64; FactKind::ALL.len()],
    /// Rows of children that say exactly what another row of the same child says.
    pub(crate) repeated: u64,
    /// Children of whom a row could not be read whole.
    pub(crate) incomplete: BTreeSet<ChildRef>,
    /// The child whose rows are being read, and the attributes of every row seen of it.
    pending: Option<Pending>,
}

struct Pending {
    first: ChildRow,
    attributes: Vec<[Option<String>; CHILD_COLUMNS.len()]>,
}

impl Assembler {
    pub(crate) fn new(zone: Zone, loaded_on: NaiveDate) -> Assembler {
        Assembler {
            zone,
            loaded_on,
            faults: Faults::default(),
            children: 0,
            facts: 0,
            fact_rows: [0; FactKind::ALL.len()],
            repeated: 0,
            incomplete: BTreeSet::new(),
            pending: None,
        }
    }

    /// Takes the next row, and returns the child before it once that one is complete.
    pub(crate) fn take(&mut self, row: ChildRow) -> Option<CaseRecord> {
        if let Some(pending) = &mut self.pending
            && pending.first.child == row.child
        {
            // The facts are joined to each row of the child, so the first row has them all.
            pending.attributes.push(row.attributes);
            return None;
        }
        let attributes = vec![row.attributes.clone()];
        let done = self.pending.replace(Pending { first: row, attributes });
        done.map(|pending| self.record(pending))
    }

    /// The last child.
    pub(crate) fn finish(&mut self) -> Option<CaseRecord> {
        self.pending.take().map(|pending| self.record(pending))
    }

    fn record(&mut self, pending: Pending) -> CaseRecord {
        let Pending { first, mut attributes } = pending;
        let id = first.child;
        for cell in attributes.iter_mut().flatten() {
            *cell = parse::said(cell.as_deref()).map(str::to_owned);
        }
        attributes.sort();
        let rows = attributes.len();
        attributes.dedup();
        self.repeated += (rows - attributes.len()) as u64;
        for _ in 1..attributes.len() {
            self.faults.add(CHILDREN, Some(&id), "child_id", Defect::DuplicateChild);
        }
        let said = |at: usize| {
            let mut column = attributes.iter().filter_map(|row| row.get(at));
            column.find_map(Clone::clone)
        };
        let [born_on, expected_on, died_on, household] = std::array::from_fn(said);

        let mut facts = Vec::new();
        let mut complete = true;
        for (kind, rows) in FactKind::ALL.into_iter().zip(first.facts) {
            if let Some(seen) = self.fact_rows.get_mut(kind as usize) {
                *seen += rows.len() as u64;
            }
            let (read, all) = self.facts_of(kind, &rows);
            complete &= all;
            facts.extend(read);
        }
        self.children += 1;
        self.facts += facts.len() as u64;
        if !complete {
            self.incomplete.insert(ChildRef(id.clone()));
        }
        let mut record = CaseRecord::new(ChildRef(id.clone()), facts);
        record.household = parse::id(household.as_deref()).map(|id| HouseholdRef(id.into()));
        record.born_on = self.child_date(&id, "born_on", born_on.as_deref());
        record.expected_on = self.child_date(&id, "expected_on", expected_on.as_deref());
        record.died_on = self.child_date(&id, "died_on", died_on.as_deref());
        record
    }

    fn child_date(&mut self, child: &str, column: &'static str, text: Option<&str>) -> Option<NaiveDate> {
        match parse::date(text, self.zone) {
            Ok(when) => when.map(|when| when.on),
            Err(defect) => {
                self.faults.add(CHILDREN, Some(child), column, defect);
                None
            }
        }
    }

    /// The facts of one kind, and whether every row could be read whole.
    fn facts_of(&mut self, kind: FactKind, rows: &[Cells]) -> (Vec<Fact>, bool) {
        let mut complete = true;
        let mut facts: Vec<Fact> = Vec::with_capacity(rows.len());
        for cells in rows {
            let (fact, whole) = self.fact(kind, cells);
            complete &= whole;
            facts.extend(fact);
        }
        // The sort is stable and the rows came sorted, so what "last" means does not depend on the database.
        facts.sort_by(|a, b| a.id.cmp(&b.id));
        facts.dedup();
        let mut kept = Vec::with_capacity(facts.len());
        for same_id in facts.chunk_by(|a, b| a.id == b.id) {
            if same_id.len() > 1
                && let Some(fact) = same_id.first()
            {
                self.faults.add(kind.view(), Some(&fact.id.0), kind.id_column(), Defect::Duplicate);
            }
            kept.extend(same_id.iter().max_by_key(|fact| fact.happened()).cloned());
        }
        (kept, complete)
    }

    /// A row as a fact, if it can be used, and whether all of it could be read. A date that is no date is left out of the
    /// fact, and without it a meeting looks as if it had not been held.
    fn fact(&mut self, kind: FactKind, cells: &Cells) -> (Option<Fact>, bool) {
        let mut cells = cells.iter().map(Option::as_deref);
        let Some(id) = parse::id(cells.next().flatten()) else {
            self.faults.add(kind.view(), None, kind.id_column(), Defect::Empty);
            return (None, false);
        };
        let (mut usable, mut whole) = (true, true);
        let mut fact = Fact::new(kind, id);
        for (attribute, text) in kind.attributes().iter().zip(cells) {
            let value = match parse::value(attribute.holds, text, self.zone) {
                Ok(Value::Missing) if attribute.required => Err(Defect::Empty),
                other => other,
            };
            match value {
                Ok(value) => fact = fact.with(attribute.name, value),
                Err(defect) => {
                    self.faults.add(kind.view(), Some(id), attribute.name, defect);
                    usable &= !attribute.required;
                    whole = false;
                }
            }
        }
        let (fact, sound) = self.dates_in_order(fact);
        (usable.then_some(fact), whole && sound)
    }

    /// The fact without an end that cannot be, and whether its dates let it be relied on. An end before the start, or the
    /// start of a plan typed years ahead, would make a plan that goes on look as if it did not.
    fn dates_in_order(&mut self, mut fact: Fact) -> (Fact, bool) {
        let (kind, mut sound) = (fact.kind, true);
        let Some(start) = fact.happened() else { return (fact, sound) };
        if let Some(column) = kind.ended()
            && fact.date(column).is_some_and(|end| end.on < start.on)
        {
            self.faults.add(kind.view(), Some(&fact.id.0), column, Defect::EndsBeforeStart);
            fact = fact.with(column, Value::Missing);
            sound = false;
        }
        // Case systems hold planned meetings as meetings; of these kinds they hold what has been.
        let only_past =
            !matches!(kind, FactKind::Conference | FactKind::CoreGroup | FactKind::Allocation | FactKind::Membership);
        if only_past && start.on > self.loaded_on {
            self.faults.add(kind.view(), Some(&fact.id.0), kind.happened(), Defect::Future);
            sound &= !matches!(kind, FactKind::Plan | FactKind::Enquiry);
        }
        (fact, sound)
    }
}
