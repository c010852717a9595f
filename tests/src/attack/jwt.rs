//! Forged access tokens, from a true one and a description of what is wrong with them.
//!
//! The description is what stands behind `jwt:` in a case: `header={alg:none}, claims=alice, sig=''`. A list of keys
//! makes several forgeries; the case is then run once with each.

use aws_lc_rs::{
    hmac,
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair},
};
use base64::{Engine, engine::general_purpose::STANDARD, engine::general_purpose::URL_SAFE_NO_PAD as B64};
use serde_json::{Map, Value, json};

use super::spec;

/// A token taken apart.
#[derive(Debug, Clone)]
pub struct Token {
    /// Header.
    pub header: Map<String, Value>,
    /// Claims.
    pub claims: Map<String, Value>,
    /// The three parts as they were written.
    pub parts: [String; 3],
}

impl Token {
    /// Takes a token apart without a look at its signature.
    ///
    /// # Errors
    /// It has not three parts of JSON, JSON and signature.
    pub fn read(text: &str) -> Result<Self, String> {
        let parts: Vec<&str> = text.split('.').collect();
        let [header, claims, signature] = parts.as_slice() else {
            return Err("an access token is no signed token of three parts".to_owned());
        };
        let object = |part: &str| -> Result<Map<String, Value>, String> {
            let bytes = B64.decode(part).map_err(|error| error.to_string())?;
            serde_json::from_slice(&bytes).map_err(|error| error.to_string())
        };
        Ok(Self {
            header: object(header)?,
            claims: object(claims)?,
            parts: [(*header).to_owned(), (*claims).to_owned(), (*signature).to_owned()],
        })
    }
}

/// What a forger has.
pub struct Forge<'a> {
    /// True tokens by the name of whose they are; the first one is the usual victim's.
    pub tokens: &'a dyn Fn(&str) -> Option<Token>,
    /// The first key of the server's published set (an object of a JWKS); null where none is published.
    pub public_key: &'a Value,
    /// The server's own private key (PKCS #8), where the runner may read it: it makes tokens that are wrong in their
    /// claims alone.
    pub private_key: Option<&'a [u8]>,
    /// Seconds since 1970.
    pub now: i64,
    /// Which of several keys to take; counted round.
    pub variant: usize,
}

/// A forgery and how many variants its description has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forged {
    /// The token.
    pub token: String,
    /// Number of variants, at least 1.
    pub variants: usize,
    /// Whether the signature is the server's own, so that only the claims are wrong.
    pub truly_signed: bool,
}

/// With what a token is signed.
enum Key {
    Shared(Vec<u8>),
    Attacker,
    Server,
}

