//! Files of the directory: what a good one says, and what is said of each mistake, with the line and the column and never with
//! what a cell holds.

#![expect(clippy::expect_used, reason = "a file that cannot be read has failed the test")]

use std::{collections::BTreeMap, fs};

use chrono::NaiveDate;
use duewatch::{
    directory::{Directory, FlawKind, Person, Table, Tables},
    duty::CaseContext,
    record::{ChildRef, PersonRef},
};
use proptest::prelude::*;

fn folder(files: &[(&str, &str)]) -> Result<Tables, Vec<String>> {
    bytes(&files.iter().map(|(name, text)| (*name, text.as_bytes())).collect::<Vec<_>>())
}

fn bytes(files: &[(&str, &[u8])]) -> Result<Tables, Vec<String>> {
    let files: BTreeMap<String, Vec<u8>> =
        files.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.to_vec())).collect();
    Tables::from_csv(&files).map_err(|mistakes| mistakes.0.iter().map(ToString::to_string).collect())
}

fn toml(text: &str) -> Result<Tables, Vec<String>> {
    Tables::from_toml("directory.toml", text.as_bytes())
        .map_err(|mistakes| mistakes.0.iter().map(ToString::to_string).collect())
}

#[track_caller]
fn refused(read: Result<Tables, Vec<String>>, expected: &[&str]) {
    let mistakes = read.expect_err("a file with a mistake");
    assert_eq!(mistakes, expected);
}

const WORKERS: &str = "\
worker_id,email,team_id,manager_id,left_on,weekdays,shared
W1,one@wrenholt.example,T1,M1,,Mon Wed,no
W2,,T1,,2026-10-31,,
M1,manager@wrenholt.example,,,9999-12-31,-1,Yes
";
const TEAMS: &str = "team_id,manager_id,service_manager_id\nT1,M1,\n";
const ABSENCES: &str =
    "worker_id,from_on,to_on,cover_id\nW1,2026-11-09,2026-11-13,M1\nM1,2026-12-01 00:00:00.000,,-1\n";
const POSTS: &str = "role,worker_id\ndata_team,M1\nData_Team,W1\ndirector,M1\n";
const ALL: [(&str, &str); 4] =
    [("workers.csv", WORKERS), ("teams.csv", TEAMS), ("absences.csv", ABSENCES), ("posts.csv", POSTS)];

/// What the four files say, as a person reads them.
#[track_caller]
fn says_all(tables: &Tables) {
    let id = |id: &str| PersonRef(id.into());
    let on = |on: &str| Some(on.parse().expect("a day"));
    let directory = tables.over(Directory::default());
    let people: Vec<String> = directory
        .people
        .values()
        .map(|Person { person, email, team, manager, left_on, weekdays, shared }| {
            let text = |text: Option<&str>| text.unwrap_or("-").to_owned();
            let email = text(email.as_deref());
            let team = text(team.as_ref().map(|team| team.0.as_ref()));
            let manager = text(manager.as_ref().map(|manager| manager.0.as_ref()));
            // The week that begins on Monday 16 November 2026.
            let week = NaiveDate::from_ymd_opt(2026, 11, 16).expect("a Monday").iter_days().take(5);
            let works: String = week.map(|on| if weekdays.include(on) { '1' } else { '0' }).collect();
            format!("{} {email} {team} {manager} {left_on:?} {works} {shared}", person.0)
        })
        .collect();
    assert_eq!(
        people,
        [
            "M1 manager@wrenholt.example - - None 11111 true",
            "W1 one@wrenholt.example T1 M1 None 10100 false",
            "W2 - T1 - Some(2026-10-31) 11111 false"
        ]
    );
    let team = directory.teams.values().next().expect("a team");
    assert_eq!((directory.teams.len(), &team.manager, &team.service_manager), (1, &Some(id("M1")), &None));
    let away = directory.absences.values().flatten();
    let away: Vec<_> = away.map(|away| (&away.person, Some(away.from_on), away.to_on, &away.cover)).collect();
    assert_eq!(
        away,
        [(&id("M1"), on("2026-12-01"), None, &None), (&id("W1"), on("2026-11-09"), on("2026-11-13"), &Some(id("M1")))]
    );
    let posts: Vec<_> = directory.posts.iter().map(|(role, who)| (role.name(), who.clone())).collect();
    assert_eq!(posts, [("data_team", vec![id("M1"), id("W1")]), ("director", vec![id("M1")])]);
    assert_eq!(Table::ALL.map(|table| tables.rows(table)), [Some(3), Some(1), Some(2), Some(3)]);
}

