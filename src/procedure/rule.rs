//! A procedure and its rules: what every rule says, whatever its shape.

use std::{collections::BTreeMap, fmt};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{Ladder, Rests, Shape};
use crate::{SharedText, calendar::Convention, directory::Role, record::FactKind};

/// The id of a duty in the catalogue of what the documents oblige, e.g. one row of one authority's document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DutyId(pub SharedText);

impl fmt::Display for DutyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One authority's procedure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Procedure {
    /// Its id, which is the authority's, e.g. `hertfordshire`.
    pub id: String,
    /// The authority's name in a sentence.
    pub authority: String,
    /// The document's title.
    pub title: String,
    /// The document's own version.
    pub version: String,
    /// From when it applies.
    pub in_force_on: NaiveDate,
    /// By when somebody must look whether it still does.
    pub review_by_on: NaiveDate,
    /// The calendar its working days are counted in.
    pub calendar: String,
    /// The time zone its days begin and end in.
    pub time_zone: String,
    /// How days are counted.
    pub counting: Counting,
    /// The authority's own words for the canonical roles.
    pub roles: BTreeMap<Role, String>,
    /// Where the document can be read in two ways, by its label.
    pub ambiguities: BTreeMap<String, Ambiguity>,
    /// In the order of the file.
    pub rules: Vec<Rule>,
    /// A hash over the texts of its files.
    pub hash: String,
    /// The file of the version that it took the place of, where clocks that began under that one finish under it.
    pub replaces: Option<String>,
}

impl Procedure {
    /// The authority's own word for a role, or the canonical one with spaces.
    pub fn role_words(&self, role: Role) -> String {
        self.roles.get(&role).cloned().unwrap_or_else(|| role.name().replace('_', " "))
    }

    /// The rule of that duty.
    pub fn rule(&self, duty: &DutyId) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.duty == *duty)
    }

    /// The rule of that duty for a clock that began on that day, which an earlier version may have.
    pub fn rule_since(&self, duty: &DutyId, began_on: NaiveDate) -> Option<&Rule> {
        let mut rule = self.rule(duty)?;
        while let Some(earlier) = rule.earlier.as_deref().filter(|_| began_on < rule.in_force_on) {
            rule = earlier;
        }
        Some(rule)
    }
}

/// How the two readings count. The strict one is the earliest that can be defended, the due one the ordinary one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counting {
    /// The strict reading. Its first day matters to a period in working days, its last day to one in calendar time.
    pub strict: Convention,
    /// The due reading, likewise.
    pub due: Convention,
}

/// How strongly the document words it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strength {
    /// "must", "will", "are to", "it is a requirement".
    Must,
    /// "should", "expected".
    Should,
    /// "good practice".
    GoodPractice,
    /// "may".
    May,
}

/// Where a rule stands in its document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Citation {
    /// The document, as the catalogue of duties names it, e.g. `000`.
    pub document: String,
    /// Its lines, counted from 1. Empty where it is divided otherwise.
    pub lines: Vec<u32>,
    /// The place in a document that is not cited by lines, e.g. `regulation 33`.
    pub place: Option<String>,
    /// The words themselves, at most 25 of them.
    pub quote: String,
}

impl fmt::Display for Citation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            return write!(f, "{}, {place}", self.document);
        }
        let lines: Vec<String> = self.lines.iter().map(|line| format!("L{line}")).collect();
        write!(f, "{}:{}", self.document, lines.join(","))
    }
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a word of the language that a rule has or has not")]
pub struct Rule {
    /// The duty it carries.
    pub duty: DutyId,
    /// Its name in a list.
    pub title: String,
    /// What to do, as an instruction: "Hold the first core group meeting".
    pub ask: String,
    /// How strongly.
    pub strength: Strength,
    /// Who must act.
    pub responsible: Role,
    /// Where it says so.
    pub citation: Citation,
    /// The same in one word, as every duty of it carries it.
    pub cited: SharedText,
    /// The document itself marks the figure as under review.
    pub under_review: bool,
    /// Its figure is not in the document: the authority set it.
    pub not_in_text: bool,
    /// The ambiguities of the document that it rests on, by their labels.
    pub ambiguity: Vec<String>,
    /// Which readings of it are in force.
    pub reads: Reads,
    /// What must be open for it to run.
    pub under: Under,
    /// It waits for the birth: nobody can see a child who is not born. From the expected day on it runs, born or not.
    pub from_birth: bool,
    /// It goes on after the child's death. Everything else stops the same instant.
    pub after_death: bool,
    /// Which days its working days are.
    pub counts: Counts,
    /// What it watches.
    pub shape: Shape,
    /// Who is told when.
    pub ladder: Ladder,
    /// How long it may rest.
    pub rests: Rests,
    /// The line of the procedure file it begins on.
    pub line: usize,
    /// How it counts days: as its procedure does.
    pub counting: Counting,
    /// The procedure and the version of it that it is of, in words: "Hertfordshire v48".
    pub procedure: String,
    /// From when that version applies.
    pub in_force_on: NaiveDate,
    /// It is gone from the version in force: only clocks that began before this day go on.
    pub begun_before: Option<NaiveDate>,
    /// It takes over the clocks that began under the version before.
    pub takes_over: bool,
    /// The same duty's rule in the version before, under which the clocks finish that began under it.
    pub earlier: Option<Box<Rule>>,
    /// How sure its source is, where its procedure says so.
    pub sure: Option<Sureness>,
    /// Why the authority changed it from what the shipped procedure says.
    pub changed: Option<String>,
}

