//! Which facts each criterion reads, and how a match is scored from facts alone. A fact that is not there is unknown;
//! what a criterion that does not read it says is the same either way.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::{
    city::{City, Twinning},
    country::Country,
    fx::FxSeries,
    id::Id,
    mandate::Mandate,
    organisation::Organisation,
    project::Project,
};
use serde_json::{Map, Value, json};

use super::format::{CriterionValue, ReceiptError, ReceiptKind};
use crate::{
    Catalog, Policy,
    catalog::Pair,
    grade::Grade,
    policy::{CityCriterion, Criterion, InvestorCriterion, ProjectCriterion, Weights},
    rank::{evaluate, evaluate_city},
    row::{CityRow, MandateRow, OrganisationRow, ProjectRow, World},
    score::Interval,
};

/// Facts by name.
pub(super) type Facts = BTreeMap<String, Value>;

/// Facts of terms, as both sides read them.
const TERMS: &[&str] = &[
    "mandate.instruments",
    "mandate.target_return_pct",
    "mandate.max_tenor_months",
    "mandate.inferred",
    "project.instruments",
    "project.return_pct",
    "project.tenor_months",
];

/// The facts that a criterion reads.
pub(super) fn reads(kind: ReceiptKind, side: usize, key: &str) -> &'static [&'static str] {
    match (kind, side, key) {
        (ReceiptKind::Investment, 0, "FIELD") => &["mandate.fields", "mandate.generalist", "project.fields"],
        (ReceiptKind::Investment, 0, "TICKET") => {
            &["mandate.ticket", "project.gap", "project.min_slice", "world.fx"]
        }
        (ReceiptKind::Investment, 0, "STAGE") => &["mandate.stages", "project.ladder", "project.stage"],
        (ReceiptKind::Investment, _, "TERMS") => TERMS,
        (ReceiptKind::Investment, 0, "GEO") => &[
            "mandate.places",
            "investor.presence",
            "investor.country",
            "project.locations",
            "world.countries",
        ],
        (ReceiptKind::Investment, 0, "READY") => {
            &["project.ladder", "project.stage", "project.readiness", "project.flags"]
        }
        (ReceiptKind::Investment, 0, "TRUST") => &["owner.verification", "project.confirmed_on"],
        (ReceiptKind::Investment, 0, "IMPACT") => &[
            "mandate.sdg_targets",
            "mandate.articles",
            "mandate.inferred",
            "project.fields",
            "project.impact",
            "project.ladder",
        ],
        (ReceiptKind::Investment, 0, "TIES") => {
            &["investor.city_geonames", "project.locations", "world.twinned"]
        }
        (ReceiptKind::Investment, 1, "FIELD") => {
            &["investor.deals", "mandate.fields", "mandate.generalist", "project.fields"]
        }
        (ReceiptKind::Investment, 1, "MONEY") => &["mandate.ticket", "project.gap", "world.fx"],
        (ReceiptKind::Investment, 1, "STAGE") => &["investor.deals", "project.ladder", "project.stage"],
        (ReceiptKind::Investment, 1, "LOCAL") => {
            &["investor.presence", "investor.country", "investor.deals", "project.locations"]
        }
        (ReceiptKind::Investment, 1, "REPLY") => &["investor.replies"],
        (ReceiptKind::Investment, 1, "TRUST") => &["investor.verification", "investor.replies"],
        (ReceiptKind::Investment, 1, "VALUE") => &["investor.help_offered", "project.help_wanted"],
        (ReceiptKind::Cities, _, "COMPLEMENT") => &["a.needs", "a.offers", "b.needs", "b.offers"],
        (ReceiptKind::Cities, _, "CHALLENGE") => &["a.needs", "b.needs"],
        (ReceiptKind::Cities, 0, "COMMIT") => &["b.commitment", "b.office"],
        (ReceiptKind::Cities, _, "COMMIT") => &["a.commitment", "a.office"],
        (ReceiptKind::Cities, _, "DIGITAL") => {
            &["a.indicators", "a.country", "b.indicators", "b.country", "world.countries"]
        }
        (ReceiptKind::Cities, _, "PRACTICAL") => &[
            "a.languages",
            "a.country",
            "a.time_zone",
            "b.languages",
            "b.country",
            "b.time_zone",
            "world.countries",
        ],
        (ReceiptKind::Cities, _, "AREA") => &["a.area_focus", "a.area_site", "b.area_focus", "b.area_site"],
        (ReceiptKind::Cities, _, "SIZE") => &["a.population", "b.population"],
        // Ties, economy and legal bases of cities are known to nobody yet.
        _ => &[],
    }
}

