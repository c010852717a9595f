//! Investors that fit a listing, and the invitation of one.

use askama::Template;
use axum::{Router, extract::Path, http::StatusCode, response::Response, routing::get};
use serde::Deserialize;
use serde_json::json;

use crate::{
    api::Failure,
    desk::Desk,
    form::{Faults, Filled},
    investor::{introduction::begin, lang},
    public::ProjectRow,
    view::{Budget, Connection, Counterfactual, Explanation, Named, Score},
};

/// The routes.
pub(super) fn routes() -> Router {
    Router::new()
        .route("/listings/{id}/investors", get(investors))
        .route("/listings/{id}/invite/{mandate}", get(invite_form).post(invite))
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Fit {
    mandate: Option<Named>,
    investor: Option<Named>,
    score: Score,
    rank: Option<i64>,
    explanation: Explanation,
    other_side: Explanation,
    counterfactuals: Vec<Counterfactual>,
}

#[derive(Template)]
#[template(path = "owner/investors.html")]
struct InvestorsPage {
    d: Desk,
    project: ProjectRow,
    list: Connection<Fit>,
}

impl InvestorsPage {
    fn more(&self) -> Option<String> {
        crate::public::next(&self.d, &self.list.page_info)
    }
}

async fn investors(d: Desk, Path(id): Path<String>) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Answer {
        project: Option<ProjectRow>,
        project_investors: Connection<Fit>,
    }
    d.signed_in()?;
    let variables = json!({ "id": id, "after": d.parameter("after"), "lang": lang(&d) });
    let answer: Answer = d.ask(include_str!("../../queries/owner/investors.graphql"), variables).await?;
    let project = answer.project.ok_or_else(Failure::not_found)?;
    d.page(&InvestorsPage { d: d.clone(), project, list: answer.project_investors })
}

#[derive(Template)]
#[template(path = "owner/invite.html")]
struct InvitePage {
    d: Desk,
    project: ProjectRow,
    mandate: Named,
    left: i64,
    key: String,
    filled: Filled,
    faults: Faults,
}

async fn invite_page(
    d: &Desk,
    (id, mandate): (String, String),
    filled: Filled,
    faults: Faults,
) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Answer {
        project: Option<ProjectRow>,
        mandate: Option<Named>,
        contact_budget: Budget,
    }
    d.signed_in()?;
    let variables = json!({ "id": id, "mandate": mandate });
    let answer: Answer = d.ask(include_str!("../../queries/owner/invite_form.graphql"), variables).await?;
    let (Some(project), Some(mandate)) = (answer.project, answer.mandate) else {
        return Err(Failure::not_found());
    };
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let key = d.new_key();
    let left = answer.contact_budget.left;
    d.page_with(status, &InvitePage { d: d.clone(), project, mandate, left, key, filled, faults })
}

async fn invite_form(d: Desk, Path(of): Path<(String, String)>) -> Result<Response, Failure> {
    invite_page(&d, of, Filled::default(), Faults::default()).await
}

async fn invite(d: Desk, Path(of): Path<(String, String)>, filled: Filled) -> Result<Response, Failure> {
    let document = include_str!("../../queries/owner/invite.graphql");
    match begin(&d, document, (&of.1, &of.0), &filled).await? {
        Ok(id) => Ok(d.go(&format!("/introductions/{id}"), "invitation-sent")),
        Err(faults) => invite_page(&d, of, filled, faults).await,
    }
}