/// How sure the source of a rule is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sureness {
    /// An act or a regulation.
    Law,
    /// Guidance that an authority must follow unless it has good reason not to.
    StatutoryGuidance,
    /// A text about the law or the guidance, and not that itself.
    Secondary,
}

impl Sureness {
    /// Each, by the name that a procedure uses.
    pub const ALL: [(&'static str, Sureness); 3] = [
        ("law", Sureness::Law),
        ("statutory guidance", Sureness::StatutoryGuidance),
        ("secondary source", Sureness::Secondary),
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        Sureness::ALL.into_iter().find(|(_, sure)| *sure == self).map_or("", |(name, _)| name)
    }
}

/// Where a document can be read in two ways.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ambiguity {
    /// What is unclear. Empty where an authority only gives its own answer to one that the procedure beneath describes.
    pub about: String,
    /// Which of the readings are in force.
    pub reads: Reads,
}

/// Which readings of a rule are in force.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reads {
    /// Both: the strict one warns, the ordinary one is the limit.
    #[default]
    Both,
    /// The strict one alone, which is the limit then.
    Strict,
    /// The ordinary one alone.
    Ordinary,
}

impl Reads {
    /// Each, by the name that a procedure uses.
    pub const ALL: [(&'static str, Reads); 3] =
        [("both", Reads::Both), ("strict", Reads::Strict), ("ordinary", Reads::Ordinary)];
}

/// What a rule runs under: as long as it lasts, the rule applies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Under {
    /// A plan of this authority: one at a time.
    #[default]
    Plan,
    /// An enquiry, until it has ended and needs no conference: each on its own, with a plan or without.
    Enquiry,
    /// A time without a lead worker while a plan is open, from its first day.
    Unallocated,
    /// What follows the last plan of this authority, from the day it ended until another begins.
    EndedPlan,
    /// A plan, or where none is open each enquiry since the last one: for what belongs to every conference.
    PlanOrEnquiry,
    /// The last move into the authority and the last out of it, with a plan or without.
    Transfer,
    /// A period of being looked after, while it lasts, with a plan or without.
    LookedAfter,
}

impl Under {
    /// Each, by the name that a procedure uses.
    pub const ALL: [(&'static str, Under); 7] = [
        ("plan", Under::Plan),
        ("enquiry", Under::Enquiry),
        ("unallocated", Under::Unallocated),
        ("ended_plan", Under::EndedPlan),
        ("plan or enquiry", Under::PlanOrEnquiry),
        ("transfer", Under::Transfer),
        ("looked_after", Under::LookedAfter),
    ];

    /// The kind of fact that stands for it in a choice of facts.
    pub fn kind(self) -> FactKind {
        match self {
            Under::Plan | Under::EndedPlan | Under::PlanOrEnquiry => FactKind::Plan,
            Under::Transfer => FactKind::Transfer,
            Under::LookedAfter => FactKind::LookedAfter,
            Under::Enquiry => FactKind::Enquiry,
            Under::Unallocated => FactKind::Allocation,
        }
    }

    /// Its name in a procedure.
    pub fn name(self) -> &'static str {
        Under::ALL.into_iter().find(|(_, under)| *under == self).map_or("", |(name, _)| name)
    }

    /// What it is called in a sentence.
    pub fn words(self) -> &'static str {
        match self {
            Under::Plan => "plan",
            Under::Enquiry => "enquiry",
            Under::Unallocated => "time without a worker",
            Under::EndedPlan => "time after the plan",
            Under::PlanOrEnquiry => "plan or enquiry",
            Under::Transfer => "transfer",
            Under::LookedAfter => "time of being looked after",
        }
    }
}

/// Which days a rule's working days are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Counts {
    /// Those of the law, on some of which the authority's offices may be closed.
    #[default]
    WorkingDays,
    /// Those of them on which its offices are open.
    OfficeDays,
}
