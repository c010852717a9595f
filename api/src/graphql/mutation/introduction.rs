//! Mutations of introductions.

use async_graphql::{Context, ID, InputObject, Object, Result};
use chrono::{DateTime, Utc};
use domain::{
    introduction::{InterestDeclineReason, IntroductionTransition, Move, RoomFolder, Side, ThreeAnswers},
    value::{Lang, Localized},
    vocabulary::Instrument,
};

use super::{aggregate_id, meta, named, on, payload, seen, settled};
use crate::{
    app::App,
    auth::Actor,
    command::{CommandError, Refusal},
    graphql::{
        code::Code,
        input::MoneyInput,
        object::{IntroductionNode, OrganisationNode},
    },
    introduction::{
        advance, beside,
        express::{self, Expression},
        room,
    },
    server::uploads::DOCUMENTS,
};

payload! {
    /// Answer of a mutation of an introduction.
    IntroductionPayload {
        /// The introduction as it is now.
        introduction: IntroductionNode,
    }
}

payload! {
    /// Answer of the opening of a paper in a document room.
    OpenRoomDocumentPayload {
        /// Where its bytes are for the next five minutes.
        url: String,
    }
}

payload! {
    /// Answer of a block.
    BlockPayload {
        /// The organisation that is blocked, or no more.
        organisation: OrganisationNode,
    }
}

/// The three answers of whoever expresses interest, each of at most 2,000 characters.
#[derive(Debug, InputObject)]
pub struct InterestAnswersInput {
    /// The language of the answers, by ISO 639.
    lang: String,
    /// What cooperation is sought.
    cooperation_sought: String,
    /// What is unclear in the other side's record.
    what_is_unclear: String,
    /// Who asks.
    about_us: String,
}

fn lang(path: &str, lang: &str) -> Result<Lang, CommandError> {
    lang.parse().map_err(|error| Refusal::validation(path, error).into())
}

fn text(path: &str, lang: Lang, text: &str) -> Result<Localized, CommandError> {
    Localized::new(lang, text).map_err(|error| Refusal::validation(path, error).into())
}

