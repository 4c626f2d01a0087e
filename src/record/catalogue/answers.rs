//! What else may be on record of a fact of a kind that has a view of its own: one answer a row, in `dw_answers`.
//!
//! Case systems keep these question by question, on forms that each authority words for itself. So they are no columns: what a
//! form does not ask has no row, and a new question needs no new view. Owns which there are and what each says. Must not know
//! which rule asks for one.

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

const fn person(name: &'static str, meaning: &'static str) -> Attribute {
    Attribute { name, holds: Person, required: false, meaning }
}

pub(super) const PLAN: &[Attribute] = &[
    code(
        "kind",
        &["child_protection", "interim"],
        "Which plan it is. An interim plan lasts until its conference is reconvened.",
    ),
    code(
        "category",
        &["neglect", "physical", "emotional", "sexual", "multiple"],
        "The main category of abuse or neglect that it is under.",
    ),
    code(
        "end_reason",
        &["no_longer_at_risk", "moved", "eighteen", "died", "left_uk", "not_needed"],
        "Why it ended. `not_needed`: an interim plan that was not confirmed.",
    ),
    Attribute {
        name: "ended_by_conference_id",
        holds: Fact(FactKind::Conference),
        required: false,
        meaning: "The conference that decided to end it.",
    },
    flag("ended_at_review", "Yes: it was ended by the decision of a review conference."),
    date("recorded_on", "When the plan was put on record."),
    date("detailed_on", "When the detailed plan was put on record."),
    date("approved_on", "When the manager agreed or countersigned it."),
    date("chair_copied_on", "When the conference chair was sent a copy."),
    date("sent_on", "When the last addressee was sent it: the core group, and whoever else the procedure names."),
    date("signed_on", "When everybody had had the opportunity to sign it; a refusal is noted and counts."),
    date("signed_copies_sent_on", "When the last signatory was sent a copy of the signed plan."),
    date("explained_to_child_on", "When it was explained to the child."),
    date("copied_to_child_on", "When the child was given a copy."),
    date("copied_to_family_on", "When the family was given a copy."),
    date("copied_to_iro_on", "When the independent reviewing officer was sent a copy."),
    date("complaints_told_on", "When the family was told of its right to complain."),
    date("consequences_told_on", "When the family was told what follows if the plan is not kept."),
    flag("dissent_recorded", "Yes: any dissent, and the reasons for it, are on the plan, or that there is none."),
    flag("reasons_explained", "Yes: the family was told why its preferences were not accepted, or all were."),
    flag("contingency", "Yes: it says what happens if it is not carried out or circumstances change."),
    flag("review_frequency", "Yes: it says how often it is reviewed."),
    date("next_core_group_on", "The date it gives for the next core group."),
    count("visit_weeks", "How many weeks at most it wants between visits. Empty: it sets no frequency."),
    flag("contacts_by_others", "Yes: it says which other professionals visit the child, and how often."),
    date(
        "visit_frequency_confirmed_on",
        "When the manager confirmed how often the child is visited and the core group meets.",
    ),
    flag(
        "contacts_listed",
        "Yes: every member of the core group is listed with a way to reach them, and with who stands in.",
    ),
    flag("accommodated", "Yes: the child is accommodated."),
    flag("return_conditions", "Yes: it says what must happen before the child returns home."),
    flag("links_abroad", "Yes: the child has links to another country."),
    date("embassy_considered_on", "When it was considered whether to inform an embassy."),
    date("family_group_conference_on", "When a family group conference was held, or declined."),
    date(
        "specialist_service_consulted_on",
        "When the family safeguarding service was consulted about its part in the plan.",
    ),
    flag(
        "specialist_service",
        "Yes: the family safeguarding service is to be part of the plan and was not involved before.",
    ),
    date("assessment_complete_on", "When the assessment of the child and family was completed."),
    date("manager_checked_on", "When the manager saw that the plan meets the risks that the conference identified."),
    date("improved_on", "Since when the change that would let the plan end has been there."),
    date("amended_on", "When it was last changed."),
    date("amended_signed_on", "When the changed plan was signed."),
    date("amended_sent_on", "When the last addressee was sent the changed plan."),
    flag(
        "changed_by_conference",
        "Yes: every reduction or significant change was decided by a conference. No: one was not.",
    ),
    flag("receiving_conference_first", "Yes: the receiving authority had held its conference before it ended."),
    date(
        "end_notice_sent_on",
        "When the last of those who were invited to the initial conference was told that it has ended.",
    ),
    date(
        "support_considered_on",
        "When it was considered with the child and family which support goes on after the plan.",
    ),
    flag("support_recommended", "Yes: the conference that ended it, or made none, recommended further support."),
    flag("child_in_need_plan_needed", "Yes: a child in need plan is to follow it. No: other support, or none, is."),
];

