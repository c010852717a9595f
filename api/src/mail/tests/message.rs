//! The bytes of a row, read back by a parser of somebody else.

use mail_parser::{MessageParser, MimeHeaders};
use proptest::prelude::*;
use uuid::Uuid;

use super::super::message::{MAX_SUBJECT, MessageError, Parcel, mailbox, subject};
use crate::store::OutboxRow;

fn row(to: &str, subject: &str, body: &str) -> OutboxRow {
    OutboxRow {
        id: Uuid::from_u128(7),
        message_id: "<0123456789abcdef0123456789abcdef@caravanserai.example>".into(),
        class: "NOTICE".into(),
        person: None,
        recipient: Some(to.to_owned()),
        subject: subject.to_owned(),
        html: None,
        headers: Vec::new(),
        body: body.to_owned(),
        date: 1_795_608_000_123_456,
        fence: 1,
        attempts: 0,
        expires_at: None,
        raw: None,
        created_at: 0,
    }
}

fn raw(row: &OutboxRow) -> Result<String, MessageError> {
    let from = mailbox("Caravanserai Büro <no-reply@caravanserai.example>").unwrap();
    Ok(Parcel::of(row, &from, None)?.raw)
}

const HEADERS: [&str; 9] = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
];

/// One message, whose headers are exactly the expected ones and say what the row says.
fn check(to: &str, subject_text: &str, body: &str) {
    let row = row(to, subject_text, body);
    let raw = raw(&row).unwrap();
    assert_eq!(raw, self::raw(&row).unwrap(), "the same row gives the same bytes");
    assert!(raw.is_ascii() && !raw.contains('\0') && raw.ends_with("\r\n"));
    assert!(!raw.replace("\r\n", "").contains(['\r', '\n']), "no line end but CRLF");
    for line in raw.split("\r\n") {
        assert!(line.len() <= 998, "{}", line.len());
    }
    let parsed = MessageParser::default().parse(raw.as_bytes()).unwrap();
    let names: Vec<&str> = parsed.headers_raw().map(|(name, _)| name).collect();
    assert_eq!(names, HEADERS, "{raw}");
    assert_eq!(parsed.parts.len(), 1);
    let from = parsed.from().unwrap().as_list().unwrap();
    assert_eq!(from.len(), 1);
    assert_eq!(from[0].name(), Some("Caravanserai Büro"));
    let mailboxes = parsed.to().unwrap().as_list().unwrap();
    assert_eq!(mailboxes.len(), 1);
    assert_eq!(mailboxes[0].address(), Some(to));
    assert_eq!(parsed.subject().unwrap_or_default(), subject(subject_text), "{raw}");
    assert_eq!(parsed.message_id(), Some("0123456789abcdef0123456789abcdef@caravanserai.example"));
    assert_eq!(parsed.date().unwrap().to_rfc3339(), "2026-11-25T12:00:00Z");
    let header =
        |wanted: &str| parsed.headers_raw().find(|(name, _)| *name == wanted).map(|(_, text)| text.trim());
    assert_eq!(header("Auto-Submitted"), Some("auto-generated"));
    assert_eq!(header("MIME-Version"), Some("1.0"));
    let kind = parsed.content_type().unwrap();
    assert_eq!((kind.ctype(), kind.subtype()), ("text", Some("plain")));
    assert_eq!(kind.attribute("charset"), Some("utf-8"));
    let text = parsed.body_text(0).unwrap().replace("\r\n", "\n");
    let wanted = body.replace("\r\n", "\n").replace('\r', "\n");
    assert_eq!(text, format!("{}\n", wanted.trim_end_matches('\n')));
}

