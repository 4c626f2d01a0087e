//! What a new holiday does to open deadlines: the next poll counts with it, and whoever was told an old date is told once.
//! And what a watch says of its calendars when something is wrong with them.

#![cfg(feature = "io")]
#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

#[path = "support/cases.rs"]
mod cases;
#[path = "support/lists.rs"]
mod lists;

use std::fs;

use cases::{Bench, SETTINGS, STAFF, block_on, child, instant, says};
use duewatch::{clock::Clock, run::Watch, settings::Settings};
use lists::{EW, list, shipped, with};
use tokio_util::sync::CancellationToken;

/// Three children, whose first core groups are ten working days after the conference:
/// C1, Monday 2 November 2026: 3, 4, 5, 6, 9, 10, 11, 12, 13 and 16 November; told on Tuesday 10.
/// C2, Monday 9 November: Monday 23; nobody is told before Tuesday 17.
/// C3, Tuesday 20 October: Tuesday 3 November, and long overdue.
fn bench() -> Bench {
    let children = [("C1", "2026-11-02"), ("C2", "2026-11-09"), ("C3", "2026-10-20")];
    let bench = Bench::new(&format!("{STAFF}{}", children.map(|(id, on)| child(id, on)).concat()));
    loaded(&bench, "2026-11-10");
    bench
}

fn loaded(bench: &Bench, on: &str) {
    bench.sql(&format!("UPDATE dw_load SET loaded_at = '{on}T07:30'"));
}

/// Thursday 12 November 2026 is proclaimed a bank holiday.
fn proclaim(bench: &Bench) {
    let days = with(shipped(EW, 2026..=2028), "2026-11-12", "A day of thanks");
    fs::write(bench.path("list.json"), list(EW, &days)).unwrap();
    let from = bench.path("list.json").display().to_string();
    says(&bench.run(&["calendar", "refresh", EW, "--from", &from]).well(), &["added           Thu 12 Nov 2026"]);
}

/// Everybody who was told that a date moved, with the reason.
fn moved(bench: &Bench) -> Vec<String> {
    let told = bench.told().into_iter().filter(|told| told.kind == "changed");
    let mut moved: Vec<String> = told
        .map(|told| format!("{} {} {} {}: {}", told.child, told.duty, told.person, told.state, told.because))
        .collect();
    moved.sort();
    moved
}

/// Ten working days from Monday 2 November without Thursday 12 are 3, 4, 5, 6, 9, 10, 11, 13, 16 and 17 November.
const MOVED: &str = "it was Monday 16 November 2026, now Tuesday 17 November 2026: the bank holidays have changed";

/// Both duties of C1 of which W1 was reminded on the 10th. C3's are overdue since before the new holiday, and did not move;
/// C2's moved, as did C3's visit by the lead worker (the 17th), and nobody had been told of them.
fn expected() -> [String; 2] {
    ["child-seen-any-professional", "first-core-group"].map(|duty| format!("C1 {duty} W1 bundled: {MOVED}"))
}

fn due(bench: &Bench, child: &str) -> String {
    bench
        .ledger(&format!("SELECT due_on FROM duties WHERE child = '{child}' AND duty = 'first-core-group'"))
        .concat()
        .concat()
}

