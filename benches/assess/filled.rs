//! What the generated case database leaves empty, filled as a diligent authority would: most questions of most forms are
//! answered, and events of every kind stand on record.
//!
//! Without it two rules in three find nothing to judge. Owns how much is filled and with what; whether it makes sense to a
//! practitioner matters less than that every rule has work to do. The same record gives the same answers in every run.

use chrono::{Days, NaiveDate};
use duewatch::record::{Attribute, AttributeType, CaseRecord, Fact, FactKind, Value, When};

/// Of a hundred questions so many are answered.
const ANSWERED: u64 = 85;

/// Of a hundred that are answered with yes or no so many with yes.
const YES: u64 = 90;

/// How many events of each kind there are, and how far apart: every so many days back from today.
const EVENTS: [(FactKind, u64, u64); 19] = [
    (FactKind::Absence, 2, 150),
    (FactKind::Action, 10, 30),
    (FactKind::Invitation, 6, 45),
    (FactKind::MinutesCopy, 6, 45),
    (FactKind::Change, 2, 120),
    (FactKind::Disagreement, 1, 60),
    (FactKind::Transfer, 1, 200),
    (FactKind::LookedAfter, 1, 300),
    (FactKind::LookedAfterReview, 2, 100),
    (FactKind::LookedAfterVisit, 6, 40),
    (FactKind::ChildInNeedPlan, 1, 250),
    (FactKind::ChildInNeedReview, 2, 100),
    (FactKind::StepDownMeeting, 1, 90),
    (FactKind::WrittenAgreement, 1, 120),
    (FactKind::MemberAbsence, 2, 80),
    (FactKind::Supervision, 10, 28),
    (FactKind::UnallocatedStep, 2, 20),
    (FactKind::ListEnquiry, 1, 100),
    (FactKind::RiskPanel, 1, 130),
];

/// The record with answers to what stands on it, and with events.
pub(super) fn filled(record: &CaseRecord, today: NaiveDate) -> CaseRecord {
    let mut dice =
        Dice(
            record.child.0.as_bytes().iter().copied().fold(14_695_981_039_346_656_037, |hash, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(1_099_511_628_211)
            }),
        );
    let on_record = FactKind::ALL.into_iter().flat_map(|kind| record.facts(kind)).cloned();
    let events =
        EVENTS.iter().flat_map(|(kind, many, apart)| (1..=*many).map(move |nth| event(*kind, nth, today, nth * apart)));
    // What is on record of a fact's own view stays as it is; a child has some kinds of event and not others.
    let mut facts: Vec<Fact> = on_record.collect();
    let some: Vec<Fact> = events.filter(|_| dice.chance(50)).collect();
    facts.extend(some);
    let facts = facts.into_iter().map(|fact| answered(fact, today, &mut dice)).collect();
    let mut filled = CaseRecord::new(record.child.clone(), facts);
    filled.household.clone_from(&record.household);
    (filled.born_on, filled.expected_on, filled.died_on) = (record.born_on, record.expected_on, record.died_on);
    filled
}

fn event(kind: FactKind, nth: u64, today: NaiveDate, days_ago: u64) -> Fact {
    let on = today.checked_sub_days(Days::new(days_ago)).unwrap_or(today);
    Fact::new(kind, format!("{}-{nth}", kind.name())).with(kind.happened(), Value::Date(When::day(on)))
}

fn answered(mut fact: Fact, today: NaiveDate, dice: &mut Dice) -> Fact {
    let began =
        fact.happened().or_else(|| fact.kind.booked().and_then(|name| fact.date(name))).map_or(today, |when| when.on);
    let kind = fact.kind;
    // Whatever lasts goes on.
    let columns = kind.columns().iter().filter(|column| !kind.has_view() && Some(column.name) != kind.ended());
    for attribute in kind.answers().iter().chain(columns) {
        if *fact.get(attribute.name) == Value::Missing && dice.chance(ANSWERED) {
            let value = answer(kind, attribute, began, dice);
            fact = fact.with(attribute.name, value);
        }
    }
    fact
}

fn answer(kind: FactKind, attribute: &Attribute, began: NaiveDate, dice: &mut Dice) -> Value {
    let days = |days| Value::Date(When::day(began.checked_add_days(Days::new(days)).unwrap_or(began)));
    match attribute.holds {
        AttributeType::Flag => Value::Flag(dice.chance(YES)),
        AttributeType::Count => Value::Count(2 + u32::from(dice.chance(50))),
        AttributeType::Date if kind.is_date_ahead(attribute.name) => days(28),
        AttributeType::Date => days(dice.below(12)),
        AttributeType::Code(codes) if !codes.is_empty() => {
            let picked = usize::try_from(dice.below(codes.len() as u64)).unwrap_or_default();
            Value::Code(codes.get(picked).copied().unwrap_or_default().to_owned())
        }
        AttributeType::Code(_) | AttributeType::Person | AttributeType::Team | AttributeType::Fact(_) => Value::Missing,
    }
}

/// Numbers that look drawn and are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    fn chance(&mut self, of_a_hundred: u64) -> bool {
        self.below(100) < of_a_hundred
    }
}
