//! Reading one rule: what every rule says, whatever its shape.
//!
//! Owns duty ids, strength, citation and the choice of a ladder. Must not know what a shape means.

use std::collections::BTreeMap;

use super::{
    birth,
    head::Named,
    ladder::{NamedLadder, rungs},
    reach::Climb,
    shape::{ShapeName, shape},
    table::{Item, Table, Text},
    words,
};
use crate::{
    calendar::Period,
    directory::Role,
    near::{choices, nearest},
    procedure::{
        Ambiguity, Base, Citation, Counting, Counts, DutyCatalogue, DutyId, Ladder, NoticeKind, Offset, Reads, Rests,
        Rule, Shape, Step, Strength, Sureness, UNDONE, Under,
    },
};

/// The most words a quote may have. It points at the document and does not replace it.
const MOST_QUOTED_WORDS: usize = 25;

/// The procedure of what the country asks of every authority.
const NATIONAL: &str = "national";

/// How an authority's own duties begin, which no catalogue knows.
const LOCAL: &str = "local-";

pub(super) const STRENGTHS: [(&str, Strength); 4] = [
    ("must", Strength::Must),
    ("should", Strength::Should),
    ("good_practice", Strength::GoodPractice),
    ("may", Strength::May),
];

/// What a rule is read against.
pub(super) struct Surroundings<'a> {
    pub(super) named: Named<'a>,
    pub(super) counting: Option<Counting>,
    /// None where the table has a mistake.
    pub(super) ambiguities: Option<&'a BTreeMap<String, Ambiguity>>,
    pub(super) ladders: &'a BTreeMap<&'a str, NamedLadder<'a>>,
    pub(super) rests: &'a BTreeMap<Strength, Rests>,
    pub(super) known: &'a DutyCatalogue,
}

