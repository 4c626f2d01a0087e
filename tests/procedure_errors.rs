//! What is said about each mistake in a procedure: the whole text, with the line, the column and the caret.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use duewatch::procedure::{DutyCatalogue, Procedure};

const SOUND: &str = r#"[procedure]
id = "trial"
authority = "Trial"
title = "A procedure for tests"
version = "1"
in_force_on = 2026-04-01
review_by_on = 2029-04-01
document = "900"
calendar = "england-and-wales"
time_zone = "Europe/London"

[counting]
strict_first_day = "included"
due_first_day = "excluded"
strict_last_day = "previous"
due_last_day = "as_is"

[roles]
lead_worker = "Key Worker"

[[ladders.must]]
step = "remind"
when = "3 working days before strict"
kind = "reminder"
tell = ["lead_worker"]

[[ladders.must]]
step = "late"
when = "1 working day after due"
kind = "overdue"
tell = ["lead_worker", "first_line_manager"]

[repeat.must]
every = "5 working days"
kind = "overdue"
tell = ["lead_worker"]

[[ladders.standing]]
step = "late"
when = "on due"
kind = "overdue"
tell = ["lead_worker"]

[[ladders.report]]
step = "report"
when = "on due"
kind = "report"
tell = ["director"]

[[rule]]
duty = "local-meeting"
title = "First meeting"
ask = "Hold the first meeting"
shape = "deadline"
strength = "must"
responsible = "lead_worker"
of = { fact = "conference", where = { kind = ["initial"], makes_plan = true } }
within = "10 working days"
met_by = { fact = "core_group" }
cite = { lines = [45], quote = "within ten working days" }

[[rule]]
duty = "local-allocated"
title = "Allocated"
ask = "Allocate the case"
shape = "standing"
strength = "must"
responsible = "first_line_manager"
none_open = { fact = "allocation" }
cite = { lines = [7], quote = "must be allocated" }

[[rule]]
duty = "local-report"
title = "Monthly report"
ask = "Read the report"
shape = "report"
strength = "must"
responsible = "director"
about = "local-allocated"
within = "1 working day"
cite = { lines = [8], quote = "a monthly report" }
"#;

fn problems(text: &str) -> String {
    let known = DutyCatalogue::parse("authority,duty,document,lines\ntrial,known-duty,900,45\n").unwrap();
    Procedure::parse("trial.toml", text, &known).unwrap_err().to_string()
}

/// What is said of the sound procedure once that line of it is replaced.
fn after_change(line: usize, replacement: &str) -> String {
    let lines = SOUND.lines().zip(1..).map(|(text, number)| if number == line { replacement } else { text });
    problems(&lines.collect::<Vec<_>>().join("\n"))
}

#[test]
fn a_sound_procedure_has_no_problems() {
    assert!(Procedure::parse("trial.toml", SOUND, &DutyCatalogue::default()).is_ok());
}

#[test]
fn a_key_that_does_not_exist() {
    let said = after_change(
        52,
        r#"titel = "First meeting"
title = "x""#,
    );
    assert_eq!(
        said,
        r#"trial.toml:52:1: there is no `titel` in a rule
   |
52 | titel = "First meeting"
   | ^^^^^
   = did you mean `title`? it may have: after_death, ambiguity, ask, cite, duty, expected, from, from_birth, ladder, met_by, not_in_text, of, office_days, responsible, shape, step, strength, strict_from, strict_met_by, strict_within, sure, takes_over, title, under, under_review, while_it_lasts, within

1 problem"#
    );
}

#[test]
fn a_key_that_does_not_exist_in_the_head() {
    let said = after_change(
        5,
        r#"version = "1"
owner = "me""#,
    );
    assert_eq!(
        said,
        r#"trial.toml:6:1: there is no `owner` in the table [procedure]
  |
6 | owner = "me"
  | ^^^^^
  = it may have: authority, calendar, document, id, in_force_on, replaces, review_by_on, time_zone, title, version

1 problem"#
    );
}

#[test]
fn a_key_that_is_missing() {
    let said = after_change(53, "");
    assert_eq!(
        said,
        r#"trial.toml:50:1: a rule without `ask`
   |
50 | [[rule]]
   | ^^^^^^^^
   = write: ask = "Hold the first core group meeting"

1 problem"#
    );
}

