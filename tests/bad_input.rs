//! Bad input of every kind, through the command line: what is said names the place and what to do, and nothing is lost or
//! half done.

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

#[path = "support/cases.rs"]
mod cases;

use std::fs;

use cases::{Bench, SETTINGS, STAFF, Told, child, execute, instant, says};

/// Twelve children in good order, so that the guards against a lost load apply.
fn dozen() -> String {
    let children: String = (1..=12).map(|n| child(&format!("C{n}"), "2026-11-02")).collect();
    format!("{STAFF}{children}")
}

fn one(conference_on: &str) -> String {
    format!("{STAFF}{}", child("C1", conference_on))
}

/// A morning's run on data of the same morning.
fn morning(bench: &Bench, day: &str) -> cases::Done {
    bench.sql(&format!("UPDATE dw_load SET loaded_at = '{day}T07:30'"));
    bench.once(day)
}

/// What was told of one duty, run by run, as `step person`, what a higher step said left out.
fn told_of(bench: &Bench, child: &str, duty: &str) -> Vec<String> {
    let mut told = bench.told();
    told.retain(|told| told.child == child && told.duty == duty && told.state != "superseded");
    told.sort_by_key(|told| (told.run, told.step.clone(), told.person.clone()));
    told.into_iter().map(|told| format!("{} {}", told.step, told.person)).collect()
}

// ---- procedures

fn with_procedure(from: &str, to: &str) -> (Bench, usize) {
    let text = include_str!("procedures/hertfordshire-core.toml");
    assert!(text.contains(from), "the shipped procedure has changed: {from}");
    let line = text.split(from).next().unwrap_or("").matches('\n').count() + 1;
    let bench = Bench::new(&one("2026-11-02"));
    fs::write(bench.path("own.toml"), text.replacen(from, to, 1)).unwrap();
    let settings = SETTINGS.replace("procedure = \"core.toml\"", "procedure = \"own.toml\"");
    fs::write(bench.path("duewatch.toml"), settings).unwrap();
    (bench, line)
}

/// Every command refuses the procedure, naming the line, and the ledger stays as it was.
fn refuses_procedure(from: &str, to: &str, words: &[&str]) {
    let (bench, line) = with_procedure(from, to);
    let before = (bench.holdings(), bench.ledger("SELECT * FROM runs"));
    for command in [&["duties"][..], &["run", "--once", "--at", "2026-11-16T08:30:00Z"]] {
        let said = bench.run(command).ends(2);
        says(&said, &["own.toml", &line.to_string()]);
        says(&said, words);
    }
    says(&bench.run(&["check"]).ends(1), words);
    assert_eq!((bench.holdings(), bench.ledger("SELECT * FROM runs")), before);
    assert!(bench.mail().is_empty());
}

#[test]
fn an_unknown_role() {
    refuses_procedure(
        "tell = [\"first_line_manager\"]",
        "tell = [\"line_manager\"]",
        &["line_manager", "first_line_manager"],
    );
}

#[test]
fn an_unknown_unit() {
    refuses_procedure("within = \"10 working days\"", "within = \"10 bank days\"", &["10 bank days", "working days"]);
}

#[test]
fn an_unknown_duty() {
    refuses_procedure(
        "duty = \"first-core-group\"",
        "duty = \"first-core-grup\"",
        &["first-core-grup", "first-core-group"],
    );
}

#[test]
fn a_step_that_is_never_reached() {
    let from = "when = \"1 working day after anchor\"\nkind = \"reminder\"";
    refuses_procedure(
        from,
        "when = \"3 working days before anchor\"\nkind = \"reminder\"",
        &["write-up", "never reached"],
    );
}

#[test]
fn steps_that_overlap() {
    // The same people would be told the same kind of thing twice on one day.
    let from = "step = \"overdue\"\nwhen = \"1 working day after due\"\nkind = \"overdue\"\ntell = [\"lead_worker\"]\n\n[[ladders.must]]\nstep = \"manager\"\nwhen = \"1 working day after due\"\nkind = \"escalation\"\ntell = [\"first_line_manager\"]";
    let to = from.replace(
        "kind = \"escalation\"\ntell = [\"first_line_manager\"]",
        "kind = \"overdue\"\ntell = [\"lead_worker\"]",
    );
    let (bench, _) = with_procedure(from, &to);
    let said = bench.run(&["duties"]).ends(2);
    says(&said, &["own.toml:", "manager", "overdue", "lead_worker"]);
}

