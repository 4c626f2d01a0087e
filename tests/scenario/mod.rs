//! Scenarios in a form that a practitioner can read: the facts of one child, a day, and what is expected.
//!
//! ```text
//! == title
//! procedure NAME            (a shipped one, or tests/procedures/NAME.toml; without this line, that of Hertfordshire)
//! today 2026-11-16 [08:30]
//! KIND ID attribute=value ...
//! expect DUTY KEY strict=DATE due=DATE status=STATUS met=DATE
//! expect DUTY idle=REASON
//! expect case worker=ID former=ID team=ID chair=ID died=yes|no wakes=INSTANT
//! ```
//! The last says whose case it is, and when by itself anything changes next. `never=KIND`, `never=KIND.ATTRIBUTE` or `never=KIND.ONE+OTHER`
//! expects it of a source that never supplies that.
//! A date may have a time: `held_on=2026-11-20T14:00`; `due_at` and `strict_at` expect one. `-` expects that there is none. `noted=WORDS` expects the words in one of
//! the duty's notes, `why=WORDS` in why it cannot be told, `said=WORDS` in how its dates were reached, `~` standing for a blank;
//! `said=WORDS$` expects no word more. `missing=COLUMN` expects what the record would have to say.

#![allow(dead_code, reason = "each test file uses its own part")]
#![expect(clippy::expect_used, reason = "a table that cannot be read has failed the test")]

use std::{
    collections::BTreeMap,
    fs,
    sync::{Mutex, PoisonError},
};

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use duewatch::{
    calendar::{Calendar, Zone},
    duty::{Assessment, Lacking, Outcome, Terms, assess},
    procedure::{DutyCatalogue, Procedure},
    record::{AttributeType, CaseRecord, ChildRef, Fact, FactKind, PersonRef, Supply, TeamRef, Value, When},
};

#[derive(Clone)]
pub(crate) struct Expected {
    pub(crate) text: String,
    pub(crate) duty: String,
    pub(crate) key: Option<String>,
    pub(crate) fields: BTreeMap<String, String>,
}

pub(crate) struct Scenario {
    pub(crate) title: String,
    pub(crate) procedure: Option<String>,
    pub(crate) today: NaiveDate,
    pub(crate) time: NaiveTime,
    pub(crate) facts: Vec<Fact>,
    pub(crate) died_on: Option<NaiveDate>,
    pub(crate) born_on: Option<NaiveDate>,
    pub(crate) expected_on: Option<NaiveDate>,
    pub(crate) expected: Vec<Expected>,
}

pub(crate) fn hertfordshire() -> Procedure {
    procedure("hertfordshire").clone()
}

/// A shipped procedure, or one for tests. The latter cites a document that does not exist, so no catalogue has its duties.
/// Each is read once.
pub(crate) fn procedure(name: &str) -> &'static Procedure {
    static READ: Mutex<BTreeMap<String, &'static Procedure>> = Mutex::new(BTreeMap::new());
    let mut read = READ.lock().unwrap_or_else(PoisonError::into_inner);
    read.entry(name.to_owned()).or_insert_with(|| Box::leak(Box::new(read_procedure(name))))
}

fn read_procedure(name: &str) -> Procedure {
    if Procedure::shipped(name).is_some() {
        // From its file and not from what is compiled in: who writes a pack need not build anything to see it hold.
        let text = fs::read_to_string(format!("config/procedures/{name}.toml")).expect("the shipped procedure");
        return Procedure::parse(name, &text, &DutyCatalogue::shipped())
            .unwrap_or_else(|problems| panic!("{problems}"));
    }
    let file = format!("tests/procedures/{name}.toml");
    let text = fs::read_to_string(&file).expect("a procedure for tests");
    // The core of a shipped one has its duties.
    let known = if name.ends_with("-core") { DutyCatalogue::shipped() } else { DutyCatalogue::default() };
    Procedure::parse(&file, &text, &known).unwrap_or_else(|problems| panic!("{problems}"))
}

impl Scenario {
    pub(crate) fn all(folder: &str) -> Vec<Scenario> {
        let mut paths: Vec<_> =
            fs::read_dir(folder).expect("the folder").map(|entry| entry.expect("entry").path()).collect();
        paths.sort();
        paths.iter().flat_map(|path| Scenario::parse(&fs::read_to_string(path).expect("a table"))).collect()
    }

