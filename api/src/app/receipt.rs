//! Receipts of scores as signed files: made for a holder, and checked offline.
//!
//! The envelope carries the receipt, its signature, the public half of the key, and the name of its salts. Whose key it
//! is, the envelope cannot prove by itself: a checker holds it against the keys that the issuer publishes.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{
    city::City, disclosure::ListingField, mandate::Mandate, organisation::Organisation, project::Project,
};
use jsonwebtoken::{Algorithm, DecodingKey, crypto};
use matcher::{
    Catalog, Interval, Policy,
    gate::{Outcome, city, investment},
    rank::{evaluate, evaluate_city},
    receipt::{
        CitySubject, InvestmentSubject, Issue, Receipt, ReceiptError, Verdict, city_receipt,
        investment_receipt, verify,
    },
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{App, AppError};
use crate::{auth::key_ring::KeyRing, id::encode_as, store::Stored, visible::Visible};

/// The most bytes of a receipt that is read.
pub const MAX_BYTES: usize = 256 * 1_024;
/// What the salts of hidden facts are derived for.
const SALTS: &str = "receipt salts";

/// A receipt with its signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedReceipt {
    /// The receipt.
    pub receipt: Receipt,
    /// By which name the issuer finds the salts of hidden facts again.
    pub salts: String,
    /// The public half of the key, as a JSON Web Key of the members `alg`, `crv`, `kid`, `kty`, `use` and `x`.
    pub key: Value,
    /// Ed25519 over [`Receipt::signed_bytes`], a line feed and the name of the salts, in base64url.
    pub signature: String,
}

/// What is signed: the receipt, and by which name the salts are found. The key is named in the receipt.
fn to_sign(receipt: &Receipt, salts: &str) -> Result<Vec<u8>, ReceiptError> {
    let mut bytes = receipt.signed_bytes()?;
    bytes.push(b'\n');
    bytes.extend_from_slice(salts.as_bytes());
    Ok(bytes)
}

/// A key in the one form in which a receipt carries it (RFC 8037), so that not one character of it can be another.
fn public_half(kid: &str, x: &str) -> Value {
    serde_json::json!({"alg": "EdDSA", "crv": "Ed25519", "kid": kid, "kty": "OKP", "use": "sig", "x": x})
}

/// What a check of a file found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// The signature is that of the key which the file names.
    pub signature: bool,
    /// Whether that key is one of those which the checker knows of the issuer; none where the checker knows none.
    pub key_known: Option<bool>,
    /// What was computed again.
    pub verdict: Verdict,
    /// The receipt.
    pub receipt: Receipt,
}

impl Checked {
    /// Whether nothing speaks against it, as far as it could be computed. Anybody can sign with a key of one's own: a
    /// key that is none of the issuer's speaks against it.
    pub fn holds(&self) -> bool {
        self.signature && self.key_known != Some(false) && self.verdict.holds()
    }
}

fn stale(error: &ReceiptError) -> AppError {
    match error {
        // The records are newer than the catalog, which follows within a second.
        ReceiptError::Score => AppError::Overloaded,
        other => {
            tracing::error!(error = %other, "a receipt cannot be made");
            AppError::Failed
        }
    }
}

/// Signs a receipt.
fn signed(keys: &KeyRing, receipt: Receipt, salts: String) -> Result<SignedReceipt, AppError> {
    let signer = keys.verifier(&receipt.key).ok_or(AppError::Failed)?;
    let bytes = to_sign(&receipt, &salts).map_err(|error| stale(&error))?;
    let signature = crypto::sign(&bytes, &signer.encoding, Algorithm::EdDSA).map_err(|_| AppError::Failed)?;
    let jwks = keys.jwks();
    let all = jwks.get("keys").and_then(Value::as_array);
    let key =
        all.into_iter().flatten().find(|key| key.get("kid").and_then(Value::as_str) == Some(&receipt.key));
    let x = key.and_then(|key| key.get("x")?.as_str()).ok_or(AppError::Failed)?;
    let key = public_half(&receipt.key, x);
    Ok(SignedReceipt { receipt, salts, key, signature })
}

/// What an issue takes beside the facts.
struct Issuer<'a> {
    keys: &'a KeyRing,
    key: String,
    salts: String,
}

impl<'a> Issuer<'a> {
    fn new(keys: &'a KeyRing) -> Result<Self, AppError> {
        let key = keys.signer().ok_or(AppError::Failed)?.id.clone();
        Ok(Self { keys, key, salts: uuid::Uuid::new_v4().simple().to_string() })
    }

    fn salt(&self, name: &str) -> String {
        self.keys.sign_link(SALTS, &format!("{}:{name}", self.salts))
    }
}

fn named<G>(gates: &[G], answers: &[Outcome], key: impl Fn(&G) -> &'static str) -> Vec<(String, String)> {
    let code = |outcome: &Outcome| outcome.code().to_owned();
    gates.iter().zip(answers).map(|(gate, answer)| (key(gate).to_owned(), code(answer))).collect()
}

/// The receipt of two cities, whose facts are in public.
///
/// # Errors
/// There is no such city, or its record is newer than the catalog, which follows within a second.
pub fn of_cities(app: &App, a: &Stored<City>, b: &Stored<City>) -> Result<SignedReceipt, AppError> {
    let snapshot = app.ranking.snapshot();
    let catalog: &Catalog = &snapshot.catalog;
    let row = |id| catalog.cities().get(id).ok_or(AppError::NotFound { what: "city" });
    let pair = catalog.city_pair(row(a.id)?, row(b.id)?);
    let policy = Policy::current();
    let mutual: Interval = evaluate_city(&policy, &policy, &pair).mutual;
    let issuer = Issuer::new(&app.auth.keys)?;
    let issue = Issue {
        subjects: [encode_as(a.id), encode_as(b.id)],
        policy: &policy,
        model: None,
        key: issuer.key.clone(),
        gates: named(&city::Gate::ALL, &city::answers(&pair), |gate| gate.key()),
        visible: &|_| true,
        salt: &|name| issuer.salt(name),
        mutual,
    };
    let subject = CitySubject { a: &a.value, b: &b.value, catalog };
    let receipt = city_receipt(&subject, &issue).map_err(|error| stale(&error))?;
    signed(&app.auth.keys, receipt, issuer.salts)
}

