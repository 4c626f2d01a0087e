//! One request over HTTPS at a time, and what is certain about it afterwards.
//!
//! Owns the time limit of a request and the difference between one that never left this machine and one that may have
//! arrived. Must not know what is asked for.
//!
//! Every request has a connection of its own: one that was kept open may have been closed by the other side meanwhile, and then
//! nobody can tell whether a request on it was read. A secret in a request is held here as one; the HTTP library keeps copies of
//! header and body in buffers of its own that are freed and not overwritten.

use std::{io, path::Path, time::Duration};

use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;
use tokio::task::spawn_blocking;
use ureq::{
    Agent, Timeout,
    http::{HeaderValue, Request, header},
};
use zeroize::Zeroizing;

use crate::trust::{self, CaFileRefused};

/// In bytes; nothing that is asked for here is nearly as long.
const LARGEST: u64 = 8_000_000;
const USER_AGENT: &str = concat!("duewatch/", env!("CARGO_PKG_VERSION"));

/// Why no request can be made.
#[derive(Debug, Error)]
pub enum HttpRefused {
    /// Neither https nor this machine, or no address at all.
    #[error("{0} is no address that a secret may be sent to: write one that begins with https://")]
    Unprotected(String),
    /// The file of certificate authorities.
    #[error(transparent)]
    CaFile(#[from] CaFileRefused),
}

/// Makes requests of one server.
#[derive(Clone, Debug)]
pub(crate) struct Http {
    agent: Agent,
    limit_ms: u64,
}

/// What is asked.
pub(crate) struct Question {
    pub(crate) url: String,
    /// Proof of who asks.
    pub(crate) bearer: Option<SecretString>,
    /// What to send, and its content type; none: a GET.
    pub(crate) body: Option<(&'static str, Zeroizing<String>)>,
}

/// An answer, at least its first line.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<String>,
    /// As much as came.
    pub(crate) body: Zeroizing<Vec<u8>>,
}

/// None.
#[derive(Debug)]
pub(crate) enum NoAnswer {
    /// Nothing of the request can have arrived.
    NotSent(String),
    /// It may have arrived.
    Lost(String),
}

impl Http {
    /// For this address and what lies beneath it.
    pub(crate) fn new(base: &str, limit_ms: u64, ca_file: Option<&Path>) -> Result<Self, HttpRefused> {
        if !trust::is_protected(base) {
            return Err(HttpRefused::Unprotected(base.to_owned()));
        }
        let here = base.starts_with("http://");
        let limit = Duration::from_millis(limit_ms);
        let mut config = Agent::config_builder()
            .timeout_global(Some(limit))
            // Of less than the whole: so it is known of a server that cannot be reached that nothing was sent to it.
            .timeout_resolve(Some(limit / 4))
            .timeout_connect(Some(limit / 2))
            .http_status_as_error(false)
            .https_only(!here)
            // A bearer token is for the one server.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .max_idle_connections(0)
            .user_agent(USER_AGENT)
            .tls_config(trust::tls(ca_file)?);
        if here {
            config = config.proxy(None);
        }
        Ok(Self { agent: config.build().new_agent(), limit_ms })
    }

    /// How long one request may take from beginning to end.
    pub(crate) fn limit_ms(&self) -> u64 {
        self.limit_ms
    }

    /// Asks once.
    pub(crate) async fn ask(&self, question: Question) -> Result<Answer, NoAnswer> {
        let agent = self.agent.clone();
        let limit_ms = self.limit_ms;
        match spawn_blocking(move || ask(&agent, &question, limit_ms)).await {
            Ok(answer) => answer,
            Err(_) => Err(NoAnswer::Lost("the request was broken off".to_owned())),
        }
    }
}

fn ask(agent: &Agent, question: &Question, limit_ms: u64) -> Result<Answer, NoAnswer> {
    let unwritten = || NoAnswer::NotSent("the request cannot be written".to_owned());
    let mut request = Request::builder().uri(&question.url);
    if let Some(bearer) = &question.bearer {
        let written = Zeroizing::new(format!("Bearer {}", bearer.expose_secret()));
        let mut value = HeaderValue::from_str(&written).map_err(|_| unwritten())?;
        value.set_sensitive(true);
        request = request.header(header::AUTHORIZATION, value);
    }
    let answered = match &question.body {
        None => agent.run(request.method("GET").body(()).map_err(|_| unwritten())?),
        Some((kind, body)) => {
            let request = request.method("POST").header(header::CONTENT_TYPE, *kind);
            agent.run(request.body(body.as_str()).map_err(|_| unwritten())?)
        }
    };
    let mut answer = answered.map_err(|error| none(&error, limit_ms))?;
    let retry_after =
        answer.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()).map(str::to_owned);
    // The status is certain by now. A body of which only half comes is judged as what it is.
    let body = answer.body_mut().with_config().limit(LARGEST).read_to_vec().unwrap_or_default();
    Ok(Answer { status: answer.status().as_u16(), retry_after, body: Zeroizing::new(body) })
}

/// What is certain once no answer came. Whatever is not known to have failed before the first byte may have arrived.
fn none(error: &ureq::Error, limit_ms: u64) -> NoAnswer {
    use ureq::Error;
    match error {
        Error::HostNotFound | Error::Timeout(Timeout::Resolve) => {
            NoAnswer::NotSent("its host name is not found".to_owned())
        }
        Error::ConnectionFailed | Error::Timeout(Timeout::Connect) => {
            NoAnswer::NotSent("it cannot be reached".to_owned())
        }
        Error::BadUri(_) | Error::RequireHttpsOnly(_) | Error::Tls(_) => NoAnswer::NotSent(error.to_string()),
        Error::Io(io) if io.kind() == io::ErrorKind::ConnectionRefused => {
            NoAnswer::NotSent("it cannot be reached: connection refused".to_owned())
        }
        Error::Io(io) if distrusted(io) => NoAnswer::NotSent(format!(
            "{io}; if its certificate is issued by an authority of your own, name that in ca_file"
        )),
        Error::Timeout(_) => NoAnswer::Lost(format!("no answer within {limit_ms} ms")),
        other => NoAnswer::Lost(other.to_string()),
    }
}

/// A certificate is looked at before anything is said to its owner.
fn distrusted(error: &io::Error) -> bool {
    let cause = error.get_ref().and_then(|cause| cause.downcast_ref::<rustls::Error>());
    matches!(cause, Some(rustls::Error::InvalidCertificate(_)))
}

/// How long a server asks to wait, in milliseconds: `Retry-After` in seconds or as a date.
pub(crate) fn wait_ms(retry_after: Option<&str>, now: chrono::DateTime<chrono::Utc>) -> Option<u64> {
    let text = retry_after?.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(seconds.saturating_mul(1000));
    }
    let until = chrono::DateTime::parse_from_rfc2822(text).ok()?;
    u64::try_from((until.to_utc() - now).num_milliseconds()).ok()
}
