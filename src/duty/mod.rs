//! Duties: what one authority's procedure obliges for one child, worked out from the case record.
//!
//! `assess(record, terms)` is the heart of duewatch: a pure function, called alike by the daemon, `duties`, `preview` and
//! `explain`. Must not know who is told (`notice`), how the record was read (`source`), or what was assessed before
//! (`ledger`): dates are attributes of a duty, its identity is the event that started it.
//!
//! One file a shape; what they share is in `case` (which facts a rule means) and `reading` (from an anchor to its dates).

mod ahead;
mod alert;
mod assess;
mod between;
mod cannot_tell;
mod case;
mod cases;
mod context;
mod deadline;
mod interval;
mod lacking;
mod model;
mod points;
mod reading;
mod recurring;
mod report;
mod sitting;
mod standing;
mod start;
mod stored;
mod window;

use assess::believed_death;
pub use assess::{Assessment, Terms, assess};
pub use cannot_tell::{CannotTell, never_supplied};
pub use lacking::Lacking;
pub use model::{Access, Anchor, CaseContext, Duty, DutyKey, Idle, Outcome, Reading, Status, Tally};
pub use report::{Stretch, assess_reports};
pub use sitting::Sitting;
pub use stored::StoredDate;
