//! What is done to a partnership from its page: one route, each act read from its own form.

use askama::Template;
use axum::http::StatusCode;
use axum::{
    Router,
    extract::Path,
    response::Response,
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    pair::TIERS,
    partnership::page,
    proposal::{AgreementText, pair_name, text_again, text_input},
};
use crate::{
    api::Failure,
    desk::Desk,
    form::{Faults, Filled, KEY},
    view::{Named, money_input},
};

/// The routes.
pub fn routes() -> Router {
    Router::new()
        .route("/partnerships/{id}/act", post(act))
        .route("/partnerships/{id}/text", get(text_form).post(text))
}

/// The reasons and the note of a form.
fn closing(filled: &Filled) -> Value {
    json!({ "reasons": filled.all("reason"), "note": filled.get("note") })
}

/// The act of a form, as the API takes it; nothing for an act that has no form.
fn act_of(d: &Desk, filled: &Filled) -> Option<Value> {
    let lang = d.tag();
    let papers: Vec<&str> = filled.all("document");
    Some(match filled.text("act") {
        "PROPOSE" => json!({ "propose": true }),
        "ACCEPT" => json!({ "acceptProposal": true }),
        "DECLINE" => json!({ "decline": closing(filled) }),
        "WITHDRAW" => json!({ "withdraw": closing(filled) }),
        "SIGN_LOI" => json!({ "signLetterOfIntent": signing(filled) }),
        "SIGN_AGREEMENT" => json!({ "signAgreement": signing(filled) }),
        "START_TRIAL" => {
            let planned: Vec<Value> = (1..=3)
                .filter_map(|at| {
                    let title = filled.get(&format!("title-{at}"))?;
                    let (kind, day) = (filled.text(&format!("kind-{at}")), filled.text(&format!("day-{at}")));
                    Some(json!({ "kind": kind, "title": title, "plannedFor": day }))
                })
                .collect();
            json!({ "startTrial": { "months": filled.whole("months"), "planned": planned } })
        }
        "DECLARE_WILL" => json!({ "declareWill": filled.get("document") }),
        "PLAN_FIRST_YEAR" => {
            let currency = filled.get("currency").unwrap_or("USD");
            let amount = filled.get("amount").and_then(|units| money_input(units, currency));
            json!({ "planFirstYear": {
                "plan": { "lang": lang, "value": filled.text("plan") },
                "budget": [{ "purpose": filled.text("purpose"), "payer": filled.text("payer"), "amount": amount }],
            } })
        }
        "RECORD_ACTIVITY" => json!({ "recordActivity": {
            "kind": filled.text("kind"),
            "title": filled.text("title"),
            "heldAt": format!("{}T12:00:00Z", filled.text("day")),
            "documentIds": papers,
        } }),
        "REQUEST_APPROVALS" => json!({ "requestApprovals": true }),
        "GRANT_APPROVAL" => json!({ "decideApproval": {
            "step": filled.whole("step"), "granted": true, "documentId": filled.get("document"),
        } }),
        "REFUSE_APPROVAL" => json!({ "decideApproval": {
            "step": filled.whole("step"), "granted": false, "documentId": filled.get("document"),
            "closing": closing(filled), "lowerTier": filled.get("lowerTier"),
        } }),
        "CHANGE_WORK_PLAN" => json!({ "changeWorkPlan": {
            "number": filled.whole("number"),
            "title": { "lang": lang, "value": filled.text("title") },
            "owner": filled.text("owner"),
            "due": filled.text("due"),
            "status": filled.text("status"),
        } }),
        "REQUEST_REVIEW" => json!({ "requestReview": true }),
        "FILE_REPORT" => {
            json!({ "submitAnnualReview": { "text": { "lang": lang, "value": filled.text("report") } } })
        }
        "RENEW" => json!({ "renew": true }),
        "MARK_DORMANT" => json!({ "markDormant": true }),
        "REVIVE" => json!({ "revive": { "lang": lang, "value": filled.text("plan") } }),
        "SUSPEND" => json!({ "suspend": { "closing": closing(filled), "reviewOn": filled.get("reviewOn") } }),
        "RESUME" => json!({ "resume": true }),
        "END" => json!({ "end": closing(filled) }),
        _ => return None,
    })
}

