//! Our last day beside the one that a return writes down itself.
//!
//! Owns how the two are compared. Must not judge which is right: councils and suppliers count in different ways.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::calendar::Calendar;

/// How often they agree, and by how much they differ.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Targets {
    /// The same day.
    pub same: u64,
    /// Ours is the earlier day.
    pub ours_earlier: u64,
    /// Ours is the later day.
    pub ours_later: u64,
    /// By how many working days ours is later (earlier, when negative). Two days with a weekend between them differ by none.
    pub by_working_days: BTreeMap<i32, u64>,
}

impl Targets {
    /// Compares one pair.
    pub fn compare(&mut self, calendar: &Calendar, ours: NaiveDate, theirs: NaiveDate) {
        let Ok(days) = calendar.working_days_between(theirs, ours) else { return };
        *self.by_working_days.entry(days.0).or_default() += 1;
        *match ours.cmp(&theirs) {
            std::cmp::Ordering::Less => &mut self.ours_earlier,
            std::cmp::Ordering::Equal => &mut self.same,
            std::cmp::Ordering::Greater => &mut self.ours_later,
        } += 1;
    }

    /// How many pairs were compared.
    pub fn compared(&self) -> u64 {
        self.same + self.ours_earlier + self.ours_later
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_counted_in_working_days() {
        let calendar = Calendar::shipped("england-and-wales").unwrap();
        let mut targets = Targets::default();
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        // Thursday 24 December 2026 and Tuesday the 29th: nothing between them counts but the 29th itself.
        targets.compare(&calendar, day("2026-12-29"), day("2026-12-24"));
        targets.compare(&calendar, day("2026-12-24"), day("2026-12-29"));
        targets.compare(&calendar, day("2026-12-24"), day("2026-12-24"));
        // A target on a Saturday, ours on the Friday before it.
        targets.compare(&calendar, day("2026-12-11"), day("2026-12-12"));
        assert_eq!((targets.same, targets.ours_earlier, targets.ours_later), (1, 2, 1));
        assert_eq!(targets.by_working_days, BTreeMap::from([(-1, 1), (0, 2), (1, 1)]));
        assert_eq!(targets.compared(), 4);
    }
}
