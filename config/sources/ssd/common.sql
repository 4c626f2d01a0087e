-- What duewatch reads, and all that it reads. Each view has a fixed meaning; how the authority's database comes by it is
-- the authority's to adapt. No name, address, free text or reason for concern passes into a view.
--
-- Ids are joined as they are stored and shown without padding. -1 stands for "none" in some case systems and becomes
-- empty. Dates are compared with the load mark (local_load), never with the database's clock: a copy restored a week
-- later must give the answers of the day it was made.

-- Four views hold what differs by case system and stand before these: system_plans, system_reviews, system_visits and
-- system_involvements. local_worker_keys serves every place at which a worker is named. duewatch itself reads only what begins with dw_.

-- Other keys by which the dataset and the local tables may name somebody in local_workers: the professional id of one known
-- by the staff id, and the reverse. A key that is somebody's own, or that could mean two people, is not here and stays as it
-- is. Where a worker is named, this is tried: a row whose key is found here gets the key of local_workers instead.
CREATE VIEW local_worker_keys AS
SELECT keys.other_key, MIN(keys.worker_id) AS worker_id
FROM (
    SELECT TRIM(prof_staff_id) AS other_key, worker_id
    FROM ssd_professionals
    JOIN local_workers ON worker_id = TRIM(prof_professional_id)
    UNION
    SELECT TRIM(prof_professional_id), worker_id
    FROM ssd_professionals
    JOIN local_workers ON worker_id = TRIM(prof_staff_id)
) keys
LEFT JOIN local_workers own ON own.worker_id = keys.other_key
WHERE keys.other_key IS NOT NULL AND keys.other_key NOT IN ('', '-1') AND own.worker_id IS NULL
GROUP BY keys.other_key
HAVING COUNT(*) = 1;

-- When the last complete load was made, and of which database.
CREATE VIEW dw_load AS
SELECT source_name, loaded_at
FROM local_load;

-- Every child whom duewatch is to account for, which is every child with open work: a plan, an enquiry that is open or that
-- ended without saying that no conference is needed, a conference that is arranged and not held, a transfer, a time of being
-- looked after that goes on; in the twelve months before the load mark, also those whose plan or enquiry has ended, and those
-- who had either and died. Another authority's
-- plan counts here, so that the child is listed as left out for that reason and is not simply absent. A plan without a
-- person's row still shows the child. Each part is one pass over one table: there is no index to look anybody up by.
CREATE VIEW dw_children AS
SELECT DISTINCT
    TRIM(kept.person_id) AS child_id,
    person.pers_dob AS born_on,
    CASE WHEN person.pers_dob IS NULL THEN person.pers_expected_dob END AS expected_on,
    person.pers_death_date AS died_on,
    TRIM(household.household_id) AS household_id
FROM (
    SELECT cppl_person_id AS person_id
    FROM ssd_cp_plans
    WHERE cppl_cp_plan_end_date IS NULL
        OR cppl_cp_plan_end_date >= (SELECT MIN(keep_from_on) FROM local_load)
    UNION
    SELECT s47e_person_id
    FROM ssd_s47_enquiry
    WHERE s47e_s47_end_date IS NULL
        OR (
            s47e_s47_end_date >= (SELECT MIN(keep_from_on) FROM local_load)
            AND UPPER(TRIM(COALESCE(s47e_s47_nfa, ''))) NOT IN ('Y', 'YES', '1', 'T', 'TRUE')
        )
    UNION
    SELECT icpc_person_id
    FROM ssd_initial_cp_conference
    WHERE icpc_icpc_date IS NULL
        OR icpc_icpc_date > (SELECT MAX(loaded_at) FROM local_load)
    UNION
    SELECT person_id
    FROM local_bookings
    UNION
    SELECT person_id
    FROM local_events
    WHERE (kind = 'transfer' AND happened_on >= (SELECT MIN(keep_from_on) FROM local_load))
        OR (kind = 'looked_after' AND ended_on IS NULL)
    UNION
    SELECT deceased.pers_person_id
    FROM ssd_person deceased
    WHERE deceased.pers_death_date >= (SELECT MIN(keep_from_on) FROM local_load)
        AND deceased.pers_person_id IN (
            SELECT cppl_person_id FROM ssd_cp_plans
            UNION
            SELECT s47e_person_id FROM ssd_s47_enquiry
        )
) kept
LEFT JOIN ssd_person person ON person.pers_person_id = kept.person_id
LEFT JOIN local_households household ON household.person_id = kept.person_id;

-- Core group meetings, booked or held, with the progress of their minutes.
CREATE VIEW dw_core_groups AS
SELECT
    TRIM(core_group_id) AS core_group_id,
    TRIM(person_id) AS child_id,
    booked_on,
    held_on,
    minutes_written_on,
    minutes_approved_on,
    minutes_handed_over_on,
    minutes_sent_on
FROM local_core_groups;

