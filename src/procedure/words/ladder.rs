//! Who is told when, in plain words: "3 working days before the earliest date: reminder to the Lead Social Worker".
//!
//! Owns the words of a step's place, kind and recipients. Must not know what a message says.

use super::{every, listed};
use crate::{
    directory::Role,
    procedure::{Base, Between, NoticeKind, Offset, Procedure, Rule, Shape, Step, UNDONE, parse::anchor},
    record::attribute_words,
};

/// A line for each place on the ladder, and one for the repeat.
pub(super) fn lines(procedure: &Procedure, rule: &Rule) -> Vec<String> {
    let dates = Dates::of(&rule.shape);
    let mut places: Vec<(String, Vec<String>)> = Vec::new();
    // What guides says of no event that it was not done.
    let never = |step: &&Step| step.once == Some(UNDONE) && !can_be_undone(&rule.shape);
    for step in rule.ladder.steps.iter().filter(|step| !never(step)) {
        let (place, told) = (place(&dates, step), told_at(procedure, step));
        match places.last_mut() {
            Some((last, here)) if *last == place => here.push(told),
            _ => places.push((place, vec![told])),
        }
    }
    let mut lines: Vec<String> =
        places.into_iter().map(|(place, told)| format!("{place}: {}", told.join("; "))).collect();
    if let Some(repeat) = &rule.ladder.repeat {
        let told = told(procedure, repeat.kind, &repeat.tell);
        lines.push(format!("Then every {} until it is met: {told}", every(repeat.every)));
    }
    lines
}

fn can_be_undone(shape: &Shape) -> bool {
    matches!(shape, Shape::Check(check) if check.undone.is_some())
}

/// What the dates of a ladder are called in rules of that shape.
struct Dates {
    anchor: String,
    due: String,
}

impl Dates {
    fn of(shape: &Shape) -> Dates {
        let fact = anchor(shape).map_or("event", |kind| kind.words());
        let named = |anchor: String, due: &str| Dates { anchor, due: due.to_owned() };
        match shape {
            Shape::Alert(_) => named(format!("the {fact}"), &format!("the day of the {fact}")),
            Shape::Check(_) | Shape::Guidance(_) => named(format!("the {fact}"), "the working day after"),
            Shape::Standing(_) => named("the first day".to_owned(), "the first day it is not met"),
            Shape::Report(_) => named("the end of the month".to_owned(), "the day it goes out"),
            Shape::Recurring(_) => named("the last time".to_owned(), "the due date"),
            Shape::Between(Between::EveryNth { .. }) => {
                named(format!("the first {fact} without it"), &format!("the day of the {fact} that breaks it"))
            }
            _ => named(format!("the {fact}"), "the due date"),
        }
    }

    fn name(&self, base: Base) -> &str {
        match base {
            Base::Anchor => &self.anchor,
            Base::Strict => "the earliest date",
            Base::Due => &self.due,
        }
    }

    fn place(&self, when: Offset) -> String {
        match when {
            Offset::AtOnce => "At once, on any day and at any hour".to_owned(),
            Offset::On(Base::Anchor) if self.anchor.ends_with("day") => format!("On {}", self.anchor),
            Offset::On(Base::Anchor) => format!("On the day of {}", self.anchor),
            Offset::On(base) => format!("On {}", self.name(base)),
            Offset::Before(period, base) => format!("{period} before {}", self.name(base)),
            Offset::After(period, base) => format!("{period} after {}", self.name(base)),
        }
    }
}

/// When, and on what else it depends.
fn place(dates: &Dates, step: &Step) -> String {
    let once = step.once.map(|name| match name {
        UNDONE => "where the record says that it was not done".to_owned(),
        name => format!("once \"{}\" is on record", attribute_words(name)),
    });
    let unless = step.unless.map(|name| format!("while \"{}\" is not on record", attribute_words(name)));
    let conditions: Vec<String> = once.into_iter().chain(unless).collect();
    let comma = if conditions.is_empty() { "" } else { ", " };
    format!("{}{comma}{}", dates.place(step.when), listed(&conditions, "and"))
}

fn told_at(procedure: &Procedure, step: &Step) -> String {
    let ask = step.ask.as_ref().map(|ask| format!(": \"{ask}\"")).unwrap_or_default();
    format!("{}{ask}", told(procedure, step.kind, &step.tell))
}

fn told(procedure: &Procedure, kind: NoticeKind, tell: &[Role]) -> String {
    let kind = match kind {
        NoticeKind::Due => "due notice",
        NoticeKind::Overdue => "overdue notice",
        NoticeKind::Counted => "breach counted",
        other => other.name(),
    };
    let roles: Vec<String> = tell.iter().map(|role| format!("the {}", procedure.role_words(*role))).collect();
    format!("{kind} to {}", listed(&roles, "and"))
}