#[test]
fn whoever_was_told_the_old_date_is_told_once_that_it_moved() {
    let bench = bench();
    bench.once("2026-11-10").well();
    let told: Vec<_> = bench.told_last();
    for duty in ["child-seen-any-professional", "first-core-group"] {
        assert!(told.contains(&format!("C1 {duty} remind W1")), "{told:?}");
    }
    assert!(
        told.iter().all(|told| !told.starts_with("C2 ")) && told.iter().any(|told| told.starts_with("C3 ")),
        "{told:?}"
    );
    assert_eq!((due(&bench, "C1"), due(&bench, "C2")), ("2026-11-16".to_owned(), "2026-11-23".to_owned()));

    proclaim(&bench);
    // What would be told is shown before it is.
    let preview =
        ["preview", "--at", "2026-11-11T08:00:00Z", "--from", "2026-11-11", "--to", "2026-11-11", "--format", "json"];
    says(&bench.run(&preview).well(), &["the bank holidays have changed"]);
    let before = bench.mail();
    bench.once("2026-11-11").well();
    assert_eq!(moved(&bench), expected());
    assert_eq!((due(&bench, "C1"), due(&bench, "C2")), ("2026-11-17".to_owned(), "2026-11-24".to_owned()));
    assert_eq!(due(&bench, "C3"), "2026-11-03");

    let mut mail = bench.mail();
    mail.retain(|name, _| !before.contains_key(name));
    let text =
        |bytes: &Vec<u8>| String::from_utf8_lossy(bytes).replace("=\r\n", "").replace("\r\n", " ").replace("  ", " ");
    let of_moves: Vec<String> =
        mail.values().map(text).filter(|mail| mail.contains("bank holidays have changed")).collect();
    assert_eq!(of_moves.len(), 1, "one message");
    says(&of_moves[0], &["To: one@wrenholt.example", "Tuesday 17 November 2026", "Monday 16 November 2026"]);

    for later in ["2026-11-11T09:00:00Z", "2026-11-12T08:30:00Z", "2026-11-17T08:30:00Z"] {
        loaded(&bench, &later[..10]);
        bench.once(later).well();
        assert_eq!(moved(&bench), expected(), "{later}");
    }
    // Under the old date the 17th were the day on which it is overdue.
    let overdue =
        |bench: &Bench| bench.told().iter().filter(|told| told.child == "C1" && told.step == "overdue").count();
    assert_eq!(overdue(&bench), 0);
    loaded(&bench, "2026-11-18");
    bench.once("2026-11-18").well();
    assert_eq!((overdue(&bench), moved(&bench)), (2, expected().to_vec()));
    let said = bench.run(&["explain", "C1", "--at", "2026-11-18T08:30:00Z"]).well();
    says(&said, &["Thu 12 Nov 2026 does not count: A day of thanks", "late after   Tuesday 17 November 2026"]);
}

/// Ten working days from Monday 18 December 2028 are 19, 20, 21, 22, 27, 28, 29 December, 2, 3 and 4 January 2029 without New
/// Year's Day, which the shipped data only expects. The strict date counts the conference's own day, and New Year's Day until
/// it is published: 18, 19, 20, 21, 22, 27, 28, 29 December, 1 and 2 January; then the 3rd.
fn over_new_year() -> Bench {
    let bench = Bench::new(&format!("{STAFF}{}", child("C1", "2028-12-18").replace("2027-01-20", "2029-03-20")));
    loaded(&bench, "2028-12-29");
    bench
}

/// 2029 is published as it was expected.
fn publish(bench: &Bench) {
    fs::write(bench.path("list.json"), list(EW, &shipped(EW, 2026..=2029))).unwrap();
    let from = bench.path("list.json").display().to_string();
    says(&bench.run(&["calendar", "refresh", EW, "--from", &from]).well(), &["confirmed       Mon 1 Jan 2029"]);
}

#[test]
fn a_date_that_rests_on_an_expected_holiday_says_so_wherever_it_stands() {
    let bench = over_new_year();
    let at = "2028-12-29T08:30:00Z";
    says(&bench.run(&["duties", "--at", at]).out, &["Tue 2 Jan 2029 (provisional)", "Thu 4 Jan 2029 (provisional)"]);
    let days = ["--from", "2028-12-29", "--to", "2028-12-29"];
    let preview = |more: &[&str]| bench.run(&[&["preview", "--at", at][..], &days, more].concat()).out;
    says(&preview(&[]), &["Thu 4 Jan 2029 (provisional)"]);
    says(&preview(&["--format", "json"]), &["\"due\":\"2029-01-04\"", "\"provisional\":true"]);
    bench.once(at);
    says(
        &bench.run(&["explain", "C1", "--at", at]).out,
        &[
            "at the earliest Tue 2 Jan 2029, counting the day itself as day 1 and Mon 1 Jan 2029 (New Year’s Day), which is \
             not yet published\n",
            "best by      Tuesday 2 January 2029 (provisional: a bank holiday is not published yet)",
            "late after   Thursday 4 January 2029 (provisional: a bank holiday is not published yet)",
        ],
    );
    // Four weeks end on New Year's Day: only the earlier date rests on it.
    bench.add(&child("C2", "2028-12-04").replace("2027-01-20", "2029-03-20"));
    says(&bench.run(&["duties", "--at", at]).out, &["Fri 29 Dec 2028 (provisional)", "Mon 1 Jan 2029 (provisional)"]);
}

