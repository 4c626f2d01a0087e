//! The allow-list: what a template may look up, filters and tests included.
//!
//! Owns the list. Must not know a letter, a template or any wording. It says the same as `view`, which a test holds it to.

/// What a value holds, as far as a template may look into it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Shape {
    /// A text, a number or a flag: nothing to look up in it.
    Plain,
    /// Several of a kind.
    Each(&'static Shape),
    /// Named fields.
    Fields(&'static [(&'static str, Shape)]),
    /// A template's own: a dictionary it wrote, a macro, `loop`.
    Own,
    /// What a template imported from another one, by that one's name.
    Module(&'static str),
    /// Whatever a macro is given: any field on the list.
    Any,
}

const PLAIN: Shape = Shape::Plain;
const TEXTS: Shape = Shape::Each(&PLAIN);

/// A letter.
pub(super) const LETTER: &[(&str, Shape)] = &[
    ("subject", PLAIN),
    ("authority", PLAIN),
    ("roles", TEXTS),
    ("written_on", PLAIN),
    ("data_as_of", PLAIN),
    ("corrections", PLAIN),
    ("children", PLAIN),
    ("matters", PLAIN),
    ("undone", PLAIN),
    ("counts", Shape::Each(&Shape::Fields(&[("kind", PLAIN), ("count", PLAIN)]))),
    ("groups", Shape::Each(&Shape::Fields(GROUP))),
    ("folded", Shape::Each(&Shape::Fields(COUNTED))),
];

const GROUP: &[(&str, Shape)] = &[("of", PLAIN), ("worker", PLAIN), ("families", Shape::Each(&Shape::Fields(FAMILY)))];

const FAMILY: &[(&str, Shape)] = &[("references", TEXTS), ("matters", Shape::Each(&Shape::Fields(MATTER)))];

const MATTER: &[(&str, Shape)] = &[
    ("kind", PLAIN),
    ("timing", PLAIN),
    ("due", PLAIN),
    ("days", PLAIN),
    ("references", Shape::Each(&Shape::Fields(&[("reference", PLAIN), ("link", PLAIN)]))),
    ("tasks", Shape::Each(&Shape::Fields(TASK))),
    ("common", Shape::Fields(DETAILS)),
];

const TASK: &[(&str, Shape)] = &[
    ("title", PLAIN),
    ("ask", PLAIN),
    ("citation", PLAIN),
    ("quote", PLAIN),
    ("under_review", PLAIN),
    ("arithmetic", PLAIN),
    ("strict", PLAIN),
    ("strict_timing", PLAIN),
    ("chart", Shape::Each(&Shape::Fields(BAR))),
    ("rows", TEXTS),
    ("own", Shape::Fields(DETAILS)),
];

const BAR: &[(&str, Shape)] = &[("words", PLAIN), ("count", PLAIN), ("marks", PLAIN), ("percent", PLAIN)];

const DETAILS: &[(&str, Shape)] =
    &[("notes", TEXTS), ("mended_by", PLAIN), ("next", PLAIN), ("because", PLAIN), ("provisional", PLAIN)];

const COUNTED: &[(&str, Shape)] =
    &[("kind", PLAIN), ("count", PLAIN), ("tasks", Shape::Each(&Shape::Fields(COUNTED_TASK)))];

const COUNTED_TASK: &[(&str, Shape)] = &[("title", PLAIN), ("ask", PLAIN), ("due", PLAIN), ("references", TEXTS)];

/// Functions.
pub(super) const FUNCTIONS: [&str; 2] = ["dict", "namespace"];

/// Filters. None looks a field up by a name it is handed.
pub(super) const FILTERS: [&str; 27] = [
    "abs",
    "capitalize",
    "count",
    "d",
    "default",
    "e",
    "escape",
    "first",
    "indent",
    "int",
    "join",
    "last",
    "length",
    "lines",
    "list",
    "lower",
    "max",
    "min",
    "replace",
    "reverse",
    "round",
    "sentence",
    "sort",
    "string",
    "title",
    "trim",
    "upper",
];

/// Tests, the signs of comparison among them.
pub(super) const TESTS: [&str; 20] = [
    "defined",
    "undefined",
    "none",
    "odd",
    "even",
    "number",
    "string",
    "startingwith",
    "endingwith",
    "eq",
    "equalto",
    "==",
    "ne",
    "!=",
    "lt",
    "<",
    "gt",
    ">",
    "in",
    "true",
];

/// The field of that name, in any of the places where one may stand.
pub(super) fn somewhere(name: &str) -> bool {
    in_fields(LETTER, name)
}

fn in_fields(fields: &[(&str, Shape)], name: &str) -> bool {
    fields.iter().any(|(known, shape)| *known == name || within(shape, name))
}

fn within(shape: &Shape, name: &str) -> bool {
    match shape {
        Shape::Each(each) => within(each, name),
        Shape::Fields(fields) => in_fields(fields, name),
        Shape::Plain | Shape::Own | Shape::Module(_) | Shape::Any => false,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::{
        message::{sample::letters, view::view},
        procedure::NoticeKind,
    };

    /// Every path in a value.
    fn paths(value: &serde_json::Value, at: &str, into: &mut BTreeSet<String>) {
        match value {
            serde_json::Value::Object(fields) => {
                for (name, held) in fields {
                    into.insert(format!("{at}.{name}"));
                    paths(held, &format!("{at}.{name}"), into);
                }
            }
            serde_json::Value::Array(each) => each.iter().for_each(|one| paths(one, at, into)),
            _ => {}
        }
    }

    fn listed(fields: &[(&str, Shape)], at: &str, into: &mut BTreeSet<String>) {
        for (name, shape) in fields {
            let path = format!("{at}.{name}");
            into.insert(path.clone());
            match shape {
                Shape::Fields(fields) | Shape::Each(Shape::Fields(fields)) => listed(fields, &path, into),
                _ => {}
            }
        }
    }

    #[test]
    fn the_list_and_what_a_template_is_shown_are_the_same() {
        let (mut shown, mut on_list) = (BTreeSet::new(), BTreeSet::new());
        for letter in letters(NoticeKind::Due) {
            paths(&serde_json::to_value(view(&letter)).unwrap(), "", &mut shown);
        }
        listed(LETTER, "", &mut on_list);
        assert_eq!(shown, on_list);
        assert!(shown.contains(".groups.families.matters.tasks.own.because"), "{shown:?}");
    }
}
