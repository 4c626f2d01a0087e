//! Nothing of a child but the reference gets out: every text that the program has no need of is replaced by a marker, every
//! date of birth by one no child has, and whatever the program writes anywhere is searched for them.

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

#[path = "support/cases.rs"]
mod cases;

use std::{collections::BTreeSet, fs, path::Path};

use cases::{Bench, STAFF, block_on, child, rows, table_names, whole};
use chrono::{NaiveDate, NaiveTime};
use duewatch::generate;

/// Stands in every field that holds a name, an address or free text.
const MARKER: &str = "XLEAKX";
/// Everybody's date of birth, in every form in which a date is written anywhere.
const BIRTH: [&str; 6] = ["1907-03-09", "19070309", "09/03/1907", "9 March 1907", "9 Mar 1907", "March 9, 1907"];
/// Begins every worker's address.
const ADDRESS: &str = "zzmail";
const MORNINGS: [&str; 3] = ["2026-11-16", "2026-11-17", "2026-11-20"];

/// What a text gives away, if anything.
fn leaks(text: &str) -> Vec<&'static str> {
    let text = text.to_lowercase();
    [MARKER].into_iter().chain(BIRTH).filter(|mark| text.contains(&mark.to_lowercase())).collect()
}

/// Words of a text that are one of the references. A reference never stands inside a longer word.
fn references<'a>(text: &'a str, children: &BTreeSet<String>) -> Vec<&'a str> {
    text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| children.contains(*word)).collect()
}

#[derive(Default)]
struct Findings(Vec<String>);

impl Findings {
    /// A text that may hold references, but neither a marker nor an address.
    fn plain(&mut self, place: &str, text: &str) {
        self.marks(place, text);
        if text.contains(ADDRESS) {
            self.0.push(format!("{place}: an address"));
        }
    }

    fn marks(&mut self, place: &str, text: &str) {
        self.0.extend(leaks(text).into_iter().map(|mark| format!("{place}: {mark}")));
    }

    /// A text that may not even hold a reference.
    fn silent(&mut self, place: &str, text: &str, children: &BTreeSet<String>) {
        self.marks(place, text);
        self.0.extend(references(text, children).into_iter().map(|child| format!("{place}: reference {child}")));
    }
}

/// Replaces everything that no view needs, and every date of birth and address.
fn mark(case_db: &Path) -> usize {
    let views =
        concat!(include_str!("../config/sources/ssd/by-person.sql"), include_str!("../config/sources/ssd/common.sql"));
    let needed: BTreeSet<&str> = views.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect();
    let mut sql = String::new();
    let mut marked = 0;
    for table in table_names(case_db) {
        for column in rows(case_db, &format!("SELECT name, type FROM pragma_table_info('{table}')")) {
            let [Some(name), Some(holds)] = <[_; 2]>::try_from(column).unwrap() else {
                panic!("a column without a name")
            };
            let birth = ["pers_dob", "pers_expected_dob"].contains(&name.as_str());
            let value = match holds.as_str() {
                _ if birth => "1907-03-09".to_owned(),
                "TEXT" if !needed.contains(name.as_str()) => format!("{{\"{MARKER}\": \"{MARKER} {name}\"}}"),
                "TIMESTAMP" if !needed.contains(name.as_str()) => "1907-03-09 00:00:00".to_owned(),
                _ => continue,
            };
            marked += 1;
            sql.push_str(&format!("UPDATE {table} SET {name} = '{value}';\n"));
        }
    }
    sql.push_str(&format!(
        "UPDATE local_workers SET email = '{ADDRESS}' || rowid || '@wrenholt.example' WHERE email IS NOT NULL;"
    ));
    cases::execute(case_db, &sql);
    marked
}

