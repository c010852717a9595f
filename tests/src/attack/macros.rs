//! `{{…}}`: the small language in which cases are written.
//!
//! Repeats, nests and encodings are worked out here; every other name goes to [`Names`]. The result is bytes, since
//! some attacks are no text. An operation that stands alone in its string becomes a document of its own: `{{m.x}}`
//! is `mutation { … }`, but `{ {{q.x}} }` stays what it is.

use std::io::Write;

use base64::{Engine, engine::general_purpose::STANDARD};

/// Who answers for names: operations, ids, tokens, generated files.
pub trait Names {
    /// The value of a name; what stood inside the braces, with everything within it expanded.
    ///
    /// # Errors
    /// It is not there yet, not in the schema, or not known at all.
    fn value(&self, name: &str) -> Result<Vec<u8>, Gap>;
}

/// Why an expansion did not come about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gap {
    /// Somebody has to sign in first; expand again afterwards.
    Person(String),
    /// Something has to be made first, by its name among the binding's things; expand again afterwards.
    Thing(String),
    /// The server does not have what the case asks for; the reason in words.
    Absent(String),
    /// The runner does not understand it.
    Unknown(String),
}

/// How texts are put in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Context {
    /// As they are.
    Plain,
    /// Inside a JSON text that the case wrote by hand: quotes of operations are escaped.
    Json,
}

/// Expands a text.
///
/// # Errors
/// The first name without a value, or a macro that is no macro.
pub fn expand(text: &str, names: &dyn Names, context: Context) -> Result<Vec<u8>, Gap> {
    let text = unroll(text)?;
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(at) = rest.find("{{") {
        let (before, found) = rest.split_at(at);
        out.extend_from_slice(before.as_bytes());
        if found.starts_with("{{{") {
            out.push(b'{');
            rest = &found[1..];
            continue;
        }
        let (inner, after) = cut(found)?;
        let alone = out.last().is_none_or(|c| *c == b'"') && (after.is_empty() || after.starts_with('"'));
        out.extend(one(inner, names, context, alone)?);
        rest = after;
    }
    out.extend_from_slice(rest.as_bytes());
    Ok(out)
}

/// The same as text; bytes that are no UTF-8 are replaced.
///
/// # Errors
/// As [`expand`].
pub fn expand_text(text: &str, names: &dyn Names) -> Result<String, Gap> {
    expand(text, names, Context::Plain).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

/// Every string of a JSON value.
///
/// # Errors
/// As [`expand`].
pub fn expand_json(value: &serde_json::Value, names: &dyn Names) -> Result<serde_json::Value, Gap> {
    use serde_json::Value;
    Ok(match value {
        Value::String(text) => Value::String(expand_text(text, names)?),
        Value::Array(items) => {
            Value::Array(items.iter().map(|item| expand_json(item, names)).collect::<Result<_, _>>()?)
        }
        Value::Object(map) => Value::Object(
            map.iter()
                .map(|(key, value)| Ok((expand_text(key, names)?, expand_json(value, names)?)))
                .collect::<Result<_, Gap>>()?,
        ),
        other => other.clone(),
    })
}

/// A macro's inside and what follows it. Single braces count too: a token's claims end in three.
fn cut(text: &str) -> Result<(&str, &str), Gap> {
    let open = || Gap::Unknown(format!("a macro that does not end: {}", start_of(text)));
    if text.starts_with("{{'") {
        let end = text.find("'}}").ok_or_else(open)?;
        return Ok((&text[2..=end], &text[end.saturating_add(3)..]));
    }
    if text.starts_with("{{repeatstr:") {
        // What is repeated may be a brace.
        for (at, _) in text.match_indices("}}") {
            let inner = &text[2..at];
            let count = inner.rsplit(':').next().unwrap_or_default();
            if inner.matches(':').count() >= 2
                && !count.is_empty()
                && count.bytes().all(|c| c.is_ascii_digit())
            {
                return Ok((inner, &text[at.saturating_add(2)..]));
            }
        }
        return Err(open());
    }
    if text.starts_with("{{nest:") {
        // A level may open what only the nest closes, so pairs count and single braces do not.
        let mut pairs = 0_usize;
        let marks = text.match_indices("{{").chain(text.match_indices("}}"));
        let mut marks: Vec<_> = marks.collect();
        marks.sort_unstable();
        for (at, mark) in marks {
            pairs = if mark == "{{" { pairs.saturating_add(1) } else { pairs.saturating_sub(1) };
            if pairs == 0 {
                return Ok((&text[2..at], &text[at.saturating_add(2)..]));
            }
        }
        return Err(open());
    }
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth = depth.saturating_add(1),
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            let inner = text.get(2..at.saturating_sub(1)).ok_or_else(open)?;
            return Ok((inner, &text[at.saturating_add(1)..]));
        }
    }
    Err(open())
}

