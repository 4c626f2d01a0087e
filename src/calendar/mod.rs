//! placeholder until the calendar room lands
use chrono::NaiveDate;
/// p
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Period {
    /// d
    WorkingDays(u32),
    /// d
    Days(u32),
    /// d
    WorkingWeeks(u32),
    /// d
    Weeks(u32),
    /// d
    Months(u32),
    /// d
    Hours(u32),
}
/// p
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FirstDay {
    /// d
    Excluded,
    /// d
    Included,
}
/// p
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LastDay {
    /// d
    AsIs,
    /// d
    Previous,
    /// d
    Next,
}
/// p
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Skipped {
    /// d
    pub on: NaiveDate,
    /// d
    pub name: String,
}