/// Names typed where a date, a code, a number or an address belongs.
const MISTYPED: &str = "
    UPDATE ssd_cp_visits SET cppv_cp_visit_date = 'XLEAKX Smith' WHERE rowid % 9 = 1;
    UPDATE ssd_cp_visits SET cppv_cp_visit_seen = 'XLEAKX' WHERE rowid % 9 = 2;
    UPDATE ssd_cp_plans SET cppl_cp_plan_start_date = 'XLEAKX' WHERE rowid = 3;
    UPDATE ssd_cp_plans SET cppl_cp_plan_ola = 'XLEAKX' WHERE rowid = 4;
    UPDATE ssd_person SET pers_dob = 'XLEAKX 1907' WHERE rowid < 9;
    UPDATE ssd_person SET pers_death_date = 'XLEAKX' WHERE rowid = 2;
    UPDATE ssd_involvements SET invo_involvement_start_date = 'XLEAKX' WHERE rowid = 5;
    UPDATE local_conferences SET kind = 'XLEAKX', core_group_weeks = 'XLEAKX', next_review_on = 'XLEAKX' WHERE rowid < 4;
    UPDATE local_core_groups SET held_on = 'XLEAKX', minutes_sent_on = 'XLEAKX' WHERE rowid < 6;
    UPDATE local_incidents SET kind = 'XLEAKX' WHERE rowid = 1;
    UPDATE local_workers SET email = 'XLEAKX Jones' WHERE rowid = 2;
    UPDATE local_workers SET email = 'XLEAKX@elsewhere.example', left_on = 'XLEAKX' WHERE rowid = 3;
    UPDATE local_absences SET from_on = 'XLEAKX' WHERE rowid = 1;
    INSERT INTO local_posts (role, worker_id) VALUES ('XLEAKX', 'W9001');
";

fn authority(mistyped: bool) -> (Bench, BTreeSet<String>) {
    let bench = Bench::bare();
    let case_db = bench.path("case.db");
    block_on(generate::write_sqlite(&case_db, &generate::authority(5, 40, MORNINGS[0].parse().unwrap()))).unwrap();
    let marked = mark(&case_db);
    assert!(marked > 60, "{marked} columns are too few to show anything");
    let children = rows(&case_db, "SELECT child_id FROM dw_children").concat().into_iter().flatten().collect();
    if mistyped {
        cases::execute(&case_db, MISTYPED);
    }
    // So that each chair has a list of the week after the last morning.
    cases::execute(&case_db, "UPDATE local_conferences SET booked_on = '2026-11-24' WHERE booked_on > '2026-11-20'");
    bench.run(&["ledger", "migrate", "--simulated"]).well();
    bench.run(&["ledger", "mode", "live", "--by", "test", "--reason", "files only"]).well();
    (bench, children)
}

/// The whole job over three mornings, and everything that comes of it.
fn watch(bench: &Bench, children: &BTreeSet<String>) -> Findings {
    let mut findings = Findings::default();
    let talkative = [("RUST_LOG", "trace"), ("RUST_BACKTRACE", "full")];
    let mut run = |args: &[&str], log: bool| {
        let all: Vec<&str> = ["--log", "json"].iter().chain(args).copied().collect();
        let done = bench.run_with(&all, &talkative, "");
        assert!(done.code < 2, "{args:?}: {done:?}");
        findings.plain(&format!("{args:?} prints"), &done.out);
        findings.plain(&format!("{args:?} logs"), &done.err);
        findings.silent(&format!("{args:?} logs"), &done.err, children);
        if log {
            findings.silent(&format!("{args:?} prints"), &done.out, children);
        }
    };
    for morning in MORNINGS {
        let at = cases::instant(morning);
        run(&["run", "--once", "--at", &at], true);
        for format in ["table", "json", "csv"] {
            run(&["duties", "--at", &at, "--format", format], false);
        }
        run(&["preview", "--at", &at, "--from", "2026-11-23", "--to", "2026-11-27"], false);
        run(&["preview", "--at", &at, "--from", "2026-11-23", "--to", "2026-11-27", "--format", "json"], false);
        run(&["check", "--at", &at], false);
        for child in children.iter().filter(|child| child.starts_with("C90")) {
            run(&["explain", child, "--at", &at, "--all"], false);
        }
        run(&["explain", "C9001", "--at", &at, "--format", "json"], false);
    }
    let ack = ["ack", "C9005", "--duty", "child-seen-any-professional", "--by", "W9011", "--reason", "visit_booked"];
    run(&[&ack[..], &["--at", "2026-11-20T09:00:00Z"]].concat(), true);
    mails(bench, children, &mut findings);
    ledger(bench, &mut findings);
    findings
}

fn mails(bench: &Bench, children: &BTreeSet<String>, findings: &mut Findings) {
    let mails = bench.mail();
    assert!(mails.len() > 30, "{} mails are too few to show anything", mails.len());
    let dated =
        mails.values().filter(|mail| String::from_utf8_lossy(mail).contains("Content-Type: text/calendar")).count();
    assert!(dated > 10, "{dated} calendar files are too few to show anything");
    // The reports and summaries, which tell of many children at once.
    for title in ["Monthly report of unallocated cases", "Team T", "Conferences, week from"] {
        let said = |mail: &Vec<u8>| unquoted(&String::from_utf8_lossy(mail)).contains(title);
        assert!(mails.values().any(said), "no mail holds \"{title}\", so it was not searched");
    }
    for (name, mail) in mails {
        findings.plain("a file's name", &name);
        findings.silent("a file's name", &name, children);
        letter(&name, &String::from_utf8(mail).unwrap(), children, findings);
    }
}

