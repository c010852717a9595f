//! Tokens and nesting of the text, before the parser sees it.
//!
//! The parser recurses once a bracket and keeps a node a token. The scan bounds both with a few bytes of state.
//! Text and comments are read exactly as the grammar reads them, or a bracket could hide in one.

use sha2::{Digest, Sha256};

use super::{Bound, GateError, GateLimits};

/// What the text is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Scanned {
    /// Tokens.
    pub(super) tokens: usize,
    /// A short hash of the tokens with every literal left out: the same for one document of a client whatever
    /// values it carries, and so safe to log.
    pub(super) shape: String,
}

/// Bytes of the hash that are kept.
const SHAPE_BYTES: usize = 8;

/// Walks the text once.
pub(super) fn scan(text: &str, limits: &GateLimits) -> Result<Scanned, GateError> {
    Bound::Bytes.check(text.len() as u64, limits.bytes as u64)?;
    let mut hash = Sha256::new();
    let mut tokens = 0_usize;
    let mut open = 0_usize;
    let mut cursor = Cursor { rest: text.as_bytes(), line: 1 };
    while let Some(token) = cursor.next_token()? {
        tokens = tokens.saturating_add(1);
        Bound::Tokens.check(tokens as u64, limits.tokens as u64)?;
        match token {
            Token::Name(name) => hash.update(name),
            Token::Literal => hash.update(b"?"),
            Token::Mark(mark) => {
                hash.update([mark]);
                match mark {
                    b'{' | b'(' | b'[' => open = open.saturating_add(1),
                    b'}' | b')' | b']' => open = open.saturating_sub(1),
                    _ => {}
                }
                Bound::Nesting.check(open as u64, limits.nesting as u64)?;
            }
        }
        hash.update(b" ");
    }
    let shape = hash.finalize().iter().take(SHAPE_BYTES).map(|byte| format!("{byte:02x}")).collect();
    Ok(Scanned { tokens, shape })
}

#[derive(Debug, Clone, Copy)]
enum Token<'a> {
    Name(&'a [u8]),
    /// A number or a string.
    Literal,
    Mark(u8),
}

#[derive(Debug)]
struct Cursor<'a> {
    rest: &'a [u8],
    line: usize,
}

impl<'a> Cursor<'a> {
    fn next_token(&mut self) -> Result<Option<Token<'a>>, GateError> {
        loop {
            let rest = self.rest;
            let Some((first, after)) = rest.split_first() else { return Ok(None) };
            match first {
                b'\n' | b'\r' => {
                    self.line = self.line.saturating_add(1);
                    self.rest = after;
                }
                b' ' | b'\t' | b',' => self.rest = after,
                b'#' => self.skip(run(rest, |byte| !matches!(byte, b'\n' | b'\r'))),
                b'"' => return self.string(after).map(Some),
                b'_' | b'a'..=b'z' | b'A'..=b'Z' => {
                    let end = run(rest, |byte| byte == b'_' || byte.is_ascii_alphanumeric());
                    let name = rest.get(..end).unwrap_or_default();
                    self.skip(end);
                    return Ok(Some(Token::Name(name)));
                }
                b'-' | b'0'..=b'9' => {
                    let is_in = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'+' | b'-');
                    self.skip(run(after, is_in).saturating_add(1));
                    return Ok(Some(Token::Literal));
                }
                b'.' if rest.starts_with(b"...") => {
                    self.skip(3);
                    return Ok(Some(Token::Mark(b'.')));
                }
                b'!' | b'$' | b'&' | b'(' | b')' | b':' | b'=' | b'@' | b'[' | b']' | b'{' | b'|' | b'}' => {
                    self.rest = after;
                    return Ok(Some(Token::Mark(*first)));
                }
                // The mark of the byte order, which the grammar takes for a blank.
                0xEF if rest.starts_with(&[0xEF, 0xBB, 0xBF]) => self.skip(3),
                _ => return Err(self.refusal("a character that stands only in text")),
            }
        }
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }

    fn string(&mut self, after_quote: &'a [u8]) -> Result<Token<'a>, GateError> {
        if let Some(block) = after_quote.strip_prefix(b"\"\"") {
            return self.block(block);
        }
        let mut is_escaped = false;
        for (at, byte) in after_quote.iter().enumerate() {
            match byte {
                b'\n' | b'\r' => break,
                _ if is_escaped => is_escaped = false,
                b'\\' => is_escaped = true,
                b'"' => {
                    self.rest = after_quote.get(at.saturating_add(1)..).unwrap_or_default();
                    return Ok(Token::Literal);
                }
                _ => {}
            }
        }
        Err(self.refusal("text that does not end"))
    }

    fn block(&mut self, mut rest: &'a [u8]) -> Result<Token<'a>, GateError> {
        loop {
            if let Some(after) = rest.strip_prefix(b"\\\"\"\"") {
                rest = after;
            } else if let Some(after) = rest.strip_prefix(b"\"\"\"") {
                self.rest = after;
                return Ok(Token::Literal);
            } else if let Some((first, after)) = rest.split_first() {
                self.line = self.line.saturating_add(usize::from(*first == b'\n'));
                rest = after;
            } else {
                return Err(self.refusal("text that does not end"));
            }
        }
    }

    fn refusal(&self, reason: &str) -> GateError {
        GateError::Syntax { reason: reason.to_owned(), line: self.line, column: 0 }
    }
}

/// Length of the run at the start.
fn run(bytes: &[u8], is_in: impl Fn(u8) -> bool) -> usize {
    bytes.iter().position(|byte| !is_in(*byte)).unwrap_or(bytes.len())
}
