//! One SMTP conversation, stage by stage.
//!
//! Owns the order of the commands, a time limit for each, and the judgement of every answer. Must not know where the
//! settings come from. Whatever ends a stage other than the answer that belongs there ends the conversation: the connection is
//! dropped, never used again.

use std::{
    fmt::{self, Display},
    future::Future,
    time::Duration,
};

use futures_util::FutureExt;
use lettre::{
    Address,
    transport::smtp::{
        Error,
        authentication::{Credentials, Mechanism},
        client::{AsyncSmtpConnection, AsyncTokioStream, TlsParameters},
        commands::{Data, Mail, Quit, Rcpt, Starttls},
        extension::ClientId,
    },
};
use tokio::time::{error::Elapsed, timeout};

use crate::failpoint::failpoint;

use super::{
    outcome::Outcome,
    smtp::Timeouts,
    wire::{Dialled, Lent, Lines, Sealed, dial},
};

const MAIL_FROM: &str = "MAIL FROM";

/// How the conversation is protected.
pub(crate) enum Protection {
    None,
    StartTls(TlsParameters),
    Implicit(TlsParameters),
}

/// All that is needed to reach a server and be let in.
pub(crate) struct Entry<'a> {
    pub(crate) host: &'a str,
    pub(crate) port: u16,
    pub(crate) hello: &'a ClientId,
    pub(crate) protection: &'a Protection,
    pub(crate) sign_in: Option<SignIn>,
    pub(crate) timeouts: Timeouts,
}

/// What is shown to be let in.
pub(crate) enum SignIn {
    /// A user and a password.
    Password(Credentials),
    /// A user and a token.
    Token(Credentials),
}

/// Why no conversation came about.
pub(crate) struct NotOpen {
    pub(crate) why: String,
    /// What was shown was not accepted: another token may be.
    pub(crate) not_let_in: bool,
}

impl From<String> for NotOpen {
    fn from(why: String) -> Self {
        Self { why, not_let_in: false }
    }
}

/// A conversation that has come as far as the first mail.
pub(crate) struct Session {
    connection: AsyncSmtpConnection,
    timeouts: Timeouts,
    /// The last thing said was answered in full, so that the server is listening for a command.
    in_step: bool,
}

impl Session {
    /// Connects, greets, encrypts and signs in. Nothing that fails here says anything about a message or a recipient, a wrong
    /// password included, so the error is only ever a reason to try again.
    pub(crate) async fn open(entry: Entry<'_>) -> Result<Self, NotOpen> {
        let connect_ms = entry.timeouts.connect_ms;
        let stream = timed("connecting to the mail server", connect_ms, dial(entry.host, entry.port)).await?;
        failpoint("smtp.after_connect");
        Self::over(stream, entry).await
    }

    async fn over(stream: Dialled, entry: Entry<'_>) -> Result<Self, NotOpen> {
        let reply_ms = entry.timeouts.reply_ms;
        let shake_hands =
            |stream, tls: &TlsParameters| timed("the TLS handshake", reply_ms, Sealed::new(stream, tls.clone()));
        let transport: Box<dyn AsyncTokioStream> = match entry.protection {
            Protection::None => Box::new(Lines::plain(stream)),
            Protection::Implicit(tls) => Box::new(Lines::sealed(shake_hands(stream, tls).await?)),
            Protection::StartTls(tls) => {
                let stream = ask_for_tls(stream, &entry).await?;
                failpoint("smtp.after_starttls");
                Box::new(Lines::sealed_later(shake_hands(stream, tls).await?))
            }
        };
        failpoint("smtp.after_handshake");
        let mut connection = greeted(transport, &entry).await?;
        failpoint("smtp.after_greeting");
        if let Some(sign_in) = entry.sign_in {
            let_in(&mut connection, sign_in, reply_ms).await?;
            failpoint("smtp.after_auth");
        }
        Ok(Self { connection, timeouts: entry.timeouts, in_step: true })
    }

    /// Begins a mail. What fails here is ours or the server's: no recipient has been named yet.
    pub(crate) async fn begin(&mut self, from: Address) -> Result<(), Outcome> {
        self.command(MAIL_FROM, Mail::new(Some(from), Vec::new()), &[250]).await?;
        failpoint("smtp.after_mail");
        Ok(())
    }