impl InterestAnswersInput {
    fn parse(&self) -> Result<ThreeAnswers, CommandError> {
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
    project_id: ID,
    /// The mandate that it fits.
    mandate_id: ID,
    /// The three answers.
    answers: InterestAnswersInput,
    /// The same key gives the same answer and one effect.
    idempotency_key: String,
    /// The client's own mark.
    client_mutation_id: Option<String>,
}

/// A named transition of an introduction, with what it takes.
#[derive(Debug, InputObject)]
pub struct MoveIntroductionInput {
    /// Which one.
    introduction_id: ID,
    /// The version at which it was seen.
    expected_version: i32,
    /// The transition.
    transition: Code<IntroductionTransition>,
    /// Why: for DECLINE, END and REFUSE.
    reason: Option<Code<InterestDeclineReason>>,
    /// Private words with a no, the terms of `PROPOSE_TERMS`, the conditions of PLEDGE.
    text: Option<String>,
    /// The language of the words, by ISO 639; en where none is given.
    lang: Option<String>,
    /// The amount of PLEDGE, COMMIT or `CONFIRM_CLOSE`, in the currency of the project's gap; for the last two, where
    /// none is given, what the other side has said or what stands.
    amount: Option<MoneyInput>,
    /// How the money comes, for `CONFIRM_CLOSE`.
    instrument: Option<Code<Instrument>>,
    /// The caller's own documents: the signed one for COMMIT, the evidence for `CONFIRM_CLOSE`.
    document_ids: Option<Vec<ID>>,
    /// The same key gives the same answer and one effect.
    idempotency_key: String,
    /// The client's own mark.
    client_mutation_id: Option<String>,
}

impl MoveIntroductionInput {
    fn parse(&self) -> Result<Move, CommandError> {
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
    introduction_id: ID,
    /// The version at which it was seen.
    expected_version: i32,
    /// Whether the owner waives it; else the caller's side signs.
    #[graphql(default = false)]
    waive: bool,
    /// The same key gives the same answer and one effect.
    idempotency_key: String,
    /// The client's own mark.
    client_mutation_id: Option<String>,
}

/// A folder of a document room that is opened or shut.
#[derive(Debug, InputObject)]
pub struct GrantRoomFolderInput {
    /// Which introduction.
    introduction_id: ID,
    /// The version at which it was seen.
    expected_version: i32,
    /// Which folder.
    folder: Code<RoomFolder>,
    /// Until when it is open, at most 180 days; null shuts it.
    until: Option<DateTime<Utc>>,
    /// The same key gives the same answer and one effect.
    idempotency_key: String,
    /// The client's own mark.
    client_mutation_id: Option<String>,
}

/// A paper of a document room that is opened.
#[derive(Debug, InputObject)]
pub struct OpenRoomDocumentInput {
    /// Which introduction.
    introduction_id: ID,
    /// Which paper.
    document_id: ID,
    /// The same key gives the same answer and one effect.
    idempotency_key: String,
    /// The client's own mark.
    client_mutation_id: Option<String>,
}

/// A note that only the own side sees.
#[derive(Debug, InputObject)]
pub struct AddIntroductionNoteInput {
    /// On which introduction.
    introduction_id: ID,
    /// The words.
    text: String,
    /// The same key gives the same answer and one effect.
    idempotency_key: String,
    /// The client's own mark.
    client_mutation_id: Option<String>,
}

/// A note that goes.
#[derive(Debug, InputObject)]
pub struct RemoveIntroductionNoteInput {
    /// On which introduction.
    introduction_id: ID,
    /// Which note.
    note_id: ID,
    /// The same key gives the same answer and one effect.
    idempotency_key: String,
    /// The client's own mark.
    client_mutation_id: Option<String>,
}

/// A block of an organisation.
#[derive(Debug, InputObject)]
pub struct BlockOrganisationInput {
    /// Which organisation.
    organisation_id: ID,
    /// Whether it is blocked from now on, or no more.
    #[graphql(default = true)]
    blocked: bool,
    /// The same key gives the same answer and one effect.
    idempotency_key: String,
    /// The client's own mark.
    client_mutation_id: Option<String>,
}

/// Mutations of introductions.
#[derive(Debug, Default)]
pub struct IntroductionMutation;

async fn expressed(
    ctx: &Context<'_>,
    operation: &'static str,
    side: Side,
    input: ExpressInterestInput,
) -> Result<IntroductionPayload> {
    let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
    let outcome = async {
        let meta = meta(ctx, operation, &input.idempotency_key, &input)?;
        let expression = Expression {
            side,
            project: aggregate_id("projectId", &input.project_id)?,
            mandate: aggregate_id("mandateId", &input.mandate_id)?,
            answers: input.answers.parse()?,
        };
        express::express(app, actor, &meta, expression).await
    };
    let (done, mut user_errors) = settled(outcome.await)?;
    let introduction = seen(ctx, done, &mut user_errors).await?.map(IntroductionNode);
    Ok(IntroductionPayload { introduction, user_errors, client_mutation_id: input.client_mutation_id })
}

/// Mutations of introductions.
#[Object]
impl IntroductionMutation {
    /// Expresses an investor's interest in a project that passes the gates of one of its mandates. It takes one of the
    /// month's contacts; every answer that the organisation gives brings one back.
    async fn express_interest(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: ExpressInterestInput,
    ) -> Result<IntroductionPayload> {
        expressed(ctx, "expressInterest", Side::Investor, input).await
    }

    /// Invites an investor to a project of the organisation for which the caller acts. It takes one of the month's
    /// contacts.
    async fn invite_investor(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: ExpressInterestInput,
    ) -> Result<IntroductionPayload> {
        expressed(ctx, "inviteInvestor", Side::Owner, input).await
    }

    /// Asks for a transition of an introduction. Which ones there are, and what each still takes, is told by
    /// `availableTransitions`. COMMIT and `CONFIRM_CLOSE` hold when both sides have said the same; CLEAR and REFUSE of a
    /// hold when two officers have.
    async fn move_introduction(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: MoveIntroductionInput,
    ) -> Result<IntroductionPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let outcome = async {
            let meta = meta(ctx, "moveIntroduction", &input.idempotency_key, &input)?;
            let on = on("introductionId", &input.introduction_id, input.expected_version)?;
            advance::advance(app, actor, &meta, on, input.transition.0, input.parse()?).await
        };
        let (done, mut user_errors) = settled(outcome.await)?;
        let introduction = seen(ctx, done, &mut user_errors).await?.map(IntroductionNode);
        Ok(IntroductionPayload { introduction, user_errors, client_mutation_id: input.client_mutation_id })
    }

