//! Cities and twinnings.

use std::collections::BTreeSet;

use domain::{
    city::{Aim, City, CityFacts, Commitment, Indicator, Office, Twinning},
    organisation::{ReplyRecord, Screening},
    value::{Pct, Position},
    vocabulary::{ScreeningStatus, VerificationLevel},
};

use super::{Change, ImportOptions, ImportReport, Parsed, Row, RowError, StoreError, Tx};
use crate::store::city_key;

/// Columns of cities.
pub(super) const COLUMNS: &[(&str, bool)] = &[
    ("geonames_id", true),
    ("name", true),
    ("country", true),
    ("admin1", false),
    ("lat", true),
    ("lon", true),
    ("population", false),
    ("timezone", false),
    ("wikidata", false),
    ("level", false),
    ("accepting", false),
    ("verification", false),
    ("languages", false),
    ("needs", false),
    ("offers", false),
    ("budget_line", false),
    ("coordinator", false),
    ("first_year_plan", false),
    ("reply_rate_pct", false),
    ("median_reply_days", false),
    ("indicators", false),
    ("area_focus", false),
    ("area_site", false),
    ("sample", false),
    ("label", false),
    ("source", false),
    ("licence", false),
];

/// Columns of twinnings.
pub(super) const TWINNING_COLUMNS: &[(&str, bool)] =
    &[("a_geonames", true), ("b_geonames", true), ("sources", false), ("licence", false)];

pub(super) fn city(row: &mut Row<'_>, options: ImportOptions) -> Option<Change<City>> {
    let geonames: Option<u32> = row.number("geonames_id");
    let name = row.line("name");
    row.must("geonames_id");
    row.must("name");
    let country = row.required("country");
    let position = match (row.required::<f64>("lat"), row.required::<f64>("lon")) {
        (Some(latitude), Some(longitude)) => {
            Position::new(latitude, longitude).map_err(|error| row.refuse("lat", error)).ok()
        }
        _ => None,
    };
    let sample = row.yes_no("sample").unwrap_or(false);
    let mut provenance = row.provenance();
    if sample {
        let facts = ["needs", "offers", "commitment", "verification", "screening"];
        provenance.sample_facts = facts.map(str::to_owned).to_vec();
    }
    let office = office(row, sample, options);
    let facts = CityFacts {
        wikidata: row.text("wikidata").map(str::to_owned),
        admin1: row.text("admin1").map(str::to_owned),
        population: row.number("population"),
        time_zone: row.text("timezone").map(str::to_owned),
        level: row.value("level"),
        office,
        languages: row.list("languages"),
        needs: aims(row, "needs"),
        offers: aims(row, "offers"),
        commitment: Commitment {
            budget_line: row.yes_no("budget_line"),
            coordinator: row.yes_no("coordinator"),
            first_year_plan: row.yes_no("first_year_plan"),
        },
        indicators: indicators(row),
        area_focus: row.list("area_focus"),
        area_site: row.yes_no("area_site"),
        // The office says it, and no file.
        trade_desk: None,
        provenance,
        // Last, so that every wrong cell of the row is noted.
        geonames_id: geonames?,
        name: name?,
        country: country?,
        position: position?,
    };
    let value = City::try_from(facts).map_err(|errors| row.refuse_all(errors)).ok()?;
    Some(Change { source_key: city_key(value.geonames_id), owner: None, value })
}

/// An office stands where the row says that one accepts or is verified. A sample's office is screened as a sample.
fn office(row: &mut Row<'_>, sample: bool, options: ImportOptions) -> Option<Office> {
    let (accepting, verification) = (row.yes_no("accepting"), row.value::<VerificationLevel>("verification"));
    let replies = ReplyRecord {
        reply_rate: row.value("reply_rate_pct"),
        median_reply_days: row.number("median_reply_days"),
        ..ReplyRecord::default()
    };
    if accepting.is_none() && verification.is_none() {
        return None;
    }
    let screened = sample && options.fill_sample_dates;
    Some(Office {
        verification: verification.unwrap_or(VerificationLevel::V0),
        screening: Screening {
            status: if sample { ScreeningStatus::Clear } else { ScreeningStatus::NotScreened },
            screened_on: screened.then_some(options.today),
        },
        accepting: accepting.unwrap_or(false),
        capacity_left: None,
        replies,
        confirmed_on: screened.then_some(options.today),
        same_country: false,
    })
}

