//! Passwords: what is taken, and how they are kept.
//!
//! Length counts and rules of composition do not (SP 800-63B-4): at least 15 characters, or 8 where a second factor
//! stands beside it; any character; never cut. Refused is what a guesser tries first: known passwords, words of the
//! place such as the person's name, repetitions and rows of the keyboard, as an estimator of guesses finds them.

use std::sync::Arc;

use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization;

use super::secret::random;

/// Fewest characters of a password that stands alone.
pub const MIN_CHARS: usize = 15;

/// Most bytes of a password; nothing is ever cut.
pub const MAX_BYTES: usize = 1_024;

/// Fewest guesses that a password must withstand, as a power of ten.
const MIN_GUESSES_LOG10: f64 = 10.0;

/// Characters that the estimator looks at; it takes long for more, and they only add.
const ESTIMATED_CHARS: usize = 64;

/// Fewest characters that stand beside words of the place.
const MIN_REST: usize = 8;

/// Words that stand near everybody here.
const PLACE: [&str; 6] = ["caravanserai", "password", "investor", "twinning", "mandate", "silkroad"];

/// Why a password is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WeakPassword {
    /// Too short.
    #[error("a password has at least {MIN_CHARS} characters")]
    Short,
    /// Too long.
    #[error("a password has at most {MAX_BYTES} bytes")]
    Long,
    /// Guessed at once.
    #[error(
        "this password is among the first that a guesser tries: use several words that do not belong together, without your name, address or organisation"
    )]
    Guessable,
}

/// Why a password could not be hashed or compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HashingFailed {
    /// Too many wait already.
    #[error("too many passwords wait to be hashed")]
    Busy,
    /// The hash does not read, or there is no randomness.
    #[error("a password could not be hashed")]
    Failed,
}

/// Refuses what a guesser tries first. `context` holds the person's own words: name, address, organisation.
///
/// # Errors
/// The password is too short, too long, or guessable.
pub fn check(password: &str, context: &[&str]) -> Result<(), WeakPassword> {
    if password.len() > MAX_BYTES {
        return Err(WeakPassword::Long);
    }
    if password.chars().count() < MIN_CHARS {
        return Err(WeakPassword::Short);
    }
    let head: String = password.chars().take(ESTIMATED_CHARS).collect();
    let words = context.iter().flat_map(|words| words.split(|c: char| !c.is_alphanumeric()));
    let words: Vec<&str> = words.chain(PLACE).filter(|word| word.chars().count() > 2).collect();
    // What is left when the words of the place are taken out must be something by itself.
    let mut rest = password.to_lowercase();
    for word in words.iter().filter(|word| word.chars().count() > 3) {
        rest = rest.replace(&word.to_lowercase(), "");
    }
    if rest.chars().count() < MIN_REST {
        return Err(WeakPassword::Guessable);
    }
    if zxcvbn::zxcvbn(&head, &words).guesses_log10() < MIN_GUESSES_LOG10 {
        return Err(WeakPassword::Guessable);
    }
    Ok(())
}

/// Hashes and compares passwords away from the threads that answer requests, few at a time.
///
/// To compare is to sign in, or to show the password again: it has a place and a turn that hashing cannot take, so that
/// nobody stops sign-in by setting passwords or registering.
#[derive(Debug, Clone)]
pub struct Passwords {
    turns: Arc<Semaphore>,
    comparing: Line,
    hashing: Line,
}

/// Those who wait for one kind of work.
#[derive(Debug, Clone)]
struct Line {
    /// Places of those who wait or work.
    places: Arc<Semaphore>,
    /// Turns that the kind may have at once.
    turns: Arc<Semaphore>,
}

impl Line {
    fn new(places: usize, turns: usize) -> Self {
        Self { places: Arc::new(Semaphore::new(places)), turns: Arc::new(Semaphore::new(turns)) }
    }
}

/// Passwords that are hashed at once; each takes its memory and a core.
const AT_ONCE: usize = 2;
/// Of them, those that may be hashed; the others are for comparing.
const HASHED_AT_ONCE: usize = 1;
/// Passwords that may wait to be compared.
const WAITING: usize = 64;
/// Passwords that may wait to be hashed.
const HASHES_WAITING: usize = 16;

impl Default for Passwords {
    fn default() -> Self {
        Self::new()
    }
}

impl Passwords {
    /// A bounded place to hash.
    pub fn new() -> Self {
        Self {
            turns: Arc::new(Semaphore::new(AT_ONCE)),
            comparing: Line::new(WAITING, AT_ONCE),
            hashing: Line::new(HASHES_WAITING, HASHED_AT_ONCE),
        }
    }

    /// The hash of a password as a PHC string.
    ///
    /// # Errors
    /// Too many wait, or there is no randomness.
    pub async fn hash(&self, password: String) -> Result<String, HashingFailed> {
        self.run(&self.hashing, move || {
            let mut salt = [0_u8; 16];
            random(&mut salt).map_err(|_| HashingFailed::Failed)?;
            let hash = hasher()?.hash_password_with_salt(&normalised(&password), &salt);
            Ok(hash.map_err(|_| HashingFailed::Failed)?.to_string())
        })
        .await
    }

