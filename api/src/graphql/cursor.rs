//! Cursors: the place of a row in the total order, bound to the question that was asked and to the policy.

use std::cmp::Reverse;

use async_graphql::Error;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use matcher::rank::RankKey;
use sha2::{Digest, Sha256};

use super::error::{ErrorCode, client_error};

/// A fingerprint of a question, and of the policy that it is asked under. A cursor of another one is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Question {
    asked: u32,
    policy: u32,
}

/// The first bytes of a hash that is the same in every process.
fn fingerprint<'a>(parts: impl IntoIterator<Item = &'a str>) -> u32 {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().first_chunk::<4>().map_or(0, |bytes| u32::from_be_bytes(*bytes))
}

impl Question {
    /// A question: all arguments but the page.
    pub fn new(parts: &[&str]) -> Self {
        Self { asked: fingerprint(parts.iter().copied()), policy: 0 }
    }

    /// The same question under the policy in force.
    #[must_use]
    pub fn ranked(self) -> Self {
        Self { policy: fingerprint([matcher::Policy::current().hash().as_str()]), ..self }
    }

    /// The question as a number, for ids of answers.
    pub const fn number(self) -> u64 {
        (self.asked as u64) << 32 | self.policy as u64
    }

    /// A place as opaque text.
    pub fn encode(self, key: &RankKey) -> String {
        let mut bytes = Vec::with_capacity(36);
        for number in [self.asked, self.policy, key.primary, key.coverage, key.fresh] {
            bytes.extend_from_slice(&number.to_be_bytes());
        }
        bytes.extend_from_slice(&key.id.0.to_be_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The place of an opaque text.
    ///
    /// # Errors
    /// It is no cursor, or one of another question or policy.
    pub fn decode(self, text: &str) -> Result<RankKey, Error> {
        let refused = |message: &str| client_error(ErrorCode::Validation, Some("after"), message);
        let bytes =
            (text.len() <= 64).then(|| URL_SAFE_NO_PAD.decode(text).ok()).flatten().unwrap_or_default();
        let number = |place: usize| {
            bytes.get(place..place.saturating_add(4)).and_then(|b| b.try_into().ok()).map(u32::from_be_bytes)
        };
        let id = bytes.get(20..).and_then(|b| b.try_into().ok()).map(u128::from_be_bytes);
        let (Some(asked), Some(policy), Some(primary), Some(coverage), Some(fresh), Some(id)) =
            (number(0), number(4), number(8), number(12), number(16), id)
        else {
            return Err(refused(
                "This is no cursor of this server: give pageInfo.endCursor as it was given.",
            ));
        };
        if asked != self.asked {
            let message = "This cursor belongs to another query: keep all arguments but first and after.";
            return Err(refused(message));
        }
        if policy != self.policy {
            let message = "This cursor was made under another ranking policy: begin again without after.";
            return Err(refused(message));
        }
        Ok(RankKey { primary, coverage, fresh, id: Reverse(id) })
    }

    /// The place of an optional cursor.
    ///
    /// # Errors
    /// As [`Self::decode`].
    pub fn after(self, after: Option<&String>) -> Result<Option<RankKey>, Error> {
        after.map(|after| self.decode(after)).transpose()
    }
}

/// Rows of a page where nothing is said.
pub const DEFAULT_PAGE: i32 = 20;

/// A page's size; null counts as not given.
///
/// # Errors
/// Not 1 to 100.
pub fn page_size(first: Option<i32>) -> Result<usize, Error> {
    usize::try_from(first.unwrap_or(DEFAULT_PAGE))
        .ok()
        .filter(|first| (1..=100).contains(first))
        .ok_or_else(|| client_error(ErrorCode::Validation, Some("first"), "A page has 1 to 100 rows."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_cursor_of_another_policy_says_so() {
        let question = Question::new(&["opportunities"]).ranked();
        let old = Question { policy: question.policy.wrapping_add(1), ..question };
        let key = RankKey { primary: 1, coverage: 2, fresh: 3, id: Reverse(4) };
        assert!(question.decode(&old.encode(&key)).unwrap_err().message.contains("policy"));
        assert_ne!(Question::new(&["ab", "c"]), Question::new(&["a", "bc"]));
    }

    proptest! {
        #[test]
        fn cursors_round_trip_and_are_bound(asked in any::<u32>(), policy in any::<u32>(), p in any::<u32>(), c in any::<u32>(), f in any::<u32>(), id in any::<u128>()) {
            let key = RankKey { primary: p, coverage: c, fresh: f, id: Reverse(id) };
            let question = Question { asked, policy };
            let text = question.encode(&key);
            prop_assert_eq!(question.decode(&text).unwrap(), key);
            let other = Question { asked: asked.wrapping_add(1), policy };
            prop_assert!(other.decode(&text).is_err());
        }

        #[test]
        fn decoding_never_panics(text in ".{0,80}") {
            prop_assert!(Question::new(&["7"]).decode(&text).is_err());
        }
    }
}
