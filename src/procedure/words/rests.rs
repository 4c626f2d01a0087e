//! How long a rule may rest, in plain words.
//!
//! Owns these sentences. Must not know what is resting now.

use super::listed;
use crate::{
    directory::Role,
    procedure::{Procedure, Rule},
};

/// A sentence for an acknowledgement and one for a pause.
pub(super) fn lines(procedure: &Procedure, rule: &Rule) -> Vec<String> {
    let ack = match rule.rests.ack {
        Some(at_most) => format!(
            "Whoever was told may acknowledge it: for at most {at_most} at a time they are not told again. Steps go on."
        ),
        None => "It cannot be acknowledged.".to_owned(),
    };
    let pause = match &rule.rests.pause {
        Some(pause) => {
            let words = |role: &Role| format!("the {}", procedure.role_words(*role));
            let roles: Vec<String> = pause.by.iter().map(words).collect();
            format!(
                "It may be paused by {}: nobody is told more of it, for at most {} from the first pause.",
                listed(&roles, "or"),
                pause.at_most
            )
        }
        None => "It cannot be paused.".to_owned(),
    };
    vec![ack, pause]
}
