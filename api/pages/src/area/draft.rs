//! The form of a demonstration area: to draft one, and to write a draft anew.

use askama::Template;
use axum::{Router, extract::Path, http::StatusCode, response::Response, routing::get};
use domain::vocabulary::{AreaFocus, Vocabulary};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Host, ask, one, organisations};
use crate::{
    api::Failure,
    city::profile::is_own,
    desk::Desk,
    form::{Faults, Filled, KEY},
    view::{Named, day_of},
};

/// Rows for tasks that an empty form has: three are the fewest that can be proposed.
const ROWS: i64 = 4;
/// Most rows for tasks.
const MOST: i64 = 40;

/// The routes.
pub fn routes() -> Router {
    Router::new()
        .route("/cities/{id}/areas/new", get(new_form).post(draft))
        .route("/cities/{id}/areas/{area}/edit", get(edit_form).post(edit))
}

/// What is planned.
#[derive(Template)]
#[template(path = "area/form.html")]
struct FormPage {
    d: Desk,
    /// Name of the host city, and its id for the way back.
    city: Named,
    /// Of a draft that is written anew, what stands now.
    now: Option<one::Area>,
    /// Who may be the authority.
    authorities: Vec<Named>,
    /// Rows for tasks.
    rows: i64,
    key: String,
    filled: Filled,
    faults: Faults,
}

impl FormPage {
    fn focuses(&self) -> Vec<&'static str> {
        AreaFocus::ALL.iter().map(|focus| focus.code()).collect()
    }

    fn numbers(&self) -> Vec<i64> {
        (1..=self.rows).collect()
    }

    fn field(&self, name: &str, row: impl std::fmt::Display) -> &str {
        self.filled.text(&format!("{name}-{row}"))
    }

    fn row_has_fault(&self, row: impl std::fmt::Display) -> bool {
        self.has_fault(&format!("due-{row}"))
    }

    fn address(&self) -> String {
        match &self.now {
            Some(area) => format!("/cities/{}/areas/{}/edit", self.city.id, area.id),
            None => format!("/cities/{}/areas/new", self.city.id),
        }
    }

    fn version(&self) -> i64 {
        self.now.as_ref().map_or(0, |area| area.version)
    }

    fn has_fault(&self, field: &str) -> bool {
        self.faults.of(field).is_some()
    }
}

/// The rows of a form: those that it has, and three more where somebody asks for them.
fn rows(filled: &Filled) -> i64 {
    let more = if filled.text("step") == "rows" { 3 } else { 0 };
    filled.whole("rows").unwrap_or(ROWS).saturating_add(more).clamp(ROWS, MOST)
}

/// The plan of a form, as the API takes it.
fn plan(d: &Desk, filled: &Filled) -> Value {
    let lang = d.tag();
    let tasks: Vec<Value> = (1..=rows(filled))
        .filter_map(|row| {
            let title = filled.get(&format!("task-{row}"))?;
            Some(json!({
                "number": row,
                "title": { "lang": lang, "value": title },
                "owner": filled.get(&format!("owner-{row}")),
                "due": filled.get(&format!("due-{row}")),
            }))
        })
        .collect();
    json!({
        "title": { "lang": lang, "value": filled.text("title") },
        "focus": filled.all("focus"),
        "tasks": tasks,
        "targetDate": filled.text("targetDate"),
        "authorityId": filled.text("authorityId"),
    })
}

/// What lacks before the API can read the plan; it would refuse the whole form without naming a field.
fn unread(filled: &Filled) -> Faults {
    const DAY: &str = "a day such as 2027-03-31";
    let mut faults = Faults::default();
    if day_of(filled.text("targetDate")).is_none() {
        faults.note("targetDate", DAY);
    }
    if filled.get("authorityId").is_none() {
        faults.note("authorityId", "an organisation that approves");
    }
    for row in 1..=rows(filled) {
        let name = format!("due-{row}");
        if filled.get(&name).is_some_and(|day| day_of(day).is_none()) {
            faults.note(&name, DAY);
        }
    }
    faults
}

async fn page(
    d: &Desk,
    (city, now): (Host, Option<one::Area>),
    filled: Filled,
    faults: Faults,
) -> Result<Response, Failure> {
    let mut authorities: Vec<Named> = city.office.iter().cloned().collect();
    authorities.extend(now.iter().map(|area| area.authority.clone()));
    authorities.extend(organisations(d, filled.get("authority-text")).await?);
    let mut seen = std::collections::BTreeSet::new();
    authorities.retain(|one| seen.insert(one.id.clone()));
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let city = Named { id: city.id, name: city.name };
    let (rows, key) = (rows(&filled), d.new_key());
    d.page_with(status, &FormPage { d: d.clone(), city, now, authorities, rows, key, filled, faults })
}

