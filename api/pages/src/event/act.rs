//! What is done to an event from its page: by its organiser, and by who takes part.

use axum::{Router, extract::Path, response::Response, routing::post};
use serde::{Deserialize, de::IgnoredAny};
use serde_json::{Value, json};

use super::one::{Schedule, page};
use crate::{
    api::Failure,
    desk::Desk,
    form::{Faults, Filled, KEY},
};

/// The routes.
pub fn routes() -> Router {
    Router::new()
        .route("/events/{id}/act", post(act))
        .route("/events/{id}/register", post(register))
        .route("/events/{id}/withdraw", post(withdraw))
        .route("/events/{id}/schedule", post(schedule))
        .route("/events/{id}/meetings", post(meet))
}

/// Runs an act of the organiser at the version that the form was made at.
///
/// # Errors
/// The API gives no answer. What it refuses is the inner error.
pub(super) async fn run(
    d: &Desk,
    id: &str,
    act: Value,
    filled: &Filled,
) -> Result<Result<(), Faults>, Failure> {
    let input = json!({
        "eventId": id,
        "expectedVersion": filled.whole("version"),
        "act": act,
        "idempotencyKey": filled.text(KEY),
    });
    let done = d.act::<IgnoredAny>(include_str!("../../queries/event/act.graphql"), input).await?;
    Ok(done.map(|_| ()))
}

/// The act of a form, as the API takes it; nothing for an act that has no form.
fn act_of(d: &Desk, filled: &Filled) -> Option<Value> {
    let text = || json!({ "lang": d.tag(), "value": filled.text("text") });
    Some(match filled.text("act") {
        "ANNOUNCE" => json!({ "announce": true }),
        "OPEN" => json!({ "openRegistration": true }),
        "OPEN_REQUESTS" => json!({ "openRequests": true }),
        "FREEZE" => json!({ "freeze": true }),
        "PUBLISH" => json!({ "publishSchedule": true }),
        "REPORT" => json!({ "report": text() }),
        "CANCEL" => json!({ "cancel": text() }),
        _ => return None,
    })
}

async fn act(d: Desk, Path(id): Path<String>, filled: Filled) -> Result<Response, Failure> {
    let act = act_of(&d, &filled).ok_or_else(|| Failure::of("VALIDATION"))?;
    match run(&d, &id, act, &filled).await? {
        Ok(()) => Ok(d.go(&format!("/events/{id}"), "moved")),
        Err(faults) => page(&d, &id, (filled, faults), None).await,
    }
}

/// The numbers of slots that were ticked.
fn slots(filled: &Filled) -> Vec<i64> {
    filled.all("slot").iter().filter_map(|number| number.parse().ok()).collect()
}

async fn register(d: Desk, Path(id): Path<String>, filled: Filled) -> Result<Response, Failure> {
    let languages: Vec<String> = filled
        .text("languages")
        .split([',', ' ', '،', '，', '、'])
        .filter(|tag| !tag.is_empty())
        .map(str::to_lowercase)
        .collect();
    let input = json!({
        "eventId": id,
        "intents": filled.all("intent"),
        "available": slots(&filled),
        "languages": languages,
        "projectId": filled.get("projectId"),
        "mandateId": filled.get("mandateId"),
        "limit": filled.whole("limit"),
        "stand": filled.ticked("stand"),
        "idempotencyKey": filled.text(KEY),
    });
    match d.act::<IgnoredAny>(include_str!("../../queries/event/register.graphql"), input).await? {
        Ok(_) => Ok(d.go(&format!("/events/{id}"), "registered")),
        Err(faults) => page(&d, &id, (filled, faults), None).await,
    }
}

async fn withdraw(d: Desk, Path(id): Path<String>, filled: Filled) -> Result<Response, Failure> {
    let input = json!({ "eventId": id, "idempotencyKey": filled.text(KEY) });
    match d.act::<IgnoredAny>(include_str!("../../queries/event/withdraw.graphql"), input).await? {
        Ok(_) => Ok(d.go(&format!("/events/{id}"), "registration-withdrawn")),
        Err(faults) => page(&d, &id, (filled, faults), None).await,
    }
}

async fn schedule(d: Desk, Path(id): Path<String>, filled: Filled) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    struct Payload {
        schedule: Option<Schedule>,
    }
    let input = json!({
        "eventId": id,
        "expectedVersion": filled.whole("version"),
        "dryRun": filled.text("run") != "write",
        // Both buttons are of one form, and each is a command of its own.
        "idempotencyKey": format!("{}-{}", filled.text(KEY), filled.text("run")),
    });
    match d.act::<Payload>(include_str!("../../queries/event/schedule.graphql"), input).await? {
        Ok(made) => page(&d, &id, (filled, Faults::default()), made.schedule).await,
        Err(faults) => page(&d, &id, (filled, faults), None).await,
    }
}

async fn meet(d: Desk, Path(id): Path<String>, filled: Filled) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    struct Made {
        id: String,
    }
    #[derive(Deserialize)]
    struct Payload {
        meeting: Made,
    }
    let input = json!({
        "eventId": id,
        "organisationId": filled.text("organisation"),
        "reason": { "lang": d.tag(), "value": filled.text("reason") },
        "slots": slots(&filled),
        "idempotencyKey": filled.text(KEY),
    });
    match d.act::<Payload>(include_str!("../../queries/event/ask.graphql"), input).await? {
        Ok(made) => Ok(d.go(&format!("/meetings/{}", made.meeting.id), "meeting-asked")),
        Err(faults) => page(&d, &id, (filled, faults), None).await,
    }
}
