//! Counting a period from a day, forward and backward.
//!
//! Owns the arithmetic of periods and the bounds within which it answers. Must not know instants: hours are refused.

use std::fmt;
use std::ops::RangeInclusive;

use chrono::{Datelike, NaiveDate};

use super::convention::{Convention, FirstDay, LastDay, NonWorkingStart};
use super::day_number::number;
use super::day_table::DayNumber;
use super::error::CalendarError;
use super::limit::{Counted, DueDate, Limit, Trust, WorkingDays, YEARS};
use super::months::add_months;
use super::period::Period;
use super::working_days::{Calendar, as_date};

/// Working days in a working week: family-law guidance equates 65 working days with 13 weeks.
const WORKING_WEEK: i64 = 5;

/// A count that no holiday has a say in.
#[expect(clippy::reversed_empty_ranges, reason = "it is meant to be empty")]
const NO_DAYS: RangeInclusive<DayNumber> = 1..=0;

impl Calendar {
    /// The last day of `period` after the event on `start`.
    ///
    /// Both ends must lie in the calendar's data or after it, and in the years 1900 to 2200. Hours are refused: they
    /// need an instant.
    ///
    /// Source: Care Planning, Placement and Case Review (England) Regulations 2010, reg. 33(1), the first review
    /// "within 20 working days" of the placement; Civil Procedure Rules r. 2.8(3), 14 days after service on 2 October
    /// end on 16 October.
    ///
    /// ```
    /// use duewatch::calendar::{Calendar, Convention, Period, Trust};
    ///
    /// let calendar = Calendar::shipped("england-and-wales").ok_or("not shipped")?;
    /// let served = "2026-10-02".parse()?;
    /// let limit = calendar.after(served, Period::Days(14), Convention::ORDINARY, Trust::PublishedOnly)?;
    /// assert_eq!(limit.on.to_string(), "2026-10-16");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn after(
        &self,
        start: NaiveDate,
        period: Period,
        convention: Convention,
        trust: Trust,
    ) -> Result<Limit, CalendarError> {
        let attempt = format_args!("{period} after {start}");
        self.accept(start, attempt)?;
        let happened = i64::from(number(start));
        // Which days have a say in the answer: of calendar time only those that a first or a last day was moved over.
        let (day_zero, start_moved_over) = match convention.non_working_start {
            NonWorkingStart::NextIsDayOne => (happened, NO_DAYS),
            NonWorkingStart::DeemedReceived => {
                let received = self.nth(self.rank(happened, trust), trust);
                (received, happened..=received)
            }
        };
        let earlier = i64::from(convention.first_day == FirstDay::Included);
        let raw = match unit(period, attempt)? {
            Unit::WorkingDays(count) => {
                let last = self.nth(self.rank(day_zero + 1 - earlier, trust) + count - 1, trust);
                let first = if start_moved_over.is_empty() { happened + 1 - earlier } else { happened };
                return self.limit(last, &[first..=last], attempt);
            }
            Unit::Days(count) => day_zero + count - earlier,
            Unit::Months(count) => months_from(day_zero, count, attempt)? - earlier,
        };
        let (last, end_moved_over) = match convention.last_day {
            LastDay::AsIs => (raw, NO_DAYS),
            LastDay::Previous => {
                let last = self.nth(self.rank(raw + 1, trust) - 1, trust);
                (last, last..=raw)
            }
            LastDay::Next => {
                let last = self.nth(self.rank(raw, trust), trust);
                (last, raw..=last)
            }
        };
        self.limit(last, &[start_moved_over, end_moved_over], attempt)
    }

    /// The last day on which something can be done `period` before the day `end`: of working days, the N-th one strictly
    /// before it; of calendar units, the corresponding day. Bounds as for [`after`](Self::after).
    ///
    /// ```
    /// use duewatch::calendar::{Calendar, Period, Trust};
    ///
    /// let calendar = Calendar::shipped("england-and-wales").ok_or("not shipped")?;
    /// // Reports two working days before a conference on Tuesday 7 April 2026, the day after Easter Monday.
    /// let limit = calendar.before("2026-04-07".parse()?, Period::WorkingDays(2), Trust::PublishedOnly)?;
    /// assert_eq!(limit.on.to_string(), "2026-04-01");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn before(&self, end: NaiveDate, period: Period, trust: Trust) -> Result<Limit, CalendarError> {
        let attempt = format_args!("{period} before {end}");
        self.accept(end, attempt)?;
        let end = i64::from(number(end));
        let day = match unit(period, attempt)? {
            Unit::WorkingDays(count) => {
                let day = self.nth(self.rank(end, trust) - count, trust);
                return self.limit(day, &[day..=end - 1], attempt);
            }
            Unit::Days(count) => end - count,
            Unit::Months(count) => months_from(end, -count, attempt)?,
        };
        self.limit(day, &[], attempt)
    }

    /// The last day on which notice of `clear` clear working days before `end` can be given: neither that day nor `end`
    /// is among them. Bounds as for [`after`](Self::after).
    ///
    /// Source: Civil Procedure Rules r. 2.8(2) to (4): for a hearing on Friday 20 October notice of three clear days is
    /// served by Monday the 16th, and for one on Monday the 20th by the Tuesday before.
    ///
    /// ```
    /// use duewatch::calendar::{Calendar, Trust, WorkingDays};
    ///
    /// let calendar = Calendar::shipped("england-and-wales").ok_or("not shipped")?;
    /// let serve_by = |hearing: &str| -> Result<_, Box<dyn std::error::Error>> {
    ///     Ok(calendar.clear_days_before(hearing.parse()?, WorkingDays(3), Trust::PublishedOnly)?.on.to_string())
    /// };
    /// assert_eq!(serve_by("2023-10-20")?, "2023-10-16");
    /// assert_eq!(serve_by("2025-10-20")?, "2025-10-14");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn clear_days_before(&self, end: NaiveDate, clear: WorkingDays, trust: Trust) -> Result<Limit, CalendarError> {
        self.add_working_days(end, WorkingDays(-clear.0.saturating_add(1)), trust)
    }

    /// The `n`-th working day after `start`, or before it when `n` is negative; `start` itself never counts. With
    /// `n` = 0, `start` if it is a working day, else the next one. Bounds as for [`after`](Self::after).
    ///
    /// ```
    /// use duewatch::calendar::{Calendar, Trust, WorkingDays};
    ///
    /// let calendar = Calendar::shipped("england-and-wales").ok_or("not shipped")?;
    /// let saturday = "2026-11-28".parse()?;
    /// for (n, expected) in [(1, "2026-11-30"), (0, "2026-11-30"), (-1, "2026-11-27")] {
    ///     let limit = calendar.add_working_days(saturday, WorkingDays(n), Trust::PublishedOnly)?;
    ///     assert_eq!(limit.on.to_string(), expected);
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[inline]
    pub fn add_working_days(&self, start: NaiveDate, n: WorkingDays, trust: Trust) -> Result<Limit, CalendarError> {
        match self.inside(start, n.0, trust) {
            Some(limit) => Ok(limit),
            None => self.add_far(start, n, trust),
        }
    }

    /// The answer inside the data, where no bound has to be looked at: nearly always. Past the first provisional holiday it
    /// is only that of [`Trust::WithProvisional`].
    #[inline]
    fn inside(&self, start: NaiveDate, n: i32, trust: Trust) -> Option<Limit> {
        let day = self.years().number(start)?;
        let found = self.table().add(day, n)?;
        let last = found.max(day);
        let settled = last < self.settled_before();
        if !settled && (trust == Trust::PublishedOnly || last > number(self.known_until())) {
            return None;
        }
        let provisional = !settled && {
            let passed = passed(day.into(), n, found.into());
            self.table().has_provisional(*passed.start(), *passed.end())
        };
        Some(Limit { on: self.years().date(found, start)?.into(), provisional, beyond_data: false })
    }

    /// [`add_working_days`](Self::add_working_days) for any day.
    #[cold]
    fn add_far(&self, start: NaiveDate, n: WorkingDays, trust: Trust) -> Result<Limit, CalendarError> {
        let attempt = format_args!("{n} from {start}");
        self.accept(start, attempt)?;
        let start = i64::from(number(start));
        let past = i64::from(n.0 > 0);
        let day = self.nth(self.rank(start + past, trust) - past + i64::from(n.0), trust);
        self.limit(day, &[passed(start, n.0, day)], attempt)
    }

    /// How many working days lie in (`from`, `to`]: `from` does not count, `to` does. When `to` is the earlier, minus
    /// those in (`to`, `from`]. Provisional holidays count; bounds as for [`after`](Self::after).
    ///
    /// So an event on `from` that is met on `to` was met on that many-th working day.
    ///
    /// ```
    /// use duewatch::calendar::{Calendar, WorkingDays};
    ///
    /// let calendar = Calendar::shipped("england-and-wales").ok_or("not shipped")?;
    /// let (friday, monday) = ("2026-11-27".parse()?, "2026-11-30".parse()?);
    /// assert_eq!(calendar.working_days_between(friday, monday)?, WorkingDays(1));
    /// assert_eq!(calendar.working_days_between(monday, friday)?, WorkingDays(-1));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[inline]
    pub fn working_days_between(&self, from: NaiveDate, to: NaiveDate) -> Result<WorkingDays, CalendarError> {
        let inside = self.years().number(from).zip(self.years().number(to));
        match inside.and_then(|(from, to)| self.table().between(from, to)) {
            Some(days) => Ok(WorkingDays(days)),
            None => Ok(self.count_working_days(from, to, Trust::WithProvisional)?.days),
        }
    }

    /// [`working_days_between`](Self::working_days_between) under a trust of your choice, with what is to be said of the number.
    ///
    /// ```
    /// use duewatch::calendar::{Calendar, Trust, WorkingDays};
    ///
    /// let calendar = Calendar::shipped("england-and-wales").ok_or("not shipped")?;
    /// let (christmas_eve, new_years_eve) = ("2030-12-24".parse()?, "2030-12-31".parse()?);
    /// let count = |trust| calendar.count_working_days(christmas_eve, new_years_eve, trust);
    /// assert_eq!(count(Trust::PublishedOnly)?.days, WorkingDays(5));
    /// assert_eq!(count(Trust::WithProvisional)?.days, WorkingDays(3));
    /// assert!(count(Trust::WithProvisional)?.provisional);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn count_working_days(&self, from: NaiveDate, to: NaiveDate, trust: Trust) -> Result<Counted, CalendarError> {
        let attempt = format_args!("the working days between {from} and {to}");
        self.accept(from, attempt)?;
        self.accept(to, attempt)?;
        let (from, to) = (i64::from(number(from)), i64::from(number(to)));
        let days = self.rank(to + 1, trust) - self.rank(from + 1, trust);
        let (provisional, beyond_data) = self.doubts(&(from.min(to) + 1..=from.max(to)));
        // Three hundred years have fewer days than the type has numbers.
        Ok(Counted { days: WorkingDays(i32::try_from(days).unwrap_or(i32::MAX)), provisional, beyond_data })
    }

    /// Refuses a day that cannot be counted from or to.
    fn accept(&self, on: NaiveDate, attempt: fmt::Arguments<'_>) -> Result<(), CalendarError> {
        if !YEARS.contains(&on.year()) {
            return Err(CalendarError::OutOfRange { attempt: attempt.to_string() });
        }
        if on < self.known_from() {
            return Err(CalendarError::BeforeData {
                attempt: attempt.to_string(),
                calendar: self.id().to_owned(),
                from: self.known_from(),
            });
        }
        Ok(())
    }

    /// The answer `day`, and what is to be said of the days it rests on.
    pub(super) fn limit(
        &self,
        day: DayNumber,
        rests_on: &[RangeInclusive<DayNumber>],
        attempt: fmt::Arguments<'_>,
    ) -> Result<Limit, CalendarError> {
        let on = as_date(day).ok_or_else(|| CalendarError::OutOfRange { attempt: attempt.to_string() })?;
        self.accept(on, attempt)?;
        let mut limit = Limit { on: DueDate::from(on), provisional: false, beyond_data: false };
        for days in rests_on {
            let (provisional, beyond_data) = self.doubts(days);
            limit.provisional |= provisional;
            limit.beyond_data |= beyond_data;
        }
        Ok(limit)
    }
}

