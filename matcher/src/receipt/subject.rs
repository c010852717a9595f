//! How a receipt is made of a match.

use std::collections::BTreeMap;

use domain::{
    city::City,
    fx::FxSeries,
    mandate::Mandate,
    organisation::Organisation,
    project::Project,
    value::{CountryCode, Currency, Money},
};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{
    facts::{Facts, score, take},
    format::{FORMAT, Fact, PolicyName, Receipt, ReceiptError, ReceiptKind, SideValue, fact_hash},
};
use crate::{Catalog, Policy, score::Interval};

/// What the issuer says of a receipt.
pub struct Issue<'a> {
    /// Public ids of the two that are matched.
    pub subjects: [String; 2],
    /// The policy, perhaps with own weights.
    pub policy: &'a Policy,
    /// Hash of the model that had a say.
    pub model: Option<String>,
    /// Id of the key that will sign.
    pub key: String,
    /// Answers of the gates: key and code.
    pub gates: Vec<(String, String)>,
    /// Whether the holder may see a fact, by its name.
    pub visible: &'a dyn Fn(&str) -> bool,
    /// The salt of a fact that the holder may not see: at least 128 bits that nobody can guess, kept by the issuer.
    pub salt: &'a dyn Fn(&str) -> String,
    /// The score of the match, which the facts must give.
    pub mutual: Interval,
}

/// A mandate and a project, as they are stored.
#[derive(Debug, Clone, Copy)]
pub struct InvestmentSubject<'a> {
    /// The mandate.
    pub mandate: &'a Mandate,
    /// Whose it is.
    pub investor: &'a Organisation,
    /// The project.
    pub project: &'a Project,
    /// Whose it is.
    pub owner: &'a Organisation,
    /// The catalog in which they were matched.
    pub catalog: &'a Catalog,
}

/// Two cities, as they are stored.
#[derive(Debug, Clone, Copy)]
pub struct CitySubject<'a> {
    /// Who looks.
    pub a: &'a City,
    /// Who is looked at.
    pub b: &'a City,
    /// The catalog in which they were matched.
    pub catalog: &'a Catalog,
}

/// The receipt of a mandate and a project.
///
/// # Errors
/// The facts do not give the score of the match, such as of a score that was made under another policy or day.
pub fn investment_receipt(
    subject: &InvestmentSubject<'_>,
    issue: &Issue<'_>,
) -> Result<Receipt, ReceiptError> {
    let kind = ReceiptKind::Investment;
    let mut facts = Facts::new();
    let project = &subject.project.as_scored();
    take(&mut facts, kind, "project", &record(project)?);
    take(&mut facts, kind, "mandate", &record(subject.mandate)?);
    take(&mut facts, kind, "owner", &record(subject.owner)?);
    take(&mut facts, kind, "investor", &record(subject.investor)?);
    // Of past deals the criteria read date, field, country and stage; titles and amounts are nobody else's business.
    if let Some(deals) = facts.get_mut("investor.deals").and_then(Value::as_array_mut) {
        for deal in deals.iter_mut().filter_map(Value::as_object_mut) {
            deal.insert("title".to_owned(), json!("-"));
            for field in ["amount", "round_amount", "instrument"] {
                deal.insert(field.to_owned(), Value::Null);
            }
        }
    }
    let countries = project.countries();
    world_facts(&mut facts, subject.catalog, &countries)?;
    let ticket = subject.mandate.ticket.map(|ticket| ticket.max);
    facts.insert("world.fx".to_owned(), json!(rates(subject.catalog, &[project.gap, ticket])));
    let links = subject.catalog.links();
    let twinned = subject.investor.city_geonames.is_some_and(|own| {
        project.locations.iter().filter_map(|place| place.city_geonames).any(|city| links.linked(own, city))
    });
    facts.insert("world.twinned".to_owned(), json!(twinned));
    receipt(kind, facts, subject.catalog, issue)
}

/// The receipt of two cities, seen by the first.
///
/// # Errors
/// The facts do not give the score of the match, such as of a score that was made under another policy or day.
pub fn city_receipt(subject: &CitySubject<'_>, issue: &Issue<'_>) -> Result<Receipt, ReceiptError> {
    let kind = ReceiptKind::Cities;
    let mut facts = Facts::new();
    take(&mut facts, kind, "a", &record(subject.a)?);
    take(&mut facts, kind, "b", &record(subject.b)?);
    world_facts(&mut facts, subject.catalog, &[subject.a.country, subject.b.country])?;
    receipt(kind, facts, subject.catalog, issue)
}

fn record(aggregate: &impl Serialize) -> Result<Map<String, Value>, ReceiptError> {
    Ok(serde_json::from_value(serde_json::to_value(aggregate)?)?)
}

fn world_facts(facts: &mut Facts, catalog: &Catalog, countries: &[CountryCode]) -> Result<(), ReceiptError> {
    let mut codes = countries.to_vec();
    codes.sort_unstable();
    codes.dedup();
    let known: Vec<_> = codes.iter().filter_map(|code| catalog.world.countries.get(code)).collect();
    facts.insert("world.countries".to_owned(), serde_json::to_value(known)?);
    Ok(())
}

/// The rates that make some amounts comparable, of the catalog's day.
fn rates(catalog: &Catalog, amounts: &[Option<Money>]) -> FxSeries {
    let (fx, day) = (&catalog.world.fx, catalog.world.fx_date);
    let source = amounts.iter().flatten().find_map(|money| fx.convert(*money, Currency::EUR, day));
    let mut series = FxSeries::new(source.map(|one| one.rate_source).unwrap_or_default());
    for money in amounts.iter().flatten() {
        if let Some((per_euro, _, _)) = fx.rate(Currency::EUR, money.currency(), day) {
            // Rates are kept in millionths: the way there and back is exact. They stand under the receipt's own day.
            let _ = series.insert(catalog.today, money.currency(), per_euro as f64 / 1e6);
        }
    }
    series
}

fn receipt(
    kind: ReceiptKind,
    facts: Facts,
    catalog: &Catalog,
    issue: &Issue<'_>,
) -> Result<Receipt, ReceiptError> {
    let published = Policy::version(issue.policy.version).unwrap_or_else(Policy::current);
    let scored = score(kind, &facts, (issue.policy, &published), catalog.today)?;
    if scored.mutual != issue.mutual {
        return Err(ReceiptError::Score);
    }
    let facts: BTreeMap<String, Fact> = facts
        .into_iter()
        .map(|(name, value)| {
            let fact = if (issue.visible)(&name) {
                Fact::Value(value)
            } else {
                Fact::Hash(fact_hash(&(issue.salt)(&name), &name, &value))
            };
            (name, fact)
        })
        .collect();
    let [first, second] = scored.names;
    let [mine, theirs] = scored.criteria;
    let [mine_sum, theirs_sum] = scored.sides;
    let side = |side: &str, criteria, score: Interval| SideValue {
        side: side.to_owned(),
        criteria,
        score: score.into(),
    };
    Ok(Receipt {
        format: FORMAT.to_owned(),
        kind,
        subjects: issue.subjects.clone(),
        as_of: catalog.today,
        policy: PolicyName { version: issue.policy.version, hash: issue.policy.hash() },
        model: issue.model.clone(),
        key: issue.key.clone(),
        facts,
        sides: [side(first, mine, mine_sum), side(second, theirs, theirs_sum)],
        mutual: scored.mutual.into(),
        gates: issue.gates.clone(),
    })
}
