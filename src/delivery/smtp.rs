//! The mail server as a way out: its settings, checked once.
//!
//! Owns what must be known to reach a server. Must not know the conversation, which is `session`'s.

use std::{
    fs, io,
    net::IpAddr,
    path::{Path, PathBuf},
};

use futures_util::future::BoxFuture;
use lettre::{
    Address,
    transport::smtp::{
        authentication::Credentials,
        client::{Certificate, TlsParameters},
        extension::ClientId,
    },
};
use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;

use super::{
    Channel, Frozen, Lane, Limits, Outcome,
    address::{AddressRefused, Mailbox, domain},
    outcome::clean,
    session::{Entry, NotOpen, Protection, Session, SignIn},
    token::Tokens,
};
use crate::trust;

/// Longest line of a mail, without its end.
const LINE_BYTES: usize = 998;

/// How the connection to the server is protected. There is no "if possible": that is the same as none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tls {
    /// Not at all: for a relay on this host or a trusted network.
    None,
    /// STARTTLS, required; usually port 587.
    StartTls,
    /// From the first byte; usually port 465.
    Implicit,
}

/// Time limits of one conversation, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// Finding the host and opening the connection.
    pub connect_ms: u64,
    /// Each answer before the data, a TLS handshake included.
    pub reply_ms: u64,
    /// Sending the data and hearing what became of it. Giving up here is what makes second copies.
    pub end_of_data_ms: u64,
}

impl Default for Timeouts {
    /// 10 seconds, 1 minute, and the 10 minutes that RFC 5321 (4.5.3.2.6) asks for at the end of the data.
    fn default() -> Self {
        Self { connect_ms: 10_000, reply_ms: 60_000, end_of_data_ms: 600_000 }
    }
}

impl Timeouts {
    /// The longest that one attempt can take; a lease on a message must outlast it.
    pub fn longest_ms(&self) -> u64 {
        // MAIL FROM on a connection that was kept and is dead, the greeting, STARTTLS, the handshake, the second EHLO, the
        // password, MAIL FROM, RCPT TO, DATA.
        const REPLIES: u64 = 9;
        self.connect_ms.saturating_add(self.reply_ms.saturating_mul(REPLIES)).saturating_add(self.end_of_data_ms)
    }
}

/// How to reach a mail server.
#[derive(Clone, Debug)]
pub struct SmtpSettings {
    /// Host name or IP address; a certificate must be for this name.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// How the connection is protected.
    pub tls: Tls,
    /// User and password, where the server asks for them. [`Smtp::with_tokens`] is for servers that ask for a token.
    pub credentials: Option<(String, SecretString)>,
    /// What this side calls itself in EHLO: a domain name or an IP address.
    pub hello_name: String,
    /// Envelope sender: where bounces go.
    pub envelope_from: String,
    /// Time limits.
    pub timeouts: Timeouts,
    /// How many conversations may be held at once: Exchange Online bears three.
    pub connections: usize,
    /// How many messages may begin within a minute: Exchange Online takes thirty. None: as many as will go.
    pub per_minute: Option<u32>,
    /// How many messages one conversation may carry, at least one.
    pub messages_per_connection: u32,
    /// A PEM file of certificate authorities to trust besides the system's.
    pub ca_file: Option<PathBuf>,
}

/// Why a server's settings cannot be used.
#[derive(Debug, Error)]
pub enum SmtpRefused {
    /// The name for EHLO.
    #[error("hello_name cannot be used ({0}); write a domain name such as \"duewatch.example.gov.uk\"")]
    HelloName(&'static str),
    /// The envelope sender.
    #[error("envelope_from cannot be used: {0}")]
    EnvelopeFrom(#[source] AddressRefused),
    /// A password or a token on a connection that anybody can read.
    #[error("a password or a token is set for a mail server without TLS; set tls to \"starttls\" or \"implicit\"")]
    PasswordInTheClear,
    /// The file of certificate authorities.
    #[error("cannot read certificates from {path}: {source}; give a PEM file of certificate authorities")]
    CaFile {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        source: io::Error,
    },
    /// TLS could not be set up.
    #[error("cannot set up TLS for the mail server: {0}")]
    Tls(String),
}

/// A mail server, ready to be spoken to. Certificates are read once, when it is made.
pub struct Smtp {
    settings: SmtpSettings,
    hello: ClientId,
    from: Address,
    protection: Protection,
    /// The user, and where its tokens come from.
    tokens: Option<(String, Tokens)>,
}

impl std::fmt::Debug for Smtp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Smtp").field(&self.settings).finish()
    }
}

