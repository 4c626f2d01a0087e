//! Tables of who is told what, and when:
//!
//! ```text
//! == title
//! procedure NAME                         a shipped one, or tests/procedures/NAME.toml; the core of Hertfordshire without it
//! person ID [manager=ID] [team=ID] [email=ADDRESS] [no-address] [left=DATE] [weekdays=mon,tue] [shared]
//! team ID [manager=ID] [service_manager=ID]
//! away ID FROM TO [cover=ID]
//! post ROLE ID
//! closed DATE ...                        working days on which the offices are closed
//! adopted DATE                           the day on which duewatch began to tell people
//! summaries                              teams and chairs get the summary of their week
//! child ID [household=ID]                whose record follows; that of C1 without it
//! born DATE, expected DATE               the child
//! KIND ID attribute=value ...            the record at first
//! only DUTY ...                          the duties the table is about
//! run FIRST LAST                         one poll each day at 08:30
//! poll DATE TIME ...                     polls at these times of that day
//! on DATE [TIME] [CHILD] ...             becomes known then, at midnight without a time, of the first child without one:
//!    KIND ID attribute=value ...            the record says this instead
//!    without KIND ID                        the record lacks it
//!    died DATE
//!    away ..., person ...                   as above
//!    ack PERSON DUTY UNTIL                  what PERSON puts off; UNTIL is its last day
//!    pause PERSON DUTY UNTIL
//!    never KIND [ATTRIBUTE]                 the source supplies no such fact, or never this of it
//!    supplied                               the source supplies everything again
//!    refused PERSON                         the mail server refuses the message that they were sent last
//! tell DATE PERSON KIND DUTY STEP        what is queued that day, in this order
//! mail DATE TIME PERSON: KIND CHILD DUTY; ...  a message and what it tells, in this order
//! silent PERSON ...                      they get no message at all
//! ```

#![expect(clippy::expect_used, reason = "a table that cannot be read has failed the test")]
#![allow(dead_code, reason = "each test file uses its own part")]

pub(crate) mod rehearse;
#[path = "../scenario/mod.rs"]
mod scenario;
pub(crate) mod world;

use std::{fs, path::Path};

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use duewatch::{
    directory::{Absence, Directory, Person, Role, Team, Weekdays},
    notice::RestKind,
    record::{CaseRecord, ChildRef, Fact, FactKind, HouseholdRef, PersonRef, TeamRef},
};
use scenario::Scenario;

pub(crate) struct Table {
    pub(crate) title: String,
    /// What is to be queued, by its `tell` lines.
    pub(crate) expected: Vec<String>,
    /// The messages, by its `mail` lines.
    pub(crate) mails: Vec<String>,
    /// Who gets none.
    pub(crate) silent: Vec<String>,
    pub(crate) procedure: Option<String>,
    pub(crate) closed_on: Vec<NaiveDate>,
    pub(crate) adopted_on: Option<NaiveDate>,
    pub(crate) with_summaries: bool,
    pub(crate) changes: Vec<(NaiveDateTime, Change)>,
    pub(crate) only: Vec<String>,
    pub(crate) polls: Vec<NaiveDateTime>,
    directory: Directory,
    children: Vec<Child>,
}

#[derive(Clone, Default)]
pub(crate) struct Child {
    pub(crate) id: String,
    pub(crate) household: Option<String>,
    pub(crate) died_on: Option<NaiveDate>,
    pub(crate) facts: Vec<Fact>,
    born_on: Option<NaiveDate>,
    expected_on: Option<NaiveDate>,
}

pub(crate) enum Change {
    Fact(String, Box<Fact>),
    Without(String, FactKind, String),
    Died(String, NaiveDate),
    Rest { kind: RestKind, person: String, duty: String, until: NaiveDate },
    Away(Absence),
    Person(Box<Person>),
    Refused(String),
    Never(FactKind, Option<String>),
    Supplied,
}

impl Child {
    fn called(id: &str, household: Option<&str>) -> Child {
        Child { id: id.into(), household: household.map(str::to_owned), ..Child::default() }
    }

    fn record(&self) -> CaseRecord {
        let mut record = CaseRecord::new(ChildRef(self.id.as_str().into()), self.facts.clone());
        record.household = self.household.clone().map(HouseholdRef);
        (record.born_on, record.expected_on, record.died_on) = (self.born_on, self.expected_on, self.died_on);
        record
    }
}

impl Table {
    pub(crate) fn all(folder: &str) -> Vec<Table> {
        let mut paths: Vec<_> =
            fs::read_dir(folder).expect("the folder").map(|entry| entry.expect("an entry").path()).collect();
        paths.sort();
        paths.iter().flat_map(|path| Table::of(path)).collect()
    }

    pub(crate) fn of(path: &Path) -> Vec<Table> {
        Table::parse(&fs::read_to_string(path).expect("a table"))
    }

