//! From `--config` to a watch.

use std::path::Path;

use chrono::{DateTime, Utc};

use super::Failure;
use crate::{clock::Clock, run::Watch, settings::Settings};

/// Settings, then everything they name.
pub(super) async fn watch(config: &Path) -> Result<Watch, Failure> {
    let settings = Settings::load(config)?;
    Ok(Watch::open(&settings).await?)
}

/// The instant asked for, or the present.
pub(super) fn at(asked: Option<DateTime<Utc>>) -> DateTime<Utc> {
    asked.unwrap_or_else(|| Clock::System.now())
}
