//! Letters that never were: one line of every kind, every field filled, and the same with every field that may be empty.
//!
//! Owns what templates are tried on before they are put to work. Must not hold anything real.

use chrono::NaiveDate;

use super::{Folded, Letter, Line};
use crate::{duty::Tally, procedure::NoticeKind};

/// A day as an optional field of a line holds it.
pub(super) fn date(year: i32, month: u32, day: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(year, month, day)
}

/// A letter written on Monday 2 November 2026.
pub(super) fn letter(lines: Vec<Line>) -> Letter {
    Letter {
        authority: "Sampleshire".into(),
        roles: vec!["Sample Worker".into()],
        written_on: date(2026, 11, 2).unwrap_or_default(),
        data_as_of: "the sample hour".into(),
        corrections: "the Sample Desk, 01632 960001".into(),
        by_worker: false,
        lines,
        folded: vec![],
    }
}

/// A full line, due on Thursday 5 November 2026.
pub(super) fn line(kind: NoticeKind, child: &str) -> Line {
    Line {
        kind,
        child: Some(child.into()),
        household: None,
        worker: None,
        link: Some("https://cases.example/c/1".into()),
        title: "Sample Rule".into(),
        ask: "Do the sample task".into(),
        due_on: date(2026, 11, 5),
        strict_on: None,
        working_days_left: Some(3),
        provisional: true,
        citation: "999:L1".into(),
        quote: "sample quoted words".into(),
        under_review: true,
        arithmetic: "sample sum".into(),
        next: Some("the sample manager is told".into()),
        because: Some("sample cover".into()),
        notes: vec!["sample note".into()],
        mended_by: Some("the sample menders".into()),
        tallies: vec![],
        rows: vec![],
    }
}

/// Two tasks that are only counted, one of them without a day.
fn folded(kind: NoticeKind) -> Vec<Folded> {
    let one = Folded {
        kind,
        title: "Counted Rule".into(),
        ask: "Do the counted task".into(),
        due_on: date(2026, 11, 12),
        count: 3,
        references: vec!["S-7".into(), "S-8".into()],
    };
    let undated =
        Folded { ask: "Do the uncounted task".into(), due_on: None, references: vec!["S-9".into()], ..one.clone() };
    vec![one, undated]
}

/// For one kind: a full letter with siblings, a letter with the least that a line can hold, and every way a day can stand.
pub(super) fn letters(kind: NoticeKind) -> Vec<Letter> {
    let bare = Line {
        household: None,
        link: None,
        due_on: None,
        working_days_left: None,
        provisional: false,
        citation: String::new(),
        quote: String::new(),
        under_review: false,
        arithmetic: String::new(),
        next: None,
        because: None,
        notes: vec![],
        mended_by: None,
        ..line(kind, "S-3")
    };
    let days = |due: (u32, u32), strict: Option<(u32, u32)>, left| Line {
        household: Some("sample household".into()),
        due_on: date(2026, due.0, due.1),
        strict_on: strict.and_then(|(month, day)| date(2026, month, day)),
        working_days_left: Some(left),
        ..line(kind, "S-1")
    };
    let mut sibling = Line { arithmetic: "another sum".into(), notes: vec![], ..days((11, 6), None, 4) };
    sibling.child = Some("S-2".into());
    sibling.provisional = false;
    sibling.next = None;
    sibling.because = None;
    let tally = |words: &str, count| Tally { words: words.into(), count };
    let whole = Line {
        child: None,
        tallies: vec![tally("sample count", 7), tally("another count", 0)],
        rows: vec!["sample row".into(), "another row".into()],
        ..line(kind, "")
    };
    let one = |line: Line| letter(vec![line]);
    let another = Line { title: "Another Rule".into(), ask: "Do another task".into(), ..days((11, 5), None, 3) };
    let mut full = letter(vec![days((11, 5), None, 3), another, sibling.clone(), bare.clone(), whole]);
    full.folded = folded(kind);
    full.roles.push("Sample Manager".into());
    let worker = |worker: &str, line: Line| Line { worker: Some(worker.into()), ..line };
    let mut managers = letter(vec![worker("W-1", sibling), worker("W-2", days((11, 5), None, 3)), bare.clone()]);
    managers.by_worker = true;
    let mut managers_one = one(worker("W-3", bare.clone()));
    managers_one.by_worker = true;
    let mut nobody = one(Line { child: None, ..bare.clone() });
    nobody.roles.clear();
    let mut one_more = one(bare);
    one_more.folded = folded(kind);
    one_more.folded.truncate(1);
    vec![
        full,
        nobody,
        one_more,
        managers,
        managers_one,
        one(days((11, 5), Some((11, 4)), 3)),
        one(days((11, 5), Some((11, 2)), 3)),
        one(days((11, 3), Some((10, 30)), 1)),
        one(days((11, 2), None, 0)),
        one(days((11, 2), Some((10, 30)), 0)),
        one(days((10, 29), None, -2)),
        one(days((10, 29), Some((10, 28)), -2)),
        one(days((10, 30), None, -1)),
        one(days((11, 1), None, 0)),
    ]
}
