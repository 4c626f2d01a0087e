//! The streams that an SMTP conversation runs over.
//!
//! Owns opening the connection, TLS from the first byte, and reading no further than allowed. Must not know what is said.
//!
//! The mail library could open connections itself, but it leaves Nagle's algorithm on: with the body and the closing dot
//! written apart, every message then waits some 40 ms for a delayed acknowledgement.

use std::{
    fmt, io,
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll, ready},
};

use futures_util::io::{AsyncRead as _, AsyncWrite as _};
use lettre::transport::smtp::{
    Error,
    client::{AsyncTokioStream, TlsParameters},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};

#[expect(deprecated, reason = "the library's only public way to put its TLS on a stream that it did not open")]
use lettre::transport::smtp::client::AsyncNetworkStream;

/// Most bytes handed on at once.
const CHUNK_BYTES: usize = 2048;

/// Opens a TCP connection that sends every write at once.
pub(crate) async fn dial(host: &str, port: u16) -> io::Result<TcpStream> {
    let stream = TcpStream::connect((host, port)).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// A connection without TLS, or before STARTTLS. It hands out one line at a time and leaves the rest with the system.
///
/// The reader above it keeps what it has read when TLS begins. Were that more than the answer to STARTTLS, whoever sits on
/// the line could slip in answers that would later pass for the server's. This way the rest meets the handshake, which fails.
#[derive(Debug)]
pub(crate) struct Plain(pub(crate) TcpStream);

impl AsyncRead for Plain {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let mut chunk = [0; CHUNK_BYTES];
        let room = buf.remaining().min(CHUNK_BYTES);
        let mut seen = ReadBuf::new(&mut chunk[..room]);
        ready!(self.0.poll_peek(cx, &mut seen))?;
        let line = seen.filled().iter().position(|byte| *byte == b'\n').map_or(seen.filled().len(), |at| at + 1);
        let mut taken = ReadBuf::new(&mut chunk[..line]);
        ready!(Pin::new(&mut self.0).poll_read(cx, &mut taken))?;
        buf.put_slice(taken.filled());
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Plain {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

impl AsyncTokioStream for Plain {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.0.peer_addr()
    }
}

/// A connection under TLS from the first byte.
#[expect(deprecated, reason = "see the import")]
pub(crate) struct Sealed(AsyncNetworkStream);

impl Sealed {
    /// Shakes hands, and checks the certificate against the roots and the host name in `tls`.
    #[expect(deprecated, reason = "see the import")]
    pub(crate) async fn new(stream: TcpStream, tls: TlsParameters) -> Result<Self, Error> {
        let mut inner = AsyncNetworkStream::use_existing_tokio1(Box::new(stream));
        inner.upgrade_tls(tls).await?;
        Ok(Self(inner))
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealed")
    }
}

impl AsyncRead for Sealed {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let mut chunk = [0; CHUNK_BYTES];
        let room = buf.remaining().min(CHUNK_BYTES);
        let read = ready!(Pin::new(&mut self.0).poll_read(cx, &mut chunk[..room]))?;
        buf.put_slice(&chunk[..read]);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Sealed {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_close(cx)
    }
}

impl AsyncTokioStream for Sealed {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.0.peer_addr()
    }
}

#[cfg(test)]
mod tests {
    use tokio::{io::AsyncReadExt, io::AsyncWriteExt, net::TcpListener};

    use super::*;

    #[tokio::test]
    async fn writes_are_not_held_back() {
        let server = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let stream = dial("127.0.0.1", server.local_addr().expect("an address").port()).await.expect("a connection");
        assert!(stream.nodelay().expect("a socket option"));
    }

    #[tokio::test]
    async fn a_read_ends_with_the_line() {
        let server = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let stream = dial("127.0.0.1", server.local_addr().expect("an address").port()).await.expect("a connection");
        let (mut other, _) = server.accept().await.expect("a client");
        other.write_all(b"220 go\r\n250 slipped in\r\n").await.expect("a write");
        drop(other);
        let mut plain = Plain(stream);
        let mut buffer = [0; 100];
        // Two lines may arrive in two packets, never in one read.
        let mut line = Vec::new();
        while !line.ends_with(b"\n") {
            let read = plain.read(&mut buffer).await.expect("a read");
            line.extend_from_slice(&buffer[..read]);
        }
        assert_eq!(line, b"220 go\r\n");
    }
}
