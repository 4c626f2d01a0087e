//! `duewatch preview`: what would be sent.

use std::path::Path;

use chrono::{DateTime, NaiveDate, Utc};
use clap::Args;

use super::{Ending, Failure, Format, Outcome, cells::last_day, instant, json, open, output};
use crate::{
    calendar::format_date_short,
    directory::Role,
    ledger::Mode,
    notice::{Effect, Withholding},
    procedure::NoticeKind,
    run::{Rehearsed, Watch, rehearse},
};

#[derive(Debug, Args)]
pub(crate) struct Preview {
    /// The first day.
    #[arg(long)]
    from: NaiveDate,
    /// The last day.
    #[arg(long)]
    to: NaiveDate,
    /// The case record is taken as it is known at this instant, instead of now.
    #[arg(long, value_parser = instant)]
    at: Option<DateTime<Utc>>,
    /// The ledger is still on trial: what its first live morning will be, if that is the first day.
    #[arg(long)]
    as_live: bool,
    /// How to print.
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

/// Carries it out.
pub(crate) async fn run(config: &Path, command: &Preview) -> Outcome {
    if command.to < command.from {
        return Err(Failure("--to lies before --from".to_owned()));
    }
    let watch = open::watch(config).await?;
    if command.as_live && watch.ledger.identity().await?.mode == Mode::Live {
        return Err(Failure(format!("{} is live already: leave out --as-live", watch.ledger.name())));
    }
    let Rehearsed { messages, withheld, waiting } =
        rehearse(&watch, command.from, command.to, open::at(command.at), command.as_live).await?;
    if command.format == Format::Json {
        for message in &messages {
            output::line(&json::previewed(&watch.authority, message).to_string());
        }
        return Ok(Ending::Well);
    }
    let mut rows = Vec::new();
    for message in &messages {
        let at = at(&watch, message.at);
        for (notice, duty) in &message.matters {
            rows.push(vec![
                at.clone(),
                notice.effect.person.0.clone(),
                watch.procedure.role_words(notice.role),
                notice.kind.name().to_owned(),
                duty.child.as_ref().map(|child| child.0.to_string()).unwrap_or_default(),
                duty.duty.0.to_string(),
                last_day(duty, duty.due.as_ref()),
                notice.because.clone().unwrap_or_default(),
            ]);
        }
    }
    output::table(&["at", "person", "as", "kind", "child", "duty", "due", "because"], &rows);
    let unsent: Vec<Vec<String>> = withheld
        .iter()
        .map(|withheld| not_sent(&watch, &withheld.effect, withheld.role, withheld.kind, kept(&watch, &withheld.why)))
        .chain(waiting.iter().map(|notice| {
            let why = format!("waits until {}", at(&watch, notice.send_at));
            not_sent(&watch, &notice.effect, notice.role, notice.kind, why)
        }))
        .collect();
    if !unsent.is_empty() {
        output::line("\nOwed by then, and not sent:");
        output::table(&["person", "as", "kind", "child", "duty", "why not"], &unsent);
    }
    output::line(&format!("\n{} messages, {} lines. Nothing was changed.", messages.len(), rows.len()));
    Ok(Ending::Well)
}

fn at(watch: &Watch, at: DateTime<Utc>) -> String {
    let local = watch.zone.local_time(at);
    format!("{} {}", format_date_short(local.date()), local.format("%H:%M"))
}

fn not_sent(watch: &Watch, effect: &Effect, role: Role, kind: NoticeKind, why: String) -> Vec<String> {
    vec![
        effect.person.0.clone(),
        watch.procedure.role_words(role),
        kind.name().to_owned(),
        effect.child.as_ref().map(|child| child.0.to_string()).unwrap_or_default(),
        effect.duty.0.to_string(),
        why,
    ]
}

fn kept(watch: &Watch, why: &Withholding) -> String {
    match why {
        Withholding::Rests(rest) => format!("{} until {}", rest.kind.words(), at(watch, rest.until)),
        Withholding::OldData => "the case data is too old".to_owned(),
    }
}
