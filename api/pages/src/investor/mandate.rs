//! A mandate as a form, and beside it what it would find: nothing is kept before it is saved.

use askama::Template;
use axum::{
    Router,
    extract::Path,
    http::StatusCode,
    response::Response,
    routing::{get, post},
};
use domain::vocabulary::{
    ContractType, CooperationField, InfrastructureStage, Instrument, ProjectKind, VentureStage, Vocabulary,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Excluded, lang};
use crate::{
    api::Failure,
    change::shown,
    desk::Desk,
    form::{Faults, Filled, KEY, Reads},
    public::ProjectRow,
    view::{Connection, Explanation, Money, Named, Score, money_input},
};

/// The routes.
pub fn routes() -> Router {
    Router::new()
        .route("/mandates/new", get(new).post(create))
        .route("/mandates/preview", post(preview))
        .route("/mandates/{id}/edit", get(edit).post(update))
}

#[derive(Debug, Clone, Deserialize)]
struct Wanted {
    field: String,
    weight: i64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct MandateTerms {
    fields: Vec<Wanted>,
    generalist: bool,
    excluded_fields: Vec<String>,
    kinds: Vec<String>,
    countries: Vec<String>,
    regions: Vec<String>,
    global: bool,
    excluded_countries: Vec<String>,
    ticket_min: Option<Money>,
    ticket_max: Option<Money>,
    stages: Vec<String>,
    instruments: Vec<String>,
    target_return_pct: Option<f64>,
    max_tenor_months: Option<i64>,
    min_stake_pct: Option<f64>,
    sdg_targets: Vec<String>,
    articles: Vec<i64>,
    soft_terms: Vec<String>,
    excluded_contracts: Vec<String>,
    no_competitors: bool,
}

#[derive(Debug, Clone, Deserialize)]
struct Mandate {
    id: String,
    name: String,
    version: i64,
    terms: MandateTerms,
}

impl Mandate {
    /// The mandate as the form shows it.
    fn filled(&self) -> Filled {
        let terms = &self.terms;
        let mut form = Filled::default().with("name", &self.name).with("version", self.version.to_string());
        for one in &terms.fields {
            form = form
                .with("fields", &one.field)
                .with(&format!("weight-{}", one.field), one.weight.to_string());
        }
        for (name, codes) in [
            ("excludedFields", &terms.excluded_fields),
            ("kinds", &terms.kinds),
            ("stages", &terms.stages),
            ("instruments", &terms.instruments),
            ("excludedContracts", &terms.excluded_contracts),
            ("softTerms", &terms.soft_terms),
        ] {
            form = codes.iter().fold(form, |form, code| form.with(name, code));
        }
        for (name, is_on) in [
            ("generalist", terms.generalist),
            ("global", terms.global),
            ("noCompetitors", terms.no_competitors),
        ] {
            if is_on {
                form = form.with(name, "on");
            }
        }
        let articles: Vec<String> = terms.articles.iter().map(ToString::to_string).collect();
        form = form
            .with("countries", terms.countries.join(", "))
            .with("excludedCountries", terms.excluded_countries.join(", "))
            .with("regions", terms.regions.join(", "))
            .with("sdgTargets", terms.sdg_targets.join(", "))
            .with("articles", articles.join(", "));
        for (name, money) in [("ticketMin", &terms.ticket_min), ("ticketMax", &terms.ticket_max)] {
            if let Some(money) = money {
                form = form.with(name, money.written()).with("currency", &money.currency);
            }
        }
        let numbers = [
            ("targetReturnPct", terms.target_return_pct.map(|n| n.to_string())),
            ("maxTenorMonths", terms.max_tenor_months.map(|n| n.to_string())),
            ("minStakePct", terms.min_stake_pct.map(|n| n.to_string())),
        ];
        numbers.into_iter().fold(form, |form, (name, number)| match number {
            Some(number) => form.with(name, number),
            None => form,
        })
    }
}

/// The items of a field in which several are written after one another.
fn items(text: &str) -> Vec<&str> {
    text.split([',', ';', '\n', '،', '、']).map(str::trim).filter(|item| !item.is_empty()).collect()
}

/// What was filled in as the API takes it.
fn input(filled: &Filled) -> Value {
    let fields: Vec<Value> = filled
        .all("fields")
        .into_iter()
        .map(|field| json!({ "field": field, "weight": filled.whole(&format!("weight-{field}")) }))
        .collect();
    let codes = |name: &str| -> Vec<String> {
        items(filled.text(name)).iter().map(|code| code.to_uppercase()).collect()
    };
    let currency = filled.text("currency").to_uppercase();
    let money = |name: &str| filled.get(name).and_then(|units| money_input(units, &currency));
    let articles: Vec<i64> =
        items(filled.text("articles")).iter().filter_map(|number| number.parse().ok()).collect();
    json!({
        "fields": fields,
        "generalist": filled.ticked("generalist"),
        "excludedFields": filled.all("excludedFields"),
        "kinds": filled.all("kinds"),
        "countries": codes("countries"),
        "regions": items(filled.text("regions")),
        "global": filled.ticked("global"),
        "excludedCountries": codes("excludedCountries"),
        "excludedContracts": filled.all("excludedContracts"),
        "ticketMin": money("ticketMin"),
        "ticketMax": money("ticketMax"),
        "stages": filled.all("stages"),
        "instruments": filled.all("instruments"),
        "targetReturnPct": filled.number("targetReturnPct"),
        "maxTenorMonths": filled.whole("maxTenorMonths"),
        "minStakePct": filled.number("minStakePct"),
        "sdgTargets": items(filled.text("sdgTargets")),
        "articles": articles,
        "noCompetitors": filled.ticked("noCompetitors"),
        "softTerms": filled.all("softTerms"),
    })
}

#[derive(Debug, Clone, Deserialize)]
struct Hit {
    rank: Option<i64>,
    score: Score,
    project: ProjectRow,
    explanation: Explanation,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Hits {
    #[serde(flatten)]
    list: Connection<Hit>,
    not_enough_known: i64,
    excluded_total: i64,
    excluded: Vec<Excluded>,
}

/// What the mandate as it is typed would find; what is wrong with it where it cannot be read.
#[derive(Template)]
#[template(path = "investor/preview.html")]
struct Preview {
    d: Desk,
    found: Result<Hits, String>,
}

impl Preview {
    async fn of(d: &Desk, filled: &Filled) -> Result<Self, Failure> {
        #[derive(Deserialize)]
        struct Answer {
            found: Hits,
        }
        let variables = json!({ "mandate": input(filled), "lang": lang(d) });
        let document = include_str!("../../queries/investor/preview.graphql");
        let found = match d.ask::<Answer>(document, variables).await {
            Ok(answer) => Ok(answer.found),
            Err(failure) if failure.code == "VALIDATION" || failure.code == "BAD_REQUEST" => {
                Err(failure.message)
            }
            Err(failure) => return Err(failure),
        };
        Ok(Self { d: d.clone(), found })
    }
}

#[derive(Template)]
#[template(path = "investor/mandate.html")]
struct MandatePage {
    d: Desk,
    /// Of the mandate that is changed; nothing for a new one.
    id: Option<String>,
    /// What stands now, where somebody else saved meanwhile.
    stands: Option<Filled>,
    key: String,
    filled: Filled,
    faults: Faults,
    preview: Preview,
}

fn codes<V: Vocabulary>() -> Vec<&'static str> {
    V::ALL.iter().map(|value| value.code()).collect()
}

impl MandatePage {
    fn fields() -> Vec<&'static str> {
        codes::<CooperationField>()
    }