/// The own city; another's office has no form here.
async fn own_city(d: &Desk, id: &str) -> Result<Host, Failure> {
    d.signed_in()?;
    let (city, _) = ask(d, id).await?;
    if is_own(d, city.office.as_ref()) { Ok(city) } else { Err(Failure::not_found()) }
}

async fn new_form(d: Desk, Path(id): Path<String>) -> Result<Response, Failure> {
    let city = own_city(&d, &id).await?;
    page(&d, (city, None), Filled::default(), Faults::default()).await
}

async fn draft(d: Desk, Path(id): Path<String>, filled: Filled) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    struct Made {
        id: String,
    }
    #[derive(Deserialize)]
    struct Payload {
        area: Made,
    }
    let city = own_city(&d, &id).await?;
    if filled.get("step").is_some() {
        return page(&d, (city, None), filled, Faults::default()).await;
    }
    let faults = unread(&filled);
    if !faults.is_empty() {
        return page(&d, (city, None), filled, faults).await;
    }
    let input = json!({ "cityId": id, "plan": plan(&d, &filled), "idempotencyKey": filled.text(KEY) });
    match d.act::<Payload>(include_str!("../../queries/area/draft.graphql"), input).await? {
        Ok(made) => Ok(d.go(&format!("/cities/{id}/areas/{}", made.area.id), "area-drafted")),
        Err(faults) => page(&d, (city, None), filled, faults).await,
    }
}

/// A draft that may be written anew, with its city.
async fn own_draft(d: &Desk, at: (&str, &str)) -> Result<(Host, Option<one::Area>), Failure> {
    let (city, area) = stands(d, at).await?;
    let can = area.iter().flat_map(|area| &area.available_transitions).any(|one| one.is("EDIT"));
    if can { Ok((city, area)) } else { Err(Failure::not_found()) }
}

/// A draft as the form shows it first.
fn current(area: &one::Area) -> Filled {
    let last = area.tasks.iter().map(|task| task.number).max().unwrap_or_default();
    let mut filled = Filled::default()
        .with("title", area.title.value.clone())
        .with("targetDate", area.target_date.to_string())
        .with("authorityId", area.authority.id.clone())
        .with("rows", last.max(ROWS).to_string());
    for focus in &area.focus {
        filled = filled.with("focus", focus.clone());
    }
    for task in &area.tasks {
        let at = task.number;
        filled = filled
            .with(&format!("task-{at}"), task.title.value.clone())
            .with(&format!("owner-{at}"), task.owner_name.clone().unwrap_or_default())
            .with(&format!("due-{at}"), task.due.map(|day| day.to_string()).unwrap_or_default());
    }
    filled
}

async fn edit_form(d: Desk, Path((city, id)): Path<(String, String)>) -> Result<Response, Failure> {
    let (city, area) = own_draft(&d, (&city, &id)).await?;
    let filled = area.as_ref().map(current).unwrap_or_default();
    page(&d, (city, area), filled, Faults::default()).await
}

/// The area with its city, whatever may be done with it: one that was proposed meanwhile is refused by its command, and
/// what was typed is shown again.
async fn stands(d: &Desk, at: (&str, &str)) -> Result<(Host, Option<one::Area>), Failure> {
    d.signed_in()?;
    let one::Found { area, city, .. } = one::ask(d, at).await?;
    Ok((city, Some(area)))
}

async fn edit(
    d: Desk,
    Path((city, id)): Path<(String, String)>,
    filled: Filled,
) -> Result<Response, Failure> {
    let faults = if filled.get("step").is_some() { Faults::default() } else { unread(&filled) };
    if filled.get("step").is_some() || !faults.is_empty() {
        return page(&d, stands(&d, (&city, &id)).await?, filled, faults).await;
    }
    match super::act::run(&d, &id, json!({ "edit": plan(&d, &filled) }), &filled).await? {
        Ok(()) => Ok(d.go(&format!("/cities/{city}/areas/{id}"), "saved")),
        Err(faults) => page(&d, stands(&d, (&city, &id)).await?, filled, faults).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_grows_by_rows_up_to_a_most() {
        assert_eq!(rows(&Filled::default()), ROWS);
        assert_eq!(rows(&Filled::parse(b"rows=4&step=rows")), 7);
        assert_eq!(rows(&Filled::parse(b"rows=9999&step=rows")), MOST);
        assert_eq!(rows(&Filled::parse(b"rows=x")), ROWS);
    }
}