#[test]
fn every_mistake_of_a_procedure_is_told_at_once() {
    let (bench, _) = with_procedure("within = \"10 working days\"", "within = \"10 bank days\"");
    let path = bench.path("own.toml");
    let text = fs::read_to_string(&path).unwrap().replacen("\"first_line_manager\"", "\"boss\"", 1);
    fs::write(path, text).unwrap();
    says(&bench.run(&["duties"]).ends(2), &["10 bank days", "boss", "2 problems"]);
}

#[test]
fn a_procedure_that_is_not_there() {
    let bench = Bench::new(&one("2026-11-02"));
    let settings =
        |procedure: &str| SETTINGS.replace("procedure = \"core.toml\"", &format!("procedure = \"{procedure}\""));
    fs::write(bench.path("duewatch.toml"), settings("narnia")).unwrap();
    says(&bench.run(&["duties"]).ends(2), &["narnia", "hertfordshire"]);
    fs::write(bench.path("duewatch.toml"), settings("none.toml")).unwrap();
    says(&bench.run(&["duties"]).ends(2), &["none.toml", "procedure"]);
}

// ---- settings

fn settings_say(text: &str, words: &[&str]) {
    let bench = Bench::new(&one("2026-11-02"));
    let before = bench.holdings();
    fs::write(bench.path("duewatch.toml"), text).unwrap();
    for command in [&["check"][..], &["duties"], &["run", "--once"], &["ledger", "migrate"]] {
        let said = bench.run(command).ends(2);
        says(&said, &["duewatch.toml"]);
        says(&said, words);
    }
    assert_eq!(bench.holdings(), before);
}

#[test]
fn a_wrong_key_is_named_with_those_there_are() {
    settings_say(&SETTINGS.replace("reply_to", "replyto"), &["mail", "`replyto`", "reply_to"]);
    settings_say(&SETTINGS.replace("[ledger]\n", "[ledger]\ncolour = 1\n"), &["ledger", "`colour`"]);
    settings_say(&SETTINGS.replace("channel = \"files\"", "channel = \"pigeon\""), &["mail.channel", "pigeon", "smtp"]);
}

#[test]
fn a_missing_section_or_key_is_named() {
    let without = SETTINGS.replace("[ledger]\ndatabase = \"ledger.db\"\n", "");
    settings_say(&without, &["ledger"]);
    settings_say(&SETTINGS.replace("corrections = \"the data desk\"\n", ""), &["corrections"]);
}

#[test]
fn mistakes_of_several_sections_are_told_together() {
    let text = SETTINGS
        .replace("reply_to", "replyto")
        .replace("[ledger]\ndatabase = \"ledger.db\"\n", "")
        .replace("stale_hours = 100000", "stale_hours = \"long\"");
    settings_say(&text, &["[mail]", "`replyto`", "[ledger] is missing", "[source]", "`stale_hours`", "long"]);
}

#[test]
fn a_file_that_is_no_toml_is_told_with_its_line() {
    settings_say(&SETTINGS.replace("[source]", "[source"), &["line 5"]);
}

#[test]
fn contradictions_are_told_together() {
    let text = SETTINGS
        .replace("ledger.db", "case.db")
        .replace("directory = \"mail\"\n", "")
        .replace("id = \"wrenholt\"", "id = \"Wren holt\"")
        + "\n[sending]\nmorning_at = \"18:00:00\"\ndetail_lines = 0\n\n[schedule]\npoll = \"now and then\"\n";
    let keys =
        ["authority.id", "ledger.database", "mail.directory", "sending.detail_lines", "sending.until", "schedule.poll"];
    settings_say(&text, &keys);
}

#[test]
fn settings_that_are_not_there() {
    let said = cases::program(&["--config", "/nowhere/duewatch.toml", "duties"], &[], "").ends(2);
    says(&said, &["/nowhere/duewatch.toml"]);
}

// ---- the exit codes of commands that go wrong, and the ledger's present

