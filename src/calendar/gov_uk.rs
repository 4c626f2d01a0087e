//! The JSON in which gov.uk publishes bank holidays: a division for each part of the country, each a list of events.
//!
//! Owns that form, and where in the text each day stands. Must not know what else a list may look like.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use chrono::Datelike;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};

use super::feed::{Fault, Feed, FeedFault, Place};
use super::holiday::{Holiday, HolidayStatus};
use super::holiday_file::{HolidayFault, parse_day};

/// A year of which gov.uk lists fewer days has no list yet: what it holds was proclaimed ahead of it, for one occasion.
const DAYS_OF_A_LISTED_YEAR: usize = 6;

/// gov.uk's form, as far as it says something about working days.
#[derive(Deserialize)]
struct Division<'a> {
    #[serde(borrow, default)]
    division: Cow<'a, str>,
    #[serde(borrow)]
    events: Vec<Event<'a>>,
}

#[derive(Deserialize)]
struct Event<'a> {
    #[serde(borrow)]
    title: Cow<'a, str>,
    // A piece of the text itself, which says where it stands.
    date: &'a str,
    #[serde(borrow, default)]
    notes: Cow<'a, str>,
}

/// Takes one division out of the whole, and the names of the others.
struct Named<'n>(&'n str);

impl<'de> DeserializeSeed<'de> for Named<'_> {
    type Value = (Option<Division<'de>>, Vec<String>);

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Named<'_> {
    type Value = (Option<Division<'de>>, Vec<String>);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with a key for each division")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let (mut found, mut others) = (None, Vec::new());
        while let Some(key) = map.next_key::<String>()? {
            if key != self.0 {
                map.next_value::<IgnoredAny>()?;
                others.push(key);
            } else if found.replace(map.next_value()?).is_some() {
                return Err(A::Error::custom(format!("division `{key}` stands twice")));
            }
        }
        Ok((found, others))
    }
}

/// What the list says of one division. The days carry no source yet.
pub(super) fn read(calendar: &str, text: &str) -> Result<Feed, Fault> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let whole = Named(calendar).deserialize(&mut reader).and_then(|whole| reader.end().map(|()| whole));
    let (found, others) = whole.map_err(|error| damaged(text, &error))?;
    let found = found.ok_or_else(|| {
        let known = if others.is_empty() { "none".to_owned() } else { others.join(", ") };
        (Place { line: 1, column: 1 }, FeedFault::NoDivision { wanted: calendar.to_owned(), known })
    })?;
    if !found.division.is_empty() && found.division != calendar {
        return Err((place_in(text, &found.division), FeedFault::OtherDivision(found.division.into_owned())));
    }
    let name = format!("\"{calendar}\"");
    let last = found.events.last().ok_or_else(|| {
        let named = text.find(&name).and_then(|at| text.get(at..));
        (named.map_or(Place { line: 1, column: 1 }, |named| place_in(text, named)), FeedFault::Empty)
    })?;
    let end = place_in(text, end_of_list(text, last.date));

    let (mut days, mut places) = (Vec::<Holiday>::new(), Vec::new());
    for event in &found.events {
        let place = place_in(text, event.date);
        let on = parse_day(event.date).map_err(|fault| (place, FeedFault::Holiday(fault)))?;
        match days.last().map(|last| last.on) {
            Some(last) if last == on => return Err((place, FeedFault::Holiday(HolidayFault::Duplicate(on)))),
            Some(last) if last > on => return Err((place, FeedFault::Holiday(HolidayFault::Unordered(on)))),
            _ => {}
        }
        let title = event.title.split_whitespace().collect::<Vec<_>>().join(" ");
        if title.is_empty() || event.title.contains(|c: char| c == '|' || c.is_control()) {
            // One with an escape in it is no piece of the text: its day is named instead.
            let at = if matches!(event.title, Cow::Borrowed(_)) { place_in(text, &event.title) } else { place };
            return Err((at, FeedFault::Title));
        }
        days.push(Holiday {
            on,
            title,
            substitute: event.notes.trim().eq_ignore_ascii_case("substitute day"),
            one_off: false,
            status: HolidayStatus::Published,
            source: String::new(),
        });
        places.push(place);
    }
    let mut of_year: BTreeMap<i32, usize> = BTreeMap::new();
    for day in &days {
        *of_year.entry(day.on.year()).or_default() += 1;
    }
    for day in &mut days {
        day.one_off = of_year.get(&day.on.year()).is_some_and(|days| *days < DAYS_OF_A_LISTED_YEAR);
    }
    Ok(Feed { days, places, end, source: String::new() })
}

/// The reader's own words and place; its columns count bytes.
fn damaged(text: &str, error: &serde_json::Error) -> Fault {
    let line = text.split('\n').nth(error.line().saturating_sub(1)).unwrap_or_default();
    let column = line.char_indices().take_while(|(at, _)| *at < error.column()).count();
    let words = error.to_string();
    let words = words.rsplit_once(" at line ").map_or(words.as_str(), |(words, _)| words);
    let place = Place { line: error.line().max(1), column: column.max(1) };
    // What it calls borrowed is text without an escape in it.
    let words = words.replace("a borrowed string", "plain text");
    (place, if error.is_data() { FeedFault::Form(words) } else { FeedFault::Json(words) })
}

/// Where `part`, a piece of `text`, begins.
fn place_in(text: &str, part: &str) -> Place {
    let bytes = part.as_ptr().addr().saturating_sub(text.as_ptr().addr());
    let before = text.get(..bytes).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    Place { line: before.matches('\n').count() + 1, column: line.chars().count() + 1 }
}

/// From the bracket that closes the list of events on, of which `date` is the last one's date.
fn end_of_list<'a>(text: &'a str, date: &str) -> &'a str {
    let from = date.as_ptr().addr().saturating_sub(text.as_ptr().addr());
    // Inside the string that is the date, inside the event.
    let (mut quoted, mut escaped, mut depth) = (true, false, 1);
    for (at, c) in text.char_indices().skip_while(|(at, _)| *at < from) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = quoted,
            '"' => quoted = !quoted,
            '{' | '[' if !quoted => depth += 1,
            ']' if !quoted && depth == 0 => return text.get(at..).unwrap_or_default(),
            '}' | ']' if !quoted => depth -= 1,
            _ => {}
        }
    }
    text.get(text.len()..).unwrap_or_default()
}
