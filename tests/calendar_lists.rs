//! Published lists of holidays: what is refused, with its place, and what a list may change.

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

#[path = "support/lists.rs"]
mod lists;

use chrono::{Datelike, NaiveDate};
use duewatch::calendar::{
    Almanac, Change, Feed, FeedFault, HolidayFault, HolidayFile, HolidayStatus, Holidays, Place, Renewal, RenewalError,
};

use lists::{EW, day, list, shipped, with, without};

/// In line 5 the title begins at column 18 (six blanks and `{"title": "`), and the date at 18 + 14 + 12 = 44; in line 6 at
/// 18 + 13 + 12 = 43.
const LIST: &str = r#"{
  "trial": {
    "division": "trial",
    "events": [
      {"title": "New Year’s Day", "date": "2027-01-01", "notes": "", "bunting": true},
      {"title": "Christmas Day", "date": "2027-12-27", "notes": "Substitute day", "bunting": true}
    ]
  },
  "other": {"division": "other", "events": []}
}"#;

fn refused(calendar: &str, text: &str) -> (usize, usize, FeedFault) {
    let error = Feed::read(calendar, text, "a test").unwrap_err();
    let Place { line, column } = error.place;
    assert!(error.to_string().contains(&format!("line {line}, column {column}: ")), "{error}");
    (line, column, error.fault)
}

#[test]
fn the_form_of_gov_uk_is_read() {
    // Keys that nobody knows, escapes and a byte order mark change nothing.
    let dressed = LIST
        .replace("\"bunting\": true", "\"bunting\": true, \"emblem\": [{\"x\": \"]}\"}, \"\\\"]\"]")
        .replace("{\n  \"trial\"", "{\n  \"generated\": {\"by\": [1, 2]},\n  \"trial\"")
        .replace('’', "\\u2019");
    for text in [LIST.to_owned(), format!("\u{feff}\n{dressed}")] {
        let feed = Feed::read("trial", &text, "gov.uk, read 2026-11-16").unwrap();
        let said: Vec<_> = feed.days().iter().map(|day| (day.on.to_string(), day.title.as_str(), day.kind())).collect();
        // Two days are no year's list, so neither is taken to return.
        assert_eq!(
            said,
            [
                ("2027-01-01".to_owned(), "New Year’s Day", "one-off"),
                ("2027-12-27".to_owned(), "Christmas Day", "substitute+one-off")
            ]
        );
        assert!(feed.days().iter().all(|day| day.source == "gov.uk, read 2026-11-16"));
        assert!(feed.days().iter().all(|day| day.status == HolidayStatus::Published));
        assert_eq!(feed.covers_from(), day("2027-01-01"));
    }
    let feed = Feed::read("trial", LIST, "a test").unwrap();
    assert_eq!(feed.place(0), Place { line: 5, column: 44 });
    assert_eq!(feed.place_of(day("2027-05-03")), Place { line: 6, column: 43 });
    // The bracket that closes the events.
    assert_eq!(feed.place_of(day("2028-01-03")), Place { line: 7, column: 5 });
    let dressed = Feed::read("trial", &dressed, "a test").unwrap();
    assert_eq!(dressed.place_of(day("2028-01-03")), Place { line: 8, column: 5 });
}

#[test]
fn a_doubtful_list_is_refused_by_line_and_column() {
    use HolidayFault::{Date, Duplicate, Unordered, Weekend, Year};
    let holiday = FeedFault::Holiday;
    for (from, to, line, column, expected) in [
        ("2027-12-27", "2027-13-27", 6, 43, holiday(Date("2027-13-27".to_owned()))),
        ("2027-12-27", "27/12/2027", 6, 43, holiday(Date("27/12/2027".to_owned()))),
        ("2027-12-27", "", 6, 43, holiday(Date(String::new()))),
        ("2027-12-27", "2027-12-25", 6, 43, holiday(Weekend(day("2027-12-25")))),
        ("2027-12-27", "2101-12-26", 6, 43, holiday(Year(day("2101-12-26")))),
        ("2027-01-01", "1949-01-03", 5, 44, holiday(Year(day("1949-01-03")))),
        ("2027-12-27", "2027-01-01", 6, 43, holiday(Duplicate(day("2027-01-01")))),
        ("2027-01-01", "2028-01-03", 6, 43, holiday(Unordered(day("2027-12-27")))),
        ("New Year’s Day", "", 5, 18, FeedFault::Title),
        ("New Year’s Day", " ", 5, 18, FeedFault::Title),
        ("New Year’s Day", "New | Day", 5, 18, FeedFault::Title),
        // A title with an escape stands nowhere as it is: the date of its event is named. 18 + 12 + 12, and 18 + 8 + 12.
        ("New Year’s Day", "New\\u0007Day", 5, 42, FeedFault::Title),
        ("New Year’s Day", "New\\nDay", 5, 38, FeedFault::Title),
        ("\"division\": \"trial\"", "\"division\": \"wales\"", 3, 18, FeedFault::OtherDivision("wales".to_owned())),
    ] {
        assert!(LIST.contains(from));
        let text = LIST.replacen(from, to, 1);
        assert_eq!(refused("trial", &text), (line, column, expected), "{to}");
        // A byte order mark is no column.
        assert_eq!(refused("trial", &format!("\u{feff}{text}")).0, line);
    }
    assert_eq!(refused("other", LIST), (9, 3, FeedFault::Empty));
    let (_, _, fault) = refused("wales", LIST);
    assert_eq!(fault.to_string(), "it has no division `wales`, only: trial, other");
}