#[test]
fn the_present_may_be_chosen_only_on_a_simulated_ledger() {
    let bench = Bench::without_ledger(&one("2026-11-02"));
    let at = instant("2026-11-16");
    // No ledger yet: it is not made in passing.
    let said = bench.run(&["run", "--once", "--at", &at]).ends(2);
    says(&said, &["ledger.db", "ledger migrate"]);
    assert!(!bench.path("ledger.db").exists());
    bench.run(&["ledger", "migrate"]).well();
    let before = (bench.holdings(), bench.ledger("SELECT * FROM runs"));
    says(&bench.run(&["run", "--once", "--at", &at]).ends(2), &["--at", "simulated"]);
    let ack = ["ack", "C1", "--duty", "first-core-group", "--by", "W1", "--reason", "visit_booked", "--at", &at];
    says(&bench.run(&ack).ends(2), &["--at", "simulated"]);
    assert_eq!((bench.holdings(), bench.ledger("SELECT * FROM runs")), before);
    // To look at another day changes nothing, so it may be asked of any ledger.
    bench.run(&["duties", "--at", &at]).well();
    bench.run(&["run", "--at", &at]).ends(2);
    bench.run(&["run", "--once", "--at", "yesterday"]).ends(2);
}

#[test]
fn a_cycle_that_needs_attention_ends_with_1_and_one_that_does_not_with_0() {
    let bench = Bench::new(&one("2026-11-02"));
    morning(&bench, "2026-11-16").well();
    bench.add("visits V1 child_id=C1 visited_on=soon seen=Y");
    says(&morning(&bench, "2026-11-17").ends(1), &["Attention: faults in the case data: 1"]);
    says(&bench.run(&["check", "--at", &instant("2026-11-17")]).ends(1), &["dw_visits: row V1: visited_on is no date"]);
}

// ---- case databases that are not what was agreed

#[test]
fn a_missing_view_or_column_is_named_and_nothing_is_judged() {
    for (change, words) in [
        ("DROP TABLE dw_visits", &["no view dw_visits", "duewatch source sql"][..]),
        ("ALTER TABLE dw_plans DROP COLUMN ended_on", &["dw_plans", "no column ended_on", "duewatch source sql"]),
        ("DELETE FROM dw_load", &["dw_load", "it is empty"]),
        ("INSERT INTO dw_load VALUES ('live', '2026-11-16')", &["dw_load", "several rows"]),
        ("UPDATE dw_load SET loaded_at = 'last night'", &["dw_load", "loaded_at is no date and time"]),
    ] {
        let bench = Bench::new(&one("2026-11-02"));
        morning(&bench, "2026-11-13").well();
        let before = bench.of_children();
        bench.sql(change);
        says(&bench.once("2026-11-17").ends(1), words);
        says(&bench.run(&["duties"]).ends(2), words);
        says(&bench.run(&["check", "--at", &instant("2026-11-17")]).ends(1), words);
        assert_eq!(bench.of_children(), before, "after {change}");
    }
}

#[test]
fn a_case_database_that_is_not_there_is_not_made() {
    let bench = Bench::new(&one("2026-11-02"));
    fs::remove_file(bench.path("case.db")).unwrap();
    says(&bench.once("2026-11-16").ends(1), &["case.db", "nothing was judged"]);
    assert!(!bench.path("case.db").exists());
    fs::write(bench.path("case.db"), "this is no database, whatever its name says").unwrap();
    says(&bench.once("2026-11-16").out, &["nothing was judged"]);
    assert!(bench.told().is_empty());
}

#[test]
fn an_empty_first_read_is_not_an_authority_without_children() {
    let bench = Bench::new(STAFF);
    says(&bench.once("2026-11-16").ends(1), &["dw_children is empty", "nobody was told"]);
    assert!(bench.told().is_empty());
    // It heals by itself.
    bench.add(&child("C1", "2026-11-02"));
    bench.once("2026-11-16").well();
    assert!(!bench.told().is_empty());
}

