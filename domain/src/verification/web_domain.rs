//! The web domain of an organisation, and whether an address is at it.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::account::{EmailAddress, is_domain, is_public_mail};

/// A domain that belongs to an organisation alone, in lower case ASCII, such as `novisad.rs`.
///
/// It is given by the organisation or by a reviewer, and a reviewer sees it before it proves anything. It is compared
/// whole: an address at `novisad.rs.example`, at `n0visad.rs` or at another name of the same top level is not at
/// it. Nor is one below it, for a host below a shared domain (`company.github.io`, `school.edu.rs`) can be anybody's:
/// an organisation whose mail has another name below the same domain gives that name too.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct WebDomain(String);

/// What is wrong with a domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WebDomainError {
    /// Not a domain.
    #[error(
        "write a domain such as city.example, without http:// and in its xn-- form where it has other letters"
    )]
    Form,
    /// Anybody can have an address there.
    #[error("this domain hands addresses to anybody and proves no organisation")]
    PublicMail,
}

impl FromStr for WebDomain {
    type Err = WebDomainError;
    fn from_str(s: &str) -> Result<Self, WebDomainError> {
        let domain = s.trim().to_ascii_lowercase();
        if !is_domain(&domain) {
            return Err(WebDomainError::Form);
        }
        if is_public_mail(&domain) {
            return Err(WebDomainError::PublicMail);
        }
        Ok(Self(domain))
    }
}

impl WebDomain {
    /// The domain.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether an address is at this very domain.
    pub fn holds(&self, address: &EmailAddress) -> bool {
        address.domain() == self.0
    }
}

impl TryFrom<String> for WebDomain {
    type Error = WebDomainError;
    fn try_from(s: String) -> Result<Self, WebDomainError> {
        s.parse()
    }
}
impl From<WebDomain> for String {
    fn from(domain: WebDomain) -> Self {
        domain.0
    }
}
impl fmt::Display for WebDomain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_very_domain_proves() {
        let domain: WebDomain = " NoviSad.rs ".parse().unwrap();
        let at = |address: &str| domain.holds(&address.parse().unwrap());
        assert!(at("ana@novisad.rs") && at("Ana@NOVISAD.RS"));
        for other in [
            "ana@novisad.rs.example",
            "ana@xnovisad.rs",
            "ana@n0visad.rs",
            "ana@mail.novisad.rs",
            "ana@novisad.com",
            "novisad.rs@x.example",
            "ana@xn--novsad-4ya.rs",
        ] {
            assert!(!at(other), "{other}");
        }
    }

    #[test]
    fn public_mail_is_nobodys_domain() {
        assert_eq!("gmail.com".parse::<WebDomain>(), Err(WebDomainError::PublicMail));
        assert_eq!("x.qq.com".parse::<WebDomain>(), Err(WebDomainError::PublicMail));
        for bad in
            ["", "localhost", "http://a.rs", "a.rs/x", "10.0.0.1", "novi sad.rs", "gradniš.rs", "a.rs."]
        {
            assert_eq!(bad.parse::<WebDomain>(), Err(WebDomainError::Form), "{bad}");
        }
    }
}
