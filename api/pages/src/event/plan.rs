//! The form of an event: to draft one, and to write a draft anew.

use askama::Template;
use axum::{Router, extract::Path, http::StatusCode, response::Response, routing::get};
use chrono_tz::Tz;
use domain::vocabulary::{OrganisationKind, Vocabulary};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    one::{self, Event},
    slot,
};
use crate::{
    api::Failure,
    desk::Desk,
    form::{Faults, Filled, KEY},
    view::Named,
};

/// Kinds of event.
const KINDS: [&str; 8] = [
    "INVESTMENT_FORUM",
    "MATCHMAKING",
    "EXHIBITION",
    "CULTURAL",
    "POLICY",
    "TRAINING",
    "ACADEMIC",
    "DELEGATION",
];

/// Levels of exchange (article 15).
const LEVELS: [&str; 6] = ["GOVERNMENT", "ENTERPRISE", "RESEARCH", "SECTOR_BODY", "INTERNATIONAL", "SOCIETY"];

/// Rows for quotas.
const QUOTAS: std::ops::RangeInclusive<i64> = 1..=6;

/// The routes.
pub fn routes() -> Router {
    Router::new()
        .route("/events/new", get(new_form).post(create))
        .route("/events/{id}/edit", get(edit_form).post(edit))
}

#[derive(Template)]
#[template(path = "event/form.html")]
struct FormPage {
    d: Desk,
    /// Of a draft that is written anew, what stands now.
    now: Option<Event>,
    cities: Vec<Named>,
    key: String,
    filled: Filled,
    faults: Faults,
}

impl FormPage {
    fn address(&self) -> String {
        self.now.as_ref().map_or("/events/new".to_owned(), |event| format!("/events/{}/edit", event.row.id))
    }

    fn version(&self) -> i64 {
        self.now.as_ref().map_or(0, |event| event.version)
    }

    fn has_fault(&self, field: &str) -> bool {
        self.faults.of(field).is_some()
    }

    fn quotas(&self) -> Vec<i64> {
        QUOTAS.collect()
    }

    fn organisation_kinds(&self) -> Vec<&'static str> {
        OrganisationKind::ALL.iter().map(|kind| kind.code()).collect()
    }

    fn quota(&self, name: &str, row: impl std::fmt::Display) -> &str {
        self.filled.text(&format!("quota-{name}-{row}"))
    }

    fn is_quota(&self, row: impl std::fmt::Display, way: &str, code: &str) -> bool {
        self.quota("of", row) == format!("{way}:{code}")
    }

    /// What is in a field, or what it begins with.
    fn or(&self, name: &str, first: &str) -> String {
        self.filled.get(name).unwrap_or(first).to_owned()
    }
}

/// The plan of a form, as the API takes it, and what of it does not read.
fn plan(d: &Desk, filled: &Filled) -> Result<Value, Faults> {
    let mut faults = Faults::default();
    let zone: Option<Tz> = filled.text("timeZone").parse().ok();
    if zone.is_none() {
        faults.note("timeZone", "a name of the IANA list, such as Asia/Bangkok");
    }
    let zone = zone.unwrap_or(chrono_tz::UTC);
    let freeze = slot::local(filled.text("freezeAt")).and_then(|local| slot::instant(zone, local));
    if freeze.is_none() {
        faults.note("freezeAt", "a day and a time");
    }
    let slots = slot::slots(zone, filled.text("slots")).unwrap_or_else(|line| {
        faults.note("slots", &format!("each line as 2027-03-31 09:00-09:30, not `{line}`"));
        Vec::new()
    });
    for name in ["maxParticipants", "meetingsEach"] {
        if filled.whole(name).is_none() {
            faults.note(name, "a whole number");
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let lang = d.tag();
    let slots: Vec<Value> = slots
        .into_iter()
        .map(|(from, to)| json!({ "starts": from.to_rfc3339(), "ends": to.to_rfc3339() }))
        .collect();
    let tables: Vec<&str> =
        filled.text("tables").lines().map(str::trim).filter(|name| !name.is_empty()).collect();
    let quotas: Vec<Value> = QUOTAS
        .filter_map(|row| {
            let (way, code) = filled.get(&format!("quota-of-{row}"))?.split_once(':')?;
            let way = if way == "level" { "level" } else { "kind" };
            Some(json!({ way: code, "max": filled.whole(&format!("quota-max-{row}")).unwrap_or_default() }))
        })
        .collect();
    Ok(json!({
        "title": { "lang": lang, "value": filled.text("title") },
        "about": filled.get("about").map(|about| json!({ "lang": lang, "value": about })),
        "kind": filled.text("kind"),
        "venue": filled.text("venue"),
        "cityId": filled.get("cityId"),
        "timeZone": filled.text("timeZone"),
        "scheduling": filled.text("scheduling"),
        "acceptance": filled.text("acceptance"),
        "freezeAt": freeze.map(|at| at.to_rfc3339()),
        "slots": slots,
        "tables": tables,
        "stands": filled.whole("stands").unwrap_or_default(),
        "quotas": quotas,
        "maxParticipants": filled.whole("maxParticipants"),
        "meetingsEach": filled.whole("meetingsEach"),
    }))
}

/// A step within the form that saves nothing: a city is looked for, or slots of one length are written.
fn step(filled: Filled) -> (Filled, Faults) {
    let mut faults = Faults::default();
    if filled.text("step") != "slots" {
        return (filled, faults);
    }
    let Some(first) = slot::local(filled.text("first")) else {
        faults.note("first", "a day and a time");
        return (filled, faults);
    };
    let number = |name: &str, usual: i64| filled.whole(name).unwrap_or(usual);
    let more = slot::row(first, number("minutes", 30), number("pause", 0), number("count", 8));
    let mut lines: Vec<String> = filled.text("slots").lines().map(str::to_owned).collect();
    lines.extend(more);
    (filled.replaced("slots", &lines.join("\n")), faults)
}

async fn page(d: &Desk, now: Option<Event>, filled: Filled, faults: Faults) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    struct Found {
        search: Vec<Named>,
    }
    let mut cities: Vec<Named> = now.iter().filter_map(|event| event.row.city.clone()).collect();
    if let Some(text) = filled.get("city-text") {
        let found: Found =
            d.ask(include_str!("../../queries/area/cities.graphql"), json!({ "text": text })).await?;
        cities.extend(found.search);
    }
    cities.dedup();
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let key = d.new_key();
    d.page_with(status, &FormPage { d: d.clone(), now, cities, key, filled, faults })
}

async fn new_form(d: Desk) -> Result<Response, Failure> {
    d.signed_in()?.acting().ok_or_else(Failure::not_found)?;
    page(&d, None, Filled::default(), Faults::default()).await
}

async fn create(d: Desk, filled: Filled) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    struct Made {
        id: String,
    }
    #[derive(Deserialize)]
    struct Payload {
        event: Made,
    }
    d.signed_in()?.acting().ok_or_else(Failure::not_found)?;
    if filled.get("step").is_some() {
        let (filled, faults) = step(filled);
        return page(&d, None, filled, faults).await;
    }
    let plan = match plan(&d, &filled) {
        Ok(plan) => plan,
        Err(faults) => return page(&d, None, filled, faults).await,
    };
    let input = json!({ "plan": plan, "idempotencyKey": filled.text(KEY) });
    match d.act::<Payload>(include_str!("../../queries/event/create.graphql"), input).await? {
        Ok(made) => Ok(d.go(&format!("/events/{}", made.event.id), "event-drafted")),
        Err(faults) => page(&d, None, filled, faults).await,
    }
}

