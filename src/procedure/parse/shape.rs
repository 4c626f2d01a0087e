//! Reading the eleven shapes.
//!
//! Owns which words each shape has and what they must be. Must not know ladders: those are the same for all.

use super::{
    selector::{dates, meeting, meeting_or_booked, met_by, needed, read_tests, selector},
    table::{Item, Table, Text},
    words,
};
use crate::{
    calendar::{Allowance, Period},
    procedure::{
        Alert, Before, Between, Check, ChildDate, Deadline, Distance, DutyId, Guidance, Limit, MetBy, Order, Recurring,
        Report, Selector, SetBy, Shape, Standing, Start, Strictly, Under, Window,
    },
    record::{AttributeType, FactKind},
};

/// The name of a shape.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum ShapeName {
    Deadline,
    Recurring,
    Before,
    Window,
    Between,
    Order,
    Standing,
    Alert,
    Report,
    Check,
    Guidance,
}

impl ShapeName {
    pub(super) const ALL: [(&'static str, ShapeName); 11] = [
        ("deadline", ShapeName::Deadline),
        ("recurring", ShapeName::Recurring),
        ("before", ShapeName::Before),
        ("window", ShapeName::Window),
        ("between", ShapeName::Between),
        ("order", ShapeName::Order),
        ("standing", ShapeName::Standing),
        ("alert", ShapeName::Alert),
        ("report", ShapeName::Report),
        ("check", ShapeName::Check),
        ("guidance", ShapeName::Guidance),
    ];
}

/// The rest of a rule, read as that shape.
pub(super) fn shape(name: ShapeName, under: Under, rule: &mut Table<'_>) -> Option<Shape> {
    match name {
        ShapeName::Deadline => deadline(rule).map(Shape::Deadline),
        ShapeName::Recurring => recurring(rule, under).map(Shape::Recurring),
        ShapeName::Between => between(rule).map(Shape::Between),
        ShapeName::Standing => standing(rule).map(Shape::Standing),
        ShapeName::Alert => alert(rule).map(Shape::Alert),
        ShapeName::Report => report(rule).map(Shape::Report),
        ShapeName::Before => before(rule).map(Shape::Before),
        ShapeName::Window => window(rule).map(Shape::Window),
        ShapeName::Order => order(rule).map(Shape::Order),
        ShapeName::Check => {
            let (at, reason) = (needed(rule, "at"), reason(rule));
            let undone = rule.get("undone").map_or(Some(None), |flag| {
                words::attribute_of(&flag.text()?, at.as_ref()?.fact, AttributeType::Flag).map(Some)
            });
            Some(Shape::Check(Check { at: at?, undone: undone?, reason: reason? }))
        }
        ShapeName::Guidance => {
            let (with, reason) = (needed(rule, "with"), reason(rule));
            Some(Shape::Guidance(Guidance { with: with?, reason: reason? }))
        }
    }
}

fn deadline(rule: &mut Table<'_>) -> Option<Deadline> {
    let of = needed(rule, "of");
    let expected = rule.get("expected").map_or(Some(false), |expected| expected.flag());
    let while_it_lasts = rule.get("while_it_lasts").map_or(Some(false), |flag| while_it_lasts(&flag, of.as_ref()));
    let from = starts(rule, "from", of.as_ref());
    let limit = limit(rule, of.as_ref());
    let strictly = strictly_read(rule, of.as_ref(), limit.as_ref());
    let met_by = met(rule, of.as_ref());
    if let (Some(of), Some(MetBy::Fact(met_by)), Some(item)) = (&of, &met_by, rule.peek("met_by"))
        && meets_itself(of, met_by)
    {
        let message = "the event that starts the clock would meet this duty at once";
        item.log.problem(&item.span, message, "what comes round again has the shape `recurring`");
    }
    Some(Deadline {
        of: of?,
        from: from?,
        expected: expected?,
        while_it_lasts: while_it_lasts?,
        limit: limit?,
        met_by: met_by?,
        strictly: strictly?,
    })
}

fn while_it_lasts(flag: &Item<'_>, of: Option<&Selector>) -> Option<bool> {
    match (flag.flag()?, of?.fact) {
        (true, fact) if fact.ended().is_none() => lasts_not(flag, fact, "this means nothing"),
        (set, _) => Some(set),
    }
}

/// Something is said of a fact that only what lasts can have.
fn lasts_not<T>(item: &Item<'_>, fact: FactKind, so: &str) -> Option<T> {
    let lasting: Vec<_> = FactKind::ALL.into_iter().filter(|kind| kind.ended().is_some()).map(FactKind::name).collect();
    let message = format!("a {} does not last, so {so}", fact.words());
    item.log.problem(&item.span, message, format!("these last: {}", lasting.join(", ")));
    None
}

/// How long: a period, or until a date that is on record.
fn limit(rule: &mut Table<'_>, of: Option<&Selector>) -> Option<Limit> {
    if rule.peek("within").is_none()
        && let Some(by) = rule.get("by")
    {
        return words::sayable_date(&by.text()?, of?.fact).map(Limit::By);
    }
    words::allowance(&rule.need("within", "\"10 working days\"")?.text()?).map(Limit::Within)
}

/// Date attributes in the order in which they are looked at.
fn starts(rule: &mut Table<'_>, key: &'static str, of: Option<&Selector>) -> Option<Vec<&'static str>> {
    let Some(item) = rule.get(key) else { return Some(Vec::new()) };
    let name = |item: &Item<'_>| words::attribute_of(&item.text()?, of?.fact, AttributeType::Date);
    item.one_or_more().iter().map(name).collect::<Vec<_>>().into_iter().collect()
}

