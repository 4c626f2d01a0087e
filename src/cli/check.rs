//! `duewatch check`: all that can be checked before anything depends on it.

use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use clap::Args;

use super::{Ending, Outcome, open, output, supply};
use crate::{
    clock::Clock,
    directory::Table,
    duty::Duty,
    ledger::Mode,
    procedure::{DutyCatalogue, Procedure, Rule},
    run::{CaseLoad, DueUntil, Watch, WatchError, said},
    settings::Settings,
    source::{Defect, Fault, guard, guard_name},
};

#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Sends one test message to this address, through the configured channel.
    #[arg(long, value_name = "ADDRESS")]
    send_test: Option<String>,
    /// At this instant instead of now, for a simulated ledger.
    #[arg(long, value_parser = super::instant)]
    at: Option<DateTime<Utc>>,
}

/// One thing that was looked at and is as it should be.
pub(super) fn well(what: &str) {
    output::line(&format!("ok     {what}"));
}

/// One thing to know, which nothing depends on.
pub(super) fn note(what: &str) {
    output::line(&format!("note   {what}"));
}

/// How many things are not.
#[derive(Default)]
pub(super) struct Findings {
    faults: usize,
}

impl Findings {
    pub(super) fn fault(&mut self, what: &str) {
        self.faults += 1;
        output::line(&format!("FAULT  {what}"));
    }

    fn judge(&mut self, holds: bool, ok: &str, fault: &str) {
        if holds { well(ok) } else { self.fault(fault) }
    }
}

/// Carries it out.
pub(crate) async fn run(config: &Path, command: &Check) -> Outcome {
    let mut findings = Findings::default();
    let settings = Settings::load(config)?;
    well(&format!("settings: {}", config.display()));
    match Watch::open(&settings).await {
        Err(error) => findings.fault(&error.to_string()),
        Ok(watch) => {
            let now = open::at(command.at);
            rules(&watch, now, &mut findings);
            calendars(&watch, &mut findings);
            ledger(&watch, &mut findings).await;
            for fault in &watch.own_directory.faults {
                findings.fault(&format!("directory: {fault}"));
            }
            let (mut due, mut duties) = (DueUntil::default(), 0_usize);
            let known_until = watch.calendar.known_until();
            let mut count = |duty: &Duty| {
                due.add(duty, known_until);
                duties += 1;
            };
            match watch.read_each(now, |_, assessment| assessment.duties().for_each(&mut count)).await {
                Err(error) => {
                    horizon(&watch, DueUntil::default(), now, &mut findings);
                    // What is wrong with the files has just been said, one by one.
                    if !matches!(error, WatchError::Directory { .. }) {
                        findings.fault(&error.to_string());
                    }
                }
                Ok(load) => {
                    load.of_authority.iter().for_each(count);
                    horizon(&watch, due, now, &mut findings);
                    source(&watch, &load, duties, now, &mut findings).await;
                    supply::check(&watch, &load, &mut findings).await;
                    directory(&watch, &load, now, &mut findings);
                }
            }
            mail(&watch, command, now, &mut findings).await;
        }
    }
    match findings.faults {
        0 => output::line("\nAll is well."),
        1 => output::line("\n1 fault."),
        faults => output::line(&format!("\n{faults} faults.")),
    }
    Ok(if findings.faults == 0 { Ending::Well } else { Ending::NeedsAttention })
}

fn rules(watch: &Watch, now: DateTime<Utc>, findings: &mut Findings) {
    let today = watch.zone.local_date(now);
    let procedure = &watch.procedure;
    let name = format!("procedure {} {}: {} rules", procedure.authority, procedure.version, procedure.rules.len());
    findings.judge(
        today <= procedure.review_by_on,
        &format!("{name}, to be reviewed by {}", procedure.review_by_on),
        &format!("{name}; it was to be reviewed by {}", procedure.review_by_on),
    );
    findings.judge(
        procedure.in_force_on <= today,
        &format!("procedure in force since {}", procedure.in_force_on),
        &format!("procedure not in force before {}", procedure.in_force_on),
    );
    watched(procedure);
}