#[test]
fn a_folder_says_what_its_files_say() {
    says_all(&folder(&ALL).expect("sound"));
}

#[test]
fn one_toml_file_says_the_same() {
    let text = r#"
[[workers]]
worker_id = "W1"
email = "one@wrenholt.example"
team_id = "T1"
manager_id = "M1"
weekdays = "wed, mon"
[[workers]]
worker_id = "W2"
team_id = "T1"
left_on = 2026-10-31
[[workers]]
worker_id = "M1"
email = "manager@wrenholt.example"
left_on = "9999-12-31"
shared = true
[[teams]]
team_id = "T1"
manager_id = "M1"
[[absences]]
worker_id = "W1"
from_on = 2026-11-09
to_on = 2026-11-13
cover_id = "M1"
[[absences]]
worker_id = "M1"
from_on = 2026-12-01
cover_id = -1
[[posts]]
role = "data_team"
worker_id = "M1"
[[posts]]
role = "data_team"
worker_id = "W1"
[[posts]]
role = "director"
worker_id = "M1"
"#;
    says_all(&toml(text).expect("sound"));
    says_all(&toml(&text.replace('\n', "\r\n")).expect("sound"));
}

/// What spreadsheet programs make of the same rows.
#[test]
fn the_forms_of_spreadsheets_are_read_alike() {
    let forms: [fn(&str) -> String; 5] = [
        |text| text.replace('\n', "\r\n"),
        |text| format!("\u{FEFF}{}", text.replace(',', ";")),
        |text| text.replace(',', "\t"),
        // Everything in quotes, blanks within, and blank rows of nothing but separators.
        |text| {
            let quoted = |line: &str| line.split(',').map(|cell| format!("\" {cell} \"")).collect::<Vec<_>>().join(",");
            let lines: Vec<String> = text.lines().map(|line| format!("{}\n\n,,,\n", quoted(line))).collect();
            lines.concat()
        },
        // Unnamed columns at the end, empty.
        |text| text.replace('\n', ",,\n"),
    ];
    for form in forms {
        let files: Vec<(&str, String)> = ALL.iter().map(|(name, text)| (*name, form(text))).collect();
        let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
        says_all(&folder(&files).expect("sound"));
    }
}

#[test]
fn the_shipped_examples_say_the_same_and_nothing_in_them_leads_nowhere() {
    let example = |name: &str| fs::read_to_string(format!("config/directory/{name}")).expect("an example");
    let names = ["workers.csv", "teams.csv", "absences.csv", "posts.csv"];
    let files = names.map(|name| (name, example(name)));
    let csv = folder(&files.each_ref().map(|(name, text)| (*name, text.as_str()))).expect("sound");
    assert_eq!(csv, toml(&example("directory.toml")).expect("sound"));
    assert_eq!(csv.over(Directory::default()).flaws("2026-11-16".parse().expect("a day")), []);
    assert!(Table::ALL.iter().all(|table| csv.rows(*table).is_some_and(|rows| rows > 0)));
}

#[test]
fn a_table_that_no_file_gives_is_the_views() {
    let views = folder(&ALL).expect("sound").over(Directory::default());
    let own = folder(&[("posts.csv", "role,worker_id\n")]).expect("a post need not be filled");
    let directory = own.over(views.clone());
    assert!(directory.posts.is_empty(), "the file's table is in force, with nothing in it");
    assert_eq!((directory.people, directory.teams, directory.absences), (views.people, views.teams, views.absences));
}

