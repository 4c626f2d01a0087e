//! The shipped holidays against the law: what each year's days must be, worked out from the rules alone.
//!
//! Two tables say everything: the days of every year, and what was otherwise on one occasion. Nothing here reads what the
//! rooms under test compute, and Easter is computed too.

use std::collections::BTreeMap;

use chrono::{Datelike, Days, NaiveDate, Weekday};

use super::{Holiday, Holidays};

/// The years of the data.
const YEARS: std::ops::RangeInclusive<i32> = 2012..=2035;

/// The last year that is over or announced everywhere: nothing in it may still be called provisional.
const KNOWN: i32 = 2026;

/// Letter of a jurisdiction in the tables below, and its calendar.
const JURISDICTIONS: [(char, &str); 4] =
    [('E', "england-and-wales"), ('S', "scotland"), ('N', "northern-ireland"), ('M', "isle-of-man")];

/// When a day falls in any one year.
#[derive(Clone, Copy)]
enum Falls {
    /// On this day of this month; at a weekend, the next weekday that is not a holiday already stands in for it.
    On(u32, u32),
    /// So many days after Easter Sunday.
    Easter(i64),
    FirstMonday(u32),
    LastMonday(u32),
    /// So many days after the last Monday of a month.
    AfterLastMonday(u32, u64),
}

use Falls::{AfterLastMonday, Easter, FirstMonday, LastMonday, On};

/// The days of every year.
///
/// Banking and Financial Dealings Act 1971 ("the Act"), Schedule 1 and section 1; St Andrew's Day Bank Holiday (Scotland)
/// Act 2007, section 1; Bank Holidays Act 1989 (of Tynwald).
const EVERY_YEAR: [(&str, Falls, &str); 15] = [
    // In Scotland by the Schedule; elsewhere proclaimed each year.
    ("ESNM", On(1, 1), "New Year’s Day"),
    ("S", On(1, 2), "2nd January"),
    // In Northern Ireland by the Schedule, which moves it from a Sunday; from a Saturday it is proclaimed.
    ("N", On(3, 17), "St Patrick’s Day"),
    // In Scotland by the Schedule; elsewhere a holiday by common law.
    ("ESNM", Easter(-2), "Good Friday"),
    // By the Schedule, but not in Scotland.
    ("ENM", Easter(1), "Easter Monday"),
    // In Scotland by the Schedule; elsewhere proclaimed each year since 1978.
    ("ESNM", FirstMonday(5), "Early May bank holiday"),
    // By the Schedule; in Scotland proclaimed each year.
    ("ESNM", LastMonday(5), "Spring bank holiday"),
    // The Friday of TT race week.
    ("M", AfterLastMonday(5, 11), "TT bank holiday"),
    ("M", On(7, 5), "Tynwald Day"),
    // Proclaimed each year by the Secretary of State for Northern Ireland.
    ("N", On(7, 12), "Battle of the Boyne (Orangemen’s Day)"),
    // By the Schedule, here in Scotland and below elsewhere.
    ("S", FirstMonday(8), "Summer bank holiday"),
    ("ENM", LastMonday(8), "Summer bank holiday"),
    ("S", On(11, 30), "St Andrew’s Day"),
    // In Scotland by the Schedule; elsewhere a holiday by common law.
    ("ESNM", On(12, 25), "Christmas Day"),
    // By the Schedule; in Scotland proclaimed each year.
    ("ESNM", On(12, 26), "Boxing Day"),
];

