//! The bytes of a row: the same whenever they are made, and one message whatever the row's texts are.
//!
//! Headers are made by typed builders alone, of texts without control characters; the text goes in quoted-printable,
//! which is ASCII, has short lines, and leaves no line end to a reader's taste (RFC 5322, RFC 2045, RFC 3834).

use std::time::{Duration, SystemTime};

use domain::account::EmailAddress;
use lettre::{
    Address, Message,
    message::{
        Mailbox, MultiPart, SinglePart,
        header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue, MIME_VERSION_1_0},
    },
};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::Dkim;
use crate::{failpoint, store::OutboxRow};

/// Longest subject, in characters; what is beyond it is cut.
pub const MAX_SUBJECT: usize = 200;
/// The last second that a date can name: the end of the year 9999.
const LAST_SECOND: u64 = 253_402_300_799;

/// A row that makes no message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MessageError {
    /// The recipient is erased or was none.
    #[error("there is no address to send it to")]
    NoRecipient,
    /// The address is not one that can be read only one way.
    #[error("the address does not read: write it as name@example.org")]
    Address,
    /// The id of the message is not one in angle brackets.
    #[error("the message id is not of the shape <id@domain>")]
    MessageId,
    /// A further header is none.
    #[error("a header is not a name and a line of ASCII")]
    Header,
    /// The builder refuses.
    #[error("no message can be made of it")]
    Build,
}

/// A message under way.
#[derive(Clone)]
pub struct Parcel {
    /// Id of the row.
    pub id: Uuid,
    /// The date of the message, microseconds since 1970, UTC.
    pub date: i64,
    /// Who sends, for the envelope.
    pub from: Address,
    /// To whom, for the envelope.
    pub to: Address,
    /// The message: ASCII, lines that end in CRLF.
    pub raw: String,
}

impl std::fmt::Debug for Parcel {
    /// Without the address and the text.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Parcel").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Parcel {
    /// The message of a row. Bytes that were given to a relay before are kept as they were.
    ///
    /// # Errors
    /// The row makes no message.
    pub fn of(row: &OutboxRow, from: &Mailbox, dkim: Option<&Dkim>) -> Result<Self, MessageError> {
        let to = address(row.recipient.as_deref().ok_or(MessageError::NoRecipient)?)?;
        let raw = if failpoint::is_planted("message_id") {
            let message_id = format!("<{}@localhost>", Uuid::new_v4().simple());
            build(&OutboxRow { message_id, ..row.clone() }, from, &to)?
        } else if let Some(raw) = &row.raw {
            raw.clone()
        } else {
            let raw = build(row, from, &to)?;
            let seconds = row.date.div_euclid(1_000_000);
            match dkim {
                None => raw,
                Some(dkim) => dkim.sign(&raw, seconds).ok_or(MessageError::Build)?,
            }
        };
        Ok(Self { id: row.id, date: row.date, from: from.email.clone(), to, raw })
    }
}

fn address(text: &str) -> Result<Address, MessageError> {
    let address: EmailAddress = text.parse().map_err(|_| MessageError::Address)?;
    address.as_str().parse().map_err(|_| MessageError::Address)
}

/// A mailbox as an operator writes it: `Name <name@example.org>` or the bare address. The only host without a dot is
/// `localhost`.
///
/// # Errors
/// It is none, or its name holds control characters.
pub fn mailbox(text: &str) -> Result<Mailbox, MessageError> {
    let mailbox: Mailbox = text.trim().parse().map_err(|_| MessageError::Address)?;
    let is_local = mailbox.email.domain() == "localhost";
    if text.chars().any(char::is_control) || !(is_local || address(mailbox.email.as_ref()).is_ok()) {
        return Err(MessageError::Address);
    }
    Ok(mailbox)
}

/// One line of at most [`MAX_SUBJECT`] characters: control characters and all kinds of blanks become single blanks,
/// and nothing in it reads as an encoded word, which a reader would decode to something else (RFC 2047).
pub fn subject(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let line = line.split_whitespace().collect::<Vec<_>>().join(" ").replace("=?", "= ?");
    let cut: String = line.chars().take(MAX_SUBJECT).collect();
    cut.trim_end().to_owned()
}

/// The text with one kind of line end, and one at its end.
fn body(text: &str) -> String {
    let lines = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut body = lines.trim_end_matches('\n').replace('\n', "\r\n");
    body.push_str("\r\n");
    body
}

fn build(row: &OutboxRow, from: &Mailbox, to: &Address) -> Result<String, MessageError> {
    let id = &row.message_id;
    let is_id = id.starts_with('<')
        && id.ends_with('>')
        && id.contains('@')
        && id.len() <= 250
        && id.bytes().all(|b| b.is_ascii_graphic());
    if !is_id {
        return Err(MessageError::MessageId);
    }
    let seconds = u64::try_from(row.date.div_euclid(1_000_000)).unwrap_or(0).min(LAST_SECOND);
    let date = SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds)).ok_or(MessageError::Build)?;
    let automatic = HeaderName::new_from_ascii_str("Auto-Submitted");
    let mut message = Message::builder()
        .from(from.clone())
        .to(Mailbox::new(None, to.clone()))
        .subject(subject(&row.subject))
        .date(date)
        .message_id(Some(id.clone()))
        .raw_header(HeaderValue::new(automatic, "auto-generated".to_owned()));
    for (name, value) in &row.headers {
        message = message.raw_header(header(name, value)?);
    }
    let message = match &row.html {
        None => message
            .header(MIME_VERSION_1_0)
            .header(ContentType::TEXT_PLAIN)
            .header(ContentTransferEncoding::QuotedPrintable)
            .body(body(&row.body)),
        Some(html) => message.multipart(
            MultiPart::alternative()
                .boundary(boundary(id))
                .singlepart(part(ContentType::TEXT_PLAIN, &row.body))
                .singlepart(part(ContentType::TEXT_HTML, html)),
        ),
    };
    let message = message.map_err(|_| MessageError::Build)?;
    String::from_utf8(message.formatted()).map_err(|_| MessageError::Build)
}

/// A header of one line of ASCII, which no encoding touches: its value may be an address that machines read.
fn header(name: &str, value: &str) -> Result<HeaderValue, MessageError> {
    let is_name = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let is_line = value.bytes().all(|b| (b' '..=b'~').contains(&b)) && !value.trim().is_empty();
    // RFC 5322, 2.1.1: no line is longer than 998 octets.
    if !is_name || !is_line || name.len().saturating_add(value.len()) > 900 {
        return Err(MessageError::Header);
    }
    let header = HeaderName::new_from_ascii(name.to_owned()).map_err(|_| MessageError::Header)?;
    Ok(HeaderValue::dangerous_new_pre_encoded(header, value.to_owned(), value.to_owned()))
}

/// What stands between the parts: of the id of the message, so that it is the same whenever the bytes are made.
fn boundary(message_id: &str) -> String {
    let hash = Sha256::digest(message_id);
    let hash: String = hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("=_{hash}")
}

fn part(kind: ContentType, text: &str) -> SinglePart {
    SinglePart::builder().header(kind).header(ContentTransferEncoding::QuotedPrintable).body(body(text))
}
