//! Which facts a case record can hold. This table is the one place that says so: the contract with the case database
//! (`source`) and the names a procedure may use (`procedure`) are both read from it, so neither can drift.
//!
//! Ten kinds have a view of their own; what a form may ask of them besides comes from `dw_answers`. All other kinds share
//! `dw_events`. So a rule that needs a new fact needs a line here, and no stage and no view needs anything.

mod answers;
mod columns;
mod described;
mod events;
mod places;

use serde::{Deserialize, Serialize};

use self::{
    described::{DESCRIBED, Described},
    places::Places,
};

/// A kind of fact. The first ten are each one view of the contract with the case database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FactKind {
    /// A child protection plan.
    Plan,
    /// An enquiry under section 47, open or ended.
    Enquiry,
    /// An assessment, open or authorised.
    Assessment,
    /// A child protection conference, booked or held.
    Conference,
    /// A core group meeting, booked or held, with the progress of its minutes.
    CoreGroup,
    /// A visit to, or other contact with, the child.
    Visit,
    /// The allocation of the child's case to a worker.
    Allocation,
    /// Membership of the child's core group.
    Membership,
    /// Something that somebody must hear of now: refused access, an injury, a death.
    Incident,
    /// A decision that a manager or conference recorded.
    Decision,
    /// An absence of the child's lead worker.
    Absence,
    /// An action of the plan, with the day by which it is to be done.
    Action,
    /// An invitation to a conference, one a person or agency.
    Invitation,
    /// One person's copy of a conference's minutes.
    MinutesCopy,
    /// A change that others must be told of: school, doctor, household.
    Change,
    /// A disagreement between professionals.
    Disagreement,
    /// A move into or out of the authority.
    Transfer,
    /// A period in which the child is looked after.
    LookedAfter,
    /// A review of a looked-after child, booked or held.
    LookedAfterReview,
    /// A visit to a looked-after child.
    LookedAfterVisit,
    /// A child in need plan.
    ChildInNeedPlan,
    /// A review of a child in need plan.
    ChildInNeedReview,
    /// The meeting that settles what follows a protection plan.
    StepDownMeeting,
    /// A written agreement with the family.
    WrittenAgreement,
    /// A core group that one of its members cannot attend.
    MemberAbsence,
    /// A supervision session.
    Supervision,
    /// Something done about a child without a worker.
    UnallocatedStep,
    /// Somebody's asking whether a child is on the list.
    ListEnquiry,
    /// A meeting of a panel on a dangerous person.
    RiskPanel,
    /// Who alone may know of the case, or who may not.
    Access,
}

/// What an attribute holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttributeType {
    /// Y/N, Yes/No, True/False or 1/0.
    Flag,
    /// A whole number from 0.
    Count,
    /// A date, or a date and time.
    Date,
    /// A code. The list holds the codes duewatch knows; an empty list means the authority's own codes.
    Code(&'static [&'static str]),
    /// A `worker_id`.
    Person,
    /// A `team_id`.
    Team,
    /// The id of a fact of this kind.
    Fact(FactKind),
}

/// One attribute of a fact: a column of its view, or an answer.
#[derive(Clone, Copy, Debug)]
pub struct Attribute {
    /// Its name, which a procedure uses too.
    pub name: &'static str,
    /// What it holds.
    pub holds: AttributeType,
    /// Whether a row without it is unreadable.
    pub required: bool,
    /// What it means, and what an empty one means.
    pub meaning: &'static str,
}

/// The view of all facts whose kind has none of its own.
pub const EVENTS: &str = "dw_events";

/// The view of what else is on record of a fact.
pub const ANSWERS: &str = "dw_answers";

/// The columns of `dw_events` that say when.
pub const EVENT_DATES: [&str; 3] = ["happened_on", "booked_on", "ended_on"];

/// What somebody is to a case, where a record says who chaired or decided.
const ROLES: &[&str] = &[
    "lead_worker",
    "senior_practitioner",
    "first_line_manager",
    "second_line_manager",
    "conference_chair",
    "core_group_member",
    "other",
];

/// Whether a date is the day of the child's birth, which nothing but the case database holds.
pub fn is_birth(attribute: &str) -> bool {
    attribute == "birth_on"
}

/// The name of an attribute as a person says it: `minutes_sent_on` is "minutes sent".
pub(crate) fn attribute_words(name: &str) -> String {
    match name {
        "from_on" => "first day".to_owned(),
        "to_on" => "last day".to_owned(),
        _ => name.strip_suffix("_on").unwrap_or(name).replace('_', " "),
    }
}

