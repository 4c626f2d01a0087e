//! From `--config` to a watch.

use std::path::Path;

use chrono::{DateTime, Utc};

use super::Failure;
use crate::{clock::Clock, run::Watch, settings::Settings};

/// Settings, then everything they name.
pub(super) async fn watch(config: &Path) -> Result<Watch, Failure> {
    let settings = Settings::load(config)?;
    let watch = Watch::open(&settings).await?;
    for fault in &watch.own.faults {
        tracing::warn!("left out: {fault}");
    }
    Ok(watch)
}

/// The instant asked for, or the present.
pub(super) fn at(asked: Option<DateTime<Utc>>) -> DateTime<Utc> {
    asked.unwrap_or_else(|| Clock::System.now())
}
