//! Known dates in Scotland, Northern Ireland, the Isle of Man and any part of the United Kingdom, counted by hand over a
//! calendar on the wall; and what the conventions and allowances make of them.

use chrono::{DateTime, NaiveDate, Utc};

use super::{
    Almanac, Calendar, CalendarError, Convention, FirstDay, HolidayFile, LastDay, NonWorkingStart, Period, Trust,
    WorkingDays, Zone, format_date_long,
};

const ENGLAND: &str = "england-and-wales";
const SCOTLAND: &str = "scotland";
const NORTHERN_IRELAND: &str = "northern-ireland";
const ISLE_OF_MAN: &str = "isle-of-man";
const UNITED_KINGDOM: &str = "united-kingdom";

/// All of them, and the Isle of Man beside the United Kingdom.
fn almanac() -> Almanac {
    let mut almanac = Almanac::default();
    let text = "calendar = anywhere\nunion = united-kingdom, isle-of-man\n";
    almanac.add(HolidayFile::parse("anywhere", text).unwrap());
    almanac
}

fn calendar(id: &str) -> Calendar {
    almanac().calendar(id).unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// The last day, and "?" after it if it is provisional.
fn after(id: &str, start: &str, words: &str, convention: Convention, trust: Trust) -> String {
    let limit = calendar(id).after(day(start), words.parse().unwrap(), convention, trust).unwrap();
    format!("{}{}", format_date_long(limit.on.on()), if limit.provisional { "?" } else { "" })
}

#[test]
fn forward_over_the_holidays_of_each_part() {
    for (id, start, words, expected) in [
        // The World Cup, Monday 15 June 2026, is a holiday in Scotland, and so in "any part", and nowhere else.
        (SCOTLAND, "2026-06-12", "1 working day", "Tuesday 16 June 2026"),
        (UNITED_KINGDOM, "2026-06-12", "1 working day", "Tuesday 16 June 2026"),
        (ENGLAND, "2026-06-12", "1 working day", "Monday 15 June 2026"),
        (NORTHERN_IRELAND, "2026-06-12", "1 working day", "Monday 15 June 2026"),
        (ISLE_OF_MAN, "2026-06-12", "1 working day", "Monday 15 June 2026"),
        // From Monday 8 June: 9 1, 10 2, 11 3, 12 4, (15), 16 5, 17 6, 18 7, 19 8, 22 9, 23 10.
        (SCOTLAND, "2026-06-08", "10 working days", "Tuesday 23 June 2026"),
        (ENGLAND, "2026-06-08", "10 working days", "Monday 22 June 2026"),
        // St Andrew's, 30 November: a Monday in 2026; a Sunday in 2025, so Monday 1 December; a Saturday in 2024, so the 2nd.
        (SCOTLAND, "2026-11-27", "1 working day", "Tuesday 1 December 2026"),
        (SCOTLAND, "2025-11-28", "1 working day", "Tuesday 2 December 2025"),
        (SCOTLAND, "2024-11-29", "1 working day", "Tuesday 3 December 2024"),
        (ENGLAND, "2026-11-27", "1 working day", "Monday 30 November 2026"),
        // Twelve weeks from Monday 7 September 2026 end on St Andrew's, so the 60th working day is the next one.
        (SCOTLAND, "2026-09-07", "12 working weeks", "Tuesday 1 December 2026"),
        // Easter Monday, 6 April 2026, is worked in Scotland; Good Friday is not.
        (SCOTLAND, "2026-04-02", "1 working day", "Monday 6 April 2026"),
        (NORTHERN_IRELAND, "2026-04-02", "1 working day", "Tuesday 7 April 2026"),
        (ISLE_OF_MAN, "2026-04-02", "1 working day", "Tuesday 7 April 2026"),
        // 2 January 2027 is a Saturday: in Scotland Monday the 4th stands in for it.
        (SCOTLAND, "2026-12-31", "1 working day", "Tuesday 5 January 2027"),
        (ENGLAND, "2026-12-31", "1 working day", "Monday 4 January 2027"),
        // Summer: in Scotland the first Monday of August, elsewhere the last.
        (SCOTLAND, "2026-07-31", "1 working day", "Tuesday 4 August 2026"),
        (SCOTLAND, "2026-08-28", "1 working day", "Monday 31 August 2026"),
        (NORTHERN_IRELAND, "2026-07-31", "1 working day", "Monday 3 August 2026"),
        (NORTHERN_IRELAND, "2026-08-28", "1 working day", "Tuesday 1 September 2026"),
        // 12 July 2026 is a Sunday: Monday the 13th. In 2025 a Saturday: Monday the 14th.
        (NORTHERN_IRELAND, "2026-07-10", "1 working day", "Tuesday 14 July 2026"),
        (NORTHERN_IRELAND, "2025-07-11", "1 working day", "Tuesday 15 July 2025"),
        (ENGLAND, "2026-07-10", "1 working day", "Monday 13 July 2026"),
        // From Monday 22 June: 23 1, 24 2, 25 3, 26 4, 29 5, 30 6, 1 July 7, 2 8, 3 9, 6 10, 7 11, 8 12, 9 13, 10 14, (13),
        // 14 15, 15 16, 16 17, 17 18, 20 19, 21 20.
        (NORTHERN_IRELAND, "2026-06-22", "20 working days", "Tuesday 21 July 2026"),
        (ENGLAND, "2026-06-22", "20 working days", "Monday 20 July 2026"),
        // St Patrick's, a Tuesday in 2026; a Sunday in 2024, so Monday the 18th.
        (NORTHERN_IRELAND, "2026-03-16", "1 working day", "Wednesday 18 March 2026"),
        (NORTHERN_IRELAND, "2024-03-15", "1 working day", "Tuesday 19 March 2024"),
        (SCOTLAND, "2026-03-16", "1 working day", "Tuesday 17 March 2026"),
        // TT Friday 2026: 25 May, the last Monday, and 11 days, 5 June.
        (ISLE_OF_MAN, "2026-06-04", "1 working day", "Monday 8 June 2026"),
        (UNITED_KINGDOM, "2026-06-04", "1 working day", "Friday 5 June 2026"),
        // In 2020 it was first set for 12 June, then moved to Friday 28 August, before Monday the 31st.
        (ISLE_OF_MAN, "2020-06-04", "1 working day", "Friday 5 June 2020"),
        (ISLE_OF_MAN, "2020-06-11", "1 working day", "Friday 12 June 2020"),
        (ISLE_OF_MAN, "2020-08-27", "1 working day", "Tuesday 1 September 2020"),
        // Tynwald Day, 5 July: a Saturday in 2025, so Monday the 7th; a Sunday in 2026, so the 6th.
        (ISLE_OF_MAN, "2025-07-04", "1 working day", "Tuesday 8 July 2025"),
        (ISLE_OF_MAN, "2026-07-03", "1 working day", "Tuesday 7 July 2026"),
        (UNITED_KINGDOM, "2025-07-04", "1 working day", "Monday 7 July 2025"),
        // From Monday 18 May: 19 1, 20 2, 21 3, 22 4, (25), 26 5, 27 6, 28 7, 29 8, 1 June 9, 2 10, 3 11, 4 12, (5), 8 13,
        // 9 14, 10 15, 11 16, 12 17, 15 18, 16 19, 17 20.
        (ISLE_OF_MAN, "2026-05-18", "20 working days", "Wednesday 17 June 2026"),
        (ENGLAND, "2026-05-18", "20 working days", "Tuesday 16 June 2026"),
        // In Scotland 4 June is 12, 5 13, and 12 18, (15), 16 19, 17 20.
        (SCOTLAND, "2026-05-18", "20 working days", "Wednesday 17 June 2026"),
        // With all of them: (5), 8 13, ... 12 17, (15), 16 18, 17 19, 18 20.
        ("anywhere", "2026-05-18", "20 working days", "Thursday 18 June 2026"),
        ("anywhere", "2026-07-03", "1 working day", "Tuesday 7 July 2026"),
    ] {
        let said = after(id, start, words, Convention::ORDINARY, Trust::PublishedOnly);
        assert_eq!(said, expected, "{id}: {words} after {start}");
    }
}

#[test]
fn any_part_of_the_united_kingdom_counts_over_the_holidays_of_all() {
    // Freedom of Information Act 2000, section 10(6). The two Mondays that are easily missed: 14 July, the substitute in
    // Northern Ireland, and 4 August, the summer holiday in Scotland.
    for (start, expected) in [
        // From Thursday 10 July 2014: 11 1, (14), 15 2, 16 3, 17 4, 18 5, 21 6, 22 7, 23 8, 24 9, 25 10, 28 11, 29 12,
        // 30 13, 31 14, 1 August 15, (4), 5 16, 6 17, 7 18, 8 19, 11 20. In England it is Thursday 7 August.
        ("2014-07-10", "Monday 11 August 2014"),
        // From Monday 7 July 2025: 8 1, 9 2, 10 3, 11 4, (14), 15 5, 16 6, 17 7, 18 8, 21 9, 22 10, 23 11, 24 12, 25 13,
        // 28 14, 29 15, 30 16, 31 17, 1 August 18, (4), 5 19, 6 20. In England it is Monday 4 August.
        ("2025-07-07", "Wednesday 6 August 2025"),
        // The eve of the first Monday: 15 July 1, 16 2, 17 3, 18 4, 21 5, ..., 25 9, 28 10, ..., 1 August 14, (4), 5 15,
        // 6 16, 7 17, 8 18, 11 19, 12 20.
        ("2014-07-14", "Tuesday 12 August 2014"),
        // From Monday 2 November 2026: 3 1, ..., 27 19, (30, St Andrew's), 1 December 20.
        ("2026-11-02", "Tuesday 1 December 2026"),
        // From Wednesday 16 December 2026: 17 1, 18 2, 21 3, 22 4, 23 5, 24 6, (25, 28), 29 7, 30 8, 31 9, (1, and 4 in
        // Scotland), 5 January 10, 6 11, 7 12, 8 13, 11 14, 12 15, 13 16, 14 17, 15 18, 18 19, 19 20.
        ("2026-12-16", "Tuesday 19 January 2027"),
    ] {
        let said = after(UNITED_KINGDOM, start, "20 working days", Convention::ORDINARY, Trust::PublishedOnly);
        assert_eq!(said, expected, "{start}");
    }
    // 2026 has 261 Mondays to Fridays. England and Wales take eight; Scotland adds 2 January, 15 June, 3 August and 30
    // November, Northern Ireland 17 March and 13 July.
    let year = |id| calendar(id).working_days_between(day("2025-12-31"), day("2026-12-31")).unwrap();
    assert_eq!(year(ENGLAND), WorkingDays(253));
    assert_eq!(year(UNITED_KINGDOM), WorkingDays(247));
    // Scotland alone has no Easter Monday and its summer holiday in place of the other: 261 - 8 - 4 + 2.
    assert_eq!(year(SCOTLAND), WorkingDays(251));
    assert_eq!(year(NORTHERN_IRELAND), WorkingDays(251));
    // TT Friday and Tynwald Day.
    assert_eq!(year(ISLE_OF_MAN), WorkingDays(251));
}

#[test]
fn an_event_deemed_to_happen_on_the_next_working_day() {
    let deemed = Convention { non_working_start: NonWorkingStart::DeemedReceived, ..Convention::ORDINARY };
    let beginning_with = Convention { first_day: FirstDay::Included, ..deemed };
    let strictly = Trust::PublishedOnly;
    for (start, words, convention, expected) in [
        // Saturday 5 September 2026: Monday the 7th is day 1, or day 0. Four weeks from there have no holiday.
        ("2026-09-05", "20 working days", Convention::ORDINARY, "Friday 2 October 2026"),
        ("2026-09-05", "20 working days", deemed, "Monday 5 October 2026"),
        ("2026-09-05", "20 working days", beginning_with, "Friday 2 October 2026"),
        ("2026-09-05", "4 weeks", Convention::ORDINARY, "Saturday 3 October 2026"),
        ("2026-09-05", "4 weeks", deemed, "Monday 5 October 2026"),
        ("2026-09-05", "1 week", beginning_with, "Sunday 13 September 2026"),
        ("2026-09-05", "1 month", Convention::ORDINARY, "Monday 5 October 2026"),
        ("2026-09-05", "1 month", deemed, "Wednesday 7 October 2026"),
        // Monday 13 July 2026, a holiday in Northern Ireland: Tuesday is day 1, or day 0.
        ("2026-07-13", "1 working day", Convention::ORDINARY, "Tuesday 14 July 2026"),
        ("2026-07-13", "1 working day", deemed, "Wednesday 15 July 2026"),
        // On a working day it makes no difference.
        ("2026-07-14", "1 working day", Convention::ORDINARY, "Wednesday 15 July 2026"),
        ("2026-07-14", "1 working day", deemed, "Wednesday 15 July 2026"),
    ] {
        let said = after(UNITED_KINGDOM, start, words, convention, strictly);
        assert_eq!(said, expected, "{words} from {start}, {convention:?}");
    }
    // Easter Monday 2030, 22 April, is computed: whether an event on it happened on it is open, and so is all that follows.
    let easter = |convention, trust| after(ENGLAND, "2030-04-22", "1 working day", convention, trust);
    assert_eq!(easter(deemed, strictly), "Tuesday 23 April 2030?");
    assert_eq!(easter(deemed, Trust::WithProvisional), "Wednesday 24 April 2030?");
    assert_eq!(easter(Convention::ORDINARY, strictly), "Tuesday 23 April 2030");
    assert_eq!(easter(Convention::ORDINARY, Trust::WithProvisional), "Tuesday 23 April 2030");
}

#[test]
fn clear_days_leave_out_both_ends() {
    for (id, hearing, clear, expected) in [
        // One clear day before Wednesday 17 June 2026, Tuesday: the day before is Monday, or Friday in Scotland.
        (ENGLAND, "2026-06-17", 1, "Monday 15 June 2026"),
        (SCOTLAND, "2026-06-17", 1, "Friday 12 June 2026"),
        // Three before Tuesday 7 April 2026: 2 April, 1 April, 31 March. In Scotland 6 April, 2 April, 1 April.
        (ENGLAND, "2026-04-07", 3, "Monday 30 March 2026"),
        (SCOTLAND, "2026-04-07", 3, "Tuesday 31 March 2026"),
        // None: the working day before.
        (ENGLAND, "2026-11-23", 0, "Friday 20 November 2026"),
    ] {
        let limit = calendar(id).clear_days_before(day(hearing), WorkingDays(clear), Trust::PublishedOnly).unwrap();
        assert_eq!(format_date_long(limit.on.on()), expected, "{id}: {clear} before {hearing}");
    }
    // Three clear days before Tuesday 23 April 2030: strictly 22, 19, 18; with Easter 18, 17, 16.
    let easter = |trust| calendar(ENGLAND).clear_days_before(day("2030-04-23"), WorkingDays(3), trust).unwrap();
    let (strict, likely) = (easter(Trust::PublishedOnly), easter(Trust::WithProvisional));
    assert_eq!((strict.on.to_string(), strict.provisional), ("2030-04-17".to_owned(), true));
    assert_eq!((likely.on.to_string(), likely.provisional), ("2030-04-15".to_owned(), true));
}

#[test]
fn a_last_day_moved_over_a_holiday_not_yet_published() {
    use Trust::{PublishedOnly, WithProvisional};
    for (start, words, last_day, trust, expected) in [
        // Four weeks from Wednesday 27 November 2030 end at Christmas, which stays as it is whatever is published.
        ("2030-11-27", "4 weeks", LastDay::AsIs, PublishedOnly, "Wednesday 25 December 2030"),
        ("2030-11-27", "4 weeks", LastDay::AsIs, WithProvisional, "Wednesday 25 December 2030"),
        ("2030-11-27", "4 weeks", LastDay::Previous, PublishedOnly, "Wednesday 25 December 2030?"),
        ("2030-11-27", "4 weeks", LastDay::Previous, WithProvisional, "Tuesday 24 December 2030?"),
        ("2030-11-27", "4 weeks", LastDay::Next, PublishedOnly, "Wednesday 25 December 2030?"),
        ("2030-11-27", "4 weeks", LastDay::Next, WithProvisional, "Friday 27 December 2030?"),
        // Two weeks from Saturday the 14th end on Saturday the 28th; the Friday and the Monday are sure.
        ("2030-12-14", "2 weeks", LastDay::Previous, WithProvisional, "Friday 27 December 2030"),
        ("2030-12-14", "2 weeks", LastDay::Next, WithProvisional, "Monday 30 December 2030"),
        // A week to the Saturday between Good Friday and Easter Monday 2030.
        ("2030-04-13", "1 week", LastDay::Previous, PublishedOnly, "Friday 19 April 2030?"),
        ("2030-04-13", "1 week", LastDay::Previous, WithProvisional, "Thursday 18 April 2030?"),
        ("2030-04-13", "1 week", LastDay::Next, PublishedOnly, "Monday 22 April 2030?"),
        ("2030-04-13", "1 week", LastDay::Next, WithProvisional, "Tuesday 23 April 2030?"),
    ] {
        let convention = Convention { last_day, ..Convention::ORDINARY };
        let said = after(ENGLAND, start, words, convention, trust);
        assert_eq!(said, expected, "{words} from {start}, {last_day:?}, {trust:?}");
    }
}

#[test]
fn what_is_allowed_from_an_instant() {
    let london = Zone::from_name("Europe/London").unwrap();
    let end_of = |id: &str, at: &str, words: &str, trust| -> (String, bool) {
        let allowed = words.parse().unwrap();
        let at = at.parse::<DateTime<Utc>>().unwrap();
        let ending = calendar(id).end_of(allowed, at, Convention::ORDINARY, trust, london).unwrap();
        (ending.end.at(london).format("%FT%TZ").to_string(), ending.provisional)
    };
    for (id, at, words, expected) in [
        // Friday 12 June 2026 at four o'clock, summer time: 24 hours end on Saturday at four; carried, at four on Monday, or
        // on Tuesday in Scotland. One working day ends with that day, at 23:00 Greenwich mean time.
        (ENGLAND, "2026-06-12T15:00:00Z", "24 hours", "2026-06-13T15:00:00Z"),
        (ENGLAND, "2026-06-12T15:00:00Z", "24 hours, carried to a working day", "2026-06-15T15:00:00Z"),
        (SCOTLAND, "2026-06-12T15:00:00Z", "24 hours, carried to a working day", "2026-06-16T15:00:00Z"),
        (SCOTLAND, "2026-06-12T15:00:00Z", "24 hours or 1 working day, whichever is earliest", "2026-06-13T15:00:00Z"),
        (SCOTLAND, "2026-06-12T15:00:00Z", "24 hours or 1 working day, whichever is latest", "2026-06-16T23:00:00Z"),
        (ENGLAND, "2026-06-12T15:00:00Z", "1 working day or 24 hours, whichever is latest", "2026-06-15T23:00:00Z"),
        // Half past midnight on Wednesday 1 July, though still June in Greenwich.
        (ENGLAND, "2026-06-30T23:30:00Z", "1 working day", "2026-07-02T23:00:00Z"),
        (ENGLAND, "2026-06-30T22:30:00Z", "1 working day", "2026-07-01T23:00:00Z"),
        // From Friday 18 December 2026: two weeks end with New Year's Day, ten working days with 6 January.
        (ENGLAND, "2026-12-18T12:00:00Z", "2 weeks or 10 working days, whichever is earliest", "2027-01-02T00:00:00Z"),
        (ENGLAND, "2026-12-18T12:00:00Z", "2 weeks or 10 working days, whichever is latest", "2027-01-07T00:00:00Z"),
        (ENGLAND, "2026-12-18T12:00:00Z", "1 month", "2027-01-19T00:00:00Z"),
    ] {
        let said = end_of(id, at, words, Trust::PublishedOnly);
        assert_eq!(said, (expected.to_owned(), false), "{id}: {words} from {at}");
    }
    // Maundy Thursday 2030: carried hours end on Good Friday if it is none, and else on the Tuesday.
    let carried = |trust| end_of(ENGLAND, "2030-04-18T15:00:00Z", "24 hours, carried to a working day", trust);
    assert_eq!(carried(Trust::PublishedOnly), ("2030-04-19T15:00:00Z".to_owned(), true));
    assert_eq!(carried(Trust::WithProvisional), ("2030-04-23T15:00:00Z".to_owned(), true));
    // Hours alone ask no calendar.
    let hours = end_of(ENGLAND, "2030-04-18T15:00:00Z", "24 hours", Trust::WithProvisional);
    assert_eq!(hours, ("2030-04-19T15:00:00Z".to_owned(), false));
    // Of two periods the sure one governs, but only if the other comes out as it is likely to.
    let either = end_of(
        ENGLAND,
        "2030-04-18T15:00:00Z",
        "24 hours or 1 working day, whichever is earliest",
        Trust::WithProvisional,
    );
    assert_eq!(either, ("2030-04-19T15:00:00Z".to_owned(), true));
}

#[test]
fn hours_carried_where_nothing_is_known_are_refused() {
    let london = Zone::from_name("Europe/London").unwrap();
    let carried = |at: &str| {
        let allowed = "24 hours, carried to a working day".parse().unwrap();
        let at = at.parse().unwrap();
        calendar(ENGLAND).end_of(allowed, at, Convention::ORDINARY, Trust::PublishedOnly, london)
    };
    // To Friday 30 December 2011, of whose holidays nothing is known; a day later, over the New Year, to 3 January 2012.
    let error = carried("2011-12-29T12:00:00Z").unwrap_err();
    assert!(matches!(error, CalendarError::BeforeData { .. }));
    assert_eq!(
        error.to_string(),
        "cannot count 24 hours to 2011-12-30, carried to a working day: calendar england-and-wales has no holiday data \
         before 2012-01-01; check the date, or add the earlier years to the holiday file"
    );
    let ending = carried("2011-12-31T12:00:00Z").unwrap();
    assert_eq!(ending.end.at(london).to_rfc3339(), "2012-01-03T12:00:00+00:00");
    // Past the data it is answered, and said: Wednesday 2 January 2036.
    let ending = carried("2036-01-01T12:00:00Z").unwrap();
    assert!(ending.beyond_data && ending.provisional);
    assert!(matches!(carried("2200-12-31T12:00:00Z"), Err(CalendarError::OutOfRange { .. })));
}

#[test]
fn backward_over_the_holidays_of_each_part() {
    for (id, end, words, expected) in [
        (SCOTLAND, "2026-06-16", "1 working day", "Friday 12 June 2026"),
        (NORTHERN_IRELAND, "2026-07-14", "1 working day", "Friday 10 July 2026"),
        (ISLE_OF_MAN, "2026-06-08", "1 working day", "Thursday 4 June 2026"),
        // Back from Monday 11 August 2014: 8 1, 7 2, 6 3, 5 4, (4), 1 5, 31 July 6, 30 7, 29 8, 28 9, 25 10, 24 11, 23 12,
        // 22 13, 21 14, 18 15, 17 16, 16 17, 15 18, (14), 11 19, 10 20.
        (UNITED_KINGDOM, "2014-08-11", "20 working days", "Thursday 10 July 2014"),
    ] {
        let period: Period = words.parse().unwrap();
        let limit = calendar(id).before(day(end), period, Trust::PublishedOnly).unwrap();
        assert_eq!(format_date_long(limit.on.on()), expected, "{id}: {words} before {end}");
    }
}
