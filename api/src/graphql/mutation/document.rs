//! Mutations of documents.

use async_graphql::{Context, ID, InputObject, Object, Result};
use domain::{introduction::RoomFolder, value::SingleLine};

use super::{account_id, aggregate_id, meta, payload, settled};
use crate::{
    app::App, auth::Actor, command::Refusal, graphql::code::Code, id::encode_as, registry::document,
    store::Kind,
};

payload! {
    /// Answer of a mutation of a document.
    DocumentPayload {
        /// Id of the document, which `documents` of the listing or of the organisation shows.
        document_id: ID,
    }
}

/// A file that becomes a document.
#[derive(Debug, InputObject)]
pub struct UploadDocumentInput {
    /// The file that was handed in, as a DOCUMENT: PDF, PNG, JPEG, XLSX or text.
    upload_id: ID,
    /// What it is, in a line.
    title: String,
    /// The listing whose it is; none for the organisation for which the caller acts.
    project_id: Option<ID>,
    /// The folder of the listing's document rooms in which it lies; the overview where none is named.
    folder: Option<Code<RoomFolder>>,
    /// The same key gives the same answer and one effect.
    idempotency_key: String,
    /// The client's own mark.
    client_mutation_id: Option<String>,
}

/// A document that goes.
#[derive(Debug, InputObject)]
pub struct RemoveDocumentInput {
    /// Which one.
    document_id: ID,
    /// The same key gives the same answer and one effect.
    idempotency_key: String,
    /// The client's own mark.
    client_mutation_id: Option<String>,
}

/// Mutations of documents.
#[derive(Debug, Default)]
pub struct DocumentMutation;

/// Mutations of documents.
#[Object]
impl DocumentMutation {
    /// Makes a file that was handed in a document of a listing or of an organisation.
    async fn upload_document(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: UploadDocumentInput,
    ) -> Result<DocumentPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let outcome = async {
            let meta = meta(ctx, "uploadDocument", &input.idempotency_key, &input)?;
            let file = account_id(Kind::Upload, "uploadId", &input.upload_id)?;
            let title = SingleLine::new(&input.title).map_err(|error| Refusal::validation("title", error))?;
            let project = input.project_id.as_ref().map(|id| aggregate_id("projectId", id)).transpose()?;
            let place = document::Place { project, folder: input.folder.map(|folder| folder.0) };
            document::attach(app, actor, &meta, file, title, place).await
        };
        let (done, user_errors) = settled(outcome.await)?;
        let document_id = done.map(|id| ID(encode_as(id)));
        Ok(DocumentPayload { document_id, user_errors, client_mutation_id: input.client_mutation_id })
    }

    /// Takes a document away; what lies with a reviewer keeps its documents.
    async fn remove_document(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: RemoveDocumentInput,
    ) -> Result<DocumentPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let outcome = async {
            let meta = meta(ctx, "removeDocument", &input.idempotency_key, &input)?;
            let id = aggregate_id("documentId", &input.document_id)?;
            document::remove(app, actor, &meta, id).await
        };
        let (done, user_errors) = settled(outcome.await)?;
        let document_id = done.map(|id| ID(encode_as(id)));
        Ok(DocumentPayload { document_id, user_errors, client_mutation_id: input.client_mutation_id })
    }
}
