//! The sending clock: when a message may go. It never moves a deadline.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};

use crate::{
    calendar::{Calendar, Zone},
    directory::Weekdays,
};

/// Nothing waits longer than this for somebody to be in.
const LONGEST_DAYS: usize = 14;

/// When an authority's messages go out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SendingClock {
    /// The time of the morning's one message.
    pub morning_at: NaiveTime,
    /// After this time nothing that is not urgent goes until the next morning.
    pub until: NaiveTime,
    /// The zone of these times.
    pub zone: Zone,
}

impl SendingClock {
    /// From when a notice decided now may be sent. `written_at` is when the person last had such a message: whoever has had
    /// today's waits for the next morning, and whoever has not (the machine was down, the day is a new one) has it now.
    /// `office` are the days on which the offices are open, `weekdays` those on which the person works.
    pub fn send_at(
        &self,
        now: DateTime<Utc>,
        office: &Calendar,
        weekdays: Weekdays,
        written_at: Option<DateTime<Utc>>,
    ) -> DateTime<Utc> {
        let today = self.zone.local_date(now);
        let had_todays = written_at.is_some_and(|at| self.zone.local_date(at) == today);
        let morning = |on| self.zone.at(on, self.morning_at);
        if office.is_working_day(today) && weekdays.include(today) && !had_todays {
            if now < morning(today) {
                return morning(today);
            }
            if now < self.zone.at(today, self.until) {
                return now;
            }
        }
        today.succ_opt().map_or(now, |tomorrow| self.morning_of(tomorrow, office, weekdays))
    }

    /// The morning of the first day from that one on on which the offices are open and the person works. Whoever works on
    /// none of them for two weeks (on Sundays alone, say) has it as if they worked every day.
    pub fn morning_of(&self, on: NaiveDate, office: &Calendar, weekdays: Weekdays) -> DateTime<Utc> {
        let works = |day: &NaiveDate| weekdays.include(*day) && office.is_working_day(*day);
        let day = on.iter_days().take(LONGEST_DAYS).find(works);
        self.zone.at(day.unwrap_or_else(|| office.next_working_day(on)), self.morning_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::Holidays;

    #[test]
    fn nothing_ordinary_goes_on_a_day_off() {
        let holidays = Holidays::shipped("england-and-wales").unwrap();
        let office = Calendar::new(&holidays.and_closed(&["2026-12-29".parse().unwrap()]));
        let time = |hour| NaiveTime::from_hms_opt(hour, 30, 0).unwrap();
        let zone = Zone::from_name("Europe/London").unwrap();
        let clock = SendingClock { morning_at: time(8), until: time(16), zone };
        for (now, written, expected) in [
            // Christmas Eve, a Thursday: before the morning, in office hours, and after them, over Christmas, the weekend, the
            // substitute Monday and the Tuesday on which this authority is closed.
            ("2026-12-24T07:00:00Z", None, "2026-12-24T08:30:00Z"),
            ("2026-12-24T11:00:00Z", None, "2026-12-24T11:00:00Z"),
            ("2026-12-24T11:00:00Z", Some("2026-12-24T08:30:00Z"), "2026-12-30T08:30:00Z"),
            ("2026-12-24T16:30:00Z", None, "2026-12-30T08:30:00Z"),
            ("2026-12-29T11:00:00Z", None, "2026-12-30T08:30:00Z"),
        ] {
            let written = written.map(|at: &str| at.parse().unwrap());
            let sent = clock.send_at(now.parse().unwrap(), &office, Weekdays::EVERY, written);
            assert_eq!(sent, expected.parse::<DateTime<Utc>>().unwrap(), "{now}");
        }
    }

    #[test]
    fn nothing_ordinary_goes_on_a_day_on_which_its_reader_does_not_work() {
        let office = Calendar::new(&Holidays::shipped("england-and-wales").unwrap());
        let time = |hour| NaiveTime::from_hms_opt(hour, 30, 0).unwrap();
        let zone = Zone::from_name("Europe/London").unwrap();
        let clock = SendingClock { morning_at: time(8), until: time(16), zone };
        for (now, weekdays, expected) in [
            // A Wednesday.
            ("2026-11-18T11:00:00Z", "mon tue wed", "2026-11-18T11:00:00Z"),
            ("2026-11-18T16:30:00Z", "mon tue wed", "2026-11-23T08:30:00Z"),
            ("2026-11-18T07:00:00Z", "thu fri", "2026-11-19T08:30:00Z"),
            // Friday 25 December and its Monday are bank holidays: the next Friday is New Year's Day, the Monday after it
            // is not.
            ("2026-12-24T16:30:00Z", "mon fri", "2027-01-04T08:30:00Z"),
            // Nobody sends on a Sunday.
            ("2026-11-18T16:30:00Z", "sun", "2026-11-19T08:30:00Z"),
        ] {
            let weekdays = Weekdays::from_text(weekdays).unwrap();
            let sent = clock.send_at(now.parse().unwrap(), &office, weekdays, None);
            assert_eq!(sent, expected.parse::<DateTime<Utc>>().unwrap(), "{now} {weekdays:?}");
        }
    }
}
