//! The streams that an SMTP conversation runs over.
//!
//! Owns opening the connection, TLS, and what may be read and when. Must not know what is said.
//!
//! The mail library could open connections itself, but it leaves Nagle's algorithm on: where body and closing dot are
//! written apart, every message then waits some 40 ms for a delayed acknowledgement. And it reads as much as has come: what
//! a server says before it is asked would pass for the answer to the next question. So it only ever reads [`Lines`].

use std::{
    fmt, io,
    net::SocketAddr,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
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

/// Most bytes read at once.
const CHUNK_BYTES: usize = 2048;
/// What an answer begins with: `250`.
const CODE_BYTES: usize = 3;
/// Longest line of an answer. RFC 5321 (4.5.3.1.5) has 512.
const LINE_BYTES: usize = 8 * CHUNK_BYTES;

/// A connection that sends every write at once. There is no other way to have one than [`dial`].
#[derive(Debug)]
pub(crate) struct Dialled(TcpStream);

#[cfg(test)]
impl Dialled {
    /// The same socket once more, to look at what is set on it.
    pub(crate) fn second_handle(&self) -> std::net::TcpStream {
        use std::os::fd::AsFd;
        self.0.as_fd().try_clone_to_owned().map(Into::into).expect("a handle")
    }
}

/// Opens a TCP connection.
pub(crate) async fn dial(host: &str, port: u16) -> io::Result<Dialled> {
    let stream = TcpStream::connect((host, port)).await?;
    stream.set_nodelay(true)?;
    Ok(Dialled(stream))
}

/// A stream whose other side answers in lines, each handed on by itself and only once it is whole.
///
/// What is beyond ASCII is handed on as `?`, a control character as a space, and no text as spaces only: the library's reading
/// of answers is not made for them. Nothing can be said while something is left unread, because what came before the question is not its
/// answer.
pub(crate) struct Lines<S> {
    stream: S,
    /// What was read and not yet handed on.
    held: Vec<u8>,
    /// How much of it is a whole line that is being handed on.
    whole: usize,
}

impl Lines<TcpStream> {
    /// Without TLS.
    pub(crate) fn plain(Dialled(stream): Dialled) -> Self {
        Self { stream, held: Vec::new(), whole: 0 }
    }
}

impl Lines<Sealed> {
    /// Under TLS from the first byte.
    pub(crate) fn sealed(stream: Sealed) -> Self {
        Self { stream, held: Vec::new(), whole: 0 }
    }

    /// Under TLS after STARTTLS. The server does not greet twice, and the library waits for a greeting: it gets ours.
    pub(crate) fn sealed_later(stream: Sealed) -> Self {
        Self { stream, held: b"220 TLS\r\n".to_vec(), whole: 0 }
    }
}

impl<S: AsyncRead + Unpin> Lines<S> {
    /// Waits until a whole line is there, or the stream is at its end.
    fn poll_line(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut looked_at = 0;
        loop {
            if let Some(at) = self.held[looked_at..].iter().position(|byte| *byte == b'\n') {
                self.whole = fit_to_read(&mut self.held, looked_at + at + 1);
                return Poll::Ready(Ok(()));
            }
            looked_at = self.held.len();
            if looked_at > LINE_BYTES {
                return Poll::Ready(Err(invalid("the mail server sends a line without end")));
            }
            let mut chunk = [0; CHUNK_BYTES];
            let mut read = ReadBuf::new(&mut chunk);
            ready!(Pin::new(&mut self.stream).poll_read(cx, &mut read))?;
            if read.filled().is_empty() {
                self.held.clear();
                return Poll::Ready(Ok(()));
            }
            self.held.extend_from_slice(read.filled());
        }
    }
}

/// Makes the first `length` bytes, which are a line with its end, fit for the library, and says how long they are now.
fn fit_to_read(held: &mut Vec<u8>, length: usize) -> usize {
    let printable = |byte: &u8| match byte {
        b' '..=b'~' => *byte,
        0x80.. => b'?',
        _ => b' ',
    };
    let line: Vec<u8> = held[..length].iter().map(printable).collect();
    let mut line = line.trim_ascii_end().to_vec();
    // A code without words is a whole answer (RFC 5321, 4.2), but the library looks for the space after it.
    if line.len() == CODE_BYTES {
        line.push(b' ');
    }
    line.extend_from_slice(b"\r\n");
    let now = line.len();
    held.splice(..length, line);
    now
}

fn invalid(why: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

impl<S: AsyncRead + Unpin> AsyncRead for Lines<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.whole == 0 {
            ready!(self.poll_line(cx))?;
        }
        let taken = self.whole.min(buf.remaining());
        buf.put_slice(&self.held[..taken]);
        self.held.drain(..taken);
        self.whole -= taken;
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Lines<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if !self.held.is_empty() {
            return Poll::Ready(Err(invalid("the mail server answered what it had not been asked")));
        }
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

impl<S> fmt::Debug for Lines<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lines")
    }
}

impl AsyncTokioStream for Lines<TcpStream> {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.stream.peer_addr()
    }
}

impl AsyncTokioStream for Lines<Sealed> {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.stream.0.peer_addr()
    }
}

/// A connection that is lent for the words before TLS and comes back for the handshake.
#[derive(Clone, Debug)]
pub(crate) struct Lent(Arc<Mutex<Lines<TcpStream>>>);

