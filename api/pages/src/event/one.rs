//! The page of one event: what it is, who takes part as far as one may see, one's own meetings, and all that may be done.

use askama::Template;
use axum::{
    Router,
    extract::Path,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;
use serde_json::json;

use super::part::{Brief, Row, Slot, days};
use crate::{
    api::Failure,
    area::one::Past,
    desk::Desk,
    form::{Faults, Filled},
    view::{Available, Named, Text},
};

/// Why somebody comes to an event.
pub(super) const INTENTS: [&str; 5] = ["INVEST", "RAISE", "PARTNER", "LEARN", "TRAIN"];

/// The routes.
pub fn routes() -> Router {
    Router::new().route("/events/{id}", get(shown)).route("/events/{id}/calendar", get(calendar))
}

/// An event as its page shows it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Event {
    #[serde(flatten)]
    pub(super) row: Row,
    pub(super) version: i64,
    since: DateTime<Utc>,
    pub(super) about: Option<Text>,
    pub(super) scheduling: String,
    pub(super) acceptance: String,
    pub(super) tables: Vec<String>,
    pub(super) stands: i64,
    pub(super) max_participants: i64,
    pub(super) meetings_each: i64,
    pub(super) quotas: Vec<Quota>,
    summary: Option<Text>,
    reason: Option<Text>,
    participants: Vec<Participant>,
    suggested_meetings: Vec<Suggestion>,
    my_meetings: Vec<Brief>,
    meetings: Vec<Brief>,
    report: Option<Report>,
    history: Vec<Past>,
    available_transitions: Vec<Available>,
}

impl Event {
    /// Whether an act may be done now.
    pub(super) fn can(&self, name: &str) -> bool {
        self.available_transitions.iter().any(|one| one.is(name))
    }

    fn is_in(&self, states: &[&str]) -> bool {
        states.contains(&self.row.state.as_str())
    }

    fn takes_registrations(&self) -> bool {
        self.is_in(&["REGISTRATION", "REQUESTING"])
    }

    /// Whether there is something to report; before, an organiser's report counts what has hardly begun.
    fn is_over(&self) -> bool {
        self.is_in(&["LIVE", "CLOSED", "REPORTED"])
    }

    fn has_calendar(&self) -> bool {
        self.is_in(&["PUBLISHED", "LIVE", "CLOSED", "REPORTED"])
    }

    /// Whether it has not begun, so that one may still withdraw.
    fn is_ahead(&self) -> bool {
        self.is_in(&["REGISTRATION", "REQUESTING", "SCHEDULING", "PUBLISHED"])
    }
}

/// How many of a level or a kind take part at most.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Quota {
    pub(super) level: Option<String>,
    pub(super) kind: Option<String>,
    pub(super) max: i64,
    taken: i64,
}

#[derive(Debug, Clone, Deserialize)]
struct Participant {
    organisation: Named,
    level: String,
    intents: Vec<String>,
    languages: Vec<String>,
    stand: Option<i64>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Suggestion {
    organisation: Named,
    score: f64,
    basis: String,
    common_language: bool,
    common_slots: i64,
}

/// The own registration.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Registration {
    intents: Vec<String>,
    available: Vec<i64>,
    languages: Vec<String>,
    project_id: Option<String>,
    mandate_id: Option<String>,
    stand: Option<i64>,
    limit: i64,
    since: DateTime<Utc>,
}