/// The days that a count of `n` working days from `start` to `found` has passed over or ended on: not the start, which has no
/// say unless nothing is counted.
#[inline]
fn passed(start: DayNumber, n: i32, found: DayNumber) -> RangeInclusive<DayNumber> {
    match n {
        ..0 => found..=start - 1,
        0 => start..=found,
        1.. => start + 1..=found,
    }
}

/// A period in one of the three ways of counting.
enum Unit {
    WorkingDays(i64),
    Days(i64),
    Months(i64),
}

fn unit(period: Period, attempt: fmt::Arguments<'_>) -> Result<Unit, CalendarError> {
    let (Period::WorkingDays(count)
    | Period::WorkingWeeks(count)
    | Period::Days(count)
    | Period::Weeks(count)
    | Period::Months(count)
    | Period::Hours(count)) = period;
    if count == 0 {
        return Err(CalendarError::EmptyPeriod { attempt: attempt.to_string() });
    }
    let count = i64::from(count);
    match period {
        Period::WorkingDays(_) => Ok(Unit::WorkingDays(count)),
        Period::WorkingWeeks(_) => Ok(Unit::WorkingDays(count * WORKING_WEEK)),
        Period::Days(_) => Ok(Unit::Days(count)),
        Period::Weeks(_) => Ok(Unit::Days(count * 7)),
        Period::Months(_) => Ok(Unit::Months(count)),
        Period::Hours(_) => Err(CalendarError::NeedsInstant { attempt: attempt.to_string() }),
    }
}

