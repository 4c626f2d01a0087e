//! What a source never supplies of what each rule needs.
//!
//! Owns that it is worked out once for a run and not for each child and rule. Must not know how it was found out what a source
//! supplies, or what becomes of a duty for it.

use std::sync::LazyLock;

use super::CannotTell;
use crate::{
    procedure::{DutyId, Procedure, Rule},
    record::{Need, Supply},
};

/// What a source never supplies, and what of it each rule of one procedure needs.
#[derive(Clone, Debug, Default)]
pub struct Lacking {
    supply: Supply,
    /// In the order of the procedure's rules. Empty where the source supplies everything.
    by_rule: Vec<OfRule>,
}

/// What one rule needs and is never supplied.
#[derive(Clone, Debug)]
pub(super) struct OfRule {
    duty: DutyId,
    missing: Vec<Need>,
    /// Why its duties cannot be told for it, where that is so.
    pub(super) why: Option<CannotTell>,
    /// Nothing at all can be known of what it is judged by: then it has no duties, and is told of once.
    pub(super) left_out: bool,
    /// The same of the version before.
    pub(super) earlier: Option<Box<OfRule>>,
}

impl OfRule {
    fn of(rule: &Rule, supply: &Supply) -> OfRule {
        let missing: Vec<Need> = rule.needs().into_iter().filter(|need| supply.lacks(need)).collect();
        OfRule {
            duty: rule.duty.clone(),
            why: (!missing.is_empty()).then(|| CannotTell::of_source(&missing)),
            left_out: missing.iter().any(Supply::is_left_out),
            missing,
            earlier: rule.earlier.as_ref().map(|earlier| Box::new(OfRule::of(earlier, supply))),
        }
    }
}

/// Nothing is lacking.
static NOTHING: LazyLock<Lacking> = LazyLock::new(Lacking::default);

impl Lacking {
    /// What of that the rules of the procedure need.
    pub fn of(supply: Supply, procedure: &Procedure) -> Lacking {
        let of_rule = |rule: &Rule| OfRule::of(rule, &supply);
        let by_rule = if supply.is_whole() { Vec::new() } else { procedure.rules.iter().map(of_rule).collect() };
        Lacking { supply, by_rule }
    }

    /// Of a source that can tell everything.
    pub fn nothing() -> &'static Lacking {
        &NOTHING
    }

    /// What the source never supplies, whatever needs it.
    pub fn supply(&self) -> &Supply {
        &self.supply
    }

    /// What of it that rule needs.
    pub(super) fn of_duty(&self, duty: &DutyId) -> &[Need] {
        self.by_rule.iter().find(|of_rule| of_rule.duty == *duty).map_or(&[], |of_rule| &of_rule.missing)
    }

    /// What of it the rule at that place needs; none where the source supplies everything.
    pub(super) fn of_place(&self, place: usize) -> Option<&OfRule> {
        self.by_rule.get(place)
    }
}
