//! Cells of a table that say something of a duty.

use crate::{
    calendar::format_date_short,
    duty::{Duty, Reading},
};

/// A last day. One that rests on a holiday not yet published says so.
pub(super) fn last_day(duty: &Duty, reading: Option<&Reading>) -> String {
    let provisional = if duty.provisional { " (provisional)" } else { "" };
    reading.map(|reading| format!("{}{provisional}", format_date_short(reading.on.on()))).unwrap_or_default()
}
