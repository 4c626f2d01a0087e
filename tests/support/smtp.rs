//! A mail server that does what its script says, and writes down what it was told.

#![allow(dead_code, reason = "each test file uses its own part")]

use std::{collections::HashMap, net::SocketAddr, sync::Arc};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::{mpsc::UnboundedSender, oneshot},
    task::JoinHandle,
};
use tokio_rustls::{TlsAcceptor, rustls::ServerConfig};

/// Where in the conversation something happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Stage {
    /// Before the first word.
    Banner,
    /// The answer to the first EHLO.
    Ehlo,
    /// The answer to STARTTLS.
    StartTls,
    /// In place of the TLS handshake.
    Handshake,
    /// The answer to the EHLO that follows STARTTLS.
    SealedEhlo,
    /// The answer to AUTH LOGIN, which asks for the user.
    AuthLogin,
    /// The answer to the user, which asks for the password.
    AuthUser,
    /// The answer to the password, or to AUTH PLAIN, which carries it.
    Auth,
    /// The answer to MAIL FROM.
    Mail,
    /// The answer to RCPT TO.
    Rcpt,
    /// The answer to DATA.
    Data,
    /// After DATA was answered with 354, before anything more is read.
    Body,
    /// The answer to the closing dot.
    End,
    /// The answer to QUIT.
    Quit,
}

/// What happens there instead of the usual.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Act {
    /// These bytes, and the conversation goes on.
    Say(&'static [u8]),
    /// These bytes, but only once the client has said something more.
    SayLate(&'static [u8]),
    /// These bytes, and nothing more until the client goes.
    SayAndStall(&'static [u8]),
    /// These bytes, and the connection is closed.
    SayAndClose(&'static [u8]),
}

impl Act {
    /// Whether these are words of refusal.
    fn refuses(self) -> bool {
        let (Act::Say(bytes) | Act::SayLate(bytes) | Act::SayAndStall(bytes) | Act::SayAndClose(bytes)) = self;
        matches!(bytes.first(), Some(b'4' | b'5'))
    }
}

/// How the server protects the connection.
#[derive(Clone)]
pub(crate) enum Protect {
    /// Not at all.
    No,
    /// STARTTLS is offered.
    StartTls(Arc<ServerConfig>),
    /// TLS from the first byte.
    Implicit(Arc<ServerConfig>),
}

/// What a server does.
#[derive(Clone)]
pub(crate) struct Script {
    /// Departures from the usual.
    pub(crate) acts: HashMap<Stage, Act>,
    /// How many messages of a connection are taken before anything departs from the usual.
    pub(crate) spared: usize,
    /// TLS.
    pub(crate) protect: Protect,
    /// Mechanisms offered after AUTH, once the connection is protected as far as it will be.
    pub(crate) auth: &'static str,
}

impl Script {
    /// A server without TLS that takes everything.
    pub(crate) fn willing() -> Self {
        Self { acts: HashMap::new(), spared: 0, protect: Protect::No, auth: "" }
    }

    /// The same, but for one stage.
    pub(crate) fn but(mut self, stage: Stage, act: Act) -> Self {
        self.acts.insert(stage, act);
        self
    }
}

/// What a server was told, on one connection.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// Every line that was no part of a message, without its end.
    pub(crate) commands: Vec<String>,
    /// How many of them came before TLS.
    pub(crate) in_the_clear: usize,
    /// Every message that was ended by a dot, as it was before the dots were doubled.
    pub(crate) messages: Vec<Vec<u8>>,
    /// What came while the server had stopped answering.
    pub(crate) unanswered: Vec<u8>,
    /// Who wants to hear of it as it happens.
    pub(crate) listener: Option<UnboundedSender<Event>>,
}

/// What a listener hears.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    /// A message ended by its dot, before it is answered; not one that is then refused.
    Message(Vec<u8>),
    /// The server has stopped answering.
    Stalled,
    /// The client has gone from a server that had stopped answering, after these bytes.
    Abandoned(Vec<u8>),
}

impl Seen {
    fn tell(&self, event: Event) {
        if let Some(listener) = &self.listener {
            // Whoever has heard enough goes away.
            let _ = listener.send(event);
        }
    }
}

/// A server that takes one connection after another, as many as it has scripts.
pub(crate) struct Server {
    /// Where it listens.
    pub(crate) at: SocketAddr,
    task: JoinHandle<Vec<Seen>>,
    /// Its end tells the server that nobody will come any more.
    open: oneshot::Sender<()>,
}

impl Server {
    /// Starts listening on the loopback interface, for one connection.
    pub(crate) async fn start(script: Script) -> Self {
        Self::start_each(vec![script]).await
    }

    /// The same, for a connection by each script.
    pub(crate) async fn start_each(scripts: Vec<Script>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let at = listener.local_addr().expect("an address");
        let (open, mut closed) = oneshot::channel();
        let task = tokio::spawn(async move {
            let mut all = Vec::new();
            for script in scripts {
                let stream = tokio::select! {
                    biased;
                    accepted = listener.accept() => accepted.expect("a client").0,
                    _ = &mut closed, if !all.is_empty() => break,
                };
                let mut seen = Seen::default();
                serve(stream, &script, &mut seen).await;
                all.push(seen);
            }
            all
        });
        Self { at, task, open }
    }

    /// What it was told on its one connection, once the client has gone.
    pub(crate) async fn seen(self) -> Seen {
        let mut all = self.seen_each().await;
        assert_eq!(all.len(), 1, "connections");
        all.remove(0)
    }

    /// What it was told on each connection, once the client has gone.
    pub(crate) async fn seen_each(self) -> Vec<Seen> {
        drop(self.open);
        self.task.await.expect("the server's task")
    }
}

/// Why a part of the conversation ended.
enum Ended {
    Gone,
    StartTls,
}

/// One connection, from its banner to its end.
pub(crate) async fn serve(mut stream: TcpStream, script: &Script, seen: &mut Seen) {
    match &script.protect {
        Protect::No => {
            Talk::new(&mut stream, script, seen).run(true, false).await;
        }
        Protect::Implicit(config) => seal(stream, config, script, seen, true).await,
        Protect::StartTls(config) => {
            let ended = Talk::new(&mut stream, script, seen).run(true, true).await;
            seen.in_the_clear = seen.commands.len();
            if matches!(ended, Ended::StartTls) {
                seal(stream, config, script, seen, false).await;
            }
        }
    }
}

async fn seal(mut stream: TcpStream, config: &Arc<ServerConfig>, script: &Script, seen: &mut Seen, greet: bool) {
    if script.acts.contains_key(&Stage::Handshake) {
        Talk::new(&mut stream, script, seen).act(Stage::Handshake, b"").await;
        return;
    }
    // A client that does not trust the certificate goes away here.
    if let Ok(mut sealed) = TlsAcceptor::from(Arc::clone(config)).accept(stream).await {
        Talk::new(&mut sealed, script, seen).run(greet, false).await;
    }
}

struct Talk<'a, S> {
    stream: &'a mut S,
    script: &'a Script,
    seen: &'a mut Seen,
    buffer: Vec<u8>,
}

