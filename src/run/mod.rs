//! A run: one cycle from poll to delivery. The daemon, `run --once`, `demo`, `duties`, `preview` and `explain` all work
//! through here, so that none of them can come to another answer.
//!
//! Owns the order of the stages and the books of a run. Must not decide anything itself: reading is `source`'s, judging is
//! `duty`'s and `notice`'s, storing is `ledger`'s, sending is `delivery`'s.

mod audience;
mod belief;
mod books;
mod calendar;
mod channel;
mod data_faults;
mod databases;
mod deliver;
mod directory;
mod in_force;
mod kept;
mod lanes;
mod opening;
mod pace;
mod poll;
mod procedure;
mod read;
mod rehearse;
mod retention;
mod returns;
mod source_gaps;
mod summaries;
mod sweep;
mod tally;
mod test_message;
mod watch;
mod wording;

pub use books::{Books, ChildBooks, PairBooks};
pub use calendar::DueUntil;
pub(crate) use data_faults::said;
pub(crate) use databases::open_ledger;
pub use deliver::{Delivered, comes_to};
pub use poll::Polled;
pub(crate) use procedure::{in_force, read_procedure};
pub use read::CaseLoad;
pub use rehearse::{Rehearsed, rehearse};
pub use returns::ReturnsRead;
pub use source_gaps::{completed_in_numbers, never, stored_in_numbers};
pub use watch::{Watch, WatchError};
