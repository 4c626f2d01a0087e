//! What counting working days costs, beside a bare table, the `bdays` crate and a walk, all asked the same questions in one
//! run, and every answer compared before anything is timed.
//!
//! `cargo bench --bench calendar` prints the median of eleven interleaved rounds over a million random dates. The ratios
//! are what to compare from one change to the next; the figures themselves belong to the machine. A target that is missed
//! is marked, and the run ends with a failing code.

#![expect(clippy::expect_used, reason = "a measurement that cannot be set up has failed")]
#![expect(clippy::print_stdout, reason = "the figures are what it is for")]
#![expect(clippy::indexing_slicing, reason = "the bare loop is bounds-checked indexing and nothing else")]
#![expect(
    clippy::cast_possible_wrap,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "the peers are written as one writes them without a thought"
)]

mod peers;
mod rows;

use std::{
    hint::black_box,
    process::ExitCode,
    time::{Duration, Instant},
};

use chrono::{Datelike, NaiveDate};
use duewatch::calendar::{Almanac, Calendar, DayTable, Trust, WorkingDays, date, number};
use peers::Peers;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rows::{Pass, Rows, holds};

const DATES: usize = 1_000_000;
const SLOW: usize = 100_000;
const SEED: u64 = 2026;
const CALENDARS: [&str; 4] = ["england-and-wales", "scotland", "northern-ireland", "isle-of-man"];

fn main() -> ExitCode {
    let questions = Questions::new();
    let calendars = CALENDARS.map(|id| Calendar::shipped(id).expect("a shipped calendar"));
    let england = &calendars[0];
    let peers = Peers::new("england-and-wales");
    same_answers(&questions, england, &peers);

    let add = adding(&questions, england, &peers, &calendars);
    let between = counting(&questions, england, &peers);
    let mut missed = Vec::new();
    println!("\nadd 1 to 60 working days                        ns each");
    add.print();
    println!("\ncount the working days between, up to a year    ns each");
    between.print();
    println!();
    for (rows, least) in [(&add, 15.0), (&between, 5.0)] {
        holds(&mut missed, rows.ratio("day numbers, table", "bare table loop"), |ratio| ratio <= 1.5, "at most 1.5");
        let words = format!("at least {least}");
        holds(&mut missed, rows.ratio("bdays, cached", "dates, calendar"), |ratio| ratio >= least, &words);
    }
    build(&mut missed);
    let largest = calendars.iter().map(Calendar::bytes).max().unwrap_or(0);
    holds(
        &mut missed,
        ("memory of the largest calendar, bytes".to_owned(), largest as f64),
        |b| b <= 40_000.0,
        "at most 40000",
    );
    cold(england);
    if missed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Random dates from 2012 to 2030 and from 2029 to 2034, and how far to go.
struct Questions {
    from: Vec<NaiveDate>,
    to: Vec<NaiveDate>,
    far: Vec<NaiveDate>,
    n: Vec<i32>,
    which: Vec<usize>,
    from_days: Vec<i32>,
    to_days: Vec<i32>,
}

impl Questions {
    fn new() -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(SEED);
        let day = |on: &str| number(on.parse().expect("a date"));
        let mut days = |from: &str, to: &str| -> Vec<i32> {
            let range = day(from)..day(to);
            (0..DATES).map(|_| random.random_range(range.clone())).collect()
        };
        let (from_days, far_days) = (days("2012-01-01", "2031-01-01"), days("2029-01-01", "2035-01-01"));
        let n = (0..DATES).map(|_| random.random_range(1..=60)).collect();
        let to_days: Vec<i32> = from_days.iter().map(|day| day + random.random_range(0..365)).collect();
        let dates = |days: &[i32]| days.iter().map(|day| date(*day).expect("a date")).collect();
        Self {
            from: dates(&from_days),
            to: dates(&to_days),
            far: dates(&far_days),
            n,
            which: (0..DATES).map(|_| random.random_range(0..CALENDARS.len())).collect(),
            from_days,
            to_days,
        }
    }
}

/// A peer that answers another question is no peer.
fn same_answers(asked: &Questions, calendar: &Calendar, peers: &Peers) {
    for i in 0..SLOW {
        let (from, to, n) = (asked.from[i], asked.to[i], asked.n[i]);
        let on = calendar.add_working_days(from, WorkingDays(n), Trust::WithProvisional).expect("in range").on.on();
        assert_eq!(on, peers.walk.add(from, n));
        assert_eq!(on, peers.bdays_add(from, n));
        assert_eq!(number(on), peers.bare.add(asked.from_days[i], n));
        assert_eq!(calendar.table().add(asked.from_days[i], n), Some(number(on)));
        let days = calendar.working_days_between(from, to).expect("in range").0;
        assert_eq!(days, peers.walk.between(from, to));
        assert_eq!(days, peers.bdays_between(from, to));
        assert_eq!(days, peers.bare.between(asked.from_days[i], asked.to_days[i]));
        assert_eq!(calendar.table().between(asked.from_days[i], asked.to_days[i]), Some(days));
    }
}

