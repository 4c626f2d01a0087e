//! From the rows of the ordered pass to case records. Pure: the same rows give the same records and the same faults.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::OfChild;
use super::answers;
use super::contract::CHILDREN;
use super::fault::{Defect, Faults};
use super::fingerprint::{Fingerprint, FingerprintKey, Impression};
use super::packed::{Cells, ChildRow, unpack};
use super::parse;
use super::query::CHILD_COLUMNS;
use crate::calendar::Zone;
use crate::record::{Attribute, CaseRecord, ChildRef, EVENT_DATES, EVENTS, Fact, FactKind, HouseholdRef, Value};

/// All rows of one child, before anybody has looked what they mean.
#[derive(Debug)]
pub(crate) struct ChildRows {
    child: String,
    attributes: Vec<[Option<String>; CHILD_COLUMNS.len()]>,
    packed: [Option<String>; OfChild::COUNT],
    /// Rows of `dw_children` that say exactly what another row of the same child says.
    repeated: u64,
}

/// Puts the rows of each child together.
#[derive(Debug, Default)]
pub(crate) struct Gather {
    pending: Option<ChildRows>,
}

impl Gather {
    /// Takes the next row, and returns the child before it once that one is complete.
    pub(crate) fn take(&mut self, row: ChildRow) -> Option<ChildRows> {
        if let Some(pending) = &mut self.pending
            && pending.child == row.child
        {
            // The facts are joined to each row of the child, so the first row has them all.
            pending.attributes.push(row.attributes);
            return None;
        }
        let ChildRow { child, attributes, packed } = row;
        let next = ChildRows { child, attributes: vec![attributes], packed, repeated: 0 };
        self.pending.replace(next).map(ChildRows::tidy)
    }

    /// The last child.
    pub(crate) fn finish(&mut self) -> Option<ChildRows> {
        self.pending.take().map(ChildRows::tidy)
    }
}

/// A child's rows, counted and numbered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Imprint {
    pub(crate) fingerprint: Fingerprint,
    /// Rows of each view, whether they can be used or not.
    pub(crate) fact_rows: [u64; OfChild::COUNT],
    /// Rows of `dw_children` that say exactly what another row of the same child says.
    pub(crate) repeated: u64,
}

impl ChildRows {
    fn tidy(mut self) -> ChildRows {
        for cell in self.attributes.iter_mut().flatten() {
            *cell = parse::said(cell.as_deref()).map(str::to_owned);
        }
        self.attributes.sort();
        let rows = self.attributes.len();
        self.attributes.dedup();
        self.repeated = (rows - self.attributes.len()) as u64;
        self
    }

    pub(crate) fn child(&self) -> &str {
        &self.child
    }

    /// The number of these rows. `nameless`: of these kinds some rows name no child, and a child without one may be theirs.
    pub(crate) fn imprint(&self, key: &FingerprintKey, nameless: &[FactKind]) -> Imprint {
        let mut impression = Impression::new(key, &self.child);
        for attributes in &self.attributes {
            impression.cells(attributes);
        }
        let fact_rows = self.packed.each_ref().map(|packed| impression.facts(packed.as_deref()));
        let has_none = |kind: &FactKind| fact_rows.get(*kind as usize).is_none_or(|rows| *rows == 0);
        impression.circumstance(nameless.iter().any(has_none));
        Imprint { fingerprint: impression.number(), fact_rows, repeated: self.repeated }
    }
}

/// A child as read.
#[derive(Clone, Debug)]
pub struct ChildRead {
    /// What the case database says.
    pub record: CaseRecord,
    /// What is wrong with its rows.
    pub found: Found,
}

/// What reading a child's rows found beside the facts. It is kept with the child while its rows do not change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// What is wrong.
    #[serde(default, skip_serializing_if = "Faults::is_empty")]
    pub faults: Faults,
    /// A row or a field of one had to be left out: the record may be short of a fact.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub incomplete: bool,
    /// From the load of that day on some date is no longer one to come, and the rows are to be read anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until_loaded_on: Option<NaiveDate>,
}

/// Reads the rows of one child after the other.
#[derive(Debug)]
pub(crate) struct Reader {
    zone: Zone,
    /// The day of the load mark: what is dated later had not happened when the data was loaded.
    loaded_on: NaiveDate,
    found: Found,
}

impl Reader {
    pub(crate) fn new(zone: Zone, loaded_on: NaiveDate) -> Reader {
        Reader { zone, loaded_on, found: Found::default() }
    }

    /// Nothing, where the database packed the facts otherwise than it was asked to.
    pub(crate) fn read(&mut self, rows: &ChildRows) -> Option<ChildRead> {
        let id = rows.child.as_str();
        for _ in 1..rows.attributes.len() {
            self.found.faults.add(CHILDREN, Some(id), "child_id", Defect::DuplicateChild);
        }
        let said = |at: usize| rows.attributes.iter().find_map(|row| row.get(at)?.clone());
        let [born_on, expected_on, died_on, household] = std::array::from_fn(said);

        let mut facts = Vec::new();
        for (of, packed) in OfChild::all().into_iter().zip(&rows.packed) {
            let rows = unpack(packed.as_deref())?;
            match of {
                OfChild::Facts(kind) => {
                    let read = rows.iter().filter_map(|cells| self.fact(kind, cells)).collect();
                    facts.extend(self.one_of_each(read));
                }
                OfChild::Events => {
                    let read = rows.iter().filter_map(|cells| self.event(cells)).collect();
                    facts.extend(self.one_of_each(read));
                }
                // They come last: what they are of has been read.
                OfChild::Answers => answers::add(&mut facts, &rows, self.zone, &mut self.found),
            }
        }
        let mut record = CaseRecord::new(ChildRef(id.into()), facts);
        record.household = parse::id(household.as_deref()).map(|id| HouseholdRef(id.into()));
        record.born_on = self.child_date(id, "born_on", born_on.as_deref());
        record.expected_on = self.child_date(id, "expected_on", expected_on.as_deref());
        record.died_on = self.child_date(id, "died_on", died_on.as_deref());
        Some(ChildRead { record, found: std::mem::take(&mut self.found) })
    }

