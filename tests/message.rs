//! Whole messages, as their recipients get them.
//!
//! The golden files were judged by reading them as a tired recipient would. When one differs, the new words are in the
//! directory that the failure names: read them, and copy them over only if they are better.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::{fs, path::Path};

use chrono::NaiveDate;
use duewatch::{
    duty::Tally,
    message::{Composed, Folded, Letter, Line, Templates, compose},
    procedure::NoticeKind,
};
use proptest::prelude::*;

fn on(month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, month, day).unwrap()
}

/// A letter written on Monday 2 November 2026.
fn letter(role: &str, lines: Vec<Line>) -> Letter {
    Letter {
        authority: "Hertfordshire".into(),
        roles: vec![role.into()],
        written_on: on(11, 2),
        data_as_of: "Monday 2 November 2026, 06:10".into(),
        corrections: "the Child Protection Data Team, 01632 960123".into(),
        lines,
        by_worker: false,
        folded: vec![],
    }
}

fn line(kind: NoticeKind, child: &str) -> Line {
    Line {
        kind,
        child: Some(child.into()),
        household: None,
        worker: None,
        link: Some(format!("https://cases.example/case/{child}")),
        title: String::new(),
        ask: String::new(),
        due_on: None,
        strict_on: None,
        working_days_left: None,
        done_on: None,
        provisional: false,
        citation: String::new(),
        quote: String::new(),
        under_review: false,
        arithmetic: String::new(),
        next: None,
        because: None,
        notes: vec![],
        mended_by: None,
        tallies: vec![],
        rows: vec![],
    }
}

fn core_group(kind: NoticeKind, child: &str) -> Line {
    Line {
        title: "First core group meeting".into(),
        ask: "Hold the first core group meeting".into(),
        citation: "000:L45".into(),
        quote: "within 10 working days of the conference".into(),
        ..line(kind, child)
    }
}

fn visit(kind: NoticeKind, child: &str) -> Line {
    Line {
        title: "Visit every 10 working days".into(),
        ask: "See the child at home".into(),
        citation: "000:L63".into(),
        quote: "seen at least once every ten working days".into(),
        under_review: true,
        ..line(kind, child)
    }
}

/// A worker's Monday: three siblings with one rule and two days, a visit overdue, and one quiet reminder.
fn workers_morning() -> Letter {
    let sibling = |child: &str, day, left, from: &str| Line {
        household: Some("household-7".into()),
        due_on: Some(on(11, day)),
        working_days_left: Some(left),
        arithmetic: format!("conference on {from}; 10 working days after it, the day itself not counted"),
        next: Some("your Team Manager is told on the working day after".into()),
        ..core_group(NoticeKind::Reminder, child)
    };
    letter(
        "Lead Social Worker",
        vec![
            sibling("20417", 5, 3, "Thursday 22 October 2026"),
            sibling("20418", 5, 3, "Thursday 22 October 2026"),
            sibling("20419", 9, 5, "Monday 26 October 2026"),
            Line {
                due_on: Some(on(11, 4)),
                strict_on: Some(on(11, 2)),
                working_days_left: Some(2),
                arithmetic: "last seen Wednesday 21 October 2026; 10 working days after it".into(),
                next: Some("your Team Manager is told on Thursday 5 November 2026".into()),
                ..visit(NoticeKind::Due, "19802")
            },
            Line {
                household: Some("household-7".into()),
                due_on: Some(on(10, 29)),
                working_days_left: Some(-2),
                arithmetic: "last seen Thursday 15 October 2026; 10 working days after it".into(),
                next: Some("your Team Manager is told today".into()),
                ..visit(NoticeKind::Overdue, "20418")
            },
        ],
    )
}

