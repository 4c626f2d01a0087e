//! What is on record of a fact besides the columns of its view, put where it belongs.
//!
//! Owns which fact an answer is of and what becomes of one that contradicts another. Must not know what an answer means.

use std::collections::BTreeMap;

use super::assemble::Found;
use super::fault::Defect;
use super::packed::Cells;
use super::parse;
use crate::calendar::Zone;
use crate::record::{ANSWERS, Fact, FactKind, Value};

/// Puts each answer to its fact. One of a fact that is not there is left aside: a view may leave facts out that are long over.
/// Whoever lacks an answer that an event cannot be without is no fact.
pub(super) fn add(facts: &mut Vec<Fact>, rows: &[Cells], zone: Zone, found: &mut Found) {
    let mut place: BTreeMap<(FactKind, String), usize> = BTreeMap::new();
    if !rows.is_empty() {
        place = facts.iter().enumerate().map(|(at, fact)| ((fact.kind, fact.id.0.to_string()), at)).collect();
    }
    let mut given: BTreeMap<(usize, &'static str), Value> = BTreeMap::new();
    for cells in rows {
        let [id, kind, question, answer] = cells.as_slice() else { continue };
        let Some(id) = parse::id(id.as_deref()) else {
            found.add(None, "fact_id", Defect::Empty);
            continue;
        };
        let lower = |text: &Option<String>| parse::said(text.as_deref()).map(str::to_ascii_lowercase);
        let Some(kind) = lower(kind).as_deref().and_then(FactKind::from_name) else {
            found.add(Some(id), "fact", Defect::UnknownCode);
            continue;
        };
        let named = lower(question);
        let Some(asked) = kind.answers().iter().find(|answer| Some(answer.name) == named.as_deref()) else {
            found.add(Some(id), "question", Defect::UnknownCode);
            continue;
        };
        let Some(at) = place.get(&(kind, id.to_owned())) else { continue };
        match parse::value(asked.holds, answer.as_deref(), zone) {
            Err(defect) => found.add(Some(id), asked.name, defect),
            Ok(Value::Missing) => {}
            Ok(value) => {
                let kept = given.entry((*at, asked.name)).or_insert_with(|| value.clone());
                if *kept != value {
                    found.add(Some(id), asked.name, Defect::Duplicate);
                    *kept = Value::Missing;
                }
            }
        }
    }
    for ((at, question), value) in given {
        if let Some(fact) = facts.get_mut(at) {
            let known = std::mem::replace(fact, Fact::new(fact.kind, ""));
            *fact = known.with(question, value);
        }
    }
    facts.retain(|fact| {
        let lacking =
            fact.kind.answers().iter().find(|answer| answer.required && *fact.get(answer.name) == Value::Missing);
        if let Some(lacking) = lacking {
            found.add(Some(&fact.id.0), lacking.name, Defect::Empty);
        }
        lacking.is_none()
    });
}

impl Found {
    /// Something wrong with an answer: the record may be short of it.
    fn add(&mut self, id: Option<&str>, column: &'static str, defect: Defect) {
        self.faults.add(ANSWERS, id, column, defect);
        self.incomplete = true;
    }
}
