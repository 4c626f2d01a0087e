//! A directory of the authority's own: which table is in force, what changes from one run to the next, and what a mistake in it
//! may not do.

#![cfg(feature = "io")]
#![expect(clippy::unwrap_used, reason = "a step that fails has failed the test")]

#[path = "support/cases.rs"]
mod cases;

use std::fs;

use cases::{Bench, SETTINGS, STAFF, block_on, child, instant, says};
use duewatch::{clock::Clock, run::Watch, settings::Settings};
use tokio_util::sync::CancellationToken;

/// The people of STAFF, at other addresses.
const WORKERS: &str = "\
worker_id,email,team_id,manager_id,left_on
W1,w1@wrenholt.example,T1,M1,
W2,w2@wrenholt.example,T1,M1,
M1,m1@wrenholt.example,,S1,
S1,s1@wrenholt.example,,,
K1,k1@wrenholt.example,,,
H1,h1@wrenholt.example,,,
D1,d1@wrenholt.example,,,
B1,b1@wrenholt.example,,,
";

/// The first core group of C1 is best by Friday 13 and late after Monday 16 November 2026; its settings name a folder that
/// holds these workers.
fn bench(workers: &str) -> Bench {
    let bench = Bench::new(&format!("{STAFF}{}", child("C1", "2026-11-02")));
    fs::create_dir(bench.path("staff")).unwrap();
    write(&bench, "workers.csv", workers);
    fs::write(bench.path("duewatch.toml"), format!("{SETTINGS}\n[directory]\npath = \"staff\"\n")).unwrap();
    bench
}

fn write(bench: &Bench, name: &str, text: &str) {
    fs::write(bench.path("staff").join(name), text).unwrap();
}

fn opened(bench: &Bench) -> Watch {
    block_on(Watch::open(&Settings::load(&bench.path("duewatch.toml")).unwrap())).unwrap()
}

/// A poll and what it sends, by a watch that was opened before: what it says needs attention.
fn cycle(bench: &Bench, watch: &mut Watch, at: &str) -> Vec<String> {
    bench.sql(&format!("UPDATE dw_load SET loaded_at = '{}T07:30'", &at[..10]));
    block_on(async {
        let clock = Clock::Fixed(instant(at).parse().unwrap());
        let polled = watch.poll(clock).await.unwrap();
        watch.deliver(clock, &CancellationToken::new()).await.unwrap();
        polled.attention
    })
}

fn check(bench: &Bench, on: &str) -> cases::Done {
    bench.sql(&format!("UPDATE dw_load SET loaded_at = '{on}T07:30'"));
    bench.run(&["check", "--at", &instant(on)])
}

/// What `check` says of the directory.
fn of_directory(done: &cases::Done) -> Vec<String> {
    done.out.lines().filter(|line| line.contains("  directory: ")).map(str::to_owned).collect()
}

/// Who was told of the first core group in the last run, and why they.
fn core_group(bench: &Bench) -> Vec<String> {
    let last = bench.ledger("SELECT CAST(max(id) AS TEXT) FROM runs").concat().concat();
    let told = bench.told().into_iter().filter(|told| told.duty == "first-core-group" && told.run.to_string() == last);
    let mut told: Vec<String> =
        told.map(|told| format!("{} {} {}", told.step, told.person, told.because).trim().to_owned()).collect();
    told.sort();
    told
}

/// Where the first core group was written to.
fn addresses(bench: &Bench) -> Vec<String> {
    let to = |mail: Vec<u8>| {
        let text = String::from_utf8(mail).unwrap().replace("=\r\n", "");
        let to = text.lines().find_map(|line| line.strip_prefix("To: ")).unwrap();
        text.to_lowercase().contains("first core group").then(|| to.to_owned())
    };
    let mut to: Vec<String> = bench.mail().into_values().filter_map(to).collect();
    to.sort();
    to.dedup();
    to
}

