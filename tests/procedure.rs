//! The shipped procedures, the catalogue of duties, and the page that explains the language.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use duewatch::{
    calendar::{Allowance, Period},
    directory::Role,
    procedure::{Base, DutyCatalogue, Ladder, Limit, NoticeKind, Offset, Procedure, Rule, Shape, Step},
};

fn shipped() -> Vec<Procedure> {
    let known = DutyCatalogue::shipped();
    let parse = |(id, file, text)| {
        let procedure = Procedure::parse(file, text, &known).unwrap_or_else(|problems| panic!("{problems}"));
        assert_eq!(procedure.id, id);
        procedure
    };
    Procedure::SHIPPED.into_iter().map(parse).collect()
}

fn hertfordshire() -> Procedure {
    shipped().into_iter().find(|procedure| procedure.id == "hertfordshire").unwrap()
}

fn steps_that(ladder: &Ladder, kind: NoticeKind) -> Vec<(Offset, Vec<&str>)> {
    let told = ladder.steps.iter().filter(|step| step.kind == kind);
    told.map(|step| (step.when, step.tell.iter().map(|role| role.name()).collect())).collect()
}

#[test]
fn every_shipped_procedure_parses() {
    for procedure in shipped() {
        assert_eq!(procedure.hash.len(), 64);
    }
}

/// Every row is carried, and what no fact can show is on this list: nobody moves a duty there without a word.
#[test]
fn every_duty_of_the_documents_is_carried_and_nearly_all_are_tracked() {
    let (known, procedures) = (DutyCatalogue::shipped(), shipped());
    let mut untracked: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let coverage = known.coverage(&procedures);
    for of in &coverage {
        let gaps: Vec<&str> = of.gaps().map(|row| row.duty).collect();
        assert_eq!(gaps, [""; 0], "{}", of.authority);
        for row in &of.rows {
            if let Some(reason) = row.rule.unwrap().shape.untracked_because() {
                assert!(reason.split_whitespace().count() >= 4, "{}: {reason}", row.duty);
                untracked.entry(of.authority).or_default().push(row.duty);
            }
        }
    }
    let expected = BTreeMap::from([
        (
            "hertfordshire",
            vec![
                "avoid-religious-festivals",
                "chronology-kept",
                "communication-recorded",
                "manager-countersigns",
                "visit-frequency-raise",
            ],
        ),
        (
            "north-east-lincolnshire",
            vec![
                "conference-minutes-secure",
                "list-confidential",
                "plan-timescale-protocol",
                "procedures-annual-review",
                "reports-disclosable",
                "review-same-process",
                "support-access",
            ],
        ),
    ]);
    assert_eq!(untracked, expected);
}

/// Rochdale's document has 17 duties and Croydon's 63.
#[test]
fn a_row_that_nothing_carries_is_a_gap() {
    let rows = include_str!("../config/procedures/duties.csv").trim_end();
    let known = DutyCatalogue::parse(&format!("{rows}\nrochdale,local-not-there,113,5 9\n")).unwrap();
    let rochdale = [shipped().into_iter().find(|procedure| procedure.id == "rochdale").unwrap()];
    let coverage = known.coverage(&rochdale);
    let of = |authority: &str| coverage.iter().find(|coverage| coverage.authority == authority).unwrap();
    let gaps: Vec<String> = of("rochdale").gaps().map(|row| format!("{} {}", row.duty, row.citation())).collect();
    assert_eq!(gaps, ["local-not-there 113:L5,L9"]);
    assert_eq!(of("rochdale").by_shape().into_values().sum::<usize>(), 17);
    assert!(of("rochdale").by_shape()["deadline"] > 1);
    assert_eq!((of("croydon").gaps().count(), of("croydon").by_shape().len()), (63, 0));
}

