//! How a date moved, in one sentence. Must not decide who hears of it.

use super::SaidDays;
use crate::{
    calendar::format_date_long,
    duty::{Duty, Status},
};

/// What the date was as somebody was told it, what it is now, and why where that can be seen.
pub(super) fn moved_in_words(said: SaidDays, before: &Duty, now: &Duty) -> String {
    let now_on = SaidDays::of(now);
    let due = |days: SaidDays| days.due_on.or(days.strict_on);
    // When a holiday that was counted as coming is published, only the earliest date moves.
    let earliest_alone = due(said) == due(now_on) && said.strict_on != now_on.strict_on;
    let day = |days: SaidDays| {
        let on = if earliest_alone { days.strict_on } else { due(days) };
        let earliest = if earliest_alone { "at the earliest " } else { "" };
        on.map_or_else(|| "no date".to_owned(), |on| format!("{earliest}{}", format_date_long(on)))
    };
    match now.status {
        Status::CannotTell => {
            format!("it was {}; the record no longer says enough to give a date", day(said))
        }
        _ if before.anchor.on != now.anchor.on => {
            // Of a day in between nobody was told.
            let known = said == SaidDays::of(before);
            let no_more =
                if known { format!(", not on {}", format_date_long(before.anchor.on)) } else { String::new() };
            format!(
                "it was {}, now {}: the event that starts the clock is now recorded on {}{no_more}",
                day(said),
                day(now_on),
                format_date_long(now.anchor.on),
            )
        }
        _ if before.calendar_hash != now.calendar_hash => {
            format!("it was {}, now {}: the bank holidays have changed", day(said), day(now_on))
        }
        _ => format!("it was {}, now {}", day(said), day(now_on)),
    }
}
