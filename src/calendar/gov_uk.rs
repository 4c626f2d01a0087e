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
use super::holiday_file::{out_of_order, parse_day};
use crate::shown::{SENTENCE, Shown, WORD};

/// A year of which gov.uk lists fewer days has no list yet: what it holds was proclaimed ahead of it, for one occasion.
const DAYS_OF_A_LISTED_YEAR: usize = 6;

/// How many divisions are named to somebody whose own is missing. gov.uk has three.
const NAMED: usize = 8;

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
                others.push(Shown(&key, WORD).to_string());
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
        let known = match others.len() {
            0 => "none".to_owned(),
            1..=NAMED => others.join(", "),
            more => format!("{}, and {} more", others.get(..NAMED).unwrap_or_default().join(", "), more - NAMED),
        };
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
        if let Some(fault) = days.last().and_then(|last| out_of_order(last.on, on)) {
            return Err((place, FeedFault::Holiday(fault)));
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
    let words = Shown(&words.replace("a borrowed string", "plain text"), SENTENCE).to_string();
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
    let rest = text.get(from..).unwrap_or_default();
    // Inside the string that is the date, inside the event.
    let (mut quoted, mut escaped, mut depth) = (true, false, 1);
    for (at, c) in rest.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = quoted,
            '"' => quoted = !quoted,
            '{' | '[' if !quoted => depth += 1,
            ']' if !quoted && depth == 0 => return rest.get(at..).unwrap_or_default(),
            '}' | ']' if !quoted => depth -= 1,
            _ => {}
        }
    }
    rest.get(rest.len()..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::holiday_file::HolidayFault::{Date, Duplicate, Unordered, Weekend};
    use super::*;

    /// In line 4 the title begins at column 14 (two blanks and `{"title": "`) and the date at 14 + 14 + 12 = 40; in line 5
    /// at 14 + 13 + 12 = 39. The list closes in line 6.
    const LIST: &str = r#"{
"other": {"division": "other", "events": []},
"trial": {"division": "trial", "events": [
  {"title": "New Year’s Day", "date": "2027-01-01", "notes": "", "bunting": true},
  {"title": "Christmas Day", "date": "2027-12-27", "notes": " substitute DAY ", "bunting": true}
 ]}}"#;

    fn refused(text: &str) -> (usize, usize, FeedFault) {
        let (Place { line, column }, fault) = read("trial", text).unwrap_err();
        (line, column, fault)
    }

    #[test]
    fn each_day_is_read_where_it_stands() {
        let feed = read("trial", LIST).unwrap();
        let said: Vec<_> = feed.days.iter().map(|day| (day.on.to_string(), &*day.title, day.substitute)).collect();
        let expected = [("2027-01-01", "New Year’s Day", false), ("2027-12-27", "Christmas Day", true)];
        assert_eq!(said, expected.map(|(on, title, substitute)| (on.to_owned(), title, substitute)));
        assert!(feed.days.iter().all(|day| day.status == HolidayStatus::Published));
        assert_eq!(feed.places, [Place { line: 4, column: 40 }, Place { line: 5, column: 39 }]);
        assert_eq!(feed.end, Place { line: 6, column: 2 });
        // A division need not repeat its name.
        assert_eq!(read("trial", &LIST.replace("\"division\": \"trial\", ", "")).unwrap().days, feed.days);
    }

    #[test]
    fn the_list_ends_at_its_own_bracket_whatever_its_last_day_says() {
        for further in
            [r#""[""#, r#""{{ ""#, r#""}""#, r#""]""#, r#""\"]""#, r#""a \\""#, r#"{"x": ["}"]}"#, "[[], {}]"]
        {
            // Behind the last date, and in the other division.
            let last = LIST.replace("\" substitute DAY \"", &format!("\"\", \"x\": {further}"));
            assert_eq!(read("trial", &last).unwrap().end, Place { line: 6, column: 2 }, "{further}");
            let before = LIST.replace("[]},", &format!("[], \"x\": {further}}},"));
            assert_eq!(read("trial", &before).unwrap().end, Place { line: 6, column: 2 }, "{further}");
        }
    }

    #[test]
    fn a_year_of_fewer_than_six_days_has_no_list_yet() {
        for (days, one_off) in [(1, true), (5, true), (6, false), (8, false)] {
            // As many Mondays, from 4 January 2027 on; the year before has one more than is needed.
            let mondays = |from: &str, count| from.parse::<chrono::NaiveDate>().unwrap().iter_weeks().take(count);
            let events: Vec<_> = mondays("2026-01-05", 7)
                .chain(mondays("2027-01-04", days))
                .map(|on| format!("{{\"title\": \"A\", \"date\": \"{on}\"}}"))
                .collect();
            let feed = read("trial", &format!("{{\"trial\": {{\"events\": [{}]}}}}", events.join(","))).unwrap();
            let marked: Vec<_> = feed.days.iter().map(|day| day.one_off).collect();
            assert_eq!(marked, [vec![false; 7], vec![one_off; days]].concat(), "{days}");
        }
    }

    #[test]
    fn a_doubtful_day_is_refused_where_it_stands() {
        let day = |text: &str| text.parse().unwrap();
        for (from, to, line, column, expected) in [
            ("2027-12-27", "27/12/2027", 5, 39, FeedFault::Holiday(Date("27/12/2027".to_owned()))),
            ("2027-12-27", "2027-12-25", 5, 39, FeedFault::Holiday(Weekend(day("2027-12-25")))),
            ("2027-12-27", "2027-01-01", 5, 39, FeedFault::Holiday(Duplicate(day("2027-01-01")))),
            ("2027-12-27", "2026-12-28", 5, 39, FeedFault::Holiday(Unordered(day("2026-12-28")))),
            ("New Year’s Day", " ", 4, 14, FeedFault::Title),
            ("New Year’s Day", "New | Day", 4, 14, FeedFault::Title),
            // An escape is no piece of the text: the date is named instead, at 14 + 12 + 12.
            ("New Year’s Day", "New\\u0007Day", 4, 38, FeedFault::Title),
            ("\"trial\", \"ev", "\"wales\", \"ev", 3, 24, FeedFault::OtherDivision("wales".to_owned())),
            (
                "\"trial\": {",
                "\"wales\": {",
                1,
                1,
                FeedFault::NoDivision { wanted: "trial".to_owned(), known: "other, wales".to_owned() },
            ),
        ] {
            assert!(LIST.contains(from), "{from}");
            assert_eq!(refused(&LIST.replacen(from, to, 1)), (line, column, expected), "{to}");
        }
        // Nothing under the name: the name is where it should be, or there is nothing at all.
        assert_eq!(refused("{\n \"trial\": {\"events\": []}}"), (2, 2, FeedFault::Empty));
        let nothing = FeedFault::NoDivision { wanted: "trial".to_owned(), known: "none".to_owned() };
        assert_eq!(refused("{}"), (1, 1, nothing));
    }

    #[test]
    fn what_is_no_such_list_is_refused_in_the_readers_words() {
        // ’ is three bytes and one column: the date ends at 49, its quote is at 50, and `"notes"` begins at 52.
        let (line, column, fault) = refused(&LIST.replacen("2027-01-01\", ", "2027-01-01\" ", 1));
        assert_eq!((line, column), (4, 52));
        assert_eq!(fault, FeedFault::Json("expected `,` or `}`".to_owned()));
        let form = |words: &str| FeedFault::Form(words.to_owned());
        let an_object = "invalid type: sequence, expected an object with a key for each division";
        assert_eq!(refused("[]").2, form(an_object));
        assert_eq!(refused(&LIST.replace("other", "trial")).2, form("division `trial` stands twice"));
        let escaped = LIST.replacen("2027-01-01", "2027\\u002d01-01", 1);
        assert_eq!(refused(&escaped).2, form("invalid type: string \"2027-01-01\", expected plain text"));
    }
}
