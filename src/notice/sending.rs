//! The sending clock: when a message may go. It never moves a deadline.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};

use crate::calendar::{Calendar, Zone};

/// When an authority's messages go out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SendingClock {
    /// The time of the morning's one message.
    pub morning_at: NaiveTime,
    /// After this time nothing that is not urgent goes until the next morning.
    pub until: NaiveTime,
    /// The zone of these times.
    pub zone: Zone,
    /// Days on which the offices are closed though the law counts them.
    pub closed_on: Vec<NaiveDate>,
}

impl SendingClock {
    /// From when a notice decided now may be sent. `written_at` is when the person last had such a message: whoever has had
    /// today's waits for the next morning, and whoever has not (the machine was down, the day is a new one) has it now.
    pub fn send_at(&self, now: DateTime<Utc>, calendar: &Calendar, written_at: Option<DateTime<Utc>>) -> DateTime<Utc> {
        let today = self.zone.local_date(now);
        let had_todays = written_at.is_some_and(|at| self.zone.local_date(at) == today);
        let morning = |on| self.zone.at(on, self.morning_at);
        if self.is_open(today, calendar) && !had_todays {
            if now < morning(today) {
                return morning(today);
            }
            if now < self.zone.at(today, self.until) {
                return now;
            }
        }
        // Bounded: a year in which every day is closed is not an office's.
        let open = today.iter_days().skip(1).take(366).find(|on| self.is_open(*on, calendar));
        open.map_or(now, morning)
    }

    fn is_open(&self, on: NaiveDate, calendar: &Calendar) -> bool {
        calendar.is_working_day(on) && !self.closed_on.contains(&on)
    }
}
