//! A certificate authority of the tests' own.

#![allow(dead_code, reason = "each test file uses its own part")]

use std::{path::PathBuf, sync::Arc};

use duewatch::delivery::Tls;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio_rustls::rustls::{ServerConfig, crypto::ring, pki_types::PrivateKeyDer};

use super::smtp::{Protect, Script};

/// A certificate authority and a server's certificate, made for this run.
pub(crate) struct Authority {
    dir: tempfile::TempDir,
    server: Arc<ServerConfig>,
}

impl Authority {
    pub(crate) fn new(host: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).expect("an authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let ca = CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("an authority");
        let key = KeyPair::generate().expect("a key");
        let leaf = CertificateParams::new(vec![host.to_owned()]).expect("a name");
        let leaf = leaf.signed_by(&key, &ca).expect("a certificate");
        let server = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![leaf.der().clone()], PrivateKeyDer::Pkcs8(key.serialize_der().into()))
            .expect("a server");
        let dir = tempfile::tempdir().expect("a folder");
        for (name, pem) in [("ca.pem", ca.pem()), ("server.pem", leaf.pem()), ("server.key", key.serialize_pem())] {
            std::fs::write(dir.path().join(name), pem).expect("a file");
        }
        Self { dir, server: Arc::new(server) }
    }

    /// Its certificate, for whoever is to trust it.
    pub(crate) fn ca_file(&self) -> PathBuf {
        self.dir.path().join("ca.pem")
    }

    /// What a server of it shows.
    pub(crate) fn server(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.server)
    }

    /// A server that takes everything, protected like this.
    pub(crate) fn script(&self, tls: Tls) -> Script {
        let protect = match tls {
            Tls::None => Protect::No,
            Tls::StartTls => Protect::StartTls(self.server()),
            Tls::Implicit => Protect::Implicit(self.server()),
        };
        Script { protect, ..Script::willing() }
    }

    /// The server's certificate and its key, as files.
    pub(crate) fn files(&self) -> [PathBuf; 2] {
        ["server.pem", "server.key"].map(|name| self.dir.path().join(name))
    }
}