    pub(crate) fn parse(text: &str) -> Vec<Scenario> {
        let mut scenarios: Vec<Scenario> = Vec::new();
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            if let Some(title) = line.strip_prefix("== ") {
                scenarios.push(Scenario {
                    title: title.into(),
                    procedure: None,
                    today: NaiveDate::MIN,
                    time: NaiveTime::from_hms_opt(8, 30, 0).expect("a time"),
                    facts: Vec::new(),
                    died_on: None,
                    born_on: None,
                    expected_on: None,
                    expected: Vec::new(),
                });
                continue;
            }
            scenarios.last_mut().expect("a title first").read(line);
        }
        scenarios
    }

    fn read(&mut self, line: &str) {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["today", on, rest @ ..] => {
                self.today = date(on);
                if let [time] = rest {
                    self.time = NaiveTime::parse_from_str(time, "%H:%M").expect("a time");
                }
            }
            ["procedure", name] => self.procedure = Some((*name).into()),
            ["died", on] => self.died_on = Some(date(on)),
            ["born", on] => self.born_on = Some(date(on)),
            ["expected", on] => self.expected_on = Some(date(on)),
            ["expect", rest @ ..] => self.expected.push(Expected::read(rest)),
            [kind, id, rest @ ..] => {
                let kind = FactKind::from_name(kind).unwrap_or_else(|| panic!("no fact `{kind}` in: {line}"));
                let fact = rest.iter().fold(Fact::new(kind, *id), |fact, word| {
                    let (name, written) = pair(word);
                    let (_, attribute) = kind.attribute(&name).unwrap_or_else(|| panic!("no `{name}` in: {line}"));
                    fact.with(&name, value(attribute.holds, &written))
                });
                self.facts.push(fact);
            }
            _ => panic!("cannot read: {line}"),
        }
    }

    pub(crate) fn record(&self) -> CaseRecord {
        let mut record = CaseRecord::new(ChildRef("C1".into()), self.facts.clone());
        record.died_on = self.died_on;
        record.born_on = self.born_on;
        record.expected_on = self.expected_on;
        record
    }

    pub(crate) fn procedure(&self) -> &str {
        self.procedure.as_deref().unwrap_or("hertfordshire")
    }

    pub(crate) fn assess(&self) -> Assessment {
        assessed(&self.record(), procedure(self.procedure()), self.today, self.time)
    }

    /// Holds one expectation against the assessment.
    pub(crate) fn check(&self, expected: &Expected, assessment: &Assessment) -> Result<(), String> {
        let mut expected = expected.clone();
        let Some(never) = expected.fields.remove("never") else { return expected.check(assessment) };
        let procedure = procedure(self.procedure());
        let lacking = Lacking::of(supply_without(&never), procedure);
        expected.check(&assessed_from(&self.record(), procedure, self.today, self.time, &lacking))
    }
}

/// A record as it stands at a time of day in England.
pub(crate) fn assessed(record: &CaseRecord, procedure: &Procedure, today: NaiveDate, time: NaiveTime) -> Assessment {
    assessed_from(record, procedure, today, time, Lacking::nothing())
}

fn assessed_from(
    record: &CaseRecord,
    procedure: &Procedure,
    today: NaiveDate,
    time: NaiveTime,
    lacking: &Lacking,
) -> Assessment {
    let calendar = Calendar::shipped(&procedure.calendar).expect("shipped");
    let zone = Zone::from_name(&procedure.time_zone).expect("a zone");
    assess(record, &Terms { lacking, ..Terms::new(procedure, &calendar, zone, zone.at(today, time)) })
}

/// `core_group`, or `core_group.minutes_sent_on`.
fn supply_without(never: &str) -> Supply {
    let (kind, attribute) = never.split_once('.').map_or((never, None), |(kind, name)| (kind, Some(name)));
    let kind = FactKind::from_name(kind).unwrap_or_else(|| panic!("no fact `{kind}`"));
    let mut supply = Supply::default();
    match attribute {
        None => drop(supply.no_facts.insert(kind)),
        Some(names) => supply.never_filled.extend(names.split('+').map(|name| {
            assert!(kind.attribute(name).is_some(), "no `{name}` of {kind:?}");
            (kind, name.to_owned())
        })),
    }
    supply
}

impl Expected {
    /// `DUTY KEY strict=DATE ...`, or `DUTY idle=REASON`.
    pub(crate) fn read(words: &[&str]) -> Expected {
        let (duty, rest) = words.split_first().expect("a duty");
        let key = rest.first().filter(|word| !word.contains('=')).map(|word| (*word).to_owned());
        let fields = rest.iter().skip(usize::from(key.is_some())).map(|word| pair(word)).collect();
        Expected { text: words.join(" "), duty: (*duty).into(), key, fields }
    }

