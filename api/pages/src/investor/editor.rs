//! The editor of a mandate: beside the form stands the list as it would be, and which gate keeps out how many; nothing is
//! saved before somebody says so. Own weights are tried here too; they are nobody's but the viewer's.

use askama::Template;
use axum::{
    Router,
    extract::Path,
    http::StatusCode,
    response::Response,
    routing::{get, post},
};
use domain::vocabulary::{
    CooperationField, InfrastructureStage, Instrument, ProjectKind, VentureStage, Vocabulary,
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::lang;
use crate::{
    api::{Failure, UserError},
    desk::Desk,
    form::{Faults, Filled, KEY},
    public::ProjectRow,
    view::{Connection, Explanation, Money, Score, money_input},
};

/// The routes.
pub fn routes() -> Router {
    Router::new()
        .route("/mandates/new", get(new).post(create))
        .route("/mandates/preview", post(preview))
        .route("/mandates/{id}/edit", get(edit).post(update))
}

/// Criteria of the investor's side with their published weights, in points of 100; the caps are those of the policy: none
/// above 40, trust at least 4 (features, section 5.1).
const WEIGHTS: [(&str, u32); 9] = [
    ("FIELD", 20),
    ("TICKET", 15),
    ("STAGE", 12),
    ("TERMS", 12),
    ("GEO", 10),
    ("READY", 12),
    ("TRUST", 8),
    ("IMPACT", 7),
    ("TIES", 4),
];

/// Own weights of a form, scaled so that they sum to 100 within the caps; nothing where the form leaves them as published.
fn weights(filled: &Filled) -> Option<Vec<(&'static str, f64)>> {
    if !filled.ticked("own") {
        return None;
    }
    let wanted = |key: &str, published: u32| {
        let number = filled.number(&format!("w-{key}")).unwrap_or_else(|| f64::from(published));
        let least = if key == "TRUST" { 4.0 } else { 0.0 };
        number.clamp(least, 40.0)
    };
    let mut all: Vec<(&'static str, f64)> =
        WEIGHTS.iter().map(|(key, published)| (*key, wanted(key, *published))).collect();
    // What is at a cap stays there, the others are scaled; a few rounds are enough, since each fixes at least one.
    for _ in 0..WEIGHTS.len() {
        let sum: f64 = all.iter().map(|(_, weight)| weight).sum();
        if sum <= 0.0 {
            return None;
        }
        for (key, weight) in &mut all {
            let least = if *key == "TRUST" { 4.0 } else { 0.0 };
            *weight = (*weight * 100.0 / sum).clamp(least, 40.0);
        }
    }
    // In hundredths, with the rest on the first that has room.
    let mut hundredths: Vec<(&'static str, i64)> =
        all.into_iter().map(|(key, weight)| (key, (weight * 100.0).round() as i64)).collect();
    let rest = 10_000_i64.saturating_sub(hundredths.iter().map(|(_, weight)| weight).sum::<i64>());
    let has_room = |weight: i64| (401..=3_999).contains(&weight.saturating_add(rest));
    if let Some((_, weight)) = hundredths.iter_mut().find(|(_, weight)| has_room(*weight)) {
        *weight = weight.saturating_add(rest);
    }
    Some(hundredths.into_iter().map(|(key, weight)| (key, weight as f64 / 100.0)).collect())
}

fn codes<V: Vocabulary>() -> Vec<&'static str> {
    V::ALL.iter().map(|value| value.code()).collect()
}

/// The codes of a line of text.
fn listed(text: &str) -> Vec<String> {
    let parts = text.split([',', ' ', ';', '،', '，', '、']).map(str::trim);
    parts.filter(|code| !code.is_empty()).map(str::to_uppercase).collect()
}

/// The mandate of a form, as the API takes it.
fn mandate(filled: &Filled) -> Value {
    let mut mandate = Map::new();
    let mut put = |key: &str, value: Value| {
        if !value.is_null() {
            mandate.insert(key.to_owned(), value);
        }
    };
    let fields: Vec<Value> =
        filled.all("fields").into_iter().map(|field| json!({ "field": field, "weight": 1 })).collect();
    put("fields", fields.into());
    put("generalist", filled.ticked("generalist").into());
    for name in ["kinds", "stages", "instruments"] {
        put(name, json!(filled.all(name)));
    }
    for name in ["countries", "excludedCountries"] {
        put(name, json!(listed(filled.text(name))));
    }
    put("global", filled.ticked("global").into());
    let currency = filled.get("currency").unwrap_or("USD").to_uppercase();
    for name in ["ticketMin", "ticketMax"] {
        put(name, filled.whole(name).map_or(Value::Null, |units| money_input(units, &currency)));
    }
    for name in ["targetReturnPct", "minStakePct"] {
        put(name, filled.number(name).map_or(Value::Null, Into::into));
    }
    put("maxTenorMonths", filled.whole("maxTenorMonths").map_or(Value::Null, Into::into));
    put("noCompetitors", filled.ticked("noCompetitors").into());
    mandate.into()
}

/// A place of the list as it would be.
#[derive(Debug, Clone, Deserialize)]
struct Row {
    rank: Option<i64>,
    score: Score,
    project: ProjectRow,
    explanation: Explanation,
}

#[derive(Debug, Clone, Deserialize)]
struct Excluded {
    gate: String,
    count: i64,
}

/// The list as it would be.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Would {
    #[serde(flatten)]
    list: Connection<Row>,
    not_enough_known: i64,
    excluded: Vec<Excluded>,
}

async fn would(d: &Desk, filled: &Filled) -> Result<Result<Would, Faults>, Failure> {
    #[derive(Deserialize)]
    struct Answer {
        opportunities: Would,
    }
    let own = weights(filled);
    let own = own.map(|all| -> Vec<Value> {
        all.into_iter().map(|(key, weight)| json!({ "key": key, "weight": weight })).collect()
    });
    let variables = json!({ "mandate": mandate(filled), "weights": own, "lang": lang(d) });
    let asked = d.ask::<Answer>(include_str!("../../queries/investor/would.graphql"), variables).await;
    match asked {
        Ok(answer) => Ok(Ok(answer.opportunities)),
        Err(failure) if failure.code == "VALIDATION" => Ok(Err(Faults::of_failure(&failure))),
        Err(failure) => Err(failure),
    }
}

#[derive(Template)]
#[template(path = "investor/editor.html")]
struct EditorPage {
    d: Desk,
    /// Id and version of the mandate that is changed; none for a new one.
    of: Option<(String, i64)>,
    would: Option<Would>,
    /// Own weights as they were scaled.
    scaled: Vec<(&'static str, f64)>,
    key: String,
    filled: Filled,
    faults: Faults,
}

/// The part of the page that follows the form.
#[derive(Template)]
#[template(path = "investor/editor.html", block = "preview")]
struct PreviewPart {
    d: Desk,
    would: Option<Would>,
    scaled: Vec<(&'static str, f64)>,
    faults: Faults,
}

impl EditorPage {
    fn fields(&self) -> Vec<&'static str> {
        codes::<CooperationField>()
    }

    fn kinds(&self) -> Vec<&'static str> {
        codes::<ProjectKind>()
    }

    fn stages(&self) -> Vec<&'static str> {
        [codes::<InfrastructureStage>(), codes::<VentureStage>()].concat()
    }

    fn instruments(&self) -> Vec<&'static str> {
        codes::<Instrument>()
    }

    /// What a slider stands at.
    fn slider(&self, key: &str, published: &u32) -> String {
        let typed = self.filled.get(&format!("w-{key}"));
        typed.map_or_else(|| published.to_string(), str::to_owned)
    }
}