#[test]
fn what_is_no_list_is_refused_in_words() {
    const CUT_SHORT: &str = "damaged or cut short: fetch it again";
    const OTHER_FORM: &str = "not the form in which gov.uk publishes";
    for (from, to, line, words) in [
        ("\"other\": {", "\"trial\": {", 10, "stands twice"),
        ("\"events\": [\n", "\"days\": [\n", 8, "missing field `events`"),
        ("\"date\": \"2027-01-01\", ", "", 5, "missing field `date`"),
        ("\"2027-01-01\"", "null", 5, "null"),
        ("\"2027-01-01\"", "20270101", 5, "20270101"),
        ("\"New Year’s Day\"", "{}", 5, "expected a string"),
        ("New Year’s Day", "New\nDay", 6, "control character"),
        ("2027-01-01\", ", "2027-01-01\" ", 5, "expected `,` or `}`"),
        ("\"trial\": {", "\"trial\": \"none\", \"x\": {", 2, "expected struct Division"),
    ] {
        assert!(LIST.contains(from));
        let (at, _, fault) = refused("trial", &LIST.replacen(from, to, 1));
        let said = fault.to_string();
        let what_to_do = match fault {
            FeedFault::Json(_) => CUT_SHORT,
            FeedFault::Form(_) => OTHER_FORM,
            _ => "",
        };
        assert!(!what_to_do.is_empty() && said.contains(words) && said.contains(what_to_do), "{said}");
        assert_eq!(what_to_do == CUT_SHORT, words.contains("control") || words.contains("`,`"), "{said}");
        assert_eq!(at, line, "{said}");
    }
    // Columns are characters, though ’ is three bytes: the date ends at 53, its quote is 54, and after a blank comes `"notes"`.
    assert_eq!(refused("trial", &LIST.replacen("2027-01-01\", ", "2027-01-01\" ", 1)).1, 56);
    assert!(refused("trial", &format!("{LIST} {{}}")).2.to_string().contains("trailing characters"));
    for text in ["", "<!doctype html>\n<p>Sign in</p>", "[]"] {
        let (line, column, fault) = refused("trial", text);
        assert_eq!((line, column), (1, 1));
        assert!(fault.to_string().contains("neither gov.uk's JSON"), "{fault}");
    }
}

#[test]
fn a_list_that_is_cut_short_anywhere_is_refused() {
    for (end, _) in LIST.char_indices() {
        let text = &LIST[..end];
        let (line, column, fault) = refused("trial", text);
        let last = text.split('\n').next_back().unwrap_or_default();
        assert_eq!(line, text.split('\n').count().max(1), "{end}");
        assert!(column <= last.chars().count() + 1, "{end}: column {column} of {last:?}");
        assert!(end == 0 || matches!(fault, FeedFault::Json(_)), "{end}: {fault}");
    }
}

