//! Procedures put together: changes of an authority's own, versions that overlap, what the country asks beneath, and the
//! answers to ambiguities. Expected days were counted on a wall calendar.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod scenario;

use chrono::NaiveDate;
use duewatch::{
    calendar::{Allowance, Calendar, Period, Zone},
    duty::{Lacking, Terms, assess},
    procedure::{DutyCatalogue, DutyId, Limit, Procedure, Shape},
    record::{FactKind, Supply},
};
use scenario::{Expected, Scenario, assessed};

/// A procedure of one document, small enough to be read beside what is expected of it.
const FIRST: &str = include_str!("procedures/versions.toml");

fn read(text: &str) -> Procedure {
    Procedure::parse("versions.toml", text, &DutyCatalogue::default()).unwrap_or_else(|problems| panic!("{problems}"))
}

fn over(changes: &str) -> Result<Procedure, String> {
    let known = DutyCatalogue::default();
    let read = Procedure::parse_over(("changes.toml", changes), ("versions.toml", FIRST), &known, false);
    read.map_err(|problems| problems.to_string())
}

#[track_caller]
fn says(text: &str, words: &[&str]) {
    for word in words {
        assert!(text.contains(word), "`{word}` is missing in:\n{text}");
    }
}

fn holds(procedure: &Procedure, text: &str) {
    for scenario in Scenario::parse(text) {
        let assessment = assessed(&scenario.record(), procedure, scenario.today, scenario.time);
        for expected in &scenario.expected {
            let held: Result<(), String> = Expected::check(expected, &assessment);
            assert_eq!(held, Ok(()), "{}: {}", scenario.title, expected.text);
        }
    }
}

fn limit(procedure: &Procedure, duty: &str) -> Limit {
    let rule = procedure.rule(&DutyId(duty.into())).unwrap();
    match &rule.shape {
        Shape::Deadline(deadline) => deadline.limit.clone(),
        other => panic!("{other:?}"),
    }
}

const CHANGES: &str = r#"
[local]
over = "trial"
version = "2026-04"

[[change]]
duty = "local-meeting"
why = "the board decided it on 3 March 2026"
within = "8 working days"

[[change.step]]
step = "chair"
when = "2 working days after due"
kind = "escalation"
tell = ["conference_chair"]
"#;

