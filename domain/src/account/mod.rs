//! People and what they may be: roles in an organisation, roles on the platform, scopes of an API key.
//!
//! A role says nothing by itself; [`crate::policy`] says what it may.

mod email;
mod key;

use std::collections::BTreeSet;

pub use email::{EmailAddress, EmailError};
pub(crate) use email::{is_domain, is_public_mail};
pub use key::{IdempotencyKey, IdempotencyKeyError};
use serde::{Deserialize, Serialize};

use crate::{
    value::{Lang, SingleLine, TextError},
    vocabulary::{UnknownCode, Vocabulary, vocabulary},
};

vocabulary! {
    /// Role of a person in an organisation. Each role may what the ones after it may.
    OrgRole, "CARAVANSERAI-ORG-ROLE", "1", {
        Owner = "OWNER": "Owner: also invites people and proves the organisation's identity",
        Editor = "EDITOR": "Editor: writes listings, mandates and profiles",
        Viewer = "VIEWER": "Viewer: reads everything of the organisation, writes nothing",
    }
}
vocabulary! {
    /// Role of a person on the platform; apart from any organisation.
    PlatformRole, "CARAVANSERAI-PLATFORM-ROLE", "1", {
        Reviewer = "REVIEWER": "Reviewer of listings and of proofs of identity",
        ComplianceOfficer = "COMPLIANCE_OFFICER": "Compliance officer, who decides hits of the screening",
        Administrator = "ADMINISTRATOR": "Administrator",
        Observer = "OBSERVER": "Observer of an international organisation",
    }
}
vocabulary! {
    /// What an API key may be used for. A key never may more than its person.
    Scope, "CARAVANSERAI-SCOPE", "1", {
        Read = "READ": "Read what its person may read",
        WriteOrganisation = "WRITE_ORGANISATION": "Write the organisation's profile",
        WriteProjects = "WRITE_PROJECTS": "Write projects, their answers and their documents",
        WriteMandates = "WRITE_MANDATES": "Write mandates",
        WriteCities = "WRITE_CITIES": "Write profiles of cities",
        WriteCapabilities = "WRITE_CAPABILITIES": "Write needs and offers of enterprises",
        WriteSearches = "WRITE_SEARCHES": "Write saved searches",
        Import = "IMPORT": "Import files",
        Export = "EXPORT": "Export the organisation's own records",
    }
}

/// The scopes of an API key; at least one, each once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Scope>", into = "Vec<Scope>")]
pub struct Scopes(BTreeSet<Scope>);

/// A key that could do nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("name at least one scope, such as READ")]
pub struct NoScope;

impl Scopes {
    /// Gathers scopes.
    ///
    /// # Errors
    /// None was given.
    pub fn new(scopes: impl IntoIterator<Item = Scope>) -> Result<Self, NoScope> {
        let scopes: BTreeSet<Scope> = scopes.into_iter().collect();
        if scopes.is_empty() { Err(NoScope) } else { Ok(Self(scopes)) }
    }

    /// Whether the key has a scope.
    pub fn allows(&self, scope: Scope) -> bool {
        self.0.contains(&scope)
    }

    /// The scopes in the list's order.
    pub fn iter(&self) -> impl Iterator<Item = Scope> {
        self.0.iter().copied()
    }

    /// Reads the stored form: codes with one space between them.
    ///
    /// # Errors
    /// A code that is no scope; an empty text is none either.
    pub fn parse(text: &str) -> Result<Self, UnknownCode> {
        text.split(' ').map(Scope::from_code).collect::<Result<_, _>>().map(Self)
    }
}

impl TryFrom<Vec<Scope>> for Scopes {
    type Error = NoScope;
    fn try_from(scopes: Vec<Scope>) -> Result<Self, NoScope> {
        Self::new(scopes)
    }
}
impl From<Scopes> for Vec<Scope> {
    fn from(scopes: Scopes) -> Self {
        scopes.0.into_iter().collect()
    }
}
impl std::fmt::Display for Scopes {
    /// Codes with a space between them; [`Scopes::parse`] reads it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (i, scope) in self.iter().enumerate() {
            write!(f, "{}{scope}", if i == 0 { "" } else { " " })?;
        }
        Ok(())
    }
}

/// A person's name as it stands in mail and beside decisions: one line of at most 120 characters.
///
/// What looks like an address or a link is refused. An invitation carries the name of whoever invites, and a name
/// must not turn our mail into somebody's advertisement.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PersonName(SingleLine);

/// What is wrong with a name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PersonNameError {
    /// Not a line.
    #[error(transparent)]
    Text(#[from] TextError),
    /// It reads like a link or an address.
    #[error("write the name alone, without a link, an address or angle brackets")]
    Link,
}

impl PersonName {
    /// The longest name, in characters.
    pub const MAX: usize = 120;

    /// Checks and trims a name.
    ///
    /// # Errors
    /// Empty, too long, with control characters, or like a link.
    pub fn new(text: &str) -> Result<Self, PersonNameError> {
        let line = SingleLine::new(text)?;
        if line.as_str().chars().count() > Self::MAX {
            return Err(TextError::TooLong { max: Self::MAX }.into());
        }
        if line.advertises() { Err(PersonNameError::Link) } else { Ok(Self(line)) }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl TryFrom<String> for PersonName {
    type Error = PersonNameError;
    fn try_from(s: String) -> Result<Self, PersonNameError> {
        Self::new(&s)
    }
}
impl From<PersonName> for String {
    fn from(name: PersonName) -> Self {
        name.0.into()
    }
}
impl std::fmt::Display for PersonName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A person with an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The name.
    pub name: PersonName,
    /// Where mail goes; no two people have the same.
    pub email: EmailAddress,
    /// Language of mail.
    pub language: Lang,
    /// Whether the address was confirmed. Until then the account holds no power, so that nobody can sit in wait
    /// under somebody else's address.
    pub confirmed: bool,
    /// Whether an administrator has shut the account.
    pub suspended: bool,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_are_names_and_no_advertisement() {
        for good in ["Ana Jovanović", "สมชาย ใจดี", "李雷", "O'Neil, J. (PhD)", "  Ana  "]
        {
            assert_eq!(PersonName::new(good).unwrap().as_str(), good.trim());
        }
        for link in ["Win https://x.example", "www.x.example", "a@b.example", "Ana <x>"] {
            assert_eq!(PersonName::new(link), Err(PersonNameError::Link), "{link}");
        }
        assert_eq!(PersonName::new("Ana\r\nBcc: x"), Err(PersonNameError::Text(TextError::Control)));
        assert!(PersonName::new(&"a".repeat(121)).is_err());
    }

    #[test]
    fn scopes_read_their_stored_form_and_are_never_none() {
        let scopes = Scopes::new([Scope::Import, Scope::Read, Scope::Import]).unwrap();
        assert_eq!(scopes.to_string(), "READ IMPORT");
        assert_eq!(Scopes::parse("IMPORT READ"), Ok(scopes.clone()));
        assert!(scopes.allows(Scope::Read) && !scopes.allows(Scope::WriteProjects));
        assert!(Scopes::parse(" ").unwrap_err().known.contains("READ"));
        assert!(Scopes::parse("READ ROOT").is_err());
        assert!(serde_json::from_str::<Scopes>("[]").is_err());
    }

    proptest! {
        #[test]
        fn any_name_is_kept_or_refused(text in "\\PC{0,150}|.{0,30}") {
            if let Ok(name) = PersonName::new(&text) {
                prop_assert_eq!(PersonName::new(name.as_str()), Ok(name));
            }
        }
    }
}