/// A draft of the own organisation.
async fn own_draft(d: &Desk, id: &str) -> Result<Option<Event>, Failure> {
    d.signed_in()?;
    let event = one::ask(d, id).await?;
    if event.can("EDIT") { Ok(Some(event)) } else { Err(Failure::not_found()) }
}

/// A draft as the form shows it first.
fn current(event: &Event) -> Filled {
    let row = &event.row;
    let zone: Tz = row.time_zone.parse().unwrap_or(chrono_tz::UTC);
    let slots: Vec<String> = row
        .slots
        .iter()
        .map(|slot| slot::written(slot.starts_local.naive_local(), slot.ends_local().naive_local()))
        .collect();
    let freeze = row.freeze_at.with_timezone(&zone).format("%Y-%m-%dT%H:%M").to_string();
    let mut filled = Filled::default()
        .with("title", row.title.value.clone())
        .with("about", event.about.as_ref().map(|text| text.value.clone()).unwrap_or_default())
        .with("kind", row.event_kind.clone())
        .with("venue", row.venue.clone())
        .with("cityId", row.city.as_ref().map(|city| city.id.clone()).unwrap_or_default())
        .with("timeZone", row.time_zone.clone())
        .with("scheduling", event.scheduling.clone())
        .with("acceptance", event.acceptance.clone())
        .with("freezeAt", freeze)
        .with("slots", slots.join("\n"))
        .with("tables", event.tables.join("\n"))
        .with("stands", event.stands.to_string())
        .with("maxParticipants", event.max_participants.to_string())
        .with("meetingsEach", event.meetings_each.to_string());
    for (row, quota) in QUOTAS.zip(&event.quotas) {
        let level = quota.level.as_ref().map(|code| format!("level:{code}"));
        let of = level.or_else(|| quota.kind.as_ref().map(|code| format!("kind:{code}")));
        filled = filled
            .with(&format!("quota-of-{row}"), of.unwrap_or_default())
            .with(&format!("quota-max-{row}"), quota.max.to_string());
    }
    filled
}

async fn edit_form(d: Desk, Path(id): Path<String>) -> Result<Response, Failure> {
    let event = own_draft(&d, &id).await?;
    let filled = event.as_ref().map(current).unwrap_or_default();
    page(&d, event, filled, Faults::default()).await
}

async fn edit(d: Desk, Path(id): Path<String>, filled: Filled) -> Result<Response, Failure> {
    d.signed_in()?;
    // One that was announced meanwhile is refused by its command, and what was typed is shown again.
    let event = Some(one::ask(&d, &id).await?);
    if filled.get("step").is_some() {
        let (filled, faults) = step(filled);
        return page(&d, event, filled, faults).await;
    }
    let plan = match plan(&d, &filled) {
        Ok(plan) => plan,
        Err(faults) => return page(&d, event, filled, faults).await,
    };
    match super::act::run(&d, &id, json!({ "edit": plan }), &filled).await? {
        Ok(()) => Ok(d.go(&format!("/events/{id}"), "saved")),
        Err(faults) => page(&d, event, filled, faults).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_one_length_come_after_those_that_are_there() {
        let filled = Filled::parse(
            b"step=slots&slots=2027-01-10+08:00-08:30&first=2027-01-10T09:00&minutes=20&pause=0&count=2",
        );
        let (filled, faults) = step(filled);
        assert!(faults.is_empty());
        assert_eq!(
            filled.text("slots"),
            "2027-01-10 08:00-08:30\n2027-01-10 09:00-09:20\n2027-01-10 09:20-09:40"
        );
        let (kept, faults) = step(Filled::parse(b"step=slots&slots=x"));
        assert_eq!((kept.text("slots"), faults.of("first").is_some()), ("x", true));
        assert!(step(Filled::parse(b"step=city")).1.is_empty());
    }
}
