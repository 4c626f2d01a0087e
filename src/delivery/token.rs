//! Tokens by which this program signs in as itself, without a person: OAuth 2.0 client credentials (RFC 6749, 4.4).
//!
//! Owns asking for a token and keeping it until shortly before it ends. Must not know what it opens. A token is held as a secret;
//! neither it nor the client's secret stands in any error.

use std::{fmt, path::PathBuf};

use chrono::{DateTime, TimeDelta, Utc};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tokio::sync::Mutex;
use zeroize::Zeroizing;

use super::http::{Answer, Http, HttpRefused, NoAnswer, Question};
use crate::clock::Clock;

/// A token is asked for anew so long before it ends, or in the second half of a short life.
const BEFORE_ITS_END: TimeDelta = TimeDelta::minutes(5);
/// Nobody gives one for longer.
const LONGEST_SECONDS: i64 = 86_400;

/// Where tokens come from, and for whom.
#[derive(Clone, Debug)]
pub struct TokenSettings {
    /// The tenant's token endpoint.
    pub token_url: String,
    /// The application's id.
    pub client_id: String,
    /// Its secret.
    pub client_secret: SecretString,
    /// What the token is to open.
    pub scope: String,
    /// How long a request may take.
    pub timeout_ms: u64,
    /// A PEM file of certificate authorities to trust besides the system's.
    pub ca_file: Option<PathBuf>,
}

/// Tokens, as long as they hold.
pub struct Tokens {
    settings: TokenSettings,
    http: Http,
    clock: Clock,
    /// Locked while one is asked for, so that it is asked for once.
    kept: Mutex<Option<Kept>>,
}

struct Kept {
    token: SecretString,
    asked_at: DateTime<Utc>,
    until: DateTime<Utc>,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Tokens").field(&self.settings).finish()
    }
}

#[derive(Deserialize)]
struct Given {
    access_token: SecretString,
    expires_in: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct NotGiven {
    error: String,
    #[serde(default)]
    error_description: String,
}

impl Tokens {
    /// Checks the settings, without asking for anything.
    pub fn new(settings: TokenSettings, clock: Clock) -> Result<Self, HttpRefused> {
        let http = Http::new(&settings.token_url, settings.timeout_ms, settings.ca_file.as_deref())?;
        Ok(Self { settings, http, clock, kept: Mutex::new(None) })
    }

    /// How long it can take to have one.
    pub(crate) fn longest_ms(&self) -> u64 {
        self.http.limit_ms()
    }

    /// The token that is kept, or a new one. The error is for the person who set it up.
    pub(crate) async fn token(&self) -> Result<SecretString, String> {
        let now = self.clock.now();
        let mut kept = self.kept.lock().await;
        // A clock that was set back tells nothing of how old a token is.
        if let Some(kept) = kept.as_ref().filter(|kept| kept.asked_at <= now && now < kept.until) {
            return Ok(kept.token.clone());
        }
        let given = self.ask().await?;
        let seconds = given.expires_in.as_ref().and_then(seconds).unwrap_or(0).clamp(0, LONGEST_SECONDS);
        let life = TimeDelta::seconds(seconds);
        let until = now + (life - BEFORE_ITS_END).max(life / 2);
        *kept = Some(Kept { token: given.access_token.clone(), asked_at: now, until });
        Ok(given.access_token)
    }

    /// This one was refused where it should open: it is not given out again.
    pub(crate) async fn refused(&self, token: &SecretString) {
        let mut kept = self.kept.lock().await;
        if kept.as_ref().is_some_and(|kept| kept.token.expose_secret() == token.expose_secret()) {
            *kept = None;
        }
    }

    async fn ask(&self) -> Result<Given, String> {
        let TokenSettings { token_url, client_id, client_secret, scope, .. } = &self.settings;
        let fields = [
            ("grant_type", "client_credentials"),
            ("client_id", client_id),
            ("client_secret", client_secret.expose_secret()),
            ("scope", scope),
        ];
        let url = token_url.clone();
        let body = Some(("application/x-www-form-urlencoded", form(&fields)));
        let answer = match self.http.ask(Question { url, bearer: None, body }).await {
            Ok(answer) => answer,
            Err(NoAnswer::NotSent(why) | NoAnswer::Lost(why)) => return Err(format!("asking for a token: {why}")),
        };
        if answer.status == 200 {
            let unreadable = |_| "asking for a token: the answer cannot be read; look at token_url".to_owned();
            return serde_json::from_slice(&answer.body).map_err(unreadable);
        }
        Err(format!("asking for a token: {}", why_not(&answer)))
    }
}

/// The error's code, and Microsoft's number of it, by which its meaning can be looked up. Of the rest nothing is repeated.
fn why_not(answer: &Answer) -> String {
    let Ok(NotGiven { error, error_description }) = serde_json::from_slice(&answer.body) else {
        return format!("status {}; look at token_url", answer.status);
    };
    let word = |text: &str| text.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect::<String>();
    let number = Some(word(&error_description)).filter(|number| number.starts_with("AADSTS"));
    let number = number.map(|number| format!(" ({number})")).unwrap_or_default();
    format!("status {}, {}{number}; look at client_id, the client's secret and scope", answer.status, word(&error))
}

/// Seconds as a number or as text, as servers write them.
fn seconds(value: &serde_json::Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

/// The fields as a form is sent.
fn form(fields: &[(&str, &str)]) -> Zeroizing<String> {
    // Room for all of it, so that no part is left behind by growing.
    let room = fields.iter().map(|(name, value)| name.len() + 3 * value.len() + 2).sum();
    let mut text = Zeroizing::new(String::with_capacity(room));
    for (name, value) in fields {
        if !text.is_empty() {
            text.push('&');
        }
        text.push_str(name);
        text.push('=');
        escape(value, &mut text);
    }
    text
}

/// Adds a text as it stands in a form or in the path of an address.
pub(super) fn escape(value: &str, to: &mut String) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._".contains(&byte) {
            to.push(char::from(byte));
        } else {
            to.push('%');
            for half in [byte >> 4, byte & 15] {
                to.push(DIGITS.get(usize::from(half)).copied().map_or('0', char::from));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_escaped_byte_by_byte() {
        let text = form(&[("a", "x y"), ("b", "~&=%+é/:-._"), ("c", "")]);
        assert_eq!(*text, "a=x%20y&b=%7E%26%3D%25%2B%C3%A9%2F%3A-._&c=");
    }
}
