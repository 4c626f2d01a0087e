//! Duties: what one authority's procedure obliges for one child, worked out from the case record.
//!
//! `assess(record, procedure, calendar, now)` is the heart of duewatch: a pure function, called alike by the daemon,
//! `duties`, `preview` and `explain`. Must not know who is told (`notice`), how the record was read (`source`), or what was
//! assessed before (`ledger`): dates are attributes of a duty, its identity is the event that started it.

mod model;

pub use model::{Anchor, CaseContext, Duty, DutyKey, Idle, Outcome, Reading, Status};