/// Makes the token that a description asks for.
///
/// # Errors
/// A part of the description is not understood, or a true token that it starts from is not there.
pub fn forge(description: &str, forge: &Forge<'_>) -> Result<Forged, String> {
    let parts = spec::read(description)?;
    let mut base = "alice".to_owned();
    let (mut header, mut claims, mut removed) = (Map::new(), Map::new(), Vec::new());
    let (mut keys, mut signature) = (Vec::new(), None);
    for (name, value) in parts {
        match (name.as_str(), value) {
            ("header", Value::Object(map)) => header.extend(map),
            ("claims" | "payload", Value::Object(map)) => claims.extend(map),
            ("claims" | "payload", Value::String(who)) => {
                who.trim_start_matches("tok.").clone_into(&mut base);
            }
            ("key", Value::Array(list)) => keys.extend(list),
            ("key", one) => keys.push(one),
            ("alg" | "kid" | "typ", value) => {
                header.insert(name, value);
            }
            ("sig" | "signature", value) => signature = Some(value),
            ("without" | "drop" | "remove" | "missing", Value::Array(list)) => removed.extend(list),
            ("without" | "drop" | "remove" | "missing", one) => removed.push(one),
            (other, _) => return Err(format!("a part of a token that is not known: {other}")),
        }
    }
    let token = (forge.tokens)(&base).ok_or_else(|| format!("no access token of {base}"))?;
    let mut variants = keys.len().max(1);
    let mut key = match keys.get(forge.variant.checked_rem(keys.len().max(1)).unwrap_or_default()) {
        None if forge.private_key.is_some() => Key::Server,
        None => Key::Attacker,
        Some(Value::String(name)) => match name.as_str() {
            "attacker" | "other" | "foreign" => Key::Attacker,
            "server" | "own" => Key::Server,
            name if name.starts_with("public_key") => {
                let forms = public_forms(forge.public_key);
                variants = forms.len().max(1);
                let which = forge.variant.checked_rem(variants).unwrap_or_default();
                Key::Shared(forms.into_iter().nth(which).ok_or("the server publishes no key")?)
            }
            text => Key::Shared(text.as_bytes().to_vec()),
        },
        Some(other) => return Err(format!("a key that is not known: {other}")),
    };
    if forge.private_key.is_none() && matches!(key, Key::Server) {
        key = Key::Attacker;
    }
    let mut full = token.header.clone();
    if matches!(key, Key::Shared(_)) && !header.contains_key("alg") {
        full.insert("alg".to_owned(), json!("HS256"));
    }
    full.extend(header);
    if full.get("jwk").is_some_and(|jwk| !jwk.is_object()) {
        full.insert("jwk".to_owned(), attacker().jwk(full.get("alg").and_then(Value::as_str)));
    }
    let mut all = token.claims.clone();
    for (name, value) in claims {
        let known = value.as_str().filter(|_| name == "sub").and_then(|who| (forge.tokens)(who));
        let value = known.and_then(|token| token.claims.get("sub").cloned()).unwrap_or(value);
        all.insert(name, spec::at(&value, forge.now));
    }
    for name in removed.iter().filter_map(Value::as_str) {
        all.remove(name);
        full.remove(name);
    }
    let truly_signed = matches!(key, Key::Server);
    let signed = format!(
        "{}.{}",
        B64.encode(Value::Object(full.clone()).to_string()),
        B64.encode(Value::Object(all).to_string())
    );
    let signature = match signature {
        Some(Value::String(text)) if text.starts_with("tok.") => {
            let [_, _, signature] = (forge.tokens)(&text[4..]).ok_or_else(|| format!("no {text}"))?.parts;
            signature
        }
        Some(Value::String(text)) => text,
        Some(_) => String::new(),
        None if full
            .get("alg")
            .and_then(Value::as_str)
            .is_some_and(|alg| alg.eq_ignore_ascii_case("none")) =>
        {
            String::new()
        }
        None => B64.encode(sign(&signed, &key, full.get("alg").and_then(Value::as_str), forge.private_key)?),
    };
    Ok(Forged { token: format!("{signed}.{signature}"), variants, truly_signed })
}

/// Parts of several true tokens as one: `payload=tok.bob, sig=tok.alice`.
///
/// # Errors
/// A part is not known, or a token is not there.
pub fn mix(description: &str, tokens: &dyn Fn(&str) -> Option<Token>) -> Result<String, String> {
    let mut parts = [None, None, None];
    for (name, value) in spec::read(description)? {
        let at = match name.as_str() {
            "header" => 0,
            "payload" | "claims" => 1,
            "sig" | "signature" => 2,
            other => return Err(format!("a part of a token that is not known: {other}")),
        };
        let who = value.as_str().map(|text| text.trim_start_matches("tok.").to_owned()).unwrap_or_default();
        parts[at] = Some(tokens(&who).ok_or_else(|| format!("no access token of {who}"))?.parts[at].clone());
        if at == 1 && parts[0].is_none() {
            parts[0] = tokens(&who).map(|token| token.parts[0].clone());
        }
    }
    let [Some(header), Some(payload), Some(signature)] = parts else {
        return Err("a mixed token needs a payload and a signature".to_owned());
    };
    Ok(format!("{header}.{payload}.{signature}"))
}

