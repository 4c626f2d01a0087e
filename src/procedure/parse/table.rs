//! Reading one table of a procedure file: every key taken by name, every key left over reported.
//!
//! Owns the types of values and the words for a wrong one. Must not know what any key means.

use std::ops::Range;

use chrono::NaiveDate;
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use crate::{near::choices, procedure::problem::Log};

/// A table that is being read.
pub(super) struct Table<'a> {
    pub(super) log: &'a Log<'a>,
    /// Where it stands: its heading, or all of it if it is written in braces.
    pub(super) span: Range<usize>,
    /// What it is in a sentence, e.g. "a rule".
    what: &'static str,
    entries: &'a DeTable<'a>,
    /// The table that this one changes: what is not said here is said there.
    beneath: Option<(&'a Log<'a>, &'a DeTable<'a>)>,
    taken: Vec<&'static str>,
}

/// A value with its place and the name it was found under.
#[derive(Clone)]
pub(super) struct Item<'a> {
    pub(super) log: &'a Log<'a>,
    pub(super) name: &'a str,
    pub(super) span: Range<usize>,
    value: &'a DeValue<'a>,
}

/// Text with its place.
#[derive(Clone)]
pub(super) struct Text<'a> {
    pub(super) log: &'a Log<'a>,
    pub(super) is: &'a str,
    pub(super) span: Range<usize>,
}