impl Surroundings<'_> {
    pub(super) fn rule(&self, mut table: Table<'_>) -> Option<Rule> {
        let line = table.log.line(table.span.start);
        let duty_text = table.need("duty", "\"local-example\"").and_then(|duty| duty.text());
        let duty = duty_text.as_ref().and_then(|duty| self.duty(duty));
        let title = table.need("title", "\"First core group\"").and_then(|title| title.text());
        let ask = table.need("ask", "\"Hold the first core group meeting\"").and_then(|ask| ask.text());
        let strength = table.need("strength", "\"must\"").and_then(|strength| strength.text());
        let responsible = table.need("responsible", "\"lead_worker\"").and_then(|role| words::role(&role.text()?));
        let cite = table.need("cite", "{ lines = [45], quote = \"the words\" }").and_then(|cite| self.citation(&cite));
        let under_review = table.get("under_review").map_or(Some(false), |flag| flag.flag());
        let not_in_text = table.get("not_in_text").map_or(Some(false), |flag| flag.flag());
        let ambiguity = table.get("ambiguity").map_or(Some(Vec::new()), |labels| self.labels(&labels));
        let under = table.get("under");
        let from_birth = table.get("from_birth");
        let after_death = table.get("after_death").map_or(Some(false), |flag| flag.flag());
        let office_days = table.get("office_days");
        let ladder = table.get("ladder").map(|ladder| ladder.text());
        let own: Vec<_> = table.both("step").flat_map(|steps| rungs(&steps)).collect();
        let why = if table.is_change() { table.get("why") } else { None };
        let changed = why.and_then(|why| why.text()).map(|why| why.is.to_owned());
        let takes_over = table.get("takes_over").map_or(Some(false), |flag| flag.flag());
        let sure = table.get("sure").map_or(Some(None), |sure| {
            sure.text()?.one_of("kind of source", "the kinds are", &Sureness::ALL).map(Some)
        });

        let shape_text = table.need("shape", "\"deadline\"").and_then(|shape| shape.text());
        let named = shape_text.as_ref().and_then(|text| text.one_of("shape", "the shapes are", &ShapeName::ALL));
        let strength_named =
            strength.as_ref().and_then(|text| text.one_of("strength", "the strengths are", &STRENGTHS));
        // Which other words a rule may have depends on its shape: without one they are not judged.
        let name = named?;
        let under = under.map_or(Some(Under::default()), |under| self::under(&under, name));
        let state = name == ShapeName::Standing || (name == ShapeName::Order && table.peek("must").is_some());
        let shape = shape(name, under.unwrap_or_default(), &mut table);
        table.finish();

        let (shape, shape_text, duty_text) = (shape?, shape_text?, duty_text?);
        let counts = office_days.map_or(Some(Counts::default()), |flag| counts(&flag, &shape));
        let ladder_named = match ladder {
            Some(text) => self.named_ladder(&text?).map(Some),
            None => self.usual_ladder(name, state, &shape_text, &strength?),
        };
        let climb = Climb { duty: &duty_text, line, shape_name: shape_text.is, shape: &shape, counting: self.counting };
        let mut ladder = climb.ladder(ladder_named.ok()?, &own)?;
        let waits = from_birth.as_ref().map_or(Some(false), Item::flag);
        if let (Some(from_birth), Some(true)) = (&from_birth, waits) {
            birth::check(from_birth, &shape, under?, &ladder);
        }
        let responsible = responsible?;
        if let Shape::Check(_) | Shape::Guidance(_) = &shape {
            let [near, undone] = points(responsible);
            ladder.steps.insert(0, near);
            ladder.steps.push(undone);
        }
        // Whoever must act hears of it for as long as it is not done, whatever the ladder says of others.
        if let Some(repeat) = &mut ladder.repeat
            && !repeat.tell.contains(&responsible)
        {
            repeat.tell.push(responsible);
        }
        let rests = self.rests_of(strength_named?, &ladder);
        Some(Rule {
            duty: duty?,
            title: title?.is.into(),
            ask: ask?.is.into(),
            strength: strength_named?,
            responsible,
            cited: cite.as_ref()?.to_string().into(),
            citation: cite?,
            under_review: under_review?,
            not_in_text: not_in_text?,
            reads: self.reads(ambiguity.as_deref()?),
            ambiguity: ambiguity?,
            under: under?,
            from_birth: waits?,
            after_death: after_death?,
            counts: counts?,
            shape,
            ladder,
            rests,
            line,
            counting: self.counting?,
            procedure: format!(
                "{} {}",
                self.named.authority_words.unwrap_or_default(),
                self.named.version.unwrap_or_default()
            ),
            in_force_on: self.named.in_force_on?,
            begun_before: None,
            takes_over: takes_over?,
            earlier: None,
            sure: sure?,
            changed,
        })
    }

    /// As its strength may; but what is told at once is never paused.
    fn rests_of(&self, strength: Strength, ladder: &Ladder) -> Rests {
        let rests = self.rests.get(&strength).cloned().unwrap_or_default();
        let at_once = ladder.steps.iter().any(|step| step.when == Offset::AtOnce);
        if at_once { Rests { pause: None, ..rests } } else { rests }
    }

    fn duty(&self, text: &Text<'_>) -> Option<DutyId> {
        // What the country asks of every authority is in the catalogue of some of them, or has a name of its own.
        if self.named.authority == Some(NATIONAL) {
            let known = self.known.authorities().any(|authority| self.known.contains(authority, text.is));
            if known || text.is.starts_with(&format!("{NATIONAL}-")) {
                return Some(DutyId(text.is.into()));
            }
        }
        let local = text.is.strip_prefix(LOCAL).is_some_and(|rest| {
            !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        });
        let Some(authority) =
            self.named.authority.filter(|authority| !local && !self.known.contains(authority, text.is))
        else {
            return Some(DutyId(text.is.into()));
        };
        let near = nearest(text.is, self.known.duties(authority))
            .map_or(String::new(), |near| format!("did you mean `{near}`? "));
        text.refuse(
            format!("the catalogue holds no duty `{}` of `{authority}`", text.is),
            format!("{near}a duty of your own begins with `{LOCAL}`, then small letters, digits and `-`"),
        )
    }

    /// Labels of ambiguities, each of which the head must settle.
    fn labels(&self, item: &Item<'_>) -> Option<Vec<String>> {
        let label = |item: &Item<'_>| {
            let text = item.text()?;
            if !self.ambiguities.is_some_and(|known| known.contains_key(text.is)) {
                let help = format!("write under [ambiguities]: {} = \"both\"", text.is);
                return text.refuse(format!("nothing says how the ambiguity `{}` is read", text.is), help);
            }
            Some(text.is.to_owned())
        };
        item.one_or_more().iter().map(label).collect::<Vec<_>>().into_iter().collect()
    }

    /// Which readings are in force: where the rule rests on several ambiguities, the strictest answer.
    fn reads(&self, labels: &[String]) -> Reads {
        let set = |label: &String| self.ambiguities?.get(label.as_str()).map(|ambiguity| ambiguity.reads);
        let set: Vec<Reads> = labels.iter().filter_map(set).collect();
        [Reads::Strict, Reads::Both, Reads::Ordinary].into_iter().find(|reads| set.contains(reads)).unwrap_or_default()
    }

    fn citation(&self, item: &Item<'_>) -> Option<Citation> {
        let mut table = item.table("a citation")?;
        let document = match table.get("document") {
            Some(document) => document.text().map(|document| document.is),
            None => self.named.document,
        };
        let place = table.get("place").and_then(|place| place.text()).map(|place| place.is.to_owned());
        let lines = match place {
            Some(_) => Some(Vec::new()),
            None => table.need("lines", "[45]").and_then(|lines| line_numbers(&lines)),
        };
        let quote = table.need("quote", "\"the words of the document\"").and_then(|quote| quote.text());
        table.finish();
        let quote = quote?;
        let words = quote.is.split_whitespace().count();
        if words > MOST_QUOTED_WORDS {
            let message = format!("the quote has {words} words, at most {MOST_QUOTED_WORDS} are allowed");
            return quote.refuse(message, "quote the words that set the duty, no more");
        }
        Some(Citation { document: document?.to_owned(), lines: lines?, place, quote: quote.is.into() })
    }

    fn named_ladder(&self, name: &Text<'_>) -> Result<&NamedLadder<'_>, Noted> {
        self.ladders.get(name.is).ok_or_else(|| {
            let help = choices(name.is, "the ladders are", self.ladders.keys().copied());
            name.log.problem(&name.span, format!("there is no ladder `{}`", name.is), help);
            Noted
        })
    }

    /// The ladder of a rule that names none: by shape where the shape has no strict date, else by strength. To confirm
    /// something, or to be guided, needs none.
    fn usual_ladder(
        &self,
        name: ShapeName,
        state: bool,
        shape: &Text<'_>,
        strength: &Text<'_>,
    ) -> Result<Option<&NamedLadder<'_>>, Noted> {
        let (usual, because) = match name {
            ShapeName::Check | ShapeName::Guidance => return Ok(None),
            // What an event must say of itself is a state: wrong from its day on.
            _ if state => ("standing", shape),
            ShapeName::Between | ShapeName::Alert | ShapeName::Report => (shape.is, shape),
            // An unknown strength has its own message.
            _ if !STRENGTHS.iter().any(|(known, _)| *known == strength.is) => return Err(Noted),
            _ => (strength.is, strength),
        };
        self.ladders.get(usual).map(Some).ok_or_else(|| {
            let message = format!("this rule needs the ladder `{usual}`, and there is none");
            let help = format!("write [[ladders.{usual}]], or name another one with `ladder`");
            because.log.problem(&because.span, message, help);
            Noted
        })
    }
}

