//! `duewatch ack`: somebody says that they act on it.

use std::path::Path;

use chrono::{DateTime, Utc};
use clap::Args;

use super::{Ending, Failure, Outcome, instant, open, output};
use crate::{
    calendar::{Convention, Period, Trust, format_date_long},
    duty::DutyKey,
    ledger::{NewAck, Whose},
    notice::NoticeState,
    procedure::DutyId,
    record::{ChildRef, PersonRef},
};

/// The longest rest that an acknowledgement gives, in working days: it is a promise to act, not a way to be left alone.
const AT_MOST: u32 = 10;

#[derive(Debug, Args)]
pub(crate) struct Ack {
    /// The child's reference.
    child: String,
    /// The duty's id.
    #[arg(long)]
    duty: String,
    /// Which of that rule's duties, where there are several, e.g. `conference:C12`.
    #[arg(long)]
    key: Option<String>,
    /// Who acts on it, by the case system's key.
    #[arg(long)]
    by: String,
    /// What they are doing.
    #[arg(long)]
    reason: String,
    /// For how many working days repeats to them rest, at most 10.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=i64::from(AT_MOST)))]
    working_days: u32,
    /// At this instant instead of now, on a simulated ledger.
    #[arg(long, value_parser = instant)]
    at: Option<DateTime<Utc>>,
}

/// Carries it out.
pub(crate) async fn run(config: &Path, command: &Ack) -> Outcome {
    let watch = open::watch(config).await?;
    if command.at.is_some() && !watch.ledger.identity().await?.simulated {
        return Err(Failure("--at is only for a ledger that was created as simulated".to_owned()));
    }
    watch.recognise_ledger().await?;
    let now = open::at(command.at);
    let child = ChildRef(command.child.as_str().into());
    let history = watch.ledger.history(Whose::Children(std::slice::from_ref(&child)), now).await?;
    let was_told = history.duties.iter().any(|(of, past)| {
        of.duty.0 == command.duty
            && command.key.as_ref().is_none_or(|key| of.key.0 == *key)
            && past.told.iter().any(|told| told.person.0 == command.by && told.state == NoticeState::Bundled)
    });
    if !was_told {
        return Err(Failure(format!(
            "nothing stands that {} was told about child {}, duty {}; `duewatch explain {}` shows what was told to whom",
            command.by, command.child, command.duty, command.child
        )));
    }
    let today = watch.zone.local_date(now);
    let rest = Period::WorkingDays(command.working_days);
    let until = watch.calendar.after(today, rest, Convention::ORDINARY, Trust::WithProvisional)?.on;
    let ack = NewAck {
        child: Some(child),
        duty: DutyId(command.duty.as_str().into()),
        key: command.key.clone().map(DutyKey),
        person: PersonRef(command.by.clone()),
        reason: command.reason.clone(),
        until: until.ends_at(watch.zone),
    };
    watch.ledger.ack(&ack, now).await?;
    watch.ledger.close().await;
    let until = format_date_long(until.on());
    output::line(&format!(
        "Recorded. Repeats to {} rest until the end of {until}; every other step goes on.",
        command.by
    ));
    Ok(Ending::Well)
}