#[test]
fn what_is_under_review_and_what_outlives_the_child_is_marked() {
    let procedure = hertfordshire();
    let marked = |test: fn(&Rule) -> bool| -> BTreeSet<&str> {
        procedure.rules.iter().filter(|rule| test(rule)).map(|rule| rule.duty.0.as_str()).collect()
    };
    let under_review = BTreeSet::from(["child-seen-any-professional", "child-seen-by-lead-worker"]);
    assert_eq!(marked(|rule| rule.under_review), under_review);
    assert_eq!(marked(|rule| rule.after_death), BTreeSet::from(["child-death"]));
}

#[test]
fn what_must_be_done_climbs_from_the_worker_to_the_manager_to_those_above() {
    let procedure = hertfordshire();
    let rule = procedure.rules.iter().find(|rule| rule.duty.0 == "first-core-group").unwrap();
    let Shape::Deadline(deadline) = &rule.shape else { panic!("{:?}", rule.shape) };
    assert_eq!(deadline.limit, Limit::Within(Allowance::Period(Period::WorkingDays(10))));
    let before = Offset::Before(Period::WorkingDays(3), Base::Strict);
    assert_eq!(steps_that(&rule.ladder, NoticeKind::Reminder), [(before, vec!["lead_worker"])]);
    let after = |days| Offset::After(Period::WorkingDays(days), Base::Due);
    assert_eq!(
        steps_that(&rule.ladder, NoticeKind::Escalation),
        [(after(1), vec!["first_line_manager"]), (after(3), vec!["second_line_manager", "conference_chair"])]
    );
    assert_eq!(rule.ladder.repeat.as_ref().unwrap().every, Period::WorkingDays(5));
}

#[test]
fn a_rules_own_steps_stand_among_those_of_its_ladder_in_the_order_of_time() {
    let core = include_str!("procedures/hertfordshire-core.toml");
    let procedure = Procedure::parse("core.toml", core, &DutyCatalogue::shipped()).unwrap();
    let rule = procedure.rules.iter().find(|rule| rule.duty.0 == "core-group-minutes-circulate").unwrap();
    let names: Vec<&str> = rule.ladder.steps.iter().map(|step| step.name.as_str()).collect();
    // The strict date is working day 9 after the meeting: `remind` is day 6, `due` and `send` are day 9.
    assert_eq!(names, ["write-up", "approve", "remind", "due", "send", "overdue", "manager", "above"]);
}

#[test]
fn every_citation_rests_on_lines_of_the_catalogue() {
    let known = DutyCatalogue::shipped();
    for procedure in shipped() {
        for rule in &procedure.rules {
            let (authority, duty) = (procedure.id.as_str(), rule.duty.0.as_str());
            // A duty of a pack's own rests on a line that obliges to something.
            let local = duty.starts_with("local-");
            let rows: Vec<&str> = if local { known.duties(authority).collect() } else { vec![duty] };
            let lines: BTreeSet<_> = rows.iter().flat_map(|row| known.lines(authority, row)).collect();
            if rule.sure.is_some() {
                assert!(rule.citation.place.is_some(), "{duty} cites no place");
                continue;
            }
            assert!(!rule.citation.lines.is_empty());
            for line in &rule.citation.lines {
                assert!(lines.contains(line), "{duty} cites line {line}, the catalogue has {lines:?}");
            }
            assert!(rows.iter().all(|row| known.document(authority, row) == Some(rule.citation.document.as_str())));
            assert!((1..=25).contains(&rule.citation.quote.split_whitespace().count()), "{duty}");
        }
    }
}

#[test]
fn the_catalogue_holds_every_row_of_the_five_documents() {
    let known = DutyCatalogue::shipped();
    let counts: BTreeMap<&str, usize> =
        known.authorities().map(|authority| (authority, known.duties(authority).count())).collect();
    let expected = BTreeMap::from([
        ("croydon", 63),
        ("hertfordshire", 117),
        ("isle-of-man", 29),
        ("north-east-lincolnshire", 93),
        ("rochdale", 17),
    ]);
    assert_eq!(counts, expected);
    // The last line of each document, counted in the documents themselves.
    for (authority, last) in [
        ("croydon", 180),
        ("hertfordshire", 210),
        ("isle-of-man", 191),
        ("north-east-lincolnshire", 571),
        ("rochdale", 88),
    ] {
        for duty in known.duties(authority) {
            assert!(known.lines(authority, duty).iter().all(|line| (1..=last).contains(line)), "{authority} {duty}");
        }
    }
}

