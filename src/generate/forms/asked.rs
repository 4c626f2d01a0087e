//! How each question of a form is mostly answered. Most flags are Yes and most dates lie on or shortly after the day of their
//! fact, so that only what is otherwise stands in the table.

use std::sync::LazyLock;

use crate::record::{
    Attribute,
    AttributeType::{Code, Count, Date, Fact, Flag, Person, Team},
    FactKind,
    FactKind::{
        Absence, Action, Allocation, Assessment, Change, Conference, CoreGroup, Decision, Disagreement, Enquiry,
        Incident, Invitation, LookedAfter, MemberAbsence, Membership, MinutesCopy, Plan, RiskPanel, Visit,
        WrittenAgreement,
    },
};

/// How a question is mostly answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// Yes.
    Yes,
    /// Yes in so many of a hundred, and either is in order.
    Often(u32),
    /// Something that only starts something else: Yes in so many of a hundred.
    Seldom(u32),
    /// A day, the least and the most working days after it happened.
    After(u32, u32),
    /// A day, so many working days after that date of it.
    Since(&'static str, u32, u32),
    /// A day, so many working days before it.
    Before(u32, u32),
    /// A day so many weeks ahead of it.
    Ahead(i32),
    /// One of these codes.
    OneOf(&'static [&'static str]),
    /// One of these numbers.
    Number(&'static [u32]),
    /// Somebody, by key.
    Somebody(&'static str),
    /// Nothing, unless the case itself says it.
    Left,
}

use Way::{After, Ahead, Before, Left, Number, Often, OneOf, Seldom, Since, Somebody, Yes};

/// Of which facts a question is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Of {
    /// Of all.
    All,
    /// Of those that say Yes to another one, or have a date for it.
    Those(&'static str),
    /// Of those that say No to it.
    Others(&'static str),
}

/// One question that is not answered as most are.
struct Exception {
    kind: FactKind,
    question: &'static str,
    of: Of,
    way: Way,
}

const fn all(kind: FactKind, question: &'static str, way: Way) -> Exception {
    Exception { kind, question, of: Of::All, way }
}

const fn those(kind: FactKind, that: &'static str, question: &'static str, way: Way) -> Exception {
    Exception { kind, question, of: Of::Those(that), way }
}

const fn others(kind: FactKind, than: &'static str, question: &'static str, way: Way) -> Exception {
    Exception { kind, question, of: Of::Others(than), way }
}

/// The service that takes the minutes of conferences.
const CONFERENCE_SERVICE: &str = "W8002";

const EXCEPTIONS: &[Exception] = &[
    all(Plan, "kind", OneOf(&["child_protection"])),
    all(Plan, "category", OneOf(&["neglect"])),
    those(Plan, "ended_on", "end_reason", OneOf(&["no_longer_at_risk"])),
    those(Plan, "ended_on", "ended_at_review", Yes),
    all(Plan, "recorded_on", After(0, 0)),
    all(Plan, "detailed_on", After(4, 8)),
    all(Plan, "approved_on", Since("detailed_on", 0, 3)),
    all(Plan, "sent_on", Since("detailed_on", 0, 1)),
    all(Plan, "chair_copied_on", Since("detailed_on", 0, 1)),
    all(Plan, "signed_on", After(4, 7)),
    all(Plan, "signed_copies_sent_on", Since("signed_on", 0, 1)),
    those(Plan, "born", "explained_to_child_on", Since("born", 1, 5)),
    those(Plan, "born", "copied_to_child_on", Since("born", 2, 6)),
    all(Plan, "copied_to_family_on", After(2, 6)),
    those(Plan, "accommodated", "copied_to_iro_on", After(1, 5)),
    all(Plan, "complaints_told_on", After(0, 0)),
    all(Plan, "consequences_told_on", After(1, 5)),
    all(Plan, "next_core_group_on", Ahead(2)),
    all(Plan, "visit_weeks", Number(&[4, 4, 4, 4, 3])),
    all(Plan, "visit_frequency_confirmed_on", After(0, 1)),
    all(Plan, "accommodated", Seldom(3)),
    those(Plan, "accommodated", "return_conditions", Yes),
    all(Plan, "links_abroad", Seldom(4)),
    those(Plan, "links_abroad", "embassy_considered_on", After(2, 6)),
    all(Plan, "family_group_conference_on", After(10, 25)),
    all(Plan, "specialist_service", Seldom(15)),
    those(Plan, "specialist_service", "specialist_service_consulted_on", After(0, 0)),
    all(Plan, "assessment_complete_on", Before(0, 3)),
    all(Plan, "manager_checked_on", After(3, 7)),
    those(Plan, "amended", "amended_on", After(15, 30)),
    those(Plan, "amended", "amended_signed_on", Since("amended_on", 0, 3)),
    those(Plan, "amended", "amended_sent_on", Since("amended_on", 0, 3)),
    those(Plan, "ended_on", "improved_on", Since("ended_on", 0, 0)),
    those(Plan, "moved", "receiving_conference_first", Yes),
    those(Plan, "ended_on", "end_notice_sent_on", Since("ended_on", 1, 4)),
    those(Plan, "ended_on", "support_considered_on", Since("ended_on", 0, 2)),
    those(Plan, "ended_on", "support_recommended", Often(70)),
    those(Plan, "ended_on", "child_in_need_plan_needed", Yes),
    all(Enquiry, "first_strategy_on", After(0, 0)),
    all(Enquiry, "confirmed_on", After(0, 0)),
    all(Enquiry, "reason", OneOf(&["other", "other", "new_incident", "injury"])),
    all(Enquiry, "child_seen_on", After(0, 1)),
    all(Enquiry, "complete_on", Since("ended_on", 0, 0)),
    all(Enquiry, "outcome", OneOf(&["substantiated"])),
    all(Enquiry, "chair_told_on", Since("ended_on", 0, 0)),
    all(Enquiry, "health_concern", Seldom(3)),
    those(Enquiry, "health_concern", "health_concern_shared_on", After(1, 3)),
    all(Enquiry, "review_decided_on", Since("ended_on", 0, 0)),
    all(Enquiry, "review_disagreement", Seldom(2)),
    those(Enquiry, "review_disagreement", "head_decided_on", Since("ended_on", 0, 1)),
    those(Enquiry, "pre_birth", "pre_birth_considered_on", After(1, 5)),
    all(Enquiry, "family_told_on", After(3, 6)),
    all(Assessment, "kind", OneOf(&["single"])),
    all(Assessment, "requested_in_writing_on", After(0, 1)),
    all(Assessment, "presented_on", Since("authorised_on", 0, 2)),
    all(Conference, "adjourned_because", Left),
    all(Conference, "plan_agreed", Left),
    all(Conference, "managers_consulted_on", Left),
    all(Conference, "chair_liaised_on", Left),
    all(Conference, "manager_reports_on", Left),
    all(Conference, "no_plan_notice_on", Left),
    all(Conference, "split_reports_on", Left),
    all(Conference, "senior_review_on", Left),
    all(Conference, "birth_on", Left),
    all(Conference, "ends_plan", Seldom(0)),
    all(Conference, "support_recommended", Seldom(0)),
    all(Conference, "manager_checked_on", After(1, 5)),
    all(Conference, "vote", OneOf(&["unanimous", "unanimous", "unanimous", "majority"])),
    all(Conference, "category", OneOf(&["neglect"])),
    all(Conference, "next_core_group_on", Ahead(4)),
    all(Conference, "plan_weeks", Number(&[4])),
    all(Conference, "outline_sent_on", After(0, 1)),
    all(Conference, "decisions_sent_on", After(0, 1)),
    all(Conference, "draft_to_parents_on", After(0, 0)),
    all(Conference, "minute_taker_id", Somebody(CONFERENCE_SERVICE)),
    all(Conference, "minutes_sent_on", After(6, 14)),
    all(Conference, "absent_minutes", Seldom(15)),
    those(Conference, "absent_minutes", "absent_minutes_agreed_on", After(1, 4)),
    all(Conference, "somebody_excluded", Seldom(3)),
    those(Conference, "somebody_excluded", "redacted_minutes_on", After(5, 12)),
    all(Conference, "invitation_list_on", Before(10, 13)),
    all(Conference, "family_prepared_on", Before(3, 8)),
    all(Conference, "advocacy_told_on", Before(5, 9)),
    all(Conference, "chair_met_family_on", Before(0, 0)),
    all(Conference, "worker_report_on", Before(5, 8)),
    all(Conference, "agency_reports_on", Before(4, 6)),
    all(Conference, "reports_seen_by_family_on", Before(3, 4)),
    all(Conference, "report_to_chair_on", Before(3, 4)),
    all(Conference, "progress_report_on", Before(4, 7)),
    all(Conference, "summary_on", Before(4, 7)),
    all(Conference, "core_group_review_on", Before(6, 12)),
    those(Conference, "of_neglect_plan", "neglect_assessment_on", Before(5, 9)),
    all(Conference, "assessment_on", Before(5, 9)),
    all(Conference, "everybody_attended", Often(85)),
    others(Conference, "everybody_attended", "chair_decided_on", After(0, 0)),
    others(Conference, "everybody_attended", "qa_notified_on", After(1, 3)),
    all(Conference, "chair_disagrees", Seldom(2)),
    those(Conference, "chair_disagrees", "chair_referral_on", After(0, 1)),
    all(Conference, "date_changed", Seldom(8)),
    those(Conference, "date_changed", "date_change_letters_on", Before(8, 12)),
    all(Conference, "with_looked_after_review", Seldom(1)),
    all(Conference, "written_agreement", Seldom(5)),
    those(Conference, "written_agreement", "agreement_progress_on", Before(3, 7)),
    all(Conference, "reports_may_be_shared", Often(96)),
    all(Conference, "of_neglect_plan", Often(45)),
    all(Conference, "ending_proposed", Seldom(10)),
    those(Conference, "ending_proposed", "ending_agreed_on", Before(4, 9)),
    those(Conference, "ending_proposed", "next_lead_named_on", Before(2, 6)),
    those(Conference, "ending_proposed", "child_in_need_plan", Yes),
    those(Conference, "ending_proposed", "improvement_lasted", Yes),
    those(Conference, "pre_birth", "midwifery_invited_on", Before(10, 13)),
    those(Conference, "pre_birth", "midwifery_report_on", Before(4, 6)),
    all(Conference, "legal_action_considered_on", After(0, 0)),
    all(CoreGroup, "chair_role", Left),
    all(CoreGroup, "child_looked_after", Seldom(3)),
    those(CoreGroup, "child_looked_after", "plan_to_iro_on", After(1, 4)),
    all(CoreGroup, "minutes_finalised_on", Since("minutes_written_on", 0, 0)),
    all(CoreGroup, "minutes_closed_on", Since("minutes_approved_on", 0, 0)),
    all(CoreGroup, "minutes_filed_on", Since("minutes_sent_on", 0, 1)),
    all(CoreGroup, "next_core_group_on", Ahead(4)),
    all(CoreGroup, "date_changed", Seldom(10)),
    those(CoreGroup, "date_changed", "date_change_told_on", Before(3, 6)),
    all(CoreGroup, "everybody_attended", Often(80)),
    all(CoreGroup, "interpreter_needed", Seldom(4)),
    those(CoreGroup, "interpreter_needed", "interpreter_invited_on", Before(4, 9)),
    all(CoreGroup, "child_absent", Often(60)),
    all(CoreGroup, "child_view_on", Before(1, 5)),
    all(CoreGroup, "parent_excluded", Seldom(3)),
    those(CoreGroup, "parent_excluded", "exclusion_decided_on", Before(5, 8)),
    those(CoreGroup, "parent_excluded", "contribution_invited_on", Before(3, 4)),
    all(CoreGroup, "member_reports_on", Before(1, 4)),
    all(CoreGroup, "plan_detailed_on", After(0, 0)),
    all(CoreGroup, "plan_sent_on", After(0, 0)),
    all(CoreGroup, "plan_changed", Seldom(15)),
    those(CoreGroup, "plan_changed", "changed_plan_signed_on", After(0, 4)),
    those(CoreGroup, "plan_changed", "changed_plan_sent_on", After(0, 4)),
    all(CoreGroup, "agreement_written", Seldom(5)),
    all(CoreGroup, "at_new_school", Seldom(2)),
    all(Visit, "at_home", Often(85)),
    all(Visit, "announced", Often(80)),
    all(Visit, "all_rooms", Often(60)),
    all(Visit, "duty_visit", Seldom(1)),
    all(Allocation, "records_read_on", After(1, 4)),
    all(Allocation, "siblings", Seldom(30)),
    all(Allocation, "other_workers_told_on", After(0, 3)),
    those(Membership, "to_on", "replaced_on", Since("to_on", 0, 0)),
    those(Membership, "to_on", "lead_worker_told_on", Since("to_on", 0, 0)),
    all(Incident, "partnership_told_on", Left),
    all(Incident, "enquiry_opened_on", After(0, 0)),
    all(Decision, "decided_by", OneOf(&["first_line_manager"])),
    all(Decision, "conference_id", Left),
    all(Decision, "working_days", Left),
    all(Decision, "weeks", Left),
    all(Decision, "by_conference", Seldom(0)),
    all(Decision, "discussed_on", After(0, 0)),
    all(Decision, "authorised_on", After(0, 0)),
    all(Decision, "recorded_on", After(0, 0)),
    all(Absence, "planned", Often(80)),
    all(Absence, "extended", Seldom(0)),
    those(Absence, "planned", "cover_named_on", Before(3, 8)),
    those(Absence, "planned", "family_told_on", Before(3, 6)),
    all(Absence, "contacts_checked_on", After(0, 0)),
    those(Absence, "extended", "reallocation_considered_on", After(1, 2)),
    all(Action, "due_on", Left),
    all(Action, "done_on", Left),
    all(Invitation, "conference_id", Left),
    all(Invitation, "report_wanted", Often(80)),
    those(Invitation, "report_wanted", "report_on", Before(4, 6)),
    all(Invitation, "attended", Often(88)),
    others(Invitation, "attended", "line_management_told_on", After(1, 3)),
    all(MinutesCopy, "received_on", After(1, 3)),
    all(MinutesCopy, "amendment_wanted", Seldom(8)),
    those(MinutesCopy, "amendment_wanted", "amendment_on", After(3, 8)),
    all(Change, "kind", Left),
    all(Change, "told_on", After(0, 0)),
    all(Change, "decided_on", After(1, 4)),
    all(Disagreement, "kind", Left),
    all(Disagreement, "members_discussed_on", After(0, 1)),
    all(Disagreement, "chair_told_on", After(2, 4)),
    all(Disagreement, "equivalents_told_on", After(2, 3)),
    all(Disagreement, "both_managers_told_on", After(1, 1)),
    all(Disagreement, "partnership_told_on", After(5, 12)),
    all(Disagreement, "heads_told_on", After(4, 6)),
    all(Disagreement, "escalated_on", After(0, 0)),
    all(LookedAfter, "plan_reconsidered_on", After(3, 8)),
    all(LookedAfter, "plan_to_iro_on", After(1, 4)),
    all(LookedAfter, "returns_home", Often(50)),
    all(LookedAfter, "visit_weeks", Number(&[6])),
    all(WrittenAgreement, "drafted_on", After(2, 6)),
    all(WrittenAgreement, "signed_on", Since("drafted_on", 2, 6)),
    all(WrittenAgreement, "copies_sent_on", Since("signed_on", 0, 2)),
    all(WrittenAgreement, "filed_on", Since("signed_on", 0, 3)),
    all(MemberAbsence, "manager_told_on", Before(2, 4)),
    all(MemberAbsence, "replaced_on", Before(1, 3)),
    all(RiskPanel, "chair_role", OneOf(&["other"])),
];

/// A question, how it is answered, and what hangs on it.
pub(super) struct Asked {
    pub(super) question: &'static Attribute,
    pub(super) of: Of,
    pub(super) way: Way,
    /// How many questions before it only start something: each of them is Yes in a scene of its own.
    pub(super) seldom_before: usize,
    /// Whether something follows where the answer is No.
    pub(super) starts_by_no: bool,
}

/// Every question about a kind of fact, those that depend on another answer after it.
pub(super) fn of_kind(kind: FactKind) -> &'static [Asked] {
    static ALL: LazyLock<Vec<Vec<Asked>>> =
        LazyLock::new(|| FactKind::ALL.iter().map(|kind| in_order(*kind)).collect());
    ALL.get(kind as usize).map_or(&[], Vec::as_slice)
}

fn in_order(kind: FactKind) -> Vec<Asked> {
    let mut all: Vec<Asked> = kind.answers().iter().map(|question| asked(kind, question)).collect();
    all.sort_by_key(|asked| match (asked.of, asked.way) {
        (_, Since(..)) => 2,
        (Of::All, _) => 0,
        _ => 1,
    });
    all
}

fn asked(kind: FactKind, question: &'static Attribute) -> Asked {
    let is_it = |exception: &Exception| exception.kind == kind && exception.question == question.name;
    let place = EXCEPTIONS.iter().position(is_it).unwrap_or(EXCEPTIONS.len());
    let before = || EXCEPTIONS.iter().take(place);
    let (of, way) = EXCEPTIONS.get(place).map_or((Of::All, usual(question)), |exception| (exception.of, exception.way));
    Asked {
        question,
        of,
        way,
        seldom_before: before().filter(|exception| matches!(exception.way, Seldom(share) if share > 0)).count(),
        starts_by_no: EXCEPTIONS.iter().any(|other| other.kind == kind && other.of == Of::Others(question.name)),
    }
}

fn usual(question: &Attribute) -> Way {
    match question.holds {
        Flag => Yes,
        Date => After(0, 1),
        Code(_) | Count | Person | Team | Fact(_) => Left,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_exception_is_of_a_question_that_is_asked_and_stands_once() {
        let mut seen = BTreeSet::new();
        for exception in EXCEPTIONS {
            let name = (exception.kind, exception.question);
            let question = exception.kind.answers().iter().find(|question| question.name == exception.question);
            let holds = question.map(|question| question.holds);
            let fits = match exception.way {
                Yes | Often(_) | Seldom(_) => holds == Some(Flag),
                After(..) | Since(..) | Before(..) | Ahead(_) => holds == Some(Date),
                OneOf(codes) => matches!(holds, Some(Code(known)) if codes.iter().all(|code| known.contains(code))),
                Number(_) => holds == Some(Count),
                Somebody(_) => holds == Some(Person),
                Left => holds.is_some(),
            };
            assert!(fits, "{name:?}");
            assert!(seen.insert(name), "{name:?} stands twice");
        }
    }
}