impl Smtp {
    /// Checks the settings and reads the certificates, without speaking to the server.
    pub fn new(settings: SmtpSettings) -> Result<Self, SmtpRefused> {
        let hello = match settings.hello_name.parse() {
            Ok(IpAddr::V4(ip)) => ClientId::Ipv4(ip),
            Ok(IpAddr::V6(ip)) => ClientId::Ipv6(ip),
            Err(_) => ClientId::Domain(domain(&settings.hello_name).map_err(SmtpRefused::HelloName)?),
        };
        let from =
            Mailbox::read(&settings.envelope_from).and_then(Mailbox::address).map_err(SmtpRefused::EnvelopeFrom)?;
        if settings.credentials.is_some() {
            may_show_secrets(&settings)?;
        }
        let protection = match settings.tls {
            Tls::None => Protection::None,
            Tls::StartTls => Protection::StartTls(trust(&settings)?),
            Tls::Implicit => Protection::Implicit(trust(&settings)?),
        };
        Ok(Self { settings, hello, from, protection, tokens: None })
    }

    /// Signs in as this user by XOAUTH2, with tokens instead of a password.
    pub fn with_tokens(mut self, user: String, tokens: Tokens) -> Result<Self, SmtpRefused> {
        may_show_secrets(&self.settings)?;
        self.settings.credentials = None;
        self.tokens = Some((user, tokens));
        Ok(self)
    }

    fn entry(&self, sign_in: Option<SignIn>) -> Entry<'_> {
        let SmtpSettings { host, port, timeouts, .. } = &self.settings;
        Entry { host, port: *port, hello: &self.hello, protection: &self.protection, sign_in, timeouts: *timeouts }
    }

    /// A conversation that was let in. A token that is not accepted is fetched anew, once: it may have been withdrawn.
    ///
    /// The library's [`Credentials`] are a copy of the secret that is freed after signing in, and not overwritten.
    async fn open(&self) -> Result<Session, String> {
        let Some((user, tokens)) = &self.tokens else {
            let password = self.settings.credentials.as_ref();
            let sign_in = password.map(|(user, password)| SignIn::Password(credentials(user, password)));
            return Session::open(self.entry(sign_in)).await.map_err(|NotOpen { why, .. }| why);
        };
        let token = tokens.token().await?;
        match Session::open(self.entry(Some(SignIn::Token(credentials(user, &token))))).await {
            Err(NotOpen { not_let_in: true, .. }) => tokens.refused(&token).await,
            opened => return opened.map_err(|NotOpen { why, .. }| why),
        }
        let token = tokens.token().await?;
        let opened = Session::open(self.entry(Some(SignIn::Token(credentials(user, &token))))).await;
        opened.map_err(
            |NotOpen { why, not_let_in }| {
                if not_let_in { format!("{why}, and a new token is not accepted either") } else { why }
            },
        )
    }
}

fn credentials(user: &str, secret: &SecretString) -> Credentials {
    Credentials::new(user.to_owned(), secret.expose_secret().to_owned())
}

/// Not in the clear, unless to this machine.
fn may_show_secrets(settings: &SmtpSettings) -> Result<(), SmtpRefused> {
    let clear = settings.tls == Tls::None && !trust::is_loopback(&settings.host);
    if clear { Err(SmtpRefused::PasswordInTheClear) } else { Ok(()) }
}

impl Channel for Smtp {
    fn limits(&self) -> Limits {
        let SmtpSettings { connections, per_minute, timeouts, .. } = &self.settings;
        let longest_ms = match &self.tokens {
            None => timeouts.longest_ms(),
            // Two tokens, and two times as far as signing in.
            Some((_, tokens)) => timeouts.longest_ms().saturating_add(tokens.longest_ms()).saturating_mul(2),
        };
        Limits { connections: (*connections).max(1), per_minute: *per_minute, longest_ms }
    }

