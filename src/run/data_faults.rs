//! Faults of the case data, as duties of the data team: each kind of fault is told once, and told to be over when it is.
//!
//! Owns what is wrong with rows. What is amiss with the source as a whole is `source_gaps`'s.

use std::collections::BTreeMap;

use super::source_gaps;
use crate::{
    duty::{Anchor, CannotTell, Duty, DutyKey, Status, StoredDate, Terms},
    procedure::DutyId,
    source::{Defect, Fault},
};

/// The id under which faults of the case data are kept. Not a duty of any document.
pub(super) const CASE_DATA: &str = "case-data";

/// How many rows one notice names; the rest are counted.
pub(super) const NAMED: usize = 20;

/// A duty for everything that is amiss with the case data.
pub(super) fn duties(faults: &[Fault], stored_dates: &[StoredDate], terms: &Terms) -> Vec<Duty> {
    of_rows(faults, terms).into_iter().chain(source_gaps::duties(stored_dates, terms)).collect()
}

/// The faults of rows in words, for somebody who reads them on a screen.
pub(crate) fn said(faults: &[Fault]) -> Vec<String> {
    by_kind(faults).into_iter().map(|(kind, rows)| format!("{} ({})", named(&kind, &rows), rows.len())).collect()
}

/// One duty for each view, column and kind of fault, naming the rows.
fn of_rows(faults: &[Fault], terms: &Terms) -> Vec<Duty> {
    let kinds = by_kind(faults).into_iter();
    kinds.map(|(kind, rows)| duty(&kind, CannotTell::because(named(&kind, &rows)), terms)).collect()
}

fn by_kind(faults: &[Fault]) -> BTreeMap<String, Vec<String>> {
    let mut kinds: BTreeMap<String, Vec<String>> = BTreeMap::new();
    // Facts of children whom the view does not show are no fault to mend: their plans ended long ago. They are counted.
    for fault in faults.iter().filter(|fault| !matches!(fault.what, Defect::Orphans(_))) {
        let row = match (&fault.row_id, fault.what) {
            (Some(row), _) => row.clone(),
            (None, Defect::Unowned(rows) | Defect::More(rows) | Defect::OpenPlanWithoutChild(rows)) => {
                format!("{rows} rows")
            }
            (None, _) => "a row without an id".to_owned(),
        };
        kinds.entry(fault.kind()).or_default().push(row);
    }
    kinds
}

/// The duty that stands while no reading is accepted.
pub(super) fn held_back(why: &str, terms: &Terms) -> Duty {
    let reason = CannotTell::because("no reading of the case database is accepted, so nothing new is judged");
    Duty { notes: vec![why.to_owned()], ..duty("reading", reason, terms) }
}

/// The duty that stands while the case data is too old.
pub(super) fn stale(as_of: &str, terms: &Terms) -> Duty {
    let why = format!(
        "the case data was last loaded on {as_of}; until it is loaded again nobody is told that something was not done, \
         because it may only not be copied yet"
    );
    duty("age", CannotTell::because(why), terms)
}

pub(super) fn duty(kind: &str, why: CannotTell, terms: &Terms) -> Duty {
    Duty {
        child: None,
        duty: DutyId(CASE_DATA.into()),
        key: DutyKey(kind.to_owned()),
        anchor: Anchor { fact: "case data".into(), id: kind.into(), on: terms.today },
        strict: None,
        due: None,
        status: Status::CannotTell,
        met_on: None,
        late: false,
        calendar: terms.calendar.id().into(),
        calendar_hash: terms.calendar.hash().into(),
        provisional: false,
        skipped: Vec::new(),
        citation: crate::SharedText::default(),
        arithmetic: String::new(),
        tallies: Vec::new(),
        notes: Vec::new(),
        done: Vec::new(),
        cannot_tell: Some(why),
    }
}

fn named(kind: &str, rows: &[String]) -> String {
    let named: Vec<&str> = rows.iter().take(NAMED).map(String::as_str).collect();
    let more = rows.len().saturating_sub(NAMED);
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{kind}: {}{rest}", named.join(", "))
}
