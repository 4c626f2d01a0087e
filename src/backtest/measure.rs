//! The measures of a census return: from recorded dates to an outcome.
//!
//! Owns which limit each measure has, where it stands, and what meets it. Must not know how a return is written, what is
//! counted together, or the present: whether a limit that nothing has met is over is settled in `tally`.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::calendar::{Calendar, Convention, Period, Trust, add_months};

/// What a return is held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// The assessment is authorised.
    Assessment,
    /// The initial child protection conference is held.
    InitialConference,
    /// The first review of a child protection plan is held.
    FirstReview,
    /// Each further one.
    LaterReview,
}

impl Measure {
    /// Every one, in the order in which they are shown.
    pub const ALL: [Measure; 4] =
        [Measure::Assessment, Measure::InitialConference, Measure::FirstReview, Measure::LaterReview];

    /// Its name in JSON and CSV.
    pub fn name(self) -> &'static str {
        match self {
            Measure::Assessment => "assessment",
            Measure::InitialConference => "initial_conference",
            Measure::FirstReview => "first_review",
            Measure::LaterReview => "later_review",
        }
    }

    /// What is asked, in words.
    pub fn title(self) -> &'static str {
        match self {
            Measure::Assessment => "Assessment authorised within 45 working days of its start",
            Measure::InitialConference => "Initial conference within 15 working days of the start of the enquiry",
            Measure::FirstReview => "First review within 3 months of the start of the plan",
            Measure::LaterReview => "Each later review within 6 months of the one before",
        }
    }

    /// Where the limit stands, and from what it is counted here.
    pub fn citation(self) -> &'static str {
        match self {
            Measure::Assessment => {
                "Working Together to Safeguard Children 2023, chapter 3: at most 45 working days, there from the \
                 referral; the census has it from the recorded start (validation rule 8670Q), and so it is counted here"
            }
            Measure::InitialConference => {
                "Working Together to Safeguard Children 2023, chapter 3: 15 working days of the strategy discussion \
                 that began the section 47 enquiry, which the census records as the enquiry's start (validation rule 8675Q)"
            }
            Measure::FirstReview => {
                "Working Together to Safeguard Children 2023, chapter 3: three months of the initial conference, which \
                 the census records as the start of the plan"
            }
            Measure::LaterReview => {
                "Working Together to Safeguard Children 2023, chapter 3: at most six months between reviews"
            }
        }
    }

    /// How long after the event it is in time.
    pub fn period(self) -> Period {
        match self {
            Measure::Assessment => Period::WorkingDays(45),
            Measure::InitialConference => Period::WorkingDays(15),
            Measure::FirstReview => Period::Months(3),
            Measure::LaterReview => Period::Months(6),
        }
    }

    /// The last day in time after an event on `start`: the day after it is day 1. None where the calendar has no data yet.
    pub fn limit(self, calendar: &Calendar, start: NaiveDate) -> Option<NaiveDate> {
        match self.period() {
            // Holidays have no say in months, so no year is too early.
            Period::Months(months) => add_months(start, i32::try_from(months).ok()?),
            period => {
                let limit = calendar.after(start, period, Convention::ORDINARY, Trust::WithProvisional);
                limit.ok().map(|limit| limit.on.on())
            }
        }
    }
}

/// What a record says of one date.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Recorded {
    /// Nothing.
    #[default]
    Missing,
    /// Something that cannot be relied on.
    Unreadable,
    /// A day.
    On(NaiveDate),
}

impl Recorded {
    /// The day, if there is one.
    pub fn on(self) -> Option<NaiveDate> {
        match self {
            Recorded::On(on) => Some(on),
            Recorded::Missing | Recorded::Unreadable => None,
        }
    }
}

/// What became of one duty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Done by the last day.
    InTime,
    /// Done after it.
    Late,
    /// Not done, as far as is recorded: late once the last day is over, open until then.
    NotDone,
    /// A date that is needed is missing or cannot be relied on.
    CannotTell,
}

/// One duty that a return shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Judged {
    /// Which measure.
    pub measure: Measure,
    /// The last day in time; none where its start is not known.
    pub due_on: Option<NaiveDate>,
    /// What became of it.
    pub outcome: Outcome,
}

/// An assessment, from its start and its authorisation.
pub fn assessment(calendar: &Calendar, started: Recorded, authorised: Recorded) -> Judged {
    done_once(Measure::Assessment, calendar, started, authorised)
}

