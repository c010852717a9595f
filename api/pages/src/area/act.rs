//! What is done to a demonstration area from its page: one route, each act read from its own form.

use axum::{Router, extract::Path, response::Response, routing::post};
use serde::de::IgnoredAny;
use serde_json::{Value, json};

use super::one::page;
use crate::{
    api::Failure,
    desk::Desk,
    form::{Faults, Filled, KEY},
};

/// The routes.
pub fn routes() -> Router {
    Router::new().route("/cities/{id}/areas/{area}/act", post(act))
}

/// The act of a form, as the API takes it; nothing for an act that has no form.
fn act_of(d: &Desk, filled: &Filled) -> Option<Value> {
    let text = |name: &str| json!({ "lang": d.tag(), "value": filled.text(name) });
    Some(match filled.text("act") {
        "NAME_EVALUATOR" => json!({ "nameEvaluator": filled.text("organisation") }),
        "PROPOSE" => json!({ "propose": true }),
        "APPROVE" => json!({ "approve": true }),
        "RETURN" => json!({ "returnToDraft": text("reason") }),
        "REJECT" => json!({ "reject": text("reason") }),
        "LINK_MIRROR" => json!({ "linkMirror": filled.text("mirror") }),
        "UNLINK" => json!({ "unlink": true }),
        "START" => json!({ "start": true }),
        "REPORT_TASK" => json!({ "reportTask": {
            "number": filled.whole("number"),
            "status": filled.text("status"),
            "documentIds": filled.all("document"),
        } }),
        "EVALUATE" => json!({ "evaluate": true }),
        "PUBLISH_EVALUATION" => json!({ "publishEvaluation": {
            "summary": text("summary"),
            "documentId": filled.text("document"),
        } }),
        "EXTEND" => json!({ "extend": filled.text("day") }),
        "SCALE" => json!({ "scale": true }),
        "CLOSE" => json!({ "close": text("reason") }),
        "SUSPEND" => json!({ "suspend": text("reason") }),
        "RESUME" => json!({ "resume": true }),
        "WITHDRAW" => json!({ "withdraw": true }),
        _ => return None,
    })
}

/// Runs an act at the version that the form was made at.
///
/// # Errors
/// The API gives no answer. What it refuses is the inner error.
pub(super) async fn run(
    d: &Desk,
    id: &str,
    act: Value,
    filled: &Filled,
) -> Result<Result<(), Faults>, Failure> {
    d.signed_in()?;
    let input = json!({
        "areaId": id,
        "expectedVersion": filled.whole("version"),
        "act": act,
        "idempotencyKey": filled.text(KEY),
    });
    let done = d.act::<IgnoredAny>(include_str!("../../queries/area/act.graphql"), input).await?;
    Ok(done.map(|_| ()))
}

async fn act(d: Desk, Path((city, id)): Path<(String, String)>, filled: Filled) -> Result<Response, Failure> {
    let act = act_of(&d, &filled).ok_or_else(|| Failure::of("VALIDATION"))?;
    match run(&d, &id, act, &filled).await? {
        Ok(()) => Ok(d.go(&format!("/cities/{city}/areas/{id}"), "moved")),
        Err(faults) => page(&d, (&city, &id), filled, faults).await,
    }
}
