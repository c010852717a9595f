//! What of a listing is shown to whom: a rung for each field, within the bounds that the API names.

use askama::Template;
use axum::{Router, extract::Path, http::StatusCode, response::Response, routing::get};
use domain::{Vocabulary, disclosure::ListingField};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    api::Failure,
    desk::Desk,
    form::{Faults, Filled, KEY},
    view::Text,
};

/// The routes.
pub(super) fn routes() -> Router {
    Router::new().route("/listings/{id}/disclosure", get(form).post(save))
}

/// The rungs, the widest first.
const RUNGS: [&str; 5] = ["PUBLIC", "REGISTERED", "MATCHED", "INTRODUCED", "PRIVATE"];

#[derive(Debug, Clone, Deserialize)]
struct Listing {
    id: String,
    version: i64,
    blind: bool,
    title: Option<Text>,
    disclosure: Vec<FieldRung>,
}

#[derive(Debug, Clone, Deserialize)]
struct FieldRung {
    field: String,
    rung: String,
    lowest: String,
    highest: String,
}

impl FieldRung {
    /// The rungs that can be chosen.
    fn rungs(&self) -> Vec<&'static str> {
        let at = |wanted: &str| RUNGS.iter().position(|rung| *rung == wanted);
        let (Some(low), Some(high)) = (at(&self.lowest), at(&self.highest)) else { return Vec::new() };
        RUNGS.get(low..=high).map(<[_]>::to_vec).unwrap_or_default()
    }

    /// Whether the owner has a choice.
    fn is_free(&self) -> bool {
        self.lowest != self.highest
    }
}

#[derive(Template)]
#[template(path = "owner/disclosure.html")]
struct DisclosurePage {
    d: Desk,
    l: Listing,
    key: String,
    filled: Filled,
    faults: Faults,
}

impl DisclosurePage {
    /// Whether a rung is the chosen one: as typed where the form was sent, or as it stands.
    fn is_chosen(&self, one: &FieldRung, rung: &str) -> bool {
        self.filled.get(&format!("rung-{}", one.field)).unwrap_or(&one.rung) == rung
    }

    fn is_blind(&self) -> bool {
        if self.faults.is_empty() { self.l.blind } else { self.filled.ticked("blind") }
    }
}

async fn listing(d: &Desk, id: &str) -> Result<Listing, Failure> {
    #[derive(Deserialize)]
    struct Answer {
        project: Option<Listing>,
    }
    let document = include_str!("../../queries/owner/disclosure.graphql");
    let answer: Answer = d.ask(document, json!({ "id": id })).await?;
    // Of a listing that is not the caller's own no rungs are told.
    answer.project.filter(|listing| !listing.disclosure.is_empty()).ok_or_else(Failure::not_found)
}

async fn page(d: &Desk, id: &str, filled: Filled, faults: Faults) -> Result<Response, Failure> {
    d.signed_in()?;
    let l = listing(d, id).await?;
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    d.page_with(status, &DisclosurePage { d: d.clone(), l, key: d.new_key(), filled, faults })
}

async fn form(d: Desk, Path(id): Path<String>) -> Result<Response, Failure> {
    page(&d, &id, Filled::default(), Faults::default()).await
}

async fn save(d: Desk, Path(id): Path<String>, filled: Filled) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    struct Done {}
    d.signed_in()?;
    let l = listing(&d, &id).await?;
    let fields: Vec<Value> = l
        .disclosure
        .iter()
        .filter(|one| one.is_free())
        .filter_map(|one| {
            let rung = filled.get(&format!("rung-{}", one.field))?;
            // A field that stands where it stands by itself is not chosen: it moves should the product's own choice move.
            let usual = one.field.parse::<ListingField>().ok()?.default_rung().code();
            (rung != usual).then(|| json!({ "field": one.field, "rung": rung }))
        })
        .collect();
    let input = json!({
        "projectId": id,
        "expectedVersion": filled.whole("version"),
        "blind": filled.ticked("blind"),
        "fields": fields,
        "idempotencyKey": filled.text(KEY),
    });
    match d.act::<Done>(include_str!("../../queries/owner/disclose.graphql"), input).await? {
        Ok(Done {}) => Ok(d.go(&format!("/listings/{id}"), "listing-saved")),
        Err(faults) => page(&d, &id, filled, faults).await,
    }
}
