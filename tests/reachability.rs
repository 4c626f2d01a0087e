//! Who is needed and cannot be reached: said by `check` and told to the data team before anybody waits for them.

#![cfg(feature = "io")]
#![expect(clippy::unwrap_used, reason = "a step that fails has failed the test")]

#[path = "support/cases.rs"]
mod cases;

use std::fs;

use cases::{Bench, CORE, STAFF, child, instant};

/// What `check` says on Tuesday 10 November 2026 of whoever is needed and cannot be reached.
fn unreached(bench: &Bench) -> Vec<String> {
    bench.sql("UPDATE dw_load SET loaded_at = '2026-11-10T07:30'");
    let done = bench.run(&["check", "--at", &instant("2026-11-10")]);
    let faults = done.out.lines().filter_map(|line| line.strip_prefix("FAULT  directory: "));
    faults.filter(|line| line.contains("reaches") || line.contains("open cases")).map(str::to_owned).collect()
}

/// How the data team is told of what `check` says.
fn told_as(fault: &str) -> String {
    format!("data_quality {}", fault.split_once(": ").unwrap().0)
}

/// What the run of a day tells the data team of its data, as `kind place`.
fn told_of_data(bench: &Bench, on: &str) -> Vec<String> {
    bench.once(on);
    let sql = "SELECT kind, duty_key FROM notices WHERE duty = 'case-data' AND person = 'D1'
               AND decided_run = (SELECT max(id) FROM runs) ORDER BY 2";
    bench.ledger(sql).into_iter().map(|row| row.join(" ")).collect()
}

#[test]
fn whom_a_ladder_asks_for_and_nobody_reaches_is_told_before_anybody_waits_for_them() {
    let bench = Bench::new(&format!("{STAFF}{}{}", child("C1", "2026-11-09"), child("C2", "2026-11-09")));
    bench.sql(
        "UPDATE dw_allocations SET worker_id = 'W2' WHERE child_id = 'C2';
         UPDATE dw_workers SET email = NULL WHERE worker_id = 'W2';
         UPDATE dw_workers SET left_on = '2026-11-06' WHERE worker_id = 'M1';
         INSERT INTO dw_absences (absence_id, worker_id, from_on, to_on) VALUES ('A1', 'S1', '2026-11-09', '2026-11-13');
         DELETE FROM dw_posts WHERE role = 'business_support';
         INSERT INTO dw_workers (worker_id, email, left_on) VALUES ('X1', NULL, '2026-01-01'), ('X2', NULL, NULL);
         UPDATE dw_posts SET worker_id = 'X1' WHERE role = 'heads_of_social_care'",
    );
    let expected = [
        "dw_absences.cover_id reaches nobody while a manager of open cases is away: S1 (1)",
        "dw_posts.worker_id reaches nobody, and the post is needed: business_support, heads_of_social_care (2)",
        "dw_workers.email is empty or does not work, and open cases are theirs to hold or to manage: W2 (1)",
        "dw_workers.left_on has passed, and they still manage open cases: M1 (1)",
    ];
    assert_eq!(unreached(&bench), expected);
    let kinds = expected.map(told_as);
    assert_eq!(told_of_data(&bench, "2026-11-10"), kinds);
    assert_eq!(told_of_data(&bench, "2026-11-11"), [""; 0], "it is told once");
    // On Monday two are there again; what lasts for a working week is said again.
    bench.sql(
        "INSERT INTO dw_posts (role, worker_id) VALUES ('business_support', 'B1'), ('heads_of_social_care', 'S1')",
    );
    let over = kinds[..2].iter().map(|kind| kind.replace("data_quality", "no_longer_due"));
    assert_eq!(told_of_data(&bench, "2026-11-16"), over.collect::<Vec<_>>());
    assert_eq!(told_of_data(&bench, "2026-11-17"), kinds[2..]);
}

#[test]
fn nobody_is_needed_for_a_case_of_which_nothing_is_to_be_told_nor_shown_for_a_restricted_one() {
    let bench = Bench::new(&format!("{STAFF}{}{}", child("C1", "2026-01-05"), child("C2", "2026-11-09")));
    bench.sql(
        "UPDATE dw_plans SET ended_on = '2026-06-01' WHERE child_id = 'C1';
         UPDATE dw_workers SET email = NULL WHERE worker_id IN ('W1', 'M1', 'K1');
         UPDATE dw_workers SET manager_id = NULL WHERE worker_id = 'M1';
         UPDATE dw_teams SET service_manager_id = NULL;
         INSERT INTO dw_events (event_id, child_id, kind) VALUES ('X1', 'C2', 'access');
         INSERT INTO dw_answers (fact_id, child_id, fact, question, answer) VALUES
             ('X1', 'C2', 'access', 'worker_id', 'S1'), ('X1', 'C2', 'access', 'level', 'named')",
    );
    assert_eq!(unreached(&bench), [""; 0]);
    assert_eq!(told_of_data(&bench, "2026-11-10"), [""; 0]);
}

