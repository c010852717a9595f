//! What comes back: reports of letters that could not be delivered (RFC 3464, and RFC 6533 where addresses are not in
//! ASCII) and of readers who call them unwanted (RFC 5965). A report counts where it names a letter that was sent from here, and then for the address to which that
//! letter went: nobody ends somebody else's mail by a report that is made up.

use domain::digest::{DigestTransition, SOFT_BOUNCE_DAYS, SOFT_BOUNCES};
use mail_parser::{MessageParser, MimeHeaders, PartType};
use sha2::{Digest, Sha256};

use super::plan;
use crate::store::{ReportKind, Store, StoreError, address_hash};

/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;

/// What was found in a mailbox.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Ingested {
    /// Addresses that take no mail.
    pub hard: u64,
    /// Letters that an address did not take this time.
    pub soft: u64,
    /// Complaints.
    pub complaints: u64,
    /// Messages that were counted before.
    pub known: u64,
    /// Messages that are no report, or of no letter of this database.
    pub ignored: u64,
}

/// The messages of a mailbox in the format `mbox`, or the one message that it is.
pub fn messages(mailbox: &[u8]) -> Vec<Vec<u8>> {
    // Some programs begin a file with a mark of its encoding or with empty lines.
    let mailbox = mailbox.strip_prefix(b"\xef\xbb\xbf").unwrap_or(mailbox).trim_ascii_start();
    if !mailbox.starts_with(b"From ") {
        return vec![mailbox.to_vec()];
    }
    let mut messages: Vec<Vec<u8>> = Vec::new();
    let mut after_blank = true;
    for line in mailbox.split_inclusive(|byte| *byte == b'\n') {
        if after_blank && line.starts_with(b"From ") {
            messages.push(Vec::new());
        } else if let Some(message) = messages.last_mut() {
            // What began with the word in the message was quoted.
            message.extend_from_slice(if line.starts_with(b">From ") {
                line.get(1..).unwrap_or(line)
            } else {
                line
            });
        }
        after_blank = matches!(line, b"\n" | b"\r\n");
    }
    messages
}

/// What a message reports, and the id of the letter that it is about.
pub fn report(raw: &[u8]) -> Option<(ReportKind, String)> {
    let message = MessageParser::default().parse(raw)?;
    let (mut kind, mut letter) = (None, None);
    for part in &message.parts {
        let of = part
            .content_type()
            .map(|of| format!("{}/{}", of.ctype(), of.subtype().unwrap_or_default()).to_ascii_lowercase());
        let text = match &part.body {
            PartType::Text(text) | PartType::Html(text) => text.as_ref(),
            PartType::Binary(bytes) | PartType::InlineBinary(bytes) => {
                std::str::from_utf8(bytes).unwrap_or_default()
            }
            PartType::Message(inner) => {
                letter = letter.or_else(|| inner.message_id().map(|id| format!("<{id}>")));
                continue;
            }
            PartType::Multipart(_) => continue,
        };
        match of.as_deref() {
            Some("message/delivery-status" | "message/global-delivery-status") => {
                kind = kind.or_else(|| delivery(text));
            }
            Some("message/feedback-report") => kind = kind.or_else(|| feedback(text)),
            Some("text/rfc822-headers" | "message/rfc822" | "message/global-headers" | "message/global") => {
                letter = letter.or_else(|| field(text, "message-id").map(str::to_owned));
            }
            _ => {}
        }
    }
    kind.zip(letter)
}

/// The first value of a field; one that is folded over lines begins on the first on which something stands.
fn field<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let Some((key, value)) = line.split_once(':') else { continue };
        if key.starts_with([' ', '\t']) || !key.trim().eq_ignore_ascii_case(name) {
            continue;
        }
        let folded = lines.peek().filter(|next| next.starts_with([' ', '\t'])).map(|next| next.trim());
        let value = value.trim();
        return Some(if value.is_empty() { folded.unwrap_or_default() } else { value });
    }
    None
}

