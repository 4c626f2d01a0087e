//! What a run found and decided of each child, as the audit keeps it: the dates on which people were told or not told.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::audit::Deed;
use super::{LedgerError, NewRun, Part};
use crate::duty::{Duty, Reading};
use crate::notice::{Change, DutyRef, Effect, Notice};
use crate::record::ChildRef;

/// One child's share of a part.
#[derive(Default)]
struct Share {
    duties: Vec<Value>,
    decided: Vec<Value>,
    withdrawn: Vec<Value>,
    superseded: Vec<Value>,
}

/// Notes what a part of a run changes, an entry for each child. `opened` says in which generation a duty was opened.
pub(super) fn note(deed: &mut Deed, part: &Part, opened: &BTreeMap<DutyRef, u32>) -> Result<(), LedgerError> {
    let mut shares: BTreeMap<Option<&ChildRef>, Share> = BTreeMap::new();
    for change in &part.changes {
        let (duty, how) = match change {
            Change::Opened(duty) => (duty, "opened"),
            Change::Updated { duty, .. } => (duty, "changed"),
            Change::Closed { duty, closing } => (duty, closing.name()),
        };
        let generation = match change {
            Change::Updated { generation, .. } => Some(*generation),
            _ => opened.get(&DutyRef::of(duty)).copied(),
        };
        let share = shares.entry(duty.child.as_ref()).or_default();
        share.duties.push(as_it_stands(duty, how, generation));
    }
    for notice in &part.notices {
        let Effect { child, duty, key, generation, .. } = &notice.effect;
        let of = DutyRef { child: child.clone(), duty: duty.clone(), key: key.clone() };
        let generation = opened.get(&of).copied().unwrap_or(*generation);
        shares.entry(child.as_ref()).or_default().decided.push(as_decided(notice, generation));
    }
    for effect in &part.withdrawn {
        shares.entry(effect.child.as_ref()).or_default().withdrawn.push(step(effect));
    }
    for effect in &part.superseded {
        shares.entry(effect.child.as_ref()).or_default().superseded.push(step(effect));
    }
    for (child, share) in shares {
        let mut payload = json!({ "what": "judged", "child": child.map(|child| &child.0) });
        let lists = [
            ("duties", share.duties),
            ("decided", share.decided),
            ("withdrawn", share.withdrawn),
            ("superseded", share.superseded),
        ];
        for (name, list) in lists.into_iter().filter(|(_, list)| !list.is_empty()) {
            payload[name] = Value::Array(list);
        }
        deed.note(child, &payload)?;
    }
    Ok(())
}

/// Notes the run itself: on what it rested, and how it ended.
pub(super) fn note_run(deed: &mut Deed, id: i64, run: &NewRun) -> Result<(), LedgerError> {
    let payload = json!({
        "what": "run",
        "run": id,
        "judged_at": run.at,
        "outcome": run.outcome.name(),
        "case_data_of": run.load_mark,
        "procedure": run.procedure_hash,
        "calendar": run.calendar_hash,
        "directory": run.directory_hash,
        "books": run.books,
    });
    deed.note(None, &payload)
}

fn as_it_stands(duty: &Duty, how: &str, generation: Option<u32>) -> Value {
    let on = |reading: &Option<Reading>| reading.as_ref().map(|reading| reading.on.to_string());
    json!({
        "duty": duty.duty,
        "key": duty.key,
        "generation": generation,
        "how": how,
        "status": duty.status.name(),
        "strict_on": on(&duty.strict),
        "due_on": on(&duty.due),
        "met_on": duty.met_on,
        "anchor": duty.anchor,
        "citation": duty.citation,
    })
}

fn as_decided(notice: &Notice, generation: u32) -> Value {
    json!({
        "duty": notice.effect.duty,
        "key": notice.effect.key,
        "generation": generation,
        "step": notice.effect.step,
        "repeat": notice.effect.repeat,
        "person": notice.effect.person,
        "kind": notice.kind.name(),
        "role": notice.role.name(),
        "state": notice.state.name(),
        "to": notice.mailbox.as_ref().map(|mailbox| &mailbox.person),
        "urgent": notice.urgent,
        "send_at": notice.send_at,
    })
}

/// Which step it is, of which duty.
pub(super) fn step(effect: &Effect) -> Value {
    json!({
        "duty": effect.duty,
        "key": effect.key,
        "generation": effect.generation,
        "step": effect.step,
        "repeat": effect.repeat,
        "person": effect.person,
    })
}
