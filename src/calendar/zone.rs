//! A time zone: between local dates and instants.
//!
//! Owns all knowledge of clock changes, and is the only place that names chrono-tz. Must not know working days.
//!
//! Instants are compared, dates are counted. A day has 23, 24 or 25 hours, so the end of a day is never its start plus
//! 24 hours: it is the start of the next one, and does not itself belong to the day.

use std::fmt;

use chrono::{DateTime, Days, MappedLocalTime, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use thiserror::Error;

/// A time zone by its IANA name.
///
/// Source: statutory times are Greenwich mean time subject to the Summer Time Act 1972 (Interpretation Act 1978, s. 9);
/// clocks change at 01:00 GMT on the last Sundays of March and October (SI 2002/262).
///
/// ```
/// use chrono::NaiveDate;
/// use duewatch::calendar::Zone;
///
/// let london = Zone::from_name("Europe/London")?;
/// let hours = |on| (london.end_of_day(on) - london.start_of_day(on)).num_hours();
/// assert_eq!(hours("2026-03-29".parse()?), 23);
/// assert_eq!(hours("2026-10-25".parse()?), 25);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Zone(Tz);

/// There is no such time zone.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("cannot find time zone {name:?}: write an IANA name such as Europe/London, capitals included")]
pub struct ZoneError {
    /// The name asked for.
    pub name: String,
}

impl Zone {
    /// The zone of this IANA name, such as `Europe/London`.
    pub fn from_name(name: &str) -> Result<Self, ZoneError> {
        name.parse().map(Self).map_err(|_| ZoneError { name: name.to_owned() })
    }

    /// The IANA name.
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// The date on the wall at this instant.
    ///
    /// ```
    /// use duewatch::calendar::Zone;
    ///
    /// let london = Zone::from_name("Europe/London")?;
    /// let late = "2026-06-30T23:30:00Z".parse()?; // half past midnight in summer time
    /// assert_eq!(london.local_date(late).to_string(), "2026-07-01");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn local_date(self, at: DateTime<Utc>) -> NaiveDate {
        self.local_time(at).date()
    }

    /// The date and time on the wall at this instant.
    pub fn local_time(self, at: DateTime<Utc>) -> NaiveDateTime {
        let utc = at.naive_utc();
        let offset = self.0.offset_from_utc_datetime(&utc).fix();
        // Only at the first and last day that can be written at all is there no room for the offset.
        utc.checked_add_offset(offset).unwrap_or(utc)
    }

    /// The first instant of a local day.
    pub fn start_of_day(self, on: NaiveDate) -> DateTime<Utc> {
        self.at(on, NaiveTime::MIN)
    }

    /// The first instant after a local day, which is the start of the next one: what is done before it was done that day.
    ///
    /// ```
    /// use duewatch::calendar::Zone;
    ///
    /// let london = Zone::from_name("Europe/London")?;
    /// assert_eq!(london.end_of_day("2026-07-01".parse()?).to_rfc3339(), "2026-07-01T23:00:00+00:00");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn end_of_day(self, on: NaiveDate) -> DateTime<Utc> {
        on.succ_opt().map_or(DateTime::<Utc>::MAX_UTC, |next| self.start_of_day(next))
    }

    /// The instant at which clocks on the wall first show this time or a later one on this date.
    ///
    /// ```
    /// use chrono::NaiveTime;
    /// use duewatch::calendar::Zone;
    ///
    /// let london = Zone::from_name("Europe/London")?;
    /// let half_past_one = NaiveTime::from_hms_opt(1, 30, 0).ok_or("no such time")?;
    /// // Skipped in March: moved forward to 02:00 summer time. Shown twice in October: the first, in summer time.
    /// assert_eq!(london.at("2026-03-29".parse()?, half_past_one).to_rfc3339(), "2026-03-29T01:00:00+00:00");
    /// assert_eq!(london.at("2026-10-25".parse()?, half_past_one).to_rfc3339(), "2026-10-25T00:30:00+00:00");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn at(self, on: NaiveDate, time: NaiveTime) -> DateTime<Utc> {
        self.resolve(on.and_time(time))
    }

    /// The instant of a local time: the earlier of two where the clocks were put back, the moment of the change where
    /// they were put forward over it.
    pub fn resolve(self, local: NaiveDateTime) -> DateTime<Utc> {
        match self.0.from_local_datetime(&local) {
            MappedLocalTime::Single(at) => at.to_utc(),
            MappedLocalTime::Ambiguous(one, other) => one.min(other).to_utc(),
            MappedLocalTime::None => self.after_gap(local),
        }
    }

    /// The first instant whose local time is not before `local`, which no clock ever showed. Halves the two days on
    /// either side, more than any offset or change there has been, down to the second.
    fn after_gap(self, local: NaiveDateTime) -> DateTime<Utc> {
        let around = local.and_utc();
        let mut before = around.checked_sub_days(Days::new(2)).unwrap_or(DateTime::<Utc>::MIN_UTC);
        let mut after = around.checked_add_days(Days::new(2)).unwrap_or(DateTime::<Utc>::MAX_UTC);
        while after - before > TimeDelta::seconds(1) {
            let Some(middle) = DateTime::from_timestamp(i64::midpoint(before.timestamp(), after.timestamp()), 0) else {
                break;
            };
            if middle <= before {
                break;
            }
            if self.local_time(middle) < local { before = middle } else { after = middle }
        }
        after
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(name: &str) -> Zone {
        Zone::from_name(name).unwrap()
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn london_days_of_23_and_25_hours() {
        let london = zone("Europe/London");
        for (on, start, end) in [
            ("2026-03-28", "2026-03-28T00:00:00Z", "2026-03-29T00:00:00Z"),
            ("2026-03-29", "2026-03-29T00:00:00Z", "2026-03-29T23:00:00Z"),
            ("2026-10-24", "2026-10-23T23:00:00Z", "2026-10-24T23:00:00Z"),
            ("2026-10-25", "2026-10-24T23:00:00Z", "2026-10-26T00:00:00Z"),
        ] {
            assert_eq!(london.start_of_day(day(on)), utc(start), "{on}");
            assert_eq!(london.end_of_day(day(on)), utc(end), "{on}");
        }
    }

    #[test]
    fn an_instant_has_one_local_time() {
        let london = zone("Europe/London");
        assert_eq!(london.local_time(utc("2026-10-25T00:30:00Z")).to_string(), "2026-10-25 01:30:00");
        assert_eq!(london.local_time(utc("2026-10-25T01:30:00Z")).to_string(), "2026-10-25 01:30:00");
        assert_eq!(london.local_date(utc("2026-06-30T22:59:59Z")), day("2026-06-30"));
        assert_eq!(london.local_date(utc("2026-06-30T23:00:00Z")), day("2026-07-01"));
    }

    #[test]
    fn midnights_that_do_not_exist_or_exist_twice() {
        // Clocks went from 23:59:59 to 01:00 (Sao Paulo, 4 November 2018, UTC-3 to UTC-2).
        assert_eq!(zone("America/Sao_Paulo").start_of_day(day("2018-11-04")), utc("2018-11-04T03:00:00Z"));
        // From 23:29:59 to 00:30 (Toronto, 30 March 1919, UTC-5): the first moment of the day is half past midnight.
        assert_eq!(zone("America/Toronto").start_of_day(day("1919-03-31")), utc("1919-03-31T04:30:00Z"));
        // A day that never was: Samoa crossed the date line over 30 December 2011.
        let apia = zone("Pacific/Apia");
        assert_eq!(apia.start_of_day(day("2011-12-30")), utc("2011-12-30T10:00:00Z"));
        assert_eq!(apia.end_of_day(day("2011-12-30")), utc("2011-12-30T10:00:00Z"));
        // Back from 00:01 to 23:01 the day before (St John's, 7 November 2010, UTC-2:30): the first of two midnights.
        assert_eq!(zone("America/St_Johns").start_of_day(day("2010-11-07")), utc("2010-11-07T02:30:00Z"));
    }

    #[test]
    fn every_day_of_every_zone_begins_where_the_last_one_ended() {
        for tz in chrono_tz::TZ_VARIANTS {
            let zone = Zone(tz);
            for on in day("2010-01-01").iter_days().take(400) {
                let (start, end) = (zone.start_of_day(on), zone.end_of_day(on));
                assert!(start <= end, "{zone} {on}");
                assert!(zone.local_date(start) >= on && zone.local_date(end) > on, "{zone} {on}");
                assert!(zone.local_time(start - TimeDelta::nanoseconds(1)).date() < on, "{zone} {on}");
            }
        }
    }

    #[test]
    fn the_ends_of_time_are_survived() {
        for name in ["Europe/London", "Pacific/Kiritimati", "Pacific/Pago_Pago"] {
            let zone = zone(name);
            for on in [NaiveDate::MIN, NaiveDate::MAX] {
                assert!(zone.start_of_day(on) <= zone.end_of_day(on));
                zone.resolve(on.and_time(NaiveTime::MIN));
            }
            zone.resolve(NaiveDateTime::MAX);
            zone.local_time(DateTime::<Utc>::MAX_UTC);
            zone.local_time(DateTime::<Utc>::MIN_UTC);
        }
    }

    #[test]
    fn an_unknown_zone_is_named() {
        let error = Zone::from_name("Europe/Londinium").unwrap_err();
        assert_eq!(
            error.to_string(),
            "cannot find time zone \"Europe/Londinium\": write an IANA name such as Europe/London, capitals included"
        );
        assert_eq!(zone("Europe/Isle_of_Man").to_string(), "Europe/Isle_of_Man");
    }
}