#[test]
fn the_projects_own_form_is_read() {
    let text = "# the Treasury's list\n\ncalendar = trial\n  2027-06-04 published one-off A | the Treasury\n# no more\n\
                2027-06-11 withdrawn regular A | the Treasury\n";
    let feed = Feed::read("trial", text, "list.txt, read 2026-11-16").unwrap();
    assert_eq!(feed.days()[0].source, "the Treasury; list.txt, read 2026-11-16");
    assert!(feed.days()[0].one_off);
    assert_eq!(feed.place(0), Place { line: 4, column: 3 });
    assert_eq!(feed.place(1), Place { line: 6, column: 1 });
    assert_eq!(feed.place_of(day("2027-06-14")), Place { line: 7, column: 1 });

    let weekend = text.replace("2027-06-04", "2027-06-05");
    assert_eq!(refused("trial", &weekend), (4, 3, FeedFault::Holiday(HolidayFault::Weekend(day("2027-06-05")))));
    assert_eq!(refused("trial", "calendar = trial\nunion = a, b\n"), (2, 1, FeedFault::Union));
    let (line, column, fault) = refused("other", text);
    assert_eq!((line, column), (3, 12));
    assert!(fault.to_string().contains("give each calendar its own file"), "{fault}");
}

#[test]
fn a_source_cannot_break_the_line_it_is_written_into() {
    let feed = Feed::read("trial", LIST, "a|b\nc").unwrap();
    assert_eq!(feed.days()[0].source, "a b c");
}

// ---- what a list changes

fn renew(almanac: &Almanac, id: &str, text: &str, withdrawn: &[&str]) -> Result<Renewal, RenewalError> {
    let withdrawn: Vec<NaiveDate> = withdrawn.iter().map(|on| day(on)).collect();
    almanac.renewed(id, &Feed::read(id, text, "a list, read 2026-11-16").unwrap(), &withdrawn)
}

/// Takes a list in, checks that the own file says what was promised, and gives the changes in words.
fn take(almanac: &mut Almanac, id: &str, text: &str, withdrawn: &[&str]) -> Vec<String> {
    let renewal = renew(almanac, id, text, withdrawn).unwrap();
    if let Some(file) = renewal.file {
        assert_eq!(HolidayFile::parse(id, &file.to_string()).unwrap(), file);
        almanac.add(file);
    }
    // By what they say: a copy of a shipped day leaves the own file, and its source with it.
    assert_eq!(almanac.holidays(id).unwrap().hash(), renewal.holidays.hash());
    words(&renewal.changes)
}

fn words(changes: &[Change]) -> Vec<String> {
    changes.iter().map(|Change { on, title, kind }| format!("{kind} {on} {title}")).collect()
}

fn own_days(almanac: &Almanac, id: &str) -> Vec<String> {
    let own = almanac.own(id).map_or(&[][..], |own| own.days.as_slice());
    own.iter().map(|day| format!("{} {} {}", day.on, day.status, day.kind())).collect()
}

#[test]
fn a_list_of_what_is_known_is_nothing_new() {
    let mut almanac = Almanac::default();
    assert_eq!(take(&mut almanac, EW, &list(EW, &shipped(EW, 2019..=2028)), &[]), [""; 0]);
    assert_eq!(almanac, Almanac::default());
}

#[test]
fn the_next_years_list_confirms_what_was_computed() {
    let mut almanac = Almanac::default();
    // Easter Sunday 2029 is 1 April; 25 and 26 December are a Tuesday and a Wednesday.
    let expected = [
        "2029-01-01",
        "2029-03-30",
        "2029-04-02",
        "2029-05-07",
        "2029-05-28",
        "2029-08-27",
        "2029-12-25",
        "2029-12-26",
    ];
    let days = expected.into_iter().fold(shipped(EW, 2024..=2028), |days, on| with(days, on, "As gov.uk has it"));
    let changes = take(&mut almanac, EW, &list(EW, &days), &[]);
    assert_eq!(changes, expected.map(|on| format!("confirmed {on} As gov.uk has it")));
    assert_eq!(own_days(&almanac, EW), expected.map(|on| format!("{on} published regular")));
    assert_eq!(almanac.holidays(EW).unwrap().published_until(), day("2029-12-31"));
    assert_eq!(take(&mut almanac, EW, &list(EW, &days), &[]), [""; 0], "once");

    // What the authority's own file alone publishes is known too.
    let error = renew(&almanac, EW, &list(EW, &shipped(EW, 2024..=2028)), &[]).unwrap_err();
    assert!(matches!(&error, RenewalError::Drops { days, .. } if days.len() == 8), "{error}");
}

#[test]
fn a_computed_day_that_is_confirmed_ahead_of_its_years_list_still_returns() {
    let mut almanac = Almanac::default();
    let days = with(shipped(EW, 2024..=2028), "2029-01-01", "New Year’s Day");
    assert_eq!(take(&mut almanac, EW, &list(EW, &days), &[])[0], "confirmed 2029-01-01 New Year’s Day");
    assert_eq!(own_days(&almanac, EW), ["2029-01-01 published regular"]);
}

