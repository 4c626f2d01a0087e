//! What a watch knows of its holidays: the files as they are now, and how far they reach.

use chrono::{DateTime, Datelike, NaiveDate, Utc};

use super::Watch;
use crate::{
    calendar::{Almanac, AlmanacError, Calendar, Holiday, add_months},
    duty::{Duty, Status},
    own_calendars::OwnCalendars,
};

/// A calendar's working days, and those of them on which the offices are open.
pub(super) fn working_days(
    almanac: &Almanac,
    id: &str,
    closed_on: &[NaiveDate],
) -> Result<(Calendar, Calendar), AlmanacError> {
    let holidays = almanac.holidays(id)?;
    Ok((Calendar::new(&holidays), Calendar::new(&holidays.and_closed(closed_on))))
}

impl Watch {
    /// Takes the authority's own files as they are now. If anything is wrong with them the calendar stays as it was, and the
    /// faults are kept for the run's attention: a slip in a file must neither stop the watch nor move a date.
    pub(super) fn reread_calendars(&mut self) {
        let mut now = OwnCalendars::read(&self.own.folder);
        if now.faults.is_empty() {
            match working_days(&now.almanac, &self.procedure.calendar, &self.closed_on) {
                Ok((calendar, office)) => {
                    (self.calendar, self.office, self.own) = (calendar, office, now);
                    return;
                }
                Err(error) => now.faults.push(error.to_string()),
            }
        }
        self.own.faults =
            now.faults.into_iter().map(|fault| format!("the holidays stay as they were: {fault}")).collect();
    }

    /// What is wrong with how far the holidays are known, in words: published for less than the next eighteen months or not
    /// up to the last date of these duties, or a date beyond everything that is known.
    pub fn horizon(&self, due: DueUntil, now: DateTime<Utc>) -> Vec<String> {
        let calendar = &self.calendar;
        let (id, published, known) = (calendar.id(), calendar.published_until(), calendar.known_until());
        let DueUntil { latest, beyond } = due;
        let mut horizon = Vec::new();
        let why = if published < add_months(self.zone.local_date(now), 18).unwrap_or(NaiveDate::MAX) {
            Some("less than eighteen months ahead".to_owned())
        } else {
            latest.filter(|on| *on > published).map(|on| format!("and a duty is due on {on}"))
        };
        if let Some(why) = why {
            let members = self.own.almanac.union_of(id);
            let which = if members.is_empty() { id.to_owned() } else { members.join(", ") };
            let what_to_do = match self.left_open(published) {
                Some(day) => format!(
                    "{} of {on} was computed, and the list of its year does not have it: if it is not kept, take the list \
                     in again with `--withdraw {on}`",
                    day.title,
                    on = day.on
                ),
                None => "take in the next list with `duewatch calendar refresh`".to_owned(),
            };
            horizon.push(format!(
                "the bank holidays of {which} are published only until {published}, {why}; {what_to_do}"
            ));
        }
        if beyond > 0 {
            horizon.push(format!(
                "alarm: open duties that are due after {known}, beyond all that is known of the bank holidays of {id}: {beyond}; \
                 every Monday to Friday is counted there"
            ));
        }
        horizon
    }

    /// The first day that is left to be published, if the list of its year has come out without it.
    fn left_open(&self, published: NaiveDate) -> Option<Holiday> {
        let holidays = self.own.almanac.holidays(self.calendar.id()).ok()?;
        let open = holidays.on(published.succ_opt()?).filter(|day| !day.status.is_certain())?;
        let listed =
            holidays.in_year(open.on.year()).any(|day| day.on > open.on && day.status.is_certain() && !day.one_off);
        listed.then(|| open.clone())
    }
}

/// How far ahead open duties reach.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DueUntil {
    /// The last day on which one of them is due.
    pub latest: Option<NaiveDate>,
    /// How many are due later than anything is known of the holidays.
    pub beyond: u64,
}

impl DueUntil {
    /// Adds a duty. One that is done reaches nowhere.
    pub fn add(&mut self, duty: &Duty, known_until: NaiveDate) {
        let reading = duty.due.as_ref().or(duty.strict.as_ref()).filter(|_| duty.status != Status::Met);
        let Some(on) = reading.map(|reading| reading.on.on()) else { return };
        self.latest = self.latest.max(Some(on));
        self.beyond += u64::from(on > known_until);
    }
}
