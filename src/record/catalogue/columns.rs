//! The columns of those kinds of fact that have a view of their own.
//!
//! Owns what each says. Must not know what else may be on record of them: that is `answers`.

use super::{
    Attribute,
    AttributeType::{self, Code, Count, Date, Fact, Flag, Person, Team},
    FactKind,
};

const fn attribute(name: &'static str, holds: AttributeType, required: bool, meaning: &'static str) -> Attribute {
    Attribute { name, holds, required, meaning }
}

pub(super) const PLAN: &[Attribute] = &[
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

pub(super) const ENQUIRY: &[Attribute] = &[
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

pub(super) const ASSESSMENT: &[Attribute] = &[
    attribute("started_on", Date, true, "The day the assessment began."),
    attribute("authorised_on", Date, false, "The day a manager authorised it. Empty: it is open."),
];

pub(super) const CONFERENCE: &[Attribute] = &[
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

pub(super) const CORE_GROUP: &[Attribute] = &[
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

pub(super) const VISIT: &[Attribute] = &[
    attribute("visited_on", Date, true, "When the visit or contact took place, never when it was typed in."),
    attribute("visitor_id", Person, false, "Who made it."),
    attribute("seen", Flag, false, "Yes: the child was seen in person. An attempt that failed is No."),
    attribute("alone", Flag, false, "Yes: the child was seen alone."),
    attribute("bedroom", Flag, false, "Yes: the child's bedroom was seen."),
];

pub(super) const ALLOCATION: &[Attribute] = &[
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

pub(super) const MEMBERSHIP: &[Attribute] = &[
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

pub(super) const INCIDENT: &[Attribute] = &[
    attribute(
        "kind",
        Code(&[
            "access_refused",
            "alone_refused",
            "injury",
            "death",
            "non_cooperation",
            "plan_difficulty",
            "plan_impossible",
            "safety_difficulty",
            "crisis",
            "significant_change",
            "significant_event",
            "not_delivered",
            "member_concern",
            "supervisor_concern",
            "significant_harm",
            "chronic_risk",
            "unsafe_at_home",
            "communication",
        ]),
        true,
        "What happened. `alone_refused`: parents refused that the child be seen alone. `plan_difficulty`: a part of the plan \
         cannot be carried out; `plan_impossible`: none of it; `safety_difficulty`: a difficulty that touches the child's \
         safety. `not_delivered`: an agency cannot keep its commitment.",
    ),
    attribute("occurred_on", Date, true, "When it happened, or was first known."),
    attribute("manager_told_on", Date, false, "When the first-line manager was informed."),
    attribute("core_group_told_on", Date, false, "When the other core group members were informed."),
    attribute("chair_told_on", Date, false, "When it was discussed with the conference chair."),
    attribute("form_completed_on", Date, false, "When the notification form was completed (a death)."),
    attribute("head_told_on", Date, false, "When the head of child protection was informed (a death)."),
];

pub(super) const DECISION: &[Attribute] = &[
    attribute(
        "kind",
        Code(&[
            "further_assessment",
            "visit_reduction",
            "plan_change",
            "earlier_review",
            "pre_birth_conference",
            "long_term",
            "legal_action",
            "turning_eighteen",
            "management",
        ]),
        true,
        "What was decided on, whichever way. `visit_reduction`: that a child is seen less often than the procedure asks, until \
         the next conference. `long_term`: where the child is to grow up. `turning_eighteen`: what follows at 18.",
    ),
    attribute("decided_on", Date, true, "The day of the decision."),
];