/// What a relay's refusal of a recipient says, such as `RCPT: 550 5.1.1 no such user`. Without a status of RFC 3463 the
/// code decides: what is no mailbox or was moved is of the address.
pub fn refused(why: &str) -> ReportKind {
    let words = || why.split(|letter: char| !(letter.is_ascii_digit() || letter == '.'));
    let is_status = |word: &&str| {
        let parts: Vec<&str> = word.split('.').collect();
        parts.len() == 3 && parts.iter().all(|part| !part.is_empty())
    };
    match words().find(|word| is_status(word) && word.starts_with('5')) {
        Some(status) => judge(status),
        None if words().any(|word| ["550", "551", "553"].contains(&word)) => ReportKind::Hard,
        None => ReportKind::Soft,
    }
}

/// The failure of a letter, which has one recipient. Where that one hands on to several, the report has a group of
/// fields for each: only if all have failed for good, the address has.
fn delivery(text: &str) -> Option<ReportKind> {
    let text = text.replace("\r\n", "\n");
    let groups: Vec<&str> = text.split("\n\n").filter(|group| field(group, "action").is_some()).collect();
    let told: Vec<Option<ReportKind>> = groups.iter().map(|group| recipient(group)).collect();
    if told.iter().all(|kind| *kind == Some(ReportKind::Hard)) {
        told.first().copied().flatten()
    } else if told.contains(&None) {
        // One of them has it.
        None
    } else {
        Some(ReportKind::Soft)
    }
}

/// What is said of one recipient.
fn recipient(text: &str) -> Option<ReportKind> {
    let action = field(text, "action")?.to_ascii_lowercase();
    let status = field(text, "status").unwrap_or_default();
    match action.as_str() {
        "failed" => Some(judge(status)),
        "delayed" => Some(ReportKind::Soft),
        _ => None,
    }
}

/// Whether a status is of the address for good. A mailbox that is full, a message that is too long, a system, a way and
/// a policy that stand against it may be others tomorrow (RFC 3463).
fn judge(status: &str) -> ReportKind {
    let passing = ["5.2.2", "5.2.3", "5.3.", "5.4.", "5.7."];
    if status.starts_with("5.") && !passing.iter().any(|begin| status.starts_with(begin)) {
        ReportKind::Hard
    } else {
        ReportKind::Soft
    }
}

fn feedback(text: &str) -> Option<ReportKind> {
    let kind = field(text, "feedback-type")?.to_ascii_lowercase();
    // Fraud and viruses are of others who wrote under our name.
    matches!(kind.as_str(), "abuse" | "opt-out").then_some(ReportKind::Complaint)
}

/// Counts the reports of a mailbox.
///
/// # Errors
/// The database does not answer.
pub async fn ingest(store: &Store, now: i64, mailbox: &[u8]) -> Result<Ingested, StoreError> {
    let mut done = Ingested::default();
    let more = |count: &mut u64| *count = count.saturating_add(1);
    for raw in messages(mailbox) {
        let Some((kind, letter)) = report(&raw) else {
            more(&mut done.ignored);
            continue;
        };
        let Some(address) = store.recipient_of(&letter).await? else {
            more(&mut done.ignored);
            continue;
        };
        // A letter is counted once of each kind, however often and in whatever wrapping its report comes: delays are
        // told again and again.
        let hash = Sha256::digest(format!("{kind:?}\n{letter}"));
        let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        if !count(store, now, &hash, &address, kind).await? {
            more(&mut done.known);
            continue;
        }
        match kind {
            ReportKind::Hard => more(&mut done.hard),
            ReportKind::Soft => more(&mut done.soft),
            ReportKind::Complaint => more(&mut done.complaints),
        }
    }
    Ok(done)
}

