//! An HTTP/1.1 server on the loopback interface that answers as it is told, and writes down what it was asked.

#![allow(dead_code, reason = "each test file uses its own part")]

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpListener,
};
use tokio_rustls::{TlsAcceptor, rustls::ServerConfig};

/// What was asked.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) method: String,
    /// Without what follows `?`.
    pub(crate) path: String,
    pub(crate) query: String,
    /// By names in small letters.
    pub(crate) headers: HashMap<String, String>,
    pub(crate) body: String,
}

/// What is answered.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    /// A whole answer.
    Say { status: u16, headers: Vec<(&'static str, String)>, body: String },
    /// These bytes, and the connection is closed.
    Raw(Vec<u8>),
    /// Nothing, until the client goes.
    Stall,
    /// Nothing, and the connection is closed.
    Close,
}

impl Answer {
    pub(crate) fn json(status: u16, body: &serde_json::Value) -> Answer {
        let headers = vec![("content-type", "application/json".to_owned())];
        Answer::Say { status, headers, body: body.to_string() }
    }
}

/// A server, as long as this lives.
pub(crate) struct Web {
    pub(crate) at: SocketAddr,
    scheme: &'static str,
    asked: Arc<Mutex<Vec<Asked>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Web {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Web {
    /// Starts one that answers by this.
    pub(crate) async fn start(answer: impl FnMut(&Asked) -> Answer + Send + 'static) -> Web {
        Web::open(None, answer).await
    }

    /// The same over TLS.
    pub(crate) async fn sealed(
        server: Arc<ServerConfig>,
        answer: impl FnMut(&Asked) -> Answer + Send + 'static,
    ) -> Web {
        Web::open(Some(TlsAcceptor::from(server)), answer).await
    }

    async fn open(tls: Option<TlsAcceptor>, mut answer: impl FnMut(&Asked) -> Answer + Send + 'static) -> Web {
        let scheme = if tls.is_some() { "https" } else { "http" };
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let at = listener.local_addr().expect("an address");
        let asked = Arc::new(Mutex::new(Vec::new()));
        let written = Arc::clone(&asked);
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.expect("a client");
                let mut stream: Box<dyn Stream> = match &tls {
                    None => Box::new(stream),
                    // A client that does not trust it goes away.
                    Some(tls) => match tls.accept(stream).await {
                        Ok(stream) => Box::new(stream),
                        Err(_) => continue,
                    },
                };
                let Some(question) = read(&mut stream).await else { continue };
                written.lock().expect("a list").push(question.clone());
                let answer = answer(&question);
                // One that is stalled must not hold up the next.
                tokio::spawn(write(stream, answer));
            }
        });
        Web { at, scheme, asked, task }
    }

    pub(crate) fn url(&self) -> String {
        format!("{}://{}", self.scheme, self.at)
    }

    /// What was asked so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().expect("a list").clone()
    }
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

async fn read(stream: &mut Box<dyn Stream>) -> Option<Asked> {
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(at) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break at;
        }
        more(stream, &mut bytes).await?;
    };
    let text = String::from_utf8(bytes[..head].to_vec()).expect("a head in UTF-8");
    let mut lines = text.split("\r\n");
    let mut first = lines.next().expect("a first line").split(' ');
    let (method, target) = (first.next().expect("a method"), first.next().expect("a target"));
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let headers: HashMap<String, String> = lines
        .map(|line| line.split_once(':').expect("a header"))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length = headers.get("content-length").map_or(0, |length| length.parse().expect("a length"));
    while bytes.len() < head + 4 + length {
        more(stream, &mut bytes).await?;
    }
    let body = String::from_utf8(bytes[head + 4..].to_vec()).expect("a body in UTF-8");
    let (method, path, query) = (method.to_owned(), path.to_owned(), query.to_owned());
    Some(Asked { method, path, query, headers, body })
}

async fn more(stream: &mut Box<dyn Stream>, bytes: &mut Vec<u8>) -> Option<()> {
    let mut chunk = [0; 4096];
    match stream.read(&mut chunk).await {
        Ok(0) | Err(_) => None,
        Ok(read) => {
            bytes.extend_from_slice(&chunk[..read]);
            Some(())
        }
    }
}

async fn write(mut stream: Box<dyn Stream>, answer: Answer) {
    let bytes = match answer {
        Answer::Close => return,
        Answer::Stall => {
            while more(&mut stream, &mut Vec::new()).await.is_some() {}
            return;
        }
        Answer::Raw(bytes) => bytes,
        Answer::Say { status, headers, body } => {
            let more = headers.iter().fold(String::new(), |all, (name, value)| all + &format!("{name}: {value}\r\n"));
            let head =
                format!("HTTP/1.1 {status} so\r\n{more}content-length: {}\r\nconnection: close\r\n\r\n", body.len());
            (head + &body).into_bytes()
        }
    };
    // A client that has gone has heard enough.
    let _ = stream.write_all(&bytes).await;
    let _ = stream.shutdown().await;
}
