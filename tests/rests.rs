//! How long a rule may rest: what a procedure may say of it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use duewatch::{
    calendar::Period,
    directory::Role,
    procedure::{DutyCatalogue, DutyId, Offset, Pause, Procedure, Rests, Rule},
};

const FIRST: &str = include_str!("procedures/versions.toml");

const RESTS: &str = r#"
[rests.must]
ack = "5 working days"
pause = "2 working weeks"
paused_by = ["first_line_manager"]
"#;

fn read(text: &str) -> Result<Procedure, String> {
    Procedure::parse("trial.toml", text, &DutyCatalogue::default()).map_err(|problems| problems.to_string())
}

fn rests(procedure: &Procedure, duty: &str) -> Rests {
    procedure.rule(&DutyId(duty.into())).unwrap().rests.clone()
}

#[test]
fn a_strength_rests_as_its_procedure_says_and_not_at_all_where_it_is_silent() {
    let expected = Rests {
        ack: Some(Period::WorkingDays(5)),
        pause: Some(Pause { at_most: Period::WorkingWeeks(2), by: vec![Role::FIRST_LINE_MANAGER] }),
    };
    assert_eq!(rests(&read(&format!("{FIRST}{RESTS}")).unwrap(), "local-meeting"), expected);
    assert_eq!(rests(&read(FIRST).unwrap(), "local-meeting"), Rests::default());
    let of_should = RESTS.replace("rests.must", "rests.should");
    assert_eq!(rests(&read(&format!("{FIRST}{of_should}")).unwrap(), "local-meeting"), Rests::default());
}

#[test]
fn a_mistake_is_told_with_its_line_and_what_to_write() {
    let lines = FIRST.lines().count();
    for (from, to, line, words) in [
        ("5 working days", "5 days", 3, "`5 days` is no length of a rest"),
        ("2 working weeks", "48 hours", 4, "working days or working weeks"),
        ("paused_by = [\"first_line_manager\"]", "", 2, "without `paused_by`"),
        ("pause = \"2 working weeks\"\n", "", 4, "`paused_by` without `pause`"),
        ("[\"first_line_manager\"]", "[]", 5, "`paused_by` names nobody"),
        ("first_line_manager", "first_line", 5, "there is no role `first_line`"),
        ("rests.must", "rests.shall", 2, "there is no strength `shall`"),
        ("ack =", "acknowledge =", 3, "there is no `acknowledge`"),
    ] {
        let said = read(&format!("{FIRST}{}", RESTS.replace(from, to))).unwrap_err();
        assert!(said.contains(&format!("trial.toml:{}:", lines + line)), "{said}");
        assert!(said.contains(words), "`{words}` is missing in:\n{said}");
    }
}

#[test]
fn an_authority_says_otherwise_for_a_whole_strength() {
    let changes = "[local]\nover = \"trial\"\nversion = \"2\"\n\n[rests.must]\nack = \"3 working days\"\n";
    let beneath = format!("{FIRST}{RESTS}");
    let known = DutyCatalogue::default();
    let over = Procedure::parse_over(("changes.toml", changes), ("trial.toml", &beneath), &known, false).unwrap();
    assert_eq!(rests(&over, "local-meeting"), Rests { ack: Some(Period::WorkingDays(3)), pause: None });
}

#[test]
fn what_is_told_at_once_is_never_paused() {
    for (id, file, text) in Procedure::SHIPPED {
        let procedure = Procedure::parse(file, text, &DutyCatalogue::shipped()).unwrap();
        let at_once = |rule: &Rule| rule.ladder.steps.iter().any(|step| step.when == Offset::AtOnce);
        for rule in &procedure.rules {
            assert!(rule.rests.ack.is_some(), "{id}: {}", rule.duty);
            assert!(!at_once(rule) || rule.rests.pause.is_none(), "{id}: {}", rule.duty);
        }
    }
    let should = RESTS.replace("rests.must", "rests.should");
    let alert =
        "\n[[ladders.alert]]\nstep = \"alert\"\nwhen = \"at once\"\nkind = \"alert\"\ntell = [\"lead_worker\"]\n";
    let rules = FIRST.replace("strength = \"must\"", "strength = \"should\"\nladder = \"alert\"");
    let procedure = read(&format!("{rules}{alert}{should}")).unwrap();
    assert_eq!(rests(&procedure, "local-meeting"), Rests { ack: Some(Period::WorkingDays(5)), pause: None });
}
