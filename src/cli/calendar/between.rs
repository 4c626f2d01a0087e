//! `duewatch calendar between`: how many working days.

use clap::Args;
use serde_json::json;

use super::{
    super::{Ending, Format, Outcome, output},
    date,
};
use crate::calendar::Almanac;

#[derive(Debug, Args)]
pub(crate) struct Between {
    /// The calendar.
    calendar: String,
    /// The first date, which does not count.
    from: String,
    /// The second date, which does.
    to: String,
    /// How to print.
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

pub(super) fn run(almanac: &Almanac, between: &Between) -> Outcome {
    let calendar = almanac.calendar(&between.calendar)?;
    let (from, to) = (date(&between.from)?, date(&between.to)?);
    let days = calendar.working_days_between(from, to)?;
    if between.format == Format::Json {
        let object = json!({ "calendar": calendar.id(), "from": from, "to": to, "working_days": days });
        output::line(&object.to_string());
    } else {
        output::line(&days.0.to_string());
    }
    Ok(Ending::Well)
}
