//! What is amiss with the case database as a whole, as duties of the data team: what it never supplies, what it shows only
//! when it is over, and which of its own dates are not ours.
//!
//! Owns the words. It lasts until the source changes, so it is told once, and none of the words may change with the rows.

use std::collections::{BTreeMap, BTreeSet};

use super::data_faults::{NAMED, duty};
use crate::{
    backtest::Measure,
    duty::{CannotTell, Duty, StoredDate, Terms, never_supplied},
    procedure::Rule,
    record::{ANSWERS, CompletedOnly, FactKind, Need, Supply},
};

/// One duty for each rule that can be judged for no child, each kind of which none is ever open, each kind of stored date
/// that differs from ours.
pub(super) fn duties(stored_dates: &[StoredDate], terms: &Terms) -> Vec<Duty> {
    of_rules(terms).into_iter().chain(completed_only(terms)).chain(differing(stored_dates, terms)).collect()
}

const OF_A_RULE: &str = "never-supplied:";

/// How many of these duties say that a rule can be judged for no child, in words.
pub(super) fn unjudged(duties: &[Duty]) -> Option<String> {
    let gaps = duties.iter().filter(|duty| duty.child.is_none() && duty.key.0.starts_with(OF_A_RULE)).count();
    (gaps > 0).then(|| format!("gaps for which rules can be judged for no child: {gaps}; the data team is told once"))
}

/// Keeps of each kind of stored date those that a notice names.
pub(super) fn keep_examples(stored_dates: &mut Vec<StoredDate>) {
    stored_dates.sort_by(|a, b| (a.measure, &a.row).cmp(&(b.measure, &b.row)));
    let kinds = stored_dates.chunk_by(|a, b| a.measure == b.measure);
    *stored_dates = kinds.flat_map(|kind| kind.iter().take(NAMED).cloned()).collect();
}

/// One duty for each rule; but what a whole form or event is missing for stands together: one duty for each kind of fact.
fn of_rules(terms: &Terms) -> Vec<Duty> {
    let mut left_out: BTreeMap<FactKind, LeftOut> = BTreeMap::new();
    let unjudged = terms.procedure.rules.iter().filter_map(|rule| {
        let missing = never_supplied(terms, rule);
        if let Some(need) = missing.iter().find(|need| Supply::is_left_out(need)) {
            let together = left_out.entry(need.fact).or_default();
            together.needs.extend(missing.iter().filter(|need| Supply::is_left_out(need)).cloned());
            together.rules.push(rule);
            return None;
        }
        let never: Vec<String> = missing.iter().map(never).collect();
        let why = format!(
            "\"{}\" [{}] cannot be judged for any child, and nobody is told of it: {}. Fill it from your case system, or \
             take the rule out of the procedure if your case system does not record it",
            rule.title,
            rule.duty,
            never.join("; ")
        );
        let why = CannotTell { by_source: true, missing: Some(missing.first()?.clone()), ..CannotTell::because(why) };
        Some(duty(&format!("{OF_A_RULE}{}", rule.duty), why, terms))
    });
    let mut duties: Vec<Duty> = unjudged.collect();
    duties.extend(left_out.into_iter().map(|(kind, together)| together.duty(kind, terms)));
    duties
}

/// Rules that wait for a form that is not connected, or for events that are not recorded.
#[derive(Default)]
struct LeftOut<'a> {
    needs: BTreeSet<Need>,
    rules: Vec<&'a Rule>,
}

impl LeftOut<'_> {
    fn duty(self, kind: FactKind, terms: &Terms) -> Duty {
        let never: Vec<String> = self.needs.iter().map(never).collect();
        let rules: Vec<String> = self.rules.iter().map(|rule| format!("\"{}\" [{}]", rule.title, rule.duty)).collect();
        let why = format!(
            "{} rules cannot be judged for any child, and nobody is told of them: {}. Connect what your case system asks of \
             this, or take the rules out of the procedure: {}",
            rules.len(),
            never.join("; "),
            rules.join(", ")
        );
        let why = CannotTell { by_source: true, missing: self.needs.into_iter().next(), ..CannotTell::because(why) };
        duty(&format!("{OF_A_RULE}{}", kind.name()), why, terms)
    }
}