impl FactKind {
    /// Every kind, in the order they are read and printed.
    pub const ALL: [FactKind; 30] = [
        FactKind::Plan,
        FactKind::Enquiry,
        FactKind::Assessment,
        FactKind::Conference,
        FactKind::CoreGroup,
        FactKind::Visit,
        FactKind::Allocation,
        FactKind::Membership,
        FactKind::Incident,
        FactKind::Decision,
        FactKind::Absence,
        FactKind::Action,
        FactKind::Invitation,
        FactKind::MinutesCopy,
        FactKind::Change,
        FactKind::Disagreement,
        FactKind::Transfer,
        FactKind::LookedAfter,
        FactKind::LookedAfterReview,
        FactKind::LookedAfterVisit,
        FactKind::ChildInNeedPlan,
        FactKind::ChildInNeedReview,
        FactKind::StepDownMeeting,
        FactKind::WrittenAgreement,
        FactKind::MemberAbsence,
        FactKind::Supervision,
        FactKind::UnallocatedStep,
        FactKind::ListEnquiry,
        FactKind::RiskPanel,
        FactKind::Access,
    ];

    /// Those that have a view of their own.
    pub const WITH_VIEW: [FactKind; 10] = [
        FactKind::Plan,
        FactKind::Enquiry,
        FactKind::Assessment,
        FactKind::Conference,
        FactKind::CoreGroup,
        FactKind::Visit,
        FactKind::Allocation,
        FactKind::Membership,
        FactKind::Incident,
        FactKind::Decision,
    ];