fn adding<'a>(asked: &'a Questions, england: &'a Calendar, peers: &'a Peers, calendars: &'a [Calendar; 4]) -> Rows {
    let mut out = vec![0_i32; DATES];
    let mut out_table = out.clone();
    let table: &DayTable = england.table();
    let each = move |dates: &'a [NaiveDate], trust| -> Pass<'a> {
        let mut out = dates.to_vec();
        Box::new(move || {
            for ((out, from), n) in out.iter_mut().zip(dates).zip(&asked.n) {
                *out = england.add_working_days(*from, WorkingDays(*n), trust).map_or(*from, |limit| limit.on.on());
            }
            black_box(&out);
            DATES
        })
    };
    Rows::measured(vec![
        (
            "bare table loop",
            Box::new(move || {
                for ((out, day), n) in out.iter_mut().zip(&asked.from_days).zip(&asked.n) {
                    *out = peers.bare.add(*day, *n);
                }
                black_box(&out);
                DATES
            }),
        ),
        (
            "day numbers, table",
            Box::new(move || {
                for ((out, day), n) in out_table.iter_mut().zip(&asked.from_days).zip(&asked.n) {
                    *out = table.add(*day, *n).unwrap_or_default();
                }
                black_box(&out_table);
                DATES
            }),
        ),
        ("dates, calendar", each(&asked.from, Trust::WithProvisional)),
        (
            "dates, one calendar of four at random",
            Box::new(move || {
                for ((from, n), which) in asked.from.iter().zip(&asked.n).zip(&asked.which) {
                    let _ =
                        black_box(calendars[*which].add_working_days(*from, WorkingDays(*n), Trust::WithProvisional));
                }
                DATES
            }),
        ),
        (
            "dates, singly, each from the last answer",
            Box::new(move || {
                let mut on = asked.from[0];
                for n in &asked.n {
                    let next = england
                        .add_working_days(on, WorkingDays(*n), Trust::WithProvisional)
                        .expect("in range")
                        .on
                        .on();
                    on = if next.year() > 2028 { asked.from[0] } else { next };
                }
                black_box(on);
                DATES
            }),
        ),
        ("dates past the published, provisional too", each(&asked.far, Trust::WithProvisional)),
        ("dates past the published, published only", each(&asked.far, Trust::PublishedOnly)),
        (
            "bdays, cached",
            Box::new(move || {
                for (from, n) in asked.from.iter().zip(&asked.n).take(SLOW) {
                    black_box(peers.bdays_add(*from, *n));
                }
                SLOW
            }),
        ),
        (
            "a walk over a set",
            Box::new(move || {
                for (from, n) in asked.from.iter().zip(&asked.n).take(SLOW) {
                    black_box(peers.walk.add(*from, *n));
                }
                SLOW
            }),
        ),
    ])
}

fn counting<'a>(asked: &'a Questions, england: &'a Calendar, peers: &'a Peers) -> Rows {
    let mut out = vec![0_i32; DATES];
    let mut out_table = out.clone();
    let table: &DayTable = england.table();
    Rows::measured(vec![
        (
            "bare table loop",
            Box::new(move || {
                for ((out, from), to) in out.iter_mut().zip(&asked.from_days).zip(&asked.to_days) {
                    *out = peers.bare.between(*from, *to);
                }
                black_box(&out);
                DATES
            }),
        ),
        (
            "day numbers, table",
            Box::new(move || {
                for ((out, from), to) in out_table.iter_mut().zip(&asked.from_days).zip(&asked.to_days) {
                    *out = table.between(*from, *to).unwrap_or_default();
                }
                black_box(&out_table);
                DATES
            }),
        ),
        (
            "dates, calendar",
            Box::new(move || {
                for (from, to) in asked.from.iter().zip(&asked.to) {
                    let _ = black_box(england.working_days_between(*from, *to));
                }
                DATES
            }),
        ),
        (
            "bdays, cached",
            Box::new(move || {
                for (from, to) in asked.from.iter().zip(&asked.to) {
                    black_box(peers.bdays_between(*from, *to));
                }
                DATES
            }),
        ),
        (
            "a walk over a set",
            Box::new(move || {
                for (from, to) in asked.from.iter().zip(&asked.to).take(SLOW / 10) {
                    black_box(peers.walk.between(*from, *to));
                }
                SLOW / 10
            }),
        ),
    ])
}

/// From the holidays to a calendar, and from the text of the file.
fn build(missed: &mut Vec<String>) {
    let almanac = Almanac::default();
    for id in CALENDARS {
        let holidays = almanac.holidays(id).expect("shipped");
        let rows = Rows::measured(vec![
            (
                "built",
                Box::new(|| {
                    (0..100).for_each(|_| drop(black_box(Calendar::new(black_box(&holidays)))));
                    100
                }),
            ),
            (
                "read and built",
                Box::new(|| {
                    (0..100).for_each(|_| drop(black_box(almanac.calendar(black_box(id)))));
                    100
                }),
            ),
        ]);
        let [(_, built), (_, read)] = rows.0.as_slice() else { return };
        holds(missed, (format!("{id} from its holidays, µs"), built / 1e3), |us| us <= 100.0, "at most 100");
        println!("{id} from the text of its file, µs: {:.2}", read / 1e3);
    }
}

/// One question after other memory has been walked over, as in a daemon that wakes after half a minute.
fn cold(calendar: &Calendar) {
    let mut other = vec![1_u8; 64 << 20];
    let from: NaiveDate = "2026-12-18".parse().expect("a date");
    let mut times = Vec::new();
    for round in 0..200 {
        other.iter_mut().step_by(64).for_each(|byte| *byte = byte.wrapping_add(1));
        black_box(&other);
        let started = Instant::now();
        let _ =
            black_box(calendar.add_working_days(from, WorkingDays(black_box(10 + round % 7)), Trust::PublishedOnly));
        times.push(started.elapsed());
    }
    times.sort_unstable();
    let median: Duration = times[times.len() / 2];
    println!("one question, cold: {} ns, the clock's own {} ns in it", median.as_nanos(), clock_ns());
}

fn clock_ns() -> u128 {
    let mut times: Vec<_> = (0..1000).map(|_| Instant::now().elapsed().as_nanos()).collect();
    times.sort_unstable();
    times[times.len() / 2]
}
