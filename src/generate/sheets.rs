//! The tables that are filled, their columns, and the rows on their way there.

use super::{authority::Table, disorder::Disorder, systems::System};

macro_rules! sheets {
    ($($sheet:ident $name:literal [$($column:ident)+])+) => {
        /// A table.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Sheet { $($sheet),+ }

        impl Sheet {
            /// Every table, in the order of their numbers.
            pub(super) const ALL: &[Sheet] = &[$(Sheet::$sheet),+];

            /// Its name in the case database.
            pub(super) const fn name(self) -> &'static str {
                match self { $(Sheet::$sheet => $name),+ }
            }

            /// The columns that a row is given for.
            const fn all_columns(self) -> &'static [&'static str] {
                match self { $(Sheet::$sheet => &[$(stringify!($column)),+]),+ }
            }
        }
    };
}

sheets! {
    Person "ssd_person" [pers_person_id pers_forename pers_surname pers_dob pers_expected_dob pers_death_date]
    Address "ssd_address" [addr_table_id addr_person_id addr_address_start_date addr_address_postcode addr_address_json]
    Referral "ssd_cin_episodes" [
        cine_referral_id cine_person_id cine_referral_date cine_close_date cine_referral_team cine_referral_worker_id
    ]
    Assessment "ssd_cin_assessments" [
        cina_assessment_id cina_person_id cina_referral_id cina_assessment_start_date cina_assessment_child_seen
        cina_assessment_auth_date cina_assessment_team cina_assessment_worker_id
    ]
    Enquiry "ssd_s47_enquiry" [
        s47e_s47_enquiry_id s47e_referral_id s47e_person_id s47e_s47_start_date s47e_s47_end_date s47e_s47_nfa
        s47e_s47_completed_by_team s47e_s47_completed_by_worker_id
    ]
    InitialConference "ssd_initial_cp_conference" [
        icpc_icpc_id icpc_icpc_meeting_id icpc_s47_enquiry_id icpc_person_id icpc_cp_plan_id icpc_referral_id
        icpc_icpc_transfer_in icpc_icpc_target_date icpc_icpc_date icpc_icpc_outcome_cp_flag icpc_icpc_team
        icpc_icpc_worker_id
    ]
    Plan "ssd_cp_plans" [
        cppl_cp_plan_id cppl_referral_id cppl_icpc_id cppl_person_id cppl_cp_plan_start_date cppl_cp_plan_end_date
        cppl_cp_plan_ola
    ]
    Visit "ssd_cp_visits" [
        cppv_cp_visit_id cppv_person_id cppv_cp_plan_id cppv_cp_visit_date cppv_cp_visit_seen cppv_cp_visit_seen_alone
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
    Event "local_events" [event_id person_id kind happened_on booked_on ended_on]
    Answer "local_answers" [fact fact_id person_id question answer]
    Worker "local_workers" [worker_id email team_id manager_id left_on weekdays shared]
    Team "local_teams" [team_id manager_id service_manager_id]
    Absence "local_absences" [absence_id worker_id from_on to_on cover_id]
    Post "local_posts" [role worker_id]
    Booking "local_bookings" [booking_id person_id kind booked_on chair_id]
    OtherPlan "local_other_plans" [plan_id]
    RoleCode "local_role_codes" [code role]
}

/// Rows are handed on in batches of so many: enough for a statement, and few enough to stay in the processor's cache.
pub(super) const ROWS_A_BATCH: usize = 100;

/// Values of one table, row after row, in the order of [`Sheets::columns`].
pub(super) struct Batch {
    pub(super) sheet: Sheet,
    pub(super) cells: Vec<Option<String>>,
}

/// Takes a batch; false where nobody wants any more.
pub(super) type Outlet = Box<dyn FnMut(Batch) -> bool + Send>;

/// The tables as they fill up. With an outlet they never hold more than a batch each.
pub(super) struct Sheets {
    system: System,
    disorder: Option<Disorder>,
    cells: Vec<Vec<Option<String>>>,
    outlet: Option<Outlet>,
    stopped: bool,
}

impl Sheets {
    /// Tables that keep every row.
    pub(super) fn kept(system: System) -> Sheets {
        Sheets { system, disorder: None, cells: vec![Vec::new(); Sheet::ALL.len()], outlet: None, stopped: false }
    }

    /// Tables that hand their rows on.
    pub(super) fn handed_on(system: System, disorder: Option<Disorder>, outlet: Outlet) -> Sheets {
        Sheets { disorder, outlet: Some(outlet), ..Sheets::kept(system) }
    }

    /// Which system the rows are for.
    pub(super) fn system(&self) -> System {
        self.system
    }

    /// The disorder that is made on the way, unless everything is to be tidy.
    pub(super) fn disorder(&mut self) -> Option<&mut Disorder> {
        self.disorder.as_mut()
    }

    /// Whether nobody wants any more rows.
    pub(super) fn stopped(&self) -> bool {
        self.stopped
    }

    /// The columns of a table that the system has, in order.
    pub(super) fn columns(system: System, sheet: Sheet) -> Vec<&'static str> {
        sheet.all_columns().iter().copied().filter(|column| system.has(column)).collect()
    }

    /// Adds a row, one value for each column named above, in order.
    pub(super) fn put<const N: usize>(&mut self, sheet: Sheet, mut row: [Option<String>; N]) {
        let columns = sheet.all_columns();
        debug_assert_eq!(columns.len(), N, "{}", sheet.name());
        let copies = self.disorder.as_mut().map_or(1, |disorder| disorder.meet(sheet, columns, &mut row));
        let Some(cells) = self.cells.get_mut(sheet as usize) else { return };
        for _ in 1..copies {
            let kept = columns.iter().zip(&row).filter(|(column, _)| self.system.has(column));
            cells.extend(kept.map(|(_, cell)| cell.clone()));
        }
        if copies > 0 {
            let kept = columns.iter().zip(row).filter(|(column, _)| self.system.has(column));
            cells.extend(kept.map(|(_, cell)| cell));
        }
        if self.outlet.is_some() && cells.len() >= ROWS_A_BATCH * N {
            self.hand_on(sheet);
        }
    }

    fn hand_on(&mut self, sheet: Sheet) {
        if let (Some(outlet), Some(cells)) = (&mut self.outlet, self.cells.get_mut(sheet as usize)) {
            let room = Vec::with_capacity(cells.capacity());
            let cells = std::mem::replace(cells, room);
            self.stopped |= !cells.is_empty() && !outlet(Batch { sheet, cells });
        }
    }

    /// Hands on what is left.
    pub(super) fn finish(mut self) {
        for sheet in Sheet::ALL {
            self.hand_on(*sheet);
        }
    }

    /// Everything that was kept.
    pub(super) fn into_tables(self) -> Vec<Table> {
        let system = self.system;
        let table = |(sheet, cells): (&Sheet, Vec<Option<String>>)| {
            let columns = Sheets::columns(system, *sheet);
            let rows = cells.chunks(columns.len()).map(<[_]>::to_vec).collect();
            Table { name: sheet.name(), columns, rows }
        };
        Sheet::ALL.iter().zip(self.cells).map(table).collect()
    }
}