pub(super) const ENQUIRY: &[Attribute] = &[
    date("first_strategy_on", "The day of the first strategy meeting, where there was more than one."),
    date("confirmed_on", "The day of the strategy meeting that confirmed the enquiry."),
    code("reason", &["new_incident", "injury", "other"], "What it is about."),
    date("child_seen_on", "When the child was seen."),
    date("complete_on", "When the investigations were complete."),
    code("outcome", &["substantiated", "unsubstantiated", "inconclusive"], "What it concluded."),
    date("chair_told_on", "When its conclusion was discussed with the conference chair."),
    flag("health_concern", "Yes: a health professional raised another concern while it went on."),
    date("health_concern_shared_on", "When that concern was shared with the conference chair."),
    date("review_decided_on", "When manager and chair decided whether to bring the review conference forward."),
    flag("review_disagreement", "Yes: manager and chair disagreed on that."),
    date("head_decided_on", "When the head of service decided on that disagreement."),
    date("pre_birth_considered_on", "When it was considered whether to hold a conference before the birth."),
    date("legal_action_considered_on", "When it was decided whether to take legal action."),
    date("family_told_on", "When parents and child were told of the conference and its purpose."),
];

pub(super) const ASSESSMENT: &[Attribute] = &[
    code("kind", &["single", "core", "in_depth", "neglect", "specialist", "further"], "Which assessment it is."),
    date("requested_in_writing_on", "When a specialist was asked for it in writing, with type and purpose."),
    date("presented_on", "When it was presented to a conference."),
];

