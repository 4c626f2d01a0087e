//! How a rule points at facts: "conferences that made a plan", "visits by the lead worker with the bedroom seen".

use crate::record::FactKind;

/// A choice of facts: of one kind, passing every test, and made by one of the named people where that matters; perhaps only
/// the first of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selector {
    /// The kind of fact.
    pub fact: FactKind,
    /// Tests on its attributes; all must pass.
    pub tests: Vec<Test>,
    /// Who must have made it, on the day it was made; any one suffices. Empty: anybody.
    pub by: Vec<Relation>,
    /// Only the first of them in the period of the plan or enquiry.
    pub first: bool,
}

impl Selector {
    /// Every fact of that kind.
    pub fn any(fact: FactKind) -> Selector {
        Selector { fact, tests: Vec::new(), by: Vec::new(), first: false }
    }
}

/// A test on one attribute. An attribute the record is silent on passes only a test of what it is not, and is else reported as such.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Test {
    /// A flag has this value.
    Flag {
        /// The attribute.
        attribute: &'static str,
        /// The value asked for.
        is: bool,
    },
    /// A code is one of these.
    Code {
        /// The attribute.
        attribute: &'static str,
        /// The codes that pass.
        any_of: Vec<String>,
    },
    /// A flag does not have this value. Silence passes: nobody has said that it has.
    NotFlag {
        /// The attribute.
        attribute: &'static str,
        /// The value that does not pass.
        is_not: bool,
    },
    /// A code is none of these. Silence passes: nobody has said that it is one of them.
    NotCode {
        /// The attribute.
        attribute: &'static str,
        /// The codes that do not pass.
        none_of: Vec<String>,
    },
}

impl Test {
    /// The attribute it looks at.
    pub fn attribute(&self) -> &'static str {
        match self {
            Test::Flag { attribute, .. }
            | Test::Code { attribute, .. }
            | Test::NotFlag { attribute, .. }
            | Test::NotCode { attribute, .. } => attribute,
        }
    }

    /// Whether nothing can be said by it as long as the record is silent.
    pub fn needs_an_answer(&self) -> bool {
        !matches!(self, Test::NotFlag { .. } | Test::NotCode { .. })
    }
}

/// What somebody is to a case on a given day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// The allocated lead worker of that day. A covering worker is not.
    LeadWorker,
    /// A member of the core group listed as a professional on that day.
    CoreGroupProfessional,
}

impl Relation {
    /// Every relation, with the name a procedure uses.
    pub const ALL: [(&'static str, Relation); 2] =
        [("lead_worker", Relation::LeadWorker), ("core_group_professional", Relation::CoreGroupProfessional)];
}