/// A mail raw and decoded: addresses in the header only, references in the body only.
fn letter(name: &str, mail: &str, children: &BTreeSet<String>, findings: &mut Findings) {
    let (head, body) = mail.split_once("\r\n\r\n").unwrap();
    assert!(!head.contains("=?"), "{name} has an encoded header, which this test does not read");
    findings.silent(&format!("{name} header"), head, children);
    let body_is_plain = body.matches("Content-Transfer-Encoding: quoted-printable").count();
    let holds_parts = body.matches("Content-Type: multipart/alternative").count();
    assert_eq!(
        body_is_plain + holds_parts,
        body.matches("Content-Type: ").count(),
        "{name} has a part that this test does not read"
    );
    findings.plain(&format!("{name} raw body"), body);
    findings.plain(&format!("{name} body"), &unquoted(body));
    findings.plain(&format!("{name} calendar"), &unfolded(&unquoted(body)));
}

/// A calendar file breaks its lines where they are long, in the middle of a word.
fn unfolded(calendar: &str) -> String {
    calendar.replace("\r\n ", "")
}

/// Quoted-printable.
fn unquoted(body: &str) -> String {
    let body = body.replace("=\r\n", "");
    let mut bytes = Vec::new();
    let mut rest = body.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code = (*first == b'=').then(|| after.get(..2)).flatten().and_then(|code| std::str::from_utf8(code).ok());
        if let Some(byte) = code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            bytes.push(byte);
            rest = &after[2..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Every cell of every table, and the bytes of the files. Addresses stand in the columns that are made for them.
fn ledger(bench: &Bench, findings: &mut Findings) {
    let path = bench.path("ledger.db");
    let mut cells = 0;
    for table in table_names(&path) {
        let names = rows(&path, &format!("SELECT name FROM pragma_table_info('{table}')")).concat();
        for row in whole(&path, &table) {
            for (name, cell) in names.iter().flatten().zip(row) {
                let Some(cell) = cell else { continue };
                cells += 1;
                let place = format!("{table}.{name}");
                match name.as_str() {
                    "address" | "sent_to" => findings.marks(&place, &cell),
                    "payload" => findings.plain(&place, &without_address(&cell)),
                    "eml" => findings.plain(&place, cell.split_once("\r\n\r\n").unwrap().1),
                    _ => findings.plain(&place, &cell),
                }
            }
        }
    }
    assert!(cells > 5_000, "{cells} cells are too few to show anything");
    for end in ["", "-wal", "-shm"] {
        if let Ok(bytes) = fs::read(bench.path(&format!("ledger.db{end}"))) {
            findings.marks(&format!("ledger.db{end}"), &String::from_utf8_lossy(&bytes));
        }
    }
}

/// An entry of the audit, without the field that says to which address a message went.
fn without_address(entry: &str) -> String {
    let mut entry: serde_json::Value = serde_json::from_str(entry).unwrap();
    entry.as_object_mut().unwrap().remove("address");
    entry.to_string()
}

#[track_caller]
fn clean(mut findings: Findings) {
    findings.0.sort();
    findings.0.dedup();
    let count = findings.0.len();
    findings.0.truncate(25);
    assert!(count == 0, "{count} leaks, such as:\n{}", findings.0.join("\n"));
}

#[test]
fn nothing_of_a_child_gets_out() {
    let (bench, children) = authority(false);
    clean(watch(&bench, &children));
}

#[test]
fn what_is_typed_into_the_wrong_field_does_not_get_out_either() {
    let (bench, children) = authority(true);
    let findings = watch(&bench, &children);
    let kinds = bench.ledger("SELECT count(DISTINCT duty_key) FROM duties WHERE duty = 'case-data'").concat().concat();
    assert!(kinds.parse::<u32>().unwrap() >= 8, "only {kinds} kinds of fault were found, so little was tried");
    clean(findings);
}

/// Only the daemon logs what it does. It runs on the present, where the alerts still stand and go at any hour.
#[test]
fn the_daemon_logs_no_child() {
    let (bench, children) = authority(true);
    fs::remove_file(bench.path("ledger.db")).unwrap();
    for end in ["-wal", "-shm", ".head"] {
        fs::remove_file(bench.path(&format!("ledger.db{end}"))).ok();
    }
    bench.run(&["ledger", "migrate"]).well();
    bench.run(&["ledger", "mode", "live", "--by", "test", "--reason", "files only"]).well();
    // Whatever day this is: people were told before it, so that what stands is told as it would be on any other.
    bench.ledger_sql("UPDATE meta SET adopted_us = 0");
    let log = bench.daemon_log("\"delivered\"");
    cases::says(&log, &["\"polled\"", "faults in the case data", "\"stopped\""]);
    let mut findings = Findings::default();
    findings.plain("the daemon's log", &log);
    findings.silent("the daemon's log", &log, &children);
    ledger(&bench, &mut findings);
    clean(findings);
}

/// Whoever types a name where the number belongs has it in the mail: the search finds it, so it would find others.
#[test]
fn the_search_finds_what_does_get_out() {
    let name = format!("{MARKER}9");
    let bench = Bench::new(&format!("{STAFF}{}", child(&name, "2026-11-02")));
    bench.once("2026-11-17").well();
    let children = BTreeSet::from([name.clone()]);
    let mut findings = Findings::default();
    for (name, mail) in bench.mail() {
        letter(&name, &String::from_utf8(mail).unwrap(), &children, &mut findings);
    }
    assert!(findings.0.iter().any(|finding| finding.ends_with(&format!("body: {MARKER}"))), "{:?}", findings.0);
    assert!(!findings.0.iter().any(|finding| finding.contains("header")), "{:?}", findings.0);
    let bytes = [fs::read(bench.path("ledger.db")).unwrap(), fs::read(bench.path("ledger.db-wal")).unwrap_or_default()];
    assert!(leaks(&String::from_utf8_lossy(&bytes.concat())).contains(&MARKER));
    // And so are a date of birth, a reference where none may stand, and a letter that hides in its encoding.
    assert_eq!(leaks("born Tuesday 9 March 1907"), ["9 March 1907"]);
    assert_eq!(references("run for XLEAKX9: done", &children), [name]);
    assert_eq!(unquoted("X=4CE=\r\nAK=58"), "XLEAKX");
    assert_eq!(unfolded("XLE\r\n AKX"), MARKER);
}

/// Born while the plan ran, on a Wednesday on which nothing else happened and nothing ends: the clocks that wait for the birth start
/// that day, and nobody reads it anywhere. It was expected on the Thursday, on which the first morning still waits.
#[test]
fn a_birth_that_starts_clocks_is_written_nowhere() {
    let bench = Bench::new(&format!("{STAFF}{}", child("C1", "2026-10-26")));
    bench.sql("UPDATE dw_children SET expected_on = '2026-11-05'");
    let mut texts = Vec::new();
    for morning in ["2026-11-02", "2026-11-16", "2026-11-23", "2026-11-30"] {
        if morning == "2026-11-16" {
            bench.sql("UPDATE dw_children SET born_on = '2026-11-04'");
        }
        bench.sql(&format!("UPDATE dw_load SET loaded_at = '{morning}T07:30'"));
        texts.push(bench.once(morning).well());
        let at = cases::instant(morning);
        let explained = bench.run(&["explain", "C1", "--at", &at, "--all"]).well();
        assert_eq!(explained.contains("10 working days from the birth:"), morning != "2026-11-02", "{explained}");
        texts.push(explained);
        for format in ["table", "json", "csv"] {
            texts.push(bench.run(&["duties", "--at", &at, "--format", format]).well());
        }
        if morning == "2026-11-02" {
            continue;
        }
        texts.push(bench.run(&["preview", "--at", &at, "--from", morning, "--to", "2026-12-04"]).well());
    }
    let mails: Vec<String> =
        bench.mail().into_values().map(|mail| unquoted(&String::from_utf8(mail).unwrap())).collect();
    assert!(mails.iter().any(|mail| mail.contains("from the birth")), "no mail tells of such a clock");
    texts.extend(mails);
    let ledger = bench.path("ledger.db");
    texts.extend(table_names(&ledger).into_iter().flat_map(|table| whole(&ledger, &table)).flatten().flatten());
    let micros = |on: &str| on.parse::<NaiveDate>().unwrap().and_time(NaiveTime::MIN).and_utc().timestamp_micros();
    let (born_us, expected_us) = (micros("2026-11-04").to_string(), micros("2026-11-05").to_string());
    let forms =
        ["2026-11-04", " 4 November", " 4 Nov", "04/11/2026", "20261104", "2026-11-05", " 5 November", " 5 Nov"];
    for form in forms.into_iter().chain([born_us.as_str(), expected_us.as_str()]) {
        let said = texts.iter().find(|text| text.contains(form));
        assert_eq!(said, None, "{form}");
    }
}
