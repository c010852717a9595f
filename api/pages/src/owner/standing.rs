//! A listing as it stands, for the form that changes it.

use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    api::Failure,
    desk::Desk,
    form::Filled,
    public::{FieldShare, Impact, InstrumentShare},
    view::{Money, Text},
};

/// What an owner wrote.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Standing {
    pub(super) version: i64,
    review: Option<Review>,
    pub(super) title: Option<Text>,
    pub(super) summary: Option<Text>,
    kind: Option<String>,
    works: Option<String>,
    innovation: Option<String>,
    lifecycle: Option<String>,
    stage: Option<String>,
    fields: Vec<FieldShare>,
    contract: Option<String>,
    public_authority: Option<String>,
    funding_gap: Option<Money>,
    min_slice: Option<Money>,
    instruments: Vec<InstrumentShare>,
    concessional: Option<bool>,
    return_pct: Option<f64>,
    tenor_months: Option<i64>,
    readiness: Vec<Ready>,
    impact: Impact,
    places: Vec<Place>,
    languages: Vec<String>,
    excluded_investors: Vec<String>,
    help_wanted: Vec<String>,
    deadline: Option<NaiveDate>,
}

#[derive(Debug, Clone, Deserialize)]
struct Ready {
    item: String,
    status: String,
    evidence: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Place {
    country: Code,
    city_geonames: Option<i64>,
    latitude: Option<f64>,
    longitude: Option<f64>,
}

#[derive(Debug, Clone, Deserialize)]
struct Code {
    code: String,
}

/// Asks for a listing of the caller's own.
///
/// # Errors
/// There is none that the caller may see.
pub(super) async fn standing(d: &Desk, id: &str) -> Result<Standing, Failure> {
    #[derive(Deserialize)]
    struct Answer {
        project: Option<Standing>,
    }
    let document = include_str!("../../queries/owner/edit.graphql");
    let answer: Answer = d.ask(document, json!({ "id": id })).await?;
    answer.project.ok_or_else(Failure::not_found)
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Review {
    waiting_changes: Vec<String>,
}

impl Standing {
    /// Whether a change waits for a reviewer.
    pub(super) fn has_change(&self) -> bool {
        self.review.as_ref().is_some_and(|review| !review.waiting_changes.is_empty())
    }

    /// Its places in a country, as the API takes them.
    pub(super) fn places_in(&self, code: &str) -> Vec<Value> {
        let known = self.places.iter().filter(|place| place.country.code == code);
        known
            .map(|place| {
                json!({
                    "country": place.country.code,
                    "cityGeonames": place.city_geonames,
                    "latitude": place.latitude,
                    "longitude": place.longitude,
                })
            })
            .collect()
    }

    /// The listing as the form shows it.
    pub(super) fn filled(&self) -> Filled {
        let mut form = Filled::default().with("version", self.version.to_string());
        let texts = [
            ("title", self.title.as_ref().map(|text| text.value.clone())),
            ("summary", self.summary.as_ref().map(|text| text.value.clone())),
            ("kind", self.kind.clone()),
            ("works", self.works.clone()),
            ("innovation", self.innovation.clone()),
            ("lifecycle", self.lifecycle.clone()),
            ("stage", self.stage.clone()),
            ("contract", self.contract.clone()),
            ("publicAuthority", self.public_authority.clone()),
            ("concessional", self.concessional.map(|yes| if yes { "yes" } else { "no" }.to_owned())),
            ("returnPct", number(self.return_pct)),
            ("tenorMonths", self.tenor_months.map(|months| months.to_string())),
            ("entryPricePctGni", number(self.impact.entry_price_pct_gni)),
            ("populationNewlyServed", self.impact.population_newly_served.map(|people| people.to_string())),
            ("schoolsConnected", self.impact.schools_connected.map(|schools| schools.to_string())),
            ("womenSharePct", number(self.impact.women_share_pct)),
            ("coverageBaselinePct", number(self.impact.coverage_baseline_pct)),
            ("coverageTargetPct", number(self.impact.coverage_target_pct)),
            ("deadline", self.deadline.map(|day| day.to_string())),
            ("languages", Some(self.languages.join(", "))),
            ("countries", Some(self.countries().join(", "))),
        ];
        for (name, text) in texts {
            form = text.into_iter().fold(form, |form, text| form.with(name, text));
        }
        for (name, money) in [("fundingGap", &self.funding_gap), ("minSlice", &self.min_slice)] {
            if let Some(money) = money {
                form = form.with(name, money.written()).replaced("currency", &money.currency);
            }
        }
        for (at, share) in (1..).zip(&self.fields) {
            form = row(form, "field", at, &share.field, share.share_pct);
        }
        for (at, share) in (1..).zip(&self.instruments) {
            form = row(form, "instrument", at, &share.instrument, share.share_pct);
        }
        for one in &self.readiness {
            form = form.with(&format!("ready-{}", one.item), &one.status);
            if let Some(evidence) = &one.evidence {
                form = form.with(&format!("evidence-{}", one.item), evidence);
            }
        }
        form = self.help_wanted.iter().fold(form, |form, code| form.with("helpWanted", code));
        self.excluded_investors.iter().fold(form, |form, code| form.with("excludedInvestors", code))
    }

    /// Its countries, each once, in their order.
    fn countries(&self) -> Vec<&str> {
        let mut codes: Vec<&str> = Vec::new();
        for place in &self.places {
            if !codes.contains(&place.country.code.as_str()) {
                codes.push(&place.country.code);
            }
        }
        codes
    }
}

fn number(number: Option<f64>) -> Option<String> {
    number.map(|number| number.to_string())
}

fn row(form: Filled, name: &str, at: usize, code: &str, share: f64) -> Filled {
    form.with(&format!("{name}-{at}"), code).with(&format!("{name}-share-{at}"), share.to_string())
}

/// The fields of two forms that differ: name, what the first has, what the second has.
pub(super) fn differences(stands: &Filled, typed: &Filled) -> Vec<(String, String, String)> {
    let mut names: Vec<&str> = stands.again().chain(typed.again()).map(|(name, _)| name).collect();
    names.sort_unstable();
    names.dedup();
    let marks = [crate::form::KEY, "version", "waits"];
    let rows = names
        .into_iter()
        .filter(|name| !marks.contains(name))
        .map(|name| (name.to_owned(), stands.all(name).join(", "), typed.all(name).join(", ")));
    rows.filter(|(_, now, typed)| now != typed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_stands_beside_each_other() {
        let stands = Filled::parse(b"title=A&version=3&helpWanted=PILOT_SITE&field-1=X");
        let typed = Filled::parse(b"title=B&version=2&key=k&helpWanted=PILOT_SITE&field-1=X&stage=PILOT");
        let wanted = [("stage", "", "PILOT"), ("title", "A", "B")];
        let found = differences(&stands, &typed);
        let found: Vec<(&str, &str, &str)> =
            found.iter().map(|(name, now, typed)| (name.as_str(), now.as_str(), typed.as_str())).collect();
        assert_eq!(found, wanted);
    }
}