    /// Whether a password is the one of a hash. Without a hash the same work is done, and the answer is no: how
    /// long it takes does not tell whether there is an account.
    ///
    /// # Errors
    /// Too many wait.
    pub async fn verify(&self, password: String, hash: Option<String>) -> Result<bool, HashingFailed> {
        self.run(&self.comparing, move || {
            let bytes = normalised(&password);
            if let Some(hash) = hash {
                return Ok(hasher()?.verify_password(&bytes, hash.as_str()).is_ok());
            }
            let done = hasher()?.hash_password_with_salt(&bytes, b"nobody has this salt");
            done.map_err(|_| HashingFailed::Failed)?;
            Ok(false)
        })
        .await
    }

    async fn run<R: Send + 'static>(
        &self,
        line: &Line,
        work: impl FnOnce() -> Result<R, HashingFailed> + Send + 'static,
    ) -> Result<R, HashingFailed> {
        let _place = line.places.try_acquire().map_err(|_| HashingFailed::Busy)?;
        // First the turn of the kind, so that in the line for a core there stands at most one that hashes.
        let of_kind = Arc::clone(&line.turns).acquire_owned().await.map_err(|_| HashingFailed::Failed)?;
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(|_| HashingFailed::Failed)?;
        // Both go back when the work is done, also where nobody waits for it any more.
        let work = move || {
            let result = work();
            drop((turn, of_kind));
            result
        };
        tokio::task::spawn_blocking(work).await.map_err(|_| HashingFailed::Failed)?
    }
}

/// Argon2id with 19 MiB, two passes and one lane: the floor of OWASP's password storage sheet.
fn hasher() -> Result<Argon2<'static>, HashingFailed> {
    let params = Params::new(19 * 1024, 2, 1, None).map_err(|_| HashingFailed::Failed)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// One form of what can be typed in several (NFC); case and spaces count.
fn normalised(password: &str) -> Vec<u8> {
    password.nfc().collect::<String>().into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_guesser_tries_first_is_refused_and_length_is_taken() {
        let context = ["Ana Jovanović", "ana@noviomagus.example", "Noviomagus Fund"];
        assert_eq!(check("Ab1!xyz", &context), Err(WeakPassword::Short));
        for weak in [
            "password1234567",
            "qwertyuiopasdfgh",
            "aaaaaaaaaaaaaaaaaaaa",
            "NoviomagusFund2026!!",
            "CaravanseraiCaravanserai",
            "123456789012345678",
            "passwordpassword",
        ] {
            assert_eq!(check(weak, &context), Err(WeakPassword::Guessable), "{weak}");
        }
        for good in [
            "violet tram orbits seven",
            "correct horse battery staple lamp",
            "шелковый путь через горы и реки",
        ] {
            assert_eq!(check(good, &context), Ok(()), "{good}");
        }
        assert_eq!(check(&"é ".repeat(600), &context), Err(WeakPassword::Long));
    }

    #[tokio::test]
    async fn who_hashes_takes_no_turn_and_no_place_of_who_compares() {
        let passwords = Passwords::new();
        let hash = passwords.hash("violet tram orbits seven".to_owned()).await.unwrap();
        // More than may wait at all, as of somebody who wants to stop sign-in.
        let crowd: Vec<_> = (0..200)
            .map(|number| {
                let passwords = passwords.clone();
                tokio::spawn(async move { passwords.hash(format!("one of a crowd {number}")).await })
            })
            .collect();
        tokio::task::yield_now().await;
        let compared = passwords.verify("violet tram orbits seven".to_owned(), Some(hash)).await;
        assert_eq!(compared, Ok(true));
        let waited = crowd.iter().filter(|one| !one.is_finished()).count();
        assert!(waited > HASHES_WAITING / 2, "comparing waited behind the crowd: {waited} were left");
        let mut refused = 0;
        for one in crowd {
            refused += usize::from(one.await.unwrap() == Err(HashingFailed::Busy));
        }
        assert!(refused >= 200 - HASHES_WAITING * 2, "{refused}");
    }

    #[tokio::test]
    async fn passwords_are_compared_whole_and_in_one_form() {
        let passwords = Passwords::new();
        let long = format!("{}tail one", "p".repeat(72));
        let hash = passwords.hash(long.clone()).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(passwords.verify(long.clone(), Some(hash.clone())).await.unwrap());
        for other in [format!("{}tail two", "p".repeat(72)), long.to_uppercase(), format!(" {long} ")] {
            assert!(!passwords.verify(other, Some(hash.clone())).await.unwrap());
        }
        assert!(!passwords.verify(long, None).await.unwrap());
        let composed = passwords.hash("caf\u{e9} caf\u{e9} caf\u{e9}".to_owned()).await.unwrap();
        assert!(
            passwords.verify("cafe\u{301} cafe\u{301} cafe\u{301}".to_owned(), Some(composed)).await.unwrap()
        );
    }
}