#[test]
fn a_holiday_that_is_published_once_the_duty_is_late_is_told_to_nobody() {
    let bench = over_new_year();
    // The 16th is the day on which the overdue core group is told again.
    for on in ["2028-12-29", "2029-01-03", "2029-01-05", "2029-01-12", "2029-01-16"] {
        loaded(&bench, on);
        bench.once(on);
    }
    let repeats = |bench: &Bench| bench.told().iter().filter(|told| told.step == "repeat").count();
    let before = repeats(&bench);
    assert!(before > 0);
    publish(&bench);
    for at in ["2029-01-16T11:00:00Z", "2029-01-17T08:30:00Z"] {
        loaded(&bench, &at[..10]);
        bench.once(at);
        assert_eq!((moved(&bench), repeats(&bench)), (Vec::new(), before), "{at}");
    }
    assert_eq!(bench.ledger("SELECT strict_on FROM duties WHERE duty = 'first-core-group'"), [["2029-01-03"]]);
}

/// A poll and what it sends, by a watch that was opened before.
fn cycle(watch: &mut Watch, at: &str) -> Vec<String> {
    block_on(async {
        let clock = Clock::Fixed(instant(at).parse().unwrap());
        let polled = watch.poll(clock).await.unwrap();
        watch.deliver(clock, &CancellationToken::new()).await.unwrap();
        polled.attention
    })
}

fn opened(bench: &Bench) -> Watch {
    block_on(Watch::open(&Settings::load(&bench.path("duewatch.toml")).unwrap())).unwrap()
}

#[test]
fn a_watch_that_runs_on_takes_the_files_as_they_are_at_each_poll() {
    let bench = bench();
    let mut watch = opened(&bench);
    let shipped_hash = watch.calendar.hash().to_owned();
    assert_eq!(cycle(&mut watch, "2026-11-10"), [""; 0]);
    proclaim(&bench);
    assert_eq!(cycle(&mut watch, "2026-11-11T08:30:00Z"), [""; 0]);
    assert_eq!(moved(&bench), expected());

    // A slip in the file neither stops it nor moves a date.
    let path = bench.path("calendars/england-and-wales.txt");
    let good = fs::read_to_string(&path).unwrap();
    let hash = watch.calendar.hash().to_owned();
    assert_ne!(hash, shipped_hash);
    let line = good.lines().count();
    for (wrong, words) in [
        (good.replace("2026-11-12", "2026-11-31"), format!("line {line}, column 1: \"2026-11-31\" is not a day")),
        (good.replace("calendar = ", "calender = "), "must be `calendar = ID`".to_owned()),
    ] {
        fs::write(&path, wrong).unwrap();
        let attention = cycle(&mut watch, "2026-11-11T09:00:00Z");
        assert_eq!(attention.len(), 1, "{attention:?}");
        says(&attention[0], &["the holidays stay as they were", &path.display().to_string(), &words]);
        assert_eq!(watch.calendar.hash(), hash);
        assert_eq!(due(&bench, "C1"), "2026-11-17");
    }
    // A folder that cannot be read, and then nothing in it.
    let (folder, away) = (bench.path("calendars"), bench.path("away"));
    fs::rename(&folder, &away).unwrap();
    fs::write(&folder, "").unwrap();
    says(&cycle(&mut watch, "2026-11-11T09:15:00Z").concat(), &["cannot read the calendars in"]);
    assert_eq!(due(&bench, "C1"), "2026-11-17");
    // A run without case data says it too.
    fs::rename(bench.path("case.db"), bench.path("case.away")).unwrap();
    says(&cycle(&mut watch, "2026-11-11T09:30:00Z").concat(), &["nothing was judged", "cannot read the calendars in"]);
    fs::rename(bench.path("case.away"), bench.path("case.db")).unwrap();

    fs::remove_file(&folder).unwrap();
    fs::rename(&away, &folder).unwrap();
    fs::write(&path, &good).unwrap();
    assert_eq!(cycle(&mut watch, "2026-11-11T09:45:00Z"), [""; 0]);
    assert_eq!(moved(&bench), expected(), "nobody was told anything more");
    block_on(watch.ledger.close());
}