pub(super) const CONFERENCE: &[Attribute] = &[
    code(
        "adjourned_because",
        &["missing_input", "no_majority", "split"],
        "Why it was adjourned or put off: a report or professional was missing, no majority was found, or the votes were split. \
         Empty: it was not.",
    ),
    flag("plan_agreed", "Yes: while it was adjourned it was agreed that a plan is needed. No: that none is."),
    flag("ends_plan", "Yes: it ended the plan."),
    flag("support_recommended", "Yes: it made no plan, and recommended support for a child in need."),
    date(
        "manager_checked_on",
        "When the manager saw that the plan it made or continued meets the risks that it identified.",
    ),
    code("vote", &["unanimous", "majority", "split"], "How it came to its decision."),
    code("category", &["neglect", "physical", "emotional", "sexual", "multiple"], "The main category it agreed."),
    flag("exploitation_noted", "Yes: it is noted whether the child is involved in sexual exploitation."),
    flag("decisions_recorded", "Yes: decisions and recommendations are on record."),
    person("lead_worker_id", "The lead worker whom it named."),
    flag("core_group_named", "Yes: it named the members of the core group."),
    date("next_core_group_on", "The date it set for the next core group."),
    count("plan_weeks", "How many weeks it gave for the detailed plan."),
    flag("outline_plan", "Yes: an outline plan for this child was drawn up."),
    flag(
        "outline_confirmed",
        "Yes: every member of the core group confirmed to understand and agree the outline plan.",
    ),
    date("outline_sent_on", "When the outline plan was made available to the last of its addressees."),
    date("decisions_sent_on", "When recommendations and decisions were made available to the last addressee."),
    date("draft_to_parents_on", "When the parents were given the draft of the outline plan."),
    flag(
        "family_group_conference_considered",
        "Yes: a family group conference was considered and the answer is on record.",
    ),
    flag("further_assessments_listed", "Yes: it listed which further assessments are needed, or that none is."),
    flag("earlier_review_conditions", "Yes: it said in which circumstances the review is to be earlier."),
    flag("agency_commitments_told", "Yes: every agency told the chair what it cannot deliver, or that it can all."),
    flag("plan_on_agenda", "Yes: the plan was on its agenda."),
    flag("chair_independent", "Yes: its chair has no line responsibility for the case."),
    person("minute_taker_id", "Who took its minutes."),
    date(
        "minutes_sent_on",
        "When the last of those who attended was sent the minutes. Empty while anybody still waits.",
    ),
    flag("absent_minutes", "Yes: somebody who was not there is to have, or has, the minutes."),
    date("absent_minutes_agreed_on", "When the chair agreed to that."),
    flag("somebody_excluded", "Yes: somebody was excluded from a part of it."),
    date("redacted_minutes_on", "When the minutes without those parts were made for them."),
    date(
        "invitation_list_on",
        "When the conference service was given the list of whom to invite, with their addresses.",
    ),
    flag("follow_on_in_invitation", "Yes: the invitation says that the first core group may follow straight after."),
    date("family_prepared_on", "When parents and child were consulted on its purpose and on who attends."),
    date("advocacy_told_on", "When the child was told of advocacy."),
    date("chair_met_family_on", "When the chair met the child and parents before it."),
    flag(
        "child_invitation_noted",
        "Yes: it is noted whether the child was invited, had or was offered an advocate, and was asked for their views.",
    ),
    date("worker_report_on", "When the social worker's report was there."),
    date("agency_reports_on", "When the last of the reports of the agencies that were invited was there."),
    date("reports_seen_by_family_on", "When parents, and the child where appropriate, had seen the reports."),
    date("report_to_chair_on", "When plan and report were given to the chair."),
    date("progress_report_on", "When the core group's report of progress was there."),
    date("summary_on", "When the social worker had summed up what was achieved."),
    date("core_group_review_on", "When the core group had gone through the plan for it."),
    date("neglect_assessment_on", "When the revised neglect assessment was there."),
    date("assessment_on", "When the completed assessment was there for it."),
    date("agreement_progress_on", "When the report on the written agreement's progress was there."),
    flag("everybody_attended", "Yes: everybody who was invited attended, or a briefed substitute did."),
    flag("worker_attended", "Yes: the social worker attended and presented."),
    flag("manager_attended", "Yes: the team's manager attended."),
    date("chair_decided_on", "When the chair decided whether to go on in spite of what was missing."),
    date(
        "qa_notified_on",
        "When the line management of whoever was missing was sent the quality assurance notification.",
    ),
    date("managers_consulted_on", "When its members had consulted their line managers during the adjournment."),
    date("chair_liaised_on", "When the chair had asked the agency managers for their views."),
    date("manager_reports_on", "When the chair had the agency managers' reports."),
    date("no_plan_notice_on", "When every member had been told in writing that no plan is needed."),
    date("split_reports_on", "When every member had reported the facts for or against a plan."),
    date("senior_review_on", "When senior managers had reviewed a decision that stayed split."),
    flag("chair_disagrees", "Yes: the chair thinks that the threshold is not met."),
    date("chair_referral_on", "When the chair's disagreement was referred to the escalation procedure."),
    flag("date_changed", "Yes: its date was changed after it had been set."),
    date("date_change_letters_on", "When the last participant was sent a letter about that."),
    flag(
        "with_looked_after_review",
        "Yes: it was combined with the review of a looked-after child, or held on the same day.",
    ),
    flag("written_agreement", "Yes: a written agreement is in force, so that its progress is to be reported to it."),
    flag(
        "reports_may_be_shared",
        "Yes: the family may see the reports. No: that would put the child's safety at risk.",
    ),
    flag("of_neglect_plan", "Yes: the plan that it reviews is under the category of neglect."),
    date("birth_on", "The day on which the child was born, where it was held before the birth."),
    flag("ending_proposed", "Yes: the core group recommends to end the plan."),
    date("ending_agreed_on", "When the core group agreed that recommendation."),
    flag("disagreement_reported", "Yes: any disagreement about ending is in the worker's report, or there is none."),
    date("next_lead_named_on", "When it was settled who leads after the plan."),
    flag("child_in_need_plan", "Yes: a child in need plan was presented to it."),
    flag(
        "improvement_lasted",
        "Yes: what changed has been there for six months, or circumstances changed significantly.",
    ),
    date("midwifery_invited_on", "When midwifery was invited."),
    date("midwifery_report_on", "When midwifery's report was there."),
    flag("lasting_decision", "Yes: it decided on the child's long-term future, or found that it need not."),
    date("legal_action_considered_on", "When it was decided whether to go to court."),
];

