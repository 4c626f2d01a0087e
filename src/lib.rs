//! duewatch watches what is due for every child and tells the right person in time.
//!
//! The rooms that only compute are pure: they know no clock, no database and no network, and compile without the
//! feature `io`.

pub mod calendar;
