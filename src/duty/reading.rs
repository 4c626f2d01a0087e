//! Dates: from an anchor and a period to the two readings, and from them to where a duty stands.

use chrono::{DateTime, NaiveDate, Utc};

use super::{Anchor, CannotTell, Duty, DutyKey, Reading, Status, Terms};
use crate::{
    calendar::{CalendarError, Convention, DueDate, FirstDay, Period, Skipped, Trust, format_date_short, hours_after},
    procedure::Rule,
    record::{CaseRecord, Fact, FactKind, When},
};

/// Both readings of one limit, and how they were reached.
pub(super) struct Readings {
    pub(super) strict: Option<Reading>,
    pub(super) due: Option<Reading>,
    pub(super) provisional: bool,
    pub(super) skipped: Vec<Skipped>,
    pub(super) arithmetic: String,
}

impl Readings {
    /// No date at all.
    pub(super) fn none() -> Readings {
        Readings { strict: None, due: None, provisional: false, skipped: Vec::new(), arithmetic: String::new() }
    }

    /// A reading whose last day is known without counting: the start of a state, an alert's own day.
    pub(super) fn fixed(anchor: &Anchor, at: Option<DateTime<Utc>>, arithmetic: String) -> Readings {
        let due = Reading { anchor: anchor.clone(), on: anchor.on.into(), at };
        Readings { strict: None, due: Some(due), provisional: false, skipped: Vec::new(), arithmetic }
    }
}

/// `period` after the anchor: strict with `strict`, due with `due`, which differ where a conference set its own interval.
pub(super) fn after(
    terms: &Terms,
    anchor: &Anchor,
    happened: When,
    strict: Period,
    due: Period,
) -> Result<Readings, CalendarError> {
    if let (Period::Hours(early), Period::Hours(late)) = (strict, due) {
        return Ok(elapsed(terms, anchor, happened, early, late));
    }
    let counting = terms.procedure.counting;
    let early = terms.calendar.after(anchor.on, strict, for_unit(strict, counting.strict), earliest_trust(strict))?;
    let late = terms.calendar.after(anchor.on, due, for_unit(due, counting.due), Trust::WithProvisional)?;
    let early_on = early.on.min(late.on);
    let skipped = if due.counts_working_days() {
        terms.calendar.skipped(anchor.on, late.on.on(), Trust::WithProvisional)
    } else {
        Vec::new()
    };
    let reading = |on| Some(Reading { anchor: anchor.clone(), on, at: None });
    Ok(Readings {
        strict: reading(early_on),
        due: reading(late.on),
        // Of calendar time only the earlier one's last day may have been moved by a holiday.
        provisional: early.provisional || late.provisional,
        arithmetic: in_words(terms, anchor, (strict, early_on), (due, late.on), &skipped),
        skipped,
    })
}

/// The earlier date: a holiday lengthens a count of working days, so only published ones may; but a last day moves back
/// over a holiday, so there every one does.
fn earliest_trust(period: Period) -> Trust {
    if period.counts_working_days() { Trust::PublishedOnly } else { Trust::WithProvisional }
}

/// Working days know a first day; calendar time is read literally and knows only where its last day may move.
fn for_unit(period: Period, convention: Convention) -> Convention {
    if period.counts_working_days() { convention } else { Convention { first_day: FirstDay::Excluded, ..convention } }
}

/// Elapsed hours run from the recorded instant; where only a day is on record, from its beginning (strict) and its end.
fn elapsed(terms: &Terms, anchor: &Anchor, happened: When, early: u32, late: u32) -> Readings {
    let strict_at = hours_after(happened.at.unwrap_or_else(|| terms.zone.start_of_day(happened.on)), early);
    let due_at = hours_after(happened.at.unwrap_or_else(|| terms.zone.end_of_day(happened.on)), late);
    let reading = |at| Some(Reading { anchor: anchor.clone(), on: terms.zone.local_date(at).into(), at: Some(at) });
    Readings {
        strict: reading(strict_at),
        due: reading(due_at),
        provisional: false,
        skipped: Vec::new(),
        arithmetic: format!("{late} hours from the {} of {}", words(&anchor.fact), format_date_short(anchor.on)),
    }
}

