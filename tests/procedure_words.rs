//! The sentences in which a rule is signed off, each judged by reading it beside the rule: `tests/procedures/words.txt`. And who
//! is told when, in words.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use duewatch::procedure::{DutyCatalogue, DutyId, Procedure};

fn shipped(id: &str) -> Procedure {
    let (file, text) = Procedure::shipped(id).unwrap();
    Procedure::parse(file, text, &DutyCatalogue::shipped()).unwrap()
}

#[test]
fn each_clock_reads_as_it_was_judged() {
    let rows = include_str!("procedures/words.txt").split("\n\n").filter(|row| !row.starts_with('#'));
    let mut read = 0;
    for row in rows {
        let (rule, sentence) = row.split_once('\n').unwrap();
        let (authority, duty) = rule.split_once(' ').unwrap();
        let procedure = shipped(authority);
        let words = procedure.clock_in_words(procedure.rule(&DutyId(duty.into())).unwrap());
        assert_eq!(words, sentence.trim(), "{rule}");
        read += 1;
    }
    assert!(read >= 25, "{read}");
}

#[test]
fn who_is_told_when_is_said_in_the_order_of_time() {
    let procedure = shipped("hertfordshire");
    let told = |duty: &str| procedure.told_in_words(procedure.rule(&DutyId(duty.into())).unwrap());
    assert_eq!(
        told("first-core-group"),
        [
            "3 working days before the earliest date: reminder to the Lead Social Worker",
            "On the earliest date: due notice to the Lead Social Worker; due notice to the Team Manager: \"Chair the first core group\"",
            "1 working day after the due date: overdue notice to the Lead Social Worker; escalation to the Team Manager",
            "3 working days after the due date: escalation to the Children's Services Manager and the Principal Officer",
            "Then every 5 working days until it is met: overdue notice to the Lead Social Worker and the Team Manager",
        ]
    );
    assert_eq!(
        told("child-death"),
        [
            "At once, on any day and at any hour: alert to the Lead Social Worker and the Team Manager; alert to the Head of \
             Child Protection",
            "1 working day after the incident: escalation to the Children's Services Manager and the Principal Officer",
            "Then every day until it is met: alert to the Lead Social Worker and the Team Manager",
        ]
    );
}

/// A point of a checklist can be confirmed until the end of the working day after its event: that is what its due date means.
#[test]
fn a_step_of_a_checklist_is_placed_by_its_event() {
    let cite = "cite = { lines = [1], quote = \"everyone is clear about their roles\" }";
    let step = "[[rule.step]]\nstep = \"late\"\nwhen = \"on due\"\nkind = \"due\"\ntell = [\"first_line_manager\"]";
    let text = include_str!("procedures/points.toml").replacen(cite, &format!("{cite}\n\n{step}"), 1);
    let procedure = Procedure::parse("points.toml", &text, &DutyCatalogue::default()).unwrap();
    assert_eq!(
        procedure.told_in_words(procedure.rule(&DutyId("local-roles".into())).unwrap()),
        [
            "3 working days before the core group meeting: checklist to the Key Worker",
            "On the working day after: due notice to the first line manager",
            "1 working day after the core group meeting, where the record says that it was not done: overdue notice to the Key Worker",
        ]
    );
}

#[test]
fn what_a_practitioner_must_know_beside_the_clock_is_a_note() {
    let procedure = shipped("hertfordshire");
    let notes = |duty: &str| procedure.rule(&DutyId(duty.into())).unwrap().notes_in_words();
    assert_eq!(
        notes("child-death"),
        ["It goes on after the child's death.", "It rests on how G9, G14 and H21 are read."].map(str::to_owned)
    );
    let visits = notes("child-seen-any-professional");
    let says = |words: &str| visits.iter().any(|note| note.contains(words));
    assert!(says("The document marks this figure as under review."), "{visits:?}");
    assert!(says("It runs from the birth; while none is on record, from the expected day of birth."), "{visits:?}");
}
