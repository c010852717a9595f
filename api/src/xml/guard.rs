//! Bytes of a foreign XML document, watched before any parser sees them.
//!
//! The guard reads ahead into a buffer of its own, and hands on only what it has looked through: a document type
//! declaration stops the stream before its first letter is parsed, and so do too many bytes, in all or in one token.

use std::io::{self, BufRead, Read};

use sha2::{Digest, Sha256};

use super::{Limits, Stop};

/// Bytes that are looked through at a time.
const BUFFER: usize = 64 * 1024;

/// What a document type declaration begins with, in small letters. Comments and character data are not spared: no list
/// and no sheet writes these letters there, and who is told apart here needs a parser first.
const DOCTYPE: &[u8] = b"<!doctype";

/// A reader between the file and the parser.
pub(super) struct Guard<R> {
    inner: R,
    limits: Limits,
    buffer: Vec<u8>,
    /// What the parser has taken of the buffer.
    taken: usize,
    /// Bytes read, and bytes handed to the parser.
    read: u64,
    handed: u64,
    /// Bytes handed since the last token began.
    token: u64,
    /// Line ends handed.
    lines: u64,
    /// Letters of [`DOCTYPE`] that the last bytes read are.
    doctype: usize,
    hash: Sha256,
    stop: Option<Stop>,
}

impl<R: Read> Guard<R> {
    pub(super) fn new(inner: R, limits: Limits) -> Self {
        Self {
            inner,
            limits,
            buffer: Vec::new(),
            taken: 0,
            read: 0,
            handed: 0,
            token: 0,
            lines: 0,
            doctype: 0,
            hash: Sha256::new(),
            stop: None,
        }
    }

    /// A token ends, the next begins.
    pub(super) const fn next_token(&mut self) {
        self.token = 0;
    }

    /// Why the stream was stopped, where it was.
    pub(super) const fn stop(&self) -> Option<Stop> {
        self.stop
    }

    /// Line and byte, both from 1, of what the parser takes next.
    pub(super) const fn position(&self) -> (u64, u64) {
        (self.lines.saturating_add(1), self.handed.saturating_add(1))
    }

    /// SHA-256 of all bytes read, in hexadecimal.
    pub(super) fn sha256(&self) -> String {
        use std::fmt::Write as _;
        self.hash.clone().finalize().iter().fold(String::with_capacity(64), |mut text, byte| {
            // Writing to a string does not fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
    }

    fn refuse(&mut self, stop: Stop) -> io::Error {
        self.stop = Some(stop);
        io::Error::other(stop)
    }

    fn refill(&mut self) -> io::Result<()> {
        self.buffer.clear();
        self.taken = 0;
        let left = self.limits.bytes.saturating_sub(self.read).saturating_add(1);
        let at_most = left.min(BUFFER as u64);
        self.inner.by_ref().take(at_most).read_to_end(&mut self.buffer)?;
        self.read = self.read.saturating_add(self.buffer.len() as u64);
        self.hash.update(&self.buffer);
        if self.read > self.limits.bytes {
            return Err(self.refuse(Stop::Bytes(self.limits.bytes)));
        }
        for byte in &self.buffer {
            let byte = byte.to_ascii_lowercase();
            self.doctype = match DOCTYPE.get(self.doctype) {
                Some(next) if *next == byte => self.doctype.saturating_add(1),
                _ => usize::from(byte == b'<'),
            };
            if self.doctype == DOCTYPE.len() {
                return Err(self.refuse(Stop::Doctype));
            }
        }
        Ok(())
    }
}

impl<R: Read> Read for Guard<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let from = self.fill_buf()?;
        let count = from.len().min(into.len());
        for (place, byte) in into.iter_mut().zip(from) {
            *place = *byte;
        }
        self.consume(count);
        Ok(count)
    }
}

impl<R: Read> BufRead for Guard<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if let Some(stop) = self.stop {
            return Err(io::Error::other(stop));
        }
        if self.token > self.limits.token {
            return Err(self.refuse(Stop::Token(self.limits.token)));
        }
        if self.taken >= self.buffer.len() {
            self.refill()?;
        }
        Ok(self.buffer.get(self.taken..).unwrap_or_default())
    }

    fn consume(&mut self, count: usize) {
        let end = self.taken.saturating_add(count).min(self.buffer.len());
        let piece = self.buffer.get(self.taken..end).unwrap_or_default();
        let ends = piece.iter().filter(|byte| **byte == b'\n');
        self.lines = ends.fold(self.lines, |lines, _| lines.saturating_add(1));
        self.handed = self.handed.saturating_add(piece.len() as u64);
        self.token = self.token.saturating_add(piece.len() as u64);
        self.taken = end;
    }
}
