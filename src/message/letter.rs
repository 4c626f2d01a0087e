//! What a message is composed from, and what comes of it.

use chrono::NaiveDate;
use serde::Serialize;

use crate::{duty::Tally, procedure::NoticeKind};

/// Everything one message says, for one person.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Letter {
    /// The authority, in a sentence: "Hertfordshire".
    pub authority: String,
    /// The recipient's roles in these notices, in the authority's words: "Lead Social Worker".
    pub roles: Vec<String>,
    /// The day it is written, local.
    pub written_on: NaiveDate,
    /// Up to when the case data is known, local wall-clock words such as "Monday 2 November 2026, 06:10".
    pub data_as_of: String,
    /// Who corrects an error in the case data or the directory, as words: a service and how to reach it.
    pub corrections: String,
    /// What the message is about, in any order: composing sorts it, worst first.
    pub lines: Vec<Line>,
    /// The recipient answers for the work of others: what is told stands by lead worker.
    pub by_worker: bool,
    /// What is only counted, because the message would be too long; normally empty.
    pub folded: Vec<Folded>,
}

/// One task of one day that is counted and not told in full.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Folded {
    /// What kind of thing is told.
    pub kind: NoticeKind,
    /// The rule's name.
    pub title: String,
    /// What to do.
    pub ask: String,
    /// By when.
    pub due_on: Option<NaiveDate>,
    /// How many lines this stands for.
    pub count: usize,
    /// The children's references, each once.
    pub references: Vec<String>,
}

/// One notice in a message.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    /// What kind of thing is told.
    pub kind: NoticeKind,
    /// The child's reference; none in a report of the whole authority.
    pub child: Option<String>,
    /// A key that siblings share, to group them; never printed.
    pub household: Option<String>,
    /// The lead worker's reference; none while nobody is allocated.
    pub worker: Option<String>,
    /// A link into the case system, where one is configured.
    pub link: Option<String>,
    /// The rule's name.
    pub title: String,
    /// What to do.
    pub ask: String,
    /// By when: the last day in time by the ordinary reading.
    pub due_on: Option<NaiveDate>,
    /// The earliest defensible day, where it differs.
    pub strict_on: Option<NaiveDate>,
    /// Working days from the day of writing to `due_on`: 0 on the day, negative once it has passed.
    pub working_days_left: Option<i64>,
    /// The date rests on a holiday nobody has published yet.
    pub provisional: bool,
    /// Where the rule stands and what it says: `000:L45`, and the quoted words.
    pub citation: String,
    /// The quoted words, without quotation marks.
    pub quote: String,
    /// The document itself marks the figure as under review.
    pub under_review: bool,
    /// The arithmetic, in one line.
    pub arithmetic: String,
    /// What happens next if nothing is recorded; none where nothing does.
    pub next: Option<String>,
    /// Why this person gets it, where that is not plain from the role: cover, vacancy, no address further down.
    pub because: Option<String>,
    /// Why it cannot be told, what the record leaves open, or what changed.
    pub notes: Vec<String>,
    /// Who can mend the record, where that is what is asked.
    pub mended_by: Option<String>,
    /// What a summary counts, for its chart; empty otherwise.
    pub tallies: Vec<Tally>,
    /// The rows of a report, by reference and words; empty otherwise.
    pub rows: Vec<String>,
}

/// A message in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Composed {
    /// 20 to 50 characters, nothing personal.
    pub subject: String,
    /// The text part, 72 columns at most.
    pub text: String,
    /// The HTML part.
    pub html: String,
}
