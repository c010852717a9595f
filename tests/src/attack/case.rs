//! Cases as they are written: one JSON object a line.

use serde::Deserialize;
use serde_json::{Map, Value, json};

/// One attack.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// Its name, such as `TRN-03`.
    pub id: String,
    /// What it belongs to.
    pub category: String,
    /// What is tried.
    pub description: String,
    /// Method of HTTP, or `RAW`.
    #[serde(default = "post")]
    pub method: String,
    /// Path, with macros.
    #[serde(default = "endpoint")]
    pub path: String,
    /// Headers, with macros.
    #[serde(default)]
    pub headers: Map<String, Value>,
    /// The only request's body, with macros: text as it is, anything else as JSON.
    #[serde(default)]
    pub body: Option<Value>,
    /// Or several steps, each an object of verbs.
    #[serde(default)]
    pub steps: Vec<Map<String, Value>>,
    /// What has to hold.
    pub expect: Expect,
    /// Where the case comes from.
    #[serde(default, rename = "ref")]
    pub reference: String,
    /// How bad a failure would be.
    #[serde(default)]
    pub severity: String,
}

/// What has to hold for a case to be safe.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// Statuses that are right; any where empty.
    #[serde(default)]
    pub status: Vec<u16>,
    /// What must be so.
    #[serde(default)]
    pub must: Vec<String>,
    /// What must not be so.
    #[serde(default)]
    pub must_not: Vec<String>,
    /// Longest time of an answer, milliseconds.
    #[serde(default)]
    pub max_ms: Option<u64>,
    /// Figures of the process.
    #[serde(default)]
    pub server: Figures,
    /// What must be so afterwards.
    #[serde(default)]
    pub then: Vec<String>,
}

/// Bounds on figures of the server's process.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figures {
    /// Processor time of the case, milliseconds.
    #[serde(default)]
    pub cpu_ms_max: Option<u64>,
    /// Growth of the resident memory, megabytes.
    #[serde(default)]
    pub rss_growth_mb_max: Option<u64>,
}

fn post() -> String {
    "POST".to_owned()
}

fn endpoint() -> String {
    "{{gql}}".to_owned()
}

impl Case {
    /// The first thing that it names by its id, which `nonexistent_same_type` is to be like.
    pub fn about(&self) -> Option<String> {
        let text = format!("{}{}", json!(self.body), json!(self.steps));
        let found = text.match_indices("{{id.").chain(text.match_indices("{{raw.")).map(|(at, open)| {
            let rest = &text[at.saturating_add(open.len())..];
            rest.split('}').next().unwrap_or_default().to_owned()
        });
        found.into_iter().find(|name| !name.starts_with("nonexistent"))
    }
}

impl Expect {
    /// Whether anything is expected at all; a case that expects nothing proves nothing.
    pub fn is_empty(&self) -> bool {
        self.status.is_empty()
            && self.must.is_empty()
            && self.must_not.is_empty()
            && self.then.is_empty()
            && self.max_ms.is_none()
            && self.server.cpu_ms_max.is_none()
            && self.server.rss_growth_mb_max.is_none()
    }
}

/// Reads a file of cases; empty lines are left out.
///
/// # Errors
/// A line is no case; its number and what was wrong.
pub fn read(text: &str) -> Result<Vec<Case>, String> {
    text.lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(at, line)| {
            serde_json::from_str(line).map_err(|error| format!("line {}: {error}", at.saturating_add(1)))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_is_read_and_a_word_that_is_not_known_is_an_error() {
        let line = r#"{"id":"A-1","category":"c","description":"d","expect":{"status":[400],"server":{"cpu_ms_max":5}}}"#;
        let cases = read(line).unwrap();
        assert_eq!((cases[0].method.as_str(), cases[0].path.as_str()), ("POST", "{{gql}}"));
        assert_eq!(cases[0].expect.server.cpu_ms_max, Some(5));
        assert!(!cases[0].expect.is_empty());
        let odd = line.replace("\"status\"", "\"stauts\"");
        assert!(read(&odd).unwrap_err().starts_with("line 1: unknown field `stauts`"));
    }
}
