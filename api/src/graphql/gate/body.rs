//! The JSON body of a request, by the letter of GraphQL over HTTP.

use async_graphql::{Request, Variables};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::{Bound, GateError, GateLimits};

/// The parameters of a request. A parameter twice is refused, one that is not known is passed over.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Parameters {
    query: String,
    #[serde(default)]
    operation_name: Option<String>,
    #[serde(default)]
    variables: Option<Map<String, Value>>,
    #[serde(default, deserialize_with = "object_or_null")]
    extensions: (),
}

/// Extensions are checked to be an object and then forgotten: none is served.
fn object_or_null<'de, D: Deserializer<'de>>(deserializer: D) -> Result<(), D::Error> {
    Option::<Map<String, Value>>::deserialize(deserializer).map(|_| ())
}

/// Deepest nesting of JSON that the parser follows.
const MAX_NESTING: u32 = 128;

/// How deep JSON is nested, as its bytes come: brackets outside of texts are counted, and nothing else is looked at.
#[derive(Debug, Clone, Copy, Default)]
pub struct Nesting {
    depth: u32,
    deepest: u32,
    in_text: bool,
    is_escaped: bool,
}

impl Nesting {
    /// Goes on with the next bytes.
    pub fn follow(&mut self, bytes: &[u8]) {
        for byte in bytes {
            match byte {
                _ if self.is_escaped => self.is_escaped = false,
                b'\\' if self.in_text => self.is_escaped = true,
                b'"' => self.in_text = !self.in_text,
                b'[' | b'{' if !self.in_text => {
                    self.depth = self.depth.saturating_add(1);
                    self.deepest = self.deepest.max(self.depth);
                }
                b']' | b'}' if !self.in_text => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
        }
    }

    /// Whether it was deeper than the parser follows.
    pub const fn is_too_deep(self) -> bool {
        self.deepest > MAX_NESTING
    }
}

const NO_REQUEST: &str = "Send a JSON object with 'query' (text) and, if wanted, 'operationName' (text), 'variables' and 'extensions' (objects).";

/// Reads a body.
///
/// # Errors
/// The body is too long, a list, not JSON, or its parameters are not of their types.
pub fn parse(body: &[u8], limits: &GateLimits) -> Result<Request, GateError> {
    Bound::Bytes.check(body.len() as u64, limits.body_bytes as u64)?;
    // A struct reads from a JSON list as well as from an object, so the list is looked for first.
    match body.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'{') => {}
        Some(b'[') => return Err(GateError::Batch),
        _ => return Err(GateError::Body(NO_REQUEST)),
    }
    let parameters: Parameters = serde_json::from_slice(body).map_err(|_| GateError::Body(NO_REQUEST))?;
    let Parameters { query, operation_name, variables, extensions: () } = parameters;
    Ok(request(query, operation_name, variables))
}

/// A request of parameters that were read elsewhere, such as from an address or a socket's message.
pub fn request(
    query: String,
    operation_name: Option<String>,
    variables: Option<Map<String, Value>>,
) -> Request {
    let variables = variables.map_or_else(Variables::default, |map| Variables::from_json(Value::Object(map)));
    let mut request = Request::new(query).variables(variables);
    request.operation_name = operation_name;
    request
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_too_deep(parts: &[&str]) -> bool {
        let mut nesting = Nesting::default();
        for part in parts {
            nesting.follow(part.as_bytes());
        }
        nesting.is_too_deep()
    }

    #[test]
    fn brackets_count_where_they_nest() {
        let (open, close) = ("[".repeat(128), "]".repeat(128));
        assert!(!is_too_deep(&["{\"a\":1}", &open, &close, &open]));
        assert!(is_too_deep(&["{\"a\":", &open]));
        // In a text they are letters, also after a quote that is escaped, wherever the chunks end.
        assert!(!is_too_deep(&["{\"a\":\"\\", "\"", &open, &open, "\"}"]));
        assert!(is_too_deep(&["\"\\\\\"", &open, "{"]));
    }
}
