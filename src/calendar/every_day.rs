//! Every count there is: each calendar, each day of its data, up to sixty working days either way, under either trust.
//!
//! A wall calendar is walked out from each day once, one square at a time, and every way of asking must agree with it.

use super::day_by_day::{CALENDARS, WallCalendar, first_day, last_day};
use super::{Calendar, CalendarError, Convention, Limit, Period, Trust, WorkingDays, number};

/// Working days walked out either way.
const FAR: usize = 60;

/// From one square: the `n`-th worked square after it and before it. `None` before the first square.
struct Steps {
    /// The square itself if it is worked, else the next one that is.
    zero: usize,
    after: [usize; FAR],
    before: [Option<usize>; FAR],
}

impl Steps {
    fn walk(worked: &[bool], start: usize) -> Self {
        let mut steps = Self { zero: start, after: [0; FAR], before: [None; FAR] };
        while !worked[steps.zero] {
            steps.zero += 1;
        }
        let mut square = start;
        for step in &mut steps.after {
            square += 1;
            while !worked[square] {
                square += 1;
            }
            *step = square;
        }
        let mut square = start;
        for step in &mut steps.before {
            let Some(found) = (0..square).rev().find(|square| worked[*square]) else { break };
            square = found;
            *step = Some(square);
        }
        steps
    }

    fn nth(&self, n: i32) -> Option<usize> {
        let step = |n: i32| usize::try_from(n - 1).unwrap();
        match n {
            0 => Some(self.zero),
            1.. => Some(self.after[step(n)]),
            ..0 => self.before[step(-n)],
        }
    }
}

fn agree(id: &str) {
    let (_, texts) = CALENDARS.iter().find(|(known, _)| *known == id).unwrap();
    let (calendar, wall) = (Calendar::shipped(id).unwrap(), WallCalendar::new(texts));
    let last_square = wall.days.iter().position(|on| *on == last_day()).unwrap();
    let far = i32::try_from(FAR).unwrap();
    for start in 0..=last_square {
        let trusts = [Trust::PublishedOnly, Trust::WithProvisional];
        let [strict, likely] = trusts.map(|trust| Steps::walk(wall.worked(trust), start));
        for n in -far..=far {
            let (strict, likely) = (strict.nth(n), likely.nth(n));
            let settled = strict == likely;
            for (trust, found) in trusts.into_iter().zip([strict, likely]) {
                count(&calendar, &wall, (start, n, trust), found.map(|square| (square, settled)));
            }
            in_bulk(&calendar, &wall, (start, n), likely.filter(|square| *square <= last_square));
        }
        how_many(&calendar, &wall, start, likely.after[FAR - 1]);
    }
}

/// One question: the square that the walk found, if it found one, and whether the other trust leads to the same.
fn count(
    calendar: &Calendar,
    wall: &WallCalendar,
    (start, n, trust): (usize, i32, Trust),
    found: Option<(usize, bool)>,
) {
    let on = wall.days[start];
    let added = calendar.add_working_days(on, WorkingDays(n), trust);
    let Some((square, settled)) = found else {
        assert!(matches!(&added, Err(CalendarError::BeforeData { from, .. }) if *from == first_day()), "{n} from {on}");
        let before = calendar.before(on, Period::WorkingDays(n.unsigned_abs()), trust);
        assert!(
            matches!(&before, Err(CalendarError::BeforeData { from, .. }) if *from == first_day()),
            "{n} from {on}"
        );
        return;
    };
    let expected = wall.days[square];
    let beyond_data = expected > last_day();
    let expected = Limit { on: expected.into(), provisional: beyond_data || !settled, beyond_data };
    let said = || format!("{}: {n} from {on}, {trust:?}", calendar.id());
    assert!(added.as_ref() == Ok(&expected), "{}: {added:?}, by the wall calendar {expected:?}", said());
    let period = Period::WorkingDays(n.unsigned_abs());
    let asked = match n {
        ..0 => calendar.before(on, period, trust),
        0 => return,
        1.. => calendar.after(on, period, Convention::ORDINARY, trust),
    };
    assert!(asked.as_ref() == Ok(&expected), "{}: {asked:?}, by the wall calendar {expected:?}", said());
}

/// The bare tables answer wherever the answer lies in the data, and nowhere else.
fn in_bulk(calendar: &Calendar, wall: &WallCalendar, (start, n): (usize, i32), found: Option<usize>) {
    let on = wall.days[start];
    let answer = calendar.table().add(number(on), n);
    assert!(answer == found.map(|square| number(wall.days[square])), "{}: {n} from {on}: {answer:?}", calendar.id());
}

/// Every day up to `end`, counted to and from.
fn how_many(calendar: &Calendar, wall: &WallCalendar, start: usize, end: usize) {
    let on = wall.days[start];
    let mut passed = 0;
    for (to, worked) in wall.days.iter().zip(wall.worked(Trust::WithProvisional)).take(end + 1).skip(start) {
        let to = *to;
        passed += i32::from(to > on && *worked);
        let there = calendar.working_days_between(on, to);
        let back = calendar.working_days_between(to, on);
        assert!(there == Ok(WorkingDays(passed)), "{}: from {on} to {to}: {there:?}", calendar.id());
        assert!(back == Ok(WorkingDays(-passed)), "{}: from {to} to {on}: {back:?}", calendar.id());
    }
}

#[test]
fn england_and_wales() {
    agree("england-and-wales");
}

#[test]
fn scotland() {
    agree("scotland");
}

#[test]
fn northern_ireland() {
    agree("northern-ireland");
}

#[test]
fn isle_of_man() {
    agree("isle-of-man");
}

#[test]
fn united_kingdom() {
    agree("united-kingdom");
}

#[test]
fn no_shipped_calendar_is_left_out() {
    let mut tried = CALENDARS.map(|(id, _)| id);
    tried.sort_unstable();
    assert_eq!(super::Almanac::default().ids(), tried);
}
