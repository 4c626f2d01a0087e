//! One assessment, enquiry or plan while it is read.
//!
//! Owns how the text of a field becomes a date or an answer. Must not judge it.

use chrono::{Datelike, NaiveDate};

use super::{element::Field, fault::What};
use crate::backtest::Recorded;

/// What has been read of a record, each value with its line.
#[derive(Clone, Debug, Default)]
pub(super) struct Record {
    /// Where it begins.
    pub(super) line: u64,
    pub(super) start: Value,
    /// Authorisation, conference or the plan's end.
    pub(super) end: Value,
    pub(super) target: Value,
    pub(super) not_required: Option<Answer>,
    pub(super) reviews: Vec<Value>,
}

/// A date as recorded, and where.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Value {
    pub(super) date: Recorded,
    pub(super) line: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Yes,
    No,
    Unreadable,
}

impl Record {
    /// Takes a field in; what is wrong with it, if anything.
    pub(super) fn take(&mut self, field: Field, text: &str, line: u64) -> Option<What> {
        let slot = match field {
            Field::AssessmentStart | Field::EnquiryStart | Field::PlanStart => &mut self.start,
            Field::Authorised | Field::Conference | Field::PlanEnd => &mut self.end,
            Field::Target => &mut self.target,
            Field::Review => {
                let (date, wrong) = date(text, field);
                if date != Recorded::Missing {
                    self.reviews.push(Value { date, line });
                }
                return wrong;
            }
            Field::NotRequired => {
                if self.not_required.is_some() {
                    self.not_required = Some(Answer::Unreadable);
                    return Some(What::Twice(field.name()));
                }
                self.not_required = answer(text);
                let unreadable = self.not_required == Some(Answer::Unreadable);
                return unreadable.then_some(What::NoAnswer(field.name()));
            }
        };
        if slot.date != Recorded::Missing {
            *slot = Value { date: Recorded::Unreadable, line };
            return Some(What::Twice(field.name()));
        }
        let (date, wrong) = date(text, field);
        *slot = Value { date, line };
        wrong
    }
}

/// A day; with a time or a zone behind it, the day as it is written.
pub(super) fn day(text: &str) -> Option<NaiveDate> {
    let (on, rest) = text.split_at_checked(10)?;
    let fits = |(at, byte): (usize, u8)| if at == 4 || at == 7 { byte == b'-' } else { byte.is_ascii_digit() };
    let dated = on.bytes().enumerate().all(fits);
    let begins = rest.is_empty() || rest.starts_with(['T', 'Z', '+', '-']);
    let rest_fits = begins && rest.bytes().all(|byte| byte.is_ascii_digit() || b"T:.Z+-".contains(&byte));
    if dated && rest_fits { on.parse().ok() } else { None }
}

fn date(text: &str, field: Field) -> (Recorded, Option<What>) {
    let text = text.trim();
    if text.is_empty() {
        return (Recorded::Missing, None);
    }
    match day(text) {
        None => (Recorded::Unreadable, Some(What::NoDate(field.name()))),
        Some(on) if !sound(on) => (Recorded::Unreadable, Some(What::OutsideYears(field.name()))),
        Some(on) => (Recorded::On(on), None),
    }
}

/// Whether the year is one that a record can mean.
pub(super) fn sound(on: NaiveDate) -> bool {
    (1900..=2200).contains(&on.year())
}

fn answer(text: &str) -> Option<Answer> {
    match text.trim().to_ascii_lowercase().as_str() {
        "" => None,
        "true" | "1" | "y" | "yes" => Some(Answer::Yes),
        "false" | "0" | "n" | "no" => Some(Answer::No),
        _ => Some(Answer::Unreadable),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_written_in_full() {
        for (text, on) in [
            ("2026-02-28", Some("2026-02-28")),
            ("2026-02-28T00:00:00", Some("2026-02-28")),
            ("2026-02-28+01:00", Some("2026-02-28")),
            ("2026-02-28Z", Some("2026-02-28")),
            ("2026-02-29", None),
            ("28/02/2026", None),
            ("2026-2-28", None),
            ("2026-02-2é", None),
            ("+026-02-28", None),
            ("2026-02-28 or so", None),
            ("2026-02-28T<", None),
            ("", None),
        ] {
            assert_eq!(day(text), on.map(|on| on.parse().unwrap()), "{text}");
        }
    }
}
