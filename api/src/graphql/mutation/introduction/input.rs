//! Inputs of mutations of introductions.

use async_graphql::{ID, InputObject, Result};
use chrono::{DateTime, Utc};
use domain::{
    introduction::{InterestDeclineReason, IntroductionTransition, Move, RoomFolder, ThreeAnswers},
    value::{Lang, Localized},
    vocabulary::Instrument,
};

use super::super::{aggregate_id, named};
use crate::{
    command::{CommandError, Refusal},
    graphql::{code::Code, input::MoneyInput},
};

/// The three answers of whoever expresses interest, each of at most 2,000 characters.
#[derive(Debug, InputObject)]
pub struct InterestAnswersInput {
    /// The language of the answers, by ISO 639.
    pub(super) lang: String,
    /// What cooperation is sought.
    pub(super) cooperation_sought: String,
    /// What is unclear in the other side's record.
    pub(super) what_is_unclear: String,
    /// Who asks.
    pub(super) about_us: String,
}

pub(super) fn lang(path: &str, lang: &str) -> Result<Lang, CommandError> {
    lang.parse().map_err(|error| Refusal::validation(path, error).into())
}

pub(super) fn text(path: &str, lang: Lang, text: &str) -> Result<Localized, CommandError> {
    Localized::new(lang, text).map_err(|error| Refusal::validation(path, error).into())
}

impl InterestAnswersInput {
    pub(super) fn parse(&self) -> Result<ThreeAnswers, CommandError> {
        let lang = lang("answers.lang", &self.lang)?;
        Ok(ThreeAnswers::new(
            text("answers.cooperationSought", lang, &self.cooperation_sought)?,
            text("answers.whatIsUnclear", lang, &self.what_is_unclear)?,
            text("answers.aboutUs", lang, &self.about_us)?,
        )?)
    }
}

/// Interest of an investor in a project, or an invitation of an investor by a project's owner.
#[derive(Debug, InputObject)]
pub struct ExpressInterestInput {
    /// The project.
    pub(super) project_id: ID,
    /// The mandate that it fits.
    pub(super) mandate_id: ID,
    /// The three answers.
    pub(super) answers: InterestAnswersInput,
    /// The same key gives the same answer and one effect.
    pub(super) idempotency_key: String,
    /// The client's own mark.
    pub(super) client_mutation_id: Option<String>,
}

/// A named transition of an introduction, with what it takes.
#[derive(Debug, InputObject)]
pub struct MoveIntroductionInput {
    /// Which one.
    pub(super) introduction_id: ID,
    /// The version at which it was seen.
    pub(super) expected_version: i32,
    /// The transition.
    pub(super) transition: Code<IntroductionTransition>,
    /// Why: for DECLINE, END and REFUSE.
    pub(super) reason: Option<Code<InterestDeclineReason>>,
    /// Private words with a no, the terms of `PROPOSE_TERMS`, the conditions of PLEDGE.
    pub(super) text: Option<String>,
    /// The language of the words, by ISO 639; en where none is given.
    pub(super) lang: Option<String>,
    /// The amount of PLEDGE, COMMIT or `CONFIRM_CLOSE`, in the currency of the project's gap; for the last two, where
    /// none is given, what the other side has said or what stands.
    pub(super) amount: Option<MoneyInput>,
    /// How the money comes, for `CONFIRM_CLOSE`.
    pub(super) instrument: Option<Code<Instrument>>,
    /// The caller's own documents: the signed one for COMMIT, the evidence for `CONFIRM_CLOSE`.
    pub(super) document_ids: Option<Vec<ID>>,
    /// The same key gives the same answer and one effect.
    pub(super) idempotency_key: String,
    /// The client's own mark.
    pub(super) client_mutation_id: Option<String>,
}

impl MoveIntroductionInput {
    pub(super) fn parse(&self) -> Result<Move, CommandError> {
        let lang = lang("lang", self.lang.as_deref().unwrap_or("en"))?;
        let ids = self.document_ids.as_deref().unwrap_or_default();
        Ok(Move {
            reason: self.reason.map(|reason| reason.0),
            text: self.text.as_ref().map(|words| text("text", lang, words)).transpose()?,
            amount: self.amount.as_ref().map(|amount| amount.parse("amount")).transpose().map_err(named)?,
            instrument: self.instrument.map(|instrument| instrument.0),
            documents: ids.iter().map(|id| aggregate_id("documentIds", id)).collect::<Result<_, _>>()?,
        })
    }
}

/// The confidentiality agreement of an introduction.
#[derive(Debug, InputObject)]
pub struct SettleNdaInput {
    /// Which introduction.
    pub(super) introduction_id: ID,
    /// The version at which it was seen.
    pub(super) expected_version: i32,
    /// Whether the owner waives it; else the caller's side signs.
    #[graphql(default = false)]
    pub(super) waive: bool,
    /// The same key gives the same answer and one effect.
    pub(super) idempotency_key: String,
    /// The client's own mark.
    pub(super) client_mutation_id: Option<String>,
}

/// A folder of a document room that is opened or shut.
#[derive(Debug, InputObject)]
pub struct GrantRoomFolderInput {
    /// Which introduction.
    pub(super) introduction_id: ID,
    /// The version at which it was seen.
    pub(super) expected_version: i32,
    /// Which folder.
    pub(super) folder: Code<RoomFolder>,
    /// Until when it is open, at most 180 days; null shuts it.
    pub(super) until: Option<DateTime<Utc>>,
    /// The same key gives the same answer and one effect.
    pub(super) idempotency_key: String,
    /// The client's own mark.
    pub(super) client_mutation_id: Option<String>,
}

/// A paper of a document room that is opened.
#[derive(Debug, InputObject)]
pub struct OpenRoomDocumentInput {
    /// Which introduction.
    pub(super) introduction_id: ID,
    /// Which paper.
    pub(super) document_id: ID,
    /// The same key gives the same answer and one effect.
    pub(super) idempotency_key: String,
    /// The client's own mark.
    pub(super) client_mutation_id: Option<String>,
}

/// A note that only the own side sees.
#[derive(Debug, InputObject)]
pub struct AddIntroductionNoteInput {
    /// On which introduction.
    pub(super) introduction_id: ID,
    /// The words.
    pub(super) text: String,
    /// The same key gives the same answer and one effect.
    pub(super) idempotency_key: String,
    /// The client's own mark.
    pub(super) client_mutation_id: Option<String>,
}

/// A note that goes.
#[derive(Debug, InputObject)]
pub struct RemoveIntroductionNoteInput {
    /// On which introduction.
    pub(super) introduction_id: ID,
    /// Which note.
    pub(super) note_id: ID,
    /// The same key gives the same answer and one effect.
    pub(super) idempotency_key: String,
    /// The client's own mark.
    pub(super) client_mutation_id: Option<String>,
}

/// A block of an organisation.
#[derive(Debug, InputObject)]
pub struct BlockOrganisationInput {
    /// Which organisation.
    pub(super) organisation_id: ID,
    /// Whether it is blocked from now on, or no more.
    #[graphql(default = true)]
    pub(super) blocked: bool,
    /// The same key gives the same answer and one effect.
    pub(super) idempotency_key: String,
    /// The client's own mark.
    pub(super) client_mutation_id: Option<String>,
}