#[test]
fn a_proclaimed_day_is_added_and_the_history_is_untouched() {
    let mut almanac = Almanac::default();
    let days = with(shipped(EW, 2026..=2028), "2027-06-14", "A royal wedding");
    assert_eq!(take(&mut almanac, EW, &list(EW, &days), &[]), ["added 2027-06-14 A royal wedding"]);
    assert_eq!(own_days(&almanac, EW), ["2027-06-14 published regular"]);
    let before =
        |holidays: Holidays| holidays.days().iter().filter(|day| day.on.year() < 2026).cloned().collect::<Vec<_>>();
    assert_eq!(before(almanac.holidays(EW).unwrap()), before(Holidays::shipped(EW).unwrap()));
    assert!(before(Holidays::shipped(EW).unwrap()).len() > 100);
}

#[test]
fn a_day_ahead_of_its_years_list_does_not_make_the_year_known() {
    let known_until = |days: &[&str]| {
        let mut almanac = Almanac::default();
        let days = days.iter().fold(shipped(EW, 2026..=2028), |days, on| with(days, on, "Proclaimed"));
        take(&mut almanac, EW, &list(EW, &days), &[]);
        almanac.holidays(EW).unwrap().known_until().to_string()
    };
    // The shipped data ends with 2035. Five days are no year's list; six are.
    let five = ["2036-01-01", "2036-04-11", "2036-04-14", "2036-05-05", "2036-05-26"];
    assert_eq!(known_until(&five[..1]), "2035-12-31");
    assert_eq!(known_until(&five), "2035-12-31");
    assert_eq!(known_until(&[&five[..], &["2036-08-25"]].concat()), "2036-12-31");
}

#[test]
fn a_list_that_drops_a_known_day_is_refused_by_name_and_place() {
    let almanac = Almanac::default();
    let days = shipped(EW, 2026..=2028);
    // 2026: the 6th of its eight days is the summer bank holiday, 31 August. It should stand where Christmas does, in line
    // 3 + 5; that title has 13 characters, so its date begins at column 4 + 11 + 13 + 12 + 1 = 41.
    let error = renew(&almanac, EW, &list(EW, &without(days.clone(), |on| on == day("2026-08-31"))), &[]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the list drops a day of england-and-wales that is already known:\n  2026-08-31 Summer bank holiday, which should \
         stand at line 8, column 41\nA list that drops a known day is out of date or cut short: fetch it again. If such a \
         day is no holiday any more, say so with --withdraw DATE for each"
    );
    // A year in the middle, and the last one: 24 days without 8 are lines 3 to 18, and the bracket stands in line 19.
    let dropped = |gone: i32| match renew(&almanac, EW, &list(EW, &without(days.clone(), |on| on.year() == gone)), &[])
    {
        Err(RenewalError::Drops { days, .. }) => days,
        other => panic!("{other:?}"),
    };
    assert_eq!(dropped(2027).len(), 8);
    assert!(dropped(2027).iter().all(|day| day.on.year() == 2027 && day.place.line == 11));
    assert_eq!(dropped(2028).len(), 8);
    assert!(dropped(2028).iter().all(|day| day.place == Place { line: 19, column: 3 }));
    // The first year of the list is history once the list begins later.
    assert_eq!(
        renew(&almanac, EW, &list(EW, &without(days.clone(), |on| on.year() == 2026)), &[]).unwrap().changes,
        []
    );
    // But half of its first year is not.
    let half = without(days.clone(), |on| on < day("2026-06-01"));
    assert!(
        matches!(renew(&almanac, EW, &list(EW, &half), &[]), Err(RenewalError::Drops { days, .. }) if days.len() == 5)
    );
}

#[test]
fn a_person_withdraws_a_day_and_the_publisher_brings_it_back() {
    let mut almanac = Almanac::default();
    let days = shipped(EW, 2026..=2028);
    let fewer = list(EW, &without(days.clone(), |on| on == day("2027-05-03")));
    assert_eq!(take(&mut almanac, EW, &fewer, &["2027-05-03"]), ["withdrawn 2027-05-03 Early May bank holiday"]);
    assert_eq!(own_days(&almanac, EW), ["2027-05-03 withdrawn regular"]);
    assert_eq!(almanac.own(EW).unwrap().days[0].source, "a list, read 2026-11-16");
    assert_eq!(take(&mut almanac, EW, &fewer, &[]), [""; 0], "the word stands");
    assert_eq!(take(&mut almanac, EW, &fewer, &["2027-05-03"]), [""; 0], "and may be said again");
    let never = renew(&almanac, EW, &fewer, &["2027-05-04"]).unwrap_err();
    assert_eq!(
        never.to_string(),
        "2027-05-04 cannot be withdrawn: it is no holiday of england-and-wales; check the date"
    );
    assert_eq!(take(&mut almanac, EW, &list(EW, &days), &[]), ["added 2027-05-03 Early May bank holiday"]);
    assert_eq!(own_days(&almanac, EW), ["2027-05-03 published regular"]);

    let listed = renew(&almanac, EW, &list(EW, &days), &["2026-12-25"]).unwrap_err();
    assert!(
        listed.to_string().contains("2026-12-25 cannot be withdrawn: the list itself has it, line 9, column 41"),
        "{listed}"
    );
}