fn months_from(day: DayNumber, months: i64, attempt: fmt::Arguments<'_>) -> Result<DayNumber, CalendarError> {
    as_date(day)
        .zip(i32::try_from(months).ok())
        .and_then(|(on, months)| add_months(on, months))
        .map(|on| i64::from(number(on)))
        .ok_or_else(|| CalendarError::OutOfRange { attempt: attempt.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_alone_answer_what_is_settled_and_what_is_taken_as_coming() {
        let england = Calendar::shipped("england-and-wales").unwrap();
        for (start, n, trust, alone) in [
            ("2026-12-24", 1, Trust::PublishedOnly, true),
            ("2026-12-24", -1, Trust::WithProvisional, true),
            // New Year 2029 is computed: strictly it is a working day, which the tables do not say.
            ("2028-12-29", 1, Trust::PublishedOnly, false),
            ("2028-12-29", 1, Trust::WithProvisional, true),
            // Up to the last day of the data, a Monday.
            ("2035-12-28", 1, Trust::WithProvisional, true),
            ("2035-12-31", 1, Trust::WithProvisional, false),
        ] {
            let start = start.parse().unwrap();
            let answer = england.inside(start, n, trust);
            assert_eq!(answer.is_some(), alone, "{n} from {start}, {trust:?}");
            // The long way comes to the same.
            let long = england.add_far(start, WorkingDays(n), trust);
            assert!(answer.is_none() || answer == long.ok(), "{n} from {start}, {trust:?}");
        }
    }
}
