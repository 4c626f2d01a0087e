//! `duewatch demo`: a fictional authority, the whole job, nothing to set up.

use std::{
    fs,
    path::{Path, PathBuf},
};

use chrono::{DateTime, NaiveDate, Utc};
use clap::Args;
use tokio_util::sync::CancellationToken;

use super::{Ending, Failure, Outcome, output};
use crate::{
    calendar::format_date_long,
    clock::Clock,
    generate,
    ledger::{Claim, Mode},
    message::headline,
    run::{Watch, open_ledger},
    settings::Settings,
};

/// The demonstration's fixed present: a Monday morning, as the day's one message goes out.
const AT: &str = "2026-11-16T08:30:00Z";
const SEED: u64 = 2026;
const PLANS: u32 = 40;

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
    ledger.found(&settings.authority.id, true, &ledger.home().await?, at).await?;
    ledger.set_mode(&Mode::Live, "demo", "the demonstration writes its mail into files", at).await?;
    ledger.close().await;
    let watch = Watch::open(&settings).await?;
    let clock = Clock::Fixed(at);
    let polled = watch.poll(clock).await?;
    let mut told: Vec<Vec<String>> = Vec::new();
    let delivered =
        watch.deliver_each(clock, &CancellationToken::new(), |claim| told.extend(rows(claim, &watch))).await?;
    show(dir, &watch, at, &told, delivered.handed_over, &polled.attention);
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

/// Who was told what and why: a row for each notice of a message.
fn rows(claim: &Claim, watch: &Watch) -> Vec<Vec<String>> {
    let row = |claimed: &crate::ledger::ClaimedNotice| {
        let (notice, duty) = (&claimed.notice, &claimed.duty);
        let rule = watch.procedure.rule(&duty.duty);
        vec![
            claim.mailbox.email.clone(),
            watch.procedure.role_words(notice.role),
            notice.kind.name().replace('_', " "),
            duty.child.as_ref().map(|child| child.0.clone()).unwrap_or_default(),
            rule.map_or_else(|| "Case data".to_owned(), |rule| rule.title.clone()),
            duty.due.as_ref().map(|due| due.on.to_string()).unwrap_or_default(),
            headline(&duty.arithmetic),
        ]
    };
    claim.notices.iter().map(row).collect()
}

fn show(dir: &Path, watch: &Watch, at: DateTime<Utc>, told: &[Vec<String>], sent: u64, attention: &[String]) {
    let local = watch.zone.local_time(at);
    let dir = dir.display();
    output::line(&format!(
        "A fictional authority on {} at {}, watched by the procedure of {}.\n",
        format_date_long(local.date()),
        local.format("%H:%M"),
        watch.procedure.authority
    ));
    if told.is_empty() {
        output::line("Nobody was told anything new: everything owed by now has been told before.");
    } else {
        output::table(&["told", "as", "what", "child", "duty", "due", "why"], told);
    }
    output::line(&format!("\n{sent} messages were written into {dir}/mail, one for each person."));
    for matter in attention {
        output::line(&format!("Attention: {matter}"));
    }
    output::line(&format!(
        "\nTry next:\n  \
         duewatch --config {dir}/duewatch.toml explain C9001 --at {AT}\n  \
         duewatch --config {dir}/duewatch.toml duties --at {AT} --status overdue\n  \
         duewatch --config {dir}/duewatch.toml preview --at {AT} --from 2026-11-17 --to 2026-11-20\n  \
         duewatch --config {dir}/duewatch.toml run --once --at 2026-11-17T08:30:00Z"
    ));
}
