//! Keys that sign access tokens (Ed25519) and links (HMAC-SHA-256), as files in a directory.
//!
//! The newest key signs, the one before it still verifies, so that a rotation voids no token. Nodes of one service
//! share the directory. A database dump holds no key.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, Instant},
};

use aws_lc_rs::{
    hmac,
    signature::{Ed25519KeyPair, KeyPair},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{DecodingKey, EncodingKey};

use super::secret::{hash, random};
use crate::store::make_closed_directory;

/// Why keys cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyRingError {
    /// A file or the directory.
    #[error("the keys in {path} cannot be read or written")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Not a key.
    #[error("{path} holds no key: take the file away, or put the right one back")]
    Key {
        /// Which.
        path: PathBuf,
    },
    /// Others may read a key.
    #[error("{path} can be read by others: chmod 600 it")]
    Open {
        /// Which.
        path: PathBuf,
    },
    /// No randomness.
    #[error("the system gives no random numbers")]
    Randomness,
}

/// A signing key.
pub struct SigningKey {
    /// How tokens name it; part of the hash of its public half.
    pub id: String,
    /// Signs.
    pub encoding: EncodingKey,
    /// Checks.
    pub decoding: DecodingKey,
    /// The public half.
    public: Vec<u8>,
}

struct Ring {
    /// Newest first; at most two.
    signing: Vec<Arc<SigningKey>>,
    read_at: Instant,
}

/// The keys of a directory.
pub struct KeyRing {
    /// None where the keys are in memory alone.
    directory: Option<PathBuf>,
    ring: RwLock<Ring>,
    links: hmac::Key,
}

impl std::fmt::Debug for KeyRing {
    /// Without keys.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeyRing").field("directory", &self.directory).finish_non_exhaustive()
    }
}

/// How long keys are used before the directory is looked at again.
const REREAD: Duration = Duration::from_secs(30);
/// Keys that are live at once.
const LIVE: usize = 2;
const PREFIX: &str = "token-";
const SUFFIX: &str = ".pk8";
const LINKS: &str = "links.key";

impl KeyRing {
    /// Reads the keys of a directory; the first start makes them.
    ///
    /// # Errors
    /// The directory cannot be read or written, a key does not read, or others may read it.
    pub fn open(directory: &Path) -> Result<Self, KeyRingError> {
        let file = |source| KeyRingError::File { path: directory.to_owned(), source };
        make_closed_directory(directory).map_err(file)?;
        if names(directory)?.is_empty() {
            make(directory)?;
        }
        let links_path = directory.join(LINKS);
        if !links_path.exists() {
            let mut bytes = [0_u8; 32];
            random(&mut bytes).map_err(|_| KeyRingError::Randomness)?;
            write_new(&links_path, &bytes)?;
        }
        let links = read_closed(&links_path)?;
        if links.len() < 32 {
            return Err(KeyRingError::Key { path: links_path });
        }
        let ring = Ring { signing: read(directory)?, read_at: Instant::now() };
        Ok(Self {
            directory: Some(directory.to_owned()),
            ring: RwLock::new(ring),
            links: hmac::Key::new(hmac::HMAC_SHA256, &links),
        })
    }

    /// Keys that are gone when the process ends.
    ///
    /// # Errors
    /// The system gives no random numbers.
    pub fn in_memory() -> Result<Self, KeyRingError> {
        let pair = Ed25519KeyPair::generate().map_err(|_| KeyRingError::Randomness)?;
        let document = pair.to_pkcs8().map_err(|_| KeyRingError::Randomness)?;
        let mut links = [0_u8; 32];
        random(&mut links).map_err(|_| KeyRingError::Randomness)?;
        let signing = vec![Arc::new(signing_key(&pair, document.as_ref()))];
        Ok(Self {
            directory: None,
            ring: RwLock::new(Ring { signing, read_at: Instant::now() }),
            links: hmac::Key::new(hmac::HMAC_SHA256, &links),
        })
    }

    /// Makes a new key, which signs from now on; the one before it still verifies, older ones are taken away.
    ///
    /// # Errors
    /// The directory cannot be written.
    pub fn rotate(&self) -> Result<String, KeyRingError> {
        let Some(directory) = &self.directory else { return Err(KeyRingError::Randomness) };
        let id = make(directory)?;
        for old in names(directory)?.into_iter().rev().skip(LIVE) {
            let path = directory.join(old);
            fs::remove_file(&path).map_err(|source| KeyRingError::File { path, source })?;
        }
        self.reread()?;
        Ok(id)
    }

    /// The key that signs.
    pub fn signer(&self) -> Option<Arc<SigningKey>> {
        self.current();
        self.ring.read().unwrap_or_else(PoisonError::into_inner).signing.first().cloned()
    }

    /// The live key of an id.
    pub fn verifier(&self, id: &str) -> Option<Arc<SigningKey>> {
        self.current();
        let ring = self.ring.read().unwrap_or_else(PoisonError::into_inner);
        ring.signing.iter().find(|key| key.id == id).cloned()
    }

    /// The public halves as a JSON Web Key Set (RFC 7517, RFC 8037).
    pub fn jwks(&self) -> serde_json::Value {
        self.current();
        let ring = self.ring.read().unwrap_or_else(PoisonError::into_inner);
        let keys: Vec<_> = ring
            .signing
            .iter()
            .map(|key| {
                let x = URL_SAFE_NO_PAD.encode(&key.public);
                serde_json::json!({"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": key.id, "x": x})
            })
            .collect();
        serde_json::json!({"keys": keys})
    }

