//! The days of the week on which somebody works.

use chrono::{Datelike as _, NaiveDate, Weekday};

/// A pattern of part-time work: some days of the week, the same in every week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Weekdays(u8);

impl Weekdays {
    /// Whoever is not part-time. Which of them are office days the calendar says.
    pub const EVERY: Weekdays = Weekdays(0b111_1111);

    /// From `mon tue wed`: days by their English names or the first three letters, parted by blanks, commas or semicolons.
    /// None if anything else stands there, or nothing.
    pub fn from_text(text: &str) -> Option<Weekdays> {
        let named = text.split([' ', ',', ';']).filter(|word| !word.is_empty());
        let days = named.map(|word| word.parse::<Weekday>().ok()).collect::<Option<Vec<Weekday>>>()?;
        let days = days.into_iter().fold(0, |days, day| days | bit(day));
        (days != 0).then_some(Weekdays(days))
    }

    /// Whether they work on the weekday of that date.
    pub fn include(self, on: NaiveDate) -> bool {
        self.0 & bit(on.weekday()) != 0
    }
}

impl Default for Weekdays {
    fn default() -> Weekdays {
        Weekdays::EVERY
    }
}

fn bit(day: Weekday) -> u8 {
    1 << day.num_days_from_monday()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_a_list_of_days_and_nothing_else() {
        let included = |text: &str| {
            let pattern = Weekdays::from_text(text)?;
            // 16 November 2026 is a Monday.
            let week = NaiveDate::from_ymd_opt(2026, 11, 16)?.iter_days().take(7);
            Some(week.map(|on| if pattern.include(on) { '1' } else { '0' }).collect::<String>())
        };
        for (text, expected) in [
            ("mon tue wed", Some("1110000")),
            ("Thursday;FRI", Some("0001100")),
            (" sat,  sun ,", Some("0000011")),
            ("wed wed", Some("0010000")),
            ("mon-wed", None),
            ("3 days", None),
            ("mo tu", None),
            (" , ", None),
        ] {
            assert_eq!(included(text).as_deref(), expected, "{text}");
        }
    }
}
