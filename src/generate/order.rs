//! What an authority is asked to be.

use chrono::NaiveDate;

use super::systems::System;

/// A case database to generate. The same order gives the same rows on every machine and on both databases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Which case system it is to look like.
    pub system: System,
    /// Another seed, another authority.
    pub seed: u64,
    /// Open plans of its own. A larger authority has every family of a smaller one.
    pub plans: u32,
    /// The day of the load.
    pub as_of: NaiveDate,
    /// How many years of history it has.
    pub years: u32,
    /// Without the disorder of real data.
    pub tidy: bool,
    /// With what forms ask besides, and the events that have no table of their own: some two hundred rows for each open plan.
    /// Everything else is the same without.
    pub forms: bool,
}
