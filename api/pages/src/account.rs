//! Signing in and out, and for whom somebody acts.

pub mod factor;
pub mod letter;
pub mod members;
pub mod own;

use askama::Template;
use axum::{
    Router,
    extract::Path,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};

use crate::{
    api::{Credentials, Failure, NewSession},
    cookie,
    desk::{Desk, form_token},
    form::Filled,
    guard::append,
};

/// The routes.
pub fn routes() -> Router {
    Router::new()
        .route("/sign-in", get(sign_in_form).post(sign_in))
        .route("/sign-in/{token}", get(link_form).post(sign_in_with_link))
        .route("/sign-out", post(sign_out))
        .route("/acting", post(act_for))
        .merge(letter::routes())
        .merge(own::routes())
        .merge(factor::routes())
        .merge(members::routes())
}

#[derive(Template)]
#[template(path = "account/sign_in.html")]
struct SignInPage {
    d: Desk,
    next: String,
    kept: String,
    email: String,
    is_wrong: bool,
}

/// An address of this site, to go to after something; the front page for anything else.
pub(crate) fn own_address(address: Option<&str>) -> String {
    let is_own = |address: &&str| {
        address.starts_with('/')
            && !address.starts_with("//")
            && address.len() <= 2000
            && address.bytes().all(|b| b.is_ascii_graphic() && b != b'\\')
    };
    address.filter(is_own).unwrap_or("/").to_owned()
}

async fn sign_in_form(d: Desk) -> Result<Response, Failure> {
    let next = own_address(d.parameter("next").as_deref());
    if d.person.is_some() {
        return Ok(Redirect::to(&next).into_response());
    }
    d.page(&SignInPage { d: d.clone(), next, kept: String::new(), email: String::new(), is_wrong: false })
}

async fn sign_in(d: Desk, filled: Filled) -> Result<Response, Failure> {
    let next = own_address(filled.get("next"));
    let credentials = Credentials::Password {
        email: filled.text("email").to_owned(),
        password: filled.text("password").to_owned(),
        code: filled.get("code").map(str::to_owned),
    };
    match d.api().sign_in(&d.visitor, credentials).await {
        Ok(session) => signed_in(&d, &session, &next, filled.get("kept")),
        Err(failure) if matches!(failure.code.as_str(), "UNAUTHENTICATED" | "VALIDATION") => {
            let (kept, email) = (filled.text("kept").to_owned(), filled.text("email").to_owned());
            let page = SignInPage { d: d.clone(), next, kept, email, is_wrong: true };
            d.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(failure) => Err(failure),
    }
}

#[derive(Template)]
#[template(path = "account/go_on.html")]
struct GoOnPage {
    d: Desk,
    to: String,
    token: String,
    filled: Filled,
}

/// Sets the cookie, and goes where somebody was on the way to. What had been filled in is shown once more to be sent:
/// nothing is done that nobody pressed.
fn signed_in(d: &Desk, session: &NewSession, next: &str, kept: Option<&str>) -> Result<Response, Failure> {
    let mut response = match kept {
        Some(kept) => d.page(&GoOnPage {
            d: d.clone(),
            to: next.to_owned(),
            token: form_token(&session.secret),
            filled: Filled::parse(kept.as_bytes()),
        })?,
        None => Redirect::to(next).into_response(),
    };
    append(&mut response, cookie::set(cookie::SESSION, &session.secret, session.seconds));
    append(&mut response, cookie::set(cookie::ACTING, "", 0));
    Ok(response)
}

#[derive(Template)]
#[template(path = "account/link.html")]
struct LinkPage {
    d: Desk,
    is_dead: bool,
}

/// A link that is only looked at does nothing, since programs that check mail look at links.
async fn link_form(d: Desk, Path(_token): Path<String>) -> Result<Response, Failure> {
    d.page(&LinkPage { d: d.clone(), is_dead: false })
}

async fn sign_in_with_link(d: Desk, Path(token): Path<String>, _filled: Filled) -> Result<Response, Failure> {
    match d.api().sign_in(&d.visitor, Credentials::Link(token)).await {
        Ok(session) => signed_in(&d, &session, "/", None),
        Err(failure) if matches!(failure.code.as_str(), "INTERNAL" | "OVERLOADED" | "RATE_LIMITED") => {
            Err(failure)
        }
        Err(_) => d.page_with(StatusCode::UNPROCESSABLE_ENTITY, &LinkPage { d: d.clone(), is_dead: true }),
    }
}

async fn sign_out(d: Desk, _filled: Filled) -> Result<Response, Failure> {
    d.api().sign_out(&d.visitor).await?;
    let mut response = Redirect::to("/?done=signed-out").into_response();
    append(&mut response, cookie::set(cookie::SESSION, "", 0));
    append(&mut response, cookie::set(cookie::ACTING, "", 0));
    Ok(response)
}

async fn act_for(d: Desk, filled: Filled) -> Result<Response, Failure> {
    let person = d.signed_in()?;
    let id = filled.text("organisation");
    if !person.memberships.iter().any(|membership| membership.organisation.id == id) {
        return Err(Failure::not_found());
    }
    let mut response = Redirect::to(&own_address(filled.get("next"))).into_response();
    append(&mut response, cookie::set(cookie::ACTING, id, cookie::YEAR));
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::own_address;

    #[test]
    fn nobody_is_led_to_another_site() {
        for bad in
            ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:1", "/a b", "/a\nb"]
        {
            assert_eq!(own_address(Some(bad)), "/", "{bad}");
        }
        assert_eq!(own_address(Some("/mandates?after=x")), "/mandates?after=x");
    }
}
