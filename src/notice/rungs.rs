//! A ladder set up against one duty: each step with the instant at which it is owed.
//!
//! Steps are counted in the days on which the offices are open, whatever the rule's own limit is counted in: a step that passed
//! while nobody was there would have warned nobody.

use chrono::{DateTime, NaiveDate, Utc};

use crate::{
    calendar::{Calendar, Convention, Period, Trust},
    directory::Role,
    duty::{Duty, Reading, Status, Terms},
    procedure::{Base, Ladder, NoticeKind, Offset},
};

/// One step of a duty's ladder, or one repetition after its last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rung {
    /// The step's name, or `repeat`.
    pub step: String,
    /// Which repetition; 0 for a step.
    pub repeat: u32,
    /// From when it is owed.
    pub owed_at: DateTime<Utc>,
    /// The local day of that instant.
    pub owed_on: NaiveDate,
    /// What kind of thing it tells.
    pub kind: NoticeKind,
    /// Whom it tells.
    pub tell: Vec<Role>,
    /// What to do, where it differs from the rule's own words.
    pub ask: Option<String>,
    /// Goes at any hour.
    pub urgent: bool,
}

/// The steps that apply to this duty, in the ladder's order, whether owed by now or not; then the repetition that is owed
/// by now and the first one to come. A step whose link of the chain is recorded does not apply, nor one whose
/// turn has not come, nor one that is measured from a date the duty does not have. What cannot be told climbs no ladder.
pub fn rungs(duty: &Duty, ladder: &Ladder, terms: &Terms) -> Vec<Rung> {
    if duty.status == Status::CannotTell {
        return Vec::new();
    }
    let mut rungs: Vec<Rung> = Vec::with_capacity(ladder.steps.len() + 1);
    let adopted_on = adopted_late(duty, terms);
    for step in &ladder.steps {
        // Whoever stands above has what was late before in their first weekly summary.
        if adopted_on.is_some() && step.kind == NoticeKind::Counted {
            continue;
        }
        let done = |link: &str| duty.done.iter().any(|done| done == link);
        if step.unless.is_some_and(done) || step.once.is_some_and(|link| !done(link)) {
            continue;
        }
        let Some((owed_at, owed_on)) = place(duty, step.when, terms) else { continue };
        rungs.push(Rung {
            step: step.name.clone(),
            repeat: 0,
            owed_at,
            owed_on,
            kind: step.kind,
            tell: step.tell.clone(),
            ask: step.ask.clone(),
            urgent: step.when == Offset::AtOnce && !is_old(owed_on, terms),
        });
    }
    // A ladder whose end has no place yet does not repeat: nothing is late, so nothing is said to be.
    let whole = ladder.steps.iter().all(|step| place(duty, step.when, terms).is_some());
    let last = rungs.iter().map(|rung| rung.owed_on).max();
    let last = told_at_once(duty, ladder, terms).or(last).filter(|_| whole);
    if let (Some(repeat), Some(last)) = (&ladder.repeat, last) {
        for (number, owed_on) in repetitions(terms.office, last, repeat.every, terms.today) {
            rungs.push(Rung {
                step: "repeat".to_owned(),
                repeat: number,
                owed_at: terms.zone.start_of_day(owed_on),
                owed_on,
                kind: repeat.kind,
                tell: repeat.tell.clone(),
                ask: None,
                // What cannot wait for a working day is told again on whichever day its turn comes.
                urgent: repeat.kind == NoticeKind::Alert,
            });
        }
    }
    rungs
}

/// The day from which an alert is told again: that on which it is told at once, whatever steps are still to come, or that on
/// which people began to be told.
fn told_at_once(duty: &Duty, ladder: &Ladder, terms: &Terms) -> Option<NaiveDate> {
    ladder.repeat.as_ref().filter(|repeat| repeat.kind == NoticeKind::Alert)?;
    let at_once = ladder.steps.iter().find(|step| step.when == Offset::AtOnce)?;
    let (_, on) = place(duty, at_once.when, terms)?;
    Some(adopted_late(duty, terms).map_or(on, |adopted_on| adopted_on.max(on)))
}

