//! A look at the text before the parser: its size, its tokens and how deep its brackets go.

use super::{ErrorCode, Limits, Refusal, at_most};

/// Counts tokens and nesting in one pass. It need not agree with the parser on what is valid, only not count less.
pub(super) fn scan(text: &str, limits: &Limits) -> Result<(), Refusal> {
    at_most("bytes", text.len() as u64, limits.bytes as u64)?;
    let mut bytes = text.bytes().peekable();
    let (mut tokens, mut depth, mut deepest) = (0_u64, 0_u64, 0_u64);
    let mut in_name = false;
    while let Some(byte) = bytes.next() {
        let name = byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80;
        if name {
            tokens = tokens.saturating_add(u64::from(!in_name));
            in_name = true;
            continue;
        }
        in_name = false;
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' | b',' => {}
            b'#' => while bytes.next_if(|b| *b != b'\n' && *b != b'\r').is_some() {},
            b'"' => {
                tokens = tokens.saturating_add(1);
                string(&mut bytes)?;
            }
            b'{' | b'(' | b'[' => {
                tokens = tokens.saturating_add(1);
                depth = depth.saturating_add(1);
                deepest = deepest.max(depth);
            }
            b'}' | b')' | b']' => {
                tokens = tokens.saturating_add(1);
                depth = depth.saturating_sub(1);
            }
            _ => tokens = tokens.saturating_add(1),
        }
    }
    at_most("tokens", tokens, limits.tokens as u64)?;
    at_most("brackets inside each other", deepest, limits.nesting as u64)
}

/// Skips a string or a block string, whose first quotation mark has been read.
fn string(bytes: &mut std::iter::Peekable<std::str::Bytes<'_>>) -> Result<(), Refusal> {
    let unended = || Refusal { code: ErrorCode::ParseError, message: "A string does not end.".to_owned() };
    let mut quotes = 1_u8;
    while quotes < 3 && bytes.next_if_eq(&b'"').is_some() {
        quotes = quotes.saturating_add(1);
    }
    match quotes {
        2 => Ok(()),
        3 => {
            let mut run = 0_u8;
            let mut escaped = false;
            for byte in bytes {
                match byte {
                    b'"' if !escaped => run = run.saturating_add(1),
                    _ => run = 0,
                }
                escaped = byte == b'\\';
                if run == 3 {
                    return Ok(());
                }
            }
            Err(unended())
        }
        _ => {
            while let Some(byte) = bytes.next() {
                match byte {
                    b'"' => return Ok(()),
                    b'\\' => {
                        bytes.next();
                    }
                    b'\n' | b'\r' => return Err(unended()),
                    _ => {}
                }
            }
            Err(unended())
        }
    }
}
