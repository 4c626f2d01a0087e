//! Calendar months.
//!
//! Owns the corresponding-date rule. Must not know working days.

use chrono::{Months, NaiveDate};

/// The corresponding date `months` calendar months after `on` (before it, when negative), or the last day of that month
/// where the month is too short. `None` only past the years a date can hold.
///
/// Always count from the anchor: adding in steps loses the day (31 January + 1 + 1 is 28 March, + 2 is 31 March).
///
/// Source: the corresponding-date rule, Dodds v Walker \[1981\] 1 WLR 1027 (HL): four months from 30 September end on
/// 30 January, not on the 31st.
///
/// ```
/// use chrono::NaiveDate;
/// use duewatch::calendar::add_months;
///
/// let notice = NaiveDate::from_ymd_opt(1978, 9, 30).ok_or("no such day")?;
/// assert_eq!(add_months(notice, 4), NaiveDate::from_ymd_opt(1979, 1, 30));
/// # Ok::<(), &str>(())
/// ```
pub fn add_months(on: NaiveDate, months: i32) -> Option<NaiveDate> {
    match u32::try_from(months) {
        Ok(later) => on.checked_add_months(Months::new(later)),
        Err(_) => on.checked_sub_months(Months::new(months.unsigned_abs())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_corresponding_date_or_the_end_of_the_month() {
        // Interpretation of "month": Dodds v Walker; the dates follow from the lengths of the months alone.
        for (from, months, expected) in [
            ("2026-08-31", 6, "2027-02-28"),
            ("2027-08-31", 6, "2028-02-29"),
            ("2026-11-30", 3, "2027-02-28"),
            ("2027-11-30", 3, "2028-02-29"),
            ("2026-09-30", 4, "2027-01-30"),
            ("2026-02-28", 1, "2026-03-28"),
            ("2026-01-31", 1, "2026-02-28"),
            ("2026-01-31", 2, "2026-03-31"),
            ("2028-02-29", 12, "2029-02-28"),
            ("2026-03-31", -1, "2026-02-28"),
            ("2026-01-15", -13, "2024-12-15"),
            ("2026-05-05", 0, "2026-05-05"),
        ] {
            let from: NaiveDate = from.parse().unwrap();
            assert_eq!(add_months(from, months), Some(expected.parse().unwrap()), "{from} {months}");
        }
    }

    #[test]
    fn past_all_dates_there_is_none() {
        assert_eq!(add_months(NaiveDate::MAX, 1), None);
        assert_eq!(add_months(NaiveDate::MIN, i32::MIN), None);
    }
}
