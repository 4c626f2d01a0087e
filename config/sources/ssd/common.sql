-- What duewatch reads, and all that it reads. Each view has a fixed meaning; how the authority's database comes by it is
-- the authority's to adapt. No name, address, free text or reason for concern passes into a view.
--
-- Ids are joined as they are stored and shown without padding. -1 stands for "none" in some case systems and becomes
-- empty. Dates are compared with the load mark (local_load), never with the database's clock: a copy restored a week
-- later must give the answers of the day it was made.

-- When the last complete load was made, and of which database.
CREATE VIEW dw_load AS
SELECT source_name, loaded_at
FROM local_load;

-- Every child whom duewatch is to account for: with an open plan, or with one that ended in the twelve months before the
-- load mark, or who had a plan and died in that time. Another authority's plan counts here, so that the child is listed
-- as left out for that reason and is not simply absent. A plan without a person's row still shows the child.
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
    SELECT deceased.pers_person_id
    FROM ssd_person deceased
    WHERE deceased.pers_death_date >= (SELECT MIN(keep_from_on) FROM local_load)
        AND deceased.pers_person_id IN (SELECT cppl_person_id FROM ssd_cp_plans)
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
    TRIM(member_id) AS person_id,
    TRIM(professional) AS professional,
    from_on,
    to_on
FROM local_core_group_members;

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

-- Everybody who may be written to, and where.
CREATE VIEW dw_workers AS
SELECT
    TRIM(worker_id) AS worker_id,
    TRIM(email) AS email,
    TRIM(team_id) AS team_id,
    TRIM(manager_id) AS manager_id,
    left_on
FROM local_workers;

-- Who runs each team, and who is above them.
CREATE VIEW dw_teams AS
SELECT
    TRIM(team_id) AS team_id,
    TRIM(manager_id) AS manager_id,
    TRIM(service_manager_id) AS service_manager_id
FROM local_teams;

-- Who is away, from when to when, and who covers.
CREATE VIEW dw_absences AS
SELECT
    TRIM(absence_id) AS absence_id,
    TRIM(worker_id) AS worker_id,
    from_on,
    to_on,
    TRIM(cover_id) AS cover_id
FROM local_absences;

-- Who fills the posts that belong to no case.
CREATE VIEW dw_posts AS
SELECT TRIM(role) AS role, TRIM(worker_id) AS worker_id
FROM local_posts;

-- Other keys by which the dataset may name somebody in local_workers: the professional id of one known by the staff id, and
-- the reverse. A key that could mean two people means nobody here, and stays as it is.
CREATE VIEW local_worker_keys AS
SELECT other_key, MIN(worker_id) AS worker_id
FROM (
    SELECT TRIM(prof_staff_id) AS other_key, worker_id
    FROM ssd_professionals
    JOIN local_workers ON worker_id = TRIM(prof_professional_id)
    UNION
    SELECT TRIM(prof_professional_id), worker_id
    FROM ssd_professionals
    JOIN local_workers ON worker_id = TRIM(prof_staff_id)
) keys
WHERE other_key IS NOT NULL AND other_key <> '-1'
GROUP BY other_key
HAVING COUNT(*) = 1;