fn sign(text: &str, key: &Key, alg: Option<&str>, private: Option<&[u8]>) -> Result<Vec<u8>, String> {
    match key {
        Key::Shared(secret) => {
            let algorithm = match alg {
                Some("HS384") => hmac::HMAC_SHA384,
                Some("HS512") => hmac::HMAC_SHA512,
                _ => hmac::HMAC_SHA256,
            };
            Ok(hmac::sign(&hmac::Key::new(algorithm, secret), text.as_bytes()).as_ref().to_vec())
        }
        Key::Server => {
            let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(private.unwrap_or_default());
            let pair = pair.map_err(|_| "the server's key is no Ed25519 key in PKCS #8".to_owned())?;
            Ok(pair.sign(text.as_bytes()).as_ref().to_vec())
        }
        Key::Attacker if alg == Some("ES256") => {
            let signed = attacker().ecdsa.sign(&SystemRandom::new(), text.as_bytes());
            signed.map(|signature| signature.as_ref().to_vec()).map_err(|error| error.to_string())
        }
        Key::Attacker => Ok(attacker().ed25519.sign(text.as_bytes()).as_ref().to_vec()),
    }
}

/// Keys that the server has never seen, made once a run.
struct Attacker {
    ed25519: Ed25519KeyPair,
    ecdsa: EcdsaKeyPair,
}

fn attacker() -> &'static Attacker {
    static KEYS: std::sync::OnceLock<Attacker> = std::sync::OnceLock::new();
    KEYS.get_or_init(|| Attacker {
        ed25519: Ed25519KeyPair::generate().expect("a key"),
        ecdsa: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key"),
    })
}

impl Attacker {
    fn jwk(&self, alg: Option<&str>) -> Value {
        if alg == Some("ES256") {
            // The point uncompressed: 04, x, y.
            let point = self.ecdsa.public_key().as_ref();
            let coordinate =
                |from: usize| B64.encode(point.get(from..from.saturating_add(32)).unwrap_or_default());
            return json!({"kty": "EC", "crv": "P-256", "x": coordinate(1), "y": coordinate(33)});
        }
        json!({"kty": "OKP", "crv": "Ed25519", "x": B64.encode(self.ed25519.public_key().as_ref())})
    }
}

