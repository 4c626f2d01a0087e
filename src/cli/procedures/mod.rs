//! `duewatch procedures`: the rules as people read them, and what they carry of the documents.

mod coverage;
mod list;
mod page;
mod show;

use std::path::Path;

use clap::Subcommand;

use super::{Failure, Outcome, open};
use crate::{procedure::Procedure, run};

/// The rules that duewatch ships: to sign off, and held against the documents.
#[derive(Debug, Subcommand)]
pub(crate) enum Procedures {
    /// The shipped procedures. Ends with 1 when one was to be reviewed by now.
    List(list::List),
    /// A procedure in plain English, rule by rule, for a practitioner to sign off.
    Show(show::Show),
    /// For each duty of the documents the rule, check or guidance that carries it. Ends with 1 while one has none.
    Coverage(coverage::Coverage),
}

/// Carries it out.
pub(crate) fn run(config: Option<&Path>, command: &Procedures) -> Outcome {
    match command {
        Procedures::List(list) => list::run(&shipped()?, list),
        Procedures::Show(show) => show::run(show),
        Procedures::Coverage(coverage) => coverage::run(&in_force(config)?, coverage),
    }
}

fn shipped() -> Result<Vec<Procedure>, Failure> {
    Procedure::SHIPPED.into_iter().map(|(id, _, _)| Ok(run::read_procedure(id)?)).collect()
}

/// The shipped procedures, but that of the settings in the place of the shipped one that has its id.
fn in_force(config: Option<&Path>) -> Result<Vec<Procedure>, Failure> {
    let mut procedures = shipped()?;
    if let Some(settings) = open::settings_if_any(config, "by the shipped procedures alone")? {
        let own = run::in_force(&settings.authority)?;
        procedures.retain(|shipped| shipped.id != own.id);
        procedures.push(own);
    }
    Ok(procedures)
}
