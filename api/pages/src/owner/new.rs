//! The form of a listing, new or changed: all facts that the scorer reads, each with what it is for.

use askama::Template;
use axum::{Router, extract::Path, http::StatusCode, response::Response, routing::get};
use domain::vocabulary::{
    ContractType, CooperationField, HelpKind, InfrastructureStage, InnovationKind, Instrument, InvestorType,
    LifecycleStatus, ProjectKind, ReadinessItem, VentureStage, Vocabulary, WorksType,
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::standing::{Standing, differences, standing};
use crate::{
    api::Failure,
    change::shown,
    desk::Desk,
    form::{Faults, Filled, KEY, Reads},
    view::{Text, money_input},
};

/// The routes.
pub fn routes() -> Router {
    Router::new()
        .route("/listings/new", get(form).post(create))
        .route("/listings/{id}/edit", get(edit_form).post(edit))
}

fn codes<V: Vocabulary>() -> Vec<&'static str> {
    V::ALL.iter().map(|value| value.code()).collect()
}

#[derive(Template)]
#[template(path = "owner/new.html")]
struct NewPage {
    d: Desk,
    /// Of the listing that is changed; nothing for a new one.
    id: Option<String>,
    /// What stands now, where somebody else saved meanwhile.
    stands: Option<Filled>,
    key: String,
    filled: Filled,
    faults: Faults,
}

impl NewPage {
    fn action(&self) -> String {
        self.id.as_ref().map_or_else(|| "/listings/new".to_owned(), |id| format!("/listings/{id}/edit"))
    }

    /// The numbers of the rows of a list with shares: those that are filled in, and an empty one to add to it.
    fn rows(&self, name: &str) -> std::ops::RangeInclusive<usize> {
        let last = (1..=MOST_ROWS).rev().find(|at| self.filled.get(&format!("{name}-{at}")).is_some());
        1..=last.map_or(3, |last| last.saturating_add(1).clamp(3, MOST_ROWS))
    }

    /// The fields in which the listing that stands differs from what was typed: both beside each other.
    fn differences(&self) -> Vec<(String, String, String)> {
        self.stands.as_ref().map(|stands| differences(stands, &self.filled)).unwrap_or_default()
    }

    /// What a field of the form is called.
    fn label(&self, name: &str) -> String {
        let d = &self.d;
        let of = |prefix: &str| name.strip_prefix(prefix);
        if let Some(at) = of("field-share-").or_else(|| of("instrument-share-")) {
            return format!("{} {at}", d.say("share-percent"));
        }
        match (of("field-"), of("instrument-"), of("ready-"), of("evidence-")) {
            (Some(at), ..) => d.say1("field-number", "number", at),
            (_, Some(at), ..) => d.say1("instrument-number", "number", at),
            (_, _, Some(item), _) => d.name("ReadinessItem", item),
            (.., Some(item)) => format!("{}: {}", d.say("evidence"), d.name("ReadinessItem", item)),
            _ => match LABELS.iter().find(|(known, _)| *known == name) {
                Some((_, key)) => d.say(key),
                None if d.words.has(&format!("impact-ask-{name}")) => d.code("impact-ask", name),
                None => d.code("fact", name),
            },
        }
    }

    /// What stands in a field of the form, with names for codes.
    fn shown(&self, name: &str, value: &str) -> String {
        shown(&self.d, name, value)
    }

