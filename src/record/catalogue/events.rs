//! The kinds of fact that have no view of their own: one row each in `dw_events`, and the rest in `dw_answers`.
//!
//! Owns what each says. The first of a kind's attributes are the columns of `dw_events` that it uses; all others are answers.
//! Must not know which rule asks for one.

use super::{
    Attribute,
    AttributeType::{Code, Count, Date, Fact, Flag, Person},
    FactKind, ROLES,
};

const fn date(name: &'static str, meaning: &'static str) -> Attribute {
    Attribute { name, holds: Date, required: false, meaning }
}

const fn flag(name: &'static str, meaning: &'static str) -> Attribute {
    Attribute { name, holds: Flag, required: false, meaning }
}

const fn count(name: &'static str, meaning: &'static str) -> Attribute {
    Attribute { name, holds: Count, required: false, meaning }
}

const fn code(name: &'static str, codes: &'static [&'static str], meaning: &'static str) -> Attribute {
    Attribute { name, holds: Code(codes), required: false, meaning }
}

const fn happened(meaning: &'static str) -> Attribute {
    Attribute { name: "happened_on", holds: Date, required: true, meaning }
}

const fn held() -> Attribute {
    date("happened_on", "The day it was held. Empty: not held.")
}

const fn booked() -> Attribute {
    date("booked_on", "The day it is arranged for. Never counts as held.")
}

const fn ended(meaning: &'static str) -> Attribute {
    date("ended_on", meaning)
}

pub(super) const ABSENCE: &[Attribute] = &[
    happened("The first day on which the child's lead worker is away. A day to come: it is planned."),
    ended("The last day away. Empty: until further notice."),
    flag("planned", "Yes: leave or training. No: sickness, or another absence that nobody planned."),
    flag("extended", "Yes: it lasts, or is to last, for what the authority calls an extended period."),
    date("cover_named_on", "When cover was named for all of it."),
    date("family_told_on", "When parents and child were told of absence, cover and how to reach it."),
    date("contacts_checked_on", "When cover last confirmed to look after post, mail and telephone."),
    date("reallocation_considered_on", "When it was considered to give the case to another worker."),
];

pub(super) const ACTION: &[Attribute] = &[
    happened("The day on which it was agreed."),
    date("due_on", "The day by which it is to be done, or its progress looked at."),
    date("done_on", "The day it was done, closed or given another date. Empty: it is open."),
];

pub(super) const INVITATION: &[Attribute] = &[
    date("happened_on", "The day of the conference, once it was held."),
    date("booked_on", "The day for which the conference is arranged."),
    Attribute {
        name: "conference_id",
        holds: Fact(FactKind::Conference),
        required: false,
        meaning: "The conference that this person or agency is invited to.",
    },
    flag("report_wanted", "Yes: a written report is wanted from them."),
    date("report_on", "When their report was there."),
    flag("attended", "Yes: they attended, or a briefed substitute did."),
    date("line_management_told_on", "When their line management was told of what was missing."),
];

pub(super) const MINUTES_COPY: &[Attribute] = &[
    happened("The day one person was sent the minutes of a conference."),
    date("received_on", "The day they were received."),
    flag("amendment_wanted", "Yes: this person has an amendment."),
    date("amendment_on", "When the chair had it."),
];

pub(super) const CHANGE: &[Attribute] = &[
    happened("The day of the change, or on which it was first known."),
    Attribute {
        name: "kind",
        holds: Code(&["school", "doctor", "household", "information", "worker_wanted"]),
        required: true,
        meaning: "What changed. `household`: an adult joined or left. `worker_wanted`: the family asks for another worker.",
    },
    date("told_on", "When the last of those who must know of it had been told, in full."),
    date("decided_on", "When it was decided what follows from it."),
];

pub(super) const DISAGREEMENT: &[Attribute] = &[
    happened("The day it was raised."),
    ended("The day it was settled. Empty: it goes on."),
    Attribute {
        name: "kind",
        holds: Code(&["core_group", "professional", "policy", "resource"]),
        required: true,
        meaning: "What it is about: the plan or its being carried out, another professional's decision, policy or practice, who \
                  pays for or delivers the plan.",
    },
    date("members_discussed_on", "When the core group's members had discussed it."),
    date("chair_told_on", "When it was referred to the conference chair, or the chair's advice was sought."),
    date("line_management_told_on", "When the line management was told."),
    date("both_managers_told_on", "When it was referred to the line managers of both."),
    date("equivalents_told_on", "When it was referred to their equivalents."),
    date("heads_told_on", "When it was referred to the heads of service."),
    date("partnership_told_on", "When it was referred to the chair of the partnership, or its board."),
    date("escalated_on", "When it was taken to the manager whom the procedure names."),
];

pub(super) const TRANSFER: &[Attribute] = &[
    happened("The day on which the receiving authority was told of the move."),
    Attribute {
        name: "direction",
        holds: Code(&["in", "out"]),
        required: true,
        meaning: "Whether the child moves into this authority or out of it.",
    },
    date("moved_on", "The day of the permanent move."),
    date("receiving_conference_on", "The day the receiving authority held its conference."),
    date("end_recorded_on", "The day this authority's plan was ended because of it."),
];

pub(super) const LOOKED_AFTER: &[Attribute] = &[
    happened("The day on which the child became looked after."),
    ended("The day on which that ended. Empty: it goes on."),
    date("plan_reconsidered_on", "When it was considered to end the protection plan."),
    date("plan_to_iro_on", "When the independent reviewing officer was sent the detailed plan."),
    flag("returns_home", "Yes: the child is to return home."),
    count("visit_weeks", "How many weeks at most may lie between visits in this placement. Empty: six."),
];

pub(super) const LOOKED_AFTER_REVIEW: &[Attribute] =
    &[held(), booked(), date("core_group_told_on", "When the core group was told of its outcome.")];

pub(super) const LOOKED_AFTER_VISIT: &[Attribute] =
    &[happened("The day on which the child was visited where the child is placed.")];

pub(super) const CHILD_IN_NEED_PLAN: &[Attribute] = &[
    happened("The day it began."),
    ended("The day it ended. Empty: it goes on."),
    flag("timescales", "Yes: it names services and timescales."),
    flag("consent", "Yes: whose consent is needed gave it."),
];

pub(super) const CHILD_IN_NEED_REVIEW: &[Attribute] = &[held(), booked()];

pub(super) const STEP_DOWN_MEETING: &[Attribute] = &[held(), booked()];

pub(super) const WRITTEN_AGREEMENT: &[Attribute] = &[
    happened("The day on which it was found that a written agreement is needed."),
    date("drafted_on", "When it was drafted."),
    date("signed_on", "When the members had signed it."),
    date("copies_sent_on", "When the last member who was not there was sent a copy."),
    date("filed_on", "When the signed agreement was filed."),
];

pub(super) const MEMBER_ABSENCE: &[Attribute] = &[
    date("happened_on", "The day of the core group, once it was held."),
    date("booked_on", "The day of the core group that a member cannot attend."),
    date("manager_told_on", "When the member's line manager was informed."),
    date("replaced_on", "When cover, a briefed representative, a written report or another date in time was settled."),
];

pub(super) const SUPERVISION: &[Attribute] = &[
    held(),
    booked(),
    flag("progress", "Yes: the progress of the plan and any concern were discussed."),
    flag("contact", "Yes: it was looked at whether the child is seen enough."),
    flag("risk", "Yes: the risks to the child, and whether further assessments are needed, were considered."),
    flag("core_group_in_time", "Yes: it was looked at whether the core group meets in time and gets the plan on."),
];

pub(super) const UNALLOCATED_STEP: &[Attribute] = &[
    happened("The day on which it was done."),
    Attribute {
        name: "kind",
        holds: Code(&[
            "letters",
            "allocation_meeting",
            "protection_manager",
            "management_meeting",
            "line_manager",
            "family",
            "duty_visit",
            "partnership",
        ]),
        required: true,
        meaning: "What was done about a child without a worker: everybody told in writing, discussed at the allocation meeting, \
                  reported to the child protection manager, looked at in a management meeting, the manager's own manager told, \
                  the family kept up to date, the child visited by duty staff, partnership and members told.",
    },
];

pub(super) const LIST_ENQUIRY: &[Attribute] = &[
    happened("The day on which somebody asked whether the child is on the list."),
    code(
        "about",
        &["this_child", "same_address", "unknown_again"],
        "Whom it was about: this child, a child at this child's address, or a child not known who was asked for before.",
    ),
    date("called_back_on", "When the enquirer was called back."),
    date("lead_worker_told_on", "When the child's lead worker was informed."),
    date("enquirer_told_on", "When the later enquirer was told of the earlier one."),
    date("need_considered_on", "When it was considered whether the child may be in need."),
];

pub(super) const RISK_PANEL: &[Attribute] = &[
    held(),
    booked(),
    flag("attended", "Yes: the lead worker attended and contributed."),
    code("chair_role", ROLES, "Who chaired it."),
];

/// None is required: a row of which only half can be read still restricts the case.
pub(super) const ACCESS: &[Attribute] = &[
    date("happened_on", "The first day on which it holds. Empty: it always has."),
    ended("The last day on which it holds. Empty: it lasts."),
    Attribute {
        name: "worker_id",
        holds: Person,
        required: false,
        meaning: "Who. Empty: the case is restricted, and this row names nobody.",
    },
    code(
        "level",
        &["named", "barred"],
        "`named`: the case is restricted, and this person may know of it. `barred`: this person may not, because they, or \
         somebody close to them, are part of it. Empty: as `named`.",
    ),
];
