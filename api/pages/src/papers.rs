//! The papers of an organisation: those that it has put on record, and the way to put one there.

use askama::Template;
use axum::{
    Router,
    extract::{DefaultBodyLimit, Multipart, multipart::MultipartError},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use serde::Deserialize;
use serde_json::json;

use crate::{
    account::own_address,
    api::{Failure, UserError},
    desk::Desk,
    form::{Faults, Filled, KEY, TOKEN},
};

/// Most bytes of a form with a file: what the API takes, and room for the other fields.
pub const MAX_BYTES: usize = 11 * 1024 * 1024;

/// The routes. A file is longer than any other form.
pub fn routes() -> Router {
    Router::new().route("/papers", get(shown).post(add)).layer(DefaultBodyLimit::max(MAX_BYTES))
}

#[derive(Debug, Clone, Deserialize)]
struct Paper {
    id: String,
    title: String,
    bytes: i64,
    url: Option<String>,
}

#[derive(Template)]
#[template(path = "account/papers.html")]
struct PapersPage {
    d: Desk,
    papers: Vec<Paper>,
    next: String,
    project: String,
    key: String,
    filled: Filled,
    faults: Faults,
}

async fn page(d: &Desk, filled: Filled, faults: Faults) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    struct Own {
        documents: Vec<Paper>,
    }
    #[derive(Deserialize)]
    struct Answer {
        organisation: Option<Own>,
    }
    let acting = d.signed_in()?.acting().ok_or_else(Failure::not_found)?.id.clone();
    let document = "query Papers($id: ID!) { organisation(id: $id) { documents { id title bytes url } } }";
    let answer: Answer = d.ask(document, json!({ "id": acting })).await?;
    let papers = answer.organisation.ok_or_else(Failure::not_found)?.documents;
    let next = filled.get("next").map(str::to_owned).or_else(|| d.parameter("next")).unwrap_or_default();
    let project =
        filled.get("project").map(str::to_owned).or_else(|| d.parameter("project")).unwrap_or_default();
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    d.page_with(status, &PapersPage { d: d.clone(), papers, next, project, key: d.new_key(), filled, faults })
}

async fn shown(d: Desk) -> Result<Response, Failure> {
    page(&d, Filled::default(), Faults::default()).await
}

/// A file with its name, and the other fields of a form in parts.
async fn parts(mut form: Multipart) -> Result<(Filled, Option<(String, Vec<u8>)>), Failure> {
    let (mut filled, mut file) = (Filled::default(), None);
    let unreadable = |error: MultipartError| {
        if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
            return Failure::of("PAYLOAD_TOO_LARGE");
        }
        let message = "the form cannot be read: give the file a plain name, and send it again".to_owned();
        Failure { message, ..Failure::of("VALIDATION") }
    };
    while let Some(field) = form.next_field().await.map_err(unreadable)? {
        let name = field.name().unwrap_or_default().to_owned();
        match field.file_name().map(str::to_owned) {
            Some(file_name) => {
                let bytes = field.bytes().await.map_err(unreadable)?;
                if !bytes.is_empty() {
                    file = Some((file_name, bytes.to_vec()));
                }
            }
            None => filled = filled.with(&name, field.text().await.map_err(unreadable)?.trim()),
        }
    }
    Ok((filled, file))
}

async fn add(d: Desk, form: Multipart) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Ticket {
        upload_id: String,
        url: String,
    }
    #[derive(Deserialize)]
    struct Asked {
        upload: Ticket,
    }
    #[derive(Deserialize)]
    struct Done {}
    d.signed_in()?;
    let (filled, file) = parts(form).await?;
    if filled.text(TOKEN) != d.form_token() {
        return Err(Failure::of("UNAUTHENTICATED"));
    }
    let wrong = |message: &str| {
        Faults(vec![UserError {
            code: "VALIDATION".to_owned(),
            path: vec!["file".to_owned()],
            message: message.to_owned(),
        }])
    };
    let Some((file_name, bytes)) = file else {
        return page(&d, filled, wrong("choose a file")).await;
    };
    let key = filled.text(KEY);
    let input = json!({ "fileName": file_name, "purpose": "DOCUMENT", "idempotencyKey": format!("{key}-u") });
    let ticket = match d.act::<Asked>(include_str!("../queries/upload.graphql"), input).await? {
        Ok(asked) => asked.upload,
        Err(faults) => return page(&d, filled, faults).await,
    };
    if let Err(failure) = d.api().receive(&d.visitor, &ticket.url, bytes).await {
        if matches!(failure.code.as_str(), "INTERNAL" | "OVERLOADED") {
            return Err(failure);
        }
        return page(&d, filled, wrong(&failure.message)).await;
    }
    let input = json!({
        "uploadId": ticket.upload_id,
        "title": filled.text("title"),
        "projectId": filled.get("project"),
        "idempotencyKey": format!("{key}-d"),
    });
    match d.act::<Done>(include_str!("../queries/document.graphql"), input).await? {
        Ok(Done {}) => match filled.get("next") {
            Some(next) => Ok(Redirect::to(&own_address(Some(next))).into_response()),
            None => Ok(d.go("/papers", "paper-added")),
        },
        Err(faults) => page(&d, filled, faults).await,
    }
}
