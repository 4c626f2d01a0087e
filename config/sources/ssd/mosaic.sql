-- Over the dataset as Mosaic fills it, from permanent copies of its tables. What its rows hold, and what follows:
--
-- - Conferences and reviews appear only once they are completed. What is booked is known only from local_bookings.
-- - Enquiries and assessments are there while they are open. The start of an enquiry is the day on which its step of work
--   was opened, which is not the strategy discussion; local_enquiries can hold that day. Siblings share one number.
-- - A target date is counted from the strategy discussion in one script and from the conference itself in another, where it
--   can never be missed; a review's due date is 91 or 183 days after the meeting before. They are compared, nothing more.
-- - Where a script of the authority's own fills the date of a conference with the day on which its step was opened, one that
--   has not been held looks held. Nothing here can tell. Leave such a date out of ssd_initial_cp_conference.
-- - Reviews and visits have no column for the child: they are found by the plan. One that names no plan has no child,
--   and duewatch reports it as a row that it cannot use.
-- - An involvement has no column for the child either: it is found by the referral.
-- - The plan does not say whether it is another authority's. local_other_plans names those that are.
-- - Review numbers and the plans they name are numbers, not text.
-- - The allocated worker has the role REL.ALLWORK or REL.ALLWORKCF; local_role_codes says so and can say otherwise.
-- - Workers are named by their staff id, and the professional id is empty: both are tried.

CREATE VIEW system_plans AS
SELECT
    cppl_cp_plan_id,
    cppl_person_id,
    cppl_icpc_id,
    cppl_cp_plan_start_date,
    cppl_cp_plan_end_date,
    CASE WHEN elsewhere.plan_id IS NULL THEN 'N' ELSE 'Y' END AS other_authority
FROM ssd_cp_plans
LEFT JOIN local_other_plans elsewhere ON elsewhere.plan_id = TRIM(cppl_cp_plan_id);

CREATE VIEW system_reviews AS
SELECT
    CAST(cppr_cp_review_id AS TEXT) AS review_id,
    cppl_person_id AS person_id,
    cppr_cp_review_date AS reviewed_on,
    cppr_cp_review_outcome_continue_cp AS continues,
    cppr_cp_review_due AS target_on
FROM ssd_cp_reviews
LEFT JOIN ssd_cp_plans ON cppl_cp_plan_id = CAST(cppr_cp_plan_id AS TEXT);

CREATE VIEW system_visits AS
SELECT
    cppv_cp_visit_id AS visit_id,
    cppl_person_id AS person_id,
    cppv_cp_visit_date AS visited_on,
    cppv_cp_visit_seen AS seen,
    cppv_cp_visit_seen_alone AS alone,
    cppv_cp_visit_bedroom AS bedroom
FROM ssd_cp_visits
LEFT JOIN ssd_cp_plans ON cppl_cp_plan_id = cppv_cp_plan_id;

CREATE VIEW system_involvements AS
SELECT
    invo_involvements_id,
    cine_person_id AS person_id,
    invo_professional_id,
    invo_professional_role_id,
    invo_professional_team,
    invo_involvement_start_date,
    invo_involvement_end_date
FROM ssd_involvements
LEFT JOIN ssd_cin_episodes ON cine_referral_id = invo_referral_id;