// ---- mistakes

#[test]
fn each_mistake_of_a_cell_is_told_with_its_place_and_all_at_once() {
    let workers = "\
worker_id,email,team_id,manager_id,left_on
W1,one@wrenholt.example,T1,M1,31/10/2026

,two@wrenholt.example,T1,M1,
W3,three@wrenholt.example,T1,M1,
W3,other@wrenholt.example,T1,M1,
W3,three@wrenholt.example,T1,M1,
W4,four@wrenholt.example,T1,M1,2026-02-30
W5,five@wrenholt.example,T1
W6,six@wrenholt.example,T1,M1,,more
";
    let absences = "\
worker_id,from_on,to_on,cover_id
W1,2026-11-13,2026-11-09,
W1,,2026-11-09,
W1,2026-11-09T12:00,,
";
    refused(
        folder(&[
            ("workers.csv", workers),
            ("absences.csv", absences),
            ("posts.csv", "role,worker_id\ndata_taem,D1\nlead_worker,W1\n"),
        ]),
        &[
            "absences.csv, line 2, to_on: lies before from_on; write the last day away",
            "absences.csv, line 3, from_on: is empty, and is needed",
            "absences.csv, line 4, from_on: is no date; write it as 2026-11-22 (a spreadsheet shows dates in another order)",
            "posts.csv, line 2, role: is no post; did you mean `data_team`? the posts are: conference_service, \
             business_support, head_of_child_protection, heads_of_social_care, director, designated_health, data_team",
            "posts.csv, line 3, role: is no post; the posts are: conference_service, business_support, \
             head_of_child_protection, heads_of_social_care, director, designated_health, data_team",
            "workers.csv, line 2, left_on: is no date; write it as 2026-11-22 (a spreadsheet shows dates in another order)",
            "workers.csv, line 4, worker_id: is empty, and is needed",
            "workers.csv, line 6, worker_id: stands in line 5 too, with different content",
            "workers.csv, line 8, left_on: is no date; write it as 2026-11-22 (a spreadsheet shows dates in another order)",
            "workers.csv, line 9: has 3 cells, and the header names 5",
            "workers.csv, line 10: has 6 cells, and the header names 5",
        ],
    );
    refused(
        folder(&[("workers.csv", "worker_id,weekdays,shared\nW1,mon-wed,\nW2,,SENTINEL\n")]),
        &[
            "workers.csv, line 2, weekdays: names no days of the week; write them as mon tue wed, or nothing for every day",
            "workers.csv, line 3, shared: is neither yes nor no",
        ],
    );
}

#[test]
fn each_mistake_of_a_header_is_told_and_nothing_below_it_is_read() {
    let of = |text: &str| folder(&[("workers.csv", text)]);
    let columns = "the columns are: worker_id, email, team_id, manager_id, left_on, weekdays, shared, other_id";
    refused(
        of("worker_id,e-mail,manger_id,forename\nW1,a,b,SENTINEL\n"),
        &[
            &format!("workers.csv, line 1: there is no column `e-mail`; did you mean `email`? {columns}"),
            &format!("workers.csv, line 1: there is no column `forename`; {columns}"),
            &format!("workers.csv, line 1: there is no column `manger_id`; did you mean `manager_id`? {columns}"),
        ],
    );
    refused(
        of("email,team_id,email\n"),
        &[
            "workers.csv, line 1: does not name the column `worker_id`, which is needed",
            "workers.csv, line 1: names the column `email` twice",
        ],
    );
    let first =
        "the first line names the columns: worker_id, email, team_id, manager_id, left_on, weekdays, shared, other_id";
    refused(of("SENTINEL,a@b.example\nW1,b@c.example\n"), &[&format!("workers.csv, line 1: is no header; {first}")]);
    refused(
        of("worker_id,SENTINEL O'Hara\nW1,x\n"),
        &[&format!("workers.csv, line 1: there is no column of that name; {columns}")],
    );
    refused(
        of("\n\n"),
        &[
            "workers.csv: is empty; its first line names its columns: worker_id, email, team_id, manager_id, left_on, weekdays, shared, other_id",
        ],
    );
    refused(
        of("worker_id,,email\nW1,SENTINEL,\n"),
        &["workers.csv, line 2: has something in a column that the header does not name"],
    );
    refused(
        of("worker_id,email\n"),
        &["workers.csv: has no workers; where dw_workers is to be read, take the table out"],
    );
}

