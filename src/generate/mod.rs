//! A fictional authority, made from a seed: its staff, its children on plans, two years of their history, and a few
//! planted scenes that are always there.
//!
//! Owns what a lived-in case database looks like, so that the program can be shown, tested and measured without any
//! real child's data. Every name is made of invented syllables and every address lies in a reserved domain; they exist
//! so that a leak can be looked for. Must not know about duties, or about the calendars that `duty` counts with: here a
//! working day is any Monday to Friday, so that a fault in our counting cannot hide in data made by the same counting.
//!
//! The same seed, size and day give the same rows on every machine.

mod authority;
mod case;
mod conferences;
mod council;
mod days;
mod draw;
mod families;
mod filing;
mod meetings;
mod names;
mod scenes;
mod sheets;
mod staff_rows;
mod visits;
mod write;

pub use authority::{Authority, Table, authority};
pub use scenes::{SCENES, Scene};
pub use write::{GenerateError, write_postgres, write_sqlite};