/// A manager hears that a worker's task stands unrecorded, and covers for a colleague in two other cases, one of which is
/// nobody's.
fn managers_escalation() -> Letter {
    let mut letter = letter(
        "Team Manager",
        vec![
            Line {
                worker: Some("W-114".into()),
                due_on: Some(on(10, 28)),
                strict_on: Some(on(10, 27)),
                working_days_left: Some(-3),
                arithmetic:
                    "conference on Wednesday 14 October 2026; 10 working days after it, the day itself not counted"
                        .into(),
                next: Some("the Service Manager is told on Wednesday 4 November 2026".into()),
                ..core_group(NoticeKind::Escalation, "18311")
            },
            Line {
                worker: Some("W-114".into()),
                due_on: Some(on(11, 4)),
                working_days_left: Some(2),
                arithmetic: "last seen Wednesday 21 October 2026; 10 working days after it".into(),
                next: Some("you will be told again on Thursday 5 November 2026".into()),
                ..visit(NoticeKind::Due, "18402")
            },
            Line {
                due_on: Some(on(10, 30)),
                working_days_left: Some(-1),
                arithmetic: "last seen Friday 16 October 2026; 10 working days after it".into(),
                next: Some("the Service Manager is told on Friday 6 November 2026".into()),
                because: Some("you cover for the Team Manager of this team until Friday 13 November 2026".into()),
                ..visit(NoticeKind::Escalation, "20960")
            },
            Line {
                worker: Some("W-127".into()),
                due_on: Some(on(10, 30)),
                working_days_left: Some(-1),
                arithmetic: "last seen Friday 16 October 2026; 10 working days after it".into(),
                next: Some("the Service Manager is told on Friday 6 November 2026".into()),
                because: Some("you cover for the Team Manager of this team until Friday 13 November 2026".into()),
                ..visit(NoticeKind::Escalation, "20977")
            },
        ],
    );
    letter.by_worker = true;
    letter
}

/// One core group that is missed is asked for by three rules.
fn one_missed_event() -> Letter {
    let of = |ask: &str, title: &str, citation: &str, quote: &str, arithmetic: &str| Line {
        title: title.into(),
        ask: ask.into(),
        citation: citation.into(),
        quote: quote.into(),
        due_on: Some(on(10, 29)),
        working_days_left: Some(-2),
        arithmetic: arithmetic.into(),
        next: Some("your Team Manager is told on Tuesday 3 November 2026".into()),
        ..line(NoticeKind::Overdue, "20417")
    };
    letter(
        "Lead Social Worker",
        vec![
            of(
                "Hold the first core group meeting",
                "First core group",
                "000:L45",
                "within 10 working days of the conference",
                "10 working days from the conference of Thu 15 Oct 2026: Thu 29 Oct 2026",
            ),
            of(
                "Put the detailed plan on record",
                "Detailed plan at the first core group",
                "000:L121",
                "developed into a detailed plan",
                "by the day of the core group booked for Thu 29 Oct 2026",
            ),
            of(
                "Send the plan to every member of the core group",
                "Plan sent at the first core group",
                "000:L97",
                "circulate it to all Core Group members",
                "by the day of the core group booked for Thu 29 Oct 2026",
            ),
        ],
    )
}

/// More than one morning's reading: what is beyond the worst is counted.
fn too_much() -> Letter {
    let task = |kind, title: &str, ask: &str, due_on, references: &[&str]| Folded {
        kind,
        title: title.into(),
        ask: ask.into(),
        due_on,
        count: references.len(),
        references: references.iter().map(|reference| (*reference).to_owned()).collect(),
    };
    let mut letter = workers_morning();
    let (visit, see) = ("Visit every 10 working days", "See the child at home");
    letter.folded = vec![
        task(
            NoticeKind::Reminder,
            visit,
            see,
            Some(on(11, 10)),
            &["19803", "20001", "20555", "20611", "20612", "20613"],
        ),
        task(NoticeKind::Reminder, visit, see, Some(on(11, 11)), &["20614"]),
        task(NoticeKind::CannotTell, "Review conference", "Hold it", None, &["20555", "20611"]),
    ];
    letter
}

