//! The tables that are filled, and their columns.

use super::authority::Table;

macro_rules! sheets {
    ($($sheet:ident $name:literal [$($column:ident)+])+) => {
        /// A table.
        #[derive(Clone, Copy)]
        pub(super) enum Sheet { $($sheet),+ }

        /// Every table, empty, in the order of [`Sheet`].
        fn blank() -> Vec<Table> {
            vec![$(Table { name: $name, columns: &[$(stringify!($column)),+], rows: Vec::new() }),+]
        }
    };
}

sheets! {
    Person "ssd_person" [pers_person_id pers_forename pers_surname pers_dob pers_expected_dob pers_death_date]
    Address "ssd_address" [addr_table_id addr_person_id addr_address_start_date addr_address_postcode addr_address_json]
    Referral "ssd_cin_episodes" [cine_referral_id cine_person_id cine_referral_date cine_referral_team]
    Assessment "ssd_cin_assessments" [
        cina_assessment_id cina_person_id cina_referral_id cina_assessment_start_date cina_assessment_child_seen
        cina_assessment_auth_date cina_assessment_team
    ]
    Enquiry "ssd_s47_enquiry" [
        s47e_s47_enquiry_id s47e_referral_id s47e_person_id s47e_s47_start_date s47e_s47_end_date s47e_s47_nfa
    ]
    InitialConference "ssd_initial_cp_conference" [
        icpc_icpc_id icpc_icpc_meeting_id icpc_s47_enquiry_id icpc_person_id icpc_cp_plan_id icpc_referral_id
        icpc_icpc_transfer_in icpc_icpc_target_date icpc_icpc_date icpc_icpc_outcome_cp_flag
    ]
    Plan "ssd_cp_plans" [
        cppl_cp_plan_id cppl_referral_id cppl_icpc_id cppl_person_id cppl_cp_plan_start_date cppl_cp_plan_end_date
        cppl_cp_plan_ola
    ]
    Visit "ssd_cp_visits" [
        cppv_cp_visit_id cppv_person_id cppv_cp_visit_date cppv_cp_visit_seen cppv_cp_visit_seen_alone
        cppv_cp_visit_bedroom
    ]
    Review "ssd_cp_reviews" [
        cppr_cp_review_id cppr_person_id cppr_cp_plan_id cppr_cp_review_due cppr_cp_review_date
        cppr_cp_review_meeting_id cppr_cp_review_outcome_continue_cp
    ]
    Involvement "ssd_involvements" [
        invo_involvements_id invo_professional_id invo_professional_role_id invo_professional_team invo_person_id
        invo_involvement_start_date invo_involvement_end_date invo_referral_id
    ]
    Professional "ssd_professionals" [
        prof_professional_id prof_staff_id prof_professional_name prof_agency_worker_flag prof_professional_job_title
    ]
    Department "ssd_department" [dept_team_id dept_team_name]
    Load "local_load" [source_name loaded_at keep_from_on]
    Household "local_households" [person_id household_id]
    Arranged "local_conferences" [
        dataset_part conference_id kind booked_on ended_at chair_id next_review_on core_group_weeks
    ]
    CoreGroup "local_core_groups" [
        core_group_id person_id booked_on held_on minutes_written_on minutes_approved_on minutes_handed_over_on
        minutes_sent_on
    ]
    Visitor "local_visitors" [visit_id visitor_id]
    Member "local_core_group_members" [membership_id person_id member_id professional from_on to_on]
    Incident "local_incidents" [
        incident_id person_id kind occurred_on manager_told_on core_group_told_on chair_told_on form_completed_on
        head_told_on
    ]
    Decision "local_decisions" [decision_id person_id kind decided_on]
    Worker "local_workers" [worker_id email team_id manager_id left_on]
    Team "local_teams" [team_id manager_id service_manager_id]
    Absence "local_absences" [absence_id worker_id from_on to_on cover_id]
    Post "local_posts" [role worker_id]
}

/// The tables as they fill up.
pub(super) struct Sheets(Vec<Table>);

impl Sheets {
    pub(super) fn blank() -> Sheets {
        Sheets(blank())
    }

    /// Adds a row, one value for each column of [`Sheet`], in order.
    pub(super) fn put<const N: usize>(&mut self, sheet: Sheet, row: [Option<String>; N]) {
        if let Some(table) = self.0.get_mut(sheet as usize) {
            debug_assert_eq!(table.columns.len(), N, "{}", table.name);
            table.rows.push(Vec::from(row));
        }
    }

    pub(super) fn into_tables(self) -> Vec<Table> {
        self.0
    }
}
