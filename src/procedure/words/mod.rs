//! A procedure in plain words, for the practitioner who signs it off.
//!
//! Owns the sentences: what a clock says, who is told when, how days are counted. They say what the code does, not what
//! the document says; the quote stands beside them. Must not know how a page is laid out, nor any rule by name.

mod clock;
mod counting;
mod ladder;
mod rests;
mod selector;

use super::{Counts, Procedure, Reads, Rule, Selector, Shape, Strength, Test, Under};
use crate::calendar::{Period, format_date_short};

impl Procedure {
    /// The clock of one of its rules: when it must be done, and what shows that it was.
    ///
    /// ```
    /// use duewatch::procedure::{DutyCatalogue, Procedure};
    ///
    /// let shipped = Procedure::SHIPPED.into_iter().find(|(id, _, _)| *id == "hertfordshire");
    /// let (_, file, text) = shipped.ok_or("not shipped")?;
    /// let procedure = Procedure::parse(file, text, &DutyCatalogue::shipped())?;
    /// let mut rules = procedure.rules.iter();
    /// let rule = rules.find(|rule| rule.title == "Child seen by the Lead Social Worker").ok_or("no such rule")?;
    /// let words = procedure.clock_in_words(rule);
    /// let clock = "At least every 4 weeks, counted from the start of the plan and then from each time it is done. \
    ///              Met by a visit by the Lead Social Worker with the child seen.";
    /// assert!(words.starts_with(clock), "{words}");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn clock_in_words(&self, rule: &Rule) -> String {
        clock::sentences(self, rule)
    }

    /// A choice of facts without its article: "conference that makes a plan".
    pub(crate) fn facts_in_words(&self, selector: &Selector) -> String {
        selector::bare(self, selector)
    }

    /// What facts have to say of themselves: `"chair role" Team Leader, and "worker attended" Yes`.
    pub(crate) fn said_in_words(&self, tests: &[Test]) -> String {
        tests.iter().map(|test| selector::said(self, test)).collect::<Vec<_>>().join(", and ")
    }

    /// Who is told when of one of its rules: a line for each place in time, in their order, and the repeat last. Empty
    /// where nobody is told of it alone.
    ///
    /// ```
    /// use duewatch::procedure::{DutyCatalogue, Procedure};
    ///
    /// let shipped = Procedure::SHIPPED.into_iter().find(|(id, _, _)| *id == "hertfordshire");
    /// let (_, file, text) = shipped.ok_or("not shipped")?;
    /// let procedure = Procedure::parse(file, text, &DutyCatalogue::shipped())?;
    /// let mut rules = procedure.rules.iter();
    /// let rule = rules.find(|rule| rule.title == "First core group").ok_or("no such rule")?;
    /// let told = procedure.told_in_words(rule);
    /// assert_eq!(told[0], "3 working days before the earliest date: reminder to the Lead Social Worker");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn told_in_words(&self, rule: &Rule) -> Vec<String> {
        ladder::lines(self, rule)
    }

    /// How long one of its rules may rest: a sentence for an acknowledgement and one for a pause.
    ///
    /// ```
    /// use duewatch::procedure::{DutyCatalogue, Procedure};
    ///
    /// let shipped = Procedure::SHIPPED.into_iter().find(|(id, _, _)| *id == "hertfordshire");
    /// let (_, file, text) = shipped.ok_or("not shipped")?;
    /// let procedure = Procedure::parse(file, text, &DutyCatalogue::shipped())?;
    /// let mut rules = procedure.rules.iter();
    /// let rule = rules.find(|rule| rule.title == "First core group").ok_or("no such rule")?;
    /// assert_eq!(procedure.rests_in_words(rule)[1], "It cannot be paused.");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn rests_in_words(&self, rule: &Rule) -> Vec<String> {
        rests::lines(self, rule)
    }

    /// How its two readings count: first the earliest date, then the due date.
    ///
    /// ```
    /// use duewatch::procedure::{DutyCatalogue, Procedure};
    ///
    /// let shipped = Procedure::SHIPPED.into_iter().find(|(id, _, _)| *id == "hertfordshire");
    /// let (_, file, text) = shipped.ok_or("not shipped")?;
    /// let procedure = Procedure::parse(file, text, &DutyCatalogue::shipped())?;
    /// let [earliest, due] = procedure.counting_in_words();
    /// assert!(earliest.starts_with("In working days, the day of the event is day 1;"), "{earliest}");
    /// assert!(due.starts_with("In working days, the day of the event does not count;"), "{due}");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn counting_in_words(&self) -> [String; 2] {
        [self.counting.strict, self.counting.due].map(counting::reading)
    }
}

