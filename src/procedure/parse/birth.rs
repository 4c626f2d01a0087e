//! What can wait for the birth.
//!
//! Owns which shapes can start with a birth, and that no step counts from what came before it. Must not know how a clock is counted.

use super::table::Item;
use crate::procedure::{Base, Ladder, Offset, Order, Shape, Standing, Under};

/// Refuses `from_birth` where nothing could wait, or where somebody would be told too early.
pub(super) fn check(from_birth: &Item<'_>, shape: &Shape, under: Under, ladder: &Ladder) {
    let starts_anew = matches!(shape, Shape::Deadline(_) | Shape::Recurring(_));
    if !starts_anew && watches_what_was_there(shape, under) {
        from_birth.log.problem(
            &from_birth.span,
            format!(
                "what this rule looks at ({}) is there before the birth, so nothing waits for it",
                under.kind().words()
            ),
            "only a `deadline` or a `recurring` can start with the birth instead",
        );
    }
    if starts_anew && ladder.steps.iter().any(|step| counts_from_the_event(step.when)) {
        from_birth.log.problem(
            &from_birth.span,
            "a step of this rule counts from `anchor`, which was there before the birth",
            "count it from `strict` or `due`",
        );
    }
}

fn watches_what_was_there(shape: &Shape, under: Under) -> bool {
    let watched = match shape {
        Shape::Standing(Standing::NoneOpen { .. }) => return true,
        Shape::Standing(Standing::NotSet { of, .. }) | Shape::Order(Order::Only { of, .. }) => of,
        Shape::Order(Order::Before { then, .. } | Order::Apart { then, .. }) => then,
        Shape::Before(shape) => &shape.of,
        Shape::Alert(shape) => &shape.on,
        Shape::Check(shape) => &shape.at,
        Shape::Guidance(shape) => &shape.with,
        Shape::Deadline(_) | Shape::Recurring(_) | Shape::Window(_) | Shape::Between(_) | Shape::Report(_) => {
            return false;
        }
    };
    watched.fact == under.kind()
}

fn counts_from_the_event(when: Offset) -> bool {
    match when {
        Offset::AtOnce => false,
        Offset::On(base) | Offset::Before(_, base) | Offset::After(_, base) => base == Base::Anchor,
    }
}