    /// Hands over the mail that was begun, for one recipient. Unless the server took it, the conversation is over.
    pub(crate) async fn deliver(&mut self, to: Address, eml: &str) -> Outcome {
        let stages = async {
            self.command("RCPT TO", Rcpt::new(to, Vec::new()), &[250, 251]).await?;
            failpoint("smtp.after_rcpt");
            self.command("DATA", Data, &[354]).await
        };
        if let Err(outcome) = stages.await {
            return outcome;
        }
        let limit_ms = self.timeouts.end_of_data_ms;
        failpoint("smtp.before_data");
        let answer = timeout(Duration::from_millis(limit_ms), self.connection.command(Body(eml))).await;
        failpoint("smtp.after_data");
        self.in_step = answered(&answer);
        match answer {
            Ok(Ok(reply)) if reply.has_code(250) => {
                Outcome::handed_over(&format!("250 {}", reply.message().collect::<Vec<_>>().join(" ")))
            }
            Ok(Ok(reply)) => Outcome::unknown(&format!("the message: unexpected answer {}", reply.code())),
            Ok(Err(e)) if e.status().is_some() => judge("the message", &e),
            // The library does not say how far it came.
            Ok(Err(e)) => Outcome::unknown(&format!("the message: {e}")),
            Err(_) => Outcome::unknown(&format!("the message: no answer within {limit_ms} ms")),
        }
    }

    /// Ends a conversation that carried nothing. What the server says to it does not matter.
    pub(crate) async fn close(mut self) {
        let _ = timed("QUIT", self.timeouts.reply_ms, self.connection.command(Quit)).await;
    }

    async fn command<C: Display>(&mut self, stage: &str, command: C, good: &[u16]) -> Result<(), Outcome> {
        let limit_ms = self.timeouts.reply_ms;
        let answer = timeout(Duration::from_millis(limit_ms), self.connection.command(command)).await;
        self.in_step = answered(&answer);
        let lost = |why: &str| if stage == MAIL_FROM { Outcome::shut(why) } else { Outcome::retry(why) };
        match answer {
            Ok(Ok(reply)) if good.contains(&u16::from(reply.code())) => Ok(()),
            Ok(Ok(reply)) => Err(lost(&format!("{stage}: unexpected answer {}", reply.code()))),
            Ok(Err(e)) => Err(judge(stage, &e)),
            Err(_) => Err(lost(&format!("{stage}: no answer within {limit_ms} ms"))),
        }
    }

    /// Says QUIT without waiting for the answer: between the server's 250 and the moment it is recorded, every instant counts,
    /// because a crash there sends the message twice.
    pub(crate) fn hang_up(mut self) {
        if self.in_step {
            let _ = self.connection.command(Quit).now_or_never();
            failpoint("smtp.after_quit");
        }
    }
}

/// Connects in the clear, and goes as far as the word that TLS may begin.
async fn ask_for_tls(stream: Dialled, entry: &Entry<'_>) -> Result<Dialled, String> {
    let lent = Lent::new(stream);
    let mut connection = greeted(Box::new(lent.clone()), entry).await?;
    if !connection.can_starttls() {
        return Err("the mail server offers no STARTTLS, and the settings require it".to_owned());
    }
    let reply = timed("STARTTLS", entry.timeouts.reply_ms, connection.command(Starttls)).await?;
    if !reply.has_code(220) {
        return Err(format!("STARTTLS: unexpected answer {}", reply.code()));
    }
    drop(connection);
    lent.back().map_err(|e| format!("STARTTLS: {e}"))
}

/// Hears the greeting and says EHLO.
async fn greeted(stream: Box<dyn AsyncTokioStream>, entry: &Entry<'_>) -> Result<AsyncSmtpConnection, String> {
    let greeting = AsyncSmtpConnection::connect_with_transport(stream, entry.hello);
    timed("the greeting", entry.timeouts.reply_ms, greeting).await
}

/// A message as it goes over the wire, with the dot that ends it: in one piece, because each write is a packet of its own.
struct Body<'a>(&'a str);

impl Display for Body<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(eml) = self;
        // RFC 5321, 4.5.2: a dot at the start of a line is said twice.
        if eml.starts_with('.') {
            f.write_str(".")?;
        }
        for (n, piece) in eml.split("\r\n.").enumerate() {
            f.write_str(if n == 0 { "" } else { "\r\n.." })?;
            f.write_str(piece)?;
        }
        f.write_str(if eml.ends_with("\r\n") { ".\r\n" } else { "\r\n.\r\n" })
    }
}

/// Signs in.
async fn let_in(connection: &mut AsyncSmtpConnection, sign_in: SignIn, limit_ms: u64) -> Result<(), NotOpen> {
    const STAGE: &str = "signing in";
    let (mechanisms, credentials): (&[Mechanism], _) = match sign_in {
        SignIn::Password(credentials) => (&[Mechanism::Plain, Mechanism::Login], credentials),
        SignIn::Token(credentials) => (&[Mechanism::Xoauth2], credentials),
    };
    if connection.server_info().get_auth_mechanism(mechanisms).is_none() {
        let known: Vec<String> = mechanisms.iter().map(ToString::to_string).collect();
        return Err(format!("the mail server offers no {} to sign in with", known.join(" or ")).into());
    }
    let answer = timeout(Duration::from_millis(limit_ms), connection.auth(mechanisms, &credentials)).await;
    match answer {
        Ok(Ok(reply)) if reply.has_code(235) => Ok(()),
        Ok(Ok(reply)) => Err(format!("{STAGE} to the mail server: unexpected answer {}", reply.code()).into()),
        // Some servers put a challenge (334) with their reasons before the 535, and the library gives up at the challenge.
        Ok(Err(e)) => {
            let not_let_in = e.status().map_or(e.is_client(), |code| matches!(u16::from(code), 534 | 535));
            Err(NotOpen { why: format!("{STAGE}: {e}"), not_let_in })
        }
        Err(_) => Err(format!("{STAGE}: no answer within {limit_ms} ms").into()),
    }
}

