//! `duewatch demo`: a fictional authority, the whole job, nothing to set up.

use std::{
    fs,
    path::{Path, PathBuf},
};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use clap::Args;
use tokio_util::sync::CancellationToken;

use super::{Ending, Failure, Outcome, cells::last_day, output};
use crate::{
    calendar::format_date_long,
    clock::Clock,
    duty::Duty,
    generate,
    ledger::{Claim, Mode},
    notice::Notice,
    run::{Watch, open_ledger},
    settings::Settings,
    summary,
};

/// The demonstration's fixed present: a Monday morning, as the day's one message goes out.
const AT: &str = "2026-11-16T08:30:00Z";
const HEADINGS: [&str; 5] = ["  what", "child", "duty", "due", "why"];
/// The morning shown is one of many: nothing on it is told as new only because nobody was told before.
const WATCHED_FOR: TimeDelta = TimeDelta::days(180);
const SEED: u64 = 2026;
const PLANS: u32 = 36;

#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// Where it goes: case.db, ledger.db, duewatch.toml and mail/.
    #[arg(long, default_value = "duewatch-demo")]
    dir: PathBuf,
}

/// Carries it out. Run again on the same folder it finds its own ledger and tells nobody twice.
pub(crate) async fn run(command: &Demo) -> Outcome {
    let at: DateTime<Utc> = AT.parse().map_err(|_| Failure("the demonstration has no instant".to_owned()))?;
    let dir = &command.dir;
    fs::create_dir_all(dir).map_err(|error| Failure(format!("cannot make the folder {}: {error}", dir.display())))?;
    let config = dir.join("duewatch.toml");
    prepare(dir, &config, at.date_naive()).await?;
    let settings = Settings::load(&config)?;
    let ledger = open_ledger(&settings, true).await?;
    ledger.migrate().await?;
    let since = at - WATCHED_FOR;
    ledger.found(&settings.authority.id, true, &ledger.home().await?, since).await?;
    ledger.set_mode(&Mode::Live, "demo", "the demonstration writes its mail into files", since).await?;
    ledger.close().await;
    let mut watch = Watch::open(&settings).await?;
    let clock = Clock::Fixed(at);
    let polled = watch.poll(clock).await?;
    let mut messages: Vec<Told> = Vec::new();
    watch.deliver_each(clock, &CancellationToken::new(), |claim| messages.push(told(claim, &watch))).await?;
    show(dir, &watch, at, &messages, &polled.attention);
    watch.ledger.close().await;
    Ok(Ending::Well)
}

/// The case database and the settings, unless they are there already.
async fn prepare(dir: &Path, config: &Path, as_of: NaiveDate) -> Result<(), Failure> {
    let case_db = dir.join("case.db");
    if !case_db.exists() {
        generate::write_sqlite(&case_db, &generate::authority(SEED, PLANS, as_of)).await?;
    }
    if !config.exists() {
        fs::write(config, include_str!("../../config/demo.toml"))
            .map_err(|error| Failure(format!("cannot write {}: {error}", config.display())))?;
    }
    let mail = dir.join("mail");
    fs::create_dir_all(&mail).map_err(|error| Failure(format!("cannot make the folder {}: {error}", mail.display())))
}

/// One message: to whom, and a row for each matter in it.
struct Told {
    heading: String,
    rows: Vec<Vec<String>>,
}

fn told(claim: &Claim, watch: &Watch) -> Told {
    let mut held: Vec<String> = Vec::new();
    let mut rows = Vec::new();
    for claimed in &claim.notices {
        let (notice, duty) = (&claimed.notice, &claimed.duty);
        let role = watch.procedure.role_words(notice.role);
        if !held.contains(&role) {
            held.push(role);
        }
        let rule = watch.procedure.rule(&duty.duty).map(|rule| rule.title.clone());
        let title = rule.or_else(|| summary::title(duty)).unwrap_or_else(|| "Case data".to_owned());
        rows.push(vec![
            format!("  {}", notice.kind.name().replace('_', " ")),
            duty.child.as_ref().map(|child| child.0.to_string()).unwrap_or_default(),
            title,
            last_day(duty, duty.due.as_ref()),
            why(notice, duty),
        ]);
    }
    Told { heading: format!("{}, {}", claim.mailbox.email, held.join(" and ")), rows }
}

/// The arithmetic without its result, which stands beside it, or what the record lacks; and why this person.
fn why(notice: &Notice, duty: &Duty) -> String {
    let clause = |text: &str| text.split("; ").next().unwrap_or_default().to_owned();
    let counted = clause(&duty.arithmetic);
    let counted = counted.rsplit_once(": ").map_or(counted.clone(), |(from, _)| from.to_owned());
    let why = if counted.is_empty() { duty.said().next().map(clause).unwrap_or_default() } else { counted };
    match &notice.because {
        Some(because) => format!("{why} ({because})"),
        None => why,
    }
}

fn show(dir: &Path, watch: &Watch, at: DateTime<Utc>, messages: &[Told], attention: &[String]) {
    let local = watch.zone.local_time(at);
    let dir = dir.display();
    output::line(&format!(
        "A fictional authority on {} at {}, watched by the procedure of {}.\n",
        format_date_long(local.date()),
        local.format("%H:%M"),
        watch.procedure.authority
    ));
    if messages.is_empty() {
        output::line("Nobody was told anything new: everything owed by now has been told before.");
    }
    let rows: Vec<Vec<String>> = messages.iter().flat_map(|message| message.rows.iter().cloned()).collect();
    let widths = output::widths(&HEADINGS, &rows);
    if let Some(headings) = (!messages.is_empty()).then(|| HEADINGS.map(str::to_owned)) {
        output::line(&output::laid_out(&headings, &widths));
    }
    for message in messages {
        output::line(&format!("\n{}", message.heading));
        for row in &message.rows {
            output::line(&output::laid_out(row, &widths));
        }
    }
    let sent = messages.len();
    output::line(&format!(
        "\n{sent} messages were written into {dir}/mail: one a person, and one more for what is urgent."
    ));
    for matter in attention {
        output::line(&format!("Attention: {matter}"));
    }
    let program = std::env::args().next().unwrap_or_else(|| "duewatch".to_owned());
    let again = format!("{program} --config {dir}/duewatch.toml");
    output::line(&format!(
        "\nTry next:\n  \
         {again} explain C9001 --at {AT}\n  \
         {again} duties --at {AT} --status overdue\n  \
         {again} preview --at {AT} --from 2026-11-17 --to 2026-11-20\n  \
         {again} run --once --at 2026-11-17T08:30:00Z"
    ));
}