#[test]
fn a_read_that_lost_its_rows_is_held_back_and_heals_by_itself() {
    for (change, back, words) in [
        ("DELETE FROM dw_children", "children", "dw_children is empty, and had 12 rows"),
        ("DELETE FROM dw_children WHERE child_id <> 'C1'", "children", "dw_children fell from 12 rows to 1"),
        ("DELETE FROM dw_plans WHERE child_id <> 'C1'", "plans", "dw_plans fell from 12 rows to 1"),
        ("DELETE FROM dw_workers", "workers", "dw_workers is empty"),
        ("DELETE FROM dw_conferences", "conferences", "dw_conferences is empty, and had 12 rows"),
    ] {
        let bench = Bench::new(&dozen());
        morning(&bench, "2026-11-13").well();
        morning(&bench, "2026-11-17").well();
        let before = bench.of_children();
        bench.sql(&format!("CREATE TABLE kept AS SELECT * FROM dw_{back}"));
        bench.sql(change);
        says(&morning(&bench, "2026-11-18").ends(1), &[words, "held back"]);
        says(&morning(&bench, "2026-11-19").ends(1), &[words]);
        assert_eq!(bench.of_children(), before, "after {change}");
        bench.sql(&format!("DELETE FROM dw_{back}; INSERT INTO dw_{back} SELECT * FROM kept; DROP TABLE kept"));
        morning(&bench, "2026-11-20").well();
        let kinds: Vec<Vec<String>> = bench.ledger("SELECT DISTINCT kind FROM notices WHERE child <> ''");
        assert!(!kinds.concat().iter().any(|kind| ["resolved", "no_longer_due"].contains(&kind.as_str())), "{kinds:?}");
        // What fell due meanwhile, three working days after the 16th, is told now.
        assert!(told_of(&bench, "C7", "first-core-group").contains(&"above S1".to_owned()));
    }
}

#[test]
fn a_source_of_another_name_is_not_believed() {
    let bench = Bench::new(&one("2026-11-02"));
    morning(&bench, "2026-11-13").well();
    let before = bench.of_children();
    bench.sql("UPDATE dw_load SET source_name = 'training'");
    says(&bench.once("2026-11-17").ends(1), &["live", "training", "nobody was told"]);
    assert_eq!(bench.of_children(), before);
    // Days without a reading that counts are told to whoever is always reached.
    assert_eq!(told_of(&bench, "", "case-data"), ["cannot-tell last-recipient"]);
    says(&bench.run(&["check", "--at", &instant("2026-11-17")]).ends(1), &["live", "training"]);
    bench.sql("UPDATE dw_load SET source_name = 'live', loaded_at = '2026-11-17'");
    bench.once("2026-11-17").well();
    assert!(bench.told_last().contains(&"C1 first-core-group overdue W1".to_owned()));
}

// ---- rows that cannot be read

#[test]
fn padded_ids_are_the_same_ids() {
    let bench = Bench::new(&one("2026-11-02"));
    bench.sql("UPDATE dw_plans SET child_id = '  C1 '; UPDATE dw_allocations SET worker_id = ' W1', child_id = 'C1  '");
    morning(&bench, "2026-11-13").well();
    assert_eq!(told_of(&bench, "C1", "first-core-group"), ["due W1"]);
    bench.sql("UPDATE dw_children SET child_id = ' C1 '; UPDATE dw_conferences SET conference_id = 'I-C1 '");
    morning(&bench, "2026-11-17").well();
    assert_eq!(told_of(&bench, "C1", "first-core-group"), ["due W1", "manager M1", "overdue W1"]);
}

#[test]
fn a_child_whose_id_is_gone_is_not_told_to_be_over() {
    let bench = Bench::new(&dozen());
    morning(&bench, "2026-11-13").well();
    for lost in [
        "UPDATE dw_children SET child_id = NULL WHERE child_id = 'C1'",
        "UPDATE dw_plans SET child_id = '-1' WHERE child_id = 'C2'",
    ] {
        bench.sql(lost);
    }
    let said = morning(&bench, "2026-11-17").ends(1);
    says(&said, &["12 children seen", "1 unreadable"]);
    // The others are told what is theirs, and the data team of the fault.
    assert_eq!(told_of(&bench, "C3", "first-core-group"), ["due W1", "manager M1", "overdue W1"]);
    let told = bench.told();
    let over: Vec<&Told> = told.iter().filter(|told| told.kind == "no_longer_due").collect();
    assert!(over.is_empty(), "{over:#?}");
    assert!(told.iter().any(|told| told.duty == "case-data" && told.person == "D1"));
    // With the ids back, what was missed is told.
    bench.sql("UPDATE dw_children SET child_id = 'C1' WHERE child_id IS NULL; UPDATE dw_plans SET child_id = 'C2' WHERE child_id = '-1'");
    morning(&bench, "2026-11-18").well();
    for child in ["C1", "C2"] {
        assert_eq!(told_of(&bench, child, "first-core-group"), ["due W1", "manager M1", "overdue W1"], "{child}");
    }
}