#[test]
fn a_list_that_confirms_what_was_computed_moves_the_earliest_date_alone() {
    // Monday 18 December 2028: 19 20 21 22 | 27 28 29 | 2 3 4 January, New Year's Day taken as coming; at the earliest, the
    // 18th being day 1 and New Year's Day 2029 not yet published: 18 19 20 21 22 | 27 28 29 | 1 2 January.
    let bench = Bench::new(&format!("{STAFF}{}", child("C1", "2028-12-18")));
    let dates = || {
        let sql = "SELECT strict_on, due_on FROM duties WHERE child = 'C1' AND duty = 'first-core-group'";
        bench.ledger(sql).concat()
    };
    loaded(&bench, "2028-12-27");
    bench.once("2028-12-27T08:30:00Z");
    assert_eq!(dates(), ["2029-01-02", "2029-01-04"]);
    let said = bench.run(&["duties", "--at", "2028-12-27T08:30:00Z", "--child", "C1"]).well();
    says(&said, &["Tue 2 Jan 2029 (provisional)", "Thu 4 Jan 2029 (provisional)"]);

    fs::write(bench.path("list.json"), list(EW, &shipped(EW, 2027..=2029))).unwrap();
    let from = bench.path("list.json").display().to_string();
    says(&bench.run(&["calendar", "refresh", EW, "--from", &from]).well(), &["confirmed       Mon 1 Jan 2029"]);
    loaded(&bench, "2028-12-28");
    bench.once("2028-12-28T08:30:00Z");
    // 18 19 20 21 22 | 27 28 29 | 2 3.
    assert_eq!(dates(), ["2029-01-03", "2029-01-04"]);
    let words = "it was at the earliest Tuesday 2 January 2029, now at the earliest Wednesday 3 January 2029: the bank \
                 holidays have changed";
    let moved = moved(&bench);
    assert!(moved.contains(&format!("C1 first-core-group W1 bundled: {words}")), "{moved:?}");
    let said = bench.run(&["duties", "--at", "2028-12-28T08:30:00Z", "--child", "C1", "--format", "csv"]).well();
    assert!(said.contains("2029-01-03,2029-01-04,open,,false,false,"), "no longer provisional: {said}");
}

#[test]
fn a_watch_that_starts_with_a_slip_in_a_file_goes_on_without_it() {
    let bench = bench();
    fs::create_dir(bench.path("calendars")).unwrap();
    fs::write(bench.path("calendars/england-and-wales.txt"), "calendar = england\n").unwrap();
    let done = bench.once("2026-11-10");
    assert_eq!(done.code, 1, "{}", done.err);
    says(&done.out, &["3 assessed", "Attention: the holidays stay as they were: ", "england-and-wales.txt"]);
    assert_eq!(due(&bench, "C1"), "2026-11-16");
    says(&bench.run(&["duties", "--at", "2026-11-10T08:30:00Z"]).well(), &["left out: ", "england-and-wales.txt"]);
}

