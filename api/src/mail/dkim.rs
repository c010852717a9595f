//! Signatures of messages (RFC 6376): RSA with SHA-256, relaxed/relaxed, over the headers by which a reader knows a
//! message and a provider lets it be unsubscribed from. The date of the signature is that of the message, so that the
//! bytes are the same whenever they are made.
//!
//! A key is changed by publishing a second selector, naming it and its file, and leaving the old selector published
//! for as long as mail is tried again, which is three days: what was given to a relay keeps the signature that it has.

use std::{fmt, path::Path, sync::Arc};

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{KeyPair, RSA_PKCS1_SHA256, RsaKeyPair},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};

/// Headers that are signed where a message has them. The sender is named twice, so that none can be added.
const SIGNED: [&str; 13] = [
    "from",
    "from",
    "to",
    "subject",
    "date",
    "message-id",
    "auto-submitted",
    "list-id",
    "list-unsubscribe",
    "list-unsubscribe-post",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
];
/// Fewest bits of a key (RFC 8301 has 1024; verifiers ask for more).
const LEAST_BITS: usize = 2_048;

/// A key that signs, or why it cannot.
#[derive(Debug, thiserror::Error)]
pub enum DkimError {
    /// The file cannot be read.
    #[error("the key cannot be read")]
    File(#[from] std::io::Error),
    /// It holds no key.
    #[error("give an RSA key of at least 2048 bits in PKCS #8, PEM: openssl genrsa 2048")]
    Key,
    /// The selector is none.
    #[error("a selector is a name of letters, digits and hyphens, such as s2026")]
    Selector,
}

/// Signs the messages of a domain.
#[derive(Clone)]
pub struct Dkim {
    selector: Arc<str>,
    domain: Arc<str>,
    key: Arc<RsaKeyPair>,
}

impl fmt::Debug for Dkim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Dkim");
        debug.field("selector", &self.selector).field("domain", &self.domain).finish_non_exhaustive()
    }
}

impl Dkim {
    /// Reads a key in PEM for a selector of a domain.
    ///
    /// # Errors
    /// The file, the key or the selector is none.
    pub fn open(file: &Path, selector: &str, domain: &str) -> Result<Self, DkimError> {
        Self::new(&std::fs::read_to_string(file)?, selector, domain)
    }

    /// The same of a text.
    ///
    /// # Errors
    /// The key or the selector is none.
    pub fn new(pem: &str, selector: &str, domain: &str) -> Result<Self, DkimError> {
        let is_label =
            |label: &str| !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        if selector.len() > 63 || !selector.split('.').all(is_label) {
            return Err(DkimError::Selector);
        }
        let inner: String = pem.lines().filter(|line| !line.starts_with("-----")).map(str::trim).collect();
        let der = STANDARD.decode(inner).map_err(|_| DkimError::Key)?;
        let key = if pem.contains("BEGIN RSA PRIVATE KEY") {
            RsaKeyPair::from_der(&der)
        } else {
            RsaKeyPair::from_pkcs8(&der)
        };
        let key = key.map_err(|_| DkimError::Key)?;
        if key.public_modulus_len().saturating_mul(8) < LEAST_BITS {
            return Err(DkimError::Key);
        }
        Ok(Self { selector: selector.into(), domain: domain.into(), key: Arc::new(key) })
    }

    /// What to publish at `SELECTOR._domainkey.DOMAIN`.
    pub fn record(&self) -> String {
        format!("v=DKIM1; k=rsa; p={}", STANDARD.encode(subject_public_key(self.key.public_key().as_ref())))
    }