/// An initial conference, from the start of the enquiry and the day it was held.
pub fn conference(calendar: &Calendar, enquiry_started: Recorded, held: Recorded) -> Judged {
    done_once(Measure::InitialConference, calendar, enquiry_started, held)
}

fn done_once(measure: Measure, calendar: &Calendar, started: Recorded, done: Recorded) -> Judged {
    let due_on = started.on().and_then(|start| measure.limit(calendar, start));
    let outcome = match (started, due_on, done) {
        (Recorded::On(start), Some(_), Recorded::On(done)) if done < start => Outcome::CannotTell,
        (_, Some(due), Recorded::On(done)) => in_time_or_late(due, done),
        (_, Some(_), Recorded::Missing) => Outcome::NotDone,
        (_, None, _) | (_, _, Recorded::Unreadable) => Outcome::CannotTell,
    };
    Judged { measure, due_on, outcome }
}

fn in_time_or_late(due: NaiveDate, done: NaiveDate) -> Outcome {
    if done <= due { Outcome::InTime } else { Outcome::Late }
}

/// The reviews of one plan, in any order, each due one once.
///
/// None is due that the plan did not outlast: a plan that ended on the last day or before it was not reviewed late. A review
/// that cannot be placed (unreadable, before the plan's start, after its end) may be the very one that is missed, so what
/// would be late or not done because of it cannot be told.
pub fn reviews(calendar: &Calendar, started: Recorded, ended: Recorded, held: &[Recorded]) -> Vec<Judged> {
    let (from, to) = (started.on(), ended.on());
    let ended = if from.zip(to).is_some_and(|(from, to)| to < from) { Recorded::Unreadable } else { ended };
    let during = |on: &NaiveDate| from.is_none_or(|from| from <= *on) && ended.on().is_none_or(|to| *on <= to);
    let mut placed: Vec<NaiveDate> = held.iter().filter_map(|review| review.on()).filter(during).collect();
    let lost = placed.len() < held.iter().filter(|review| **review != Recorded::Missing).count();
    placed.sort_unstable();
    placed.dedup();

    let mut judged = Vec::new();
    if from.is_none() {
        judged.push(Judged { measure: Measure::FirstReview, due_on: None, outcome: Outcome::CannotTell });
    }
    let events: Vec<NaiveDate> = from.into_iter().chain(placed).collect();
    for (at, event) in events.iter().enumerate() {
        let measure = if at == 0 && from.is_some() { Measure::FirstReview } else { Measure::LaterReview };
        let Some(due) = measure.limit(calendar, *event) else { continue };
        let outcome = match (events.get(at + 1), ended) {
            (Some(next), _) => in_time_or_late(due, *next),
            (None, Recorded::On(end)) if end <= due => break,
            (None, Recorded::Unreadable) => Outcome::CannotTell,
            (None, Recorded::On(_) | Recorded::Missing) => Outcome::NotDone,
        };
        let outcome = if lost && outcome != Outcome::InTime { Outcome::CannotTell } else { outcome };
        judged.push(Judged { measure, due_on: Some(due), outcome });
    }
    judged
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calendar() -> Calendar {
        Calendar::shipped("england-and-wales").unwrap()
    }

    fn on(text: &str) -> Recorded {
        Recorded::On(text.parse().unwrap())
    }

    fn said(judged: &[Judged]) -> Vec<(Measure, String, Outcome)> {
        let due = |on: Option<NaiveDate>| on.map(|on| on.to_string()).unwrap_or_default();
        judged.iter().map(|one| (one.measure, due(one.due_on), one.outcome)).collect()
    }

    #[test]
    fn a_conference_over_christmas() {
        // Enquiry on Thursday 10 December 2026. 11 (1), 14 to 18 (2 to 6), 21 to 24 (7 to 10), Christmas Day, Monday 28
        // in its place for Boxing Day, 29, 30, 31 (11 to 13), New Year's Day, 4 and 5 January 2027 (14, 15).
        for (held, outcome) in [
            (on("2027-01-05"), Outcome::InTime),
            (on("2027-01-06"), Outcome::Late),
            (on("2026-12-10"), Outcome::InTime),
            (on("2026-12-09"), Outcome::CannotTell),
            (Recorded::Missing, Outcome::NotDone),
            (Recorded::Unreadable, Outcome::CannotTell),
        ] {
            let judged = conference(&calendar(), on("2026-12-10"), held);
            assert_eq!(said(&[judged]), [(Measure::InitialConference, "2027-01-05".to_owned(), outcome)], "{held:?}");
        }
    }

    #[test]
    fn an_assessment_over_christmas() {
        // Start on Monday 2 November 2026. November: 3 to 6 is 4 days, 9 to 13 (9), 16 to 20 (14), 23 to 27 (19), 30 (20).
        // December: 1 to 4 (24), 7 to 11 (29), 14 to 18 (34), 21 to 24 (38), 29 to 31 (41). January 2027: 4 to 7 (45).
        let judged = |done| said(&[assessment(&calendar(), on("2026-11-02"), done)]);
        assert_eq!(judged(on("2027-01-07")), [(Measure::Assessment, "2027-01-07".to_owned(), Outcome::InTime)]);
        assert_eq!(judged(on("2027-01-08")), [(Measure::Assessment, "2027-01-07".to_owned(), Outcome::Late)]);
    }

    #[test]
    fn without_a_start_there_is_no_month() {
        for start in [Recorded::Missing, Recorded::Unreadable, on("1987-05-05")] {
            let judged = assessment(&calendar(), start, on("2026-01-05"));
            assert_eq!((judged.due_on, judged.outcome), (None, Outcome::CannotTell), "{start:?}");
        }
    }

    #[test]
    fn the_reviews_of_a_plan() {
        use Measure::{FirstReview, LaterReview};
        let plan = |start, end, held: &[Recorded]| said(&reviews(&calendar(), start, end, held));
        let row = |measure, due: &str, outcome| (measure, due.to_owned(), outcome);
        let open = Recorded::Missing;
        // Three months of 30 November 2025 end on 28 February, there being no 30th; six months of 2 March on 2 September.
        assert_eq!(
            plan(on("2025-11-30"), open, &[on("2026-03-02")]),
            [row(FirstReview, "2026-02-28", Outcome::Late), row(LaterReview, "2026-09-02", Outcome::NotDone)]
        );
        // In any order, and one that is written twice counts once.
        assert_eq!(
            plan(on("2026-01-05"), open, &[on("2026-10-02"), on("2026-04-01"), on("2026-04-01")]),
            [
                row(FirstReview, "2026-04-05", Outcome::InTime),
                row(LaterReview, "2026-10-01", Outcome::Late),
                row(LaterReview, "2027-04-02", Outcome::NotDone),
            ]
        );
        // A plan that ends on the last day or before it owes no review; one that lasts a day longer does.
        assert_eq!(plan(on("2026-01-05"), on("2026-04-05"), &[]), []);
        assert_eq!(plan(on("2026-01-05"), on("2026-04-06"), &[]), [row(FirstReview, "2026-04-05", Outcome::NotDone)]);
        assert_eq!(
            plan(on("2026-01-05"), on("2026-04-01"), &[on("2026-04-01")]),
            [row(FirstReview, "2026-04-05", Outcome::InTime)]
        );
    }

    #[test]
    fn what_hangs_on_a_review_that_cannot_be_placed_cannot_be_told() {
        use Measure::{FirstReview, LaterReview};
        let plan = |start, end, held: &[Recorded]| said(&reviews(&calendar(), start, end, held));
        let row = |measure, due: &str, outcome| (measure, due.to_owned(), outcome);
        for strange in [Recorded::Unreadable, on("2025-12-31")] {
            assert_eq!(
                plan(on("2026-01-05"), Recorded::Missing, &[on("2026-03-02"), strange]),
                [row(FirstReview, "2026-04-05", Outcome::InTime), row(LaterReview, "2026-09-02", Outcome::CannotTell)],
                "{strange:?}"
            );
        }
        // After the end.
        assert_eq!(
            plan(on("2026-01-05"), on("2026-05-01"), &[on("2026-05-02")]),
            [row(FirstReview, "2026-04-05", Outcome::CannotTell)]
        );
        // An end that is none, or lies before the start.
        for end in [Recorded::Unreadable, on("2026-01-04")] {
            assert_eq!(plan(on("2026-01-05"), end, &[]), [row(FirstReview, "2026-04-05", Outcome::CannotTell)]);
        }
        // Without a start the first review cannot be told, the later ones can.
        assert_eq!(
            plan(Recorded::Missing, Recorded::Missing, &[on("2026-03-02"), on("2026-09-02")]),
            [
                row(FirstReview, "", Outcome::CannotTell),
                row(LaterReview, "2026-09-02", Outcome::InTime),
                row(LaterReview, "2027-03-02", Outcome::NotDone),
            ]
        );
    }

    #[test]
    fn months_need_no_holidays() {
        assert_eq!(Measure::FirstReview.limit(&calendar(), "2009-03-31".parse().unwrap()), "2009-06-30".parse().ok());
    }
}
