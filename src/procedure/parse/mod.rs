//! Reading a procedure from TOML.
//!
//! Owns the surface of the rule language. Every mistake of a file is found at once, because a file is mended by people
//! who cannot run this program for each line. Must not know any rule by name, nor what a shape comes to for a child.
//!
//! The tables are walked by hand and not derived: a derived reader stops at its first error.

mod birth;
mod head;
mod ladder;
mod layer;
mod order;
mod reach;
mod rests;
mod rule;
mod selector;
mod shape;
mod table;
mod words;

use sha2::{Digest, Sha256};
use toml::de::DeTable;

pub(super) use self::reach::anchor;
use self::{
    rule::{Surroundings, check_together},
    table::Table,
};
use super::{DutyCatalogue, Problems, Procedure, problem::Log};

impl Procedure {
    /// Reads a procedure. `file_name` is only named in problems; `known` says which duties its authority has.
    ///
    /// # Errors
    ///
    /// All problems of the file, each with its line and column.
    pub fn parse(file_name: &str, text: &str, known: &DutyCatalogue) -> Result<Procedure, Problems> {
        let log = Log::new(file_name, text);
        let (document, errors) = DeTable::parse_recoverable(text);
        for error in errors {
            log.problem(&error.span().unwrap_or(0..0), error.message(), "");
        }
        // What is left of a file that is not TOML would only be misread.
        let procedure = if log.is_clean() { read(&log, document.get_ref(), known) } else { None };
        match procedure {
            Some(procedure) if log.is_clean() => {
                Ok(Procedure { hash: format!("{:x}", Sha256::digest(text.as_bytes())), ..procedure })
            }
            _ => Err(log.into_problems()),
        }
    }
}

fn read<'a>(log: &'a Log<'a>, document: &'a DeTable<'a>, known: &'a DutyCatalogue) -> Option<Procedure> {
    let mut file = Table::new(log, "a procedure", document, 0..0);
    let (head, named) = head::head(&mut file);
    let counting = head::counting(&mut file);
    let ambiguities = head::ambiguities(&mut file);
    let words = head::roles(&mut file);
    let ladders = ladder::ladders(&mut file);
    let rests = rests::rests(&mut file);
    let written = file.get("rule").and_then(|rules| rules.list()).unwrap_or_default();
    file.finish();
    if written.is_empty() {
        log.problem(&(0..0), "a procedure without rules", "write at least one [[rule]]");
    }
    let tables: Vec<_> = written.iter().filter_map(|rule| rule.table("a rule")).collect();
    check_together(&tables);
    // A mistake in the head must not hide those in the rules.
    let around =
        Surroundings { named, counting, ambiguities: ambiguities.as_ref(), ladders: &ladders, rests: &rests, known };
    let rules: Vec<_> = tables.into_iter().map(|rule| around.rule(rule)).collect();
    let head = head?;
    Some(Procedure {
        rules: rules.into_iter().collect::<Option<_>>()?,
        roles: words?,
        ambiguities: ambiguities?,
        id: head.id,
        authority: head.authority,
        title: head.title,
        version: head.version,
        in_force_on: head.in_force_on,
        review_by_on: head.review_by_on,
        calendar: head.calendar,
        time_zone: head.time_zone,
        counting: counting?,
        hash: String::new(),
        replaces: head.replaces,
    })
}
