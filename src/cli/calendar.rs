//! `duewatch calendar`: working days from the shipped calendars.

use std::io::BufRead;

use chrono::NaiveDate;
use clap::{Args, Subcommand};
use serde_json::json;

use super::{Ending, Failure, Format, Outcome, output};
use crate::calendar::{Calendar as WorkingDays, FirstDay, LastDay, Limit, Period, Trust};

/// Working days: add them, count them, list the holidays.
#[derive(Debug, Subcommand)]
pub(crate) enum Calendar {
    /// The last day of a period, e.g. `add england-and-wales 2026-12-18 "10 working days"`.
    Add(Add),
    /// The holidays of a calendar.
    Holidays(Holidays),
    /// How many working days lie after the first date, up to and including the second; negative if the second is earlier.
    Between(Between),
}

#[derive(Debug, Args)]
pub(crate) struct Add {
    /// The calendar, e.g. england-and-wales.
    #[arg(required_unless_present = "batch")]
    calendar: Option<String>,
    /// The day of the event.
    #[arg(required_unless_present = "batch")]
    date: Option<String>,
    /// The period, e.g. "10 working days", "6 weeks", "12 months".
    #[arg(required_unless_present = "batch")]
    period: Option<String>,
    /// Whether the day of the event is day 1 (`included`) or the day after it (`excluded`).
    #[arg(long, default_value = "excluded", value_parser = ["excluded", "included"])]
    first_day: String,
    /// Read `calendar,date,period` lines from standard input; each gives one line, and a blank one a blank one.
    #[arg(long, conflicts_with_all = ["calendar", "date", "period", "format"])]
    batch: bool,
    /// How to print.
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

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

/// Carries it out.
pub(crate) fn run(command: &Calendar) -> Outcome {
    match command {
        Calendar::Add(add) if add.batch => batch(first_day(add)),
        Calendar::Add(add) => one(add),
        Calendar::Holidays(holidays) => list(holidays),
        Calendar::Between(between) => count(between),
    }
}

fn first_day(add: &Add) -> FirstDay {
    if add.first_day == "included" { FirstDay::Included } else { FirstDay::Excluded }
}

fn one(add: &Add) -> Outcome {
    let word = |word: &Option<String>| word.clone().unwrap_or_default();
    let (id, start, period) = (word(&add.calendar), word(&add.date), word(&add.period));
    let calendar = known(&id).map_err(Failure)?;
    let start = date(&start).map_err(Failure)?;
    let period: Period = period.parse()?;
    let limit = after(&calendar, start, period, first_day(add)).map_err(Failure)?;
    if add.format == Format::Json {
        let skipped = match period {
            Period::WorkingDays(_) | Period::WorkingWeeks(_) => {
                calendar.skipped(start, limit.on, Trust::WithProvisional)
            }
            _ => Vec::new(),
        };
        let object = json!({
            "calendar": calendar.id(), "start": start, "period": period.to_string(), "first_day": add.first_day,
            "on": limit.on, "provisional": limit.provisional, "skipped": skipped,
        });
        output::line(&object.to_string());
    } else {
        output::line(&in_batch_form(limit));
    }
    Ok(Ending::Well)
}

/// One line out for each line in, so that a caller can set them side by side.
fn batch(first_day: FirstDay) -> Outcome {
    let mut failed = 0_usize;
    // Bytes, not text: one line that is no UTF-8 must not cost the others their answers.
    for line in std::io::stdin().lock().split(b'\n') {
        let line = line?;
        let line = String::from_utf8_lossy(&line);
        if line.trim().is_empty() {
            output::line("");
            continue;
        }
        match batch_line(&line, first_day) {
            Ok(limit) => output::line(&in_batch_form(limit)),
            Err(why) => {
                failed += 1;
                output::line(&format!("error: {why}"));
            }
        }
    }
    match failed {
        0 => Ok(Ending::Well),
        1 => Err(Failure("1 line could not be counted; its line of output says why".to_owned())),
        _ => Err(Failure(format!("{failed} lines could not be counted; their lines of output say why"))),
    }
}

fn batch_line(line: &str, first_day: FirstDay) -> Result<Limit, String> {
    let fields: Vec<&str> = line.split(',').map(str::trim).collect();
    let [id, start, period] = fields.as_slice() else {
        return Err("write calendar,date,period".to_owned());
    };
    let period = period.parse::<Period>().map_err(|error| error.to_string())?;
    after(&known(id)?, date(start)?, period, first_day)
}

fn after(calendar: &WorkingDays, start: NaiveDate, period: Period, first_day: FirstDay) -> Result<Limit, String> {
    calendar.after(start, period, first_day, LastDay::AsIs, Trust::WithProvisional).map_err(|error| error.to_string())
}

fn in_batch_form(limit: Limit) -> String {
    if limit.provisional { format!("{},provisional", limit.on) } else { limit.on.to_string() }
}

fn known(id: &str) -> Result<WorkingDays, String> {
    WorkingDays::shipped(id).ok_or_else(|| {
        let ids: Vec<&str> = WorkingDays::shipped_ids().collect();
        format!("there is no calendar `{id}`; there is: {}", ids.join(", "))
    })
}

fn date(text: &str) -> Result<NaiveDate, String> {
    text.parse().map_err(|_| format!("`{text}` is not a date; write it as 2026-12-18"))
}

fn list(holidays: &Holidays) -> Outcome {
    let calendar = known(&holidays.calendar).map_err(Failure)?;
    let (first, last) = (calendar.known_from(), calendar.known_until());
    let years = holidays.year.map_or(year_of(first)..=year_of(last), |year| year..=year);
    if holidays.year.is_some_and(|year| year < year_of(first) || year > year_of(last)) {
        let why = format!("calendar {} holds {} to {}", calendar.id(), year_of(first), year_of(last));
        return Err(Failure(why));
    }
    let days = years.flat_map(|year| calendar.holidays_in(year));
    match holidays.format {
        Format::Json => {
            for day in days {
                let object = json!({
                    "calendar": calendar.id(), "on": day.on, "title": day.title, "substitute": day.substitute,
                    "one_off": day.one_off, "status": day.status.as_str(), "source": day.source,
                });
                output::line(&object.to_string());
            }
        }
        Format::Csv => {
            output::line("on,title,status");
            days.for_each(|day| output::csv(&[day.on.to_string(), day.title.clone(), day.status.to_string()]));
        }
        Format::Table => {
            let rows: Vec<Vec<String>> = days
                .map(|day| {
                    let kind = match (day.substitute, day.one_off) {
                        (true, _) => "substitute",
                        (false, true) => "one-off",
                        (false, false) => "",
                    };
                    let on = crate::calendar::format_date_short(day.on);
                    vec![on, day.title.clone(), kind.to_owned(), day.status.to_string()]
                })
                .collect();
            output::table(&["date", "holiday", "kind", "status"], &rows);
            output::line(&format!("\nPublished until {}.", calendar.published_until()));
        }
    }
    Ok(Ending::Well)
}

fn year_of(on: NaiveDate) -> i32 {
    chrono::Datelike::year(&on)
}

fn count(between: &Between) -> Outcome {
    let calendar = known(&between.calendar).map_err(Failure)?;
    let (from, to) = (date(&between.from).map_err(Failure)?, date(&between.to).map_err(Failure)?);
    let days = calendar.working_days_between(from, to)?;
    if between.format == Format::Json {
        let object = json!({ "calendar": calendar.id(), "from": from, "to": to, "working_days": days });
        output::line(&object.to_string());
    } else {
        output::line(&days.to_string());
    }
    Ok(Ending::Well)
}
