//! The case record of one child: dated facts, as the case database holds them and nothing more.
//!
//! Owns the catalogue of facts (which kinds there are, what each says) and the types that carry them. Must not know
//! where facts come from (`source`), what any rule makes of them (`duty`) or what time it is: "held" and "planned" are
//! always asked with a day in hand. Holds no name, no address and no free text: the contract with the case database has
//! no column for them.

pub mod catalogue;
mod child;
mod fact;
mod supply;
mod value;

pub(crate) use catalogue::attribute_words;
pub use catalogue::{ANSWERS, Attribute, AttributeType, EVENT_DATES, EVENTS, FactKind, is_birth};
pub use child::{CaseRecord, ChildRef, HouseholdRef};
pub use fact::{Fact, FactId};
pub use supply::{CompletedOnly, Need, Supply};
pub use value::{PersonRef, TeamRef, Value, When};