/// The published key in every form in which a server may have it at hand as bytes: PEM with and without the last
/// line break, DER, the bare key, its encoding, the JSON.
fn public_forms(key: &Value) -> Vec<Vec<u8>> {
    /// Head of a `SubjectPublicKeyInfo` of Ed25519 (RFC 8410).
    const HEAD: [u8; 12] = [0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00];
    let Some(encoded) = key["x"].as_str() else { return Vec::new() };
    let bare = B64.decode(encoded).unwrap_or_default();
    let mut der = HEAD.to_vec();
    der.extend(&bare);
    let pem = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", STANDARD.encode(&der));
    let trimmed = pem.trim_end().as_bytes().to_vec();
    vec![pem.into_bytes(), trimmed, der, bare, encoded.as_bytes().to_vec(), key.to_string().into_bytes()]
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};

    use super::*;

    fn token(who: &str) -> Option<Token> {
        let part = |value: Value| B64.encode(value.to_string());
        let header = part(json!({"alg": "EdDSA", "typ": "at+jwt", "kid": "1"}));
        let claims = part(json!({"sub": format!("id-of-{who}"), "exp": 2_000, "aud": "api"}));
        ["alice", "bob"]
            .contains(&who)
            .then(|| Token::read(&format!("{header}.{claims}.sig-of-{who}")).unwrap())
    }

    fn make(description: &str, variant: usize) -> (Forged, Token) {
        let public = json!({"kty": "OKP", "crv": "Ed25519", "x": B64.encode([7; 32])});
        let forged = Forge { tokens: &token, public_key: &public, private_key: None, now: 1_000, variant };
        let made = super::forge(description, &forged).unwrap();
        let read = Token::read(&made.token).unwrap();
        (made, read)
    }

    #[test]
    fn no_algorithm_no_signature() {
        let (made, read) = make("header={alg:none}, claims=alice, sig=''", 0);
        assert!(made.token.ends_with('.'));
        assert_eq!((&read.header["alg"], &read.claims["sub"]), (&json!("none"), &json!("id-of-alice")));
        assert_eq!(read.header["typ"], "at+jwt", "what is not forged stays as it was");
    }

    #[test]
    fn shared_secrets_sign_and_lists_are_variants() {
        for (variant, secret) in ["secret", "changeme", ""].iter().enumerate() {
            let (made, read) = make("claims={role:admin}, key in [secret,changeme,'']", variant);
            assert_eq!(
                (made.variants, &read.header["alg"], &read.claims["role"]),
                (3, &json!("HS256"), &json!("admin"))
            );
            let (signed, signature) = made.token.rsplit_once('.').unwrap();
            let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
            hmac::verify(&key, signed.as_bytes(), &B64.decode(signature).unwrap()).unwrap();
        }
        let (made, _) = make("header={alg:HS256}, key=public_key_pem", 0);
        assert_eq!(made.variants, 6);
        let (_, read) = make("header={kid:'../../../../dev/null'}, key=''", 0);
        assert_eq!(
            (&read.header["kid"], &read.header["alg"]),
            (&json!("../../../../dev/null"), &json!("HS256"))
        );
    }

    #[test]
    fn times_and_types_are_as_described() {
        let (made, read) = make("claims={nbf:now+3600}", 0);
        assert_eq!((&read.claims["nbf"], made.truly_signed), (&json!(4_600), false));
        let (_, read) = make("claims={exp:'9999999999'}", 0);
        assert_eq!(read.claims["exp"], "9999999999");
        let (_, read) = make("claims={exp:1e308, sub:bob}, without=aud", 0);
        assert!(read.claims["exp"].as_f64().unwrap() > 1e300 && !read.claims.contains_key("aud"));
        assert_eq!(read.claims["sub"], "id-of-bob");
    }

    #[test]
    fn a_server_key_makes_a_token_that_is_wrong_in_its_claims_alone() {
        let pair = Ed25519KeyPair::generate().unwrap();
        let pkcs8 = pair.to_pkcs8v1().unwrap();
        let forged = Forge {
            tokens: &token,
            public_key: &Value::Null,
            private_key: Some(pkcs8.as_ref()),
            now: 1_000,
            variant: 0,
        };
        let made = super::forge("claims={aud:other}", &forged).unwrap();
        let (signed, signature) = made.token.rsplit_once('.').unwrap();
        let public = UnparsedPublicKey::new(&ED25519, pair.public_key().as_ref());
        public.verify(signed.as_bytes(), &B64.decode(signature).unwrap()).unwrap();
        assert!(made.truly_signed);
    }

    #[test]
    fn an_embedded_key_is_the_attackers_and_glued_parts_are_glued() {
        let (_, read) = make("header={alg:ES256,jwk:attacker}, key=attacker", 0);
        assert_eq!(
            (&read.header["jwk"]["crv"], B64.decode(&read.parts[2]).unwrap().len()),
            (&json!("P-256"), 64)
        );
        let mixed = mix("payload=tok.bob, sig=tok.alice", &token).unwrap();
        assert!(mixed.ends_with(".sig-of-alice"));
        assert_eq!(Token::read(&mixed).unwrap().claims["sub"], "id-of-bob");
        assert!(mix("payload=tok.carol, sig=tok.alice", &token).is_err());
        let forged =
            Forge { tokens: &token, public_key: &Value::Null, private_key: None, now: 0, variant: 0 };
        assert!(super::forge("heeder={alg:none}", &forged).is_err());
    }
}