#[test]
fn what_is_no_text_is_refused_with_what_to_do() {
    let save = "save it as UTF-8 (spreadsheet programs call it \"CSV UTF-8\")";
    let utf16: Vec<u8> = "\u{FEFF}worker_id".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let unmarked: Vec<u8> = "worker_id".encode_utf16().flat_map(u16::to_be_bytes).collect();
    for text in [&utf16, &unmarked] {
        refused(bytes(&[("workers.csv", text)]), &[&format!("workers.csv: is UTF-16 or no text at all; {save}")]);
    }
    // An e with an accent as Windows writes it.
    refused(
        bytes(&[("workers.csv", b"worker_id\nW1\nRen\xE9\n")]),
        &[&format!("workers.csv, line 3: holds a character that is not UTF-8; {save}")],
    );
}

#[test]
fn a_quotation_mark_that_is_not_closed_swallows_no_rows() {
    refused(
        folder(&[("workers.csv", "worker_id,email\n\"W1,SENTINEL\nW2,b\nW3,c\n")]),
        &["workers.csv, line 2: has 1 cell, and the header names 2"],
    );
    refused(
        folder(&[("workers.csv", "worker_id,email\nW1,\"SENTINEL\nW2,b\nW3,c\n")]),
        &["workers.csv, line 2, email: goes on over a line's end; a quotation mark before it is not closed"],
    );
    refused(
        folder(&[("workers.csv", "worker_id,email\nW\u{7}1,\n")]),
        &[
            "workers.csv, line 2, worker_id: holds a character that cannot be printed; take it out",
            "workers.csv, line 2, worker_id: is empty, and is needed",
        ],
    );
    refused(
        folder(&[("workers.csv", &format!("worker_id,email\nW1,{}\n", "x".repeat(255)))]),
        &["workers.csv, line 2, email: is longer than 254 bytes, so it is no email"],
    );
}

#[test]
fn a_file_of_another_name_is_not_thought_to_be_read() {
    let files = "the files are: workers.csv, teams.csv, absences.csv, posts.csv";
    refused(
        folder(&[("worker.csv", WORKERS), ("staff.csv", WORKERS)]),
        &[
            &format!("staff.csv: is none of the directory's files, so it is not read; {files}"),
            &format!(
                "worker.csv: is none of the directory's files, so it is not read; did you mean `workers.csv`? {files}"
            ),
        ],
    );
}

#[test]
fn each_mistake_of_a_toml_file_is_told() {
    refused(
        toml(
            "[[workers]]\nworker_id = \"W1\"\nname = \"SENTINEL\"\nleft_on = 1.5\n\n[[worker]]\nid = 1\n[teams]\nT1 = 2\n",
        ),
        &[
            "directory.toml, line 3: there is no column `name`; the columns are: worker_id, email, team_id, manager_id, \
             left_on, weekdays, shared, other_id",
            "directory.toml, line 4, left_on: is neither text in quotes, a whole number nor a date",
            "directory.toml, line 6: there is no table `worker`; did you mean `workers`? the tables are: workers, teams, \
             absences, posts",
            "directory.toml, line 8: write each row under a heading of its own: [[teams]]",
        ],
    );
    refused(toml(""), &["directory.toml: gives no table; write at least [[workers]]"]);
    let broken = toml("[[workers]]\nworker_id = SENTINEL\n").expect_err("not TOML");
    assert!(
        broken.len() == 1 && broken[0].starts_with("directory.toml, line 2: cannot be read as TOML: "),
        "{broken:?}"
    );
    assert!(!broken[0].contains("SENTINEL"), "{broken:?}");
    refused(
        toml("[[workers]]\nworker_id = \"W1\"\n\n[[workers]]\nemail = \"x@y.example\"\n"),
        &["directory.toml, line 4, worker_id: is empty, and is needed"],
    );
}