/// Counts a report on an address, and draws the conclusion for all lists. Answers whether it was not counted before.
///
/// # Errors
/// The database does not answer.
pub async fn count(
    store: &Store,
    now: i64,
    hash: &str,
    address: &str,
    kind: ReportKind,
) -> Result<bool, StoreError> {
    let at = address_hash(address);
    let tx = store.begin_at(super::time(now)).await?.caused_by("ingestMailReport");
    if !tx.count_report(hash, &at, kind).await? {
        tx.rollback().await?;
        return Ok(false);
    }
    let since = now.saturating_sub(SOFT_BOUNCE_DAYS.saturating_mul(DAY));
    let transition = match kind {
        ReportKind::Complaint => Some(DigestTransition::Complain),
        ReportKind::Hard => Some(DigestTransition::Bounce),
        ReportKind::Soft => {
            let soft = usize::try_from(tx.soft_bounces(&at, since).await?).unwrap_or(usize::MAX);
            (soft >= SOFT_BOUNCES).then_some(DigestTransition::Bounce)
        }
    };
    if let Some(transition) = transition {
        tx.suppress(&at, if kind == ReportKind::Complaint { kind } else { ReportKind::Hard }).await?;
        for mut row in tx.subscriptions_at(&at).await? {
            if plan::go(&mut row, transition, now) {
                tx.save_subscription(&row).await?;
                tracing::info!(subscription = %row.id, state = ?row.state, "mail came back");
            }
        }
    }
    tx.commit().await?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_of_a_recipient_is_of_the_address_or_of_today() {
        for (why, kind) in [
            ("RCPT: 550 5.1.1 no such user", ReportKind::Hard),
            ("RCPT: 550 no such user", ReportKind::Hard),
            ("RCPT: 553 mailbox name not allowed", ReportKind::Hard),
            ("RCPT: 554 5.7.1 Relay access denied", ReportKind::Soft),
            ("RCPT: 552 5.2.2 mailbox full", ReportKind::Soft),
            ("RCPT: 554 no", ReportKind::Soft),
        ] {
            assert_eq!(refused(why), kind, "{why}");
        }
    }

    #[test]
    fn of_several_recipients_all_have_to_fail_for_good() {
        let of = |groups: &[&str]| {
            let groups: Vec<String> = groups
                .iter()
                .map(|status| {
                    let (action, status) = status.split_once(' ').unwrap();
                    format!("Final-Recipient: rfc822;a@b.example\r\nAction: {action}\r\nStatus: {status}\r\n")
                })
                .collect();
            delivery(&format!("Reporting-MTA: dns;b.example\r\n\r\n{}", groups.join("\r\n")))
        };
        assert_eq!(of(&["failed 5.1.1"]), Some(ReportKind::Hard));
        assert_eq!(of(&["failed 5.1.1", "failed 5.1.2"]), Some(ReportKind::Hard));
        assert_eq!(of(&["failed 5.1.1", "delayed 4.4.1"]), Some(ReportKind::Soft));
        assert_eq!(of(&["failed 5.1.1", "delivered 2.0.0"]), None);
        assert_eq!(of(&[]), None);
    }

    #[test]
    fn a_mailbox_may_begin_with_a_mark_or_an_empty_line() {
        for begin in ["", "\u{feff}", "\n", "\u{feff}\r\n"] {
            let file = format!("{begin}From a@b Mon\nSubject: x\n\none\n\nFrom c@d Tue\nSubject: y\n\ntwo\n");
            assert_eq!(messages(file.as_bytes()).len(), 2, "{begin:?}");
        }
    }

    #[test]
    fn a_report_of_addresses_that_are_not_ascii_is_read() {
        let raw = "Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\n\r\n\
            --x\r\nContent-Type: text/plain\r\n\r\nno\r\n\
            --x\r\nContent-Type: message/global-delivery-status; charset=utf-8\r\n\r\n\
            Reporting-MTA: dns;b.example\r\n\r\nFinal-Recipient: utf-8; пошта@приклад.укр\r\nAction: failed\r\n\
            Status: 5.1.1\r\n\r\n\
            --x\r\nContent-Type: message/global-headers\r\n\r\nMessage-ID: <1@c.example>\r\n\r\n--x--\r\n";
        assert_eq!(report(raw.as_bytes()), Some((ReportKind::Hard, "<1@c.example>".to_owned())));
    }

    #[test]
    fn a_folded_field_is_read() {
        let text = "Subject: x\r\nMessage-ID:\r\n <a@b.example>\r\nTo: y";
        assert_eq!(field(text, "message-id"), Some("<a@b.example>"));
        assert_eq!((field(text, "to"), field(text, "cc")), (Some("y"), None));
    }
}