impl<'a, S: AsyncRead + AsyncWrite + Unpin> Talk<'a, S> {
    fn new(stream: &'a mut S, script: &'a Script, seen: &'a mut Seen) -> Self {
        Self { stream, script, seen, buffer: Vec::new() }
    }

    async fn run(mut self, greet: bool, offer_tls: bool) -> Ended {
        if greet && !self.act(Stage::Banner, b"220 mail.example ESMTP\r\n").await {
            return Ended::Gone;
        }
        while let Some(line) = self.read_to(b"\r\n").await {
            let line = String::from_utf8_lossy(&line).into_owned();
            self.seen.commands.push(line.clone());
            let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
            let goes_on = match verb.as_str() {
                "EHLO" => {
                    let tls = if offer_tls { "250-STARTTLS\r\n" } else { "" };
                    let auth = if offer_tls || self.script.auth.is_empty() {
                        String::new()
                    } else {
                        format!("250-AUTH {}\r\n", self.script.auth)
                    };
                    let reply = format!("250-mail.example\r\n{tls}{auth}250 SIZE 10000000\r\n");
                    self.act(if greet { Stage::Ehlo } else { Stage::SealedEhlo }, reply.as_bytes()).await
                }
                "STARTTLS" => {
                    if !self.act(Stage::StartTls, b"220 go ahead\r\n").await {
                        return Ended::Gone;
                    }
                    return Ended::StartTls;
                }
                "AUTH" => self.auth(&line).await,
                "MAIL" => self.act(Stage::Mail, b"250 2.1.0 sender ok\r\n").await,
                "RCPT" => self.act(Stage::Rcpt, b"250 2.1.5 recipient ok\r\n").await,
                "DATA" => self.data().await,
                "QUIT" => {
                    self.act(Stage::Quit, b"221 bye\r\n").await;
                    false
                }
                _ => self.say(b"502 not known here\r\n").await,
            };
            if !goes_on {
                break;
            }
        }
        Ended::Gone
    }

