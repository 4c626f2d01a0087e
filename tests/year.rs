//! A year of a generated authority, morning after morning: who is written to how often, and how soon a breach is with a manager.
//!
//! The authority is drawn with the proportions of England (`tests/generate_sizes.rs` holds them); what was known on which
//! morning, and who was there, is drawn too (`year/typed.rs`, `year/staff.rs`). Here a small one lives through a quarter and
//! must keep what is promised; `tests/long year` has the mean authority live through a year and prints the figures.

#![cfg(feature = "io")]
#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

#[path = "year/breaches.rs"]
mod breaches;
#[path = "support/cases.rs"]
mod cases;
#[path = "year/causes.rs"]
mod causes;
#[path = "year/chance.rs"]
mod chance;
#[path = "year/figures.rs"]
mod figures;
#[path = "year/mended.rs"]
mod mended;
#[path = "year/people.rs"]
mod people;
#[path = "year/staff.rs"]
mod staff;
#[path = "year/typed.rs"]
mod typed;
#[path = "year/world.rs"]
mod world;

use chrono::NaiveTime;
use figures::Figures;
use world::{Plan, World};

fn times(hours: &[u32]) -> Vec<NaiveTime> {
    hours.iter().map(|hour| NaiveTime::from_hms_opt(*hour, 30, 0).unwrap()).collect()
}

#[test]
fn a_quarter_of_a_small_authority_keeps_what_is_promised() {
    let plan = Plan { procedure: "hertfordshire", plans: 25, seed: 1, settling_weeks: 4, weeks: 13 };
    let world = World::generated(plan);
    let mut figures = Figures::of(&world, plan.days());
    // Twice a day, so that what is decided in the afternoon must wait.
    world.live(&times(&[8, 14]), |looked| figures.look(looked));
    println!("{}", figures.report());
    assert_eq!(figures.unbalanced(), 0, "steps owed that are not accounted for");
    let rows = figures.rows();
    for row in &rows {
        assert!(row.most_a_day <= 1, "{}: {} ordinary messages on one day", row.kind, row.most_a_day);
    }
}

/// `tests/long year`.
#[expect(clippy::disallowed_methods, reason = "how long a test may take is no setting of duewatch")]
#[test]
fn long_year() {
    let Ok(procedure) = std::env::var("DUEWATCH_LONG_YEAR") else { return };
    let number = |name: &str, usual| std::env::var(name).map_or(usual, |set| set.parse().unwrap());
    let plan = Plan {
        procedure: Box::leak(procedure.into_boxed_str()),
        plans: number("DUEWATCH_LONG_PLANS", 325),
        seed: number("DUEWATCH_LONG_SEED", 5).into(),
        settling_weeks: 4,
        weeks: 52,
    };
    let world = World::generated(plan);
    let mut figures = Figures::of(&world, plan.days());
    world.live(&times(&[8]), |looked| figures.look(looked));
    println!("{}", figures.report());
    let missed = figures.missed();
    assert!(missed.is_empty(), "missed:\n{}", missed.join("\n"));
}
