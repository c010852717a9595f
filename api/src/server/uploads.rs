//! The routes that take and give files: to a signed address, from the person to whom it was given; and from one, for
//! some minutes, to whoever was shown it.

use axum::{
    Json, Router,
    body::{Body, to_bytes},
    extract::{Path, State},
    http::{StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
    routing::{get, put},
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;

use super::{layers, request_id::RequestId};
use crate::{
    app::App,
    auth::{Actor, AuthFailure, authenticate},
    command::{CommandError, UserErrorCode},
    graphql::error::ErrorCode,
    id::encode,
    registry::{
        document,
        upload::{self, MAX_BYTES},
    },
    store::Kind,
};

/// Path of the route; the last part is a signed id.
pub const UPLOADS: &str = "/uploads";

/// Path of the route that gives documents; the last part is a signed id.
pub const DOCUMENTS: &str = "/documents";

/// The routes.
pub fn route(app: App) -> Router {
    Router::new()
        .route(&format!("{UPLOADS}/{{address}}"), put(receive))
        .route(&format!("{DOCUMENTS}/{{address}}"), get(give))
        .with_state(app)
}

/// Gives a document as a file to be saved: a browser shows nothing of it here, and runs nothing.
async fn give(State(app): State<App>, Path(address): Path<String>, parts: Parts) -> Response {
    let id = RequestId::of(&parts.extensions);
    let (document, bytes) = match document::fetch(&app, &address).await {
        Ok(found) => found,
        Err(error) => return failure(error, &id),
    };
    let name = utf8_percent_encode(document.file_name.as_str(), NON_ALPHANUMERIC);
    // RFC 6266, the extended form alone: the name is UTF-8 and nothing of it ends the header.
    let disposition = format!("attachment; filename*=UTF-8''{name}");
    let headers = [
        (header::CONTENT_TYPE, document.media_type),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox".to_owned()),
    ];
    (headers, bytes).into_response()
}

async fn receive(State(app): State<App>, Path(address): Path<String>, parts: Parts, body: Body) -> Response {
    let id = RequestId::of(&parts.extensions);
    let refused = |code: ErrorCode| layers::answer(code, &id);
    let actor: Actor = match authenticate(&app.store, &app.auth, &parts.headers).await {
        Ok(actor) => actor,
        Err(AuthFailure::Unauthenticated) => return refused(ErrorCode::Unauthenticated),
        Err(AuthFailure::NoSuchOrganisation) => return refused(ErrorCode::NotFound),
        Err(AuthFailure::Store(error)) => {
            tracing::error!(error = ?error, "nobody can be authenticated");
            return refused(ErrorCode::Internal);
        }
    };
    // Nothing is read of a file that nobody waits for.
    if let Err(error) = upload::expected(&app, &actor, &address).await {
        return failure(error, &id);
    }
    let Ok(bytes) = to_bytes(body, MAX_BYTES).await else { return refused(ErrorCode::PayloadTooLarge) };
    match upload::receive(&app, &actor, &address, bytes.into()).await {
        Ok(row) => Json(json!({
            "uploadId": encode(Kind::Upload, row.id),
            "fileName": row.file_name,
            "mediaType": row.media_type,
            "bytes": row.bytes,
            "sha256": row.sha256,
        }))
        .into_response(),
        Err(error) => failure(error, &id),
    }
}

/// A refusal as the API writes them, with the status that fits it.
fn failure(error: CommandError, id: &RequestId) -> Response {
    match error {
        CommandError::Unauthenticated => layers::answer(ErrorCode::Unauthenticated, id),
        CommandError::Overloaded => layers::answer(ErrorCode::Overloaded, id),
        CommandError::Refused(refusals) => {
            let code = refusals.first().map(|refusal| refusal.code);
            let status = match code {
                Some(UserErrorCode::NotFound) => return layers::answer(ErrorCode::NotFound, id),
                Some(UserErrorCode::NotPermitted) => StatusCode::FORBIDDEN,
                Some(UserErrorCode::Duplicate) => StatusCode::CONFLICT,
                Some(UserErrorCode::RateLimited) => StatusCode::TOO_MANY_REQUESTS,
                _ => StatusCode::UNPROCESSABLE_ENTITY,
            };
            let errors: Vec<_> = refusals
                .iter()
                .map(|refusal| {
                    let code = async_graphql::resolver_utils::enum_value(refusal.code).to_string();
                    json!({"code": code, "path": refusal.path, "message": refusal.message})
                })
                .collect();
            (status, Json(json!({"errors": errors}))).into_response()
        }
        CommandError::Store(error) => {
            tracing::error!(error = ?error, "a file could not be kept");
            layers::answer(ErrorCode::Internal, id)
        }
        CommandError::File(error) => {
            tracing::error!(error = ?error, "a file on disk could not be kept or read");
            layers::answer(ErrorCode::Internal, id)
        }
        CommandError::Failed => layers::answer(ErrorCode::Internal, id),
    }
}