/// In what the strict reading differs.
fn strictly_read(rule: &mut Table<'_>, of: Option<&Selector>, limit: Option<&Limit>) -> Option<Strictly> {
    let within = rule.get("strict_within").map_or(Some(None), |item| {
        let strict = words::allowance(&item.text()?)?;
        if let Some(Limit::Within(Allowance::Period(ordinary))) = limit
            && let Allowance::Period(strict) = strict
        {
            not_longer(&item, "strict_within", strict, *ordinary)?;
        }
        Some(Some(strict))
    });
    let from = starts(rule, "strict_from", of);
    let met = rule.get("strict_met_by").map_or(Some((None, false)), |item| {
        if item.table("what meets a duty")?.peek("dates").is_some() {
            return met_by(&item, of.map(|of| of.fact)).map(|met| (Some(met), false));
        }
        meeting_or_booked(&item).map(|(selector, booked)| (Some(MetBy::Fact(selector)), booked))
    });
    let (met_by, or_booked) = met?;
    Some(Strictly { within: within?, from: from?, met_by, or_booked })
}

fn recurring(rule: &mut Table<'_>, under: Under) -> Option<Recurring> {
    let every = if rule.peek("weeks_set_by").is_some() {
        rule.get("every").map_or(Some(None), |item| stated(&item).map(Some))
    } else {
        period(rule, "every", "\"6 weeks\"").map(Some)
    };
    let strict_every = strictly(rule, "strict_every", every.flatten());
    let weeks_set_by = rule.get("weeks_set_by").map_or(Some(None), |item| weeks_set_by(&item).map(Some));
    let until = rule.get("until").map(|item| selector(&item));
    let every_until = match until {
        None => Some(None),
        Some(until) => period(rule, "every_until", "\"6 weeks\"").and_then(|every| Some(Some((until?, every)))),
    };
    let lessened = rule.get("lessened").map_or(Some(false), |flag| flag.flag());
    let starts = [(under.name(), Start::Opening), ("first_event", Start::FirstEvent)];
    let from =
        rule.need("from", "\"first_event\"").and_then(|from| from.text()?.one_of("start", "the starts are", &starts));
    let met_by = rule.need("met_by", "{ fact = \"core_group\" }").and_then(|item| meeting(&item));
    Some(Recurring {
        every: every?,
        strict_every: strict_every?,
        weeks_set_by: weeks_set_by?,
        until: every_until?,
        lessened: lessened?,
        from: from?,
        met_by: met_by?,
    })
}

/// Whether every fact that starts the clock also stops it.
fn meets_itself(of: &Selector, met_by: &Selector) -> bool {
    of.fact == met_by.fact
        && !of.first
        && met_by.tests.iter().all(|test| of.tests.contains(test))
        && (met_by.by.is_empty() || met_by.by == of.by)
}

fn weeks_set_by(item: &Item<'_>) -> Option<SetBy> {
    let mut table = item.table("`weeks_set_by`")?;
    let fact = table.need("fact", "\"conference\"").and_then(|fact| words::fact_kind(&fact.text()?));
    let attribute = table.need("attribute", "\"core_group_weeks\"").and_then(|attribute| attribute.text());
    let never_longer = table.get("never_longer").map_or(Some(false), |flag| flag.flag());
    table.finish();
    let attribute = words::attribute_of(&attribute?, fact?, AttributeType::Count)?;
    Some(SetBy { fact: fact?, attribute, never_longer: never_longer? })
}