/// Whose; the usual day that was not kept, if one was not; the day that was, how the file marks it, and its title.
type Once = (&'static str, Option<&'static str>, &'static str, &'static str, &'static str);

/// What was otherwise, once.
const ONCE: [Once; 12] = [
    // Diamond Jubilee: the spring holiday moved by a week and a day more; proclamation under the Act, s. 1(2) and (3). The
    // list calls the Monday a substitute in Great Britain and not in Northern Ireland. For the Isle of Man no list of the
    // year is known, and no departure from these days either.
    ("ES", Some("2012-05-28"), "2012-06-04", "substitute+one-off", "Spring bank holiday"),
    ("NM", Some("2012-05-28"), "2012-06-04", "one-off", "Spring bank holiday"),
    ("ESNM", None, "2012-06-05", "one-off", "Queen’s Diamond Jubilee"),
    // Seventy-five years of VE day: proclamation under the Act, s. 1(2); the Isle of Man followed.
    ("ESNM", Some("2020-05-04"), "2020-05-08", "one-off", "Early May bank holiday (VE day)"),
    // Platinum Jubilee: proclamation under the Act, s. 1(2) and (3); Isle of Man Government, 6 July 2021.
    ("ESNM", Some("2022-05-30"), "2022-06-02", "one-off", "Spring bank holiday"),
    ("ESNM", None, "2022-06-03", "one-off", "Platinum Jubilee bank holiday"),
    // State funeral: proclamation of 10 September 2022; Isle of Man Government, 11 September 2022.
    ("ESNM", None, "2022-09-19", "one-off", "Bank Holiday for the State Funeral of Queen Elizabeth II"),
    // Coronation: proclamation under the Act, s. 1(3); Isle of Man Government, 9 November 2022.
    ("ESNM", None, "2023-05-08", "one-off", "Bank holiday for the coronation of King Charles III"),
    // World Cup: proclamation of 3 February 2026 under the Act, s. 1(3), for Scotland alone.
    ("S", None, "2026-06-15", "one-off", "World Cup bank holiday"),
    // TT races a week later than the rule: Isle of Man Government's list for 2015.
    ("M", Some("2015-06-05"), "2015-06-12", "one-off", "TT bank holiday"),
    // No races: the holiday moved to the end of August; Isle of Man Government in 2020, when the list had said 12 June, and
    // in 2021.
    ("M", Some("2020-06-05"), "2020-08-28", "one-off", "TT bank holiday (moved from 12 June)"),
    ("M", Some("2021-06-11"), "2021-08-27", "one-off", "TT bank holiday (moved from 11 June)"),
];

/// Where the list says which of two days is the substitute otherwise than the Schedule does; the days are the same. On
/// Sunday 1 January 2023 the Schedule keeps 2 January and adds the 3rd for New Year's Day, as it did in 2012 and 2017.
const OTHERWISE_NAMED: [(&str, &str, &str, &str); 2] =
    [("S", "2023-01-02", "substitute", "New Year’s Day"), ("S", "2023-01-03", "substitute", "2nd January")];

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Easter Sunday by the Gregorian reckoning: the tables of the Calendar (New Style) Act 1750 as an algorithm, by the steps
/// that an anonymous correspondent gave in Nature of 20 April 1876.
fn easter(year: i32) -> NaiveDate {
    let (golden, century, in_century) = (year % 19, year / 100, year % 100);
    let correction = (century - (century + 8) / 25 + 1) / 3;
    let epact = (19 * golden + century - century / 4 - correction + 15) % 30;
    let to_sunday = (32 + 2 * (century % 4) + 2 * (in_century / 4) - epact - in_century % 4) % 7;
    let late = (golden + 11 * epact + 22 * to_sunday) / 451;
    let days = epact + to_sunday - 7 * late + 114;
    let date = |number: i32| u32::try_from(number).unwrap();
    NaiveDate::from_ymd_opt(year, date(days / 31), date(days % 31 + 1)).unwrap()
}

fn is_weekend(on: NaiveDate) -> bool {
    matches!(on.weekday(), Weekday::Sat | Weekday::Sun)
}

fn first_monday(year: i32, month: u32) -> NaiveDate {
    NaiveDate::from_weekday_of_month_opt(year, month, Weekday::Mon, 1).unwrap()
}

fn last_monday(year: i32, month: u32) -> NaiveDate {
    let fifth = NaiveDate::from_weekday_of_month_opt(year, month, Weekday::Mon, 5);
    fifth.or_else(|| NaiveDate::from_weekday_of_month_opt(year, month, Weekday::Mon, 4)).unwrap()
}

/// What a file must say of one jurisdiction: each day's kind and title.
fn by_law(jurisdiction: char) -> BTreeMap<NaiveDate, (&'static str, &'static str)> {
    let mut days = BTreeMap::new();
    for year in YEARS {
        let mut at_a_weekend = Vec::new();
        for (_, falls, title) in EVERY_YEAR.iter().filter(|(whose, ..)| whose.contains(jurisdiction)) {
            let on = match *falls {
                On(month, day) => NaiveDate::from_ymd_opt(year, month, day).unwrap(),
                Easter(days) => easter(year) + chrono::TimeDelta::days(days),
                FirstMonday(month) => first_monday(year, month),
                LastMonday(month) => last_monday(year, month),
                AfterLastMonday(month, days) => last_monday(year, month) + Days::new(days),
            };
            if is_weekend(on) {
                at_a_weekend.push((on, *title));
            } else {
                days.insert(on, ("regular", *title));
            }
        }
        for (mut on, title) in at_a_weekend {
            while is_weekend(on) || days.contains_key(&on) {
                on = on + Days::new(1);
            }
            days.insert(on, ("substitute", title));
        }
    }
    for (_, instead_of, on, kind, title) in ONCE.iter().filter(|(whose, ..)| whose.contains(jurisdiction)) {
        if let Some(usual) = instead_of {
            assert!(days.remove(&day(usual)).is_some(), "{usual} is no usual day");
        }
        assert!(days.insert(day(on), (*kind, *title)).is_none(), "{on} is a usual day");
    }
    for (_, on, kind, title) in OTHERWISE_NAMED.iter().filter(|(whose, ..)| whose.contains(jurisdiction)) {
        assert!(days.insert(day(on), (*kind, *title)).is_some(), "{on} is no usual day");
    }
    days
}

#[test]
fn easter_falls_where_the_almanacs_put_it() {
    // Table of the dates of Easter, Book of Common Prayer and any almanac: the earliest and latest of the data, and others.
    for on in ["2012-04-08", "2016-03-27", "2024-03-31", "2026-04-05", "2027-03-28", "2030-04-21", "2035-03-25"] {
        assert_eq!(easter(day(on).year()), day(on));
    }
    // The two ends of the reckoning: 22 March and 25 April.
    assert_eq!(easter(1818), day("1818-03-22"));
    assert_eq!(easter(2038), day("2038-04-25"));
}

#[test]
fn each_file_says_what_the_law_says() {
    for (letter, id) in JURISDICTIONS {
        let holidays = Holidays::shipped(id).unwrap();
        let line = |on: &NaiveDate, (kind, title): (&str, &str)| format!("{on} {kind} {title}");
        let listed: Vec<_> = holidays.days().iter().map(|day| line(&day.on, (day.kind(), &day.title))).collect();
        let lawful: Vec<_> = by_law(letter).iter().map(|(on, said)| line(on, *said)).collect();
        let missing: Vec<_> = lawful.iter().filter(|line| !listed.contains(line)).collect();
        let extra: Vec<_> = listed.iter().filter(|line| !lawful.contains(line)).collect();
        assert!(missing.is_empty() && extra.is_empty(), "{id}: missing {missing:#?}, not by law {extra:#?}");
        assert_eq!(listed, lawful, "{id}: the order");
    }
}

#[test]
fn what_is_past_or_announced_is_certain_and_a_year_is_published_whole() {
    for (_, id) in JURISDICTIONS {
        let holidays = Holidays::shipped(id).unwrap();
        for year in YEARS {
            let usual: Vec<&Holiday> = holidays.in_year(year).filter(|day| !day.one_off).collect();
            let certain = usual.iter().filter(|day| day.status.is_certain()).count();
            assert!(certain == usual.len() || certain == 0 && year > KNOWN, "{id}, {year}");
        }
        // Eight in England and Wales, nine in Scotland, ten in Northern Ireland and in the Isle of Man.
        let in_2025 = [("england-and-wales", 8), ("scotland", 9), ("northern-ireland", 10), ("isle-of-man", 10)];
        assert!(in_2025.contains(&(id, holidays.in_year(2025).count())), "{id}");
        for once in holidays.days().iter().filter(|day| day.one_off) {
            assert!(once.status.is_certain(), "{id}: {}, proclaimed or not at all", once.on);
        }
    }
}

#[test]
fn any_part_of_the_united_kingdom_means_all_three_lists() {
    let union = Holidays::shipped("united-kingdom").unwrap();
    let mut expected: Vec<NaiveDate> =
        ['E', 'S', 'N'].into_iter().flat_map(|letter| by_law(letter).into_keys()).collect();
    expected.sort_unstable();
    expected.dedup();
    let listed: Vec<_> = union.days().iter().map(|day| day.on).collect();
    assert_eq!(listed, expected);
    assert_eq!(union.on(day("2026-06-15")).unwrap().title, "World Cup bank holiday (scotland)");
    // Neither the TT nor Tynwald Day is a bank holiday of the United Kingdom.
    assert!(union.on(day("2026-06-05")).is_none() && union.on(day("2026-07-06")).is_none());
}