#[test]
fn a_union_and_an_unknown_calendar_are_refused() {
    let almanac = Almanac::default();
    let refused = |id: &str| almanac.renewable(id).unwrap_err().to_string();
    assert_eq!(
        refused("united-kingdom"),
        "calendar united-kingdom is the union of england-and-wales, scotland, northern-ireland; renew those"
    );
    assert!(refused("atlantis").starts_with("there is no calendar `atlantis`; there is: "));
}

// The Isle of Man's days after 2026 are computed; its Treasury publishes a list in words, which a person writes down.

const IOM: &str = "isle-of-man";

/// The computed TT day of 2027 is Friday 11 June: eleven days after Monday 31 May.
#[test]
fn a_computed_day_stays_until_a_person_withdraws_it() {
    let mut almanac = Almanac::default();
    let treasury = "calendar = isle-of-man\n2027-01-01 published regular New Year’s Day | the Treasury\n\
                    2027-06-04 published regular TT bank holiday | the Treasury\n";
    let changes = take(&mut almanac, IOM, treasury, &[]);
    assert_eq!(changes[0], "confirmed 2027-01-01 New Year’s Day");
    assert!(changes.contains(&"added 2027-06-04 TT bank holiday".to_owned()), "{changes:?}");
    assert!(changes.contains(&"still expected 2027-06-11 TT bank holiday".to_owned()), "{changes:?}");
    // Ten days a year: the one in the list, and nine computed ones, one of them the old TT day.
    assert_eq!(changes.iter().filter(|change| change.starts_with("still expected 2027")).count(), 9);
    assert_eq!(changes.len(), 11, "nothing is said of years that the list does not speak of");
    assert_eq!(own_days(&almanac, IOM), ["2027-01-01 published regular", "2027-06-04 published regular"]);

    let changes = take(&mut almanac, IOM, treasury, &["2027-06-11"]);
    assert!(changes.contains(&"withdrawn 2027-06-11 TT bank holiday".to_owned()), "{changes:?}");
    assert_eq!(almanac.own(IOM).unwrap().days.len(), 3);

    // A computed day in a later list does not overrule that word.
    let computed = format!("{treasury}2027-06-11 provisional regular TT bank holiday | somebody\n");
    assert!(take(&mut almanac, IOM, &computed, &[]).iter().all(|change| change.starts_with("still expected")));
    assert!(almanac.holidays(IOM).unwrap().on(day("2027-06-11")).is_none());
}

#[test]
fn a_withdrawn_line_is_a_persons_word_and_a_provisional_one_replaces_nothing_certain() {
    let mut almanac = Almanac::default();
    let lines = |holidays: &Holidays, from: i32| {
        let days = holidays.days().iter().filter(move |day| (from..=2026).contains(&day.on.year()));
        let lines = days.map(|day| format!("{} {} {} {} | x\n", day.on, day.status, day.kind(), day.title));
        lines.collect::<Vec<_>>().concat()
    };
    let known = Holidays::shipped(IOM).unwrap();
    let head = format!("calendar = isle-of-man\n{}", lines(&known, 2026));
    let text = format!("{head}2027-06-11 withdrawn regular TT | the Treasury\n")
        .replace("2026-06-05 published", "2026-06-05 provisional");
    assert!(text.contains("2026-06-05 provisional"));
    let changes = take(&mut almanac, IOM, &text, &[]);
    assert!(changes.contains(&"withdrawn 2027-06-11 TT bank holiday".to_owned()), "{changes:?}");
    assert!(almanac.holidays(IOM).unwrap().on(day("2026-06-05")).unwrap().status.is_certain());
    assert!(take(&mut almanac, IOM, &text, &[]).iter().all(|change| change.starts_with("still expected")), "once");
}

