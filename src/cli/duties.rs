//! `duewatch duties`: every duty as it stands.

use std::path::Path;

use chrono::{DateTime, NaiveDate, Utc};
use clap::Args;

use super::{Ending, Format, Outcome, cells::last_day, instant, json, open, output};
use crate::{
    calendar::format_date_short,
    duty::{Duty, Status},
};

#[derive(Debug, Args)]
pub(crate) struct Duties {
    /// At this instant instead of now, e.g. 2026-11-16T08:30:00Z.
    #[arg(long, value_parser = instant)]
    at: Option<DateTime<Utc>>,
    /// One child only.
    #[arg(long, value_name = "REF")]
    child: Option<String>,
    /// One status only: met, open, amber, overdue or cannot_tell.
    #[arg(long, value_parser = status)]
    status: Option<Status>,
    /// How to print.
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
    /// End with 1 when anything is printed.
    #[arg(long)]
    fail: bool,
}

fn status(text: &str) -> Result<Status, String> {
    Status::from_name(text).ok_or_else(|| {
        let names: Vec<&str> = Status::ALL.into_iter().map(|(name, _)| name).collect();
        format!("the statuses are: {}", names.join(", "))
    })
}

/// Carries it out.
pub(crate) async fn run(config: &Path, command: &Duties) -> Outcome {
    let watch = open::watch(config).await?;
    let wanted = |duty: &Duty| {
        let child = duty.child.as_ref().map(|child| child.0.as_str());
        command.child.as_deref().is_none_or(|asked| child == Some(asked))
            && command.status.is_none_or(|status| duty.status == status)
    };
    let mut duties: Vec<Duty> = Vec::new();
    let now = open::at(command.at);
    let load = watch
        .read_each(now, |_, assessment| duties.extend(assessment.duties().filter(|duty| wanted(duty)).cloned()))
        .await?;
    duties.extend(load.of_authority.into_iter().filter(wanted));
    print(&watch.authority, &duties, command.format);
    let attention = command.fail && !duties.is_empty();
    Ok(if attention { Ending::NeedsAttention } else { Ending::Well })
}

fn print(authority: &str, duties: &[Duty], format: Format) {
    let day = |on: Option<NaiveDate>| on.map(|on| on.to_string()).unwrap_or_default();
    let child = |duty: &Duty| duty.child.as_ref().map(|child| child.0.to_string()).unwrap_or_default();
    match format {
        Format::Json => duties.iter().for_each(|duty| output::line(&json::duty(authority, duty).to_string())),
        Format::Csv => {
            output::line("authority,child,duty,key,anchor,strict,due,status,met_on,late,provisional,citation");
            for duty in duties {
                output::csv(&[
                    authority.to_owned(),
                    child(duty),
                    duty.duty.0.to_string(),
                    duty.key.0.clone(),
                    duty.anchor.on.to_string(),
                    day(duty.strict.as_ref().map(|reading| reading.on.on())),
                    day(duty.due.as_ref().map(|reading| reading.on.on())),
                    duty.status.name().to_owned(),
                    day(duty.met_on),
                    duty.late.to_string(),
                    duty.provisional.to_string(),
                    duty.citation.to_string(),
                ]);
            }
        }
        Format::Table => {
            let short = |on: Option<NaiveDate>| on.map(format_date_short).unwrap_or_default();
            let rows: Vec<Vec<String>> = duties
                .iter()
                .map(|duty| {
                    let late = if duty.status == Status::Met && duty.late { " late" } else { "" };
                    vec![
                        child(duty),
                        duty.duty.0.to_string(),
                        format!("{}{late}", duty.status.name()),
                        last_day(duty, duty.strict.as_ref()),
                        last_day(duty, duty.due.as_ref()),
                        short(duty.met_on),
                        duty.citation.to_string(),
                    ]
                })
                .collect();
            output::table(&["child", "duty", "status", "best by", "late after", "met", "rule"], &rows);
        }
    }
}