/// The stored records of a match.
#[derive(Debug)]
pub struct MatchRecords<'a> {
    /// The mandate.
    pub mandate: &'a Stored<Mandate>,
    /// Whose it is.
    pub investor: &'a Stored<Organisation>,
    /// The project, as far as its holder sees it.
    pub project: &'a Visible<Project>,
    /// Whose it is.
    pub owner: &'a Stored<Organisation>,
    /// Whether the holder is of the investor's people.
    pub inside: bool,
    /// Whether blocks part the two for the holder: for the people of either.
    pub parted: bool,
}

/// The receipt of a mandate and a project for a holder, who sees by value what the listing shows.
///
/// # Errors
/// One of them is not ranked, or its record is newer than the catalog, which follows within a second.
pub fn of_match(app: &App, records: &MatchRecords<'_>) -> Result<SignedReceipt, AppError> {
    let snapshot = app.ranking.snapshot_for(records.parted);
    let catalog: &Catalog = &snapshot.catalog;
    let mandate = catalog.mandates().get(records.mandate.id).ok_or(AppError::NotFound { what: "mandate" })?;
    let project = catalog.projects().get(records.project.id).ok_or(AppError::NotFound { what: "project" })?;
    let pair = catalog.pair(mandate, project).ok_or(AppError::NotFound { what: "project" })?;
    let policy = Policy::current();
    let mutual = evaluate(&policy, &pair).mutual;
    let issuer = Issuer::new(&app.auth.keys)?;
    let shows = |fields: &[ListingField]| fields.iter().all(|field| records.project.shows(*field));
    let scored = shows(&ListingField::SCORED);
    let visible = |name: &str| match name {
        "project.flags" => scored && shows(&[ListingField::Flags]),
        "project.readiness" => scored && shows(&[ListingField::Evidence]),
        "project.locations" => scored && shows(&[ListingField::City, ListingField::Position]),
        // What is told of the owner tells who it is.
        name if name.starts_with("project.") || name.starts_with("owner.") => scored,
        // What an investor financed, and when, is its own affair; others see counts.
        "investor.deals" => records.inside,
        // Whether the two are in twinned cities tells of the project's.
        "world.twinned" | "world.countries" => scored,
        _ => true,
    };
    let issue = Issue {
        subjects: [encode_as(records.mandate.id), encode_as(records.project.id)],
        policy: &policy,
        model: None,
        key: issuer.key.clone(),
        gates: if scored {
            named(&investment::Gate::ALL, &investment::answers(&pair), |gate| gate.key())
        } else {
            Vec::new()
        },
        visible: &visible,
        salt: &|name| issuer.salt(name),
        mutual,
    };
    let subject = InvestmentSubject {
        mandate: &records.mandate.value,
        investor: &records.investor.value,
        project: &records.project.value,
        owner: &records.owner.value,
        catalog,
    };
    let receipt = investment_receipt(&subject, &issue).map_err(|error| stale(&error))?;
    signed(&app.auth.keys, receipt, issuer.salts)
}

/// Checks a file: its signature, and all that can be computed again. `known` are keys of the issuer, as a JSON Web Key
/// Set; none where the checker has none of them.
///
/// # Errors
/// The text is no receipt, or its facts do not hold together.
pub fn check(text: &str, known: Option<&Value>) -> Result<Checked, AppError> {
    let wrong = |message: String| AppError::argument("receipt", message);
    if text.len() > MAX_BYTES {
        return Err(wrong(format!("a receipt has at most {MAX_BYTES} bytes")));
    }
    let file: SignedReceipt =
        serde_json::from_str(text).map_err(|error| wrong(format!("this is no receipt: {error}")))?;
    // The inner text is read again, so that its format is looked at.
    let inner = serde_json::to_string(&file.receipt).map_err(|_| AppError::Failed)?;
    let receipt = Receipt::read(&inner).map_err(|error| wrong(error.to_string()))?;
    let part = |key: &Value, name: &str| key.get(name).and_then(Value::as_str).map(str::to_owned);
    let is_it = |key: &Value| part(key, "kid").as_deref() == Some(receipt.key.as_str());
    let keys = known.and_then(|known| known.get("keys")).and_then(Value::as_array);
    let ours = keys.into_iter().flatten().find(|key| is_it(key));
    // A key that is known goes before the one that the file brings along, which has to be the same.
    let x = part(ours.unwrap_or(&file.key), "x").unwrap_or_default();
    let decoding = DecodingKey::from_ed_components(&x).ok();
    let bytes = to_sign(&receipt, &file.salts).map_err(|error| wrong(error.to_string()))?;
    let is_base64 = URL_SAFE_NO_PAD.decode(&file.signature).is_ok();
    let signature = is_base64
        && file.key == public_half(&receipt.key, &x)
        && decoding.is_some_and(|key| {
            crypto::verify(&file.signature, &bytes, &key, Algorithm::EdDSA).unwrap_or(false)
        });
    let verdict = verify(&receipt).map_err(|error| wrong(error.to_string()))?;
    Ok(Checked { signature, key_known: known.map(|_| ours.is_some()), verdict, receipt })
}