pub(super) const CORE_GROUP: &[Attribute] = &[
    code("chair_role", ROLES, "What its chair is to this case."),
    flag("chair_agreed_by_manager", "Yes: the manager agreed to who chairs it."),
    person("minute_taker_id", "Who took its minutes."),
    flag("minuted_by_another", "Yes: its minutes were taken by somebody other than its chair."),
    flag("chairs_agreed", "Yes: it agreed on a chair and a vice chair."),
    flag("recorded", "Yes: discussion and decisions are on the record that the procedure wants."),
    date("minutes_finalised_on", "When its notes were handed to the manager."),
    date("minutes_closed_on", "When its process was closed in the case system."),
    date("minutes_filed_on", "When its record was entered on the child's file."),
    flag(
        "health_copy_central",
        "Yes: every copy for health went to a central address. No: one went to a person's own.",
    ),
    flag("dates_booked", "Yes: the dates of all core groups up to the next review are booked."),
    date("next_core_group_on", "The date it set for the next one."),
    flag("date_changed", "Yes: its date was changed after it had been set."),
    date("date_change_told_on", "When the last member was told of that."),
    flag("worker_attended", "Yes: the lead worker, or where the procedure allows it a representative, was there."),
    flag("everybody_attended", "Yes: every member was there."),
    flag("absent_views_recorded", "Yes: what those thought who were not there is on record, or everybody was there."),
    flag("family_attended", "Yes: the family was there, or what was tried is on record."),
    flag("family_contributed", "Yes: family and child took part in setting or reviewing actions."),
    flag("interpreter_needed", "Yes: somebody needs an interpreter."),
    date("interpreter_invited_on", "When the interpreter was invited."),
    flag("child_absent", "Yes: the child does not attend."),
    date("child_view_on", "When the child was asked for their view."),
    flag("parent_excluded", "Yes: a parent or carer is excluded from it."),
    date("exclusion_decided_on", "When that was decided by whom the procedure names."),
    date("contribution_invited_on", "When the excluded parent or carer was enabled to contribute."),
    flag("only_those_engaged", "Yes: only family and professionals engaged in the plan were invited."),
    date("member_reports_on", "When the last member's report was there."),
    flag("plan_reviewed", "Yes: it reviewed the plan."),
    date("plan_detailed_on", "When the detailed plan that it developed was on record."),
    date("plan_signed_on", "When its members had signed the plan, or had the opportunity."),
    date("plan_sent_on", "When the last addressee was sent the plan that it developed."),
    flag("plan_changed", "Yes: it changed the plan."),
    date("changed_plan_signed_on", "When the changed plan was signed."),
    date("changed_plan_sent_on", "When the last addressee was sent the changed plan."),
    flag("kept_to_its_remit", "Yes: it left to the review conference what only that may decide. No: it did not."),
    flag("tasks_allocated", "Yes: it settled who does what by when for the assessment."),
    flag("agreement_written", "Yes: a written agreement is part of its record."),
    flag("roles_clear", "Yes: everybody's role is clear, and what to do if they cannot fulfil it."),
    flag("visits_agreed", "Yes: it agreed who else visits the child, and how often."),
    flag("sharing_agreed", "Yes: it agreed how what is learnt on visits is shared."),
    flag("membership_reviewed", "Yes: it reviewed who belongs to it."),
    flag("family_group_conference_considered", "Yes: it was decided whether to use a family group conference."),
    flag("requests_answered", "Yes: every agency answered what was asked of it, or nothing was."),
    flag("festival_avoided", "Yes: no significant festival of the family falls on its day. No: one does."),
    flag("at_new_school", "Yes: it was held at the school that the child moved to."),
    flag("venue_suitable", "Yes: its place was confidential and suited everybody. No: it did not."),
    flag("child_looked_after", "Yes: the child was looked after on that day."),
    date("plan_to_iro_on", "When the independent reviewing officer was sent the plan that it developed."),
];

