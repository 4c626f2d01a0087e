//! `duewatch explain`: one child, every step.

use std::path::Path;

use chrono::{DateTime, Utc};
use clap::Args;

use super::{
    Ending, Failure, Outcome,
    considered::Considering,
    foreseen::{Coming, Outlook},
    instant, json, open, output,
};
use crate::{
    calendar::{format_date_long, format_date_short},
    duty::{Assessment, Duty, Idle, Lacking, Outcome as Comes, Status, Terms},
    ledger::{MessageState, ToldStep, Whose},
    notice::{DutyRef, Past},
    procedure::Rule,
    record::{CaseRecord, ChildRef},
    run::Watch,
};

#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// The child's reference.
    child: String,
    /// One duty only, by its id.
    #[arg(long)]
    duty: Option<String>,
    /// At this instant instead of now, e.g. 2026-11-16T08:30:00Z.
    #[arg(long, value_parser = instant)]
    at: Option<DateTime<Utc>>,
    /// Every duty of the plan's history too, not only the current one of each rule.
    #[arg(long)]
    all: bool,
    /// How to print.
    #[arg(long, value_enum, default_value = "text")]
    format: TextOrJson,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum TextOrJson {
    /// For people.
    Text,
    /// One object a line.
    Json,
}

/// Carries it out.
pub(crate) async fn run(config: &Path, command: &Explain) -> Outcome {
    let watch = open::watch(config).await?;
    let now = open::at(command.at);
    let child = ChildRef(command.child.trim().into());
    let mut found: Option<(CaseRecord, Assessment)> = None;
    let load = watch
        .read_each(now, |record, assessment| {
            if record.child == child {
                found = Some((record.clone(), assessment.clone()));
            }
        })
        .await?;
    let told = watch.ledger.told_of(&child).await?;
    let Some((record, assessment)) = found else {
        return Err(Failure(format!(
            "the case database holds no child {} in dw_children; the ledger holds {} notices about it",
            command.child,
            told.len()
        )));
    };
    let lacking = Lacking::of(load.supply.clone(), &watch.procedure);
    let terms = Terms { lacking: &lacking, ..watch.terms_of_telling(now).await? };
    let history = watch.ledger.history(Whose::Children(std::slice::from_ref(&child)), now).await?;
    let stale = watch.is_stale(load.mark.loaded_at, now);
    let outlook = Outlook { watch: &watch, load: &load, record: &record, history: &history, terms, stale };
    let decided = outlook.decided();
    let coming = outlook.coming(&assessment.duties().map(DutyRef::of).collect());
    let considering = Considering {
        watch: &watch,
        directory: &load.directory,
        case: &assessment.context,
        terms: &terms,
        decided: &decided,
    };
    if command.format == TextOrJson::Text {
        head(&watch, &assessment, &load.mark.loaded_at, &terms);
    }
    let mut printed = 0;
    for (id, outcome) in &assessment.outcomes {
        if command.duty.as_ref().is_some_and(|asked| id.0 != *asked) {
            continue;
        }
        printed += 1;
        let Some(latest) = watch.procedure.rule(id) else { continue };
        match outcome {
            Comes::Idle(idle) if command.format == TextOrJson::Text => nothing(latest, *idle),
            Comes::Idle(_) => {}
            Comes::Duties(duties) => {
                let shown = if command.all { duties.as_slice() } else { current(duties) };
                for duty in shown {
                    // A clock is judged by the version under which it began.
                    let rule = watch.procedure.rule_since(id, duty.anchor.on).unwrap_or(latest);
                    let of = DutyRef::of(duty);
                    let seen = (history.duties.get(&of), coming.get(&of));
                    one(command.format, rule, duty, &told, seen, &considering);
                }
            }
        }
    }
    if printed == 0 {
        let why = format!("the procedure has no rule `{}` for a child", command.duty.as_deref().unwrap_or_default());
        return Err(Failure(why));
    }
    Ok(Ending::Well)
}

/// What is not met, and the latest that is.
fn current(duties: &[Duty]) -> &[Duty] {
    let first_unmet = duties.iter().position(|duty| duty.status != Status::Met);
    let from = first_unmet.unwrap_or(duties.len()).min(duties.len().saturating_sub(1));
    duties.get(from..).unwrap_or(duties)
}

fn head(watch: &Watch, assessment: &Assessment, loaded_at: &DateTime<Utc>, terms: &Terms) {
    let local = watch.zone.local_time(terms.now);
    let loaded = watch.zone.local_time(*loaded_at);
    let procedure = &watch.procedure;
    output::line(&format!(
        "Child {}, as it stands on {} at {}",
        assessment.context.child,
        format_date_long(local.date()),
        local.format("%H:%M")
    ));
    output::line(&format!(
        "Procedure {} {}, in force from {}; calendar {} ({})",
        procedure.authority,
        procedure.version,
        procedure.in_force_on,
        watch.calendar.id(),
        watch.calendar.hash().get(..12).unwrap_or_default()
    ));
    output::line(&format!("Case data as of {}, {}", format_date_long(loaded.date()), loaded.format("%H:%M")));
    let person =
        |person: Option<&crate::record::PersonRef>| person.map_or("nobody", |person| person.0.as_str()).to_owned();
    output::line(&format!(
        "{}: {}; chair: {}",
        procedure.role_words(crate::directory::Role::LEAD_WORKER),
        person(assessment.context.lead_worker.as_ref()),
        person(assessment.context.chair.as_ref())
    ));
}