#[test]
fn a_calendar_of_the_authoritys_own_can_carry_the_procedure() {
    let bench = bench();
    let procedure = include_str!("procedures/hertfordshire-core.toml");
    let named = "calendar = \"england-and-wales\"";
    assert!(procedure.contains(named));
    fs::write(bench.path("own.toml"), procedure.replace(named, "calendar = \"here\"")).unwrap();
    fs::write(bench.path("duewatch.toml"), SETTINGS.replace("\"core.toml\"", "\"own.toml\"")).unwrap();
    says(&bench.run(&["duties"]).ends(2), &["there is no calendar `here`"]);
    fs::create_dir(bench.path("calendars")).unwrap();
    let own = bench.path("calendars/here.txt");
    fs::write(&own, "calendar = here\n2026-11-12 publishd regular Fair | us\n").unwrap();
    says(&bench.run(&["duties"]).ends(2), &["there is no calendar `here`", "here.txt", "line 2, column 12"]);
    fs::write(&own, "calendar = here\n2026-11-12 published regular Fair | us\n").unwrap();
    bench.once("2026-11-10");
    assert_eq!(due(&bench, "C1"), "2026-11-17");
    let check = bench.run(&["check", "--at", "2026-11-10T08:30:00Z"]);
    says(&check.out, &[&format!("): of {}\n", own.display())]);
}

// ---- what `check` and a run say

fn check(bench: &Bench, at: &str) -> cases::Done {
    loaded(bench, &at[..10]);
    bench.run(&["check", "--at", &instant(at)])
}

/// The lines about calendars, without the twelve characters of the hash.
fn of_calendars(done: &cases::Done) -> Vec<String> {
    let lines = done.out.lines().filter(|line| line.contains("calendar") || line.contains("holidays"));
    lines.map(str::to_owned).collect()
}

#[test]
fn check_says_which_files_are_in_force_and_what_is_wrong_with_them() {
    let bench = bench();
    let hash = |bench: &Bench| opened(bench).calendar.hash()[..12].to_owned();
    let reach = "ok     calendar england-and-wales: published until 2028-12-31".to_owned();
    let first = hash(&bench);
    assert_eq!(
        of_calendars(&check(&bench, "2026-11-10")),
        [format!("ok     calendar england-and-wales ({first}): shipped"), reach.clone()]
    );
    proclaim(&bench);
    let path = bench.path("calendars/england-and-wales.txt");
    let second = hash(&bench);
    assert_ne!(first, second);
    assert_eq!(
        of_calendars(&check(&bench, "2026-11-10")),
        [
            format!("ok     calendar england-and-wales ({second}): shipped, with 1 day of {}", path.display()),
            reach.clone()
        ]
    );
    // A mistake is a fault, the calendar is the one without that file, and everything else is looked at all the same.
    fs::write(bench.path("calendars/scotland.txt"), "calendar = scotland\n2027-02-30 published regular X | y\n")
        .unwrap();
    let done = check(&bench, "2026-11-10");
    assert_eq!(done.code, 1);
    says(
        &done.out,
        &[
            "FAULT  calendars: ",
            "scotland.txt: cannot read the holidays of calendar scotland, line 2, column 1: \"2027-02-30\" is not a day",
            &second,
            "case database",
            "ledger: where it was registered, with all that it was last seen with",
            "mail: the channel is ready",
            "1 fault",
        ],
    );
}

