//! The page of one meeting of an event, with a form for each act that may be done.

use askama::Template;
use axum::{
    Router,
    extract::Path,
    http::StatusCode,
    response::Response,
    routing::{get, post},
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, de::IgnoredAny};
use serde_json::{Value, json};

use super::part::{Brief, Slot};
use crate::{
    api::Failure,
    area::one::Past,
    desk::Desk,
    form::{Faults, Filled, KEY},
    view::{Available, Text},
};

/// Why a request for a meeting is declined.
const REASONS: [&str; 7] = [
    "NOT_RELEVANT",
    "WRONG_STAGE",
    "CAPACITY_FULL",
    "ALREADY_IN_CONTACT",
    "LANGUAGE",
    "OTHER_PERSON",
    "OTHER_PRIVATE",
];

/// What can come of a meeting.
const OUTCOMES: [&str; 6] =
    ["FOLLOW_UP", "INTRODUCTION", "LETTER_OF_INTENT", "AGREEMENT", "LEARNT", "NO_INTEREST"];

/// The routes.
pub fn routes() -> Router {
    Router::new().route("/meetings/{id}", get(shown)).route("/meetings/{id}/act", post(act))
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Meeting {
    #[serde(flatten)]
    brief: Brief,
    version: i64,
    since: DateTime<Utc>,
    exchange_event: At,
    purpose: Option<Text>,
    mutual: bool,
    wanted_slots: Vec<i64>,
    confirmed_by: Vec<String>,
    proposed: Option<Proposal>,
    declined: Option<String>,
    no_show: Option<NoShow>,
    meeting_words: Vec<Word>,
    history: Vec<Past>,
    available_transitions: Vec<Available>,
}

/// The event of a meeting.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct At {
    id: String,
    title: Text,
    time_zone: String,
    scheduling: String,
    slots: Vec<Slot>,
    tables: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
struct Proposal {
    side: String,
    slot: i64,
}

#[derive(Debug, Clone, Deserialize)]
struct NoShow {
    side: String,
    contest: Option<Text>,
    upheld: Option<bool>,
}

#[derive(Debug, Clone, Deserialize)]
struct Word {
    side: String,
    outcome: String,
    said: Option<Text>,
    at: DateTime<Utc>,
}

#[derive(Template)]
#[template(path = "event/meeting.html")]
struct MeetingPage {
    d: Desk,
    m: Meeting,
    key: String,
    filled: Filled,
    faults: Faults,
}

impl MeetingPage {
    /// The name of a side.
    fn side(&self, side: &str) -> &str {
        if side == "REQUESTER" { &self.m.brief.requester.name } else { &self.m.brief.recipient.name }
    }

    /// A slot by its number, in words.
    fn slot(&self, number: i64) -> String {
        let slot = self.m.exchange_event.slots.iter().find(|slot| slot.number == number);
        slot.map(|slot| slot.said(&self.d)).unwrap_or_default()
    }

    /// The slots of the request, in words.
    fn wanted(&self) -> String {
        let all: Vec<String> = self.m.wanted_slots.iter().map(|number| self.slot(*number)).collect();
        all.join(" · ")
    }

    /// The slots that an act can choose of: those of the request where one accepts, and all others else.
    fn slots(&self, act: &str) -> Vec<&Slot> {
        let wanted = &self.m.wanted_slots;
        let now = self.m.brief.place.as_ref().map(|place| place.slot);
        let suits = |slot: &&Slot| match act {
            "ACCEPT" => wanted.contains(&slot.number),
            "PROPOSE_RESCHEDULE" => now != Some(slot.number),
            _ => true,
        };
        self.m.exchange_event.slots.iter().filter(suits).collect()
    }

    /// Whether an act chooses a slot.
    fn wants_slot(&self, act: &str) -> bool {
        match act {
            "ACCEPT" => self.m.exchange_event.scheduling == "PARTICIPANT",
            "SCHEDULE" | "PROPOSE_RESCHEDULE" => true,
            _ => false,
        }
    }

    fn is_grave(&self, act: &str) -> bool {
        matches!(act, "DECLINE" | "WITHDRAW" | "CANCEL" | "REPORT_NO_SHOW" | "UNPLACE" | "UPHOLD")
    }

    fn chose(&self, act: &str, field: &str, value: impl std::fmt::Display) -> bool {
        self.filled.has("act", act) && self.filled.has(field, &value.to_string())
    }

    fn typed(&self, act: &str, field: &str) -> &str {
        if self.filled.has("act", act) { self.filled.text(field) } else { "" }
    }
}

async fn page(d: &Desk, id: &str, filled: Filled, faults: Faults) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    struct Answer {
        node: Option<Meeting>,
    }
    d.signed_in()?;
    let answer: Answer =
        d.ask(include_str!("../../queries/event/meeting.graphql"), json!({ "id": id })).await?;
    let m = answer.node.ok_or_else(Failure::not_found)?;
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let key = d.new_key();
    d.page_with(status, &MeetingPage { d: d.clone(), m, key, filled, faults })
}

async fn shown(d: Desk, Path(id): Path<String>) -> Result<Response, Failure> {
    page(&d, &id, Filled::default(), Faults::default()).await
}

/// The act of a form, as the API takes it; nothing for an act that has no form.
fn act_of(d: &Desk, filled: &Filled) -> Option<Value> {
    let text = |name: &str| filled.get(name).map(|value| json!({ "lang": d.tag(), "value": value }));
    let slot = filled.whole("slot");
    Some(match filled.text("act") {
        "ACCEPT" => json!({ "accept": { "slot": slot } }),
        "DECLINE" => json!({ "decline": filled.text("reason") }),
        "WITHDRAW" => json!({ "withdraw": true }),
        "SCHEDULE" => json!({ "schedule": { "slot": slot, "table": filled.whole("table") } }),
        "UNPLACE" => json!({ "unplace": true }),
        "CONFIRM" => json!({ "confirm": true }),
        "PROPOSE_RESCHEDULE" => json!({ "proposeReschedule": slot }),
        "AGREE_RESCHEDULE" => json!({ "agreeReschedule": true }),
        "KEEP_TIME" => json!({ "keepTime": true }),
        "CANCEL" => json!({ "cancel": true }),
        "REPORT_NO_SHOW" => json!({ "reportNoShow": true }),
        "CONTEST" => json!({ "contest": { "lang": d.tag(), "value": filled.text("words") } }),
        "UPHOLD" => json!({ "uphold": true }),
        "DISMISS" => json!({ "dismiss": true }),
        "REPORT" => json!({ "report": {
            "outcome": filled.text("outcome"),
            "words": text("words"),
            "officials": filled.ticked("officials"),
        } }),
        _ => return None,
    })
}

async fn act(d: Desk, Path(id): Path<String>, filled: Filled) -> Result<Response, Failure> {
    let act = act_of(&d, &filled).ok_or_else(|| Failure::of("VALIDATION"))?;
    let input = json!({
        "meetingId": id,
        "expectedVersion": filled.whole("version"),
        "act": act,
        "idempotencyKey": filled.text(KEY),
    });
    match d.act::<IgnoredAny>(include_str!("../../queries/event/move.graphql"), input).await? {
        Ok(_) => Ok(d.go(&format!("/meetings/{id}"), "moved")),
        Err(faults) => page(&d, &id, filled, faults).await,
    }
}