    /// The message with its signature before it; none where the system gives no randomness.
    pub fn sign(&self, raw: &str, seconds: i64) -> Option<String> {
        let (head, body) = raw.split_once("\r\n\r\n").unwrap_or((raw, ""));
        let fields = fields(head);
        let present = |name: &str| fields.iter().filter(|(known, _)| known == name).count();
        let mut names = Vec::new();
        let mut signed = String::new();
        let mut seen = 0_usize;
        for name in SIGNED {
            // The second mention of the sender stands for one that is not there.
            if name == "from" {
                seen = seen.saturating_add(1);
                names.push(name);
                if seen > present(name) {
                    continue;
                }
            } else if present(name) == 0 {
                continue;
            } else {
                names.push(name);
            }
            if let Some((_, value)) = fields.iter().rev().find(|(known, _)| known == name) {
                signed.extend([name, ":", &relaxed(value), "\r\n"]);
            }
        }
        let hash = STANDARD.encode(Sha256::digest(relaxed_body(body)));
        let begin = format!(
            "v=1; a=rsa-sha256; c=relaxed/relaxed; d={}; s={}; t={seconds}; h={}; bh={hash}; b=",
            self.domain,
            self.selector,
            names.join(":")
        );
        signed.extend(["dkim-signature:", &relaxed(&begin)]);
        let mut signature = vec![0; self.key.public_modulus_len()];
        self.key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature).ok()?;
        // Blanks within the signature count for nothing, so that its lines may be folded.
        let signature = STANDARD.encode(signature);
        let lines: Vec<String> = signature
            .as_bytes()
            .chunks(72)
            .map(|chunk| String::from_utf8_lossy(chunk).into_owned())
            .collect();
        let folded =
            begin.replace("; h=", ";\r\n h=").replace("; bh=", ";\r\n bh=").replace("; b=", ";\r\n b=");
        Some(format!("DKIM-Signature: {folded}{}\r\n{raw}", lines.join("\r\n ")))
    }
}

/// Header fields of a message in their order: names in lower case, values as they stand.
fn fields(head: &str) -> Vec<(String, String)> {
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in head.split("\r\n") {
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = fields.last_mut() {
                value.push_str(line);
            }
        } else if let Some((name, value)) = line.split_once(':') {
            fields.push((name.trim_end().to_ascii_lowercase(), value.to_owned()));
        }
    }
    fields
}

