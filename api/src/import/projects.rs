//! Projects in their short and full form.

use domain::{
    project::{FlagEntry, Impact, Location, Project, ProjectFacts, ReadinessEntry},
    value::{CountryCode, Position, SingleLine},
    vocabulary::{InvestmentStage, ListingState, ReadinessStatus, StageLadder},
};

use super::{
    ImportOptions, Owned, Row,
    organisations::{key, stage},
};

/// Columns of projects.
pub(super) const COLUMNS: &[(&str, bool)] = &[
    ("key", true),
    ("title", true),
    ("title_lang", false),
    ("summary", false),
    ("summary_lang", false),
    ("owner", true),
    ("kind", true),
    ("works", false),
    ("innovation", false),
    ("lifecycle", false),
    ("ladder", false),
    ("stage", false),
    ("fields", true),
    ("contract", false),
    ("public_authority", false),
    ("gap_amount", false),
    ("gap_currency", false),
    ("min_slice_amount", false),
    ("instruments", false),
    ("concessional", false),
    ("return_pct", false),
    ("tenor_months", false),
    ("readiness", false),
    ("flags", false),
    ("entry_price_pct_gni", false),
    ("population_newly_served", false),
    ("schools_connected", false),
    ("women_share_pct", false),
    ("coverage_baseline_pct", false),
    ("coverage_target_pct", false),
    ("countries", true),
    ("city_geonames", false),
    ("lat", false),
    ("lon", false),
    ("languages", false),
    ("excluded_investors", false),
    ("help_wanted", false),
    ("deadline", false),
    ("published_at", false),
    ("confirmed_at", false),
    ("state", false),
    ("recorded_financier", false),
    ("recorded_year", false),
    ("label", false),
    ("source", false),
    ("licence", false),
    ("source_ref", false),
    ("sample_facts", false),
];

pub(super) fn project(row: &mut Row<'_>, options: ImportOptions) -> Option<Owned<Project>> {
    let owner = key(row, "owner");
    let (key, value) = keyed(row, options)?;
    Some(Owned { key, owner: owner?, value })
}

/// A project with its key, without an owner.
pub(super) fn keyed(row: &mut Row<'_>, options: ImportOptions) -> Option<(String, Project)> {
    let source_key = key(row, "key");
    let title = row.localized("title", "title_lang");
    row.must("title");
    let kind = row.required("kind");
    let stage = stage(row);
    let ladder =
        row.value("ladder").or(stage.map(InvestmentStage::ladder)).unwrap_or(StageLadder::Infrastructure);
    let fields = row.shares("fields");
    if row.text("fields").is_none() {
        row.refuse("fields", "name at least one field with its share, such as CONN_BROADBAND:100");
    }
    let provenance = row.provenance();
    let sample_day =
        |fact: &str| (options.fill_sample_dates && provenance.is_sample(fact)).then_some(options.today);
    let published_on = row.date("published_at").or_else(|| sample_day("published"));
    let confirmed_on = row.date("confirmed_at").or_else(|| sample_day("confirmed"));
    let impact = Impact {
        entry_price_pct_gni: row.value("entry_price_pct_gni"),
        population_newly_served: row.number("population_newly_served"),
        schools_connected: row.number("schools_connected"),
        women_share: row.value("women_share_pct"),
        coverage_baseline: row.value("coverage_baseline_pct"),
        coverage_target: row.value("coverage_target_pct"),
    };
    let facts = ProjectFacts {
        summary: row.localized("summary", "summary_lang"),
        works: row.value("works"),
        innovation: row.value("innovation"),
        lifecycle: row.value("lifecycle"),
        ladder,
        stage,
        contract: row.value("contract"),
        public_authority: row.line("public_authority"),
        gap: row.money("gap_amount", "gap_currency"),
        min_slice: row.money("min_slice_amount", "gap_currency"),
        instruments: row.shares("instruments"),
        concessional: row.yes_no("concessional"),
        return_pct: row.value("return_pct"),
        tenor_months: row.number("tenor_months"),
        readiness: readiness(row),
        flags: flags(row),
        impact,
        locations: locations(row),
        languages: row.list("languages"),
        excluded_investors: row.list("excluded_investors"),
        help_wanted: row.list("help_wanted"),
        deadline: row.date("deadline"),
        published_on,
        confirmed_on,
        state: row.value("state").unwrap_or(ListingState::Draft),
        recorded_financier: row.line("recorded_financier"),
        recorded_year: row.number("recorded_year"),
        disclosure: domain::disclosure::Disclosure::default(),
        title: title?,
        kind: kind?,
        fields: fields?,
        provenance,
    };
    let value = Project::try_from(facts).map_err(|errors| row.refuse_all(errors)).ok()?;
    Some((source_key?, value))
}

/// `ITEM=document` is evidenced, `ITEM=` claimed, `!ITEM` known to be missing.
fn readiness(row: &mut Row<'_>) -> Vec<ReadinessEntry> {
    let mut entries = Vec::new();
    for part in row.list::<String>("readiness") {
        let (name, evidence) =
            part.split_once('=').map_or((part.as_str(), None), |(n, e)| (n, Some(e.trim())));
        let (name, absent) = name.strip_prefix('!').map_or((name, false), |name| (name, true));
        match (domain::Vocabulary::from_code(name), evidence) {
            (Ok(item), _) if absent => {
                entries.push(ReadinessEntry { item, status: ReadinessStatus::Missing, evidence: None });
            }
            (Ok(item), Some("") | None) => {
                entries.push(ReadinessEntry { item, status: ReadinessStatus::Claimed, evidence: None });
            }
            (Ok(item), Some(document)) => match SingleLine::new(document) {
                Ok(document) => entries.push(ReadinessEntry {
                    item,
                    status: ReadinessStatus::Evidenced,
                    evidence: Some(document),
                }),
                Err(error) => row.refuse("readiness", error),
            },
            (Err(error), _) => row.refuse("readiness", error),
        }
    }
    entries
}

/// `FLAG`, or `FLAG=justification`.
fn flags(row: &mut Row<'_>) -> Vec<FlagEntry> {
    let mut entries = Vec::new();
    for part in row.list::<String>("flags") {
        let (name, justification) = part.split_once('=').unwrap_or((part.as_str(), ""));
        match domain::Vocabulary::from_code(name) {
            Ok(flag) if justification.trim().is_empty() => {
                entries.push(FlagEntry { flag, justification: None });
            }
            Ok(flag) => match SingleLine::new(justification) {
                Ok(line) => entries.push(FlagEntry { flag, justification: Some(line) }),
                Err(error) => row.refuse("flags", error),
            },
            Err(error) => row.refuse("flags", error),
        }
    }
    entries
}

/// The countries; the city and the position belong to the first of them.
fn locations(row: &mut Row<'_>) -> Vec<Location> {
    let position = match (row.value::<f64>("lat"), row.value::<f64>("lon")) {
        (Some(latitude), Some(longitude)) => {
            Position::new(latitude, longitude).map_err(|error| row.refuse("lat", error)).ok()
        }
        (None, None) => None,
        _ => {
            row.refuse("lat", "give both lat and lon, or neither");
            None
        }
    };
    let city_geonames = row.number("city_geonames");
    row.list::<CountryCode>("countries")
        .into_iter()
        .enumerate()
        .map(|(place, country)| Location {
            country,
            city_geonames: city_geonames.filter(|_| place == 0),
            position: position.filter(|_| place == 0),
        })
        .collect()
}
