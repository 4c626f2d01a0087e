-- The core tables of the Standard Safeguarding Dataset, as far as duewatch needs them to build a case database to
-- read: the published names of tables and columns, with types that mean the same in SQLite and PostgreSQL.
-- An authority that has the dataset already has these tables and does not run this file.
--
-- There are no keys and no indexes, because the deployed dataset has none: rows may repeat, and links may lead nowhere.

-- One row for each person known to the service: children, and mothers of unborn children. Holds names, dates of
-- birth and death. Nothing of it but those dates and the key passes into a view.
CREATE TABLE ssd_person (
    pers_legacy_id TEXT,
    pers_person_id TEXT,
    pers_upn TEXT,
    pers_forename TEXT,
    pers_surname TEXT,
    pers_sex TEXT,
    pers_gender TEXT,
    pers_ethnicity TEXT,
    pers_dob TIMESTAMP,
    pers_single_unique_id TEXT,
    pers_upn_unknown TEXT,
    pers_send_flag TEXT,
    pers_expected_dob TIMESTAMP,
    pers_death_date TIMESTAMP,
    pers_is_mother TEXT,
    pers_nationality TEXT
);

-- Referrals to social care: when they came, from whom, and how they closed.
CREATE TABLE ssd_cin_episodes (
    cine_referral_id TEXT,
    cine_person_id TEXT,
    cine_referral_date TIMESTAMP,
    cine_cin_primary_need_code TEXT,
    cine_referral_source_code TEXT,
    cine_referral_source_desc TEXT,
    cine_referral_outcome_json TEXT,
    cine_referral_nfa TEXT,
    cine_close_reason TEXT,
    cine_close_date TIMESTAMP,
    cine_referral_team TEXT,
    cine_referral_worker_id TEXT
);

-- Assessments that followed a referral, with the day they were authorised.
CREATE TABLE ssd_cin_assessments (
    cina_assessment_id TEXT,
    cina_person_id TEXT,
    cina_referral_id TEXT,
    cina_assessment_start_date TIMESTAMP,
    cina_assessment_child_seen TEXT,
    cina_assessment_auth_date TIMESTAMP,
    cina_assessment_outcome_json TEXT,
    cina_assessment_outcome_nfa TEXT,
    cina_assessment_team TEXT,
    cina_assessment_worker_id TEXT
);

-- Plans for children in need who are not on a child protection plan.
CREATE TABLE ssd_cin_plans (
    cinp_cin_plan_id TEXT,
    cinp_referral_id TEXT,
    cinp_person_id TEXT,
    cinp_cin_plan_start_date TIMESTAMP,
    cinp_cin_plan_end_date TIMESTAMP,
    cinp_cin_plan_team TEXT,
    cinp_cin_plan_worker_id TEXT
);

-- Visits under such plans.
CREATE TABLE ssd_cin_visits (
    cinv_cin_visit_id TEXT,
    cinv_person_id TEXT,
    cinv_cin_visit_date TIMESTAMP,
    cinv_cin_visit_seen TEXT,
    cinv_cin_visit_seen_alone TEXT,
    cinv_cin_visit_bedroom TEXT
);

-- Child protection enquiries. Siblings may share an id: one enquiry, several children.
CREATE TABLE ssd_s47_enquiry (
    s47e_s47_enquiry_id TEXT,
    s47e_referral_id TEXT,
    s47e_person_id TEXT,
    s47e_s47_start_date TIMESTAMP,
    s47e_s47_end_date TIMESTAMP,
    s47e_s47_nfa TEXT,
    s47e_s47_outcome_json TEXT,
    s47e_s47_completed_by_team TEXT,
    s47e_s47_completed_by_worker_id TEXT
);

-- Initial child protection conferences, and those on transfer in. Some case systems list only the ones held.
CREATE TABLE ssd_initial_cp_conference (
    icpc_icpc_id TEXT,
    icpc_icpc_meeting_id TEXT,
    icpc_s47_enquiry_id TEXT,
    icpc_person_id TEXT,
    icpc_cp_plan_id TEXT,
    icpc_referral_id TEXT,
    icpc_icpc_transfer_in TEXT,
    icpc_icpc_target_date TIMESTAMP,
    icpc_icpc_date TIMESTAMP,
    icpc_icpc_outcome_cp_flag TEXT,
    icpc_icpc_outcome_json TEXT,
    icpc_icpc_team TEXT,
    icpc_icpc_worker_id TEXT
);

