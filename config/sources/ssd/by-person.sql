-- Where every row names its child: LCS and Eclipse.

CREATE VIEW system_plans AS
SELECT
    cppl_cp_plan_id,
    cppl_person_id,
    cppl_icpc_id,
    cppl_cp_plan_start_date,
    cppl_cp_plan_end_date,
    cppl_cp_plan_ola AS other_authority
FROM ssd_cp_plans;

CREATE VIEW system_reviews AS
SELECT
    cppr_cp_review_id AS review_id,
    cppr_person_id AS person_id,
    cppr_cp_review_date AS reviewed_on,
    cppr_cp_review_outcome_continue_cp AS continues,
    cppr_cp_review_due AS target_on
FROM ssd_cp_reviews;

CREATE VIEW system_visits AS
SELECT
    cppv_cp_visit_id AS visit_id,
    cppv_person_id AS person_id,
    cppv_cp_visit_date AS visited_on,
    cppv_cp_visit_seen AS seen,
    cppv_cp_visit_seen_alone AS alone,
    cppv_cp_visit_bedroom AS bedroom
FROM ssd_cp_visits;

CREATE VIEW system_involvements AS
SELECT
    invo_involvements_id,
    invo_person_id AS person_id,
    invo_professional_id,
    invo_professional_role_id,
    invo_professional_team,
    invo_involvement_start_date,
    invo_involvement_end_date
FROM ssd_involvements;
