//! What holds for every date and every count, tried on random ones against a count that walks day by day.

use std::collections::BTreeSet;

use chrono::{Datelike, Days, NaiveDate, Weekday};
use proptest::prelude::*;

use super::{Calendar, FirstDay, LastDay, Period, Trust};

/// The slow and obvious way, from the same text and nothing else of this room.
struct Walk {
    closed: BTreeSet<NaiveDate>,
}

impl Walk {
    fn new(trust: Trust) -> Self {
        let text = Calendar::shipped_text("england-and-wales").unwrap();
        let closed = text
            .lines()
            .filter(|line| line.starts_with("20"))
            .filter(|line| trust == Trust::WithProvisional || !line.contains("provisional"))
            .map(|line| line[..10].parse().unwrap())
            .collect();
        Self { closed }
    }

    fn works(&self, on: NaiveDate) -> bool {
        !matches!(on.weekday(), Weekday::Sat | Weekday::Sun) && !self.closed.contains(&on)
    }

    fn forward(&self, start: NaiveDate, count: u32, first_day: FirstDay) -> NaiveDate {
        let mut left = count;
        let mut on = start;
        if first_day == FirstDay::Included && self.works(on) {
            left -= 1;
        }
        while left > 0 {
            on = on + Days::new(1);
            left -= u32::from(self.works(on));
        }
        on
    }

    fn backward(&self, end: NaiveDate, count: u32) -> NaiveDate {
        let mut left = count;
        let mut on = end;
        while left > 0 {
            on = on - Days::new(1);
            left -= u32::from(self.works(on));
        }
        on
    }

    fn between(&self, from: NaiveDate, to: NaiveDate) -> i64 {
        let (first, last) = (from.min(to), from.max(to));
        let count = first.iter_days().skip(1).take_while(|on| *on <= last).filter(|on| self.works(*on)).count();
        let count = i64::try_from(count).unwrap();
        if from <= to { count } else { -count }
    }
}

fn england() -> Calendar {
    Calendar::shipped("england-and-wales").unwrap()
}

/// 2014 to 2044: before, across and past both horizons, and far enough in to count backward.
fn any_day() -> impl Strategy<Value = NaiveDate> {
    (0_u64..11_000).prop_map(|offset| NaiveDate::from_ymd_opt(2014, 1, 1).unwrap() + Days::new(offset))
}

fn any_trust() -> impl Strategy<Value = Trust> {
    prop_oneof![Just(Trust::PublishedOnly), Just(Trust::WithProvisional)]
}

