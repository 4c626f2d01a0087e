//! What a template may see of a letter: this, and nothing else.
//!
//! Owns the allow-list of fields, the grouping into families and the counting. Must not know any wording.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::Serialize;

use crate::calendar::format_date_long;

use super::{
    Letter, Line,
    clean::{one_line, web_link},
    rank::{rank, worst_first},
    subject,
};
use crate::procedure::NoticeKind;

/// A letter as templates see it. Every string is one clean line.
#[derive(Debug, Serialize)]
pub(super) struct View {
    pub(super) subject: String,
    authority: String,
    roles: Vec<String>,
    pub(super) written_on: String,
    data_as_of: String,
    corrections: String,
    folded: usize,
    children: usize,
    matters: usize,
    counts: Vec<Count>,
    families: Vec<Family>,
}

/// How many lines there are of one kind.
#[derive(Debug, Serialize)]
struct Count {
    kind: &'static str,
    count: usize,
}

/// The matters of one household, of one child, or of the authority as a whole (then without references).
#[derive(Debug, Serialize)]
struct Family {
    references: Vec<String>,
    matters: Vec<Matter>,
}

/// One rule for one family at one kind of notice, with a clock for each child. What all clocks have in common stands here,
/// what they do not stands with each.
#[derive(Debug, Serialize)]
struct Matter {
    kind: &'static str,
    title: String,
    ask: String,
    citation: String,
    quote: String,
    under_review: bool,
    clocks: Vec<Clock>,
    common: Details,
    rows: Vec<String>,
}

/// One child's clock.
#[derive(Debug, Serialize)]
struct Clock {
    reference: Option<String>,
    link: Option<String>,
    /// `undated`, `ahead`, `today` or `passed`.
    timing: &'static str,
    due: Option<String>,
    /// Whole working days between the day of writing and the due day; 0 where they are not to be said.
    days: u64,
    strict: Option<String>,
    /// The same for the strict day: `undated` where it does not differ.
    strict_timing: &'static str,
    own: Details,
}

/// The small print of one clock, or of several.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
struct Details {
    notes: Vec<String>,
    mended_by: Option<String>,
    next: Option<String>,
    because: Option<String>,
    arithmetic: Option<String>,
    provisional: bool,
}

/// The letter in the order it is read.
pub(super) fn view(letter: &Letter) -> View {
    let mut lines: Vec<&Line> = letter.lines.iter().collect();
    lines.sort_by(|a, b| worst_first(a, b));
    let kinds: Vec<NoticeKind> = lines.iter().map(|line| line.kind).collect();
    let families = families(&lines, letter.written_on);
    View {
        subject: subject::subject(&kinds, letter.folded),
        authority: one_line(&letter.authority),
        roles: letter.roles.iter().map(|role| one_line(role)).filter(|role| !role.is_empty()).collect(),
        written_on: format_date_long(letter.written_on),
        data_as_of: one_line(&letter.data_as_of),
        corrections: one_line(&letter.corrections),
        folded: letter.folded,
        children: lines.iter().filter_map(|line| line.child.as_deref()).collect::<BTreeSet<_>>().len(),
        matters: families.iter().map(|family| family.matters.len()).sum(),
        counts: counts(&kinds),
        families,
    }
}

fn counts(kinds: &[NoticeKind]) -> Vec<Count> {
    kinds
        .chunk_by(|a, b| rank(*a) == rank(*b))
        .filter_map(|same| Some(Count { kind: same.first()?.name(), count: same.len() }))
        .collect()
}

/// Who belongs together: a household; a child without one; the authority as a whole.
fn family_key(line: &Line) -> (Option<&str>, Option<&str>) {
    match (&line.child, &line.household) {
        (Some(_), Some(household)) => (Some(household), None),
        (Some(child), None) => (None, Some(child)),
        (None, _) => (None, None),
    }
}

