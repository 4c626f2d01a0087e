//! The ledger: duewatch's own database for one authority, on SQLite or PostgreSQL.
//!
//! Owns what was found due, what was decided, what was sent and to whom; every SQL statement about it stands here. Must
//! not know rules, calendars, words or mail servers, never reads a clock, and never opens the case database.
//!
//! Every method is one transaction. A decision is stored once, under its effect key, together with the run that made it.
//! A message passes these states, each step one commit:
//!
//! ```text
//!  claim           freeze           record
//!    |                |                |
//!    v                v                v
//!  leased -------> sending --------> handed_over | recorded | refused | dead | cancelled
//!    ^                |     \
//!    | lease expires  |      `-----> retry, unknown   (claimed again when the next attempt is due)
//!    `----------------'
//! ```
//!
//! What was handed over becomes `returned` if it comes back (`record_returned`).

mod audit;
mod batch;
mod books;
mod cases;
mod claim;
mod columns;
mod error;
mod explain;
mod history;
mod home;
mod identity;
mod in_force;
mod judged;
mod open;
mod outbox;
mod outbox_acts;
mod rests;
mod returned;
mod run;
mod schedule;
mod send;
mod sole;
mod store;
mod summaries;
mod work;

pub use audit::{Break, ChainEnd, Evidence, Expired, HeadCheck, Verified};
pub use books::Counted;
pub use cases::{JudgedCase, Kept};
pub use claim::{Claim, ClaimedNotice, Lease};
pub use error::LedgerError;
pub use explain::{MessageSeen, ToldStep};
pub use history::Whose;
pub use home::{Home, HomeCheck};
pub use identity::{Identity, Mode};
pub use open::Ledger;
pub use outbox::{MessageState, RefusedAddress, Undelivered};
pub use rests::NewRest;
pub use returned::CameBack;
pub use run::{Committed, NewRun, Part, RunInProgress, RunOutcome, StoredRun};
pub use send::{Attempted, Outcome, Worded};
pub use sole::Sole;
