//! The only place that reads the time.

use chrono::{DateTime, SubsecRound, Utc};

/// The present instant, or a fixed one for a rehearsal.
#[derive(Clone, Copy, Debug)]
pub enum Clock {
    /// The machine's.
    System,
    /// Always this one.
    Fixed(DateTime<Utc>),
}

impl Clock {
    /// The present, cut to the microseconds that a database keeps.
    pub fn now(self) -> DateTime<Utc> {
        match self {
            #[expect(clippy::disallowed_methods, reason = "this is the one place")]
            Clock::System => DateTime::<Utc>::from(std::time::SystemTime::now()).trunc_subsecs(6),
            Clock::Fixed(at) => at,
        }
    }
}
