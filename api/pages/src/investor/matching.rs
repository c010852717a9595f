//! One mandate and one project: the reasons of both sides, what would change the score, and the way to an introduction.

use askama::Template;
use axum::{Router, extract::Path, http::StatusCode, response::Response, routing::get};
use serde::Deserialize;
use serde_json::json;

use super::{introduction::begin, lang};
use crate::{
    api::Failure,
    desk::Desk,
    form::{Faults, Filled},
    public::ProjectRow,
    view::{Budget, Counterfactual, Edge, Explanation, Gate, Named, Score, Side},
};

/// The routes.
pub fn routes() -> Router {
    Router::new()
        .route("/mandates/{id}/projects/{project}", get(shown))
        .route("/mandates/{id}/projects/{project}/interest", get(interest_form).post(express))
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Match {
    project: ProjectRow,
    mandate: Option<Named>,
    score: Score,
    listed: bool,
    stability: Option<f64>,
    for_investor: Side,
    for_project: Side,
    gates: Vec<Gate>,
    explanation: Explanation,
    other_side: Explanation,
    counterfactuals: Vec<Counterfactual>,
}

impl Match {
    /// Both sides with the key of their heading.
    fn sides(&self) -> [(&'static str, &Side); 2] {
        [("side-investor", &self.for_investor), ("side-project", &self.for_project)]
    }
}

#[derive(Template)]
#[template(path = "investor/match.html")]
struct MatchPage {
    d: Desk,
    mandate_id: String,
    found: Match,
    /// The introduction that is under way.
    begun: Option<String>,
}

/// States in which an introduction is over, so that another one can begin.
const OVER: [&str; 7] = ["CLOSED", "REFUSED", "DECLINED", "WITHDRAWN", "EXPIRED", "ENDED", "LAPSED"];

/// The introduction of a mandate and a project that is under way, for somebody who acts for an organisation.
async fn begun(d: &Desk, mandate: &str, project: &str) -> Result<Option<String>, Failure> {
    #[derive(Deserialize)]
    struct Begun {
        id: String,
        state: String,
    }
    #[derive(Deserialize)]
    struct List {
        edges: Vec<Edge<Begun>>,
    }
    #[derive(Deserialize)]
    struct Answer {
        pipeline: List,
    }
    if d.person.as_ref().and_then(crate::person::Person::acting).is_none() {
        return Ok(None);
    }
    let variables = json!({ "mandate": mandate, "project": project });
    let answer: Answer = d.ask(include_str!("../../queries/investor/begun.graphql"), variables).await?;
    let open = answer.pipeline.edges.into_iter().map(|edge| edge.node);
    Ok(open.filter(|one| !OVER.contains(&one.state.as_str())).map(|one| one.id).next())
}

async fn found(d: &Desk, mandate: &str, project: &str) -> Result<Match, Failure> {
    #[derive(Deserialize)]
    struct Answer {
        found: Match,
    }
    let variables = json!({ "mandate": mandate, "project": project, "lang": lang(d) });
    let answer: Answer = d.ask(include_str!("../../queries/investor/match.graphql"), variables).await?;
    Ok(answer.found)
}

async fn shown(d: Desk, Path((mandate, project)): Path<(String, String)>) -> Result<Response, Failure> {
    let found = found(&d, &mandate, &project).await?;
    let begun = begun(&d, &mandate, &project).await?;
    d.page(&MatchPage { d: d.clone(), mandate_id: mandate, found, begun })
}

#[derive(Template)]
#[template(path = "investor/interest.html")]
struct InterestPage {
    d: Desk,
    mandate_id: String,
    found: Match,
    left: i64,
    key: String,
    filled: Filled,
    faults: Faults,
}

async fn interest_page(
    d: &Desk,
    (mandate, project): (String, String),
    filled: Filled,
    faults: Faults,
) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Answer {
        contact_budget: Budget,
    }
    d.signed_in()?;
    let found = found(d, &mandate, &project).await?;
    let budget: Answer = d.ask("query Budget { contactBudget { left } }", json!({})).await?;
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let key = d.new_key();
    let left = budget.contact_budget.left;
    let page = InterestPage { d: d.clone(), mandate_id: mandate, found, left, key, filled, faults };
    d.page_with(status, &page)
}

async fn interest_form(d: Desk, Path(of): Path<(String, String)>) -> Result<Response, Failure> {
    interest_page(&d, of, Filled::default(), Faults::default()).await
}

async fn express(d: Desk, Path(of): Path<(String, String)>, filled: Filled) -> Result<Response, Failure> {
    let document = include_str!("../../queries/investor/express.graphql");
    match begin(&d, document, (&of.0, &of.1), &filled).await? {
        Ok(id) => Ok(d.go(&format!("/introductions/{id}"), "interest-sent")),
        Err(faults) => interest_page(&d, of, filled, faults).await,
    }
}
