-- What the Standard Safeguarding Dataset lacks and duewatch needs. The authority owns these tables and fills them from
-- its case system, its personnel records and its meeting bookings, in the same load as the dataset.
--
-- Where a view joins one of these to the dataset it has a primary key, so that no row of the dataset can be doubled.
-- Keys of people, teams and children are those of the dataset. No table has a column for a child's name or for free text.

-- One row: the mark of the last complete load. Write it last. Every view compares dates with this row, never with the
-- database's own clock.
CREATE TABLE local_load (
    source_name TEXT NOT NULL,       -- a name for this database, so that the wrong one is recognised
    loaded_at TIMESTAMP NOT NULL,    -- local time at which the load was complete
    keep_from_on TIMESTAMP NOT NULL  -- twelve months before; plans that ended earlier are not shown
);

-- Who lives together. Messages about siblings are put together by it.
CREATE TABLE local_households (
    person_id TEXT PRIMARY KEY,      -- pers_person_id
    household_id TEXT NOT NULL
);

-- What the dataset does not say of an enquiry, or says only inside a text that is never read. The key has the child in it,
-- because siblings may share an enquiry's number.
CREATE TABLE local_enquiries (
    enquiry_id TEXT NOT NULL,        -- s47e_s47_enquiry_id
    person_id TEXT NOT NULL,         -- the child
    strategy_on TIMESTAMP,           -- the day of the strategy discussion; empty: the dataset's start date stands
    conference_needed TEXT,          -- Y or N; empty: N if the dataset says that no further action was taken
    PRIMARY KEY (enquiry_id, person_id)
);

-- What a conference arranged, for rows of ssd_initial_cp_conference and of ssd_cp_reviews.
CREATE TABLE local_conferences (
    dataset_part TEXT NOT NULL,      -- 'initial' or 'review': which of the two tables the id belongs to
    conference_id TEXT NOT NULL,     -- icpc_icpc_id or cppr_cp_review_id
    kind TEXT,                       -- 'pre_birth' or 'reconvened' where it is one; otherwise empty
    booked_on TIMESTAMP,             -- the day it is arranged for
    ended_at TIMESTAMP,              -- when it ended, once held, where the time is known
    chair_id TEXT,                   -- who chaired or will chair it
    next_review_on TIMESTAMP,        -- the review date it set
    core_group_weeks INTEGER,        -- how many weeks at most it wants between core groups
    PRIMARY KEY (dataset_part, conference_id)
);

-- Conferences that are arranged and of which the dataset has no row yet: on Mosaic and Eclipse it never has one before they
-- are completed, on LCS often not. Take a row out once the dataset has the conference.
CREATE TABLE local_bookings (
    booking_id TEXT PRIMARY KEY,
    person_id TEXT NOT NULL,         -- the child
    kind TEXT NOT NULL,              -- 'initial', 'pre_birth', 'transfer_in', 'reconvened' or 'review'
    booked_on TIMESTAMP NOT NULL,    -- the day it is arranged for
    chair_id TEXT                    -- who will chair it
);

-- Core group meetings, and how far their minutes have come. Each date stays empty until that step is done.
CREATE TABLE local_core_groups (
    core_group_id TEXT PRIMARY KEY,
    person_id TEXT NOT NULL,         -- the child; a meeting about siblings has a row for each
    booked_on TIMESTAMP,             -- the day it is arranged for
    held_on TIMESTAMP,               -- the day it was held
    minutes_written_on TIMESTAMP,    -- the notes were finalised in the case system
    minutes_approved_on TIMESTAMP,   -- the manager approved them; a rejection empties it again
    minutes_handed_over_on TIMESTAMP, -- business support was asked to send them
    minutes_sent_on TIMESTAMP        -- the last addressee was sent them
);

-- Who made each visit in ssd_cp_visits, and what kind of visit it was: the dataset says neither.
CREATE TABLE local_visitors (
    visit_id TEXT PRIMARY KEY,       -- cppv_cp_visit_id
    visitor_id TEXT,                 -- a worker, or a member of the core group, by key; empty: not known
    visit_type TEXT                  -- the case system's own code; empty: whatever the dataset let in counts
);

-- The types of visit that count. A visit of another type is not shown; one whose type is not known is.
CREATE TABLE local_visit_types (
    code TEXT PRIMARY KEY            -- local_visitors.visit_type
);
INSERT INTO local_visit_types (code) VALUES
    ('STVC');                        -- LCS: statutory visit under a child protection plan

-- Who belongs to a child's core group.
CREATE TABLE local_core_group_members (
    membership_id TEXT PRIMARY KEY,
    person_id TEXT NOT NULL,         -- the child
    member_id TEXT NOT NULL,         -- the member, by the key that local_visitors uses
    professional TEXT NOT NULL,      -- Y for a professional; N for parents, relatives, the child and foster carers
    from_on TIMESTAMP NOT NULL,
    to_on TIMESTAMP                  -- empty while it goes on
);

