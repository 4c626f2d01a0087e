//! `duewatch calendar refresh`: a published list taken in.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use chrono::NaiveDate;
use clap::Args;
use serde_json::json;

use super::{
    super::{Ending, Format, Outcome, output},
    date, own,
};
use crate::{
    calendar::{ChangeKind, Feed, Renewal, Zone, format_date_short},
    clock::Clock,
    own_calendars::Fetcher,
};

#[derive(Debug, Args)]
pub(crate) struct Refresh {
    /// The calendar, e.g. england-and-wales.
    calendar: String,
    /// The list: a file, or an https address such as `https://www.gov.uk/bank-holidays.json`. Either gov.uk's JSON or the form
    /// of a holiday file.
    #[arg(long, value_name = "FILE|URL")]
    from: String,
    /// A day that is a holiday now, is not in the list, and is one no more. Can be given several times.
    #[arg(long, value_name = "DATE")]
    withdraw: Vec<String>,
    /// Certificate authorities to trust besides the system's.
    #[arg(long, value_name = "PEM")]
    ca_file: Option<PathBuf>,
    /// How to print.
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
    /// How long the fetch may take.
    #[arg(long, hide = true, value_name = "MS", default_value_t = 30_000)]
    within_ms: u64,
}

pub(super) fn run(config: &Path, command: &Refresh) -> Outcome {
    let id = &command.calendar;
    let withdrawn: Vec<NaiveDate> = command.withdraw.iter().map(|text| date(text)).collect::<Result<_, _>>()?;
    let mut own = own(config)?;
    // Nothing is laid over a file that has a mistake, and nothing is fetched for a calendar that is not there.
    own.clone().sound()?.renewable(id)?;
    let limit = Duration::from_millis(command.within_ms);
    let text = Fetcher { limit, ca_file: command.ca_file.clone() }.text(&command.from)?;
    let today = Zone::from_name("Europe/London")?.local_date(Clock::System.now());
    let feed = Feed::read(id, &text, &format!("{}, read {today}", command.from))?;
    let renewal = own.almanac.renewed(id, &feed, &withdrawn)?;
    let written = own.store(&renewal)?;
    show(command, &renewal, written.as_deref());
    Ok(Ending::Well)
}

fn show(command: &Refresh, renewal: &Renewal, written: Option<&Path>) {
    let until = renewal.holidays.published_until();
    if command.format == Format::Json {
        for change in &renewal.changes {
            let kind = change.kind.to_string().replace(' ', "-");
            let object = json!({
                "calendar": command.calendar, "change": kind, "on": change.on, "title": change.title,
            });
            output::line(&object.to_string());
        }
        let changes = renewal.changes.iter().filter(|change| change.kind != ChangeKind::StillExpected).count();
        let object = json!({
            "calendar": command.calendar, "changes": changes, "written": written, "published_until": until,
            "calendar_hash": renewal.holidays.hash(),
        });
        return output::line(&object.to_string());
    }
    for change in &renewal.changes {
        output::line(&format!("{:<14}  {}  {}", change.kind, format_date_short(change.on), change.title));
    }
    if renewal.changes.iter().any(|change| change.kind == ChangeKind::StillExpected) {
        output::line(
            "What is still expected was computed, and is not in this list. When one of those days is no holiday, say so with \
             --withdraw DATE.",
        );
    }
    match written {
        Some(path) => output::line(&format!("Written to {}. Published until {until}.", path.display())),
        None => output::line(&format!("Nothing new. Published until {until}.")),
    }
}
