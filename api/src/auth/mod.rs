//! Who asks: passwords, tokens, keys, and the one way from a request's headers to an [`Actor`].
//!
//! Access tokens live a quarter of an hour and say only who somebody is. What the person may do is read from the
//! database at every request, so that a role that was taken away is gone at the next request.
//!
//! Reading order: [`secret`] (random secrets and their hashes), [`password`], [`key_ring`] (signing keys),
//! [`access_token`], [`actor`], [`mod@authenticate`].

pub mod access_token;
pub mod actor;
pub mod authenticate;
pub mod clock;
pub mod key_ring;
pub mod password;
pub mod secret;
pub mod two_factor;

use std::{path::Path, sync::Arc};

pub use actor::{Actor, PersonActor};
pub use authenticate::{AuthFailure, authenticate, authenticate_browser};
pub use clock::Clock;
use key_ring::{KeyRing, KeyRingError};

/// What accounts need beside the database.
#[derive(Debug, Clone)]
pub struct Auth {
    /// Keys that sign and check access tokens.
    pub keys: Arc<KeyRing>,
    /// Hashing of passwords, bounded.
    pub passwords: password::Passwords,
    /// What time it is.
    pub clock: Clock,
    /// Where links in mail lead to, such as `https://caravanserai.example`; never taken from a request.
    pub public_url: Arc<str>,
    /// Domain of message ids and of the sender's address; `localhost` where the public URL has no name of a host.
    pub mail_domain: Arc<str>,
}

impl Auth {
    /// Opens the keys in a directory; the first start makes them.
    ///
    /// # Errors
    /// The directory or a key in it cannot be read, or is open to others.
    pub fn open(directory: &Path, public_url: &str) -> Result<Self, KeyRingError> {
        Ok(Self::with(KeyRing::open(directory)?, public_url))
    }

    /// With keys that are gone when the process ends: for commands that serve nobody.
    ///
    /// # Errors
    /// The system gives no random numbers.
    pub fn in_memory() -> Result<Self, KeyRingError> {
        Ok(Self::with(KeyRing::in_memory()?, "http://localhost"))
    }

    /// Sets where links in mail lead to, and whose domain the mail is of.
    pub fn addressed(&mut self, public_url: &str) {
        self.public_url = public_url.into();
        self.mail_domain = mail_domain(public_url).into();
    }

    fn with(keys: KeyRing, public_url: &str) -> Self {
        Self {
            keys: Arc::new(keys),
            passwords: password::Passwords::new(),
            clock: Clock::System,
            public_url: public_url.into(),
            mail_domain: mail_domain(public_url).into(),
        }
    }
}

/// The domain of mail for a public URL: its host, or `localhost` where it has no name of a host, since an address of
/// mail cannot end in a bare number.
pub fn mail_domain(public_url: &str) -> &str {
    let address = public_url.split("://").nth(1).unwrap_or(public_url);
    let host = address.split(['/', ':']).next().unwrap_or(address);
    let is_name = host.bytes().any(|b| b.is_ascii_alphabetic()) && !address.starts_with('[');
    if is_name { host } else { "localhost" }
}

#[cfg(test)]
mod tests {
    #[test]
    fn mail_comes_from_a_name_not_from_a_number() {
        for (url, domain) in [
            ("https://caravanserai.example", "caravanserai.example"),
            ("https://caravanserai.example:8443/x", "caravanserai.example"),
            ("http://127.0.0.1:8080", "localhost"),
            ("http://[fe80::1]:8080", "localhost"),
            ("", "localhost"),
        ] {
            assert_eq!(super::mail_domain(url), domain, "{url}");
        }
    }
}
