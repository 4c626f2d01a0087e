//! Each kind of fact in a row: its name, what it is called in a sentence, and what can be on record of it.
//!
//! Owns the table. Must not know what any attribute means.

use super::{Attribute, EVENT_DATES, FactKind, answers, columns, events};

/// What the table says of one kind.
pub(super) struct Described {
    pub(super) name: &'static str,
    pub(super) words: &'static str,
    pub(super) columns: &'static [Attribute],
    pub(super) answers: &'static [Attribute],
}

const fn with_view(
    name: &'static str,
    words: &'static str,
    columns: &'static [Attribute],
    answers: &'static [Attribute],
) -> Described {
    Described { name, words, columns, answers }
}

/// The columns of `dw_events` come first among the attributes.
const fn event(name: &'static str, words: &'static str, attributes: &'static [Attribute]) -> Described {
    let mut own = 0;
    while own < attributes.len() && is_column_of_events(attributes[own].name) {
        own += 1;
    }
    let (columns, answers) = attributes.split_at(own);
    Described { name, words, columns, answers }
}

pub(super) const fn is_column_of_events(name: &str) -> bool {
    let mut at = 0;
    while at < EVENT_DATES.len() {
        if same(EVENT_DATES[at], name) {
            return true;
        }
        at += 1;
    }
    false
}

const fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    let mut at = 0;
    while at < a.len() {
        if a[at] != b[at] {
            return false;
        }
        at += 1;
    }
    true
}

/// In the order of the kinds.
pub(super) static DESCRIBED: [Described; FactKind::ALL.len()] = [
    with_view("plan", "plan", columns::PLAN, answers::PLAN),
    with_view("enquiry", "enquiry", columns::ENQUIRY, answers::ENQUIRY),
    with_view("assessment", "assessment", columns::ASSESSMENT, answers::ASSESSMENT),
    with_view("conference", "conference", columns::CONFERENCE, answers::CONFERENCE),
    with_view("core_group", "core group meeting", columns::CORE_GROUP, answers::CORE_GROUP),
    with_view("visit", "visit", columns::VISIT, answers::VISIT),
    with_view("allocation", "allocation", columns::ALLOCATION, answers::ALLOCATION),
    with_view("membership", "core group membership", columns::MEMBERSHIP, answers::MEMBERSHIP),
    with_view("incident", "incident", columns::INCIDENT, answers::INCIDENT),
    with_view("decision", "decision", columns::DECISION, answers::DECISION),
    event("absence", "absence of the lead worker", events::ABSENCE),
    event("action", "action of the plan", events::ACTION),
    event("invitation", "invitation to a conference", events::INVITATION),
    event("minutes_copy", "copy of the minutes", events::MINUTES_COPY),
    event("change", "change", events::CHANGE),
    event("disagreement", "disagreement", events::DISAGREEMENT),
    event("transfer", "transfer", events::TRANSFER),
    event("looked_after", "period of being looked after", events::LOOKED_AFTER),
    event("looked_after_review", "looked-after review", events::LOOKED_AFTER_REVIEW),
    event("looked_after_visit", "looked-after visit", events::LOOKED_AFTER_VISIT),
    event("child_in_need_plan", "child in need plan", events::CHILD_IN_NEED_PLAN),
    event("child_in_need_review", "child in need review", events::CHILD_IN_NEED_REVIEW),
    event("step_down_meeting", "step-down meeting", events::STEP_DOWN_MEETING),
    event("written_agreement", "written agreement", events::WRITTEN_AGREEMENT),
    event("member_absence", "absence of a core group member", events::MEMBER_ABSENCE),
    event("supervision", "supervision session", events::SUPERVISION),
    event("unallocated_step", "step for a child without a worker", events::UNALLOCATED_STEP),
    event("list_enquiry", "enquiry to the list", events::LIST_ENQUIRY),
    event("risk_panel", "risk panel", events::RISK_PANEL),
    event("access", "who may know of the case", events::ACCESS),
];
