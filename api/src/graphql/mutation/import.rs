//! Mutations of files and imports.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use domain::{
    document::UploadPurpose,
    import_job::{ImportMode, ImportedKind},
};

use super::{account_id, aggregate_id, meta, payload, seen, settled};
use crate::{
    app::App,
    auth::Actor,
    command::Refusal,
    graphql::{
        code::Code,
        object::{ImportJobNode, me::time, number},
    },
    id::encode,
    registry::{
        import::{self, Wanted},
        upload,
    },
    server::uploads::UPLOADS,
    store::Kind,
};

/// An address to which one file can be sent.
#[derive(Debug, SimpleObject)]
pub struct UploadTicket {
    /// Id of the file, for `startImport` and `uploadDocument`.
    upload_id: ID,
    /// Where its bytes go, by `PUT`, with the same `Authorization` as here.
    url: String,
    /// Until when.
    expires_at: DateTime<Utc>,
    /// Most bytes of the file.
    max_bytes: i64,
}

payload! {
    /// Answer of a request to hand a file in.
    RequestUploadPayload {
        /// Where the file goes.
        upload: UploadTicket,
    }
}

payload! {
    /// Answer of a mutation of an import.
    ImportJobPayload {
        /// The import as it is now.
        import_job: ImportJobNode,
    }
}

/// A file that is to be handed in.
#[derive(Debug, InputObject)]
pub struct RequestUploadInput {
    /// Its name; for people alone, the kind is told from the bytes.
    file_name: String,
    /// What it is for; to be imported where it is not given.
    purpose: Option<Code<UploadPurpose>>,
    /// The same key gives the same answer and one effect.
    idempotency_key: String,
    /// The client's own mark.
    client_mutation_id: Option<String>,
}

/// An import that is asked for.
#[derive(Debug, InputObject)]
pub struct StartImportInput {
    /// The file that was handed in: CSV, TSV or XLSX, with the columns that `api/demo/README.md` lists for the kind
    /// but those that are the platform's to say, such as owner, state and source.
    upload_id: ID,
    /// What it holds.
    kind: Code<ImportedKind>,
    /// What becomes of a file with wrong rows; all rows or none where it is not given.
    mode: Option<Code<ImportMode>>,
    /// Only say what would be done; so it is where it is not given.
    dry_run: Option<bool>,
    /// The same key gives the same answer and one effect.
    idempotency_key: String,
    /// The client's own mark.
    client_mutation_id: Option<String>,
}

/// An import that is to stop.
#[derive(Debug, InputObject)]
pub struct CancelImportInput {
    /// Which one.
    import_job_id: ID,
    /// The same key gives the same answer and one effect.
    idempotency_key: String,
    /// The client's own mark.
    client_mutation_id: Option<String>,
}

/// Mutations of files and imports.
#[derive(Debug, Default)]
pub struct ImportMutation;

/// Mutations of files and imports.
#[Object]
impl ImportMutation {
    /// Asks where a file can be sent, for the organisation for which the caller acts.
    async fn request_upload(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: RequestUploadInput,
    ) -> Result<RequestUploadPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let outcome = async {
            let meta = meta(ctx, "requestUpload", &input.idempotency_key, &input)?;
            let name = upload::file_name(&input.file_name)
                .map_err(|error| Refusal::validation("fileName", error))?;
            let purpose = input.purpose.map_or(UploadPurpose::Import, |code| code.0);
            upload::request(app, actor, &meta, purpose, name).await
        };
        let (done, user_errors) = settled(outcome.await)?;
        let upload = done.map(|ticket| UploadTicket {
            upload_id: ID(encode(Kind::Upload, ticket.id)),
            url: format!("{}{UPLOADS}/{}", app.auth.public_url, ticket.signed),
            expires_at: time(ticket.expires_at),
            max_bytes: number(upload::MAX_BYTES as u64),
        });
        Ok(RequestUploadPayload { upload, user_errors, client_mutation_id: input.client_mutation_id })
    }

    /// Imports a file of the organisation's own records: projects come in as drafts, a record with a known key is
    /// changed as if by hand. Ask for a dry run first.
    async fn start_import(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: StartImportInput,
    ) -> Result<ImportJobPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let outcome = async {
            let meta = meta(ctx, "startImport", &input.idempotency_key, &input)?;
            let wanted = Wanted {
                upload: account_id(Kind::Upload, "uploadId", &input.upload_id)?,
                kind: input.kind.0,
                mode: input.mode.map_or(ImportMode::Whole, |code| code.0),
                dry_run: input.dry_run.unwrap_or(true),
            };
            import::start(app, actor, &meta, wanted).await
        };
        let (done, mut user_errors) = settled(outcome.await)?;
        let import_job = seen(ctx, done, &mut user_errors).await?.map(ImportJobNode);
        Ok(ImportJobPayload { import_job, user_errors, client_mutation_id: input.client_mutation_id })
    }

    /// Stops an import; rows that are done stay.
    async fn cancel_import(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: CancelImportInput,
    ) -> Result<ImportJobPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let outcome = async {
            let meta = meta(ctx, "cancelImport", &input.idempotency_key, &input)?;
            let id = aggregate_id("importJobId", &input.import_job_id)?;
            import::cancel(app, actor, &meta, id).await
        };
        let (done, mut user_errors) = settled(outcome.await)?;
        let import_job = seen(ctx, done, &mut user_errors).await?.map(ImportJobNode);
        Ok(ImportJobPayload { import_job, user_errors, client_mutation_id: input.client_mutation_id })
    }
}