#[test]
fn a_chair_of_an_open_case_who_is_not_reached_is_told() {
    let bench = Bench::new(&format!("{STAFF}{}{}", child("C1", "2026-11-09"), child("C2", "2026-11-09")));
    bench.add("workers K2 email=two.chairs@wrenholt.example left_on=2026-11-06");
    bench.sql(
        "UPDATE dw_conferences SET chair_id = 'K2' WHERE child_id = 'C2';
         UPDATE dw_workers SET email = NULL WHERE worker_id = 'K1'",
    );
    let expected = [
        "dw_workers.email is empty or does not work, and they chair the conferences of open cases: K1 (1)",
        "dw_workers.left_on has passed, and they still chair the conferences of open cases: K2 (1)",
    ];
    assert_eq!(unreached(&bench), expected);
    assert_eq!(told_of_data(&bench, "2026-11-10"), expected.map(told_as));
    // Somebody else chairs from now on.
    bench.sql("UPDATE dw_conferences SET chair_id = 'S1'");
    let over = expected.map(|fault| told_as(fault).replace("data_quality", "no_longer_due"));
    assert_eq!(told_of_data(&bench, "2026-11-11"), over);
}

/// C1 is of team T1, whose manager M1 has no manager; C2 is of no team, and M2, who manages its worker, has none either.
#[test]
fn a_second_line_that_nobody_fills_is_told_where_a_ladder_goes_there() {
    let bench = Bench::new(&format!("{STAFF}{}{}", child("C1", "2026-11-09"), child("C2", "2026-11-09")));
    bench.add(
        "workers W3 email=three@wrenholt.example manager_id=M2
         workers M2 email=another@wrenholt.example",
    );
    bench.sql(
        "UPDATE dw_allocations SET worker_id = 'W3', team_id = NULL WHERE child_id = 'C2';
         UPDATE dw_teams SET service_manager_id = NULL;
         UPDATE dw_workers SET manager_id = NULL WHERE worker_id = 'M1'",
    );
    let of_team = "dw_teams.service_manager_id names nobody above the manager, and open cases of the team have no second \
                   line manager: T1 (1)";
    let of_manager = "dw_workers.manager_id names nobody else, and open cases that they manage have no second line \
                      manager: M2 (1)";
    assert_eq!(unreached(&bench), [of_team, of_manager]);
    assert_eq!(told_of_data(&bench, "2026-11-10"), [of_team, of_manager].map(told_as));
    // Whoever manages the team is nobody above it.
    bench.sql("UPDATE dw_teams SET service_manager_id = 'M1'");
    assert_eq!(unreached(&bench), [of_team, of_manager]);
    // Each row can fill it.
    bench.sql(
        "UPDATE dw_workers SET manager_id = 'S1' WHERE worker_id = 'M2'; UPDATE dw_teams SET service_manager_id = 'S1'",
    );
    assert_eq!(unreached(&bench), [""; 0]);
    bench.sql(
        "UPDATE dw_workers SET manager_id = NULL WHERE worker_id = 'M2'; UPDATE dw_teams SET service_manager_id = NULL",
    );
    // A procedure that neither tells nor asks the second line needs none.
    let rules = CORE
        .replace("[\"second_line_manager\", \"conference_chair\"]", "[\"conference_chair\"]")
        .replace("[\"first_line_manager\", \"second_line_manager\"]", "[\"first_line_manager\"]")
        .replace("[\"second_line_manager\"]", "[\"head_of_child_protection\"]");
    fs::write(bench.path("core.toml"), rules).unwrap();
    assert_eq!(unreached(&bench), [""; 0]);
}

