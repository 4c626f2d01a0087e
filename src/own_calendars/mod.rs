//! An authority's own holiday files on disk, and the lists that renew them.
//!
//! Owns the folder of `calendars.directory`: how it is read, how a file in it is written, and how a list is fetched for it.
//! Must not know what a list may change (`calendar::Almanac::renewed` says that), nor any duty.

mod fetch;
mod folder;
mod store;

pub use fetch::{FetchError, Fetcher};
pub use folder::{CalendarFaults, OwnCalendars};
pub use store::StoreError;