#[test]
fn a_table_in_a_file_stands_in_for_its_view_and_the_others_are_the_views() {
    let bench = bench(WORKERS);
    let mut watch = opened(&bench);
    assert_eq!(cycle(&bench, &mut watch, "2026-11-10"), [""; 0]);
    assert_eq!(core_group(&bench), ["remind W1"]);
    assert_eq!(addresses(&bench), ["w1@wrenholt.example"]);
    let done = check(&bench, "2026-11-10");
    let workers = bench.path("staff").join("workers.csv").display().to_string();
    assert_eq!(
        of_directory(&done)[..5],
        [
            format!("ok     directory: workers from {workers}: 8"),
            "ok     directory: teams from dw_teams: 1".to_owned(),
            "ok     directory: absences from dw_absences: 0".to_owned(),
            "ok     directory: posts from dw_posts: 4".to_owned(),
            "ok     directory: everybody who is named in a case or in a row is in it".to_owned(),
        ]
    );
    done.well();
    // Nobody is fetched back from the view: whoever is not in the file is not there.
    write(&bench, "workers.csv", &WORKERS.replace("W1,w1@wrenholt.example,T1,M1,\n", ""));
    cycle(&bench, &mut watch, "2026-11-17");
    let why = "lead worker W1 is not in the directory";
    assert!(core_group(&bench).contains(&format!("overdue M1 {why}")), "{:?}", core_group(&bench));
}

#[test]
fn without_the_setting_the_views_are_the_directory() {
    let bench = Bench::new(&format!("{STAFF}{}", child("C1", "2026-11-02")));
    assert_eq!(of_directory(&check(&bench, "2026-11-10"))[0], "ok     directory: workers from dw_workers: 8");
}

#[test]
fn whoever_leaves_between_two_runs_is_passed_over_in_the_next() {
    let bench = bench(WORKERS);
    let mut watch = opened(&bench);
    cycle(&bench, &mut watch, "2026-11-10");
    assert_eq!(core_group(&bench), ["remind W1"]);
    write(&bench, "workers.csv", &WORKERS.replace("T1,M1,\nW2", "T1,M1,2026-11-16\nW2"));
    cycle(&bench, &mut watch, "2026-11-17");
    assert!(core_group(&bench).contains(&"overdue M1 lead worker W1 has left".to_owned()), "{:?}", core_group(&bench));
}

#[test]
fn whoever_is_away_in_a_file_is_covered_from_the_next_run() {
    let bench = bench(WORKERS);
    let mut watch = opened(&bench);
    write(&bench, "absences.csv", "worker_id,from_on,to_on,cover_id\nW1,2026-11-09,2026-11-13,W2\n");
    cycle(&bench, &mut watch, "2026-11-10");
    assert_eq!(core_group(&bench), ["remind W2 covering for lead worker W1, who is away until Fri 13 Nov 2026"]);
}

#[test]
fn a_slip_between_two_runs_leaves_the_directory_as_it_was_and_says_so_each_time() {
    let bench = bench(WORKERS);
    let mut watch = opened(&bench);
    let broken = WORKERS.replace("left_on", "gone_on").replace("team_id", "crew");
    write(&bench, "workers.csv", &broken);
    for at in ["2026-11-10", "2026-11-10T09:00:00Z"] {
        let attention = cycle(&bench, &mut watch, at);
        assert_eq!(attention.len(), 1, "{attention:?}");
        says(
            &attention[0],
            &[
                "the directory stays as it was last read: ",
                "staff/workers.csv, line 1: ",
                "`crew`",
                "; `duewatch check` says what else",
            ],
        );
    }
    assert_eq!(addresses(&bench), ["w1@wrenholt.example"], "nobody is silenced or told instead of another");
    // Gone altogether, and cut off in the middle of a row.
    for text in [None, Some(&WORKERS[..WORKERS.len() - 10])] {
        match text {
            None => fs::remove_file(bench.path("staff").join("workers.csv")).unwrap(),
            Some(text) => write(&bench, "workers.csv", text),
        }
        says(&cycle(&bench, &mut watch, "2026-11-11").concat(), &["the directory stays as it was last read: "]);
    }
    // A run without case data says it too.
    fs::rename(bench.path("case.db"), bench.path("case.away")).unwrap();
    let attention =
        block_on(watch.poll(Clock::Fixed(instant("2026-11-11T09:00:00Z").parse().unwrap()))).unwrap().attention;
    says(&attention.concat(), &["nothing was judged", "the directory stays as it was last read"]);
    fs::rename(bench.path("case.away"), bench.path("case.db")).unwrap();
    write(&bench, "workers.csv", WORKERS);
    assert_eq!(cycle(&bench, &mut watch, "2026-11-11T10:00:00Z"), [""; 0]);
}

