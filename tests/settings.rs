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

/// Whether a line is a setting that is left out, `#key = value` without a blank after the sign, or a section that is.
fn left_out(line: &str) -> Option<&str> {
    let key = |rest: &str| rest.starts_with(|c: char| c.is_ascii_lowercase()) && rest.contains(" = ");
    line.strip_prefix('#').filter(|rest| key(rest) || (rest.starts_with('[') && rest.ends_with(']')))
}

/// The same file with nothing left out. Its ledger is a server, because an SQLite file has no password.
fn with_everything() -> String {
    let text = shipped();
    assert!(text.contains(LEDGER_FILE), "the ledger's line has changed: this test has to follow it");
    let text = text.replace(LEDGER_FILE, "database = \"postgres://duewatch@db.council.example/ledger\"");
    text.lines().map(|line| left_out(line).unwrap_or(line)).collect::<Vec<_>>().join("\n")
}

/// The same as it may be: a mail server takes a password or tokens, and nothing but files has a form of files.
fn with_everything_that_may_be() -> String {
    let alternatives = ["password_file = \"/etc/duewatch/smtp-password\"\n", "format = \"eml\"\n"];
    alternatives.iter().fold(with_everything(), |text, line| {
        assert!(text.contains(line), "{line} has changed: this test has to follow it");
        text.replace(line, "")
    })
}

/// The keys that a section may have, as the settings themselves say when they are given one that they do not know.
fn keys_of(section: &str) -> Vec<String> {
    let unknown = match section {
        "" => format!("no_such_key = 1\n{}", with_everything()),
        section => with_everything().replace(&format!("[{section}]\n"), &format!("[{section}]\nno_such_key = 1\n")),
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
    let of_mail = ["mail", "mail.returns", "mail.smtp", "mail.smtp.oauth", "mail.notify", "mail.graph"];
    let others = ["", "authority", "source", "ledger", "sending", "schedule", "calendars", "directory"];
    for section in of_mail.into_iter().chain(others) {
        let table = section.split('.').filter(|part| !part.is_empty()).fold(&full, |table, part| {
            table.get(part).and_then(toml::Value::as_table).unwrap_or_else(|| panic!("no section [{section}]"))
        });
        for key in keys_of(section) {
            assert!(table.contains_key(&key), "{SHIPPED}: [{section}] says nothing of `{key}`");
            compared += 1;
        }
    }
    assert!(
        compared >= 65,
        "only {compared} keys were found: the settings' own words about an unknown key have changed"
    );
}

#[test]
fn its_examples_are_accepted() {
    let everything = with_everything_that_may_be();
    let full = load(&everything).expect("every example is valid");
    assert!(full.mail.smtp.is_some_and(|smtp| smtp.ca_file.is_some() && smtp.oauth.is_some()));
    assert!(full.source.schema.is_some());
    assert!(full.mail.returns.maildir.is_some() && full.mail.returns.mbox.is_some());
    // Only the section of the channel that is chosen is looked at.
    let without_link: String =
        everything.lines().filter(|line| !line.starts_with("case_link")).flat_map(|line| [line, "\n"]).collect();
    for channel in ["notify", "graph"] {
        load(&without_link.replace("channel = \"smtp\"", &format!("channel = \"{channel}\""))).expect(channel);
    }
    let files = with_everything().replace("channel = \"smtp\"", "channel = \"files\"");
    load(&files.replace("format = \"eml\"", "format = \"maildir\"")).expect("files");
}

/// The section under this head, to the next one: its lines with nothing left out, or only those that must stand.
fn section(head: &str, only_needed: Option<&[&str]>) -> String {
    let text = with_everything();
    let (_, after) = text.split_once(&format!("[{head}]\n")).expect("a section");
    let lines = after.lines().take_while(|line| !line.starts_with('['));
    let kept = lines
        .filter(|line| only_needed.is_none_or(|keys| keys.iter().any(|key| line.starts_with(&format!("{key} =")))));
    kept.flat_map(|line| [line, "\n"]).collect()
}

#[test]
fn what_it_shows_as_a_default_is_the_default() {
    let of = |text: &str| {
        let Settings { source, mail, sending, schedule, .. } = load(text).expect("it loads");
        let smtp = mail.smtp.expect("a mail server");
        let waits = (source.statement_timeout_ms, smtp.timeout_ms);
        let days = (source.shrink_percent, source.stale_hours);
        let hours = (sending.morning_at, sending.until);
        let mails = (smtp.hello_name, smtp.connections, smtp.messages_per_connection);
        (waits, days, mails, hours, sending.closed_on, sending.detail_lines, schedule.poll)
    };
    assert_eq!(of(&with_everything_that_may_be()), of(&shipped()));
}

#[test]
fn what_it_shows_as_a_default_of_a_channel_is_the_default() {
    let mail = |only_needed: bool| {
        let needed = |keys: &'static [&'static str]| only_needed.then_some(keys);
        let text = shipped().replace("\nuser = ", "\n#user = ");
        let oauth = section("mail.smtp.oauth", needed(&["token_url", "client_id", "client_secret_file"]));
        let notify = section("mail.notify", needed(&["api_key_file", "template_id"]));
        let graph = section("mail.graph", needed(&["sender", "token_url", "client_id", "client_secret_file"]));
        let text = text.replace("#user = \"duewatch\"", "user = \"duewatch\"");
        load(&format!("{text}\n[mail.smtp.oauth]\n{oauth}\n[mail.notify]\n{notify}\n[mail.graph]\n{graph}"))
            .expect("it loads")
            .mail
    };
    let of = |only_needed| {
        let mail = mail(only_needed);
        let (oauth, notify, graph) = (mail.smtp.and_then(|smtp| smtp.oauth), mail.notify, mail.graph);
        let (oauth, notify, graph) = (oauth.expect("oauth"), notify.expect("notify"), graph.expect("graph"));
        (
            (mail.format, oauth.scope),
            (notify.base_url, notify.timeout_ms, notify.connections, notify.per_minute),
            (graph.base_url, graph.scope, graph.timeout_ms, graph.connections, graph.per_minute),
        )
    };
    assert_eq!(of(false), of(true));
}

