//! Working days: which days count, how a period is counted over them, and how far the answer can be trusted.
//!
//! This room owns the holiday data (`holidays/`, one file a calendar), the arithmetic of statutory periods, and the
//! horizon beyond which an answer is provisional. It must not know what a deadline is for: no child, no procedure, no
//! message. It reads no clock, no file and no network; the shipped data is compiled in.
//!
//! A date here is a local date ([`chrono::NaiveDate`]); only [`Zone`] turns dates into instants and back.
//!
//! A "working day" is any day but a Saturday, a Sunday, Christmas Day, Good Friday or a bank holiday under the Banking
//! and Financial Dealings Act 1971, the form used by the Children Act 1989 Representations Procedure (England)
//! Regulations 2006, reg. 2, and the Care Planning, Placement and Case Review (England) Regulations 2010, reg. 2.
//!
//! ```
//! use duewatch::calendar::{Calendar, Convention, Trust};
//!
//! let calendar = Calendar::shipped("england-and-wales").ok_or("not shipped")?;
//! let conference = "2026-12-18".parse()?;
//! let limit = calendar.after(conference, "10 working days".parse()?, Convention::ORDINARY, Trust::PublishedOnly)?;
//! // 21, 22, 23, 24, 29, 30, 31 December, 4, 5, 6 January: Christmas, its substitute and New Year do not count.
//! assert_eq!(limit.on.to_string(), "2027-01-06");
//! assert!(!limit.provisional);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod allowance;
mod almanac;
mod convention;
mod count;
mod day_number;
mod day_table;
mod error;
mod feed;
mod gov_uk;
mod holiday;
mod holiday_file;
mod holidays;
mod limit;
mod months;
mod period;
mod renewal;
mod skipped;
mod words;
mod working_days;
mod years;
mod zone;

#[cfg(test)]
mod day_by_day;
#[cfg(test)]
mod every_day;
#[cfg(test)]
mod holidays_by_law;
#[cfg(test)]
mod known_dates;
#[cfg(test)]
mod known_dates_elsewhere;
#[cfg(test)]
mod known_lists;
#[cfg(test)]
mod known_renewals;
#[cfg(test)]
mod laws;
#[cfg(test)]
mod written_days;

pub use allowance::{Allowance, AllowanceError, End, Ending, Whichever, hours_after};
pub use almanac::{Almanac, AlmanacError};
pub use convention::{Convention, CutOff, FirstDay, LastDay, NonWorkingStart};
pub use day_number::{date, number};
pub use day_table::DayTable;
pub use error::CalendarError;
pub use feed::{Feed, FeedError, FeedFault, Place};
pub use holiday::{Holiday, HolidayStatus};
pub use holiday_file::{HolidayError, HolidayFault, HolidayFile};
pub use holidays::Holidays;
pub use limit::{Counted, DueDate, Limit, Trust, WorkingDays};
pub use months::add_months;
pub use period::{Period, PeriodError};
pub use renewal::{Change, ChangeKind, Dropped, Renewal, RenewalError};
pub use skipped::Skipped;
pub(crate) use words::ShortDate;
pub use words::{format_date_long, format_date_short};
pub use working_days::Calendar;
pub use zone::{Zone, ZoneError};
