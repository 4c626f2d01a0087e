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

/// A test on one attribute. An attribute the record is silent on passes none, and is reported as such.
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
}

impl Test {
    /// The attribute it looks at.
    pub fn attribute(&self) -> &'static str {
        match self {
            Test::Flag { attribute, .. } | Test::Code { attribute, .. } => attribute,
        }
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
