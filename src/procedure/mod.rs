//! Procedures: one authority's rules as data, versioned, each rule citing its document and line.
//!
//! Owns the rule language: its shapes, how it is read from TOML, and every mistake that can be found in it before a
//! child depends on it. Must not know any rule by name (no duty id of any authority stands in this code), any child, or
//! the time. What a shape means for a case record is `duty`'s to say.

mod coverage;
mod known;
mod ladder;
mod needs;
mod parse;
mod problem;
mod rests;
mod rule;
mod selector;
mod shape;
mod shipped;
mod versions;
mod words;

pub use coverage::{Coverage, DutyRow};
pub use known::{CatalogueError, DutyCatalogue};
pub use ladder::{Base, Ladder, NoticeKind, Offset, Repeat, Step, UNDONE};
pub use problem::{Problem, Problems};
pub use rests::{Pause, RestReason, Rests};
pub use rule::{Ambiguity, Citation, Counting, Counts, DutyId, Procedure, Reads, Rule, Strength, Sureness, Under};
pub use selector::{Relation, Selector, Test};
pub use shape::{
    Alert, Before, Between, Check, ChildDate, Deadline, Distance, Guidance, Limit, MetBy, Order, Recurring, Report,
    SetBy, Shape, Standing, Start, Strictly, Window,
};