-- Child protection plans. cppl_cp_plan_ola says Y for a plan that another authority runs.
CREATE TABLE ssd_cp_plans (
    cppl_cp_plan_id TEXT,
    cppl_referral_id TEXT,
    cppl_icpc_id TEXT,
    cppl_person_id TEXT,
    cppl_cp_plan_start_date TIMESTAMP,
    cppl_cp_plan_end_date TIMESTAMP,
    cppl_cp_plan_ola TEXT,
    cppl_cp_plan_initial_category TEXT,
    cppl_cp_plan_latest_category TEXT
);

-- Statutory visits and other contacts under a child protection plan. Nothing here says who made them.
CREATE TABLE ssd_cp_visits (
    cppv_cp_visit_id TEXT,
    cppv_person_id TEXT,
    cppv_cp_plan_id TEXT,
    cppv_cp_visit_date TIMESTAMP,
    cppv_cp_visit_seen TEXT,
    cppv_cp_visit_seen_alone TEXT,
    cppv_cp_visit_bedroom TEXT
);

-- Review conferences. A date to come means planned; an empty one, not held.
CREATE TABLE ssd_cp_reviews (
    cppr_cp_review_id TEXT,
    cppr_person_id TEXT,
    cppr_cp_plan_id TEXT,
    cppr_cp_review_due TIMESTAMP,
    cppr_cp_review_date TIMESTAMP,
    cppr_cp_review_meeting_id TEXT,
    cppr_cp_review_outcome_continue_cp TEXT,
    cppr_cp_review_quorate TEXT,
    cppr_cp_review_participation TEXT
);

-- Periods of being looked after.
CREATE TABLE ssd_cla_episodes (
    clae_cla_episode_id TEXT,
    clae_person_id TEXT,
    clae_cla_placement_id TEXT,
    clae_cla_episode_start_date TIMESTAMP,
    clae_cla_episode_start_reason TEXT,
    clae_cla_primary_need_code TEXT,
    clae_cla_episode_ceased_date TIMESTAMP,
    clae_cla_episode_ceased_reason TEXT,
    clae_cla_id TEXT,
    clae_referral_id TEXT,
    clae_cla_last_iro_contact_date TIMESTAMP,
    clae_entered_care_date TIMESTAMP
);

-- Where a looked-after child lives, and since when.
CREATE TABLE ssd_cla_placement (
    clap_cla_placement_id TEXT,
    clap_cla_id TEXT,
    clap_person_id TEXT,
    clap_cla_placement_start_date TIMESTAMP,
    clap_cla_placement_type TEXT,
    clap_cla_placement_urn TEXT,
    clap_cla_placement_distance DOUBLE PRECISION,
    clap_cla_placement_provider TEXT,
    clap_cla_placement_postcode TEXT,
    clap_cla_placement_end_date TIMESTAMP,
    clap_cla_placement_change_reason TEXT
);

-- Reviews of looked-after children.
CREATE TABLE ssd_cla_reviews (
    clar_cla_review_id TEXT,
    clar_cla_id TEXT,
    clar_cla_review_due_date TIMESTAMP,
    clar_cla_review_date TIMESTAMP,
    clar_cla_review_cancelled TEXT,
    clar_cla_review_participation TEXT
);

-- Visits to looked-after children.
CREATE TABLE ssd_cla_visits (
    clav_cla_visit_id TEXT,
    clav_cla_id TEXT,
    clav_person_id TEXT,
    clav_cla_visit_date TIMESTAMP,
    clav_cla_visit_seen TEXT,
    clav_cla_visit_seen_alone TEXT
);

