//! How a date moved, in one sentence. Must not decide who hears of it.

use crate::{
    calendar::format_date_long,
    duty::{Duty, Reading, Status},
};

/// What the date was, what it is now, and why where that can be seen.
pub(super) fn moved_in_words(before: &Duty, now: &Duty) -> String {
    let due = |duty: &Duty| duty.due.as_ref().or(duty.strict.as_ref()).cloned();
    let on = |reading: Option<Reading>| reading.map(|reading| reading.on.on());
    // When a holiday that was counted as coming is published, only the earliest date moves.
    let earliest_alone = on(due(before)) == on(due(now)) && on(before.strict.clone()) != on(now.strict.clone());
    let day = |duty: &Duty| {
        let on = if earliest_alone { on(duty.strict.clone()) } else { on(due(duty)) };
        let earliest = if earliest_alone { "at the earliest " } else { "" };
        on.map_or_else(|| "no date".to_owned(), |on| format!("{earliest}{}", format_date_long(on)))
    };
    match (before.status, now.status) {
        (_, Status::CannotTell) => {
            format!("it was {}; the record no longer says enough to give a date", day(before))
        }
        _ if before.anchor.on != now.anchor.on => format!(
            "it was {}, now {}: the event that starts the clock is now recorded on {}, not on {}",
            day(before),
            day(now),
            format_date_long(now.anchor.on),
            format_date_long(before.anchor.on)
        ),
        _ if before.calendar_hash != now.calendar_hash => {
            format!("it was {}, now {}: the bank holidays have changed", day(before), day(now))
        }
        _ => format!("it was {}, now {}", day(before), day(now)),
    }
}
