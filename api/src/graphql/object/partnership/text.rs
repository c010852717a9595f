//! The text of an agreement: its clauses, its versions, what changed between them, and who signed it.

use async_graphql::{Enum, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};
use domain::partnership::{
    AgreementForce, AgreementText, AgreementTier, CitySide, ClauseChange, ClauseFate, Parallel, Piece,
    Signature, SignatureKind, TextVersion,
};

use super::super::{super::code::Code, TextObject, common::global};

/// The text of an agreement.
#[derive(Debug, Clone)]
pub struct AgreementTextObject(pub AgreementText);

/// A clause in parallel languages.
#[derive(Debug, SimpleObject)]
#[graphql(name = "Clause")]
pub struct ClauseObject {
    /// Its key, which stays from version to version.
    key: String,
    /// Heading, once in each language.
    heading: Vec<TextObject>,
    /// What is agreed, once in each language.
    body: Vec<TextObject>,
}

pub(super) fn texts(parallel: &Parallel) -> Vec<TextObject> {
    parallel.iter().map(Into::into).collect()
}

/// The text that two cities negotiate or have signed.
#[Object(name = "AgreementText")]
impl AgreementTextObject {
    /// How close it brings the cities.
    async fn tier(&self) -> Code<AgreementTier> {
        Code(self.0.tier)
    }
    /// After how many months it is over by itself; null where it has no end.
    async fn fixed_term_months(&self) -> Option<u32> {
        self.0.fixed_term_months
    }
    /// Whether it binds.
    async fn force(&self) -> Code<AgreementForce> {
        Code(self.0.force)
    }
    /// Its clauses, in order.
    async fn clauses(&self) -> Vec<ClauseObject> {
        let of = |clause: &domain::partnership::Clause| ClauseObject {
            key: clause.key.clone(),
            heading: texts(&clause.heading),
            body: texts(&clause.body),
        };
        self.0.clauses.iter().map(of).collect()
    }
    /// SHA-256 over its canonical form; what both sides sign.
    async fn hash(&self) -> String {
        self.0.hash().to_string()
    }
}

/// A version of the text that was put forward.
#[derive(Debug, SimpleObject)]
#[graphql(name = "AgreementVersion")]
pub struct VersionObject {
    /// From 1.
    number: u32,
    /// Whose it is.
    by: Code<CitySide>,
    /// When it was put forward.
    at: DateTime<Utc>,
    /// The text.
    text: AgreementTextObject,
}

impl From<&TextVersion> for VersionObject {
    fn from(version: &TextVersion) -> Self {
        Self {
            number: version.number,
            by: Code(version.by),
            at: version.at,
            text: AgreementTextObject(version.text.clone()),
        }
    }
}

/// What became of a clause from one version to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "ClauseFate")]
pub enum ClauseFateCode {
    /// Only in the new text.
    Added,
    /// Only in the old text.
    Removed,
    /// In both, with other words.
    Changed,
    /// In both with the same words, in another order.
    Moved,
}

/// Whether a stretch of text stands in both versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum PieceKind {
    /// In both.
    Same,
    /// Only in the old text.
    Deleted,
    /// Only in the new text.
    Inserted,
}

/// A stretch of text.
#[derive(Debug, SimpleObject)]
#[graphql(name = "TextPiece")]
pub struct PieceObject {
    /// Whether it stands in both versions.
    kind: PieceKind,
    /// The text.
    text: String,
}

/// A heading or a body in one language, old against new.
#[derive(Debug, SimpleObject)]
#[graphql(name = "ClausePartChange")]
pub struct PartObject {
    /// ISO 639 code.
    lang: String,
    /// Whether it is the heading, or the body.
    heading: bool,
    /// The stretches, in order.
    pieces: Vec<PieceObject>,
}

/// What became of one clause.
#[derive(Debug, SimpleObject)]
#[graphql(name = "ClauseChange")]
pub struct ChangeObject {
    /// The clause.
    key: String,
    /// What became of it.
    fate: ClauseFateCode,
    /// Texts that differ.
    parts: Vec<PartObject>,
}

impl From<ClauseChange> for ChangeObject {
    fn from(change: ClauseChange) -> Self {
        let piece = |piece: Piece| match piece {
            Piece::Same(text) => PieceObject { kind: PieceKind::Same, text },
            Piece::Deleted(text) => PieceObject { kind: PieceKind::Deleted, text },
            Piece::Inserted(text) => PieceObject { kind: PieceKind::Inserted, text },
        };
        let parts = change.parts.into_iter().map(|part| PartObject {
            lang: part.lang.to_string(),
            heading: part.heading,
            pieces: part.pieces.into_iter().map(piece).collect(),
        });
        Self { key: change.key, fate: change.fate.into(), parts: parts.collect() }
    }
}

/// A signature on the hash of a text.
#[derive(Debug, SimpleObject)]
#[graphql(name = "AgreementSignature")]
pub struct SignatureObject {
    /// What was signed.
    kind: Code<SignatureKind>,
    /// For which side.
    side: Code<CitySide>,
    /// Name and office of who signed.
    official: String,
    /// The text.
    hash: String,
    /// The signed paper.
    document_id: ID,
    /// When it was recorded.
    at: DateTime<Utc>,
}

impl From<&Signature> for SignatureObject {
    fn from(it: &Signature) -> Self {
        Self {
            kind: Code(it.kind),
            side: Code(it.side),
            official: it.official.to_string(),
            hash: it.hash.to_string(),
            document_id: global(it.document),
            at: it.at,
        }
    }
}
