//! The shipped `config/duewatch.toml`: it loads, it names every setting, and what it calls a default is the default.

#![expect(clippy::expect_used, reason = "a test that cannot set itself up has failed")]

use std::{fs, path::Path};

use duewatch::settings::Settings;

const SHIPPED: &str = "config/duewatch.toml";
const LEDGER_FILE: &str = "database = \"/var/lib/duewatch/ledger.db\"";

fn load(text: &str) -> Result<Settings, String> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("duewatch.toml");
    fs::write(&path, text).expect("written");
    Settings::load(&path).map_err(|error| error.to_string())
}

fn shipped() -> String {
    fs::read_to_string(SHIPPED).expect("the shipped settings")
}

/// Whether a line is a setting that is left out: `#key = value`, without a blank after the sign.
fn left_out(line: &str) -> Option<&str> {
    line.strip_prefix('#').filter(|rest| rest.starts_with(|c: char| c.is_ascii_lowercase()) && rest.contains(" = "))
}

/// The same file with nothing left out. Its ledger is a server, because an SQLite file has no password.
fn with_everything() -> String {
    let text = shipped();
    assert!(text.contains(LEDGER_FILE), "the ledger's line has changed: this test has to follow it");
    let text = text.replace(LEDGER_FILE, "database = \"postgres://duewatch@db.council.example/ledger\"");
    text.lines().map(|line| left_out(line).unwrap_or(line)).collect::<Vec<_>>().join("\n")
}

/// The keys that a section may have, as the settings themselves say when they are given one that they do not know.
fn keys_of(section: &str) -> Vec<String> {
    let unknown = match section {
        "" => format!("no_such_key = 1\n{}", shipped()),
        section => shipped().replace(&format!("[{section}]\n"), &format!("[{section}]\nno_such_key = 1\n")),
    };
    let error = load(&unknown).expect_err("an unknown key is refused");
    let (_, expected) = error.split_once(", expected ").expect("the keys that are known");
    let (expected, _) = expected.split_once(" for key ").unwrap_or((expected, ""));
    // Every second part stands between backquotes.
    expected.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn the_shipped_file_loads_as_it_is() {
    let loaded = Settings::load(Path::new(SHIPPED)).expect("it loads");
    assert_eq!(loaded.authority.procedure, "hertfordshire");
}

#[test]
fn it_names_every_setting() {
    let full: toml::Table = with_everything().parse().expect("TOML");
    let mut compared = 0;
    for section in [
        "",
        "authority",
        "source",
        "ledger",
        "mail",
        "mail.returns",
        "mail.smtp",
        "sending",
        "schedule",
        "calendars",
        "directory",
    ] {
        let table = section.split('.').filter(|part| !part.is_empty()).fold(&full, |table, part| {
            table.get(part).and_then(toml::Value::as_table).unwrap_or_else(|| panic!("no section [{section}]"))
        });
        for key in keys_of(section) {
            assert!(table.contains_key(&key), "{SHIPPED}: [{section}] says nothing of `{key}`");
            compared += 1;
        }
    }
    assert!(
        compared >= 35,
        "only {compared} keys were found: the settings' own words about an unknown key have changed"
    );
}

#[test]
fn its_examples_are_accepted() {
    let full = load(&with_everything()).expect("every example is valid");
    assert!(full.mail.smtp.is_some_and(|smtp| smtp.ca_file.is_some()));
    assert!(full.source.schema.is_some());
    assert!(full.mail.returns.maildir.is_some() && full.mail.returns.mbox.is_some());
}

#[test]
fn what_it_shows_as_a_default_is_the_default() {
    let of = |text: &str| {
        let Settings { source, mail, sending, schedule, .. } = load(text).expect("it loads");
        let smtp = mail.smtp.expect("a mail server");
        let waits = (source.statement_timeout_ms, smtp.timeout_ms);
        let days = (source.shrink_percent, source.stale_hours);
        let hours = (sending.morning_at, sending.until);
        (waits, days, smtp.hello_name, hours, sending.closed_on, sending.detail_lines, schedule.poll)
    };
    assert_eq!(of(&with_everything()), of(&shipped()));
}
