//! Media types, read by their grammar: a look for a substring would take `text/plain; x=application/json`.

use axum::http::{HeaderMap, HeaderName, header};

/// Media type of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AnswerType {
    /// `application/json`, where the status only says whether the request was one.
    #[default]
    Json,
    /// `application/graphql-response+json`, where the status says how it went.
    GraphQl,
}

impl AnswerType {
    /// Value of `Content-Type`.
    pub const fn header(self) -> &'static str {
        match self {
            Self::Json => "application/json; charset=utf-8",
            Self::GraphQl => "application/graphql-response+json; charset=utf-8",
        }
    }

    const fn subtype(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::GraphQl => "graphql-response+json",
        }
    }
}

/// A media type or range of a header, in the case it was sent in.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Media<'a> {
    kind: &'a str,
    subtype: &'a str,
    parameters: Vec<(&'a str, &'a str)>,
}

impl<'a> Media<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let mut parts = split_unquoted(text, ';');
        let (kind, subtype) = parts.next()?.trim().split_once('/')?;
        if !is_token(kind) || !is_token(subtype) {
            return None;
        }
        let mut parameters = Vec::new();
        for part in parts.map(str::trim).filter(|part| !part.is_empty()) {
            let (name, value) = part.split_once('=')?;
            let value = match value.strip_prefix('"') {
                Some(quoted) => quoted.strip_suffix('"')?,
                None if is_token(value) => value,
                None => return None,
            };
            is_token(name).then_some(())?;
            parameters.push((name, value));
        }
        Some(Self { kind, subtype, parameters })
    }

    fn parameter(&self, name: &str) -> Option<&'a str> {
        self.parameters.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| *value)
    }

    fn is_utf8(&self) -> bool {
        self.parameter("charset").is_none_or(|charset| charset.eq_ignore_ascii_case("utf-8"))
    }
}

/// Splits at a separator outside of quotes.
fn split_unquoted(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut is_quoted = false;
    let mut is_escaped = false;
    text.split(move |character| {
        if std::mem::take(&mut is_escaped) {
            return false;
        }
        match character {
            '"' => is_quoted = !is_quoted,
            '\\' => is_escaped = is_quoted,
            _ => return character == separator && !is_quoted,
        }
        false
    })
}

fn is_token(text: &str) -> bool {
    let is_token_byte = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(is_token_byte)
}

/// Whether a body is JSON in UTF-8 and nothing else, not compressed.
///
/// A browser sends this type across origins only after asking, which keeps other sites' forms out.
pub(crate) fn is_json(headers: &HeaderMap) -> bool {
    let Some(text) = only(headers, &header::CONTENT_TYPE) else { return false };
    let is_plain = headers.get_all(header::CONTENT_ENCODING).iter().all(|coding| coding == "identity");
    is_plain
        && Media::parse(text).is_some_and(|media| {
            media.kind.eq_ignore_ascii_case("application")
                && media.subtype.eq_ignore_ascii_case("json")
                && media.is_utf8()
                && media.parameters.iter().all(|(name, _)| name.eq_ignore_ascii_case("charset"))
        })
}

fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok(),
        _ => None,
    }
}

/// The type to answer with, or none of those that are accepted.
///
/// Without a wish, and where any type will do, the answer is `application/json`, which every client reads.
pub(super) fn negotiate(headers: &HeaderMap) -> Option<AnswerType> {
    let ranges = accepted(headers)?;
    if ranges.is_empty() {
        return Some(AnswerType::default());
    }
    let graphql = best(&ranges, AnswerType::GraphQl);
    let json = best(&ranges, AnswerType::Json);
    match (graphql, json) {
        (None, None) => None,
        (Some(_), None) => Some(AnswerType::GraphQl),
        (None, Some(_)) => Some(AnswerType::Json),
        (Some(graphql), Some(json)) => {
            let is_named = graphql.precision == Precision::Exact;
            let is_wanted = graphql.weight > json.weight || (graphql.weight == json.weight && is_named);
            Some(if is_wanted { AnswerType::GraphQl } else { AnswerType::Json })
        }
    }
}

/// Whether a page for people is wanted rather than data.
pub(crate) fn wants_page(headers: &HeaderMap) -> bool {
    accepted(headers).is_some_and(|ranges| {
        ranges.iter().any(|(media, weight)| {
            *weight > 0
                && media.kind.eq_ignore_ascii_case("text")
                && media.subtype.eq_ignore_ascii_case("html")
        })
    })
}