fn start_of(text: &str) -> String {
    text.chars().take(60).collect()
}

/// Writes out `{{#repeat N sep}}…{{/repeat}}`, inner ones first; `$i` counts from 0, `$next` is one more.
fn unroll(text: &str) -> Result<String, Gap> {
    const END: &str = "{{/repeat}}";
    let Some(end) = text.find(END) else { return Ok(text.to_owned()) };
    let unknown = || Gap::Unknown("a repeat without its begin or its count".to_owned());
    let begin = text[..end].rfind("{{#repeat").ok_or_else(unknown)?;
    let head_end = text[begin..end].find("}}").map(|at| begin.saturating_add(at)).ok_or_else(unknown)?;
    let head = text[begin.saturating_add("{{#repeat".len())..head_end].trim_start();
    let (count, separator) = head.split_once(' ').unwrap_or((head, ""));
    let count: usize = count.parse().map_err(|_| unknown())?;
    let body = &text[head_end.saturating_add(2)..end];
    let mut out = text[..begin].to_owned();
    for i in 0..count {
        if i > 0 {
            out.push_str(separator);
        }
        numbered(body, i, &mut out);
    }
    out.push_str(&text[end.saturating_add(END.len())..]);
    unroll(&out)
}

/// Puts numbers for `$i` and `$next`; other variables that begin so, such as `$input`, stay.
pub fn numbered(body: &str, i: usize, out: &mut String) {
    let mut rest = body;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        let name = &rest[at.saturating_add(1)..];
        let word = name.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(name.len());
        let taken = match &name[..word] {
            "i" => {
                out.push_str(&i.to_string());
                1
            }
            "next" => {
                out.push_str(&i.saturating_add(1).to_string());
                4
            }
            _ => {
                out.push('$');
                0
            }
        };
        rest = &name[taken..];
    }
    out.push_str(rest);
}

fn one(inner: &str, names: &dyn Names, context: Context, alone: bool) -> Result<Vec<u8>, Gap> {
    if let Some(literal) = inner.strip_prefix('\'') {
        return Ok(literal.trim_end_matches('\'').as_bytes().to_vec());
    }
    let (kind, argument) = inner.split_once(':').unwrap_or((inner, ""));
    let unknown = || Gap::Unknown(format!("{{{{{}}}}}", start_of(inner)));
    match kind {
        "repeatstr" => {
            let (text, count) = argument.rsplit_once(':').ok_or_else(unknown)?;
            let count: usize = count.trim().parse().map_err(|_| unknown())?;
            Ok(expand(text, names, context)?.repeat(count))
        }
        "nest" => {
            let (count, rest) = argument.split_once(':').ok_or_else(unknown)?;
            let count: usize = count.trim().parse().map_err(|_| unknown())?;
            let rest = expand_text(rest, names)?;
            let (open, leaf) = rest.rsplit_once(':').ok_or_else(unknown)?;
            let level = format!("{open} {{");
            // What the text of a level leaves open is closed again.
            let braces = level.matches('{').count().saturating_sub(level.matches('}').count());
            Ok(format!("{} {leaf} {}", level.repeat(count), "}".repeat(braces).repeat(count)).into_bytes())
        }
        "urlenc" => Ok(percent_encoded(&expand(argument, names, Context::Plain)?).into_bytes()),
        "b64" => Ok(STANDARD.encode(expand(argument, names, context)?).into_bytes()),
        "bytes" => {
            let digits: Vec<u8> = argument.bytes().filter(u8::is_ascii_hexdigit).collect();
            digits
                .chunks(2)
                .map(|pair| std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok()))
                .collect::<Option<_>>()
                .ok_or_else(unknown)
        }
        "gzip" => {
            let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
            let done = packer.write_all(&expand(argument, names, context)?).and_then(|()| packer.finish());
            done.map_err(|_| unknown())
        }
        _ => {
            let name = expand_text(inner, names)?;
            let value = names.value(name.trim())?;
            let operation = match name.trim().split_once('.').map(|(kind, _)| kind) {
                Some("q") => "",
                Some("m") => "mutation ",
                Some("s") => "subscription ",
                _ => return Ok(value),
            };
            let mut text = String::from_utf8_lossy(&value).into_owned();
            if alone {
                text = format!("{operation}{{ {text} }}");
            }
            if context == Context::Json {
                text = text.replace('\\', "\\\\").replace('"', "\\\"").replace(['\n', '\t'], " ");
            }
            Ok(text.into_bytes())
        }
    }
}

