//! The single words of the language: roles, periods, offsets, kinds of fact and their attributes.
//!
//! Owns how each is read and what is said about one that does not exist. Must not know where in a rule it stands.

use super::table::{Item, Text};
use crate::{
    calendar::{Allowance, Period},
    directory::Role,
    near::choices,
    procedure::{Base, Distance, Offset},
    record::{AttributeType, FactKind, is_birth},
};

const OFFSET_HELP: &str = "write `at once`, `on due`, or a period before or after `strict`, `due` or `anchor`, \
                           such as `3 working days before strict`";

pub(super) fn role(text: &Text<'_>) -> Option<Role> {
    text.one_of("role", "the roles are", &Role::ALL.map(|role| (role.name(), role)))
}

/// Roles with their places, at least one and none twice.
pub(super) fn roles<'a>(item: &Item<'a>) -> Vec<(Role, Text<'a>)> {
    let mut told: Vec<(Role, Text<'a>)> = Vec::new();
    let items = item.list().unwrap_or_default();
    if items.is_empty() {
        let help = format!("write: {} = [\"lead_worker\"]", item.name);
        item.log.problem(&item.span, format!("`{}` names nobody", item.name), help);
    }
    for text in items.iter().filter_map(Item::text) {
        let Some(role) = role(&text) else { continue };
        if told.iter().any(|(other, _)| *other == role) {
            text.log.problem(&text.span, format!("`{role}` is in `{}` twice", item.name), "take one of the two out");
        } else {
            told.push((role, text));
        }
    }
    told
}

pub(super) fn period(text: &Text<'_>) -> Option<Period> {
    period_of(text, text.is)
}

fn period_of(text: &Text<'_>, words: &str) -> Option<Period> {
    words.parse().map_or_else(|error: crate::calendar::PeriodError| text.refuse(error.to_string(), ""), Some)
}

/// A period, or a limit in which the hour matters.
pub(super) fn allowance(text: &Text<'_>) -> Option<Allowance> {
    text.is.parse().map_or_else(|error: crate::calendar::AllowanceError| text.refuse(error.to_string(), ""), Some)
}

pub(super) fn offset(text: &Text<'_>) -> Option<Offset> {
    let words: Vec<&str> = text.is.split_whitespace().collect();
    let bases = [("anchor", Base::Anchor), ("strict", Base::Strict), ("due", Base::Due)];
    let base = |name: &str| bases.into_iter().find(|(known, _)| *known == name).map(|(_, base)| base);
    match words.as_slice() {
        ["at", "once"] => return Some(Offset::AtOnce),
        ["on", to] => {
            if let Some(base) = base(to) {
                return Some(Offset::On(base));
            }
        }
        [period @ .., side @ ("before" | "after"), to] => {
            if let Some(base) = base(to) {
                let period = period_of(text, &period.join(" "))?;
                return Some(if *side == "before" {
                    Offset::Before(period, base)
                } else {
                    Offset::After(period, base)
                });
            }
        }
        _ => {}
    }
    text.refuse(format!("cannot read `{}` as a place on a ladder", text.is), OFFSET_HELP)
}

/// A distance from a date: `10 weeks before`, `10 days after`, or `10 days`, which is after it too.
pub(super) fn distance(text: &Text<'_>) -> Option<Distance> {
    match text.is.strip_suffix(" before") {
        Some(period) => period_of(text, period).map(Distance::Before),
        None => period_of(text, text.is.strip_suffix(" after").unwrap_or(text.is)).map(Distance::After),
    }
}

pub(super) fn fact_kind(text: &Text<'_>) -> Option<FactKind> {
    text.one_of("kind of fact", "the kinds are", &FactKind::ALL.map(|kind| (kind.name(), kind)))
}

/// An attribute of that kind of fact. The case system's own reckoning of a date is none: it is evidence of nothing.
pub(super) fn attribute(text: &Text<'_>, kind: FactKind) -> Option<&'static crate::record::Attribute> {
    if kind.target() == Some(text.is) {
        let message = format!("`{}` is what the case system reckons, and no rule counts on it", text.is);
        return text.refuse(message, "it is compared with the date that a rule comes to, and with nothing else");
    }
    kind.attribute(text.is).map(|(_, attribute)| attribute).or_else(|| {
        let names = kind.attributes().map(|attribute| attribute.name);
        let help = choices(text.is, "it has", names.filter(|name| kind.target() != Some(*name)));
        text.refuse(format!("a {} has no attribute `{}`", kind.words(), text.is), help)
    })
}

/// An attribute that holds this type.
pub(super) fn attribute_of(text: &Text<'_>, kind: FactKind, holds: AttributeType) -> Option<&'static str> {
    let attribute = attribute(text, kind)?;
    if attribute.holds == holds {
        return Some(attribute.name);
    }
    let usable = kind.attributes().filter(|a| a.holds == holds && kind.target() != Some(a.name));
    let fitting: Vec<&str> = usable.map(|a| a.name).collect();
    let help = match fitting.as_slice() {
        [] => String::new(),
        names => {
            let has = format!("a {} has as {}", kind.words(), type_words(holds));
            choices(text.is, &has, names.iter().copied())
        }
    };
    let message = format!("`{}` is {}, not {}", text.is, type_words(attribute.holds), type_words(holds));
    text.refuse(message, help)
}

/// A date attribute that messages may name: not the day of a birth.
pub(super) fn sayable_date(text: &Text<'_>, kind: FactKind) -> Option<&'static str> {
    let name = attribute_of(text, kind, AttributeType::Date)?;
    if is_birth(name) {
        let message = format!("`{name}` is the day of a birth, which nobody may be told");
        return text.refuse(message, "a clock may start with it: `from` and `strict_from` may name it");
    }
    Some(name)
}

/// A date attribute of the event that starts the clock, other than the one that starts it.
pub(super) fn later_date(text: &Text<'_>, kind: FactKind) -> Option<&'static str> {
    let name = sayable_date(text, kind)?;
    if name == kind.happened() {
        let message = format!("`{name}` is always recorded: it is what starts the clock");
        return text.refuse(message, "name a date that is recorded later");
    }
    Some(name)
}

pub(super) fn type_words(holds: AttributeType) -> &'static str {
    match holds {
        AttributeType::Flag => "true or false",
        AttributeType::Count => "a number",
        AttributeType::Date => "a date",
        AttributeType::Code(_) => "a code",
        AttributeType::Person => "a person",
        AttributeType::Team => "a team",
        AttributeType::Fact(_) => "another fact",
    }
}
