//! The page of one demonstration area, with a form for each act that may be done.

use askama::Template;
use axum::{Router, extract::Path, http::StatusCode, response::Response, routing::get};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;
use serde_json::json;

use super::{Host, organisations};
use crate::{
    api::Failure,
    desk::Desk,
    form::{Faults, Filled},
    view::{Available, Named, Text},
};

/// The routes.
pub fn routes() -> Router {
    Router::new().route("/cities/{id}/areas/{area}", get(shown))
}

/// An area as its page shows it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Area {
    pub(super) id: String,
    pub(super) version: i64,
    state: String,
    since: DateTime<Utc>,
    pub(super) title: Text,
    pub(super) focus: Vec<String>,
    pub(super) target_date: NaiveDate,
    paired_since: Option<DateTime<Utc>>,
    flagged_unpaired: bool,
    pub(super) tasks: Vec<Task>,
    pub(super) authority: Named,
    evaluator: Option<Named>,
    mirror_id: Option<String>,
    evaluations: Vec<Evaluation>,
    reason: Option<Text>,
    history: Vec<Past>,
    pub(super) available_transitions: Vec<Available>,
}

/// A numbered task.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Task {
    pub(super) number: i64,
    pub(super) title: Text,
    pub(super) owner_name: Option<String>,
    pub(super) due: Option<NaiveDate>,
    met: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Evaluation {
    evaluator_id: String,
    summary: Text,
    at: DateTime<Utc>,
}

/// A state that something went through.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Past {
    /// To which state.
    pub(crate) to: String,
    /// By which transition.
    pub(crate) transition: String,
    /// When.
    pub(crate) at: DateTime<Utc>,
}

/// A paper of the own organisation.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Paper {
    id: String,
    title: String,
}

/// The other area of a pair, or one that could become it.
#[derive(Debug, Clone, Deserialize)]
struct Twin {
    id: String,
    title: Text,
    state: String,
    host: Named,
}

/// Something else that the page of an area names.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum Other {
    Area(Twin),
    Organisation(Named),
}

/// The reasons with which an authority speaks.
const WITH_REASON: [&str; 4] = ["RETURN", "REJECT", "SUSPEND", "CLOSE"];

#[derive(Template)]
#[template(path = "area/area.html")]
struct AreaPage {
    d: Desk,
    a: Area,
    city: Host,
    twin: Option<Twin>,
    evaluators: Vec<Named>,
    papers: Vec<Paper>,
    /// Whom somebody looks for as the evaluator, and organisations of that name.
    evaluator_text: String,
    found: Vec<Named>,
    /// The city whose area is looked for as a twin, and areas of such cities.
    twin_text: String,
    twins: Vec<Twin>,
    key: String,
    filled: Filled,
    faults: Faults,
}

impl AreaPage {
    fn with_reason(&self, name: &str) -> bool {
        WITH_REASON.contains(&name)
    }

    /// Whether an act cannot be taken back, or takes something from the host.
    fn is_grave(&self, name: &str) -> bool {
        matches!(name, "REJECT" | "SUSPEND" | "CLOSE" | "WITHDRAW" | "UNLINK")
    }

    /// What was typed into the form of an act.
    fn typed(&self, act: &str, field: &str) -> &str {
        if self.filled.has("act", act) { self.filled.text(field) } else { "" }
    }

    fn chose(&self, act: &str, field: &str, value: impl std::fmt::Display) -> bool {
        self.filled.has("act", act) && self.filled.has(field, &value.to_string())
    }

    fn evaluator_name(&self, id: &str) -> Option<&str> {
        self.evaluators.iter().find(|one| one.id == id).map(|one| one.name.as_str())
    }

    /// The field in which somebody looks for whom an act names.
    fn search_field(&self, act: &str) -> &'static str {
        if act == "NAME_EVALUATOR" { "evaluator" } else { "twin" }
    }

    fn searched(&self, act: &str) -> &str {
        if act == "NAME_EVALUATOR" { &self.evaluator_text } else { &self.twin_text }
    }
}

