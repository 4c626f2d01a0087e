//! `duewatch source`: what a council's analyst needs.

use clap::Subcommand;

use super::{Ending, Failure, Outcome, output};

/// The views that a council's analyst creates over the case database.
#[derive(Debug, Subcommand)]
pub(crate) enum Source {
    /// Prints the view definitions of a profile: `native` for views of your own, `lcs`, `mosaic` or `eclipse` over the
    /// Standard Safeguarding Dataset as that system fills it.
    Sql {
        /// The profile.
        profile: String,
    },
}

/// Carries it out.
pub(crate) fn run(command: &Source) -> Outcome {
    let Source::Sql { profile } = command;
    let sql = crate::source::sql(profile).map_err(|error| Failure(error.to_string()))?;
    output::line(sql.trim_end());
    Ok(Ending::Well)
}