/// Access was refused on a visit.
fn alert() -> Letter {
    letter(
        "Team Manager",
        vec![Line {
            title: "Access to the child refused".into(),
            ask: "Speak with the Lead Social Worker and tell the core group".into(),
            due_on: Some(on(11, 2)),
            working_days_left: Some(0),
            citation: "000:L71".into(),
            quote: "the team manager must be informed immediately".into(),
            arithmetic: "recorded on Monday 2 November 2026; the same day counts".into(),
            next: Some("the Service Manager is told tomorrow".into()),
            ..line(NoticeKind::Alert, "20417")
        }],
    )
}

/// A holiday was proclaimed, and a day moved.
fn changed_date() -> Letter {
    letter(
        "Conference Chair",
        vec![Line {
            title: "Review conference".into(),
            ask: "Hold the review conference".into(),
            due_on: Some(on(12, 3)),
            working_days_left: Some(23),
            provisional: true,
            citation: "000:L150".into(),
            quote: "within three months of the initial conference".into(),
            arithmetic: "initial conference on Thursday 3 September 2026; three months after it".into(),
            notes: vec!["it was Wednesday 2 December 2026; a holiday was added to the calendar".into()],
            ..line(NoticeKind::Changed, "20417")
        }],
    )
}

/// What a worker has acknowledged rests until this evening.
fn rest_ends() -> Letter {
    letter(
        "Lead Social Worker",
        vec![Line {
            due_on: Some(on(10, 28)),
            working_days_left: Some(-3),
            notes: vec![
                "you acknowledged it because a visit is booked. That holds until Monday 2 November 2026; after that you \
                 are told again"
                    .into(),
            ],
            ..visit(NoticeKind::RestEnds, "20555")
        }],
    )
}

/// Nobody recorded how often the child is to be seen.
fn cannot_tell() -> Letter {
    letter(
        "Lead Social Worker",
        vec![Line {
            notes: vec!["the plan has no start date".into(), "no visit is recorded".into()],
            mended_by: Some("Data Team".into()),
            next: Some("the Data Team is told on Wednesday 4 November 2026".into()),
            ..visit(NoticeKind::CannotTell, "20555")
        }],
    )
}

/// A monthly report with nothing in it, and one with rows.
fn reports() -> Letter {
    let report = |title: &str, rows: &[&str]| Line {
        child: None,
        link: None,
        title: title.into(),
        ask: "Read the monthly list".into(),
        due_on: Some(on(11, 2)),
        citation: "000:L196".into(),
        quote: "reported monthly to the heads of service".into(),
        rows: rows.iter().map(|row| (*row).to_owned()).collect(),
        ..line(NoticeKind::Report, "")
    };
    letter(
        "Head of Child Protection",
        vec![
            report("Unallocated cases, October 2026", &[]),
            report(
                "Visits missed, October 2026",
                &["18311: Monday 12 to Friday 23 October 2026, 9 working days", "20960: since Friday 30 October 2026"],
            ),
        ],
    )
}

/// A manager's week, with what the ladders leave to a count.
fn team_week() -> Letter {
    let tally = |words: &str, count| Tally { words: words.into(), count };
    let week = Line {
        child: None,
        household: None,
        link: None,
        title: "Team T4, week from Monday 2 November 2026".into(),
        due_on: None,
        working_days_left: None,
        citation: String::new(),
        quote: String::new(),
        arithmetic: String::new(),
        next: None,
        tallies: vec![
            tally("Overdue", 47),
            tally("Due by Sunday", 12),
            tally("Record incomplete", 0),
            tally("Of the overdue, late before Mon 2 Nov 2026", 3),
        ],
        rows: vec![
            "Lead worker W12: 31 overdue, 4 due by Sunday".into(),
            "No lead worker: 16 overdue, 8 due by Sunday".into(),
            "Oldest: reference 18311, First core group within 10 working days, was due Mon 5 Oct 2026".into(),
            "And 46 more that are overdue".into(),
        ],
        ..line(NoticeKind::Report, "")
    };
    let counted = |child: &str, day| Line { due_on: Some(on(10, day)), ..visit(NoticeKind::Counted, child) };
    let counted = [counted("18311", 29), counted("20960", 29), counted("20555", 30)];
    let folded = |due, children: &[&Line]| Folded {
        kind: NoticeKind::Counted,
        title: children[0].title.clone(),
        ask: children[0].ask.clone(),
        due_on: Some(on(10, due)),
        count: children.len(),
        references: children.iter().filter_map(|line| line.child.clone()).collect(),
    };
    let folded = vec![folded(29, &[&counted[0], &counted[1]]), folded(30, &[&counted[2]])];
    Letter { by_worker: true, folded, ..letter("Team Manager", vec![week]) }
}

