//! What an authority's own files do to the shipped lists: days laid over, withdrawn, joined, closed; each effect by hand.

use chrono::NaiveDate;

use super::{
    Almanac, AlmanacError, Calendar, CalendarError, HolidayFile, Holidays, Limit, Trust, WorkingDays, format_date_long,
};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn file(id: &str, body: &str) -> HolidayFile {
    HolidayFile::parse(id, &format!("calendar = {id}\n{body}\n")).unwrap()
}

fn almanac(files: &[(&str, &str)]) -> Almanac {
    let mut almanac = Almanac::default();
    for (id, body) in files {
        almanac.add(file(id, body));
    }
    almanac
}

/// The next working day by what is certain, and "?" after it if it is provisional.
fn next(calendar: &Calendar, from: &str) -> String {
    let Limit { on, provisional, .. } =
        calendar.add_working_days(day(from), WorkingDays(1), Trust::PublishedOnly).unwrap();
    format!("{}{}", format_date_long(on.on()), if provisional { "?" } else { "" })
}

#[test]
fn a_local_file_over_a_shipped_one_holds_only_what_differs() {
    let id = "england-and-wales";
    let shipped = Almanac::default().calendar(id).unwrap();
    let local = almanac(&[(
        id,
        "2026-12-24 published one-off Council day | the council\n\
         2026-12-28 provisional substitute Boxing Day | a list from before it was published\n\
         2027-03-26 withdrawn regular Good Friday | to see it go\n\
         2029-01-01 published regular New Year’s Day | the list for 2029",
    )]);
    let own = local.calendar(id).unwrap();
    for (from, by_shipped, by_own) in [
        // 23 December 2026, a Wednesday: 24, (25, 26, 27, 28), 29.
        ("2026-12-23", "Thursday 24 December 2026", "Tuesday 29 December 2026"),
        // The 28th stays certain: an older, provisional line does not undo it.
        ("2026-12-24", "Tuesday 29 December 2026", "Tuesday 29 December 2026"),
        // Good Friday 2027, 26 March, is gone; Easter Monday, the 29th, is not.
        ("2027-03-25", "Tuesday 30 March 2027", "Friday 26 March 2027"),
        ("2027-03-26", "Tuesday 30 March 2027", "Tuesday 30 March 2027"),
        // Monday 1 January 2029 was computed, and is now published.
        ("2028-12-29", "Monday 1 January 2029?", "Tuesday 2 January 2029"),
        // Far from there nothing changes.
        ("2023-05-05", "Tuesday 9 May 2023", "Tuesday 9 May 2023"),
    ] {
        assert_eq!(next(&shipped, from), by_shipped, "{from}");
        assert_eq!(next(&own, from), by_own, "{from}");
    }
    assert_eq!(own.why_closed(day("2026-12-24")), Some("Council day"));
    assert_eq!(own.why_closed(day("2027-03-26")), None);
    assert_ne!(own.hash(), shipped.hash());
    assert_eq!(shipped.published_until(), day("2028-12-31"));
    // The next computed day is Good Friday 2029, 30 March.
    assert_eq!(own.published_until(), day("2029-03-29"));
    assert_eq!((own.known_from(), own.known_until()), (shipped.known_from(), shipped.known_until()));
    assert!(local.own(id).is_some() && local.own("scotland").is_none());
    // The other calendars do not see it; a union of this one does.
    assert!(local.calendar("isle-of-man").unwrap().is_working_day(day("2026-12-24")));
    assert!(!local.calendar("united-kingdom").unwrap().is_working_day(day("2026-12-24")));
    // A second file of the same calendar takes the first one's place.
    let mut again = local.clone();
    again.add(file(
        id,
        "2026-12-23 published one-off Council day | the council\n\
         2027-06-21 provisional one-off Council day | nobody has settled it",
    ));
    let again = again.calendar(id).unwrap();
    assert_eq!(next(&again, "2026-12-22"), "Thursday 24 December 2026");
    // What is not settled is laid over a working day all the same.
    assert_eq!(next(&shipped, "2027-06-18"), "Monday 21 June 2027");
    assert_eq!(next(&again, "2027-06-18"), "Monday 21 June 2027?");
}