    /// The signature of a link for a purpose, as text for an address.
    pub fn sign_link(&self, purpose: &str, text: &str) -> String {
        URL_SAFE_NO_PAD.encode(hmac::sign(&self.links, format!("{purpose}\n{text}").as_bytes()))
    }

    /// Whether a signature is that of a link for a purpose; compared in constant time.
    pub fn link_is_signed(&self, purpose: &str, text: &str, signature: &str) -> bool {
        URL_SAFE_NO_PAD.decode(signature).is_ok_and(|signature| {
            hmac::verify(&self.links, format!("{purpose}\n{text}").as_bytes(), &signature).is_ok()
        })
    }

    /// Looks at the directory again when it is time; keys that cannot be read leave those that are in use.
    fn current(&self) {
        let is_due = self.ring.read().unwrap_or_else(PoisonError::into_inner).read_at.elapsed() >= REREAD;
        if is_due && let Err(error) = self.reread() {
            tracing::error!(error = ?error, "the signing keys cannot be read again");
        }
    }

    fn reread(&self) -> Result<(), KeyRingError> {
        let Some(directory) = &self.directory else { return Ok(()) };
        let fresh = read(directory);
        let mut ring = self.ring.write().unwrap_or_else(PoisonError::into_inner);
        ring.read_at = Instant::now();
        ring.signing = fresh?;
        Ok(())
    }
}

/// Names of the signing keys' files, oldest first: a name begins with the time it was made.
fn names(directory: &Path) -> Result<Vec<String>, KeyRingError> {
    let file = |source| KeyRingError::File { path: directory.to_owned(), source };
    let mut names = Vec::new();
    for entry in fs::read_dir(directory).map_err(file)? {
        if let Some(name) = entry.map_err(file)?.file_name().to_str()
            && name.starts_with(PREFIX)
            && name.ends_with(SUFFIX)
        {
            names.push(name.to_owned());
        }
    }
    names.sort_unstable();
    Ok(names)
}

fn make(directory: &Path) -> Result<String, KeyRingError> {
    let pair = Ed25519KeyPair::generate().map_err(|_| KeyRingError::Randomness)?;
    let document = pair.to_pkcs8().map_err(|_| KeyRingError::Randomness)?;
    // A UUID of version 7 sorts by time.
    let path = directory.join(format!("{PREFIX}{}{SUFFIX}", uuid::Uuid::now_v7()));
    write_new(&path, document.as_ref())?;
    Ok(key_id(pair.public_key().as_ref()))
}

fn key_id(public: &[u8]) -> String {
    hash(&URL_SAFE_NO_PAD.encode(public)).chars().take(16).collect()
}

fn read(directory: &Path) -> Result<Vec<Arc<SigningKey>>, KeyRingError> {
    let mut keys = Vec::new();
    for name in names(directory)?.iter().rev().take(LIVE) {
        let path = directory.join(name);
        let bytes = read_closed(&path)?;
        let pair = Ed25519KeyPair::from_pkcs8(&bytes).map_err(|_| KeyRingError::Key { path })?;
        keys.push(Arc::new(signing_key(&pair, &bytes)));
    }
    Ok(keys)
}

fn signing_key(pair: &Ed25519KeyPair, document: &[u8]) -> SigningKey {
    let public = pair.public_key().as_ref().to_vec();
    SigningKey {
        id: key_id(&public),
        encoding: EncodingKey::from_ed_der(document),
        decoding: DecodingKey::from_ed_der(&public),
        public,
    }
}

/// Writes a file that only its owner may read; one that is there already is left alone.
fn write_new(path: &Path, bytes: &[u8]) -> Result<(), KeyRingError> {
    let file = |source| KeyRingError::File { path: path.to_owned(), source };
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut out = match options.open(path) {
        Ok(out) => out,
        // Another node was quicker.
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => return Ok(()),
        Err(error) => return Err(file(error)),
    };
    out.write_all(bytes).and_then(|()| out.sync_all()).map_err(file)
}

fn read_closed(path: &Path) -> Result<Vec<u8>, KeyRingError> {
    let file = |source| KeyRingError::File { path: path.to_owned(), source };
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(path).map_err(file)?.permissions());
        if mode & 0o077 != 0 {
            return Err(KeyRingError::Open { path: path.to_owned() });
        }
    }
    fs::read(path).map_err(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rotation_leaves_the_last_key_live_and_files_closed() {
        let dir = tempfile::tempdir().unwrap();
        let ring = KeyRing::open(dir.path()).unwrap();
        let first = ring.signer().unwrap().id.clone();
        let second = ring.rotate().unwrap();
        assert_eq!(ring.signer().unwrap().id, second);
        assert!(ring.verifier(&first).is_some());
        ring.rotate().unwrap();
        assert!(ring.verifier(&first).is_none() && ring.verifier(&second).is_some());
        assert_eq!(ring.jwks()["keys"].as_array().unwrap().len(), 2);
        let again = KeyRing::open(dir.path()).unwrap();
        assert_eq!(again.signer().unwrap().id, ring.signer().unwrap().id);
        let signature = ring.sign_link("upload", "x");
        assert!(again.link_is_signed("upload", "x", &signature));
        assert!(
            !again.link_is_signed("digest", "x", &signature)
                && !again.link_is_signed("upload", "y", &signature)
        );
        let key = dir.path().join(LINKS);
        let mut mode = fs::metadata(&key).unwrap().permissions();
        std::os::unix::fs::PermissionsExt::set_mode(&mut mode, 0o644);
        fs::set_permissions(&key, mode).unwrap();
        assert!(matches!(KeyRing::open(dir.path()), Err(KeyRingError::Open { .. })));
    }
}