fn aims(row: &mut Row<'_>, column: &str) -> Vec<Aim> {
    row.keyed(column, "CODE:PRIORITY, such as CITY_SMART:3")
        .into_iter()
        .map(|(field, priority)| Aim { field, priority })
        .collect()
}

/// `CODE=61.5@2021`.
fn indicators(row: &mut Row<'_>) -> Vec<Indicator> {
    let mut found = Vec::new();
    for part in row.list::<String>("indicators") {
        let parsed = part.split_once('=').and_then(|(code, rest)| {
            let (value, year) = rest.split_once('@')?;
            Some(Indicator {
                code: code.trim().to_owned(),
                value: value.parse::<Pct>().ok()?,
                year: year.trim().parse().ok()?,
            })
        });
        match parsed {
            Some(indicator) => found.push(indicator),
            None => row.refuse("indicators", "write CODE=VALUE@YEAR, such as EC:ICT:ICT:1C=61.5@2021"),
        }
    }
    found
}

/// Of a city that its office has taken over a file changes what a gazetteer says, and nothing that the office says.
pub(super) async fn keep_offices(
    tx: &Tx,
    mut rows: Vec<Parsed<Change<City>>>,
) -> Result<Vec<Parsed<Change<City>>>, StoreError> {
    let taken = tx.taken_over::<City>().await?;
    for Parsed { value: change, .. } in &mut rows {
        let Some(stored) = taken.get(&change.source_key) else { continue };
        let (office, mut facts) = (&stored.value, CityFacts::from(change.value.clone()));
        facts.level = office.level;
        facts.office.clone_from(&office.office);
        facts.languages.clone_from(&office.languages);
        facts.needs.clone_from(&office.needs);
        facts.offers.clone_from(&office.offers);
        facts.commitment = office.commitment;
        facts.area_focus.clone_from(&office.area_focus);
        facts.area_site = office.area_site;
        facts.trade_desk.clone_from(&office.trade_desk);
        facts.provenance.sample_facts.clone_from(&office.provenance.sample_facts);
        // Parts that held together in two cities do so in one: nothing of a city's checks spans them.
        if let Ok(value) = City::try_from(facts) {
            change.value = value;
        }
        change.owner = stored.owner;
    }
    Ok(rows)
}

/// A twinning as it stands in the file: the city of `a_geonames`, which need not be the smaller, and the pair.
pub(super) struct WrittenTwinning {
    first: u32,
    twinning: Twinning,
}

pub(super) fn twinning(row: &mut Row<'_>) -> Option<WrittenTwinning> {
    let (a, b) = (row.number::<u32>("a_geonames"), row.number::<u32>("b_geonames"));
    row.must("a_geonames");
    row.must("b_geonames");
    let (sources, licence) = (row.list("sources"), row.line("licence"));
    let twinning = Twinning::new(a?, b?, sources, licence).map_err(|errors| row.refuse_all(errors)).ok()?;
    Some(WrittenTwinning { first: a?, twinning })
}

/// Twinnings of which both cities are stored; the others are refused.
pub(super) async fn with_cities(
    tx: &Tx,
    rows: Vec<Parsed<WrittenTwinning>>,
    report: &mut ImportReport,
) -> Result<Vec<Parsed<Twinning>>, StoreError> {
    let keys: BTreeSet<String> =
        rows.iter().flat_map(|row| [row.value.twinning.a, row.value.twinning.b]).map(city_key).collect();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let ids = tx.ids_by_keys::<City>(&keys).await?;
    let mut good = Vec::with_capacity(rows.len());
    for Parsed { row, value: WrittenTwinning { first, twinning } } in rows {
        let missing = [twinning.a, twinning.b].into_iter().find(|city| !ids.contains_key(&city_key(*city)));
        if let Some(city) = missing {
            let column = if city == first { "a_geonames" } else { "b_geonames" };
            let message = format!("there is no city with the GeoNames id {city}: import it first");
            report.refuse(RowError { row, column: column.to_owned(), message });
        } else {
            good.push(Parsed { row, value: twinning });
        }
    }
    Ok(good)
}