/// Who is told of a point to confirm or to bear in mind: whoever is responsible, when the event is near, and once more when
/// the record shows that it was not done.
fn points(responsible: Role) -> [Step; 2] {
    let step = |name: &str, when, kind, once| Step {
        name: name.to_owned(),
        when,
        kind,
        tell: vec![responsible],
        unless: None,
        once,
        ask: None,
    };
    let near = Offset::Before(Period::WorkingDays(3), Base::Anchor);
    let after = Offset::After(Period::WorkingDays(1), Base::Anchor);
    [step("checklist", near, NoticeKind::Checklist, None), step("undone", after, NoticeKind::Overdue, Some(UNDONE))]
}

/// There is no ladder, and a problem says so.
struct Noted;

/// What the rule runs under, which can be asked only of a rule that belongs to a child.
fn under(item: &Item<'_>, shape: ShapeName) -> Option<Under> {
    if shape == ShapeName::Report {
        let help = "take it out; the rule that the report is about may run under an enquiry";
        item.log.problem(&item.span, "a report belongs to the authority and runs under nothing", help);
        return None;
    }
    item.text()?.one_of("lasting state", "a rule runs under one of", &Under::ALL)
}

/// What `office_days` says, which can be asked only of a rule that counts working days.
fn counts(flag: &Item<'_>, shape: &Shape) -> Option<Counts> {
    if !flag.flag()? {
        return Some(Counts::WorkingDays);
    }
    if !shape.period().is_some_and(Period::counts_working_days) {
        let help = "take it out, or state the period in working days";
        flag.log.problem(&flag.span, "the rule counts no working days, so none of them can be an office day", help);
        return None;
    }
    Some(Counts::OfficeDays)
}

fn line_numbers(item: &Item<'_>) -> Option<Vec<u32>> {
    let items = item.list()?;
    if items.is_empty() {
        item.log.problem(&item.span, "the citation names no line", "write: lines = [45]");
        return None;
    }
    let number = |item: &Item<'_>| {
        let line = item.whole()?;
        if line == 0 {
            item.log.problem(&item.span, "lines are counted from 1", "");
            return None;
        }
        Some(line)
    };
    items.iter().map(number).collect::<Vec<_>>().into_iter().collect()
}

/// Refuses a duty that two rules carry, and a report about anything but a standing rule of this file.
pub(super) fn check_together(tables: &[Table<'_>]) {
    let text = |table: &Table<'_>, key| {
        table.peek(key).and_then(|item: Item<'_>| item.text().map(|t| (t.is.to_owned(), t.span)))
    };
    let mut shapes: BTreeMap<String, (usize, String)> = BTreeMap::new();
    for table in tables {
        let Some((duty, at)) = text(table, "duty") else { continue };
        let shape = text(table, "shape").map_or(String::new(), |(shape, _)| shape);
        let line = table.log.line(table.span.start);
        if let Some((other, _)) = shapes.get(&duty) {
            let message = format!("the duty `{duty}` is already carried by the rule on line {other}");
            table.log.problem(&at, message, "one duty, one rule: change that one, or take it out");
        } else {
            shapes.insert(duty, (line, shape));
        }
    }
    let standing = || shapes.iter().filter(|(_, (_, shape))| shape == "standing").map(|(duty, _)| duty.as_str());
    for table in tables {
        let (Some((shape, _)), Some((about, at))) = (text(table, "shape"), text(table, "about")) else { continue };
        if shape == "report" && !standing().any(|duty| duty == about) {
            let message = format!("no standing rule here carries the duty `{about}`");
            let near = nearest(&about, standing()).map_or(String::new(), |near| format!("did you mean `{near}`? "));
            table.log.problem(
                &at,
                message,
                format!("{near}a report lists the periods of a rule of the shape `standing`"),
            );
        }
    }
}
