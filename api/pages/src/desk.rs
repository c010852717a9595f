//! One request as a page sees it: who looks, in which language, and how an answer is asked for and laid out.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::FromRequestParts,
    http::{HeaderName, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use chrono::{DateTime, NaiveDate, Utc};
use fluent_bundle::FluentValue;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{
    api::{Api, Failure, UserError, Visitor},
    form::Faults,
    guard::FOREIGN_FORM,
    person::Person,
    view::Money,
    words::{LANGUAGES, Language, Words, own_name},
};
use domain::names::name_of;

/// What a page of ours may load and do: its own style sheet, script and forms, and nothing of anybody else.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
                      font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'";

/// One request.
#[derive(Clone)]
pub struct Desk {
    api: Arc<dyn Api>,
    /// Who looks.
    pub visitor: Visitor,
    /// The words of the page's language.
    pub words: &'static Words,
    /// Path of the page.
    pub path: String,
    /// Its query string, without the choice of a language.
    pub query: String,
    /// Who is signed in.
    pub person: Option<Person>,
    /// Whether htmx asks, for a part of the page.
    pub is_part: bool,
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Desk")
            .field("path", &self.path)
            .field("language", &self.words.language)
            .finish_non_exhaustive()
    }
}

impl Desk {
    /// A desk for a request.
    pub fn new(api: Arc<dyn Api>, visitor: Visitor, language: Language, path: String, query: String) -> Self {
        Self { api, visitor, words: Words::of(language), path, query, person: None, is_part: false }
    }

    /// The API.
    pub fn api(&self) -> &dyn Api {
        &*self.api
    }

    /// Asks a document and reads its answer.
    ///
    /// # Errors
    /// The API refuses, or answers something that the page does not read, which is a fault of ours.
    pub async fn ask<T: DeserializeOwned>(&self, document: &str, variables: Value) -> Result<T, Failure> {
        let variables = match variables {
            Value::Object(map) => map,
            _ => Map::new(),
        };
        let data = self.api.execute(&self.visitor, document, variables).await?;
        serde_json::from_value(data).map_err(|error| {
            tracing::error!(path = self.path, %error, "a page does not read the answer of its document");
            Failure::internal()
        })
    }

    /// Runs a mutation of one field on an input.
    ///
    /// # Errors
    /// The API gives no answer. What is refused is the inner error: by the command, or before it where a code, a day or an
    /// id does not read.
    pub async fn act<T: DeserializeOwned>(
        &self,
        document: &str,
        input: Value,
    ) -> Result<Result<T, Faults>, Failure> {
        let answer: Map<String, Value> = match self.ask(document, serde_json::json!({ "input": input })).await
        {
            Ok(answer) => answer,
            Err(failure) if matches!(failure.code.as_str(), "VALIDATION" | "BAD_REQUEST") => {
                return Ok(Err(Faults::of_failure(&failure)));
            }
            Err(failure) => return Err(failure),
        };
        let mut done = answer.into_iter().next().map(|(_, done)| done).ok_or_else(Failure::internal)?;
        let errors = done.get_mut("userErrors").map_or(Value::Null, Value::take);
        let errors: Option<Vec<UserError>> =
            serde_json::from_value(errors).map_err(|_| Failure::internal())?;
        let errors = errors.unwrap_or_default();
        if !errors.is_empty() {
            return Ok(Err(Faults(errors)));
        }
        serde_json::from_value(done).map(Ok).map_err(|error| {
            tracing::error!(path = self.path, %error, "a page does not read the answer of its command");
            Failure::internal()
        })
    }

    /// A key for a command: a form carries one, so that sending it twice is doing it once.
    pub fn new_key(&self) -> String {
        Uuid::now_v7().to_string()
    }

    /// What a form carries that belongs to the cookie it comes with, so that no other site can make one.
    pub fn form_token(&self) -> String {
        form_token(self.visitor.session.as_deref().unwrap_or_default())
    }

    /// A sentence.
    pub fn say(&self, key: &str) -> String {
        self.words.say(key)
    }

