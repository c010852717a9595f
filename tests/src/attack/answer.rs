//! What an answer of GraphQL says: codes, data, and whether anything came of it.

use serde_json::Value;

use super::http::Reply;

/// Every code in it: of errors, and of `userErrors` anywhere in the data.
pub fn codes(reply: &Reply) -> Vec<String> {
    let json = reply.json();
    let mut found: Vec<String> = json["errors"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|error| error["extensions"]["code"].as_str().unwrap_or("(no code)").to_owned())
        .collect();
    for object in objects(&json["data"]) {
        let errors = object["userErrors"].as_array().into_iter().flatten();
        found.extend(errors.filter_map(|error| error["code"].as_str().map(str::to_owned)));
    }
    found
}

/// Every message in it, of errors and user errors.
pub fn messages(reply: &Reply) -> Vec<String> {
    objects(&reply.json()).iter().filter_map(|object| object["message"].as_str().map(str::to_owned)).collect()
}

/// Whether any of some codes is in it, or the status that stands for one.
pub fn has_code(reply: &Reply, wanted: &[String]) -> bool {
    codes(reply).iter().any(|code| wanted.contains(code))
        || (reply.status == 401 && wanted.iter().any(|code| code == "UNAUTHENTICATED"))
}

/// Whether data came: a value that is not null, beside refusals, names of types and the client's own mark.
pub fn has_data(reply: &Reply) -> bool {
    carries(&reply.json()["data"])
}

fn carries(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Array(items) => items.iter().any(carries),
        Value::Object(map) => map
            .iter()
            .filter(|(key, _)| !["userErrors", "clientMutationId", "__typename"].contains(&key.as_str()))
            .any(|(_, value)| carries(value)),
        _ => true,
    }
}

/// Whether it did what was asked for: a good status, data, and no code.
pub fn succeeded(reply: &Reply) -> bool {
    (200..300).contains(&reply.status) && codes(reply).is_empty() && !reply.json()["data"].is_null()
}

/// Every object in a value, outer ones first.
pub fn objects(value: &Value) -> Vec<Value> {
    match value {
        Value::Object(map) => std::iter::once(value.clone()).chain(map.values().flat_map(objects)).collect(),
        Value::Array(items) => items.iter().flat_map(objects).collect(),
        _ => Vec::new(),
    }
}

/// Every text in a value.
pub fn strings(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Object(map) => map.values().flat_map(strings).collect(),
        Value::Array(items) => items.iter().flat_map(strings).collect(),
        _ => Vec::new(),
    }
}

/// The first value under a key, however deep, that is not null.
pub fn find<'a>(value: &'a Value, key: &str) -> Option<&'a Value> {
    match value {
        Value::Object(map) => map
            .get(key)
            .filter(|value| !value.is_null())
            .or_else(|| map.values().find_map(|value| find(value, key))),
        Value::Array(items) => items.iter().find_map(|value| find(value, key)),
        _ => None,
    }
}

/// The longest list in a value.
pub fn longest_list(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.len().max(items.iter().map(longest_list).max().unwrap_or_default()),
        Value::Object(map) => map.values().map(longest_list).max().unwrap_or_default(),
        _ => 0,
    }
}

/// An answer without what differs from request to request: ids of requests, times.
pub fn shape(reply: &Reply) -> (u16, Option<String>, String) {
    let mut json = reply.json();
    blur(&mut json);
    let text = if json.is_null() { reply.text() } else { json.to_string() };
    (reply.status, reply.header("content-type").map(str::to_owned), text)
}

fn blur(value: &mut Value) {
    match value {
        Value::Object(map) => {
            for (key, value) in map.iter_mut() {
                if ["requestId", "request_id", "asOf", "clientMutationId"].contains(&key.as_str())
                    && !value.is_null()
                {
                    *value = Value::String("~".to_owned());
                } else {
                    blur(value);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(blur),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn reply(status: u16, body: &Value) -> Reply {
        Reply { status, body: body.to_string().into_bytes(), ..Reply::default() }
    }

    #[test]
    fn refusals_are_no_data() {
        let refused = reply(
            200,
            &json!({"data": {"put": {"thing": null, "userErrors": [{"code": "NOT_FOUND", "message": "m"}]}}}),
        );
        assert_eq!(codes(&refused), ["NOT_FOUND"]);
        assert!(!has_data(&refused) && !succeeded(&refused));
        assert_eq!(messages(&refused), ["m"]);
        let done = reply(200, &json!({"data": {"put": {"thing": {"id": "x"}, "userErrors": []}}}));
        assert!(has_data(&done) && succeeded(&done));
        assert_eq!(find(&done.json(), "id"), Some(&json!("x")));
        let error = reply(200, &json!({"errors": [{"message": "m", "extensions": {"requestId": "7"}}]}));
        assert_eq!(codes(&error), ["(no code)"]);
        let again = reply(200, &json!({"errors": [{"message": "m", "extensions": {"requestId": "8"}}]}));
        assert_eq!(shape(&error), shape(&again));
        assert!(has_code(&reply(401, &json!({})), &["UNAUTHENTICATED".to_owned()]));
    }
}
