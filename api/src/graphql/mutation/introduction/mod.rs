//! Mutations of introductions.

mod input;

use async_graphql::{Context, Object, Result};
use domain::{introduction::Side, value::Lang};

use super::{aggregate_id, meta, on, payload, seen, settled};
use crate::{
    app::App,
    auth::Actor,
    command::Refusal,
    graphql::object::{IntroductionNode, OrganisationNode},
    introduction::{
        advance, beside,
        express::{self, Expression},
        room,
    },
    server::uploads::DOCUMENTS,
};

use self::input::text;
pub use self::input::{
    AddIntroductionNoteInput, BlockOrganisationInput, ExpressInterestInput, GrantRoomFolderInput,
    InterestAnswersInput, MoveIntroductionInput, OpenRoomDocumentInput, RemoveIntroductionNoteInput,
    SettleNdaInput,
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
