//! What holds for every calendar, every date and every count, tried on random ones against a count that walks day by day.

use std::fmt;
use std::sync::LazyLock;

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use proptest::prelude::*;

use super::day_by_day::{CALENDARS, WallCalendar, last_day};
use super::{
    Allowance, Calendar, Convention, CutOff, FirstDay, HolidayFile, LastDay, NonWorkingStart, Period, Trust, Whichever,
    WorkingDays, Zone, date, number,
};

struct Shipped {
    calendar: Calendar,
    wall: WallCalendar,
}

/// A case that fails is printed: the name is enough.
impl fmt::Debug for Shipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.calendar.id())
    }
}

static SHIPPED: LazyLock<Vec<Shipped>> = LazyLock::new(|| {
    let shipped = |(id, texts): &(&str, &[&str])| Shipped {
        calendar: Calendar::shipped(id).unwrap(),
        wall: WallCalendar::new(texts),
    };
    CALENDARS.iter().map(shipped).collect()
});

fn any_calendar() -> impl Strategy<Value = &'static Shipped> {
    (0..CALENDARS.len()).prop_map(|index| &SHIPPED[index])
}

/// 2014 to 2044: before, across and past both horizons, and far enough in to count backward.
fn any_day() -> impl Strategy<Value = NaiveDate> {
    (0_u64..11_000).prop_map(|offset| NaiveDate::from_ymd_opt(2014, 1, 1).unwrap() + Days::new(offset))
}

/// Any day that can be written at all, the first and the last of them often, and often one with data.
fn any_day_at_all() -> impl Strategy<Value = NaiveDate> {
    prop_oneof![
        Just(NaiveDate::MIN),
        Just(NaiveDate::MAX),
        any_day(),
        (number(NaiveDate::MIN)..=number(NaiveDate::MAX)).prop_map(|day| date(day).unwrap()),
        (1890_i32..2210, 1_u32..366).prop_map(|(year, day)| NaiveDate::from_yo_opt(year, day).unwrap()),
    ]
}

fn any_instant_at_all() -> impl Strategy<Value = DateTime<Utc>> {
    prop_oneof![
        Just(DateTime::<Utc>::MIN_UTC),
        Just(DateTime::<Utc>::MAX_UTC),
        (any_day_at_all(), 0_i64..86_400).prop_map(|(on, second)| {
            on.and_time(NaiveTime::MIN)
                .and_utc()
                .checked_add_signed(TimeDelta::seconds(second))
                .unwrap_or(DateTime::<Utc>::MAX_UTC)
        }),
    ]
}

fn any_trust() -> impl Strategy<Value = Trust> {
    prop_oneof![Just(Trust::PublishedOnly), Just(Trust::WithProvisional)]
}

fn any_convention() -> impl Strategy<Value = Convention> {
    let first_day = prop_oneof![Just(FirstDay::Excluded), Just(FirstDay::Included)];
    let non_working_start = prop_oneof![Just(NonWorkingStart::NextIsDayOne), Just(NonWorkingStart::DeemedReceived)];
    let last_day = prop_oneof![Just(LastDay::AsIs), Just(LastDay::Previous), Just(LastDay::Next)];
    (first_day, non_working_start, last_day).prop_map(|(first_day, non_working_start, last_day)| Convention {
        first_day,
        non_working_start,
        last_day,
    })
}

fn any_period() -> impl Strategy<Value = Period> {
    prop_oneof![
        (1_u32..130).prop_map(Period::WorkingDays),
        (1_u32..130).prop_map(Period::Days),
        (1_u32..26).prop_map(Period::WorkingWeeks),
        (1_u32..26).prop_map(Period::Weeks),
        (1_u32..13).prop_map(Period::Months),
    ]
}

/// Any period that the type can hold, empty and absurd ones often.
fn any_period_at_all() -> impl Strategy<Value = Period> {
    let number = prop_oneof![Just(0), Just(1), Just(u32::MAX), 0_u32..4_000, any::<u32>()];
    let unit = prop_oneof![
        Just(Period::WorkingDays as fn(u32) -> Period),
        Just(Period::Days as fn(u32) -> Period),
        Just(Period::WorkingWeeks as fn(u32) -> Period),
        Just(Period::Weeks as fn(u32) -> Period),
        Just(Period::Months as fn(u32) -> Period),
        Just(Period::Hours as fn(u32) -> Period),
    ];
    (unit, number).prop_map(|(unit, number)| unit(number))
}

