//! A choice of facts in plain words: "a visit by the Lead Social Worker with the child seen".
//!
//! Owns the phrase of each test. Must not know which rule asks.

use super::listed;
use crate::{
    directory::Role,
    procedure::{Procedure, Relation, Selector, Test},
    record::FactKind,
};

/// With its article: "a conference (initial or pre-birth) that makes a plan".
pub(super) fn one(procedure: &Procedure, selector: &Selector) -> String {
    format!("{}{}", article_and_noun(selector), qualities(procedure, selector))
}

fn article_and_noun(selector: &Selector) -> String {
    let noun = selector.fact.words();
    if selector.first { format!("the first {noun}") } else { with_article(noun) }
}

/// Without an article: "conference that makes a plan".
pub(super) fn bare(procedure: &Procedure, selector: &Selector) -> String {
    format!("{}{}", selector.fact.words(), qualities(procedure, selector))
}

/// Several, one after the other: "visits in a row by the Lead Social Worker".
pub(super) fn in_a_row(procedure: &Procedure, selector: &Selector) -> String {
    let noun = selector.fact.words();
    let many = noun.strip_suffix('y').map_or_else(|| format!("{noun}s"), |stem| format!("{stem}ies"));
    format!("{many} in a row{}", qualities(procedure, selector))
}

/// As it meets a duty. What can be booked meets nothing before it is held.
pub(super) fn held(procedure: &Procedure, selector: &Selector) -> String {
    let qualities = qualities(procedure, selector);
    let comma = if qualities.is_empty() { "" } else { "," };
    let held = if selector.fact.booked().is_some() { format!("{comma} held") } else { String::new() };
    format!("{}{qualities}{held}", article_and_noun(selector))
}

/// "an enquiry".
pub(super) fn with_article(noun: &str) -> String {
    let article = if noun.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {noun}")
}

/// What a flag says of its fact, e.g. "that makes a plan".
pub(super) fn flag(fact: FactKind, attribute: &str, is: bool) -> String {
    let (yes, no) = match (fact, attribute) {
        (FactKind::Plan, "other_authority") => ("of another authority", "of this authority"),
        (FactKind::Enquiry, "conference_needed") => ("that needs a conference", "that needs no conference"),
        (FactKind::Conference, "makes_plan") => ("that makes a plan", "that makes no plan"),
        (FactKind::Visit, "seen") => ("with the child seen", "without the child being seen"),
        (FactKind::Visit, "alone") => ("with the child seen alone", "without the child being seen alone"),
        (FactKind::Visit, "bedroom") => ("with the bedroom seen", "without the bedroom being seen"),
        (FactKind::Membership, "professional") => ("of a professional", "of somebody who is no professional"),
        (_, other) => return format!("with \"{}\" recorded as {}", spaced(other), if is { "Yes" } else { "No" }),
    };
    if is { yes } else { no }.to_owned()
}

/// What a fact is not known to be, e.g. "of this authority".
fn not_flag(fact: FactKind, attribute: &str, is_not: bool) -> String {
    if fact.is_answer(attribute) {
        return format!("without \"{}\" recorded as {}", spaced(attribute), if is_not { "Yes" } else { "No" });
    }
    flag(fact, attribute, !is_not)
}

fn qualities(procedure: &Procedure, selector: &Selector) -> String {
    let mut text = String::new();
    let mut flags = Vec::new();
    for test in &selector.tests {
        match test {
            Test::Code { any_of, .. } => text.push_str(&codes(procedure, any_of)),
            Test::NotCode { none_of, .. } => text.push_str(&format!(" (other than {})", named(procedure, none_of))),
            Test::NotFlag { attribute, is_not } => flags.push(not_flag(selector.fact, attribute, *is_not)),
            Test::Flag { attribute, is } => flags.push(flag(selector.fact, attribute, *is)),
        }
    }
    if !selector.by.is_empty() {
        let by: Vec<String> = selector.by.iter().map(|relation| person(procedure, *relation)).collect();
        text.push_str(&format!(" by {}", listed(&by, "or")));
    }
    if !flags.is_empty() {
        text.push_str(&format!(" {}", listed(&flags, "and")));
    }
    text
}

/// Codes follow their fact in brackets; those that are roles say what somebody is.
fn codes(procedure: &Procedure, any_of: &[String]) -> String {
    let roles: Result<Vec<Role>, _> = any_of.iter().map(|code| Role::from_name(code)).collect();
    match roles {
        Ok(roles) => {
            let roles: Vec<String> = roles.into_iter().map(|role| procedure.role_words(role)).collect();
            format!(" as {}", listed(&roles, "or"))
        }
        Err(_) => format!(" ({})", listed(&any_of.iter().map(|code| spaced(code)).collect::<Vec<_>>(), "or")),
    }
}

/// What a fact has to say of itself: `"chair role" Team Leader`, `"worker attended" Yes`.
pub(super) fn said(procedure: &Procedure, test: &Test) -> String {
    match test {
        Test::Flag { attribute, is } => format!("\"{}\" {}", spaced(attribute), if *is { "Yes" } else { "No" }),
        Test::Code { attribute, any_of } => format!("\"{}\" {}", spaced(attribute), named(procedure, any_of)),
        Test::NotFlag { attribute, is_not } => {
            format!("\"{}\" not {}", spaced(attribute), if *is_not { "Yes" } else { "No" })
        }
        Test::NotCode { attribute, none_of } => {
            format!("\"{}\" other than {}", spaced(attribute), named(procedure, none_of))
        }
    }
}

/// Codes in a list, those that are roles by the authority's own words for them.
fn named(procedure: &Procedure, codes: &[String]) -> String {
    let word = |code: &String| match Role::from_name(code) {
        Ok(role) => procedure.role_words(role),
        Err(_) => spaced(code),
    };
    listed(&codes.iter().map(word).collect::<Vec<_>>(), "or")
}

fn person(procedure: &Procedure, relation: Relation) -> String {
    match relation {
        Relation::LeadWorker => format!("the {}", procedure.role_words(Role::LEAD_WORKER)),
        Relation::CoreGroupProfessional => "a professional of the core group".to_owned(),
    }
}

/// A name of the catalogue as a person writes it.
fn spaced(name: &str) -> String {
    if name == "pre_birth" { "pre-birth".to_owned() } else { name.replace('_', " ") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::AttributeType;

    #[test]
    fn every_flag_that_is_a_column_has_words_of_its_own() {
        for kind in FactKind::ALL {
            for attribute in kind.columns().iter().filter(|column| column.holds == AttributeType::Flag) {
                for is in [true, false] {
                    let words = flag(kind, attribute.name, is);
                    assert!(!words.contains("recorded as"), "{kind:?}.{}: {words}", attribute.name);
                }
            }
        }
    }
}
