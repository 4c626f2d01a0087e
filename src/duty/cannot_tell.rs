//! Why a duty cannot be told, and what becomes of the duties of a rule that a source can never settle.
//!
//! Owns the reason and who can mend it. Must not know how it was found out what a source supplies.

use serde::{Deserialize, Serialize};

use super::{Outcome, Status, Terms};
use crate::{
    calendar::CalendarError,
    directory::Role,
    procedure::Rule,
    record::{FactKind, Need},
};

/// Why a duty cannot be told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CannotTell {
    /// What the record does not say, where that is what is missing.
    pub missing: Option<Need>,
    /// The reason in words.
    pub why: String,
    /// Who can mend it: whoever records what an entry lacks; of what is there and cannot be right, or not there at all, the team
    /// that looks after the case data.
    pub mended_by: Role,
    /// It is how the source is, not one entry in it: it lasts, and is told once instead of every week.
    #[serde(default)]
    pub by_source: bool,
    /// Rows that show it, by their ids: examples. Which they are is no news.
    #[serde(default)]
    pub rows: Vec<String>,
}

impl CannotTell {
    /// A reason that has nothing to do with one attribute.
    pub fn because(why: impl Into<String>) -> CannotTell {
        CannotTell { missing: None, why: why.into(), mended_by: Role::DATA_TEAM, by_source: false, rows: Vec::new() }
    }

    /// The birth lies where no calendar reaches. Its day is not said.
    pub(super) fn birth_out_of_range() -> CannotTell {
        CannotTell::because("the day of birth on record lies outside the years that the calendar knows; check it")
    }

    /// The record lacks something.
    pub fn for_want_of(missing: Need, why: impl Into<String>) -> CannotTell {
        CannotTell { mended_by: recorded_by(&missing), missing: Some(missing), ..CannotTell::because(why) }
    }

    /// Why nothing can be told by such a rule from such a source, for any child.
    pub(super) fn of_source(missing: &[Need]) -> CannotTell {
        let named: Vec<String> = missing.iter().map(ToString::to_string).collect();
        let why = format!("the case database never supplies {}, for any child", named.join(", "));
        CannotTell { by_source: true, missing: missing.first().cloned(), ..CannotTell::because(why) }
    }
}

impl From<CalendarError> for CannotTell {
    fn from(error: CalendarError) -> CannotTell {
        CannotTell::because(error.to_string())
    }
}

/// Who records what is missing of an entry. Which person made it is not known here; but what a conference set its chair knows,
/// what was decided or gone through in supervision the manager, and everything else whoever holds the case.
fn recorded_by(missing: &Need) -> Role {
    match missing.fact {
        _ if missing.any_of.is_empty() => Role::DATA_TEAM,
        FactKind::Conference => Role::CONFERENCE_CHAIR,
        FactKind::Decision | FactKind::Supervision => Role::FIRST_LINE_MANAGER,
        _ => Role::LEAD_WORKER,
    }
}

/// All that a rule needs and this source never supplies.
pub fn never_supplied<'a>(terms: &Terms<'a>, rule: &Rule) -> &'a [Need] {
    terms.lacking.of_duty(&rule.duty)
}

/// The duties of a rule as they stand in this source. Where it never supplies what the rule needs, what looks not done may
/// have been done: all that is not met cannot be told. Dates that are known stay, so that nobody is told that they moved
/// when the source begins to supply the rest.
pub(super) fn by_source(why: Option<&CannotTell>, outcome: Outcome) -> Outcome {
    let Some(why) = why else { return outcome };
    let Outcome::Duties(mut duties) = outcome else { return outcome };
    for duty in duties.iter_mut().filter(|duty| duty.status != Status::Met) {
        duty.status = Status::CannotTell;
        duty.late = false;
        duty.cannot_tell = Some(why.clone());
    }
    Outcome::Duties(duties)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::duty::Duty;

    #[test]
    fn a_duty_that_an_earlier_release_stored_still_reads() {
        let stored = r#"{"child":"C1","duty":"a-first-meeting","key":"plan:P1",
            "anchor":{"fact":"plan","id":"P1","on":"2026-11-02"},"strict":null,"due":null,"status":"cannot_tell",
            "met_on":null,"late":false,"calendar":"england-and-wales","calendar_hash":"","provisional":false,
            "skipped":[],"citation":"000:L45","arithmetic":"","notes":["the record holds no conference"],"done":[]}"#;
        let duty: Duty = serde_json::from_str(stored).unwrap();
        assert_eq!((duty.status, duty.cannot_tell.clone()), (Status::CannotTell, None));
        assert_eq!(duty.said().collect::<Vec<_>>(), ["the record holds no conference"]);
        assert!(!duty.is_left_to_its_rule());

        let cannot = CannotTell::of_source(&[Need::attribute(crate::record::FactKind::Visit, &["alone"])]);
        let duty = Duty { cannot_tell: Some(cannot), ..duty };
        let again: Duty = serde_json::from_str(&serde_json::to_string(&duty).unwrap()).unwrap();
        assert_eq!(again, duty);
        assert!(duty.is_left_to_its_rule() && !Duty { child: None, ..duty }.is_left_to_its_rule());
    }
}