impl<'a> Table<'a> {
    pub(super) fn new(log: &'a Log<'a>, what: &'static str, table: &'a DeTable<'a>, span: Range<usize>) -> Table<'a> {
        Table { log, span, what, entries: table, beneath: None, taken: Vec::new() }
    }

    /// The same table over another one that it changes.
    pub(super) fn over(self, other: &Table<'a>) -> Table<'a> {
        Table { beneath: Some((other.log, other.entries)), ..self }
    }

    /// Whether it changes another table.
    pub(super) fn is_change(&self) -> bool {
        self.beneath.is_some()
    }

    /// The value of that key, if it is there.
    pub(super) fn get(&mut self, key: &'static str) -> Option<Item<'a>> {
        self.taken.push(key);
        self.peek(key)
    }

    /// The value of that key without taking it.
    pub(super) fn peek(&self, key: &'static str) -> Option<Item<'a>> {
        self.own(key).or_else(|| self.lower(key))
    }

    /// The value of that key beneath and the one here, where they add up and do not replace each other.
    pub(super) fn both(&mut self, key: &'static str) -> impl Iterator<Item = Item<'a>> + use<'a> {
        self.taken.push(key);
        self.lower(key).into_iter().chain(self.own(key))
    }

    fn own(&self, key: &'static str) -> Option<Item<'a>> {
        let value = self.entries.get(key)?;
        Some(Item { log: self.log, name: key, span: value.span(), value: value.get_ref() })
    }

    fn lower(&self, key: &'static str) -> Option<Item<'a>> {
        let (log, entries) = self.beneath?;
        let value = entries.get(key)?;
        Some(Item { log, name: key, span: value.span(), value: value.get_ref() })
    }

    /// The value of that key, which must be there.
    pub(super) fn need(&mut self, key: &'static str, example: &str) -> Option<Item<'a>> {
        let item = self.get(key);
        if item.is_none() {
            let message = format!("{} without `{key}`", self.what);
            self.log.problem(&self.span, message, format!("write: {key} = {example}"));
        }
        item
    }

    /// All entries with names of the author's own choice: the place of each name, and its value.
    pub(super) fn entries(&self) -> impl Iterator<Item = (Text<'a>, Item<'a>)> + use<'a> {
        let log = self.log;
        let mut entries: Vec<_> = self.entries.iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        entries.into_iter().map(move |(key, value): (&'a Spanned<_>, &'a Spanned<_>)| {
            let name: &str = key.get_ref();
            let item = Item { log, name, span: value.span(), value: value.get_ref() };
            (Text { log, is: name, span: key.span() }, item)
        })
    }

    /// Reports every key that nobody asked for.
    pub(super) fn finish(self) {
        for (key, _) in self.entries() {
            if !self.taken.contains(&key.is) {
                let message = format!("there is no `{}` in {}", key.is, self.what);
                let mut known = self.taken.clone();
                known.sort_unstable();
                self.log.problem(&key.span, message, choices(key.is, "it may have", known));
            }
        }
    }
}

impl<'a> Item<'a> {
    pub(super) fn text(&self) -> Option<Text<'a>> {
        match self.value {
            DeValue::String(text) if !text.trim().is_empty() => {
                Some(Text { log: self.log, is: text, span: self.span.clone() })
            }
            DeValue::String(_) => {
                self.log.problem(&self.span, format!("`{}` is empty", self.name), "");
                None
            }
            _ => self.wrong("text in quotes"),
        }
    }

    /// Whether it is a table, so that another form of it can be told apart.
    pub(super) fn is_table(&self) -> bool {
        matches!(self.value, DeValue::Table(_))
    }

    /// Whether it is text, so that another form of it can be told apart.
    pub(super) fn is_text(&self) -> bool {
        matches!(self.value, DeValue::String(_))
    }

    pub(super) fn flag(&self) -> Option<bool> {
        match self.value {
            DeValue::Boolean(flag) => Some(*flag),
            _ => self.wrong("true or false"),
        }
    }

    pub(super) fn whole(&self) -> Option<u32> {
        let number = match self.value {
            DeValue::Integer(number) => u32::from_str_radix(number.as_str(), number.radix()).ok(),
            _ => None,
        };
        number.or_else(|| self.wrong("a whole number from 0"))
    }

    pub(super) fn date(&self) -> Option<NaiveDate> {
        let date = match self.value {
            DeValue::Datetime(when) if when.time.is_none() => {
                when.date.and_then(|on| NaiveDate::from_ymd_opt(i32::from(on.year), on.month.into(), on.day.into()))
            }
            _ => None,
        };
        date.or_else(|| self.wrong("a date without quotes, such as 2026-04-01"))
    }

    pub(super) fn list(&self) -> Option<Vec<Item<'a>>> {
        match self.value {
            DeValue::Array(items) => Some(self.items(items.iter())),
            _ => self.wrong("a list in square brackets"),
        }
    }

    /// One value or a list of them: `kind = "initial"` is short for `kind = ["initial"]`.
    pub(super) fn one_or_more(&self) -> Vec<Item<'a>> {
        match self.value {
            DeValue::Array(items) => self.items(items.iter()),
            _ => vec![self.clone()],
        }
    }

    pub(super) fn table(&self, what: &'static str) -> Option<Table<'a>> {
        match self.value {
            DeValue::Table(table) => Some(Table::new(self.log, what, table, self.span.clone())),
            _ => self.wrong("a table, in braces or under a heading of its own"),
        }
    }

    /// Notes that something else was expected here.
    pub(super) fn wrong<T>(&self, expected: &str) -> Option<T> {
        let found = match self.value {
            DeValue::String(_) => "text",
            DeValue::Integer(_) | DeValue::Float(_) => "a number",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a date or time",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        self.log.problem(&self.span, format!("`{}` must be {expected}, not {found}", self.name), "");
        None
    }

    fn items(&self, items: impl Iterator<Item = &'a Spanned<DeValue<'a>>>) -> Vec<Item<'a>> {
        let item = |value: &'a Spanned<DeValue<'a>>| Item {
            log: self.log,
            name: self.name,
            span: value.span(),
            value: value.get_ref(),
        };
        items.map(item).collect()
    }
}

impl Text<'_> {
    /// Notes a problem with this text, for `?`.
    pub(super) fn refuse<T>(&self, message: impl Into<String>, help: impl Into<String>) -> Option<T> {
        self.log.problem(&self.span, message, help);
        None
    }

    /// The one of these names it is, e.g. `there is no role ...; the roles are: ...`.
    pub(super) fn one_of<T: Copy>(&self, what: &str, the: &str, names: &[(&'static str, T)]) -> Option<T> {
        let found = names.iter().find(|(name, _)| *name == self.is).map(|(_, value)| *value);
        found.or_else(|| {
            let help = choices(self.is, the, names.iter().map(|(name, _)| *name));
            self.refuse(format!("there is no {what} `{}`", self.is), help)
        })
    }
}