fn in_words(
    terms: &Terms,
    anchor: &Anchor,
    (strict, strict_on): (Period, DueDate),
    (due, due_on): (Period, DueDate),
    skipped: &[Skipped],
) -> String {
    let mut text = format!(
        "{due} from the {} of {}: {}",
        words(&anchor.fact),
        format_date_short(anchor.on),
        format_date_short(due_on.on())
    );
    let named = |day: &Skipped| format!("{} ({})", format_date_short(day.on), day.name);
    let holidays: Vec<String> =
        skipped.iter().filter(|day| day.name != "Saturday" && day.name != "Sunday").map(named).collect();
    let weekend = skipped.len() - holidays.len();
    match (weekend, holidays.is_empty()) {
        (0, true) => {}
        (_, true) => text.push_str(&format!("; {weekend} weekend days do not count")),
        (_, false) => text.push_str(&format!("; {weekend} weekend days and {} do not count", holidays.join(", "))),
    }
    if strict_on < due_on {
        let why = match (strict == due, strict) {
            (false, _) => format!("counting {strict}"),
            (true, period) if period.counts_working_days() => {
                let unpublished = skipped.iter().filter(|day| day.provisional && day.on <= strict_on.on()).map(named);
                let mut why: Vec<String> =
                    unpublished.map(|day| format!("{day}, which is not yet published")).collect();
                if why.is_empty() || terms.procedure.counting.strict.first_day == FirstDay::Included {
                    why.insert(0, "the day itself as day 1".to_owned());
                }
                format!("counting {}", why.join(" and "))
            }
            (true, _) => "moved back to a working day".to_owned(),
        };
        text.push_str(&format!("; at the earliest {}, {why}", format_date_short(strict_on.on())));
    }
    text
}

/// A fact's kind in a sentence.
pub(super) fn words(fact: &str) -> &str {
    FactKind::from_name(fact).map_or(fact, |kind| kind.words())
}

/// The anchor that a fact is.
pub(super) fn anchor(fact: &Fact, on: NaiveDate) -> Anchor {
    Anchor { fact: fact.kind.name().into(), id: fact.id.0.clone(), on }
}

/// The key of the duty that a fact starts.
pub(super) fn key(fact: &Fact) -> DutyKey {
    DutyKey(format!("{}:{}", fact.kind.name(), fact.id.0))
}

/// Where a duty with these readings stands now: the last day is in time until it has ended, locally.
pub(super) fn status(terms: &Terms, readings: &Readings, met_on: Option<NaiveDate>) -> Status {
    let passed = |reading: &Reading| terms.now >= reading.ends_at(terms.zone);
    if met_on.is_some() {
        Status::Met
    } else if readings.due.as_ref().is_some_and(passed) {
        Status::Overdue
    } else if readings.strict.as_ref().is_some_and(passed) {
        Status::Amber
    } else {
        Status::Open
    }
}

/// Puts a duty together.
pub(super) struct Draft<'a> {
    pub(super) terms: &'a Terms<'a>,
    pub(super) rule: &'a Rule,
    pub(super) record: &'a CaseRecord,
    pub(super) key: DutyKey,
    pub(super) anchor: Anchor,
    pub(super) notes: Vec<String>,
}

impl Draft<'_> {
    /// A duty that stands where its dates say.
    pub(super) fn dated(self, readings: Readings, met_on: Option<NaiveDate>) -> Duty {
        let status = status(self.terms, &readings, met_on);
        self.standing(readings, met_on, status)
    }

    /// A duty whose status is known otherwise.
    pub(super) fn standing(self, readings: Readings, met_on: Option<NaiveDate>, status: Status) -> Duty {
        let late = match (met_on, &readings.due) {
            (Some(met_on), Some(due)) => met_on > due.on.on(),
            _ => status == Status::Overdue,
        };
        Duty {
            child: Some(self.record.child.clone()),
            duty: self.rule.duty.clone(),
            key: self.key,
            anchor: self.anchor,
            strict: readings.strict,
            due: readings.due,
            status,
            met_on,
            late,
            calendar: self.terms.calendar.id().to_owned(),
            calendar_hash: self.terms.calendar.hash().to_owned(),
            provisional: readings.provisional,
            skipped: readings.skipped,
            citation: self.rule.citation.to_string(),
            arithmetic: readings.arithmetic,
            notes: self.notes,
            done: Vec::new(),
            cannot_tell: None,
        }
    }

    /// A duty that cannot be told, and why.
    pub(super) fn cannot_tell(self, why: CannotTell) -> Duty {
        Duty { cannot_tell: Some(why), ..self.standing(Readings::none(), None, Status::CannotTell) }
    }

    /// The duty with its dates, or why they cannot be counted.
    pub(super) fn counted(self, readings: Result<Readings, CalendarError>, met_on: Option<NaiveDate>) -> Duty {
        match readings {
            Ok(readings) => self.dated(readings, met_on),
            Err(error) => self.cannot_tell(CannotTell::because(error.to_string())),
        }
    }
}

/// What to say of a fact that is taken to fit although the record is silent.
pub(super) fn silent_note(fact: &Fact, attribute: &str, taken_as: &str) -> String {
    format!("{} {} does not say {}; {taken_as}", fact.kind.words(), fact.id.0, attribute.replace('_', " "))
}