-- Who belongs to the child's core group.
CREATE VIEW dw_core_group_members AS
SELECT
    TRIM(membership_id) AS membership_id,
    TRIM(person_id) AS child_id,
    COALESCE(member.worker_id, TRIM(member_id)) AS person_id,
    TRIM(professional) AS professional,
    from_on,
    to_on
FROM local_core_group_members
LEFT JOIN local_worker_keys member ON member.other_key = TRIM(member_id);

-- Refused access, injuries and deaths, and who has been told of them.
CREATE VIEW dw_incidents AS
SELECT
    TRIM(incident_id) AS incident_id,
    TRIM(person_id) AS child_id,
    kind,
    occurred_on,
    manager_told_on,
    core_group_told_on,
    chair_told_on,
    form_completed_on,
    head_told_on
FROM local_incidents;

-- Decisions on record.
CREATE VIEW dw_decisions AS
SELECT
    TRIM(decision_id) AS decision_id,
    TRIM(person_id) AS child_id,
    kind,
    decided_on
FROM local_decisions;

-- Anything else that happened to the child.
CREATE VIEW dw_events AS
SELECT
    TRIM(event_id) AS event_id,
    TRIM(person_id) AS child_id,
    kind,
    happened_on,
    booked_on,
    ended_on
FROM local_events;

-- What forms ask about a fact besides.
CREATE VIEW dw_answers AS
SELECT
    TRIM(fact_id) AS fact_id,
    TRIM(person_id) AS child_id,
    fact,
    question,
    answer
FROM local_answers;

-- Everybody who may be written to, and where.
CREATE VIEW dw_workers AS
SELECT
    TRIM(local_workers.worker_id) AS worker_id,
    TRIM(email) AS email,
    TRIM(team_id) AS team_id,
    COALESCE(manager.worker_id, TRIM(manager_id)) AS manager_id,
    left_on,
    weekdays,
    shared
FROM local_workers
LEFT JOIN local_worker_keys manager ON manager.other_key = TRIM(manager_id);

-- Who runs each team, and who is above them.
CREATE VIEW dw_teams AS
SELECT
    TRIM(team_id) AS team_id,
    COALESCE(manager.worker_id, TRIM(manager_id)) AS manager_id,
    COALESCE(above.worker_id, TRIM(service_manager_id)) AS service_manager_id
FROM local_teams
LEFT JOIN local_worker_keys manager ON manager.other_key = TRIM(manager_id)
LEFT JOIN local_worker_keys above ON above.other_key = TRIM(service_manager_id);

-- Who is away, from when to when, and who covers.
CREATE VIEW dw_absences AS
SELECT
    TRIM(absence_id) AS absence_id,
    COALESCE(away.worker_id, TRIM(local_absences.worker_id)) AS worker_id,
    from_on,
    to_on,
    COALESCE(cover.worker_id, TRIM(cover_id)) AS cover_id
FROM local_absences
LEFT JOIN local_worker_keys away ON away.other_key = TRIM(local_absences.worker_id)
LEFT JOIN local_worker_keys cover ON cover.other_key = TRIM(cover_id);

-- Who fills the posts that belong to no case.
CREATE VIEW dw_posts AS
SELECT TRIM(role) AS role, COALESCE(holder.worker_id, TRIM(local_posts.worker_id)) AS worker_id
FROM local_posts
LEFT JOIN local_worker_keys holder ON holder.other_key = TRIM(local_posts.worker_id);

-- Child protection plans, open and ended.
CREATE VIEW dw_plans AS
SELECT
    TRIM(cppl_cp_plan_id) AS plan_id,
    TRIM(cppl_person_id) AS child_id,
    cppl_cp_plan_start_date AS started_on,
    cppl_cp_plan_end_date AS ended_on,
    'initial-' || NULLIF(TRIM(cppl_icpc_id), '-1') AS conference_id,
    TRIM(other_authority) AS other_authority
FROM system_plans;

-- Enquiries under section 47: every open one, and those that ended in the twelve months before the load mark. An enquiry
-- that ended longer ago and had no conference is not chased for ever. Siblings may share an id: duewatch looks an enquiry up
-- by child and id. No further action means that no conference is needed; that there was some further action does not mean
-- that one is, and the text that would say so is never read. local_enquiries can say it.
CREATE VIEW dw_enquiries AS
SELECT
    TRIM(CAST(s47e_s47_enquiry_id AS TEXT)) AS enquiry_id,
    TRIM(s47e_person_id) AS child_id,
    COALESCE(known.strategy_on, s47e_s47_start_date) AS started_on,
    s47e_s47_end_date AS ended_on,
    COALESCE(
        TRIM(known.conference_needed),
        CASE WHEN UPPER(TRIM(s47e_s47_nfa)) IN ('Y', 'YES', '1', 'T', 'TRUE') THEN 'N' END
    ) AS conference_needed
FROM ssd_s47_enquiry
LEFT JOIN local_enquiries known
    ON known.enquiry_id = TRIM(CAST(s47e_s47_enquiry_id AS TEXT)) AND known.person_id = TRIM(s47e_person_id)
WHERE s47e_s47_end_date IS NULL
    OR s47e_s47_end_date >= (SELECT MIN(keep_from_on) FROM local_load);