#[test]
fn an_open_plan_without_its_child_is_not_told_to_be_over() {
    let bench = Bench::new(&dozen());
    morning(&bench, "2026-11-13").well();
    assert_eq!(told_of(&bench, "C1", "first-core-group"), ["due W1"]);
    bench.sql("DELETE FROM dw_children WHERE child_id = 'C1'");
    for day in ["2026-11-17", "2026-11-18"] {
        says(&morning(&bench, day).ends(1), &["Attention: faults in the case data: 1"]);
    }
    let told = bench.told();
    let over: Vec<&Told> = told.iter().filter(|told| told.kind == "no_longer_due").collect();
    assert!(over.is_empty(), "{over:#?}");
    assert_eq!(told_of(&bench, "", "case-data"), ["cannot-tell D1"]);
    let words = "open plans names a child who is not in dw_children, and whom nobody watches";
    says(&bench.run(&["check", "--at", &instant("2026-11-18")]).ends(1), &["dw_plans: child_id of 1", words]);
    says(&mail_to(&bench, "data@wrenholt.example"), &["dw_plans.child_id of open plans"]);
    bench.add("children C1");
    morning(&bench, "2026-11-19").well();
    assert!(told_of(&bench, "C1", "first-core-group").contains(&"overdue W1".to_owned()));
}

#[test]
fn a_child_told_twice_in_the_same_words_is_no_fault() {
    let bench = Bench::new(&one("2026-11-02"));
    bench.add("children C1\nchildren C1");
    let said = morning(&bench, "2026-11-13").well();
    says(&said, &["1 children seen, 1 assessed", "0 unreadable"]);
}

#[test]
fn an_end_before_the_start_silences_nobody() {
    let bench = Bench::new(&dozen());
    morning(&bench, "2026-11-13").well();
    bench.sql("UPDATE dw_plans SET ended_on = '2025-11-02' WHERE child_id = 'C1'");
    bench.sql("UPDATE dw_plans SET started_on = '2062-11-02' WHERE child_id = 'C2'");
    morning(&bench, "2026-11-17").ends(1);
    assert_eq!(told_of(&bench, "C1", "first-core-group"), ["due W1", "manager M1", "overdue W1"]);
    let told = bench.told();
    let over: Vec<&Told> = told.iter().filter(|told| told.kind == "no_longer_due").collect();
    assert!(over.is_empty(), "{over:#?}");
    let check = bench.run(&["check", "--at", &instant("2026-11-17")]).ends(1);
    says(
        &check,
        &["dw_plans: row P-C1: ended_on lies before the start", "dw_plans: row P-C2: started_on lies in the future"],
    );
}

#[test]
fn a_date_that_becomes_no_date_takes_no_duty_away() {
    let bench = Bench::new(&dozen());
    morning(&bench, "2026-11-13").well();
    bench.sql("UPDATE dw_conferences SET held_on = '02/11/2026' WHERE child_id = 'C1'");
    bench.sql("UPDATE dw_plans SET started_on = 'Anfang November' WHERE child_id = 'C2'");
    let said = morning(&bench, "2026-11-17").ends(1);
    assert!(!said.contains("November") && !said.contains("02/11/2026"), "the field is repeated: {said}");
    let told = bench.told();
    let over: Vec<&Told> = told.iter().filter(|told| told.kind == "no_longer_due").collect();
    assert!(over.is_empty(), "{over:#?}");
    let faults: Vec<&Told> = told.iter().filter(|told| told.duty == "case-data").collect();
    assert!(
        faults.iter().all(|told| told.person == "D1" && told.kind == "data_quality") && faults.len() == 2,
        "{faults:#?}"
    );
    assert_eq!(told_of(&bench, "C3", "first-core-group"), ["due W1", "manager M1", "overdue W1"]);
    let check = bench.run(&["check", "--at", &instant("2026-11-17")]).ends(1);
    says(&check, &["dw_conferences: row I-C1: held_on is no date", "dw_plans: row P-C2: started_on is no date"]);
    bench.sql("UPDATE dw_conferences SET held_on = '2026-11-02'; UPDATE dw_plans SET started_on = '2026-11-02'");
    morning(&bench, "2026-11-18").well();
    for child in ["C1", "C2"] {
        // The data team was told meanwhile that C1's clock cannot be told.
        let mut told = told_of(&bench, child, "first-core-group");
        told.retain(|told| !told.ends_with(" D1"));
        assert_eq!(told, ["due W1", "manager M1", "overdue W1"], "{child}");
    }
}

