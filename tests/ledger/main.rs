//! The ledger's contract: every method, on SQLite and on a real PostgreSQL, by one and the same test.

#![expect(clippy::unwrap_used, reason = "a step that fails has failed the test")]

#[path = "../support/mod.rs"]
mod support;

mod asides;
mod audit;
mod claims;
mod crash;
mod fixtures;
mod founding;
mod places;
mod rests;
mod returned;
mod runs;
mod sending;

/// Runs each function on both databases.
macro_rules! contract {
    ($($room:ident :: $name:ident),* $(,)?) => {
        mod on_sqlite {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                super::$room::$name(&super::fixtures::Place::sqlite()).await;
            })*
        }
        mod on_postgres {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                super::$room::$name(&super::fixtures::Place::postgres().await).await;
            })*
        }
    };
}

contract!(
    founding::a_ledger_is_migrated_and_founded_once,
    founding::tables_newer_than_the_program_are_refused,
    founding::another_authority_is_refused,
    founding::the_mode_is_an_act_with_a_reason,
    founding::another_source_is_refused_until_accepted,
    founding::another_home_is_a_copy_until_accepted,
    runs::a_run_comes_back_as_it_was_stored,
    runs::a_decision_is_stored_once,
    runs::a_new_generation_keeps_what_was_told,
    runs::closing_withdraws_what_is_queued,
    runs::a_duty_opened_again_is_told_again,
    runs::effects_leave_the_queue_by_name,
    runs::a_run_that_fails_leaves_nothing,
    runs::a_run_that_says_two_things_is_refused,
    runs::the_books_are_counted_apart,
    runs::five_thousand_decisions_are_one_run,
    claims::a_person_gets_one_message_with_all_that_is_due,
    claims::two_owners_never_share_a_message,
    claims::a_run_and_a_claim_do_not_wait_for_ever,
    claims::a_lease_that_ends_without_bytes_is_worded_again,
    claims::a_lease_that_ends_with_bytes_repeats_them,
    claims::who_lost_the_lease_can_do_nothing,
    claims::an_unsent_message_drops_what_was_closed,
    claims::a_message_of_which_nothing_is_left_is_cancelled,
    sending::a_refusal_for_now_is_worded_again_when_due,
    sending::after_an_unknown_outcome_the_bytes_stay,
    sending::what_is_over_is_never_claimed_again,
    sending::frozen_bytes_cannot_be_changed,
    sending::refused_addresses_are_listed,
    sending::what_was_sent_elsewhere_says_nothing_of_the_address,
    sending::what_an_address_refused_goes_to_it_again_after_two_hours_and_to_another_at_once,
    sending::an_address_that_is_put_off_while_others_are_served_does_not_work,
    sending::an_outage_says_nothing_of_an_address,
    sending::what_no_server_took_still_waits,
    sending::what_may_have_arrived_does_not_wait,
    sending::what_is_taken_out_of_a_message_is_owed_again,
    rests::a_rest_is_kept_with_its_duty_until_the_dates_move,
    rests::whoever_resumes_ends_pauses_and_what_they_acknowledged,
    rests::what_was_acknowledged_before_there_were_pauses_still_rests,
    rests::a_reason_of_an_earlier_version_is_not_read,
    audit::what_was_done_is_a_whole_chain,
    audit::whatever_is_touched_is_found,
    audit::a_tail_that_is_cut_off_with_care_is_seen_from_outside,
    audit::the_evidence_of_a_child_names_no_other,
    audit::what_has_expired_cannot_be_guessed_and_the_chain_stays_whole,
    audit::a_person_has_a_message_tried_again_or_takes_it_back,
    audit::what_was_not_begun_was_not_tried,
    returned::what_came_back_is_owed_again_and_its_address_does_not_work,
    returned::a_second_report_and_a_late_one_change_nothing_twice,
    returned::what_was_given_up_says_nothing_of_an_address_by_itself,
    returned::an_outage_in_which_everything_is_given_up_says_nothing_of_an_address,
    returned::what_is_late_or_has_arrived_is_only_known,
    returned::a_report_before_its_time_counts_once_the_message_is_handed_over,
    returned::what_a_person_has_tried_again_is_not_held_back_by_what_came_back_before,
    returned::what_came_back_is_evidence_of_its_child_and_goes_with_its_message,
    returned::what_came_back_from_a_trial_says_nothing_of_the_address,
    returned::which_mail_was_read_is_remembered_by_its_place,
    asides::a_schedule_is_moved_by_one_only,
    asides::what_was_told_is_listed_with_its_message,
    crash::killed_at_any_point_nothing_is_lost_and_nothing_said_twice,
);
