//! `duewatch procedures list`: what is shipped, and by when somebody must look at it again.

use chrono::{DateTime, Utc};
use clap::Args;

use super::super::{Ending, Outcome, instant, open, output};
use crate::{
    calendar::{Zone, format_date_short},
    procedure::Procedure,
};

#[derive(Debug, Args)]
pub(crate) struct List {
    /// At this instant instead of now, e.g. 2026-11-16T08:30:00Z.
    #[arg(long, value_parser = instant)]
    at: Option<DateTime<Utc>>,
}

pub(super) fn run(procedures: &[Procedure], asked: &List) -> Outcome {
    let now = open::at(asked.at);
    let mut rows = Vec::with_capacity(procedures.len());
    let mut overdue = Vec::new();
    for procedure in procedures {
        rows.push(vec![
            procedure.id.clone(),
            procedure.authority.clone(),
            procedure.version.clone(),
            format_date_short(procedure.in_force_on),
            format_date_short(procedure.review_by_on),
            procedure.rules.len().to_string(),
        ]);
        // The day named is the last one in time, in the authority's own zone.
        if Zone::from_name(&procedure.time_zone)?.local_date(now) > procedure.review_by_on {
            overdue.push(procedure);
        }
    }
    output::table(&["id", "authority", "version", "in force from", "review by", "rules"], &rows);
    for procedure in &overdue {
        output::line(&format!(
            "\n{} {} was to be reviewed by {}: see whether the document still says this, and set `review_by_on` anew.",
            procedure.authority,
            procedure.version,
            format_date_short(procedure.review_by_on)
        ));
    }
    Ok(if overdue.is_empty() { Ending::Well } else { Ending::NeedsAttention })
}
