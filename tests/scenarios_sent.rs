//! The scenarios of `tests/scenarios`, through a case database, a ledger and a mail server: what arrives there, poll after poll,
//! is what the rehearsal says, word for word. What only these three can show is part of it: an address that the server
//! refuses, and what is settled between the decision in the ledger and the sending.

#![cfg(feature = "io")]
#![expect(clippy::expect_used, reason = "a test stops where something is not as it was set up")]

#[path = "support/cases.rs"]
mod cases;
mod rehearsal_table;
mod support;

use std::{
    fs,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use cases::Bench;
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use duewatch::{
    calendar::Zone,
    clock::Clock,
    ledger::{Ledger, Mode},
    message::{Templates, compose},
    record::{Fact, PersonRef, Value, When},
    run::Watch,
    settings::Settings,
    source,
};
use rehearsal_table::{Change, Table, world::World};
use support::{
    office::{Arrived, Office},
    smtp::{Act, Script, Stage},
};
use tokio::task::{JoinSet, block_in_place};
use tokio_util::sync::CancellationToken;

/// A message: when, to which address, and what it says.
type Sent = (NaiveDateTime, String, String);

/// The person whose mail the server refuses at this poll, where the table says so before the next one.
fn refused_after<'a>(table: &'a Table, poll: &NaiveDateTime) -> Option<&'a str> {
    let next = table.polls.iter().find(|other| *other > poll);
    table.changes.iter().find_map(|(at, change)| match change {
        Change::Refused(person) if at > poll && next.is_some_and(|next| at <= next) => Some(person.as_str()),
        _ => None,
    })
}

/// What the rehearsal sends, but for what the server refuses.
fn rehearsed(table: &Table) -> Vec<Sent> {
    let templates = Templates::shipped().expect("the shipped templates");
    let taken = table.rehearse().mails.into_iter().filter(|mail| {
        let refused = refused_after(table, &mail.at);
        refused != Some(mail.person.as_str())
    });
    let sent = taken.map(|mail| {
        let words = compose(&mail.letter, &templates).expect("words");
        (mail.at, mail.address, format!("{}\n\n{}", words.subject, words.text.trim_end()))
    });
    sent.collect()
}

/// A watch over this table's case database, its rules and its offices, whose mail goes to that server.
async fn watch(table: &Table, bench: &Bench, office: &Office, founded_at: DateTime<Utc>) -> Watch {
    let closed: Vec<String> = table.closed_on.iter().map(|on| format!("\"{on}\"")).collect();
    let settings = format!(
        "[authority]\nid = \"wrenholt\"\nprocedure = \"{}\"\n[source]\ndatabase = \"case.db\"\n\
         [ledger]\ndatabase = \"ledger.db\"\n[sending]\nclosed_on = [{}]\n\
         [mail]\nchannel = \"smtp\"\nfrom = \"duewatch <duewatch@council.example>\"\nreply_to = \"desk@council.example\"\n\
         allowed_domains = [\"council.example\"]\nlast_recipient = \"last@council.example\"\n\
         corrections = \"the Child Protection Data Team, 01632 960123\"\n\
         case_link = \"https://cases.example/case/{{child}}\"\n\
         [mail.smtp]\nhost = \"127.0.0.1\"\nport = {}\ntls = \"none\"\n",
        table.procedure.as_deref().expect("a shipped procedure"),
        closed.join(", "),
        office.at.port()
    );
    fs::write(bench.path("duewatch.toml"), settings).expect("the settings");
    let settings = Settings::load(&bench.path("duewatch.toml")).expect("settings that hold");
    let ledger = Ledger::open(&bench.path("ledger.db").display().to_string(), true).await.expect("a ledger");
    ledger.migrate().await.expect("its tables");
    let home = ledger.home().await.expect("a home");
    ledger.found("wrenholt", false, &home, founded_at).await.expect("it is founded");
    ledger.set_mode(&Mode::Live, "test", "a server on this machine", founded_at).await.expect("it is live");
    ledger.close().await;
    let mut watch = Watch::open(&settings).await.expect("a watch");
    watch.procedure.rules.retain(|rule| table.only.iter().any(|only| rule.duty.0 == *only));
    watch
}

