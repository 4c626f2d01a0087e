//! The case system's own due dates, beside those by the national limits.
//!
//! Owns which stored date is held against which limit, and from what it runs. Must not use one for anything else: suppliers
//! reckon in ways of their own, and no duty rests on what they come to.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::Terms;
use crate::{
    backtest::Measure,
    record::{CaseRecord, Fact, FactKind, Value},
};

/// What began a conference lies at most so long before it, in days: an enquiry half a year, a conference a year. What is
/// older began something else.
const ENQUIRY_REACHES: i64 = 183;
const CONFERENCE_REACHES: i64 = 366;

/// One stored date that could be compared.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct StoredDate {
    /// Which limit it is held against.
    pub measure: Measure,
    /// The row it stands in.
    pub row: String,
    /// By how many calendar days it is later than the limit; earlier, when negative.
    pub days_later: i64,
}

/// Every stored date of a record that something on the record can be counted for. A date that is not stored is none.
pub(super) fn stored_dates(record: &CaseRecord, terms: &Terms) -> Vec<StoredDate> {
    let compared = record.facts(FactKind::Conference).iter().filter_map(|conference| {
        let stored_on = conference.kind.target().and_then(|name| conference.date(name))?.on;
        let at = conference.happened().or_else(|| conference.date("booked_on")).map_or(stored_on, |when| when.on);
        let (measure, started) = match conference.get("kind") {
            Value::Code(kind) if kind == "initial" => (Measure::InitialConference, enquiries(record, at)),
            Value::Code(kind) if kind == "review" => reviewed(record, at)?,
            _ => return None,
        };
        let limits = started.into_iter().filter_map(|on| measure.limit(terms.calendar, on));
        let days_later = limits.map(|limit| (stored_on - limit).num_days()).min_by_key(|days| days.abs())?;
        Some(StoredDate { measure, row: conference.id.0.to_string(), days_later })
    });
    compared.collect()
}

/// The days on which an enquiry began that can have led to a conference on that day. Nothing links the two, so of several
/// the one that agrees best is taken.
fn enquiries(record: &CaseRecord, at: NaiveDate) -> Vec<NaiveDate> {
    let enquiries = record.facts(FactKind::Enquiry).iter();
    let led_on = enquiries.filter(|enquiry| *enquiry.get("conference_needed") != Value::Flag(false));
    let began = led_on.filter_map(Fact::happened).map(|when| when.on);
    began.filter(|on| (0..=ENQUIRY_REACHES).contains(&(at - *on).num_days())).collect()
}