    fn described(self) -> &'static Described {
        // There is one for each kind, which a test holds them to.
        DESCRIBED.get(self as usize).unwrap_or(&DESCRIBED[0])
    }

    /// The name in procedures and in keys, e.g. `core_group`.
    pub fn name(self) -> &'static str {
        self.described().name
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<FactKind> {
        FactKind::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The name in a sentence, e.g. "core group meeting".
    pub fn words(self) -> &'static str {
        self.described().words
    }

    /// The view that supplies it.
    pub fn view(self) -> &'static str {
        match self {
            FactKind::Plan => "dw_plans",
            FactKind::Enquiry => "dw_enquiries",
            FactKind::Assessment => "dw_assessments",
            FactKind::Conference => "dw_conferences",
            FactKind::CoreGroup => "dw_core_groups",
            FactKind::Visit => "dw_visits",
            FactKind::Allocation => "dw_allocations",
            FactKind::Membership => "dw_core_group_members",
            FactKind::Incident => "dw_incidents",
            FactKind::Decision => "dw_decisions",
            _ => EVENTS,
        }
    }

    /// Whether it has a view of its own.
    pub fn has_view(self) -> bool {
        // Those that have one come first.
        (self as usize) < FactKind::WITH_VIEW.len()
    }

    /// The attribute that says when it happened. A date after today means planned, never held.
    pub fn happened(self) -> &'static str {
        match self {
            FactKind::Plan | FactKind::Enquiry | FactKind::Assessment => "started_on",
            FactKind::Conference | FactKind::CoreGroup => "held_on",
            FactKind::Visit => "visited_on",
            FactKind::Allocation | FactKind::Membership => "from_on",
            FactKind::Incident => "occurred_on",
            FactKind::Decision => "decided_on",
            _ => "happened_on",
        }
    }

    /// The attribute that says for when it is booked, where such a thing exists.
    pub fn booked(self) -> Option<&'static str> {
        Places::of(self).booked
    }

    /// The attribute that holds the case system's own reckoning of when it was due, where one is kept. It is compared with
    /// a duty's date and is never evidence of anything: it neither starts a clock nor ends one.
    pub fn target(self) -> Option<&'static str> {
        matches!(self, FactKind::Conference).then_some("target_on")
    }

    /// The attribute that says when it ended, where the fact lasts.
    pub fn ended(self) -> Option<&'static str> {
        match self {
            FactKind::Plan | FactKind::Enquiry => Some("ended_on"),
            FactKind::Assessment => Some("authorised_on"),
            FactKind::Allocation | FactKind::Membership => Some("to_on"),
            _ => Places::of(self).ended,
        }
    }

    /// Whether it is a plan that a child is under while it lasts.
    pub fn is_a_plan(self) -> bool {
        matches!(self, FactKind::Plan | FactKind::ChildInNeedPlan)
    }

    /// The attribute that says who made it, where somebody does.
    pub fn made_by(self) -> Option<&'static str> {
        matches!(self, FactKind::Visit).then_some("visitor_id")
    }

    /// What its view says of it: the columns but the fact's own id, the child's and, in `dw_events`, the kind.
    pub fn columns(self) -> &'static [Attribute] {
        self.described().columns
    }

    /// What else may be on record of it.
    pub fn answers(self) -> &'static [Attribute] {
        self.described().answers
    }

    /// Everything that can be on record of it: its columns, then its answers.
    pub fn attributes(self) -> impl Iterator<Item = &'static Attribute> + Clone {
        self.columns().iter().chain(self.answers())
    }

    /// Whether that attribute is an answer. Where a form was not asked, nothing is on record, and that says nothing: a fact that
    /// is silent on an answer starts no clock that waits for it.
    pub fn is_answer(self, name: &str) -> bool {
        self.attribute(name).is_some_and(|(place, _)| place >= self.columns().len())
    }

    /// Which kind of fact a date that lies ahead is of: the next core group that a conference sets is a core group.
    #[must_use]
    pub fn of_date_ahead(self, name: &str) -> FactKind {
        if name == "next_core_group_on" { FactKind::CoreGroup } else { self }
    }

    /// Whether it can lie ahead: it is arranged, or known before it begins.
    pub fn may_lie_ahead(self) -> bool {
        self.booked().is_some() || self == FactKind::Absence
    }

    /// The column that holds the fact's own id.
    pub fn id_column(self) -> &'static str {
        match self {
            FactKind::Plan => "plan_id",
            FactKind::Enquiry => "enquiry_id",
            FactKind::Assessment => "assessment_id",
            FactKind::Conference => "conference_id",
            FactKind::CoreGroup => "core_group_id",
            FactKind::Visit => "visit_id",
            FactKind::Allocation => "allocation_id",
            FactKind::Membership => "membership_id",
            FactKind::Incident => "incident_id",
            FactKind::Decision => "decision_id",
            _ => "event_id",
        }
    }

    /// Whether that attribute holds a date.
    pub fn is_date(self, name: &str) -> bool {
        self.attribute(name).is_some_and(|(_, attribute)| attribute.holds == AttributeType::Date)
    }

    /// Whether that attribute holds a date that lies ahead of its fact, as the next review's does. Any other date is of
    /// something done.
    pub fn is_date_ahead(self, name: &str) -> bool {
        name.starts_with("next_") && self.is_date(name)
    }

    /// The position and description of one attribute.
    pub fn attribute(self, name: &str) -> Option<(usize, &'static Attribute)> {
        Places::of(self).find(name)
    }

    /// The position of the attribute that says when it happened.
    pub(super) fn happened_at(self) -> usize {
        Places::of(self).happened
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_kind_names_its_own_dates_and_links() {
        for kind in FactKind::ALL {
            assert!(kind.attribute(kind.happened()).is_some(), "{kind:?} has no {}", kind.happened());
            for name in kind.booked().into_iter().chain(kind.ended()).chain(kind.target()) {
                assert!(
                    matches!(kind.attribute(name), Some((_, a)) if a.holds == AttributeType::Date),
                    "{kind:?}.{name}"
                );
            }
            assert_eq!(FactKind::from_name(kind.name()), Some(kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.name(), "the table is in the order of the kinds");
            assert_eq!(FactKind::WITH_VIEW.contains(&kind), kind.has_view());
        }
        assert_eq!(FactKind::ALL.len(), DESCRIBED.len());
    }

    #[test]
    fn no_attribute_of_a_kind_has_the_name_of_another_and_none_is_named_like_what_it_is_not() {
        for kind in FactKind::ALL {
            let names: BTreeSet<&str> = kind.attributes().map(|attribute| attribute.name).collect();
            assert_eq!(names.len(), kind.attributes().count(), "{kind:?}");
            for attribute in kind.attributes() {
                let named_a_date = attribute.name.ends_with("_on");
                assert_eq!(named_a_date, attribute.holds == AttributeType::Date, "{kind:?}.{}", attribute.name);
            }
            assert!(kind.answers().iter().all(|answer| !described::is_column_of_events(answer.name)), "{kind:?}");
            assert_eq!(kind.has_view(), kind.view() != EVENTS, "{kind:?}");
        }
    }
}
