//! Who works where: people, teams, posts, absence and cover, as the council's directory holds them today.
//!
//! Owns the answer to "who fills this role for this case, and can they be reached?". Must not know about duties, steps
//! or mail servers, and never reads a clock: the day is an argument.

mod passed_over;
mod people;
mod reach;
mod resolve;
mod role;
mod soundness;
mod table;
mod weekdays;
mod written;

pub use passed_over::{PassedOver, Why};
pub use people::{Absence, Directory, Mailbox, Person, Team};
pub use reach::{Unreachable, Unreached};
pub use resolve::{Recipient, Resolved};
pub use role::{Role, RoleError};
pub use soundness::{CasePlace, Flaw, FlawKind};
pub use table::{Column, Table};
pub use weekdays::Weekdays;
pub use written::{Mistake, Mistakes, Tables};
