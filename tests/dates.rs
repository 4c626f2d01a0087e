//! From decisions to a letter and to a calendar file: what each says of a duty as it stands that morning.
//!
//! The child is always the same: a conference on Monday 2 November 2026 makes the plan, so the first core group is due by
//! Monday 16 November, on the strictest reading by Friday 13.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

mod scenario;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use duewatch::{
    calendar::{Calendar, Zone},
    directory::{Mailbox, Role},
    duty::{CaseContext, Duty, Terms},
    message::{Letter, Matter, Stationery, dates, draft},
    notice::{Effect, Notice, NoticeState},
    procedure::NoticeKind,
    record::{ChildRef, PersonRef},
};
use scenario::Scenario;

const RECORD: &str = "
== the child
today TODAY
plan P1 started_on=2026-11-02
conference K1 kind=initial held_on=2026-11-02 makes_plan=yes
allocation A1 worker_id=W1 role=lead_worker from_on=2026-11-02
";
const DUTY: &str = "first-core-group";
const WRITTEN_AT: &str = "2026-11-10T08:30:00Z";

/// The duty of one child on a day, and whose case that is.
fn judged(child: &str, today: &str) -> (Duty, CaseContext) {
    let scenario = Scenario::parse(&RECORD.replace("TODAY", today)).remove(0);
    let mut assessment = scenario.assess();
    let mut duty = assessment.duties().find(|duty| duty.duty.0 == DUTY).unwrap().clone();
    duty.child = Some(ChildRef(child.into()));
    assessment.context.child = ChildRef(child.into());
    (duty, assessment.context)
}

fn told(kind: NoticeKind, duty: &Duty, role: Role, person: &str, generation: u32) -> Notice {
    Notice {
        effect: Effect {
            child: duty.child.clone(),
            duty: duty.duty.clone(),
            key: duty.key.clone(),
            generation,
            step: kind.name().to_owned(),
            repeat: 0,
            person: PersonRef(person.into()),
        },
        kind,
        role,
        mailbox: Some(Mailbox { person: PersonRef(person.into()), email: "w@council.example".into() }),
        urgent: false,
        owed_at: instant(WRITTEN_AT),
        send_at: instant(WRITTEN_AT),
        because: None,
        state: NoticeState::Queued,
    }
}

fn instant(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn stationery(detail_lines: usize) -> Stationery {
    Stationery {
        corrections: "the data team".into(),
        case_link: Some("https://cases.example/{child}".into()),
        data_as_of: "this morning".into(),
        domain: "council.example".into(),
        detail_lines,
    }
}

/// On a morning, with the terms of Hertfordshire.
fn on<T>(today: &str, say: impl FnOnce(&Terms) -> T) -> T {
    let procedure = scenario::hertfordshire();
    let calendar = Calendar::shipped(&procedure.calendar).unwrap();
    let zone = Zone::from_name(&procedure.time_zone).unwrap();
    let today: NaiveDate = today.parse().unwrap();
    let now = zone.at(today, NaiveTime::from_hms_opt(8, 30, 0).unwrap());
    say(&Terms::new(&procedure, &calendar, zone, now))
}

fn file(today: &str, notices: &[(Notice, Duty)]) -> Option<String> {
    let matters: Vec<Matter> = notices.iter().map(|(notice, duty)| Matter { notice, duty, case: None }).collect();
    on(today, |terms| dates(&matters, &stationery(20), terms, instant(WRITTEN_AT)))
}

/// What one notice of one kind, on a day, puts into the calendar.
fn one(kind: NoticeKind, child: &str, today: &str, generation: u32) -> Option<String> {
    let (duty, _) = judged(child, today);
    file(today, &[(told(kind, &duty, Role::LEAD_WORKER, "W1", generation), duty)])
}

fn line<'a>(file: &'a str, name: &str) -> &'a str {
    file.lines().find_map(|line| line.strip_prefix(name)).unwrap()
}

#[test]
fn a_dated_task_is_one_whole_day_in_the_calendar() {
    let file = one(NoticeKind::Reminder, "C-1,2", "2026-11-10", 0).unwrap();
    let uid = line(&file, "UID:");
    assert_eq!(uid.split_once('@').map(|(hash, domain)| (hash.len(), domain)), Some((32, "council.example")));
    let expected = format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//duewatch//duewatch//EN\r\nMETHOD:PUBLISH\r\nBEGIN:VEVENT\r\n\
         UID:{uid}\r\nSEQUENCE:0\r\nDTSTAMP:20261110T083000Z\r\nDTSTART;VALUE=DATE:20261116\r\nSTATUS:CONFIRMED\r\n\
         TRANSP:TRANSPARENT\r\nCLASS:PRIVATE\r\nSUMMARY:Casework task due\r\n\
         DESCRIPTION:Reference C-1\\,2\\nhttps://cases.example/C-1%2C2\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    );
    assert_eq!(file, expected);
    assert_eq!(one(NoticeKind::Reminder, "C-1,2", "2026-11-10", 0).unwrap(), file, "the same bytes again");
}

#[test]
fn a_long_reference_is_broken_between_characters() {
    let file = one(NoticeKind::Due, &"é".repeat(60), "2026-11-16", 0).unwrap();
    assert!(file.lines().all(|line| line.len() <= 75), "{file}");
    assert!(file.replace("\r\n ", "").contains(&"é".repeat(60)), "{file}");
}

