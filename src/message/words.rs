//! A date as people write it in a letter.
//!
//! Owns that one form. Must not know who reads it.

use chrono::NaiveDate;

/// "Thursday 3 December 2026".
pub(super) fn format_date_long(on: NaiveDate) -> String {
    on.format("%A %-d %B %Y").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::sample::date;

    #[test]
    fn a_date_has_its_weekday_and_no_leading_zero() {
        assert_eq!(date(2026, 12, 3).map(format_date_long).as_deref(), Some("Thursday 3 December 2026"));
    }
}
