//! A published list, from a file or over HTTPS.

use std::{
    fs::File,
    io::{self, Read},
    path::PathBuf,
    time::Duration,
};

use thiserror::Error;
use ureq::{Agent, http::Uri};

use crate::trust::{self, CaFileRefused};

/// In bytes. gov.uk's lists together are far smaller.
const LARGEST: u64 = 1_000_000;
const REDIRECTS: u32 = 3;

/// Reads lists.
#[derive(Clone, Debug)]
pub struct Fetcher {
    /// How long one fetch may take from beginning to end.
    pub limit: Duration,
    /// A PEM file of certificate authorities to trust besides the system's.
    pub ca_file: Option<PathBuf>,
}

/// Why a list could not be had.
#[derive(Debug, Error)]
pub enum FetchError {
    /// A file.
    #[error("cannot read the list {from}: {source}")]
    File {
        /// The file.
        from: String,
        /// What went wrong.
        source: io::Error,
    },
    /// Neither https nor this machine.
    #[error("the list {from} is not fetched: write an https:// address, or http:// of this machine alone")]
    Unprotected {
        /// The address.
        from: String,
    },
    /// A secret in an address, which would be written into the calendar's file. It is not repeated here.
    #[error("the list is not fetched: leave the user name and the password out of its address")]
    Secret,
    /// The answer leads somewhere it may not.
    #[error("the list {from} is not fetched: the server leads to {to}, which is not https://")]
    LeadsAway {
        /// The address.
        from: String,
        /// Where it leads.
        to: String,
    },
    /// Another answer than the list.
    #[error("the list {from} is not there: the server answers with status {status}")]
    Status {
        /// The address.
        from: String,
        /// The status.
        status: u16,
    },
    /// No answer in time, or none at all.
    #[error("cannot fetch the list {from}: {why}")]
    Http {
        /// The address.
        from: String,
        /// Why not, and what to do.
        why: String,
    },
    /// More than a list can be.
    #[error("the list {from} is larger than {LARGEST} bytes, so it is no list of holidays")]
    TooLarge {
        /// Where it is.
        from: String,
    },
    /// Not text.
    #[error("the list {from} is no text in UTF-8: the fault is in byte {byte}")]
    NoText {
        /// Where it is.
        from: String,
        /// The first byte at fault, counted from 1.
        byte: usize,
    },
    /// The file of certificate authorities.
    #[error(transparent)]
    CaFile(#[from] CaFileRefused),
}

impl Default for Fetcher {
    fn default() -> Self {
        Self { limit: Duration::from_secs(30), ca_file: None }
    }
}

impl Fetcher {
    /// The text of a list: of a file, or of an address if it has `://` in it.
    pub fn text(&self, from: &str) -> Result<String, FetchError> {
        let bytes = if from.contains("://") { self.fetch(from)? } else { read(from)? };
        String::from_utf8(bytes)
            .map_err(|error| FetchError::NoText { from: from.to_owned(), byte: error.utf8_error().valid_up_to() + 1 })
    }

    fn fetch(&self, from: &str) -> Result<Vec<u8>, FetchError> {
        let from = from.to_owned();
        let unprotected = || FetchError::Unprotected { from: from.clone() };
        let uri: Uri = from.parse().map_err(|_| unprotected())?;
        if uri.authority().is_some_and(|authority| authority.as_str().contains('@')) {
            return Err(FetchError::Secret);
        }
        let here = uri.host().is_some_and(trust::is_loopback);
        let https = match uri.scheme_str() {
            Some("https") => true,
            Some("http") if here => false,
            _ => return Err(unprotected()),
        };
        let mut config = Agent::config_builder()
            .timeout_global(Some(self.limit))
            .http_status_as_error(false)
            .https_only(https)
            // Plain http leads nowhere but to this machine, so its redirects are not followed.
            .max_redirects(if https { REDIRECTS } else { 0 })
            .max_redirects_will_error(https)
            .tls_config(trust::tls(self.ca_file.as_deref())?);
        if here {
            config = config.proxy(None);
        }
        let mut answer = config.build().new_agent().get(uri).call().map_err(|error| refused(&from, error))?;
        let status = answer.status().as_u16();
        if status != 200 {
            return Err(FetchError::Status { from, status });
        }
        answer.body_mut().with_config().limit(LARGEST).read_to_vec().map_err(|error| refused(&from, error))
    }
}

fn read(from: &str) -> Result<Vec<u8>, FetchError> {
    let mut bytes = Vec::new();
    let opened = File::open(from).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes));
    match opened {
        Err(source) => Err(FetchError::File { from: from.to_owned(), source }),
        Ok(_) if bytes.len() as u64 > LARGEST => Err(FetchError::TooLarge { from: from.to_owned() }),
        Ok(_) => Ok(bytes),
    }
}

fn refused(from: &str, error: ureq::Error) -> FetchError {
    let from = from.to_owned();
    let http = |why: String| FetchError::Http { from: from.clone(), why };
    match error {
        ureq::Error::RequireHttpsOnly(to) => FetchError::LeadsAway { from, to },
        ureq::Error::BodyExceedsLimit(_) => FetchError::TooLarge { from },
        ureq::Error::TooManyRedirects => http(format!("the server leads on more than {REDIRECTS} times")),
        ureq::Error::Timeout(_) => http("no answer in time; try again later".to_owned()),
        ureq::Error::Io(error) if error.kind() == io::ErrorKind::InvalidData => http(format!(
            "{error}; if the server's certificate is issued by an authority of your own, name its file with --ca-file"
        )),
        other => http(format!(
            "{other}; without a way there, fetch the list on another machine and name the file with --from"
        )),
    }
}
