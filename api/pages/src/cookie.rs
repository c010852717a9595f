//! Cookies: three, all of this host alone (`__Host-`), none readable by a script.

use axum::http::{HeaderMap, HeaderValue, header};

/// Secret of a session.
pub const SESSION: &str = "__Host-session";
/// Tag of the language that somebody chose.
pub const LANGUAGE: &str = "__Host-language";
/// Id of the organisation for which somebody of several acts.
pub const ACTING: &str = "__Host-acting";

/// A year, for choices that are nobody's secret.
pub const YEAR: i64 = 365 * 24 * 3600;

/// The value of a cookie; of one that is there twice there is none.
pub fn read(headers: &HeaderMap, name: &str) -> Option<String> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut found = all
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(key, _)| *key == name)
        .map(|(_, value)| value.to_owned());
    let first = found.next()?;
    (found.next().is_none() && is_plain(&first)).then_some(first)
}

fn is_plain(value: &str) -> bool {
    !value.is_empty()
        && value.len() <= 200
        && value.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
}

/// A header that sets a cookie for so many seconds; zero takes it away. A value with other than letters, digits, dots and
/// dashes is not set.
pub fn set(name: &str, value: &str, seconds: i64) -> Option<HeaderValue> {
    let value = if seconds <= 0 { "" } else { value };
    if seconds > 0 && !is_plain(value) {
        return None;
    }
    let text = format!("{name}={value}; Path=/; Max-Age={}; Secure; HttpOnly; SameSite=Lax", seconds.max(0));
    HeaderValue::from_str(&text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(line: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_str(line).unwrap())])
    }

    #[test]
    fn a_cookie_is_read_once_and_only_if_plain() {
        assert_eq!(read(&headers("a=1; __Host-session=cvs_x-1"), SESSION).as_deref(), Some("cvs_x-1"));
        assert_eq!(read(&headers("__Host-session=a; __Host-session=b"), SESSION), None, "twice");
        assert_eq!(read(&headers("__Host-session=a\"b"), SESSION), None);
        assert_eq!(read(&headers("x__Host-session=a"), SESSION), None);
    }

    #[test]
    fn a_cookie_is_of_this_host_and_hidden_from_scripts() {
        let text = set(SESSION, "cvs_x", 60).unwrap();
        let text = text.to_str().unwrap();
        for part in ["Path=/", "Secure", "HttpOnly", "SameSite=Lax", "Max-Age=60"] {
            assert!(text.contains(part), "{text}");
        }
        assert!(set(SESSION, "a;b", 60).is_none());
        assert!(set(SESSION, "", 0).unwrap().to_str().unwrap().contains("Max-Age=0"));
    }
}
