//! Mandates.

use domain::{
    mandate::{Mandate, MandateFacts, Places, Strictness, Terms, Ticket, WantedField},
    vocabulary::{InvestmentStage, StageLadder},
};

use super::{Owned, Row, organisations::key};

/// Columns of mandates.
pub(super) const COLUMNS: &[(&str, bool)] = &[
    ("key", true),
    ("organisation", true),
    ("name", true),
    ("version", false),
    ("fields", false),
    ("fields_term", false),
    ("generalist", false),
    ("excluded_fields", false),
    ("kinds", false),
    ("countries", false),
    ("regions", false),
    ("global", false),
    ("place_term", false),
    ("excluded_countries", false),
    ("excluded_contracts", false),
    ("ticket_min", false),
    ("ticket_max", false),
    ("currency", false),
    ("ticket_term", false),
    ("ladder", false),
    ("stages", false),
    ("stage_term", false),
    ("instruments", false),
    ("instrument_term", false),
    ("target_return_pct", false),
    ("max_tenor_months", false),
    ("min_stake_pct", false),
    ("security_wanted", false),
    ("sdg_targets", false),
    ("articles", false),
    ("no_competitors", false),
    ("inferred", false),
    ("basis", false),
    ("label", false),
    ("source", false),
    ("licence", false),
];

pub(super) fn mandate(row: &mut Row<'_>) -> Option<Owned<Mandate>> {
    let owner = key(row, "organisation");
    let (key, value) = keyed(row)?;
    Some(Owned { key, owner: owner?, value })
}

/// A mandate with its key, without an owner.
pub(super) fn keyed(row: &mut Row<'_>) -> Option<(String, Mandate)> {
    let source_key = key(row, "key");
    let name = row.line("name");
    row.must("name");
    // The source's own number: read to be refused where it is none; a changed mandate gets its version here.
    row.number::<u32>("version");
    let ticket = match (row.money("ticket_min", "currency"), row.money("ticket_max", "currency")) {
        (Some(min), Some(max)) => Some(Ticket { min, max }),
        (None, None) => None,
        _ => {
            row.refuse("ticket_min", "give both ticket_min and ticket_max, or neither");
            None
        }
    };
    let mut term = |column: &str| row.value::<Strictness>(column).unwrap_or_default();
    let terms = Terms {
        fields: term("fields_term"),
        places: term("place_term"),
        ticket: term("ticket_term"),
        stages: term("stage_term"),
        instruments: term("instrument_term"),
    };
    let facts = MandateFacts {
        fields: row
            .keyed("fields", "CODE:WEIGHT, such as CONN_BROADBAND:100")
            .into_iter()
            .map(|(field, weight)| WantedField { field, weight })
            .collect(),
        generalist: row.yes_no("generalist").unwrap_or(false),
        excluded_fields: row.list("excluded_fields"),
        kinds: row.list("kinds"),
        places: Places {
            countries: row.list("countries"),
            regions: row.list("regions"),
            global: row.yes_no("global").unwrap_or(false),
        },
        excluded_countries: row.list("excluded_countries"),
        excluded_contracts: row.list("excluded_contracts"),
        ticket,
        stages: stages(row),
        instruments: row.list("instruments"),
        target_return_pct: row.value("target_return_pct"),
        max_tenor_months: row.number("max_tenor_months"),
        min_stake_pct: row.value("min_stake_pct"),
        security_wanted: row.line("security_wanted"),
        sdg_targets: row.list("sdg_targets"),
        articles: row.list("articles"),
        no_competitors: row.yes_no("no_competitors").unwrap_or(false),
        terms,
        inferred: row.yes_no("inferred").unwrap_or(false),
        basis: row.line("basis"),
        provenance: row.provenance(),
        name: name?,
    };
    let value = Mandate::try_from(facts).map_err(|errors| row.refuse_all(errors)).ok()?;
    Some((source_key?, value))
}

fn stages(row: &mut Row<'_>) -> Vec<InvestmentStage> {
    let ladder: Option<StageLadder> = row.value("ladder");
    let mut stages = Vec::new();
    for code in row.list::<String>("stages") {
        let parsed = match ladder {
            Some(ladder) => InvestmentStage::parse(ladder, &code),
            None => InvestmentStage::from_code(&code),
        };
        match parsed {
            Ok(stage) => stages.push(stage),
            Err(error) => row.refuse("stages", error),
        }
    }
    stages
}