    pub(crate) fn parse(text: &str) -> Vec<Table> {
        let mut tables: Vec<Table> = Vec::new();
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            if let Some(title) = line.strip_prefix("== ") {
                tables.push(Table {
                    title: title.into(),
                    expected: Vec::new(),
                    mails: Vec::new(),
                    silent: Vec::new(),
                    procedure: None,
                    directory: Directory::default(),
                    closed_on: Vec::new(),
                    adopted_on: None,
                    with_summaries: false,
                    children: Vec::new(),
                    changes: Vec::new(),
                    only: Vec::new(),
                    polls: Vec::new(),
                });
            } else {
                tables.last_mut().expect("a title first").read(line);
            }
        }
        tables
    }

    fn read(&mut self, line: &str) {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["person", rest @ ..] => self.enter(person(rest)),
            ["team", id, rest @ ..] => {
                let team = TeamRef((*id).into());
                let manager = option(rest, "manager").map(|id| PersonRef(id.into()));
                let service_manager = option(rest, "service_manager").map(|id| PersonRef(id.into()));
                self.directory.teams.insert(team.clone(), Team { team, manager, service_manager });
            }
            ["away", rest @ ..] => self.directory.add_absence(absence(rest)),
            ["post", role, id] => {
                let role = Role::from_name(role).expect("a role");
                self.directory.posts.entry(role).or_default().push(PersonRef((*id).into()));
            }
            ["closed", days @ ..] => self.closed_on.extend(days.iter().map(|on| date(on))),
            ["summaries"] => self.with_summaries = true,
            ["adopted", on] => self.adopted_on = Some(date(on)),
            ["procedure", name] => self.procedure = Some((*name).to_owned()),
            ["child", id, rest @ ..] => self.children.push(Child::called(id, option(rest, "household"))),
            ["born", on] => self.child().born_on = Some(date(on)),
            ["expected", on] => self.child().expected_on = Some(date(on)),
            ["only", duties @ ..] => self.only.extend(duties.iter().map(|duty| (*duty).to_owned())),
            ["run", first, last] => {
                let days = date(first).iter_days().take_while(|day| *day <= date(last));
                self.polls.extend(days.map(|day| day.and_time(time("08:30"))));
            }
            ["poll", day, times @ ..] => self.polls.extend(times.iter().map(|at| date(day).and_time(time(at)))),
            ["on", day, rest @ ..] => self.change(date(day), rest),
            ["tell", rest @ ..] => self.expected.push(rest.join(" ")),
            ["mail", rest @ ..] => self.mails.push(rest.join(" ")),
            ["silent", people @ ..] => self.silent.extend(people.iter().map(|id| (*id).to_owned())),
            _ => self.child().facts.push(one_fact(line)),
        }
    }

    /// The child whose record is being read.
    fn child(&mut self) -> &mut Child {
        if self.children.is_empty() {
            self.children.push(Child::called("C1", None));
        }
        self.children.last_mut().expect("a child")
    }

    fn enter(&mut self, person: Person) {
        self.directory.people.insert(person.person.clone(), person);
    }

    fn change(&mut self, day: NaiveDate, words: &[&str]) {
        let (at, words) = match words {
            [at, rest @ ..] if at.contains(':') && !at.contains('=') => (time(at), rest),
            _ => (NaiveTime::MIN, words),
        };
        let named = |word: &&&str| self.children.iter().any(|child| child.id == **word);
        let (child, words) = match words.first().filter(named) {
            Some(child) => ((*child).to_owned(), words.get(1..).unwrap_or_default()),
            None => (self.children.first().map_or("C1", |child| &child.id).to_owned(), words),
        };
        let change = match words {
            ["without", kind, id] => Change::Without(child, kind_of(kind), (*id).into()),
            ["died", on] => Change::Died(child, date(on)),
            ["away", rest @ ..] => Change::Away(absence(rest)),
            ["person", rest @ ..] => Change::Person(Box::new(person(rest))),
            ["refused", person] => Change::Refused((*person).into()),
            [kind @ ("ack" | "pause"), person, duty, until] => {
                let kind = RestKind::from_name(kind).expect("a kind of rest");
                Change::Rest { kind, person: (*person).into(), duty: (*duty).into(), until: date(until) }
            }
            ["supplied"] => Change::Supplied,
            ["never", kind, attribute @ ..] => {
                Change::Never(kind_of(kind), attribute.first().map(|name| (*name).to_owned()))
            }
            fact => Change::Fact(child, Box::new(one_fact(&fact.join(" ")))),
        };
        self.changes.push((day.and_time(at), change));
    }
}

fn person(words: &[&str]) -> Person {
    let [id, rest @ ..] = words else { panic!("person ID: {words:?}") };
    let email = option(rest, "email").map_or_else(|| format!("{}@council.example", id.to_lowercase()), str::to_owned);
    Person {
        person: PersonRef((*id).into()),
        email: (!rest.contains(&"no-address")).then_some(email),
        team: option(rest, "team").map(|id| TeamRef(id.into())),
        manager: option(rest, "manager").map(|id| PersonRef(id.into())),
        left_on: option(rest, "left").map(date),
        weekdays: option(rest, "weekdays")
            .map_or(Weekdays::EVERY, |text| Weekdays::from_text(text).expect("days of the week")),
        shared: rest.contains(&"shared"),
    }
}

fn one_fact(line: &str) -> Fact {
    let scenario = Scenario::parse(&format!("== one\n{line}\n"));
    scenario.into_iter().next().and_then(|scenario| scenario.facts.into_iter().next()).expect("a fact")
}

fn absence(words: &[&str]) -> Absence {
    let [person, from, to, rest @ ..] = words else { panic!("away ID FROM TO: {words:?}") };
    Absence {
        person: PersonRef((*person).into()),
        from_on: date(from),
        to_on: (*to != "-").then(|| date(to)),
        cover: option(rest, "cover").map(|id| PersonRef(id.into())),
    }
}

fn option<'a>(words: &[&'a str], name: &str) -> Option<&'a str> {
    words.iter().find_map(|word| word.strip_prefix(name).and_then(|rest| rest.strip_prefix('=')))
}

fn kind_of(name: &str) -> FactKind {
    FactKind::from_name(name).expect("a kind of fact")
}

fn date(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

fn time(text: &str) -> NaiveTime {
    NaiveTime::parse_from_str(text, "%H:%M").expect("a time")
}