/// What a review on that day was due from: the review before it, or else the first conference before it.
fn reviewed(record: &CaseRecord, at: NaiveDate) -> Option<(Measure, Vec<NaiveDate>)> {
    let before = |on: NaiveDate| (1..=CONFERENCE_REACHES).contains(&(at - on).num_days());
    let held = record.facts(FactKind::Conference).iter().filter_map(|conference| {
        let on = conference.happened().map(|when| when.on).filter(|on| before(*on))?;
        Some((conference.get("kind").is_code("review"), on))
    });
    let (reviews, first): (Vec<_>, Vec<_>) = held.partition(|(review, _)| *review);
    let review = reviews.into_iter().map(|(_, on)| on).max();
    let first = first.into_iter().map(|(_, on)| on).min();
    review.map(|on| (Measure::LaterReview, vec![on])).or_else(|| first.map(|on| (Measure::FirstReview, vec![on])))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        calendar::{Calendar, Zone},
        procedure::{DutyCatalogue, Procedure},
        record::{ChildRef, When},
    };

    fn conference(id: &str, kind: &str, held: Option<&str>, target: &str) -> Fact {
        let date = |text: &str| text.parse().map_or(Value::Missing, |on| Value::Date(When::day(on)));
        Fact::new(FactKind::Conference, id)
            .with("kind", Value::Code(kind.to_owned()))
            .with("held_on", held.map_or(Value::Missing, date))
            .with("target_on", date(target))
    }

    fn enquiry(id: &str, started: &str) -> Fact {
        Fact::new(FactKind::Enquiry, id).with("started_on", Value::Date(When::day(started.parse().unwrap())))
    }

    fn compared(facts: Vec<Fact>) -> Vec<(Measure, String, i64)> {
        let (file, text) = Procedure::shipped("hertfordshire").unwrap();
        let procedure = Procedure::parse(file, text, &DutyCatalogue::shipped()).unwrap();
        let calendar = Calendar::shipped("england-and-wales").unwrap();
        let zone = Zone::from_name("Europe/London").unwrap();
        let terms = Terms::new(&procedure, &calendar, zone, "2027-06-01T09:00:00Z".parse().unwrap());
        let record = CaseRecord::new(ChildRef("C1".into()), facts);
        let stored = stored_dates(&record, &terms).into_iter();
        stored.map(|stored| (stored.measure, stored.row, stored.days_later)).collect()
    }

    #[test]
    fn an_initial_conference_is_due_fifteen_working_days_after_its_enquiry() {
        // Enquiry on Thursday 10 December 2026: fifteen working days later, over Christmas, is Tuesday 5 January 2027.
        let of = |held, target: &str| {
            let compared = compared(vec![enquiry("E1", "2026-12-10"), conference("K1", "initial", held, target)]);
            compared.into_iter().map(|(_, _, days)| days).collect::<Vec<_>>()
        };
        assert_eq!(of(Some("2026-12-30"), "2027-01-05"), [0]);
        // A supplier that counts bank holidays: Thursday 31 December 2026.
        assert_eq!(of(Some("2026-12-30"), "2026-12-31"), [-5]);
        // One that counts from the conference, on Wednesday 30 December: Thursday 21 January 2027.
        assert_eq!(of(Some("2026-12-30"), "2027-01-21"), [16]);
        // Not yet arranged; and without a stored date.
        assert_eq!(of(None, "2027-01-05"), [0]);
        assert_eq!(of(Some("2026-12-30"), ""), [0_i64; 0]);
    }

    #[test]
    fn only_an_enquiry_that_can_have_led_to_it_counts() {
        let of = |enquiries: &[&str]| {
            let mut facts: Vec<Fact> = enquiries.iter().map(|on| enquiry(on, on)).collect();
            facts.push(conference("K1", "initial", Some("2026-12-30"), "2027-01-05"));
            compared(facts).into_iter().map(|(_, _, days)| days).collect::<Vec<_>>()
        };
        // Two led up to it: the stored date agrees with the first.
        assert_eq!(of(&["2026-12-10", "2026-12-21"]), [0]);
        assert_eq!(of(&["2026-01-12"]), [0_i64; 0], "an enquiry of last winter");
        assert_eq!(of(&["2026-12-31"]), [0_i64; 0], "an enquiry after it");
        let ended = enquiry("E1", "2026-12-10").with("conference_needed", Value::Flag(false));
        assert_eq!(compared(vec![ended, conference("K1", "initial", Some("2026-12-30"), "2027-01-05")]), []);
    }

    #[test]
    fn a_review_is_due_three_months_after_the_first_conference_then_six_after_the_review_before() {
        use Measure::{FirstReview, LaterReview};
        // 91 and 183 days instead of months: 5 January plus 91 is 6 April, 1 April plus 183 is 1 October.
        let compared = compared(vec![
            conference("K1", "initial", Some("2026-01-05"), ""),
            conference("K2", "reconvened", Some("2026-02-02"), "2026-02-02"),
            conference("K3", "review", Some("2026-04-01"), "2026-04-06"),
            conference("K4", "review", Some("2026-09-28"), "2026-10-01"),
            conference("K5", "review", None, "2027-03-30"),
        ]);
        let expected = [(FirstReview, "K3", 1), (LaterReview, "K4", 0), (LaterReview, "K5", 2)];
        let expected: Vec<_> =
            expected.into_iter().map(|(measure, row, days)| (measure, row.to_owned(), days)).collect();
        assert_eq!(compared, expected);
    }
}