#[test]
fn a_watch_that_starts_with_a_slip_judges_nothing_until_it_is_mended() {
    let broken = "worker_id,name\nW1,SENTINEL\nW2,SENTINEL,more\n";
    let bench = bench(broken);
    let done = check(&bench, "2026-11-10");
    assert_eq!(done.code, 1);
    says(
        &done.out,
        &["FAULT  directory: ", "workers.csv, line 1: there is no column `name`; the columns are: worker_id"],
    );
    let done = bench.once("2026-11-10");
    assert_eq!(done.code, 1, "{}", done.err);
    says(
        &done.out,
        &[
            "nothing was judged",
            "the directory cannot be read, and without it nobody is found: ",
            "workers.csv, line 1",
        ],
    );
    assert_eq!(bench.told(), []);
    for said in [&done.out, &done.err, &bench.run(&["duties", "--at", &instant("2026-11-10")]).ends(2)] {
        assert!(!said.contains("SENTINEL"), "{said}");
    }
    // Nothing is lost by it: what was owed is told as soon as the file is read.
    write(&bench, "workers.csv", WORKERS);
    bench.once("2026-11-10T09:00:00Z").well();
    assert_eq!(core_group(&bench), ["remind W1"]);
}

#[test]
fn a_file_that_lost_half_its_rows_is_guarded_against_and_the_view_behind_it_is_not() {
    let many: Vec<String> = (10..30).map(|n| format!("W{n},w{n}@wrenholt.example,T1,M1,\n")).collect();
    let many = many.concat();
    let bench = bench(&format!("{WORKERS}{many}"));
    let mut watch = opened(&bench);
    assert_eq!(cycle(&bench, &mut watch, "2026-11-09"), [""; 0]);
    // Nobody reads the view any more, so it may be empty, and wrong.
    bench
        .sql("DELETE FROM dw_workers; INSERT INTO dw_workers (worker_id, left_on) VALUES ('W1', 'soon'), (NULL, NULL)");
    assert_eq!(cycle(&bench, &mut watch, "2026-11-10"), [""; 0]);
    write(&bench, "workers.csv", WORKERS);
    let attention = cycle(&bench, &mut watch, "2026-11-11");
    says(&attention.concat(), &["nothing was judged", "dw_workers fell from 28 rows to 8"]);
    write(&bench, "workers.csv", &format!("{WORKERS}{many}"));
    assert_eq!(cycle(&bench, &mut watch, "2026-11-12"), [""; 0]);
}

#[test]
fn one_toml_file_is_a_directory_too() {
    let bench = bench(WORKERS);
    let rows = WORKERS.lines().skip(1).map(|line| {
        let [id, email, ..] = line.split(',').collect::<Vec<_>>()[..] else { panic!("a row") };
        format!("[[workers]]\nworker_id = \"{id}\"\nemail = \"{email}\"\n")
    });
    let text = format!(
        "{}[[teams]]\nteam_id = \"T1\"\nmanager_id = \"M1\"\nservice_manager_id = \"S1\"\n",
        rows.collect::<String>()
    );
    fs::write(bench.path("people.toml"), text).unwrap();
    fs::write(bench.path("duewatch.toml"), format!("{SETTINGS}\n[directory]\npath = \"people.toml\"\n")).unwrap();
    let path = bench.path("people.toml").display().to_string();
    let said = of_directory(&check(&bench, "2026-11-10"));
    assert_eq!(said[0], format!("ok     directory: workers from {path}: 8"));
    assert_eq!(said[1], format!("ok     directory: teams from {path}: 1"));
    bench.once("2026-11-10").well();
    assert_eq!(addresses(&bench), ["w1@wrenholt.example"]);
}

#[test]
fn a_path_that_leads_nowhere_or_to_something_huge_is_told() {
    let bench = bench(WORKERS);
    let fault = |bench: &Bench| check(bench, "2026-11-10").ends(1);
    fs::write(bench.path("staff").join("teams.csv"), vec![b'x'; 4 * 1024 * 1024 + 1]).unwrap();
    says(&fault(&bench), &["teams.csv is larger than 4194304 bytes, so it is no directory"]);
    fs::remove_dir_all(bench.path("staff")).unwrap();
    says(&fault(&bench), &["FAULT  directory: cannot read the folder", "staff"]);
    fs::create_dir(bench.path("staff")).unwrap();
    fs::write(bench.path("staff/README.md"), "what this is").unwrap();
    says(&fault(&bench), &["holds none of workers.csv, teams.csv, absences.csv, posts.csv"]);
}

