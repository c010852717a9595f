//! Forms as browsers send them.

use axum::{
    body::to_bytes,
    extract::{FromRequest, Request},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::{
    MAX_FORM,
    api::{Failure, UserError},
    desk::Desk,
    view::money_input,
};

/// Whether a field holds a password, which is taken as it was typed: blanks at its ends are part of it.
fn is_password(name: &str) -> bool {
    name.to_ascii_lowercase().contains("password")
}

/// Whether what is in a field is nobody else's to read, so that no page ever shows it again.
fn is_secret(name: &str) -> bool {
    is_password(name) || ["code", "secret"].contains(&name)
}

/// What was filled in, trimmed; passwords as they were typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filled(Vec<(String, String)>);

/// Most that a whole number may be: that of the API.
const MOST: i64 = i32::MAX as i64;

/// How a field in which a number is written is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reads {
    /// As a whole number of at least 0.
    Whole,
    /// As a number that may have places after the point.
    Number,
    /// As an amount of the currency that the form names.
    Amount,
}

/// A form that came without a session, or with the mark of another one: it is kept, to be sent again.
#[derive(Debug, Clone)]
pub(crate) struct Kept(pub(crate) Filled);

/// Name of the field that carries the mark of the session.
pub const TOKEN: &str = "form_token";
/// Name of the field that carries the key of the command.
pub const KEY: &str = "key";

impl Filled {
    /// The fields of an encoded form.
    pub fn parse(body: &[u8]) -> Self {
        let clean = |text: std::borrow::Cow<'_, str>| text.trim().replace("\r\n", "\n");
        Self(
            url::form_urlencoded::parse(body)
                .map(|(name, value)| {
                    let value = if is_password(&name) { value.into_owned() } else { clean(value) };
                    (name.into_owned(), value)
                })
                .collect(),
        )
    }

    /// What is in a field; nothing where it is empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    /// What is in a field, to be shown again.
    pub fn text(&self, name: &str) -> &str {
        self.get(name).unwrap_or_default()
    }

    /// Everything that was chosen under a name.
    pub fn all(&self, name: &str) -> Vec<&str> {
        self.0
            .iter()
            .filter(|(key, value)| key == name && !value.is_empty())
            .map(|(_, value)| value.as_str())
            .collect()
    }

    /// Whether something was chosen.
    pub fn has(&self, name: &str, value: &str) -> bool {
        self.0.iter().any(|(key, own)| key == name && own == value)
    }

    /// Whether a box was ticked.
    pub fn ticked(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// A number.
    pub fn number(&self, name: &str) -> Option<f64> {
        let text = self.get(name)?.replace([' ', '\u{a0}', '\u{202f}'], "").replace(',', ".");
        text.parse().ok().filter(|number: &f64| number.is_finite())
    }

    /// A whole number.
    pub fn whole(&self, name: &str) -> Option<i64> {
        self.get(name).and_then(|text| text.replace([' ', '\u{a0}', '\u{202f}'], "").parse().ok())
    }

    /// What is wrong with fields in which a number is written: with those that hold something else, which would
    /// otherwise be left unsaid.
    pub fn unreadable(&self, fields: &[(&str, Reads)]) -> Faults {
        let currency = self.get("currency").unwrap_or("USD").to_uppercase();
        let wrong = fields.iter().filter_map(|(name, reads)| {
            let text = self.get(name)?;
            let message = match reads {
                Reads::Whole if !self.whole(name).is_some_and(|whole| (0..=MOST).contains(&whole)) => {
                    "write a whole number of at least 0"
                }
                Reads::Number if self.number(name).is_none() => "write a number",
                Reads::Amount if money_input(text, &currency).is_none() => "write an amount, such as 2500000",
                _ => return None,
            };
            let (code, path) = ("VALIDATION".to_owned(), vec![(*name).to_owned()]);
            Some(UserError { code, path, message: message.to_owned() })
        });
        Faults(wrong.collect())
    }

    /// All fields but marks and secrets, to be sent again.
    pub fn again(&self) -> impl Iterator<Item = (&str, &str)> {
        let is_plain = |name: &str| name != TOKEN && !is_secret(name);
        self.0
            .iter()
            .filter(move |(name, _)| is_plain(name))
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The form with other values for some fields, as the page that shows it again wants them.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.0.push((name.to_owned(), value.into()));
        self
    }

    /// The form with another value for a field.
    #[must_use]
    pub fn replaced(mut self, name: &str, value: &str) -> Self {
        self.0.retain(|(key, _)| key != name);
        self.with(name, value)
    }

    /// The fields encoded.
    pub fn encoded(&self) -> String {
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(self.again()).finish()
    }
}

impl<S: Sync> FromRequest<S> for Filled {
    type Rejection = Response;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Response> {
        let desk = request.extensions().get::<Desk>().cloned();
        let Some(desk) = desk else { return Err(Failure::internal().into_response()) };
        let is_form = request
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|kind| kind.to_str().ok()?.split(';').next())
            .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded"));
        if !is_form {
            return Err(Failure::of("UNSUPPORTED_MEDIA_TYPE").into_response());
        }
        let body = to_bytes(request.into_body(), MAX_FORM).await;
        let Ok(body) = body else { return Err(Failure::of("PAYLOAD_TOO_LARGE").into_response()) };
        let filled = Self::parse(&body);
        if filled.text(TOKEN) == desk.form_token() {
            return Ok(filled);
        }
        let mut response = StatusCode::UNAUTHORIZED.into_response();
        response.extensions_mut().insert(Failure::of("UNAUTHENTICATED"));
        response.extensions_mut().insert(Kept(filled));
        Err(response)
    }
}