/// An area of a city, with the city and the papers of who looks.
pub(super) struct Found {
    pub(super) area: Area,
    pub(super) city: Host,
    papers: Vec<Paper>,
}

/// Looks for an area among those of its city: there it is told of what everybody may see, and of what is for its own
/// people.
///
/// # Errors
/// It is not there, or not for this person.
pub(super) async fn ask(d: &Desk, (city, id): (&str, &str)) -> Result<Found, Failure> {
    #[derive(Deserialize)]
    struct Own {
        documents: Vec<Paper>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Answer {
        own: Option<Own>,
        city: Option<Host>,
        demonstration_areas: Vec<Area>,
    }
    let acting = d.person.as_ref().and_then(|person| person.acting());
    let own = acting.map_or(city, |acting| acting.id.as_str());
    let variables = json!({ "city": city, "own": own, "acts": acting.is_some() });
    let answer: Answer = d.ask(include_str!("../../queries/area/area.graphql"), variables).await?;
    let papers = answer.own.map(|own| own.documents).unwrap_or_default();
    let city = answer.city.ok_or_else(Failure::not_found)?;
    let area = answer.demonstration_areas.into_iter().find(|area| area.id == id);
    Ok(Found { area: area.ok_or_else(Failure::not_found)?, city, papers })
}

/// The areas that others may see of the cities of a name.
async fn twins(d: &Desk, text: Option<&str>, own: &str) -> Result<Vec<Twin>, Failure> {
    #[derive(Deserialize)]
    struct Found {
        search: Vec<Named>,
    }
    let Some(text) = text else { return Ok(Vec::new()) };
    let found: Found =
        d.ask(include_str!("../../queries/area/cities.graphql"), json!({ "text": text })).await?;
    let mut all = Vec::new();
    for city in found.search.into_iter().filter(|city| city.id != own) {
        let (_, areas) = super::ask(d, &city.id).await?;
        all.extend(areas.into_iter().map(|area| Twin {
            id: area.id,
            title: area.title,
            state: area.state,
            host: city.clone(),
        }));
    }
    Ok(all)
}

/// The page of an area, with what was typed and what is wrong with it.
///
/// # Errors
/// It is not there, or not for this person.
pub(super) async fn page(
    d: &Desk,
    at: (&str, &str),
    filled: Filled,
    faults: Faults,
) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    struct Others {
        nodes: Vec<Option<Other>>,
    }
    let Found { area: a, city, papers } = ask(d, at).await?;
    let mut ids: Vec<&str> = a.mirror_id.iter().map(String::as_str).collect();
    ids.extend(a.evaluations.iter().map(|one| one.evaluator_id.as_str()));
    ids.dedup();
    let (mut twin, mut evaluators) = (None, Vec::new());
    if !ids.is_empty() {
        let others: Others =
            d.ask(include_str!("../../queries/area/others.graphql"), json!({ "ids": ids })).await?;
        for other in others.nodes.into_iter().flatten() {
            match other {
                Other::Area(area) => twin = Some(area),
                Other::Organisation(organisation) => evaluators.push(organisation),
            }
        }
    }
    let word = |name: &str| filled.get(name).map(str::to_owned).or_else(|| d.parameter(name));
    let (evaluator_text, twin_text) = (word("evaluator"), word("twin"));
    let found = organisations(d, evaluator_text.as_deref()).await?;
    let twins = twins(d, twin_text.as_deref(), &city.id).await?;
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = AreaPage {
        d: d.clone(),
        a,
        city,
        twin,
        evaluators,
        papers,
        evaluator_text: evaluator_text.unwrap_or_default(),
        found,
        twin_text: twin_text.unwrap_or_default(),
        twins,
        key: d.new_key(),
        filled,
        faults,
    };
    d.page_with(status, &page)
}

async fn shown(d: Desk, Path((city, id)): Path<(String, String)>) -> Result<Response, Failure> {
    page(&d, (&city, &id), Filled::default(), Faults::default()).await
}
