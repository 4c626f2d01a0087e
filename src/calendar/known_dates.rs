//! Dates known from the law, from guidance, or counted by hand; none is taken from what the program answers.

use std::borrow::Cow;

use chrono::NaiveDate;

use super::{
    Calendar, CalendarError, Convention, DueDate, FirstDay, HolidayFile, Holidays, LastDay, Limit, Period, Trust,
    WorkingDays, format_date_long,
};

fn england() -> Calendar {
    Calendar::shipped("england-and-wales").unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn period(text: &str) -> Period {
    text.parse().unwrap()
}

fn due(text: &str) -> DueDate {
    DueDate::from(day(text))
}

fn after(start: &str, words: &str, first_day: FirstDay, last_day: LastDay) -> String {
    let convention = Convention { first_day, last_day, ..Convention::ORDINARY };
    let limit = england().after(day(start), period(words), convention, Trust::PublishedOnly).unwrap();
    format_date_long(limit.on.on())
}

/// A calendar with these days and no others.
fn trial(days: &str) -> Calendar {
    let file = HolidayFile::parse("trial", &format!("calendar = trial\n{days}\n")).unwrap();
    Calendar::new(&Holidays::of(file))
}

#[test]
fn forward_from_the_day_after_the_event() {
    for (start, words, expected) in [
        // 21 1, 22 2, 23 3, 24 4, (25 Christmas, 26 27 weekend, 28 substitute), 29 5, 30 6, 31 7,
        // (1 New Year, 2 3 weekend), 4 8, 5 9, 6 10.
        ("2026-12-18", "10 working days", "Wednesday 6 January 2027"),
        ("2026-12-18", "9 working days", "Tuesday 5 January 2027"),
        // Lester v Garland: the day of the event is day 0. A Thursday: Fri 1, Mon 2.
        ("2026-11-19", "1 working day", "Friday 20 November 2026"),
        ("2026-11-19", "2 working days", "Monday 23 November 2026"),
        // An event at the weekend: day 1 is the Monday (Information Tribunal; LTT47), from the Friday, too.
        ("2026-11-20", "1 working day", "Monday 23 November 2026"),
        ("2026-11-21", "1 working day", "Monday 23 November 2026"),
        ("2026-11-22", "1 working day", "Monday 23 November 2026"),
        // An event on Good Friday 2026: Easter Monday 6 April is none either, so day 1 is Tuesday the 7th.
        ("2026-04-03", "1 working day", "Tuesday 7 April 2026"),
        // Reg. 33(1) Care Planning Regs: 20 working days from Mon 20 April 2026. 21-24 4, 27-1 May 9, (4 May), 5-8 13,
        // 11-15 18, 18 19, 19 20.
        ("2026-04-20", "20 working days", "Tuesday 19 May 2026"),
        // The Queen's funeral, Mon 19 September 2022, counted nowhere: Fri 16, then Tue 20 is day 1.
        ("2022-09-16", "1 working day", "Tuesday 20 September 2022"),
        // The coronation, Mon 8 May 2023, beside the early May holiday of the 1st.
        // From Fri 28 April: 2 1, 3 2, 4 3, 5 4, 9 5.
        ("2023-04-28", "5 working days", "Tuesday 9 May 2023"),
        // The first day of the data, a Sunday: Monday the 2nd stands in for New Year.
        ("2012-01-01", "1 working day", "Tuesday 3 January 2012"),
        // VE day: Fri 8 May 2020 in place of Mon 4 May. From Fri 1 May: 4 1, 5 2, 6 3, 7 4, 11 5.
        ("2020-05-01", "5 working days", "Monday 11 May 2020"),
        // Jubilee 2012: 4 and 5 June; 28 May, the usual Monday, was worked. From Fri 25 May: 28 1 ... 1 June 5, 6 June 6.
        ("2012-05-25", "1 working day", "Monday 28 May 2012"),
        ("2012-05-25", "6 working days", "Wednesday 6 June 2012"),
        // Christmas 2027 on a Saturday: Mon 27 and Tue 28 are substitutes, and so is Mon 3 January 2028.
        // From Fri 24: 29 1, 30 2, 31 3, 4 4.
        ("2027-12-24", "4 working days", "Tuesday 4 January 2028"),
        // "12 working weeks" are 60 working days. From Mon 7 Sept 2026, no holiday on the way: Monday 30 November.
        ("2026-09-07", "12 working weeks", "Monday 30 November 2026"),
        // CPR 2.8(3): served on 2 October, 14 days end on 16 October.
        ("2026-10-02", "14 days", "Friday 16 October 2026"),
        // Reg. 28(4)(b): four weeks from the last visit, day 28 in time, no matter that it is Christmas.
        ("2026-11-27", "4 weeks", "Friday 25 December 2026"),
        ("2026-11-27", "28 days", "Friday 25 December 2026"),
        // Corresponding dates: Dodds v Walker, clamped to the month.
        ("2026-09-30", "4 months", "Saturday 30 January 2027"),
        ("2026-08-31", "6 months", "Sunday 28 February 2027"),
        ("2027-08-31", "6 months", "Tuesday 29 February 2028"),
        ("2027-02-28", "1 month", "Sunday 28 March 2027"),
    ] {
        assert_eq!(after(start, words, FirstDay::Excluded, LastDay::AsIs), expected, "{words} after {start}");
    }
}

#[test]
fn forward_with_the_day_of_the_event() {
    for (start, words, expected) in [
        ("2026-12-18", "10 working days", "Tuesday 5 January 2027"),
        ("2026-11-19", "1 working day", "Thursday 19 November 2026"),
        ("2026-11-21", "1 working day", "Monday 23 November 2026"),
        ("2026-11-21", "2 working days", "Tuesday 24 November 2026"),
        // "Beginning with" Monday 2 November, one week ends on Sunday the 8th, one month on 1 December.
        ("2026-11-02", "1 week", "Sunday 8 November 2026"),
        ("2026-11-02", "1 day", "Monday 2 November 2026"),
        ("2026-11-02", "1 month", "Tuesday 1 December 2026"),
    ] {
        assert_eq!(after(start, words, FirstDay::Included, LastDay::AsIs), expected, "{words} from {start}");
    }
}

#[test]
fn a_last_day_that_is_no_working_day() {
    let from = |last_day| after("2026-11-27", "4 weeks", FirstDay::Excluded, last_day);
    assert_eq!(from(LastDay::AsIs), "Friday 25 December 2026");
    assert_eq!(from(LastDay::Previous), "Thursday 24 December 2026");
    assert_eq!(from(LastDay::Next), "Tuesday 29 December 2026");
    for last_day in [LastDay::AsIs, LastDay::Previous, LastDay::Next] {
        assert_eq!(after("2026-11-19", "1 week", FirstDay::Excluded, last_day), "Thursday 26 November 2026");
    }
}

#[test]
fn backward_from_a_booked_day() {
    for (end, words, expected) in [
        // CPR 2.8(3) and (4): three clear days are the fourth day before. Hearings on Friday and on Monday 20 October.
        ("2023-10-20", "4 working days", "Monday 16 October 2023"),
        ("2025-10-20", "4 working days", "Tuesday 14 October 2025"),
        // Strictly before: the day itself never counts, at the weekend either.
        ("2026-11-23", "1 working day", "Friday 20 November 2026"),
        ("2026-11-22", "1 working day", "Friday 20 November 2026"),
        // Back over Christmas 2026: 5 January 1, 4 2, 31 3, 30 4, 29 5, 24 6.
        ("2027-01-06", "6 working days", "Thursday 24 December 2026"),
        ("2026-12-25", "4 weeks", "Friday 27 November 2026"),
        ("2026-03-31", "1 month", "Saturday 28 February 2026"),
        ("2026-11-30", "1 working week", "Monday 23 November 2026"),
    ] {
        let limit = england().before(day(end), period(words), Trust::PublishedOnly).unwrap();
        assert_eq!(format_date_long(limit.on.on()), expected, "{words} before {end}");
    }
}

#[test]
fn both_ends_of_a_count() {
    let england = england();
    for (from, to, expected) in [
        ("2026-12-18", "2027-01-06", 10),
        ("2027-01-06", "2026-12-18", -10),
        ("2026-12-18", "2026-12-18", 0),
        ("2026-12-24", "2026-12-28", 0),
        // 2026 has 261 Mondays to Fridays, less eight holidays.
        ("2025-12-31", "2026-12-31", 253),
    ] {
        assert_eq!(england.working_days_between(day(from), day(to)), Ok(WorkingDays(expected)), "{from} {to}");
    }
    // A day that is not published makes a number provisional where it lies between, and the first of the two does not.
    for (from, to, provisional, beyond_data) in [
        ("2028-12-28", "2028-12-29", false, false),
        ("2028-12-29", "2029-01-02", true, false),
        ("2029-01-01", "2029-01-05", false, false),
        ("2029-01-02", "2029-01-05", false, false),
        ("2035-12-27", "2035-12-31", false, false),
        ("2035-12-31", "2036-01-02", true, true),
    ] {
        for (from, to) in [(from, to), (to, from)] {
            let counted = england.count_working_days(day(from), day(to), Trust::PublishedOnly).unwrap();
            assert_eq!((counted.provisional, counted.beyond_data), (provisional, beyond_data), "{from} {to}");
        }
    }
}

#[test]
fn the_horizon_is_said() {
    let england = england();
    assert_eq!(england.known_from(), day("2012-01-01"));
    assert_eq!(england.published_until(), day("2028-12-31"));
    assert_eq!(england.known_until(), day("2035-12-31"));
    let limit = |start: &str, n, trust| {
        let Limit { on, provisional, beyond_data } =
            england.add_working_days(day(start), WorkingDays(n), trust).unwrap();
        (on.to_string(), provisional, beyond_data)
    };
    // Published to the last day of 2028, a Sunday: Friday the 29th is certain.
    assert_eq!(limit("2028-12-28", 1, Trust::WithProvisional), ("2028-12-29".to_owned(), false, false));
    // New Year 2029 is a Monday, provisional: strictly a working day, likely none. Both dates can still move.
    assert_eq!(limit("2028-12-28", 2, Trust::PublishedOnly), ("2029-01-01".to_owned(), true, false));
    assert_eq!(limit("2028-12-28", 2, Trust::WithProvisional), ("2029-01-02".to_owned(), true, false));
    // Backward out of an unpublished year into a published one.
    assert_eq!(limit("2029-01-02", -1, Trust::WithProvisional), ("2028-12-29".to_owned(), true, false));
    // Between two provisional holidays nothing is left open: from New Year 2029 to Good Friday, 30 March.
    assert_eq!(limit("2029-01-02", 1, Trust::PublishedOnly), ("2029-01-03".to_owned(), false, false));
    assert_eq!(limit("2029-03-28", 1, Trust::PublishedOnly), ("2029-03-29".to_owned(), false, false));
    assert_eq!(limit("2029-03-28", 2, Trust::PublishedOnly), ("2029-03-30".to_owned(), true, false));
    // From the provisional holiday itself nothing is passed over either way: its own day does not count.
    assert_eq!(limit("2029-01-01", 1, Trust::WithProvisional), ("2029-01-02".to_owned(), false, false));
    assert_eq!(limit("2029-01-01", -1, Trust::WithProvisional), ("2028-12-29".to_owned(), false, false));
    // Friday, Easter Monday 2 April: 3 April.
    assert_eq!(limit("2029-03-28", 2, Trust::WithProvisional), ("2029-04-03".to_owned(), true, false));
    // Monday 31 December 2035 is the last day with data; after it New Year's Day counts as any Tuesday.
    assert_eq!(limit("2035-12-28", 1, Trust::WithProvisional), ("2035-12-31".to_owned(), false, false));
    assert_eq!(limit("2035-12-28", 2, Trust::WithProvisional), ("2036-01-01".to_owned(), true, true));
    assert_eq!(limit("2036-12-24", 2, Trust::PublishedOnly), ("2036-12-26".to_owned(), true, true));
}

#[test]
fn a_day_outside_all_knowledge_is_refused() {
    let england = england();
    let count = |start: &str, words: &str| {
        england.after(day(start), period(words), Convention::ORDINARY, Trust::PublishedOnly).unwrap_err().to_string()
    };
    assert_eq!(
        count("2011-12-30", "5 working days"),
        "cannot count 5 working days after 2011-12-30: calendar england-and-wales has no holiday data before \
         2012-01-01; check the date, or add the earlier years to the holiday file"
    );
    assert_eq!(
        count("0026-01-05", "4 weeks"),
        "cannot count 4 weeks after 0026-01-05: that leaves the years 1900 to 2200; check the date in the record"
    );
    assert_eq!(
        count("2026-01-05", "24 hours"),
        "cannot count 24 hours after 2026-01-05: hours run from an instant, not from a day; count them from the time \
         of the event"
    );
    assert!(matches!(
        england.before(day("2012-01-04"), Period::WorkingDays(5), Trust::PublishedOnly),
        Err(CalendarError::BeforeData { .. })
    ));
    for absurd in [Period::Days(u32::MAX), Period::WorkingDays(u32::MAX), Period::Months(u32::MAX)] {
        let convention = Convention { first_day: FirstDay::Included, last_day: LastDay::Next, ..Convention::ORDINARY };
        let answer = england.after(day("2026-01-05"), absurd, convention, Trust::PublishedOnly);
        assert!(matches!(answer, Err(CalendarError::OutOfRange { .. })), "{absurd}");
        assert!(england.before(day("2026-01-05"), absurd, Trust::PublishedOnly).is_err(), "{absurd}");
    }
    assert!(matches!(
        england.before(day("2026-01-05"), Period::Days(0), Trust::PublishedOnly),
        Err(CalendarError::EmptyPeriod { .. })
    ));
    assert_eq!(england.first_working_day_of_month(2026, 13), Err(CalendarError::NoSuchMonth { year: 2026, month: 13 }));
    for edge in [NaiveDate::MIN, NaiveDate::MAX] {
        england.is_working_day(edge);
        england.next_working_day(edge);
        england.previous_working_day(edge);
        assert!(england.working_days_between(edge, day("2026-01-05")).is_err());
        assert!(england.add_working_days(edge, WorkingDays(i32::MIN), Trust::PublishedOnly).is_err());
    }
    // 1900 to 2200: 15,705 weeks and a Monday to Wednesday, so 31,410 weekend days, and 140 published holidays.
    assert_eq!(england.skipped(NaiveDate::MIN, NaiveDate::MAX, Trust::PublishedOnly).len(), 31_550);
    assert_eq!(england.skipped(NaiveDate::MAX, NaiveDate::MIN, Trust::PublishedOnly), []);
}

#[test]
fn what_was_passed_over_is_named() {
    let england = england();
    let said = |from, to, trust| -> Vec<String> {
        england.skipped(day(from), day(to), trust).iter().map(|day| format!("{} {}", day.on, day.name)).collect()
    };
    assert_eq!(
        said("2026-12-18", "2027-01-06", Trust::PublishedOnly),
        [
            "2026-12-19 Saturday",
            "2026-12-20 Sunday",
            "2026-12-25 Christmas Day",
            "2026-12-26 Saturday",
            "2026-12-27 Sunday",
            "2026-12-28 Boxing Day",
            "2027-01-01 New Year’s Day",
            "2027-01-02 Saturday",
            "2027-01-03 Sunday",
        ]
    );
    // (from, to]: the first day is left out, the last is not.
    assert_eq!(said("2026-12-25", "2026-12-26", Trust::PublishedOnly), ["2026-12-26 Saturday"]);
    assert!(said("2029-12-24", "2029-12-25", Trust::PublishedOnly).is_empty());
    assert_eq!(said("2029-12-24", "2029-12-25", Trust::WithProvisional), ["2029-12-25 Christmas Day"]);
    let json = serde_json::to_string(&england.skipped(day("2026-12-24"), day("2026-12-25"), Trust::PublishedOnly));
    assert_eq!(json.unwrap(), r#"[{"on":"2026-12-25","name":"Christmas Day","provisional":false}]"#);
    // The two days of every week are named without memory of their own.
    let weekend = england.skipped(day("2026-12-18"), day("2026-12-20"), Trust::PublishedOnly);
    assert!(weekend.iter().all(|day| matches!(day.name, Cow::Borrowed("Saturday" | "Sunday"))), "{weekend:?}");
    let christmas = england.skipped(day("2029-12-24"), day("2029-12-25"), Trust::WithProvisional);
    assert!(christmas[0].provisional, "nobody has published 2029");
}

#[test]
fn the_data_ends_with_the_first_year_that_is_not_listed() {
    let horizon = |body: &str| {
        let trial = trial(&format!("2026-12-25 published regular Christmas Day | a\n{body}"));
        (trial.published_until().to_string(), trial.known_until().to_string())
    };
    let ends = |published: &str, known: &str| (published.to_owned(), known.to_owned());
    let published = "2027-12-27 published substitute Christmas Day | a";
    assert_eq!(horizon(published), ends("2027-12-31", "2027-12-31"));
    // Published as far as the eve of the first day that is not.
    let provisional = "2027-12-27 provisional substitute Christmas Day | a";
    assert_eq!(horizon(provisional), ends("2027-12-26", "2027-12-31"));
    // A coronation proclaimed ahead does not make its year's list known, nor does a list past a gap.
    assert_eq!(horizon("2027-06-01 published one-off Coronation | a"), ends("2026-12-31", "2026-12-31"));
    assert_eq!(horizon("2028-12-25 published regular Christmas Day | a"), ends("2026-12-31", "2026-12-31"));
    // A provisional day among published ones makes what crosses it provisional, and nothing else.
    let fair = trial("2026-06-01 provisional one-off Fair | a\n2026-12-25 inferred regular Christmas Day | a");
    assert_eq!(fair.published_until(), day("2026-05-31"));
    assert_eq!(fair.known_until(), day("2026-12-31"));
    let next = |start| fair.add_working_days(day(start), WorkingDays(1), Trust::WithProvisional).unwrap();
    assert_eq!(next("2026-05-28"), Limit { on: due("2026-05-29"), provisional: false, beyond_data: false });
    assert_eq!(next("2026-05-29"), Limit { on: due("2026-06-02"), provisional: true, beyond_data: false });
    assert_eq!(next("2026-06-02"), Limit { on: due("2026-06-03"), provisional: false, beyond_data: false });
    let nothing_sure = trial("2026-06-01 provisional regular Fair | a");
    assert_eq!(nothing_sure.published_until(), day("2026-05-31"));
}

#[test]
fn the_hash_follows_what_is_said_and_nothing_else() {
    let hash = |days: &str| trial(days).hash().to_owned();
    let plain = hash("2026-12-25 published regular Christmas Day | a");
    assert_eq!(plain.len(), 64);
    // sha256sum of the two canonical lines.
    assert_eq!(plain, "30b7588f78ba2bf00446f3a300a4e0203564db107202db8ee13e2557a626cc8a");
    assert_eq!(plain, hash("# note\n\r\n2026-12-25   published regular  Christmas  Day |b"));
    for other in [
        "2026-12-24 published regular Christmas Day | a",
        "2026-12-25 inferred regular Christmas Day | a",
        "2026-12-25 published substitute Christmas Day | a",
        "2026-12-25 published regular Christmas | a",
    ] {
        assert_ne!(plain, hash(other), "{other}");
    }
}

#[test]
fn no_holiday_can_move_calendar_time() {
    let england = Calendar::shipped("england-and-wales").unwrap();
    let weeks = |last_day| {
        let convention = Convention { last_day, ..Convention::ORDINARY };
        england.after(day("2030-12-02"), Period::Weeks(4), convention, Trust::WithProvisional).unwrap()
    };
    // Monday 2 December 2030 and 28 days: Monday 30 December, whatever is published. Moved back it rests on the calendar.
    assert_eq!(weeks(LastDay::AsIs), Limit { on: due("2030-12-30"), provisional: false, beyond_data: false });
    // Moved, it would rest on the calendar; it is a working day, so there is nothing to move it over.
    assert_eq!(weeks(LastDay::Previous), weeks(LastDay::AsIs));
}