#[test]
fn what_is_over_leaves_the_calendar_and_what_moved_moves_in_it() {
    let remembered = one(NoticeKind::Reminder, "C1", "2026-11-10", 0).unwrap();
    for kind in [NoticeKind::Resolved, NoticeKind::NoLongerDue] {
        let over = one(kind, "C1", "2026-11-12", 0).unwrap();
        assert_eq!(line(&over, "STATUS:"), "CANCELLED");
        assert_eq!(line(&over, "UID:"), line(&remembered, "UID:"));
    }
    let moved = one(NoticeKind::Changed, "C1", "2026-11-12", 2).unwrap();
    assert_eq!((line(&moved, "SEQUENCE:"), line(&moved, "STATUS:")), ("2", "CONFIRMED"));
    assert_eq!(line(&moved, "UID:"), line(&remembered, "UID:"));
    // Its new day has passed: it must not stay where it was.
    assert!(one(NoticeKind::Changed, "C1", "2026-11-20", 2).is_some());
}

#[test]
fn what_has_no_day_to_come_is_in_no_calendar() {
    assert!(one(NoticeKind::Due, "C1", "2026-11-16", 0).is_some(), "the day itself is still to come");
    for kind in [NoticeKind::Due, NoticeKind::Overdue, NoticeKind::Escalation, NoticeKind::Alert] {
        assert_eq!(one(kind, "C1", "2026-11-17", 0), None, "{kind:?}");
    }
    for kind in
        [NoticeKind::Checklist, NoticeKind::CannotTell, NoticeKind::Handover, NoticeKind::Report, NoticeKind::Counted]
    {
        assert_eq!(one(kind, "C1", "2026-11-10", 0), None, "{kind:?}");
    }
    let (mut duty, _) = judged("C1", "2026-11-10");
    duty.due = None;
    assert_eq!(file("2026-11-10", &[(told(NoticeKind::Reminder, &duty, Role::LEAD_WORKER, "W1", 0), duty)]), None);
}

#[test]
fn each_duty_and_each_person_has_an_entry_of_their_own() {
    let of = |kind, child: &str, role, person: &str, generation| {
        let (duty, _) = judged(child, "2026-11-10");
        (told(kind, &duty, role, person, generation), duty)
    };
    let (reminder, worker, manager) = (NoticeKind::Reminder, Role::LEAD_WORKER, Role::FIRST_LINE_MANAGER);
    let both = file("2026-11-10", &[of(reminder, "C1", worker, "W1", 0), of(reminder, "C2", worker, "W1", 0)]).unwrap();
    assert_eq!(both.matches("BEGIN:VEVENT").count(), 2);
    let twice = [of(reminder, "C1", worker, "W1", 0), of(NoticeKind::Changed, "C1", manager, "W1", 1)];
    for order in [twice.clone(), [twice[1].clone(), twice[0].clone()]] {
        let once = file("2026-11-10", &order).unwrap();
        assert_eq!((once.matches("BEGIN:VEVENT").count(), line(&once, "SEQUENCE:")), (1, "1"));
    }
    let theirs = file("2026-11-10", &[of(reminder, "C1", manager, "M1", 0)]).unwrap();
    assert_ne!(line(&theirs, "UID:"), line(&one(reminder, "C1", "2026-11-10", 0).unwrap(), "UID:"));
}

/// The letter of one morning for so many children, to somebody in that role.
fn letter(children: usize, role: Role, detail_lines: usize) -> Letter {
    let told: Vec<(Notice, Duty, CaseContext)> = (0..children)
        .map(|child| {
            let (duty, case) = judged(&format!("C{child}"), "2026-11-10");
            (told(NoticeKind::Reminder, &duty, role, "W1", 0), duty, case)
        })
        .collect();
    let matters: Vec<Matter> =
        told.iter().map(|(notice, duty, case)| Matter { notice, duty, case: Some(case) }).collect();
    on("2026-11-10", |terms| draft(&matters, &stationery(detail_lines), terms))
}

#[test]
fn a_manager_is_told_by_lead_worker_and_others_are_not() {
    for (role, by_worker) in [
        (Role::LEAD_WORKER, false),
        (Role::FIRST_LINE_MANAGER, true),
        (Role::SECOND_LINE_MANAGER, true),
        (Role::CONFERENCE_CHAIR, false),
    ] {
        let letter = letter(1, role, 20);
        assert_eq!((letter.by_worker, letter.lines[0].worker.as_deref()), (by_worker, Some("W1")), "{role}");
    }
}

#[test]
fn beyond_the_set_number_of_lines_a_letter_counts() {
    let whole = letter(3, Role::LEAD_WORKER, 3);
    assert_eq!((whole.lines.len(), whole.folded.len()), (3, 0));
    let folded = letter(5, Role::LEAD_WORKER, 3);
    assert_eq!(folded.lines.len(), 3);
    let [rest] = folded.folded.as_slice() else { panic!("{:?}", folded.folded) };
    assert_eq!((rest.count, rest.references.as_slice()), (2, ["C3".to_owned(), "C4".to_owned()].as_slice()));
    assert_eq!(rest.due_on, NaiveDate::from_ymd_opt(2026, 11, 16));
}
