//! Secrets that are handed out once: 256 random bits, stored as their hash.

use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

/// The system gives no random numbers: nothing secret can be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the system gives no random numbers")]
pub struct NoRandomness;

/// What a secret is for; it stands before it, so that a leaked one is known for what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretKind {
    /// Refreshes a session.
    Refresh,
    /// Is sent by mail and used once.
    OneTime,
    /// Belongs to an integrator.
    ApiKey,
    /// Stands in the address of a feed.
    Feed,
    /// Stands in the cookie of a browser's session.
    Browser,
}

impl SecretKind {
    /// How secrets of the kind begin.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Refresh => "cvr_",
            Self::OneTime => "cvo_",
            Self::ApiKey => "cvk_",
            Self::Feed => "cvf_",
            Self::Browser => "cvs_",
        }
    }
}

/// A secret that was just made. It is shown to its receiver and never stored.
#[derive(Clone)]
pub struct Secret(String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Secret {
    /// A new secret.
    ///
    /// # Errors
    /// The system gives no random numbers.
    pub fn new(kind: SecretKind) -> Result<Self, NoRandomness> {
        let mut bytes = [0_u8; 32];
        random(&mut bytes)?;
        Ok(Self(format!("{}{}", kind.prefix(), URL_SAFE_NO_PAD.encode(bytes))))
    }

    /// The secret, for its receiver.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What is stored.
    pub fn hash(&self) -> String {
        hash(&self.0)
    }
}

/// Fills bytes at random.
///
/// # Errors
/// The system gives no random numbers.
pub fn random(bytes: &mut [u8]) -> Result<(), NoRandomness> {
    SystemRandom::new().fill(bytes).map_err(|_| NoRandomness)
}

/// SHA-256 of a secret in hexadecimal. A secret has 256 random bits, so that nothing slower is needed.
pub fn hash(secret: &str) -> String {
    Sha256::digest(secret).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The hash of what claims to be a secret of a kind; none where it cannot be one.
pub fn hash_of(kind: SecretKind, text: &str) -> Option<String> {
    let rest = text.strip_prefix(kind.prefix())?;
    let well_formed =
        rest.len() == 43 && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    well_formed.then(|| hash(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_differ_and_are_told_apart_by_kind() {
        let (a, b) = (Secret::new(SecretKind::Refresh).unwrap(), Secret::new(SecretKind::Refresh).unwrap());
        assert_ne!(a.expose(), b.expose());
        assert_eq!(hash_of(SecretKind::Refresh, a.expose()), Some(a.hash()));
        assert_eq!(hash_of(SecretKind::ApiKey, a.expose()), None);
        assert_eq!(hash_of(SecretKind::Refresh, &a.expose()[..20]), None);
        assert_eq!(format!("{a:?}"), "Secret(…)");
    }
}