/// What is missing, e.g. "no row of dw_visits fills alone".
pub fn never(missing: &Need) -> String {
    let (view, kind) = (missing.fact.view(), missing.fact.name());
    match missing.any_of.as_slice() {
        [] if !missing.fact.has_view() => format!("{view} has no row of the kind {kind}"),
        names if names.iter().all(|name| missing.fact.is_answer(name)) && !names.is_empty() => {
            format!("{ANSWERS} answers for no {kind} the question {}", names.join(" or "))
        }
        [] => format!("{view} has no row at all"),
        names => format!("no row of {view} fills {}", names.join(" or ")),
    }
}

fn completed_only(terms: &Terms) -> Vec<Duty> {
    let kinds = terms.lacking.supply().completed_only.keys();
    let told = kinds.map(|kind| {
        let why = format!(
            "no {} in {} is open, though new ones keep being entered: this source may hold completed work only, and then \
             nobody is told of what is not completed. Have the view show open work too",
            kind.words(),
            kind.view()
        );
        duty(&format!("completed-only:{}", kind.name()), how_it_is(why), terms)
    });
    told.collect()
}

/// The same with its numbers, for somebody who looks now.
pub fn completed_in_numbers(kind: FactKind, only: CompletedOnly) -> String {
    format!(
        "no {} is open, of {} held ({} of them begun in the last {} days): this source may hold completed work only",
        kind.words(),
        only.held,
        only.recent,
        only.recent_days
    )
}

fn differing(stored_dates: &[StoredDate], terms: &Terms) -> Vec<Duty> {
    let mut differing: BTreeMap<Measure, Vec<&StoredDate>> = BTreeMap::new();
    for stored in stored_dates.iter().filter(|stored| stored.days_later != 0) {
        differing.entry(stored.measure).or_default().push(stored);
    }
    let told = differing.into_iter().map(|(measure, mut rows)| {
        rows.sort_by_key(|stored| &stored.row);
        let why = format!(
            "some of the case system's own dates in dw_conferences.target_on are not the last day by this limit: {}. \
             duewatch counts for itself and does not use them, so nothing is missing or wrong by it; but two dates may be \
             quoted for one conference",
            measure.title()
        );
        let rows = rows.iter().take(NAMED).map(|stored| format!("{} ({})", stored.row, apart(stored.days_later)));
        let why = CannotTell { rows: rows.collect(), ..how_it_is(why) };
        duty(&format!("stored-date:{}", measure.name()), why, terms)
    });
    told.collect()
}

fn how_it_is(why: String) -> CannotTell {
    CannotTell { by_source: true, ..CannotTell::because(why) }
}

/// By how much a stored date differs from ours.
fn apart(days_later: i64) -> String {
    let way = if days_later < 0 { "earlier" } else { "later" };
    let days = days_later.unsigned_abs();
    format!("{days} day{} {way}", if days == 1 { "" } else { "s" })
}

/// For each kind of stored date: how many agree with ours and how many do not, and what is commonest among those.
pub fn stored_in_numbers(stored_dates: &[StoredDate]) -> Vec<String> {
    let mut kinds: BTreeMap<Measure, BTreeMap<i64, u64>> = BTreeMap::new();
    for stored in stored_dates {
        *kinds.entry(stored.measure).or_default().entry(stored.days_later).or_default() += 1;
    }
    let lines = kinds.into_iter().map(|(measure, mut by_days)| {
        let agree = by_days.remove(&0).unwrap_or(0);
        let differ: u64 = by_days.values().sum();
        // Of two that are as common, the smaller difference.
        let commonest = by_days.into_iter().max_by_key(|(days, rows)| (*rows, std::cmp::Reverse(days.abs())));
        let most_often = commonest.map(|(days, rows)| format!(", most often by being {} ({rows})", apart(days)));
        format!(
            "{}: {agree} of the case system's own dates agree, {differ} differ{}; duewatch uses none of them",
            measure.title(),
            most_often.unwrap_or_default()
        )
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_dates_are_counted_by_how_they_differ() {
        let stored = |measure, row: &str, days_later| StoredDate { measure, row: row.into(), days_later };
        let lines = stored_in_numbers(&[
            stored(Measure::FirstReview, "K1", 0),
            stored(Measure::FirstReview, "K2", 1),
            stored(Measure::FirstReview, "K3", -4),
            stored(Measure::FirstReview, "K4", 1),
            stored(Measure::LaterReview, "K5", 0),
        ]);
        assert_eq!(
            lines,
            [
                "First review within 3 months of the start of the plan: 1 of the case system's own dates agree, 3 differ, \
                 most often by being 1 day later (2); duewatch uses none of them",
                "Each later review within 6 months of the one before: 1 of the case system's own dates agree, 0 differ; \
                 duewatch uses none of them",
            ]
        );
    }
}
