//! Ids as the outside sees them: opaque text that carries the kind, and a check against typing errors.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::id::Id;
use uuid::Uuid;

use crate::store::{Aggregate, Kind};

/// A global id that does not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Not one of ours.
    #[error("this is no id of this server: copy it as it was given")]
    Form,
    /// An id of another kind.
    #[error("this is the id of a {found}; here the id of a {wanted} is asked for")]
    Kind {
        /// What it is.
        found: &'static str,
        /// What it must be.
        wanted: &'static str,
    },
}

const KINDS: [(Kind, u8); 23] = [
    (Kind::Organisation, b'o'),
    (Kind::Project, b'p'),
    (Kind::Mandate, b'm'),
    (Kind::City, b'c'),
    (Kind::SavedSearch, b's'),
    (Kind::Capability, b'n'),
    (Kind::Verification, b'v'),
    (Kind::ScreeningHit, b'h'),
    (Kind::ImportJob, b'j'),
    (Kind::Document, b'd'),
    (Kind::Person, b'a'),
    (Kind::Membership, b'b'),
    (Kind::Invitation, b'i'),
    (Kind::Session, b'e'),
    (Kind::ApiKey, b'k'),
    (Kind::Upload, b'u'),
    (Kind::Introduction, b't'),
    (Kind::Partnership, b'w'),
    (Kind::DemonstrationArea, b'x'),
    (Kind::ExchangeEvent, b'f'),
    (Kind::EventRegistration, b'r'),
    (Kind::Meeting, b'g'),
    (Kind::DigestSubscription, b'l'),
];

/// The kind whose table has a name.
pub fn kind_of_table(table: &str) -> Option<Kind> {
    KINDS.iter().map(|(kind, _)| *kind).find(|kind| kind.table() == table)
}

/// A kind and a UUID as one opaque text.
pub fn encode(kind: Kind, uuid: Uuid) -> String {
    let letter = KINDS.iter().find(|(known, _)| *known == kind).map_or(b'?', |(_, letter)| *letter);
    let mut bytes = Vec::with_capacity(18);
    bytes.push(letter);
    bytes.extend_from_slice(uuid.as_bytes());
    bytes.push(check(&bytes));
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The kind and the UUID of an opaque text.
///
/// # Errors
/// It is not one of ours, or was mistyped.
pub fn decode(text: &str) -> Result<(Kind, Uuid), IdError> {
    if text.len() > 64 {
        return Err(IdError::Form);
    }
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| IdError::Form)?;
    let (sum, body) = bytes.split_last().ok_or(IdError::Form)?;
    let (letter, uuid) = body.split_first().ok_or(IdError::Form)?;
    if check(body) != *sum {
        return Err(IdError::Form);
    }
    let kind = KINDS.iter().find(|(_, known)| known == letter).ok_or(IdError::Form)?.0;
    Ok((kind, Uuid::from_slice(uuid).map_err(|_| IdError::Form)?))
}

/// The typed id of an opaque text.
///
/// # Errors
/// It is not one of ours, or of another kind.
pub fn decode_as<T: Aggregate>(text: &str) -> Result<Id<T>, IdError> {
    let (kind, uuid) = decode(text)?;
    if kind == T::KIND {
        Ok(Id::from_uuid(uuid))
    } else {
        Err(IdError::Kind { found: kind.table(), wanted: T::KIND.table() })
    }
}

/// The opaque text of a typed id.
pub fn encode_as<T: Aggregate>(id: Id<T>) -> String {
    encode(T::KIND, id.uuid())
}

/// CRC-8 (polynomial 0x07): it differs after any change within eight neighbouring bits, and so after any one letter
/// of the text, which has six.
fn check(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0x5A, |sum: u8, byte| {
        (0..8).fold(sum ^ byte, |sum: u8, _| if sum & 0x80 == 0 { sum << 1 } else { (sum << 1) ^ 0x07 })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn ids_round_trip_and_typos_are_found(bits in any::<u128>(), place in 0_usize..24, letter in "[A-Za-z0-9_-]") {
            let uuid = Uuid::from_u128(bits);
            let text = encode(Kind::City, uuid);
            prop_assert_eq!(decode(&text), Ok((Kind::City, uuid)));
            for padded in [format!(" {text}"), format!("{text} "), format!("{text}\n"), format!("{text}=")] {
                prop_assert_eq!(decode(&padded), Err(IdError::Form));
            }
            let mut typo = text.clone();
            typo.replace_range(place..=place, &letter);
            if typo != text {
                prop_assert!(decode(&typo).is_err());
            }
        }

        #[test]
        fn decoding_never_panics(text in ".{0,80}") {
            let _ = decode(&text);
        }
    }
}
