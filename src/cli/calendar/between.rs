//! `duewatch calendar between`: how many working days.

use clap::Args;
use serde_json::json;

use super::{
    super::{Ending, Format, Outcome, output},
    beyond_data, date,
};
use crate::calendar::{Almanac, Trust};

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
    let counted = calendar.count_working_days(from, to, Trust::WithProvisional)?;
    if between.format == Format::Json {
        let object = json!({
            "calendar": calendar.id(), "from": from, "to": to, "working_days": counted.days,
            "provisional": counted.provisional, "beyond_data": counted.beyond_data,
        });
        output::line(&object.to_string());
    } else {
        output::line(&counted.days.0.to_string());
    }
    if counted.beyond_data {
        output::complain(&beyond_data(&calendar));
    }
    Ok(Ending::Well)
}
