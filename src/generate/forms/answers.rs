//! Fills in the form of one fact.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{
    super::{
        days::{after, before, shift},
        draw::Draw,
        filing::{flag, stamp},
    },
    asked::{self, Asked, Of, Way},
};
use crate::record::{AttributeType, FactKind};

/// A fact as its form knows it.
pub(super) struct Known {
    pub(super) kind: FactKind,
    /// Its id as the views show it.
    pub(super) id: String,
    /// The day it happened, or for which it is arranged.
    pub(super) on: NaiveDate,
    /// Whether it has happened.
    pub(super) happened: bool,
    /// It is long ago: of its answers only the dates are still asked for.
    pub(super) long_ago: bool,
    /// Its dates that stand elsewhere, and what else is true of it, by name.
    pub(super) dates: BTreeMap<&'static str, NaiveDate>,
    /// What the case itself says, whatever is mostly answered.
    pub(super) says: BTreeMap<&'static str, String>,
    /// What is left empty on purpose.
    pub(super) unanswered: Vec<&'static str>,
}

impl Known {
    pub(super) fn new(kind: FactKind, id: String, on: NaiveDate, as_of: NaiveDate) -> Known {
        Known {
            kind,
            id,
            on,
            happened: on < as_of,
            long_ago: false,
            dates: BTreeMap::new(),
            says: BTreeMap::new(),
            unanswered: Vec::new(),
        }
    }

    /// The same with a date of it that stands elsewhere.
    pub(super) fn dated(mut self, name: &'static str, on: Option<NaiveDate>) -> Known {
        self.dates.extend(on.map(|on| (name, on)));
        self
    }

    /// The same with something that the case itself says.
    pub(super) fn saying(mut self, question: &'static str, answer: Option<String>) -> Known {
        self.says.extend(answer.map(|answer| (question, answer)));
        self
    }
}

/// How carefully forms are filled in.
#[derive(Clone, Copy)]
pub(super) enum Care {
    /// As people do: mostly in order, a few late or missing.
    AsPeopleDo,
    /// All in order. What only starts something is Yes for one question in so many, so that between such cases each is.
    InOrder { turn: usize, of: usize },
}

/// Of a hundred answers due lately, and of a thousand due earlier, those that are late or missing. What is missed lately is
/// mostly still to be mended.
const MISSED_LATELY: u32 = 4;
const MISSED_EARLIER: u32 = 3;
/// How many working days are lately.
const LATELY: u32 = 12;

/// One form being filled in.
pub(super) struct Form<'a> {
    pub(super) care: Care,
    pub(super) as_of: NaiveDate,
    pub(super) draw: &'a mut Draw,
}

impl Form<'_> {
    /// Each question that is answered, with its answer.
    pub(super) fn fill(&mut self, known: &Known) -> Vec<(&'static str, String)> {
        let mut given: BTreeMap<&'static str, String> = known.says.clone();
        let mut dates = known.dates.clone();
        for asked in asked::of_kind(known.kind) {
            let question = asked.question;
            let meant = match asked.of {
                Of::All => true,
                Of::Those(that) => given.get(that).is_some_and(|said| said == "Y") || dates.contains_key(that),
                Of::Others(than) => given.get(than).is_some_and(|said| said == "N"),
            };
            let left = known.unanswered.contains(&question.name) || known.says.contains_key(question.name);
            let is_date = question.holds == AttributeType::Date;
            if !meant || left || (known.long_ago && !is_date) {
                continue;
            }
            if is_date {
                if let Some(on) = self.day(known, &dates, asked.way) {
                    dates.insert(question.name, on);
                    given.insert(question.name, stamp(on));
                }
            } else if let Some(answer) = self.answer(known, asked) {
                given.insert(question.name, answer);
            }
        }
        given.into_iter().collect()
    }

    /// The day, if it has come by the day of the load or is one that lies ahead.
    fn day(&mut self, known: &Known, dates: &BTreeMap<&'static str, NaiveDate>, way: Way) -> Option<NaiveDate> {
        let on = match way {
            Way::After(least, most) if known.happened => after(known.on, self.draw.between(least, most)),
            Way::Since(date, least, most) => after(*dates.get(date)?, self.draw.between(least, most)),
            Way::Before(least, most) => before(known.on, self.draw.between(least, most)),
            Way::Ahead(weeks) if known.happened => return Some(shift(known.on, weeks * 7)),
            _ => return None,
        };
        let on = match self.missed(on) {
            Missed::No => Some(on),
            Missed::Late(days) => Some(after(on, days)),
            Missed::Forever => None,
        };
        on.filter(|on| *on < self.as_of)
    }

    fn answer(&mut self, known: &Known, asked: &Asked) -> Option<String> {
        match asked.way {
            Way::Seldom(share) => Some(flag(self.seldom(known, share, asked.seldom_before))),
            Way::Yes | Way::Often(_) if !known.happened => None,
            Way::Yes => match self.missed(known.on) {
                Missed::No => Some(flag(true)),
                Missed::Late(_) => Some(flag(false)),
                Missed::Forever => None,
            },
            Way::Often(share) => Some(flag(match self.care {
                Care::AsPeopleDo => self.draw.chance(share),
                // Where No starts something, one case in seven says No.
                Care::InOrder { turn, .. } => share >= 50 && !(turn % 7 == 3 && asked.starts_by_no),
            })),
            Way::OneOf(codes) => self.draw.pick(codes).map(|code| (*code).to_owned()),
            Way::Number(numbers) => self.draw.pick(numbers).map(ToString::to_string),
            Way::Somebody(key) => Some(key.to_owned()).filter(|_| known.happened),
            Way::After(..) | Way::Since(..) | Way::Before(..) | Way::Ahead(_) | Way::Left => None,
        }
    }

    fn seldom(&mut self, known: &Known, share: u32, seldom_before: usize) -> bool {
        match self.care {
            Care::AsPeopleDo => self.draw.chance(share),
            Care::InOrder { turn, of } => known.happened && share > 0 && of > 0 && seldom_before % of == turn,
        }
    }

    fn missed(&mut self, on: NaiveDate) -> Missed {
        let Care::AsPeopleDo = self.care else { return Missed::No };
        let lately = on >= before(self.as_of, LATELY);
        let missed = if lately { self.draw.chance(MISSED_LATELY) } else { self.draw.below(1000) < MISSED_EARLIER };
        match (missed, self.draw.chance(50)) {
            (false, _) => Missed::No,
            (true, true) => Missed::Late(self.draw.between(4, 12)),
            (true, false) => Missed::Forever,
        }
    }
}

/// What became of an answer that was due.
enum Missed {
    No,
    /// By so many working days.
    Late(u32),
    Forever,
}
