//! "Each PERIOD, to ROLES": the duties that belong to the authority and to no child.

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use super::{Anchor, Duty, DutyKey, Outcome, Reading, Status, Terms, case::Case, never_supplied, standing};
use crate::{
    calendar::{Convention, Trust, add_months, format_date_short},
    procedure::{DutyId, Report, Rule, Shape, Standing},
    record::{CaseRecord, ChildRef},
};

/// A stretch of days in which a standing state held for one child: what a report lists.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Stretch {
    /// The standing rule.
    pub duty: DutyId,
    /// Whose.
    pub child: ChildRef,
    /// Its first day.
    pub from_on: NaiveDate,
    /// The day it was mended; none while it lasts.
    pub to_on: Option<NaiveDate>,
}

/// The stretches of one rule under each of its cases, ended ones included: a report tells of a month, not of today.
pub(super) fn stretches(terms: &Terms, rule: &Rule, record: &CaseRecord) -> Vec<Stretch> {
    let Shape::Standing(shape @ Standing::NoneOpen { .. }) = &rule.shape else { return Vec::new() };
    let cases = Case::of_each(record, rule.under, terms);
    cases.iter().flat_map(|case| of_case(terms, rule, shape, case)).collect()
}

fn of_case(terms: &Terms, rule: &Rule, shape: &Standing, case: &Case) -> Vec<Stretch> {
    let Outcome::Duties(duties) = standing::assess(terms, rule, shape, case) else { return Vec::new() };
    let ended_on = case.ended_on().filter(|end_on| *end_on <= terms.today);
    let stretch = |duty: &Duty| {
        let child = duty.child.clone()?;
        let to_on = duty.met_on.into_iter().chain(ended_on).min();
        Some(Stretch { duty: rule.duty.clone(), child, from_on: duty.anchor.on, to_on })
    };
    duties
        .iter()
        .filter_map(stretch)
        .filter(|stretch| stretch.to_on.is_none_or(|to_on| to_on > stretch.from_on))
        .collect()
}

/// The report for the last month that has ended, and the one for the month in progress. Whether the first has been issued
/// only the ledger knows; here it stays open.
pub fn assess_reports(terms: &Terms, stretches: &[Stretch]) -> Vec<Duty> {
    let mut duties = Vec::new();
    for rule in &terms.procedure.rules {
        let Shape::Report(report) = &rule.shape else { continue };
        let terms = &terms.of(rule);
        let this_month = terms.today.with_day(1).unwrap_or(terms.today);
        for first in add_months(this_month, -1).into_iter().chain([this_month]) {
            duties.extend(monthly(terms, rule, report, first, stretches));
        }
    }
    duties
}

fn monthly(terms: &Terms, rule: &Rule, report: &Report, first: NaiveDate, stretches: &[Stretch]) -> Option<Duty> {
    let next_month = add_months(first, 1)?;
    let last = next_month.pred_opt()?;
    // Working days are counted from the month's last day: one working day is the next month's first.
    let limit = terms.calendar.after(last, report.within, Convention::ORDINARY, Trust::WithProvisional);
    let anchor = Anchor { fact: "month".into(), id: first.format("%Y-%m").to_string(), on: last };
    let limit = limit.ok()?;
    let during = stretches
        .iter()
        .filter(|stretch| stretch.duty == report.about && stretch.from_on <= last)
        .filter(|stretch| stretch.to_on.is_none_or(|to_on| to_on > first));
    let rows =
        unknown(terms, report).map_or_else(|| during.map(|stretch| row(stretch, last)).collect(), |why| vec![why]);
    Some(Duty {
        child: None,
        duty: rule.duty.clone(),
        key: DutyKey(format!("month:{}", anchor.id)),
        strict: None,
        due: Some(Reading { anchor: anchor.clone(), on: limit.on, at: None }),
        anchor,
        status: Status::Open,
        met_on: None,
        late: false,
        calendar: terms.calendar.id().to_owned(),
        calendar_hash: terms.calendar.hash().to_owned(),
        provisional: limit.provisional,
        skipped: Vec::new(),
        citation: rule.citation.to_string(),
        arithmetic: format!(
            "{} after the month that ended on {}: {}",
            report.within,
            format_date_short(last),
            format_date_short(limit.on.on())
        ),
        notes: rows,
        done: Vec::new(),
        cannot_tell: None,
    })
}

/// What the report says instead of its rows where the source never supplies what the state is seen by: without it every case
/// would be listed.
fn unknown(terms: &Terms, report: &Report) -> Option<String> {
    let missing = never_supplied(terms, terms.procedure.rule(&report.about)?);
    let named: Vec<String> = missing.iter().map(ToString::to_string).collect();
    let why = format!("This cannot be told: the case database never supplies {}.", named.join(", "));
    (!missing.is_empty()).then_some(why)
}

/// One row of the report. Its words are final for a month that has ended; the duty's notes carry them.
fn row(stretch: &Stretch, last: NaiveDate) -> String {
    match stretch.to_on.filter(|to_on| *to_on <= last) {
        Some(to_on) => {
            format!(
                "{}: from {} to {}",
                stretch.child,
                format_date_short(stretch.from_on),
                format_date_short(to_on.pred_opt().unwrap_or(to_on).max(stretch.from_on))
            )
        }
        None => format!("{}: since {}", stretch.child, format_date_short(stretch.from_on)),
    }
}
