//! Counting a period from a day, forward and backward.
//!
//! Owns the arithmetic of periods and the bounds within which it answers. Must not know instants: hours are refused.

use std::fmt;

use chrono::{Datelike, NaiveDate};

use super::day_table::{DayNumber, date, number};
use super::error::CalendarError;
use super::limit::{FirstDay, LastDay, Limit, Trust, YEARS};
use super::months::add_months;
use super::period::Period;
use super::working_days::Calendar;

/// Working days in a working week: family-law guidance equates 65 working days with 13 weeks.
const WORKING_WEEK: i64 = 5;

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
    /// use duewatch::calendar::{Calendar, FirstDay, LastDay, Period, Trust};
    ///
    /// let calendar = Calendar::shipped("england-and-wales").ok_or("not shipped")?;
    /// let served = "2026-10-02".parse()?;
    /// let limit =
    ///     calendar.after(served, Period::Days(14), FirstDay::Excluded, LastDay::AsIs, Trust::PublishedOnly)?;
    /// assert_eq!(limit.on.to_string(), "2026-10-16");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn after(
        &self,
        start: NaiveDate,
        period: Period,
        first_day: FirstDay,
        last_day: LastDay,
        trust: Trust,
    ) -> Result<Limit, CalendarError> {
        let attempt = format_args!("{period} after {start}");
        self.accept(start, attempt)?;
        let table = self.table(trust);
        let earlier = i64::from(first_day == FirstDay::Included);
        let last = match unit(period, attempt)? {
            Unit::WorkingDays(count) => table.nth(table.rank(number(start) + 1 - earlier) + count - 1),
            Unit::Days(count) => number(start) + count - earlier,
            Unit::Months(count) => months_from(start, count, attempt)? - earlier,
        };
        let last = match last_day {
            LastDay::AsIs => last,
            LastDay::Previous => table.nth(table.rank(last + 1) - 1),
            LastDay::Next => table.nth(table.rank(last)),
        };
        let limit = self.limit(start, last, attempt)?;
        Ok(if last_day == LastDay::AsIs { limit.of(period) } else { limit })
    }

    /// The last day on which something can be done `period` before the day `end`: of working days, the N-th one strictly
    /// before it; of calendar units, the corresponding day. Bounds as for [`after`](Self::after).
    ///
    /// "N clear days before" leaves out both ends and is N + 1 days before.
    ///
    /// Source: Civil Procedure Rules r. 2.8(3) and (4): for a hearing on Friday 20 October notice of three clear days is
    /// served by Monday the 16th.
    ///
    /// ```
    /// use duewatch::calendar::{Calendar, Period, Trust};
    ///
    /// let calendar = Calendar::shipped("england-and-wales").ok_or("not shipped")?;
    /// let hearing = "2023-10-20".parse()?;
    /// let limit = calendar.before(hearing, Period::WorkingDays(3 + 1), Trust::WithProvisional)?;
    /// assert_eq!(limit.on.to_string(), "2023-10-16");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn before(&self, end: NaiveDate, period: Period, trust: Trust) -> Result<Limit, CalendarError> {
        let attempt = format_args!("{period} before {end}");
        self.accept(end, attempt)?;
        let table = self.table(trust);
        let day = match unit(period, attempt)? {
            Unit::WorkingDays(count) => table.nth(table.rank(number(end)) - count),
            Unit::Days(count) => number(end) - count,
            Unit::Months(count) => months_from(end, -count, attempt)?,
        };
        Ok(self.limit(end, day, attempt)?.of(period))
    }

    /// The `n`-th working day after `start`, or before it when `n` is negative; `start` itself never counts. With
    /// `n` = 0, `start` if it is a working day, else the next one. Bounds as for [`after`](Self::after).
    ///
    /// ```
    /// use duewatch::calendar::{Calendar, Trust};
    ///
    /// let calendar = Calendar::shipped("england-and-wales").ok_or("not shipped")?;
    /// let saturday = "2026-11-28".parse()?;
    /// for (n, expected) in [(1, "2026-11-30"), (0, "2026-11-30"), (-1, "2026-11-27")] {
    ///     assert_eq!(calendar.add_working_days(saturday, n, Trust::PublishedOnly)?.on.to_string(), expected);
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn add_working_days(&self, start: NaiveDate, n: i32, trust: Trust) -> Result<Limit, CalendarError> {
        let attempt = format_args!("{n} working days from {start}");
        self.accept(start, attempt)?;
        let table = self.table(trust);
        let rank = if n > 0 { table.rank(number(start) + 1) - 1 } else { table.rank(number(start)) };
        self.limit(start, table.nth(rank + i64::from(n)), attempt)
    }

    /// How many working days lie in (`from`, `to`]: `from` does not count, `to` does. When `to` is the earlier, minus
    /// those in (`to`, `from`]. Provisional holidays count; bounds as for [`after`](Self::after).
    ///
    /// So an event on `from` that is met on `to` was met on that many-th working day.
    ///
    /// ```
    /// use duewatch::calendar::Calendar;
    ///
    /// let calendar = Calendar::shipped("england-and-wales").ok_or("not shipped")?;
    /// let (friday, monday) = ("2026-11-27".parse()?, "2026-11-30".parse()?);
    /// assert_eq!(calendar.working_days_between(friday, monday)?, 1);
    /// assert_eq!(calendar.working_days_between(monday, friday)?, -1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn working_days_between(&self, from: NaiveDate, to: NaiveDate) -> Result<i64, CalendarError> {
        self.count_working_days(from, to, Trust::WithProvisional)
    }

    /// [`working_days_between`](Self::working_days_between) under a trust of your choice.
    ///
    /// ```
    /// use duewatch::calendar::{Calendar, Trust};
    ///
    /// let calendar = Calendar::shipped("england-and-wales").ok_or("not shipped")?;
    /// let (christmas_eve, new_years_eve) = ("2030-12-24".parse()?, "2030-12-31".parse()?);
    /// let count = |trust| calendar.count_working_days(christmas_eve, new_years_eve, trust);
    /// assert_eq!(count(Trust::PublishedOnly)?, 5);
    /// assert_eq!(count(Trust::WithProvisional)?, 3);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn count_working_days(&self, from: NaiveDate, to: NaiveDate, trust: Trust) -> Result<i64, CalendarError> {
        let attempt = format_args!("the working days between {from} and {to}");
        self.accept(from, attempt)?;
        self.accept(to, attempt)?;
        let table = self.table(trust);
        Ok(table.rank(number(to) + 1) - table.rank(number(from) + 1))
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

    /// The answer `day`, reached from `other`, with what is to be said about it.
    fn limit(&self, other: NaiveDate, day: DayNumber, attempt: fmt::Arguments<'_>) -> Result<Limit, CalendarError> {
        let on = date(day).ok_or_else(|| CalendarError::OutOfRange { attempt: attempt.to_string() })?;
        self.accept(on, attempt)?;
        let (first, last) = (on.min(other), on.max(other));
        Ok(Limit { on, provisional: self.is_provisional(first, last), beyond_data: last > self.known_until() })
    }
}

impl Limit {
    /// The limit of a period whose last day stands where it is: calendar time passes over holidays, so that none yet to be
    /// published can move it.
    fn of(self, period: Period) -> Limit {
        match period {
            Period::WorkingDays(_) | Period::WorkingWeeks(_) => self,
            _ => Limit { provisional: false, beyond_data: false, ..self },
        }
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

fn months_from(on: NaiveDate, months: i64, attempt: fmt::Arguments<'_>) -> Result<DayNumber, CalendarError> {
    i32::try_from(months)
        .ok()
        .and_then(|months| add_months(on, months))
        .map(number)
        .ok_or_else(|| CalendarError::OutOfRange { attempt: attempt.to_string() })
}