impl Lent {
    pub(crate) fn new(stream: Dialled) -> Self {
        Self(Arc::new(Mutex::new(Lines::plain(stream))))
    }

    /// The connection, once whoever borrowed it is gone.
    pub(crate) fn back(self) -> io::Result<Dialled> {
        let lines = Arc::into_inner(self.0).ok_or_else(|| invalid("the connection is still in use"))?;
        let lines = lines.into_inner().unwrap_or_else(PoisonError::into_inner);
        // Whoever sits on the line could have slipped in answers that would later pass for the server's.
        if !lines.held.is_empty() {
            return Err(invalid("the mail server said more than it was asked before TLS began"));
        }
        Ok(Dialled(lines.stream))
    }

    fn lines(&self) -> MutexGuard<'_, Lines<TcpStream>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl AsyncRead for Lent {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.lines()).poll_read(cx, buf)
    }
}

impl AsyncWrite for Lent {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut *self.lines()).poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.lines()).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.lines()).poll_shutdown(cx)
    }
}

impl AsyncTokioStream for Lent {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.lines().stream.peer_addr()
    }
}

/// A connection under TLS.
#[expect(deprecated, reason = "see the import")]
pub(crate) struct Sealed(AsyncNetworkStream);

impl Sealed {
    /// Shakes hands, and checks the certificate against the roots and the host name in `tls`.
    #[expect(deprecated, reason = "see the import")]
    pub(crate) async fn new(Dialled(stream): Dialled, tls: TlsParameters) -> Result<Self, Error> {
        let mut inner = AsyncNetworkStream::use_existing_tokio1(Box::new(stream));
        inner.upgrade_tls(tls).await?;
        Ok(Self(inner))
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

#[cfg(test)]
mod tests {
    use tokio::{io::AsyncReadExt, io::AsyncWriteExt, net::TcpListener};

    use super::*;

    async fn both_ends() -> (Dialled, TcpStream) {
        let server = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let stream = dial("127.0.0.1", server.local_addr().expect("an address").port()).await.expect("a connection");
        (stream, server.accept().await.expect("a client").0)
    }

    async fn read(lines: &mut Lines<TcpStream>) -> io::Result<String> {
        let mut buffer = [0; 100];
        let read = lines.read(&mut buffer).await?;
        Ok(String::from_utf8_lossy(&buffer[..read]).into_owned())
    }

    #[tokio::test]
    async fn a_read_is_a_whole_line_and_nothing_is_said_before_the_last_is_read() {
        let (stream, mut other) = both_ends().await;
        let mut lines = Lines::plain(stream);
        other.write_all(b"220 go\r\n250 slipped in\r\n").await.expect("a write");
        drop(other);
        assert_eq!(read(&mut lines).await.expect("a read"), "220 go\r\n");
        let error = lines.write(b"EHLO\r\n").await.expect_err("refused");
        assert!(error.to_string().contains("had not been asked"), "{error}");
        assert_eq!(read(&mut lines).await.expect("a read"), "250 slipped in\r\n");
        assert_eq!(read(&mut lines).await.expect("a read"), "");
    }

    #[tokio::test]
    async fn half_a_line_is_none_and_one_without_end_is_refused() {
        let (stream, mut other) = both_ends().await;
        other.write_all(b"250 as good as").await.expect("a write");
        drop(other);
        assert_eq!(read(&mut Lines::plain(stream)).await.expect("the end"), "");

        let (stream, mut other) = both_ends().await;
        let flood = tokio::spawn(async move { while other.write_all(&[b'x'; 1000]).await.is_ok() {} });
        let mut lines = Lines::plain(stream);
        assert!(read(&mut lines).await.expect_err("refused").to_string().contains("without end"));
        assert!(lines.held.len() <= LINE_BYTES + CHUNK_BYTES);
        drop(lines);
        flood.await.expect("the other side");
    }

    #[tokio::test]
    async fn what_is_not_plain_text_is_made_so() {
        let (stream, mut other) = both_ends().await;
        other.write_all(b"250- \t \r\n250\r\n250 \r\n250 \xfcber\x1bnommen\0\n").await.expect("a write");
        let mut lines = Lines::plain(stream);
        for line in ["250-\r\n", "250 \r\n", "250 \r\n", "250 ?ber nommen\r\n"] {
            assert_eq!(read(&mut lines).await.expect("a read"), line);
        }
    }

    #[tokio::test]
    async fn a_lent_connection_comes_back_only_with_nothing_left_on_it() {
        let (stream, mut other) = both_ends().await;
        let lent = Lent::new(stream);
        let mut borrowed = lent.clone();
        other.write_all(b"220 go\r\n").await.expect("a write");
        let mut buffer = [0; 100];
        assert_eq!(borrowed.read(&mut buffer).await.expect("a read"), 8);
        drop(borrowed);
        let lent = Lent::new(lent.back().expect("nothing is left"));
        let mut borrowed = lent.clone();
        other.write_all(b"220 go\r\n250 slipped in\r\n").await.expect("a write");
        assert_eq!(borrowed.read(&mut buffer).await.expect("a read"), 8);
        drop(borrowed);
        assert!(lent.back().is_err());
    }
}