    pub(crate) fn check(&self, assessment: &Assessment) -> Result<(), String> {
        let expected = self;
        if expected.duty == "case" {
            return expected.check_case(assessment);
        }
        let outcome = assessment.outcomes.iter().find(|(duty, _)| duty.0 == expected.duty).map(|(_, outcome)| outcome);
        let outcome = outcome.ok_or_else(|| "no such rule".to_owned())?;
        let duties = match outcome {
            Outcome::Idle(idle) => {
                let is = format!("{idle:?}");
                return match expected.fields.get("idle") {
                    Some(reason) if *reason == is => Ok(()),
                    _ => Err(format!("it is idle: {is}")),
                };
            }
            Outcome::Duties(duties) => duties,
        };
        let duty = match &expected.key {
            Some(key) => duties.iter().find(|duty| duty.key.0 == *key),
            None => None,
        };
        let Some(duty) = duty else {
            let keys: Vec<_> = duties.iter().map(|duty| duty.key.0.as_str()).collect();
            return if expected.fields.get("status").is_some_and(|status| status == "-") {
                Ok(())
            } else {
                Err(format!("there is none of that key, only {}", keys.join(", ")))
            };
        };
        let clock = |reading: Option<&duewatch::duty::Reading>| local(reading.and_then(|reading| reading.at));
        let on = |on: Option<NaiveDate>| on.map_or_else(|| "-".to_owned(), |on| on.to_string());
        for (name, wanted) in &expected.fields {
            let is = match name.as_str() {
                "strict" => on(duty.strict.as_ref().map(|reading| reading.on.on())),
                "due" => on(duty.due.as_ref().map(|reading| reading.on.on())),
                "strict_at" => clock(duty.strict.as_ref()),
                "due_at" => clock(duty.due.as_ref()),
                "met" => on(duty.met_on),
                "status" => duty.status.name().to_owned(),
                "missing" => {
                    let missing = duty.cannot_tell.as_ref().and_then(|cannot_tell| cannot_tell.missing.as_ref());
                    missing.map_or_else(|| "-".to_owned(), |need| need.to_string().replace(' ', "~"))
                }
                "late" => duty.late.to_string(),
                "anchor" => duty.anchor.on.to_string(),
                "provisional" => duty.provisional.to_string(),
                "done" => duty.done.join("+"),
                "noted" => match wanted.replace('~', " ") {
                    none if none == "-" => duty.notes.first().map_or("-", String::as_str).to_owned(),
                    words if duty.notes.iter().any(|note| note.contains(&words)) => wanted.clone(),
                    _ => duty.notes.join("; "),
                },
                "said"
                    if wanted.ends_with('$') && duty.arithmetic == wanted.trim_end_matches('$').replace('~', " ") =>
                {
                    wanted.clone()
                }
                "said" if duty.arithmetic.contains(&wanted.replace('~', " ")) => wanted.clone(),
                "said" => duty.arithmetic.clone(),
                "why" => match duty.cannot_tell.as_ref().map_or("-", |cannot_tell| cannot_tell.why.as_str()) {
                    why if why.contains(&wanted.replace('~', " ")) => wanted.clone(),
                    why => why.to_owned(),
                },
                other => return Err(format!("cannot check `{other}`")),
            };
            if is != *wanted {
                return Err(format!("{name} is {is}; {}", duty.arithmetic));
            }
        }
        Ok(())
    }

    fn check_case(&self, assessment: &Assessment) -> Result<(), String> {
        let context = &assessment.context;
        let person = |person: Option<&PersonRef>| person.map_or("-", |person| person.0.as_str()).to_owned();
        for (name, wanted) in &self.fields {
            let is = match name.as_str() {
                "worker" => person(context.lead_worker.as_ref()),
                "former" => person(context.former_lead_worker.as_ref()),
                "chair" => person(context.chair.as_ref()),
                "team" => context.team.as_ref().map_or("-", |team| team.0.as_str()).to_owned(),
                "died" => if context.died { "yes" } else { "no" }.to_owned(),
                "wakes" => local(assessment.wake_at),
                other => return Err(format!("cannot check `{other}`")),
            };
            if is != *wanted {
                return Err(format!("{name} is {is}"));
            }
        }
        Ok(())
    }
}

/// `2026-11-20T14:00` by a clock in London.
fn local(at: Option<DateTime<Utc>>) -> String {
    let zone = Zone::from_name("Europe/London").expect("a zone");
    at.map_or_else(|| "-".to_owned(), |at| zone.local_time(at).format("%Y-%m-%dT%H:%M").to_string())
}

pub(crate) fn pair(word: &str) -> (String, String) {
    let (name, value) = word.split_once('=').unwrap_or_else(|| panic!("no `=` in {word}"));
    (name.into(), value.into())
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap_or_else(|_| panic!("no date: {text}"))
}

/// A day, or a day and the time of a clock in London: `2026-11-20T14:00`.
fn when(text: &str) -> When {
    let Some((on, time)) = text.split_once('T') else { return When::day(date(text)) };
    let time = NaiveTime::parse_from_str(time, "%H:%M").expect("a time");
    let zone = Zone::from_name("Europe/London").expect("a zone");
    When { on: date(on), at: Some(zone.at(date(on), time)) }
}

fn value(holds: AttributeType, text: &str) -> Value {
    match holds {
        AttributeType::Flag => Value::Flag(text == "yes"),
        AttributeType::Count => Value::Count(text.parse().expect("a number")),
        AttributeType::Date => Value::Date(when(text)),
        AttributeType::Code(_) => Value::Code(text.into()),
        AttributeType::Person => Value::Person(PersonRef(text.into())),
        AttributeType::Team => Value::Team(TeamRef(text.into())),
        AttributeType::Fact(_) => Value::Fact(text.into()),
    }
}