#[test]
fn a_fault_of_the_data_is_told_once_and_again_when_it_comes_back() {
    let bench = Bench::new(&one("2026-11-02"));
    let visit = "visits V1 child_id=C1 visited_on=soon visitor_id=W1 seen=Y";
    bench.add(visit);
    let told = || told_of(&bench, "", "case-data");
    for day in ["2026-11-16", "2026-11-17", "2026-11-18"] {
        morning(&bench, day).ends(1);
        assert_eq!(told(), ["cannot-tell D1"], "{day}");
    }
    bench.sql("DELETE FROM dw_visits");
    morning(&bench, "2026-11-19").well();
    assert_eq!(told(), ["cannot-tell D1", "no-longer-due D1"]);
    bench.add(visit);
    for day in ["2026-11-20", "2026-11-23"] {
        morning(&bench, day).ends(1);
        assert_eq!(told(), ["cannot-tell D1", "no-longer-due D1", "cannot-tell D1"], "{day}");
    }
}

#[test]
fn a_visit_in_the_future_has_not_been_made() {
    let bench = Bench::new(&one("2026-11-02"));
    bench.add("visits V1 child_id=C1 visited_on=2027-11-09 visitor_id=W1 seen=Y");
    says(&morning(&bench, "2026-11-17").ends(1), &["Attention: faults in the case data: 1"]);
    let fault = "visited_on lies in the future; it counts as planned, never as done";
    let check = bench.run(&["check", "--at", &instant("2026-11-17")]).ends(1);
    says(&check, &[&format!("dw_visits: row V1: {fault}")]);
    says(&mail_to(&bench, "data@wrenholt.example"), &[&format!("dw_visits.{fault}: V1")]);
    let told = told_of(&bench, "C1", "child-seen-any-professional");
    assert_eq!(told, ["overdue W1"]);
    let said =
        bench.run(&["explain", "C1", "--duty", "child-seen-any-professional", "--at", &instant("2026-11-17")]).well();
    says(&said, &["status       overdue"]);
}

#[test]
fn a_child_without_a_worker_goes_to_the_manager_with_the_reason() {
    let bench = Bench::new(&one("2026-11-02"));
    bench.sql("UPDATE dw_allocations SET to_on = '2026-11-06'");
    morning(&bench, "2026-11-13").well();
    let told = bench.told();
    let due = told.iter().find(|told| told.duty == "first-core-group" && told.step == "due").expect("told");
    assert_eq!((due.step.as_str(), due.person.as_str()), ("due", "M1"));
    says(&due.because, &["no lead worker is recorded"]);
    says(&mail_to(&bench, "manager@wrenholt.example"), &["No lead worker is recorded"]);
}

#[test]
fn a_child_with_nobody_at_all_reaches_the_last_recipient() {
    let bench = Bench::new(&one("2026-11-02"));
    bench.sql("DELETE FROM dw_allocations; DELETE FROM dw_posts WHERE role <> 'data_team'");
    morning(&bench, "2026-11-13");
    assert_eq!(told_of(&bench, "C1", "first-core-group"), ["due last-recipient"]);
    says(&mail_to(&bench, "last@wrenholt.example"), &["C1", "this is the last recipient"]);
}

