//! `duewatch ack`, `pause` and `resume`: somebody puts off being told of a duty, or ends that.
//!
//! Owns who may do so and for how long: never so that a child can be silenced for good. Must not decide what rests.

use std::path::Path;

use chrono::{DateTime, NaiveDate, Utc};
use clap::Args;

use super::{Ending, Failure, Outcome, instant, open, output};
use crate::{
    calendar::{Convention, DueDate, Period, Trust, format_date_long},
    directory::{Directory, Role},
    duty::{CaseContext, Status},
    ledger::{NewRest, ToldStep, Whose},
    near::choices,
    notice::{DutyRef, NoticeState, Past, Rest, RestKind},
    procedure::{NoticeKind, RestReason, Rule},
    record::{ChildRef, PersonRef},
    run::Watch,
};

/// The rest that an acknowledgement gives where nobody says how long, if the procedure allows so much.
const USUAL: Period = Period::WorkingDays(5);

#[derive(Debug, Args)]
struct Which {
    /// The child's reference.
    child: String,
    /// The duty's id.
    #[arg(long)]
    duty: String,
    /// Which of that rule's duties, where there are several, e.g. `conference:C12`. Left out: every one that stands now.
    #[arg(long)]
    key: Option<String>,
    /// Who does it, by the case system's key.
    #[arg(long)]
    by: String,
    /// At this instant instead of now, on a simulated ledger.
    #[arg(long, value_parser = instant)]
    at: Option<DateTime<Utc>>,
}

#[derive(Debug, Args)]
pub(crate) struct Ack {
    #[command(flatten)]
    which: Which,
    /// Why, by its code, e.g. `visit_booked`.
    #[arg(long, value_parser = reason)]
    reason: RestReason,
    /// For how many working days repeats to them rest: 5, or what the procedure allows if that is less.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=200))]
    working_days: Option<u32>,
}

#[derive(Debug, Args)]
pub(crate) struct Pause {
    #[command(flatten)]
    which: Which,
    /// Why, by its code, e.g. `child_away`.
    #[arg(long, value_parser = reason)]
    reason: RestReason,
    /// For how many working days nobody is told more of it.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=200))]
    working_days: u32,
}

#[derive(Debug, Args)]
pub(crate) struct Resume {
    #[command(flatten)]
    which: Which,
}

/// A reason is chosen and not written: free text could hold a name.
fn reason(code: &str) -> Result<RestReason, String> {
    let codes = RestReason::ALL.map(|(code, _)| code);
    RestReason::from_code(code).ok_or_else(|| choices(code, "the reasons are", codes))
}

/// The duties that somebody asks about, as they stand now.
struct Asked<'a> {
    watch: Watch,
    which: &'a Which,
    now: DateTime<Utc>,
    child: ChildRef,
    by: PersonRef,
    standing: Vec<(DutyRef, Past)>,
}