/// Groups in the order of their first element.
fn grouped<'a, K: PartialEq>(lines: &[&'a Line], key: impl Fn(&'a Line) -> K) -> Vec<Vec<&'a Line>> {
    let mut groups: Vec<(K, Vec<&Line>)> = Vec::new();
    for &line in lines {
        let of = key(line);
        match groups.iter_mut().find(|(known, _)| *known == of) {
            Some((_, group)) => group.push(line),
            None => groups.push((of, vec![line])),
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

fn families(lines: &[&Line], written_on: NaiveDate) -> Vec<Family> {
    grouped(lines, family_key)
        .into_iter()
        .map(|of_family| Family {
            references: of_family
                .iter()
                .filter_map(|line| line.child.as_deref())
                .collect::<BTreeSet<_>>()
                .into_iter()
                .map(one_line)
                .collect(),
            matters: grouped(&of_family, |line| {
                (line.kind, &line.title, &line.ask, &line.citation, &line.quote, line.under_review, &line.rows)
            })
            .into_iter()
            .filter_map(|same| matter(&same, written_on))
            .collect(),
        })
        .collect()
}

fn matter(lines: &[&Line], written_on: NaiveDate) -> Option<Matter> {
    let first = *lines.first()?;
    let mut clocks: Vec<Clock> = lines.iter().map(|line| clock(line, written_on)).collect();
    let common = share(&mut clocks);
    Some(Matter {
        kind: first.kind.name(),
        title: one_line(&first.title),
        ask: said(Some(&first.ask)).unwrap_or_else(|| one_line(&first.title)),
        citation: one_line(&first.citation),
        quote: one_line(&first.quote),
        under_review: first.under_review,
        clocks,
        common,
        rows: first.rows.iter().map(|row| one_line(row)).collect(),
    })
}

fn clock(line: &Line, written_on: NaiveDate) -> Clock {
    let strict_on = line.strict_on.filter(|on| line.due_on.is_some() && line.due_on != Some(*on));
    let timing = timing(line.due_on, written_on);
    // The count and the day come from different places; where they disagree on the direction, the day alone is said.
    let days = match (timing, line.working_days_left) {
        ("ahead", Some(left)) if left > 0 => left.unsigned_abs(),
        ("passed", Some(left)) if left < 0 => left.unsigned_abs(),
        _ => 0,
    };
    Clock {
        reference: line.child.as_deref().map(one_line),
        link: line.link.as_deref().and_then(web_link),
        timing,
        due: line.due_on.map(format_date_long),
        days,
        strict: strict_on.map(format_date_long),
        strict_timing: self::timing(strict_on, written_on),
        own: Details {
            notes: line.notes.iter().map(|note| one_line(note)).filter(|note| !note.is_empty()).collect(),
            mended_by: said(line.mended_by.as_ref()),
            next: said(line.next.as_ref()),
            because: said(line.because.as_ref()),
            arithmetic: said(Some(&line.arithmetic)),
            provisional: line.provisional,
        },
    }
}

fn said(value: Option<&String>) -> Option<String> {
    value.map(|value| one_line(value)).filter(|value| !value.is_empty())
}

fn timing(on: Option<NaiveDate>, written_on: NaiveDate) -> &'static str {
    match on {
        None => "undated",
        Some(on) if on < written_on => "passed",
        Some(on) if on == written_on => "today",
        Some(_) => "ahead",
    }
}

/// Takes out of every clock what all of them say alike, field by field.
fn share(clocks: &mut [Clock]) -> Details {
    let mut common = Details::default();
    let all = |same: fn(&Details, &Details) -> bool, clocks: &[Clock]| {
        clocks.iter().all(|clock| clocks.first().is_some_and(|first| same(&first.own, &clock.own)))
    };
    macro_rules! share {
        ($($field:ident),*) => {$(
            if all(|a, b| a.$field == b.$field, clocks) {
                for clock in clocks.iter_mut() {
                    common.$field = std::mem::take(&mut clock.own.$field);
                }
            }
        )*};
    }
    share!(notes, mended_by, next, because, arithmetic, provisional);
    common
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::sample::{date, letter, line};

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
        let order: Vec<Vec<&str>> =
            seen.families.iter().map(|family| family.references.iter().map(String::as_str).collect()).collect();
        assert_eq!(order, [vec!["C-1", "C-2"], vec!["C-9"], vec!["C-3"], vec![]]);
        assert_eq!(seen.children, 4);
        assert_eq!(seen.matters, 5);
    }

    #[test]
    fn one_rule_for_two_siblings_is_one_heading_with_two_clocks() {
        let of = |child: &str, day, next: &str| Line {
            household: Some("h".into()),
            due_on: date(2026, 11, day),
            next: Some(next.into()),
            ..line(NoticeKind::Reminder, child)
        };
        let seen = view(&letter(vec![of("C-2", 9, "b"), of("C-1", 6, "a")]));
        let matters = &seen.families[0].matters;
        assert_eq!(matters.len(), 1);
        let clocks = &matters[0].clocks;
        assert_eq!(clocks.iter().filter_map(|clock| clock.reference.as_deref()).collect::<Vec<_>>(), ["C-1", "C-2"]);
        assert_eq!(clocks[1].own.next.as_deref(), Some("b"));
        assert_eq!(matters[0].common.next, None, "what differs stays with each");
        assert!(matters[0].common.arithmetic.is_some(), "what is alike is said once");
        assert_eq!(clocks[0].own.arithmetic, None);
    }

    #[test]
    fn a_count_that_contradicts_its_day_is_not_said() {
        let of = |due_on, left| {
            let seen = view(&letter(vec![Line { due_on, working_days_left: left, ..line(NoticeKind::Due, "C-1") }]));
            let clock = &seen.families[0].matters[0].clocks[0];
            (clock.timing, clock.days)
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
        let of = |strict_on| {
            let seen = view(&letter(vec![Line { strict_on, ..line(NoticeKind::Due, "C-1") }]));
            seen.families[0].matters[0].clocks[0].strict.clone()
        };
        assert_eq!(of(date(2026, 11, 5)), None, "the sample's own due day");
        assert_eq!(of(date(2026, 11, 4)).as_deref(), Some("Wednesday 4 November 2026"));
        assert_eq!(of(None), None);
    }
}