impl Rule {
    /// What must be open for it to run.
    ///
    /// ```
    /// use duewatch::procedure::{DutyCatalogue, Procedure};
    ///
    /// let shipped = Procedure::SHIPPED.into_iter().find(|(id, _, _)| *id == "hertfordshire");
    /// let (_, file, text) = shipped.ok_or("not shipped")?;
    /// let procedure = Procedure::parse(file, text, &DutyCatalogue::shipped())?;
    /// let mut rules = procedure.rules.iter();
    /// let rule = rules.find(|rule| rule.title == "First core group").ok_or("no such rule")?;
    /// assert_eq!(rule.runs_in_words(), "while a plan of this authority is open");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn runs_in_words(&self) -> &'static str {
        match (&self.shape, self.under) {
            (Shape::Report(_), _) => "for the authority as a whole",
            (_, Under::Plan) => "while a plan of this authority is open",
            (_, Under::Enquiry) => {
                "under each enquiry, with a plan or without, until it has ended and needs no conference"
            }
            (_, Under::Unallocated) => "while a plan is open and no lead worker is allocated",
            (_, Under::PlanOrEnquiry) => "while a plan is open; without one, under each enquiry",
            (_, Under::Transfer) => "after the last transfer, with a plan or without",
            (_, Under::LookedAfter) => "while the child is looked after, with a plan or without",
            (_, Under::EndedPlan) => "after the last plan of this authority has ended, until another begins",
        }
    }

    /// What else somebody who signs it must know, a sentence each.
    ///
    /// ```
    /// use duewatch::procedure::{DutyCatalogue, Procedure};
    ///
    /// let shipped = Procedure::SHIPPED.into_iter().find(|(id, _, _)| *id == "hertfordshire");
    /// let (_, file, text) = shipped.ok_or("not shipped")?;
    /// let procedure = Procedure::parse(file, text, &DutyCatalogue::shipped())?;
    /// let mut rules = procedure.rules.iter();
    /// let rule = rules.find(|rule| rule.title == "Death of a child").ok_or("no such rule")?;
    /// assert_eq!(rule.notes_in_words()[0], "It goes on after the child's death.");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn notes_in_words(&self) -> Vec<String> {
        let notes = [
            (self.under_review, "The document marks this figure as under review."),
            (self.not_in_text, "The figure is not in the text of the document: the authority has set it."),
            (self.from_birth, "It runs from the birth; while none is on record, from the expected day of birth."),
            (self.after_death, "It goes on after the child's death."),
            (
                self.counts == Counts::OfficeDays,
                "Days on which the authority's offices are closed are no working days for it.",
            ),
        ];
        let always = notes.into_iter().filter(|(applies, _)| *applies).map(|(_, note)| note.to_owned());
        let two_dates =
            matches!(self.shape, Shape::Deadline(_) | Shape::Recurring(_) | Shape::Before(_) | Shape::Window(_));
        let in_force = match self.reads {
            _ if !two_dates => "",
            Reads::Both => ": both dates are in force",
            Reads::Strict => ": the earliest date is the limit",
            Reads::Ordinary => ": the due date alone is in force",
        };
        let rests = match self.ambiguity.as_slice() {
            [] => None,
            [one] => Some(format!("It rests on how {one} is read{in_force}.")),
            several => Some(format!("It rests on how {} are read{in_force}.", listed(several, "and"))),
        };
        let sure = self.sure.map(|sure| format!("Its source is {}.", sure.name()));
        let changed = self.changed.as_ref().map(|why| format!("Changed by the authority: {why}."));
        let gone = self.begun_before.map(|on| {
            format!(
                "It is gone from the version in force: only clocks that began before {} go on.",
                format_date_short(on)
            )
        });
        always.chain(rests).chain(sure).chain(changed).chain(gone).collect()
    }
}

impl Strength {
    /// How the document words it, in a sentence.
    ///
    /// ```
    /// use duewatch::procedure::Strength;
    ///
    /// assert_eq!(Strength::GoodPractice.words(), "good practice");
    /// ```
    pub fn words(self) -> &'static str {
        match self {
            Strength::Must => "must",
            Strength::Should => "should",
            Strength::GoodPractice => "good practice",
            Strength::May => "may",
        }
    }
}

/// "a", "a and b", "a, b and c".
fn listed(items: &[String], before_last: &str) -> String {
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} {before_last} {last}", first.join(", ")),
    }
}

/// How often, after "every": "6 weeks", and "working day" without its one.
fn every(period: Period) -> String {
    let words = period.to_string();
    words.strip_prefix("1 ").map(str::to_owned).unwrap_or(words)
}

/// A text with a capital, for the head of a sentence.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_reads_as_a_sentence() {
        let items = ["a", "b", "c"].map(str::to_owned);
        assert_eq!(listed(&items, "and"), "a, b and c");
        assert_eq!(listed(&items[..2], "or"), "a or b");
        assert_eq!(listed(&items[..1], "or"), "a");
        assert_eq!(listed(&[], "or"), "");
        assert_eq!(every(Period::WorkingDays(1)), "working day");
        assert_eq!(every(Period::Weeks(12)), "12 weeks");
    }
}
