//! Notices: the decision that one person is to be told one thing about one duty at one step.
//!
//! `decide(duties, directory, history, now)` says who is owed what by now and was not yet told. Pure; must not know words,
//! mail servers or how anything is stored. What is owed is always "due by now and not yet told", never "is it today?".

mod books;
mod climb;
mod decide;
mod history;
mod model;
mod moved;
mod reconcile;
mod rests;
mod rungs;
mod sending;
mod wake;

pub use books::StepBooks;
pub use climb::climbed;
pub use decide::{Audience, Decision, Withheld, Withholding, decide};
pub use history::{Change, Closing, DutyRef, History, Past, SaidDays, Told};
pub use model::{Effect, Notice, NoticeState};
pub use reconcile::{Over, Reconciled, Standing, reconcile};
pub use rests::{Rest, RestKind};
pub use rungs::{Rung, rungs};
pub use sending::SendingClock;
pub use wake::wake_at;