fn between(rule: &mut Table<'_>) -> Option<Between> {
    let of = needed(rule, "of");
    if rule.peek("nth").is_none() {
        let next =
            rule.get("next").map_or(Some(None), |next| words::sayable_date(&next.text()?, of.as_ref()?.fact).map(Some));
        let before_next = period(rule, "before_next", "\"1 working day\"");
        let met_by = rule.need("met_by", "{ fact = \"core_group\" }").and_then(|item| meeting(&item));
        // Asked for so that a rule with neither is told of both ways to write one.
        rule.get("nth");
        return Some(Between::Gap { of: of?, next: next?, before_next: before_next?, met_by: met_by? });
    }
    let nth = rule.get("nth").and_then(|item| {
        let nth = item.whole()?;
        if nth < 2 {
            item.log.problem(&item.span, "`nth` must be 2 or more", "2 means: at least one of every two");
            return None;
        }
        Some(nth)
    });
    let flag = rule.need("flag", "\"alone\"").and_then(|flag| flag.text());
    let of = of?;
    let flag = words::attribute_of(&flag?, of.fact, AttributeType::Flag);
    Some(Between::EveryNth { of, nth: nth?, flag: flag? })
}

fn standing(rule: &mut Table<'_>) -> Option<Standing> {
    if let Some(item) = rule.get("none_open") {
        let of = selector(&item)?;
        if of.fact.ended().is_none() {
            return lasts_not(&item, of.fact, "none can be open");
        }
        let lasts = rule.get("for").map_or(Some(None), |item| stated(&item).map(Some));
        let after_one = rule.get("after_one").map_or(Some(false), |flag| flag.flag());
        return Some(Standing::NoneOpen { of, lasts: lasts?, after_one: after_one? });
    }
    // Asked for so that a rule that tries this is told how it is written.
    rule.get("for");
    let not_set = rule.get("not_set").map(|item| item.one_or_more());
    let of = rule.get("of").and_then(|item| selector(&item));
    if rule.peek("not_set").is_none() || rule.peek("of").is_none() {
        rule.log.problem(
            &rule.span,
            "a standing rule without the state it watches",
            "write `none_open = { fact = ... }`, or `of = { fact = ... }` and `not_set = \"attribute\"`",
        );
        return None;
    }
    let of = of?;
    let needed = |item: &Item<'_>| {
        let name = item.text()?;
        let attribute = words::attribute(&name, of.fact)?;
        if attribute.required {
            let message = format!("a {} always has `{}`, so this state cannot exist", of.fact.words(), attribute.name);
            return name.refuse(message, "name an attribute that may be empty");
        }
        Some(attribute.name)
    };
    let attributes: Vec<_> = not_set?.iter().map(needed).collect();
    Some(Standing::NotSet { attributes: attributes.into_iter().collect::<Option<_>>()?, of })
}

fn alert(rule: &mut Table<'_>) -> Option<Alert> {
    let on = needed(rule, "on");
    let met_by = rule.need("met_by", "{ dates = [\"manager_told_on\"] }");
    let met_by = met_by.and_then(|item| dates(&item, on.as_ref().map(|on| on.fact)));
    Some(Alert { on: on?, met_by: met_by? })
}

fn report(rule: &mut Table<'_>) -> Option<Report> {
    let about = rule.need("about", "\"the duty of a standing rule\"").and_then(|about| about.text());
    let within = period(rule, "within", "\"1 working day\"");
    Some(Report { about: DutyId(about?.is.into()), within: within? })
}

fn before(rule: &mut Table<'_>) -> Option<Before> {
    let of = needed(rule, "of");
    if let (Some(of), Some(item)) = (&of, rule.peek("of"))
        && !of.fact.may_lie_ahead()
    {
        let message = format!("a {} is never booked, so nothing can be due before it", of.fact.words());
        item.log.problem(&item.span, message, "");
    }
    let next =
        rule.get("next").map_or(Some(None), |next| words::sayable_date(&next.text()?, of.as_ref()?.fact).map(Some));
    let by = rule.get("by").map_or(Some(None), |by| days(&by.text()?, words::period, |by| by).map(Some));
    let met_by = met(rule, of.as_ref());
    Some(Before { of: of?, next: next?, by: by?, met_by: met_by? })
}

