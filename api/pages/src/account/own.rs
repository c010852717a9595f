//! One's own account: sessions, password, the organisations one belongs to.

use askama::Template;
use axum::{
    Router,
    http::StatusCode,
    response::Response,
    routing::{get, post},
};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::json;

use crate::{
    api::Failure,
    desk::Desk,
    form::{Faults, Filled},
};

/// The routes.
pub fn routes() -> Router {
    Router::new()
        .route("/account", get(shown))
        .route("/account/password", post(password))
        .route("/account/sessions", post(end))
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Session {
    id: String,
    client: Option<String>,
    created_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    current: bool,
}

#[derive(Template)]
#[template(path = "account/account.html")]
struct AccountPage {
    d: Desk,
    sessions: Vec<Session>,
    has_two_factor: bool,
    faults: Faults,
}

async fn page(d: &Desk, faults: Faults) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Own {
        sessions: Vec<Session>,
        two_factor: bool,
    }
    #[derive(Deserialize)]
    struct Answer {
        me: Own,
    }
    d.signed_in()?;
    let document = "query Account { me { twoFactor sessions { id client createdAt expiresAt current } } }";
    let answer: Answer = d.ask(document, json!({})).await?;
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let (sessions, has_two_factor) = (answer.me.sessions, answer.me.two_factor);
    d.page_with(status, &AccountPage { d: d.clone(), sessions, has_two_factor, faults })
}

async fn shown(d: Desk) -> Result<Response, Failure> {
    page(&d, Faults::default()).await
}

#[derive(Deserialize)]
struct Done {}

async fn password(d: Desk, filled: Filled) -> Result<Response, Failure> {
    let document = "mutation Change($input: ChangePasswordInput!) { changePassword(input: $input) { accepted userErrors { code path message } } }";
    let input = json!({
        "currentPassword": filled.text("password-now"),
        "newPassword": filled.text("password-new"),
    });
    match d.act::<Done>(document, input).await? {
        Ok(Done {}) => Ok(d.go("/account", "password-changed")),
        Err(faults) => page(&d, faults).await,
    }
}

async fn end(d: Desk, filled: Filled) -> Result<Response, Failure> {
    let document = "mutation End($input: EndSessionInput!) { endSession(input: $input) { accepted userErrors { code path message } } }";
    match d.act::<Done>(document, json!({ "sessionId": filled.text("session") })).await? {
        Ok(Done {}) => Ok(d.go("/account", "session-ended")),
        Err(faults) => page(&d, faults).await,
    }
}