-- What somebody must hear of now. The dates say who has been told, and stay empty until they have.
CREATE TABLE local_incidents (
    incident_id TEXT PRIMARY KEY,
    person_id TEXT NOT NULL,         -- the child
    kind TEXT NOT NULL,              -- 'access_refused', 'injury', 'death', and the others that the contract lists
    occurred_on TIMESTAMP NOT NULL,  -- when it happened, or was first known
    manager_told_on TIMESTAMP,       -- the first-line manager was informed
    core_group_told_on TIMESTAMP,    -- the other members of the core group were informed
    chair_told_on TIMESTAMP,         -- it was discussed with the conference chair
    form_completed_on TIMESTAMP,     -- the notification form was completed (a death)
    head_told_on TIMESTAMP           -- the head of child protection was informed (a death)
);

-- Decisions that a manager or a conference recorded.
CREATE TABLE local_decisions (
    decision_id TEXT PRIMARY KEY,
    person_id TEXT NOT NULL,         -- the child
    kind TEXT NOT NULL,              -- 'further_assessment', and the others that the contract lists
    decided_on TIMESTAMP NOT NULL
);

-- Anything else that happened: absences of the lead worker, actions of the plan, transfers, supervision, and so on. The kinds are
-- those of dw_events in the contract. Leave out the kinds that are not recorded.
CREATE TABLE local_events (
    event_id TEXT PRIMARY KEY,
    person_id TEXT NOT NULL,         -- the child
    kind TEXT NOT NULL,
    happened_on TIMESTAMP,           -- when it happened, began or was held; empty: not held
    booked_on TIMESTAMP,             -- for when it is arranged
    ended_on TIMESTAMP               -- when it ended, where it lasts; empty: it goes on
);

-- What forms ask about a fact besides: one row for each answer. The questions are those of dw_answers in the contract.
CREATE TABLE local_answers (
    fact TEXT NOT NULL,              -- the kind of fact: 'conference', 'core_group', 'plan', ...
    fact_id TEXT NOT NULL,           -- its id as the views show it: 'initial-' or 'review-' before a conference's number
    person_id TEXT NOT NULL,         -- the child
    question TEXT NOT NULL,
    answer TEXT,                     -- a date, Y or N, a number, a code or a key; empty: no answer
    PRIMARY KEY (fact, fact_id, person_id, question)
);

-- Everybody who may be written to: workers, managers, chairs, and shared mailboxes that stand for a post.
CREATE TABLE local_workers (
    worker_id TEXT PRIMARY KEY,      -- invo_professional_id, or a key of the authority's own for those without cases
    email TEXT,                      -- empty: they cannot be reached
    team_id TEXT,                    -- dept_team_id
    manager_id TEXT,                 -- their own manager; empty: their team's manager
    left_on TIMESTAMP,               -- the last day they worked here
    weekdays TEXT,                   -- of a part-time worker, 'mon tue wed'; empty: every day
    shared TEXT                      -- Y for a mailbox that several people read; empty: one person's own
);

-- Other keys by which the dataset's involvements name a team: its name, or a key of an older system.
CREATE TABLE local_team_keys (
    other_key TEXT PRIMARY KEY,      -- invo_professional_team
    team_id TEXT NOT NULL            -- local_teams.team_id
);

-- Who runs each team.
CREATE TABLE local_teams (
    team_id TEXT PRIMARY KEY,        -- dept_team_id
    manager_id TEXT,
    service_manager_id TEXT          -- the manager's manager
);

-- Planned and unplanned absence, and who covers.
CREATE TABLE local_absences (
    absence_id TEXT PRIMARY KEY,
    worker_id TEXT NOT NULL,
    from_on TIMESTAMP NOT NULL,
    to_on TIMESTAMP,                 -- the last day away; empty: until further notice
    cover_id TEXT                    -- who covers; empty: nobody does
);

-- Who fills the posts that belong to no case. A post may be filled by several.
CREATE TABLE local_posts (
    role TEXT NOT NULL,              -- business_support, conference_service, head_of_child_protection, ...
    worker_id TEXT NOT NULL,
    PRIMARY KEY (role, worker_id)
);

-- What the codes of the dataset's involvements mean. Any other code is a worker of another kind. Put in the code of your own
-- case system for the worker whom a case is allocated to, and take out what does not mean that.
CREATE TABLE local_role_codes (
    code TEXT PRIMARY KEY,           -- invo_professional_role_id
    role TEXT NOT NULL               -- lead_worker
);
INSERT INTO local_role_codes (code, role) VALUES
    ('CW', 'lead_worker'),           -- LCS
    ('REL.ALLWORK', 'lead_worker'),  -- Mosaic
    ('REL.ALLWORKCF', 'lead_worker'); -- Mosaic

-- Plans of other authorities, where the dataset does not say so (Mosaic). Such a child is listed and not watched.
CREATE TABLE local_other_plans (
    plan_id TEXT PRIMARY KEY         -- cppl_cp_plan_id
);