#[test]
fn a_day_that_moves_is_withdrawn_and_written_anew() {
    // TT Friday 2027 computed for 11 June; the list, let us say, puts it on the 4th.
    let id = "isle-of-man";
    let shipped = Almanac::default().calendar(id).unwrap();
    assert_eq!(next(&shipped, "2027-06-10"), "Friday 11 June 2027?");
    assert_eq!(next(&shipped, "2027-06-03"), "Friday 4 June 2027");
    let announced = "2027-06-04 published regular TT bank holiday | the list\n\
                     2027-06-11 withdrawn regular TT bank holiday | the list";
    let own = almanac(&[(id, announced)]).calendar(id).unwrap();
    assert_eq!(next(&own, "2027-06-10"), "Friday 11 June 2027");
    assert_eq!(next(&own, "2027-06-03"), "Monday 7 June 2027");
    // Withdrawn without a day to withdraw: nothing happens. A one-off that is certain can be taken back too.
    let taken_back = "2026-06-15 withdrawn one-off World Cup bank holiday | to see it go\n\
                      2026-06-16 withdrawn one-off Nothing | nobody";
    let scotland = almanac(&[("scotland", taken_back)]);
    assert_eq!(next(&scotland.calendar("scotland").unwrap(), "2026-06-12"), "Monday 15 June 2026");
    assert_eq!(next(&scotland.calendar("united-kingdom").unwrap(), "2026-06-12"), "Monday 15 June 2026");
    // A list of withdrawn days alone knows no year.
    let nothing = Holidays::of(file("trial", "2026-06-16 withdrawn regular Nothing | nobody"));
    assert_eq!(nothing.days(), []);
    let monday = Calendar::new(&nothing).add_working_days(day("2026-06-12"), WorkingDays(1), Trust::PublishedOnly);
    assert_eq!(monday, Ok(Limit { on: day("2026-06-15").into(), provisional: true, beyond_data: true }));
}

#[test]
fn a_day_proclaimed_long_ahead_stretches_no_horizon() {
    // Tuesday 1 June 2060, in the last year of the data nothing is said of 2036 to 2059.
    let jubilee = "2060-06-01 published one-off Jubilee | a proclamation";
    let own = almanac(&[("england-and-wales", jubilee)]).calendar("england-and-wales").unwrap();
    assert_eq!(own.known_until(), day("2035-12-31"));
    assert_eq!(own.published_until(), day("2028-12-31"));
    let by = |trust, from: &str, n| own.add_working_days(day(from), WorkingDays(n), trust).unwrap();
    let add = |from: &str, n| by(Trust::PublishedOnly, from, n);
    let far = |on: &str| Limit { on: day(on).into(), provisional: true, beyond_data: true };
    assert_eq!(add("2060-05-31", 1), far("2060-06-02"));
    assert_eq!(by(Trust::WithProvisional, "2060-05-31", 1), far("2060-06-02"));
    assert_eq!(by(Trust::WithProvisional, "2035-12-31", 1), far("2036-01-01"));
    assert_eq!(add("2060-06-02", -1), far("2060-05-31"));
    // New Year's Day 2036, a Tuesday, counts: nobody has said anything of it.
    assert_eq!(add("2035-12-31", 1), far("2036-01-01"));
    assert_eq!(add("2026-12-24", 1), Limit { on: day("2026-12-29").into(), provisional: false, beyond_data: false });
    assert_eq!(own.why_closed(day("2060-06-01")), Some("Jubilee"));
    assert_eq!(own.working_days_between(day("2060-05-31"), day("2060-06-02")), Ok(WorkingDays(1)));
    // Where every day that is known is published, the first day without data is as uncertain: Friday 1 January 2027.
    let known = "2026-12-25 published regular Christmas Day | a\n2060-06-01 published one-off Jubilee | a proclamation";
    let trial = Calendar::new(&Holidays::of(file("trial", known)));
    for trust in [Trust::PublishedOnly, Trust::WithProvisional] {
        let next = |from: &str| trial.add_working_days(day(from), WorkingDays(1), trust).unwrap();
        assert_eq!(next("2026-12-31"), far("2027-01-01"));
        assert_eq!(next("2026-12-30"), Limit { on: day("2026-12-31").into(), provisional: false, beyond_data: false });
    }
}

/// A fair on the third Monday of July in three years, and a Thursday nobody has settled.
const FAIR: &str = "2025-07-21 published regular Fair Monday | the council\n\
                    2026-07-20 published regular Fair Monday | the council\n\
                    2026-12-24 provisional one-off Council day | the council\n\
                    2027-07-19 published regular Fair Monday | the council";

