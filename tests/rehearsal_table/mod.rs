//! Tables of mornings:
//!
//! ```text
//! == title
//! procedure NAME                         a shipped one, or tests/procedures/NAME.toml; that of Hertfordshire without it
//! born DATE, expected DATE               the child
//! person ID [manager=ID] [team=ID] [no-address] [left=DATE]
//! away ID FROM TO [cover=ID]
//! post ROLE ID
//! KIND ID attribute=value ...            the record on the first morning
//! closed DATE ...                        working days on which the offices are closed
//! adopted DATE                           the day on which duewatch began to tell people
//! summaries                              teams and chairs get the summary of their week
//! run FIRST LAST                         one poll each day at 08:30
//! only DUTY ...                          the duties the table is about
//! on DATE KIND ID attribute=value ...    from that morning on the record says this instead
//! on DATE without KIND ID                from that morning on the record lacks it
//! on DATE ack PERSON DUTY UNTIL          what PERSON puts off that morning, before the poll; UNTIL is its last day
//! on DATE pause PERSON DUTY UNTIL
//! on DATE never KIND [ATTRIBUTE]         from that morning on the source supplies no such fact, or never this of it
//! on DATE supplied                       from that morning on the source supplies everything again
//! tell DATE PERSON KIND DUTY STEP        what is queued that morning, in this order
//! ```

#![expect(clippy::expect_used, reason = "a table that cannot be read has failed the test")]

#[path = "../scenario/mod.rs"]
mod scenario;

use std::{collections::BTreeSet, fs};

use chrono::{NaiveDate, NaiveTime};
use duewatch::{
    calendar::{Calendar, Holidays, Zone},
    directory::{Absence, Directory, Mailbox, Person, Role, Team},
    duty::{Lacking, Terms},
    notice::{NoticeState, Rest, RestKind, SendingClock},
    procedure::RestReason,
    record::{CaseRecord, ChildRef, Fact, FactKind, PersonRef, Supply, TeamRef},
    rehearsal::{Known, Rehearsal, Seen},
    summary,
};
use scenario::Scenario;

pub(crate) struct Table {
    pub(crate) title: String,
    pub(crate) expected: Vec<String>,
    procedure: Option<String>,
    born_on: Option<NaiveDate>,
    expected_on: Option<NaiveDate>,
    directory: Directory,
    facts: Vec<Fact>,
    changes: Vec<(NaiveDate, Change)>,
    only: Vec<String>,
    closed_on: Vec<NaiveDate>,
    adopted_on: Option<NaiveDate>,
    with_summaries: bool,
    first: NaiveDate,
    last: NaiveDate,
}

enum Change {
    Fact(Box<Fact>),
    Without(FactKind, String),
    Died(NaiveDate),
    Rest { kind: RestKind, person: String, duty: String, until: NaiveDate },
    Away(Absence),
    Never(FactKind, Option<String>),
    Supplied,
}

impl Table {
    pub(crate) fn all(folder: &str) -> Vec<Table> {
        let mut paths: Vec<_> =
            fs::read_dir(folder).expect("the folder").map(|entry| entry.expect("an entry").path()).collect();
        paths.sort();
        paths.iter().flat_map(|path| Table::parse(&fs::read_to_string(path).expect("a table"))).collect()
    }