/// A value unfolded, with single blanks and none at its ends (RFC 6376, 3.4.2).
fn relaxed(value: &str) -> String {
    let blank = |c: char| matches!(c, ' ' | '\t' | '\r' | '\n');
    value.split(blank).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// A body with single blanks, none at the ends of lines, and no empty lines at its end (RFC 6376, 3.4.4).
fn relaxed_body(body: &str) -> String {
    let mut text = String::with_capacity(body.len());
    for line in body.split("\r\n") {
        let mut was_blank = false;
        for c in line.trim_end_matches([' ', '\t']).chars() {
            let is_blank = matches!(c, ' ' | '\t');
            match (is_blank, was_blank) {
                (true, true) => {}
                (true, false) => text.push(' '),
                (false, _) => text.push(c),
            }
            was_blank = is_blank;
        }
        text.push_str("\r\n");
    }
    let end = text.trim_end_matches("\r\n").len();
    text.truncate(end);
    if !text.is_empty() {
        text.push_str("\r\n");
    }
    text
}

/// A public RSA key in the form that is published: a `SubjectPublicKeyInfo` around the key.
fn subject_public_key(key: &[u8]) -> Vec<u8> {
    /// `SEQUENCE { OID rsaEncryption, NULL }`.
    const ALGORITHM: [u8; 15] =
        [0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];
    let wrapped = |tag: u8, content: &[u8]| {
        let length = u16::try_from(content.len()).unwrap_or(u16::MAX).to_be_bytes();
        let mut bytes = vec![tag, 0x82];
        bytes.extend_from_slice(&length);
        bytes.extend_from_slice(content);
        bytes
    };
    let mut bits = vec![0];
    bits.extend_from_slice(key);
    let mut inner = ALGORITHM.to_vec();
    inner.extend(wrapped(0x03, &bits));
    wrapped(0x30, &inner)
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::{
        encoding::{AsDer, Pkcs8V1Der},
        rsa::{KeyPair as Generated, KeySize},
        signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey},
    };

    use super::*;

    /// The examples of RFC 6376, 3.4.5.
    #[test]
    fn headers_and_bodies_are_relaxed_as_the_standard_shows() {
        let fields = fields("A: X\r\nB : Y\t\r\n\tZ  ");
        let shown: Vec<String> =
            fields.iter().map(|(name, value)| format!("{name}:{}", relaxed(value))).collect();
        assert_eq!(shown, ["a:X", "b:Y Z"]);
        assert_eq!(relaxed_body(" C \r\nD \t E\r\n\r\n\r\n"), " C\r\nD E\r\n");
        assert_eq!(relaxed_body("\r\n\r\n"), "");
        assert_eq!(relaxed_body(""), "");
        assert_eq!(relaxed_body("no end"), "no end\r\n");
    }

    fn dkim() -> Dkim {
        let pair = Generated::generate(KeySize::Rsa2048).unwrap();
        let der: Pkcs8V1Der<'_> = pair.as_der().unwrap();
        let pem = format!(
            "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
            STANDARD.encode(der.as_ref())
        );
        Dkim::new(&pem, "s2026", "caravanserai.example").unwrap()
    }

    const RAW: &str = "From: a@caravanserai.example\r\nTo: b@example.org\r\nSubject: News\r\n\
                       List-Unsubscribe: <https://caravanserai.example/u/x>\r\n\
                       List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n\r\nText \r\n";

    /// What a verifier does, step by step.
    fn is_valid(dkim: &Dkim, signed: &str) -> bool {
        let (head, body) = signed.split_once("\r\n\r\n").unwrap();
        let fields = fields(head);
        let tags = relaxed(&fields[0].1);
        let tag = |name: &str| {
            let found = tags.split("; ").find_map(|tag| tag.strip_prefix(&format!("{name}=")));
            found.unwrap().replace(' ', "")
        };
        if tag("bh") != STANDARD.encode(Sha256::digest(relaxed_body(body))) {
            return false;
        }
        let mut left: Vec<_> = fields[1..].to_vec();
        let mut text = String::new();
        for name in tag("h").split(':') {
            if let Some(at) = left.iter().rposition(|(known, _)| known == name) {
                text.extend([name, ":", &relaxed(&left.remove(at).1), "\r\n"]);
            }
        }
        let (unsigned, _) = tags.split_once("; b=").unwrap();
        text.extend(["dkim-signature:", unsigned, "; b="]);
        let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, dkim.key.public_key().as_ref());
        key.verify(text.as_bytes(), &STANDARD.decode(tag("b")).unwrap()).is_ok()
    }

    #[test]
    fn a_signature_holds_until_a_header_that_matters_or_the_text_is_changed() {
        let dkim = dkim();
        let signed = dkim.sign(RAW, 1_795_608_000).unwrap();
        assert!(signed.ends_with(RAW));
        assert_eq!(signed, dkim.sign(RAW, 1_795_608_000).unwrap(), "the same bytes whenever it is made");
        assert!(signed.lines().all(|line| line.len() < 300), "{signed}");
        assert!(signed.contains("list-unsubscribe:list-unsubscribe-post"), "{signed}");
        assert!(is_valid(&dkim, &signed));
        for (from, to) in [
            ("Text", "Test"),
            ("/u/x>", "/u/y>"),
            ("One-Click", "Two-Clicks"),
            ("Subject: News", "Subject: Olds"),
            ("From: a@", "From: c@"),
            ("To: b@", "From: evil@caravanserai.example\r\nTo: b@"),
        ] {
            let changed = signed.replacen(from, to, 1);
            assert_ne!(changed, signed);
            assert!(!is_valid(&dkim, &changed), "{from} became {to}");
        }
    }

    #[test]
    fn a_key_that_is_none_and_a_selector_that_is_none_are_refused() {
        assert!(matches!(Dkim::new("no key", "s1", "x.example"), Err(DkimError::Key)));
        for selector in ["", "a b", "x;y", "a..b"] {
            assert!(matches!(Dkim::new("", selector, "x.example"), Err(DkimError::Selector)), "{selector}");
        }
        assert!(dkim().record().starts_with("v=DKIM1; k=rsa; p=MIIB"));
    }
}