fn any_first_day() -> impl Strategy<Value = FirstDay> {
    prop_oneof![Just(FirstDay::Excluded), Just(FirstDay::Included)]
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

proptest! {
    #[test]
    fn agrees_with_a_walk(
        start in any_day(), count in 1_u32..130, first_day in any_first_day(), trust in any_trust(), to in any_day(),
    ) {
        let (england, walk) = (england(), Walk::new(trust));
        let period = Period::WorkingDays(count);
        let limit = england.after(start, period, first_day, LastDay::AsIs, trust).unwrap();
        prop_assert_eq!(limit.on, walk.forward(start, count, first_day));
        prop_assert_eq!(england.before(start, period, trust).unwrap().on, walk.backward(start, count));
        prop_assert_eq!(england.count_working_days(start, to, trust).unwrap(), walk.between(start, to));
        let skipped: Vec<_> = england.skipped(start, limit.on, trust).into_iter().map(|day| day.on).collect();
        let passed: Vec<_> =
            start.iter_days().skip(1).take_while(|on| *on <= limit.on).filter(|on| !walk.works(*on)).collect();
        prop_assert_eq!(skipped, passed);
        prop_assert_eq!(limit.provisional, limit.on.max(start).year() > 2028);
        prop_assert_eq!(limit.beyond_data, limit.on.max(start).year() > 2035);
    }

    #[test]
    fn the_two_ways_of_asking_agree(start in any_day(), count in 1_u32..130, trust in any_trust()) {
        let england = england();
        let n = i32::try_from(count).unwrap();
        let period = Period::WorkingDays(count);
        let after = england.after(start, period, FirstDay::Excluded, LastDay::AsIs, trust);
        prop_assert_eq!(england.add_working_days(start, n, trust), after);
        prop_assert_eq!(england.add_working_days(start, -n, trust), england.before(start, period, trust));
        let next = england.next_working_day(start);
        prop_assert_eq!(england.add_working_days(start, 0, Trust::WithProvisional).unwrap().on, next);
        prop_assert!(england.is_working_day(next) && england.is_working_day(england.previous_working_day(start)));
        prop_assert_eq!(england.is_working_day(start), next == start);
        prop_assert_eq!(england.is_working_day(start), england.previous_working_day(start) == start);
    }

    #[test]
    fn counting_there_and_asking_how_far_gives_the_count(start in any_day(), count in 1_u32..600, trust in any_trust()) {
        let england = england();
        let period = Period::WorkingDays(count);
        let on = england.after(start, period, FirstDay::Excluded, LastDay::AsIs, trust).unwrap().on;
        prop_assert_eq!(england.count_working_days(start, on, trust).unwrap(), i64::from(count));
        prop_assert_eq!(england.count_working_days(on, start, trust).unwrap(), -i64::from(count));
    }

    #[test]
    fn a_later_start_or_a_longer_period_never_ends_earlier(
        start in any_day(), period in any_period(), later in 0_u64..40,
        first_day in any_first_day(), trust in any_trust(),
    ) {
        let england = england();
        for last_day in [LastDay::AsIs, LastDay::Previous, LastDay::Next] {
            let end = |start, period| england.after(start, period, first_day, last_day, trust).unwrap().on;
            prop_assert!(end(start, period) <= end(start + Days::new(later), period));
            let longer = match period {
                Period::WorkingDays(n) => Period::WorkingDays(n + 1),
                Period::Days(n) => Period::Days(n + 1),
                Period::WorkingWeeks(n) => Period::WorkingWeeks(n + 1),
                Period::Weeks(n) => Period::Weeks(n + 1),
                Period::Months(n) | Period::Hours(n) => Period::Months(n + 1),
            };
            prop_assert!(end(start, period) <= end(start, longer));
        }
    }

    #[test]
    fn the_strict_reading_is_never_the_later_one(
        start in any_day(), period in any_period(), first_day in any_first_day(),
    ) {
        let england = england();
        let forward = |first_day, last_day, trust| england.after(start, period, first_day, last_day, trust).unwrap().on;
        for last_day in [LastDay::AsIs, LastDay::Next] {
            prop_assert!(
                forward(first_day, last_day, Trust::PublishedOnly) <= forward(first_day, last_day, Trust::WithProvisional)
            );
        }
        for trust in [Trust::PublishedOnly, Trust::WithProvisional] {
            prop_assert!(
                forward(FirstDay::Included, LastDay::AsIs, trust) <= forward(FirstDay::Excluded, LastDay::AsIs, trust)
            );
        }
        // Backward it turns round: the more holidays, the earlier one has to begin.
        let backward = |trust| england.before(start, period, trust).unwrap().on;
        prop_assert!(backward(Trust::WithProvisional) <= backward(Trust::PublishedOnly));
    }

    #[test]
    fn no_text_makes_the_parser_fail_otherwise_than_in_words(text in "(calendar = x\n)?(\\PC|\n|[0-9-| ]){0,80}") {
        if let Err(error) = Calendar::parse("x", &text) {
            prop_assert!(error.line >= 1 && error.line <= text.lines().count().max(1));
        }
        if let Ok(period) = text.parse::<Period>() {
            prop_assert_eq!(period.to_string().parse::<Period>(), Ok(period));
        }
    }
}