/// A case that has changed hands: what is open, be it due long after.
fn handover() -> Letter {
    let due = |line: Line, on: NaiveDate, left| Line { due_on: Some(on), working_days_left: Some(left), ..line };
    let first = due(core_group(NoticeKind::Handover, "18311"), on(11, 16), 10);
    let seen = due(visit(NoticeKind::Handover, "18311"), on(11, 12), 8);
    letter("Lead Social Worker", vec![first, seen])
}

/// What a chair reads on the last day before a week, and the head of child protection on the first of a month.
fn lists() -> Letter {
    let list = |title: &str, rows: &[&str]| Line {
        child: None,
        link: None,
        title: title.into(),
        rows: rows.iter().map(|row| (*row).to_owned()).collect(),
        ..line(NoticeKind::Report, "")
    };
    letter(
        "Head of Child Protection",
        vec![
            list(
                "Conferences, week from Monday 9 November 2026",
                &[
                    "Tue 10 Nov 2026: 18311, review conference, lead worker W12, 2 tasks overdue",
                    "Thu 12 Nov 2026: 20960, initial conference, no lead worker",
                ],
            ),
            list(
                "What was acknowledged or paused in October 2026",
                &[
                    "20555, Visit every 10 working days: paused by M4 as Team Manager, a visit is booked; Mon 19 Oct 2026 to Fri 30 Oct 2026",
                ],
            ),
        ],
    )
}

fn composed(letter: &Letter) -> Composed {
    compose(letter, &Templates::shipped().unwrap()).unwrap()
}

#[test]
fn whole_messages_read_as_they_were_judged() {
    let fresh = Path::new(env!("CARGO_TARGET_TMPDIR")).join("messages");
    fs::create_dir_all(&fresh).unwrap();
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/messages");
    let mut differing = Vec::new();
    for (name, letter) in [
        ("workers-morning", workers_morning()),
        ("managers-escalation", managers_escalation()),
        ("one-missed-event", one_missed_event()),
        ("too-much", too_much()),
        ("alert", alert()),
        ("changed-date", changed_date()),
        ("rest-ends", rest_ends()),
        ("cannot-tell", cannot_tell()),
        ("reports", reports()),
        ("team-week", team_week()),
        ("handover", handover()),
        ("lists", lists()),
    ] {
        let message = composed(&letter);
        let text = format!("Subject: {}\n\n{}", message.subject, message.text);
        for (file, words) in [(format!("{name}.txt"), text), (format!("{name}.html"), message.html)] {
            fs::write(fresh.join(&file), &words).unwrap();
            if fs::read_to_string(golden.join(&file)).ok().as_deref() != Some(words.as_str()) {
                differing.push(file);
            }
        }
    }
    assert!(differing.is_empty(), "{differing:?} differ; the new words are in {}", fresh.display());
}

/// HTML as a reader sees it: without tags, entities resolved.
fn seen(html: &str) -> String {
    let mut plain = String::new();
    let mut in_tag = false;
    for c in html.chars() {
        match c {
            '<' => in_tag = true,
            '>' => in_tag = false,
            c if !in_tag => plain.push(c),
            _ => {}
        }
    }
    let plain = plain.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'");
    plain.replace("&amp;", "&")
}

