//! Up to six projects side by side for a mandate: what tells them apart first.

use askama::Template;
use axum::{Router, extract::Path, response::Response, routing::get};
use serde::Deserialize;
use serde_json::json;

use super::lang;
use crate::{
    api::Failure,
    desk::Desk,
    public::ProjectRow,
    view::{Explanation, Named, Score},
};

/// Most projects that are compared.
const MOST: usize = 6;

/// The routes.
pub fn routes() -> Router {
    Router::new().route("/mandates/{id}/compare", get(shown))
}

#[derive(Debug, Clone, Deserialize)]
struct Compared {
    score: Score,
    project: ProjectRow,
    explanation: Explanation,
}

#[derive(Debug, Clone, Deserialize)]
struct Difference {
    key: String,
    points: f64,
    values: Vec<Option<f64>>,
}

impl Difference {
    /// The values, each with its drawing: as wide as it is large.
    fn cells(&self) -> Vec<Option<(f64, String)>> {
        let cell = |value: f64| (value, crate::draw::criterion(40.0, value, Some(value), value));
        self.values.iter().map(|value| value.map(cell)).collect()
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
struct Comparison {
    differences: Vec<Difference>,
    matches: Vec<Compared>,
}

impl Comparison {
    /// The criteria that tell the projects apart, by how many points, and those in which they are alike.
    fn parted(&self) -> (Vec<&Difference>, Vec<&Difference>) {
        let (mut apart, alike): (Vec<_>, Vec<_>) = self.differences.iter().partition(|one| one.points > 0.0);
        apart.sort_by(|a, b| b.points.total_cmp(&a.points));
        (apart, alike)
    }
}

#[derive(Template)]
#[template(path = "investor/compare.html")]
struct ComparePage {
    d: Desk,
    mandate: Named,
    /// Nothing where fewer than two were chosen.
    comparison: Option<Comparison>,
    left_out: bool,
}

async fn shown(d: Desk, Path(id): Path<String>) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Answer {
        mandate: Option<Named>,
        compare_projects: Comparison,
    }
    #[derive(Deserialize)]
    struct Only {
        mandate: Option<Named>,
    }
    d.signed_in()?;
    let mut projects = d.parameters("project");
    let mut seen = std::collections::BTreeSet::new();
    projects.retain(|project| seen.insert(project.clone()));
    let left_out = projects.len() > MOST;
    projects.truncate(MOST);
    if projects.len() < 2 {
        let document = "query Name($id: ID!) { mandate(id: $id) { id name } }";
        let only: Only = d.ask(document, json!({ "id": id })).await?;
        let mandate = only.mandate.ok_or_else(Failure::not_found)?;
        return d.page(&ComparePage { d: d.clone(), mandate, comparison: None, left_out });
    }
    let variables = json!({ "id": id, "projects": projects, "lang": lang(&d) });
    let answer: Answer = d.ask(include_str!("../../queries/investor/compare.graphql"), variables).await?;
    let mandate = answer.mandate.ok_or_else(Failure::not_found)?;
    let comparison = Some(answer.compare_projects);
    d.page(&ComparePage { d: d.clone(), mandate, comparison, left_out })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tells_projects_apart_most_comes_first() {
        let of = |key: &str, points| Difference { key: key.to_owned(), points, values: Vec::new() };
        let all =
            Comparison { differences: vec![of("A", 0.0), of("B", 2.0), of("C", 9.5)], matches: Vec::new() };
        let (apart, alike) = all.parted();
        let keys = |list: Vec<&Difference>| list.iter().map(|one| one.key.clone()).collect::<Vec<_>>();
        assert_eq!((keys(apart), keys(alike)), (vec!["C".to_owned(), "B".to_owned()], vec!["A".to_owned()]));
    }
}
