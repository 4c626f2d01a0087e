//! From `--config` to a watch.

use std::{fs::File, io::ErrorKind, path::Path};

use chrono::{DateTime, Utc};

use super::{Failure, SETTINGS, output};
use crate::{clock::Clock, run::Watch, settings::Settings};

/// The settings, for a command that can answer without them. Who asks on a machine that has none, or may not read
/// them, is answered by what is shipped; `without` says so where they are there and cannot be read.
pub(super) fn settings_if_any(config: Option<&Path>, without: &str) -> Result<Option<Settings>, Failure> {
    let config = match config {
        Some(config) => config,
        None => match File::open(SETTINGS) {
            Ok(_) => Path::new(SETTINGS),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => {
                output::complain(&format!("{without}: cannot read {SETTINGS}: {error}"));
                return Ok(None);
            }
        },
    };
    Ok(Some(Settings::load(config)?))
}

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
