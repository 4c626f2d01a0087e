//! Reading ladders: the named ones, their repeats, and the steps a rule adds of its own.
//!
//! Owns the words of a step. Must not know whether a step can ever be reached: that depends on the rule, and is for
//! `order` and `reach` to say.

use std::{collections::BTreeMap, ops::Range};

use super::{
    table::{Item, Table, Text},
    words,
};
use crate::{
    directory::Role,
    near::choices,
    procedure::{NoticeKind, Offset, Repeat, Step},
    record::FactKind,
};

/// Kinds that duewatch tells by itself, whatever a ladder says.
const NOT_A_STEP: [NoticeKind; 7] = [
    NoticeKind::Resolved,
    NoticeKind::Changed,
    NoticeKind::NoLongerDue,
    NoticeKind::CannotTell,
    NoticeKind::RestEnds,
    NoticeKind::Handover,
    NoticeKind::DataQuality,
];

/// Names that the effect key gives to what is not a step.
const RESERVED: [&str; 6] = ["repeat", "resolved", "changed", "no-longer-due", "cannot-tell", "rest-ends"];

/// How the names begin of the steps at which a case is taken over.
const HANDOVER: &str = "handover";

/// A step with the places of its words, before a rule says what its anchor is.
#[derive(Clone)]
pub(super) struct Rung<'a> {
    pub(super) name: Text<'a>,
    pub(super) when: Offset,
    pub(super) when_at: Range<usize>,
    pub(super) kind: NoticeKind,
    pub(super) kind_at: Range<usize>,
    pub(super) tell: Vec<(Role, Text<'a>)>,
    pub(super) unless: Option<Text<'a>>,
    pub(super) once: Option<Text<'a>>,
    pub(super) ask: Option<String>,
}

/// A named ladder.
pub(super) struct NamedLadder<'a> {
    pub(super) rungs: Vec<Rung<'a>>,
    pub(super) repeat: Option<Repeat>,
}

impl Rung<'_> {
    /// The step it is in a rule whose anchor is that kind of fact.
    pub(super) fn step(&self, anchor: Option<FactKind>) -> Option<Step> {
        let unless = link("unless", self.unless.as_ref(), anchor).ok()?;
        let once = link("once", self.once.as_ref(), anchor).ok()?;
        Some(Step {
            name: self.name.is.into(),
            when: self.when,
            kind: self.kind,
            tell: self.tell.iter().map(|(role, _)| *role).collect(),
            unless,
            once,
            ask: self.ask.clone(),
        })
    }
}

/// The date attribute of the anchor that a link of a chain names; none of none. An error has been reported.
fn link(key: &str, named: Option<&Text<'_>>, anchor: Option<FactKind>) -> Result<Option<&'static str>, ()> {
    match (named, anchor) {
        (None, _) => Ok(None),
        (Some(named), Some(anchor)) => words::later_date(named, anchor).map(Some).ok_or(()),
        (Some(named), None) => {
            let message = format!("no event starts this rule, so `{}` is recorded nowhere", named.is);
            named.log.problem(&named.span, message, format!("take `{key}` out, or give the rule another ladder"));
            Err(())
        }
    }
}

/// All named ladders of a file.
pub(super) fn ladders<'a>(file: &mut Table<'a>) -> BTreeMap<&'a str, NamedLadder<'a>> {
    let mut ladders = BTreeMap::new();
    for (name, item) in file.get("ladders").and_then(|item| item.table("the ladders")).iter().flat_map(Table::entries) {
        if item.list().is_some_and(|steps| steps.is_empty()) {
            name.log.problem(&name.span, format!("the ladder `{}` has no steps", name.is), "nobody would ever be told");
        }
        let rungs = rungs(&item);
        super::order::check_alone(&rungs);
        ladders.insert(name.is, NamedLadder { rungs, repeat: None });
    }
    for (name, item) in file.get("repeat").and_then(|item| item.table("the repeats")).iter().flat_map(Table::entries) {
        let repeat = repeat(&item);
        if let Some(ladder) = ladders.get_mut(name.is) {
            ladder.repeat = repeat;
        } else {
            let help = choices(name.is, "the ladders are", ladders.keys().copied());
            name.log.problem(&name.span, format!("there is no ladder `{}` to repeat", name.is), help);
        }
    }
    ladders
}