#[test]
fn no_duty_is_known_to_the_code() {
    let known = DutyCatalogue::shipped();
    let ids: BTreeSet<String> =
        known.authorities().flat_map(|authority| known.duties(authority)).map(|id| format!("\"{id}\"")).collect();
    assert_eq!(ids.len(), 226);
    let files = rust_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    assert!(files.len() > 20);
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        for id in &ids {
            assert!(!text.contains(id.as_str()), "{} names the duty {id}: rules are data", file.display());
        }
    }
}

fn rust_files(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    let files = entries.flat_map(|path| if path.is_dir() { rust_files(&path) } else { vec![path] });
    files.filter(|path| path.extension().is_some_and(|extension| extension == "rs")).collect()
}

/// All examples of the page, joined in its order.
fn page() -> String {
    let text = include_str!("../config/procedures/README.md");
    let blocks = text.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    blocks.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_page_shows_all_eleven_shapes_and_each_example_parses() {
    let procedure = Procedure::parse("README.md", &page(), &DutyCatalogue::default()).unwrap_or_else(|e| panic!("{e}"));
    let shapes: BTreeSet<&str> = procedure.rules.iter().map(|rule| rule.shape.name()).collect();
    let expected = [
        "alert",
        "before",
        "between",
        "check",
        "deadline",
        "guidance",
        "order",
        "recurring",
        "report",
        "standing",
        "window",
    ];
    assert_eq!(shapes, BTreeSet::from(expected));
}

#[test]
fn all_problems_are_found_at_once_in_the_order_of_the_file() {
    let page = page().replace("\"lead_worker\"", "\"boss\"").replace("10 working days", "10 fortnights");
    let problems = Procedure::parse("README.md", &page, &DutyCatalogue::default()).unwrap_err();
    let boss = page.matches("\"boss\"").count();
    let fortnights = page.matches("10 fortnights\"").count();
    assert!(boss > 10 && fortnights == 1);
    assert_eq!(problems.0.len(), boss + fortnights, "{problems}");
    assert!(problems.0.is_sorted_by_key(|problem| (problem.line, problem.column)));
}

#[test]
fn a_mistake_in_the_head_hides_none_in_the_rules() {
    let broken = page()
        .replace("id = \"example\"", "")
        .replace("document = \"900\"", "document = 900")
        .replace("due_last_day = \"as_is\"", "due_last_day = \"as is\"")
        .replace("every = \"6 weeks\"", "every = \"6 fortnights\"");
    let problems = Procedure::parse("README.md", &broken, &DutyCatalogue::default()).unwrap_err();
    let lines: Vec<&str> = problems.0.iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!(lines.len(), 4, "{problems}");
}

/// Every mistake is told: whatever is lost from a file, it parses or says what is wrong, and never falls silent.
#[test]
fn whatever_is_lost_from_a_file_is_told_with_its_place() {
    // One that has every part and is short: it is read once for each of its lines.
    let (file, text) = ("core.toml", include_str!("procedures/hertfordshire-core.toml"));
    let known = DutyCatalogue::shipped();
    let lines: Vec<&str> = text.lines().collect();
    let mut refused = 0;
    for lost in 0..lines.len() {
        let without: Vec<&str> = lines[..lost].iter().chain(&lines[lost + 1..]).copied().collect();
        let cut_off = (lost % 10 == 0).then(|| text[..text.len() * lost / lines.len()].to_owned());
        for text in cut_off.into_iter().chain([without.join("\n")]) {
            if let Err(problems) = Procedure::parse(file, &text, &known) {
                refused += 1;
                assert!(!problems.0.is_empty(), "line {}", lost + 1);
                assert!(
                    problems.0.iter().all(|problem| (1..=lines.len()).contains(&problem.line) && problem.column > 0)
                );
            }
        }
    }
    // The others are blank, a comment, or can be spared.
    assert!(refused > lines.len() / 3, "{refused}");
}

#[test]
fn a_changed_figure_changes_the_hash() {
    let (file, text) = Procedure::shipped("hertfordshire").unwrap();
    let known = DutyCatalogue::shipped();
    let changed = Procedure::parse(file, &text.replace("every = \"12 months\"", "every = \"11 months\""), &known);
    assert_ne!(changed.unwrap().hash, hertfordshire().hash);
}

#[test]
fn what_each_shape_needs_of_the_record() {
    let procedure = hertfordshire();
    for (duty, expected) in [
        // Which conferences make a plan may be left open: then the clock is taken to run.
        ("first-core-group", &["dw_conferences", "dw_core_groups"][..]),
        ("core-group-minutes-circulate", &["dw_core_groups", "dw_core_groups.minutes_sent_on"]),
        // The interval that a conference sets is not needed: the rule has its own.
        ("core-group-frequency", &["dw_core_groups"]),
        ("child-seen-any-professional", &["dw_visits", "dw_visits.seen", "dw_visits.visitor_id"]),
        ("child-seen-by-lead-worker", &["dw_visits", "dw_visits.seen", "dw_visits.visitor_id", "dw_allocations"]),
        (
            "child-seen-alone-alternate",
            &["dw_visits", "dw_visits.alone", "dw_visits.seen", "dw_visits.visitor_id", "dw_allocations"],
        ),
        (
            "bedroom-seen",
            &[
                "dw_conferences",
                "dw_conferences.next_review_on or booked_on",
                "dw_visits",
                "dw_visits.bedroom",
                "dw_visits.visitor_id",
                "dw_allocations",
            ],
        ),
        ("review-date-set", &["dw_conferences", "dw_conferences.next_review_on or booked_on"]),
        ("case-allocated", &["dw_allocations", "dw_allocations.role"]),
        ("plan-age-one-year", &["dw_decisions", "dw_decisions.kind"]),
        // What starts it is an answer: where no form asks for it, nothing ever starts.
        (
            "local-support-without-plan",
            &["dw_conferences", "dw_answers (conference.support_recommended)", "dw_events (child_in_need_plan)"],
        ),
        ("access-refused", &["dw_incidents"]),
        ("child-death", &[]),
        ("unallocated-monthly-report", &[]),
    ] {
        let rule = procedure.rules.iter().find(|rule| rule.duty.0 == duty).unwrap();
        let needs: Vec<String> = rule.needs().iter().map(ToString::to_string).collect();
        assert_eq!(needs, expected, "{duty}");
    }
}

/// Beside the worker's line, not in it: wherever a breach comes to the second line, the chair is told too. Of a case that
/// nobody holds the document itself names who is told.
#[test]
fn the_chair_is_told_beside_the_second_line() {
    let (mut looked_at, mut alone) = (0, BTreeSet::new());
    for (id, file, text) in Procedure::SHIPPED {
        let procedure = Procedure::parse(file, text, &DutyCatalogue::shipped()).unwrap();
        for rule in &procedure.rules {
            let steps = || rule.ladder.steps.iter();
            let tells = |step: &Step, role| step.tell.contains(&role);
            let above =
                steps().any(|step| step.kind == NoticeKind::Escalation && tells(step, Role::SECOND_LINE_MANAGER));
            let chair = steps().any(|step| step.kind.is_breach() && tells(step, Role::CONFERENCE_CHAIR));
            looked_at += usize::from(above && chair);
            if above && !chair {
                alone.insert(format!("{id} {}", rule.duty));
            }
        }
    }
    let named_by_the_document = ["hertfordshire case-allocated", "north-east-lincolnshire lead-worker-appointed"];
    assert_eq!(alone, named_by_the_document.map(str::to_owned).into());
    assert!(looked_at > 150, "{looked_at}");
}