#[test]
fn what_contradicts_itself_in_a_channel_is_told() {
    let whole = |channel: &str| {
        let text: String = with_everything_that_may_be()
            .lines()
            .filter(|line| !line.starts_with("case_link"))
            .flat_map(|line| [line, "\n"])
            .collect();
        text.replace("channel = \"smtp\"", &format!("channel = \"{channel}\""))
    };
    let table = [
        (
            "notify",
            "base_url = \"https://api.notifications",
            "base_url = \"http://api.notifications",
            "mail.notify.base_url",
        ),
        ("notify", "template_id = \"9d751e0e-f", "template_id = \"9d751e0e", "no id as GOV.UK Notify shows it"),
        ("notify", "per_minute = 3000", "per_minute = 0", "mail.notify.per_minute"),
        ("notify", "connections = 4", "connections = 21", "mail.notify.connections"),
        ("notify", "corrections =", "case_link = \"https://x.example/{child}\"\ncorrections =", "mail.case_link"),
        (
            "notify",
            "api_key_file = \"/etc/duewatch/notify-key\"",
            "api_key_file = \"credential:../x\"",
            "a credential's name",
        ),
        ("graph", "base_url = \"https://graph", "base_url = \"https://user:open-sesame@graph", "mail.graph.base_url"),
        ("graph", "sender = \"duewatch@council.example\"", "sender = \" \"", "mail.graph.sender"),
        ("graph", "token_url = \"https://", "token_url = \"http://", "mail.graph.token_url"),
        ("smtp", "token_url = \"https://", "token_url = \"http://", "mail.smtp.oauth.token_url"),
        ("smtp", "user = \"duewatch\"", "password_file = \"x\"\nuser = \"duewatch\"", "mail.smtp.user"),
        ("smtp", "user = \"duewatch\"", "", "mail.smtp.user"),
        ("smtp", "tls = \"starttls\"", "tls = \"none\"", "mail.smtp.tls"),
        ("smtp", "corrections =", "format = \"maildir\"\ncorrections =", "mail.format"),
        ("pigeon", "corrections =", "corrections =", "write `smtp`, `notify`, `graph` or `files`"),
    ];
    for (channel, from, to, said) in table {
        let text = whole(channel);
        assert!(text.contains(from), "{from}");
        let error = load(&text.replace(from, to)).expect_err(said);
        assert!(error.contains(said) && !error.contains("open-sesame"), "{channel} {to}: {error}");
    }
    for (channel, head) in [("notify", "[mail.notify]"), ("graph", "[mail.graph]")] {
        let shipped = shipped().replace("channel = \"smtp\"", &format!("channel = \"{channel}\""));
        assert!(load(&shipped).expect_err("no section").contains(head));
    }
    // For trials against a server on this machine.
    load(&whole("notify").replace("https://api.notifications.service.gov.uk", "http://127.0.0.1:8080"))
        .expect("this machine");
}
