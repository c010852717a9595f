//! E-mail addresses: one plain `local@domain`, so that nothing in it can be read twice.

use std::{cmp, fmt, hash, str::FromStr};

use serde::{Deserialize, Serialize};

/// An address of the form `local@domain` (RFC 5321), in ASCII.
///
/// Quoted local parts, comments, display names and domain literals are refused: no office needs them, and each has
/// been read one way by a check and another way by a mailer. A domain outside ASCII is written in its `xn--` form; a
/// local part outside ASCII is refused, for mail to it needs an extension that many relays lack. Nothing is folded
/// by look: `alıce` never becomes `alice`.
///
/// Two addresses are the same when they are equal without regard to ASCII case. Mail goes to the spelling that was
/// given, because the case of a local part is the receiver's own affair.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EmailAddress {
    written: String,
    /// Where the domain begins in `written`; after the `@`.
    domain_at: usize,
}

/// What is wrong with an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EmailError {
    /// No `@`, or more than one.
    #[error("write one address, such as ana@city.example")]
    Shape,
    /// A character outside ASCII.
    #[error("write the address in ASCII; a domain with other letters in its xn-- form")]
    NotAscii,
    /// Longer than RFC 5321 allows.
    #[error("an address has at most 254 characters, 64 of them before the @")]
    TooLong,
    /// The part before the `@`.
    #[error("before the @ stand letters, digits and !#$%&'*+-/=?^_`{{|}}~ with single dots between them")]
    Local,
    /// The part after the `@`.
    #[error(
        "after the @ stands a domain with at least one dot, such as city.example, and no address by number"
    )]
    Domain,
}

/// Domains at which anybody can have an address.
///
/// They prove nothing about an organisation: an address there never counts as a proof of its domain. The list is of
/// the large providers of the signatories and of the world; it may lack a small one, and then a reviewer still sees
/// that the domain is not the organisation's own.
const PUBLIC_MAIL: &str = "
126.com 163.com aliyun.com aol.com bk.ru daum.net duck.com fastmail.com foxmail.com gmail.com gmx.at
gmx.com gmx.de gmx.net googlemail.com hanmail.net hey.com hotmail.co.th hotmail.co.uk hotmail.com
hotmail.com.tr hotmail.fr icloud.com inbox.ru laposte.net list.ru live.com mac.com mail.com mail.ru
mailinator.com me.com msn.com mynet.com naver.com orange.fr outlook.co.th outlook.com outlook.com.tr
outlook.fr outlook.sa pm.me proton.me protonmail.com qq.com rediffmail.com rocketmail.com sina.cn
sina.com sohu.com t-online.de tuta.io tutanota.com vip.163.com web.de windowslive.com ya.ru
yahoo.co.in yahoo.co.jp yahoo.co.th yahoo.co.uk yahoo.com yahoo.com.tr yahoo.de yahoo.fr yandex.com
yandex.com.tr yandex.ru yeah.net ymail.com zoho.com
";

impl EmailAddress {
    /// The longest address, in bytes (RFC 5321 4.5.3.1.3, less the angle brackets).
    pub const MAX: usize = 254;

    /// The address as it was written, its domain in lower case; mail goes there.
    pub fn as_str(&self) -> &str {
        &self.written
    }

    /// The address by which accounts are told apart: all in lower case.
    pub fn identity(&self) -> String {
        self.written.to_ascii_lowercase()
    }

    /// The domain in lower case.
    pub fn domain(&self) -> &str {
        self.written.get(self.domain_at..).unwrap_or_default()
    }

    /// Whether anybody can have an address at this domain, so that it proves no organisation.
    pub fn is_public_mail(&self) -> bool {
        is_public_mail(self.domain())
    }
}

/// Whether a domain in lower case, or one above it, hands addresses to anybody.
pub(crate) fn is_public_mail(domain: &str) -> bool {
    PUBLIC_MAIL
        .split_ascii_whitespace()
        .any(|public| domain.strip_suffix(public).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
}

/// Whether a text is a host's name by the letters: labels of letters, digits and inner hyphens, at least two, the
/// last one not a number (RFC 1123, RFC 5321).
pub(crate) fn is_domain(domain: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let last = domain.rsplit('.').next().unwrap_or_default();
    domain.len() <= 253
        && domain.contains('.')
        && domain.split('.').all(label)
        && !last.bytes().all(|b| b.is_ascii_digit())
}

fn is_local(local: &str) -> bool {
    let atom = |atom: &str| {
        !atom.is_empty()
            && atom.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b))
    };
    local.split('.').all(atom)
}

impl FromStr for EmailAddress {
    type Err = EmailError;

    fn from_str(s: &str) -> Result<Self, EmailError> {
        let s = s.trim_matches([' ', '\t']);
        if s.len() > Self::MAX {
            return Err(EmailError::TooLong);
        }
        if !s.is_ascii() {
            return Err(EmailError::NotAscii);
        }
        let (local, domain) = s.split_once('@').ok_or(EmailError::Shape)?;
        if domain.contains('@') {
            return Err(EmailError::Shape);
        }
        if local.len() > 64 {
            return Err(EmailError::TooLong);
        }
        if !is_local(local) {
            return Err(EmailError::Local);
        }
        if !is_domain(domain) {
            return Err(EmailError::Domain);
        }
        let domain_at = local.len().saturating_add(1);
        Ok(Self { written: format!("{local}@{}", domain.to_ascii_lowercase()), domain_at })
    }
}