/// How much of the document the rules carry. What they leave out is no fault of this installation, and nobody may take it for
/// watched.
fn watched(procedure: &Procedure) {
    let catalogue = DutyCatalogue::shipped();
    let coverage = catalogue.coverage(std::slice::from_ref(procedure));
    if let Some(of) = coverage.iter().find(|of| of.authority == procedure.id) {
        let (duties, gaps) = (of.rows.len(), of.gaps().count());
        let others = if gaps == 0 { "" } else { "; `duewatch procedures coverage` names the others" };
        well(&format!("procedure: watches {} of the {duties} duties of its document{others}", duties - gaps));
    }
    let told = |what: &str, rules: Vec<&Rule>| {
        if !rules.is_empty() {
            let named: Vec<&str> = rules.iter().map(|rule| rule.duty.0.as_str()).collect();
            well(&format!("procedure: {what}: {}", named.join(", ")));
        }
    };
    let with = |test: fn(&Rule) -> bool| procedure.rules.iter().filter(|rule| test(rule)).collect::<Vec<_>>();
    told("what England asks of every authority, where the procedure is silent", with(|rule| rule.sure.is_some()));
    told("changed by the authority", with(|rule| rule.changed.is_some()));
    told("only for clocks that began under the version before", with(|rule| rule.begun_before.is_some()));
}

fn calendars(watch: &Watch, findings: &mut Findings) {
    let (id, hash) = (watch.calendar.id(), watch.calendar.hash());
    well(&format!("calendar {id} ({}): {}", hash.get(..12).unwrap_or(hash), watch.own.files_of(id)));
    for fault in &watch.own.faults {
        findings.fault(&format!("calendars: {fault}"));
    }
}

fn horizon(watch: &Watch, due: DueUntil, now: DateTime<Utc>, findings: &mut Findings) {
    let faults = watch.horizon(due, now);
    if faults.is_empty() {
        well(&format!("calendar {}: published until {}", watch.calendar.id(), watch.calendar.published_until()));
    }
    for fault in faults {
        findings.fault(&fault);
    }
}

async fn ledger(watch: &Watch, findings: &mut Findings) {
    let name = watch.ledger.name().to_owned();
    match watch.ledger.identity_of(&watch.authority).await {
        Err(error) => return findings.fault(&error.to_string()),
        Ok(identity) => {
            let simulated = if identity.simulated { ", simulated" } else { "" };
            let mails = match identity.mode {
                Mode::Record => "; mail is kept and sent to nobody",
                Mode::Redirect(_) => "; all mail goes to one address",
                Mode::Live => "",
            };
            well(&format!("ledger {name}: mode {}{simulated}{mails}", identity.mode));
        }
    }
    match watch.recognise_ledger().await {
        Ok(()) => well("ledger: where it was registered, with all that it was last seen with"),
        Err(error) => findings.fault(&error.to_string()),
    }
    match watch.ledger.outbox_depth().await {
        Err(error) => findings.fault(&error.to_string()),
        Ok(depth) => {
            let failed: u64 = ["refused", "returned", "dead"].iter().filter_map(|state| depth.get(*state)).sum();
            findings.judge(
                failed == 0,
                "ledger: no message was refused, came back or was given up",
                &format!("ledger: {failed} messages were refused, came back or were given up"),
            );
        }
    }
}