#[test]
fn a_day_known_from_a_third_party_is_confirmed_under_its_own_name() {
    let mut almanac = Almanac::default();
    let known = Holidays::shipped(IOM).unwrap();
    let third_party: Vec<_> = known.days().iter().filter(|day| day.status == HolidayStatus::ThirdParty).collect();
    let (first, count) = (third_party.first().unwrap().on.year(), third_party.len());
    let inferred = known.days().iter().filter(|day| day.status == HolidayStatus::Inferred && day.on.year() >= first);
    let count = count + inferred.count();
    let days = known.days().iter().filter(|day| (first..=2026).contains(&day.on.year()));
    let lines: Vec<String> = days.map(|day| format!("{} published {} Other name | x\n", day.on, day.kind())).collect();
    let changes = take(&mut almanac, IOM, &format!("calendar = isle-of-man\n{}", lines.concat()), &[]);
    assert!(count > 0);
    assert_eq!(changes.len(), count);
    assert!(
        changes.iter().all(|change| change.starts_with("confirmed") && !change.contains("Other name")),
        "{changes:?}"
    );
}

#[test]
fn what_a_later_release_ships_leaves_the_own_file_when_it_is_next_written() {
    let mut almanac = Almanac::default();
    // As if an older release had not known the year 2028: its first two days were taken in then, one under another name.
    let own = "calendar = england-and-wales\n2028-01-03 published substitute New Year’s Day | then\n\
               2028-04-14 published regular Karfreitag | then\n2028-12-26 provisional regular Boxing Day | then\n";
    almanac.add(HolidayFile::parse(EW, own).unwrap());
    let days = shipped(EW, 2026..=2028);
    assert_eq!(take(&mut almanac, EW, &list(EW, &days), &[]), [""; 0]);
    assert_eq!(almanac.own(EW).unwrap().days.len(), 3, "nothing new, nothing written");
    take(&mut almanac, EW, &list(EW, &with(days, "2027-06-14", "A royal wedding")), &[]);
    assert_eq!(own_days(&almanac, EW), ["2027-06-14 published regular", "2028-04-14 published regular"]);
}

#[test]
fn a_calendar_of_the_authoritys_own_keeps_all_its_days() {
    let mut almanac = Almanac::default();
    almanac
        .add(HolidayFile::parse("fair", "calendar = fair\n2026-07-17 published regular Fair Friday | us\n").unwrap());
    let next = "calendar = fair\n2027-07-16 published regular Fair Friday | us\n";
    assert_eq!(take(&mut almanac, "fair", next, &[]), ["added 2027-07-16 Fair Friday"]);
    assert_eq!(own_days(&almanac, "fair"), ["2026-07-17 published regular", "2027-07-16 published regular"]);
}

#[test]
fn of_a_word_as_long_as_the_list_the_beginning_is_shown() {
    let (long, shown) = ("é".repeat(100_000), "é".repeat(60));
    let event = |date: &str| format!(r#"{{"trial": {{"events": [{{"title": "A", "date": "{date}"}}]}}}}"#);
    for (text, words) in [
        (format!("calendar = {long}\n"), format!("belongs to calendar \"{shown}\"…; give")),
        (format!("calendar = trial\n{long} published regular X | y\n"), format!(": \"{shown}\"… is not a day")),
        (format!("calendar = trial\n2026-12-25 {long} regular X | y\n"), format!(": \"{shown}\"… is not a status")),
        (format!("calendar = trial\n2026-12-25 published {long} X | y\n"), format!(": \"{shown}\"… is not a kind")),
        (event(&long), format!(": \"{shown}\"… is not a day")),
        (
            event("2027-01-01").replace("\"events\"", &format!("\"division\": \"{long}\", \"events\"")),
            format!("{shown}\"…;"),
        ),
        (format!(r#"{{"{long}": 0}}"#), format!("only: {shown}…")),
        (format!(r#"{{"trial": "{long}"}}"#), format!("{shown}…; this is not the form")),
    ] {
        let said = Feed::read("trial", &text, "a test").unwrap_err().to_string();
        assert!(said.contains(&words) && said.chars().count() < 600, "{said:.2000}");
    }
    let divisions: Vec<String> = (1..=1000).map(|number| format!("\"d{number}\": 0")).collect();
    let said = Feed::read("trial", &format!("{{{}}}", divisions.join(",")), "a test").unwrap_err().to_string();
    assert!(said.ends_with("only: d1, d2, d3, d4, d5, d6, d7, d8, and 992 more"), "{said:.2000}");
}
