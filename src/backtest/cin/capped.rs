//! A stream that gives no more than so much between two events.
//!
//! Owns the bound on what one tag, text or comment may hold, the count of lines, and why a stream could not be read. Must
//! not know any element.

use std::io::{self, BufRead, Read};

use quick_xml::Error;

use super::CinError;

/// How long one text, tag or comment may be.
pub(super) const PIECE_BYTES: usize = 64 * 1024;

pub(super) struct Capped<R> {
    inner: R,
    buffer: Vec<u8>,
    at: usize,
    filled: usize,
    /// How much of the piece may still be taken.
    left: usize,
    line: u64,
    over: bool,
    at_end: bool,
}

impl<R: Read> Capped<R> {
    /// Refuses what begins like UTF-16 or UTF-32, which no part of the reader would understand.
    pub(super) fn new(inner: R) -> Result<Capped<R>, CinError> {
        let mut capped = Capped {
            inner,
            buffer: vec![0; PIECE_BYTES],
            at: 0,
            filled: 0,
            left: PIECE_BYTES,
            line: 1,
            over: false,
            at_end: false,
        };
        while capped.filled < 4 && !capped.at_end {
            capped.fill().map_err(CinError::Unreadable)?;
        }
        let head = &capped.buffer[..capped.filled.min(4)];
        if head.starts_with(&[0xFE, 0xFF]) || head.starts_with(&[0xFF, 0xFE]) || head.contains(&0) {
            return Err(CinError::NotUtf8 { line: 1 });
        }
        Ok(capped)
    }

    /// A new piece begins.
    pub(super) fn allow_piece(&mut self) {
        self.left = PIECE_BYTES;
    }

    /// The line that is being read.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// Why the reader gave up. Its own words may repeat what the file holds, so they are not used. `before_root` is whether
    /// no element has begun.
    pub(super) fn explain(&self, error: &Error, before_root: bool) -> CinError {
        let line = self.line;
        match error {
            _ if self.over && before_root => CinError::NotXml,
            _ if self.over => CinError::TooLong { line },
            Error::Io(error) => CinError::Unreadable(io::Error::new(error.kind(), error.to_string())),
            Error::Encoding(_) => CinError::NotUtf8 { line },
            _ if before_root => CinError::NotXml,
            _ if self.at_end && self.at == self.filled => CinError::Truncated { line },
            _ => CinError::NotWellFormed { line },
        }
    }

    /// Reads on after what is there.
    fn fill(&mut self) -> io::Result<()> {
        loop {
            match self.inner.read(&mut self.buffer[self.filled..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
                Ok(bytes) => {
                    self.filled += bytes;
                    self.at_end = bytes == 0;
                    return Ok(());
                }
            }
        }
    }
}

impl<R: Read> BufRead for Capped<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at == self.filled && !self.at_end {
            (self.at, self.filled) = (0, 0);
            self.fill()?;
        }
        if self.left == 0 && self.at < self.filled {
            self.over = true;
            return Err(io::Error::other("a piece is too long"));
        }
        Ok(&self.buffer[self.at..self.filled.min(self.at + self.left)])
    }

    fn consume(&mut self, bytes: usize) {
        let until = (self.at + bytes).min(self.filled);
        let pieces = self.buffer[self.at..until].split(|byte| *byte == b'\n').count();
        self.line += pieces as u64 - 1;
        self.at = until;
        self.left = self.left.saturating_sub(bytes);
    }
}

impl<R: Read> Read for Capped<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let bytes = available.len().min(into.len());
        into[..bytes].copy_from_slice(&available[..bytes]);
        self.consume(bytes);
        Ok(bytes)
    }
}