/// Everything but letters, digits and `-_.~` as `%XX`.
pub fn percent_encoded(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or('0').to_ascii_uppercase();
    let mut out = String::with_capacity(bytes.len());
    for byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(byte) {
            out.push(char::from(*byte));
        } else {
            out.extend(['%', digit(byte >> 4), digit(byte & 15)]);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Few;

    impl Names for Few {
        fn value(&self, name: &str) -> Result<Vec<u8>, Gap> {
            match name {
                "q.open" => Ok(b"node(id:\"x\")".to_vec()),
                "m.touch" => Ok(b"touch(key:\"k\")".to_vec()),
                "raw.p" => Ok(b"42".to_vec()),
                "tok.alice" => Err(Gap::Person("alice".to_owned())),
                other => Ok(format!("<{other}>").into_bytes()),
            }
        }
    }

    fn text(source: &str) -> String {
        String::from_utf8(expand(source, &Few, Context::Plain).unwrap()).unwrap()
    }

    #[test]
    fn repeats_count_and_keep_other_variables() {
        assert_eq!(text("{{#repeat 3 ,}}F$i>$next $input{{/repeat}}"), "F0>1 $input,F1>2 $input,F2>3 $input");
        assert_eq!(text("{{#repeat 2}}a{{#repeat 2}}b{{/repeat}}{{/repeat}}"), "abbabb");
        assert_eq!(text("{{repeatstr:[:4}}{{repeatstr:]:4}}"), "[[[[]]]]");
        assert_eq!(text("{{repeatstr:{\"a\"::2}}"), "{\"a\":{\"a\":");
        assert_eq!(text("{{repeatstr: :3}}|"), "   |");
    }

    #[test]
    fn nests_close_what_they_open() {
        assert_eq!(text("{ {{nest:2:{{q.open}}:id}} }"), "{ node(id:\"x\") {node(id:\"x\") { id }} }");
        assert_eq!(text("{{nest:2:a{b:id}} }"), "a{b {a{b { id }}}} }");
    }

    #[test]
    fn encodings_take_what_is_inside_them() {
        assert_eq!(text("{{urlenc:{{m.touch}}}}"), "mutation%20%7B%20touch%28key%3A%22k%22%29%20%7D");
        assert_eq!(text("{{b64:Project:{{raw.p}}}}"), "UHJvamVjdDo0Mg==");
        assert_eq!(expand("{{bytes:7bfffe}}", &Few, Context::Plain).unwrap(), [0x7b, 0xff, 0xfe]);
        let packed = expand("{{gzip:{{repeatstr:A:100000}}}}", &Few, Context::Plain).unwrap();
        assert!(packed.starts_with(&[0x1f, 0x8b]) && packed.len() < 1_000);
    }

    #[test]
    fn braces_of_claims_belong_to_the_macro_and_quotes_are_literal() {
        assert_eq!(text("{{jwt: claims={nbf:now+3600}}}."), "<jwt: claims={nbf:now+3600}>.");
        assert_eq!(text("{{'{{'}}7*7}} ${7*7}"), "{{7*7}} ${7*7}");
        assert_eq!(text("{{{q.open}}}"), "{node(id:\"x\")}");
    }

    #[test]
    fn operations_alone_become_documents_and_are_escaped_in_written_json() {
        assert_eq!(text("{{m.touch}}"), "mutation { touch(key:\"k\") }");
        assert_eq!(text("{ {{q.open}} {id} }"), "{ node(id:\"x\") {id} }");
        let json = expand("{\"query\":\"{{m.touch}}\"}", &Few, Context::Json).unwrap();
        let read: serde_json::Value = serde_json::from_slice(&json).unwrap();
        assert_eq!(read["query"], "mutation { touch(key:\"k\") }");
    }

    #[test]
    fn what_is_missing_is_said() {
        assert_eq!(
            expand("Bearer {{tok.alice}}", &Few, Context::Plain),
            Err(Gap::Person("alice".to_owned()))
        );
        assert!(matches!(expand("{{nest:x}}", &Few, Context::Plain), Err(Gap::Unknown(_))));
        assert!(matches!(expand("{{q.open", &Few, Context::Plain), Err(Gap::Unknown(_))));
    }
}
