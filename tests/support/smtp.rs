//! A mail server that does what its script says, and writes down what it was told.

#![allow(dead_code, reason = "each test file uses its own part")]

use std::{collections::HashMap, net::SocketAddr, sync::Arc};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::mpsc::UnboundedSender,
    task::JoinHandle,
};
use tokio_rustls::{TlsAcceptor, rustls::ServerConfig};

/// Where in the conversation something happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Stage {
    /// Before the first word.
    Banner,
    /// The answer to EHLO.
    Ehlo,
    /// The answer to STARTTLS.
    StartTls,
    /// In place of the TLS handshake.
    Handshake,
    /// The answer to the password.
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
    /// These bytes, and nothing more until the client goes.
    SayAndStall(&'static [u8]),
    /// These bytes, and the connection is closed.
    SayAndClose(&'static [u8]),
}

impl Act {
    /// Whether these are words of refusal.
    fn refuses(self) -> bool {
        let (Act::Say(bytes) | Act::SayAndStall(bytes) | Act::SayAndClose(bytes)) = self;
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
    /// TLS.
    pub(crate) protect: Protect,
    /// Mechanisms offered after AUTH, once the connection is protected as far as it will be.
    pub(crate) auth: &'static str,
}

impl Script {
    /// A server without TLS that takes everything.
    pub(crate) fn willing() -> Self {
        Self { acts: HashMap::new(), protect: Protect::No, auth: "" }
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

/// A server for one connection.
pub(crate) struct Server {
    /// Where it listens.
    pub(crate) at: SocketAddr,
    task: JoinHandle<Seen>,
}

impl Server {
    /// Starts listening on the loopback interface.
    pub(crate) async fn start(script: Script) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let at = listener.local_addr().expect("an address");
        let task = tokio::spawn(async move {
            let (stream, _) = listener.accept().await.expect("a client");
            let mut seen = Seen::default();
            serve(stream, &script, &mut seen).await;
            seen
        });
        Self { at, task }
    }

    /// What it was told, once the client has gone.
    pub(crate) async fn seen(self) -> Seen {
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
                    self.act(Stage::Ehlo, reply.as_bytes()).await
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
            for prompt in [&b"334 VXNlcm5hbWU6\r\n"[..], b"334 UGFzc3dvcmQ6\r\n"] {
                if !self.say(prompt).await {
                    return false;
                }
                let Some(answer) = self.read_to(b"\r\n").await else { return false };
                self.seen.commands.push(String::from_utf8_lossy(&answer).into_owned());
            }
        }
        self.act(Stage::Auth, b"235 welcome\r\n").await
    }

    async fn data(&mut self) -> bool {
        let said = self.script.acts.contains_key(&Stage::Data);
        if !self.act(Stage::Data, b"354 go\r\n").await {
            return false;
        }
        if said || (self.script.acts.contains_key(&Stage::Body) && !self.act(Stage::Body, b"").await) {
            return said;
        }
        let Some(data) = self.read_to(b"\r\n.\r\n").await else { return false };
        let mut message = Vec::new();
        for line in [&data[..], b"\r\n"].concat().split_inclusive(|byte| *byte == b'\n') {
            message.extend_from_slice(line.strip_prefix(b".").unwrap_or(line));
        }
        if !self.script.acts.get(&Stage::End).is_some_and(|act| act.refuses()) {
            self.seen.tell(Event::Message(message.clone()));
        }
        self.seen.messages.push(message);
        self.act(Stage::End, b"250 2.0.0 Ok: queued as 4711\r\n").await
    }

    /// Does what the script has for this stage, or says the usual. False once the conversation is over.
    async fn act(&mut self, stage: Stage, usual: &[u8]) -> bool {
        match self.script.acts.get(&stage) {
            None => self.say(usual).await,
            Some(Act::Say(bytes)) => self.say(bytes).await,
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
