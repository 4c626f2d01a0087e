//! The part of `duewatch check` that says what this case database can never tell.
//!
//! What a rule in force needs and never gets is a fault; what no rule needs is only noted.

use std::collections::{BTreeMap, BTreeSet};

use super::check::{Findings, note, well};
use crate::{
    record::{EVENTS, FactKind, Need, Supply},
    run::{CaseLoad, Watch, completed_in_numbers, never, stored_in_numbers},
};

/// Looks at everything that the contract asks for, whether or not a rule reads it.
pub(super) async fn check(watch: &Watch, load: &CaseLoad, findings: &mut Findings) {
    let mut needs: BTreeMap<Need, Vec<&str>> = BTreeMap::new();
    for rule in &watch.procedure.rules {
        for need in rule.needs() {
            needs.entry(need).or_default().push(&rule.title);
        }
    }
    let mut whole = true;
    let (left_out, lacking): (Vec<_>, Vec<_>) =
        needs.iter().filter(|(need, _)| load.supply.lacks(need)).partition(|(need, _)| Supply::is_left_out(need));
    // What forms do not ask of one kind of fact is one gap, however many rules wait for it.
    let mut forms: BTreeMap<FactKind, (BTreeSet<&str>, BTreeSet<&str>)> = BTreeMap::new();
    for (need, titles) in left_out {
        let (names, rules) = forms.entry(need.fact).or_default();
        names.extend(need.any_of.iter().map(String::as_str));
        rules.extend(titles);
    }
    for (kind, (names, rules)) in forms {
        whole = false;
        let names: Vec<&str> = names.into_iter().collect();
        let rules: Vec<&str> = rules.into_iter().collect();
        let never = never(&Need::attribute(kind, &names));
        findings.fault(&format!("case data: {never}, so this cannot be judged: {}", rules.join("; ")));
    }
    for (need, titles) in lacking {
        whole = false;
        findings.fault(&format!("case data: {}, so this cannot be judged: {}", never(need), titles.join("; ")));
    }
    for (kind, only) in &load.supply.completed_only {
        whole = false;
        findings.fault(&format!("case data: {}", completed_in_numbers(*kind, *only)));
    }
    if whole {
        well("case data: nothing is missing throughout that a rule needs");
    }
    unneeded(watch, load, &needs, findings).await;
    for line in stored_in_numbers(&load.stored_dates) {
        note(&format!("stored dates: {line}"));
    }
}

async fn unneeded(watch: &Watch, load: &CaseLoad, needs: &BTreeMap<Need, Vec<&str>>, findings: &mut Findings) {
    let supply = match watch.whole_supply().await {
        Ok(supply) => supply,
        Err(error) => return findings.fault(&error.to_string()),
    };
    let said = |need: &Need| needs.contains_key(need) && load.supply.lacks(need);
    let mut never_filled: BTreeMap<FactKind, BTreeSet<&str>> = BTreeMap::new();
    for (kind, name) in &supply.never_filled {
        if !said(&Need::attribute(*kind, &[name])) {
            never_filled.entry(*kind).or_default().insert(name);
        }
    }
    let no_facts = supply.no_facts.iter().filter(|kind| !said(&Need::fact(**kind)));
    let (with_view, events): (Vec<&FactKind>, Vec<&FactKind>) = no_facts.partition(|kind| kind.has_view());
    if !events.is_empty() {
        let kinds: Vec<&str> = events.into_iter().map(|kind| kind.name()).collect();
        note(&format!("case data: {EVENTS} has no row of the kinds {}; no rule needs them", kinds.join(", ")));
    }
    for kind in with_view {
        note(&format!("case data: {}; no rule needs it", never(&Need::fact(*kind))));
    }
    for (kind, mut names) in never_filled {
        let questions = names.iter().filter(|name| kind.is_answer(name)).count();
        names.retain(|name| !kind.is_answer(name));
        if questions > 0 {
            let kind = kind.words();
            note(&format!("case data: {questions} questions about a {kind} that no rule needs are never answered"));
        }
        if names.is_empty() {
            continue;
        }
        let names: Vec<&str> = names.into_iter().collect();
        let never = never(&Need::attribute(kind, &names));
        note(&format!("case data: {never}; every rule that is judged is judged without it"));
    }
    for (kind, only) in supply.completed_only.iter().filter(|(kind, _)| !load.supply.completed_only.contains_key(kind))
    {
        note(&format!("case data: {}; no rule needs it", completed_in_numbers(*kind, *only)));
    }
}
