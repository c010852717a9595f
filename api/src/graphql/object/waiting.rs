//! An edit of a public listing that waits for a reviewer, field by field: what stands and what would stand.

use async_graphql::SimpleObject;
use domain::{
    Vocabulary,
    project::{Location, ProjectFacts},
    value::{Localized, Money, Pct, Shares},
};

use super::common::MoneyObject;

/// A field in which a waiting edit differs from the public listing.
#[derive(Debug, SimpleObject)]
pub struct WaitingEdit {
    /// The field, as the input of a listing names it; those of `impact` and `readiness` with a dot.
    field: String,
    /// What the public sees; empty for nothing.
    was: Vec<EditedValue>,
    /// What it would see; empty for nothing.
    will_be: Vec<EditedValue>,
}

/// A value of such a field. One of text, code, number and money is given; a place has a code and may have a text.
#[derive(Debug, Clone, Default, PartialEq, SimpleObject)]
pub struct EditedValue {
    /// Words, or a day.
    text: Option<String>,
    /// A code of the field's vocabulary, of a country (ISO 3166-1) or of a language (ISO 639); YES and NO.
    code: Option<String>,
    /// A number.
    number: Option<f64>,
    /// An amount.
    money: Option<MoneyObject>,
    /// Percent of the whole that goes with the code.
    share_pct: Option<f64>,
}

fn text(text: impl ToString) -> EditedValue {
    EditedValue { text: Some(text.to_string()), ..EditedValue::default() }
}

fn code(code: impl Into<String>) -> EditedValue {
    EditedValue { code: Some(code.into()), ..EditedValue::default() }
}

fn number(number: impl Into<f64>) -> EditedValue {
    EditedValue { number: Some(number.into()), ..EditedValue::default() }
}

fn words(words: Option<&Localized>) -> Vec<EditedValue> {
    words.map(|words| text(words.value())).into_iter().collect()
}

fn coded<V: Vocabulary>(values: impl IntoIterator<Item = V>) -> Vec<EditedValue> {
    values.into_iter().map(|value| code(value.code())).collect()
}

fn shares<V: Vocabulary>(shares: Option<&Shares<V>>) -> Vec<EditedValue> {
    let parts = shares.map(Shares::parts).unwrap_or_default().iter();
    let share = |hundredths: u16| f64::from(hundredths) / 100.0;
    parts
        .map(|part| EditedValue { share_pct: Some(share(part.hundredths)), ..code(part.of.code()) })
        .collect()
}

fn money(money: Option<Money>) -> Vec<EditedValue> {
    let value = |money| EditedValue { money: Some(MoneyObject(money)), ..EditedValue::default() };
    money.map(value).into_iter().collect()
}

/// A place by its country, with its city's GeoNames id and its position where they are named.
fn place(place: &Location) -> EditedValue {
    let city = place.city_geonames.map(|id| format!("GeoNames {id}"));
    let position = place.position.map(|at| format!("{}, {}", at.latitude(), at.longitude()));
    let at: Vec<String> = city.into_iter().chain(position).collect();
    let text = (!at.is_empty()).then(|| at.join(" · "));
    EditedValue { text, ..code(place.country.alpha2()) }
}

fn percent(percent: Option<Pct>) -> Vec<EditedValue> {
    percent.map(|percent| number(percent.as_f64())).into_iter().collect()
}

fn count(count: Option<u64>) -> Vec<EditedValue> {
    // Counts of people and schools stay far below 2^53.
    #[expect(clippy::cast_precision_loss, clippy::as_conversions, reason = "far below 2^53")]
    count.map(|count| number(count as f64)).into_iter().collect()
}

/// What an owner writes of a listing, field by field, as the form asks it.
fn fields(facts: &ProjectFacts) -> Vec<(String, Vec<EditedValue>)> {
    let impact = &facts.impact;
    let yes_no = |yes: bool| code(if yes { "YES" } else { "NO" });
    let plain = [
        ("title", words(Some(&facts.title))),
        ("summary", words(facts.summary.as_ref())),
        ("kind", coded([facts.kind])),
        ("ladder", coded([facts.ladder])),
        ("stage", facts.stage.map(|stage| code(stage.code())).into_iter().collect()),
        ("lifecycle", coded(facts.lifecycle)),
        ("works", coded(facts.works)),
        ("innovation", coded(facts.innovation)),
        ("contract", coded(facts.contract)),
        ("publicAuthority", facts.public_authority.as_ref().map(text).into_iter().collect()),
        ("places", facts.locations.iter().map(place).collect()),
        ("languages", facts.languages.iter().map(|language| code(language.to_string())).collect()),
        ("deadline", facts.deadline.map(text).into_iter().collect()),
        ("fields", shares(Some(&facts.fields))),
        ("fundingGap", money(facts.gap)),
        ("minSlice", money(facts.min_slice)),
        ("returnPct", percent(facts.return_pct)),
        ("tenorMonths", facts.tenor_months.map(number).into_iter().collect()),
        ("concessional", facts.concessional.map(yes_no).into_iter().collect()),
        ("instruments", shares(facts.instruments.as_ref())),
        ("impact.populationNewlyServed", count(impact.population_newly_served)),
        ("impact.schoolsConnected", count(impact.schools_connected.map(u64::from))),
        ("impact.womenSharePct", percent(impact.women_share)),
        ("impact.entryPricePctGni", percent(impact.entry_price_pct_gni)),
        ("impact.coverageBaselinePct", percent(impact.coverage_baseline)),
        ("impact.coverageTargetPct", percent(impact.coverage_target)),
        ("helpWanted", coded(facts.help_wanted.iter().copied())),
        ("excludedInvestors", coded(facts.excluded_investors.iter().copied())),
    ];
    let items = facts.readiness.iter().map(|entry| {
        let evidence = entry.evidence.as_ref().map(text);
        let values = std::iter::once(code(entry.status.code())).chain(evidence).collect();
        (format!("readiness.{}", entry.item.code()), values)
    });
    plain.into_iter().map(|(name, values)| (name.to_owned(), values)).chain(items).collect()
}

/// The fields in which two versions of a listing differ, in the order of the form.
pub(super) fn edits(stands: &ProjectFacts, waits: &ProjectFacts) -> Vec<WaitingEdit> {
    let (before, after) = (fields(stands), fields(waits));
    let value = |of: &[(String, Vec<EditedValue>)], name: &str| {
        of.iter().find(|(known, _)| known == name).map(|(_, values)| values.clone()).unwrap_or_default()
    };
    let mut names: Vec<&String> = before.iter().map(|(name, _)| name).collect();
    names.extend(
        after.iter().map(|(name, _)| name).filter(|name| !before.iter().any(|(known, _)| known == *name)),
    );
    names
        .into_iter()
        .map(|name| WaitingEdit {
            field: name.clone(),
            was: value(&before, name),
            will_be: value(&after, name),
        })
        .filter(|edit| edit.was != edit.will_be)
        .collect()
}
