//! Faults of the case data, as duties of the data team: each kind of fault is told once, and told to be over when it is.

use std::collections::BTreeMap;

use crate::{
    duty::{Anchor, CannotTell, Duty, DutyKey, Status, Terms, never_supplied},
    procedure::DutyId,
    record::Need,
    source::{Defect, Fault},
};

/// The id under which faults of the case data are kept. Not a duty of any document.
pub(super) const CASE_DATA: &str = "case-data";

/// How many rows one notice names; the rest are counted.
const NAMED: usize = 20;

/// One duty for each view, column and kind of fault, naming the rows.
pub(super) fn duties(faults: &[Fault], terms: &Terms) -> Vec<Duty> {
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
    let of_rows = kinds.into_iter().map(|(kind, rows)| duty(&kind, CannotTell::because(named(&kind, &rows)), terms));
    of_rows.chain(of_rules(terms)).chain(completed_only(terms)).collect()
}

/// One duty for each rule that can be judged for no child, because the source never supplies what it needs.
fn of_rules<'a>(terms: &'a Terms) -> impl Iterator<Item = Duty> + use<'a> {
    terms.procedure.rules.iter().filter_map(|rule| {
        let missing = never_supplied(terms, rule)?;
        let why = format!(
            "\"{}\" [{}] cannot be judged for any child, and nobody is told of it: {}. {}",
            rule.title,
            rule.duty,
            never(&missing),
            "Fill it from your case system, or take the rule out of the procedure if your case system does not record it"
        );
        let why = CannotTell { by_source: true, ..CannotTell::for_want_of(missing, why) };
        Some(duty(&format!("never-supplied:{}", rule.duty), why, terms))
    })
}

/// What is missing, as a sentence's middle: "no row of dw_visits fills alone".
pub(crate) fn never(missing: &Need) -> String {
    let view = missing.fact.view();
    match missing.any_of.as_slice() {
        [] => format!("{view} has no row at all"),
        names => format!("no row of {view} fills {}", names.join(" or ")),
    }
}

/// One duty for each kind of fact that a rule reads and of which none is ever open.
fn completed_only<'a>(terms: &'a Terms) -> impl Iterator<Item = Duty> + use<'a> {
    terms.supply.completed_only.keys().map(|kind| {
        let why = format!(
            "no {} in {} is open, though new ones keep being entered: this source may hold completed work only, and then \
             nobody is told of what is not completed. Have the view show open work too",
            kind.words(),
            kind.view()
        );
        let why = CannotTell { by_source: true, ..CannotTell::because(why) };
        duty(&format!("completed-only:{}", kind.name()), why, terms)
    })
}

/// The duty that stands while no reading is accepted.
pub(super) fn held_back(why: &str, terms: &Terms) -> Duty {
    let reason = CannotTell::because("no reading of the case database is accepted, so nothing new is judged");
    Duty { notes: vec![why.to_owned()], ..duty("reading", reason, terms) }
}

fn duty(kind: &str, why: CannotTell, terms: &Terms) -> Duty {
    Duty {
        child: None,
        duty: DutyId(CASE_DATA.into()),
        key: DutyKey(kind.to_owned()),
        anchor: Anchor { fact: "case data".into(), id: kind.to_owned(), on: terms.today },
        strict: None,
        due: None,
        status: Status::CannotTell,
        met_on: None,
        late: false,
        calendar: terms.calendar.id().to_owned(),
        calendar_hash: terms.calendar.hash().to_owned(),
        provisional: false,
        skipped: Vec::new(),
        citation: String::new(),
        arithmetic: String::new(),
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
