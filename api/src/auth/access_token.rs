//! Access tokens: JSON Web Tokens signed with Ed25519 (RFC 8725, RFC 9068). They say who, and nothing of what is
//! allowed.

use domain::{account::Person, id::Id};
use jsonwebtoken::{Algorithm, Header, Validation, decode, decode_header, encode};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::key_ring::KeyRing;

/// Seconds that a token lives.
pub const LIFETIME: i64 = 900;

/// For whom tokens are: the API of this server.
const AUDIENCE: &str = "caravanserai-api";
/// What they are; a token of another kind is none.
const TYPE: &str = "at+jwt";
/// Longest token that is looked at, in bytes.
const MAX_BYTES: usize = 2_048;
/// Seconds by which clocks of nodes may differ.
const LEEWAY: i64 = 5;

/// What a token says.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: Uuid,
    sid: Uuid,
    iat: i64,
    nbf: i64,
    exp: i64,
    jti: Uuid,
}

/// A token that is in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified {
    /// Who.
    pub person: Id<Person>,
    /// In which session.
    pub session: Uuid,
    /// When it was made, seconds since 1970, UTC.
    pub issued_at: i64,
}

/// A token that is not in order; why is nobody's business.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the token is not valid")]
pub struct InvalidToken;

/// Makes a token.
///
/// # Errors
/// There is no key.
pub fn issue(
    keys: &KeyRing,
    issuer: &str,
    person: Id<Person>,
    session: Uuid,
    now: i64,
) -> Result<String, InvalidToken> {
    let key = keys.signer().ok_or(InvalidToken)?;
    let mut header = Header::new(Algorithm::EdDSA);
    header.typ = Some(TYPE.to_owned());
    header.kid = Some(key.id.clone());
    let claims = Claims {
        iss: issuer.to_owned(),
        aud: AUDIENCE.to_owned(),
        sub: person.uuid(),
        sid: session,
        iat: now,
        nbf: now,
        exp: now.saturating_add(LIFETIME),
        jti: Uuid::new_v4(),
    };
    encode(&header, &claims, &key.encoding).map_err(|_| InvalidToken)
}

/// Checks a token: one algorithm, one type, a key of ours, its issuer, audience and times. Keys that a token brings
/// along or points to are not looked at.
///
/// # Errors
/// Anything is not in order.
pub fn verify(keys: &KeyRing, issuer: &str, token: &str, now: i64) -> Result<Verified, InvalidToken> {
    if token.len() > MAX_BYTES {
        return Err(InvalidToken);
    }
    let header = decode_header(token).map_err(|_| InvalidToken)?;
    if header.alg != Algorithm::EdDSA || header.typ.as_deref() != Some(TYPE) {
        return Err(InvalidToken);
    }
    let key = header.kid.and_then(|kid| keys.verifier(&kid)).ok_or(InvalidToken)?;
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.set_audience(&[AUDIENCE]);
    validation.set_issuer(&[issuer]);
    validation.set_required_spec_claims(&["exp", "nbf", "aud", "iss", "sub"]);
    // The times are compared below, with the clock that is given.
    validation.validate_exp = false;
    let claims = decode::<Claims>(token, &key.decoding, &validation).map_err(|_| InvalidToken)?.claims;
    let life = claims.exp.checked_sub(claims.iat).ok_or(InvalidToken)?;
    let latest = now.saturating_add(LEEWAY);
    let in_time = claims.nbf <= latest
        && claims.iat <= latest
        && now.saturating_sub(LEEWAY) < claims.exp
        && (1..=LIFETIME).contains(&life);
    if in_time {
        Ok(Verified { person: Id::from_uuid(claims.sub), session: claims.sid, issued_at: claims.iat })
    } else {
        Err(InvalidToken)
    }
}

#[cfg(test)]
mod tests {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    use proptest::prelude::*;

    use super::*;

    const ISSUER: &str = "https://caravanserai.example";
    const NOW: i64 = 1_790_000_000;

    fn ring() -> (tempfile::TempDir, KeyRing) {
        let dir = tempfile::tempdir().unwrap();
        let ring = KeyRing::open(dir.path()).unwrap();
        (dir, ring)
    }

    #[test]
    fn a_token_is_good_for_its_time_issuer_and_key() {
        let (_dir, ring) = ring();
        let person = Id::from_uuid(Uuid::now_v7());
        let session = Uuid::now_v7();
        let token = issue(&ring, ISSUER, person, session, NOW).unwrap();
        let verified = verify(&ring, ISSUER, &token, NOW).unwrap();
        assert_eq!(verified, Verified { person, session, issued_at: NOW });
        assert!(verify(&ring, ISSUER, &token, NOW + LIFETIME + LEEWAY - 1).is_ok());
        for (issuer, now) in
            [(ISSUER, NOW + LIFETIME + LEEWAY), (ISSUER, NOW - 60), ("https://evil.example", NOW)]
        {
            assert!(verify(&ring, issuer, &token, now).is_err());
        }
        ring.rotate().unwrap();
        assert!(verify(&ring, ISSUER, &token, NOW).is_ok(), "the last key is live");
        ring.rotate().unwrap();
        assert!(verify(&ring, ISSUER, &token, NOW).is_err(), "the one before it is not");
    }

    #[test]
    fn other_algorithms_types_and_parts_are_none() {
        let (_dir, ring) = ring();
        let token = issue(&ring, ISSUER, Id::from_uuid(Uuid::now_v7()), Uuid::now_v7(), NOW).unwrap();
        let parts: Vec<&str> = token.split('.').collect();
        let kid = ring.signer().unwrap().id.clone();
        for header in [
            r#"{"alg":"none","typ":"at+jwt"}"#.to_owned(),
            format!(r#"{{"alg":"HS256","typ":"at+jwt","kid":"{kid}"}}"#),
            format!(r#"{{"alg":"EdDSA","typ":"JWT","kid":"{kid}"}}"#),
            r#"{"alg":"EdDSA","typ":"at+jwt","kid":"../../dev/null"}"#.to_owned(),
        ] {
            let forged = format!("{}.{}.{}", URL_SAFE_NO_PAD.encode(header), parts[1], parts[2]);
            assert!(verify(&ring, ISSUER, &forged, NOW).is_err());
        }
        for cut in
            [format!("{}.{}.", parts[0], parts[1]), format!("{}.{}", parts[0], parts[1]), String::new()]
        {
            assert!(verify(&ring, ISSUER, &cut, NOW).is_err());
        }
    }

    proptest! {
        #[test]
        fn nothing_made_up_is_taken(text in "[A-Za-z0-9_.-]{0,200}") {
            let (_dir, ring) = ring();
            prop_assert!(verify(&ring, ISSUER, &text, NOW).is_err());
        }
    }
}