#[test]
fn texts_that_try_to_be_headers_stay_texts() {
    for subject in [
        "Plain",
        "",
        " ",
        "Zażółć gęślą jaźń und ein sehr langer Betreff, der über mehrere Zeilen gefaltet wird — wirklich",
        "a\r\nBcc: eve@example.org",
        "a\nBcc: eve@example.org\n\nbody",
        "a\u{2028}b\u{85}c\u{0}d\u{b}e",
        "=?utf-8?b?QmNjOiBldmVAZXhhbXBsZS5vcmc=?=",
        &"x".repeat(5_000),
        &"ж".repeat(5_000),
        &"x ".repeat(5_000),
    ] {
        check("ada@example.org", subject, "Text");
    }
    for body in [
        "",
        "\n\n",
        ".",
        ".\r\nMAIL FROM:<eve@example.org>\r\n",
        "a\r\n.\r\nb",
        "a\n.\nb",
        "a\r.\rb",
        "From here\n--\n=\n=41\t \n end ",
        &"y".repeat(20_000),
        "Grüße\u{feff}\u{202e}\u{0}\u{1b}[2J",
    ] {
        check("ada@example.org", "Text", body);
    }
}

#[test]
fn what_makes_no_message_is_refused() {
    for to in [
        "",
        "ada",
        "ada@example.org, eve@example.org",
        "ada@example.org>\r\nRCPT TO:<eve@example.org",
        "ada@example.org\r\nBcc: eve@example.org",
        "\"a b\"@example.org",
        "Ada <ada@example.org>",
        "ädä@example.org",
    ] {
        assert_eq!(raw(&row(to, "s", "b")), Err(MessageError::Address), "{to}");
    }
    let mut erased = row("ada@example.org", "s", "b");
    erased.recipient = None;
    assert_eq!(raw(&erased), Err(MessageError::NoRecipient));
    for id in ["", "<>", "x@y", "<x@y>\r\nBcc: eve@example.org", "<x y@z>"] {
        let mut odd = row("ada@example.org", "s", "b");
        odd.message_id = id.to_owned();
        assert_eq!(raw(&odd), Err(MessageError::MessageId), "{id}");
    }
    for date in [i64::MIN, -1, 0, i64::MAX] {
        let mut odd = row("ada@example.org", "s", "b");
        odd.date = date;
        assert!(raw(&odd).is_ok());
    }
    for from in ["", "nobody", "a@b@c", "Eve\r\n <eve@example.org>", "a@example.org, b@example.org"] {
        assert!(mailbox(from).is_err(), "{from}");
    }
    assert!(mailbox("no-reply@localhost").is_ok());
}

#[test]
fn bytes_that_a_relay_saw_are_kept() {
    let mut seen = row("ada@example.org", "new subject", "new body");
    seen.raw = Some("old bytes\r\n".to_owned());
    assert_eq!(raw(&seen).unwrap(), "old bytes\r\n");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_texts_give_one_message(
        subject in prop_oneof![any::<String>(), "[ -~]{0,300}", "[\r\n\t =?A-Za-z:äж]{0,120}"],
        body in prop_oneof![any::<String>(), "[\r\n.=\t a-zä]{0,400}"],
        local in "[a-zA-Z0-9!#$%&'*+/=?^_`{|}~-]{1,64}",
    ) {
        check(&format!("{local}@example.org"), &subject, &body);
    }

    #[test]
    fn any_address_is_one_or_none(to in prop_oneof![any::<String>(), "[a-z<>@,;:\"\r\n .]{0,60}"]) {
        if let Ok(raw) = raw(&row(&to, "s", "b")) {
            let parsed = MessageParser::default().parse(raw.as_bytes()).unwrap();
            prop_assert_eq!(parsed.headers_raw().count(), HEADERS.len());
            prop_assert_eq!(parsed.to().unwrap().as_list().unwrap().len(), 1);
        }
    }

    #[test]
    fn a_subject_is_a_line(text in any::<String>()) {
        let line = subject(&text);
        prop_assert!(!line.contains(char::is_control) && line.chars().count() <= MAX_SUBJECT);
        prop_assert_eq!(subject(&line), line.clone());
    }
}
