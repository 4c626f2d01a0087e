//! Which facts a case record can hold. This table is the one place that says so: the contract with the case database
//! (`source`) and the names a procedure may use (`procedure`) are both read from it, so neither can drift.
//!
//! To let rules use a new fact, add it here and to the shipped view definitions; no stage needs code for it.

use serde::{Deserialize, Serialize};

/// A kind of fact. Each is one view of the contract with the case database.
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

/// One attribute of a fact, which is one column of its view.
#[derive(Clone, Copy, Debug)]
pub struct Attribute {
    /// The column's name, and the name a procedure uses.
    pub name: &'static str,
    /// What it holds.
    pub holds: AttributeType,
    /// Whether a row without it is unreadable.
    pub required: bool,
    /// What it means, and what an empty one means.
    pub meaning: &'static str,
}

const fn attribute(name: &'static str, holds: AttributeType, required: bool, meaning: &'static str) -> Attribute {
    Attribute { name, holds, required, meaning }
}

impl FactKind {
    /// Every kind, in the order they are read and printed.
    pub const ALL: [FactKind; 10] = [
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

    /// The name in procedures and in keys, e.g. `core_group`.
    pub fn name(self) -> &'static str {
        match self {
            FactKind::Plan => "plan",
            FactKind::Enquiry => "enquiry",
            FactKind::Assessment => "assessment",
            FactKind::Conference => "conference",
            FactKind::CoreGroup => "core_group",
            FactKind::Visit => "visit",
            FactKind::Allocation => "allocation",
            FactKind::Membership => "membership",
            FactKind::Incident => "incident",
            FactKind::Decision => "decision",
        }
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<FactKind> {
        FactKind::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The name in a sentence, e.g. "core group meeting".
    pub fn words(self) -> &'static str {
        match self {
            FactKind::Plan => "plan",
            FactKind::Enquiry => "enquiry",
            FactKind::Assessment => "assessment",
            FactKind::Conference => "conference",
            FactKind::CoreGroup => "core group meeting",
            FactKind::Visit => "visit",
            FactKind::Allocation => "allocation",
            FactKind::Membership => "core group membership",
            FactKind::Incident => "incident",
            FactKind::Decision => "decision",
        }
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
        }
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
        }
    }

    /// The attribute that says for when it is booked, where such a thing exists.
    pub fn booked(self) -> Option<&'static str> {
        matches!(self, FactKind::Conference | FactKind::CoreGroup).then_some("booked_on")
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
            _ => None,
        }
    }

    /// The attribute that says who made it, where somebody does.
    pub fn made_by(self) -> Option<&'static str> {
        matches!(self, FactKind::Visit).then_some("visitor_id")
    }

    /// Its attributes: every column of its view but the fact's own id and the child's.
    pub fn attributes(self) -> &'static [Attribute] {
        match self {
            FactKind::Plan => PLAN,
            FactKind::Enquiry => ENQUIRY,
            FactKind::Assessment => ASSESSMENT,
            FactKind::Conference => CONFERENCE,
            FactKind::CoreGroup => CORE_GROUP,
            FactKind::Visit => VISIT,
            FactKind::Allocation => ALLOCATION,
            FactKind::Membership => MEMBERSHIP,
            FactKind::Incident => INCIDENT,
            FactKind::Decision => DECISION,
        }
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
        }
    }

    /// Whether that attribute holds a date.
    pub fn is_date(self, name: &str) -> bool {
        self.attribute(name).is_some_and(|(_, attribute)| attribute.holds == AttributeType::Date)
    }

    /// The position and description of one attribute.
    pub fn attribute(self, name: &str) -> Option<(usize, &'static Attribute)> {
        self.attributes().iter().enumerate().find(|(_, attribute)| attribute.name == name)
    }
}

use AttributeType::{Code, Count, Date, Fact, Flag, Person, Team};

const PLAN: &[Attribute] = &[
    attribute("started_on", Date, true, "The day the child became subject of the plan."),
    attribute("ended_on", Date, false, "The day the plan ended. Empty: it is open. A day to come: it is still open."),
    attribute("conference_id", Fact(FactKind::Conference), false, "The conference that made the plan."),
    attribute(
        "other_authority",
        Flag,
        false,
        "Yes: another authority's plan, which this authority does not run. Empty: its own.",
    ),
];

const ENQUIRY: &[Attribute] = &[
    attribute(
        "started_on",
        Date,
        true,
        "The day of the strategy discussion that began the enquiry; where the case system does not hold it, the day the \
         enquiry was opened.",
    ),
    attribute(
        "ended_on",
        Date,
        false,
        "The day the enquiry was completed. Empty: it is open. A day to come: it is still open.",
    ),
    attribute(
        "conference_needed",
        Flag,
        false,
        "Yes: it calls for an initial conference. No: it ended without needing one. Empty: the record does not say.",
    ),
];

