//! Reading how a rule points at facts: `{ fact = "visit", where = { seen = true }, by = ["lead_worker"] }`.
//!
//! Owns selectors and what meets a duty. Must not know which shape they stand in.

use super::{
    table::{Item, Table, Text},
    words,
};
use crate::{
    near::choices,
    procedure::{MetBy, Relation, Selector, Test},
    record::{AttributeType, FactKind},
};

const EXAMPLE: &str = "{ fact = \"core_group\" }";

/// A selector under a key that must be there.
pub(super) fn needed(table: &mut Table<'_>, key: &'static str) -> Option<Selector> {
    selector(&table.need(key, EXAMPLE)?)
}

pub(super) fn selector(item: &Item<'_>) -> Option<Selector> {
    let mut table = item.table("a choice of facts")?;
    let selector = read(&mut table);
    table.finish();
    selector
}

fn read(table: &mut Table<'_>) -> Option<Selector> {
    let fact = table.need("fact", "\"core_group\"").and_then(|fact| words::fact_kind(&fact.text()?));
    let tests = table.get("where");
    let by = table.get("by");
    let first = table.get("first").map_or(Some(false), |first| first.flag());
    let fact = fact?;
    let tests = tests.map_or(Some(Vec::new()), |tests| read_tests(&tests, fact));
    let by = by.map_or(Some(Vec::new()), |by| relations(&by, fact));
    Some(Selector { fact, tests: tests?, by: by?, first: first? })
}

/// What meets a duty: any such fact. The first one of all could meet only the first duty.
pub(super) fn meeting(item: &Item<'_>) -> Option<Selector> {
    not_the_first(item, selector(item)?)
}

/// The same, with the word whether it is enough that it is arranged.
pub(super) fn meeting_or_booked(item: &Item<'_>) -> Option<(Selector, bool)> {
    let mut table = item.table("a choice of facts")?;
    let selector = read(&mut table);
    let booked = table.get("booked").map_or(Some(false), |flag| flag.flag());
    table.finish();
    Some((not_the_first(item, selector?)?, booked?))
}

fn not_the_first(item: &Item<'_>, selector: Selector) -> Option<Selector> {
    if selector.first {
        item.log.problem(
            &item.span,
            "what meets a duty cannot be only the first of all",
            "take `first` out: the next one meets it",
        );
        return None;
    }
    Some(selector)
}

/// What meets a duty: a fact, or dates on the event that started it.
pub(super) fn met_by(item: &Item<'_>, anchor: Option<FactKind>) -> Option<MetBy> {
    if item.table("what meets a duty")?.peek("dates").is_some() {
        dates(item, anchor).map(MetBy::Dates)
    } else {
        meeting(item).map(MetBy::Fact)
    }
}

/// `{ dates = ["minutes_sent_on"] }`
pub(super) fn dates(item: &Item<'_>, anchor: Option<FactKind>) -> Option<Vec<&'static str>> {
    let mut table = item.table("what meets a duty")?;
    let dates = table.need("dates", "[\"minutes_sent_on\"]").and_then(|dates| dates.list());
    table.finish();
    let dates = dates?;
    if dates.is_empty() {
        item.log.problem(&item.span, "`dates` names no date, so nothing could meet this duty", "");
    }
    let names = dates.iter().map(|date| words::later_date(&date.text()?, anchor?));
    names.collect::<Vec<_>>().into_iter().collect()
}

pub(super) fn read_tests(item: &Item<'_>, fact: FactKind) -> Option<Vec<Test>> {
    let tests: Vec<_> =
        item.table("the tests of a fact")?.entries().map(|(name, value)| test(&name, &value, fact)).collect();
    tests.into_iter().collect()
}

fn test(name: &Text<'_>, value: &Item<'_>, fact: FactKind) -> Option<Test> {
    let found = words::attribute(name, fact)?;
    match found.holds {
        AttributeType::Flag if value.is_table() => {
            let mut table = value.table("what it is not")?;
            let is_not = table.need("not", "true").and_then(|not| not.flag());
            table.finish();
            Some(Test::NotFlag { attribute: found.name, is_not: is_not? })
        }
        AttributeType::Flag => value.flag().map(|is| Test::Flag { attribute: found.name, is }),
        AttributeType::Code(codes) if value.is_table() => {
            let mut table = value.table("which codes it is not")?;
            let none_of = table.need("not", "[\"died\", \"moved\"]");
            table.finish();
            let none_of = these_codes(name, &none_of?, found.name, codes)?;
            Some(Test::NotCode { attribute: found.name, none_of })
        }
        AttributeType::Code(codes) => {
            Some(Test::Code { attribute: found.name, any_of: these_codes(name, value, found.name, codes)? })
        }
        other => name.refuse(
            format!("`{}` is {}, which `where` cannot test", name.is, words::type_words(other)),
            "`where` tests attributes that are true or false, and codes",
        ),
    }
}

fn these_codes(
    name: &Text<'_>,
    value: &Item<'_>,
    attribute: &str,
    codes: &'static [&'static str],
) -> Option<Vec<String>> {
    let items = value.one_or_more();
    if items.is_empty() {
        return name.refuse(format!("`{}` names no code", name.is), "");
    }
    let named: Vec<_> = items.iter().map(|item| code(&item.text()?, attribute, codes)).collect();
    named.into_iter().collect()
}

fn code(text: &Text<'_>, attribute: &str, codes: &'static [&'static str]) -> Option<String> {
    if codes.is_empty() || codes.contains(&text.is) {
        return Some(text.is.into());
    }
    let help = choices(text.is, "the codes are", codes.iter().copied());
    text.refuse(format!("`{attribute}` has no code `{}`", text.is), help)
}

fn relations(item: &Item<'_>, fact: FactKind) -> Option<Vec<Relation>> {
    let items = item.one_or_more();
    if items.is_empty() {
        item.log.problem(&item.span, "`by` names nobody", "leave `by` out where anybody may have made it");
        return None;
    }
    if fact != FactKind::Visit {
        let message = format!("a {} does not say who made it", fact.words());
        item.log.problem(&item.span, message, "`by` goes with visits");
        return None;
    }
    let by: Vec<_> =
        items.iter().map(|item| item.text()?.one_of("relation", "the relations are", &Relation::ALL)).collect();
    by.into_iter().collect()
}
