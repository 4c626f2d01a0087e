//! "Each PERIOD, to ROLES": the duties that belong to the authority and to no child.

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use super::{
    Anchor, CannotTell, Duty, DutyKey, Reading, Status, Terms,
    case::Case,
    never_supplied,
    standing::{self, Gap},
};
use crate::{
    calendar::{Convention, ShortDate, Trust, add_months},
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
    let Shape::Standing(Standing::NoneOpen { of, lasts, .. }) = &rule.shape else { return Vec::new() };
    let cases = Case::of_each(record, rule.under, terms);
    let of_case = |case: &Case| {
        let ended_on = case.ended_on().filter(|end_on| *end_on <= terms.today);
        let stretch = |gap: Gap| {
            let to_on = gap.mended_on.into_iter().chain(ended_on).min();
            Stretch { duty: rule.duty.clone(), child: record.child.clone(), from_on: gap.from_on, to_on }
        };
        let stretches = standing::gaps(terms, case, of, *lasts).into_iter().map(stretch);
        stretches.filter(|stretch| stretch.to_on.is_none_or(|to_on| to_on > stretch.from_on)).collect::<Vec<_>>()
    };
    cases.iter().flat_map(of_case).collect()
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
    let anchor = Anchor { fact: "month".into(), id: first.format("%Y-%m").to_string().into(), on: last };
    let during = stretches
        .iter()
        .filter(|stretch| stretch.duty == report.about && stretch.from_on <= last)
        .filter(|stretch| stretch.to_on.is_none_or(|to_on| to_on > first));
    let rows =
        unknown(terms, report).map_or_else(|| during.map(|stretch| row(stretch, last)).collect(), |why| vec![why]);
    let (calendar, calendar_hash) = terms.calendar.identity();
    Some(Duty {
        child: None,
        duty: rule.duty.clone(),
        key: DutyKey(format!("month:{}", anchor.id)),
        strict: None,
        due: limit.as_ref().ok().map(|limit| Reading { anchor: anchor.clone(), on: limit.on, at: None }),
        anchor,
        status: if limit.is_ok() { Status::Open } else { Status::CannotTell },
        met_on: None,
        late: false,
        calendar,
        calendar_hash,
        provisional: limit.as_ref().is_ok_and(|limit| limit.provisional),
        skipped: Vec::new(),
        citation: rule.cited.clone(),
        arithmetic: limit.as_ref().map_or_else(
            |_| String::new(),
            |limit| {
                let (ended_on, on) = (ShortDate(last), ShortDate(limit.on.on()));
                format!("{} after the month that ended on {ended_on}: {on}", report.within)
            },
        ),
        tallies: Vec::new(),
        notes: rows,
        done: Vec::new(),
        cannot_tell: limit.err().map(CannotTell::from),
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
                ShortDate(stretch.from_on),
                ShortDate(to_on.pred_opt().unwrap_or(to_on).max(stretch.from_on))
            )
        }
        None => format!("{}: since {}", stretch.child, ShortDate(stretch.from_on)),
    }
}
