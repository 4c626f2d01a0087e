//! What a template may see of a letter: this, and nothing else.
//!
//! Owns the grouping by lead worker and family, and the counting. Must not know any wording.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::Serialize;

use crate::calendar::format_date_long;

use super::{
    Folded, Letter, Line,
    clean::one_line,
    matter::{Matter, grouped, matters, references, said},
    rank::{rank, worst_first},
    subject,
};
use crate::procedure::NoticeKind;

/// Kinds that a record of the task settles. An alert says so by itself.
const UNDONE: [NoticeKind; 4] = [NoticeKind::Escalation, NoticeKind::Overdue, NoticeKind::Due, NoticeKind::Reminder];

/// A letter as templates see it. Every string is one clean line.
#[derive(Debug, Serialize)]
pub(super) struct View {
    pub(super) subject: String,
    authority: String,
    roles: Vec<String>,
    pub(super) written_on: String,
    data_as_of: String,
    corrections: String,
    children: usize,
    matters: usize,
    /// Whether anything is told that recording it would settle.
    undone: bool,
    counts: Vec<Count>,
    groups: Vec<Group>,
    folded: Vec<Counted>,
}

/// How many lines there are of one kind.
#[derive(Debug, Serialize)]
struct Count {
    kind: &'static str,
    count: usize,
}

/// The families of one lead worker, or all of them.
#[derive(Debug, Serialize)]
struct Group {
    /// `worker`, `nobody` while no lead worker is allocated, or `all`.
    of: &'static str,
    worker: Option<String>,
    families: Vec<Family>,
}

/// The matters of one household, of one child, or of the authority as a whole (then without references).
#[derive(Debug, Serialize)]
struct Family {
    references: Vec<String>,
    matters: Vec<Matter>,
}

/// What is only counted, of one kind.
#[derive(Debug, Serialize)]
struct Counted {
    kind: &'static str,
    count: usize,
    tasks: Vec<CountedTask>,
}

/// One task of one day that is only counted.
#[derive(Debug, Serialize)]
struct CountedTask {
    title: String,
    ask: String,
    due: Option<String>,
    references: Vec<String>,
}

/// The letter in the order it is read.
pub(super) fn view(letter: &Letter) -> View {
    let mut lines: Vec<&Line> = letter.lines.iter().collect();
    lines.sort_by(|a, b| worst_first(a, b));
    let folded = letter.folded.iter().flat_map(|rule| std::iter::repeat_n(rule.kind, rule.count));
    let mut kinds: Vec<NoticeKind> = lines.iter().map(|line| line.kind).chain(folded).collect();
    kinds.sort_by_key(|kind| rank(*kind));
    let groups = groups(&lines, letter);
    let of_lines = lines.iter().filter_map(|line| line.child.as_deref());
    let of_folded = letter.folded.iter().flat_map(|rule| rule.references.iter().map(String::as_str));
    View {
        subject: subject::subject(&kinds),
        authority: one_line(&letter.authority),
        roles: letter.roles.iter().map(|role| one_line(role)).filter(|role| !role.is_empty()).collect(),
        written_on: format_date_long(letter.written_on),
        data_as_of: one_line(&letter.data_as_of),
        corrections: one_line(&letter.corrections),
        children: of_lines.chain(of_folded).collect::<BTreeSet<_>>().len(),
        matters: groups.iter().flat_map(|group| &group.families).map(|family| family.matters.len()).sum(),
        undone: kinds.iter().any(|kind| UNDONE.contains(kind)),
        counts: counts(&kinds),
        groups,
        folded: counted(&letter.folded),
    }
}

fn counts(kinds: &[NoticeKind]) -> Vec<Count> {
    kinds
        .chunk_by(|a, b| rank(*a) == rank(*b))
        .filter_map(|same| Some(Count { kind: same.first()?.name(), count: same.len() }))
        .collect()
}

fn counted(folded: &[Folded]) -> Vec<Counted> {
    let mut tasks: Vec<&Folded> = folded.iter().collect();
    tasks.sort_by_key(|task| rank(task.kind));
    let task = |task: &&Folded| CountedTask {
        title: one_line(&task.title),
        ask: said(Some(&task.ask)).unwrap_or_else(|| one_line(&task.title)),
        due: task.due_on.map(format_date_long),
        references: task.references.iter().map(|reference| one_line(reference)).collect(),
    };
    let of_kind = tasks.chunk_by(|a, b| a.kind == b.kind).filter_map(|same| {
        let count = same.iter().map(|task| task.count).sum();
        Some(Counted { kind: same.first()?.kind.name(), count, tasks: same.iter().map(task).collect() })
    });
    of_kind.collect()
}