async fn source(watch: &Watch, load: &CaseLoad, duties: usize, now: DateTime<Utc>, findings: &mut Findings) {
    let children = &load.books.children;
    well(&format!(
        "case database {}: {} children, {} with an open plan; {duties} duties",
        load.mark.source_name, children.seen, children.assessed,
    ));
    if let Ok(identity) = watch.ledger.identity().await
        && let Some(expected) = identity.source_name
        && let Err(guarded) = guard_name(&expected, &load.mark.source_name)
    {
        findings.fault(&format!("case data: {guarded}"));
    }
    let age = now - load.mark.loaded_at;
    if age < TimeDelta::hours(-1) {
        findings.fault("case data: loaded in the future, says its load mark, which cannot be right");
    }
    findings.judge(
        !watch.is_stale(load.mark.loaded_at, now),
        &format!("case data: {} h old", age.num_hours().max(0)),
        &format!("case data: {} h old; what is urgent is told only as fast as it is copied", age.num_hours()),
    );
    match watch.previous_counts().await {
        Err(error) => findings.fault(&error.to_string()),
        Ok(previous) => {
            if let Err(guarded) = guard(previous.as_ref(), &load.counts, watch.shrink_percent) {
                findings.fault(&format!("case data: {guarded}"));
            }
        }
    }
    let faults = load.faults.iter().filter(|fault| !fault.what.is_of_the_directory());
    let (orphans, faults): (Vec<_>, Vec<_>) = faults.partition(|fault| matches!(fault.what, Defect::Orphans(_)));
    for orphan in orphans {
        well(&format!("case data, not used: {orphan}"));
    }
    for fault in faults.iter().take(20) {
        findings.fault(&format!("case data: {fault}"));
    }
    if faults.len() > 20 {
        findings.fault(&format!("case data: {} further faults", faults.len() - 20));
    }
}

fn directory(watch: &Watch, load: &CaseLoad, now: DateTime<Utc>, findings: &mut Findings) {
    let today = watch.zone.local_date(now);
    let rows = &load.directory;
    for (table, count) in [
        (Table::Workers, rows.people.len()),
        (Table::Teams, rows.teams.len()),
        (Table::Absences, rows.absences.values().map(Vec::len).sum()),
        (Table::Posts, rows.posts.values().map(Vec::len).sum()),
    ] {
        well(&format!("directory: {} from {}: {count}", table.name(), watch.own_directory.origin(table)));
    }
    let astray: Vec<Fault> = load.faults.iter().filter(|fault| fault.what.is_of_the_directory()).cloned().collect();
    for fault in said(&astray).into_iter().chain(said(&load.unreached)) {
        findings.fault(&format!("directory: {fault}"));
    }
    if astray.is_empty() {
        well("directory: everybody who is named in a case or in a row is in it");
    }
    for post in watch.told_posts().into_iter().filter(|post| load.directory.reaches(*post, today)) {
        well(&format!("directory: {} is filled", watch.procedure.role_words(post)));
    }
    let people = load.directory.people.values().filter(|person| person.left_on.is_none_or(|on| on >= today));
    let without = people.filter(|person| person.email.is_none()).count();
    let refused = load.refused_addresses.len();
    findings.judge(
        refused == 0,
        "directory: every address lies in an allowed domain",
        &format!(
            "directory: {refused} addresses lie outside the allowed domains: {}",
            load.refused_addresses.join("; ")
        ),
    );
    findings.judge(
        without <= refused,
        "directory: everybody has an address",
        &format!(
            "directory: {} without an address; what is theirs goes to the next above",
            without - refused.min(without)
        ),
    );
}

async fn mail(watch: &Watch, command: &Check, now: DateTime<Utc>, findings: &mut Findings) {
    match watch.last_recipient_fails(now).await {
        Ok(None) => {}
        Ok(Some(alarm)) => findings.fault(&alarm),
        Err(error) => findings.fault(&error.to_string()),
    }
    match watch.channel.test().await {
        Ok(()) => well("mail: the channel is ready"),
        Err(why) => findings.fault(&format!("mail: {why}")),
    }
    for (place, read) in watch.test_returns() {
        match read {
            Ok(()) => well(&format!("mail: what comes back is read in {place}")),
            Err(why) => findings.fault(&format!("mail: {why}")),
        }
    }
    if watch.sends_unwatched() {
        note("mail: what comes back is not read; see [mail.returns] in the settings");
    }
    if let Some(address) = &command.send_test {
        match watch.send_test(address, Clock::System).await {
            Ok(()) => well("mail: the test message was handed over"),
            Err(why) => findings.fault(&format!("mail: the test message was not handed over: {why}")),
        }
    }
}
