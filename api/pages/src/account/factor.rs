//! The second factor, one's own data, and the end of an account.

use askama::Template;
use axum::{
    Router,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    api::Failure,
    cookie,
    desk::Desk,
    form::{Faults, Filled},
    guard::append,
};

/// The routes.
pub fn routes() -> Router {
    Router::new()
        .route("/account/two-factor", get(shown).post(confirm))
        .route("/account/two-factor/start", post(start))
        .route("/account/two-factor/end", post(end))
        .route("/account/data", get(data))
        .route("/account/erase", get(erase_form).post(erase))
}

/// What a device is set up with.
#[derive(Debug, Clone, Default, Deserialize)]
struct Secret {
    secret: String,
    address: String,
}

#[derive(Template)]
#[template(path = "account/factor.html")]
struct FactorPage {
    d: Desk,
    has_two_factor: bool,
    secret: Option<Secret>,
    recovery: Vec<String>,
    faults: Faults,
}

async fn page(
    d: &Desk,
    secret: Option<Secret>,
    recovery: Vec<String>,
    faults: Faults,
) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Own {
        two_factor: bool,
    }
    #[derive(Deserialize)]
    struct Answer {
        me: Own,
    }
    d.signed_in()?;
    let answer: Answer = d.ask("query Factor { me { twoFactor } }", json!({})).await?;
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let has_two_factor = answer.me.two_factor;
    d.page_with(status, &FactorPage { d: d.clone(), has_two_factor, secret, recovery, faults })
}

async fn shown(d: Desk) -> Result<Response, Failure> {
    page(&d, None, Vec::new(), Faults::default()).await
}

async fn start(d: Desk, filled: Filled) -> Result<Response, Failure> {
    let document = "mutation Start($input: PasswordAgainInput!) { startTwoFactor(input: $input) { secret address userErrors { code path message } } }";
    let input = json!({ "password": filled.text("password") });
    match d.act::<Secret>(document, input).await? {
        Ok(secret) => page(&d, Some(secret), Vec::new(), Faults::default()).await,
        Err(faults) => page(&d, None, Vec::new(), faults).await,
    }
}

async fn confirm(d: Desk, filled: Filled) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Confirmed {
        recovery_codes: Vec<String>,
    }
    let document = "mutation Confirm($input: ConfirmTwoFactorInput!) { confirmTwoFactor(input: $input) { recoveryCodes userErrors { code path message } } }";
    let secret =
        Secret { secret: filled.text("secret").to_owned(), address: filled.text("address").to_owned() };
    match d.act::<Confirmed>(document, json!({ "code": filled.text("code") })).await? {
        Ok(done) => page(&d, None, done.recovery_codes, Faults::default()).await,
        Err(faults) => page(&d, Some(secret), Vec::new(), faults).await,
    }
}

#[derive(Deserialize)]
struct Done {}

async fn end(d: Desk, filled: Filled) -> Result<Response, Failure> {
    let document = "mutation Disable($input: DisableTwoFactorInput!) { disableTwoFactor(input: $input) { accepted userErrors { code path message } } }";
    let input = json!({ "password": filled.text("password"), "code": filled.text("code") });
    match d.act::<Done>(document, input).await? {
        Ok(Done {}) => Ok(d.go("/account/two-factor", "factor-ended")),
        Err(faults) => page(&d, None, Vec::new(), faults).await,
    }
}

/// Everything on record about the person, as a file.
async fn data(d: Desk) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    struct Own {
        data: Option<Value>,
    }
    #[derive(Deserialize)]
    struct Answer {
        me: Own,
    }
    d.signed_in()?;
    let answer: Answer = d.ask("query OwnData { me { data } }", json!({})).await?;
    let text = serde_json::to_string_pretty(&answer.me.data).map_err(|_| Failure::internal())?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"own-data.json\"")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, text).into_response())
}

#[derive(Template)]
#[template(path = "account/erase.html")]
struct ErasePage {
    d: Desk,
    faults: Faults,
}

async fn erase_form(d: Desk) -> Result<Response, Failure> {
    d.signed_in()?;
    d.page(&ErasePage { d: d.clone(), faults: Faults::default() })
}

async fn erase(d: Desk, filled: Filled) -> Result<Response, Failure> {
    let document = "mutation Erase($input: PasswordAgainInput!) { eraseMe(input: $input) { accepted userErrors { code path message } } }";
    d.signed_in()?;
    match d.act::<Done>(document, json!({ "password": filled.text("password") })).await? {
        Ok(Done {}) => {
            let mut response = Redirect::to("/?done=erased").into_response();
            append(&mut response, cookie::set(cookie::SESSION, "", 0));
            append(&mut response, cookie::set(cookie::ACTING, "", 0));
            Ok(response)
        }
        Err(faults) => d.page_with(StatusCode::UNPROCESSABLE_ENTITY, &ErasePage { d: d.clone(), faults }),
    }
}
