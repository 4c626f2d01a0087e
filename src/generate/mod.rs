//! A fictional authority, made from a seed. For the demonstration and for tests: its staff, its children on plans, two years
//! of their history, and a few planted scenes, in memory. For a trial of any size up to England: a case database of as
//! many plans and years as are wanted, as LCS, Mosaic or Eclipse would have left it, drawn and written row by row.
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
mod disorder;
mod draw;
mod families;
mod filing;
mod forms;
mod into_postgres;
mod into_sqlite;
mod meetings;
mod names;
mod national;
mod order;
mod planned;
mod population;
mod quota;
mod referral;
mod referred;
mod roster;
mod scenes;
mod sheets;
mod staff_rows;
mod systems;
mod visits;
mod write;

pub use authority::{Authority, Table, authority};
pub use order::Order;
pub use scenes::{SCENES, Scene};
pub use systems::System;
pub use write::{GenerateError, Written, fill_postgres, fill_sqlite, write_postgres, write_sqlite};