#[test]
fn a_shape_that_does_not_exist() {
    let said = after_change(54, r#"shape = "deadlin""#);
    assert_eq!(
        said,
        r#"trial.toml:54:9: there is no shape `deadlin`
   |
54 | shape = "deadlin"
   |         ^^^^^^^^^
   = did you mean `deadline`? the shapes are: deadline, recurring, before, window, between, order, standing, alert, report, check, guidance

1 problem"#
    );
}

#[test]
fn a_role_that_does_not_exist() {
    let said = after_change(31, r#"tell = ["lead_worker", "team_boss"]"#);
    assert_eq!(
        said,
        r#"trial.toml:31:24: there is no role `team_boss`
   |
31 | tell = ["lead_worker", "team_boss"]
   |                        ^^^^^^^^^^^
   = the roles are: lead_worker, first_line_manager, second_line_manager, conference_chair, conference_service, business_support, head_of_child_protection, heads_of_social_care, director, designated_health, data_team

1 problem"#
    );
}

#[test]
fn a_role_that_is_nearly_one() {
    let said = after_change(56, r#"responsible = "lead_wroker""#);
    assert_eq!(
        said,
        r#"trial.toml:56:15: there is no role `lead_wroker`
   |
56 | responsible = "lead_wroker"
   |               ^^^^^^^^^^^^^
   = did you mean `lead_worker`? the roles are: lead_worker, first_line_manager, second_line_manager, conference_chair, conference_service, business_support, head_of_child_protection, heads_of_social_care, director, designated_health, data_team

1 problem"#
    );
}

#[test]
fn a_role_given_words_that_does_not_exist() {
    let said = after_change(19, r#"team_boss = "Boss""#);
    assert_eq!(
        said,
        r#"trial.toml:19:1: there is no role `team_boss`
   |
19 | team_boss = "Boss"
   | ^^^^^^^^^
   = the roles are: lead_worker, first_line_manager, second_line_manager, conference_chair, conference_service, business_support, head_of_child_protection, heads_of_social_care, director, designated_health, data_team

1 problem"#
    );
}

#[test]
fn a_role_told_twice() {
    let said = after_change(31, r#"tell = ["lead_worker", "lead_worker"]"#);
    assert_eq!(
        said,
        r#"trial.toml:31:24: `lead_worker` is in `tell` twice
   |
31 | tell = ["lead_worker", "lead_worker"]
   |                        ^^^^^^^^^^^^^
   = take one of the two out

1 problem"#
    );
}

#[test]
fn nobody_told() {
    let said = after_change(31, "tell = []");
    assert_eq!(
        said,
        r#"trial.toml:31:8: `tell` names nobody
   |
31 | tell = []
   |        ^^
   = write: tell = ["lead_worker"]

1 problem"#
    );
}

#[test]
fn a_unit_that_does_not_exist() {
    let said = after_change(58, r#"within = "10 fortnights""#);
    assert_eq!(
        said,
        r#"trial.toml:58:10: cannot read "10 fortnights" as a period: the unit is none of working days, days (or calendar days), working weeks, weeks, months, hours
   |
58 | within = "10 fortnights"
   |          ^^^^^^^^^^^^^^^

1 problem"#
    );
}

#[test]
fn a_period_that_is_no_text() {
    let said = after_change(58, "within = 10");
    assert_eq!(
        said,
        r"trial.toml:58:10: `within` must be text in quotes, not a number
   |
58 | within = 10
   |          ^^

1 problem"
    );
}

#[test]
fn a_kind_of_fact_that_does_not_exist() {
    let said = after_change(59, r#"met_by = { fact = "core_grop" }"#);
    assert_eq!(
        said,
        r#"trial.toml:59:19: there is no kind of fact `core_grop`
   |
59 | met_by = { fact = "core_grop" }
   |                   ^^^^^^^^^^^
   = did you mean `core_group`? the kinds are: plan, enquiry, assessment, conference, core_group, visit, allocation, membership, incident, decision, absence, action, invitation, minutes_copy, change, disagreement, transfer, looked_after, looked_after_review, looked_after_visit, child_in_need_plan, child_in_need_review, step_down_meeting, written_agreement, member_absence, supervision, unallocated_step, list_enquiry, risk_panel, access

1 problem"#
    );
}

#[test]
fn an_attribute_that_does_not_exist() {
    let said = after_change(57, r#"of = { fact = "conference", where = { makes_plans = true } }"#);
    assert_eq!(
        said,
        r#"trial.toml:57:39: a conference has no attribute `makes_plans`
   |
57 | of = { fact = "conference", where = { makes_plans = true } }
   |                                       ^^^^^^^^^^^
   = did you mean `makes_plan`? it has: makes_plan, ends_plan, booked_on, outline_plan, date_changed, kind, held_on, category, and 75 more

1 problem"#
    );
}

#[test]
fn a_code_that_does_not_exist() {
    let said = after_change(57, r#"of = { fact = "conference", where = { kind = ["initial", "final"] } }"#);
    assert_eq!(
        said,
        r#"trial.toml:57:58: `kind` has no code `final`
   |
57 | of = { fact = "conference", where = { kind = ["initial", "final"] } }
   |                                                          ^^^^^^^
   = the codes are: initial, pre_birth, review, transfer_in, reconvened

1 problem"#
    );
}

#[test]
fn a_flag_tested_for_a_code() {
    let said = after_change(57, r#"of = { fact = "conference", where = { makes_plan = "yes" } }"#);
    assert_eq!(
        said,
        r#"trial.toml:57:52: `makes_plan` must be true or false, not text
   |
57 | of = { fact = "conference", where = { makes_plan = "yes" } }
   |                                                    ^^^^^

1 problem"#
    );
}

#[test]
fn office_days_of_a_rule_that_counts_none() {
    let said = after_change(
        58,
        r#"within = "2 weeks"
office_days = true"#,
    );
    assert_eq!(
        said,
        r"trial.toml:59:15: the rule counts no working days, so none of them can be an office day
   |
59 | office_days = true
   |               ^^^^
   = take it out, or state the period in working days

1 problem"
    );
}

#[test]
fn a_lasting_fact_that_no_rule_runs_under() {
    let said = after_change(
        56,
        r#"under = "visit"
responsible = "lead_worker""#,
    );
    assert_eq!(
        said,
        r#"trial.toml:56:9: there is no lasting state `visit`
   |
56 | under = "visit"
   |         ^^^^^^^
   = a rule runs under one of: plan, enquiry, unallocated, ended_plan, plan or enquiry, transfer, looked_after

1 problem"#
    );
}

#[test]
fn a_report_under_an_enquiry() {
    let said = after_change(
        78,
        r#"under = "enquiry"
responsible = "director""#,
    );
    assert_eq!(
        said,
        r#"trial.toml:78:9: a report belongs to the authority and runs under nothing
   |
78 | under = "enquiry"
   |         ^^^^^^^^^
   = take it out; the rule that the report is about may run under an enquiry

1 problem"#
    );
}

#[test]
fn a_rule_under_an_enquiry_that_starts_with_a_plan() {
    let said = after_change(
        54,
        r#"shape = "recurring"
under = "enquiry"
every = "10 working days"
from = "plan""#,
    );
    let said = said.split("\n\n").find(|problem| problem.contains("start `plan`")).unwrap_or(&said).to_owned();
    assert_eq!(
        said,
        r#"trial.toml:57:8: there is no start `plan`
   |
57 | from = "plan"
   |        ^^^^^^
   = the starts are: enquiry, first_event"#
    );
}

#[test]
fn a_target_date_of_the_case_system_is_no_evidence() {
    let said = after_change(59, r#"met_by = { dates = ["target_on"] }"#);
    assert_eq!(
        said,
        r#"trial.toml:59:21: `target_on` is what the case system reckons, and no rule counts on it
   |
59 | met_by = { dates = ["target_on"] }
   |                     ^^^^^^^^^^^
   = it is compared with the date that a rule comes to, and with nothing else

1 problem"#
    );
}

#[test]
fn a_code_tested_for_a_flag() {
    let said = after_change(57, r#"of = { fact = "conference", where = { kind = true } }"#);
    assert_eq!(
        said,
        r#"trial.toml:57:46: `kind` must be text in quotes, not true or false
   |
57 | of = { fact = "conference", where = { kind = true } }
   |                                              ^^^^

1 problem"#
    );
}

#[test]
fn a_date_that_cannot_be_tested() {
    let said = after_change(57, r#"of = { fact = "conference", where = { held_on = true } }"#);
    assert_eq!(
        said,
        r#"trial.toml:57:39: `held_on` is a date, which `where` cannot test
   |
57 | of = { fact = "conference", where = { held_on = true } }
   |                                       ^^^^^^^
   = `where` tests attributes that are true or false, and codes

1 problem"#
    );
}

#[test]
fn somebody_who_made_a_fact_that_does_not_say() {
    let said = after_change(59, r#"met_by = { fact = "core_group", by = ["lead_worker"] }"#);
    assert_eq!(
        said,
        r#"trial.toml:59:38: a core group meeting does not say who made it
   |
59 | met_by = { fact = "core_group", by = ["lead_worker"] }
   |                                      ^^^^^^^^^^^^^^^
   = `by` goes with visits

1 problem"#
    );
}

#[test]
fn a_relation_that_does_not_exist() {
    let said = after_change(59, r#"met_by = { fact = "visit", by = ["parent"] }"#);
    assert_eq!(
        said,
        r#"trial.toml:59:34: there is no relation `parent`
   |
59 | met_by = { fact = "visit", by = ["parent"] }
   |                                  ^^^^^^^^
   = the relations are: lead_worker, core_group_professional

1 problem"#
    );
}

#[test]
fn a_date_of_the_anchor_that_is_no_date() {
    let said = after_change(59, r#"met_by = { dates = ["makes_plan"] }"#);
    assert_eq!(
        said,
        r#"trial.toml:59:21: `makes_plan` is true or false, not a date
   |
59 | met_by = { dates = ["makes_plan"] }
   |                     ^^^^^^^^^^^^
   = a conference has as a date: booked_on, held_on, birth_on, summary_on, minutes_sent_on, assessment_on, worker_report_on, next_review_on, and 33 more

1 problem"#
    );
}

#[test]
fn a_duty_met_by_what_starts_it() {
    let said = after_change(59, r#"met_by = { dates = ["held_on"] }"#);
    assert_eq!(
        said,
        r#"trial.toml:59:21: `held_on` is always recorded: it is what starts the clock
   |
59 | met_by = { dates = ["held_on"] }
   |                     ^^^^^^^^^
   = name a date that is recorded later

1 problem"#
    );
}

#[test]
fn a_duty_that_does_not_exist() {
    let said = after_change(51, r#"duty = "first-meeting""#);
    assert_eq!(
        said,
        r#"trial.toml:51:8: the catalogue holds no duty `first-meeting` of `trial`
   |
51 | duty = "first-meeting"
   |        ^^^^^^^^^^^^^^^
   = a duty of your own begins with `local-`, then small letters, digits and `-`

1 problem"#
    );
}

#[test]
fn a_duty_that_is_nearly_one() {
    let said = after_change(51, r#"duty = "known-duti""#);
    assert_eq!(
        said,
        r#"trial.toml:51:8: the catalogue holds no duty `known-duti` of `trial`
   |
51 | duty = "known-duti"
   |        ^^^^^^^^^^^^
   = did you mean `known-duty`? a duty of your own begins with `local-`, then small letters, digits and `-`

1 problem"#
    );
}

#[test]
fn a_duty_carried_twice() {
    let said = after_change(73, r#"duty = "local-meeting""#);
    assert_eq!(
        said,
        r#"trial.toml:73:8: the duty `local-meeting` is already carried by the rule on line 50
   |
73 | duty = "local-meeting"
   |        ^^^^^^^^^^^^^^^
   = one duty, one rule: change that one, or take it out

1 problem"#
    );
}

#[test]
fn a_report_about_a_rule_that_is_not_standing() {
    let said = after_change(79, r#"about = "local-meeting""#);
    assert_eq!(
        said,
        r#"trial.toml:79:9: no standing rule here carries the duty `local-meeting`
   |
79 | about = "local-meeting"
   |         ^^^^^^^^^^^^^^^
   = a report lists the periods of a rule of the shape `standing`

1 problem"#
    );
}

#[test]
fn a_quote_too_long() {
    let said = after_change(
        60,
        r#"cite = { lines = [45], quote = "word word word word word word word word word word word word word word word word word word word word word word word word word word" }"#,
    );
    assert_eq!(
        said,
        r#"trial.toml:60:32: the quote has 26 words, at most 25 are allowed
   |
60 | cite = { lines = [45], quote = "word word word word word word word word word word word word word word word word word word word word word word word word word word" }
   |                                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
   = quote the words that set the duty, no more

1 problem"#
    );
}

#[test]
fn a_citation_without_a_line() {
    let said = after_change(60, r#"cite = { lines = [], quote = "within ten working days" }"#);
    assert_eq!(
        said,
        r#"trial.toml:60:18: the citation names no line
   |
60 | cite = { lines = [], quote = "within ten working days" }
   |                  ^^
   = write: lines = [45]

1 problem"#
    );
}

#[test]
fn a_citation_of_line_nought() {
    let said = after_change(60, r#"cite = { lines = [0], quote = "within ten working days" }"#);
    assert_eq!(
        said,
        r#"trial.toml:60:19: lines are counted from 1
   |
60 | cite = { lines = [0], quote = "within ten working days" }
   |                   ^

1 problem"#
    );
}

#[test]
fn a_strength_that_does_not_exist() {
    let said = after_change(55, r#"strength = "shall""#);
    assert_eq!(
        said,
        r#"trial.toml:55:12: there is no strength `shall`
   |
55 | strength = "shall"
   |            ^^^^^^^
   = the strengths are: must, should, good_practice, may

1 problem"#
    );
}

#[test]
fn a_strength_without_a_ladder() {
    let said = after_change(55, r#"strength = "should""#);
    assert_eq!(
        said,
        r#"trial.toml:55:12: this rule needs the ladder `should`, and there is none
   |
55 | strength = "should"
   |            ^^^^^^^^
   = write [[ladders.should]], or name another one with `ladder`

1 problem"#
    );
}

#[test]
fn a_ladder_that_does_not_exist() {
    let said = after_change(
        55,
        r#"strength = "must"
ladder = "mast""#,
    );
    assert_eq!(
        said,
        r#"trial.toml:56:10: there is no ladder `mast`
   |
56 | ladder = "mast"
   |          ^^^^^^
   = did you mean `must`? the ladders are: must, report, standing

1 problem"#
    );
}

#[test]
fn a_repeat_without_a_ladder() {
    let said = after_change(33, "[repeat.mist]");
    assert_eq!(
        said,
        r"trial.toml:33:9: there is no ladder `mist` to repeat
   |
33 | [repeat.mist]
   |         ^^^^
   = did you mean `must`? the ladders are: must, report, standing

1 problem"
    );
}

#[test]
fn a_step_named_twice() {
    let said = after_change(28, r#"step = "remind""#);
    assert_eq!(
        said,
        r#"trial.toml:28:8: the step `remind` is already on this ladder, on line 22
   |
28 | step = "remind"
   |        ^^^^^^^^
   = give each step a name of its own

1 problem"#
    );
}

#[test]
fn a_step_with_a_reserved_name() {
    let said = after_change(28, r#"step = "resolved""#);
    assert_eq!(
        said,
        r#"trial.toml:28:8: `resolved` is no name for a step
   |
28 | step = "resolved"
   |        ^^^^^^^^^^
   = duewatch uses it for a message of its own

1 problem"#
    );
}

#[test]
fn a_step_of_a_kind_that_ladders_do_not_tell() {
    let said = after_change(30, r#"kind = "changed""#);
    assert_eq!(
        said,
        r#"trial.toml:30:8: `changed` is no kind for a ladder
   |
30 | kind = "changed"
   |        ^^^^^^^^^
   = duewatch tells it by itself, to everybody it concerns

1 problem"#
    );
}

#[test]
fn a_kind_that_does_not_exist() {
    let said = after_change(30, r#"kind = "overdu""#);
    assert_eq!(
        said,
        r#"trial.toml:30:8: there is no kind of notice `overdu`
   |
30 | kind = "overdu"
   |        ^^^^^^^^
   = did you mean `overdue`? the kinds are: reminder, due, overdue, escalation, counted, alert, resolved, changed, no_longer_due, cannot_tell, checklist, rest_ends, handover, data_quality, report

1 problem"#
    );
}

#[test]
fn a_place_that_cannot_be_read() {
    let said = after_change(29, r#"when = "a bit later""#);
    assert_eq!(
        said,
        r#"trial.toml:29:8: cannot read `a bit later` as a place on a ladder
   |
29 | when = "a bit later"
   |        ^^^^^^^^^^^^^
   = write `at once`, `on due`, or a period before or after `strict`, `due` or `anchor`, such as `3 working days before strict`

1 problem"#
    );
}

#[test]
fn a_place_with_a_unit_that_does_not_exist() {
    let said = after_change(29, r#"when = "1 fortnight after due""#);
    assert_eq!(
        said,
        r#"trial.toml:29:8: cannot read "1 fortnight" as a period: the unit is none of working days, days (or calendar days), working weeks, weeks, months, hours
   |
29 | when = "1 fortnight after due"
   |        ^^^^^^^^^^^^^^^^^^^^^^^

1 problem"#
    );
}

#[test]
fn steps_out_of_the_order_of_time() {
    let said = after_change(23, r#"when = "2 working days after due""#);
    assert_eq!(
        said,
        r#"trial.toml:29:8: the step `late` comes before `remind` in time
   |
29 | when = "1 working day after due"
   |        ^^^^^^^^^^^^^^^^^^^^^^^^^
   = write the steps of a ladder in the order of time

1 problem"#
    );
}

#[test]
fn steps_out_of_order_across_two_dates() {
    let said = after_change(
        60,
        r#"cite = { lines = [45], quote = "within ten working days" }
[[rule.step]]
step = "a"
when = "8 working days after anchor"
kind = "reminder"
tell = ["director"]
[[rule.step]]
step = "b"
when = "4 working days before due"
kind = "reminder"
tell = ["director"]"#,
    );
    assert_eq!(
        said,
        r#"trial.toml:68:8: the step `b` comes before `a` in time
   |
68 | when = "4 working days before due"
   |        ^^^^^^^^^^^^^^^^^^^^^^^^^^^
   = write the steps of a ladder in the order of time

1 problem"#
    );
}

#[test]
fn steps_that_tell_the_same_twice() {
    let said = after_change(
        60,
        r#"cite = { lines = [45], quote = "within ten working days" }
[[rule.step]]
step = "again"
when = "3 working days before strict"
kind = "reminder"
tell = ["lead_worker"]"#,
    );
    assert_eq!(
        said,
        r#"trial.toml:65:9: the steps `remind` and `again` tell `lead_worker` the same thing
   |
65 | tell = ["lead_worker"]
   |         ^^^^^^^^^^^^^
   = they stand at the same place: take it out of one of them

1 problem"#
    );
}

#[test]
fn steps_that_tell_the_same_twice_under_other_words() {
    let said = after_change(
        60,
        r#"cite = { lines = [45], quote = "within ten working days" }
[[rule.step]]
step = "again"
when = "4 working days before due"
kind = "reminder"
tell = ["lead_worker"]"#,
    );
    assert_eq!(
        said,
        r#"trial.toml:65:9: the steps `remind` and `again` tell `lead_worker` the same thing
   |
65 | tell = ["lead_worker"]
   |         ^^^^^^^^^^^^^
   = they stand at the same place: take it out of one of them

1 problem"#
    );
}

#[test]
fn a_reminder_before_the_clock_starts() {
    let said = after_change(23, r#"when = "12 working days before strict""#);
    assert_eq!(
        said,
        r#"trial.toml:23:8: the step `remind` is never reached in the rule `local-meeting` (line 50)
   |
23 | when = "12 working days before strict"
   |        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
   = it would fall on or before the day of the event that starts the clock: bring it closer

1 problem"#
    );
}

#[test]
fn a_reminder_on_the_day_the_clock_starts() {
    let said = after_change(23, r#"when = "9 working days before strict""#);
    assert_eq!(
        said,
        r#"trial.toml:23:8: the step `remind` is never reached in the rule `local-meeting` (line 50)
   |
23 | when = "9 working days before strict"
   |        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
   = it would fall on or before the day of the event that starts the clock: bring it closer

1 problem"#
    );
}

#[test]
fn a_step_counted_from_a_date_that_does_not_exist() {
    let said = after_change(40, r#"when = "1 working day after strict""#);
    assert_eq!(
        said,
        r#"trial.toml:40:8: the step `late` has no date to count from in the rule `local-allocated` (line 62)
   |
40 | when = "1 working day after strict"
   |        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
   = a rule of the shape `standing` has no strict date: count from `due`

1 problem"#
    );
}

#[test]
fn a_step_that_calls_overdue_what_is_not() {
    let said = after_change(29, r#"when = "on due""#);
    assert_eq!(
        said,
        r#"trial.toml:30:8: the step `late` tells `overdue` too early in the rule `local-meeting` (line 50)
   |
30 | kind = "overdue"
   |        ^^^^^^^^^
   = nothing is overdue yet: place it after `due`, or tell it as `reminder` or `due`

1 problem"#
    );
}

#[test]
fn a_step_unless_a_date_the_anchor_lacks() {
    let said = after_change(
        25,
        r#"tell = ["lead_worker"]
unless = "minutes_written_on""#,
    );
    assert_eq!(
        said,
        r#"trial.toml:26:10: a conference has no attribute `minutes_written_on`
   |
26 | unless = "minutes_written_on"
   |          ^^^^^^^^^^^^^^^^^^^^
   = did you mean `minutes_sent_on`? it has: minutes_sent_on, minute_taker_id, manager_checked_on, manager_attended, next_review_on, redacted_minutes_on, managers_consulted_on, manager_reports_on, and 75 more

1 problem"#
    );
}

#[test]
fn a_step_unless_the_clock_has_started() {
    let said = after_change(
        25,
        r#"tell = ["lead_worker"]
unless = "held_on""#,
    );
    assert_eq!(
        said,
        r#"trial.toml:26:10: `held_on` is always recorded: it is what starts the clock
   |
26 | unless = "held_on"
   |          ^^^^^^^^^
   = name a date that is recorded later

1 problem"#
    );
}

#[test]
fn a_step_unless_a_date_where_no_event_starts_the_clock() {
    let said = after_change(
        42,
        r#"tell = ["lead_worker"]
unless = "held_on""#,
    );
    assert_eq!(
        said,
        r#"trial.toml:43:10: no event starts this rule, so `held_on` is recorded nowhere
   |
43 | unless = "held_on"
   |          ^^^^^^^^^
   = take `unless` out, or give the rule another ladder

1 problem"#
    );
}

#[test]
fn a_step_after_the_first_repeat() {
    let said = after_change(
        60,
        r#"cite = { lines = [45], quote = "within ten working days" }
[[rule.step]]
step = "much-later"
when = "6 working days after due"
kind = "escalation"
tell = ["director"]"#,
    );
    assert_eq!(
        said,
        r#"trial.toml:63:8: the step `much-later` stands after the first repeat of its ladder
   |
63 | when = "6 working days after due"
   |        ^^^^^^^^^^^^^^^^^^^^^^^^^^
   = it would put the repeats off; they begin 5 working days after the last step

1 problem"#
    );
}

#[test]
fn a_state_of_what_does_not_last() {
    let said = after_change(69, r#"none_open = { fact = "visit" }"#);
    assert_eq!(
        said,
        r#"trial.toml:69:13: a visit does not last, so none can be open
   |
69 | none_open = { fact = "visit" }
   |             ^^^^^^^^^^^^^^^^^^
   = these last: plan, enquiry, assessment, allocation, membership, absence, disagreement, looked_after, child_in_need_plan, access

1 problem"#
    );
}

#[test]
fn a_state_that_cannot_exist() {
    let said = after_change(
        69,
        r#"of = { fact = "conference" }
not_set = "kind""#,
    );
    assert_eq!(
        said,
        r#"trial.toml:70:11: a conference always has `kind`, so this state cannot exist
   |
70 | not_set = "kind"
   |           ^^^^^^
   = name an attribute that may be empty

1 problem"#
    );
}

#[test]
fn a_standing_rule_without_a_state() {
    let said = after_change(69, "");
    assert_eq!(
        said,
        r#"trial.toml:62:1: a standing rule without the state it watches
   |
62 | [[rule]]
   | ^^^^^^^^
   = write `none_open = { fact = ... }`, or `of = { fact = ... }` and `not_set = "attribute"`

1 problem"#
    );
}

#[test]
fn a_review_before_it_is_in_force() {
    let said = after_change(7, "review_by_on = 2026-03-31");
    assert_eq!(
        said,
        r"trial.toml:7:16: the review is due before the procedure comes into force on 2026-04-01
  |
7 | review_by_on = 2026-03-31
  |                ^^^^^^^^^^
  = it is the day by which somebody looks whether it still applies

1 problem"
    );
}

#[test]
fn a_day_that_does_not_exist() {
    let said = after_change(7, r#"review_by_on = "2029-04-01""#);
    assert_eq!(
        said,
        r#"trial.toml:7:16: `review_by_on` must be a date without quotes, such as 2026-04-01, not text
  |
7 | review_by_on = "2029-04-01"
  |                ^^^^^^^^^^^^

1 problem"#
    );
}

#[test]
fn a_time_zone_that_does_not_exist() {
    let said = after_change(10, r#"time_zone = "Europe/Londn""#);
    assert_eq!(
        said,
        r#"trial.toml:10:13: cannot find time zone "Europe/Londn": write an IANA name such as Europe/London, capitals included
   |
10 | time_zone = "Europe/Londn"
   |             ^^^^^^^^^^^^^^

1 problem"#
    );
}

#[test]
fn a_way_to_count_that_does_not_exist() {
    let said = after_change(13, r#"strict_first_day = "include""#);
    assert_eq!(
        said,
        r#"trial.toml:13:20: there is no strict_first_day `include`
   |
13 | strict_first_day = "include"
   |                    ^^^^^^^^^
   = did you mean `included`? it is one of: included, excluded

1 problem"#
    );
}

#[test]
fn text_in_other_scripts_and_tabs() {
    let said = after_change(31, r#"	tell = ["lead_worker", "Ärztin"]"#);
    assert_eq!(
        said,
        r#"trial.toml:31:25: there is no role `Ärztin`
   |
31 | 	tell = ["lead_worker", "Ärztin"]
   | 	                       ^^^^^^^^
   = the roles are: lead_worker, first_line_manager, second_line_manager, conference_chair, conference_service, business_support, head_of_child_protection, heads_of_social_care, director, designated_health, data_team

1 problem"#
    );
}

#[test]
fn what_is_not_toml() {
    let said = after_change(58, "within = ten working days");
    assert_eq!(
        said,
        r"trial.toml:58:10: string values must be quoted, expected literal string
   |
58 | within = ten working days
   |          ^^^^^^^^^^^^^^^^

1 problem"
    );
}

#[test]
fn a_ladder_without_steps() {
    let said = after_change(
        44,
        r"[ladders]
empty = []

[[ladders.report]]",
    );
    assert_eq!(
        said,
        r"trial.toml:45:1: the ladder `empty` has no steps
   |
45 | empty = []
   | ^^^^^
   = nobody would ever be told

1 problem"
    );
}

#[test]
fn a_deadline_that_its_own_event_meets() {
    let said = after_change(59, r#"met_by = { fact = "conference", where = { makes_plan = true } }"#);
    assert_eq!(
        said,
        r#"trial.toml:59:10: the event that starts the clock would meet this duty at once
   |
59 | met_by = { fact = "conference", where = { makes_plan = true } }
   |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
   = what comes round again has the shape `recurring`

1 problem"#
    );
}

/// Of all that is said of the sound procedure once its first rule has this shape, the problem that holds these words.
fn of_shape(shape: &str, words: &str) -> String {
    let said = after_change(54, shape);
    said.split("\n\n").find(|problem| problem.contains(words)).unwrap_or(&said).to_owned()
}

#[test]
fn a_strict_period_that_is_the_longer_one() {
    assert_eq!(
        of_shape("shape = \"deadline\"\nstrict_within = \"3 weeks\"", "strict_within"),
        r#"trial.toml:55:17: `strict_within` is 3 weeks, which is longer than 10 working days
   |
55 | strict_within = "3 weeks"
   |                 ^^^^^^^^^
   = the strict reading is the one that is over first"#
    );
}

#[test]
fn hours_before_a_day() {
    assert_eq!(
        of_shape("shape = \"before\"\nby = \"24 hours\"", "hours"),
        r#"trial.toml:55:6: this is counted in days, not in hours
   |
55 | by = "24 hours"
   |      ^^^^^^^^^^
   = write days, working days, weeks or months"#
    );
}

#[test]
fn a_window_that_closes_before_it_opens() {
    let window =
        "shape = \"window\"\nfrom = \"expected_on\"\nnot_before = \"10 weeks before\"\nnot_after = \"16 weeks before\"";
    assert_eq!(
        of_shape(window, "not later"),
        r#"trial.toml:57:13: `not_after` is 16 weeks before, which is not later than 10 weeks before
   |
57 | not_after = "16 weeks before"
   |             ^^^^^^^^^^^^^^^^^
   = a window opens at `not_before` and closes at `strict`, then `not_after`"#
    );
}

#[test]
fn a_window_that_is_measured_from_no_date_of_the_child() {
    let window =
        "shape = \"window\"\nfrom = \"due_on\"\nnot_before = \"16 weeks before\"\nnot_after = \"10 weeks before\"";
    assert_eq!(
        of_shape(window, "due_on"),
        r#"trial.toml:55:8: there is no date of the child `due_on`
   |
55 | from = "due_on"
   |        ^^^^^^^^
   = the dates are: born_on, expected_on"#
    );
}

#[test]
fn an_order_of_one_thing() {
    let order = "shape = \"order\"\nfirst = { fact = \"visit\" }\nthen = { fact = \"visit\" }";
    assert_eq!(
        of_shape(order, "the same"),
        r#"trial.toml:56:8: what comes first and what comes second are the same
   |
56 | then = { fact = "visit" }
   |        ^^^^^^^^^^^^^^^^^^"#
    );
}

#[test]
fn what_meets_a_duty_but_only_the_first_of_all() {
    let said = after_change(59, r#"met_by = { fact = "core_group", first = true }"#);
    assert_eq!(
        said,
        r#"trial.toml:59:10: what meets a duty cannot be only the first of all
   |
59 | met_by = { fact = "core_group", first = true }
   |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
   = take `first` out: the next one meets it

1 problem"#
    );
}

#[test]
fn two_things_kept_apart_each_time() {
    let order = "shape = \"order\"\nfirst = { fact = \"visit\" }\nthen = { fact = \"core_group\" }\nanother_day = true\neach_time = true";
    assert_eq!(
        of_shape(order, "each_time"),
        r"trial.toml:58:13: `each_time` says nothing where two things are only kept apart
   |
58 | each_time = true
   |             ^^^^
   = take it out"
    );
}

#[test]
fn the_day_of_a_birth_as_a_limit() {
    let said = after_change(58, r#"by = "birth_on""#);
    assert_eq!(
        said,
        r#"trial.toml:58:6: `birth_on` is the day of a birth, which nobody may be told
   |
58 | by = "birth_on"
   |      ^^^^^^^^^^
   = a clock may start with it: `from` and `strict_from` may name it

1 problem"#
    );
}

#[test]
fn the_day_of_a_birth_as_what_meets_a_duty() {
    let said = after_change(59, r#"met_by = { dates = ["birth_on"] }"#);
    assert_eq!(
        said,
        r#"trial.toml:59:21: `birth_on` is the day of a birth, which nobody may be told
   |
59 | met_by = { dates = ["birth_on"] }
   |                     ^^^^^^^^^^
   = a clock may start with it: `from` and `strict_from` may name it

1 problem"#
    );
}

#[test]
fn a_state_that_would_wait_for_the_birth() {
    let said = after_change(69, "none_open = { fact = \"allocation\" }\nfrom_birth = true");
    assert_eq!(
        said,
        r"trial.toml:70:14: what this rule looks at (plan) is there before the birth, so nothing waits for it
   |
70 | from_birth = true
   |              ^^^^
   = only a `deadline` or a `recurring` can start with the birth instead

1 problem"
    );
}

#[test]
fn a_step_from_an_event_before_the_birth() {
    let step = "[[rule.step]]\nstep = \"ask\"\nwhen = \"1 working day after anchor\"\nkind = \"reminder\"\ntell = [\"lead_worker\"]";
    let said = after_change(
        60,
        &format!("cite = {{ lines = [45], quote = \"within ten working days\" }}\nfrom_birth = true\n{step}"),
    );
    assert_eq!(
        said,
        r"trial.toml:61:14: a step of this rule counts from `anchor`, which was there before the birth
   |
61 | from_birth = true
   |              ^^^^
   = count it from `strict` or `due`

1 problem"
    );
}

#[test]
fn steps_out_of_order_in_a_ladder_that_no_rule_takes() {
    let step = |name: &str, when: &str| {
        format!(
            "[[ladders.spare]]\nstep = \"{name}\"\nwhen = \"{when}\"\nkind = \"overdue\"\ntell = [\"lead_worker\"]\n"
        )
    };
    let spare = [step("late", "3 working days after due"), step("early", "1 working day after due")].concat();
    let said = problems(&format!("{SOUND}\n{spare}"));
    assert!(said.contains("the step `early` comes before `late` in time"), "{said}");
}

#[test]
fn office_days_are_for_limits_in_working_days() {
    let with = |within: &str| {
        SOUND.replacen("within = \"10 working days\"", &format!("within = \"{within}\"\noffice_days = true"), 1)
    };
    assert!(Procedure::parse("trial.toml", &with("10 working days"), &DutyCatalogue::default()).is_ok());
    let said = problems(&with("2 weeks"));
    assert!(said.contains("office_days"), "{said}");
}

#[test]
fn a_visit_is_met_by_itself_only_where_the_same_people_make_both() {
    let of = r#"of = { fact = "conference", where = { kind = ["initial"], makes_plan = true } }"#;
    let with = |by: &str| {
        let visits = SOUND.replacen(of, r#"of = { fact = "visit", by = ["lead_worker"] }"#, 1);
        visits.replacen(r#"{ fact = "core_group" }"#, &format!("{{ fact = \"visit\", by = [\"{by}\"] }}"), 1)
    };
    assert!(problems(&with("lead_worker")).contains("would meet this duty at once"));
    assert!(Procedure::parse("trial.toml", &with("core_group_professional"), &DutyCatalogue::default()).is_ok());
}

#[test]
fn a_file_that_is_no_procedure_is_told_in_a_hundred_problems() {
    let keys: Vec<String> = (0..150).map(|number| format!("key{number} = 1\n")).collect();
    let text = format!("{}{SOUND}", keys.concat());
    let problems = Procedure::parse("trial.toml", &text, &DutyCatalogue::default()).unwrap_err();
    assert_eq!(problems.0.len(), 101);
    let last = problems.0.last().unwrap();
    assert_eq!((last.line, last.message.as_str()), (100, "only 100 problems are told at once"));
    // Of a key as long as a file the beginning is told, and its line is not shown.
    let said = self::problems(&format!("{} = 1\n{SOUND}", "x".repeat(100_000)));
    assert!(said.starts_with(&format!("trial.toml:1:1: there is no `{}…\n", "x".repeat(287))), "{said:.2000}");
    assert!(said.len() < 1000 && said.ends_with("\n1 problem"), "{said:.2000}");
}