/// What arrives at the mail server, poll after poll.
async fn sent(table: &Table) -> Vec<Sent> {
    let refusing = Arc::new(AtomicBool::new(false));
    let asked = Arc::clone(&refusing);
    let office = Office::open(move |_| {
        let no_such_mailbox = Act::Say(b"550 5.1.1 no such mailbox\r\n");
        let script = Script::willing();
        if asked.load(Ordering::SeqCst) { script.but(Stage::Rcpt, no_such_mailbox) } else { script }
    })
    .await;
    let bench = block_in_place(|| {
        let bench = Bench::bare();
        bench.sql(&cases::tables());
        bench
    });
    let zone = Zone::from_name("Europe/London").expect("a zone");
    let at = |poll: &NaiveDateTime| zone.at(poll.date(), poll.time());
    let mut watch = watch(table, &bench, &office, at(table.polls.first().expect("a poll"))).await;
    let mut world = World::of(table);
    let mut changes = table.changes.iter().peekable();
    let mut sent = Vec::new();
    for poll in &table.polls {
        while let Some((_, change)) = changes.next_if(|(at, _)| at <= poll) {
            world.learn(change);
        }
        block_in_place(|| bench.sql(&rows(&world, poll)));
        refusing.store(refused_after(table, poll).is_some(), Ordering::SeqCst);
        let clock = Clock::Fixed(at(poll));
        let before = office.arrived().len();
        watch.poll(clock).await.expect("a poll");
        watch.deliver(clock, &CancellationToken::new()).await.expect("a delivery");
        let arrived = office.arrived().split_off(before);
        let mut words: Vec<Sent> = arrived.iter().map(|mail| (*poll, mail.to.clone(), said(mail))).collect();
        words.sort();
        sent.extend(words);
    }
    sent
}

/// The subject and the text part.
fn said(mail: &Arrived) -> String {
    let (head, body) = mail.text.split_once("\r\n\r\n").expect("a head and a body");
    let subject = head.lines().find_map(|line| line.strip_prefix("Subject: ")).expect("a subject");
    let part = body.split_once("Content-Type: text/plain").expect("a text part").1;
    let (_, part) = part.split_once("\r\n\r\n").expect("its own head");
    let (part, _) = part.split_once("\r\n--").expect("another part behind it");
    format!("{subject}\n\n{}", plain(part).trim_end())
}

/// Quoted-printable undone.
fn plain(text: &str) -> String {
    let joined = text.replace("=\r\n", "").replace("\r\n", "\n");
    let mut parts = joined.split('=');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let (byte, rest) = part.split_at_checked(2).expect("two digits");
        bytes.push(u8::from_str_radix(byte, 16).expect("two digits"));
        bytes.extend_from_slice(rest.as_bytes());
    }
    String::from_utf8(bytes).expect("UTF-8")
}

/// Who mends the case data. No table has a data team, and what is told to it is no table's.
const DATA_TEAM: &str = "data@council.example";

/// The whole case database as it stands at a poll, loaded at that minute.
fn rows(world: &World, poll: &NaiveDateTime) -> String {
    let World { directory, children, .. } = world;
    let mut lines = vec![format!("load live loaded_at={}", poll.format("%Y-%m-%dT%H:%M"))];
    let on = |on: Option<NaiveDate>| on.map_or_else(|| "-".to_owned(), |on| on.to_string());
    lines.push(format!("workers DATA email={DATA_TEAM}\nposts data_team worker_id=DATA"));
    for person in directory.people.values() {
        lines.push(format!(
            "workers {} email={} team_id={} manager_id={} left_on={}",
            person.person.0,
            person.email.as_deref().unwrap_or("-"),
            person.team.as_ref().map_or("-", |team| &team.0),
            person.manager.as_ref().map_or("-", |manager| &manager.0),
            on(person.left_on)
        ));
    }
    for team in directory.teams.values() {
        let or_none =
            |person: &Option<PersonRef>| person.as_ref().map_or_else(|| "-".to_owned(), |person| person.0.clone());
        let (manager, service) = (or_none(&team.manager), or_none(&team.service_manager));
        lines.push(format!("teams {} manager_id={manager} service_manager_id={service}", team.team.0));
    }
    for (number, absence) in directory.absences.values().flatten().enumerate() {
        lines.push(format!(
            "absences B{number} worker_id={} from_on={} to_on={} cover_id={}",
            absence.person.0,
            absence.from_on,
            on(absence.to_on),
            absence.cover.as_ref().map_or("-", |cover| &cover.0)
        ));
    }
    for (role, people) in &directory.posts {
        lines.extend(people.iter().map(|person| format!("posts {role} worker_id={}", person.0)));
    }
    for child in children {
        let household = child.household.as_deref().unwrap_or("-");
        lines.push(format!("children {} household_id={household} died_on={}", child.id, on(child.died_on)));
        lines.extend(child.facts.iter().flat_map(|fact| fact_lines(&child.id, fact)));
    }
    let emptied: Vec<String> = source::views().iter().map(|view| format!("DELETE FROM {};\n", view.name)).collect();
    emptied.concat() + &cases::inserts(&lines.join("\n"))
}