#[test]
fn a_union_with_a_calendar_of_ones_own() {
    let almanac = almanac(&[("fair", FAIR), ("glasgow", "union = scotland, fair")]);
    assert_eq!(almanac.union_of("glasgow"), ["scotland", "fair"]);
    assert_eq!(almanac.union_of("united-kingdom"), ["england-and-wales", "scotland", "northern-ireland"]);
    assert!(almanac.union_of("fair").is_empty() && almanac.union_of("atlantis").is_empty());
    let shipped = ["england-and-wales", "fair", "glasgow", "isle-of-man", "northern-ireland", "scotland"];
    assert_eq!(almanac.ids(), [&shipped[..], &["united-kingdom"]].concat());

    let glasgow = almanac.calendar("glasgow").unwrap();
    assert_eq!(glasgow.id(), "glasgow");
    assert_eq!(next(&glasgow, "2026-07-17"), "Tuesday 21 July 2026");
    assert_eq!(next(&glasgow, "2026-06-12"), "Tuesday 16 June 2026");
    assert_eq!(next(&glasgow, "2026-12-23"), "Thursday 24 December 2026?");
    assert_eq!(glasgow.why_closed(day("2026-07-20")), Some("Fair Monday (fair)"));
    assert_eq!(glasgow.why_closed(day("2026-12-25")), Some("Christmas Day (scotland)"));
    // Known from where Scotland is, and as far as both are.
    assert_eq!(glasgow.known_from(), day("2012-01-01"));
    assert_eq!(glasgow.known_until(), day("2027-12-31"));
    assert_eq!(glasgow.published_until(), day("2026-12-23"));
    let add = |from: &str| glasgow.add_working_days(day(from), WorkingDays(1), Trust::PublishedOnly);
    // Before the fair's first year there was none: Friday 19 July 2024, then the Monday.
    assert_eq!(add("2024-07-19"), Ok(Limit { on: day("2024-07-22").into(), provisional: false, beyond_data: false }));
    assert!(matches!(add("2011-12-30"), Err(CalendarError::BeforeData { .. })));
    // 3 and 4 January 2028 stand in for New Year in Scotland, and are published; but the fair's 2028 is not known.
    assert_eq!(add("2027-12-31"), Ok(Limit { on: day("2028-01-05").into(), provisional: true, beyond_data: true }));
}

#[test]
fn a_few_days_of_ones_own_set_no_bound_to_the_others() {
    let day_off = "2026-07-20 published one-off Council day | the council";
    let almanac = almanac(&[
        ("council", day_off),
        ("glasgow", "union = scotland, council"),
        ("scotland", "2005-05-02 published regular Early May bank holiday | an old list"),
    ]);
    let glasgow = almanac.calendar("glasgow").unwrap();
    assert_eq!((glasgow.known_from(), glasgow.known_until()), (day("2012-01-01"), day("2035-12-31")));
    assert_eq!(next(&glasgow, "2026-07-17"), "Tuesday 21 July 2026");
    // One day of 2005 does not make the years from it to the first that is known whole, nor take anything from those.
    let scotland = almanac.calendar("scotland").unwrap();
    assert_eq!((scotland.known_from(), scotland.known_until()), (day("2012-01-01"), day("2035-12-31")));
    assert_eq!(next(&scotland, "2026-06-12"), "Tuesday 16 June 2026");
}

#[test]
fn the_years_before_the_data_are_known_as_far_back_as_a_file_goes_without_a_gap() {
    let known_from = |lines: &[&str]| {
        let lines: Vec<_> = lines.iter().map(|line| format!("{line} Early May bank holiday | an old list")).collect();
        almanac(&[("scotland", &lines.join("\n"))]).holidays("scotland").unwrap().known_from()
    };
    // The first Monday of May; the shipped data begins with 2012.
    assert_eq!(known_from(&["2010-05-03 published regular", "2011-05-02 published regular"]), day("2010-01-01"));
    assert_eq!(known_from(&["2009-05-04 published regular", "2011-05-02 published regular"]), day("2011-01-01"));
    assert_eq!(known_from(&["2011-05-02 published one-off"]), day("2012-01-01"));
}

#[test]
fn in_a_union_the_most_certain_word_holds() {
    let sure = "2026-06-01 inferred substitute Fair | one\n2026-06-02 published regular Ball | one";
    let unsure = "2026-06-01 provisional substitute+one-off Fair | other\n2026-06-03 provisional regular Tea | other";
    let joined = almanac(&[("one", sure), ("other", unsure), ("both", "union = one, other")]).holidays("both").unwrap();
    let said: Vec<_> = joined
        .days()
        .iter()
        .map(|day| format!("{} {} {} {} | {}", day.on, day.status, day.kind(), day.title, day.source))
        .collect();
    assert_eq!(
        said,
        [
            "2026-06-01 inferred substitute Fair | one; other",
            "2026-06-02 published regular Ball (one) | one",
            "2026-06-03 provisional regular Tea (other) | other",
        ]
    );
    assert_eq!(joined.published_until(), day("2026-06-02"));
}