    fn child_date(&mut self, child: &str, column: &'static str, text: Option<&str>) -> Option<NaiveDate> {
        match parse::date(text, self.zone) {
            Ok(when) => when.map(|when| when.on),
            Err(defect) => {
                self.found.faults.add(CHILDREN, Some(child), column, defect);
                None
            }
        }
    }

    /// Of the facts of one view that share an id, one.
    fn one_of_each(&mut self, mut facts: Vec<Fact>) -> Vec<Fact> {
        // The sort is stable and the rows came sorted, so what "last" means does not depend on the database.
        // Two kinds of event may come from two tables that number their rows alike.
        facts.sort_by(|a, b| (a.kind, &a.id).cmp(&(b.kind, &b.id)));
        facts.dedup();
        let mut kept = Vec::with_capacity(facts.len());
        for same_id in facts.chunk_by(|a, b| (a.kind, &a.id) == (b.kind, &b.id)) {
            if same_id.len() > 1
                && let Some(fact) = same_id.first()
            {
                let kind = fact.kind;
                self.found.faults.add(kind.view(), Some(&fact.id.0), kind.id_column(), Defect::Duplicate);
                // The one that is passed over may be the right one: nothing is taken to be over because of it.
                self.found.incomplete = true;
            }
            kept.extend(same_id.iter().max_by_key(|fact| fact.happened()).cloned());
        }
        kept
    }

    /// A row as a fact, if it can be used. A date that is no date is left out of the fact, and without it a meeting looks as
    /// if it had not been held.
    fn fact(&mut self, kind: FactKind, cells: &Cells) -> Option<Fact> {
        let mut cells = cells.iter().map(Option::as_deref);
        let id = self.id(kind, cells.next().flatten())?;
        self.with_columns(Fact::new(kind, id), kind.columns().iter().zip(cells))
    }

    /// A row of `dw_events` as a fact. What its kind has no column for is left aside.
    fn event(&mut self, cells: &Cells) -> Option<Fact> {
        let [id, kind, dates @ ..] = cells.as_slice() else { return None };
        let named = parse::said(kind.as_deref());
        let named_kind = named.map(str::to_ascii_lowercase);
        let known = named_kind.as_deref().and_then(FactKind::from_name).filter(|kind| !kind.has_view());
        let Some(kind) = known else {
            let defect = if named.is_none() { Defect::Empty } else { Defect::UnknownCode };
            self.found.faults.add(EVENTS, parse::id(id.as_deref()), "kind", defect);
            self.found.incomplete = true;
            return None;
        };
        let id = self.id(kind, id.as_deref())?;
        let columns = kind.columns().iter().filter_map(|column| {
            let at = EVENT_DATES.iter().position(|name| *name == column.name)?;
            Some((column, dates.get(at)?.as_deref()))
        });
        self.with_columns(Fact::new(kind, id), columns)
    }

    fn id<'r>(&mut self, kind: FactKind, text: Option<&'r str>) -> Option<&'r str> {
        let id = parse::id(text);
        if id.is_none() {
            self.found.faults.add(kind.view(), None, kind.id_column(), Defect::Empty);
            self.found.incomplete = true;
        }
        id
    }

    fn with_columns<'r>(
        &mut self,
        mut fact: Fact,
        columns: impl Iterator<Item = (&'static Attribute, Option<&'r str>)>,
    ) -> Option<Fact> {
        let (kind, id) = (fact.kind, fact.id.0.clone());
        let mut usable = true;
        for (attribute, text) in columns {
            let value = match parse::value(attribute.holds, text, self.zone) {
                Ok(Value::Missing) if attribute.required => Err(Defect::Empty),
                other => other,
            };
            match value {
                Ok(value) => fact = fact.with(attribute.name, value),
                Err(defect) => {
                    self.found.faults.add(kind.view(), Some(&id), attribute.name, defect);
                    usable &= !attribute.required;
                    self.found.incomplete = true;
                }
            }
        }
        let fact = self.dates_in_order(fact);
        usable.then_some(fact)
    }

    /// The fact without an end that cannot be. An end before the start, or the start of a plan typed years ahead, would make
    /// a plan that goes on look as if it did not.
    fn dates_in_order(&mut self, mut fact: Fact) -> Fact {
        let kind = fact.kind;
        let Some(start) = fact.happened() else { return fact };
        if let Some(column) = kind.ended()
            && fact.date(column).is_some_and(|end| end.on < start.on)
        {
            self.found.faults.add(kind.view(), Some(&fact.id.0), column, Defect::EndsBeforeStart);
            fact = fact.with(column, Value::Missing);
            self.found.incomplete = true;
        }
        // Case systems hold planned meetings as meetings; of these kinds they hold what has been.
        let only_past = kind.booked().is_none()
            && !matches!(
                kind,
                FactKind::Allocation | FactKind::Membership | FactKind::Absence | FactKind::Transfer | FactKind::Access
            );
        if only_past && start.on > self.loaded_on {
            self.found.faults.add(kind.view(), Some(&fact.id.0), kind.happened(), Defect::Future);
            self.found.incomplete |= matches!(kind, FactKind::Plan | FactKind::Enquiry);
            let until = self.found.until_loaded_on.map_or(start.on, |until| until.min(start.on));
            self.found.until_loaded_on = Some(until);
        }
        fact
    }
}
