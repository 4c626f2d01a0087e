//! Which matter is worse.
//!
//! Owns the order of lines in a message. Must not know how they are worded.

use std::cmp::Ordering;

use super::Line;
use crate::procedure::NoticeKind;

/// The place of a kind in a message: 0 is read first.
pub(super) fn rank(kind: NoticeKind) -> u8 {
    match kind {
        NoticeKind::Alert => 0,
        NoticeKind::Escalation => 1,
        NoticeKind::Overdue => 2,
        NoticeKind::Due => 3,
        NoticeKind::Reminder => 4,
        NoticeKind::RestEnds => 5,
        NoticeKind::Changed => 6,
        NoticeKind::CannotTell => 7,
        NoticeKind::Resolved => 8,
        NoticeKind::NoLongerDue => 9,
        NoticeKind::Checklist => 10,
        NoticeKind::Handover => 11,
        NoticeKind::DataQuality => 12,
        NoticeKind::Report => 13,
        NoticeKind::Counted => 14,
    }
}

/// Worst first: by kind, then the earlier day, then by reference and title so that the order never depends on the caller;
/// the whole line settles what is still equal.
/// A breach without a day stands now, so it comes before those with one; anything else without a day comes after.
pub(super) fn worst_first(a: &Line, b: &Line) -> Ordering {
    rank(a.kind)
        .cmp(&rank(b.kind))
        .then_with(|| day_key(a).cmp(&day_key(b)))
        .then_with(|| a.child.cmp(&b.child))
        .then_with(|| a.title.cmp(&b.title))
        .then_with(|| format!("{a:?}").cmp(&format!("{b:?}")))
}

fn day_key(line: &Line) -> (bool, Option<chrono::NaiveDate>) {
    (line.due_on.is_none() && !line.kind.is_breach(), line.due_on)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::sample::{date, line};

    #[test]
    fn a_kind_has_a_place_of_its_own() {
        let mut ranks: Vec<u8> = NoticeKind::ALL.iter().map(|(_, kind)| rank(*kind)).collect();
        ranks.sort_unstable();
        assert_eq!(ranks, (0..15).collect::<Vec<u8>>());
    }

    #[test]
    fn the_older_breach_comes_first_and_an_undated_reminder_last() {
        let dated = |kind, day| Line { due_on: day, ..line(kind, "C-1") };
        let mut lines = [
            dated(NoticeKind::Reminder, None),
            dated(NoticeKind::Reminder, date(2026, 12, 3)),
            dated(NoticeKind::Overdue, date(2026, 11, 2)),
            dated(NoticeKind::Overdue, date(2026, 10, 2)),
            dated(NoticeKind::Overdue, None),
            dated(NoticeKind::Alert, date(2026, 12, 9)),
        ];
        lines.sort_by(worst_first);
        let order: Vec<_> = lines.iter().map(|line| (line.kind, line.due_on)).collect();
        assert_eq!(
            order,
            [
                (NoticeKind::Alert, date(2026, 12, 9)),
                (NoticeKind::Overdue, None),
                (NoticeKind::Overdue, date(2026, 10, 2)),
                (NoticeKind::Overdue, date(2026, 11, 2)),
                (NoticeKind::Reminder, date(2026, 12, 3)),
                (NoticeKind::Reminder, None),
            ]
        );
    }

    #[test]
    fn lines_that_differ_in_one_word_still_have_an_order() {
        let one = line(NoticeKind::Due, "C-1");
        let other = Line { quote: "other words".into(), ..one.clone() };
        assert_eq!(worst_first(&one, &other), worst_first(&other, &one).reverse());
        assert_ne!(worst_first(&one, &other), Ordering::Equal);
        assert_eq!(worst_first(&one, &one), Ordering::Equal);
    }
}