#[test]
fn a_column_that_is_wrong_throughout_is_counted() {
    let rows: Vec<String> = (0..60).map(|n| format!("W{n},soon\n")).collect();
    let text = format!("worker_id,left_on\n{}", rows.concat());
    let mistakes = folder(&[("workers.csv", &text)]).expect_err("no dates");
    assert_eq!(mistakes.len(), 51);
    assert_eq!(mistakes[50], "workers.csv: and 10 further mistakes");
    // Ten thousand of one file are kept.
    let rows: Vec<String> = (0..10_100).map(|n| format!("W{n},soon\n")).collect();
    let text = format!("worker_id,left_on\n{}", rows.concat());
    let mistakes = folder(&[("workers.csv", &text)]).expect_err("no dates");
    assert_eq!((mistakes.len(), mistakes[50].as_str()), (51, "workers.csv: and more than 9950 further mistakes"));
}

#[test]
fn another_key_is_one_persons_alone() {
    let of = |rows: &str| folder(&[("workers.csv", &format!("worker_id,other_id\n{rows}"))]);
    refused(
        of("S1,P1\nS2,P1\n"),
        &["workers.csv, line 3, other_id: is a key of somebody else too, so it could mean either"],
    );
    refused(
        of("S1,S2\nS2,\n"),
        &["workers.csv, line 2, other_id: is a key of somebody else too, so it could mean either"],
    );
    of("S1,S1\nS2,P2\n").expect("somebody's own key is no other");
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        for table in Table::ALL {
            let _ = Tables::from_csv(&BTreeMap::from([(format!("{}.csv", table.name()), bytes.clone())]));
        }
        let _ = Tables::from_toml("directory.toml", &bytes);
    }

    /// Close enough to the form to get past the header, with a marker in every cell that no mistake may repeat.
    #[test]
    fn near_files_are_read_or_refused_without_repeating_a_cell(
        cells in proptest::collection::vec("[,;\n\r\"]{0,2}(SENTINEL|2026-1[0-3]-[0-9]{2}|W[0-9]|-1|é)?", 0..60),
    ) {
        for table in Table::ALL {
            let names: Vec<&str> = table.columns().iter().map(|column| column.name).collect();
            let csv = format!("{}\n{}", names.join(","), cells.concat());
            let read = Tables::from_csv(&BTreeMap::from([(format!("{}.csv", table.name()), csv.into_bytes())]));
            let toml = format!("[[{}]]\n{} = \"{}\"\n", table.name(), names[0], cells.concat().replace('"', ""));
            for read in [read, Tables::from_toml("directory.toml", toml.as_bytes())] {
                if let Err(mistakes) = read {
                    prop_assert!(!mistakes.to_string().contains("SENTINEL"), "{mistakes}");
                }
            }
        }
    }
}

// ---- what reads well and leads nowhere

fn flaws(files: &[(&str, &str)]) -> Vec<(Table, String, &'static str, FlawKind)> {
    let directory = folder(files).expect("sound").over(Directory::default());
    let today = "2026-11-16".parse().expect("a day");
    directory.flaws(today).into_iter().map(|flaw| (flaw.table, flaw.row, flaw.column, flaw.what)).collect()
}