    fn lane(&self) -> Box<dyn Lane + '_> {
        Box::new(Conversation { smtp: self, kept: None, carried: 0 })
    }

    /// Connects, greets, encrypts, signs in and leaves.
    fn test(&self) -> BoxFuture<'_, Result<(), String>> {
        Box::pin(async {
            match self.open().await {
                Ok(session) => {
                    session.close().await;
                    Ok(())
                }
                Err(why) => {
                    Err(format!("mail server {} port {}: {}", self.settings.host, self.settings.port, clean(&why)))
                }
            }
        })
    }
}

/// One message after another to the server, over one connection as long as each was taken.
struct Conversation<'a> {
    smtp: &'a Smtp,
    kept: Option<Session>,
    /// Messages that the kept session has carried.
    carried: u32,
}

impl Lane for Conversation<'_> {
    fn send<'a>(&'a mut self, frozen: &'a Frozen) -> BoxFuture<'a, Outcome> {
        Box::pin(async {
            let to = match Mailbox::read(&frozen.to).and_then(Mailbox::address) {
                Ok(to) => to,
                Err(e) => return Outcome::refused(None, &e.to_string()),
            };
            if !seven_bit_lines(&frozen.eml) {
                let why = "the stored mail is damaged: it is not seven-bit text in lines of at most 998 characters ended by CRLF";
                return Outcome::refused(None, why);
            }
            let mut session = match self.begun().await {
                Ok(session) => session,
                Err(outcome) => return outcome,
            };
            let outcome = session.deliver(to, &frozen.eml).await;
            self.carried += 1;
            // After anything but a plain yes nobody can be sure what the next answer belongs to.
            let sound = matches!(outcome, Outcome::HandedOver { .. });
            if sound && self.carried < self.smtp.settings.messages_per_connection {
                self.kept = Some(session);
            } else {
                session.hang_up();
            }
            outcome
        })
    }

    fn close(&mut self) {
        if let Some(session) = self.kept.take() {
            session.hang_up();
        }
    }
}

impl Conversation<'_> {
    /// A session in which a mail has begun: the kept one if the server still listens, else a new one.
    async fn begun(&mut self) -> Result<Session, Outcome> {
        let from = || self.smtp.from.clone();
        if let Some(mut session) = self.kept.take() {
            // Servers end a conversation that is idle or has lasted long enough. Nothing was said yet of this message.
            if session.begin(from()).await.is_ok() {
                return Ok(session);
            }
            session.hang_up();
        }
        self.carried = 0;
        let mut session = self.smtp.open().await.map_err(|why| Outcome::shut(&why))?;
        match session.begin(from()).await {
            Ok(()) => Ok(session),
            Err(outcome) => {
                session.hang_up();
                Err(outcome)
            }
        }
    }
}

/// The system's certificate authorities and those in the file.
fn trust(settings: &SmtpSettings) -> Result<TlsParameters, SmtpRefused> {
    let mut builder = TlsParameters::builder(settings.host.clone());
    if let Some(path) = &settings.ca_file {
        builder = builder.add_root_certificate(certificates(path)?);
    }
    builder.build_rustls().map_err(|e| SmtpRefused::Tls(e.to_string()))
}

fn certificates(path: &Path) -> Result<Certificate, SmtpRefused> {
    let refused = |source| SmtpRefused::CaFile { path: path.to_owned(), source };
    let pem = fs::read(path).map_err(refused)?;
    // A file without any certificate would be taken for an empty list.
    if !pem.windows(27).any(|window| window == b"-----BEGIN CERTIFICATE-----") {
        return Err(refused(io::Error::new(io::ErrorKind::InvalidData, "no certificate in it")));
    }
    Certificate::from_pem(&pem).map_err(|e| refused(io::Error::new(io::ErrorKind::InvalidData, e)))
}

/// A line feed or a return on its own is read as a line end by some servers and not by others: enough to smuggle in a mail. A
/// line that is too long (RFC 5321, 4.5.3.1.6) is broken or cut by some, and a NUL ends the text for others.
fn seven_bit_lines(eml: &str) -> bool {
    let sound = |line: &str| line.len() <= LINE_BYTES && !line.contains(['\r', '\n', '\0']);
    eml.is_ascii() && eml.split("\r\n").all(sound)
}