/// Media ranges with their weights in thousandths; none when the header is not readable.
fn accepted(headers: &HeaderMap) -> Option<Vec<(Media<'_>, u16)>> {
    let mut ranges = Vec::new();
    for value in headers.get_all(header::ACCEPT) {
        for text in split_unquoted(value.to_str().ok()?, ',').map(str::trim).filter(|text| !text.is_empty()) {
            let media = Media::parse(text)?;
            let weight = media.parameter("q").map_or(Some(1_000), weight)?;
            ranges.push((media, weight));
        }
    }
    Some(ranges)
}

/// A weight from 0 to 1 in thousandths.
fn weight(text: &str) -> Option<u16> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let is_digits = part.len() <= 3 && part.bytes().all(|byte| byte.is_ascii_digit());
    let thousandths: u16 = format!("{part:0<3}").parse().ok().filter(|_| is_digits)?;
    match whole {
        "0" => Some(thousandths),
        "1" if thousandths == 0 => Some(1_000),
        _ => None,
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Precision {
    Any,
    Kind,
    Exact,
}

#[derive(Debug, Clone, Copy)]
struct Preference {
    precision: Precision,
    weight: u16,
}

/// The most precise range that fits a type; none when it is refused or nothing fits.
fn best(ranges: &[(Media<'_>, u16)], answer: AnswerType) -> Option<Preference> {
    let precision_of = |media: &Media<'_>| match (media.kind, media.subtype) {
        ("*", "*") => Some(Precision::Any),
        (kind, "*") if kind.eq_ignore_ascii_case("application") => Some(Precision::Kind),
        (kind, subtype)
            if kind.eq_ignore_ascii_case("application")
                && subtype.eq_ignore_ascii_case(answer.subtype())
                && media.is_utf8() =>
        {
            Some(Precision::Exact)
        }
        _ => None,
    };
    ranges
        .iter()
        .filter_map(|(media, weight)| Some(Preference { precision: precision_of(media)?, weight: *weight }))
        .max_by_key(|preference| (preference.precision, preference.weight))
        .filter(|preference| preference.weight > 0)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn content(text: &str) -> bool {
        is_json(&HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_str(text).unwrap())]))
    }

    #[test]
    fn a_body_is_json_and_nothing_that_only_mentions_it() {
        for taken in [
            "application/json",
            "Application/JSON",
            "application/json; charset=utf-8",
            "application/json;charset=\"UTF-8\"",
        ] {
            assert!(content(taken), "{taken}");
        }
        for refused in [
            "",
            "text/plain",
            "text/plain; x=application/json",
            "text/plain; x=\"application/json\"",
            "application/json, text/plain",
            "application/json; charset=utf-16",
            "application/json; boundary=x",
            "application/jsonx",
            "application/graphql",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=X",
        ] {
            assert!(!content(refused), "{refused}");
        }
        assert!(!is_json(&HeaderMap::new()));
        let json = HeaderValue::from_static("application/json");
        let mut twice = HeaderMap::from_iter([(header::CONTENT_TYPE, json.clone())]);
        twice.append(header::CONTENT_TYPE, json.clone());
        assert!(!is_json(&twice));
        let packed =
            [(header::CONTENT_TYPE, json), (header::CONTENT_ENCODING, HeaderValue::from_static("gzip"))];
        assert!(!is_json(&HeaderMap::from_iter(packed)));
    }

    #[test]
    fn the_answer_is_of_a_type_that_is_accepted() {
        let answer = |text: &str| {
            negotiate(&HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_str(text).unwrap())]))
        };
        let (json, graphql) = (Some(AnswerType::Json), Some(AnswerType::GraphQl));
        assert_eq!(negotiate(&HeaderMap::new()), json);
        for (accept, expected) in [
            ("*/*", json),
            ("application/*", json),
            ("application/json", json),
            ("application/json; charset=utf-8", json),
            ("application/graphql-response+json", graphql),
            ("application/graphql-response+json, application/json", graphql),
            ("application/json, application/graphql-response+json", graphql),
            ("application/graphql-response+json;q=0.5, application/json", json),
            ("application/graphql-response+json, application/json;q=0.9, */*;q=0.1", graphql),
            ("application/json;q=0, */*", graphql),
            ("text/html, */*;q=0.8", json),
            ("text/html", None),
            ("application/json;q=0", None),
            ("application/json; charset=utf-16", None),
            ("application/json;q=2", None),
            ("nonsense", None),
        ] {
            assert_eq!(answer(accept), expected, "{accept}");
        }
    }
}