impl Asked<'_> {
    async fn open<'a>(config: &Path, which: &'a Which) -> Result<Asked<'a>, Failure> {
        let watch = open::watch(config).await?;
        if which.at.is_some() && !watch.ledger.identity().await?.simulated {
            return Err(Failure("--at is only for a ledger that was created as simulated".to_owned()));
        }
        watch.recognise_ledger().await?;
        let now = open::at(which.at);
        let child = ChildRef(which.child.trim().into());
        let history = watch.ledger.history(Whose::Children(std::slice::from_ref(&child)), now).await?;
        let asked_for = |of: &DutyRef| of.duty.0 == which.duty && which.key.as_ref().is_none_or(|key| of.key.0 == *key);
        // What the record lacks is told whatever rests.
        let stands = |past: &Past| past.duty.status != Status::CannotTell;
        let standing = history.duties.into_iter().filter(|(of, past)| asked_for(of) && stands(past)).collect();
        Ok(Asked { watch, which, now, child, by: PersonRef(which.by.clone()), standing })
    }

    fn today(&self) -> NaiveDate {
        self.watch.zone.local_date(self.now)
    }

    fn duty(&self) -> String {
        format!("child {}, duty {}", self.child.0, self.which.duty)
    }

    fn rule(&self, past: &Past) -> Result<&Rule, Failure> {
        let rule = self.watch.procedure.rule_since(&past.duty.duty, past.duty.anchor.on);
        rule.ok_or_else(|| Failure(format!("the procedure has no rule `{}`", past.duty.duty)))
    }

    /// The last day of a rest that begins on a day.
    fn last_on(&self, from: NaiveDate, rest: Period) -> Result<DueDate, Failure> {
        Ok(self.watch.calendar.after(from, rest, Convention::ORDINARY, Trust::WithProvisional)?.on)
    }

    fn new_rest(
        &self,
        of: &DutyRef,
        past: &Past,
        (kind, role): (RestKind, Role),
        reason: RestReason,
        on: DueDate,
    ) -> NewRest {
        let (person, until) = (self.by.clone(), on.ends_at(self.watch.zone));
        let rest = Rest { kind, person, role, reason, at: self.now, until };
        NewRest { of: of.clone(), generation: past.generation, rest }
    }

    /// That nothing stands that could be put off.
    fn nothing(&self) -> Failure {
        Failure(format!(
            "nothing stands for {} that can be put off; `duewatch explain {}` shows what stands",
            self.duty(),
            self.child.0
        ))
    }

    async fn context(&self) -> Result<(Directory, CaseContext), Failure> {
        let mut contexts = self.watch.ledger.contexts_of(std::slice::from_ref(&self.child)).await?;
        let case = contexts.remove(&self.child).ok_or_else(|| self.nothing())?;
        Ok((self.watch.read_directory().await?, case))
    }
}

/// Only who was told may acknowledge, and after a rest only once they have been told again.
pub(crate) async fn ack(config: &Path, command: &Ack) -> Outcome {
    let asked = Asked::open(config, &command.which).await?;
    let steps = asked.watch.ledger.told_of(&asked.child).await?;
    let mut rests = Vec::new();
    let mut last_on = None;
    let mut resting = None;
    for (of, past) in &asked.standing {
        let own_rests = past.rests.iter().filter(|rest| rest.person == asked.by);
        let since = own_rests.map(|rest| rest.until).max();
        let Some(told_as) = told_since(&asked, of, past, &steps, since) else {
            resting = resting.max(since);
            continue;
        };
        let rule = asked.rule(past)?;
        let Some(at_most) = rule.rests.ack else {
            let strength = rule.strength.words();
            return Err(Failure(format!(
                "{}: what is \"{strength}\" cannot be acknowledged under this procedure",
                asked.duty()
            )));
        };
        let today = asked.today();
        let longest = asked.last_on(today, at_most)?;
        let on = match command.working_days {
            Some(days) => asked.last_on(today, Period::WorkingDays(days))?,
            None => asked.last_on(today, USUAL)?.min(longest),
        };
        if on > longest {
            let until = format_date_long(longest.on());
            return Err(Failure(format!(
                "the procedure lets this be acknowledged for {at_most} at most: until {until}"
            )));
        }
        last_on = last_on.max(Some(on));
        rests.push(asked.new_rest(of, past, (RestKind::Acknowledged, told_as), command.reason, on));
    }
    let Some(last_on) = last_on else {
        let (by, child) = (&asked.by.0, &asked.child.0);
        return Err(Failure(match resting {
            Some(until) => {
                let on = format_date_long(asked.watch.zone.local_date(until));
                format!(
                    "{by} has put this off before, until {on}, and was not told of it since; whoever is told again can \
                     acknowledge again"
                )
            }
            None => format!(
                "nothing stands that {by} was told about {}; `duewatch explain {child}` shows what was told to whom",
                asked.duty()
            ),
        }));
    };
    asked.watch.ledger.rest(&rests).await?;
    asked.watch.ledger.close().await;
    output::line(&format!(
        "Recorded{}. Repeats to {} rest until the end of {}; every other step goes on.",
        several(rests.len()),
        asked.by.0,
        format_date_long(last_on.on())
    ));
    Ok(Ending::Well)
}