    async fn auth(&mut self, line: &str) -> bool {
        if line.eq_ignore_ascii_case("AUTH LOGIN") {
            let prompts: [(Stage, &[u8]); 2] =
                [(Stage::AuthLogin, b"334 VXNlcm5hbWU6\r\n"), (Stage::AuthUser, b"334 UGFzc3dvcmQ6\r\n")];
            for (stage, prompt) in prompts {
                if !self.act(stage, prompt).await {
                    return false;
                }
                let Some(answer) = self.read_to(b"\r\n").await else { return false };
                self.seen.commands.push(String::from_utf8_lossy(&answer).into_owned());
            }
        }
        self.act(Stage::Auth, b"235 welcome\r\n").await
    }

    async fn data(&mut self) -> bool {
        let said = self.departs(Stage::Data).is_some();
        if !self.act(Stage::Data, b"354 go\r\n").await {
            return false;
        }
        if said || (self.departs(Stage::Body).is_some() && !self.act(Stage::Body, b"").await) {
            return said;
        }
        let Some(data) = self.read_to(b"\r\n.\r\n").await else { return false };
        let mut message = Vec::new();
        for line in [&data[..], b"\r\n"].concat().split_inclusive(|byte| *byte == b'\n') {
            message.extend_from_slice(line.strip_prefix(b".").unwrap_or(line));
        }
        let act = self.departs(Stage::End);
        if !act.is_some_and(Act::refuses) {
            self.seen.tell(Event::Message(message.clone()));
        }
        self.seen.messages.push(message);
        self.carry_out(act, b"250 2.0.0 Ok: queued as 4711\r\n").await
    }

    /// What the script has for this stage of this message, if anything.
    fn departs(&self, stage: Stage) -> Option<Act> {
        self.script.acts.get(&stage).filter(|_| self.seen.messages.len() >= self.script.spared).copied()
    }

    /// Does what the script has for this stage, or says the usual. False once the conversation is over.
    async fn act(&mut self, stage: Stage, usual: &[u8]) -> bool {
        self.carry_out(self.departs(stage), usual).await
    }

    async fn carry_out(&mut self, act: Option<Act>, usual: &[u8]) -> bool {
        match act {
            None => self.say(usual).await,
            Some(Act::Say(bytes)) => self.say(bytes).await,
            Some(Act::SayLate(bytes)) => {
                while self.buffer.is_empty() {
                    if !self.fill().await {
                        return false;
                    }
                }
                self.say(bytes).await
            }
            Some(Act::SayAndClose(bytes)) => {
                self.say(bytes).await;
                false
            }
            Some(Act::SayAndStall(bytes)) => {
                self.say(bytes).await;
                self.seen.tell(Event::Stalled);
                while self.fill().await {}
                self.seen.unanswered = std::mem::take(&mut self.buffer);
                self.seen.tell(Event::Abandoned(self.seen.unanswered.clone()));
                false
            }
        }
    }

    async fn say(&mut self, bytes: &[u8]) -> bool {
        self.stream.write_all(bytes).await.is_ok() && self.stream.flush().await.is_ok()
    }

    async fn fill(&mut self) -> bool {
        let mut chunk = [0; 4096];
        match self.stream.read(&mut chunk).await {
            Ok(0) | Err(_) => false,
            Ok(read) => {
                self.buffer.extend_from_slice(&chunk[..read]);
                true
            }
        }
    }

    async fn read_to(&mut self, end: &[u8]) -> Option<Vec<u8>> {
        loop {
            if let Some(at) = self.buffer.windows(end.len()).position(|window| window == end) {
                let line = self.buffer[..at].to_vec();
                self.buffer.drain(..at + end.len());
                return Some(line);
            }
            if !self.fill().await {
                return None;
            }
        }
    }
}