const ASSESSMENT: &[Attribute] = &[
    attribute("started_on", Date, true, "The day the assessment began."),
    attribute("authorised_on", Date, false, "The day a manager authorised it. Empty: it is open."),
];

const CONFERENCE: &[Attribute] = &[
    attribute(
        "kind",
        Code(&["initial", "pre_birth", "review", "transfer_in", "reconvened"]),
        true,
        "Which conference it is.",
    ),
    attribute("booked_on", Date, false, "The day it is arranged for. Never counts as held."),
    attribute("held_on", Date, false, "The day it was held, with the time it ended where known. Empty: not held."),
    attribute(
        "makes_plan",
        Flag,
        false,
        "Yes: it made or continued a plan for this child. Empty: the decision is not recorded.",
    ),
    attribute("chair_id", Person, false, "Who chaired or will chair it."),
    attribute("next_review_on", Date, false, "The date it set for the next review conference."),
    attribute(
        "core_group_weeks",
        Count,
        false,
        "How many weeks at most it wants between core groups. Empty: it set no frequency.",
    ),
    attribute(
        "target_on",
        Date,
        false,
        "The date by which the case system itself says that it was due. Only compared, never counted from: it starts and \
         ends no clock.",
    ),
];

const CORE_GROUP: &[Attribute] = &[
    attribute("booked_on", Date, false, "The day it is arranged for. Never counts as held."),
    attribute("held_on", Date, false, "The day it was held. Empty: not held."),
    attribute("minutes_written_on", Date, false, "When the notes were finalised in the case system."),
    attribute("minutes_approved_on", Date, false, "When the manager approved them. A rejection leaves it empty."),
    attribute("minutes_handed_over_on", Date, false, "When business support was asked to send them."),
    attribute(
        "minutes_sent_on",
        Date,
        false,
        "When the last addressee was sent them. Empty while anybody still waits.",
    ),
];

const VISIT: &[Attribute] = &[
    attribute("visited_on", Date, true, "When the visit or contact took place, never when it was typed in."),
    attribute("visitor_id", Person, false, "Who made it."),
    attribute("seen", Flag, false, "Yes: the child was seen in person. An attempt that failed is No."),
    attribute("alone", Flag, false, "Yes: the child was seen alone."),
    attribute("bedroom", Flag, false, "Yes: the child's bedroom was seen."),
];

const ALLOCATION: &[Attribute] = &[
    attribute("worker_id", Person, true, "The named worker."),
    attribute("team_id", Team, false, "The worker's team for this case."),
    attribute(
        "role",
        Code(&["lead_worker", "other"]),
        true,
        "`lead_worker` for the allocated lead social worker; anything else is `other`.",
    ),
    attribute("from_on", Date, true, "The first day of the allocation."),
    attribute("to_on", Date, false, "The last day. Empty: it goes on."),
];

const MEMBERSHIP: &[Attribute] = &[
    attribute("person_id", Person, true, "The member, by the key that visits use for visitors."),
    attribute(
        "professional",
        Flag,
        true,
        "Yes: a professional member. Parents, relatives, the child and foster carers are No.",
    ),
    attribute("from_on", Date, true, "The first day of membership."),
    attribute("to_on", Date, false, "The last day. Empty: it goes on."),
];

const INCIDENT: &[Attribute] = &[
    attribute("kind", Code(&["access_refused", "injury", "death"]), true, "What happened."),
    attribute("occurred_on", Date, true, "When it happened, or was first known."),
    attribute("manager_told_on", Date, false, "When the first-line manager was informed."),
    attribute("core_group_told_on", Date, false, "When the other core group members were informed."),
    attribute("chair_told_on", Date, false, "When it was discussed with the conference chair."),
    attribute("form_completed_on", Date, false, "When the notification form was completed (a death)."),
    attribute("head_told_on", Date, false, "When the head of child protection was informed (a death)."),
];

const DECISION: &[Attribute] = &[
    attribute("kind", Code(&["further_assessment"]), true, "What was decided on, whichever way."),
    attribute("decided_on", Date, true, "The day of the decision."),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_names_its_own_dates_and_links() {
        for kind in FactKind::ALL {
            assert!(kind.attribute(kind.happened()).is_some(), "{kind:?} has no {}", kind.happened());
            for name in kind.booked().into_iter().chain(kind.ended()).chain(kind.target()) {
                assert!(matches!(kind.attribute(name), Some((_, a)) if a.holds == Date), "{kind:?}.{name}");
            }
            assert_eq!(FactKind::from_name(kind.name()), Some(kind));
        }
    }
}
