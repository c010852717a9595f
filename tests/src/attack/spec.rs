//! Descriptions such as `header={alg:none}, key in [a,'b'], sig=''`: JSON with fewer quotes.

use serde_json::{Map, Value, json};

/// Reads `name=value` and `name in [value, …]`, separated by commas.
///
/// # Errors
/// What could not be read.
pub fn read(text: &str) -> Result<Vec<(String, Value)>, String> {
    let mut out = Vec::new();
    for part in split(text, ',') {
        let part = part.trim();
        if part.is_empty() {
            continue;
        }
        let (name, value) = part
            .split_once('=')
            .filter(|(name, _)| !name.contains('['))
            .or_else(|| part.split_once(" in "))
            .ok_or_else(|| format!("no value: {part}"))?;
        out.push((name.trim().to_owned(), one(value.trim())?));
    }
    Ok(out)
}

/// Splits at a separator that stands in no bracket and no quote.
pub fn split(text: &str, separator: char) -> Vec<&str> {
    let (mut depth, mut quote, mut begin, mut out) = (0_usize, None, 0, Vec::new());
    for (at, c) in text.char_indices() {
        if let Some(open) = quote {
            quote = (c != open).then_some(open);
            continue;
        }
        match c {
            '\'' | '"' => quote = Some(c),
            '{' | '[' | '(' => depth = depth.saturating_add(1),
            '}' | ']' | ')' => depth = depth.saturating_sub(1),
            c if c == separator && depth == 0 => {
                out.push(&text[begin..at]);
                begin = at.saturating_add(c.len_utf8());
            }
            _ => {}
        }
    }
    out.push(&text[begin..]);
    out
}

fn one(text: &str) -> Result<Value, String> {
    let inside = |open: char, close: char| text.strip_prefix(open).and_then(|rest| rest.strip_suffix(close));
    if let Some(inner) = inside('{', '}') {
        let mut map = Map::new();
        for entry in split(inner, ',') {
            let (name, value) = entry.split_once(':').ok_or_else(|| format!("no value: {entry}"))?;
            map.insert(name.trim().trim_matches(['\'', '"']).to_owned(), one(value.trim())?);
        }
        return Ok(Value::Object(map));
    }
    if let Some(inner) = inside('[', ']') {
        return split(inner, ',')
            .into_iter()
            .map(|item| one(item.trim()))
            .collect::<Result<_, _>>()
            .map(Value::Array);
    }
    if let Some(inner) = inside('\'', '\'').or_else(|| inside('"', '"')) {
        return Ok(Value::String(inner.to_owned()));
    }
    Ok(match text {
        "null" => Value::Null,
        "true" => json!(true),
        "false" => json!(false),
        number if number.parse::<f64>().is_ok() => {
            serde_json::from_str(number).unwrap_or_else(|_| json!(number))
        }
        word => json!(word),
    })
}

/// A value in which `now`, `now+N` and `now-N` are seconds since 1970.
pub fn at(value: &Value, now: i64) -> Value {
    let Some(rest) = value.as_str().and_then(|text| text.strip_prefix("now")) else { return value.clone() };
    match rest.replace(' ', "").trim_start_matches('+').parse::<i64>() {
        Ok(shift) => json!(now.saturating_add(shift)),
        Err(_) if rest.is_empty() => json!(now),
        Err(_) => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptions_are_read() {
        let parts = read("header={alg:none, crit:[exp]}, key in [a,'b, c',''], sig=''").unwrap();
        assert_eq!(parts[0], ("header".to_owned(), json!({"alg": "none", "crit": ["exp"]})));
        assert_eq!(parts[1], ("key".to_owned(), json!(["a", "b, c", ""])));
        assert_eq!(parts[2], ("sig".to_owned(), json!("")));
        assert_eq!(at(&json!("now-60"), 100), json!(40));
        assert_eq!(at(&json!("nowhere"), 100), json!("nowhere"));
        assert!(read("oops").is_err());
    }
}