/// What is wrong with a form, for the page that shows it again.
#[derive(Debug, Clone, Default)]
pub struct Faults(pub Vec<UserError>);

impl Faults {
    /// What the API refused before the command saw it, such as a day that is none.
    pub fn of_failure(failure: &Failure) -> Self {
        let message = failure.message.clone();
        Self(vec![UserError { code: failure.code.clone(), path: Vec::new(), message }])
    }

    /// Notes what is wrong with a field, in the words of the API: English, and what would be right.
    pub fn note(&mut self, field: &str, message: &str) {
        let (code, path) = ("VALIDATION".to_owned(), vec![field.to_owned()]);
        self.0.push(UserError { code, path, message: message.to_owned() });
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is wrong with a field: the errors whose path names it last, or holds it.
    pub fn of(&self, field: &str) -> Option<&str> {
        let names = |error: &&UserError| error.path.iter().any(|part| part == field);
        self.0.iter().find(names).map(|error| error.message.as_str())
    }

    /// Whether an error says that somebody else changed the record meanwhile.
    pub fn is_conflict(&self) -> bool {
        self.0.iter().any(|error| error.code == "VERSION_CONFLICT" || error.code == "CONFLICT")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read_and_can_be_sent_again_without_its_secrets() {
        let filled = Filled::parse(b"name=+A%0D%0AB+&tick=on&many=1&many=2&password=x&form_token=t&empty=");
        assert_eq!(filled.get("name"), Some("A\nB"));
        assert_eq!(filled.all("many"), ["1", "2"]);
        assert!(filled.ticked("tick") && !filled.ticked("empty"));
        let again = Filled::parse(filled.encoded().as_bytes());
        assert_eq!(again.get("name"), Some("A\nB"));
        assert_eq!((again.get("password"), again.get(TOKEN)), (None, None));
    }

    #[test]
    fn no_field_for_a_secret_is_kept() {
        let templates = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
        let mut folders = vec![templates];
        let mut secrets = std::collections::BTreeSet::new();
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let text = std::fs::read_to_string(path).unwrap();
                for tag in text.split("<input").skip(1) {
                    let is_hidden_from_eyes =
                        ["type=\"password\"", "one-time-code"].iter().any(|mark| tag.contains(mark));
                    if let Some((_, rest)) = tag.split_once(" name=\"").filter(|_| is_hidden_from_eyes) {
                        secrets.extend(rest.split('"').next().map(str::to_owned));
                    }
                }
            }
        }
        assert!(secrets.len() >= 3, "{secrets:?}");
        let body: String = secrets.iter().map(|name| format!("{name}=hidden&")).collect();
        let filled = Filled::parse(body.as_bytes());
        assert_eq!(filled.again().count(), 0, "{secrets:?}");
        let typed = Filled::parse(b"newPassword=+a+b+&code=+123456+");
        assert_eq!((typed.get("newPassword"), typed.get("code")), (Some(" a b "), Some("123456")));
        assert_eq!(typed.encoded(), "");
    }

    #[test]
    fn numbers_are_read_as_people_write_them() {
        let filled = Filled::parse("n=7,5&w=1%C2%A0000&x=abc&i=inf".as_bytes());
        assert_eq!((filled.number("n"), filled.whole("w")), (Some(7.5), Some(1000)));
        assert_eq!((filled.number("x"), filled.number("i")), (None, None));
        let wrong = filled.unreadable(&[
            ("n", Reads::Number),
            ("n", Reads::Whole),
            ("w", Reads::Amount),
            ("x", Reads::Amount),
            ("none", Reads::Whole),
        ]);
        let fields: Vec<&str> = wrong.0.iter().map(|wrong| wrong.path[0].as_str()).collect();
        assert_eq!(fields, ["n", "x"]);
    }
}