/// The lead workers in the order of their worst line, if that is how the letter is read; else all lines as one group.
fn groups(lines: &[&Line], letter: &Letter) -> Vec<Group> {
    let by_worker = |line: &Line| letter.by_worker && line.child.is_some();
    let of_worker = grouped(lines, |line: &Line| by_worker(line).then_some(line.worker.as_deref()));
    let group = |lines: Vec<&Line>| {
        let first = lines.first()?;
        let worker = first.worker.as_deref().filter(|_| by_worker(first)).map(one_line);
        let of = match &worker {
            Some(_) => "worker",
            None if by_worker(first) => "nobody",
            None => "all",
        };
        Some(Group { of, worker, families: families(&lines, letter.written_on) })
    };
    of_worker.into_iter().filter_map(group).collect()
}

/// Who belongs together: a household; a child without one; the authority as a whole.
fn family_key(line: &Line) -> (Option<&str>, Option<&str>) {
    match (&line.child, &line.household) {
        (Some(_), Some(household)) => (Some(household), None),
        (Some(child), None) => (None, Some(child)),
        (None, _) => (None, None),
    }
}

fn families(lines: &[&Line], written_on: NaiveDate) -> Vec<Family> {
    let of_family = grouped(lines, family_key).into_iter();
    of_family.map(|lines| Family { references: references(&lines), matters: matters(&lines, written_on) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::sample::{date, letter, line};

    fn references(group: &Group) -> Vec<Vec<&str>> {
        group.families.iter().map(|family| family.references.iter().map(String::as_str).collect()).collect()
    }

    fn matters(lines: Vec<Line>) -> Vec<Matter> {
        view(&letter(lines))
            .groups
            .into_iter()
            .flat_map(|group| group.families)
            .flat_map(|family| family.matters)
            .collect()
    }

    fn of_whom(matter: &Matter) -> Vec<&str> {
        matter.references.iter().map(|child| child.reference.as_str()).collect()
    }

    #[test]
    fn siblings_stand_together_where_their_worst_line_stands() {
        let of = |kind, child: &str, household: Option<&str>| Line {
            household: household.map(str::to_owned),
            ..line(kind, child)
        };
        let seen = view(&letter(vec![
            of(NoticeKind::Reminder, "C-1", Some("h")),
            of(NoticeKind::Overdue, "C-9", None),
            of(NoticeKind::Alert, "C-2", Some("h")),
            Line { child: None, ..line(NoticeKind::Report, "") },
            of(NoticeKind::Due, "C-3", None),
        ]));
        assert_eq!(seen.groups.len(), 1);
        assert_eq!(references(&seen.groups[0]), [vec!["C-1", "C-2"], vec!["C-9"], vec!["C-3"], vec![]]);
        assert_eq!(seen.children, 4);
        assert_eq!(seen.matters, 5);
    }

    #[test]
    fn a_manager_reads_by_lead_worker_the_worst_first() {
        let of =
            |kind, child: &str, worker: Option<&str>| Line { worker: worker.map(str::to_owned), ..line(kind, child) };
        let mut letter = letter(vec![
            of(NoticeKind::Due, "C-1", Some("W-1")),
            of(NoticeKind::Overdue, "C-2", Some("W-2")),
            of(NoticeKind::Escalation, "C-3", None),
            of(NoticeKind::Reminder, "C-4", Some("W-2")),
            Line { child: None, ..of(NoticeKind::DataQuality, "", Some("W-1")) },
        ]);
        letter.by_worker = true;
        let seen = view(&letter);
        let groups: Vec<_> =
            seen.groups.iter().map(|group| (group.of, group.worker.as_deref(), references(group))).collect();
        assert_eq!(
            groups,
            [
                ("nobody", None, vec![vec!["C-3"]]),
                ("worker", Some("W-2"), vec![vec!["C-2"], vec!["C-4"]]),
                ("worker", Some("W-1"), vec![vec!["C-1"]]),
                ("all", None, vec![vec![]]),
            ]
        );
        letter.by_worker = false;
        assert_eq!(view(&letter).groups.len(), 1, "a worker's page has no such groups");
    }

    #[test]
    fn one_rule_for_two_siblings_is_told_once_for_each_day() {
        let of = |child: &str, day| Line {
            household: Some("h".into()),
            due_on: date(2026, 11, day),
            ..line(NoticeKind::Reminder, child)
        };
        let matters = matters(vec![of("C-3", 6), of("C-2", 9), of("C-1", 6), of("C-1", 6)]);
        let said: Vec<_> = matters.iter().map(|matter| (of_whom(matter), matter.tasks.len())).collect();
        assert_eq!(said, [(vec!["C-1", "C-3"], 1), (vec!["C-2"], 1)]);
    }

    #[test]
    fn siblings_of_whom_different_things_are_told_stand_apart() {
        let of = |child: &str, next: &str| Line {
            household: Some("h".into()),
            next: Some(next.into()),
            ..line(NoticeKind::Reminder, child)
        };
        assert_eq!(matters(vec![of("C-1", "a"), of("C-2", "b")]).len(), 2);
    }

    #[test]
    fn what_is_asked_of_one_child_for_one_day_is_one_matter_with_several_tasks() {
        let of = |title: &str, next: &str| Line {
            title: title.into(),
            next: Some(next.into()),
            ..line(NoticeKind::Overdue, "C-1")
        };
        let alike = matters(vec![of("a", "x"), of("b", "y"), Line { due_on: date(2026, 11, 4), ..of("c", "x") }]);
        let titles: Vec<Vec<&str>> =
            alike.iter().map(|matter| matter.tasks.iter().map(|task| task.title.as_str()).collect()).collect();
        assert_eq!(titles, [vec!["c"], vec!["a", "b"]]);
        let matter = &alike[1];
        assert_eq!(matter.common.next, None, "what differs stays with each");
        assert_eq!(matter.tasks[1].own.next.as_deref(), Some("y"));
        assert_eq!(matter.common.because.as_deref(), Some("sample cover"), "what is alike is said once");
        assert_eq!(matter.tasks[0].own.because, None);
        let whole = |title: &str| Line { child: None, ..of(title, "x") };
        assert_eq!(matters(vec![whole("a"), whole("b")]).len(), 2, "what is about no child stands by itself");
    }

    #[test]
    fn what_is_folded_is_counted_with_the_rest() {
        let mut letter = letter(vec![line(NoticeKind::Overdue, "C-1")]);
        let rule = |kind, title: &str, count| Folded {
            kind,
            title: title.into(),
            ask: String::new(),
            due_on: date(2026, 11, 9),
            count,
            references: vec!["C-1".into(), "C-5".into()],
        };
        letter.folded = vec![
            rule(NoticeKind::Reminder, "b", 2),
            rule(NoticeKind::Overdue, "a", 3),
            rule(NoticeKind::Reminder, "c", 4),
        ];
        let seen = view(&letter);
        assert_eq!(seen.subject, "Casework: 4 overdue, 6 due soon");
        assert_eq!(seen.children, 2);
        let folded: Vec<_> = seen
            .folded
            .iter()
            .map(|kind| (kind.kind, kind.count, kind.tasks.iter().map(|task| task.ask.as_str()).collect::<Vec<_>>()))
            .collect();
        assert_eq!(folded, [("overdue", 3, vec!["a"]), ("reminder", 6, vec!["b", "c"])]);
    }

    #[test]
    fn a_count_that_contradicts_its_day_is_not_said() {
        let of = |due_on, left| {
            let seen = matters(vec![Line { due_on, working_days_left: left, ..line(NoticeKind::Due, "C-1") }]);
            (seen[0].timing, seen[0].days)
        };
        // Letters of the sample are written on Monday 2 November 2026.
        assert_eq!(of(date(2026, 11, 5), Some(3)), ("ahead", 3));
        assert_eq!(of(date(2026, 11, 5), Some(-3)), ("ahead", 0));
        assert_eq!(of(date(2026, 11, 2), Some(0)), ("today", 0));
        assert_eq!(of(date(2026, 10, 29), Some(-2)), ("passed", 2));
        assert_eq!(of(date(2026, 10, 29), Some(i64::MIN)), ("passed", 1 << 63));
        assert_eq!(of(date(2026, 11, 1), Some(0)), ("passed", 0));
        assert_eq!(of(None, Some(4)), ("undated", 0));
    }

    #[test]
    fn a_strict_day_counts_only_where_it_differs() {
        let of =
            |strict_on| matters(vec![Line { strict_on, ..line(NoticeKind::Due, "C-1") }])[0].tasks[0].strict.clone();
        assert_eq!(of(date(2026, 11, 5)), None, "the sample's own due day");
        assert_eq!(of(date(2026, 11, 4)).as_deref(), Some("Wednesday 4 November 2026"));
        assert_eq!(of(None), None);
    }
}