#[test]
fn a_union_that_leads_nowhere_is_refused() {
    let refused = |files: &[(&str, &str)], id: &str| almanac(files).calendar(id).unwrap_err();
    // Back to itself, in two steps and in one.
    let circle = [("a", "union = b, scotland"), ("b", "union = isle-of-man, a")];
    for (id, path) in [("a", "a, b, a"), ("b", "b, a, b")] {
        let error = refused(&circle, id);
        assert_eq!(error, AlmanacError::UnionOfItself { id: id.to_owned(), path: path.to_owned() });
        assert!(error.to_string().contains(path), "{error}");
    }
    assert!(matches!(refused(&[("c", "union = c, scotland")], "c"), AlmanacError::UnionOfItself { .. }));
    // From outside the circle.
    let outside = [circle[0], circle[1], ("d", "union = scotland, a")];
    assert!(matches!(refused(&outside, "d"), AlmanacError::UnionOfItself { .. }));
    // Twice by two ways is no circle.
    let twice = [("e", "union = scotland, isle-of-man"), ("f", "union = e, scotland")];
    assert!(!almanac(&twice).calendar("f").unwrap().is_working_day(day("2026-06-15")));
    // A member, or a calendar, that nobody has written.
    let error = refused(&[("g", "union = scotland, atlantis")], "g");
    assert!(matches!(&error, AlmanacError::NoSuchCalendar { id, .. } if id == "atlantis"), "{error}");
    assert_eq!(
        refused(&[], "atlantis").to_string(),
        "there is no calendar `atlantis`; there is: england-and-wales, isle-of-man, northern-ireland, scotland, \
         united-kingdom"
    );
    // Neither days over a shipped union, nor a union over shipped days: one of the two would be lost.
    let error = refused(&[("united-kingdom", "2026-12-24 published one-off Day | council")], "united-kingdom");
    assert!(matches!(error, AlmanacError::DaysOverUnion { .. }), "{error}");
    let error = refused(&[("scotland", "union = scotland, isle-of-man")], "scotland");
    assert_eq!(error, AlmanacError::UnionOverDays { id: "scotland".to_owned() });
    assert_eq!(
        error.to_string(),
        "calendar `scotland` has days of its own and cannot be a union as well; give the union a name of its own"
    );
}

#[test]
fn days_on_which_the_offices_are_closed() {
    let holidays = Holidays::shipped("england-and-wales").unwrap();
    let closed = |days: &[&str]| holidays.and_closed(&days.iter().map(|text| day(text)).collect::<Vec<_>>());
    // Closed from Christmas to New Year: 24 December, then Monday 4 January.
    let office = Calendar::new(&closed(&["2026-12-31", "2026-12-29", "2026-12-30", "2026-12-30"]));
    assert_eq!(next(&office, "2026-12-24"), "Monday 4 January 2027");
    assert_eq!(office.why_closed(day("2026-12-30")), Some("the offices are closed"));
    assert_eq!(office.why_closed(day("2026-12-28")), Some("Boxing Day"));
    assert_eq!(office.published_until(), day("2028-12-31"));
    assert_eq!(office.known_until(), day("2035-12-31"));
    assert_eq!(office.id(), "england-and-wales");
    assert_ne!(office.hash(), holidays.hash());
    // A weekend, a holiday and years that no file may speak of change nothing at all.
    assert_eq!(closed(&["2026-12-26", "2026-12-28", "1949-12-26", "2101-12-26"]), holidays);
    assert_eq!(closed(&[]), holidays);
    // After the data too: Monday 2 January 2040.
    let later = Calendar::new(&closed(&["2040-01-02"]));
    assert_eq!(next(&later, "2039-12-30"), "Tuesday 3 January 2040?");
    assert_eq!(later.known_until(), day("2035-12-31"));
    // Christmas 2030 is computed; closed is closed, whatever will be published. Boxing Day is left as it was.
    let christmas = Calendar::new(&closed(&["2030-12-25"]));
    assert_eq!(next(&Calendar::new(&holidays), "2030-12-24"), "Wednesday 25 December 2030?");
    assert_eq!(next(&christmas, "2030-12-24"), "Thursday 26 December 2030?");
    assert_eq!(christmas.why_closed(day("2030-12-25")), Some("Christmas Day"));
}
