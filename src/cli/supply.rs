//! The part of `duewatch check` that says what this case database can never tell.
//!
//! What a rule in force needs and never gets is a fault; what no rule needs is only noted.

use std::collections::{BTreeMap, BTreeSet};

use super::check::{Findings, note, well};
use crate::{
    record::{FactKind, Need},
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
    for (need, titles) in needs.iter().filter(|(need, _)| load.supply.lacks(need)) {
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
    for kind in supply.no_facts.iter().filter(|kind| !said(&Need::fact(**kind))) {
        note(&format!("case data: {}; no rule needs it", never(&Need::fact(*kind))));
    }
    for (kind, names) in never_filled {
        let names: Vec<&str> = names.into_iter().collect();
        let never = never(&Need::attribute(kind, &names));
        note(&format!("case data: {never}; every rule that is judged is judged without it"));
    }
    for (kind, only) in supply.completed_only.iter().filter(|(kind, _)| !load.supply.completed_only.contains_key(kind))
    {
        note(&format!("case data: {}; no rule needs it", completed_in_numbers(*kind, *only)));
    }
}
