//! One fact of a case record, and what can be asked of it without knowing any rule.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{FactKind, PersonRef, Value, When};
use crate::SharedText;

/// A fact's own id in the case database. It survives a corrected date, which is why duties are keyed on it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FactId(pub SharedText);

/// One dated fact.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fact {
    /// What kind of fact it is.
    pub kind: FactKind,
    /// Its own id.
    pub id: FactId,
    /// In the order of [`FactKind::columns`].
    values: Vec<Value>,
    /// Of [`FactKind::answers`] those that are on record, by their place, in its order: of many possible ones a fact has few.
    answers: Vec<(usize, Value)>,
}

impl Fact {
    /// A fact that says nothing yet beyond its kind and id.
    pub fn new(kind: FactKind, id: impl Into<SharedText>) -> Fact {
        Fact { kind, id: FactId(id.into()), values: vec![Value::Missing; kind.columns().len()], answers: Vec::new() }
    }

    /// The same fact with one attribute set. A name that the catalogue does not hold changes nothing: names are checked
    /// where they are read (the contract) and where they are written (a procedure).
    #[must_use]
    pub fn with(mut self, name: &str, value: Value) -> Fact {
        let Some((at, _)) = self.kind.attribute(name) else { return self };
        if let Some(slot) = self.values.get_mut(at) {
            *slot = value;
            return self;
        }
        let place = self.answers.partition_point(|(other, _)| *other < at);
        if self.answers.get(place).is_some_and(|(other, _)| *other == at) {
            self.answers.remove(place);
        }
        if value != Value::Missing {
            self.answers.insert(place, (at, value));
        }
        self
    }

    /// An attribute's value; `Missing` where the record is silent.
    pub fn get(&self, name: &str) -> &Value {
        self.kind.attribute(name).map_or(&Value::Missing, |(place, _)| self.at(place))
    }

    fn at(&self, place: usize) -> &Value {
        if let Some(value) = self.values.get(place) {
            return value;
        }
        let answer = self.answers.binary_search_by_key(&place, |(place, _)| *place);
        answer.ok().and_then(|at| self.answers.get(at)).map_or(&Value::Missing, |(_, value)| value)
    }

    /// An attribute as a date.
    pub fn date(&self, name: &str) -> Option<When> {
        match self.get(name) {
            Value::Date(when) => Some(*when),
            _ => None,
        }
    }

    /// Every date on the record that is evidence: all but what the case system itself reckons.
    pub fn dates(&self) -> impl Iterator<Item = (&'static str, When)> {
        let (columns, answers) = (self.kind.columns(), self.kind.answers());
        self.placed_dates().filter_map(move |(place, when)| {
            let attribute = columns.get(place).or_else(|| answers.get(place - columns.len()))?;
            Some((attribute.name, when))
        })
    }

    /// The same dates without their names, which most who look at all of them need of none.
    pub(super) fn whens(&self) -> impl Iterator<Item = When> {
        self.placed_dates().map(|(_, when)| when)
    }

    fn placed_dates(&self) -> impl Iterator<Item = (usize, When)> {
        let target = self.kind.target().and_then(|name| self.kind.attribute(name)).map(|(place, _)| place);
        let all = self.values.iter().enumerate().chain(self.answers.iter().map(|(place, value)| (*place, value)));
        all.filter_map(move |(place, value)| match value {
            Value::Date(when) if Some(place) != target => Some((place, *when)),
            _ => None,
        })
    }

    /// An attribute as a person.
    pub fn person(&self, name: &str) -> Option<&PersonRef> {
        match self.get(name) {
            Value::Person(person) => Some(person),
            _ => None,
        }
    }

    /// When it happened or is to happen, as recorded.
    pub fn happened(&self) -> Option<When> {
        match self.at(self.kind.happened_at()) {
            Value::Date(when) => Some(*when),
            _ => None,
        }
    }

    /// When it was held, as known on `today`: a date to come is planned, never held.
    pub fn held(&self, today: NaiveDate) -> Option<When> {
        self.happened().filter(|when| when.on <= today)
    }

    /// The day it is planned for, if it has not been held by `today`.
    pub fn planned(&self, today: NaiveDate) -> Option<NaiveDate> {
        if self.held(today).is_some() {
            return None;
        }
        let booked = self.kind.booked().and_then(|name| self.date(name));
        self.happened().or(booked).map(|when| when.on).filter(|on| *on >= today)
    }

    /// Whether a lasting fact (plan, allocation, membership) covers that day. An end in the future leaves it open.
    pub fn covers(&self, on: NaiveDate) -> bool {
        let started = self.happened().is_some_and(|when| when.on <= on);
        let ended = self.kind.ended().and_then(|name| self.date(name)).is_some_and(|when| when.on < on);
        started && !ended
    }
}