fn nothing(rule: &Rule, idle: Idle) {
    let why = match idle {
        Idle::NotStarted => "no event has started this clock",
        Idle::NothingToWatch => "there is nothing to watch for",
        Idle::Unborn => "the child is not born yet",
        Idle::NoOpenPlan => "no plan of this authority is open",
        Idle::NoOpenEnquiry => "no enquiry is open, and none still waits for its conference",
        Idle::NotSupplied => "the case database never supplies what it is judged by, for any child",
        Idle::Died => "the child has died; this rule stops at that",
    };
    output::line(&format!("\n{} [{}]\n  nothing due: {why}", rule.title, rule.duty));
}

fn one(
    format: TextOrJson,
    rule: &Rule,
    duty: &Duty,
    told: &[ToldStep],
    (past, coming): (Option<&Past>, Option<&Coming>),
    considering: &Considering,
) {
    let mine: Vec<&ToldStep> =
        told.iter().filter(|step| step.notice.effect.duty == duty.duty && step.notice.effect.key == duty.key).collect();
    if format == TextOrJson::Json {
        let (authority, case) = (&considering.watch.authority, Some(considering.case));
        let next = coming.and_then(|coming| considering.as_json(coming));
        output::line(&json::explained(authority, duty, case, &rule.citation.quote, (&mine, past), next).to_string());
        return;
    }
    text(rule, duty, considering);
    for step in &mine {
        line("told", &told_in_words(considering.watch, step));
    }
    for words in considering.rests(past) {
        line("rest", &words);
    }
    if duty.status == Status::Met {
        line("next", "nothing: it is done");
        return;
    }
    for words in considering.not_told(rule, duty, past) {
        line("not told", &words);
    }
    if duty.is_left_to_its_rule() {
        line("next", "nothing for this child: it is told once for the whole rule");
    } else if duty.status == Status::CannotTell {
        line("next", "told every week that it lasts, to the manager too");
    } else {
        let next = coming.map(|coming| considering.next(coming)).unwrap_or_default();
        for (at, words) in next.iter().enumerate() {
            line(if at == 0 { "next" } else { "" }, words);
        }
    }
}

fn line(label: &str, text: &str) {
    output::line(&format!("  {label:<13}{text}"));
}

fn text(rule: &Rule, duty: &Duty, considering: &Considering) {
    output::line(&format!("\n{} [{}] {}", rule.title, rule.duty, duty.key));
    let review = if rule.under_review { " (the document marks this figure as under review)" } else { "" };
    line("rule", &format!("{}: \"{}\"{review}", rule.citation, rule.citation.quote));
    let anchor = &duty.anchor;
    let waits = if rule.from_birth { ", and waits for the birth" } else { "" };
    let (fact, began) = (anchor.fact.replace('_', " "), format_date_long(anchor.on));
    line("clock", &format!("started by {fact} {} on {began}{waits}", anchor.id));
    if !duty.arithmetic.is_empty() {
        line("arithmetic", &duty.arithmetic);
    }
    for day in &duty.skipped {
        let provisional = if day.provisional { ", which is not yet published" } else { "" };
        line("", &format!("{} does not count: {}{provisional}", format_date_short(day.on), day.name));
    }
    let reading =
        |reading: &Option<crate::duty::Reading>| reading.as_ref().map(|reading| format_date_long(reading.on.on()));
    let provisional = if duty.provisional { " (provisional: a bank holiday is not published yet)" } else { "" };
    if let Some(strict) = reading(&duty.strict) {
        line("best by", &format!("{strict}{provisional}"));
    }
    if let Some(due) = reading(&duty.due) {
        line("late after", &format!("{due}{provisional}"));
    }
    let met = duty.met_on.map(|on| format!(" on {}", format_date_long(on))).unwrap_or_default();
    let late = if duty.status == Status::Met && duty.late { ", late" } else { "" };
    line("status", &format!("{}{met}{late}", duty.status.name().replace('_', " ")));
    if let Some(cannot) = &duty.cannot_tell {
        line("because", &cannot.why);
        if let Some(missing) = &cannot.missing {
            line("missing", &missing.to_string());
        }
        line("mended by", &considering.watch.procedure.role_words(cannot.mended_by));
    }
    for note in &duty.notes {
        line("note", note);
    }
}

fn told_in_words(watch: &Watch, step: &ToldStep) -> String {
    let notice = &step.notice;
    let local = |at: DateTime<Utc>| {
        let at = watch.zone.local_time(at);
        format!("{} {}", format_date_short(at.date()), at.format("%H:%M"))
    };
    let role = watch.procedure.role_words(notice.role);
    let what = format!("{} ({}) to {} as {role}", notice.effect.step, notice.kind.name(), notice.effect.person.0);
    let because = notice.because.as_ref().map(|because| format!("; because {because}")).unwrap_or_default();
    let state = match (&step.message, notice.state.name()) {
        (Some(message), _) => match message.handed_over_at {
            Some(at) if message.state == MessageState::Returned => {
                let why = message.why.as_deref().unwrap_or("no reason");
                format!("handed over {}, and it came back ({why}), message {}", local(at), message.id)
            }
            Some(at) => format!("handed over {}, message {}", local(at), message.id),
            None => format!("message {} is {}", message.id, message.state.name().replace('_', " ")),
        },
        (None, "superseded") => "said by a later step to the same person".to_owned(),
        (None, "queued") => format!("waits until {}", local(notice.send_at)),
        (None, state) => state.to_owned(),
    };
    format!("{what}: decided {}, {state}{because}", local(step.decided_at))
}