/// C1 is held by a worker of no team, C2 is a team's that has nobody, and the team of C3 has one worker. Nobody manages any.
#[test]
fn a_first_line_that_nobody_fills_is_told_once() {
    let children = ["C1", "C2", "C3"].map(|id| child(id, "2026-11-09")).concat();
    let bench = Bench::new(&format!("{STAFF}{children}"));
    bench.add(
        "workers W3 email=three@wrenholt.example
         workers W4 email=four@wrenholt.example
         workers W5 email=five@wrenholt.example team_id=T3
         teams T2 service_manager_id=S1
         teams T3 service_manager_id=S1",
    );
    bench.sql(
        "UPDATE dw_allocations SET worker_id = 'W3', team_id = NULL WHERE child_id = 'C1';
         UPDATE dw_allocations SET worker_id = 'W4', team_id = 'T2' WHERE child_id = 'C2';
         UPDATE dw_allocations SET worker_id = 'W5', team_id = 'T3' WHERE child_id = 'C3'",
    );
    let expected = [
        "dw_teams.manager_id names nobody, and open cases of the team have no other first line manager: T2 (1)",
        "dw_workers.manager_id names nobody else, and open cases that they hold have no first line manager: W3 (1)",
    ];
    assert_eq!(unreached(&bench), expected);
    let of_row =
        "data_quality dw_teams.manager_id is empty, and people of the team have no manager of their own".to_owned();
    let mut told = Vec::from(expected.map(told_as));
    told.insert(0, of_row);
    assert_eq!(told_of_data(&bench, "2026-11-10"), told);
}

/// The head reads the week of the cases of no team and what was put off in a month; the director may pause.
#[test]
fn a_post_that_only_a_summary_or_a_pause_needs_is_told() {
    let bench = Bench::new(&format!("{STAFF}{}", child("C1", "2026-11-09")));
    let rules = CORE
        .replace(", \"head_of_child_protection\"]", "]")
        .replace("[\"head_of_child_protection\"]", "[\"heads_of_social_care\"]")
        .replace("paused_by = [\"first_line_manager\"]", "paused_by = [\"director\"]");
    fs::write(bench.path("core.toml"), rules).unwrap();
    bench.sql("DELETE FROM dw_posts WHERE role = 'head_of_child_protection'");
    let expected =
        ["dw_posts.worker_id reaches nobody, and the post is needed: director, head_of_child_protection (2)"];
    assert_eq!(unreached(&bench), expected);
    assert_eq!(told_of_data(&bench, "2026-11-10"), expected.map(told_as));
}

/// No ladder goes to the chair, who sets the day of the next conference, nor to the worker, who records whether a child was
/// seen alone. They fall ill after they were asked, and nothing of the child changes.
#[test]
fn what_the_chair_or_the_worker_has_to_record_is_asked_of_their_cover_at_once() {
    let bench = Bench::new(&format!("{STAFF}{}{}", child("C1", "2026-09-01"), child("C2", "2026-09-01")));
    let rules = CORE
        .replace(", \"conference_chair\"]", "]")
        .replace("[\"conference_chair\"]", "[\"conference_service\"]")
        .replace("[\"lead_worker\", \"first_line_manager\"]", "[\"first_line_manager\"]")
        .replace("tell = [\"lead_worker\"]", "tell = [\"business_support\"]")
        .replace("responsible = \"conference_chair\"", "responsible = \"conference_service\"")
        .replace("responsible = \"lead_worker\"", "responsible = \"business_support\"");
    fs::write(bench.path("core.toml"), rules).unwrap();
    bench.add(
        "workers K2 email=two.chairs@wrenholt.example
         visits V1 child_id=C1 visited_on=2026-11-02 visitor_id=W1 seen=Y
         visits V2 child_id=C2 visited_on=2026-11-02 visitor_id=W1 seen=Y alone=Y",
    );
    bench.sql("UPDATE dw_conferences SET next_review_on = NULL WHERE child_id = 'C1'");
    let asked = |at: &str| {
        bench.once(at);
        bench.ledger(
            "SELECT duty, person FROM notices WHERE child = 'C1' AND kind = 'cannot_tell'
             AND decided_run = (SELECT max(id) FROM runs) ORDER BY 1, 2",
        )
    };
    assert_eq!(asked("2026-11-10"), [["bedroom-seen", "K1"], ["child-seen-alone-alternate", "W1"]]);
    bench.add(
        "absences A1 worker_id=K1 from_on=2026-11-09 cover_id=K2
         absences A2 worker_id=W1 from_on=2026-11-09 cover_id=W2",
    );
    assert_eq!(asked("2026-11-10T09:00:00Z"), [["bedroom-seen", "K2"], ["child-seen-alone-alternate", "W2"]]);
}