    /// Signs the confidentiality agreement for the caller's side, or waives it as the owner.
    async fn settle_nda(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: SettleNdaInput,
    ) -> Result<IntroductionPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let outcome = async {
            let meta = meta(ctx, "settleNda", &input.idempotency_key, &input)?;
            let on = on("introductionId", &input.introduction_id, input.expected_version)?;
            room::settle_nda(app, actor, &meta, on, input.waive).await
        };
        let (done, mut user_errors) = settled(outcome.await)?;
        let introduction = seen(ctx, done, &mut user_errors).await?.map(IntroductionNode);
        Ok(IntroductionPayload { introduction, user_errors, client_mutation_id: input.client_mutation_id })
    }

    /// Opens a folder of the document room to the investor until a time, or shuts it; for the owner.
    async fn grant_room_folder(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: GrantRoomFolderInput,
    ) -> Result<IntroductionPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let outcome = async {
            let meta = meta(ctx, "grantRoomFolder", &input.idempotency_key, &input)?;
            let on = on("introductionId", &input.introduction_id, input.expected_version)?;
            room::grant(app, actor, &meta, on, input.folder.0, input.until).await
        };
        let (done, mut user_errors) = settled(outcome.await)?;
        let introduction = seen(ctx, done, &mut user_errors).await?.map(IntroductionNode);
        Ok(IntroductionPayload { introduction, user_errors, client_mutation_id: input.client_mutation_id })
    }

    /// Gives an address at which a paper of the document room is for five minutes, and notes who asked for it.
    async fn open_room_document(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: OpenRoomDocumentInput,
    ) -> Result<OpenRoomDocumentPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let outcome = async {
            let meta = meta(ctx, "openRoomDocument", &input.idempotency_key, &input)?;
            let introduction = aggregate_id("introductionId", &input.introduction_id)?;
            let document = aggregate_id("documentId", &input.document_id)?;
            room::open_paper(app, actor, &meta, introduction, document).await
        };
        let (done, user_errors) = settled(outcome.await)?;
        let url = done.map(|address| format!("{}{DOCUMENTS}/{address}", app.auth.public_url));
        Ok(OpenRoomDocumentPayload { url, user_errors, client_mutation_id: input.client_mutation_id })
    }

    /// Writes a note on an introduction that only the own side sees.
    async fn add_introduction_note(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: AddIntroductionNoteInput,
    ) -> Result<IntroductionPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let outcome = async {
            let meta = meta(ctx, "addIntroductionNote", &input.idempotency_key, &input)?;
            let introduction = aggregate_id("introductionId", &input.introduction_id)?;
            let words = text("text", Lang::EN, &input.text)?;
            beside::note(app, actor, &meta, introduction, words).await
        };
        let (done, mut user_errors) = settled(outcome.await)?;
        let introduction = seen(ctx, done, &mut user_errors).await?.map(IntroductionNode);
        Ok(IntroductionPayload { introduction, user_errors, client_mutation_id: input.client_mutation_id })
    }

    /// Takes a note of the own side away.
    async fn remove_introduction_note(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: RemoveIntroductionNoteInput,
    ) -> Result<IntroductionPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let outcome = async {
            let meta = meta(ctx, "removeIntroductionNote", &input.idempotency_key, &input)?;
            let introduction = aggregate_id("introductionId", &input.introduction_id)?;
            let missing = |_| Refusal::validation("noteId", "give the id of the note as it was given");
            let note = uuid::Uuid::parse_str(input.note_id.as_str()).map_err(missing)?;
            beside::remove_note(app, actor, &meta, introduction, note).await
        };
        let (done, mut user_errors) = settled(outcome.await)?;
        let introduction = seen(ctx, done, &mut user_errors).await?.map(IntroductionNode);
        Ok(IntroductionPayload { introduction, user_errors, client_mutation_id: input.client_mutation_id })
    }

    /// Blocks an organisation: while it stands neither is matched with the other, and neither can express interest in
    /// the other. It is not told: what is shut by it is 'not available', as for other reasons. Of a listing that keeps
    /// its owner back the owner's block counts, and the investor's does not: it would tell whose the listing is.
    async fn block_organisation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: BlockOrganisationInput,
    ) -> Result<BlockPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let outcome = async {
            let meta = meta(ctx, "blockOrganisation", &input.idempotency_key, &input)?;
            let organisation = aggregate_id("organisationId", &input.organisation_id)?;
            beside::block(app, actor, &meta, organisation, input.blocked).await
        };
        let (done, mut user_errors) = settled(outcome.await)?;
        let organisation = seen(ctx, done, &mut user_errors).await?.map(OrganisationNode);
        Ok(BlockPayload { organisation, user_errors, client_mutation_id: input.client_mutation_id })
    }
}