fn any_allowance_at_all() -> impl Strategy<Value = Allowance> {
    let whichever = prop_oneof![Just(Whichever::Earliest), Just(Whichever::Latest)];
    prop_oneof![
        any_period_at_all().prop_map(Allowance::Period),
        prop_oneof![0_u32..200, any::<u32>()].prop_map(Allowance::CarriedHours),
        (any_period_at_all(), any_period_at_all(), whichever)
            .prop_map(|(one, other, whichever)| Allowance::Either { periods: [one, other], whichever }),
    ]
}

/// Any number of working days, the ends of the type and small ones often.
fn any_number_at_all() -> impl Strategy<Value = WorkingDays> {
    prop_oneof![Just(i32::MIN), Just(i32::MAX), Just(0), -20_000..20_000, any::<i32>()].prop_map(WorkingDays)
}

proptest! {
    #[test]
    fn agrees_with_a_walk(
        Shipped { calendar, wall } in any_calendar(), start in any_day(), count in 1_u32..130,
        first_day in prop_oneof![Just(FirstDay::Excluded), Just(FirstDay::Included)], to in any_day(),
    ) {
        let period = Period::WorkingDays(count);
        let convention = Convention { first_day, ..Convention::ORDINARY };
        let included = first_day == FirstDay::Included;
        for (trust, other) in
            [(Trust::PublishedOnly, Trust::WithProvisional), (Trust::WithProvisional, Trust::PublishedOnly)]
        {
            let limit = calendar.after(start, period, convention, trust).unwrap();
            let on = limit.on.on();
            prop_assert_eq!(on, wall.forward(start, count, included, trust));
            prop_assert_eq!(limit.beyond_data, on > last_day());
            let otherwise = wall.forward(start, count, included, other);
            prop_assert_eq!(limit.provisional, on != otherwise || on > last_day());

            let limit = calendar.before(start, period, trust).unwrap();
            prop_assert_eq!(limit.on.on(), wall.backward(start, count, trust));
            // Counted backward, the day before the start is the last one with a say.
            prop_assert_eq!(limit.beyond_data, start.pred_opt().unwrap() > last_day());
            let otherwise = wall.backward(start, count, other);
            prop_assert_eq!(limit.provisional, limit.on.on() != otherwise || limit.beyond_data);

            let between = WorkingDays(wall.between(start, to, trust));
            prop_assert_eq!(calendar.count_working_days(start, to, trust).unwrap().days, between);
            let skipped: Vec<_> = calendar.skipped(start, on, trust).into_iter().map(|day| day.on).collect();
            let passed: Vec<_> =
                start.iter_days().skip(1).take_while(|day| *day <= on).filter(|day| !wall.works(*day, trust)).collect();
            prop_assert_eq!(skipped, passed);
        }
    }

    #[test]
    fn the_two_ways_of_asking_agree(
        Shipped { calendar, .. } in any_calendar(), start in any_day(), count in 1_u32..130, trust in any_trust(), to in any_day(),
    ) {
        let n = WorkingDays(i32::try_from(count).unwrap());
        let period = Period::WorkingDays(count);
        let after = calendar.after(start, period, Convention::ORDINARY, trust);
        prop_assert_eq!(calendar.add_working_days(start, n, trust), after);
        prop_assert_eq!(calendar.add_working_days(start, -n, trust), calendar.before(start, period, trust));
        prop_assert_eq!(
            calendar.clear_days_before(start, WorkingDays(n.0 - 1), trust),
            calendar.before(start, period, trust)
        );
        prop_assert_eq!(
            calendar.working_days_between(start, to),
            calendar.count_working_days(start, to, Trust::WithProvisional).map(|counted| counted.days)
        );
        let next = calendar.next_working_day(start);
        let zero = calendar.add_working_days(start, WorkingDays(0), Trust::WithProvisional);
        prop_assert_eq!(zero.unwrap().on.on(), next);
        prop_assert!(calendar.is_working_day(next) && calendar.is_working_day(calendar.previous_working_day(start)));
        prop_assert_eq!(calendar.is_working_day(start), next == start);
        prop_assert_eq!(calendar.is_working_day(start), calendar.previous_working_day(start) == start);
        prop_assert_eq!(calendar.is_working_day(start), calendar.why_closed(start).is_none());
    }

    #[test]
    fn counting_there_and_asking_how_far_gives_the_count(
        Shipped { calendar, .. } in any_calendar(), start in any_day(), count in 1_i32..600, trust in any_trust(),
    ) {
        let n = WorkingDays(count);
        let on = calendar.add_working_days(start, n, trust).unwrap().on.on();
        prop_assert_eq!(calendar.count_working_days(start, on, trust).unwrap().days, n);
        prop_assert_eq!(calendar.count_working_days(on, start, trust).unwrap().days, -n);
        // And back again: to the day it began with, or the working day before.
        let back = calendar.add_working_days(on, -n, trust).unwrap().on.on();
        prop_assert_eq!(calendar.add_working_days(back, n, trust).unwrap().on.on(), on);
        prop_assert!(back <= start && calendar.count_working_days(back, start, trust).unwrap().days == WorkingDays(0));
    }

    #[test]
    fn a_later_start_or_a_longer_period_never_ends_earlier(
        Shipped { calendar, .. } in any_calendar(), start in any_day(), period in any_period(), later in 0_u64..40,
        convention in any_convention(), trust in any_trust(),
    ) {
        let end = |start, period| calendar.after(start, period, convention, trust).unwrap().on;
        prop_assert!(end(start, period) <= end(start + Days::new(later), period));
        let longer = match period {
            Period::WorkingDays(n) => Period::WorkingDays(n + 1),
            Period::Days(n) => Period::Days(n + 1),
            Period::WorkingWeeks(n) => Period::WorkingWeeks(n + 1),
            Period::Weeks(n) => Period::Weeks(n + 1),
            Period::Months(n) | Period::Hours(n) => Period::Months(n + 1),
        };
        prop_assert!(end(start, period) <= end(start, longer));
        let begin = |end, period| calendar.before(end, period, trust).unwrap().on;
        prop_assert!(begin(start, period) <= begin(start + Days::new(later), period));
        prop_assert!(begin(start, longer) <= begin(start, period));
    }

    #[test]
    fn more_days_never_lead_to_an_earlier_day(
        Shipped { calendar, .. } in any_calendar(), start in any_day(), n in -400_i32..400, more in 0_i32..20, later in 0_u64..40,
        trust in any_trust(),
    ) {
        let add = |start, n| calendar.add_working_days(start, WorkingDays(n), trust).unwrap().on;
        prop_assert!(add(start, n) <= add(start, n + more));
        prop_assert!(add(start, n) <= add(start + Days::new(later), n));
    }

    #[test]
    fn the_strict_reading_is_never_the_later_one(
        Shipped { calendar, .. } in any_calendar(), start in any_day(), period in any_period(), convention in any_convention(),
    ) {
        let forward = |convention, trust| calendar.after(start, period, convention, trust).unwrap().on;
        for last_day in [LastDay::AsIs, LastDay::Next] {
            let convention = Convention { last_day, ..convention };
            prop_assert!(forward(convention, Trust::PublishedOnly) <= forward(convention, Trust::WithProvisional));
        }
        for trust in [Trust::PublishedOnly, Trust::WithProvisional] {
            let first_day = |first_day| forward(Convention { first_day, ..convention }, trust);
            prop_assert!(first_day(FirstDay::Included) <= first_day(FirstDay::Excluded));
            let start = |non_working_start| forward(Convention { non_working_start, ..convention }, trust);
            prop_assert!(start(NonWorkingStart::NextIsDayOne) <= start(NonWorkingStart::DeemedReceived));
        }
        // Backward it turns round: the more holidays, the earlier one has to begin.
        let backward = |trust| calendar.before(start, period, trust).unwrap().on;
        prop_assert!(backward(Trust::WithProvisional) <= backward(Trust::PublishedOnly));
    }

    #[test]
    fn what_is_not_provisional_is_the_same_under_either_trust(
        Shipped { calendar, .. } in any_calendar(), start in any_day(), period in any_period(), convention in any_convention(),
    ) {
        let strict = calendar.after(start, period, convention, Trust::PublishedOnly).unwrap();
        let likely = calendar.after(start, period, convention, Trust::WithProvisional).unwrap();
        prop_assert!(strict.on == likely.on || strict.provisional && likely.provisional);
        prop_assert!(!strict.beyond_data || strict.provisional);
    }

    /// A record can hold any date and a procedure any period: the answer is a date or a refusal in words.
    #[test]
    fn no_question_is_too_absurd(
        Shipped { calendar, .. } in any_calendar(), one in any_day_at_all(), other in any_day_at_all(), n in any_number_at_all(),
        period in any_period_at_all(), convention in any_convention(), trust in any_trust(),
        allowed in any_allowance_at_all(), at in any_instant_at_all(),
    ) {
        let zone = Zone::from_name("Europe/London").unwrap();
        let said: [Option<String>; 7] = [
            calendar.add_working_days(one, n, trust).map_err(|error| error.to_string()).err(),
            calendar.clear_days_before(one, n, trust).map_err(|error| error.to_string()).err(),
            calendar.after(one, period, convention, trust).map_err(|error| error.to_string()).err(),
            calendar.before(one, period, trust).map_err(|error| error.to_string()).err(),
            calendar.count_working_days(one, other, trust).map_err(|error| error.to_string()).err(),
            calendar.working_days_between(one, other).map_err(|error| error.to_string()).err(),
            calendar.end_of(allowed, at, convention, trust, zone).map_err(|error| error.to_string()).err(),
        ];
        prop_assert!(said.iter().flatten().all(|words| words.starts_with("cannot count ")));
        calendar.table().add(number(one), n.0);
        calendar.table().between(number(one), n.0);
        calendar.is_working_day(one);
        calendar.next_working_day(one);
        calendar.previous_working_day(one);
        calendar.why_closed(one);
        calendar.skipped(one.max(NaiveDate::from_ymd_opt(2199, 1, 1).unwrap()), other, trust);
        CutOff(NaiveTime::MIN).day_of(one.and_time(NaiveTime::MIN));
        let _ = (n.to_string(), (-n).to_string(), period.to_string(), allowed.to_string());
    }

    #[test]
    fn no_text_makes_the_parser_fail_otherwise_than_in_words(text in "(calendar = x\n)?(\\PC|\n|[0-9-| ]){0,80}") {
        if let Err(error) = HolidayFile::parse("x", &text) {
            prop_assert!(error.line >= 1 && error.line <= text.lines().count().max(1));
            let line = text.strip_prefix('\u{feff}').unwrap_or(&text).lines().nth(error.line - 1).unwrap_or_default();
            prop_assert!(error.column >= 1 && error.column <= line.chars().count() + 1, "{error:?}");
        }
        if let Ok(period) = text.parse::<Period>() {
            prop_assert_eq!(period.to_string().parse::<Period>(), Ok(period));
        }
        if let Ok(allowed) = text.parse::<Allowance>() {
            prop_assert_eq!(allowed.to_string().parse::<Allowance>(), Ok(allowed));
        }
    }

    #[test]
    fn a_file_written_and_read_again_is_the_same(
        days in proptest::collection::btree_map(0_u64..2_000, (0..5_usize, 0..4_usize, "[A-Z][a-z ’=#-]{0,9}[a-z]"), 1..20),
    ) {
        let monday = NaiveDate::from_ymd_opt(2026, 1, 5).unwrap();
        let mut text = String::from("calendar = x\n");
        for (weekday, (status, kind, title)) in days {
            // Five a week, so that none is a weekend.
            let on = monday + Days::new(weekday / 5 * 7 + weekday % 5);
            let status = ["published", "third-party", "inferred", "provisional", "withdrawn"][status];
            let kind = ["regular", "substitute", "one-off", "substitute+one-off"][kind];
            text += &format!("{on} {status} {kind} {title} | a list\n");
        }
        let file = HolidayFile::parse("x", &text).unwrap();
        prop_assert_eq!(file.days.len() + 1, text.lines().count());
        prop_assert_eq!(HolidayFile::parse("x", &file.to_string()), Ok(file));
    }
}