#[test]
fn whoever_is_named_by_another_key_is_found() {
    let bench =
        bench(&WORKERS.replace("left_on\n", "left_on,other_id\n").replace(",\n", ",,\n").replacen(",,\n", ",,P1\n", 1));
    bench.sql("UPDATE dw_allocations SET worker_id = 'P1'");
    assert_eq!(cycle(&bench, &mut opened(&bench), "2026-11-10"), [""; 0]);
    assert_eq!(core_group(&bench), ["remind W1"]);
}

#[test]
fn whoever_is_named_and_not_there_is_told_to_the_data_team_and_by_check_once_a_place() {
    let bench = Bench::new(&format!("{STAFF}{}{}", child("C1", "2026-11-02"), child("C2", "2026-11-02")));
    bench.sql(
        "UPDATE dw_allocations SET worker_id = 'X1';
         UPDATE dw_conferences SET chair_id = 'X2' WHERE child_id = 'C2';
         UPDATE dw_workers SET manager_id = 'X3' WHERE worker_id = 'W2';
         UPDATE dw_teams SET manager_id = 'X4', service_manager_id = 'S1';
         INSERT INTO dw_absences (absence_id, worker_id, from_on, cover_id) VALUES
            ('A1', 'W1', '2026-11-09', 'X5'), ('A2', 'W2', '2026-11-09', 'W2');
         INSERT INTO dw_absences (absence_id, worker_id, from_on, to_on) VALUES ('A3', 'K1', '2026-11-09', '2026-11-02');
         INSERT INTO dw_posts (role, worker_id) VALUES ('director', 'X6')",
    );
    let names = "names somebody who is not in the directory";
    let expected = [
        format!("dw_absences.cover_id {names}: W1 (1)"),
        "dw_absences.cover_id names the person who is away, so nobody covers: W2 (1)".to_owned(),
        format!("dw_allocations.worker_id {names}: C1, C2 (2)"),
        format!("dw_conferences.chair_id {names}: C2 (1)"),
        format!("dw_posts.worker_id {names}: director (1)"),
        format!("dw_teams.manager_id {names}: T1 (1)"),
        format!("dw_workers.manager_id {names}: W2 (1)"),
    ];
    let done = check(&bench, "2026-11-10");
    let found: Vec<String> = of_directory(&done).into_iter().filter(|line| line.starts_with("FAULT")).collect();
    assert_eq!(found, expected.clone().map(|fault| format!("FAULT  directory: {fault}")));
    says(&done.out, &["FAULT  case data: dw_absences: row A3: to_on lies before the start; it is left out"]);
    says(&bench.once("2026-11-10").ends(1), &["Attention: faults in the case data: 9; the data team is told"]);
    let told: Vec<_> = bench.told().into_iter().filter(|told| told.duty == "case-data").collect();
    assert_eq!(told.len(), 8, "once a place: {told:?}");
    // The worker's own manager is not known either, so the team's; who is not there, so the team's service manager.
    let because: Vec<String> = core_group(&bench);
    assert!(because.iter().all(|told| told.starts_with("remind S1 ")), "{because:?}");
    says(&because[0], &["lead worker X1 is not in the directory", "first line manager X4 is not in the directory"]);
    // Mended, it is over; nobody is told of it again.
    bench.sql("UPDATE dw_conferences SET chair_id = 'K1'");
    let still = of_directory(&check(&bench, "2026-11-11"));
    assert!(!still.iter().any(|line| line.contains("chair_id")), "{still:?}");
}

#[test]
fn a_case_of_which_nothing_is_to_be_told_needs_nobody() {
    let bench = Bench::new(&format!("{STAFF}{}", child("C1", "2026-01-05")));
    bench.sql("UPDATE dw_plans SET ended_on = '2026-06-01'; UPDATE dw_conferences SET chair_id = 'GONE'");
    let said = of_directory(&check(&bench, "2026-11-10"));
    assert!(said.iter().all(|line| line.starts_with("ok")), "{said:?}");
}