pub(super) const VISIT: &[Attribute] = &[
    flag("awake", "Yes: the child was awake."),
    flag("at_home", "Yes: at the child's home."),
    flag("alone_or_awake", "Yes: seen alone, or awake if under 18 months on that day."),
    flag("reason_recorded", "Yes: why the child was not spoken to alone is on record, or the child was."),
    flag("announced", "Yes: it was announced."),
    flag("all_rooms", "Yes: all rooms were seen."),
    flag("record_complete", "Yes: time, place, who was there and who was spoken to are on record and signed."),
    flag("duty_visit", "Yes: made by duty staff for a case without a worker."),
    flag("festival_avoided", "Yes: no significant festival of the family falls on its day. No: one does."),
];

pub(super) const ALLOCATION: &[Attribute] = &[
    date("records_read_on", "When the worker had read the records of the case."),
    flag("siblings", "Yes: more than one child of the household is on a plan."),
    flag("sibling_considered", "Yes: one worker has all children of the household, or it was considered."),
    date("other_workers_told_on", "When workers of the other children knew of this child's plan."),
];

pub(super) const MEMBERSHIP: &[Attribute] = &[
    flag("reachable", "Yes: there is an address for the member, or a reason why there is none."),
    date("replaced_on", "When a successor, or that there is none, was recorded for a member who left."),
    date("lead_worker_told_on", "When the lead worker was told that the member leaves."),
    date("plan_explained_on", "When the plan was explained to a member who is new."),
];

pub(super) const INCIDENT: &[Attribute] = &[
    date("lead_worker_told_on", "When the lead worker was informed."),
    date("discussed_on", "When it was discussed with the manager."),
    date("action_agreed_on", "When it was agreed with the manager what to do."),
    date("report_on", "When the report that the procedure asks for was given."),
    date("decided_on", "When it was decided what follows from it."),
    date("enquiry_opened_on", "When an enquiry was opened about it."),
    date("core_group_considered_on", "When it was considered to recall the core group."),
    date("options_considered_on", "When enquiry, earlier review and legal action were considered."),
    date("review_considered_on", "When it was considered to bring the review conference forward."),
    date("review_arranged_on", "When the review conference was arranged."),
    date("chair_advice_on", "When the chair's advice was sought."),
    date("legal_advice_on", "When legal advice was sought."),
    date("remedied_on", "When something was done about it."),
    date("renegotiated_on", "When the commitment was negotiated anew."),
    date("review_told_on", "When it was reported to the review conference."),
    date("escalated_on", "When it was taken to the manager above."),
    date("partnership_told_on", "When the safeguarding partnership was told (a death)."),
    date("placement_considered_on", "When another placement in family and community was considered."),
];

pub(super) const DECISION: &[Attribute] = &[
    code("decided_by", ROLES, "Who decided."),
    Attribute {
        name: "conference_id",
        holds: Fact(FactKind::Conference),
        required: false,
        meaning: "The conference that decided.",
    },
    flag("by_conference", "Yes: it was decided by a conference."),
    flag("reason_recorded", "Yes: the reason is on record."),
    flag("in_outline_plan", "Yes: the outline plan says so in terms."),
    count("working_days", "The interval in working days that it sets, where it sets one."),
    count("weeks", "The interval in weeks that it sets, where it sets one."),
    date("discussed_on", "When it was discussed with the manager."),
    date("authorised_on", "When the conference chair authorised it."),
    flag("family_involved", "Yes: parents and carers were involved."),
    date("recorded_on", "When it was entered, dated and with reasons, in the case notes."),
];