    fn weight(field: &str) -> String {
        format!("weight-{field}")
    }

    fn action(&self) -> String {
        self.id.as_ref().map_or_else(|| "/mandates/new".to_owned(), |id| format!("/mandates/{id}/edit"))
    }

    /// Lists of which several may be chosen, with the names of their vocabularies.
    fn lists() -> [(&'static str, &'static str, Vec<&'static str>); 5] {
        let stages = [codes::<InfrastructureStage>(), codes::<VentureStage>()].concat();
        [
            ("stages", "InvestmentStage", stages),
            ("instruments", "Instrument", codes::<Instrument>()),
            ("kinds", "ProjectKind", codes::<ProjectKind>()),
            ("excludedFields", "CooperationField", codes::<CooperationField>()),
            ("excludedContracts", "ContractType", codes::<ContractType>()),
        ]
    }

    /// How many of a list are chosen.
    fn chosen(&self, name: &str) -> i64 {
        i64::try_from(self.filled.all(name).len()).unwrap_or(i64::MAX)
    }

    /// The fields in which the mandate that stands differs from what was typed: both beside each other.
    fn differences(&self) -> Vec<(&'static str, String, String)> {
        let said = |form: &Filled, name: &str| shown(&self.d, name, &form.all(name).join(", "));
        let Some(stands) = &self.stands else { return Vec::new() };
        COMPARED
            .into_iter()
            .map(|name| (name, said(stands, name), said(&self.filled, name)))
            .filter(|(_, now, typed)| now != typed)
            .collect()
    }
}

/// The fields of the form that are shown beside each other after a conflict.
const COMPARED: [&str; 22] = [
    "name",
    "fields",
    "generalist",
    "countries",
    "regions",
    "global",
    "excludedCountries",
    "ticketMin",
    "ticketMax",
    "currency",
    "stages",
    "instruments",
    "kinds",
    "excludedFields",
    "excludedContracts",
    "noCompetitors",
    "softTerms",
    "targetReturnPct",
    "maxTenorMonths",
    "minStakePct",
    "sdgTargets",
    "articles",
];

async fn standing(d: &Desk, id: &str) -> Result<Mandate, Failure> {
    #[derive(Deserialize)]
    struct Answer {
        mandate: Option<Mandate>,
    }
    let answer: Answer =
        d.ask(include_str!("../../queries/investor/mandate.graphql"), json!({ "id": id })).await?;
    answer.mandate.ok_or_else(Failure::not_found)
}

async fn page(d: &Desk, id: Option<String>, filled: Filled, faults: Faults) -> Result<Response, Failure> {
    d.signed_in()?.acting().ok_or_else(Failure::not_found)?;
    let mut stands = None;
    let mut filled = filled;
    if let Some(id) = id.as_ref().filter(|_| faults.is_conflict()) {
        let mandate = standing(d, id).await?;
        filled = filled.replaced("version", &mandate.version.to_string());
        stands = Some(mandate.filled());
    }
    let preview = Preview::of(d, &filled).await?;
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let key = d.new_key();
    d.page_with(status, &MandatePage { d: d.clone(), id, stands, key, filled, faults, preview })
}

async fn new(d: Desk) -> Result<Response, Failure> {
    page(&d, None, Filled::default(), Faults::default()).await
}

async fn edit(d: Desk, Path(id): Path<String>) -> Result<Response, Failure> {
    let mandate = standing(&d, &id).await?;
    page(&d, Some(mandate.id.clone()), mandate.filled(), Faults::default()).await
}

async fn preview(d: Desk, filled: Filled) -> Result<Response, Failure> {
    d.signed_in()?;
    if d.is_part {
        return d.page(&Preview::of(&d, &filled).await?);
    }
    let id = filled.get("mandate").map(str::to_owned);
    page(&d, id, filled, Faults::default()).await
}

#[derive(Deserialize)]
struct Payload {
    mandate: Named,
}

async fn saved(
    d: Desk,
    id: Option<String>,
    filled: Filled,
    document: &str,
    input: Value,
) -> Result<Response, Failure> {
    match d.act::<Payload>(document, input).await? {
        Ok(done) => Ok(d.go(&format!("/mandates/{}", done.mandate.id), "mandate-saved")),
        Err(faults) => page(&d, id, filled, faults).await,
    }
}

/// The fields of the form that hold numbers.
const NUMBERS: [(&str, Reads); 5] = [
    ("ticketMin", Reads::Amount),
    ("ticketMax", Reads::Amount),
    ("targetReturnPct", Reads::Number),
    ("maxTenorMonths", Reads::Whole),
    ("minStakePct", Reads::Number),
];

async fn create(d: Desk, filled: Filled) -> Result<Response, Failure> {
    let wrong = filled.unreadable(&NUMBERS);
    if !wrong.is_empty() {
        return page(&d, None, filled, wrong).await;
    }
    let input = json!({
        "name": filled.text("name"),
        "mandate": input(&filled),
        "idempotencyKey": filled.text(KEY),
    });
    saved(d, None, filled, include_str!("../../queries/investor/create_mandate.graphql"), input).await
}

async fn update(d: Desk, Path(id): Path<String>, filled: Filled) -> Result<Response, Failure> {
    let wrong = filled.unreadable(&NUMBERS);
    if !wrong.is_empty() {
        return page(&d, Some(id), filled, wrong).await;
    }
    let input = json!({
        "mandateId": id,
        "expectedVersion": filled.whole("version"),
        "name": filled.text("name"),
        "mandate": input(&filled),
        "idempotencyKey": filled.text(KEY),
    });
    saved(d, Some(id), filled, include_str!("../../queries/investor/update_mandate.graphql"), input).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_becomes_the_mandate_that_it_says() {
        let filled = Filled::parse(
            "fields=SEC&weight-SEC=7&countries=ke%2C+TZ&regions=Eastern+Africa%0AWestern+Africa&ticketMin=5&ticketMax=9\
             &currency=eur&articles=1%2C+x%2C+15&global=on"
                .as_bytes(),
        );
        let found = input(&filled);
        assert_eq!(found["fields"], json!([{ "field": "SEC", "weight": 7 }]));
        assert_eq!(found["countries"], json!(["KE", "TZ"]));
        assert_eq!(found["regions"], json!(["Eastern Africa", "Western Africa"]));
        assert_eq!(found["ticketMin"], json!({ "amountMinor": "500", "currency": "EUR" }));
        assert_eq!(found["articles"], json!([1, 15]));
        assert_eq!((&found["global"], &found["generalist"]), (&json!(true), &json!(false)));
    }
}