#[test]
fn whoever_is_named_and_not_there_is_found_at_every_place() {
    use FlawKind::UnknownPerson;
    use Table::{Absences, Posts, Teams, Workers};

    let workers = "worker_id,email,manager_id,left_on\nW1,,X1,\nW2,,X2,2026-11-15\nW3,,X3,2026-11-16\n";
    let absences = "worker_id,from_on,to_on,cover_id\nW1,2026-11-09,2026-11-16,X4\nW2,2026-11-09,2026-11-15,X5\nX6,2026-12-01,,W1\n";
    let found = flaws(&[
        ("workers.csv", workers),
        ("teams.csv", "team_id,manager_id,service_manager_id\nT1,X7,X8\n"),
        ("absences.csv", absences),
        ("posts.csv", "role,worker_id\ndirector,X9\ndata_team,W1\n"),
    ]);
    let of = |table, row: &str, column| (table, row.to_owned(), column, UnknownPerson);
    // Whoever left yesterday and the absence that ended yesterday concern nobody any more.
    assert_eq!(
        found,
        [
            of(Workers, "W1", "manager_id"),
            of(Workers, "W3", "manager_id"),
            of(Teams, "T1", "manager_id"),
            of(Teams, "T1", "service_manager_id"),
            of(Absences, "W1", "cover_id"),
            of(Absences, "X6", "worker_id"),
            of(Posts, "director", "worker_id"),
        ]
    );
}

#[test]
fn circles_own_cover_and_teams_without_a_manager_are_found() {
    let workers = "worker_id,team_id,manager_id\nW1,,W2\nW2,,W3\nW3,,W2\nW4,,W4\nW5,T1,\nW6,T2,\nW7,T1,W1\nW8,T9,W1\n";
    let found = flaws(&[
        ("workers.csv", workers),
        ("teams.csv", "team_id,manager_id\nT1,\nT3,\n"),
        ("absences.csv", "worker_id,from_on,cover_id\nW5,2026-11-09,W5\n"),
    ]);
    let of = |table, row: &str, column, what| (table, row.to_owned(), column, what);
    assert_eq!(
        found,
        [
            // W1 goes to the two and is not one of them.
            of(Table::Workers, "W2", "manager_id", FlawKind::Circle),
            of(Table::Workers, "W3", "manager_id", FlawKind::Circle),
            of(Table::Workers, "W4", "manager_id", FlawKind::Circle),
            of(Table::Workers, "W6", "team_id", FlawKind::UnknownTeam),
            of(Table::Teams, "T1", "manager_id", FlawKind::NoManager),
            of(Table::Absences, "W5", "cover_id", FlawKind::OwnCover),
        ]
    );
}

#[test]
fn somebody_is_known_by_either_key() {
    let tables = folder(&[
        ("workers.csv", "worker_id,other_id,manager_id\nS1,P1,P2\nS2,P2,\n"),
        ("teams.csv", "team_id,manager_id,service_manager_id\nT1,P2,S1\n"),
        ("absences.csv", "worker_id,from_on,cover_id\nP1,2026-11-09,P2\n"),
        ("posts.csv", "role,worker_id\ndata_team,P1\n"),
    ]);
    let directory = tables.expect("sound").over(Directory::default());
    let id = |id: &str| PersonRef(id.into());
    assert_eq!(directory.people[&id("S1")].manager, Some(id("S2")));
    let team = directory.teams.values().next().expect("a team");
    assert_eq!((&team.manager, &team.service_manager), (&Some(id("S2")), &Some(id("S1"))));
    let absence = &directory.absences[&id("S1")][0];
    assert_eq!((&absence.person, &absence.cover), (&id("S1"), &Some(id("S2"))));
    assert_eq!(directory.posts.values().next(), Some(&vec![id("S1")]));
    let case = |child: &str, worker: &str, chair: &str| CaseContext {
        child: ChildRef(child.into()),
        household: None,
        lead_worker: Some(id(worker)),
        former_lead_worker: None,
        taken_over_on: None,
        team: None,
        chair: Some(id(chair)),
        died: false,
        access: duewatch::duty::Access::default(),
    };
    let cases = [case("C1", "P1", "S2"), case("C2", "X1", "P2"), case("C3", "S1", "X2")];
    let strangers: Vec<String> =
        directory.strangers(&cases).into_iter().map(|(place, child)| format!("{place:?} {}", child.0)).collect();
    assert_eq!(strangers, ["LeadWorker C2", "Chair C3"]);
}