    /// A sentence with one thing put in.
    pub fn say1<'a>(&self, key: &str, name: &str, value: impl Into<FluentValue<'a>>) -> String {
        self.words.say_with(key, &[(name, value.into())])
    }

    /// A sentence with two things put in.
    pub fn say2<'a, A, B>(&self, key: &str, first: &(&str, A), second: &(&str, B)) -> String
    where
        A: Clone + Into<FluentValue<'a>>,
        B: Clone + Into<FluentValue<'a>>,
    {
        self.words.say_with(key, &[(first.0, first.1.clone().into()), (second.0, second.1.clone().into())])
    }

    /// A sentence with three texts put in.
    pub fn say3(&self, key: &str, a: &(&str, &str), b: &(&str, &str), c: &(&str, &str)) -> String {
        self.words.say_with(key, &[a, b, c].map(|(name, value)| (*name, (*value).into())))
    }

    /// A sentence that begins with a part of the site and ends with a code of the API, such as `state-EXPRESSED`; the
    /// code in small letters where the site has no word for it.
    pub fn code(&self, prefix: &str, code: &str) -> String {
        let key = format!("{prefix}-{code}");
        if self.words.has(&key) { self.say(&key) } else { plain(code) }
    }

    /// The name of a code of a vocabulary, such as `CooperationField` and `CONN_FIBRE`.
    pub fn name(&self, list: &str, code: &str) -> String {
        name_in(self.words.language, list, code)
    }

    /// The name of a country.
    pub fn country(&self, country: &crate::view::Country) -> String {
        name_of(self.words.language, "Country", &country.code).unwrap_or(&country.name).to_owned()
    }

    /// A whole number.
    pub fn whole(&self, number: &i64) -> String {
        self.words.whole(*number)
    }

    /// A number with one place after the point.
    pub fn tenth(&self, number: &f64) -> String {
        self.words.number(*number, 1)
    }

    /// A number without places after the point.
    pub fn round(&self, number: &f64) -> String {
        self.words.number(*number, 0)
    }

    /// A share between 0 and 1 as per cent.
    pub fn share(&self, share: &f64) -> String {
        self.words.percent(*share * 100.0, 0)
    }

    /// A number of per cents.
    pub fn percent(&self, number: &f64) -> String {
        self.words.percent(*number, 0)
    }

    /// A number of per cents with one place after the point.
    pub fn percent1(&self, number: &f64) -> String {
        self.words.percent(*number, 1)
    }

    /// How the page's language calls itself.
    pub fn own_name(&self) -> &'static str {
        own_name(self.words.language)
    }

    /// An amount.
    pub fn money(&self, money: &Money) -> String {
        self.words.money(money.minor(), &money.currency)
    }

    /// A day.
    pub fn day(&self, day: &NaiveDate) -> String {
        self.words.date(*day)
    }

    /// A moment: its day and time, in UTC.
    pub fn moment(&self, moment: &DateTime<Utc>) -> String {
        let (day, time) = (self.words.date(moment.date_naive()), moment.format("%H:%M"));
        // Where lines run from right to left, the time keeps its own direction and its place after the day.
        if self.words.language.is_rtl() {
            format!("\u{2067}{day} \u{2066}{time} UTC\u{2069}\u{2069}")
        } else {
            format!("{day} {time} UTC")
        }
    }

    /// What stands between the items of a list.
    pub fn list_mark(&self) -> String {
        self.words.list_mark()
    }

    /// What stands between a name and what it is of.
    pub fn colon(&self) -> &'static str {
        if self.words.language == Language::Zh { "：" } else { ": " }
    }

    /// The name of a language by its tag; a tag that has no name here stays a tag.
    pub fn language_name(&self, tag: &str) -> String {
        let key = format!("lang-{tag}");
        if self.words.has(&key) { self.say(&key) } else { tag.to_owned() }
    }

    /// The names of languages as a list.
    pub fn language_names(&self, tags: &[String]) -> String {
        tags.iter().map(|tag| self.language_name(tag)).collect::<Vec<_>>().join(&self.list_mark())
    }

    /// From one thing to the next, in the direction of the page.
    pub fn arrow(&self) -> &'static str {
        if self.words.language.is_rtl() { "←" } else { "→" }
    }

    /// The code of the language in the API.
    pub fn language_code(&self) -> &'static str {
        crate::words::code(&self.words.language)
    }

    /// Tag of the language.
    pub fn tag(&self) -> &'static str {
        self.words.language.tag()
    }

    /// Direction of the writing.
    pub fn direction(&self) -> &'static str {
        if self.words.language.is_rtl() { "rtl" } else { "ltr" }
    }

    /// Each language with its own name and the address of this page in it.
    pub fn languages(&self) -> Vec<(&'static str, &'static str, String, bool)> {
        let to = |language: Language| {
            let mut query = self.query.clone();
            if !query.is_empty() {
                query.push('&');
            }
            format!("{}?{query}lang={}", self.path, language.tag())
        };
        let each = |language: Language| {
            (language.tag(), own_name(language), to(language), language == self.words.language)
        };
        LANGUAGES.into_iter().map(each).collect()
    }

    /// Whether a part of the site is the one that is looked at.
    pub fn is_at(&self, start: &str) -> bool {
        self.path == start || self.path.starts_with(&format!("{start}/"))
    }

    /// The address of this page, to come back to.
    pub fn here(&self) -> String {
        if self.query.is_empty() { self.path.clone() } else { format!("{}?{}", self.path, self.query) }
    }

    /// Refuses where nobody is signed in; the page of the refusal leads to where one signs in, and back.
    ///
    /// # Errors
    /// Nobody is signed in.
    pub fn signed_in(&self) -> Result<&Person, Failure> {
        self.person.as_ref().ok_or_else(|| Failure::of("UNAUTHENTICATED"))
    }

    /// A page.
    ///
    /// # Errors
    /// The template cannot be laid out, which is a fault of ours.
    pub fn page(&self, template: &impl Template) -> Result<Response, Failure> {
        self.page_with(StatusCode::OK, template)
    }

    /// A page with a status.
    ///
    /// # Errors
    /// The template cannot be laid out, which is a fault of ours.
    pub fn page_with(&self, status: StatusCode, template: &impl Template) -> Result<Response, Failure> {
        let html = template.render().map_err(|error| {
            tracing::error!(path = self.path, %error, "a page cannot be laid out");
            Failure::internal()
        })?;
        Ok((status, self.headers(), html).into_response())
    }

    fn headers(&self) -> [(HeaderName, HeaderValue); 6] {
        [
            (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
            (header::CONTENT_LANGUAGE, HeaderValue::from_static(self.tag())),
            (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
            // Without it browsers keep back the origin of our own forms.
            (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
            (header::VARY, HeaderValue::from_static("accept-language, cookie, hx-request")),
        ]
    }

    /// Goes to another page after something was done, which is said there: `done-…` of the words.
    pub fn go(&self, to: &str, done: &str) -> Response {
        let mark = if to.contains('?') { '&' } else { '?' };
        Redirect::to(&format!("{}{mark}done={done}", address(to))).into_response()
    }

    /// What was just done, as the address says it.
    pub fn just_done(&self) -> Option<String> {
        let done = url::form_urlencoded::parse(self.query.as_bytes()).find(|(name, _)| name == "done")?.1;
        let key = format!("done-{done}");
        self.words.has(&key).then(|| self.say(&key))
    }

    /// One parameter of the address.
    pub fn parameter(&self, name: &str) -> Option<String> {
        let mut all = url::form_urlencoded::parse(self.query.as_bytes()).filter(|(key, _)| key == name);
        all.next().map(|(_, value)| value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    /// All values of a parameter of the address.
    pub fn parameters(&self, name: &str) -> Vec<String> {
        let all = url::form_urlencoded::parse(self.query.as_bytes()).filter(|(key, _)| key == name);
        all.map(|(_, value)| value.trim().to_owned()).filter(|value| !value.is_empty()).collect()
    }

    /// This page with a parameter set to another value; where it is another list, from its beginning.
    pub fn with(&self, name: &str, value: &str) -> String {
        let others = url::form_urlencoded::parse(self.query.as_bytes())
            .filter(|(key, _)| key != name && key != "done" && key != "after");
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(others).append_pair(name, value);
        format!("{}?{}", self.path, query.finish())
    }
}

/// An address as a header holds it: what was decoded from a path and is no plain letter is encoded again.
fn address(path: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte);
    let letter =
        |byte: u8| if is_plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    path.bytes().map(letter).collect()
}

/// The name of a code of a vocabulary in a language.
pub fn name_in(language: Language, list: &str, code: &str) -> String {
    name_of(language, list, code).map_or_else(|| plain(code), str::to_owned)
}

/// A code in small letters with blanks.
fn plain(code: &str) -> String {
    code.replace('_', " ").to_lowercase()
}

/// What the forms of a session carry.
pub(crate) fn form_token(session: &str) -> String {
    let digest = Sha256::digest(format!("form of the session {session}"));
    digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

impl<S: Sync> FromRequestParts<S> for Desk {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Failure> {
        parts.extensions.get::<Self>().cloned().ok_or_else(Failure::internal)
    }
}

/// A failure on its way to the guard, which lays it out as a page.
impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = status(&self.code).into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// The status of a code.
pub(crate) fn status(code: &str) -> StatusCode {
    match code {
        "UNAUTHENTICATED" => StatusCode::UNAUTHORIZED,
        "NOT_PERMITTED" | "FORBIDDEN" | FOREIGN_FORM => StatusCode::FORBIDDEN,
        "UNSUPPORTED_MEDIA_TYPE" => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "NOT_FOUND" => StatusCode::NOT_FOUND,
        "RATE_LIMITED" => StatusCode::TOO_MANY_REQUESTS,
        "OVERLOADED" | "UNAVAILABLE" => StatusCode::SERVICE_UNAVAILABLE,
        "TIMEOUT" => StatusCode::GATEWAY_TIMEOUT,
        "INTERNAL" => StatusCode::INTERNAL_SERVER_ERROR,
        "PAYLOAD_TOO_LARGE" => StatusCode::PAYLOAD_TOO_LARGE,
        _ => StatusCode::BAD_REQUEST,
    }
}
