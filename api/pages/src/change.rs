//! An edit that waits for a reviewer, for its owner and for who decides: each field with what stands and what would stand.

use chrono::NaiveDate;
use serde::Deserialize;

use crate::{desk::Desk, refusal, view::Money};

/// A field that the edit changes.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Edit {
    field: String,
    was: Vec<Value>,
    will_be: Vec<Value>,
}

/// A value of a field; one of its first four parts is given.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Value {
    text: Option<String>,
    code: Option<String>,
    number: Option<f64>,
    money: Option<Money>,
    share_pct: Option<f64>,
}

/// The vocabulary of a field's codes.
fn list_of(field: &str) -> &'static str {
    match field {
        "kind" => "ProjectKind",
        "stage" => "InvestmentStage",
        "lifecycle" => "LifecycleStatus",
        "works" => "WorksType",
        "innovation" => "InnovationKind",
        "contract" => "ContractType",
        "fields" => "CooperationField",
        "instruments" => "Instrument",
        "helpWanted" => "HelpKind",
        "excludedInvestors" => "InvestorType",
        "places" => "Country",
        _ => "ReadinessStatus",
    }
}

/// What stands in a field of a form, several values with commas between them, with names for codes: for two versions
/// beside each other.
pub(crate) fn shown(d: &Desk, field: &str, value: &str) -> String {
    // Of rows the place is written behind a line, such as `field-2` and `ready-LICENCES`.
    let list = match field.split_once('-') {
        Some(("field", at)) if !at.starts_with("share") => "CooperationField",
        Some(("instrument", at)) if !at.starts_with("share") => "Instrument",
        Some(("ready", _)) => "ReadinessStatus",
        Some(_) => return value.to_owned(),
        None => match field {
            "excludedFields" => "CooperationField",
            "kinds" => "ProjectKind",
            "stages" => "InvestmentStage",
            "excludedContracts" => "ContractType",
            "kind" | "stage" | "lifecycle" | "works" | "innovation" | "contract" | "fields"
            | "instruments" | "helpWanted" | "excludedInvestors" => list_of(field),
            "concessional" | "generalist" | "global" | "noCompetitors" | "softTerms" => "",
            _ => return value.to_owned(),
        },
    };
    let name = |code: &str| match code {
        "yes" | "on" => d.say("yes"),
        "no" => d.say("no"),
        code if field == "softTerms" => d.code("soft", code),
        code => d.name(list, code),
    };
    let codes = value.split(", ").filter(|code| !code.is_empty());
    codes.map(name).collect::<Vec<_>>().join(&d.words.list_mark())
}

impl Value {
    fn said(&self, d: &Desk, field: &str) -> String {
        if let Some(money) = &self.money {
            return d.money(money);
        }
        if let Some(number) = self.number {
            let places = if number.fract() == 0.0 { 0 } else { 2 };
            return d.words.number(number, places);
        }
        if let Some(code) = &self.code {
            let name = match (field, code.as_str()) {
                ("concessional", "YES") => d.say("yes"),
                ("concessional", _) => d.say("no"),
                ("languages", tag) => d.language_name(tag),
                _ => d.name(list_of(field), code),
            };
            return match (&self.share_pct, &self.text) {
                (Some(share), _) => format!("{name} ({})", d.percent(share)),
                (None, Some(at)) => format!("{name} ({at})"),
                (None, None) => name,
            };
        }
        let text = self.text.as_deref().unwrap_or_default();
        match text.parse::<NaiveDate>() {
            Ok(day) if field == "deadline" => d.day(&day),
            _ => text.to_owned(),
        }
    }
}

impl Edit {
    /// What the form calls the field.
    pub(crate) fn label(&self, d: &Desk) -> String {
        if let Some(item) = self.field.strip_prefix("readiness.") {
            return d.name("ReadinessItem", item);
        }
        let path: Vec<String> =
            std::iter::once("project").chain(self.field.split('.')).map(str::to_owned).collect();
        refusal::label(d.words, &path).unwrap_or_else(|| self.field.clone())
    }

    fn said(&self, d: &Desk, values: &[Value]) -> Vec<String> {
        values.iter().map(|value| value.said(d, &self.field)).collect()
    }

    /// What the public sees.
    pub(crate) fn before(&self, d: &Desk) -> Vec<String> {
        self.said(d, &self.was)
    }

    /// What it would see.
    pub(crate) fn after(&self, d: &Desk) -> Vec<String> {
        self.said(d, &self.will_be)
    }
}