/// The row of a fact in its view, and one for each answer that goes with it.
fn fact_lines(child: &str, fact: &Fact) -> Vec<String> {
    let (view, id, kind) = (fact.kind.view().trim_start_matches("dw_"), &fact.id.0, fact.kind.name());
    let mut row = format!("{view} {} child_id={child}", id.as_str());
    if !fact.kind.has_view() {
        row.push_str(&format!(" kind={kind}"));
    }
    let mut answers = Vec::new();
    for name in fact.kind.attributes().map(|attribute| attribute.name) {
        let Some(cell) = cell(fact.get(name)) else { continue };
        if fact.kind.is_answer(name) {
            answers.push(format!("answers {} child_id={child} fact={kind} question={name} answer={cell}", id.as_str()));
        } else {
            row.push_str(&format!(" {name}={cell}"));
        }
    }
    [vec![row], answers].concat()
}

fn cell(value: &Value) -> Option<String> {
    Some(match value {
        Value::Missing => return None,
        Value::Flag(flag) => if *flag { "Y" } else { "N" }.to_owned(),
        Value::Count(count) => count.to_string(),
        Value::Date(When { at: Some(at), .. }) => at.to_rfc3339(),
        Value::Date(When { on, at: None }) => on.to_string(),
        Value::Code(text) | Value::Fact(text) => text.clone(),
        Value::Person(person) => person.0.clone(),
        Value::Team(team) => team.0.clone(),
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn what_arrives_is_what_was_rehearsed() {
    let mut each = JoinSet::new();
    for table in Table::all("tests/scenarios") {
        each.spawn(async move {
            let sent = sent(&table).await;
            (table, sent)
        });
    }
    let (mut failures, mut of_the_data) = (Vec::new(), Vec::new());
    for (mut table, mut sent) in each.join_all().await {
        // What is wrong with the case data is told to those who can mend it, and no table speaks of that. While the server
        // refuses mail it refuses theirs too, and the last recipient has it.
        let about_data = sent.extract_if(.., |(_, to, words)| to == DATA_TEAM || words.contains("Case data"));
        let unmanaged = about_data.filter(|(_, _, words)| words.contains("- dw_teams.manager_id is empty"));
        of_the_data.extend(unmanaged.map(|(at, _, _)| format!("{}: {}", table.title, at.date())));
        // What comes without a rule comes too: the summaries of the week. People began to be told on the first day.
        (table.with_summaries, table.adopted_on) = (true, table.polls.first().map(NaiveDateTime::date));
        let mut expected = rehearsed(&table);
        expected.sort();
        if sent != expected {
            let told = |(at, to, words): &Sent| format!("{at} to {to}:\n{words}");
            let missing = expected.iter().filter(|mail| !sent.contains(mail));
            let extra = sent.iter().filter(|mail| !expected.contains(mail));
            let missing = missing.map(|mail| format!("missing: {}", told(mail)));
            let extra = extra.map(|mail| format!("extra: {}", told(mail)));
            failures.push(format!("== {}\n{}", table.title, missing.chain(extra).collect::<Vec<_>>().join("\n\n")));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
    // A team without a manager: once a week.
    let weekly = ["10", "17", "24"].map(|day| format!("No manager: 2026-11-{day}"));
    assert_eq!(of_the_data, weekly);
}
