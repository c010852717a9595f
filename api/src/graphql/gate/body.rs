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