-- Assessments: every open one, and those that were authorised in the twelve months before the load mark.
CREATE VIEW dw_assessments AS
SELECT
    TRIM(CAST(cina_assessment_id AS TEXT)) AS assessment_id,
    TRIM(cina_person_id) AS child_id,
    cina_assessment_start_date AS started_on,
    cina_assessment_auth_date AS authorised_on
FROM ssd_cin_assessments
WHERE cina_assessment_auth_date IS NULL
    OR cina_assessment_auth_date >= (SELECT MIN(keep_from_on) FROM local_load);

-- Conferences, booked or held. The dataset keeps initial and review conferences in two tables whose numbers may meet, so
-- the id says which table it comes from. UNION also drops rows that a case system repeats. Of several target dates of one
-- conference the earliest is taken: it is only compared with the date that duewatch counts for itself.
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
    COALESCE(chair.worker_id, TRIM(arranged.chair_id)) AS chair_id,
    arranged.next_review_on AS next_review_on,
    arranged.core_group_weeks AS core_group_weeks,
    target_on
FROM (
    SELECT
        icpc_icpc_id,
        icpc_person_id,
        icpc_icpc_transfer_in,
        icpc_icpc_date,
        icpc_icpc_outcome_cp_flag,
        MIN(icpc_icpc_target_date) AS target_on
    FROM ssd_initial_cp_conference
    GROUP BY icpc_icpc_id, icpc_person_id, icpc_icpc_transfer_in, icpc_icpc_date, icpc_icpc_outcome_cp_flag
) conferences
LEFT JOIN local_conferences arranged
    ON arranged.dataset_part = 'initial' AND arranged.conference_id = icpc_icpc_id
LEFT JOIN local_worker_keys chair ON chair.other_key = TRIM(arranged.chair_id)
UNION
SELECT
    'review-' || TRIM(review_id),
    TRIM(person_id),
    COALESCE(arranged.kind, 'review'),
    COALESCE(
        arranged.booked_on,
        CASE WHEN reviewed_on > (SELECT MAX(loaded_at) FROM local_load) THEN reviewed_on END
    ),
    CASE
        WHEN reviewed_on <= (SELECT MAX(loaded_at) FROM local_load)
            THEN COALESCE(arranged.ended_at, reviewed_on)
    END,
    TRIM(continues),
    COALESCE(chair.worker_id, TRIM(arranged.chair_id)),
    arranged.next_review_on,
    arranged.core_group_weeks,
    target_on
FROM system_reviews
LEFT JOIN local_conferences arranged
    ON arranged.dataset_part = 'review' AND arranged.conference_id = review_id
LEFT JOIN local_worker_keys chair ON chair.other_key = TRIM(arranged.chair_id)
UNION
SELECT
    'booked-' || TRIM(booking_id),
    TRIM(person_id),
    kind,
    booked_on,
    NULL,
    NULL,
    COALESCE(chair.worker_id, TRIM(chair_id)),
    NULL,
    NULL,
    NULL
FROM local_bookings
LEFT JOIN local_worker_keys chair ON chair.other_key = TRIM(chair_id);

-- Visits and contacts, whoever made them, with the child seen or not; where the type is known, only of those that count. A
-- date to come is passed on as it stands: it was mistyped, and duewatch says so instead of taking it for a visit.
CREATE VIEW dw_visits AS
SELECT
    TRIM(system_visits.visit_id) AS visit_id,
    TRIM(person_id) AS child_id,
    visited_on,
    COALESCE(worker.worker_id, TRIM(visitor.visitor_id)) AS visitor_id,
    TRIM(seen) AS seen,
    TRIM(alone) AS alone,
    TRIM(bedroom) AS bedroom
FROM system_visits
LEFT JOIN local_visitors visitor ON visitor.visit_id = system_visits.visit_id
LEFT JOIN local_worker_keys worker ON worker.other_key = TRIM(visitor.visitor_id)
LEFT JOIN local_visit_types counted ON counted.code = TRIM(visitor.visit_type)
WHERE NULLIF(TRIM(visitor.visit_type), '') IS NULL OR counted.code IS NOT NULL;

-- Who the case is or was allocated to.
CREATE VIEW dw_allocations AS
SELECT
    TRIM(invo_involvements_id) AS allocation_id,
    TRIM(person_id) AS child_id,
    COALESCE(worker.worker_id, TRIM(invo_professional_id)) AS worker_id,
    COALESCE(team.team_id, NULLIF(TRIM(invo_professional_team), '-1')) AS team_id,
    COALESCE(roles.role, 'other') AS role,
    invo_involvement_start_date AS from_on,
    invo_involvement_end_date AS to_on
FROM system_involvements
LEFT JOIN local_worker_keys worker ON worker.other_key = TRIM(invo_professional_id)
LEFT JOIN local_role_codes roles ON roles.code = TRIM(invo_professional_role_id)
LEFT JOIN local_team_keys team ON team.other_key = TRIM(invo_professional_team);
