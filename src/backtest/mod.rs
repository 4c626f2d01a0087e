//! What would have been late: the duties of a past time, counted by the month in which they were due.
//!
//! Owns the counting of outcomes by month, the measures that a census return can be held against, and the chart. Must
//! not know the ledger, any recipient, or a clock. All of it is pure but `cin`, which reads a return from a stream and
//! so belongs to the world. Nothing here keeps or repeats who a child is.

#[cfg(feature = "io")]
pub mod cin;

mod chart;
mod measure;
mod month;
mod tally;
mod target;

pub use chart::{ChartError, MONTHS_SHOWN, Panel, chart};
pub use measure::{Judged, Measure, Outcome, Recorded, assessment, conference, reviews};
pub use month::{Month, MonthError, Window};
pub use tally::{Column, Counts, Row, Tally, total};
pub use target::Targets;
