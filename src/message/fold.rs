//! More than one reading holds: the worst is told in full, the rest is counted.
//!
//! Owns which lines keep their detail. Must not know how either is worded.

use super::{Folded, Line, rank::worst_first};
use crate::procedure::NoticeKind;

/// Leaves at most so many lines in full and counts the others by kind, task and day, with their references. An alert is never
/// folded; nor what is about no child, for which no reference could stand; nor points to confirm, which are told nowhere
/// else. Of these only an alert takes the place of another line. What is told as a count from the first is never anything else.
pub(super) fn fold(mut lines: Vec<Line>, detail_lines: usize) -> (Vec<Line>, Vec<Folded>) {
    lines.sort_by(worst_first);
    let alerts = lines.iter().filter(|line| line.kind == NoticeKind::Alert).count();
    let mut left = detail_lines.saturating_sub(alerts);
    let mut folded: Vec<Folded> = Vec::new();
    lines.retain(|line| {
        let Some(child) = line.child.as_ref().filter(|_| folds(line.kind)) else { return true };
        if line.kind != NoticeKind::Counted
            && let Some(fewer) = left.checked_sub(1)
        {
            left = fewer;
            return true;
        }
        count(line, child, &mut folded);
        false
    });
    (lines, folded)
}

fn folds(kind: NoticeKind) -> bool {
    !matches!(kind, NoticeKind::Alert | NoticeKind::Checklist)
}

fn count(line: &Line, child: &str, folded: &mut Vec<Folded>) {
    let of = |known: &Folded| {
        (known.kind, known.due_on, &known.title, &known.ask) == (line.kind, line.due_on, &line.title, &line.ask)
    };
    let at = folded.iter().position(of).unwrap_or_else(|| {
        folded.push(Folded {
            kind: line.kind,
            title: line.title.clone(),
            ask: line.ask.clone(),
            due_on: line.due_on,
            count: 0,
            references: Vec::new(),
        });
        folded.len() - 1
    });
    let Some(known) = folded.get_mut(at) else { return };
    known.count += 1;
    if !known.references.iter().any(|reference| reference == child) {
        known.references.push(child.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::sample::{date, line};

    type Counted = (NoticeKind, usize, Vec<String>);

    fn kept_and_folded(lines: Vec<Line>, detail_lines: usize) -> (Vec<NoticeKind>, Vec<Counted>) {
        let (kept, folded) = fold(lines, detail_lines);
        let folded = folded.into_iter().map(|rule| (rule.kind, rule.count, rule.references));
        (kept.into_iter().map(|line| line.kind).collect(), folded.collect())
    }

    #[test]
    fn the_worst_keep_their_detail_and_nothing_is_lost() {
        let lines = vec![
            line(NoticeKind::Reminder, "C-1"),
            line(NoticeKind::Reminder, "C-2"),
            line(NoticeKind::Overdue, "C-3"),
            line(NoticeKind::Reminder, "C-1"),
            line(NoticeKind::Due, "C-4"),
        ];
        assert_eq!(fold(lines.clone(), 5).1, []);
        let (kept, folded) = kept_and_folded(lines.clone(), 2);
        assert_eq!(kept, [NoticeKind::Overdue, NoticeKind::Due]);
        assert_eq!(folded, [(NoticeKind::Reminder, 3, vec!["C-1".into(), "C-2".into()])]);
        let (kept, folded) = kept_and_folded(lines, 1);
        assert_eq!(kept, [NoticeKind::Overdue]);
        assert_eq!(folded[0], (NoticeKind::Due, 1, vec!["C-4".into()]));
    }

    #[test]
    fn an_alert_points_and_what_is_about_no_child_are_told_in_full() {
        let whole = |kind| Line { child: None, ..line(kind, "") };
        let lines = vec![
            whole(NoticeKind::Report),
            whole(NoticeKind::DataQuality),
            line(NoticeKind::Checklist, "C-3"),
            line(NoticeKind::Overdue, "C-2"),
            line(NoticeKind::Alert, "C-1"),
            line(NoticeKind::Alert, "C-1"),
        ];
        let (kept, folded) = kept_and_folded(lines.clone(), 1);
        let alert = NoticeKind::Alert;
        assert_eq!(kept, [alert, alert, NoticeKind::Checklist, NoticeKind::DataQuality, NoticeKind::Report]);
        assert_eq!(folded, [(NoticeKind::Overdue, 1, vec!["C-2".into()])]);
        assert_eq!(kept_and_folded(lines, 3).1, []);
    }

    #[test]
    fn each_task_is_counted_day_by_day() {
        let of = |title: &str, child: &str, day| Line {
            title: title.into(),
            due_on: date(2026, 11, day),
            ..line(NoticeKind::Reminder, child)
        };
        let lines = vec![of("a", "C-1", 9), of("b", "C-1", 6), of("a", "C-2", 6), of("a", "C-3", 9)];
        let folded = fold(lines, 0).1;
        let said: Vec<_> = folded.iter().map(|task| (task.title.as_str(), task.due_on, task.count)).collect();
        assert_eq!(said, [("b", date(2026, 11, 6), 1), ("a", date(2026, 11, 6), 1), ("a", date(2026, 11, 9), 2)]);
    }
}
