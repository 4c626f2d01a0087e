//! When a decision changes by itself: the next step of a ladder, the end of a rest and the
//! warning before it, another week of not knowing.

use chrono::{DateTime, Utc};

use super::{
    decide::{WORKING_WEEK, first_told_on, weeks_since},
    reconcile::Standing,
    rests::turns,
    rungs::rungs,
};
use crate::{
    calendar::{Convention, Period, Trust},
    duty::{Status, Terms},
};

/// The next instant after the present at which this duty has somebody be told something, if nothing about it changes; none
/// if it has nothing more to tell.
pub fn wake_at(standing: &Standing, terms: &Terms) -> Option<DateTime<Utc>> {
    if standing.duty.status == Status::CannotTell {
        return next_week(standing, terms);
    }
    let rule = terms.procedure.rule_since(&standing.duty.duty, standing.duty.anchor.on)?;
    let steps = rungs(&standing.duty, &rule.ladder, terms).into_iter().map(|rung| rung.owed_at);
    let rests = standing.past.map_or(&[][..], |past| past.rests_in(standing.generation));
    steps.chain(turns(rests, terms)).filter(|at| *at > terms.now).min()
}

/// "Cannot tell" is said again for each working week that it lasts.
fn next_week(standing: &Standing, terms: &Terms) -> Option<DateTime<Utc>> {
    let told = standing.past.map_or(&[][..], |past| past.told.as_slice());
    let first_on = first_told_on(told, standing.generation, terms).unwrap_or(terms.today);
    let days = u32::try_from(WORKING_WEEK).ok()?.checked_mul(weeks_since(first_on, terms).checked_add(1)?)?;
    let period = Period::WorkingDays(days);
    let next = terms.calendar.after(first_on, period, Convention::ORDINARY, Trust::WithProvisional).ok()?;
    Some(terms.zone.start_of_day(next.on.on()))
}