    fn investors(&self) -> Vec<&'static str> {
        codes::<InvestorType>()
    }

    fn lists(&self) -> [(&'static str, &'static str, Vec<&'static str>, bool); 6] {
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
            ("innovation", "InnovationKind", codes::<InnovationKind>(), false),
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

/// The fields of the form that hold numbers.
const NUMBERS: [(&str, Reads); 10] = [
    ("fundingGap", Reads::Amount),
    ("minSlice", Reads::Amount),
    ("returnPct", Reads::Number),
    ("tenorMonths", Reads::Whole),
    ("entryPricePctGni", Reads::Number),
    ("coverageBaselinePct", Reads::Number),
    ("coverageTargetPct", Reads::Number),
    ("womenSharePct", Reads::Number),
    ("populationNewlyServed", Reads::Whole),
    ("schoolsConnected", Reads::Whole),
];

/// What the fields are called that have a name of another page.
const LABELS: [(&str, &str); 14] = [
    ("title", "title"),
    ("summary", "summary"),
    ("publicAuthority", "project-authority"),
    ("countries", "project-places"),
    ("languages", "languages-spoken"),
    ("deadline", "project-deadline"),
    ("fundingGap", "project-gap"),
    ("minSlice", "project-slice"),
    ("currency", "currency"),
    ("returnPct", "project-return"),
    ("tenorMonths", "tenor-months"),
    ("concessional", "concessional"),
    ("helpWanted", "project-help"),
    ("excludedInvestors", "investors-unwanted"),
];

/// Most rows of a list with shares: as many fields as a listing may have.
const MOST_ROWS: usize = 10;

fn page(
    d: &Desk,
    at: (Option<String>, Option<Filled>),
    filled: Filled,
    faults: Faults,
) -> Result<Response, Failure> {
    d.signed_in()?.acting().ok_or_else(Failure::not_found)?;
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let (key, (id, stands)) = (d.new_key(), at);
    d.page_with(status, &NewPage { d: d.clone(), id, stands, key, filled, faults })
}

async fn form(d: Desk) -> Result<Response, Failure> {
    let filled = Filled::default().with("languages", d.tag());
    page(&d, (None, None), filled, Faults::default())
}

/// Pairs of a code and its share from numbered rows of a form.
fn shares(filled: &Filled, name: &str, code: &str) -> Vec<Value> {
    (1..=MOST_ROWS)
        .filter_map(|at| {
            let chosen = filled.get(&format!("{name}-{at}"))?;
            let share = filled.number(&format!("{name}-share-{at}"));
            Some(json!({ code: chosen, "sharePct": share }))
        })
        .collect()
}

/// The parts of a field in which several are written after one another.
fn items(text: &str) -> impl Iterator<Item = &str> {
    text.split([',', ' ', '،', '，', '、']).map(str::trim).filter(|item| !item.is_empty())
}

/// Words in the language of the page; those that stand keep theirs, and the mark of the machine that translated them.
fn text(d: &Desk, words: &str, stands: Option<&Text>) -> Value {
    match stands {
        Some(same) if same.value == words => {
            json!({ "lang": same.lang, "value": words, "machineTranslated": same.machine_translated })
        }
        _ => json!({ "lang": d.tag(), "value": words }),
    }
}

/// The places in a country: those that stand with their cities and positions, or the country alone.
fn places(code: &str, stands: Option<&Standing>) -> Vec<Value> {
    let code = code.to_uppercase();
    let known = stands.map(|stands| stands.places_in(&code)).unwrap_or_default();
    if known.is_empty() { vec![json!({ "country": code })] } else { known }
}

/// The listing of a form, as the API takes it; what is empty is not said.
fn project(d: &Desk, filled: &Filled, stands: Option<&Standing>) -> Value {
    let mut project = Map::new();
    let mut put = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            project.insert(key.to_owned(), value);
        }
    };
    let title = stands.and_then(|stands| stands.title.as_ref());
    put("title", Some(text(d, filled.text("title"), title)));
    let summary = stands.and_then(|stands| stands.summary.as_ref());
    put("summary", filled.get("summary").map(|words| text(d, words, summary)));
    for name in
        ["kind", "stage", "lifecycle", "works", "innovation", "contract", "publicAuthority", "deadline"]
    {
        put(name, filled.get(name).map(Into::into));
    }
    put("fields", Some(shares(filled, "field", "field").into()));
    let instruments = shares(filled, "instrument", "instrument");
    put("instruments", (!instruments.is_empty()).then(|| instruments.into()));
    let places: Vec<Value> = items(filled.text("countries")).flat_map(|code| places(code, stands)).collect();
    put("places", Some(places.into()));
    let currency = filled.get("currency").unwrap_or("USD").to_uppercase();
    for name in ["fundingGap", "minSlice"] {
        put(name, filled.get(name).and_then(|units| money_input(units, &currency)));
    }
    put("returnPct", filled.number("returnPct").map(Into::into));
    put("tenorMonths", filled.whole("tenorMonths").map(Into::into));
    let helps = filled.all("helpWanted");
    put("helpWanted", (!helps.is_empty()).then(|| json!(helps)));
    let unwanted = filled.all("excludedInvestors");
    put("excludedInvestors", (!unwanted.is_empty()).then(|| json!(unwanted)));
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
    let languages: Vec<String> = items(filled.text("languages")).map(str::to_lowercase).collect();
    put("languages", (!languages.is_empty()).then(|| json!(languages)));
    project.into()
}

#[derive(Deserialize)]
struct Made {
    id: String,
}

#[derive(Deserialize)]
struct Payload {
    project: Made,
}

async fn create(d: Desk, filled: Filled) -> Result<Response, Failure> {
    d.signed_in()?;
    let wrong = filled.unreadable(&NUMBERS);
    if !wrong.is_empty() {
        return page(&d, (None, None), filled, wrong);
    }
    let input = json!({ "project": project(&d, &filled, None), "idempotencyKey": filled.text(KEY) });
    match d.act::<Payload>(include_str!("../../queries/owner/create.graphql"), input).await? {
        Ok(made) => Ok(d.go(&format!("/listings/{}", made.project.id), "listing-made")),
        Err(wrong) => page(&d, (None, None), filled, wrong),
    }
}

async fn edit_form(d: Desk, Path(id): Path<String>) -> Result<Response, Failure> {
    d.signed_in()?;
    let stands = standing(&d, &id).await?;
    let waits = if stands.has_change() { "on" } else { "" };
    page(&d, (Some(id), None), stands.filled().with("waits", waits), Faults::default())
}

async fn edit(d: Desk, Path(id): Path<String>, filled: Filled) -> Result<Response, Failure> {
    d.signed_in()?;
    let stands = standing(&d, &id).await?;
    let wrong = filled.unreadable(&NUMBERS);
    if !wrong.is_empty() {
        return page(&d, (Some(id), None), filled, wrong);
    }
    let input = json!({
        "projectId": id,
        "expectedVersion": filled.whole("version"),
        "project": project(&d, &filled, Some(&stands)),
        "idempotencyKey": filled.text(KEY),
    });
    match d.act::<Payload>(include_str!("../../queries/owner/update.graphql"), input).await? {
        Ok(_) => Ok(d.go(&format!("/listings/{id}"), "listing-saved")),
        Err(wrong) if wrong.is_conflict() => {
            // What was typed stays, beside what stands now; sent again it is a change of that.
            let filled = filled.replaced("version", &stands.version.to_string());
            page(&d, (Some(id), Some(stands.filled())), filled, wrong)
        }
        Err(wrong) => page(&d, (Some(id), None), filled, wrong),
    }
}
