//! duewatch watches what is due for every child.
//!
//! ```text
//!  case database      calendars   procedures   directory      ledger
//!       |                  \          |           |           /  ^  \
//!       v                   v         v           v          v   |   v
//!    source -> record ->   duty (assess)  ->  notice (decide) ---+  message (compose) -> delivery
//!       I/O     pure          pure               pure                  pure                I/O
//! ```
//!
//! The pure rooms hold the whole judgement: given a record, a procedure, a calendar, a directory and an instant, they say
//! what is due, who is to be told and in which words. They build without the `io` feature, and that is how the wall
//! between them and the world is kept. `backtest` looks back with the same arithmetic; only its reader of census returns
//! belongs to the world.

pub mod backtest;
pub mod calendar;
pub mod directory;
pub mod duty;
pub mod message;
pub mod notice;
pub mod procedure;
pub mod record;
pub mod rehearsal;
pub mod summary;

mod near;
mod shared_text;
mod shown;

pub use shared_text::SharedText;

#[cfg(feature = "io")]
pub mod cli;
#[cfg(feature = "io")]
pub mod clock;
#[cfg(feature = "io")]
pub mod daemon;
#[cfg(feature = "io")]
pub mod database;
#[cfg(feature = "io")]
pub mod delivery;
#[cfg(feature = "io")]
pub mod failpoint;
#[cfg(feature = "io")]
pub mod generate;
#[cfg(feature = "io")]
pub mod ledger;
#[cfg(feature = "io")]
pub mod own_calendars;
#[cfg(feature = "io")]
pub mod own_directory;
#[cfg(feature = "io")]
pub mod run;
#[cfg(feature = "io")]
pub mod settings;
#[cfg(feature = "io")]
pub mod source;
#[cfg(feature = "io")]
mod trust;
