//! Reading how long rules may rest: the tables under `[rests]`, one for each strength.
//!
//! Owns which lengths are refused. Must not know any rule.

use std::collections::BTreeMap;

use super::{
    rule::STRENGTHS,
    table::{Item, Table},
    words,
};
use crate::{
    calendar::Period,
    procedure::{Pause, Rests, Strength},
};

/// What is allowed by strength. A strength that is not named may not rest.
pub(super) fn rests(file: &mut Table<'_>) -> BTreeMap<Strength, Rests> {
    let mut allowed = BTreeMap::new();
    let table = file.get("rests").and_then(|item| item.table("the table [rests]"));
    for (name, item) in table.iter().flat_map(Table::entries) {
        let strength = name.one_of("strength", "the strengths are", &STRENGTHS);
        let read = item.table("the rests of a strength").map(one);
        if let (Some(strength), Some(read)) = (strength, read) {
            allowed.insert(strength, read);
        }
    }
    allowed
}

/// A mistake in it has been reported: what is read then does not matter.
fn one(mut table: Table<'_>) -> Rests {
    let ack = table.get("ack").and_then(|ack| length(&ack));
    let pause = table.get("pause").map(|pause| length(&pause));
    let by = if pause.is_some() {
        table.need("paused_by", "[\"first_line_manager\"]")
    } else {
        table.get("paused_by").inspect(|by| {
            by.log.problem(&by.span, "`paused_by` without `pause`", "write: pause = \"10 working days\"");
        })
    };
    let by = by.map(|by| words::roles(&by).into_iter().map(|(role, _)| role).collect());
    table.finish();
    let pause = pause.flatten().zip(by).map(|(at_most, by)| Pause { at_most, by });
    Rests { ack, pause }
}

/// A rest that ended on a Sunday would end unseen.
fn length(item: &Item<'_>) -> Option<Period> {
    let text = item.text()?;
    match words::period(&text)? {
        period @ (Period::WorkingDays(_) | Period::WorkingWeeks(_)) => Some(period),
        _ => text.refuse(
            format!("`{}` is no length of a rest", text.is),
            "it is counted in working days or working weeks, such as `5 working days`",
        ),
    }
}