/// All facts that a kind of match has: those of all criteria, each once.
pub(super) fn all_of(kind: ReceiptKind) -> Vec<&'static str> {
    let (first, second): (Vec<&str>, Vec<&str>) = match kind {
        ReceiptKind::Investment => (
            InvestorCriterion::ALL.iter().map(|one| one.key()).collect(),
            ProjectCriterion::ALL.iter().map(|one| one.key()).collect(),
        ),
        ReceiptKind::Cities => {
            let keys: Vec<&str> = CityCriterion::ALL.iter().map(|one| one.key()).collect();
            (keys.clone(), keys)
        }
    };
    let of_side = |side: usize, keys: Vec<&'static str>| {
        keys.into_iter().flat_map(move |key| reads(kind, side, key).iter().copied())
    };
    let names: std::collections::BTreeSet<&str> = of_side(0, first).chain(of_side(1, second)).collect();
    names.into_iter().collect()
}

/// A match scored from facts.
pub(super) struct Scored {
    pub(super) names: [&'static str; 2],
    pub(super) criteria: [Vec<CriterionValue>; 2],
    pub(super) sides: [Interval; 2],
    pub(super) mutual: Interval,
}

/// A record of which nothing is known, with the facts of an aggregate laid over it.
fn over(mut blank: Value, aggregate: &str, facts: &Facts) -> Value {
    if let Some(record) = blank.as_object_mut() {
        for (name, value) in facts {
            let field = name.split_once('.').filter(|(of, _)| *of == aggregate).map(|(_, field)| field);
            if let Some(field) = field {
                record.insert(field.to_owned(), value.clone());
            }
        }
    }
    blank
}

fn project(facts: &Facts) -> Result<Project, ReceiptError> {
    let blank = json!({
        "title": {"lang": "en", "value": "-"}, "kind": "INFRASTRUCTURE", "ladder": "INFRASTRUCTURE",
        "fields": [{"of": "STD", "hundredths": 10_000}], "readiness": [], "flags": [], "impact": {},
        "locations": [{"country": "CN"}], "languages": [], "excluded_investors": [], "help_wanted": [],
        "state": "PUBLISHED", "provenance": {},
    });
    let mut record = over(blank, "project", facts);
    // The kind follows the ladder, and is read by no criterion; a slice or a stage without what it is of is unknown.
    if record.get("ladder") == Some(&json!("VENTURE"))
        && let Some(fields) = record.as_object_mut()
    {
        fields.insert("kind".to_owned(), json!("STARTUP_VENTURE"));
    }
    for (field, needs) in [("min_slice", "project.gap"), ("stage", "project.ladder")] {
        if !facts.contains_key(needs)
            && let Some(fields) = record.as_object_mut()
        {
            fields.remove(field);
        }
    }
    Ok(serde_json::from_value(record)?)
}

fn mandate(facts: &Facts) -> Result<Mandate, ReceiptError> {
    let blank = json!({
        "name": "-", "fields": [], "generalist": false, "excluded_fields": [], "kinds": [], "places": {},
        "excluded_countries": [], "excluded_contracts": [], "stages": [], "instruments": [], "sdg_targets": [],
        "articles": [], "no_competitors": false, "terms": {}, "inferred": false, "provenance": {},
    });
    Ok(serde_json::from_value(over(blank, "mandate", facts))?)
}

fn organisation(aggregate: &str, facts: &Facts) -> Result<Organisation, ReceiptError> {
    let blank = json!({
        "name": "-", "kind": "COMPANY", "verification": "V0", "screening": {"status": "NOT_SCREENED"},
        "active": true, "claimed": true, "presence": [], "languages": [], "help_offered": [], "replies": {},
        "beneficial_owners": [], "deals": [], "provenance": {},
    });
    Ok(serde_json::from_value(over(blank, aggregate, facts))?)
}

fn city(aggregate: &str, geonames: u32, facts: &Facts) -> Result<City, ReceiptError> {
    let blank = json!({
        "geonames_id": geonames, "name": "-", "country": "CN", "position": [0.0, 0.0], "languages": [],
        "needs": [], "offers": [], "commitment": {}, "indicators": [], "area_focus": [], "provenance": {},
    });
    Ok(serde_json::from_value(over(blank, aggregate, facts))?)
}

fn world(facts: &Facts, as_of: NaiveDate) -> Result<World, ReceiptError> {
    let countries: Vec<Country> = match facts.get("world.countries") {
        Some(value) => serde_json::from_value(value.clone())?,
        None => Vec::new(),
    };
    let fx: FxSeries = match facts.get("world.fx") {
        Some(value) => serde_json::from_value(value.clone())?,
        None => FxSeries::default(),
    };
    Ok(World::new(countries, fx, as_of))
}

fn values<C: Criterion, const N: usize>(weights: &Weights<N>, grades: &[Grade; N]) -> Vec<CriterionValue> {
    let both = C::ALL.iter().zip(weights.hundredths()).zip(grades);
    both.map(|((criterion, weight), grade)| CriterionValue::new(criterion.key(), *weight, grade)).collect()
}

/// Scores a match from its facts, under a policy that may hold own weights, and the one that was published.
pub(super) fn score(
    kind: ReceiptKind,
    facts: &Facts,
    (policy, published): (&Policy, &Policy),
    as_of: NaiveDate,
) -> Result<Scored, ReceiptError> {
    let mut catalog = Catalog::new(world(facts, as_of)?, as_of);
    match kind {
        ReceiptKind::Investment => {
            let (project, mandate) = (project(facts)?, mandate(facts)?);
            let (investor, owner) = (organisation("investor", facts)?, organisation("owner", facts)?);
            if facts.get("world.twinned") == Some(&json!(true)) {
                let cities = project.locations.iter().filter_map(|location| location.city_geonames);
                for other in cities {
                    if let Some(Ok(twinning)) =
                        investor.city_geonames.map(|own| Twinning::new(own, other, Vec::new(), None))
                    {
                        catalog.put_twinning(&twinning);
                    }
                }
            }
            let pair = Pair {
                mandate: &MandateRow::new(Id::from_bits(1), Id::from_bits(2), &mandate, &catalog.world),
                investor: &OrganisationRow::new(Id::from_bits(2), &investor),
                project: &ProjectRow::new(Id::from_bits(1), Id::from_bits(3), &project, &catalog.world),
                owner: &OrganisationRow::new(Id::from_bits(3), &owner),
                catalog: &catalog,
            };
            let found = evaluate(policy, &pair);
            Ok(Scored {
                names: ["INVESTOR", "PROJECT"],
                criteria: [
                    values::<InvestorCriterion, 9>(&policy.investor, &found.investor_grades),
                    values::<ProjectCriterion, 8>(&policy.project, &found.project_grades),
                ],
                sides: [found.investor, found.project],
                mutual: found.mutual,
            })
        }
        ReceiptKind::Cities => {
            let (a, b) = (city("a", 1, facts)?, city("b", 2, facts)?);
            let row = |n: u128, city: &City| CityRow::new(Id::from_bits(n), city, &catalog.world, as_of);
            let (a, b) = (row(1, &a), row(2, &b));
            // The viewer's own weights bear on the viewer's side; the partner's side keeps the published ones.
            let found = evaluate_city(policy, published, &catalog.city_pair(&a, &b));
            Ok(Scored {
                names: ["CITY_A", "CITY_B"],
                criteria: [
                    values::<CityCriterion, 10>(&policy.city, &found.my_grades),
                    values::<CityCriterion, 10>(&published.city, &found.their_grades),
                ],
                sides: [found.mine, found.theirs],
                mutual: found.mutual,
            })
        }
    }
}

/// The fields of a record that some criterion reads, as facts.
pub(super) fn take(facts: &mut Facts, kind: ReceiptKind, aggregate: &str, record: &Map<String, Value>) {
    for name in all_of(kind) {
        if let Some((of, field)) = name.split_once('.')
            && of == aggregate
        {
            facts.insert(name.to_owned(), record.get(field).cloned().unwrap_or(Value::Null));
        }
    }
}