/// In which role that person was last told of a duty, of all that reached them since that instant.
fn told_since(
    asked: &Asked,
    of: &DutyRef,
    past: &Past,
    steps: &[ToldStep],
    since: Option<DateTime<Utc>>,
) -> Option<Role> {
    let reached = |step: &&ToldStep| {
        let effect = &step.notice.effect;
        let bundled_at = step.message.as_ref().map(|message| message.created_at);
        let told =
            past.told.iter().filter(|told| told.state == NoticeState::Bundled && told.kind != NoticeKind::RestEnds);
        let same = told.map(|told| (&told.step, told.repeat, told.generation, &told.person));
        (&effect.duty, &effect.key, &effect.person) == (&of.duty, &of.key, &asked.by)
            && bundled_at.is_some_and(|at| since.is_none_or(|since| at >= since))
            && same.into_iter().any(|same| same == (&effect.step, effect.repeat, effect.generation, &effect.person))
    };
    steps.iter().rfind(reached).map(|step| step.notice.role)
}

/// Only who stands in a role that the procedure names may pause, and all pauses of a duty together end as early as one would.
pub(crate) async fn pause(config: &Path, command: &Pause) -> Outcome {
    let asked = Asked::open(config, &command.which).await?;
    if asked.standing.is_empty() {
        return Err(asked.nothing());
    }
    let (directory, case) = asked.context().await?;
    let today = asked.today();
    let on = asked.last_on(today, Period::WorkingDays(command.working_days))?;
    let mut rests = Vec::new();
    for (of, past) in &asked.standing {
        let rule = asked.rule(past)?;
        let Some(pause) = &rule.rests.pause else {
            return Err(Failure(format!("{}: the procedure does not let this be paused", asked.duty())));
        };
        let people = |role: &Role| directory.standing_in(*role, &case, today);
        let Some(right) = pause.by.iter().copied().find(|role| people(role).contains(&asked.by)) else {
            let who = pause.by.iter().map(|role| {
                let people: Vec<String> = people(role).into_iter().map(|person| person.0).collect();
                let people = if people.is_empty() { "nobody".to_owned() } else { people.join(" and ") };
                format!("the {} ({people})", asked.watch.procedure.role_words(*role))
            });
            let who = who.collect::<Vec<_>>().join(" or ");
            return Err(Failure(format!("{} may not pause {}: today {who} may", asked.by.0, asked.duty())));
        };
        let first = past.rests.iter().filter(|rest| rest.kind == RestKind::Paused).map(|rest| rest.at).min();
        let first_on = first.map_or(today, |at| asked.watch.zone.local_date(at));
        let longest = asked.last_on(first_on, pause.at_most)?;
        if on > longest {
            let (at_most, since) = (pause.at_most, format_date_long(first_on));
            let until = format_date_long(longest.on());
            return Err(Failure(format!(
                "all pauses of {} {} together last {at_most} at most: from {since} until {until}",
                asked.duty(),
                of.key
            )));
        }
        rests.push(asked.new_rest(of, past, (RestKind::Paused, right), command.reason, on));
    }
    asked.watch.ledger.rest(&rests).await?;
    asked.watch.ledger.close().await;
    output::line(&format!(
        "Recorded{}. Nobody is told more of it until the end of {}, but that it is done, has another date or is no longer due.",
        several(rests.len()),
        format_date_long(on.on())
    ));
    Ok(Ending::Well)
}

/// Whoever may be written to about the case may end a pause; an acknowledgement only who made it.
pub(crate) async fn resume(config: &Path, command: &Resume) -> Outcome {
    let asked = Asked::open(config, &command.which).await?;
    let (directory, case) = asked.context().await?;
    if !directory.concerned(Some(&case), asked.today(), &asked.watch.last_recipient).contains(&asked.by) {
        return Err(Failure(format!("{} has no part in the case of child {}", asked.by.0, asked.child.0)));
    }
    let mut ended = 0;
    for (of, _) in &asked.standing {
        ended += asked.watch.ledger.resume(of, &asked.by.0, asked.now).await?;
    }
    asked.watch.ledger.close().await;
    if ended == 0 {
        return Err(Failure(format!("nothing rests of {} that {} could end", asked.duty(), asked.by.0)));
    }
    output::line("Recorded. What is owed by now is told at the next run.");
    Ok(Ending::Well)
}

/// How many duties it is of, where it is not one.
fn several(duties: usize) -> String {
    if duties == 1 { String::new() } else { format!(" for {duties} duties") }
}
