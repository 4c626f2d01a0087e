//! Reading an authority's changes to a procedure that it did not write.
//!
//! Owns the tables `[local]` and `[[change]]`: a change says only what is different, and why. Everything else of the rule is as the
//! procedure beneath has it, so that a new version of that one needs no second reading of the rest. Must not know where
//! either file lies.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};
use toml::de::DeTable;

use super::{
    head,
    ladder::ladders,
    rests::rests,
    rule::{Surroundings, check_together},
    table::{Item, Table},
};
use crate::{
    near::choices,
    procedure::{DutyCatalogue, Problems, Procedure, problem::Log},
};

impl Procedure {
    /// Reads a procedure with an authority's own changes over it. Names of files are only named in problems. `earlier` is said of
    /// a version that another one took the place of: a change of a duty that only the later one has is none of it.
    ///
    /// # Errors
    ///
    /// All problems of the procedure; where it has none, all of the changes.
    pub fn parse_over(
        (file, text): (&str, &str),
        (beneath_file, beneath_text): (&str, &str),
        known: &DutyCatalogue,
        earlier: bool,
    ) -> Result<Procedure, Problems> {
        let beneath = Procedure::parse(beneath_file, beneath_text, known)?;
        let (log, beneath_log) = (Log::new(file, text), Log::new(beneath_file, beneath_text));
        let (document, errors) = DeTable::parse_recoverable(text);
        for error in errors {
            log.problem(&error.span().unwrap_or(0..0), error.message(), "");
        }
        let (beneath_document, _) = DeTable::parse_recoverable(beneath_text);
        let lower = Table::new(&beneath_log, "a procedure", beneath_document.get_ref(), 0..0);
        let changed = if log.is_clean() {
            let upper = Table::new(&log, "changes to a procedure", document.get_ref(), 0..0);
            read(upper, lower, beneath, known, earlier)
        } else {
            None
        };
        match changed {
            Some(changed) if log.is_clean() && beneath_log.is_clean() => {
                let hash = format!("{:x}", Sha256::digest(format!("{}\n{text}", changed.hash).as_bytes()));
                Ok(Procedure { hash, ..changed })
            }
            _ => {
                let mut problems = log.into_problems();
                problems.0.extend(beneath_log.into_problems().0);
                Err(problems)
            }
        }
    }
}

fn read<'a>(
    mut upper: Table<'a>,
    mut lower: Table<'a>,
    beneath: Procedure,
    known: &'a DutyCatalogue,
    earlier: bool,
) -> Option<Procedure> {
    let mut local = head::under(&mut upper, "local", "the table [local]")?;
    let over = local.need("over", "\"hertfordshire\"").and_then(|over| over.text());
    let version = head::text(&mut local, "version", "\"2026-04\"");
    local.finish();
    if let Some(over) = &over
        && over.is != beneath.id
    {
        let message = format!("these are changes to `{}`, and the procedure in force is `{}`", over.is, beneath.id);
        over.log.problem(&over.span, message, "name the procedure that they change, or put the right one in force");
    }
    let (_, named) = head::head(&mut lower);
    let mut ambiguities = head::ambiguities(&mut lower)?;
    for (label, own) in head::ambiguities(&mut upper)? {
        match ambiguities.get_mut(&label) {
            // An answer alone leaves the question as it is.
            Some(known) if own.about.is_empty() => known.reads = own.reads,
            _ => {
                ambiguities.insert(label, own);
            }
        }
    }
    let mut words = beneath.roles.clone();
    if let Some(own) = upper.get("roles").and_then(|item| item.table("the table [roles]")) {
        words.extend(head::role_words(&own)?);
    }
    let mut ladders_by_name = ladders(&mut lower);
    ladders_by_name.extend(ladders(&mut upper));
    let mut rests_by_strength = rests(&mut lower);
    rests_by_strength.extend(rests(&mut upper));
    let changes = upper.get("change").and_then(|changes| changes.list()).unwrap_or_default();
    let added = upper.get("rule").and_then(|rules| rules.list()).unwrap_or_default();
    upper.finish();
    let written = lower.get("rule").and_then(|rules| rules.list()).unwrap_or_default();
    let tables = joined(&written, &changes, &added, earlier);
    check_together(&tables);
    let around = Surroundings {
        named,
        counting: Some(beneath.counting),
        ambiguities: Some(&ambiguities),
        ladders: &ladders_by_name,
        rests: &rests_by_strength,
        known,
    };
    let rules: Vec<_> = tables.into_iter().map(|rule| around.rule(rule)).collect();
    Some(Procedure {
        rules: rules.into_iter().collect::<Option<_>>()?,
        version: format!("{}, with local changes {}", beneath.version, version?),
        roles: words,
        ambiguities,
        ..beneath
    })
}

/// The rules of the procedure in its order, each under its change where it has one, then those that are added.
fn joined<'a>(written: &[Item<'a>], changes: &[Item<'a>], added: &[Item<'a>], earlier: bool) -> Vec<Table<'a>> {
    let mut by_duty: BTreeMap<&str, (&Item<'a>, bool)> = BTreeMap::new();
    for change in changes {
        let Some(mut table) = change.table("a change") else { continue };
        table.need("why", "\"what the board decided, and when\"");
        let Some(duty) = table.need("duty", "\"first-core-group\"").and_then(|duty| duty.text()) else { continue };
        if by_duty.insert(duty.is, (change, false)).is_some() {
            duty.log.problem(&duty.span, format!("`{}` is changed twice", duty.is), "put the two together");
        }
    }
    let mut tables = Vec::with_capacity(written.len() + added.len());
    for rule in written {
        let Some(table) = rule.table("a rule") else { continue };
        let duty = table.peek("duty").and_then(|duty| duty.text()).map(|duty| duty.is);
        let change = duty.and_then(|duty| by_duty.get_mut(duty));
        tables.push(match change.and_then(|(change, used)| Some((change.table("a change")?, used))) {
            Some((change, used)) => {
                *used = true;
                change.over(&table)
            }
            None => table,
        });
    }
    let known: Vec<&str> = tables.iter().filter_map(|table| table.peek("duty")?.text().map(|duty| duty.is)).collect();
    for (duty, (change, _)) in by_duty.iter().filter(|(_, (_, used))| !used && !earlier) {
        let help = choices(duty, "the duties are", known.iter().copied());
        change.log.problem(&change.span, format!("the procedure has no rule of the duty `{duty}` to change"), help);
    }
    tables.extend(added.iter().filter_map(|rule| rule.table("a rule")));
    tables
}
