//! Conferences that are booked and who is to chair them: what a chair's week lists.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{CaseContext, Terms};
use crate::record::{CaseRecord, ChildRef, FactKind, PersonRef, Value};

/// A conference that is booked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Sitting {
    /// Its day.
    pub on: NaiveDate,
    /// Whose.
    pub child: ChildRef,
    /// "review conference".
    pub kind: String,
    /// Who is to chair it: whoever it names, or else chaired the last.
    pub chair: PersonRef,
    /// Whose case it is.
    pub worker: Option<PersonRef>,
}

/// Every conference of a record that is booked and has a chair.
pub(super) fn sittings(record: &CaseRecord, context: &CaseContext, terms: &Terms) -> Vec<Sitting> {
    let booked = record.facts(FactKind::Conference).iter().filter_map(|conference| {
        let kind = match conference.get("kind") {
            Value::Code(kind) => kind.replace('_', "-"),
            _ => String::new(),
        };
        Some(Sitting {
            on: conference.planned(terms.today)?,
            child: record.child.clone(),
            kind: format!("{kind} conference").trim_start().to_owned(),
            chair: conference.person("chair_id").or(context.chair.as_ref())?.clone(),
            worker: context.lead_worker.clone(),
        })
    });
    booked.collect()
}