#[test]
fn a_worker_without_an_address_is_passed_over_with_the_reason() {
    for (email, words) in
        [("NULL", "has no address"), ("'one@elsewhere.example'", "has no address"), ("'see notes'", "has no address")]
    {
        let bench = Bench::new(&one("2026-11-02"));
        bench.sql(&format!("UPDATE dw_workers SET email = {email} WHERE worker_id = 'W1'"));
        morning(&bench, "2026-11-13");
        let told = bench.told();
        let due = told.iter().find(|told| told.duty == "first-core-group" && told.step == "due").expect("told");
        assert_eq!(due.person, "M1", "{email}");
        says(&due.because, &["W1", words]);
        assert!(!format!("{:?}", bench.ledger("SELECT address FROM recipients")).contains("elsewhere"));
    }
}

/// All mail to one address, decoded.
fn mail_to(bench: &Bench, address: &str) -> String {
    let mails = bench.mail().into_values().map(|mail| String::from_utf8_lossy(&mail).into_owned());
    let to = format!("To: {address}");
    mails
        .filter(|mail| mail.contains(&to))
        .collect::<String>()
        .replace("=\r\n", "")
        .replace("\r\n", " ")
        .replace("     ", " ")
}

#[test]
fn the_same_child_twice_is_watched_once() {
    // The last of three rows says nothing that the first does not, and the one between says more.
    let bench = Bench::new(&one("2026-11-02"));
    bench.add(
        "children C1 household_id=H7\nchildren C1\nvisits V1 child_id=C1 visited_on=2026-11-05 visitor_id=W1 seen=Y",
    );
    // A row that is repeated whole, and one that shares its id and says something else.
    bench.add("visits V1 child_id=C1 visited_on=2026-11-05 visitor_id=W1 seen=Y\nworkers W1 email=one@wrenholt.example left_on=2020-01-01");
    says(&morning(&bench, "2026-11-13").ends(1), &["2 children seen, 1 assessed", "1 unreadable"]);
    assert_eq!(told_of(&bench, "C1", "first-core-group"), ["due W1"]);
    let check = bench.run(&["check", "--at", &instant("2026-11-13")]).ends(1);
    says(&check, &["dw_children: row C1: child_id occurs more than once", "dw_workers: row W1"]);
}

// ---- cases that change under what was told

#[test]
fn a_corrected_date_is_told_once_and_no_step_twice() {
    let bench = Bench::new(&one("2026-11-02"));
    // Ten working days after Monday the 2nd are Monday the 16th; with the day itself as the first, Friday the 13th.
    morning(&bench, "2026-11-10").well();
    morning(&bench, "2026-11-13").well();
    assert_eq!(told_of(&bench, "C1", "first-core-group"), ["remind W1", "due W1"]);
    // It was Thursday the 5th: the 19th, and the 18th.
    bench.sql("UPDATE dw_conferences SET held_on = '2026-11-05'");
    for day in ["2026-11-16", "2026-11-17", "2026-11-18", "2026-11-19"] {
        morning(&bench, day).well();
    }
    let so_far = ["remind W1", "due W1", "changed W1"];
    assert_eq!(told_of(&bench, "C1", "first-core-group"), so_far);
    for day in ["2026-11-20", "2026-11-23"] {
        morning(&bench, day).well();
    }
    let after: Vec<&str> = so_far.into_iter().chain(["manager M1", "overdue W1"]).collect();
    assert_eq!(told_of(&bench, "C1", "first-core-group"), after);
    morning(&bench, "2026-11-24").well();
    let after: Vec<&str> = after.into_iter().chain(["above K1", "above S1"]).collect();
    assert_eq!(told_of(&bench, "C1", "first-core-group"), after);
    // Corrected again, now to before all of it: all four are told, once, and nobody a step they had.
    bench.sql("UPDATE dw_conferences SET held_on = '2026-11-03'");
    for day in ["2026-11-25", "2026-11-26"] {
        morning(&bench, day).well();
    }
    let mut changed = told_of(&bench, "C1", "first-core-group").split_off(after.len());
    changed.sort();
    // The repeat, five working days after the last step on the 20th, falls due on the 27th.
    assert_eq!(changed, ["changed K1", "changed M1", "changed S1", "changed W1"]);
    says(&mail_to(&bench, "chair@wrenholt.example"), &["Tuesday 17 November 2026", "Thursday 19 November 2026"]);
}