fn any_line() -> impl Strategy<Value = Line> {
    let word = "[A-Za-z0-9/<>&\"' -]{1,30}[A-Za-z0-9]";
    let days = (-400..400_i64, prop::option::of(-5..5_i64), any::<bool>());
    let flags = (any::<bool>(), any::<bool>(), any::<bool>());
    ((0..13_usize, 0..6_u32, prop::option::of(0..3_u32)), days, flags, (word, word, word, word)).prop_map(
        |((kind, child, household), (left, strict, dated), (provisional, under_review, whole), words)| {
            let due_on = dated.then(|| on(11, 2) + chrono::Duration::days(left));
            Line {
                worker: household.map(|key| format!("WORKER{}", key % 2)),
                household: household.map(|key| format!("HOUSEHOLD{key}")),
                child: (!whole).then(|| format!("REF{child}\r\nBcc: X")),
                title: format!("TITLE {}", words.0),
                ask: format!("ASK {}", words.1),
                due_on,
                strict_on: strict.and_then(|by| due_on.map(|due| due + chrono::Duration::days(by))),
                working_days_left: due_on.map(|_| left.signum()),
                provisional,
                under_review,
                quote: format!("QUOTE {}", words.2),
                citation: "000:L1".into(),
                next: provisional.then(|| format!("NEXT\u{202e} {}", words.3)),
                notes: vec!["<script>NOTE</script>\u{2028}== About".into()],
                ..line(NoticeKind::ALL[kind].1, "x")
            }
        },
    )
}

