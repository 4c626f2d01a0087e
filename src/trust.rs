//! Whom HTTPS trusts, and which addresses may do without it.
//!
//! Owns the certificate authorities of every request over HTTP. Must not know what is asked for. Mail servers have the same
//! authorities by their own library's ways (`delivery/smtp.rs`).

use std::{
    net::IpAddr,
    path::{Path, PathBuf},
    sync::Arc,
};

use thiserror::Error;
use ureq::{
    http::Uri,
    tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem},
};

/// A file of certificate authorities that cannot be used.
#[derive(Debug, Error)]
#[error("cannot read certificates from {}: {why}; give a PEM file of certificate authorities", path.display())]
pub struct CaFileRefused {
    /// The file.
    pub path: PathBuf,
    /// What is wrong.
    pub why: String,
}

/// The system's certificates, or those `SSL_CERT_FILE` names, and the ones of a PEM file.
pub(crate) fn tls(ca_file: Option<&Path>) -> Result<TlsConfig, CaFileRefused> {
    let system = rustls_native_certs::load_native_certs().certs;
    let mut roots: Vec<Certificate<'static>> =
        system.iter().map(|certificate| Certificate::from_der(certificate).to_owned()).collect();
    if let Some(path) = ca_file {
        roots.extend(authorities(path)?);
    }
    Ok(TlsConfig::builder()
        .root_certs(RootCerts::from(roots))
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .build())
}

fn authorities(path: &Path) -> Result<Vec<Certificate<'static>>, CaFileRefused> {
    let refused = |why: String| CaFileRefused { path: path.to_owned(), why };
    let text = std::fs::read(path).map_err(|error| refused(error.to_string()))?;
    let items: Result<Vec<PemItem>, _> = parse_pem(&text).collect();
    let items = items.map_err(|error| refused(error.to_string()))?;
    let certificates: Vec<_> = items
        .into_iter()
        .filter_map(|item| match item {
            PemItem::Certificate(certificate) => Some(certificate),
            _ => None,
        })
        .collect();
    if certificates.is_empty() { Err(refused("there is none".to_owned())) } else { Ok(certificates) }
}

/// This machine, by an address that cannot be another one.
pub(crate) fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost") || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Whether what is sent to this address can be read on the way: not over `https://`, nor to this machine alone. An address that
/// carries a user, a question or a fragment is none that a secret is sent to.
pub(crate) fn is_protected(address: &str) -> bool {
    let Ok(uri) = address.parse::<Uri>() else { return false };
    let plain = uri.query().is_none() && !address.contains(['@', '#']);
    let here = uri.host().is_some_and(is_loopback);
    plain && (uri.scheme_str() == Some("https") || (uri.scheme_str() == Some("http") && here))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_or_this_machine() {
        for protected in [
            "https://api.example",
            "https://api.example/v1.0",
            "http://127.0.0.1:8080",
            "http://[::1]:80",
            "http://localhost:1/x",
        ] {
            assert!(is_protected(protected), "{protected}");
        }
        for open in [
            "http://api.example",
            "http://127.0.0.1.example",
            "ftp://127.0.0.1",
            "api.example",
            "",
            "https://a:b@api.example",
            "https://api.example/?key=1",
        ] {
            assert!(!is_protected(open), "{open}");
        }
    }
}
