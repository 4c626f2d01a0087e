//! All of England on one machine: what a run takes beside what the database alone needs for the same rows.
//!
//! ```sh
//! duewatch generate --size england --years 6 --as-of 2026-11-26 --sqlite england.db
//! duewatch generate --size england --years 6 --as-of 2026-11-26 --postgres postgres://...
//! DUEWATCH_BENCH_SQLITE=england.db DUEWATCH_BENCH_POSTGRES=postgres://... cargo bench --bench england
//! ```
//!
//! The case databases are changed by it: one visit is added for one child in a hundred. Each figure is the median of
//! `DUEWATCH_BENCH_ROUNDS` rounds, three if it says nothing, in which everything is done in turn, so that a slower minute of
//! the machine is everybody's. Each run is a process of its own, whose greatest memory is the system's own count.

#![expect(clippy::expect_used, reason = "a measurement that cannot be set up has failed")]
#![expect(clippy::print_stdout, reason = "the figures are what it is for")]
#![expect(clippy::disallowed_methods, reason = "what is measured, and when it began, is the caller's to say")]

mod figures;
mod place;
mod work;

use figures::Figures;
use place::Place;

const ROUNDS: usize = 3;

fn rounds() -> usize {
    std::env::var("DUEWATCH_BENCH_ROUNDS").map_or(ROUNDS, |rounds| rounds.parse().expect("a number of rounds"))
}

fn main() {
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    if let Some(what) = arguments.next() {
        return work::one(&what, &arguments.collect::<Vec<_>>());
    }
    let places = Place::all();
    assert!(!places.is_empty(), "name a case database: DUEWATCH_BENCH_SQLITE=FILE or DUEWATCH_BENCH_POSTGRES=URL");
    for place in places {
        let mut figures = Figures::default();
        for round in 0..rounds() {
            place.measure(round, &mut figures);
        }
        println!("{place}\n{figures}");
    }
}