/// One space for any run of them, so that wrapping does not matter.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A matter of several tasks names each by its title, which has gone through a macro by then.
#[test]
fn a_sign_that_html_escapes_is_escaped_once() {
    let task = |title: &str| Line {
        title: title.into(),
        ask: format!("See to {title}"),
        ..line(NoticeKind::Overdue, "20417")
    };
    let message = composed(&letter("Lead Social Worker", vec![task("Health & school"), task("Visit \"alone\"")]));
    assert!(message.html.contains("Health &amp; school") && !message.html.contains("&amp;amp;"), "{}", message.html);
    assert!(
        message.html.contains("Visit &quot;alone&quot;") && !message.html.contains("&amp;quot;"),
        "{}",
        message.html
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_line_is_told_in_both_parts_and_no_data_gets_out(
        lines in prop::collection::vec(any_line(), 1..12),
        by_worker in any::<bool>(),
    ) {
        let message = composed(&Letter { by_worker, ..letter("Lead Social Worker", lines.clone()) });
        let (text, html) = (flat(&message.text), flat(&seen(&message.html)));
        for line in &lines {
            let mut musts = vec![flat(&line.title), flat(&line.quote)];
            musts.extend(line.child.as_deref().map(flat));
            musts.extend(line.worker.clone().filter(|_| by_worker && line.child.is_some()));
            musts.extend(line.due_on.map(|due| due.format("%A %-d %B %Y").to_string()));
            for must in musts {
                prop_assert!(text.contains(&must), "text lacks {must:?}:\n{}", message.text);
                prop_assert!(html.contains(&must), "html lacks {must:?}:\n{}", message.html);
            }
        }
        for marker in ["REF", "TITLE", "ASK", "QUOTE", "NOTE", "Bcc", "HOUSEHOLD", "WORKER", "protection"] {
            prop_assert!(!message.subject.contains(marker));
        }
        prop_assert!(message.subject.chars().all(|c| c.is_ascii() && !c.is_ascii_control()));
        prop_assert!(!message.html.contains("<script") && !message.html.contains("HOUSEHOLD"));
        prop_assert!(!message.text.contains("HOUSEHOLD"));
        for part in [&message.text, &message.html] {
            prop_assert!(part.chars().all(|c| c == '\n' || !c.is_control()));
            let hidden = part.contains(['\u{202e}', '\u{2028}']);
            prop_assert!(!hidden);
                    }
        for row in message.text.lines() {
            prop_assert!(row.chars().count() <= 72 || row.split_whitespace().count() == 1, "too wide: {row}");
        }
    }

    #[test]
    fn the_order_of_the_caller_does_not_matter(lines in prop::collection::vec(any_line(), 1..8)) {
        let forward = composed(&letter("Lead Social Worker", lines.clone()));
        let backward = composed(&letter("Lead Social Worker", lines.into_iter().rev().collect()));
        prop_assert_eq!(forward, backward);
    }
}

/// Relative luminance and contrast as WCAG 2.1 defines them.
fn luminance(colour: &str) -> f64 {
    let channel = |at: usize| {
        let value = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}

fn contrast(a: &str, b: &str) -> f64 {
    let (light, dark) = (luminance(a).max(luminance(b)), luminance(a).min(luminance(b)));
    (light + 0.05) / (dark + 0.05)
}

#[test]
fn contrast_is_counted_as_wcag_counts_it() {
    assert!((contrast("#000000", "#ffffff") - 21.0).abs() < 1e-9);
    assert!((contrast("#777777", "#ffffff") - 4.48).abs() < 0.01);
}

/// Every kind of notice in one letter.
fn every_kind() -> Letter {
    letter("Team Manager", NoticeKind::ALL.iter().map(|(_, kind)| visit(*kind, "20417")).collect())
}

#[test]
fn every_colour_stands_on_its_own_background_and_can_be_read() {
    let html = composed(&every_kind()).html;
    let mut pairs = 0;
    for style in html.split("style=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
        let of = |property: &str| {
            style.split(';').filter_map(|part| part.split_once(':')).find(|(name, _)| *name == property).map(|(_, v)| v)
        };
        match (of("color"), of("background")) {
            (Some(ink), Some(paper)) => {
                let ratio = contrast(ink, paper);
                assert!(ratio >= 4.5, "{ink} on {paper} is {ratio:.2}");
                pairs += 1;
            }
            (None, None) => {}
            lone => panic!("a colour without its pair in `{style}`: {lone:?}"),
        }
    }
    assert!(pairs > 20, "only {pairs} pairs seen");
}

#[test]
fn the_html_is_a_whole_quiet_document() {
    for letter in [every_kind(), workers_morning(), managers_escalation(), too_much(), alert(), reports(), team_week()]
    {
        let html = composed(&letter).html;
        assert!(html.starts_with("<!DOCTYPE html>\n<html lang=\"en-GB\">"), "{}", &html[..60]);
        assert_eq!(html.matches("<h1").count(), 1);
        assert!(html.matches("<h2").count() >= 1);
        assert_eq!(html.matches("<main").count(), 1);
        for loud in ["<script", "<img", "<link", "<style", "<table", " src=", "url(", "@import"] {
            assert!(!html.contains(loud), "{loud}");
        }
        for tag in ["html", "head", "body", "main", "ul", "li", "p", "h1", "h2", "h3", "span", "strong", "q", "a"] {
            let opened = html.matches(&format!("<{tag}>")).count() + html.matches(&format!("<{tag} ")).count();
            assert_eq!(opened, html.matches(&format!("</{tag}>")).count(), "<{tag}>");
        }
    }
}

#[test]
fn every_kind_says_its_status_in_words() {
    let message = composed(&every_kind());
    for status in [
        "Urgent",
        "Overdue, escalated",
        "Overdue",
        "Due now",
        "Due soon",
        "Date changed",
        "Record incomplete",
        "Resolved",
        "No longer due",
        "To confirm",
        "Handover",
        "Case data",
        "Report",
    ] {
        assert!(message.html.contains(&format!(">{status}<")), "{status}");
        assert!(message.text.contains(&format!("{}: ", status.to_uppercase())), "{status}");
    }
}

#[test]
fn a_date_that_moved_and_has_passed_is_not_said_to_be_now() {
    let mut letter = changed_date();
    letter.lines[0].due_on = Some(on(10, 29));
    letter.lines[0].working_days_left = Some(-2);
    let text = composed(&letter).text;
    assert!(text.contains("it was due Thursday 29 October 2026"), "{text}");
    assert!(!text.contains("now was"), "{text}");
}