impl Registration {
    /// The registration as the form shows it first.
    fn filled(&self) -> Filled {
        let mut filled = Filled::default()
            .with("languages", self.languages.join(", "))
            .with("limit", self.limit.to_string())
            .with("projectId", self.project_id.clone().unwrap_or_default())
            .with("mandateId", self.mandate_id.clone().unwrap_or_default());
        for intent in &self.intents {
            filled = filled.with("intent", intent.clone());
        }
        for slot in &self.available {
            filled = filled.with("slot", slot.to_string());
        }
        if self.stand.is_some() { filled.with("stand", "on") } else { filled }
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    funnel: Vec<Step>,
    meeting_outcomes: Vec<Outcome>,
    with_officials: Option<i64>,
    by_country_pair: Vec<Pair>,
}

#[derive(Debug, Clone, Deserialize)]
struct Step {
    step: String,
    count: Option<i64>,
    suppressed: bool,
}

#[derive(Debug, Clone, Deserialize)]
struct Outcome {
    outcome: String,
    count: Option<i64>,
    suppressed: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Pair {
    country_a: String,
    country_b: String,
    count: Option<i64>,
    suppressed: bool,
}

/// What a computed schedule comes to.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Schedule {
    objective: f64,
    bound: f64,
    proved: bool,
    placed: i64,
    unscheduled: Vec<Unscheduled>,
    fairness: Fairness,
    moved: i64,
    dry_run: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Unscheduled {
    meeting_id: String,
    why: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Fairness {
    jain: f64,
    smallest_share: f64,
    without: i64,
}

#[derive(Debug, Clone, Deserialize)]
struct Listing {
    id: String,
    title: Option<Text>,
}

/// What an organisation can bring to an event.
#[derive(Debug, Clone, Default, Deserialize)]
struct Own {
    listings: Option<Vec<Listing>>,
    mandates: Vec<Named>,
}

#[derive(Template)]
#[template(path = "event/event.html")]
struct EventPage {
    d: Desk,
    e: Event,
    registration: Option<Registration>,
    own: Own,
    schedule: Option<Schedule>,
    key: String,
    filled: Filled,
    /// The registration as its form shows it.
    mine: Filled,
    faults: Faults,
}

impl EventPage {
    fn days(&self) -> Vec<(NaiveDate, Vec<&Slot>)> {
        days(&self.e.row.slots)
    }

    fn acting(&self) -> Option<&str> {
        let acting = self.d.person.as_ref()?.acting()?;
        Some(acting.id.as_str())
    }

    fn is_organiser(&self) -> bool {
        self.acting() == Some(self.e.row.organiser.id.as_str())
    }

    fn can_schedule(&self) -> bool {
        self.is_organiser() && self.e.scheduling == "OPTIMISED" && self.e.is_in(&["SCHEDULING", "PUBLISHED"])
    }

    fn can_register(&self) -> bool {
        self.acting().is_some() && self.e.takes_registrations()
    }

    fn can_ask(&self) -> bool {
        self.registration.is_some() && self.e.row.state == "REQUESTING"
    }

    /// Whom one can ask: those who fit first, and then the others.
    fn others(&self) -> Vec<&Named> {
        let own = self.acting();
        let mut all: Vec<&Named> = self.e.suggested_meetings.iter().map(|one| &one.organisation).collect();
        let has_met =
            |id: &str| self.e.my_meetings.iter().any(|one| one.requester.id == id || one.recipient.id == id);
        for one in &self.e.participants {
            let other = &one.organisation;
            if Some(other.id.as_str()) != own && !all.contains(&other) && !has_met(&other.id) {
                all.push(other);
            }
        }
        all
    }

    fn chose(&self, form: &str, field: &str, value: impl std::fmt::Display) -> bool {
        self.filled.has("form", form) && self.filled.has(field, &value.to_string())
    }

    fn has(&self, field: &str, value: impl std::fmt::Display) -> bool {
        self.mine.has(field, &value.to_string())
    }

    fn typed(&self, form: &str, field: &str) -> &str {
        if self.filled.has("form", form) { self.filled.text(field) } else { "" }
    }

    /// The sides of a meeting of the organiser's list.
    fn meeting_name(&self, id: &str) -> String {
        self.e.meetings.iter().find(|one| one.id == id).map(Brief::name).unwrap_or_default()
    }

    fn count(&self, count: Option<&i64>, suppressed: bool) -> String {
        match count {
            Some(count) => self.d.whole(count),
            None if suppressed => self.d.say("event-held-back"),
            None => "–".to_owned(),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Registered {
    my_registration: Option<Registration>,
}

/// An event by its id.
///
/// # Errors
/// It is not there, or not for this person.
pub(super) async fn ask(d: &Desk, id: &str) -> Result<Event, Failure> {
    ask_both(d, id).await.map(|(event, _)| event)
}

async fn ask_both(d: &Desk, id: &str) -> Result<(Event, Option<Registration>), Failure> {
    #[derive(Deserialize)]
    struct Both {
        #[serde(flatten)]
        event: Event,
        #[serde(flatten)]
        own: Registered,
    }
    #[derive(Deserialize)]
    struct Answer {
        node: Option<Both>,
    }
    let answer: Answer =
        d.ask(include_str!("../../queries/event/event.graphql"), json!({ "id": id })).await?;
    let both = answer.node.ok_or_else(Failure::not_found)?;
    Ok((both.event, both.own.my_registration))
}

/// The page of an event, with what was typed, what is wrong with it, and a schedule that was computed.
///
/// # Errors
/// It is not there, or not for this person.
pub(super) async fn page(
    d: &Desk,
    id: &str,
    (filled, faults): (Filled, Faults),
    schedule: Option<Schedule>,
) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    struct Answer {
        own: Option<Own>,
    }
    let (e, registration) = ask_both(d, id).await?;
    let acting = d.person.as_ref().and_then(|person| person.acting());
    let own = match acting.filter(|_| e.takes_registrations()) {
        Some(acting) => {
            let variables = json!({ "own": acting.id });
            let answer: Answer = d.ask(include_str!("../../queries/event/own.graphql"), variables).await?;
            answer.own.unwrap_or_default()
        }
        None => Own::default(),
    };
    let mine = if filled.has("form", "register") {
        filled.clone()
    } else {
        registration.as_ref().map(Registration::filled).unwrap_or_default()
    };
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let key = d.new_key();
    let page = EventPage { d: d.clone(), e, registration, own, schedule, key, filled, mine, faults };
    d.page_with(status, &page)
}

async fn shown(d: Desk, Path(id): Path<String>) -> Result<Response, Failure> {
    page(&d, &id, Default::default(), None).await
}

/// The own meetings as a file for a calendar.
async fn calendar(d: Desk, Path(id): Path<String>) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    struct Kept {
        calendar: Option<String>,
    }
    #[derive(Deserialize)]
    struct Answer {
        node: Option<Kept>,
    }
    d.signed_in()?;
    let answer: Answer =
        d.ask(include_str!("../../queries/event/calendar.graphql"), json!({ "id": id })).await?;
    let text = answer.node.and_then(|kept| kept.calendar).ok_or_else(Failure::not_found)?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/calendar; charset=utf-8")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"meetings.ics\"")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, text).into_response())
}
