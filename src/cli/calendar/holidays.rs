//! `duewatch calendar holidays`: the days that are not counted, and what each is known from.

use chrono::Datelike;
use clap::Args;
use serde_json::json;

use super::super::{Ending, Failure, Format, Outcome, output};
use crate::calendar::{Almanac, Holiday, format_date_short};

#[derive(Debug, Args)]
pub(crate) struct Holidays {
    /// The calendar.
    calendar: String,
    /// One year only.
    #[arg(long)]
    year: Option<i32>,
    /// How to print.
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

pub(super) fn run(almanac: &Almanac, asked: &Holidays) -> Outcome {
    let holidays = almanac.holidays(&asked.calendar)?;
    let (first, last) = (holidays.known_from().year(), holidays.known_until().year());
    if asked.year.is_some_and(|year| !(first..=last).contains(&year) && holidays.in_year(year).next().is_none()) {
        return Err(Failure(format!("calendar {} holds {first} to {last}", holidays.id())));
    }
    let days = holidays.days().iter().filter(|day| asked.year.is_none_or(|year| day.on.year() == year));
    match asked.format {
        Format::Json => {
            for day in days {
                let object = json!({
                    "calendar": holidays.id(), "on": day.on, "title": day.title, "substitute": day.substitute,
                    "one_off": day.one_off, "status": day.status.as_str(), "source": day.source,
                });
                output::line(&object.to_string());
            }
        }
        Format::Csv => {
            output::line("on,title,status,kind,source");
            days.for_each(|day| {
                let (on, status, kind) = (day.on.to_string(), day.status.to_string(), day.kind().to_owned());
                output::csv(&[on, day.title.clone(), status, kind, day.source.clone()]);
            });
        }
        Format::Table => {
            let row = |day: &Holiday| {
                let kind = if day.kind() == "regular" { "" } else { day.kind() };
                vec![format_date_short(day.on), day.title.clone(), kind.to_owned(), day.status.to_string()]
            };
            output::table(&["date", "holiday", "kind", "status"], &days.map(row).collect::<Vec<_>>());
            output::line(&format!("\nPublished until {}.", holidays.published_until()));
        }
    }
    Ok(Ending::Well)
}