/// The steps of a list of tables.
pub(super) fn rungs<'a>(item: &Item<'a>) -> Vec<Rung<'a>> {
    let mut rungs: Vec<Rung<'a>> = Vec::new();
    for rung in item.list().unwrap_or_default().iter().filter_map(rung) {
        same_name(&rungs, &rung);
        rungs.push(rung);
    }
    rungs
}

/// Refuses a name that an earlier step has.
pub(super) fn same_name(earlier: &[Rung<'_>], rung: &Rung<'_>) {
    if let Some(other) = earlier.iter().find(|other| other.name.is == rung.name.is) {
        let line = rung.name.log.line(other.name.span.start);
        let message = format!("the step `{}` is already on this ladder, on line {line}", rung.name.is);
        rung.name.log.problem(&rung.name.span, message, "give each step a name of its own");
    }
}

fn rung<'a>(item: &Item<'a>) -> Option<Rung<'a>> {
    let mut table = item.table("a step")?;
    let name = table.need("step", "\"remind\"").and_then(|name| step_name(&name));
    let when = table.need("when", "\"3 working days before strict\"");
    let kind = table.need("kind", "\"reminder\"");
    let tell = table.need("tell", "[\"lead_worker\"]").map(|tell| words::roles(&tell));
    let unless = table.get("unless").map_or(Some(None), |unless| unless.text().map(Some));
    let once = table.get("once").map_or(Some(None), |once| once.text().map(Some));
    let ask = table.get("ask").map_or(Some(None), |ask| ask.text().map(|ask| Some(ask.is.to_owned())));
    table.finish();
    let offset = when.as_ref().and_then(|when| words::offset(&when.text()?));
    let named = kind.as_ref().and_then(kind_of);
    Some(Rung {
        name: name?,
        when: offset?,
        when_at: when?.span,
        kind: named?,
        kind_at: kind?.span,
        tell: tell?,
        unless: unless?,
        once: once?,
        ask: ask?,
    })
}

fn repeat(item: &Item<'_>) -> Option<Repeat> {
    let mut table = item.table("a repeat")?;
    let every = table.need("every", "\"5 working days\"").and_then(|every| words::period(&every.text()?));
    let kind = table.need("kind", "\"overdue\"").and_then(|kind| kind_of(&kind));
    let tell = table.need("tell", "[\"lead_worker\"]").map(|tell| words::roles(&tell));
    table.finish();
    let tell = tell?.into_iter().map(|(role, _)| role).collect();
    Some(Repeat { every: every?, kind: kind?, tell })
}

fn step_name<'a>(item: &Item<'a>) -> Option<Text<'a>> {
    let name = item.text()?;
    if RESERVED.contains(&name.is) || name.is.starts_with(HANDOVER) {
        return name
            .refuse(format!("`{}` is no name for a step", name.is), "duewatch uses it for a message of its own");
    }
    if !name.is.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte)) {
        let message = format!("`{}` is no name for a step", name.is);
        return name.refuse(message, "write small letters, digits, `-` and `_`, such as `remind`");
    }
    Some(name)
}

fn kind_of(item: &Item<'_>) -> Option<NoticeKind> {
    let text = item.text()?;
    let kind = text.one_of("kind of notice", "the kinds are", &NoticeKind::ALL)?;
    if NOT_A_STEP.contains(&kind) {
        return text.refuse(
            format!("`{}` is no kind for a ladder", text.is),
            "duewatch tells it by itself, to everybody it concerns",
        );
    }
    Some(kind)
}
