//! The bytes of a row: the same whenever they are made, and one message whatever the row's texts are.
//!
//! Headers are made by typed builders alone, of texts without control characters; the text goes in quoted-printable,
//! which is ASCII, has short lines, and leaves no line end to a reader's taste (RFC 5322, RFC 2045, RFC 3834).

use std::time::{Duration, SystemTime};

use domain::account::EmailAddress;
use lettre::{
    Address, Message,
    message::{
        Mailbox,
        header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue, MIME_VERSION_1_0},
    },
};
use uuid::Uuid;

use crate::store::OutboxRow;

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
    pub fn of(row: &OutboxRow, from: &Mailbox) -> Result<Self, MessageError> {
        let to = address(row.recipient.as_deref().ok_or(MessageError::NoRecipient)?)?;
        let raw = match &row.raw {
            Some(raw) => raw.clone(),
            None => build(row, from, &to)?,
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
    let message = Message::builder()
        .from(from.clone())
        .to(Mailbox::new(None, to.clone()))
        .subject(subject(&row.subject))
        .date(date)
        .message_id(Some(id.clone()))
        .raw_header(HeaderValue::new(automatic, "auto-generated".to_owned()))
        .header(MIME_VERSION_1_0)
        .header(ContentType::TEXT_PLAIN)
        .header(ContentTransferEncoding::QuotedPrintable)
        .body(body(&row.body))
        .map_err(|_| MessageError::Build)?;
    String::from_utf8(message.formatted()).map_err(|_| MessageError::Build)
}