fn window(rule: &mut Table<'_>) -> Option<Window> {
    let of = needed(rule, "of");
    let from = rule.need("from", "\"born_on\"");
    let from = from.and_then(|from| from.text()?.one_of("date of the child", "the dates are", &ChildDate::ALL));
    let distance = |item: Item<'_>| days(&item.text()?, words::distance, Distance::period);
    let not_before = rule.need("not_before", "\"16 weeks before\"").and_then(distance);
    let not_after = rule.need("not_after", "\"10 weeks before\"").and_then(distance);
    let strict = rule.get("strict").map_or(Some(None), |strict| distance(strict).map(Some));
    let may_be_early = rule.get("may_be_early").map_or(Some(false), |flag| flag.flag());
    let (not_before, not_after, strict) = (not_before?, not_after?, strict?);
    // In the order of time: opens, strictly closes, closes.
    let last = [("strict", strict), ("not_after", Some(not_after))];
    let mut earlier = not_before;
    for (key, distance) in last {
        let Some(distance) = distance else { continue };
        if signed_minutes(distance) <= signed_minutes(earlier)
            && let Some(item) = rule.peek(key)
        {
            let message = format!("`{key}` is {distance}, which is not later than {earlier}");
            item.log.problem(
                &item.span,
                message,
                "a window opens at `not_before` and closes at `strict`, then `not_after`",
            );
        }
        earlier = distance;
    }
    Some(Window { of: of?, from: from?, not_before, may_be_early: may_be_early?, not_after, strict })
}

fn signed_minutes(distance: Distance) -> i64 {
    match distance {
        Distance::Before(period) => -period.about_minutes(),
        Distance::After(period) => period.about_minutes(),
    }
}

/// What is measured on either side of a day, which has no hours.
fn days<T: Copy>(text: &Text<'_>, read: fn(&Text<'_>) -> Option<T>, period: fn(T) -> Period) -> Option<T> {
    let value = read(text)?;
    if matches!(period(value), Period::Hours(_)) {
        return text
            .refuse("this is counted in days, not in hours".to_owned(), "write days, working days, weeks or months");
    }
    Some(value)
}

fn order(rule: &mut Table<'_>) -> Option<Order> {
    if let Some(must) = rule.get("must") {
        let of = needed(rule, "of")?;
        let must = read_tests(&must, of.fact)?;
        return Some(Order::Only { of, must });
    }
    // Asked for so that a rule that tries this is told how it is written.
    rule.get("of");
    let (first, then) = (needed(rule, "first"), needed(rule, "then"));
    if let (Some(first), Some(then), Some(item)) = (&first, &then, rule.peek("then"))
        && first == then
    {
        item.log.problem(&item.span, "what comes first and what comes second are the same", "");
    }
    let flag = |rule: &mut Table<'_>, key| rule.get(key).map_or(Some(false), |flag: Item<'_>| flag.flag());
    let (another_day, each_time) = (flag(rule, "another_day"), flag(rule, "each_time"));
    if let (Some(true), Some(true), Some(item)) = (another_day, each_time, rule.peek("each_time")) {
        item.log.problem(&item.span, "`each_time` says nothing where two things are only kept apart", "take it out");
    }
    let (first, then) = (first?, then?);
    Some(if another_day? { Order::Apart { first, then } } else { Order::Before { first, then, each_time: each_time? } })
}

fn reason(rule: &mut Table<'_>) -> Option<String> {
    let reason = rule.need("reason", "\"why no fact can show it\"")?;
    Some(reason.text()?.is.into())
}

fn met(rule: &mut Table<'_>, of: Option<&Selector>) -> Option<MetBy> {
    let item = rule.need("met_by", "{ fact = \"core_group\" }")?;
    met_by(&item, of.map(|of| of.fact))
}

fn period(rule: &mut Table<'_>, key: &'static str, example: &str) -> Option<Period> {
    words::period(&rule.need(key, example)?.text()?)
}

/// The shorter period of another reading, where there is one: `Some(None)` where there is none, `None` where it is wrong.
#[expect(clippy::option_option, reason = "a key that is not there is no mistake")]
fn strictly(rule: &mut Table<'_>, key: &'static str, ordinary: Option<Period>) -> Option<Option<Period>> {
    let Some(item) = rule.get(key) else { return Some(None) };
    let strict = stated(&item)?;
    if let Some(ordinary) = ordinary {
        not_longer(&item, key, strict, ordinary)?;
    }
    Some(Some(strict))
}

fn not_longer(item: &Item<'_>, key: &str, strict: Period, ordinary: Period) -> Option<()> {
    if strict.about_minutes() > ordinary.about_minutes() {
        let message = format!("`{key}` is {strict}, which is longer than {ordinary}");
        item.log.problem(&item.span, message, "the strict reading is the one that is over first");
        return None;
    }
    Some(())
}

fn stated(item: &Item<'_>) -> Option<Period> {
    words::period(&item.text()?)
}