#[test]
fn a_duty_whose_visit_is_deleted_comes_back() {
    let bench = Bench::new(&one("2026-11-02"));
    let seen = "child-seen-any-professional";
    morning(&bench, "2026-11-17").well();
    assert_eq!(told_of(&bench, "C1", seen), ["overdue W1"]);
    bench.add("visits V1 child_id=C1 visited_on=2026-11-16 visitor_id=W1 seen=Y");
    morning(&bench, "2026-11-18").well();
    assert_eq!(told_of(&bench, "C1", seen), ["overdue W1", "resolved W1"]);
    bench.sql("DELETE FROM dw_visits");
    morning(&bench, "2026-11-19").well();
    assert_eq!(told_of(&bench, "C1", seen), ["overdue W1", "resolved W1", "manager M1", "overdue W1"]);
    morning(&bench, "2026-11-20").well();
    assert_eq!(told_of(&bench, "C1", seen).len(), 4, "once");
}

#[test]
fn what_was_told_of_a_duty_before_it_was_met_does_not_silence_its_return() {
    let bench = Bench::new(&one("2026-11-02"));
    morning(&bench, "2026-11-17").well();
    bench.add("core_groups G1 child_id=C1 held_on=2026-11-16");
    morning(&bench, "2026-11-18").well();
    let first = ["manager M1", "overdue W1", "resolved M1", "resolved W1"];
    assert_eq!(told_of(&bench, "C1", "first-core-group"), first);
    // The core group was another child's, and the conference was on the 5th: due on the 19th.
    bench.sql("DELETE FROM dw_core_groups; UPDATE dw_conferences SET held_on = '2026-11-05'");
    for day in ["2026-11-19", "2026-11-20"] {
        morning(&bench, day).well();
    }
    let told = told_of(&bench, "C1", "first-core-group").split_off(first.len());
    assert_eq!(told, ["due W1", "manager M1", "overdue W1"]);
}

#[test]
fn the_end_of_a_plan_is_told_once_to_those_who_were_told() {
    let bench = Bench::new(&one("2026-11-02"));
    morning(&bench, "2026-11-17").well();
    let told = told_of(&bench, "C1", "first-core-group");
    assert_eq!(told, ["manager M1", "overdue W1"]);
    bench.sql("UPDATE dw_plans SET ended_on = '2026-11-17'");
    for day in ["2026-11-18", "2026-11-19", "2026-11-20"] {
        morning(&bench, day).well();
    }
    let after = told_of(&bench, "C1", "first-core-group").split_off(2);
    assert_eq!(after, ["no-longer-due M1", "no-longer-due W1"]);
    // Nobody above was told anything, and nobody above is told of its end.
    assert!(!bench.told().iter().any(|told| told.person == "S1" && told.duty == "first-core-group"));
}

#[test]
fn a_ledger_of_another_authority_or_place_tells_nobody() {
    let bench = Bench::new(&one("2026-11-02"));
    fs::write(bench.path("duewatch.toml"), SETTINGS.replace("id = \"wrenholt\"", "id = \"elsewhere\"")).unwrap();
    let before = bench.holdings();
    says(&bench.once("2026-11-17").ends(2), &["wrenholt", "elsewhere"]);
    says(&bench.run(&["check", "--at", &instant("2026-11-17")]).ends(1), &["wrenholt", "elsewhere"]);
    assert_eq!(bench.holdings(), before);
    fs::write(bench.path("duewatch.toml"), SETTINGS.replace("ledger.db", "copy.db")).unwrap();
    for end in ["", "-wal"] {
        fs::copy(bench.path(&format!("ledger.db{end}")), bench.path(&format!("copy.db{end}"))).unwrap();
    }
    says(&bench.once("2026-11-17").ends(2), &["copy.db", "ledger accept"]);
    assert!(bench.mail().is_empty());
}

#[test]
fn a_ledger_that_is_no_ledger_is_left_alone() {
    let bench = Bench::without_ledger(&one("2026-11-02"));
    execute(&bench.path("ledger.db"), "CREATE TABLE shopping (item TEXT); INSERT INTO shopping VALUES ('milk')");
    says(&bench.once("2026-11-17").ends(2), &["ledger.db"]);
    assert_eq!(cases::whole(&bench.path("ledger.db"), "shopping"), [[Some("milk".to_owned())]]);
}
