//! Cursors: the place of a row in the total order, bound to the question that was asked and to the policy.

use std::{cmp::Reverse, hash::Hasher};

use async_graphql::Error;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use matcher::rank::RankKey;

use super::error::{ErrorCode, client_error};

/// A fingerprint of a question: all arguments but the page. A cursor of another question is refused.
pub fn question(parts: &[&str]) -> u32 {
    // FNV-1a, so that a cursor reads the same in every process.
    struct Fnv(u32);
    impl Hasher for Fnv {
        fn finish(&self) -> u64 {
            u64::from(self.0)
        }
        fn write(&mut self, bytes: &[u8]) {
            for byte in bytes {
                self.0 = (self.0 ^ u32::from(*byte)).wrapping_mul(0x0100_0193);
            }
        }
    }
    let mut hasher = Fnv(0x811C_9DC5);
    for part in parts {
        hasher.write(part.as_bytes());
        hasher.write(&[0x1F]);
    }
    hasher.0
}

/// A place as opaque text.
pub fn encode(question: u32, key: &RankKey) -> String {
    let mut bytes = Vec::with_capacity(32);
    for number in [question, key.primary, key.coverage, key.fresh] {
        bytes.extend_from_slice(&number.to_be_bytes());
    }
    bytes.extend_from_slice(&key.id.0.to_be_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The place of an opaque text.
///
/// # Errors
/// It is no cursor, or one of another question.
pub fn decode(question: u32, text: &str) -> Result<RankKey, Error> {
    let refused = |message: &str| client_error(ErrorCode::Validation, Some("after"), message);
    let bytes = (text.len() <= 64).then(|| URL_SAFE_NO_PAD.decode(text).ok()).flatten().unwrap_or_default();
    let number = |place: usize| {
        bytes.get(place..place.saturating_add(4)).and_then(|b| b.try_into().ok()).map(u32::from_be_bytes)
    };
    let id = bytes.get(16..).and_then(|b| b.try_into().ok()).map(u128::from_be_bytes);
    let (Some(asked), Some(primary), Some(coverage), Some(fresh), Some(id)) =
        (number(0), number(4), number(8), number(12), id)
    else {
        return Err(refused("This is no cursor of this server: use pageInfo.endCursor as it was given."));
    };
    if asked != question {
        return Err(refused(
            "This cursor belongs to another question: keep all arguments but the page the same.",
        ));
    }
    Ok(RankKey { primary, coverage, fresh, id: Reverse(id) })
}

/// A page's size.
///
/// # Errors
/// Not 1 to 100.
pub fn page_size(first: i32) -> Result<usize, Error> {
    usize::try_from(first)
        .ok()
        .filter(|first| (1..=100).contains(first))
        .ok_or_else(|| client_error(ErrorCode::Validation, Some("first"), "A page has 1 to 100 rows."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn cursors_round_trip_and_are_bound(q in any::<u32>(), p in any::<u32>(), c in any::<u32>(), f in any::<u32>(), id in any::<u128>()) {
            let key = RankKey { primary: p, coverage: c, fresh: f, id: Reverse(id) };
            let text = encode(q, &key);
            prop_assert_eq!(decode(q, &text).unwrap(), key);
            prop_assert!(decode(q.wrapping_add(1), &text).is_err());
        }

        #[test]
        fn decoding_never_panics(text in ".{0,80}") {
            prop_assert!(decode(7, &text).is_err());
        }
    }
}
