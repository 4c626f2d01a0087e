//! Reading what stands above the rules: the procedure itself, how it counts, and its words for roles.
//!
//! Owns the tables `[procedure]`, `[counting]`, `[ambiguities]` and `[roles]`. Must not know any rule.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{
    table::{Item, Table},
    words,
};
use crate::{
    calendar::{Convention, FirstDay, LastDay, Zone},
    directory::Role,
    procedure::{Ambiguity, Counting, Reads},
};

/// The table `[procedure]`.
pub(super) struct Head {
    pub(super) id: String,
    pub(super) authority: String,
    pub(super) title: String,
    pub(super) version: String,
    pub(super) in_force_on: NaiveDate,
    pub(super) review_by_on: NaiveDate,
    pub(super) calendar: String,
    pub(super) time_zone: String,
    pub(super) replaces: Option<String>,
}

/// What the rules are read with: of each that part of the head that is sound.
#[derive(Clone, Copy, Default)]
pub(super) struct Named<'a> {
    /// Its id: without it no duty can be looked up.
    pub(super) authority: Option<&'a str>,
    /// The authority in words.
    pub(super) authority_words: Option<&'a str>,
    pub(super) document: Option<&'a str>,
    pub(super) version: Option<&'a str>,
    pub(super) in_force_on: Option<NaiveDate>,
}

/// The head, if all of it is sound; and in any case what the rules are read with.
pub(super) fn head<'a>(file: &mut Table<'a>) -> (Option<Head>, Named<'a>) {
    let Some(mut table) = under(file, "procedure", "the table [procedure]") else { return (None, Named::default()) };
    let authority = table.need("id", "\"hertfordshire\"").and_then(|id| id.text()).map(|id| id.is);
    let document = table.need("document", "\"000\"").and_then(|document| document.text()).map(|document| document.is);
    let peeked = |key| table.peek(key).and_then(|text| text.text()).map(|text| text.is);
    let (authority_words, version) = (peeked("authority"), peeked("version"));
    let in_force_on = table.peek("in_force_on").and_then(|on| on.date());
    (rest(table, authority), Named { authority, authority_words, document, version, in_force_on })
}

fn rest(mut table: Table<'_>, id: Option<&str>) -> Option<Head> {
    let authority = text(&mut table, "authority", "\"Hertfordshire\"");
    let title = text(&mut table, "title", "\"the title of the document\"");
    let version = text(&mut table, "version", "\"v48\"");
    let in_force_on = table.need("in_force_on", "2026-04-01").and_then(|on| on.date());
    let review_by = table.need("review_by_on", "2029-04-01");
    let calendar = text(&mut table, "calendar", "\"england-and-wales\"");
    let replaces = table.get("replaces").and_then(|file| file.text()).map(|file| file.is.to_owned());
    let zone = table.need("time_zone", "\"Europe/London\"").and_then(|zone| zone.text());
    table.finish();
    let time_zone = zone.and_then(|zone| match Zone::from_name(zone.is) {
        Ok(found) => Some(found.name().to_owned()),
        Err(error) => zone.refuse(error.to_string(), ""),
    });
    let (in_force_on, review_by) = (in_force_on?, review_by?);
    let review_by_on = review_by.date()?;
    if review_by_on < in_force_on {
        let message = format!("the review is due before the procedure comes into force on {in_force_on}");
        review_by.log.problem(
            &review_by.span,
            message,
            "it is the day by which somebody looks whether it still applies",
        );
    }
    Some(Head {
        id: id?.to_owned(),
        authority: authority?,
        title: title?,
        version: version?,
        in_force_on,
        review_by_on,
        calendar: calendar?,
        time_zone: time_zone?,
        replaces,
    })
}

pub(super) fn counting(file: &mut Table<'_>) -> Option<Counting> {
    let mut table = under(file, "counting", "the table [counting]")?;
    let first_days = [("included", FirstDay::Included), ("excluded", FirstDay::Excluded)];
    let last_days = [("as_is", LastDay::AsIs), ("previous", LastDay::Previous), ("next", LastDay::Next)];
    let strict_first_day = choice(&mut table, "strict_first_day", &first_days);
    let due_first_day = choice(&mut table, "due_first_day", &first_days);
    let strict_last_day = choice(&mut table, "strict_last_day", &last_days);
    let due_last_day = choice(&mut table, "due_last_day", &last_days);
    table.finish();
    let convention = |first_day, last_day| Convention { first_day, last_day, ..Convention::ORDINARY };
    Some(Counting {
        strict: convention(strict_first_day?, strict_last_day?),
        due: convention(due_first_day?, due_last_day?),
    })
}

/// The table `[ambiguities]`, which a document without any does without.
pub(super) fn ambiguities(file: &mut Table<'_>) -> Option<BTreeMap<String, Ambiguity>> {
    let Some(item) = file.get("ambiguities") else { return Some(BTreeMap::new()) };
    let table = item.table("the table [ambiguities]")?;
    let set: Vec<_> = table.entries().map(|(label, said)| Some((label.is.to_owned(), ambiguity(&said)?))).collect();
    set.into_iter().collect()
}

/// `{ read = "both", about = "what is unclear" }`, or the answer alone.
fn ambiguity(said: &Item<'_>) -> Option<Ambiguity> {
    if said.is_text() {
        return Some(Ambiguity {
            about: String::new(),
            reads: said.text()?.one_of("reading", "it is one of", &Reads::ALL)?,
        });
    }
    let mut table = said.table("an ambiguity")?;
    let about = text(&mut table, "about", "\"what is unclear\"");
    let reads = choice(&mut table, "read", &Reads::ALL);
    table.finish();
    Some(Ambiguity { about: about?, reads: reads? })
}

pub(super) fn roles(file: &mut Table<'_>) -> Option<BTreeMap<Role, String>> {
    role_words(&under(file, "roles", "the table [roles]")?)
}

pub(super) fn role_words(table: &Table<'_>) -> Option<BTreeMap<Role, String>> {
    let words: Vec<_> =
        table.entries().map(|(name, word)| Some((words::role(&name)?, word.text()?.is.to_owned()))).collect();
    words.into_iter().collect()
}

pub(super) fn under<'a>(file: &mut Table<'a>, key: &'static str, what: &'static str) -> Option<Table<'a>> {
    let Some(item) = file.get(key) else {
        file.log.problem(&(0..0), format!("a procedure without [{key}]"), format!("write a table under [{key}]"));
        return None;
    };
    Item::table(&item, what)
}

pub(super) fn text(table: &mut Table<'_>, key: &'static str, example: &str) -> Option<String> {
    Some(table.need(key, example)?.text()?.is.to_owned())
}

fn choice<T: Copy>(table: &mut Table<'_>, key: &'static str, names: &[(&'static str, T)]) -> Option<T> {
    let example = names.first().map_or(String::new(), |(name, _)| format!("\"{name}\""));
    table.need(key, &example)?.text()?.one_of(key, "it is one of", names)
}