fn signing(filled: &Filled) -> Value {
    json!({
        "hash": filled.text("hash"),
        "official": filled.text("official"),
        "documentId": filled.get("document"),
    })
}

#[derive(Deserialize)]
struct Done {}

async fn run(d: &Desk, id: &str, act: Value, filled: &Filled) -> Result<Result<Done, Faults>, Failure> {
    let input = json!({
        "partnershipId": id,
        "expectedVersion": filled.whole("version"),
        "act": act,
        "idempotencyKey": filled.text(KEY),
    });
    d.act::<Done>(include_str!("../../queries/city/act.graphql"), input).await
}

async fn act(d: Desk, Path(id): Path<String>, filled: Filled) -> Result<Response, Failure> {
    let act = act_of(&d, &filled).ok_or_else(|| Failure::of("VALIDATION"))?;
    match run(&d, &id, act, &filled).await? {
        Ok(Done {}) => Ok(d.go(&format!("/partnerships/{id}"), "moved")),
        Err(faults) => page(&d, &id, filled, faults).await,
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Worded {
    id: String,
    version: i64,
    city_a: Named,
    city_b: Named,
    text: AgreementText,
}

impl Worded {
    fn name(&self) -> String {
        pair_name(&self.city_a, &self.city_b)
    }
}

#[derive(Template)]
#[template(path = "city/text.html")]
struct TextPage {
    d: Desk,
    p: Worded,
    /// What the text is changed for: to edit a draft, to counter, or to ask for a higher tier.
    why: &'static str,
    langs: Vec<String>,
    text: AgreementText,
    key: String,
    faults: Faults,
}

/// What a text may be changed for, and how the API names it.
const WHYS: [(&str, &str); 3] = [("EDIT", "edit"), ("COUNTER", "counter"), ("UPGRADE_TIER", "upgradeTier")];

async fn text_page(
    d: &Desk,
    id: &str,
    why: &str,
    again: Option<AgreementText>,
    faults: Faults,
) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    struct Answer {
        node: Option<Worded>,
    }
    d.signed_in()?;
    let (why, _) = WHYS.iter().find(|(known, _)| *known == why).ok_or_else(Failure::not_found)?;
    let answer: Answer = d.ask(include_str!("../../queries/city/text.graphql"), json!({ "id": id })).await?;
    let p = answer.node.ok_or_else(Failure::not_found)?;
    let text = again.unwrap_or_else(|| p.text.clone());
    let first = p.text.clauses.first();
    let langs = first.map(|clause| clause.heading.iter().map(|text| text.lang.clone()).collect());
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page =
        TextPage { d: d.clone(), p, why, langs: langs.unwrap_or_default(), text, key: d.new_key(), faults };
    d.page_with(status, &page)
}

async fn text_form(d: Desk, Path(id): Path<String>) -> Result<Response, Failure> {
    let why = d.parameter("why").unwrap_or_default();
    text_page(&d, &id, &why, None, Faults::default()).await
}

async fn text(d: Desk, Path(id): Path<String>, filled: Filled) -> Result<Response, Failure> {
    let why = filled.text("why");
    let (_, name) = WHYS.iter().find(|(known, _)| *known == why).ok_or_else(|| Failure::of("VALIDATION"))?;
    let act = json!({ *name: text_input(&filled) });
    match run(&d, &id, act, &filled).await? {
        Ok(Done {}) => Ok(d.go(&format!("/partnerships/{id}"), "moved")),
        Err(faults) => text_page(&d, &id, why, text_again(&filled), faults).await,
    }
}