fn place(duty: &Duty, when: Offset, terms: &Terms) -> Option<(DateTime<Utc>, NaiveDate)> {
    let count = |period, base| terms.office.after(base, period, Convention::ORDINARY, Trust::WithProvisional);
    let on = match when {
        Offset::AtOnce => {
            let at = duty.due.as_ref().and_then(|due| due.at);
            let at = at.unwrap_or_else(|| terms.zone.start_of_day(duty.anchor.on));
            return Some((at, terms.zone.local_date(at)));
        }
        Offset::On(base) => day(duty, base)?,
        Offset::Before(period, base) => {
            let to = day(duty, base)?;
            let on = terms.office.before(to, period, Trust::WithProvisional).ok()?.on.on();
            // Never before the event that started the clock: a limit that is already near is told of from the first day. A clock that runs
            // to its event starts before it, and nobody knows when.
            if duty.anchor.on < to { on.max(duty.anchor.on) } else { on }
        }
        Offset::After(period, base) => {
            let from_on = day(duty, base)?;
            count(period, adopted_late(duty, terms).map_or(from_on, |on| on.max(from_on))).ok()?.on.on()
        }
    };
    Some((terms.zone.start_of_day(on), on))
}

/// The day on which people began to be told, for a duty that was late by then: it climbs from that day on, so that who must act
/// is told first, and not everybody above of years at once.
fn adopted_late(duty: &Duty, terms: &Terms) -> Option<NaiveDate> {
    let due_on = day(duty, Base::Due).unwrap_or(duty.anchor.on);
    terms.told_since().filter(|adopted_on| due_on < *adopted_on)
}

/// Whether it was there for more than a working week when people began to be told: then it can wait for the morning.
fn is_old(on: NaiveDate, terms: &Terms) -> bool {
    let week = Period::WorkingDays(5);
    let adopted_on = terms.told_since().filter(|adopted_on| on < *adopted_on);
    let began = |adopted_on| terms.office.before(adopted_on, week, Trust::WithProvisional).ok();
    adopted_on.and_then(began).is_some_and(|began| on < began.on.on())
}

fn day(duty: &Duty, base: Base) -> Option<NaiveDate> {
    let on = |reading: &Option<Reading>| reading.as_ref().map(|reading| reading.on.on());
    match base {
        Base::Anchor => Some(duty.anchor.on),
        Base::Strict => on(&duty.strict).or_else(|| on(&duty.due)),
        Base::Due => on(&duty.due),
    }
}

/// The latest repetition owed by today, if one is, and the first to come. Missed ones are not made up for one by one.
fn repetitions(calendar: &Calendar, last: NaiveDate, every: Period, today: NaiveDate) -> Vec<(u32, NaiveDate)> {
    let nth = |number: u32| {
        let so_long = times(every, number)?;
        let limit = calendar.after(last, so_long, Convention::ORDINARY, Trust::WithProvisional);
        limit.ok().map(|limit| (number, limit.on.on()))
    };
    let mut owed = None;
    let mut coming = nth(1);
    while let Some((number, _)) = coming.filter(|(_, on)| *on <= today) {
        owed = coming;
        coming = nth(number + 1);
    }
    owed.into_iter().chain(coming).collect()
}

fn times(period: Period, number: u32) -> Option<Period> {
    Some(match period {
        Period::WorkingDays(count) => Period::WorkingDays(count.checked_mul(number)?),
        Period::WorkingWeeks(count) => Period::WorkingWeeks(count.checked_mul(number)?),
        Period::Days(count) => Period::Days(count.checked_mul(number)?),
        Period::Weeks(count) => Period::Weeks(count.checked_mul(number)?),
        Period::Months(count) => Period::Months(count.checked_mul(number)?),
        // A repeat in hours is refused when the procedure is read.
        Period::Hours(_) => return None,
    })
}
