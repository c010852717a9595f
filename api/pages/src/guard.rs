//! What stands before every page: the language, who is signed in, whether a form comes from our own pages; and what a
//! failure looks like.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, header},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use crate::{
    api::{Api, Failure, Visitor},
    cookie,
    desk::{Desk, status},
    form::{Filled, Kept},
    person::Person,
    words::{Language, accepted},
};

#[derive(Deserialize)]
struct Me {
    me: Person,
}

/// The page of a failure.
#[derive(Template)]
#[template(path = "failure.html")]
struct FailurePage<'a> {
    d: &'a Desk,
    failure: &'a Failure,
    reference: String,
}

/// The page that asks to sign in again and keeps what was filled in.
#[derive(Template)]
#[template(path = "kept.html")]
struct KeptPage<'a> {
    d: &'a Desk,
    filled: &'a Filled,
}

/// Makes the desk of a request, and a page of a failure.
pub(crate) async fn layer(State(api): State<Arc<dyn Api>>, mut request: Request, next: Next) -> Response {
    let headers = request.headers();
    let (chosen, query) = without_language(request.uri().query().unwrap_or_default());
    let language = chosen.or_else(|| Language::of_tag(&cookie::read(headers, cookie::LANGUAGE)?));
    let language = language.or_else(|| accepted(headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?));
    let visitor = Visitor {
        session: cookie::read(headers, cookie::SESSION),
        acting: cookie::read(headers, cookie::ACTING),
        extensions: request.extensions().clone(),
    };
    let is_foreign = request.method() == Method::POST && is_foreign(headers);
    let is_part = headers.contains_key("hx-request") && !headers.contains_key("hx-boosted");
    let path = request.uri().path().to_owned();
    let mut desk = Desk::new(api, visitor, language.unwrap_or(Language::En), path, query);
    desk.is_part = is_part;
    let mut is_over = false;
    let found = if desk.visitor.session.is_some() {
        desk.ask(include_str!("../queries/me.graphql"), ().into()).await.map(Some)
    } else {
        Ok(None)
    };
    let failed = match found {
        Ok(found) => {
            desk.person = found.map(|Me { me }| me);
            None
        }
        Err(failure) if failure.code == "UNAUTHENTICATED" => {
            is_over = true;
            desk.visitor.session = None;
            None
        }
        // An organisation that somebody left is not acted for any more.
        Err(failure) if failure.code == "NOT_FOUND" && desk.visitor.acting.is_some() => {
            let mut response = Redirect::to("/").into_response();
            append(&mut response, cookie::set(cookie::ACTING, "", 0));
            return response;
        }
        Err(failure) => Some(failure),
    };
    request.extensions_mut().insert(desk.clone());
    let method = request.method().clone();
    let response = match failed {
        Some(failure) => failure.into_response(),
        None if is_foreign => Failure::of(FOREIGN_FORM).into_response(),
        None => next.run(request).await,
    };
    let mut response = laid_out(&desk, &method, response);
    if let Some(language) = chosen {
        append(&mut response, cookie::set(cookie::LANGUAGE, language.tag(), cookie::YEAR));
    }
    if is_over {
        let is_set = response
            .headers()
            .get_all(header::SET_COOKIE)
            .iter()
            .any(|value| value.as_bytes().starts_with(cookie::SESSION.as_bytes()));
        if !is_set {
            append(&mut response, cookie::set(cookie::SESSION, "", 0));
        }
    }
    response
}

pub(crate) fn append(response: &mut Response, cookie: Option<HeaderValue>) {
    if let Some(cookie) = cookie {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}

/// The language that the address chooses, and the rest of its query.
fn without_language(query: &str) -> (Option<Language>, String) {
    let pairs = || url::form_urlencoded::parse(query.as_bytes());
    let chosen = pairs().find(|(name, _)| name == "lang").and_then(|(_, tag)| Language::of_tag(&tag));
    if chosen.is_none() {
        return (None, query.to_owned());
    }
    let rest = pairs().filter(|(name, _)| name != "lang");
    (chosen, url::form_urlencoded::Serializer::new(String::new()).extend_pairs(rest).finish())
}

/// Code of the failure of a form that another site sends.
pub(crate) const FOREIGN_FORM: &str = "FOREIGN_FORM";

/// Whether a browser says that another site sends the form. One that says nothing of where a form comes from is no
/// browser of these years; such a form is taken for foreign too.
fn is_foreign(headers: &HeaderMap) -> bool {
    let said = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = headers.get("sec-fetch-site") {
        return site != "same-origin" && site != "none";
    }
    let host = said(header::HOST).unwrap_or_default();
    let authority = said(header::ORIGIN)
        .and_then(|origin| origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://")));
    host.is_empty() || authority != Some(host)
}

/// The answer as a page: a failure gets one, and where somebody has to sign in, the way there and back.
fn laid_out(desk: &Desk, method: &Method, mut response: Response) -> Response {
    let Some(failure) = response.extensions_mut().remove::<Failure>() else { return response };
    let kept = response.extensions_mut().remove::<Kept>();
    if failure.code == "UNAUTHENTICATED" {
        if let Some(Kept(filled)) = kept {
            return page(desk, &failure, &KeptPage { d: desk, filled: &filled });
        }
        if *method == Method::GET && !desk.is_part {
            let next: String = url::form_urlencoded::byte_serialize(desk.here().as_bytes()).collect();
            return Redirect::to(&format!("/sign-in?next={next}")).into_response();
        }
    }
    let reference =
        response.headers().get("x-request-id").and_then(|id| id.to_str().ok()).unwrap_or_default().to_owned();
    let mut shown = page(desk, &failure, &FailurePage { d: desk, failure: &failure, reference });
    if let Some(after) = failure.retry_after {
        shown.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(after));
    }
    shown
}

fn page(desk: &Desk, failure: &Failure, template: &impl Template) -> Response {
    let status = status(&failure.code);
    desk.page_with(status, template).unwrap_or_else(|_| status.into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_of_another_site_is_foreign() {
        let headers = |pairs: &[(&'static str, &str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.insert(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
            }
            headers
        };
        let host = ("host", "a.example");
        assert!(!is_foreign(&headers(&[host, ("sec-fetch-site", "same-origin")])));
        assert!(is_foreign(&headers(&[host, ("sec-fetch-site", "cross-site")])));
        assert!(is_foreign(&headers(&[host, ("sec-fetch-site", "same-site")])));
        assert!(!is_foreign(&headers(&[host, ("origin", "https://a.example")])));
        assert!(is_foreign(&headers(&[host, ("origin", "https://b.example")])));
        assert!(is_foreign(&headers(&[host, ("origin", "null")])));
        assert!(is_foreign(&headers(&[host, ("origin", "ftp://a.example")])));
        assert!(is_foreign(&headers(&[host])));
    }

    #[test]
    fn the_choice_of_a_language_leaves_the_rest() {
        assert_eq!(without_language("a=1&lang=zh&b=%26"), (Some(Language::Zh), "a=1&b=%26".to_owned()));
        assert_eq!(without_language("lang=xx&a=1"), (None, "lang=xx&a=1".to_owned()));
    }
}
