-- Over the dataset as Eclipse fills it. What its rows hold, and what follows:
--
-- - Everything appears only once its form is complete: there is no open enquiry, no open assessment, no conference that is
--   arranged and no review still to come. What is booked is known only from local_bookings.
-- - A Friday's target date can match three days of its calendar, so that one conference stands three times. The target is
--   not read, and rows that are then alike count once.
-- - The plan's id on a review is empty while the plan is open: reviews are the child's by person.
-- - The role of the allocated worker is a code of the authority's own: put it into local_role_codes.

-- Child protection plans, open and ended.
CREATE VIEW dw_plans AS
SELECT
    TRIM(cppl_cp_plan_id) AS plan_id,
    TRIM(cppl_person_id) AS child_id,
    cppl_cp_plan_start_date AS started_on,
    cppl_cp_plan_end_date AS ended_on,
    'initial-' || NULLIF(TRIM(cppl_icpc_id), '-1') AS conference_id,
    TRIM(cppl_cp_plan_ola) AS other_authority
FROM ssd_cp_plans;

-- Conferences, booked or held. The dataset keeps initial and review conferences in two tables whose numbers may meet, so
-- the id says which table it comes from. UNION also drops rows that a case system repeats.
CREATE VIEW dw_conferences AS
SELECT
    'initial-' || TRIM(icpc_icpc_id) AS conference_id,
    TRIM(icpc_person_id) AS child_id,
    CASE
        WHEN UPPER(TRIM(icpc_icpc_transfer_in)) IN ('Y', 'YES', '1', 'T', 'TRUE') THEN 'transfer_in'
        ELSE COALESCE(arranged.kind, 'initial')
    END AS kind,
    COALESCE(
        arranged.booked_on,
        CASE WHEN icpc_icpc_date > (SELECT MAX(loaded_at) FROM local_load) THEN icpc_icpc_date END
    ) AS booked_on,
    CASE
        WHEN icpc_icpc_date <= (SELECT MAX(loaded_at) FROM local_load) THEN COALESCE(arranged.ended_at, icpc_icpc_date)
    END AS held_on,
    TRIM(icpc_icpc_outcome_cp_flag) AS makes_plan,
    TRIM(arranged.chair_id) AS chair_id,
    arranged.next_review_on AS next_review_on,
    arranged.core_group_weeks AS core_group_weeks
FROM ssd_initial_cp_conference
LEFT JOIN local_conferences arranged
    ON arranged.dataset_part = 'initial' AND arranged.conference_id = icpc_icpc_id
UNION
SELECT
    'review-' || TRIM(cppr_cp_review_id),
    TRIM(cppr_person_id),
    COALESCE(arranged.kind, 'review'),
    COALESCE(
        arranged.booked_on,
        CASE WHEN cppr_cp_review_date > (SELECT MAX(loaded_at) FROM local_load) THEN cppr_cp_review_date END
    ),
    CASE
        WHEN cppr_cp_review_date <= (SELECT MAX(loaded_at) FROM local_load)
            THEN COALESCE(arranged.ended_at, cppr_cp_review_date)
    END,
    TRIM(cppr_cp_review_outcome_continue_cp),
    TRIM(arranged.chair_id),
    arranged.next_review_on,
    arranged.core_group_weeks
FROM ssd_cp_reviews
LEFT JOIN local_conferences arranged
    ON arranged.dataset_part = 'review' AND arranged.conference_id = cppr_cp_review_id
UNION
SELECT 'booked-' || TRIM(booking_id), TRIM(person_id), kind, booked_on, NULL, NULL, TRIM(chair_id), NULL, NULL
FROM local_bookings;

-- Visits and contacts, whoever made them, with the child seen or not. A date to come is passed on as it stands: it was
-- mistyped, and duewatch says so instead of taking it for a visit.
CREATE VIEW dw_visits AS
SELECT
    TRIM(cppv_cp_visit_id) AS visit_id,
    TRIM(cppv_person_id) AS child_id,
    cppv_cp_visit_date AS visited_on,
    TRIM(visitor.visitor_id) AS visitor_id,
    TRIM(cppv_cp_visit_seen) AS seen,
    TRIM(cppv_cp_visit_seen_alone) AS alone,
    TRIM(cppv_cp_visit_bedroom) AS bedroom
FROM ssd_cp_visits
LEFT JOIN local_visitors visitor ON visitor.visit_id = cppv_cp_visit_id;

-- Who the case is or was allocated to.
CREATE VIEW dw_allocations AS
SELECT
    TRIM(invo_involvements_id) AS allocation_id,
    TRIM(invo_person_id) AS child_id,
    COALESCE(direct.worker_id, other.worker_id, TRIM(invo_professional_id)) AS worker_id,
    NULLIF(TRIM(invo_professional_team), '-1') AS team_id,
    COALESCE(roles.role, 'other') AS role,
    invo_involvement_start_date AS from_on,
    invo_involvement_end_date AS to_on
FROM ssd_involvements
LEFT JOIN local_workers direct ON direct.worker_id = TRIM(invo_professional_id)
LEFT JOIN local_worker_keys other ON other.other_key = TRIM(invo_professional_id)
LEFT JOIN local_role_codes roles ON roles.code = TRIM(invo_professional_role_id);
