//! The form of a new listing: all facts that the scorer reads, each with what it is for.

use askama::Template;
use axum::{Router, http::StatusCode, response::Response, routing::get};
use domain::vocabulary::{
    ContractType, CooperationField, HelpKind, InfrastructureStage, Instrument, LifecycleStatus, ProjectKind,
    ReadinessItem, VentureStage, Vocabulary, WorksType,
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::{
    api::Failure,
    desk::Desk,
    form::{Faults, Filled, KEY},
    view::money_input,
};

/// The routes.
pub fn routes() -> Router {
    Router::new().route("/listings/new", get(form).post(create))
}

fn codes<V: Vocabulary>() -> Vec<&'static str> {
    V::ALL.iter().map(|value| value.code()).collect()
}

#[derive(Template)]
#[template(path = "owner/new.html")]
struct NewPage {
    d: Desk,
    key: String,
    filled: Filled,
    faults: Faults,
}

impl NewPage {
    fn lists(&self) -> [(&'static str, &'static str, Vec<&'static str>, bool); 5] {
        [
            ("kind", "ProjectKind", codes::<ProjectKind>(), true),
            (
                "stage",
                "InvestmentStage",
                [codes::<InfrastructureStage>(), codes::<VentureStage>()].concat(),
                true,
            ),
            ("lifecycle", "LifecycleStatus", codes::<LifecycleStatus>(), false),
            ("works", "WorksType", codes::<WorksType>(), false),
            ("contract", "ContractType", codes::<ContractType>(), false),
        ]
    }

    /// The name of a field of the form in a numbered row, or for an item.
    fn row(&self, name: &str, at: impl std::fmt::Display) -> String {
        format!("{name}-{at}")
    }

    fn fields(&self) -> Vec<&'static str> {
        codes::<CooperationField>()
    }

    fn instruments(&self) -> Vec<&'static str> {
        codes::<Instrument>()
    }

    fn items(&self) -> Vec<&'static str> {
        codes::<ReadinessItem>()
    }

    fn helps(&self) -> Vec<&'static str> {
        codes::<HelpKind>()
    }
}

fn page(d: &Desk, filled: Filled, faults: Faults) -> Result<Response, Failure> {
    d.signed_in()?.acting().ok_or_else(Failure::not_found)?;
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let key = d.new_key();
    d.page_with(status, &NewPage { d: d.clone(), key, filled, faults })
}

async fn form(d: Desk) -> Result<Response, Failure> {
    page(&d, Filled::default(), Faults::default())
}

/// Pairs of a code and its share from numbered rows of a form.
fn shares(filled: &Filled, name: &str, code: &str) -> Vec<Value> {
    (1..=3)
        .filter_map(|at| {
            let chosen = filled.get(&format!("{name}-{at}"))?;
            let share = filled.number(&format!("{name}-share-{at}"));
            Some(json!({ code: chosen, "sharePct": share }))
        })
        .collect()
}

/// The listing of a form, as the API takes it; what is empty is not said.
fn project(d: &Desk, filled: &Filled) -> Value {
    let mut project = Map::new();
    let mut put = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            project.insert(key.to_owned(), value);
        }
    };
    let lang = d.tag();
    let text = |name: &str| filled.get(name).map(|value| json!({ "lang": lang, "value": value }));
    put("title", Some(json!({ "lang": lang, "value": filled.text("title") })));
    put("summary", text("summary"));
    for name in ["kind", "stage", "lifecycle", "works", "contract", "publicAuthority", "deadline"] {
        put(name, filled.get(name).map(Into::into));
    }
    put("fields", Some(shares(filled, "field", "field").into()));
    let instruments = shares(filled, "instrument", "instrument");
    put("instruments", (!instruments.is_empty()).then(|| instruments.into()));
    let countries = filled.text("countries").split([',', ' ', '،', '，', '、']).map(str::trim);
    let places: Vec<Value> = countries
        .filter(|code| !code.is_empty())
        .map(|code| json!({ "country": code.to_uppercase() }))
        .collect();
    put("places", Some(places.into()));
    let currency = filled.get("currency").unwrap_or("USD");
    for name in ["fundingGap", "minSlice"] {
        put(name, filled.whole(name).map(|units| money_input(units, currency)));
    }
    put("returnPct", filled.number("returnPct").map(Into::into));
    put("tenorMonths", filled.whole("tenorMonths").map(Into::into));
    let helps = filled.all("helpWanted");
    put("helpWanted", (!helps.is_empty()).then(|| json!(helps)));
    put("concessional", filled.get("concessional").map(|answer| Value::from(answer == "yes")));
    let readiness: Vec<Value> = codes::<ReadinessItem>()
        .into_iter()
        .filter_map(|item| {
            let status = filled.get(&format!("ready-{item}"))?;
            Some(json!({ "item": item, "status": status, "evidence": filled.get(&format!("evidence-{item}")) }))
        })
        .collect();
    put("readiness", (!readiness.is_empty()).then(|| readiness.into()));
    let mut impact = Map::new();
    for name in ["entryPricePctGni", "coverageBaselinePct", "coverageTargetPct", "womenSharePct"] {
        if let Some(number) = filled.number(name) {
            impact.insert(name.to_owned(), number.into());
        }
    }
    if let Some(people) = filled.whole("populationNewlyServed") {
        impact.insert("populationNewlyServed".to_owned(), people.to_string().into());
    }
    if let Some(schools) = filled.whole("schoolsConnected") {
        impact.insert("schoolsConnected".to_owned(), schools.into());
    }
    put("impact", (!impact.is_empty()).then(|| impact.into()));
    put("languages", Some(json!([lang])));
    project.into()
}

async fn create(d: Desk, filled: Filled) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    struct Made {
        id: String,
    }
    #[derive(Deserialize)]
    struct Payload {
        project: Made,
    }
    d.signed_in()?;
    let input = json!({ "project": project(&d, &filled), "idempotencyKey": filled.text(KEY) });
    match d.act::<Payload>(include_str!("../../queries/owner/create.graphql"), input).await {
        Ok(Ok(made)) => Ok(d.go(&format!("/listings/{}", made.project.id), "listing-made")),
        Ok(Err(errors)) => page(&d, filled, Faults(errors)),
        // A code or a date that does not read is refused before the command sees it.
        Err(failure) if failure.code == "VALIDATION" => page(&d, filled, Faults::of_failure(&failure)),
        Err(failure) => Err(failure),
    }
}