    pub(crate) fn parse(text: &str) -> Vec<Table> {
        let mut tables: Vec<Table> = Vec::new();
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            if let Some(title) = line.strip_prefix("== ") {
                tables.push(Table {
                    title: title.into(),
                    expected: Vec::new(),
                    procedure: None,
                    born_on: None,
                    expected_on: None,
                    directory: Directory::default(),
                    facts: Vec::new(),
                    changes: Vec::new(),
                    only: Vec::new(),
                    closed_on: Vec::new(),
                    adopted_on: None,
                    with_summaries: false,
                    first: NaiveDate::MAX,
                    last: NaiveDate::MIN,
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
            ["person", id, rest @ ..] => self.person(id, rest),
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
            ["procedure", name] => self.procedure = Some((*name).to_owned()),
            ["born", on] => self.born_on = Some(date(on)),
            ["expected", on] => self.expected_on = Some(date(on)),
            ["closed", days @ ..] => self.closed_on = days.iter().copied().map(date).collect(),
            ["summaries"] => self.with_summaries = true,
            ["adopted", on] => self.adopted_on = Some(date(on)),
            ["run", first, last] => (self.first, self.last) = (date(first), date(last)),
            ["only", duties @ ..] => self.only = duties.iter().map(|duty| (*duty).to_owned()).collect(),
            ["tell", ..] => self.expected.push(words.get(1..).expect("words").join(" ")),
            ["on", day, "without", kind, id] => {
                let kind = FactKind::from_name(kind).expect("a kind of fact");
                self.changes.push((date(day), Change::Without(kind, (*id).into())));
            }
            ["on", day, "died", on] => self.changes.push((date(day), Change::Died(date(on)))),
            ["on", day, "away", rest @ ..] => self.changes.push((date(day), Change::Away(absence(rest)))),
            ["on", day, kind @ ("ack" | "pause"), person, duty, until] => {
                let kind = RestKind::from_name(kind).expect("a kind of rest");
                let (person, duty, until) = ((*person).into(), (*duty).into(), date(until));
                self.changes.push((date(day), Change::Rest { kind, person, duty, until }));
            }
            ["on", day, "supplied"] => self.changes.push((date(day), Change::Supplied)),
            ["on", day, "never", kind, attribute @ ..] => {
                let kind = FactKind::from_name(kind).expect("a kind of fact");
                let attribute = attribute.first().map(|name| (*name).to_owned());
                self.changes.push((date(day), Change::Never(kind, attribute)));
            }
            ["on", day, fact @ ..] => {
                self.changes.push((date(day), Change::Fact(Box::new(one_fact(&fact.join(" "))))));
            }
            _ => self.facts.push(one_fact(line)),
        }
    }

    fn person(&mut self, id: &str, rest: &[&str]) {
        let person = PersonRef(id.into());
        let entry = Person {
            person: person.clone(),
            email: (!rest.contains(&"no-address")).then(|| format!("{}@council.example", id.to_lowercase())),
            team: option(rest, "team").map(|id| TeamRef(id.into())),
            manager: option(rest, "manager").map(|id| PersonRef(id.into())),
            left_on: option(rest, "left").map(date),
        };
        self.directory.people.insert(person, entry);
    }

    /// Runs every morning and says what each queued, in the words of the table.
    pub(crate) fn rehearse(&self) -> Vec<String> {
        let mut procedure = scenario::procedure(self.procedure.as_deref().unwrap_or("hertfordshire-core")).clone();
        procedure.rules.retain(|rule| self.only.iter().any(|only| rule.duty.0 == *only));
        let holidays = Holidays::shipped(&procedure.calendar).expect("shipped");
        let (calendar, office) = (Calendar::new(&holidays), Calendar::new(&holidays.and_closed(&self.closed_on)));
        let zone = Zone::from_name(&procedure.time_zone).expect("a zone");
        let half_past_eight = NaiveTime::from_hms_opt(8, 30, 0).expect("a time");
        let clock = SendingClock {
            morning_at: half_past_eight,
            until: NaiveTime::from_hms_opt(17, 0, 0).expect("a time"),
            zone,
        };
        let last = Mailbox { person: PersonRef("LAST".into()), email: "last@council.example".into() };
        let mut rehearsal = Rehearsal::default();
        let mut directory = self.directory.clone();
        let mut facts = self.facts.clone();
        let mut supply = Supply::default();
        let mut died_on = None;
        let mut told = Vec::new();
        for day in self.first.iter_days().take_while(|day| *day <= self.last) {
            for (_, change) in self.changes.iter().filter(|(on, _)| *on == day) {
                match change {
                    Change::Fact(fact) => {
                        facts.retain(|old| (old.kind, &old.id) != (fact.kind, &fact.id));
                        facts.push((**fact).clone());
                    }
                    Change::Without(kind, id) => facts.retain(|old| old.kind != *kind || old.id.0 != *id),
                    Change::Never(kind, None) => {
                        supply.no_facts.insert(*kind);
                    }
                    Change::Never(kind, Some(attribute)) => {
                        supply.never_filled.insert((*kind, attribute.clone()));
                    }
                    Change::Supplied => supply = Supply::default(),
                    Change::Died(on) => died_on = Some(*on),
                    Change::Away(absence) => directory.add_absence(absence.clone()),
                    Change::Rest { kind, person, duty, until } => {
                        let rest = Rest {
                            kind: *kind,
                            person: PersonRef(person.clone()),
                            role: Role::LEAD_WORKER,
                            reason: RestReason::VisitBooked,
                            at: zone.start_of_day(day),
                            until: zone.end_of_day(*until),
                        };
                        for past in rehearsal.history.duties.values_mut().filter(|past| past.duty.duty.0 == *duty) {
                            past.rests.push(rest.clone());
                        }
                    }
                }
            }
            let mut record = CaseRecord::new(ChildRef("C1".into()), facts.clone());
            record.died_on = died_on;
            (record.born_on, record.expected_on) = (self.born_on, self.expected_on);
            let now = zone.at(day, half_past_eight);
            let lacking = Lacking::of(supply.clone(), &procedure);
            let terms = Terms {
                lacking: &lacking,
                office: &office,
                adopted_on: self.adopted_on,
                ..Terms::new(&procedure, &calendar, zone, now)
            };
            rehearsal.learn(record);
            let known = Known {
                terms,
                directory: &directory,
                last: &last,
                clock: &clock,
                faults: Vec::new(),
                with_summaries: self.with_summaries,
            };
            let nobody_unsure = |_: &_, _: &_| BTreeSet::new();
            rehearsal.run(known, nobody_unsure, |Seen { decision, audience, .. }| {
                assert!(decision.steps.balance(), "{}: {day}: {:?}", self.title, decision.steps);
                for notice in decision.notices.iter().filter(|notice| notice.state == NoticeState::Queued) {
                    let (effect, kind) = (&notice.effect, notice.kind.name());
                    // Else they would be taken out of the message again when it is sent, at every run.
                    let of_summary = summary::reader(&effect.duty, &effect.key).map(|(_, of)| of);
                    let case = effect.child.as_ref().and_then(|child| audience.cases.get(child));
                    let concerned = directory.concerned(case.or(of_summary.as_ref()), day, &last);
                    assert!(concerned.contains(&effect.person), "{}: {day}: {}", self.title, effect.person.0);
                    told.push(format!("{day} {} {kind} {} {}", effect.person.0, effect.duty, effect.step));
                }
            });
        }
        told
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

fn date(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}