-- Care plans of looked-after children.
CREATE TABLE ssd_cla_care_plan (
    lacp_table_id TEXT,
    lacp_person_id TEXT,
    lacp_cla_care_plan_start_date TIMESTAMP,
    lacp_cla_care_plan_end_date TIMESTAMP,
    lacp_cla_care_plan_json TEXT
);

-- Court orders and other legal bases for being looked after.
CREATE TABLE ssd_legal_status (
    lega_legal_status_id TEXT,
    lega_person_id TEXT,
    lega_legal_status TEXT,
    lega_legal_status_start_date TIMESTAMP,
    lega_legal_status_end_date TIMESTAMP
);

-- Times when a child went missing, and the interview offered on return.
CREATE TABLE ssd_missing (
    miss_table_id TEXT,
    miss_person_id TEXT,
    miss_missing_episode_start_date TIMESTAMP,
    miss_missing_episode_type TEXT,
    miss_missing_episode_end_date TIMESTAMP,
    miss_missing_rhi_offered TEXT,
    miss_missing_rhi_accepted TEXT
);

-- Young people who have left care, and who stays in touch with them.
CREATE TABLE ssd_care_leavers (
    clea_table_id TEXT,
    clea_person_id TEXT,
    clea_care_leaver_eligibility TEXT,
    clea_care_leaver_in_touch TEXT,
    clea_care_leaver_latest_contact TIMESTAMP,
    clea_care_leaver_accommodation TEXT,
    clea_care_leaver_accom_suitable TEXT,
    clea_care_leaver_activity TEXT,
    clea_pathway_plan_review_date TIMESTAMP,
    clea_care_leaver_personal_advisor TEXT,
    clea_care_leaver_allocated_team TEXT,
    clea_care_leaver_worker_id TEXT
);

-- Who works with which person, in which role, from when to when. The role CW is the allocated worker.
CREATE TABLE ssd_involvements (
    invo_involvements_id TEXT,
    invo_professional_id TEXT,
    invo_professional_role_id TEXT,
    invo_professional_team TEXT,
    invo_person_id TEXT,
    invo_involvement_start_date TIMESTAMP,
    invo_involvement_end_date TIMESTAMP,
    invo_worker_change_reason TEXT,
    invo_referral_id TEXT
);

-- Workers of the service. Holds names, no addresses, and on some systems neither managers nor chairs.
CREATE TABLE ssd_professionals (
    prof_professional_id TEXT,
    prof_staff_id TEXT,
    prof_professional_name TEXT,
    prof_social_worker_registration_no TEXT,
    prof_agency_worker_flag TEXT,
    prof_professional_job_title TEXT,
    prof_professional_caseload INTEGER,
    prof_professional_department TEXT,
    prof_full_time_equivalency DOUBLE PRECISION
);

-- Teams and what they belong to. The upward links are unreliable on some systems.
CREATE TABLE ssd_department (
    dept_team_id TEXT,
    dept_team_name TEXT,
    dept_team_parent_id TEXT,
    dept_team_parent_name TEXT
);

-- Disabilities recorded for a person, one code a row.
CREATE TABLE ssd_disability (
    disa_table_id TEXT,
    disa_person_id TEXT,
    disa_disability_code TEXT
);

-- Addresses of persons. Never read by a view.
CREATE TABLE ssd_address (
    addr_table_id TEXT,
    addr_person_id TEXT,
    addr_address_type TEXT,
    addr_address_start_date TIMESTAMP,
    addr_address_end_date TIMESTAMP,
    addr_address_postcode TEXT,
    addr_address_json TEXT
);

-- Contacts made with the service about a person, before any referral. Never read by a view.
CREATE TABLE ssd_contacts (
    cont_contact_id TEXT,
    cont_person_id TEXT,
    cont_contact_date TIMESTAMP,
    cont_contact_source_code TEXT,
    cont_contact_source_desc TEXT,
    cont_contact_outcome_json TEXT
);

-- Numbers by which other services know a person.
CREATE TABLE ssd_linked_identifiers (
    link_table_id TEXT,
    link_person_id TEXT,
    link_identifier_type TEXT,
    link_identifier_value TEXT,
    link_valid_from_date TIMESTAMP,
    link_valid_to_date TIMESTAMP
);
