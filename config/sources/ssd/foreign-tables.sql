-- The dataset's tables as foreign tables of SQL Server, by PostgreSQL's extension tds_fdw: the columns that the views use and
-- no others, so that no name, no address and no reason for concern is ever fetched.
--
-- Put in your own server, database, schema, user and password. As they stand they are for LCS. For Mosaic take out
-- cppv_person_id, cppr_person_id, invo_person_id and cppl_cp_plan_ola, which it does not have, and name the permanent copies.
-- Run it in the schema that the views will stand in, as a user who may create extensions.

CREATE EXTENSION IF NOT EXISTS tds_fdw;

CREATE SERVER case_system FOREIGN DATA WRAPPER tds_fdw
    OPTIONS (servername 'sql.council.example', port '1433', database 'HDM_Local', tds_version '7.4');

CREATE USER MAPPING FOR CURRENT_USER SERVER case_system
    OPTIONS (username 'duewatch_reader', password 'put the password in here');

CREATE FOREIGN TABLE ssd_person (
    pers_person_id TEXT,
    pers_dob TIMESTAMP,
    pers_expected_dob TIMESTAMP,
    pers_death_date TIMESTAMP
) SERVER case_system
    OPTIONS (schema_name 'ssd_development', table_name 'ssd_person', row_estimate_method 'execute');

CREATE FOREIGN TABLE ssd_cin_episodes (
    cine_referral_id TEXT,
    cine_person_id TEXT
) SERVER case_system
    OPTIONS (schema_name 'ssd_development', table_name 'ssd_cin_episodes', row_estimate_method 'execute');

CREATE FOREIGN TABLE ssd_s47_enquiry (
    s47e_s47_enquiry_id TEXT,
    s47e_person_id TEXT,
    s47e_s47_start_date TIMESTAMP,
    s47e_s47_end_date TIMESTAMP,
    s47e_s47_nfa TEXT
) SERVER case_system
    OPTIONS (schema_name 'ssd_development', table_name 'ssd_s47_enquiry', row_estimate_method 'execute');

CREATE FOREIGN TABLE ssd_cin_assessments (
    cina_assessment_id TEXT,
    cina_person_id TEXT,
    cina_assessment_start_date TIMESTAMP,
    cina_assessment_auth_date TIMESTAMP
) SERVER case_system
    OPTIONS (schema_name 'ssd_development', table_name 'ssd_cin_assessments', row_estimate_method 'execute');

CREATE FOREIGN TABLE ssd_initial_cp_conference (
    icpc_icpc_id TEXT,
    icpc_person_id TEXT,
    icpc_icpc_transfer_in TEXT,
    icpc_icpc_target_date TIMESTAMP,
    icpc_icpc_date TIMESTAMP,
    icpc_icpc_outcome_cp_flag TEXT
) SERVER case_system
    OPTIONS (schema_name 'ssd_development', table_name 'ssd_initial_cp_conference', row_estimate_method 'execute');

CREATE FOREIGN TABLE ssd_cp_plans (
    cppl_cp_plan_id TEXT,
    cppl_icpc_id TEXT,
    cppl_person_id TEXT,
    cppl_cp_plan_start_date TIMESTAMP,
    cppl_cp_plan_end_date TIMESTAMP,
    cppl_cp_plan_ola TEXT
) SERVER case_system
    OPTIONS (schema_name 'ssd_development', table_name 'ssd_cp_plans', row_estimate_method 'execute');

CREATE FOREIGN TABLE ssd_cp_visits (
    cppv_cp_visit_id TEXT,
    cppv_person_id TEXT,
    cppv_cp_plan_id TEXT,
    cppv_cp_visit_date TIMESTAMP,
    cppv_cp_visit_seen TEXT,
    cppv_cp_visit_seen_alone TEXT,
    cppv_cp_visit_bedroom TEXT
) SERVER case_system
    OPTIONS (schema_name 'ssd_development', table_name 'ssd_cp_visits', row_estimate_method 'execute');

CREATE FOREIGN TABLE ssd_cp_reviews (
    cppr_cp_review_id TEXT,
    cppr_person_id TEXT,
    cppr_cp_plan_id TEXT,
    cppr_cp_review_due TIMESTAMP,
    cppr_cp_review_date TIMESTAMP,
    cppr_cp_review_outcome_continue_cp TEXT
) SERVER case_system
    OPTIONS (schema_name 'ssd_development', table_name 'ssd_cp_reviews', row_estimate_method 'execute');

CREATE FOREIGN TABLE ssd_involvements (
    invo_involvements_id TEXT,
    invo_professional_id TEXT,
    invo_professional_role_id TEXT,
    invo_professional_team TEXT,
    invo_person_id TEXT,
    invo_involvement_start_date TIMESTAMP,
    invo_involvement_end_date TIMESTAMP,
    invo_referral_id TEXT
) SERVER case_system
    OPTIONS (schema_name 'ssd_development', table_name 'ssd_involvements', row_estimate_method 'execute');

CREATE FOREIGN TABLE ssd_professionals (
    prof_professional_id TEXT,
    prof_staff_id TEXT
) SERVER case_system
    OPTIONS (schema_name 'ssd_development', table_name 'ssd_professionals', row_estimate_method 'execute');
