//! From the settings to the two databases that they name.
//!
//! Owns the way of a password into a database's address. Must not know what the databases hold.

use std::{path::Path, time::Duration};

use secrecy::ExposeSecret;
use zeroize::Zeroizing;

use super::WatchError;
use crate::{
    ledger::Ledger,
    settings::{self, SecretPlace, Settings},
    source::{Source, SourceError},
};

/// The case database, read only.
pub(crate) async fn open_source(source: &settings::Source) -> Result<Source, WatchError> {
    let limit = Duration::from_millis(source.statement_timeout_ms);
    let opened = if is_postgres(&source.database) {
        let url = with_password(&source.database, source.password_file.as_ref(), "the password of the case database")?;
        Source::open_postgres(&url, source.schema.as_deref(), limit).await
    } else {
        Source::open_sqlite(Path::new(&source.database), limit).await
    };
    opened.map_err(|error| WatchError::Source { database: source.database.clone(), source: Box::new(error) })
}

/// What lies beneath an error, where the error's own words do not say it.
pub(super) fn cause(error: &SourceError) -> String {
    use std::error::Error;
    let own = error.to_string();
    error
        .source()
        .map(ToString::to_string)
        .filter(|cause| !own.contains(cause))
        .map(|cause| format!(": {cause}"))
        .unwrap_or_default()
}

/// The ledger; with `create`, one that does not exist yet is made.
pub(crate) async fn open_ledger(settings: &Settings, create: bool) -> Result<Ledger, WatchError> {
    let place = &settings.ledger;
    let at = if is_postgres(&place.database) {
        with_password(&place.database, place.password_file.as_ref(), "the password of the ledger")?
    } else {
        Zeroizing::new(place.database.clone())
    };
    let path = Path::new(at.as_str());
    if !is_postgres(&at) && !create && !path.exists() {
        return Err(WatchError::NoLedger { path: path.to_owned() });
    }
    let ledger = Ledger::open(&at, create).await?;
    Ok(match &place.head_file {
        Some(path) => ledger.with_head(path),
        None => ledger,
    })
}

fn is_postgres(database: &str) -> bool {
    database.starts_with("postgres://") || database.starts_with("postgresql://")
}

/// Puts a password into a URL that names only a user. The database's library keeps a copy of its own as long as it is open.
fn with_password(url: &str, place: Option<&SecretPlace>, what: &'static str) -> Result<Zeroizing<String>, WatchError> {
    let Some(place) = place else { return Ok(Zeroizing::new(url.to_owned())) };
    let password = place.read(what)?;
    let escaped = escape_all(password.expose_secret());
    let (user, host) = url.split_once('@').map_or_else(
        || url.split_once("://").map_or(("", url), |(_, host)| ("postgres://", host)),
        |(user, host)| (user, host),
    );
    let mut whole = Zeroizing::new(String::with_capacity(url.len() + escaped.len() + 2));
    for part in [user, ":", escaped.as_str(), "@", host] {
        whole.push_str(part);
    }
    Ok(whole)
}

/// Every byte escaped, so that no character of a password can end it.
fn escape_all(text: &str) -> Zeroizing<String> {
    let mut escaped = Zeroizing::new(String::with_capacity(3 * text.len()));
    for byte in text.bytes() {
        for part in ['%', half(byte >> 4), half(byte & 15)] {
            escaped.push(part);
        }
    }
    escaped
}

fn half(of: u8) -> char {
    char::from_digit(u32::from(of), 16).unwrap_or('0').to_ascii_uppercase()
}
