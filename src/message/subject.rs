//! The subject: how many matters of which weight, and nothing else.
//!
//! Owns its words and its length. Must not know a reference, a title or a day: it is handed kinds only.

use crate::procedure::NoticeKind;

const PREFIX: &str = "Casework: ";
const SHORTEST: usize = 20;
const LONGEST: usize = 50;

/// What kinds count as, with the words for one and for several.
struct Weight {
    of: &'static [NoticeKind],
    words: (&'static str, &'static str),
    /// The same where nothing else is counted and the short words would fall under the least length.
    alone: (&'static str, &'static str),
}

const fn weight(
    of: &'static [NoticeKind],
    words: (&'static str, &'static str),
    alone: (&'static str, &'static str),
) -> Weight {
    Weight { of, words, alone }
}

/// Worst first.
const WEIGHTS: [Weight; 11] = [
    weight(&[NoticeKind::Alert], ("urgent", "urgent"), ("urgent matter", "urgent matters")),
    weight(&[NoticeKind::Escalation, NoticeKind::Overdue], ("overdue", "overdue"), ("overdue task", "overdue tasks")),
    weight(&[NoticeKind::Due], ("due now", "due now"), ("task due now", "tasks due now")),
    weight(&[NoticeKind::Reminder], ("due soon", "due soon"), ("task due soon", "tasks due soon")),
    weight(&[NoticeKind::RestEnds], ("reminder resumes", "reminders resume"), ("reminder resumes", "reminders resume")),
    weight(&[NoticeKind::Changed], ("date changed", "dates changed"), ("date changed", "dates changed")),
    weight(
        &[NoticeKind::CannotTell, NoticeKind::Checklist, NoticeKind::DataQuality],
        ("to check", "to check"),
        ("matter to check", "matters to check"),
    ),
    weight(&[NoticeKind::Resolved, NoticeKind::NoLongerDue], ("closed", "closed"), ("task closed", "tasks closed")),
    weight(&[NoticeKind::Handover], ("handover", "handovers"), ("handover", "handovers")),
    weight(&[NoticeKind::Report], ("report", "reports"), ("report to read", "reports to read")),
    weight(&[NoticeKind::Counted], ("with staff", "with staff"), ("with staff", "with staff")),
];

/// 20 to 50 characters whatever the counts: what does not fit is counted as more.
pub(super) fn subject(kinds: &[NoticeKind]) -> String {
    let counts: Vec<(usize, &Weight)> = WEIGHTS
        .iter()
        .map(|weight| (kinds.iter().filter(|kind| weight.of.contains(kind)).count(), weight))
        .filter(|(count, _)| *count > 0)
        .collect();
    for shown in (1..=counts.len()).rev() {
        let rest = counts.iter().skip(shown).map(|(count, _)| *count).sum();
        let subject = listed(counts.get(..shown).unwrap_or_default(), rest);
        if subject.len() <= LONGEST {
            return subject;
        }
    }
    format!("{PREFIX}work to look at")
}

fn listed(counts: &[(usize, &Weight)], rest: usize) -> String {
    let mut parts: Vec<String> = counts.iter().map(|(count, weight)| said(*count, weight.words)).collect();
    if rest > 0 {
        parts.push(format!("{} more", capped(rest)));
    }
    let subject = format!("{PREFIX}{}", parts.join(", "));
    match counts {
        [(count, weight)] if subject.len() < SHORTEST => format!("{PREFIX}{}", said(*count, weight.alone)),
        _ => subject,
    }
}

fn said(count: usize, (one, many): (&str, &str)) -> String {
    format!("{} {}", capped(count), if count == 1 { one } else { many })
}

fn capped(count: usize) -> String {
    if count > 999 { "999+".to_owned() } else { count.to_string() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn it_counts_worst_first_and_reads_as_a_task() {
        let kinds = [NoticeKind::Reminder, NoticeKind::Overdue, NoticeKind::Reminder, NoticeKind::Escalation];
        assert_eq!(subject(&kinds), "Casework: 2 overdue, 2 due soon");
        assert_eq!(subject(&[NoticeKind::Alert]), "Casework: 1 urgent matter");
        assert_eq!(subject(&[NoticeKind::Overdue; 2]), "Casework: 2 overdue tasks");
        assert_eq!(subject(&[NoticeKind::Report]), "Casework: 1 report to read");
    }

    #[test]
    fn what_does_not_fit_is_counted_as_more() {
        let every: Vec<NoticeKind> = NoticeKind::ALL.iter().map(|(_, kind)| *kind).collect();
        assert_eq!(subject(&every), "Casework: 1 urgent, 2 overdue, 1 due now, 11 more");
    }

    #[test]
    fn every_kind_is_counted_once() {
        for (_, kind) in NoticeKind::ALL {
            assert_eq!(WEIGHTS.iter().filter(|weight| weight.of.contains(&kind)).count(), 1, "{kind:?}");
        }
    }

    proptest! {
        #[test]
        fn its_length_is_always_in_range(
            mix in proptest::collection::vec((0..14_usize, prop_oneof![1..3_usize, 9..12_usize, 99..2000_usize]), 0..14),
        ) {
            let kinds: Vec<NoticeKind> =
                mix.into_iter().flat_map(|(kind, count)| std::iter::repeat_n(NoticeKind::ALL[kind].1, count)).collect();
            prop_assume!(!kinds.is_empty());
            let subject = subject(&kinds);
            let length = subject.chars().count();
            prop_assert!((20..=50).contains(&length), "{length}: {subject}");
        }
    }
}
