//! How days are counted, in plain words.
//!
//! Owns a sentence for each convention. Must not count.

use crate::calendar::{Convention, FirstDay, LastDay};

/// One reading. The first day matters to a period in working days, the last day to one in calendar time.
pub(super) fn reading(convention: Convention) -> String {
    let first = match convention.first_day {
        FirstDay::Included => "the day of the event is day 1",
        FirstDay::Excluded => "the day of the event does not count",
    };
    let last = match convention.last_day {
        LastDay::AsIs => "a last day that is no working day stays where it is",
        LastDay::Previous => "a last day that is no working day moves back to the working day before",
        LastDay::Next => "a last day that is no working day moves on to the next working day",
    };
    format!("In working days, {first}; in days, weeks or months, {last}.")
}