#[test]
fn a_change_says_only_what_is_different() {
    let (before, after) = (read(FIRST), over(CHANGES).unwrap());
    assert_eq!(limit(&after, "local-meeting"), Limit::Within(Allowance::Period(Period::WorkingDays(8))));
    let steps = |procedure: &Procedure| {
        let rule = procedure.rule(&DutyId("local-meeting".into())).unwrap();
        rule.ladder.steps.iter().map(|step| step.name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(steps(&before), ["remind", "overdue"]);
    assert_eq!(steps(&after), ["remind", "overdue", "chair"]);
    assert_eq!(after.version, "1, with local changes 2026-04");
    assert_ne!(after.hash, before.hash);
    let rule = after.rule(&DutyId("local-meeting".into())).unwrap();
    assert!(
        rule.notes_in_words().contains(&"Changed by the authority: the board decided it on 3 March 2026.".to_owned())
    );
    let others = |procedure: &Procedure| procedure.rules.iter().skip(1).cloned().collect::<Vec<_>>();
    assert_eq!(others(&after), others(&before));
    // Mon 2 Nov 2026 is day 0: 3 4 5 6 | 9 10 11 12. Strictly Mon 2 is day 1, and Wed 11 the eighth.
    holds(
        &after,
        "== eight days\ntoday 2026-11-03\nplan P1 started_on=2026-11-02\nconference K1 kind=initial held_on=2026-11-02\n\
         expect local-meeting conference:K1 strict=2026-11-11 due=2026-11-12 status=open\n",
    );
}

#[test]
fn a_change_that_cannot_be_made_is_told_with_its_place() {
    let wrong = |from: &str, to: &str, words: &[&str]| {
        let said = over(&CHANGES.replace(from, to)).unwrap_err();
        says(&said, &["changes.toml:"]);
        says(&said, words);
    };
    wrong("\"trial\"", "\"croydon\"", &["changes to `croydon`", "is `trial`"]);
    wrong("local-meeting", "local-meating", &["no rule of the duty `local-meating`", "did you mean `local-meeting`"]);
    wrong("why = \"the board decided it on 3 March 2026\"\n", "", &["without `why`"]);
    wrong("8 working days", "8 bank days", &["8 bank days", "working days"]);
    wrong("within", "whithin", &["there is no `whithin`", "did you mean `within`"]);
    let twice = format!("{CHANGES}\n[[change]]\nduty = \"local-meeting\"\nwhy = \"again\"\n");
    says(&over(&twice).unwrap_err(), &["changes.toml:", "changed twice"]);
    // A step that the changed figure makes impossible is found where it stands.
    let said = over(&CHANGES.replace("8 working days", "2 working days")).unwrap_err();
    says(&said, &["versions.toml:", "`remind` is never reached in the rule `local-meeting` (line 6)"]);
}

#[test]
fn the_answer_to_an_ambiguity_decides_which_readings_are_in_force() {
    let answer = |how: &str| {
        let text = format!("[local]\nover = \"trial\"\nversion = \"2\"\n\n[ambiguities]\nT1 = \"{how}\"\n");
        over(&text).unwrap()
    };
    // Ten working days: 3 4 5 6 | 9 10 11 12 13 | 16; strictly Mon 2 is day 1, and Fri 13 the tenth.
    let expect = |how: &str, today: &str, expected: &str| {
        let facts = "plan P1 started_on=2026-11-02\nconference K1 kind=initial held_on=2026-11-02\n";
        holds(
            &answer(how),
            &format!("== {how}\ntoday {today}\n{facts}expect local-meeting conference:K1 {expected}\n"),
        );
    };
    expect("both", "2026-11-16", "strict=2026-11-13 due=2026-11-16 status=amber late=false");
    expect("strict", "2026-11-16", "strict=2026-11-13 due=2026-11-13 status=overdue late=true");
    expect("strict", "2026-11-13", "strict=2026-11-13 due=2026-11-13 status=open");
    expect("ordinary", "2026-11-16", "strict=- due=2026-11-16 status=open");
    expect("ordinary", "2026-11-17", "status=overdue");
    let unknown = FIRST.replace("ambiguity = [\"T1\"]", "ambiguity = [\"T9\"]");
    let said = Procedure::parse("versions.toml", &unknown, &DutyCatalogue::default()).unwrap_err().to_string();
    says(&said, &["the ambiguity `T9`", "[ambiguities]"]);
}

/// The second version: five working days and not ten, no yearly check any more, something new; counted without the first day
/// throughout.
fn second(in_force_on: &str) -> Procedure {
    let text = FIRST
        .replace("version = \"1\"", "version = \"2\"")
        .replace("in_force_on = 2020-01-01", &format!("in_force_on = {in_force_on}"))
        .replace("within = \"10 working days\"", "within = \"5 working days\"")
        .replace("every = \"6 weeks\"", "every = \"4 weeks\"")
        .replace("duty = \"local-yearly\"", "duty = \"local-new\"");
    read(&text).replacing(read(FIRST))
}

#[test]
fn a_clock_finishes_under_the_version_under_which_it_began() {
    // From Mon 9 Nov 2026 the second version: of Fri 6 Nov ten working days are 9 10 11 12 13 | 16 17 18 19 20, of Mon 9 Nov
    // five are 10 11 12 13 | 16.
    holds(
        &second("2026-11-09"),
        "== begun before\ntoday 2026-11-19\nplan P1 started_on=2026-11-06\nconference K1 kind=initial held_on=2026-11-06\n\
         expect local-meeting conference:K1 due=2026-11-20 status=open\n\
         == begun on the first day\ntoday 2026-11-19\nplan P1 started_on=2026-11-06\n\
         conference K1 kind=initial held_on=2026-11-09\n\
         expect local-meeting conference:K1 due=2026-11-16 status=overdue\n\
         == the chain goes over at its next link\ntoday 2026-12-01\nplan P1 started_on=2026-09-01\n\
         core_group G1 held_on=2026-10-26\ncore_group G2 held_on=2026-11-23\n\
         expect local-interval core_group:G1 due=2026-12-07 status=met\n\
         expect local-interval core_group:G2 due=2026-12-21 status=open\n\
         == what the new version has no rule for goes on for clocks that had begun\ntoday 2027-01-11\n\
         plan P1 started_on=2026-09-01\nexpect local-yearly plan:P1 due=2027-09-01 status=open\n\
         == and begins no more\ntoday 2027-01-11\nplan P1 started_on=2026-11-09\nexpect local-yearly idle=NothingToWatch\n\
         == what is new begins at once\ntoday 2027-01-11\nplan P1 started_on=2026-09-01\n\
         expect local-new plan:P1 due=2027-09-01 status=open\n",
    );
}

/// The plan began under the first version, so its figure holds for the child born under the second.
#[test]
fn a_clock_that_waits_for_the_birth_is_of_the_version_of_what_it_waits_under() {
    let waits = |text: &str| {
        text.replace("shape = \"deadline\"\nstrength", "shape = \"deadline\"\nfrom_birth = true\nstrength")
    };
    let second = FIRST.replace("in_force_on = 2020-01-01", "in_force_on = 2026-11-09").replace("12 months", "6 months");
    holds(
        &read(&waits(&second)).replacing(read(&waits(FIRST))),
        "== born under the second\ntoday 2026-12-01\nborn 2026-11-16\nplan P1 started_on=2026-11-02\n\
         expect local-yearly plan:P1 anchor=2026-11-02 due=2027-11-16 status=open\n\
         == planned for under the second\ntoday 2026-12-01\nborn 2026-11-16\nplan P1 started_on=2026-11-10\n\
         expect local-yearly plan:P1 anchor=2026-11-10 due=2027-05-16 status=open\n",
    );
}

#[test]
fn a_rule_that_takes_over_takes_the_clocks_that_run() {
    let later = FIRST
        .replace("in_force_on = 2020-01-01", "in_force_on = 2026-11-09")
        .replace("within = \"10 working days\"", "within = \"5 working days\"\ntakes_over = true");
    // Of Fri 6 Nov: 9 10 11 12 13.
    holds(
        &read(&later).replacing(read(FIRST)),
        "== taken over\ntoday 2026-11-16\nplan P1 started_on=2026-11-06\nconference K1 kind=initial held_on=2026-11-06\n\
         expect local-meeting conference:K1 due=2026-11-13 status=overdue\n",
    );
}

#[test]
fn the_ladder_is_that_of_the_version_too() {
    let procedure = second("2026-11-09");
    let since = |on: &str| {
        let on: NaiveDate = on.parse().unwrap();
        procedure.rule_since(&DutyId("local-meeting".into()), on).unwrap().procedure.clone()
    };
    assert_eq!((since("2026-11-08"), since("2026-11-09")), ("Trial 1".to_owned(), "Trial 2".to_owned()));
}

#[test]
fn no_clock_falls_between_two_versions() {
    // The first version counts from the conference, the second from the plan. The plan began before the second came into
    // force, the conference was held after: neither would have it. Of Fri 6 Nov ten working days end on Fri 20 Nov.
    let text = FIRST.replace("in_force_on = 2020-01-01", "in_force_on = 2026-11-09").replacen(
        "of = { fact = \"conference\" }",
        "of = { fact = \"plan\" }",
        1,
    );
    holds(
        &read(&text).replacing(read(FIRST)),
        "== in neither\ntoday 2026-11-19\nplan P1 started_on=2026-11-06\nconference K1 kind=initial held_on=2026-11-10\n\
         expect local-meeting plan:P1 due=2026-11-20 status=open\n",
    );
}

#[test]
fn a_duty_that_is_gone_finishes_under_the_version_it_began_with() {
    // Ten working days in the first, five in the second (from 9 Nov), none in the third (from 23 Nov).
    let third = FIRST
        .replace("version = \"1\"", "version = \"3\"")
        .replace("in_force_on = 2020-01-01", "in_force_on = 2026-11-23")
        .replace("duty = \"local-meeting\"", "duty = \"local-other\"");
    holds(
        &read(&third).replacing(second("2026-11-09")),
        "== begun under the first\ntoday 2026-11-19\nplan P1 started_on=2026-11-06\n\
         conference K1 kind=initial held_on=2026-11-06\nexpect local-meeting conference:K1 due=2026-11-20 status=open\n\
         == begun under the second: 10 11 12 13 | 16\ntoday 2026-11-24\nplan P1 started_on=2026-11-06\n\
         conference K1 kind=initial held_on=2026-11-09\n\
         expect local-meeting conference:K1 due=2026-11-16 status=overdue\n\
         == begun under none\ntoday 2026-12-24\nplan P1 started_on=2026-11-06\n\
         conference K1 kind=initial held_on=2026-11-23\nexpect local-meeting idle=NothingToWatch\n",
    );
}

#[test]
fn what_the_newest_version_dropped_the_country_asks_from_then_on() {
    // From Mon 9 Nov Croydon has no rule for the first core group: ten working days of the country's from Mon 9 Nov.
    let (croydon, national) = (scenario::procedure("croydon"), scenario::procedure("national"));
    let mut later = croydon.clone();
    later.in_force_on = "2026-11-09".parse().unwrap();
    later.rules.retain(|rule| rule.duty.0 != "first-core-group");
    let procedure = later.replacing(croydon.clone()).over(national);
    let case = |held_on: &str, expected: &str| {
        let text = format!(
            "== held {held_on}\ntoday 2026-11-10\nplan P1 started_on=2026-11-02\n\
             conference K1 kind=initial held_on={held_on} makes_plan=yes\nexpect first-core-group conference:K1 {expected}\n"
        );
        holds(&procedure, &text);
    };
    case("2026-11-06", "due=2026-11-20 status=open");
    case("2026-11-09", "due=2026-11-23 status=open");
}

#[test]
fn what_a_source_lacks_is_judged_version_by_version() {
    // The second version is met by an answer that no form asks, the first by a core group.
    let text = FIRST.replace("in_force_on = 2020-01-01", "in_force_on = 2026-11-09").replacen(
        "met_by = { fact = \"core_group\" }",
        "met_by = { dates = [\"summary_on\"] }",
        1,
    );
    let procedure = read(&text).replacing(read(FIRST));
    let mut supply = Supply::default();
    supply.never_filled.insert((FactKind::Conference, "summary_on".to_owned()));
    let lacking = Lacking::of(supply, &procedure);
    let scenarios = Scenario::parse(
        "== both\ntoday 2026-11-24\nplan P1 started_on=2026-11-06\nconference K1 kind=initial held_on=2026-11-06\n\
         conference K2 kind=reconvened held_on=2026-11-10\nexpect local-meeting conference:K1 due=2026-11-20 status=overdue\n\
         expect local-meeting conference:K2 status=-\n",
    );
    let scenario = &scenarios[0];
    let calendar = Calendar::shipped("england-and-wales").unwrap();
    let zone = Zone::from_name("Europe/London").unwrap();
    let now = zone.at(scenario.today, chrono::NaiveTime::from_hms_opt(9, 0, 0).unwrap());
    let terms = Terms { lacking: &lacking, ..Terms::new(&procedure, &calendar, zone, now) };
    let assessment = assess(&scenario.record(), &terms);
    for expected in &scenario.expected {
        assert_eq!(expected.check(&assessment), Ok(()), "{}", expected.text);
    }
}

#[test]
fn an_authoritys_changes_hold_for_the_clocks_of_the_version_before_too() {
    let known = DutyCatalogue::default();
    let own = "[local]\nover = \"trial\"\nversion = \"2026-04\"\n\n[[change]]\nduty = \"local-meeting\"\nwhy = \"decided\"\n\
                   within = \"8 working days\"\n\n[[change]]\nduty = \"local-new\"\nwhy = \"decided\"\nwithin = \"6 months\"\n";
    let text = FIRST
        .replace("in_force_on = 2020-01-01", "in_force_on = 2026-11-09")
        .replace("duty = \"local-yearly\"", "duty = \"local-new\"");
    let changed =
        |text: &str, earlier| Procedure::parse_over(("c.toml", own), ("v.toml", text), &known, earlier).unwrap();
    // Of Fri 6 Nov eight working days: 9 10 11 12 13 | 16 17 18.
    holds(
        &changed(&text, false).replacing(changed(FIRST, true)),
        "== begun before\ntoday 2026-11-19\nplan P1 started_on=2026-11-06\nconference K1 kind=initial held_on=2026-11-06\n\
         expect local-meeting conference:K1 due=2026-11-18 status=overdue\n",
    );
}

#[test]
fn what_the_country_asks_stands_only_where_the_procedure_is_silent() {
    let national = scenario::procedure("national");
    for id in ["croydon", "hertfordshire", "north-east-lincolnshire", "rochdale"] {
        let own = scenario::procedure(id);
        let both = own.clone().over(national);
        let (mut beneath, mut silent) = (0, 0);
        for rule in &national.rules {
            let in_force = both.rule(&rule.duty).unwrap();
            if let Some(own) = own.rule(&rule.duty) {
                assert_eq!((in_force, in_force.sure), (own, None), "{id}: {}", rule.duty);
            } else {
                assert_eq!(in_force, rule);
                silent += 1;
            }
            beneath += usize::from(in_force.sure.is_some());
        }
        assert!(beneath == silent && silent > 0, "{id}");
    }
    assert!(national.rules.iter().all(|rule| rule.sure.is_some()), "each says how sure its source is");
}