/// Published until 31 December 2028: eighteen months from 30 June 2027 are 30 December 2028, from 1 July 1 January 2029.
#[test]
fn a_computed_day_that_its_list_does_not_have_is_named_with_the_way_out() {
    let bench = bench();
    let procedure = include_str!("procedures/hertfordshire-core.toml");
    let manx = procedure.replace("calendar = \"england-and-wales\"", "calendar = \"isle-of-man\"");
    fs::write(bench.path("own.toml"), manx).unwrap();
    fs::write(bench.path("duewatch.toml"), SETTINGS.replace("\"core.toml\"", "\"own.toml\"")).unwrap();
    let check = || bench.run(&["check", "--at", "2026-11-10T08:30:00Z"]).ends(1);
    says(&check(), &["isle-of-man are published only until 2026-12-31", "take in the next list"]);
    // All that was computed for 2027 is announced, but for the TT bank holiday: it is a week earlier.
    let days = shipped("isle-of-man", 2027..=2027).into_iter();
    let days: Vec<_> = days.map(|(on, title)| format!("{on} published regular {title} | the list")).collect();
    let list = format!("calendar = isle-of-man\n{}\n", days.join("\n").replace("2027-06-11", "2027-06-04"));
    fs::write(bench.path("list.txt"), list).unwrap();
    let from = bench.path("list.txt").display().to_string();
    let refresh =
        |more: &[&str]| bench.run(&[&["calendar", "refresh", "isle-of-man", "--from", &from], more].concat()).well();
    says(&refresh(&[]), &["added           Fri 4 Jun 2027", "still expected  Fri 11 Jun 2027"]);
    says(&check(), &["TT bank holiday of 2027-06-11 was computed", "`--withdraw 2027-06-11`"]);
    says(&refresh(&["--withdraw", "2027-06-11"]), &["withdrawn       Fri 11 Jun 2027", "Published until 2028-01-02"]);
    // Said twice, it is still withdrawn.
    says(&refresh(&["--withdraw", "2027-06-11"]), &["Nothing new"]);
    says(&check(), &["published only until 2028-01-02", "take in the next list"]);
}

#[test]
fn a_near_horizon_is_told_by_a_run_and_by_check_in_the_same_words() {
    let bench = bench();
    let words = "the bank holidays of england-and-wales are published only until 2028-12-31, less than eighteen months \
                 ahead; take in the next list with `duewatch calendar refresh`";
    assert!(!check(&bench, "2027-06-30").out.contains("published only"));
    assert!(!bench.once("2027-06-30").out.contains("published only"));
    says(&check(&bench, "2027-07-01").out, &[&format!("FAULT  {words}\n")]);
    says(&bench.once("2027-07-01").out, &[&format!("Attention: {words}\n")]);
    // Without case data too.
    fs::remove_file(bench.path("case.db")).unwrap();
    says(&bench.run(&["check", "--at", "2027-07-01T08:30:00Z"]).out, &[&format!("FAULT  {words}\n")]);
}

/// One plan, with a rule that runs for 36 months from it.
fn long_rule(started_on: &str) -> Bench {
    let text = include_str!("procedures/hertfordshire-core.toml");
    assert_eq!(text.matches("within = \"12 months\"").count(), 1);
    let bench = Bench::new(&format!("{STAFF}{}", child("C1", started_on)));
    fs::write(bench.path("own.toml"), text.replace("within = \"12 months\"", "within = \"36 months\"")).unwrap();
    fs::write(bench.path("duewatch.toml"), SETTINGS.replace("\"core.toml\"", "\"own.toml\"")).unwrap();
    loaded(&bench, started_on);
    bench
}

#[test]
fn a_duty_that_is_due_past_the_published_holidays_is_told() {
    // 36 months after 4 January 2027.
    let words = "the bank holidays of england-and-wales are published only until 2028-12-31, and a duty is due on \
                 2030-01-04; take in the next list with `duewatch calendar refresh`";
    let bench = long_rule("2027-01-04");
    says(&check(&bench, "2027-01-04").out, &[&format!("FAULT  {words}\n")]);
    says(&bench.once("2027-01-04").out, &[&format!("Attention: {words}\n")]);
    assert!(!check(&bench, "2027-01-04").out.contains("alarm"));
    // Done, its date is of no matter.
    bench.add("decisions D1 child_id=C1 kind=further_assessment decided_on=2027-01-05");
    says(&check(&bench, "2027-01-06").out, &["ok     calendar england-and-wales: published until 2028-12-31"]);
}

#[test]
fn a_duty_that_is_due_past_everything_known_is_an_alarm() {
    // The shipped data ends with 2035; 36 months after 4 March 2033.
    let words = "alarm: open duties that are due after 2035-12-31, beyond all that is known of the bank holidays of \
                 england-and-wales: 1; every Monday to Friday is counted there";
    let bench = long_rule("2033-03-04");
    says(&check(&bench, "2033-03-04").out, &[&format!("FAULT  {words}\n")]);
    says(&bench.once("2033-03-04").out, &[&format!("Attention: {words}\n")]);
}