impl TryFrom<String> for EmailAddress {
    type Error = EmailError;
    fn try_from(s: String) -> Result<Self, EmailError> {
        s.parse()
    }
}
impl From<EmailAddress> for String {
    fn from(address: EmailAddress) -> Self {
        address.written
    }
}
impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}
impl PartialEq for EmailAddress {
    fn eq(&self, other: &Self) -> bool {
        self.written.eq_ignore_ascii_case(&other.written)
    }
}
impl Eq for EmailAddress {}
impl PartialOrd for EmailAddress {
    fn partial_cmp(&self, other: &Self) -> Option<cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for EmailAddress {
    fn cmp(&self, other: &Self) -> cmp::Ordering {
        self.identity().cmp(&other.identity())
    }
}
impl hash::Hash for EmailAddress {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.identity().hash(state);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(text: &str) -> Result<EmailAddress, EmailError> {
        text.parse()
    }

    #[test]
    fn one_plain_address_and_nothing_else() {
        for good in ["ana@city.example", "a.b+c@x-y.co.rs", "o'neil@a.io", "x@xn--e1afmkfd.xn--p1ai", "1@2.x"]
        {
            assert_eq!(parse(good).unwrap().as_str(), good);
        }
        for (bad, why) in [
            ("", EmailError::Shape),
            ("ana", EmailError::Shape),
            ("a@b@c.example", EmailError::Shape),
            ("Ana <ana@city.example>", EmailError::Local),
            ("a@x.example, b@x.example", EmailError::Shape),
            ("a@x.example\r\nBcc: b", EmailError::Domain),
            ("a\n@x.example", EmailError::Local),
            ("\"a b\"@x.example", EmailError::Local),
            ("a(c)@x.example", EmailError::Local),
            ("@x.example", EmailError::Local),
            (".a@x.example", EmailError::Local),
            ("a..b@x.example", EmailError::Local),
            ("a@[127.0.0.1]", EmailError::Domain),
            ("a@127.0.0.1", EmailError::Domain),
            ("a@localhost", EmailError::Domain),
            ("a@x.example.", EmailError::Domain),
            ("a@-x.example", EmailError::Domain),
            ("a@x_y.example", EmailError::Domain),
            ("alıce@x.example", EmailError::NotAscii),
            ("ana@gradniš.rs", EmailError::NotAscii),
        ] {
            assert_eq!(parse(bad), Err(why), "{bad:?}");
        }
        assert!(parse(&format!("{}@x.example", "a".repeat(64))).is_ok());
        assert_eq!(parse(&format!("{}@x.example", "a".repeat(65))), Err(EmailError::TooLong));
        assert_eq!(parse(&format!("a@{}x.example", "a.".repeat(130))), Err(EmailError::TooLong));
        assert_eq!(parse(&format!("a@{}.example", "a".repeat(64))), Err(EmailError::Domain));
    }

    #[test]
    fn the_same_person_in_any_case() {
        let written = parse(" Ana.J@City.Example ").unwrap();
        assert_eq!(written.as_str(), "Ana.J@city.example");
        assert_eq!(written.identity(), "ana.j@city.example");
        assert_eq!(written, parse("ana.j@CITY.example").unwrap());
        assert_eq!(written.domain(), "city.example");
        // A dot and a tag are part of the address; only its own provider knows whether they matter.
        assert_ne!(written, parse("anaj@city.example").unwrap());
        assert_ne!(written, parse("ana.j+x@city.example").unwrap());
    }

    #[test]
    fn public_mail_is_known_by_whole_labels() {
        assert!(PUBLIC_MAIL.split_ascii_whitespace().is_sorted_by(|a, b| a < b), "sorted, each once");
        assert!(PUBLIC_MAIL.split_ascii_whitespace().all(is_domain));
        assert!(parse("a@Gmail.com").unwrap().is_public_mail());
        assert!(parse("a@x.gmail.com").unwrap().is_public_mail());
        assert!(!parse("a@notgmail.com").unwrap().is_public_mail());
        assert!(!parse("a@gmail.com.example").unwrap().is_public_mail());
    }

    proptest! {
        #[test]
        fn what_is_taken_is_taken_again_and_stays_one_line(text in ".{0,80}|[a-zA-Z.@+\" \\r\\n-]{0,40}") {
            if let Ok(address) = parse(&text) {
                let again = parse(address.as_str()).unwrap();
                prop_assert_eq!(again.as_str(), address.as_str());
                prop_assert_eq!(address.as_str().matches('@').count(), 1);
                prop_assert!(address.as_str().bytes().all(|b| b.is_ascii_graphic()));
                prop_assert_eq!(parse(&address.identity()).unwrap(), address);
            }
        }

        #[test]
        fn made_up_addresses_are_taken(local in "[a-z0-9]{1,20}(\\.[A-Z0-9_+-]{1,20}){0,2}", domain in "[a-z]{1,20}(\\.[a-z]{2,10}){1,3}") {
            let address = parse(&format!("{local}@{domain}")).unwrap();
            prop_assert_eq!(address.domain(), domain);
        }
    }
}
