//! The API key of a Notify service, and the proof of holding it that each request carries.
//!
//! Owns the form of the key and of the token. Must not know what is asked with it.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use ring::hmac;
use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;
use uuid::Uuid;

/// The characters of a UUID with its hyphens.
const UUID_CHARS: usize = 36;
/// `{"typ":"JWT","alg":"HS256"}` in base64.
const HEADER: &str = "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9";

/// Why a key cannot be used. The text never repeats it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error(
    "the API key is cut off or damaged: it should end in two UUIDs, as in NAME-UUID-UUID. Make a new one in GOV.UK Notify (API \
     integration, API keys) and copy it whole; Notify shows it only once"
)]
pub struct KeyRefused;

/// A key, taken apart.
#[derive(Debug)]
pub(crate) struct ApiKey {
    /// Who asks. It is no secret: it stands in the addresses of the service's own pages.
    service: String,
    secret: SecretString,
}

impl ApiKey {
    /// `NAME-SERVICE-SECRET`. The name may have hyphens of its own, so it is read from its end.
    pub(crate) fn read(text: &SecretString) -> Result<Self, KeyRefused> {
        let (rest, secret) = last_uuid(text.expose_secret().trim()).ok_or(KeyRefused)?;
        let rest = rest.strip_suffix('-').ok_or(KeyRefused)?;
        let (name, service) = last_uuid(rest).ok_or(KeyRefused)?;
        if !name.is_empty() && !name.ends_with('-') {
            return Err(KeyRefused);
        }
        Ok(Self { service: service.to_owned(), secret: SecretString::from(secret) })
    }

    /// A token for one request. Notify takes it within thirty seconds of `now`, so each request has one of its own.
    ///
    /// The secret is copied into the library's own state for a moment, which is freed and not overwritten.
    pub(crate) fn token(&self, now: DateTime<Utc>) -> SecretString {
        let claims = format!(r#"{{"iss":"{}","iat":{}}}"#, self.service, now.timestamp());
        let signed = format!("{HEADER}.{}", URL_SAFE_NO_PAD.encode(claims));
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.secret.expose_secret().as_bytes());
        let signature = hmac::sign(&key, signed.as_bytes());
        SecretString::from(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

/// The UUID at the end of a text, and what stands before it.
fn last_uuid(text: &str) -> Option<(&str, &str)> {
    let (before, uuid) = text.split_at_checked(text.len().checked_sub(UUID_CHARS)?)?;
    Uuid::try_parse(uuid).ok().map(|_| (before, uuid))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERVICE: &str = "26785a09-ab16-4eb0-8407-a37497a57506";
    const SECRET: &str = "3d844edf-8d35-48ac-975b-e847b4f122b0";

    fn read(text: &str) -> Result<ApiKey, KeyRefused> {
        ApiKey::read(&SecretString::from(text))
    }

    #[test]
    fn a_key_is_read_from_its_end() {
        for name in ["duewatch-", "my-test-key-", "clé-"] {
            let key = read(&format!("{name}{SERVICE}-{SECRET}\n")).expect(name);
            assert_eq!((key.service.as_str(), key.secret.expose_secret()), (SERVICE, SECRET));
        }
    }

    /// The token as Python's `hmac` and `base64` make it from the same key and instant.
    #[test]
    fn the_token_is_the_one_that_another_program_makes() {
        let key = read(&format!("duewatch-{SERVICE}-{SECRET}")).expect("a key");
        let now = DateTime::from_timestamp(1_780_000_000, 999_999_000).expect("an instant");
        assert_eq!(
            key.token(now).expose_secret(),
            "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9\
             .eyJpc3MiOiIyNjc4NWEwOS1hYjE2LTRlYjAtODQwNy1hMzc0OTdhNTc1MDYiLCJpYXQiOjE3ODAwMDAwMDB9\
             .IqNt-g0LoY4Upf3VJ_yu3ax0y7Q8C8W9oThdGJXkQjI"
        );
    }

    #[test]
    fn a_damaged_key_is_refused_and_not_shown() {
        let whole = format!("duewatch-{SERVICE}-{SECRET}");
        let mut damaged: Vec<String> =
            (0..whole.len() - SERVICE.len()).map(|from| whole[from.max(12)..].to_owned()).collect();
        damaged.extend((1..whole.len()).map(|to| whole[..to].to_owned()));
        damaged.extend([String::new(), "é".repeat(40), format!("x{SERVICE}-{SECRET}"), format!("{SERVICE}{SECRET}")]);
        damaged.push(whole.replace("3d844edf", "3d844edg"));
        for text in damaged {
            let refused = read(&text).map(|_| ()).expect_err(&text).to_string();
            assert!(!refused.contains("3d844edf"), "{refused}");
        }
        let key = read(&whole).expect("a key");
        assert!(!format!("{key:?}").contains("3d844edf"), "{key:?}");
    }
}