async fn page(
    d: &Desk,
    of: Option<(String, i64)>,
    filled: Filled,
    faults: Faults,
) -> Result<Response, Failure> {
    let person = d.signed_in()?;
    if !person.is_investor() {
        return Err(Failure::not_found());
    }
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let (would, faults) = match would(d, &filled).await? {
        Ok(would) => (Some(would), faults),
        Err(own) => (None, if faults.is_empty() { own } else { faults }),
    };
    let scaled = weights(&filled).unwrap_or_default();
    let page = EditorPage { d: d.clone(), of, would, scaled, key: d.new_key(), filled, faults };
    d.page_with(status, &page)
}

async fn preview(d: Desk, filled: Filled) -> Result<Response, Failure> {
    d.signed_in()?;
    let (would, faults) = match would(&d, &filled).await? {
        Ok(would) => (Some(would), Faults::default()),
        Err(faults) => (None, faults),
    };
    let scaled = weights(&filled).unwrap_or_default();
    d.page(&PreviewPart { d: d.clone(), would, scaled, faults })
}

async fn new(d: Desk) -> Result<Response, Failure> {
    page(&d, None, Filled::default().with("currency", "USD"), Faults::default()).await
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Current {
    name: String,
    version: i64,
    terms: Terms,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Terms {
    fields: Vec<Wanted>,
    generalist: bool,
    kinds: Vec<String>,
    countries: Vec<String>,
    global: bool,
    excluded_countries: Vec<String>,
    ticket_min: Option<Money>,
    ticket_max: Option<Money>,
    stages: Vec<String>,
    instruments: Vec<String>,
    target_return_pct: Option<f64>,
    max_tenor_months: Option<i64>,
    min_stake_pct: Option<f64>,
}

#[derive(Debug, Clone, Deserialize)]
struct Wanted {
    field: String,
}

async fn current(d: &Desk, id: &str) -> Result<Current, Failure> {
    #[derive(Deserialize)]
    struct Answer {
        mandate: Option<Current>,
    }
    let answer: Answer =
        d.ask(include_str!("../../queries/investor/current.graphql"), json!({ "id": id })).await?;
    answer.mandate.ok_or_else(Failure::not_found)
}

/// A mandate as the form shows it first.
fn shown(current: Current) -> Filled {
    let Current { name, terms, .. } = current;
    let mut filled = Filled::default().with("name", name);
    for field in terms.fields {
        filled = filled.with("fields", field.field);
    }
    for (name, all) in [("kinds", terms.kinds), ("stages", terms.stages), ("instruments", terms.instruments)]
    {
        for code in all {
            filled = filled.with(name, code);
        }
    }
    for (name, is_so) in [("generalist", terms.generalist), ("global", terms.global)] {
        if is_so {
            filled = filled.with(name, "on");
        }
    }
    filled = filled
        .with("countries", terms.countries.join(", "))
        .with("excludedCountries", terms.excluded_countries.join(", "));
    let currency =
        terms.ticket_min.as_ref().or(terms.ticket_max.as_ref()).map(|money| money.currency.clone());
    filled = filled.with("currency", currency.unwrap_or_else(|| "USD".to_owned()));
    for (name, money) in [("ticketMin", &terms.ticket_min), ("ticketMax", &terms.ticket_max)] {
        if let Some(money) = money {
            filled = filled.with(name, money.units().to_string());
        }
    }
    for (name, number) in [("targetReturnPct", terms.target_return_pct), ("minStakePct", terms.min_stake_pct)]
    {
        if let Some(number) = number {
            filled = filled.with(name, number.to_string());
        }
    }
    match terms.max_tenor_months {
        Some(months) => filled.with("maxTenorMonths", months.to_string()),
        None => filled,
    }
}

async fn edit(d: Desk, Path(id): Path<String>) -> Result<Response, Failure> {
    d.signed_in()?;
    let current = current(&d, &id).await?;
    let version = current.version;
    page(&d, Some((id, version)), shown(current), Faults::default()).await
}

#[derive(Deserialize)]
struct Made {
    id: String,
}

#[derive(Deserialize)]
struct Payload {
    mandate: Made,
}

/// What a command of this form answered: where to go, or what is wrong.
async fn save(d: &Desk, document: &str, input: Value) -> Result<Result<String, Vec<UserError>>, Failure> {
    match d.act::<Payload>(document, input).await {
        Ok(Ok(payload)) => Ok(Ok(payload.mandate.id)),
        Ok(Err(errors)) => Ok(Err(errors)),
        Err(failure) if failure.code == "VALIDATION" => Ok(Err(Faults::of_failure(&failure).0)),
        Err(failure) => Err(failure),
    }
}

async fn create(d: Desk, filled: Filled) -> Result<Response, Failure> {
    if filled.text("action") == "show" {
        return page(&d, None, filled, Faults::default()).await;
    }
    let document = "mutation Create($input: CreateMandateInput!) { createMandate(input: $input) { mandate { id } userErrors { code path message } } }";
    let input = json!({
        "name": filled.text("name"),
        "mandate": mandate(&filled),
        "idempotencyKey": filled.text(KEY),
    });
    match save(&d, document, input).await? {
        Ok(id) => Ok(d.go(&format!("/mandates/{id}"), "mandate-saved")),
        Err(errors) => page(&d, None, filled, Faults(errors)).await,
    }
}

async fn update(d: Desk, Path(id): Path<String>, filled: Filled) -> Result<Response, Failure> {
    let version = filled.whole("version").unwrap_or_default();
    if filled.text("action") == "show" {
        return page(&d, Some((id, version)), filled, Faults::default()).await;
    }
    let document = "mutation Update($input: UpdateMandateInput!) { updateMandate(input: $input) { mandate { id } userErrors { code path message } } }";
    let input = json!({
        "mandateId": id,
        "expectedVersion": version,
        "name": filled.text("name"),
        "mandate": mandate(&filled),
        "idempotencyKey": filled.text(KEY),
    });
    match save(&d, document, input).await? {
        Ok(id) => Ok(d.go(&format!("/mandates/{id}"), "mandate-saved")),
        Err(errors) => {
            // Whoever sends it again has seen that somebody else changed it.
            let version = current(&d, &id).await?.version;
            page(&d, Some((id, version)), filled, Faults(errors)).await
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_weights_sum_to_a_hundred_within_the_caps() {
        for form in [
            "own=on",
            "own=on&w-FIELD=40&w-TICKET=40&w-TRUST=0",
            "own=on&w-FIELD=1000&w-TIES=-5",
            "own=on&w-GEO=33.3",
        ] {
            let all = weights(&Filled::parse(form.as_bytes())).unwrap();
            let sum: f64 = all.iter().map(|(_, weight)| weight).sum();
            assert!((sum - 100.0).abs() < 0.001, "{form}: {all:?} {sum}");
            assert!(all.iter().all(|(_, weight)| (0.0..=40.0).contains(weight)), "{form}: {all:?}");
            assert!(all.iter().any(|(key, weight)| *key == "TRUST" && *weight >= 4.0), "{form}: {all:?}");
        }
        assert_eq!(weights(&Filled::parse(b"w-FIELD=40")), None, "only where somebody says so");
    }

    #[test]
    fn a_form_that_is_empty_is_a_mandate_of_nothing() {
        let mandate = mandate(&Filled::default());
        assert_eq!(mandate["fields"], json!([]));
        assert!(mandate.get("ticketMin").is_none());
        assert_eq!(listed("rs, ba;CN"), ["RS", "BA", "CN"]);
    }
}