/// Whether a whole answer was read, a good one or a bad one.
fn answered<R>(answer: &Result<Result<R, Error>, Elapsed>) -> bool {
    match answer {
        Ok(Ok(_)) => true,
        Ok(Err(e)) => e.status().is_some(),
        Err(_) => false,
    }
}

/// A negative answer, or none, to a command that precedes the data, or a negative answer to the data.
fn judge(stage: &str, error: &Error) -> Outcome {
    let why = format!("{stage}: {error}");
    let code = error.status().map(u16::from);
    match code {
        // Before a recipient is named, a refusal is of ourselves. 421 closes the service, 432 is Exchange's for too many
        // connections, and 530 to 538 ask us to sign in or to encrypt: none of them is about this message.
        _ if stage == MAIL_FROM => Outcome::shut(&why),
        Some(421 | 432 | 530..=538) => Outcome::shut(&why),
        Some(500..=599) => Outcome::refused(code, &why),
        _ => Outcome::retry(&why),
    }
}

async fn timed<T, E: Display>(
    stage: &str,
    limit_ms: u64,
    work: impl Future<Output = Result<T, E>>,
) -> Result<T, String> {
    match timeout(Duration::from_millis(limit_ms), work).await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(e)) => Err(format!("{stage}: {e}")),
        Err(_) => Err(format!("{stage}: no answer within {limit_ms} ms")),
    }
}

#[cfg(test)]
#[path = "../../tests/support/smtp.rs"]
mod scripted;

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use lettre::transport::smtp::client::Certificate;
    use tokio_rustls::rustls::{ServerConfig, crypto::ring, pki_types::PrivateKeyDer};

    use super::{
        scripted::{Protect, Script, Server},
        *,
    };

    /// A second handle to the socket, opened before TLS hides the first, tells what is set on it at the end.
    #[tokio::test]
    async fn no_write_is_held_back_however_the_conversation_is_protected() {
        let rcgen::CertifiedKey { cert, signing_key } =
            rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).expect("a certificate");
        let server = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], PrivateKeyDer::Pkcs8(signing_key.serialize_der().into()))
            .expect("a server");
        let server = Arc::new(server);
        let trusted = Certificate::from_pem(cert.pem().as_bytes()).expect("a certificate");
        let tls = || {
            let builder = TlsParameters::builder("127.0.0.1".to_owned());
            builder.add_root_certificate(trusted.clone()).build_rustls().expect("TLS")
        };
        let ways = [
            (Protection::None, Protect::No),
            (Protection::StartTls(tls()), Protect::StartTls(Arc::clone(&server))),
            (Protection::Implicit(tls()), Protect::Implicit(server)),
        ];
        for (protection, protect) in ways {
            let server = Server::start(Script { protect, ..Script::willing() }).await;
            let hello = ClientId::Domain("duewatch.example.gov.uk".to_owned());
            let (host, port, timeouts) = ("127.0.0.1", server.at.port(), Timeouts::default());
            let entry = Entry { host, port, hello: &hello, protection: &protection, sign_in: None, timeouts };
            let stream = dial(host, port).await.expect("a connection");
            let socket = stream.second_handle();
            let session = Session::over(stream, entry).await.map_err(|error| error.why).expect("a session");
            assert!(socket.nodelay().expect("a socket option"));
            session.close().await;
            assert_eq!(server.seen().await.commands.last().map(String::as_str), Some("QUIT"));
        }
    }

    #[test]
    fn the_end_of_the_data_cannot_stand_in_the_data() {
        let table = [
            ("a\r\n", "a\r\n.\r\n"),
            ("a", "a\r\n.\r\n"),
            (".\r\n", "..\r\n.\r\n"),
            ("a\r\n.\r\n..\r\n.b.\r\n", "a\r\n..\r\n...\r\n..b.\r\n.\r\n"),
            ("a\r\n.", "a\r\n..\r\n.\r\n"),
            ("a\r\n\r\n", "a\r\n\r\n.\r\n"),
            ("", "\r\n.\r\n"),
        ];
        for (eml, said) in table {
            assert_eq!(Body(eml).to_string(), said, "{eml:?}");
        }
    }
}
